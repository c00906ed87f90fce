//! Findings as workflow commands, which GitHub shows as annotations of a pull request.

use super::place::{Places, key_path, repository_path};
use crate::finding::{Finding, Findings, Label, Severity, Sources};
use crate::report::visible;

/// The findings as workflow commands of GitHub Actions, one per line, in the order given
/// ([`Findings::sorted`] is the caller's):
/// `::error file=…,line=…,endLine=…,col=…,title=CODE::MESSAGE`; a note is a `notice`.
///
/// The message is the title, then one line for each other place, note and help. `col` stands only where a
/// place is on one line: the runner drops it elsewhere.
pub fn github(findings: &Findings, sources: &Sources) -> String {
    let mut places = Places::new(sources);
    findings.iter().map(|finding| command(finding, &mut places) + "\n").collect()
}

fn command(finding: &Finding, places: &mut Places<'_>) -> String {
    let mut properties = Vec::new();
    if let Some(label) = finding.labels.first() {
        properties.push(("file", repository_path(places.sources().label(label.at.source())).to_owned()));
        if let Some(region) = places.region_of(&label.at) {
            properties.push(("line", region.start.line.to_string()));
            properties.push(("endLine", region.end.line.to_string()));
            if region.start.line == region.end.line {
                properties.push(("col", region.start.column.to_string()));
            }
        }
    }
    properties.push(("title", finding.code.as_str().to_owned()));
    let properties: Vec<_> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    format!("::{word} {}::{}", properties.join(","), data(&message(finding, places)))
}

fn message(finding: &Finding, places: &mut Places<'_>) -> String {
    let mut lines = vec![finding.title.clone()];
    for (at, label) in finding.labels.iter().enumerate() {
        // An annotation already stands at the primary place, if that has a line.
        let place =
            if at == 0 { key_path(&label.at).map(|path| path.join(" > ")) } else { place(label, places) };
        match (place, label.text.is_empty()) {
            (Some(place), true) => lines.push(format!("at {place}")),
            (Some(place), false) => lines.push(format!("at {place}: {}", label.text)),
            (None, false) => lines.push(label.text.clone()),
            (None, true) => {}
        }
    }
    lines.extend(finding.notes.iter().map(|note| format!("note: {note}")));
    lines.extend(finding.help.iter().map(|help| format!("help: {help}")));
    lines.join("\n")
}

fn place(label: &Label, places: &mut Places<'_>) -> Option<String> {
    let file = places.sources().label(label.at.source());
    let region = places.region_of(&label.at);
    Some(match (region, key_path(&label.at)) {
        (Some(region), _) => format!("{file}:{}:{}", region.start.line, region.start.column),
        (None, Some(path)) => format!("{file} > {}", path.join(" > ")),
        (None, None) => file.to_owned(),
    })
}

/// What stands behind `::`. Line ends are escaped as the runner decodes them; other control characters are
/// spelled out, because the log shows the message as a terminal would.
fn data(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            '\t' => out.push('\t'),
            c => visible::push(&mut out, c),
        }
    }
    out
}

/// The value of a property, exact: it may be the path of a file.
fn property(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            ':' => out.push_str("%3A"),
            ',' => out.push_str("%2C"),
            c => out.push(c),
        }
    }
    out
}
