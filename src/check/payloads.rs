//! Payloads that are carried as they stand: their envelopes, their channel, and what they may not be.

use super::context::Context;
use crate::finding::{Finding, Findings, Origin, Severity, listed};
use crate::plan::{Channel, Enforcement, Passed};
use crate::value::Value;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// The payload that carries preferences of any domain.
const MCX: &str = "com.apple.ManagedClient.preferences";
/// The type of a whole profile.
const PROFILE: &str = "Configuration";

/// Everything that is said of the payloads of a plan.
pub(super) fn payloads(context: &Context<'_, '_>, findings: &mut Findings) {
    let mut names = Names::default();
    let mut first: BTreeMap<&str, &Passed> = BTreeMap::new();
    let mut files: BTreeSet<&str> = BTreeSet::new();
    for passed in &context.plan.payloads {
        if files.insert(&passed.file) {
            scope(context, passed, findings);
        }
        if refused(context, passed, findings) {
            continue;
        }
        preferences(context, passed, findings);
        envelope(passed, findings);
        delivery(context, passed, findings);
        tokens(context, passed, findings);
        match first.entry(&passed.kind) {
            Entry::Vacant(place) => {
                place.insert(passed);
            }
            Entry::Occupied(place) => once(context, place.get(), passed, findings),
        }
        names.add(passed, findings);
    }
}

/// A finding about a payload, at a key of its envelope, or its type where it lacks the key.
fn at(code: &'static str, title: String, passed: &Passed, key: &str) -> Finding {
    placed(Finding::new(code, title), place(passed, key), passed)
}

/// Points at a place in the file of a payload. A binary file has no lines: there the policy's own line comes first.
fn placed(finding: Finding, at: Origin, passed: &Passed) -> Finding {
    let finding = match at.span() {
        Some(span) => finding.at(span, "").at(passed.origin.clone(), "carried by this [[payload]]"),
        None => finding.at(passed.origin.clone(), "").at(at, "in this file, which has no lines"),
    };
    finding.about(&passed.kind, "")
}

fn place(passed: &Passed, key: &str) -> Origin {
    let key = if passed.value.contains_key(key) { key } else { "PayloadType" };
    passed.places.entry(key).at.clone()
}

/// Neutral tokens, which mean something in a policy's own values only.
fn tokens(context: &Context<'_, '_>, passed: &Passed, findings: &mut Findings) {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in passed.texts() {
        let names = text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
        for name in names.filter(|name| context.catalog.token(name).is_some()) {
            found.entry(name.to_owned()).or_default().insert(path.clone());
        }
    }
    for (name, paths) in found {
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let title =
            format!("`${{{name}}}` in {} of the payload `{}` stays as it is", listed(&paths), passed.file);
        // The line of the payload's own file may hold a secret.
        let finding = Finding::new("token-in-payload", title).at(passed.origin.clone(), "");
        findings.push(
            finding
                .about(&passed.kind, "")
                .note("a payload is carried as it stands: no target puts an MDM's own token in its place")
                .help("write the MDM's own token into the file, one file for each MDM, and name it in a variant of the policy"),
        );
    }
}

fn in_list(context: &Context<'_, '_>, list: &str, kind: &str) -> bool {
    context.catalog.list(list).is_some_and(|list| list.domains.contains(&kind))
}

fn refused(context: &Context<'_, '_>, passed: &Passed, findings: &mut Findings) -> bool {
    let kind = passed.kind.as_str();
    let (title, help) = if kind == PROFILE {
        ("a profile is no payload of another one".to_owned(), "name the file of the inner profile itself")
    } else if in_list(context, "apple-payloads-enrollment", kind) {
        (format!("{kind} enrols a Mac in an MDM: a policy does not carry it"), "leave it to the MDM")
    } else {
        return false;
    };
    findings.push(at("payload-refused", title, passed, "PayloadType").help(help));
    true
}

