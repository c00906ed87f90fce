//! A disk that does not tell names apart by case, as Macs have it.

use std::fs;

use super::builds::{artefact, build, differences, name, picture};
use super::disks::FoldingDisk;
use crate::output::{CommitOptions, DifferenceKind, ObstacleKind, OutputError, commit_on};

fn files(dir: &std::path::Path) -> Vec<String> {
    picture(dir).into_iter().filter(|(_, file)| file.is_some()).map(|(path, _)| path).collect()
}

#[test]
fn a_name_that_changes_its_case_changes_on_the_disk() {
    for text in ["same content", "another content"] {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("out");
        build(&FoldingDisk, &dir, &[artefact("Word.txt", "same content")]).unwrap();
        let after = [artefact("word.txt", text)];
        let missing = differences(&FoldingDisk, &dir, &after);
        assert!(missing.iter().any(|difference| difference.path.ends_with("word.txt")), "{missing:?}");
        let changes = build(&FoldingDisk, &dir, &after).unwrap();
        assert_eq!(changes.written, [name("manifest.json"), name("word.txt")]);
        assert_eq!(files(&dir), ["manifest.json", "word.txt"]);
        assert_eq!(fs::read_to_string(dir.join("word.txt")).unwrap(), text);
        assert_eq!(differences(&FoldingDisk, &dir, &after), []);
    }
}

#[test]
fn a_folder_that_changes_its_case_keeps_its_files() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("out");
    build(&FoldingDisk, &dir, &[artefact("Jamf/a", "same"), artefact("Jamf/b", "b")]).unwrap();
    let after = [artefact("jamf/a", "same")];
    build(&FoldingDisk, &dir, &after).unwrap();
    assert_eq!(files(&dir), ["Jamf/a", "manifest.json"]);
    assert_eq!(fs::read_to_string(dir.join("Jamf/a")).unwrap(), "same");
    // The folder keeps its spelling, and the next build is content with it.
    assert_eq!(differences(&FoldingDisk, &dir, &after), []);
    assert_eq!(build(&FoldingDisk, &dir, &after).unwrap().written, []);
}

#[test]
fn a_foreign_file_of_another_case_is_a_foreign_file() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("out");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("Word.txt"), "mine").unwrap();
    let after = [artefact("word.txt", "ours")];
    let Err(OutputError::InTheWay { obstacles }) = build(&FoldingDisk, &dir, &after) else {
        panic!("a foreign file was replaced");
    };
    assert_eq!(obstacles.len(), 1);
    assert!(obstacles[0].path.ends_with("out/Word.txt") && obstacles[0].kind == ObstacleKind::Foreign);
    commit_on(&FoldingDisk, &dir, &after, &super::builds::manifest, &CommitOptions { force: true }).unwrap();
    assert_eq!(files(&dir), ["manifest.json", "word.txt"]);
    assert_eq!(fs::read_to_string(dir.join("word.txt")).unwrap(), "ours");
}

#[test]
fn a_file_that_somebody_renamed_by_case_gets_its_name_back() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("out");
    let wanted = [artefact("word.txt", "ours")];
    build(&FoldingDisk, &dir, &wanted).unwrap();
    fs::rename(dir.join("word.txt"), dir.join("WORD.txt")).unwrap();
    let difference = &differences(&FoldingDisk, &dir, &wanted)[0];
    assert!(difference.path.ends_with("out/word.txt") && difference.kind == DifferenceKind::Different);
    build(&FoldingDisk, &dir, &wanted).unwrap();
    assert_eq!(files(&dir), ["manifest.json", "word.txt"]);
}

#[test]
fn two_names_that_only_the_disk_takes_for_one_are_found_and_undone() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("out");
    build(&FoldingDisk, &dir, &[artefact("a", "old"), artefact("gone", "gone")]).unwrap();
    let before = picture(&dir);
    let after = [artefact("a", "new"), artefact("\u{1ebf}", "one"), artefact("e\u{302}\u{301}", "two")];
    let error = build(&FoldingDisk, &dir, &after).unwrap_err().to_string();
    assert!(error.contains("cannot write") && error.contains("exists"), "{error}");
    assert_eq!(picture(&dir), before);
}
