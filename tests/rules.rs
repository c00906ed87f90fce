//! Each rule between settings fires on `tests/rules/<id>.toml` as `<id>.expect` says, and is silent on
//! `<id>.silent.toml`, one line apart. `UPDATE_EXPECTED=1 cargo test --test rules` writes the expectations anew: read
//! them before they are committed.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

use prefsmith::catalog::Catalog;
use prefsmith::check::{Checked, Options, check};
use prefsmith::finding::{Findings, Sources};
use prefsmith::policy::{Files, Policy};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

/// The checks between settings that are code.
const SPECIAL: [&str; 6] = [
    "activation-address-refused",
    "app-id-mismatch",
    "deadline-passed",
    "first-account-refused",
    "forced-version-deferred",
    "mail-domain-overlap",
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/rules")
}

fn text(file: &str) -> String {
    fs::read_to_string(folder().join(file)).unwrap_or_else(|error| panic!("tests/rules/{file}: {error}"))
}

struct Folder;

impl Files for Folder {
    fn read(&self, path: &str) -> Result<String, String> {
        fs::read_to_string(folder().join(path)).map_err(|error| error.to_string())
    }
}

fn judged(file: &str, sources: &mut Sources) -> Checked {
    let catalog = Catalog::builtin();
    let mut findings = Findings::new();
    let policy = Policy::load(file, &Folder, sources, &mut findings).unwrap();
    let plan = policy.resolve(&catalog, &mut findings);
    let options = Options { today: Some(jiff::civil::date(2026, 11, 21)) };
    check(plan, findings, &catalog, &options)
}

/// What a rule says of a fixture: severity, title, line and column of each place, help.
fn said(id: &str, file: &str) -> String {
    let mut sources = Sources::new();
    let checked = judged(file, &mut sources);
    let mut out = String::new();
    for finding in checked.findings.iter().filter(|finding| finding.code.as_str() == id) {
        writeln!(out, "{}: {}", finding.severity.word(), finding.title).unwrap();
        for label in &finding.labels {
            let at = sources.position_of(&label.at).unwrap();
            let gap = if label.text.is_empty() { "" } else { " " };
            writeln!(out, "  at {}:{}{gap}{}", at.line, at.column, label.text).unwrap();
        }
        for help in &finding.help {
            writeln!(out, "  help: {help}").unwrap();
        }
    }
    out
}

fn ids() -> BTreeSet<String> {
    let catalog = Catalog::builtin();
    // Those that need the sight of a Mac have fixtures of their own.
    let rules = catalog.rules().into_iter().filter(|rule| rule.any_app.is_empty());
    let rules = rules.map(|rule| rule.id.to_owned()).collect::<Vec<_>>();
    SPECIAL.iter().map(|id| (*id).to_owned()).chain(rules).collect()
}

