//! What must not be shown: where secrets stand in the inputs, and what findings quote of them.

use crate::catalog::Catalog;
use crate::catalog::model::{Node, Segment};
use crate::check::{holds_secrets, looks_secret, secrets};
use crate::document::{Document, Item, Kind};
use crate::finding::{Finding, Findings, Origin, SourceId, Sources, Span, code_info};
use crate::plan::{MASK, Plan};
use crate::value::{Inside, Places, Value, quoted};
use std::collections::{BTreeMap, BTreeSet};

/// Quotes that a page has improved: what stands between them is the secret too.
const QUOTES: [char; 10] = ['“', '”', '„', '‟', '‘', '’', '«', '»', '"', '\''];
/// A finding near more secrets than this loses its words, not just the secrets in them: looking for each takes time.
const MOST: usize = 200;

/// The secrets of some inputs.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    list: Vec<Secret>,
    /// Those that touch a line.
    lines: BTreeMap<(SourceId, u32), Vec<usize>>,
    /// Those of a setting.
    settings: BTreeMap<(String, String), Vec<usize>>,
}

#[derive(Clone, Debug)]
struct Secret {
    /// Where it stands; none in a binary property list.
    value: Option<Span>,
    /// How messages may write it.
    forms: BTreeSet<String>,
}

/// Where a walk through a document is.
#[derive(Clone)]
struct Place<'c> {
    depth: usize,
    key: String,
    start: u32,
    secret: bool,
    nodes: Vec<&'c Node<'c>>,
}

impl Secrets {
    /// Looks for secrets in all inputs, by the names of keys at any depth, whether a plan took them or not; then in
    /// the plans. `findings` may say that a name was meant to be one of a secret.
    pub fn find(sources: &Sources, plans: &[&Plan], findings: &Findings, catalog: &Catalog<'_>) -> Self {
        let mut found = Self::default();
        for source in sources.ids().filter(|source| !sources.is_concealed(*source)) {
            found.of_text(source, sources, catalog);
        }
        for setting in plans.iter().flat_map(|plan| &plan.settings) {
            for (value, places) in secrets(setting, catalog) {
                let name = (setting.domain.as_str().to_owned(), setting.key.as_str().to_owned());
                let spans = spans(places);
                for span in &spans {
                    let span = inner(*span, sources);
                    let at = found.push(span, span.start, forms(sources.slice(span), Some(value)), sources);
                    found.settings.entry(name.clone()).or_default().push(at);
                }
                if spans.is_empty() {
                    // A binary property list shows nothing but what findings quote of it.
                    found.settings.entry(name).or_default().push(found.list.len());
                    found.list.push(Secret { value: None, forms: forms("", Some(value)) });
                }
            }
        }
        for finding in findings.iter() {
            found.meant(finding, sources);
        }
        found
    }

    /// Overwrites them in the inputs.
    pub fn mask(&self, sources: &mut Sources) {
        for secret in &self.list {
            if let Some(span) = secret.value {
                sources.mask(span);
            }
        }
    }

    /// The findings without them: an edit that would write one is dropped.
    pub fn hide(&self, findings: Findings, sources: &Sources) -> Findings {
        findings.into_iter().map(|finding| self.hidden(finding, sources)).collect()
    }

    fn push(&mut self, value: Span, key: u32, forms: BTreeSet<String>, sources: &Sources) -> usize {
        let at = self.list.len();
        let lines = [key, value.start, value.end];
        let lines: BTreeSet<u32> =
            lines.iter().map(|offset| sources.position(value.source, *offset).line).collect();
        for line in lines {
            self.lines.entry((value.source, line)).or_default().push(at);
        }
        self.list.push(Secret { value: Some(value), forms });
        at
    }

