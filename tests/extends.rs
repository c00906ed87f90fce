//! Policies that extend each other, and the files they are read from.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_prefsmith")).args(arguments).current_dir(folder).output().unwrap()
}

fn plan(folder: &Path, policy: &str) -> Value {
    serde_json::from_slice(&run(folder, &["plan", policy, "--format", "json"]).stdout).unwrap()
}

fn texts(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one[field].as_str().unwrap().to_owned()).collect()
}

const HEAD: &str = "[policy]\nid = \"com.example.office\"\n";

#[test]
fn a_later_file_turns_attach_key_off() {
    let base = "[policy]\nattach-key = \"both\"\n[settings]\nIsAttachFilesEnabled = false\n";
    let with = |own: &str| {
        let policy = format!("{HEAD}extends = [\"base.toml\"]\n{own}");
        let folder = folder(&[("base.toml", base), ("p.toml", &policy)]);
        texts(&plan(folder.path(), "p.toml")["settings"], "key")
    };
    assert!(with("").contains(&"IsAttachedEnabled".to_owned()));
    assert_eq!(with("attach-key = \"named\"\n"), ["IsAttachFilesEnabled"]);
}

#[test]
fn nothing_is_left_out_that_another_file_sets() {
    let bare = "[settings]\nSendAllTelemetryEnabled = false\n";
    let with = |own: &str| {
        let policy = format!("{HEAD}extends = [\"base.toml\"]\n{own}");
        let folder = folder(&[("base.toml", bare), ("p.toml", &policy)]);
        plan(folder.path(), "p.toml")["left_out"].clone()
    };
    let once = with("");
    let domains = texts(&once, "domain");
    assert!(domains.contains(&"com.microsoft.office".to_owned()), "{domains:?}");
    let twice = with(bare);
    assert_eq!(texts(&twice, "domain"), domains);
    assert!(twice.as_array().unwrap().iter().all(|left| left["origin"]["file"] == "p.toml"), "{twice}");
    let own = with("[settings.\"com.microsoft.office\"]\nSendAllTelemetryEnabled = false\n");
    assert!(!texts(&own, "domain").contains(&"com.microsoft.office".to_owned()), "{own}");
}

#[test]
fn origins_do_not_depend_on_the_working_folder() {
    let base = "[settings]\nHowToCheck = \"Manual\"\n";
    for (wanted, file) in [("../a/base.toml", "../a/base.toml"), ("./base.toml", "base.toml")] {
        let policy = format!("{HEAD}extends = [\"{wanted}\"]\n");
        let folder = folder(&[("a/base.toml", base), ("a/p.toml", &policy)]);
        let outside = plan(folder.path(), "a/p.toml");
        let inside = plan(&folder.path().join("a"), "p.toml");
        assert_eq!(outside, inside);
        assert_eq!(outside["settings"][0]["origin"]["file"], file);
    }
}

#[test]
fn a_policy_in_capitals_is_one() {
    let folder = folder(&[("P.TOML", &format!("{HEAD}[settings]\nHowToCheck = \"Manual\"\n"))]);
    assert_eq!(run(folder.path(), &["check", "P.TOML"]).status.code(), Some(0));
}

/// Opening a pipe that nobody writes to would wait for ever.
#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_no_policy() {
    let folder = folder(&[]);
    assert!(Command::new("mkfifo").arg(folder.path().join("pipe.toml")).status().unwrap().success());
    let output = run(folder.path(), &["check", "pipe.toml"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(
        (output.status.code(), said.as_str()),
        (Some(2), "prefsmith: pipe.toml: it is no regular file\n")
    );
    assert_eq!(run(folder.path(), &["check", "/dev/zero"]).status.code(), Some(2));
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_no_text_is_told() {
    use std::os::unix::ffi::OsStrExt;
    let folder = folder(&[]);
    let name = std::ffi::OsStr::from_bytes(b"b\xffd.toml");
    std::fs::write(folder.path().join(name), HEAD).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_prefsmith"));
    let output = command.arg("check").arg(name).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("its path is no UTF-8 text"), "{said}");
}
