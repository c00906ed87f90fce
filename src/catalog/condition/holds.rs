//! Whether a condition of a rule holds of what is known, with the rule's variables bound.

use super::{Bound, Evaluation};
use crate::catalog::facts::{Fact, Known};
use crate::catalog::model::Literal;
use crate::catalog::rule::{ANY, Atom, Hold, Number, Path, Test};
use crate::catalog::truth::{Truth, compare, is, ordered};
use crate::value::Value;
use std::cmp::Ordering;

impl<'e> Evaluation<'e, '_> {
    pub(super) fn atom(&self, atom: &Atom<'_>, bound: Bound<'_>) -> Truth {
        let Some((list, hold)) = atom.over else { return self.test(atom, bound) };
        let mut count = Count::default();
        for (domain, member) in self.counted(list, atom, bound) {
            count.add(self.test(atom, Bound { domain: Some(domain), ..bound }), member);
        }
        count.holds(hold)
    }

    /// The domains of a list that count: those that have the key, and that some Mac out there reads. With each,
    /// whether that is certain.
    pub(super) fn counted(&self, list: &str, atom: &Atom<'_>, bound: Bound<'_>) -> Vec<(&'e str, bool)> {
        let key = bound.fill(atom.path.key);
        let mut found = Vec::new();
        for domain in self.list(list) {
            let Some(known) = self.catalog.key(domain, &key) else { continue };
            let product = known.product(self.catalog);
            match product.map(|product| self.facts.versions(product.name)) {
                Some(Known::Yes(versions)) if !versions.meets(known.reads()) => {}
                Some(Known::Unknown) => found.push((domain, false)),
                _ => found.push((domain, true)),
            }
        }
        found
    }

    /// Whether an atom holds of any of the places of its path.
    pub(super) fn test(&self, atom: &Atom<'_>, bound: Bound<'_>) -> Truth {
        if atom.test == Test::Set(false) {
            return self.any(&atom.path, &Test::Set(true), bound).not();
        }
        self.any(&atom.path, &atom.test, bound)
    }

    fn any(&self, path: &Path<'_>, test: &Test<'_>, bound: Bound<'_>) -> Truth {
        let key = bound.fill(path.key);
        if path.inside.is_empty() && key != ANY {
            let domain = bound.domain_of(path);
            return self.holds(test, (domain, &key), self.facts.value(domain, &key), bound);
        }
        let all = self.values(path, bound).into_iter();
        all.fold(Truth::No, |truth, (place, fact)| {
            truth.or(self.holds(test, (&place.domain, &place.key), fact, bound))
        })
    }

    fn holds(&self, test: &Test<'_>, (domain, key): (&str, &str), fact: Fact<'_>, bound: Bound<'_>) -> Truth {
        match test {
            Test::Set(wanted) => match fact {
                Fact::Set(_) => Truth::from(*wanted),
                Fact::Unset => Truth::from(!*wanted),
                Fact::Unknown => Truth::Unknown,
            },
            Test::Forced(wanted) => match self.facts.forced(domain, key) {
                Known::Yes(forced) => Truth::from(forced == *wanted),
                Known::Unknown => Truth::Unknown,
            },
            Test::Is(literal) => is(fact, literal),
            Test::In(list) => list.iter().fold(Truth::No, |truth, literal| truth.or(is(fact, literal))),
            Test::IsNot(literal) => match fact {
                Fact::Unset => Truth::No,
                fact => is(fact, literal).not(),
            },
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
        let others = self.values(path, bound).into_iter();
        others.fold(Truth::No, |truth, (_, other)| {
            truth.or(match other {
                Fact::Set(other) if other.has_tokens() => compare(fact, |_| true).and(Truth::Unknown),
                Fact::Set(other) => compare(fact, |value| holds(value, other)),
                Fact::Unset => Truth::No,
                Fact::Unknown => compare(fact, |_| true).and(Truth::Unknown),
            })
        })
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

/// How many domains of a list hold, at least and at most.
#[derive(Default)]
struct Count {
    yes: (u32, u32),
    no: (u32, u32),
}

impl Count {
    fn add(&mut self, truth: Truth, member: bool) {
        if truth != Truth::No {
            self.yes.1 += 1;
        }
        if truth != Truth::Yes {
            self.no.1 += 1;
        }
        match truth {
            Truth::Yes if member => self.yes.0 += 1,
            Truth::No if member => self.no.0 += 1,
            _ => {}
        }
    }

    fn holds(&self, hold: Hold) -> Truth {
        let ((yes, most_yes), (no, most_no)) = (self.yes, self.no);
        match hold {
            Hold::All => Truth::between(most_no == 0 && yes > 0, no == 0 && most_yes > 0),
            Hold::Any => Truth::between(yes > 0, most_yes > 0),
            Hold::None => Truth::between(yes > 0, most_yes > 0).not(),
            Hold::SomeNotAll => Truth::between(yes > 0 && no > 0, most_yes > 0 && most_no > 0),
        }
    }
}
