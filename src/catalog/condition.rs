//! Evaluates rules over facts, in three values: what is unknown makes nothing false, and nothing true.

mod holds;

use super::facts::{Fact, Facts, Installed, Known};
use super::lookup::Catalog;
use super::rule::{ANY, Atom, Number, Path, Rule, Sight, Test};
use super::truth::Truth;
use crate::value::Value;
use crate::version::Ranges;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// How many entries of a dictionary a rule is tried with: nobody has so many apps, but a Mac may mean harm.
const MOST_ENTRIES: usize = 1000;

/// A place that a rule looked at, its variables filled in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The domain.
    pub domain: String,
    /// The key.
    pub key: String,
    /// Entries of dictionaries, outermost first.
    pub inside: Vec<String>,
}

/// One firing of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firing {
    /// What `@` is bound to.
    pub domain: Option<String>,
    /// What `{key}` is bound to.
    pub key: Option<String>,
    /// What `{x}` is bound to.
    pub x: Option<String>,
    /// What `{app}` is bound to: a product.
    pub app: Option<String>,
    /// The places that take part and have a value, those of the first condition first.
    pub set: Vec<Place>,
    /// How many of `set` are those of the first condition: what the rule is about.
    pub first: usize,
    /// The domains of a quantified list in which the condition does not hold.
    pub rest: Vec<String>,
    /// The Macs concerned, by product.
    pub macs: Vec<(String, Ranges)>,
    /// The value of the first place, as a policy would write it.
    pub value: Option<String>,
    /// Whether everything was known.
    pub certain: bool,
}

/// What the variables of a rule are bound to.
#[derive(Clone, Copy, Default)]
struct Bound<'b> {
    domain: Option<&'b str>,
    key: Option<&'b str>,
    x: Option<&'b str>,
    /// A product, and where a copy of it lies.
    app: Option<(&'b str, &'b str)>,
}

impl<'b> Bound<'b> {
    /// The domain of a path.
    fn domain_of<'p>(&self, path: &Path<'p>) -> &'p str
    where
        'b: 'p,
    {
        if path.domain == "@" { self.domain.unwrap_or("") } else { path.domain }
    }

    /// A part of a path with what its variables are bound to.
    fn fill<'p>(&self, text: &'p str) -> Cow<'p, str> {
        if !text.contains('{') {
            return Cow::Borrowed(text);
        }
        let text = text.replace("{key}", self.key.unwrap_or(""));
        let text = match self.app {
            Some((app, path)) => text.replace("{app}", app).replace("{path}", path),
            None => text,
        };
        // The last: a Mac chooses what stands for it.
        Cow::Owned(text.replace("{x}", self.x.unwrap_or("")))
    }
}

struct Evaluation<'e, 'c> {
    rule: &'e Rule<'c>,
    facts: &'e dyn Facts,
    catalog: &'e Catalog<'c>,
}

impl Rule<'_> {
    /// Every firing over these facts: once for each binding of the rule's variable.
    pub fn evaluate<'c>(rule: &Rule<'c>, facts: &dyn Facts, catalog: &Catalog<'c>) -> Vec<Firing> {
        let evaluation = Evaluation { rule, facts, catalog };
        let licence = evaluation.licence();
        if licence == Truth::No {
            return Vec::new();
        }
        let copies = evaluation.copies();
        let apps = if rule.any_app.is_empty() {
            vec![(None, Truth::Yes)]
        } else {
            copies.iter().map(|(app, copy, truth)| (Some((*app, copy.path.as_str())), *truth)).collect()
        };
        let domains: Vec<Option<&str>> = match rule.each {
            Some(list) => evaluation.list(list).map(Some).collect(),
            None => vec![None],
        };
        let keys: Vec<Option<&str>> = if rule.any_key.is_empty() {
            vec![None]
        } else {
            rule.any_key.iter().copied().map(Some).collect()
        };
        let mut found = Vec::new();
        for (app, seen) in apps {
            for domain in &domains {
                for key in &keys {
                    let outer = Bound { domain: *domain, key: *key, x: None, app };
                    if evaluation.lacks(outer) {
                        continue;
                    }
                    for x in evaluation.variables(outer) {
                        let truth = licence.and(seen);
                        found.extend(evaluation.fire(Bound { x: x.as_deref(), ..outer }, truth));
                    }
                }
            }
        }
        found
    }
}

impl<'e, 'c> Evaluation<'e, 'c> {
    /// Whether a key that must have a value has none: a quick look, for that is so of nearly every rule.
    fn lacks(&self, bound: Bound<'_>) -> bool {
        let needed = self.rule.when.iter().filter(|atom| atom.over.is_none() && atom.test.needs_value());
        needed.map(|atom| &atom.path).any(|path| {
            let domain = bound.domain_of(path);
            let key = match path.key {
                "{key}" => bound.key.unwrap_or(""),
                // Left to a closer look.
                key if key == ANY || key.contains('{') => return false,
                key => key,
            };
            self.facts.value(domain, key) == Fact::Unset
        })
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &'e str> + use<'e, 'c> {
        self.catalog.list(name).into_iter().flat_map(|list| list.domains.iter().copied())
    }

