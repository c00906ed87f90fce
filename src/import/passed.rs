//! Payloads that are no preferences: in files beside the policy, which names them.

use super::{Draft, Options, Passed, Unit};
use crate::finding::{Finding, Findings, Severity};
use crate::profile::Slice;
use crate::profile::payload_identifier;
use crate::profile::read::{Content, HeldPayload, HeldProfile};
use crate::value::{Value, write};
use std::collections::{BTreeMap, BTreeSet};

/// The folder of such files, beside the policy.
const FOLDER: &str = "payloads";
/// How many payloads of one profile get a file each; more share one, as a policy names so many files only.
const FILES: usize = 64;
/// Identifiers and UUIDs, with their key.
type Taken = BTreeSet<(&'static str, String)>;
/// The keys by which Macs know a payload.
const IDENTITY: [&str; 2] = ["PayloadIdentifier", "PayloadUUID"];

pub(super) fn passed(units: &[Unit<'_>], options: &Options, draft: &mut Draft, findings: &mut Findings) {
    let mut maker =
        Maker { options, taken: taken(units, options, draft), files: BTreeSet::new(), seen: BTreeSet::new() };
    for unit in units {
        let foreign = |payload: &&HeldPayload| matches!(payload.content, Content::Foreign);
        let payloads: Vec<&HeldPayload> = unit.profile.payloads.iter().filter(foreign).collect();
        let mut values = Vec::new();
        for payload in payloads {
            match maker.value(payload, findings) {
                Ok(Some(value)) => values.push((payload, value)),
                Ok(None) => {}
                Err((why, help)) => refuse(payload, &why, help, draft, findings),
            }
        }
        let refer = refer(&values);
        if refer || values.len() > FILES {
            let title = refer.then(|| "they name each other".to_owned());
            draft.passed.push(maker.together(unit.profile, &values, title));
        } else {
            draft.passed.extend(values.iter().map(|(payload, value)| maker.alone(payload, value)));
        }
    }
}

/// What the profile that is built from the policy calls itself and its preferences.
fn taken(units: &[Unit<'_>], options: &Options, draft: &Draft) -> Taken {
    let id = draft.head.id.0.as_str();
    let domains: BTreeSet<&str> = draft.entries.iter().map(|entry| entry.domain()).collect();
    let identifiers = domains.into_iter().map(|domain| payload_identifier(id, domain, Slice::Whole));
    let mut taken: Taken = identifiers.chain([id.to_owned()]).map(|id| ("PayloadIdentifier", id)).collect();
    if options.keep_identifiers_from.is_some() {
        for unit in units {
            taken.extend(IDENTITY.into_iter().filter_map(|key| name(key, unit.profile.envelope.text(key))));
        }
    }
    taken
}

/// An identifier, or a UUID whatever its letter case.
fn name(key: &'static str, text: Option<&str>) -> Option<(&'static str, String)> {
    text.map(|text| (key, if key == "PayloadUUID" { text.to_uppercase() } else { text.to_owned() }))
}

fn refuse(payload: &HeldPayload, why: &str, help: &str, draft: &mut Draft, findings: &mut Findings) {
    let kind = if payload.kind.is_empty() { "without a type" } else { payload.kind.as_str() };
    let title = format!("the payload {kind} is not in the policy: {why}");
    let finding = Finding::new("not-expressed", title).severity(Severity::Error);
    let finding = finding.at(payload.envelope.places.at.clone(), "");
    findings.push(if help.is_empty() { finding } else { finding.help(help) });
    draft.lost.push(format!("the payload {kind}: {why}"));
}

struct Maker<'o> {
    options: &'o Options,
    /// Identifiers and UUIDs that another payload, or the profile, has.
    taken: Taken,
    /// The names of the files, whatever their letter case.
    files: BTreeSet<String>,
    /// What was there before: the same payload in two inputs is one.
    seen: BTreeSet<Vec<u8>>,
}

impl Maker<'_> {
    /// What the file of a payload is to hold, if it was not there before; else why there is none, and what to do.
    fn value(
        &mut self,
        payload: &HeldPayload,
        findings: &mut Findings,
    ) -> Result<Option<Value>, (String, &'static str)> {
        if payload.kind.is_empty() {
            return Err(("it has no PayloadType, so that macOS does not know it".to_owned(), ""));
        }
        if !self.options.beside {
            let why = "it needs a file beside the policy, and standard output has none".to_owned();
            return Err((why, "write the policy to a file with --out"));
        }
        let mut entries = payload.envelope.entries.clone();
        let whole = Value::Dictionary(entries.clone());
        let bytes = write::to_xml(&whole).map_err(|error| (error.to_string(), ""))?;
        if !self.seen.insert(bytes) {
            return Ok(None);
        }
        for key in IDENTITY {
            let Some(name) = name(key, payload.envelope.text(key)) else { continue };
            if !self.taken.insert(name) {
                entries.remove(key);
                let title = format!(
                    "the {key} of this payload of {} is also another's: its file leaves it out, and a build makes one",
                    payload.kind
                );
                let at = payload.envelope.at(key).clone();
                findings.push(Finding::new("not-expressed", title).severity(Severity::Note).at(at, ""));
            }
        }
        Ok(Some(Value::Dictionary(entries)))
    }

    fn file(&mut self, name: &str, ending: &str) -> String {
        let mut file = format!("{FOLDER}/{name}.{ending}");
        let mut number = 1;
        while !self.files.insert(file.to_lowercase()) {
            number += 1;
            file = format!("{FOLDER}/{name}-{number}.{ending}");
        }
        file
    }

    fn alone(&mut self, payload: &HeldPayload, value: &Value) -> Passed {
        let short = payload.kind.strip_prefix("com.apple.").unwrap_or(&payload.kind);
        let name = format!("{}-{}", super::slug(&self.options.stem), super::slug(short));
        let title = payload.envelope.text("PayloadDisplayName").map(str::to_owned);
        let bytes = write::to_xml(value).unwrap_or_default();
        Passed { file: self.file(&name, "plist"), bytes, kind: payload.kind.clone(), title, lost: None }
    }

    /// Several payloads in one file. Those that name each other stay so: a split build keeps them together.
    fn together(
        &mut self,
        profile: &HeldProfile,
        values: &[(&HeldPayload, Value)],
        title: Option<String>,
    ) -> Passed {
        let mut entries = BTreeMap::from([
            ("PayloadType".to_owned(), Value::string("Configuration")),
            (
                "PayloadContent".to_owned(),
                Value::Array(values.iter().map(|(_, value)| value.clone()).collect()),
            ),
        ]);
        if let Some(scope) = profile.envelope.get("PayloadScope") {
            entries.insert("PayloadScope".to_owned(), scope.clone());
        }
        let kinds: BTreeSet<&str> = values.iter().map(|(payload, _)| payload.kind.as_str()).collect();
        let kinds: Vec<&str> = kinds.into_iter().collect();
        let name = super::slug(&self.options.stem);
        let bytes = write::to_xml(&Value::Dictionary(entries)).unwrap_or_default();
        Passed { file: self.file(&name, "mobileconfig"), bytes, kind: kinds.join(", "), title, lost: None }
    }
}

/// Whether one payload names another by its UUID, as a network does its certificate.
fn refer(values: &[(&HeldPayload, Value)]) -> bool {
    let uuid = |payload: &HeldPayload| payload.envelope.text("PayloadUUID").map(str::to_uppercase);
    let uuids: BTreeSet<String> = values.iter().filter_map(|(payload, _)| uuid(payload)).collect();
    values.iter().any(|(payload, value)| {
        let own = uuid(payload);
        let Value::Dictionary(entries) = value else { return false };
        entries
            .iter()
            .filter(|(key, _)| *key != "PayloadUUID")
            .any(|(_, value)| names(value, own.as_deref(), &uuids))
    })
}

/// Whether a text in a value is one of these UUIDs, and not the payload's own. Values nest as deep as the reader's
/// budget, which bounds the recursion.
fn names(value: &Value, own: Option<&str>, uuids: &BTreeSet<String>) -> bool {
    match value {
        Value::String(text) => text.as_literal().is_some_and(|text| {
            let text = text.to_uppercase();
            own != Some(text.as_str()) && uuids.contains(&text)
        }),
        Value::Array(items) => items.iter().any(|item| names(item, own, uuids)),
        Value::Dictionary(entries) => entries.values().any(|entry| names(entry, own, uuids)),
        _ => false,
    }
}
