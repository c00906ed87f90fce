//! The process dies before every call: the next build mends what it left. And what nobody can mend is kept.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use super::builds::{Change, artefact, build, name, picture, without_own};
use super::disks::{Fault, FaultyDisk};
use super::faults::{Trial, each_call};
use crate::output::disk::{Disk, RealDisk};
use crate::output::folder::Folder;
use crate::output::{OutputError, mend};

#[test]
fn after_a_death_anywhere_the_next_build_mends_and_builds() {
    for change in [Change::large(), Change::small(), Change::first()] {
        let calls = each_call(&change, Fault::Death, |trial, context| {
            trial.lost_nothing(context);
            trial.then_builds(&change, context);
        });
        assert!(calls > 40, "only {calls} calls");
    }
}

#[test]
fn after_a_death_anywhere_mending_alone_gives_the_old_state_or_the_new() {
    let change = Change::large();
    let old = std::cell::Cell::new(0);
    let new = std::cell::Cell::new(0);
    each_call(&change, Fault::Death, |trial, context| {
        let disk = FaultyDisk::healthy();
        let folder = Folder::new(&disk, &trial.dir());
        let lock = folder.lock().unwrap();
        mend::mend(&folder).unwrap();
        folder.unlock(lock).unwrap();
        let now = trial.now();
        if now == trial.before {
            old.set(old.get() + 1);
        } else {
            assert_eq!(now, trial.wanted, "{context}");
            new.set(new.get() + 1);
        }
        assert_eq!(mend::mend(&folder).unwrap(), None, "{context}");
    });
    assert!(old.get() > 30 && new.get() > 5, "{} old, {} new", old.get(), new.get());
}

#[test]
fn a_death_while_mending_is_mended_too() {
    let change = Change::small();
    let mut tried = 0;
    for first in changing_calls(&Trial::run(&change, Fault::None).disk) {
        let healthy = FaultyDisk::healthy();
        build(&healthy, &Trial::run(&change, Fault::Death(first)).dir(), &change.after).unwrap();
        for second in changing_calls(&healthy) {
            let trial = Trial::run(&change, Fault::Death(first));
            let disk = FaultyDisk::new(Fault::Death(second));
            let context = format!("dies at {first}, then at {second}");
            let _ = build(&disk, &trial.dir(), &change.after);
            assert!(disk.was_reached(), "{context}");
            trial.lost_nothing(&context);
            trial.then_builds(&change, &context);
            tried += 1;
        }
    }
    assert!(tried > 500, "only {tried}");
}

/// The numbers of the calls that change something: a death before another one is a death before the next of these.
fn changing_calls(disk: &FaultyDisk) -> Vec<usize> {
    let looks = ["kind ", "names ", "read ", "sha256 ", "flush_folder "];
    let log = disk.log.borrow();
    let calls = log.iter().enumerate().filter(|(_, call)| !looks.iter().any(|look| call.starts_with(look)));
    calls.map(|(number, _)| number).collect()
}

/// A trial that died right after the call that reads so in the log.
fn died_after(change: &Change, call: &str) -> Trial {
    let healthy = Trial::run(change, Fault::None);
    let at = healthy.disk.log.borrow().iter().position(|logged| logged == call).unwrap();
    Trial::run(change, Fault::Death(at + 1))
}

fn build_again(trial: &Trial, change: &Change) -> Result<String, String> {
    let shorter = |text: String| text.replace(&format!("{}/above/", trial.root.path().display()), "");
    match build(&FaultyDisk::healthy(), &trial.dir(), &change.after) {
        Ok(changes) => Ok(shorter(changes.mended.unwrap())),
        Err(error) => Err(shorter(error.to_string())),
    }
}

