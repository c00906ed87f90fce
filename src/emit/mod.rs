//! From a checked plan to artefacts in memory; one file for each target.

mod asked;
mod check_script;
mod collector;
mod defaults;
mod manifest;
mod mobileconfig;
mod passed;

pub use check_script::{CheckOptions, CheckScript, check_script};
pub use collector::Collector;
pub use defaults::Defaults;
pub use manifest::manifest;
pub use mobileconfig::Mobileconfig;

use crate::catalog::Catalog;
use crate::check::CheckedPlan;
use crate::finding::{Finding, Findings, listed};
use crate::plan::Setting;
use crate::profile::{Form, Kept};
use crate::value::{DomainName, FileName, KeyName};

/// A file that a build makes, in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artefact {
    /// Where it goes, inside the folder of the build. `manifest.json` is taken.
    pub path: FileName,
    /// Whether it is a program: mode 0755, otherwise 0644, whatever the umask. (Folders keep the umask.)
    pub executable: bool,
    /// Its content.
    pub bytes: Vec<u8>,
    /// For whom it is: `mobileconfig`, `defaults`, `jamf`, …
    pub target: String,
}

/// What a target is asked for.
pub struct Request<'r, 'c> {
    /// The plan.
    pub plan: &'r CheckedPlan,
    /// The catalogue, for names and facts.
    pub catalog: &'r Catalog<'c>,
    /// The stem of the policy's file: what artefacts are called.
    pub stem: &'r str,
    /// How payloads carry preferences.
    pub form: Form,
    /// One profile for each domain.
    pub split: bool,
    /// Identifiers of a profile that is deployed already.
    pub keep: Option<&'r Kept>,
    /// What an earlier build had and the policy has no more.
    pub left: &'r [Left],
    /// Whether this build also makes the scripts, which carry what a profile cannot.
    pub scripts: bool,
}

/// A setting that has left the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its domain.
    pub domain: DomainName,
    /// Its key.
    pub key: KeyName,
    /// Whether it was one of `[defaults]`, and so in /Library/Preferences.
    pub weak: bool,
}

/// Somebody who takes artefacts.
pub trait Target: Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;
    /// What it writes, in a few words.
    fn summary(&self) -> &'static str;
    /// Makes the artefacts. What the target cannot carry becomes a finding; an error finding means that nothing
    /// is written.
    fn emit(&self, request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Artefact>;
}

/// Every target, in the order of their names.
pub static TARGETS: &[&dyn Target] = &[&CheckScript, &Collector, &Defaults, &Mobileconfig];

/// A target by its name.
pub fn target(name: &str) -> Option<&'static dyn Target> {
    TARGETS.iter().copied().find(|target| target.name() == name)
}

/// A finding about the whole policy.
fn at_policy(finding: Finding, request: &Request<'_, '_>) -> Finding {
    match &request.plan.identity.origin {
        Some(origin) => finding.at(origin.clone(), ""),
        None => finding,
    }
}

/// A finding about these settings.
fn over(finding: Finding, settings: &[&Setting]) -> Finding {
    settings.iter().fold(finding, |finding, setting| {
        finding.at(setting.origin.clone(), "").about(setting.domain.as_str(), setting.key.as_str())
    })
}

/// What everybody could read in a script.
fn secrets_in_script(request: &Request<'_, '_>, findings: &mut Findings) {
    let set = |setting: &&Setting| setting.value.is_some();
    let secrets: Vec<&Setting> = request
        .plan
        .settings
        .iter()
        .filter(set)
        .filter(|s| request.plan.is_secret(s, request.catalog))
        .collect();
    if !secrets.is_empty() {
        let names: Vec<&str> = secrets.iter().map(|setting| setting.key.as_str()).collect();
        let title = format!("whoever can read the scripts can read the secret in {}", listed(&names));
        findings.push(over(Finding::new("secret-in-script", title), &secrets));
    }
}
