//! Projects on a disk: where the file is looked for, what it finds, and that files named one by one come out the same.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const PROJECT: &str = "[project]\npolicies = [\"policies\"]\n";

/// A policy of which nothing is said, and that sets what no other one does.
fn policy(id: &str) -> String {
    let setting = match id {
        "a" => "HowToCheck = \"Manual\"",
        "b" => "ChannelName = \"Current\"",
        _ => "DisableInsiderCheckbox = true",
    };
    format!("[policy]\nid = \"com.example.{id}\"\nname = \"{id}\"\n[settings.AutoUpdate]\n{setting}\n")
}

fn put(folder: &TempDir, name: &str, text: &str) {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// A project of two policies, `a` and `b`.
fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    put(&folder, "prefsmith.toml", PROJECT);
    put(&folder, "policies/a.toml", &policy("a"));
    put(&folder, "policies/deep/b.toml", &policy("b"));
    folder
}

/// The exit status and what was said, on both streams.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let program = env!("CARGO_BIN_EXE_prefsmith");
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap())
}

#[test]
fn a_project_is_found_from_the_folders_in_it() {
    let folder = project();
    let deep = folder.path().join("policies/deep");
    let (status, said) = run(&deep, &["build"]);
    let expected = "wrote     ../../out/a/a.mobileconfig\nwrote     ../../out/a/manifest.json\n\
                    wrote     ../../out/b/b.mobileconfig\nwrote     ../../out/b/manifest.json\n";
    assert_eq!((status, said.as_str()), (0, expected));
    // A policy that is named comes out as it does without a name, whatever folder it is named from.
    assert_eq!(run(&deep, &["build", "b.toml", "--check"]), (0, "../../out/b is up to date\n".to_owned()));
    assert_eq!(run(&deep, &["build", "../a.toml", "--check"]), (0, "../../out/a is up to date\n".to_owned()));
    assert_eq!(run(folder.path(), &["build", "--check"]).0, 0);
    let absolute = deep.join("b.toml");
    assert_eq!(run(&deep, &["build", absolute.to_str().unwrap(), "--check"]).0, 0);
}

#[test]
fn a_place_is_told_from_the_current_folder() {
    let folder = project();
    put(&folder, "policies/a.toml", &format!("{}Wrong = 1\n", policy("a")));
    let said = run(&folder.path().join("policies/deep"), &["check", "--format", "github"]).1;
    assert!(said.contains("file=../a.toml"), "{said}");
}

/// What lies above a repository is somebody else's.
#[test]
fn a_project_ends_at_the_repository() {
    let folder = project();
    std::fs::create_dir_all(folder.path().join("other/.git")).unwrap();
    let (status, said) = run(&folder.path().join("other"), &["check"]);
    assert_eq!(status, 2);
    assert!(said.starts_with("prefsmith: no file was named, and there is no prefsmith.toml"), "{said}");
    // Its own is.
    put(&folder, "other/prefsmith.toml", "[project]\npolicies = [\"c.toml\"]\n");
    put(&folder, "other/c.toml", &policy("c"));
    std::fs::create_dir_all(folder.path().join("other/x/y")).unwrap();
    assert_eq!(run(&folder.path().join("other/x/y"), &["build", "--check"]).1.lines().count(), 2);
}

#[test]
fn folders_behind_symlinks_are_not_walked() {
    let folder = project();
    symlink(".", folder.path().join("policies/loop")).unwrap();
    symlink("..", folder.path().join("policies/deep/up")).unwrap();
    put(&folder, "shared/c.toml", &policy("c"));
    symlink("../shared/c.toml", folder.path().join("policies/c.toml")).unwrap();
    for patterns in ["policies", "policies/**/*.toml", "**/[abc].toml\", \"policies/c.toml"] {
        put(
            &folder,
            "prefsmith.toml",
            &format!("[project]\npolicies = [\"{patterns}\"]\nexclude = [\"shared\"]\n"),
        );
        let (_, said) = run(folder.path(), &["build", "--check"]);
        let mut files: Vec<&str> = said.lines().filter(|line| line.contains("mobileconfig")).collect();
        files.sort_unstable();
        let missing = ["a/a", "b/b", "c/c"].map(|name| format!("`out/{name}.mobileconfig` is missing"));
        // `exclude` has nothing to leave out where only `policies` is walked.
        if patterns.starts_with("**") {
            assert_eq!(files, missing, "{patterns}: {said}");
        } else {
            assert!(said.contains("`shared` leaves out nothing"), "{patterns}: {said}");
        }
    }
}

#[test]
fn hidden_files_are_found_by_their_names_only() {
    let folder = project();
    put(&folder, "policies/.hidden.toml", "no policy");
    put(&folder, "policies/.git/x.toml", "no policy");
    assert_eq!(run(folder.path(), &["check"]), (0, "no findings\n".to_owned()));
    put(&folder, "prefsmith.toml", "[project]\npolicies = [\"policies/.*.toml\"]\n");
    assert_eq!(run(folder.path(), &["check"]).0, 1);
}

