//! Private keys in files: PKCS #8, encrypted or not, PKCS #1 and SEC 1; PEM or DER.

use crate::profile::signature::pem::{Block, PemError, blocks, instead};
use crate::profile::signature::verify::{EC, Key as Public, P256, P384, RSA, rsa_key};
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::traits::PublicKeyParts as _;
use rsa::{RsaPrivateKey, RsaPublicKey};
use sec1::EcPrivateKey;
use sha2::Sha256;
use thiserror::Error;
use x509_cert::der::Decode as _;
use x509_cert::der::asn1::ObjectIdentifier;
use zeroize::Zeroizing;

/// Bits of an RSA key at least: shorter ones can be broken.
const SHORTEST: u32 = 2048;
/// Bits of an RSA key at most: nobody verifies longer ones here.
const LONGEST: u32 = 8192;

/// A private key. What is in it is wiped from memory when it goes.
pub struct Key(Kind);

enum Kind {
    Rsa(Box<RsaPrivateKey>),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
}

/// Why a private key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The file is none of keys.
    #[error(transparent)]
    File(#[from] PemError),
    /// There is no private key in it, but something else: what.
    #[error("it holds no private key{0}")]
    None(String),
    /// There is more than one.
    #[error("it holds {0} private keys: leave the one that signs")]
    Several(usize),
    /// The key of an SSH client.
    #[error("it holds a key of OpenSSH: `ssh-keygen -p -m PKCS8 -f FILE` makes PKCS #8 of it")]
    Ssh,
    /// Encrypted as openssl did it before PKCS #8.
    #[error(
        "its key is encrypted in the old way of openssl: `openssl pkcs8 -topk8 -in FILE -out key.pem` makes PKCS #8 of it"
    )]
    OldCipher,
    /// Encrypted with something else than PBES2: what.
    #[error(
        "its key is encrypted with {0}, which prefsmith does not open: `openssl pkcs8 -topk8 -v2 aes256 -in FILE -out \
         key.pem` encrypts it anew"
    )]
    Cipher(String),
    /// The pass phrase could not be had: why.
    #[error("{0}")]
    NoPass(String),
    /// The pass phrase is not that of the key.
    #[error("the pass phrase does not open its key")]
    WrongPass,
    /// Neither RSA nor one of the two curves: what.
    #[error("its key is of the kind {0}: prefsmith signs with RSA, P-256 and P-384")]
    Kind(String),
    /// An RSA key of too few or too many bits.
    #[error("its RSA key has {0} bits: prefsmith signs with 2048 to 8192")]
    Size(u32),
    /// What is in it is no key.
    #[error("its key is damaged")]
    Damaged,
}

/// What gives the pass phrase of an encrypted key: called once at most, and only if there is one.
pub type Ask<'a> = &'a mut dyn FnMut() -> Result<Zeroizing<Vec<u8>>, String>;

