//! Scripts that set preferences with `defaults`: one for each domain, one for all, and one that takes it back.

pub(super) mod builds;
mod mend;
mod setting;
#[cfg(test)]
mod tests;
mod undo;
pub(super) mod words;

pub use mend::{Step, mend};

use super::parts::is_preference;
use super::{Artefact, Request, Target, at_policy, over, secrets, secrets_in_script};
use crate::catalog::model::ReadAs;
use crate::finding::{Finding, Findings, listed};
use crate::plan::{Enforcement, Setting};
use crate::text::{Call, Head, Mode, Scripts, TemplateError};
use crate::value::{DomainName, FileName};
use std::collections::{BTreeMap, BTreeSet};

/// The target `defaults`.
pub struct Defaults;

/// What one script sets: the calls of its settings, and what they need.
#[derive(Default)]
struct Part {
    calls: Vec<Call>,
    /// The products whose installed builds it asks for.
    products: BTreeSet<String>,
    tokens: BTreeSet<String>,
    users: bool,
    computer: bool,
}

impl Part {
    fn add(&mut self, other: &Part) {
        self.calls.extend_from_slice(&other.calls);
        self.products.extend(other.products.iter().cloned());
        self.tokens.extend(other.tokens.iter().cloned());
        self.users |= other.users;
        self.computer |= other.computer;
    }
}

impl Target for Defaults {
    fn name(&self) -> &'static str {
        "defaults"
    }

    fn summary(&self) -> &'static str {
        "shell scripts that set preferences, one for each domain; they cannot enforce"
    }

    fn emit(&self, request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Artefact> {
        refuse(request, findings);
        let parts = parts(request, findings);
        for domain in parts.keys() {
            let name = domain.as_str();
            if ["apply", "remove"].iter().any(|taken| name.eq_ignore_ascii_case(taken)) {
                let title = format!("the script of the domain `{name}` would be called as the one for all");
                findings.push(at_policy(Finding::new("bad-name", title), request));
            }
        }
        no_payloads(request, findings);
        if findings.has_errors() {
            return Vec::new();
        }
        let made = Scripts::get().and_then(|scripts| artefacts(request, scripts, &parts));
        made.unwrap_or_else(|error| {
            findings.push(at_policy(Finding::new("unwritable-text", error.to_string()), request));
            Vec::new()
        })
    }
}

/// What a profile alone delivers.
fn no_payloads(request: &Request<'_, '_>, findings: &mut Findings) {
    let payloads = &request.plan.payloads;
    let kinds: BTreeSet<&str> = payloads.iter().map(|passed| passed.kind.as_str()).collect();
    if kinds.is_empty() {
        return;
    }
    let kinds: Vec<&str> = kinds.into_iter().collect();
    let finding =
        Finding::new("not-in-script", format!("a script cannot carry a payload of {}", listed(&kinds)));
    let finding = payloads.iter().fold(finding, |finding, passed| {
        // Several payloads of one file have one place.
        let known = finding.labels.iter().any(|label| label.at == passed.origin);
        let finding = if known { finding } else { finding.at(passed.origin.clone(), "") };
        finding.about(&passed.kind, "")
    });
    findings.push(finding.note("the profile of `--target mobileconfig` carries it"));
}

/// What no script can do, and what everybody could read in one.
fn refuse(request: &Request<'_, '_>, findings: &mut Findings) {
    let set = |setting: &&Setting| setting.value.is_some();
    let forced: Vec<&Setting> =
        request.plan.settings.iter().filter(set).filter(|s| counts_only_forced(request, s)).collect();
    if !forced.is_empty() {
        let names: Vec<&str> = forced.iter().map(|setting| setting.key.as_str()).collect();
        let title =
            format!("a script cannot enforce, and these count only when enforced: {}", listed(&names));
        let finding = over(Finding::new("script-cannot-force", title), &forced);
        findings.push(
            finding
                .note("the app ignores them wherever a script can write them")
                .help("keep them in a policy of their own, and build a profile of it"),
        );
    }
    secrets_in_script(request, findings);
}

