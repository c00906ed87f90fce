//! `[[payload]]`: files whose payloads go into the profile as they stand.

use super::raw::{Raw, RawPayload};
use super::{Files, MAX_FILES, MAX_TOTAL, no_path, normal, passed};
use crate::document::Table;
use crate::finding::{Finding, Findings, Sources};
use crate::plan::Passed;
use std::collections::BTreeMap;

/// The payloads of one policy: no profile has so many.
pub(super) const MAX_PAYLOADS: usize = 1000;

/// Reads one `[[payload]]`; none if it cannot be used, which is said.
pub(super) fn read(table: &Table<'_>, whole: bool, findings: &mut Findings) -> Option<RawPayload> {
    let file = table.string("file", findings);
    let why = table.string("why", findings).map(|(text, _)| text.to_owned());
    let drop = table.boolean("drop", findings).unwrap_or(false);
    table.refuse_others("unknown-table", "in [[payload]]", findings);
    if whole && table.get("file").is_none() {
        let finding = Finding::new("payload-file", "a [[payload]] names no file").at(table.span, "");
        findings.push(finding.help("add `file = \"payloads/privacy.mobileconfig\"`"));
    }
    let (file, span) = file?;
    if let Some(finding) = no_path("payload-file", "a payload", file, span) {
        findings.push(finding);
        return None;
    }
    let file = (file.to_owned(), span);
    Some(RawPayload { file, path: String::new(), within: String::new(), drop, why })
}

/// Reads the files that the policy's files name, by path: one that is named twice counts once, and one that a later
/// file drops does not count.
pub(super) fn load(
    raws: &[&Raw],
    files: &dyn Files,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Vec<Passed> {
    let mut wanted: BTreeMap<&str, &RawPayload> = BTreeMap::new();
    for raw in raws {
        take_out(raw, &mut wanted, findings);
        for payload in raw.payloads.iter().filter(|payload| !payload.drop) {
            // The file's own line counts before that of a file that it extends.
            wanted.insert(&payload.within, payload);
        }
    }
    let mut all = Vec::new();
    let mut left = MAX_TOTAL;
    for (number, payload) in wanted.into_values().enumerate() {
        let (name, span) = &payload.file;
        let refuse = |title: String| Finding::new("payload-file", title).at(*span, "");
        if number == MAX_FILES {
            findings.push(refuse(format!("a policy takes the payloads of at most {MAX_FILES} files")));
            break;
        }
        let bytes = match files.read_bytes(&payload.path) {
            Ok(bytes) => bytes,
            Err(error) => {
                findings.push(refuse(format!("`{name}` cannot be read: {error}")));
                continue;
            }
        };
        let Some(rest) = left.checked_sub(bytes.len()) else {
            let most = MAX_TOTAL >> 20;
            findings.push(refuse(format!("the payloads of a policy are larger than {most} MiB together")));
            break;
        };
        left = rest;
        all.extend(passed::payloads(payload, &normal(&payload.path), &bytes, sources, findings));
        if all.len() > MAX_PAYLOADS {
            findings.push(refuse(format!("a policy takes at most {MAX_PAYLOADS} payloads")));
            all.truncate(MAX_PAYLOADS);
            break;
        }
    }
    all
}

/// Takes out what a file drops of what it extends.
fn take_out(raw: &Raw, wanted: &mut BTreeMap<&str, &RawPayload>, findings: &mut Findings) {
    for payload in raw.payloads.iter().filter(|payload| payload.drop) {
        let (name, span) = &payload.file;
        let of = |other: &&RawPayload| !other.drop && other.within == payload.within;
        if let Some(own) = raw.payloads.iter().find(of) {
            let title = format!("`{name}` is both carried and dropped");
            let finding = Finding::new("payload-file", title).at(*span, "").at(own.file.1, "carried here");
            findings.push(finding.help("keep one of them"));
        } else if wanted.remove(payload.within.as_str()).is_none() && !raw.base_lost {
            let title = format!("no file that this one extends carries `{name}`: there is nothing to drop");
            findings.push(Finding::new("payload-file", title).at(*span, ""));
        }
    }
}
