//! A TOML text with places: what policies and catalogues are read through.
//!
//! Reading goes on after a syntax error. What such an error touches is left out, so that nothing false is said
//! of it; [`Document::is_whole`] tells whether a missing thing is really missing.

mod nearest;
mod read;
mod syntax;
mod table;

pub use nearest::nearest;
pub use read::wrong_shape;
pub use table::{Entry, Item, Kind, Table, Written};

use crate::finding::{Finding, Findings, SourceId, Span};
use std::cell::RefCell;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// How many keys given twice are told where they stood first: looking for it reads the whole tree.
const LOCATED_DUPLICATES: usize = 50;

/// A parsed text.
pub struct Document<'t> {
    source: SourceId,
    text: &'t str,
    root: Spanned<DeTable<'t>>,
    headers: Vec<Range<usize>>,
    /// Stretches in which a syntax error makes everything doubtful.
    poisoned: Vec<Range<usize>>,
    whole: bool,
}

impl<'t> Document<'t> {
    /// Parses a text that was added to the sources as `source`; syntax errors and keys given twice become findings.
    pub fn parse(source: SourceId, text: &'t str, findings: &mut Findings) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut headers = Vec::new();
        collect_headers(root.get_ref(), text, &mut headers);
        headers.sort_by_key(|range| range.start);
        let mut document = Self { source, text, root, headers, poisoned: Vec::new(), whole: true };
        let mut duplicates = 0;
        for error in errors {
            let at = error.span().unwrap_or(0..0);
            if error.message() == "duplicate key" {
                duplicates += 1;
                findings.push(document.duplicate(&at, duplicates <= LOCATED_DUPLICATES));
                continue;
            }
            document.whole = false;
            // One slip often makes the parser stumble again on the same stretch: the first says it.
            if document.poisoned.last().is_none_or(|known| known.end <= at.start) {
                findings.push(document.syntax(&at, error.message()));
                document.poisoned.push(document.poison(&at));
            }
        }
        document
    }

    /// Whether no syntax error was met.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// The texts in which a syntax error makes everything doubtful: what they say is in no table.
    pub fn lost(&self) -> impl Iterator<Item = &'t str> {
        self.poisoned.iter().filter_map(|range| self.text.get(range.clone()))
    }

    /// The outermost table.
    pub fn root(&self) -> Table<'_> {
        Table {
            document: self,
            table: self.root.get_ref(),
            span: self.span(&(0..0)),
            asked: RefCell::default(),
        }
    }

    /// Visits every value that has no inside, also where a syntax error makes it doubtful. `enter` makes the state
    /// of an entry from that of its table: it gets the key, its place, and whether the entry is doubtful.
    pub fn leaves<S: Clone>(
        &self,
        root: S,
        mut enter: impl FnMut(&S, &str, Span, bool) -> S,
        mut leaf: impl FnMut(&S, Item<'_>),
    ) {
        let mut tables = vec![(self.root.get_ref(), root)];
        while let Some((table, state)) = tables.pop() {
            for (key, value) in table {
                let doubtful = self.touched(&key.span(), &value.span());
                let state = enter(&state, key.get_ref(), self.span(&key.span()), doubtful);
                let mut values = vec![value];
                while let Some(value) = values.pop() {
                    match value.get_ref() {
                        DeValue::Table(inner) => tables.push((inner, state.clone())),
                        DeValue::Array(items) => values.extend(items.iter()),
                        inner => leaf(
                            &state,
                            Item { document: self, value: inner, span: self.span(&value.span()) },
                        ),
                    }
                }
            }
        }
    }

    fn span(&self, range: &Range<usize>) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { source: self.source, start: offset(range.start), end: offset(range.end) }
    }

    fn syntax(&self, at: &Range<usize>, message: &str) -> Finding {
        let (start, end) = self.line_bounds(at.start);
        syntax::finding(self.source, self.text, at, start..end, message)
    }

    fn line_bounds(&self, at: usize) -> (usize, usize) {
        let bytes = self.text.as_bytes();
        let at = at.min(bytes.len());
        let start =
            bytes.get(..at).and_then(|head| head.iter().rposition(|b| *b == b'\n')).map_or(0, |n| n + 1);
        let end = bytes
            .get(at..)
            .and_then(|tail| tail.iter().position(|b| *b == b'\n'))
            .map_or(bytes.len(), |n| at + n);
        (start, end)
    }

    /// From the line of a syntax error to the next line that opens a table.
    fn poison(&self, at: &Range<usize>) -> Range<usize> {
        let (start, end) = self.line_bounds(at.start);
        let mut next = end;
        for line in self.text.get(end..).unwrap_or("").split_inclusive('\n') {
            if line.trim_start().starts_with('[') && next > end {
                break;
            }
            next += line.len();
        }
        start..next
    }

    fn duplicate(&self, at: &Range<usize>, locate: bool) -> Finding {
        let span = self.span(at);
        let (start, end) = self.line_bounds(at.start);
        let line = self.text.get(start..end).unwrap_or("").trim();
        if line.starts_with('[') {
            let header = line.split_inclusive(']').next().unwrap_or(line);
            let finding = Finding::new("duplicate-key", format!("the table {header} is opened twice"))
                .at(span, "again here");
            let before = self.text.get(..start).unwrap_or("");
            let first = locate.then(|| before.find(&format!("\n{header}")).map(|at| at + 1)).flatten();
            let first = first.or_else(|| (locate && before.starts_with(header)).then_some(0));
            let finding = match first {
                Some(at) => finding.at(self.span(&(at..at + header.len())), "first opened here"),
                None => finding,
            };
            return finding.help("put the keys of both under one header");
        }
        let written = self.text.get(at.clone()).unwrap_or("").trim_matches(['"', '\'']);
        let finding =
            Finding::new("duplicate-key", format!("`{written}` is given twice")).at(span, "again here");
        let finding = finding.help("keep one of them");
        match locate.then(|| self.first_of(self.root.get_ref(), at)).flatten() {
            Some(first) => finding.at(self.span(&first), "first given here"),
            None => finding,
        }
    }

    /// The key of the same name, in the table that the duplicate stands in, nearest before it.
    fn first_of(&self, table: &DeTable<'_>, at: &Range<usize>) -> Option<Range<usize>> {
        let name = self.text.get(at.clone())?.trim_matches(['"', '\'']);
        let mut best: Option<Range<usize>> = None;
        let mut stack = vec![table];
        while let Some(table) = stack.pop() {
            for (key, value) in table {
                let found = key.span();
                let nearer = best.as_ref().is_none_or(|known| known.start < found.start);
                if key.get_ref() == name && found.start < at.start && nearer {
                    best = Some(found);
                }
                tables_in(value.get_ref(), &mut stack);
            }
        }
        best
    }

    /// Whether a syntax error touches everything in a table; a header that is written wrong makes such tables.
    fn all_touched(&self, table: &DeTable<'_>) -> bool {
        table.iter().all(|(key, value)| {
            self.touched(&key.span(), &key.span())
                && match value.get_ref() {
                    DeValue::Table(inner) => self.all_touched(inner),
                    _ => true,
                }
        })
    }

    fn touched(&self, key: &Range<usize>, value: &Range<usize>) -> bool {
        // In the poisoned stretch before the end of the value, or in none: stretches are sorted and disjoint.
        let end = key.end.max(value.end);
        let after = self.poisoned.partition_point(|range| range.start < end);
        let last = after.checked_sub(1).and_then(|at| self.poisoned.get(at));
        last.is_some_and(|range| range.end > key.start)
    }
}

