//! `prefsmith check`: what is wrong with policies.

use super::common::{Exit, Global, Layers, complain, day, either, judge, label, mask, print, text_options};
use crate::check::{CheckedPlan, Options, same_id, twice};
use crate::finding::{Findings, Severity, Sources};
use crate::plan::Plan;
use crate::report::findings::{github, json, sarif, summary, text};
use anyhow::Result;
use clap::ValueEnum;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Say what is wrong with policies
///
/// Every finding has a code: `prefsmith explain CODE` tells why it matters and what to write instead. A policy
/// accepts a finding with an [[allow]] that gives the reason.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith check office.toml
  prefsmith check --deny warnings policies/*.toml
  prefsmith check --format github policies/*.toml      annotations in a GitHub job
  prefsmith check --format json office.toml | jq '.findings[].code'

Exit status:
  0  no errors, and with --deny warnings no warnings
  1  there are some
  2  a file cannot be read")]
pub(super) struct Args {
    /// Policies
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Let warnings count as errors do
    #[arg(long, value_name = "WHAT")]
    deny: Option<Deny>,
    /// The day on which `until` of an [[allow]] and deadlines are judged; none is without it
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<jiff::civil::Date>,
    /// How findings are written
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Deny {
    Warnings,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Sarif,
    Github,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    let mut exit = Exit::Fine;
    let mut allowed = 0;
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    let catalog = layers.catalog()?;
    let options = Options { today: args.today };
    let mut judged_plans: Vec<Result<CheckedPlan, Plan>> = Vec::new();
    for path in &args.files {
        if path.extension().is_some_and(|extension| !extension.eq_ignore_ascii_case("toml")) {
            complain(&format!("{}: this is no policy: its name does not end in .toml", label(path)));
            exit = Exit::Failure;
            continue;
        }
        match judge(path, &catalog, &options, &mut sources) {
            Ok(judged) => {
                allowed += judged.checked.allowed.len();
                findings.extend(judged.checked.findings);
                judged_plans.push(judged.checked.plan);
            }
            Err(why) => {
                complain(&format!("{}: {why}", label(path)));
                exit = Exit::Failure;
            }
        }
    }
    let plans: Vec<&Plan> = judged_plans.iter().flatten().map(|plan| &**plan).collect();
    findings.extend(same_id(&plans, &|_, _| false).into_iter().map(|(_, finding)| finding).collect());
    findings.extend(twice(&plans, &catalog));
    // A file that several of them extend was read for each.
    let mut findings = findings.distinct(&sources);
    let plans: Vec<&Plan> = judged_plans.iter().map(either).collect();
    mask(&plans, &catalog, global, &mut sources, &mut findings);
    match args.format {
        Format::Text => {
            print(&text(&findings, &sources, &text_options(std::io::stdout().is_terminal())))?;
            // Of a file that could not be read nobody knows whether there would be findings.
            if exit < Exit::Failure || !findings.is_empty() {
                print(&format!("{}\n", summary(&findings, allowed)))?;
            }
        }
        Format::Json => print(&json(&findings, &sources))?,
        Format::Sarif => print(&sarif(&findings, &sources))?,
        Format::Github => print(&github(&findings, &sources))?,
    }
    let denied = args.deny.is_some() && findings.count(Severity::Warning) > 0;
    Ok(exit.max(if findings.has_errors() || denied { Exit::Found } else { Exit::Fine }))
}
