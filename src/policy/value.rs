//! From a TOML value to a property list's value, without asking any catalogue.

use crate::document::{Item, Kind, Table};
use crate::finding::{Finding, Findings, Origin, Span};
use crate::value::{
    Date, Entry, Inside, Integer, KeyName, MAX_DEPTH, Places, Real, Text, TokenError, Value, write,
};
use std::collections::BTreeMap;
use toml::value::{Datetime, Offset};

/// A value with its places; none if something in it is no value of a property list, which is said.
pub(super) fn lower(item: &Item<'_>, findings: &mut Findings) -> Option<(Value, Places)> {
    lower_at(item, findings, MAX_DEPTH)
}

fn lower_at(item: &Item<'_>, findings: &mut Findings, depth: usize) -> Option<(Value, Places)> {
    let Some(depth) = depth.checked_sub(1) else {
        let title = format!("the value nests deeper than {MAX_DEPTH} levels");
        findings.push(Finding::new("value-too-deep", title).at(item.span, ""));
        return None;
    };
    let leaf = |value: Option<Value>| value.map(|value| (value, Places::leaf(item.span)));
    match item.kind() {
        Kind::Boolean(flag) => leaf(Some(Value::Boolean(flag))),
        Kind::Integer(..) => leaf(integer(item, findings)),
        Kind::Float(digits) => leaf(real(digits, item.span, findings)),
        Kind::String(source) => leaf(text(source, item, findings).map(Value::String)),
        Kind::Datetime(date) => leaf(moment(date, item, findings)),
        Kind::Array(items) => {
            // Every item is lowered before one of them can fail the whole: all errors are shown.
            let lowered: Vec<_> = items.iter().map(|item| lower_at(item, findings, depth)).collect();
            let lowered = lowered.into_iter().collect::<Option<Vec<_>>>()?;
            let (values, places): (_, Vec<Places>) = lowered.into_iter().unzip();
            Some((Value::Array(values), Places { at: item.span.into(), inside: Inside::array(places) }))
        }
        Kind::Table(table) => dictionary(&table, item, findings, depth),
    }
}

fn dictionary(
    table: &Table<'_>,
    item: &Item<'_>,
    findings: &mut Findings,
    depth: usize,
) -> Option<(Value, Places)> {
    let entries = table.entries();
    if let [only] = entries.as_slice()
        && only.key.starts_with('$')
    {
        return special(only.key, &only.item, item.span, findings, depth);
    }
    let mut values = BTreeMap::new();
    let mut places = Vec::new();
    let mut whole = true;
    for entry in &entries {
        let name_ok = match KeyName::new(entry.key) {
            Ok(_) => true,
            Err(error) => {
                findings.push(
                    Finding::new("bad-name", format!("a dictionary's key {error}")).at(entry.key_span, ""),
                );
                false
            }
        };
        match lower_at(&entry.item, findings, depth) {
            Some((value, inner)) if name_ok => {
                values.insert(entry.key.to_owned(), value);
                places.push(Entry::new(entry.key, entry.key_span, inner));
            }
            _ => whole = false,
        }
    }
    whole.then(|| {
        (Value::Dictionary(values), Places { at: item.span.into(), inside: Inside::dictionary(places) })
    })
}

/// `{ "$data" = "…" }` and `{ "$dictionary" = { … } }`.
fn special(
    key: &str,
    inner: &Item<'_>,
    span: Span,
    findings: &mut Findings,
    depth: usize,
) -> Option<(Value, Places)> {
    match (key, inner.kind()) {
        ("$data", Kind::String(coded)) => match write::from_base64(coded) {
            Some(bytes) => Some((Value::Data(bytes), Places::leaf(span))),
            None => {
                findings.push(bad_data(inner.span));
                None
            }
        },
        ("$data", other) => {
            let title = format!("`$data` takes base64 in quotes, not {}", other.with_article());
            findings.push(Finding::new("bad-data", title).at(inner.span, ""));
            None
        }
        ("$dictionary", Kind::Table(table)) => {
            let mut values = BTreeMap::new();
            let mut places = Vec::new();
            for entry in table.entries() {
                let (value, inner) = lower_at(&entry.item, findings, depth)?;
                values.insert(entry.key.to_owned(), value);
                places.push(Entry::new(entry.key, entry.key_span, inner));
            }
            Some((Value::Dictionary(values), Places { at: span.into(), inside: Inside::dictionary(places) }))
        }
        _ => {
            let title = format!("a dictionary whose only key starts with `$` is reserved: `{key}`");
            findings.push(
                Finding::new("reserved-dictionary", title)
                    .at(span, "")
                    .help("data is `{ \"$data\" = \"base64\" }`; a dictionary as it stands is `{ \"$dictionary\" = { … } }`"),
            );
            None
        }
    }
}

