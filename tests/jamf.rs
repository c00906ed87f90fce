//! `--target jamf`: what it makes of a ready-made policy and of one that uses everything, file by file. Scripts that other
//! tests hold fast are told by their heads and their calls.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test that cannot go on has failed")]

mod common;

use common::{judged, root};
use prefsmith::catalog::Catalog;
use prefsmith::emit::{Artefact, Request, target};
use prefsmith::finding::{Findings, Sources};
use prefsmith::profile::Form;
use std::fmt::Write as _;

fn built(policy: &str, split: bool) -> Vec<Artefact> {
    let catalog = Catalog::builtin();
    let path = root().join(policy);
    let plan = judged(&path, &catalog, &mut Sources::new()).plan.unwrap();
    let stem = path.file_stem().unwrap().to_str().unwrap();
    let request = Request {
        plan: &plan,
        catalog: &catalog,
        stem,
        form: Form::Mcx,
        split,
        keep: None,
        left: &[],
        scripts: false,
    };
    let mut findings = Findings::new();
    let mut artefacts = target("jamf").unwrap().emit(&request, &mut findings);
    assert!(!findings.has_errors(), "{findings:?}");
    artefacts.sort_by(|one, other| one.path.cmp(&other.path));
    artefacts
}

fn text(artefact: &Artefact) -> &str {
    std::str::from_utf8(&artefact.bytes).unwrap()
}

/// What differs between one script and the next: what stands before and behind the part that is the same in all.
fn shortened(script: &str) -> String {
    let Some(start) = script.find("# What stands from here to `apps`") else { return script.to_owned() };
    let end = script.rfind("\napps() {").unwrap();
    format!("{}…\n{}", &script[..start], &script[end..])
}

/// A body without what lies beside it as a file: the profile, the script.
fn without_content(body: &str, artefacts: &[Artefact]) -> String {
    let mut short = body.to_owned();
    for artefact in artefacts {
        let name = artefact.path.as_str();
        if name.ends_with(".sh") || name.ends_with(".mobileconfig") {
            let content = text(artefact).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            short = short.replace(&content, &format!("the content of {name}"));
        }
    }
    short
}

fn tree(policy: &str, split: bool) -> String {
    let artefacts = built(policy, split);
    let mut out = String::new();
    for artefact in &artefacts {
        let name = artefact.path.as_str();
        let program = if artefact.executable { " (a program)" } else { "" };
        let content = match name.rsplit('.').next() {
            Some("sh") => shortened(text(artefact)),
            Some("xml") => without_content(text(artefact), &artefacts),
            _ => text(artefact).to_owned(),
        };
        writeln!(out, "==> {name}{program}\n{content}").unwrap();
    }
    out
}

#[test]
fn a_ready_made_policy() {
    insta::assert_snapshot!("office_privacy", tree("profiles/office-privacy.toml", false));
}

#[test]
fn a_policy_that_uses_everything() {
    insta::assert_snapshot!("everything", tree("tests/jamf/everything.toml", false));
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
            let name = made.path.as_str();
            if name.ends_with(".sh") || name.ends_with(".mobileconfig") {
                let content = text(made).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                let holding = bodies.iter().filter(|body| body.contains(&format!(">{content}</"))).count();
                assert_eq!(holding, 1, "{policy}: {name}");
            }
        }
    }
}
