//! `[macs]` against the catalogue's products: what may run out there.

use super::raw::{MacsEntry, Raw};
use crate::catalog::{Catalog, Licence};
use crate::document::nearest;
use crate::finding::{Finding, Findings, Severity, Sources, Span};
use crate::plan::Macs;
use crate::version::Ranges;
use std::collections::{BTreeMap, BTreeSet};

/// Merges the `[macs]` of all files by product: a later file says it anew.
pub(super) fn resolve(files: &[&Raw], catalog: &Catalog<'_>, findings: &mut Findings) -> Macs {
    let mut stated: BTreeMap<&str, (Ranges, Span)> = BTreeMap::new();
    let mut macs = Macs::default();
    for raw in files {
        for entry in &raw.macs {
            let Some(product) = catalog.product(&entry.product.0) else {
                findings.push(unknown_product(entry, catalog, &["licence", "proxy-auth"]));
                continue;
            };
            if let Some(ranges) = ranges(entry, findings) {
                stated.insert(product.name, (ranges, entry.product.1));
            }
        }
        if let Some(list) = &raw.licences {
            macs.licences = licences(list, findings);
        }
        if let Some((flag, span)) = raw.proxy_auth {
            macs.proxy_auth = Some((flag, span.into()));
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
                if both.is_empty() && !own.is_empty() {
                    findings.push(
                        Finding::new("macs-empty", format!("no version of {} is left", product.name))
                            .at(*span, format!("`{own}` of the app"))
                            .at(*suite_span, format!("`{suite}` of its suite")),
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

/// What runs out there, as a command line says it: `Office=16.80 ..`, `licence=volume`. Ranges and licences are listed
/// with commas, and one product may be named several times.
///
/// # Errors
/// What is wrong with the first statement that is, with what helps.
pub fn macs_of(statements: &[String], catalog: &Catalog<'_>) -> Result<Macs, String> {
    let span = Span { source: Sources::new().add("", ""), start: 0, end: 0 };
    let mut raw = Raw::default();
    for statement in statements {
        let Some((name, said)) = statement.split_once('=') else {
            return Err(format!("`{statement}` says nothing of versions: write `Office=16.80 ..`"));
        };
        let (name, said) = (name.trim(), said.trim());
        let parts = said.split(',').map(|part| (part.trim().to_owned(), span));
        if name == "licence" {
            raw.licences.get_or_insert_default().extend(parts);
            continue;
        }
        if name == "proxy-auth" {
            raw.proxy_auth = match said {
                "true" => Some((true, span)),
                "false" => Some((false, span)),
                _ => return Err(format!("`{statement}`: it is `proxy-auth=true` or `proxy-auth=false`")),
            };
            continue;
        }
        let ranges = (said != "none").then(|| parts.collect::<Vec<_>>());
        match raw.macs.iter_mut().find(|entry| entry.product.0 == name) {
            Some(MacsEntry { ranges: Some(known), .. }) => known.extend(ranges.into_iter().flatten()),
            _ => raw.macs.push(MacsEntry { product: (name.to_owned(), span), ranges }),
        }
    }
    let mut findings = Findings::new();
    let macs = resolve(&[&raw], catalog, &mut findings);
    match findings.iter().find(|finding| finding.severity == Severity::Error) {
        Some(finding) => {
            let help = finding.help.first().map_or(String::new(), |help| format!(": {help}"));
            Err(format!("{}{help}", finding.title))
        }
        None => Ok(macs),
    }
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

/// A name that is no product. `more`: what else may stand there.
pub(super) fn unknown_product(entry: &MacsEntry, catalog: &Catalog<'_>, more: &[&str]) -> Finding {
    let (name, span) = &entry.product;
    let finding =
        Finding::new("unknown-product", format!("`{name}` is no product of the catalogue")).at(*span, "");
    let names: BTreeSet<&str> = catalog.products().map(|product| product.name).collect();
    let same = |known: &&str| known.eq_ignore_ascii_case(name);
    let meant = catalog
        .products()
        .find(|product| product.title.eq_ignore_ascii_case(name) || product.bundle_ids.iter().any(same))
        .map(|product| product.name);
    if let Some(near) = meant {
        return finding.help(format!("did you mean `{near}`?")).fix(*span, near, format!("write `{near}`"));
    }
    match nearest(name, names.iter().copied().chain(more.iter().copied())) {
        Some(near) => {
            finding.help(format!("did you mean `{near}`?")).fix(*span, near, format!("write `{near}`"))
        }
        None => {
            // Weak layers name a product for each domain: the list would be as long as theirs.
            let own: Vec<_> = names.into_iter().filter(|name| !catalog.is_hearsay(name)).collect();
            let more = match more {
                [] => String::new(),
                more => format!(
                    ", {}",
                    more.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
                ),
            };
            finding.help(format!("known: {}{more}", own.join(", ")))
        }
    }
}

/// The versions that an entry names.
pub(super) fn ranges(entry: &MacsEntry, findings: &mut Findings) -> Option<Ranges> {
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
        if text.trim() == "none" {
            let finding = Finding::new("bad-range", "`none` stands alone: the product is not installed");
            findings.push(
                finding.at(*span, "").help("leave it out of the list, or write `\"none\"` for the list"),
            );
            return None;
        }
        match text.parse::<Ranges>() {
            Ok(found) if edition(&found) => {
                findings.push(
                    Finding::new("bad-range", format!("`{text}` is the name of a product, not a version of it"))
                        .at(*span, "")
                        .help("Office 2016 is `\".. 16.16.x\"`; 2019, 2021, 2024 and Microsoft 365 are `\"16.17 ..\"`"),
                );
                return None;
            }
            Ok(found) => all = all.union(&found),
            Err(error) => {
                let title = format!("`{text}` is no range of versions: {}", error.problem);
                findings.push(spelt(Finding::new("bad-range", title).at(*span, ""), text, *span));
                return None;
            }
        }
    }
    Some(all)
}

/// How a range is spelt here, where it was spelt as elsewhere.
fn spelt(finding: Finding, text: &str, span: Span) -> Finding {
    let text = text.trim();
    let meant = if let Some(from) = text.strip_prefix(">=") {
        Some(format!("{} ..", from.trim()))
    } else if let Some(from) = text.strip_suffix('+') {
        Some(format!("{} ..", from.trim()))
    } else if let Some(to) = text.strip_prefix("<=") {
        Some(format!(".. {}", to.trim()))
    } else if let Some((from, to)) = text.split_once(['-', '–']) {
        Some(format!("{} .. {}", from.trim(), to.trim()))
    } else {
        text.eq_ignore_ascii_case("none").then(|| "none".to_owned())
    };
    match meant.filter(|meant| meant == "none" || meant.parse::<Ranges>().is_ok()) {
        Some(meant) => {
            let meant = format!("\"{meant}\"");
            finding.help(format!("write `{meant}`")).fix(span, meant.clone(), format!("write `{meant}`"))
        }
        None => finding.help("write `\"16.28 ..\"`, `\".. 16.16.x\"`, `\"16.9 .. 16.12\"` or one version"),
    }
}

/// Whether a range speaks of editions such as 2016 or 365: no version of anything is that high.
fn edition(ranges: &Ranges) -> bool {
    let high =
        |version: crate::version::Version| version.numbers().first().is_some_and(|first| *first >= 365);
    ranges.lower().is_some_and(high)
        || ranges.as_slice().last().and_then(|range| range.end()).is_some_and(high)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(statements: &[&str]) -> Result<Macs, String> {
        let statements: Vec<String> = statements.iter().map(|text| (*text).to_owned()).collect();
        macs_of(&statements, &Catalog::builtin())
    }

    #[test]
    fn macs_of_a_command_line() {
        let macs = of(&["Office = 16.80 ..", "Word=16.82 .., 16.84", "AutoUpdate=none", "licence=volume"]);
        let macs = macs.unwrap();
        assert_eq!(macs.versions.get("Outlook"), Some(&"16.80 ..".parse().unwrap()));
        assert_eq!(macs.versions.get("Word"), Some(&"16.82 ..".parse().unwrap()));
        assert_eq!(macs.versions.get("AutoUpdate"), Some(&Ranges::none()));
        assert_eq!(macs.licences, Some(BTreeSet::from([Licence::Volume])));
        assert_eq!(macs.proxy_auth, None);
        let proxies = of(&["proxy-auth = true"]).unwrap();
        assert!(proxies.proxy_auth.is_some_and(|(flag, _)| flag));
        assert!(of(&["proxy-auth=yes"]).unwrap_err().contains("`proxy-auth=true`"));
        let twice = of(&["Office=15.1 .. 15.2", "Office=16.1 .. 16.2"]).unwrap();
        assert_eq!(twice.versions.get("Word"), Some(&"15.1 .. 15.2, 16.1 .. 16.2".parse().unwrap()));
    }

    #[test]
    fn what_a_command_line_says_wrongly() {
        assert_eq!(
            of(&["Ofice=16.80"]).unwrap_err(),
            "`Ofice` is no product of the catalogue: did you mean `Office`?"
        );
        assert_eq!(of(&["16.80"]).unwrap_err(), "`16.80` says nothing of versions: write `Office=16.80 ..`");
        assert!(of(&["Office=>= 16.80"]).unwrap_err().contains("write `\"16.80 ..\"`"));
        assert!(of(&["licence=free"]).unwrap_err().starts_with("`free` is no licence"));
    }
}
