//! The layout of a binary property list: objects, the table of their offsets, and the trailer.
//!
//! Layout and limits are those of Core Foundation (CFBinaryPList.c); all numbers are big-endian.

use super::super::Problem;
use crate::value::Integer;

/// What every file starts with.
const MAGIC: &[u8] = b"bplist00";
/// Bytes of the trailer, at the end of the file.
const TRAILER: usize = 32;

/// A file whose trailer was read. Objects are looked up one by one, and judged only then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Objects<'b> {
    /// The file up to the table of offsets.
    body: &'b [u8],
    /// One offset for each object.
    table: &'b [u8],
    offset_size: usize,
    ref_size: usize,
    top: usize,
}

/// One object. Texts are not yet decoded, and what a container holds is not yet looked up.
#[derive(Clone, Copy, Debug)]
pub(super) enum Object<'b> {
    Flag(bool),
    Integer(Integer),
    Real(f64),
    /// Seconds since 2001-01-01T00:00:00Z.
    Date(f64),
    Data(&'b [u8]),
    /// A string in ASCII, which is still to be checked.
    Ascii(&'b [u8]),
    /// A string in UTF-16BE.
    Wide(&'b [u8]),
    Array(Refs<'b>),
    Dictionary {
        keys: Refs<'b>,
        values: Refs<'b>,
    },
}

/// The numbers of objects, as a container has them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refs<'b> {
    bytes: &'b [u8],
    size: usize,
}

impl Refs<'_> {
    pub(super) fn len(&self) -> usize {
        self.bytes.len().checked_div(self.size).unwrap_or(0)
    }

    /// The number of the object at an index.
    pub(super) fn get(&self, index: usize) -> Option<usize> {
        let start = index.checked_mul(self.size)?;
        number(self.bytes.get(start..start.checked_add(self.size)?)?)
    }
}

/// An unsigned number of at most eight bytes that can be one of this file.
fn number(bytes: &[u8]) -> Option<usize> {
    if bytes.len() > 8 {
        return None;
    }
    let number = bytes.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    usize::try_from(number).ok()
}

impl<'b> Objects<'b> {
    /// Reads the trailer, which must fit the file to the byte, as macOS has it.
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, Problem> {
        if !bytes.starts_with(MAGIC) {
            let version = bytes.get(6..8).unwrap_or(&[]);
            return Err(Problem::BinaryVersion(version.escape_ascii().to_string()));
        }
        Self::trailer(bytes).ok_or(Problem::Trailer)
    }

    fn trailer(bytes: &'b [u8]) -> Option<Self> {
        let end = bytes.len().checked_sub(TRAILER)?;
        let [_, _, _, _, _, _, offset_size, ref_size, rest @ ..] = bytes.get(end..)? else { return None };
        let (offset_size, ref_size) = (usize::from(*offset_size), usize::from(*ref_size));
        let (count, rest) = rest.split_at_checked(8)?;
        let (top, start) = rest.split_at_checked(8)?;
        let (count, top, start) = (number(count)?, number(top)?, number(start)?);
        let sizes = 1..=8;
        if start <= MAGIC.len() || top >= count || !sizes.contains(&offset_size) || !sizes.contains(&ref_size)
        {
            return None;
        }
        if start.checked_add(count.checked_mul(offset_size)?)? != end {
            return None;
        }
        let (body, table) = (bytes.get(..start)?, bytes.get(start..end)?);
        Some(Self { body, table, offset_size, ref_size, top })
    }

    /// The number of the outermost object.
    pub(super) fn top(&self) -> usize {
        self.top
    }

    /// Where an object starts.
    pub(super) fn offset(&self, object: usize) -> Result<usize, Problem> {
        let offsets = Refs { bytes: self.table, size: self.offset_size };
        let offset = offsets.get(object).ok_or(Problem::ObjectNumber)?;
        if (MAGIC.len()..self.body.len()).contains(&offset) { Ok(offset) } else { Err(Problem::ObjectEnd) }
    }

    /// The object at an offset.
    pub(super) fn at(&self, offset: usize) -> Result<Object<'b>, Problem> {
        let rest = self.body.get(offset..).unwrap_or(&[]);
        let (marker, rest) = rest.split_first().ok_or(Problem::ObjectEnd)?;
        let low = usize::from(marker & 0x0F);
        let refs = |bytes| Refs { bytes, size: self.ref_size };
        Ok(match marker >> 4 {
            0x0 => return simple(*marker),
            0x1 => Object::Integer(integer(take(rest, 1 << low)?)?),
            0x2 => Object::Real(real(rest, low)?),
            0x3 if low == 3 => Object::Date(real(rest, low)?),
            0x4 => Object::Data(sized(low, rest, 1)?),
            0x5 => Object::Ascii(sized(low, rest, 1)?),
            0x6 => Object::Wide(sized(low, rest, 2)?),
            0x8 => return Err(Problem::Unsupported("a reference of a keyed archive (UID)")),
            0xA => Object::Array(refs(sized(low, rest, self.ref_size)?)),
            0xB | 0xC => return Err(Problem::Unsupported("a set")),
            0xD => {
                let both = sized(low, rest, 2 * self.ref_size)?;
                let (keys, values) = both.split_at_checked(both.len() / 2).unwrap_or_default();
                Object::Dictionary { keys: refs(keys), values: refs(values) }
            }
            _ => return Err(Problem::UnknownObject(*marker)),
        })
    }
}

