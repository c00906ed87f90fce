//! A Mac in memory, for tests.

use super::tree::{Entry, Tree, Unreadable};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A Mac in memory: paths to preferences, written as the inside of a dictionary.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) files: BTreeMap<String, String>,
    denied: BTreeSet<String>,
}

impl World {
    pub(crate) fn with(mut self, path: &str, keys: &str) -> Self {
        self.files.insert(path.to_owned(), format!("<plist><dict>{keys}</dict></plist>"));
        self
    }

    pub(crate) fn denied(mut self, path: &str) -> Self {
        self.denied.insert(path.to_owned());
        self
    }
}

impl Tree for World {
    fn read(&self, path: &str, _limit: usize) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        if self.denied.contains(path) {
            return Err(Unreadable::new("it may not be read"));
        }
        Ok(self.files.get(path).map(|text| Cow::Borrowed(text.as_bytes())))
    }

    fn list(&self, path: &str) -> Result<Option<Vec<Entry>>, Unreadable> {
        if self.denied.contains(path) {
            return Err(Unreadable::new("it may not be listed"));
        }
        let folder = format!("{path}/");
        let below = self.files.keys().filter_map(|file| file.strip_prefix(&folder));
        let entries: BTreeSet<Entry> = below
            .map(|rest| match rest.split_once('/') {
                Some((name, _)) => Entry { name: name.to_owned(), folder: true },
                None => Entry { name: rest.to_owned(), folder: false },
            })
            .collect();
        Ok((!entries.is_empty()).then(|| entries.into_iter().collect()))
    }
}
