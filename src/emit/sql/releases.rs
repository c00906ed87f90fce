//! Installed releases in SQL: which apps read a setting, by numbers and builds, as `version` compares them.
//!
//! osquery's own `version_compare` takes 16.90 to be older than 16.90.0, and 1.0823 newer than 1.823; so versions are
//! taken apart here, and written as texts of one length that sort as the numbers do.

use super::quote;
use crate::catalog::Catalog;
use crate::catalog::model::Product;
use crate::plan::Setting;
use crate::version::{Ranges, Version};
use std::collections::BTreeMap;

/// The name of the product that every Mac has.
const MACOS: &str = "macOS";

/// What a query asks of installed apps.
#[derive(Default)]
pub(super) struct Releases {
    /// The rows of each product.
    products: BTreeMap<String, String>,
    /// Whether versions are compared.
    compared: bool,
}

impl Releases {
    pub(super) fn add(&mut self, other: &Self) {
        self.products.extend(other.products.iter().map(|(name, rows)| (name.clone(), rows.clone())));
        self.compared |= other.compared;
    }

    /// What a Mac may have instead of a setting: an app that is missing, or only builds that do not read it.
    pub(super) fn excuses(&mut self, setting: &Setting, catalog: &Catalog<'_>) -> Vec<String> {
        let any = Ranges::any();
        let own = catalog.domain(setting.domain.as_str()).and_then(|domain| domain.product);
        let known = catalog.key(setting.domain.as_str(), setting.key.as_str()).is_some();
        let own = own.filter(|_| known && setting.reads.is_empty());
        let mut asked: Vec<(&str, Ranges)> = own.map(|product| (product, any)).into_iter().collect();
        asked.extend(setting.reads.iter().map(|reads| (reads.product.as_str(), reads.all())));
        asked.iter().filter_map(|(product, ranges)| self.none_in(product, ranges, catalog)).collect()
    }

    /// An expression: no release of a product in these ranges is installed. None where a Mac does not show it.
    pub(super) fn none_in(
        &mut self,
        product: &str,
        ranges: &Ranges,
        catalog: &Catalog<'_>,
    ) -> Option<String> {
        // A version that is none may be any.
        Some(format!("NOT {}", self.some_in(product, ranges, catalog, "bad OR ")?))
    }

    /// An expression: a release of a product in these ranges is installed.
    pub(super) fn known_in(
        &mut self,
        product: &str,
        ranges: &Ranges,
        catalog: &Catalog<'_>,
    ) -> Option<String> {
        self.some_in(product, ranges, catalog, "NOT bad AND ")
    }

    fn some_in(
        &mut self,
        product: &str,
        ranges: &Ranges,
        catalog: &Catalog<'_>,
        bad: &str,
    ) -> Option<String> {
        let mut names = Vec::new();
        if product == MACOS {
            let rows = "SELECT 'macOS', '', version FROM os_version";
            self.products.insert(MACOS.to_owned(), rows.to_owned());
            names.push(quote(MACOS));
        }
        for member in members(product, catalog) {
            self.products.insert(member.name.to_owned(), rows(member));
            names.push(quote(member.name));
        }
        if names.is_empty() {
            return None;
        }
        let names = match names.as_slice() {
            [one] => format!("product = {one}"),
            several => format!("product IN ({})", several.join(", ")),
        };
        if ranges.is_any() {
            return Some(format!("EXISTS (SELECT 1 FROM app WHERE {names})"));
        }
        self.compared = true;
        let mut tests: Vec<String> = Vec::new();
        tests.extend(ranges.as_slice().iter().map(|range| {
            let from = range.lower().map(|from| format!("newest >= '{}'", cut(from)));
            let until = range.end().map(|until| format!("oldest < '{}'", cut(until)));
            let both: Vec<String> = from.into_iter().chain(until).collect();
            both.join(" AND ")
        }));
        if tests.is_empty() {
            tests.push("0".to_owned());
        }
        Some(format!("EXISTS (SELECT 1 FROM release WHERE {names}\n    AND ({bad}({})))", tests.join(" OR ")))
    }

