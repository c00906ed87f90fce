//! `prefsmith completions`: what a shell completes, asked of prefsmith itself at each TAB.
//!
//! The script that a shell reads only registers prefsmith; the words come from the declaration of the command line
//! and from the catalogue, so that no list has to be kept. It is asked through an environment variable, before
//! anything else happens.

use super::common::{Exit, Global, Layers, print};
use crate::catalog::Catalog;
use crate::catalog::rule::plain;
use crate::emit::TARGETS;
use crate::finding::{CODES, Findings, Sources};
use anyhow::{Context as _, Result};
use clap::{CommandFactory as _, FromArgMatches as _, ValueEnum};
use clap_complete::CompletionCandidate;
use clap_complete::engine::{PathCompleter, ValueCompleter as _};
use clap_complete::env::{Bash, CompleteEnv, EnvCompleter, Fish, Zsh};
use std::ffi::OsStr;

/// The variable through which a shell asks.
const ASKED: &str = "PREFSMITH_COMPLETE";

/// Print what makes a shell complete prefsmith's words
///
/// Verbs, options and their values are completed, and also keys, domains, codes of findings, targets and policies.
/// The shell asks prefsmith itself, which must be in the PATH; catalogues that the line or the project names count.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eval \"$(prefsmith completions bash)\"                                  in ~/.bashrc
  eval \"$(prefsmith completions zsh)\"                                   in ~/.zshrc, below compinit
  prefsmith completions fish > ~/.config/fish/completions/prefsmith.fish")]
pub(super) struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

#[derive(Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let shell: &dyn EnvCompleter = match args.shell {
        Shell::Bash => &Bash,
        Shell::Zsh => &Zsh,
        Shell::Fish => &Fish,
    };
    let mut script = Vec::new();
    let name = "prefsmith";
    shell.write_registration(ASKED, name, name, name, &mut script).context("the script")?;
    let mut script = String::from_utf8(script).context("the script")?.trim().to_owned();
    // A file `_prefsmith` of zsh's fpath is read at the first TAB, which is to be answered as well.
    if matches!(args.shell, Shell::Zsh) {
        script.push_str("\n[[ ${funcstack[1]} != _prefsmith ]] || _clap_dynamic_completer_prefsmith \"$@\"");
    }
    print(&format!("{script}\n"))?;
    Ok(Exit::Fine)
}

/// Answers a shell that asks for words, and ends the process; returns where nobody asks.
pub(super) fn answer(command: fn() -> clap::Command) {
    if std::env::var_os(ASKED).is_some() {
        CompleteEnv::with_factory(command).var(ASKED).complete();
    }
}

fn candidate(value: impl Into<String>, help: &str) -> CompletionCandidate {
    let help = (!help.is_empty()).then(|| help.to_owned().into());
    CompletionCandidate::new(value.into()).help(help)
}

/// What the typed beginning allows: in its own letter case, or else in any.
fn beginning(typed: &OsStr, all: Vec<CompletionCandidate>) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let value = |candidate: &CompletionCandidate| candidate.get_value().to_string_lossy().into_owned();
    if all.iter().any(|candidate| value(candidate).starts_with(&*typed)) {
        return all.into_iter().filter(|candidate| value(candidate).starts_with(&*typed)).collect();
    }
    let typed = typed.to_lowercase();
    all.into_iter().filter(|candidate| value(candidate).to_lowercase().starts_with(&typed)).collect()
}

/// Calls `with` with the catalogue of the line that is typed; the built-in one if those of the line are no good.
fn catalog<T>(with: impl FnOnce(&Catalog<'_>) -> T) -> T {
    let layers = Layers::load(&typed_options(), &mut Sources::new(), &mut Findings::new());
    match layers.as_ref().ok().and_then(|layers| layers.catalog().ok()) {
        Some(catalog) => with(&catalog),
        None => with(&Catalog::builtin()),
    }
}

/// The options of every verb, as far as they stand on the line: a shell gives it behind `--`, half typed.
fn typed_options() -> Global {
    let words = std::env::args_os().skip_while(|word| word != "--").skip(1);
    let matches = super::Cli::command().ignore_errors(true).try_get_matches_from(words);
    matches.ok().and_then(|matches| Global::from_arg_matches(&matches).ok()).unwrap_or_default()
}

/// Names of keys.
pub(super) fn keys(typed: &OsStr) -> Vec<CompletionCandidate> {
    beginning(typed, catalog(|catalog| all_keys(catalog, None)))
}

fn all_keys(catalog: &Catalog<'_>, domain: Option<&str>) -> Vec<CompletionCandidate> {
    let names = domain.map_or_else(|| catalog.key_names(), |domain| catalog.keys_of(domain));
    let told = |name: &&str| {
        let known = catalog.named(name);
        let here = known.iter().find(|key| domain.is_none_or(|domain| domain == key.domain));
        candidate(*name, here.map_or("", |key| key.key.node.summary))
    };
    names.iter().map(told).collect()
}

/// Domains by their aliases and names.
pub(super) fn domains(typed: &OsStr) -> Vec<CompletionCandidate> {
    beginning(typed, catalog(all_domains))
}

fn all_domains(catalog: &Catalog<'_>) -> Vec<CompletionCandidate> {
    let known = catalog.domains();
    let names = |name: for<'d> fn(&'d crate::catalog::model::Domain<'_>) -> Option<&'d str>| {
        known.iter().filter_map(move |domain| name(domain).map(|name| candidate(name, domain.title)))
    };
    names(|domain| domain.alias).chain(names(|domain| Some(domain.name))).collect()
}

/// Apps that are known to contact anything.
pub(super) fn apps(typed: &OsStr) -> Vec<CompletionCandidate> {
    let all = |catalog: &Catalog<'_>| {
        let title = |name: &str| catalog.product(name).map_or("", |product| product.title);
        super::endpoints::products(catalog).into_iter().map(|name| candidate(name, title(name))).collect()
    };
    several(typed, catalog(all))
}

