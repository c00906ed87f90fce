//! One line of a policy can reach eight domains: what is the same of all of them is said once.

use super::context::Context;
use crate::finding::{Finding, Findings, listed};
use std::collections::BTreeMap;

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

/// A line that sets several domains: say for which of them the finding holds.
fn name_domains(finding: &mut Finding, context: &Context<'_, '_>) {
    let Some(first) = finding.subjects.first() else { return };
    let one_key = finding.subjects.iter().all(|subject| subject.key == first.key);
    let setting = context.plan.setting(&first.domain, &first.key);
    // What is not in the plan was left out of what a bare key reaches.
    let bare = setting.is_none_or(|setting| setting.bare);
    let spread = finding.subjects.len() > 1 || (bare && context.catalog.bare(&first.key).len() > 1);
    if !one_key || !spread {
        return;
    }
    let names: Vec<&str> =
        finding.subjects.iter().map(|subject| context.catalog.short(&subject.domain)).collect();
    finding.notes.insert(0, format!("for {}", listed(&names)));
}
