//! A folder shaped like a Mac's root: `/` itself, a mounted disk, or a snapshot that was unpacked.

use super::tree::{Entry, Tree, Unreadable};
use std::borrow::Cow;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// How many entries of one folder are looked at.
const ENTRIES: usize = 100_000;

/// A folder shaped like a Mac's root.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Takes a folder.
    ///
    /// # Errors
    /// It is not there, is no folder, or cannot be opened.
    pub fn new(root: &Path) -> Result<Self, Unreadable> {
        let root = std::fs::canonicalize(root).map_err(|error| plain(&error))?;
        if root.is_dir() { Ok(Self { root }) } else { Err(Unreadable::new("it is no folder")) }
    }

    /// Where a path of the Mac lies here; none if there is nothing.
    fn place(&self, path: &str) -> Result<Option<PathBuf>, Unreadable> {
        let place = self.root.join(path.trim_start_matches('/'));
        match std::fs::canonicalize(&place) {
            // A link of a mounted disk would lead to a file of this computer.
            Ok(real) if !real.starts_with(&self.root) => Err(Unreadable::new("a link leads out of the Mac")),
            Ok(real) => Ok(Some(real)),
            Err(error) if missing(&error) => match std::fs::symlink_metadata(&place) {
                Ok(_) => Err(Unreadable::new("a link leads nowhere")),
                Err(_) => Ok(None),
            },
            Err(error) => Err(plain(&error)),
        }
    }
}

impl Tree for Folder {
    #[expect(clippy::disallowed_methods, reason = "opened for reading")]
    fn read(&self, path: &str, limit: usize) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        let Some(place) = self.place(path)? else { return Ok(None) };
        // Opening a pipe waits for somebody to write.
        let data = std::fs::metadata(&place).map_err(|error| plain(&error))?;
        if !data.is_file() {
            return Err(Unreadable::new("it is no regular file"));
        }
        let file = std::fs::OpenOptions::new().read(true).open(&place).map_err(|error| plain(&error))?;
        let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        file.take(bound).read_to_end(&mut bytes).map_err(|error| plain(&error))?;
        if bytes.len() > limit {
            return Err(Unreadable::new(format!("it is larger than {} MiB", limit >> 20)));
        }
        Ok(Some(Cow::Owned(bytes)))
    }

    fn list(&self, path: &str) -> Result<Option<Vec<Entry>>, Unreadable> {
        let Some(place) = self.place(path)? else { return Ok(None) };
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&place).map_err(|error| plain(&error))? {
            let entry = entry.map_err(|error| plain(&error))?;
            // A name that is no UTF-8 is none that macOS makes.
            let Ok(name) = entry.file_name().into_string() else { continue };
            if found.len() == ENTRIES {
                return Err(Unreadable::new(format!("more than {ENTRIES} entries are in it")));
            }
            let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            found.push(Entry { name, folder });
        }
        found.sort();
        Ok(Some(found))
    }
}

/// Whether nothing is there: a file in place of a folder on the way means that too.
fn missing(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn plain(error: &std::io::Error) -> Unreadable {
    match error.kind() {
        ErrorKind::NotFound => Unreadable::new("it is not there"),
        ErrorKind::PermissionDenied => Unreadable::new("it may not be read"),
        ErrorKind::NotADirectory => Unreadable::new("it is no folder"),
        _ => Unreadable::new(error.to_string()),
    }
}
