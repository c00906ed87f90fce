//! `prefsmith show MAC`: what a Mac has of every key that is known, and which layer wins, without a policy.

use super::asked::Asked;
use super::commands::Commands;
use super::common::{Exit, Global, Layers, complain, label, print, say_findings};
use super::completions::{domains, names};
use super::mac::{is_archive, is_mac, live, open};
use crate::catalog::Catalog;
use crate::check::Options;
use crate::diff::on_mac::{Spoken, spoken};
use crate::finding::{Findings, Sources};
use crate::mac::{Mac, Managed, Shown, show};
use crate::report::show::{View, json, text};
use anyhow::{Context as _, Result, anyhow};
use clap::ValueEnum;
use clap_complete::ArgValueCompleter;
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
        .read(&managed.unreadable, tree.remarks())
        .rules(rules(&shown, &mac, &catalog, asked.by_key));
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

/// What the catalogue's rules say of what is shown; where keys were asked for, of these.
fn rules<'m>(shown: &Shown<'_>, mac: &'m Mac, catalog: &Catalog<'_>, by_key: bool) -> Vec<Spoken<'m>> {
    let plan = shown.plan(mac, catalog);
    let mut said = spoken(&[&plan], mac, catalog, &Options::default());
    let of = |domain: &str, key: &str| shown.keys.iter().any(|one| one.domain == domain && one.key == key);
    said.retain(|one| !by_key || one.places.iter().any(|place| of(&place.domain, &place.key)));
    said
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
