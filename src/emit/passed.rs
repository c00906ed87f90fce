//! Payloads that are carried as they stand: the identifiers that they lack, and the profiles of a split build.

use super::Request;
use super::mobileconfig::kept;
use crate::finding::{Finding, Findings, Origin};
use crate::plan::Passed;
use crate::profile::{Profile, Slice, file_identity, passed_identifier, passed_uuid};
use crate::value::{Integer, Value};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

type Entries = BTreeMap<String, Value>;

/// The payloads with what they lack of an envelope.
pub(super) fn payloads(request: &Request<'_, '_>, list: &[Passed], slice: Slice) -> Vec<Entries> {
    list.iter().map(|passed| complete(request, list, passed, slice)).collect()
}

fn complete(request: &Request<'_, '_>, list: &[Passed], passed: &Passed, slice: Slice) -> Entries {
    let identity = &request.plan.identity;
    let mut entries = passed.value.clone();
    entries.entry("PayloadVersion".to_owned()).or_insert(Value::Integer(Integer::from(1_i64)));
    let old = successor(request, list, passed, slice);
    let id = kept(request, slice).map_or(&identity.id, |kept| &kept.identifier);
    let (identifier, uuid) = old.unwrap_or_else(|| {
        (passed_identifier(id, passed, slice), passed_uuid(&identity.id, identity.channel, passed, slice))
    });
    entries.entry("PayloadIdentifier".to_owned()).or_insert_with(|| Value::string(identifier));
    entries.entry("PayloadUUID".to_owned()).or_insert_with(|| Value::string(uuid));
    entries
}

/// What a payload without an identity keeps of a deployed profile: it must be the only one of its type, there and here.
fn successor(
    request: &Request<'_, '_>,
    list: &[Passed],
    passed: &Passed,
    slice: Slice,
) -> Option<(String, String)> {
    let old = kept(request, slice)?.payloads.get(&passed.kind)?;
    let lacks = |other: &Passed| other.identifier.is_none() && other.uuid.is_none();
    let same = list.iter().filter(|other| other.kind == passed.kind && lacks(other)).count();
    let domain = request.plan.settings.iter().any(|setting| setting.domain.as_str() == passed.kind);
    let alone = lacks(passed) && same == 1 && !domain;
    alone.then(|| old.clone())
}

/// One profile for each file, by the name of the file: what stands in one file may speak of each other, as a network
/// does of its certificate.
pub(super) fn files(request: &Request<'_, '_>, findings: &mut Findings) -> Vec<(String, Profile)> {
    let identity = &request.plan.identity;
    let mut profiles = Vec::new();
    let mut seen: BTreeMap<String, &Passed> = BTreeMap::new();
    for list in request.plan.payloads.chunk_by(|one, other| one.file == other.file) {
        let Some(first) = list.first() else { continue };
        let stem = first.stem();
        if let Some(other) = seen.insert(stem.to_lowercase(), first) {
            let title = format!("{} and {} would be one profile of a split build", other.file, first.file);
            let finding = Finding::new("payload-clash", title).at(first.origin.clone(), "");
            let finding = finding.at(other.origin.clone(), "the other file").about(&first.kind, "");
            findings.push(finding.help("give one of the files another name"));
            continue;
        }
        let (identifier, uuid) = file_identity(&identity.id, identity.channel, &stem);
        let profile = Profile {
            identifier,
            uuid,
            name: format!("{}: {stem}", identity.name),
            description: identity.description.clone(),
            organization: identity.organization.clone(),
            channel: identity.channel,
            payloads: Vec::new(),
            passed: payloads(request, list, Slice::Domain),
        };
        profiles.push((format!("{}.{stem}", request.stem), profile));
    }
    profiles
}

/// Who has an identifier or a UUID: what it is called in messages, and where it stands.
#[derive(Clone)]
struct Owner<'p> {
    what: String,
    at: Option<&'p Origin>,
}

/// Says which payloads and profiles of a build would share an identifier or a UUID with one that is carried.
pub(super) fn clashes(request: &Request<'_, '_>, profiles: &[(String, Profile)], findings: &mut Findings) {
    let mut names = Names { request, seen: BTreeMap::new() };
    let mut carried = request.plan.payloads.iter();
    for (_, profile) in profiles {
        let owner = profile_owner(request, profile, carried.clone().next());
        names.add(&profile.identifier, &profile.uuid, &owner, findings);
        for payload in &profile.payloads {
            let owner = Owner { what: format!("the payload of {}", payload.domain), at: None };
            names.add(&payload.identifier, &payload.uuid, &owner, findings);
        }
        for entries in &profile.passed {
            let text = |key: &str| match entries.get(key) {
                Some(Value::String(text)) => text.to_string(),
                _ => String::new(),
            };
            let what = format!("a payload of {}", text("PayloadType"));
            let owner = Owner { what, at: carried.next().map(|passed| &passed.origin) };
            names.add(&text("PayloadIdentifier"), &text("PayloadUUID"), &owner, findings);
        }
    }
}

/// A profile, by what it holds where there are several; `next` is the first payload that it carries, if it does.
fn profile_owner<'p>(request: &Request<'_, '_>, profile: &Profile, next: Option<&'p Passed>) -> Owner<'p> {
    let passed = next.filter(|_| profile.payloads.is_empty());
    let what = match (request.split, profile.payloads.first(), passed) {
        (true, Some(payload), _) => format!("the profile of {}", payload.domain),
        (true, None, Some(passed)) => format!("the profile of {}", passed.file),
        _ => "the profile".to_owned(),
    };
    Owner { what, at: passed.filter(|_| request.split).map(|passed| &passed.origin) }
}

struct Names<'n, 'r, 'c> {
    request: &'n Request<'r, 'c>,
    seen: BTreeMap<(&'static str, String), Owner<'n>>,
}

impl<'n> Names<'n, '_, '_> {
    fn add(&mut self, identifier: &str, uuid: &str, owner: &Owner<'n>, findings: &mut Findings) {
        let mut same: Vec<&str> = Vec::new();
        let mut other = None;
        let names = [("PayloadIdentifier", identifier.to_owned()), ("PayloadUUID", uuid.to_uppercase())];
        for (key, name) in names {
            match self.seen.entry((key, name)) {
                Entry::Vacant(place) => {
                    place.insert(owner.clone());
                }
                Entry::Occupied(first) => {
                    same.push(key);
                    other = Some(first.get().clone());
                }
            }
        }
        let Some(other) = other else { return };
        let title = format!("{} and {} have one {}", other.what, owner.what, same.join(" and one "));
        let mut finding = Finding::new("payload-clash", title);
        for (at, text) in [(owner.at, ""), (other.at, "the other one")] {
            if let Some(at) = at {
                finding = finding.at(at.clone(), text);
            }
        }
        if finding.labels.is_empty() {
            finding = super::mobileconfig::at_policy(finding, self.request);
        }
        findings
            .push(finding.help(
                "give the payload its own PayloadIdentifier and PayloadUUID, or its file another name",
            ));
    }
}
