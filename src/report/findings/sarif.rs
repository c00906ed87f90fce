//! Findings as SARIF 2.1.0, which code scanning services read.

use super::place::{Places, Region, key_path, repository_path};
use crate::finding::{CodeInfo, Edit, Finding, Findings, Label, Severity, SourceId, Sources, code_info};
use crate::report::visible;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Driver<'a> {
    name: &'static str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    #[serde(flatten)]
    about: Option<About>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct About {
    short_description: Text,
    full_description: Text,
    help: Text,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Lines>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Lines {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    description: Text,
    artifact_changes: [ArtifactChange; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: [Replacement; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Lines,
    inserted_content: Text,
}

/// The findings as a SARIF 2.1.0 log of one run, results in the order given ([`Findings::sorted`] is the
/// caller's), several lines, with a line end behind the last.
///
/// The rules are the codes that occur, by name; those of a catalogue's rules have only their id. Columns
/// are UTF-16 code units. URIs are relative, as the paths are. There is no version of the tool and no time:
/// the same findings give the same bytes.
pub fn sarif(findings: &Findings, sources: &Sources) -> String {
    let mut places = Places::new(sources);
    let codes: BTreeSet<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let results = findings.iter().map(|finding| outcome(finding, &codes, &mut places)).collect();
    let rules = codes.iter().map(|id| Rule { id, about: code_info(id).map(about) }).collect();
    let driver = Driver { name: "prefsmith", rules };
    let run = Run { tool: Tool { driver }, column_kind: "utf16CodeUnits", results };
    visible::json(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] })
}

fn about(info: &CodeInfo) -> About {
    let mut help = info.why.to_owned();
    for (head, text) in [("Example", info.example), ("Instead", info.instead)] {
        if !text.is_empty() {
            // Writing into a String cannot fail.
            let _ = write!(help, "\n\n{head}:\n\n{text}");
        }
    }
    About {
        short_description: Text { text: info.summary.to_owned() },
        full_description: Text { text: info.why.to_owned() },
        help: Text { text: help },
        default_configuration: Configuration { level: level(info.severity) },
    }
}

/// SARIF happens to use our words; a new severity must not get there unseen.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn outcome<'a>(finding: &'a Finding, codes: &[&str], places: &mut Places<'_>) -> Outcome<'a> {
    let code = finding.code.as_str();
    let mut labels = finding.labels.iter();
    let locations = labels.next().and_then(|label| location(label, None, places));
    let related =
        labels.enumerate().filter_map(|(at, label)| location(label, Some(at + 1), places)).collect();
    Outcome {
        rule_id: code,
        rule_index: codes.binary_search(&code).ok(),
        level: level(finding.severity),
        message: Text { text: message(finding) },
        locations: locations.into_iter().collect(),
        related_locations: related,
        fixes: finding.fix.iter().filter_map(|edit| fix(edit, places)).collect(),
    }
}

fn message(finding: &Finding) -> String {
    let notes = finding.notes.iter().map(|note| format!("note: {note}"));
    let help = finding.help.iter().map(|help| format!("help: {help}"));
    let lines: Vec<_> = [finding.title.clone()].into_iter().chain(notes).chain(help).collect();
    lines.join("\n")
}

fn location(label: &Label, id: Option<usize>, places: &mut Places<'_>) -> Option<Location> {
    let artifact_location = artifact(label.at.source(), places.sources())?;
    let region = places.region_of(&label.at).map(lines);
    Some(Location {
        id,
        physical_location: PhysicalLocation { artifact_location, region },
        logical_locations: key_path(&label.at)
            .map(|path| LogicalLocation { fully_qualified_name: path.join(" > ") })
            .into_iter()
            .collect(),
        message: (!label.text.is_empty()).then(|| Text { text: label.text.clone() }),
    })
}

fn fix(edit: &Edit, places: &mut Places<'_>) -> Option<Fix> {
    let deleted_region = lines(places.region(edit.span));
    let inserted_content = Text { text: edit.text.clone() };
    Some(Fix {
        description: Text { text: edit.title.clone() },
        artifact_changes: [ArtifactChange {
            artifact_location: artifact(edit.span.source, places.sources())?,
            replacements: [Replacement { deleted_region, inserted_content }],
        }],
    })
}

fn lines(region: Region) -> Lines {
    Lines {
        start_line: region.start.line,
        start_column: region.start.utf16,
        end_line: region.end.line,
        end_column: region.end.utf16,
    }
}

/// The file of a source; none for an input without a name.
fn artifact(source: SourceId, sources: &Sources) -> Option<ArtifactLocation> {
    let label = sources.label(source);
    (!label.is_empty()).then(|| ArtifactLocation { uri: uri(label) })
}

/// A path as a relative URI reference: everything but letters, digits, `-._~` and `/` is percent-encoded,
/// the colon too, which would make the first part a scheme; two slashes in front would make it a host.
fn uri(label: &str) -> String {
    let path = repository_path(label);
    let rest = path.trim_start_matches('/');
    let mut out = String::with_capacity(path.len());
    if rest.len() < path.len() {
        out.push('/');
    }
    for byte in rest.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_of_the_table_brings_its_text() {
        let info = CodeInfo {
            name: "wrong-type",
            severity: Severity::Warning,
            summary: "A value has another type",
            why: "Apps ignore it.",
            example: "A = 0",
            instead: "",
            allowable: true,
        };
        let rule = serde_json::to_value(Rule { id: info.name, about: Some(about(&info)) }).unwrap();
        let expected = serde_json::json!({
            "id": "wrong-type",
            "shortDescription": {"text": "A value has another type"},
            "fullDescription": {"text": "Apps ignore it."},
            "help": {"text": "Apps ignore it.\n\nExample:\n\nA = 0"},
            "defaultConfiguration": {"level": "warning"},
        });
        assert_eq!(rule, expected);
    }

    #[test]
    fn paths_become_relative_uris() {
        assert_eq!(uri("./policies/a b#c?.toml"), "policies/a%20b%23c%3F.toml");
        assert_eq!(uri("C:/é.toml"), "C%3A/%C3%A9.toml");
        assert_eq!(uri("//host/100%.toml"), "/host/100%25.toml");
        assert_eq!(uri("../base.toml"), "../base.toml");
    }
}
