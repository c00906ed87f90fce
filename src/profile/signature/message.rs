//! What stands beside the content of a signed message: certificates, and who signed what with which algorithms.

use crate::value::read::ReadError;
use crate::value::read::cms::{EXPLICIT, Elements, IDENTIFIER, INTEGER, OCTETS, SEQUENCE, SET};

/// `[1]`, in place of a list: the revocation lists.
const LISTS: u8 = 0xA1;
/// `[0]`, in place of an octet string: a signer by its key.
const KEY: u8 = 0x80;

/// More signers than this have no meaning, and cost.
const MOST_SIGNERS: usize = 16;
/// More certificates than this have no meaning, and cost.
const MOST_CERTIFICATES: usize = 64;

const MANY: ReadError = ReadError::Cms("it has more signers or certificates than a chain needs");

/// The parts of a signed message, as they stand.
pub(super) struct Message<'b> {
    /// Whole certificates.
    pub certificates: Vec<&'b [u8]>,
    pub signers: Vec<RawSigner<'b>>,
}

/// Who signed, and what.
pub(super) struct RawSigner<'b> {
    pub who: Who<'b>,
    /// The object identifier of the digest, without tag and length.
    pub digest: &'b [u8],
    /// The attributes that are signed: their elements, without the tag and length of their set.
    pub attributes: Option<&'b [u8]>,
    /// The object identifier of the signature.
    pub algorithm: &'b [u8],
    pub signature: &'b [u8],
    /// The type of the content.
    pub kind: &'b [u8],
}

/// How a signer names its certificate.
pub(super) enum Who<'b> {
    /// By the name of the issuer, whole, and the content of the serial number.
    Serial(&'b [u8], &'b [u8]),
    /// By the identifier of the key.
    Key(&'b [u8]),
}

/// Reads what the content does not need. That the message is one was seen when its content was read.
pub(super) fn read(bytes: &[u8]) -> Result<Message<'_>, ReadError> {
    let mut message = Elements { rest: bytes }.inside(SEQUENCE)?;
    message.whole(IDENTIFIER)?;
    let mut signed = message.inside(EXPLICIT)?.inside(SEQUENCE)?;
    signed.whole(INTEGER)?;
    signed.whole(SET)?;
    let kind = signed.inside(SEQUENCE)?.whole(IDENTIFIER)?;
    let mut certificates = Vec::new();
    if let Some(list) = signed.optional(EXPLICIT)? {
        let mut list = Elements { rest: list.content };
        while !list.rest.is_empty() {
            let element = list.element()?;
            // Other forms of certificates have tags of their own, and nobody uses them.
            if element.tag == SEQUENCE {
                certificates.push(element.whole);
            }
        }
    }
    signed.optional(LISTS)?;
    let mut list = signed.inside(SET)?;
    let mut signers = Vec::new();
    while !list.rest.is_empty() {
        signers.push(signer(list.inside(SEQUENCE)?, kind)?);
        if signers.len() > MOST_SIGNERS {
            return Err(MANY);
        }
    }
    if certificates.len() > MOST_CERTIFICATES { Err(MANY) } else { Ok(Message { certificates, signers }) }
}

fn signer<'b>(mut fields: Elements<'b>, kind: &'b [u8]) -> Result<RawSigner<'b>, ReadError> {
    fields.whole(INTEGER)?;
    let who = fields.element()?;
    let who = match who.tag {
        KEY => Who::Key(who.content),
        SEQUENCE => {
            let mut inner = Elements { rest: who.content };
            let issuer = inner.element()?.whole;
            Who::Serial(issuer, inner.whole(INTEGER)?)
        }
        _ => return Err(ReadError::Cms("its signer is named in an unknown way")),
    };
    let digest = fields.inside(SEQUENCE)?.whole(IDENTIFIER)?;
    let attributes = fields.optional(EXPLICIT)?.map(|element| element.content);
    let algorithm = fields.inside(SEQUENCE)?.whole(IDENTIFIER)?;
    let signature = fields.whole(OCTETS)?;
    Ok(RawSigner { who, digest, attributes, algorithm, signature, kind })
}

impl<'b> RawSigner<'b> {
    /// The single value of a signed attribute, as an element; none if it is missing, or not single.
    pub fn attribute(&self, identifier: &[u8], tag: u8) -> Option<&'b [u8]> {
        let mut list = Elements { rest: self.attributes? };
        let mut found = None;
        while !list.rest.is_empty() {
            let mut attribute = list.inside(SEQUENCE).ok()?;
            if attribute.whole(IDENTIFIER).ok()? != identifier {
                continue;
            }
            let mut values = attribute.inside(SET).ok()?;
            let value = values.whole(tag).ok()?;
            if found.is_some() || !values.rest.is_empty() {
                return None;
            }
            found = Some(value);
        }
        found
    }

    /// The attributes as they are signed: a set in DER.
    pub fn signed_attributes(&self) -> Option<Vec<u8>> {
        let content = self.attributes?;
        let mut bytes = vec![SET];
        match u8::try_from(content.len()) {
            Ok(short @ 0..=0x7F) => bytes.push(short),
            _ => {
                let length = content.len().to_be_bytes();
                let start = length.iter().position(|byte| *byte != 0).unwrap_or(0);
                let length = length.get(start..).unwrap_or(&[]);
                bytes.push(0x80 | u8::try_from(length.len()).unwrap_or(0));
                bytes.extend_from_slice(length);
            }
        }
        bytes.extend_from_slice(content);
        Some(bytes)
    }
}
