//! What an audit looks at: files and folders of the command line, of a list, and what lies in folders. Of each only the
//! name is kept, and folders are read in the order of names, so that the order is the same on every disk.

use super::super::common::label;
use super::super::mac::is_mac;
use super::pool::{Body, Job};
use crate::mac::archive::is_archive;
use std::io::{BufRead, Read as _};
use std::path::{Path, PathBuf};

/// How deep folders nest.
const DEEPEST: usize = 32;
/// The longest path in a list, in bytes.
const LONGEST: u64 = 64 << 10;

/// What an audit looks at.
#[derive(Debug, Default)]
pub(super) struct Places {
    lists: Vec<List>,
    /// What cannot be looked at, and why; they come first.
    bad: Vec<(String, String)>,
    /// How many files of folders have names of another kind than snapshots.
    pub passed: usize,
}

/// Names in one folder, or paths of the command line.
#[derive(Debug, Default)]
struct List {
    folder: PathBuf,
    /// Each with a NUL behind it, which is in no name; with a `/` before that where it is a folder.
    names: String,
    /// Where each begins, in the order in which they are looked at.
    starts: Vec<u32>,
}

impl List {
    /// Takes a name; not if there are too many.
    fn push(&mut self, name: &str, folder: bool) -> bool {
        let Ok(start) = u32::try_from(self.names.len()) else { return false };
        self.starts.push(start);
        self.names.push_str(name);
        self.names.push_str(if folder { "/\0" } else { "\0" });
        true
    }

    fn name(&self, start: u32) -> &str {
        let rest = usize::try_from(start).ok().and_then(|start| self.names.get(start..)).unwrap_or_default();
        rest.split('\0').next().unwrap_or_default()
    }

    fn sort(&mut self) {
        let mut starts = std::mem::take(&mut self.starts);
        starts.sort_unstable_by(|a, b| self.name(*a).cmp(self.name(*b)));
        self.starts = starts;
    }

    fn job(&self, start: u32) -> Job {
        let name = self.name(start);
        let (name, folder) = name.strip_suffix('/').map_or((name, false), |name| (name, true));
        let path = self.folder.join(name);
        let name = label(&path);
        let body = match (folder, self.folder.as_os_str().is_empty()) {
            (true, _) => Body::Folder(path),
            (false, true) => Body::File(path),
            (false, false) => Body::Listed(path),
        };
        Job { name, body }
    }
}

impl Places {
    /// Takes a path: a Mac, a snapshot, or a folder of them.
    ///
    /// # Errors
    /// It is not there, or cannot be looked into.
    pub fn add(&mut self, path: &Path) -> Result<(), String> {
        let data = std::fs::metadata(path).map_err(|error| why(&error))?;
        let Some(name) = path.to_str() else { return Err(NO_TEXT.to_owned()) };
        // It would be read twice: for what it is, and for what is in it.
        if !data.is_dir() && !data.is_file() {
            return Err("it is a pipe or a device: snapshots are files and folders".to_owned());
        }
        if !data.is_dir() || is_mac(path) {
            // One list for all that are named one after the other.
            if self.lists.last().is_none_or(|list| !list.folder.as_os_str().is_empty()) {
                self.lists.push(List::default());
            }
            let short = name.trim_end_matches('/');
            let name = if short.is_empty() { "/" } else { short };
            let taken = self.lists.last_mut().is_some_and(|list| list.push(name, data.is_dir()));
            return if taken { Ok(()) } else { Err("the names take more than 4 GiB".to_owned()) };
        }
        self.folder(path, 0)
    }

    /// Takes the paths of a list, each on its line, or with a NUL behind it where there are any.
    ///
    /// # Errors
    /// The list cannot be read.
    pub fn list(&mut self, mut list: impl BufRead) -> Result<(), String> {
        let start = list.fill_buf().map_err(|error| error.to_string())?;
        let end = if start.contains(&0) { 0 } else { b'\n' };
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = list.by_ref().take(LONGEST).read_until(end, &mut line);
            if read.map_err(|error| error.to_string())? == 0 {
                return Ok(());
            }
            if line.last() == Some(&end) {
                line.pop();
            }
            let text = String::from_utf8_lossy(&line);
            let text = if end == 0 { text.as_ref() } else { text.trim_end_matches('\r') };
            if !text.is_empty()
                && let Err(why) = self.add(Path::new(text))
            {
                self.bad.push((label(Path::new(text)), why));
            }
        }
    }

    /// How many there are, as far as is known before they are looked at.
    pub fn count(&self) -> usize {
        self.bad.len() + self.lists.iter().map(|list| list.starts.len()).sum::<usize>()
    }

    /// All of them, in order.
    pub fn jobs(&self) -> impl Iterator<Item = Job> {
        let bad = self.bad.iter().map(|(name, why)| Job { name: name.clone(), body: Body::Bad(why.clone()) });
        let lists = self.lists.iter();
        bad.chain(lists.flat_map(|list| list.starts.iter().map(|start| list.job(*start))))
    }

    fn folder(&mut self, path: &Path, depth: usize) -> Result<(), String> {
        let mut found = List { folder: path.to_owned(), ..List::default() };
        let mut folders = Vec::new();
        for entry in std::fs::read_dir(path).map_err(|error| why(&error))? {
            let entry = entry.map_err(|error| why(&error))?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                self.bad.push((label(&entry.path()), NO_TEXT.to_owned()));
                continue;
            };
            // Folders behind symlinks are not entered: they may lead back.
            let kind = entry.file_type().map_err(|error| why(&error))?;
            if name.starts_with('.') {
                continue;
            }
            if kind.is_dir() {
                if is_mac(&entry.path()) {
                    found.push(name, true);
                } else {
                    folders.push(entry.path());
                }
            } else if !(kind.is_file() || kind.is_symlink() && entry.path().is_file()) {
                self.passed += 1;
            } else if !found.push(name, false) {
                return Err("the names in it take more than 4 GiB".to_owned());
            }
        }
        found.sort();
        self.lists.push(found);
        folders.sort_unstable();
        for folder in folders {
            let found = if depth == DEEPEST {
                Err(format!("folders nest deeper than {DEEPEST} levels"))
            } else {
                self.folder(&folder, depth + 1)
            };
            if let Err(why) = found {
                self.bad.push((label(&folder), why));
            }
        }
        Ok(())
    }
}

/// Whether a file in a folder may be a snapshot in one line, which its name does not tell.
pub(super) fn may_be_line(path: &Path) -> bool {
    !path.file_name().is_some_and(|name| is_archive(&name.to_string_lossy()))
}

const NO_TEXT: &str = "its path is no UTF-8 text: rename it";

fn why(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "it may not be read".to_owned(),
        _ => error.to_string(),
    }
}
