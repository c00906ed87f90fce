//! Checks: a plan goes in, findings and a checked plan come out.
//!
//! A check is one function that looks at one setting and pushes what it has to say. Everything here sees plans
//! only, so that policies and profiles take the same path.

mod across;
mod allow;
mod beside;
mod builds;
mod context;
mod delivery;
mod family;
mod fold;
mod payloads;
mod proxies;
mod rule_words;
mod rules;
mod sound;
mod special;
mod status;
mod text;
mod types;
mod values;
mod variables;
mod versions;

pub use across::{Accepted, Across, Member, across};
pub use family::{Family, family};
pub use rule_words::{Reader, filled};
pub use status::{holds_secrets, is_secret, looks_secret, secret_value, secrets};

use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Severity};
use crate::plan::{Cut, Kind, Plan, Setting};
use crate::value::Value;
use context::{Context, Subject};
use sound::Sound;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

/// A plan without errors. Only [`check`] makes one, so that nothing unchecked can be emitted.
#[derive(Clone, Debug)]
pub struct CheckedPlan {
    plan: Plan,
    options: Options,
    /// The parts that are profiles of their own.
    cuts: Vec<Cut>,
}

impl CheckedPlan {
    /// The plan, unchecked again.
    pub fn into_inner(self) -> Plan {
        self.plan
    }

    /// Parts what a build found and the policy does not accept from what it accepts.
    pub fn accept(&self, findings: Findings) -> (Findings, Vec<Finding>) {
        allow::Allows::new(&self.plan, &self.options).take(findings)
    }

    /// The same plan with other values, where `new` gives one: those in which a target has put its own spelling in the
    /// place of identity tokens, which says no more and no less than what was checked.
    #[must_use]
    pub fn with_values<'p>(&'p self, mut new: impl FnMut(&'p Setting) -> Option<Value>) -> Self {
        let mut values: Vec<Option<Value>> = self.plan.settings.iter().map(&mut new).collect();
        let mut spelt = self.clone();
        for (setting, value) in spelt.plan.settings.iter_mut().zip(&mut values) {
            if let Some(value) = value.take() {
                setting.value = Some(value);
            }
        }
        spelt
    }

    /// The same plan with those settings alone of which `keep` says so: a part of what was checked, for an artefact
    /// that is about a part.
    #[must_use]
    pub fn only(&self, keep: impl FnMut(&Setting) -> bool) -> Self {
        let mut part = self.clone();
        part.plan.settings.retain(keep);
        part
    }

    /// The same plan under another id and another name: those of a part that is a profile of its own.
    #[must_use]
    pub fn called(mut self, id: String, name: String) -> Self {
        self.plan.identity.id = id;
        self.plan.identity.name = name;
        self
    }

    /// The same, without payloads.
    #[must_use]
    pub fn part(&self, wanted: impl Fn(&Setting) -> bool) -> Self {
        let mut part = self.only(wanted);
        part.plan.payloads.clear();
        part.cuts.clear();
        part
    }

    /// Whether a setting carries a secret, as [`is_secret`] tells.
    pub fn is_secret(&self, setting: &Setting, catalog: &Catalog<'_>) -> bool {
        is_secret(setting, catalog)
    }
}

impl Deref for CheckedPlan {
    type Target = Plan;
    fn deref(&self) -> &Plan {
        &self.plan
    }
}

/// What a check may be told.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The day on which `until` of an `[[allow]]` and the dates of deadlines are judged; none: they are not.
    pub today: Option<jiff::civil::Date>,
}

/// What other profiles set on the same Macs: no check misses it in the one that it looks at.
#[derive(Clone, Debug, Default)]
pub struct Beside(BTreeMap<String, BTreeSet<String>>);

