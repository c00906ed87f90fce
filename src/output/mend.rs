//! Puts right what a build left that failed or died: undoes it, or finishes it if everything is in its place.
//!
//! Every step looks first whether it is done already, so that mending itself can be interrupted anywhere and
//! begun again. Nothing is removed that is not certainly a build's own.

use std::collections::BTreeSet;

use super::disk::Kind;
use super::error::OutputError;
use super::folder::{BACKUP, DONE, Folder, JOURNAL, STAGING};
use super::journal::{Journal, Placed, backup, staged};
use crate::value::FileName;

/// What was put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mended {
    /// Files had been replaced: the earlier ones were put back.
    Undone,
    /// Everything was in its place: leftovers were cleared away.
    Finished,
    /// No file had been touched yet: leftovers were cleared away.
    Cleared,
}

impl Mended {
    /// The whole sentence.
    pub(super) fn text(self, folder: &Folder<'_>) -> String {
        let dir = folder.shown("");
        match self {
            Self::Undone => format!(
                "an earlier build into `{dir}` was interrupted while it replaced files; they were put back as they \
                 were before it"
            ),
            Self::Finished => format!(
                "an earlier build into `{dir}` was interrupted after its files were in place; what it left behind was \
                 cleared away"
            ),
            Self::Cleared => format!(
                "an earlier build into `{dir}` was interrupted before it replaced any file; what it left behind was \
                 cleared away"
            ),
        }
    }
}

