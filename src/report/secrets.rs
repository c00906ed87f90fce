//! What must not be shown: where secrets stand in the inputs, and what findings quote of them.

mod in_text;

pub use in_text::InText;

use crate::catalog::Catalog;
use crate::check::{looks_secret, secrets};
use crate::finding::{Finding, Findings, Origin, SourceId, Sources, Span, code_info};
use crate::plan::{MASK, Plan, Setting};
use crate::value::{Inside, Places, Value, quoted};
use in_text::Stand;
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
    /// Those of a setting, by domain and key.
    settings: BTreeMap<String, BTreeMap<String, Vec<usize>>>,
}

#[derive(Clone, Debug)]
struct Secret {
    /// Where it stands; none in a binary property list.
    value: Option<Span>,
    /// How messages may write it.
    forms: BTreeSet<String>,
}

impl Secrets {
    /// Looks for secrets in all inputs, by the names of keys at any depth, whether a plan took them or not; then in
    /// the plans. `findings` may say that a name was meant to be one of a secret.
    pub fn find(sources: &Sources, plans: &[&Plan], findings: &Findings, catalog: &Catalog<'_>) -> Self {
        Self::find_beside(Vec::new(), sources, plans, findings, catalog)
    }

    /// The same where some of the texts were looked through already.
    pub fn find_beside(
        known: Vec<InText>,
        sources: &Sources,
        plans: &[&Plan],
        findings: &Findings,
        catalog: &Catalog<'_>,
    ) -> Self {
        let mut known: BTreeMap<SourceId, InText> = known.into_iter().map(|one| (one.source, one)).collect();
        let mut found = Self::default();
        for source in sources.ids().filter(|source| !sources.is_concealed(*source)) {
            let known = known.remove(&source);
            let text = known.unwrap_or_else(|| InText::of(source, sources.text(source), catalog));
            for Stand { value, key, forms } in text.found {
                found.push(value, key, forms, sources);
            }
        }
        for setting in plans.iter().flat_map(|plan| &plan.settings) {
            for (value, places) in secrets(setting, catalog) {
                found.of_setting(setting, value, places, sources);
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

    fn of_setting(&mut self, setting: &Setting, value: &Value, places: &Places, sources: &Sources) {
        let mut at = Vec::new();
        for span in spans(places) {
            let span = inner(span, sources);
            at.push(self.push(span, span.start, forms(sources.slice(span), Some(value)), sources));
        }
        if at.is_empty() {
            // A binary property list shows nothing but what findings quote of it.
            at.push(self.list.len());
            self.list.push(Secret { value: None, forms: forms("", Some(value)) });
        }
        let domain = self.settings.entry(setting.domain.as_str().to_owned()).or_default();
        domain.entry(setting.key.as_str().to_owned()).or_default().extend(at);
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
            // Of most texts nobody asks where their lines are.
            if self.lines.range((span.source, 0)..=(span.source, u32::MAX)).next().is_none() {
                continue;
            }
            for offset in [span.start, span.end] {
                let line = sources.position(span.source, offset).line;
                near.extend(self.lines.get(&(span.source, line)).into_iter().flatten());
            }
        }
        for subject in &finding.subjects {
            let settings = self.settings.get(&subject.domain).and_then(|keys| keys.get(&subject.key));
            near.extend(settings.into_iter().flatten());
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
            Inside::Array(items) => stack.extend(items.iter()),
            Inside::Dictionary(entries) => stack.extend(entries.iter().map(|entry| &entry.places)),
        }
    }
    found
}
