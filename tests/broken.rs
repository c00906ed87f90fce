//! Broken policies, each with everything that prefsmith says of it: code, place, words and fix.
//!
//! `tests/broken/NNN-name.toml` is a policy, `NNN-name.expect` all of its findings, written or read by hand; a
//! finding too many fails as one too few does. `NNN-name.good.toml` is the same policy mended, at most one
//! changed stretch away, of which nothing may be said (or what `NNN-name.good.expect` says). Files without a
//! number are there to be extended; what a `[[payload]]` names lies in `payloads/`. Directives stand in comments: `#! build`, `#! build defaults`, `#! form domain`,
//! `#! spell jamf` (the tokens in that MDM's spelling), `#! by-build`, `#! today 2027-01-31`. `PREFSMITH_UPDATE=1 cargo test --test broken` writes the expectations anew.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

use prefsmith::catalog::Catalog;
use prefsmith::check::{Family, Options, family};
use prefsmith::emit::{Request, spelt, target};
use prefsmith::finding::{CODES, Findings, Origin, Severity, Sources, code_info};
use prefsmith::policy::{Files, Policy};
use prefsmith::profile::Form;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const FOLDER: &str = "tests/broken";

/// Codes that no policy file can trigger by itself, each with where it comes from instead.
const NOT_FROM_A_POLICY: &[(&str, &str)] = &[
    ("activation-address-refused", "tests/rules"),
    ("already-signed", "`sign`"),
    ("app-id-mismatch", "tests/rules"),
    ("bad-uuid", "a profile"),
    ("catalogue", "a file of `--catalog`"),
    ("catalogue-override", "`--catalog`, by the command line"),
    ("certificate-not-valid", "`sign`"),
    ("certificate-usage", "`sign`"),
    ("chain-incomplete", "`sign`"),
    ("cut-by-build", "`build --by-build`"),
    ("deadline-passed", "tests/rules"),
    ("encrypted-profile", "a profile"),
    ("envelope-key", "a profile"),
    ("envelope-missing", "a profile"),
    ("envelope-type", "a profile"),
    ("envelope-value", "a profile"),
    ("exemption", "a file of `--exemptions`"),
    ("first-account-refused", "tests/rules"),
    ("forced-version-deferred", "tests/rules"),
    ("intune-too-large", "a policy of a million bytes: tests/mdms.rs"),
    ("key-mismatch", "`sign`"),
    ("left-policy", "`build --previous`"),
    ("mail-domain-overlap", "tests/rules"),
    ("manifest", "a file of `--manifests`"),
    ("mdm-token", "`import`"),
    ("needed-elsewhere", "`endpoints --format text|pac|squid`"),
    ("no-display-name", "a profile"),
    ("not-a-preference", "`read-as` of a domain, in a file of `--catalog`"),
    ("not-expressed", "`import`"),
    ("not-for-mdm", "a profile"),
    ("not-signed", "`verify`"),
    ("not-in-list", "`endpoints --format text`"),
    ("nothing-known", "a profile"),
    ("old-endpoints", "`endpoints`"),
    ("payload-shape", "a profile"),
    ("project-format", "src/project/tests.rs, tests/cmd/project.trycmd"),
    ("project-path", "src/project/tests.rs, tests/cmd/project.trycmd"),
    ("same-id", "several policies at once"),
    ("same-profile", "a profile"),
    ("same-uuid", "a profile"),
    ("scope-missing", "a profile"),
    ("self-signed", "`sign`"),
    ("set-again", "a profile"),
    ("set-by-two-inputs", "`import`"),
    ("set-by-two-payloads", "a profile"),
    ("set-by-two-policies", "several policies at once"),
    ("set-by-two-profiles", "a profile"),
    ("signature-broken", "a signed profile"),
    ("signature-expired", "a signed profile"),
    ("signature-not-judged", "a signed profile"),
    ("signer-untrusted", "`verify`"),
    ("token-in-signature", "`sign`"),
    ("unreadable-file", "a profile"),
    ("whole-host", "`endpoints --format text|pac|squid`"),
];

/// Policies of the folder, in memory.
struct Folder(BTreeMap<String, String>);

impl Folder {
    fn load() -> Self {
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(FOLDER).expect("the folder of broken policies") {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if name.ends_with(".toml") {
                files.insert(name, std::fs::read_to_string(&path).expect("a policy is UTF-8"));
            }
        }
        Self(files)
    }

    fn policies(&self, good: bool) -> impl Iterator<Item = (&str, &str)> {
        let numbered = |name: &str| name.starts_with(|c: char| c.is_ascii_digit());
        self.0
            .iter()
            .filter(move |(name, _)| numbered(name) && name.ends_with(".good.toml") == good)
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

impl Files for Folder {
    fn read(&self, path: &str) -> Result<String, String> {
        let text = self.0.get(path).ok_or("there is no such file")?;
        // As the command line does, which reads bytes.
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned())
    }

    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(Path::new(FOLDER).join(path)).map_err(|_| "there is no such file".to_owned())
    }
}

