//! The envelopes of two inputs: how profiles and payloads are called, and by whom, which no setting depends on.

use super::{Kind, Part, PayloadPair, Side};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What a policy says of its profile's envelope; of the rest it says nothing.
const SAID: [&str; 6] = [
    "PayloadDescription",
    "PayloadDisplayName",
    "PayloadIdentifier",
    "PayloadOrganization",
    "PayloadScope",
    "mcx_data_timestamp",
];

/// One place in which the envelopes differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Apart {
    /// The identifier of the profile, as the first input has it where it does; empty for a payload that is no
    /// preferences.
    pub profile: String,
    /// The payload, by its type or the domains in it; none: the profile itself.
    pub payload: Option<String>,
    /// The key; none where the profile or the payload stands in one input only.
    pub key: Option<String>,
    /// What the first input has.
    pub expected: Option<Value>,
    /// What the second input has.
    pub actual: Option<Value>,
}

pub(super) fn compare(expected: &Side<'_>, actual: &Side<'_>, payloads: &[PayloadPair<'_>]) -> Vec<Apart> {
    let mut found = Vec::new();
    for (one, other) in pairs(expected, actual) {
        match (one, other) {
            (Some(one), Some(other)) => {
                profile(one, other, &mut found);
                if one.kind == Kind::Profile && other.kind == Kind::Profile {
                    heads(one, other, &mut found);
                }
            }
            (one, other) => {
                let name = |part: Option<&Part<'_>>| part.map(|part| Value::string(identifier(part)));
                let called = one.or(other).map(identifier).unwrap_or_default();
                let (expected, actual) = (name(one), name(other));
                found.push(Apart { profile: called, payload: None, key: None, expected, actual });
            }
        }
    }
    for pair in payloads {
        if let (Some(one), Some(other)) = (&pair.expected, &pair.actual) {
            let (mut first, mut second) = (one.head.clone(), other.head.clone());
            // What is not said is no difference where a build will say it.
            if one.open {
                second.retain(|key, _| one.head.contains_key(key));
            }
            if other.open {
                first.retain(|key, _| other.head.contains_key(key));
            }
            keys("", Some(one.kind), &first, &second, &mut found);
        }
    }
    found
}

fn identifier(part: &Part<'_>) -> String {
    match part.envelope.get("PayloadIdentifier").map(AsRef::as_ref) {
        Some(Value::String(text)) => text.to_string(),
        _ => String::new(),
    }
}

type Parts<'s, 'p> = (Option<&'s Part<'p>>, Option<&'s Part<'p>>);

/// The profiles that stand for each other: by identifier, and what is then left alone on both sides. A policy has no
/// envelope that could be one of several.
fn pairs<'s, 'p>(expected: &'s Side<'p>, actual: &'s Side<'p>) -> Vec<Parts<'s, 'p>> {
    let whole = |side: &'s Side<'p>| -> Vec<&'s Part<'p>> {
        side.parts.iter().filter(|part| matches!(part.kind, Kind::Policy | Kind::Profile)).collect()
    };
    let (first, second) = (whole(expected), whole(actual));
    if first.is_empty() || second.is_empty() {
        return Vec::new();
    }
    let mut others: BTreeMap<String, VecDeque<&Part<'p>>> = BTreeMap::new();
    for part in second {
        others.entry(identifier(part).to_lowercase()).or_default().push_back(part);
    }
    let mut found: Vec<Parts<'s, 'p>> = Vec::new();
    let mut alone = Vec::new();
    for part in first {
        match others.get_mut(&identifier(part).to_lowercase()).and_then(VecDeque::pop_front) {
            Some(other) => found.push((Some(part), Some(other))),
            None => alone.push(part),
        }
    }
    let left: Vec<&Part<'p>> = others.into_values().flatten().collect();
    if let ([one], [other]) = (alone.as_slice(), left.as_slice()) {
        found.push((Some(one), Some(other)));
        return found;
    }
    if !expected.is_policy() && !actual.is_policy() {
        found.extend(alone.into_iter().map(|part| (Some(part), None)));
        found.extend(left.into_iter().map(|part| (None, Some(part))));
    }
    found
}

/// The keys of two profiles.
fn profile(one: &Part<'_>, other: &Part<'_>, found: &mut Vec<Apart>) {
    let policy = one.kind == Kind::Policy || other.kind == Kind::Policy;
    let shown = |key: &str| !policy || SAID.contains(&key);
    let first = one.envelope.iter().filter(|(key, _)| shown(key));
    let second = other.envelope.iter().filter(|(key, _)| shown(key));
    let first = first.map(|(key, value)| (*key, value.as_ref())).collect();
    let second = second.map(|(key, value)| (*key, value.as_ref())).collect();
    keys(&identifier(one), None, &first, &second, found);
}

/// The payloads of preferences of two profiles: by the domains in them, in their order.
fn heads(one: &Part<'_>, other: &Part<'_>, found: &mut Vec<Apart>) {
    let mut others: BTreeMap<&str, VecDeque<&BTreeMap<&str, &Value>>> = BTreeMap::new();
    for (domains, head) in &other.heads {
        others.entry(domains).or_default().push_back(head);
    }
    let name = identifier(one);
    let alone = |domains: &str, head: &BTreeMap<&str, &Value>, first: bool| {
        let value = head.get("PayloadIdentifier").map_or_else(|| Value::string(""), |value| (*value).clone());
        let (expected, actual) = if first { (Some(value), None) } else { (None, Some(value)) };
        Apart { profile: name.clone(), payload: Some(domains.to_owned()), key: None, expected, actual }
    };
    for (domains, head) in &one.heads {
        match others.get_mut(domains.as_str()).and_then(VecDeque::pop_front) {
            Some(other) => keys(&name, Some(domains), head, other, found),
            None => found.push(alone(domains, head, true)),
        }
    }
    for (domains, heads) in others {
        found.extend(heads.into_iter().map(|head| alone(domains, head, false)));
    }
}

type Keys<'v> = BTreeMap<&'v str, &'v Value>;

fn keys(profile: &str, payload: Option<&str>, first: &Keys<'_>, second: &Keys<'_>, found: &mut Vec<Apart>) {
    let names: BTreeSet<&str> = first.keys().chain(second.keys()).copied().collect();
    for key in names {
        let (expected, actual) = (first.get(key).copied(), second.get(key).copied());
        if !same(key, expected, actual) {
            found.push(Apart {
                profile: profile.to_owned(),
                payload: payload.map(str::to_owned),
                key: Some(key.to_owned()),
                expected: expected.cloned(),
                actual: actual.cloned(),
            });
        }
    }
}

/// The letter case of a UUID says nothing.
fn same(key: &str, expected: Option<&Value>, actual: Option<&Value>) -> bool {
    match (expected, actual) {
        (Some(Value::String(one)), Some(Value::String(other))) if key == "PayloadUUID" => {
            one.to_string().eq_ignore_ascii_case(&other.to_string())
        }
        (expected, actual) => expected == actual,
    }
}
