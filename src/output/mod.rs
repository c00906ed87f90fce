//! The only writer of files: a build's files are replaced whole and together, or not at all.
//!
//! A build into a folder goes so:
//!
//! 1. Names are checked against each other; the folder is made if need be, and locked (`.prefsmith-lock`).
//! 2. What an interrupted build left is put right.
//! 3. The folder is compared with what is to be written and with the last `manifest.json`. Files that are the same
//!    are left alone. Anything that prefsmith may not touch ends the build here, all of it named at once.
//! 4. New files are written to `.prefsmith-staging/`, and a journal says what is meant (`.prefsmith-journal.json`).
//! 5. Earlier files are moved to `.prefsmith-backup/`, new ones to their place; the journal then becomes
//!    `.prefsmith-done.json`, which is the step that counts.
//! 6. Leftovers are removed, and the lock last.
//!
//! If a call fails before the step that counts, everything is put back. If the process dies, the next build reads
//! the journal: before that step it undoes, after it it finishes. Files and folders are flushed to the disk
//! before any step that relies on them, so that the same holds when the power fails.
//!
//! Symlinks in the folder are never followed. This guards against what lies there, not against another program that
//! changes the folder while a build runs.

mod beside;
mod disk;
mod error;
mod folder;
mod journal;
mod manifest;
mod mend;
mod replace;
mod survey;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

pub use crate::emit::Artefact;
pub use crate::value::{FileName, FileNameError};
pub use beside::write_beside;
pub use error::{Kept, NameClash, Obstacle, ObstacleKind, OutputError};
pub use manifest::FileEntry;

use crate::value::MANIFEST;
use disk::{Disk, RealDisk};
use folder::{Folder, JOURNAL};
use manifest::{Known, New};
use mend::Mended;
use replace::Work;
use survey::{Claim, State, Survey};

/// How to write a build.
#[derive(Clone, Copy, Debug, Default)]
pub struct CommitOptions {
    /// Replace and remove files that prefsmith did not write or that were edited since, and a manifest that it
    /// cannot read. Never symlinks, folders, or names that differ only in case.
    pub force: bool,
}

/// What a build did. Names are sorted; `manifest.json` is among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that are new or have new content.
    pub written: Vec<FileName>,
    /// Files that were the same, and were left alone.
    pub unchanged: Vec<FileName>,
    /// Files of the last manifest that are no longer made, and were removed.
    pub removed: Vec<FileName>,
    /// What an earlier, interrupted build had left and how it was put right: a sentence.
    pub mended: Option<String>,
    /// What could not be cleared away although all files are in place, and why: a sentence. The next build tries
    /// again.
    pub left_over: Option<String>,
}

/// One way in which a folder is not what a build would make of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The path as the user would write it.
    pub path: String,
    /// What is different.
    pub kind: DifferenceKind,
}

/// What is different.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DifferenceKind {
    /// The file is not there.
    Missing,
    /// Its content is another, or its name is spelled otherwise, or a program may not be executed.
    Different,
    /// The last manifest has it, but it is no longer made.
    LeftOver,
    /// Something is in its place that a build would refuse to replace.
    InTheWay(ObstacleKind),
    /// A build was interrupted here, or is writing now.
    Interrupted,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, kind } = self;
        match kind {
            DifferenceKind::Missing => write!(f, "`{path}` is missing"),
            DifferenceKind::Different => write!(f, "`{path}` is out of date"),
            DifferenceKind::LeftOver => write!(f, "`{path}` is no longer made"),
            DifferenceKind::InTheWay(kind) => write!(f, "`{path}` {kind}"),
            DifferenceKind::Interrupted => {
                write!(f, "`{path}` is of a build that was interrupted, or is running")
            }
        }
    }
}

/// Writes one new file; one that is there is left alone.
///
/// # Errors
///
/// The file is there already, or the system refuses; nothing half written stays.
#[expect(clippy::disallowed_methods, reason = "this is the door for files")]
pub fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut file = std::fs::File::create_new(path)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).inspect_err(|_| {
        // What was half written goes; if even that is refused, the first error is the one to tell.
        let _ = std::fs::remove_file(path);
    })
}

