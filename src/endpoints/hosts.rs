//! The lists that proxies take: hosts that the apps need, and hosts that can be stopped.

use super::{Network, Selection, State};
use crate::catalog::host::HostPattern;
use std::collections::BTreeMap;

/// A host that a stopped activity uses and something else needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contested {
    /// The host.
    pub host: HostPattern,
    /// The activities that are stopped.
    pub stopped: Vec<String>,
    /// The activities that need it, each with the apps.
    pub needed: Vec<(String, Vec<String>)>,
}

/// Hosts for a proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// What apps contact, or may: of the wanted endpoints, those that are not stopped. Sorted.
    pub needed: Vec<HostPattern>,
    /// What can be stopped. Sorted.
    pub stopped: Vec<HostPattern>,
    /// What is stopped for an activity, and needed for another: in `stopped` only when that was asked for.
    pub contested: Vec<Contested>,
    /// Addresses that are less than a host, of hosts in `needed`.
    pub wider: Vec<String>,
    /// Addresses that are less than a host, and would be stopped if that did not stop more: in no list.
    pub unstopped: Vec<String>,
}

/// The hosts of the wanted endpoints. A host that anything else needs is not stopped, unless `strict` asks for it.
pub fn lists(network: &Network<'_, '_>, selection: &Selection, strict: bool) -> Lists {
    let mut lists = Lists::default();
    let mut stopped: BTreeMap<&HostPattern, Vec<String>> = BTreeMap::new();
    for selected in selection.of(network) {
        let row = selected.row;
        if selected.state != State::Stopped {
            lists.needed.push(row.host.clone());
            if !row.path.is_empty() {
                lists.wider.push(row.endpoint.url.to_owned());
            }
        } else if row.path.is_empty() {
            let sections = stopped.entry(&row.host).or_default();
            if !sections.iter().any(|known| known == row.endpoint.section) {
                sections.push(row.endpoint.section.to_owned());
            }
        } else {
            lists.unstopped.push(row.endpoint.url.to_owned());
        }
    }
    for (host, sections) in stopped {
        let needed = needed(network, host);
        if needed.is_empty() || strict {
            lists.stopped.push(host.clone());
        }
        if !needed.is_empty() {
            lists.contested.push(Contested { host: host.clone(), stopped: sections, needed });
        }
    }
    lists.needed.retain(|host| !lists.stopped.iter().any(|stopped| stopped.covers(host)));
    for list in [&mut lists.needed, &mut lists.stopped] {
        list.sort();
        list.dedup();
    }
    for list in [&mut lists.wider, &mut lists.unstopped] {
        list.sort();
        list.dedup();
    }
    lists
}

/// The activities that need a host, each with the apps that do; whatever was asked for.
fn needed(network: &Network<'_, '_>, host: &HostPattern) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let rows = network.rows.iter().filter(|row| row.host.meets(host) && row.state() != State::Stopped);
    for row in rows {
        let parts = row.parts.iter().filter(|part| part.state() != State::Stopped);
        let apps = parts.filter_map(|part| part.app).map(str::to_owned);
        match found.iter_mut().find(|(section, _)| section == row.endpoint.section) {
            Some((_, known)) => {
                for app in apps {
                    if !known.contains(&app) {
                        known.push(app);
                    }
                }
            }
            None => found.push((row.endpoint.section.to_owned(), apps.collect())),
        }
    }
    found
}
