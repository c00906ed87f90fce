//! Labels of the Macs that a policy speaks of: by the versions of their apps.

use super::super::Request;
use super::super::sql::macs_with;
use super::scalar;
use crate::text::yaml_block;
use std::fmt::Write as _;

/// A file of labels: one for each product that `[macs]` narrows; empty, if it narrows none that a Mac shows.
pub(super) fn labels(request: &Request<'_, '_>) -> String {
    let mut out = String::new();
    for (product, ranges) in &request.plan.macs.versions {
        let Some(query) = macs_with(product, ranges, request.catalog) else { continue };
        let name = if ranges.is_empty() {
            format!("Macs without {product}")
        } else {
            format!("Macs with {product} {}", ranges.describe())
        };
        let description = format!(
            "Made by prefsmith for the policy \"{}\": compares numbers, hotfixes and builds.",
            request.plan.identity.name
        );
        let _ = writeln!(out, "- name: {}", scalar(&name));
        let _ = writeln!(out, "  description: {}", scalar(&description));
        let _ = writeln!(out, "  query: {}", yaml_block(&query, 4));
        out.push_str("  label_membership_type: dynamic\n  platform: darwin\n");
    }
    out
}
