//! What a policy accepts with `[[allow]]`, and what is said once: the program is run over small policies.
#![expect(clippy::disallowed_methods, reason = "tests prepare folders")]
#![expect(clippy::unwrap_used, reason = "helpers of tests are in tests")]

use std::fs;
use std::path::Path;
use std::process::Command;

fn said(folder: &Path, words: &[&str]) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_prefsmith")).current_dir(folder).args(words).output().unwrap();
    String::from_utf8([run.stdout, run.stderr].concat()).unwrap()
}

fn put(folder: &Path, name: &str, text: &str) {
    fs::write(
        folder.join(name),
        format!("[policy]\nid = \"com.example.{}\"\n{text}", name.replace('.', "-")),
    )
    .unwrap();
}

fn allow(code: &str, key: &str) -> String {
    let key = if key.is_empty() { String::new() } else { format!("key = \"{key}\"\n") };
    format!("[[allow]]\ncode = \"{code}\"\n{key}why = \"so\"\n")
}

/// Only a build says it: it accepts it, and `check` does not call the [[allow]] unused.
#[test]
fn what_only_a_build_says_can_be_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let settings = "[settings.AutoUpdate]\nHowToCheck = \"AutomaticDownload\"\n[defaults.AutoUpdate]\nUpdateCheckInterval = 360\n\
                    [custom.\"com.apple.dock\"]\nautohide = true\n[settings.SkypeForBusiness]\nhttpProxyPassword = \"x\"\n";
    put(folder, "a.toml", settings);
    let codes = ["not-in-profile", "apple-payload-type", "secret-in-script"];
    let build = ["build", "--target", "mobileconfig,defaults", "a.toml"];
    let before = said(folder, &build);
    for code in codes {
        assert!(before.contains(&format!("[{code}]")), "{code}: {before}");
    }
    let allows: String = codes.iter().map(|code| allow(code, "")).collect();
    put(folder, "a.toml", &format!("{settings}{allows}"));
    let after = said(folder, &build);
    let check = said(folder, &["check", "a.toml"]);
    for code in codes {
        assert!(!after.contains(&format!("[{code}]")), "{code}: {after}");
    }
    assert!(after.contains("3 allowed"), "{after}");
    assert!(!check.contains("allow-"), "{check}");
    // What left since the last build.
    put(folder, "a.toml", "[settings.AutoUpdate]\nHowToCheck = \"AutomaticDownload\"\n");
    assert!(said(folder, &["build", "--out", "out/b", "a.toml"]).contains("wrote"));
    put(folder, "a.toml", "[settings.AutoUpdate]\nExtendedLogging = true\n");
    let words = ["build", "--out", "out/c", "--previous", "out/b/manifest.json", "a.toml"];
    assert!(said(folder, &words).contains("left-policy"));
    put(
        folder,
        "a.toml",
        &format!("[settings.AutoUpdate]\nExtendedLogging = true\n{}", allow("left-policy", "HowToCheck")),
    );
    assert!(!said(folder, &words).contains("left-policy"));
}

/// Notes over many keys: an [[allow]] takes one key out of them, and one for each key takes all.
#[test]
fn an_allow_takes_one_key_out_of_many() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let settings = "[custom.\"com.example.app\"]\nOne = 1\nTwo = 2\nThree = 3\n";
    let said_of = |keys: &[&str]| {
        let allows: String = keys.iter().map(|key| allow("custom-key", key)).collect();
        put(folder, "a.toml", &format!("{settings}{allows}"));
        said(folder, &["check", "--format", "json", "a.toml"])
    };
    assert!(said_of(&[]).contains("these 3 keys"));
    let two = said_of(&["One"]);
    assert!(two.contains("these 2 keys") && !two.contains("allow-unused"), "{two}");
    let one = said_of(&["One", "Three"]);
    assert!(one.contains("no catalogue knows `Two`") && !one.contains("allow-unused"), "{one}");
    let none = said_of(&["One", "Two", "Three"]);
    assert!(!none.contains("custom-key") && !none.contains("allow-unused"), "{none}");
}

/// A finding over several settings is accepted when each of them is.
#[test]
fn two_allows_accept_a_finding_of_two_keys() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let settings = "[settings.AutoUpdate]\nHowToCheck = \"AutomaticDownload\"\n\
                    [defaults.AutoUpdate]\nUpdateCheckInterval = 360\nExtendedLogging = true\n";
    let one = allow("not-in-profile", "UpdateCheckInterval");
    put(folder, "a.toml", &format!("{settings}{one}"));
    assert!(said(folder, &["build", "a.toml"]).contains("[not-in-profile]"));
    put(folder, "a.toml", &format!("{settings}{one}{}", allow("not-in-profile", "ExtendedLogging")));
    assert!(!said(folder, &["build", "a.toml"]).contains("[not-in-profile]"));
}

/// What is wrong in a file that several policies extend is said once.
#[test]
fn a_finding_of_a_shared_base_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "base.toml", "[settings]\nHowToCheckk = \"Manual\"\n");
    for name in ["a.toml", "b.toml"] {
        put(folder, name, "extends = [\"base.toml\"]\n");
    }
    let found = said(folder, &["check", "base.toml", "a.toml", "b.toml"]);
    assert_eq!(found.matches("error[unknown-key]").count(), 1, "{found}");
    assert!(found.contains("1 error"), "{found}");
}
