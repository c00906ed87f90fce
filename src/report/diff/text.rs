//! The difference of two inputs as people read it: what differs, by domain.

use super::super::visible;
use super::{LONGEST, View};
use crate::diff::{Apart, Difference, Foreign, Pair, PayloadPair, Said, Verdict, inside};
use crate::finding::Origin;
use crate::plan::{Channel, Enforcement, MASK, Setting};
use crate::value::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How many differences of the envelope are shown; JSON has them all.
const ENVELOPE: usize = 24;

/// What differs, by domain, and a line that sums up with its denominators.
pub fn text(difference: &Difference<'_>, view: &View<'_, '_>) -> String {
    let (first, second) = view.short();
    let mut text = Text { out: String::new(), first, second, view };
    text.settings(difference);
    text.channels(difference);
    text.payloads(difference);
    text.envelope(&difference.envelope);
    text.sum(difference);
    text.out
}

struct Text<'t, 'v, 'c> {
    out: String,
    /// What the two inputs are called, fit to be shown.
    first: String,
    second: String,
    view: &'t View<'v, 'c>,
}

/// What is said of one key, indented: heading and lines.
type Block = (String, Vec<String>);

impl Text<'_, '_, '_> {
    /// A place of the first input, or of the second.
    fn place(&self, first: bool, origin: &Origin) -> String {
        let (name, short) =
            if first { (&self.view.names.0, &self.first) } else { (&self.view.names.1, &self.second) };
        self.view.place((name, short), origin)
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.out, "{line}");
    }

    fn domain(&self, name: &str) -> String {
        match self.view.catalog.domain(name).and_then(|known| known.alias) {
            Some(alias) => format!("{alias} ({name})"),
            None => name.to_owned(),
        }
    }

    fn settings(&mut self, difference: &Difference<'_>) {
        let mut domains: BTreeMap<&str, Vec<Block>> = BTreeMap::new();
        for pair in &difference.pairs {
            if let Some(lines) = self.pair(pair) {
                let setting = pair.expected.setting;
                domains.entry(setting.domain.as_str()).or_default().push((key(setting), lines));
            }
        }
        for extra in difference.extra.iter().filter(|extra| extra.drift) {
            let place = self.place(false, &extra.said.setting.origin);
            let line = format!("only in {place}: {}", self.said(&extra.said));
            let lines = std::iter::once(line).chain(self.others(false, &extra.said)).collect();
            let setting = extra.said.setting;
            domains.entry(setting.domain.as_str()).or_default().push((key(setting), lines));
        }
        for (domain, blocks) in domains {
            let heading = self.domain(domain);
            self.line(&heading);
            for (key, lines) in blocks {
                self.line(&format!("  {key}"));
                for line in lines {
                    self.line(&format!("    {line}"));
                }
            }
            self.line("");
        }
    }

    /// The lines about one setting; none where there is nothing to say.
    fn pair(&self, pair: &Pair<'_>) -> Option<Vec<String>> {
        let expected = &pair.expected;
        let whole = |first: bool, said: &Said<'_>| {
            format!("{}: {}", self.place(first, &said.setting.origin), self.said(said))
        };
        let mut lines = Vec::new();
        match (pair.verdict, &pair.actual) {
            (Verdict::Missing, _) => {
                lines.push(format!("only in {}", whole(true, expected)));
                lines.extend(self.others(true, expected));
            }
            (Verdict::NotComparable, Some(actual)) => {
                lines.push("an identity token: whether they are the same depends on the user".to_owned());
                lines.push(whole(true, expected));
                lines.push(whole(false, actual));
            }
            (Verdict::Differs, Some(actual)) if !pair.only_channel() => {
                lines = self.places(expected, actual);
                if lines.is_empty() {
                    lines.push(whole(true, expected));
                    lines.extend(self.others(true, expected));
                    lines.push(whole(false, actual));
                    lines.extend(self.others(false, actual));
                }
            }
            _ => return None,
        }
        if let Some(actual) = pair.actual.as_ref().filter(|actual| actual.channel != expected.channel) {
            let words = (expected.channel.word(), actual.channel.word());
            let (first, second) = (&self.first, &self.second);
            lines.push(format!("the {} channel in {first}, the {} channel in {second}", words.0, words.1));
        }
        Some(lines)
    }

    fn said(&self, said: &Said<'_>) -> String {
        value(said.setting, said.enforced, self.view)
    }

    /// What contradicts a setting in its own input.
    fn others(&self, first: bool, said: &Said<'_>) -> Vec<String> {
        let other = |setting: &&Setting| {
            let place = self.place(first, &setting.origin);
            format!("  but {place}: {}", value(setting, said.enforced, self.view))
        };
        said.others.iter().map(other).collect()
    }

    /// Inside of two dictionaries or arrays, the places that differ; none where the whole is better shown.
    fn places(&self, expected: &Said<'_>, actual: &Said<'_>) -> Vec<String> {
        let (Some(old), Some(new)) = (&expected.setting.value, &actual.setting.value) else {
            return Vec::new();
        };
        let secret = (self.view.secret)(expected.setting) || (self.view.secret)(actual.setting);
        let how = expected.enforced && actual.enforced;
        let other = how && expected.setting.enforcement != actual.setting.enforcement;
        let several = !expected.others.is_empty() || !actual.others.is_empty();
        let nested = matches!(old, Value::Dictionary(_) | Value::Array(_));
        let found = inside(old, new);
        if !nested || secret || other || several || found.iter().any(|place| place.path.is_empty()) {
            return Vec::new();
        }
        let of = |first: bool, at: &Origin, value: Option<&Value>| {
            format!("  {}: {}", self.place(first, at), value.map_or_else(absent, typed))
        };
        let mut lines = Vec::new();
        for place in &found {
            lines.push(path(&place.path));
            lines.push(of(true, &at(expected.setting, &place.path), place.expected));
            lines.push(of(false, &at(actual.setting, &place.path), place.actual));
        }
        lines
    }

    /// Settings that are the same but for their channel, together.
    fn channels(&mut self, difference: &Difference<'_>) {
        for channel in [Channel::Device, Channel::User] {
            let mut domains: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            let here = difference.pairs.iter().filter(|pair| pair.only_channel());
            for pair in here.filter(|pair| pair.expected.channel == channel) {
                let setting = pair.expected.setting;
                domains.entry(setting.domain.as_str()).or_default().push(key(setting));
            }
            if domains.is_empty() {
                continue;
            }
            let other = if channel == Channel::Device { Channel::User } else { Channel::Device };
            let heading = format!(
                "The {} channel in {}, the {} channel in {}, otherwise the same",
                channel.word(),
                self.first,
                other.word(),
                self.second
            );
            self.line(&heading);
            for (domain, keys) in domains {
                let line = format!("  {}: {}", self.view.catalog.short(domain), keys.join(", "));
                self.line(&line);
            }
            self.line("");
        }
    }

    fn payloads(&mut self, difference: &Difference<'_>) {
        let different: Vec<_> =
            difference.payloads.iter().filter(|pair| pair.verdict() != Verdict::Same).collect();
        if different.is_empty() {
            return;
        }
        self.line("Payloads that are no preferences");
        for pair in different {
            self.payload(pair);
        }
        self.line("");
    }

    fn payload(&mut self, pair: &PayloadPair<'_>) {
        let Some(either) = pair.either() else { return };
        let name = either.identifier.map_or(String::new(), |name| format!(" ({})", visible::line(name, 80)));
        self.line(&format!("  {}{name}", visible::line(either.kind, LONGEST)));
        let place = |first: bool, foreign: &Foreign<'_>| self.place(first, foreign.origin);
        let (expected, actual) = match (&pair.expected, &pair.actual) {
            (Some(expected), Some(actual)) => (expected, actual),
            (Some(expected), None) => return self.line(&format!("    only in {}", place(true, expected))),
            (None, Some(actual)) => return self.line(&format!("    only in {}", place(false, actual))),
            (None, None) => return,
        };
        let (one, two) = (place(true, expected), place(false, actual));
        for inner in pair.inside() {
            let shown = |value: Option<&Value>, other: Option<&Value>| {
                let clean = |value: &Value| self.view.inner(either.kind, &inner.path, value);
                let masked = value.map(clean);
                // Of two secrets that differ the masks are the same.
                let hidden = masked.is_some() && masked == other.map(clean);
                let told = masked.as_ref().map_or_else(absent, typed);
                if hidden { format!("{told}, another") } else { told }
            };
            let (old, new) = (shown(inner.expected, None), shown(inner.actual, inner.expected));
            self.line(&format!("    {}", path(&inner.path)));
            self.line(&format!("      {one}: {old}"));
            self.line(&format!("      {two}: {new}"));
        }
        if let (true, Some(old), Some(new)) = (pair.other_channel(), expected.channel, actual.channel) {
            self.line(&format!(
                "    the {} channel in {one}, the {} channel in {two}",
                old.word(),
                new.word()
            ));
        }
    }

    fn envelope(&mut self, list: &[Apart]) {
        if list.is_empty() {
            return;
        }
        let counts = if self.view.envelope { "" } else { ", which does not count" };
        self.line(&format!("The envelope{counts}"));
        let (one, two) = (self.first.clone(), self.second.clone());
        let mut last = None;
        for apart in list.iter().take(ENVELOPE) {
            let part = match (&apart.payload, apart.profile.as_str()) {
                (Some(payload), _) => format!("the payload of {}", visible::line(payload, 80)),
                (None, "") => "a profile without an identifier".to_owned(),
                (None, profile) => format!("the profile {}", visible::line(profile, LONGEST)),
            };
            let Some(key) = &apart.key else {
                let only = if apart.expected.is_some() { &one } else { &two };
                self.line(&format!("  {part}: only in {only}"));
                last = None;
                continue;
            };
            if last.as_ref() != Some(&part) {
                self.line(&format!("  {part}"));
                last = Some(part);
            }
            let shown = |value: &Option<Value>| value.as_ref().map_or_else(absent, typed);
            self.line(&format!("    {}", visible::line(key, LONGEST)));
            self.line(&format!("      {one}: {}", shown(&apart.expected)));
            self.line(&format!("      {two}: {}", shown(&apart.actual)));
        }
        if list.len() > ENVELOPE {
            self.line(&format!("  … and {} more places", list.len() - ENVELOPE));
        }
        self.line("");
    }

    fn sum(&mut self, difference: &Difference<'_>) {
        let (one, two) = (self.first.clone(), self.second.clone());
        let extra = difference.extra.iter().filter(|extra| extra.drift).count();
        let mut line = format!(
            "{} of {} settings the same, {} different, {} only in {one}, {extra} only in {two}",
            difference.count(Verdict::Same),
            difference.pairs.len(),
            difference.count(Verdict::Differs),
            difference.count(Verdict::Missing),
        );
        let tokens = difference.count(Verdict::NotComparable);
        if tokens > 0 {
            let _ = write!(line, ", {tokens} not comparable");
        }
        self.line(&line);
        let count = |verdict| difference.payloads.iter().filter(|pair| pair.verdict() == verdict).count();
        if !difference.payloads.is_empty() {
            let (same, all) = (count(Verdict::Same), difference.payloads.len());
            self.line(&format!("{same} of {all} payloads that are no preferences the same"));
        }
        let weak = difference.count(Verdict::NotApplicable) + difference.extra.len() - extra;
        if weak > 0 {
            self.line(&format!("{} in [defaults] not compared: a profile cannot carry them", settings(weak)));
        }
        if difference.outside > 0 {
            let outside = settings(difference.outside);
            self.line(&format!(
                "{outside} of other domains not compared: a file of preferences has its own only"
            ));
        }
        if difference.incomplete {
            self.line("parts of the inputs could not be read, and were not compared");
        }
    }
}

