//! What settings do to the contacts of one app, build by build.

use super::{Part, Question};
use crate::catalog::condition::{Firing, Place};
use crate::catalog::host::HostPattern;
use crate::catalog::network::{Effect, Reach};
use crate::catalog::rule::{ANY, Rule};
use crate::catalog::{Catalog, Known};
use crate::version::Ranges;
use std::collections::{BTreeMap, BTreeSet};

/// What an effect does to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doing {
    /// It is no longer contacted.
    Stops,
    /// It is contacted for fewer reasons.
    Lessens,
    /// No source says whether it is contacted.
    Unsure,
    /// It is contacted in spite of another setting.
    Keeps,
}

impl Doing {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stops => "stops",
            Self::Lessens => "lessens",
            Self::Unsure => "unsure",
            Self::Keeps => "keeps",
        }
    }
}

/// Why an endpoint is as it is: an effect that holds for some of its apps.
#[derive(Clone, Debug)]
pub struct Because<'n, 'c> {
    /// The effect.
    pub effect: &'n Effect<'c>,
    /// What it does.
    pub doing: Doing,
    /// The apps for which it holds, and which of their versions.
    pub apps: Vec<(Option<&'n str>, Ranges)>,
    /// The settings that do it.
    pub places: Vec<Place>,
    /// Whether all of these settings are certain to be in effect.
    pub certain: bool,
    /// Whether a user may change one of these settings.
    pub weak: bool,
}

/// An effect whose conditions hold, or may.
pub(super) struct Fired<'n, 'c> {
    effect: &'n Effect<'c>,
    /// The product of the domain that `@` is bound to.
    bound: Option<&'n str>,
    places: Vec<Place>,
    certain: bool,
    weak: bool,
    /// The versions for which it holds, by product: those that a source vouches for, and those that nobody does.
    builds: Vec<(&'n str, Ranges, Ranges)>,
    hosts: [Vec<HostPattern>; 4],
}

const DOINGS: [Doing; 4] = [Doing::Stops, Doing::Lessens, Doing::Unsure, Doing::Keeps];

/// Every effect whose conditions hold, or may hold.
pub(super) fn fired<'n, 'c>(question: &Question<'_, 'n, 'c>) -> Vec<Fired<'n, 'c>> {
    let mut found = Vec::new();
    for effect in question.catalog.effects() {
        for firing in Rule::evaluate(&effect.rule, question.facts, question.catalog) {
            found.push(Fired::new(effect, &firing, question));
        }
    }
    found
}

/// The preferences on which an answer depends: keys by domain.
pub fn asks<'c>(catalog: &Catalog<'c>) -> BTreeMap<&'c str, BTreeSet<&'c str>> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for rule in catalog.effects().into_iter().map(|effect| &effect.rule) {
        for atom in rule.when.iter().chain(&rule.unless) {
            let list = atom.over.map(|(list, _)| list).or(rule.each);
            let domains = match (atom.path.domain, list) {
                ("@", Some(list)) => catalog.list(list).map_or(Vec::new(), |list| list.domains.clone()),
                (domain, _) => vec![domain],
            };
            let keys = if atom.path.key == "{key}" { rule.any_key.clone() } else { vec![atom.path.key] };
            for domain in domains {
                found.entry(domain).or_default().extend(keys.iter().copied());
            }
        }
    }
    found
}

fn reach<'e, 'c>(effect: &'e Effect<'c>, doing: Doing) -> &'e Reach<'c> {
    match doing {
        Doing::Stops => &effect.stops,
        Doing::Lessens => &effect.lessens,
        Doing::Unsure => &effect.unsure,
        Doing::Keeps => &effect.keeps,
    }
}

