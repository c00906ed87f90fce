//! `[target.NAME]`: what a policy says of single targets. Each field is described here, once: reading, the JSON Schema
//! and `docs/policy.md` all take it from here.

mod table;

pub use table::TARGET_TABLES;

use super::raw::{Raw, RawTarget};
use crate::catalog::Catalog;
use crate::document::{Table, nearest, wrong_shape};
use crate::finding::{Finding, Findings, Origin, Span};
use crate::plan::{Given, TargetOptions};
use crate::value::{quoted, write};
use std::collections::BTreeMap;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A text.
    Text,
    /// One of some words, each with what it means.
    Word(&'static [(&'static str, &'static str)]),
    /// A list of texts; one text stands for a list of one.
    List,
    /// A boolean.
    Flag,
    /// A whole number above 0.
    Number,
}

/// What a field says of who gets the settings. What does say something is never taken over by a variant, which is for
/// others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Nothing.
    Nothing,
    /// These get them: no other variant may name one of them.
    Assigns,
    /// These of them do not, or only these.
    Narrows,
}

/// One field of a target.
#[derive(Clone, Copy, Debug)]
pub struct FieldInfo {
    /// Its name, as the MDM has it where it has one.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// What it is for, as a sentence.
    pub doc: &'static str,
    /// Whether it says who gets the settings.
    pub scope: Scope,
}

/// A target that a policy can speak of.
#[derive(Clone, Copy, Debug)]
pub struct TargetInfo {
    /// Its name on the command line.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Its fields, in the order in which they are documented.
    pub fields: &'static [FieldInfo],
    /// Whether it replaces identity tokens, so that a policy may say how: `[target.NAME.placeholders]`.
    pub placeholders: bool,
}

/// What a policy can say of a target.
pub fn target_info(name: &str) -> Option<&'static TargetInfo> {
    TARGET_TABLES.iter().find(|info| info.name == name)
}

