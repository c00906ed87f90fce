//! When a manifest leaves a key out, and when it requires one, in words.
//!
//! These conditions belong to the form of an editor: a field that is not filled in has the value with which the form
//! starts, and not the app's. They are therefore told as notes, and no rule judges a policy by them.

use super::read::{Fields, shown};
use crate::value::Value;

/// What a target may have to be.
const OPERATORS: [(&str, &str); 6] = [
    ("pfm_range_list", "is"),
    ("pfm_n_range_list", "is none of"),
    ("pfm_contains_any", "has one of"),
    ("pfm_n_contains_any", "has none of"),
    ("pfm_contains_all", "has all of"),
    ("pfm_n_contains_all", "lacks one of"),
];

/// The notes of `pfm_exclude` and `pfm_conditionals`.
pub(super) fn notes(fields: &mut Fields<'_, '_>, notes: &mut Vec<String>) {
    for (name, words) in [
        ("pfm_exclude", "The manifest leaves it out where"),
        ("pfm_conditionals", "The manifest requires it where"),
    ] {
        let mut sets = Vec::new();
        for (value, places) in fields.list(name) {
            let Some(mut set) = Fields::new(value, places, fields.findings) else { continue };
            sets.extend(conditions(&mut set));
            set.form(&["pfm_require", "pfm_imazing_exclusion_disables"]);
            set.done();
        }
        if !sets.is_empty() {
            notes.push(format!("{words} {}.", sets.join(", or where ")));
        }
    }
}

/// All of these must hold; nothing if there is none.
fn conditions(set: &mut Fields<'_, '_>) -> Option<String> {
    let mut parts = Vec::new();
    for (value, places) in set.list("pfm_target_conditions") {
        let Some(mut one) = Fields::new(value, places, set.findings) else { continue };
        let part = condition(&mut one);
        one.done();
        parts.extend(part);
    }
    (!parts.is_empty()).then(|| parts.join(" and "))
}

fn condition(one: &mut Fields<'_, '_>) -> Option<String> {
    let mut parts = Vec::new();
    let listed = |values: Vec<(&Value, _)>| {
        values.into_iter().map(|(value, _)| shown(value)).collect::<Vec<_>>().join(", ")
    };
    for (name, words) in OPERATORS {
        if one.has(name) {
            parts.push(format!("{words} {}", listed(one.list(name))));
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
