//! Policies that nobody should write: deep, large, mutilated. Whatever comes in, findings come out.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

use prefsmith::catalog::Catalog;
use prefsmith::check::{Options, check};
use prefsmith::finding::{Findings, Sources};
use prefsmith::policy::{Files, Policy};
use prefsmith::report::findings::{TextOptions, json, text};
use std::fmt::Write as _;
use std::process::Command;

struct One(String);

impl Files for One {
    fn read(&self, path: &str) -> Result<String, String> {
        if path == "policy.toml" { Ok(self.0.clone()) } else { Err("there is no such file".to_owned()) }
    }
}

fn judge(policy: impl Into<String>) -> (Findings, Sources) {
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    let catalog = Catalog::with(Vec::new());
    let policy = Policy::load("policy.toml", &One(policy.into()), &mut sources, &mut findings).unwrap();
    let plan = policy.resolve(&catalog, &mut findings);
    (check(plan, findings, &catalog, &Options::default()).findings, sources)
}

fn codes(policy: impl Into<String>) -> Vec<String> {
    judge(policy).0.iter().map(|finding| finding.code.as_str().to_owned()).collect()
}

const HEAD: &str = "[policy]\nid = \"com.example.office\"\n";
const DEEP: usize = 100_000;

/// On a thread with a small stack, as a test of recursion is worth nothing on a large one.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn nested_a_hundred_thousand_deep() {
    on_a_small_stack(|| {
        let (open, close) = ("[".repeat(DEEP), "]".repeat(DEEP));
        let tables = format!("{}1{}", "{a=".repeat(DEEP), "}".repeat(DEEP));
        let dotted = vec!["a"; DEEP].join(".");
        let policies = [
            format!("{HEAD}[custom.\"com.example.app\"]\nKey = {open}{close}\n"),
            format!("{HEAD}[custom.\"com.example.app\"]\nKey = {open}\n"),
            format!("{HEAD}[custom.\"com.example.app\"]\nKey = {tables}\n"),
            format!("{HEAD}[custom.\"com.example.app\"]\nKey = {}\n", "{a=".repeat(DEEP)),
            format!("{HEAD}[custom.\"com.example.app\"]\n{dotted} = 1\n"),
            format!("{HEAD}[custom.{dotted}]\nKey = 1\n"),
            format!("{HEAD}[[custom.{dotted}]]\nKey = 1\n"),
            format!("{HEAD}[custom.\"com.example.app\"]\nKey = {}\n", "[{a=".repeat(DEEP)),
        ];
        for policy in policies {
            let start: String = policy.chars().skip(HEAD.len()).take(60).collect();
            assert!(judge(policy).0.has_errors(), "{start}");
        }
    });
}

#[test]
fn as_deep_as_allowed_on_a_small_stack() {
    on_a_small_stack(|| {
        for depth in [62, 63, 64, 65, 79, 80, 81, 127, 128, 129] {
            let policy = format!(
                "{HEAD}[custom.\"com.example.app\"]\nKey = {}1{}\n",
                "[".repeat(depth),
                "]".repeat(depth)
            );
            let found = codes(policy);
            assert_eq!(found.len(), 1, "{depth}: {found:?}");
        }
    });
}

/// A policy with as many keys as somebody might generate; the time is for a human to look at.
fn many(count: usize, key: impl Fn(usize) -> String, section: &str) -> String {
    let mut policy = format!("{HEAD}{section}\n");
    for at in 0..count {
        writeln!(policy, "{} = {at}", key(at)).unwrap();
    }
    policy
}

#[test]
fn fifty_thousand_keys() {
    const MANY: usize = 50_000;
    let custom = many(MANY, |at| format!("Key{at}"), "[custom.\"com.example.app\"]");
    assert_eq!(codes(custom), ["custom-key"], "one note for all");
    let unknown = many(MANY, |at| format!("Key{at}"), "[settings.Outlook]");
    assert_eq!(codes(unknown).len(), MANY, "an error for each");
    let bare = many(MANY, |at| format!("Key{at}"), "[settings]");
    assert_eq!(codes(bare).len(), MANY, "an error for each");
}

/// Whether a near miss is told must not depend on how many lines stand before it.
#[test]
fn a_near_miss_after_two_hundred_unknown_keys() {
    let others = many(200, |at| format!("Completely{at}Different"), "[custom.Outlook]");
    assert!(codes(format!("{others}DisableImpor = true\n")).contains(&"near-miss".to_owned()));
}

