//! Builds written to a real disk: what is left alone, what is refused, and what is gone afterwards.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests prepare folders and look at what became of them")]
#![expect(clippy::unwrap_used, reason = "helpers of tests are in tests")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use prefsmith::output::{
    Artefact, Changes, CommitOptions, FileEntry, FileName, NameClash, OutputError, commit, compare,
};

fn file(path: &str, text: &str) -> Artefact {
    let path = FileName::new(path).unwrap();
    Artefact { path, executable: false, bytes: text.into(), target: "test".into() }
}

fn program(path: &str, text: &str) -> Artefact {
    Artefact { executable: true, ..file(path, text) }
}

fn manifest(files: &[FileEntry]) -> Vec<u8> {
    serde_json::to_vec(&serde_json::json!({ "version": 1, "files": files, "settings": [] })).unwrap()
}

/// A folder to build into, which is removed with all that is in it.
struct Place {
    root: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap() }
    }

    fn dir(&self) -> PathBuf {
        self.root.path().join("out")
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        fs::create_dir_all(self.at(name).parent().unwrap()).unwrap();
        fs::write(self.at(name), text).unwrap();
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap()
    }

    fn try_build(&self, force: bool, files: &[Artefact]) -> Result<Changes, OutputError> {
        commit(&self.dir(), files, &manifest, &CommitOptions { force })
    }

    fn build(&self, files: &[Artefact]) -> Changes {
        self.try_build(false, files).unwrap()
    }

    /// The error's text, with the folder called `out`; nothing in the folder may have changed.
    fn refused(&self, force: bool, files: &[Artefact]) -> String {
        let before = listing(self.root.path());
        let error = self.try_build(force, files).unwrap_err().to_string();
        assert_eq!(listing(self.root.path()), before, "{error}");
        self.shortened(&error)
    }

    fn shortened(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.root.path().display()), "")
    }

    fn differences(&self, files: &[Artefact]) -> Vec<String> {
        let before = listing(self.root.path());
        let differences = compare(&self.dir(), files, &manifest).unwrap();
        assert_eq!(listing(self.root.path()), before, "compare touches nothing");
        differences.iter().map(|difference| self.shortened(&difference.to_string())).collect()
    }

    fn names(&self) -> Vec<String> {
        listing(&self.dir()).into_iter().map(|entry| entry.name).collect()
    }
}

/// What stands at a path. Folders count by name and mode only: a lock that comes and goes changes their time.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// With a `/` at the end for a folder.
    name: String,
    mode: u32,
    inode: u64,
    /// In nanoseconds.
    changed: i64,
    /// Of a file; the target of a symlink.
    content: String,
}

/// Everything below a folder, sorted.
fn listing(dir: &Path) -> Vec<Entry> {
    fn add(dir: &Path, prefix: &str, all: &mut Vec<Entry>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
            let data = fs::symlink_metadata(&path).unwrap();
            let mode = data.mode() & 0o7777;
            if data.is_dir() {
                let name = format!("{name}/");
                add(&path, &name, all);
                all.push(Entry { name, mode, inode: 0, changed: 0, content: String::new() });
            } else {
                let content = match fs::read_link(&path) {
                    Ok(target) => target.to_string_lossy().into_owned(),
                    Err(_) => fs::read_to_string(&path).unwrap(),
                };
                let changed = data.mtime() * 1_000_000_000 + data.mtime_nsec();
                all.push(Entry { name, mode, inode: data.ino(), changed, content });
            }
        }
    }
    let mut all = Vec::new();
    if dir.exists() {
        add(dir, "", &mut all);
    }
    all.sort();
    all
}

fn names(names: &[FileName]) -> Vec<&str> {
    names.iter().map(FileName::as_str).collect()
}

#[test]
fn a_first_build_makes_the_folder_and_leaves_only_its_files() {
    let place = Place::new();
    let dir = place.root.path().join("a/b/out/");
    let files = [file("x.mobileconfig", "x"), program("defaults/apply.sh", "#!/bin/sh\n")];
    let changes = commit(&dir, &files, &manifest, &CommitOptions::default()).unwrap();
    assert_eq!(names(&changes.written), ["defaults/apply.sh", "manifest.json", "x.mobileconfig"]);
    assert_eq!((changes.unchanged, changes.removed), (vec![], vec![]));
    assert_eq!((changes.mended, changes.left_over), (None, None));
    let there: Vec<String> = listing(&dir).into_iter().map(|entry| entry.name).collect();
    assert_eq!(there, ["defaults/", "defaults/apply.sh", "manifest.json", "x.mobileconfig"]);
}

