//! What a target makes of a policy of this repository, and its files as one text for a snapshot.
#![allow(dead_code, reason = "each test crate uses a part")]
#![allow(clippy::unwrap_used, clippy::string_slice, reason = "a test that cannot go on has failed")]

use super::common::{judged, root};
use prefsmith::catalog::Catalog;
use prefsmith::check::CheckedPlan;
use prefsmith::emit::{Artefact, Request, target};
use prefsmith::finding::{Findings, Sources};
use prefsmith::profile::Form;
use std::fmt::Write as _;

/// The plan of a policy.
pub fn plan(policy: &str) -> CheckedPlan {
    judged(&root().join(policy), &Catalog::builtin(), &mut Sources::new()).plan.unwrap()
}

/// What a target makes of a plan, by path, and what is said.
pub fn made(name: &str, plan: &CheckedPlan, stem: &str, split: bool) -> (Vec<Artefact>, Findings) {
    let catalog = Catalog::builtin();
    let (form, keep, left) = (Form::Mcx, None, &[][..]);
    let request = Request { plan, catalog: &catalog, stem, form, split, keep, left, scripts: false };
    let mut findings = Findings::new();
    let mut artefacts = target(name).unwrap().emit(&request, &mut findings);
    artefacts.sort_by(|one, other| one.path.cmp(&other.path));
    (artefacts, findings)
}

/// What a target makes of a policy without an error.
pub fn built(name: &str, policy: &str, split: bool) -> Vec<Artefact> {
    let path = root().join(policy);
    let (artefacts, findings) = made(name, &plan(policy), path.file_stem().unwrap().to_str().unwrap(), split);
    assert!(!findings.has_errors(), "{findings:?}");
    artefacts
}

pub fn text(artefact: &Artefact) -> &str {
    std::str::from_utf8(&artefact.bytes).unwrap()
}

/// What differs between one script and the next: without the parts that are the same in all of a kind, which other tests
/// hold fast.
fn shortened(mut text: &str) -> String {
    let mut out = String::new();
    while let Some(start) = text.find("# What stands from here to `apps`") {
        out.push_str(&text[..start]);
        text = &text[start..];
        let Some(end) = text.find("\napps() {") else { break };
        out.push_str("…\n");
        text = &text[end..];
    }
    out + text
}

/// The files, one below the other. `other` has what stands for the content of a file, by how it was written and what to say.
pub fn tree(artefacts: &[Artefact], other: &[(String, String)]) -> String {
    let mut out = String::new();
    for artefact in artefacts {
        let program = if artefact.executable { " (a program)" } else { "" };
        let mut content = text(artefact).to_owned();
        for (written, said) in other {
            content = content.replace(written, said);
        }
        writeln!(out, "==> {}{program}\n{}", artefact.path, shortened(&content)).unwrap();
    }
    out
}
