//! Every call of a build fails once, in each way: what was there is there again, or it says where it is.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::builds::{Change, Picture, build, differences, picture, without_own};
use super::disks::{EACCES, EIO, ENOSPC, EROFS, Fault, FaultyDisk};
use crate::output::{Changes, OutputError};

/// A change in a fresh folder `out`, on a disk with that fault.
pub struct Trial {
    pub root: tempfile::TempDir,
    pub before: Picture,
    pub wanted: Picture,
    pub disk: FaultyDisk,
    pub outcome: Result<Changes, OutputError>,
}

impl Trial {
    pub fn run(change: &Change, fault: Fault) -> Self {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("above/out");
        let before = change.prepare(&FaultyDisk::healthy(), &dir);
        let disk = FaultyDisk::new(fault);
        let outcome = build(&disk, &dir, &change.after);
        Self { before, wanted: change.wanted(), disk, outcome, root }
    }

    pub fn dir(&self) -> std::path::PathBuf {
        self.root.path().join("above/out")
    }

    pub fn now(&self) -> Picture {
        picture(&self.dir())
    }

    /// The build again, on a disk that works: it ends in the new state, and says that it mended if it did.
    pub fn then_builds(&self, change: &Change, context: &str) {
        let interrupted =
            [".prefsmith-journal.json", ".prefsmith-done.json", ".prefsmith-staging", ".prefsmith-backup"]
                .iter()
                .any(|name| self.dir().join(name).exists());
        let said = differences(&FaultyDisk::healthy(), &self.dir(), &change.after)
            .iter()
            .any(|difference| difference.path.ends_with("/.prefsmith-journal.json"));
        assert_eq!(said, interrupted, "--check, {context}");
        let changes = build(&FaultyDisk::healthy(), &self.dir(), &change.after).unwrap();
        assert_eq!(changes.mended.is_some(), interrupted, "{context}: {:?}", changes.mended);
        assert_eq!(changes.left_over, None, "{context}");
        assert_eq!(self.now(), self.wanted, "{context}");
        assert_eq!(differences(&FaultyDisk::healthy(), &self.dir(), &change.after), [], "{context}");
    }

    /// Every earlier content is still somewhere, unless the build has got past the step that counts.
    pub fn lost_nothing(&self, context: &str) {
        let now = self.now();
        if self.wanted.iter().all(|(path, file)| now.get(path) == Some(file)) {
            return;
        }
        let texts = |picture: &Picture| -> BTreeSet<String> {
            picture.values().flatten().map(|(_, text)| text.clone()).collect()
        };
        let lost: Vec<String> = texts(&self.before).difference(&texts(&self.now())).cloned().collect();
        assert_eq!(lost, Vec::<String>::new(), "{context}");
    }
}

/// Runs a change with the fault at call 0, 1, 2, … until it is not reached any more; returns how many calls.
pub fn each_call(change: &Change, fault: impl Fn(usize) -> Fault, check: impl Fn(&Trial, &str)) -> usize {
    for n in 0..1000 {
        let trial = Trial::run(change, fault(n));
        if !trial.disk.was_reached() {
            return n;
        }
        check(&trial, &format!("{:?}", fault(n)));
    }
    panic!("a build of a few files takes more than a thousand calls");
}

#[test]
fn a_build_without_faults_makes_what_is_wanted() {
    for change in [Change::large(), Change::small(), Change::first()] {
        let trial = Trial::run(&change, Fault::None);
        let changes = trial.outcome.as_ref().unwrap();
        assert_eq!((&changes.mended, &changes.left_over), (&None, &None));
        assert_eq!(trial.now(), trial.wanted);
        assert_ne!(trial.now(), trial.before);
    }
}

#[test]
fn a_build_says_what_it_did() {
    let trial = Trial::run(&Change::large(), Fault::None);
    let changes = trial.outcome.unwrap();
    let names = |names: &[crate::output::FileName]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        names(&changes.written),
        ["a.txt", "manifest.json", "new/b.txt", "new/deep/z.txt", "tool.sh", "word.txt"]
    );
    assert_eq!(names(&changes.unchanged), ["same.txt"]);
    assert_eq!(names(&changes.removed), ["Word.txt", "shared/old.txt", "stale/deep/y.txt", "stale/x.txt"]);
}

