//! A plan as far as it can be believed while errors stand.

use super::Beside;
use super::variables::holds_variable;
use crate::catalog::{Fact, Facts, Known, Licence};
use crate::finding::{Finding, Severity};
use crate::plan::{Kind, Plan};
use crate::version::Ranges;
use std::collections::BTreeSet;

/// Findings after which no more is known about `[macs]`: it may have said more than what was understood.
const MACS: [&str; 9] = [
    "bad-range",
    "duplicate-key",
    "extends",
    "macs-empty",
    "toml-syntax",
    "unknown-product",
    "unknown-table",
    "wrong-shape",
    "wrong-word",
];

/// Findings about what is carried as it stands: they put no setting in doubt.
const PAYLOADS: [&str; 2] = ["bad-payload", "payload-file"];

/// Facts of a plan of which some are wrong. A setting with an error is unknown; and if an error has kept a setting
/// out of the plan, so is every setting that seems to be missing.
pub(super) struct Sound<'p> {
    plan: &'p Plan,
    /// Settings that have an error.
    broken: BTreeSet<(String, String)>,
    /// Whether settings may be missing.
    lost: bool,
    /// Whether `[macs]` may say something else.
    macs: bool,
    /// What other plans set: it is not missing here.
    beside: Option<&'p Beside>,
}

impl<'p> Sound<'p> {
    /// The plan, and what was found of it so far and is not accepted.
    pub fn new<'f>(plan: &'p Plan, findings: impl Iterator<Item = &'f Finding>) -> Self {
        let mut sound = Self { plan, broken: BTreeSet::new(), lost: false, macs: false, beside: None };
        let counts = |finding: &&Finding| {
            finding.severity == Severity::Error && !PAYLOADS.contains(&finding.code.as_str())
        };
        for finding in findings.filter(counts) {
            let there =
                |domain: &str, key: &str| plan.setting(domain, key).is_some_and(|s| s.value.is_some());
            let known = finding.subjects.iter().all(|subject| there(&subject.domain, &subject.key));
            if finding.subjects.is_empty() || !known {
                sound.lost = true;
                sound.macs |= MACS.contains(&finding.code.as_str());
            }
            let subjects = finding.subjects.iter();
            sound.broken.extend(subjects.map(|subject| (subject.domain.clone(), subject.key.clone())));
        }
        sound
    }

    /// The same where what other plans set is not known to be missing.
    pub fn among(&self, beside: &'p Beside) -> Self {
        Self { beside: Some(beside), broken: self.broken.clone(), ..*self }
    }

    /// Whether `[macs]` may say something else than the plan.
    pub fn macs_doubtful(&self) -> bool {
        self.macs
    }

    /// Whether anything is unknown because of an error.
    pub fn hides(&self) -> bool {
        self.lost || self.macs || !self.broken.is_empty()
    }
}

impl Facts for Sound<'_> {
    fn value(&self, domain: &str, key: &str) -> Fact<'_> {
        if self.broken.iter().any(|(d, k)| d == domain && k == key) {
            return Fact::Unknown;
        }
        match self.plan.value(domain, key) {
            Fact::Unset if self.lost || self.beside.is_some_and(|beside| beside.has(domain, key)) => {
                Fact::Unknown
            }
            Fact::Set(value) if self.plan.kind == Kind::Profile && holds_variable(value) => Fact::Unknown,
            fact => fact,
        }
    }

    fn forced(&self, domain: &str, key: &str) -> Known<bool> {
        match self.value(domain, key) {
            Fact::Unknown => Known::Unknown,
            _ => self.plan.forced(domain, key),
        }
    }

    fn versions(&self, product: &str) -> Known<Ranges> {
        if self.macs { Known::Unknown } else { self.plan.versions(product) }
    }

    fn licences(&self) -> Known<BTreeSet<Licence>> {
        if self.macs { Known::Unknown } else { self.plan.licences() }
    }
}
