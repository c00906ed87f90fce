//! Signatures of profiles (CMS SignedData, RFC 5652): whether they hold, and for how long.
//!
//! Nothing here decides whether a Mac trusts the signer: that depends on the roots that it has.

mod certificate;
mod message;
pub(crate) mod pem;
#[cfg(test)]
mod tests;
mod trust;
pub(crate) mod verify;

pub use certificate::Certificate;
pub use pem::PemError;
#[cfg(feature = "sign")]
pub(crate) use trust::issuer_among;
pub use trust::trust;

use crate::finding::{Finding, Findings, Origin, SourceId};
use crate::value::Date;
use crate::value::read::ReadError;
use std::borrow::Cow;

/// What stands in a signed message beside its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Who signed: usually one.
    pub signers: Vec<Signer>,
    /// All certificates of the message, in their order.
    pub certificates: Vec<Certificate>,
    /// How many certificates are none that can be read.
    pub unread: usize,
}

/// One signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// The number of its certificate; none if the message does not hold it.
    pub certificate: Option<usize>,
    /// The algorithm of the digest, `SHA-256`, or its object identifier.
    pub digest: String,
    /// The algorithm of the signature, `RSA`, `ECDSA P-256`, or its object identifier.
    pub algorithm: String,
    /// Whether the signed digest is that of the content; none if the digest is not known, or there is none because the
    /// content itself is signed.
    pub content: Option<bool>,
    /// When it was signed, by the signer's own word, which nobody else vouches for.
    pub time: Option<Date>,
    /// Whether the signature holds.
    pub verdict: Verdict,
}

/// Whether a signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The content is what the holder of the certificate's key has signed.
    Good,
    /// It is not: why.
    Broken(&'static str),
    /// This reader cannot say: why.
    NotJudged(String),
}

impl Signature {
    /// The certificates from that of a signer upwards, as far as the message has them: each is the issuer of the one
    /// before, by name.
    pub fn chain(&self, signer: &Signer) -> Vec<&Certificate> {
        let mut chain: Vec<&Certificate> = Vec::new();
        let mut next = signer.certificate.and_then(|at| self.certificates.get(at));
        while let Some(certificate) = next {
            chain.push(certificate);
            let issues = |other: &&Certificate| {
                other.is_issuer_of(certificate) && !chain.iter().any(|one| std::ptr::eq(*one, *other))
            };
            next = self.certificates.iter().find(issues);
        }
        chain
    }
}

/// Reads and verifies the signatures of a message: BER or DER, out of its armour, with its content in it.
///
/// # Errors
/// It is no signed message.
pub fn signature(message: &[u8]) -> Result<Signature, ReadError> {
    let content = crate::value::read::cms::content(message)?;
    let read = message::read(message)?;
    let list = read.certificates.iter().map(|der| Certificate::read(der)).collect::<Vec<_>>();
    let unread = list.iter().filter(|certificate| certificate.is_none()).count();
    let certificates: Vec<Certificate> = list.into_iter().flatten().collect();
    let signers = read.signers.iter().map(|signer| verify::verify(signer, &content, &certificates)).collect();
    Ok(Signature { signers, certificates, unread })
}

/// What a message signs, byte by byte.
///
/// # Errors
/// It is no signed message.
pub fn content(message: &[u8]) -> Result<Cow<'_, [u8]>, ReadError> {
    crate::value::read::cms::content(message)
}

/// What is to be said of the signature of a file. Without a day, no validity is judged.
pub fn findings(message: &[u8], source: SourceId, today: Option<jiff::civil::Date>) -> Findings {
    let mut findings = Findings::new();
    let at = |finding: Finding| finding.at(Origin::Whole(source), "");
    let signature = match signature(message) {
        Ok(signature) => signature,
        Err(error) => {
            findings
                .push(at(Finding::new("signature-broken", format!("the signature cannot be read: {error}"))));
            return findings;
        }
    };
    if signature.signers.is_empty() {
        findings.push(at(Finding::new("signature-broken", "this signed message has no signature")));
    }
    for signer in &signature.signers {
        let certificate = signer.certificate.and_then(|at| signature.certificates.get(at));
        let by = certificate.map_or(String::new(), |found| format!(" of {}", found.name()));
        match &signer.verdict {
            Verdict::Good => {}
            Verdict::Broken(why) => {
                let title = format!("the signature{by} does not hold: {why}");
                let finding = Finding::new("signature-broken", title);
                findings.push(at(finding.help("take the file from where it was signed, or sign it anew")));
            }
            Verdict::NotJudged(why) => {
                let title = format!("whether the signature{by} holds is not known: {why}");
                findings.push(at(Finding::new("signature-not-judged", title)));
            }
        }
        if let Some(today) = today {
            for certificate in signature.chain(signer) {
                if let Some(title) = certificate.outdated(today) {
                    findings.push(at(Finding::new("signature-expired", title)));
                }
            }
        }
    }
    findings
}
