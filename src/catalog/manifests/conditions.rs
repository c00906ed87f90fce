//! When a manifest leaves a key out, and when it requires one: in words, and as rules where a rule can say it.
//!
//! These conditions belong to the form of an editor, in which a field that is not filled in has the value that the
//! form starts with, and not the app's. A rule is therefore made only where another key has to be *set* to something;
//! what speaks of keys that are not there stays a note.

use super::facts::{Condition, Draft, Test};
use super::read::{Fields, shown};
use super::{Facts, Manifest, Step};
use crate::value::{Places, Value};

/// What a target may have to be, in words.
const OPERATORS: [(&str, &str); 6] = [
    ("pfm_range_list", "is"),
    ("pfm_n_range_list", "is none of"),
    ("pfm_contains_any", "has one of"),
    ("pfm_n_contains_any", "has none of"),
    ("pfm_contains_all", "has all of"),
    ("pfm_n_contains_all", "lacks one of"),
];

/// The notes and rules of `pfm_exclude` and `pfm_conditionals`.
pub(super) fn conditions(fields: &mut Fields<'_, '_>, facts: &mut Facts) {
    for (name, needed, words) in [
        ("pfm_exclude", false, "The manifest leaves it out where"),
        ("pfm_conditionals", true, "The manifest requires it where"),
    ] {
        let mut sets = Vec::new();
        for (value, places) in fields.list(name) {
            let Some(mut set) = Fields::new(value, places, fields.findings) else { continue };
            if let Some((words, conditions)) = all(&mut set) {
                sets.push(words.clone());
                facts.rules.extend(conditions.map(|conditions| Draft { needed, conditions, words }));
            }
            set.form(&["pfm_require", "pfm_imazing_exclusion_disables"]);
            set.done();
        }
        if !sets.is_empty() {
            facts.notes.push(format!("{words} {}.", sets.join(", or where ")));
        }
    }
}

/// All of these must hold: in words, and as conditions of a rule if each can be said as one; nothing if there is none.
fn all(set: &mut Fields<'_, '_>) -> Option<(String, Option<Vec<Condition>>)> {
    let (mut words, mut conditions) = (Vec::new(), Some(Vec::new()));
    for (value, places) in set.list("pfm_target_conditions") {
        let Some(mut one) = Fields::new(value, places, set.findings) else { continue };
        let Some(part) = in_words(&mut one) else { continue };
        words.push(part);
        match (condition(&mut one), &mut conditions) {
            (Some(found), Some(list)) => list.push(found),
            _ => conditions = None,
        }
        one.done();
    }
    (!words.is_empty()).then(|| (words.join(" and "), conditions))
}

/// The condition, if a rule can say it.
fn condition(one: &mut Fields<'_, '_>) -> Option<Condition> {
    let target = one.text("pfm_target").filter(|target| !target.is_empty())?.to_owned();
    let values = |list: Vec<(&Value, &Places)>| -> Option<Vec<Value>> {
        list.into_iter()
            .map(|(value, _)| value)
            .map(|value| is_literal(value).then(|| value.clone()))
            .collect()
    };
    // `pfm_present` beside a list says the same again, or contradicts it.
    let present = one.boolean("pfm_present");
    let simple = !one.has("pfm_value_empty") && !one.has("pfm_domain") && present != Some(false);
    let operators =
        OPERATORS.iter().filter(|(name, _)| one.has(name)).map(|(name, _)| *name).collect::<Vec<_>>();
    let test = match (operators.as_slice(), present) {
        ([], Some(true)) => Test::Set,
        (["pfm_range_list"], _) => Test::In(values(one.list("pfm_range_list"))?),
        (["pfm_n_range_list"], _) => Test::NotIn(values(one.list("pfm_n_range_list"))?),
        _ => return None,
    };
    simple.then_some(Condition { target, test })
}

/// Whether a catalogue can write the value.
fn is_literal(value: &Value) -> bool {
    match value {
        Value::Integer(number) => i64::try_from(number.get()).is_ok(),
        other => matches!(other, Value::Boolean(_) | Value::Real(_) | Value::String(_)),
    }
}

