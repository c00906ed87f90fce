//! Lines and columns of places, as programs count them.

use crate::finding::{Origin, SourceId, Sources, Span};
use std::collections::BTreeMap;
use std::ops::Range;

/// One point of a text; all three count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) line: u32,
    /// In characters.
    pub(super) column: u32,
    /// In UTF-16 code units.
    pub(super) utf16: u32,
}

impl Point {
    /// The point after one more byte of a text; the bytes inside a character do not move it.
    fn after(mut self, byte: u8) -> Self {
        match byte {
            b'\n' => Self { line: self.line.saturating_add(1), column: 1, utf16: 1 },
            0x80..=0xBF => self,
            _ => {
                self.column = self.column.saturating_add(1);
                // Characters of four bytes are the ones of two code units.
                self.utf16 = self.utf16.saturating_add(if byte >= 0xF0 { 2 } else { 1 });
                self
            }
        }
    }
}

/// A stretch of a text, its end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) start: Point,
    pub(super) end: Point,
}

/// How many bytes lie between two points that are remembered, of a text with lines that are longer.
const STEP: usize = 1024;

/// Looks places up in the sources of a run. A text with long lines is read through once, so that a hundred thousand
/// findings on one long line cost no more than on many short ones.
pub(super) struct Places<'a> {
    sources: &'a Sources,
    marks: BTreeMap<SourceId, Vec<Point>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, marks: BTreeMap::new() }
    }

    pub(super) fn sources(&self) -> &'a Sources {
        self.sources
    }

    /// Line and columns of a byte offset; one past the end counts as the end.
    pub(super) fn point(&mut self, source: SourceId, offset: usize) -> Point {
        let bytes = self.sources.text(source).as_bytes();
        let offset = offset.min(bytes.len());
        let (line, start) = self.sources.line_of(source, offset);
        if offset - start <= STEP {
            let first = Point { line, column: 1, utf16: 1 };
            return bytes
                .get(start..offset)
                .unwrap_or(&[])
                .iter()
                .fold(first, |point, byte| point.after(*byte));
        }
        let first = Point { line: 1, column: 1, utf16: 1 };
        let marks = self.marks.entry(source).or_insert_with(|| {
            let mut point = first;
            let step = |chunk: &[u8]| {
                let here = point;
                point = chunk.iter().fold(point, |point, byte| point.after(*byte));
                here
            };
            bytes.chunks(STEP).map(step).collect()
        });
        // At the end of a text whose length is a multiple of STEP there is no mark: take the one before.
        let nearest = (offset / STEP).min(marks.len().saturating_sub(1));
        let start = marks.get(nearest).copied().unwrap_or(first);
        let rest = bytes.get(nearest * STEP..offset).unwrap_or(&[]);
        rest.iter().fold(start, |point, byte| point.after(*byte))
    }

    /// The stretch of a span; it is made to fit its text.
    pub(super) fn region(&mut self, span: Span) -> Region {
        let range = self.clamp(span);
        Region { start: self.point(span.source, range.start), end: self.point(span.source, range.end) }
    }

    /// The stretch of a place, if its input has lines.
    pub(super) fn region_of(&mut self, origin: &Origin) -> Option<Region> {
        origin.span().map(|span| self.region(span))
    }

    /// The byte range of a span, made to fit its text: inside it, on whole characters, the end not before
    /// the start.
    pub(super) fn clamp(&self, span: Span) -> Range<usize> {
        let text = self.sources.text(span.source);
        let start = text.floor_char_boundary(span.start as usize);
        let end = text.ceil_char_boundary((span.end as usize).min(text.len()));
        start..end.max(start)
    }
}

/// The keys that lead to a place in an input without lines.
pub(super) fn key_path(origin: &Origin) -> Option<Vec<String>> {
    match origin {
        Origin::Path { path, .. } => Some(path.parts()),
        Origin::Text(_) | Origin::Whole(_) => None,
    }
}

/// A file's label as services that know a repository want it: without a leading `./`.
pub(super) fn repository_path(label: &str) -> &str {
    let mut path = label;
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(source: SourceId, start: u32, end: u32) -> Span {
        Span { source, start, end }
    }

    #[test]
    fn columns_count_characters_and_code_units() {
        let mut sources = Sources::new();
        let id = sources.add("a.toml", "a\r\né😀x\n");
        let mut places = Places::new(&sources);
        assert_eq!(places.point(id, 9), Point { line: 2, column: 3, utf16: 4 });
        assert_eq!(places.point(id, 11), Point { line: 3, column: 1, utf16: 1 });
        assert_eq!(places.point(id, u32::MAX as usize), Point { line: 3, column: 1, utf16: 1 });
    }

    #[test]
    fn spans_are_made_to_fit() {
        let mut sources = Sources::new();
        let id = sources.add("a.toml", "é😀");
        let places = Places::new(&sources);
        assert_eq!(places.clamp(span(id, 1, 3)), 0..6);
        assert_eq!(places.clamp(span(id, 6, 2)), 6..6);
        assert_eq!(places.clamp(span(id, 7, u32::MAX)), 6..6);
    }

    proptest! {
        #[test]
        fn agrees_with_the_position_of_sources(
            text in "(a|é|😀|\r?\n){0,40}", times in 0_usize..400, offset in 0_u32..60_000,
        ) {
            let mut sources = Sources::new();
            let text = text.repeat(times);
            // Offsets inside a character are never asked for.
            let offset = text.floor_char_boundary(offset as usize);
            let id = sources.add("a.toml", text);
            let point = Places::new(&sources).point(id, offset);
            let position = sources.position(id, u32::try_from(offset).unwrap());
            prop_assert_eq!((point.line, point.column), (position.line, position.column));
        }
    }
}