    /// The tables that the expressions read, in front of a query.
    pub(super) fn with(&self) -> String {
        if self.products.is_empty() {
            return String::new();
        }
        let rows: Vec<&str> = self.products.values().map(String::as_str).collect();
        let apps = format!("app (product, path, version) AS (\n  {}\n)", rows.join("\n  UNION ALL "));
        if self.compared { format!("WITH RECURSIVE\n{apps}{RELEASE}") } else { format!("WITH {apps}\n") }
    }
}

/// A place between releases, as texts that sort as numbers do.
fn cut(version: Version) -> String {
    let mut numbers: Vec<u32> = version.numbers().to_vec();
    numbers.resize(6, 0);
    let numbers: Vec<String> = numbers.iter().map(|number| format!("{number:09}")).collect();
    format!("{} {:08}", numbers.join("."), version.build().unwrap_or(0))
}

/// The products with an app of their own whose versions are those of a product: itself, or the members of its suite.
fn members<'x, 'c>(name: &str, catalog: &'x Catalog<'c>) -> Vec<&'x Product<'c>> {
    let Some(product) = catalog.product(name) else { return Vec::new() };
    if !product.app.is_empty() {
        return vec![product];
    }
    let suite = product.suite.unwrap_or(product.name);
    catalog.products().filter(|member| member.suite == Some(suite) && !member.app.is_empty()).collect()
}

/// The copies of an app where `diff` looks for them.
fn rows(product: &Product<'_>) -> String {
    let either = |tests: Vec<String>| match tests.as_slice() {
        [one] => one.clone(),
        _ => format!("({})", tests.join(" OR ")),
    };
    let ids = product.bundle_ids.iter().map(|id| format!("bundle_identifier = {}", quote(id))).collect();
    let mut places: Vec<String> = product.app.iter().map(|path| format!("path = {}", quote(path))).collect();
    let names = product.app.iter().filter_map(|path| path.strip_prefix("/Applications/"));
    places.extend(names.map(|name| format!("path LIKE {}", quote(&format!("/Users/%/Applications/{name}")))));
    // `|| ''`: the column compares by a collation of osquery's own.
    let version = match product.version_key {
        Some("CFBundleVersion") => "COALESCE(NULLIF(bundle_version || '', ''), bundle_short_version, '')",
        _ => "COALESCE(bundle_short_version, '')",
    };
    format!(
        "SELECT {}, path, {version} FROM apps\n    WHERE {} AND {}",
        quote(product.name),
        either(ids),
        either(places)
    )
}

/// Versions taken apart: a last number of six or eight digits is the build, a missing one stands for all builds.
const RELEASE: &str = ",
part (product, path, n, text, rest) AS (
  SELECT product, path, 0, '', TRIM(version) || '.' FROM app
  UNION ALL
  SELECT product, path, n + 1, SUBSTR(rest, 1, INSTR(rest, '.') - 1), SUBSTR(rest, INSTR(rest, '.') + 1)
  FROM part WHERE rest <> '' AND n < 8
),
number (product, path, n, text, build) AS (
  SELECT product, path, n, text, rest = '' AND n > 1 AND LENGTH(text) IN (6, 8) FROM part WHERE n > 0
),
release (product, path, oldest, newest, bad) AS (
  SELECT product, path,
    numbers || ' ' || PRINTF('%08d', COALESCE(build, 0)),
    numbers || ' ' || PRINTF('%08d', COALESCE(build, 99999999)),
    bad
  FROM (
    SELECT product, path,
      PRINTF('%09d.%09d.%09d.%09d.%09d.%09d',
        SUM(text * (n = 1 AND NOT build)), SUM(text * (n = 2 AND NOT build)),
        SUM(text * (n = 3 AND NOT build)), SUM(text * (n = 4 AND NOT build)),
        SUM(text * (n = 5 AND NOT build)), SUM(text * (n = 6 AND NOT build))) AS numbers,
      MAX(CASE WHEN build AND LENGTH(text) = 6 THEN text * 100 WHEN build THEN text * 1 END) AS build,
      MAX(text = '' OR text GLOB '*[^0-9]*' OR n > 7 OR (n = 7 AND NOT build)
        OR LENGTH(text) > 9 OR (n > 1 AND LENGTH(text) = 7 AND n = last)) AS bad
    FROM number JOIN (SELECT product AS p, path AS q, MAX(n) AS last FROM number GROUP BY product, path)
      ON p = product AND q = path
    GROUP BY product, path
  )
)
";
