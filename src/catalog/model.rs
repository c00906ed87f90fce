//! What a catalogue knows, as it lies in a compiled layer: borrowed from the layer's bytes.
//!
//! The shapes follow the tables of `docs/catalogue.md`. Ranges of versions are kept as their text, which the
//! compiler has parsed once to be sure of it.

mod heads;
mod identity;

pub use heads::{Domain, Extras, Heads, List, MauApp, MauId, NotAKey, Product, Source};
pub use identity::{Mdm, Spelt, Token, Vouched};

use crate::value::Type;
use serde::{Deserialize, Serialize};

/// A literal of a catalogue: an allowed value or a documented default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Literal<'a> {
    /// `true`, `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A finite floating-point number.
    Real(f64),
    /// Text, without identity tokens.
    #[serde(borrow)]
    String(&'a str),
    /// A list.
    Array(Vec<Literal<'a>>),
}

/// How far a fact can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confidence {
    /// The maker of the software documents it.
    FirstParty,
    /// Administrators found it, or a sample shows it.
    Community,
    /// Inferred from other facts.
    Derived,
    /// Sources contradict each other.
    Disputed,
}

impl Confidence {
    /// The word in catalogues and outputs.
    pub fn word(self) -> &'static str {
        match self {
            Self::FirstParty => "first-party",
            Self::Community => "community",
            Self::Derived => "derived",
            Self::Disputed => "disputed",
        }
    }
}

/// How a setting may reach the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delivery {
    /// By profile or by script.
    Any,
    /// Only as an enforced value of a profile: the app ignores it elsewhere.
    ForcedOnly,
    /// Never by profile: it breaks the app, or a profile cannot reach it.
    NeverByProfile,
}

/// When a setting must be there to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum When {
    /// Any time.
    Any,
    /// Before the app is installed.
    BeforeInstall,
    /// Before the app is launched for the first time.
    BeforeFirstLaunch,
}

/// How a value on a Mac is compared with the wanted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Compare {
    /// The same.
    Exact,
    /// The wanted entries are in it; others may be.
    Contains,
    /// The same items in any order.
    Set,
}

/// From which layers an app takes its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadAs {
    /// From any layer, as CFPreferences orders them.
    Any,
    /// Only enforced values count.
    ForcedOnly,
    /// Enforced is mandatory, anything else is recommended.
    MandatoryOrRecommended,
    /// The app opens the file itself.
    File,
    /// An Apple payload: the preference file is a by-product.
    ApplePayload,
}

/// What using an allowed value comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Judgement {
    /// Nothing.
    Fine,
    /// A warning.
    Warn,
    /// An error.
    Refuse,
}

/// One allowed, discouraged or refused value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Allowed<'a> {
    /// The value.
    #[serde(borrow)]
    pub value: Literal<'a>,
    /// What it does.
    pub means: &'a str,
    /// The builds that take it, of those that read the key.
    pub works: Option<&'a str>,
    /// What to write instead.
    pub instead: Option<Literal<'a>>,
    /// What using it comes to.
    pub verdict: Judgement,
    /// Why, as the finding's sentence.
    pub says: Option<&'a str>,
}

/// How much something matters that a catalogue says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Weight {
    /// An error.
    Error,
    /// A warning.
    Warning,
    /// A note.
    Note,
}

/// Another entry beside one, without which it does nothing, or is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Needs<'a> {
    /// The other entry of the same dictionary.
    pub field: &'a str,
    /// The value it must have; any, if none is named.
    #[serde(borrow)]
    pub is: Option<Literal<'a>>,
}

/// What is said of a number outside of the range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outside<'a> {
    /// How much it matters.
    pub weight: Weight,
    /// What the app makes of it.
    pub says: &'a str,
}

/// Numbers from `min` to `max`, both included, either side open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// The least.
    pub min: Option<i64>,
    /// The greatest.
    pub max: Option<i64>,
}

/// The documented default of an app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Default<'a> {
    /// The value, if it is one value.
    #[serde(borrow)]
    pub value: Option<Literal<'a>>,
    /// What happens, if it is no single value.
    pub says: Option<&'a str>,
    /// Who says so.
    pub source: &'a str,
    /// `high`, `medium` or `low`.
    pub confidence: &'a str,
}

/// Builds for which nobody vouches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Doubtful<'a> {
    /// Which.
    pub range: &'a str,
    /// Why.
    pub why: &'a str,
}

/// Sources that contradict each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Disputed<'a> {
    /// Who says what.
    pub says: &'a str,
    /// The keys it is also about, as `domain:key`.
    #[serde(borrow)]
    pub see: Vec<&'a str>,
}

