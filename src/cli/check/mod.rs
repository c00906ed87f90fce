//! `prefsmith check`: what is wrong with policies and profiles.

mod batch;
mod profiles;

use super::common::{Exit, Global, Layers, day, either, mask_beside, print, text_options};
use super::project::Found;
use super::several;
use crate::finding::{Findings, Severity, Sources};
use crate::plan::Plan;
use crate::policy::macs_of;
use crate::profile::envelope::Mdm;
use crate::report::findings::{Shown, TextOptions, github, gitlab, json, page, sarif, shown, summary};
use anyhow::Result;
use batch::Batch;
use clap::ValueEnum;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Say what is wrong with policies and profiles
///
/// Files whose names end in .toml are policies; others are configuration profiles or preference files, which their
/// content tells. Of a folder, all policies and profiles at any depth are checked: files that end in .toml,
/// .mobileconfig, .plist, .configprofile or .xml, but for prefsmith.toml.
///
/// Every finding has a code: `prefsmith explain CODE` tells why it matters and what to write instead. A policy
/// accepts a finding with an [[allow]] that gives the reason. Without FILE, all files of the project are checked.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith check office.toml
  prefsmith check                                      all that prefsmith.toml names
  prefsmith check --deny warnings policies/*.toml
  prefsmith check profiles/                            all policies and profiles of a folder
  prefsmith check --for jamf office.mobileconfig       and whether Jamf Pro would take it
  prefsmith check --macs 'Office=16.80 ..' office.mobileconfig
  prefsmith check --format github policies/*.toml      annotations in a GitHub job
  prefsmith check --format gitlab > codequality.json   the report of a GitLab job
  prefsmith check --format json office.toml | jq '.findings[].code'

Exit status:
  0  no errors, and with --deny warnings no warnings
  1  there are some
  2  a file cannot be opened")]
pub(super) struct Args {
    /// Policies, profiles, preference files, folders of them; without them, those of the project
    #[arg(value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// Let warnings count as errors do
    #[arg(long, value_name = "WHAT")]
    deny: Option<Deny>,
    /// The day on which `until` of an [[allow]], deadlines and certificates are judged; none is without it
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<jiff::civil::Date>,
    /// The MDM that is to take the profiles: what it would refuse or drop is an error. Of policies, builds tell that
    #[arg(long = "for", value_name = "MDM")]
    mdm: Option<Target>,
    /// What runs on the Macs of the profiles, as [macs] of a policy says it: 'Office=16.80 ..', licence=volume;
    /// may be given several times
    #[arg(long, value_name = "PRODUCT=RANGES")]
    macs: Vec<String>,
    /// The domain of a preference file whose name does not tell it
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,
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

#[derive(Clone, Copy, ValueEnum)]
enum Target {
    /// Jamf Pro: drops payloads of types that it does not know from unsigned profiles
    Jamf,
    /// Microsoft Intune: at most 1,000,000 bytes
    Intune,
    /// Fleet: no signed profiles
    Fleet,
    /// Apple Business Manager: strict types
    Abm,
}

impl Target {
    fn mdm(self) -> Mdm {
        match self {
            Self::Jamf => Mdm::Jamf,
            Self::Intune => Mdm::Intune,
            Self::Fleet => Mdm::Fleet,
            Self::Abm => Mdm::Abm,
        }
    }
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    let catalog = layers.catalog()?;
    let project = layers.project.as_ref();
    let listed = Found::listed(project, &args.files, &mut findings)?;
    let macs = macs_of(&args.macs, &catalog).map_err(|why| anyhow::anyhow!("--macs: {why}"))?;
    let mut batch = Batch::new((args, global), &catalog, macs, sources, findings);
    batch.files(&listed.files, project);
    batch.judge(&listed, project)?;
    let deny = args.deny.is_some() || project.is_some_and(|found| found.project.deny_warnings == Some(true));
    let exit = batch.say(global, deny);
    // The process ends here: the system takes back at once what would be given back piece by piece.
    std::mem::forget(catalog);
    std::mem::forget(layers);
    exit
}

impl Batch<'_, '_> {
    fn say(self, global: &Global, deny: bool) -> Result<Exit> {
        let Self { args, catalog, mut sources, findings, policies, profiles, secrets, allowed, exit, .. } =
            self;
        // A file that several policies extend was read for each.
        let mut findings = findings.distinct(&sources);
        let plans = policies.iter().flat_map(|policy| &policy.plans).map(either);
        let plans: Vec<&Plan> = plans.chain(profiles.iter().flat_map(|read| &read.plans)).collect();
        mask_beside(secrets, &plans, catalog, global, &mut sources, &mut findings);
        match args.format {
            Format::Text => {
                let options = text_options(std::io::stdout().is_terminal());
                let options = TextOptions { all: Some("--format json"), ..options };
                let Shown { findings: pages, rest } = shown(&findings, &options);
                let mut pages = several::each(pages, |finding| page(finding, &sources, &options));
                pages.push(rest);
                print(&pages.concat())?;
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
        let denied = deny && findings.count(Severity::Warning) > 0;
        let found = if findings.has_errors() || denied { Exit::Found } else { Exit::Fine };
        std::mem::forget((profiles, sources, findings));
        Ok(exit.max(found))
    }
}
