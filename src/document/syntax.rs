//! Slips in the grammar of TOML, in the words of somebody who writes policies.

use crate::finding::{Finding, SourceId, Span};
use std::ops::Range;

/// What quotes look like once a page or a chat has improved them.
const TYPOGRAPHIC: [char; 8] = ['“', '”', '„', '‟', '‘', '’', '«', '»'];

/// What is said: a title, what to do, and perhaps a stretch with what to write there.
struct Said {
    title: String,
    help: Option<String>,
    fix: Option<(Range<usize>, String)>,
}

impl Said {
    fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), help: None, fix: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn fix(mut self, at: Range<usize>, text: impl Into<String>) -> Self {
        self.fix = Some((at, text.into()));
        self
    }
}

/// The finding for what the parser calls `message`, at a place of a line.
pub(super) fn finding(
    source: SourceId,
    text: &str,
    at: &Range<usize>,
    line: Range<usize>,
    message: &str,
) -> Finding {
    let span = |range: &Range<usize>| {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { source, start: offset(range.start), end: offset(range.end) }
    };
    let said = say(text, at, &line, message);
    let mut finding = Finding::new("toml-syntax", said.title).at(span(at), "");
    if let Some(help) = said.help {
        finding = finding.help(help);
    }
    match said.fix {
        Some((range, text)) => {
            let title = if text.is_empty() { "take it out".to_owned() } else { format!("write `{text}`") };
            finding.fix(span(&range), text, title)
        }
        None => finding,
    }
}

fn say(text: &str, at: &Range<usize>, line: &Range<usize>, message: &str) -> Said {
    let whole = text.get(line.clone()).unwrap_or("").trim();
    let word = text.get(at.clone()).unwrap_or("");
    let before = text.get(line.start..at.start).unwrap_or("").trim_end();
    let rest = text.get(at.start..line.end.max(at.start)).unwrap_or("").trim_end();
    if whole.contains(TYPOGRAPHIC) {
        return Said::new("typographic quotes are no quotes here").help("write \"…\"");
    }
    if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| whole.starts_with(mark)) {
        return Said::new("a merge has left its marks here").help("keep one of the two versions");
    }
    if whole.starts_with("<?xml") || whole.starts_with("<!DOCTYPE") || whole.starts_with("<plist") {
        return Said::new("this is a property list, not a policy")
            .help("a policy is TOML: `prefsmith import` makes one of a profile, `prefsmith init` a new one");
    }
    if before.is_empty() && whole.starts_with('{') {
        return Said::new("this is JSON, not a policy").help("a policy is TOML: `prefsmith init` writes one");
    }
    if whole.starts_with("//") || whole.starts_with(';') {
        return Said::new("a comment begins with `#`");
    }
    match message.split(',').next().unwrap_or(message) {
        "string values must be quoted" => value(at, before, word, rest),
        "invalid boolean" => value(at, before, word, rest),
        "key with no value" => no_value(before, rest),
        "missing opening quote" => Said::new("the text has no opening quote"),
        "invalid basic string" => in_string(word),
        "unclosed table" => Said::new("the header of a table has no closing `]`"),
        "unclosed array" => Said::new("the list has no closing `]`"),
        "unclosed inline table" => Said::new("the table has no closing `}`"),
        "missing comma between array elements" => {
            Said::new("a comma is missing here, or the `]` that closes the list")
        }
        "unexpected leading zero" => Said::new("a number does not begin with 0"),
        "unexpected key or value" if rest.starts_with(',') => Said::new("nothing can follow the value")
            .help("digits are grouped with `_`: `10_000`; a list stands in `[…]`"),
        "unexpected key or value" => {
            Said::new("nothing can follow the value").help("a comment begins with `#`")
        }
        first if first.contains("unicode value") || first.contains("escape") => {
            Said::new("a backslash begins an escape here")
                .help("in single quotes it is plain text: 'EXAMPLE\\users'")
        }
        _ => Said::new(message.replace(", expected nothing", "")),
    }
}

/// Something else than a value stands behind the `=`.
fn value(at: &Range<usize>, before: &str, word: &str, rest: &str) -> Said {
    if word.trim().is_empty() && (rest.is_empty() || rest.starts_with('#')) {
        let after = if before.ends_with('=') { "after `=`" } else { "here" };
        return Said::new(format!("a value is missing {after}"));
    }
    if let Some((value, _)) = word.split_once([';', '/']).filter(|(value, _)| value.ends_with(' ')) {
        let end = at.start + value.trim_end().len();
        return Said::new("nothing can follow the value")
            .help("a comment begins with `#`")
            .fix(end..at.end, String::new());
    }
    let flag = match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some("true"),
        "false" | "no" | "off" => Some("false"),
        _ => None,
    };
    if let Some(flag) = flag {
        return Said::new(format!("`{word}` is no value"))
            .help(format!("write `{flag}`"))
            .fix(at.clone(), flag);
    }
    let said = Said::new("a text stands in quotes");
    if word.contains(['"', '\\']) {
        return said;
    }
    let quoted = format!("\"{word}\"");
    said.help(format!("write `{quoted}`")).fix(at.clone(), quoted)
}

/// A key without its `=`.
fn no_value(before: &str, rest: &str) -> Said {
    let said = Said::new("a key is followed by `=` and its value");
    if before.ends_with(':') || rest.starts_with(':') {
        // The parser stops at the colon, or behind it.
        return said.help("write `=` for `:`");
    }
    said
}

fn in_string(word: &str) -> Said {
    match word.chars().next() {
        Some(found) if found.is_control() => {
            let code = u32::from(found);
            Said::new(format!("the control character U+{code:04X} stands in a text"))
        }
        _ => Said::new("the text has no closing quote"),
    }
}
