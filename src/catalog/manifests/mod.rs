//! ProfileManifests: what the community wrote down of preference domains, turned into catalogues of ours.
//!
//! A manifest describes the form of an editor, and by the way the keys of an app. What it says of the keys is
//! taken: types, values, ranges, patterns, versions, what is inside of dictionaries and arrays. What it says of the
//! form (the value that a field starts with, what is shown when, how it is laid out) is no fact about an app.
//! `docs/manifests.md` tells of every field what becomes of it.
//!
//! The result is text in the form of [`super::compile`], so that `--manifests` and a catalogue that was imported
//! mean the same.

mod conditions;
mod entry;
mod facts;
mod join;
mod read;
mod versions;
mod write;

#[cfg(test)]
mod tests;

pub use facts::{Facts, Manifest, Step};
pub use versions::{Bound, bound};

use crate::finding::{Finding, Findings, Origin, SourceId};
use crate::value::read::{Budgets, Read, Wanted, plain};
use read::Outcome;
use std::collections::BTreeMap;

/// What one manifest may ask for. The largest that was published has half a megabyte.
const BUDGETS: Budgets = Budgets { bytes: 8 << 20, depth: 64, objects: 200_000, text: 16 << 20 };
/// How many findings one manifest may give: a manifest of nonsense does not bury the others.
const MOST: usize = 50;
/// The file with what all imported files cite; no domain can have this name.
const SOURCES: &str = "~sources.toml";

/// The manifests of one run, by domain.
#[derive(Default)]
pub struct Manifests {
    domains: BTreeMap<String, Vec<Manifest>>,
    /// What was left out as a whole, and why, in the order of reading.
    pub left_out: Vec<(String, &'static str)>,
    /// How many manifests were taken.
    pub taken: usize,
    /// How many are none, or broken; findings say why.
    pub broken: usize,
}

/// What a manifest's file is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'n> {
    /// Its path as messages show it, with `/`.
    pub label: &'n str,
    /// The folder that it lies in, by its name: ProfileManifests sorts by kind.
    pub folder: &'n str,
    /// The name of the file.
    pub file: &'n str,
}

/// A catalogue file that was made of manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its name: the domain's, with `.toml`.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Manifests {
    /// Reads one manifest. What is wrong in it goes to the findings, and the rest of it counts.
    pub fn add(&mut self, named: Named<'_>, bytes: &[u8], source: SourceId, findings: &mut Findings) {
        let mut own = Findings::new();
        match read_plist(bytes, source) {
            Ok(read) => self.take(named, &read, &mut own),
            Err(finding) => {
                self.broken += 1;
                own.push(*finding);
            }
        }
        let own = own.sorted();
        let number = own.iter().count();
        own.into_iter().take(MOST).for_each(|finding| findings.push(finding));
        if number > MOST {
            let title = format!("{} more places in this manifest are not understood", number - MOST);
            findings.push(Finding::new("manifest", title).at(Origin::Whole(source), ""));
        }
    }

    fn take(&mut self, named: Named<'_>, read: &Read, findings: &mut Findings) {
        match read::manifest(named, &read.value, &read.places, findings) {
            Outcome::Taken(manifest) => {
                self.domains.entry(manifest.domain.clone()).or_default().push(*manifest);
                self.taken += 1;
            }
            Outcome::LeftOut(why) => self.left_out.push((named.label.to_owned(), why)),
            Outcome::Broken => self.broken += 1,
        }
    }

    /// What was read as catalogue files, one for each domain, and one with what they cite. Several manifests of one
    /// domain become one.
    pub fn texts(&self) -> Vec<Made> {
        let mut made = Vec::new();
        for (domain, list) in &self.domains {
            let Some(one) = join::manifests(list) else { continue };
            // A leading dot would hide the file.
            let name = format!("{}.toml", domain.trim_start_matches('.'));
            made.push(Made { name, text: write::manifest(&one) });
        }
        if !made.is_empty() {
            made.push(Made { name: SOURCES.to_owned(), text: write::sources() });
        }
        made
    }
}

fn read_plist(bytes: &[u8], source: SourceId) -> Result<Read, Box<Finding>> {
    let whole = Origin::Whole(source);
    let said = |title: String, at: Origin| Box::new(Finding::new("manifest", title).at(at, ""));
    let body = plain(bytes, &BUDGETS).map_err(|error| said(error.to_string(), whole.clone()))?;
    crate::value::read::read(&body.bytes, source, &BUDGETS, &Wanted::Everything).map_err(|error| {
        // The place of what is malformed is that of the finding: the sentence need not repeat it.
        let text = error.to_string();
        let plain = error.place().and_then(|at| text.strip_prefix(&format!("{at}: ")).map(str::to_owned));
        said(plain.unwrap_or(text), error.span().map_or(whole, Origin::Text))
    })
}
