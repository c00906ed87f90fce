//! XML in UTF-16: decoded, with a declaration that fits what it then is.

use super::error::{position, shown};
use super::sniff::{Order, space};
use super::{Problem, ReadError};
use crate::finding::Position;

/// Whether an encoding of this name is UTF-16.
pub(super) fn named(name: &str) -> bool {
    ["utf-16", "utf-16le", "utf-16be"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// The text in UTF-8, without its byte order mark. Where the declaration names an encoding there are spaces, so that
/// every line and column is as the file has it.
pub(super) fn decode(bytes: &[u8], order: Order, most: usize) -> Result<String, ReadError> {
    let unit = |pair: &[u8]| match (pair, order) {
        ([high, low], Order::Big) | ([low, high], Order::Little) => u16::from_be_bytes([*high, *low]),
        // Half a unit at the end is half a pair.
        _ => 0xD800,
    };
    let mut text = String::new();
    for (at, found) in char::decode_utf16(bytes.chunks(2).map(unit)).enumerate() {
        match found {
            Ok('\u{feff}') if at == 0 => {}
            // Behind the first `<` it would look like UTF-16 once more.
            Ok('\0') => return Err(undecoded(Problem::Character(0), &text)),
            Ok(character) => text.push(character),
            Err(_) => return Err(undecoded(Problem::Utf16, &text)),
        }
        if text.len() > most {
            return Err(ReadError::Large(most));
        }
    }
    blank(text, order)
}

/// At the end of what was decoded.
fn undecoded(problem: Problem, text: &str) -> ReadError {
    ReadError::Undecoded { problem, at: position(text.as_bytes(), text.len()) }
}

/// Puts spaces in the place of the encoding, if it is the right one.
fn blank(text: String, order: Order) -> Result<String, ReadError> {
    let Some((before, encoding, name)) = encoding(&text) else { return Ok(text) };
    let (right, is) = match order {
        Order::Big => ("utf-16be", "UTF-16 with the higher byte first"),
        Order::Little => ("utf-16le", "UTF-16 with the lower byte first"),
    };
    if !name.eq_ignore_ascii_case("utf-16") && !name.eq_ignore_ascii_case(right) {
        let at = Position { line: 1, column: 1 };
        return Err(ReadError::Undecoded { problem: Problem::Disagrees { says: shown(name), is }, at });
    }
    let after = text.get(before.len() + encoding.len()..).unwrap_or("");
    Ok([before, &" ".repeat(encoding.chars().count()), after].concat())
}

/// What stands before `encoding="…"` in the declaration, that itself, and the name in it. What is malformed is left
/// for the reader of XML to refuse.
fn encoding(text: &str) -> Option<(&str, &str, &str)> {
    let head = text.trim_start_matches(|c: char| u8::try_from(c).is_ok_and(space));
    let (declaration, _) = head.strip_prefix("<?xml")?.split_once("?>")?;
    let (before, rest) = declaration.split_once("encoding")?;
    before.ends_with(|c: char| u8::try_from(c).is_ok_and(space)).then_some(())?;
    let value = rest.trim_ascii_start().strip_prefix('=')?.trim_ascii_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (name, after) = value.get(1..)?.split_once(quote)?;
    let start = text.len() - head.len() + "<?xml".len() + before.len();
    let length = "encoding".len() + rest.len() - after.len();
    Some((text.get(..start)?, text.get(start..start + length)?, name))
}
