//! `[applies-to]`: the Macs that a policy is for.

use super::head::versions;
use super::macs::{ranges, unknown_product};
use super::raw::{MacsEntry, Raw, Said};
use crate::catalog::Catalog;
use crate::document::{Kind, Table, nearest};
use crate::finding::{Finding, Findings, Origin, Span};
use crate::plan::{AppliesTo, Macs};
use crate::version::Ranges;
use std::collections::BTreeMap;

/// What is no app, though the catalogue knows its versions.
const MACOS: &str = "macOS";

/// `[applies-to]` of one file, or of what a variant says in it.
pub(super) struct RawApplies {
    pub span: Span,
    pub macos: Option<MacsEntry>,
    pub apps: Vec<MacsEntry>,
    pub serial: Option<Vec<String>>,
    pub name: Option<Vec<String>>,
    /// By the name of the attribute.
    pub attributes: BTreeMap<String, Vec<String>>,
}

/// Reads the table.
pub(super) fn read(table: &Table<'_>, raw: &mut Raw, findings: &mut Findings) {
    let macos = table.get("macOS").and_then(|entry| versions(&entry, findings));
    let serial = patterns(table, "serial", findings);
    let name = patterns(table, "name", findings);
    let mut apps = Vec::new();
    if let Some(inner) = table.table("apps", findings) {
        apps.extend(inner.entries().iter().filter_map(|entry| versions(entry, findings)));
    }
    let mut attributes = BTreeMap::new();
    if let Some(inner) = table.table("attributes", findings) {
        for entry in inner.entries() {
            let items = match entry.item.kind() {
                Kind::Array(items) => items,
                _ => vec![entry.item],
            };
            let texts = items.iter().map(|item| (item.as_string(), item.span)).collect();
            attributes.extend(
                usable(entry.key, texts, entry.key_span, findings).map(|list| (entry.key.to_owned(), list)),
            );
        }
    }
    let mut others = Findings::new();
    table.refuse_others("unknown-table", "in [applies-to]", &mut others);
    findings.extend(others.into_iter().map(|finding| belongs(finding, table)).collect());
    raw.applies = Some(RawApplies { span: table.span, macos, apps, serial, name, attributes });
}

/// Where something belongs that stands directly in the table.
fn belongs(finding: Finding, table: &Table<'_>) -> Finding {
    let at = finding.primary().and_then(Origin::span);
    let entry = table.entries().into_iter().find(|entry| Some(entry.key_span) == at);
    match entry {
        Some(entry) if finding.fix.is_none() => finding.help(format!(
            "an app stands under [applies-to.apps], an attribute under [applies-to.attributes], as `{} = …`",
            crate::value::toml_key(entry.key)
        )),
        _ => finding,
    }
}

/// A list of patterns; none if there is none, or none that can be used.
fn patterns(table: &Table<'_>, key: &'static str, findings: &mut Findings) -> Option<Vec<String>> {
    let entry = table.get(key)?;
    let items = match entry.item.kind() {
        Kind::Array(items) => items,
        _ => vec![entry.item],
    };
    let texts = items.iter().map(|item| (item.as_string(), item.span)).collect();
    usable(key, texts, entry.key_span, findings)
}

fn usable(
    name: &str,
    texts: Vec<(Option<&str>, Span)>,
    key: Span,
    findings: &mut Findings,
) -> Option<Vec<String>> {
    if texts.is_empty() {
        let finding = Finding::new("applies-to", format!("`{name}` is an empty list: no Mac fits it"));
        findings.push(finding.at(key, "").help("leave the line out, or write `\"*\"`: any"));
        return None;
    }
    let mut found = Vec::new();
    for (text, span) in texts {
        let Some(text) = text else {
            let finding = Finding::new(
                "wrong-shape",
                format!("`{name}` is a text with `*` and `?`, or a list of them"),
            );
            findings.push(finding.at(span, ""));
            return None;
        };
        if text.trim().is_empty() {
            let finding = Finding::new("applies-to", format!("`{name}` holds an empty text: no Mac fits it"));
            findings.push(finding.at(span, "").help("write a text in which `*` stands for anything"));
            return None;
        }
        found.push(text.to_owned());
    }
    Some(found)
}

