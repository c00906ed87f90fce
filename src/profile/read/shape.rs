//! What a property list is: a profile, a payload, what a Mac shows of its profiles, or preferences.

use super::payload::{self, Wrapped};
use super::{Content, Dict, Held, HeldDomain, HeldPayload, HeldProfile, Input, Shape};
use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Origin, SourceId};
use crate::plan::Channel;
use crate::profile::Form;
use crate::value::read::Read;
use crate::value::{Entry, Inside, Places, Value};
use std::collections::BTreeMap;

/// What profiles are called in the output of `profiles show`, and in a profile.
const SHOWN: [(&str, &str); 9] = [
    ("ProfileIdentifier", "PayloadIdentifier"),
    ("ProfileUUID", "PayloadUUID"),
    ("ProfileDisplayName", "PayloadDisplayName"),
    ("ProfileDescription", "PayloadDescription"),
    ("ProfileOrganization", "PayloadOrganization"),
    ("ProfileType", "PayloadType"),
    ("ProfileVersion", "PayloadVersion"),
    ("ProfileRemovalDisallowed", "PayloadRemovalDisallowed"),
    ("ProfileItems", "PayloadContent"),
];
/// The profiles of the Mac itself, in the output of `profiles show`.
const COMPUTER: &str = "_computerlevel";
/// What macOS writes into managed preference files beside the preferences.
const META: [&str; 2] = ["PayloadUUID", "_manualProfile"];

/// Tells what a property list is, and reads it as that.
pub(super) fn hold(
    read: Read,
    source: SourceId,
    input: &Input<'_>,
    catalog: &Catalog<'_>,
    findings: &mut Findings,
) -> Option<Held> {
    let dict = dictionary(read, findings)?;
    let shape = shape(&dict);
    let profiles = match shape {
        Shape::Profile => vec![profile(dict, catalog, findings)],
        Shape::Payload => vec![alone(payload::payload(dict, true, catalog, findings))],
        Shape::Shown => shown(&dict, catalog, findings),
        Shape::Domains => vec![alone(domains(dict, findings))],
        Shape::Preferences => vec![alone(preferences(dict, input, findings)?)],
    };
    Some(Held { source, shape, signed: false, message: None, profiles })
}

/// Reads a property list as the preferences of one domain.
pub(super) fn hold_preferences(
    read: Read,
    source: SourceId,
    input: &Input<'_>,
    findings: &mut Findings,
) -> Option<Held> {
    let profiles = vec![alone(preferences(dictionary(read, findings)?, input, findings)?)];
    Some(Held { source, shape: Shape::Preferences, signed: false, message: None, profiles })
}

fn dictionary(read: Read, findings: &mut Findings) -> Option<Dict> {
    let at = read.places.at.clone();
    let dict = Dict::new(read.value, read.places);
    if dict.is_none() {
        let title = "this property list is no dictionary: neither a profile nor preferences";
        findings.push(Finding::new("unreadable-file", title).at(at, ""));
    }
    dict
}

fn shape(dict: &Dict) -> Shape {
    let list = |key: &str| matches!(dict.get(key), Some(Value::Array(_)));
    if dict.text("PayloadType") == Some("Configuration") || list("PayloadContent") {
        return Shape::Profile;
    }
    if dict.text("PayloadType").is_some() {
        return Shape::Payload;
    }
    let encrypted = dict.get("EncryptedPayloadContent").is_some();
    if encrypted || dict.get("PayloadIdentifier").is_some() && dict.get("PayloadVersion").is_some() {
        return Shape::Profile;
    }
    if list(COMPUTER) || !dict.entries.is_empty() && dict.entries.values().all(shows_profiles) {
        return Shape::Shown;
    }
    if !dict.entries.is_empty() && dict.entries.values().all(payload::has_states) {
        return Shape::Domains;
    }
    Shape::Preferences
}

/// Whether a value is a list of profiles as `profiles show` prints them.
fn shows_profiles(value: &Value) -> bool {
    let Value::Array(items) = value else { return false };
    let profile = |item: &Value| matches!(item, Value::Dictionary(keys) if keys.contains_key("ProfileItems") || keys.contains_key("ProfileIdentifier"));
    !items.is_empty() && items.iter().all(profile)
}

/// A payload without a profile around it.
fn alone(payload: HeldPayload) -> HeldProfile {
    let envelope = Dict::empty(payload.envelope.places.at.clone());
    HeldProfile { envelope, scope: None, user: None, payloads: vec![payload] }
}

/// A whole profile.
fn profile(mut dict: Dict, catalog: &Catalog<'_>, findings: &mut Findings) -> HeldProfile {
    let mut payloads = Vec::new();
    let places = dict.places.entry("PayloadContent");
    let encrypted = dict.get("EncryptedPayloadContent").is_some();
    match dict.entries.get_mut("PayloadContent") {
        Some(Value::Array(items)) => {
            let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
            for kind in items.iter().filter_map(kind_of) {
                *kinds.entry(kind.to_owned()).or_default() += 1;
            }
            for (index, item) in std::mem::take(items).into_iter().enumerate() {
                let only = kind_of(&item).and_then(|kind| kinds.get(kind)) == Some(&1);
                let places = places.item(index);
                match item {
                    Value::Dictionary(entries) => {
                        let inner = Dict { entries, places: places.clone() };
                        payloads.push(payload::payload(inner, only, catalog, findings));
                    }
                    other => {
                        findings.push(no_payload(&places.at, &other));
                        items.push(other);
                    }
                }
            }
        }
        Some(other) => {
            let kind = other.kind().word();
            let title = format!("PayloadContent of a profile is an array of payloads, not a {kind}");
            findings.push(Finding::new("payload-shape", title).at(places.at.clone(), ""));
        }
        None if encrypted => {
            let title = "the payloads of this profile are encrypted for one device: nothing is known of them";
            let at = dict.key_at("EncryptedPayloadContent").clone();
            findings.push(Finding::new("encrypted-profile", title).at(at, ""));
        }
        None => {
            let finding =
                Finding::new("payload-shape", "this profile has no PayloadContent: it carries nothing");
            findings.push(finding.at(dict.places.at.clone(), ""));
        }
    }
    let scope = match dict.text("PayloadScope") {
        Some("System") => Some(Channel::Device),
        Some("User") => Some(Channel::User),
        _ => None,
    };
    let scope = scope.map(|channel| (channel, dict.at("PayloadScope").clone()));
    HeldProfile { envelope: dict, scope, user: None, payloads }
}

