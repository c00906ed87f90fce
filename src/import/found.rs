//! What the inputs hold: their settings merged, their other payloads, and what a policy says of itself.

use super::passed::passed;
use super::tokens::Tokens;
use super::{Draft, Entry, Head, Options, Place, Unit};
use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Origin, Severity, SourceId, Sources, listed};
use crate::plan::{Channel, Enforcement, Identity, Plan, Setting};
use crate::policy::is_identifier;
use crate::profile::read::{HeldPayload, HeldProfile, HeldSetting, Shape, Unknown, plan};
use crate::value::{Date, DomainName, KeyName, Value, quoted, toml_key};
use std::collections::{BTreeMap, BTreeSet};

/// How many names of many a comment tells.
const NAMED: usize = 8;
/// The stamp of settings that are set once and have none.
const NO_STAMP: &str = "2001-01-01T00:00:00Z";
/// What a profile may say of itself and a policy carries or makes anew.
const SAID: [&str; 11] = [
    "PayloadContent",
    "PayloadDescription",
    "PayloadDisplayName",
    "PayloadEnabled",
    "PayloadIdentifier",
    "PayloadOrganization",
    "PayloadScope",
    "PayloadType",
    "PayloadUUID",
    "PayloadVersion",
    "TargetDeviceType",
];

/// A draft, and the settings as they stand in the inputs.
pub(super) struct Found {
    pub draft: Draft,
    pub plan: Plan,
}

pub(super) fn found(
    units: &[Unit<'_>],
    catalog: &Catalog<'_>,
    options: &Options,
    sources: &Sources,
    unknown: &mut Unknown,
    findings: &mut Findings,
) -> Found {
    let mut plans: Vec<Plan> = Vec::new();
    for unit in units {
        plans.push(plan(unit.held, unit.profile, catalog, unknown, findings));
    }
    let mut draft = Draft { head: head(units, &plans, options, findings), ..Draft::default() };
    let names = Names::new(units, sources);
    draft.intro = intro(units, options, &names);
    for unit in units {
        draft.lost.extend(envelope(unit, &names, findings));
        draft.lost.extend(nameless(unit));
    }
    let tokens = Tokens::new(catalog, options.from.as_deref());
    let mut entries: BTreeMap<(String, String), Entry> = BTreeMap::new();
    for (unit, plan) in units.iter().zip(plans) {
        let whys = whys(unit.profile);
        for mut setting in plan.settings {
            let at = (setting.domain.as_str().to_owned(), setting.key.as_str().to_owned());
            let short = catalog.short(&at.0).to_owned();
            if let Some(first) = entries.get_mut(&at) {
                if let Some(finding) = conflict(first, &setting, &short) {
                    findings.push(finding);
                }
                continue;
            }
            setting.channel = draft.head.channel.0;
            tokens.neutral(&mut setting, &short, findings);
            let why = whys.get(&at).cloned();
            let file = names.at(&setting.origin).to_owned();
            entries.insert(at, entry(setting, why, file, catalog));
        }
    }
    others(units, &mut entries, &names);
    for (at, profiles) in options.mac.iter().flat_map(|mac| &mac.profiles) {
        let Some(entry) = entries.get_mut(at) else { continue };
        entry.remarks.extend(profiles.iter().map(|name| format!("profile: {name}")));
    }
    draft.entries = entries.into_values().collect();
    stamps(units, &mut draft, findings);
    passed(units, options, &mut draft, findings);
    let identity = Identity { channel: draft.head.channel.0, ..Identity::default() };
    let settings = draft.entries.iter().map(|entry| entry.setting.clone()).collect();
    Found { plan: Plan { identity, settings, ..Plan::default() }, draft }
}

fn entry(setting: Setting, why: Option<String>, file: String, catalog: &Catalog<'_>) -> Entry {
    let known = catalog.key(setting.domain.as_str(), setting.key.as_str()).is_some();
    let place = match (setting.enforcement, known) {
        (Enforcement::SetOnce, true) => Place::SetOnce,
        (Enforcement::SetOnce, false) => Place::CustomSetOnce,
        (_, true) => Place::Settings,
        (_, false) => Place::Custom,
    };
    Entry { setting, place, remarks: Vec::new(), why, file }
}

/// How the policy calls its inputs: without their folders, unless two are called the same.
pub(super) struct Names<'s> {
    sources: &'s Sources,
    twice: BTreeSet<&'s str>,
}

