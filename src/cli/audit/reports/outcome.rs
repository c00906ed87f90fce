//! What the answer of a Mac comes to.

use super::{Answered, Known, Reading, Reports, What};
use crate::diff::answer::Answer;
use crate::diff::applies::Assignment;
use crate::diff::audit::{Applied, Glance, State, Told};
use crate::diff::verdict::Verdict;
use crate::plan::Setting;
use crate::report::audit::{Reported, Rows};
use std::collections::BTreeMap;

impl Reports {
    /// What is kept of a Mac, what it is called, and its row.
    pub fn look(
        &self,
        mac: &Answered,
        reading: &Reading<'_>,
        assignment: &Assignment<'_, '_>,
        rows: Option<Rows>,
    ) -> (Glance, String, Option<String>) {
        let scope = reading.scope;
        let applied = scope.applied(|to| assignment.applies_to_named(to, &mac.about));
        let applied = Applied { policies: applied.policies & mac.asked, applies: applied.applies };
        let glance = match &mac.what {
            What::Rows(rows) => {
                let told = |at: usize, setting: &Setting| {
                    let place = u32::try_from(at).unwrap_or(u32::MAX);
                    let answered = rows.get(setting.domain.as_str());
                    let asked = reading.known.get(at).is_some_and(|known| known.in_pack);
                    match answered.map(|rows| rows.get(&place)) {
                        _ if !asked => Told::NotAsked,
                        None => Told::Open,
                        Some(None) => Told::Fine,
                        Some(Some(verdict)) => Told::Drifts(*verdict),
                    }
                };
                Glance::reported(&mac.about, scope, &applied, State::Compliant, told)
            }
            What::Cells(cells) => of_cells(mac, cells, reading, &applied),
        };
        let source = self.names.get(mac.source).cloned().unwrap_or_default();
        let said = match &mac.what {
            What::Rows(_) => String::new(),
            What::Cells(cells) => cells.iter().map(|(.., text)| text.as_str()).collect::<Vec<_>>().join("; "),
        };
        let row = rows.map(|rows| {
            let policies: Vec<&str> = scope.names_of(applied.policies).collect();
            rows.reported(&Reported {
                policies: policies.join(", "),
                source: &source,
                about: &mac.about,
                state: glance.gist.state,
                said: &said,
                because: applied.applies.because(),
                told: glance.told(scope),
            })
        });
        (glance, source, row)
    }
}

/// What the answers to several policies come to.
fn of_cells(
    mac: &Answered,
    cells: &[(usize, Option<Answer>, String)],
    reading: &Reading<'_>,
    applied: &Applied,
) -> Glance {
    let cells = || cells.iter().filter(|(policy, ..)| applied.policies >> policy & 1 == 1);
    let whole = cells().map(|(_, answer, _)| match answer {
        Some(Answer::Drift(..)) => State::Drifted,
        Some(Answer::Compliant) => State::Compliant,
        _ => State::Undecided,
    });
    // In the order of states, the worse of compliant and drifted is drifted; undecided does not hide drift.
    let whole = whole.fold(State::Compliant, |worst, state| match (worst, state) {
        (State::Drifted, _) | (_, State::Drifted) => State::Drifted,
        (State::Undecided, _) | (_, State::Undecided) => State::Undecided,
        _ => State::Compliant,
    });
    let answers: BTreeMap<usize, &Option<Answer>> =
        cells().map(|(policy, answer, _)| (*policy, answer)).collect();
    let told = |place: usize, _: &Setting| {
        let Some(known) = reading.known.get(place).filter(|known| known.in_attribute) else {
            return Told::NotAsked;
        };
        let told = known.policies.iter().filter_map(|policy| answers.get(policy));
        told.map(|answer| of_answer(answer, known)).max_by_key(|told| weight(*told)).unwrap_or(Told::NotAsked)
    };
    Glance::reported(&mac.about, reading.scope, applied, whole, told)
}

fn of_answer(answer: &Option<Answer>, known: &Known) -> Told {
    let is = |key: &String| known.names.contains(key);
    match answer {
        Some(Answer::Compliant) => Told::Fine,
        // It is not enforced; what is in effect instead nobody has told.
        Some(Answer::Drift(keys, _)) if keys.iter().any(is) => Told::Drifts(Verdict::Unreadable),
        Some(Answer::Drift(keys, more)) if *more > 0 || keys.is_empty() => Told::Open,
        Some(Answer::Drift(..)) => Told::Fine,
        Some(Answer::Unknown(Some(key), _)) if is(key) => Told::Open,
        Some(Answer::Unknown(Some(_), 0)) => Told::Fine,
        Some(Answer::Unknown(..) | Answer::Nothing) | None => Told::Open,
        Some(Answer::NotInstalled) => Told::NotApplicable,
    }
}

fn weight(told: Told) -> u8 {
    match told {
        Told::NotAsked => 0,
        Told::NotApplicable => 1,
        Told::Fine => 2,
        Told::Open => 3,
        Told::Drifts(_) => 4,
    }
}
