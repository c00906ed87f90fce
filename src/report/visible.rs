//! Makes text from outside safe to show: what a terminal would obey or hide is spelled out instead.

use std::borrow::Cow;
use std::fmt::Write;
use std::io;

/// Whether a character is invisible, or changes how its neighbours are shown: C1 controls (a terminal takes
/// U+009B for an escape sequence), marks of text direction, characters without width, tags, and the sign
/// that [`MARK`] stands for.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9F}' | '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E0FFF}' | MARK)
}

/// A private character that never passes [`push`], so that a renderer can use it to find its own places.
pub(super) const MARK: char = '\u{F0000}';

/// Whether nothing of a text has to be spelled out: it is ASCII without control characters, as nearly all text is.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Appends a character as a terminal may see it: a control character as its picture (`␛`), a hidden one by
/// its number (`<U+202E>`), and everything else as it is.
pub(super) fn push(out: &mut String, c: char) {
    match c {
        '\u{0}'..='\u{1F}' => out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{FFFD}')),
        '\u{7F}' => out.push('\u{2421}'),
        c if is_hidden(c) => {
            // Writing into a String cannot fail.
            let _ = write!(out, "<U+{:04X}>", u32::from(c));
        }
        c => out.push(c),
    }
}

/// The text on one line, at most `max` of its characters; the rest is counted.
pub(super) fn line(text: &str, max: usize) -> String {
    shown(text, max, push)
}

/// The text with its line ends, tabs as four spaces, at most `max` of its characters; the rest is counted.
pub(crate) fn paragraph(text: &str, max: usize) -> String {
    let text = if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
    shown(&text, max, |out, c| match c {
        '\n' => out.push('\n'),
        '\t' => out.push_str("    "),
        c => push(out, c),
    })
}

fn shown(text: &str, max: usize, mut push: impl FnMut(&mut String, char)) -> String {
    if text.len() <= max && is_plain(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len().min(max));
    let mut chars = text.chars();
    for c in chars.by_ref().take(max) {
        push(&mut out, c);
    }
    let rest = chars.count();
    if rest > 0 {
        let _ = write!(out, "… ({} more characters)", number(rest));
    }
    out
}

/// A number with commas between thousands: `4,980`.
pub(crate) fn number(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// JSON in several lines with a line end behind the last. Hidden characters stand as `\u` escapes, so that
/// the text means the same and is safe to look at.
pub(super) fn json(value: &impl serde::Serialize) -> String {
    let mut out = Vec::new();
    // Only a map with keys that are no strings, or a failing writer, can make this fail; reports have neither.
    let _ = write_json(value, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// The same, written as it comes.
///
/// # Errors
/// It cannot be written.
pub(super) fn write_json(value: &impl serde::Serialize, out: &mut impl io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(Safe(&mut *out), value)?;
    out.write_all(b"\n")
}

/// The same in one line.
pub(super) fn json_line(value: &impl serde::Serialize) -> String {
    let mut out = Vec::new();
    let _ = serde_json::to_writer(Safe(&mut out), value);
    out.push(b'\n');
    String::from_utf8(out).unwrap_or_default()
}

/// Takes JSON in pieces, each of whole characters.
struct Safe<W>(W);

impl<W: io::Write> io::Write for Safe<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if piece.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
            self.0.write_all(piece)?;
            return Ok(piece.len());
        }
        let text = std::str::from_utf8(piece).map_err(io::Error::other)?;
        for c in text.chars() {
            let mut room = [0; 4];
            if c == '\u{7F}' || is_hidden(c) {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(self.0, "\\u{unit:04x}")?;
                }
            } else {
                self.0.write_all(c.encode_utf8(&mut room).as_bytes())?;
            }
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_spelled_out() {
        assert_eq!(line("a\u{1b}[31m\tb\r\n\u{9b}2J\u{7f}", 99), "a␛[31m␉b␍␊<U+009B>2J␡");
        assert_eq!(line("\u{202e}txt\u{200d}\u{e0041}", 99), "<U+202E>txt<U+200D><U+E0041>");
        assert_eq!(line("é 日本 שלום 👍🏽", 99), "é 日本 שלום 👍🏽");
        assert_eq!(paragraph("a\r\n\tb\rc", 99), "a\n    b␍c");
    }

    #[test]
    fn long_text_is_cut_and_the_rest_counted() {
        assert_eq!(line("ééééé", 3), "ééé… (2 more characters)");
        assert_eq!(line("éé", 2), "éé");
        assert_eq!(line(&"x".repeat(5000), 1), "x… (4,999 more characters)");
    }

    #[test]
    fn numbers_have_commas() {
        let shown: Vec<_> = [0, 7, 999, 1000, 4980, 1_234_567].map(number).into();
        assert_eq!(shown, ["0", "7", "999", "1,000", "4,980", "1,234,567"]);
    }

    #[test]
    fn json_means_the_same_after_escaping() {
        let text = "\u{1b}\u{9b}\u{7f}\u{202e}\u{e0041}é\\u0041";
        let out = json(&text);
        assert!(out.trim_end().chars().all(|c| c == 'é' || (' '..='~').contains(&c)), "{out}");
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
    }
}
