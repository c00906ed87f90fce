//! Payloads that are no preferences, side by side: privacy permissions, notifications, certificates and the like.
//!
//! They are paired by type and identifier; where an MDM has given them other identifiers, by type and content. What
//! counts is what is in them. Where one speaks of another of its profile, by its UUID, the other is meant and not
//! the UUID.

use super::{Inside, Side, Verdict, inside};
use crate::finding::Origin;
use crate::plan::{Channel, Passed, Plan};
use crate::profile::read::{Content, ENVELOPE, HeldPayload, HeldProfile};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A payload that is no preferences.
#[derive(Clone, Debug)]
pub struct Foreign<'p> {
    /// `PayloadType`.
    pub kind: &'p str,
    /// `PayloadIdentifier`, if it is a text.
    pub identifier: Option<&'p str>,
    /// The channel, where its profile says it.
    pub channel: Option<Channel>,
    /// Where it stands.
    pub origin: &'p Origin,
    /// What is in it, without its envelope; other payloads of its profile by type instead of by UUID.
    pub content: Value,
    /// Its envelope.
    pub(super) head: BTreeMap<&'p str, &'p Value>,
    /// Whether a build completes the envelope: what a policy carries may lack identifiers.
    pub(super) open: bool,
}

/// One payload in both inputs; one of the two is there.
#[derive(Clone, Debug)]
pub struct PayloadPair<'p> {
    /// As the first has it.
    pub expected: Option<Foreign<'p>>,
    /// As the second has it.
    pub actual: Option<Foreign<'p>>,
}

impl<'p> PayloadPair<'p> {
    /// What is said of it; `Missing` where only one input has it.
    pub fn verdict(&self) -> Verdict {
        match (&self.expected, &self.actual) {
            (Some(_), Some(_)) if self.inside().is_empty() && !self.other_channel() => Verdict::Same,
            (Some(_), Some(_)) => Verdict::Differs,
            _ => Verdict::Missing,
        }
    }

    /// The places inside that differ; none where only one input has it.
    pub fn inside(&self) -> Vec<Inside<'_>> {
        match (&self.expected, &self.actual) {
            (Some(expected), Some(actual)) => inside(&expected.content, &actual.content),
            _ => Vec::new(),
        }
    }

    /// Whether both say for which channel it is, and say different ones.
    pub fn other_channel(&self) -> bool {
        let channel = |foreign: &Option<Foreign<'p>>| foreign.as_ref().and_then(|foreign| foreign.channel);
        let (expected, actual) = (channel(&self.expected), channel(&self.actual));
        expected.is_some() && actual.is_some() && expected != actual
    }

    /// The one that is there: as the first input has it, or as only the second has it.
    pub fn either(&self) -> Option<&Foreign<'p>> {
        self.expected.as_ref().or(self.actual.as_ref())
    }
}

/// The keys of a payload's envelope. What `PayloadContent` holds is no part of it.
pub(super) fn head(entries: &BTreeMap<String, Value>) -> BTreeMap<&str, &Value> {
    let head = entries.iter().filter(|(key, _)| is_head(key));
    head.map(|(key, value)| (key.as_str(), value)).collect()
}

fn is_head(key: &str) -> bool {
    ENVELOPE.contains(&key) && key != "PayloadContent"
}

/// A payload as it comes, whether from a profile or from beside a policy.
pub(super) struct Raw<'p> {
    pub kind: &'p str,
    pub entries: &'p BTreeMap<String, Value>,
    pub origin: &'p Origin,
    pub is_foreign: bool,
}

/// The payloads of a profile that are no preferences.
pub(super) fn of_profile(profile: &HeldProfile, channel: Option<Channel>) -> Vec<Foreign<'_>> {
    foreign(&profile.payloads.iter().map(raw).collect::<Vec<_>>(), channel)
}

/// The payloads that a policy carries.
pub(super) fn of_policy(plan: &Plan) -> Vec<Foreign<'_>> {
    // Those of one file may speak of each other.
    let files = plan.payloads.chunk_by(|one, other| one.file == other.file);
    let channel = Some(plan.identity.channel);
    let all = files.flat_map(|file| foreign(&file.iter().map(passed).collect::<Vec<_>>(), channel));
    all.map(|foreign| Foreign { open: true, ..foreign }).collect()
}

fn passed(passed: &Passed) -> Raw<'_> {
    Raw { kind: &passed.kind, entries: &passed.value, origin: &passed.places.at, is_foreign: true }
}

fn raw(payload: &HeldPayload) -> Raw<'_> {
    Raw {
        kind: &payload.kind,
        entries: &payload.envelope.entries,
        origin: &payload.envelope.places.at,
        is_foreign: matches!(payload.content, Content::Foreign),
    }
}

/// The payloads among those of one profile that are no preferences.
pub(super) fn foreign<'p>(all: &[Raw<'p>], channel: Option<Channel>) -> Vec<Foreign<'p>> {
    let names = names(all);
    let one = |raw: &Raw<'p>| Foreign {
        kind: raw.kind,
        identifier: text(raw.entries, "PayloadIdentifier"),
        channel,
        origin: raw.origin,
        content: content(raw.entries, &names),
        head: head(raw.entries),
        open: false,
    };
    all.iter().filter(|raw| raw.is_foreign).map(one).collect()
}

