//! One line of a policy can reach eight domains: what is the same of all of them is said once.

use super::context::Context;
use super::delivery::some;
use crate::finding::{Finding, Findings, listed};
use std::collections::{BTreeMap, BTreeSet};

/// What findings that can be folded have in common: title and place.
type Likeness = (String, Option<(u32, u32)>);

/// Makes one finding of those that differ only in the setting they are about, and names the domains.
pub(super) fn fold(findings: Findings, context: &Context<'_, '_>) -> Findings {
    let mut order: Vec<Finding> = Vec::new();
    let mut seen: BTreeMap<Likeness, Vec<usize>> = BTreeMap::new();
    for mut finding in findings {
        let subjects = std::mem::take(&mut finding.subjects);
        let place = finding.primary().and_then(|at| at.span()).map(|span| (span.start, span.end));
        let same = seen.entry((finding.title.clone(), place)).or_default();
        let known = same.iter().copied().find(|at| {
            order.get(*at).is_some_and(|other| {
                other.code == finding.code
                    && other.severity == finding.severity
                    && other.labels == finding.labels
                    && other.notes == finding.notes
                    && other.help == finding.help
                    && other.fix == finding.fix
            })
        });
        match known.and_then(|at| order.get_mut(at)) {
            Some(other) => other.subjects.extend(subjects),
            None => {
                same.push(order.len());
                finding.subjects = subjects;
                order.push(finding);
            }
        }
    }
    // `same` compares without subjects, which is why they were taken out and come back only now.
    let mut folded = Findings::new();
    for mut finding in order {
        name_domains(&mut finding, context);
        folded.push(finding);
    }
    folded
}

/// Makes one finding of all that say the same of many keys: of those that no catalogue knows, one for each domain,
/// and one of those that rest on the community's word. It comes after what is accepted was taken out, key by key.
pub(super) fn gather(findings: Findings, context: &Context<'_, '_>) -> Findings {
    let many = |finding: &Finding| matches!(finding.code.as_str(), "custom-key" | "unverified");
    let (mut kept, gone) = findings.partition(|finding| !many(finding));
    let mut groups: BTreeMap<(String, String), Vec<Finding>> = BTreeMap::new();
    for finding in gone {
        let custom = finding.code.as_str() == "custom-key";
        let of = finding.subjects.first().filter(|_| custom);
        let of = of.map(|subject| subject.domain.clone()).unwrap_or_default();
        groups.entry((finding.code.as_str().to_owned(), of)).or_default().push(finding);
    }
    for ((code, domain), group) in groups {
        let number = group.len();
        let mut group = group.into_iter();
        let Some(mut one) = group.next() else { continue };
        let mut keys: BTreeSet<String> = one.subjects.iter().map(|subject| subject.key.clone()).collect();
        let mut names: Vec<String> = keys.iter().cloned().collect();
        for other in group {
            for subject in &other.subjects {
                if keys.insert(subject.key.clone()) || code == "custom-key" {
                    names.push(subject.key.clone());
                    one.labels.extend(other.labels.iter().cloned());
                }
            }
            one.subjects.extend(other.subjects);
        }
        if code == "unverified" {
            one.labels.sort_by_key(|label| label.at.span());
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let rest = if names.len() == 1 { "key rests" } else { "keys rest" };
            let number = names.len();
            one.title = format!("{number} {rest} on the word of the community alone: {}", some(&names));
        } else if number > 1 {
            let short = context.catalog.short(&domain);
            one.title = format!("no catalogue knows these {number} keys of {short}: nothing is checked");
        }
        kept.push(one);
    }
    kept
}

/// A line that sets several domains: say for which of them the finding holds.
fn name_domains(finding: &mut Finding, context: &Context<'_, '_>) {
    let Some(first) = finding.subjects.first() else { return };
    let one_key = finding.subjects.iter().all(|subject| subject.key == first.key);
    let setting = context.plan.setting(&first.domain, &first.key);
    // What is not in the plan was left out of what a bare key reaches.
    let bare = !context.of_profile() && setting.is_none_or(|setting| setting.bare);
    let spread = finding.subjects.len() > 1 || (bare && context.catalog.bare(&first.key).len() > 1);
    if !one_key || !spread {
        return;
    }
    let names: Vec<&str> =
        finding.subjects.iter().map(|subject| context.catalog.short(&subject.domain)).collect();
    finding.notes.insert(0, format!("for {}", listed(&names)));
}