#[test]
fn modes_are_fixed() {
    let place = Place::new();
    place.build(&[file("a", "a"), program("b/c", "c")]);
    let mode = |name: &str| fs::metadata(place.at(name)).unwrap().mode() & 0o7777;
    assert_eq!((mode("a"), mode("b/c"), mode("manifest.json")), (0o644, 0o755, 0o644));
}

#[test]
fn modes_do_not_depend_on_the_umask() {
    for mask in ["0077", "0000", "0022"] {
        let output = Command::new("sh")
            .args(["-c", &format!("umask {mask}; exec \"$0\" modes_are_fixed --exact")])
            .arg(std::env::current_exe().unwrap())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{mask}: {said}");
    }
}

#[test]
fn an_identical_build_touches_no_file() {
    let place = Place::new();
    let files = [file("a", "a"), file("b/c", "c"), program("d", "d")];
    place.build(&files);
    let before = listing(&place.dir());
    let changes = place.build(&files);
    assert_eq!(listing(&place.dir()), before);
    assert_eq!(changes.written, []);
    assert_eq!(names(&changes.unchanged), ["a", "b/c", "d", "manifest.json"]);
}

#[test]
fn a_file_that_is_the_same_is_left_alone_when_others_change() {
    let place = Place::new();
    place.build(&[file("a", "a"), file("b", "b")]);
    let before = listing(&place.dir());
    let changes = place.build(&[file("a", "a"), file("b", "new")]);
    assert_eq!(names(&changes.written), ["b", "manifest.json"]);
    assert_eq!(names(&changes.unchanged), ["a"]);
    let after = listing(&place.dir());
    assert_eq!(after[0], before[0]);
    assert_ne!(after[1].inode, before[1].inode, "a file is replaced, not written over");
}

#[test]
fn a_foreign_file_with_the_right_content_is_left_alone() {
    let place = Place::new();
    place.put("a", "a");
    let changes = place.build(&[file("a", "a")]);
    assert_eq!((names(&changes.written), names(&changes.unchanged)), (vec!["manifest.json"], vec!["a"]));
}

#[test]
fn files_no_longer_made_are_removed_with_their_folders() {
    let place = Place::new();
    place.build(&[file("a", "a"), file("b/c/d", "d"), file("b/e", "e"), file("f/g", "g"), file("h/i", "i")]);
    place.put("f/mine", "mine");
    let changes = place.build(&[file("a", "a"), file("h/j", "j")]);
    assert_eq!(names(&changes.removed), ["b/c/d", "b/e", "f/g", "h/i"]);
    assert_eq!(place.names(), ["a", "f/", "f/mine", "h/", "h/j", "manifest.json"]);
    // What was removed by hand before needs no removing.
    fs::remove_file(place.at("a")).unwrap();
    assert_eq!(place.build(&[file("h/j", "j")]).removed, []);
}

#[test]
fn a_foreign_file_is_not_touched_without_force() {
    let place = Place::new();
    place.put("a", "mine");
    place.put("b/c", "mine too");
    let files = [file("a", "a"), file("b/c", "c"), file("d", "d")];
    assert_eq!(
        place.refused(false, &files),
        "nothing was written, because of what is there:\n  \
         `out/a` was not written by prefsmith\n  \
         `out/b/c` was not written by prefsmith\n\
         move it away, or write over it with `--force`"
    );
    assert_eq!(place.differences(&files).len(), 4);
    let changes = place.try_build(true, &files).unwrap();
    assert_eq!(names(&changes.written), ["a", "b/c", "d", "manifest.json"]);
    assert_eq!(place.text("a"), "a");
    assert_eq!(place.names(), ["a", "b/", "b/c", "d", "manifest.json"]);
}

#[test]
fn an_edited_file_is_not_touched_without_force() {
    let place = Place::new();
    place.build(&[file("a", "a"), file("b", "b"), file("gone", "gone"), file("c", "c")]);
    place.put("a", "edited");
    place.put("gone", "edited too");
    // Edited into what it is to be: nothing is lost.
    place.put("c", "new c");
    let files = [file("a", "new a"), file("b", "new b"), file("c", "new c")];
    assert_eq!(
        place.refused(false, &files),
        "nothing was written, because of what is there:\n  \
         `out/a` was edited since prefsmith wrote it\n  \
         `out/gone` was edited since prefsmith wrote it\n\
         move it away, or write over it with `--force`"
    );
    let changes = place.try_build(true, &files).unwrap();
    assert_eq!(names(&changes.removed), ["gone"]);
    assert_eq!(place.names(), ["a", "b", "c", "manifest.json"]);
    assert_eq!(place.text("a"), "new a");
}