#[test]
fn two_policies_of_one_name_need_two_folders() {
    let folder = project();
    put(&folder, "policies/deep/A.toml", &policy("c"));
    let (status, said) = run(folder.path(), &["build"]);
    assert_eq!(status, 2);
    assert!(
        said.contains("policies/a.toml and policies/deep/A.toml would both be written to out/A"),
        "{said}"
    );
    let own = "[[policy]]\nfile = \"policies/deep/A.toml\"\nout = \"out/other\"\n";
    put(&folder, "prefsmith.toml", &format!("{PROJECT}{own}"));
    assert_eq!(run(folder.path(), &["build"]).0, 0);
}

#[test]
fn a_project_gives_every_verb_its_catalogue() {
    let folder = project();
    let catalogue = "[product.Own]\nname = \"Own\"\n[domain.\"com.example.a\"]\nalias = \"Mine\"\n";
    put(&folder, "catalog/own.toml", catalogue);
    let with = |text: &str| put(&folder, "prefsmith.toml", &format!("{PROJECT}{text}"));
    with("");
    assert_eq!(run(folder.path(), &["explain", "Mine"]).0, 1);
    with("catalog = [\"catalog\"]\n");
    let (status, said) = run(&folder.path().join("policies"), &["explain", "Mine"]);
    assert!(status == 0 || said.contains("../catalog/own.toml"), "{said}");
    with("catalog = [\"catalogue\"]\n");
    let (status, said) = run(folder.path(), &["explain", "HowToCheck"]);
    assert_eq!((status, said.as_str()), (2, "prefsmith: catalogue: there is no such file\n"));
}

#[test]
fn a_project_gives_every_verb_its_manifests() {
    let folder = project();
    let manifest = "<?xml version=\"1.0\"?>\n<plist version=\"1.0\"><dict>\
         <key>pfm_domain</key><string>com.example.other</string><key>pfm_title</key><string>Other</string>\
         <key>pfm_subkeys</key><array><dict><key>pfm_name</key><string>OwnKey</string>\
         <key>pfm_type</key><string>boolean</string></dict></array></dict></plist>\n";
    put(&folder, "Manifests/com.example.other.plist", manifest);
    assert_eq!(run(folder.path(), &["explain", "OwnKey"]).0, 1);
    put(&folder, "prefsmith.toml", &format!("{PROJECT}manifests = [\"Manifests\"]\n"));
    let (status, said) = run(&folder.path().join("policies"), &["explain", "OwnKey"]);
    assert!(status == 0 && said.contains("com.example.other"), "{said}");
}

#[test]
fn kept_identifiers_of_one_policy() {
    let folder = project();
    assert_eq!(run(folder.path(), &["build"]).0, 0);
    std::fs::rename(folder.path().join("out/a/a.mobileconfig"), folder.path().join("deployed.mobileconfig"))
        .unwrap();
    put(
        &folder,
        "policies/a.toml",
        &policy("a").replace("id = \"com.example.a\"", "id = \"com.example.new\""),
    );
    let own = "[[policy]]\nfile = \"policies/a.toml\"\nkeep-identifiers-from = \"deployed.mobileconfig\"\n";
    put(&folder, "prefsmith.toml", &format!("{PROJECT}{own}"));
    let (status, said) = run(folder.path(), &["build"]);
    assert_eq!(status, 0, "{said}");
    let profile = std::fs::read_to_string(folder.path().join("out/a/a.mobileconfig")).unwrap();
    assert!(profile.contains("<string>com.example.a</string>"), "{profile}");
    let (status, said) = run(folder.path(), &["build", "--split"]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("does not go together"), "{said}");
}

/// A starter that does not work at once is none.
#[test]
fn a_new_project_checks_and_builds() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["init", "office.toml"]).0, 0);
    let (status, said) = run(folder.path(), &["init", "prefsmith.toml"]);
    assert_eq!((status, said.as_str()), (0, "wrote prefsmith.toml; next: prefsmith check\n"));
    let (status, said) = run(folder.path(), &["check"]);
    assert_eq!(status, 0, "{said}");
    assert_eq!(run(folder.path(), &["build"]).0, 0);
    assert_eq!(run(folder.path(), &["build", "--check"]), (0, "out/office is up to date\n".to_owned()));
}

/// The page shows the example as it is.
#[test]
fn the_page_shows_the_example() {
    let page = std::fs::read_to_string("docs/project.md").unwrap();
    let example = std::fs::read_to_string("docs/example/prefsmith.toml").unwrap();
    assert!(page.contains(&format!("```toml\n{example}```\n")), "docs/project.md shows another file");
}
