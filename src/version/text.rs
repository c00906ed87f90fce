//! The text of versions: what can be wrong with it, how it is read and how it is written.

use std::fmt;
use std::str::Chars;

use super::{MAX_NUMBER, PARTS};

/// Why a text is no version, range or list of ranges.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem} (at byte {offset})")]
pub struct VersionError {
    /// Where it goes wrong: bytes from the start of the text, at most its length.
    pub offset: usize,
    /// What is wrong.
    pub problem: VersionProblem,
}

/// What is wrong at one place of a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionProblem {
    /// There is nothing but spaces where a version or a range belongs.
    #[error("a version is missing")]
    Missing,
    /// A dot without a number before or after it.
    #[error("a number is missing beside a dot")]
    NumberMissing,
    /// Something that no version has: a sign, a letter, another kind of space.
    #[error("unexpected {0:?}: a version is written `16.28`, `16.16.26` or `15.25 [160726]`")]
    Unexpected(char),
    /// A seventh number.
    #[error("a version has at most six numbers")]
    TooManyNumbers,
    /// A number of ten digits or more.
    #[error("a number of a version has at most nine digits")]
    TooManyDigits,
    /// A build of another length than six or eight digits.
    #[error("a build has six digits (YYMMDD) or eight (YYMMDDnn), not {0}")]
    BuildDigits(usize),
    /// One build after a dot and another in brackets.
    #[error("a second build")]
    TwoBuilds,
    /// The build opens a bracket that this character should close.
    #[error("the build needs its closing `{0}`")]
    Unclosed(char),
    /// A build after `x`.
    #[error("a version that ends in `x` has no build")]
    PrefixBuild,
    /// A prefix where one version is asked for.
    #[error("`x` stands for many versions, and one is needed here")]
    PrefixIsRange,
    /// A second `..` in one range.
    #[error("a range has one `..`; several ranges are separated by commas")]
    TwoRanges,
    /// A range whose start lies behind its end.
    #[error("the range is empty: {from} comes after {to}")]
    EmptyRange {
        /// The lower bound in canonical text.
        from: String,
        /// The upper bound in canonical text.
        to: String,
    },
}

/// A version as it is written, where trailing zeros and a final `x` still count.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bound {
    /// The numbers, zeros behind those that are written.
    pub(super) numbers: [u32; PARTS],
    /// How many numbers are written: as an upper bound, `16.90` holds 16.90.1 and `16.90.0` does not.
    pub(super) parts: usize,
    /// The build in its long form.
    pub(super) build: Option<u32>,
    /// Where the final `x` stands, if there is one.
    pub(super) prefix_at: Option<usize>,
}

impl Bound {
    fn push(&mut self, run: Digits) -> Result<(), VersionError> {
        if run.count > MAX_DIGITS {
            return Err(VersionError { offset: run.at, problem: VersionProblem::TooManyDigits });
        }
        let Some(slot) = self.numbers.get_mut(self.parts) else {
            return Err(VersionError { offset: run.at, problem: VersionProblem::TooManyNumbers });
        };
        *slot = run.value;
        self.parts += 1;
        Ok(())
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_bound(f, self.numbers.get(..self.parts).unwrap_or(&self.numbers), self.build)
    }
}

/// Writes numbers and a build so that reading gives the same numbers and build again.
pub(super) fn write_bound(f: &mut fmt::Formatter<'_>, numbers: &[u32], build: Option<u32>) -> fmt::Result {
    for (place, number) in numbers.iter().enumerate() {
        let dot = if place == 0 { "" } else { "." };
        // A last number of six to eight digits would be read as a build; with nine it is not.
        if place > 0 && place + 1 == numbers.len() && (100_000..100_000_000).contains(number) {
            write!(f, "{dot}{number:09}")?;
        } else {
            write!(f, "{dot}{number}")?;
        }
    }
    match build {
        None => Ok(()),
        // Builds have had eight digits since 15.28: a six-digit text of a later one would puzzle its readers.
        Some(build) if build % 100 == 0 && numbers < [15, 28].as_slice() => {
            write!(f, " [{:06}]", build / 100)
        }
        Some(build) => write!(f, " [{build:08}]"),
    }
}

