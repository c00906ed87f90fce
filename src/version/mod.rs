//! App versions with builds, and the ranges of them that catalogues and policies name.
//!
//! A release has numbers (`16.27`, `16.16.26`) and mostly a build (`19071500`: year, month, day, counter of
//! the day). Builds of parallel branches interleave, so a build says something only where the numbers are
//! equal. Sorting ([`Ord`] of [`Version`]) and membership ([`Ranges::contains`]) are two questions: a version
//! whose build is not known sorts before its builds, and stands for all of them when a range is asked.
//!
//! The build script compiles this folder too: it may use `std` and `thiserror` alone.

mod range;
mod ranges;
mod text;

pub use range::Range;
pub use ranges::Ranges;
pub use text::{VersionError, VersionProblem};

use std::fmt;
use std::str::FromStr;

/// The most numbers that a version has.
const PARTS: usize = 6;
/// The greatest number: nine digits.
const MAX_NUMBER: u32 = 999_999_999;
/// The greatest build: eight digits.
const MAX_BUILD: u32 = 99_999_999;

/// A version as an app carries it: one to six numbers, and a build if it is known.
///
/// Trailing zeros mean nothing: `16.90` equals `16.90.0`. The order is for sorting only: by the numbers,
/// then by the build, a version without a build before the same with one. Whether a range holds a version is
/// asked of [`Ranges`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    numbers: [u32; PARTS],
    build: Option<u32>,
}

impl Version {
    /// The numbers, from the major one down: at least two, and no zeros at the end after those.
    pub fn numbers(&self) -> &[u32] {
        let shown = self.numbers.iter().rposition(|&number| number != 0).map_or(0, |last| last + 1).max(2);
        self.numbers.get(..shown).unwrap_or(&self.numbers)
    }

    /// The build in its long form, year, month, day and counter: `160726` is 16072600.
    pub fn build(&self) -> Option<u32> {
        self.build
    }
}

impl fmt::Display for Version {
    /// The canonical text: `16.28`, `15.25 [160726]`, `16.28 [19081202]`; equal versions, equal texts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::write_bound(f, self.numbers(), self.build)
    }
}

impl FromStr for Version {
    type Err = VersionError;

    /// Reads `15.25`, `16.90.1`, `15.25 [160726]`, `15.25 (160726)` or `16.27.19071500`: a last number of six
    /// to eight digits is the build. Spaces around it do no harm.
    ///
    /// # Errors
    ///
    /// Whatever else is written, with the byte where it goes wrong; a prefix such as `16.16.x` is a range.
    fn from_str(text: &str) -> Result<Self, VersionError> {
        let bound = text::bound(text, 0)?;
        match bound.prefix_at {
            Some(offset) => Err(VersionError { offset, problem: VersionProblem::PrefixIsRange }),
            None => Ok(Self { numbers: bound.numbers, build: bound.build }),
        }
    }
}
