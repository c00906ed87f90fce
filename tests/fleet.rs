//! `--target fleet`, `osquery` and `munki`: what they make of a ready-made policy and of one that uses everything, file
//! by file. What `--target defaults` holds fast of scripts is left out.

mod common;
#[path = "common/targets.rs"]
mod targets;

use prefsmith::emit::Artefact;

fn built(name: &str, policy: &str) -> Vec<Artefact> {
    targets::built(name, policy, false)
}

fn tree(name: &str, policy: &str) -> String {
    targets::tree(&built(name, policy), &[])
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
