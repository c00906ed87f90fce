//! Certificates, as far as a signature needs them.

use super::pem::{PemError, blocks, instead};
use super::verify::{Hash, Key, issued};
use crate::value::Date;
use crate::value::read::cms::{Elements, SEQUENCE};
use x509_cert::Certificate as X509;
use x509_cert::der::{Decode, Encode, oid::ObjectIdentifier};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage};

/// subjectKeyIdentifier, keyUsage, basicConstraints and authorityKeyIdentifier.
const KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
const USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const ISSUER_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");

/// Critical extensions that are judged here, or that say nothing about whether a chain holds: those above, other names
/// (17, 18), policies (32), where revocation is told (31), and for what the key may be used (37).
const KNOWN: [&str; 9] = [
    "2.5.29.14",
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.18",
    "2.5.29.19",
    "2.5.29.31",
    "2.5.29.32",
    "2.5.29.35",
    "2.5.29.37",
];
/// Marks by which Apple tells its kinds of certificates apart; those of Developer ID are critical.
const APPLE: &str = "1.2.840.113635.100.6.";

/// A certificate of a signed message, or of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Whose it is, as RFC 4514 writes names: `CN=Example,O=Example Corp`.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// The serial number, in hexadecimal: `0A:1B`.
    pub serial: String,
    /// From when it is valid; none if a property list has no such date.
    pub not_before: Option<Date>,
    /// Until when it is valid.
    pub not_after: Option<Date>,
    /// The whole certificate, in DER.
    pub der: Vec<u8>,
    /// Names and serial number as they are encoded, to be compared.
    raw_subject: Vec<u8>,
    pub(super) raw_issuer: Vec<u8>,
    pub(super) raw_serial: Vec<u8>,
    pub(super) key_id: Option<Vec<u8>>,
    issuer_key_id: Option<Vec<u8>>,
    pub(super) key: Key,
    /// What its issuer has signed, with which algorithm, and the signature.
    pub(super) body: Vec<u8>,
    pub(super) algorithm: String,
    pub(super) signature: Vec<u8>,
    limits: Limits,
}

/// What a certificate may be used for, by its own extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Limits {
    /// Whether it may issue others.
    authority: bool,
    /// How many authorities may stand below it at most.
    depth: Option<u8>,
    /// keyUsage, where it has it: whether signatures of documents and of certificates are among its uses.
    usage: Option<(bool, bool)>,
    /// A critical extension that nobody here understands.
    unknown: Option<String>,
    /// An extension that must be understood and could not be read.
    damaged: bool,
}

