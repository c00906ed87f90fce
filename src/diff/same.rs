//! When a value on a Mac is the wanted one: as the catalogue says per key, typed, or as a lenient app takes it.

use crate::catalog::model::Compare;
use crate::value::{Part, Text, Value};
use std::collections::BTreeMap;

/// How near a value comes to the wanted one. Ordered: the nearest is the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// It is the wanted value.
    Same,
    /// Of another type, and equal for an app that is lenient: `1` for `true`.
    Lenient,
    /// It is another.
    Other,
}

/// Compares a value on a Mac with the wanted one.
///
/// Values nest at most [`crate::value::MAX_DEPTH`] deep, which bounds the recursion.
pub fn compare(wanted: &Value, actual: &Value, how: Compare) -> Match {
    match (wanted, actual) {
        (Value::Dictionary(wanted), Value::Dictionary(actual)) => {
            if how != Compare::Contains && wanted.len() != actual.len() {
                return Match::Other;
            }
            // What is inside a dictionary is compared exactly, unless entries of any depth may be added.
            let inner = if how == Compare::Contains { how } else { Compare::Exact };
            let entry = |(key, wanted): (&String, &Value)| {
                actual.get(key).map_or(Match::Other, |actual| compare(wanted, actual, inner))
            };
            wanted.iter().map(entry).max().unwrap_or(Match::Same)
        }
        (Value::Array(wanted), Value::Array(actual)) => match how {
            Compare::Exact if wanted.len() != actual.len() => Match::Other,
            Compare::Exact => {
                let pairs = wanted.iter().zip(actual);
                pairs.map(|(wanted, actual)| compare(wanted, actual, how)).max().unwrap_or(Match::Same)
            }
            Compare::Contains => within(wanted, actual),
            Compare::Set => within(wanted, actual).max(within(actual, wanted)),
        },
        _ if wanted == actual => Match::Same,
        _ if lenient(wanted, actual) => Match::Lenient,
        _ => Match::Other,
    }
}

/// Whether every item of the first is one of the second.
fn within(first: &[Value], second: &[Value]) -> Match {
    let nearest = |item: &Value| {
        second.iter().map(|other| compare(item, other, Compare::Exact)).min().unwrap_or(Match::Other)
    };
    first.iter().map(nearest).max().unwrap_or(Match::Same)
}

/// Whether CFPreferences' getters would give an app the same for both: numbers for booleans, and texts that spell
/// either.
fn lenient(wanted: &Value, actual: &Value) -> bool {
    let pair = |a: &Value, b: &Value| match (a, b) {
        (Value::Boolean(flag), Value::Integer(number)) => number.get() == i128::from(*flag),
        (Value::Boolean(flag), Value::Real(number)) => number.get() == f64::from(u8::from(*flag)),
        (Value::Boolean(flag), Value::String(text)) => spelt(text) == Some(*flag),
        (Value::Integer(number), Value::Real(real)) => {
            real.get().fract() == 0.0 && real.get().to_string() == number.to_string()
        }
        (Value::Integer(number), Value::String(text)) => {
            text.as_literal().is_some_and(|text| text.trim() == number.to_string())
        }
        (Value::Real(number), Value::String(text)) => {
            text.as_literal().and_then(|text| text.trim().parse::<f64>().ok()) == Some(number.get())
        }
        _ => false,
    };
    pair(wanted, actual) || pair(actual, wanted)
}

/// The boolean that a text spells, as `CFPreferencesGetAppBooleanValue` documents it.
fn spelt(text: &Text) -> Option<bool> {
    match text.as_literal()?.to_ascii_lowercase().as_str() {
        "1" | "yes" | "true" => Some(true),
        "0" | "no" | "false" => Some(false),
        _ => None,
    }
}

