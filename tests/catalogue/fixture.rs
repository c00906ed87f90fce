//! Every fact of `tests/fixtures/office-settings.csv`, which was derived by machine from other tables than the
//! catalogue, read from the catalogue through the library.

use crate::{keys, literal, none, positions};
use prefsmith::catalog::Catalog;
use prefsmith::catalog::model::{Delivery, Judgement, Key, Node, Segment, When};
use std::collections::BTreeMap;

/// How many rows there are: one that gets lost on both sides would not be missed otherwise.
const ROWS: usize = 292;

/// The columns after domain and key.
const COLUMNS: [&str; 7] = ["type", "values", "range", "bare", "when", "delivery", "default"];

type Rows = BTreeMap<(String, String), [String; 7]>;

#[test]
fn the_catalogue_says_what_the_fixture_says() {
    let (wanted, known) = (fixture(), known());
    let mut complaints = Vec::new();
    for ((domain, key), facts) in &wanted {
        let Some(ours) = known.get(&(domain.clone(), key.clone())) else {
            complaints.push(format!("{domain} {key}: not in the catalogue"));
            continue;
        };
        for ((column, wanted), ours) in COLUMNS.iter().zip(facts).zip(ours) {
            if wanted != ours {
                complaints
                    .push(format!("{domain} {key}: {column} is `{wanted}` in the fixture, here `{ours}`"));
            }
        }
    }
    for (domain, key) in known.keys() {
        if !wanted.contains_key(&(domain.clone(), key.clone())) {
            complaints.push(format!("{domain} {key}: not in the fixture"));
        }
    }
    none(complaints);
}

#[test]
fn the_fixture_has_all_its_rows() {
    assert_eq!(fixture().len(), ROWS);
}

fn fixture() -> Rows {
    let text = include_str!("../fixtures/office-settings.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(head[2..], COLUMNS, "columns");
    let mut rows = Rows::new();
    for row in reader.deserialize() {
        let (domain, key, facts): (String, String, [String; 7]) = row.unwrap();
        let before = rows.insert((domain.clone(), key.clone()), facts);
        assert!(before.is_none(), "{domain} {key} stands twice in the fixture");
    }
    rows
}

fn known() -> Rows {
    let catalog = Catalog::builtin();
    let mut rows = Rows::new();
    // Apple's payloads have a table of their own.
    for key in keys(&catalog).into_iter().filter(|key| !crate::apple::is_apple(key)) {
        for (path, node) in positions(key) {
            for domain in &key.domains {
                let before = rows.insert(((*domain).to_owned(), path.clone()), facts(key, node, &path));
                assert!(before.is_none(), "{domain} {path} stands twice in the catalogue");
            }
        }
    }
    rows
}

fn facts(key: &Key<'_>, node: &Node<'_>, path: &str) -> [String; 7] {
    let nested = path != key.name;
    let mut builds: Vec<&str> = node.works.clone();
    builds.extend(node.doubtful.iter().map(|part| part.range));
    let when = match key.when {
        When::Any => "any",
        When::BeforeInstall => "before-install",
        When::BeforeFirstLaunch => "before-first-launch",
    };
    let delivery = match key.delivery {
        Delivery::Any => "any",
        Delivery::ForcedOnly => "forced-only",
        Delivery::NeverByProfile => "never-by-profile",
    };
    let default = node.default.as_ref().map(|default| match &default.value {
        Some(value) => literal(value),
        None => default.says.unwrap_or("").to_owned(),
    });
    [
        types(node),
        values(node),
        builds.join(" ; "),
        if key.bare && !nested { "yes" } else { "no" }.to_owned(),
        when.to_owned(),
        delivery.to_owned(),
        default.unwrap_or_default(),
    ]
}

pub fn types(node: &Node<'_>) -> String {
    let words = |node: &Node<'_>| node.types.iter().map(|kind| kind.word()).collect::<Vec<_>>().join("|");
    let item = node.children.iter().find(|(segment, _)| *segment == Segment::Item);
    match item {
        Some((_, item)) => format!("{}<{}>", words(node), words(item)),
        None => words(node),
    }
}

fn values(node: &Node<'_>) -> String {
    let taken = node.values.iter().filter(|allowed| allowed.verdict != Judgement::Refuse);
    let mut parts: Vec<String> = taken.map(|allowed| literal(&allowed.value)).collect();
    if let Some(range) = node.range {
        let end = |end: Option<i64>| end.map_or(String::new(), |number| number.to_string());
        parts.push(format!("{}..{}", end(range.min), end(range.max)));
    }
    if let Some(pattern) = node.pattern {
        parts.push(format!("/{pattern}/"));
    }
    parts.join("|")
}