#[test]
fn the_next_build_says_what_it_mended() {
    let change = Change::small();
    let said = |call: &str| build_again(&died_after(&change, call), &change).unwrap();
    assert_eq!(
        said("create 0"),
        "an earlier build into `out` was interrupted before it replaced any file; what it left behind was cleared away"
    );
    assert_eq!(
        said("rename a 0"),
        "an earlier build into `out` was interrupted while it replaced files; they were put back as they were before it"
    );
    assert_eq!(
        said("rename .prefsmith-journal.json .prefsmith-done.json"),
        "an earlier build into `out` was interrupted after its files were in place; what it left behind was cleared away"
    );
}

#[test]
fn a_build_that_mends_and_then_fails_says_both() {
    let change = Change::small();
    let trial = died_after(&change, "rename a 0");
    fs::create_dir(trial.dir().join("new")).unwrap();
    fs::write(trial.dir().join("new/z"), "foreign").unwrap();
    let error = build_again(&trial, &change).unwrap_err();
    assert_eq!(
        error,
        "an earlier build into `out` was interrupted while it replaced files; they were put back as they were before it\n\
         nothing was written, because of what is there:\n  \
         `out/new/z` was not written by prefsmith\n\
         move it away, or write over it with `--force`"
    );
    let mut before = trial.before.clone();
    let now = trial.now();
    before.insert("new".into(), None);
    before.insert("new/z".into(), now["new/z"].clone());
    assert_eq!(now, before);
}

#[test]
fn a_new_file_that_was_edited_after_the_death_is_kept() {
    let change = Change::small();
    let trial = died_after(&change, "rename 0 a");
    fs::write(trial.dir().join("a"), "edited").unwrap();
    let there = trial.now();
    let error = build_again(&trial, &change).unwrap_err();
    assert_eq!(
        error,
        "an earlier build was interrupted, and cannot be undone: `out/a` was changed after that: move it away, then \
         build again"
    );
    assert_eq!(without_own(&trial.now()), without_own(&there));
    fs::rename(trial.dir().join("a"), trial.root.path().join("away")).unwrap();
    trial.then_builds(&change, "after it was moved away");
}

#[test]
fn a_file_made_where_an_earlier_one_belongs_is_kept() {
    let change = Change::small();
    let trial = died_after(&change, "rename x 2");
    fs::write(trial.dir().join("stale/x"), "somebody's").unwrap();
    let error = build_again(&trial, &change).unwrap_err();
    assert_eq!(
        error,
        "an earlier build was interrupted, and cannot be undone: `out/stale/x` was made after that, and the earlier one \
         is `out/.prefsmith-backup/2`: move one of them away, then build again"
    );
    assert_eq!(fs::read_to_string(trial.dir().join("stale/x")).unwrap(), "somebody's");
    assert_eq!(fs::read_to_string(trial.dir().join(".prefsmith-backup/2")).unwrap(), "stale x");
    fs::remove_file(trial.dir().join("stale/x")).unwrap();
    trial.then_builds(&change, "after it was removed");
}

#[test]
fn a_staging_folder_that_somebody_tidied_away_is_not_missed() {
    let change = Change::small();
    let healthy = Trial::run(&change, Fault::None);
    let calls = healthy.disk.log.borrow().len();
    let journal =
        healthy.disk.log.borrow().iter().position(|call| call.starts_with("rename journal")).unwrap();
    for n in journal + 1..calls {
        let trial = Trial::run(&change, Fault::Death(n));
        let _ = fs::remove_dir_all(trial.dir().join(".prefsmith-staging"));
        trial.lost_nothing(&n.to_string());
        trial.then_builds(&change, &n.to_string());
    }
}

