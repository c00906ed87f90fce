//! The catalogue's rules between settings, as findings.

use super::allow::Allows;
use super::context::Context;
use super::sound::Sound;
use crate::catalog::condition::{Firing, Place};
use crate::catalog::model::Weight;
use crate::catalog::rule::Rule;
use crate::finding::{Code, Finding, Findings, Origin, Severity, listed};
use crate::version::Ranges;

/// Why something is only a note.
pub(super) const BESIDE: &str =
    "another of these profiles sets what is missing here; it is so on Macs that do not get it";

/// Pushes what every rule has to say of the plan; gives back what is accepted of it, domain by domain.
pub(super) fn rules(
    context: &Context<'_, '_>,
    facts: &Sound<'_>,
    allows: &mut Allows<'_>,
    findings: &mut Findings,
) -> Vec<Finding> {
    let mut allowed = Vec::new();
    let domains = context.plan.settings.iter().map(|setting| setting.domain.as_str()).collect();
    for rule in context.catalog.rules_about(&domains) {
        let mut firings = Rule::evaluate(rule, facts, context.catalog);
        let mended = mended_beside(context, rule, facts, &mut firings);
        // What is unknown because of an error is asked again once the error is mended.
        firings.retain(|firing| firing.certain || !facts.hides());
        let one = |firing: &Firing| finding(context, rule, std::slice::from_ref(firing));
        let (accepted, firings) = firings.into_iter().partition(|firing| allows.accepts(&one(firing)));
        for group in grouped(context, rule, firings) {
            findings.push(finding(context, rule, &group));
        }
        for group in grouped(context, rule, mended) {
            let finding = finding(context, rule, &group).severity(Severity::Note);
            findings.push(finding.note(BESIDE));
        }
        allowed.extend(grouped(context, rule, accepted).iter().map(|group| finding(context, rule, group)));
    }
    allowed
}

/// Takes out what would not be said of a Mac that gets the other profiles too, and narrows the rest to what would.
fn mended_beside<'c>(
    context: &Context<'_, 'c>,
    rule: &Rule<'c>,
    facts: &Sound<'_>,
    firings: &mut Vec<Firing>,
) -> Vec<Firing> {
    if firings.is_empty() || context.beside.is_empty() {
        return Vec::new();
    }
    let together = Rule::evaluate(rule, &facts.among(context.beside), context.catalog);
    let alike = |a: &Firing, b: &Firing| {
        a.domain == b.domain && a.key == b.key && a.x == b.x && a.certain == b.certain
    };
    let mut mended = Vec::new();
    for firing in std::mem::take(firings) {
        match together.iter().find(|other| alike(&firing, other)) {
            Some(other) => firings.push(other.clone()),
            None => mended.push(firing),
        }
    }
    mended
}

/// Firings that are one finding: those of one line, which can reach eight domains; and those that differ only in
/// the key, as a note or where they point at the same first line.
fn grouped(context: &Context<'_, '_>, rule: &Rule<'_>, firings: Vec<Firing>) -> Vec<Vec<Firing>> {
    let mut groups: Vec<(Vec<Origin>, Vec<Firing>)> = Vec::new();
    let note = rule.severity == Weight::Note;
    for firing in firings {
        let places: Vec<Origin> = firing.set.iter().filter_map(|place| origin(context, place)).collect();
        let alike = |known: &&mut (Vec<Origin>, Vec<Firing>)| {
            known.1.first().is_some_and(|first| {
                let one_line = known.0 == places;
                let same_head = known.0.first() == places.first() && !places.is_empty();
                let other_key =
                    known.1.iter().any(|one| one.key != firing.key && one.domain == firing.domain);
                let one = one_line || (other_key && (note || same_head));
                one && first.x == firing.x && first.certain == firing.certain
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
    let words = |text: &str| filled(context, rule, text, group);
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
    let about = group.iter().flat_map(|firing| firing.set.iter().take(firing.first));
    let beside = group.iter().flat_map(|firing| firing.set.iter().skip(firing.first));
    for place in about {
        finding = labelled(context, finding, place);
        if finding.subjects.iter().all(|known| known.domain != place.domain || known.key != place.key) {
            finding = finding.about(&place.domain, &place.key);
        }
    }
    for place in beside {
        finding = labelled(context, finding, place);
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

fn labelled(context: &Context<'_, '_>, finding: Finding, place: &Place) -> Finding {
    match origin(context, place) {
        Some(at) if finding.labels.iter().all(|label| label.at != at) => finding.at(at, ""),
        _ => finding,
    }
}

/// Puts what the variables are bound to into a text. `{is|are}` takes the form that fits their number, and
/// `{policy:…|…}` what fits a policy or a profile.
fn filled(context: &Context<'_, '_>, rule: &Rule<'_>, text: &str, group: &[Firing]) -> String {
    let Some(first) = group.first() else { return text.to_owned() };
    let domains = distinct(group.iter().filter_map(|firing| firing.domain.as_deref()));
    let keys = distinct(group.iter().filter_map(|firing| firing.key.as_deref()));
    let many = if rule.any_key.is_empty() { domains.len() > 1 } else { keys.len() > 1 };
    let short = |names: &[&str]| {
        let names: Vec<&str> = names.iter().map(|name| context.catalog.short(name)).collect();
        listed(&names)
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        match name {
            "@" => out.push_str(&short(&domains)),
            "key" => {
                let quoted: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
                out.push_str(&listed(&quoted.iter().map(String::as_str).collect::<Vec<_>>()));
            }
            "rest" => out.push_str(&short(&first.rest.iter().map(String::as_str).collect::<Vec<_>>())),
            "macs" => out.push_str(&macs(group)),
            "x" => out.push_str(first.x.as_deref().unwrap_or("")),
            "value" => out.push_str(first.value.as_deref().unwrap_or("")),
            other => match other.split_once('|') {
                Some((policy, profile)) if policy.starts_with("policy:") => {
                    let policy = policy.trim_start_matches("policy:");
                    out.push_str(if context.of_profile() { profile } else { policy });
                }
                Some((one, several)) => out.push_str(if many { several } else { one }),
                None => out.push_str(other),
            },
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn distinct<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut found = Vec::new();
    for name in names {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// The Macs of all firings, by product.
fn macs(group: &[Firing]) -> String {
    let mut all: Vec<(&str, Ranges)> = Vec::new();
    for (product, ranges) in group.iter().flat_map(|firing| &firing.macs) {
        match all.iter_mut().find(|(known, _)| known == product) {
            Some((_, known)) => *known = known.union(ranges),
            None => all.push((product, ranges.clone())),
        }
    }
    let parts: Vec<String> =
        all.iter().map(|(product, ranges)| format!("{product} {}", ranges.describe())).collect();
    listed(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}
