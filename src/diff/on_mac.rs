//! The catalogue's rules on one Mac: what the values in effect, whoever set them, come to together.
//!
//! A rule speaks only where everything that it asks is known, and only of what the policy has a part in.

use crate::catalog::condition::{Firing, Place};
use crate::catalog::model::Weight;
use crate::catalog::rule::{ANY, Atom, Number, Path, Rule, Test};
use crate::catalog::{Catalog, Fact, Facts, Installed, Known, Licence};
use crate::check::{Options, Reader, accepts, filled, secret_value};
use crate::finding::{Code, Finding, Severity, Subject};
use crate::mac::{Layer, Mac, Seen};
use crate::plan::{MASK, Plan};
use crate::version::Ranges;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What a rule says of a Mac.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken<'p> {
    /// Its code, severity and words; `notes` say why it matters. It has no place in any source.
    pub finding: Finding,
    /// Of whose preferences it is said; nobody: of nobody's own.
    pub users: Vec<&'p str>,
    /// What takes part in it, what the rule is about first.
    pub places: Vec<Stand<'p>>,
    /// How far the rule can be trusted.
    pub confidence: &'static str,
    /// Where the rule comes from.
    pub sources: Vec<String>,
}

/// A value that takes part in a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Stand<'p> {
    /// The domain.
    pub domain: String,
    /// The key.
    pub key: String,
    /// Entries of dictionaries, outermost first.
    pub inside: Vec<String>,
    /// The layer of the value in effect.
    pub layer: Layer,
    /// The file that holds it.
    pub path: &'p str,
}

/// The rules that a Mac is asked about: those in which a domain of the plans takes part.
pub fn rules_for<'r, 'c>(plans: &[&Plan], catalog: &'r Catalog<'c>) -> Vec<&'r Rule<'c>> {
    let own = domains(plans);
    let takes_part = |rule: &&'r Rule<'c>| {
        let named = |atom: &'r Atom<'c>| {
            let one = move |path| domains_of(rule, atom, path, catalog);
            paths(atom).into_iter().flat_map(one).collect::<Vec<_>>()
        };
        atoms(rule).flat_map(named).any(|domain| own.contains(domain))
    };
    catalog.rules().into_iter().filter(takes_part).collect()
}

/// The keys that rules look at, by domain: what must be read of a Mac beside the policy's own.
pub fn keys<'c>(rules: &[&Rule<'c>], catalog: &Catalog<'c>) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for rule in rules {
        for atom in atoms(rule) {
            for path in paths(atom) {
                for domain in domains_of(rule, atom, path, catalog) {
                    let names = names(rule, path, domain, catalog);
                    found.entry(domain.to_owned()).or_default().extend(names);
                }
            }
        }
    }
    found
}

/// What the rules say of a Mac, errors first. What the policy accepts is left out.
pub fn spoken<'p>(
    plans: &[&Plan],
    mac: &'p Mac,
    catalog: &Catalog<'_>,
    options: &Options,
) -> Vec<Spoken<'p>> {
    let mut users: Vec<Option<&str>> = mac.users.iter().map(|user| Some(user.name.as_str())).collect();
    if users.is_empty() {
        users.push(None);
    }
    let own = domains(plans);
    let mut found: Vec<Spoken<'p>> = Vec::new();
    let seen: Vec<Remembered<'_, '_>> =
        users.iter().map(|user| Remembered::new(Seen { mac, user: *user, catalog })).collect();
    for rule in rules_for(plans, catalog) {
        for (user, seen) in users.iter().zip(&seen) {
            let asked = Asked { mac, user: *user, catalog, plans };
            let mut firings = Rule::evaluate(rule, seen, catalog);
            firings.retain(|firing| {
                firing.certain && firing.set.iter().any(|place| own.contains(place.domain.as_str()))
            });
            for group in grouped(rule, firings) {
                let one = asked.say(rule, &group);
                if plans.iter().any(|plan| accepts(plan, &one.finding, options)) {
                    continue;
                }
                let same =
                    |other: &&mut Spoken<'_>| (&other.finding, &other.places) == (&one.finding, &one.places);
                match found.iter_mut().find(same) {
                    Some(other) => other.users.extend(*user),
                    None => found.push(one),
                }
            }
        }
    }
    found.sort_by_key(|one| Reverse(one.finding.severity));
    found
}