impl Certificate {
    /// Reads a certificate in DER; none if it is none.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let x509 = X509::from_der(der).ok()?;
        let body = x509.tbs_certificate();
        let info = body.subject_public_key_info();
        let parameters = info.algorithm.parameters.as_ref();
        let extensions = body.extensions().map_or(&[][..], |list| list.as_slice());
        // The value is an octet string inside the octet string of the extension.
        let key_id = of(extensions, KEY).and_then(|value| {
            let mut inner = Elements { rest: value };
            inner.whole(crate::value::read::cms::OCTETS).ok().map(<[u8]>::to_vec)
        });
        let issuer_key_id = of(extensions, ISSUER_KEY)
            .and_then(|value| AuthorityKeyIdentifier::from_der(value).ok()?.key_identifier)
            .map(|identifier| identifier.as_bytes().to_vec());
        let signed = Elements { rest: der }.inside(SEQUENCE).and_then(|mut fields| fields.element()).ok()?;
        Some(Self {
            subject: body.subject().to_string(),
            issuer: body.issuer().to_string(),
            serial: body.serial_number().to_string(),
            not_before: date(body.validity().not_before),
            not_after: date(body.validity().not_after),
            der: der.to_vec(),
            raw_subject: body.subject().to_der().ok()?,
            raw_issuer: body.issuer().to_der().ok()?,
            raw_serial: body.serial_number().as_bytes().to_vec(),
            key_id,
            issuer_key_id,
            key: Key {
                kind: info.algorithm.oid.to_string(),
                curve: parameters
                    .and_then(|any| any.decode_as::<ObjectIdentifier>().ok())
                    .map(|oid| oid.to_string()),
                bytes: info.subject_public_key.as_bytes()?.to_vec(),
            },
            body: signed.whole.to_vec(),
            algorithm: x509.signature_algorithm().oid.to_string(),
            signature: x509.signature().as_bytes()?.to_vec(),
            limits: Limits::read(extensions),
        })
    }

    /// The certificates of a file, PEM or DER, in their order.
    ///
    /// # Errors
    /// It holds none, or one of them cannot be read.
    pub fn all(bytes: &[u8]) -> Result<Vec<Self>, PemError> {
        let blocks = blocks(bytes)?;
        let is_certificate = |label: &str| matches!(label, "" | "CERTIFICATE" | "X509 CERTIFICATE");
        let mut found = Vec::new();
        for block in blocks.iter().filter(|block| is_certificate(&block.label)) {
            found.push(Self::read(&block.der).ok_or(PemError::Certificate(found.len() + 1))?);
        }
        if found.is_empty() { Err(PemError::NoCertificate(instead(&blocks))) } else { Ok(found) }
    }

    /// The part of the subject's name that says most: its common name, or the whole.
    pub fn name(&self) -> String {
        common_name(&self.subject).unwrap_or_else(|| self.subject.clone())
    }

    /// The same of who issued it.
    pub fn issuer_name(&self) -> String {
        common_name(&self.issuer).unwrap_or_else(|| self.issuer.clone())
    }

    /// Its subjectKeyIdentifier in hexadecimal, where it has one.
    pub fn key_identifier(&self) -> Option<String> {
        Some(self.key_id.as_ref()?.iter().map(|byte| format!("{byte:02X}")).collect())
    }

    /// Its public key.
    #[cfg(feature = "sign")]
    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// Its issuer's name in DER, and the content of its serial number: how a message names its signer.
    #[cfg(feature = "sign")]
    pub(crate) fn issuer_and_serial(&self) -> (&[u8], &[u8]) {
        (&self.raw_issuer, &self.raw_serial)
    }

    /// Whether it names itself as its issuer.
    pub fn is_self_issued(&self) -> bool {
        self.raw_subject == self.raw_issuer
    }

    /// Whether another certificate names this one's subject as its issuer, and this one's key where both say it; not
    /// whether it signed it.
    pub(super) fn is_issuer_of(&self, other: &Certificate) -> bool {
        let key = match (&self.key_id, &other.issuer_key_id) {
            (Some(own), Some(wanted)) => own == wanted,
            _ => true,
        };
        key && self.raw_subject == other.raw_issuer
    }

    /// Whether this one's key has signed another certificate; an error says why nobody here can tell.
    ///
    /// # Errors
    /// The algorithm is not judged here, or is SHA-1, which can be forged.
    pub(super) fn has_signed(&self, other: &Certificate) -> Result<bool, String> {
        issued(&self.key, &other.algorithm, &other.body, &other.signature).map_err(|why| match why {
            Some(Hash::Sha1) => format!("the certificate of {} is signed with SHA-1", other.name()),
            _ => format!("how the certificate of {} is signed is not judged here", other.name()),
        })
    }

    /// Why it does not count on a day, as a sentence; none if it does. The first and the last day count whole.
    pub fn outdated(&self, today: jiff::civil::Date) -> Option<String> {
        let today = today.to_string();
        let day =
            |date: &Option<Date>| date.map(|date| date.to_string().chars().take(10).collect::<String>());
        if let Some(last) = day(&self.not_after).filter(|last| *last < today) {
            return Some(format!("the certificate of {} expired on {last}", self.name()));
        }
        let first = day(&self.not_before).filter(|first| *first > today)?;
        Some(format!("the certificate of {} is not valid before {first}", self.name()))
    }

    /// Why it may not sign documents, as a sentence; none if it may.
    pub fn unfit_to_sign(&self) -> Option<String> {
        let may = self.limits.usage.is_none_or(|(documents, _)| documents);
        (!may).then(|| format!("the certificate of {} is not for signatures, by its keyUsage", self.name()))
    }

    /// Why it may not stand above others in a chain, with `below` authorities between it and the signer; none if it may.
    pub(super) fn unfit_to_issue(&self, below: usize) -> Option<String> {
        let name = self.name();
        if !self.limits.authority {
            return Some(format!("{name} is no certificate authority, by its basicConstraints"));
        }
        if self.limits.usage.is_some_and(|(_, certificates)| !certificates) {
            return Some(format!("{name} may not issue certificates, by its keyUsage"));
        }
        let depth = self.limits.depth.filter(|depth| usize::from(*depth) < below)?;
        Some(format!("{name} allows {depth} authorities below it, and there are {below}"))
    }

    /// Why nobody here can say whether it counts: a critical extension that is not understood.
    pub(super) fn not_understood(&self) -> Option<String> {
        let name = self.name();
        if self.limits.damaged {
            return Some(format!("an extension of the certificate of {name} cannot be read"));
        }
        let oid = self.limits.unknown.as_ref()?;
        Some(format!(
            "the certificate of {name} has the critical extension {oid}, which is not understood here"
        ))
    }
}

