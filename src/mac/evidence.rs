//! Which profile set a key: what `profiles show` printed when a snapshot was taken.

use super::tree::Tree;
use crate::catalog::Catalog;
use crate::finding::{Findings, Sources};
use crate::plan::Channel;
use crate::profile::read::{HeldPayload, HeldProfile, Input, load};
use crate::value::Value;
use std::collections::BTreeMap;

/// Where a snapshot keeps what `profiles show -all -output stdout-xml` printed.
pub const PROFILES: &str = "/evidence/profiles.plist";
/// The largest such file, in bytes.
const LARGEST: usize = 16 << 20;

/// A user (none: the Mac itself), and what a profile is called.
type Named = (Option<String>, String);

/// The profiles that set keys, as far as the Mac shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Whether the Mac showed its profiles at all.
    pub there: bool,
    /// By domain and key: the user (none for the Mac itself) and what the profile is called.
    by_key: BTreeMap<(String, String), Vec<Named>>,
    /// Payloads of Apple's that the catalogue describes: the user, the type, and what is in it.
    payloads: Vec<(Option<String>, String, BTreeMap<String, Value>)>,
}

impl Evidence {
    /// What the profiles are called that set a key for the Mac, or for this user.
    pub fn profiles(&self, domain: &str, key: &str, user: Option<&str>) -> Vec<&str> {
        if self.by_key.is_empty() {
            return Vec::new();
        }
        let found = self.by_key.get(&(domain.to_owned(), key.to_owned())).into_iter().flatten();
        let of = |whose: &Option<String>| whose.is_none() || whose.as_deref() == user;
        found.filter(|(whose, _)| of(whose)).map(|(_, name)| name.as_str()).collect()
    }

    /// What is in the payloads of a type that the Mac has, or this user.
    pub fn payloads(&self, kind: &str, user: Option<&str>) -> impl Iterator<Item = &BTreeMap<String, Value>> {
        let of = move |whose: &Option<String>| whose.is_none() || whose.as_deref() == user;
        let found = self.payloads.iter().filter(move |(whose, known, _)| known == kind && of(whose));
        found.map(|(.., keys)| keys)
    }

    /// The keys of a domain that profiles set for the Mac alone, or for this user alone, with what they are called.
    pub fn of_domain(&self, domain: &str, user: Option<&str>) -> Vec<(&str, Vec<String>)> {
        let keys = self.by_key.iter().filter(|((of, _), _)| of == domain);
        let own = keys.map(|((_, key), all)| {
            let names = all.iter().filter(|(whose, _)| whose.as_deref() == user);
            (key.as_str(), names.map(|(_, name)| name.clone()).collect::<Vec<_>>())
        });
        own.filter(|(_, names)| !names.is_empty()).collect()
    }
}

/// Reads what the Mac shows of its profiles. What cannot be read of it proves nothing, and is left out.
pub(super) fn evidence(tree: &dyn Tree, catalog: &Catalog<'_>) -> Evidence {
    let Ok(Some(bytes)) = tree.read(PROFILES, LARGEST) else { return Evidence::default() };
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let input = Input { label: PROFILES, bytes: &bytes, domain: None };
    let Some(held) = load(&input, catalog, &mut sources, &mut findings) else { return Evidence::default() };
    let mut by_key: BTreeMap<_, Vec<Named>> = BTreeMap::new();
    for (profile, domain, setting) in held.settings() {
        let device = matches!(&profile.scope, Some((Channel::Device, _)));
        let user = profile.user.clone().filter(|_| !device);
        let entry = by_key.entry((domain.name.clone(), setting.key.clone())).or_default();
        let name = (user, called(profile));
        if !entry.contains(&name) {
            entry.push(name);
        }
    }
    let mut payloads = Vec::new();
    for profile in &held.profiles {
        let device = matches!(&profile.scope, Some((Channel::Device, _)));
        let user = profile.user.clone().filter(|_| !device);
        for payload in profile.payloads.iter().filter(|payload| catalog.is_apple_payload(&payload.kind)) {
            payloads.push((user.clone(), payload.kind.clone(), keys(payload)));
        }
    }
    Evidence { there: true, by_key, payloads }
}

/// The keys of a payload without its envelope.
fn keys(payload: &HeldPayload) -> BTreeMap<String, Value> {
    let inner = match payload.envelope.get("PayloadContent") {
        Some(Value::Dictionary(entries)) => entries,
        _ => &payload.envelope.entries,
    };
    let own = inner.iter().filter(|(key, _)| !key.starts_with("Payload"));
    own.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// What people call a profile, with the identifier that an MDM knows.
fn called(profile: &HeldProfile) -> String {
    let text = |key: &str| profile.envelope.text(key).filter(|text| !text.trim().is_empty());
    match (text("PayloadDisplayName"), text("PayloadIdentifier")) {
        (Some(name), Some(identifier)) => format!("{name} ({identifier})"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "a profile without a name".to_owned(),
    }
}
