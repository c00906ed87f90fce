//! Groups: where several domains agree on several keys, they are said once.

use super::{Draft, Entry, Place};
use crate::catalog::Catalog;
use crate::value::{DomainName, Value};
use std::collections::{BTreeMap, BTreeSet};

/// How many keys make a group worth its name.
const KEYS: usize = 2;
/// How many members a group is named after.
const NAMED: usize = 3;

/// A group of domains, with what they agree on.
#[derive(Debug)]
pub(super) struct Group<'d> {
    pub name: String,
    pub domains: Vec<&'d str>,
    /// For each key the entries of all the domains, the first one's first.
    pub keys: BTreeMap<&'d str, Vec<usize>>,
}

/// The groups of a draft, the largest first.
pub(super) fn groups<'d>(draft: &'d Draft, catalog: &Catalog<'_>) -> Vec<Group<'d>> {
    let mut agreed: BTreeMap<&str, Vec<(&Value, Vec<usize>)>> = BTreeMap::new();
    for (at, entry) in draft.entries.iter().enumerate() {
        let Some(value) = entry.setting.value.as_ref().filter(|_| groupable(entry)) else { continue };
        let values = agreed.entry(entry.key()).or_default();
        match values.iter_mut().find(|(known, _)| *known == value) {
            Some((_, of)) => of.push(at),
            None => values.push((value, vec![at])),
        }
    }
    let mut sets: BTreeMap<Vec<&str>, BTreeMap<&str, Vec<usize>>> = BTreeMap::new();
    for (key, values) in agreed {
        for (_, of) in values.into_iter().filter(|(_, of)| of.len() > 1) {
            let domains = of.iter().filter_map(|at| draft.entries.get(*at)).map(Entry::domain).collect();
            // Two values of one key for the same domains cannot be.
            sets.entry(domains).or_default().insert(key, of);
        }
    }
    sets.retain(|_, keys| keys.len() >= KEYS);
    let mut sets: Vec<_> = sets.into_iter().collect();
    sets.sort_by_key(|(domains, _)| std::cmp::Reverse(domains.len()));
    let mut taken: BTreeSet<String> = draft.entries.iter().map(|entry| entry.domain().to_owned()).collect();
    let name = |domains: &[&str], taken: &mut BTreeSet<String>| {
        let base = base(domains, catalog);
        let mut name = base.clone();
        let mut number = 1;
        let known = |name: &str| {
            catalog.alias(name).is_some() || catalog.domain(name).is_some() || !catalog.named(name).is_empty()
        };
        while known(&name) || taken.contains(&name) {
            number += 1;
            name = format!("{base}-{number}");
        }
        taken.insert(name.clone());
        name
    };
    let group =
        |(domains, keys): (Vec<&'d str>, _)| Group { name: name(&domains, &mut taken), domains, keys };
    sets.into_iter().map(group).collect()
}

/// Only what is the same wherever it stands: nothing is said of one domain alone.
fn groupable(entry: &Entry) -> bool {
    entry.place == Place::Settings
        && entry.remarks.is_empty()
        && DomainName::new(entry.domain()).is_ok()
        && !matches!(entry.setting.value, Some(Value::Dictionary(_)))
}

/// The name of a list of the catalogue that has the same domains, or one made of theirs.
fn base(domains: &[&str], catalog: &Catalog<'_>) -> String {
    if domains.len() <= NAMED {
        let shorts: Vec<String> =
            domains.iter().map(|domain| super::slug(catalog.short(domain)).to_lowercase()).collect();
        return shorts.join("-and-");
    }
    let same =
        |list: &[&str]| list.len() == domains.len() && domains.iter().all(|domain| list.contains(domain));
    let listed =
        ["office-apps"].into_iter().find(|name| catalog.list(name).is_some_and(|list| same(&list.domains)));
    listed.map_or_else(|| format!("{}-domains", domains.len()), str::to_owned)
}
