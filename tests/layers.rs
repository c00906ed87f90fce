//! Catalogues in front of the built-in one: what `--catalog` changes, what it never changes, and hostile files.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

use prefsmith::catalog::compile::{Parts, read};
use prefsmith::catalog::{Catalog, Layer};
use prefsmith::check::{Options, check};
use prefsmith::document::Document;
use prefsmith::finding::{Findings, Sources};
use prefsmith::policy::{Files, Policy};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn run(folder: &TempDir, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_prefsmith");
    let output = Command::new(program).args(arguments).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("panicked") && output.status.code().is_some(), "{arguments:?}: {said}");
    output
}

/// The findings of `check`: code, line, message; and the exit status.
fn findings(folder: &TempDir, arguments: &[&str]) -> (Vec<(String, String, u64, String)>, i32) {
    let all: Vec<&str> = ["check", "--format", "json"].iter().chain(arguments).copied().collect();
    let output = run(folder, &all);
    let json: Json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let text = |finding: &Json, key: &str| finding[key].as_str().unwrap_or("").to_owned();
    let list = json["findings"].as_array().unwrap().iter();
    let list = list.map(|finding| {
        let line = finding["line"].as_u64().unwrap_or(0);
        (text(finding, "code"), text(finding, "file"), line, text(finding, "message"))
    });
    (list.collect(), output.status.code().unwrap())
}

fn codes(found: &[(String, String, u64, String)]) -> Vec<&str> {
    found.iter().map(|(code, ..)| code.as_str()).collect()
}

/// Where the settings of a policy go: (domain, key).
fn settings(folder: &TempDir, arguments: &[&str]) -> BTreeSet<(String, String)> {
    let all: Vec<&str> = ["plan", "--format", "json"].iter().chain(arguments).copied().collect();
    let json: Json = serde_json::from_slice(&run(folder, &all).stdout).unwrap();
    let text = |setting: &Json, key: &str| setting[key].as_str().unwrap().to_owned();
    let list = json["settings"].as_array().unwrap().iter();
    list.map(|setting| (text(setting, "domain"), text(setting, "key"))).collect()
}

/// Another opinion of a key that is built in, for one of its three domains.
const OPINION: &str = r#"
[[key]]
name = "UseOnlineContent"
domains = ["com.microsoft.Word"]
type = "integer"
bare = true
works = "15.25 .."
values = [{ value = 7, means = "what our own build makes of it" }]
confidence = "community"
summary = "Whether Word uses online content, in our build."
sources = ["handbook"]
"#;

/// A domain of one's own, with a key of its own and one of a known name.
const OWN: &str = r#"
[[source]]
id = "handbook"
kind = "first-party"
title = "Example Corp: handbook of the time-sheet app"

[[product]]
name = "TimeSheet"
title = "Example Corp time sheet"
sources = ["handbook"]

[[domain]]
name = "com.example.timesheet"
alias = "TimeSheet"
title = "Time sheet"
product = "TimeSheet"
summary = "Preferences of the time-sheet app."
sources = ["handbook"]

[[key]]
name = "ReminderHours"
domains = ["com.example.timesheet"]
type = "integer"
works = "2.3 .."
range = "0..72"
confidence = "first-party"
summary = "The time between two reminders."
sources = ["handbook"]

[[key]]
name = "UseOnlineContent"
domains = ["com.example.timesheet"]
type = "integer"
bare = true
confidence = "first-party"
summary = "Whether the app asks its server."
sources = ["handbook"]

[[key]]
name = "SendAllTelemetryEnabled"
domains = ["com.microsoft.office"]
type = "boolean"
bare = true
confidence = "first-party"
summary = "Said to be reached by a bare key."
sources = ["handbook"]
"#;

const HEAD: &str = "[policy]\nid = \"com.example.test\"\n";

