//! `--target fleet`, `osquery` and `munki`: what they make of a ready-made policy and of one that uses everything, file
//! by file. What `--target defaults` holds fast of scripts is left out.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test that cannot go on has failed")]

mod common;

use common::{judged, root};
use prefsmith::catalog::Catalog;
use prefsmith::emit::{Artefact, Request, target};
use prefsmith::finding::{Findings, Sources};
use prefsmith::profile::Form;
use std::fmt::Write as _;

fn built(name: &str, policy: &str) -> Vec<Artefact> {
    let catalog = Catalog::builtin();
    let path = root().join(policy);
    let checked = judged(&path, &catalog, &mut Sources::new());
    let plan = checked.plan.unwrap();
    let stem = path.file_stem().unwrap().to_str().unwrap();
    let request = Request {
        plan: &plan,
        catalog: &catalog,
        stem,
        form: Form::Mcx,
        split: false,
        keep: None,
        left: &[],
        scripts: false,
    };
    let mut findings = Findings::new();
    let mut artefacts = target(name).unwrap().emit(&request, &mut findings);
    assert!(!findings.has_errors(), "{findings:?}");
    artefacts.sort_by(|one, other| one.path.cmp(&other.path));
    artefacts
}

/// Without what is the same in every script.
fn shortened(mut text: &str) -> String {
    let mut out = String::new();
    while let Some(start) = text.find("# What stands from here to `apps`") {
        out.push_str(&text[..start]);
        text = &text[start..];
        let Some(end) = text.find("\napps() {") else { break };
        out.push_str("…\n");
        text = &text[end..];
    }
    out + text
}

fn tree(name: &str, policy: &str) -> String {
    let mut out = String::new();
    for artefact in built(name, policy) {
        let program = if artefact.executable { " (a program)" } else { "" };
        let text = std::str::from_utf8(&artefact.bytes).unwrap();
        writeln!(out, "==> {}{program}\n{}", artefact.path.as_str(), shortened(text)).unwrap();
    }
    out
}

#[test]
fn fleet_of_a_ready_made_policy() {
    insta::assert_snapshot!("fleet_office_privacy", tree("fleet", "profiles/office-privacy.toml"));
}

#[test]
fn fleet_of_a_policy_that_uses_everything() {
    insta::assert_snapshot!("fleet_everything", tree("fleet", "tests/fleet/everything.toml"));
}

#[test]
fn osquery_of_a_policy_that_uses_everything() {
    insta::assert_snapshot!("osquery_everything", tree("osquery", "tests/fleet/everything.toml"));
}

#[test]
fn munki_of_a_ready_made_policy() {
    insta::assert_snapshot!("munki_office_privacy", tree("munki", "profiles/office-privacy.toml"));
}

#[test]
fn munki_of_a_policy_that_uses_everything() {
    insta::assert_snapshot!("munki_everything", tree("munki", "tests/fleet/munki.toml"));
}

/// `fleetctl` puts variables of its environment in the place of `$NAME` in YAML and, but for its own, in profiles.
#[test]
fn no_dollar_stands_in_yaml() {
    for artefact in built("fleet", "tests/fleet/everything.toml") {
        if artefact.path.as_str().ends_with(".yml") {
            assert!(!artefact.bytes.contains(&b'$'), "{}", artefact.path.as_str());
        }
    }
}
