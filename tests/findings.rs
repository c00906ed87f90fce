//! The table of codes: `docs/findings.md` is made from it, and what it shows is true: each example gives its
//! finding, and what is to be written instead does not.
//!
//! `PREFSMITH_UPDATE=1 cargo test --test findings` writes the page anew.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which clippy.toml does not know as tests")]

use prefsmith::catalog::Catalog;
use prefsmith::check::{Family, Options, family};
use prefsmith::emit::{Request, TARGETS, spelt};
use prefsmith::finding::{CODES, CodeInfo, Findings, Origin, Sources};
use prefsmith::policy::{Files, Policy};
use prefsmith::profile::Form;
use prefsmith::profile::envelope::envelope;
use prefsmith::profile::read::{Input, Unknown, load, plan};
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
    let options = Options { today: Some("2027-06-01".parse().unwrap()) };
    let plans = policy.plans(&catalog, &findings);
    let of_variant = |place: &Origin| policy.is_of_variant(place);
    let Family { mut findings, plans, .. } = family(plans, &of_variant, &catalog, &options);
    if let Some(Ok(plan)) = plans.first() {
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
        // A piece that speaks of targets is for these alone.
        let spoken = TARGETS.iter().any(|target| piece.contains(&format!("[target.{}", target.name())));
        let meant = |name: &str| !spoken || piece.contains(&format!("[target.{name}"));
        for target in TARGETS.iter().filter(|target| meant(target.name())) {
            // Each target is asked by itself: an error of one keeps no other from speaking.
            let mut said = Findings::new();
            target.emit(&request, &mut said);
            findings.extend(said);
        }
        spelt(&request, "mosyle", &mut findings);
    }
    findings.iter().map(|finding| finding.code.as_str().to_owned()).collect()
}

/// Whether a text is a piece of a policy: not a sentence, not a command, not a piece of a profile.
fn is_policy(text: &str) -> bool {
    !text.is_empty() && !text.ends_with('.') && !text.starts_with("prefsmith ") && !text.starts_with('<')
}

#[test]
fn every_code_is_documented() {
    for info in CODES.iter() {
        let sentence = |text: &str| text.ends_with('.') && !text.contains("  ");
        assert!(sentence(info.summary), "{}: {}", info.name, info.summary);
        assert!(sentence(info.why), "{}: {}", info.name, info.why);
        assert!(!info.instead.is_empty(), "{}: what to write instead?", info.name);
        assert!(!info.example.is_empty() || info.name == "wrong-form", "{}: an example?", info.name);
        let word = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(info.name.chars().all(word), "{}: codes are kebab-case", info.name);
    }
    assert!(CODES.is_sorted_by(|a, b| a.name < b.name), "every name stands once");
}

/// What `import` says of profiles, and no check does.
const OF_IMPORT: &str = "not-expressed";

/// Where a piece of a profile can stand: as the whole file, as payloads, or as keys of the profile, of a payload, of
/// the domains of com.apple.ManagedClient.preferences, or of AutoUpdate's preferences.
const PLACES: [&str; 6] = ["file", "payloads", "profile", "payload", "domains", "preferences"];

/// The keys that an envelope needs and a piece does not have, then the piece and the rest.
fn keys(pairs: &[(&str, &str)], piece: &str, rest: &str) -> String {
    let own = |name: &str| piece.contains(&format!("<key>{name}</key>"));
    let line = |(name, value): &(&str, &str)| format!("<key>{name}</key><string>{value}</string>\n");
    let lines = pairs.iter().filter(|(name, _)| !own(name)).map(line);
    let version = if own("PayloadVersion") { "" } else { "<key>PayloadVersion</key><integer>1</integer>\n" };
    lines.collect::<String>() + version + piece + "\n" + rest
}

