//! One range of versions: a half-open interval between two cuts.

use std::fmt;
use std::str::FromStr;

use super::text::{self, Bound, VersionError, VersionProblem};
use super::{MAX_BUILD, MAX_NUMBER, PARTS, Version};

/// A place between two releases: in front of this build of these numbers.
///
/// Every place has one cut only (numbers and builds that run over carry), so equal cuts and equal places are
/// the same, and sets of intervals can be compared exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Cut {
    numbers: [u32; PARTS],
    build: u32,
}

impl Cut {
    /// In front of every release.
    pub(super) const START: Self = Self { numbers: [0; PARTS], build: 0 };
    /// Behind every release.
    pub(super) const END: Self = Self { numbers: [MAX_NUMBER + 1, 0, 0, 0, 0, 0], build: 0 };

    /// In front of the first release that the bound covers.
    fn before(bound: &Bound) -> Self {
        Self { numbers: bound.numbers, build: bound.build.unwrap_or(0) }
    }

    /// Behind the last release that the bound covers: one build, or all that begins with its numbers.
    fn after(bound: &Bound) -> Self {
        let mut numbers = bound.numbers;
        let parts = match bound.build {
            Some(build) if build < MAX_BUILD => return Self { numbers, build: build + 1 },
            Some(_) => PARTS,
            None => bound.parts,
        };
        for number in numbers.iter_mut().take(parts).rev() {
            if *number < MAX_NUMBER {
                *number += 1;
                return Self { numbers, build: 0 };
            }
            *number = 0;
        }
        Self::END
    }

    /// The first release behind the cut; without a build where none is too early.
    fn version(self) -> Version {
        Version { numbers: self.numbers, build: (self.build > 0).then_some(self.build) }
    }

    /// The bound that ends at this cut: the inverse of [`Cut::after`]. None at either end of everything.
    fn last(self) -> Option<Bound> {
        if self == Self::END {
            return None;
        }
        let mut numbers = self.numbers;
        if let Some(build) = self.build.checked_sub(1) {
            // As many numbers as the version shows.
            let parts = self.version().numbers().len();
            return Some(Bound { numbers, parts, build: Some(build), prefix_at: None });
        }
        let place = numbers.iter().rposition(|&number| number > 0)?;
        *numbers.get_mut(place)? -= 1;
        Some(Bound { numbers, parts: place + 1, build: None, prefix_at: None })
    }
}

/// One range of versions, never empty.
///
/// `16.9 .. 16.12` holds both ends and may be open on either side; an upper bound is a prefix, so 16.12.1 is
/// in and 16.13 is not. `16.16.x` and `16.16` are all that begins with 16.16; `15.25 [160726]` is that build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    /// In front of the first release.
    pub(super) from: Cut,
    /// Behind the last release; greater than `from`.
    pub(super) until: Cut,
}

impl Range {
    /// Every version.
    pub const ANY: Self = Self { from: Cut::START, until: Cut::END };

    /// The first version in the range, without a build where all its builds are in; None if open.
    pub fn lower(&self) -> Option<Version> {
        (self.from != Cut::START).then(|| self.from.version())
    }

    /// The upper bound as it is written in a range: `16.27` (and all that begins with it) or
    /// `15.25 [160726]`; None if open.
    pub fn upper(&self) -> Option<String> {
        self.until.last().map(|bound| bound.to_string())
    }

    /// The first version behind the range: what an exclusive comparison, in a shell or in SQL, stops before.
    /// Without a build where all its builds are behind; None if open.
    pub fn end(&self) -> Option<Version> {
        (self.until != Cut::END).then(|| self.until.version())
    }

    /// In words, for people: `from 16.28`, `before 15.25 [160726]`, `16.9 to 16.12`, `any version`.
    pub fn describe(&self) -> String {
        let Some(last) = self.until.last() else {
            return self.lower().map_or_else(|| "any version".to_owned(), |lower| format!("from {lower}"));
        };
        if Cut::before(&last) == self.from {
            return prefix_words(&last);
        }
        // The build in front of YYMMDD00 is no day's build: name the one that is left out.
        let before = self.until.build > 0 && self.until.build.is_multiple_of(100);
        match (self.lower(), before) {
            (None, false) => format!("up to {}", prefix_words(&last)),
            (None, true) => format!("before {}", self.until.version()),
            (Some(lower), false) => format!("{lower} to {}", prefix_words(&last)),
            (Some(lower), true) => format!("{lower} to just before {}", self.until.version()),
        }
    }

    /// Reads a range that fills `text`, which starts at byte `start` of what errors count in.
    pub(super) fn read(text: &str, start: usize) -> Result<Self, VersionError> {
        let Some((left, right)) = text.split_once("..") else {
            let bound = text::bound(text, start)?;
            return Ok(Self { from: Cut::before(&bound), until: Cut::after(&bound) });
        };
        let right_start = start + left.len() + 2;
        if let Some((between, _)) = right.split_once("..") {
            let offset = right_start + between.len();
            return Err(VersionError { offset, problem: VersionProblem::TwoRanges });
        }
        let from = Self::side(left, start)?;
        let to = Self::side(right, right_start)?;
        let range = Self {
            from: from.as_ref().map_or(Cut::START, Cut::before),
            until: to.as_ref().map_or(Cut::END, Cut::after),
        };
        match (from, to) {
            (Some(from), Some(to)) if range.from >= range.until => {
                let offset = start + left.len() - left.trim_ascii_start().len();
                let problem = VersionProblem::EmptyRange { from: from.to_string(), to: to.to_string() };
                Err(VersionError { offset, problem })
            }
            _ => Ok(range),
        }
    }

    fn side(text: &str, start: usize) -> Result<Option<Bound>, VersionError> {
        if text.trim_ascii().is_empty() { Ok(None) } else { text::bound(text, start).map(Some) }
    }
}

/// A bound for people, to whom `15` alone looks like a slip.
fn prefix_words(bound: &Bound) -> String {
    if bound.parts == 1 { format!("{bound}.x") } else { bound.to_string() }
}

impl From<Version> for Range {
    /// What a version stands for: its one build, or all builds of exactly these numbers (no hotfixes).
    fn from(version: Version) -> Self {
        let bound = Bound { numbers: version.numbers, parts: PARTS, build: version.build, prefix_at: None };
        Self { from: Cut::before(&bound), until: Cut::after(&bound) }
    }
}

impl fmt::Display for Range {
    /// The canonical text: `..`, `16.28 ..`, `.. 16.27`, `16.9 .. 16.12`, `16.16`, `15.25 [160726]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.lower(), self.until.last()) {
            (_, Some(last)) if Cut::before(&last) == self.from => write!(f, "{last}"),
            (None, None) => f.write_str(".."),
            (Some(lower), None) => write!(f, "{lower} .."),
            (None, Some(last)) => write!(f, ".. {last}"),
            (Some(lower), Some(last)) => write!(f, "{lower} .. {last}"),
        }
    }
}

impl FromStr for Range {
    type Err = VersionError;

    /// Reads one range: `A .. B`, `A ..`, `.. B`, `..`, `16.16.x`, or a version that stands for all that
    /// begins with it. Spaces around `..` are optional.
    ///
    /// # Errors
    ///
    /// Whatever else is written, and a range that nothing lies in, with the byte where it goes wrong.
    fn from_str(text: &str) -> Result<Self, VersionError> {
        Self::read(text, 0)
    }
}
