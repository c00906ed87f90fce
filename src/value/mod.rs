//! A typed property-list value, and the one door for reading and writing property lists.

mod date;
mod file_name;
mod kind;
mod name;
mod places;
pub mod read;
mod text;
pub mod write;

pub use date::Date;
pub use file_name::{FileName, FileNameError};
pub(crate) use file_name::{MANIFEST, folded};
pub use kind::Type;
pub use name::{DomainName, KeyName, NameError};
pub use places::{Entry, Inside, Places};
pub use text::{Part, Text, TokenError};

use std::collections::BTreeMap;
use std::fmt;

/// How deep a value may nest, the value itself counted: bounds every recursion over values.
pub const MAX_DEPTH: usize = 64;

/// A property list's integer: 64 bits, signed or not.
///
/// Canonical: `Unsigned` only above `i64::MAX`, so that equality is equality of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Integer {
    /// Any number that fits.
    Signed(i64),
    /// Above `i64::MAX`.
    Unsigned(u64),
}

impl Integer {
    /// The number, wide enough for both.
    pub fn get(self) -> i128 {
        match self {
            Self::Signed(number) => i128::from(number),
            Self::Unsigned(number) => i128::from(number),
        }
    }
}

impl From<i64> for Integer {
    fn from(number: i64) -> Self {
        Self::Signed(number)
    }
}

impl From<u64> for Integer {
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or(Self::Unsigned(number), Self::Signed)
    }
}

impl PartialOrd for Integer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Integer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.get().cmp(&other.get())
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// A finite floating-point number; `-0` is `0`, so that equal values are the same bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Real(f64);

impl Real {
    /// Takes a finite number; XML property lists cannot carry the others.
    pub fn new(number: f64) -> Option<Self> {
        number.is_finite().then_some(Self(if number == 0.0 { 0.0 } else { number }))
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Eq for Real {}

impl PartialOrd for Real {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Real {
    /// Of finite numbers without `-0` the total order is that of numbers.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// What a preference can hold. Equality is typed: `1`, `1.0` and `true` differ. The order means nothing; it is there so that
/// values can be looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// `<true/>` or `<false/>`.
    Boolean(bool),
    /// `<integer>`.
    Integer(Integer),
    /// `<real>`.
    Real(Real),
    /// `<string>`, perhaps with identity tokens in it.
    String(Text),
    /// `<date>`: UTC, whole seconds.
    Date(Date),
    /// `<data>`.
    Data(Vec<u8>),
    /// `<array>`.
    Array(Vec<Value>),
    /// `<dict>`, in the order of its keys.
    Dictionary(BTreeMap<String, Value>),
}

impl Value {
    /// A string without tokens.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(Text::literal(text))
    }

    /// Which type it is.
    pub fn kind(&self) -> Type {
        match self {
            Self::Boolean(_) => Type::Boolean,
            Self::Integer(_) => Type::Integer,
            Self::Real(_) => Type::Real,
            Self::String(_) => Type::String,
            Self::Date(_) => Type::Date,
            Self::Data(_) => Type::Data,
            Self::Array(_) => Type::Array,
            Self::Dictionary(_) => Type::Dictionary,
        }
    }

    /// Whether an identity token stands anywhere in it.
    pub fn has_tokens(&self) -> bool {
        match self {
            Self::String(text) => text.has_tokens(),
            Self::Array(items) => items.iter().any(Self::has_tokens),
            Self::Dictionary(entries) => entries.values().any(Self::has_tokens),
            _ => false,
        }
    }

    /// As JSON's nearest: dates as ISO 8601, data as base64, tokens as `${name}`.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Self::Boolean(flag) => Json::from(*flag),
            Self::Integer(Integer::Signed(number)) => Json::from(*number),
            Self::Integer(Integer::Unsigned(number)) => Json::from(*number),
            Self::Real(number) => Json::from(number.get()),
            Self::String(text) => Json::from(text.to_string()),
            Self::Date(date) => Json::from(date.to_string()),
            Self::Data(bytes) => Json::from(write::base64(bytes)),
            Self::Array(items) => items.iter().map(Self::to_json).collect(),
            Self::Dictionary(entries) => {
                entries.iter().map(|(key, value)| (key.clone(), value.to_json())).collect()
            }
        }
    }
}

/// As a policy would write it, on one line: what messages and tables show.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(flag) => write!(f, "{flag}"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Real(number) => write!(f, "{:?}", number.get()),
            Self::String(text) => f.write_str(&quoted(&text.to_source())),
            Self::Date(date) => write!(f, "{date}"),
            Self::Data(bytes) => write!(f, "{{ \"$data\" = \"{}\" }}", write::base64(bytes)),
            Self::Array(items) => {
                f.write_str("[")?;
                for (at, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if at == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Self::Dictionary(entries) => {
                if entries.is_empty() {
                    return f.write_str("{}");
                }
                f.write_str("{ ")?;
                for (at, (key, value)) in entries.iter().enumerate() {
                    write!(f, "{}{} = {value}", if at == 0 { "" } else { ", " }, toml_key(key))?;
                }
                f.write_str(" }")
            }
        }
    }
}

/// A TOML basic string with this content.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other if other.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(other))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// A TOML key with this name: bare where TOML takes it bare.
pub fn toml_key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { name.to_owned() } else { quoted(name) }
}