fn payload(number: u32, kind: &str, piece: &str) -> String {
    let (id, uuid) =
        (format!("com.example.office.{number}"), format!("0000000{number}-0000-4000-8000-00000000000A"));
    let pairs = [("PayloadType", kind), ("PayloadIdentifier", &id), ("PayloadUUID", &uuid)];
    format!("<dict>\n{}</dict>\n", keys(&pairs, piece, ""))
}

/// A profile with a piece in one of its places.
fn profile(piece: &str, place: &str) -> String {
    const MCX: &str = "com.apple.ManagedClient.preferences";
    const AUTOUPDATE: &str = "com.microsoft.autoupdate2";
    let payloads = match place {
        "file" => return piece.to_owned(),
        "payloads" => piece.to_owned(),
        "payload" => payload(1, AUTOUPDATE, piece),
        "domains" => payload(1, MCX, &format!("<key>PayloadContent</key><dict>{piece}</dict>")),
        "preferences" => {
            let parts = piece.split("<!-- in a second payload of com.microsoft.autoupdate2 -->");
            (1..).zip(parts).map(|(number, part)| payload(number, AUTOUPDATE, part)).collect()
        }
        _ => String::new(),
    };
    let content = format!("<key>PayloadContent</key><array>{payloads}</array>\n");
    let encrypted = piece.contains("EncryptedPayloadContent");
    let top = if place == "profile" { piece } else { "" };
    let content = if encrypted { String::new() } else { content };
    let pairs = [
        ("PayloadType", "Configuration"),
        ("PayloadIdentifier", "com.example.office"),
        ("PayloadUUID", "00000000-0000-4000-8000-00000000000A"),
        ("PayloadDisplayName", "Office"),
        ("PayloadScope", "System"),
    ];
    format!("<plist version=\"1.0\">\n<dict>\n{}</dict>\n</plist>\n", keys(&pairs, top, &content))
}

/// The codes that a piece of a profile gives in one of its places.
fn codes_of_profile(piece: &str, place: &str) -> Vec<String> {
    let text = profile(piece, place);
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let catalog = Catalog::builtin();
    let input = Input { label: "a.mobileconfig", bytes: text.as_bytes(), domain: None };
    let mut unknown = Unknown::default();
    if let Some(held) = load(&input, &catalog, &mut sources, &mut findings) {
        envelope(&held, &mut findings);
        for profile in &held.profiles {
            plan(&held, profile, &catalog, &mut unknown, &mut findings);
        }
    }
    findings.extend(unknown.finding().into_iter().collect());
    findings.iter().map(|finding| finding.code.as_str().to_owned()).collect()
}

/// Whether what a code shows of profiles is true in one of the places: the example gives it, and what is to be written
/// instead does not, in the same place or, for a whole file, in any where it can be read.
fn is_true_of_profiles(info: &CodeInfo) -> bool {
    let gives =
        |piece: &str, place: &str| codes_of_profile(piece, place).iter().any(|code| code == info.name);
    let mended = |place: &str| {
        let found = codes_of_profile(info.instead, place);
        found.iter().all(|code| code != info.name && code != "unreadable-file")
    };
    let instead = |place: &str| match place {
        _ if !info.instead.starts_with('<') => true,
        "file" => PLACES.into_iter().any(mended),
        place => mended(place),
    };
    PLACES.into_iter().any(|place| gives(info.example, place) && instead(place))
}

#[test]
fn every_example_of_a_profile_gives_its_finding() {
    let of_profiles: Vec<&CodeInfo> =
        CODES.iter().filter(|info| info.example.starts_with('<') && info.name != OF_IMPORT).collect();
    assert!(of_profiles.len() > 10);
    for info in of_profiles {
        assert!(is_true_of_profiles(info), "{}:\n{}\n{}", info.name, info.example, info.instead);
    }
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

Everything that prefsmith says of a policy or a profile has one of these codes. `prefsmith explain CODE` shows the same text.

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
    for info in CODES.iter() {
        writeln!(out, "- [`{0}`](#{0}): {1}", info.name, info.summary).unwrap();
    }
    for info in CODES.iter() {
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