fn settings(count: usize) -> String {
    format!("{} {}", visible::number(count), if count == 1 { "setting" } else { "settings" })
}

fn key(setting: &Setting) -> String {
    visible::line(setting.key.as_str(), LONGEST)
}

/// Where a piece of a setting's value stands, or the last that stands around it.
fn at(setting: &Setting, path: &[String]) -> Origin {
    let mut places = &setting.places;
    for step in path {
        places = match &places.inside {
            crate::value::Inside::Array(_) => places.item(step.parse().unwrap_or(usize::MAX)),
            _ => places.entry(step),
        };
    }
    places.at.clone()
}

fn path(parts: &[String]) -> String {
    parts.iter().map(|part| visible::line(part, LONGEST)).collect::<Vec<_>>().join(" > ")
}

fn absent() -> String {
    "not there".to_owned()
}

fn value(setting: &Setting, enforced: bool, view: &View<'_, '_>) -> String {
    let value = match &setting.value {
        None => return "must not be there".to_owned(),
        Some(_) if (view.secret)(setting) => MASK.to_owned(),
        Some(value) => typed(value),
    };
    match setting.enforcement {
        Enforcement::Forced => value,
        other if enforced => format!("{value} [{}]", other.word()),
        _ => value,
    }
}

/// A value with its type; data by its length and its hash, which tell two of them apart.
pub(in crate::report) fn typed(value: &Value) -> String {
    match value {
        Value::Data(bytes) => {
            let hash = Sha256::digest(bytes);
            let start: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
            format!("{} bytes, SHA-256 {start}… (data)", visible::number(bytes.len()))
        }
        Value::String(text) if text.as_literal() == Some(MASK) => MASK.to_owned(),
        value => format!("{} ({})", visible::line(&value.to_string(), LONGEST), value.kind()),
    }
}
