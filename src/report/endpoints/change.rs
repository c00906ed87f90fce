//! What a change of settings does to the network.

use super::super::visible;
use super::csv::line;
use super::json::ranges;
use super::{View, address, fate};
use crate::endpoints::{Change, Network, Part, Row, Selection, changes};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;

/// The parts of a row that are wanted.
fn parts<'r, 'n>(row: &'r Row<'n, '_>, selection: &Selection) -> Vec<&'r Part<'n>> {
    let selection = Selection { states: Vec::new(), ..selection.clone() };
    selection.one(row).map_or(Vec::new(), |selected| selected.parts)
}

/// What becomes of a row, in words.
fn said(row: Option<&Row<'_, '_>>, selection: &Selection) -> (&'static str, String) {
    let Some(row) = row else { return ("not contacted anyway", String::new()) };
    let all = Selection { states: Vec::new(), ..selection.clone() };
    match all.one(row) {
        Some(selected) => (selected.state.word(), fate(&selected.parts, selected.state)),
        None => ("not contacted anyway", String::new()),
    }
}

/// The effects of a row that the other does not have.
fn effects<'n>(row: Option<&Row<'n, '_>>) -> Vec<&'n str> {
    row.map_or(Vec::new(), |row| row.because.iter().map(|because| because.effect.rule.id).collect())
}

fn new<'n>(of: Option<&Row<'n, '_>>, than: Option<&Row<'n, '_>>) -> Vec<&'n str> {
    let other = effects(than);
    let mut found = effects(of);
    found.retain(|id| !other.contains(id));
    found
}

/// What changes, for people.
pub fn change_table(before: &Network<'_, '_>, after: &Network<'_, '_>, views: [&View<'_, '_>; 2]) -> String {
    let [old, new_view] = views;
    let list = changes(before, after, old.selection);
    let endpoints = match list.len() {
        0 => "nothing that the apps contact changes".to_owned(),
        1 => "1 endpoint changes".to_owned(),
        many => format!("{} endpoints change", visible::number(many)),
    };
    let mut out = format!("from  {}\nto    {}\n{endpoints}\n", old.head(), new_view.head());
    let mut notes = before.notes(old.selection);
    notes.extend(after.notes(old.selection));
    notes.sort();
    notes.dedup();
    for note in notes {
        let _ = writeln!(out, "  note: {note}");
    }
    let mut last = "";
    for change in &list {
        let Some(row) = change.row() else { continue };
        if row.endpoint.section != last {
            let _ = writeln!(out, "\n{} ({})", row.title(), row.endpoint.section);
            last = row.endpoint.section;
        }
        let (was, was_who) = said(change.before, old.selection);
        let (is, is_who) = said(change.after, old.selection);
        let _ = writeln!(out, "  {}: {was} -> {is}", address(row));
        let same = was_who == is_who;
        let whom = if same { vec![("who", is_who)] } else { vec![("was", was_who), ("is", is_who)] };
        for (word, who) in whom {
            if !who.is_empty() {
                let _ = writeln!(out, "    {word:<3}  {who}");
            }
        }
        for (sign, list) in [("+", new(change.after, change.before)), ("-", new(change.before, change.after))]
        {
            for id in list {
                let says = old.catalog.effects().into_iter().find(|effect| effect.rule.id == id);
                let _ = writeln!(out, "    {sign}    {}", says.map_or(id, |effect| effect.rule.says));
            }
        }
    }
    out
}

/// What changes, as a table for spreadsheets and scripts.
pub fn change_csv(before: &Network<'_, '_>, after: &Network<'_, '_>, view: &View<'_, '_>) -> String {
    let head = ["section", "url", "host", "before", "after", "before_who", "after_who", "because"];
    let mut out = line(&head.map(str::to_owned));
    for change in changes(before, after, view.selection) {
        let Some(row) = change.row() else { continue };
        let (was, was_who) = said(change.before, view.selection);
        let (is, is_who) = said(change.after, view.selection);
        let because = [new(change.after, change.before), new(change.before, change.after)].concat();
        out.push_str(&line(&[
            row.endpoint.section.to_owned(),
            row.endpoint.url.to_owned(),
            row.host.as_str().to_owned(),
            was.to_owned(),
            is.to_owned(),
            was_who,
            is_who,
            because.join(" "),
        ]));
    }
    out
}

/// What changes, as JSON.
pub fn change_json(before: &Network<'_, '_>, after: &Network<'_, '_>, views: [&View<'_, '_>; 2]) -> String {
    let [old, new_view] = views;
    let list = changes(before, after, old.selection);
    visible::json(&json!({
        "version": 1,
        "before": old.name,
        "after": new_view.name,
        "notes": { "before": before.notes(old.selection), "after": after.notes(old.selection) },
        "decided": !before.undecided(old.selection) && !after.undecided(old.selection),
        "changes": list.iter().map(|change| one(change, old.selection)).collect::<Json>(),
    }))
}

fn one(change: &Change<'_, '_, '_>, selection: &Selection) -> Json {
    let row = change.row();
    let side = |row: Option<&Row<'_, '_>>| {
        row.map(|row| {
            let share = |of: &dyn Fn(&Part<'_>) -> Json| {
                parts(row, selection)
                    .into_iter()
                    .map(|part| json!({ "app": part.app, "versions": of(part) }))
                    .filter(|one| {
                        one.get("versions").and_then(Json::as_array).is_some_and(|list| !list.is_empty())
                    })
                    .collect::<Json>()
            };
            json!({
                "state": said(Some(row), selection).0,
                "contacted_by": share(&|part| ranges(&part.contacted)),
                "lessened_for": share(&|part| ranges(&part.lessened)),
                "stopped_for": share(&|part| ranges(&part.stopped)),
                "unknown_for": share(&|part| ranges(&part.unknown)),
                "because": effects(Some(row)),
            })
        })
    };
    json!({
        "section": row.map(|row| row.endpoint.section),
        "url": row.map(|row| row.endpoint.url),
        "host": row.map(|row| row.host.as_str()),
        "before": side(change.before),
        "after": side(change.after),
    })
}
