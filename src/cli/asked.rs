//! What `prefsmith show` is asked for: from names of apps and keys to the domains and keys that are read and shown.

use super::mac::who;
use crate::catalog::{AppReads, Catalog, Topic};
use crate::document::nearest;
use crate::finding::listed;
use crate::mac::tree::Tree;
use crate::mac::{Ask, GLOBAL, Layer, Mac, Managed, RungState, Scope};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// What the command line asks for.
pub(super) struct Asked<'a, 'c> {
    catalog: &'a Catalog<'c>,
    managed: &'a Managed,
    /// The domains of `--app`.
    pub named: BTreeSet<String>,
    /// Those of them of which it is said, too, that nothing is set.
    pub own: BTreeSet<String>,
    /// What these domains have for other apps.
    without: BTreeSet<(&'a str, &'a str)>,
    /// The keys that were asked for, each with its domain.
    pub only: BTreeSet<(String, String)>,
    /// Keys that no catalogue knows: the domain if one was named, and the name.
    loose: Vec<(Option<String>, String)>,
    /// Whether keys were asked for.
    pub by_key: bool,
    /// What nobody knows, and why.
    pub unknown: Vec<String>,
}

impl<'a, 'c> Asked<'a, 'c> {
    pub fn new(catalog: &'a Catalog<'c>, managed: &'a Managed) -> Self {
        Self {
            catalog,
            managed,
            named: BTreeSet::new(),
            own: BTreeSet::new(),
            without: BTreeSet::new(),
            only: BTreeSet::new(),
            loose: Vec::new(),
            by_key: false,
            unknown: Vec::new(),
        }
    }

    /// Takes the apps.
    pub fn apps(&mut self, names: &[String], tree: &dyn Tree) {
        for name in names {
            if let Some(AppReads { domains, own, without }) = self.catalog.app(name) {
                self.own.extend(own.into_iter().map(str::to_owned));
                self.named.extend(domains.into_iter().map(str::to_owned));
                self.without.extend(without);
            } else if self.managed.domains.contains(name) || has_file(tree, name) {
                self.own.insert(name.clone());
                self.named.insert(name.clone());
            } else {
                let near = self.near_app(name);
                let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                self.unknown.push(format!("--app {name}: no app and no domain is called so{near}"));
            }
        }
    }

    /// The app or domain that was most likely meant.
    fn near_app(&self, name: &str) -> Option<&str> {
        let all =
            || self.catalog.app_names().into_iter().chain(self.managed.domains.iter().map(String::as_str));
        let part = name.to_lowercase();
        nearest(name, all()).or_else(|| all().find(|known| known.to_lowercase().contains(&part)))
    }

    /// Takes the keys.
    pub fn keys(&mut self, keys: &[String]) {
        self.by_key = !keys.is_empty();
        for text in keys {
            let topics = self.catalog.topics(text);
            let found = topics.iter().find_map(|topic| match topic {
                Topic::Key(key) => Some(key),
                _ => None,
            });
            let whole =
                found.into_iter().flat_map(|key| key.entries.iter().map(move |entry| (key.name, entry)));
            let mut pairs: Vec<(String, String)> = Vec::new();
            for (name, entry) in whole.filter(|(_, entry)| entry.path.is_empty() || text.contains('>')) {
                pairs.extend(entry.domains.iter().map(|domain| ((*domain).to_owned(), name.to_owned())));
            }
            if !self.named.is_empty() {
                pairs.retain(|(domain, _)| self.named.contains(domain));
            }
            if pairs.is_empty() {
                let (domain, name) = match text.split_once(':') {
                    Some((domain, name)) => {
                        let meant =
                            self.catalog.domain_like(domain.trim()).map_or(domain.trim(), |known| known.name);
                        (Some(meant.to_owned()), name.trim())
                    }
                    None => (None, text.trim()),
                };
                self.loose.push((domain, name.to_owned()));
            }
            self.only.extend(pairs);
        }
    }

    /// The domains that are looked at: those of the catalogue, those that profiles manage, and those that are named.
    /// Of what a catalogue only knows by hearsay, those of which a file is there.
    pub fn there(&self, tree: &dyn Tree) -> BTreeSet<String> {
        let loose = self.loose.iter().filter_map(|(domain, _)| domain.clone());
        let mut all: BTreeSet<String> = loose.chain(self.managed.domains.iter().cloned()).collect();
        all.extend(self.named.iter().cloned());
        all.extend(self.only.iter().map(|(domain, _)| domain.clone()));
        let known = self.catalog.domains();
        let (hearsay, own): (Vec<_>, Vec<_>) =
            known.into_iter().map(|domain| domain.name).partition(|name| self.catalog.is_hearsay(name));
        all.extend(own.into_iter().map(str::to_owned));
        if !hearsay.is_empty() {
            let files = files(tree);
            all.extend(hearsay.into_iter().filter(|name| files.contains(*name)).map(str::to_owned));
        }
        all
    }

