//! The rules that only the sight of a Mac raises: each fires on `tests/rules-on-a-mac/<id>.txt` as `<id>.expect` says, and
//! is silent on `<id>.silent.txt`, one line apart. Lines that begin with `/` are files of the Mac, `PATH = INSIDE OF THE
//! DICTIONARY`; the others are the policy. `UPDATE_EXPECTED=1 cargo test --test mac_rules` writes the expectations anew:
//! read them before they are committed.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

#[path = "common/world.rs"]
mod world;

use prefsmith::catalog::{Catalog, keys_of_rules};
use prefsmith::check::Options;
use prefsmith::diff::on_mac::{Spoken, rules_for, spoken};
use prefsmith::finding::{Findings, Sources};
use prefsmith::mac::{Ask, Mac, Who};
use prefsmith::plan::Plan;
use prefsmith::policy::{Files, Policy};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use world::{World, info, key};

const HEAD: &str = "[policy]\nid = \"com.example.rules\"\nname = \"Rules\"\n\n";

struct One(String);

impl Files for One {
    fn read(&self, _: &str) -> Result<String, String> {
        Ok(self.0.clone())
    }
}

fn plan(body: &str, catalog: &Catalog<'_>) -> Plan {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let policy =
        Policy::load("policy.toml", &One(format!("{HEAD}{body}")), &mut sources, &mut findings).unwrap();
    let plan = policy.resolve(catalog, &mut findings);
    assert!(!findings.has_errors(), "{findings:?}");
    plan
}

/// What the rules say, as text: severity, title, users, where the values lie, help.
fn said(body: &str, world: &World, who: Who<'_>) -> Vec<(String, String)> {
    let catalog = Catalog::builtin();
    let plan = plan(body, &catalog);
    let plans = [&plan];
    let of_rules = keys_of_rules(&rules_for(&plans, &catalog), &catalog);
    let wanted: Vec<(String, Vec<String>)> = of_rules
        .into_iter()
        .map(|(domain, mut keys)| {
            let own = plan.settings.iter().filter(|setting| setting.domain.as_str() == domain);
            keys.extend(own.map(|setting| setting.key.as_str().to_owned()));
            (domain, keys.into_iter().collect())
        })
        .collect();
    let wanted: Vec<(&str, Vec<&str>)> = wanted
        .iter()
        .map(|(domain, keys)| (domain.as_str(), keys.iter().map(String::as_str).collect()))
        .collect();
    let asks: Vec<Ask<'_>> =
        wanted.iter().map(|(domain, keys)| Ask { domain, keys: Some(keys.as_slice()) }).collect();
    let mac = Mac::read(world, &asks, who, &catalog).unwrap();
    let own = plan.settings.iter().map(|setting| (setting.domain.as_str(), setting.key.as_str()));
    let mac = mac.of_keys(own);
    let text = |one: &Spoken<'_>| (one.finding.code.as_str().to_owned(), shown(one));
    spoken(&plans, &mac, &catalog, &Options::default()).iter().map(text).collect()
}

fn shown(one: &Spoken<'_>) -> String {
    let mut out = format!("{}: {} {:?}\n", one.finding.severity.word(), one.finding.title, one.users);
    for place in &one.places {
        let inside = place.inside.iter().fold(String::new(), |all, part| all + " > " + part);
        writeln!(out, "  {}:{}{inside} {}", place.domain, place.key, place.layer.word()).unwrap();
    }
    for help in &one.finding.help {
        writeln!(out, "  help: {help}").unwrap();
    }
    out
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/rules-on-a-mac")
}

fn text(file: &str) -> String {
    std::fs::read_to_string(folder().join(file))
        .unwrap_or_else(|error| panic!("tests/rules-on-a-mac/{file}: {error}"))
}

/// The policy and the Mac of a fixture.
fn fixture(file: &str) -> (String, World) {
    let (mut body, mut world) = (String::new(), World::default());
    for line in text(file).lines() {
        match line.split_once(" = ").filter(|_| line.starts_with('/')) {
            Some((path, inside)) => world.put(path, inside),
            None => body = body + line + "\n",
        }
    }
    (body, world)
}

fn of_fixture(id: &str, file: &str) -> String {
    let (body, world) = fixture(file);
    said(&body, &world, Who::Console).into_iter().filter(|one| one.0 == id).map(|one| one.1).collect()
}

fn ids() -> BTreeSet<String> {
    let catalog = Catalog::builtin();
    let seen = catalog.rules().into_iter().filter(|rule| !rule.any_app.is_empty());
    seen.map(|rule| rule.id.to_owned()).collect()
}

