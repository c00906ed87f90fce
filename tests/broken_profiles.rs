//! Broken profiles, each with everything that prefsmith says of it: code, place and words.
//!
//! `tests/profiles/NNN-name.mobileconfig` is a profile, `NNN-name.expect` all of its findings, written or read by hand;
//! a finding too many fails as one too few does. A profile without an `.expect` is clean: nothing may be said of it.
//! Several profiles that are checked together lie in a folder `NNN-name/`. Directives stand in comments:
//! `<!-- #! macs Office=16.80 .. -->`, `<!-- #! for jamf -->`, `<!-- #! today 2031-01-31 -->`.
//! `PREFSMITH_UPDATE=1 cargo test --test broken_profiles` writes the expectations anew.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

mod common;

use prefsmith::catalog::Catalog;
use prefsmith::check::{Beside, Options, check_beside};
use prefsmith::emit::{Request, target};
use prefsmith::finding::{CODES, Findings, Origin, Severity, Sources};
use prefsmith::plan::Macs;
use prefsmith::policy::macs_of;
use prefsmith::profile::Form;
use prefsmith::profile::envelope::{Mdm, Member, across, envelope, for_mdm};
use prefsmith::profile::read::{Input, Unknown, load, plan};
use prefsmith::profile::signature;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const FOLDER: &str = "tests/profiles";

/// What `import` says of profiles, and no check does.
const OF_IMPORT: &str = "not-expressed";

/// A file: its label and its bytes.
type File = (String, Vec<u8>);

fn directive<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let directives = text.lines().filter_map(|line| line.trim().strip_prefix("<!-- #! "));
    directives.filter_map(|rest| rest.strip_prefix(name)?.strip_suffix("-->")).map(str::trim).collect()
}

/// Everything that is said of some profiles, checked together.
fn judge(files: &[File], macs: Option<&Macs>) -> (Findings, Sources) {
    let catalog = Catalog::builtin();
    let (mut sources, mut findings, mut unknown) = (Sources::new(), Findings::new(), Unknown::default());
    let mut read = Vec::new();
    for (label, bytes) in files {
        let mut found = Findings::new();
        let input = Input { label, bytes, domain: None };
        let Some(held) = load(&input, &catalog, &mut sources, &mut found) else {
            findings.extend(found);
            continue;
        };
        let text = String::from_utf8_lossy(bytes).into_owned();
        let stated: Vec<String> = directive(&text, "macs").iter().map(|text| (*text).to_owned()).collect();
        let macs = macs.cloned().unwrap_or_else(|| macs_of(&stated, &catalog).expect("a directive"));
        let plans: Vec<_> = held
            .profiles
            .iter()
            .map(|profile| {
                let mut plan = plan(&held, profile, &catalog, &mut unknown, &mut found);
                plan.macs = macs.clone();
                plan
            })
            .collect();
        let mdm = directive(&text, "for").first().map(|name| match *name {
            "jamf" => Mdm::Jamf,
            "intune" => Mdm::Intune,
            "fleet" => Mdm::Fleet,
            "abm" => Mdm::Abm,
            other => panic!("{other} is no MDM"),
        });
        let today = directive(&text, "today").first().map(|day| day.parse().expect("a directive"));
        read.push((held, plans, found, mdm, bytes.len(), today));
    }
    let beside = Beside::of(read.iter().filter(|_| files.len() > 1).flat_map(|(_, plans, ..)| plans));
    for (held, plans, found, mdm, bytes, today) in &read {
        let mut said = Findings::new();
        envelope(held, &mut said);
        if let Some(message) = &held.message {
            said.extend(signature::findings(message, held.source, *today));
        }
        for plan in plans {
            let options = Options::default();
            said.extend(check_beside(plan.clone(), found.clone(), &catalog, &options, &beside).findings);
        }
        findings.extend(match mdm {
            Some(mdm) => for_mdm(*mdm, held, *bytes, said),
            None => said,
        });
    }
    let members: Vec<Member<'_>> = read
        .iter()
        .flat_map(|(held, plans, ..)| held.profiles.iter().zip(plans))
        .map(|(profile, plan)| Member { profile, plan })
        .collect();
    findings.extend(across(&members, &catalog));
    findings.extend(unknown.finding().into_iter().collect());
    (findings.sorted(), sources)
}

