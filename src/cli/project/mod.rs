//! The project of a run: `prefsmith.toml`, found upwards from the current folder, and what it says of the policies.

mod files;
mod folder;

pub(super) use files::Listed;

use super::common::{Global, label, read_text};
use crate::catalog::Catalog;
use crate::check::{Accepted, Across, Member, Options, across};
use crate::document::nearest;
use crate::emit::{TARGETS, target};
use crate::finding::{Finding, Findings, Origin, Sources};
use crate::plan::Plan;
use crate::project::{FILE, MAX_BYTES, Project, Said};
use anyhow::{Result, anyhow};
use files::{Files, LeftOut};
use folder::Folder;
use std::path::{Path, PathBuf};

/// The project file of a run.
pub(super) struct Found {
    /// What it says.
    pub project: Project,
    /// Its path, as messages write it.
    pub label: String,
    folder: Folder,
}

impl Found {
    /// Reads the project file that the command line names, or else the nearest one; what is wrong in it goes to the
    /// findings. None: there is none, or it is not to be looked for.
    pub fn find(global: &Global, sources: &mut Sources, findings: &mut Findings) -> Result<Option<Self>> {
        let folder = match &global.project {
            _ if global.no_project => return Ok(None),
            Some(path) if path.is_dir() => Folder::of(path, FILE),
            Some(path) => {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or(FILE);
                Folder::of(path.parent().unwrap_or(Path::new("")), name)
            }
            None => match Folder::above() {
                Some(folder) => folder,
                None => return Ok(None),
            },
        };
        let path = global.project.as_ref().filter(|path| !path.is_dir());
        let path = path.cloned().unwrap_or_else(|| folder.shown(FILE));
        let label = label(&path);
        let text = read_text(&path, MAX_BYTES).map_err(|why| anyhow!("{label}: {why}"))?;
        let project = Project::read(sources.add(label.clone(), text.clone()), &text, findings);
        let found = Self { project, label, folder };
        found.targets(findings);
        Ok(Some(found))
    }

    /// Names of targets that are none.
    fn targets(&self, findings: &mut Findings) {
        let own = self.project.own.iter().map(|own| &own.options);
        let lists =
            std::iter::once(&self.project.build).chain(own).filter_map(|options| options.target.as_ref());
        for Said { text, span } in lists.flatten() {
            if text == "all" || target(text).is_some() {
                continue;
            }
            let known = || TARGETS.iter().map(|target| target.name()).chain(["all"]);
            let finding = Finding::new("wrong-word", format!("`{text}` is no target")).at(*span, "");
            findings.push(match nearest(text, known()) {
                Some(near) => finding.help(format!("did you mean `{near}`?")).fix(
                    *span,
                    format!("\"{near}\""),
                    format!("write `{near}`"),
                ),
                None => finding.help(format!("the targets are: {}", known().collect::<Vec<_>>().join(", "))),
            });
        }
    }

    /// Whether a path is that of the project file.
    pub fn is_at(&self, path: &Path) -> bool {
        let own = Path::new(&self.label);
        own == path || own.canonicalize().is_ok_and(|own| path.canonicalize().is_ok_and(|path| own == path))
    }

    /// What the project leaves out of folders.
    pub fn left_out(&self) -> LeftOut {
        LeftOut::of(&self.project, &self.folder)
    }

    /// Paths of the project file, from the current folder.
    pub fn paths(&self, list: &[Said]) -> Vec<PathBuf> {
        list.iter().map(|said| self.path(&said.text)).collect()
    }

    /// The folder in which each policy has a folder of its own, from the current folder.
    pub fn out(&self) -> PathBuf {
        self.path(self.project.build.out.as_ref().map_or("out", |out| out.text.as_str()))
    }

    /// A path of the project file, from the current folder.
    pub fn path(&self, text: &str) -> PathBuf {
        self.folder.shown(text)
    }

    /// The files of a run: those of the command line, or else all that the project names; what it names in vain goes
    /// to the findings.
    ///
    /// # Errors
    /// Nothing was named, and no project names anything.
    pub fn listed(found: Option<&Self>, named: &[PathBuf], findings: &mut Findings) -> Result<Run> {
        let Some(found) = found else {
            return match named {
                [] => Err(anyhow!(NOTHING)),
                named => Ok(Run { files: named.to_owned(), policies: Vec::new() }),
            };
        };
        if !named.is_empty() {
            // What is wrong with files that were not asked for is not told.
            let files = Files::find(&found.project, &found.folder, &mut Findings::new());
            return Ok(Run { files: named.to_owned(), policies: files.policies });
        }
        let files = Files::find(&found.project, &found.folder, findings);
        *findings = std::mem::take(findings).sorted();
        let policies = files.policies.iter().map(|listed| listed.path.clone());
        let all: Vec<PathBuf> = policies.chain(files.profiles).collect();
        if all.is_empty() && !findings.has_errors() {
            return Err(anyhow!(
                "{} names no policies: add `policies = [\"policies/*.toml\"]` to [project]",
                found.label
            ));
        }
        Ok(Run { files: all, policies: files.policies })
    }
}

/// What is said where nothing was named.
const NOTHING: &str = "no file was named, and there is no prefsmith.toml here or in a folder above: name the files, or \
                       start a project with `prefsmith init prefsmith.toml`";

/// The files of a run.
pub(super) struct Run {
    /// All of them, from the current folder.
    pub files: Vec<PathBuf>,
    policies: Vec<Listed>,
}

impl Run {
    /// What the project says of a file, if it is a policy of its.
    pub fn of(&self, path: &Path) -> Option<&Listed> {
        let direct = self.policies.iter().find(|listed| listed.path == path);
        direct.or_else(|| {
            let real = path.canonicalize().ok()?;
            self.policies.iter().find(|listed| listed.path.canonicalize().is_ok_and(|path| path == real))
        })
    }

    /// Only the policies, where no file was named.
    pub fn policies(&self) -> impl Iterator<Item = &PathBuf> {
        self.policies.iter().map(|listed| &listed.path)
    }
}

/// Looks at policies together, each plan with the number of its policy, and at those of a project beside profiles.
/// `whole`: whether they are all that the project has.
pub(super) fn together(
    plans: &[(Option<&Listed>, usize, &Plan)],
    profiles: &[&Plan],
    (found, whole): (Option<&Found>, bool),
    catalog: &Catalog<'_>,
    sources: &Sources,
    options: &Options,
) -> Across {
    let mut members = Vec::new();
    for (listed, policy, plan) in plans {
        let path = listed.map(|listed| listed.name.clone());
        let exclusive = listed.map(|listed| listed.exclusive.clone()).unwrap_or_default();
        members.push(Member { plan, path, exclusive, policy: *policy });
    }
    let project = found.map(|found| &found.project);
    let accepted = Accepted {
        allows: project.map_or(&[], |project| &project.allows),
        whole: project.filter(|_| whole).and_then(|project| project.span).map(Origin::from),
    };
    across(&members, profiles, &accepted, catalog, sources, options)
}
