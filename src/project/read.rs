//! The grammar of a project file.

use super::accept;
use super::paths::{file, output, path};
use super::{Exclusive, Options, Own, Project, Said};
use crate::document::{Document, Entry, Kind, Table, nearest, wrong_shape};
use crate::finding::{Finding, Findings, Origin, Span};
use crate::profile::Form;

/// Tables that a later prefsmith may know at the top, and no other name is taken for.
const TARGET: &str = "target";

/// Reads a project file. Everything that can be used comes back, whatever was wrong with the rest.
pub(super) fn read(document: &Document<'_>, findings: &mut Findings) -> Project {
    let root = document.root();
    let mut project = Project { span: Some(root.span), ..Project::default() };
    match root.table("project", findings) {
        Some(table) => head(&table, &mut project, findings),
        None if root.get("project").is_none() && document.is_whole() && !near_head(&root) => {
            findings.push(
                Finding::new("project-path", "the project file has no [project] table")
                    .at(root.span, "")
                    .help("add `[project]` with `policies = [\"policies/*.toml\"]`"),
            );
        }
        None => {}
    }
    if let Some(table) = root.table("check", findings) {
        project.deny_warnings = deny(&table, findings);
        table.refuse_others("unknown-table", "in [check]", findings);
    }
    if let Some(table) = root.table("build", findings) {
        project.build = options(&table, findings);
        table.refuse_others("unknown-table", "in [build]", findings);
    }
    for table in root.tables("policy", findings) {
        project.own.extend(own(&table, document.is_whole(), findings));
    }
    for table in root.tables("exclusive", findings) {
        project.exclusive.extend(exclusive(&table, document.is_whole(), findings));
    }
    for table in root.tables("allow", findings) {
        project.allows.extend(accept::allow(&table, document.is_whole(), findings));
    }
    let mut others = Findings::new();
    root.refuse_others("unknown-table", "at the top of a project file", &mut others);
    findings.extend(others.into_iter().map(|finding| top_level(finding, &root)).collect());
    project
}

/// Whether a table is there that was probably meant to be `[project]`: that it is not known is said.
fn near_head(root: &Table<'_>) -> bool {
    root.entries().iter().any(|entry| nearest(entry.key, ["project"]).is_some())
}

/// Where something belongs that stands at the top.
fn top_level(mut finding: Finding, root: &Table<'_>) -> Finding {
    const PROJECT: [&str; 6] = ["format", "policies", "profiles", "exclude", "catalog", "manifests"];
    const BUILD: [&str; 5] = ["out", "target", "form", "split", "by-build"];
    const POLICY: [&str; 5] = ["settings", "macs", "set-once", "defaults", "unset"];
    let at = finding.primary().and_then(Origin::span);
    let Some(entry) = root.entries().into_iter().find(|entry| Some(entry.key_span) == at) else {
        return finding;
    };
    let table = matches!(entry.item.kind(), Kind::Table(_));
    let belongs = match entry.key {
        key if table && key == TARGET => {
            "options of single targets are not known to this prefsmith".to_owned()
        }
        key if PROJECT.contains(&key) => format!("`{key}` stands under [project]"),
        key if BUILD.contains(&key) => format!("`{key}` stands under [build]"),
        "deny" => "`deny` stands under [check]".to_owned(),
        key if POLICY.contains(&key) => {
            "settings stand in a policy, and [project] names it in `policies`".to_owned()
        }
        _ => return finding,
    };
    // The nearest name would be a guess where the place is known.
    finding.fix = None;
    finding.help = vec![belongs];
    finding
}

/// `[project]`.
fn head(table: &Table<'_>, project: &mut Project, findings: &mut Findings) {
    project.span = Some(table.span);
    if let Some((format, span)) = table.integer("format", findings)
        && format != 1
    {
        let title = format!("this is a project file of format {format}; this prefsmith reads format 1");
        findings.push(Finding::new("project-format", title).at(span, ""));
    }
    project.policies = paths(table, "policies", findings);
    project.exclude = paths(table, "exclude", findings);
    project.profiles = paths(table, "profiles", findings);
    project.catalog = paths(table, "catalog", findings);
    project.manifests = paths(table, "manifests", findings);
    table.refuse_others("unknown-table", "in [project]", findings);
}

