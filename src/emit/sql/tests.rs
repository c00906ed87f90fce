//! What is asked of single values and lists.

use super::*;
use crate::value::{Integer, Text};
use std::collections::BTreeMap;

#[test]
fn texts_stay_on_a_line_and_without_dollars() {
    for (text, sql) in [
        ("", "''"),
        ("it's", "'it''s'"),
        ("$FLEET_VAR_X", "(CHAR(36) || 'FLEET_VAR_X')"),
        ("a\n$b", "('a' || CHAR(10) || CHAR(36) || 'b')"),
        ("\u{7f}", "CHAR(127)"),
    ] {
        assert_eq!(quote(text), sql);
    }
}

fn rows(value: &Value, compare: Compare) -> String {
    match Shape::of(value, compare) {
        Some(Shape::Rows(test) | Shape::Scalar(test)) => test.replace("\n    ", " "),
        None => "unseen".to_owned(),
    }
}

#[test]
fn lists_count_their_entries() {
    let list = |texts: &[&str]| Value::Array(texts.iter().map(|text| Value::string(*text)).collect());
    let one = "SUM(subkey = '' AND value = 'a')";
    let other = "SUM(subkey = '' AND value = 'b')";
    assert_eq!(
        rows(&list(&["a", "b", "a"]), Compare::Exact),
        format!("COUNT(*) = 3 AND {one} = 2 AND {other} = 1")
    );
    assert_eq!(rows(&list(&["a", "b"]), Compare::Contains), format!("{one} >= 1 AND {other} >= 1"));
    assert_eq!(
        rows(&list(&["a", "b"]), Compare::Set),
        format!("SUM(NOT (value = 'a' OR value = 'b')) = 0 AND {one} >= 1 AND {other} >= 1")
    );
    assert_eq!(rows(&Value::Array(vec![list(&["a"])]), Compare::Exact), "unseen");
}

#[test]
fn dictionaries_are_told_by_their_leaves() {
    let inner = BTreeMap::from([("b".to_owned(), Value::Boolean(false))]);
    let list = Value::Array(vec![Value::Integer(Integer::from(7_i64))]);
    let entries = [("a".to_owned(), Value::Dictionary(inner)), ("c".to_owned(), list)];
    let value = Value::Dictionary(BTreeMap::from(entries));
    let leaf = "SUM(subkey = 'a/b' AND LOWER(value) IN ('0', 'false', 'no')) >= 1";
    assert_eq!(
        rows(&value, Compare::Exact),
        format!("COUNT(*) = 2 AND {leaf} AND SUM(subkey = 'c/0' AND value = '7') >= 1")
    );
    assert_eq!(
        rows(&value, Compare::Contains),
        format!("{leaf} AND SUM(SUBSTR(subkey, 1, 2) = 'c/' AND value = '7') >= 1")
    );
    assert_eq!(rows(&Value::String(Text::literal("x")), Compare::Exact), "value = 'x'");
}
