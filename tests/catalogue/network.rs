//! What apps contact: against a table of our own of Microsoft's page, and against the catalogue itself.

use crate::none;
use prefsmith::catalog::host::HostPattern;
use prefsmith::catalog::network::{Effect, Reach};
use prefsmith::catalog::rule::{Atom, Test};
use prefsmith::catalog::{Catalog, Facts, type_of};
use prefsmith::endpoints::{Question, State};
use prefsmith::plan::Plan;
use prefsmith::version::Ranges;
use std::collections::BTreeSet;

const TABLE: &str = include_str!("../fixtures/endpoints-2016.csv");

/// The rows of the table: section, url, host, apps, type, licences, from.
fn table() -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn all_78_rows_are_what_the_table_says() {
    let catalog = Catalog::builtin();
    let mut found = Vec::new();
    for endpoint in catalog.endpoints() {
        let section = catalog.section(endpoint.section).unwrap();
        let apps = if endpoint.apps.is_empty() { &section.apps } else { &endpoint.apps };
        let (host, _) = HostPattern::of_url(endpoint.url).unwrap();
        let from = endpoint.works.map(|works| works.parse::<Ranges>().unwrap().lower().unwrap().to_string());
        found.push(vec![
            endpoint.section.to_owned(),
            endpoint.url.to_owned(),
            host.as_str().to_owned(),
            apps.join(" "),
            endpoint.kind.word().to_owned(),
            section.licences.join(" "),
            from.unwrap_or_default(),
        ]);
    }
    assert_eq!(found.len(), 78);
    assert_eq!(found, table());
    let sections: BTreeSet<&str> = catalog.section_ids().into_iter().collect();
    assert_eq!(sections.len(), 15);
}

#[test]
fn without_a_policy_all_of_them_are_contacted() {
    let (catalog, nothing) = (Catalog::builtin(), Plan::default());
    assert!(nothing.licences() == prefsmith::catalog::Known::Unknown);
    let network = Question { facts: &nothing, catalog: &catalog, enforced_only: true }.answer();
    assert_eq!(network.rows.len(), 78);
    assert!(network.rows.iter().all(|row| row.state() == State::Contacted && row.because.is_empty()));
    assert!(network.left_out.is_empty() && network.newer.len() == 1);
    assert!(!network.undecided(&Default::default()));
}

fn reaches<'e>(effect: &'e Effect<'static>) -> [&'e Reach<'static>; 4] {
    [&effect.stops, &effect.lessens, &effect.unsure, &effect.keeps]
}

#[test]
fn what_sections_and_effects_name_exists() {
    let catalog = Catalog::builtin();
    let ids: BTreeSet<&str> = catalog.section_ids().into_iter().collect();
    let endpoints = catalog.endpoints();
    let mut complaints = Vec::new();
    let mut missing = |of: &str, what: &str, name: &str| complaints.push(format!("{of}: {what} {name}"));
    for section in catalog.layers()[0].network().sections.iter() {
        for app in section.apps.iter().chain(section.about.iter().map(|(product, _)| product)) {
            if catalog.product(app).is_none() {
                missing(section.id, "product", app);
            }
        }
        if !endpoints.iter().any(|endpoint| endpoint.section == section.id) {
            missing(section.id, "no endpoint", "");
        }
        if section.notes.iter().chain([&section.summary]).any(|text| !text.ends_with('.')) {
            missing(section.id, "no sentence", "");
        }
    }
    for endpoint in &endpoints {
        if catalog.section(endpoint.section).is_none() {
            missing(endpoint.url, "section", endpoint.section);
        }
        let lost = endpoint.apps.iter().filter(|app| catalog.product(app).is_none());
        lost.for_each(|app| missing(endpoint.url, "product", app));
    }
    for effect in catalog.effects() {
        let of = effect.rule.id;
        for reach in reaches(effect) {
            let lost = reach.sections.iter().filter(|id| !ids.contains(**id));
            lost.for_each(|id| missing(of, "section", id));
            for host in &reach.hosts {
                let pattern = HostPattern::parse(host).unwrap();
                let known =
                    endpoints.iter().any(|one| pattern.covers(&HostPattern::of_url(one.url).unwrap().0));
                if !known {
                    missing(of, "no endpoint of host", host);
                }
            }
        }
        let lost = effect.apps.iter().filter(|app| catalog.product(app).is_none());
        lost.for_each(|app| missing(of, "product", app));
        if effect.rule.says.ends_with('.') || effect.notes.iter().any(|note| note.ends_with('.')) {
            missing(of, "what it says stands in a line, without a full stop", "");
        }
    }
    none(complaints);
}

fn domains(effect: &Effect<'static>, atom: &Atom<'static>) -> Vec<&'static str> {
    if atom.path.domain != "@" {
        return vec![atom.path.domain];
    }
    let catalog = Catalog::builtin();
    let list = atom.over.map(|(list, _)| list).or(effect.rule.each).unwrap();
    catalog.list(list).unwrap_or_else(|| panic!("{}: no list {list}", effect.rule.id)).domains.clone()
}

/// The keys of conditions exist, and have the types of the values that they are compared with.
#[test]
fn conditions_of_effects_are_about_keys_that_exist() {
    let catalog = Catalog::builtin();
    let mut complaints = Vec::new();
    for effect in catalog.effects() {
        for atom in effect.rule.when.iter().chain(&effect.rule.unless) {
            let mut known = 0;
            for domain in domains(effect, atom) {
                let Some(key) = catalog.key(domain, atom.path.key) else { continue };
                known += 1;
                let literals = match &atom.test {
                    Test::Is(literal) | Test::IsNot(literal) => vec![literal],
                    Test::In(list) => list.iter().collect(),
                    _ => Vec::new(),
                };
                let types = &key.key.node.types;
                let wrong = literals.iter().filter(|literal| !types.contains(&type_of(literal)));
                complaints.extend(
                    wrong.map(|one| format!("{}: {domain}:{} is no {one:?}", effect.rule.id, atom.path.key)),
                );
            }
            if known == 0 {
                complaints.push(format!("{}: no key {}:{}", effect.rule.id, atom.path.domain, atom.path.key));
            }
        }
    }
    none(complaints);
}
