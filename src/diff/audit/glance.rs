//! What is kept of one Mac that was judged.

use super::{Fingerprint, Scope};
use crate::diff::applies::Applies;
use crate::diff::outcome::{Outcome, Row, Standing};
use crate::diff::verdict::Verdict;
use crate::mac::{About, Layer, Mac};
use crate::version::Version;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How much of a name is kept, in characters: a Mac's own are shorter.
const LONGEST: usize = 120;

/// A name, cut where it is longer than anybody gives one; empty where there is none.
fn short(text: &Option<String>) -> String {
    text.as_deref().unwrap_or_default().chars().take(LONGEST).collect()
}

/// What a Mac counts as; each counts as exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Every setting that applies to it is as it should be.
    Compliant,
    /// At least one is not.
    Drifted,
    /// None is known to be wrong, and at least one nobody can say of; or nothing was found that proves anything.
    Undecided,
    /// No policy applies to it.
    Outside,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Compliant, Self::Drifted, Self::Undecided, Self::Outside];

    /// The word in JSON and tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::Drifted => "drifted",
            Self::Undecided => "undecided",
            Self::Outside => "outside",
        }
    }

    /// What an outcome comes to.
    pub fn of(outcome: &Outcome<'_>) -> Self {
        match (outcome.drift(), outcome.decided()) {
            (true, _) => Self::Drifted,
            _ if matches!(outcome.applies, Applies::No(_)) => Self::Outside,
            (false, false) => Self::Undecided,
            (false, true) => Self::Compliant,
        }
    }
}

/// What is known of an app on a Mac.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Install {
    /// It is not there.
    None,
    /// It is there and does not say its version, or nobody looked for it.
    Unknown,
    /// This version.
    Version(Version),
}

/// The number in place of a layer where nobody knows it, and in place of what a setting counts as where nobody asked.
const NO_LAYER: u32 = 15;
const NOT_ASKED: u32 = 15;

/// What is said of one setting on one Mac, in 32 bits: 20 of its place, 4 of the verdict, 4 of the layer whose value is in
/// effect, 3 of what it counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell(u32);

impl Cell {
    /// A setting that a profile enforces, as it should: what is not kept.
    fn is_good(self) -> bool {
        let enforced = (Verdict::Enforced, Some(Layer::ManagedComputer), Standing::Compliant);
        (self.verdict(), self.layer(), self.standing()) == enforced
    }

    fn new(place: u32, verdict: Verdict, layer: Option<Layer>, standing: Standing) -> Self {
        let layer = layer.map_or(0, |layer| 1 + number(&Layer::ALL, layer));
        Self(
            place << 12 | number(&Verdict::ALL, verdict) << 8 | layer << 4 | number(&Standing::ALL, standing),
        )
    }

    /// One of which nobody knows from which layer the value comes.
    pub fn without_layer(place: u32, verdict: Verdict, standing: Standing) -> Self {
        Self(Self::new(place, verdict, None, standing).0 | NO_LAYER << 4)
    }

    /// A setting about which the Mac was not asked: it counts as nothing.
    pub fn not_asked(place: u32) -> Self {
        Self(place << 12 | NOT_ASKED)
    }

    pub fn is_asked(self) -> bool {
        self.0 & 15 != NOT_ASKED
    }

    /// Whether anybody knows from which layer the value comes, or that there is none.
    pub fn has_layer(self) -> bool {
        self.0 >> 4 & 15 != NO_LAYER
    }

    pub fn place(self) -> usize {
        usize::try_from(self.0 >> 12).unwrap_or(usize::MAX)
    }

    pub fn verdict(self) -> Verdict {
        at(&Verdict::ALL, self.0 >> 8 & 15).unwrap_or(Verdict::Unreadable)
    }

    pub fn layer(self) -> Option<Layer> {
        at(&Layer::ALL, (self.0 >> 4 & 15).checked_sub(1)?)
    }

    pub fn standing(self) -> Standing {
        at(&Standing::ALL, self.0 & 15).unwrap_or(Standing::Undecided)
    }
}

fn number<T: PartialEq>(all: &[T], one: T) -> u32 {
    all.iter().position(|known| *known == one).and_then(|at| u32::try_from(at).ok()).unwrap_or(15)
}

fn at<T: Copy>(all: &[T], number: u32) -> Option<T> {
    usize::try_from(number).ok().and_then(|number| all.get(number)).copied()
}

/// What is said of a Mac's settings, whichever it is: the same for all that are alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gist {
    /// What it counts as.
    pub state: State,
    /// Whether nobody knows if one of the policies applies to it.
    pub(super) unsure: bool,
    /// Whether only an MDM has told of it.
    pub(super) reported: bool,
    /// The policies that apply to it, a bit for each.
    pub(super) applied: u128,
    /// What is said of settings, by place; without those that a profile enforces for the Mac, as it should.
    pub(super) cells: Box<[Cell]>,
}

