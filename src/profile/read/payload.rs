//! One payload: both forms in which preferences are carried, and what is no preference.

use super::{Content, Dict, HeldDomain, HeldPayload, HeldSetting};
use crate::catalog::Catalog;
use crate::document::nearest;
use crate::finding::{Finding, Findings};
use crate::plan::Enforcement;
use crate::profile::Form;
use crate::profile::write::MCX;
use crate::value::{Places, Value};
use std::collections::BTreeMap;

/// Where the payload types of Apple's stand in the catalogue.
const APPLE: &str = "apple-payload-types";
/// The states of a domain, as profiles have them.
const STATES: [(&str, Enforcement); 2] =
    [("Forced", Enforcement::Forced), ("Set-Once", Enforcement::SetOnce)];
/// The states as `dscl` and Workgroup Manager call them; in a profile they mean nothing.
const MCX_STATES: [(&str, &str); 3] = [("Always", "Forced"), ("Once", "Set-Once"), ("Often", "Set-Once")];
/// What holds the keys of a state.
const SETTINGS: &str = "mcx_preference_settings";
/// When a set-once value was last meant to be written.
const STAMP: &str = "mcx_data_timestamp";
/// What `profiles show` puts around the domains.
const MANAGED: &str = "PayloadContentManagedPreferences";
/// The keys of a payload's envelope, in Apple's schema or written by the tools of the field.
pub const ENVELOPE: [&str; 9] = [
    "PayloadContent",
    "PayloadDescription",
    "PayloadDisplayName",
    "PayloadEnabled",
    "PayloadIdentifier",
    "PayloadOrganization",
    "PayloadType",
    "PayloadUUID",
    "PayloadVersion",
];

/// A dictionary inside another.
#[derive(Clone, Copy)]
pub(super) struct Wrapped<'v> {
    pub entries: &'v BTreeMap<String, Value>,
    pub places: &'v Places,
}

impl<'v> Wrapped<'v> {
    fn dict(value: Option<&'v Value>, places: &'v Places) -> Option<Self> {
        match value {
            Some(Value::Dictionary(entries)) => Some(Self { entries, places }),
            _ => None,
        }
    }

    fn inside(&self, key: &str) -> Option<Self> {
        Self::dict(self.entries.get(key), self.places.entry(key))
    }
}

/// Reads one payload. Of a payload type of Apple's that the catalogue describes, the keys are settings, as long as it is
/// the only one of its type: several of one type are each a thing of its own, and no key of theirs has one value.
pub(super) fn payload(dict: Dict, only: bool, catalog: &Catalog<'_>, findings: &mut Findings) -> HeldPayload {
    let kind = dict.text("PayloadType").unwrap_or_default().to_owned();
    let described = only && catalog.is_apple_payload(&kind);
    let content = if kind == MCX {
        Content::Preferences { form: Form::Mcx, domains: managed(&dict, findings) }
    } else if kind.is_empty() || kind == "Configuration" || is_apple(&kind, catalog) && !described {
        Content::Foreign
    } else {
        Content::Preferences { form: Form::Domain, domains: vec![direct(&dict, &kind, findings)] }
    };
    HeldPayload { envelope: dict, kind, content }
}

fn is_apple(kind: &str, catalog: &Catalog<'_>) -> bool {
    catalog.list(APPLE).is_some_and(|list| list.domains.contains(&kind))
}

/// The domains of a payload of com.apple.ManagedClient.preferences.
fn managed(dict: &Dict, findings: &mut Findings) -> Vec<HeldDomain> {
    let content = Wrapped::dict(dict.get("PayloadContent"), dict.places.entry("PayloadContent"));
    let Some(content) = content else {
        let title = "this payload carries no preferences: its PayloadContent is no dictionary of domains";
        findings.push(Finding::new("payload-shape", title).at(dict.at("PayloadContent").clone(), ""));
        return Vec::new();
    };
    if content.entries.contains_key("PayloadType") {
        let title = "a payload stands inside this payload, which holds nothing but domains";
        findings.push(
            Finding::new("payload-shape", title)
                .at(content.places.key("PayloadType").clone(), "")
                .help("take one of the two wrappers out"),
        );
        return Vec::new();
    }
    // `profiles show` puts one more dictionary around the domains.
    let inner = content.inside(MANAGED).filter(|_| content.entries.len() == 1).unwrap_or(content);
    domains(&inner, findings)
}

