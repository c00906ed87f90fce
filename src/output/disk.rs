//! What a build does to a disk, one call at a time: the only door through which prefsmith changes files.
//!
//! It is a trait so that tests can let any single call fail, or let the process die before it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

/// What stands at a path; a symlink is never followed to find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An ordinary file.
    File {
        /// Whether its owner may execute it; `None` where the system keeps no such mark.
        executable: Option<bool>,
    },
    /// A folder.
    Folder,
    /// A symlink, wherever it leads.
    Symlink,
    /// A device, a socket, a pipe.
    Other,
}

/// The calls. None follows a symlink that stands at the path itself, except where [`Disk::kind`] has to be
/// asked first.
pub(super) trait Disk {
    /// What stands at `path`; `None` if nothing does.
    fn kind(&self, path: &Path) -> io::Result<Option<Kind>>;
    /// The names of all that lies in a folder, in no order.
    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>>;
    /// A whole file of at most `limit` bytes; a larger one is [`io::ErrorKind::FileTooLarge`]. Ask `kind` first.
    fn read(&self, file: &Path, limit: u64) -> io::Result<Vec<u8>>;
    /// The SHA-256 of a file, as 64 lowercase hexadecimal digits. Ask `kind` first.
    fn sha256(&self, file: &Path) -> io::Result<String>;
    /// Writes a new file with mode 0755 or 0644, whatever the umask; fails if anything stands there.
    fn create(&self, file: &Path, bytes: &[u8], executable: bool) -> io::Result<()>;
    /// Makes one folder, with the mode that the umask leaves; fails if anything stands there.
    fn make_folder(&self, folder: &Path) -> io::Result<()>;
    /// Moves a file within one file system. What stands at `to` would be replaced: ask `kind` first.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove_file(&self, file: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_folder(&self, folder: &Path) -> io::Result<()>;
    /// Waits until a file's content is on the disk itself. Ask `kind` first.
    fn flush_file(&self, file: &Path) -> io::Result<()>;
    /// Waits until a folder's names are on the disk itself, where the system can do that.
    fn flush_folder(&self, folder: &Path) -> io::Result<()>;
    /// Takes the lock that `file` stands for; `None` if another process holds it. The file is created if need be,
    /// and the holder removes it before it lets the lock go.
    fn lock(&self, file: &Path) -> io::Result<Option<Lock>>;
}

/// A lock that is held until this is dropped, or until the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// The disk of this computer.
#[derive(Debug)]
pub(super) struct RealDisk;

impl Disk for RealDisk {
    fn kind(&self, path: &Path) -> io::Result<Option<Kind>> {
        match fs::symlink_metadata(path) {
            Ok(metadata) => Ok(Some(kind_of(&metadata))),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name())).collect()
    }

    fn read(&self, file: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(file)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()).is_ok_and(|len| len <= limit) {
            Ok(bytes)
        } else {
            Err(io::ErrorKind::FileTooLarge.into())
        }
    }

    fn sha256(&self, file: &Path) -> io::Result<String> {
        let mut file = File::open(file)?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(hex(&hasher.finalize())),
                Ok(length) => hasher.update(buffer.get(..length).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the door")]
    fn create(&self, file: &Path, bytes: &[u8], executable: bool) -> io::Result<()> {
        let mut file = File::create_new(file)?;
        set_mode(&file, executable)?;
        file.write_all(bytes)
    }

    #[expect(clippy::disallowed_methods, reason = "the door")]
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir(folder)
    }

    #[expect(clippy::disallowed_methods, reason = "the door")]
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    #[expect(clippy::disallowed_methods, reason = "the door")]
    fn remove_file(&self, file: &Path) -> io::Result<()> {
        fs::remove_file(file)
    }

    #[expect(clippy::disallowed_methods, reason = "the door")]
    fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        fs::remove_dir(folder)
    }

    fn flush_file(&self, file: &Path) -> io::Result<()> {
        File::open(file)?.sync_all()
    }

    fn flush_folder(&self, folder: &Path) -> io::Result<()> {
        if !cfg!(unix) {
            return Ok(());
        }
        match File::open(folder)?.sync_all() {
            // Some network file systems have no such call for folders; there is nothing better to ask for.
            Err(error)
                if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
            {
                Ok(())
            }
            result => result,
        }
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Lock>> {
        // A holder removes the file before it lets go, so what we locked may be gone from the folder by then,
        // and another process may have locked a new one: only the file that still has the name counts.
        for _ in 0..16 {
            let (file, is_new) = open_lock(path)?;
            match file.try_lock() {
                Ok(()) if still_named(&file, path)? => return Ok(Some(Lock { _file: file })),
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                // A file system without locks: builds go on, they only cannot see each other.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                    return Ok(Some(Lock { _file: file }));
                }
                Err(TryLockError::Error(error)) => {
                    if is_new {
                        let _ = self.remove_file(path);
                    }
                    return Err(error);
                }
            }
        }
        Ok(None)
    }
}

/// Opens the file of a lock, and says whether it is new. A symlink is an error, and so is a folder.
#[expect(clippy::disallowed_methods, reason = "the door")]
fn open_lock(path: &Path) -> io::Result<(File, bool)> {
    for _ in 0..16 {
        match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(file) => return Ok((file, true)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => return Err(io::Error::new(io::ErrorKind::AlreadyExists, "it is not an ordinary file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        }
        match OpenOptions::new().write(true).open(path) {
            Ok(file) => return Ok((file, false)),
            // Removed by its holder between the two calls.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// Whether `path` still names the open file.
#[cfg(unix)]
fn still_named(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let open = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(named) => Ok(open.dev() == named.dev() && open.ino() == named.ino()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether `path` still names the open file; here, whether it names anything.
#[cfg(not(unix))]
fn still_named(_file: &File, path: &Path) -> io::Result<bool> {
    fs::exists(path)
}

#[cfg(unix)]
fn set_mode(file: &File, executable: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match file.set_permissions(fs::Permissions::from_mode(if executable { 0o755 } else { 0o644 })) {
        // We have just made this file, so that it is ours: the file system keeps no modes.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) =>
        {
            Ok(())
        }
        result => result,
    }
}

#[cfg(not(unix))]
fn set_mode(_file: &File, _executable: bool) -> io::Result<()> {
    Ok(())
}

fn kind_of(metadata: &fs::Metadata) -> Kind {
    let kind = metadata.file_type();
    if kind.is_symlink() {
        Kind::Symlink
    } else if kind.is_dir() {
        Kind::Folder
    } else if kind.is_file() {
        Kind::File { executable: is_executable(metadata) }
    } else {
        Kind::Other
    }
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> Option<bool> {
    use std::os::unix::fs::PermissionsExt;
    Some(metadata.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn is_executable(_metadata: &fs::Metadata) -> Option<bool> {
    None
}

/// Whether an error only says that there is nothing at the path.
fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Bytes as lowercase hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing into a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