impl<'s> Names<'s> {
    fn new(units: &[Unit<'_>], sources: &'s Sources) -> Self {
        let labels: BTreeSet<&str> = units.iter().map(|unit| sources.label(unit.held.source)).collect();
        let (mut seen, mut twice) = (BTreeSet::new(), BTreeSet::new());
        for label in labels {
            if !seen.insert(base(label)) {
                twice.insert(base(label));
            }
        }
        Self { sources, twice }
    }

    fn of(&self, source: SourceId) -> &'s str {
        let label = self.sources.label(source);
        if self.twice.contains(base(label)) { label } else { base(label) }
    }

    fn at(&self, at: &Origin) -> &'s str {
        self.of(at.source())
    }
}

fn base(label: &str) -> &str {
    label.rsplit('/').next().unwrap_or(label)
}

fn intro(units: &[Unit<'_>], options: &Options, names: &Names<'_>) -> Vec<String> {
    if let Some(mac) = &options.mac {
        let whom = mac.user.as_ref().map_or(String::new(), |user| format!(" for {user} alone"));
        return vec![format!("What profiles enforce{whom} on {}.", mac.who)];
    }
    let names = distinct(units.iter().map(|unit| names.of(unit.held.source)));
    let mut lines = vec![format!("Imported from {}.", some(&names))];
    if units.iter().any(|unit| unit.held.signed) {
        lines.push("A signature stood around it: what is built from here is signed anew.".to_owned());
    }
    lines
}

/// Texts without those that were there before, in their order.
fn distinct<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let mut seen = BTreeSet::new();
    texts.filter(|text| seen.insert(*text)).collect()
}

/// A sentence's worth of names.
fn some(names: &[&str]) -> String {
    match names.get(..NAMED) {
        Some(first) if names.len() > NAMED + 1 => {
            format!("{} and {} more", first.join(", "), names.len() - NAMED)
        }
        _ => listed(names),
    }
}

/// Settings whose domain or key has a name that no preference can have; the findings have said so.
fn nameless(unit: &Unit<'_>) -> Vec<String> {
    let mut lost = Vec::new();
    for (_, domain) in unit.profile.domains() {
        let of = DomainName::new(&domain.name).err().map(|error| format!("the domain's name {error}"));
        for setting in &domain.settings {
            let key = || KeyName::new(&setting.key).err().map(|error| format!("the key's name {error}"));
            if let Some(why) = of.clone().or_else(key) {
                let value = super::write::shown(&setting.value);
                lost.push(format!("{} of {} = {value}: {why}", quoted(&setting.key), quoted(&domain.name)));
            }
        }
    }
    lost
}

/// A second input that sets a key to something else.
fn conflict(first: &Entry, second: &Setting, short: &str) -> Option<Finding> {
    let same = first.setting.value == second.value && first.setting.enforcement == second.enforcement;
    (!same).then(|| {
        let (domain, key) = (second.domain.as_str(), second.key.as_str());
        let title =
            format!("`{key}` of {short} is set differently by two inputs: the policy takes the first");
        Finding::new("set-by-two-inputs", title)
            .at(second.origin.clone(), "not taken")
            .at(first.setting.origin.clone(), "taken")
            .about(domain, key)
    })
}