#[test]
fn a_folder_that_became_a_symlink_after_the_death_is_not_followed() {
    let change = Change::small();
    for call in ["rename 1 z", "rename x 2"] {
        let trial = died_after(&change, call);
        let folder = if call == "rename 1 z" { "new" } else { "stale" };
        let elsewhere = trial.root.path().join("elsewhere");
        fs::rename(trial.dir().join(folder), &elsewhere).unwrap();
        symlink(&elsewhere, trial.dir().join(folder)).unwrap();
        let there = picture(&elsewhere);
        let error = build_again(&trial, &change).unwrap_err();
        assert_eq!(
            error,
            format!(
                "an earlier build was interrupted, and cannot be undone: `out/{folder}` became a symlink after that, \
                 and symlinks are not followed: move it away, then build again"
            )
        );
        assert_eq!(picture(&elsewhere), there);
    }
}

#[test]
fn empty_folders_behind_a_symlink_are_not_removed() {
    let change = Change::large();
    for (call, folder) in
        [("make_folder deep", "new"), ("rename .prefsmith-journal.json .prefsmith-done.json", "stale")]
    {
        let trial = died_after(&change, call);
        let elsewhere = trial.root.path().join("elsewhere");
        fs::create_dir_all(elsewhere.join("deep")).unwrap();
        fs::remove_dir_all(trial.dir().join(folder)).unwrap();
        symlink(&elsewhere, trial.dir().join(folder)).unwrap();
        let _ = build(&FaultyDisk::healthy(), &trial.dir(), &change.after);
        assert!(!trial.dir().join(".prefsmith-done.json").exists(), "{call}: it was mended");
        assert!(!trial.dir().join(".prefsmith-journal.json").exists(), "{call}: it was mended");
        assert!(elsewhere.join("deep").is_dir(), "{call}");
    }
}

#[test]
fn an_undone_build_is_flushed_before_its_leftovers_go() {
    let change = Change::small();
    let trial = died_after(&change, "rename 1 z");
    let disk = FaultyDisk::healthy();
    mend::mend(&Folder::new(&disk, &trial.dir())).unwrap();
    let log = disk.log.borrow();
    let at = |what: &str| log.iter().position(|call| call == what).unwrap();
    let last = |what: &str| log.iter().rposition(|call| call == what).unwrap();
    let journal = at("remove_file .prefsmith-journal.json");
    for folder in ["stale", "out"] {
        assert!(at("rename 0 a") < at(&format!("flush_folder {folder}")), "{folder}");
        assert!(at(&format!("flush_folder {folder}")) < journal, "{folder}");
    }
    assert!(journal < last("flush_folder out") && last("flush_folder out") < at("remove_file 0"));
}

#[test]
fn folders_of_ours_that_are_somebody_elses_are_not_emptied() {
    let change = Change::first();
    for own in [".prefsmith-staging", ".prefsmith-backup"] {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("out");
        let precious = root.path().join("precious");
        fs::create_dir_all(&dir).unwrap();
        fs::create_dir_all(&precious).unwrap();
        fs::write(precious.join("0"), "precious").unwrap();
        // A link to a folder whose files would be taken for ours.
        symlink(&precious, dir.join(own)).unwrap();
        let error = build(&FaultyDisk::healthy(), &dir, &change.after).unwrap_err();
        assert!(matches!(error, OutputError::CannotMend { .. }), "{error}");
        // A folder that holds what no build puts there, or whose journal is gone.
        fs::remove_file(dir.join(own)).unwrap();
        fs::create_dir(dir.join(own)).unwrap();
        fs::write(dir.join(own).join("letter.txt"), "precious").unwrap();
        let error = build(&FaultyDisk::healthy(), &dir, &change.after).unwrap_err();
        assert!(matches!(error, OutputError::CannotMend { .. }), "{error}");
        assert_eq!(fs::read_to_string(precious.join("0")).unwrap(), "precious");
        assert_eq!(fs::read_to_string(dir.join(own).join("letter.txt")).unwrap(), "precious");
        assert_eq!(picture(&dir).len(), 2, "{own}: {:?}", picture(&dir));
    }
}

