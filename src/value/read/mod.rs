//! The only reader of property lists: bounded in bytes, depth, objects and text, and a place for every piece.
//!
//! What macOS, an MDM and a strict XML parser would read in different ways is refused with its place rather than
//! guessed. Strings are literal text; an identity token is something that only a policy has.
//!
//! Read are XML in UTF-8 and UTF-16, and binary property lists, each alone or inside a signed CMS message.

mod armour;
mod binary;
pub(crate) mod cms;
mod error;
mod scalar;
mod sniff;
#[cfg(test)]
mod tests;
mod token;
mod tree;
mod wanted;
mod wide;

pub use error::{Place, Problem, ReadError, Spot, position};
pub use wanted::Wanted;

use super::{Places, Value};
use crate::finding::SourceId;
use sniff::{Form, Order};
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
    /// The CMS message in BER that stood around it, out of its armour: what a check of the signature reads.
    pub message: Option<Cow<'b, [u8]>>,
}

impl<'b> Plain<'b> {
    fn new(bytes: Cow<'b, [u8]>) -> Self {
        Self { bytes, signed: false, message: None }
    }

    /// The text of an XML property list, for findings that show lines; empty for a binary one.
    pub fn text(&self) -> Cow<'_, str> {
        if self.bytes.starts_with(b"bplist") {
            Cow::Borrowed("")
        } else {
            // What is UTF-8 throughout, as nearly everything is, is told much faster than what is not.
            std::str::from_utf8(&self.bytes)
                .map_or_else(|_| String::from_utf8_lossy(&self.bytes), Cow::Borrowed)
        }
    }
}

/// Takes off what stands around a property list: a signature, an encoding that is not UTF-8. What is plain already
/// stays as it is.
///
/// The signature is not checked. Of a text in UTF-16 the byte order mark goes, and spaces stand where the
/// declaration named the encoding: lines and columns stay those of the file.
///
/// # Errors
/// More bytes than the budget, a wrapper that is broken, or one that no Mac opens.
pub fn plain<'b>(bytes: &'b [u8], budgets: &Budgets) -> Result<Plain<'b>, ReadError> {
    let limit = limit(budgets);
    if bytes.len() > limit {
        return Err(ReadError::Large(limit));
    }
    let message = match sniff::form(bytes)? {
        Form::Cms => Cow::Borrowed(bytes),
        Form::Armour => Cow::Owned(armour::open(bytes)?),
        Form::Binary | Form::Text => return Ok(Plain::new(Cow::Borrowed(bytes))),
        Form::Utf16(order) => return Ok(Plain::new(decoded(bytes, order, limit)?)),
    };
    let inner = match &message {
        Cow::Borrowed(message) => cms::content(message)?,
        Cow::Owned(message) => Cow::Owned(cms::content(message)?.into_owned()),
    };
    let bytes = match sniff::form(&inner)? {
        Form::Binary | Form::Text => inner,
        Form::Utf16(order) => decoded(&inner, order, limit)?,
        Form::Cms | Form::Armour => return Err(ReadError::SignedTwice),
    };
    Ok(Plain { bytes, signed: true, message: Some(message) })
}

fn decoded<'b>(bytes: &[u8], order: Order, limit: usize) -> Result<Cow<'b, [u8]>, ReadError> {
    let text = wide::decode(bytes, order, limit)?;
    // A second mark, or what would look like another form of property list.
    if text.starts_with('\u{feff}') {
        return Err(ReadError::Foreign);
    }
    sniff::xml(text.as_bytes())?;
    Ok(Cow::Owned(text.into_bytes()))
}

/// Places are 32 bits wide.
fn limit(budgets: &Budgets) -> usize {
    budgets.bytes.min(u32::MAX as usize)
}

/// A property list that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// What it holds.
    pub value: Value,
    /// Where each piece of it stands: whole elements, from `<` to `>`; paths in a binary property list.
    pub places: Places,
}

/// Reads a property list in any form: XML in UTF-8 or UTF-16, or binary, with a signature around it or without.
///
/// Places in XML are byte offsets from the start of [`Plain::bytes`], a byte order mark included; they belong to
/// `source`, whose text must be the same. Where the input is plain already, that is `bytes`; otherwise [`plain`]
/// gives it, and what it gives is then read. Places in a binary property list are paths of keys and indices.
///
/// What is not wanted is skipped: in XML it must be well-formed and of known elements, in a binary property list it
/// is not looked at, and its values are neither judged nor copied.
///
/// # Errors
/// The first thing that is wrong, in reading order, with its place.
pub fn read(
    bytes: &[u8],
    source: SourceId,
    budgets: &Budgets,
    wanted: &Wanted<'_>,
) -> Result<Read, ReadError> {
    let plain = plain(bytes, budgets)?;
    let bytes = plain.bytes.as_ref();
    if bytes.starts_with(b"bplist") {
        return binary::read(bytes, source, budgets, wanted);
    }
    let body = sniff::xml(bytes)?;
    let start = bytes.len() - body.len();
    let text = std::str::from_utf8(body).map_err(|error| {
        let at = start + error.valid_up_to();
        Problem::Utf8.at(bytes, source, at..at + 1)
    })?;
    tree::read(token::Tokens::new(bytes, text, source), budgets, wanted)
}
