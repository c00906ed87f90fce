//! From a file that a `[[payload]]` names to payloads: their envelope is read, the rest is carried as it stands.

use super::payload::MAX_PAYLOADS;
use super::raw::RawPayload;
use crate::finding::{Finding, Findings, Origin, Severity, SourceId, Sources, Span, listed};
use crate::plan::{Channel, Passed};
use crate::value::read::{Budgets, ReadError, Wanted, plain, read};
use crate::value::{DomainName, Inside, MAX_DEPTH, Places, Value, write};
use std::collections::BTreeMap;

/// How many levels a profile puts around a payload.
const AROUND: usize = 8;
/// The values that reports show of a payload. Keys they show all; any other value may be a secret.
const SHOWN: [&str; 5] =
    ["PayloadType", "PayloadIdentifier", "PayloadUUID", "PayloadVersion", "PayloadDisplayName"];

/// What a profile says of itself that the profile of the policy says in its own way, or has in another place.
const REPLACED: [&str; 10] = [
    "PayloadContent",
    "PayloadDescription",
    "PayloadDisplayName",
    "PayloadEnabled",
    "PayloadIdentifier",
    "PayloadOrganization",
    "PayloadType",
    "PayloadUUID",
    "PayloadVersion",
    "TargetDeviceType",
];

type Entries = BTreeMap<String, Value>;

/// The payloads of one file; those that cannot be carried are left out, and said.
pub(super) fn payloads(
    raw: &RawPayload,
    label: &str,
    bytes: &[u8],
    sources: &mut Sources,
    findings: &mut Findings,
) -> Vec<Passed> {
    let budgets = Budgets { depth: MAX_DEPTH + AROUND, ..Budgets::default() };
    let refuse = |error: &ReadError| {
        let title = format!("`{}` cannot be read: {error}", raw.file.0);
        Finding::new("payload-file", title).at(raw.file.1, "")
    };
    let text = match plain(bytes, &budgets) {
        Ok(text) => text,
        Err(error) => {
            findings.push(refuse(&error));
            return Vec::new();
        }
    };
    let source = sources.add(label, text.text());
    sources.set_within(source, raw.within.as_str());
    let found = match read(&text.bytes, source, &budgets, &Wanted::Everything) {
        Ok(found) => found,
        Err(error) => {
            sources.conceal(source, &[]);
            findings.push(refuse(&error).at(error.origin(source), ""));
            return Vec::new();
        }
    };
    let mut shown = Vec::new();
    keys(&found.places, &mut shown);
    let mut reader = Reader { raw, findings, shown, passed: Vec::new(), scope: None };
    reader.file(found.value, &found.places, source);
    let Reader { shown, passed, .. } = reader;
    sources.conceal(source, &shown);
    passed
}

struct Reader<'r> {
    raw: &'r RawPayload,
    findings: &'r mut Findings,
    /// The stretches of the text that reports may show.
    shown: Vec<Span>,
    passed: Vec<Passed>,
    /// The channel of the profile that the payloads stand in.
    scope: Option<(Channel, Origin)>,
}

