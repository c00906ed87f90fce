//! Variables of MDMs in the texts of a profile: what stands there is replaced for each Mac, so nothing is known of it.
//!
//! Each MDM spells them its own way: `$SERIALNUMBER` (Jamf Pro, Kandji), `$FLEET_VAR_HOST_UUID` and `${…}` (Fleet),
//! `{{mail}}` (Intune, SimpleMDM, Addigy), `{EmailAddress}` (Workspace ONE), `%Email%` (Mosyle, Jamf School),
//! `$ENROLLED_USER.LONG_NAME` (Zentral).

use crate::value::{Part, Value};

/// What stands around the name of a variable, and what it is made of.
const FORMS: [(&str, &str); 4] = [("{{", "}}"), ("${", "}"), ("{", "}"), ("%", "%")];

/// Whether a variable stands anywhere in a value.
///
/// Values nest at most [`crate::value::MAX_DEPTH`] deep, which bounds the recursion.
pub(super) fn holds_variable(value: &Value) -> bool {
    match value {
        Value::String(text) => text.parts().iter().any(|part| match part {
            Part::Literal(text) => variable(text).is_some(),
            Part::Token(_) => true,
        }),
        Value::Array(items) => items.iter().any(holds_variable),
        Value::Dictionary(entries) => entries.values().any(holds_variable),
        _ => false,
    }
}

/// Whether a value is a variable and nothing else.
pub(super) fn is_variable(value: &Value) -> bool {
    let Value::String(text) = value else { return false };
    text.as_literal().is_some_and(|text| variable(text) == Some(text))
}

/// The first variable in a text.
fn variable(text: &str) -> Option<&str> {
    text.char_indices().find_map(|(at, _)| {
        let rest = text.get(at..)?;
        wrapped(rest).or_else(|| dollar(rest))
    })
}

/// A name between braces or percent signs at the start of a text.
fn wrapped(text: &str) -> Option<&str> {
    FORMS.iter().find_map(|(open, close)| {
        let inside = text.strip_prefix(open)?;
        let name = inside.get(..inside.find(close)?)?;
        let plain =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '(' | ')' | ' ' | '"');
        // A lone pair of braces or percent signs around anything else than a word is text.
        let word = name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '.'));
        let simple = *open == "{{" || !name.contains([' ', '"']);
        (word && simple && name.chars().all(plain))
            .then(|| text.get(..open.len() + name.len() + close.len()))
            .flatten()
    })
}

/// `$NAME` in capitals at the start of a text.
fn dollar(text: &str) -> Option<&str> {
    let name = text.strip_prefix('$')?;
    let part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '.');
    let length = name.find(|c| !part(c)).unwrap_or(name.len());
    let named = name.starts_with(|c: char| c.is_ascii_uppercase()) && length > 2;
    named.then(|| text.get(..=length)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_mdms() {
        for (text, found) in [
            ("$SERIALNUMBER", Some("$SERIALNUMBER")),
            ("mac-$EXTENSIONATTRIBUTE_12-x", Some("$EXTENSIONATTRIBUTE_12")),
            ("$ENROLLED_USER.LONG_NAME", Some("$ENROLLED_USER.LONG_NAME")),
            ("${FLEET_VAR_HOST_UUID}", Some("${FLEET_VAR_HOST_UUID}")),
            ("to {{mail}}", Some("{{mail}}")),
            ("{{.User \"user_name\"}}", Some("{{.User \"user_name\"}}")),
            ("{EmailAddress}", Some("{EmailAddress}")),
            ("%Email%", Some("%Email%")),
            ("", None),
            ("$5 or $", None),
            ("100% of 5%", None),
            ("{not a name}", None),
            ("{}", None),
            ("${", None),
            ("smb://example.com/$home", None),
        ] {
            assert_eq!(variable(text), found, "{text}");
        }
    }

    #[test]
    fn a_value_is_a_variable_only_as_a_whole() {
        assert!(is_variable(&Value::string("$EMAIL")));
        assert!(!is_variable(&Value::string("$EMAIL and more")));
        assert!(holds_variable(&Value::Array(vec![Value::string("x $EMAIL")])));
        assert!(!holds_variable(&Value::Boolean(true)));
    }
}
