//! What stands in the folder, compared with what is to be written there.
//!
//! The disk may take `Word` and `word` for one file or for two, and nothing tells which: so every name is
//! looked up in the listing of its folder too, and the name that the disk knows is the one that is acted on.

use std::collections::{BTreeMap, BTreeSet};

use super::disk::Kind;
use super::error::{Obstacle, ObstacleKind, OutputError};
use super::folder::Folder;
use super::manifest::New;
use crate::value::{FileName, folded};

/// Whether something may be replaced or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// It is prefsmith's own as it was written, or its content is what would be written anyway.
    Free,
    /// It is prefsmith's, and was edited.
    Edited,
    /// It is somebody else's.
    Foreign,
}

/// What stands where a new file goes.
#[derive(Debug)]
pub(super) enum State {
    /// Nothing, or only a file that is removed first.
    Absent,
    /// The same file.
    Same,
    /// Another file, and the name that the disk has for it.
    Differs { real: FileName, claim: Claim },
    /// Something that is never replaced.
    Blocked,
}

/// A file of the last manifest that is no longer made, and is still there.
#[derive(Debug)]
pub(super) struct Stale {
    /// The name that the disk has for it.
    pub(super) real: FileName,
    pub(super) claim: Claim,
}

/// All that a build needs to know of the folder.
#[derive(Debug)]
pub(super) struct Survey {
    /// For each new file, in their order.
    pub(super) states: Vec<State>,
    pub(super) stale: Vec<Stale>,
    /// Folders that are not there yet, parents first.
    pub(super) missing_folders: BTreeSet<FileName>,
    /// What is never replaced, by path inside the folder.
    pub(super) blocked: BTreeMap<String, ObstacleKind>,
}

impl Survey {
    /// Everything that stands in the way, `force` or not, sorted by path.
    pub(super) fn obstacles(&self, folder: &Folder<'_>, force: bool) -> Vec<Obstacle> {
        let mut all = self.blocked.clone();
        let replaced = self.states.iter().filter_map(|state| match state {
            State::Differs { real, claim } => Some((real, *claim)),
            _ => None,
        });
        for (real, claim) in replaced.chain(self.stale.iter().map(|stale| (&stale.real, stale.claim))) {
            let kind = match claim {
                Claim::Edited if !force => ObstacleKind::Edited,
                Claim::Foreign if !force => ObstacleKind::Foreign,
                _ => continue,
            };
            all.insert(real.to_string(), kind);
        }
        let shown = all.into_iter().map(|(name, kind)| Obstacle {
            path: folder.shown(&name),
            kind: match kind {
                ObstacleKind::Lookalike(other) => ObstacleKind::Lookalike(folder.shown(&other)),
                kind => kind,
            },
        });
        shown.collect()
    }
}

/// Compares the folder with what is to be written and with what the last manifest says.
pub(super) fn survey(
    folder: &Folder<'_>,
    new: &[New<'_>],
    known: &BTreeMap<FileName, String>,
) -> Result<Survey, OutputError> {
    let mut looker = Looker::new(folder);
    let made: BTreeSet<&FileName> = new.iter().map(|file| &file.path).collect();
    let mut stale = Vec::new();
    for (name, sha256) in known.iter().filter(|(name, _)| !made.contains(name)) {
        if let Look::File { real, .. } = looker.look(name, Purpose::Remove)? {
            let claim = if folder.sha256(real.as_str())? == *sha256 { Claim::Free } else { Claim::Edited };
            looker.doomed.insert(real.clone());
            stale.push(Stale { real, claim });
        }
    }
    let mut states = Vec::with_capacity(new.len());
    for file in new {
        states.push(looker.state(file, known)?);
    }
    Ok(Survey { states, stale, missing_folders: looker.missing_folders, blocked: looker.blocked })
}

enum Look {
    Absent,
    File { real: FileName, executable: Option<bool> },
    Blocked,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Write,
    Remove,
}

struct Looker<'a> {
    folder: &'a Folder<'a>,
    /// By folder, by folded name: the names in it.
    listings: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Files that are removed before any new one is put in its place.
    doomed: BTreeSet<FileName>,
    missing_folders: BTreeSet<FileName>,
    blocked: BTreeMap<String, ObstacleKind>,
}

impl<'a> Looker<'a> {
    fn new(folder: &'a Folder<'a>) -> Self {
        Self {
            folder,
            listings: BTreeMap::new(),
            doomed: BTreeSet::new(),
            missing_folders: BTreeSet::new(),
            blocked: BTreeMap::new(),
        }
    }

