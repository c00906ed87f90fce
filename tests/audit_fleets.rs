//! `audit` comes to the totals that the generator of fleets knows, however the fleet is packed.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

#[path = "common/fleet.rs"]
mod fleet;

use fleet::{EXEMPTIONS, Fleet, POLICY, said};
use serde_json::Value as Json;
use std::path::Path;
use std::process::Command;

/// What `audit` says of the Macs in a folder or an archive below another.
fn audit(at: &Path, macs: &str, threads: &str) -> Json {
    std::fs::write(at.join("fleet.toml"), POLICY).unwrap();
    std::fs::write(at.join("exempt.toml"), EXEMPTIONS).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_prefsmith"));
    command.current_dir(at).args(["audit", "fleet.toml", macs, "--exemptions", "exempt.toml"]);
    command.args(["--format", "json", "--no-project", "--threads", threads]).env("PREFSMITH_CACHE", "");
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    said(&serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{told}")))
}

/// Fails at the first part that differs.
#[track_caller]
fn compare(expected: &Json, found: &Json) {
    for (name, expected) in expected.as_object().unwrap() {
        let found = &found[name];
        let pairs = expected.as_array().zip(found.as_array()).filter(|(a, b)| a.len() == b.len());
        for (expected, found) in pairs.into_iter().flat_map(|(a, b)| a.iter().zip(b)) {
            assert_eq!(expected, found, "{name}");
        }
        assert_eq!(expected, found, "{name}");
    }
}

#[test]
fn ten_macs_of_many_seeds() {
    for seed in 0..12 {
        let folder = tempfile::tempdir().unwrap();
        let totals = Fleet { seed, macs: 10 }.write(&folder.path().join("macs"), 2);
        compare(&totals.json(), &audit(folder.path(), "macs", "2"));
    }
}

#[test]
fn a_thousand_macs_in_folders_and_in_one_archive() {
    let folder = tempfile::tempdir().unwrap();
    let fleet = Fleet { seed: 77, macs: 1000 };
    let totals = fleet.write(&folder.path().join("macs"), 2).json();
    let packed = fleet.pack(std::fs::File::create(folder.path().join("fleet.tar")).unwrap()).json();
    assert_eq!(totals, packed);
    // Whatever can happen does in a fleet of this size, so that nothing goes unlooked at.
    for state in ["older", "compliant", "drifted", "undecided", "unreadable"] {
        assert!(totals[state].as_u64().is_some_and(|count| count > 0), "{state}: {totals}");
    }
    compare(&totals, &audit(folder.path(), "macs", "2"));
    compare(&totals, &audit(folder.path(), "fleet.tar", "3"));
}

/// For some of the Macs, by everything that may decide: the system, an app, the serial number, and what no Mac knows.
const FOR_SOME: [(&str, &str); 5] = [
    ("system", "macOS = \"15 ..\"\n[settings.Office]\nDefaultsToLocalOpenSave = true\n"),
    ("app", "apps.Outlook = \"16.90 ..\"\n[settings.Outlook]\nDisableImport = true\nEnableNewOutlook = 0\n"),
    ("pilots", "serial = \"PLT*\"\n[settings.AutoUpdate]\nChannelName = \"CurrentThrottle\"\n"),
    ("odd", "attributes.desk = \"odd\"\n[settings.Office]\nDefaultsToLocalOpenSave = true\n"),
    (
        "desk",
        "attributes.desk = \"odd\"\n[custom.\"com.example.vpn\"]\nServer = \"${device.serial}.example.com\"\n",
    ),
];

/// Where rows are written each Mac is judged by itself; where none are, those that are alike are judged once. Both say the same.
#[test]
fn macs_that_are_alike_are_judged_as_each_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    Fleet { seed: 5, macs: 600 }.write(&folder.path().join("macs"), 2);
    write("fleet.toml", POLICY);
    write("exempt.toml", EXEMPTIONS);
    let desks = (0..600).map(|number| format!("MAC-{number:07},{}\n", ["even", "odd"][number % 2]));
    write("desks.csv", &(String::from("name,desk\n") + &desks.collect::<String>()));
    for (name, rest) in FOR_SOME {
        write(
            &format!("{name}.toml"),
            &format!("[policy]\nid = \"com.example.{name}\"\nname = \"{name}\"\n\n[applies-to]\n{rest}"),
        );
    }
    let run = |policies: &[&str], format: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_prefsmith"));
        command.current_dir(folder.path()).arg("audit").args(policies).args([
            "macs",
            "--format",
            format,
            "--no-project",
        ]);
        command.args(["--exemptions", "exempt.toml", "--attributes", "desks.csv"]).env("PREFSMITH_CACHE", "");
        let output = command.output().unwrap();
        assert!(!output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let (some, all) =
        (["system.toml", "app.toml", "pilots.toml"], ["fleet.toml", "system.toml", "app.toml", "desk.toml"]);
    for policies in [&some[..], &all, &some[..1], &some[1..2], &some[2..], &["odd.toml"]] {
        let whole: Json = serde_json::from_slice(&run(policies, "json")).unwrap();
        let rows = run(policies, "csv");
        let mut table = csv::Reader::from_reader(rows.as_slice());
        let mut states = std::collections::BTreeMap::new();
        let mut by_name = std::collections::BTreeMap::new();
        for row in table.records().map(Result::unwrap) {
            *states.entry(row[4].to_owned()).or_insert(0_u64) += 1;
            by_name.insert((row[0].to_owned(), row[12].to_owned()), [row[6].to_owned(), row[7].to_owned()]);
        }
        for state in ["compliant", "drifted", "undecided", "outside"] {
            assert_eq!(whole[state], states.get(state).copied().unwrap_or(0), "{policies:?}: {state}");
        }
        let worst = whole["worst"].as_array().unwrap();
        assert!(!worst.is_empty() && states.len() > 2, "{policies:?}: {states:?}");
        for mac in worst {
            let text = |name: &str| mac[name].as_str().unwrap_or_default().to_owned();
            let counts = ["drifted", "undecided"].map(|name| mac[name].to_string());
            assert_eq!(by_name.get(&(text("name"), text("snapshot"))), Some(&counts), "{policies:?}: {mac}");
        }
    }
}
