//! `--by-build`: which settings go into which profile, and who gets it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{judged, root};
use prefsmith::catalog::Catalog;
use prefsmith::check::CheckedPlan;
use prefsmith::emit::{Artefact, Request, builds_page, target};
use prefsmith::finding::{Findings, Sources};
use prefsmith::profile::Form;
use std::fmt::Write as _;

struct Build {
    catalog: Catalog<'static>,
    plan: CheckedPlan,
    said: Findings,
}

impl Build {
    fn new(policy: &str) -> Self {
        let catalog = Catalog::builtin();
        let mut said = Findings::new();
        let plan = judged(&root().join(policy), &catalog, &mut Sources::new()).plan.unwrap();
        let plan = plan.by_build(&catalog, &mut said);
        Self { catalog, plan, said }
    }

    fn of(&self, name: &str, split: bool) -> Vec<Artefact> {
        let request = Request {
            plan: &self.plan,
            catalog: &self.catalog,
            stem: "outlook",
            form: Form::Mcx,
            split,
            keep: None,
            left: &[],
            scripts: true,
        };
        let mut findings = Findings::new();
        let mut artefacts = target(name).unwrap().emit(&request, &mut findings);
        artefacts.extend(builds_page(&request, &artefacts, &mut findings));
        assert!(!findings.has_errors(), "{findings:?}");
        artefacts.sort_by(|one, other| one.path.cmp(&other.path));
        artefacts
    }
}

/// The artefacts whose paths hold one of these texts.
fn tree(artefacts: &[Artefact], wanted: &[&str]) -> String {
    let mut out = String::new();
    for artefact in
        artefacts.iter().filter(|made| wanted.iter().any(|text| made.path.as_str().contains(text)))
    {
        let text = std::str::from_utf8(&artefact.bytes).unwrap();
        writeln!(out, "==> {}\n{text}", artefact.path.as_str()).unwrap();
    }
    out
}

#[test]
fn profiles_and_the_page_about_them() {
    let build = Build::new("tests/by-build/outlook.toml");
    let said: Vec<String> =
        build.said.iter().map(|finding| format!("{}: {}", finding.code.as_str(), finding.title)).collect();
    assert_eq!(said, ["not-cut: kFRETelemetryConsentKey stays in the profile for every Mac"]);
    insta::assert_snapshot!("profiles", tree(&build.of("mobileconfig", false), &["outlook"]));
}

#[test]
fn with_split_each_part_is_split() {
    let build = Build::new("tests/by-build/outlook.toml");
    let made = build.of("mobileconfig", true);
    let names: Vec<&str> = made.iter().map(|made| made.path.as_str()).collect();
    let word = "outlook.Word-15.0-to-16.27.com.microsoft.Word.mobileconfig";
    assert!(names.contains(&word), "{names:?}");
    assert!(names.contains(&"outlook.com.microsoft.Outlook.mobileconfig"), "{names:?}");
}

#[test]
fn jamf_gives_each_part_its_smart_group() {
    let build = Build::new("tests/by-build/outlook.toml");
    let made = build.of("jamf", false);
    let wanted = ["api/profile", "api/group-profile", "README.txt"];
    insta::assert_snapshot!("jamf", tree(&made, &wanted));
    assert_eq!(made.iter().filter(|made| made.path.as_str().ends_with("scripts/apply.sh")).count(), 1);
}

#[test]
fn fleet_gives_each_part_its_label() {
    let build = Build::new("tests/by-build/outlook.toml");
    insta::assert_snapshot!("fleet", tree(&build.of("fleet", false), &["fragment", "labels/", "README.txt"]));
}
