//! Payloads that are no preferences: each in a file beside the policy, which names it.

use super::{Draft, Options, Passed, Unit};
use crate::finding::{Finding, Findings, Severity};
use crate::profile::read::{Content, HeldPayload};
use crate::value::{Value, write};
use std::collections::BTreeSet;

/// The folder of such files, beside the policy.
const FOLDER: &str = "payloads";

pub(super) fn passed(units: &[Unit<'_>], options: &Options, draft: &mut Draft, findings: &mut Findings) {
    let mut names = BTreeSet::new();
    let mut seen: Vec<Value> = Vec::new();
    for payload in units.iter().flat_map(|unit| &unit.profile.payloads) {
        if !matches!(payload.content, Content::Foreign) {
            continue;
        }
        let value = Value::Dictionary(payload.envelope.entries.clone());
        // The same payload in two inputs is one.
        if seen.contains(&value) {
            continue;
        }
        let bytes = match bytes(payload, &value, options) {
            Ok(bytes) => bytes,
            Err((why, help)) => {
                let kind = if payload.kind.is_empty() { "without a type" } else { payload.kind.as_str() };
                let title = format!("the payload {kind} is not in the policy: {why}");
                let finding = Finding::new("not-expressed", title).severity(Severity::Error);
                let finding = finding.at(payload.envelope.places.at.clone(), "");
                findings.push(if help.is_empty() { finding } else { finding.help(help) });
                draft.lost.push(format!("the payload {kind}: {why}"));
                continue;
            }
        };
        seen.push(value);
        let short = payload.kind.strip_prefix("com.apple.").unwrap_or(&payload.kind);
        let stem = format!("{}-{}", super::slug(&options.stem), super::slug(short));
        let mut file = format!("{FOLDER}/{stem}.plist");
        let mut number = 1;
        while !names.insert(file.to_lowercase()) {
            number += 1;
            file = format!("{FOLDER}/{stem}-{number}.plist");
        }
        let title = payload.envelope.text("PayloadDisplayName").map(str::to_owned);
        draft.passed.push(Passed { file, bytes, kind: payload.kind.clone(), title, lost: None });
    }
}

/// The file of a payload; else why there is none, and what to do.
fn bytes(payload: &HeldPayload, value: &Value, options: &Options) -> Result<Vec<u8>, (String, &'static str)> {
    if payload.kind.is_empty() {
        return Err(("it has no PayloadType, so that macOS does not know it".to_owned(), ""));
    }
    if !options.beside {
        let why = "it needs a file beside the policy, and standard output has none".to_owned();
        return Err((why, "write the policy to a file with --out"));
    }
    write::to_xml(value).map_err(|error| (error.to_string(), ""))
}
