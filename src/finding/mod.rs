//! What prefsmith has to say about an input: findings, the sources they point into, and the table of codes.
//!
//! A check pushes findings into a [`Findings`] sink and goes on, so that one run shows everything. Nothing
//! here prints: `report` renders.

mod codes;
mod key_path;
mod source;
mod words;

pub use codes::{CODES, CodeInfo, ONLY_BUILD, code_info};
pub use key_path::KeyPath;
pub use source::{Origin, Position, SourceId, Sources, Span};
pub use words::listed;

use std::borrow::Cow;

/// How much a finding matters. Ordered: an error is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing has to be done.
    Note,
    /// Probably not what was meant; `--deny warnings` makes it count.
    Warning,
    /// The plan cannot be emitted.
    Error,
}

impl Severity {
    /// The word in reports and JSON: `error`, `warning` or `note`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The stable name of a kind of finding: a kebab-case word, never reused.
///
/// Codes of prefsmith itself stand in [`CODES`]; the rules of a catalogue bring their own, which is why this
/// is no enum.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(Cow<'static, str>);

impl Code {
    /// A code of the built-in table.
    pub const fn of(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// A code that a catalogue's rule brings.
    pub fn from_rule(name: &str) -> Self {
        Self(Cow::Owned(name.to_owned()))
    }

    /// The word itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A place that a finding points at, with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub at: Origin,
    /// What is there; may be empty for the primary place.
    pub text: String,
}

/// One replacement that would mend an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The text to be replaced; an empty span inserts.
    pub span: Span,
    /// What to write there.
    pub text: String,
    /// What the edit does, as the head of the suggestion: "write a boolean".
    pub title: String,
}

/// The setting that a finding is about: what an `[[allow]]` matches on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// The preference domain, as in the plan; empty where a bare key was not resolved.
    pub domain: String,
    /// The preference key.
    pub key: String,
}

/// One thing that prefsmith has to say about an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The kind.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// One line, without a full stop, that stands alone.
    pub title: String,
    /// The first is the primary place. Empty only for findings about the command line.
    pub labels: Vec<Label>,
    /// Background, one sentence each.
    pub notes: Vec<String>,
    /// What to do, one sentence each.
    pub help: Vec<String>,
    /// An edit that would mend it.
    pub fix: Option<Edit>,
    /// The settings it is about.
    pub subjects: Vec<Subject>,
}

impl Finding {
    /// A finding with the severity that the table of codes gives, and no place yet.
    pub fn new(code: &'static str, title: impl Into<String>) -> Self {
        let severity = code_info(code).map_or(Severity::Error, |info| info.severity);
        Self {
            code: Code::of(code),
            severity,
            title: title.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fix: None,
            subjects: Vec::new(),
        }
    }

    /// Another severity than the table's.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Points at a place. The first call sets the primary one.
    #[must_use]
    pub fn at(mut self, at: impl Into<Origin>, text: impl Into<String>) -> Self {
        self.labels.push(Label { at: at.into(), text: text.into() });
        self
    }

    /// Adds a sentence of background.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds a sentence on what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds the edit that mends it.
    #[must_use]
    pub fn fix(mut self, span: Span, text: impl Into<String>, title: impl Into<String>) -> Self {
        self.fix = Some(Edit { span, text: text.into(), title: title.into() });
        self
    }

    /// Says which setting it is about.
    #[must_use]
    pub fn about(mut self, domain: &str, key: &str) -> Self {
        self.subjects.push(Subject { domain: domain.to_owned(), key: key.to_owned() });
        self
    }

    /// The primary place.
    pub fn primary(&self) -> Option<&Origin> {
        self.labels.first().map(|label| &label.at)
    }
}

/// The sink that checks push into.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    list: Vec<Finding>,
}

impl Findings {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a finding.
    pub fn push(&mut self, finding: Finding) {
        self.list.push(finding);
    }

    /// Takes all findings of another sink.
    pub fn extend(&mut self, other: Findings) {
        self.list.extend(other.list);
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many findings have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// The findings in the order they were pushed.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.list.iter()
    }

    /// Keeps those that the caller wants; the others come back.
    pub fn partition(self, keep: impl FnMut(&Finding) -> bool) -> (Findings, Vec<Finding>) {
        let (kept, gone): (Vec<_>, Vec<_>) = self.list.into_iter().partition(keep);
        (Findings { list: kept }, gone)
    }

    /// The findings without those that an earlier reading of the same file has said: a file that several policies
    /// extend is read for each of them.
    pub fn distinct(self, sources: &Sources) -> Self {
        let mut first = std::collections::BTreeMap::new();
        let place = |label: &Label| {
            let span = label.at.span().map(|span| (span.start, span.end));
            (sources.label(label.at.source()).to_owned(), span)
        };
        let mut list = self.list;
        list.retain(|finding| {
            let places: Vec<_> = finding.labels.iter().map(place).collect();
            let read: Vec<_> = finding.labels.iter().map(|label| label.at.source()).collect();
            let said = (places, finding.code.clone(), finding.title.clone());
            *first.entry(said).or_insert_with(|| read.clone()) == read
        });
        Self { list }
    }

    /// In reading order: by source, place, code, then title. Equal findings are given once.
    pub fn sorted(mut self) -> Self {
        self.list.sort_by(|a, b| {
            let place = (a.primary().map(Origin::sort_key)).cmp(&b.primary().map(Origin::sort_key));
            place.then_with(|| (a.code.as_str(), &a.title).cmp(&(b.code.as_str(), &b.title)))
        });
        self.list.dedup();
        self
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        Self { list: findings.into_iter().collect() }
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}
