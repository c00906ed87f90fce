//! What a fleet comes to, as text and as JSON, and a row for each of its Macs.

mod html;
mod json;
mod rows;
mod text;

pub use html::html;
pub use json::json;
pub use rows::{Row, Rows};
pub use text::{sum, text};

use super::visible;
use crate::catalog::Catalog;
use crate::diff::audit::{Macs, Summary};

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

/// What the Macs count as, each with its number, without those that nobody counts as.
fn states(macs: &Macs) -> Vec<(&'static str, usize)> {
    let all = [
        ("compliant", macs.compliant),
        ("drifted", macs.drifted),
        ("undecided", macs.undecided),
        ("unreadable", macs.unread),
    ];
    let outside = (macs.outside > 0).then_some(("outside", macs.outside));
    all.into_iter().chain(outside).collect()
}