fn in_words(one: &mut Fields<'_, '_>) -> Option<String> {
    let mut parts = Vec::new();
    let listed = |values: Vec<(&Value, &Places)>| {
        values.into_iter().map(|(value, _)| shown(value)).collect::<Vec<_>>().join(", ")
    };
    for (name, words) in OPERATORS {
        if one.has(name) {
            let list = one.list(name);
            let words = if name == "pfm_n_range_list" && list.len() == 1 { "is not" } else { words };
            parts.push(format!("{words} {}", listed(list)));
        }
    }
    if let Some(present) = one.boolean("pfm_present") {
        parts.push(if present { "is set" } else { "is not set" }.to_owned());
    }
    if let Some(empty) = one.boolean("pfm_value_empty") {
        parts.push(if empty { "is empty" } else { "is not empty" }.to_owned());
    }
    let target = one.text("pfm_target").unwrap_or("").to_owned();
    let domain = one.text("pfm_domain").map(|domain| format!(" of {domain}")).unwrap_or_default();
    for (name, words) in [
        ("pfm_platforms", "the platform is"),
        ("pfm_n_platforms", "the platform is none of"),
        ("pfm_distribution", "the profile is delivered by"),
    ] {
        if one.has(name) {
            return Some(format!("{words} {}", listed(one.list(name))));
        }
    }
    (!parts.is_empty()).then(|| format!("`{target}`{domain} {}", parts.join(" and ")))
}

/// A rule that can be written: the place of its key, and of those that its conditions name.
pub(super) struct Ruled<'m> {
    pub draft: &'m Draft,
    pub key: String,
    pub conditions: Vec<(String, &'m Test)>,
}

/// The rules of a manifest, without those whose keys a rule cannot name: items of arrays, entries of any name, and
/// what the manifest does not describe.
pub(super) fn ruled(manifest: &Manifest) -> Vec<Ruled<'_>> {
    let mut found = Vec::new();
    collect(manifest, &manifest.keys, &mut Vec::new(), &mut found);
    found
}

fn collect<'m>(
    manifest: &'m Manifest,
    children: &'m [(Step, Facts)],
    path: &mut Vec<&'m str>,
    found: &mut Vec<Ruled<'m>>,
) {
    for (step, facts) in children {
        let Step::Name(name) = step else { continue };
        path.push(name);
        for draft in &facts.rules {
            let place = |condition: &'m Condition| {
                Some((address(&manifest.domain, &lookup(manifest, &condition.target)?)?, &condition.test))
            };
            let conditions: Option<Vec<_>> = draft.conditions.iter().map(place).collect();
            let key = address(&manifest.domain, path);
            found.extend(key.zip(conditions).map(|(key, conditions)| Ruled { draft, key, conditions }));
        }
        collect(manifest, &facts.children, path, found);
        path.pop();
    }
}

/// `domain:key > field`; none for names that have a meaning of their own there.
fn address(domain: &str, path: &[&str]) -> Option<String> {
    let plain = |part: &&str| !part.contains(['{', '}', '@', '*', '>']) && part.trim() == *part;
    path.iter().all(plain).then(|| format!("{domain}:{}", path.join(" > ")))
}

/// Where a target's name leads: a key of that whole name, or through dictionaries by its dots.
fn lookup<'m>(manifest: &'m Manifest, target: &'m str) -> Option<Vec<&'m str>> {
    let mut children: &[(Step, Facts)] = &manifest.keys;
    let (mut path, mut rest) = (Vec::new(), target);
    loop {
        let named =
            |name: &str| children.iter().find(|(step, _)| matches!(step, Step::Name(known) if known == name));
        if named(rest).is_some() {
            path.push(rest);
            return Some(path);
        }
        // The longest name first: a key may have dots of its own.
        let mut cuts = rest.rmatch_indices('.').filter_map(|(at, _)| rest.split_at_checked(at));
        let (head, tail, facts) = cuts.find_map(|(head, tail)| Some((head, tail, &named(head)?.1)))?;
        path.push(head);
        rest = tail.strip_prefix('.')?;
        children = &facts.children;
    }
}
