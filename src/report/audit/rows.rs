//! A row for each Mac: a line of JSON, which is the Mac's difference, or a line of a table.

use super::super::mac::{View, csv_line, json_value};
use super::super::visible;
use crate::diff::audit::State;
use crate::diff::outcome::{Outcome, Standing};
use serde_json::{Value as Json, json};

/// The columns of the table.
const COLUMNS: [&str; 14] = [
    "mac",
    "serial",
    "taken",
    "users",
    "state",
    "compliant",
    "drifted",
    "undecided",
    "not-applicable",
    "exempt",
    "of",
    "settings",
    "snapshot",
    "why",
];
/// What a snapshot counts as that cannot be read.
const UNREADABLE: &str = "unreadable";

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// A JSON object in each line (NDJSON): what `diff --format json` writes of the Mac, and its `state`.
    Json,
    /// A line of a table for each Mac, as RFC 4180 describes it. No cell can be a formula.
    Csv,
}

/// One Mac that was judged.
pub struct Row<'r, 'c> {
    /// Every setting of it.
    pub outcome: &'r Outcome<'r>,
    /// How it is shown.
    pub view: &'r View<'r, 'c>,
    /// What it counts as.
    pub state: State,
}

impl Rows {
    /// What stands before all rows.
    pub fn head(self) -> String {
        let mut out = String::new();
        if self == Self::Csv {
            out.push_str(&COLUMNS.join(","));
            out.push_str("\r\n");
        }
        out
    }

    /// The row of a Mac, with its line end.
    pub fn mac(self, row: &Row<'_, '_>) -> String {
        match self {
            Self::Json => {
                let mut object = json_value(row.outcome, row.view);
                if let Some(object) = object.as_object_mut() {
                    object.insert("state".to_owned(), Json::from(row.state.word()));
                }
                visible::json_line(&object)
            }
            Self::Csv => cells(row),
        }
    }

    /// The row of a snapshot that cannot be read, with its line end.
    pub fn unread(self, source: &str, why: &str) -> String {
        match self {
            Self::Json => visible::json_line(
                &json!({ "version": 1, "actual": source, "state": UNREADABLE, "unreadable": why }),
            ),
            Self::Csv => {
                let mut out = String::new();
                csv_line(&mut out, &["", "", "", "", UNREADABLE, "", "", "", "", "", "", "", source, why]);
                out
            }
        }
    }
}

fn cells(row: &Row<'_, '_>) -> String {
    let mac = row.view.mac;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let users: Vec<&str> = mac.users.iter().map(|user| user.name.as_str()).collect();
    let mut told: Vec<String> = Vec::new();
    for one in &row.outcome.rows {
        if matches!(one.standing(), Standing::Drifted | Standing::Undecided) {
            let setting = one.judged.setting;
            let text =
                format!("{}:{} {}", setting.domain.as_str(), setting.key.as_str(), one.judged.verdict.word());
            if !told.contains(&text) {
                told.push(text);
            }
        }
    }
    let count = |standing| row.outcome.count(standing).to_string();
    let mut out = String::new();
    let taken = mac.about.taken.map_or(String::new(), |taken| taken.to_string());
    let cells: [String; COLUMNS.len()] = [
        text(&mac.about.name),
        text(&mac.about.serial),
        taken,
        users.join(", "),
        row.state.word().to_owned(),
        count(Standing::Compliant),
        count(Standing::Drifted),
        count(Standing::Undecided),
        count(Standing::NotApplicable),
        count(Standing::Exempt),
        row.outcome.rows.len().to_string(),
        told.join("; "),
        row.view.names.1.clone(),
        String::new(),
    ];
    csv_line(&mut out, &cells.each_ref().map(String::as_str));
    out
}