fn take(bytes: &[u8], length: usize) -> Result<&[u8], Problem> {
    bytes.get(..length).ok_or(Problem::ObjectEnd)
}

fn simple<'b>(marker: u8) -> Result<Object<'b>, Problem> {
    match marker {
        0x08 => Ok(Object::Flag(false)),
        0x09 => Ok(Object::Flag(true)),
        0x00 => Err(Problem::Unsupported("a null")),
        0x0C | 0x0D => Err(Problem::Unsupported("a URL")),
        0x0E => Err(Problem::Unsupported("a UUID")),
        other => Err(Problem::UnknownObject(other)),
    }
}

/// Up to four bytes have no sign; eight have one. Sixteen are how macOS writes what is above 2^63: it reads the
/// lower eight alone, and other readers a negative number where the upper ones are not zero.
fn integer(bytes: &[u8]) -> Result<Integer, Problem> {
    if let Ok(signed) = <[u8; 8]>::try_from(bytes) {
        return Ok(Integer::from(i64::from_be_bytes(signed)));
    }
    let low = match bytes.split_at_checked(8) {
        Some((high, low)) if bytes.len() == 16 && high.iter().all(|byte| *byte == 0) => low,
        Some(_) => return Err(Problem::IntegerRange),
        None => bytes,
    };
    Ok(Integer::from(low.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte))))
}

fn real(bytes: &[u8], low: usize) -> Result<f64, Problem> {
    match low {
        2 => take(bytes, 4)?.try_into().map(|bytes| f64::from(f32::from_be_bytes(bytes))),
        3 => take(bytes, 8)?.try_into().map(f64::from_be_bytes),
        low => return Err(Problem::UnknownObject(0x20 | u8::try_from(low).unwrap_or(0))),
    }
    .map_err(|_| Problem::ObjectEnd)
}

/// What follows a marker with a count of units: in its lower half, or in an integer behind it.
fn sized(low: usize, rest: &[u8], unit: usize) -> Result<&[u8], Problem> {
    let (count, rest) = match low {
        0xF => long(rest)?,
        short => (short, rest),
    };
    take(rest, count.checked_mul(unit).ok_or(Problem::ObjectEnd)?)
}

fn long(rest: &[u8]) -> Result<(usize, &[u8]), Problem> {
    let (marker, rest) = rest.split_first().ok_or(Problem::ObjectEnd)?;
    if marker >> 4 != 0x1 {
        return Err(Problem::ObjectEnd);
    }
    let (count, rest) = rest.split_at_checked(1 << (marker & 0x0F)).ok_or(Problem::ObjectEnd)?;
    Ok((number(count).ok_or(Problem::ObjectEnd)?, rest))
}
