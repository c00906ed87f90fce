//! ProfileManifests as the weakest layer: what they add, what they never change, and the cache beside them.
//!
//! The fixtures are manifests of our own. What the published ones say is compared by `scripts/interop manifests`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const HEAD: &str = "[policy]\nid = \"com.example.test\"\n";

fn good() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests/good")
}

/// A folder with a policy, an empty cache and a copy of the manifests.
fn folder(policy: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("policy.toml"), format!("{HEAD}{policy}")).unwrap();
    copy(&good(), &folder.path().join("manifests"));
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, target).unwrap();
        }
    }
}

fn run(folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prefsmith"));
    command.args(arguments).current_dir(folder.path()).env("PREFSMITH_CACHE", folder.path().join("cache"));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("panicked") && output.status.code().is_some(), "{arguments:?}: {said}");
    output
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The findings of `check`: code, severity and the words.
fn findings(folder: &TempDir, arguments: &[&str]) -> Vec<(String, String, String)> {
    let all: Vec<&str> =
        ["check", "policy.toml", "--format", "json"].iter().chain(arguments).copied().collect();
    let output = run(folder, &all);
    let json: Json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let word = |finding: &Json, key: &str| finding[key].as_str().unwrap_or("").to_owned();
    let list = json["findings"].as_array().unwrap().iter();
    list.map(|one| (word(one, "code"), word(one, "severity"), word(one, "message"))).collect()
}

fn with(folder: &TempDir) -> Vec<(String, String, String)> {
    findings(folder, &["--manifests", "manifests"])
}

fn said(found: &[(String, String, String)], code: &str) -> Vec<String> {
    let of = found.iter().filter(|(known, ..)| known == code);
    of.map(|(_, severity, title)| format!("{severity}: {title}")).collect()
}

#[test]
fn a_domain_that_only_manifests_know_is_known() {
    let folder = folder("[settings.\"com.example.notes\"]\nFont = \"Menlo\"\n");
    assert_eq!(said(&findings(&folder, &[]), "unknown-domain").len(), 1);
    let found = with(&folder);
    assert_eq!(said(&found, "unknown-domain"), [""; 0]);
    assert_eq!(said(&found, "unverified").len(), 1, "{found:?}");
}

/// What the community says is never an error: nobody vouches for it.
#[test]
fn what_manifests_say_is_at_most_a_warning() {
    let folder = folder(
        "[macs]\n\"com.example.notes\" = \"1.0 .. 1.5\"\n[settings.\"com.example.notes\"]\nColor = 7\nSize = \"big\"\n\
         Port = 70000\nServer = \"ftp://x\"\nNever = 1\nFont = \"Other\"\nOdd = true\nShare = { Publik = true, Public = 1 }\n\
         Beta = true\n",
    );
    let found = with(&folder);
    assert!(found.iter().all(|(_, severity, _)| severity != "error"), "{found:?}");
    assert_eq!(said(&found, "value-not-allowed"), ["warning: `Color` cannot be 7"]);
    assert_eq!(said(&found, "out-of-range"), ["warning: `Port` = 70000 is too high: at most 65535"]);
    assert_eq!(said(&found, "wrong-form").len(), 1);
    assert_eq!(said(&found, "unknown-key"), ["warning: `Never` is not a key of com.example.notes"]);
    assert_eq!(said(&found, "unknown-field"), ["note: `Publik` is not known inside `Share`"]);
    let mut types = said(&found, "wrong-type");
    types.sort();
    assert_eq!(
        types,
        [
            "warning: `Share > Public` must be a boolean, not an integer",
            "warning: `Size` must be a real, not a string",
        ]
    );
    // Font may have other values, and nothing is said of it but that it is not read yet.
    assert!(found.iter().all(|(code, _, title)| code == "not-read-yet" || !title.starts_with("`Font`")));
    assert_eq!(said(&found, "not-read-yet").len(), 2, "{found:?}");
}

