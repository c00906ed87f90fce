//! A policy and its variants: plans of one text, of which each Mac gets one.

use super::{Checked, CheckedPlan, Options, check};
use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Origin, listed};
use crate::plan::{Given, Plan};
use crate::policy::targets::{Scope, TARGET_TABLES, TargetInfo};
use std::collections::{BTreeMap, BTreeSet};

/// What is said of lines that are of no use; one that all plans share has to be of use to one of them.
const UNUSED: [&str; 2] = ["allow-unused", "why-unused"];

/// What checks say of a policy with its variants.
#[derive(Debug)]
pub struct Family {
    /// Everything that was found, in reading order, each thing once, without what the policy accepts.
    pub findings: Findings,
    /// What the policy accepts.
    pub allowed: Vec<Finding>,
    /// The plans as they came: checked, or as they were if there were errors.
    pub plans: Vec<Result<CheckedPlan, Plan>>,
}

/// Checks the plans of one policy, each with what reading and resolving it has found. `of_variant` tells of a place
/// whether only one variant has what stands there.
pub fn family(
    plans: Vec<(Plan, Findings)>,
    of_variant: &dyn Fn(&Origin) -> bool,
    catalog: &Catalog<'_>,
    options: &Options,
) -> Family {
    let names: Vec<Option<String>> = plans.iter().map(|(plan, _)| plan.identity.variant.clone()).collect();
    let shared = same_groups(&plans.iter().map(|(plan, _)| plan).collect::<Vec<_>>());
    let mut said = Said::default();
    let mut allowed = Said::default();
    let mut checked_plans = Vec::new();
    for (number, (plan, found)) in plans.into_iter().enumerate() {
        let Checked { findings, allowed: accepted, plan } = check(plan, found, catalog, options);
        said.take(number, findings);
        allowed.take(number, accepted.into_iter().collect());
        checked_plans.push(plan);
    }
    let mut findings = said.once(&names, of_variant);
    findings.extend(shared);
    let allowed = allowed.list.into_iter().map(|(finding, _)| finding).collect();
    let refused = findings.has_errors();
    let mut plans = Vec::new();
    for plan in checked_plans {
        plans.push(match plan {
            Ok(plan) if refused => Err(plan.into_inner()),
            plan => plan,
        });
    }
    Family { plans, allowed, findings: findings.sorted() }
}

/// Findings, each with the plans of which it is said.
#[derive(Default)]
struct Said {
    list: Vec<(Finding, BTreeSet<usize>)>,
}

impl Said {
    fn take(&mut self, plan: usize, findings: Findings) {
        // What two plans say is compared; what one says twice is the matter of the checks.
        let before = self.list.len();
        for finding in findings {
            let same = |(known, _): &&mut (Finding, BTreeSet<usize>)| {
                known.code == finding.code && known.title == finding.title && known.labels == finding.labels
            };
            match self.list.iter_mut().take(before).find(same) {
                Some((_, of)) => {
                    of.insert(plan);
                }
                None => self.list.push((finding, BTreeSet::from([plan]))),
            }
        }
    }

    /// Each finding once; of which plans it is said where that is not all of them.
    fn once(self, names: &[Option<String>], of_variant: &dyn Fn(&Origin) -> bool) -> Findings {
        let mut findings = Findings::new();
        for (finding, of) in self.list {
            let own = finding.primary().is_some_and(of_variant);
            let all = of.len() == names.len();
            if all || own {
                findings.push(finding);
            } else if !UNUSED.contains(&finding.code.as_str()) {
                let of: Vec<String> =
                    of.iter().filter_map(|at| names.get(*at)).map(|name| called(name.as_deref())).collect();
                let of: Vec<&str> = of.iter().map(String::as_str).collect();
                findings.push(finding.note(format!("this is so in {}", listed(&of))));
            }
        }
        findings
    }
}

/// A plan of a policy, in a sentence.
fn called(variant: Option<&str>) -> String {
    variant.map_or_else(|| "the policy itself".to_owned(), |name| format!("the variant `{name}`"))
}

/// Groups that two plans of one policy name: a Mac in them would get both.
fn same_groups(plans: &[&Plan]) -> Findings {
    let mut findings = Findings::new();
    let mut seen: BTreeMap<(&str, &str, String), (&Plan, &Origin)> = BTreeMap::new();
    for plan in plans {
        for info in TARGET_TABLES {
            for (field, name, at) in assigned(info, plan) {
                let key = (info.name, field, name.to_lowercase());
                let Some((other, first)) = seen.get(&key) else {
                    seen.insert(key, (plan, at));
                    continue;
                };
                if std::ptr::eq(*other, *plan) {
                    continue;
                }
                let both = [*other, plan].map(|plan| called(plan.identity.variant.as_deref()));
                let [a, b] = both;
                let title = format!("{a} and {b} both go to `{name}` of {}", info.title);
                findings.push(
                    Finding::new("same-group", title)
                        .at(at.clone(), "")
                        .at((*first).clone(), "the other one")
                        .note("a Mac there would get both, and nothing says which of two profiles wins")
                        .help("name it in one of them"),
                );
            }
        }
    }
    findings
}

/// Who gets a plan by a target: the field, the name and its place.
fn assigned<'p>(
    info: &'static TargetInfo,
    plan: &'p Plan,
) -> impl Iterator<Item = (&'static str, &'p str, &'p Origin)> {
    let options = plan.options(info.name);
    let fields = info.fields.iter().filter(|field| field.scope == Scope::Assigns);
    fields.flat_map(|field| {
        let list = match options.fields.get(field.name) {
            Some((Given::List(list), _)) => list.as_slice(),
            _ => &[],
        };
        list.iter().map(|(name, at)| (field.name, name.as_str(), at))
    })
}

#[cfg(test)]
mod tests;