#[test]
fn an_edit_that_the_build_would_undo_is_an_edit() {
    let place = Place::new();
    let files = [file("a", "a")];
    place.build(&files);
    place.put("a", "edited");
    assert!(place.refused(false, &files).contains("`out/a` was edited since prefsmith wrote it"));
    assert_eq!(place.differences(&files), ["`out/a` was edited since prefsmith wrote it"]);
}

#[test]
fn a_program_that_lost_its_mark_gets_it_back() {
    let place = Place::new();
    let files = [program("a", "a"), file("b", "b")];
    place.build(&files);
    fs::set_permissions(place.at("a"), fs::Permissions::from_mode(0o644)).unwrap();
    // Some file systems mark every file, and a mark too many does no harm.
    fs::set_permissions(place.at("b"), fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(place.differences(&files), ["`out/a` is out of date"]);
    assert_eq!(names(&place.build(&files).written), ["a"]);
    assert_eq!(fs::metadata(place.at("a")).unwrap().mode() & 0o7777, 0o755);
    assert_eq!(place.differences(&files), Vec::<String>::new());
}

#[test]
fn symlinks_are_refused_with_force_too() {
    let place = Place::new();
    let elsewhere = place.root.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("c"), "precious").unwrap();
    fs::create_dir(place.dir()).unwrap();
    symlink(elsewhere.join("c"), place.at("a")).unwrap();
    symlink(&elsewhere, place.at("b")).unwrap();
    symlink("nowhere", place.at("d")).unwrap();
    for force in [false, true] {
        assert_eq!(
            place.refused(force, &[file("a", "a"), file("b/c", "c"), file("b/e/f", "f"), file("d", "d")]),
            "nothing was written, because of what is there:\n  \
             `out/a` is a symlink, and symlinks are not followed\n  \
             `out/b` is a symlink, and symlinks are not followed\n  \
             `out/d` is a symlink, and symlinks are not followed\n\
             move it away, or choose another folder with `--out`"
        );
    }
    assert_eq!(fs::read_to_string(elsewhere.join("c")).unwrap(), "precious");
    assert_eq!(
        place.differences(&[file("b/c", "precious")]),
        ["`out/b` is a symlink, and symlinks are not followed", "`out/manifest.json` is missing"]
    );
}

#[test]
fn a_file_of_ours_that_became_a_symlink_is_refused() {
    let place = Place::new();
    place.build(&[file("a", "a"), file("gone/b", "b")]);
    let elsewhere = place.root.path().join("elsewhere");
    fs::rename(place.at("gone"), &elsewhere).unwrap();
    symlink(&elsewhere, place.at("gone")).unwrap();
    for force in [false, true] {
        assert!(place.refused(force, &[file("a", "new")]).contains("`out/gone` is a symlink"));
    }
    assert_eq!(fs::read_to_string(elsewhere.join("b")).unwrap(), "b");
}

#[test]
fn a_manifest_that_is_a_symlink_is_refused_and_not_read() {
    let place = Place::new();
    place.build(&[file("a", "a")]);
    fs::rename(place.at("manifest.json"), place.root.path().join("m")).unwrap();
    symlink("../m", place.at("manifest.json")).unwrap();
    for force in [false, true] {
        assert!(place.refused(force, &[file("a", "a")]).contains("`out/manifest.json` is a symlink"));
    }
}

#[test]
fn a_folder_that_is_a_symlink_is_refused() {
    let place = Place::new();
    let real = place.root.path().join("real");
    fs::create_dir(&real).unwrap();
    for (link, target) in [("link", real.as_path()), ("dangling", Path::new("nowhere"))] {
        symlink(target, place.root.path().join(link)).unwrap();
        // A slash at the end would follow it.
        for name in [link.to_owned(), format!("{link}/"), format!("{link}/.")] {
            let dir = place.root.path().join(&name);
            let options = CommitOptions { force: true };
            for error in [
                commit(&dir, &[file("a", "a")], &manifest, &options).unwrap_err(),
                compare(&dir, &[file("a", "a")], &manifest).unwrap_err(),
            ] {
                assert_eq!(
                    place.shortened(&error.to_string()),
                    format!(
                        "`{link}` is a symlink, and symlinks are not followed: name the folder that it leads to"
                    ),
                );
            }
        }
    }
    assert_eq!(listing(&real), []);
    // One above it is the user's own affair: `/tmp` is one on a Mac.
    let below = place.root.path().join("link/below");
    commit(&below, &[file("a", "a")], &manifest, &CommitOptions::default()).unwrap();
    assert_eq!(fs::read_to_string(real.join("below/a")).unwrap(), "a");
}

