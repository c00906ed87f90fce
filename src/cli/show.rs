//! `prefsmith show MAC`: what a Mac has of every key that is known, and which layer wins, without a policy.

use super::commands::Commands;
use super::common::{Exit, Global, Layers, complain, label, print, say_findings};
use super::completions::{domains, names};
use super::mac::{is_archive, is_mac, live, open, who};
use crate::catalog::{AppReads, Catalog, Topic};
use crate::document::nearest;
use crate::finding::{Findings, Sources};
use crate::mac::tree::Tree;
use crate::mac::{Ask, GLOBAL, Mac, Managed, Scope, show};
use crate::report::show::{View, json, text};
use anyhow::{Context as _, Result, anyhow};
use clap::ValueEnum;
use clap_complete::ArgValueCompleter;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Show what a Mac has of every known key, and which layer wins
///
/// No policy is needed. For each key that is set anywhere: the value in effect and what it does, the layers that have the
/// key, the strongest first, with their files; the profile that enforces it, where the Mac shows that; whether the
/// installed build reads it; and what the catalogue warns of. Keys that profiles enforce and no catalogue knows are shown
/// too.
///
/// A Mac is a folder shaped like the root of one (/ itself, a mounted disk, a snapshot), or a snapshot in an archive
/// (.tar.gz, .tgz, .tar).
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith show snapshot.tar.gz --app Outlook          what Outlook is told, and by whom
  prefsmith show / HowToCheck                           one key, in every domain that has it
  prefsmith show / Office:DiagnosticDataTypePreference
  prefsmith show / --user anna --format json

Exit status:
  0  all was read
  1  a key or an app that neither a catalogue nor the Mac knows
  2  the Mac cannot be read, or has no such user
  3  a layer could not be read, or nobody knows whose preferences count")]
pub(super) struct Args {
    /// The Mac: a folder, or a snapshot in an archive; on a Mac, this one if nothing is named
    #[arg(value_name = "MAC")]
    mac: Option<PathBuf>,
    /// Only these keys, set or not: KEY, DOMAIN:KEY or ALIAS:KEY
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(names))]
    keys: Vec<String>,
    /// Only what this app reads: by its name, an alias, or a domain
    #[arg(long, value_name = "NAME", add = ArgValueCompleter::new(domains))]
    app: Vec<String>,
    /// Whose preferences count; without it those of who is logged in, or of the only user
    #[arg(long, value_name = "NAME|all")]
    user: Option<String>,
    /// How it is written
    #[arg(long, default_value = "text")]
    format: Format,
    /// For tests: take the folder for a Mac that runs, whose commands lie in this one
    #[arg(long, value_name = "DIR", hide = true)]
    commands: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let (path, keys) = inputs(args, cfg!(target_os = "macos"), Path::exists)?;
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    let catalog = layers.catalog()?;
    say_findings(&findings, 0, &sources, "prefsmith check");
    let name = label(&path);
    anyhow::ensure!(is_mac(&path) || !path.exists(), "{name}: {}", crate::mac::MacError::NoMac);
    let tree = match &args.commands {
        Some(folder) => live(&path, Commands::of(folder)),
        None => open(&path),
    };
    let tree = tree.map_err(|why| anyhow!("{why}")).with_context(|| name.clone())?;
    let managed = Managed::list(tree.as_ref()).with_context(|| name.clone())?;
    let mut asked = Asked::new(&catalog, &managed);
    asked.apps(&args.app, tree.as_ref());
    asked.keys(&keys);
    let there = asked.there(tree.as_ref());
    let mac = asked.read(tree.as_ref(), &there, args.user.as_deref()).with_context(|| name.clone())?;
    asked.settle(&mac);
    for why in &asked.unknown {
        complain(why);
    }
    let found = if asked.by_key { !asked.only.is_empty() } else { !asked.named.is_empty() };
    if !asked.unknown.is_empty() && !found {
        return Ok(Exit::Found);
    }
    let scope = asked.scope(&there);
    let shown = show(&mac, &catalog, &scope);
    let of_apps = if keys.is_empty() { asked.own.iter().map(String::as_str).collect() } else { Vec::new() };
    let view = View::new(name, &mac, &catalog, global.show_secrets)
        .asked(of_apps)
        .read(&managed.unreadable, tree.remarks());
    print(&match args.format {
        Format::Text => text(&shown, &view),
        Format::Json => json(&shown, &view),
    })?;
    Ok(match (asked.unknown.is_empty(), view.decided(&shown)) {
        (false, _) => Exit::Found,
        (true, false) => Exit::Undecided,
        (true, true) => Exit::Fine,
    })
}