/// Preferences belong into the policy itself.
fn preferences(context: &Context<'_, '_>, passed: &Passed, findings: &mut Findings) {
    let kind = passed.kind.as_str();
    let title = if kind == MCX {
        "this payload carries preferences, which nothing checks here".to_owned()
    } else if in_list(context, "apple-payload-types", kind) {
        return;
    } else {
        format!("{kind} is no payload type of Apple's: this payload carries the preferences of an app")
    };
    let finding = at("preferences-in-payload", title, passed, "PayloadType");
    let finding = if kind != MCX && kind.starts_with("com.apple.") {
        finding.note("a type that came after macOS 15.1 is not known yet")
    } else {
        finding
    };
    findings.push(finding.help("write them into [settings] or [custom]"));
    for (domain, key, origin) in preference_keys(passed) {
        let Some(setting) = context.plan.setting(domain, key) else { continue };
        if !matches!(setting.enforcement, Enforcement::Forced | Enforcement::SetOnce) {
            continue;
        }
        let short = context.catalog.short(domain);
        let title = format!("`{key}` of {short} is set by the policy and by a payload of `{}`", passed.file);
        let finding = Finding::new("set-by-payload", title).at(setting.origin.clone(), "");
        let finding = finding.at(origin.clone(), "the payload sets it here").about(domain, key);
        findings.push(finding.help("take it out of the payload, or out of the policy"));
    }
}

/// The domains and keys that a payload sets, in both forms, and where.
fn preference_keys(passed: &Passed) -> Vec<(&str, &str, &Origin)> {
    let mut found = Vec::new();
    if passed.kind != MCX {
        for key in passed.value.keys().filter(|key| !key.starts_with("Payload")) {
            found.push((passed.kind.as_str(), key.as_str(), passed.places.key(key)));
        }
        return found;
    }
    let Some(Value::Dictionary(domains)) = passed.value.get("PayloadContent") else { return found };
    for (domain, states) in domains {
        let places = passed.places.entry("PayloadContent").entry(domain);
        let Value::Dictionary(states) = states else { continue };
        for (state, list) in states {
            let Value::Array(items) = list else { continue };
            for (number, item) in items.iter().enumerate() {
                const SETTINGS: &str = "mcx_preference_settings";
                let Value::Dictionary(item) = item else { continue };
                let Some(Value::Dictionary(settings)) = item.get(SETTINGS) else { continue };
                let places = places.entry(state).item(number).entry(SETTINGS);
                found.extend(settings.keys().map(|key| (domain.as_str(), key.as_str(), places.key(key))));
            }
        }
    }
    found
}

/// What the file leaves out, and a build makes.
fn envelope(passed: &Passed, findings: &mut Findings) {
    let missing: Vec<&str> = ["PayloadIdentifier", "PayloadUUID", "PayloadVersion"]
        .into_iter()
        .filter(|key| !passed.value.contains_key(*key))
        .collect();
    if !missing.is_empty() {
        let title = format!("this payload has no {}", crate::finding::listed(&missing));
        let finding = at("payload-envelope", title, passed, "PayloadType");
        let made = missing.iter().any(|key| *key != "PayloadVersion");
        findings.push(if made {
            finding.note("what is missing is made from the policy's id, the type and the name of the file")
        } else {
            finding.note("the profile says 1")
        });
    }
    // What the text is does not matter to a Mac; other tools expect the form.
    if passed.uuid.as_ref().is_some_and(|uuid| uuid.len() != 36 || uuid::Uuid::parse_str(uuid).is_err()) {
        let title = "the PayloadUUID of this payload has not the form of a UUID".to_owned();
        let finding = at("payload-envelope", title, passed, "PayloadUUID").severity(Severity::Note);
        findings.push(finding.help("`uuidgen` makes one"));
    }
}

fn delivery(context: &Context<'_, '_>, passed: &Passed, findings: &mut Findings) {
    let kind = passed.kind.as_str();
    if in_list(context, "apple-payloads-not-on-macs", kind) {
        let title = format!("macOS does not take a payload of {kind}");
        findings.push(at("payload-not-for-macs", title, passed, "PayloadType").help("take it out"));
        return;
    }
    let (list, only, other) = match context.plan.identity.channel {
        Channel::Device => ("apple-payloads-user-only", "user", "device"),
        Channel::User => ("apple-payloads-device-only", "device", "user"),
    };
    if in_list(context, list, kind) {
        let title = format!(
            "a payload of {kind} comes by the {only} channel only, and this policy is for the {other} channel"
        );
        let finding = at("payload-channel", title, passed, "PayloadType");
        findings.push(finding.help(format!("carry it in a policy with `channel = \"{only}\"`")));
    }
}