impl Beside {
    /// Everything that some plans set.
    pub fn of<'p>(plans: impl IntoIterator<Item = &'p Plan>) -> Self {
        let mut domains: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for setting in plans.into_iter().flat_map(|plan| &plan.settings) {
            domains
                .entry(setting.domain.as_str().to_owned())
                .or_default()
                .insert(setting.key.as_str().to_owned());
        }
        Self(domains)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn has(&self, domain: &str, key: &str) -> bool {
        self.0.get(domain).is_some_and(|keys| keys.contains(key))
    }
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

/// Whether a policy accepts what is found elsewhere, as on a Mac.
pub fn accepts(plan: &Plan, finding: &Finding, options: &Options) -> bool {
    allow::Allows::new(plan, options).accepts(finding)
}

/// One check of one setting.
type Check = fn(&Context<'_, '_>, &Subject<'_, '_>, &mut Findings);

/// Every check of one setting, by family.
const CHECKS: &[Check] = &[
    types::types,
    values::values,
    text::text,
    beside::inside,
    delivery::delivery,
    versions::builds,
    versions::superseded,
    status::deprecated,
    status::disputed,
    status::secret,
];

/// What is said of a key that only a weak layer knows: no error, as nobody vouches for it. That something is not
/// known inside of it is the weakest of what such a layer says.
fn hearsay(found: Findings) -> Findings {
    let weaken = |finding: Finding| {
        let missing = finding.code.as_str() == "unknown-field";
        let most = if missing { Severity::Note } else { Severity::Warning };
        let said = finding.severity.min(most);
        finding.severity(said)
    };
    found.into_iter().map(weaken).collect()
}

/// Checks a plan. `found` is what reading and resolving it has found already; an `[[allow]]` speaks of both.
pub fn check(plan: Plan, found: Findings, catalog: &Catalog<'_>, options: &Options) -> Checked {
    check_beside(plan, found, catalog, options, &Beside::default())
}

/// Checks one of several plans that come to the same Macs.
pub fn check_beside(
    plan: Plan,
    found: Findings,
    catalog: &Catalog<'_>,
    options: &Options,
    beside: &Beside,
) -> Checked {
    let macs_doubtful = Sound::new(&plan, found.iter()).macs_doubtful();
    let context = Context { plan: &plan, catalog, macs_doubtful, beside };
    let mut pushed = Findings::new();
    for setting in &plan.settings {
        let known = catalog.key(setting.domain.as_str(), setting.key.as_str());
        let subject = Subject { setting, kind: plan.kind, known };
        let mut own = Findings::new();
        for check in CHECKS {
            check(&context, &subject, &mut own);
        }
        pushed.extend(if context.is_hearsay(&subject) { hearsay(own) } else { own });
    }
    versions::left_out(&context, &mut pushed);
    status::unverified(&context, &mut pushed);
    delivery::channel(&context, &mut pushed);
    proxies::proxies(&context, &mut pushed);
    let broken = found.has_errors() || pushed.has_errors();
    // What is accepted is taken out domain by domain, before findings that are alike become one.
    let mut allows = allow::Allows::new(&plan, options);
    let (found, accepted) = allows.take(found);
    let mut findings = fold::gather(found, &context);
    let mut allowed: Vec<Finding> =
        fold::gather(accepted.into_iter().collect(), &context).into_iter().collect();
    let (pushed, accepted) = allows.take(pushed);
    findings.extend(fold::fold(fold::gather(pushed, &context), &context));
    let accepted = accepted.into_iter().collect();
    allowed.extend(fold::fold(fold::gather(accepted, &context), &context));
    let facts = Sound::new(&plan, findings.iter());
    let mut between = Findings::new();
    payloads::payloads(&context, &mut between);
    beside::payloads(&context, &findings, &mut between);
    special::special(&context, &facts, options, &mut between);
    let (mut between, accepted) = allows.take(between);
    allowed.extend(accepted);
    allowed.extend(rules::rules(&context, &facts, &mut allows, &mut between));
    findings.extend(between);
    let policy = plan.kind == Kind::Policy;
    let nothing = plan.settings.is_empty() && plan.payloads.is_empty() && plan.left_out.is_empty();
    if policy && nothing && !broken {
        let finding = Finding::new("empty-policy", "the policy sets nothing");
        let finding = match &plan.identity.origin {
            Some(origin) => finding.at(origin.clone(), ""),
            None => finding,
        };
        let (kept, gone) = allows.take([finding].into_iter().collect());
        findings.extend(kept);
        allowed.extend(gone);
    }
    allows.finish(&plan, &mut findings);
    let findings = findings.sorted();
    let options = options.clone();
    let plan = if findings.count(Severity::Error) == 0 {
        Ok(CheckedPlan { plan, options, cuts: Vec::new() })
    } else {
        Err(plan)
    };
    Checked { findings, allowed, plan }
}
