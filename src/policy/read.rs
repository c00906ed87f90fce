//! The grammar of a policy file: by depth, never by catalogue.

use super::applies;
use super::head;
use super::payload;
use super::raw::{Group, Header, Named, Raw, RawSetting, RawVariant, Section, Why};
use super::targets;
use super::value::lower;
use crate::document::{Document, Entry, Kind, Table, Written, nearest, wrong_shape};
use crate::finding::{Finding, Findings, Origin, SourceId, Span};
use crate::value::toml_key;

/// Reads one policy file. Everything that can be used comes back, whatever was wrong with the rest.
pub(super) fn read(source: SourceId, text: &str, findings: &mut Findings) -> Raw {
    let document = Document::parse(source, text, findings);
    let root = document.root();
    let mut raw = Raw { whole: document.is_whole(), ..Raw::default() };
    let words = document.lost().flat_map(|stretch| stretch.split(['=', '{', ',', '\n']));
    raw.lost = words.map(|word| word.trim().trim_matches(['"', '\'']).to_owned()).collect();
    let text = &Lines::new(text);
    match root.table("policy", findings) {
        Some(table) => raw.head = head::read(&table, findings),
        None => raw.head_told = root.get("policy").is_some() || near_head(&root),
    }
    sections(&root, text, &mut raw, findings);
    if let Some(table) = root.table("variant", findings) {
        variants(&table, text, &mut raw, findings);
    }
    let mut others = Findings::new();
    root.refuse_others("unknown-table", "at the top of a policy", &mut others);
    for finding in others.iter() {
        findings.push(top_level(finding.clone(), &root));
    }
    raw
}

/// The sections that a policy and its variants have alike.
fn sections(root: &Table<'_>, text: &Lines<'_>, raw: &mut Raw, findings: &mut Findings) {
    if let Some(table) = root.table("macs", findings) {
        head::macs(&table, raw, findings);
    }
    if let Some(table) = root.table("applies-to", findings) {
        applies::read(&table, raw, findings);
    }
    let sections =
        [Section::Settings, Section::SetOnce, Section::Defaults, Section::Custom, Section::CustomSetOnce];
    for section in sections {
        if let Some(table) = root.table(section.name(), findings) {
            settings(section, &table, text, raw, findings);
        }
    }
    if let Some(table) = root.table("unset", findings) {
        unset(&table, text, raw, findings);
    }
    if let Some(table) = root.table("groups", findings) {
        groups(&table, raw, findings);
    }
    if let Some(table) = root.table("why", findings) {
        why(&table, text, raw, findings);
    }
    for table in root.tables("allow", findings) {
        raw.allows.extend(head::allow(&table, raw.whole, findings));
    }
    for table in root.tables("payload", findings) {
        raw.payloads.extend(payload::read(&table, raw.whole, findings));
    }
    if let Some(table) = root.table("target", findings) {
        targets::read(&table, raw, findings);
    }
}

/// `[variant.NAME]`: the same sections, once more.
fn variants(table: &Table<'_>, text: &Lines<'_>, raw: &mut Raw, findings: &mut Findings) {
    for entry in table.entries() {
        let Kind::Table(inner) = entry.item.kind() else {
            let finding = wrong_shape(&entry, "a table: a variant of the policy");
            findings.push(finding.help("a variant has a name: `[variant.pilot.settings]`"));
            continue;
        };
        let name = entry.key;
        let mut own = Raw { whole: raw.whole, ..Raw::default() };
        let mut said = Findings::new();
        sections(&inner, text, &mut own, &mut said);
        let mut others = Findings::new();
        inner.refuse_others("unknown-table", &format!("in [variant.{name}]"), &mut others);
        for mut finding in others {
            if let Some(hint) = misplaced(&inner, &finding, name) {
                finding.help.insert(0, hint);
            }
            said.push(finding);
        }
        // Help speaks of sections as they stand at the top of a policy.
        let note = format!("this stands in [variant.{name}], which has sections of its own");
        let noted = |finding: Finding| match finding.title.contains("[variant.") {
            true => finding,
            false => finding.note(note.as_str()),
        };
        findings.extend(said.into_iter().map(noted).collect());
        raw.variants.push(RawVariant { name: (name.to_owned(), entry.key_span), raw: own });
    }
}

