//! `prefsmith endpoints`: what the apps contact, what settings keep them from, and what to put into a proxy.

mod inputs;
mod route;
mod which;

pub(super) use which::products;

use super::common::{Exit, Global, Layers, label, mask, print, say_findings_and};
use super::completions::{activities, apps, policies};
use crate::catalog::Catalog;
use crate::endpoints::{Network, Selection, changes};
use crate::finding::{Finding, Findings, Origin, Sources};
use crate::policy::macs_of;
use crate::report::endpoints::{
    View, change_csv, change_json, change_table, csv, findings, hosts, html, json, pac, squid, table,
};
use anyhow::{Result, anyhow, ensure};
use clap::ValueEnum;
use clap_complete::ArgValueCompleter;
use inputs::{Input, Reading, Side};
use route::{Way, routes, way};
use std::path::PathBuf;

/// Show what the apps contact, and what a policy keeps them from
///
/// Each address of each activity is contacted, stopped, partly (other apps or builds still do, or it is contacted for
/// fewer reasons) or unknown, and because of what. Without a policy nothing is set. Of a policy, what is enforced
/// counts for certain; of a Mac, what is in effect now.
///
/// The list is Microsoft's of Office 2016: where newer builds may run, every output says so.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith endpoints office.toml
  prefsmith endpoints office.toml --app Word --state contacted,partly
  prefsmith endpoints office.toml --compare office-next.toml    what a change does to the network
  prefsmith endpoints --mac / --section sign-in                 what this Mac contacts to sign in
  prefsmith endpoints --macs Office=16.16.x --format csv > endpoints.csv
  prefsmith endpoints office.toml --format html > network.html
  prefsmith endpoints office.toml --format text --state stopped > stop.txt
  prefsmith endpoints office.toml --format squid > prefsmith.conf
  prefsmith endpoints office.toml --format pac --route 'stopped=PROXY proxy.example.com:3128' > proxy.pac

Exit status:
  0  answered; with --compare: nothing changes
  1  an unknown name, a policy with errors; with --compare: something changes
  2  an input cannot be read, no Mac, an unknown user
  3  something could not be read on which an answer depends")]
pub(super) struct Args {
    /// A policy, a profile, or a folder of profiles; without one, nothing is set
    #[arg(value_name = "POLICY", conflicts_with = "mac", add = ArgValueCompleter::new(policies))]
    policy: Option<PathBuf>,
    /// A Mac instead, as it is set now: a folder shaped like its root (/ itself), or a snapshot
    #[arg(long, value_name = "PATH")]
    mac: Option<PathBuf>,
    /// Whose preferences count; without it those of who is logged in, or of the only user
    #[arg(long, value_name = "NAME", requires = "mac")]
    user: Option<String>,
    /// Show what changes from there to this policy or profile
    #[arg(long, value_name = "POLICY", add = ArgValueCompleter::new(policies))]
    compare: Option<PathBuf>,
    /// A variant of the policy, not the policy itself; of two policies of both, of one that is named twice the second
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// What runs on the Macs of profiles, or without a policy, as its [macs] says it: 'Office=16.80 ..', licence=volume
    #[arg(long, value_name = "PRODUCT=RANGE")]
    macs: Vec<String>,
    /// Only what these apps contact
    #[arg(long, value_name = "APP", value_delimiter = ',', help_heading = "Which", add = ArgValueCompleter::new(apps))]
    app: Vec<String>,
    /// Only these activities
    #[arg(long, value_name = "ACTIVITY", value_delimiter = ',', help_heading = "Which", add = ArgValueCompleter::new(activities))]
    section: Vec<String>,
    /// Only what is in one of these states
    #[arg(long, value_name = "STATE", value_delimiter = ',', help_heading = "Which")]
    state: Vec<StateName>,
    /// How it is written
    #[arg(long, default_value = "table")]
    format: Format,
    /// Stop a host for one activity though another needs it, and say so
    #[arg(long, help_heading = "For proxies")]
    strict: bool,
    /// In a PAC file, the way to hosts that are contacted, stopped, or other: 'stopped=PROXY proxy.example.com:3128'.
    /// Without it DIRECT; what is stopped needs a proxy that answers 403
    #[arg(long, value_name = "WHICH=WAY", value_parser = way, help_heading = "For proxies")]
    route: Vec<Way>,
}

/// The states, as the command line names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StateName {
    /// Some app does, and none is kept away
    Contacted,
    /// Some apps or builds do, or for fewer reasons
    Partly,
    /// Every app is kept away
    Stopped,
    /// No source says
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Table,
    Json,
    /// A line for each address
    Csv,
    /// Hosts, one a line: those that are contacted, or with --state stopped those to stop
    Text,
    /// A proxy auto-configuration file
    Pac,
    /// Access lists for Squid
    Squid,
    /// A page to read and to print
    Html,
}