    fn of_text(&mut self, source: SourceId, sources: &Sources, catalog: &Catalog<'_>) {
        let text = sources.text(source);
        if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
            self.of_markup(source, sources);
            return;
        }
        let document = Document::parse(source, text, &mut Findings::new());
        // Keys that were read for sure: what stands behind them is judged by its type.
        let mut sure: BTreeSet<usize> = BTreeSet::new();
        let root = Place { depth: 0, key: String::new(), start: 0, secret: false, nodes: Vec::new() };
        let mut leaves: Vec<(Span, u32, BTreeSet<String>)> = Vec::new();
        document.leaves(
            root,
            |outer, key, span, doubtful| {
                if !doubtful {
                    sure.insert(span.start as usize);
                }
                enter(outer, key, span.start, catalog)
            },
            |place, item| {
                if is_secret(place, &item) {
                    let forms = forms(item.source_text(), None);
                    leaves.push((item.span, place.start, with_content(forms, &item)));
                }
            },
        );
        for (value, key, forms) in leaves {
            self.push(value, key, forms, sources);
        }
        for (start, end) in stray(text, &sure) {
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let span = Span { source, start: offset(start), end: offset(end) };
            self.push(span, span.start, forms(sources.slice(span), None), sources);
        }
    }

    /// Secrets of a property list, read or not: by the names of keys alone, for the plans know the rest.
    fn of_markup(&mut self, source: SourceId, sources: &Sources) {
        let text = sources.text(source);
        let mut found: Vec<(usize, usize, usize)> = super::markup::secrets(text);
        found.extend(stray(text, &BTreeSet::new()).into_iter().map(|(start, end)| (start, start, end)));
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        for (key, start, end) in found {
            let span = Span { source, start: offset(start), end: offset(end) };
            let mut forms = forms(sources.slice(span), None);
            add(&mut forms, &unescaped(sources.slice(span)));
            self.push(span, offset(key), forms, sources);
        }
    }

    /// A name that is nearly that of a secret: what stands behind it is one.
    fn meant(&mut self, finding: &Finding, sources: &Sources) {
        if !matches!(finding.code.as_str(), "unknown-key" | "unknown-field" | "near-miss" | "duplicate-key") {
            return;
        }
        let mut names = finding.help.iter().flat_map(|help| help.split('`').skip(1).step_by(2));
        if !names.any(|name| looks_secret(name, true)) {
            return;
        }
        let Some(key) = finding.primary().and_then(Origin::span) else { return };
        let rest = sources.text(key.source).get(key.end as usize..).unwrap_or("");
        let line = rest.lines().next().unwrap_or("");
        let Some(at) = line.find('=') else { return };
        let offset = |at: usize| key.end + u32::try_from(at).unwrap_or(0);
        let span = Span { source: key.source, start: offset(at + 1), end: offset(line.len()) };
        self.push(span, key.start, forms(sources.slice(span), None), sources);
    }

    fn hidden(&self, mut finding: Finding, sources: &Sources) -> Finding {
        let near = self.near(&finding, sources);
        if near.is_empty() {
            return finding;
        }
        let mut words: BTreeSet<&str> = BTreeSet::new();
        for secret in near.iter().take(MOST).filter_map(|at| self.list.get(*at)) {
            words.extend(secret.forms.iter().map(String::as_str));
        }
        let mut edit = None;
        if let Some(fix) = finding.fix.take_if(|fix| self.writes(&near, fix.span)) {
            edit = Some(fix.text);
        }
        if near.len() > MOST {
            let summary = code_info(finding.code.as_str()).map_or("", |info| info.summary);
            finding.title = summary.trim_end_matches('.').to_owned();
            finding.notes.clear();
            finding.help.clear();
            finding.labels.iter_mut().for_each(|label| label.text.clear());
            return finding;
        }
        // The longest first: one may be a part of another.
        let mut words: Vec<&str> = words.into_iter().collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.extend(edit.as_deref().filter(|text| !text.is_empty()));
        let texts = std::iter::once(&mut finding.title)
            .chain(&mut finding.notes)
            .chain(&mut finding.help)
            .chain(finding.labels.iter_mut().map(|label| &mut label.text));
        for text in texts {
            for word in &words {
                *text = without(text, word);
            }
        }
        finding
    }

    /// The secrets on the lines that a finding points at, and those of the settings that it is about.
    fn near(&self, finding: &Finding, sources: &Sources) -> BTreeSet<usize> {
        let mut near = BTreeSet::new();
        let places = finding.labels.iter().filter_map(|label| label.at.span());
        for span in places.chain(finding.fix.iter().map(|fix| fix.span)) {
            for offset in [span.start, span.end] {
                let line = sources.position(span.source, offset).line;
                near.extend(self.lines.get(&(span.source, line)).into_iter().flatten());
            }
        }
        for subject in &finding.subjects {
            let name = (subject.domain.clone(), subject.key.clone());
            near.extend(self.settings.get(&name).into_iter().flatten());
        }
        near
    }

    fn writes(&self, near: &BTreeSet<usize>, edit: Span) -> bool {
        near.iter().filter_map(|at| self.list.get(*at)).any(|secret| {
            secret.value.is_some_and(|value| {
                value.source == edit.source && value.start <= edit.end && edit.start <= value.end
            })
        })
    }
}

