//! The envelope of a profile: whether macOS and MDMs take what stands around the settings, and know it again.

mod across;
mod identity;
mod keys;
mod mdm;

pub use across::{Member, across, same_profiles};
pub use mdm::{Mdm, for_mdm};

use super::read::{Content, Dict, Held, HeldPayload, HeldProfile, Shape};
use super::write::MCX;
use crate::document::nearest;
use crate::finding::{Finding, Findings, Origin, Severity, Span};
use crate::plan::{Channel, Enforcement, Kind};
use crate::profile::Form;
use crate::value::{Type, Value};
use keys::{CONTENT, ENABLED, Key, PAYLOAD, PROFILE};

/// The state of starting values.
const SET_ONCE: &str = "Set-Once";
/// When starting values were last meant to be written.
const STAMP: &str = "mcx_data_timestamp";

/// Says what is wrong with the envelopes of a file: of its profile, and of each payload.
///
/// Nothing where there is no envelope, or where it is the Mac's own account of it (`profiles show`).
pub fn envelope(held: &Held, findings: &mut Findings) {
    for profile in &held.profiles {
        match held.shape {
            Shape::Profile => {
                whole(profile, findings);
                identity::within(profile, findings);
            }
            Shape::Payload => {}
            Shape::Shown | Shape::Domains | Shape::Preferences => continue,
        }
        for payload in &profile.payloads {
            one(payload, held.shape, findings);
        }
    }
}

/// Where a missing key is missing: the tag that opens the dictionary.
fn opening(dict: &Dict) -> Origin {
    const TAG: u32 = 6;
    match dict.places.at {
        Origin::Text(span) => Origin::Text(Span { end: span.end.min(span.start + TAG), ..span }),
        ref other => other.clone(),
    }
}

/// The envelope of a profile.
fn whole(profile: &HeldProfile, findings: &mut Findings) {
    let dict = &profile.envelope;
    let owner = Owner { name: "the profile", keys: &PROFILE, others: &PAYLOAD, closed: true };
    let met = owner.names(dict, findings);
    owner.types(dict, findings);
    owner.missing(dict, &met, findings);
    if let Some(kind) = dict.text("PayloadType").filter(|kind| !kind.is_empty() && *kind != "Configuration") {
        let title = format!("the PayloadType of a profile is `Configuration`, not `{kind}`");
        findings.push(wrong_value(title, dict.at("PayloadType"), "Configuration"));
    }
    version(dict, "the profile", findings);
    scope(profile, met.contains(&"PayloadScope"), findings);
    let device = |number: i128| (0..=6).contains(&number);
    if let Some(Value::Integer(number)) = dict.get("TargetDeviceType")
        && !device(number.get())
    {
        let title = format!("TargetDeviceType is 0 to 6, and 5 for a Mac, not {number}");
        findings.push(Finding::new("envelope-value", title).at(dict.at("TargetDeviceType").clone(), ""));
    }
    let named = match dict.get("PayloadDisplayName") {
        Some(Value::String(_)) => identity::text(dict, "PayloadDisplayName").is_some(),
        other => other.is_some(),
    };
    if !named && !met.contains(&"PayloadDisplayName") {
        let at = match dict.get("PayloadDisplayName") {
            Some(_) => dict.at("PayloadDisplayName").clone(),
            None => opening(dict),
        };
        findings.push(Finding::new("no-display-name", "the profile has no PayloadDisplayName").at(at, ""));
    }
    let empty = matches!(dict.get(CONTENT), Some(Value::Array(items)) if items.is_empty());
    if empty && profile.payloads.is_empty() {
        let title = "the profile carries nothing: its PayloadContent is empty";
        findings.push(Finding::new("payload-shape", title).at(dict.at(CONTENT).clone(), ""));
    }
}

/// The envelope of a payload.
fn one(payload: &HeldPayload, shape: Shape, findings: &mut Findings) {
    let dict = &payload.envelope;
    let mcx = payload.kind == MCX;
    let owner = Owner { name: "the payload", keys: &PAYLOAD, others: &PROFILE, closed: mcx };
    let met = owner.names(dict, findings);
    owner.types(dict, findings);
    owner.missing(dict, &met, findings);
    version(dict, "the payload", findings);
    match &payload.content {
        Content::Preferences { form: Form::Domain, .. } if dict.get(CONTENT).is_some() => {
            let title = format!("a payload of {} has no PayloadContent", payload.kind);
            let finding = Finding::new("payload-shape", title).at(dict.key_at(CONTENT).clone(), "");
            findings.push(
                finding
                    .note(
                        "where the type of a payload is the domain itself, its keys stand beside PayloadType",
                    )
                    .help(format!("take the keys out of PayloadContent, or make it a payload of {MCX}")),
            );
        }
        Content::Preferences { form: Form::Mcx, .. } => stamps(dict, findings),
        _ => {}
    }
    if shape == Shape::Profile && payload.kind == "Configuration" {
        let title = "a whole profile stands inside a profile: macOS knows no payload of type `Configuration`";
        findings.push(Finding::new("payload-shape", title).at(dict.at("PayloadType").clone(), ""));
    }
}