#[test]
fn every_rule_that_needs_a_mac_fires_where_it_should_and_nowhere_else() {
    let mut wrong = Vec::new();
    for id in ids() {
        let found = of_fixture(&id, &format!("{id}.txt"));
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(folder().join(format!("{id}.expect")), &found).unwrap();
        }
        let expected = text(&format!("{id}.expect"));
        if found.is_empty() || found != expected {
            wrong.push(format!("{id}.txt\nexpected:\n{expected}found:\n{found}"));
        }
        let silent = of_fixture(&id, &format!("{id}.silent.txt"));
        if !silent.is_empty() {
            wrong.push(format!("{id}.silent.txt is not silent:\n{silent}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_fixture_of_a_mac_and_its_silent_twin_are_one_line_apart() {
    let mut expected = BTreeSet::new();
    for id in ids() {
        expected.extend(["txt", "silent.txt", "expect"].map(|end| format!("{id}.{end}")));
        let (fires, silent) = (text(&format!("{id}.txt")), text(&format!("{id}.silent.txt")));
        let (fires, silent): (Vec<&str>, Vec<&str>) = (fires.lines().collect(), silent.lines().collect());
        let head = fires.iter().zip(&silent).take_while(|(a, b)| a == b).count();
        let most = fires.len().min(silent.len()) - head;
        let tail = fires.iter().rev().zip(silent.iter().rev()).take_while(|(a, b)| a == b).count().min(most);
        let (cut, grown) = (fires.len() - head - tail, silent.len() - head - tail);
        assert!(cut <= 1 && grown <= 1 && cut + grown > 0, "{id}: {cut} lines against {grown}");
    }
    let files = std::fs::read_dir(folder()).unwrap();
    let found: BTreeSet<String> =
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(found, expected);
}

const CUSTOM: &str =
    "[settings.AutoUpdate]\nChannelName = \"Custom\"\nManifestServer = \"https://example.com/\"\n";
const MANAGED: &str = "/Library/Managed Preferences/com.microsoft.autoupdate2.plist";
const MAU: &str =
    "/Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app/Contents/Info.plist";
const USER: &str = "/Users/anna/Library/Preferences/com.microsoft.autoupdate2.plist";

/// AutoUpdate in the channel Custom, without a server.
fn custom() -> World {
    World::default()
        .with(MAU, &info("com.microsoft.autoupdate2", "4.75", "4.75.24101000"))
        .with(MANAGED, &key("ChannelName", "<string>Custom</string>"))
        .with(USER, "")
}

fn codes(body: &str, world: &World, who: Who<'_>) -> Vec<String> {
    said(body, world, who).into_iter().map(|one| one.0).collect()
}

fn fires(body: &str, world: &World, who: Who<'_>) -> bool {
    codes(body, world, who).iter().any(|code| code == "custom-channel-without-server")
}

#[test]
fn a_rule_between_settings_speaks_of_a_mac_too() {
    assert!(fires(CUSTOM, &custom(), Who::Console));
    // The user has a server.
    let server = key("ManifestServer", "<string>https://example.com/</string>");
    assert!(!fires(CUSTOM, &custom().with(USER, &server), Who::Console));
    // AutoUpdate is not there: nothing reads the channel.
    let mut without = custom();
    without.files.remove(MAU);
    assert!(!fires(CUSTOM, &without, Who::Console));
}

/// What is not known makes no rule speak: an unreadable layer, a user nobody named, keys that no collector looked for.
#[test]
fn on_a_mac_rules_say_only_what_is_certain() {
    // A file of the user that cannot be read may have the server.
    let mut broken = custom();
    broken.files.insert(USER.to_owned(), b"<plist><dict><key>Manif".to_vec());
    assert!(!fires(CUSTOM, &broken, Who::Console));
    // Two users, and nobody says who: either may have it.
    let two = custom().with("/Users/ben/Library/Preferences/x.plist", "");
    assert!(!fires(CUSTOM, &two, Who::Console));
    assert!(fires(CUSTOM, &two, Who::Named("ben")));
    // A snapshot by another policy's collector does not have keys that were not asked for…
    let about = custom().with("/prefsmith-snapshot.plist", &key("format", "<integer>1</integer>"));
    let channel = "[settings.AutoUpdate]\nChannelName = \"Custom\"\n";
    assert!(!fires(channel, &about, Who::Console));
    // …but it has those of the policy, and managed files are whole.
    assert!(fires(CUSTOM, &about, Who::Console));
    let slash = key("UpdateCache", "<string>https://example.com</string>");
    let slash = about.with(MANAGED, &(key("ChannelName", "<string>Custom</string>") + &slash));
    assert!(codes(channel, &slash, Who::Console).iter().any(|code| code == "server-without-slash"));
}

/// What the apps' folders show is certain on a disk; a snapshot has only what was collected.
#[test]
fn a_snapshot_does_not_prove_that_something_is_not_there() {
    let (body, world) = fixture("app-not-registered.txt");
    let about = world.with("/prefsmith-snapshot.plist", &key("format", "<integer>1</integer>"));
    assert!(!codes(&body, &about, Who::Console).iter().any(|code| code == "app-not-registered"));
    let (body, world) = fixture("app-store-app.txt");
    let about = world.with("/prefsmith-snapshot.plist", &key("format", "<integer>1</integer>"));
    assert!(codes(&body, &about, Who::Console).iter().any(|code| code == "app-store-app"));
}

#[test]
fn what_the_policy_accepts_is_not_said_of_a_mac() {
    let allow = "[[allow]]\ncode = \"custom-channel-without-server\"\nwhy = \"A test.\"\n";
    assert!(!fires(&format!("{CUSTOM}{allow}"), &custom(), Who::Console));
    let other = allow.replace("why", "key = \"HowToCheck\"\nwhy");
    assert!(fires(&format!("{CUSTOM}{other}"), &custom(), Who::Console));
}

#[test]
fn what_the_policy_has_no_part_in_is_not_said() {
    let other = "[settings.Word]\nVisualBasicEntirelyDisabled = true\n";
    let _ = other;
    assert_eq!(codes("[settings.OneDrive]\nDisableTutorial = true\n", &custom(), Who::Console), [""; 0]);
}

/// One rule of one Mac, said once for all whom it concerns.
#[test]
fn users_of_whom_the_same_is_said_are_named_together() {
    let two = custom().with("/Users/ben/Library/Preferences/x.plist", "");
    let found = said(CUSTOM, &two, Who::Everybody);
    let found: Vec<&str> = found
        .iter()
        .filter(|one| one.0 == "custom-channel-without-server")
        .map(|one| one.1.lines().next().unwrap())
        .collect();
    let expected =
        "error: the channel Custom acts as Current: `ManifestServer` is missing [\"anna\", \"ben\"]";
    assert_eq!(found, [expected]);
}

/// A Mac that means harm has a hundred thousand apps, each of which a rule could speak of.
#[test]
fn a_dictionary_without_end_is_looked_at_in_part() {
    let server = key("ManifestServer", "<string>https://example.com</string>");
    let entries: String =
        (0..100_000).map(|n| key(&format!("/{n}.app"), &format!("<dict>{server}</dict>"))).collect();
    let world = custom().with(MANAGED, &key("Applications", &format!("<dict>{entries}</dict>")));
    let found = codes(CUSTOM, &world, Who::Console);
    assert!(found.len() >= 1000 && found.len() < 5000, "{}", found.len());
}

/// A volume licence is a file of its own.
#[test]
fn the_licence_that_is_there() {
    let app = "/Applications/Microsoft Word.app";
    let inside = key("OfficeActivationLicense", "<string>Subscription</string>");
    let entries = key(app, &format!("<dict>{inside}</dict>"));
    let world = custom().with(MANAGED, &key("AppCustomPref", &format!("<dict>{entries}</dict>")));
    let speaks =
        |world: &World| codes(CUSTOM, world, Who::Console).iter().any(|code| code == "licence-kind-wrong");
    assert!(!speaks(&world));
    assert!(speaks(&world.with("/Library/Preferences/com.microsoft.office.licensingV2.plist", "")));
}

/// What a collector was asked for, it looked for: receipts of apps, and the containers of domains.
#[test]
fn a_collector_s_snapshot_proves_what_it_looked_for() {
    let (body, world) = fixture("app-not-registered.txt");
    let about = |managed_only: bool| {
        let list = |domain: &str, name: &str| key(domain, &format!("<array><string>{name}</string></array>"));
        let collected =
            list("com.microsoft.Word", "Key") + &list("com.microsoft.autoupdate2", "Applications");
        let flag = if managed_only { key("managed-only", "<true/>") } else { String::new() };
        key("format", "<integer>1</integer>")
            + &key("collector", "<string>0.1.0</string>")
            + &flag
            + &key("collected", &format!("<dict>{collected}</dict>"))
    };
    let fires =
        |world: &World| codes(&body, world, Who::Console).iter().any(|code| code == "app-not-registered");
    assert!(fires(&world.clone().with("/prefsmith-snapshot.plist", &about(false))));
    assert!(!fires(&world.with("/prefsmith-snapshot.plist", &about(true))));
}
