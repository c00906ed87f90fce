//! The files of a Mac, wherever they are: below a folder, or in an archive.

use super::About;
use std::borrow::Cow;

/// Why a file or a folder of a Mac could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

impl Unreadable {
    /// With a reason.
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// An entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Whether it is a folder.
    pub folder: bool,
}

/// Something shaped like the root of a Mac. Paths begin with `/`, have no `.` and no `..`, and never lead out.
pub trait Tree {
    /// The bytes of a file, or none if there is none.
    ///
    /// # Errors
    /// It is there, or may be, and cannot be read: no permission, a link that leads out, larger than `limit` bytes.
    fn read(&self, path: &str, limit: usize) -> Result<Option<Cow<'_, [u8]>>, Unreadable>;

    /// The entries of a folder in the order of their names, or none if there is no such folder.
    ///
    /// # Errors
    /// It is there, or may be, and cannot be listed.
    fn list(&self, path: &str) -> Result<Option<Vec<Entry>>, Unreadable>;

    /// Whether anything may be at a path, or below it; not only where there is surely nothing.
    fn has(&self, path: &str) -> bool {
        let _ = path;
        true
    }

    /// What is known of the Mac beside its files, where the tree knows it itself; none: a file may say it.
    fn about(&self) -> Option<About> {
        None
    }

    /// What must be known of how the files were read, as sentences without a full stop.
    fn remarks(&self) -> Vec<String> {
        Vec::new()
    }
}
