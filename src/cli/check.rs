//! `prefsmith check`: what is wrong with policies and profiles.

use super::common::{
    Disk, Exit, Global, Layers, complain, day, either, judge_from, label, mask, overrides, print, read_start,
    text_options,
};
use super::project::{Found, Run, together};
use super::walk::{Given, has_extension, is_text, walk};
use crate::catalog::Catalog;
use crate::check::{Beside, CheckedPlan, Options, check_beside};
use crate::finding::{Finding, Findings, Severity, Sources};
use crate::plan::{Macs, Plan};
use crate::policy::{Files, macs_of};
use crate::profile::envelope::{Mdm, Member, across, envelope, for_mdm};
use crate::profile::read::{Held, Input, Unknown, budgets, load, plan};
use crate::profile::signature;
use crate::report::findings::{github, gitlab, json, sarif, summary, text};
use anyhow::Result;
use clap::ValueEnum;
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Say what is wrong with policies and profiles
///
/// Files whose names end in .toml are policies; others are configuration profiles or preference files, which their
/// content tells. Of a folder, the .mobileconfig and .plist files at any depth are checked.
///
/// Every finding has a code: `prefsmith explain CODE` tells why it matters and what to write instead. A policy
/// accepts a finding with an [[allow]] that gives the reason. Without FILE, all files of the project are checked.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith check office.toml
  prefsmith check                                      all that prefsmith.toml names
  prefsmith check --deny warnings policies/*.toml
  prefsmith check profiles/                            all profiles of a folder
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
    /// Policies, profiles, preference files, folders of profiles; without them, those of the project
    #[arg(value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// Let warnings count as errors do
    #[arg(long, value_name = "WHAT")]
    deny: Option<Deny>,
    /// The day on which `until` of an [[allow]], deadlines and certificates are judged; none is without it
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<jiff::civil::Date>,
    /// The MDM that is to take the profiles: what it would refuse or drop is an error
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

/// A profile or preference file that was read, with the plan of each of its profiles.
struct Read {
    held: Held,
    plans: Vec<Plan>,
    /// How many bytes it has.
    bytes: usize,
    /// What reading it has found.
    found: Findings,
}

/// A policy that was read: its path, and its plans, its variants' among them, which are checked if it has no errors.
struct Policy {
    path: PathBuf,
    plans: Vec<Result<CheckedPlan, Plan>>,
}

/// Everything that is checked in one call.
struct Batch<'b, 'c> {
    args: &'b Args,
    catalog: &'b Catalog<'c>,
    options: Options,
    macs: Macs,
    sources: Sources,
    findings: Findings,
    unknown: Unknown,
    policies: Vec<Policy>,
    profiles: Vec<Read>,
    allowed: usize,
    exit: Exit,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    let catalog = layers.catalog()?;
    let project = layers.project.as_ref();
    let listed = Found::listed(project, &args.files, &mut findings)?;
    let macs = macs_of(&args.macs, &catalog).map_err(|why| anyhow::anyhow!("--macs: {why}"))?;
    let mut batch = Batch {
        args,
        catalog: &catalog,
        options: Options { today: args.today },
        macs,
        sources,
        findings,
        unknown: Unknown::default(),
        policies: Vec::new(),
        profiles: Vec::new(),
        allowed: 0,
        exit: Exit::Fine,
    };
    let mut done = BTreeSet::new();
    for path in &listed.files {
        batch.path(path, &mut done);
    }
    batch.each_profile();
    batch.policies_together(&listed, project);
    batch.profiles_together();
    let deny = args.deny.is_some() || project.is_some_and(|found| found.project.deny_warnings == Some(true));
    batch.say(global, deny)
}

impl Batch<'_, '_> {
    /// One path of the command line.
    fn path(&mut self, path: &Path, done: &mut BTreeSet<PathBuf>) {
        if !path.is_dir() {
            self.file(path, done);
            return;
        }
        let found = walk(path);
        if found.is_empty() {
            self.fail(path, "no .mobileconfig or .plist file is in this folder");
        }
        for (path, entry) in found {
            match entry {
                Ok(()) => self.file(&path, done),
                Err(error) => self.fail(&path, &error.to_string()),
            }
        }
    }

    fn fail(&mut self, path: &Path, why: &str) {
        complain(&format!("{}: {why}", label(path)));
        self.exit = Exit::Failure;
    }

    fn file(&mut self, path: &Path, done: &mut BTreeSet<PathBuf>) {
        if has_extension(path, &["toml"]) {
            self.policy(&Disk, path);
            return;
        }
        // A profile that is named twice, or in a folder and by itself, is no copy of itself.
        if !done.insert(path.components().collect()) {
            return;
        }
        let bytes = match read_start(path, budgets().bytes) {
            Ok(bytes) => bytes,
            Err(why) => return self.fail(path, &why),
        };
        // What has no extension, such as standard input, may be either.
        if path.extension().is_none() && is_text(&bytes) {
            self.policy(&Given(path, bytes), path);
        } else {
            self.profile(path, &bytes);
        }
    }

    fn policy(&mut self, files: &dyn Files, path: &Path) {
        match judge_from(files, path, self.catalog, &self.options, &mut self.sources) {
            Ok(judged) => {
                self.allowed += judged.allowed;
                self.findings.extend(judged.findings);
                self.policies.push(Policy { path: path.to_owned(), plans: judged.plans });
            }
            Err(why) => self.fail(path, &why),
        }
    }

    fn profile(&mut self, path: &Path, bytes: &[u8]) {
        let label = label(path);
        let input = Input {
            label: &label,
            bytes,
            domain: self.args.domain.as_deref().map(|name| self.catalog.meant(name)),
        };
        let mut found = Findings::new();
        let Some(held) = load(&input, self.catalog, &mut self.sources, &mut found) else {
            self.findings.extend(found.sorted());
            return;
        };
        let mut plans = Vec::new();
        for profile in &held.profiles {
            let mut plan = plan(&held, profile, self.catalog, &mut self.unknown, &mut found);
            plan.macs = self.macs.clone();
            overrides(&plan, self.catalog, &mut found);
            plans.push(plan);
        }
        self.profiles.push(Read { held, plans, bytes: bytes.len(), found });
    }

    /// Each profile for itself, once it is known what the others set.
    fn each_profile(&mut self) {
        let several = self.profiles.iter().map(|read| read.plans.len()).sum::<usize>() > 1;
        let plans = self.profiles.iter().flat_map(|read| &read.plans);
        let beside = if several { Beside::of(plans) } else { Beside::default() };
        for read in &mut self.profiles {
            let mut said = Findings::new();
            envelope(&read.held, &mut said);
            if let Some(message) = &read.held.message {
                said.extend(signature::findings(message, read.held.source, self.options.today));
            }
            for plan in &mut read.plans {
                let found = std::mem::take(&mut read.found);
                let checked = check_beside(std::mem::take(plan), found, self.catalog, &self.options, &beside);
                said.extend(checked.findings);
                *plan = match checked.plan {
                    Ok(plan) => plan.into_inner(),
                    Err(plan) => plan,
                };
            }
            said.extend(std::mem::take(&mut read.found));
            if read.held.signed {
                // What stands inside a signature cannot be edited.
                said = said.into_iter().map(|finding| Finding { fix: None, ..finding }).collect();
            }
            if let Some(target) = self.args.mdm {
                said = for_mdm(target.mdm(), &read.held, read.bytes, said);
            }
            self.findings.extend(said.sorted());
        }
    }

    /// What is said of several policies together.
    fn policies_together(&mut self, listed: &Run, project: Option<&Found>) {
        let mut sound = Vec::new();
        let mut whole = self.args.files.is_empty() && self.policies.len() == listed.policies().count();
        for (number, policy) in self.policies.iter().enumerate() {
            let of = listed.of(&policy.path);
            whole &= policy.plans.iter().all(Result::is_ok);
            sound.extend(policy.plans.iter().flatten().map(|plan| (of, number, &**plan)));
        }
        let across = together(&sound, (project, whole), self.catalog, &self.sources, &self.options);
        self.allowed += across.allowed.len();
        self.findings.extend(across.findings);
    }

    /// What is said of several profiles together.
    fn profiles_together(&mut self) {
        let members: Vec<Member<'_>> = self
            .profiles
            .iter()
            .flat_map(|read| read.held.profiles.iter().zip(&read.plans))
            .map(|(profile, plan)| Member { profile, plan })
            .collect();
        self.findings.extend(across(&members, self.catalog));
        self.findings.extend(self.unknown.finding().into_iter().collect());
    }

    fn say(self, global: &Global, deny: bool) -> Result<Exit> {
        let Self { args, catalog, mut sources, findings, policies, profiles, allowed, exit, .. } = self;
        // A file that several policies extend was read for each.
        let mut findings = findings.distinct(&sources);
        let plans = policies.iter().flat_map(|policy| &policy.plans).map(either);
        let plans: Vec<&Plan> = plans.chain(profiles.iter().flat_map(|read| &read.plans)).collect();
        mask(&plans, catalog, global, &mut sources, &mut findings);
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
        let denied = deny && findings.count(Severity::Warning) > 0;
        Ok(exit.max(if findings.has_errors() || denied { Exit::Found } else { Exit::Fine }))
    }
}
