//! What a fleet comes to: how many Macs are as they should be, which settings drift, and which Macs are the worst.

use super::domains::{DomainSum, domains};
use super::glance::Cell;
use super::ledger::{Kept, Ledger};
use super::{Gist, Glance, Install, Scope, State};
use crate::diff::outcome::Standing;
use crate::diff::verdict::Verdict;
use crate::mac::Layer;
use crate::plan::Setting;
use crate::value::Date;
use crate::version::Version;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How many of the worst Macs are named.
const WORST: usize = 1000;

/// What a fleet comes to. Every count is of Macs, each by its newest snapshot, unless it says otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary<'p> {
    /// Whether not all snapshots were looked at: somebody ended it before.
    pub partial: bool,
    /// What the policies are called, in the order in which they were named.
    pub policies: Vec<String>,
    /// To how many Macs each of them applies.
    pub applied: Vec<usize>,
    /// How many Macs count as what.
    pub macs: Macs,
    /// Every setting of the policies, each once, in the order of the policies.
    pub settings: Vec<SettingSum<'p>>,
    /// Every domain of the policies, by name.
    pub domains: Vec<DomainSum>,
    /// The apps that read them, and macOS, by name.
    pub apps: Vec<AppSum>,
    /// The worst Macs, the worst first: at most 1000 of those that drift or are undecided. By how many settings drift, then
    /// by how many are undecided, then by name and serial number.
    pub worst: Vec<MacSum>,
    /// What could not be read, in the order of the input: at most 1000 of them.
    pub unread: Vec<Unread>,
}

/// How many Macs count as what. `compliant`, `drifted`, `undecided`, `unread` and `outside` add up to all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Macs {
    /// How many snapshots were looked at, those that could not be read included.
    pub snapshots: usize,
    /// How many of them are older than another one of the same Mac, and count for nothing.
    pub older: usize,
    /// Macs that are as they should be.
    pub compliant: usize,
    /// Macs that are not.
    pub drifted: usize,
    /// Macs of which nobody can say.
    pub undecided: usize,
    /// Snapshots that could not be read: each is taken for a Mac of which nothing is known.
    pub unread: usize,
    /// Macs that no policy applies to.
    pub outside: usize,
    /// Macs of which only an MDM has told: nobody knows their layers, values and versions.
    pub reported: usize,
    /// Macs of which nobody knows whether one of the policies applies to them. They are undecided, or drift by another.
    pub unsure: usize,
}

impl Macs {
    /// All Macs.
    pub fn all(&self) -> usize {
        self.of() + self.outside
    }

    /// The Macs that should be compliant: all but those that no policy applies to.
    pub fn of(&self) -> usize {
        self.compliant + self.drifted + self.undecided + self.unread
    }
}

/// What a fleet has of one setting.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingSum<'p> {
    /// The setting.
    pub setting: &'p Setting,
    /// The policies that have it: their places in [`Summary::policies`].
    pub policies: Vec<usize>,
    /// How many Macs were judged by it; the verdicts add up to this number, and so do the standings.
    pub macs: usize,
    /// How many Macs have each verdict.
    pub verdicts: BTreeMap<Verdict, usize>,
    /// How many Macs count as what.
    pub standings: BTreeMap<Standing, usize>,
    /// Both at once: one verdict may count as this on some Macs and as that on others.
    pub told: BTreeMap<(Standing, Verdict), usize>,
    /// How many Macs it applies to that were not asked for it: an MDM has told of them that cannot see it.
    pub not_asked: usize,
    /// Of the Macs that drifted, as far as it is known: the layer that the value in effect comes from; none where nothing is set.
    pub layers: BTreeMap<Option<Layer>, usize>,
}

impl SettingSum<'_> {
    /// How many Macs have a verdict.
    pub fn verdict(&self, verdict: Verdict) -> usize {
        self.verdicts.get(&verdict).copied().unwrap_or(0)
    }

    /// How many Macs count as this.
    pub fn standing(&self, standing: Standing) -> usize {
        self.standings.get(&standing).copied().unwrap_or(0)
    }

    fn add(&mut self, verdict: Verdict, standing: Standing, macs: usize) {
        *self.verdicts.entry(verdict).or_default() += macs;
        *self.standings.entry(standing).or_default() += macs;
        *self.told.entry((standing, verdict)).or_default() += macs;
    }
}

