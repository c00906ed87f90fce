//! What the catalogue thinks of a key: deprecated, disputed, unverified, secret.

use super::context::{Context, Subject, entry_node, walk};
use super::variables::is_variable;
use crate::catalog::Catalog;
use crate::catalog::model::{Confidence, Node, Segment};
use crate::finding::{Finding, Findings, Origin, Severity, Sources};
use crate::plan::{Channel, Enforcement, Setting};
use crate::value::{DomainName, KeyName, Part, Places, Type, Value};

pub(super) fn deprecated(_: &Context<'_, '_>, subject: &Subject<'_, '_>, findings: &mut Findings) {
    let (Some(facts), Some(value)) = (subject.facts(), &subject.setting.value) else { return };
    // Where the last build that reads it is known, or what took its place, that is said instead.
    let ends = facts.reads().upper().is_some() || !facts.key.superseded.is_empty();
    walk(value, &subject.setting.places, &facts.key.node, &mut |position| {
        let Some(why) = position.node.deprecated else { return };
        if position.path.is_empty() && ends {
            return;
        }
        let title =
            format!("`{}` is deprecated: {}", position.name(subject.key()), why.trim_end_matches('.'));
        let nested = !position.path.is_empty();
        let at = if nested { &position.places.at } else { &subject.setting.origin };
        let finding = subject.finding_at("deprecated", title, at);
        findings.push(if nested { finding.severity(Severity::Note) } else { finding });
    });
}

pub(super) fn disputed(context: &Context<'_, '_>, subject: &Subject<'_, '_>, findings: &mut Findings) {
    let Some(facts) = subject.facts() else { return };
    let Some(disputed) = &facts.key.node.disputed else { return };
    if subject.setting.enforcement == Enforcement::Unset {
        return;
    }
    // Both spellings of one switch: the doubt is met, and where one line set both it is told once.
    let twins = disputed.see.iter().filter_map(|path| path.split_once(':'));
    let mut twins = twins.filter(|(domain, _)| *domain == facts.domain);
    let twin = twins.find_map(|(domain, key)| context.plan.setting(domain, key));
    let met = twin.is_some_and(|twin| twin.value == subject.setting.value);
    if twin.is_some_and(|twin| twin.origin == subject.setting.origin && twin.key < subject.setting.key) {
        return;
    }
    let title = format!("sources contradict each other about `{}`", subject.key());
    let mut finding = subject.finding("disputed", title).note(disputed.says.trim_end_matches('.'));
    if !met {
        for path in &disputed.see {
            let name = path.split_once(':').map_or(*path, |(_, key)| key);
            finding = finding.help(format!("see `prefsmith explain {name}`"));
        }
        if facts.domain == "com.microsoft.errorreporting" && !context.of_profile() {
            finding = finding.help("`attach-key = \"both\"` under [policy] sets both spellings");
        }
    }
    findings.push(finding);
}

/// A note for each setting; `fold` makes one of them, for a note for each would bury the rest.
///
/// Of profiles it is not said: nobody has just written them, and `explain` tells it of each key.
pub(super) fn unverified(context: &Context<'_, '_>, findings: &mut Findings) {
    if context.of_profile() {
        return;
    }
    for setting in context.plan.settings.iter().filter(|s| !s.custom && s.enforcement != Enforcement::Unset) {
        let (domain, key) = (setting.domain.as_str(), setting.key.as_str());
        let confidence = context.catalog.key(domain, key).and_then(|known| known.key.node.confidence);
        if matches!(confidence, Some(Confidence::Community | Confidence::Derived)) {
            let finding = Finding::new("unverified", "").at(setting.origin.clone(), "").about(domain, key);
            findings.push(finding.note(
                "the maker of the app does not document that; `prefsmith explain KEY` names the sources",
            ));
        }
    }
}

pub(super) fn secret(context: &Context<'_, '_>, subject: &Subject<'_, '_>, findings: &mut Findings) {
    let secrets = secrets(subject.setting, context.catalog);
    // What an MDM puts in for each Mac is no secret of the profile.
    let filled = |value: &Value| context.of_profile() && is_variable(value);
    if secrets.iter().all(|(value, _)| filled(value)) {
        return;
    }
    let title = format!(
        "`{}` looks like a secret, and every user of the Mac can read managed preferences",
        subject.key()
    );
    findings.push(subject.finding("secret-in-profile", title).help(if context.of_profile() {
        "hand it to each user in another way"
    } else {
        "hand it to each user in another way, or accept the finding with an [[allow]]"
    }));
}

/// Whether a setting carries a secret: the catalogue says so of the key or of a part of its value, or something in it
/// that the catalogue does not know is named like one.
///
/// Outputs for people mask such values.
pub fn is_secret(setting: &Setting, catalog: &Catalog<'_>) -> bool {
    !secrets(setting, catalog).is_empty()
}

/// The same of a value that is no setting's. A name that no preference can have proves nothing, so that its value is
/// taken for a secret.
pub fn secret_value(domain: &str, key: &str, value: &Value, catalog: &Catalog<'_>) -> bool {
    let (Ok(domain), Ok(key)) = (DomainName::new(domain), KeyName::new(key)) else { return true };
    let origin = Origin::Whole(Sources::new().add("", ""));
    let setting = Setting {
        channel: Channel::Device,
        domain,
        key,
        value: Some(value.clone()),
        places: Places::leaf(origin.clone()),
        enforcement: Enforcement::Forced,
        reads: Vec::new(),
        origin,
        overrides: Vec::new(),
        bare: false,
        custom: false,
        why: None,
    };
    is_secret(&setting, catalog)
}

