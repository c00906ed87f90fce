//! What apps contact as a table for spreadsheets and scripts.

use super::super::visible;
use super::{LONGEST, View, who};
use crate::endpoints::{Network, Selected};

/// With what a spreadsheet takes a cell for a formula, or for a text that it may cut.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\'', '␉', '␍'];

/// The columns of the table.
const COLUMNS: [&str; 15] = [
    "section",
    "url",
    "host",
    "source_type",
    "licences",
    "apps",
    "state",
    "contacted_by",
    "lessened_for",
    "stopped_for",
    "unknown_for",
    "because",
    "description",
    "as_of",
    "note",
];

/// What apps contact as a table, as RFC 4180 describes it: a line for each endpoint. Apps are separated by spaces. No
/// cell can be a formula.
pub fn csv(network: &Network<'_, '_>, view: &View<'_, '_>) -> String {
    let mut out = line(&COLUMNS.map(str::to_owned));
    for one in view.selection.of(network) {
        out.push_str(&line(&cells(&one, network)));
    }
    out
}

fn cells(one: &Selected<'_, '_, '_>, network: &Network<'_, '_>) -> [String; 15] {
    let row = one.row;
    let section = row.section;
    let apps: Vec<&str> = one.parts.iter().filter_map(|part| part.app).collect();
    let because = one.because();
    let because: Vec<&str> = because.map(|because| because.effect.rule.id).collect();
    let newer = |as_of: &str| network.newer.iter().find(|newer| newer.as_of == as_of);
    [
        row.endpoint.section.to_owned(),
        row.endpoint.url.to_owned(),
        row.host.as_str().to_owned(),
        row.endpoint.kind.word().to_owned(),
        section.map_or(String::new(), |section| section.licences.join(" ")),
        apps.join(" "),
        one.state.word().to_owned(),
        who(&one.parts, |part| part.contacted.clone()),
        who(&one.parts, |part| part.lessened.clone()),
        who(&one.parts, |part| part.stopped.clone()),
        who(&one.parts, |part| part.unknown.clone()),
        because.join(" "),
        row.endpoint.summary.to_owned(),
        section.map_or(String::new(), |section| section.as_of.to_owned()),
        section.and_then(|section| newer(section.as_of)).map_or(String::new(), |newer| newer.says()),
    ]
}

/// One line, every cell quoted.
pub(super) fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells
        .iter()
        .map(|text| {
            let text = visible::line(text, 4 * LONGEST).replace('"', "\"\"");
            let guard = if text.starts_with(FORMULA) { "'" } else { "" };
            format!("\"{guard}{text}\"")
        })
        .collect();
    format!("{}\r\n", cells.join(","))
}
