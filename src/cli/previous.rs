//! What earlier builds left behind: a manifest, or a profile that is deployed already.

use super::common::{label, read_bytes};
use crate::catalog::Catalog;
use crate::check::CheckedPlan;
use crate::emit::{Artefact, Left};
use crate::finding::{Finding, Findings, Severity};
use crate::plan::{Enforcement, Passed, Setting};
use crate::profile::{Kept, kept};
use crate::value::{DomainName, KeyName, NameError};
use anyhow::{Context as _, Result, anyhow};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
struct Manifest {
    version: u64,
    #[serde(default)]
    policy: Option<OldPolicy>,
    settings: Vec<Old>,
    #[serde(default)]
    payloads: Vec<OldPayload>,
    #[serde(default)]
    variants: Vec<OldPlan>,
}

/// A policy, or a variant of it.
#[derive(Deserialize)]
struct OldPlan {
    #[serde(default)]
    policy: Option<OldPolicy>,
    settings: Vec<Old>,
    #[serde(default)]
    payloads: Vec<OldPayload>,
}

#[derive(Deserialize)]
struct OldPayload {
    #[serde(rename = "type")]
    kind: String,
    file: String,
}

#[derive(Default, Deserialize)]
struct OldPolicy {
    id: Option<String>,
    channel: Option<String>,
    variant: Option<String>,
}

#[derive(Deserialize)]
struct Old {
    domain: String,
    key: String,
    enforcement: String,
}

/// What left the policy since the build that wrote a manifest; says so. `renamed`: also whether the id is another
/// one, which is of no matter where identifiers are kept, and said of the file that is replaced in the same folder.
pub(super) fn left(
    path: &Path,
    plan: &CheckedPlan,
    catalog: &Catalog<'_>,
    renamed: bool,
    findings: &mut Findings,
) -> Result<Vec<Left>> {
    let bytes = manifest_text(path)?;
    let old: Manifest = serde_json::from_slice(&bytes)
        .map_err(|error| anyhow!("this is no manifest of prefsmith: {error}"))
        .with_context(|| label(path))?;
    anyhow::ensure!(
        old.version == 1,
        "{}: a manifest of version {}; this prefsmith reads 1",
        label(path),
        old.version
    );
    let own = OldPlan { policy: old.policy, settings: old.settings, payloads: old.payloads };
    let of = |old: &OldPlan| old.policy.as_ref().and_then(|policy| policy.variant.clone());
    let mut all = old.variants.into_iter().chain([own]);
    // What was not built before has nothing that could have left it.
    let Some(old) = all.find(|old| of(old) == plan.identity.variant) else { return Ok(Vec::new()) };
    other_profile(&old.policy.unwrap_or_default(), plan, renamed, findings);
    for payload in &old.payloads {
        let same = |passed: &Passed| passed.kind == payload.kind && passed.file == payload.file;
        if !plan.payloads.iter().any(same) {
            findings.push(left_payload(payload, plan));
        }
    }
    let mut left = Vec::new();
    for setting in old.settings.iter().filter(|setting| setting.enforcement != "unset") {
        if let Some(now) = plan.setting(&setting.domain, &setting.key) {
            if setting.enforcement == "forced" && now.enforcement != Enforcement::Forced {
                findings.push(released(now, catalog));
            }
            continue;
        }
        findings.push(left_policy(setting, plan, catalog));
        let named = |error: NameError| anyhow!("{}: a name in the manifest {error}", label(path));
        left.push(Left {
            domain: DomainName::new(&setting.domain).map_err(named)?,
            key: KeyName::new(&setting.key).map_err(named)?,
            weak: setting.enforcement == "default",
        });
    }
    Ok(left)
}

/// An id or a channel that changed: another profile, in whose place the old one does not go.
fn other_profile(old: &OldPolicy, plan: &CheckedPlan, renamed: bool, findings: &mut Findings) {
    let identity = &plan.identity;
    let mut other = |what: &str, before: &Option<String>, now: &str| {
        let Some(before) = before.as_deref().filter(|before| *before != now) else { return };
        let title = format!("the {what} of the policy was `{before}`, and is `{now}`");
        let finding = Finding::new("left-policy", title)
            .severity(Severity::Warning)
            .note("a Mac that has the old profile keeps it beside the new one, with all of its settings")
            .help("take the old profile off the Macs when the new one is there");
        findings.push(match &identity.origin {
            Some(origin) => finding.at(origin.clone(), ""),
            None => finding,
        });
    };
    if renamed {
        other("id", &old.id, &identity.id);
    }
    other("channel", &old.channel, identity.channel.word());
}

