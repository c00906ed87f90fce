//! What apps contact as a page: activities and apps as a grid, the settings that did it, every address. One file,
//! readable without script.

use super::super::visible;
use super::reasons::{Reason, numbers, reasons};
use super::{LONGEST, View, address, counts, fate, left_out, summary};
use crate::catalog::Catalog;
use crate::endpoints::{Network, Selected, State};
use crate::finding::listed;
use crate::text::{TemplateError, network_page};
use serde::Serialize;
use std::cmp::Reverse;

/// How wide the picture is, in units of its own.
const WIDTH: usize = 1000;
/// How the column of endpoints is headed for which no app is named.
const UNNAMED: &str = "not named";

#[derive(Serialize)]
struct Page {
    title: String,
    heading: &'static str,
    who: String,
    summary: String,
    bars: Vec<Bar>,
    legend: Vec<Bar>,
    notes: Vec<String>,
    columns: Vec<String>,
    activities: Vec<Activity>,
    reasons: Vec<Told>,
    sections: Vec<Section>,
    left_out: Vec<String>,
}

/// A part of the picture, or a line of its legend.
#[derive(Serialize)]
struct Bar {
    word: &'static str,
    sign: &'static str,
    means: &'static str,
    count: String,
    start: usize,
    width: usize,
}

#[derive(Serialize)]
struct Activity {
    title: String,
    cells: Vec<Cell>,
}

/// One app in one activity.
#[derive(Serialize)]
struct Cell {
    word: &'static str,
    sign: &'static str,
    count: usize,
    of: usize,
    /// What a pointer is told; none where the app has no part in the activity.
    label: Option<String>,
}

#[derive(Serialize)]
struct Told {
    head: String,
    whom: String,
    says: String,
    remarks: Vec<String>,
    by: String,
}

#[derive(Serialize)]
struct Section {
    title: String,
    aside: String,
    summary: String,
    rows: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    word: &'static str,
    sign: &'static str,
    address: String,
    summary: String,
    who: String,
    because: String,
}

/// What apps contact as a page. It holds all it needs, asks for nothing, and runs nothing.
///
/// # Errors
/// A fault of the template.
pub fn html(network: &Network<'_, '_>, view: &View<'_, '_>) -> Result<String, TemplateError> {
    let selected = view.selection.of(network);
    let reasons = reasons(&selected);
    let columns = columns(&selected);
    let who = view.head();
    network_page(&Page {
        title: format!("What the apps contact: {who}"),
        heading: "What the apps contact",
        who,
        summary: summary(network, view.selection),
        bars: bars(network, view).into_iter().filter(|bar| bar.width > 0).collect(),
        legend: bars(network, view),
        notes: network.notes(view.selection).iter().map(|note| sentence(note)).collect(),
        activities: activities(&selected, &columns),
        columns: columns.iter().map(|app| app.unwrap_or(UNNAMED).to_owned()).collect(),
        reasons: reasons.iter().map(|reason| told(reason, view)).collect(),
        sections: sections(&selected, &reasons),
        left_out: left_out(network, view.selection).iter().map(|text| sentence(text)).collect(),
    })
}

fn sign(state: State) -> &'static str {
    match state {
        State::Contacted => "●",
        State::Partly => "◐",
        State::Stopped => "○",
        State::Unknown => "?",
    }
}

fn means(state: State) -> &'static str {
    match state {
        State::Contacted => "by some app, and none is kept away",
        State::Partly => "by some apps or builds, or for fewer reasons",
        State::Stopped => "every app is kept away",
        State::Unknown => "no source says",
    }
}

fn bars(network: &Network<'_, '_>, view: &View<'_, '_>) -> Vec<Bar> {
    let counts = counts(network, view.selection);
    let all: usize = counts.iter().map(|(_, count)| count).sum::<usize>().max(1);
    let mut before = 0;
    let bar = |(state, count): (State, usize)| {
        let start = before * WIDTH / all;
        before += count;
        Bar {
            word: state.word(),
            sign: sign(state),
            means: means(state),
            count: visible::number(count),
            start,
            width: before * WIDTH / all - start,
        }
    };
    counts.into_iter().map(bar).collect()
}