impl Reader<'_> {
    fn refuse(&mut self, title: impl Into<String>, at: &Origin) {
        let finding = Finding::new("bad-payload", title).at(at.clone(), "");
        self.findings.push(finding.at(self.raw.file.1, "carried by this [[payload]]"));
    }

    /// A payload, or a profile all of whose payloads are meant.
    fn file(&mut self, value: Value, places: &Places, source: SourceId) {
        let Value::Dictionary(mut entries) = value else {
            let title = format!("`{}` holds {}, not a payload", self.raw.file.0, value.kind().with_article());
            self.refuse(title, &Origin::Whole(source));
            return;
        };
        if !is_text(entries.get("PayloadType"), "Configuration") {
            self.payload(entries, places);
            return;
        }
        self.show(places);
        if entries.contains_key("EncryptedPayloadContent") {
            let title = "the payloads of this profile are encrypted: nothing is known of them";
            self.refuse(title, places.key("EncryptedPayloadContent"));
            return;
        }
        self.around(&entries, places);
        let list = places.entry("PayloadContent");
        let at = places.key("PayloadContent");
        match entries.remove("PayloadContent") {
            Some(Value::Array(items)) if items.len() > MAX_PAYLOADS => {
                self.refuse(format!("this profile has more than {MAX_PAYLOADS} payloads"), at);
            }
            Some(Value::Array(items)) if !items.is_empty() => {
                for (index, item) in items.into_iter().enumerate() {
                    match item {
                        Value::Dictionary(entries) => self.payload(entries, list.item(index)),
                        _ => {
                            self.refuse("this item of PayloadContent is no dictionary", &list.item(index).at)
                        }
                    }
                }
            }
            Some(Value::Array(_)) => self.refuse("this profile carries no payload", at),
            Some(_) => self.refuse("PayloadContent of this profile is no array of payloads", at),
            None => self.refuse("this profile has no PayloadContent", &Origin::Whole(source)),
        }
    }

    /// What is not carried of the profile around the payloads.
    fn around(&mut self, entries: &Entries, places: &Places) {
        let word = |channel| if channel == Channel::Device { "System" } else { "User" };
        let scope = |channel: &Channel| is_text(entries.get("PayloadScope"), word(*channel));
        let scope = [Channel::Device, Channel::User].into_iter().find(scope);
        self.scope = scope.map(|channel| (channel, places.entry("PayloadScope").at.clone()));
        let lost = entries.keys().map(String::as_str);
        let lost: Vec<&str> = lost
            .filter(|key| !REPLACED.contains(key) && (*key != "PayloadScope" || self.scope.is_none()))
            .collect();
        if lost.is_empty() {
            return;
        }
        let title = format!("of this profile only the payloads are carried, not {}", listed(&lost));
        let finding = Finding::new("payload-envelope", title);
        let finding = lost.iter().fold(finding, |finding, key| finding.at(places.key(key).clone(), ""));
        self.findings.push(finding.at(self.raw.file.1, "carried by this [[payload]]"));
    }

    fn payload(&mut self, entries: Entries, places: &Places) {
        self.show(places);
        let before = self.findings.count(Severity::Error);
        let kind = self.kind(&entries, places);
        let identifier = self.text("PayloadIdentifier", &entries, places);
        let uuid = self.text("PayloadUUID", &entries, places);
        self.version(&entries, places);
        self.unwritable(&entries, places);
        let Some(kind) = kind else { return };
        if self.findings.count(Severity::Error) > before {
            return;
        }
        let number = self.passed.iter().filter(|other| other.kind == kind).count() + 1;
        self.passed.push(Passed {
            kind,
            identifier,
            uuid,
            value: entries,
            places: places.clone(),
            origin: self.raw.file.1.into(),
            file: self.raw.within.clone(),
            number,
            scope: self.scope.clone(),
            why: self.raw.why.clone(),
        });
    }

    /// Lets reports show the envelope.
    fn show(&mut self, places: &Places) {
        for key in SHOWN.into_iter().chain(["PayloadScope"]) {
            // A key that is not there has the place of the whole dictionary.
            let span = places.entry(key).at.span().filter(|span| Some(*span) != places.at.span());
            self.shown.extend(span);
        }
    }

    fn kind(&mut self, entries: &Entries, places: &Places) -> Option<String> {
        let title = match entries.get("PayloadType") {
            None => "this payload has no PayloadType".to_owned(),
            Some(Value::String(text)) => {
                let text = text.to_string();
                match DomainName::new(&text) {
                    Ok(_) => return Some(text),
                    Err(error) => format!("the PayloadType of this payload {error}"),
                }
            }
            Some(other) => format!("the PayloadType of this payload is {}", other.kind().with_article()),
        };
        self.refuse(title, &head(places, "PayloadType"));
        None
    }

    /// A text of the envelope; none where it is missing.
    fn text(&mut self, key: &str, entries: &Entries, places: &Places) -> Option<String> {
        let title = match entries.get(key)? {
            Value::String(text) if !text.to_string().trim().is_empty() => return Some(text.to_string()),
            Value::String(_) => format!("the {key} of this payload is empty"),
            other => format!("the {key} of this payload is {}, not a string", other.kind().with_article()),
        };
        self.refuse(title, &head(places, key));
        None
    }

    fn version(&mut self, entries: &Entries, places: &Places) {
        match entries.get("PayloadVersion") {
            None | Some(Value::Integer(_)) => {}
            Some(other) => {
                let kind = other.kind().with_article();
                let title = format!("the PayloadVersion of this payload is {kind}, not an integer");
                self.refuse(title, &head(places, "PayloadVersion"));
            }
        }
    }

    /// What no profile can carry.
    fn unwritable(&mut self, entries: &Entries, places: &Places) {
        let mut found = Vec::new();
        for (key, value) in entries {
            if let Some(bad) = write::unwritable(key) {
                found.push((bad, places.key(key).clone()));
            }
            unwritable(value, places.entry(key), &mut found);
        }
        for (bad, at) in found {
            let title = format!(
                "this payload holds the character U+{:04X}, which no profile can carry",
                u32::from(bad)
            );
            self.refuse(title, &at);
        }
    }
}

/// Where the keys of dictionaries stand, at any depth; the reader's budget bounds the recursion.
fn keys(places: &Places, found: &mut Vec<Span>) {
    match &places.inside {
        Inside::Leaf => {}
        Inside::Array(items) => items.iter().for_each(|item| keys(item, found)),
        Inside::Dictionary(entries) => {
            for entry in entries.iter() {
                found.extend(entry.at.span());
                keys(&entry.places, found);
            }
        }
    }
}

/// Values nest as deep as the reader's budget, which bounds the recursion.
fn unwritable(value: &Value, places: &Places, found: &mut Vec<(char, Origin)>) {
    match value {
        Value::String(text) => {
            found.extend(write::unwritable(&text.to_string()).map(|bad| (bad, places.at.clone())));
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                unwritable(item, places.item(at), found);
            }
        }
        Value::Dictionary(entries) => {
            for (key, entry) in entries {
                found.extend(write::unwritable(key).map(|bad| (bad, places.key(key).clone())));
                unwritable(entry, places.entry(key), found);
            }
        }
        _ => {}
    }
}

fn is_text(value: Option<&Value>, wanted: &str) -> bool {
    matches!(value, Some(Value::String(text)) if text.to_string() == wanted)
}

/// The place of a key of the envelope: of its value, or where it is missing, that of the payload's type.
fn head(places: &Places, key: &str) -> Origin {
    let own = places.entry(key);
    if own.at != places.at {
        return own.at.clone();
    }
    places.entry("PayloadType").at.clone()
}
