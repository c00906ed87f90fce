//! The only writer of property lists: XML, sorted keys, and nothing in it that XML cannot carry.
//!
//! The plist crate writes the format, but lets control characters, U+FFFE and non-finite reals through, so they
//! are refused here first (reals by their type).

use super::{Integer, Part, Text, Value};
use plist::XmlWriteOptions;
use std::collections::BTreeMap;

/// Whether XML 1.0 cannot carry this character at all.
pub fn xml_refuses(character: char) -> bool {
    matches!(character, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

/// Why a value cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// A character that XML has no way to carry, or that its readers change.
    #[error("a property list cannot carry the character U+{0:04X}")]
    Character(u32),
    /// An identity token is left in the text.
    #[error("the identity token `${{{0}}}` was not replaced")]
    Token(String),
    /// The value nests deeper than [`super::MAX_DEPTH`].
    #[error("the value nests deeper than {} levels", super::MAX_DEPTH)]
    Deep,
    /// The plist crate refused.
    #[error("the property list could not be written: {0}")]
    Format(String),
}

/// The first character of a text that an XML property list does not bring back unchanged.
///
/// A carriage return is one: XML readers turn it into a newline.
pub fn unwritable(text: &str) -> Option<char> {
    text.chars().find(|c| xml_refuses(*c) || *c == '\r')
}

/// A whole XML property list, with Apple's document type, ended by a newline.
pub fn to_xml(value: &Value) -> Result<Vec<u8>, WriteError> {
    let mut bytes = write(value, Tokens::Refuse, &XmlWriteOptions::default())?;
    if bytes.last() != Some(&b'\n') {
        bytes.push(b'\n');
    }
    Ok(bytes)
}

/// The XML of a value alone, as JSON outputs show it: tokens stay as `${name}`.
pub fn fragment(value: &Value) -> Result<String, WriteError> {
    let options = XmlWriteOptions::default().root_element(false).indent(b'\t', 0);
    let bytes = write(value, Tokens::Show, &options)?;
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

/// One value as XML without the document around it: what stands inside of a document that somebody else writes.
///
/// # Errors
/// What XML cannot carry, or an identity token that was not replaced.
pub fn element(value: &Value) -> Result<String, WriteError> {
    let bytes = write(value, Tokens::Refuse, &XmlWriteOptions::default().root_element(false))?;
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

/// The entries of a dictionary as XML, each with its key on a line and the value below it, without the dictionary
/// around them; ended by a newline.
///
/// # Errors
/// As of [`element`].
pub fn entries(entries: &BTreeMap<String, Value>) -> Result<String, WriteError> {
    let mut out = String::new();
    for (key, value) in entries {
        checked(key)?;
        out.push_str(&format!("<key>{}</key>\n{}\n", escaped(key), element(value)?));
    }
    Ok(out)
}

/// A text as XML holds it between two tags.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Base64 with padding, on one line.
pub fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Reads what [`base64`] writes; white space between the characters is allowed, padding is required.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(compact).ok()
}

#[derive(Clone, Copy)]
enum Tokens {
    Refuse,
    Show,
}

#[expect(clippy::disallowed_methods, reason = "this is the door")]
fn write(value: &Value, tokens: Tokens, options: &XmlWriteOptions) -> Result<Vec<u8>, WriteError> {
    let converted = convert(value, tokens, super::MAX_DEPTH * 2)?;
    let mut bytes = Vec::new();
    converted
        .to_writer_xml_with_options(&mut bytes, options)
        .map_err(|error| WriteError::Format(error.to_string()))?;
    Ok(bytes)
}

fn convert(value: &Value, tokens: Tokens, depth: usize) -> Result<plist::Value, WriteError> {
    let Some(depth) = depth.checked_sub(1) else { return Err(WriteError::Deep) };
    Ok(match value {
        Value::Boolean(flag) => plist::Value::Boolean(*flag),
        Value::Integer(Integer::Signed(number)) => plist::Value::Integer((*number).into()),
        Value::Integer(Integer::Unsigned(number)) => plist::Value::Integer((*number).into()),
        Value::Real(number) => plist::Value::Real(number.get()),
        Value::String(text) => plist::Value::String(string(text, tokens)?),
        Value::Date(date) => {
            let text = date.to_string();
            let date = plist::Date::from_xml_format(&text)
                .map_err(|_| WriteError::Format(format!("{text} is no date of a property list")))?;
            plist::Value::Date(date)
        }
        Value::Data(bytes) => plist::Value::Data(bytes.clone()),
        Value::Array(items) => {
            let items = items.iter().map(|item| convert(item, tokens, depth));
            plist::Value::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Dictionary(entries) => {
            let mut dictionary = plist::Dictionary::new();
            for (key, value) in entries {
                checked(key)?;
                dictionary.insert(key.clone(), convert(value, tokens, depth)?);
            }
            plist::Value::Dictionary(dictionary)
        }
    })
}

fn string(text: &Text, tokens: Tokens) -> Result<String, WriteError> {
    for part in text.parts() {
        match (part, tokens) {
            (Part::Literal(literal), _) => checked(literal)?,
            (Part::Token(name), Tokens::Refuse) => return Err(WriteError::Token(name.clone())),
            (Part::Token(_), Tokens::Show) => {}
        }
    }
    Ok(text.to_string())
}

fn checked(text: &str) -> Result<(), WriteError> {
    unwritable(text).map_or(Ok(()), |character| Err(WriteError::Character(u32::from(character))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Date, Real};

    fn written(value: &Value) -> String {
        String::from_utf8(to_xml(value).unwrap()).unwrap()
    }

    #[test]
    fn whole_document() {
        let entries = BTreeMap::from([
            ("b".to_owned(), Value::Boolean(false)),
            ("a & <b>".to_owned(), Value::string("it's \"<x>\" & more\n\ttab")),
        ]);
        insta::assert_snapshot!(written(&Value::Dictionary(entries)));
    }

    #[test]
    fn fragments_of_every_type() {
        let date = Date::parse("2027-01-31T00:00:00Z").unwrap();
        let all = Value::Array(vec![
            Value::Boolean(true),
            Value::Integer(Integer::from(i64::MIN)),
            Value::Integer(Integer::from(u64::MAX)),
            Value::Real(Real::new(1.0).unwrap()),
            Value::Real(Real::new(0.1).unwrap()),
            Value::Real(Real::new(1e300).unwrap()),
            Value::String(Text::parse("${user.upn}").unwrap()),
            Value::string(""),
            Value::Date(date),
            Value::Data(b"hello".to_vec()),
            Value::Array(vec![]),
            Value::Dictionary(BTreeMap::new()),
        ]);
        insta::assert_snapshot!(fragment(&all).unwrap());
    }

    #[test]
    fn what_xml_cannot_carry_is_refused() {
        for bad in ['\0', '\u{1}', '\u{b}', '\u{1f}', '\u{fffe}', '\u{ffff}', '\r'] {
            let expected = Err(WriteError::Character(u32::from(bad)));
            assert_eq!(to_xml(&Value::string(format!("a{bad}"))), expected);
            let key = BTreeMap::from([(format!("k{bad}"), Value::Boolean(true))]);
            assert_eq!(to_xml(&Value::Dictionary(key)), expected);
        }
        assert!(Real::new(f64::NAN).is_none());
        assert!(Real::new(f64::INFINITY).is_none());
        let token = Value::String(Text::parse("${user.upn}").unwrap());
        assert_eq!(to_xml(&token), Err(WriteError::Token("user.upn".to_owned())));
    }

    #[test]
    fn base64_as_rfc_4648_has_it() {
        for (text, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
        ] {
            assert_eq!(base64(text.as_bytes()), coded);
        }
    }
}