fn place(at: &Origin, sources: &Sources, several: bool) -> String {
    let label = if several { format!("{}:", sources.label(at.source())) } else { String::new() };
    let (Some(span), Some(position)) = (at.span(), sources.position_of(at)) else {
        return format!("{label}{at:?}");
    };
    let text = sources.slice(span).lines().next().unwrap_or("");
    let text: String = text.chars().take(60).collect();
    format!("{label}{}:{} «{text}»", position.line, position.column)
}

fn written(findings: &Findings, sources: &Sources, several: bool) -> String {
    let mut out = String::new();
    for finding in findings.iter() {
        let at = finding.primary().map_or("nowhere".to_owned(), |at| place(at, sources, several));
        writeln!(out, "{} {} {at}", finding.severity.word(), finding.code.as_str()).unwrap();
        writeln!(out, "  {}", finding.title).unwrap();
        for label in finding.labels.iter().skip(1) {
            writeln!(out, "  at: {} {}", place(&label.at, sources, several), label.text).unwrap();
        }
        finding.notes.iter().for_each(|note| writeln!(out, "  note: {note}").unwrap());
        finding.help.iter().for_each(|help| writeln!(out, "  help: {help}").unwrap());
        if let Some(fix) = &finding.fix {
            let at = place(&fix.span.into(), sources, several);
            writeln!(out, "  fix: {at} -> {}", fix.text).unwrap();
        }
    }
    out
}

/// The fixtures: a name, and its files.
fn fixtures() -> Vec<(String, Vec<File>)> {
    let read = |path: &Path| {
        let label = path.file_name().unwrap().to_str().unwrap().to_owned();
        (label, std::fs::read(path).unwrap())
    };
    let listed = |folder: &Path| {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let mut found = Vec::new();
    for path in listed(Path::new(FOLDER)) {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.push((name, listed(&path).iter().map(|path| read(path)).collect()));
        } else if path.extension().is_some_and(|extension| extension != "expect") {
            found.push((name, vec![read(&path)]));
        }
    }
    found
}