/// After a single fault the build either did all, or nothing.
fn all_or_nothing(trial: &Trial, change: &Change, context: &str) {
    match &trial.outcome {
        Ok(changes) => {
            assert_eq!(without_own(&trial.now()), trial.wanted_with_folders(), "{context}");
            assert_eq!(changes.left_over.is_some(), trial.now() != trial.wanted, "{context}");
        }
        Err(OutputError::RollbackFailed { .. }) => panic!("{context}: the rollback met no fault"),
        Err(error) => {
            let root = trial.root.path().display().to_string();
            assert!(error.to_string().contains(&root), "{context}: {error}");
            assert_eq!(trial.now(), trial.before, "{context}: {error}");
            assert_eq!(trial.dir().exists(), !change.before.is_empty(), "{context}: {error}");
        }
    }
    trial.then_builds(change, context);
}

impl Trial {
    /// What is wanted, with the emptied folders that a failed clean-up may have left.
    fn wanted_with_folders(&self) -> Picture {
        let left = self.before.iter().filter(|(path, file)| {
            file.is_none() && !self.wanted.contains_key(*path) && self.dir().join(path).exists()
        });
        let left: Vec<_> = left.map(|(path, _)| (path.clone(), None)).collect();
        self.wanted.clone().into_iter().chain(left).collect()
    }
}

#[test]
fn a_call_that_fails_once_leaves_everything_as_it_was() {
    // No error has a path of its own: each with one change is enough.
    let cases = [
        (Change::large(), ENOSPC),
        (Change::first(), EACCES),
        (Change::first(), EROFS),
        (Change::small(), EIO),
    ];
    for (change, code) in cases {
        let calls = each_call(
            &change,
            |n| Fault::Once(n, code),
            |trial, context| all_or_nothing(trial, &change, context),
        );
        assert!(calls > 40, "only {calls} calls: is every one of them counted?");
    }
}

#[test]
fn a_call_that_succeeds_and_says_it_failed_does_no_harm() {
    for change in [Change::large(), Change::small()] {
        each_call(
            &change,
            |n| Fault::Liar(n, EIO),
            |trial, context| match &trial.outcome {
                Err(OutputError::RollbackFailed { .. }) => panic!("{context}: the rollback met no fault"),
                Err(error) => {
                    assert_eq!(without_own(&trial.now()), trial.before, "{context}: {error}");
                    trial.then_builds(&change, context);
                }
                Ok(_) => trial.then_builds(&change, context),
            },
        );
    }
}

/// Where the error says that an earlier file is, it is; and every one that is not at its place is named.
fn tells_where_all_is(trial: &Trial, context: &str) {
    let Err(OutputError::RollbackFailed { kept, error, undo }) = &trial.outcome else {
        return;
    };
    let text = trial.outcome.as_ref().unwrap_err().to_string();
    assert!(text.contains(&error.to_string()) && text.contains(&undo.to_string()), "{context}: {text}");
    let dir = trial.dir();
    for (path, file) in trial.before.iter().filter_map(|(path, file)| Some((path, file.as_ref()?))) {
        let shown = dir.join(path).display().to_string();
        match kept.iter().find(|kept| kept.path == shown) {
            Some(kept) => {
                assert_eq!(fs::read_to_string(&kept.now).unwrap(), file.1, "{context}: {kept}");
                assert!(text.contains(&kept.to_string()), "{context}: {text}");
            }
            None => assert_eq!(fs::read_to_string(&shown).unwrap_or_default(), file.1, "{context}: {text}"),
        }
    }
}

#[test]
fn a_disk_that_fails_for_good_loses_nothing_and_is_told_of() {
    for (change, code) in [(Change::large(), EIO), (Change::small(), EROFS)] {
        each_call(
            &change,
            |n| Fault::From(n, code),
            |trial, context| {
                trial.lost_nothing(context);
                tells_where_all_is(trial, context);
                trial.then_builds(&change, context);
            },
        );
    }
}