/// Writes one file in place of what is there; the folders above it are made. It is never there in part, and a
/// symlink of its name is replaced, not followed.
///
/// # Errors
///
/// The system refuses; what was there is then as it was.
#[expect(clippy::disallowed_methods, reason = "this is the door for files")]
pub fn write_over(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let Some(name) = path.file_name() else { return Err(std::io::ErrorKind::InvalidInput.into()) };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut staged = std::ffi::OsString::from(".prefsmith-new.");
    staged.push(name);
    let staged = path.with_file_name(staged);
    // What an interrupted call left.
    let _ = std::fs::remove_file(&staged);
    write_new(&staged, bytes)?;
    std::fs::rename(&staged, path).inspect_err(|_| {
        let _ = std::fs::remove_file(&staged);
    })
}

/// Writes a file that only saves work: whole, in place of what was there. The folder is made if need be.
///
/// # Errors
///
/// The system refuses; what was there is then as it was.
#[expect(clippy::disallowed_methods, reason = "this is the door for files")]
pub fn write_cache(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    // Two runs at once write two files, and the last one to be moved stays: both are right.
    let new = folder.join(format!(".{name}.{}", std::process::id()));
    let written = create_over(&new, bytes).and_then(|()| std::fs::rename(&new, folder.join(name)));
    written.inspect_err(|_| {
        // The first error is the one to tell.
        let _ = std::fs::remove_file(&new);
    })
}

#[expect(clippy::disallowed_methods, reason = "this is the door for files")]
fn create_over(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    // A run of the same number that died may have left it.
    let _ = std::fs::remove_file(path);
    std::fs::File::create_new(path)?.write_all(bytes)
}

/// Writes a build into `dir`: all of it, or none.
///
/// `manifest` makes the content of `manifest.json` from the files, which are sorted by path. It has to be a JSON
/// object with `"version": 1` and these entries as `files`; whatever else it holds is the caller's.
///
/// # Errors
///
/// See [`OutputError`]; unless the rollback failed, the files in `dir` are then as they were, and a `dir` that was
/// not there is gone again.
pub fn commit(
    dir: &Path,
    artefacts: &[Artefact],
    manifest: &dyn Fn(&[FileEntry]) -> Vec<u8>,
    options: &CommitOptions,
) -> Result<Changes, OutputError> {
    commit_on(&RealDisk, dir, artefacts, manifest, options)
}

/// Compares `dir` with what [`commit`] would make of it, and changes nothing. Sorted by path; empty if all is as it
/// should be.
///
/// # Errors
///
/// The names clash, `dir` is a symlink or no folder, or something in it cannot be read.
pub fn compare(
    dir: &Path,
    artefacts: &[Artefact],
    manifest: &dyn Fn(&[FileEntry]) -> Vec<u8>,
) -> Result<Vec<Difference>, OutputError> {
    compare_on(&RealDisk, dir, artefacts, manifest)
}

fn commit_on(
    disk: &dyn Disk,
    dir: &Path,
    artefacts: &[Artefact],
    manifest: &dyn Fn(&[FileEntry]) -> Vec<u8>,
    options: &CommitOptions,
) -> Result<Changes, OutputError> {
    let new = manifest::new_files(artefacts, manifest)?;
    let folder = Folder::new(disk, dir);
    let made = folder.ensure()?;
    let outcome = locked(&folder, &new, options);
    if outcome.is_err() {
        folder.remove_new(&made);
    }
    outcome
}

/// The build under the lock.
fn locked(folder: &Folder<'_>, new: &[New<'_>], options: &CommitOptions) -> Result<Changes, OutputError> {
    let lock = folder.lock()?;
    let outcome = mended_and_replaced(folder, new, options);
    let unlocked = folder.unlock(lock);
    let mut changes = outcome?;
    if let Err(error) = unlocked {
        changes.left_over.get_or_insert(error.to_string());
    }
    Ok(changes)
}

