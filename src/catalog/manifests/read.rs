//! One manifest: its head, and which of its entries are keys.

use super::entry::entry;
use super::versions;
use super::{Facts, Manifest, Named, Step};
use crate::finding::{Finding, Findings};
use crate::value::{DomainName, KeyName, Places, Value};

/// What became of a manifest.
pub(super) enum Outcome {
    /// It speaks of preferences on a Mac.
    Taken(Box<Manifest>),
    /// It does not, and why.
    LeftOut(&'static str),
    /// It is none, which was said.
    Broken,
}

/// The folder of ProfileManifests in which Apple's own payloads are described.
const PAYLOADS: &str = "ManifestsApple";
/// What every payload has: the envelope's keys, not the app's.
const ENVELOPE: [&str; 8] = [
    "PayloadDescription",
    "PayloadDisplayName",
    "PayloadEnabled",
    "PayloadIdentifier",
    "PayloadOrganization",
    "PayloadType",
    "PayloadUUID",
    "PayloadVersion",
];
/// Fields of a manifest that say nothing of the app.
const FORM: [&str; 17] = [
    "pfm_app_url",
    "pfm_description_reference",
    "pfm_distribution",
    "pfm_documentation",
    "pfm_format_version",
    "pfm_icon",
    "pfm_interaction",
    "pfm_ios_deprecated",
    "pfm_ios_max",
    "pfm_ios_min",
    "pfm_last_modified",
    "pfm_subdomain",
    "pfm_tvos_deprecated",
    "pfm_tvos_min",
    "pfm_unique",
    "pfm_unique_value",
    "pfm_version",
];

/// A dictionary of a manifest, and which of its fields were asked for.
pub(super) struct Fields<'v, 'f> {
    value: &'v std::collections::BTreeMap<String, Value>,
    places: &'v Places,
    asked: Vec<&'static str>,
    pub findings: &'f mut Findings,
}

impl<'v, 'f> Fields<'v, 'f> {
    /// The fields of a dictionary; none if the value is something else, which is said.
    pub fn new(value: &'v Value, places: &'v Places, findings: &'f mut Findings) -> Option<Self> {
        let Value::Dictionary(value) = value else {
            let title = format!("a dictionary belongs here, not {}", value.kind().with_article());
            findings.push(Finding::new("manifest", title).at(places.at.clone(), ""));
            return None;
        };
        Some(Self { value, places, asked: Vec::new(), findings })
    }

    /// Whether a field is there.
    pub fn has(&self, name: &str) -> bool {
        self.value.contains_key(name)
    }