/// The value with its identity tokens replaced; none if one of them has no replacement.
pub fn replaced(value: &Value, tokens: &BTreeMap<String, String>) -> Option<Value> {
    match value {
        Value::String(text) => {
            let part = |part: &Part| match part {
                Part::Literal(text) => Some(text.clone()),
                Part::Token(name) => tokens.get(name).cloned(),
            };
            let parts: Option<String> = text.parts().iter().map(part).collect();
            Some(Value::String(Text::literal(parts?)))
        }
        Value::Array(items) => {
            let items: Option<Vec<Value>> = items.iter().map(|item| replaced(item, tokens)).collect();
            Some(Value::Array(items?))
        }
        Value::Dictionary(entries) => {
            let entry = |(key, value): (&String, &Value)| Some((key.clone(), replaced(value, tokens)?));
            let entries: Option<BTreeMap<String, Value>> = entries.iter().map(entry).collect();
            Some(Value::Dictionary(entries?))
        }
        other => Some(other.clone()),
    }
}

/// The first identity token in a value, in the order of its entries.
pub fn first_token(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => text.tokens().next(),
        Value::Array(items) => items.iter().find_map(first_token),
        Value::Dictionary(entries) => entries.values().find_map(first_token),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Real;

    fn number(number: i64) -> Value {
        Value::Integer(number.into())
    }

    fn list(items: &[i64]) -> Value {
        Value::Array(items.iter().map(|item| number(*item)).collect())
    }

    fn dict(entries: &[(&str, Value)]) -> Value {
        Value::Dictionary(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
    }

    #[test]
    fn what_a_lenient_app_takes_for_the_same() {
        let exact = |a: &Value, b: &Value| compare(a, b, Compare::Exact);
        let yes = Value::Boolean(true);
        assert_eq!(exact(&yes, &yes), Match::Same);
        for actual in
            [number(1), Value::string("YES"), Value::string("1"), Value::Real(Real::new(1.0).unwrap())]
        {
            assert_eq!(exact(&yes, &actual), Match::Lenient, "{actual}");
            assert_eq!(exact(&actual, &yes), Match::Lenient, "{actual}");
        }
        for actual in [number(0), number(2), Value::string("on"), Value::Data(vec![1])] {
            assert_eq!(exact(&yes, &actual), Match::Other, "{actual}");
        }
        assert_eq!(exact(&number(5), &Value::string("5")), Match::Lenient);
        assert_eq!(exact(&number(5), &Value::Real(Real::new(5.0).unwrap())), Match::Lenient);
        assert_eq!(exact(&number(5), &Value::Real(Real::new(5.5).unwrap())), Match::Other);
        // One item that is lenient makes the whole so.
        assert_eq!(exact(&list(&[1, 2]), &Value::Array(vec![yes, number(2)])), Match::Lenient);
    }

    #[test]
    fn as_the_catalogue_says() {
        let of = |a: &Value, b: &Value| {
            [Compare::Exact, Compare::Contains, Compare::Set].map(|how| compare(a, b, how))
        };
        use Match::{Other, Same};
        assert_eq!(of(&list(&[1, 2]), &list(&[1, 2])), [Same, Same, Same]);
        assert_eq!(of(&list(&[1, 2]), &list(&[2, 1])), [Other, Same, Same]);
        assert_eq!(of(&list(&[1]), &list(&[2, 1])), [Other, Same, Other]);
        assert_eq!(of(&list(&[2, 1]), &list(&[1])), [Other, Other, Other]);
        let more = dict(&[("a", number(1)), ("b", dict(&[("c", number(2)), ("d", number(3))]))]);
        let less = dict(&[("b", dict(&[("c", number(2))]))]);
        assert_eq!(of(&less, &more), [Other, Same, Other]);
        assert_eq!(of(&more, &less), [Other, Other, Other]);
        assert_eq!(of(&more, &more), [Same, Same, Same]);
    }

    #[test]
    fn identity_tokens_are_replaced_or_the_value_is_none() {
        let value = dict(&[("mail", Value::String(Text::parse("${user.upn}!").unwrap()))]);
        let upn = BTreeMap::from([("user.upn".to_owned(), "anna@example.com".to_owned())]);
        assert_eq!(replaced(&value, &upn), Some(dict(&[("mail", Value::string("anna@example.com!"))])));
        assert_eq!(replaced(&value, &BTreeMap::new()), None);
    }
}
