//! `manifest.json`: every file with its hash, every setting with its origin and the builds that read it.

use crate::catalog::Catalog;
use crate::check::CheckedPlan;
use crate::finding::Sources;
use serde_json::{Value as Json, json};

/// The content of `manifest.json`. `files` are (path, SHA-256 in hexadecimal, target), by path; `base` is
/// the folder of the policy.
pub fn manifest(
    plan: &CheckedPlan,
    catalog: &Catalog<'_>,
    sources: &Sources,
    base: &str,
    files: &[(String, String, String)],
) -> Vec<u8> {
    let mut whole = plan.to_json(sources, base, &|setting| plan.is_secret(setting, catalog));
    if let Json::Object(entries) = &mut whole {
        entries.remove("left_out");
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