    fn licence(&self) -> Truth {
        if self.rule.licence.is_none() && self.rule.licence_not.is_none() {
            return Truth::Yes;
        }
        let Known::Yes(licences) = self.facts.licences() else { return Truth::Unknown };
        let one = self.rule.licence.is_none_or(|word| licences.iter().any(|licence| licence.word() == word));
        let other =
            self.rule.licence_not.is_none_or(|word| licences.iter().any(|licence| licence.word() != word));
        Truth::from(one && other)
    }

    /// The copies of the rule's apps that are what it wants, or may be: with each, its product and whether it is.
    fn copies(&self) -> Vec<(&'e str, Installed, Truth)> {
        let mut found = Vec::new();
        for product in &self.rule.any_app {
            let Known::Yes(copies) = self.facts.copies(product) else { continue };
            for copy in copies {
                let truth = sight(&self.rule.app, &copy);
                if truth != Truth::No {
                    found.push((*product, copy, truth));
                }
            }
        }
        found
    }

    /// Whether any Mac is among those that the rule is about, and which. A rule is about the builds of `macs`, as
    /// far as they read the keys that it wants to be set: on others, these keys do nothing anyway.
    fn macs(&self, bound: Bound<'_>) -> (Truth, Vec<(String, Ranges)>) {
        let mut wanted: Vec<(&str, Ranges)> = Vec::new();
        let mut narrow = |product: &'e str, to: Ranges| match wanted.iter_mut().find(|(p, _)| *p == product) {
            Some((_, ranges)) => *ranges = ranges.intersect(&to),
            None => wanted.push((product, to)),
        };
        for (product, range) in &self.rule.macs {
            // The compiler of layers has parsed it.
            let range: Ranges = range.parse().unwrap_or_else(|_| Ranges::any());
            narrow(self.member(product, bound), range);
        }
        for atom in self.rule.when.iter().filter(|atom| atom.over.is_none() && atom.test.needs_value()) {
            let place = self.place(&atom.path, bound);
            let Some(known) = self.catalog.key(&place.domain, &place.key) else { continue };
            if let Some(product) = known.product(self.catalog) {
                narrow(product.name, known.reads().clone());
            }
        }
        let mut truth = Truth::Yes;
        let mut concerned = Vec::new();
        for (product, range) in wanted {
            let said = !range.is_any();
            let (found, named) = match self.facts.versions(product) {
                Known::Yes(versions) => {
                    let both = versions.intersect(&range);
                    truth = truth.and(Truth::from(!both.is_empty()));
                    (both, self.spoken(product, &versions))
                }
                Known::Unknown => {
                    truth = truth.and(Truth::Unknown);
                    (range, product)
                }
            };
            if said {
                concerned.push((named.to_owned(), found));
            }
        }
        (truth, concerned)
    }

    /// A suite stands for the one of its apps that `@` is bound to.
    fn member(&self, product: &'e str, bound: Bound<'_>) -> &'e str {
        let own = bound.domain.and_then(|name| self.catalog.domain(name)?.product);
        match own.and_then(|own| self.catalog.product(own)) {
            Some(own) if own.suite == Some(product) => own.name,
            _ => product,
        }
    }

    /// An app is named by its suite, unless its versions are its own.
    fn spoken(&self, product: &'e str, versions: &Ranges) -> &'e str {
        let suite = self.catalog.product(product).and_then(|product| product.suite);
        match suite {
            Some(suite) if self.facts.versions(suite) == Known::Yes(versions.clone()) => suite,
            _ => product,
        }
    }

    /// What `{x}` can be: the keys of the dictionaries that the rule looks into.
    fn variables(&self, bound: Bound<'_>) -> Vec<Option<String>> {
        let mut keys = BTreeSet::new();
        let mut used = false;
        for atom in self.rule.when.iter().chain(&self.rule.unless) {
            let Some(at) = atom.path.inside.iter().position(|part| *part == "{x}") else { continue };
            used = true;
            let outer =
                Path { inside: atom.path.inside.iter().take(at).copied().collect(), ..atom.path.clone() };
            for (_, fact) in self.values(&outer, bound) {
                if let Fact::Set(Value::Dictionary(entries)) = fact {
                    keys.extend(entries.keys().cloned());
                }
            }
        }
        if used { keys.into_iter().take(MOST_ENTRIES).map(Some).collect() } else { vec![None] }
    }

    fn place(&self, path: &Path<'_>, bound: Bound<'_>) -> Place {
        Place {
            domain: bound.domain_of(path).to_owned(),
            key: bound.fill(path.key).into_owned(),
            inside: path.inside.iter().map(|part| bound.fill(part).into_owned()).collect(),
        }
    }

    /// What stands at a path; more than one place where the path says `*`.
    fn values(&self, path: &Path<'_>, bound: Bound<'_>) -> Vec<(Place, Fact<'e>)> {
        let wanted = self.place(path, bound);
        let keys = match wanted.key.as_str() {
            ANY => self.catalog.keys_of(&wanted.domain).into_iter().map(str::to_owned).collect(),
            _ => vec![wanted.key],
        };
        let start = |key: String| {
            let fact = self.facts.value(&wanted.domain, &key);
            (Place { domain: wanted.domain.clone(), key, inside: Vec::new() }, fact)
        };
        let mut found: Vec<(Place, Fact<'e>)> = keys.into_iter().map(start).collect();
        for part in &wanted.inside {
            found = found.into_iter().flat_map(|(place, fact)| enter(&place, fact, part)).collect();
        }
        found
    }

    fn fire(&self, bound: Bound<'_>, licence: Truth) -> Option<Firing> {
        // Most rules fail at a first look at a key; which Macs are concerned takes longest to tell.
        let mut truth = licence;
        let when = self.rule.when.iter().map(|atom| (atom, true));
        for (atom, wanted) in when.chain(self.rule.unless.iter().map(|atom| (atom, false))) {
            if truth == Truth::No {
                return None;
            }
            let holds = self.atom(atom, bound);
            truth = truth.and(if wanted { holds } else { holds.not() });
        }
        if truth == Truth::No {
            return None;
        }
        let (macs_hold, macs) = self.macs(bound);
        truth = truth.and(macs_hold);
        let certain = match truth {
            Truth::No => return None,
            Truth::Unknown if self.rule.unknown.is_none() => return None,
            other => other == Truth::Yes,
        };
        let mut firing = Firing {
            domain: bound.domain.map(str::to_owned),
            key: bound.key.map(str::to_owned),
            x: bound.x.map(str::to_owned),
            app: bound.app.map(|(app, _)| app.to_owned()),
            set: Vec::new(),
            first: 0,
            rest: Vec::new(),
            macs,
            value: None,
            certain,
        };
        for (number, atom) in self.rule.when.iter().chain(&self.rule.unless).enumerate() {
            self.record(atom, bound, &mut firing);
            if number == 0 {
                firing.first = firing.set.len();
            }
        }
        Some(firing)
    }

    /// Notes which places an atom looked at.
    fn record(&self, atom: &Atom<'_>, bound: Bound<'_>, firing: &mut Firing) {
        let mut look = |path: &Path<'_>, bound: Bound<'_>| {
            for (place, fact) in self.values(path, bound) {
                if let Fact::Set(value) = fact
                    && !firing.set.contains(&place)
                {
                    firing.value.get_or_insert_with(|| value.to_string());
                    firing.set.push(place);
                }
            }
        };
        match atom.over {
            Some((list, _)) => {
                for (domain, _) in self.counted(list, atom, bound) {
                    look(&atom.path, Bound { domain: Some(domain), ..bound });
                }
            }
            None => look(&atom.path, bound),
        }
        if let Test::SameAs(path) | Test::Above(Number::At(path)) | Test::Below(Number::At(path)) = &atom.test
        {
            look(path, bound);
        }
        if let Some((list, _)) = atom.over {
            for (domain, _) in self.counted(list, atom, bound) {
                if self.test(atom, Bound { domain: Some(domain), ..bound }) == Truth::No {
                    firing.rest.push(domain.to_owned());
                }
            }
        }
    }
}

/// Whether a copy of an app is what a rule wants.
fn sight(wanted: &Sight<'_>, copy: &Installed) -> Truth {
    let flag = |wanted: Option<bool>, known: &Known<bool>| match (wanted, known) {
        (None, _) => Truth::Yes,
        (Some(wanted), Known::Yes(flag)) => Truth::from(wanted == *flag),
        (Some(_), Known::Unknown) => Truth::Unknown,
    };
    let id = wanted.bundle_id.is_none_or(|id| id.eq_ignore_ascii_case(&copy.bundle_id));
    let opened = flag(wanted.opened, &copy.opened);
    Truth::from(id).and(opened).and(flag(wanted.app_store, &copy.app_store))
}

/// One step into a dictionary.
fn enter<'e>(place: &Place, fact: Fact<'e>, part: &str) -> Vec<(Place, Fact<'e>)> {
    let below = |part: &str| {
        let mut inner = place.clone();
        inner.inside.push(part.to_owned());
        inner
    };
    match fact {
        Fact::Set(Value::Dictionary(entries)) if part == ANY => {
            entries.iter().map(|(key, value)| (below(key), Fact::Set(value))).collect()
        }
        Fact::Set(Value::Dictionary(entries)) => {
            vec![(below(part), entries.get(part).map_or(Fact::Unset, Fact::Set))]
        }
        Fact::Set(_) | Fact::Unset => vec![(below(part), Fact::Unset)],
        Fact::Unknown => vec![(below(part), Fact::Unknown)],
    }
}
