//! From a draft to a policy that builds: each setting goes to where a policy can say it, until nothing is refused and
//! the policy comes to what the inputs hold.

use super::write::{Owner, Written, write};
use super::{Draft, Entry, Place};
use crate::catalog::Catalog;
use crate::check::{self, check};
use crate::finding::{Finding, Findings, Severity, SourceId, Sources, code_info};
use crate::plan::{Plan, Setting};
use crate::policy::{Files, Policy};
use std::collections::BTreeMap;

/// What the policy is called while it is tried.
const NAME: &str = "policy.toml";
/// How often a draft is written anew. Each round moves a setting at least one place on, of three, or accepts
/// something; what hides behind another error takes a round more.
const ROUNDS: usize = 12;

/// The policy and the files beside it, in memory.
struct Memory<'d> {
    text: &'d str,
    draft: &'d Draft,
}

impl Files for Memory<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        if path == NAME {
            return Ok(self.text.to_owned());
        }
        let passed = self.draft.passed.iter().find(|passed| passed.file == path);
        let passed = passed.ok_or("there is no such file")?;
        String::from_utf8(passed.bytes.clone()).map_err(|error| error.to_string())
    }
}

/// What comes of a text.
struct Tried {
    errors: Vec<Finding>,
    plan: Plan,
    /// The text among the sources that the errors point into.
    source: Option<SourceId>,
}

pub(super) fn settle(draft: &mut Draft, catalog: &Catalog<'_>, findings: &mut Findings) {
    for _ in 0..ROUNDS {
        let written = write(draft, catalog);
        let tried = tried(&written.text, draft, catalog);
        let mut changed = false;
        for error in &tried.errors {
            let owner = tried.source.and_then(|source| owner(error, source, &written)).cloned();
            changed |= answer(error, owner, draft, findings);
        }
        if tried.errors.is_empty() {
            changed = compare(&tried.plan, draft, findings);
        }
        if !changed {
            for error in tried.errors {
                let title = format!("the policy has an error that import cannot solve: {}", error.title);
                findings.push(Finding::new("not-expressed", title).severity(Severity::Error));
            }
            return;
        }
    }
}

fn tried(text: &str, draft: &Draft, catalog: &Catalog<'_>) -> Tried {
    let (mut sources, mut said) = (Sources::new(), Findings::new());
    let memory = Memory { text, draft };
    let Ok(policy) = Policy::load(NAME, &memory, &mut sources, &mut said) else {
        return Tried { errors: Vec::new(), plan: Plan::default(), source: None };
    };
    let plan = policy.resolve(catalog, &mut said);
    let checked = check(plan, said, catalog, &check::Options::default());
    let errors = checked.findings.iter().filter(|finding| finding.severity == Severity::Error).cloned();
    let errors = errors.collect();
    let plan = match checked.plan {
        Ok(plan) => plan.into_inner(),
        Err(plan) => plan,
    };
    Tried { errors, plan, source: sources.ids().next() }
}

/// Does something about an error; whether it did.
fn answer(error: &Finding, owner: Option<Owner>, draft: &mut Draft, findings: &mut Findings) -> bool {
    // Rules have codes of their own, which a policy may accept.
    if code_info(error.code.as_str()).is_none_or(|info| info.allowable) {
        return accept(error, draft, findings);
    }
    let mut of: Vec<usize> = Vec::new();
    for subject in error.subjects.iter().filter(|subject| !subject.key.is_empty()) {
        let same = |entry: &Entry| entry.domain() == subject.domain && entry.key() == subject.key;
        of.extend(draft.entries.iter().position(same));
    }
    of.retain(|at| draft.entries.get(*at).is_some_and(|entry| !matches!(entry.place, Place::Lost(_))));
    if of.is_empty() {
        match owner {
            Some(Owner::Entries(list)) => of = list,
            Some(Owner::Passed(at)) => return refuse_payload(at, &error.title, draft, findings),
            None => {}
        }
    }
    let mut changed = false;
    for at in of {
        changed |= move_on(at, error, draft, findings);
    }
    changed
}

/// What stands at the place of a finding, or at the one in the policy that led there.
fn owner<'w>(error: &Finding, source: SourceId, written: &'w Written) -> Option<&'w Owner> {
    let spans = error.labels.iter().filter_map(|label| label.at.span());
    let at = spans.filter(|span| span.source == source).map(|span| span.start as usize).next()?;
    let inside = written.owners.iter().filter(|(range, _)| range.contains(&at));
    inside.min_by_key(|(range, _)| range.len()).map(|(_, owner)| owner)
}

