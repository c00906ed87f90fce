//! What a Mac comes to as a page: one file, readable without script.

use super::super::visible;
use super::text::{RULES, notes, summary};
use super::{LONGEST, View, typed};
use crate::diff::on_mac::Spoken;
use crate::diff::outcome::{Outcome, Row, Standing};
use crate::mac::{Layer, RungState};
use crate::plan::MASK;
use crate::text::{TemplateError, mac_page};
use crate::value::Value;
use serde::Serialize;
use std::collections::BTreeMap;

/// How wide the picture is, in units of its own.
const WIDTH: usize = 1000;
/// How wide the narrowest part of it is: one setting of a thousand is to be seen.
const NARROWEST: usize = 8;

#[derive(Serialize)]
struct Page {
    title: String,
    who: String,
    summary: String,
    bars: Vec<Bar>,
    legend: Vec<Bar>,
    of: String,
    notes: Vec<String>,
    apps: Vec<App>,
    extra: Vec<Beside>,
    rules_title: &'static str,
    rules: Vec<Ruled>,
}

/// A part of the picture, or a line of its legend.
#[derive(Serialize)]
struct Bar {
    word: &'static str,
    label: &'static str,
    count: String,
    start: usize,
    width: usize,
}

#[derive(Serialize)]
struct App {
    name: String,
    installed: Option<String>,
    rows: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    key: String,
    user: Option<String>,
    verdict: &'static str,
    standing: &'static str,
    expected: String,
    rungs: Vec<Step>,
    lines: Vec<String>,
}

/// One layer of a ladder.
#[derive(Serialize)]
struct Step {
    layer: &'static str,
    value: String,
    path: String,
    wins: bool,
}

#[derive(Serialize)]
struct Beside {
    key: String,
    domain: String,
    layer: &'static str,
    value: String,
    path: String,
    profiles: Vec<String>,
}

/// What a rule says.
#[derive(Serialize)]
struct Ruled {
    code: String,
    severity: &'static str,
    title: String,
    users: Option<String>,
    why: Vec<String>,
    help: Vec<String>,
    places: Vec<String>,
}

/// What a Mac comes to as a page: a picture of the numbers, a table for each app, for each setting its ladder. It holds
/// all it needs, asks for nothing, and runs nothing.
///
/// # Errors
/// A fault of the template.
pub fn html(outcome: &Outcome<'_>, view: &View<'_, '_>) -> Result<String, TemplateError> {
    let name = view.mac.about.name.as_deref().unwrap_or(&view.names.1);
    let extra = outcome.extra.iter().map(|(extra, _)| Beside {
        key: line(extra.key),
        domain: view.domain(extra.domain),
        layer: extra.layer.says(),
        value: shown(extra.value, view.hides(extra)),
        path: line(extra.path),
        profiles: extra.profiles.iter().map(|name| line(name)).collect(),
    });
    mac_page(&Page {
        title: format!("{} on {}", line(&view.names.0), line(name)),
        who: view.who(),
        summary: summary(outcome),
        bars: bars(outcome).into_iter().filter(|bar| bar.width > 0).collect(),
        legend: bars(outcome),
        of: visible::number(outcome.rows.len()),
        notes: notes(outcome, view),
        apps: apps(outcome, view),
        extra: extra.collect(),
        rules_title: RULES,
        rules: outcome.rules.iter().map(|spoken| ruled(spoken, view)).collect(),
    })
}

fn ruled(spoken: &Spoken<'_>, view: &View<'_, '_>) -> Ruled {
    let finding = &spoken.finding;
    let lines = |list: &[String]| list.iter().map(|text| visible::line(text, 2 * LONGEST)).collect();
    Ruled {
        code: line(finding.code.as_str()),
        severity: finding.severity.word(),
        title: visible::line(&finding.title, 2 * LONGEST),
        users: (view.mac.users.len() > 1).then(|| line(&spoken.users.join(", "))),
        why: lines(&finding.notes),
        help: lines(&finding.help),
        places: view.stands(spoken),
    }
}

