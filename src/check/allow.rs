//! `[[allow]]`: findings that a policy accepts, with a reason.

use super::Options;
use crate::finding::{Finding, Findings, code_info};
use crate::plan::{Allow, Plan};

/// Takes out what the policy accepts, and says which of its `[[allow]]` accept nothing.
pub(super) fn apply(findings: Findings, plan: &Plan, options: &Options) -> (Findings, Vec<Finding>) {
    let mut used = vec![false; plan.allows.len()];
    let live: Vec<bool> = plan.allows.iter().map(|allow| !expired(allow, options)).collect();
    let broken = findings.has_errors();
    let (mut kept, allowed) = findings.partition(|finding| {
        if code_info(finding.code.as_str()).is_some_and(|info| !info.allowable) {
            return true;
        }
        let mut taken = false;
        for ((allow, used), live) in plan.allows.iter().zip(&mut used).zip(&live) {
            if *live && matches(allow, finding) {
                *used = true;
                taken = true;
            }
        }
        !taken
    });
    for ((allow, used), live) in plan.allows.iter().zip(used).zip(live) {
        if !live {
            let until = allow.until.as_deref().unwrap_or("");
            let title = format!("this [[allow]] of `{}` ended on {until}", allow.code);
            kept.push(Finding::new("allow-expired", title).at(allow.origin.clone(), ""));
        } else if !used && !(broken && kept.has_errors()) {
            // While errors stand, what they hide may be what is allowed here.
            let title = format!("this [[allow]] of `{}` accepts nothing", allow.code);
            kept.push(Finding::new("allow-unused", title).at(allow.origin.clone(), ""));
        }
    }
    (kept, allowed)
}

/// Whether the policy accepts a finding.
pub(super) fn accepted(finding: &Finding, plan: &Plan, options: &Options) -> bool {
    let allowable = code_info(finding.code.as_str()).is_none_or(|info| info.allowable);
    allowable && plan.allows.iter().any(|allow| !expired(allow, options) && matches(allow, finding))
}

/// Every setting that a finding is about must be accepted: an `[[allow]]` of one domain does not hide the others.
fn matches(allow: &Allow, finding: &Finding) -> bool {
    if allow.code != finding.code.as_str() {
        return false;
    }
    if allow.key.is_none() && allow.domain.is_none() {
        return true;
    }
    !finding.subjects.is_empty()
        && finding.subjects.iter().all(|subject| {
            allow.key.as_ref().is_none_or(|key| *key == subject.key)
                && allow.domain.as_ref().is_none_or(|domain| *domain == subject.domain)
        })
}

fn expired(allow: &Allow, options: &Options) -> bool {
    let until = allow.until.as_ref().and_then(|text| text.parse::<jiff::civil::Date>().ok());
    options.today.zip(until).is_some_and(|(today, until)| today >= until)
}