/// The type of a payload.
fn kind_of(item: &Value) -> Option<&str> {
    match item {
        Value::Dictionary(entries) => match entries.get("PayloadType") {
            Some(Value::String(kind)) => kind.as_literal(),
            _ => None,
        },
        _ => None,
    }
}

fn no_payload(at: &Origin, item: &Value) -> Finding {
    let title = format!("a payload is a dictionary, not {}", item.kind().with_article());
    Finding::new("payload-shape", title).at(at.clone(), "")
}

/// The profiles of a Mac and of its users.
fn shown(dict: &Dict, catalog: &Catalog<'_>, findings: &mut Findings) -> Vec<HeldProfile> {
    let mut profiles = Vec::new();
    for (level, list) in &dict.entries {
        let Value::Array(items) = list else { continue };
        let places = dict.places.entry(level);
        for (index, item) in items.iter().enumerate() {
            let places = places.item(index);
            let Some(inner) = Dict::new(item.clone(), places.clone()) else {
                findings.push(no_payload(&places.at, item));
                continue;
            };
            let mut held = profile(renamed(inner), catalog, findings);
            let computer = level == COMPUTER;
            let channel = if computer { Channel::Device } else { Channel::User };
            held.scope = Some((channel, dict.key_at(level).clone()));
            held.user = (!computer).then(|| level.clone());
            profiles.push(held);
        }
    }
    profiles
}

/// A profile as `profiles show` prints it, with the names that profiles have; its flags are texts there.
fn renamed(dict: Dict) -> Dict {
    let profiles = |key: String| {
        let found = SHOWN.iter().find(|(shown, _)| *shown == key);
        found.map_or(key, |(_, name)| (*name).to_owned())
    };
    let flag = |value: Value| match &value {
        Value::String(text) => match text.as_literal() {
            Some("true") => Value::Boolean(true),
            Some("false") => Value::Boolean(false),
            _ => value,
        },
        _ => value,
    };
    let entry = |(key, value): (String, Value)| {
        let key = profiles(key);
        let value = if key == "PayloadRemovalDisallowed" { flag(value) } else { value };
        (key, value)
    };
    let entries = dict.entries.into_iter().map(entry).collect();
    let Places { at, inside } = dict.places;
    let inside = match inside {
        Inside::Dictionary(places) => {
            let entry =
                |entry: &Entry| Entry { key: profiles(entry.key.to_string()).into(), ..entry.clone() };
            Inside::dictionary(places.iter().map(entry).collect())
        }
        other => other,
    };
    Dict { entries, places: Places { at, inside } }
}

/// Domains with their states, and nothing around them.
fn domains(dict: Dict, findings: &mut Findings) -> HeldPayload {
    let wrapped = Wrapped { entries: &dict.entries, places: &dict.places };
    let domains = payload::domains(&wrapped, findings);
    let envelope = Dict::empty(dict.places.at.clone());
    let content = Content::Preferences { form: Form::Mcx, domains };
    HeldPayload { envelope, kind: String::new(), content }
}

/// The preferences of one domain, which the name of the file says.
fn preferences(dict: Dict, input: &Input<'_>, findings: &mut Findings) -> Option<HeldPayload> {
    let at = dict.places.at.clone();
    let Some(name) = input.domain.or_else(|| domain_of(input.label)) else {
        let title = "these are preferences, but the name of the file is no preference domain";
        let help = "name the file after its domain (com.microsoft.Word.plist), or give it with --domain";
        findings.push(Finding::new("unreadable-file", title).at(Origin::Whole(at.source()), "").help(help));
        return None;
    };
    let mut entries: BTreeMap<String, Value> = dict.entries;
    entries.retain(|key, _| !META.contains(&key.as_str()));
    let settings = payload::settings(&entries, &dict.places);
    let at = Origin::Whole(dict.places.at.source());
    let domain = HeldDomain { name: name.to_owned(), at: at.clone(), settings };
    let content = Content::Preferences { form: Form::Domain, domains: vec![domain] };
    Some(HeldPayload { envelope: Dict::empty(at), kind: String::new(), content })
}

/// The domain after which a preference file is named.
fn domain_of(label: &str) -> Option<&str> {
    let name = label.rsplit('/').next().unwrap_or(label);
    let stem = name.strip_suffix(".plist").or_else(|| name.strip_suffix(".xml")).unwrap_or(name);
    // A word without a dot is a name that somebody chose for the file.
    let known = stem.contains('.') && !stem.contains(char::is_whitespace);
    known.then_some(stem)
}