/// What a fleet has of one app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppSum {
    /// The product, as `[macs]` calls it.
    pub product: String,
    /// On how many Macs each version is; a Mac with two copies counts in both.
    pub versions: BTreeMap<Version, usize>,
    /// On how many Macs it is not installed.
    pub missing: usize,
    /// On how many Macs nobody can say: it does not tell its version, or nobody looked for it.
    pub unknown: usize,
}

/// One of the worst Macs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacSum {
    /// Its name, or nothing.
    pub name: String,
    /// Its serial number, or nothing.
    pub serial: String,
    /// What its snapshot is called.
    pub source: String,
    /// When that was taken.
    pub taken: Option<Date>,
    /// What it counts as.
    pub state: State,
    /// How many settings drift.
    pub drifted: usize,
    /// How many settings are undecided.
    pub undecided: usize,
    /// How many settings were asked for.
    pub of: usize,
    /// Whether nobody knows if one of the policies applies to it.
    pub unsure: bool,
    /// The settings that drift or are undecided, by their places in [`Summary::settings`], with their verdicts.
    pub settings: Vec<(usize, Verdict)>,
}

/// A snapshot that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// What it is called.
    pub source: String,
    /// Why.
    pub why: String,
}

/// What a ledger comes to.
pub(super) fn of<'p>(ledger: &Ledger, scope: &Scope<'p>, partial: bool) -> Summary<'p> {
    let said = ledger.gists();
    let (newest, older) = ledger.newest();
    let mut of_said = vec![0_usize; said.len()];
    let mut of_apps: BTreeMap<u32, usize> = BTreeMap::new();
    for kept in newest.iter().filter_map(|number| ledger.at(*number)) {
        if let Some(count) = number(kept.said).and_then(|at| of_said.get_mut(at)) {
            *count += 1;
        }
        *of_apps.entry(kept.apps).or_default() += 1;
    }
    let mut macs = Macs {
        snapshots: ledger.kept.len() + ledger.older + ledger.unread,
        older: older + ledger.older,
        unread: ledger.unread,
        ..Macs::default()
    };
    for (said, count) in said.iter().zip(&of_said) {
        *match said.state {
            State::Compliant => &mut macs.compliant,
            State::Drifted => &mut macs.drifted,
            State::Undecided => &mut macs.undecided,
            State::Outside => &mut macs.outside,
        } += count;
    }
    let mut applied = vec![0; scope.names().count()];
    for (said, count) in said.iter().zip(&of_said) {
        macs.unsure += if said.unsure { *count } else { 0 };
        macs.reported += if said.reported { *count } else { 0 };
        for (at, macs) in applied.iter_mut().enumerate() {
            *macs += if said.applied >> at & 1 == 1 { *count } else { 0 };
        }
    }
    Summary {
        partial,
        applied,
        policies: scope.names().map(str::to_owned).collect(),
        settings: settings(&said, &of_said, scope),
        domains: domains(&said, &of_said, scope),
        apps: apps(ledger, &of_apps, scope),
        worst: worst(ledger, &newest, &said, scope),
        unread: ledger.named.clone(),
        macs,
    }
}

/// The newest snapshot of each Mac, and what it counts as.
pub(super) fn newest_states(ledger: &Ledger) -> impl Iterator<Item = (&Kept, State)> {
    let said = ledger.gists();
    let state = move |kept: &Kept| number(kept.said).and_then(|at| said.get(at)).map(|said| said.state);
    let (newest, _) = ledger.newest();
    newest.into_iter().filter_map(move |number| {
        let kept = ledger.at(number)?;
        Some((kept, state(kept)?))
    })
}

fn number(number: u32) -> Option<usize> {
    usize::try_from(number).ok()
}

