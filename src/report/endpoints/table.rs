//! What apps contact, for people: by activity, with the reasons below.

use super::reasons::{Reason, numbers, reasons};
use super::{View, address, fate, left_out, summary};
use crate::catalog::model::Confidence;
use crate::endpoints::{Network, Selected};
use std::fmt::Write as _;

/// How wide an address may be before the rest of its line moves on.
const WIDEST: usize = 48;

/// What apps contact, by activity.
pub fn table(network: &Network<'_, '_>, view: &View<'_, '_>) -> String {
    let selected = view.selection.of(network);
    let reasons = reasons(&selected);
    let mut out = format!("{}: {}\n", view.head(), summary(network, view.selection));
    for note in network.notes(view.selection) {
        let _ = writeln!(out, "  note: {note}");
    }
    let width = selected.iter().map(|one| address(one.row).chars().count()).max().unwrap_or(0).min(WIDEST);
    let mut last = "";
    for one in &selected {
        let section = one.row.endpoint.section;
        if section != last {
            let only = one.row.section.and_then(|section| section.only);
            let only = only.map_or(String::new(), |only| format!(", {only}"));
            let _ = writeln!(out, "\n{} ({section}){only}", one.row.title());
            last = section;
        }
        let same = |other: &&Selected<'_, '_, '_>| {
            other.row.endpoint.section == section
                && other.row.host == one.row.host
                && other.row.path == one.row.path
        };
        let kind = (selected.iter().filter(same).count() > 1).then(|| one.row.endpoint.kind.word());
        out.push_str(&line(one, kind, &reasons, width));
    }
    for (number, reason) in reasons.iter().enumerate() {
        if number == 0 {
            out.push_str("\nbecause\n");
        }
        out.push_str(&because(number + 1, reason, view));
    }
    for (number, sentence) in left_out(network, view.selection).into_iter().enumerate() {
        if number == 0 {
            out.push_str("\nleft out\n");
        }
        let _ = writeln!(out, "  {sentence}");
    }
    out
}

/// One endpoint; `kind` tells it apart from another of the same address.
fn line(one: &Selected<'_, '_, '_>, kind: Option<&str>, reasons: &[Reason<'_, '_>], width: usize) -> String {
    let numbers: String = numbers(reasons, one).iter().map(|number| format!("[{number}]")).collect();
    let address = address(one.row);
    let gap = width.saturating_sub(address.chars().count());
    let numbers = if numbers.is_empty() { numbers } else { format!(" {numbers}") };
    let fate = fate(&one.parts, one.state);
    let kind = kind.map_or(String::new(), |kind| format!(" ({kind})"));
    format!("  {:<9}  {address}{:gap$}  {fate}{kind}{numbers}\n", one.state.word(), "")
}

/// One reason, on two lines.
fn because(number: usize, reason: &Reason<'_, '_>, view: &View<'_, '_>) -> String {
    let whom = reason.whom();
    let whom = if whom.is_empty() { String::new() } else { format!(", for {whom}") };
    let confidence = match reason.effect.rule.confidence {
        Confidence::FirstParty => String::new(),
        other => format!(" ({})", other.word()),
    };
    let mut out =
        format!("  [{number}] {}{whom}\n      {}{confidence}\n", reason.head(view), reason.effect.rule.says);
    for remark in reason.remarks() {
        let _ = writeln!(out, "      {remark}");
    }
    out
}