#[test]
#[expect(clippy::disallowed_methods, reason = "on request, a test writes its expectations anew")]
fn every_profile_says_exactly_what_is_expected() {
    let mut wrong = Vec::new();
    let fixtures = fixtures();
    assert!(fixtures.len() >= 40, "only {} profiles", fixtures.len());
    for (name, files) in fixtures {
        let (findings, sources) = judge(&files, None);
        let found = written(&findings, &sources, files.len() > 1);
        let path = Path::new(FOLDER).join(format!("{name}.expect"));
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if expected == found {
            continue;
        }
        if std::env::var_os("PREFSMITH_UPDATE").is_some() {
            std::fs::write(&path, found).unwrap();
        } else {
            wrong.push(format!("--- {name}\n{found}--- expected\n{expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn planted_in(name: &str, form: &str) -> bool {
    name.starts_with("00") && name.ends_with(&format!("-{form}"))
}

/// The eleven errors that administrators make most, planted in each form: found, and each at its line.
///
/// The place is the start of the element behind the comment `PLANTED code`: it is held against the file itself, not
/// against what prefsmith said of it before.
#[test]
fn the_eleven_planted_errors_are_found_in_their_places() {
    for form in ["mcx", "domain"] {
        let mut count = 0;
        for (name, files) in fixtures().into_iter().filter(|(name, _)| planted_in(name, form)) {
            let text = String::from_utf8(files[0].1.clone()).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            let planted: BTreeSet<(u32, u32, String)> = (2..)
                .zip(lines.windows(2))
                .filter_map(|(at, pair)| {
                    let code = pair[0].trim().strip_prefix("<!-- PLANTED ")?.strip_suffix(" -->")?;
                    let column = 1 + pair[1].len() - pair[1].trim_start().len();
                    Some((at, u32::try_from(column).unwrap(), code.to_owned()))
                })
                .collect();
            assert!(!planted.is_empty(), "{name}: nothing is planted");
            let (findings, sources) = judge(&files, None);
            let found: BTreeSet<(u32, u32, String)> = findings
                .iter()
                .map(|finding| {
                    let at = finding.primary().and_then(|at| sources.position_of(at)).unwrap();
                    (at.line, at.column, finding.code.as_str().to_owned())
                })
                .collect();
            assert_eq!(findings.iter().count(), planted.len(), "{name}");
            assert_eq!(found, planted, "{name}\n{}", written(&findings, &sources, false));
            count += planted.len();
        }
        assert_eq!(count, 11, "errors planted in the form {form}");
    }
}

/// What `build` writes of the ready-made policies gives no finding that the policy itself would not give.
#[test]
fn our_own_profiles_are_clean() {
    let catalog = Catalog::builtin();
    let folder = common::root().join("profiles");
    for stem in common::stems(&folder, "toml") {
        let path = folder.join(format!("{stem}.toml"));
        let checked = common::judged(&path, &catalog, &mut Sources::new());
        let accepted: BTreeSet<String> = checked
            .findings
            .iter()
            .chain(&checked.allowed)
            .map(|finding| finding.code.as_str().to_owned())
            .collect();
        let plan = checked.plan.unwrap_or_else(|_| panic!("{stem} has errors"));
        for form in [Form::Mcx, Form::Domain] {
            let request = Request {
                plan: &plan,
                catalog: &catalog,
                stem: &stem,
                form,
                split: false,
                keep: None,
                left: &[],
                scripts: false,
            };
            let artefacts = target("mobileconfig").unwrap().emit(&request, &mut Findings::new());
            let files: Vec<File> =
                artefacts.iter().map(|one| (one.path.to_string(), one.bytes.clone())).collect();
            let files: Vec<_> =
                files.into_iter().filter(|(name, _)| name.ends_with(".mobileconfig")).collect();
            assert_eq!(files.len(), 1, "{stem}");
            let (findings, sources) = judge(&files, Some(&plan.macs));
            let (new, _) = findings.partition(|finding| !accepted.contains(finding.code.as_str()));
            assert!(new.is_empty(), "{stem} {form:?}\n{}", written(&new, &sources, false));
        }
    }
}

/// Each code that speaks of profiles alone fires in a fixture, and none of the clean ones gives it.
#[test]
fn every_code_of_profiles_has_a_fixture() {
    let mut fired = BTreeSet::new();
    for (_, files) in fixtures() {
        fired.extend(judge(&files, None).0.iter().map(|finding| finding.code.as_str().to_owned()));
    }
    let command = |text: &str| text.starts_with("prefsmith check") && text.contains(".mobileconfig");
    let of_profiles = CODES.iter().filter(|info| info.example.starts_with('<') || command(info.example));
    let missing: Vec<&str> = of_profiles
        .map(|info| info.name)
        .filter(|name| !fired.contains(*name) && *name != OF_IMPORT)
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// A fix is applied as it stands: the finding goes, and no error comes.
#[test]
fn every_fix_of_a_profile_mends_what_it_says() {
    let mut wrong = Vec::new();
    for (name, files) in fixtures().into_iter().filter(|(_, files)| files.len() == 1) {
        let (findings, _) = judge(&files, None);
        let errors = |findings: &Findings| findings.count(Severity::Error);
        let same = |findings: &Findings, code: &str| {
            findings.iter().filter(|finding| finding.code.as_str() == code).count()
        };
        for finding in findings.iter() {
            let Some(fix) = &finding.fix else { continue };
            let (label, bytes) = &files[0];
            let mut text = String::from_utf8(bytes.clone()).unwrap();
            text.replace_range(fix.span.start as usize..fix.span.end as usize, &fix.text);
            let (after, sources) = judge(&[(label.clone(), text.into_bytes())], None);
            let code = finding.code.as_str();
            if same(&after, code) >= same(&findings, code) || errors(&after) > errors(&findings) {
                wrong.push(format!("{name}: {}\n{}", finding.title, written(&after, &sources, false)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
