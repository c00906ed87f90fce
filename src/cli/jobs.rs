//! What `build` is to do, policy by policy: from the command line, else the project's `[[policy]]`, else its `[build]`.

use super::common::label;
use super::previous;
use super::project::{Found, Listed, Run};
use crate::catalog::Catalog;
use crate::check::CheckedPlan;
use crate::document::nearest;
use crate::emit::{Left, Request, TARGETS, Target, target};
use crate::policy::normal;
use crate::profile::{Form, Kept};
use crate::project::Own;
use crate::value::FileName;
use anyhow::{Context as _, Result, anyhow, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the command line asks for.
#[derive(Default)]
pub(super) struct Ask<'a> {
    /// Policies; none: those of the project.
    pub policies: &'a [PathBuf],
    /// Where to write.
    pub out: Option<&'a Path>,
    /// Names of targets.
    pub target: &'a [String],
    /// How profiles carry preferences.
    pub form: Option<Form>,
    /// One profile for each domain.
    pub split: bool,
    /// A profile for each range of builds.
    pub by_build: bool,
    /// The profile whose identifiers are kept.
    pub keep_identifiers_from: Option<&'a Path>,
}

/// One policy, and how it is built.
pub(super) struct Job<'r> {
    /// The policy, from the current folder.
    pub policy: PathBuf,
    /// What the project says of it.
    pub listed: Option<&'r Listed>,
    /// Its name without what follows the last dot: what its files are called.
    pub stem: String,
    /// The folder to write into.
    pub folder: PathBuf,
    /// For whom.
    pub targets: Vec<&'static dyn Target>,
    /// How profiles carry preferences.
    pub form: Form,
    /// One profile for each domain.
    pub split: bool,
    /// A profile for each range of builds.
    pub by_build: bool,
    /// The identifiers that are kept.
    pub keep: Option<Kept>,
}

impl Job<'_> {
    /// What files of one of its plans are called: those of a variant have its name behind the policy's.
    pub fn stem_of(&self, plan: &CheckedPlan) -> String {
        match &plan.identity.variant {
            Some(variant) => format!("{}.{variant}", self.stem),
            None => self.stem.clone(),
        }
    }

    /// What its targets are asked for; the plan comes with its [`Job::stem_of`].
    pub fn request<'q, 'c>(
        &'q self,
        (plan, stem): (&'q CheckedPlan, &'q str),
        catalog: &'q Catalog<'c>,
        keep: Option<&'q Kept>,
        left: &'q [Left],
    ) -> Request<'q, 'c> {
        Request {
            plan,
            catalog,
            stem,
            form: self.form,
            split: self.split,
            keep,
            left,
            scripts: self.targets.iter().any(|target| target.name() == "defaults"),
        }
    }
}

/// The jobs of a run.
///
/// # Errors
/// What the command line asks for does not go together, or a profile whose identifiers are kept cannot be read.
pub(super) fn jobs<'r>(args: &Ask<'_>, project: Option<&Found>, run: &'r Run) -> Result<Vec<Job<'r>>> {
    let policies: Vec<&PathBuf> = match args.policies.is_empty() {
        true => run.policies().collect(),
        false => args.policies.iter().collect(),
    };
    if args.keep_identifiers_from.is_some() && policies.len() > 1 {
        bail!("--keep-identifiers-from goes with one policy");
    }
    let alone = args.policies.len() == 1;
    // What is wrong with the command line is told before any policy is read.
    let asked = targets(args.target.iter().map(String::as_str))?;
    let mut jobs: Vec<Job<'r>> = Vec::new();
    let mut seen: BTreeMap<String, PathBuf> = BTreeMap::new();
    for policy in policies {
        let listed = run.of(policy);
        let own = listed.and_then(|listed| project?.project.own.get(listed.own?));
        let stem = stem(policy)?;
        let folder = folder(args, project, own, (&stem, alone));
        let place = normal(&label(&folder)).to_lowercase();
        if let Some(other) = seen.insert(place, policy.clone()) {
            let folder = label(&folder);
            bail!(
                "{} and {} would both be written to {folder}: build them apart",
                label(&other),
                label(policy)
            );
        }
        let split = args.split || said(project, own, |options| options.split).unwrap_or(false);
        let by_build = args.by_build || said(project, own, |options| options.by_build).unwrap_or(false);
        let form = args.form.or_else(|| said(project, own, |options| options.form));
        let targets = match (&asked, said(project, own, |options| options.target.as_ref())) {
            (asked, Some(said)) if asked.is_empty() => targets(said.iter().map(|said| said.text.as_str()))?,
            (asked, _) if asked.is_empty() => targets(["mobileconfig"].into_iter())?,
            (asked, _) => asked.clone(),
        };
        jobs.push(Job {
            keep: keep(args, project, own, split).with_context(|| label(policy))?,
            policy: policy.clone(),
            listed,
            stem,
            folder,
            targets,
            form: form.unwrap_or(Form::Mcx),
            split,
            by_build,
        });
    }
    Ok(jobs)
}