#[test]
fn a_rollback_that_fails_loses_nothing_and_is_told_of() {
    let change = Change::small();
    let mut failed = 0;
    let calls = each_call(&change, |n| Fault::Once(n, EIO), |_, _| ());
    for first in 0..calls {
        for second in first + 1.. {
            let fault = Fault::Twice(first, second, EIO);
            let trial = Trial::run(&change, fault);
            if !trial.disk.was_reached() {
                break;
            }
            let context = format!("{fault:?}");
            trial.lost_nothing(&context);
            tells_where_all_is(&trial, &context);
            failed += usize::from(matches!(trial.outcome, Err(OutputError::RollbackFailed { .. })));
            trial.then_builds(&change, &context);
        }
    }
    assert!(failed > 100, "only {failed} rollbacks failed");
}

#[test]
fn nothing_is_relied_on_before_it_is_flushed() {
    let trial = Trial::run(&Change::small(), Fault::None);
    let log = trial.disk.log.borrow();
    let at =
        |what: &str| log.iter().position(|call| call == what).unwrap_or_else(|| panic!("{what}: {log:?}"));
    let after = |start: usize, what: &str| {
        log[start..]
            .iter()
            .position(|call| call == what)
            .map(|at| start + at)
            .unwrap_or_else(|| panic!("{what}"))
    };
    let journal = at("rename journal .prefsmith-journal.json");
    for staged in ["0", "1", "2", "journal"] {
        assert!(at(&format!("create {staged}")) < at(&format!("flush_file {staged}")), "{staged}");
        assert!(at(&format!("flush_file {staged}")) < journal, "{staged}");
    }
    assert!(at("flush_folder .prefsmith-staging") < journal);
    let first_touch = at("rename a 0");
    assert!(after(journal, "flush_folder out") < first_touch);
    let done = at("rename .prefsmith-journal.json .prefsmith-done.json");
    let last_placed = at("rename 2 manifest.json");
    for folder in ["out", "new", "stale", ".prefsmith-backup"] {
        assert!(after(last_placed, &format!("flush_folder {folder}")) < done, "{folder}");
    }
    assert!(after(done, "flush_folder out") < at("remove_file 0"));
    assert!(at("remove_file 0") < at("remove_file .prefsmith-done.json"));
    assert_eq!(log.last().unwrap(), "remove_file .prefsmith-lock");
}

#[test]
fn errors_name_the_path_and_what_to_do() {
    let change = Change::small();
    let told = |call: &str, code: i32| -> String {
        let healthy = Trial::run(&change, Fault::None);
        let n = healthy.disk.log.borrow().iter().position(|logged| logged == call).unwrap();
        let trial = Trial::run(&change, Fault::Once(n, code));
        let root = trial.root.path().display().to_string();
        trial.outcome.unwrap_err().to_string().replace(&root, "").replace("/above/", "")
    };
    assert_eq!(
        told("create 0", ENOSPC),
        "cannot write `out/.prefsmith-staging/0`: No space left on device (os error 28); free some space, then \
         build again"
    );
    assert_eq!(
        told("lock .prefsmith-lock", EACCES),
        "cannot lock `out/.prefsmith-lock`: Permission denied (os error 13); see who may write there, or choose \
         another folder with `--out`"
    );
    assert_eq!(
        told("lock .prefsmith-lock", EROFS),
        "cannot lock `out/.prefsmith-lock`: Read-only file system (os error 30); choose another folder with `--out`"
    );
    assert_eq!(told("rename a 0", EIO), "cannot move away `out/a`: Input/output error (os error 5)");
    assert_eq!(told("rename 1 z", EIO), "cannot write `out/new/z`: Input/output error (os error 5)");
}

#[test]
fn a_folder_above_that_cannot_be_made_leaves_none() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("a/b/c");
    for n in 0.. {
        let disk = FaultyDisk::new(Fault::Once(n, EACCES));
        let outcome = build(&disk, &dir, &Change::first().after);
        if outcome.is_ok() {
            assert!(n > 10, "{n}");
            break;
        }
        assert_eq!(picture(root.path()), Picture::new(), "{n}");
    }
    assert!(Path::new(&dir).exists());
}