    pub fn read(&self, tree: &dyn Tree, there: &BTreeSet<String>, user: Option<&str>) -> Result<Mac> {
        let mut wanted: BTreeMap<&str, Option<Vec<&str>>> = BTreeMap::new();
        for domain in there {
            let mut keys = self.catalog.keys_of(domain);
            keys.extend(self.loose.iter().map(|(_, name)| name.as_str()));
            // Which keys profiles enforce is only known when their files have been read; all layers are asked for them.
            let all = self.managed.domains.contains(domain);
            wanted.insert(domain, (!all).then_some(keys));
        }
        let asks: Vec<Ask<'_>> =
            wanted.iter().map(|(domain, keys)| Ask { domain, keys: keys.as_deref() }).collect();
        // What of a snapshot was not collected nobody can say is not set.
        Ok(Mac::read(tree, &asks, who(user), self.catalog)?.of_keys([]))
    }

    /// Looks for the keys that no catalogue knows on the Mac itself.
    pub fn settle(&mut self, mac: &Mac) {
        for (domain, name) in std::mem::take(&mut self.loose) {
            let of: Vec<&str> = match &domain {
                Some(domain) => mac.domain_name(domain).into_iter().collect(),
                None => mac
                    .domain_names()
                    .filter(|name| self.named.is_empty() || self.named.contains(*name))
                    .collect(),
            };
            let mut found: Vec<&str> =
                of.iter().copied().filter(|domain| has(mac, domain, &name, false)).collect();
            if found.is_empty() && self.named.is_empty() {
                let global = domain.as_deref().is_none_or(|domain| domain == GLOBAL);
                found.extend((global && has(mac, GLOBAL, &name, true)).then_some(GLOBAL));
            }
            if found.is_empty() {
                let text = domain.map_or(name.clone(), |domain| format!("{domain}:{name}"));
                self.unknown.push(self.nobody_knows(&text, &name));
            }
            self.only.extend(found.into_iter().map(|domain| (domain.to_owned(), name.clone())));
        }
    }

    fn nobody_knows(&self, text: &str, name: &str) -> String {
        if !self.named.is_empty() && !self.catalog.named(name).is_empty() {
            let homes = self.catalog.named(name);
            let homes: Vec<&str> = homes.iter().map(|key| self.catalog.short(key.domain)).collect();
            return format!("{text}: the app does not read it, {} does", listed(&homes));
        }
        let why = self.catalog.not_keys().find(|known| known.name == name).map(|known| {
            let instead = known.instead.map_or(String::new(), |key| format!("; the key is `{key}`"));
            format!("{text}: {}{instead}", known.why.trim_end_matches('.'))
        });
        if let Some(why) = why {
            return why;
        }
        let outer = self.catalog.topics(text).into_iter().find_map(|topic| match topic {
            Topic::Key(key) => Some(key.name),
            _ => None,
        });
        let hint = match self.catalog.near(text) {
            _ if outer.is_some_and(|outer| outer != name) => {
                format!("; it stands inside `{}`", outer.unwrap_or_default())
            }
            _ if self.catalog.app(text).is_some() => format!("; the keys of an app: --app {text}"),
            Some(near) => format!("; did you mean `{near}`?"),
            None => String::new(),
        };
        format!("{text}: no catalogue knows this key, and the Mac does not have it{hint}")
    }

    pub fn scope<'s>(&'s self, there: &'s BTreeSet<String>) -> Scope<'s>
    where
        'a: 's,
    {
        let mut domains: Vec<&str> = match self.named.is_empty() {
            true => there.iter().map(String::as_str).collect(),
            false => self.named.iter().map(String::as_str).collect(),
        };
        if self.by_key {
            let of: BTreeSet<&str> = self.only.iter().map(|(domain, _)| domain.as_str()).collect();
            domains = of.into_iter().collect();
        }
        Scope { domains, only: self.by_key.then_some(&self.only), without: self.without.clone() }
    }
}

/// Whether some layer has a key, or, of a domain's own layers, one of those.
fn has(mac: &Mac, domain: &str, key: &str, global: bool) -> bool {
    let users = mac.users.iter().map(|user| Some(user.name.as_str())).chain([None]);
    let of_all = [Layer::ManagedGlobal, Layer::UserGlobalHost, Layer::UserGlobal, Layer::ComputerGlobal];
    users.map(|user| mac.ladder(domain, key, user)).any(|ladder| {
        let mut rungs = ladder.rungs.iter().filter(|rung| global || !of_all.contains(&rung.layer));
        rungs.any(|rung| matches!(rung.state, RungState::Value(_))) || !ladder.strays.is_empty()
    })
}

/// Whether preferences of a domain lie in one of the usual places.
fn has_file(tree: &dyn Tree, domain: &str) -> bool {
    domain.contains('.') && files(tree).contains(domain)
}

/// The names of the files of preferences and of containers, without those that profiles manage.
fn files(tree: &dyn Tree) -> BTreeSet<String> {
    let list = |path: &str| tree.list(path).ok().flatten().unwrap_or_default();
    let mut folders = vec!["/Library/Preferences".to_owned()];
    for home in list("/Users").into_iter().filter(|entry| entry.folder) {
        let home = format!("/Users/{}/Library", home.name);
        folders
            .extend(["Preferences", "Preferences/ByHost", "Containers"].map(|name| format!("{home}/{name}")));
    }
    let mut found = BTreeSet::new();
    for entry in folders.iter().flat_map(|path| list(path)) {
        let name = entry.name.strip_suffix(".plist").unwrap_or(&entry.name);
        found.insert(name.to_owned());
        // A ByHost file has the UUID of a Mac behind the domain.
        found.extend(
            name.rsplit_once('.').filter(|(_, uuid)| uuid.len() == 36).map(|(name, _)| name.to_owned()),
        );
    }
    found
}
