//! What a Mac comes to as JUnit's XML, which CI servers show: one test for each setting.

use super::super::visible;
use super::{LONGEST, View};
use crate::diff::applies::Applies;
use crate::diff::outcome::{Outcome, Row, Standing};
use quick_xml::escape::escape;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What a Mac comes to as JUnit's XML: a suite for each domain, a test for each setting. Drift is a failure, what nobody
/// could decide is an error, what is exempt or not applicable is skipped.
pub fn junit(outcome: &Outcome<'_>, view: &View<'_, '_>) -> String {
    let mut suites: BTreeMap<&str, Vec<&Row<'_>>> = BTreeMap::new();
    for row in &outcome.rows {
        suites.entry(row.judged.setting.domain.as_str()).or_default().push(row);
    }
    let all: Vec<&Row<'_>> = outcome.rows.iter().collect();
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let name = format!("{} on {}", view.names.0, view.who());
    // Without a test that says so, what was not looked at would be green.
    let (open, element) = match (&outcome.applies, outcome.unseen(), outcome.incomplete) {
        (Applies::No(_), ..) => (Some("the policy does not apply to this Mac"), "skipped"),
        (Applies::Unknown(_), ..) => (Some("whether the policy applies to this Mac is not known"), "error"),
        (Applies::Yes, true, _) => (Some("nothing of what is expected was found to be there"), "error"),
        (Applies::Yes, false, true) => (Some("parts of what is expected could not be read"), "error"),
        (Applies::Yes, false, false) => (None, "error"),
    };
    let more = open.map(|_| element);
    let _ = writeln!(out, "<testsuites name=\"{}\" {}>", text(&name), counts(&all, more));
    for (domain, rows) in suites {
        let _ =
            writeln!(out, "  <testsuite name=\"{}\" {}>", text(&view.domain(domain)), counts(&rows, None));
        for row in rows {
            case(&mut out, row, view);
        }
        out.push_str("  </testsuite>\n");
    }
    if let Some(why) = open {
        let why = text(
            &std::iter::once(why.to_owned())
                .chain(outcome.applies.because().to_vec())
                .collect::<Vec<_>>()
                .join(": "),
        );
        let _ = writeln!(out, "  <testsuite name=\"Mac\" {}>", counts(&[], more));
        let _ = writeln!(
            out,
            "    <testcase classname=\"Mac\" name=\"seen\"><{element} message=\"{why}\"></{element}></testcase>"
        );
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// The numbers of a suite. `more`: it has one more test, which is this.
fn counts(rows: &[&Row<'_>], more: Option<&str>) -> String {
    let count =
        |standings: &[Standing]| rows.iter().filter(|row| standings.contains(&row.standing())).count();
    format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
        rows.len() + usize::from(more.is_some()),
        count(&[Standing::Drifted]),
        count(&[Standing::Undecided]) + usize::from(more == Some("error")),
        count(&[Standing::NotApplicable, Standing::Exempt]) + usize::from(more == Some("skipped")),
    )
}

fn case(out: &mut String, row: &Row<'_>, view: &View<'_, '_>) {
    let setting = row.judged.setting;
    let several = view.mac.users.len() > 1;
    let of = row.user.filter(|_| several).map_or(String::new(), |user| format!(" ({user})"));
    let (class, name) = (text(setting.domain.as_str()), text(&format!("{}{of}", setting.key.as_str())));
    let _ = write!(out, "    <testcase classname=\"{class}\" name=\"{name}\"");
    let element = match row.standing() {
        Standing::Compliant => {
            out.push_str("/>\n");
            return;
        }
        Standing::Drifted => "failure",
        Standing::Undecided => "error",
        Standing::NotApplicable | Standing::Exempt => "skipped",
    };
    let lines = view.block(row);
    let mut lines = lines.iter();
    let verdict = lines.next().map_or("", String::as_str);
    let _ = write!(out, "><{element} message=\"{}\">", text(verdict));
    let rest: Vec<String> = lines.map(|line| escape(line.as_str()).into_owned()).collect();
    let _ = writeln!(out, "{}</{element}></testcase>", rest.join("\n"));
}

/// A text as the value of an attribute; what XML cannot carry is spelled out.
fn text(text: &str) -> String {
    escape(visible::line(text, LONGEST).as_str()).into_owned()
}