/// A directive of the policy: the text behind `#! name`.
fn directive<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines()
        .filter_map(|line| line.strip_prefix("#! "))
        .find_map(|rest| rest.strip_prefix(name))
        .map(str::trim)
}

/// Everything that is said of one policy.
fn judge(name: &str, files: &dyn Files) -> (Findings, Sources) {
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    let text = files.read(name).unwrap();
    let catalog = Catalog::with(Vec::new());
    let policy = Policy::load(name, files, &mut sources, &mut findings).unwrap();
    let today = directive(&text, "today").map(|day| day.parse().expect("a day"));
    let plans = policy.plans(&catalog, &findings);
    let of_variant = |place: &Origin| policy.is_of_variant(place);
    let Family { mut findings, plans, .. } = family(plans, &of_variant, &catalog, &Options { today });
    let plan = plans.first().expect("a plan");
    let form = if directive(&text, "form") == Some("domain") { Form::Domain } else { Form::Mcx };
    let (build, spell) = (directive(&text, "build"), directive(&text, "spell"));
    if let (Ok(plan), Some(_)) = (plan, build.or(spell)) {
        let cut = directive(&text, "by-build").map(|_| plan.clone().by_build(&catalog, &mut findings));
        let plan = cut.as_ref().unwrap_or(plan);
        let request = Request {
            plan,
            catalog: &catalog,
            stem: "policy",
            form,
            split: false,
            keep: None,
            left: &[],
            scripts: false,
        };
        match spell {
            Some(mdm) => drop(spelt(&request, mdm, &mut findings)),
            None => {
                let name = build.filter(|name| !name.is_empty()).unwrap_or("mobileconfig");
                target(name).unwrap().emit(&request, &mut findings);
            }
        }
    }
    // Rules between settings have fixtures of their own, in tests/rules.
    let (findings, _) = findings.partition(|finding| code_info(finding.code.as_str()).is_some());
    (findings.sorted(), sources)
}

fn place(at: &Origin, sources: &Sources, main: &str) -> String {
    let label = sources.label(at.source());
    let file = if label == main { String::new() } else { format!("{label}:") };
    let (Some(span), Some(position)) = (at.span(), sources.position_of(at)) else { return file };
    let text: String = sources
        .slice(span)
        .chars()
        .flat_map(|c| if c == ' ' { vec![c] } else { c.escape_debug().collect() })
        .collect();
    let text = if text.chars().count() > 60 {
        format!("{}…", text.chars().take(60).collect::<String>())
    } else {
        text
    };
    format!("{file}{}:{} «{text}»", position.line, position.column)
}

fn written(findings: &Findings, sources: &Sources, main: &str) -> String {
    let mut out = String::new();
    for finding in findings.iter() {
        let at = finding.primary().map_or("nowhere".to_owned(), |at| place(at, sources, main));
        writeln!(out, "{} {} {at}", finding.severity.word(), finding.code.as_str()).unwrap();
        writeln!(out, "  {}", finding.title).unwrap();
        for (number, label) in finding.labels.iter().enumerate() {
            if number > 0 || !label.text.is_empty() {
                let at = if number == 0 { "here".to_owned() } else { place(&label.at, sources, main) };
                writeln!(out, "  at: {at} {}", label.text).unwrap();
            }
        }
        finding.notes.iter().for_each(|note| writeln!(out, "  note: {note}").unwrap());
        finding.help.iter().for_each(|help| writeln!(out, "  help: {help}").unwrap());
        if let Some(fix) = &finding.fix {
            writeln!(
                out,
                "  fix: {} -> {} ({})",
                place(&fix.span.into(), sources, main),
                fix.text,
                fix.title
            )
            .unwrap();
        }
    }
    out
}

fn beside(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name).with_extension("expect")
}

#[expect(clippy::disallowed_methods, reason = "on request, a test writes its expectations anew")]
fn compare(name: &str, found: &str, wrong: &mut Vec<String>) {
    let path = beside(name);
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    if expected == found {
        return;
    }
    if std::env::var_os("PREFSMITH_UPDATE").is_some() {
        std::fs::write(&path, found).unwrap();
    } else {
        wrong.push(format!("--- {name}\n{found}--- expected\n{expected}"));
    }
}

#[test]
fn every_broken_policy_says_exactly_what_is_expected() {
    let folder = Folder::load();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, _) in folder.policies(false) {
        let (findings, sources) = judge(name, &folder);
        if findings.is_empty() {
            wrong.push(format!("{name}: nothing is said of it"));
        }
        compare(name, &written(&findings, &sources, name), &mut wrong);
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 80, "only {count} broken policies");
}