/// Where something belongs that stands directly in a variant and is no section.
fn misplaced(table: &Table<'_>, finding: &Finding, name: &str) -> Option<String> {
    let at = finding.primary().and_then(Origin::span)?;
    let entry = table.entries().into_iter().find(|entry| entry.key_span == at)?;
    Some(match entry.item.kind() {
        _ if finding.fix.is_some() => return None,
        _ if entry.key == "policy" => {
            "a variant has the [policy] of its file, and its own name behind the id".to_owned()
        }
        Kind::Table(_) => {
            format!("a domain stands inside settings: [variant.{name}.settings.{}]", toml_key(entry.key))
        }
        _ => format!("a setting stands under [variant.{name}.settings]"),
    })
}

/// Whether a table is there that was probably meant to be `[policy]`: that it is not known is said.
fn near_head(root: &Table<'_>) -> bool {
    root.entries().iter().any(|entry| nearest(entry.key, ["policy"]).is_some())
}

/// What stands at the top and is no slip of the pen was probably meant for [settings].
fn top_level(mut finding: Finding, root: &Table<'_>) -> Finding {
    let at = finding.primary().and_then(Origin::span);
    let Some(entry) = root.entries().into_iter().find(|entry| Some(entry.key_span) == at) else {
        return finding;
    };
    if finding.fix.is_some() {
        return finding;
    }
    let hint = match entry.item.kind() {
        Kind::Table(_) => format!("a domain stands inside [settings]: [settings.{}]", toml_key(entry.key)),
        _ => "a setting stands under [settings]".to_owned(),
    };
    finding.help.insert(0, hint);
    finding
}