impl TargetInfo {
    /// A field by its name.
    pub fn field(&self, name: &str) -> Option<&'static FieldInfo> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// Reads the tables inside `[target]`.
pub(super) fn read(table: &Table<'_>, raw: &mut Raw, findings: &mut Findings) {
    for info in TARGET_TABLES {
        if let Some(inner) = table.table(info.name, findings) {
            raw.targets.push(one(info, &inner, findings));
        }
    }
    table.refuse_others("unknown-table", "in [target]", findings);
}

fn one(info: &'static TargetInfo, table: &Table<'_>, findings: &mut Findings) -> RawTarget {
    let mut found =
        RawTarget { info, span: table.span, fields: BTreeMap::new(), placeholders: BTreeMap::new() };
    for field in info.fields {
        let Some(entry) = table.get(field.name) else { continue };
        if let Some(given) = given(field, table, findings) {
            found.fields.insert(field.name, (given, entry.key_span));
        }
    }
    if info.placeholders
        && let Some(inner) = table.table("placeholders", findings)
    {
        for entry in inner.entries() {
            match entry.item.as_string() {
                Some(text) if usable(text, entry.key, entry.item.span, findings) => {
                    let text = (text.to_owned(), entry.item.span);
                    found.placeholders.insert(entry.key.to_owned(), (text, entry.key_span));
                }
                Some(_) => {}
                None => findings.push(wrong_shape(&entry, "a string")),
            }
        }
    }
    table.refuse_others("unknown-table", &format!("in [target.{}]", info.name), findings);
    found
}

fn given(field: &FieldInfo, table: &Table<'_>, findings: &mut Findings) -> Option<Given> {
    match field.kind {
        FieldKind::Text => {
            let (text, span) = table.string(field.name, findings)?;
            usable(text, field.name, span, findings).then(|| Given::Text(text.to_owned(), span.into()))
        }
        FieldKind::Word(words) => {
            let (text, span) = table.string(field.name, findings)?;
            let known = words.iter().any(|(word, _)| *word == text);
            if !known {
                findings.push(wrong_word(field.name, (text, span), words));
            }
            known.then(|| Given::Text(text.to_owned(), span.into()))
        }
        FieldKind::List => {
            let mut list: Vec<(String, Origin)> = Vec::new();
            for (text, span) in table.strings(field.name, findings) {
                if usable(text, field.name, span, findings) && list.iter().all(|(known, _)| known != text) {
                    list.push((text.to_owned(), span.into()));
                }
            }
            Some(Given::List(list))
        }
        FieldKind::Flag => table.boolean(field.name, findings).map(Given::Flag),
        FieldKind::Number => {
            let (number, span) = table.integer(field.name, findings)?;
            if number < 1 {
                let title = format!("`{}` is a number above 0, not {number}", field.name);
                findings.push(Finding::new("wrong-shape", title).at(span, ""));
                return None;
            }
            Some(Given::Number(number))
        }
    }
}

fn wrong_word(name: &str, (text, span): (&str, Span), words: &[(&str, &str)]) -> Finding {
    let known: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
    let finding =
        Finding::new("wrong-word", format!("`{text}` is nothing that `{name}` can be")).at(span, "");
    let finding = finding.help(format!("it is {}", known.join(" or ")));
    match nearest(text, words.iter().map(|(word, _)| *word)) {
        Some(near) => finding.fix(span, quoted(near), format!("write `{near}`")),
        None => finding,
    }
}

/// Whether a text can be a name: something, and nothing that no file can carry.
fn usable(text: &str, name: &str, span: Span, findings: &mut Findings) -> bool {
    let title = match write::unwritable(text) {
        _ if text.trim().is_empty() => format!("`{name}` holds an empty text"),
        Some(bad) => {
            format!("`{name}` holds the character U+{:04X}, which no file can carry", u32::from(bad))
        }
        None if text.contains('\n') => format!("`{name}` holds a line break"),
        None => return true,
    };
    findings.push(Finding::new("wrong-shape", title).at(span, ""));
    false
}

/// Merges what the files say of targets, field by field: a later file says it anew. `own`: those of a variant, which
/// takes over nothing that says who gets the settings.
pub(super) fn resolve(
    files: &[&Raw],
    own: &[&Raw],
    catalog: &Catalog<'_>,
    findings: &mut Findings,
) -> BTreeMap<String, TargetOptions> {
    let mut all: BTreeMap<String, TargetOptions> = BTreeMap::new();
    let inherits = !own.is_empty();
    for (raw, is_own) in files.iter().map(|raw| (raw, !inherits)).chain(own.iter().map(|raw| (raw, true))) {
        for target in &raw.targets {
            let options = all.entry(target.info.name.to_owned()).or_default();
            options.origin = Some(target.span.into());
            for (name, (given, span)) in &target.fields {
                let scope = target.info.field(name).map_or(Scope::Nothing, |field| field.scope);
                if is_own || scope == Scope::Nothing {
                    options.fields.insert((*name).to_owned(), (given.clone(), (*span).into()));
                }
            }
            for (token, ((text, at), key)) in &target.placeholders {
                if let Some(finding) = unknown_token((target.info, token), *key, catalog) {
                    findings.push(finding);
                    continue;
                }
                options.placeholders.insert(token.clone(), (text.clone(), (*at).into()));
            }
        }
    }
    all
}

/// What is wrong with the name of a token that a policy spells itself.
fn unknown_token((info, name): (&TargetInfo, &str), span: Span, catalog: &Catalog<'_>) -> Option<Finding> {
    if catalog.token(name).is_some() {
        return None;
    }
    let finding = Finding::new(
        "unknown-table",
        format!("`{name}` is no identity token, and nothing in [target.{}.placeholders]", info.name),
    )
    .at(span, "");
    let bare = name.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(name);
    let near = catalog.token(bare).map(|token| token.name);
    let near = near.or_else(|| nearest(bare, catalog.tokens().map(|token| token.name)));
    Some(match near {
        Some(near) => {
            finding.help(format!("did you mean `{near}`?")).fix(span, quoted(near), format!("write `{near}`"))
        }
        None => {
            let names: Vec<&str> = catalog.tokens().map(|token| token.name).collect();
            finding.help(format!("known: {}", names.join(", ")))
        }
    })
}

#[cfg(test)]
mod tests;
