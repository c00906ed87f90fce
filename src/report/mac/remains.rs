//! What is left to do about a Mac when a script has done what it can.

use super::{LONGEST, View, visible};
use crate::diff::mend::Remedy;
use std::fmt::Write as _;

/// What only a profile can do, and what neither it nor a script reaches: a line for each setting, below a head with
/// their number. Empty if nothing is left.
pub fn what_remains(remedies: &[Remedy<'_, '_>], view: &View<'_, '_>) -> String {
    let profile = lines(remedies, view, |remedy| remedy.profile.as_deref());
    let by_hand = lines(remedies, view, |remedy| remedy.by_hand.as_deref());
    let mut out = String::new();
    for (head, lines) in [("needs a profile", profile), ("left to you", by_hand)] {
        if !lines.is_empty() {
            let _ = writeln!(out, "{head}, {}:", visible::number(lines.len()));
        }
        for line in lines {
            let _ = writeln!(out, "  {line}");
        }
    }
    out
}

/// A line for each setting of which something is said; what several users share is said once.
fn lines<'r>(
    remedies: &'r [Remedy<'_, '_>],
    view: &View<'_, '_>,
    said: impl Fn(&'r Remedy<'_, '_>) -> Option<&'r str>,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for remedy in remedies {
        let Some(text) = said(remedy) else { continue };
        let setting = remedy.row.judged.setting;
        let key = visible::line(setting.key.as_str(), LONGEST);
        let text = visible::line(text, 2 * LONGEST);
        let line = format!("{}: {key}: {text}", view.domain(setting.domain.as_str()));
        if !found.contains(&line) {
            found.push(line);
        }
    }
    found
}
