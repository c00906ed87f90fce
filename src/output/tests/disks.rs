//! Disks that do what tests ask of them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::output::disk::{Disk, Kind, Lock, RealDisk};
use crate::value::folded;

pub const ENOSPC: i32 = 28;
pub const EACCES: i32 = 13;
pub const EIO: i32 = 5;
pub const EROFS: i32 = 30;

/// What goes wrong. Calls count from 0.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// Nothing.
    None,
    /// One call fails.
    Once(usize, i32),
    /// Two calls fail.
    Twice(usize, usize, i32),
    /// Every call from this one on fails.
    From(usize, i32),
    /// One call does what it should, and then says that it failed.
    Liar(usize, i32),
    /// The process dies before this call (a file is written in half), and whatever was not flushed is lost.
    Death(usize),
}

/// The real disk, with a fault. It does not really flush: tests would wait for it a thousand times.
pub struct FaultyDisk {
    fault: Fault,
    calls: Cell<usize>,
    /// What was called, for tests of order.
    pub log: RefCell<Vec<String>>,
    unflushed: RefCell<BTreeSet<PathBuf>>,
}

impl FaultyDisk {
    pub fn new(fault: Fault) -> Self {
        Self { fault, calls: Cell::new(0), log: RefCell::default(), unflushed: RefCell::default() }
    }

    pub fn healthy() -> Self {
        Self::new(Fault::None)
    }

    /// Whether there were as many calls as the fault needs.
    pub fn was_reached(&self) -> bool {
        match self.fault {
            Fault::None => true,
            Fault::Once(n, _) | Fault::From(n, _) | Fault::Liar(n, _) | Fault::Death(n) => {
                self.calls.get() > n
            }
            Fault::Twice(_, m, _) => self.calls.get() > m,
        }
    }

    /// Counts the call, lets it happen or not. `half` is what happens of a call that dies or fails on the way.
    fn call<T>(
        &self,
        what: String,
        changes: bool,
        whole: impl FnOnce() -> io::Result<T>,
        half: impl FnOnce(),
    ) -> io::Result<T> {
        let now = self.calls.replace(self.calls.get() + 1);
        let error = |code| Err(io::Error::from_raw_os_error(code));
        match self.fault {
            Fault::Once(n, code) if n == now => {
                half();
                error(code)
            }
            Fault::Twice(n, m, code) if n == now || m == now => {
                half();
                error(code)
            }
            Fault::From(n, code) if n <= now => {
                if n == now {
                    half();
                }
                error(code)
            }
            Fault::Liar(n, code) if n == now && changes => {
                whole()?;
                error(code)
            }
            Fault::Death(n) if n <= now => {
                if n == now {
                    half();
                    for lost in self.unflushed.take() {
                        fs::write(lost, "").unwrap();
                    }
                }
                Err(io::Error::other("the process is dead"))
            }
            _ => {
                self.log.borrow_mut().push(what);
                whole()
            }
        }
    }

    fn look<T>(&self, what: &str, path: &Path, whole: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.call(format!("{what} {}", last(path)), false, whole, || ())
    }

    fn act(&self, what: &str, path: &Path, whole: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        self.call(format!("{what} {}", last(path)), true, whole, || ())
    }
}

