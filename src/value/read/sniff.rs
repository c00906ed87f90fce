//! What an input is, told by its first bytes: the plist crate takes a login page for a property list.

use super::ReadError;

/// The byte order mark of UTF-8.
pub(super) const MARK: &[u8] = b"\xEF\xBB\xBF";

/// What stands at the start of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A binary property list.
    Binary,
    /// A CMS message, in BER.
    Cms,
    /// A CMS message in its armour of base64.
    Armour,
    /// A text in UTF-16.
    Utf16(Order),
    /// Anything else: a text in UTF-8, perhaps.
    Text,
}

/// Which byte of a pair comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The higher one.
    Big,
    /// The lower one.
    Little,
}

/// Tells what an input is, as far as its wrappers go.
pub(super) fn form(bytes: &[u8]) -> Result<Form, ReadError> {
    if bytes.starts_with(b"bplist") {
        return Ok(Form::Binary);
    }
    if cms(bytes) {
        return Ok(Form::Cms);
    }
    let text = bytes.trim_ascii_start();
    if super::armour::LABELS.iter().any(|label| super::armour::begins(text, label)) {
        return Ok(Form::Armour);
    }
    if ["MIME-Version:", "Content-Type: multipart/", "Content-Type: application/"]
        .iter()
        .any(|head| text.starts_with(head.as_bytes()))
    {
        return Err(ReadError::Mail);
    }
    // Marks first (that of little-endian UTF-32 begins as that of UTF-16), then `<` without a mark.
    match bytes {
        [0, 0, 0xFE, 0xFF, ..] | [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0, b'<', ..] | [b'<', 0, 0, 0, ..] => {
            Err(ReadError::Utf32)
        }
        [0xFE, 0xFF, ..] | [0, b'<', ..] => Ok(Form::Utf16(Order::Big)),
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => Ok(Form::Utf16(Order::Little)),
        _ => Ok(Form::Text),
    }
}

/// A sequence that starts with an object identifier, as every CMS message does.
fn cms(bytes: &[u8]) -> bool {
    let Some([0x30, length, rest @ ..]) = bytes.get(..bytes.len().min(16)) else { return false };
    let long = if *length > 0x80 { usize::from(length & 0x7F) } else { 0 };
    matches!(rest.get(long..), Some([0x06, 0x09 | 0x0B, 0x2A, 0x86, ..]))
}

/// The text without its byte order mark, if it is something like XML.
pub(super) fn xml(bytes: &[u8]) -> Result<&[u8], ReadError> {
    let body = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let start = body.iter().position(|byte| !space(*byte));
    match start.and_then(|at| body.get(at..)) {
        None => Err(ReadError::Empty),
        Some([b'<', ..]) => Ok(body),
        Some(other) => Err(foreign(other)),
    }
}

/// White space as XML has it.
pub(super) fn space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn foreign(text: &[u8]) -> ReadError {
    match text {
        [b'[', ..] => ReadError::Json,
        [b'{', rest @ ..] if json(rest) => ReadError::Json,
        [b'{' | b'(' | b'"', ..] | [b'/', b'/' | b'*', ..] => ReadError::OldFormat,
        _ => ReadError::Foreign,
    }
}

/// Whether the first sign after the first key is JSON's.
fn json(rest: &[u8]) -> bool {
    let mut quoted = false;
    let mut bytes = rest.iter().take(4096);
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if quoted => {
                bytes.next();
            }
            b'"' => quoted = !quoted,
            b':' if !quoted => return true,
            b'=' | b';' | b'{' | b'(' | b'}' if !quoted => return false,
            _ => {}
        }
    }
    false
}
