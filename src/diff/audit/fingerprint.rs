//! Which Mac a snapshot is of, in eight bytes.

use crate::mac::About;
use sha2::{Digest as _, Sha256};

/// Which Mac a snapshot is of: the first eight bytes of the SHA-256 of `serial:` and the serial number, or where the
/// snapshot has none, of `uuid:` and the hardware UUID; both in capitals. Ordered as numbers.
///
/// It is an interface: a later audit finds the Macs of an earlier one by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint(pub u64);

impl Fingerprint {
    /// Of what a snapshot says of itself; none where it says neither.
    pub fn of(about: &About) -> Option<Self> {
        let said = |text: &Option<String>| {
            text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_uppercase)
        };
        let serial = said(&about.serial).map(|serial| format!("serial:{serial}"));
        let named = serial.or_else(|| said(&about.hardware_uuid).map(|uuid| format!("uuid:{uuid}")))?;
        let digest = Sha256::digest(named.as_bytes());
        let first = digest.first_chunk::<8>().copied().unwrap_or_default();
        Some(Self(u64::from_be_bytes(first)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// printf 'serial:C02EXAMPLE07' | sha256sum; printf 'uuid:…' | sha256sum
    #[test]
    fn what_a_shell_says_too() {
        let of = |serial: Option<&str>, uuid: Option<&str>| {
            let (serial, hardware_uuid) = (serial.map(str::to_owned), uuid.map(str::to_owned));
            Fingerprint::of(&About { serial, hardware_uuid, ..About::default() }).map(|print| print.0)
        };
        let uuid = "7BA5B2D9-8E5A-5C3B-9B1A-0123456789AB";
        assert_eq!(of(Some("C02EXAMPLE07"), None), Some(SERIAL));
        assert_eq!(of(Some(" c02example07 "), Some(uuid)), Some(SERIAL));
        assert_eq!(of(Some(" "), Some(&uuid.to_lowercase())), Some(UUID));
        assert_eq!(of(None, None), None);
    }

    const SERIAL: u64 = 0x1699_e344_1cb1_b647;
    const UUID: u64 = 0x9218_5fb4_9ab0_45c6;
}
