//! From a profile to a plan: the same settings that a policy would have, each with its place in the profile.

use super::names::{self, Unknown};
use super::{Held, HeldDomain, HeldProfile, HeldSetting, Shape};
use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Origin, Severity};
use crate::plan::{Channel, Enforcement, Identity, Kind, Plan, Setting};
use crate::policy::reads;
use crate::value::{DomainName, KeyName};
use std::collections::BTreeMap;

/// Makes the plan of one profile of a file.
///
/// Names that the catalogue does not know are said, and so are two payloads that set one key: macOS does not say
/// which of them wins, and the plan holds the first, and what differs from it as contradictions. The payloads' names
/// of domains and keys that no preference can have are left out, and said.
pub fn plan(
    held: &Held,
    profile: &HeldProfile,
    catalog: &Catalog<'_>,
    unknown: &mut Unknown,
    findings: &mut Findings,
) -> Plan {
    let identity = identity(held, profile);
    let mut chosen: BTreeMap<(DomainName, KeyName), Setting> = BTreeMap::new();
    let mut contradictions = Vec::new();
    for (payload, domain) in profile.domains() {
        let known = names::domain(domain, catalog, unknown, findings);
        if catalog.is_apple_payload(&domain.name) && payload.kind != domain.name {
            findings.push(not_by_preferences(domain, catalog));
        }
        let Some(name) = domain_name(domain, findings) else { continue };
        for setting in &domain.settings {
            let entry = catalog.key(&domain.name, &setting.key);
            if known && entry.is_none() {
                findings.push(names::unknown_key(&domain.name, setting, catalog));
            }
            let Some(key) = key_name(domain, setting, findings) else { continue };
            let lowered = Setting {
                channel: identity.channel,
                domain: name.clone(),
                key: key.clone(),
                value: Some(setting.value.clone()),
                places: setting.places.clone(),
                enforcement: setting.enforcement,
                reads: entry.map(|known| reads(&known, catalog)).unwrap_or_default(),
                origin: setting.at.clone(),
                overrides: Vec::new(),
                bare: false,
                custom: false,
                why: None,
            };
            match chosen.get_mut(&(name.clone(), key.clone())) {
                None => {
                    chosen.insert((name.clone(), key), lowered);
                }
                Some(first) => {
                    findings.push(twice(first, &lowered, catalog));
                    first.overrides.push(lowered.origin.clone());
                    if (&first.value, first.enforcement) != (&lowered.value, lowered.enforcement) {
                        contradictions.push(lowered);
                    }
                }
            }
        }
    }
    let settings = chosen.into_values().collect();
    Plan { kind: Kind::Profile, identity, settings, contradictions, ..Plan::default() }
}

fn identity(held: &Held, profile: &HeldProfile) -> Identity {
    let text =
        |key: &str| profile.envelope.text(key).filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let id = text("PayloadIdentifier").unwrap_or_default();
    let stamps =
        profile.domains().flat_map(|(_, domain)| &domain.settings).filter_map(|setting| setting.stamp);
    Identity {
        name: text("PayloadDisplayName").unwrap_or_else(|| id.clone()),
        id,
        description: text("PayloadDescription"),
        organization: text("PayloadOrganization"),
        // A profile that does not say is one for users; preferences without any profile go to the whole Mac.
        channel: match (&profile.scope, held.shape) {
            (Some((channel, _)), _) => *channel,
            (None, Shape::Profile) => Channel::User,
            (None, _) => Channel::Device,
        },
        set_once_stamp: stamps.max(),
        keep_identifiers_from: None,
        variant: None,
        origin: Some(match held.shape {
            Shape::Profile | Shape::Shown => profile.envelope.at("PayloadIdentifier").clone(),
            _ => Origin::Whole(held.source),
        }),
    }
}

/// Preferences of a domain that is a payload type of Apple's: macOS takes the payload, and nobody reads these.
fn not_by_preferences(domain: &HeldDomain, catalog: &Catalog<'_>) -> Finding {
    let name = domain.name.as_str();
    let title = format!("preferences do not deliver the settings of {}", catalog.short(name));
    Finding::new("not-a-preference", title)
        .severity(Severity::Error)
        .at(domain.at.clone(), "")
        .about(name, "")
        .note("macOS takes these settings from a payload of Apple's own")
        .help(format!("carry the keys in a payload whose PayloadType is {name}, beside its PayloadUUID"))
}

fn domain_name(domain: &HeldDomain, findings: &mut Findings) -> Option<DomainName> {
    DomainName::new(&domain.name)
        .map_err(|error| {
            let title = format!("`{}` is no preference domain: the name {error}", domain.name.escape_debug());
            findings.push(Finding::new("bad-name", title).at(domain.at.clone(), ""));
        })
        .ok()
}

fn key_name(domain: &HeldDomain, setting: &HeldSetting, findings: &mut Findings) -> Option<KeyName> {
    KeyName::new(&setting.key)
        .map_err(|error| {
            let title = format!("the name of a key of {} {error}", domain.name.escape_debug());
            findings.push(Finding::new("bad-name", title).at(setting.at.clone(), ""));
        })
        .ok()
}

/// Two payloads that set one key.
fn twice(first: &Setting, second: &Setting, catalog: &Catalog<'_>) -> Finding {
    let (domain, key) = (first.domain.as_str(), first.key.as_str());
    let short = catalog.short(domain);
    let same = first.value == second.value && first.enforcement == second.enforcement;
    let finding = if same {
        Finding::new("set-again", format!("`{key}` of {short} is set a second time, to the same value"))
    } else if first.enforcement == second.enforcement {
        Finding::new("set-by-two-payloads", format!("`{key}` of {short} is set twice, to different values"))
    } else {
        let title = format!("`{key}` of {short} is both {} and {}", word(first), word(second));
        Finding::new("set-by-two-payloads", title)
    };
    finding.at(second.origin.clone(), "").at(first.origin.clone(), "the first").about(domain, key)
}

fn word(setting: &Setting) -> &'static str {
    match setting.enforcement {
        Enforcement::Forced => "forced",
        Enforcement::SetOnce => "set once",
        Enforcement::Default => "a default",
        Enforcement::Unset => "unset",
    }
}