impl<'n, 'c> Fired<'n, 'c> {
    fn new(effect: &'n Effect<'c>, firing: &Firing, question: &Question<'_, 'n, 'c>) -> Self {
        let catalog: &'n Catalog<'c> = question.catalog;
        let places = places(effect, firing);
        let forced = |place: &Place| question.facts.forced(&place.domain, &place.key) == Known::Yes(true);
        let weak = question.enforced_only && !places.iter().all(forced);
        let bound = firing.domain.as_deref().and_then(|domain| catalog.domain(domain)?.product);
        let bound = bound.and_then(|name| catalog.product(name)).map(|product| product.name);
        let hosts = DOINGS.map(|doing| {
            // The compiler of layers has read them.
            reach(effect, doing).hosts.iter().filter_map(|host| HostPattern::parse(host).ok()).collect()
        });
        let builds = builds(effect, &places, bound, catalog);
        Self { effect, bound, places, certain: firing.certain, weak, builds, hosts }
    }

    /// Whether it is about what an app contacts; of an endpoint nobody is named for, everything is that is not bound to an
    /// app.
    pub fn speaks_of(&self, app: Option<&str>) -> bool {
        match (self.effect.apps.as_slice(), self.bound, app) {
            ([], None, _) => true,
            ([], Some(bound), Some(app)) => bound == app,
            ([], Some(_), None) => false,
            (apps, _, app) => app.is_some_and(|app| apps.contains(&app)),
        }
    }

    /// What it does to an endpoint.
    pub fn doing(&self, section: &str, host: &HostPattern) -> impl Iterator<Item = Doing> {
        let named = move |doing: Doing, hosts: &[HostPattern]| {
            reach(self.effect, doing).sections.contains(&section)
                || hosts.iter().any(|pattern| pattern.covers(host))
        };
        DOINGS
            .into_iter()
            .zip(&self.hosts)
            .filter(move |(doing, hosts)| named(*doing, hosts))
            .map(|(doing, _)| doing)
    }

    /// Does it to the shares of an app; the versions for which it holds, none if there are none.
    pub fn act(
        &self,
        doing: Doing,
        app: Option<&str>,
        question: &Question<'_, '_, '_>,
        shares: &mut Shares,
    ) -> Option<Ranges> {
        let (vouched, doubtful, whole) = self.reaches(app, question);
        let (vouched, doubtful) = (shares.all.intersect(&vouched), shares.all.intersect(&doubtful));
        let all = vouched.union(&doubtful);
        if all.is_empty() {
            return None;
        }
        let sure = self.certain && !self.weak;
        match doing {
            Doing::Keeps => {}
            // It is contacted, less or not.
            Doing::Lessens if !sure => {}
            Doing::Lessens => shares.lessen(&vouched),
            Doing::Unsure => shares.doubt(&all),
            Doing::Stops if !sure => shares.doubt(&all),
            // Only where another product has the right version: here it stops, there it does not.
            Doing::Stops if !whole => shares.lessen(&all),
            Doing::Stops => {
                shares.stop(&vouched);
                shares.doubt(&doubtful);
            }
        }
        Some(all)
    }

    /// The versions of an app for which it holds, those that nobody vouches for, and whether all versions of other
    /// products allow it.
    fn reaches(&self, app: Option<&str>, question: &Question<'_, '_, '_>) -> (Ranges, Ranges, bool) {
        let suite = app.and_then(|app| question.catalog.product(app)).and_then(|product| product.suite);
        let (mut vouched, mut all, mut whole) = (Ranges::any(), Ranges::any(), true);
        for (product, sure, doubtful) in &self.builds {
            if app == Some(*product) || suite == Some(*product) {
                vouched = vouched.intersect(sure);
                all = all.intersect(&sure.union(doubtful));
            } else {
                whole &= question.versions(product).is_subset_of(sure);
            }
        }
        (vouched.clone(), all.minus(&vouched), whole)
    }
}

/// The preferences that an effect needs, set or not to be found out, in the order of its conditions.
fn places(effect: &Effect<'_>, firing: &Firing) -> Vec<Place> {
    let mut found: Vec<Place> = Vec::new();
    for atom in effect.rule.when.iter().filter(|atom| atom.test.needs_value()) {
        let path = &atom.path;
        let domain = if path.domain == "@" { firing.domain.as_deref() } else { Some(path.domain) };
        let key = if path.key == "{key}" { firing.key.as_deref() } else { Some(path.key) };
        let of = match (atom.over, domain, key) {
            (None, Some(domain), Some(key)) if key != ANY => {
                vec![Place { domain: domain.to_owned(), key: key.to_owned(), inside: Vec::new() }]
            }
            // Of many places, those that have a value.
            _ => firing
                .set
                .iter()
                .filter(|place| key == Some(ANY) || Some(place.key.as_str()) == key)
                .cloned()
                .collect(),
        };
        for place in of {
            if !found.contains(&place) {
                found.push(place);
            }
        }
    }
    found
}

