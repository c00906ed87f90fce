//! Payload types of Apple's: every fact of a table that was written by hand after Apple's schema, and nothing else.

use crate::fixture::types;
use crate::{keys, literal, none, positions};
use prefsmith::catalog::Catalog;
use prefsmith::catalog::model::{Key, Literal, Node};
use prefsmith::value::Type;
use std::collections::BTreeMap;

/// The domain, and what the extensions themselves define and Apple does not.
pub const SSO: &str = "com.apple.extensiblesso";
const FREE: &str = "ExtensionData > ";

/// By key and path: type, values, the least number, required, default.
type Rows = BTreeMap<String, [String; 5]>;

#[test]
fn the_catalogue_says_what_apples_schema_says() {
    let mut wanted = Rows::new();
    let mut reader = csv::Reader::from_reader(&include_bytes!("../fixtures/extensiblesso.csv")[..]);
    for row in reader.deserialize() {
        let (key, facts): (String, [String; 5]) = row.unwrap();
        assert!(wanted.insert(key.clone(), facts).is_none(), "{key} stands twice in the table");
    }
    let catalog = Catalog::builtin();
    let mut known = Rows::new();
    for key in keys(&catalog).into_iter().filter(|key| is_apple(key)) {
        for (path, node) in positions(key).into_iter().filter(|(path, _)| !path.starts_with(FREE)) {
            known.insert(path, facts(node));
        }
    }
    let mut complaints = Vec::new();
    for path in wanted.keys().chain(known.keys()) {
        let (wanted, known) = (wanted.get(path), known.get(path));
        if wanted != known {
            complaints.push(format!("{path}: {wanted:?} in the table, here {known:?}"));
        }
    }
    none(complaints);
}

/// Whether a key is one of Apple's payloads.
pub fn is_apple(key: &Key<'_>) -> bool {
    key.domains == [SSO]
}

fn facts(node: &Node<'_>) -> [String; 5] {
    let text = |value: &Literal<'_>| match value {
        Literal::String(text) => (*text).to_owned(),
        other => literal(other),
    };
    let flag = node.types == [Type::Boolean];
    let mut values: Vec<String> = node.values.iter().map(|allowed| text(&allowed.value)).collect();
    values.sort();
    let condition = node.required_if.iter().map(|other| {
        let is = other.is.as_ref().map(text).unwrap_or_default();
        format!("{}={is}", other.field)
    });
    let required = match (node.required, condition.collect::<Vec<_>>()) {
        (true, _) => "yes".to_owned(),
        (false, list) if list.is_empty() => "no".to_owned(),
        (false, list) => list.join(" "),
    };
    let default = node.default.as_ref().and_then(|default| default.value.as_ref()).map(text);
    [
        types(node),
        // A boolean has both, and examples are no limits.
        if flag || node.open { String::new() } else { values.join("|") },
        node.range
            .and_then(|range| range.min)
            .filter(|least| *least > 0)
            .map_or(String::new(), |n| n.to_string()),
        required,
        default.unwrap_or_default(),
    ]
}
