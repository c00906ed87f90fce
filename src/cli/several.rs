//! The same work on many things, on all processors: what comes out is in the order of what went in.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

/// Fewer things than this are not worth a second thread.
const FEW: usize = 8;

/// Does something with each of many things.
pub(super) fn each<T: Send, R: Send>(things: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = if things.len() < FEW { 1 } else { processors() };
    if threads == 1 {
        return things.into_iter().map(work).collect();
    }
    on(threads.min(things.len() / (FEW / 2)), things, &work)
}

/// How many processors there are: asked once, for the answer takes a dozen calls of the system.
fn processors() -> usize {
    static KNOWN: OnceLock<usize> = OnceLock::new();
    *KNOWN.get_or_init(|| thread::available_parallelism().map_or(1, usize::from))
}

fn on<T: Send, R: Send>(threads: usize, things: Vec<T>, work: &(impl Fn(T) -> R + Sync)) -> Vec<R> {
    // One takes little time, and another much: whoever is done takes the next.
    let open = Mutex::new(things.into_iter().enumerate());
    let run = |room: bool| {
        let mut done = Vec::new();
        loop {
            let next = open.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((at, thing)) = next else { return done };
            if room {
                make_room();
            }
            done.push((at, work(thing)));
        }
    };
    let mut all = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(|| run(true))).collect();
        let mut all = run(false);
        for other in others {
            match other.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_unstable_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, result)| result).collect()
}

/// With glibc, the heap of any thread but the first grows by no more than is asked for: each page of what takes many small
/// pieces is a call of the system, for which the other threads wait. A large piece makes room for many small ones.
fn make_room() {
    const ROOM: usize = 64 << 10;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(ROOM)));
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_in_the_order_of_the_things() {
        for threads in [1, 2, 7] {
            let found = super::on(threads, (0..1000).collect(), &|number: u32| number * 2);
            assert_eq!(found, (0..1000).map(|number| number * 2).collect::<Vec<_>>());
        }
        assert!(super::each(Vec::<u8>::new(), |x| x).is_empty());
    }
}
