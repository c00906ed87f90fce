//! What several policies say together: on a Mac that gets two of a project, each setting must have one meaning.

use super::Options;
use super::allow::Allows;
use super::payloads;
use super::special::{same_id, twice};
use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Origin, Severity, Sources, listed};
use crate::plan::{Allow, Channel, Enforcement, Identity, Macs, Plan, Setting};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How many places and names a finding shows.
const MOST: usize = 8;

/// One policy of a run.
pub struct Member<'p> {
    /// What it comes to.
    pub plan: &'p Plan,
    /// Its path from the folder of the project file; none: no project has it, and policies that are named side by
    /// side may be for different Macs.
    pub path: Option<String>,
    /// Which lists of policies that no Mac gets together it stands in.
    pub exclusive: BTreeSet<usize>,
    /// Which policy it is of: the plans of one policy, itself and its variants, are for different Macs.
    pub policy: usize,
}

/// What is said of several policies.
#[derive(Debug, Default)]
pub struct Across {
    /// What was found.
    pub findings: Findings,
    /// What the project accepts.
    pub allowed: Vec<Finding>,
    /// Which of the members, by their place in the list, an error is about.
    pub refused: BTreeSet<usize>,
}

/// What a project file says of its policies together.
pub struct Accepted<'p> {
    /// Its `[[allow]]`.
    pub allows: &'p [Allow],
    /// Where the project file says that it is one; none if not all of its policies are looked at, so that an
    /// `[[allow]]` that accepts nothing may be of use for another.
    pub whole: Option<Origin>,
}

/// Looks at several policies together, and at those of a project beside profiles, which have no `[macs]`. Policies of
/// a project that no Mac gets together, by their `[macs]` or by an `[[exclusive]]`, may say what they like; of policies
/// that no project has, only an id and dictionaries are looked at.
pub fn across(
    members: &[Member<'_>],
    profiles: &[&Plan],
    accepted: &Accepted<'_>,
    catalog: &Catalog<'_>,
    sources: &Sources,
    options: &Options,
) -> Across {
    let identity = Identity { origin: accepted.whole.clone(), ..Identity::default() };
    let plan = Plan { identity, allows: accepted.allows.to_vec(), ..Plan::default() };
    let mut allows = Allows::new(&plan, options);
    let mut across = Across::default();
    let plans: Vec<&Plan> = members.iter().map(|member| member.plan).collect();
    let declared = |a: usize, b: usize| match (members.get(a), members.get(b)) {
        (Some(a), Some(b)) => a.policy == b.policy || !a.exclusive.is_disjoint(&b.exclusive),
        _ => false,
    };
    for (pair, finding) in same_id(&plans, &declared) {
        across.refused.extend(pair);
        let listed = pair.iter().all(|at| members.get(*at).is_some_and(|member| member.path.is_some()));
        across.findings.push(match listed {
            true => finding.help("or say with [[exclusive]] in prefsmith.toml that no Mac gets two of them"),
            false => finding,
        });
    }
    let strangers = members.iter().filter(|member| member.path.is_none());
    let strangers: Vec<_> = strangers.map(|member| (member.policy, member.plan)).collect();
    across.findings.extend(twice(&strangers, catalog));
    let look = Look { members, profiles, catalog, sources };
    let mut same: BTreeMap<Vec<usize>, Vec<Clash<'_>>> = BTreeMap::new();
    for clash in look.clashes() {
        let finding = look.finding(&clash);
        let who: Vec<usize> = clash.of.iter().map(|(member, _)| *member).collect();
        if allows.accepts(&finding) {
            across.allowed.push(finding);
        } else if clash.kind == Kind::Same {
            same.entry(who).or_default().push(clash);
        } else {
            if clash.kind == Kind::Differs && !look.has_profile(&clash) {
                across.refused.extend(who);
            }
            across.findings.push(finding);
        }
    }
    across.findings.extend(same.values().filter_map(|clashes| look.all_the_same(clashes)).collect());
    look.payloads(&mut across.findings);
    if accepted.whole.is_some() {
        allows.finish(&plan, &mut across.findings);
    }
    across
}

/// How settings of several policies differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Which of them a Mac has is left to chance.
    Differs,
    /// They are meant more and less strongly, and the strongest wins.
    Stronger,
    /// They are the same, until somebody changes one of them.
    Same,
}

/// One key that several policies have, in all the domains that the same lines give it.
struct Clash<'p> {
    kind: Kind,
    domains: Vec<&'p str>,
    of: Vec<Owned<'p>>,
}

/// A setting and the member that has it; the profiles are counted behind the members.
type Owned<'p> = (usize, &'p Setting);

struct Look<'a, 'c> {
    members: &'a [Member<'a>],
    profiles: &'a [&'a Plan],
    catalog: &'a Catalog<'c>,
    sources: &'a Sources,
}

