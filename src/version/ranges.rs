//! Sets of versions: sorted ranges with holes between them, and the algebra of such sets.

use std::fmt;
use std::str::FromStr;

use super::range::{Cut, Range};
use super::text::VersionError;
use super::{Version, text::VersionProblem};

/// A set of versions: ranges in order, with at least one possible release between any two.
///
/// Equal sets are equal values, however they were written or computed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ranges(Vec<Range>);

impl Ranges {
    /// Every version.
    pub fn any() -> Self {
        Self(vec![Range::ANY])
    }

    /// No version.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// The union of several texts, each as [`Ranges::from_str`] reads it; no texts, no version.
    ///
    /// # Errors
    ///
    /// The first text that does not read: its place in the list, counted from 0, and what is wrong in it.
    pub fn from_texts<T: AsRef<str>>(texts: &[T]) -> Result<Self, (usize, VersionError)> {
        let mut all = Vec::new();
        for (place, text) in texts.iter().enumerate() {
            let ranges: Self = text.as_ref().parse().map_err(|error| (place, error))?;
            all.extend(ranges.0);
        }
        Ok(all.into_iter().collect())
    }

    /// The ranges in order.
    pub fn as_slice(&self) -> &[Range] {
        &self.0
    }

    /// Whether it holds every version.
    pub fn is_any(&self) -> bool {
        self.0 == [Range::ANY]
    }

    /// Whether it holds no version.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the version is in the set. Without a build it stands for all its builds, and all must be in.
    pub fn contains(&self, version: &Version) -> bool {
        // Between two ranges there is a hole, so all that is in lies in one of them.
        let wanted = Range::from(*version);
        self.0.iter().any(|range| range.from <= wanted.from && wanted.until <= range.until)
    }

    /// Whether the version may be in the set: at least one of its builds is.
    pub fn overlaps(&self, version: &Version) -> bool {
        let wanted = Range::from(*version);
        self.0.iter().any(|range| range.from < wanted.until && wanted.from < range.until)
    }

    /// What is in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let mut both = Vec::new();
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let (from, until) = (a.from.max(b.from), a.until.min(b.until));
            if from < until {
                both.push(Range { from, until });
            }
            // The one that ends first meets nothing more of the other.
            if a.until <= b.until {
                left.next();
            } else {
                right.next();
            }
        }
        Self(both)
    }

    /// Whether anything is in both.
    pub fn meets(&self, other: &Self) -> bool {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            if a.from.max(b.from) < a.until.min(b.until) {
                return true;
            }
            if a.until <= b.until {
                left.next();
            } else {
                right.next();
            }
        }
        false
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.0.iter().chain(&other.0).copied().collect()
    }

    /// What is in this one and not in the other.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.intersect(&other.complement())
    }

    /// What is not in it.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut holes = Vec::new();
        let mut from = Cut::START;
        for range in &self.0 {
            if from < range.from {
                holes.push(Range { from, until: range.from });
            }
            from = range.until;
        }
        if from < Cut::END {
            holes.push(Range { from, until: Cut::END });
        }
        Self(holes)
    }

    /// Whether all that is in it is in the other too. The empty set is a subset of every set.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.minus(other).is_empty()
    }

    /// The first version of all, without a build where all its builds are in; None if open below, or empty.
    pub fn lower(&self) -> Option<Version> {
        self.0.first().and_then(Range::lower)
    }

    /// The last upper bound as it is written in a range: `16.27` (and all that begins with it) or
    /// `15.25 [160726]`; None if open above, or empty.
    pub fn upper(&self) -> Option<String> {
        self.0.last().and_then(Range::upper)
    }

    /// In words, for people: `before 15.25 [160726]`, `from 16.28`, `16.9 to 16.12 and from 16.28`,
    /// `any version`, `no version`.
    pub fn describe(&self) -> String {
        let Some((last, rest)) = self.0.split_last() else {
            return "no version".to_owned();
        };
        let rest: Vec<String> = rest.iter().map(Range::describe).collect();
        let last = last.describe();
        if rest.is_empty() { last } else { format!("{} and {last}", rest.join(", ")) }
    }
}

impl FromIterator<Range> for Ranges {
    /// The union, in whatever order the ranges come and however they overlap.
    fn from_iter<I: IntoIterator<Item = Range>>(ranges: I) -> Self {
        let mut sorted: Vec<Range> = ranges.into_iter().collect();
        sorted.sort_unstable_by_key(|range| (range.from, range.until));
        let mut joined: Vec<Range> = Vec::new();
        for range in sorted {
            match joined.last_mut() {
                // Touching counts: nothing lies between equal cuts.
                Some(last) if range.from <= last.until => last.until = last.until.max(range.until),
                _ => joined.push(range),
            }
        }
        Self(joined)
    }
}

impl From<Range> for Ranges {
    fn from(range: Range) -> Self {
        Self(vec![range])
    }
}

impl fmt::Display for Ranges {
    /// The canonical text: `15.27 .. 15.41, 16.13 ..`; `..` for any version, `none` for no version.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, rest)) = self.0.split_first() else {
            return f.write_str("none");
        };
        write!(f, "{first}")?;
        rest.iter().try_for_each(|range| write!(f, ", {range}"))
    }
}

impl FromStr for Ranges {
    type Err = VersionError;

    /// Reads ranges separated by `,` or `;`, in any order, or the word `none`. They may overlap.
    ///
    /// # Errors
    ///
    /// The first range that does not read, with the byte of the whole text where it goes wrong.
    fn from_str(text: &str) -> Result<Self, VersionError> {
        if text.trim_ascii() == "none" {
            return Ok(Self::none());
        }
        let mut start = 0;
        let mut ranges = Vec::new();
        for item in text.split([',', ';']) {
            if item.trim_ascii().is_empty() {
                return Err(VersionError { offset: start, problem: VersionProblem::Missing });
            }
            ranges.push(Range::read(item, start)?);
            start += item.len() + 1;
        }
        Ok(ranges.into_iter().collect())
    }
}
