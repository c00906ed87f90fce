//! The bodies of Jamf Pro's Classic API as a tree of elements, written with every text escaped.

use crate::value::write::{escaped, unwritable};

/// An element: with a text, or with elements.
#[derive(Clone, Debug)]
pub(super) struct Element {
    name: &'static str,
    text: String,
    inside: Vec<Element>,
}

/// An element with a text.
pub(super) fn text(name: &'static str, text: impl Into<String>) -> Element {
    Element { name, text: text.into(), inside: Vec::new() }
}

/// An element with elements.
pub(super) fn of(name: &'static str, inside: Vec<Element>) -> Element {
    Element { name, text: String::new(), inside }
}

impl Element {
    /// The whole document, ended by a newline.
    ///
    /// # Errors
    /// A character that XML has no way to carry, or that its readers change.
    pub fn document(&self) -> Result<Vec<u8>, char> {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.write(0, &mut out)?;
        Ok(out.into_bytes())
    }

    fn write(&self, depth: usize, out: &mut String) -> Result<(), char> {
        if let Some(bad) = unwritable(&self.text) {
            return Err(bad);
        }
        let (indent, name) = ("  ".repeat(depth), self.name);
        if self.inside.is_empty() {
            out.push_str(&format!("{indent}<{name}>{}</{name}>\n", escaped(&self.text)));
            return Ok(());
        }
        out.push_str(&format!("{indent}<{name}>\n"));
        for element in &self.inside {
            element.write(depth + 1, out)?;
        }
        out.push_str(&format!("{indent}</{name}>\n"));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_and_the_rest_is_indented() {
        let tree = of("a", vec![text("b", "<x> & \"y\"\n ]]>"), of("c", vec![text("d", "")])]);
        let written = String::from_utf8(tree.document().unwrap()).unwrap();
        assert_eq!(
            written,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a>\n  <b>&lt;x&gt; &amp; \"y\"\n ]]&gt;</b>\n  <c>\n    \
             <d></d>\n  </c>\n</a>\n"
        );
        for bad in ['\r', '\u{1}', '\u{ffff}'] {
            assert_eq!(of("a", vec![text("b", bad)]).document(), Err(bad));
        }
    }
}