/// The parts of a setting's value that are secrets, each with its places.
pub fn secrets<'s>(setting: &'s Setting, catalog: &Catalog<'_>) -> Vec<(&'s Value, &'s Places)> {
    let mut found = Vec::new();
    if let Some(value) = &setting.value {
        let known = catalog.key(setting.domain.as_str(), setting.key.as_str());
        let node = known.as_ref().map(|known| &known.key.node);
        let known_token = |name: &str| catalog.token(name).is_some();
        // A weak layer that does not call something a secret has not said that it is none; a flag is none.
        let flag = node.is_some_and(|node| node.types.as_slice() == [Type::Boolean]);
        let names = known.as_ref().is_none_or(|known| catalog.is_weak(known.layer) && !flag);
        let ask = Ask { known_token: &known_token, names };
        seek(setting.key.as_str(), (value, &setting.places), node, false, &ask, &mut found);
    }
    found
}

/// How secrets are told.
struct Ask<'a> {
    /// Whether a token has this name.
    known_token: &'a dyn Fn(&str) -> bool,
    /// Whether names tell what the catalogue does not, of what it knows as well.
    names: bool,
}

/// Values nest at most [`crate::value::MAX_DEPTH`] deep, which bounds the recursion.
fn seek<'s>(
    name: &str,
    (value, places): (&'s Value, &'s Places),
    node: Option<&Node<'_>>,
    inside: bool,
    ask: &Ask<'_>,
    found: &mut Vec<(&'s Value, &'s Places)>,
) {
    let said = node.is_some_and(|node| node.secret);
    let by_name = node.is_none() || ask.names;
    match value {
        Value::Array(items) => {
            let item = node.map(|node| {
                node.children.iter().find(|(at, _)| *at == Segment::Item).map_or(node, |(_, item)| item)
            });
            for (at, one) in items.iter().enumerate() {
                seek(name, (one, places.item(at)), item, inside || said, ask, found);
            }
        }
        Value::Dictionary(entries) => {
            let inside = inside || said || (by_name && holds_secrets(name));
            for (key, entry) in entries {
                let node = node.and_then(|node| entry_node(node, key));
                seek(key, (entry, places.entry(key)), node, inside, ask, found);
            }
        }
        _ => {
            let text = matches!(value, Value::String(_) | Value::Data(_));
            let named = || by_name && looks_secret(name, text);
            if is_filled(value, ask.known_token) && (inside || said || named()) {
                found.push((value, places));
            }
        }
    }
}

/// A switch is no secret, and neither is a text of identity tokens alone.
fn is_filled(value: &Value, known_token: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::Boolean(_) => false,
        Value::String(text) => text.parts().iter().any(|part| match part {
            Part::Literal(text) => !text.trim().is_empty(),
            Part::Token(name) => !known_token(name),
        }),
        Value::Data(bytes) => !bytes.is_empty(),
        _ => true,
    }
}

const PARTS: [&str; 6] = ["password", "passwd", "passphrase", "secret", "apikey", "privatekey"];
const ENDS: [&str; 4] = ["token", "pass", "pwd", "credential"];
/// What a number behind a name like `PasswordLength` counts.
const MEASURES: [&str; 18] = [
    "length", "age", "count", "days", "hours", "minutes", "seconds", "interval", "timeout", "attempts",
    "history", "limit", "size", "level", "policy", "expiry", "expires", "date",
];

/// The letters and digits of a name, in lower case.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether a name may hold one of the words of secrets: a quick look at how they begin, for nearly no name does.
fn may_be_secret(name: &str) -> bool {
    // The last three letters or digits: what is neither may stand inside of a word.
    let mut last = [0; 3];
    name.bytes().any(|byte| {
        if byte.is_ascii_alphanumeric() {
            let [_, one, two] = last;
            last = [one, two, byte.to_ascii_lowercase()];
            // How the words of both lists begin.
            return matches!(&last, b"pas" | b"pwd" | b"sec" | b"tok" | b"cre" | b"api" | b"pri");
        }
        // Letters beyond ASCII are left to a closer look.
        !byte.is_ascii()
    })
}

/// Whether a key that no catalogue knows is named like a secret. `text`: its value is one, and no number or date.
pub fn looks_secret(name: &str, text: bool) -> bool {
    if !may_be_secret(name) {
        return false;
    }
    let plain = plain(name);
    let part = PARTS.iter().any(|part| plain.contains(part));
    let measure = || MEASURES.iter().any(|measure| plain.ends_with(measure));
    (part && (text || !measure())) || ends_secret(&plain)
}

/// Whether a name is that of secrets alone: `ApiPassword`, `Credentials`, and not `PasswordPolicy`.
pub fn holds_secrets(name: &str) -> bool {
    may_be_secret(name) && ends_secret(&plain(name))
}

fn ends_secret(plain: &str) -> bool {
    let stem = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    let one = stem.trim_end_matches('s');
    PARTS.iter().chain(&ENDS).any(|end| stem.ends_with(end) || one.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_look_passes_every_word() {
        for word in PARTS.iter().chain(&ENDS) {
            let spaced: String = word.chars().flat_map(|c| [c.to_ascii_uppercase(), '_']).collect();
            for name in [(*word).to_owned(), format!("My{word}"), spaced, format!("\u{e9}{word}")] {
                assert!(may_be_secret(&name), "{name}");
            }
        }
        for name in ["PayloadType", "", "HowToCheck"] {
            assert!(!looks_secret(name, true), "{name}");
        }
        for name in ["IsMerpEnabled", "PayloadType", "mcx_preference_settings", "com.microsoft.office"] {
            assert!(!may_be_secret(name), "{name}");
        }
    }
}