/// What stands between the tags of an element; the whole of anything else.
fn inner(span: Span, sources: &Sources) -> Span {
    let text = sources.slice(span);
    let ends =
        text.find('>').zip(text.rfind('<')).filter(|(open, close)| text.starts_with('<') && open < close);
    let offset = |at: usize| span.start + u32::try_from(at).unwrap_or(0);
    ends.map_or(span, |(open, close)| Span { start: offset(open + 1), end: offset(close), ..span })
}

/// A text of XML without the entities that every property list knows.
fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&amp;", "&")
}

fn enter<'c>(outer: &Place<'c>, key: &str, start: u32, catalog: &'c Catalog<'_>) -> Place<'c> {
    let depth = outer.depth.saturating_add(1);
    let inner = outer.nodes.iter().flat_map(|node| &node.children);
    let mut nodes: Vec<&'c Node<'c>> = inner
        .filter(|(at, _)| {
            matches!(at, Segment::Name(name) if *name == key) || !matches!(at, Segment::Name(_))
        })
        .map(|(_, node)| node)
        .collect();
    nodes.extend(catalog.named(key).iter().map(|known| &known.key.node));
    // Sections and domains have names of their own; [why] and [[allow]] hold reasons.
    let reasons = depth == 1 && matches!(key, "why" | "allow");
    let depth = if reasons || outer.depth == usize::MAX { usize::MAX } else { depth };
    let within = outer.secret || (outer.depth > 2 && holds_secrets(&outer.key));
    let secret = depth != usize::MAX && (within || nodes.iter().any(|node| node.secret));
    Place { depth, key: key.to_owned(), start, secret, nodes }
}

fn is_secret(place: &Place<'_>, item: &Item<'_>) -> bool {
    let text = match item.kind() {
        Kind::Boolean(_) => return false,
        Kind::String("") => return false,
        Kind::String(_) => true,
        _ => false,
    };
    let named = || place.depth != usize::MAX && looks_secret(&place.key, text);
    place.secret || named()
}

/// How messages may write a value that stands in a text like this.
fn forms(written: &str, value: Option<&Value>) -> BTreeSet<String> {
    let mut forms = BTreeSet::new();
    let plain = written.trim().trim_matches(QUOTES);
    add(&mut forms, written.trim());
    add(&mut forms, plain);
    // Behind a slip of the grammar, anything up to a comment or a comma may be quoted.
    for part in written.split(['#', ',', ';', '[', ']', '{', '}']) {
        add(&mut forms, part.trim().trim_matches(QUOTES));
    }
    if let Some(value) = value {
        add(&mut forms, &value.to_string());
        add(&mut forms, value.to_string().trim_matches('"'));
    }
    forms
}

