//! The table of codes: `docs/findings.md` is made from it, and what it shows is true: each example gives its
//! finding, and what is to be written instead does not.
//!
//! `PREFSMITH_UPDATE=1 cargo test --test findings` writes the page anew.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which clippy.toml does not know as tests")]

use prefsmith::catalog::Catalog;
use prefsmith::check::{Checked, Options, check};
use prefsmith::emit::{Request, target};
use prefsmith::finding::{CODES, CodeInfo, Findings, Sources};
use prefsmith::policy::{Files, Policy};
use prefsmith::profile::Form;
use std::fmt::Write as _;

const PAGE: &str = "docs/findings.md";

/// Codes whose example is cut short.
const CUT_SHORT: [&str; 1] = ["value-too-deep"];

struct One(String);

impl Files for One {
    fn read(&self, path: &str) -> Result<String, String> {
        match path {
            "policies/policy.toml" => Ok(self.0.clone()),
            "policies/../base.toml" => Ok(String::new()),
            _ => Err("there is no such file".to_owned()),
        }
    }

    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        let name = path.strip_prefix("policies/payloads/").unwrap_or("");
        std::fs::read(format!("tests/broken/payloads/{name}")).map_err(|error| error.to_string())
    }
}

/// The codes that a piece of a policy gives, once it has what every policy needs.
fn codes(info: &CodeInfo, piece: &str) -> Vec<String> {
    let head = "[policy]\nid = \"com.example.office\"\n";
    let policy = match piece.contains("[policy]") {
        true if piece.contains("\nid ") || info.name == "policy-id" => piece.to_owned(),
        true => piece.replacen("[policy]\n", head, 1),
        false => format!("{head}{piece}"),
    };
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let catalog = Catalog::with(Vec::new());
    let policy = Policy::load("policies/policy.toml", &One(policy), &mut sources, &mut findings).unwrap();
    let plan = policy.resolve(&catalog, &mut findings);
    let options = Options { today: Some("2027-06-01".parse().unwrap()) };
    let Checked { mut findings, plan, .. } = check(plan, findings, &catalog, &options);
    if let Ok(plan) = &plan {
        let (stem, form) = ("policy", Form::Mcx);
        let request = Request {
            plan,
            catalog: &catalog,
            stem,
            form,
            split: false,
            keep: None,
            left: &[],
            scripts: false,
        };
        for name in ["mobileconfig", "defaults"] {
            target(name).unwrap().emit(&request, &mut findings);
        }
    }
    findings.iter().map(|finding| finding.code.as_str().to_owned()).collect()
}

/// Whether a text is a piece of a policy: not a sentence, not a command, not a piece of a profile.
fn is_policy(text: &str) -> bool {
    !text.is_empty() && !text.ends_with('.') && !text.starts_with("prefsmith ") && !text.starts_with('<')
}

#[test]
fn every_code_is_documented() {
    for info in CODES {
        let sentence = |text: &str| text.ends_with('.') && !text.contains("  ");
        assert!(sentence(info.summary), "{}: {}", info.name, info.summary);
        assert!(sentence(info.why), "{}: {}", info.name, info.why);
        assert!(!info.instead.is_empty(), "{}: what to write instead?", info.name);
        assert!(!info.example.is_empty() || info.name == "wrong-form", "{}: an example?", info.name);
        let word = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(info.name.chars().all(word), "{}: codes are kebab-case", info.name);
    }
    assert!(CODES.is_sorted_by(|a, b| a.name < b.name), "codes stand in the order of their names");
}

#[test]
fn every_example_gives_its_finding() {
    for info in CODES.iter().filter(|info| is_policy(info.example) && !CUT_SHORT.contains(&info.name)) {
        let found = codes(info, info.example);
        assert!(found.iter().any(|code| code == info.name), "{}: {found:?}\n{}", info.name, info.example);
    }
}

#[test]
fn what_is_written_instead_does_not_give_it() {
    for info in CODES.iter().filter(|info| is_policy(info.instead)) {
        let found = codes(info, info.instead);
        assert!(found.iter().all(|code| code != info.name), "{}: {found:?}\n{}", info.name, info.instead);
    }
}

fn block(out: &mut String, title: &str, text: &str) {
    if text.is_empty() {
    } else if text.ends_with('.') {
        writeln!(out, "{title}: {text}\n").unwrap();
    } else {
        let language = match text {
            _ if text.starts_with("prefsmith ") => "sh",
            _ if text.starts_with('<') => "xml",
            _ => "toml",
        };
        writeln!(out, "{title}:\n\n```{language}\n{text}\n```\n").unwrap();
    }
}

fn page() -> String {
    let mut out = "# Findings

Everything that prefsmith says of a policy has one of these codes. `prefsmith explain CODE` shows the same text.

An **error** keeps the policy from being built. A **warning** is probably not what was meant; `check --deny warnings`
makes it count. A **note** is worth knowing. Severities may differ in single findings, which then say why.

Where it says so, a policy can accept a finding, for good or until a day, for one key and one domain or for all:

```toml
[[allow]]
code = \"superseded\"
key  = \"SendAllTelemetryEnabled\"
why  = \"Half of our Macs are still on 16.16.\"
```

<!-- Made from src/finding/codes.rs: PREFSMITH_UPDATE=1 cargo test --test findings -->

"
    .to_owned();
    for info in CODES {
        writeln!(out, "- [`{0}`](#{0}): {1}", info.name, info.summary).unwrap();
    }
    for info in CODES {
        let allow = if info.allowable { "; an `[[allow]]` can accept it" } else { "" };
        writeln!(out, "\n## {}\n\n{}\n", info.name, info.summary).unwrap();
        writeln!(out, "*{}{allow}.* {}\n", info.severity.word(), info.why).unwrap();
        block(&mut out, "Example", info.example);
        block(&mut out, "Instead", info.instead);
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}

#[test]
#[expect(clippy::disallowed_methods, reason = "on request, a test writes the page anew")]
fn the_page_is_made_from_the_table() {
    let made = page();
    if std::env::var_os("PREFSMITH_UPDATE").is_some() {
        std::fs::write(PAGE, &made).unwrap();
    }
    let there = std::fs::read_to_string(PAGE).expect("docs/findings.md");
    assert!(there == made, "{PAGE} is older than the table: PREFSMITH_UPDATE=1 cargo test --test findings");
}