/// Activities in which apps contact anything.
pub(super) fn activities(typed: &OsStr) -> Vec<CompletionCandidate> {
    let all = |catalog: &Catalog<'_>| {
        let title = |id: &str| catalog.section(id).map_or("", |section| section.title);
        catalog.section_ids().into_iter().map(|id| candidate(id, title(id))).collect()
    };
    several(typed, catalog(all))
}

/// The last of several names with commas between them.
fn several(typed: &OsStr, all: Vec<CompletionCandidate>) -> Vec<CompletionCandidate> {
    let text = typed.to_string_lossy();
    let Some((before, last)) = text.rsplit_once(',') else { return beginning(typed, all) };
    let found = beginning(OsStr::new(last), all).into_iter();
    found.map(|one| one.add_prefix(format!("{before},"))).collect()
}

/// All that `explain` knows by name.
pub(super) fn names(typed: &OsStr) -> Vec<CompletionCandidate> {
    if let Some((domain, _)) = typed.to_str().and_then(|typed| typed.split_once(':')) {
        let of = |catalog: &Catalog<'_>| {
            let known = catalog.domain_like(domain)?;
            let keys = all_keys(catalog, Some(known.name)).into_iter();
            Some(keys.map(|key| key.add_prefix(format!("{domain}:"))).collect())
        };
        return beginning(typed, catalog(of).unwrap_or_default());
    }
    beginning(typed, catalog(all_names))
}

fn all_names(catalog: &Catalog<'_>) -> Vec<CompletionCandidate> {
    let mut all = all_keys(catalog, None);
    all.extend(all_domains(catalog));
    all.extend(CODES.iter().map(|info| candidate(info.name, info.summary)));
    let own = |id: &str| CODES.iter().all(|info| info.name != id);
    let rules = catalog.rules();
    all.extend(rules.iter().filter(|rule| own(rule.id)).map(|rule| candidate(rule.id, &plain(rule.says))));
    all.extend(catalog.tokens().map(|token| candidate(token.name, token.title)));
    all.sort();
    all.dedup_by(|a, b| a.get_value() == b.get_value());
    all
}

/// Names of targets.
pub(super) fn targets(typed: &OsStr) -> Vec<CompletionCandidate> {
    let mut all: Vec<_> = TARGETS.iter().map(|target| candidate(target.name(), target.summary())).collect();
    all.push(candidate("all", "every target"));
    beginning(typed, all)
}

/// MDMs whose spellings of identity tokens are known.
pub(super) fn mdms(typed: &OsStr) -> Vec<CompletionCandidate> {
    let all = |catalog: &Catalog<'_>| catalog.mdms().map(|mdm| candidate(mdm.name, mdm.title)).collect();
    beginning(typed, catalog(all))
}

/// Policies, and folders on the way to them.
pub(super) fn policies(typed: &OsStr) -> Vec<CompletionCandidate> {
    PathCompleter::any()
        .filter(|path| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")))
        .complete(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(found: &[CompletionCandidate]) -> Vec<String> {
        found.iter().map(|candidate| candidate.get_value().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_word_is_completed_in_its_own_case_or_in_any() {
        assert_eq!(values(&keys(OsStr::new("HowTo"))), ["HowToCheck"]);
        assert_eq!(values(&keys(OsStr::new("howto"))), ["HowToCheck"]);
        assert_eq!(values(&keys(OsStr::new("HowToX"))), Vec::<String>::new());
        assert_eq!(values(&mdms(OsStr::new("ja"))), ["jamf"]);
        assert_eq!(values(&domains(OsStr::new("Outl"))), ["Outlook"]);
        assert_eq!(values(&domains(OsStr::new("com.microsoft.Outl"))), ["com.microsoft.Outlook"]);
    }

    #[test]
    fn names_are_keys_domains_codes_rules_and_tokens() {
        for (typed, wanted) in [
            ("superse", "superseded"),
            ("Outl", "Outlook"),
            ("UseOn", "UseOnlineContent"),
            ("crash-reports-l", "crash-reports-lost"),
            ("user.u", "user.upn"),
            ("Word:UseOn", "Word:UseOnlineContent"),
        ] {
            assert!(values(&names(OsStr::new(typed))).contains(&wanted.to_owned()), "{typed}");
        }
        let all = names(OsStr::new(""));
        let mut once = values(&all);
        once.dedup();
        assert_eq!(once.len(), all.len(), "each name once");
        assert!(values(&names(OsStr::new("Nowhere:Use"))).is_empty());
    }

    #[test]
    fn targets_are_those_of_the_table() {
        let found = targets(OsStr::new(""));
        assert_eq!(found.len(), TARGETS.len() + 1);
        assert!(found.iter().all(|target| target.get_help().is_some()));
    }
}