/// A policy of one line is not read anew for each of its tables.
#[expect(clippy::disallowed_types, reason = "a test of how long it takes")]
#[test]
fn eighty_thousand_tables_on_one_line() {
    let tables: Vec<String> = (0..80_000).map(|at| format!("\"com.example.a{at}\" = {{ K = 1 }}")).collect();
    let policy = format!("custom = {{ {} }}\n{HEAD}", tables.join(", "));
    let started = std::time::Instant::now();
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    Policy::load("policy.toml", &One(policy), &mut sources, &mut findings).unwrap();
    assert!(findings.is_empty());
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

#[test]
fn ten_thousand_slips() {
    const MANY: usize = 10_000;
    let twice = many(MANY, |at| format!("Key{}", at / 2), "[custom.\"com.example.app\"]");
    assert!(codes(twice).iter().filter(|code| *code == "duplicate-key").count() == MANY / 2);
    let near = many(MANY, |at| format!("DisableImpor{at}"), "[custom.Outlook]");
    assert_eq!(codes(near), vec!["near-miss"; MANY], "each is told, however many there are");
    let dotted = many(MANY, |at| format!("a.b{at}"), "[settings.Outlook]");
    assert_eq!(codes(dotted).len(), MANY);
    let broken = many(MANY, |at| format!("a{at} b"), "[settings.Outlook]");
    assert!(codes(broken).contains(&"toml-syntax".to_owned()));
}

#[test]
fn ten_thousand_tables_and_items() {
    const MANY: usize = 10_000;
    let mut tables = HEAD.to_owned();
    let mut allows = HEAD.to_owned();
    let mut headers = HEAD.to_owned();
    for at in 0..MANY {
        writeln!(tables, "[custom.\"com.example.app{at}\"]\nKey = 1").unwrap();
        writeln!(allows, "[[allow]]\ncode = \"superseded\"\nkey = \"Key{at}\"\nwhy = \"x\"").unwrap();
        writeln!(headers, "[settings.Outlook]\nKey{at} = 1").unwrap();
    }
    assert_eq!(codes(tables).len(), MANY);
    assert!(codes(allows).len() >= MANY);
    assert!(codes(headers).contains(&"duplicate-key".to_owned()));
    let items = vec!["1"; MANY].join(", ");
    let array = format!("{HEAD}[settings.Outlook]\nAllowedEmailDomains = [{items}]\n");
    assert_eq!(codes(array), vec!["wrong-type"; MANY]);
    let mut whys = format!("{HEAD}[custom.\"com.example.app\"]\nKey = 1\n[why]\n");
    (0..MANY).for_each(|at| writeln!(whys, "Key{at} = \"x\"").unwrap());
    assert_eq!(codes(whys).iter().filter(|code| *code == "why-unused").count(), MANY);
    let broken = format!("{HEAD}[settings.Outlook]\n{}", "x\n".repeat(MANY));
    assert!(codes(broken).contains(&"toml-syntax".to_owned()));
    let heads = format!("{HEAD}{}", "[settings\n".repeat(MANY));
    assert!(codes(heads).contains(&"toml-syntax".to_owned()));
}

#[test]
fn empty_and_comments_only() {
    assert_eq!(codes(""), ["policy-id"]);
    assert_eq!(codes("\n\n"), ["policy-id"]);
    assert_eq!(codes("# nothing\n# at all"), ["policy-id"]);
    assert_eq!(codes("\u{feff}"), ["policy-id"]);
}

fn prefsmith(bytes: &[u8]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    write(&path, bytes);
    let output = Command::new(env!("CARGO_BIN_EXE_prefsmith"))
        .arg("check")
        .arg("policy.toml")
        .current_dir(folder.path())
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[expect(clippy::disallowed_methods, reason = "an input of the test")]
fn write(path: &std::path::Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn files_that_are_no_text() {
    let (status, said) = prefsmith(b"[policy]\nid = \"\xff\xfe\"\n");
    assert_eq!((status, said.as_str()), (Some(2), "prefsmith: policy.toml: it is no UTF-8 text (line 2)\n"));
    let (status, said) = prefsmith(&[0x89, b'P', b'N', b'G', 0, 1, 2, 0xff, 0xd8]);
    assert_eq!(status, Some(2), "{said}");
    let utf16: Vec<u8> = "[policy]".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (status, said) = prefsmith(&utf16);
    assert_eq!(status, Some(1), "{said}");
    let (status, said) = prefsmith(b"\0\0\0\0");
    assert_eq!(status, Some(1), "{said}");
    assert_eq!(prefsmith(b"").0, Some(1));
    assert_eq!(
        prefsmith(b"\xEF\xBB\xBF[policy]\r\nid = \"com.example.a\"\r\n[settings]\r\nHowToCheck = \"Manual\"")
            .0,
        Some(0)
    );
}

#[test]
fn a_file_of_16_mib_and_one_byte_more() {
    let mut policy = format!("{HEAD}[settings]\nHowToCheck = \"Manual\"\n# ").into_bytes();
    policy.resize(16 << 20, b'x');
    let (status, said) = prefsmith(&policy);
    assert_eq!(status, Some(0), "{said}");
    policy.push(b'x');
    let (status, said) = prefsmith(&policy);
    assert_eq!((status, said.as_str()), (Some(2), "prefsmith: policy.toml: it is larger than 16 MiB\n"));
}

/// A generator that gives the same numbers everywhere (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % limit
    }
}

fn mutated(text: &str, dice: &mut Dice) -> String {
    const SCRAPS: [&str; 30] = [
        "\"",
        "'",
        "[",
        "]",
        "{",
        "}",
        "=",
        ".",
        ",",
        "\n",
        "#",
        "\\",
        "${",
        "$data",
        "0",
        "-1",
        "1e999",
        "inf",
        "true",
        "\"\"\"",
        "“",
        "\u{0}",
        "\u{feff}",
        "\r",
        "[[",
        "[settings]\n",
        "\"${user.upn}\"",
        "1979-05-27",
        "= {",
        "é",
    ];
    let mut text = text.to_owned();
    for _ in 0..=dice.below(4) {
        let edge = |at: usize, text: &str| {
            (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap()
        };
        let (from, other) = (dice.below(text.len() + 1), dice.below(40));
        let (from, to) = (edge(from, &text), edge(from + other, &text));
        match dice.below(5) {
            0 => text.insert_str(from, SCRAPS[dice.below(SCRAPS.len())]),
            1 => text.replace_range(from..to, ""),
            2 => text.replace_range(from..to, SCRAPS[dice.below(SCRAPS.len())]),
            3 => {
                let piece = text[from..to].to_owned();
                let at = edge(dice.below(text.len() + 1), &text);
                text.insert_str(at, &piece);
            }
            _ => {
                let lines: Vec<&str> = text.lines().collect();
                if !lines.is_empty() {
                    let (a, b) = (dice.below(lines.len()), dice.below(lines.len()));
                    let mut lines = lines.clone();
                    lines.swap(a, b);
                    text = lines.join("\n");
                }
            }
        }
    }
    text
}

#[test]
fn mutilated_policies_never_panic() {
    let mut texts = Vec::new();
    for folder in ["profiles", "tests/policies", "tests/broken"] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                texts.push(std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    texts.sort();
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for round in 0..4000 {
        let text_of = &texts[dice.below(texts.len())];
        let policy = mutated(text_of, &mut dice);
        let (findings, sources) = judge(policy.clone());
        for finding in findings.iter() {
            let spans = finding.labels.iter().filter_map(|label| label.at.span());
            for span in spans.chain(finding.fix.as_ref().map(|fix| fix.span)) {
                let text = sources.text(span.source);
                assert!(
                    text.get(span.start as usize..span.end as usize).is_some(),
                    "round {round}: {} points outside of the text or into a character\n{policy}",
                    finding.title
                );
            }
        }
        // Renderers see what they never see otherwise.
        if round % 8 == 0 {
            let options = TextOptions { color: false, width: 80, all: None };
            assert_eq!(text(&findings, &sources, &options).is_empty(), findings.is_empty());
            assert!(json(&findings, &sources).starts_with('{'));
        }
    }
}

/// Each file is small enough, and there are few of them: what counts is what they come to.
#[test]
fn a_policy_of_many_large_files() {
    struct Large;
    impl Files for Large {
        fn read(&self, path: &str) -> Result<String, String> {
            if path == "policy.toml" {
                return Ok(format!("{HEAD}extends = [\"1.toml\", \"2.toml\", \"3.toml\", \"4.toml\"]\n"));
            }
            Ok(format!("#{}\n", " ".repeat(prefsmith::policy::MAX_BYTES - 2)))
        }
    }
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    Policy::load("policy.toml", &Large, &mut sources, &mut findings).unwrap();
    let said: Vec<_> =
        findings.iter().map(|finding| (finding.code.as_str(), finding.title.as_str())).collect();
    // Three of 16 MiB and the policy leave room for less than 16 MiB.
    assert_eq!(said, [("extends", "with `4.toml`, the policy would be larger than 64 MiB")]);
}

/// What clap prints by itself must reach its reader as everything else does.
#[cfg(target_os = "linux")]
#[test]
fn a_help_that_cannot_be_written() {
    for arguments in [&["--help"][..], &["--version"], &["build", "--help"], &["help", "check"]] {
        let mut full = std::fs::File::options();
        #[expect(clippy::disallowed_methods, reason = "opened as standard output of another process")]
        let full = full.write(true).open("/dev/full").unwrap();
        let ended =
            Command::new(env!("CARGO_BIN_EXE_prefsmith")).args(arguments).stdout(full).output().unwrap();
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&ended.stderr).starts_with("prefsmith: standard output: "));
    }
}
