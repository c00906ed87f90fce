//! `prefsmith build`: compile policies.

use super::common::{
    Exit, Global, Judged, Layers, complain, day, either, judge, label, mask, print, say_findings,
    say_findings_and,
};
use super::previous;
use crate::catalog::Catalog;
use crate::check::Options;
use crate::emit::{Artefact, Request, TARGETS, Target, manifest, target};
use crate::finding::{Findings, Sources};
use crate::output::{CommitOptions, FileEntry, commit, compare};
use crate::plan::Identity;
use crate::profile::{Form, Kept};
use crate::value::FileName;
use anyhow::{Context as _, Result, anyhow, bail};
use clap::ValueEnum;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Compile policies
///
/// The same policy gives the same bytes, anywhere and on any day. All files of a policy are written, or none;
/// files that prefsmith did not write, or that were edited since, are left alone without --force.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith build office.toml                         out/office/office.mobileconfig
  prefsmith build office.toml --split --out dist      one profile for each domain
  prefsmith build policies/*.toml --out dist          dist/<name> for each
  prefsmith build office.toml --target defaults       scripts, into out/office/defaults
  prefsmith build office.toml --check                 are the files in out/office up to date?

Exit status:
  0  built, or up to date
  1  the policy has errors, or --check found differences
  2  a file cannot be read or written")]
pub(super) struct Args {
    /// Policies
    #[arg(required = true, value_name = "POLICY")]
    policies: Vec<PathBuf>,
    /// Where to write; several policies: a folder for each in it
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// For whom: names of targets, or `all`
    #[arg(long, value_name = "T,…", value_delimiter = ',', default_value = "mobileconfig")]
    target: Vec<String>,
    /// Write nothing; say whether the files are up to date
    #[arg(long)]
    check: bool,
    /// How profiles carry preferences
    #[arg(long, default_value = "mcx")]
    form: FormName,
    /// One profile for each domain
    #[arg(long)]
    split: bool,
    /// The manifest of an earlier build: say what left the policy since, and let remove.sh take it back
    #[arg(long, value_name = "MANIFEST")]
    previous: Option<PathBuf>,
    /// Keep the identifiers and UUIDs of a profile that is deployed already
    #[arg(long, value_name = "PROFILE", conflicts_with = "split")]
    keep_identifiers_from: Option<PathBuf>,
    /// Replace files that prefsmith did not write, or that were edited since
    #[arg(long)]
    force: bool,
    /// The day on which `until` of an [[allow]] and deadlines are judged; none is without it
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<jiff::civil::Date>,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormName {
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
    let targets = targets(&args.target)?;
    let folders = folders(args)?;
    let keep = match &args.keep_identifiers_from {
        Some(_) if args.policies.len() > 1 => bail!("--keep-identifiers-from goes with one policy"),
        Some(path) => Some(previous::identifiers(path)?),
        None => None,
    };
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    say_findings(&findings, 0, &sources, "prefsmith check");
    if findings.has_errors() {
        return Ok(Exit::Found);
    }
    let catalog = layers.catalog()?;
    let mut exit = Exit::Fine;
    let keep = keep.as_ref();
    let mut build = Build { args, global, targets: &targets, catalog: &catalog, keep, ids: BTreeMap::new() };
    for (policy, folder) in args.policies.iter().zip(&folders) {
        // One policy that fails does not keep the others from being built.
        exit = exit.max(build.one(policy, folder).unwrap_or_else(|error| {
            complain(&format!("{error:#}"));
            Exit::Failure
        }));
    }
    Ok(exit)
}

fn targets(names: &[String]) -> Result<Vec<&'static dyn Target>> {
    let known = || TARGETS.iter().map(|target| target.name());
    let mut found: Vec<&'static dyn Target> = Vec::new();
    for name in names {
        if name == "all" {
            return Ok(TARGETS.to_vec());
        }
        let Some(one) = target(name) else {
            let near = crate::document::nearest(name, known());
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

/// Where each policy goes.
fn folders(args: &Args) -> Result<Vec<PathBuf>> {
    let mut seen: BTreeMap<String, &Path> = BTreeMap::new();
    let mut folders = Vec::new();
    for policy in &args.policies {
        let stem = stem(policy)?;
        if let Some(other) = seen.insert(stem.to_lowercase(), policy) {
            bail!("{} and {} would both be written to {stem}: build them apart", label(other), label(policy));
        }
        folders.push(match (&args.out, args.policies.len()) {
            (Some(out), 1) => out.clone(),
            (Some(out), _) => out.join(&stem),
            (None, _) => Path::new("out").join(&stem),
        });
    }
    Ok(folders)
}

fn stem(policy: &Path) -> Result<String> {
    let stem = policy.file_stem().and_then(|stem| stem.to_str());
    let stem = stem.ok_or_else(|| anyhow!("{}: a policy needs a name that is UTF-8", label(policy)))?;
    // It becomes a folder and the names of files: `...toml` would lead out of where builds go.
    FileName::new(stem).with_context(|| label(policy))?;
    Ok(stem.to_owned())
}

struct Build<'b, 'c> {
    args: &'b Args,
    global: &'b Global,
    targets: &'b [&'static dyn Target],
    catalog: &'b Catalog<'c>,
    keep: Option<&'b Kept>,
    /// The ids of the policies that were built so far, with their files.
    ids: BTreeMap<String, String>,
}

impl Build<'_, '_> {
    fn one(&mut self, policy: &Path, folder: &Path) -> Result<Exit> {
        let mut sources = Sources::new();
        let options = Options { today: self.args.today };
        let judged = judge(policy, self.catalog, &options, &mut sources)
            .map_err(|why| anyhow!("{}: {why}", label(policy)))?;
        let Judged { checked, base } = judged;
        let mut findings = checked.findings;
        let secrets = mask(&[either(&checked.plan)], self.catalog, self.global, &mut sources, &mut findings);
        let allowed = checked.allowed.len();
        let command = format!("prefsmith check {}", label(policy));
        let Ok(plan) = checked.plan else {
            say_findings(&findings, allowed, &sources, &command);
            complain(&format!("nothing was written for {}", label(policy)));
            return Ok(Exit::Found);
        };
        if let Some(other) = self.ids.insert(plan.identity.id.clone(), label(policy)) {
            let id = &plan.identity.id;
            complain(&format!("nothing was written for {}: {other} has the id `{id}` too", label(policy)));
            return Ok(Exit::Found);
        }
        // What only a build can say is not what `check` would show, so its notes are not just counted.
        let mut own = Findings::new();
        let left = match &self.args.previous {
            Some(path) => {
                let renamed = self.keep.is_none() && plan.identity.keep_identifiers_from.is_none();
                previous::left(path, &plan, self.catalog, renamed, &mut own)?
            }
            None => {
                // What left since the last build into this folder is told, and nothing else: files must not depend
                // on what lies there.
                let last = folder.join("manifest.json");
                if !self.args.check && last.is_file() {
                    let mut said = Findings::new();
                    if previous::left(&last, &plan, self.catalog, false, &mut said).is_ok() {
                        own.extend(said);
                    }
                }
                Vec::new()
            }
        };
        let stem = stem(policy)?;
        let own_keep = self.keep_of_policy(policy, &plan.identity)?;
        let keep = self.keep.or(own_keep.as_ref());
        let request = Request {
            plan: &plan,
            catalog: self.catalog,
            stem: &stem,
            form: self.args.form.into(),
            split: self.args.split,
            keep,
            left: &left,
            scripts: self.targets.iter().any(|target| target.name() == "defaults"),
        };
        let mut artefacts: Vec<Artefact> = Vec::new();
        for target in self.targets {
            let mut said = Findings::new();
            artefacts.extend(target.emit(&request, &mut said));
            own.extend(said);
        }
        let (own, accepted) = plan.accept(own);
        let allowed = allowed + accepted.len();
        let own = secrets.hide(own, &sources);
        let refused = own.has_errors();
        say_findings_and(&findings, own, allowed, &sources, &command);
        if refused {
            complain(&format!("nothing was written for {}", label(policy)));
            return Ok(Exit::Found);
        }
        let content = |files: &[FileEntry]| {
            let files: Vec<_> = files
                .iter()
                .map(|file| (file.path.as_str().to_owned(), file.sha256.clone(), file.target.clone()))
                .collect();
            manifest(&plan, self.catalog, &sources, &base, &files)
        };
        if self.args.check {
            self.compare(folder, &artefacts, &content)
        } else {
            self.write(folder, &artefacts, &content)
        }
    }

    /// The identifiers that the policy itself says are to stay; `--keep-identifiers-from` wins over it.
    fn keep_of_policy(&self, policy: &Path, identity: &Identity) -> Result<Option<Kept>> {
        let Some((path, _)) = &identity.keep_identifiers_from else { return Ok(None) };
        if self.keep.is_some() {
            return Ok(None);
        }
        if self.args.split {
            let sentence =
                "`keep-identifiers-from` is of no use with --split: no part of it was ever deployed";
            complain(&format!("{}: {sentence}", label(policy)));
            return Ok(None);
        }
        let path = policy.parent().unwrap_or(Path::new("")).join(path);
        let kept = previous::identifiers(&path);
        kept.map(Some).with_context(|| format!("{}: keep-identifiers-from", label(policy)))
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
