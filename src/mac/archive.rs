//! A snapshot in an archive (`.tar.gz` or `.tar`), held in memory: bounded, and no entry leads anywhere.

use super::tree::{Entry, Tree, Unreadable};
use super::{ABOUT, LARGEST};
use flate2::read::MultiGzDecoder;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Error, Read};
use std::ops::ControlFlow;
use tar::EntryType;

/// How much an archive may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of everything in it, once inflated.
    pub bytes: u64,
    /// Entries.
    pub entries: usize,
}

impl Limits {
    /// Why reading failed.
    fn refuse(&self, error: &Error) -> ArchiveError {
        if is_large(error) { ArchiveError::Large(self.bytes) } else { broken(error) }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 256 << 20, entries: 100_000 }
    }
}

/// Why an archive is refused. What is in it is then not known, not even in part.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// It cannot be read to its end.
    #[error("the archive cannot be read to its end: {0}")]
    Broken(String),
    /// It inflates to more than the limit.
    #[error("the archive holds more than {} MiB", .0 >> 20)]
    Large(u64),
    /// It has more entries than the limit.
    #[error("the archive has more than {0} entries")]
    Entries(usize),
    /// An entry that is neither file nor folder.
    #[error("`{0}` in the archive is neither a file nor a folder; a snapshot has no links and no devices")]
    Kind(String),
    /// A name that leads out of the archive, or is none.
    #[error("`{0}` in the archive is no name that a snapshot has")]
    Name(String),
    /// One name twice.
    #[error("`{0}` is twice in the archive")]
    Twice(String),
    /// An archive in it is larger than the limit.
    #[error("`{0}` in the archive is larger than {1}; what comes behind it was not read")]
    Inside(String, Mebibytes),
    /// It holds archives, and is no snapshot itself: the first of them.
    #[error("it is no snapshot, and holds others, such as `{0}`: `prefsmith audit` takes such an archive")]
    Nested(String),
}

/// Bytes, shown in MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mebibytes(pub u64);

impl std::fmt::Display for Mebibytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} MiB", self.0 >> 20)
    }
}

/// How the names of archives end.
const ENDINGS: [&str; 3] = [".tar.gz", ".tgz", ".tar"];

/// Whether a name is that of an archive. What macOS writes beside a file (`._x`) is none.
pub fn is_archive(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    !name.starts_with('.') && ENDINGS.iter().any(|end| name.ends_with(end))
}

/// A snapshot in memory.
#[derive(Clone, Debug, Default)]
pub struct Archive {
    /// By path; none: larger than any file that is read.
    files: BTreeMap<String, Option<Vec<u8>>>,
    folders: BTreeSet<String>,
}

impl Archive {
    /// Reads an archive, compressed or not.
    ///
    /// # Errors
    /// What a collector never writes, or more than the limits allow.
    pub fn read(input: impl Read, limits: &Limits) -> Result<Self, ArchiveError> {
        Self::unpack(inflated(input)?, limits, None)
    }

    /// Reads an archive as far as one of its files, and leaves the rest: what is in it is then not known.
    ///
    /// # Errors
    /// As of [`Archive::read`], of what lies before the file; or of all, if the file is not there.
    pub fn read_until(input: impl Read, limits: &Limits, path: &str) -> Result<Self, ArchiveError> {
        Self::unpack(inflated(input)?, limits, Some(path))
    }

    fn unpack(input: impl Read, limits: &Limits, until: Option<&str>) -> Result<Self, ArchiveError> {
        let mut archive = tar::Archive::new(Bounded { input, left: limits.bytes });
        let mut found = Self::default();
        let mut count = 0;
        let mut of_mac = false;
        let large = |error: &Error| limits.refuse(error);
        for entry in archive.entries().map_err(|error| large(&error))? {
            let mut entry = entry.map_err(|error| large(&error))?;
            count += 1;
            if count > limits.entries {
                return Err(ArchiveError::Entries(limits.entries));
            }
            // What says that it is too large need not be inflated first.
            if entry.size() > limits.bytes {
                return Err(ArchiveError::Large(limits.bytes));
            }
            let raw = entry.path_bytes().into_owned();
            let path = name(&raw)?;
            match entry.header().entry_type() {
                EntryType::Directory => {
                    found.folder(&path);
                }
                EntryType::Regular | EntryType::Continuous => {
                    of_mac |= is_of_mac(&path);
                    if !of_mac && is_archive(&path) {
                        return Err(ArchiveError::Nested(shown(path.trim_start_matches('/'))));
                    }
                    let bytes = content(&mut entry).map_err(|error| large(&error))?;
                    if let Some((folder, _)) = path.rsplit_once('/') {
                        found.folder(folder);
                    }
                    let last = until == Some(path.as_str());
                    if found.files.insert(path.clone(), bytes).is_some() {
                        return Err(ArchiveError::Twice(shown(&path)));
                    }
                    if last {
                        return Ok(found);
                    }
                }
                _ => return Err(ArchiveError::Kind(shown(&path))),
            }
        }
        // A file that is cut off before its first entry has none.
        if count == 0 {
            return Err(ArchiveError::Broken("it has no entries".to_owned()));
        }
        // The check sum stands behind the last entry.
        std::io::copy(&mut archive.into_inner(), &mut std::io::sink()).map_err(|error| large(&error))?;
        Ok(found)
    }