fn text<'p>(entries: &'p BTreeMap<String, Value>, key: &str) -> Option<&'p str> {
    match entries.get(key) {
        Some(Value::String(text)) => text.as_literal(),
        _ => None,
    }
}

fn uuid(entries: &BTreeMap<String, Value>) -> Option<String> {
    text(entries, "PayloadUUID").map(str::to_ascii_uppercase)
}

/// What to call the payloads of a profile instead of their UUIDs: by type, and where there are several of one type,
/// by what is in them, so that their order does not matter.
fn names(all: &[Raw<'_>]) -> BTreeMap<String, String> {
    let blank: BTreeMap<String, String> =
        all.iter().filter_map(|raw| uuid(raw.entries)).map(|uuid| (uuid, String::new())).collect();
    let mut kinds: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    for raw in all {
        let Some(uuid) = uuid(raw.entries) else { continue };
        kinds.entry(raw.kind).or_default().push((content(raw.entries, &blank).to_string(), uuid));
    }
    let mut names = BTreeMap::new();
    for (kind, mut payloads) in kinds {
        payloads.sort();
        for (at, (_, uuid)) in payloads.into_iter().enumerate() {
            let number = if at == 0 { String::new() } else { format!(" ({})", at + 1) };
            names.insert(uuid, format!("the payload {kind}{number}"));
        }
    }
    names
}

fn content(entries: &BTreeMap<String, Value>, names: &BTreeMap<String, String>) -> Value {
    let keys = entries.iter().filter(|(key, _)| !is_head(key));
    Value::Dictionary(keys.map(|(key, value)| (key.clone(), renamed(value, names))).collect())
}

/// A copy in which other names stand for some texts. Values nest at most [`crate::value::MAX_DEPTH`] deep.
fn renamed(value: &Value, names: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => {
            let name = text.as_literal().and_then(|text| names.get(&text.to_ascii_uppercase()));
            name.map_or_else(|| value.clone(), Value::string)
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| renamed(item, names)).collect()),
        Value::Dictionary(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.clone(), renamed(value, names)));
            Value::Dictionary(entries.collect())
        }
        other => other.clone(),
    }
}

/// A payload that looks for its partner.
struct Open<'p> {
    foreign: Foreign<'p>,
    /// Its content, as a key of maps.
    text: String,
    /// The number of the other in its list.
    partner: Option<usize>,
}

/// The payloads of one side; of those with the same content, one.
fn open<'p>(side: &Side<'p>) -> Vec<Open<'p>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for foreign in side.parts.iter().flat_map(|part| &part.foreign) {
        let text = foreign.content.to_string();
        if seen.insert((foreign.kind, foreign.channel, text.clone())) {
            found.push(Open { foreign: foreign.clone(), text, partner: None });
        }
    }
    found
}

/// Pairs what has no partner yet and the same key.
fn pair<'p, K: Ord>(
    first: &mut [Open<'p>],
    second: &mut [Open<'p>],
    unique: bool,
    key: impl Fn(&Open<'p>) -> Option<K>,
) {
    let waiting = |list: &[Open<'p>]| {
        let mut waiting: BTreeMap<K, VecDeque<usize>> = BTreeMap::new();
        for (at, open) in list.iter().enumerate().filter(|(_, open)| open.partner.is_none()) {
            if let Some(key) = key(open) {
                waiting.entry(key).or_default().push_back(at);
            }
        }
        waiting
    };
    let mut others = waiting(second);
    for (key, list) in waiting(first) {
        let Some(others) = others.get_mut(&key) else { continue };
        if unique && (list.len() > 1 || others.len() > 1) {
            continue;
        }
        for (one, other) in list.into_iter().zip(others.drain(..)) {
            if let (Some(first), Some(second)) = (first.get_mut(one), second.get_mut(other)) {
                first.partner = Some(other);
                second.partner = Some(one);
            }
        }
    }
}

pub(super) fn compare<'p>(expected: &Side<'p>, actual: &Side<'p>) -> Vec<PayloadPair<'p>> {
    // A file of preferences knows nothing of payloads.
    if expected.only().is_some() || actual.only().is_some() {
        return Vec::new();
    }
    let (mut first, mut second) = (open(expected), open(actual));
    let name = |open: &Open<'p>| open.foreign.identifier.map(str::to_lowercase);
    let kind = |open: &Open<'p>| open.foreign.kind;
    pair(&mut first, &mut second, false, |open| {
        name(open).map(|name| (kind(open), name, open.foreign.channel, open.text.clone()))
    });
    pair(&mut first, &mut second, false, |open| name(open).map(|name| (kind(open), name)));
    pair(&mut first, &mut second, false, |open| Some((kind(open), open.text.clone())));
    // What is the only one of its type on both sides is the same payload with another content.
    pair(&mut first, &mut second, true, |open| Some(kind(open)));
    let mut others: Vec<Option<Foreign<'p>>> = second.iter().map(|open| Some(open.foreign.clone())).collect();
    let mut pairs = Vec::new();
    for open in first {
        let actual = open.partner.and_then(|at| others.get_mut(at)).and_then(Option::take);
        pairs.push(PayloadPair { expected: Some(open.foreign), actual });
    }
    pairs.extend(
        others.into_iter().flatten().map(|actual| PayloadPair { expected: None, actual: Some(actual) }),
    );
    pairs
}
