//! The eight types of a property list, and their words.

use std::fmt;

/// The types of a property list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Type {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A floating-point number.
    Real,
    /// Text.
    String,
    /// A moment.
    Date,
    /// Bytes.
    Data,
    /// A list.
    Array,
    /// Keys and values.
    Dictionary,
}

impl Type {
    /// Every type.
    pub const ALL: [Self; 8] = [
        Self::Boolean,
        Self::Integer,
        Self::Real,
        Self::String,
        Self::Date,
        Self::Data,
        Self::Array,
        Self::Dictionary,
    ];

    /// Its word in catalogues and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Real => "real",
            Self::String => "string",
            Self::Date => "date",
            Self::Data => "data",
            Self::Array => "array",
            Self::Dictionary => "dictionary",
        }
    }

    /// The type of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// With its article, for sentences: `an integer`.
    pub fn with_article(self) -> String {
        let article = if matches!(self, Self::Integer | Self::Array) { "an" } else { "a" };
        if self == Self::Data { "data".to_owned() } else { format!("{article} {}", self.word()) }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
