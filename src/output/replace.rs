//! Replaces files: all new ones are written aside, a journal says what is meant, earlier files are moved away,
//! new ones are moved in. What stops half way is undone by `mend`, here or in the next build.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::error::{Kept, OutputError};
use super::folder::{BACKUP, DONE, Folder, JOURNAL, STAGING};
use super::journal::{Journal, Placed, backup, staged};
use super::manifest::New;
use super::survey::{State, Survey};
use crate::value::FileName;

/// Where the journal is written before it gets its name.
const DRAFT: &str = ".prefsmith-staging/journal";

/// What a build has to do.
pub(super) struct Work<'a> {
    /// The files to be written.
    pub(super) write: Vec<&'a New<'a>>,
    pub(super) journal: Journal,
    /// How many earlier files were moved away; what a disk that no longer answers cannot tell.
    moved_away: Cell<usize>,
}

impl<'a> Work<'a> {
    /// Decides what to do, once nothing that may not be touched is in the way.
    pub(super) fn new(new: &'a [New<'a>], survey: &Survey) -> Self {
        let write: Vec<&New<'_>> = new
            .iter()
            .zip(&survey.states)
            .filter(|(_, state)| !matches!(state, State::Same))
            .map(|(file, _)| file)
            .collect();
        let replaced = survey.states.iter().filter_map(|state| match state {
            State::Differs { real, .. } => Some(real),
            _ => None,
        });
        let stale = survey.stale.iter().map(|stale| &stale.real);
        // Under two names of the last manifest there can be one file, where the disk does not tell them apart.
        let moved: BTreeSet<FileName> = replaced.chain(stale.clone()).cloned().collect();
        // Those that are still in use are not empty then, and stay.
        let emptied: BTreeSet<FileName> = stale.flat_map(FileName::folders).collect();
        let placed = write
            .iter()
            .map(|file| Placed { path: file.path.clone(), sha256: file.sha256.clone() })
            .collect();
        let folders = survey.missing_folders.iter().cloned().collect();
        let journal =
            Journal::new(moved.into_iter().collect(), folders, placed, emptied.into_iter().collect());
        Self { write, journal, moved_away: Cell::new(0) }
    }

    /// Whether everything is as it should be already.
    pub(super) fn is_nothing(&self) -> bool {
        self.write.is_empty() && self.journal.moved.is_empty()
    }

    /// Brings the folder to the point where everything is in its place and only leftovers remain.
    ///
    /// # Errors
    ///
    /// A call failed: the folder has to be mended.
    pub(super) fn replace(&self, folder: &Folder<'_>) -> Result<(), OutputError> {
        self.stage(folder)?;
        self.announce(folder)?;
        self.exchange(folder)?;
        for touched in self.touched() {
            folder.flush(&touched)?;
        }
        // The one step that makes it true: before it a build is undone, after it finished.
        folder.rename(JOURNAL, DONE, "rename", JOURNAL)
    }

    /// Writes every new file aside. A full disk shows here, before anything is touched.
    fn stage(&self, folder: &Folder<'_>) -> Result<(), OutputError> {
        folder.make_folder(STAGING)?;
        for (number, file) in self.write.iter().enumerate() {
            folder.create(&staged(number), &file.bytes, file.executable)?;
        }
        for number in 0..self.write.len() {
            folder.flush_file(&staged(number))?;
        }
        folder.make_folder(BACKUP)
    }

    /// Puts the journal in its place, whole and on the disk, before the first file is touched.
    fn announce(&self, folder: &Folder<'_>) -> Result<(), OutputError> {
        let json = self.journal.to_json().map_err(|error| OutputError::Io {
            doing: "write",
            path: folder.shown(JOURNAL),
            error: error.into(),
        })?;
        folder.create(DRAFT, &json, false)?;
        folder.flush_file(DRAFT)?;
        folder.flush(STAGING)?;
        folder.rename(DRAFT, JOURNAL, "write", JOURNAL)?;
        folder.flush("")
    }

    fn exchange(&self, folder: &Folder<'_>) -> Result<(), OutputError> {
        for (number, name) in self.journal.moved.iter().enumerate() {
            folder.rename(name.as_str(), &backup(number), "move away", name.as_str())?;
            self.moved_away.set(number + 1);
        }
        for name in &self.journal.folders {
            folder.make_folder(name.as_str())?;
        }
        for (number, Placed { path, .. }) in self.journal.placed.iter().enumerate() {
            // Two names that this disk takes for one, and we for two, would meet here; so would a file that
            // somebody has just made.
            if folder.kind(path.as_str())?.is_some() {
                return Err(OutputError::Io {
                    doing: "write",
                    path: folder.shown(path.as_str()),
                    error: std::io::ErrorKind::AlreadyExists.into(),
                });
            }
            folder.rename(&staged(number), path.as_str(), "write", path.as_str())?;
        }
        Ok(())
    }

    /// The folders whose names change, innermost first; the folder itself is the last.
    fn touched(&self) -> Vec<String> {
        let placed = self.journal.placed.iter().map(|placed| &placed.path);
        let names = self.journal.moved.iter().chain(placed).chain(&self.journal.folders);
        let mut touched: BTreeSet<String> =
            names.map(|name| name.folder().map(String::from).unwrap_or_default()).collect();
        if !self.journal.moved.is_empty() {
            touched.insert(BACKUP.to_owned());
        }
        touched.insert(String::new());
        touched.into_iter().rev().collect()
    }

    /// Where the earlier files are that are not at their place, as far as the disk still tells.
    pub(super) fn kept(&self, folder: &Folder<'_>) -> Vec<Kept> {
        let numbered = self.journal.moved.iter().enumerate();
        let kept = numbered.filter(|(number, _)| match folder.kind(&backup(*number)) {
            Ok(there) => there.is_some(),
            Err(_) => *number < self.moved_away.get(),
        });
        let shown = kept.map(|(number, name)| Kept {
            path: folder.shown(name.as_str()),
            now: folder.shown(&backup(number)),
        });
        shown.collect()
    }
}
