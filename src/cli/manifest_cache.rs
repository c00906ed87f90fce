//! The cache of layers that were made of manifests: one file for each folder that is named with `--manifests`.
//!
//! It lies where the system keeps what can be made anew: `$XDG_CACHE_HOME/prefsmith`, `~/Library/Caches/prefsmith`,
//! `~/.cache/prefsmith`. `PREFSMITH_CACHE` names another folder; if it is empty, nothing is kept. Whether a cache
//! still holds is decided by the content of the manifests; their content is not read again where the system vouches
//! that nothing changed since. A cache that is broken, of another prefsmith or of other files is made anew.

use super::common::read_bytes;
use crate::output::write_cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};

/// What every cache file starts with.
const MAGIC: &[u8; 8] = b"prefsmC1";
/// The largest cache that is read.
const LARGEST: usize = 256 << 20;
/// The code that reads manifests and writes layers: what another code made is made anew.
const READER: &str = concat!(env!("CARGO_PKG_VERSION"), " ", env!("PREFSMITH_READER"));
/// For how many seconds a file must have been left alone before the cache was written, for its stamp to be enough: a
/// second change in the same moment as the first leaves the same stamp. The coarsest file systems count in 2 s.
const SETTLED: i64 = 3;

/// What tells one state of a file from another without reading it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    size: u64,
    device: u64,
    inode: u64,
    /// Seconds and nanoseconds of the last change to its content.
    modified: (i64, i64),
    /// Of the last change to the file itself, which no program can set.
    changed: (i64, i64),
}

/// The stamp of a file; none where only the content tells.
#[cfg(unix)]
pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    use std::os::unix::fs::MetadataExt as _;
    let data = std::fs::metadata(path).ok()?;
    Some(Stamp {
        size: data.size(),
        device: data.dev(),
        inode: data.ino(),
        modified: (data.mtime(), data.mtime_nsec()),
        changed: (data.ctime(), data.ctime_nsec()),
    })
}

/// The stamp of a file: elsewhere, only the content tells.
#[cfg(not(unix))]
pub(super) fn stamp(_: &Path) -> Option<Stamp> {
    None
}

/// The files of a folder as they are now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// The folder or the file that was named, as an absolute path.
    pub root: String,
    /// The files, by their paths within.
    pub files: Vec<String>,
    /// Their stamps.
    pub stamps: Vec<Option<Stamp>>,
}

/// What a cache file says of itself.
#[derive(Serialize, Deserialize)]
pub(super) struct Head {
    reader: String,
    state: State,
    /// The digest of all contents.
    pub content: [u8; 32],
    /// What was not understood: the file, and a sentence with its line.
    pub problems: Vec<(String, String)>,
    /// The checksum of the layer: against damage, not against somebody who may write here.
    layer: u32,
}

/// A layer and what it was made of.
pub(super) struct Made {
    pub head: Head,
    bytes: Vec<u8>,
    /// Where the layer starts.
    start: usize,
    /// When the cache file was written, in seconds; none for a layer that was made just now.
    written: Option<i64>,
}

/// A digest of several contents, each with its length.
pub(super) fn digest<'b>(list: impl Iterator<Item = &'b [u8]>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for bytes in list {
        hasher.update(bytes.len().to_le_bytes());
        hasher.update(bytes);
    }
    hasher.finalize().into()
}

impl Made {
    /// A layer that was made just now.
    pub fn new(state: State, content: [u8; 32], problems: Vec<(String, String)>, layer: Vec<u8>) -> Self {
        let sum = crc32fast::hash(&layer);
        let head = Head { reader: READER.to_owned(), state, content, problems, layer: sum };
        Self { head, bytes: layer, start: 0, written: None }
    }

    /// The compiled layer.
    pub fn layer(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// The same for other stamps.
    pub fn with(mut self, state: State) -> Self {
        self.head.state = state;
        self
    }

    /// Whether the stamps alone tell that nothing has changed.
    pub fn is_fresh(&self, state: &State) -> bool {
        let settled = |stamp: &Option<Stamp>| {
            let last = stamp.as_ref().map(|stamp| stamp.changed.0.max(stamp.modified.0));
            last.zip(self.written).is_some_and(|(last, written)| last.saturating_add(SETTLED) < written)
        };
        self.head.state == *state && state.stamps.iter().all(settled)
    }
}

/// The place of one cache file.
pub(super) struct Cache {
    folder: PathBuf,
    name: String,
}

impl Cache {
    /// The cache file for what lies at `root`; none if nothing is to be kept.
    pub fn of(root: &str) -> Option<Self> {
        let sum = digest(std::iter::once(root.as_bytes()));
        let name: String = sum.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Some(Self { folder: folder()?, name: format!("manifests-{name}") })
    }

    /// The cache, if it is whole, of this prefsmith and of these files.
    pub fn read(&self, state: &State) -> Option<Made> {
        let path = self.folder.join(&self.name);
        let bytes = read_bytes(&path, LARGEST).ok()?;
        let (length, rest) = bytes.strip_prefix(MAGIC)?.split_first_chunk::<4>()?;
        let (head, layer) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        let head: Head = postcard::from_bytes(head).ok()?;
        let same = head.reader == READER && head.state.root == state.root && head.state.files == state.files;
        if !same || crc32fast::hash(layer) != head.layer {
            return None;
        }
        let start = bytes.len() - layer.len();
        let written = stamp(&path).map(|stamp| stamp.modified.0);
        Some(Made { head, bytes, start, written })
    }

    /// Keeps a layer. If that fails, the next run works again: nothing else is lost.
    pub fn write(&self, made: &Made) {
        let Ok(head) = postcard::to_stdvec(&made.head) else { return };
        let Ok(length) = u32::try_from(head.len()) else { return };
        let mut bytes = MAGIC.to_vec();
        bytes.extend(length.to_le_bytes());
        bytes.extend(head);
        bytes.extend(made.layer());
        let _ = write_cache(&self.folder, &self.name, &bytes);
    }
}

/// Where caches lie; none if the user wants none, or nobody knows where.
fn folder() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from);
    if let Some(own) = named("PREFSMITH_CACHE") {
        return (!own.as_os_str().is_empty()).then_some(own);
    }
    // The standard has relative paths ignored.
    let absolute = |name: &str| named(name).filter(|path| path.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| {
        if cfg!(windows) {
            return absolute("LOCALAPPDATA");
        }
        let below = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
        absolute("HOME").map(|home| home.join(below))
    })?;
    Some(base.join("prefsmith"))
}
