//! Builds to try, and pictures of the folders they leave.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::output::disk::Disk;
use crate::output::{
    Artefact, Changes, CommitOptions, Difference, FileEntry, FileName, OutputError, commit_on, compare_on,
};

pub fn name(text: &str) -> FileName {
    FileName::new(text).unwrap()
}

pub fn artefact(path: &str, text: &str) -> Artefact {
    Artefact { path: name(path), executable: false, bytes: text.into(), target: "test".into() }
}

pub fn program(path: &str, text: &str) -> Artefact {
    Artefact { executable: true, ..artefact(path, text) }
}

pub fn manifest(files: &[FileEntry]) -> Vec<u8> {
    serde_json::to_vec(&serde_json::json!({ "version": 1, "policy": {}, "files": files })).unwrap()
}

pub fn build(disk: &dyn Disk, dir: &Path, artefacts: &[Artefact]) -> Result<Changes, OutputError> {
    commit_on(disk, dir, artefacts, &manifest, &CommitOptions::default())
}

pub fn differences(disk: &dyn Disk, dir: &Path, artefacts: &[Artefact]) -> Vec<Difference> {
    compare_on(disk, dir, artefacts, &manifest).unwrap()
}

/// What stands at each path: folders as `None`, files as mode and content.
pub type Picture = BTreeMap<String, Option<(u32, String)>>;

pub fn picture(dir: &Path) -> Picture {
    let mut all = Picture::new();
    if dir.exists() {
        add(dir, "", &mut all);
    }
    all
}

fn add(dir: &Path, prefix: &str, all: &mut Picture) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        let metadata = fs::symlink_metadata(entry.path()).unwrap();
        if metadata.is_dir() {
            all.insert(path.clone(), None);
            add(&entry.path(), &format!("{path}/"), all);
        } else {
            let text = String::from_utf8(fs::read(entry.path()).unwrap()).unwrap();
            all.insert(path, Some((metadata.mode() & 0o7777, text)));
        }
    }
}

/// A picture without what a build keeps for itself.
pub fn without_own(picture: &Picture) -> Picture {
    picture
        .iter()
        .filter(|(path, _)| !path.starts_with(".prefsmith"))
        .map(|(path, file)| (path.clone(), file.clone()))
        .collect()
}

/// A change of builds in a folder: everything that can happen to a file happens to one.
pub struct Change {
    pub before: Vec<Artefact>,
    pub after: Vec<Artefact>,
    /// Files that are somebody else's.
    pub foreign: Vec<(&'static str, &'static str)>,
}

impl Change {
    /// Replaced, made a program, kept, removed with its folders, removed beside a foreign file, renamed by case,
    /// new in new folders.
    pub fn large() -> Self {
        Self {
            before: vec![
                artefact("a.txt", "old a"),
                artefact("tool.sh", "tool"),
                artefact("same.txt", "same"),
                artefact("stale/x.txt", "stale x"),
                artefact("stale/deep/y.txt", "stale y"),
                artefact("shared/old.txt", "shared old"),
                artefact("Word.txt", "word"),
            ],
            after: vec![
                artefact("a.txt", "new a"),
                program("tool.sh", "tool"),
                artefact("same.txt", "same"),
                artefact("word.txt", "word, with a small w"),
                artefact("new/deep/z.txt", "new z"),
                artefact("new/b.txt", ""),
            ],
            foreign: vec![("notes.txt", "mine"), ("shared/mine.txt", "mine too")],
        }
    }

    /// One of each that matters, for tests that try every pair of faults.
    pub fn small() -> Self {
        Self {
            before: vec![artefact("a", "old a"), artefact("stale/x", "stale x")],
            after: vec![artefact("a", "new a"), artefact("new/z", "new z")],
            foreign: vec![],
        }
    }

    /// A first build, into a folder that is not there.
    pub fn first() -> Self {
        Self {
            before: vec![],
            after: vec![artefact("a", "new a"), program("new/z", "new z")],
            foreign: vec![],
        }
    }

    /// Prepares a folder as it is before the change, on a disk that works; returns its picture.
    pub fn prepare(&self, disk: &dyn Disk, dir: &Path) -> Picture {
        if !self.before.is_empty() {
            build(disk, dir, &self.before).unwrap();
            for (path, text) in &self.foreign {
                fs::write(dir.join(path), text).unwrap();
            }
        }
        picture(dir)
    }

    /// The picture after the change: written down here, not taken from a build.
    pub fn wanted(&self) -> Picture {
        let mut wanted = Picture::new();
        let files = self.after.iter().map(|file| {
            let mode = if file.executable { 0o755 } else { 0o644 };
            (file.path.to_string(), mode, String::from_utf8(file.bytes.clone()).unwrap())
        });
        let foreign = self.foreign.iter().map(|(path, text)| {
            let mode = 0o666 & !umask();
            ((*path).to_owned(), mode, (*text).to_owned())
        });
        for (path, mode, text) in files.chain(foreign) {
            for folder in name(&path).folders() {
                wanted.insert(folder.to_string(), None);
            }
            wanted.insert(path, Some((mode, text)));
        }
        let mut entries: Vec<FileEntry> = self
            .after
            .iter()
            .map(|file| FileEntry {
                path: file.path.clone(),
                sha256: crate::output::disk::hex(&<sha2::Sha256 as sha2::Digest>::digest(&file.bytes)),
                target: file.target.clone(),
            })
            .collect();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let text = String::from_utf8(manifest(&entries)).unwrap();
        wanted.insert("manifest.json".to_owned(), Some((0o644, text)));
        wanted
    }
}

/// The process's umask, by what it does to a file.
fn umask() -> u32 {
    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("x");
    fs::write(&path, "").unwrap();
    0o666 & !fs::metadata(&path).unwrap().mode()
}
