//! The collector: a script that an MDM runs on a Mac, and that writes a snapshot which `diff` and `audit` read.

use super::asked::{Keys, bundles, every_key, keys_of, look};
use super::{Artefact, Readme, Request, Target, at_policy};
use crate::catalog::Catalog;
use crate::finding::{Finding, Findings};
use crate::mac::VOLUME_LICENCE;
use crate::text::{Call, CollectorHead, Scripts, TemplateError};
use std::collections::BTreeSet;

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
        let script = match script(request) {
            Ok(script) => script,
            Err(error) => {
                findings.push(at_policy(Finding::new("unwritable-text", error.to_string()), request));
                return Vec::new();
            }
        };
        let made = request.file(self.name(), "collect.sh", script, findings).map(Artefact::program);
        made.into_iter().chain(readme(request, findings)).collect()
    }
}

fn script(request: &Request<'_, '_>) -> Result<String, TemplateError> {
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
    let mut apps = bundles(request.catalog, |_| true);
    apps.push(Call::new("present").word(VOLUME_LICENCE));
    // The container of an app is made when it is first opened.
    let ids: BTreeSet<&str> =
        request.catalog.products().flat_map(|product| product.bundle_ids.iter().copied()).collect();
    let containers = request.catalog.domains().into_iter().filter_map(|domain| domain.container);
    let sandboxed: BTreeSet<&str> = containers.filter(|name| ids.contains(name)).collect();
    apps.push(sandboxed.iter().fold(Call::new("containers"), |call, name| call.word(*name)));
    let (policy, all) = (looks(&policy, request.catalog), looks(&all, request.catalog));
    Scripts::get()?.collector(&head, &apps, &policy, &all)
}

fn readme(request: &Request<'_, '_>, findings: &mut Findings) -> Option<Artefact> {
    let mut readme = Readme::new("A snapshot of a Mac", request);
    readme.paragraph(
        "collect.sh writes a snapshot of the Mac it runs on: what profiles enforce in the policy's domains, of all other \
         preferences only the policy's keys, the versions of apps, and which Mac it is. It changes nothing else.",
    );
    readme.section("What to do").steps([
        "Let the MDM run collect.sh as root, with Full Disk Access for the MDM's agent. Without options it writes \
         /Library/Application Support/prefsmith/POLICY-SERIAL.tar.gz; --out FILE says where else, --pseudonymise leaves \
         names of users out, --stdout prints what profiles enforce as one line for an attribute of the MDM; --help \
         names the rest.",
        "Fetch the file, or the attribute's text, and compare it with the policy:",
    ]);
    readme.verbatim("prefsmith diff POLICY.toml SNAPSHOT.tar.gz");
    readme.artefact(request, "collector", findings)
}

fn looks(keys: &Keys<'_>, catalog: &Catalog<'_>) -> Vec<Call> {
    keys.iter().map(|(domain, keys)| look(domain, keys, catalog)).collect()
}
