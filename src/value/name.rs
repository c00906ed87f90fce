//! Names of domains and keys, checked once, so that no hostile name reaches a path, a script or a profile.

use super::write::xml_refuses;
use std::fmt;

/// Why a name is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing there.
    #[error("is empty")]
    Empty,
    /// Longer than a file name may be.
    #[error("is longer than {0} bytes")]
    Long(usize),
    /// A character that cannot stand there.
    #[error("holds {0}, which cannot be part of it")]
    Character(String),
    /// `.` or `..`, a trailing dot, and the like.
    #[error("cannot be the name of a preference file")]
    File,
    /// The global domain by its other names.
    #[error("is written `.GlobalPreferences`")]
    Global,
}

fn shown(character: char) -> String {
    match character {
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
            format!("the control character U+{:04X}", u32::from(character))
        }
        ' ' => "a space".to_owned(),
        other => format!("`{other}`"),
    }
}

/// The name of a preference domain: a bundle id, `.GlobalPreferences`, or a plain word such as `ManagedInstalls`.
///
/// It is the stem of a file in `/Library/Preferences`, so it holds letters, digits, `.`, `-` and `_` only,
/// at most 200 bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainName(String);

impl DomainName {
    /// The global domain, which every app searches after its own.
    pub const GLOBAL: &'static str = ".GlobalPreferences";

    /// Checks a name.
    pub fn new(name: &str) -> Result<Self, NameError> {
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.len() > 200 {
            return Err(NameError::Long(200));
        }
        if matches!(name, "NSGlobalDomain" | "Apple Global Domain" | "kCFPreferencesAnyApplication") {
            return Err(NameError::Global);
        }
        let plain = |c: &char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
        if let Some(bad) = name.chars().find(|c| !plain(c)) {
            return Err(NameError::Character(shown(bad)));
        }
        let dots = name.starts_with('.') && name != Self::GLOBAL;
        if dots || name.starts_with('-') || name.ends_with('.') || name.contains("..") {
            return Err(NameError::File);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a preference key: any text that XML can carry, at most 1024 bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// Checks a name.
    pub fn new(name: &str) -> Result<Self, NameError> {
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.len() > 1024 {
            return Err(NameError::Long(1024));
        }
        if let Some(bad) = name.chars().find(|c| xml_refuses(*c) || *c == '\r') {
            return Err(NameError::Character(shown(bad)));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! display {
    ($($name:ty),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )*};
}
display!(DomainName, KeyName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains() {
        for good in ["com.microsoft.Word", ".GlobalPreferences", "ManagedInstalls", "a-b_c.d"] {
            assert!(DomainName::new(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "../x", ".hidden", "a..b", "a.", "-x", "a b", "a\0b", "a:b", "$x"] {
            assert!(DomainName::new(bad).is_err(), "{bad:?}");
        }
        assert_eq!(DomainName::new("NSGlobalDomain"), Err(NameError::Global));
        assert_eq!(DomainName::new(&"a".repeat(201)), Err(NameError::Long(200)));
    }

    #[test]
    fn keys() {
        for good in ["UpdateDeadline.FinalCountDown", "with space", "-x", "\u{e9}", "/a b", "a\tb"] {
            assert!(KeyName::new(good).is_ok(), "{good}");
        }
        for bad in ["", "\u{1}", "a\0", "\u{fffe}", "a\rb"] {
            assert!(KeyName::new(bad).is_err(), "{bad:?}");
        }
    }
}
