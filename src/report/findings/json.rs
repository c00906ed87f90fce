//! Findings as JSON, a stable interface.

use super::place::{Places, Region, key_path};
use crate::finding::{Edit, Finding, Findings, Label, Sources};
use crate::report::visible;
use serde::Serialize;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    findings: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    help: Option<String>,
    notes: &'a [String],
    labels: Vec<LabelEntry<'a>>,
    subjects: Vec<SubjectEntry<'a>>,
    fix: Option<FixEntry<'a>>,
}

#[derive(Default, Serialize)]
struct Place<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    end_line: Option<u32>,
    end_column: Option<u32>,
    key_path: Option<Vec<String>>,
}

#[derive(Serialize)]
struct LabelEntry<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct SubjectEntry<'a> {
    domain: &'a str,
    key: &'a str,
}

#[derive(Serialize)]
struct FixEntry<'a> {
    title: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    text: &'a str,
}

/// The findings as JSON, in the order given ([`Findings::sorted`] is the caller's), several lines, with a
/// line end behind the last:
///
/// `{ version: 1, findings: [ { code, severity: error|warning|note, message, file, line, column, end_line,
/// end_column, key_path, help, notes: [ … ], labels: [ { file, line, column, end_line, end_column, key_path,
/// text } ], subjects: [ { domain, key } ], fix: { title, file, line, column, end_line, end_column, text } |
/// null } ] }`
///
/// Lines and columns count from 1, columns in characters; the end is the place after the last character. A
/// place is that of the first label; what it does not have is null: all of it without a label, line and
/// column for a whole input, and for one without lines, which has `key_path`, the keys from its root.
/// `help` is null or text, one sentence per line.
pub fn json(findings: &Findings, sources: &Sources) -> String {
    let mut places = Places::new(sources);
    let findings = findings.iter().map(|finding| entry(finding, &mut places)).collect();
    visible::json(&Report { version: 1, findings })
}

fn entry<'a>(finding: &'a Finding, places: &mut Places<'a>) -> Entry<'a> {
    Entry {
        code: finding.code.as_str(),
        severity: finding.severity.word(),
        message: &finding.title,
        place: finding.labels.first().map(|label| place(label, places)).unwrap_or_default(),
        help: (!finding.help.is_empty()).then(|| finding.help.join("\n")),
        notes: &finding.notes,
        labels: finding
            .labels
            .iter()
            .map(|label| LabelEntry { place: place(label, places), text: &label.text })
            .collect(),
        subjects: finding
            .subjects
            .iter()
            .map(|subject| SubjectEntry { domain: &subject.domain, key: &subject.key })
            .collect(),
        fix: finding.fix.as_ref().map(|edit| fix(edit, places)),
    }
}

fn place<'a>(label: &'a Label, places: &mut Places<'a>) -> Place<'a> {
    let region = places.region_of(&label.at);
    Place {
        file: Some(places.sources().label(label.at.source())),
        line: region.map(|region| region.start.line),
        column: region.map(|region| region.start.column),
        end_line: region.map(|region| region.end.line),
        end_column: region.map(|region| region.end.column),
        key_path: key_path(&label.at),
    }
}

fn fix<'a>(edit: &'a Edit, places: &mut Places<'a>) -> FixEntry<'a> {
    let Region { start, end } = places.region(edit.span);
    FixEntry {
        title: &edit.title,
        file: places.sources().label(edit.span.source),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        text: &edit.text,
    }
}
