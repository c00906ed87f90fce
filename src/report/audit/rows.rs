//! A row for each Mac: a line of JSON, which is the Mac's difference, or a line of a table.

use super::super::mac::{View, csv_line, json_value};
use super::super::visible;
use crate::diff::audit::State;
use crate::diff::outcome::{Outcome, Standing};
use crate::diff::verdict::Verdict;
use crate::mac::About;
use crate::plan::Setting;
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

/// One Mac of which only an MDM has told.
pub struct Reported<'r> {
    /// The policies that were asked.
    pub policies: String,
    /// Where it was read.
    pub source: &'r str,
    /// What is known of it.
    pub about: &'r About,
    /// What it counts as.
    pub state: State,
    /// What the MDM has, in its words; nothing where it has only rows.
    pub said: &'r str,
    /// Why nobody knows whether a policy applies, or why none does.
    pub because: &'r [String],
    /// The settings that are not as they should be, or not known to be.
    pub told: Vec<(&'r Setting, Verdict, Standing)>,
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

    /// The row of a Mac of which only an MDM has told, with its line end.
    pub fn reported(self, row: &Reported<'_>) -> String {
        let told = |standing: Standing| row.told.iter().filter(move |(.., own)| *own == standing);
        let told_of = [Standing::Drifted, Standing::Undecided];
        match self {
            Self::Json => {
                let settings = row.told.iter().map(|(setting, verdict, standing)| {
                    json!({
                        "domain": setting.domain.as_str(),
                        "key": setting.key.as_str(),
                        "verdict": verdict.word(),
                        "standing": standing.word(),
                    })
                });
                visible::json_line(&json!({
                    "version": 1,
                    "expected": row.policies,
                    "actual": row.source,
                    "mac": {
                        "name": row.about.name,
                        "serial": row.about.serial,
                        "taken": row.about.taken.map(|taken| taken.to_string()),
                    },
                    "state": row.state.word(),
                    "reported": row.said,
                    "because": row.because,
                    "settings": settings.collect::<Json>(),
                }))
            }
            Self::Csv => {
                let settings: Vec<String> = told_of
                    .into_iter()
                    .flat_map(told)
                    .map(|(setting, verdict, _)| {
                        format!("{}:{} {}", setting.domain.as_str(), setting.key.as_str(), verdict.word())
                    })
                    .collect();
                let why: Vec<&str> =
                    std::iter::once(row.said).chain(row.because.iter().map(String::as_str)).collect();
                let taken = row.about.taken.map_or(String::new(), |taken| taken.to_string());
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                let cells = [
                    text(&row.about.name),
                    text(&row.about.serial),
                    taken,
                    String::new(),
                    row.state.word().to_owned(),
                    String::new(),
                    told(Standing::Drifted).count().to_string(),
                    told(Standing::Undecided).count().to_string(),
                    String::new(),
                    String::new(),
                    String::new(),
                    settings.join("; "),
                    row.source.to_owned(),
                    why.into_iter().filter(|why| !why.is_empty()).collect::<Vec<_>>().join("; "),
                ];
                let mut out = String::new();
                csv_line(&mut out, &cells.each_ref().map(String::as_str));
                out
            }
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
        row.outcome.applies.because().join("; "),
    ];
    csv_line(&mut out, &cells.each_ref().map(String::as_str));
    out
}
