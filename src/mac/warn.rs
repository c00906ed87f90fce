//! What the checks of policies say of the values that a Mac has.

use super::{Layer, Seen};
use crate::catalog::{Facts as _, Known as Answer};
use crate::check::{Options, check};
use crate::finding::{Finding, Findings, Origin, Sources, code_info};
use crate::plan::{Channel, Enforcement, Kind, Macs, Plan, Setting};
use crate::policy::reads;
use crate::value::{DomainName, KeyName, Places, Value};
use std::collections::BTreeMap;

/// What `show` says by itself: whether the installed build reads a key, and who knows it.
const SAID: [&str; 8] = [
    "not-installed",
    "not-read-yet",
    "no-longer-read",
    "read-by-some-builds",
    "unknown-key",
    "unknown-domain",
    "secret-in-profile",
    "forced-only",
];

/// Something to know of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The code of a finding, or a word of the same shape.
    pub code: String,
    /// What, as a sentence without a full stop.
    pub says: String,
    /// More of the same kind.
    pub notes: Vec<String>,
    /// Whether it may quote values.
    pub quotes: bool,
}

impl Warning {
    /// Without notes.
    pub(super) fn new(code: &str, says: impl Into<String>) -> Self {
        Self { code: code.to_owned(), says: says.into(), notes: Vec::new(), quotes: false }
    }
}

/// A value that a Mac has.
pub(super) struct Known<'v> {
    pub domain: &'v str,
    pub key: &'v str,
    pub layer: Layer,
    pub value: &'v Value,
}

/// What the checks say of these values, by domain and key.
///
/// They are judged as a profile's would be that sets all of them, on Macs that have what this one has.
pub(super) fn warnings(
    values: &[Known<'_>],
    seen: &Seen<'_, '_>,
) -> BTreeMap<(String, String), Vec<Warning>> {
    let plan = plan(values, seen);
    let checked = check(plan, Findings::new(), seen.catalog, &Options::default());
    let mut found: BTreeMap<(String, String), Vec<Warning>> = BTreeMap::new();
    for finding in checked.findings {
        // Rules between settings are judged elsewhere.
        if code_info(finding.code.as_str()).is_none() || SAID.contains(&finding.code.as_str()) {
            continue;
        }
        for subject in &finding.subjects {
            let warning = warning(&finding);
            found.entry((subject.domain.clone(), subject.key.clone())).or_default().push(warning);
        }
    }
    found
}

fn warning(finding: &Finding) -> Warning {
    Warning {
        code: finding.code.as_str().to_owned(),
        says: finding.title.clone(),
        notes: finding.notes.clone(),
        quotes: true,
    }
}

/// The values in effect as a plan: what the catalogue's rules take for the settings that they are asked about.
pub(super) fn plan(values: &[Known<'_>], seen: &Seen<'_, '_>) -> Plan {
    let mut sources = Sources::new();
    let mut settings: Vec<Setting> =
        values.iter().filter_map(|value| setting(value, seen, &mut sources)).collect();
    settings.sort_by(|a, b| (&a.domain, &a.key).cmp(&(&b.domain, &b.key)));
    settings.dedup_by(|a, b| (&a.domain, &a.key) == (&b.domain, &b.key));
    Plan { kind: Kind::Profile, macs: macs(seen), settings, ..Plan::default() }
}

/// A value as a setting. A name that no preference can have is judged by nobody.
fn setting(value: &Known<'_>, seen: &Seen<'_, '_>, sources: &mut Sources) -> Option<Setting> {
    let known = seen.catalog.key(value.domain, value.key);
    // Each of its own: findings that are alike, and at one place, would become one.
    let origin = Origin::Whole(sources.add("", ""));
    Some(Setting {
        channel: Channel::Device,
        domain: DomainName::new(value.domain).ok()?,
        key: KeyName::new(value.key).ok()?,
        value: Some(value.value.clone()),
        places: Places::leaf(origin.clone()),
        enforcement: if value.layer.managed() { Enforcement::Forced } else { Enforcement::Default },
        reads: known.map(|known| reads(&known, seen.catalog)).unwrap_or_default(),
        origin,
        overrides: Vec::new(),
        bare: false,
        custom: false,
        why: None,
    })
}

/// The versions that are installed. What is not there, or not known, is not said: any version may come.
fn macs(seen: &Seen<'_, '_>) -> Macs {
    let names = seen.catalog.products().map(|product| product.name).chain(["macOS"]);
    let versions = names.filter_map(|name| match seen.versions(name) {
        Answer::Yes(ranges) if !ranges.is_empty() => Some((name.to_owned(), ranges)),
        _ => None,
    });
    Macs { versions: versions.collect(), ..Macs::default() }
}
