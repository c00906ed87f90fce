//! Numbers, dates and data: from the text of an element to a value.

use super::Problem;
use super::sniff::space;
use crate::value::write::from_base64;
use crate::value::{Date, Integer, Real, Value};

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| u8::try_from(c).is_ok_and(space))
}

/// Decimal with a sign, or hexadecimal without one; white space around it as macOS allows.
pub(super) fn integer(text: &str) -> Result<Value, Problem> {
    let text = trimmed(text);
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Problem::Integer);
        }
        let number = u64::from_str_radix(digits, 16).map_err(|_| Problem::IntegerRange)?;
        return Ok(Value::Integer(Integer::from(number)));
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::Integer);
    }
    let number = if text.starts_with('-') {
        text.parse::<i64>().ok().map(Integer::from)
    } else {
        digits.parse::<u64>().ok().map(Integer::from)
    };
    number.map(Value::Integer).ok_or(Problem::IntegerRange)
}

/// A decimal number; white space around it as macOS allows.
pub(super) fn real(text: &str) -> Result<Value, Problem> {
    let number: f64 = trimmed(text).parse().map_err(|_| Problem::Real)?;
    Real::new(number).map(Value::Real).ok_or(Problem::NotFinite)
}

/// The one form that macOS writes and reads.
pub(super) fn date(text: &str) -> Result<Value, Problem> {
    Date::exact(text).map(Value::Date).ok_or(Problem::Date)
}

/// Base64 with white space anywhere.
pub(super) fn data(text: &str) -> Result<Value, Problem> {
    from_base64(text).map(Value::Data).ok_or(Problem::Data)
}
