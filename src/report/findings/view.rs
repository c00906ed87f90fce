//! The few lines of a text that a snippet shows, with every place in them found again.

use crate::report::visible;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A line of more bytes than this is shown in excerpts.
const LONG: usize = 240;

/// How many bytes an excerpt shows on either side of a place.
const AROUND: usize = 60;

/// Lines of a text as they may be shown: LF line ends, no tabs, no control characters, long lines cut to
/// excerpts around the places that matter.
pub(super) struct View {
    /// What to show.
    pub(super) text: String,
    /// Where the places of the original are in it.
    offsets: BTreeMap<usize, usize>,
}

impl View {
    /// The lines of `text` from that of the first of `points` to that of the last. Points are byte offsets
    /// inside the text, on whole characters.
    pub(super) fn new(text: &str, points: &BTreeSet<usize>) -> Self {
        let mut view = Self { text: String::new(), offsets: BTreeMap::new() };
        let first = points.first().copied().unwrap_or(0);
        let last = points.last().copied().unwrap_or(0);
        let mut start = line_start(text, first);
        loop {
            let rest = text.get(start..).unwrap_or("");
            let length = rest.find('\n').unwrap_or(rest.len());
            let next = start + length + 1;
            let content = rest.get(..length).unwrap_or("");
            let content =
                if next <= text.len() { content.strip_suffix('\r').unwrap_or(content) } else { content };
            view.push_line(text, start..start + content.len(), next, points);
            if next > last || next > text.len() {
                break;
            }
            view.text.push('\n');
            start = next;
        }
        if view.text.ends_with('\n') {
            // The renderer takes a last line without characters for none, and would point at the one above.
            view.text.push(' ');
        }
        view
    }

    /// Where a point is in the view; for one that was not asked for, the nearest before it.
    pub(super) fn at(&self, point: usize) -> usize {
        self.offsets.range(..=point).next_back().map_or(0, |(_, shown)| *shown)
    }

    fn push(&mut self, text: &str) {
        if visible::is_plain(text) {
            self.text.push_str(text);
            return;
        }
        for c in text.chars() {
            match c {
                '\t' => self.text.push_str("    "),
                c => visible::push(&mut self.text, c),
            }
        }
    }

    /// Adds the line `line` of `text`, whose successor starts at `next`.
    fn push_line(&mut self, text: &str, line: Range<usize>, next: usize, points: &BTreeSet<usize>) {
        let mut shown_to = line.start;
        for part in excerpts(text, &line, points) {
            if part.start > shown_to {
                self.text.push('…');
            }
            let mut from = part.start;
            for point in points.range(part.clone()).copied().chain([part.end]) {
                self.push(text.get(from..point).unwrap_or(""));
                if point < part.end {
                    self.offsets.insert(point, self.text.len());
                }
                from = point;
            }
            shown_to = part.end;
        }
        // The end of the line, and anything inside its line end.
        for point in points.range(line.end..next) {
            self.offsets.insert(*point, self.text.len());
        }
        if shown_to < line.end {
            self.text.push('…');
        }
    }
}

/// The byte offset at which the line of `at` starts.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// The parts of a line to show, in order: all of a short one, else the surroundings of the points in it.
fn excerpts(text: &str, line: &Range<usize>, points: &BTreeSet<usize>) -> Vec<Range<usize>> {
    if line.len() <= LONG {
        return vec![line.clone()];
    }
    let mut parts: Vec<Range<usize>> = Vec::new();
    for point in points.range(line.start..=line.end) {
        let start = text.floor_char_boundary(point.saturating_sub(AROUND)).max(line.start);
        let end = text.ceil_char_boundary(text.len().min(point + AROUND)).min(line.end);
        match parts.last_mut() {
            Some(before) if start <= before.end => before.end = before.end.max(end),
            _ => parts.push(start..end),
        }
    }
    if parts.is_empty() {
        let end = text.ceil_char_boundary(text.len().min(line.start + 2 * AROUND)).min(line.end);
        parts.push(line.start..end);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(text: &str, points: &[usize]) -> View {
        View::new(text, &points.iter().copied().collect())
    }

    #[test]
    fn only_the_lines_between_the_points_are_shown() {
        let shown = view("a\nbb\r\ncc\ndd\n", &[3, 7]);
        assert_eq!(shown.text, "bb\ncc");
        assert_eq!((shown.at(3), shown.at(7)), (1, 4));
    }

    #[test]
    fn tabs_and_controls_move_what_follows() {
        let shown = view("\ta\u{1b}b\u{202e}c", &[1, 3, 7]);
        assert_eq!(shown.text, "    a␛b<U+202E>c");
        assert_eq!(shown.text.get(shown.at(1)..shown.at(3)), Some("a␛"));
        assert_eq!(shown.text.get(shown.at(7)..), Some("c"));
    }

    #[test]
    fn a_point_inside_a_line_end_is_the_end_of_its_line() {
        let shown = view("ab\r\ncd", &[2, 3, 4]);
        assert_eq!(shown.text, "ab\ncd");
        assert_eq!((shown.at(2), shown.at(3), shown.at(4)), (2, 2, 3));
    }

    #[test]
    fn the_end_of_a_text_is_a_line_of_its_own() {
        assert_eq!(view("ab\n", &[3]).text, "");
        assert_eq!(view("ab\n", &[0, 3]).text, "ab\n ");
        assert_eq!(view("", &[0]).text, "");
    }

    #[test]
    fn a_long_line_is_cut_around_its_points() {
        let text = format!("{}KEY{}VALUE{}", "é".repeat(500_000), "y".repeat(500_000), "z".repeat(500_000));
        let (key, value) = (1_000_000, 1_500_003);
        let shown = view(&text, &[key, key + 3, value, value + 5]);
        assert!(shown.text.starts_with("…é") && shown.text.ends_with("z…"), "{}", shown.text);
        assert!(shown.text.len() < 400, "{}", shown.text.len());
        assert_eq!(shown.text.get(shown.at(key)..shown.at(key + 3)), Some("KEY"));
        assert_eq!(shown.text.get(shown.at(value)..shown.at(value + 5)), Some("VALUE"));
    }
}
