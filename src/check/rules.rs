//! The catalogue's rules between settings, as findings.

use super::context::Context;
use crate::catalog::condition::{Firing, Place};
use crate::catalog::model::Weight;
use crate::catalog::rule::Rule;
use crate::finding::{Code, Finding, Findings, Origin, Severity, listed};
use crate::version::Ranges;

/// Pushes what every rule has to say of the plan.
pub(super) fn rules(context: &Context<'_, '_>, findings: &mut Findings) {
    for rule in context.catalog.rules() {
        let firings = Rule::evaluate(rule, context.plan, context.catalog);
        for group in grouped(context, firings) {
            findings.push(finding(context, rule, &group));
        }
    }
}

/// Firings that point at the same places: one line of a policy can reach eight domains.
fn grouped(context: &Context<'_, '_>, firings: Vec<Firing>) -> Vec<Vec<Firing>> {
    let mut groups: Vec<(Vec<Origin>, Vec<Firing>)> = Vec::new();
    for firing in firings {
        let places: Vec<Origin> = firing.set.iter().filter_map(|place| origin(context, place)).collect();
        let alike = |known: &&mut (Vec<Origin>, Vec<Firing>)| {
            known.0 == places
                && known.1.first().is_some_and(|first| {
                    first.key == firing.key && first.x == firing.x && first.certain == firing.certain
                })
        };
        match groups.iter_mut().find(alike) {
            Some((_, group)) => group.push(firing),
            None => groups.push((places, vec![firing])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Where a place of a plan was written.
fn origin(context: &Context<'_, '_>, place: &Place) -> Option<Origin> {
    let setting = context.plan.setting(&place.domain, &place.key)?;
    let Some((last, outer)) = place.inside.split_last() else { return Some(setting.origin.clone()) };
    let mut places = &setting.places;
    for part in outer {
        places = places.entry(part);
    }
    Some(places.key(last).clone())
}

fn finding(context: &Context<'_, '_>, rule: &Rule<'_>, group: &[Firing]) -> Finding {
    let certain = group.iter().all(|firing| firing.certain);
    let severity = match rule.severity {
        _ if !certain => Severity::Note,
        Weight::Error => Severity::Error,
        Weight::Warning => Severity::Warning,
        Weight::Note => Severity::Note,
    };
    let words = |text: &str| filled(context, text, group);
    let mut finding = Finding {
        code: Code::from_rule(rule.id),
        severity,
        title: words(rule.says),
        labels: Vec::new(),
        notes: Vec::new(),
        help: rule.help.iter().map(|text| words(text)).collect(),
        fix: None,
        subjects: Vec::new(),
    };
    for place in group.iter().flat_map(|firing| &firing.set) {
        finding = finding.about(&place.domain, &place.key);
        if let Some(at) = origin(context, place)
            && finding.labels.iter().all(|label| label.at != at)
        {
            finding = finding.at(at, "");
        }
    }
    if finding.labels.is_empty()
        && let Some(at) = &context.plan.identity.origin
    {
        finding = finding.at(at.clone(), "");
    }
    if !certain && let Some(text) = rule.unknown {
        finding = finding.note(words(text));
    }
    finding.note(words(rule.why.trim_end_matches('.')))
}

/// Puts what the variables are bound to into a text.
fn filled(context: &Context<'_, '_>, text: &str, group: &[Firing]) -> String {
    let Some(first) = group.first() else { return text.to_owned() };
    let short = |names: Vec<&str>| {
        let names: Vec<&str> = names.into_iter().map(|name| context.catalog.short(name)).collect();
        listed(&names)
    };
    let mut text = text.to_owned();
    if text.contains("{@}") {
        text =
            text.replace("{@}", &short(group.iter().filter_map(|firing| firing.domain.as_deref()).collect()));
    }
    if text.contains("{rest}") {
        text = text.replace("{rest}", &short(first.rest.iter().map(String::as_str).collect()));
    }
    if text.contains("{macs}") {
        text = text.replace("{macs}", &macs(&first.macs));
    }
    let key = first.key.as_deref().unwrap_or("");
    let value = first.value.as_deref().unwrap_or("");
    text.replace("{key}", key).replace("{x}", first.x.as_deref().unwrap_or("")).replace("{value}", value)
}

fn macs(list: &[(String, Ranges)]) -> String {
    let parts: Vec<String> =
        list.iter().map(|(product, ranges)| format!("{product} {}", ranges.describe())).collect();
    listed(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}
