//! Macs as inputs: a folder shaped like the root of one, or a snapshot: an archive, or the one line of text that the
//! collector prints with `--stdout`.

use super::commands::Commands;
use super::common::open_file;
use super::live::Live;
use crate::mac::archive::{self, Archive, Limits};
use crate::mac::folder::Folder;
use crate::mac::tree::Tree;
use crate::mac::{ABOUT, Who};
use crate::value::write::from_base64;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;

/// How gzip's output begins in base64.
pub(super) const LINE: &[u8] = b"H4sI";

/// Whether an input is a Mac: by its name if it is a file, and by what lies in it if it is a folder. The letter case
/// counts, on disks too that do not tell it: a folder of profiles may have one that is called `library`.
pub(super) fn is_mac(path: &Path) -> bool {
    if !path.is_dir() {
        return is_archive(path) || is_line(path);
    }
    let Ok(entries) = std::fs::read_dir(path) else { return false };
    let about = ABOUT.trim_start_matches('/');
    entries.filter_map(Result::ok).any(|entry| entry.file_name() == "Library" || entry.file_name() == about)
}

/// Whether a file is a snapshot in one line. A pipe is none: what is read of it here, nobody could read again. Of what
/// cannot be read, whoever reads it next says why.
fn is_line(path: &Path) -> bool {
    let mut start = Vec::new();
    let mut read = || std::fs::File::open(path).and_then(|file| file.take(8).read_to_end(&mut start));
    path.is_file() && read().is_ok() && start.starts_with(LINE)
}

/// Whether a name is that of an archive.
pub(super) fn is_archive(path: &Path) -> bool {
    path.file_name().is_some_and(|name| archive::is_archive(&name.to_string_lossy()))
}

/// Whose preferences are read, by `--user`.
pub(super) fn who(user: Option<&str>) -> Who<'_> {
    match user {
        None => Who::Console,
        Some("all") => Who::Everybody,
        Some(name) => Who::Named(name),
    }
}

/// Opens a Mac. The one that runs answers for what its disk does not have.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn open(path: &Path) -> Result<Box<dyn Tree>, String> {
    let root = || std::fs::canonicalize(path).is_ok_and(|path| path == Path::new("/"));
    if cfg!(target_os = "macos") && root() {
        return live(path, Commands::of_macos());
    }
    if path.is_dir() {
        return Ok(Box::new(Folder::new(path).map_err(|error| error.to_string())?));
    }
    let (file, _) = open_file(path)?;
    let limits = Limits::default();
    let read = if is_line(path) {
        Archive::read(Cursor::new(line(file)?), &limits)
    } else {
        Archive::read(BufReader::new(file), &limits)
    };
    Ok(Box::new(read.map_err(|error| error.to_string())?))
}

/// The archive of a snapshot in one line.
///
/// # Errors
/// It is not whole.
pub(super) fn line(file: impl Read) -> Result<Vec<u8>, String> {
    let mut text = String::new();
    // What is larger is cut off, and no base64 any more.
    let read = file.take(Limits::default().bytes).read_to_string(&mut text);
    let bytes = read.ok().and_then(|_| from_base64(&text));
    bytes.ok_or_else(|| "it begins as a snapshot in one line, and is cut off or changed".to_owned())
}

/// Opens a Mac that runs, with its commands.
///
/// # Errors
/// Why its disk cannot be read.
pub(super) fn live(path: &Path, commands: Commands) -> Result<Box<dyn Tree>, String> {
    let disk = Folder::new(path).map_err(|error| error.to_string())?;
    Ok(Box::new(Live::new(disk, commands)))
}