fn settings(section: Section, table: &Table<'_>, text: &Lines<'_>, raw: &mut Raw, findings: &mut Findings) {
    for entry in table.entries() {
        match entry.item.kind() {
            Kind::Table(inner) => {
                if entry.written() == Written::Dotted {
                    unquoted_dots(&entry, Place::Section(section.name()), text, findings);
                    continue;
                }
                let named = named(&entry, text);
                for setting in inner.entries() {
                    if setting.written() == Written::Dotted {
                        unquoted_dots(&setting, Place::Domain, text, findings);
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
            _ if section.is_custom() => {
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

fn named(entry: &Entry<'_>, text: &Lines<'_>) -> Named {
    let name = entry.key.to_owned();
    Named { name, span: entry.key_span, header: header(entry, text), value: false }
}

/// The parts of a header from a place on, if a dot follows there unquoted.
fn header(entry: &Entry<'_>, text: &Lines<'_>) -> Option<Header> {
    let span = entry.key_span;
    if entry.written() != Written::Header {
        return None;
    }
    if !text.get(text.start(span.start as usize)..)?.trim_start().starts_with('[') {
        return None;
    }
    let first = text.get(span.start as usize..span.end as usize)?;
    let rest = text.get(span.end as usize..)?.trim_start_matches([' ', '\t']);
    if first.starts_with(['"', '\'']) || !rest.starts_with('.') {
        return None;
    }
    let (mut parts, mut ends) = (Vec::new(), Vec::new());
    let (mut part, mut quote) = (String::new(), None);
    let mut quoted = false;
    let mut push = |part: &mut String, quoted: bool, end: usize| {
        parts.push((std::mem::take(part).trim().to_owned(), quoted));
        ends.push(u32::try_from(end).unwrap_or(u32::MAX));
    };
    for (offset, character) in text.get(span.start as usize..)?.char_indices() {
        let at = span.start as usize + offset;
        match (quote, character) {
            (None, ']' | '\n') => {
                push(&mut part, quoted, at);
                break;
            }
            (None, '.') => {
                push(&mut part, quoted, at);
                quoted = false;
            }
            (None, '"' | '\'') => {
                quote = Some(character);
                quoted = true;
            }
            (Some(open), _) if open == character => quote = None,
            _ => part.push(character),
        }
    }
    Some(Header { parts, ends })
}

/// A text and where its lines begin: a policy of one long line is read once, not once for each table.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        let after = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(after).collect() }
    }

    fn get(&self, range: impl std::slice::SliceIndex<str, Output = str>) -> Option<&'t str> {
        self.text.get(range)
    }

    /// Where the line of an offset begins.
    fn start(&self, at: usize) -> usize {
        let after = self.starts.partition_point(|start| *start <= at);
        after.checked_sub(1).and_then(|line| self.starts.get(line)).copied().unwrap_or(0)
    }
}

/// Where an unquoted dotted key stands.
#[derive(Clone, Copy)]
enum Place {
    /// Directly in a section, by its name.
    Section(&'static str),
    /// In a domain.
    Domain,
}

/// An unquoted dotted key where a preference key or a domain belongs: TOML silently makes tables of it. Each line
/// that does so is told.
fn unquoted_dots(entry: &Entry<'_>, place: Place, text: &Lines<'_>, findings: &mut Findings) {
    let stem = text.get(entry.key_span.start as usize..entry.key_span.end as usize).unwrap_or(entry.key);
    let mut starts = vec![entry.key_span.start];
    let mut within = vec![*entry];
    while let Some(entry) = within.pop() {
        if let Kind::Table(inner) = entry.item.kind()
            && entry.written() == Written::Dotted
        {
            within.extend(inner.entries());
            continue;
        }
        let line = text.start(entry.key_span.start as usize);
        let before = text.get(line..entry.key_span.start as usize).unwrap_or("");
        let from = before.rfind(['{', ',']).map_or(0, |at| at + 1);
        let from = from + before.get(from..).map_or(0, |rest| rest.len() - rest.trim_start().len());
        let own = before.get(from..).is_some_and(|rest| rest.starts_with(stem));
        // A quoted part may hold a comma.
        if let Some(found) = if own { Some(from) } else { before.rfind(stem) } {
            starts.push(u32::try_from(line + found).unwrap_or(u32::MAX));
        }
    }
    starts.sort_unstable();
    starts.dedup();
    for start in starts {
        findings.push(unquoted_dot(Span { start, ..entry.key_span }, place, text));
    }
}

fn unquoted_dot(from: Span, place: Place, text: &Lines<'_>) -> Finding {
    let rest = text.get(from.start as usize..).unwrap_or("");
    let written = rest.split(['=', '\n', '}']).next().unwrap_or("").trim_end();
    let parts: Vec<&str> = written.split('.').map(|part| part.trim().trim_matches(['"', '\''])).collect();
    let end = from.start + u32::try_from(written.len()).unwrap_or(0);
    let span = Span { end, ..from };
    let whole = toml_key(&parts.join("."));
    let finding =
        Finding::new("unquoted-dot", format!("`{written}` has an unquoted dot: TOML makes a table of it"))
            .at(span, "")
            .help(format!("one key with a dot in its name is `{whole}`"));
    match place {
        Place::Section("unset") => finding.fix(span, whole, "quote the name"),
        // Which of the two is meant only the author knows.
        Place::Section(section) => {
            let (last, before) =
                parts.split_last().map_or(("", String::new()), |(last, before)| (*last, before.join(".")));
            finding.help(format!(
                "a key of a domain stands under `[{section}.{}]`, as `{last} = …`",
                toml_key(&before)
            ))
        }
        Place::Domain => {
            let (first, after) =
                parts.split_first().map_or(("", String::new()), |(first, after)| (*first, after.join(".")));
            finding
                .help(format!(
                    "a dictionary is written `{} = {{ {} = … }}`",
                    toml_key(first),
                    toml_key(&after)
                ))
                .fix(span, whole, "quote the key")
        }
    }
}

fn unset(table: &Table<'_>, text: &Lines<'_>, raw: &mut Raw, findings: &mut Findings) {
    for entry in table.entries() {
        if entry.written() == Written::Dotted {
            unquoted_dots(&entry, Place::Section("unset"), text, findings);
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
            // The name is known all the same: nothing false follows from its use.
            let members = entry.item.as_string().map(|name| (name.to_owned(), entry.item.span));
            let members = members.into_iter().collect();
            raw.groups.push(Group { name: (entry.key.to_owned(), entry.key_span), members, told: true });
            continue;
        };
        let mut members = Vec::new();
        let mut told = false;
        for item in items {
            match item.as_string() {
                Some(name) => members.push((name.to_owned(), item.span)),
                None => {
                    let title = format!("`{}` holds {}, not a domain", entry.key, item.kind().with_article());
                    told = true;
                    findings.push(Finding::new("wrong-shape", title).at(item.span, ""));
                }
            }
        }
        raw.groups.push(Group { name: (entry.key.to_owned(), entry.key_span), members, told });
    }
}

fn why(table: &Table<'_>, text: &Lines<'_>, raw: &mut Raw, findings: &mut Findings) {
    for entry in table.entries() {
        if entry.written() == Written::Dotted {
            unquoted_dots(&entry, Place::Section("why"), text, findings);
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