/// What took a key's place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Superseded<'a> {
    /// `domain:key`.
    pub by: &'a str,
    /// The first version that has it, of the product that owns that domain.
    pub from: Option<&'a str>,
    /// The line to add to `[settings]`.
    pub line: Option<&'a str>,
}

/// What must be pushed when a setting leaves a policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Removal<'a> {
    /// The value.
    #[serde(borrow)]
    pub value: Literal<'a>,
    /// Why.
    pub says: &'a str,
}

/// A part of the path to a nested position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Segment<'a> {
    /// An entry of this name.
    Name(&'a str),
    /// Every entry whose key is the path of an app.
    AppPath,
    /// Every entry.
    AnyKey,
    /// Every item of an array.
    Item,
}

/// The facts about a value at one position: a key's own, or nested in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node<'a> {
    /// Its types; more than one only where the app takes several.
    pub types: Vec<Type>,
    /// The values it may have; empty: any of its types.
    #[serde(borrow)]
    pub values: Vec<Allowed<'a>>,
    /// Whether values that are not listed are fine as well.
    pub open: bool,
    /// The numbers it may have.
    pub range: Option<Bounds>,
    /// What a number below the range comes to.
    pub below: Option<Outside<'a>>,
    /// What a number above the range comes to.
    pub above: Option<Outside<'a>>,
    /// Numbers should be a multiple of it.
    pub multiple_of: Option<i64>,
    /// `minutes`, `days`, …
    pub unit: Option<&'a str>,
    /// A regular expression for strings.
    pub pattern: Option<&'a str>,
    /// What the keys of this entry are: `mau-id`, `tenant-id`, `bundle-id`.
    pub key_is: Option<&'a str>,
    /// The app's documented default.
    pub default: Option<Default<'a>>,
    /// The builds for which a source vouches; empty: no range is known.
    pub works: Vec<&'a str>,
    /// Builds nobody vouches for.
    pub doubtful: Vec<Doubtful<'a>>,
    /// Why it should not be used any more.
    pub deprecated: Option<&'a str>,
    /// Sources contradict each other.
    pub disputed: Option<Disputed<'a>>,
    /// Whether the value is a secret.
    pub secret: bool,
    /// Whether what holds it must have it: a payload of Apple's its key, a dictionary its entry.
    pub required: bool,
    /// The entries beside which it must stand: one of them is enough.
    pub required_if: Vec<Needs<'a>>,
    /// What must stand beside it.
    pub needs: Vec<Needs<'a>>,
    /// What it does, in one sentence.
    pub summary: &'a str,
    /// Further facts.
    pub notes: Vec<&'a str>,
    /// Citations.
    pub sources: Vec<&'a str>,
    /// How far the facts can be trusted; a nested position without its own has its parent's.
    pub confidence: Option<Confidence>,
    /// What is inside a dictionary or an array.
    pub children: Vec<(Segment<'a>, Node<'a>)>,
}

/// One key, in one or several domains where it is the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Key<'a> {
    /// Its name.
    pub name: &'a str,
    /// The domains.
    #[serde(borrow)]
    pub domains: Vec<&'a str>,
    /// What is known of its value.
    pub node: Node<'a>,
    /// Whether a policy's bare key reaches it.
    pub bare: bool,
    /// When it must be there.
    pub when: When,
    /// How it may be delivered.
    pub delivery: Delivery,
    /// Why not in any way.
    pub delivery_why: Option<&'a str>,
    /// How values are compared.
    pub compare: Compare,
    /// The versions of macOS in which it works.
    pub macos: Option<&'a str>,
    /// What took its place.
    pub superseded: Vec<Superseded<'a>>,
    /// What must be pushed when it leaves a policy.
    pub removal: Option<Removal<'a>>,
    /// The products that read it; empty: the domain's own.
    pub apps: Vec<&'a str>,
}

/// Where a key lies in a layer, and what look-ups need of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyEntry<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its domains.
    #[serde(borrow)]
    pub domains: Vec<&'a str>,
    /// Whether a bare key reaches it.
    pub bare: bool,
    /// Where its facts start, from the start of the keys' section.
    pub at: u32,
    /// How long they are.
    pub length: u32,
}

/// How many sections a compiled layer has.
pub const SECTIONS: usize = 6;
/// [`Heads`].
pub const HEADS: usize = 0;
/// `Vec<KeyEntry>`, in the order of names, then of the first domain.
pub const INDEX: usize = 1;
/// The facts of each key, one [`Key`] after the other.
pub const KEYS: usize = 2;
/// [`Extras`].
pub const EXTRAS: usize = 3;
/// `Vec<Rule>`, by id.
pub const RULES: usize = 4;
/// [`super::network::Network`].
pub const NETWORK: usize = 5;