    /// Notes a folder, and those it is in.
    fn folder(&mut self, path: &str) {
        let mut path = path;
        while !path.is_empty() && self.folders.insert(path.to_owned()) {
            path = path.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }
}

impl Tree for Archive {
    fn read(&self, path: &str, limit: usize) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        match self.files.get(path) {
            Some(Some(bytes)) if bytes.len() <= limit => Ok(Some(Cow::Borrowed(bytes))),
            Some(_) => Err(Unreadable::new(format!("it is larger than {} MiB", limit.min(LARGEST) >> 20))),
            None => Ok(None),
        }
    }

    fn list(&self, path: &str) -> Result<Option<Vec<Entry>>, Unreadable> {
        if !self.folders.contains(path) {
            return Ok(None);
        }
        let above = format!("{path}/");
        let inside =
            |path: &String| path.strip_prefix(&above).filter(|name| !name.contains('/')).map(str::to_owned);
        let files = self.files.range(above.clone()..).map(|(path, _)| path);
        let files = files.take_while(|path| path.starts_with(&above)).filter_map(inside);
        let folders = self.folders.range(above.clone()..).take_while(|path| path.starts_with(&above));
        let folders = folders.filter_map(inside).map(|name| Entry { name, folder: true });
        let mut entries: Vec<Entry> =
            files.map(|name| Entry { name, folder: false }).chain(folders).collect();
        entries.sort();
        Ok(Some(entries))
    }
}

/// Looks at each archive in an archive, in its order: its name and its bytes, or why it has none. Other files, and what
/// macOS writes beside files, are passed over. Ends early where that says so.
///
/// # Errors
/// The archive itself cannot be read to its end, or one in it is larger than the limit: what comes behind is not known.
pub fn each_inside(
    input: impl Read,
    limits: &Limits,
    look: &mut dyn FnMut(String, Vec<u8>) -> ControlFlow<()>,
) -> Result<(), ArchiveError> {
    let mut archive = tar::Archive::new(inflated(input)?);
    for entry in archive.entries().map_err(|error| broken(&error))? {
        let mut entry = entry.map_err(|error| broken(&error))?;
        let name = shown(&String::from_utf8_lossy(&entry.path_bytes()));
        if entry.size() > limits.bytes {
            return Err(ArchiveError::Inside(name, Mebibytes(limits.bytes)));
        }
        let file = matches!(entry.header().entry_type(), EntryType::Regular | EntryType::Continuous);
        if file && is_archive(&name) {
            let mut bytes = Vec::new();
            let read = entry.read_to_end(&mut bytes).map_err(|error| broken(&error))?;
            if u64::try_from(read).ok() != Some(entry.size()) {
                return Err(ArchiveError::Broken(format!("`{name}` in it is cut off")));
            }
            if look(name, bytes).is_break() {
                return Ok(());
            }
        }
    }
    // The check sum stands behind the last entry. What else does is nothing that anybody packs.
    let mut rest = archive.into_inner().take(limits.bytes);
    let copied = std::io::copy(&mut rest, &mut std::io::sink()).map_err(|error| broken(&error))?;
    if copied == limits.bytes { Err(ArchiveError::Large(limits.bytes)) } else { Ok(()) }
}

/// What is in a file, compressed or not: by its first two bytes.
fn inflated<'r>(mut input: impl Read + 'r) -> Result<Box<dyn Read + 'r>, ArchiveError> {
    let mut head = [0_u8; 2];
    let mut got = 0;
    while let Some(rest) = head.get_mut(got..).filter(|rest| !rest.is_empty()) {
        match input.read(rest).map_err(|error| broken(&error))? {
            0 => break,
            more => got += more,
        }
    }
    let start = std::io::Cursor::new(head).take(u64::try_from(got).unwrap_or(0));
    let whole = start.chain(input);
    Ok(if head == [0x1F, 0x8B] { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) })
}

/// The bytes of an entry; none if it is larger than any file that is read, which need not be kept.
fn content(entry: &mut impl Read) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let kept = u64::try_from(LARGEST).unwrap_or(u64::MAX).saturating_add(1);
    let mut start = entry.take(kept);
    let read = start.read_to_end(&mut bytes)?;
    if read <= LARGEST {
        bytes.shrink_to_fit();
        return Ok(Some(bytes));
    }
    std::io::copy(entry, &mut std::io::sink())?;
    Ok(None)
}

/// Whether a file is one that a snapshot has: no archive of archives begins with it.
pub(super) fn is_of_mac(path: &str) -> bool {
    let top = path.split('/').nth(1).unwrap_or_default();
    path == ABOUT || ["Applications", "Library", "System", "Users", "evidence"].contains(&top)
}