fn tables_in<'a, 'd>(value: &'a DeValue<'d>, stack: &mut Vec<&'a DeTable<'d>>) {
    match value {
        DeValue::Table(table) => stack.push(table),
        DeValue::Array(items) => {
            for item in items.iter() {
                tables_in(item.get_ref(), stack);
            }
        }
        _ => {}
    }
}

fn collect_headers(table: &DeTable<'_>, text: &str, headers: &mut Vec<Range<usize>>) {
    let is_header = |range: &Range<usize>| text.get(range.clone()).is_some_and(|t| t.starts_with('['));
    let mut stack = vec![table];
    while let Some(table) = stack.pop() {
        for value in table.values() {
            match value.get_ref() {
                DeValue::Table(inner) => {
                    if is_header(&value.span()) {
                        headers.push(value.span());
                    }
                    stack.push(inner);
                }
                DeValue::Array(items) => {
                    for item in items.iter() {
                        if let DeValue::Table(inner) = item.get_ref() {
                            if is_header(&item.span()) {
                                headers.push(item.span());
                            }
                            stack.push(inner);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Sources;

    fn parse(text: &str) -> (Vec<String>, Vec<String>) {
        let mut sources = Sources::new();
        let mut findings = Findings::new();
        let document = Document::parse(sources.add("x.toml", text), text, &mut findings);
        let mut keys = Vec::new();
        let mut stack = vec![(String::new(), document.root())];
        while let Some((path, table)) = stack.pop() {
            for entry in table.entries() {
                let name = format!("{path}/{}", entry.key);
                match entry.item.kind() {
                    Kind::Table(inner) => {
                        keys.push(format!("{name} {:?}", entry.written()));
                        stack.push((name, inner));
                    }
                    _ => keys.push(name),
                }
            }
        }
        let said = findings.iter().map(|f| format!("{}: {}", f.code.as_str(), f.title)).collect();
        (keys, said)
    }

    #[test]
    fn how_tables_are_written() {
        let (keys, said) =
            parse("a.b = 1\nc = { d = 1, e.f = 2 }\n[g.h]\ni = 1\n[g.h.\"j.k\"]\nl = 1\n[[m]]\nn = 1\n");
        assert_eq!(said, Vec::<String>::new());
        let expected = [
            "/a Dotted",
            "/c Inline",
            "/g Header",
            "/m",
            "/g/h Header",
            "/g/h/i",
            "/g/h/j.k Header",
            "/g/h/j.k/l",
            "/c/d",
            "/c/e Dotted",
            "/c/e/f",
            "/a/b",
        ];
        assert_eq!(keys, expected);
    }

    #[test]
    fn a_syntax_error_hides_only_its_own_stretch() {
        let (keys, said) = parse("[a]\nb = 1\nc =\n[d]\ne = 1\n");
        assert_eq!(keys, ["/a Header", "/d Header", "/d/e", "/a/b"]);
        assert_eq!(said.len(), 1, "{said:?}");
        let (keys, said) = parse("[a\nb = 1\n[d]\ne = 1\n");
        assert!(!keys.contains(&"/b".to_owned()) && !keys.contains(&"/a/b".to_owned()), "{keys:?}");
        assert!(keys.contains(&"/d/e".to_owned()), "{keys:?}");
        assert_eq!(said.len(), 1, "{said:?}");
    }

    #[test]
    fn a_key_given_twice() {
        let (_, said) = parse("[a]\nb = 1\nc = 2\nb = 3\n");
        assert_eq!(said, ["duplicate-key: `b` is given twice"]);
    }

    #[test]
    fn nested_a_hundred_thousand_deep() {
        let deep = format!("a = {}", "[".repeat(100_000));
        assert!(!parse(&deep).1.is_empty());
        let dotted = format!("{} = 1", vec!["a"; 100_000].join("."));
        assert!(!parse(&dotted).1.is_empty());
    }
}
