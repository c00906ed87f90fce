//! The folder of a project, and how its paths are written from the current one.

use crate::policy::normal;
use crate::project::FILE;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where the project file stands.
pub(super) struct Folder {
    /// The way from the current folder; empty: it is that one.
    pub reach: PathBuf,
    /// Where the current folder is in it, if it was found upwards.
    below: Vec<OsString>,
    /// What the project file is called.
    pub file: String,
}

impl Folder {
    /// A folder that was named.
    pub fn of(path: &Path, file: &str) -> Self {
        Self { reach: path.to_owned(), below: Vec::new(), file: file.to_owned() }
    }

    /// The nearest folder with a project file, from the current one upwards. What lies above the repository that the
    /// current folder belongs to is not its project.
    pub fn above() -> Option<Self> {
        let current = std::env::current_dir().ok()?;
        let mut folder = current.as_path();
        loop {
            if folder.join(FILE).is_file() {
                let below = current.strip_prefix(folder).ok()?.components();
                let below: Vec<OsString> = below.map(|part| part.as_os_str().to_owned()).collect();
                let reach = below.iter().map(|_| "..").collect();
                return Some(Self { reach, below, file: FILE.to_owned() });
            }
            if folder.join(".git").exists() {
                return None;
            }
            folder = folder.parent()?;
        }
    }

    /// A path of the project, from the current folder.
    pub fn shown(&self, path: &str) -> PathBuf {
        let path = normal(path);
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let same =
            parts.iter().zip(&self.below).take_while(|(part, below)| below.as_os_str() == **part).count();
        let shown: PathBuf = match self.below.is_empty() {
            true => self.reach.iter().chain(parts.iter().map(|part| part.as_ref())).collect(),
            false => {
                let up = self.below.iter().skip(same).map(|_| "..");
                up.chain(parts.iter().skip(same).copied()).collect()
            }
        };
        if shown.as_os_str().is_empty() { PathBuf::from(".") } else { shown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_the_current_folder() {
        let folder = |below: &[&str]| Folder {
            reach: below.iter().map(|_| "..").collect(),
            below: below.iter().map(OsString::from).collect(),
            file: FILE.to_owned(),
        };
        let shown = |below: &[&str], path: &str| folder(below).shown(path).to_str().unwrap().to_owned();
        assert_eq!(shown(&[], "policies/a.toml"), "policies/a.toml");
        assert_eq!(shown(&[], "./policies/../a.toml"), "a.toml");
        assert_eq!(shown(&[], "../shared"), "../shared");
        assert_eq!(shown(&["policies"], "policies/a.toml"), "a.toml");
        assert_eq!(shown(&["policies"], "out"), "../out");
        assert_eq!(shown(&["policies", "rings"], "policies/a.toml"), "../a.toml");
        assert_eq!(shown(&["policies"], "../shared"), "../../shared");
        assert_eq!(shown(&["policies"], "policies"), ".");
        let named = Folder::of(Path::new("sub/x"), FILE);
        assert_eq!(named.shown("policies/a.toml"), Path::new("sub/x/policies/a.toml"));
    }
}
