//! What an input is, told by its first bytes: the plist crate takes a login page for a property list.

use super::ReadError;

/// The byte order mark of UTF-8.
pub(super) const MARK: &[u8] = b"\xEF\xBB\xBF";
/// The object identifier of CMS's SignedData, 1.2.840.113549.1.7.2, in DER.
const SIGNED_DATA: &[u8] = b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02";

/// The input without its byte order mark, if it is something like XML.
pub(super) fn xml(bytes: &[u8]) -> Result<&[u8], ReadError> {
    if bytes.starts_with(b"bplist") {
        return Err(ReadError::Binary);
    }
    if signed(bytes) {
        return Err(ReadError::Signed);
    }
    if wide(bytes) {
        return Err(ReadError::Wide);
    }
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

fn signed(bytes: &[u8]) -> bool {
    // The identifier follows a tag and a length of at most nine bytes.
    let head = bytes.get(..bytes.len().min(24)).unwrap_or(bytes);
    let der = head.first() == Some(&0x30) && head.windows(SIGNED_DATA.len()).any(|part| part == SIGNED_DATA);
    der || bytes.starts_with(b"-----BEGIN PKCS7-----") || bytes.starts_with(b"-----BEGIN CMS-----")
}

fn wide(bytes: &[u8]) -> bool {
    // Marks in both orders (that of little-endian UTF-32 begins as that of UTF-16); then `<` without a mark.
    let marks: [&[u8]; 6] = [b"\xFE\xFF", b"\xFF\xFE", b"\0\0\xFE\xFF", b"<\0", b"\0<", b"\0\0\0<"];
    marks.iter().any(|mark| bytes.starts_with(mark))
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