/// Whether a value looks like a domain with states.
pub(super) fn has_states(value: &Value) -> bool {
    let Value::Dictionary(entries) = value else { return false };
    let state = |name: &str| STATES.iter().any(|(known, _)| *known == name);
    !entries.is_empty() && entries.iter().all(|(key, value)| state(key) && matches!(value, Value::Array(_)))
}

/// Whether a key of preferences is a wrapper that does not belong there.
fn wraps(key: &str, entries: &BTreeMap<String, Value>) -> bool {
    match entries.get(key) {
        Some(Value::Dictionary(_)) => key == SETTINGS,
        Some(Value::Array(items)) => {
            let wrapper =
                |item: &Value| matches!(item, Value::Dictionary(keys) if keys.contains_key(SETTINGS));
            STATES.iter().any(|(state, _)| *state == key) && items.iter().any(wrapper)
        }
        _ => false,
    }
}

/// Whether a key of a payload is of its envelope: no preference is called so where both stand in one dictionary.
fn of_envelope(key: &str) -> bool {
    let begins = key.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("payload"));
    key.starts_with("Payload") || begins && nearest(key, ENVELOPE).is_some()
}

/// The domains of a dictionary of domains.
pub(super) fn domains(content: &Wrapped<'_>, findings: &mut Findings) -> Vec<HeldDomain> {
    let mut found = Vec::new();
    for name in content.entries.keys() {
        let at = content.places.key(name).clone();
        let Some(states) = content.inside(name) else {
            let title = format!("`{name}` holds no states: a domain holds `Forced` or `Set-Once`");
            findings.push(Finding::new("payload-shape", title).at(at, "").about(name, ""));
            continue;
        };
        let mut settings = Vec::new();
        for state in states.entries.keys() {
            match STATES.iter().find(|(known, _)| known == state) {
                Some((_, enforcement)) => {
                    settings.extend(state_settings(name, state, *enforcement, &states, findings));
                }
                None => findings.push(unknown_state(name, state, &states)),
            }
        }
        found.push(HeldDomain { name: name.clone(), at, settings });
    }
    found
}

fn unknown_state(domain: &str, state: &str, states: &Wrapped<'_>) -> Finding {
    if states.entries.get(state).is_some_and(has_states) {
        let title = format!("{state} stands inside the domain {domain}: macOS applies nothing of it");
        let at = states.places.key(state).clone();
        let help =
            if state == domain { "take one of the two wrappers out" } else { "put it beside the domain" };
        return Finding::new("payload-shape", title).at(at, "").about(domain, "").help(help);
    }
    let title = format!("`{state}` is no state of a domain: macOS applies nothing of it");
    let finding =
        Finding::new("payload-shape", title).at(states.places.key(state).clone(), "").about(domain, "");
    match MCX_STATES.iter().find(|(known, _)| *known == state) {
        Some((_, profile)) => finding
            .help(format!("`{state}` is the word of the old directory tools; a profile says `{profile}`")),
        None => finding
            .help(format!("put the keys under `Forced`, in an array of one dictionary with `{SETTINGS}`")),
    }
}