/// The setting is delivered although its key is not known: a manifest may lack it.
#[test]
fn a_key_that_manifests_lack_is_set() {
    let folder = folder("[settings.\"com.example.notes\"]\nNever = 1\n");
    let plan = text(&run(&folder, &["plan", "policy.toml", "--format", "json", "--manifests", "manifests"]));
    let plan: Json = serde_json::from_str(&plan).unwrap();
    assert_eq!(plan["settings"][0]["key"], "Never");
    assert_eq!(plan["settings"][0]["value"], 1);
}

/// An app that asks for a number takes both kinds; a form knows only one.
#[test]
fn whole_numbers_and_others_are_both_numbers() {
    let folder = folder("[settings.\"com.example.notes\"]\nSize = 12\nPort = 80.0\n");
    assert_eq!(said(&with(&folder), "wrong-type"), [""; 0]);
}

#[test]
fn controls_of_the_editor_and_the_envelope_are_no_keys() {
    let folder = folder("");
    for name in ["PFC_SegmentedControl_0", "pfc_showMore", "PayloadUUID", "PayloadVersion", "OnPhones"] {
        let output =
            run(&folder, &["explain", &format!("com.example.notes:{name}"), "--manifests", "manifests"]);
        assert_eq!(output.status.code(), Some(1), "{name}");
    }
    let output =
        run(&folder, &["explain", "com.example.wifi:PayloadCertificateUUID", "--manifests", "manifests"]);
    assert_eq!(output.status.code(), Some(0));
    for domain in ["com.example.phone", "com.profilecreator.developer.slider"] {
        let output = run(&folder, &["explain", domain, "--manifests", "manifests"]);
        assert_eq!(output.status.code(), Some(1), "{domain}");
    }
}

/// The manifest has `DisableImport` as an integer from 16.1 on; what is built in says otherwise, and counts.
#[test]
fn what_is_built_in_comes_first() {
    let policy = "[settings.Outlook]\nDisableImport = true\n";
    let one = folder(policy);
    assert_eq!(findings(&one, &[]), with(&one));
    let wrong = folder("[settings.Outlook]\nDisableImport = 1\n");
    assert_eq!(said(&with(&wrong), "wrong-type").len(), 1);
    assert!(said(&with(&wrong), "wrong-type")[0].starts_with("error"));
    let told = text(&run(&one, &["explain", "Outlook:DisableImport", "--manifests", "manifests"]));
    assert!(told.contains("built in speaks for Outlook; manifests says of it, unheard:"), "{told}");
    assert!(told.contains("disagree     about the type, values and versions"), "{told}");
}

/// A key that only a manifest has in a domain of ours: known, with the versions of our product.
#[test]
fn manifests_add_keys_to_domains_that_are_built_in() {
    let policy = "[macs]\nOutlook = \"16.50 .. 16.80\"\n[settings.Outlook]\nNewIdea = true\n";
    let folder = folder(policy);
    assert_eq!(said(&findings(&folder, &[]), "unknown-key").len(), 1);
    let found = with(&folder);
    assert_eq!(
        said(&found, "not-read-yet"),
        ["warning: `NewIdea` is not read yet by Outlook 16.50 to 16.80"]
    );
    // An unknown key of a domain of ours stays an error: there the list is whole.
    let other = self::folder("[settings.Outlook]\nNobodyKnows = true\n");
    assert!(said(&with(&other), "unknown-key")[0].starts_with("error"));
}

#[test]
fn a_bare_key_reaches_no_further() {
    let folder = folder("[settings]\nDisableImport = true\nNewIdea = true\nColor = 1\n");
    let found = with(&folder);
    let mut lost = said(&found, "not-bare");
    lost.sort();
    assert_eq!(
        lost,
        ["error: `Color` has to be set in its domain", "error: `NewIdea` has to be set in its domain"]
    );
    assert_eq!(said(&found, "unknown-key"), [""; 0]);
}