/// Notes above each setting what else the inputs hold for it.
fn others(units: &[Unit<'_>], entries: &mut BTreeMap<(String, String), Entry>, names: &Names<'_>) {
    for unit in units {
        for (_, domain) in unit.profile.domains() {
            for setting in &domain.settings {
                let Some(entry) = entries.get_mut(&(domain.name.clone(), setting.key.clone())) else {
                    continue;
                };
                if entry.setting.origin == setting.at || same(entry, setting) {
                    continue;
                }
                let line = names
                    .sources
                    .position_of(&setting.at)
                    .map_or(String::new(), |at| format!(":{}", at.line));
                let once = if setting.enforcement == Enforcement::SetOnce { ", set once" } else { "" };
                let value = super::write::shown(&setting.value);
                entry.remarks.push(format!("not taken: {value}{once} ({}{line})", names.at(&setting.at)));
            }
        }
    }
}

/// Whether a setting of an input is what the policy has; tokens are compared as they were.
fn same(entry: &Entry, setting: &HeldSetting) -> bool {
    let tokens = entry.setting.value.as_ref().is_some_and(Value::has_tokens);
    entry.setting.enforcement == setting.enforcement
        && (tokens || entry.setting.value.as_ref() == Some(&setting.value))
}

/// The descriptions of payloads that carry one setting: they explain it.
fn whys(profile: &HeldProfile) -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    for payload in &profile.payloads {
        let [domain] = payload.domains() else { continue };
        let [setting] = domain.settings.as_slice() else { continue };
        if let Some(text) = description(payload, profile) {
            found.insert((domain.name.clone(), setting.key.clone()), text);
        }
    }
    found
}

/// What a payload says of itself, if it says more than its profile and its own name.
fn description(payload: &HeldPayload, profile: &HeldProfile) -> Option<String> {
    let text = payload.envelope.text("PayloadDescription")?.trim();
    let same = |other: Option<&str>| other.is_some_and(|other| other.trim().eq_ignore_ascii_case(text));
    let repeated = same(payload.envelope.text("PayloadDisplayName"))
        || same(profile.envelope.text("PayloadDisplayName"))
        || same(profile.envelope.text("PayloadDescription"));
    // What editors write of themselves explains nothing, and neither does a single word.
    let made = text.starts_with("Configures ") || text.starts_with("Included custom settings");
    (text.contains(' ') && !repeated && !made).then(|| text.to_owned())
}

