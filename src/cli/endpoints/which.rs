//! Which endpoints are wanted: names of apps and activities, against the catalogue.

use super::super::common::complain;
use super::{Args, StateName};
use crate::catalog::Catalog;
use crate::document::nearest;
use crate::endpoints::{Selection, State};

/// The wanted endpoints; none if a name is unknown, which is said.
pub(super) fn selection(args: &Args, catalog: &Catalog<'_>) -> Option<Selection> {
    let known = products(catalog);
    let ids = catalog.section_ids();
    let mut good = true;
    let mut unknown = |what: &str, name: &str, list: &[&str]| {
        let hint = match nearest(name, list.iter().copied()) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => format!(": those are {}", list.join(", ")),
        };
        complain(&format!("`{name}` is no {what}{hint}"));
        good = false;
    };
    let mut apps: Vec<String> = Vec::new();
    for name in &args.app {
        let found = meant(name, &known, catalog);
        if found.is_empty() {
            unknown("app that is known to contact anything", name, &known);
        }
        apps.extend(found);
    }
    let mut sections: Vec<String> = Vec::new();
    for name in &args.section {
        match ids.iter().find(|id| id.eq_ignore_ascii_case(name)) {
            Some(id) => sections.push((*id).to_owned()),
            None => unknown("activity", name, &ids),
        }
    }
    let mut states: Vec<State> = args.state.iter().map(|state| state.state()).collect();
    states.sort_unstable();
    states.dedup();
    good.then_some(Selection { apps, sections, states })
}

/// The apps of a name: one app, or those of a suite.
fn meant(name: &str, known: &[&str], catalog: &Catalog<'_>) -> Vec<String> {
    if let Some(product) = known.iter().find(|product| product.eq_ignore_ascii_case(name)) {
        return vec![(*product).to_owned()];
    }
    let of_suite = |product: &&str| {
        let suite = catalog.product(product).and_then(|product| product.suite);
        suite.is_some_and(|suite| suite.eq_ignore_ascii_case(name))
    };
    known.iter().filter(|product| of_suite(product)).map(|product| (*product).to_owned()).collect()
}

/// The products that are known to contact anything, in the order of the catalogue.
pub(in crate::cli) fn products<'c>(catalog: &Catalog<'c>) -> Vec<&'c str> {
    let mut found: Vec<&str> = Vec::new();
    for endpoint in catalog.endpoints() {
        let of_section = catalog.section(endpoint.section).map_or(&[][..], |section| section.apps.as_slice());
        for app in endpoint.apps.iter().chain(of_section) {
            if !found.contains(app) {
                found.push(app);
            }
        }
    }
    found
}

impl StateName {
    fn state(self) -> State {
        match self {
            Self::Contacted => State::Contacted,
            Self::Partly => State::Partly,
            Self::Stopped => State::Stopped,
            Self::Unknown => State::Unknown,
        }
    }
}