/// The apps of the wanted endpoints, in the order in which the catalogue names them; nobody last.
fn columns<'n>(selected: &[Selected<'_, 'n, '_>]) -> Vec<Option<&'n str>> {
    let mut found: Vec<Option<&'n str>> = Vec::new();
    // The longest list first: every app of a suite has its place in it.
    let mut lists: Vec<&Selected<'_, 'n, '_>> = selected.iter().collect();
    lists.sort_by_key(|one| Reverse(one.parts.len()));
    for part in lists.iter().flat_map(|one| &one.parts) {
        if !found.contains(&part.app) {
            found.push(part.app);
        }
    }
    found.sort_by_key(Option::is_none);
    found
}

fn activities(selected: &[Selected<'_, '_, '_>], columns: &[Option<&str>]) -> Vec<Activity> {
    let of = |section: &str| -> Vec<&Selected<'_, '_, '_>> {
        selected.iter().filter(|one| one.row.endpoint.section == section).collect()
    };
    let mut seen: Vec<&str> = Vec::new();
    for one in selected {
        if !seen.contains(&one.row.endpoint.section) {
            seen.push(one.row.endpoint.section);
        }
    }
    let activity = |section: &&str| {
        let rows = of(section);
        Activity {
            title: line(rows.first().map_or(section, |one| one.row.title())),
            cells: columns.iter().map(|app| cell(&rows, *app)).collect(),
        }
    };
    seen.iter().map(activity).collect()
}

fn cell(rows: &[&Selected<'_, '_, '_>], app: Option<&str>) -> Cell {
    let parts = rows.iter().flat_map(|one| one.parts.iter().filter(|part| part.app == app));
    let parts: Vec<_> = parts.map(|part| (*part).clone()).collect();
    if parts.is_empty() {
        return Cell { word: "none", sign: "", count: 0, of: 0, label: None };
    }
    let state = State::of(&parts);
    let count = parts.iter().filter(|part| !part.contacted.is_empty()).count();
    let of = parts.len();
    let label = Some(format!("{}: {count} of {of} still contacted", state.word()));
    Cell { word: state.word(), sign: sign(state), count, of, label }
}

fn told(reason: &Reason<'_, '_>, view: &View<'_, '_>) -> Told {
    let rule = &reason.effect.rule;
    let sources: Vec<String> = rule.sources.iter().map(|citation| source(citation, view.catalog)).collect();
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    Told {
        head: reason.head(view),
        whom: reason.whom(),
        says: sentence(rule.says),
        remarks: reason.remarks().into_iter().map(sentence).collect(),
        by: sentence(&format!("{}: {}", rule.confidence.word(), listed(&sources))),
    }
}

fn source(citation: &str, catalog: &Catalog<'_>) -> String {
    let detail = citation.split_once(':').map_or(String::new(), |(_, detail)| format!(" ({detail})"));
    let title = catalog.source(citation).map_or(citation, |source| source.title);
    format!("{title}{detail}")
}

fn sections(selected: &[Selected<'_, '_, '_>], reasons: &[Reason<'_, '_>]) -> Vec<Section> {
    let mut found: Vec<(&str, Section)> = Vec::new();
    for one in selected {
        let id = one.row.endpoint.section;
        if found.last().is_none_or(|(known, _)| *known != id) {
            found.push((id, section(one)));
        }
        if let Some((_, section)) = found.last_mut() {
            section.rows.push(address_line(one, reasons));
        }
    }
    found.into_iter().map(|(_, section)| section).collect()
}

/// An activity, without its addresses.
fn section(one: &Selected<'_, '_, '_>) -> Section {
    let known = one.row.section;
    let licences = known.filter(|section| section.is_licensed());
    let licences = licences.map(|section| format!("{} only", listed(&section.licences)));
    let only = known.and_then(|section| section.only).map(str::to_owned);
    let aside: Vec<String> = licences.into_iter().chain(only).collect();
    Section {
        title: line(one.row.title()),
        aside: line(&aside.join(", ")),
        summary: line(known.map_or("", |section| section.summary)),
        rows: Vec::new(),
    }
}

fn address_line(one: &Selected<'_, '_, '_>, reasons: &[Reason<'_, '_>]) -> Line {
    let numbers: Vec<String> = numbers(reasons, one).iter().map(ToString::to_string).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    Line {
        word: one.state.word(),
        sign: sign(one.state),
        address: address(one.row),
        summary: line(&format!("{} ({})", one.row.endpoint.summary, one.row.endpoint.kind.word())),
        who: fate(&one.parts, one.state),
        because: listed(&numbers),
    }
}

/// A line as a sentence.
fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    let first: String = rest.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", rest.as_str())
}

fn line(text: &str) -> String {
    visible::line(text, LONGEST)
}
