//! A snapshot in an archive as collectors write it, read in one go: nothing of it is copied, and the memory it takes is used
//! again for the next one. Whatever is unusual is left to [`Archive`](super::archive::Archive), which says what is wrong.

use super::archive::{is_archive, is_of_mac};
use super::tree::{Entry, Tree, Unreadable};
use flate2::{Decompress, FlushDecompress, Status};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::io::Read;

/// The most bytes of an archive, compressed.
const PACKED: usize = 1 << 20;
/// The most bytes of what is in it.
const PLAIN: usize = 4 << 20;
/// The size of a block of an archive.
const BLOCK: usize = 512;

/// What snapshots are read into, one after the other.
pub struct Buffers {
    packed: Vec<u8>,
    /// Grows, and is never made smaller: clearing it would cost more than reading.
    plain: Vec<u8>,
    inflate: Decompress,
}

impl Default for Buffers {
    fn default() -> Self {
        Self { packed: Vec::new(), plain: Vec::new(), inflate: Decompress::new(false) }
    }
}

impl Buffers {
    /// Reads a snapshot; none where anything is not as collectors write it, or it is large: it must then be read again, by
    /// [`Archive::read`](super::archive::Archive::read).
    pub fn open(&mut self, input: impl Read) -> Option<Loose<'_>> {
        self.packed.clear();
        let most = u64::try_from(PACKED).ok()?;
        input.take(most).read_to_end(&mut self.packed).ok()?;
        if self.packed.len() == PACKED {
            return None;
        }
        let inflated = inflated(&self.packed, &mut self.plain, &mut self.inflate)?;
        Loose::of(self.plain.get(..inflated)?)
    }
}

/// Inflates one member of gzip that is all there is: how much it came to.
fn inflated(packed: &[u8], plain: &mut Vec<u8>, inflate: &mut Decompress) -> Option<usize> {
    let (rest, size) = packed.split_last_chunk::<4>()?;
    let (rest, sum) = rest.split_last_chunk::<4>()?;
    let size = usize::try_from(u32::from_le_bytes(*size)).ok().filter(|size| *size <= PLAIN)?;
    // A name may stand in the head; whatever else may is nothing that collectors write.
    let body = match rest.split_first_chunk::<10>()? {
        ([0x1F, 0x8B, 8, 0, ..], body) => body,
        ([0x1F, 0x8B, 8, 8, ..], named) => named.get(memchr::memchr(0, named)? + 1..)?,
        _ => return None,
    };
    if plain.len() < size {
        plain.resize(size, 0);
    }
    let out = plain.get_mut(..size)?;
    inflate.reset(false);
    let status = inflate.decompress(body, out, FlushDecompress::Finish).ok()?;
    let whole = usize::try_from(inflate.total_in()).ok()? == body.len()
        && usize::try_from(inflate.total_out()).ok()? == size
        && crc32fast::hash(out) == u32::from_le_bytes(*sum);
    (status == Status::StreamEnd && whole).then_some(size)
}

/// An entry of an archive: its path, and what is in it; none: a folder.
type Entries<'b> = Vec<(Cow<'b, str>, Option<&'b [u8]>)>;

/// A snapshot that lies in memory, as it was packed: nobody has looked yet whether its paths are paths of a Mac.
#[derive(Debug)]
pub struct Loose<'b> {
    pub(super) entries: Entries<'b>,
}

/// A snapshot that lies in memory.
#[derive(Debug)]
pub struct Packed<'b> {
    /// By path. Folders need not all be there.
    entries: Entries<'b>,
}

impl<'b> Loose<'b> {
    /// Takes the entries of an archive; none where something is unusual.
    fn of(plain: &'b [u8]) -> Option<Self> {
        let mut entries = Vec::with_capacity(plain.len() / 1024);
        let mut rest = plain;
        let mut of_mac = false;
        loop {
            let (head, tail) = rest.split_first_chunk::<BLOCK>()?;
            if head.first() == Some(&0) {
                // What stands behind the end is nothing, or somebody's own.
                let end = !entries.is_empty() && rest.iter().all(|byte| *byte == 0);
                return end.then_some(Self { entries });
            }
            let head = Head::of(head)?;
            let path = head.path()?;
            let (content, padded) = (tail.get(..head.size)?, head.size.next_multiple_of(BLOCK));
            rest = tail.get(padded..)?;
            if head.folder {
                if head.size > 0 {
                    return None;
                }
                entries.push((path, None));
                continue;
            }
            of_mac |= is_of_mac(&path);
            if path.is_empty() || !of_mac && is_archive(&path) {
                return None;
            }
            entries.push((path, Some(content)));
        }
    }

