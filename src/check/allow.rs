//! `[[allow]]`: findings that a policy accepts, with a reason.

use super::Options;
use crate::finding::{Finding, Findings, ONLY_BUILD, Subject, code_info};
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

    /// Whether a finding is accepted: every setting that it is about must be, each perhaps by an `[[allow]]` of its own.
    pub fn accepts(&mut self, finding: &Finding) -> bool {
        let code = finding.code.as_str();
        if code_info(code).is_some_and(|info| !info.allowable) {
            return false;
        }
        let mut of = self.of_subject(code, None);
        for (number, subject) in finding.subjects.iter().enumerate() {
            let found = self.of_subject(code, Some(subject));
            if found.is_empty() {
                return false;
            }
            if number == 0 {
                of.clear();
            }
            of.extend(found);
        }
        for at in &of {
            if let Some(entry) = self.list.get_mut(*at) {
                entry.used = true;
            }
        }
        !of.is_empty()
    }

    /// Which of the list accept a code of a setting, or of none.
    fn of_subject(&self, code: &str, subject: Option<&Subject>) -> Vec<usize> {
        let key = subject.map(|subject| subject.key.as_str());
        let of = [None, key].into_iter().take(if key.is_some() { 2 } else { 1 });
        let of = of.flat_map(|key| self.of.get(&(code, key)).into_iter().flatten().copied());
        let accepts = |entry: &Entry<'_>| entry.live && matches(entry.allow, subject);
        of.filter(|at| self.list.get(*at).is_some_and(accepts)).collect()
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
            } else if !used
                && !broken
                && !ONLY_BUILD.contains(&allow.code.as_str())
                && root == Some(allow.origin.source())
            {
                // While errors stand, what they hide may be what is allowed here.
                let title = format!("this [[allow]] of `{}`{of} accepts nothing", allow.code);
                let finding = Finding::new("allow-unused", title).at(allow.origin.clone(), "");
                findings.push(finding.help("take it out"));
            }
        }
    }
}

/// An `[[allow]]` of one key or domain accepts nothing of another, and nothing that is about no setting.
fn matches(allow: &Allow, subject: Option<&Subject>) -> bool {
    let same = |wanted: &Option<String>, of: fn(&Subject) -> &String| {
        wanted.as_ref().is_none_or(|wanted| subject.is_some_and(|subject| wanted == of(subject)))
    };
    same(&allow.key, |subject| &subject.key) && same(&allow.domain, |subject| &subject.domain)
}

fn expired(allow: &Allow, options: &Options) -> bool {
    let until = allow.until.as_ref().and_then(|text| text.parse::<jiff::civil::Date>().ok());
    options.today.zip(until).is_some_and(|(today, until)| today >= until)
}
