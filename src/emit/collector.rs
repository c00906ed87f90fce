//! The collector: a script that an MDM runs on a Mac, and that writes a snapshot which `diff` and `audit` read.

use super::asked::{Keys, bundles, every_key, keys_of, look};
use super::{Artefact, Request, Target, at_policy};
use crate::catalog::Catalog;
use crate::finding::{Finding, Findings};
use crate::text::{Call, CollectorHead, Scripts, TemplateError};
use crate::value::FileName;

/// The target `collector`.
pub struct Collector;

impl Target for Collector {
    fn name(&self) -> &'static str {
        "collector"
    }

    fn summary(&self) -> &'static str {
        "a script that writes a snapshot of a Mac: what is managed, the policy's keys, the versions of apps"
    }

    fn emit(&self, request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Artefact> {
        match artefact(request) {
            Ok(artefact) => vec![artefact],
            Err(error) => {
                findings.push(at_policy(Finding::new("unwritable-text", error.to_string()), request));
                Vec::new()
            }
        }
    }
}

fn artefact(request: &Request<'_, '_>) -> Result<Artefact, TemplateError> {
    let identity = &request.plan.identity;
    let about =
        format!("Writes a snapshot of this Mac for the policy \"{}\" ({}).", identity.name, identity.id);
    let head = CollectorHead { title: &about, about: &about, policy: &identity.id };
    let policy = keys_of(request.plan.settings.iter());
    let mut all = every_key(request.catalog);
    for (domain, keys) in &policy {
        all.entry(domain).or_default().extend(keys);
    }
    // Every app that is known: a later policy may ask of another one, and what was not looked for is not there.
    let apps = bundles(request.catalog, |_| true);
    let (policy, all) = (looks(&policy, request.catalog), looks(&all, request.catalog));
    let script = Scripts::new()?.collector(&head, &apps, &policy, &all)?;
    let path =
        FileName::new("collector/collect.sh").map_err(|error| TemplateError::new(error.to_string()))?;
    Ok(Artefact { path, executable: true, bytes: script.into_bytes(), target: "collector".to_owned() })
}

fn looks(keys: &Keys<'_>, catalog: &Catalog<'_>) -> Vec<Call> {
    keys.iter().map(|(domain, keys)| look(domain, keys, catalog)).collect()
}