    /// In the order of paths; none where a path is no path of a Mac, or two files, or a file and a folder, have one path.
    pub fn sorted(&self) -> Option<Packed<'b>> {
        if !self.entries.iter().all(|(path, _)| is_usual(path)) {
            return None;
        }
        let mut entries = self.entries.clone();
        entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let next = entries.iter().skip(1);
        let twice = entries
            .iter()
            .zip(next)
            .any(|((one, file), (other, folder))| one == other && (file.is_some() || folder.is_some()));
        if twice { None } else { Some(Packed { entries }) }
    }
}

impl<'b> Packed<'b> {
    /// The entries below a folder, each with the rest of its path.
    fn below<'s>(&'s self, folder: &'s str) -> impl Iterator<Item = (&'s str, bool)> {
        let start = self.entries.partition_point(|(path, _)| before(path, folder));
        let rest = self.entries.get(start..).unwrap_or_default().iter();
        rest.map_while(move |(path, file)| {
            Some((path.strip_prefix(folder)?.strip_prefix('/')?, file.is_none()))
        })
    }

    fn at(&self, path: &str) -> Option<Option<&'b [u8]>> {
        let place = self.entries.binary_search_by(|(known, _)| known.as_ref().cmp(path)).ok()?;
        self.entries.get(place).map(|(_, file)| *file)
    }
}

/// Whether a path stands before everything below a folder.
fn before(path: &str, folder: &str) -> bool {
    let (path, folder) = (path.as_bytes(), folder.as_bytes());
    let shared = path.len().min(folder.len());
    match path.get(..shared).cmp(&folder.get(..shared)) {
        Ordering::Equal => path.get(shared..).is_none_or(|rest| rest.first().is_none_or(|next| *next < b'/')),
        order => order == Ordering::Less,
    }
}

impl Tree for Packed<'_> {
    fn read(&self, path: &str, limit: usize) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        match self.at(path).flatten() {
            Some(bytes) if bytes.len() > limit => {
                Err(Unreadable::new(format!("it is larger than {} MiB", limit >> 20)))
            }
            found => Ok(found.map(Cow::Borrowed)),
        }
    }

    fn list(&self, path: &str) -> Result<Option<Vec<Entry>>, Unreadable> {
        let mut entries: Vec<Entry> = Vec::new();
        for (rest, folder) in self.below(path) {
            let (name, folder) = rest.split_once('/').map_or((rest, folder), |(name, _)| (name, true));
            if entries.last().is_none_or(|last| last.name != name) {
                entries.push(Entry { name: name.to_owned(), folder });
            }
        }
        entries.sort();
        Ok((!entries.is_empty() || self.at(path) == Some(None)).then_some(entries))
    }

    fn has(&self, path: &str) -> bool {
        self.at(path).is_some() || self.below(path).next().is_some()
    }
}

/// The head of an entry.
struct Head<'h> {
    block: &'h [u8; BLOCK],
    size: usize,
    folder: bool,
}

impl<'h> Head<'h> {
    /// Reads a head as POSIX describes it ("ustar Interchange Format"): of a file or a folder, without anything special.
    fn of(block: &'h [u8; BLOCK]) -> Option<Self> {
        let folder = match block.get(156)? {
            b'0' | 0 => false,
            b'5' => true,
            _ => return None,
        };
        let usual = block.get(257..262)? == b"ustar" && checked(block)?;
        usual.then_some(Self { block, size: octal(block.get(124..136)?)?, folder })
    }

