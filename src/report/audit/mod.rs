//! What a fleet comes to, as text and as JSON, and a row for each of its Macs.

mod change;
mod html;
mod json;
mod rows;
mod text;

pub use change::{Baseline, Change};
pub use html::html;
pub use json::json;
pub use rows::{Reported, Row, Rows};
pub use text::{sum, text};

use super::visible;
use crate::catalog::Catalog;
use crate::diff::audit::{Fingerprint, Macs, State, Summary};
use std::collections::BTreeMap;

/// The longest text of a name, in characters: longer ones are cut, JSON has them whole.
const LONGEST: usize = 200;

/// How a fleet is shown.
pub struct View<'v, 'c> {
    /// What it comes to.
    pub summary: &'v Summary<'v>,
    /// What is known of keys and domains.
    pub catalog: &'v Catalog<'c>,
    /// Whether secrets are shown.
    pub show_secrets: bool,
    /// How many files of folders were no snapshots.
    pub passed: usize,
    /// Each Mac that says which it is, in the order of fingerprints: only JSON has it, for a later audit.
    pub fleet: BTreeMap<State, Vec<Fingerprint>>,
    /// What changed since an earlier audit.
    pub change: Option<Change<'v>>,
}

impl View<'_, '_> {
    /// What is called by a domain: its alias with its name, or its name.
    fn domain(&self, name: &str) -> String {
        match self.catalog.domain(name).and_then(|known| known.alias) {
            Some(alias) => format!("{alias} ({name})"),
            None => visible::line(name, LONGEST),
        }
    }
}

/// A share in tenths of a percent, rounded down: only all of them are 100.0 %. None of none.
fn share(part: usize, of: usize) -> Option<usize> {
    part.checked_mul(1000)?.checked_div(of)
}

/// `97.5 %`, or nothing of none.
fn percent(part: usize, of: usize) -> String {
    share(part, of).map_or_else(|| "none".to_owned(), |share| format!("{}.{} %", share / 10, share % 10))
}

/// `1 Mac`, `2,000 Macs`.
fn macs(count: usize) -> String {
    format!("{} {}", visible::number(count), if count == 1 { "Mac" } else { "Macs" })
}

/// What the Macs count as that should be compliant, each with its number.
fn states(macs: &Macs) -> Vec<(&'static str, usize)> {
    vec![
        ("compliant", macs.compliant),
        ("drifted", macs.drifted),
        ("undecided", macs.undecided),
        ("unreadable", macs.unread),
    ]
}
