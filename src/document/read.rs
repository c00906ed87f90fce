//! Typed look-ups in a table; what has another type becomes a finding.

use super::{Entry, Item, Kind, Table};
use crate::finding::{Finding, Findings, Span};

/// A whole number that fits 64 bits, signed or not; none for the others.
pub(super) fn number(digits: &str, base: u32) -> Option<i128> {
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits.strip_prefix('+').unwrap_or(digits)),
    };
    let magnitude = i128::from(u64::from_str_radix(digits, base).ok()?);
    let number = if negative { -magnitude } else { magnitude };
    (number >= i128::from(i64::MIN)).then_some(number)
}

impl<'d> Item<'d> {
    /// Its text, if it is a string.
    pub fn as_string(&self) -> Option<&'d str> {
        if let Kind::String(text) = self.kind() { Some(text) } else { None }
    }

    /// Its number, if it is a whole number that fits 64 bits, signed or not.
    pub fn as_number(&self) -> Option<i128> {
        if let Kind::Integer(digits, base) = self.kind() { number(digits, base) } else { None }
    }
}

impl<'d> Table<'d> {
    fn typed<T>(
        &self,
        key: &'static str,
        wanted: &str,
        findings: &mut Findings,
        read: impl Fn(&Item<'d>) -> Option<T>,
    ) -> Option<(T, Span)> {
        let entry = self.get(key)?;
        let found = read(&entry.item);
        if found.is_none() {
            findings.push(wrong_shape(&entry, wanted));
        }
        found.map(|value| (value, entry.item.span))
    }

    /// A string and its place.
    pub fn string(&self, key: &'static str, findings: &mut Findings) -> Option<(&'d str, Span)> {
        self.typed(key, "a string", findings, Item::as_string)
    }

    /// A boolean.
    pub fn boolean(&self, key: &'static str, findings: &mut Findings) -> Option<bool> {
        let read = |item: &Item<'d>| if let Kind::Boolean(flag) = item.kind() { Some(flag) } else { None };
        self.typed(key, "a boolean", findings, read).map(|(flag, _)| flag)
    }

    /// A whole number of 64 bits.
    pub fn integer(&self, key: &'static str, findings: &mut Findings) -> Option<(i64, Span)> {
        let read = |item: &Item<'d>| item.as_number().and_then(|n| i64::try_from(n).ok());
        self.typed(key, "an integer of 64 bits", findings, read)
    }

    /// A list of strings; one string stands for a list of one.
    pub fn strings(&self, key: &'static str, findings: &mut Findings) -> Vec<(&'d str, Span)> {
        let Some(entry) = self.get(key) else { return Vec::new() };
        let items = match entry.item.kind() {
            Kind::String(text) => return vec![(text, entry.item.span)],
            Kind::Array(items) => items,
            _ => {
                findings.push(wrong_shape(&entry, "a string or a list of strings"));
                return Vec::new();
            }
        };
        let mut list = Vec::new();
        for item in items {
            match item.as_string() {
                Some(text) => list.push((text, item.span)),
                None => findings.push(
                    Finding::new(
                        "wrong-shape",
                        format!("`{key}` holds {}, not a string", item.kind().with_article()),
                    )
                    .at(item.span, ""),
                ),
            }
        }
        list
    }

    /// A table.
    pub fn table(&self, key: &'static str, findings: &mut Findings) -> Option<Table<'d>> {
        let entry = self.get(key)?;
        match entry.item.kind() {
            Kind::Table(table) => return Some(table),
            Kind::Array(items) if items.iter().any(|item| matches!(item.kind(), Kind::Table(_))) => {
                findings.push(wrong_shape(&entry, "a table").help(format!("write `[{key}]`, once")));
            }
            _ => findings.push(wrong_shape(&entry, "a table")),
        }
        None
    }

    /// A list of tables, `[[key]]`; one table stands for a list of one.
    pub fn tables(&self, key: &'static str, findings: &mut Findings) -> Vec<Table<'d>> {
        let Some(entry) = self.get(key) else { return Vec::new() };
        let items = match entry.item.kind() {
            Kind::Table(table) => return vec![table],
            Kind::Array(items) => items,
            _ => {
                findings.push(wrong_shape(&entry, "a list of tables"));
                return Vec::new();
            }
        };
        let mut list = Vec::new();
        for item in items {
            match item.kind() {
                Kind::Table(table) => list.push(table),
                other => findings.push(
                    Finding::new(
                        "wrong-shape",
                        format!("`{key}` holds {}, not a table", other.with_article()),
                    )
                    .at(item.span, ""),
                ),
            }
        }
        list
    }
}

/// The finding for a value of another type than the format wants.
pub fn wrong_shape(entry: &Entry<'_>, wanted: &str) -> Finding {
    let found = entry.item.kind().with_article();
    Finding::new("wrong-shape", format!("`{}` must be {wanted}, not {found}", entry.key))
        .at(entry.item.span, "")
}
