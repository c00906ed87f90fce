//! `prefsmith check`: what is wrong with policies.

use super::common::{Exit, Global, Layers, complain, day, either, judge, label, mask, print, text_options};
use super::project::{Found, together};
use crate::check::{CheckedPlan, Options};
use crate::finding::{Findings, Severity, Sources};
use crate::plan::Plan;
use crate::report::findings::{github, gitlab, json, sarif, summary, text};
use anyhow::Result;
use clap::ValueEnum;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Say what is wrong with policies
///
/// Every finding has a code: `prefsmith explain CODE` tells why it matters and what to write instead. A policy
/// accepts a finding with an [[allow]] that gives the reason. Without FILE, all files of the project are checked.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith check office.toml
  prefsmith check                                      all that prefsmith.toml names
  prefsmith check --deny warnings policies/*.toml
  prefsmith check --format github policies/*.toml      annotations in a GitHub job
  prefsmith check --format gitlab > codequality.json   the report of a GitLab job
  prefsmith check --format json office.toml | jq '.findings[].code'

Exit status:
  0  no errors, and with --deny warnings no warnings
  1  there are some
  2  a file cannot be read")]
pub(super) struct Args {
    /// Policies; without them, those of the project
    #[arg(value_name = "FILE")]
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
    Gitlab,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    let mut exit = Exit::Fine;
    let mut allowed = 0;
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    let catalog = layers.catalog()?;
    let options = Options { today: args.today };
    let project = layers.project.as_ref();
    let listed = Found::listed(project, &args.files, &mut findings)?;
    let mut judged_plans: Vec<Result<CheckedPlan, Plan>> = Vec::new();
    let mut judged_paths: Vec<&PathBuf> = Vec::new();
    for path in &listed.files {
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
                judged_paths.push(path);
            }
            Err(why) => {
                complain(&format!("{}: {why}", label(path)));
                exit = Exit::Failure;
            }
        }
    }
    let sound = judged_paths
        .iter()
        .zip(&judged_plans)
        .filter_map(|(path, plan)| plan.as_ref().ok().map(|plan| (listed.of(path), &**plan)));
    let sound: Vec<_> = sound.collect();
    let whole = args.files.is_empty() && sound.len() == listed.files.len();
    let across = together(&sound, (project, whole), &catalog, &sources, &options);
    allowed += across.allowed.len();
    findings.extend(across.findings);
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
        Format::Gitlab => print(&gitlab(&findings, &sources))?,
    }
    let deny = args.deny.is_some() || project.is_some_and(|found| found.project.deny_warnings == Some(true));
    let denied = deny && findings.count(Severity::Warning) > 0;
    Ok(exit.max(if findings.has_errors() || denied { Exit::Found } else { Exit::Fine }))
}