/// What the project says of an option: of this policy, or else of all.
fn said<'p, T>(
    project: Option<&'p Found>,
    own: Option<&'p Own>,
    option: impl Fn(&'p crate::project::Options) -> Option<T>,
) -> Option<T> {
    own.and_then(|own| option(&own.options)).or_else(|| option(&project?.project.build))
}

/// Where a policy goes.
fn folder(
    args: &Ask<'_>,
    project: Option<&Found>,
    own: Option<&Own>,
    (stem, alone): (&str, bool),
) -> PathBuf {
    if let Some(out) = args.out {
        return if alone { out.to_owned() } else { out.join(stem) };
    }
    let Some(found) = project else { return Path::new("out").join(stem) };
    if let Some(out) = own.and_then(|own| own.options.out.as_ref()) {
        return found.path(&out.text);
    }
    let out = found.project.build.out.as_ref().map_or("out", |out| out.text.as_str());
    found.path(&format!("{out}/{stem}"))
}

/// The identifiers that a policy keeps.
fn keep(args: &Ask<'_>, project: Option<&Found>, own: Option<&Own>, split: bool) -> Result<Option<Kept>> {
    let own = own.and_then(|own| own.keep_identifiers_from.as_ref());
    let path = match (args.keep_identifiers_from, own) {
        (Some(path), _) => path.to_owned(),
        (None, Some(said)) => {
            let Some(found) = project else { return Ok(None) };
            found.path(&said.text)
        }
        (None, None) => return Ok(None),
    };
    if split {
        bail!("the identifiers of one profile are kept, which does not go together with one for each domain");
    }
    previous::identifiers(&path).map(Some)
}

fn targets<'n>(names: impl Iterator<Item = &'n str>) -> Result<Vec<&'static dyn Target>> {
    let known = || TARGETS.iter().map(|target| target.name());
    let mut found: Vec<&'static dyn Target> = Vec::new();
    for name in names {
        if name == "all" {
            return Ok(TARGETS.to_vec());
        }
        let Some(one) = target(name) else {
            let near = nearest(name, known());
            let hint = near.map_or_else(
                || format!("the targets are: {}", known().collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean {near}?"),
            );
            bail!("`{name}` is no target; {hint}");
        };
        if !found.iter().any(|known| known.name() == one.name()) {
            found.push(one);
        }
    }
    Ok(found)
}

fn stem(policy: &Path) -> Result<String> {
    let stem = policy.file_stem().and_then(|stem| stem.to_str());
    let stem = stem.ok_or_else(|| anyhow!("{}: a policy needs a name that is UTF-8", label(policy)))?;
    // It becomes a folder and the names of files: `...toml` would lead out of where builds go.
    FileName::new(stem).with_context(|| label(policy))?;
    Ok(stem.to_owned())
}
