//! Finding the files of a command line: what lies in folders, and what a file is by its name and its first bytes.

use super::common::{Disk, label, text_of};
use crate::policy::Files;
use crate::project::FILE;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// How deep folders nest.
const DEEPEST: usize = 32;

/// How the names of policies end.
pub(super) const POLICIES: &[&str] = &["toml"];

/// How the names of profiles and preference files end, also those that come out of an MDM.
pub(super) const PROFILES: &[&str] = &["mobileconfig", "plist", "configprofile", "xml"];

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

/// Whether the name of a file ends in one of these.
pub(super) fn has_extension(path: &Path, wanted: &[&str]) -> bool {
    let of = path.extension().and_then(|extension| extension.to_str());
    of.is_some_and(|of| wanted.iter().any(|wanted| of.eq_ignore_ascii_case(wanted)))
}

/// Whether a file is a policy, by its name.
pub(super) fn is_policy(path: &Path) -> bool {
    has_extension(path, POLICIES)
}

/// Whether a file is a project file, by its name.
pub(super) fn is_project(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == FILE)
}

/// What is in a folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Walked {
    /// The files, in the order of their names.
    pub files: Vec<PathBuf>,
    /// What could not be looked into, and why.
    pub refused: Vec<(PathBuf, String)>,
}

impl Walked {
    /// The files.
    ///
    /// # Errors
    /// The first thing that could not be looked into, or that there is nothing.
    pub fn all(self, folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, String> {
        if let Some((path, why)) = self.refused.first() {
            return Err(format!("{}: {why}", label(path)));
        }
        if self.files.is_empty() {
            Err(format!("{}: {}", label(folder), nothing(endings)))
        } else {
            Ok(self.files)
        }
    }
}

/// What is said of a folder without files.
pub(super) fn nothing(endings: &[&str]) -> String {
    format!("no file in this folder ends in .{}", endings.join(", ."))
}

/// The files of a folder and of those in it whose names end so. What is hidden is skipped, folders behind symlinks are
/// not entered, and a project file is no policy.
pub(super) fn walk(folder: &Path, endings: &[&str]) -> Walked {
    let mut walked = Walked::default();
    // One more, to see that there is more.
    // Those of one folder differ in their names alone, and whole paths are compared much faster than names are cut out.
    let by_name = |one: &DirEntry, other: &DirEntry| one.path().as_os_str().cmp(other.path().as_os_str());
    let entries = WalkDir::new(folder).max_depth(DEEPEST + 1).sort_by(by_name).into_iter();
    let shown =
        |entry: &DirEntry| entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".");
    for entry in entries.filter_entry(shown) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                walked.refused.push((path, why));
                continue;
            }
        };
        let kind = entry.file_type();
        if kind.is_dir() {
            if entry.depth() > DEEPEST {
                let why = format!("folders nest deeper than {DEEPEST} levels");
                walked.refused.push((entry.into_path(), why));
            }
            continue;
        }
        let path = entry.into_path();
        let wanted = has_extension(&path, endings) && !is_project(&path);
        if wanted && (kind.is_file() || path.is_file()) {
            walked.files.push(path);
        }
    }
    walked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test writes its own folder")]
    fn a_folder_is_walked_in_the_order_of_names() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in
            ["b.plist", "a/z.mobileconfig", "a.mobileconfig", "a/.x.plist", ".git/c.plist", "d.toml", FILE]
        {
            std::fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            std::fs::write(at(name), "").unwrap();
        }
        let deep = at(&"d/".repeat(DEEPEST + 1));
        std::fs::create_dir_all(&deep).unwrap();
        let walked = walk(folder.path(), PROFILES);
        assert_eq!(walked.files, ["a/z.mobileconfig", "a.mobileconfig", "b.plist"].map(at));
        assert_eq!(
            walked.refused,
            [(deep.components().collect(), "folders nest deeper than 32 levels".to_owned())]
        );
        assert_eq!(walk(folder.path(), POLICIES).files, [at("d.toml")]);
    }
}
