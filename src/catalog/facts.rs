//! What rules are evaluated over: the values, versions and licences of a policy, or of a Mac.

use crate::value::Value;
use crate::version::Ranges;
use std::collections::BTreeSet;

/// What is known of a preference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fact<'a> {
    /// It has this value.
    Set(&'a Value),
    /// It has none, at any level.
    Unset,
    /// It could not be found out.
    Unknown,
}

/// Something that may be unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// It is known.
    Yes(T),
    /// Nobody said, or it could not be read.
    Unknown,
}

/// How Office is licensed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Licence {
    /// Microsoft 365.
    Subscription,
    /// A volume licence, such as Office LTSC.
    Volume,
    /// Bought once by one person.
    Retail,
}

impl Licence {
    /// Every licence.
    pub const ALL: [Self; 3] = [Self::Subscription, Self::Volume, Self::Retail];

    /// The word in `[macs]`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Subscription => "subscription",
            Self::Volume => "volume",
            Self::Retail => "retail",
        }
    }
}

/// A copy of an app on a Mac.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Where its bundle lies.
    pub path: String,
    /// Its bundle identifier.
    pub bundle_id: String,
    /// Whether it came from the App Store.
    pub app_store: Known<bool>,
    /// Whether the user has opened it.
    pub opened: Known<bool>,
}

/// What the conditions of a catalogue ask. A plan answers for all Macs of its policy, a Mac for itself.
pub trait Facts {
    /// The value of a key.
    fn value(&self, domain: &str, key: &str) -> Fact<'_>;
    /// Whether the value is enforced.
    fn forced(&self, domain: &str, key: &str) -> Known<bool>;
    /// The versions of a product: of one Mac a single one, of none if it is not installed.
    fn versions(&self, product: &str) -> Known<Ranges>;
    /// The licences.
    fn licences(&self) -> Known<BTreeSet<Licence>>;
    /// The copies of a product. Of all Macs of a policy nobody knows them.
    fn copies(&self, product: &str) -> Known<Vec<Installed>> {
        let _ = product;
        Known::Unknown
    }
}
