//! The text of a draft, in the order in which a person would write it, and where each setting stands in it.

use super::groups::{Group, groups};
use super::{Draft, Entry, Place};
use crate::catalog::Catalog;
use crate::text::{PolicyText, inline, is_table};
use crate::value::{Value, quoted};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What stands at a stretch of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// Settings, by their numbers in the draft.
    Entries(Vec<usize>),
    /// A payload, by its number.
    Passed(usize),
}

/// A text, and what stands where: the inner stretches after those around them.
pub(super) struct Written {
    pub text: String,
    pub owners: Vec<(Range<usize>, Owner)>,
}

/// A value on one line, as a policy writes it.
pub(super) fn shown(value: &Value) -> String {
    inline(value)
}

/// Letters, digits, `-` and `_` of a text, the rest as `-`: for identifiers and names of files.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || character == '_' {
            out.push(character);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    let out: String = out.trim_matches('-').chars().take(100).collect();
    if out.is_empty() { "imported".to_owned() } else { out }
}

pub(super) fn write(draft: &Draft, catalog: &Catalog<'_>) -> Written {
    let groups = groups(draft, catalog);
    let mut writer = Writer { draft, catalog, out: PolicyText::new(), owners: Vec::new() };
    writer.intro();
    writer.policy();
    writer.groups(&groups);
    let grouped: BTreeSet<usize> =
        groups.iter().flat_map(|group| group.keys.values().flatten().copied()).collect();
    for (section, place) in [
        ("settings", Place::Settings),
        ("set-once", Place::SetOnce),
        ("custom", Place::Custom),
        ("custom-set-once", Place::CustomSetOnce),
    ] {
        writer.section(section, &place, &grouped);
    }
    writer.payloads();
    writer.whys();
    writer.allows();
    Written { text: writer.out.finish(), owners: writer.owners }
}

struct Writer<'d, 'c> {
    draft: &'d Draft,
    catalog: &'d Catalog<'c>,
    out: PolicyText,
    owners: Vec<(Range<usize>, Owner)>,
}

impl Writer<'_, '_> {
    fn intro(&mut self) {
        for line in &self.draft.intro {
            self.out.comment(line);
        }
        let lost = self.draft.entries.iter().filter_map(|entry| {
            let Place::Lost(why) = &entry.place else { return None };
            let value = entry.setting.value.as_ref().map(shown).unwrap_or_default();
            Some(format!("{} of {} = {value}: {why}", quoted(entry.key()), quoted(entry.domain())))
        });
        let lost: Vec<String> = self.draft.lost.iter().cloned().chain(lost).collect();
        if !lost.is_empty() {
            self.out.comment("");
            self.out.comment("Not expressed here:");
        }
        for line in &lost {
            self.out.remark(&format!("- {line}"));
        }
        self.out.blank();
    }

    fn policy(&mut self) {
        let head = &self.draft.head;
        let text = |text: &String| quoted(text);
        let mut pairs = vec![
            ("format", "1".to_owned(), None),
            ("id", text(&head.id.0), head.id.1.clone()),
            ("name", text(&head.name), None),
        ];
        pairs.extend(head.description.as_ref().map(|said| ("description", text(said), None)));
        pairs.extend(head.organization.as_ref().map(|said| ("organization", text(said), None)));
        let (channel, comment) = &head.channel;
        pairs.push(("channel", quoted(channel.word()), comment.clone()));
        pairs.extend(head.stamp.as_ref().map(|(date, said)| ("set-once-stamp", date.clone(), said.clone())));
        pairs.extend(head.keep.as_ref().map(|path| ("keep-identifiers-from", text(path), None)));
        self.out.table(&["policy"]);
        self.out.aligned(&pairs);
    }

