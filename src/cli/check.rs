//! `prefsmith check`: what is wrong with policies and profiles.

use super::common::{
    Disk, Exit, Global, Judged, Layers, complain, day, either, judge_from, label, mask, overrides, print,
    read_start, text_of, text_options,
};
use crate::catalog::Catalog;
use crate::check::{Beside, Options, check_beside, same_id, twice};
use crate::finding::{Findings, Severity, Sources};
use crate::plan::{Macs, Plan};
use crate::policy::{Files, macs_of};
use crate::profile::envelope::{Mdm, Member, across, envelope, for_mdm};
use crate::profile::read::{Held, Input, Unknown, budgets, load, plan};
use crate::report::findings::{github, json, sarif, summary, text};
use anyhow::Result;
use clap::ValueEnum;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::DirEntry;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Say what is wrong with policies and profiles
///
/// Files whose names end in .toml are policies; others are configuration profiles or preference files, which their
/// content tells. Of a folder, the .mobileconfig and .plist files at any depth are checked.
///
/// Every finding has a code: `prefsmith explain CODE` tells why it matters and what to write instead. A policy
/// accepts a finding with an [[allow]] that gives the reason.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith check office.toml
  prefsmith check --deny warnings policies/*.toml
  prefsmith check profiles/                            all profiles of a folder
  prefsmith check --for jamf office.mobileconfig       and whether Jamf Pro would take it
  prefsmith check --macs 'Office=16.80 ..' office.mobileconfig
  prefsmith check --format github policies/*.toml      annotations in a GitHub job
  prefsmith check --format json office.toml | jq '.findings[].code'

Exit status:
  0  no errors, and with --deny warnings no warnings
  1  there are some
  2  a file cannot be opened")]
pub(super) struct Args {
    /// Policies, profiles, preference files, folders of profiles
    #[arg(required = true, value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// Let warnings count as errors do
    #[arg(long, value_name = "WHAT")]
    deny: Option<Deny>,
    /// The day on which `until` of an [[allow]] and deadlines are judged; none is without it
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

/// Everything that is checked in one call.
struct Batch<'b, 'c> {
    args: &'b Args,
    catalog: &'b Catalog<'c>,
    options: Options,
    macs: Macs,
    sources: Sources,
    findings: Findings,
    unknown: Unknown,
    policies: Vec<Judged>,
    profiles: Vec<Read>,
    allowed: usize,
    exit: Exit,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    let catalog = layers.catalog()?;
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
    for path in &args.files {
        batch.path(path, &mut done);
    }
    batch.together();
    batch.say(global)
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
            Ok(mut judged) => {
                self.allowed += judged.checked.allowed.len();
                self.findings.extend(std::mem::take(&mut judged.checked.findings));
                self.policies.push(judged);
            }
            Err(why) => self.fail(path, &why),
        }
    }

    fn profile(&mut self, path: &Path, bytes: &[u8]) {
        let label = label(path);
        let input = Input { label: &label, bytes, domain: self.args.domain.as_deref() };
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
            if let Some(target) = self.args.mdm {
                said = for_mdm(target.mdm(), &read.held, read.bytes, said);
            }
            self.findings.extend(said.sorted());
        }
    }

    /// What is said of several files together.
    fn together(&mut self) {
        self.each_profile();
        let good = self.policies.iter().filter_map(|policy| policy.checked.plan.as_ref().ok());
        let good: Vec<&Plan> = good.map(|plan| &**plan).collect();
        self.findings.extend(same_id(&good));
        self.findings.extend(twice(&good, self.catalog));
        let members: Vec<Member<'_>> = self
            .profiles
            .iter()
            .flat_map(|read| read.held.profiles.iter().zip(&read.plans))
            .map(|(profile, plan)| Member { profile, plan })
            .collect();
        self.findings.extend(across(&members, self.catalog));
        self.findings.extend(self.unknown.finding().into_iter().collect());
    }

    fn say(self, global: &Global) -> Result<Exit> {
        let Self { args, catalog, mut sources, findings, policies, profiles, allowed, exit, .. } = self;
        // A file that several policies extend was read for each.
        let mut findings = findings.distinct(&sources);
        let plans = policies.iter().map(|policy| either(&policy.checked.plan));
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
        }
        let denied = args.deny.is_some() && findings.count(Severity::Warning) > 0;
        Ok(exit.max(if findings.has_errors() || denied { Exit::Found } else { Exit::Fine }))
    }
}

/// One file that was read already, and the disk for what it extends.
struct Given<'p>(&'p Path, Vec<u8>);

impl Files for Given<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        if path == label(self.0) { text_of(self.1.clone()) } else { Disk.read(path) }
    }
}

/// Whether bytes are text that is neither XML, a signature in base64 nor wide: what a policy can be.
fn is_text(bytes: &[u8]) -> bool {
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    let other = body.starts_with(b"bplist") || body.starts_with(b"-----BEGIN") || first == Some(&b'<');
    !other && !body.contains(&0) && std::str::from_utf8(body).is_ok()
}

fn has_extension(path: &Path, wanted: &[&str]) -> bool {
    let of = path.extension().and_then(|extension| extension.to_str());
    of.is_some_and(|of| wanted.iter().any(|wanted| of.eq_ignore_ascii_case(wanted)))
}

/// The profiles and preference files of a folder and of those in it, in the order of their names, and what could not
/// be looked into. What is hidden is skipped, and folders behind symlinks are not entered.
fn walk(folder: &Path) -> BTreeMap<PathBuf, std::io::Result<()>> {
    let mut open = vec![folder.to_owned()];
    let mut found = BTreeMap::new();
    while let Some(folder) = open.pop() {
        let entries = std::fs::read_dir(&folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
        match entries {
            Ok(entries) => {
                let shown = |entry: &DirEntry| !entry.file_name().to_string_lossy().starts_with('.');
                for entry in entries.into_iter().filter(shown) {
                    let path = entry.path();
                    match entry.file_type() {
                        Ok(kind) if kind.is_dir() => open.push(path),
                        _ if has_extension(&path, &["mobileconfig", "plist"]) && path.is_file() => {
                            found.insert(path, Ok(()));
                        }
                        _ => {}
                    }
                }
            }
            Err(error) => {
                found.insert(folder, Err(error));
            }
        }
    }
    found
}