#[test]
fn a_folder_that_is_a_file_is_refused() {
    let place = Place::new();
    fs::write(place.dir(), "mine").unwrap();
    let before = fs::read_to_string(place.dir()).unwrap();
    let error = place.try_build(true, &[file("a", "a")]).unwrap_err();
    assert_eq!(
        place.shortened(&error.to_string()),
        "`out` is not a folder: move it away, or choose another folder with `--out`"
    );
    assert_eq!(fs::read_to_string(place.dir()).unwrap(), before);
}

#[test]
fn a_folder_where_a_file_should_be_and_the_reverse_are_refused() {
    let place = Place::new();
    place.put("a/mine", "mine");
    place.put("b", "mine");
    for force in [false, true] {
        assert_eq!(
            place.refused(force, &[file("a", "a"), file("b/c", "c"), file("b/d/e", "e")]),
            "nothing was written, because of what is there:\n  \
             `out/a` is a folder, where a file should be\n  \
             `out/b` is a file, where a folder should be\n\
             move it away, or choose another folder with `--out`"
        );
    }
}

#[test]
fn an_empty_folder_where_a_file_should_be_is_refused_too() {
    let place = Place::new();
    fs::create_dir_all(place.at("a")).unwrap();
    assert!(place.refused(true, &[file("a", "a")]).contains("`out/a` is a folder"));
}

#[test]
fn a_pipe_is_refused_and_not_waited_for() {
    let place = Place::new();
    fs::create_dir(place.dir()).unwrap();
    assert!(Command::new("mkfifo").arg(place.at("a")).status().unwrap().success());
    let error = place.try_build(true, &[file("a", "a")]).unwrap_err();
    assert!(error.to_string().contains("is not an ordinary file"), "{error}");
}

#[test]
fn what_force_replaces_and_what_it_does_not_is_said() {
    let place = Place::new();
    place.put("a", "mine");
    symlink("nowhere", place.at("b")).unwrap();
    let files = [file("a", "a"), file("b", "b")];
    assert_eq!(
        place.refused(false, &files),
        "nothing was written, because of what is there:\n  \
         `out/a` was not written by prefsmith\n  \
         `out/b` is a symlink, and symlinks are not followed\n\
         move it away; `--force` writes over files that prefsmith did not write or that were edited, but not \
         over the rest"
    );
    assert!(!place.refused(true, &files).contains("out/a"));
}

#[test]
fn new_names_that_differ_only_in_case_are_refused() {
    let place = Place::new();
    let files = [file("Word.txt", "a"), file("word.txt", "b"), file("manifest.json", "c")];
    let error = place.try_build(true, &files).unwrap_err();
    assert_eq!(
        error.to_string(),
        "these files cannot be written together:\n  \
         `manifest.json` would be written twice\n  \
         `Word.txt` and `word.txt` differ only in case or accents: some disks take them for one"
    );
    let OutputError::Names { clashes } = error else { unreachable!("{error}") };
    assert_eq!(clashes[1], NameClash::Lookalikes("Word.txt".into(), "word.txt".into()));
    assert!(!place.dir().exists());
}

#[test]
fn a_name_that_differs_only_in_case_from_one_that_is_there_is_refused() {
    let place = Place::new();
    place.put("Word.txt", "mine");
    place.put("Jamf/mine", "mine");
    if place.at("word.TXT").exists() {
        // This disk takes them for one; the unit tests have such a disk of their own.
        return;
    }
    for force in [false, true] {
        assert_eq!(
            place.refused(force, &[file("word.txt", "a"), file("jamf/x", "x"), file("jamf/y", "y")]),
            "nothing was written, because of what is there:\n  \
             `out/jamf` differs only in case or accents from `out/Jamf`, which is there\n  \
             `out/word.txt` differs only in case or accents from `out/Word.txt`, which is there\n\
             move it away, or choose another folder with `--out`"
        );
    }
    // A lookalike beside a file of ours is found as well.
    let other = Place::new();
    other.build(&[file("a", "a")]);
    other.put("A", "mine");
    assert!(other.refused(true, &[file("a", "new")]).contains("`out/a` differs only in case"));
}

#[test]
fn a_file_of_ours_may_change_its_case() {
    let place = Place::new();
    place.build(&[file("Word.txt", "same")]);
    let changes = place.build(&[file("word.txt", "same")]);
    assert_eq!(names(&changes.removed), ["Word.txt"]);
    assert_eq!(place.names(), ["manifest.json", "word.txt"]);
}

