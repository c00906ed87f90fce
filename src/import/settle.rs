//! From a draft to a policy that builds: each setting goes to where a policy can say it, until nothing is refused and
//! the policy comes to what the inputs hold.

use super::write::{Owner, Written, write};
use super::{Draft, Entry};
use crate::catalog::Catalog;
use crate::check::{self, check};
use crate::finding::{Finding, Findings, Severity, SourceId, Sources, Subject, code_info};
use crate::plan::{Plan, Setting};
use crate::policy::{Files, Policy};
use std::collections::{BTreeMap, BTreeSet};

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
    let mut settler = Settler::new(draft, findings);
    for _ in 0..ROUNDS {
        let written = write(settler.draft, catalog);
        let tried = tried(&written.text, settler.draft, catalog);
        settler.moved.clear();
        let mut changed = false;
        for error in &tried.errors {
            let owner = tried.source.and_then(|source| owner(error, source, &written)).cloned();
            changed |= settler.answer(error, owner);
        }
        if tried.errors.is_empty() {
            changed = settler.compare(&tried.plan);
        }
        if !changed {
            break;
        }
    }
    let written = write(draft, catalog);
    for error in tried(&written.text, draft, catalog).errors {
        let title = format!("the policy has an error that import cannot solve: {}", error.title);
        findings.push(Finding::new("not-expressed", title).severity(Severity::Error));
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

/// A draft while it is settled.
struct Settler<'d, 'f> {
    draft: &'d mut Draft,
    /// The number of each setting, by domain and key, and of the first of each domain, with no key.
    at: BTreeMap<(String, String), usize>,
    /// Settings that moved in this round: one with several errors moves one place, not as many.
    moved: BTreeSet<usize>,
    /// What reading the inputs has said of names.
    told: BTreeSet<Subject>,
    findings: &'f mut Findings,
}

impl<'d, 'f> Settler<'d, 'f> {
    fn new(draft: &'d mut Draft, findings: &'f mut Findings) -> Self {
        let mut at = BTreeMap::new();
        for (number, entry) in draft.entries.iter().enumerate() {
            at.insert((entry.domain().to_owned(), entry.key().to_owned()), number);
            at.entry((entry.domain().to_owned(), String::new())).or_insert(number);
        }
        let named = |finding: &&Finding| matches!(finding.code.as_str(), "unknown-key" | "unknown-domain");
        let told = findings.iter().filter(named).flat_map(|finding| finding.subjects.clone()).collect();
        Self { draft, at, moved: BTreeSet::new(), told, findings }
    }

    fn number(&self, domain: &str, key: &str) -> Option<usize> {
        self.at.get(&(domain.to_owned(), key.to_owned())).copied()
    }

    /// Does something about an error; whether it did.
    fn answer(&mut self, error: &Finding, owner: Option<Owner>) -> bool {
        // Rules have codes of their own, which a policy may accept.
        if code_info(error.code.as_str()).is_none_or(|info| info.allowable) {
            return self.accept(error);
        }
        let keys = error.subjects.iter().filter(|subject| !subject.key.is_empty());
        let mut of: Vec<usize> =
            keys.filter_map(|subject| self.number(&subject.domain, &subject.key)).collect();
        of.retain(|at| self.draft.entries.get(*at).is_some_and(|entry| !entry.place.is_lost()));
        if of.is_empty() {
            match owner {
                Some(Owner::Entries(list)) => of = list,
                Some(Owner::Passed(at)) => return self.refuse_payload(at, &error.title),
                None => {}
            }
        }
        let mut changed = false;
        for at in of {
            // Whether it moves now or has moved in this round, the next one looks again.
            changed |= !self.moved.insert(at) || self.move_on(at, error);
        }
        changed
    }

    /// Accepts an error with an `[[allow]]`.
    fn accept(&mut self, error: &Finding) -> bool {
        let mut subjects = error.subjects.clone();
        if subjects.is_empty() {
            subjects.push(Subject { domain: String::new(), key: String::new() });
        }
        let mut changed = false;
        let mut place = None;
        for Subject { domain, key } in subjects {
            let entry = self.number(&domain, &key).and_then(|at| self.draft.entries.get(at));
            let why = entry.map_or_else(
                || "It stands so in what was imported.".to_owned(),
                |entry| format!("It stands so in {}.", entry.file),
            );
            place = place.or_else(|| entry.map(|entry| entry.setting.origin.clone()));
            let codes = self.draft.allows.entry((domain, key)).or_default();
            changed |= codes.insert(error.code.as_str().to_owned(), why).is_none();
        }
        // Reading the input has said the same of its names.
        let told = error.code.as_str() == "near-miss"
            && error.subjects.iter().any(|subject| self.told.contains(subject));
        if changed && !told {
            let mut kept = warning(error);
            kept.subjects.clone_from(&error.subjects);
            if let Some(place) = place {
                kept = kept.at(place, "");
            }
            self.findings
                .push(kept.note("the policy accepts it with an [[allow]], as it stands so in the input"));
        }
        changed
    }

    /// Moves a setting to the next place that may take it.
    fn move_on(&mut self, at: usize, error: &Finding) -> bool {
        let Some(entry) = self.draft.entries.get_mut(at).filter(|entry| !entry.place.is_lost()) else {
            return false;
        };
        entry.place = entry.place.next(&error.title);
        let (domain, key) = (entry.domain().to_owned(), entry.key().to_owned());
        let finding = if entry.place.is_lost() {
            let title = format!("`{key}` of {domain} is not in the policy: {}", error.title);
            Finding::new("not-expressed", title).severity(Severity::Error)
        } else {
            entry.remarks.push(format!("As it stood: {}", error.title));
            warning(error).note("the policy has it in [custom], as it stands")
        };
        self.findings.push(finding.at(entry.setting.origin.clone(), "").about(&domain, &key));
        self.draft.allows.remove(&(domain, key));
        true
    }

    fn refuse_payload(&mut self, at: usize, why: &str) -> bool {
        let Some(passed) = self.draft.passed.get_mut(at).filter(|passed| passed.lost.is_none()) else {
            return false;
        };
        passed.lost = Some(why.to_owned());
        let title = format!("the payload {} is not carried over: {why}", passed.kind);
        let finding = Finding::new("not-expressed", title).severity(Severity::Error);
        self.findings.push(finding.note(format!("it is kept in {}", passed.file)));
        true
    }

    /// Holds what the policy comes to against what it is to say; moves on what differs.
    fn compare(&mut self, plan: &Plan) -> bool {
        let name =
            |setting: &'_ Setting| (setting.domain.as_str().to_owned(), setting.key.as_str().to_owned());
        let said: BTreeMap<_, &Setting> =
            plan.settings.iter().map(|setting| (name(setting), setting)).collect();
        let same = |entry: &Entry| {
            said.get(&name(&entry.setting)).is_some_and(|setting| {
                setting.value == entry.setting.value
                    && setting.enforcement == entry.setting.enforcement
                    && setting.channel == entry.setting.channel
            })
        };
        let entries = self.draft.entries.iter().enumerate();
        let differs = entries.filter(|(_, entry)| !entry.place.is_lost() && !same(entry));
        let of: Vec<usize> = differs.map(|(at, _)| at).collect();
        let error = Finding::new("not-expressed", "a policy would read something else in it");
        let mut changed = false;
        for at in of {
            changed |= self.move_on(at, &error);
        }
        changed
    }
}

/// A finding about the policy, without its places there.
fn warning(error: &Finding) -> Finding {
    let mut kept = error.clone().severity(Severity::Warning);
    kept.labels.clear();
    kept.fix = None;
    kept.help.clear();
    kept.subjects.clear();
    kept
}

/// What stands at the place of a finding, or at the one in the policy that led there.
fn owner<'w>(error: &Finding, source: SourceId, written: &'w Written) -> Option<&'w Owner> {
    let spans = error.labels.iter().filter_map(|label| label.at.span());
    let at = spans.filter(|span| span.source == source).map(|span| span.start as usize).next()?;
    let inside = written.owners.iter().filter(|(range, _)| range.contains(&at));
    inside.min_by_key(|(range, _)| range.len()).map(|(_, owner)| owner)
}