/// What a form hides or asks for is a note, and only where another key is set.
#[test]
fn conditions_of_a_manifest_are_notes() {
    let needed = "manifest-com-example-notes-port-needed";
    let no_use = "manifest-com-example-notes-size-no-use";
    let of = |lines: &str| {
        let found = with(&folder(&format!("[settings.\"com.example.notes\"]\n{lines}\n")));
        let rules = found.into_iter().filter(|(code, ..)| code.starts_with("manifest-"));
        rules.map(|(code, severity, _)| (code, severity)).collect::<Vec<_>>()
    };
    let note = |id: &str| vec![(id.to_owned(), "note".to_owned())];
    assert_eq!(of("Server = \"https://a\"\nColor = 1"), note(needed));
    assert_eq!(of("Server = \"https://a\"\nColor = 2"), []);
    assert_eq!(of("Server = \"https://a\"\nColor = 1\nPort = 80"), []);
    assert_eq!(of("Color = 1"), []);
    assert_eq!(of("Size = 9.0"), [], "a font that is not set is no other font");
    assert_eq!(of("Size = 9.0\nFont = \"Menlo\""), []);
    assert_eq!(of("Size = 9.0\nFont = \"Other\""), note(no_use));
    assert_eq!(of("Size = 9.0\nShare = { Public = true }"), note(&format!("{no_use}-2")));
    assert_eq!(of("Size = 9.0\nShare = { Public = false }"), []);
}

#[test]
fn secrets_stay_hidden_whether_a_manifest_says_so_or_not() {
    let folder = folder(
        "[settings.\"com.example.notes\"]\nPassword = \"hunter2hunter2\"\nShare = { ApiToken = \"hunter2hunter2\" }\n",
    );
    let output = run(&folder, &["plan", "policy.toml", "--manifests", "manifests"]);
    let told = format!("{}{}", text(&output), String::from_utf8_lossy(&output.stderr));
    assert!(!told.contains("hunter2"), "{told}");
    assert_eq!(said(&with(&folder), "secret-in-profile").len(), 2);
}

/// An editor offers what manifests tell, and refuses nothing for their sake.
#[test]
fn the_schema_of_policies_offers_and_does_not_refuse() {
    let folder = folder("");
    let schema = text(&run(&folder, &["schema", "--manifests", "manifests"]));
    let schema: Json = serde_json::from_str(&schema).unwrap();
    let of = |name: &str| &schema["definitions"][name];
    assert_eq!(of("domain.com.example.notes")["additionalProperties"], true);
    assert_eq!(of("domain.com.microsoft.Outlook")["additionalProperties"], false);
    let color = of("key.Color");
    assert_eq!(color["anyOf"][1], serde_json::json!({ "additionalProperties": true }));
    assert!(color["anyOf"][0].to_string().contains("Yellow"), "{color}");
    assert!(color["description"].is_string());
}

/// What is imported means the same as what it was made of.
#[test]
fn an_imported_catalogue_means_the_same() {
    let folder = folder(
        "[macs]\n\"com.example.notes\" = \"1.0 ..\"\n[settings.\"com.example.notes\"]\nColor = 7\nNever = 1\nOdd = true\n\
         Size = \"x\"\nPassword = \"p\"\nWindows = [{ X = 1.5, Title = 3 }]\n[settings.\"com.example.wifi\"]\nAutoJoin = true\n\
         [settings.Outlook]\nNewIdea = true\n",
    );
    let output = run(&folder, &["catalog", "import", "manifests", "--out", "made"]);
    assert_eq!(text(&output), "made: 5 files written, 0 unchanged, 0 removed\n");
    let manifests = with(&folder);
    assert!(manifests.len() > 6, "{manifests:?}");
    assert_eq!(manifests, findings(&folder, &["--catalog", "made"]));
    for name in
        ["Color", "Windows", "Outlook:DisableImport", "com.example.wifi", "com.example.notes", "Odd", "Keep"]
    {
        let one = text(&run(&folder, &["explain", name, "--format", "json", "--manifests", "manifests"]));
        let other = text(&run(&folder, &["explain", name, "--format", "json", "--catalog", "made"]));
        assert!(one.contains("\"kind\""), "{name}: {one}");
        assert_eq!(one.replace("\"manifests\"", "\"made\""), other, "{name}");
    }
    let again = run(&folder, &["catalog", "import", "manifests", "--out", "made"]);
    assert_eq!(text(&again), "made: 0 files written, 5 unchanged, 0 removed\n");
    assert_eq!(
        text(&run(&folder, &["catalog", "check", "made"])),
        "made: domains 3, keys 27, rules 3\nno findings\n"
    );
}