    fn groups(&mut self, groups: &[Group<'_>]) {
        if groups.is_empty() {
            return;
        }
        self.out.table(&["groups"]);
        for group in groups {
            let members =
                group.domains.iter().map(|domain| Value::string(self.catalog.short(domain))).collect();
            self.out.entry(&group.name, &Value::Array(members));
        }
        for group in groups {
            let all: Vec<usize> = group.keys.values().flatten().copied().collect();
            let start = self.out.len();
            self.out.table(&["settings", &group.name]);
            let at = self.owners.len();
            for of in group.keys.values() {
                let Some(entry) = of.first().and_then(|at| self.draft.entries.get(*at)) else { continue };
                self.entry(&["settings", &group.name], entry, of.clone());
            }
            self.owners.insert(at, (start..self.out.len(), Owner::Entries(all)));
        }
    }

    /// The settings of one section, domain by domain.
    fn section(&mut self, section: &str, place: &Place, grouped: &BTreeSet<usize>) {
        let mut domains: BTreeMap<(String, &str), Vec<usize>> = BTreeMap::new();
        for (at, entry) in self.draft.entries.iter().enumerate() {
            if entry.place == *place && !grouped.contains(&at) {
                let short = self.catalog.short(entry.domain());
                domains.entry((short.to_lowercase(), entry.domain())).or_default().push(at);
            }
        }
        for ((_, domain), of) in domains {
            let path = [section, self.catalog.short(domain)];
            let is_table = |at: &usize| {
                self.draft
                    .entries
                    .get(*at)
                    .and_then(|entry| entry.setting.value.as_ref())
                    .is_some_and(is_table)
            };
            let (tables, plain): (Vec<usize>, Vec<usize>) = of.iter().copied().partition(is_table);
            let (start, at) = (self.out.len(), self.owners.len());
            if !plain.is_empty() {
                self.out.table(&path);
            }
            for at in plain.into_iter().chain(tables) {
                let Some(entry) = self.draft.entries.get(at) else { continue };
                self.entry(&path, entry, vec![at]);
            }
            self.owners.insert(at, (start..self.out.len(), Owner::Entries(of)));
        }
    }

    fn entry(&mut self, path: &[&str], entry: &Entry, of: Vec<usize>) {
        let start = self.out.len();
        let Some(value) = &entry.setting.value else { return };
        if is_table(value) {
            self.out.blank();
        }
        let known = self.catalog.key(entry.domain(), entry.key());
        let summary = known.map(|known| known.key.node.summary).filter(|text| !text.is_empty());
        if let Some(summary) = summary {
            self.out.comment(summary);
        }
        for remark in &entry.remarks {
            self.out.remark(remark);
        }
        match value {
            Value::Dictionary(entries) if is_table(value) => {
                let path: Vec<&str> = path.iter().copied().chain([entry.key()]).collect();
                self.out.dictionary(&path, entries);
            }
            _ => self.out.entry(entry.key(), value),
        }
        self.owners.push((start..self.out.len(), Owner::Entries(of)));
    }

    fn payloads(&mut self) {
        for (at, passed) in self.draft.passed.iter().enumerate() {
            let start = self.out.len();
            self.out.blank();
            let title = passed.title.as_ref().map_or(String::new(), |title| format!(": {title}"));
            self.out.comment(&format!("{}{title}", passed.kind));
            match &passed.lost {
                Some(why) => {
                    self.out.remark(&format!("Not carried over from {}: {why}", passed.file));
                }
                None => {
                    self.out.item("payload");
                    self.out.entry("file", &Value::string(passed.file.as_str()));
                }
            }
            self.owners.push((start..self.out.len(), Owner::Passed(at)));
        }
    }

    fn whys(&mut self) {
        let mut domains: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in &self.draft.entries {
            if entry.why.is_some() && !matches!(entry.place, Place::Lost(_)) {
                domains.entry(entry.domain()).or_default().push(entry);
            }
        }
        for (domain, entries) in domains {
            self.out.table(&["why", self.catalog.short(domain)]);
            for entry in entries {
                // Text, in which nothing is a token.
                self.out.written(entry.key(), &quoted(entry.why.as_deref().unwrap_or("")));
            }
        }
    }

    fn allows(&mut self) {
        for ((domain, key), codes) in &self.draft.allows {
            for (code, why) in codes {
                self.out.item("allow");
                let mut pairs = vec![("code", quoted(code), None)];
                if !key.is_empty() {
                    pairs.push(("key", quoted(key), None));
                }
                if !domain.is_empty() {
                    pairs.push(("domain", quoted(self.catalog.short(domain)), None));
                }
                pairs.push(("why", quoted(why), None));
                self.out.aligned(&pairs);
            }
        }
    }
}
