//! `prefsmith build`: compile policies.

use super::common::{
    Exit, Global, Judged, Layers, complain, day, either, judge, label, print, say_findings, say_findings_and,
};
use super::completions::{self, policies};
use super::jobs::{Ask, Job, jobs};
use super::previous;
use super::project::{Found, together};
use super::several;
use super::walk::{POLICIES, walk};
use crate::catalog::Catalog;
use crate::check::{CheckedPlan, Options};
use crate::emit::{Artefact, builds_page, manifest};
use crate::finding::{Findings, Sources};
use crate::output::{CommitOptions, FileEntry, commit, compare};
use crate::plan::Identity;
use crate::policy::normal;
use crate::profile::{Form, Kept};
use crate::report::secrets::Secrets;
use anyhow::{Context as _, Result, anyhow};
use clap::ValueEnum;
use clap_complete::ArgValueCompleter;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Compile policies
///
/// The same policy gives the same bytes, anywhere and on any day. All files of a policy are written, or none;
/// files that prefsmith did not write, or that were edited since, are left alone without --force. Without POLICY, all
/// policies of the project are built, as prefsmith.toml says; options of the command line win over it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith build office.toml                         out/office/office.mobileconfig
  prefsmith build office.toml --split --out dist      one profile for each domain
  prefsmith build policies/*.toml --out dist          dist/<name> for each
  prefsmith build office.toml --by-build              one profile for each range of builds
  prefsmith build --check                             all that prefsmith.toml names, in a CI job
  prefsmith build office.toml --target defaults       scripts, into out/office/defaults
  prefsmith build office.toml --check                 are the files in out/office up to date?

Exit status:
  0  built, or up to date
  1  the policy has errors, or --check found differences
  2  a file cannot be read or written")]
pub(super) struct Args {
    /// Policies, or folders of them; without them, those of the project
    #[arg(value_name = "POLICY|DIR", add = ArgValueCompleter::new(policies))]
    pub policies: Vec<PathBuf>,
    /// Where to write; several policies, or those of the project: a folder for each in it [default: out]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// For whom: names of targets, or `all` [default: mobileconfig]
    #[arg(long, value_name = "T,…", value_delimiter = ',', add = ArgValueCompleter::new(completions::targets))]
    pub target: Vec<String>,
    /// Write nothing; say whether the files are up to date
    #[arg(long)]
    check: bool,
    /// How profiles carry preferences [default: mcx]
    #[arg(long)]
    pub form: Option<FormName>,
    /// One profile for each domain
    #[arg(long)]
    pub split: bool,
    /// A profile of its own for what only some builds read, and who gets which
    #[arg(long)]
    pub by_build: bool,
    /// The manifest of an earlier build: say what left the policy since, and let remove.sh take it back
    #[arg(long, value_name = "MANIFEST")]
    previous: Option<PathBuf>,
    /// Keep the identifiers and UUIDs of a profile that is deployed already
    #[arg(long, value_name = "PROFILE", conflicts_with = "split")]
    pub keep_identifiers_from: Option<PathBuf>,
    /// Replace files that prefsmith did not write, or that were edited since
    #[arg(long)]
    force: bool,
    /// The day on which `until` of an [[allow]] and deadlines are judged; none is without it
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<jiff::civil::Date>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum FormName {
    /// Inside com.apple.ManagedClient.preferences
    Mcx,
    /// As payloads of the domains' own names
    Domain,
}

impl From<FormName> for Form {
    fn from(name: FormName) -> Self {
        match name {
            FormName::Mcx => Self::Mcx,
            FormName::Domain => Self::Domain,
        }
    }
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    let project = layers.project.as_ref();
    let named = named(&args.policies, project)?;
    let listed = Found::listed(project, &named, &mut findings)?;
    say_findings(&findings, 0, &sources, "prefsmith check");
    if findings.has_errors() {
        return Ok(Exit::Found);
    }
    let ask = Ask {
        policies: &named,
        out: args.out.as_deref(),
        target: &args.target,
        form: args.form.map(Form::from),
        split: args.split,
        by_build: args.by_build,
        keep_identifiers_from: args.keep_identifiers_from.as_deref(),
    };
    let jobs = jobs(&ask, project, &listed)?;
    let catalog = layers.catalog()?;
    let mut build = Build { args, catalog: &catalog, sources, secrets: Secrets::default() };
    build.all(&jobs, global, project)
}

/// The policies of the command line, those of folders by name, without what the project leaves out.
fn named(paths: &[PathBuf], project: Option<&Found>) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let files = walk(path, POLICIES).all(path, POLICIES).map_err(|why| anyhow!("{why}"))?;
            let left_out = project.map(Found::left_out);
            found
                .extend(files.into_iter().filter(|file| !left_out.as_ref().is_some_and(|out| out.has(file))));
        } else {
            found.push(path.clone());
        }
    }
    Ok(found)
}

struct Build<'b, 'c> {
    args: &'b Args,
    catalog: &'b Catalog<'c>,
    sources: Sources,
    secrets: Secrets,
}

impl Build<'_, '_> {
    /// Judges all policies, then builds those that are sound.
    fn all(&mut self, jobs: &[Job<'_>], global: &Global, project: Option<&Found>) -> Result<Exit> {
        let options = Options { today: self.args.today };
        let mut all: Vec<Result<Judged, String>> =
            jobs.iter().map(|job| judge(&job.policy, self.catalog, &options, &mut self.sources)).collect();
        let (mut sound, mut plans, mut every) = (Vec::new(), Vec::new(), Vec::new());
        let mut good = 0;
        for (number, (job, judged)) in jobs.iter().zip(&all).enumerate() {
            let Ok(judged) = judged else { continue };
            every.extend(judged.plans.iter().map(either));
            good += usize::from(judged.plans.iter().all(Result::is_ok));
            for plan in judged.plans.iter().flatten() {
                sound.push(number);
                plans.push((job.listed, number, &**plan));
            }
        }
        let whole = self.args.policies.is_empty() && good == jobs.len();
        let across = together(&plans, &[], (project, whole), self.catalog, &self.sources, &options);
        if !global.show_secrets {
            let said = all.iter().flatten().flat_map(|judged| judged.findings.iter());
            let said: Findings = said.chain(across.findings.iter()).cloned().collect();
            self.secrets = Secrets::find(&self.sources, &every, &said, self.catalog);
        }
        for judged in all.iter_mut().flatten() {
            let findings = std::mem::take(&mut judged.findings);
            judged.findings = self.secrets.hide(findings, &self.sources);
        }
        let findings = self.secrets.hide(across.findings, &self.sources);
        self.secrets.mask(&mut self.sources);
        let named = self.args.policies.iter().map(|path| format!(" {}", label(path)));
        let command = format!("prefsmith check{}{}", global.again(), named.collect::<String>());
        say_findings(&findings, across.allowed.len(), &self.sources, &command);
        let refused: BTreeSet<usize> =
            across.refused.iter().filter_map(|at| sound.get(*at)).copied().collect();
        let mut exit = Exit::Fine;
        for (number, (job, judged)) in jobs.iter().zip(all).enumerate() {
            // One policy that fails does not keep the others from being built.
            let built = judged
                .map_err(|why| anyhow!("{}: {why}", label(&job.policy)))
                .and_then(|judged| self.one(job, judged, refused.contains(&number)));
            exit = exit.max(built.unwrap_or_else(|error| {
                complain(&format!("{error:#}"));
                Exit::Failure
            }));
        }
        Ok(exit.max(self.left_over(jobs, project)?))
    }

    /// Tells of builds in the project's folder for outputs whose policies are gone. Nothing is removed: it may be that
    /// only the name of a policy has changed.
    fn left_over(&self, jobs: &[Job<'_>], project: Option<&Found>) -> Result<Exit> {
        let all = self.args.policies.is_empty() && self.args.out.is_none();
        let Some(out) = project.filter(|_| all).map(Found::out) else { return Ok(Exit::Fine) };
        let place = |path: &Path| normal(&label(path)).to_lowercase();
        let known: BTreeSet<String> = jobs.iter().map(|job| place(&job.folder)).collect();
        let mut folders: Vec<PathBuf> = std::fs::read_dir(&out)
            .map(|entries| entries.filter_map(Result::ok).map(|entry| entry.path()).collect())
            .unwrap_or_default();
        folders.sort();
        folders.retain(|folder| !known.contains(&place(folder)) && previous::is_build(folder));
        if folders.is_empty() {
            return Ok(Exit::Fine);
        }
        for folder in &folders {
            let sentence = format!("{}: no policy of the project is built into it any more", label(folder));
            if self.args.check { print(&format!("{sentence}\n"))? } else { complain(&sentence) }
        }
        Ok(if self.args.check { Exit::Found } else { Exit::Fine })
    }

    /// Builds one policy; `refused`: unless an error about it and others was told.
    fn one(&self, job: &Job<'_>, judged: Judged, refused: bool) -> Result<Exit> {
        let (policy, folder) = (job.policy.as_path(), job.folder.as_path());
        let Judged { findings, mut allowed, plans, base } = judged;
        let command = format!("prefsmith check {}", label(policy));
        let mut plans = match plans.into_iter().collect::<Result<Vec<CheckedPlan>, _>>() {
            Ok(plans) if !refused => plans,
            _ => {
                say_findings(&findings, allowed, &self.sources, &command);
                complain(&format!("nothing was written for {}", label(policy)));
                return Ok(Exit::Found);
            }
        };
        // What only a build can say is not what `check` would show, so its notes are not just counted.
        let mut own = Findings::new();
        let mut artefacts: Vec<Artefact> = Vec::new();
        for plan in &mut plans {
            let mut said = Findings::new();
            if job.by_build {
                *plan = plan.clone().by_build(self.catalog, &mut said);
            }
            artefacts.extend(self.artefacts(job, plan, &mut said)?);
            let (said, accepted) = plan.accept(said);
            allowed += accepted.len();
            own.extend(said);
        }
        let own = self.secrets.hide(own.sorted(), &self.sources);
        let refused = own.has_errors();
        say_findings_and(&findings, own, allowed, &self.sources, &command);
        if refused {
            complain(&format!("nothing was written for {}", label(policy)));
            return Ok(Exit::Found);
        }
        let content = |files: &[FileEntry]| {
            let files: Vec<_> = files
                .iter()
                .map(|file| (file.path.as_str().to_owned(), file.sha256.clone(), file.target.clone()))
                .collect();
            let plans: Vec<&CheckedPlan> = plans.iter().collect();
            manifest(&plans, self.catalog, &self.sources, &base, &files)
        };
        if self.args.check {
            self.compare(folder, &artefacts, &content)
        } else {
            self.write(folder, &artefacts, &content)
        }
    }

    /// What the targets make of one plan: of the policy itself, or of a variant.
    fn artefacts(&self, job: &Job<'_>, plan: &CheckedPlan, own: &mut Findings) -> Result<Vec<Artefact>> {
        let left = match &self.args.previous {
            Some(path) => {
                let renamed = job.keep.is_none() && plan.identity.keep_identifiers_from.is_none();
                previous::left(path, plan, self.catalog, renamed, own)?
            }
            None => {
                // What left since the last build into this folder is told, and nothing else: files must not depend
                // on what lies there.
                let last = job.folder.join("manifest.json");
                if !self.args.check && last.is_file() {
                    let mut said = Findings::new();
                    if previous::left(&last, plan, self.catalog, false, &mut said).is_ok() {
                        own.extend(said);
                    }
                }
                Vec::new()
            }
        };
        // One deployed profile has one successor.
        let itself = plan.identity.variant.is_none();
        let own_keep = keep_of_policy(job, &job.policy, &plan.identity)?;
        let stem = job.stem_of(plan);
        let keep = job.keep.as_ref().filter(|_| itself).or(own_keep.as_ref());
        let request = job.request((plan, &stem), self.catalog, keep, &left);
        let mut artefacts = Vec::new();
        let made = several::each(job.targets.iter().collect(), |target| {
            let mut said = Findings::new();
            (target.emit(&request, &mut said), said)
        });
        for (files, said) in made {
            artefacts.extend(files);
            own.extend(said);
        }
        artefacts.extend(builds_page(&request, &artefacts, own));
        Ok(artefacts)
    }

    fn write(
        &self,
        folder: &Path,
        artefacts: &[Artefact],
        content: &dyn Fn(&[FileEntry]) -> Vec<u8>,
    ) -> Result<Exit> {
        for artefact in artefacts {
            if let Some(sentence) = previous::renamed(folder, artefact) {
                complain(&sentence);
            }
        }
        let changes = commit(folder, artefacts, content, &CommitOptions { force: self.args.force })?;
        for sentence in [&changes.mended, &changes.left_over].into_iter().flatten() {
            complain(sentence);
        }
        let mut text = String::new();
        for (word, files) in
            [("wrote", &changes.written), ("unchanged", &changes.unchanged), ("removed", &changes.removed)]
        {
            for file in files {
                let _ = writeln!(text, "{word:<10}{}/{file}", label(folder));
            }
        }
        print(&text)?;
        Ok(Exit::Fine)
    }

    fn compare(
        &self,
        folder: &Path,
        artefacts: &[Artefact],
        content: &dyn Fn(&[FileEntry]) -> Vec<u8>,
    ) -> Result<Exit> {
        let differences = compare(folder, artefacts, content)?;
        let mut text = String::new();
        for difference in &differences {
            let _ = writeln!(text, "{difference}");
        }
        if differences.is_empty() {
            let _ = writeln!(text, "{} is up to date", label(folder));
        }
        print(&text)?;
        Ok(if differences.is_empty() { Exit::Fine } else { Exit::Found })
    }
}

/// The identifiers that the policy itself says are to stay; the command line and the project file win over it.
fn keep_of_policy(job: &Job<'_>, policy: &Path, identity: &Identity) -> Result<Option<Kept>> {
    let Some((path, _)) = &identity.keep_identifiers_from else { return Ok(None) };
    if job.keep.is_some() {
        return Ok(None);
    }
    if job.split {
        let sentence = "`keep-identifiers-from` is of no use with --split: no part of it was ever deployed";
        complain(&format!("{}: {sentence}", label(policy)));
        return Ok(None);
    }
    let path = policy.parent().unwrap_or(Path::new("")).join(path);
    let kept = previous::identifiers(&path);
    kept.map(Some).with_context(|| format!("{}: keep-identifiers-from", label(policy)))
}
