//! The arithmetic: digests of the content, and signatures by RSA (PKCS #1 v1.5) and ECDSA (P-256, P-384).
//!
//! Whatever else a signature is made with is not judged, and said so.

use super::message::{RawSigner, Who};
use super::{Certificate, Signer, Verdict};
use crate::value::Date;
use crate::value::read::cms::{Elements, IDENTIFIER, INTEGER, OCTETS, SEQUENCE};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::{BoxedUint, RsaPublicKey};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_cert::der::Decode;
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::time::Time;

/// messageDigest and contentType, 1.2.840.113549.1.9.4 and .3.
const MESSAGE_DIGEST: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x04";
const CONTENT_TYPE: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x03";

/// signingTime, 1.2.840.113549.1.9.5, and the tags of its two forms.
const SIGNING_TIME: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x05";
const TIMES: [u8; 2] = [0x17, 0x18];

pub(crate) const RSA: &str = "1.2.840.113549.1.1.1";
pub(crate) const EC: &str = "1.2.840.10045.2.1";
pub(crate) const P256: &str = "1.2.840.10045.3.1.7";
pub(crate) const P384: &str = "1.3.132.0.34";

/// The digests, by their object identifiers.
const DIGESTS: [(&str, Hash); 4] = [
    ("1.3.14.3.2.26", Hash::Sha1),
    ("2.16.840.1.101.3.4.2.1", Hash::Sha256),
    ("2.16.840.1.101.3.4.2.2", Hash::Sha384),
    ("2.16.840.1.101.3.4.2.3", Hash::Sha512),
];

/// The signatures, by their object identifiers: the family, and the digest where that is part of it.
const SIGNATURES: [(&str, Family, Option<Hash>); 10] = [
    (RSA, Family::Rsa, None),
    ("1.2.840.113549.1.1.5", Family::Rsa, Some(Hash::Sha1)),
    ("1.2.840.113549.1.1.11", Family::Rsa, Some(Hash::Sha256)),
    ("1.2.840.113549.1.1.12", Family::Rsa, Some(Hash::Sha384)),
    ("1.2.840.113549.1.1.13", Family::Rsa, Some(Hash::Sha512)),
    (EC, Family::Ecdsa, None),
    ("1.2.840.10045.4.1", Family::Ecdsa, Some(Hash::Sha1)),
    ("1.2.840.10045.4.3.2", Family::Ecdsa, Some(Hash::Sha256)),
    ("1.2.840.10045.4.3.3", Family::Ecdsa, Some(Hash::Sha384)),
    ("1.2.840.10045.4.3.4", Family::Ecdsa, Some(Hash::Sha512)),
];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Rsa,
    Ecdsa,
}

/// The public key of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// The object identifier of its algorithm.
    pub kind: String,
    /// That of its curve, where it has one.
    pub curve: Option<String>,
    /// The key itself: RSAPublicKey in DER, or a point.
    pub bytes: Vec<u8>,
}

impl Hash {
    fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    fn scheme(self) -> Pkcs1v15Sign {
        match self {
            Self::Sha1 => Pkcs1v15Sign::new::<Sha1>(),
            Self::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
            Self::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
            Self::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
        }
    }
}

fn dotted(identifier: &[u8]) -> String {
    ObjectIdentifier::from_bytes(identifier)
        .map_or_else(|_| "an unknown one".to_owned(), |oid| oid.to_string())
}

/// Judges one signature.
pub(super) fn verify(signer: &RawSigner<'_>, content: &[u8], certificates: &[Certificate]) -> Signer {
    let (digest, algorithm) = (dotted(signer.digest), dotted(signer.algorithm));
    let hash = DIGESTS.iter().find(|(oid, _)| *oid == digest).map(|(_, hash)| *hash);
    let known = SIGNATURES.iter().find(|(oid, ..)| *oid == algorithm);
    let at = certificates.iter().position(|certificate| belongs(signer, certificate));
    let certificate = at.and_then(|at| certificates.get(at));
    let mut judged = Signer {
        certificate: at,
        digest: hash.map_or_else(|| digest.clone(), |hash| hash.name().to_owned()),
        algorithm: algorithm.clone(),
        content: None,
        time: signing_time(signer),
        verdict: Verdict::Good,
    };
    let not = |why: String| Verdict::NotJudged(why);
    let Some(hash) = hash else {
        judged.verdict = not(format!("its digest is {digest}"));
        return judged;
    };
    if signer.attributes.is_some() {
        let said = signer.attribute(MESSAGE_DIGEST, OCTETS);
        judged.content = Some(said == Some(hash.of(content).as_slice()));
        if said.is_none() {
            judged.verdict = Verdict::Broken("its attributes hold no digest of the content");
            return judged;
        }
        if judged.content == Some(false) {
            judged.verdict = Verdict::Broken("the content was changed after it was signed");
            return judged;
        }
        if signer.attribute(CONTENT_TYPE, IDENTIFIER).is_some_and(|kind| kind != signer.kind) {
            judged.verdict = Verdict::Broken("it was made for another type of content");
            return judged;
        }
    }
    let Some(certificate) = certificate else {
        judged.verdict = not("the certificate of the signer is not in the file".to_owned());
        return judged;
    };
    judged.algorithm = certificate.key.name().map_or(algorithm.clone(), str::to_owned);
    judged.verdict = match known {
        Some((_, family, own)) if own.is_none_or(|own| own == hash) => {
            let bytes = signer.signed_attributes();
            let hashed = hash.of(bytes.as_deref().unwrap_or(content));
            holds(&certificate.key, *family, hash, &hashed, signer.signature)
        }
        Some(_) => not("its algorithm and its digest do not belong together".to_owned()),
        None => not(format!("its algorithm is {algorithm}")),
    };
    judged
}