/// Text that was to be data.
pub(super) fn bad_data(at: impl Into<Origin>) -> Finding {
    Finding::new("bad-data", "this is no base64")
        .at(at, "")
        .help("base64 has letters, digits, `+` and `/`, four by four, the last filled up with `=`")
}

fn integer(item: &Item<'_>, findings: &mut Findings) -> Option<Value> {
    let number = item.as_number();
    let found = number.and_then(|n| match i64::try_from(n) {
        Ok(small) => Some(Integer::from(small)),
        Err(_) => u64::try_from(n).ok().map(Integer::from),
    });
    if found.is_none() {
        let title = "the number does not fit 64 bits: -9223372036854775808 to 18446744073709551615";
        findings.push(Finding::new("number-too-large", title).at(item.span, ""));
    }
    found.map(Value::Integer)
}

fn real(digits: &str, span: Span, findings: &mut Findings) -> Option<Value> {
    let found = digits.parse().ok().and_then(Real::new);
    if found.is_none() {
        let title = "a property list carries finite numbers only";
        findings.push(Finding::new("number-not-finite", title).at(span, ""));
    }
    found.map(Value::Real)
}

fn text(source: &str, item: &Item<'_>, findings: &mut Findings) -> Option<Text> {
    match Text::parse(source) {
        Ok(text) => Some(text),
        Err(error) => {
            let at = match error {
                TokenError::Open { at } | TokenError::Name { at, .. } => at,
            };
            let finding = Finding::new("bad-token", error.to_string()).at(inside(item, source, at), "");
            findings.push(finding.help("`$${` is a literal `${`"));
            None
        }
    }
}

/// Where a byte of a string stands: exact where the string holds no escapes, else the whole string.
fn inside(item: &Item<'_>, content: &str, at: usize) -> Span {
    let written = item.source_text();
    match written.find(content) {
        Some(offset) if !content.is_empty() => {
            let start = item.span.start + u32::try_from(offset + at).unwrap_or(0);
            Span { start, end: (start + 2).min(item.span.end), ..item.span }
        }
        _ => item.span,
    }
}

fn moment(date: &Datetime, item: &Item<'_>, findings: &mut Findings) -> Option<Value> {
    let (title, right) = match (&date.date, &date.time, &date.offset) {
        (Some(_), Some(time), Some(_)) if time.nanosecond.unwrap_or(0) != 0 => {
            let right = item.source_text().split_once('.').map(|(whole, rest)| {
                format!("{whole}{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()))
            });
            ("a property list's dates have whole seconds".to_owned(), right)
        }
        (Some(day), Some(time), Some(offset)) => {
            let zone = match offset {
                Offset::Z => "Z".to_owned(),
                Offset::Custom { minutes } => {
                    let sign = if *minutes < 0 { '-' } else { '+' };
                    format!("{sign}{:02}:{:02}", minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60)
                }
            };
            let clock = format!("{:02}:{:02}:{:02}", time.hour, time.minute, time.second.unwrap_or(0));
            let full = format!("{:04}-{:02}-{:02}T{clock}{zone}", day.year, day.month, day.day);
            match Date::parse(&full) {
                Some(date) => return Some(Value::Date(date)),
                None => ("there is no such moment in the years 1 to 9999".to_owned(), None),
            }
        }
        (Some(day), Some(time), None) => {
            let clock = format!("{:02}:{:02}:{:02}", time.hour, time.minute, time.second.unwrap_or(0));
            let right = format!("{:04}-{:02}-{:02}T{clock}Z", day.year, day.month, day.day);
            ("a date needs its offset from UTC".to_owned(), Some(right))
        }
        (Some(day), None, _) => {
            let right = format!("{:04}-{:02}-{:02}T00:00:00Z", day.year, day.month, day.day);
            ("a date needs its time".to_owned(), Some(right))
        }
        _ => ("a time of day is no value of a property list".to_owned(), None),
    };
    let mut finding = Finding::new("bad-date", title).at(item.span, "");
    match right {
        Some(right) => {
            finding = finding.help(format!("write `{right}`")).fix(item.span, right, "write the full date");
        }
        None => finding = finding.help("a date is written `2027-01-31T08:30:00Z`"),
    }
    findings.push(finding);
    None
}
