//! Several descriptions of one thing as one: manifests of one domain, fields of one name, kinds of items.
//!
//! What they agree on stands. Where they differ, what one of them allows is allowed, and a note says so: a
//! description that is joined never refuses what one of its parts takes.

use super::{Facts, Manifest, Step};
use crate::value::Type;

/// The manifests of one domain as one; none if there are none.
///
/// A plain preference manifest speaks before one of a payload: where both are there, the domain is one of
/// preferences.
pub(super) fn manifests(list: &[Manifest]) -> Option<Manifest> {
    let mut order: Vec<&Manifest> = list.iter().collect();
    order.sort_by(|a, b| (a.payload, &a.cites).cmp(&(b.payload, &b.cites)));
    let (first, others) = order.split_first()?;
    let mut one = (*first).clone();
    for other in others {
        if !one.summary.contains(other.summary.as_str()) {
            let stop = if one.summary.ends_with(['.', '!', '?']) { "" } else { "." };
            one.summary = format!("{}{stop} {}", one.summary, other.summary);
        }
        one.cites = format!("{}\n{}", one.cites, other.cites);
        one.keys.extend(other.keys.iter().cloned());
    }
    one.keys = siblings(one.keys);
    Some(one)
}

/// Positions of one name as one, in the order in which they came first.
pub(super) fn siblings(list: Vec<(Step, Facts)>) -> Vec<(Step, Facts)> {
    let mut at: std::collections::BTreeMap<Step, usize> = std::collections::BTreeMap::new();
    let mut out: Vec<(Step, Facts)> = Vec::new();
    for (step, facts) in list {
        match at.get(&step).and_then(|at| out.get_mut(*at)) {
            Some((_, known)) => *known = two(std::mem::take(known), facts),
            None => {
                at.insert(step.clone(), out.len());
                out.push((step, facts));
            }
        }
    }
    out
}

/// Two descriptions of one position; they nest at most 32 levels deep, which bounds the recursion.
fn two(mut a: Facts, b: Facts) -> Facts {
    let mut differ: Vec<&str> = Vec::new();
    let mut differs = |what: &'static str, yes: bool| {
        if yes {
            differ.push(what);
        }
        yes
    };
    if differs("types", a.types != b.types) {
        a.types.extend(b.types.iter().copied());
        a.types = Type::ALL.into_iter().filter(|kind| a.types.contains(kind)).collect();
    }
    let (open_a, open_b) = (a.values.is_empty(), b.values.is_empty());
    let same = |list: &[(crate::value::Value, String)]| {
        list.iter().map(|(value, _)| value.clone()).collect::<Vec<_>>()
    };
    if differs("values", same(&a.values) != same(&b.values) || a.open != b.open) {
        // Where one names no values, or has a range beside, others are fine.
        a.open = a.open || b.open || open_a || open_b;
        for (value, means) in b.values {
            if a.values.iter().all(|(known, _)| *known != value) {
                a.values.push((value, means));
            }
        }
    }
    if differs("ranges", (a.min, a.max) != (b.min, b.max)) {
        a.min = a.min.zip(b.min).map(|(one, other)| one.min(other));
        a.max = a.max.zip(b.max).map(|(one, other)| one.max(other));
    }
    if differs("forms", a.pattern != b.pattern) {
        a.pattern = None;
    }
    if differs("versions", (&a.works, &a.doubtful) != (&b.works, &b.doubtful)) {
        a.works = None;
        a.doubtful.retain(|doubt| b.doubtful.contains(doubt));
    }
    if differs("versions of macOS", a.macos != b.macos) {
        a.macos = None;
    }
    if differs("whether it is deprecated", a.deprecated != b.deprecated) {
        a.deprecated = None;
    }
    if differs("conditions", a.rules != b.rules) {
        a.rules.clear();
    }
    a.unit = a.unit.or(b.unit);
    a.secret |= b.secret;
    for note in b.notes {
        if !a.notes.contains(&note) {
            a.notes.push(note);
        }
    }
    for cites in b.cites {
        if !a.cites.contains(&cites) {
            a.cites.push(cites);
        }
    }
    if !differ.is_empty() {
        let note =
            format!("It is described more than once, and the descriptions differ in: {}.", differ.join(", "));
        if !a.notes.contains(&note) {
            a.notes.push(note);
        }
    }
    a.children.extend(b.children);
    a.children = siblings(a.children);
    a
}
