//! `prefsmith plan`: the resolved settings, and where each comes from.

use super::common::{Exit, Global, Layers, count_findings, judge, label, print};
use super::completions::{keys, policies};
use crate::check::{Options, is_secret};
use crate::finding::{Findings, Sources};
use crate::plan::Plan;
use crate::report::plan::{json, table, why};
use anyhow::{Result, anyhow};
use clap::ValueEnum;
use clap_complete::ArgValueCompleter;
use std::path::PathBuf;

/// Show the settings that a policy comes to
///
/// A bare key spreads over the domains where it means the same; what it did not reach is listed below, with the
/// reason. Findings are counted only: `prefsmith check` shows them.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith plan office.toml
  prefsmith plan office.toml --why SendAllTelemetryEnabled
  prefsmith plan office.toml --variant pilot
  prefsmith plan office.toml --format json | jq '.settings[] | [.domain, .key, .value]'")]
pub(super) struct Args {
    /// The policy
    #[arg(value_name = "POLICY", add = ArgValueCompleter::new(policies))]
    policy: PathBuf,
    /// Tell of one key its lines, what it overrides, its domains and the builds that read it
    #[arg(long, value_name = "KEY", conflicts_with = "format", add = ArgValueCompleter::new(keys))]
    why: Option<String>,
    /// The plan of one of its variants, not of the policy itself
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// How the plan is written
    #[arg(long, default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    let catalog = layers.catalog()?;
    let judged = judge(&args.policy, &catalog, &Options::default(), &mut sources)
        .map_err(|why| anyhow!("{}: {why}", label(&args.policy)))?;
    let plan: &Plan =
        judged.plan(args.variant.as_deref()).map_err(|why| anyhow!("{}: {why}", label(&args.policy)))?;
    findings.extend(judged.findings.clone());
    let secret = |setting: &crate::plan::Setting| !global.show_secrets && is_secret(setting, &catalog);
    let mut exit = if findings.has_errors() { Exit::Found } else { Exit::Fine };
    if let Some(key) = &args.why {
        match why(plan, key, &catalog, &sources, &secret) {
            Ok(text) => print(&text)?,
            Err(text) => {
                super::common::complain(&text);
                exit = exit.max(Exit::Found);
            }
        }
    } else {
        match args.format {
            Format::Table => print(&table(plan, &catalog, &sources, &secret))?,
            Format::Json => {
                print(&json(plan, &sources, &judged.base, &secret))?;
            }
        }
    }
    let command = format!("prefsmith check {}", label(&args.policy));
    count_findings(&findings, judged.allowed, &command);
    Ok(exit)
}
