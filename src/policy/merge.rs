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

/// What the lines of one file want of a key: a bare one, and its domain's own.
#[derive(Default)]
struct Slots {
    bare: Option<Candidate>,
    own: Option<Candidate>,
}

/// The candidates of one file. Nothing is decided by the order of lines.
#[derive(Default)]
pub(super) struct InFile {
    slots: BTreeMap<(DomainName, KeyName), Slots>,
    /// Two bare lines for one key are one mistake, in however many domains: by their places.
    bare_twice: BTreeMap<(Span, Span), Finding>,
    own_twice: Vec<Finding>,
}

impl InFile {
    /// Takes a candidate beside the others of the file. Two lines of the same kind are an error.
    pub fn take(&mut self, at: (DomainName, KeyName), new: Candidate, catalog: &Catalog<'_>) {
        let (domain, key) = at.clone();
        let slots = self.slots.entry(at).or_default();
        let slot = if new.bare { &mut slots.bare } else { &mut slots.own };
        let Some(old) = slot else {
            *slot = Some(new);
            return;
        };
        let (domain, name) = (domain.as_str(), key.as_str());
        if new.bare {
            let finding = self
                .bare_twice
                .remove(&(old.span, new.span))
                .unwrap_or_else(|| set_twice(&format!("`{name}`"), old, &new));
            self.bare_twice.insert((old.span, new.span), finding.about(domain, name));
        } else {
            let what = format!("`{name}` of {}", catalog.short(domain));
            self.own_twice.push(set_twice(&what, old, &new).about(domain, name));
        }
    }

    /// One candidate for each key: a domain's own line wins over a bare key.
    pub fn merge(self, findings: &mut Findings) -> Chosen {
        findings.extend(self.bare_twice.into_values().chain(self.own_twice).collect());
        let chosen = |slots: Slots| match (slots.own, slots.bare) {
            (Some(mut own), Some(bare)) => {
                own.overrides.push(bare.span.into());
                Some(own)
            }
            (own, bare) => own.or(bare),
        };
        self.slots.into_iter().filter_map(|(at, slots)| Some((at, chosen(slots)?))).collect()
    }
}

fn set_twice(what: &str, old: &Candidate, new: &Candidate) -> Finding {
    let same = old.value == new.value && old.section == new.section;
    let unset = [old, new].into_iter().filter(|candidate| candidate.section == Section::Unset).count();
    let title = match (unset, same) {
        (2, _) => format!("{what} is unset twice"),
        (1, _) => format!("{what} is both set and unset"),
        (_, true) => format!("{what} is set twice, to the same value"),
        (_, false) => format!("{what} is set twice"),
    };
    let place = |candidate: &Candidate| match candidate.section {
        Section::Settings => "in [settings]".to_owned(),
        other => format!("in [{}]", other.name()),
    };
    let (first, second) = if old.span.start <= new.span.start { (old, new) } else { (new, old) };
    Finding::new("set-twice", title)
        .at(second.span, place(second))
        .at(first.span, place(first))
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