    fn state(&mut self, file: &New<'_>, known: &BTreeMap<FileName, String>) -> Result<State, OutputError> {
        let (real, executable) = match self.look(&file.path, Purpose::Write)? {
            Look::Absent => return Ok(State::Absent),
            Look::Blocked => return Ok(State::Blocked),
            Look::File { real, .. } if self.doomed.contains(&real) => return Ok(State::Absent),
            Look::File { real, executable } => (real, executable),
        };
        let there = self.folder.sha256(real.as_str())?;
        if there == file.sha256 {
            let well_named = last(&real) == last(&file.path);
            // Only a mark that is missing counts: some file systems mark every file.
            let well_marked = !file.executable || executable != Some(false);
            if well_named && well_marked {
                return Ok(State::Same);
            }
            return Ok(State::Differs { real, claim: Claim::Free });
        }
        let claim = match known.get(&file.path) {
            // The manifest does not list itself.
            None if file.path == FileName::manifest() => Claim::Free,
            None => Claim::Foreign,
            Some(sha256) if *sha256 == there => Claim::Free,
            Some(_) => Claim::Edited,
        };
        Ok(State::Differs { real, claim })
    }

    /// Walks to a name without following a symlink. What blocks the way is noted.
    fn look(&mut self, name: &FileName, purpose: Purpose) -> Result<Look, OutputError> {
        let mut real = String::new();
        let mut wanted = String::new();
        let mut parts = name.as_str().split('/').peekable();
        while let Some(part) = parts.next() {
            let is_last = parts.peek().is_none();
            wanted = joined(&wanted, part);
            let Some(actual) = self.actual(&real, part, &wanted, purpose)? else {
                return Ok(Look::Blocked);
            };
            real = joined(&real, &actual);
            let blocked = match (self.folder.kind(&real)?, is_last) {
                (None, _) => {
                    if purpose == Purpose::Write {
                        self.note_missing_folders(name, &wanted);
                    }
                    return Ok(Look::Absent);
                }
                (Some(Kind::Folder), false) => continue,
                (Some(Kind::File { executable }), true) => match FileName::new(real.clone()) {
                    Ok(real) => return Ok(Look::File { real, executable }),
                    // A spelling that the disk takes for ours, but which breaks the rules of names.
                    Err(_) => ObstacleKind::Special,
                },
                (Some(Kind::File { .. }), false) if purpose == Purpose::Remove => return Ok(Look::Absent),
                (Some(Kind::File { .. }), false) => ObstacleKind::NotAFolder,
                (Some(Kind::Folder), true) => ObstacleKind::Folder,
                (Some(Kind::Symlink), _) => ObstacleKind::Symlink,
                (Some(Kind::Other), _) => ObstacleKind::Special,
            };
            self.blocked.insert(real, blocked);
            return Ok(Look::Blocked);
        }
        Ok(Look::Absent)
    }

    /// The name that the disk has for `part` in the folder `parent`; `part` itself if it has none. `None` if a
    /// lookalike is in the way.
    fn actual(
        &mut self,
        parent: &str,
        part: &str,
        wanted: &str,
        purpose: Purpose,
    ) -> Result<Option<String>, OutputError> {
        let lookalikes = self.lookalikes(parent, part)?;
        let exact = lookalikes.iter().any(|name| name == part);
        let mut others: Vec<String> = lookalikes.into_iter().filter(|name| name != part).collect();
        if !exact
            && others.len() == 1
            && let Some(only) = others.first()
            && self.folder.kind(&joined(parent, part))?.is_some()
        {
            // The disk does not tell the two apart.
            return Ok(Some(only.clone()));
        }
        others.retain(|name| {
            FileName::new(joined(parent, name)).map_or(true, |name| !self.doomed.contains(&name))
        });
        match others.first() {
            Some(other) if purpose == Purpose::Write => {
                let other = joined(parent, other);
                self.blocked.insert(wanted.to_owned(), ObstacleKind::Lookalike(other));
                Ok(None)
            }
            _ => Ok(Some(part.to_owned())),
        }
    }

    /// The names in a folder that some disk takes for `part`, sorted.
    fn lookalikes(&mut self, parent: &str, part: &str) -> Result<Vec<String>, OutputError> {
        if !self.listings.contains_key(parent) {
            let mut listing: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for name in self.folder.names(parent)? {
                // A name that is not UTF-8 is like none of ours.
                if let Ok(name) = name.into_string() {
                    listing.entry(folded(&name)).or_default().push(name);
                }
            }
            listing.values_mut().for_each(|names| names.sort());
            self.listings.insert(parent.to_owned(), listing);
        }
        let listing = self.listings.get(parent);
        Ok(listing.and_then(|listing| listing.get(&folded(part))).cloned().unwrap_or_default())
    }

    /// Notes the folders on the way to `name` from `first_missing` on.
    fn note_missing_folders(&mut self, name: &FileName, first_missing: &str) {
        let missing = name.folders().filter(|folder| folder.as_str().len() >= first_missing.len());
        self.missing_folders.extend(missing);
    }
}

fn joined(parent: &str, part: &str) -> String {
    if parent.is_empty() { part.to_owned() } else { format!("{parent}/{part}") }
}

fn last(name: &FileName) -> &str {
    name.as_str().rsplit('/').next().unwrap_or_default()
}
