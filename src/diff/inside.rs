//! Where inside two values a difference lies.

use crate::value::Value;
use std::collections::BTreeSet;

/// One place in which two values differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Inside<'v> {
    /// Keys of dictionaries and numbers of items (from 0), outermost first; empty: the values themselves.
    pub path: Vec<String>,
    /// What the first has there.
    pub expected: Option<&'v Value>,
    /// What the second has there.
    pub actual: Option<&'v Value>,
}

/// The innermost places in which two values differ, in order; none if they are the same.
///
/// Arrays of different lengths differ as a whole: which of their items was added or removed is a guess.
pub fn inside<'v>(expected: &'v Value, actual: &'v Value) -> Vec<Inside<'v>> {
    let mut found = Vec::new();
    descend(Some(expected), Some(actual), &mut Vec::new(), &mut found);
    found
}

/// Values nest at most [`crate::value::MAX_DEPTH`] deep, which bounds the recursion.
fn descend<'v>(
    expected: Option<&'v Value>,
    actual: Option<&'v Value>,
    path: &mut Vec<String>,
    found: &mut Vec<Inside<'v>>,
) {
    match (expected, actual) {
        (Some(Value::Dictionary(first)), Some(Value::Dictionary(second))) => {
            let keys: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
            for key in keys {
                path.push(key.clone());
                descend(first.get(key), second.get(key), path, found);
                path.pop();
            }
        }
        (Some(Value::Array(first)), Some(Value::Array(second))) if first.len() == second.len() => {
            for (at, (first, second)) in first.iter().zip(second).enumerate() {
                path.push(at.to_string());
                descend(Some(first), Some(second), path, found);
                path.pop();
            }
        }
        (expected, actual) if expected == actual => {}
        (expected, actual) => found.push(Inside { path: path.clone(), expected, actual }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Integer;
    use std::collections::BTreeMap;

    #[test]
    fn the_innermost_places() {
        let number = |n: i64| Value::Integer(Integer::from(n));
        let dictionary = |entries: &[(&str, Value)]| {
            Value::Dictionary(
                entries.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect::<BTreeMap<_, _>>(),
            )
        };
        let first = dictionary(&[
            ("a", number(1)),
            ("b", Value::Array(vec![number(1), number(2)])),
            ("c", number(3)),
        ]);
        let second = dictionary(&[
            ("b", Value::Array(vec![number(1), number(4)])),
            ("c", number(3)),
            ("d", number(5)),
        ]);
        let paths: Vec<String> = inside(&first, &second).iter().map(|place| place.path.join("/")).collect();
        assert_eq!(paths, ["a", "b/1", "d"]);
        assert!(inside(&first, &first).is_empty());
        assert_eq!(inside(&number(1), &Value::Boolean(true)).len(), 1);
    }
}