#[test]
fn a_layer_overrides_a_key_and_a_note_says_so() {
    let policy =
        format!("{HEAD}[settings.Word]\nUseOnlineContent = 7\n[settings.Excel]\nUseOnlineContent = 0\n");
    let folder = folder(&[("own.toml", OPINION), ("policy.toml", &policy)]);
    let (before, status) = findings(&folder, &["policy.toml"]);
    assert_eq!(status, 1, "{before:?}");
    assert!(before.iter().any(|(code, _, line, _)| code == "value-not-allowed" && *line == 4), "{before:?}");
    let (after, status) = findings(&folder, &["--catalog", "own.toml", "policy.toml"]);
    assert_eq!(status, 0, "{after:?}");
    let notes: Vec<_> = after.iter().filter(|(code, ..)| code == "catalogue-override").collect();
    let [(_, file, line, message)] = notes[..] else { panic!("{after:?}") };
    assert_eq!((file.as_str(), *line), ("policy.toml", 4));
    assert_eq!(message, "own.toml overrides what is built in about `UseOnlineContent` of Word");
    // What the layer says replaces what is built in, and only there.
    let policy =
        format!("{HEAD}[settings.Word]\nUseOnlineContent = 0\n[settings.Excel]\nUseOnlineContent = 7\n");
    std::fs::write(folder.path().join("policy.toml"), policy).unwrap();
    let (after, _) = findings(&folder, &["--catalog", "own.toml", "policy.toml"]);
    let refused: Vec<u64> = after.iter().filter(|f| f.0 == "value-not-allowed").map(|f| f.2).collect();
    assert_eq!(refused, [4, 6], "{after:?}");
}

#[test]
fn a_layer_adds_a_product_a_domain_and_a_key() {
    let policy = format!("{HEAD}[macs]\nTimeSheet = \"2.3 ..\"\n[settings.TimeSheet]\nReminderHours = 24\n");
    let folder = folder(&[("own.toml", OWN), ("policy.toml", &policy)]);
    let (before, status) = findings(&folder, &["policy.toml"]);
    assert_eq!((codes(&before), status), (vec!["unknown-product", "unknown-domain"], 1), "{before:?}");
    let (after, status) = findings(&folder, &["--catalog", "own.toml", "policy.toml"]);
    assert_eq!((after.as_slice(), status), (&[][..], 0));
    let expected = [("com.example.timesheet".to_owned(), "ReminderHours".to_owned())];
    assert_eq!(settings(&folder, &["--catalog", "own.toml", "policy.toml"]), expected.clone().into());
    // A name that only the layer knows is reached by a bare key.
    std::fs::write(folder.path().join("policy.toml"), format!("{HEAD}[settings]\nReminderHours = 24\n"))
        .unwrap();
    assert_eq!(settings(&folder, &["--catalog", "own.toml", "policy.toml"]), expected.into());
    // Its facts are checked as the built-in ones are.
    std::fs::write(folder.path().join("policy.toml"), format!("{HEAD}[settings]\nReminderHours = 73\n"))
        .unwrap();
    let (found, status) = findings(&folder, &["--catalog", "own.toml", "policy.toml"]);
    assert_eq!((found[0].2, status), (4, 1), "{found:?}");
}

#[test]
fn a_layer_never_widens_a_bare_key() {
    let policy = format!("{HEAD}[settings]\nUseOnlineContent = 0\nSendAllTelemetryEnabled = false\n");
    let folder = folder(&[("own.toml", OWN), ("policy.toml", &policy)]);
    let before = settings(&folder, &["policy.toml"]);
    assert!(before.contains(&("com.microsoft.Word".to_owned(), "UseOnlineContent".to_owned())));
    assert!(!before.iter().any(|(domain, _)| domain == "com.microsoft.office"));
    assert_eq!(settings(&folder, &["--catalog", "own.toml", "policy.toml"]), before);
}

#[test]
fn the_first_layer_that_is_named_wins() {
    let other = OPINION.replace("value = 7", "value = 8");
    let policy = format!("{HEAD}[settings.Word]\nUseOnlineContent = 8\n");
    let folder = folder(&[("seven.toml", OPINION), ("eight.toml", &other), ("policy.toml", &policy)]);
    let with = |first: &str, second: &str| {
        findings(&folder, &["--catalog", first, "--catalog", second, "policy.toml"]).1
    };
    assert_eq!((with("eight.toml", "seven.toml"), with("seven.toml", "eight.toml")), (0, 1));
}

