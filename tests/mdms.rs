//! `--target intune`, `kandji`, `workspace-one`, `ddm` and those that take a plain profile: what they make of a ready-made
//! policy and of one that uses everything, file by file. Then: that every target has its page and its table, and that a
//! payload of Apple's becomes a preference nowhere.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;
#[path = "common/targets.rs"]
mod targets;

use common::{Disk, root};
use prefsmith::catalog::Catalog;
use prefsmith::check::{CheckedPlan, Options, check};
use prefsmith::emit::{Artefact, TARGETS};
use prefsmith::finding::{Findings, Severity, Sources};
use prefsmith::policy::targets::TARGET_TABLES;
use prefsmith::policy::{Files, Policy};
use prefsmith::value::write::base64;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use targets::{made, plan, text};

const EVERYTHING: &str = "tests/mdms/everything.toml";
const READY: &str = "profiles/office-privacy.toml";

fn built(name: &str, policy: &str) -> Vec<Artefact> {
    targets::built(name, policy, false)
}

/// The files; of a file inside another one its name.
fn tree(name: &str, policy: &str) -> String {
    let artefacts = built(name, policy);
    let inside = artefacts.iter().filter(|made| !made.bytes.is_empty());
    let other: Vec<_> =
        inside.map(|made| (base64(&made.bytes), format!("base64 of {}", made.path))).collect();
    targets::tree(&artefacts, &other)
}

#[test]
fn intune_of_a_ready_made_policy() {
    insta::assert_snapshot!("intune_office_privacy", tree("intune", READY));
}

#[test]
fn intune_of_a_policy_that_uses_everything() {
    insta::assert_snapshot!("intune_everything", tree("intune", EVERYTHING));
}

#[test]
fn kandji_of_a_ready_made_policy() {
    insta::assert_snapshot!("kandji_office_privacy", tree("kandji", READY));
}

#[test]
fn kandji_of_a_policy_that_uses_everything() {
    insta::assert_snapshot!("kandji_everything", tree("kandji", EVERYTHING));
}

#[test]
fn workspace_one_of_a_ready_made_policy() {
    insta::assert_snapshot!("workspace_one_office_privacy", tree("workspace-one", READY));
}

#[test]
fn workspace_one_of_a_policy_that_uses_everything() {
    insta::assert_snapshot!("workspace_one_everything", tree("workspace-one", EVERYTHING));
}

/// The targets that take a plain profile.
const PLAIN: [&str; 6] = ["addigy", "ddm", "jumpcloud", "mosyle", "nanomdm", "simplemdm"];

/// Their profiles are the plain one, which other tests hold fast.
#[test]
fn plain_targets_of_a_ready_made_policy() {
    let plain = built("mobileconfig", READY);
    let mut out = String::new();
    for name in PLAIN {
        for artefact in built(name, READY) {
            let path = artefact.path.as_str();
            if path.ends_with(".mobileconfig") {
                assert_eq!(artefact.bytes, plain.first().unwrap().bytes, "{path}");
            } else {
                writeln!(out, "==> {path}\n{}", text(&artefact)).unwrap();
            }
        }
    }
    insta::assert_snapshot!("plain_office_privacy", out);
}

#[test]
fn plain_targets_of_a_policy_that_uses_everything() {
    let mut out = String::new();
    for name in PLAIN {
        for artefact in built(name, EVERYTHING) {
            writeln!(out, "==> {}", artefact.path).unwrap();
            if artefact.path.as_str().ends_with(".mobileconfig") {
                // The two values with tokens.
                let lines: Vec<&str> = text(&artefact).lines().collect();
                for key in ["Serial", "OfficeActivationEmailAddress"] {
                    let at =
                        lines.iter().position(|line| line.trim() == format!("<key>{key}</key>")).unwrap();
                    writeln!(out, "{key}: {}", lines[at + 1].trim()).unwrap();
                }
            } else {
                writeln!(out, "{}", text(&artefact)).unwrap();
            }
        }
    }
    insta::assert_snapshot!("plain_everything", out);
}

/// One file, in memory.
struct One(String);

impl Files for One {
    fn read(&self, _: &str) -> Result<String, String> {
        Ok(self.0.clone())
    }

    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        Disk.read_bytes(path)
    }
}

fn plan_of(policy: String) -> CheckedPlan {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let catalog = Catalog::builtin();
    let policy = Policy::load("p.toml", &One(policy), &mut sources, &mut findings).unwrap();
    let plan = policy.resolve(&catalog, &mut findings);
    check(plan, findings, &catalog, &Options::default()).plan.unwrap()
}

/// A policy with two domains, each with a text of so many bytes.
fn large(bytes: usize) -> CheckedPlan {
    let text = "x".repeat(bytes);
    plan_of(format!(
        "[policy]\nid = \"com.example.large\"\n[custom.\"com.example.one\"]\nKey = \"{text}\"\n[custom.\"com.example.two\"]\nKey = \"{text}\"\n"
    ))
}