fn mended_and_replaced(
    folder: &Folder<'_>,
    new: &[New<'_>],
    options: &CommitOptions,
) -> Result<Changes, OutputError> {
    let mended = mend::mend(folder)?.map(|mended| mended.text(folder));
    match (surveyed_and_replaced(folder, new, options), mended) {
        (Ok(changes), mended) => Ok(Changes { mended, ..changes }),
        (Err(error), None) => Err(error),
        (Err(error), Some(mended)) => Err(OutputError::AfterMending { mended, error: Box::new(error) }),
    }
}

fn surveyed_and_replaced(
    folder: &Folder<'_>,
    new: &[New<'_>],
    options: &CommitOptions,
) -> Result<Changes, OutputError> {
    let known = match manifest::known(folder)? {
        Known::Files(files) => files,
        Known::Broken(reason) if !options.force => {
            return Err(OutputError::BrokenManifest { path: folder.shown(MANIFEST), reason });
        }
        Known::Broken(_) | Known::Nothing => BTreeMap::new(),
    };
    let survey = survey::survey(folder, new, &known)?;
    let obstacles = survey.obstacles(folder, options.force);
    if !obstacles.is_empty() {
        return Err(OutputError::InTheWay { obstacles });
    }
    let work = Work::new(new, &survey);
    let left_over = if work.is_nothing() { None } else { replaced(folder, &work)? };
    Ok(Changes { left_over, ..changes(new, &survey) })
}

/// Replaces the files, or puts back what was there; returns what could not be cleared away afterwards.
fn replaced(folder: &Folder<'_>, work: &Work<'_>) -> Result<Option<String>, OutputError> {
    if let Err(error) = work.replace(folder) {
        return match mend::mend(folder) {
            // The last step was done, although the system said that it was not.
            Ok(Some(Mended::Finished)) => Ok(None),
            Ok(_) => Err(error),
            Err(undo) => Err(OutputError::RollbackFailed {
                error: Box::new(error),
                undo: Box::new(undo),
                kept: work.kept(folder),
            }),
        };
    }
    // The earlier files go only when it is certain that the disk has the new ones.
    let cleared = folder.flush("").and_then(|()| mend::finish(folder, &work.journal));
    Ok(cleared.err().map(|error| error.to_string()))
}

fn changes(new: &[New<'_>], survey: &Survey) -> Changes {
    let mut changes = Changes::default();
    for (file, state) in new.iter().zip(&survey.states) {
        match state {
            State::Same => changes.unchanged.push(file.path.clone()),
            _ => changes.written.push(file.path.clone()),
        }
    }
    changes.removed = survey.stale.iter().map(|stale| stale.real.clone()).collect();
    for names in [&mut changes.written, &mut changes.unchanged, &mut changes.removed] {
        names.sort();
        names.dedup();
    }
    changes
}

fn compare_on(
    disk: &dyn Disk,
    dir: &Path,
    artefacts: &[Artefact],
    manifest: &dyn Fn(&[FileEntry]) -> Vec<u8>,
) -> Result<Vec<Difference>, OutputError> {
    let new = manifest::new_files(artefacts, manifest)?;
    let folder = Folder::new(disk, dir);
    let shown = |name: &str, kind| Difference { path: folder.shown(name), kind };
    if !folder.exists()? {
        let missing = new.iter().map(|file| shown(file.path.as_str(), DifferenceKind::Missing));
        let mut missing: Vec<Difference> = missing.collect();
        missing.sort();
        return Ok(missing);
    }
    let known = match manifest::known(&folder)? {
        Known::Files(files) => files,
        // The manifest is then out of date, and found so below.
        Known::Broken(_) | Known::Nothing => BTreeMap::new(),
    };
    let survey = survey::survey(&folder, &new, &known)?;
    let mut differences: Vec<Difference> = survey
        .obstacles(&folder, true)
        .into_iter()
        .map(|Obstacle { path, kind }| Difference { path, kind: DifferenceKind::InTheWay(kind) })
        .collect();
    for (file, state) in new.iter().zip(&survey.states) {
        let kind = match state {
            State::Same | State::Blocked => continue,
            State::Absent => DifferenceKind::Missing,
            State::Differs { claim: Claim::Edited, .. } => DifferenceKind::InTheWay(ObstacleKind::Edited),
            State::Differs { .. } => DifferenceKind::Different,
        };
        differences.push(shown(file.path.as_str(), kind));
    }
    differences.extend(survey.stale.iter().map(|stale| shown(stale.real.as_str(), DifferenceKind::LeftOver)));
    if mend::is_needed(&folder)? {
        differences.push(shown(JOURNAL, DifferenceKind::Interrupted));
    }
    differences.sort();
    Ok(differences)
}
