//! What a Mac comes to as a table: what to do with each object, and why. It reads as a dry run.

use super::super::visible;
use super::{LONGEST, View};
use crate::diff::outcome::{Outcome, Row, Standing};
use crate::diff::verdict::Verdict;

/// With what a spreadsheet takes a cell for a formula, or for a text that it may cut.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\'', '␉', '␍'];

/// What a Mac comes to as a table of `object`, `action` (`enforce`, `correct`, `remove`, `nothing`) and `reason`, as RFC
/// 4180 describes it. No cell can be a formula.
pub fn csv(outcome: &Outcome<'_>, view: &View<'_, '_>) -> String {
    let mut out = "object,action,reason\r\n".to_owned();
    let several = view.mac.users.len() > 1;
    for row in &outcome.rows {
        let setting = row.judged.setting;
        let of = row.user.filter(|_| several).map_or(String::new(), |user| format!(" ({user})"));
        let object = format!("{}:{}{of}", setting.domain.as_str(), setting.key.as_str());
        line(&mut out, &[&object, action(row), &reason(row, view)]);
    }
    for (extra, _) in &outcome.extra {
        let by = extra.profiles.iter().map(|name| format!(", by {name}")).collect::<String>();
        let reason = format!("{}, and not expected{by}", extra.layer.says());
        line(&mut out, &[&format!("{}:{}", extra.domain, extra.key), "nothing", &reason]);
    }
    out
}

/// A line of a table, of which no cell can be a formula.
pub(in crate::report) fn line(out: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells
        .iter()
        .map(|text| {
            let text = visible::line(text, 4 * LONGEST).replace('"', "\"\"");
            let guard = if text.starts_with(FORMULA) { "'" } else { "" };
            format!("\"{guard}{text}\"")
        })
        .collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

/// What there is to do about a setting.
fn action(row: &Row<'_>) -> &'static str {
    match row.judged.verdict {
        _ if row.standing() != Standing::Drifted => "nothing",
        Verdict::Unwanted => "remove",
        Verdict::Differs | Verdict::WrongType => "correct",
        _ => "enforce",
    }
}

fn reason(row: &Row<'_>, view: &View<'_, '_>) -> String {
    let judged = &row.judged;
    let what = match row.standing() {
        Standing::Exempt => format!("exempt ({}): ", row.exemption.map_or("", |exemption| &exemption.why)),
        Standing::Undecided => "undecided: ".to_owned(),
        _ => String::new(),
    };
    let mut reason = format!("{what}{}", judged.verdict.word());
    if row.standing() != Standing::NotApplicable {
        reason.push_str(&format!("; expected {}; actual {}", view.expected(row), view.actual(row)));
    }
    for detail in &judged.detail {
        reason.push_str("; ");
        reason.push_str(detail);
    }
    reason
}
