//! Which of several values for one key counts: within a file, and over files that extend each other.

use super::raw::Section;
use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Origin, Span};
use crate::value::{DomainName, KeyName, Places, Value};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// One key of one domain, as one line of one file wants it.
#[derive(Clone)]
pub(super) struct Candidate {
    pub section: Section,
    pub value: Option<Value>,
    pub places: Places,
    pub span: Span,
    pub bare: bool,
    /// What it replaced, the last first.
    pub overrides: Vec<Origin>,
}

/// Candidates by domain and key.
pub(super) type Chosen = BTreeMap<(DomainName, KeyName), Candidate>;

/// Takes a candidate of a file beside those of the same file.
///
/// A domain's own line wins over a bare key; two lines of the same kind are an error. Nothing is decided by the
/// order of lines.
pub(super) fn within_file(
    chosen: &mut Chosen,
    at: (DomainName, KeyName),
    new: Candidate,
    catalog: &Catalog<'_>,
    findings: &mut Findings,
) {
    match chosen.entry(at) {
        Entry::Vacant(place) => {
            place.insert(new);
        }
        Entry::Occupied(mut place) => {
            let old_bare = place.get().bare;
            if old_bare == new.bare {
                let (domain, key) = place.key();
                findings.push(set_twice(catalog.short(domain.as_str()), domain, key, place.get(), &new));
            } else if old_bare {
                let old = place.insert(new);
                place.get_mut().overrides.push(old.span.into());
            } else {
                place.get_mut().overrides.push(new.span.into());
            }
        }
    }
}

fn set_twice(short: &str, domain: &DomainName, key: &KeyName, old: &Candidate, new: &Candidate) -> Finding {
    let same = old.value == new.value && old.section == new.section;
    let unset = [old, new].into_iter().filter(|candidate| candidate.section == Section::Unset).count();
    let title = match (unset, same) {
        (2, _) => format!("`{key}` of {short} is unset twice"),
        (1, _) => format!("`{key}` of {short} is both set and unset"),
        (_, true) => format!("`{key}` of {short} is set twice, to the same value"),
        (_, false) => format!("`{key}` of {short} is set twice"),
    };
    let place = |candidate: &Candidate| match candidate.section {
        Section::Settings => "in [settings]".to_owned(),
        other => format!("in [{}]", other.name()),
    };
    let (first, second) = if old.span.start <= new.span.start { (old, new) } else { (new, old) };
    Finding::new("set-twice", title)
        .at(second.span, place(second))
        .at(first.span, place(first))
        .about(domain.as_str(), key.as_str())
        .help("keep one of them")
}

/// Puts the candidates of a later file over those of earlier ones.
pub(super) fn over_files(all: &mut Chosen, later: Chosen) {
    for (at, mut new) in later {
        match all.entry(at) {
            Entry::Vacant(place) => {
                place.insert(new);
            }
            Entry::Occupied(mut place) => {
                let old = place.get();
                new.overrides.push(old.span.into());
                new.overrides.extend(old.overrides.iter().cloned());
                place.insert(new);
            }
        }
    }
}