/// Reads one version or prefix that fills `text`, which starts at byte `start` of what errors count in.
pub(super) fn bound(text: &str, start: usize) -> Result<Bound, VersionError> {
    let mut cursor = Cursor { chars: text.chars(), end: start + text.len() };
    let mut bound = Bound::default();
    cursor.spaces();
    if cursor.peek().is_none() {
        return Err(cursor.error(VersionProblem::Missing));
    }
    loop {
        let at = cursor.offset();
        if bound.parts > 0 && cursor.eat('x') {
            bound.prefix_at = Some(at);
            break;
        }
        let run = cursor.digits();
        if run.count == 0 {
            return Err(cursor.error(match cursor.peek() {
                None | Some('.' | ' ' | '\t' | '\n' | '\r') => VersionProblem::NumberMissing,
                Some(other) => VersionProblem::Unexpected(other),
            }));
        }
        let dot = cursor.eat('.');
        if !dot && bound.parts > 0 && (6..=8).contains(&run.count) {
            bound.build = Some(run.build()?);
            break;
        }
        bound.push(run)?;
        if !dot {
            break;
        }
    }
    cursor.spaces();
    bracket(&mut cursor, &mut bound)?;
    cursor.spaces();
    match cursor.peek() {
        None => Ok(bound),
        Some(other) => Err(cursor.error(VersionProblem::Unexpected(other))),
    }
}

/// Reads a build in brackets or parentheses, if one comes next.
fn bracket(cursor: &mut Cursor<'_>, bound: &mut Bound) -> Result<(), VersionError> {
    let close = match cursor.peek() {
        Some('[') => ']',
        Some('(') => ')',
        _ => return Ok(()),
    };
    if bound.prefix_at.is_some() {
        return Err(cursor.error(VersionProblem::PrefixBuild));
    }
    if bound.build.is_some() {
        return Err(cursor.error(VersionProblem::TwoBuilds));
    }
    cursor.chars.next();
    let run = cursor.digits();
    match cursor.peek() {
        Some(other) if run.count == 0 && other != close => {
            return Err(cursor.error(VersionProblem::Unexpected(other)));
        }
        _ => bound.build = Some(run.build()?),
    }
    if cursor.eat(close) { Ok(()) } else { Err(cursor.error(VersionProblem::Unclosed(close))) }
}

/// The digits of the greatest number.
const MAX_DIGITS: usize = MAX_NUMBER.ilog10() as usize + 1;

/// A run of decimal digits.
#[derive(Clone, Copy)]
struct Digits {
    /// The value of the first nine.
    value: u32,
    /// How many there are, leading zeros included.
    count: usize,
    /// Where the first one stands.
    at: usize,
}

impl Digits {
    /// The run as a build, in the long form.
    fn build(self) -> Result<u32, VersionError> {
        match self.count {
            6 => Ok(self.value * 100),
            8 => Ok(self.value),
            count => Err(VersionError { offset: self.at, problem: VersionProblem::BuildDigits(count) }),
        }
    }
}

/// What is left to read.
struct Cursor<'a> {
    chars: Chars<'a>,
    /// The offset of the end, from which the place is counted back.
    end: usize,
}

impl Cursor<'_> {
    fn offset(&self) -> usize {
        self.end - self.chars.as_str().len()
    }

    fn error(&self, problem: VersionProblem) -> VersionError {
        VersionError { offset: self.offset(), problem }
    }

    fn peek(&self) -> Option<char> {
        self.chars.clone().next()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.chars.next();
        }
        found
    }

    fn spaces(&mut self) {
        while self.peek().is_some_and(|next| next.is_ascii_whitespace()) {
            self.chars.next();
        }
    }

    fn digits(&mut self) -> Digits {
        let mut run = Digits { value: 0, count: 0, at: self.offset() };
        while let Some(digit) = self.peek().and_then(|next| next.to_digit(10)) {
            self.chars.next();
            run.count += 1;
            if run.count <= MAX_DIGITS {
                run.value = run.value * 10 + digit;
            }
        }
        run
    }
}
