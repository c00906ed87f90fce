//! The grammar of a policy file: by depth, never by catalogue.

use super::head;
use super::raw::{Group, Named, Raw, RawSetting, Section, Why};
use super::value::lower;
use crate::document::{Document, Entry, Kind, Table, Written, wrong_shape};
use crate::finding::{Finding, Findings, SourceId, Span};
use crate::value::toml_key;

/// Reads one policy file. Everything that can be used comes back, whatever was wrong with the rest.
pub(super) fn read(source: SourceId, text: &str, findings: &mut Findings) -> Raw {
    let document = Document::parse(source, text, findings);
    let root = document.root();
    let mut raw = Raw { whole: document.is_whole(), ..Raw::default() };
    if let Some(table) = root.table("policy", findings) {
        raw.head = head::read(&table, findings);
    }
    if let Some(table) = root.table("macs", findings) {
        head::macs(&table, &mut raw, findings);
    }
    for section in [Section::Settings, Section::SetOnce, Section::Defaults, Section::Custom] {
        if let Some(table) = root.table(section.name(), findings) {
            settings(section, &table, text, &mut raw, findings);
        }
    }
    if let Some(table) = root.table("unset", findings) {
        unset(&table, text, &mut raw, findings);
    }
    if let Some(table) = root.table("groups", findings) {
        groups(&table, &mut raw, findings);
    }
    if let Some(table) = root.table("why", findings) {
        why(&table, text, &mut raw, findings);
    }
    for table in root.tables("allow", findings) {
        raw.allows.extend(head::allow(&table, findings));
    }
    root.refuse_others("unknown-table", "at the top of a policy", findings);
    raw
}

fn settings(section: Section, table: &Table<'_>, text: &str, raw: &mut Raw, findings: &mut Findings) {
    for entry in table.entries() {
        match entry.item.kind() {
            Kind::Table(inner) => {
                if entry.written() == Written::Dotted {
                    findings.push(unquoted_dot(&entry, section, text));
                    continue;
                }
                let named = named(&entry, text);
                for setting in inner.entries() {
                    if setting.written() == Written::Dotted {
                        findings.push(unquoted_dot(&setting, section, text));
                        continue;
                    }
                    push(section, Some(named.clone()), &setting, raw, findings);
                }
            }
            Kind::Array(items) if items.iter().any(|item| matches!(item.kind(), Kind::Table(_))) => {
                let title =
                    format!("`{}` is a list of tables, which no domain is and no bare key can be", entry.key);
                findings.push(Finding::new("wrong-shape", title).at(entry.key_span, "").help(format!(
                    "a key with such a value stands inside its domain: [{}.\"the.domain\"]",
                    section.name()
                )));
            }
            _ if section == Section::Custom => {
                let title = format!("`{}` stands in no domain", entry.key);
                findings.push(
                    Finding::new("wrong-shape", title)
                        .at(entry.key_span, "")
                        .help("keys that no catalogue knows stand in a domain: [custom.\"the.domain\"]"),
                );
            }
            _ => push(section, None, &entry, raw, findings),
        }
    }
}

fn push(section: Section, domain: Option<Named>, entry: &Entry<'_>, raw: &mut Raw, findings: &mut Findings) {
    let value = lower(&entry.item, findings);
    if value.is_none() {
        return;
    }
    raw.settings.push(RawSetting { section, domain, key: (entry.key.to_owned(), entry.key_span), value });
}

fn named(entry: &Entry<'_>, text: &str) -> Named {
    let line = line_at(text, entry.key_span);
    let rest = line.split_once(entry.key).map(|(_, rest)| rest.trim_start());
    let dotted = rest.is_some_and(|rest| rest.starts_with('.')) && line.trim_start().starts_with('[');
    let header = dotted.then(|| {
        let from = line.find(entry.key).unwrap_or(0);
        let inner = line.get(from..).unwrap_or("");
        inner.split(']').next().unwrap_or("").replace(' ', "")
    });
    Named { name: entry.key.to_owned(), span: entry.key_span, header }
}

