//! Evaluates rules over facts, in three values: what is unknown makes nothing false, and nothing true.

use super::facts::{Fact, Facts, Known};
use super::lookup::Catalog;
use super::model::Literal;
use super::rule::{Atom, Hold, Number, Path, Rule, Test};
use crate::value::Value;
use crate::version::Ranges;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// True, false, or not to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Truth {
    Yes,
    No,
    Unknown,
}

impl Truth {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unknown,
        }
    }

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(flag: bool) -> Self {
        if flag { Self::Yes } else { Self::No }
    }
}

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
    /// The places that take part and have a value, those of `when` first.
    pub set: Vec<Place>,
    /// The places that were asked for and have none.
    pub unset: Vec<Place>,
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
        let (macs_hold, macs) = evaluation.macs();
        let common = macs_hold.and(evaluation.licence());
        if common == Truth::No {
            return Vec::new();
        }
        let domains: Vec<Option<&str>> = match rule.each {
            Some(list) => evaluation.list(list).into_iter().map(Some).collect(),
            None => vec![None],
        };
        let keys: Vec<Option<&str>> = if rule.any_key.is_empty() {
            vec![None]
        } else {
            rule.any_key.iter().copied().map(Some).collect()
        };
        let mut found = Vec::new();
        for domain in domains {
            for key in &keys {
                let outer = Bound { domain, key: *key, x: None };
                for x in evaluation.variables(outer) {
                    let bound = Bound { x: x.as_deref(), ..outer };
                    found.extend(evaluation.fire(bound, common, &macs));
                }
            }
        }
        found
    }
}

