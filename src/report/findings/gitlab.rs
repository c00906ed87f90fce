//! Findings as the code quality report that GitLab shows in a merge request.

use super::place::{Places, key_path, repository_path};
use crate::finding::{Finding, Findings, Severity, Sources};
use crate::report::visible;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// One entry of the report: the part of Code Climate's format that GitLab reads.
#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// The findings as a list of issues, in the order given ([`Findings::sorted`] is the caller's), several lines, with a
/// line end behind the last. An error is `major`, a warning `minor`, a note `info`; what has no line is told of line 1.
///
/// A fingerprint is made of code, file and title, and of a count where they are the same, not of the line: so GitLab
/// knows a finding again when lines above it come and go.
pub fn gitlab(findings: &Findings, sources: &Sources) -> String {
    let mut places = Places::new(sources);
    let mut seen: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    let issues: Vec<Issue<'_>> =
        findings.iter().map(|finding| issue(finding, &mut places, &mut seen)).collect();
    visible::json(&issues)
}

fn issue<'a>(
    finding: &'a Finding,
    places: &mut Places<'a>,
    seen: &mut BTreeMap<(&'a str, &'a str, &'a str), usize>,
) -> Issue<'a> {
    let at = finding.primary();
    let path = at.map_or("", |at| repository_path(places.sources().label(at.source())));
    let begin = at.and_then(|at| places.region_of(at)).map_or(1, |region| region.start.line);
    let count = seen.entry((finding.code.as_str(), path, &finding.title)).or_default();
    *count += 1;
    let mut fingerprint = String::new();
    let text = format!("{}\0{path}\0{}\0{count}", finding.code.as_str(), finding.title);
    for byte in Sha256::digest(text.as_bytes()).iter().take(16) {
        // Writing into a String cannot fail.
        let _ = write!(fingerprint, "{byte:02x}");
    }
    let within = at.and_then(key_path).map_or(String::new(), |path| format!(" (at {})", path.join(" > ")));
    Issue {
        description: format!("{}{within}", finding.title),
        check_name: finding.code.as_str(),
        fingerprint,
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        location: Location { path, lines: Lines { begin } },
    }
}
