//! Labels of the Macs that a policy speaks of: by the versions of their apps.

use super::super::Request;
use super::super::sql::macs_with;
use super::scalar;
use crate::text::yaml_block;
use std::fmt::Write as _;

/// A file of labels: one for each product that `[macs]` narrows; empty, if it narrows none that a Mac shows.
pub(super) fn labels(request: &Request<'_, '_>) -> String {
    let mut out = String::new();
    let versions = &request.plan.macs.versions;
    for (product, ranges) in versions {
        let known = request.catalog.product(product);
        let suite = known.and_then(|known| known.suite).filter(|suite| suite != product);
        // A helper inside the suite's apps is no app of its own, and an app that is not narrowed is in its suite's label.
        let helper = suite.is_some() && known.is_some_and(|known| known.app.is_empty());
        let same = suite.is_some_and(|suite| versions.get(suite) == Some(ranges));
        if ranges.is_any() || helper || same {
            continue;
        }
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