#[test]
fn a_folder_is_one_layer() {
    let (heads, keys) = OWN.split_at(OWN.find("[[key]]").unwrap());
    let policy = format!("{HEAD}[settings.TimeSheet]\nReminderHours = 24\n");
    let files = [
        ("own/b-heads.toml", heads),
        ("own/a-keys.toml", keys),
        ("own/notes.txt", "this is no catalogue ["),
        ("none/notes.txt", ""),
        ("policy.toml", &policy),
    ];
    let folder = folder(&files);
    let (found, status) = findings(&folder, &["--catalog", "own", "policy.toml"]);
    assert_eq!((found.as_slice(), status), (&[][..], 0));
    for wrong in ["none", "not-there.toml"] {
        let output = run(&folder, &["check", "--catalog", wrong, "policy.toml"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(wrong), "{said}");
    }
}

/// A broken catalogue is told, line by line, and builds nothing.
#[test]
fn a_broken_layer_is_a_finding() {
    let policy = format!("{HEAD}[settings.Word]\nUseOnlineContent = 0\n");
    let broken: [(&str, String, u64); 8] = [
        ("a syntax error", format!("{OPINION}\n[[key\n"), 13),
        ("an unknown field", OPINION.replace("summary =", "sumary ="), 10),
        ("an unknown table", format!("{OPINION}[keys]\n"), 12),
        ("a wrong type", OPINION.replace("\"integer\"", "\"number\""), 5),
        ("a range that does not parse", OPINION.replace("15.25 ..", "15.25 to 16"), 7),
        ("a value of another type", OPINION.replace("value = 7", "value = \"7\""), 8),
        ("a pattern that does not compile", OPINION.replace("summary =", "pattern = \"(\"\nsummary ="), 10),
        ("not TOML at all", "\u{0}\u{1}bplist00".to_owned(), 1),
    ];
    for (what, text, line) in broken {
        let folder = folder(&[("own.toml", &text), ("policy.toml", &policy)]);
        let (found, status) = findings(&folder, &["--catalog", "own.toml", "policy.toml"]);
        let own: Vec<_> = found.iter().filter(|(_, file, ..)| file == "own.toml").collect();
        assert_eq!(status, 1, "{what}: {found:?}");
        assert!(own.iter().any(|(_, _, at, _)| *at == line), "{what}: {found:?}");
        let built = run(&folder, &["build", "--catalog", "own.toml", "policy.toml"]);
        assert_eq!(built.status.code(), Some(1), "{what}");
        assert!(!folder.path().join("out").exists(), "{what}: built all the same");
    }
}

/// Numbers that look random and are the same on every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap()
    }
}

/// Pieces that are put where they do not belong.
const PIECES: [&str; 16] = [
    "[[",
    "]]",
    "{",
    "}",
    "\"",
    "\"\"\"",
    "'''",
    "=",
    "[[key]]\n",
    "[[key.field]]\n",
    "path = []\n",
    "\u{0}",
    "99999999999999999999",
    "nan",
    "\u{2028}",
    ".. ..",
];

