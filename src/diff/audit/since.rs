//! What became of the Macs of an earlier audit.

use super::summary::newest_states;
use super::{Fingerprint, Ledger, State};
use std::collections::BTreeMap;

/// How many Macs that got worse are named.
const NAMED: usize = 1000;

/// What became of the Macs of an earlier audit. A Mac that does not say which it is can be found in neither.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// How many Macs of both count as what: before, and now.
    pub both: BTreeMap<(State, State), usize>,
    /// How many Macs that were not there before count as what.
    pub new: BTreeMap<State, usize>,
    /// How many Macs that are not there any more counted as what.
    pub gone: BTreeMap<State, usize>,
    /// Macs that were compliant and are not: name, serial number and snapshot, in the order of the input, at most 1000.
    pub worse: Vec<[String; 3]>,
}

impl Since {
    /// How many Macs of both became this.
    pub fn became(&self, now: State) -> usize {
        let changed = self.both.iter().filter(|((before, after), _)| before != after && *after == now);
        changed.map(|(_, count)| count).sum()
    }

    /// How many Macs were compliant, or nothing was expected of them, and now they drift or are undecided.
    pub fn worse(&self) -> usize {
        self.both.iter().filter(|((before, now), _)| is_worse(*before, *now)).map(|(_, count)| count).sum()
    }

    /// How many Macs drifted or were undecided, and are compliant now.
    pub fn better(&self) -> usize {
        let better = |before, now| is_bad(before) && now == State::Compliant;
        self.both.iter().filter(|((before, now), _)| better(*before, *now)).map(|(_, count)| count).sum()
    }
}

fn is_bad(state: State) -> bool {
    matches!(state, State::Drifted | State::Undecided)
}

fn is_worse(before: State, now: State) -> bool {
    !is_bad(before) && is_bad(now)
}

impl Ledger {
    /// What became of the Macs of an earlier audit, which are in the order of their fingerprints, each once.
    pub fn since(&self, before: &[(Fingerprint, State)]) -> Since {
        let mut since = Since::default();
        let mut seen = vec![false; before.len()];
        for (kept, state) in newest_states(self) {
            let print = Fingerprint(kept.mac);
            let at = kept.known.then(|| before.binary_search_by_key(&print, |(own, _)| *own).ok()).flatten();
            let Some((at, (_, was))) = at.and_then(|at| Some((at, before.get(at)?))) else {
                *since.new.entry(state).or_default() += 1;
                continue;
            };
            if let Some(seen) = seen.get_mut(at) {
                *seen = true;
            }
            *since.both.entry((*was, state)).or_default() += 1;
            if is_worse(*was, state) && since.worse.len() < NAMED {
                since.worse.push(self.texts(kept).map(str::to_owned));
            }
        }
        for ((_, was), _) in before.iter().zip(&seen).filter(|(_, seen)| !**seen) {
            *since.gone.entry(*was).or_default() += 1;
        }
        since
    }

    /// Each Mac that says which it is, by what it counts as, in the order of fingerprints.
    pub fn fleet(&self) -> BTreeMap<State, Vec<Fingerprint>> {
        let mut fleet: BTreeMap<State, Vec<Fingerprint>> = BTreeMap::new();
        for (kept, state) in newest_states(self).filter(|(kept, _)| kept.known) {
            fleet.entry(state).or_default().push(Fingerprint(kept.mac));
        }
        fleet.values_mut().for_each(|prints| prints.sort_unstable());
        fleet
    }
}

#[cfg(test)]
mod tests {
    use super::super::Glance;
    use super::*;
    use State::{Compliant, Drifted, Outside, Undecided};

    fn ledger(macs: &[(Option<u64>, State)]) -> Ledger {
        let mut ledger = Ledger::default();
        for (mac, state) in macs {
            ledger.add(Glance::bare(mac.map(Fingerprint), *state), || format!("{mac:?}"));
        }
        ledger
    }

    #[test]
    fn what_became_of_each() {
        let before = ledger(&[
            (Some(5), Compliant),
            (Some(1), Compliant),
            (Some(2), Drifted),
            (Some(3), Undecided),
            (Some(4), Compliant),
            (Some(6), Outside),
            (None, Drifted),
        ]);
        let fleet = before.fleet().into_iter();
        let mut before: Vec<_> =
            fleet.flat_map(|(state, prints)| prints.into_iter().map(move |print| (print, state))).collect();
        before.sort_unstable();
        assert_eq!(before.len(), 6);
        assert_eq!(before[0], (Fingerprint(1), Compliant));
        let now = ledger(&[
            (Some(1), Drifted),
            (Some(2), Compliant),
            (Some(3), Drifted),
            (Some(4), Compliant),
            (Some(6), Undecided),
            (Some(7), Compliant),
            (None, Compliant),
        ]);
        let since = now.since(&before);
        assert_eq!((since.better(), since.worse()), (1, 2));
        assert_eq!((since.became(Drifted), since.became(Undecided), since.became(Compliant)), (2, 1, 1));
        assert_eq!(since.new, BTreeMap::from([(Compliant, 2)]));
        assert_eq!(since.gone, BTreeMap::from([(Compliant, 1)]));
        let worse: Vec<&str> = since.worse.iter().map(|[_, _, source]| source.as_str()).collect();
        assert_eq!(worse, ["Some(1)", "Some(6)"]);
    }
}
