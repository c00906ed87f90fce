//! `[macs]` against the catalogue's products: what may run out there.

use super::raw::{MacsEntry, Raw};
use crate::catalog::{Catalog, Licence};
use crate::document::nearest;
use crate::finding::{Finding, Findings, Span};
use crate::plan::Macs;
use crate::version::Ranges;
use std::collections::{BTreeMap, BTreeSet};

/// Merges the `[macs]` of all files by product: a later file says it anew.
pub(super) fn resolve(files: &[Raw], catalog: &Catalog<'_>, findings: &mut Findings) -> Macs {
    let mut stated: BTreeMap<&str, (Ranges, Span)> = BTreeMap::new();
    let mut macs = Macs::default();
    for raw in files {
        for entry in &raw.macs {
            let Some(product) = catalog.product(&entry.product.0) else {
                findings.push(unknown_product(entry, catalog));
                continue;
            };
            if let Some(ranges) = ranges(entry, findings) {
                stated.insert(product.name, (ranges, entry.product.1));
            }
        }
        if let Some(list) = &raw.licences {
            macs.licences = licences(list, findings);
        }
        if let Some(span) = raw.macs_span {
            macs.origin = Some(span.into());
        }
    }
    for product in catalog.products() {
        let own = stated.get(product.name);
        let suite = product.suite.and_then(|suite| stated.get(suite));
        let found = match (own, suite) {
            (Some((own, span)), Some((suite, suite_span))) => {
                let both = own.intersect(suite);
                if both.is_empty() && !own.is_empty() && !suite.is_empty() {
                    findings.push(
                        Finding::new("macs-empty", format!("no version of {} is left", product.name))
                            .at(*span, format!("{own} here"))
                            .at(*suite_span, format!("{suite} for the suite")),
                    );
                }
                Some(both)
            }
            (Some((own, _)), None) => Some(own.clone()),
            (None, Some((suite, _))) => Some(suite.clone()),
            (None, None) => None,
        };
        if let Some(found) = found {
            macs.versions.entry(product.name.to_owned()).or_insert(found);
        }
    }
    suites(catalog, &stated, &mut macs);
    macs
}

/// A suite runs in the versions that any of its apps runs in.
fn suites(catalog: &Catalog<'_>, stated: &BTreeMap<&str, (Ranges, Span)>, macs: &mut Macs) {
    let names: BTreeSet<&str> = catalog.products().filter_map(|product| product.suite).collect();
    for suite in names {
        let members: Vec<&str> = catalog
            .products()
            .filter(|product| product.suite == Some(suite))
            .map(|product| product.name)
            .collect();
        if !members.iter().any(|member| stated.contains_key(member)) {
            continue;
        }
        let of = |member: &&str| macs.versions.get(*member).cloned().unwrap_or_else(Ranges::any);
        let all = members.iter().map(of).fold(Ranges::none(), |all, part| all.union(&part));
        macs.versions.insert(suite.to_owned(), all);
    }
}

fn unknown_product(entry: &MacsEntry, catalog: &Catalog<'_>) -> Finding {
    let (name, span) = &entry.product;
    let finding =
        Finding::new("unknown-product", format!("`{name}` is no product of the catalogue")).at(*span, "");
    let names: BTreeSet<&str> = catalog.products().map(|product| product.name).collect();
    match nearest(name, names.iter().copied().chain(["licence"])) {
        Some(near) => {
            finding.help(format!("did you mean `{near}`?")).fix(*span, near, format!("write `{near}`"))
        }
        None => finding
            .help(format!("known: {}, and `licence`", names.into_iter().collect::<Vec<_>>().join(", "))),
    }
}

fn ranges(entry: &MacsEntry, findings: &mut Findings) -> Option<Ranges> {
    let Some(texts) = &entry.ranges else { return Some(Ranges::none()) };
    if texts.is_empty() {
        findings.push(
            Finding::new("bad-range", format!("`{}` has an empty list of ranges", entry.product.0))
                .at(entry.product.1, "")
                .help("`\"none\"` says that it is not installed; leave the line out for any version"),
        );
        return None;
    }
    let mut all = Ranges::none();
    for (text, span) in texts {
        match text.parse::<Ranges>() {
            Ok(found) => all = all.union(&found),
            Err(error) => {
                findings.push(
                    Finding::new("bad-range", format!("`{text}` is no range of versions: {error}"))
                        .at(*span, "")
                        .help("write `\"16.28 ..\"`, `\".. 16.16.x\"`, `\"16.9 .. 16.12\"` or one version"),
                );
                return None;
            }
        }
    }
    Some(all)
}

fn licences(list: &[(String, Span)], findings: &mut Findings) -> Option<BTreeSet<Licence>> {
    let mut found = BTreeSet::new();
    for (text, span) in list {
        match Licence::ALL.into_iter().find(|licence| licence.word() == text) {
            Some(licence) => {
                found.insert(licence);
            }
            None => {
                let known: Vec<String> = Licence::ALL.iter().map(|l| format!("`{}`", l.word())).collect();
                let finding = Finding::new("wrong-word", format!("`{text}` is no licence")).at(*span, "");
                findings.push(finding.help(format!("it is {}", known.join(" or "))));
            }
        }
    }
    (!found.is_empty()).then_some(found)
}
