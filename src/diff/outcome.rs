//! A Mac against all that was expected of it: every setting for every user who was asked about, with the exemptions,
//! and what it comes to.

use super::applies::Applies;
use super::exempt::Exemption;
use super::on_mac::Spoken;
use super::verdict::{Extra, Judged, Judging, Verdict, extra, judge};
use crate::catalog::Catalog;
use crate::mac::{Layer, Mac};
use crate::plan::{Plan, Setting};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// What a setting counts as; each counts as exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The Mac has what it should.
    Compliant,
    /// It does not.
    Drifted,
    /// Nobody can say.
    Undecided,
    /// No app on the Mac needs it.
    NotApplicable,
    /// An exemption covers it, whatever its verdict.
    Exempt,
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Compliant, Self::Drifted, Self::Undecided, Self::NotApplicable, Self::Exempt];

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::Drifted => "drifted",
            Self::Undecided => "undecided",
            Self::NotApplicable => "not-applicable",
            Self::Exempt => "exempt",
        }
    }
}

/// One setting for one user.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'p> {
    /// What is said of it.
    pub judged: Judged<'p>,
    /// Whose layers were looked at; none: nobody's own.
    pub user: Option<&'p str>,
    /// The exemption that covers it.
    pub exemption: Option<&'p Exemption>,
}

impl Row<'_> {
    /// What it counts as.
    pub fn standing(&self) -> Standing {
        match self.judged.verdict {
            _ if self.exemption.is_some() => Standing::Exempt,
            _ if self.judged.drift => Standing::Drifted,
            verdict if verdict.undecided() => Standing::Undecided,
            Verdict::NotApplicable => Standing::NotApplicable,
            _ => Standing::Compliant,
        }
    }
}

/// What is expected, and how a Mac is judged by it.
#[derive(Clone, Debug)]
pub struct Expected<'e> {
    /// The plans: one of a policy, several of a folder of profiles.
    pub plans: Vec<&'e Plan>,
    /// Whether parts of what is expected could not be read.
    pub incomplete: bool,
    /// The user is of no matter: each of the Mac's is judged.
    pub judging: Judging<'e>,
    /// What may differ.
    pub exemptions: &'e [Exemption],
    /// The day on which exemptions are judged; none: those that end have not ended.
    pub today: Option<Date>,
}

/// What a Mac comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome<'p> {
    /// Every setting, in the order of the plans, for every user.
    pub rows: Vec<Row<'p>>,
    /// Managed keys that nobody expected, with the user whose folder has them.
    pub extra: Vec<(Extra<'p>, Option<&'p str>)>,
    /// What the catalogue's rules say of the Mac, as far as they were asked; they decide nothing.
    pub rules: Vec<Spoken<'p>>,
    /// Payloads that are no preferences, which no file of preferences shows.
    pub payloads: usize,
    /// Whether parts of what is expected could not be read.
    pub incomplete: bool,
    /// Whether nothing that speaks for the Mac was seen: no value, no app, no user.
    pub blank: bool,
    /// Whether what is expected is for this Mac; where it is not, nothing was asked of it.
    pub applies: Applies,
}

impl Outcome<'_> {
    /// How many settings count as this.
    pub fn count(&self, standing: Standing) -> usize {
        self.rows.iter().filter(|row| row.standing() == standing).count()
    }

    /// Whether the Mac is not as it should be.
    pub fn drift(&self) -> bool {
        self.count(Standing::Drifted) > 0
    }

    /// Whether nothing is wrong with any setting, and none is as it should be either: no proof of anything.
    pub fn unseen(&self) -> bool {
        let told = [Standing::Compliant, Standing::Exempt, Standing::Drifted, Standing::Undecided];
        self.blank && !self.drift() || told.iter().all(|standing| self.count(*standing) == 0)
    }

    /// Whether it could be said of every setting, and of at least one that the Mac has it. Where nothing was seen,
    /// nothing is decided: a Mac without anything is not in order. Of a Mac that nothing is expected of, that is decided.
    pub fn decided(&self) -> bool {
        let open = matches!(self.applies, Applies::Unknown(_)) || self.unseen() || self.incomplete;
        matches!(self.applies, Applies::No(_)) || !open && self.count(Standing::Undecided) == 0
    }
}

/// Judges a Mac by all that is expected of it.
pub fn outcome<'p>(expected: &Expected<'p>, mac: &'p Mac, catalog: &Catalog<'_>) -> Outcome<'p> {
    let mut users: Vec<Option<&str>> = mac.users.iter().map(|user| Some(user.name.as_str())).collect();
    if users.is_empty() {
        users.push(None);
    }
    let mut rows = Vec::new();
    let mut beside: Vec<(Extra<'p>, Option<&'p str>)> = Vec::new();
    // A Mac may have half a million of them.
    let mut told: BTreeSet<(&str, &str, Layer, Option<&str>)> = BTreeSet::new();
    for (at, plan) in expected.plans.iter().enumerate() {
        let before = expected.plans.get(..at).unwrap_or(&[]);
        let mut judged: Vec<_> = Vec::new();
        for user in &users {
            let judging = Judging { user: *user, ..expected.judging.clone() };
            judged.push((*user, judge(plan, mac, catalog, &judging).into_iter()));
            for one in extra(plan, mac, *user) {
                let user = user.filter(|_| one.layer == Layer::ManagedUser);
                let known = expected.plans.iter().any(|plan| plan.setting(one.domain, one.key).is_some());
                if !known && told.insert((one.domain, one.key, one.layer, user)) {
                    beside.push((one, user));
                }
            }
        }
        for setting in &plan.settings {
            let again = before.iter().any(|plan| repeats(plan, setting));
            for (user, judged) in &mut judged {
                let Some(judged) = judged.next().filter(|_| !again) else { continue };
                let covers = |exemption: &&Exemption| {
                    let (domain, key) = (setting.domain.as_str(), setting.key.as_str());
                    exemption.covers(domain, key, &mac.about, expected.today)
                };
                let exemption = expected.exemptions.iter().find(covers);
                rows.push(Row { judged, user: *user, exemption });
            }
        }
    }
    let seen = rows.iter().any(|row| !row.judged.ladder.rungs.is_empty());
    Outcome {
        blank: !seen && mac.apps.is_empty() && mac.everybody.is_empty(),
        payloads: expected.plans.iter().map(|plan| plan.payloads.len()).sum(),
        incomplete: expected.incomplete,
        extra: beside,
        rules: Vec::new(),
        applies: Applies::Yes,
        rows,
    }
}

/// Whether a plan says the same of a key.
fn repeats(plan: &Plan, setting: &Setting) -> bool {
    plan.setting(setting.domain.as_str(), setting.key.as_str())
        .is_some_and(|other| (&other.value, other.enforcement) == (&setting.value, setting.enforcement))
}
