//! What must be there beside something: the keys that a payload of Apple's requires, the entries that a dictionary
//! requires, and what an entry needs beside it.

use super::context::{Context, Position, Subject, walk};
use crate::catalog::KeyRef;
use crate::catalog::model::{Needs, Node, Segment};
use crate::finding::{Finding, Findings, listed};
use crate::plan::{Channel, Enforcement, Setting};
use crate::value::{Type, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What stands side by side: the entries of a dictionary, or the keys of a payload.
type Beside<'b> = dyn Fn(&str) -> Option<&'b Value> + 'b;

/// Whether something that is not there must be.
fn is_required(node: &Node<'_>, beside: &Beside<'_>) -> bool {
    let holds = |condition: &Needs<'_>| match (beside(condition.field), &condition.is) {
        (Some(value), Some(wanted)) => *value == wanted.to_value(),
        (Some(_), None) => true,
        (None, _) => false,
    };
    node.required || node.required_if.iter().any(holds)
}

/// What a value that is there lacks beside it. A flag that is off needs nothing.
fn unmet<'n, 'a>(node: &'n Node<'a>, value: &Value, beside: &Beside<'_>) -> Vec<&'n Needs<'a>> {
    if matches!(value, Value::Boolean(false)) {
        return Vec::new();
    }
    let lacks = |needs: &&Needs<'_>| match (beside(needs.field), &needs.is) {
        (None, _) => true,
        (Some(_), None) => false,
        // Nobody knows what a token will stand for.
        (Some(other), Some(wanted)) => !other.has_tokens() && *other != wanted.to_value(),
    };
    node.needs.iter().filter(lacks).collect()
}

/// What is missing inside the value of a setting.
pub(super) fn inside(_: &Context<'_, '_>, subject: &Subject<'_, '_>, findings: &mut Findings) {
    let (Some(facts), Some(value)) = (subject.facts(), &subject.setting.value) else { return };
    walk(value, &subject.setting.places, &facts.key.node, &mut |position| {
        let Value::Dictionary(entries) = position.value else { return };
        let beside = |name: &str| entries.get(name);
        let mut missing = Vec::new();
        for (segment, node) in &position.node.children {
            let Segment::Name(name) = segment else { continue };
            match entries.get(*name) {
                None if is_required(node, &beside) => missing.push(*name),
                None => {}
                Some(value) => {
                    let unmet = unmet(node, value, &beside).into_iter();
                    unmet.for_each(|needs| findings.push(needed(subject, position, name, needs)));
                }
            }
        }
        if !missing.is_empty() {
            let title = format!("`{}` lacks {}", position.name(subject.key()), quoted(&missing));
            findings.push(subject.finding_at("missing-key", title, &position.places.at));
        }
    });
}

