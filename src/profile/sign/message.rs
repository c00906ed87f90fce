//! The writer of signed messages: CMS SignedData (RFC 5652) in DER, with its content in it.

use super::{Identity, SignError};
use crate::value::Date;
use der::asn1::{Any, Null, ObjectIdentifier, OctetString, SetOfVec};
use der::{Decode as _, Encode as _, Sequence, Tag};
use sha2::{Digest as _, Sha256};
use x509_cert::attr::Attribute;
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_cert::time::Time;

/// id-data and id-signedData (RFC 5652, sections 4 and 5.1).
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// contentType, messageDigest, signingTime (section 11).
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
/// id-sha256 (RFC 5754, section 2), rsaEncryption (3.2), ecdsa-with-SHA256 (3.3).
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ECDSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

#[derive(Sequence)]
struct ContentInfo {
    kind: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    content: Any,
}

#[derive(Sequence)]
struct SignedData {
    version: u8,
    digests: SetOfVec<AlgorithmIdentifierOwned>,
    content: Encapsulated,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    certificates: SetOfVec<Any>,
    signers: SetOfVec<Any>,
}

#[derive(Sequence)]
struct Encapsulated {
    kind: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    content: OctetString,
}

#[derive(Sequence)]
struct SignerInfo {
    version: u8,
    signer: IssuerAndSerial,
    digest: AlgorithmIdentifierOwned,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    attributes: SetOfVec<Attribute>,
    algorithm: AlgorithmIdentifierOwned,
    signature: OctetString,
}

#[derive(Sequence)]
struct IssuerAndSerial {
    issuer: Any,
    serial: Any,
}

/// The message, in DER. The content stands in it as it is.
pub(super) fn write(content: &[u8], identity: &Identity, time: Option<Date>) -> Result<Vec<u8>, SignError> {
    let certificate = identity.certificate();
    let attributes = attributes(content, time)?;
    // Signed is the set itself, not the implicitly tagged one that stands in the message (RFC 5652, section 5.4).
    let signature = identity.key.sign(&Sha256::digest(attributes.to_der()?)).ok_or(SignError::Key)?;
    let digest = AlgorithmIdentifierOwned { oid: SHA256, parameters: None };
    let algorithm = match identity.key.is_rsa() {
        true => AlgorithmIdentifierOwned { oid: RSA, parameters: Some(Any::from(Null)) },
        false => AlgorithmIdentifierOwned { oid: ECDSA, parameters: None },
    };
    let (issuer, serial) = certificate.issuer_and_serial();
    let signer = SignerInfo {
        version: 1,
        signer: IssuerAndSerial { issuer: Any::from_der(issuer)?, serial: Any::new(Tag::Integer, serial)? },
        digest: digest.clone(),
        attributes,
        algorithm,
        signature: OctetString::new(signature)?,
    };
    let certificates = identity.chain().map(|one| Any::from_der(&one.der)).collect::<Result<Vec<_>, _>>()?;
    let signed = SignedData {
        version: 1,
        digests: SetOfVec::try_from(vec![digest])?,
        content: Encapsulated { kind: DATA, content: OctetString::new(content)? },
        certificates: SetOfVec::try_from(certificates)?,
        signers: SetOfVec::try_from(vec![Any::encode_from(&signer)?])?,
    };
    Ok(ContentInfo { kind: SIGNED_DATA, content: Any::encode_from(&signed)? }.to_der()?)
}

fn attributes(content: &[u8], time: Option<Date>) -> Result<SetOfVec<Attribute>, SignError> {
    let one = |oid, value: Any| -> Result<Attribute, der::Error> {
        Ok(Attribute { oid, values: SetOfVec::try_from(vec![value])? })
    };
    let digest = OctetString::new(Sha256::digest(content).to_vec())?;
    let mut list =
        vec![one(CONTENT_TYPE, Any::encode_from(&DATA)?)?, one(MESSAGE_DIGEST, Any::encode_from(&digest)?)?];
    if let Some(time) = time {
        let seconds = u64::try_from(time.seconds()).map_err(|_| SignError::Time(time))?;
        let moment = der::DateTime::from_unix_duration(std::time::Duration::from_secs(seconds));
        let moment = moment.map_err(|_| SignError::Time(time))?;
        // UTCTime until 2049, GeneralizedTime after it (RFC 5652, section 11.3).
        list.push(one(SIGNING_TIME, Any::encode_from(&Time::from(moment))?)?);
    }
    Ok(SetOfVec::try_from(list)?)
}
