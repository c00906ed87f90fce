//! Tables, entries and values of a document, each with its place.

use super::{Document, nearest};
use crate::finding::{Finding, Findings, Span};
use std::cell::RefCell;
use std::collections::BTreeSet;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A table of a document, with the record of which of its keys were asked for.
pub struct Table<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) table: &'d DeTable<'d>,
    /// The header, the braces, or the key that made the table.
    pub span: Span,
    pub(super) asked: RefCell<BTreeSet<&'static str>>,
}

/// A key and its value.
#[derive(Clone, Copy)]
pub struct Entry<'d> {
    /// The key, unquoted.
    pub key: &'d str,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub item: Item<'d>,
}

/// A value and its place.
#[derive(Clone, Copy)]
pub struct Item<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) value: &'d DeValue<'d>,
    /// Where the value stands.
    pub span: Span,
}

/// How a table was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// `[a]`, or a part of `[a.b]`.
    Header,
    /// `a = { … }`.
    Inline,
    /// `a.b = …`: an unquoted dot between keys.
    Dotted,
}

/// What a value is.
pub enum Kind<'d> {
    /// `true`, `false`.
    Boolean(bool),
    /// A whole number as text without underscores, and its base.
    Integer(&'d str, u32),
    /// A floating-point number, as its text.
    Float(&'d str),
    /// A string.
    String(&'d str),
    /// A date, a time, or both.
    Datetime(&'d toml::value::Datetime),
    /// An array.
    Array(Vec<Item<'d>>),
    /// A table.
    Table(Table<'d>),
}

impl Kind<'_> {
    /// With its article, for sentences.
    pub fn with_article(&self) -> &'static str {
        match self {
            Self::Boolean(_) => "a boolean",
            Self::Integer(..) => "an integer",
            Self::Float(_) => "a floating-point number",
            Self::String(_) => "a string",
            Self::Datetime(_) => "a date",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

impl<'d> Table<'d> {
    /// The entries in the order of the text; what a syntax error touches is left out.
    pub fn entries(&self) -> Vec<Entry<'d>> {
        let mut list: Vec<Entry<'d>> =
            self.table.iter().filter_map(|(key, value)| self.entry(key, value)).collect();
        list.sort_by_key(|entry| entry.key_span.start);
        list
    }

    fn entry(
        &self,
        key: &'d Spanned<std::borrow::Cow<'d, str>>,
        value: &'d Spanned<DeValue<'d>>,
    ) -> Option<Entry<'d>> {
        let document = self.document;
        let (key_range, value_range) = (key.span(), value.span());
        let touched = match value.get_ref() {
            DeValue::Table(table) => document.touched(&key_range, &key_range) && document.all_touched(table),
            _ => document.touched(&key_range, &value_range),
        };
        if touched {
            return None;
        }
        let item = Item { document, value: value.get_ref(), span: document.span(&value_range) };
        Some(Entry { key: key.get_ref(), key_span: document.span(&key_range), item })
    }

    /// The entry of this key, which counts as known from now on.
    pub fn get(&self, key: &'static str) -> Option<Entry<'d>> {
        self.asked.borrow_mut().insert(key);
        let (name, value) = self.table.get_key_value(key)?;
        self.entry(name, value)
    }

    /// Pushes a finding for each key that [`Table::get`] was not asked for. `place` says where we are: `in [policy]`.
    pub fn refuse_others(&self, code: &'static str, place: &str, findings: &mut Findings) {
        let asked = self.asked.borrow();
        for entry in self.entries() {
            if asked.contains(entry.key) {
                continue;
            }
            let mut finding =
                Finding::new(code, format!("`{}` is not known {place}", entry.key)).at(entry.key_span, "");
            let free = asked.iter().copied().filter(|name| !self.table.contains_key(*name));
            finding = match nearest(entry.key, free) {
                Some(near) => finding.help(format!("did you mean `{near}`?")).fix(
                    entry.key_span,
                    near,
                    format!("write `{near}`"),
                ),
                None => {
                    let names: Vec<String> = asked.iter().map(|name| format!("`{name}`")).collect();
                    finding.help(format!("known here: {}", names.join(", ")))
                }
            };
            findings.push(finding);
        }
    }
}

impl<'d> Item<'d> {
    /// What it is.
    pub fn kind(&self) -> Kind<'d> {
        let document = self.document;
        match self.value {
            DeValue::Boolean(flag) => Kind::Boolean(*flag),
            DeValue::Integer(number) => Kind::Integer(number.as_str(), number.radix()),
            DeValue::Float(number) => Kind::Float(number.as_str()),
            DeValue::String(text) => Kind::String(text),
            DeValue::Datetime(date) => Kind::Datetime(date),
            DeValue::Array(items) => Kind::Array(
                items
                    .iter()
                    .map(|item| Item { document, value: item.get_ref(), span: document.span(&item.span()) })
                    .collect(),
            ),
            DeValue::Table(table) => {
                Kind::Table(Table { document, table, span: self.span, asked: RefCell::default() })
            }
        }
    }

    /// The text of the value as it stands in the document.
    pub fn source_text(&self) -> &'d str {
        self.document.text.get(self.span.start as usize..self.span.end as usize).unwrap_or("")
    }
}

impl Entry<'_> {
    /// How the table that is this entry's value was written. Of anything but a table: [`Written::Inline`].
    pub fn written(&self) -> Written {
        if !matches!(self.item.value, DeValue::Table(_)) {
            return Written::Inline;
        }
        let text = self.item.source_text();
        if text.starts_with('{') {
            return Written::Inline;
        }
        let at = self.key_span.start as usize;
        let headers = &self.item.document.headers;
        let after = headers.partition_point(|range| range.start <= at);
        let last = after.checked_sub(1).and_then(|index| headers.get(index));
        if text.starts_with('[') || last.is_some_and(|range| range.contains(&at)) {
            return Written::Header;
        }
        Written::Dotted
    }
}
