//! Macs of tests: files by their path, in memory and on a disk.
#![allow(dead_code, reason = "each test crate uses a part")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test that cannot go on has failed")]

use prefsmith::mac::tree::{Entry, Tree, Unreadable};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A Mac: its files, by their path from its root.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub files: BTreeMap<String, Vec<u8>>,
}

impl World {
    /// With a file of preferences, given as the inside of its dictionary.
    #[must_use]
    pub fn with(mut self, path: &str, inside: &str) -> Self {
        self.put(path, inside);
        self
    }

    /// Puts a file of preferences there, given as the inside of its dictionary.
    pub fn put(&mut self, path: &str, inside: &str) {
        let text = format!("<plist version=\"1.0\"><dict>{inside}</dict></plist>\n");
        self.files.insert(path.to_owned(), text.into_bytes());
    }

    /// Writes it below a folder.
    pub fn write(&self, root: &Path) {
        for (path, bytes) in &self.files {
            let place = root.join(path.trim_start_matches('/'));
            std::fs::create_dir_all(place.parent().unwrap()).unwrap();
            std::fs::write(place, bytes).unwrap();
        }
    }
}

impl Tree for World {
    fn read(&self, path: &str, limit: usize) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        match self.files.get(path) {
            Some(bytes) if bytes.len() > limit => Err(Unreadable::new("it is too large")),
            found => Ok(found.map(|bytes| Cow::Borrowed(bytes.as_slice()))),
        }
    }

    fn list(&self, path: &str) -> Result<Option<Vec<Entry>>, Unreadable> {
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

/// A key with a value, as it stands in a file of preferences.
pub fn key(name: &str, value: &str) -> String {
    format!("<key>{name}</key>{value}")
}

/// The `Info.plist` of an app.
pub fn info(id: &str, short: &str, build: &str) -> String {
    let text = |name: &str, text: &str| key(name, &format!("<string>{text}</string>"));
    text("CFBundleIdentifier", id)
        + &text("CFBundleShortVersionString", short)
        + &text("CFBundleVersion", build)
}
