//! The only reader of property lists: bounded in bytes, depth, objects and text, and a place for every piece.
//!
//! What macOS, an MDM and a strict XML parser would read in different ways is refused with its place rather than
//! guessed. Strings are literal text; an identity token is something that only a policy has.
//!
//! Read so far: XML. Binary property lists, signed profiles and UTF-16 are told apart and refused by name.

mod error;
mod scalar;
mod sniff;
#[cfg(test)]
mod tests;
mod token;
mod tree;
mod wanted;

pub use error::{Place, Problem, ReadError, position};
pub use wanted::Wanted;

use super::{Places, Value};
use crate::finding::SourceId;
use std::borrow::Cow;

/// How much one input may ask for. What exceeds it is refused before it is held in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// Bytes of the input.
    pub bytes: usize,
    /// How deep values nest; the outermost value is the first level. It bounds every recursion over what was
    /// read, so it must stay in the hundreds where the stack is small.
    pub depth: usize,
    /// Values, those in arrays and dictionaries included.
    pub objects: usize,
    /// Bytes of all strings, keys and data together.
    pub text: usize,
}

impl Default for Budgets {
    fn default() -> Self {
        Self { bytes: 16 << 20, depth: super::MAX_DEPTH, objects: 500_000, text: 64 << 20 }
    }
}

/// A property list as it lies inside its wrappers: an XML text in UTF-8, or a binary one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain<'b> {
    /// The property list itself: what places belong to.
    pub bytes: Cow<'b, [u8]>,
    /// Whether a signature stood around it.
    pub signed: bool,
}

impl Plain<'_> {
    /// The text of an XML property list, for findings that show lines; empty for a binary one.
    pub fn text(&self) -> Cow<'_, str> {
        if self.bytes.starts_with(b"bplist") {
            Cow::Borrowed("")
        } else {
            String::from_utf8_lossy(&self.bytes)
        }
    }
}

/// Takes off what stands around a property list: a signature, another encoding than UTF-8.
///
/// # Errors
/// More bytes than the budget, or a wrapper that is broken.
pub fn plain<'b>(bytes: &'b [u8], budgets: &Budgets) -> Result<Plain<'b>, ReadError> {
    if bytes.len() > budgets.bytes {
        return Err(ReadError::Large(budgets.bytes));
    }
    Ok(Plain { bytes: Cow::Borrowed(bytes), signed: false })
}

/// A property list that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// What it holds.
    pub value: Value,
    /// Where each piece of it stands: whole elements, from `<` to `>`.
    pub places: Places,
}

/// Reads a property list.
///
/// Places are byte offsets from the start of `bytes`, a byte order mark included; they belong to `source`, whose
/// text must be the same. What is not wanted is skipped: it must be well-formed XML of known elements, and its
/// values are neither judged nor copied.
///
/// # Errors
/// The first thing that is wrong, in reading order, with its place.
pub fn read(
    bytes: &[u8],
    source: SourceId,
    budgets: &Budgets,
    wanted: &Wanted<'_>,
) -> Result<Read, ReadError> {
    // Places are 32 bits wide.
    let limit = budgets.bytes.min(u32::MAX as usize);
    if bytes.len() > limit {
        return Err(ReadError::Large(limit));
    }
    let body = sniff::xml(bytes)?;
    let start = bytes.len() - body.len();
    let text = std::str::from_utf8(body).map_err(|error| {
        let at = start + error.valid_up_to();
        Problem::Utf8.at(bytes, source, at..at + 1)
    })?;
    tree::read(token::Tokens::new(bytes, text, source), budgets, wanted)
}
