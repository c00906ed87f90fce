//! Signing of profiles: CMS SignedData in DER with SHA-256, by RSA (PKCS #1 v1.5) or ECDSA on P-256 or P-384.
//!
//! The same profile, key and certificates give the same bytes: no clock is read, PKCS #1 v1.5 knows no chance, and
//! ECDSA takes its number from RFC 6979.

pub mod judge;
mod key;
mod message;
#[cfg(test)]
mod tests;

pub use key::{Ask, Key, KeyError};

use super::signature::{Certificate, Verdict, issuer_among, signature};
use crate::value::Date;
use crate::value::read::cms;
use thiserror::Error;

/// A certificate with its key, and the certificates above it.
pub struct Identity {
    key: Key,
    certificate: Certificate,
    /// Those above it.
    above: Vec<Certificate>,
    unused: Vec<Certificate>,
}

/// Why nothing was signed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SignError {
    /// The key could not sign.
    #[error("the key could not sign: the system gave no random numbers, or the key is damaged")]
    Key,
    /// A moment that a signature cannot carry.
    #[error("a signature cannot carry the moment {0}")]
    Time(Date),
    /// The message could not be written: why.
    #[error("the signed message cannot be written: {0}")]
    Message(String),
    /// What was written does not verify: a key that is damaged, or a computer that is.
    #[error("the signature was made, but does not hold: the key is damaged, or this computer is")]
    DoesNotHold,
}

impl From<der::Error> for SignError {
    fn from(error: der::Error) -> Self {
        Self::Message(error.to_string())
    }
}

impl Identity {
    /// Puts a key and certificates together: the one that fits the key signs, and those above it follow, each the issuer
    /// of the one before by name, key and signature.
    ///
    /// # Errors
    /// No certificate fits the key, which is handed back.
    pub fn new(key: Key, certificates: Vec<Certificate>) -> Result<Self, Box<Key>> {
        let mut left = certificates;
        let Some(at) = left.iter().position(|certificate| key.fits(certificate.key())) else {
            return Err(Box::new(key));
        };
        let certificate = left.remove(at);
        let mut chain: Vec<Certificate> = Vec::new();
        while let Some(at) = issuer(chain.last().unwrap_or(&certificate), &left) {
            chain.push(left.remove(at));
        }
        // What was given twice is in use once.
        left.retain(|one| one.der != certificate.der && chain.iter().all(|other| other.der != one.der));
        Ok(Self { key, certificate, above: chain, unused: left })
    }

    /// The certificate that signs.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The certificates that go into the message, from the one that signs upwards.
    pub fn chain(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.certificate).chain(&self.above)
    }

    /// Those that were given and are not above it.
    pub fn unused(&self) -> &[Certificate] {
        &self.unused
    }

    /// Its key.
    pub fn key(&self) -> &Key {
        &self.key
    }
}

/// The number of the certificate that has issued another.
fn issuer(of: &Certificate, others: &[Certificate]) -> Option<usize> {
    if of.is_self_issued() {
        return None;
    }
    let found = issuer_among(of, others)?;
    others.iter().position(|other| std::ptr::eq(other, found))
}

/// Signs a profile: the message, with the content in it byte by byte. With a time, the signature carries it.
///
/// What was made is verified before it is handed out: a fault while RSA signs would give the key away.
///
/// # Errors
/// See [`SignError`].
pub fn sign(content: &[u8], identity: &Identity, time: Option<Date>) -> Result<Vec<u8>, SignError> {
    let message = message::write(content, identity, time)?;
    let same = cms::content(&message).is_ok_and(|inner| inner.as_ref() == content);
    let holds = signature(&message).is_ok_and(|read| {
        !read.signers.is_empty() && read.signers.iter().all(|signer| signer.verdict == Verdict::Good)
    });
    if same && holds { Ok(message) } else { Err(SignError::DoesNotHold) }
}