    /// The value of a field.
    pub fn get(&mut self, name: &'static str) -> Option<&'v Value> {
        self.asked.push(name);
        self.value.get(name)
    }

    /// Says what is wrong at a field.
    pub fn wrong(&mut self, name: &str, title: impl Into<String>) {
        let at = self.places.entry(name).at.clone();
        self.findings.push(Finding::new("manifest", title).at(at, ""));
    }

    fn mistyped(&mut self, name: &'static str, wanted: &str) {
        let found = self.value.get(name).map_or("nothing", |value| value.kind().word());
        self.wrong(name, format!("`{name}` is {wanted}, and here it is of the type {found}"));
    }

    /// A text.
    pub fn text(&mut self, name: &'static str) -> Option<&'v str> {
        match self.get(name)? {
            Value::String(text) => text.as_literal(),
            _ => {
                self.mistyped(name, "a text");
                None
            }
        }
    }

    /// A text on one line, without white space at its ends; nothing if nothing is left.
    pub fn line(&mut self, name: &'static str) -> Option<String> {
        let line = self.text(name)?.split_whitespace().collect::<Vec<_>>().join(" ");
        let line: String = line.chars().filter(|c| !c.is_control()).collect();
        (!line.is_empty()).then_some(line)
    }

    /// A boolean.
    pub fn boolean(&mut self, name: &'static str) -> Option<bool> {
        match self.get(name)? {
            Value::Boolean(flag) => Some(*flag),
            _ => {
                self.mistyped(name, "a boolean");
                None
            }
        }
    }

    /// The items of an array with their places; none if it is not there.
    pub fn list(&mut self, name: &'static str) -> Vec<(&'v Value, &'v Places)> {
        let places = self.places;
        match self.get(name) {
            None => Vec::new(),
            Some(Value::Array(items)) => {
                let inner = places.entry(name);
                items.iter().enumerate().map(|(at, item)| (item, inner.item(at))).collect()
            }
            Some(_) => {
                self.mistyped(name, "an array");
                Vec::new()
            }
        }
    }

    /// The texts of an array.
    pub fn texts(&mut self, name: &'static str) -> Vec<&'v str> {
        let list = self.list(name).into_iter().filter_map(|(item, _)| match item {
            Value::String(text) => text.as_literal(),
            _ => None,
        });
        list.collect()
    }

    /// These fields are of the form alone.
    pub fn form(&mut self, names: &[&'static str]) {
        self.asked.extend(names);
    }

    /// Says which fields nobody asked for.
    pub fn done(self) {
        for name in self.value.keys().filter(|name| !self.asked.contains(&name.as_str())) {
            let title = format!("`{name}` is no field that is known here");
            let at = self.places.key(name).clone();
            self.findings.push(Finding::new("manifest", title).at(at, ""));
        }
    }
}

/// A value in a sentence.
pub(super) fn shown(value: &Value) -> String {
    format!("`{value}`")
}

/// Reads a manifest.
pub(super) fn manifest(named: Named<'_>, value: &Value, places: &Places, findings: &mut Findings) -> Outcome {
    let Some(mut fields) = Fields::new(value, places, findings) else { return Outcome::Broken };
    let Some(domain) = fields.line("pfm_domain") else {
        let title = "this is no manifest: it has no `pfm_domain`";
        fields.findings.push(Finding::new("manifest", title).at(places.at.clone(), ""));
        return Outcome::Broken;
    };
    let platforms = fields.texts("pfm_platforms");
    if !for_macos(&platforms) {
        return Outcome::LeftOut("it is not for macOS");
    }
    if domain.starts_with("com.profilecreator.developer.") {
        return Outcome::LeftOut("it shows the fields of an editor: there is no such app");
    }
    if domain == "Configuration" {
        return Outcome::LeftOut("it describes the envelope of profiles, which is no preference domain");
    }
    if let Err(error) = DomainName::new(&domain) {
        fields.wrong("pfm_domain", format!("`{domain}` is no preference domain: the name {error}"));
        return Outcome::Broken;
    }
    let stem = named.file.rsplit_once('.').map_or(named.file, |(stem, _)| stem);
    let title = fields.line("pfm_title").unwrap_or_else(|| domain.clone());
    let mut found = Manifest {
        cites: stem.chars().filter(|c| !c.is_control()).collect(),
        payload: named.folder == PAYLOADS,
        summary: fields.line("pfm_description").unwrap_or_else(|| title.clone()),
        domain,
        title,
        keys: Vec::new(),
    };
    let general = head(&mut fields, &mut found);
    for (value, places) in fields.list("pfm_subkeys") {
        found.keys.extend(key(value, places, &general, &found.cites, fields.findings));
    }
    fields.form(&FORM);
    fields.done();
    found.keys = super::join::siblings(std::mem::take(&mut found.keys));
    Outcome::Taken(Box::new(found))
}

/// Whether something is meant for Macs: it says so, or does not say.
pub(super) fn for_macos(platforms: &[&str]) -> bool {
    platforms.is_empty() || platforms.iter().any(|name| name.eq_ignore_ascii_case("macos"))
}

/// What the head of a manifest says of all of its keys.
fn head(fields: &mut Fields<'_, '_>, found: &mut Manifest) -> Facts {
    let mut general = Facts::default();
    let first = ("pfm_app_min", fields.text("pfm_app_min"));
    let last = ("pfm_app_max", fields.text("pfm_app_max"));
    versions::works(first, last, &mut general);
    let first = ("pfm_macos_min", fields.text("pfm_macos_min"));
    let last = ("pfm_macos_max", fields.text("pfm_macos_max"));
    general.macos = versions::macos(first, last, &mut general.notes);
    let since = ("pfm_macos_deprecated", fields.text("pfm_macos_deprecated"));
    general.deprecated = versions::deprecated("macOS ", since, &mut general.notes);
    let mut told = Vec::new();
    told.extend(targets(&fields.texts("pfm_targets")).map(str::to_owned));
    if fields.boolean("pfm_user_approved") == Some(true) {
        told.push("It needs an MDM that the user approved.".to_owned());
    }
    if fields.boolean("pfm_supervised") == Some(true) {
        told.push("It needs a supervised Mac.".to_owned());
    }
    told.extend(fields.line("pfm_note"));
    told.extend(fields.line("pfm_documentation_url").map(|url| format!("Documentation: {url}")));
    for part in told {
        let stop = if found.summary.ends_with(['.', '!', '?']) { "" } else { "." };
        found.summary = format!("{}{stop} {part}", found.summary);
    }
    general
}

/// To whom a manifest gives a key, if not to both.
pub(super) fn targets(names: &[&str]) -> Option<&'static str> {
    match names {
        ["system"] => Some("For the device channel only."),
        ["user"] => Some("For the user channel only."),
        _ => None,
    }
}

/// One of the outermost entries, with what the head says of all.
fn key(
    value: &Value,
    places: &Places,
    general: &Facts,
    cites: &str,
    findings: &mut Findings,
) -> Option<(Step, Facts)> {
    let (step, mut found) = entry(value, places, None, cites, findings)?;
    let name = match &step {
        Step::Name(name) => name.clone(),
        _ => {
            let finding = Finding::new("manifest", "a key without a name: its `pfm_name` is missing");
            findings.push(finding.at(places.at.clone(), ""));
            return None;
        }
    };
    if ENVELOPE.contains(&name.as_str()) {
        return None;
    }
    if let Err(error) = KeyName::new(&name) {
        let finding = Finding::new("manifest", format!("this is no name of a key: it {error}"));
        findings.push(finding.at(places.entry("pfm_name").at.clone(), ""));
        return None;
    }
    if found.works.is_none() && found.doubtful.is_empty() {
        found.works.clone_from(&general.works);
        found.doubtful.clone_from(&general.doubtful);
    }
    found.macos = found.macos.or_else(|| general.macos.clone());
    found.deprecated = found.deprecated.or_else(|| general.deprecated.clone());
    found.notes.extend(general.notes.iter().cloned());
    Some((step, found))
}
