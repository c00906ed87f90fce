//! Signed profiles: the content of CMS SignedData (RFC 5652), in DER or BER. The signature itself is not checked.
//!
//! Lengths may be definite or not, and the content whole or in pieces: `openssl` writes it the one way, `security`
//! and Apple's services the other. There is no recursion but over pieces inside pieces, which is bounded. The profile
//! room reads what stands beside the content with the same [`Elements`].

use super::ReadError;
use std::borrow::Cow;

/// How deep pieces of an octet string nest.
const LEVELS: usize = 8;
/// Bytes of the tag of an element; the standards stop at 30 possible types that fit one.
const TAG_BYTES: usize = 4;

pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
pub(crate) const IDENTIFIER: u8 = 0x06;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const OCTETS: u8 = 0x04;
const CONSTRUCTED: u8 = 0x20;
/// `[0]`, explicit.
pub(crate) const EXPLICIT: u8 = 0xA0;

/// pkcs7-signedData, 1.2.840.113549.1.7.2.
const SIGNED: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02";
/// pkcs7-envelopedData and pkcs7-encryptedData.
const ENVELOPED: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03";
const ENCRYPTED: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x06";
/// id-ct-authEnvelopedData, 1.2.840.113549.1.9.16.1.23.
const AUTHENTICATED: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17";

const SHORT: ReadError = ReadError::Cms("it ends too early");
const LENGTH: ReadError = ReadError::Cms("the length of an element is none");
const ORDER: ReadError = ReadError::Cms("its elements are not those of a signed message");
const NESTED: ReadError = ReadError::Cms("the pieces of its content nest too deep");

/// The elements of one level, from the first that was not read.
#[derive(Clone, Copy)]
pub(crate) struct Elements<'b> {
    /// What was not read.
    pub(crate) rest: &'b [u8],
}

/// One element.
#[derive(Clone, Copy)]
pub(crate) struct Element<'b> {
    /// Its tag.
    pub(crate) tag: u8,
    /// What is in it.
    pub(crate) content: &'b [u8],
    /// It, with its tag, length and end.
    pub(crate) whole: &'b [u8],
}

/// What stands before the content of an element.
struct Head {
    tag: u8,
    /// Bytes; none where the content ends with a mark.
    length: Option<usize>,
}

/// What a signed message signs: borrowed where it is in one piece.
pub(crate) fn content(bytes: &[u8]) -> Result<Cow<'_, [u8]>, ReadError> {
    let mut file = Elements { rest: bytes };
    let mut message = file.inside(SEQUENCE)?;
    if !file.rest.trim_ascii().is_empty() {
        return Err(ReadError::Cms("something stands after it"));
    }
    match message.whole(IDENTIFIER)? {
        SIGNED => {}
        ENVELOPED | ENCRYPTED | AUTHENTICATED => return Err(ReadError::Encrypted),
        _ => return Err(ReadError::OtherCms),
    }
    let mut signed = message.inside(EXPLICIT)?.inside(SEQUENCE)?;
    signed.whole(INTEGER)?;
    signed.inside(SET)?;
    let mut inner = signed.inside(SEQUENCE)?;
    inner.whole(IDENTIFIER)?;
    if inner.rest.is_empty() {
        return Err(ReadError::Detached);
    }
    let mut octets = inner.inside(EXPLICIT)?;
    let mut out = Cow::Borrowed([].as_slice());
    octets.pieces(LEVELS, &mut out)?;
    if octets.rest.is_empty() { Ok(out) } else { Err(ORDER) }
}

impl<'b> Elements<'b> {
    fn take(&mut self, length: usize) -> Result<&'b [u8], ReadError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(SHORT)?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, ReadError> {
        self.take(1)?.first().copied().ok_or(SHORT)
    }

    fn head(&mut self) -> Result<Head, ReadError> {
        let tag = self.byte()?;
        if tag & 0x1F == 0x1F {
            // The number follows; none of those has a meaning here.
            let more = (0..TAG_BYTES)
                .map(|_| self.byte())
                .find(|byte| byte.as_ref().is_ok_and(|byte| byte & 0x80 == 0));
            more.ok_or(ORDER)??;
        }
        let length = match self.byte()? {
            short @ 0..=0x7F => Some(usize::from(short)),
            0x80 if tag & CONSTRUCTED != 0 => None,
            long @ 0x81..=0x88 => {
                let bytes = self.take(usize::from(long & 0x7F))?;
                let length = bytes.iter().fold(0_u64, |length, byte| (length << 8) | u64::from(*byte));
                Some(usize::try_from(length).map_err(|_| LENGTH)?)
            }
            _ => return Err(LENGTH),
        };
        Ok(Head { tag, length })
    }

    /// The content of an element whose head was read. What is inside is not judged, but where its end is a mark,
    /// that is looked for.
    fn content(&mut self, head: &Head) -> Result<&'b [u8], ReadError> {
        if let Some(length) = head.length {
            return self.take(length);
        }
        let start = self.rest;
        let mut open = 1_usize;
        loop {
            let before = start.len() - self.rest.len();
            match self.head()? {
                Head { tag: 0, length: Some(0) } => open -= 1,
                Head { length: Some(length), .. } => drop(self.take(length)?),
                Head { length: None, .. } => open += 1,
            }
            if open == 0 {
                return Ok(start.get(..before).unwrap_or(&[]));
            }
        }
    }

    /// The next element.
    pub(crate) fn element(&mut self) -> Result<Element<'b>, ReadError> {
        let start = self.rest;
        let head = self.head()?;
        let content = self.content(&head)?;
        let whole = start.get(..start.len() - self.rest.len()).unwrap_or(start);
        Ok(Element { tag: head.tag, content, whole })
    }

    /// The next element, if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'b>>, ReadError> {
        if self.rest.first() == Some(&tag) { self.element().map(Some) } else { Ok(None) }
    }

    /// The content of the next element, which must have this tag.
    pub(crate) fn whole(&mut self, tag: u8) -> Result<&'b [u8], ReadError> {
        let head = self.head()?;
        if head.tag == tag { self.content(&head) } else { Err(ORDER) }
    }

    /// The elements inside the next one, which must have this tag.
    pub(crate) fn inside(&mut self, tag: u8) -> Result<Elements<'b>, ReadError> {
        self.whole(tag).map(|rest| Elements { rest })
    }

    /// The next octet string, whole or in pieces.
    fn pieces(&mut self, levels: usize, out: &mut Cow<'b, [u8]>) -> Result<(), ReadError> {
        let head = self.head()?;
        let content = self.content(&head)?;
        if head.tag == OCTETS {
            if out.is_empty() {
                *out = Cow::Borrowed(content);
            } else {
                out.to_mut().extend_from_slice(content);
            }
            return Ok(());
        }
        if head.tag != OCTETS | CONSTRUCTED {
            return Err(ORDER);
        }
        let levels = levels.checked_sub(1).ok_or(NESTED)?;
        let mut inner = Elements { rest: content };
        while !inner.rest.is_empty() {
            inner.pieces(levels, out)?;
        }
        Ok(())
    }
}
