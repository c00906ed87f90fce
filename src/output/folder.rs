//! The folder of a build: the calls of [`Disk`], on names inside the folder, with errors that name the path.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::disk::{Disk, Kind, Lock};
use super::error::OutputError;
use crate::value::FileName;

/// The lock that one build at a time holds.
pub(super) const LOCK: &str = ".prefsmith-lock";
/// What a build that is replacing files means to do; while it is there, the build can be undone.
pub(super) const JOURNAL: &str = ".prefsmith-journal.json";
/// The same file once everything is in its place: only leftovers remain to be cleared away.
pub(super) const DONE: &str = ".prefsmith-done.json";
/// The folder of new files, numbered, until they are moved to their place.
pub(super) const STAGING: &str = ".prefsmith-staging";
/// The folder of earlier files, numbered, until the new ones are in their place.
pub(super) const BACKUP: &str = ".prefsmith-backup";

/// One folder on one disk. Names are relative to it; `""` is the folder itself.
pub(super) struct Folder<'a> {
    disk: &'a dyn Disk,
    dir: PathBuf,
}

impl<'a> Folder<'a> {
    /// Names a folder; looks at nothing. A trailing `/` is dropped, because it would follow a symlink.
    pub(super) fn new(disk: &'a dyn Disk, dir: &Path) -> Self {
        let dir: PathBuf = dir.components().collect();
        Self { disk, dir: if dir.as_os_str().is_empty() { PathBuf::from(".") } else { dir } }
    }

    /// A name as the user would write it.
    pub(super) fn shown(&self, name: &str) -> String {
        let dir = self.dir.display();
        match name {
            "" => dir.to_string(),
            name if self.dir.parent().is_none() => format!("{dir}{name}"),
            name => format!("{dir}/{name}"),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.dir.clone() } else { self.dir.join(name) }
    }

    fn told<T>(&self, doing: &'static str, name: &str, result: io::Result<T>) -> Result<T, OutputError> {
        result.map_err(|error| OutputError::Io { doing, path: self.shown(name), error })
    }

    pub(super) fn kind(&self, name: &str) -> Result<Option<Kind>, OutputError> {
        self.told("look at", name, self.disk.kind(&self.path(name)))
    }

    pub(super) fn names(&self, name: &str) -> Result<Vec<OsString>, OutputError> {
        self.told("list", name, self.disk.names(&self.path(name)))
    }

    /// A file's bytes; `None` if it is larger than `limit`.
    pub(super) fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, OutputError> {
        match self.disk.read(&self.path(name), limit) {
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Ok(None),
            result => self.told("read", name, result.map(Some)),
        }
    }

    pub(super) fn sha256(&self, name: &str) -> Result<String, OutputError> {
        self.told("read", name, self.disk.sha256(&self.path(name)))
    }

    pub(super) fn create(&self, name: &str, bytes: &[u8], executable: bool) -> Result<(), OutputError> {
        self.told("write", name, self.disk.create(&self.path(name), bytes, executable))
    }

    pub(super) fn make_folder(&self, name: &str) -> Result<(), OutputError> {
        self.told("make the folder", name, self.disk.make_folder(&self.path(name)))
    }

    /// Moves a file to where nothing stands; `doing` is said of `about`, the path that the user knows.
    pub(super) fn rename(
        &self,
        from: &str,
        to: &str,
        doing: &'static str,
        about: &str,
    ) -> Result<(), OutputError> {
        self.told(doing, about, self.disk.rename(&self.path(from), &self.path(to)))
    }

    pub(super) fn remove_file(&self, name: &str) -> Result<(), OutputError> {
        self.told("remove", name, self.disk.remove_file(&self.path(name)))
    }