/// Whose envelope it is, and what is known of it.
struct Owner<'k> {
    name: &'static str,
    keys: &'k [Key],
    /// The keys of the other kind of envelope.
    others: &'k [Key],
    /// Whether nothing but the envelope stands in the dictionary.
    closed: bool,
}

impl Owner<'_> {
    fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().chain([&ENABLED]).find(|key| key.name == name)
    }

    /// Says which keys are none of the envelope, and gives back those that were probably meant.
    fn names(&self, dict: &Dict, findings: &mut Findings) -> Vec<&'static str> {
        let mut met = Vec::new();
        for name in dict.entries.keys() {
            let envelope = self.closed || begins(name);
            if !envelope || self.key(name).is_some() || name == CONTENT {
                continue;
            }
            let absent = self.keys.iter().chain([&ENABLED]).map(|key| key.name);
            let near = nearest(name, absent.filter(|name| dict.get(name).is_none()));
            let near = near.and_then(|near| self.key(near));
            if let Some(near) = near {
                met.push(near.name);
            }
            findings.push(self.unknown(name, near, dict.key_at(name)));
        }
        met
    }

    fn unknown(&self, name: &str, near: Option<&Key>, at: &Origin) -> Finding {
        let title = format!("`{name}` is no key of {}", self.name.replace("the ", "a "));
        let finding = Finding::new("envelope-key", title).at(at.clone(), "");
        if let Some(near) = near {
            let finding = finding.severity(Severity::Error).help(format!("did you mean `{}`?", near.name));
            return match at.span() {
                Some(span) => {
                    let title = format!("write `{}`", near.name);
                    finding.fix(span, Kind::Profile.written_key(near.name), title)
                }
                None => finding,
            };
        }
        if self.others.iter().any(|key| key.name == name) {
            let other = if self.name == "the profile" { "each payload" } else { "the profile" };
            return finding.help(format!("it is a key of {other}: write it there"));
        }
        if self.closed && self.name == "the profile" {
            return finding.help("take it out: macOS does not look at it");
        }
        if self.closed {
            return finding
                .help("a preference stands in PayloadContent, below its domain; take out what is none");
        }
        finding
            .note(
                "keys that begin with `Payload` belong to Apple: no preference can be called so in this form",
            )
            .help(format!("take it out, or carry the preferences in a payload of {MCX}"))
    }

    /// Says which keys have values of another type than Apple's schema.
    fn types(&self, dict: &Dict, findings: &mut Findings) {
        for (name, value) in &dict.entries {
            let Some(key) = self.key(name).filter(|key| key.name != CONTENT) else { continue };
            let whole = key.kind == Type::Real && value.kind() == Type::Integer;
            if value.kind() == key.kind || whole {
                continue;
            }
            let title = format!(
                "{name} of {} is {}, not {}",
                self.name,
                key.kind.with_article(),
                value.kind().with_article()
            );
            let at = dict.at(name);
            let finding = Finding::new("envelope-type", title).at(at.clone(), "");
            findings.push(match meant(key.kind, value) {
                Some(meant) => {
                    let text = Kind::Profile.written(&meant);
                    let help = format!("write `{text}`");
                    let finding = finding.help(help.clone());
                    let flag = matches!((key.kind, value), (Type::Boolean, Value::Integer(_)));
                    let finding = if flag { finding.severity(Severity::Warning) } else { finding };
                    match at.span() {
                        Some(span) => finding.fix(span, text, help),
                        None => finding,
                    }
                }
                None => finding,
            });
        }
    }

    /// Says which keys that Apple requires are missing or empty, apart from those that are misspelt.
    fn missing(&self, dict: &Dict, met: &[&str], findings: &mut Findings) {
        for key in self.keys.iter().filter(|key| key.required && !met.contains(&key.name)) {
            let (title, at) = match dict.get(key.name) {
                None => (format!("{} has no {}", self.name, key.name), opening(dict)),
                Some(Value::String(text)) if text.as_literal().is_some_and(|text| text.trim().is_empty()) => {
                    (format!("{} of {} is empty", key.name, self.name), dict.at(key.name).clone())
                }
                Some(_) => continue,
            };
            let finding = Finding::new("envelope-missing", title).at(at, "");
            findings.push(match key.name {
                "PayloadVersion" => finding.severity(Severity::Warning).help("write `<integer>1</integer>`"),
                "PayloadUUID" => {
                    finding.help("make one with `uuidgen`, and keep it when the profile changes")
                }
                "PayloadIdentifier" => {
                    finding.help("give it one below a domain of yours, such as `com.example.office`")
                }
                _ => finding,
            });
        }
    }
}

/// Whether a name begins as those of an envelope do, whatever the case.
fn begins(name: &str) -> bool {
    name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("payload"))
}