#[test]
fn a_foreign_manifest_is_not_replaced_without_force() {
    let place = Place::new();
    place.put("manifest.json", r#"{"name":"My web app","icons":[]}"#);
    assert_eq!(
        place.refused(false, &[file("a", "a")]),
        "`out/manifest.json` is not a manifest that prefsmith can read (missing field `version` at line 1 column \
         32), so nobody knows which files beside it are prefsmith's own: restore it or move it away, or replace \
         it with `--force`"
    );
    assert_eq!(
        place.differences(&[file("a", "a")]),
        ["`out/a` is missing", "`out/manifest.json` is out of date"]
    );
    place.try_build(true, &[file("a", "a")]).unwrap();
    assert_eq!(place.names(), ["a", "manifest.json"]);
    assert!(place.text("manifest.json").contains("sha256"));
}

#[test]
fn a_hostile_manifest_reaches_nothing_outside_the_folder() {
    let place = Place::new();
    // The hash of the victim's content, so that only the name can save it.
    let sha = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
    let victim = place.root.path().join("victim");
    fs::write(&victim, "a").unwrap();
    for path in ["../victim", "x/../../victim", victim.to_str().unwrap()] {
        let text = format!(r#"{{"version":1,"files":[{{"path":"{path}","sha256":"{sha}","target":"t"}}]}}"#);
        place.put("manifest.json", &text);
        assert!(place.refused(false, &[file("b", "b")]).contains("is not a manifest"));
        place.try_build(true, &[file("b", "b")]).unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "a");
    }
}

#[test]
fn compare_tells_every_difference_and_touches_nothing() {
    let place = Place::new();
    let files = [file("a", "a"), file("b", "b"), file("c/d", "d")];
    assert_eq!(
        place.differences(&files),
        [
            "`out/a` is missing",
            "`out/b` is missing",
            "`out/c/d` is missing",
            "`out/manifest.json` is missing"
        ]
    );
    assert!(!place.dir().exists());
    place.build(&files);
    assert_eq!(place.differences(&files), Vec::<String>::new());
    fs::remove_file(place.at("a")).unwrap();
    place.put("b", "edited");
    assert_eq!(
        place.differences(&files),
        ["`out/a` is missing", "`out/b` was edited since prefsmith wrote it"]
    );
    assert_eq!(
        place.differences(&[file("a", "a"), file("b", "edited")]),
        ["`out/a` is missing", "`out/c/d` is no longer made", "`out/manifest.json` is out of date"]
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_that_names_it() {
    let place = Place::new();
    place.build(&[file("a", "a")]);
    fs::set_permissions(place.dir(), fs::Permissions::from_mode(0o555)).unwrap();
    // Root writes anywhere; the fault tests of the library refuse every call in turn, root or not.
    if fs::write(place.at("probe"), "").is_ok() {
        fs::remove_file(place.at("probe")).unwrap();
    } else {
        let refused = place.refused(false, &[file("a", "b")]);
        assert!(refused.starts_with("cannot lock `out/.prefsmith-lock`: Permission denied"), "{refused}");
    }
    fs::set_permissions(place.dir(), fs::Permissions::from_mode(0o755)).unwrap();
    place.build(&[file("a", "b")]);
}

#[test]
fn a_build_into_the_current_folder() {
    let place = Place::new();
    fs::create_dir(place.dir()).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["builds_here", "--exact"])
        .env("PREFSMITH_BUILDS_HERE", "1")
        .current_dir(place.dir())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(place.names(), ["a", "manifest.json"]);
}

/// Builds into the folder it runs in: only where `a_build_into_the_current_folder` runs it, in one of its own.
#[test]
fn builds_here() {
    if std::env::var_os("PREFSMITH_BUILDS_HERE").is_none() {
        return;
    }
    for dir in ["", ".", "./"] {
        commit(Path::new(dir), &[file("a", "a")], &manifest, &CommitOptions::default()).unwrap();
    }
}

#[test]
fn a_thousand_files() {
    let place = Place::new();
    let files = |text: &str| -> Vec<Artefact> {
        (0..1000).map(|n| file(&format!("folder{}/file{n}", n % 10), &format!("{text} {n}"))).collect()
    };
    assert_eq!(place.build(&files("old")).written.len(), 1001);
    assert_eq!(place.build(&files("new")).written.len(), 1001);
    assert_eq!(place.build(&files("new")).unchanged.len(), 1001);
    assert_eq!(place.build(&[]).removed.len(), 1000);
    assert_eq!(place.names(), ["manifest.json"]);
}
