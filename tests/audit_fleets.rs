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