    /// Removes a folder; says whether it is gone. One that holds something, or is no folder, stays.
    pub(super) fn remove_empty_folder(&self, name: &str) -> Result<bool, OutputError> {
        match self.disk.remove_folder(&self.path(name)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            // Some systems say "exists" where others say "not empty".
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::DirectoryNotEmpty
                        | io::ErrorKind::AlreadyExists
                        | io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(false)
            }
            Err(error) => self.told("remove", name, Err(error)),
        }
    }

    pub(super) fn flush_file(&self, name: &str) -> Result<(), OutputError> {
        self.told("flush", name, self.disk.flush_file(&self.path(name)))
    }

    pub(super) fn flush(&self, name: &str) -> Result<(), OutputError> {
        self.told("flush", name, self.disk.flush_folder(&self.path(name)))
    }

    /// The first folder on the way to `name` that is a symlink now.
    pub(super) fn symlink_on_the_way(&self, name: &FileName) -> Result<Option<FileName>, OutputError> {
        for folder in name.folders() {
            if self.kind(folder.as_str())? == Some(Kind::Symlink) {
                return Ok(Some(folder));
            }
        }
        Ok(None)
    }

    /// Takes the lock. [`Folder::unlock`] gives it back; a process that dies gives it back too.
    pub(super) fn lock(&self) -> Result<Lock, OutputError> {
        self.told("lock", LOCK, self.disk.lock(&self.path(LOCK)))?
            .ok_or_else(|| OutputError::Busy { path: self.shown("") })
    }

    /// Gives the lock back. The file goes first: once the lock is free, it may be somebody else's.
    pub(super) fn unlock(&self, lock: Lock) -> Result<(), OutputError> {
        let removed = self.remove_file(LOCK);
        drop(lock);
        removed
    }

    /// Whether the folder is there.
    ///
    /// # Errors
    ///
    /// It is a symlink, or something else than a folder.
    pub(super) fn exists(&self) -> Result<bool, OutputError> {
        match self.kind("")? {
            None => Ok(false),
            Some(Kind::Folder) => Ok(true),
            Some(Kind::Symlink) => Err(OutputError::FolderIsSymlink { path: self.shown("") }),
            Some(_) => Err(OutputError::NotAFolder { path: self.shown("") }),
        }
    }

    /// Makes the folder, and those above it, if need be; returns those that are new, the outermost first.
    pub(super) fn ensure(&self) -> Result<Vec<PathBuf>, OutputError> {
        if self.exists()? {
            return Ok(Vec::new());
        }
        let mut new = Vec::new();
        let outcome = self.make_all(&mut new).and_then(|()| self.exists());
        match outcome {
            Ok(_) => Ok(new),
            Err(error) => {
                self.remove_new(&new);
                Err(error)
            }
        }
    }

    fn make_all(&self, new: &mut Vec<PathBuf>) -> Result<(), OutputError> {
        let above = |path: &Path| path.display().to_string();
        let mut missing = Vec::new();
        for path in self.dir.ancestors().take_while(|path| !path.as_os_str().is_empty()) {
            let kind = self.disk.kind(path).map_err(|error| OutputError::Io {
                doing: "look at",
                path: above(path),
                error,
            })?;
            if kind.is_some() {
                break;
            }
            missing.push(path);
        }
        for path in missing.iter().rev() {
            match self.disk.make_folder(path) {
                Ok(()) => new.push((*path).to_owned()),
                // Another build was faster; the folder is not ours to remove then.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    return Err(OutputError::Io { doing: "make the folder", path: above(path), error });
                }
            }
        }
        // Only when all are made: then the disk has one thing to wait for, not one for each folder.
        for path in missing.iter().rev() {
            let parent = path.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
            self.disk.flush_folder(parent).map_err(|error| OutputError::Io {
                doing: "flush",
                path: above(parent),
                error,
            })?;
        }
        Ok(())
    }

    /// Removes the folders that [`Folder::ensure`] made, as far as they are empty; what is not was put there by
    /// somebody else, or is told of by the error that led here.
    pub(super) fn remove_new(&self, new: &[PathBuf]) {
        for path in new.iter().rev() {
            if self.disk.remove_folder(path).is_err() {
                return;
            }
        }
    }
}
