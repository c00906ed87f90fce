//! Text in payloads that are carried as they stand which an MDM would take for a token of its own.

use super::Speller;
use crate::finding::{Finding, Findings, Severity, listed};
use crate::plan::Passed;
use std::collections::{BTreeMap, BTreeSet};

impl Speller<'_, '_, '_> {
    /// Says what the MDM would replace in each payload. It may be meant: the file may come from this very MDM.
    pub(super) fn carried(&self, findings: &mut Findings) {
        for passed in &self.request.plan.payloads {
            let mut found: BTreeMap<(String, bool), BTreeSet<String>> = BTreeMap::new();
            for (path, text) in passed.texts() {
                for (token, sure) in self.tokens_in(text, &[]) {
                    found.entry((token, sure)).or_default().insert(path.clone());
                }
            }
            findings.extend(
                found
                    .iter()
                    .map(|((token, sure), paths)| self.in_payload(passed, token, *sure, paths))
                    .collect(),
            );
        }
    }

    fn in_payload(&self, passed: &Passed, token: &str, sure: bool, paths: &BTreeSet<String>) -> Finding {
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let (verb, severity) = if sure { ("would", Severity::Warning) } else { ("may", Severity::Note) };
        let title = format!(
            "{} {verb} take `{token}` in {} of the payload `{}` for a token of its own",
            self.title,
            listed(&paths),
            passed.file
        );
        let finding = Finding::new("taken-for-token", title).severity(severity).about(&passed.kind, "");
        // The line of the payload's own file may hold a secret.
        let finding = finding.at(passed.origin.clone(), "");
        if sure {
            finding
                .note("a payload is carried as it stands; what is put there is another text on each Mac")
                .help("accept the finding with an [[allow]], if that is meant; otherwise change the file")
        } else {
            finding.note("it looks like one, and is none that the documentation lists")
        }
    }
}
