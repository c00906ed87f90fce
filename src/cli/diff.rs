//! `prefsmith diff`: where two policies differ.

use super::common::{Exit, Global, Layers, judge, label, mask, print, say_findings};
use crate::check::{Options, is_secret};
use crate::diff::between;
use crate::finding::{Findings, Sources};
use crate::plan::{Plan, Setting};
use crate::report::diff::{json, text};
use anyhow::{Result, anyhow};
use clap::ValueEnum;
use std::path::PathBuf;

/// Show where two policies differ
///
/// Settings are compared by channel, domain and key: their values with their types, and how strongly they are
/// meant. How the policies are written does not matter.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith diff office.toml office-next.toml
  prefsmith diff --format json old.toml new.toml

Exit status: 0 the same, 1 different, 2 a policy cannot be read.")]
pub(super) struct Args {
    /// The policy as it should be
    #[arg(value_name = "EXPECTED")]
    expected: PathBuf,
    /// The policy as it is
    #[arg(value_name = "ACTUAL")]
    actual: PathBuf,
    /// How the difference is written
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    let catalog = layers.catalog()?;
    let mut plans: Vec<Plan> = Vec::new();
    for path in [&args.expected, &args.actual] {
        let judged = judge(path, &catalog, &Options::default(), &mut sources)
            .map_err(|why| anyhow!("{}: {why}", label(path)))?;
        findings.extend(judged.checked.findings);
        plans.push(match judged.checked.plan {
            Ok(plan) => plan.into_inner(),
            Err(plan) => plan,
        });
    }
    // What a policy with errors comes to is a guess: a difference to it would mislead.
    if findings.has_errors() {
        let plans: Vec<&Plan> = plans.iter().collect();
        mask(&plans, &catalog, global, &mut sources, &mut findings);
        let command = format!("prefsmith check {} {}", label(&args.expected), label(&args.actual));
        say_findings(&findings, 0, &sources, &command);
        return Ok(Exit::Found);
    }
    let [expected, actual] = plans.as_slice() else { return Ok(Exit::Failure) };
    let difference = between(expected, actual);
    let secret = |setting: &Setting| !global.show_secrets && is_secret(setting, &catalog);
    let names = (label(&args.expected), label(&args.actual));
    match args.format {
        Format::Text => print(&text(&difference, &names, &catalog, &secret))?,
        Format::Json => print(&json(&difference, &names, &secret))?,
    }
    Ok(if difference.drift() { Exit::Found } else { Exit::Fine })
}
