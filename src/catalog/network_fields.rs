//! The `[[section]]`, `[[endpoint]]` and `[[effect]]` tables of a catalogue.

use super::compile::Reader;
use super::host::HostPattern;
use super::network::{Effect, Endpoint, Reach, Section, SourceType};
use super::rule_fields::{conditions, is_word, licences, macs_of};
use crate::finding::Finding;

/// A `[[section]]`.
pub(super) fn section<'d>(mut reader: Reader<'d, '_>) -> Section<'d> {
    let as_of = reader.table.string("as-of", reader.findings);
    if let Some((text, span)) = as_of
        && !is_time(text)
    {
        let title = format!("`{text}` is no year, month or day: write `2016`, `2016-07` or `2016-07-31`");
        reader.findings.push(Finding::new("catalogue", title).at(span, ""));
    }
    let found = Section {
        id: reader.required("id"),
        title: reader.required("title"),
        summary: reader.required("summary"),
        apps: reader.list("apps"),
        licences: licences(&mut reader, "licences"),
        only: reader.optional("only"),
        about: macs_of(&mut reader, "about"),
        as_of: reader.required("as-of"),
        notes: reader.list("notes"),
        sources: reader.list("sources"),
    };
    if !is_word(found.id) && !found.id.is_empty() {
        let title = "the `id` is a word of small letters, digits and `-`";
        reader.findings.push(Finding::new("catalogue", title).at(reader.table.span, ""));
    }
    reader.done("in [[section]]");
    found
}

fn is_time(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts.as_slice() {
        [year] => digits(year, 4),
        [year, month] => digits(year, 4) && digits(month, 2),
        [year, month, day] => digits(year, 4) && digits(month, 2) && digits(day, 2),
        _ => false,
    }
}

/// An `[[endpoint]]`; none if its address is none, which is said.
pub(super) fn endpoint<'d>(mut reader: Reader<'d, '_>) -> Option<Endpoint<'d>> {
    let url = reader.required("url");
    let host = HostPattern::of_url(url);
    if let (Err(error), Some((_, span))) = (&host, reader.table.string("url", reader.findings)) {
        let title = format!("`{url}` is no address of a catalogue: {error}");
        reader.findings.push(Finding::new("catalogue", title).at(span, ""));
    }
    let found = Endpoint {
        section: reader.required("section"),
        url,
        kind: reader.word("type", &SourceType::WORDS, SourceType::Static),
        apps: reader.list("apps"),
        works: reader.ranges("works"),
        summary: reader.required("summary"),
        sources: reader.list("sources"),
    };
    reader.required("type");
    reader.done("in [[endpoint]]");
    (host.is_ok() && !found.section.is_empty()).then_some(found)
}

/// An `[[effect]]`; none if it has no name, no condition, or does nothing, which is said.
pub(super) fn effect<'d>(mut reader: Reader<'d, '_>) -> Option<Effect<'d>> {
    let span = reader.table.span;
    let id = reader.required("id");
    let (stops, lessens) = (reach(&mut reader, "stops"), reach(&mut reader, "lessens"));
    let (unsure, keeps) = (reach(&mut reader, "unsure"), reach(&mut reader, "keeps"));
    let (apps, notes) = (reader.list("apps"), reader.list("notes"));
    let mut rule = conditions(&mut reader, id, Default::default());
    // What nobody knows is to be told.
    rule.unknown = Some("");
    let mut refuse = |text: &str| reader.findings.push(Finding::new("catalogue", text).at(span, ""));
    let idle = [&stops, &lessens, &unsure, &keeps].iter().all(|reach| reach.is_empty());
    if idle {
        refuse("an effect needs `stops`, `lessens`, `unsure` or `keeps`");
    }
    if rule.when.is_empty() {
        refuse("an effect needs `when`");
    }
    if rule.says.contains('{') || notes.iter().any(|note| note.contains('{')) {
        refuse("the texts of an effect have no variables");
    }
    let usable = !id.is_empty() && !idle && !rule.when.is_empty();
    reader.done("in [[effect]]");
    usable.then_some(Effect { rule, apps, stops, lessens, unsure, keeps, notes })
}

fn reach<'d>(reader: &mut Reader<'d, '_>, key: &'static str) -> Reach<'d> {
    let Some(table) = reader.table.table(key, reader.findings) else { return Reach::default() };
    let mut inner = Reader { table, findings: reader.findings };
    let hosts = inner.table.strings("hosts", inner.findings);
    for (text, span) in &hosts {
        if let Err(error) = HostPattern::parse(text) {
            let title = format!("`{text}` is no host: {error}");
            inner.findings.push(Finding::new("catalogue", title).at(*span, ""));
        }
    }
    let hosts = hosts.into_iter().map(|(text, _)| text).collect();
    let found = Reach { sections: inner.list("sections"), hosts };
    inner.done("in what an effect reaches");
    found
}
