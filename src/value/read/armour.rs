//! PEM, the armour of base64 around a CMS message.

use super::ReadError;
use crate::value::write::from_base64;

/// What stands in the first and the last line (RFC 7468; the third is what older tools wrote).
pub(super) const LABELS: [&str; 3] = ["CMS", "PKCS7", "PKCS #7 SIGNED DATA"];

const LINE: &str = "-----";

/// Whether a text starts with the armour of this label.
pub(super) fn begins(text: &[u8], label: &str) -> bool {
    let label = text
        .strip_prefix(LINE.as_bytes())
        .and_then(|text| text.strip_prefix(b"BEGIN "))
        .and_then(|text| text.strip_prefix(label.as_bytes()));
    label.is_some_and(|rest| rest.starts_with(LINE.as_bytes()))
}

/// The message inside its armour. Bytes are bounded by those of the input.
pub(super) fn open(bytes: &[u8]) -> Result<Vec<u8>, ReadError> {
    let text = bytes.trim_ascii();
    let damaged = ReadError::Cms("its armour of base64 has no end");
    let Some(label) = LABELS.iter().find(|label| begins(text, label)) else { return Err(damaged) };
    let (first, last) = (format!("{LINE}BEGIN {label}{LINE}"), format!("{LINE}END {label}{LINE}"));
    let inner = text.strip_prefix(first.as_bytes()).and_then(|text| text.strip_suffix(last.as_bytes()));
    let inner = inner.ok_or(damaged)?;
    let inner = std::str::from_utf8(inner).ok().and_then(from_base64);
    inner.ok_or(ReadError::Cms("its armour does not hold base64, with its padding"))
}
