//! Where two plans differ: by channel, domain and key, with types and enforcement.

pub mod exempt;
mod inside;
mod payloads;
pub mod same;
pub mod verdict;
#[cfg(test)]
mod verdict_tests;

pub use inside::{Inside, inside};
pub use payloads::PayloadPair;

use crate::plan::{Passed, Plan, Setting};
use std::collections::BTreeMap;

/// What is said of one setting of the expected plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The other plan has the same.
    Same,
    /// Another value, another type, or another enforcement.
    Differs,
    /// The other plan does not have it.
    Missing,
}

impl Verdict {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Differs => "differs",
            Self::Missing => "missing",
        }
    }
}

/// One setting in both plans.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'p> {
    /// As the first plan has it.
    pub expected: &'p Setting,
    /// As the second plan has it.
    pub actual: Option<&'p Setting>,
    /// What is said of it.
    pub verdict: Verdict,
}

/// The difference of two plans.
#[derive(Clone, Debug)]
pub struct Difference<'p> {
    /// Every setting of the first plan, in its order.
    pub pairs: Vec<Pair<'p>>,
    /// What only the second plan has.
    pub extra: Vec<&'p Setting>,
    /// Every payload of the first plan that is carried as it stands, in its order.
    pub payloads: Vec<PayloadPair<'p>>,
    /// The payloads that only the second plan has.
    pub extra_payloads: Vec<&'p Passed>,
}

impl Difference<'_> {
    /// Whether anything differs.
    pub fn drift(&self) -> bool {
        let payloads = || self.payloads.iter().any(|pair| pair.verdict != Verdict::Same);
        let settings = || self.pairs.iter().any(|pair| pair.verdict != Verdict::Same);
        !self.extra.is_empty() || !self.extra_payloads.is_empty() || settings() || payloads()
    }

    /// How many settings of the first plan have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.pairs.iter().filter(|pair| pair.verdict == verdict).count()
    }
}

/// Compares two plans.
pub fn between<'p>(expected: &'p Plan, actual: &'p Plan) -> Difference<'p> {
    let at = |setting: &'p Setting| ((setting.channel, &setting.domain, &setting.key), setting);
    let mut others: BTreeMap<_, &Setting> = actual.settings.iter().map(at).collect();
    let mut pairs = Vec::new();
    for setting in &expected.settings {
        let other = others.remove(&at(setting).0);
        let verdict = match other {
            None => Verdict::Missing,
            Some(other) if other.value == setting.value && other.enforcement == setting.enforcement => {
                Verdict::Same
            }
            Some(_) => Verdict::Differs,
        };
        pairs.push(Pair { expected: setting, actual: other, verdict });
    }
    let (payloads, extra_payloads) = payloads::pairs(expected, actual);
    Difference { pairs, extra: others.into_values().collect(), payloads, extra_payloads }
}
