//! Text for machines: templates, one registry for each language, each with its own escape.
//!
//! A value reaches a text only through the escape of its language: `{{{` is banned from templates, which a test
//! reads.

mod html;
mod policy_text;
mod shell;
mod toml;
mod xml;
mod yaml;

pub use html::{fleet_page, mac_page, network_page};
pub use policy_text::{PolicyText, dotted, inline, is_table};
pub use shell::{Call, CheckHead, CollectorHead, Head, Mode, Piece, Scripts, quote};
pub use toml::{PROJECT, policy};
pub use xml::xml;
pub use yaml::{yaml, yaml_block};

/// A text as the name of a file: letters, digits, `.` and `_`, and a hyphen for each run of anything else.
pub fn slug(text: &str) -> String {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_')));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// Why a template could not be filled. It is a fault of prefsmith: templates and their data are its own.
#[derive(Clone, Debug, thiserror::Error)]
#[error("a template of prefsmith's is broken: {0}")]
pub struct TemplateError(String);

impl TemplateError {
    /// One with this reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

#[cfg(test)]
mod tests {
    /// A triple brace would let a value through without its escape.
    #[test]
    fn no_template_has_a_triple_brace() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                continue; // the fixed parts of scripts, which `shell` reads
            }
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(!text.contains("{{{") && !text.contains("{{&"), "{}", path.display());
            assert!(!text.contains('\r'), "{}", path.display());
            seen += 1;
        }
        assert!(seen > 0);
    }
}
