//! Certificates, as far as a signature needs them.

use crate::value::Date;
use x509_cert::Certificate as X509;
use x509_cert::der::{Decode, Encode, oid::ObjectIdentifier};

/// subjectKeyIdentifier.
const KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");

/// A certificate of a signed message.
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
    /// Names and serial number as they are encoded, to be compared.
    raw_subject: Vec<u8>,
    pub(super) raw_issuer: Vec<u8>,
    pub(super) raw_serial: Vec<u8>,
    pub(super) key_id: Option<Vec<u8>>,
    /// The object identifier of its key's algorithm, that of the curve, and the key itself.
    pub(super) key_kind: String,
    pub(super) curve: Option<String>,
    pub(super) key: Vec<u8>,
}

impl Certificate {
    /// Reads a certificate in DER; none if it is none.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let x509 = X509::from_der(der).ok()?;
        let body = x509.tbs_certificate();
        let info = body.subject_public_key_info();
        let parameters = info.algorithm.parameters.as_ref();
        let key_id = body.extensions().and_then(|list| {
            let extension = list.iter().find(|extension| extension.extn_id == KEY)?;
            // The value is an octet string inside the octet string of the extension.
            let value = extension.extn_value.as_bytes();
            let mut inner = crate::value::read::cms::Elements { rest: value };
            inner.whole(crate::value::read::cms::OCTETS).ok().map(<[u8]>::to_vec)
        });
        Some(Self {
            subject: body.subject().to_string(),
            issuer: body.issuer().to_string(),
            serial: body.serial_number().to_string(),
            not_before: date(body.validity().not_before),
            not_after: date(body.validity().not_after),
            raw_subject: body.subject().to_der().ok()?,
            raw_issuer: body.issuer().to_der().ok()?,
            raw_serial: body.serial_number().as_bytes().to_vec(),
            key_id,
            key_kind: info.algorithm.oid.to_string(),
            curve: parameters
                .and_then(|any| any.decode_as::<ObjectIdentifier>().ok())
                .map(|oid| oid.to_string()),
            key: info.subject_public_key.as_bytes()?.to_vec(),
        })
    }

    /// The part of the subject's name that says most: its common name, or the whole.
    pub fn name(&self) -> &str {
        let mut parts = self.subject.split(',');
        parts.find_map(|part| part.strip_prefix("CN=")).unwrap_or(&self.subject)
    }

    /// Whether another certificate names this one's subject as its issuer; not whether it signed it.
    pub(super) fn is_issuer_of(&self, other: &Certificate) -> bool {
        self.raw_subject == other.raw_issuer
    }

    /// Why it does not count on a day, as a sentence; none if it does. The first and the last day count whole.
    pub(super) fn outdated(&self, today: jiff::civil::Date) -> Option<String> {
        let today = today.to_string();
        let day =
            |date: &Option<Date>| date.map(|date| date.to_string().chars().take(10).collect::<String>());
        if let Some(last) = day(&self.not_after).filter(|last| *last < today) {
            return Some(format!("the certificate of {} expired on {last}", self.name()));
        }
        let first = day(&self.not_before).filter(|first| *first > today)?;
        Some(format!("the certificate of {} is not valid before {first}", self.name()))
    }
}

fn date(time: x509_cert::time::Time) -> Option<Date> {
    Date::from_seconds(i64::try_from(time.to_unix_duration().as_secs()).ok()?)
}