impl Key {
    /// Reads the private key of a file, which may hold certificates besides.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn read(bytes: &[u8], pass: Ask<'_>) -> Result<Self, KeyError> {
        let blocks = blocks(bytes)?;
        let is_key = |block: &&Block| block.label.is_empty() || block.label.ends_with("PRIVATE KEY");
        let keys: Vec<&Block> = blocks.iter().filter(is_key).collect();
        match keys.as_slice() {
            [] => Err(KeyError::None(instead(&blocks))),
            [key] if key.old_cipher => Err(KeyError::OldCipher),
            [key] => Self::block(key, pass),
            several => Err(KeyError::Several(several.len())),
        }
    }

    fn block(block: &Block, pass: Ask<'_>) -> Result<Self, KeyError> {
        match block.label.as_str() {
            "PRIVATE KEY" => Self::pkcs8(&block.der),
            "ENCRYPTED PRIVATE KEY" => Self::encrypted(&block.der, pass),
            "RSA PRIVATE KEY" => Self::pkcs1(&block.der),
            "EC PRIVATE KEY" => Self::sec1(&block.der, None),
            "OPENSSH PRIVATE KEY" => Err(KeyError::Ssh),
            "" if PrivateKeyInfoRef::try_from(block.der.as_slice()).is_ok() => Self::pkcs8(&block.der),
            "" if is_encrypted(&block.der) => Self::encrypted(&block.der, pass),
            "" if EcPrivateKey::from_der(&block.der).is_ok() => Self::sec1(&block.der, None),
            "" => Self::pkcs1(&block.der).map_err(|error| match error {
                KeyError::Damaged => KeyError::None(String::new()),
                other => other,
            }),
            other => Err(KeyError::Kind(other.trim_end_matches(" PRIVATE KEY").to_owned())),
        }
    }

    fn encrypted(der: &[u8], pass: Ask<'_>) -> Result<Self, KeyError> {
        let other = || KeyError::Cipher(cipher(der).unwrap_or_else(|| "an unknown cipher".to_owned()));
        let info = EncryptedPrivateKeyInfoRef::try_from(der).map_err(|_| match is_encrypted(der) {
            true => other(),
            false => KeyError::Damaged,
        })?;
        if info.encryption_algorithm.pbes2().is_none() {
            return Err(other());
        }
        let pass = pass().map_err(KeyError::NoPass)?;
        match info.decrypt(pass.as_slice()) {
            // A wrong phrase that happens to leave a good padding gives noise instead of a key.
            Ok(plain) if PrivateKeyInfoRef::try_from(plain.as_bytes()).is_err() => Err(KeyError::WrongPass),
            Ok(plain) => Self::pkcs8(plain.as_bytes()),
            Err(_) => Err(KeyError::WrongPass),
        }
    }

    fn pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let info = PrivateKeyInfoRef::try_from(der).map_err(|_| KeyError::Damaged)?;
        let inner = info.private_key.as_bytes();
        match info.algorithm.oid.to_string().as_str() {
            RSA => Self::pkcs1(inner),
            EC => Self::sec1(inner, info.algorithm.parameters_oid().ok()),
            other => Err(KeyError::Kind(kind(other))),
        }
    }

    fn pkcs1(der: &[u8]) -> Result<Self, KeyError> {
        let key = RsaPrivateKey::from_pkcs1_der(der).map_err(|_| KeyError::Damaged)?;
        let bits = key.n().bits();
        if (SHORTEST..=LONGEST).contains(&bits) {
            Ok(Self(Kind::Rsa(Box::new(key))))
        } else {
            Err(KeyError::Size(bits))
        }
    }

    /// A key on a curve, which PKCS #8 names outside of it.
    fn sec1(der: &[u8], curve: Option<ObjectIdentifier>) -> Result<Self, KeyError> {
        let key = EcPrivateKey::from_der(der).map_err(|_| KeyError::Damaged)?;
        let own = key.parameters.and_then(|parameters| parameters.named_curve());
        let curve = curve.or(own).ok_or(KeyError::Damaged)?.to_string();
        let damaged = |_| KeyError::Damaged;
        Ok(Self(match curve.as_str() {
            P256 => Kind::P256(p256::ecdsa::SigningKey::from_slice(key.private_key).map_err(damaged)?),
            P384 => Kind::P384(p384::ecdsa::SigningKey::from_slice(key.private_key).map_err(damaged)?),
            other => return Err(KeyError::Kind(kind(other))),
        }))
    }

    /// What it is, in words: `RSA with 2048 bits`, `P-256`.
    pub fn words(&self) -> String {
        match &self.0 {
            Kind::Rsa(key) => format!("RSA with {} bits", key.n().bits()),
            Kind::P256(_) => "P-256".to_owned(),
            Kind::P384(_) => "P-384".to_owned(),
        }
    }

    /// Whether it is the private half of a public key.
    pub(super) fn fits(&self, public: &Public) -> bool {
        match (&self.0, public.name()) {
            (Kind::Rsa(key), Some("RSA")) => {
                rsa_key(&public.bytes).is_some_and(|public| public == RsaPublicKey::from(key.as_ref()))
            }
            (Kind::P256(key), Some("ECDSA P-256")) => {
                let public = p256::ecdsa::VerifyingKey::from_sec1_bytes(&public.bytes);
                public.is_ok_and(|public| public == *key.verifying_key())
            }
            (Kind::P384(key), Some("ECDSA P-384")) => {
                let public = p384::ecdsa::VerifyingKey::from_sec1_bytes(&public.bytes);
                public.is_ok_and(|public| public == *key.verifying_key())
            }
            _ => false,
        }
    }

    /// Whether it is an RSA key.
    pub(super) fn is_rsa(&self) -> bool {
        matches!(self.0, Kind::Rsa(_))
    }

    /// Signs a SHA-256 digest: PKCS #1 v1.5, or ECDSA with the number that RFC 6979 derives from key and digest. The
    /// same digest gives the same signature.
    ///
    /// RSA's exponentiation is blinded with random numbers of the system, which do not show in the result: what a
    /// bystander could measure does not depend on the key alone (RUSTSEC-2023-0071).
    pub(super) fn sign(&self, digest: &[u8]) -> Option<Vec<u8>> {
        match &self.0 {
            Kind::Rsa(key) => key.sign(Pkcs1v15Sign::new::<Sha256>(), digest).ok(),
            Kind::P256(key) => {
                let signature: p256::ecdsa::DerSignature = key.sign_prehash(digest).ok()?;
                Some(signature.as_bytes().to_vec())
            }
            Kind::P384(key) => {
                let signature: p384::ecdsa::DerSignature = key.sign_prehash(digest).ok()?;
                Some(signature.as_bytes().to_vec())
            }
        }
    }
}

/// The cipher of what has the shape of an encrypted key: a sequence of an algorithm and octets.
fn cipher(der: &[u8]) -> Option<String> {
    use crate::value::read::cms::{Elements, IDENTIFIER, OCTETS, SEQUENCE};
    let mut fields = Elements { rest: der }.inside(SEQUENCE).ok()?;
    let oid = fields.inside(SEQUENCE).ok()?.whole(IDENTIFIER).ok()?;
    fields.whole(OCTETS).ok()?;
    let oid = ObjectIdentifier::from_bytes(oid).ok()?.to_string();
    Some(match oid.as_str() {
        "1.2.840.113549.1.5.13" => "an algorithm of PBES2 that is not known here".to_owned(),
        "1.2.840.113549.1.5.3" => "MD5 and DES (PBES1)".to_owned(),
        "1.2.840.113549.1.5.10" => "SHA-1 and DES (PBES1)".to_owned(),
        "1.2.840.113549.1.12.1.3" => "SHA-1 and triple DES (PKCS #12)".to_owned(),
        "1.2.840.113549.1.12.1.6" => "SHA-1 and RC2 (PKCS #12)".to_owned(),
        _ => oid,
    })
}

fn is_encrypted(der: &[u8]) -> bool {
    cipher(der).is_some()
}

/// What people call a kind of key or a curve that does not sign here.
fn kind(oid: &str) -> String {
    let known = match oid {
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        "1.2.840.10040.4.1" => "DSA",
        "1.2.840.113549.1.1.10" => "RSA-PSS",
        "1.3.132.0.35" => "P-521",
        "1.3.132.0.10" => "secp256k1",
        "1.3.132.0.33" => "P-224",
        other => other,
    };
    known.to_owned()
}
