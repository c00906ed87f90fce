//! The work of an audit on all processors: each snapshot is looked at by whoever is free, and what is found is taken in the
//! order of the input. No more is in memory than a few snapshots for each processor.
//!
//! An archive of archives is many snapshots in one place. Who comes upon one puts it aside; when its turn comes, one
//! thread reads it and hands what is in it to the others, or looks at it itself while they are busy.

use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How far ahead of what was taken last snapshots are looked at, for each thread.
const AHEAD: usize = 16;
/// How many snapshots of an archive of archives wait, for each thread.
const WAITING: usize = 2;

/// One thing to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Job {
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub body: Body,
}

/// Where something to look at is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// A file, or whatever else somebody has named.
    File(PathBuf),
    /// A file that lies in a folder: no pipe, on which nobody may ever write.
    Listed(PathBuf),
    /// A folder shaped like a Mac's root.
    Folder(PathBuf),
    /// An archive from an archive.
    Bytes(Vec<u8>),
    /// Nowhere, and why.
    Bad(String),
}

/// What came of looking at something.
pub(super) enum Step<T> {
    /// This.
    Done(T),
    /// It is an archive of archives.
    Outer(Job),
}

/// What is done with each snapshot.
pub(super) trait Work: Sync {
    /// What is found.
    type Found: Send;
    /// What each thread keeps from one snapshot to the next.
    type Own: Default;

    /// Looks at one.
    fn look(&self, job: Job, own: &mut Self::Own) -> Step<Self::Found>;

    /// Opens an archive of archives, and hands out what is in it.
    ///
    /// # Errors
    /// Why it cannot be read to its end.
    fn inside(&self, job: &Job, each: &mut dyn FnMut(Job) -> ControlFlow<()>) -> Result<(), String>;

    /// What is found where something cannot be read.
    fn broken(&self, name: &str, why: String) -> Self::Found;
}

/// Where something stands in the input: the place of the path, and its place in the archive.
type At = (usize, usize);

/// What was found at a place.
enum Deed<T> {
    Found(T),
    /// The archive ends here.
    End,
}

struct Desk<J, T, F> {
    jobs: J,
    /// How many were taken of them, and whether that is all.
    begun: usize,
    all: bool,
    /// What is taken next.
    head: At,
    /// Archives of archives that were come upon.
    outer: BTreeMap<usize, Job>,
    /// Whether the one at the head is being read.
    reading: bool,
    waiting: VecDeque<(At, Job)>,
    ready: BTreeMap<At, Deed<T>>,
    take: F,
    failed: bool,
}

enum Task {
    Look(At, Job),
    Read(usize, Job),
    Leave,
}

/// Looks at all of them, and takes what is found in their order, until `stop` is set or taking fails.
pub(super) fn run<W: Work>(
    work: &W,
    jobs: impl Iterator<Item = Job> + Send,
    threads: usize,
    stop: &AtomicBool,
    take: impl FnMut(W::Found) -> bool + Send,
) {
    let desk = Desk {
        jobs,
        begun: 0,
        all: false,
        head: (0, 0),
        outer: BTreeMap::new(),
        reading: false,
        waiting: VecDeque::new(),
        ready: BTreeMap::new(),
        take,
        failed: false,
    };
    let pool = Pool { desk: Mutex::new(desk), news: Condvar::new(), work, stop, threads };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(|| pool.serve())).collect();
        pool.serve();
        for other in others {
            if let Err(panic) = other.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
    // Whoever was ended keeps what was found, in its order.
    let mut desk = pool.desk.into_inner().unwrap_or_else(PoisonError::into_inner);
    while let Some((_, deed)) = desk.ready.pop_first() {
        desk.take_one(deed);
    }
}

impl<J, T, F: FnMut(T) -> bool> Desk<J, T, F> {
    fn take_one(&mut self, deed: Deed<T>) {
        if let Deed::Found(found) = deed
            && !self.failed
            && !(self.take)(found)
        {
            self.failed = true;
        }
    }

    /// Takes what is next, as long as it is there.
    fn advance(&mut self) {
        while let Some(deed) = self.ready.remove(&self.head) {
            let end = matches!(deed, Deed::End);
            self.take_one(deed);
            let (path, inside) = self.head;
            if self.reading && !end {
                self.head = (path, inside + 1);
            } else {
                self.reading = false;
                self.head = (path + 1, 0);
            }
        }
    }
}

struct Pool<'p, W: Work, J, F> {
    desk: Mutex<Desk<J, W::Found, F>>,
    /// Something was taken, or put there to be looked at.
    news: Condvar,
    work: &'p W,
    stop: &'p AtomicBool,
    threads: usize,
}