impl Format {
    /// Whether it is for a proxy.
    fn is_list(self) -> bool {
        matches!(self, Self::Text | Self::Pac | Self::Squid)
    }
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    args.fit()?;
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    let catalog = layers.catalog()?;
    let Some(selection) = which::selection(args, &catalog) else { return Ok(Exit::Found) };
    let macs = macs_of(&args.macs, &catalog).map_err(|why| anyhow!("--macs: {why}"))?;
    let broken = findings.has_errors();
    let mut reading = Reading {
        args,
        catalog: &catalog,
        macs: &macs,
        sources: &mut sources,
        findings: &mut findings,
        broken,
    };
    let variant = args.variant.as_deref();
    // A policy that is named twice is compared with its variant.
    let itself = args.compare.is_some() && args.compare == args.policy;
    let mut first = match &args.mac {
        Some(path) => reading.mac(path)?,
        None => reading.plans(args.policy.as_deref(), variant.filter(|_| !itself))?,
    };
    let second = args.compare.as_deref().map(|path| reading.plans(Some(path), variant)).transpose()?;
    if let Some(second) = &second {
        first.on_macs_of(second, args);
    }
    let broken = reading.broken;
    let inputs: Vec<&Input> = std::iter::once(&first).chain(&second).collect();
    if broken {
        say(args, findings, &inputs, &catalog, global, &sources);
        return Ok(Exit::Found);
    }
    let sides: Vec<Side<'_>> = inputs.iter().map(|input| Side::of(input, &first)).collect();
    let answers: Vec<Network<'_, '_>> = sides.iter().map(|side| side.answer(&catalog)).collect();
    let showing = Showing { catalog: &catalog, selection: &selection, args, global, sources: &sources };
    let undecided = answers.iter().any(|answer| answer.undecided(&selection));
    let mut changed = false;
    match (answers.as_slice(), sides.as_slice()) {
        ([before, after], [one, other]) => {
            let (old, new) = (showing.view(one), showing.view(other));
            changed = !changes(before, after, &selection).is_empty();
            print(&match args.format {
                Format::Json => change_json(before, after, [&old, &new]),
                Format::Csv => change_csv(before, after, &old),
                _ => change_table(before, after, [&old, &new]),
            })?;
        }
        ([answer], [side]) => {
            let view = showing.view(side);
            print(&shown(args, answer, &view)?)?;
            findings.extend(beside(args, answer, &view, side));
        }
        _ => {}
    }
    say(args, findings, &inputs, &catalog, global, &sources);
    Ok(match (changed, undecided) {
        (true, _) => Exit::Found,
        (false, true) => Exit::Undecided,
        (false, false) => Exit::Fine,
    })
}

impl Args {
    /// Refuses what has no meaning together.
    fn fit(&self) -> Result<()> {
        if self.compare.is_some() {
            let told = matches!(self.format, Format::Table | Format::Json | Format::Csv);
            ensure!(told, "--compare is written as a table, as json or as csv");
        }
        let lists = self.format.is_list() || self.format == Format::Json;
        ensure!(!self.strict || lists, "--strict is about lists for proxies: text, pac, squid, json");
        ensure!(
            self.route.is_empty() || self.format == Format::Pac,
            "--route is about PAC files: --format pac"
        );
        if self.format == Format::Text && self.state.contains(&StateName::Stopped) {
            let alone = self.state.iter().all(|state| *state == StateName::Stopped);
            ensure!(
                alone,
                "a list of hosts is either to stop or to let through: --state stopped stands alone"
            );
        }
        Ok(())
    }

    /// What the input is called in hints.
    fn check(&self) -> String {
        let paths: Vec<String> = self.policy.iter().chain(&self.compare).map(|path| label(path)).collect();
        format!("prefsmith check {}", paths.join(" "))
    }
}

/// What every view of a run has.
struct Showing<'s, 'c> {
    catalog: &'s Catalog<'c>,
    selection: &'s Selection,
    args: &'s Args,
    global: &'s Global,
    sources: &'s Sources,
}

impl<'s, 'c> Showing<'s, 'c> {
    fn view(&self, side: &'s Side<'s>) -> View<'s, 'c> {
        View {
            name: side.name().to_owned(),
            asked: side.asked(self.sources),
            catalog: self.catalog,
            selection: self.selection,
            strict: self.args.strict,
            show_secrets: self.global.show_secrets,
        }
    }
}

/// The answer in its format.
fn shown(args: &Args, answer: &Network<'_, '_>, view: &View<'_, '_>) -> Result<String> {
    Ok(match args.format {
        Format::Table => table(answer, view),
        Format::Json => json(answer, view),
        Format::Csv => csv(answer, view),
        Format::Html => html(answer, view)?,
        Format::Text => hosts(answer, view),
        Format::Squid => squid(answer, view),
        Format::Pac => pac(answer, view, &routes(&args.route)).ok_or_else(|| {
            anyhow!(
                "what is stopped needs a proxy that answers 403: name it with --route \
                 'stopped=PROXY proxy.example.com:3128' (`--format squid` writes the lists of one), or leave it out \
                 with --state contacted,partly,unknown"
            )
        })?,
    })
}

/// What is said beside a list for a program, which has no place for it.
fn beside(args: &Args, answer: &Network<'_, '_>, view: &View<'_, '_>, side: &Side<'_>) -> Findings {
    let mut found = Findings::new();
    if args.format.is_list() {
        let own = findings(answer, view, args.format != Format::Text);
        for finding in own.into_iter() {
            found.push(match side.source() {
                Some(source) => finding.at(Origin::Whole(source), ""),
                None => finding,
            });
        }
    }
    if args.format.is_list() || args.format == Format::Csv {
        for newer in answer.newer(view.selection) {
            let finding = Finding::new("old-endpoints", newer.says());
            found.push(match side.macs() {
                Some(origin) => finding.at(origin.clone(), ""),
                None => finding,
            });
        }
    }
    found
}

/// Says on standard error what is to be said. It hides secrets in sources of its own.
fn say(
    args: &Args,
    mut findings: Findings,
    inputs: &[&Input],
    catalog: &Catalog<'_>,
    global: &Global,
    sources: &Sources,
) {
    if findings.is_empty() {
        return;
    }
    let mut sources = sources.clone();
    let plans: Vec<_> = inputs.iter().flat_map(|input| input.plans()).collect();
    mask(&plans, catalog, global, &mut sources, &mut findings);
    let sorted = findings.sorted().distinct(&sources);
    // Its notes are about the answer: no other command shows them.
    say_findings_and(&Findings::new(), sorted, 0, &sources, &args.check());
}
