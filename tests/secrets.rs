//! Secrets planted wherever a policy can have one, and looked for in everything that the program says.
#![expect(clippy::disallowed_methods, reason = "tests prepare folders and read what was written")]
#![expect(clippy::unwrap_used, reason = "helpers of tests are in tests")]

use std::fs;
use std::path::Path;
use std::process::Command;

/// What no output may hold.
const CANARY: &str = "hunter2";
/// The same for numbers.
const DIGITS: &str = "73571357";

/// What the program says when it is run with these words in a folder.
fn said(folder: &Path, words: &[&str]) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_prefsmith")).current_dir(folder).args(words).output().unwrap();
    let both = [run.stdout, run.stderr].concat();
    String::from_utf8(both).unwrap()
}

fn put(folder: &Path, name: &str, text: &str) {
    let head = format!("[policy]\nid = \"com.example.{}\"\n", name.trim_end_matches(".toml"));
    let head = if name == "base.toml" { String::new() } else { head };
    fs::write(folder.join(name), format!("{head}{text}")).unwrap();
}

fn clean(text: &str, whose: &str) {
    for canary in [CANARY, DIGITS] {
        assert!(!text.contains(canary), "{whose} shows {canary}:\n{text}");
    }
}

/// Runs every verb over a policy. `other` is one to compare with.
fn everywhere(folder: &Path, file: &str, other: &str) {
    let mut runs: Vec<Vec<&str>> =
        ["text", "json", "sarif", "github"].map(|format| vec!["check", "--format", format, file]).into();
    runs.extend(["table", "json"].map(|format| vec!["plan", "--format", format, file]));
    let keys = ["httpProxyPassword", "Account", "ApiPassword", "Passwords"];
    let text = fs::read_to_string(folder.join(file)).unwrap();
    runs.extend(keys.iter().filter(|key| text.contains(*key)).map(|key| vec!["plan", "--why", key, file]));
    runs.extend(["text", "json"].map(|format| vec!["diff", "--format", format, file, other]));
    runs.push(vec!["build", "--out", "dist", "--target", "all", "--force", file]);
    for words in runs {
        let text = said(folder, &words);
        assert!(!text.trim().is_empty(), "{words:?} says nothing");
        clean(&text, &words.join(" "));
    }
    if let Ok(manifest) = fs::read_to_string(folder.join("dist/manifest.json")) {
        clean(&manifest, "manifest.json");
        fs::remove_dir_all(folder.join("dist")).unwrap();
    }
}

#[test]
fn secrets_show_nowhere() {
    let sfb = "[settings.SkypeForBusiness]\n";
    let custom = "[custom.\"com.example.app\"]\n";
    let both = |line: &str| [format!("{sfb}{line}\n"), format!("{custom}{line}\n")];
    let mut cases: Vec<String> = Vec::new();
    for line in [
        "httpProxyPassword = \"hunter2\"",
        "httpProxyPassword = \" hunter2\"",
        "httpProxyPassword = \"“hunter2”\"",
        "httpProxyPassword = \"${user.upn}hunter2\"",
        "httpProxyPassword = \"${hunter2}\"",
        "httpProxyPassword = \"x${hunter2 }\"",
        "httpProxyPassword = \"hunter2 ${\"",
        "httpProxyPassword = 73571357",
        "httpProxyPassword = 7357_1357",
        "httpProxyPassword = 73571357.0",
        "httpProxyPassword = [\"hunter2\"]",
        "httpProxyPassword = { \"$data\" = \"hunter2\" }",
        "httpProxyPassword = { \"$x\" = \"hunter2\" }",
        "httpProxyPassword = \"hunter2\"\nhttpProxyPassword = \"hunter2 again\"",
        "httpProxyPassword = hunter2",
        "httpProxyPassword = hunter2 # of the proxy",
        "httpProxyPassword = “hunter2”",
        "httpProxyPassword = \"hunter2",
        "httpProxyPassword: \"hunter2\"",
        "httpProxyPassword = \"hunter2\" , 1",
        "httpProxyPassword = \"\"\"\nhunter2\n",
        "httpProxyPassword = [\n  \"hunter2\",\n  hunter2\n]",
        "Account = { User = \"x\", Password = \"hunter2\" }",
        "Account = { User = \"x\", Password = \" hunter2\", Password = \"hunter2\" }",
        "Account.Password = \"hunter2\"",
        "Account = [{ Password = \"hunter2\" }, 2001-01-01]",
        "Passwords = [\"hunter2\", \"hunter2\"]",
        "Secrets = { one = \"hunter2\", two = 73571357 }",
        "ApiPassword = 73571357",
        "ApiPassword = 73571357073571357073571357",
        "\"Api Password\" = \"hunter2\"",
    ] {
        cases.extend(both(line));
    }
    // Where the nearest known name is that of a secret, so is this.
    cases.push(format!("{sfb}httpProxyPasword = \"hunter2\"\n"));
    cases.push("[settings]\nhttpProxyPassword = \" hunter2\"\n".to_owned());
    cases.push("ApiPassword = \"hunter2\"\n".to_owned());
    cases.push("[Settings.SkypeForBusiness]\nhttpProxyPassword = \"hunter2\"\n".to_owned());
    cases.push("[settings.Nowhere]\nhttpProxyPassword = \"hunter2\"\n".to_owned());
    cases.push(format!("{custom}[custom.\"com.example.app\".Account]\nPassword = \"hunter2\"\n"));
    cases.push(format!(
        "{sfb}httpProxyPassword = \"hunter2\"\n[set-once.SkypeForBusiness]\nhttpProxyPassword = \"hunter2\"\n"
    ));
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "other.toml", "[custom.\"com.example.app\"]\nKey = 1\n");
    for case in &cases {
        put(folder, "case.toml", case);
        everywhere(folder, "case.toml", "other.toml");
        // As the loser: a file that is extended says it, and the policy says another.
        put(folder, "base.toml", case);
        put(
            folder,
            "over.toml",
            "extends = [\"base.toml\"]\n[settings.SkypeForBusiness]\nhttpProxyPassword = \"x\"\n",
        );
        for words in
            [["check", "--format", "text"], ["check", "--format", "json"], ["plan", "--format", "json"]]
        {
            clean(&said(folder, &[&words[..], &["over.toml"]].concat()), &words.join(" "));
        }
    }
}

#[test]
fn secrets_show_on_request() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.toml", "[settings.SkypeForBusiness]\nhttpProxyPassword = \" hunter2\"\n");
    for words in [["check", "a.toml"], ["plan", "a.toml"]] {
        let text = said(folder.path(), &[&words[..], &["--show-secrets"]].concat());
        assert!(text.contains(CANARY), "{text}");
        assert!(!said(folder.path(), &words).contains(CANARY));
    }
}

/// What is no secret is not hidden, though it stands beside one.
#[test]
fn switches_and_measures_are_no_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[custom.\"com.example.app\"]\nShowPassword = true\nPasswordLength = 12\nApiPassword = \"\"\nSecretUser = \"${user.upn}\"\n";
    put(folder.path(), "a.toml", text);
    let text = said(folder.path(), &["plan", "a.toml"]);
    assert!(!text.contains('•') && text.contains("12"), "{text}");
    assert!(!said(folder.path(), &["check", "--format", "json", "a.toml"]).contains("secret-in-profile"));
}
