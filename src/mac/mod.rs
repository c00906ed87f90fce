//! One Mac: its layers of preferences, its apps and its users, read from something shaped like its root.
//!
//! Everything here is hostile until read: each file is bounded, and one that cannot be read is remembered with the
//! reason, so that nobody takes what is unknown for what is not there.

pub mod alike;
mod apps;
pub mod archive;
mod evidence;
mod facts;
pub mod folder;
mod ladder;
mod layer;
mod memo;
pub mod packed;
mod plain;
mod read;
mod reading;
mod recent;
mod show;
#[cfg(test)]
mod show_tests;
mod snapshot;
#[cfg(test)]
mod tests;
pub mod tree;
mod warn;
#[cfg(test)]
pub(crate) mod world;

pub use apps::App;
pub use evidence::{Evidence, PROFILES};
pub use facts::Seen;
pub use ladder::{Ladder, Rung, RungState, Stray};
pub use layer::{GLOBAL, Layer, MANAGED};
pub use memo::Memo;
pub use read::{Ask, Asked, Managed, VOLUME_LICENCE, Who};
pub use reading::Reading;
pub use show::{AppDefault, Effect, Scope, Shown, ShownKey, Unread, show};
pub use snapshot::{ABOUT, About};
pub use warn::Warning;

use crate::finding::Sources;
use crate::value::Value;
use crate::value::read::{Budgets, Wanted, read as read_plist};
use memo::{Keys, Number, Question};
use std::collections::{BTreeMap, BTreeSet};
use tree::Tree;

/// The largest preference file, in bytes.
const LARGEST: usize = 16 << 20;

/// Why something is no Mac that can be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MacError {
    /// Nothing of a Mac is there.
    #[error("this is no Mac: neither /Library nor a {ABOUT} is in it")]
    NoMac,
    /// The file that a snapshot says of itself is no good.
    #[error("{ABOUT}: {0}")]
    Snapshot(String),
    /// A user who has no home there.
    #[error("no user `{name}` has a home there{}", known(list))]
    NoUser {
        /// Who was asked for.
        name: String,
        /// Who has a home.
        list: Vec<String>,
    },
    /// Something that must be known first could not be read.
    #[error("{path}: {why}")]
    Unreadable {
        /// What.
        path: String,
        /// Why.
        why: String,
    },
}

fn known(list: &[String]) -> String {
    if list.is_empty() { String::new() } else { format!("; those are: {}", list.join(", ")) }
}

/// A user of the Mac.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The short name.
    pub name: String,
    /// The home folder.
    pub home: String,
}

/// What a file of preferences holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// These keys, of those that were asked for.
    Read(Keys),
    /// It could not be read.
    Unreadable(String),
}

/// A file of preferences that is there, or of which nobody can say.
#[derive(Clone, Debug, PartialEq, Eq)]
struct File {
    layer: Layer,
    path: String,
    state: State,
}

/// The files of a domain: those of the Mac, those of each user, and those that no app reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Files {
    mac: Vec<File>,
    users: BTreeMap<String, Vec<File>>,
    strays: BTreeMap<String, Vec<File>>,
}

/// One Mac, as far as it was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mac {
    /// What is known of it beside its preferences.
    pub about: About,
    /// Everybody who has a home on it.
    pub everybody: Vec<String>,
    /// Those whose preferences were read.
    pub users: Vec<User>,
    /// The copies of each product of the catalogue; one that is not installed is not there.
    pub apps: BTreeMap<String, Vec<App>>,
    /// Which profiles set what, as far as the Mac shows it.
    pub evidence: Evidence,
    /// Whether a user has opened an app, by the user's name and the bundle identifier, where it can be told.
    opened: BTreeMap<(String, String), bool>,
    /// Whether the file of a volume licence is there.
    volume_licence: bool,
    /// Of a snapshot the keys, by domain, that its collector was asked for; none: everything was looked for.
    collected: Option<BTreeSet<(String, String)>>,
    domains: BTreeMap<String, Files>,
    global: Files,
}

impl Mac {
    /// The same where, of a snapshot, only these keys of these domains were looked for: of any other only a managed
    /// file proves anything. A Mac's disk has them all.
    #[must_use]
    pub fn of_keys<'k>(mut self, keys: impl IntoIterator<Item = (&'k str, &'k str)>) -> Self {
        // A snapshot that says what it was asked for knows better.
        if self.about.snapshot && self.about.collected.is_none() {
            let keys = keys.into_iter().map(|(domain, key)| (domain.to_owned(), key.to_owned()));
            self.collected = Some(keys.collect());
        }
        self
    }

    /// Whether a key that is in no file is surely not set.
    fn looked_for(&self, domain: &str, key: &str) -> bool {
        if self.about.collected.is_some() {
            return self.about.silent(domain, key).is_none();
        }
        let name = || (domain.to_owned(), key.to_owned());
        self.collected.as_ref().is_none_or(|collected| collected.contains(&name()))
    }
}

/// What is wanted of the keys of a preference file.
#[derive(Clone, Copy)]
struct Want<'w> {
    /// By which number what was read before is known.
    question: Question,
    /// These keys; none: all of them.
    keys: Option<&'w [&'w str]>,
    /// Keys that are left out.
    without: &'w [&'w str],
}

/// The keys of a preference file; none if there is no such file.
fn keys(tree: &dyn Tree, path: &str, want: Want<'_>, memo: &Memo) -> Result<Option<Keys>, String> {
    let Some(bytes) = tree.read(path, LARGEST).map_err(|error| error.to_string())? else { return Ok(None) };
    let (keys, number) = keys_of(&bytes, path, want, memo);
    memo.saw(path, want.question, number);
    keys.map(Some)
}

/// The keys of a preference file that was read, and the number that they have in the memo, if they have one.
fn keys_of(bytes: &[u8], path: &str, want: Want<'_>, memo: &Memo) -> (Result<Keys, String>, Option<Number>) {
    memo.keys(want.question, bytes, || {
        // Places are of no use here: a file is named by its path.
        let source = Sources::new().add(path, "");
        let wanted = want.keys.map_or(Wanted::Everything, Wanted::Keys);
        let read = read_plist(bytes, source, &Budgets::default(), &wanted);
        match read.map_err(|error| error.to_string())?.value {
            Value::Dictionary(mut entries) => {
                if !want.without.is_empty() {
                    entries.retain(|key, _| !want.without.contains(&key.as_str()));
                }
                Ok(entries)
            }
            _ => Err("it is no dictionary of preferences".to_owned()),
        }
    })
}
