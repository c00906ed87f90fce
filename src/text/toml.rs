//! Templates of TOML files.

use super::TemplateError;
use crate::value::quoted;
use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderErrorReason};
use std::collections::BTreeMap;

const POLICY: &str = include_str!("../../templates/policy.toml.hbs");

/// The text of a starter project file.
pub const PROJECT: &str = include_str!("../../templates/project.toml");

/// The text of a starter policy.
///
/// # Errors
/// A fault of the template.
pub fn policy(id: &str, name: &str, organization: &str) -> Result<String, TemplateError> {
    let data = BTreeMap::from([("id", id), ("name", name), ("organization", organization)]);
    let broken = |error: String| TemplateError(error);
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    // Helpers write each value as TOML; what stands in a tag without one would be a fault, and shows as an empty text.
    registry.register_escape_fn(|_| String::new());
    registry.register_helper("toml", Box::new(toml));
    registry.register_helper("comment", Box::new(comment));
    registry.register_template_string("policy", POLICY).map_err(|error| broken(error.to_string()))?;
    registry.render("policy", &data).map_err(|error| broken(error.to_string()))
}

fn text<'h>(helper: &'h Helper<'_>) -> Result<&'h str, RenderErrorReason> {
    let value = helper.param(0).and_then(|param| param.value().as_str());
    value.ok_or_else(|| RenderErrorReason::Other("a helper without its text".to_owned()))
}

/// A TOML string, quoted.
fn toml(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    out.write(&quoted(text(helper)?))?;
    Ok(())
}

/// Text inside a comment: one line, without control characters.
fn comment(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let line: String = text(helper)?.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    out.write(&line)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_stay_what_they_are() {
        let name = "a\"b\\c\n[settings]\nX = 1 ${HOME}\u{1}";
        let text = policy("com.example.a", name, "it's {{x}}").unwrap();
        let parsed: ::toml::Table = text.parse().unwrap();
        assert_eq!(parsed["policy"]["name"].as_str(), Some(name));
        assert_eq!(parsed["policy"]["organization"].as_str(), Some("it's {{x}}"));
    }
}