fn belongs(signer: &RawSigner<'_>, certificate: &Certificate) -> bool {
    match signer.who {
        Who::Serial(issuer, serial) => certificate.raw_issuer == issuer && certificate.raw_serial == serial,
        Who::Key(key) => certificate.key_id.as_deref() == Some(key),
    }
}

/// When it was signed, by the signer's own word.
fn signing_time(signer: &RawSigner<'_>) -> Option<Date> {
    let found = TIMES.iter().find_map(|tag| Some((*tag, signer.attribute(SIGNING_TIME, *tag)?)));
    let (tag, text) = found?;
    let mut der = vec![tag, u8::try_from(text.len()).ok().filter(|length| *length < 0x80)?];
    der.extend_from_slice(text);
    let time = Time::from_der(&der).ok()?;
    Date::from_seconds(i64::try_from(time.to_unix_duration().as_secs()).ok()?)
}

impl Key {
    /// Its kind, if it is one of those that are judged.
    pub fn name(&self) -> Option<&'static str> {
        match (self.kind.as_str(), self.curve.as_deref()) {
            (RSA, _) => Some("RSA"),
            (EC, Some(P256)) => Some("ECDSA P-256"),
            (EC, Some(P384)) => Some("ECDSA P-384"),
            _ => None,
        }
    }
}

/// Whether the holder of a key has signed the body of a certificate.
///
/// # Errors
/// The algorithm or the kind of key is not judged, or the digest is one that can be forged: which.
pub(super) fn issued(
    key: &Key,
    algorithm: &str,
    body: &[u8],
    signature: &[u8],
) -> Result<bool, Option<Hash>> {
    let known = SIGNATURES.iter().find(|(oid, ..)| *oid == algorithm);
    let Some((_, family, Some(hash))) = known else { return Err(None) };
    if *hash == Hash::Sha1 {
        return Err(Some(*hash));
    }
    match holds(key, *family, *hash, &hash.of(body), signature) {
        Verdict::Good => Ok(true),
        Verdict::Broken(_) => Ok(false),
        Verdict::NotJudged(_) => Err(None),
    }
}

fn holds(key: &Key, family: Family, hash: Hash, hashed: &[u8], signature: &[u8]) -> Verdict {
    let broken = Verdict::Broken("it was not made with the key of its certificate, or was damaged");
    let unread =
        || Verdict::NotJudged("the key of its certificate cannot be read, or has an unusual size".to_owned());
    let good = match (family, key.name()) {
        (Family::Rsa, Some("RSA")) => match rsa_key(&key.bytes) {
            Some(key) => key.verify(hash.scheme(), hashed, signature).is_ok(),
            None => return unread(),
        },
        (Family::Ecdsa, Some("ECDSA P-256")) => {
            let Ok(key) = p256::ecdsa::VerifyingKey::from_sec1_bytes(&key.bytes) else {
                return unread();
            };
            let signature = p256::ecdsa::Signature::from_der(signature);
            signature.is_ok_and(|signature| key.verify_prehash(hashed, &signature).is_ok())
        }
        (Family::Ecdsa, Some("ECDSA P-384")) => {
            let Ok(key) = p384::ecdsa::VerifyingKey::from_sec1_bytes(&key.bytes) else {
                return unread();
            };
            let signature = p384::ecdsa::Signature::from_der(signature);
            signature.is_ok_and(|signature| key.verify_prehash(hashed, &signature).is_ok())
        }
        (_, Some(_)) => return broken,
        (_, None) => {
            let kind = key.curve.as_ref().unwrap_or(&key.kind);
            return Verdict::NotJudged(format!("the key of its certificate is of the kind {kind}"));
        }
    };
    if good { Verdict::Good } else { broken }
}

/// RSAPublicKey: a sequence of modulus and exponent.
pub(crate) fn rsa_key(key: &[u8]) -> Option<RsaPublicKey> {
    let mut fields = Elements { rest: key }.inside(SEQUENCE).ok()?;
    let mut number = || {
        let bytes = fields.whole(INTEGER).ok()?;
        let start = bytes.iter().position(|byte| *byte != 0)?;
        let bytes = bytes.get(start..)?;
        // Longer ones are refused by the library; they need not be counted with first.
        (bytes.len() <= 2048).then(|| BoxedUint::from_be_slice_vartime(bytes))
    };
    let (modulus, exponent) = (number()?, number()?);
    RsaPublicKey::new(modulus, exponent).ok()
}