/// Accepts an error with an `[[allow]]`.
fn accept(error: &Finding, draft: &mut Draft, findings: &mut Findings) -> bool {
    let code = error.code.as_str();
    let mut subjects: Vec<(String, String)> =
        error.subjects.iter().map(|subject| (subject.domain.clone(), subject.key.clone())).collect();
    if subjects.is_empty() {
        subjects.push((String::new(), String::new()));
    }
    let mut changed = false;
    let mut place = None;
    for (domain, key) in subjects {
        let of = |entry: &&Entry| entry.domain() == domain && (key.is_empty() || entry.key() == key);
        let entry = draft.entries.iter().find(of);
        let why = entry.map_or_else(
            || "It stands so in what was imported.".to_owned(),
            |entry| format!("It stands so in {}.", entry.file),
        );
        place = place.or_else(|| entry.map(|entry| entry.setting.origin.clone()));
        changed |= draft.allows.insert((code.to_owned(), domain, key), why).is_none();
    }
    if changed && !told(error, findings) {
        let mut kept = error.clone().severity(Severity::Warning);
        kept.labels.clear();
        kept.fix = None;
        kept.help.clear();
        if let Some(place) = place {
            kept = kept.at(place, "");
        }
        findings.push(kept.note("the policy accepts it with an [[allow]], as it stands so in the input"));
    }
    changed
}

/// Whether reading the input has said the same of its names.
fn told(error: &Finding, findings: &Findings) -> bool {
    let named = |finding: &&Finding| matches!(finding.code.as_str(), "unknown-key" | "unknown-domain");
    let about = |finding: &Finding| error.subjects.iter().any(|subject| finding.subjects.contains(subject));
    error.code.as_str() == "near-miss" && findings.iter().filter(named).any(about)
}

/// Moves a setting to the next place that may take it.
fn move_on(at: usize, error: &Finding, draft: &mut Draft, findings: &mut Findings) -> bool {
    let Some(entry) = draft.entries.get_mut(at) else { return false };
    if matches!(entry.place, Place::Lost(_)) {
        return false;
    }
    entry.place = entry.place.next(&error.title);
    let (domain, key) = (entry.domain().to_owned(), entry.key().to_owned());
    let lost = matches!(entry.place, Place::Lost(_));
    let finding = if lost {
        let title = format!("`{key}` of {domain} is not in the policy: {}", error.title);
        Finding::new("not-expressed", title).severity(Severity::Error)
    } else {
        entry.remarks.push(format!("As it stood: {}", error.title));
        let mut kept = error.clone().severity(Severity::Warning);
        kept.labels.clear();
        kept.fix = None;
        kept.help.clear();
        kept.subjects.clear();
        kept.note("the policy has it in [custom], as it stands")
    };
    findings.push(finding.at(entry.setting.origin.clone(), "").about(&domain, &key));
    draft.allows.retain(|(_, of, name), _| *of != domain || *name != key);
    true
}

fn refuse_payload(at: usize, why: &str, draft: &mut Draft, findings: &mut Findings) -> bool {
    let Some(passed) = draft.passed.get_mut(at).filter(|passed| passed.lost.is_none()) else { return false };
    passed.lost = Some(why.to_owned());
    let title = format!("the payload {} is not carried over: {why}", passed.kind);
    findings.push(
        Finding::new("not-expressed", title)
            .severity(Severity::Error)
            .note(format!("it is kept in {}", passed.file)),
    );
    true
}

/// Holds what the policy comes to against what it is to say; moves on what differs.
fn compare(plan: &Plan, draft: &mut Draft, findings: &mut Findings) -> bool {
    let said: BTreeMap<(&str, &str), &Setting> = plan
        .settings
        .iter()
        .map(|setting| ((setting.domain.as_str(), setting.key.as_str()), setting))
        .collect();
    let differs = |entry: &Entry| {
        if matches!(entry.place, Place::Lost(_)) {
            return false;
        }
        let same = |setting: &&Setting| {
            setting.value == entry.setting.value
                && setting.enforcement == entry.setting.enforcement
                && setting.channel == entry.setting.channel
        };
        said.get(&(entry.domain(), entry.key())).is_none_or(|setting| !same(setting))
    };
    let of: Vec<usize> =
        draft.entries.iter().enumerate().filter(|(_, entry)| differs(entry)).map(|(at, _)| at).collect();
    let error = Finding::new("not-expressed", "a policy would read something else in it");
    let mut changed = false;
    for at in of {
        changed |= move_on(at, &error, draft, findings);
    }
    changed
}