/// The versions, by product, for which an effect holds: those of its `macs`, as far as they read the keys that it needs.
fn builds<'n>(
    effect: &'n Effect<'_>,
    places: &[Place],
    bound: Option<&'n str>,
    catalog: &'n Catalog<'_>,
) -> Vec<(&'n str, Ranges, Ranges)> {
    let mut found: Vec<(&str, Ranges, Ranges)> = Vec::new();
    let mut narrow = |product: &'n str, sure: &Ranges, all: &Ranges| match found
        .iter_mut()
        .find(|(known, ..)| *known == product)
    {
        Some((_, vouched, doubtful)) => {
            let both = vouched.union(doubtful).intersect(all);
            *vouched = vouched.intersect(sure);
            *doubtful = both.minus(vouched);
        }
        None => found.push((product, sure.clone(), all.minus(sure))),
    };
    for (product, range) in &effect.rule.macs {
        // The compiler of layers has parsed it.
        let range: Ranges = range.parse().unwrap_or_else(|_| Ranges::any());
        let suite = bound.and_then(|bound| catalog.product(bound)).and_then(|product| product.suite);
        let product = bound.filter(|_| suite == Some(product)).unwrap_or(product);
        narrow(product, &range, &range);
    }
    for place in places {
        let Some(known) = catalog.key(&place.domain, &place.key) else { continue };
        if let Some(product) = known.product(catalog) {
            narrow(product.name, known.works(), known.reads());
        }
    }
    found
}

/// Adds to the reasons of an endpoint; what holds for several apps alike is one reason.
pub(super) fn remember<'n, 'c>(
    because: &mut Vec<Because<'n, 'c>>,
    fired: &Fired<'n, 'c>,
    doing: Doing,
    app: Option<&'n str>,
    builds: Ranges,
) {
    let same = |known: &&mut Because<'n, 'c>| {
        known.effect.rule.id == fired.effect.rule.id
            && (known.doing, known.certain, known.weak) == (doing, fired.certain, fired.weak)
    };
    if let Some(known) = because.iter_mut().find(same) {
        known.apps.push((app, builds));
        for place in &fired.places {
            if !known.places.contains(place) {
                known.places.push(place.clone());
            }
        }
        return;
    }
    because.push(Because {
        effect: fired.effect,
        doing,
        apps: vec![(app, builds)],
        places: fired.places.clone(),
        certain: fired.certain,
        weak: fired.weak,
    });
}

/// The versions of one app, parted by what becomes of their contacts.
pub(super) struct Shares {
    all: Ranges,
    lessened: Ranges,
    stopped: Ranges,
    unknown: Ranges,
}

impl Shares {
    pub fn new(all: Ranges) -> Self {
        Self { all, lessened: Ranges::none(), stopped: Ranges::none(), unknown: Ranges::none() }
    }

    fn lessen(&mut self, builds: &Ranges) {
        self.lessened = self.lessened.union(builds);
    }

    fn stop(&mut self, builds: &Ranges) {
        self.stopped = self.stopped.union(builds);
    }

    fn doubt(&mut self, builds: &Ranges) {
        self.unknown = self.unknown.union(builds);
    }

    /// What is stopped is not doubtful, and what is neither is contacted.
    pub fn part(self, app: Option<&str>) -> Part<'_> {
        let unknown = self.unknown.minus(&self.stopped);
        let contacted = self.all.minus(&self.stopped).minus(&unknown);
        let lessened = self.lessened.intersect(&contacted);
        Part { app, contacted, lessened, stopped: self.stopped, unknown }
    }
}
