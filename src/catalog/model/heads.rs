//! What there is beside keys: products, domains, lists of them, sources, and what AutoUpdate knows of apps.

use super::{Mdm, ReadAs, Token};
use serde::{Deserialize, Serialize};

/// One identifier of an app in AutoUpdate, and the versions of the app that carry it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MauId<'a> {
    /// Such as `MSWD2019`.
    pub id: &'a str,
    /// Versions of the app.
    pub range: Option<&'a str>,
}

/// Something that has versions, and that `[macs]` can name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Product<'a> {
    /// What `[macs]` calls it.
    pub name: &'a str,
    /// Its full name.
    pub title: &'a str,
    /// The suite whose versions it shares.
    pub suite: Option<&'a str>,
    /// Where it is installed.
    #[serde(borrow)]
    pub app: Vec<&'a str>,
    /// Its bundle ids.
    pub bundle_ids: Vec<&'a str>,
    /// The key of `Info.plist` that carries the version with its build.
    pub version_key: Option<&'a str>,
    /// The versions that get through a proxy which asks for a password, by NTLM or Kerberos.
    pub proxy_auth: Option<&'a str>,
    /// What AutoUpdate calls it.
    pub mau_ids: Vec<MauId<'a>>,
    /// Citations.
    pub sources: Vec<&'a str>,
}

/// A preference domain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Domain<'a> {
    /// Its name.
    pub name: &'a str,
    /// A short name for policies.
    pub alias: Option<&'a str>,
    /// What people call it.
    pub title: &'a str,
    /// The product whose versions count.
    pub product: Option<&'a str>,
    /// The sandbox container that holds the user's file.
    pub container: Option<&'a str>,
    /// The user's file, where it lies somewhere else.
    pub file: Option<&'a str>,
    /// From which layers it is read.
    pub read_as: ReadAs,
    /// Of a payload of Apple's: what an MDM must be for a Mac to take it from it.
    pub mdm: Option<&'a str>,
    /// Of a payload of Apple's: whether a Mac takes it from nobody but an MDM.
    pub mdm_only: bool,
    /// Wrong spellings seen in the wild.
    #[serde(borrow)]
    pub misspelt: Vec<&'a str>,
    /// Why it is not read any more.
    pub retired: Option<&'a str>,
    /// What it is for.
    pub summary: &'a str,
    /// Citations.
    pub sources: Vec<&'a str>,
}

/// A named list of domains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct List<'a> {
    /// Its name, without `@`.
    pub name: &'a str,
    /// The domains.
    #[serde(borrow)]
    pub domains: Vec<&'a str>,
}

/// Where facts come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source<'a> {
    /// What citations call it.
    pub id: &'a str,
    /// Whether the maker of the software speaks.
    pub first_party: bool,
    /// What it is.
    pub title: &'a str,
    /// What to know about it.
    pub note: Option<&'a str>,
}

/// An app that AutoUpdate's dictionaries know by its path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MauApp<'a> {
    /// The path of its bundle.
    pub path: &'a str,
    /// The keys in which the path may stand.
    #[serde(borrow)]
    pub within: Vec<&'a str>,
    /// The identifiers it can have.
    pub ids: Vec<&'a str>,
    /// The one for today's version.
    pub default_id: &'a str,
    /// The first AutoUpdate that knows it.
    pub from: Option<&'a str>,
    /// Citations.
    pub sources: Vec<&'a str>,
}

/// A name that looks like a key and is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotAKey<'a> {
    /// The name.
    pub name: &'a str,
    /// The domain it is said to be in.
    pub domain: &'a str,
    /// The real key.
    pub instead: Option<&'a str>,
    /// Why it is none.
    pub why: &'a str,
    /// Citations.
    #[serde(borrow)]
    pub sources: Vec<&'a str>,
}

/// Products, domains and lists: what every look-up needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, std::default::Default)]
pub struct Heads<'a> {
    /// Products.
    #[serde(borrow)]
    pub products: Vec<Product<'a>>,
    /// Domains.
    pub domains: Vec<Domain<'a>>,
    /// Named lists of domains.
    pub lists: Vec<List<'a>>,
}

/// What only some verbs need.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, std::default::Default)]
pub struct Extras<'a> {
    /// Where facts come from.
    #[serde(borrow)]
    pub sources: Vec<Source<'a>>,
    /// AutoUpdate's apps.
    pub mau_apps: Vec<MauApp<'a>>,
    /// Names that are no keys.
    pub not_keys: Vec<NotAKey<'a>>,
    /// Identity tokens.
    pub tokens: Vec<Token<'a>>,
    /// MDMs and their spellings of tokens.
    pub mdms: Vec<Mdm<'a>>,
}