fn head(units: &[Unit<'_>], plans: &[Plan], options: &Options, findings: &mut Findings) -> Head {
    let organizations = distinct(plans.iter().filter_map(|plan| plan.identity.organization.as_deref()));
    let organization = match organizations.as_slice() {
        [one] => Some((*one).to_owned()),
        _ => None,
    };
    let only = match (units, plans) {
        ([unit], [plan]) => Some((unit, plan)),
        _ => None,
    };
    let wrapped = only.and_then(|(unit, _)| unit.wrapper);
    let name = wrapped
        .and_then(|wrapper| wrapper.name.clone())
        .or_else(|| only.map(|(_, plan)| plan.identity.name.clone()).filter(|name| !name.trim().is_empty()));
    let description = wrapped
        .and_then(|wrapper| wrapper.description.clone())
        .or_else(|| only.and_then(|(_, plan)| plan.identity.description.clone()));
    let mut clean = |text: String| writable(text, findings);
    Head {
        name: clean(options.name.clone().or(name).unwrap_or_else(|| options.stem.clone())),
        description: description.map(&mut clean),
        organization: options.organization.clone().or(organization).map(&mut clean),
        id: id(plans, options),
        channel: channel(units, options),
        stamp: None,
        keep: options.keep_identifiers_from.clone(),
    }
}

/// A text of the envelope as a profile can carry it.
fn writable(text: String, findings: &mut Findings) -> String {
    if crate::value::write::unwritable(&text).is_none() {
        return text;
    }
    let title =
        "a text of the profile holds characters that no profile can carry: the policy leaves them out";
    findings.push(Finding::new("not-expressed", title).severity(Severity::Note));
    text.chars().filter(|c| crate::value::write::unwritable(&c.to_string()).is_none()).collect()
}

/// The id of the policy, and what to know of it.
fn id(plans: &[Plan], options: &Options) -> (String, Option<String>) {
    if let Some(id) = &options.id {
        return (id.clone(), None);
    }
    let made = format!("com.example.{}", super::slug(&options.stem));
    let said = distinct(plans.iter().map(|plan| plan.identity.id.as_str()).filter(|id| !id.is_empty()));
    match said.as_slice() {
        [] => (made, Some("change it: nothing in the input says one".to_owned())),
        [one] if plans.len() == 1 && is_identifier(one) => ((*one).to_owned(), None),
        [one] => {
            let text = format!("change it: the profile says {}, which is no id", quoted(one));
            (made, Some(text))
        }
        many => {
            let names: Vec<String> = many.iter().map(|id| quoted(id)).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            (made, Some(format!("change it: the profiles say {}", some(&names))))
        }
    }
}

/// The channel, and where it comes from if the profile does not say.
fn channel(units: &[Unit<'_>], options: &Options) -> (Channel, Option<String>) {
    if let Some(channel) = options.channel {
        return (channel, None);
    }
    let channel = units.first().map(super::channel).unwrap_or_default();
    if let Some(mac) = &options.mac {
        return (channel, mac.user.as_ref().map(|user| format!("it was enforced for {user} alone")));
    }
    let silent = |unit: &Unit<'_>| unit.held.shape == Shape::Profile && unit.profile.scope.is_none();
    let by_mdm = units.iter().any(|unit| unit.wrapper.is_some_and(|wrapper| wrapper.channel.is_some()));
    let odd = units.iter().find_map(|unit| {
        let said = unit.profile.envelope.get("PayloadScope").filter(|_| silent(unit))?;
        Some(format!("PayloadScope is {}, neither System nor User", super::write::shown(said)))
    });
    let comment = if by_mdm {
        Some("so the MDM sends it, whatever the profile says".to_owned())
    } else if odd.is_some() {
        odd
    } else if channel == Channel::User && units.iter().any(silent) {
        Some("no PayloadScope: macOS takes that for User; an MDM may have said \"device\"".to_owned())
    } else {
        None
    };
    (channel, comment)
}

/// What a profile says of itself that no policy can: one line, and a note.
fn envelope(unit: &Unit<'_>, names: &Names<'_>, findings: &mut Findings) -> Option<String> {
    let envelope = &unit.profile.envelope;
    let others: Vec<(&String, &Value)> = envelope
        .entries
        .iter()
        .filter(|(key, value)| {
            !SAID.contains(&key.as_str()) && **value != Value::Boolean(false) && **value != Value::string("")
        })
        .collect();
    let (first, _) = others.first()?;
    let keys: Vec<&str> = others.iter().map(|(key, _)| key.as_str()).collect();
    let title = format!("a policy has no word for {} of the profile", listed(&keys));
    let at = envelope.key_at(first);
    findings.push(Finding::new("not-expressed", title).severity(Severity::Note).at(at.clone(), ""));
    let shown =
        |(key, value): &(&String, &Value)| format!("{} = {}", toml_key(key), super::write::shown(value));
    let others: Vec<String> = others.iter().map(shown).collect();
    Some(format!("{} said of itself: {}", names.at(at), others.join(", ")))
}

/// The one stamp of the policy for all that is set once.
fn stamps(units: &[Unit<'_>], draft: &mut Draft, findings: &mut Findings) {
    let domains = units.iter().flat_map(|unit| unit.profile.domains());
    let once = domains
        .flat_map(|(_, domain)| &domain.settings)
        .filter(|setting| setting.enforcement == Enforcement::SetOnce);
    let mut stamps: Vec<Option<Date>> = Vec::new();
    let mut without: Option<&HeldSetting> = None;
    for setting in once {
        stamps.push(setting.stamp);
        if setting.stamp.is_none() && without.is_none() {
            without = Some(setting);
        }
    }
    let Some(latest) = stamps.iter().copied().max() else { return };
    stamps.sort_unstable();
    stamps.dedup();
    let mut comment = None;
    if let Some(setting) = without {
        let title = "what is set once here has no `mcx_data_timestamp`: a policy has one for all of it";
        findings.push(
            Finding::new("not-expressed", title)
                .severity(Severity::Warning)
                .at(setting.at.clone(), "")
                .note("without one macOS writes the values at every login, with one once"),
        );
        comment = Some("not all of it had a stamp: macOS wrote those values at every login".to_owned());
    } else if stamps.len() > 1 {
        let all: Vec<String> = stamps.iter().flatten().map(Date::to_string).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let title = format!("there are {} stamps of what is set once: the policy has the latest", all.len());
        findings.push(
            Finding::new("not-expressed", title)
                .severity(Severity::Warning)
                .note("a Mac that has the values of an older stamp writes them again, once"),
        );
        comment = Some(format!("the latest of {}", listed(&all)));
    }
    draft.head.stamp = Some((latest.map_or(NO_STAMP.to_owned(), |date| date.to_string()), comment));
}
