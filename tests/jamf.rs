//! `--target jamf`: what it makes of a ready-made policy and of one that uses everything, file by file. Scripts that other
//! tests hold fast are told by their heads and their calls.

mod common;
#[path = "common/targets.rs"]
mod targets;

use prefsmith::emit::Artefact;
use targets::text;

fn built(policy: &str, split: bool) -> Vec<Artefact> {
    targets::built("jamf", policy, split)
}

/// As it stands in a body.
fn escaped(artefact: &Artefact) -> String {
    text(artefact).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn is_in_a_body(artefact: &Artefact) -> bool {
    let name = artefact.path.as_str();
    name.ends_with(".sh") || name.ends_with(".mobileconfig")
}

/// The files; a body says the name of the file that it holds.
fn tree(policy: &str) -> String {
    let artefacts = built(policy, false);
    let inside = artefacts.iter().filter(|made| is_in_a_body(made));
    let other: Vec<_> = inside.map(|made| (escaped(made), format!("the content of {}", made.path))).collect();
    targets::tree(&artefacts, &other)
}

#[test]
fn a_ready_made_policy() {
    insta::assert_snapshot!("office_privacy", tree("profiles/office-privacy.toml"));
}

#[test]
fn a_policy_that_uses_everything() {
    insta::assert_snapshot!("everything", tree("tests/jamf/everything.toml"));
}

#[test]
fn parts_have_bodies_of_their_own() {
    let names: Vec<String> =
        built("profiles/office-privacy.toml", true).iter().map(|made| made.path.to_string()).collect();
    let profiles: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| name.ends_with(".mobileconfig") || name.contains("api/profile"))
        .collect();
    assert_eq!(
        profiles,
        [
            "jamf/api/profile-com.microsoft.autoupdate2.xml",
            "jamf/api/profile-com.microsoft.errorreporting.xml",
            "jamf/api/profile-com.microsoft.office.xml",
            "jamf/office-privacy.com.microsoft.autoupdate2.mobileconfig",
            "jamf/office-privacy.com.microsoft.errorreporting.mobileconfig",
            "jamf/office-privacy.com.microsoft.office.mobileconfig",
        ]
    );
}

/// A policy that only a profile can deliver has everything but the scripts that set.
#[test]
fn what_counts_only_when_enforced_has_no_scripts_that_set() {
    let names: Vec<String> =
        built("profiles/outlook-managed.toml", false).iter().map(|made| made.path.to_string()).collect();
    let scripts: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| name.contains("scripts/")).collect();
    assert_eq!(scripts, ["jamf/scripts/check.sh", "jamf/scripts/collect.sh"]);
    assert!(names.iter().any(|name| name == "jamf/attributes/policy.sh"));
}

/// Every body that brings a file brings exactly that file.
#[test]
fn bodies_hold_the_files() {
    for policy in ["profiles/office-privacy.toml", "tests/jamf/everything.toml"] {
        let artefacts = built(policy, false);
        let bodies: Vec<&str> =
            artefacts.iter().filter(|made| made.path.as_str().contains("/api/")).map(text).collect();
        for made in &artefacts {
            if is_in_a_body(made) {
                let content = format!(">{}</", escaped(made));
                let holding = bodies.iter().filter(|body| body.contains(&content)).count();
                assert_eq!(holding, 1, "{policy}: {}", made.path);
            }
        }
    }
}
