//! Inputs that may be anything: a policy, a profile, a file of preferences, or a folder of them.

use super::common::{judge, label, read_bytes};
use crate::catalog::Catalog;
use crate::check::Options;
use crate::diff::{Part, Side};
use crate::finding::{Finding, Findings, Origin, Sources};
use crate::plan::Plan;
use crate::profile::read::{Held, Input, Unknown, budgets, load, plan};
use crate::profile::signature;
use std::path::{Path, PathBuf};

/// How deep folders nest.
const DEEPEST: usize = 32;

/// What was read of an input.
pub(super) struct Loaded {
    /// What it is called.
    pub name: String,
    parts: Vec<Read>,
    incomplete: bool,
}

enum Read {
    Policy(Box<Plan>),
    /// A file, and the plans of its profiles.
    File(Held, Vec<Plan>),
}

/// What inputs are read with.
pub(super) struct Reader<'r, 'c> {
    /// The catalogue.
    pub catalog: &'r Catalog<'c>,
    /// The domain of plain preference files.
    pub domain: Option<&'r str>,
    /// The variant of policies; none: the policy itself.
    pub variant: Option<&'r str>,
    /// Takes their texts.
    pub sources: &'r mut Sources,
    /// Takes what is wrong in policies, which are checked.
    pub policies: &'r mut Findings,
    /// Takes what is wrong in other files, which are only read.
    pub files: &'r mut Findings,
}

impl Reader<'_, '_> {
    /// Reads an input.
    ///
    /// # Errors
    /// Why it cannot be read, or that there is nothing in it.
    pub fn read(&mut self, path: &Path) -> Result<Loaded, String> {
        let name = label(path);
        if path.is_dir() {
            return self.folder(path, name);
        }
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
            let judged = judge(path, self.catalog, &Options::default(), self.sources)?;
            let plan = judged.plan(self.variant)?;
            let policy = Read::Policy(Box::new(plan.clone()));
            self.policies.extend(judged.findings);
            let name = self.variant.map_or(name.clone(), |variant| format!("{name} ({variant})"));
            return Ok(Loaded { name, parts: vec![policy], incomplete: false });
        }
        let bytes = read_bytes(path, budgets().bytes)?;
        let before = self.files.iter().count();
        let part = self.file(&name, &bytes, self.domain);
        let incomplete = self.files.iter().skip(before).any(is_unread);
        part.map(|part| Loaded { name, parts: vec![part], incomplete })
            .ok_or_else(|| "nothing can be read from it".to_owned())
    }

    fn file(&mut self, name: &str, bytes: &[u8], domain: Option<&str>) -> Option<Read> {
        let input = Input { label: name, bytes, domain };
        let held = load(&input, self.catalog, self.sources, self.files)?;
        if let Some(message) = &held.message {
            self.files.extend(signature::findings(message, held.source, None));
        }
        // Which domains are known is no matter of a comparison.
        let mut unknown = Unknown::default();
        let one = |profile| plan(&held, profile, self.catalog, &mut unknown, self.files);
        let plans = held.profiles.iter().map(one).collect();
        Some(Read::File(held, plans))
    }

    /// All profiles and preference files of a folder and of those in it, by name.
    fn folder(&mut self, path: &Path, name: String) -> Result<Loaded, String> {
        let mut files = Vec::new();
        walk(path, DEEPEST, &mut files)?;
        files.sort();
        let mut parts = Vec::new();
        let before = self.files.iter().count();
        for file in &files {
            let name = label(file);
            match read_bytes(file, budgets().bytes) {
                Ok(bytes) => parts.extend(self.file(&name, &bytes, None)),
                Err(why) => {
                    let at = Origin::Whole(self.sources.add(name, ""));
                    self.files.push(Finding::new("unreadable-file", why).at(at, ""));
                }
            }
        }
        let incomplete = self.files.iter().skip(before).any(is_unread);
        if parts.is_empty() {
            return Err(
                "no profile that can be read is in this folder, and it is not shaped like a Mac".to_owned()
            );
        }
        Ok(Loaded { name, parts, incomplete })
    }
}

/// Whether a finding says that something is not in the plan, and nobody knows what.
fn is_unread(finding: &Finding) -> bool {
    matches!(finding.code.as_str(), "unreadable-file" | "encrypted-profile" | "bad-name")
}

/// The `.mobileconfig` and `.plist` files of a folder. Hidden ones are skipped, and links to folders not followed.
fn walk(folder: &Path, deeper: usize, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let shown = |error: std::io::Error| format!("{}: {error}", label(folder));
    for entry in std::fs::read_dir(folder).map_err(shown)? {
        let entry = entry.map_err(shown)?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let kind = entry.file_type().map_err(shown)?;
        let wanted = path.extension().is_some_and(|extension| {
            extension.eq_ignore_ascii_case("mobileconfig") || extension.eq_ignore_ascii_case("plist")
        });
        if kind.is_dir() {
            match deeper.checked_sub(1) {
                Some(deeper) => walk(&path, deeper, files)?,
                None => return Err(format!("{}: folders nest deeper than {DEEPEST} levels", label(&path))),
            }
        } else if wanted && (kind.is_file() || path.is_file()) {
            files.push(path);
        }
    }
    Ok(())
}

impl Loaded {
    /// What is compared of it.
    pub fn side(&self) -> Side<'_> {
        let mut side = Side { parts: Vec::new(), incomplete: self.incomplete };
        for part in &self.parts {
            match part {
                Read::Policy(plan) => side.parts.push(Part::policy(plan)),
                Read::File(held, plans) => {
                    let profiles = held.profiles.iter().zip(plans);
                    side.parts.extend(profiles.map(|(profile, plan)| Part::profile(held, profile, plan)));
                }
            }
        }
        side
    }

    /// All its plans.
    pub fn plans(&self) -> Vec<&Plan> {
        let mut all = Vec::new();
        for part in &self.parts {
            match part {
                Read::Policy(plan) => all.push(plan.as_ref()),
                Read::File(_, plans) => all.extend(plans),
            }
        }
        all
    }
}
