//! Where two plans differ in what they carry as it stands: what payloads do, not what they are called.

use super::{Inside, Verdict, inside};
use crate::plan::{Passed, Plan};
use crate::value::Value;
use std::collections::BTreeMap;

/// What names and describes a payload, and does nothing on a Mac.
const ENVELOPE: [&str; 7] = [
    "PayloadDescription",
    "PayloadDisplayName",
    "PayloadEnabled",
    "PayloadIdentifier",
    "PayloadOrganization",
    "PayloadUUID",
    "PayloadVersion",
];

/// One payload in both plans.
#[derive(Clone, Debug)]
pub struct PayloadPair<'p> {
    /// As the first plan has it.
    pub expected: &'p Passed,
    /// As the second plan has it.
    pub actual: Option<&'p Passed>,
    /// What is said of it.
    pub verdict: Verdict,
}

impl PayloadPair<'_> {
    /// The paths to what differs inside, in order.
    pub fn places(&self) -> Vec<Vec<String>> {
        let Some(actual) = self.actual else { return Vec::new() };
        let whole = |passed| {
            Value::Dictionary(effects(passed).map(|(key, value)| (key.clone(), value.clone())).collect())
        };
        let (expected, actual) = (whole(self.expected), whole(actual));
        inside(&expected, &actual).into_iter().map(|Inside { path, .. }| path).collect()
    }
}

/// What a payload does: its keys without those of the envelope.
fn effects(passed: &Passed) -> impl Iterator<Item = (&String, &Value)> {
    passed.value.iter().filter(|(key, _)| !ENVELOPE.contains(&key.as_str()))
}

/// Pairs the payloads of two plans by type: first those that are the same, then the rest in their order. What is left
/// in the second plan comes back beside them.
pub(super) fn pairs<'p>(expected: &'p Plan, actual: &'p Plan) -> (Vec<PayloadPair<'p>>, Vec<&'p Passed>) {
    let mut others: BTreeMap<&str, Vec<&Passed>> = BTreeMap::new();
    for passed in &actual.payloads {
        others.entry(&passed.kind).or_default().push(passed);
    }
    let mut pairs: Vec<PayloadPair<'p>> = Vec::new();
    for passed in &expected.payloads {
        let list = others.entry(&passed.kind).or_default();
        let found =
            list.iter().position(|other| effects(passed).eq(effects(other))).map(|at| list.remove(at));
        let verdict = if found.is_some() { Verdict::Same } else { Verdict::Missing };
        pairs.push(PayloadPair { expected: passed, actual: found, verdict });
    }
    for pair in pairs.iter_mut().filter(|pair| pair.verdict == Verdict::Missing) {
        let list = others.entry(&pair.expected.kind).or_default();
        if !list.is_empty() {
            (pair.actual, pair.verdict) = (Some(list.remove(0)), Verdict::Differs);
        }
    }
    let left = actual.payloads.iter();
    let left = left.filter(|passed| {
        others
            .get(passed.kind.as_str())
            .is_some_and(|list| list.iter().any(|one| std::ptr::eq(*one, *passed)))
    });
    (pairs, left.collect())
}