fn paths(table: &Table<'_>, key: &'static str, findings: &mut Findings) -> Vec<Said> {
    let list = table.strings(key, findings);
    list.into_iter().filter_map(|said| path(said, findings)).collect()
}

/// `deny = "warnings"`, as on the command line.
fn deny(table: &Table<'_>, findings: &mut Findings) -> Option<bool> {
    let (text, span) = table.string("deny", findings)?;
    if text == "warnings" {
        return Some(true);
    }
    wrong_word(text, span, "deny", &["warnings"], findings);
    None
}

fn wrong_word(text: &str, span: Span, key: &str, words: &[&str], findings: &mut Findings) {
    let known: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let finding = Finding::new("wrong-word", format!("`{text}` is nothing that `{key}` can be"));
    let mut finding = finding.at(span, "").help(format!("it is {}", known.join(" or ")));
    if let Some(near) = nearest(text, words.iter().copied()) {
        finding = finding.fix(span, format!("\"{near}\""), format!("write `{near}`"));
    }
    findings.push(finding);
}

/// What `[build]` and `[[policy]]` have in common.
fn options(table: &Table<'_>, findings: &mut Findings) -> Options {
    let out = table.string("out", findings).and_then(|said| output(said, findings));
    let target = table.get("target").map(|entry| targets(table, &entry, findings));
    let form = table.string("form", findings).and_then(|(text, span)| match text {
        "mcx" => Some(Form::Mcx),
        "domain" => Some(Form::Domain),
        _ => {
            wrong_word(text, span, "form", &["mcx", "domain"], findings);
            None
        }
    });
    let split = table.boolean("split", findings);
    let by_build = table.boolean("by-build", findings);
    Options { out, target: target.flatten(), form, split, by_build }
}

/// The names of targets; none if there is no name that can be used.
fn targets(table: &Table<'_>, entry: &Entry<'_>, findings: &mut Findings) -> Option<Vec<Said>> {
    let list = table.strings("target", findings);
    if list.is_empty() {
        if matches!(entry.item.kind(), Kind::Array(items) if items.is_empty()) {
            findings.push(wrong_shape(entry, "a list of at least one target"));
        }
        return None;
    }
    Some(list.into_iter().map(|(text, span)| Said { text: text.to_owned(), span }).collect())
}

/// One `[[policy]]`; none without its file, which is said.
fn own(table: &Table<'_>, whole: bool, findings: &mut Findings) -> Option<Own> {
    let said = table.string("file", findings);
    let options = options(table, findings);
    let keep = table.string("keep-identifiers-from", findings).and_then(|said| file(said, findings));
    table.refuse_others("unknown-table", "in [[policy]]", findings);
    if said.is_none() && whole && table.get("file").is_none() {
        findings.push(
            Finding::new("project-path", "a [[policy]] needs its `file`")
                .at(table.span, "")
                .help("it says what is different for one policy: `file = \"policies/office.toml\"`"),
        );
    }
    let file = file(said?, findings)?;
    if keep.is_some() && options.split == Some(true) {
        let title = "`keep-identifiers-from` and `split` do not go together";
        findings.push(
            Finding::new("project-path", title).at(file.span, "").note("one profile has one identifier"),
        );
    }
    Some(Own { file, options, keep_identifiers_from: keep })
}

/// One `[[exclusive]]`; none if it cannot be used, which is said.
fn exclusive(table: &Table<'_>, whole: bool, findings: &mut Findings) -> Option<Exclusive> {
    let list = paths(table, "policies", findings);
    // For whoever reads the file; nothing else is done with it.
    table.string("why", findings);
    table.refuse_others("unknown-table", "in [[exclusive]]", findings);
    let alone = match list.as_slice() {
        [] => true,
        [only] => !super::is_pattern(&only.text),
        _ => false,
    };
    if alone && whole {
        findings.push(
            Finding::new("project-path", "an [[exclusive]] needs at least two `policies`")
                .at(table.span, "")
                .help(
                    "it says that no Mac gets two of them: `policies = [\"ring-a.toml\", \"ring-b.toml\"]`",
                ),
        );
    }
    if list.is_empty() { None } else { Some(Exclusive { policies: list, span: table.span }) }
}
