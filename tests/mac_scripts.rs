//! The collector and the check of a policy with every kind of setting: what they look for, and how they judge it.
//! That they do so on a Mac is for `scripts/interop`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{judged, root};
use prefsmith::catalog::Catalog;
use prefsmith::check::{Checked, CheckedPlan};
use prefsmith::emit::{CheckOptions, Request, check_script, target};
use prefsmith::finding::{Findings, Sources};
use prefsmith::profile::Form;

fn request<'r, 'c>(plan: &'r CheckedPlan, catalog: &'r Catalog<'c>) -> Request<'r, 'c> {
    Request {
        plan,
        catalog,
        stem: "mac",
        form: Form::Mcx,
        split: false,
        keep: None,
        left: &[],
        scripts: false,
    }
}

/// Does something with a request for the policy.
fn with<T>(work: impl FnOnce(&Request<'_, '_>) -> T) -> T {
    let (catalog, mut sources) = (Catalog::builtin(), Sources::new());
    let Checked { plan, .. } = judged(&root().join("tests/policies/mac.toml"), &catalog, &mut sources);
    let plan = plan.ok().unwrap();
    work(&request(&plan, &catalog))
}

/// The script of a target.
fn script(name: &str) -> String {
    with(|request| {
        let mut findings = Findings::new();
        let made = target(name).unwrap().emit(request, &mut findings);
        assert!(findings.is_empty(), "{findings:?}");
        assert!(made.iter().all(|artefact| artefact.target == name));
        assert!(made.first().unwrap().executable && made.len() == 2);
        String::from_utf8(made.into_iter().next().unwrap().bytes).unwrap()
    })
}

/// The functions of calls with these names, which are all that a policy decides, but for the head.
fn calls(script: &str, names: &[&str]) -> String {
    let inside = |name: &&str| {
        let start = format!("\n{name}() {{\n");
        let (_, rest) = script.split_once(&start).unwrap();
        format!("{name}\n{}", rest.split_once("\n}\n").unwrap().0)
    };
    names.iter().map(inside).collect::<Vec<_>>().join("\n\n")
}

fn head(script: &str) -> &str {
    script.split_once("\n# What stands from here").unwrap().0
}

#[test]
fn the_collector_asks_for_the_keys_of_the_policy() {
    let script = script("collector");
    insta::assert_snapshot!(
        "collector",
        format!("{}\n\n{}", head(&script), calls(&script, &["policy_keys"]))
    );
    // Of the catalogue, what one domain has; the whole is data of its own.
    let all = calls(&script, &["all_keys"]);
    assert!(all.contains("  look 'com.microsoft.Excel' 'com.microsoft.Excel' '' "), "{all}");
    assert!(all.lines().count() > 15 && all.contains("'a.dotted <key> & '\\''more'\\'''"), "{all}");
    let apps = calls(&script, &["apps"]);
    assert!(apps.contains("  bundle 'Defender' "), "{apps}");
    // Intune takes scripts below 200 KB.
    assert!(script.len() < 120_000, "{}", script.len());
}

#[test]
fn the_check_judges_every_setting() {
    let script = script("check-script");
    insta::assert_snapshot!("check", format!("{}\n\n{}", head(&script), calls(&script, &["apps", "judged"])));
}

#[test]
fn the_check_of_an_extension_attribute() {
    let options = CheckOptions { result: true, exit_zero: true, effective: true };
    let script = with(|request| {
        let mut findings = Findings::new();
        check_script(request, &options, &mut findings).unwrap()
    });
    assert!(head(&script).ends_with("\nform=result exit_zero=yes effective=yes"), "{}", head(&script));
}
