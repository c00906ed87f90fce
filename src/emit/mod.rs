//! From a checked plan to artefacts in memory; one file for each target.

mod asked;
mod by_build;
mod check_script;
mod collector;
mod ddm;
mod defaults;
mod fleet;
mod intune;
mod jamf;
mod kandji;
mod manifest;
mod mobileconfig;
mod munki;
mod osquery;
mod parts;
mod passed;
mod plain;
mod readme;
mod sql;
mod tokens;
mod workspace_one;

pub use by_build::builds_page;
pub use check_script::{CheckOptions, CheckScript, check_script};
pub use collector::Collector;
pub use ddm::Ddm;
pub use defaults::{Defaults, Step, mend};
pub use fleet::Fleet;
pub use intune::Intune;
pub use jamf::Jamf;
pub use kandji::Kandji;
pub use manifest::manifest;
pub use mobileconfig::Mobileconfig;
pub use munki::Munki;
pub use osquery::Osquery;
pub use plain::{ADDIGY, JUMPCLOUD, MOSYLE, NANOMDM, Plain, SIMPLEMDM};
pub use workspace_one::WorkspaceOne;

pub use readme::Readme;
pub use tokens::spelt;

use mobileconfig::at_policy;

use crate::catalog::Catalog;
use crate::check::CheckedPlan;
use crate::finding::{Finding, Findings, listed};
use crate::plan::{Setting, TargetOptions};
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
    /// What artefacts are called: the stem of the policy's file, of a variant with its name: `office.pilot`.
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

impl<'r> Request<'r, '_> {
    /// What the policy says of a target: the fields of `[target.NAME]`.
    pub fn options(&self, target: &str) -> &'r TargetOptions {
        self.plan.options(target)
    }

    /// The folder of a target: `jamf`, of a variant `jamf.pilot`.
    pub fn folder(&self, target: &str) -> String {
        match &self.plan.identity.variant {
            Some(variant) => format!("{target}.{variant}"),
            None => target.to_owned(),
        }
    }

    /// A file in the folder of a target; none if its name cannot be one, which is said.
    pub fn file(
        &self,
        target: &str,
        name: &str,
        bytes: impl Into<Vec<u8>>,
        findings: &mut Findings,
    ) -> Option<Artefact> {
        match FileName::new(format!("{}/{name}", self.folder(target))) {
            Ok(path) => {
                Some(Artefact { path, executable: false, bytes: bytes.into(), target: target.to_owned() })
            }
            Err(error) => {
                findings.push(at_policy(Finding::new("bad-name", error.to_string()), self));
                None
            }
        }
    }

    /// Whether there is an error that the policy does not accept: nothing is to be made then.
    pub fn blocked(&self, findings: &Findings) -> bool {
        findings.has_errors() && self.plan.accept(findings.clone()).0.has_errors()
    }
}

impl Artefact {
    /// The same, as a program.
    #[must_use]
    pub fn program(self) -> Self {
        Self { executable: true, ..self }
    }
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
pub static TARGETS: &[&dyn Target] = &[
    &ADDIGY,
    &CheckScript,
    &Collector,
    &Ddm,
    &Defaults,
    &Fleet,
    &Intune,
    &Jamf,
    &JUMPCLOUD,
    &Kandji,
    &Mobileconfig,
    &MOSYLE,
    &Munki,
    &NANOMDM,
    &Osquery,
    &SIMPLEMDM,
    &WorkspaceOne,
];

/// A target by its name.
pub fn target(name: &str) -> Option<&'static dyn Target> {
    TARGETS.iter().copied().find(|target| target.name() == name)
}

/// A finding about these settings.
fn over(finding: Finding, settings: &[&Setting]) -> Finding {
    settings.iter().fold(finding, |finding, setting| {
        finding.at(setting.origin.clone(), "").about(setting.domain.as_str(), setting.key.as_str())
    })
}

/// What everybody could read in a script.
fn secrets_in_script(request: &Request<'_, '_>, findings: &mut Findings) {
    let secrets = secrets(request, &request.plan.settings.iter().collect::<Vec<_>>());
    if !secrets.is_empty() {
        let names: Vec<&str> = secrets.iter().map(|setting| setting.key.as_str()).collect();
        let title = format!("whoever can read the scripts can read the secret in {}", listed(&names));
        findings.push(over(Finding::new("secret-in-script", title), &secrets));
    }
}

/// Those that carry a secret.
fn secrets<'s>(request: &Request<'_, '_>, settings: &[&'s Setting]) -> Vec<&'s Setting> {
    let secret =
        |setting: &&&Setting| setting.value.is_some() && request.plan.is_secret(setting, request.catalog);
    settings.iter().filter(secret).copied().collect()
}