fn settings<'p>(said: &[&Gist], counts: &[usize], scope: &Scope<'p>) -> Vec<SettingSum<'p>> {
    let mut sums: Vec<SettingSum<'p>> = scope.settings().iter().map(|setting| empty(setting)).collect();
    // Macs by the policies that apply to them: what is not kept of a Mac is as it should be.
    let mut by_policies: BTreeMap<u128, usize> = BTreeMap::new();
    for (said, count) in said.iter().zip(counts) {
        *by_policies.entry(said.applied).or_default() += count;
    }
    for (applied, count) in by_policies {
        let places: BTreeSet<u32> = scope.walk(applied).map(|(_, place)| place).collect();
        for place in places.into_iter().filter_map(number) {
            if let Some(sum) = sums.get_mut(place) {
                sum.macs += count;
            }
        }
    }
    for (said, count) in said.iter().zip(counts).filter(|(_, count)| **count > 0) {
        for cell in &said.cells {
            let Some(sum) = sums.get_mut(cell.place()) else { continue };
            if !cell.is_asked() {
                sum.macs -= *count.min(&sum.macs);
                sum.not_asked += *count;
                continue;
            }
            sum.add(cell.verdict(), cell.standing(), *count);
            if cell.standing() == Standing::Drifted && cell.has_layer() {
                *sum.layers.entry(cell.layer()).or_default() += *count;
            }
        }
    }
    for sum in &mut sums {
        let told: usize = sum.standings.values().sum();
        let good = sum.macs - told.min(sum.macs);
        if good > 0 {
            sum.add(Verdict::Enforced, Standing::Compliant, good);
        }
    }
    for policy in 0..scope.names().count() {
        for place in scope.of_policy(policy).into_iter().filter_map(number) {
            if let Some(sum) = sums.get_mut(place) {
                sum.policies.push(policy);
            }
        }
    }
    sums
}

fn empty<'p>(setting: &'p Setting) -> SettingSum<'p> {
    SettingSum {
        setting,
        policies: Vec::new(),
        macs: 0,
        verdicts: BTreeMap::new(),
        standings: BTreeMap::new(),
        told: BTreeMap::new(),
        not_asked: 0,
        layers: BTreeMap::new(),
    }
}

fn apps(ledger: &Ledger, counts: &BTreeMap<u32, usize>, scope: &Scope<'_>) -> Vec<AppSum> {
    let sum = |product: &String| AppSum {
        product: product.clone(),
        versions: BTreeMap::new(),
        missing: 0,
        unknown: 0,
    };
    let mut sums: Vec<AppSum> = scope.products().iter().map(sum).collect();
    let installs = ledger.installs.list();
    let lists = ledger.apps.list();
    for (list, count) in counts {
        let list = number(*list).and_then(|at| lists.get(at));
        let found = list.into_iter().flat_map(|list| list.iter());
        for (product, install) in found.filter_map(|at| number(*at).and_then(|at| installs.get(at))) {
            let Some(sum) = sums.get_mut(usize::from(*product)) else { continue };
            match install {
                Install::None => sum.missing += count,
                Install::Unknown => sum.unknown += count,
                Install::Version(version) => *sum.versions.entry(*version).or_default() += count,
            }
        }
    }
    sums
}

/// The order of the worst: settings that drift, settings that are undecided, name, serial number, snapshot.
type Badness<'l> = (Reverse<usize>, Reverse<usize>, [&'l str; 3], usize);

fn worst(ledger: &Ledger, newest: &[u32], said: &[&Gist], scope: &Scope<'_>) -> Vec<MacSum> {
    let counted: Vec<(usize, usize)> = said
        .iter()
        .map(|said| {
            let count = |standing| Glance::count(&said.cells, standing);
            (count(Standing::Drifted), count(Standing::Undecided))
        })
        .collect();
    let bad = |state: State| matches!(state, State::Drifted | State::Undecided);
    let mut worst: BTreeSet<Badness<'_>> = BTreeSet::new();
    for (place, kept) in newest.iter().filter_map(|number| ledger.at(*number)).enumerate() {
        let at = number(kept.said).unwrap_or(usize::MAX);
        let (Some(said), Some((drifted, undecided))) = (said.get(at), counted.get(at)) else { continue };
        if bad(said.state) {
            worst.insert((Reverse(*drifted), Reverse(*undecided), ledger.texts(kept), place));
            if worst.len() > WORST {
                worst.pop_last();
            }
        }
    }
    let mac = |(drifted, undecided, [name, serial, source], place): Badness<'_>| {
        let kept = newest.get(place).and_then(|number| ledger.at(*number))?;
        let said = said.get(number(kept.said)?)?;
        let told = |cell: &&Cell| {
            cell.is_asked() && matches!(cell.standing(), Standing::Drifted | Standing::Undecided)
        };
        Some(MacSum {
            name: name.to_owned(),
            serial: serial.to_owned(),
            source: source.to_owned(),
            taken: Date::from_seconds(kept.taken),
            state: said.state,
            drifted: drifted.0,
            undecided: undecided.0,
            unsure: said.unsure,
            of: scope.walk(said.applied).map(|(_, place)| place).collect::<BTreeSet<_>>().len(),
            settings: said.cells.iter().filter(told).map(|cell| (cell.place(), cell.verdict())).collect(),
        })
    };
    worst.into_iter().filter_map(mac).collect()
}