impl<W: Work, J: Iterator<Item = Job> + Send, F: FnMut(W::Found) -> bool + Send> Pool<'_, W, J, F> {
    fn desk(&self) -> MutexGuard<'_, Desk<J, W::Found, F>> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        let _watch = Watch { stop: self.stop, news: &self.news };
        let mut own = W::Own::default();
        loop {
            match self.next() {
                Task::Leave => return,
                Task::Look(at, job) => self.look(at, job, &mut own),
                Task::Read(path, job) => self.read(path, &job, &mut own),
            }
        }
    }

    fn ended(&self, desk: &Desk<J, W::Found, F>) -> bool {
        desk.failed || self.stop.load(Ordering::Relaxed)
    }

    fn next(&self) -> Task {
        let mut desk = self.desk();
        loop {
            if self.ended(&desk) {
                return Task::Leave;
            }
            let head = desk.head.0;
            if let Some(job) = desk.outer.remove(&head) {
                desk.reading = true;
                return Task::Read(head, job);
            }
            if let Some((at, job)) = desk.waiting.pop_front() {
                return Task::Look(at, job);
            }
            if !desk.all && desk.begun < head + AHEAD * self.threads {
                match desk.jobs.next() {
                    Some(job) => {
                        desk.begun += 1;
                        return Task::Look((desk.begun - 1, 0), job);
                    }
                    None => desk.all = true,
                }
            }
            if desk.all && head == desk.begun {
                self.news.notify_all();
                return Task::Leave;
            }
            desk = self.news.wait(desk).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn look(&self, at: At, job: Job, own: &mut W::Own) {
        match self.work.look(job, own) {
            Step::Done(found) => self.deliver(at, Deed::Found(found)),
            Step::Outer(job) if at.1 == 0 && !matches!(job.body, Body::Bytes(_)) => {
                self.desk().outer.insert(at.0, job);
                self.news.notify_all();
            }
            Step::Outer(job) => {
                let why = "it is an archive of archives inside an archive: unpack the outer one";
                self.deliver(at, Deed::Found(self.work.broken(&job.name, why.to_owned())));
            }
        }
    }

    fn deliver(&self, at: At, deed: Deed<W::Found>) {
        let mut desk = self.desk();
        desk.ready.insert(at, deed);
        desk.advance();
        self.news.notify_all();
    }

    /// Hands out what is in an archive of archives.
    fn read(&self, path: usize, job: &Job, own: &mut W::Own) {
        let mut count = 0;
        let read = self.work.inside(job, &mut |inner| {
            let mine = {
                let mut desk = self.desk();
                if self.ended(&desk) {
                    return ControlFlow::Break(());
                }
                // The one that waits longest: what is found later would have to wait for it.
                let full = desk.waiting.len() >= WAITING * self.threads;
                let mine = if full { desk.waiting.pop_front() } else { None };
                desk.waiting.push_back(((path, count), inner));
                self.news.notify_all();
                mine
            };
            count += 1;
            if let Some((at, job)) = mine {
                self.look(at, job, own);
            }
            ControlFlow::Continue(())
        });
        loop {
            let next = self.desk().waiting.pop_front();
            let Some((at, job)) = next else { break };
            self.look(at, job, own);
        }
        if let Err(why) = read {
            self.deliver((path, count), Deed::Found(self.work.broken(&job.name, why)));
            count += 1;
        }
        self.deliver((path, count), Deed::End);
    }
}

/// Ends the work of all if a thread ends in a panic: the others would wait for it for ever.
struct Watch<'w> {
    stop: &'w AtomicBool,
    news: &'w Condvar,
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.stop.store(true, Ordering::Relaxed);
            self.news.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers; those that end in 7 are archives of some more.
    struct Numbers;

    impl Work for Numbers {
        type Found = String;
        type Own = ();

        fn look(&self, job: Job, (): &mut ()) -> Step<String> {
            let outer = job.name.ends_with('7') && matches!(job.body, Body::File(_));
            if job.name.len().is_multiple_of(2) {
                std::thread::yield_now();
            }
            if outer { Step::Outer(job) } else { Step::Done(job.name) }
        }

        fn inside(&self, job: &Job, each: &mut dyn FnMut(Job) -> ControlFlow<()>) -> Result<(), String> {
            for inner in 0..100 {
                let name = format!("{}.{inner}", job.name);
                if each(Job { name, body: Body::Bytes(Vec::new()) }).is_break() {
                    return Ok(());
                }
            }
            if job.name == "17" { Err("cut off".to_owned()) } else { Ok(()) }
        }

        fn broken(&self, name: &str, why: String) -> String {
            format!("{name}: {why}")
        }
    }

    fn jobs(count: usize) -> impl Iterator<Item = Job> + Send {
        (0..count).map(|number| Job { name: number.to_string(), body: Body::File(PathBuf::new()) })
    }

    fn expected(count: usize) -> Vec<String> {
        let mut all = Vec::new();
        for number in (0..count).map(|number| number.to_string()) {
            if number.ends_with('7') {
                all.extend((0..100).map(|inner| format!("{number}.{inner}")));
                all.extend((number == "17").then(|| "17: cut off".to_owned()));
            } else {
                all.push(number);
            }
        }
        all
    }

    #[test]
    fn what_is_found_comes_in_the_order_of_the_input() {
        for threads in [1, 2, 3, 8] {
            for count in [0, 1, 8, 300] {
                let mut found = Vec::new();
                run(&Numbers, jobs(count), threads, &AtomicBool::new(false), |one| {
                    found.push(one);
                    true
                });
                assert_eq!(found, expected(count), "{threads} threads");
            }
        }
    }

    #[test]
    fn who_is_stopped_keeps_what_was_found() {
        for threads in [1, 4] {
            let stop = AtomicBool::new(false);
            let mut found = Vec::new();
            run(&Numbers, jobs(1000), threads, &stop, |one| {
                found.push(one);
                stop.store(found.len() >= 250, Ordering::Relaxed);
                true
            });
            assert!((250..1000).contains(&found.len()), "{}", found.len());
            assert_eq!(found[..250], expected(1000)[..250]);
        }
    }

    #[test]
    fn who_cannot_take_any_more_ends_it() {
        let mut taken = 0;
        run(&Numbers, jobs(1000), 4, &AtomicBool::new(false), |_| {
            taken += 1;
            taken < 10
        });
        assert_eq!(taken, 10);
    }
}
