//! What a manifest says, before it is written as a catalogue.

use crate::value::{Type, Value};

/// One manifest, as far as it speaks of preferences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// What its facts cite: the name of its file, without `.plist`.
    pub cites: String,
    /// Whether it describes a payload of Apple's own, whose preference file is a by-product.
    pub payload: bool,
    /// The preference domain.
    pub domain: String,
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub summary: String,
    /// Its keys.
    pub keys: Vec<(Step, Facts)>,
}

/// A step from a position to one inside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The entry of this name.
    Name(String),
    /// Every entry.
    Key,
    /// Every item of an array.
    Item,
}

/// The facts about one position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its types, in the order of [`Type::ALL`].
    pub types: Vec<Type>,
    /// The values that it may have, with what each does; empty: any.
    pub values: Vec<(Value, String)>,
    /// Whether other values are fine as well.
    pub open: bool,
    /// The least number.
    pub min: Option<i64>,
    /// The greatest number.
    pub max: Option<i64>,
    /// A regular expression for strings.
    pub pattern: Option<String>,
    /// `minutes`, `days`, …
    pub unit: Option<String>,
    /// The builds that read it, as a range; none: no range is known.
    pub works: Option<String>,
    /// Builds nobody vouches for, and why.
    pub doubtful: Vec<(String, String)>,
    /// Why it should not be used any more.
    pub deprecated: Option<String>,
    /// The versions of macOS in which it counts; of a key, not of what is inside of it.
    pub macos: Option<String>,
    /// Whether its value is a secret.
    pub secret: bool,
    /// What it does.
    pub summary: String,
    /// Further facts.
    pub notes: Vec<String>,
    /// The manifests that speak of it.
    pub cites: Vec<String>,
    /// When it is of no use and when it is needed, as far as the values of other keys tell.
    pub rules: Vec<Draft>,
    /// What is inside of it.
    pub children: Vec<(Step, Facts)>,
}

/// A rule about a key, before the keys that it names are looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Whether the key is needed where the conditions hold; otherwise it is of no use there.
    pub needed: bool,
    /// All of these hold.
    pub conditions: Vec<Condition>,
    /// The same in words.
    pub words: String,
}

/// What another key has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The key as the manifest names it; dots lead into dictionaries.
    pub target: String,
    /// What holds of it. It always has to be set: what an editor's form starts with is no value of the app.
    pub test: Test,
}

/// What a set value has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// Anything.
    Set,
    /// One of these.
    In(Vec<Value>),
    /// None of these.
    NotIn(Vec<Value>),
}

impl Step {
    /// As catalogues write it.
    pub fn text(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Key => "{key}",
            Self::Item => "{item}",
        }
    }
}