/// A bad manifest is a finding, and the others are read.
#[test]
fn a_bad_manifest_does_not_hide_the_others() {
    let folder =
        folder("[settings.\"com.example.notes\"]\nColor = 1\n[settings.\"com.example.odd\"]\nFine = true\n");
    copy(&good().with_file_name("bad"), &folder.path().join("manifests"));
    let cold = with(&folder);
    let told = said(&cold, "manifest");
    assert_eq!(told.len(), 4, "{cold:?}");
    assert_eq!(
        told[0],
        "warning: manifests/com.example.broken.plist:5:28: `</strin>` stands where `</string>` must come first"
    );
    assert!(told[3].ends_with(", and 14 more"), "{told:?}");
    assert_eq!(said(&cold, "unknown-domain"), [""; 0]);
    // The cache tells the same.
    assert_eq!(cold, with(&folder));
}

/// One file, and a folder by its own name: where a manifest lies tells what it describes.
#[test]
fn a_single_manifest_and_a_folder_of_one_kind() {
    let folder = folder("[settings.\"com.example.wifi\"]\nSSID_STR = \"a\"\n");
    let inner = "manifests/ManifestsApple";
    for path in [inner, "manifests/ManifestsApple/com.example.wifi.plist"] {
        let told =
            text(&run(&folder, &["explain", "com.example.wifi", "--format", "json", "--manifests", path]));
        assert!(told.contains("\"apple-payload\""), "{path}: {told}");
    }
    let missing = run(&folder, &["check", "policy.toml", "--manifests", "nowhere"]);
    assert_eq!(missing.status.code(), Some(2));
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    assert_eq!(run(&folder, &["check", "policy.toml", "--manifests", "empty"]).status.code(), Some(2));
}

mod cache {
    use super::*;

    const MANIFEST: &str = "manifests/ManagedPreferencesApplications/com.example.notes.plist";

    fn only(folder: &TempDir) -> PathBuf {
        let list: Vec<_> = std::fs::read_dir(folder.path().join("cache")).unwrap().collect();
        assert_eq!(list.len(), 1, "{list:?}");
        list.into_iter().next().unwrap().unwrap().path()
    }

    fn color(folder: &TempDir) -> Vec<String> {
        said(&with(folder), "value-not-allowed")
    }

    /// Sets the times of all manifests back, as if they had lain there for a day.
    fn settle(folder: &TempDir) {
        let day = std::time::Duration::from_secs(86_400);
        let cached = only(folder);
        let later = std::fs::metadata(&cached).unwrap().modified().unwrap() + day;
        std::fs::File::options().write(true).open(&cached).unwrap().set_modified(later).unwrap();
    }