#[test]
fn a_hostile_journal_reaches_nothing_outside_the_folder() {
    let sha = "0".repeat(64);
    for journal in [
        r#"{"version":1,"moved":["../victim"],"folders":[],"placed":[],"emptied":[]}"#.to_owned(),
        r#"{"version":1,"moved":[],"folders":["../victim"],"placed":[],"emptied":[]}"#.to_owned(),
        r#"{"version":1,"moved":[],"folders":[],"placed":[],"emptied":["/tmp"]}"#.to_owned(),
        format!(
            r#"{{"version":1,"moved":[],"folders":[],"placed":[{{"path":"../victim","sha256":"{sha}"}}],"emptied":[]}}"#
        ),
        r#"{"version":7,"moved":[],"folders":[],"placed":[],"emptied":[]}"#.to_owned(),
        "{".to_owned(),
        String::new(),
    ] {
        for place in [".prefsmith-journal.json", ".prefsmith-done.json"] {
            let root = tempfile::tempdir().unwrap();
            let dir = root.path().join("out");
            fs::create_dir_all(dir.join(".prefsmith-backup")).unwrap();
            fs::create_dir(root.path().join("victim")).unwrap();
            fs::write(dir.join(".prefsmith-backup/0"), "x").unwrap();
            fs::write(dir.join(place), &journal).unwrap();
            let before = picture(root.path());
            let error = build(&FaultyDisk::healthy(), &dir, &[artefact("a", "a")]).unwrap_err();
            assert!(matches!(error, OutputError::CannotMend { .. }), "{journal}: {error}");
            assert_eq!(picture(root.path()), before, "{journal}");
        }
    }
}

#[test]
fn two_builds_do_not_write_at_once() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("out");
    build(&FaultyDisk::healthy(), &dir, &[artefact("a", "one")]).unwrap();
    let disk = FaultyDisk::healthy();
    let folder = Folder::new(&disk, &dir);
    let lock = folder.lock().unwrap();
    let there = picture(&dir);
    let error = build(&FaultyDisk::healthy(), &dir, &[artefact("a", "two")]).unwrap_err();
    assert!(matches!(error, OutputError::Busy { .. }), "{error}");
    assert_eq!(picture(&dir), there, "the lock is not ours to remove");
    folder.unlock(lock).unwrap();
    let changes = build(&FaultyDisk::healthy(), &dir, &[artefact("a", "two")]).unwrap();
    assert_eq!(changes.written, [name("a"), name("manifest.json")]);
    assert!(!dir.join(".prefsmith-lock").exists());
}

#[test]
fn a_lock_whose_file_was_removed_meanwhile_does_not_count() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("lock");
    let inside = AtomicUsize::new(0);
    let taken = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while taken.load(SeqCst) < 1000 {
                    if let Some(lock) = RealDisk.lock(&path).unwrap() {
                        assert_eq!(inside.fetch_add(1, SeqCst), 0, "two hold the lock");
                        std::thread::yield_now();
                        inside.fetch_sub(1, SeqCst);
                        taken.fetch_add(1, SeqCst);
                        RealDisk.remove_file(&path).unwrap();
                        drop(lock);
                    }
                }
            });
        }
    });
}

#[test]
fn a_lock_that_a_dead_build_left_is_taken_and_one_that_is_a_symlink_is_not() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("out");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join(".prefsmith-lock"), "").unwrap();
    assert_eq!(build(&FaultyDisk::healthy(), &dir, &[artefact("a", "one")]).unwrap().mended, None);
    assert!(!dir.join(".prefsmith-lock").exists());
    symlink(root.path().join("made-by-us"), dir.join(".prefsmith-lock")).unwrap();
    let error = build(&FaultyDisk::healthy(), &dir, &[artefact("a", "two")]).unwrap_err();
    assert!(matches!(error, OutputError::Io { doing: "lock", .. }), "{error}");
    assert!(!root.path().join("made-by-us").exists());
    assert_eq!(fs::read_to_string(dir.join("a")).unwrap(), "one");
}
