//! Identifiers and UUIDs of profiles: made from what a policy calls itself, never from chance or from values.
//!
//! They are an interface: an MDM and a Mac know a profile by them, and a change of one leaves the old profile
//! behind beside the new one. Golden tests hold them fast.

use crate::plan::{Channel, Passed};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The namespace of every UUID that prefsmith makes.
const NAMESPACE: Uuid = Uuid::from_u128(0x6d1f_36b5_0c35_5d9c_9b8e_58f0_8a1d_7c42);

/// How a payload carries preferences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// `com.apple.ManagedClient.preferences`, with the domain inside.
    #[default]
    Mcx,
    /// A payload whose type is the domain itself.
    Domain,
}

impl Form {
    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Mcx => "mcx",
            Self::Domain => "domain",
        }
    }
}

/// Which part of a policy a profile holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Slice {
    /// All of it.
    #[default]
    Whole,
    /// One domain, with `--split`.
    Domain,
}

impl Slice {
    fn word(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Domain => "split",
        }
    }
}

/// The version 5 UUID of (policy id, channel, domain, form, slice), in capitals as Apple writes them.
///
/// `form` is none for a profile itself, whose UUID stays when the form changes; `domain` is empty for a profile
/// that holds the whole policy.
pub fn uuid(id: &str, channel: Channel, domain: &str, form: Option<Form>, slice: Slice) -> String {
    let form = form.map_or("profile", Form::word);
    v5(&[id, channel.word(), domain, form, slice.word()])
}

/// A newline stands in none of the parts, so that no two tuples give one text.
fn v5(parts: &[&str]) -> String {
    Uuid::new_v5(&NAMESPACE, parts.join("\n").as_bytes()).hyphenated().to_string().to_uppercase()
}

/// The UUID that is made for a payload that is carried as it stands and has none: the version 5 UUID of (policy id,
/// channel, type, name of its file, number among those of its type there, slice).
pub fn passed_uuid(id: &str, channel: Channel, passed: &Passed, slice: Slice) -> String {
    let number = passed.number.to_string();
    v5(&[id, channel.word(), &passed.kind, "payload", &passed.stem(), &number, slice.word()])
}

/// The identifier that is made for such a payload: below that of its profile.
pub fn passed_identifier(id: &str, passed: &Passed, slice: Slice) -> String {
    let (kind, stem) = (passed.kind.trim_start_matches('.'), passed.stem());
    let number = if passed.number > 1 { format!(".{}", passed.number) } else { String::new() };
    match slice {
        Slice::Whole => format!("{id}.{kind}.{stem}{number}"),
        Slice::Domain => format!("{id}.{stem}.{kind}{number}"),
    }
}

/// The identifier and the UUID of the profile that holds the payloads of one file, with `--split`.
pub fn file_identity(id: &str, channel: Channel, stem: &str) -> (String, String) {
    let uuid = v5(&[id, channel.word(), stem, "payload-file", Slice::Domain.word()]);
    (format!("{id}.{stem}"), uuid)
}

/// The identifier of a profile: the policy's own, with the domain for a part of it.
pub fn identifier(id: &str, domain: &str, slice: Slice) -> String {
    match slice {
        Slice::Whole => id.to_owned(),
        Slice::Domain => format!("{id}.{}", domain.trim_start_matches('.')),
    }
}

/// The identifier of a payload: below that of its profile.
pub fn payload_identifier(id: &str, domain: &str, slice: Slice) -> String {
    match slice {
        Slice::Whole => format!("{id}.{}", domain.trim_start_matches('.')),
        Slice::Domain => format!("{}.settings", identifier(id, domain, slice)),
    }
}

/// Identifiers to keep from a profile that is deployed already: `--keep-identifiers-from`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// `PayloadIdentifier` of the profile.
    pub identifier: String,
    /// `PayloadUUID` of the profile.
    pub uuid: String,
    /// `PayloadIdentifier` and `PayloadUUID` of the payload of each domain.
    pub payloads: BTreeMap<String, (String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These are known to Macs in the field. A change here leaves their profiles behind.
    #[test]
    fn golden_uuids() {
        let make =
            |channel, domain: &str, form, slice| uuid("com.example.office", channel, domain, form, slice);
        let word = "com.microsoft.Word";
        let all = [
            make(Channel::Device, "", None, Slice::Whole),
            make(Channel::Device, word, Some(Form::Mcx), Slice::Whole),
            make(Channel::Device, word, Some(Form::Domain), Slice::Whole),
            make(Channel::Device, word, None, Slice::Domain),
            make(Channel::Device, word, Some(Form::Mcx), Slice::Domain),
            make(Channel::User, word, Some(Form::Mcx), Slice::Whole),
        ];
        insta::assert_snapshot!(all.join("\n"));
    }

    /// As above, for what is carried as it stands and brings no identifiers.
    #[test]
    fn golden_identities_of_payloads() {
        let (id, device) = ("com.example.office", Channel::Device);
        let tcc = "com.apple.TCC.configuration-profile-policy";
        let passed = |file: &str, number| {
            let source = crate::finding::Sources::new().add("", "");
            Passed {
                kind: tcc.to_owned(),
                identifier: None,
                uuid: None,
                value: BTreeMap::new(),
                places: crate::value::Places::leaf(crate::finding::Origin::Whole(source)),
                origin: crate::finding::Origin::Whole(source),
                file: file.to_owned(),
                number,
                scope: None,
                why: None,
            }
        };
        let of = |passed: &Passed, slice| {
            format!("{} {}", passed_identifier(id, passed, slice), passed_uuid(id, device, passed, slice))
        };
        let file = file_identity(id, device, "tcc");
        let all = [
            of(&passed("payloads/tcc.plist", 1), Slice::Whole),
            of(&passed("payloads/tcc.plist", 2), Slice::Whole),
            of(&passed("payloads/tcc.plist", 1), Slice::Domain),
            of(&passed("elsewhere/tcc.mobileconfig", 1), Slice::Whole),
            of(&passed("../Büro (neu).plist", 1), Slice::Whole),
            format!("{} {}", file.0, file.1),
        ];
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn identifiers_lie_below_the_policy() {
        assert_eq!(identifier("com.example.a", "", Slice::Whole), "com.example.a");
        assert_eq!(
            identifier("com.example.a", ".GlobalPreferences", Slice::Domain),
            "com.example.a.GlobalPreferences"
        );
        assert_eq!(payload_identifier("com.example.a", "x.y", Slice::Whole), "com.example.a.x.y");
        assert_eq!(payload_identifier("com.example.a", "x.y", Slice::Domain), "com.example.a.x.y.settings");
    }
}