/// The Mac and the keys. On a Mac, what is no file is the first key.
fn inputs(args: &Args, on_mac: bool, there: impl Fn(&Path) -> bool) -> Result<(PathBuf, Vec<String>)> {
    let mut keys = args.keys.clone();
    match &args.mac {
        Some(path)
            if on_mac && !there(path) && !path.to_string_lossy().contains('/') && !is_archive(path) =>
        {
            keys.insert(0, path.to_string_lossy().into_owned());
            Ok((PathBuf::from("/"), keys))
        }
        Some(path) => Ok((path.clone(), keys)),
        None if on_mac => Ok((PathBuf::from("/"), keys)),
        None => Err(anyhow!("name the Mac: a folder shaped like its root, or a snapshot")),
    }
}

/// What the command line asks for.
struct Asked<'a, 'c> {
    catalog: &'a Catalog<'c>,
    managed: &'a Managed,
    /// The domains of `--app`.
    named: BTreeSet<String>,
    /// Those of them of which it is said, too, that nothing is set.
    own: BTreeSet<String>,
    /// What these domains have for other apps.
    without: BTreeSet<(&'a str, &'a str)>,
    /// The keys that were asked for, each with its domain.
    only: BTreeSet<(String, String)>,
    /// Keys that no catalogue knows: the domain if one was named, and the name.
    loose: Vec<(Option<String>, String)>,
    /// Whether keys were asked for.
    by_key: bool,
    /// What nobody knows, and why.
    unknown: Vec<String>,
}

impl<'a, 'c> Asked<'a, 'c> {
    fn new(catalog: &'a Catalog<'c>, managed: &'a Managed) -> Self {
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
    fn apps(&mut self, names: &[String], tree: &dyn Tree) {
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
    fn keys(&mut self, keys: &[String]) {
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
    fn there(&self, tree: &dyn Tree) -> BTreeSet<String> {
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

    fn read(&self, tree: &dyn Tree, there: &BTreeSet<String>, user: Option<&str>) -> Result<Mac> {
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
        Ok(Mac::read(tree, &asks, who(user), self.catalog)?)
    }

    /// Looks for the keys that no catalogue knows on the Mac itself.
    fn settle(&mut self, mac: &Mac) {
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
            return format!("{text}: the app does not read it, {} does", crate::finding::listed(&homes));
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

    fn scope<'s>(&'s self, there: &'s BTreeSet<String>) -> Scope<'s>
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
    use crate::mac::{Layer, RungState};
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

#[cfg(test)]
mod tests {
    use super::*;

    fn args(mac: Option<&str>, keys: &[&str]) -> Args {
        Args {
            mac: mac.map(PathBuf::from),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            app: Vec::new(),
            user: None,
            format: Format::Text,
            commands: None,
        }
    }

    #[test]
    fn on_a_mac_the_mac_may_be_left_out() {
        let there = |path: &Path| path == Path::new("snapshot");
        let found = |mac: Option<&str>, keys: &[&str], on_mac: bool| {
            inputs(&args(mac, keys), on_mac, there).map(|(path, keys)| (label(&path), keys.join(" "))).ok()
        };
        let some = |path: &str, keys: &str| Some((path.to_owned(), keys.to_owned()));
        assert_eq!(found(Some("snapshot"), &["Key"], true), some("snapshot", "Key"));
        assert_eq!(found(Some("HowToCheck"), &["Key"], true), some("/", "HowToCheck Key"));
        assert_eq!(found(Some("./gone.tgz"), &["Key"], true), some("gone.tgz", "Key"));
        assert_eq!(found(Some("gone.tgz"), &[], true), some("gone.tgz", ""));
        assert_eq!(found(Some("HowToCheck"), &[], false), some("HowToCheck", ""));
        assert_eq!(found(None, &[], true), some("/", ""));
        assert_eq!(found(None, &[], false), None);
    }
}