/// Merges what the files say, condition by condition: a later file says it anew.
pub(super) fn resolve(
    files: &[&Raw],
    macs: &Macs,
    catalog: &Catalog<'_>,
    findings: &mut Findings,
) -> AppliesTo {
    let mut all = AppliesTo::default();
    let mut places: BTreeMap<&str, Said<Ranges>> = BTreeMap::new();
    let mut macos_at = None;
    for raw in files.iter().filter_map(|raw| raw.applies.as_ref()) {
        all.origin = Some(raw.span.into());
        if let Some(entry) = &raw.macos
            && let Some(found) = versions_of_macos(entry, findings)
        {
            all.macos = Some(found);
            macos_at = Some(entry.product.1);
        }
        for entry in &raw.apps {
            let Some(product) = product(&entry.product.0, catalog).filter(|name| *name != MACOS) else {
                findings.push(no_product(entry, catalog));
                continue;
            };
            if let Some(found) = ranges(entry, findings) {
                places.insert(product, (found, entry.product.1));
            }
        }
        let patterns = [(&mut all.serial, &raw.serial), (&mut all.name, &raw.name)];
        for (own, said) in patterns {
            if let Some(said) = said {
                own.clone_from(said);
            }
        }
        all.attributes.extend(raw.attributes.clone());
    }
    if let (Some(macos), Some(at)) = (&all.macos, macos_at) {
        findings.extend(nobody(MACOS, macos, at, macs).into_iter().collect());
    }
    for (product, (wanted, span)) in places {
        findings.extend(nobody(product, &wanted, span, macs).into_iter().collect());
        all.apps.insert(product.to_owned(), wanted);
    }
    all
}

/// That [macs] rules out all versions that are asked for.
fn nobody(product: &str, wanted: &Ranges, span: Span, macs: &Macs) -> Option<Finding> {
    let stated = macs.versions.get(product).filter(|stated| !stated.is_empty() && !wanted.is_empty())?;
    let title = format!("it applies to no Mac: [macs] says that {product} is `{stated}`, not `{wanted}`");
    wanted.intersect(stated).is_empty().then(|| Finding::new("applies-to", title).at(span, ""))
}

fn versions_of_macos(entry: &MacsEntry, findings: &mut Findings) -> Option<Ranges> {
    if entry.ranges.is_none() {
        let finding = Finding::new("bad-range", "every Mac has macOS").at(entry.product.1, "");
        findings.push(finding.help("write a range such as `\"14 ..\"`"));
        return None;
    }
    ranges(entry, findings)
}

/// A product by its name, or by a bundle identifier of its own.
fn product<'c>(name: &str, catalog: &Catalog<'c>) -> Option<&'c str> {
    let own = |id: &&str| id.eq_ignore_ascii_case(name);
    let by_id = || catalog.products().find(|product| product.bundle_ids.iter().any(own));
    catalog.product(name).or_else(by_id).map(|product| product.name)
}

fn no_product(entry: &MacsEntry, catalog: &Catalog<'_>) -> Finding {
    let (name, span) = &entry.product;
    if name.eq_ignore_ascii_case("macos") {
        let title = "`macOS` is no app: it stands in [applies-to] itself";
        return Finding::new("unknown-product", title).at(*span, "");
    }
    let ids = catalog.products().flat_map(|product| product.bundle_ids.iter().copied());
    let finding = unknown_product(entry, catalog, &[]);
    match nearest(name, ids).filter(|_| name.contains('.')) {
        Some(near) => {
            let title = format!("no product of the catalogue has the bundle identifier `{name}`");
            Finding::new("unknown-product", title).at(*span, "").help(format!("did you mean `{near}`?"))
        }
        None if finding.fix.is_some() || !name.contains('.') => finding,
        None => {
            let title = format!("no product of the catalogue has the bundle identifier `{name}`");
            Finding::new("unknown-product", title)
                .at(*span, "")
                .note("snapshots hold the versions of the apps that the catalogue knows")
                .help("a file of `--catalog` can name the app as a product: docs/catalogue.md")
        }
    }
}
