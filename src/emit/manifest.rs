//! `manifest.json`: every file with its hash, every setting with its origin and the builds that read it.

use crate::catalog::Catalog;
use crate::check::CheckedPlan;
use crate::finding::Sources;
use crate::plan::{Identity, Plan};
use serde_json::{Value as Json, json};

/// The content of `manifest.json`. `plans` are those of one policy, first its own, if it is built; `files` are (path,
/// SHA-256 in hexadecimal, target), by path; `base` is the folder of the policy.
pub fn manifest(
    plans: &[&CheckedPlan],
    catalog: &Catalog<'_>,
    sources: &Sources,
    base: &str,
    files: &[(String, String, String)],
) -> Vec<u8> {
    let one = |plan: &CheckedPlan| {
        let mut one = plan.to_json(sources, base, &|setting| plan.is_secret(setting, catalog));
        if let Json::Object(entries) = &mut one {
            entries.remove("left_out");
            entries.remove("applies_to");
        }
        one
    };
    let (own, variants): (Vec<&CheckedPlan>, Vec<_>) =
        plans.iter().copied().partition(|plan| plan.identity.variant.is_none());
    let mut whole = match (own.first(), variants.first()) {
        (Some(own), _) => one(own),
        // The policy itself is not built, and has nothing.
        (None, Some(variant)) => itself(variant, sources, base),
        (None, None) => json!({}),
    };
    if let Json::Object(entries) = &mut whole {
        if !variants.is_empty() {
            let variants = variants.into_iter().map(|plan| {
                let mut one = one(plan);
                if let Json::Object(entries) = &mut one {
                    entries.remove("version");
                }
                one
            });
            entries.insert("variants".to_owned(), variants.collect());
        }
        let files: Vec<Json> = files
            .iter()
            .map(|(path, sha256, target)| json!({ "path": path, "sha256": sha256, "target": target }))
            .collect();
        entries.insert("files".to_owned(), Json::Array(files));
    }
    let mut bytes = serde_json::to_vec_pretty(&whole).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// A policy that builds its variants only, by one of them: who it is, and no setting.
fn itself(variant: &CheckedPlan, sources: &Sources, base: &str) -> Json {
    let of = &variant.identity;
    let name = of.variant.as_deref().unwrap_or_default();
    let without = |text: &str, end: &str| text.strip_suffix(end).unwrap_or(text).to_owned();
    let identity = Identity {
        id: without(&of.id, &format!(".{name}")),
        name: without(&of.name, &format!(" ({name})")),
        channel: of.channel,
        ..Identity::default()
    };
    let mut itself = Plan { identity, ..Plan::default() }.to_json(sources, base, &|_| false);
    if let Json::Object(entries) = &mut itself {
        entries.remove("left_out");
        entries.remove("applies_to");
    }
    itself
}