fn line_at(text: &str, span: Span) -> &str {
    let at = (span.start as usize).min(text.len());
    let start = text.get(..at).and_then(|head| head.rfind('\n')).map_or(0, |found| found + 1);
    text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("")
}

/// An unquoted dotted key where a preference key or a domain belongs: TOML silently makes tables of it.
fn unquoted_dot(entry: &Entry<'_>, section: Section, text: &str) -> Finding {
    let from = entry.key_span.start as usize;
    let rest = text.get(from..).unwrap_or("");
    let written = rest.split(['=', '\n', '}']).next().unwrap_or(entry.key).trim_end();
    let parts: Vec<&str> = written.split('.').map(|part| part.trim().trim_matches(['"', '\''])).collect();
    let end = entry.key_span.start + u32::try_from(written.len()).unwrap_or(0);
    let span = Span { end, ..entry.key_span };
    let whole = toml_key(&parts.join("."));
    let (last, before) =
        parts.split_last().map_or(("", String::new()), |(last, before)| (*last, before.join(".")));
    Finding::new("unquoted-dot", format!("`{written}` has an unquoted dot: TOML makes a table of it"))
        .at(span, "")
        .help(format!("one key with a dot in its name is `{whole}`"))
        .help(format!(
            "a key of a domain stands under `[{}.{}]`, as `{last} = …`",
            section.name(),
            toml_key(&before)
        ))
        .fix(span, whole, "quote the key")
}

fn unset(table: &Table<'_>, text: &str, raw: &mut Raw, findings: &mut Findings) {
    for entry in table.entries() {
        if entry.written() == Written::Dotted {
            findings.push(unquoted_dot(&entry, Section::Unset, text));
            continue;
        }
        let items = match entry.item.kind() {
            Kind::String(_) => vec![entry.item],
            Kind::Array(items) => items,
            _ => {
                findings.push(wrong_shape(&entry, "a list of keys"));
                continue;
            }
        };
        let domain = named(&entry, text);
        for item in items {
            match item.as_string() {
                Some(key) => raw.settings.push(RawSetting {
                    section: Section::Unset,
                    domain: Some(domain.clone()),
                    key: (key.to_owned(), item.span),
                    value: None,
                }),
                None => {
                    let title = format!(
                        "`{}` holds {}, not the name of a key",
                        entry.key,
                        item.kind().with_article()
                    );
                    findings.push(Finding::new("wrong-shape", title).at(item.span, ""));
                }
            }
        }
    }
}

fn groups(table: &Table<'_>, raw: &mut Raw, findings: &mut Findings) {
    for entry in table.entries() {
        let Kind::Array(items) = entry.item.kind() else {
            findings.push(wrong_shape(&entry, "a list of domains"));
            continue;
        };
        let mut members = Vec::new();
        for item in items {
            match item.as_string() {
                Some(name) => members.push((name.to_owned(), item.span)),
                None => {
                    let title = format!("`{}` holds {}, not a domain", entry.key, item.kind().with_article());
                    findings.push(Finding::new("wrong-shape", title).at(item.span, ""));
                }
            }
        }
        raw.groups.push(Group { name: (entry.key.to_owned(), entry.key_span), members });
    }
}

fn why(table: &Table<'_>, text: &str, raw: &mut Raw, findings: &mut Findings) {
    for entry in table.entries() {
        if entry.written() == Written::Dotted {
            findings.push(unquoted_dot(&entry, Section::Settings, text));
            continue;
        }
        let (domain, list) = match entry.item.kind() {
            Kind::Table(inner) => (Some(named(&entry, text)), inner.entries()),
            _ => (None, vec![entry]),
        };
        for entry in list {
            match entry.item.as_string() {
                Some(reason) => raw.why.push(Why {
                    domain: domain.clone(),
                    key: (entry.key.to_owned(), entry.key_span),
                    text: reason.to_owned(),
                }),
                None => findings.push(wrong_shape(&entry, "a string")),
            }
        }
    }
}
