//! Finding the files of a command line: folders of profiles, and what a file without an extension is.

use super::common::{Disk, label, text_of};
use crate::policy::Files;
use std::collections::BTreeMap;
use std::fs::DirEntry;
use std::path::{Path, PathBuf};

/// One file that was read already, and the disk for what it extends.
pub(super) struct Given<'p>(pub &'p Path, pub Vec<u8>);

impl Files for Given<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        if path == label(self.0) { text_of(self.1.clone()) } else { Disk.read(path) }
    }
}

/// Whether bytes are text that is neither XML, a signature in base64 nor wide: what a policy can be.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    let other = body.starts_with(b"bplist") || body.starts_with(b"-----BEGIN") || first == Some(&b'<');
    !other && !body.contains(&0) && std::str::from_utf8(body).is_ok()
}

pub(super) fn has_extension(path: &Path, wanted: &[&str]) -> bool {
    let of = path.extension().and_then(|extension| extension.to_str());
    of.is_some_and(|of| wanted.iter().any(|wanted| of.eq_ignore_ascii_case(wanted)))
}

/// The profiles and preference files of a folder and of those in it, in the order of their names, and what could not
/// be looked into. What is hidden is skipped, and folders behind symlinks are not entered.
pub(super) fn walk(folder: &Path) -> BTreeMap<PathBuf, std::io::Result<()>> {
    let mut open = vec![folder.to_owned()];
    let mut found = BTreeMap::new();
    while let Some(folder) = open.pop() {
        let entries = std::fs::read_dir(&folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
        match entries {
            Ok(entries) => {
                let shown = |entry: &DirEntry| !entry.file_name().to_string_lossy().starts_with('.');
                for entry in entries.into_iter().filter(shown) {
                    let path = entry.path();
                    match entry.file_type() {
                        Ok(kind) if kind.is_dir() => open.push(path),
                        _ if has_extension(&path, &["mobileconfig", "plist"]) && path.is_file() => {
                            found.insert(path, Ok(()));
                        }
                        _ => {}
                    }
                }
            }
            Err(error) => {
                found.insert(folder, Err(error));
            }
        }
    }
    found
}
