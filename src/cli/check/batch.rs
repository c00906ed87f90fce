//! Everything that is checked in one call: which files there are, and what is said of several together.

use super::Args;
use super::profiles::{Entry, Read, Reader};
use crate::catalog::Catalog;
use crate::check::{CheckedPlan, Options};
use crate::cli::common::{Disk, Exit, Global, complain, judge_from, label, read_start};
use crate::cli::jobs::{Ask, Job, jobs};
use crate::cli::project::{Found, Run, together};
use crate::cli::several;
use crate::cli::walk::{Given, POLICIES, PROFILES, is_policy, is_project, is_text, nothing, walk};
use crate::finding::{Finding, Findings, Sources};
use crate::plan::{Macs, Plan};
use crate::policy::{Files, MAX_BYTES};
use crate::profile::envelope::{Member, across};
use crate::profile::read::{Unknown, budgets};
use crate::project::Project;
use crate::report::secrets::InText;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A policy that was read: its path, and its plans, its variants' among them, which are checked if it has no errors.
pub(super) struct Policy {
    pub path: PathBuf,
    pub plans: Vec<Result<CheckedPlan, Plan>>,
}

/// Everything that is checked in one call.
pub(super) struct Batch<'b, 'c> {
    pub args: &'b Args,
    pub catalog: &'b Catalog<'c>,
    pub options: Options,
    pub sources: Sources,
    pub findings: Findings,
    pub unknown: Unknown,
    pub policies: Vec<Policy>,
    pub profiles: Vec<Read>,
    pub allowed: usize,
    pub exit: Exit,
    /// The secrets in the texts of profiles, if they are to be hidden.
    pub secrets: Vec<InText>,
    /// Whether they are.
    hide: bool,
    macs: Macs,
    /// Profiles that were named and not yet read: they are read side by side.
    waiting: Vec<(PathBuf, Option<Vec<u8>>)>,
    /// Whether anything can be named twice.
    several: bool,
    /// What was named already.
    done: BTreeSet<OsString>,
}