fn counts_only_forced(request: &Request<'_, '_>, setting: &Setting) -> bool {
    let (domain, key) = (setting.domain.as_str(), setting.key.as_str());
    let read_as = match request.catalog.key(domain, key) {
        Some(known) => known.read_as(request.catalog),
        None => request.catalog.domain(domain).map_or(ReadAs::Any, |known| known.read_as),
    };
    matches!(read_as, ReadAs::ForcedOnly | ReadAs::ApplePayload)
}

/// The settings by domain.
fn parts<'r>(request: &Request<'r, '_>, findings: &mut Findings) -> BTreeMap<&'r DomainName, Part> {
    let mut parts: BTreeMap<&DomainName, Part> = BTreeMap::new();
    // What a payload of Apple's must not have is no preference that could be removed.
    let all = request.plan.settings.iter().filter(|setting| is_preference(setting, request.catalog));
    for setting in all {
        let part = parts.entry(&setting.domain).or_default();
        if part.calls.is_empty() {
            part.calls.push(setting::domain(setting.domain.as_str(), request.catalog));
        }
        if let Err(finding) = setting::calls(request, setting, setting::level(setting), part) {
            findings.push(*finding);
        }
        match setting.enforcement {
            Enforcement::Default => part.computer = true,
            _ => part.users = true,
        }
    }
    parts
}

fn artefacts(
    request: &Request<'_, '_>,
    scripts: &Scripts,
    parts: &BTreeMap<&DomainName, Part>,
) -> Result<Vec<Artefact>, TemplateError> {
    let mut made = Vec::new();
    let mut all = Part::default();
    for (domain, part) in parts {
        let known = request.catalog.domain(domain.as_str());
        let title = known.map_or(domain.as_str(), |known| known.title);
        let about = format!("Sets the preferences of {title} ({domain}) by the policy");
        made.push(artefact(request, domain.as_str(), &script(request, scripts, Mode::Apply, &about, part)?)?);
        all.add(part);
    }
    if !parts.is_empty() {
        let about = "Sets every preference of the policy";
        made.push(artefact(request, "apply", &script(request, scripts, Mode::Apply, about, &all)?)?);
    }
    let undo = undo::part(request);
    if !undo.calls.is_empty() {
        let about = "Takes back what the scripts of the policy wrote, where it is still there; removes what the \
                     policy does not want, for the policy";
        made.push(artefact(request, "remove", &script(request, scripts, Mode::Remove, about, &undo)?)?);
    }
    Ok(made)
}

fn script(
    request: &Request<'_, '_>,
    scripts: &Scripts,
    mode: Mode,
    about: &str,
    part: &Part,
) -> Result<String, TemplateError> {
    let identity = &request.plan.identity;
    let about = format!("{about} \"{}\" ({}).", identity.name, identity.id);
    let yes = |flag: bool| if flag { "yes" } else { "no" };
    let tokens: Vec<&str> = part.tokens.iter().map(String::as_str).collect();
    let head = Head {
        title: &about,
        about: &about,
        mode,
        record: &format!("{}.prefsmith", identity.id),
        tokens: &tokens.join(" "),
        for_users: yes(part.users),
        for_computer: yes(part.computer),
    };
    scripts.script(&head, &builds::apps(&part.products, request.catalog), &part.calls)
}

fn artefact(request: &Request<'_, '_>, stem: &str, script: &str) -> Result<Artefact, TemplateError> {
    let path = FileName::new(format!("{}/{stem}.sh", request.folder("defaults")));
    let path = path.map_err(|error| TemplateError::new(error.to_string()))?;
    let bytes = script.as_bytes().to_vec();
    Ok(Artefact { path, executable: true, bytes, target: "defaults".to_owned() })
}
