//! A few files that belong together, into folders that are the user's own: no manifest, and nothing is removed.

use std::fs::File;
use std::io::{Error, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// How the new content of a file is called until it takes the place of the old one.
const STAGED: &str = ".prefsmith-new";

/// Writes files, with the folders that they need. Files that are there are left alone, unless `replace`; each is then
/// replaced whole.
///
/// # Errors
///
/// The file that cannot be written, and why. Files that are there are looked for first, so that then nothing is
/// written; if the system refuses later, those that were new are taken away again.
#[expect(clippy::disallowed_methods, reason = "this is the door for files")]
pub fn write_beside(files: &[(PathBuf, Vec<u8>)], replace: bool) -> Result<(), (PathBuf, Error)> {
    for (path, _) in files {
        let there = std::fs::symlink_metadata(path);
        match there {
            Ok(data) if data.is_dir() => return Err((path.clone(), Error::from(ErrorKind::IsADirectory))),
            Ok(_) if !replace => return Err((path.clone(), Error::from(ErrorKind::AlreadyExists))),
            _ => {}
        }
    }
    let mut written: Vec<&Path> = Vec::new();
    for (path, bytes) in files {
        if let Err(error) = one(path, bytes, replace) {
            for path in written {
                // What cannot be taken away is the lesser trouble: the first error is the one to tell.
                let _ = std::fs::remove_file(path);
            }
            return Err((path.clone(), error));
        }
        if !replace {
            written.push(path);
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "this is the door for files")]
fn one(path: &Path, bytes: &[u8], replace: bool) -> Result<(), Error> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    if !replace {
        return super::write_new(path, bytes);
    }
    let mut staged = path.as_os_str().to_owned();
    staged.push(STAGED);
    let staged = PathBuf::from(staged);
    let write = || -> Result<(), Error> {
        let mut file = File::create_new(&staged)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&staged, path)
    };
    write().inspect_err(|error| {
        if error.kind() != ErrorKind::AlreadyExists {
            let _ = std::fs::remove_file(&staged);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_there_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        super::super::write_new(&at("b"), b"old").unwrap();
        let files = [(at("sub/a"), b"a".to_vec()), (at("b"), b"b".to_vec())];
        let (path, error) = write_beside(&files, false).unwrap_err();
        assert_eq!((path, error.kind()), (at("b"), ErrorKind::AlreadyExists));
        assert!(!at("sub").exists(), "nothing was written");
        write_beside(&files, true).unwrap();
        assert_eq!(std::fs::read(at("b")).unwrap(), b"b");
        assert_eq!(std::fs::read(at("sub/a")).unwrap(), b"a");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_was_written_goes_when_a_later_file_fails() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        super::super::write_new(&at("file"), b"").unwrap();
        let files = [(at("a"), b"a".to_vec()), (at("file/b"), b"b".to_vec())];
        assert_eq!(write_beside(&files, false).unwrap_err().0, at("file/b"));
        assert!(!at("a").exists());
    }
}
