//! What the rows of osquery's tables must look like for a value to be the wanted one.

use super::{is_scalar, quote};
use crate::catalog::model::Compare;
use crate::value::{Value, write};
use std::collections::BTreeMap;

/// A test of a value.
pub(super) enum Shape {
    /// Of one row, over the column `value`.
    Scalar(String),
    /// Of all rows of a key in one file of the table `plist`: aggregates over `subkey` and `value`.
    Rows(String),
}

impl Shape {
    /// The test of a value without tokens; none where osquery's rows do not tell it from others.
    pub(super) fn of(value: &Value, compare: Compare) -> Option<Self> {
        match value {
            Value::Array(items) => list(items, compare).map(Self::Rows),
            Value::Dictionary(entries) if entries.is_empty() && compare == Compare::Contains => {
                // Any dictionary has at least nothing in it.
                Some(Self::Rows("COUNT(*) > 0".to_owned()))
            }
            Value::Dictionary(_) => {
                let mut leaves = Vec::new();
                fill(value, "", compare, &mut leaves)?;
                Some(Self::Rows(every(&leaves, compare == Compare::Contains)))
            }
            scalar => Some(Self::Scalar(row(scalar))),
        }
    }
}

/// A test of one row's `value`. What an app that is lenient takes for the same passes here too, as it is no drift.
fn row(value: &Value) -> String {
    match value {
        Value::Boolean(true) => "LOWER(value) IN ('1', 'true', 'yes')".to_owned(),
        Value::Boolean(false) => "LOWER(value) IN ('0', 'false', 'no')".to_owned(),
        Value::Integer(number) => format!("value = '{number}'"),
        Value::Real(number) => {
            let number = number.get();
            let near = number.abs().max(1.0) * 1e-9;
            // What is no number would be cast to 0.
            let is_number = "value GLOB '[-+.0-9]*' AND value NOT GLOB '*[^-+.0-9eE]*'";
            format!("({is_number} AND ABS(CAST(value AS REAL) - {number:?}) <= {near:?})")
        }
        Value::String(text) => format!("value = {}", quote(text.as_literal().unwrap_or_default())),
        Value::Data(bytes) => format!("value = {}", quote(&write::base64(bytes))),
        // Perhaps with a fraction behind the seconds.
        Value::Date(date) => {
            format!("(value GLOB '[-0-9]*' AND CAST(value AS INTEGER) = {})", date.seconds())
        }
        Value::Array(_) | Value::Dictionary(_) => "value = ''".to_owned(),
    }
}

/// A list at the top of a key: a row for each entry, without its number.
fn list(items: &[Value], compare: Compare) -> Option<String> {
    if !items.iter().all(is_scalar) {
        return None;
    }
    if items.is_empty() {
        return Some(match compare {
            Compare::Contains => "COUNT(*) > 0".to_owned(),
            _ => "COUNT(*) = 1 AND SUM(subkey = '' AND value = '') = 1".to_owned(),
        });
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for item in items {
        *counts.entry(row(item)).or_default() += 1;
    }
    let mut tests: Vec<String> = Vec::new();
    match compare {
        Compare::Exact => tests.push(format!("COUNT(*) = {}", items.len())),
        Compare::Contains => {}
        Compare::Set => {
            let any: Vec<&str> = counts.keys().map(String::as_str).collect();
            tests.push(format!("SUM(NOT ({})) = 0", any.join(" OR ")));
        }
    }
    for (test, count) in &counts {
        let wanted = if compare == Compare::Exact { format!("= {count}") } else { ">= 1".to_owned() };
        tests.push(format!("SUM(subkey = '' AND {test}) {wanted}"));
    }
    Some(tests.join("\n    AND "))
}

/// The rows of a value inside a dictionary, with their tests; a subkey that ends with `/` is that of any entry.
fn fill(value: &Value, at: &str, compare: Compare, leaves: &mut Vec<(String, String)>) -> Option<()> {
    match value {
        Value::Dictionary(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                let at = if at.is_empty() { key.clone() } else { format!("{at}/{key}") };
                fill(value, &at, compare, leaves)?;
            }
        }
        Value::Array(items) if !items.is_empty() => {
            if !items.iter().all(is_scalar) {
                return None;
            }
            for (number, item) in items.iter().enumerate() {
                let at =
                    if compare == Compare::Contains { format!("{at}/") } else { format!("{at}/{number}") };
                leaves.push((at, row(item)));
            }
        }
        // An empty one inside a dictionary that may hold more asks for nothing that a row shows.
        Value::Dictionary(_) if compare == Compare::Contains => {}
        other => leaves.push((at.to_owned(), row(other))),
    }
    Some(())
}

fn every(leaves: &[(String, String)], more: bool) -> String {
    let mut tests: Vec<String> = Vec::new();
    if !more {
        tests.push(format!("COUNT(*) = {}", leaves.len()));
    }
    for (at, test) in leaves {
        let place = match at.strip_suffix('/') {
            // An entry of a list, wherever in it.
            Some(_) if more => format!("SUBSTR(subkey, 1, {}) = {}", at.chars().count(), quote(at)),
            _ => format!("subkey = {}", quote(at)),
        };
        tests.push(format!("SUM({place} AND {test}) >= 1"));
    }
    if tests.is_empty() { "COUNT(*) > 0".to_owned() } else { tests.join("\n    AND ") }
}