    /// The path as a Mac has it: `./Library/x` is `/Library/x`.
    fn path(&self) -> Option<Cow<'h, str>> {
        let text = |from: usize, to: usize| {
            let field = self.block.get(from..to)?;
            let end = memchr::memchr(0, field).unwrap_or(field.len());
            std::str::from_utf8(field.get(..end)?).ok()
        };
        let name = text(0, 100)?;
        // Only the POSIX form has it; GNU's keeps other things there.
        let posix = self.block.get(262) == Some(&0);
        let front = if posix { text(345, 500)? } else { "" };
        let path = match (front, name.strip_prefix('.')) {
            ("", Some(rest)) if rest.is_empty() || rest.starts_with('/') => Cow::Borrowed(rest),
            ("", _) if name.starts_with('/') => return None,
            ("", _) => Cow::Owned(format!("/{name}")),
            (front, _) => match front.strip_prefix("./") {
                Some(front) => Cow::Owned(format!("/{front}/{name}")),
                None if front == "." => Cow::Owned(format!("/{name}")),
                None if front.starts_with('/') => return None,
                None => Cow::Owned(format!("/{front}/{name}")),
            },
        };
        let path = match path {
            Cow::Borrowed(path) => Cow::Borrowed(path.strip_suffix('/').unwrap_or(path)),
            Cow::Owned(path) => Cow::Owned(path.strip_suffix('/').map(str::to_owned).unwrap_or(path)),
        };
        Some(path)
    }
}

/// Whether a path has only names in it, and no backslash.
fn is_usual(path: &str) -> bool {
    let plain = |name: &str| !matches!(name, "" | "." | "..");
    !path.contains('\\') && path.split('/').skip(1).all(plain)
}

/// Whether the check sum of a head is right: all bytes, with blanks where it stands itself.
fn checked(block: &[u8; BLOCK]) -> Option<bool> {
    let own = block.get(148..156)?;
    let of_own: u64 = own.iter().map(|byte| u64::from(*byte)).sum();
    Some(octal(own)? == usize::try_from(sum(block) - of_own + 8 * u64::from(b' ')).ok()?)
}

/// The sum of all bytes, eight at a time: four sums of 16 bits each, which 64 pairs of bytes cannot fill.
fn sum(block: &[u8; BLOCK]) -> u64 {
    const EVEN: u64 = 0x00FF_00FF_00FF_00FF;
    let (words, _) = block.as_chunks::<8>();
    let pairs =
        words.iter().map(|word| u64::from_le_bytes(*word)).map(|word| (word & EVEN) + (word >> 8 & EVEN));
    let sums: u64 = pairs.sum();
    (0..4).map(|lane| sums >> (16 * lane) & 0xFFFF).sum()
}

/// A number in octal digits, with blanks around it.
fn octal(field: &[u8]) -> Option<usize> {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    let digits = field.get(..end)?.trim_ascii();
    let digit = |number: usize, digit: &u8| match digit {
        b'0'..=b'7' => Some(number * 8 + usize::from(digit - b'0')),
        _ => None,
    };
    if digits.is_empty() || digits.len() > 12 { None } else { digits.iter().try_fold(0, digit) }
}

#[cfg(test)]
mod tests {
    use super::super::archive::{Archive, Limits};
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write as _;

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn header(gnu: bool, size: usize, kind: tar::EntryType) -> tar::Header {
        let mut header = if gnu { tar::Header::new_gnu() } else { tar::Header::new_ustar() };
        header.set_size(size as u64);
        header.set_mode(0o644);
        header.set_entry_type(kind);
        header
    }

