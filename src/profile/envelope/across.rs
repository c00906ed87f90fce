//! Several profiles of one command line, or of one Mac: what must not be in two of them.

use super::identity::text;
use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Origin, Severity, SourceId, listed};
use crate::plan::{Channel, Enforcement, Plan, Setting};
use crate::profile::read::{Dict, HeldProfile};
use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

/// One profile among others.
#[derive(Clone, Copy, Debug)]
pub struct Member<'m> {
    /// The profile.
    pub profile: &'m HeldProfile,
    /// Its settings.
    pub plan: &'m Plan,
}

/// One profile among others, and how a Mac calls it: looked up once, for it is compared with all others.
#[derive(Clone, Copy)]
struct Called<'m> {
    member: &'m Member<'m>,
    identifier: Option<&'m str>,
}

impl<'m> Called<'m> {
    fn new(member: &'m Member<'m>) -> Self {
        Self { member, identifier: text(&member.profile.envelope, "PayloadIdentifier") }
    }

    /// Whether a Mac would take the two for one profile: whatever else they share is no surprise.
    fn same_profile(&self, other: &Self) -> bool {
        self.identifier.is_some() && self.identifier == other.identifier
    }
}

/// Says what several profiles share that each must have for itself, and which settings two of them bring.
///
/// Profiles may be alternatives, for different Macs: it is for their author to know whether any Mac gets two.
pub fn across(members: &[Member<'_>], catalog: &Catalog<'_>) -> Findings {
    let mut findings = same_profiles(members.iter().map(|member| member.profile));
    let members: Vec<Called<'_>> = members.iter().map(Called::new).collect();
    uuids(&members, &mut findings);
    settings(&members, catalog, &mut findings);
    findings
}

/// Says which profiles a Mac would take for one.
pub fn same_profiles<'m>(profiles: impl Iterator<Item = &'m HeldProfile>) -> Findings {
    let mut findings = Findings::new();
    // Two users of one Mac may well have one profile.
    let mut seen: BTreeMap<(Option<&str>, &str), &Origin> = BTreeMap::new();
    for profile in profiles {
        let Some(identifier) = text(&profile.envelope, "PayloadIdentifier") else { continue };
        let at = profile.envelope.at("PayloadIdentifier");
        let place = (profile.user.as_deref(), identifier);
        match seen.get(&place) {
            Some(first) => findings.push(
                Finding::new("same-profile", format!("two profiles have the identifier `{identifier}`"))
                    .at(at.clone(), "")
                    .at((*first).clone(), "the first")
                    .note("a Mac takes them for one: the second that it gets replaces the first"),
            ),
            None => {
                seen.insert(place, at);
            }
        }
    }
    findings
}

fn uuids(members: &[Called<'_>], findings: &mut Findings) {
    let mut seen: BTreeMap<String, (&Called<'_>, &Origin)> = BTreeMap::new();
    for member in members {
        let profile = member.member.profile;
        let payloads = profile.payloads.iter().map(|payload| &payload.envelope);
        let dicts: Vec<&Dict> = std::iter::once(&profile.envelope).chain(payloads).collect();
        for dict in dicts {
            let Some(uuid) = text(dict, "PayloadUUID") else { continue };
            let at = dict.at("PayloadUUID");
            match seen.entry(uuid.to_uppercase()) {
                Entry::Vacant(place) => {
                    place.insert((member, at));
                }
                Entry::Occupied(place) => match place.get() {
                    // Twice in one profile is said of that profile.
                    (other, _) if std::ptr::eq(other.member.profile, profile) => {}
                    (other, _) if other.same_profile(member) => {}
                    (_, first) => findings.push(
                        Finding::new("same-uuid", "two profiles share one UUID")
                            .severity(Severity::Warning)
                            .at(at.clone(), "")
                            .at((*first).clone(), "the first")
                            .help("make another one with `uuidgen`"),
                    ),
                },
            }
        }
    }
}

/// One setting that several profiles bring: channel, user, domain, key.
type Place<'m> = (Channel, Option<&'m str>, &'m str, &'m str);

fn settings(members: &[Called<'_>], catalog: &Catalog<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<Place<'_>, Vec<(&Called<'_>, &Setting)>> = BTreeMap::new();
    for called in members {
        let member = called.member;
        for setting in member.plan.settings.iter().filter(|one| one.enforcement == Enforcement::Forced) {
            if catalog.takes_several(setting.domain.as_str()) {
                continue;
            }
            let user = member.profile.user.as_deref();
            let place = (setting.channel, user, setting.domain.as_str(), setting.key.as_str());
            let known = seen.entry(place).or_default();
            if !known.iter().any(|(other, _)| other.same_profile(called)) {
                known.push((called, setting));
            }
        }
    }
    // What is set alike is told once for each domain and the files that set it.
    let mut alike: BTreeMap<(&str, Vec<SourceId>), Vec<Vec<&Setting>>> = BTreeMap::new();
    for ((_, _, domain, key), settings) in seen.into_iter().filter(|(_, settings)| settings.len() > 1) {
        let settings: Vec<&Setting> = settings.into_iter().map(|(_, setting)| setting).collect();
        if settings.windows(2).all(|pair| matches!(pair, [a, b] if a.value == b.value)) {
            let files = settings.iter().map(|setting| setting.origin.source());
            let files: BTreeSet<SourceId> = files.collect();
            alike.entry((domain, files.into_iter().collect())).or_default().push(settings);
            continue;
        }
        let number = settings.len();
        let short = catalog.short(domain);
        let title = format!("`{key}` of {short} is set by {number} profiles, to different values");
        let finding = Finding::new("set-by-two-profiles", title).about(domain, key);
        findings.push(
            placed(finding, &settings)
                .note("macOS does not say which of them wins on a Mac that gets two of these profiles")
                .help("let no Mac get two of them, or set the key in one profile"),
        );
    }
    for ((domain, _), keys) in alike {
        findings.push(again(domain, &keys, catalog));
    }
}

fn placed(finding: Finding, settings: &[&Setting]) -> Finding {
    const MOST: usize = 8;
    settings.iter().take(MOST).fold(finding, |finding, setting| finding.at(setting.origin.clone(), ""))
}

fn again(domain: &str, keys: &[Vec<&Setting>], catalog: &Catalog<'_>) -> Finding {
    const MOST: usize = 8;
    let short = catalog.short(domain);
    let first = keys.first().map_or(&[][..], Vec::as_slice);
    let number = first.len();
    let named: Vec<String> = keys.iter().filter_map(|key| Some(format!("`{}`", key.first()?.key))).collect();
    let names: Vec<&str> = named.iter().take(MOST).map(String::as_str).collect();
    let names = match named.len() {
        many if many > MOST => format!("{} and {} more", names.join(", "), many - MOST),
        _ => listed(&names),
    };
    let are = if named.len() == 1 { "is" } else { "are" };
    let title = format!("{names} of {short} {are} set by {number} profiles, to the same value");
    let finding = keys
        .iter()
        .filter_map(|key| key.first())
        .fold(Finding::new("set-again", title), |finding, setting| {
            finding.about(domain, setting.key.as_str())
        });
    placed(finding, first)
}
