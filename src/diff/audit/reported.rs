//! A Mac of which only an MDM has told: whether its settings are as they should be, and neither values nor layers.

use super::glance::Cell;
use super::{Applied, Gist, Glance, Scope, State};
use crate::diff::applies::Applies;
use crate::diff::outcome::Standing;
use crate::diff::verdict::Verdict;
use crate::mac::About;
use crate::plan::Setting;
use std::sync::Arc;

/// What an MDM has told of one setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is as it should be.
    Fine,
    /// It is not.
    Drifts(Verdict),
    /// Nobody can say.
    Open,
    /// No app on the Mac needs it.
    NotApplicable,
    /// It was not asked for: the MDM cannot see it.
    NotAsked,
}

impl Glance {
    /// The settings that are not as they should be, or not known to be.
    pub fn told<'p>(&self, scope: &Scope<'p>) -> Vec<(&'p Setting, Verdict, Standing)> {
        let bad = |cell: &&Cell| {
            cell.is_asked() && matches!(cell.standing(), Standing::Drifted | Standing::Undecided)
        };
        let named =
            |cell: &Cell| Some((*scope.settings().get(cell.place())?, cell.verdict(), cell.standing()));
        self.gist.cells.iter().filter(bad).filter_map(named).collect()
    }

    /// Of a Mac of which an MDM has told. `told` says it of a setting, by its place; `whole` is what the Mac counts as at
    /// least, whatever is told of settings.
    pub fn reported(
        about: &About,
        scope: &Scope<'_>,
        applied: &Applied,
        whole: State,
        told: impl Fn(usize, &Setting) -> Told,
    ) -> Self {
        let mut cells = Vec::new();
        let (mut drifted, mut open, mut fine) = (false, false, false);
        for (setting, place) in scope.walk(applied.policies) {
            let at = usize::try_from(place).unwrap_or(usize::MAX);
            cells.push(match told(at, setting) {
                Told::Fine => {
                    fine = true;
                    continue;
                }
                Told::Drifts(verdict) => {
                    drifted = true;
                    Cell::without_layer(place, verdict, Standing::Drifted)
                }
                Told::Open => {
                    open = true;
                    Cell::without_layer(place, Verdict::Unreadable, Standing::Undecided)
                }
                Told::NotApplicable => {
                    Cell::without_layer(place, Verdict::NotApplicable, Standing::NotApplicable)
                }
                Told::NotAsked => Cell::not_asked(place),
            });
        }
        cells.sort_unstable();
        cells.dedup();
        let unsure = matches!(applied.applies, Applies::Unknown(_));
        let state = match (&applied.applies, whole) {
            (Applies::No(_), _) => State::Outside,
            (_, State::Drifted) => State::Drifted,
            _ if drifted => State::Drifted,
            (_, State::Undecided) => State::Undecided,
            _ if open || unsure || !fine => State::Undecided,
            _ => State::Compliant,
        };
        let gist = Gist { state, unsure, reported: true, applied: applied.policies, cells: cells.into() };
        Self::with(about, Arc::new(gist), Arc::default())
    }
}