fn domains<'d>(plans: &[&'d Plan]) -> BTreeSet<&'d str> {
    plans.iter().flat_map(|plan| &plan.settings).map(|setting| setting.domain.as_str()).collect()
}

fn atoms<'r, 'c>(rule: &'r Rule<'c>) -> impl Iterator<Item = &'r Atom<'c>> {
    rule.when.iter().chain(&rule.unless)
}

/// The paths of a condition.
fn paths<'r, 'c>(atom: &'r Atom<'c>) -> Vec<&'r Path<'c>> {
    let other = match &atom.test {
        Test::SameAs(path) | Test::Above(Number::At(path)) | Test::Below(Number::At(path)) => Some(path),
        _ => None,
    };
    std::iter::once(&atom.path).chain(other).collect()
}

/// The domains that a path can mean.
fn domains_of<'c>(rule: &Rule<'c>, atom: &Atom<'c>, path: &Path<'c>, catalog: &Catalog<'c>) -> Vec<&'c str> {
    if path.domain != "@" {
        return vec![path.domain];
    }
    let list = atom.over.map(|(list, _)| list).or(rule.each);
    list.and_then(|list| catalog.list(list)).map_or_else(Vec::new, |list| list.domains.clone())
}

/// The keys that a path can mean.
fn names<'c>(rule: &Rule<'c>, path: &Path<'c>, domain: &str, catalog: &Catalog<'c>) -> Vec<String> {
    if path.key == ANY {
        return catalog.keys_of(domain).into_iter().map(str::to_owned).collect();
    }
    let mut names = vec![path.key.to_owned()];
    for (variable, list) in [("{key}", &rule.any_key), ("{app}", &rule.any_app)] {
        let one = |name: &String| -> Vec<String> {
            if !name.contains(variable) {
                return vec![name.clone()];
            }
            list.iter().map(|word| name.replace(variable, word)).collect()
        };
        names = names.iter().flat_map(one).collect();
    }
    names
}

/// Firings that differ in one thing alone, of which the rule's words can tell several.
fn grouped(rule: &Rule<'_>, firings: Vec<Firing>) -> Vec<Vec<Firing>> {
    let mut groups: Vec<Vec<Firing>> = Vec::new();
    let exact =
        [rule.says].iter().chain(&rule.help).any(|text| text.contains("{value}") || text.contains("{rest}"));
    for firing in firings {
        let alike = |group: &&mut Vec<Firing>| {
            group.first().is_some_and(|first| {
                let same = (first.app == firing.app, first.domain == firing.domain, first.key == firing.key);
                let one = match same {
                    (false, domain, key) => domain && key,
                    (true, false, key) => key,
                    (true, true, _) => rule.severity == Weight::Note,
                };
                one && first.x == firing.x
                    && first.macs == firing.macs
                    && (!exact || first.value == firing.value)
            })
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(firing),
            None => groups.push(vec![firing]),
        }
    }
    groups
}

/// What one user sees of a Mac, with what was looked up once: rules ask for the same keys again and again, and a value
/// may be large.
struct Remembered<'m, 'c> {
    seen: Seen<'m, 'c>,
    values: RefCell<BTreeMap<(String, String), Fact<'m>>>,
    versions: RefCell<BTreeMap<String, Known<Ranges>>>,
}

impl<'m, 'c> Remembered<'m, 'c> {
    fn new(seen: Seen<'m, 'c>) -> Self {
        Self { seen, values: RefCell::default(), versions: RefCell::default() }
    }
}

