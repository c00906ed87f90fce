//! Checks: a plan goes in, findings and a checked plan come out.
//!
//! A check is one function that looks at one setting and pushes what it has to say. Everything here sees plans
//! only, so that policies and profiles take the same path.

mod allow;
mod context;
mod delivery;
mod fold;
mod rules;
mod sound;
mod special;
mod status;
mod text;
mod types;
mod values;
mod versions;

pub use special::twice;
pub use status::is_secret;

use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Severity};
use crate::plan::Plan;
use context::{Context, Subject};
use sound::Sound;
use std::ops::Deref;

/// A plan without errors. Only [`check`] makes one, so that nothing unchecked can be emitted.
#[derive(Clone, Debug)]
pub struct CheckedPlan(Plan);

impl CheckedPlan {
    /// The plan, unchecked again.
    pub fn into_inner(self) -> Plan {
        self.0
    }
}

impl Deref for CheckedPlan {
    type Target = Plan;
    fn deref(&self) -> &Plan {
        &self.0
    }
}

/// What a check may be told.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The day on which `until` of an `[[allow]]` and the dates of deadlines are judged; none: they are not.
    pub today: Option<jiff::civil::Date>,
}

/// What checks say of a plan.
#[derive(Debug)]
pub struct Checked {
    /// Everything that was found, in reading order, without what the policy accepts.
    pub findings: Findings,
    /// What the policy accepts.
    pub allowed: Vec<Finding>,
    /// The plan again: checked, or as it came if there were errors.
    pub plan: Result<CheckedPlan, Plan>,
}

/// One check of one setting.
type Check = fn(&Context<'_, '_>, &Subject<'_, '_>, &mut Findings);

/// Every check of one setting, by family.
const CHECKS: &[Check] = &[
    types::types,
    values::values,
    text::text,
    delivery::delivery,
    versions::builds,
    versions::superseded,
    status::deprecated,
    status::disputed,
    status::secret,
];

/// Checks a plan. `found` is what reading and resolving it has found already; an `[[allow]]` speaks of both.
pub fn check(plan: Plan, found: Findings, catalog: &Catalog<'_>, options: &Options) -> Checked {
    let mut findings = found;
    let context = Context { plan: &plan, catalog };
    let mut pushed = Findings::new();
    for setting in &plan.settings {
        let known = catalog.key(setting.domain.as_str(), setting.key.as_str());
        let subject = Subject { setting, known };
        for check in CHECKS {
            check(&context, &subject, &mut pushed);
        }
    }
    versions::left_out(&context, &mut pushed);
    status::unverified(&context, &mut pushed);
    delivery::channel(&context, &mut pushed);
    findings.extend(fold::fold(pushed, &context));
    let standing = |finding: &Finding| !allow::accepted(finding, &plan, options);
    let facts = Sound::new(&plan, findings.iter().filter(|finding| standing(finding)));
    let mut between = Findings::new();
    special::special(&context, &facts, options, &mut between);
    rules::rules(&context, &facts, &mut between);
    findings.extend(between);
    if plan.settings.is_empty() && !findings.has_errors() {
        let finding = Finding::new("empty-policy", "the policy sets nothing");
        findings.push(match &plan.identity.origin {
            Some(origin) => finding.at(origin.clone(), ""),
            None => finding,
        });
    }
    let (findings, allowed) = allow::apply(findings, &plan, options);
    let findings = findings.sorted();
    let plan = if findings.count(Severity::Error) == 0 { Ok(CheckedPlan(plan)) } else { Err(plan) };
    Checked { findings, allowed, plan }
}