/// The titles of errors.
fn errors(findings: &Findings) -> Vec<String> {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| format!("{}: {}", finding.code.as_str(), finding.title)).collect()
}

/// The limit is that of Microsoft's page: 1,000,000 bytes, to the byte.
#[test]
fn a_profile_over_intunes_limit_is_an_error() {
    let size = |plan: &CheckedPlan| {
        let (files, _) = made("mobileconfig", plan, "large", false);
        files.first().unwrap().bytes.len()
    };
    // Both texts stand in the profile once; the scripts have a limit of their own, so of them nothing is asked.
    let around = size(&large(1_000));
    let fits = (1_000_000 - around) / 2 + 1_000;
    let profile = |plan: &CheckedPlan| -> Vec<String> {
        let (_, findings) = made("intune", plan, "large", false);
        errors(&findings).into_iter().filter(|error| error.contains(".mobileconfig")).collect()
    };
    let odd = (1_000_000 - around) % 2;
    assert_eq!(size(&large(fits)) + odd, 1_000_000);
    assert!(profile(&large(fits)).is_empty());
    let wanted = format!(
        "intune-too-large: large.mobileconfig has {} bytes, and Intune takes a custom profile of at most 1000000",
        1_000_002 - odd
    );
    assert_eq!(profile(&large(fits + 1)), [wanted]);
    // Cut by domain, each fits.
    let (_, findings) = made("intune", &large(fits + 1), "large", true);
    assert!(
        !errors(&findings).iter().any(|error| error.contains(".mobileconfig")),
        "{:?}",
        errors(&findings)
    );
}

#[test]
fn a_script_over_intunes_limit_is_an_error() {
    let (files, findings) = made("intune", &large(100_000), "large", false);
    let said = errors(&findings);
    assert!(files.is_empty());
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("intune-too-large: compliance.sh has 2"), "{said:?}");
    assert!(said[0].ends_with(" bytes, and Intune takes a script of less than 200 KB"), "{said:?}");
}

/// Every target has its page, every page its target, and a policy can speak of no target that is none.
#[test]
fn targets_tables_and_pages_go_together() {
    let targets: Vec<&str> = TARGETS.iter().map(|target| target.name()).collect();
    assert!(targets.is_sorted(), "{targets:?}");
    for info in TARGET_TABLES {
        assert!(targets.contains(&info.name), "[target.{}] is no target", info.name);
    }
    let mut pages = common::stems(&root().join("docs/targets"), "md");
    pages.retain(|page| page != "README");
    assert_eq!(pages, targets);
    let matrix = std::fs::read_to_string(root().join("docs/targets/README.md")).unwrap();
    for name in &targets {
        assert!(
            matrix.contains(&format!("[`{name}`]({name}.md)")),
            "{name} is not in docs/targets/README.md"
        );
        let page = std::fs::read_to_string(root().join(format!("docs/targets/{name}.md"))).unwrap();
        assert!(page.contains(&format!("--target {name}")), "{name}.md does not say how it is built");
    }
}

/// What Apple's own payloads hold are no preferences: only a profile brings them to a Mac.
#[test]
fn a_payload_of_apples_becomes_a_preference_nowhere() {
    let plan = plan("profiles/entra-sso.toml");
    let mut profiles = BTreeSet::new();
    for target in TARGETS {
        let name = target.name();
        let (artefacts, findings) = made(name, &plan, "entra-sso", false);
        for artefact in &artefacts {
            let path = artefact.path.as_str();
            let content = text(artefact);
            if path.ends_with(".mobileconfig") || path == "workspace-one/com.apple.extensiblesso.xml" {
                assert!(content.contains("<string>com.apple.extensiblesso</string>"), "{path}");
                assert!(!content.contains("com.apple.ManagedClient.preferences"), "{path}");
                profiles.insert(name);
                continue;
            }
            // Bodies of APIs carry the profile, and a collector looks for all that profiles enforce.
            let carries = path.ends_with("collect.sh")
                || path.ends_with("snapshot.sh")
                || path.contains("script-collect");
            let body = path == "jamf/api/profile.xml" || path == "intune/graph/profile.json";
            if !(carries || body || path.ends_with("README.txt")) {
                assert!(!content.contains("extensiblesso"), "{path}");
                assert!(!path.contains("extensiblesso"), "{path}");
            }
        }
        let refuses = ["check-script", "defaults", "munki", "osquery"].contains(&name);
        assert_eq!(artefacts.is_empty(), refuses, "{name}: {findings:?}");
    }
    let wanted = [
        "addigy",
        "ddm",
        "fleet",
        "intune",
        "jamf",
        "jumpcloud",
        "kandji",
        "mobileconfig",
        "mosyle",
        "nanomdm",
        "simplemdm",
        "workspace-one",
    ];
    let missing: Vec<&&str> = wanted.iter().filter(|name| !profiles.contains(**name)).collect();
    assert!(missing.is_empty(), "no profile for {missing:?}");
}
