//! XML documents that are no property lists, such as the bodies of Jamf's Classic API: everything in a tag is escaped.

use super::TemplateError;
use crate::value::write::escaped;
use handlebars::Handlebars;
use serde::Serialize;

/// A template of XML, filled with what it names. What XML cannot carry has to be refused before.
///
/// # Errors
/// A fault of the template.
pub fn xml(template: &str, data: &impl Serialize) -> Result<String, TemplateError> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(|text| escaped(text).replace('"', "&quot;"));
    registry.render_template(template, data).map_err(|error| TemplateError::new(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_escaped() {
        let data = serde_json::json!({ "a": "<a&b> \"x\" ]]>" });
        let made = xml("<x y=\"{{a}}\">{{a}}</x>", &data).unwrap();
        let text = "&lt;a&amp;b&gt; &quot;x&quot; ]]&gt;";
        assert_eq!(made, format!("<x y=\"{text}\">{text}</x>"));
        assert!(xml("{{b}}", &data).is_err());
    }
}