fn mutated(text: &str, dice: &mut Dice) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=dice.below(3) {
        let at = dice.below(bytes.len());
        let end = (at + dice.below(60)).min(bytes.len());
        match dice.below(6) {
            0 => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let piece = bytes[at..end].to_vec();
                let to = dice.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            3 => bytes.truncate(at),
            4 => drop(bytes.splice(at..at, PIECES[dice.below(PIECES.len())].repeat(2000).into_bytes())),
            _ => drop(bytes.splice(at..end, PIECES[dice.below(PIECES.len())].bytes())),
        }
        if bytes.is_empty() {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

struct Text(&'static str);

impl Files for Text {
    fn read(&self, _: &str) -> Result<String, String> {
        Ok(self.0.to_owned())
    }
}

/// A layer is used for all that a layer is used for. Gives back how many findings its text had.
fn use_layer(text: &str) -> usize {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let document = Document::parse(sources.add("own.toml", text), text, &mut findings);
    let mut parts = Parts::default();
    read(&document, &mut parts, &mut findings);
    let bytes = parts.write().unwrap();
    let said = findings.iter().count();
    let catalog = Catalog::with(vec![Layer::new("own.toml", &bytes).unwrap()]);
    for name in catalog.key_names() {
        for known in catalog.named(name).into_iter().chain(catalog.bare(name)) {
            let _ = (known.works(), known.doubtful(), known.product(&catalog).is_some());
        }
    }
    let _ = (catalog.domains().len(), catalog.tokens().count(), catalog.not_keys().count());
    let policy = "[policy]\nid = \"com.example.test\"\n[macs]\nOffice = \"16.28 ..\"\n[settings]\n\
        UseOnlineContent = 0\nHowToCheck = \"Manual\"\nIsAttachFilesEnabled = false\n[settings.Outlook]\n\
        DisableImport = true\n[settings.AutoUpdate]\nUpdateCheckInterval = 90\n[settings.AutoUpdate.Applications.\"/A.app\"]\n\
        \"Application ID\" = \"X\"\n";
    let policy = Policy::load("policy.toml", &Text(policy), &mut sources, &mut findings).unwrap();
    let plan = policy.resolve(&catalog, &mut findings);
    let checked = check(plan, findings, &catalog, &Options::default());
    assert!(checked.findings.iter().count() > 0);
    said
}

/// Files of the catalogue with random damage: findings, never a panic.
#[test]
fn damaged_layers_never_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut dice = Dice(0x5EED_0F0F_1CE5);
    let (mut sound, mut broken) = (0, 0);
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(use_layer(&text), 0, "{}", path.display());
        for _ in 0..8 {
            match use_layer(&mutated(&text, &mut dice)) {
                0 => sound += 1,
                _ => broken += 1,
            }
        }
    }
    // Both kinds were tried: damage inside of a sentence is none.
    assert!(sound > 10 && broken > 100, "{sound} sound, {broken} broken");
}

/// Compiled bytes with random damage: refused, or decoded to something; never a panic.
#[test]
fn damaged_bytes_never_panic() {
    static BUILT_IN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalog.bin"));
    let mut dice = Dice(0xB17E_5EED);
    let mut refused = 0;
    for round in 0..200 {
        let mut bytes = BUILT_IN.to_vec();
        // Heads, the index and the lengths are at the front: half of the damage goes there.
        let reach = if round % 2 == 0 { bytes.len() } else { 4096 };
        match dice.below(3) {
            0 => bytes.truncate(dice.below(reach)),
            _ => {
                let at = dice.below(reach);
                bytes[at] ^= u8::try_from(1 + dice.below(255)).unwrap();
            }
        }
        let Ok(layer) = Layer::new("damaged", &bytes) else {
            refused += 1;
            continue;
        };
        let decoded = (0..layer.entries().len()).filter(|at| layer.key(*at).is_some()).count();
        assert!(decoded <= layer.entries().len());
        let _ = (layer.heads().domains.len(), layer.extras().sources.len());
    }
    assert!(refused > 10, "only {refused} were refused");
}

/// The aborts were a stack that ran over, in `explain`.
#[test]
fn fields_a_thousand_deep_are_refused() {
    let deep = |levels: usize| {
        let mut text = OWN.replace("type = \"integer\"\nworks", "type = \"dictionary\"\nworks");
        let text_of_range = "range = \"0..72\"\n";
        text = text.replace(text_of_range, "");
        let at = text.find("[[key]]\nname = \"UseOnlineContent\"").unwrap();
        let mut fields = String::new();
        for level in 1..=levels {
            let path: Vec<String> = (0..level).map(|_| "\"{key}\"".to_owned()).collect();
            fields.push_str(&format!(
                "[[key.field]]\npath = [{}]\ntype = \"dictionary\"\nsummary = \"A level.\"\n",
                path.join(", ")
            ));
        }
        text.insert_str(at, &fields);
        text
    };
    let folder = folder(&[
        ("own.toml", &deep(32)),
        ("policy.toml", &format!("{HEAD}[settings]\nHowToCheck = \"Manual\"\n")),
    ]);
    let (found, status) = findings(&folder, &["--catalog", "own.toml", "policy.toml"]);
    assert_eq!((codes(&found), status), (vec![], 0), "{found:?}");
    let explained = run(&folder, &["explain", "ReminderHours", "--catalog", "own.toml"]);
    assert_eq!(explained.status.code(), Some(0));
    std::fs::write(folder.path().join("own.toml"), deep(1000)).unwrap();
    let (found, status) = findings(&folder, &["--catalog", "own.toml", "policy.toml"]);
    assert_eq!(status, 1);
    assert!(found.iter().all(|(code, ..)| code == "catalogue"), "{found:?}");
    assert_eq!(found.len(), 1000 - 32);
    assert_eq!(found[0].3, "a field lies 33 levels deep; at most 32 are read");
    let explained = run(&folder, &["explain", "ReminderHours", "--catalog", "own.toml"]);
    assert_eq!(explained.status.code(), Some(1));
}

#[test]
fn literals_a_thousand_deep_are_no_danger() {
    for levels in [70, 1000, 100_000] {
        let value = format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        let text = OWN.replace(
            "range = \"0..72\"",
            &format!("values = [{{ value = {value}, means = \"deep\", verdict = \"refuse\" }}]"),
        );
        let policy = format!("{HEAD}[settings.TimeSheet]\nReminderHours = 1\n");
        let folder = folder(&[("own.toml", &text), ("policy.toml", &policy)]);
        let (found, _) = findings(&folder, &["--catalog", "own.toml", "policy.toml"]);
        assert!(!found.is_empty());
        run(&folder, &["explain", "ReminderHours", "--catalog", "own.toml"]);
    }
}

#[test]
fn a_layer_that_takes_over_a_name_is_noted_once() {
    let layer = r#"
[[source]]
id = "handbook"
kind = "first-party"
title = "Example Corp: handbook"
[[product]]
name = "Word"
title = "Our own Word"
sources = ["handbook"]
[[domain]]
name = "com.example.word"
alias = "Word"
title = "Our own Word"
product = "Word"
summary = "Preferences of our own Word."
sources = ["handbook"]
[[domain]]
name = "com.microsoft.Excel"
alias = "Excel"
title = "Excel"
product = "Excel"
summary = "Preferences of Excel, in our words."
sources = ["handbook"]
[[list]]
name = "office-apps"
domains = ["com.microsoft.Excel"]
[[rule]]
id = "crash-reports-lost"
severity = "note"
when = [{ key = "com.microsoft.Excel:SendAllTelemetryEnabled", is = false }]
says = "In our words."
why = "Excel says so."
confidence = "community"
sources = ["handbook"]
"#;
    let policy = format!("{HEAD}[settings]\nHowToCheck = \"Manual\"\n");
    let folder = folder(&[("own.toml", layer), ("empty.toml", ""), ("policy.toml", &policy)]);
    let (found, status) = findings(&folder, &["--catalog", "own.toml", "policy.toml"]);
    let mut said: Vec<(&str, u64, &str)> =
        found.iter().map(|(code, _, line, message)| (code.as_str(), *line, message.as_str())).collect();
    said.sort_by_key(|(_, line, _)| *line);
    let note = "catalogue-override";
    let expected = [
        (note, 6, "own.toml takes over the product `Word`, which is built in"),
        (note, 10, "own.toml takes over the alias `Word`, which otherwise means com.microsoft.Word"),
        (note, 17, "own.toml takes over the domain `com.microsoft.Excel`, which is built in"),
        (note, 24, "own.toml takes over the list `office-apps`, which is built in"),
        (note, 27, "own.toml takes over the rule `crash-reports-lost`, which is built in"),
    ];
    assert_eq!((said.as_slice(), status), (&expected[..], 0));
    assert!(found.iter().all(|(_, file, ..)| file == "own.toml"));
    // Another layer of the user's is named.
    std::fs::write(folder.path().join("second.toml"), OWN).unwrap();
    std::fs::write(folder.path().join("third.toml"), OWN).unwrap();
    let (found, _) =
        findings(&folder, &["--catalog", "second.toml", "--catalog", "third.toml", "policy.toml"]);
    let said: Vec<&str> = found.iter().map(|(.., message)| message.as_str()).collect();
    assert_eq!(
        said,
        [
            "second.toml takes over the product `TimeSheet` of third.toml",
            "second.toml takes over the domain `com.example.timesheet` of third.toml",
        ]
    );
}

#[test]
fn a_key_of_two_layers_of_the_users_is_told_which() {
    let second = OPINION.replace("in our build", "in theirs");
    let policy = format!("{HEAD}[settings.Word]\nUseOnlineContent = 7\n");
    let files = [("a.toml", OPINION), ("b.toml", second.as_str()), ("policy.toml", policy.as_str())];
    let (found, _) =
        findings(&folder(&files), &["--catalog", "a.toml", "--catalog", "b.toml", "policy.toml"]);
    let notes = found.iter().filter(|(code, ..)| code == "catalogue-override");
    let said: Vec<&str> = notes.map(|(.., message)| message.as_str()).collect();
    assert_eq!(said, ["a.toml overrides what b.toml says about `UseOnlineContent` of Word"]);
}

#[test]
fn two_definitions_in_one_layer_are_refused() {
    let again = r#"
[[product]]
name = "TimeSheet"
title = "Again"
sources = ["handbook"]
[[domain]]
name = "com.example.timesheet"
title = "Again"
summary = "Again."
sources = ["handbook"]
[[domain]]
name = "com.example.other"
alias = "TimeSheet"
title = "Other"
summary = "Another."
sources = ["handbook"]
[[key]]
name = "ReminderHours"
domains = ["com.example.other", "com.example.timesheet"]
type = "integer"
confidence = "first-party"
summary = "Again."
sources = ["handbook"]
[[list]]
name = "ours"
domains = ["com.example.other"]
[[list]]
name = "ours"
domains = ["com.example.timesheet"]
"#;
    let policy = format!("{HEAD}[settings.TimeSheet]\nReminderHours = 24\n");
    // In two files of one folder, which are one layer.
    let files = [("own/a.toml", OWN), ("own/b.toml", again), ("policy.toml", policy.as_str())];
    let (found, status) = findings(&folder(&files), &["--catalog", "own", "policy.toml"]);
    let mut errors: Vec<(&str, u64, &str)> = found
        .iter()
        .filter(|(code, ..)| code == "catalogue")
        .map(|(_, file, line, message)| (file.as_str(), *line, message.as_str()))
        .collect();
    errors.sort_by_key(|(_, line, _)| *line);
    let expected = [
        ("own/b.toml", 2, "the product `TimeSheet` is there already"),
        ("own/b.toml", 6, "the domain `com.example.timesheet` is there already"),
        ("own/b.toml", 11, "the alias `TimeSheet` is there already"),
        ("own/b.toml", 17, "the key `ReminderHours` of com.example.timesheet is there already"),
        ("own/b.toml", 27, "the list `ours` is there already"),
    ];
    assert_eq!((errors.as_slice(), status), (&expected[..], 1));
}

#[test]
fn a_domain_that_is_no_preference_domain_is_warned_of() {
    for (read_as, why) in [("file", 1), ("any", 0), ("mandatory-or-recommended", 0)] {
        let text = OWN.replace(
            "product = \"TimeSheet\"\n",
            &format!("product = \"TimeSheet\"\nread-as = \"{read_as}\"\n"),
        );
        let policy =
            format!("{HEAD}[settings.TimeSheet]\nReminderHours = 24\n[custom.TimeSheet]\nUnknownOne = 1\n");
        let folder = folder(&[("own.toml", &text), ("policy.toml", &policy)]);
        let (found, status) = findings(&folder, &["--catalog", "own.toml", "policy.toml"]);
        let warned: Vec<u64> = found.iter().filter(|f| f.0 == "not-a-preference").map(|f| f.2).collect();
        assert_eq!(warned, if why == 1 { vec![4, 6] } else { vec![] }, "{read_as}: {found:?}");
        assert_eq!(status, 0);
    }
    // A script may write the file.
    let text = OWN.replace("product = \"TimeSheet\"\n", "product = \"TimeSheet\"\nread-as = \"file\"\n");
    let policy = format!("{HEAD}[defaults.TimeSheet]\nReminderHours = 24\n");
    let folder = folder(&[("own.toml", &text), ("policy.toml", &policy)]);
    let (found, _) = findings(&folder, &["--catalog", "own.toml", "policy.toml"]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn the_range_of_a_real_is_a_range() {
    let text = OWN.replace("type = \"integer\"\nworks", "type = \"real\"\nworks");
    for (value, said) in [
        ("0.0", None),
        ("72.0", None),
        ("-0.5", Some("`ReminderHours` = -0.5 is too low: at least 0")),
        ("72.5", Some("`ReminderHours` = 72.5 is too high: at most 72")),
    ] {
        let policy = format!("{HEAD}[settings.TimeSheet]\nReminderHours = {value}\n");
        let folder = folder(&[("own.toml", &text), ("policy.toml", &policy)]);
        let (found, _) = findings(&folder, &["--catalog", "own.toml", "policy.toml"]);
        let messages: Vec<&str> = found.iter().map(|f| f.3.as_str()).collect();
        assert_eq!(messages, said.into_iter().collect::<Vec<_>>(), "{value}");
    }
    let text = OWN.replace("type = \"integer\"\nworks", "type = \"string\"\nworks");
    let folder = folder(&[
        ("own.toml", &text),
        ("policy.toml", &format!("{HEAD}[settings.Word]\nUseOnlineContent = 0\n")),
    ]);
    let (found, status) = findings(&folder, &["--catalog", "own.toml", "policy.toml"]);
    assert_eq!(status, 1);
    assert!(found.iter().any(|f| f.3 == "a `range` is for integers and reals"), "{found:?}");
}
