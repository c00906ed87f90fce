//! What rules look at: the domains that take part in them, and the keys that must be known to judge them.

use super::Catalog;
use super::rule::{ANY, Atom, Number, Path, Rule, Test};
use std::collections::{BTreeMap, BTreeSet};

/// The rules in which one of these domains takes part.
pub fn with_part<'r, 'c>(own: &BTreeSet<&str>, catalog: &'r Catalog<'c>) -> Vec<&'r Rule<'c>> {
    let takes_part = |rule: &&'r Rule<'c>| {
        let named = |atom: &'r Atom<'c>| {
            let one = move |path| domains_of(rule, atom, path, catalog);
            paths(atom).into_iter().flat_map(one).collect::<Vec<_>>()
        };
        atoms(rule).flat_map(named).any(|domain| own.contains(domain))
    };
    catalog.rules().into_iter().filter(takes_part).collect()
}

/// The keys that rules look at, by domain: what must be read of a Mac beside the policy's own.
pub fn keys_of_rules<'c>(rules: &[&Rule<'c>], catalog: &Catalog<'c>) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for rule in rules {
        for atom in atoms(rule) {
            for path in paths(atom) {
                for domain in domains_of(rule, atom, path, catalog) {
                    let names = names(rule, path, domain, catalog);
                    found.entry(domain.to_owned()).or_default().extend(names);
                }
            }
        }
    }
    found
}

/// The conditions of a rule.
pub fn atoms<'r, 'c>(rule: &'r Rule<'c>) -> impl Iterator<Item = &'r Atom<'c>> {
    rule.when.iter().chain(&rule.unless)
}

/// The paths of a condition.
fn paths<'r, 'c>(atom: &'r Atom<'c>) -> Vec<&'r Path<'c>> {
    let other = match &atom.test {
        Test::SameAs(path) | Test::Above(Number::At(path)) | Test::Below(Number::At(path)) => Some(path),
        _ => None,
    };
    std::iter::once(&atom.path).chain(other).collect()
}

/// The domains that a path can mean.
fn domains_of<'c>(rule: &Rule<'c>, atom: &Atom<'c>, path: &Path<'c>, catalog: &Catalog<'c>) -> Vec<&'c str> {
    if path.domain != "@" {
        return vec![path.domain];
    }
    let list = atom.over.map(|(list, _)| list).or(rule.each);
    list.and_then(|list| catalog.list(list)).map_or_else(Vec::new, |list| list.domains.clone())
}

/// The keys that a path can mean.
fn names<'c>(rule: &Rule<'c>, path: &Path<'c>, domain: &str, catalog: &Catalog<'c>) -> Vec<String> {
    if path.key == ANY {
        return catalog.keys_of(domain).into_iter().map(str::to_owned).collect();
    }
    let mut names = vec![path.key.to_owned()];
    for (variable, list) in [("{key}", &rule.any_key), ("{app}", &rule.any_app)] {
        let one = |name: &String| -> Vec<String> {
            if !name.contains(variable) {
                return vec![name.clone()];
            }
            list.iter().map(|word| name.replace(variable, word)).collect()
        };
        names = names.iter().flat_map(one).collect();
    }
    names
}
