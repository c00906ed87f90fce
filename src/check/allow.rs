//! `[[allow]]`: findings that a policy accepts, with a reason.

use super::Options;
use crate::finding::{Finding, Findings, code_info};
use crate::plan::{Allow, Plan};
use std::collections::BTreeMap;

/// The `[[allow]]` of a plan, and which of them were of use.
pub(super) struct Allows<'p> {
    list: Vec<Entry<'p>>,
    /// Where in the list those of a code and a key stand; no key: those for every key.
    of: BTreeMap<(&'p str, Option<&'p str>), Vec<usize>>,
}

struct Entry<'p> {
    allow: &'p Allow,
    live: bool,
    used: bool,
}

impl<'p> Allows<'p> {
    pub fn new(plan: &'p Plan, options: &Options) -> Self {
        let entry = |allow: &'p Allow| Entry { allow, live: !expired(allow, options), used: false };
        let mut of: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, allow) in plan.allows.iter().enumerate() {
            of.entry((allow.code.as_str(), allow.key.as_deref())).or_default().push(at);
        }
        Self { list: plan.allows.iter().map(entry).collect(), of }
    }

    /// Parts what is not accepted from what is.
    pub fn take(&mut self, findings: Findings) -> (Findings, Vec<Finding>) {
        findings.partition(|finding| !self.accepts(finding))
    }

    /// Whether a finding is accepted.
    pub fn accepts(&mut self, finding: &Finding) -> bool {
        if code_info(finding.code.as_str()).is_some_and(|info| !info.allowable) {
            return false;
        }
        let mut taken = false;
        let key = finding.subjects.first().map(|subject| subject.key.as_str());
        for of in [None, key].into_iter().take(if key.is_some() { 2 } else { 1 }) {
            for at in self.of.get(&(finding.code.as_str(), of)).into_iter().flatten() {
                let Some(entry) = self.list.get_mut(*at) else { continue };
                if entry.live && matches(entry.allow, finding) {
                    entry.used = true;
                    taken = true;
                }
            }
        }
        taken
    }

    /// Says which of them accept nothing.
    ///
    /// Only of the policy's own: one of a file that it extends may be of use to another policy.
    pub fn finish(self, plan: &Plan, findings: &mut Findings) {
        let broken = findings.has_errors();
        let root = plan.identity.origin.as_ref().map(|origin| origin.source());
        for Entry { allow, live, used } in self.list {
            let of = [&allow.key, &allow.domain].into_iter().flatten().fold(String::new(), |mut of, name| {
                of.push_str(if of.is_empty() { " for `" } else { " of `" });
                of.push_str(name);
                of.push('`');
                of
            });
            if !live {
                let until = allow.until.as_deref().unwrap_or("");
                let title = format!("this [[allow]] of `{}`{of} ended on {until}", allow.code);
                let finding = Finding::new("allow-expired", title).at(allow.origin.clone(), "");
                findings.push(finding.help("mend what it accepted, or give it a later `until`"));
            } else if !used && !broken && root == Some(allow.origin.source()) {
                // While errors stand, what they hide may be what is allowed here.
                let title = format!("this [[allow]] of `{}`{of} accepts nothing", allow.code);
                let finding = Finding::new("allow-unused", title).at(allow.origin.clone(), "");
                findings.push(finding.help("take it out"));
            }
        }
    }
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