/// What was most likely meant by a value of the wrong type.
fn meant(wanted: Type, value: &Value) -> Option<Value> {
    let text = match value {
        Value::String(text) => text.as_literal()?.trim().to_ascii_lowercase(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.get().to_string(),
        Value::Boolean(flag) => flag.to_string(),
        _ => return None,
    };
    match (wanted, text.as_str()) {
        (Type::Boolean, "0" | "false" | "no") => Some(Value::Boolean(false)),
        (Type::Boolean, "1" | "true" | "yes") => Some(Value::Boolean(true)),
        (Type::Integer, number) => number.parse::<i64>().ok().map(|number| Value::Integer(number.into())),
        (Type::String, _) => Some(Value::string(text)),
        _ => None,
    }
}

fn wrong_value(title: String, at: &Origin, right: &str) -> Finding {
    let text = Kind::Profile.written(&Value::string(right));
    let help = format!("write `{text}`");
    let finding = Finding::new("envelope-value", title).at(at.clone(), "").help(help.clone());
    match at.span() {
        Some(span) => finding.fix(span, text, help),
        None => finding,
    }
}

/// The version of the format, which is 1 everywhere.
fn version(dict: &Dict, owner: &str, findings: &mut Findings) {
    let Some(Value::Integer(number)) = dict.get("PayloadVersion") else { return };
    if number.get() == 1 {
        return;
    }
    let title = format!("PayloadVersion of {owner} is 1, not {number}");
    let at = dict.at("PayloadVersion");
    let finding = Finding::new("envelope-value", title)
        .at(at.clone(), "")
        .note("it is the version of the format; a profile has no version of its own")
        .help("write `<integer>1</integer>`");
    findings.push(match at.span() {
        Some(span) => finding.fix(span, "<integer>1</integer>", "write `<integer>1</integer>`"),
        None => finding,
    });
}

/// `PayloadScope`: whom the profile is for.
fn scope(profile: &HeldProfile, misspelt: bool, findings: &mut Findings) {
    let dict = &profile.envelope;
    let preferences = || profile.domains().next().is_some();
    match dict.get("PayloadScope") {
        None if !misspelt => {
            let finding = Finding::new(
                "scope-missing",
                "the profile does not say whom it is for: it has no PayloadScope",
            );
            findings.push(
                finding
                    .at(opening(dict), "")
                    .help("write `<key>PayloadScope</key><string>System</string>` for every user of the Mac"),
            );
        }
        Some(Value::String(text)) => {
            let text = text.to_string();
            match (&profile.scope, text.as_str()) {
                (Some((Channel::User, at)), _) if preferences() && forces(profile) => {
                    let title = "the user channel reaches only the user whom the MDM manages";
                    findings.push(Finding::new("user-channel", title).at(at.clone(), "").note(
                        "other local users of the Mac get nothing, and the values come only when that user is logged in",
                    ));
                }
                (Some(_), _) => {}
                (None, other) => {
                    let title = format!("PayloadScope is `System` or `User`, not `{other}`");
                    let right = nearest(other, ["System", "User"]).unwrap_or("System");
                    findings.push(wrong_value(title, dict.at("PayloadScope"), right));
                }
            }
        }
        _ => {}
    }
}

fn forces(profile: &HeldProfile) -> bool {
    let mut settings = profile.domains().flat_map(|(_, domain)| &domain.settings);
    settings.any(|setting| setting.enforcement == Enforcement::Forced)
}

/// Starting values without the moment at which they were meant to be written.
fn stamps(dict: &Dict, findings: &mut Findings) {
    let content = dict.places.entry(CONTENT);
    let Some(Value::Dictionary(domains)) = dict.get(CONTENT) else { return };
    for (domain, states) in domains {
        let Value::Dictionary(states) = states else { continue };
        let Some(Value::Array(items)) = states.get(SET_ONCE) else { continue };
        let places = content.entry(domain).entry(SET_ONCE);
        for (index, item) in items.iter().enumerate() {
            let Value::Dictionary(entry) = item else { continue };
            let places = places.item(index);
            let (title, at) = match entry.get(STAMP) {
                None => {
                    let at = content.entry(domain).key(SET_ONCE).clone();
                    (format!("`{SET_ONCE}` of {domain} has no {STAMP}"), at)
                }
                Some(Value::Date(_)) => continue,
                Some(other) => {
                    let kind = other.kind().with_article();
                    (format!("{STAMP} of {domain} is a date, not {kind}"), places.entry(STAMP).at.clone())
                }
            };
            findings.push(
                Finding::new("set-once-stamp", title)
                    .at(at, "")
                    .about(domain, "")
                    .severity(Severity::Warning)
                    .note("without it, macOS writes the values again at every login, over what the user has chosen")
                    .help(format!("write `<key>{STAMP}</key><date>2027-01-31T00:00:00Z</date>` beside `mcx_preference_settings`")),
            );
        }
    }
}
