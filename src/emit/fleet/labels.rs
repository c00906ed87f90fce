//! Labels of the Macs that a policy speaks of, and of those that a cut is for: by the versions of their apps.

use super::super::Request;
use super::super::sql::{macs_with, macs_with_all};
use super::{LABELS, NAME, scalar};
use crate::finding::{Finding, Findings};
use crate::plan::Cut;
use crate::text::yaml_block;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A file of labels: one for each product that `[macs]` narrows, and for each cut; empty, if there is nothing that a Mac
/// shows.
pub(super) fn labels(request: &Request<'_, '_>) -> String {
    let mut out = String::new();
    let mut named: BTreeSet<String> = BTreeSet::new();
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
        named.insert(label(request, &name, &query, &mut out));
    }
    for cut in request.plan.cuts() {
        let name = of_cut(cut);
        let Some(query) = macs_with_all(&cut.needs, request.catalog) else { continue };
        // What [macs] says of a product may be what a setting asks for.
        if !named.contains(&name) {
            named.insert(label(request, &name, &query, &mut out));
        }
    }
    out
}

/// Writes a label; its name.
fn label(request: &Request<'_, '_>, name: &str, query: &str, out: &mut String) -> String {
    let description = format!(
        "Made by prefsmith for the policy \"{}\": compares numbers, hotfixes and builds.",
        request.plan.identity.name
    );
    let _ = writeln!(out, "- name: {}", scalar(name));
    let _ = writeln!(out, "  description: {}", scalar(&description));
    let _ = writeln!(out, "  query: {}", yaml_block(query, 4));
    out.push_str("  label_membership_type: dynamic\n  platform: darwin\n");
    name.to_owned()
}

/// The label of the Macs that get the profile of a cut.
fn of_cut(cut: &Cut) -> String {
    format!("Macs with {}", cut.words)
}

/// Who gets a profile: the list of labels, and its names. With a cut its label too, where both can be said in one list.
pub(super) fn scope(request: &Request<'_, '_>, cut: Option<&Cut>) -> Option<(&'static str, Vec<String>)> {
    let options = request.options(NAME);
    let own = LABELS.into_iter().map(|field| (field, options.list(field))).find(|(_, list)| !list.is_empty());
    let texts = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let Some(cut) = cut else { return own.map(|(field, list)| (field, texts(&list))) };
    let label = of_cut(cut);
    match own {
        None => Some(("labels_include_any", vec![label])),
        Some(("labels_include_any", list)) if list.len() > 1 => None,
        Some(("labels_exclude_any", _)) => None,
        Some((_, list)) => Some(("labels_include_all", [texts(&list), vec![label]].concat())),
    }
}

/// The policy's labels that do not go together with those of cuts.
pub(super) fn beside_cuts(request: &Request<'_, '_>, findings: &mut Findings) {
    let Some(cut) = request.plan.cuts().iter().find(|cut| scope(request, Some(*cut)).is_none()) else {
        return;
    };
    let options = request.options(NAME);
    let field = if options.list("labels_exclude_any").is_empty() {
        "labels_include_any"
    } else {
        "labels_exclude_any"
    };
    let title = format!("Fleet cannot give a profile to Macs of `{field}` that also have {}", cut.words);
    let finding = Finding::new("fleet-labels", title);
    let finding = match options.origin_of(field) {
        Some(origin) => finding.at(origin.clone(), ""),
        None => finding,
    };
    findings.push(
        finding
            .note("it takes one list of labels for a profile: of which any, or all, or none must be there")
            .help("make a label of Fleet's own for the Macs that are meant, and name it under `labels_include_all`")
            .help("or build without --by-build"),
    );
}