/// A setting that was enforced, and is in the policy in a weaker way.
fn released(now: &Setting, catalog: &Catalog<'_>) -> Finding {
    let (domain, key) = (now.domain.as_str(), now.key.as_str());
    let title = format!("`{key}` of {} is no longer enforced", catalog.short(domain));
    let finding = Finding::new("left-policy", title).at(now.origin.clone(), "").about(domain, key);
    match catalog.key(domain, key).and_then(|known| known.key.removal.as_ref()) {
        Some(removal) => finding.note(removal.says.trim_end_matches('.')),
        None => finding.note("when the enforced value goes, the user's own shows again"),
    }
}

/// A payload that was carried as it stood, and is not any more.
fn left_payload(old: &OldPayload, plan: &CheckedPlan) -> Finding {
    let title = format!("the payload of {} in `{}` is no longer in the policy", old.kind, old.file);
    let finding = Finding::new("left-policy", title)
        .about(&old.kind, "")
        .note("when the profile is replaced, what the payload brought goes from the Macs");
    match &plan.identity.origin {
        Some(origin) => finding.at(origin.clone(), ""),
        None => finding,
    }
}

fn left_policy(old: &Old, plan: &CheckedPlan, catalog: &Catalog<'_>) -> Finding {
    let short = catalog.short(&old.domain);
    let mut finding =
        Finding::new("left-policy", format!("`{}` of {short} is no longer in the policy", old.key))
            .about(&old.domain, &old.key);
    if let Some(origin) = &plan.identity.origin {
        finding = finding.at(origin.clone(), "");
    }
    match catalog.key(&old.domain, &old.key).and_then(|known| known.key.removal.as_ref()) {
        Some(removal) => {
            finding.severity(Severity::Warning).note(removal.says.trim_end_matches('.')).help(format!(
                "push `{} = {}` to {short} before the setting goes",
                crate::value::toml_key(&old.key),
                removal.value.to_value()
            ))
        }
        None if old.enforcement == "forced" => {
            finding.note("when the profile goes, the user's own value shows again")
        }
        None => finding.note("what was written stays on the Macs: [unset] names what must not be there"),
    }
}

/// Whether a folder holds a build: a manifest of ours.
pub(super) fn is_build(folder: &Path) -> bool {
    let text = manifest_text(&folder.join("manifest.json"));
    text.is_ok_and(|bytes| serde_json::from_slice::<Manifest>(&bytes).is_ok())
}

/// The identifiers of a profile that is deployed already.
pub(super) fn identifiers(path: &Path) -> Result<Kept> {
    let bytes = read_bytes(path, 16 << 20).map_err(|why| anyhow!("{why}")).with_context(|| label(path))?;
    kept(&bytes).with_context(|| label(path))
}

/// Whether a profile that is about to be replaced has another identifier: a Mac would then keep it beside the new one.
pub(super) fn renamed(folder: &Path, artefact: &Artefact) -> Option<String> {
    if !artefact.path.as_str().ends_with(".mobileconfig") {
        return None;
    }
    let path = folder.join(artefact.path.as_str());
    let old = kept(&read_bytes(&path, 16 << 20).ok()?).ok()?.identifier;
    let new = kept(&artefact.bytes).ok()?.identifier;
    (old != new).then(|| {
        format!(
            "{}: the identifier changes from `{old}` to `{new}`: a Mac that has the old profile keeps it beside the new one \
             (--keep-identifiers-from keeps it, on every build)",
            label(&path)
        )
    })
}

/// The manifest of an earlier build, as text.
fn manifest_text(path: &Path) -> Result<Vec<u8>> {
    read_bytes(path, 64 << 20).map_err(|why| anyhow!("{why}")).with_context(|| label(path))
}
