//! The cache of layers that were made of manifests: one file for each folder that is named with `--manifests`.
//!
//! It lies where the system keeps what can be made anew: `$XDG_CACHE_HOME/prefsmith`, `~/Library/Caches/prefsmith`,
//! `~/.cache/prefsmith`. `PREFSMITH_CACHE` names another folder; if it is empty, nothing is kept. Whether a cache
//! still holds is decided by the content of the manifests; their content is not read again where the system vouches
//! that nothing changed since. A cache that is broken, of another prefsmith or of other files is made anew.
//!
//! The facts of the keys, which are most of it, are read domain by domain, as far as a run asks for them: a small file
//! is not to wait for all that is known.

use crate::catalog::{KeyBytes, Layer, LayerError, apart};
use crate::output::write_cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

/// What every cache file starts with; the lengths of its next two parts follow.
const MAGIC: &[u8; 8] = b"prefsmC2";
/// The largest part of a cache that is read.
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
    /// Checksums, against damage, not against somebody who may write here: of the layer without its keys, and of the
    /// keys of each domain, with the place where they end.
    front: u32,
    keys: Vec<(u32, u32)>,
}

/// A layer and what it was made of.
pub(super) struct Made {
    pub head: Head,
    layer: Bytes,
    /// When the cache file was written, in seconds; none for a layer that was made just now.
    written: Option<i64>,
}

enum Bytes {
    /// All of it.
    Whole(Vec<u8>),
    /// Without its keys, and these.
    Apart(Vec<u8>, Keys),
}

/// How a layer is made again, should its cache be damaged.
pub(super) type Again = Box<dyn Fn() -> Option<Vec<u8>> + Send + Sync>;

/// The keys in a cache file.
struct Keys {
    file: Mutex<File>,
    /// Where they start in it.
    start: u64,
    domains: Vec<Domain>,
    again: Again,
    /// All of them, once the file turned out to be damaged.
    made: OnceLock<Option<Vec<u8>>>,
}

/// The keys of a domain.
struct Domain {
    range: std::ops::Range<usize>,
    sum: u32,
    bytes: OnceLock<Option<Vec<u8>>>,
}

impl Keys {
    fn read(&self, domain: &Domain) -> Option<Vec<u8>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.start.checked_add(domain.range.start as u64)?)).ok()?;
        let bytes = read_exact(&mut file, domain.range.len())?;
        (crc32fast::hash(&bytes) == domain.sum).then_some(bytes)
    }

    /// All of them; none if any is damaged.
    fn all(&self) -> Option<Vec<u8>> {
        let lists: Option<Vec<Vec<u8>>> = self.domains.iter().map(|domain| self.read(domain)).collect();
        Some(lists?.concat())
    }
}

impl KeyBytes for Keys {
    fn get(&self, at: usize, length: usize) -> Option<&[u8]> {
        let number = self.domains.partition_point(|domain| domain.range.end <= at);
        let domain = self.domains.get(number)?;
        if let Some(bytes) = domain.bytes.get_or_init(|| self.read(domain)) {
            let start = at.checked_sub(domain.range.start)?;
            return bytes.get(start..start.checked_add(length)?);
        }
        let whole = || apart(&(self.again)()?).ok().map(|apart| apart.keys.to_vec());
        self.made.get_or_init(whole).as_ref()?.get(at..at.checked_add(length)?)
    }
}

/// Exactly so many bytes; none if they are not there, or too many.
fn read_exact(file: &mut File, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; Some(length).filter(|length| *length <= LARGEST)?];
    file.read_exact(&mut bytes).ok()?;
    Some(bytes)
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
    ///
    /// # Errors
    /// The bytes are no layer.
    pub fn new(
        state: State,
        content: [u8; 32],
        problems: Vec<(String, String)>,
        layer: Vec<u8>,
    ) -> Result<Self, LayerError> {
        let parts = apart(&layer)?;
        let mut start = 0;
        let sum = |end: &u32| {
            let domain = parts.keys.get(std::mem::replace(&mut start, *end as usize)..*end as usize);
            (*end, crc32fast::hash(domain.unwrap_or_default()))
        };
        let keys = parts.ends.iter().map(sum).collect();
        let front = crc32fast::hash(&parts.front);
        let head = Head { reader: READER.to_owned(), state, content, problems, front, keys };
        Ok(Self { head, layer: Bytes::Whole(layer), written: None })
    }

    /// The compiled layer.
    ///
    /// # Errors
    /// The bytes are no layer.
    pub fn layer(&self, label: &str) -> Result<Layer<'_>, LayerError> {
        match &self.layer {
            Bytes::Whole(bytes) => Layer::new(label, bytes),
            Bytes::Apart(front, keys) => Layer::with_keys(label, front, keys),
        }
    }

    /// All bytes of a layer that was made just now.
    pub fn into_layer(self) -> Option<Vec<u8>> {
        match self.layer {
            Bytes::Whole(bytes) => Some(bytes),
            Bytes::Apart(..) => None,
        }
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
#[derive(Clone)]
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

    /// The cache, if it is of this prefsmith and of these files; `again` makes the layer anew, should something in it
    /// turn out to be damaged.
    pub fn read(&self, state: &State, again: Again) -> Option<Made> {
        let path = self.folder.join(&self.name);
        let mut file = File::open(&path).ok()?;
        let written = stamp(&path).map(|stamp| stamp.modified.0);
        let begin = read_exact(&mut file, MAGIC.len() + 8)?;
        let (head, front) = begin.strip_prefix(MAGIC)?.split_first_chunk::<4>()?;
        let head = read_exact(&mut file, u32::from_le_bytes(*head) as usize)?;
        let head: Head = postcard::from_bytes(&head).ok()?;
        if head.reader != READER || head.state.root != state.root || head.state.files != state.files {
            return None;
        }
        let front = read_exact(&mut file, u32::from_le_bytes(*front.first_chunk()?) as usize)?;
        if crc32fast::hash(&front) != head.front {
            return None;
        }
        let start = file.stream_position().ok()?;
        let end = start + head.keys.last().map_or(0, |(end, _)| u64::from(*end));
        if file.metadata().ok()?.len() != end {
            return None;
        }
        let mut from = 0;
        let domain = |(end, sum): &(u32, u32)| {
            let range = std::mem::replace(&mut from, *end as usize)..*end as usize;
            Domain { range, sum: *sum, bytes: OnceLock::new() }
        };
        let domains = head.keys.iter().map(domain).collect();
        let keys = Keys { file: Mutex::new(file), start, domains, again, made: OnceLock::new() };
        Some(Made { head, layer: Bytes::Apart(front, keys), written })
    }

    /// Keeps a layer. If that fails, the next run works again: nothing else is lost.
    pub fn write(&self, made: &Made) {
        let bytes = match &made.layer {
            Bytes::Whole(layer) => {
                apart(layer).ok().and_then(|parts| file_of(&made.head, &parts.front, parts.keys))
            }
            // The same again, but for the stamps.
            Bytes::Apart(front, keys) => keys.all().and_then(|keys| file_of(&made.head, front, &keys)),
        };
        if let Some(bytes) = bytes {
            let _ = write_cache(&self.folder, &self.name, &bytes);
        }
    }
}

/// What a cache file holds.
fn file_of(head: &Head, front: &[u8], keys: &[u8]) -> Option<Vec<u8>> {
    let head = postcard::to_stdvec(head).ok()?;
    let mut bytes = MAGIC.to_vec();
    for part in [&head, front] {
        bytes.extend(u32::try_from(part.len()).ok()?.to_le_bytes());
    }
    bytes.extend([&head, front, keys].concat());
    Some(bytes)
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
