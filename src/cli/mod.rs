//! The command line: parse, call, render, choose the exit status. One file for each verb.

mod asked;
mod audit;
mod build;
mod catalog;
mod check;
mod commands;
mod common;
mod completions;
mod diff;
mod diff_mac;
mod endpoints;
mod explain;
mod fix;
mod import;
mod import_jobs;
mod import_mac;
mod init;
mod jobs;
mod kept;
mod layers;
mod live;
mod mac;
mod man;
mod manifest_cache;
mod manifests;
mod plan;
mod previous;
mod project;
mod schema;
mod several;
mod show;
mod sides;
#[cfg(feature = "sign")]
mod sign;
#[cfg(feature = "sign")]
mod sign_commands;
mod verify;
mod walk;

use clap::{CommandFactory as _, Parser, Subcommand};
use common::{Exit, Global};
use std::process::ExitCode;

/// What prefsmith says about itself at the end of `--help`.
const AFTER: &str = "\
Exit status:
  0  fine
  1  error findings, differences, out-of-date files, an unknown name
  2  usage, an input that cannot be read at all, or our own output failed
  3  nothing differs, but something could not be compared

Examples:
  prefsmith init office.toml                  start a policy
  prefsmith check office.toml                 what is wrong with it
  prefsmith build office.toml                 profiles into out/office
  prefsmith plan office.toml --why HowToCheck where a setting comes from
  prefsmith explain HowToCheck                what is known of a key";

/// A compiler for macOS managed preferences.
#[derive(Parser)]
#[command(name = "prefsmith", version, about, long_about = None, after_help = AFTER, max_term_width = 110)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Init(init::Args),
    Check(check::Args),
    Build(build::Args),
    Plan(plan::Args),
    Diff(diff::Args),
    Show(show::Args),
    Audit(audit::Args),
    Import(import::Args),
    Explain(explain::Args),
    Endpoints(endpoints::Args),
    #[cfg(feature = "sign")]
    Sign(sign::Args),
    Verify(verify::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
    Catalog(catalog::Args),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    completions::answer(Cli::command);
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => return said(&answer).into(),
    };
    let result = match &cli.verb {
        Verb::Init(args) => init::run(args),
        Verb::Check(args) => check::run(args, &cli.global),
        Verb::Build(args) => build::run(args, &cli.global),
        Verb::Plan(args) => plan::run(args, &cli.global),
        Verb::Diff(args) => diff::run(args, &cli.global),
        Verb::Show(args) => show::run(args, &cli.global),
        Verb::Audit(args) => audit::run(args, &cli.global),
        Verb::Import(args) => import::run(args, &cli.global),
        Verb::Explain(args) => explain::run(args, &cli.global),
        Verb::Endpoints(args) => endpoints::run(args, &cli.global),
        #[cfg(feature = "sign")]
        Verb::Sign(args) => sign::run(args, &cli.global),
        Verb::Verify(args) => verify::run(args, &cli.global),
        Verb::Schema(args) => schema::run(args, &cli.global),
        Verb::Completions(args) => completions::run(args),
        Verb::Man(args) => man::run(args, Cli::command()),
        Verb::Catalog(args) => catalog::run(args, &cli.global),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            common::complain(&format!("{error:#}"));
            Exit::Failure.into()
        }
    }
}

/// Shows what clap answers instead of running a verb: help and version on standard output, usage errors on standard
/// error. Clap's own way ends with 0 when the help could not be written.
fn said(answer: &clap::Error) -> Exit {
    let text = answer.render().ansi().to_string();
    if answer.use_stderr() {
        common::say(&text);
        return Exit::Failure;
    }
    match common::print(&text) {
        Ok(()) => Exit::Fine,
        Err(error) => {
            common::complain(&format!("{error:#}"));
            Exit::Failure
        }
    }
}