impl<'b, 'c> Batch<'b, 'c> {
    pub fn new(
        (args, global): (&'b Args, &Global),
        catalog: &'b Catalog<'c>,
        macs: Macs,
        sources: Sources,
        findings: Findings,
    ) -> Self {
        Self {
            args,
            catalog,
            options: Options { today: args.today },
            sources,
            findings,
            unknown: Unknown::default(),
            policies: Vec::new(),
            profiles: Vec::new(),
            allowed: 0,
            exit: Exit::Fine,
            secrets: Vec::new(),
            hide: !global.show_secrets,
            macs,
            waiting: Vec::new(),
            several: false,
            done: BTreeSet::new(),
        }
    }

    /// Reads what was named.
    pub fn files(&mut self, named: &[PathBuf], project: Option<&Found>) {
        let endings = [POLICIES, PROFILES].concat();
        self.several = named.len() > 1;
        for path in named {
            if !path.is_dir() {
                self.file(path, project);
                continue;
            }
            let walked = walk(path, &endings);
            // What is said of files stands in the order in which they were named.
            if walked.files.is_empty() || !walked.refused.is_empty() {
                self.read_waiting();
            }
            if walked.files.is_empty() && walked.refused.is_empty() {
                self.fail(path, &nothing(&endings));
            }
            for (path, why) in walked.refused {
                self.fail(&path, &why);
            }
            let left_out = project.map(Found::left_out);
            for path in
                walked.files.into_iter().filter(|path| !left_out.as_ref().is_some_and(|out| out.has(path)))
            {
                self.file(&path, project);
            }
        }
        self.read_waiting();
    }

    fn fail(&mut self, path: &Path, why: &str) {
        complain(&format!("{}: {why}", label(path)));
        self.exit = Exit::Failure;
    }

    fn file(&mut self, path: &Path, project: Option<&Found>) {
        if is_policy(path) {
            self.read_waiting();
            if is_project(path) {
                self.project(path, project);
            } else {
                self.policy(&Disk, path);
            }
            return;
        }
        // A profile that is named twice, or in a folder and by itself, is no copy of itself. In one folder, none is.
        if self.several && !self.done.insert(path.components().collect::<PathBuf>().into_os_string()) {
            return;
        }
        if path.extension().is_some() {
            self.waiting.push((path.to_owned(), None));
            return;
        }
        // What has no extension, such as standard input, may be either.
        match read_start(path, budgets().bytes) {
            Ok(bytes) if is_text(&bytes) => {
                self.read_waiting();
                self.policy(&Given(path, bytes), path);
            }
            Ok(bytes) => self.waiting.push((path.to_owned(), Some(bytes))),
            Err(why) => self.fail(path, &why),
        }
    }

    /// A project file that was named, as a hook names what changed: only what it says itself is looked at.
    fn project(&mut self, path: &Path, project: Option<&Found>) {
        // The one that counts was looked at in the beginning.
        if project.is_some_and(|found| found.is_at(path)) {
            return;
        }
        match crate::cli::common::read_text(path, MAX_BYTES) {
            Ok(text) => {
                let source = self.sources.add(label(path), text.clone());
                Project::read(source, &text, &mut self.findings);
            }
            Err(why) => self.fail(path, &why),
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

    fn reader(&self) -> Reader<'b, 'c> {
        let Self { args, catalog, .. } = *self;
        let domain = args.domain.as_deref().map(|name| catalog.meant(name));
        let mdm = args.mdm.map(super::Target::mdm);
        let (macs, options) = (self.macs.clone(), self.options.clone());
        Reader { catalog, domain, macs, mdm, options, hide: self.hide }
    }

    /// Reads the profiles that wait.
    fn read_waiting(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let entry = |(path, bytes): (PathBuf, Option<Vec<u8>>)| {
            let name = label(&path);
            Entry { source: self.sources.add(name.clone(), ""), name, path, bytes }
        };
        let entries: Vec<Entry> = waiting.into_iter().map(entry).collect();
        let reader = self.reader();
        for result in reader.read_all(entries) {
            match result {
                Ok(opened) => {
                    self.sources.rename(opened.source, opened.name);
                    self.sources.fill(opened.source, opened.text);
                    self.unknown.extend(opened.unknown);
                    self.secrets.extend(opened.secrets);
                    self.findings.extend(opened.found);
                    self.profiles.extend(opened.read);
                }
                Err((path, why)) => self.fail(&path, &why),
            }
        }
    }

    /// Says what there is to say.
    pub fn judge(&mut self, listed: &Run, project: Option<&Found>) -> Result<()> {
        self.unheard()?;
        let profiles = std::mem::take(&mut self.profiles);
        for (read, said) in self.reader().judge_all(profiles) {
            self.findings.extend(said);
            self.profiles.push(read);
        }
        self.targets(listed, project);
        self.policies_together(listed, project);
        self.profiles_together();
        Ok(())
    }

    /// Options that only profiles hear.
    fn unheard(&self) -> Result<()> {
        let (mdm, macs) = (self.args.mdm.is_some(), !self.args.macs.is_empty());
        if self.policies.is_empty() || !(mdm || macs) {
            return Ok(());
        }
        let mut said = Vec::new();
        if macs {
            said.push("--macs is about profiles: a policy says it in [macs]");
        }
        if mdm {
            said.push(
                "--for is about profiles: of a policy, `prefsmith build` tells what a target cannot carry",
            );
        }
        anyhow::ensure!(!self.profiles.is_empty(), "{}", said.join("; "));
        said.iter().for_each(|sentence| complain(sentence));
        Ok(())
    }

    /// What the targets of the project cannot carry, as `prefsmith build` would say it.
    fn targets(&mut self, listed: &Run, project: Option<&Found>) {
        let mut plans: BTreeMap<PathBuf, Vec<&CheckedPlan>> = BTreeMap::new();
        for Policy { path, plans: own } in
            self.policies.iter().filter(|policy| listed.of(&policy.path).is_some())
        {
            // What is wrong in one of them keeps all of them from being built.
            if let Ok(own) = own.iter().map(Result::as_ref).collect() {
                plans.insert(path.clone(), own);
            }
        }
        let policies: Vec<PathBuf> = plans.keys().cloned().collect();
        if policies.is_empty() {
            return;
        }
        let jobs = match jobs(&Ask { policies: &policies, ..Ask::default() }, project, listed) {
            Ok(jobs) => jobs,
            Err(error) => {
                complain(&format!("{error:#}"));
                self.exit = Exit::Failure;
                return;
            }
        };
        let catalog = self.catalog;
        let said = several::each(jobs, |job| {
            let plans = plans.get(&job.policy).map_or(&[][..], Vec::as_slice);
            plans.iter().map(|plan| job_findings(&job, plan, catalog)).collect::<Vec<_>>()
        });
        for (said, accepted) in said.into_iter().flatten() {
            self.allowed += accepted.len();
            self.findings.extend(said);
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
        let beside: Vec<&Plan> = self.profiles.iter().flat_map(|read| &read.plans).collect();
        let across = together(&sound, &beside, (project, whole), self.catalog, &self.sources, &self.options);
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
}

/// What a build of one plan says beside its artefacts: what is left, and what is accepted.
fn job_findings(job: &Job<'_>, plan: &CheckedPlan, catalog: &Catalog<'_>) -> (Findings, Vec<Finding>) {
    let stem = job.stem_of(plan);
    let keep = job.keep.as_ref().filter(|_| plan.identity.variant.is_none());
    let mut said = Findings::new();
    let cut = job.by_build.then(|| plan.clone().by_build(catalog, &mut said));
    let plan = cut.as_ref().unwrap_or(plan);
    let request = job.request((plan, &stem), catalog, keep, &[]);
    for target in &job.targets {
        target.emit(&request, &mut said);
    }
    plan.accept(said)
}
