//! The reasons of a list, each told once and numbered.

use super::{Told, View};
use crate::catalog::condition::Place;
use crate::catalog::network::Effect;
use crate::endpoints::{Because, Selected};
use crate::finding::listed;
use crate::version::Ranges;

/// A reason: settings, and what they do.
pub(super) struct Reason<'n, 'c> {
    pub effect: &'n Effect<'c>,
    /// For whom it holds, and which of their versions.
    pub apps: Vec<(Option<&'n str>, Ranges)>,
    pub places: Vec<Place>,
    pub certain: bool,
    pub weak: bool,
}

impl Reason<'_, '_> {
    /// The settings, with where they come from; those that are alike and come from one line are told once.
    pub fn settings<'v>(&self, view: &View<'v, '_>) -> Vec<Told<'v>> {
        let mut found: Vec<Told<'v>> = Vec::new();
        for place in &self.places {
            let told = view.told(place);
            let same = |known: &Told<'_>| {
                (&known.key, &known.value, &known.file, known.line, known.layer)
                    == (&told.key, &told.value, &told.file, told.line, told.layer)
            };
            if !found.iter().any(same) {
                found.push(told);
            }
        }
        found
    }

    /// The settings as one line: `UseOnlineContent = 0 (office.toml:29)`.
    pub fn head(&self, view: &View<'_, '_>) -> String {
        let each = |told: &Told<'_>| {
            let place = told.place();
            if place.is_empty() { told.assignment() } else { format!("{} ({place})", told.assignment()) }
        };
        let said: Vec<String> = self.settings(view).iter().map(each).collect();
        listed(&said.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The apps for which it holds; nothing if it is about no app in particular.
    pub fn whom(&self) -> String {
        if self.effect.rule.each.is_none() && self.effect.apps.is_empty() {
            return String::new();
        }
        let names: Vec<&str> = self.apps.iter().filter_map(|(app, _)| *app).collect();
        listed(&names)
    }

    /// What must be known of it: in doubt, changeable, vouched for by whom.
    pub fn remarks(&self) -> Vec<&'static str> {
        let mut found = Vec::new();
        if !self.certain {
            found.push("whether this holds is not certain: what is set could not be found out");
        }
        if self.weak {
            found.push("users can change it: it is not enforced");
        }
        found
    }
}

/// The reasons of some endpoints, in the order in which they are met, without those that are about other apps.
pub(super) fn reasons<'n, 'c>(selected: &[Selected<'_, 'n, 'c>]) -> Vec<Reason<'n, 'c>> {
    let mut found: Vec<Reason<'n, 'c>> = Vec::new();
    for because in selected.iter().flat_map(Selected::because) {
        let same = |known: &&mut Reason<'n, 'c>| {
            known.effect.rule.id == because.effect.rule.id
                && (known.certain, known.weak) == (because.certain, because.weak)
        };
        match found.iter_mut().find(same) {
            Some(known) => known.take(because),
            None => found.push(Reason {
                effect: because.effect,
                apps: because.apps.clone(),
                places: because.places.clone(),
                certain: because.certain,
                weak: because.weak,
            }),
        }
    }
    found
}

impl<'n, 'c> Reason<'n, 'c> {
    fn take(&mut self, because: &Because<'n, 'c>) {
        for (app, builds) in &because.apps {
            match self.apps.iter_mut().find(|(known, _)| known == app) {
                Some((_, known)) => *known = known.union(builds),
                None => self.apps.push((*app, builds.clone())),
            }
        }
        for place in &because.places {
            if !self.places.contains(place) {
                self.places.push(place.clone());
            }
        }
    }
}

/// The numbers of the reasons of one endpoint, from 1.
pub(super) fn numbers(reasons: &[Reason<'_, '_>], selected: &Selected<'_, '_, '_>) -> Vec<usize> {
    let of = selected.because();
    let mut found: Vec<usize> = of
        .filter_map(|because| {
            let same = |reason: &Reason<'_, '_>| {
                reason.effect.rule.id == because.effect.rule.id
                    && (reason.certain, reason.weak) == (because.certain, because.weak)
            };
            reasons.iter().position(same).map(|at| at + 1)
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