/// The settings of one state of a domain.
fn state_settings(
    domain: &str,
    state: &str,
    enforcement: Enforcement,
    states: &Wrapped<'_>,
    findings: &mut Findings,
) -> Vec<HeldSetting> {
    let places = states.places.entry(state);
    let mut refuse = |title: String, places: &Places| {
        let help =
            format!("a state is an array of one dictionary with `{SETTINGS}`; macOS applies nothing else");
        findings.push(
            Finding::new("payload-shape", title).at(places.at.clone(), "").about(domain, "").help(help),
        );
    };
    let Some(Value::Array(items)) = states.entries.get(state) else {
        refuse(format!("`{state}` of {domain} is no array"), places);
        return Vec::new();
    };
    if items.is_empty() {
        refuse(format!("`{state}` of {domain} is empty"), places);
    }
    let mut found = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let places = places.item(index);
        let Some(entry) = Wrapped::dict(Some(item), places) else {
            refuse(format!("an item of `{state}` of {domain} is no dictionary"), places);
            continue;
        };
        let Some(inner) = entry.inside(SETTINGS) else {
            let bare = entry.entries.keys().find(|key| *key != STAMP);
            let title = match (entry.entries.contains_key(SETTINGS), bare) {
                (true, _) => format!("`{SETTINGS}` of {domain} is no dictionary"),
                (false, Some(key)) => {
                    format!("`{key}` stands directly in `{state}` of {domain}, without `{SETTINGS}`")
                }
                (false, None) => format!("`{state}` of {domain} has no `{SETTINGS}`"),
            };
            refuse(title, places);
            continue;
        };
        if let Some(key) = inner.entries.keys().find(|key| wraps(key, inner.entries)) {
            let key = Places::leaf(inner.places.key(key).clone());
            refuse(format!("the preferences of {domain} are wrapped twice"), &key);
            continue;
        }
        let stamp = match entry.entries.get(STAMP) {
            Some(Value::Date(date)) => Some(*date),
            _ => None,
        };
        found.extend(inner.entries.iter().map(|(key, value)| HeldSetting {
            key: key.clone(),
            at: inner.places.key(key).clone(),
            value: value.clone(),
            places: inner.places.entry(key).clone(),
            enforcement,
            stamp,
        }));
    }
    found
}

/// The preferences of a payload whose type is the domain: beside its envelope, or as `profiles show` has them.
fn direct(dict: &Dict, kind: &str, findings: &mut Findings) -> HeldDomain {
    let shown = Wrapped::dict(dict.get("PayloadContent"), dict.places.entry("PayloadContent"));
    if let Some(key) = dict.entries.keys().find(|key| wraps(key, &dict.entries)) {
        let title =
            format!("`{key}` would be a key of {kind}: the type of this payload is the domain itself");
        findings.push(
            Finding::new("payload-shape", title)
                .at(dict.key_at(key).clone(), "")
                .about(kind, "")
                .help(format!("write the keys beside PayloadType, or make it a payload of {MCX}")),
        );
        return HeldDomain {
            name: kind.to_owned(),
            at: dict.at("PayloadType").clone(),
            settings: Vec::new(),
        };
    }
    let own = |key: &str| !of_envelope(key);
    let settings = match shown.filter(|_| !dict.entries.keys().any(|key| own(key))) {
        Some(inner) => self::settings(inner.entries, inner.places),
        None => {
            let entries = dict.entries.iter().filter(|(key, _)| own(key));
            let entries = entries.map(|(key, value)| (key.clone(), value.clone())).collect();
            self::settings(&entries, &dict.places)
        }
    };
    HeldDomain { name: kind.to_owned(), at: dict.at("PayloadType").clone(), settings }
}

/// Entries as forced settings.
pub(super) fn settings(entries: &BTreeMap<String, Value>, places: &Places) -> Vec<HeldSetting> {
    let setting = |(key, value): (&String, &Value)| HeldSetting {
        key: key.clone(),
        at: places.key(key).clone(),
        value: value.clone(),
        places: places.entry(key).clone(),
        enforcement: Enforcement::Forced,
        stamp: None,
    };
    entries.iter().map(setting).collect()
}
