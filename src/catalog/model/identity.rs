//! Identity tokens, and how MDMs spell them.

use serde::{Deserialize, Serialize};

/// An identity token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Token<'a> {
    /// What stands between `${` and `}`.
    pub name: &'a str,
    /// What it is.
    pub title: &'a str,
    /// The attribute of Microsoft Entra.
    pub entra: Option<&'a str>,
    /// The attribute of SCIM.
    pub scim: Option<&'a str>,
    /// Citations.
    #[serde(borrow)]
    pub sources: Vec<&'a str>,
}

/// How sure it is that an MDM replaces a spelling in a profile of a Mac.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Vouched {
    /// The MDM's own documentation says so.
    #[default]
    Documented,
    /// Others use it; the MDM does not document it for profiles of a Mac.
    Community,
    /// General knowledge that nobody has checked: it is never written unless a policy says so itself.
    Unconfirmed,
    /// The MDM's documented list has nothing that means it.
    Missing,
}

impl Vouched {
    /// The word in catalogues and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Community => "community",
            Self::Unconfirmed => "unconfirmed",
            Self::Missing => "missing",
        }
    }
}

/// How an MDM spells one neutral token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spelt<'a> {
    /// The neutral token.
    pub token: &'a str,
    /// What the MDM takes for it: the first is the one to write, the others mean the same. Empty where it has nothing.
    #[serde(borrow)]
    pub texts: Vec<&'a str>,
    /// How sure that is.
    pub vouched: Vouched,
    /// What whoever uses it has to know.
    pub note: Option<&'a str>,
}

/// An MDM, and how it spells identity tokens in a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mdm<'a> {
    /// What the command line and `[target.NAME]` call it.
    pub name: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// A regular expression that a token of its own matches, whether it means a neutral one or not.
    pub token: &'a str,
    /// A regular expression of text that may be taken for a token, where that is more than its tokens.
    pub like: Option<&'a str>,
    /// What becomes of an attribute that the MDM does not have for a Mac or its user, as a sentence without a full stop.
    pub empty: Option<&'a str>,
    /// A token that a tenant defines itself, as an example of one.
    pub own: Option<&'a str>,
    /// Texts that look like tokens and are none: its documentation tells to write them as they stand.
    pub meant: Vec<&'a str>,
    /// The neutral tokens and their spellings.
    #[serde(borrow)]
    pub spelt: Vec<Spelt<'a>>,
    /// Citations.
    pub sources: Vec<&'a str>,
}
