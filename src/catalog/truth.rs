//! Truth in three values, and what a value says of a literal.

use super::facts::Fact;
use super::model::Literal;
use crate::value::Value;
use std::cmp::Ordering;

/// True, false, or not to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    Unknown,
}

impl Truth {
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unknown,
        }
    }

    pub fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    pub fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }

    /// Yes where it is certain, no where the contrary is, else unknown.
    pub fn between(certain: bool, possible: bool) -> Self {
        match (certain, possible) {
            (true, _) => Self::Yes,
            (_, false) => Self::No,
            _ => Self::Unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(flag: bool) -> Self {
        if flag { Self::Yes } else { Self::No }
    }
}

/// Whether a value is there and satisfies a condition. A text with identity tokens is known on a Mac only.
pub(super) fn compare(fact: Fact<'_>, holds: impl FnOnce(&Value) -> bool) -> Truth {
    match fact {
        Fact::Set(value) if value.has_tokens() => Truth::Unknown,
        Fact::Set(value) => Truth::from(holds(value)),
        Fact::Unset => Truth::No,
        Fact::Unknown => Truth::Unknown,
    }
}

/// Whether a value is there and is this literal. A text with identity tokens is a text for certain.
pub(super) fn is(fact: Fact<'_>, literal: &Literal<'_>) -> Truth {
    let literal = literal.to_value();
    match fact {
        Fact::Set(value) if value.kind() != literal.kind() => Truth::No,
        fact => compare(fact, |value| *value == literal),
    }
}

/// The order of two numbers of one type; of anything else, none.
pub(super) fn ordered(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        (Value::Real(a), Value::Real(b)) => a.get().partial_cmp(&b.get()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Truth::{No, Unknown, Yes};

    #[test]
    fn and_or_not() {
        let table = [
            (Yes, Yes, Yes, Yes),
            (Yes, No, No, Yes),
            (Yes, Unknown, Unknown, Yes),
            (No, Yes, No, Yes),
            (No, No, No, No),
            (No, Unknown, No, Unknown),
            (Unknown, Yes, Unknown, Yes),
            (Unknown, No, No, Unknown),
            (Unknown, Unknown, Unknown, Unknown),
        ];
        for (a, b, and, or) in table {
            assert_eq!(a.and(b), and, "{a:?} and {b:?}");
            assert_eq!(a.or(b), or, "{a:?} or {b:?}");
        }
        assert_eq!([Yes, No, Unknown].map(Truth::not), [No, Yes, Unknown]);
    }

    #[test]
    fn between_certain_and_possible() {
        assert_eq!(Truth::between(true, true), Yes);
        assert_eq!(Truth::between(false, true), Unknown);
        assert_eq!(Truth::between(false, false), No);
    }

    #[test]
    fn a_text_with_tokens_may_be_any_text_and_is_no_number() {
        let text = Value::String(crate::value::Text::parse("${user.upn}").unwrap());
        assert_eq!(is(Fact::Set(&text), &Literal::String("ann")), Unknown);
        assert_eq!(is(Fact::Set(&text), &Literal::Boolean(false)), No);
        assert_eq!(is(Fact::Unknown, &Literal::Boolean(false)), Unknown);
        assert_eq!(is(Fact::Unset, &Literal::Boolean(false)), No);
    }

    #[test]
    fn numbers_are_ordered_within_their_type() {
        let (one, two) = (Value::Integer(1_i64.into()), Value::Integer(2_i64.into()));
        assert_eq!(ordered(&one, &two), Some(Ordering::Less));
        assert_eq!(ordered(&one, &Value::string("2")), None);
        assert_eq!(ordered(&Value::Boolean(false), &Value::Boolean(true)), None);
    }
}
