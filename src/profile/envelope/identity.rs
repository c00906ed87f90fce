//! Identifiers and UUIDs of one profile: whether they are such, and whether each is there once.

use crate::finding::{Finding, Findings, Origin};
use crate::profile::read::{Dict, HeldProfile};
use std::collections::BTreeMap;

/// Identifiers and UUIDs inside one profile.
pub(super) fn within(profile: &HeldProfile, findings: &mut Findings) {
    let mut uuids: BTreeMap<String, (Origin, bool)> = BTreeMap::new();
    let mut identifiers: BTreeMap<&str, Origin> = BTreeMap::new();
    let payloads = profile.payloads.iter().map(|payload| (&payload.envelope, false));
    for (dict, whole) in std::iter::once((&profile.envelope, true)).chain(payloads) {
        let owner = if whole { "the profile" } else { "the payload" };
        if let Some(uuid) = text(dict, "PayloadUUID") {
            let at = dict.at("PayloadUUID");
            if let Some(why) = malformed(uuid) {
                let title = format!("PayloadUUID of {owner} is no UUID: {why}");
                findings
                    .push(Finding::new("bad-uuid", title).at(at.clone(), "").help("make one with `uuidgen`"));
            }
            match uuids.get(&uuid.to_uppercase()) {
                Some((first, of_profile)) => findings.push(same_uuid(at, first, *of_profile)),
                None => {
                    uuids.insert(uuid.to_uppercase(), (at.clone(), whole));
                }
            }
        }
        if let Some(identifier) = text(dict, "PayloadIdentifier").filter(|_| !whole) {
            let at = dict.at("PayloadIdentifier");
            match identifiers.get(identifier) {
                Some(first) => {
                    let title = format!("two payloads have the identifier `{identifier}`");
                    let finding = Finding::new("same-identifier", title).at(at.clone(), "");
                    findings.push(
                        finding
                            .at(first.clone(), "the first")
                            .help("give each payload an identifier of its own"),
                    );
                }
                None => {
                    identifiers.insert(identifier, at.clone());
                }
            }
        }
    }
}

/// A text of the envelope that is not empty.
pub(super) fn text<'d>(dict: &'d Dict, key: &str) -> Option<&'d str> {
    dict.text(key).filter(|text| !text.trim().is_empty())
}

fn same_uuid(at: &Origin, first: &Origin, of_profile: bool) -> Finding {
    let (title, label) = if of_profile {
        ("a payload has the UUID of its profile", "that of the profile")
    } else {
        ("two payloads have one UUID", "the first")
    };
    Finding::new("same-uuid", title)
        .at(at.clone(), "")
        .at(first.clone(), label)
        .help("make another one with `uuidgen`")
}

/// Why a text is no UUID as Apple's tools write them; none if it is one.
fn malformed(text: &str) -> Option<String> {
    const LENGTH: usize = 36;
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    let length = text.chars().count();
    if length != LENGTH {
        return Some(format!("it has {length} characters, not {LENGTH}"));
    }
    text.chars().enumerate().find_map(|(at, c)| {
        if HYPHENS.contains(&at) {
            (c != '-').then(|| format!("character {} is `{}`, not a hyphen", at + 1, c.escape_debug()))
        } else {
            let digit = c.is_ascii_hexdigit();
            (!digit).then(|| format!("character {} is `{}`, not 0-9 or A-F", at + 1, c.escape_debug()))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::malformed;

    #[test]
    fn forms_of_uuids() {
        assert_eq!(malformed("6D1F36B5-0C35-5D9C-9B8E-58F08A1D7C42"), None);
        assert_eq!(malformed("6d1f36b5-0c35-5d9c-9b8e-58f08a1d7c42"), None);
        let why = |text| malformed(text).unwrap();
        assert_eq!(why("6D1F36B5"), "it has 8 characters, not 36");
        assert_eq!(why("6D1F36B5-0C35-5D9C-9B8E-58F08A1D7C4G"), "character 36 is `G`, not 0-9 or A-F");
        assert_eq!(why("6D1F36B50-C35-5D9C-9B8E-58F08A1D7C42"), "character 9 is `0`, not a hyphen");
    }
}
