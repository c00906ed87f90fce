//! What a key does to the contacts of apps: the catalogue's effects that look at it.

use super::facts::{SourceView, sources};
use super::rows::{Item, Row, item};
use super::sentence;
use crate::catalog::network::{Effect, Reach};
use crate::catalog::rule::{Atom, Hold, Number, Path, Rule, Test, plain};
use crate::catalog::{Catalog, Entry, keys_of_rules};
use crate::finding::listed;
use crate::value::toml_key;
use serde::Serialize;

/// What an effect is about.
#[derive(Serialize)]
struct ReachView<'a> {
    sections: &'a [&'a str],
    hosts: &'a [&'a str],
}

impl<'a> ReachView<'a> {
    fn new(reach: &'a Reach<'_>) -> Self {
        Self { sections: &reach.sections, hosts: &reach.hosts }
    }
}

#[derive(Serialize)]
struct MacsView<'a> {
    product: &'a str,
    range: &'a str,
}

/// One effect.
#[derive(Serialize)]
pub(super) struct NetworkView<'a> {
    name: &'a str,
    says: String,
    /// Conditions, in the words of a policy: all of these hold …
    when: Vec<String>,
    /// … and none of these.
    unless: Vec<String>,
    macs: Vec<MacsView<'a>>,
    apps: &'a [&'a str],
    stops: ReachView<'a>,
    lessens: ReachView<'a>,
    unsure: ReachView<'a>,
    keeps: ReachView<'a>,
    notes: &'a [&'a str],
    confidence: &'static str,
    sources: Vec<SourceView<'a>>,
}

/// The effects that look at a key in one of the domains of an entry; none of a position inside it.
pub(super) fn network<'a, 'c>(entry: &Entry<'_, '_>, catalog: &'a Catalog<'c>) -> Vec<NetworkView<'a>> {
    let about = |effect: &&'a Effect<'c>| {
        let keys = keys_of_rules(&[&effect.rule], catalog);
        let looks = |domain: &&str| keys.get(*domain).is_some_and(|keys| keys.contains(entry.key.name));
        entry.domains.iter().any(looks)
    };
    let all = catalog.effects().into_iter().filter(|_| entry.path.is_empty()).filter(about);
    all.map(|effect| NetworkView::new(effect, &entry.domains, catalog)).collect()
}

impl<'a> NetworkView<'a> {
    /// `own` are the domains that need not be named.
    fn new(effect: &'a Effect<'_>, own: &[&str], catalog: &'a Catalog<'_>) -> Self {
        let rule = &effect.rule;
        let conditions =
            |atoms: &[Atom<'_>]| atoms.iter().map(|atom| condition(atom, rule, own, catalog)).collect();
        let macs = rule.macs.iter().map(|(product, range)| MacsView { product, range });
        Self {
            name: rule.id,
            says: plain(rule.says),
            when: conditions(&rule.when),
            unless: conditions(&rule.unless),
            macs: macs.collect(),
            apps: &effect.apps,
            stops: ReachView::new(&effect.stops),
            lessens: ReachView::new(&effect.lessens),
            unsure: ReachView::new(&effect.unsure),
            keeps: ReachView::new(&effect.keeps),
            notes: &effect.notes,
            confidence: rule.confidence.word(),
            sources: sources(&rule.sources, catalog),
        }
    }

    /// `with HowToCheck = "Manual", unless …: what it does; it stops …`.
    fn line(&self) -> Item {
        let mut text = format!("with {}", joined(&self.when, "and"));
        if !self.unless.is_empty() {
            text.push_str(&format!(", unless {}", joined(&self.unless, "or")));
        }
        let macs: Vec<String> =
            self.macs.iter().map(|macs| format!("{} {}", macs.product, macs.range)).collect();
        if !macs.is_empty() {
            text.push_str(&format!(" ({})", macs.join(", ")));
        }
        text.push_str(&format!(": {}", sentence(&self.says)));
        let reaches = [
            ("stops", &self.stops),
            ("lessens", &self.lessens),
            ("perhaps stops", &self.unsure),
            ("leaves", &self.keeps),
        ];
        for (verb, reach) in reaches {
            let names: Vec<&str> = reach.sections.iter().chain(reach.hosts).copied().collect();
            if !names.is_empty() {
                text.push_str(&format!("; {verb} {}", listed(&names)));
            }
        }
        item("-", text)
    }
}

fn joined(texts: &[String], word: &str) -> String {
    texts.join(&format!(" {word} "))
}

/// The row of an entry.
pub(super) fn row(views: &[NetworkView<'_>]) -> Row {
    Row { label: "network", items: views.iter().map(NetworkView::line).collect() }
}

/// A condition, as a policy writes a key; the domain stands in front where it is another one.
fn condition(atom: &Atom<'_>, rule: &Rule<'_>, own: &[&str], catalog: &Catalog<'_>) -> String {
    let path = |path: &Path<'_>| {
        let mut name = if path.key == "{key}" { rule.any_key.join(" or ") } else { toml_key(path.key) };
        if path.domain != "@" && !own.contains(&path.domain) {
            name = format!("{}:{name}", catalog.short(path.domain));
        }
        path.inside.iter().fold(name, |name, part| format!("{name} > {part}"))
    };
    let number = |number: &Number<'_>| match number {
        Number::Literal(number) => number.to_string(),
        Number::At(at) => path(at),
    };
    let key = path(&atom.path);
    let text = match &atom.test {
        Test::Set(true) => format!("{key} set"),
        Test::Set(false) => format!("{key} not set"),
        Test::Is(value) => format!("{key} = {}", value.to_value()),
        Test::In(values) => {
            let values: Vec<String> = values.iter().map(|value| value.to_value().to_string()).collect();
            format!("{key} = {}", values.join(" or "))
        }
        Test::IsNot(value) => format!("{key} set, and not {}", value.to_value()),
        Test::Above(bound) => format!("{key} above {}", number(bound)),
        Test::Below(bound) => format!("{key} below {}", number(bound)),
        Test::SameAs(other) => format!("{key} the same as {}", path(other)),
        Test::Matches(pattern) => format!("{key} matching {pattern}"),
        Test::Forced(true) => format!("{key} enforced"),
        Test::Forced(false) => format!("{key} not enforced"),
    };
    match atom.over {
        None => text,
        Some((list, Hold::All)) => format!("{text} in all of @{list}"),
        Some((list, Hold::Any)) => format!("{text} in one of @{list}"),
        Some((list, Hold::None)) => format!("{text} in none of @{list}"),
        Some((list, Hold::SomeNotAll)) => format!("{text} in some of @{list}, and not in all"),
    }
}
