//! Glances at many Macs, a few dozen bytes of each: what Macs have in common is kept once.

use super::{Fingerprint, Gist, Glance, Install, Scope, State, Summary, Unread, summary};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many snapshots that could not be read are named; the others are counted.
const NAMED: usize = 1000;
/// How many numbers are remembered.
const LATELY: usize = 1 << 14;
/// No text is kept.
const NO_TEXT: u32 = u32::MAX;

/// What is kept of one snapshot: 32 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// Which Mac; of no meaning where `known` is not set.
    pub mac: u64,
    /// When it was taken; the least number where it does not say.
    pub taken: i64,
    /// What is said of its settings, by number.
    pub said: u32,
    /// The versions of its apps, by number.
    pub apps: u32,
    /// Where its texts begin, or [`NO_TEXT`].
    pub text: u32,
    /// Whether it says which Mac it is.
    pub known: bool,
}

/// The numbers of what came lately, by where it lies in memory: it is held, so that nothing else can lie there.
#[derive(Debug)]
struct Lately<T: ?Sized>(BTreeMap<usize, (Arc<T>, u32)>);

impl<T: ?Sized> Default for Lately<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: ?Sized> Lately<T> {
    fn of(&mut self, thing: &Arc<T>, number: impl FnOnce(&Arc<T>) -> u32) -> u32 {
        let place = Arc::as_ptr(thing).cast::<()>().addr();
        if let Some((_, number)) = self.0.get(&place) {
            return *number;
        }
        if self.0.len() == LATELY {
            self.0.clear();
        }
        let number = number(thing);
        self.0.insert(place, (Arc::clone(thing), number));
        number
    }
}

/// Glances at many Macs. What comes out depends on their order only where two snapshots of one Mac were taken in the same
/// second: the first then counts.
#[derive(Debug, Default)]
pub struct Ledger {
    pub(super) kept: Vec<Kept>,
    said: Numbers<Arc<Gist>>,
    pub(super) apps: Numbers<Box<[u32]>>,
    pub(super) installs: Numbers<(u16, Install)>,
    lately_said: Lately<Gist>,
    lately_apps: Lately<[(u16, Install)]>,
    texts: String,
    /// Older snapshots that were known to be, and not looked at.
    pub(super) older: usize,
    pub(super) unread: usize,
    pub(super) named: Vec<Unread>,
}

impl Ledger {
    /// With room for so many snapshots.
    pub fn for_about(snapshots: usize) -> Self {
        Self { kept: Vec::with_capacity(snapshots), ..Self::default() }
    }

    /// Takes the glance at the next snapshot. `source` is what it is called; it is asked for only where it will be shown.
    pub fn add(&mut self, glance: Glance, source: impl FnOnce() -> String) {
        let gist = &glance.gist;
        let text = match gist.state {
            State::Drifted | State::Undecided => self.keep([&glance.name, &glance.serial, &source()]),
            State::Compliant | State::Outside => NO_TEXT,
        };
        let (numbers, installs) = (&mut self.said, &mut self.installs);
        let said = self.lately_said.of(gist, |gist| numbers.of(Arc::clone(gist)));
        let numbers = &mut self.apps;
        let apps = self
            .lately_apps
            .of(&glance.apps, |apps| numbers.of(apps.iter().map(|one| installs.of(*one)).collect()));
        self.kept.push(Kept {
            mac: glance.mac.map_or(0, |mac| mac.0),
            known: glance.mac.is_some(),
            taken: glance.taken.unwrap_or(i64::MIN),
            said,
            apps,
            text,
        });
    }

    /// Takes the next snapshot, of whose Mac there is a newer one.
    pub fn add_older(&mut self) {
        self.older += 1;
    }

    /// Takes the next snapshot, which cannot be read, and why.
    pub fn add_unread(&mut self, source: &str, why: &str) {
        self.unread += 1;
        if self.named.len() < NAMED {
            self.named.push(Unread { source: source.to_owned(), why: why.to_owned() });
        }
    }

    /// What is said of Macs, in the order of their numbers.
    pub(super) fn gists(&self) -> Vec<&Gist> {
        self.said.list().into_iter().map(Arc::as_ref).collect()
    }

