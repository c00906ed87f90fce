//! The catalogue's rules between settings, as findings.

use super::allow::Allows;
use super::context::Context;
use super::rule_words::{Reader, filled};
use super::sound::Sound;
use crate::catalog::condition::{Firing, Place};
use crate::catalog::model::Weight;
use crate::catalog::rule::Rule;
use crate::finding::{Code, Finding, Findings, Origin, Severity};

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
    let reader = if context.of_profile() { Reader::Profile } else { Reader::Policy };
    let words = |text: &str| filled(context.catalog, rule, text, group, reader);
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
