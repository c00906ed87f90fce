//! Renders findings: for people, as JSON, as SARIF, as annotations of GitHub, and as a report of GitLab.
//!
//! Every function takes the findings in the order it is to show them: sort with
//! [`Findings::sorted`] first.

mod github;
mod gitlab;
mod json;
mod place;
mod sarif;
#[cfg(test)]
mod tests;
mod text;
mod view;

pub use github::github;
pub use gitlab::gitlab;
pub use json::json;
pub use sarif::sarif;
pub use text::{Shown, TextOptions, page, shown, text};

use super::visible::number;
use crate::finding::{Findings, Severity};

/// How many findings there are, by severity: `2 errors, 1 warning, 3 notes (1 allowed)`, or `no findings`.
///
/// `allowed` is the number of findings that the policy accepts; they are not among `findings`.
pub fn summary(findings: &Findings, allowed: usize) -> String {
    let counts: Vec<_> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (findings.count(severity), severity.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}{}", number(count), if count == 1 { "" } else { "s" }))
        .collect();
    let counts = if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") };
    if allowed == 0 { counts } else { format!("{counts} ({} allowed)", number(allowed)) }
}