    /// What all of it comes to. `partial`: not all snapshots were looked at.
    pub fn summary<'p>(&self, scope: &Scope<'p>, partial: bool) -> Summary<'p> {
        summary::of(self, scope, partial)
    }

    /// The texts of a Mac: its name, its serial number, and what the snapshot is called.
    pub(super) fn texts(&self, kept: &Kept) -> [&str; 3] {
        let start = usize::try_from(kept.text).unwrap_or(usize::MAX);
        let mut parts = self.texts.get(start..).unwrap_or_default().split('\0');
        std::array::from_fn(|_| parts.next().unwrap_or_default())
    }

    /// The number of the newest snapshot of each Mac, in the order of their coming; and how many older ones there are.
    pub(super) fn newest(&self) -> (Vec<u32>, usize) {
        let mut order: Vec<u32> = (0..).take(self.kept.len()).collect();
        let at = |number: u32| self.at(number);
        order.sort_unstable_by_key(|number| {
            // Of those that were taken in the same second the first comes last.
            at(*number).map(|kept| (kept.known, kept.mac, kept.taken, std::cmp::Reverse(*number)))
        });
        // Who has the same Mac next is the older one. What is left is put where the order was: there may be very many.
        let mut left = 0;
        for place in 0..order.len() {
            let mac = |place: usize| {
                order.get(place).and_then(|number| at(*number)).filter(|kept| kept.known).map(|kept| kept.mac)
            };
            let next = mac(place + 1);
            if next.is_none() || mac(place) != next {
                order.swap(left, place);
                left += 1;
            }
        }
        order.truncate(left);
        order.sort_unstable();
        (order, self.kept.len() - left)
    }

    /// A snapshot by its number.
    pub(super) fn at(&self, number: u32) -> Option<&Kept> {
        usize::try_from(number).ok().and_then(|at| self.kept.get(at))
    }

    fn keep(&mut self, texts: [&str; 3]) -> u32 {
        let Some(start) = u32::try_from(self.texts.len()).ok().filter(|start| *start < NO_TEXT) else {
            return NO_TEXT;
        };
        for text in texts {
            self.texts.extend(text.chars().map(|c| if c == '\0' { '\u{FFFD}' } else { c }));
            self.texts.push('\0');
        }
        start
    }
}

/// Things by number, in the order of their coming; the same thing has the same number.
#[derive(Clone, Debug)]
pub(super) struct Numbers<T>(BTreeMap<T, u32>);

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Ord> Numbers<T> {
    fn of(&mut self, thing: T) -> u32 {
        // Each takes more than one byte of memory: no machine has more than the numbers.
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(thing).or_insert(next)
    }

    /// The things in the order of their numbers.
    pub fn list(&self) -> Vec<&T> {
        let mut list: Vec<(u32, &T)> = self.0.iter().map(|(thing, number)| (*number, thing)).collect();
        list.sort_unstable_by_key(|(number, _)| *number);
        list.into_iter().map(|(_, thing)| thing).collect()
    }
}

/// Which snapshot of each Mac is the newest: found in a first look over all of them, and asked in a second, where what is
/// written of one Mac cannot be taken back.
#[derive(Clone, Debug, Default)]
pub struct Newest {
    seen: Vec<(Fingerprint, i64)>,
    /// Of Macs that were seen more than once.
    several: BTreeMap<Fingerprint, i64>,
    /// Those of them of which a newest was written.
    written: BTreeSet<Fingerprint>,
}

impl Newest {
    /// Takes what a snapshot says of itself: which Mac, and the second in which it was taken.
    pub fn see(&mut self, mac: Option<Fingerprint>, taken: Option<i64>) {
        self.seen.extend(mac.map(|mac| (mac, taken.unwrap_or(i64::MIN))));
    }

    /// Ends the first look.
    pub fn settle(&mut self) {
        self.seen.sort_unstable();
        let next = self.seen.iter().skip(1);
        for ((mac, taken), (other, later)) in self.seen.iter().zip(next) {
            if mac == other {
                self.several.insert(*mac, *later.max(taken));
            }
        }
        self.seen = Vec::new();
    }

    /// Whether there is a newer snapshot of the Mac.
    pub fn is_older(&self, mac: Option<Fingerprint>, taken: Option<i64>) -> bool {
        let newest = mac.and_then(|mac| self.several.get(&mac));
        newest.is_some_and(|newest| taken.unwrap_or(i64::MIN) < *newest)
    }

    /// Whether nothing was written of the Mac yet; from now on something is.
    pub fn is_first(&mut self, mac: Option<Fingerprint>) -> bool {
        let several = mac.filter(|mac| self.several.contains_key(mac));
        several.is_none_or(|mac| self.written.insert(mac))
    }
}