impl Facts for Remembered<'_, '_> {
    fn value(&self, domain: &str, key: &str) -> Fact<'_> {
        let place = (domain.to_owned(), key.to_owned());
        *self.values.borrow_mut().entry(place).or_insert_with(|| self.seen.fact(domain, key))
    }

    fn forced(&self, domain: &str, key: &str) -> Known<bool> {
        self.seen.forced(domain, key)
    }

    fn versions(&self, product: &str) -> Known<Ranges> {
        let mut versions = self.versions.borrow_mut();
        versions.entry(product.to_owned()).or_insert_with(|| self.seen.versions(product)).clone()
    }

    fn licences(&self) -> Known<BTreeSet<Licence>> {
        self.seen.licences()
    }

    fn copies(&self, product: &str) -> Known<Vec<Installed>> {
        self.seen.copies(product)
    }
}

/// A Mac as one of its users sees it, and who asks.
struct Asked<'p, 'a, 'c> {
    mac: &'p Mac,
    user: Option<&'p str>,
    catalog: &'a Catalog<'c>,
    plans: &'a [&'a Plan],
}

impl<'p> Asked<'p, '_, '_> {
    fn say(&self, rule: &Rule<'_>, group: &[Firing]) -> Spoken<'p> {
        let shows = [rule.says, rule.why].iter().chain(&rule.help).any(|text| text.contains("{value}"));
        let group: Vec<Firing> =
            group.iter().map(|firing| if shows { self.masked(firing) } else { firing.clone() }).collect();
        let words = |text: &str| filled(self.catalog, rule, text, &group, Reader::Mac);
        let places = self.places(rule, &group);
        let mut finding = Finding {
            code: Code::from_rule(rule.id),
            severity: match rule.severity {
                Weight::Error => Severity::Error,
                Weight::Warning => Severity::Warning,
                Weight::Note => Severity::Note,
            },
            title: words(rule.says),
            labels: Vec::new(),
            notes: vec![words(rule.why.trim_end_matches('.'))],
            help: rule.help.iter().map(|text| words(text)).collect(),
            fix: None,
            subjects: Vec::new(),
        };
        let about = group.iter().flat_map(|firing| firing.set.iter().take(firing.first));
        for place in about.filter(|place| places.contains(place)) {
            let same = |known: &Subject| known.domain == place.domain && known.key == place.key;
            if !finding.subjects.iter().any(same) {
                finding = finding.about(&place.domain, &place.key);
            }
        }
        Spoken {
            finding,
            users: self.user.into_iter().collect(),
            places: places.into_iter().filter_map(|place| self.stand(place)).collect(),
            confidence: rule.confidence.word(),
            sources: rule.sources.iter().map(|source| (*source).to_owned()).collect(),
        }
    }

    /// What takes part. Of a domain of which any key will do, only the policy's keys: an app may have hundreds there.
    fn places<'f>(&self, rule: &Rule<'_>, group: &'f [Firing]) -> Vec<&'f Place> {
        let any =
            |place: &Place| atoms(rule).any(|atom| atom.path.key == ANY && atom.path.domain == place.domain);
        let own =
            |place: &Place| self.plans.iter().any(|plan| plan.setting(&place.domain, &place.key).is_some());
        let mut found: Vec<&Place> = Vec::new();
        for place in group.iter().flat_map(|firing| &firing.set) {
            if (!any(place) || own(place)) && !found.contains(&place) {
                found.push(place);
            }
        }
        found
    }

    /// Where a value that takes part lies.
    fn stand(&self, place: &Place) -> Option<Stand<'p>> {
        let ladder = self.mac.ladder(&place.domain, &place.key, self.user);
        let (rung, _) = ladder.winner()?;
        Some(Stand {
            domain: place.domain.clone(),
            key: place.key.clone(),
            inside: place.inside.clone(),
            layer: rung.layer,
            path: rung.path,
        })
    }

    /// The firing without a value that is a secret: a rule may show it.
    fn masked(&self, firing: &Firing) -> Firing {
        let mut firing = firing.clone();
        let secret = firing.set.first().is_some_and(|place| {
            let ladder = self.mac.ladder(&place.domain, &place.key, self.user);
            ladder
                .winner()
                .is_some_and(|(_, value)| secret_value(&place.domain, &place.key, value, self.catalog))
        });
        if secret && firing.value.is_some() {
            firing.value = Some(MASK.to_owned());
        }
        firing
    }
}
