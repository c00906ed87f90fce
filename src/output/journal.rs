//! The journal: what a build that is replacing files means to do, so that any later one can undo it.

use serde::{Deserialize, Serialize};

use super::disk::Kind;
use super::error::OutputError;
use super::folder::{BACKUP, Folder, STAGING};
use crate::value::FileName;

/// The version of the journal's shape.
const VERSION: u64 = 1;
/// A larger journal is none of ours.
const LARGEST: u64 = 256 * 1024 * 1024;

/// What a build does to the folder, in this order. Names are checked when it is read, as a manifest's are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journal {
    version: u64,
    /// Files that are moved away: the first becomes `.prefsmith-backup/0`.
    pub(super) moved: Vec<FileName>,
    /// Folders that are made, parents first.
    pub(super) folders: Vec<FileName>,
    /// New files that are moved to their place: `.prefsmith-staging/0` becomes the first.
    pub(super) placed: Vec<Placed>,
    /// Folders that are removed at the end if nothing is left in them, parents first.
    pub(super) emptied: Vec<FileName>,
}

/// A new file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Placed {
    pub(super) path: FileName,
    /// Tells whether somebody edited it after the build was interrupted.
    pub(super) sha256: String,
}

impl Journal {
    pub(super) fn new(
        moved: Vec<FileName>,
        folders: Vec<FileName>,
        placed: Vec<Placed>,
        emptied: Vec<FileName>,
    ) -> Self {
        Self { version: VERSION, moved, folders, placed, emptied }
    }

    pub(super) fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec_pretty(self)
    }

    /// Reads the journal at `name`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`OutputError::CannotMend`] for a journal that no prefsmith of this version wrote.
    pub(super) fn read(folder: &Folder<'_>, name: &str) -> Result<Option<Self>, OutputError> {
        let unclear = |why: String| OutputError::CannotMend {
            path: folder.shown(name),
            reason: format!(
                "cannot be used ({why}): move the files in `{}` back to where they belong, then delete both",
                folder.shown(BACKUP)
            ),
        };
        match folder.kind(name)? {
            None => return Ok(None),
            Some(Kind::File { .. }) => {}
            Some(_) => return Err(unclear("it is not an ordinary file".to_owned())),
        }
        let Some(bytes) = folder.read(name, LARGEST)? else {
            return Err(unclear("it is larger than 256 MiB".to_owned()));
        };
        let journal: Self = serde_json::from_slice(&bytes).map_err(|error| unclear(error.to_string()))?;
        if journal.version != VERSION {
            return Err(unclear(format!("its version is {}, and this is {VERSION}", journal.version)));
        }
        Ok(Some(journal))
    }
}

/// The name of the new file of that number until it is moved to its place.
pub(super) fn staged(number: usize) -> String {
    format!("{STAGING}/{number}")
}

/// The name of the earlier file of that number while it is out of the way.
pub(super) fn backup(number: usize) -> String {
    format!("{BACKUP}/{number}")
}
