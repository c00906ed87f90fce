//! Macs as inputs: a folder shaped like the root of one, or a snapshot in an archive.

use super::common::open_file;
use crate::mac::ABOUT;
use crate::mac::archive::{Archive, Limits};
use crate::mac::folder::Folder;
use crate::mac::tree::Tree;
use std::io::BufReader;
use std::path::Path;

/// How the names of archives end.
const ARCHIVES: [&str; 3] = [".tar.gz", ".tgz", ".tar"];

/// Whether an input is a Mac: by its name if it is a file, and by what lies in it if it is a folder. The letter case
/// counts, on disks too that do not tell it: a folder of profiles may have one that is called `library`.
pub(super) fn is_mac(path: &Path) -> bool {
    if is_archive(path) && !path.is_dir() {
        return true;
    }
    let Ok(entries) = std::fs::read_dir(path) else { return false };
    let about = ABOUT.trim_start_matches('/');
    entries.filter_map(Result::ok).any(|entry| entry.file_name() == "Library" || entry.file_name() == about)
}

fn is_archive(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    ARCHIVES.iter().any(|end| name.ends_with(end))
}

/// Opens a Mac.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn open(path: &Path) -> Result<Box<dyn Tree>, String> {
    if path.is_dir() {
        return Ok(Box::new(Folder::new(path).map_err(|error| error.to_string())?));
    }
    let (file, _) = open_file(path)?;
    let read = Archive::read(BufReader::new(file), &Limits::default());
    Ok(Box::new(read.map_err(|error| error.to_string())?))
}