fn needed(subject: &Subject<'_, '_>, position: &Position<'_, '_>, name: &str, needs: &Needs<'_>) -> Finding {
    let within = position.name(subject.key());
    let other = needs.field;
    let (title, help) = match needs.is.as_ref().map(|wanted| wanted.to_value()) {
        Some(wanted) => {
            let wanted = subject.kind.written(&wanted);
            (
                format!("`{within} > {name}` needs `{other}` = {wanted} beside it"),
                format!("set `{other}` to `{wanted}`"),
            )
        }
        None => (format!("`{within} > {name}` needs `{other}` beside it"), format!("add `{other}`")),
    };
    subject.finding_at("needs-another", title, position.places.key(name)).help(help)
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    listed(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What is missing beside the settings of each payload of Apple's, and whether its channel can bring it. `said` is what
/// was found so far: where a key was refused, nobody can tell what is missing.
pub(super) fn payloads(context: &Context<'_, '_>, said: &Findings, findings: &mut Findings) {
    let refused = said.iter().filter(|finding| finding.code.as_str() == "unknown-key");
    let doubtful: BTreeSet<&str> =
        refused.flat_map(|finding| &finding.subjects).map(|subject| subject.domain.as_str()).collect();
    let mut domains: BTreeMap<&str, Vec<&Setting>> = BTreeMap::new();
    for setting in context.plan.settings.iter().filter(|setting| setting.enforcement == Enforcement::Forced) {
        domains.entry(setting.domain.as_str()).or_default().push(setting);
    }
    for (domain, settings) in domains {
        let apple = context.catalog.is_apple_payload(domain);
        let Some(first) = settings.first().filter(|_| apple) else { continue };
        channel(context, domain, first, findings);
        if doubtful.contains(domain) {
            continue;
        }
        let keys = context.catalog.keys_of(domain).into_iter();
        let keys: Vec<KeyRef<'_, '_>> = keys.filter_map(|name| context.catalog.key(domain, name)).collect();
        let find = |name: &str| settings.iter().find(|setting| setting.key.as_str() == name);
        let beside = |name: &str| find(name).and_then(|setting| setting.value.as_ref());
        let missing =
            keys.iter().filter(|key| find(key.name()).is_none() && is_required(&key.key.node, &beside));
        let missing: Vec<&KeyRef<'_, '_>> = missing.collect();
        if !missing.is_empty() {
            findings.push(lacks(context, domain, first, &missing));
        }
        for key in &keys {
            let Some((setting, value)) = find(key.name()).and_then(|one| Some((one, one.value.as_ref()?)))
            else {
                continue;
            };
            let unmet = unmet(&key.key.node, value, &beside).into_iter();
            unmet.for_each(|needs| findings.push(beside_key(context, setting, needs)));
        }
    }
}

fn lacks(context: &Context<'_, '_>, domain: &str, first: &Setting, missing: &[&KeyRef<'_, '_>]) -> Finding {
    let names: Vec<&str> = missing.iter().map(|key| key.name()).collect();
    let title = format!("a payload of {} lacks {}", context.catalog.short(domain), quoted(&names));
    let finding =
        Finding::new("missing-key", title).at(first.origin.clone(), "its first key").about(domain, "");
    missing.iter().fold(finding, |finding, key| {
        let example = example(&key.key.node).map_or(String::new(), |example| format!(", such as {example}"));
        let summary = key.key.node.summary.trim_end_matches('.');
        finding.help(format!("add `{}`{example}: {}", key.name(), lower(summary)))
    })
}

/// A sentence that goes on behind a colon.
fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    format!("{first}{}", chars.as_str())
}

/// A value that a key may have, where the catalogue lists some.
fn example(node: &Node<'_>) -> Option<String> {
    let value = node.values.first()?.value.to_value();
    node.types.contains(&Type::String).then(|| value.to_string())
}

fn beside_key(context: &Context<'_, '_>, setting: &Setting, needs: &Needs<'_>) -> Finding {
    let (domain, key, other) = (setting.domain.as_str(), setting.key.as_str(), needs.field);
    let kind = context.plan.kind;
    let wanted = needs
        .is
        .as_ref()
        .map(|wanted| format!(" = {}", kind.written(&wanted.to_value())))
        .unwrap_or_default();
    let title = format!("`{key}` of {} needs `{other}`{wanted} beside it", context.catalog.short(domain));
    Finding::new("needs-another", title).at(setting.origin.clone(), "").about(domain, key)
}

/// The channel that alone delivers payloads of a type.
fn channel(context: &Context<'_, '_>, domain: &str, first: &Setting, findings: &mut Findings) {
    let (list, only, other) = match context.plan.identity.channel {
        Channel::Device => ("apple-payloads-user-only", "user", "device"),
        Channel::User => ("apple-payloads-device-only", "device", "user"),
    };
    if context.catalog.list(list).is_some_and(|list| list.domains.contains(&domain)) {
        let title = format!(
            "a payload of {domain} comes by the {only} channel only, and this {} is for the {other} channel",
            context.plan.kind.word()
        );
        findings.push(Finding::new("payload-channel", title).at(first.origin.clone(), "").about(domain, ""));
    }
}
