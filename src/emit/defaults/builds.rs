//! The builds that read a setting, in the words of the scripts: which apps to ask, and what to compare with.

use crate::catalog::Catalog;
use crate::catalog::model::Product;
use crate::plan::{Reads, Setting};
use crate::text::Call;
use crate::version::{Ranges, Version};
use std::collections::BTreeSet;

/// The name of the product that every Mac has.
pub(in crate::emit) const MACOS: &str = "macOS";

/// The calls that say which builds read a setting; the products whose versions they need go to `products`.
pub(super) fn read_by(
    setting: &Setting,
    catalog: &Catalog<'_>,
    products: &mut BTreeSet<String>,
) -> Vec<Call> {
    let mut calls = Vec::new();
    for read in &setting.reads {
        let asked = asked(read, setting, catalog);
        if asked.is_empty() || read.ranges.is_any() {
            continue;
        }
        let mut call = Call::new("read_by").word(bounds(&read.ranges)).word(words(&read.ranges));
        for product in asked {
            call = call.word(line(&product));
            products.insert(product);
        }
        calls.push(call);
    }
    calls
}

/// The products whose installed versions tell: the one that has an app, or those of its suite that have one.
fn asked(read: &Reads, setting: &Setting, catalog: &Catalog<'_>) -> Vec<String> {
    if read.product == MACOS {
        return vec![MACOS.to_owned()];
    }
    let known = catalog.key(setting.domain.as_str(), setting.key.as_str());
    let readers = known.map_or(&[][..], |known| known.key.apps.as_slice());
    let Some(product) = catalog.product(&read.product) else { return Vec::new() };
    if !product.app.is_empty() {
        return vec![product.name.to_owned()];
    }
    let suite = product.suite.unwrap_or(product.name);
    let of_suite = |other: &&Product<'_>| other.suite == Some(suite) && !other.app.is_empty();
    let reading = |other: &&Product<'_>| readers.is_empty() || readers.contains(&other.name);
    catalog.products().filter(of_suite).filter(reading).map(|other| other.name.to_owned()).collect()
}

/// The calls that find out the versions of products.
pub(super) fn apps(products: &BTreeSet<String>, catalog: &Catalog<'_>) -> Vec<Call> {
    let mut calls = Vec::new();
    for name in products {
        if name == MACOS {
            calls.push(Call::new("macos"));
            continue;
        }
        let Some(product) = catalog.product(name) else { continue };
        let key = product.version_key.unwrap_or("CFBundleShortVersionString");
        let call = Call::new("app").word(line(name)).word(key);
        calls.push(product.app.iter().fold(call, |call, path| call.word(*path)));
    }
    calls
}

/// A name of a product as the scripts' table of versions can hold it.
pub(in crate::emit) fn line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Ranges for the awk of the scripts: `15.25@16072600 16.17;16.20 -`, the end left out, `-` an open side.
pub(in crate::emit) fn bounds(ranges: &Ranges) -> String {
    let side = |version: Option<Version>| version.map_or_else(|| "-".to_owned(), cut);
    let parts = ranges.as_slice().iter();
    let parts: Vec<String> =
        parts.map(|range| format!("{} {}", side(range.lower()), side(range.end()))).collect();
    parts.join(";")
}

fn cut(version: Version) -> String {
    let numbers: Vec<String> = version.numbers().iter().map(u32::to_string).collect();
    let build = version.build().map(|build| format!("@{build}")).unwrap_or_default();
    format!("{}{build}", numbers.join("."))
}

/// What follows "Word 15.24 does not read it: ".
pub(in crate::emit) fn words(ranges: &Ranges) -> String {
    match (ranges.as_slice(), ranges.lower()) {
        ([], _) => "no build does".to_owned(),
        ([range], Some(lower)) if range.end().is_none() => format!("{lower} does"),
        _ => format!("builds {} do", ranges.describe()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(text: &str) -> Ranges {
        text.parse().unwrap()
    }

    #[test]
    fn bounds_leave_the_end_out() {
        assert_eq!(bounds(&ranges("15.25 [160726] ..")), "15.25@16072600 -");
        assert_eq!(bounds(&ranges(".. 16.27, 16.30 .. 16.32.1")), "- 16.28;16.30 16.32.2");
        assert_eq!(bounds(&Ranges::none()), "");
    }

    #[test]
    fn words_of_ranges() {
        assert_eq!(words(&ranges("15.25 [160726] ..")), "15.25 [160726] does");
        assert_eq!(words(&ranges(".. 16.27")), "builds up to 16.27 do");
        assert_eq!(words(&ranges("16.9 .. 16.12, 16.28 ..")), "builds 16.9 to 16.12 and from 16.28 do");
    }
}