impl<'e, 'c> Evaluation<'e, 'c> {
    fn list(&self, name: &str) -> Vec<&'e str> {
        self.catalog.list(name).map_or_else(Vec::new, |list| list.domains.clone())
    }

    /// Whether any Mac is among those that the rule is about, and which.
    fn macs(&self) -> (Truth, Vec<(String, Ranges)>) {
        let mut truth = Truth::Yes;
        let mut concerned = Vec::new();
        for (product, range) in &self.rule.macs {
            let range: Ranges = range.parse().unwrap_or_else(|_| Ranges::any());
            let found = match self.facts.versions(product) {
                Known::Yes(versions) => {
                    let both = versions.intersect(&range);
                    truth = truth.and(Truth::from(!both.is_empty()));
                    both
                }
                Known::Unknown => {
                    truth = truth.and(Truth::Unknown);
                    range
                }
            };
            concerned.push(((*product).to_owned(), found));
        }
        (truth, concerned)
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

    /// What `{x}` can be: the keys of the dictionaries that `when` looks into.
    fn variables(&self, bound: Bound<'_>) -> Vec<Option<String>> {
        let mut keys = BTreeSet::new();
        let mut used = false;
        for atom in self.rule.when.iter().chain(&self.rule.unless) {
            let Some(at) = atom.path.inside.iter().position(|part| *part == "{x}") else { continue };
            used = true;
            let outer =
                Path { inside: atom.path.inside.iter().take(at).copied().collect(), ..atom.path.clone() };
            if let Fact::Set(Value::Dictionary(entries)) = self.value(&outer, bound) {
                keys.extend(entries.keys().cloned());
            }
        }
        if used { keys.into_iter().map(Some).collect() } else { vec![None] }
    }

    fn place(&self, path: &Path<'_>, bound: Bound<'_>) -> Place {
        let fill = |text: &str| {
            let text = text.replace("{key}", bound.key.unwrap_or(""));
            text.replace("{x}", bound.x.unwrap_or(""))
        };
        let domain = if path.domain == "@" { bound.domain.unwrap_or("") } else { path.domain };
        Place {
            domain: domain.to_owned(),
            key: fill(path.key),
            inside: path.inside.iter().map(|part| fill(part)).collect(),
        }
    }

    fn value(&self, path: &Path<'_>, bound: Bound<'_>) -> Fact<'e> {
        let place = self.place(path, bound);
        let mut fact = self.facts.value(&place.domain, &place.key);
        for part in &place.inside {
            fact = match fact {
                Fact::Set(Value::Dictionary(entries)) => entries.get(part).map_or(Fact::Unset, Fact::Set),
                Fact::Set(_) => Fact::Unset,
                other => other,
            };
        }
        fact
    }

    fn fire(&self, bound: Bound<'_>, common: Truth, macs: &[(String, Ranges)]) -> Option<Firing> {
        let mut truth = common;
        for atom in &self.rule.when {
            truth = truth.and(self.atom(atom, bound));
        }
        for atom in &self.rule.unless {
            truth = truth.and(self.atom(atom, bound).not());
        }
        let certain = match truth {
            Truth::No => return None,
            Truth::Unknown if self.rule.unknown.is_none() => return None,
            other => other == Truth::Yes,
        };
        let mut firing = Firing {
            domain: bound.domain.map(str::to_owned),
            key: bound.key.map(str::to_owned),
            x: bound.x.map(str::to_owned),
            set: Vec::new(),
            unset: Vec::new(),
            rest: Vec::new(),
            macs: macs.to_vec(),
            value: None,
            certain,
        };
        for atom in self.rule.when.iter().chain(&self.rule.unless) {
            self.record(atom, bound, &mut firing);
        }
        Some(firing)
    }

    /// Notes which places an atom looked at.
    fn record(&self, atom: &Atom<'_>, bound: Bound<'_>, firing: &mut Firing) {
        let mut look = |path: &Path<'_>, bound: Bound<'_>| {
            let place = self.place(path, bound);
            match self.value(path, bound) {
                Fact::Set(value) if !firing.set.contains(&place) => {
                    firing.value.get_or_insert_with(|| value.to_string());
                    firing.set.push(place);
                }
                Fact::Unset if !firing.unset.contains(&place) => firing.unset.push(place),
                _ => {}
            }
        };
        match atom.over {
            Some((list, _)) => {
                for domain in self.counted(list, atom, bound) {
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
            let fails =
                |domain: &&&str| self.test(atom, Bound { domain: Some(domain), ..bound }) == Truth::No;
            let rest = self.counted(list, atom, bound);
            firing.rest.extend(rest.iter().filter(fails).map(|domain| (*domain).to_owned()));
        }
    }

    fn atom(&self, atom: &Atom<'_>, bound: Bound<'_>) -> Truth {
        let Some((list, hold)) = atom.over else { return self.test(atom, bound) };
        let (mut yes, mut no, mut unknown) = (0, 0, 0);
        for domain in self.counted(list, atom, bound) {
            match self.test(atom, Bound { domain: Some(domain), ..bound }) {
                Truth::Yes => yes += 1,
                Truth::No => no += 1,
                Truth::Unknown => unknown += 1,
            }
        }
        let decided = |holds: bool, open: bool| if open { Truth::Unknown } else { Truth::from(holds) };
        match hold {
            Hold::All => decided(no == 0 && yes > 0, no == 0 && unknown > 0),
            Hold::Any => decided(yes > 0, yes == 0 && unknown > 0),
            Hold::None => decided(yes == 0, yes == 0 && unknown > 0),
            Hold::SomeNotAll => decided(yes > 0 && no > 0, (yes == 0 || no == 0) && unknown > 0),
        }
    }

    /// The domains of a list that count: those that have the key, and that some Mac out there reads.
    fn counted(&self, list: &str, atom: &Atom<'_>, bound: Bound<'_>) -> Vec<&'e str> {
        let key = self.place(&atom.path, bound).key;
        let mut domains = self.list(list);
        domains.retain(|domain| {
            let Some(known) = self.catalog.key(domain, &key) else { return false };
            let Some(product) = known.product(self.catalog) else { return true };
            match self.facts.versions(product.name) {
                Known::Yes(versions) => !versions.intersect(&known.reads()).is_empty(),
                Known::Unknown => true,
            }
        });
        domains
    }

    fn test(&self, atom: &Atom<'_>, bound: Bound<'_>) -> Truth {
        let fact = self.value(&atom.path, bound);
        match &atom.test {
            Test::Set(wanted) => match fact {
                Fact::Set(_) => Truth::from(*wanted),
                Fact::Unset => Truth::from(!*wanted),
                Fact::Unknown => Truth::Unknown,
            },
            Test::Forced(wanted) => {
                let place = self.place(&atom.path, bound);
                match self.facts.forced(&place.domain, &place.key) {
                    Known::Yes(forced) => Truth::from(forced == *wanted),
                    Known::Unknown => Truth::Unknown,
                }
            }
            Test::Is(literal) => compare(fact, |value| same(literal, value)),
            Test::In(list) => compare(fact, |value| list.iter().any(|literal| same(literal, value))),
            Test::IsNot(literal) => compare(fact, |value| !same(literal, value)),
            Test::Matches(pattern) => match regex_lite::Regex::new(pattern) {
                Ok(regex) => compare(
                    fact,
                    |value| matches!(value, Value::String(text) if text.as_literal().is_some_and(|text| regex.is_match(text))),
                ),
                // The compiler of layers has tried it.
                Err(_) => Truth::Unknown,
            },
            Test::SameAs(path) => self.with(fact, path, bound, |a, b| a == b),
            Test::Above(number) => self.order(fact, number, bound, Ordering::Greater),
            Test::Below(number) => self.order(fact, number, bound, Ordering::Less),
        }
    }

    fn with(
        &self,
        fact: Fact<'_>,
        path: &Path<'_>,
        bound: Bound<'_>,
        holds: impl Fn(&Value, &Value) -> bool,
    ) -> Truth {
        match self.value(path, bound) {
            Fact::Set(other) if other.has_tokens() => Truth::Unknown,
            Fact::Set(other) => compare(fact, |value| holds(value, other)),
            Fact::Unset => Truth::No,
            Fact::Unknown => Truth::Unknown,
        }
    }

    fn order(&self, fact: Fact<'_>, number: &Number<'_>, bound: Bound<'_>, wanted: Ordering) -> Truth {
        match number {
            Number::Literal(number) => {
                let other = Literal::Integer(*number).to_value();
                compare(fact, |value| ordered(value, &other) == Some(wanted))
            }
            Number::At(path) => self.with(fact, path, bound, |a, b| ordered(a, b) == Some(wanted)),
        }
    }
}

fn compare(fact: Fact<'_>, holds: impl FnOnce(&Value) -> bool) -> Truth {
    match fact {
        Fact::Set(value) if value.has_tokens() => Truth::Unknown,
        Fact::Set(value) => Truth::from(holds(value)),
        Fact::Unset => Truth::No,
        Fact::Unknown => Truth::Unknown,
    }
}

fn same(literal: &Literal<'_>, value: &Value) -> bool {
    literal.to_value() == *value
}

fn ordered(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        (Value::Real(a), Value::Real(b)) => a.get().partial_cmp(&b.get()),
        _ => None,
    }
}
