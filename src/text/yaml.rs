//! Scalars of YAML: what every reader of YAML 1.1 and 1.2 takes back as the same text.
//!
//! A crate would decide for itself when to quote and how long a line is; files that go into a repository must not
//! change with it, and all that is needed of YAML are scalars in lines whose shape is ours.

use std::fmt::Write as _;

/// Words that some reader takes for something else than text.
const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];

/// A text as a scalar on one line: bare where nobody can take it for anything else, otherwise in double quotes.
pub fn yaml(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { double_quoted(text) }
}

/// A text of several lines as a literal block, `|-` or `|` and its lines behind `indent` blanks; a scalar on one line
/// where a block could not hold it: blanks at the start or the end of a line, characters that cannot be printed.
pub fn yaml_block(text: &str, indent: usize) -> String {
    let body = text.strip_suffix('\n').unwrap_or(text);
    // Blanks in front of a line are kept: the first line, which has none, sets the indentation.
    let fits = |line: &str| !line.ends_with([' ', '\t']) && !line.starts_with('\t');
    let first = body.lines().next().unwrap_or("");
    let printable = body.chars().all(|c| c == '\n' || is_printable(c));
    let good = body.contains('\n')
        && printable
        && !first.is_empty()
        && !first.starts_with(' ')
        && !body.ends_with('\n')
        && body.split('\n').all(fits);
    if !good {
        return double_quoted(text);
    }
    let mut out = String::from(if text.ends_with('\n') { "|" } else { "|-" });
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&" ".repeat(indent));
            out.push_str(line);
        }
    }
    out
}

/// Whether a text needs no quotes: letters first, then what means nothing to YAML.
fn is_plain(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '.' | '-' | '/' | '(' | ')');
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(inner)
        && !text.ends_with(' ')
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// What may stand in YAML as it is, by version 1.1 and 1.2 alike.
fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn double_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) < 0x1_0000 => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_quoted_where_they_could_be_something_else() {
        for plain in ["Office", "Macs with Word", "a/b-c_d.mobileconfig", "Office (pilot)"] {
            assert_eq!(yaml(plain), plain);
        }
        for (text, written) in [
            ("", r#""""#),
            ("yes", r#""yes""#),
            ("NULL", r#""NULL""#),
            ("16.80", r#""16.80""#),
            ("1e3", r#""1e3""#),
            ("a: b", r#""a: b""#),
            ("a #b", r#""a #b""#),
            ("- a", r#""- a""#),
            ("a ", r#""a ""#),
            ("$HOME \"x\" \\", r#""$HOME \"x\" \\""#),
            ("é\u{7}\u{2028}\u{85}", r#""é\u0007\u2028\u0085""#),
            ("a\nb", r#""a\nb""#),
        ] {
            assert_eq!(yaml(text), written, "{text:?}");
        }
    }

    #[test]
    fn blocks_hold_what_a_block_can_hold() {
        assert_eq!(yaml_block("SELECT 1\n  WHERE 2;", 4), "|-\n    SELECT 1\n      WHERE 2;");
        assert_eq!(yaml_block("a\n\nb\n", 2), "|\n  a\n\n  b");
        assert_eq!(yaml_block("one line", 2), r#""one line""#);
        for text in [" a\nb", "a \nb", "a\n\n", "\na\nb", "a\n\tb", "a\u{85}\nb", "a\n \nb", "a\r\nb"] {
            assert!(yaml_block(text, 2).starts_with('"'), "{text:?}");
        }
    }
}
