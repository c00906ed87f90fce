//! Rules between settings.

use super::facts::{SourceView, sources};
use super::key::sources as source_row;
use super::rows::{Row, item, paragraph, rows};
use super::{Style, sentence};
use crate::catalog::Catalog;
use crate::catalog::model::Weight;
use crate::catalog::rule::{Rule, plain};
use serde::Serialize;

/// A rule between settings.
#[derive(Serialize)]
pub(super) struct RuleView<'a> {
    pub name: &'a str,
    severity: &'static str,
    summary: String,
    why: String,
    unknown: Option<String>,
    help: Vec<String>,
    domains: Vec<&'a str>,
    keys: &'a [&'a str],
    apps: &'a [&'a str],
    confidence: &'static str,
    sources: Vec<SourceView<'a>>,
}

impl<'a> RuleView<'a> {
    pub fn new(rule: &'a Rule<'_>, catalog: &'a Catalog<'_>) -> Self {
        let list = rule.each.and_then(|name| catalog.list(name));
        Self {
            name: rule.id,
            severity: match rule.severity {
                Weight::Error => "error",
                Weight::Warning => "warning",
                Weight::Note => "note",
            },
            summary: plain(rule.says),
            why: plain(rule.why),
            unknown: rule.unknown.map(plain),
            help: rule.help.iter().map(|text| plain(text)).collect(),
            domains: list.map_or_else(Vec::new, |list| list.domains.clone()),
            keys: &rule.any_key,
            apps: &rule.any_app,
            confidence: rule.confidence.word(),
            sources: sources(&rule.sources, catalog),
        }
    }
}

pub(super) fn rule(out: &mut String, view: &RuleView<'_>, style: Style) {
    out.push_str(&style.strong(&format!("{} ({})", view.name, view.severity)));
    paragraph(out, &format!("{}.", sentence(&view.summary)), 2, style.width);
    out.push('\n');
    paragraph(out, &view.why, 2, style.width);
    out.push('\n');
    let items = |list: &[&str]| list.iter().map(|name| item("", *name)).collect::<Vec<_>>();
    let mut list = Vec::new();
    list.extend(view.help.iter().map(|text| Row::text("what to do", text.as_str())));
    list.extend(view.unknown.iter().map(|text| Row::text("if not known", format!("a note: {text}"))));
    if !view.domains.is_empty() {
        list.push(Row { label: "DOMAIN", items: items(&view.domains) });
    }
    if !view.keys.is_empty() {
        list.push(Row { label: "KEY", items: items(view.keys) });
    }
    if !view.apps.is_empty() {
        list.push(Row { label: "APP", items: items(view.apps) });
        list.push(Row::text("where", "on a Mac: `diff` sees what is installed, `check` does not"));
    }
    let allow = format!("an [[allow]] with code = \"{}\" and a `why` accepts it", view.name);
    list.push(Row::text("to accept", allow));
    list.push(Row::text("confidence", view.confidence));
    list.push(source_row(&view.sources));
    rows(out, &list, style.width);
}
