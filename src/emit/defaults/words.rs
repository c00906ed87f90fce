//! Values as the words of a shell command: by the flag of their type, or as XML, with identity tokens as variables.

use super::setting::plain;
use crate::text::Piece;
use crate::value::{Part, Text, Value, write};
use std::collections::{BTreeMap, BTreeSet};

/// The identity tokens for which the scripts have variables.
pub(in crate::emit) const TOKENS: [&str; 13] = [
    "device.name",
    "device.serial",
    "device.udid",
    "user.department",
    "user.display-name",
    "user.full-name",
    "user.given-name",
    "user.job-title",
    "user.mail",
    "user.object-id",
    "user.short-name",
    "user.surname",
    "user.upn",
];

/// Longer strings do not go by an argument: the arguments of a command are limited.
const LONGEST: usize = 32 * 1024;

/// How a value is given to `put`: the word for its type, and the value.
pub(in crate::emit) struct Given {
    pub how: &'static str,
    pub value: Vec<Piece>,
}

/// The value of a key. `merge`: a dictionary goes entry by entry; `hide`: arguments of commands can be seen by
/// everybody on the Mac, so it goes by a file.
///
/// # Errors
/// What XML cannot carry.
pub(in crate::emit) fn given(
    key: &str,
    value: &Value,
    merge: bool,
    hide: bool,
) -> Result<Given, write::WriteError> {
    // Also what goes by a flag must be fit for a property list.
    let fragment = fragment(value)?;
    if plain(key) && !hide {
        match value {
            Value::Boolean(flag) => {
                return Ok(Given { how: "bool", value: vec![Piece::text(flag.to_string())] });
            }
            Value::Integer(number) if i32::try_from(number.get()).is_ok() => {
                return Ok(Given { how: "int", value: vec![Piece::text(number.to_string())] });
            }
            Value::String(text) if text.to_string().len() <= LONGEST => {
                return Ok(Given { how: "string", value: pieces(text) });
            }
            _ => {}
        }
    }
    let how = if merge && matches!(value, Value::Dictionary(_)) { "merge" } else { "xml" };
    Ok(Given { how, value: fragment })
}

fn variable(form: &str, token: &str) -> Piece {
    let name = if TOKENS.contains(&token) { token.replace(['.', '-'], "_") } else { String::new() };
    Piece::variable(format!("{form}_{name}"))
}

fn pieces(text: &Text) -> Vec<Piece> {
    let piece = |part: &Part| match part {
        Part::Literal(text) => Piece::text(text.clone()),
        Part::Token(name) => variable("token", name),
    };
    text.parts().iter().map(piece).collect()
}

/// The XML of a value; tokens are variables that hold XML.
fn fragment(value: &Value) -> Result<Vec<Piece>, write::WriteError> {
    if !value.has_tokens() {
        return Ok(vec![Piece::text(write::fragment(value)?)]);
    }
    // Marks that no text of the value holds stand for the tokens while the XML is written.
    let shown = write::fragment(value)?;
    let mut mark = "\u{e000}".to_owned();
    while shown.contains(&mark) {
        mark.push('\u{e000}');
    }
    let xml = write::fragment(&marked(value, &mark))?;
    let mut pieces = Vec::new();
    for (at, part) in xml.split(&mark).enumerate() {
        if at % 2 == 1 {
            pieces.push(variable("xml", part));
        } else if !part.is_empty() {
            pieces.push(Piece::text(part));
        }
    }
    Ok(pieces)
}

fn marked(value: &Value, mark: &str) -> Value {
    match value {
        Value::String(text) if text.has_tokens() => {
            let part = |part: &Part| match part {
                Part::Literal(text) => text.clone(),
                Part::Token(name) => format!("{mark}{name}{mark}"),
            };
            Value::string(text.parts().iter().map(part).collect::<String>())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| marked(item, mark)).collect()),
        Value::Dictionary(entries) => {
            let entry = |(key, value): (&String, &Value)| (key.clone(), marked(value, mark));
            Value::Dictionary(entries.iter().map(entry).collect::<BTreeMap<_, _>>())
        }
        other => other.clone(),
    }
}

/// The tokens of a value.
pub(in crate::emit) fn tokens(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => into.extend(text.tokens().map(str::to_owned)),
        Value::Array(items) => items.iter().for_each(|item| tokens(item, into)),
        Value::Dictionary(entries) => entries.values().for_each(|value| tokens(value, into)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    /// Each token of the catalogue has its variables in the scripts, and is set and asked for there.
    #[test]
    fn every_token_of_the_catalogue_has_its_variables() {
        let runtime = include_str!("../../../templates/scripts/tokens.sh");
        let catalog = Catalog::builtin();
        let known: BTreeSet<&str> = catalog.tokens().map(|token| token.name).collect();
        assert_eq!(known, TOKENS.into_iter().collect::<BTreeSet<_>>());
        for token in TOKENS {
            let name = token.replace(['.', '-'], "_");
            let set = format!("    {token}) token_{name}=$2 xml_{name}=$xml ;;");
            assert!(runtime.contains(&set), "{set}");
            assert!(
                runtime.contains(&format!("token_{name}='' "))
                    || runtime.contains(&format!("token_{name}=''\n"))
            );
            assert!(
                runtime.contains(&format!("xml_{name}='' ")) || runtime.contains(&format!("xml_{name}=''\n"))
            );
            let used = [format!("needs {token} "), format!("asked {token} ")];
            assert_eq!(used.iter().filter(|used| runtime.contains(used.as_str())).count(), 1, "{token}");
        }
    }

    #[test]
    fn tokens_inside_xml_are_variables() {
        let text = |source: &str| Value::String(Text::parse(source).unwrap());
        let value = Value::Array(vec![text("a<${user.upn}\u{e000}"), text("$${x}")]);
        let given = given("Key", &value, false, false).unwrap();
        assert_eq!(
            given.value,
            [
                Piece::text("<array><string>a&lt;"),
                Piece::variable("xml_user_upn"),
                Piece::text("\u{e000}</string><string>${x}</string></array>"),
            ]
        );
    }
}
