//! What a fleet comes to app by app: on how many Macs at least one setting of a domain is not as it should be.

use super::Gist;
use super::Scope;
use crate::diff::outcome::Standing;
use std::collections::{BTreeMap, BTreeSet};

/// What a fleet has of the settings of one domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainSum {
    /// The domain.
    pub domain: String,
    /// How many Macs were judged by any setting of it.
    pub macs: usize,
    /// On how many at least one drifts.
    pub drifted: usize,
    /// On how many none drifts, and of at least one nobody can say.
    pub undecided: usize,
}

/// The domains, by name. `counts` are the Macs of which each is said.
pub(super) fn domains(said: &[&Gist], counts: &[usize], scope: &Scope<'_>) -> Vec<DomainSum> {
    let settings = scope.settings();
    let mut all: BTreeMap<&str, DomainSum> = BTreeMap::new();
    for (said, count) in said.iter().zip(counts).filter(|(_, count)| **count > 0) {
        // What only an MDM has told of may leave all settings of a domain out.
        let silent: BTreeSet<usize> =
            said.cells.iter().filter(|cell| !cell.is_asked()).map(|cell| cell.place()).collect();
        let asked = |place: u32| usize::try_from(place).is_ok_and(|place| !silent.contains(&place));
        let walked = scope.walk(said.applied).filter(|(_, place)| asked(*place));
        let judged: BTreeSet<&str> = walked.map(|(setting, _)| setting.domain.as_str()).collect();
        let with = |standing: Standing| -> BTreeSet<&str> {
            let cells = said.cells.iter().filter(|cell| cell.is_asked() && cell.standing() == standing);
            cells.filter_map(|cell| settings.get(cell.place())).map(|one| one.domain.as_str()).collect()
        };
        let (drifted, undecided) = (with(Standing::Drifted), with(Standing::Undecided));
        for domain in judged {
            let sum = all.entry(domain).or_insert_with(|| DomainSum {
                domain: domain.to_owned(),
                macs: 0,
                drifted: 0,
                undecided: 0,
            });
            sum.macs += count;
            if drifted.contains(domain) {
                sum.drifted += count;
            } else if undecided.contains(domain) {
                sum.undecided += count;
            }
        }
    }
    all.into_values().collect()
}
