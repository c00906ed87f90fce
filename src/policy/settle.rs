//! What is left to do once every line of a policy is resolved: data, reasons to leave something out, stamps, settings.

use super::merge::{Candidate, Chosen};
use super::raw::Raw;
use super::value::bad_data;
use crate::catalog::model::{Node, Segment};
use crate::catalog::{Catalog, KeyRef};
use crate::finding::{Finding, Findings};
use crate::plan::{Enforcement, Identity, LeftOut, Reads, Setting};
use crate::value::{DomainName, Inside, KeyName, Places, Text, Type, Value, write};
use crate::version::Ranges;
use std::collections::{BTreeMap, BTreeSet};

/// The two spellings of one switch, and the domain they are in: `[policy] attach-key = "both"` emits both.
const ATTACH: (&str, &str, &str) =
    ("com.microsoft.errorreporting", "IsAttachFilesEnabled", "IsAttachedEnabled");

/// The builds that read a key, product by product; empty where no range is known.
pub fn reads(known: &KeyRef<'_, '_>, catalog: &Catalog<'_>) -> Vec<Reads> {
    let mut found = Vec::new();
    let doubtful = known.doubtful();
    let ranges = known.works().minus(doubtful);
    if let Some(product) = known.product(catalog)
        && !ranges.is_any()
    {
        found.push(Reads { product: product.name.to_owned(), ranges, doubtful: doubtful.clone() });
    }
    if let Some(ranges) = known.key.macos.and_then(|text| text.parse::<Ranges>().ok()) {
        found.push(Reads { product: "macOS".to_owned(), ranges, doubtful: Ranges::none() });
    }
    found
}

/// Where the catalogue says data, a string is base64.
pub(super) fn with_data(
    value: &Value,
    places: &Places,
    node: Option<&Node<'_>>,
    findings: &mut Findings,
) -> Value {
    let Some(node) = node else { return value.clone() };
    let child = |wanted: &dyn Fn(&Segment<'_>) -> bool| {
        node.children.iter().find(|(segment, _)| wanted(segment)).map(|(_, child)| child)
    };
    match (value, &places.inside) {
        (Value::String(text), _)
            if node.types.contains(&Type::Data) && !node.types.contains(&Type::String) =>
        {
            match text.as_literal().and_then(write::from_base64) {
                Some(bytes) => Value::Data(bytes),
                None => {
                    findings.push(bad_data(places.at.clone()));
                    Value::String(Text::literal(""))
                }
            }
        }
        (Value::Array(items), Inside::Array(_)) => {
            let inner = child(&|segment| *segment == Segment::Item);
            let convert = |(at, item)| with_data(item, places.item(at), inner, findings);
            Value::Array(items.iter().enumerate().map(convert).collect())
        }
        (Value::Dictionary(entries), Inside::Dictionary(_)) => {
            let mut converted = BTreeMap::new();
            for (key, entry) in entries {
                let named = child(&|segment| *segment == Segment::Name(key));
                let any = || child(&|segment| matches!(segment, Segment::AnyKey | Segment::AppPath));
                let inner = named.or_else(any);
                converted.insert(key.clone(), with_data(entry, places.entry(key), inner, findings));
            }
            Value::Dictionary(converted)
        }
        _ => value.clone(),
    }
}

/// Puts the other spelling of the attach switch beside the one that the policy names.
pub(super) fn attach_both(all: &mut Chosen) {
    let (domain, documented, community) = ATTACH;
    let (Ok(domain), Ok(from), Ok(to)) =
        (DomainName::new(domain), KeyName::new(documented), KeyName::new(community))
    else {
        return;
    };
    let pair = [(from.clone(), to.clone()), (to, from)];
    for (from, to) in pair {
        if let Some(found) = all.get(&(domain.clone(), from)).cloned() {
            all.entry((domain.clone(), to)).or_insert(found);
        }
    }
}

/// What is left out of the whole policy: the last line that says so of a key, unless another line sets it.
pub(super) fn still_left_out(list: Vec<LeftOut>, all: &Chosen) -> Vec<LeftOut> {
    let set: BTreeSet<(&str, &str)> =
        all.keys().map(|(domain, key)| (domain.as_str(), key.as_str())).collect();
    let mut last: BTreeMap<(String, String), (usize, LeftOut)> = BTreeMap::new();
    for (at, left) in list.into_iter().enumerate() {
        if !set.contains(&(left.domain.as_str(), left.key.as_str())) {
            last.insert((left.domain.clone(), left.key.clone()), (at, left));
        }
    }
    let mut kept: Vec<(usize, LeftOut)> = last.into_values().collect();
    kept.sort_by_key(|(at, _)| *at);
    kept.into_iter().map(|(_, left)| left).collect()
}

pub(super) fn require_stamp(files: &[&Raw], all: &Chosen, identity: &Identity, findings: &mut Findings) {
    // A stamp that is there but no good has been told already.
    if identity.set_once_stamp.is_some() || files.iter().any(|raw| raw.head.has_stamp) {
        return;
    }
    let once = |c: &&Candidate| c.section.enforcement() == Enforcement::SetOnce;
    let Some(first) = all.values().filter(once).min_by_key(|c| c.span) else {
        return;
    };
    findings.push(
        Finding::new("set-once-stamp", format!("[{}] needs `set-once-stamp` under [policy]", first.section.name()))
            .at(first.span, "")
            .note("macOS writes the values once for each stamp; without one it writes them at every login")
            .help("add `set-once-stamp = 2027-01-31T00:00:00Z` with the day of the change; a later one writes them again"),
    );
}

pub(super) fn setting(
    (domain, key): (DomainName, KeyName),
    candidate: Candidate,
    identity: &Identity,
    catalog: &Catalog<'_>,
) -> Setting {
    let known = catalog.key(domain.as_str(), key.as_str());
    Setting {
        channel: identity.channel,
        reads: known.map(|known| reads(&known, catalog)).unwrap_or_default(),
        value: candidate.value,
        places: candidate.places,
        enforcement: candidate.section.enforcement(),
        origin: candidate.span.into(),
        overrides: candidate.overrides,
        bare: candidate.bare,
        custom: candidate.section.is_custom(),
        why: None,
        domain,
        key,
    }
}