/// Whether a build was interrupted here, or is under way.
pub(super) fn is_needed(folder: &Folder<'_>) -> Result<bool, OutputError> {
    for name in [JOURNAL, DONE, STAGING, BACKUP] {
        if folder.kind(name)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Puts the folder right; `None` if there was nothing to do. Only under the lock.
///
/// # Errors
///
/// A call failed, and everything is kept for the next attempt; or [`OutputError::CannotMend`].
pub(super) fn mend(folder: &Folder<'_>) -> Result<Option<Mended>, OutputError> {
    if let Some(journal) = Journal::read(folder, JOURNAL)? {
        undo(folder, &journal)?;
        return Ok(Some(Mended::Undone));
    }
    if let Some(journal) = Journal::read(folder, DONE)? {
        finish(folder, &journal)?;
        return Ok(Some(Mended::Finished));
    }
    let staging = clear(folder, STAGING)?;
    let backup = remove_orphaned_backup(folder)?;
    Ok((staging || backup).then_some(Mended::Cleared))
}

/// Puts every file back that the journal names, newest step first.
fn undo(folder: &Folder<'_>, journal: &Journal) -> Result<(), OutputError> {
    if folder.kind(STAGING)?.is_none() {
        // Somebody has tidied it away; new files are moved back into it.
        folder.make_folder(STAGING)?;
    }
    for (number, placed) in journal.placed.iter().enumerate().rev() {
        if !is_untouched(folder, journal, &placed.path)? {
            take_out(folder, number, placed)?;
        }
    }
    for (number, name) in journal.moved.iter().enumerate().rev() {
        put_back(folder, number, name)?;
    }
    for name in journal.folders.iter().rev() {
        if folder.symlink_on_the_way(name)?.is_none() {
            folder.remove_empty_folder(name.as_str())?;
        }
    }
    for touched in existing_folders(folder, journal)? {
        folder.flush(&touched)?;
    }
    folder.remove_file(JOURNAL)?;
    // From here on no earlier file lies in the backup, and a build that dies leaves only what `clear` removes.
    folder.flush("")?;
    clear(folder, STAGING)?;
    remove_orphaned_backup(folder)?;
    Ok(())
}

/// Whether the earlier file of that name is certainly at its place: there was one, and it is not in the backup.
fn is_untouched(folder: &Folder<'_>, journal: &Journal, name: &FileName) -> Result<bool, OutputError> {
    match journal.moved.iter().position(|moved| moved == name) {
        None => Ok(false),
        Some(number) => Ok(folder.kind(&backup(number))?.is_none()),
    }
}

/// Moves a new file back to where it was staged, if it was moved in.
fn take_out(folder: &Folder<'_>, number: usize, placed: &Placed) -> Result<(), OutputError> {
    let staged = staged(number);
    let name = placed.path.as_str();
    if folder.kind(&staged)?.is_some() {
        return Ok(());
    }
    refuse_symlinks(folder, &placed.path)?;
    let is_ours = match folder.kind(name)? {
        None => return Ok(()),
        Some(Kind::File { .. }) => folder.sha256(name)? == placed.sha256,
        Some(_) => false,
    };
    if !is_ours {
        return Err(cannot(folder, name, "was changed after that: move it away, then build again"));
    }
    folder.rename(name, &staged, "take back", name)
}

/// Moves an earlier file back to its place, if it was moved away.
fn put_back(folder: &Folder<'_>, number: usize, name: &FileName) -> Result<(), OutputError> {
    let backup = backup(number);
    match folder.kind(&backup)? {
        None => return Ok(()),
        Some(Kind::File { .. }) => {}
        Some(_) => {
            return Err(cannot(folder, &backup, "is not an ordinary file: move it away, then build again"));
        }
    }
    refuse_symlinks(folder, name)?;
    if folder.kind(name.as_str())?.is_some() {
        let reason = format!(
            "was made after that, and the earlier one is `{}`: move one of them away, then build again",
            folder.shown(&backup)
        );
        return Err(cannot(folder, name.as_str(), &reason));
    }
    folder.rename(&backup, name.as_str(), "put back", name.as_str())
}

/// Clears away what a build left that had everything in its place.
///
/// # Errors
///
/// A call failed. The new files are in their place; the next build goes on here.
pub(super) fn finish(folder: &Folder<'_>, journal: &Journal) -> Result<(), OutputError> {
    clear(folder, BACKUP)?;
    clear(folder, STAGING)?;
    for name in journal.emptied.iter().rev() {
        if folder.symlink_on_the_way(name)?.is_none() {
            folder.remove_empty_folder(name.as_str())?;
        }
    }
    folder.remove_file(DONE)
}

/// Removes a folder of ours and the files in it; says whether there was one. Anything that no build puts there
/// is kept, and is an error.
fn clear(folder: &Folder<'_>, name: &str) -> Result<bool, OutputError> {
    match folder.kind(name)? {
        None => return Ok(false),
        Some(Kind::Folder) => {}
        Some(_) => return Err(cannot(folder, name, "is not a folder: move it away, then build again")),
    }
    let mut inside = folder.names(name)?;
    inside.sort();
    for file in inside {
        let ours = file.to_str().filter(|file| *file == "journal" || file.parse::<usize>().is_ok());
        let inner = ours.map(|file| format!("{name}/{file}"));
        match inner {
            Some(inner) if matches!(folder.kind(&inner)?, Some(Kind::File { .. })) => {
                folder.remove_file(&inner)?;
            }
            _ => {
                let reason =
                    format!("holds {file:?}, which no build puts there: move it away, then build again");
                return Err(cannot(folder, name, &reason));
            }
        }
    }
    folder.remove_empty_folder(name)?;
    Ok(true)
}

/// Removes the folder of earlier files, which is empty when no journal tells where they belong.
fn remove_orphaned_backup(folder: &Folder<'_>) -> Result<bool, OutputError> {
    match folder.kind(BACKUP)? {
        None => Ok(false),
        Some(Kind::Folder) if folder.remove_empty_folder(BACKUP)? => Ok(true),
        Some(_) => Err(cannot(
            folder,
            BACKUP,
            "holds files, but the journal that tells where they belong is gone: move them back or away, delete it, \
             then build again",
        )),
    }
}

fn refuse_symlinks(folder: &Folder<'_>, name: &FileName) -> Result<(), OutputError> {
    match folder.symlink_on_the_way(name)? {
        None => Ok(()),
        Some(link) => Err(cannot(
            folder,
            link.as_str(),
            "became a symlink after that, and symlinks are not followed: move it away, then build again",
        )),
    }
}

/// The folders in which names changed, as far as they are still there; the folder itself is the last.
fn existing_folders(folder: &Folder<'_>, journal: &Journal) -> Result<Vec<String>, OutputError> {
    let placed = journal.placed.iter().map(|placed| &placed.path);
    let above = journal.moved.iter().chain(placed).chain(&journal.folders).filter_map(FileName::folder);
    let mut folders = vec![String::new()];
    for name in above.collect::<BTreeSet<FileName>>() {
        if folder.kind(name.as_str())? == Some(Kind::Folder) {
            folders.push(name.into());
        }
    }
    folders.reverse();
    Ok(folders)
}

fn cannot(folder: &Folder<'_>, name: &str, reason: &str) -> OutputError {
    OutputError::CannotMend { path: folder.shown(name), reason: reason.to_owned() }
}