    fn packed(gnu: bool, entries: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, content) in entries {
            let kind = if path.ends_with('/') { tar::EntryType::Directory } else { tar::EntryType::Regular };
            let mut header = header(gnu, content.len(), kind);
            if gnu {
                builder.append_data(&mut header, path, content.as_bytes()).unwrap();
                continue;
            }
            // The crate's own setter takes `./` away, and refuses what must be refused when it is read.
            let front = if path.len() <= 100 {
                0
            } else {
                path.as_bytes()[..100].iter().rposition(|byte| *byte == b'/').unwrap()
            };
            let ustar = header.as_ustar_mut().unwrap();
            ustar.prefix[..front].copy_from_slice(&path.as_bytes()[..front]);
            let name = &path.as_bytes()[front..];
            let name = if front == 0 { name } else { &name[1..] };
            ustar.name[..name.len()].copy_from_slice(name);
            header.set_cksum();
            builder.append(&header, content.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap()
    }

    const DEEP: &str = "./Users/anna/Library/Containers/com.example.with.a.long.name/Data/Library/Preferences/\
                        com.example.with.a.long.name.plist";
    const USUAL: [(&str, &str); 7] = [
        ("./", ""),
        ("./prefsmith-snapshot.plist", "about"),
        ("./Library-x/a", "1"),
        ("./Library/", ""),
        ("./Library/b", "22"),
        ("Library/a/c", "333"),
        (DEEP, "4444"),
    ];

    /// Everything that a tree says of some paths.
    fn said(tree: &dyn Tree) -> Vec<String> {
        let mut paths: Vec<String> = vec![String::new(), "/Libr".into(), "/Library/b/x".into(), "/x".into()];
        for (path, _) in USUAL {
            let path = path.trim_start_matches('.').trim_start_matches('/').trim_end_matches('/');
            let parts: Vec<&str> = path.split('/').collect();
            paths.extend((1..=parts.len()).map(|count| format!("/{}", parts[..count].join("/"))));
        }
        paths.retain(|path| path != "/" && !path.is_empty());
        let each = paths.iter().map(|path| format!("{path}: {:?} {:?}", tree.read(path, 3), tree.list(path)));
        each.collect()
    }

    #[test]
    fn the_usual_case_says_what_the_archive_says() {
        for gnu in [false, true] {
            let plain = packed(gnu, &USUAL);
            let bytes = gz(&plain);
            let archive = Archive::read(bytes.as_slice(), &Limits::default()).unwrap();
            let mut buffers = Buffers::default();
            // The long name takes an entry of its own in GNU's form, which is unusual.
            match sorted(&mut buffers, &bytes) {
                Some(packed) => assert_eq!(said(&packed), said(&archive)),
                None => assert!(gnu),
            }
            let short = gz(&self::packed(gnu, &USUAL[..6]));
            let archive = Archive::read(short.as_slice(), &Limits::default()).unwrap();
            assert_eq!(said(&sorted(&mut buffers, &short).unwrap()), said(&archive));
        }
    }

    fn sorted<'b>(buffers: &'b mut Buffers, bytes: &[u8]) -> Option<Packed<'b>> {
        buffers.open(bytes)?.sorted()
    }

    #[test]
    fn whatever_is_unusual_is_left() {
        let usual = packed(false, &USUAL);
        let mut buffers = Buffers::default();
        assert!(sorted(&mut buffers, &gz(&usual)).is_some());
        let mut bad: Vec<Vec<u8>> = vec![usual.clone(), Vec::new(), b"<html>".to_vec()];
        for cut in [1, 5, 9, 200] {
            let whole = gz(&usual);
            bad.push(whole[..whole.len() - cut].to_vec());
        }
        // Two members, a check sum that is wrong, a head that was changed, something behind the end.
        bad.push([gz(&usual), gz(b"")].concat());
        let mut sum = gz(&usual);
        let end = sum.len() - 6;
        sum[end] ^= 1;
        bad.push(sum);
        let mut head = usual.clone();
        head[513] ^= 1;
        bad.push(gz(&head));
        bad.push(gz(&[usual.as_slice(), b"x"].concat()));
        bad.push(gz(&packed(false, &[])));
        bad.push(gz(&usual[..usual.len() - 1024]));
        for names in [
            ["./a", "a"],
            ["./Library/x/", "./Library/x"],
            ["./a\\b", "./c"],
            ["./a//b", "./c"],
            ["./a/../b", "./c"],
            ["/etc/passwd", "./c"],
        ] {
            bad.push(gz(&packed(false, &names.map(|name| (name, "")))));
        }
        bad.push(gz(&packed(false, &[("./one.tar.gz", "")])));
        let mut builder = tar::Builder::new(Vec::new());
        let mut link = header(false, 0, tar::EntryType::Symlink);
        builder.append_link(&mut link, "./x", "/etc").unwrap();
        bad.push(gz(&builder.into_inner().unwrap()));
        for (number, bytes) in bad.iter().enumerate() {
            assert!(sorted(&mut buffers, bytes).is_none(), "{number}");
        }
        // What was left does no harm to the next.
        assert!(sorted(&mut buffers, &gz(&usual)).is_some());
    }
}
