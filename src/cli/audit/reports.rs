//! What MDMs have collected already: exports of an attribute that the check script fills, and results of osquery's pack.

mod log;
mod outcome;
mod table;

use super::super::common::{complain, label};
use crate::catalog::Catalog;
use crate::check::is_secret;
use crate::diff::answer::Answer;
use crate::diff::audit::Scope;
use crate::diff::verdict::Verdict;
use crate::emit::reported::{is_in_attribute, is_in_pack};
use crate::mac::About;
use anyhow::{Context as _, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// How names of exports of a table end.
const TABLES: [&str; 2] = ["csv", "tsv"];
/// How names of osquery's results end.
const LOGS: [&str; 3] = ["ndjson", "jsonl", "log"];
/// How many lines that are no good are told.
const TOLD: usize = 5;

/// Whether a path names what an MDM has collected.
pub(super) fn is_report(path: &Path) -> bool {
    (ends_in(path, &TABLES) || ends_in(path, &LOGS)) && !path.is_dir()
}

fn ends_in(path: &Path, endings: &[&str]) -> bool {
    let own = path.extension().and_then(|ending| ending.to_str());
    own.is_some_and(|own| endings.iter().any(|ending| own.eq_ignore_ascii_case(ending)))
}

/// A Mac of which an MDM has told.
pub(super) struct Answered {
    /// What is known of it.
    pub about: About,
    source: usize,
    /// The policies that were asked, a bit for each.
    asked: u128,
    what: What,
}

enum What {
    /// Answers of the check, by policy.
    Cells(Vec<(usize, Option<Answer>, String)>),
    /// For each domain that was asked: the settings that the Mac does not have.
    Rows(BTreeMap<String, BTreeMap<u32, Verdict>>),
}

/// What MDMs have collected.
#[derive(Default)]
pub(super) struct Reports {
    names: Vec<String>,
    /// In the order of the files and of the lines in them.
    pub macs: Vec<Answered>,
}

/// What reports are read with.
pub(super) struct Reading<'r> {
    scope: &'r Scope<'r>,
    /// The column that was named.
    column: Option<&'r str>,
    stop: &'r AtomicBool,
    /// Of each setting, by its place.
    known: Vec<Known>,
}

/// What there is to know of a setting once for all Macs.
struct Known {
    policies: Vec<usize>,
    in_attribute: bool,
    in_pack: bool,
    /// What an answer calls it: by its key, with the domain in front where several of the policy have the key.
    names: [String; 3],
}

impl<'r> Reading<'r> {
    /// For the settings of a scope. `column` is the one that was named for answers.
    pub fn new(
        scope: &'r Scope<'r>,
        catalog: &Catalog<'_>,
        column: Option<&'r str>,
        stop: &'r AtomicBool,
    ) -> Self {
        let policies: Vec<BTreeSet<u32>> =
            (0..scope.names().count()).map(|policy| scope.of_policy(policy)).collect();
        let known = (0_u32..).zip(scope.settings()).map(|(place, setting)| {
            let (domain, key) = (setting.domain.as_str(), setting.key.as_str());
            let own = policies.iter().enumerate().filter(|(_, places)| places.contains(&place));
            Known {
                policies: own.map(|(policy, _)| policy).collect(),
                in_attribute: is_in_attribute(setting, catalog),
                in_pack: is_in_pack(setting, is_secret(setting, catalog), catalog),
                names: [
                    key.to_owned(),
                    format!("{}:{key}", catalog.short(domain)),
                    format!("{domain}:{key}"),
                ],
            }
        });
        Self { scope, column, stop, known: known.collect() }
    }

    /// Reads all of them.
    ///
    /// # Errors
    /// One cannot be read, or nothing says which column the answers are in.
    pub fn read(&self, paths: &[&Path]) -> Result<Reports> {
        let mut reports = Reports::default();
        for path in paths {
            let source = reports.names.len();
            reports.names.push(label(path));
            let found =
                if ends_in(path, &TABLES) { self.table(path, source) } else { self.log(path, source) };
            reports.macs.extend(found.with_context(|| label(path))?);
        }
        Ok(reports)
    }
}

/// Lines that are no good: some are told, all are counted.
#[derive(Default)]
struct Wrong {
    told: Vec<String>,
    count: usize,
}

impl Wrong {
    fn say(&mut self, line: String) {
        self.count += 1;
        if self.told.len() < TOLD {
            self.told.push(line);
        }
    }

    fn tell(&self, name: &str, what: &str) {
        for line in &self.told {
            complain(&format!("{name}: {line}"));
        }
        if self.count > 0 {
            let be = if self.count == 1 { "line is" } else { "lines are" };
            complain(&format!("{name}: {} {be} {what}", crate::report::number(self.count)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_files() {
        for (name, expected) in
            [("a.CSV", true), ("osqueryd.snapshots.log", true), ("a.tar.gz", false), ("a", false)]
        {
            assert_eq!(is_report(Path::new(name)), expected, "{name}");
        }
    }
}
