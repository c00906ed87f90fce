//! What apps contact: against a table of our own of Microsoft's page, and against the catalogue itself; and
//! `docs/network.md`, which is made from it: `UPDATE_EXPECTED=1 cargo test --test catalogue` writes that page anew.

use crate::none;
use prefsmith::catalog::host::HostPattern;
use prefsmith::catalog::model::Literal;
use prefsmith::catalog::network::{Effect, Reach};
use prefsmith::catalog::rule::{Atom, Test};
use prefsmith::catalog::{Catalog, Facts, type_of};
use prefsmith::endpoints::{Question, State};
use prefsmith::finding::listed;
use prefsmith::plan::Plan;
use prefsmith::version::Ranges;
use std::collections::BTreeSet;
use std::fmt::Write as _;

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

const PAGE: &str = "docs/network.md";

const HEAD: &str = "# What is known of the network

What `prefsmith endpoints` ([endpoints.md](endpoints.md)) is made of: the activities in which apps contact addresses, and what
settings do to them. The page is made from the catalogue, and a test keeps it so.
";

fn value(literal: &Literal<'_>) -> String {
    literal.to_value().to_string()
}

/// A condition in words, with the domains whose key it is.
fn condition(effect: &Effect<'static>, atom: &Atom<'static>) -> String {
    let catalog = Catalog::builtin();
    let has = |domain: &&str| catalog.key(domain, atom.path.key).is_some();
    let found = domains(effect, atom);
    let names: Vec<&str> =
        found.iter().filter(|domain| has(domain)).map(|domain| catalog.short(domain)).collect();
    let test = match &atom.test {
        Test::Is(literal) => format!(" = {}`", value(literal)),
        Test::In(list) => format!(
            "` {}",
            list.iter().map(|one| format!("`{}`", value(one))).collect::<Vec<_>>().join(" or ")
        ),
        Test::Set(true) => "` set".to_owned(),
        other => panic!("{}: {other:?} has no words yet", effect.rule.id),
    };
    format!("`{}{test} ({})", atom.path.key, listed(&names))
}

fn reach(reach: &Reach<'_>) -> String {
    let sections: Vec<String> = reach.sections.iter().map(|id| format!("[{id}](#{id})")).collect();
    let hosts: Vec<String> = reach.hosts.iter().map(|host| format!("`{host}`")).collect();
    sections.into_iter().chain(hosts).collect::<Vec<_>>().join(", ")
}

fn page() -> String {
    let catalog = Catalog::builtin();
    let mut out = format!("{HEAD}\n## What settings do\n");
    for effect in catalog.effects() {
        let when: Vec<String> = effect.rule.when.iter().map(|atom| condition(effect, atom)).collect();
        let unless: Vec<String> = effect.rule.unless.iter().map(|atom| condition(effect, atom)).collect();
        let unless =
            if unless.is_empty() { String::new() } else { format!(", unless {}", unless.join(" or ")) };
        let _ = writeln!(
            out,
            "\n### {}\n\n{}{unless}: {}.\n",
            effect.rule.id,
            when.join(" and "),
            effect.rule.says
        );
        for (word, what) in [
            ("stops", &effect.stops),
            ("lessens", &effect.lessens),
            ("unsure", &effect.unsure),
            ("keeps", &effect.keeps),
        ] {
            if !what.is_empty() {
                let _ = writeln!(out, "- {word}: {}", reach(what));
            }
        }
        for note in &effect.notes {
            let _ = writeln!(out, "- note: {note}");
        }
        let _ = writeln!(out, "- {}: {}", effect.rule.confidence.word(), effect.rule.sources.join(", "));
    }
    out.push_str("\n## Activities and addresses\n");
    for id in catalog.section_ids() {
        let section = catalog.section(id).unwrap();
        let about: Vec<String> = section
            .about
            .iter()
            .map(|(product, range)| format!("{product} {}", range.parse::<Ranges>().unwrap().describe()))
            .collect();
        let licences = if section.is_licensed() {
            format!("; {} only", listed(&section.licences))
        } else {
            String::new()
        };
        let only = section.only.map_or(String::new(), |only| format!("; {only}"));
        let about = about.join(", ");
        let _ = writeln!(
            out,
            "\n### {id}\n\n{} Of {}, {about}{licences}{only}.\n",
            section.summary, section.as_of
        );
        out.push_str("| address | apps | type | what for |\n| --- | --- | --- | --- |\n");
        for endpoint in catalog.endpoints().into_iter().filter(|endpoint| endpoint.section == id) {
            let apps = if endpoint.apps.is_empty() { &section.apps } else { &endpoint.apps };
            let works = endpoint
                .works
                .map_or(String::new(), |works| format!(" {}", works.parse::<Ranges>().unwrap().describe()));
            let apps = if apps.is_empty() { "not named".to_owned() } else { listed(apps) };
            let _ = writeln!(
                out,
                "| `{}` | {apps}{works} | {} | {} |",
                endpoint.url,
                endpoint.kind.word(),
                endpoint.summary
            );
        }
        for note in &section.notes {
            let _ = writeln!(out, "\n{note}");
        }
    }
    out
}

#[test]
#[expect(clippy::disallowed_methods, reason = "on request, a test writes its page anew")]
fn the_page_is_what_the_catalogue_says() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = page();
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "{PAGE}: UPDATE_EXPECTED=1 cargo test --test catalogue writes it anew");
}
