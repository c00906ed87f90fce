//! What a Mac has of every key that is known, as people read it and as JSON.

mod json;
#[cfg(test)]
mod tests;
mod text;

pub use json::json;
pub use text::text;

use super::mac::View as MacView;
use crate::catalog::Catalog;
use crate::check::secret_value;
use crate::diff::on_mac::Spoken;
use crate::finding::code_info;
use crate::mac::{GLOBAL, Mac, RungState, Shown, ShownKey};
use std::collections::{BTreeMap, BTreeSet};

/// The longest text of a name or a value, in characters: longer ones are cut, JSON has them whole.
const LONGEST: usize = 200;

/// How a Mac is shown.
pub struct View<'v, 'c> {
    /// What is known of the Mac, and of keys and domains.
    mac: MacView<'v, 'c>,
    /// Domains of which it is said, too, that nothing is set.
    asked: Vec<&'v str>,
    /// Folders of managed preferences that could not be listed, and why.
    unlisted: &'v [(String, String)],
    /// What must be known of how the Mac was read.
    remarks: Vec<String>,
    /// What the catalogue's rules say of what is shown.
    rules: Vec<Spoken<'v>>,
}

impl<'v, 'c> View<'v, 'c> {
    /// Of a Mac, by what the user calls it.
    pub fn new(name: String, mac: &'v Mac, catalog: &'v Catalog<'c>, show_secrets: bool) -> Self {
        let mac = MacView { names: (String::new(), name), mac, catalog, show_secrets };
        Self { mac, asked: Vec::new(), unlisted: &[], remarks: Vec::new(), rules: Vec::new() }
    }

    /// Says of these domains, too, that nothing is set.
    #[must_use]
    pub fn asked(self, asked: Vec<&'v str>) -> Self {
        Self { asked, ..self }
    }

    /// Says which folders of managed preferences could not be listed, and how the Mac was read.
    #[must_use]
    pub fn read(self, unlisted: &'v [(String, String)], remarks: Vec<String>) -> Self {
        Self { unlisted, remarks, ..self }
    }

    /// Says what the catalogue's rules say of what is shown.
    #[must_use]
    pub fn rules(self, rules: Vec<Spoken<'v>>) -> Self {
        Self { rules, ..self }
    }

    /// Whether all was read that may matter.
    pub fn decided(&self, shown: &Shown<'_>) -> bool {
        shown.decided() && self.unlisted.is_empty()
    }

    /// Whether any value of a key is a secret that is not to be shown.
    fn hidden(&self, key: &ShownKey<'_>) -> bool {
        let rungs = key.ladder.rungs.iter().filter_map(|rung| match rung.state {
            RungState::Value(value) => Some(value),
            RungState::Unreadable(_) => None,
        });
        let mut values = rungs.chain(key.ladder.strays.iter().map(|stray| stray.value));
        let catalog = self.mac.catalog;
        !self.mac.show_secrets && values.any(|value| secret_value(key.domain, &key.key, value, catalog))
    }

    /// What to know of a key: the code, a sentence, and more. Of a secret nothing is quoted.
    fn warnings(&self, key: &ShownKey<'_>) -> Vec<(String, String, Vec<String>)> {
        let hidden = self.hidden(key);
        let told = key.warnings.iter().map(|warning| {
            match code_info(&warning.code).filter(|_| hidden && warning.quotes) {
                Some(info) => {
                    (warning.code.clone(), info.summary.trim_end_matches('.').to_owned(), Vec::new())
                }
                None => (warning.code.clone(), warning.says.clone(), warning.notes.clone()),
            }
        });
        told.collect()
    }

    /// The domains that are told of, in the order of their names.
    fn domains(&self, shown: &Shown<'v>) -> Vec<&'v str> {
        let mut all: BTreeSet<&str> = self.asked.iter().copied().collect();
        all.extend(shown.keys.iter().filter(|key| key.is_set()).map(|key| key.domain));
        all.into_iter().collect()
    }

    /// What could not be read, and why: of a snapshot, the folder that its collector could not read.
    fn unread<'s>(&'s self, shown: &Shown<'s>) -> BTreeMap<&'s str, &'s str> {
        let listed = self.unlisted.iter().map(|(path, why)| (path.as_str(), why.as_str()));
        let files = shown.unread.iter().map(|one| (one.path, one.why));
        let folder = |(path, why): (&'s str, &'s str)| {
            let folder = self.mac.mac.about.unreadable.keys().find(|folder| {
                path.strip_prefix(folder.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
            (folder.map_or(path, String::as_str), why)
        };
        listed.chain(files).map(folder).collect()
    }

    /// What is to be said of a domain as a whole.
    fn about_domain(&self, domain: &str) -> Option<String> {
        let catalog = self.mac.catalog;
        let known = catalog.domain(domain);
        if domain == GLOBAL {
            return Some("every app reads this domain beside its own".to_owned());
        }
        if let Some(why) = known.and_then(|known| known.retired) {
            return Some(format!("it is not read any more: {}", why.trim_end_matches('.')));
        }
        if known.is_some() {
            return None;
        }
        Some(match catalog.misspelt(domain) {
            _ if catalog.is_payload(domain) => "a payload of Apple's own puts its settings here".to_owned(),
            Some(meant) => format!("no app reads this domain: the one that is read is called {meant}"),
            None => {
                "no catalogue knows this domain: its managed keys are shown, and nothing is known of them"
                    .to_owned()
            }
        })
    }

    /// What must be known beside the keys.
    fn notes(&self, shown: &Shown<'_>) -> Vec<String> {
        let mut notes = self.remarks.clone();
        if shown.nobody {
            notes.push(
                "nobody's own preferences were read: who uses this Mac is not known; --user names somebody"
                    .to_owned(),
            );
        }
        if self.mac.mac.about.snapshot {
            notes.push(
                "a snapshot holds of users' and computer preferences only the keys that it was collected for: others may \
                 be set, and not show"
                    .to_owned(),
            );
        }
        let managed = |key: &ShownKey<'_>| key.ladder.rungs.iter().any(|rung| rung.layer.managed());
        // Of the Mac that runs it is said how it was read.
        let open = !self.mac.mac.evidence.there && !self.mac.mac.about.live;
        if open && shown.keys.iter().any(managed) {
            notes.push("nothing there shows which profile enforces what".to_owned());
        }
        notes
    }

    /// The line that says what the Mac is.
    fn who(&self) -> String {
        let macos = self.mac.mac.apps.get("macOS").and_then(|copies| copies.first()?.version);
        let macos = macos.map_or(String::new(), |version| format!(", macOS {version}"));
        format!("{}{macos}", self.mac.who())
    }
}
