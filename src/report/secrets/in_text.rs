//! Secrets in the text of one input, by the names of its keys: what a plan took of it is judged by `check`.

use super::{QUOTES, add, forms};
use crate::catalog::Catalog;
use crate::catalog::model::{Node, Segment};
use crate::check::{holds_secrets, looks_secret};
use crate::document::{Document, Item, Kind};
use crate::finding::{Findings, SourceId, Span};
use crate::report::markup;
use std::collections::BTreeSet;

/// The secrets in the text of one input, found without a look at any other: several inputs can be looked through side by
/// side, for [`super::Secrets::find_beside`].
#[derive(Clone, Debug)]
pub struct InText {
    pub(super) source: SourceId,
    pub(super) found: Vec<Stand>,
}

/// Where a secret stands in a text.
#[derive(Clone, Debug)]
pub(super) struct Stand {
    pub(super) value: Span,
    /// Where its key starts.
    pub(super) key: u32,
    /// How messages may write it.
    pub(super) forms: BTreeSet<String>,
}

/// Where a walk through a document is.
#[derive(Clone)]
struct Place<'c> {
    depth: usize,
    key: String,
    start: u32,
    secret: bool,
    nodes: Vec<&'c Node<'c>>,
}

impl InText {
    /// Looks for secrets at any depth, whether a plan takes them or not. `text` is that of the input.
    pub fn of(source: SourceId, text: &str, catalog: &Catalog<'_>) -> Self {
        if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
            return Self::of_markup(source, text);
        }
        let document = Document::parse(source, text, &mut Findings::new());
        // Keys that were read for sure: what stands behind them is judged by its type.
        let mut sure: BTreeSet<usize> = BTreeSet::new();
        let root = Place { depth: 0, key: String::new(), start: 0, secret: false, nodes: Vec::new() };
        let mut found = Vec::new();
        document.leaves(
            root,
            |outer, key, span, doubtful| {
                if !doubtful {
                    sure.insert(span.start as usize);
                }
                enter(outer, key, span.start, catalog)
            },
            |place, item| {
                if is_secret(place, &item) {
                    let forms = with_content(forms(item.source_text(), None), &item);
                    found.push(Stand { value: item.span, key: place.start, forms });
                }
            },
        );
        for (start, end) in stray(text, &sure) {
            let forms = forms(text.get(start..end).unwrap_or(""), None);
            found.push(Stand { value: span(source, start, end), key: offset(start), forms });
        }
        Self { source, found }
    }

    /// Secrets of a property list, read or not: by the names of keys alone, for the plans know the rest.
    fn of_markup(source: SourceId, text: &str) -> Self {
        let mut found: Vec<(usize, usize, usize)> = markup::secrets(text);
        found.extend(stray(text, &BTreeSet::new()).into_iter().map(|(start, end)| (start, start, end)));
        let stand = |(key, start, end)| {
            let written = text.get(start..end).unwrap_or("");
            let mut forms = forms(written, None);
            add(&mut forms, &unescaped(written));
            Stand { value: span(source, start, end), key: offset(key), forms }
        };
        Self { source, found: found.into_iter().map(stand).collect() }
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn span(source: SourceId, start: usize, end: usize) -> Span {
    Span { source, start: offset(start), end: offset(end) }
}

/// A text of XML without the entities that every property list knows.
fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&amp;", "&")
}

fn enter<'c>(outer: &Place<'c>, key: &str, start: u32, catalog: &'c Catalog<'_>) -> Place<'c> {
    let depth = outer.depth.saturating_add(1);
    let inner = outer.nodes.iter().flat_map(|node| &node.children);
    let mut nodes: Vec<&'c Node<'c>> = inner
        .filter(|(at, _)| {
            matches!(at, Segment::Name(name) if *name == key) || !matches!(at, Segment::Name(_))
        })
        .map(|(_, node)| node)
        .collect();
    nodes.extend(catalog.named(key).iter().map(|known| &known.key.node));
    // Sections and domains have names of their own; [why] and [[allow]] hold reasons.
    let reasons = depth == 1 && matches!(key, "why" | "allow");
    let depth = if reasons || outer.depth == usize::MAX { usize::MAX } else { depth };
    let within = outer.secret || (outer.depth > 2 && holds_secrets(&outer.key));
    let secret = depth != usize::MAX && (within || nodes.iter().any(|node| node.secret));
    Place { depth, key: key.to_owned(), start, secret, nodes }
}

