//! The built-in catalogue: against the facts that were derived apart from it, and against itself.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

mod apple;
mod bytes;
mod fixture;
mod names;
mod network;
mod raw;
mod values;
mod versions;

use prefsmith::catalog::Catalog;
use prefsmith::catalog::model::{Key, Literal, Node, Segment};

/// Every key of the built-in catalogue.
fn keys<'a>(catalog: &'a Catalog<'static>) -> Vec<&'a Key<'static>> {
    let layer = &catalog.layers()[catalog.builtin_layer()];
    let count = layer.entries().len();
    (0..count).map(|number| layer.key(number).unwrap_or_else(|| panic!("key {number} is lost"))).collect()
}

/// A key's own position and all nested ones, with the path of each: `Applications > {app path}`. What `element`
/// made is no position of its own.
fn positions<'a>(key: &'a Key<'static>) -> Vec<(String, &'a Node<'static>)> {
    let mut found = Vec::new();
    let mut open = vec![(key.name.to_owned(), &key.node)];
    while let Some((path, node)) = open.pop() {
        for (part, child) in &node.children {
            if !is_element(child) {
                open.push((format!("{path} > {}", segment(part)), child));
            }
        }
        found.push((path, node));
    }
    found
}

/// Whether a position was made by `element`, which says nothing but a type.
fn is_element(node: &Node<'_>) -> bool {
    node.summary.is_empty() && node.sources.is_empty()
}

fn segment<'a>(part: &Segment<'a>) -> &'a str {
    match part {
        Segment::Name(name) => name,
        Segment::AppPath => "{app path}",
        Segment::AnyKey => "{key}",
        Segment::Item => "{item}",
    }
}

/// A literal as the fixture writes it.
fn literal(value: &Literal<'_>) -> String {
    match value {
        Literal::Boolean(flag) => flag.to_string(),
        Literal::Integer(number) => number.to_string(),
        Literal::Real(number) => number.to_string(),
        Literal::String(text) => (*text).to_owned(),
        Literal::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(",")),
    }
}

/// Fails with every complaint, one on a line.
fn none(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}
