//! How far an audit is, on a terminal: how many snapshots, how many a second, and how long it will take.

use super::super::common::say;
use std::io::IsTerminal as _;
use std::time::Duration;

/// How often it is said.
const PAUSE: Duration = Duration::from_millis(200);

/// How far an audit is. What it shows is seen on a terminal only, and is nowhere in what is written.
pub(super) struct Progress {
    total: usize,
    done: usize,
    what: &'static str,
    #[expect(clippy::disallowed_types, reason = "a rate for whoever waits; no output has it")]
    began: std::time::Instant,
    said: Duration,
    shown: bool,
}

impl Progress {
    /// Of so many snapshots, as far as is known. `what` is done with them.
    #[expect(clippy::disallowed_types, reason = "a rate for whoever waits; no output has it")]
    pub fn new(total: usize, what: &'static str) -> Self {
        let shown = std::io::stderr().is_terminal();
        Self { total, done: 0, what, began: std::time::Instant::now(), said: Duration::ZERO, shown }
    }

    /// One more.
    pub fn step(&mut self) {
        self.done += 1;
        if !self.shown {
            return;
        }
        let passed = self.began.elapsed();
        if passed > self.said + PAUSE {
            self.said = passed;
            say(&format!("\r{}\u{1b}[K", line(self.what, self.done, self.total, passed)));
        }
    }

    /// Takes the line away.
    pub fn end(self) {
        if self.said > Duration::ZERO {
            say("\r\u{1b}[K");
        }
    }
}

/// `1,200 of 100,000 snapshots judged, 800 a second, 2 min left`. An archive of archives holds more than was known.
fn line(what: &str, done: usize, total: usize, passed: Duration) -> String {
    let number = crate::report::number;
    let rate = u128::try_from(done).unwrap_or(0) * 1000 / passed.as_millis().max(1);
    let rate = usize::try_from(rate).unwrap_or(usize::MAX);
    let each = number(rate.max(1));
    if done >= total || rate == 0 {
        return format!("{} snapshots {what}, {each} a second", number(done));
    }
    let seconds = (total - done).div_ceil(rate);
    let left = match seconds {
        ..100 => format!("{seconds} s"),
        100..6000 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3600)),
    };
    format!("{} of {} snapshots {what}, {each} a second, {left} left", number(done), number(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_it_is() {
        let at = |done, total, seconds| line("judged", done, total, Duration::from_secs(seconds));
        assert_eq!(at(2_000, 100_000, 2), "2,000 of 100,000 snapshots judged, 1,000 a second, 98 s left");
        assert_eq!(at(600, 120_600, 1), "600 of 120,600 snapshots judged, 600 a second, 4 min left");
        assert_eq!(at(10, 100_000, 10), "10 of 100,000 snapshots judged, 1 a second, 28 h left");
        assert_eq!(at(500, 1, 1), "500 snapshots judged, 500 a second");
        assert_eq!(at(1, 10, 20), "1 snapshots judged, 1 a second");
    }
}