/// The path of an entry as a Mac has it: `./Library/x` is `/Library/x`.
fn name(raw: &[u8]) -> Result<String, ArchiveError> {
    let refuse = || ArchiveError::Name(shown(&String::from_utf8_lossy(raw)));
    let text = std::str::from_utf8(raw).map_err(|_| refuse())?;
    if text.starts_with('/') || text.contains(['\0', '\\']) {
        return Err(refuse());
    }
    let mut path = String::new();
    for part in text.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            return Err(refuse());
        }
        path.push('/');
        path.push_str(part);
    }
    Ok(path)
}

fn shown(path: &str) -> String {
    path.chars().take(120).collect::<String>().escape_debug().to_string()
}

fn broken(error: &Error) -> ArchiveError {
    ArchiveError::Broken(error.to_string())
}

/// A reader that fails once too much was read.
struct Bounded<R> {
    input: R,
    left: u64,
}

/// What [`Bounded`] fails with.
#[derive(Debug, thiserror::Error)]
#[error("too large")]
struct TooLarge;

/// Whether that is why: the tar crate wraps errors of what it reads from in its own.
fn is_large(error: &Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = error.get_ref().map(|inner| inner as _);
    while let Some(error) = source {
        if error.is::<TooLarge>() || error.downcast_ref::<Error>().is_some_and(is_large) {
            return true;
        }
        source = error.source();
    }
    false
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.left = match self.left.checked_sub(u64::try_from(read).unwrap_or(u64::MAX)) {
            Some(left) => left,
            None => return Err(Error::other(TooLarge)),
        };
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write as _;

    fn entry(builder: &mut tar::Builder<Vec<u8>>, name: &str, kind: EntryType, bytes: &[u8]) {
        let mut header = tar::Header::new_gnu();
        // The crate's own setter refuses what must be refused when it is read.
        let field = &mut header.as_gnu_mut().unwrap().name;
        field[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, bytes).unwrap();
    }

    fn tar(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, kind, bytes) in entries {
            entry(&mut builder, name, *kind, bytes);
        }
        builder.into_inner().unwrap()
    }

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    const FILE: EntryType = EntryType::Regular;

    fn refused(entries: &[(&str, EntryType, &[u8])]) -> String {
        Archive::read(tar(entries).as_slice(), &Limits::default()).unwrap_err().to_string()
    }

    #[test]
    fn files_and_folders_compressed_or_not() {
        let entries = [
            ("./", EntryType::Directory, &b""[..]),
            ("./Library/a.plist", FILE, b"a"),
            ("Users/anna/b", FILE, b"b"),
        ];
        let plain = tar(&entries);
        for bytes in [plain.clone(), gz(&plain)] {
            let archive = Archive::read(bytes.as_slice(), &Limits::default()).unwrap();
            assert_eq!(archive.read("/Library/a.plist", 9).unwrap().as_deref(), Some(&b"a"[..]));
            assert_eq!(archive.read("/Library/b.plist", 9).unwrap(), None);
            assert!(archive.read("/Library/a.plist", 0).is_err());
            let anna = Entry { name: "anna".to_owned(), folder: true };
            assert_eq!(archive.list("/Users").unwrap(), Some(vec![anna]));
            assert_eq!(archive.list("/System").unwrap(), None);
        }
    }

    #[test]
    fn names_that_lead_out() {
        for name in ["../etc/passwd", "Library/../../x", "/etc/passwd"] {
            let said = refused(&[(name, FILE, b"x")]);
            assert_eq!(said, format!("`{name}` in the archive is no name that a snapshot has"));
        }
    }

    #[test]
    fn links_and_devices() {
        for kind in [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Block, EntryType::Fifo]
        {
            assert!(refused(&[("Library/x", kind, b"")]).contains("neither a file nor a folder"), "{kind:?}");
        }
    }

    #[test]
    fn one_name_twice() {
        let said = refused(&[("a", FILE, b"1"), ("./a", FILE, b"2")]);
        assert_eq!(said, "`/a` is twice in the archive");
    }

    #[test]
    fn more_than_the_limits() {
        let bytes = gz(&tar(&[("a", FILE, &vec![0; 100_000]), ("b", FILE, b"")]));
        let read = |limits: &Limits| Archive::read(bytes.as_slice(), limits).map(|_| ());
        assert_eq!(read(&Limits { bytes: 90_000, entries: 9 }), Err(ArchiveError::Large(90_000)));
        assert_eq!(read(&Limits { bytes: 900_000, entries: 1 }), Err(ArchiveError::Entries(1)));
        assert_eq!(read(&Limits { bytes: 900_000, entries: 2 }), Ok(()));
    }

    #[test]
    fn what_is_cut_off() {
        let bytes = gz(&tar(&[("a", FILE, &[7; 5000])]));
        for length in [0, 1, 2, 20, bytes.len() / 2, bytes.len() - 4] {
            let cut = Archive::read(&bytes[..length], &Limits::default()).map(|_| ());
            assert!(matches!(cut, Err(ArchiveError::Broken(_))), "{length}: {cut:?}");
        }
    }
}