/// The number of a product in the scope, and each version of it that is there.
pub type Apps = Arc<[(u16, Install)]>;

/// What is kept of one Mac.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    /// Which Mac it is, if it says.
    pub mac: Option<Fingerprint>,
    /// When the snapshot was taken, in seconds from 1970.
    pub taken: Option<i64>,
    /// Its name, or nothing.
    pub name: String,
    /// Its serial number, or nothing.
    pub serial: String,
    /// What is said of its settings.
    pub gist: Arc<Gist>,
    /// Its apps.
    pub apps: Apps,
}

impl Glance {
    /// Of a Mac that was judged by the policies whose bit is set. A setting that was judged for several users counts
    /// once, by the user of whom the worst is said.
    pub fn of(outcome: &Outcome<'_>, mac: &Mac, scope: &Scope<'_>, applied: u128) -> Self {
        let mut rows = outcome.rows.iter().peekable();
        let mut cells = Vec::new();
        let mut told: BTreeSet<u32> = BTreeSet::new();
        let mut asked: BTreeSet<u32> = BTreeSet::new();
        for (setting, place) in scope.walk(applied) {
            let mut worst: Option<&Row<'_>> = None;
            while let Some(row) = rows.next_if(|row| std::ptr::eq(row.judged.setting, setting)) {
                if worst.is_none_or(|before| weight(row.standing()) > weight(before.standing())) {
                    worst = Some(row);
                }
            }
            asked.insert(place);
            let Some(row) = worst.filter(|_| told.insert(place)) else { continue };
            let cell = Cell::new(place, row.judged.verdict, row.judged.layer, row.standing());
            if !cell.is_good() {
                cells.push(cell);
            }
        }
        // What is not kept counts as good: of what nobody judged nobody knows.
        let silent = asked.difference(&told);
        cells.extend(silent.map(|place| Cell::new(*place, Verdict::Unreadable, None, Standing::Undecided)));
        cells.sort_unstable();
        let gist = Gist {
            state: State::of(outcome),
            unsure: matches!(outcome.applies, Applies::Unknown(_)),
            reported: false,
            applied,
            cells: cells.into(),
        };
        Self::with(&mac.about, Arc::new(gist), apps(mac, scope).into())
    }

    /// Of a Mac of which the same is to be said as of another.
    pub fn with(about: &About, gist: Arc<Gist>, apps: Apps) -> Self {
        Self {
            mac: Fingerprint::of(about),
            taken: about.taken.map(|taken| taken.seconds()),
            name: short(&about.name),
            serial: short(&about.serial),
            gist,
            apps,
        }
    }

    /// The policies that apply to it, a bit for each.
    pub fn applied(&self) -> u128 {
        self.gist.applied
    }

    /// Of a Mac of which nothing is known but what it counts as.
    #[cfg(test)]
    pub(super) fn bare(mac: Option<Fingerprint>, state: State) -> Self {
        let gist = Gist { state, unsure: false, reported: false, applied: 1, cells: Box::default() };
        let (name, serial, apps) = (String::new(), String::new(), Arc::default());
        Self { mac, taken: None, name, serial, gist: Arc::new(gist), apps }
    }

    /// How many settings count as this. Those that are as they should be are not all kept.
    pub(super) fn count(cells: &[Cell], standing: Standing) -> usize {
        cells.iter().filter(|cell| cell.is_asked() && cell.standing() == standing).count()
    }
}

/// What is told of a setting for whom, when users differ.
fn weight(standing: Standing) -> u8 {
    match standing {
        Standing::NotApplicable => 0,
        Standing::Compliant => 1,
        Standing::Exempt => 2,
        Standing::Undecided => 3,
        Standing::Drifted => 4,
    }
}

fn apps(mac: &Mac, scope: &Scope<'_>) -> Vec<(u16, Install)> {
    let mut found = Vec::new();
    for (number, product) in (0..).zip(scope.products()) {
        let copies = mac.apps.get(product).map_or(&[][..], Vec::as_slice);
        if copies.is_empty() {
            let missing = mac.about.looked_for_apps() && product != "macOS";
            found.push((number, if missing { Install::None } else { Install::Unknown }));
        }
        let versions: BTreeSet<Install> =
            copies.iter().map(|copy| copy.version.map_or(Install::Unknown, Install::Version)).collect();
        found.extend(versions.into_iter().map(|version| (number, version)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_what_was_put_into_it() {
        for place in [0, 1, 1_048_575] {
            for verdict in Verdict::ALL {
                for standing in Standing::ALL {
                    for layer in Layer::ALL.map(Some).into_iter().chain([None]) {
                        let cell = Cell::new(place, verdict, layer, standing);
                        assert_eq!(
                            (cell.place(), cell.verdict(), cell.layer(), cell.standing()),
                            (place as usize, verdict, layer, standing)
                        );
                    }
                }
            }
        }
    }
}