/// The channel of the profile that the payloads stood in.
fn scope(context: &Context<'_, '_>, passed: &Passed, findings: &mut Findings) {
    let channel = context.plan.identity.channel;
    let Some((scope, at)) = passed.scope.as_ref().filter(|(scope, _)| *scope != channel) else { return };
    let (scope, channel) = (scope.word(), channel.word());
    let title =
        format!("this profile is for the {scope} channel, and the policy is for the {channel} channel");
    let finding = Finding::new("payload-channel", title).severity(Severity::Warning);
    let finding = placed(finding, at.clone(), passed);
    findings.push(finding.help(format!("carry it in a policy with `channel = \"{scope}\"`")));
}

fn once(context: &Context<'_, '_>, first: &Passed, passed: &Passed, findings: &mut Findings) {
    if !in_list(context, "apple-payloads-once", &passed.kind) {
        return;
    }
    let title = format!("a Mac takes one payload of {}, and this is another one", passed.kind);
    let finding = at("payload-once", title, passed, "PayloadType");
    findings.push(finding.at(place(first, "PayloadType"), "the first one").help("make one payload of them"));
}

/// Says which policies carry payloads of one identifier or UUID; `lists` are the payloads by policy, `apart` the pairs of
/// policies that no Mac gets together.
pub(super) fn shared(
    lists: &[(usize, &[Passed])],
    apart: &BTreeSet<(usize, usize)>,
    findings: &mut Findings,
) {
    let mut seen: BTreeMap<(&str, String), Vec<(usize, &Passed)>> = BTreeMap::new();
    let mut told: BTreeSet<(usize, usize, &str)> = BTreeSet::new();
    for (policy, list) in lists {
        for passed in *list {
            for (key, name) in named(passed) {
                let others = seen.entry((key, name)).or_default();
                let together = |other: &&(usize, &Passed)| !apart.contains(&(other.0, *policy));
                let other = others.iter().find(|other| other.0 != *policy && together(other));
                if let Some((first, other)) = other
                    && told.insert((*first, *policy, &passed.kind))
                {
                    let title = format!("two policies that one Mac may get carry a payload with one {key}");
                    let finding = Finding::new("payload-clash", title).severity(Severity::Note);
                    let finding = finding.at(passed.origin.clone(), "").about(&passed.kind, "");
                    let finding = finding.at(other.origin.clone(), "the first one");
                    findings.push(finding.help("carry it in a policy of its own, or in one of the two"));
                }
                others.push((*policy, passed));
            }
        }
    }
}

/// What a payload brings of an identity, and the key that it stands under; UUIDs in one letter case.
fn named(passed: &Passed) -> impl Iterator<Item = (&'static str, String)> {
    let uuid = passed.uuid.as_ref().map(|uuid| uuid.to_uppercase());
    let names = [("PayloadIdentifier", passed.identifier.clone()), ("PayloadUUID", uuid)];
    names.into_iter().filter_map(|(key, name)| Some((key, name?)))
}

/// The identifiers and UUIDs that were seen, and where.
#[derive(Default)]
struct Names<'p> {
    seen: BTreeMap<(&'static str, String), &'p Passed>,
}

impl<'p> Names<'p> {
    fn add(&mut self, passed: &'p Passed, findings: &mut Findings) {
        let mut clashes: Vec<(&'static str, &'p Passed)> = Vec::new();
        for (key, name) in named(passed) {
            match self.seen.entry((key, name)) {
                Entry::Vacant(place) => {
                    place.insert(passed);
                }
                Entry::Occupied(other) => clashes.push((key, other.get())),
            }
        }
        for same in clashes.chunk_by(|one, other| std::ptr::eq(one.1, other.1)) {
            let keys: Vec<&str> = same.iter().map(|(key, _)| *key).collect();
            let (Some(key), Some((_, other))) = (keys.first(), same.first()) else { continue };
            let title = format!("two payloads have one {}", keys.join(" and one "));
            let finding = at("payload-clash", title, passed, key);
            let finding = finding.at(place(other, key), "the first one");
            findings.push(finding.help("give each payload its own, in its file"));
        }
    }
}