impl Limits {
    fn read(extensions: &[Extension]) -> Self {
        let constraints = of(extensions, CONSTRAINTS).map(BasicConstraints::from_der);
        let usage = of(extensions, USAGE).map(KeyUsage::from_der);
        let damaged =
            constraints.as_ref().is_some_and(Result::is_err) || usage.as_ref().is_some_and(Result::is_err);
        let constraints = constraints.and_then(Result::ok);
        let unknown = extensions.iter().filter(|extension| extension.critical).find_map(|extension| {
            let oid = extension.extn_id.to_string();
            (!KNOWN.contains(&oid.as_str()) && !oid.starts_with(APPLE)).then_some(oid)
        });
        Self {
            authority: constraints.as_ref().is_some_and(|found| found.ca),
            depth: constraints.and_then(|found| found.path_len_constraint),
            usage: usage
                .and_then(Result::ok)
                .map(|usage| (usage.digital_signature() || usage.non_repudiation(), usage.key_cert_sign())),
            unknown,
            damaged,
        }
    }
}

fn of(extensions: &[Extension], oid: ObjectIdentifier) -> Option<&[u8]> {
    extensions
        .iter()
        .find(|extension| extension.extn_id == oid)
        .map(|extension| extension.extn_value.as_bytes())
}

/// The common name in a name of RFC 4514, in which a comma may stand behind a backslash.
fn common_name(name: &str) -> Option<String> {
    let mut rest = name;
    loop {
        let mut escaped = false;
        let end = rest.find(|c| {
            let ends = matches!(c, ',' | '+') && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let (part, after) = match end {
            Some(end) => (rest.get(..end)?, rest.get(end + 1..)),
            None => (rest, None),
        };
        if let Some(found) = part.trim_start().strip_prefix("CN=") {
            return Some(unescaped(found)).filter(|found| !found.is_empty());
        }
        rest = after?;
    }
}

/// Without the backslashes in front of characters that have a meaning in names; those of bytes stay.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' || chars.peek().is_none_or(char::is_ascii_hexdigit) {
            out.push(c);
        } else if let Some(next) = chars.next() {
            out.push(next);
        }
    }
    out
}

fn date(time: x509_cert::time::Time) -> Option<Date> {
    Date::from_seconds(i64::try_from(time.to_unix_duration().as_secs()).ok()?)
}

#[cfg(test)]
mod tests {
    use super::common_name;

    #[test]
    fn a_common_name_may_hold_commas() {
        let name = |text| common_name(text).unwrap();
        assert_eq!(
            name("CN=Developer ID Installer: Example\\, Inc. (AB12),OU=AB12"),
            "Developer ID Installer: Example, Inc. (AB12)"
        );
        assert_eq!(name("O=a\\,CN=b,CN=c"), "c");
        assert_eq!(name("O=a+CN=b\\\\,C=DE"), "b\\");
        assert_eq!(common_name("O=a,OU=b"), None);
        assert_eq!(common_name("O=a,CN="), None);
    }
}