fn with_content(mut forms: BTreeSet<String>, item: &Item<'_>) -> BTreeSet<String> {
    if let Kind::String(text) = item.kind() {
        add(&mut forms, text);
        for part in text.split(['\n', '\r']).chain(text.split("${")).chain(text.split(['$', '{', '}'])) {
            add(&mut forms, part);
        }
    }
    if let Some(number) = item.as_number() {
        add(&mut forms, &number.to_string());
    }
    forms
}

fn add(forms: &mut BTreeSet<String>, text: &str) {
    for text in [text, text.trim(), text.trim().trim_matches(QUOTES), text.trim().trim_matches(QUOTES).trim()]
    {
        if !text.trim().is_empty() {
            forms.insert(text.to_owned());
            forms.insert(quoted(text).trim_matches('"').to_owned());
        }
    }
}

/// The text without a word: where it stands alone, for a short one may be a part of any other.
fn without(text: &str, word: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(word) {
        let joined = |a: Option<char>, b: Option<char>| {
            a.is_some_and(char::is_alphanumeric) && b.is_some_and(char::is_alphanumeric)
        };
        out.push_str(before);
        let part = joined(out.chars().next_back(), word.chars().next())
            || joined(word.chars().next_back(), after.chars().next());
        out.push_str(if part { word } else { MASK });
        rest = after;
    }
    out.push_str(rest);
    out
}

fn spans(places: &Places) -> Vec<Span> {
    let mut found = Vec::new();
    let mut stack = vec![places];
    while let Some(places) = stack.pop() {
        match &places.inside {
            Inside::Leaf => found.extend(places.at.span()),
            Inside::Array(items) => stack.extend(items),
            Inside::Dictionary(entries) => stack.extend(entries.values().map(|(_, places)| places)),
        }
    }
    found
}

/// What stands behind a name like that of a secret on lines that are not surely understood: a key given twice, the
/// stretch of a syntax error, a comment.
fn stray(text: &str, sure: &BTreeSet<usize>) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut open: Option<&str> = None;
    let mut start = 0;
    while start < text.len() {
        if open.is_none() {
            // Most lines of a profile have neither sign, and need not be looked at.
            let rest = text.as_bytes().get(start..).unwrap_or(&[]);
            let Some(at) = memchr::memchr2(b'=', b':', rest) else { break };
            start +=
                rest.get(..at).and_then(|before| memchr::memrchr(b'\n', before)).map_or(0, |end| end + 1);
        }
        let line = text.get(start..).and_then(|rest| rest.split_inclusive('\n').next()).unwrap_or("");
        let end = start + line.trim_end().len();
        if let Some(close) = open {
            found.push((start, end));
            if line.contains(close) || line.starts_with('[') {
                open = None;
            }
        } else if let Some(at) = behind(line, start, sure) {
            found.push((start + at, end));
            open = unclosed(line.get(at..).unwrap_or("").trim());
        }
        start += line.len().max(1);
    }
    found
}

/// Where on a line the value of a doubtful secret begins.
fn behind(line: &str, start: usize, sure: &BTreeSet<usize>) -> Option<usize> {
    line.match_indices(['=', ':']).find_map(|(at, _)| {
        let before = line.get(..at)?.trim_end();
        let bare = before.trim_end_matches(QUOTES);
        let name = bare
            .rsplit(|c: char| c.is_whitespace() || QUOTES.contains(&c) || "=:.,{}[]#".contains(c))
            .next()?;
        let begins = bare.len() - name.len();
        // A quoted key begins at its quote.
        let quote = line.get(..begins)?.trim_end_matches(QUOTES).len();
        let known = sure.contains(&(start + begins)) || sure.contains(&(start + quote));
        let value = line.get(at + 1..)?.trim();
        (!known && !value.is_empty() && looks_secret(name, true)).then_some(at + 1)
    })
}

fn unclosed(value: &str) -> Option<&'static str> {
    let pairs = [("\"\"\"", "\"\"\""), ("'''", "'''"), ("[", "]"), ("{", "}")];
    let (open, close) = pairs.into_iter().find(|(open, _)| value.starts_with(open))?;
    (!value.get(open.len()..)?.contains(close)).then_some(close)
}