fn is_secret(place: &Place<'_>, item: &Item<'_>) -> bool {
    let text = match item.kind() {
        Kind::Boolean(_) => return false,
        Kind::String("") => return false,
        Kind::String(_) => true,
        _ => false,
    };
    let named = || place.depth != usize::MAX && looks_secret(&place.key, text);
    place.secret || named()
}

fn with_content(mut forms: BTreeSet<String>, item: &Item<'_>) -> BTreeSet<String> {
    if let Kind::String(text) = item.kind() {
        add(&mut forms, text);
        for part in text.split(['\n', '\r']).chain(text.split("${")).chain(text.split(['$', '{', '}'])) {
            add(&mut forms, part);
        }
    }
    if let Some(number) = item.as_number() {
        add(&mut forms, &number.to_string());
    }
    forms
}

/// What stands behind a name like that of a secret on lines that are not surely understood: a key given twice, the
/// stretch of a syntax error, a comment.
fn stray(text: &str, sure: &BTreeSet<usize>) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut open: Option<&str> = None;
    let mut start = 0;
    while start < text.len() {
        if open.is_none() {
            // Most lines of a profile have neither sign, and need not be looked at.
            let rest = text.as_bytes().get(start..).unwrap_or(&[]);
            let Some(at) = memchr::memchr2(b'=', b':', rest) else { break };
            start +=
                rest.get(..at).and_then(|before| memchr::memrchr(b'\n', before)).map_or(0, |end| end + 1);
        }
        let line = text.get(start..).and_then(|rest| rest.split_inclusive('\n').next()).unwrap_or("");
        let end = start + line.trim_end().len();
        if let Some(close) = open {
            found.push((start, end));
            if line.contains(close) || line.starts_with('[') {
                open = None;
            }
        } else if let Some(at) = behind(line, start, sure) {
            found.push((start + at, end));
            open = unclosed(line.get(at..).unwrap_or("").trim());
        }
        start += line.len().max(1);
    }
    found
}

/// Where on a line the value of a doubtful secret begins.
fn behind(line: &str, start: usize, sure: &BTreeSet<usize>) -> Option<usize> {
    memchr::memchr2_iter(b'=', b':', line.as_bytes()).find_map(|at| {
        let before = line.get(..at)?.trim_end();
        let bare = before.trim_end_matches(QUOTES);
        let name = bare.rsplit(ends_name).next()?;
        if !looks_secret(name, true) {
            return None;
        }
        let begins = bare.len() - name.len();
        // A quoted key begins at its quote.
        let quote = line.get(..begins)?.trim_end_matches(QUOTES).len();
        let known = sure.contains(&(start + begins)) || sure.contains(&(start + quote));
        let value = line.get(at + 1..)?.trim();
        (!known && !value.is_empty()).then_some(at + 1)
    })
}

/// What no name on such a line has in it.
fn ends_name(c: char) -> bool {
    matches!(c, '=' | ':' | '.' | ',' | '{' | '}' | '[' | ']' | '#')
        || c.is_whitespace()
        || QUOTES.contains(&c)
}

fn unclosed(value: &str) -> Option<&'static str> {
    let pairs = [("\"\"\"", "\"\"\""), ("'''", "'''"), ("[", "]"), ("{", "}")];
    let (open, close) = pairs.into_iter().find(|(open, _)| value.starts_with(open))?;
    (!value.get(open.len()..)?.contains(close)).then_some(close)
}
