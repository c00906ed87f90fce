//! Inputs that may be anything: a policy, a profile, a file of preferences, or a folder of them.

use super::common::{judge, label, read_bytes};
use super::walk::{POLICIES, PROFILES, is_policy, walk};
use crate::catalog::Catalog;
use crate::check::Options;
use crate::diff::{Part, Side};
use crate::finding::{Finding, Findings, Origin, Sources};
use crate::import::{Opened, open};
use crate::plan::{Plan, Setting};
use crate::profile::read::{Held, Input, Unknown, budgets, carried, load, plan};
use crate::profile::signature;
use std::borrow::Cow;
use std::path::Path;

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
        if is_policy(path) {
            let policy = self.policy(path)?;
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

    fn policy(&mut self, path: &Path) -> Result<Read, String> {
        let judged = judge(path, self.catalog, &Options::default(), self.sources)?;
        let mut plan = judged.plan(self.variant)?.clone();
        self.unfold(&mut plan);
        self.policies.extend(judged.findings);
        Ok(Read::Policy(Box::new(plan)))
    }

    /// Preferences in the payloads that a policy carries are settings, as they are in the profile that is built.
    fn unfold(&self, plan: &mut Plan) {
        let payloads = std::mem::take(&mut plan.payloads);
        let kinds: Vec<String> = payloads.iter().map(|passed| passed.kind.clone()).collect();
        for passed in payloads {
            let only = kinds.iter().filter(|kind| **kind == passed.kind).count() == 1;
            let Some(settings) = carried(&passed, only, &plan.identity, self.catalog) else {
                plan.payloads.push(passed);
                continue;
            };
            for setting in settings {
                let name = |one: &Setting| (one.channel, one.domain.clone(), one.key.clone());
                match plan.settings.binary_search_by_key(&name(&setting), name) {
                    Ok(at) => {
                        let own = plan.settings.get(at).map(|own| (&own.value, own.enforcement));
                        if own != Some((&setting.value, setting.enforcement)) {
                            plan.contradictions.push(setting);
                        }
                    }
                    Err(at) => plan.settings.insert(at, setting),
                }
            }
        }
    }

    fn file(&mut self, name: &str, bytes: &[u8], domain: Option<&str>) -> Option<Read> {
        // What an MDM has put around a profile is no part of it.
        let (bytes, name) = match open(bytes) {
            Ok(Opened::Plain) => (Cow::Borrowed(bytes), Cow::Borrowed(name)),
            Ok(Opened::Jamf(inner, _)) => (Cow::Owned(inner), Cow::Owned(format!("{name} <payloads>"))),
            Ok(Opened::Bare(inner)) => (Cow::Owned(inner), Cow::Borrowed(name)),
            Err(why) => {
                let at = Origin::Whole(self.sources.add(name, ""));
                self.files.push(Finding::new("unreadable-file", why).at(at, ""));
                return None;
            }
        };
        let input = Input { label: &name, bytes: &bytes, domain };
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

    /// All policies, profiles and preference files of a folder and of those in it, by name.
    fn folder(&mut self, path: &Path, name: String) -> Result<Loaded, String> {
        let endings = [POLICIES, PROFILES].concat();
        let walked = walk(path, &endings);
        if let Some((path, why)) = walked.refused.first() {
            return Err(format!("{}: {why}", label(path)));
        }
        let mut parts = Vec::new();
        let before = self.files.iter().count();
        for file in &walked.files {
            let name = label(file);
            if is_policy(file) {
                parts.push(self.policy(file).map_err(|why| format!("{name}: {why}"))?);
                continue;
            }
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
                "no policy or profile that can be read is in this folder, and it is not shaped like a Mac"
                    .to_owned(),
            );
        }
        Ok(Loaded { name, parts, incomplete })
    }
}

/// Whether a finding says that something is not in the plan, and nobody knows what.
fn is_unread(finding: &Finding) -> bool {
    matches!(finding.code.as_str(), "unreadable-file" | "encrypted-profile" | "bad-name")
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