fn line(text: &str) -> String {
    visible::line(text, LONGEST)
}

fn shown(value: &Value, hidden: bool) -> String {
    if hidden { MASK.to_owned() } else { typed(value) }
}

fn label(standing: Standing) -> &'static str {
    match standing {
        Standing::NotApplicable => "not applicable",
        other => other.word(),
    }
}

fn bars(outcome: &Outcome<'_>) -> Vec<Bar> {
    let counts = Standing::ALL.map(|standing| (standing, outcome.count(standing)));
    let wide = |count: usize| {
        if count == 0 { 0 } else { (count * WIDTH / outcome.rows.len().max(1)).max(NARROWEST) }
    };
    let all: usize = counts.iter().map(|(_, count)| wide(*count)).sum::<usize>().max(1);
    let mut start = 0;
    let bar = |(standing, count): (Standing, usize)| {
        let width = wide(count) * WIDTH / all;
        let bar = Bar {
            word: standing.word(),
            label: label(standing),
            count: visible::number(count),
            start,
            width,
        };
        start += width;
        bar
    };
    counts.into_iter().map(bar).collect()
}

/// The apps, those in which more differs first.
fn apps(outcome: &Outcome<'_>, view: &View<'_, '_>) -> Vec<App> {
    let mut domains: BTreeMap<&str, Vec<&Row<'_>>> = BTreeMap::new();
    for row in &outcome.rows {
        domains.entry(row.judged.setting.domain.as_str()).or_default().push(row);
    }
    let count = |rows: &[&Row<'_>], standing| rows.iter().filter(|row| row.standing() == standing).count();
    let mut list: Vec<(&str, Vec<&Row<'_>>)> = domains.into_iter().collect();
    list.sort_by_key(|(_, rows)| {
        std::cmp::Reverse((count(rows, Standing::Drifted), count(rows, Standing::Undecided)))
    });
    let rank = |row: &&Row<'_>| match row.standing() {
        Standing::Drifted => 0,
        Standing::Undecided => 1,
        Standing::Exempt => 2,
        Standing::NotApplicable => 3,
        Standing::Compliant => 4,
    };
    let app = |(domain, mut rows): (&str, Vec<&Row<'_>>)| {
        rows.sort_by_key(rank);
        App {
            name: view.domain(domain),
            installed: view.installed(domain),
            rows: rows.into_iter().map(|row| setting(row, view)).collect(),
        }
    };
    list.into_iter().map(app).collect()
}

fn setting(row: &Row<'_>, view: &View<'_, '_>) -> Line {
    let judged = &row.judged;
    let hidden = view.hidden(row);
    let mut rungs: Vec<Step> = judged
        .ladder
        .rungs
        .iter()
        .map(|rung| {
            let value = match rung.state {
                RungState::Value(value) => shown(value, hidden),
                RungState::Unreadable(why) => format!("nobody can say: {}", line(why)),
            };
            let wins = judged.path == Some(rung.path) && judged.layer == Some(rung.layer);
            Step { layer: rung.layer.says(), value, path: line(rung.path), wins }
        })
        .collect();
    if let (Some(Layer::AppDefault), Some(value)) = (judged.layer, &judged.actual) {
        let (layer, value) = (Layer::AppDefault.says(), shown(value, hidden));
        rungs.push(Step { layer, value, path: String::new(), wins: true });
    }
    Line {
        key: line(judged.setting.key.as_str()),
        user: row.user.filter(|_| view.mac.users.len() > 1).map(line),
        verdict: judged.verdict.word(),
        standing: row.standing().word(),
        expected: view.expected(row),
        rungs,
        // The ladder has the values and the files.
        lines: view.inner(row).into_iter().chain(view.remarks(row)).collect(),
    }
}
