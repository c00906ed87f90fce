//! Versions as manifests write them: mostly plain, sometimes with words.

use super::Facts;
use crate::version::Ranges;

/// What a text in a field for versions is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Nothing: the field of a form that was left empty.
    Empty,
    /// A version, or all that begins with these numbers: `16.28`, `15.x`.
    Version(String),
    /// This version alone: `16.27 ONLY`.
    Only(String),
    /// Something else: `4.31y`.
    Unclear(String),
}

/// Reads such a text.
pub fn bound(text: &str) -> Bound {
    let text = text.trim();
    if text.is_empty() {
        return Bound::Empty;
    }
    let version = |text: &str| {
        let numbers = text.strip_suffix(".x").unwrap_or(text);
        let plain = numbers.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        plain && format!("{text} ..").parse::<Ranges>().is_ok()
    };
    if version(text) {
        return Bound::Version(text.to_owned());
    }
    match text.rsplit_once(' ') {
        Some((number, word)) if word.eq_ignore_ascii_case("only") && version(number.trim()) => {
            Bound::Only(number.trim().to_owned())
        }
        _ => Bound::Unclear(text.to_owned()),
    }
}

/// A field for versions: its name, and its text if the manifest has it.
pub(super) type Field<'t> = (&'static str, Option<&'t str>);

/// The range from a first to a last version; what is not clear becomes a doubt, what is empty a note.
pub(super) fn works(first: Field<'_>, last: Field<'_>, facts: &mut Facts) {
    let read = |(name, text): Field<'_>, notes: &mut Vec<String>| match text.map(bound) {
        Some(Bound::Empty) => {
            notes.push(empty(name));
            None
        }
        other => other,
    };
    let ends = (read(first, &mut facts.notes), read(last, &mut facts.notes));
    let range = match &ends {
        (None, None) => return,
        (Some(Bound::Only(only)), None) | (_, Some(Bound::Only(only))) => Some(only.clone()),
        (Some(Bound::Version(from)), None) => Some(format!("{from} ..")),
        (None, Some(Bound::Version(to))) => Some(format!(".. {to}")),
        (Some(Bound::Version(from)), Some(Bound::Version(to))) => Some(format!("{from} .. {to}")),
        _ => None,
    };
    // An upper end that lies below the lower one holds nothing, and does not parse.
    match range.filter(|range| range.parse::<Ranges>().is_ok()) {
        Some(range) => facts.works = Some(range),
        None => {
            let said =
                |text: Option<&str>, word: &str| text.map(|text| format!("`{text}` as the {word} version"));
            let said: Vec<String> =
                [said(first.1, "first"), said(last.1, "last")].into_iter().flatten().collect();
            facts.doubtful.push(("..".to_owned(), format!("The manifest gives {}.", said.join(" and "))));
        }
    }
}

/// The range of macOS as text, and what cannot be said as one as notes.
pub(super) fn macos(first: Field<'_>, last: Field<'_>, notes: &mut Vec<String>) -> Option<String> {
    let mut facts = Facts::default();
    works(first, last, &mut facts);
    notes.append(&mut facts.notes);
    notes.extend(facts.doubtful.into_iter().map(|(_, why)| format!("{} Of macOS, that is.", why)));
    facts.works
}

/// That something is given up, since a version of `of`.
pub(super) fn deprecated(of: &str, (name, text): Field<'_>, notes: &mut Vec<String>) -> Option<String> {
    match bound(text?) {
        // Whether it is given up at all, an empty field does not say.
        Bound::Empty => {
            notes.push(empty(name));
            None
        }
        Bound::Version(since) => Some(format!("Since {of}{since}.")),
        Bound::Only(text) | Bound::Unclear(text) => Some(format!("Says the manifest: `{text}`.")),
    }
}

fn empty(name: &str) -> String {
    format!("The manifest has `{name}` without a version.")
}