    /// The same number of bytes, another value, and the old time of change: only the content or the system's own
    /// stamp tells.
    fn change(folder: &TempDir, from: &str, to: &str) {
        let path = folder.path().join(MANIFEST);
        let before = std::fs::metadata(&path).unwrap().modified().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from) && from.len() == to.len());
        std::fs::write(&path, text.replace(from, to)).unwrap();
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(before).unwrap();
    }

    #[test]
    fn a_change_is_seen_at_once() {
        let folder = folder("[settings.\"com.example.notes\"]\nFont = \"Menlo\"\nPort = 70000\n");
        let first = with(&folder);
        assert_eq!(said(&first, "out-of-range").len(), 1);
        for settled in [false, true] {
            if settled {
                settle(&folder);
            }
            assert_eq!(first, with(&folder));
            change(&folder, "<integer>65535</integer>", "<integer>75535</integer>");
            assert_eq!(said(&with(&folder), "out-of-range"), [""; 0], "settled: {settled}");
            change(&folder, "<integer>75535</integer>", "<integer>65535</integer>");
            assert_eq!(first, with(&folder));
        }
    }

    #[test]
    fn files_that_come_and_go_are_seen() {
        let folder = folder("[settings.\"com.example.notes\"]\nColor = 3\n");
        assert_eq!(color(&folder), [""; 0]);
        settle(&folder);
        let pro = folder.path().join("manifests/ManagedPreferencesApplications/com.example.notes-Pro.plist");
        let kept = std::fs::read(&pro).unwrap();
        std::fs::remove_file(&pro).unwrap();
        assert_eq!(color(&folder), ["warning: `Color` cannot be 3"]);
        std::fs::write(&pro, kept).unwrap();
        assert_eq!(color(&folder), [""; 0]);
    }

    /// Whatever happened to the file: the answer is the same, and the file is whole again.
    #[test]
    fn a_broken_cache_is_made_anew() {
        let folder = folder("[settings.\"com.example.notes\"]\nColor = 7\n");
        let wanted = with(&folder);
        let file = only(&folder);
        let whole = std::fs::read(&file).unwrap();
        settle(&folder);
        let last = whole.len() - 1;
        let mut damaged: Vec<Vec<u8>> = [0, 7, 8, 11, 12, 40, 200, last / 2, last]
            .map(|at| {
                let mut bytes = whole.clone();
                bytes[at] ^= 0x55;
                bytes
            })
            .to_vec();
        damaged.extend([0, 4, 11, 60, last].map(|length| whole[..length].to_vec()));
        for bytes in damaged {
            std::fs::write(&file, &bytes).unwrap();
            settle(&folder);
            assert_eq!(wanted, with(&folder));
        }
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
        assert_eq!(wanted, with(&folder));
    }

    #[test]
    fn nothing_is_kept_where_nothing_may_be() {
        let folder = folder("[settings.\"com.example.notes\"]\nColor = 7\n");
        for place in ["", "/dev/null/cache"] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_prefsmith"));
            command.args(["check", "policy.toml", "--manifests", "manifests"]).current_dir(folder.path());
            let home = folder.path().join("home");
            let output = command.env("PREFSMITH_CACHE", place).env("HOME", &home).output().unwrap();
            assert!(text(&output).contains("`Color` cannot be 7"));
            assert!(output.stderr.is_empty());
            assert!(!home.exists() && !folder.path().join("cache").exists());
        }
    }

    #[test]
    fn it_lies_where_the_system_keeps_such_files() {
        let folder = folder("");
        let home = folder.path().join("home");
        let run = |xdg: &str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_prefsmith"));
            command
                .args(["explain", "com.example.notes", "--manifests", "manifests"])
                .current_dir(folder.path());
            command.env_remove("PREFSMITH_CACHE").env("HOME", &home).env("XDG_CACHE_HOME", xdg);
            assert!(command.output().unwrap().status.success());
        };
        let below = |path: &Path| path.read_dir().is_ok_and(|list| list.count() == 1);
        if cfg!(unix) {
            run("relative");
            let usual =
                if cfg!(target_os = "macos") { "Library/Caches/prefsmith" } else { ".cache/prefsmith" };
            assert!(below(&home.join(usual)) && !folder.path().join("relative").exists());
            let own = folder.path().join("own");
            run(own.to_str().unwrap());
            assert!(below(&own.join("prefsmith")));
        }
    }
}