fn last(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

impl Disk for FaultyDisk {
    fn kind(&self, path: &Path) -> io::Result<Option<Kind>> {
        self.look("kind", path, || RealDisk.kind(path))
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        self.look("names", folder, || RealDisk.names(folder))
    }

    fn read(&self, file: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.look("read", file, || RealDisk.read(file, limit))
    }

    fn sha256(&self, file: &Path) -> io::Result<String> {
        self.look("sha256", file, || RealDisk.sha256(file))
    }

    fn create(&self, file: &Path, bytes: &[u8], executable: bool) -> io::Result<()> {
        let whole = || {
            RealDisk.create(file, bytes, executable)?;
            self.unflushed.borrow_mut().insert(file.to_owned());
            Ok(())
        };
        let half = || {
            let _ = RealDisk.create(file, &bytes[..bytes.len() / 2], executable);
        };
        self.call(format!("create {}", last(file)), false, whole, half)
    }

    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        self.look("make_folder", folder, || RealDisk.make_folder(folder))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let whole = || {
            // What the writer promises: nothing is ever replaced by a move, only the journal's draft has no rival.
            assert_eq!(RealDisk.kind(to)?, None, "{} would be lost", to.display());
            RealDisk.rename(from, to)?;
            let mut unflushed = self.unflushed.borrow_mut();
            if unflushed.remove(from) {
                unflushed.insert(to.to_owned());
            }
            Ok(())
        };
        self.call(format!("rename {} {}", last(from), last(to)), true, whole, || ())
    }

    fn remove_file(&self, file: &Path) -> io::Result<()> {
        self.act("remove_file", file, || {
            self.unflushed.borrow_mut().remove(file);
            RealDisk.remove_file(file)
        })
    }

    fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        self.act("remove_folder", folder, || RealDisk.remove_folder(folder))
    }

    fn flush_file(&self, file: &Path) -> io::Result<()> {
        self.act("flush_file", file, || {
            self.unflushed.borrow_mut().remove(file);
            Ok(())
        })
    }

    fn flush_folder(&self, folder: &Path) -> io::Result<()> {
        self.act("flush_folder", folder, || Ok(()))
    }

    fn lock(&self, file: &Path) -> io::Result<Option<Lock>> {
        self.look("lock", file, || RealDisk.lock(file))
    }
}

/// A disk as Macs have it: it keeps the case of a name, and does not tell names apart by it.
pub struct FoldingDisk;

impl FoldingDisk {
    /// What is the same for names that are one; it knows a letter that the writer does not know.
    fn form(name: &str) -> String {
        folded(&name.replace('\u{1ebf}', "e\u{302}\u{301}"))
    }

    /// The path as it is spelled on the disk, as far as it is there.
    fn spelled(path: &Path) -> PathBuf {
        let mut real = PathBuf::new();
        for part in path.components() {
            let wanted = Self::form(&part.as_os_str().to_string_lossy());
            let there = fs::read_dir(&real).ok().into_iter().flatten().filter_map(Result::ok);
            let there = there
                .map(|entry| entry.file_name())
                .find(|name| Self::form(&name.to_string_lossy()) == wanted);
            real.push(there.unwrap_or(part.as_os_str().to_owned()));
        }
        real
    }
}

impl Disk for FoldingDisk {
    fn kind(&self, path: &Path) -> io::Result<Option<Kind>> {
        RealDisk.kind(&Self::spelled(path))
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        RealDisk.names(&Self::spelled(folder))
    }

    fn read(&self, file: &Path, limit: u64) -> io::Result<Vec<u8>> {
        RealDisk.read(&Self::spelled(file), limit)
    }

    fn sha256(&self, file: &Path) -> io::Result<String> {
        RealDisk.sha256(&Self::spelled(file))
    }

    fn create(&self, file: &Path, bytes: &[u8], executable: bool) -> io::Result<()> {
        RealDisk.create(&Self::spelled(file), bytes, executable)
    }

    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        RealDisk.make_folder(&Self::spelled(folder))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(&Self::spelled(from), &Self::spelled(to))
    }

    fn remove_file(&self, file: &Path) -> io::Result<()> {
        RealDisk.remove_file(&Self::spelled(file))
    }

    fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        RealDisk.remove_folder(&Self::spelled(folder))
    }

    fn flush_file(&self, file: &Path) -> io::Result<()> {
        RealDisk.flush_file(&Self::spelled(file))
    }

    fn flush_folder(&self, folder: &Path) -> io::Result<()> {
        RealDisk.flush_folder(&Self::spelled(folder))
    }

    fn lock(&self, file: &Path) -> io::Result<Option<Lock>> {
        RealDisk.lock(&Self::spelled(file))
    }
}