impl<'a> Look<'a, '_> {
    fn clashes(&self) -> Vec<Clash<'a>> {
        let mut places: BTreeMap<(Channel, &str, &str), Vec<Owned<'_>>> = BTreeMap::new();
        for (number, member) in self.members.iter().enumerate().filter(|(_, member)| member.path.is_some()) {
            let several = |setting: &&Setting| self.catalog.takes_several(setting.domain.as_str());
            for setting in member.plan.settings.iter().filter(|setting| !several(setting)) {
                let place = (setting.channel, setting.domain.as_str(), setting.key.as_str());
                places.entry(place).or_default().push((number, setting));
            }
        }
        for (number, plan) in (self.members.len()..).zip(self.profiles) {
            for setting in &plan.settings {
                // What only profiles set is told where they are looked at.
                let place = (setting.channel, setting.domain.as_str(), setting.key.as_str());
                places.entry(place).and_modify(|of| of.push((number, setting)));
            }
        }
        places.retain(|_, of| of.len() > 1);
        let apart = if places.is_empty() { BTreeSet::new() } else { self.apart() };
        // A bare key stands on one line and goes to many domains: that is said once.
        let mut clashes: BTreeMap<_, Clash<'a>> = BTreeMap::new();
        for ((_, domain, _), of) in places {
            let mut found: BTreeMap<Kind, BTreeSet<usize>> = BTreeMap::new();
            for (at, (a, first)) in of.iter().enumerate() {
                let both = |(b, _): &&Owned<'_>| !apart.contains(&(*a, *b)) && !self.are_told(*a, *b);
                for (b, second) in of.iter().skip(at + 1).filter(both) {
                    if let Some(kind) = self.kind(first, second) {
                        found.entry(kind).or_default().extend([*a, *b]);
                    }
                }
            }
            // What is left to chance is all there is to say of a key.
            if let Some(who) = found.remove(&Kind::Differs) {
                found = BTreeMap::from([(Kind::Differs, who)]);
            }
            for (kind, who) in found {
                let of: Vec<_> = of.iter().filter(|(number, _)| who.contains(number)).copied().collect();
                let lines: Vec<_> =
                    of.iter().map(|(number, setting)| (*number, self.line(setting))).collect();
                let clash =
                    clashes.entry((lines, kind)).or_insert_with(|| Clash { kind, domains: Vec::new(), of });
                clash.domains.push(domain);
            }
        }
        clashes.into_values().collect()
    }

    /// Whether two have nothing new to say together: two profiles, or a policy and what is built of it.
    fn are_told(&self, a: usize, b: usize) -> bool {
        let profile = |at: usize| self.profiles.get(at.checked_sub(self.members.len())?);
        let Some(second) = profile(b) else { return false };
        let Some(first) = self.members.get(a) else { return true };
        // With --split, the domain follows the id.
        let rest = second.identity.id.strip_prefix(&first.plan.identity.id);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// Who has the settings of a clash: `2 policies`, `a policy and a profile`.
    fn who(&self, clash: &Clash<'_>) -> String {
        let policies = clash.of.iter().filter(|(number, _)| *number < self.members.len()).count();
        let profiles = clash.of.len() - policies;
        let count = |number: usize, one: &str, many: &str| match number {
            1 => format!("a {one}"),
            number => format!("{number} {many}"),
        };
        match profiles {
            0 => format!("{policies} policies"),
            _ => format!(
                "{} and {}",
                count(policies, "policy", "policies"),
                count(profiles, "profile", "profiles")
            ),
        }
    }

    /// Payloads that two policies carry under one name: often one file, of what both extend.
    fn payloads(&self, findings: &mut Findings) {
        let of = |(number, member): (usize, &'a Member<'a>)| (number, member.plan.payloads.as_slice());
        let listed = self.members.iter().enumerate().filter(|(_, member)| member.path.is_some());
        let lists: Vec<_> = listed.map(of).filter(|(_, list)| !list.is_empty()).collect();
        if lists.len() > 1 {
            payloads::shared(&lists, &self.apart(), findings);
        }
    }

    /// The pairs of which no Mac gets both.
    fn apart(&self) -> BTreeSet<(usize, usize)> {
        let mut apart = BTreeSet::new();
        for (a, first) in self.members.iter().enumerate() {
            for (b, second) in self.members.iter().enumerate().skip(a + 1) {
                if first.policy == second.policy
                    || !first.exclusive.is_disjoint(&second.exclusive)
                    || no_mac_is_in_both(&first.plan.macs, &second.plan.macs)
                {
                    apart.insert((a, b));
                }
            }
        }
        apart
    }

    /// How two settings of one key differ; none if they are one line of a file that both policies extend.
    fn kind(&self, a: &Setting, b: &Setting) -> Option<Kind> {
        if a.value == b.value && a.enforcement == b.enforcement {
            return (self.line(a) != self.line(b)).then_some(Kind::Same);
        }
        let unset = [a, b].iter().any(|setting| setting.enforcement == Enforcement::Unset);
        Some(if unset || a.enforcement == b.enforcement { Kind::Differs } else { Kind::Stronger })
    }

    /// Where a setting stands, however often its file was read.
    fn line(&self, setting: &Setting) -> (&'a str, u32, u32) {
        let span = setting.origin.span().map_or((0, 0), |span| (span.start, span.end));
        (self.sources.label(setting.origin.source()), span.0, span.1)
    }

    fn finding(&self, clash: &Clash<'_>) -> Finding {
        let Some((_, first)) = clash.of.first() else { return Finding::new("set-by-two-policies", "") };
        let key = first.key.as_str();
        let who = self.who(clash);
        let shorts: Vec<&str> = clash.domains.iter().map(|domain| self.catalog.short(domain)).collect();
        let what = format!("`{key}` of {}", some(&shorts));
        let (severity, title) = match clash.kind {
            Kind::Differs => {
                // Whom a profile is for, it does not say.
                let severity = if self.has_profile(clash) { Severity::Warning } else { Severity::Error };
                (severity, format!("{what} differs between {who} that one Mac may get"))
            }
            Kind::Stronger => {
                (Severity::Note, format!("{what} is meant more strongly in one of {who} than in another"))
            }
            Kind::Same => (Severity::Note, format!("{what} is the same in {who} that one Mac may get")),
        };
        let mut finding = Finding::new("set-by-two-policies", title).severity(severity);
        for (_, setting) in clash.of.iter().take(MOST) {
            let text = if clash.kind == Kind::Stronger { setting.enforcement.word() } else { "" };
            finding = finding.at(setting.origin.clone(), text);
        }
        for domain in &clash.domains {
            finding = finding.about(domain, key);
        }
        let unset = clash.of.iter().any(|(_, setting)| setting.enforcement == Enforcement::Unset);
        let whole = clash.of.iter().all(|(_, setting)| matches!(setting.value, Some(Value::Dictionary(_))));
        if clash.kind == Kind::Same {
            return finding;
        }
        let note = match clash.kind {
            Kind::Differs if unset => "one policy wants it there, and another wants it away",
            Kind::Differs if whole => {
                "macOS merges no dictionaries: on a Mac that gets two of these policies, one hides the entries of the other"
            }
            Kind::Differs => "nothing says which of two profiles wins",
            _ => "what is forced wins over what is set once, and that over a default",
        };
        let finding = finding.note(note);
        if clash.kind == Kind::Stronger {
            return finding;
        }
        let together = match self.has_profile(clash) {
            true => "keep it in one of them; `prefsmith import` makes a policy of a profile",
            false => "keep it in one policy, or in a file that both extend",
        };
        finding.help(together).help(self.keep_apart(clash))
    }

    fn has_profile(&self, clash: &Clash<'_>) -> bool {
        clash.of.iter().any(|(number, _)| *number >= self.members.len())
    }

    /// How to say that no Mac gets two of the policies.
    fn keep_apart(&self, clash: &Clash<'_>) -> String {
        if self.has_profile(clash) {
            return "where no Mac gets both, accept it with an [[allow]] in prefsmith.toml".to_owned();
        }
        let paths = clash.of.iter().filter_map(|(number, _)| self.members.get(*number)?.path.as_deref());
        let paths: Vec<String> = paths.take(MOST).map(crate::value::quoted).collect();
        format!(
            "where no Mac gets two of them, say so in prefsmith.toml: [[exclusive]] with `policies = [{}]`",
            paths.join(", ")
        )
    }

    /// One note for all that the same policies have in common.
    fn all_the_same(&self, clashes: &[Clash<'_>]) -> Option<Finding> {
        let first = clashes.first()?;
        let mut finding = self.finding(first);
        if clashes.len() > 1 {
            let keys: BTreeSet<&str> = clashes
                .iter()
                .filter_map(|clash| clash.of.first())
                .map(|(_, setting)| setting.key.as_str())
                .collect();
            let keys: Vec<&str> = keys.into_iter().collect();
            finding.title = format!(
                "{} settings are the same in {} that one Mac may get",
                clashes.len(),
                self.who(first)
            );
            finding.notes.insert(0, format!("they are {}", some(&keys)));
            for clash in clashes.iter().skip(1) {
                let other = self.finding(clash);
                finding.subjects.extend(other.subjects);
            }
        }
        Some(finding.help("a file that both extend says it once"))
    }
}

/// Some names as a list, and how many more there are.
fn some(names: &[&str]) -> String {
    match names.len().checked_sub(MOST) {
        Some(more) if more > 0 => {
            let shown: Vec<&str> = names.iter().take(MOST).copied().collect();
            format!("{} and {more} more", shown.join(", "))
        }
        _ => listed(names),
    }
}

/// Whether `[macs]` of two policies have no Mac in common: versions of a product that do not overlap, or other
/// licences. A Mac without the product may be meant by two that both say that it is not installed.
fn no_mac_is_in_both(a: &Macs, b: &Macs) -> bool {
    let versions = a.versions.iter().any(|(product, of_a)| {
        let Some(of_b) = b.versions.get(product) else { return false };
        !(of_a.is_empty() && of_b.is_empty()) && of_a.intersect(of_b).is_empty()
    });
    let licences = a.licences.as_ref().zip(b.licences.as_ref()).is_some_and(|(a, b)| a.is_disjoint(b));
    versions || licences
}

#[cfg(test)]
#[path = "across_tests.rs"]
mod tests;
