//! The ready-made policies: without errors and warnings, exactly the settings of their tables, and profiles that
//! are the same on every build.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{judged, root, rows, stems, table};
use prefsmith::catalog::Catalog;
use prefsmith::check::CheckedPlan;
use prefsmith::emit::{Artefact, Request, target};
use prefsmith::finding::{Findings, Severity, Sources};
use prefsmith::profile::Form;
use std::fmt::Write as _;

fn checked(stem: &str, catalog: &Catalog<'_>) -> CheckedPlan {
    judged(&root().join(format!("profiles/{stem}.toml")), catalog, &mut Sources::new()).plan.unwrap()
}

/// Builds a policy from its file, in one of the four ways.
fn built(stem: &str, form: Form, split: bool) -> Vec<Artefact> {
    let catalog = Catalog::builtin();
    let plan = checked(stem, &catalog);
    let request =
        Request { plan: &plan, catalog: &catalog, stem, form, split, keep: None, left: &[], scripts: false };
    let mut findings = Findings::new();
    let artefacts = target("mobileconfig").unwrap().emit(&request, &mut findings);
    assert!(!findings.has_errors(), "{stem}");
    artefacts
}

const WAYS: [(&str, Form, bool); 4] = [
    ("mcx whole", Form::Mcx, false),
    ("mcx split", Form::Mcx, true),
    ("domain whole", Form::Domain, false),
    ("domain split", Form::Domain, true),
];

#[test]
fn each_has_a_table_and_each_table_a_policy() {
    let mut tables = stems(&root().join("tests/expect"), "csv");
    tables.retain(|stem| stem != "types");
    assert_eq!(stems(&root().join("profiles"), "toml"), tables);
    assert!(tables.len() >= 6);
}

#[test]
fn each_is_without_errors_and_warnings() {
    let catalog = Catalog::builtin();
    for stem in stems(&root().join("profiles"), "toml") {
        let path = root().join(format!("profiles/{stem}.toml"));
        let checked = judged(&path, &catalog, &mut Sources::new());
        let bad: Vec<_> = checked.findings.iter().filter(|found| found.severity > Severity::Note).collect();
        assert!(bad.is_empty(), "{stem}: {bad:#?}");
    }
}

#[test]
fn each_comes_to_its_table() {
    let catalog = Catalog::builtin();
    for stem in stems(&root().join("profiles"), "toml") {
        let expected = table(&root().join(format!("tests/expect/{stem}.csv")));
        assert_eq!(rows(&checked(&stem, &catalog)), expected, "{stem}");
    }
}

#[test]
fn every_type_of_value_arrives() {
    let catalog = Catalog::builtin();
    let plan = judged(&root().join("tests/policies/types.toml"), &catalog, &mut Sources::new()).plan.unwrap();
    assert_eq!(rows(&plan), table(&root().join("tests/expect/types.csv")));
}

#[test]
fn a_second_build_has_the_same_bytes() {
    for stem in stems(&root().join("profiles"), "toml") {
        for (way, form, split) in WAYS {
            let first = built(&stem, form, split);
            assert_eq!(first, built(&stem, form, split), "{stem}, {way}");
            assert!(!first.is_empty(), "{stem}, {way}");
            assert!(split || first.len() == 1, "{stem}, {way}");
        }
    }
}

/// MDMs and Macs know a profile by these. A change here leaves deployed profiles behind.
#[test]
#[expect(clippy::disallowed_methods, reason = "another reader than ours judges")]
fn golden_identifiers() {
    let mut text = String::new();
    for stem in stems(&root().join("profiles"), "toml") {
        for (way, form, split) in WAYS {
            let _ = writeln!(text, "{stem}, {way}");
            for artefact in built(&stem, form, split) {
                let profile = plist::Value::from_reader_xml(&artefact.bytes[..]).unwrap();
                let profile = profile.as_dictionary().unwrap();
                let payloads = profile["PayloadContent"].as_array().unwrap();
                let parts = payloads.iter().map(|payload| payload.as_dictionary().unwrap());
                for part in [profile].into_iter().chain(parts) {
                    let said = |key: &str| part[key].as_string().unwrap().to_owned();
                    let _ = writeln!(text, "  {} {}", said("PayloadUUID"), said("PayloadIdentifier"));
                }
            }
        }
    }
    insta::assert_snapshot!(text);
}