#[test]
fn nothing_is_said_of_the_mended_policies() {
    let folder = Folder::load();
    let mut wrong = Vec::new();
    for (name, _) in folder.policies(true) {
        let (findings, sources) = judge(name, &folder);
        let said = written(&findings, &sources, name);
        if !said.is_empty() || beside(name).exists() {
            compare(name, &said, &mut wrong);
        }
        if findings.has_errors() || gone(name, &folder).is_empty() {
            wrong.push(format!("{name} is not mended:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The codes that a broken policy gives and its mended one does not.
fn gone(good: &str, folder: &Folder) -> BTreeSet<String> {
    let codes = |name: &str| -> BTreeSet<String> {
        judge(name, folder).0.iter().map(|finding| finding.code.as_str().to_owned()).collect()
    };
    let broken = format!("{}.toml", good.trim_end_matches(".good.toml"));
    &codes(&broken) - &codes(good)
}

/// A mended policy differs from the broken one in one stretch of at most three lines.
#[test]
fn a_mended_policy_is_one_line_away() {
    let folder = Folder::load();
    let mut wrong = Vec::new();
    for (name, good) in folder.policies(true) {
        let broken = format!("{}.toml", name.trim_end_matches(".good.toml"));
        let bad = folder.0.get(&broken).unwrap_or_else(|| panic!("{broken} is missing"));
        let (bad, good): (Vec<&str>, Vec<&str>) = (bad.lines().collect(), good.lines().collect());
        let same = bad.iter().zip(&good).take_while(|(a, b)| a == b).count();
        let (bad, good) = (&bad[same..], &good[same..]);
        let tail = bad.iter().rev().zip(good.iter().rev()).take_while(|(a, b)| a == b).count();
        let apart = bad.len().max(good.len()) - tail;
        if !(1..=3).contains(&apart) {
            wrong.push(format!("{name}: {apart} lines apart"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_fires_and_is_silent_one_line_apart() {
    let folder = Folder::load();
    let mut fires: BTreeSet<String> = BTreeSet::new();
    let mut silent: BTreeSet<String> = BTreeSet::new();
    for (name, _) in folder.policies(false) {
        fires.extend(judge(name, &folder).0.iter().map(|finding| finding.code.as_str().to_owned()));
    }
    for (name, _) in folder.policies(true) {
        silent.extend(gone(name, &folder));
    }
    let mut wrong = Vec::new();
    for info in CODES.iter() {
        let excused = NOT_FROM_A_POLICY.iter().any(|(name, _)| *name == info.name);
        if fires.contains(info.name) == excused {
            wrong.push(format!("{}: no policy gives it, or it is excused in vain", info.name));
        }
        if silent.contains(info.name) == excused {
            wrong.push(format!("{}: no mended policy is silent, or it is excused in vain", info.name));
        }
    }
    for (name, _) in NOT_FROM_A_POLICY {
        assert!(CODES.iter().any(|info| info.name == *name), "{name} is no code any more");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One policy whose text a fix has changed; the files it extends are those of the folder.
struct Edited<'f> {
    name: &'f str,
    text: String,
    folder: &'f Folder,
}

impl Files for Edited<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        if path == self.name { Ok(self.text.clone()) } else { self.folder.read(path) }
    }

    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        self.folder.read_bytes(path)
    }
}

/// A fix is applied as it stands: the finding goes, and nothing worse comes.
#[test]
fn every_fix_mends_what_it_says() {
    let folder = Folder::load();
    let mut wrong = Vec::new();
    for (name, _) in folder.policies(false) {
        let (findings, sources) = judge(name, &folder);
        let same = |code: &str, findings: &Findings| {
            findings.iter().filter(|finding| finding.code.as_str() == code).count()
        };
        for finding in findings.iter() {
            let Some(fix) = &finding.fix else { continue };
            if sources.label(fix.span.source) != name {
                continue;
            }
            let mut text = folder.read(name).unwrap();
            text.replace_range(fix.span.start as usize..fix.span.end as usize, &fix.text);
            let edited = Edited { name, text, folder: &folder };
            let (after, after_sources) = judge(name, &edited);
            let code = finding.code.as_str();
            let said = || {
                format!(
                    "{name}: {}\n{}\n{}",
                    finding.title,
                    edited.text,
                    written(&after, &after_sources, name)
                )
            };
            let errors = |findings: &Findings| findings.count(Severity::Error);
            if same(code, &after) >= same(code, &findings) {
                wrong.push(format!("the fix changes nothing\n{}", said()));
            } else if errors(&after) > errors(&findings) {
                wrong.push(format!("the fix breaks something else\n{}", said()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