#[test]
fn every_rule_fires_where_it_should_and_nowhere_else() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut wrong = Vec::new();
    for id in ids() {
        let found = said(&id, &format!("{id}.toml"));
        if update {
            fs::write(folder().join(format!("{id}.expect")), &found).unwrap();
        }
        let expected = text(&format!("{id}.expect"));
        if found.is_empty() || found != expected {
            wrong.push(format!("{id}.toml\nexpected:\n{expected}found:\n{found}"));
        }
        let silent = said(&id, &format!("{id}.silent.toml"));
        if !silent.is_empty() {
            wrong.push(format!("{id}.silent.toml is not silent:\n{silent}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_fixture_that_fires_and_its_silent_twin_are_one_line_apart() {
    for id in ids() {
        let (fires, silent) = (text(&format!("{id}.toml")), text(&format!("{id}.silent.toml")));
        let (fires, silent): (Vec<&str>, Vec<&str>) = (fires.lines().collect(), silent.lines().collect());
        let same = |a: &&str, b: &&str| a == b;
        let head = fires.iter().zip(&silent).take_while(|(a, b)| same(a, b)).count();
        let most = fires.len().min(silent.len()) - head;
        let pairs = fires.iter().rev().zip(silent.iter().rev());
        let tail = pairs.take_while(|(a, b)| same(a, b)).count().min(most);
        let (cut, grown) = (fires.len() - head - tail, silent.len() - head - tail);
        assert!(cut <= 1 && grown <= 1 && cut + grown > 0, "{id}: {cut} lines against {grown}");
    }
}

#[test]
fn no_fixture_is_left_over() {
    let mut expected = BTreeSet::new();
    for id in ids() {
        expected.extend(["toml", "silent.toml", "expect"].map(|end| format!("{id}.{end}")));
    }
    let files = fs::read_dir(folder()).unwrap();
    let found: BTreeSet<String> =
        files.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(found, expected);
}

/// A policy of one or more lines under its head, and the codes of what is said of it.
fn codes(body: &str) -> Vec<String> {
    struct One<'t>(&'t str);
    impl Files for One<'_> {
        fn read(&self, _: &str) -> Result<String, String> {
            Ok(format!("[policy]\nid = \"com.example.one\"\nname = \"One\"\n\n{}", self.0))
        }
    }
    let catalog = Catalog::builtin();
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let policy = Policy::load("one.toml", &One(body), &mut sources, &mut findings).unwrap();
    let plan = policy.resolve(&catalog, &mut findings);
    let checked = check(plan, findings, &catalog, &Options::default());
    checked.findings.iter().map(|finding| finding.code.as_str().to_owned()).collect()
}

fn says(body: &str, code: &str) -> bool {
    codes(body).iter().any(|found| found == code)
}

/// What an error hides is not taken for missing, and what it breaks is not believed; the rest is still judged.
#[test]
fn rules_do_not_speak_of_what_an_error_hides() {
    let lost = "[settings]\nSendAllTelemetryEnabled = false\nIsMerpEnabledd = true\n";
    assert!(!says(lost, "crash-reports-lost"), "the misspelt key may be the one that keeps crash reports");
    let broken = "[settings]\nSendAllTelemetryEnabled = false\nIsMerpEnabled = \"yes\"\n";
    assert!(!says(broken, "crash-reports-lost"), "the value of another type may be meant as true");
    let other = "[settings]\nSendAllTelemetryEnabled = false\nHowToCheck = 3\n";
    assert!(says(other, "crash-reports-lost"), "an error elsewhere hides nothing of it");
    let certain = "[settings.OneDrive]\nNoSuchKey = 1\n\
        AllowTenantList = { a = true }\nBlockTenantList = { b = true }\n";
    assert!(says(certain, "block-list-ignored"), "both keys are there, whatever else is missing");
    let macs = "[macs]\nOffice = \"newest\"\n[settings]\nSendAllTelemetryEnabled = false\n";
    assert!(!says(macs, "crash-reports-lost"), "which builds are out there is not known");
}

/// An error that the policy accepts is no reason to doubt the setting.
#[test]
fn rules_speak_of_what_is_accepted() {
    let body = "[settings.AutoUpdate]\n\"UpdateDeadline.FinalCountDown\" = 5\n\
        [[allow]]\ncode = \"out-of-range\"\nwhy = \"A test.\"\n";
    assert!(says(body, "deadline-keys-moot"));
}

#[test]
fn an_app_with_versions_of_its_own_is_judged_by_them() {
    let body = |word: &str| {
        format!(
            "[macs]\nOffice = \"16.0 ..\"\nWord = \"{word}\"\n[settings.Word]\nSendAllTelemetryEnabled = false\n"
        )
    };
    assert!(says(&body("16.9 .. 16.16.x"), "crash-reports-lost"));
    assert!(!says(&body("16.28 .."), "crash-reports-lost"));
    assert!(!says(&body("none"), "crash-reports-lost"));
}

#[test]
fn a_rule_can_be_accepted_by_its_key_and_domain() {
    let body = |domain: &str| {
        format!(
            "[settings.Word]\nSendAllTelemetryEnabled = false\n[[allow]]\ncode = \"crash-reports-lost\"\n\
             key = \"SendAllTelemetryEnabled\"\ndomain = \"{domain}\"\nwhy = \"None are wanted.\"\n"
        )
    };
    assert!(!says(&body("Word"), "crash-reports-lost"));
    assert!(says(&body("Excel"), "crash-reports-lost"));
}

/// One line reaches eight domains; what is accepted of one of them is still said of the others.
#[test]
fn a_rule_can_be_accepted_for_one_domain_of_many() {
    let body = "[settings]\nSendAllTelemetryEnabled = false\n[[allow]]\ncode = \"crash-reports-lost\"\n\
        domain = \"Word\"\nwhy = \"None are wanted of Word.\"\n";
    assert!(says(body, "crash-reports-lost"));
    assert!(!says(body, "allow-unused"));
}

#[test]
fn a_deadline_is_judged_only_with_a_day() {
    let passed = text("deadline-passed.toml");
    let body = passed.split_once("\n\n").unwrap().1;
    assert!(!says(body, "deadline-passed"));
}

#[test]
fn an_id_for_both_generations_of_an_app_is_a_warning() {
    let body = "[macs]\nOffice = \"15.25 ..\"\n\
        [settings.AutoUpdate.Applications.\"/Applications/Microsoft Word.app\"]\n\"Application ID\" = \"MSWD2019\"\n";
    assert!(says(body, "app-id-mismatch"));
    let unsaid = body.replace("[macs]\nOffice = \"15.25 ..\"\n", "");
    assert!(!says(&unsaid, "app-id-mismatch"), "[macs] says nothing of Word");
    assert!(says(&unsaid.replace("MSWD2019", "XCEL2019"), "app-id-mismatch"), "Excel's id is never Word's");
}

#[test]
fn mail_domains_that_look_like_patterns_are_not_judged() {
    let body = |allowed: &str| {
        format!(
            "[settings.Outlook]\nDefaultEmailAddressOrDomain = \"example.com\"\nAllowedEmailDomains = [{allowed}]\n"
        )
    };
    assert!(says(&body("\"example.org\""), "first-account-refused"));
    assert!(!says(&body("'.*\\.org', \"example.org\""), "first-account-refused"));
}
