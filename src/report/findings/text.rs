//! Findings as text for people, in the look of rustc.

use super::place::{Places, key_path};
use super::view::{View, line_start};
use crate::finding::{Edit, Finding, Findings, Label, Severity, SourceId, Sources};
use crate::report::visible::{self, MARK, number};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// How many findings of one code are shown; the rest is counted.
const MAX_PER_CODE: usize = 20;
/// How many places of one finding are shown; the rest is counted.
const MAX_LABELS: usize = 12;
/// Places that are further apart get snippets of their own, so that what is between them need not be read.
const NEAR_LINES: u32 = 40;
/// Of a longer stretch, the first line is shown.
const MAX_LINES: u32 = 60;
/// A longer edit is told, not shown.
const MAX_EDIT_LINES: u32 = 30;
/// Characters of a code, a title or a path; of a label; of a note or help. JSON has all of them.
const MAX_TITLE: usize = 500;
const MAX_LABEL: usize = 200;
const MAX_NOTE: usize = 2000;

/// How [`text`] shows findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextOptions {
    /// Whether to colour with ANSI escape sequences.
    pub color: bool,
    /// Columns of the terminal, which snippets are made to fit; taken as at least 40 and at most 400.
    pub width: usize,
    /// What shows the findings that are only counted, if the verb has something: an option.
    pub all: Option<&'static str>,
}

/// The findings for people, in the look of rustc, with a blank line behind each; empty without findings.
///
/// In the order given ([`Findings::sorted`] is the caller's). After 20 findings of one code the rest of
/// them is one line at the end. Nothing of an input reaches the terminal unseen: control characters and
/// hidden ones are spelled out, and long lines are shown in excerpts.
pub fn text(findings: &Findings, sources: &Sources, options: &TextOptions) -> String {
    let Shown { findings, rest } = shown(findings, options);
    let mut out: String = findings.iter().map(|finding| page(finding, sources, options)).collect();
    out.push_str(&rest);
    out
}

/// What [`text`] shows.
#[derive(Clone, Debug)]
pub struct Shown<'f> {
    /// The findings that [`page`] writes, one after the other.
    pub findings: Vec<&'f Finding>,
    /// What is said behind them of those that are left out.
    pub rest: String,
}

/// Chooses what [`text`] shows, for callers that write the pages side by side.
pub fn shown<'f>(findings: &'f Findings, options: &TextOptions) -> Shown<'f> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut order = Vec::new();
    let mut shown = Shown { findings: Vec::new(), rest: String::new() };
    for finding in findings.iter() {
        let code = finding.code.as_str();
        let count = counts.entry(code).or_insert(0);
        *count += 1;
        if *count == 1 {
            order.push(code);
        }
        if *count <= MAX_PER_CODE {
            shown.findings.push(finding);
        }
    }
    for code in order {
        let more = counts.get(code).map_or(0, |count| count.saturating_sub(MAX_PER_CODE));
        if more > 0 {
            let code = visible::line(code, MAX_TITLE);
            let all = options.all.map_or(String::new(), |option| format!("; `{option}` shows all"));
            shown.rest.push_str(&format!("… and {} more of `{code}`{all}\n\n", number(more)));
        }
    }
    shown
}

/// One finding as [`text`] shows it, with a blank line behind.
pub fn page(finding: &Finding, sources: &Sources, options: &TextOptions) -> String {
    let renderer = if options.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(options.width.clamp(40, 400)).decor_style(DecorStyle::Ascii);
    let mut page = Page::new(&mut Places::new(sources)).render(finding, &renderer);
    page.push_str("\n\n");
    page
}

/// The help that says what an edit writes; without one, the edit's own title.
fn said_by_help<'f>(finding: &'f Finding, edit: &'f Edit) -> &'f str {
    let text = format!("`{}`", edit.text.trim_matches('"'));
    let quoted = format!("`{}`", edit.text);
    let said = |help: &&String| help.contains(&text) || help.contains(&quoted);
    finding.help.iter().find(said).map_or(&edit.title, String::as_str)
}

/// One finding on its way to text.
struct Page<'a, 'b> {
    places: &'b mut Places<'a>,
    /// What stands for what the renderer calls by its number behind [`MARK`]: places, whose columns it would count in
    /// the excerpts that it gets, and sentences, which it would only lay out character by character.
    names: Vec<String>,
}

/// A stretch of a text to be pointed at.
struct Pointer {
    range: Range<usize>,
    kind: AnnotationKind,
    text: String,
}

/// What is shown of one input, in one piece.
enum Piece {
    /// Neighbouring stretches, with the lines from the first to the last.
    Snippet { source: SourceId, lines: Range<u32>, pointers: Vec<Pointer> },
    /// A place that cannot be shown, in words.
    Words(String),
}

impl<'a, 'b> Page<'a, 'b> {
    fn new(places: &'b mut Places<'a>) -> Self {
        Self { places, names: Vec::new() }
    }

    fn render(mut self, finding: &Finding, renderer: &Renderer) -> String {
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let title = level
            .primary_title(self.aside(visible::line(&finding.title, MAX_TITLE)))
            .id(visible::line(finding.code.as_str(), MAX_TITLE));
        let pieces = self.pieces(&finding.labels);
        let elements: Vec<_> = pieces.into_iter().map(|piece| self.element(piece)).collect();
        let mut group = title.elements(elements);
        if finding.labels.len() > MAX_LABELS {
            let more = number(finding.labels.len() - MAX_LABELS);
            group = group.element(Level::NOTE.message(format!("… and {more} more places")));
        }
        for note in &finding.notes {
            group = group.element(Level::NOTE.message(self.aside(visible::paragraph(note, MAX_NOTE))));
        }
        let primary = finding.primary().map(crate::finding::Origin::source);
        let patch = finding.fix.as_ref().map(|edit| (edit, said_by_help(finding, edit)));
        for help in &finding.help {
            // The help that the edit carries out stands at its head.
            if patch.is_none_or(|(_, head)| head != help) {
                group = group.element(Level::HELP.message(self.aside(visible::paragraph(help, MAX_NOTE))));
            }
        }
        let groups: Vec<_> = match patch {
            Some((edit, head)) => match self.patch(edit, head, primary) {
                Some(patch) => vec![group, patch],
                None => vec![group.element(Level::HELP.message(visible::paragraph(head, MAX_NOTE)))],
            },
            None => vec![group],
        };
        self.name_places(&renderer.render(&groups))
    }

    /// The labels, neighbours together, the primary one first.
    fn pieces(&mut self, labels: &[Label]) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for (at, label) in labels.iter().take(MAX_LABELS).enumerate() {
            let text = visible::line(&label.text, MAX_LABEL);
            let Some(span) = label.at.span() else {
                pieces.push(Piece::Words(self.words(label, &text)));
                continue;
            };
            let kind = if at == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let (range, lines) = self.shown(span);
            let pointer = Pointer { range, kind, text };
            let near = pieces.iter_mut().find_map(|piece| match piece {
                Piece::Snippet { source, lines: other, pointers } if *source == span.source => {
                    let apart =
                        lines.start.saturating_sub(other.end).max(other.start.saturating_sub(lines.end));
                    (apart <= NEAR_LINES).then_some((other, pointers))
                }
                _ => None,
            });
            match near {
                Some((other, pointers)) => {
                    *other = other.start.min(lines.start)..other.end.max(lines.end);
                    pointers.push(pointer);
                }
                None => {
                    pieces.push(Piece::Snippet { source: span.source, lines, pointers: vec![pointer] });
                }
            }
        }
        pieces
    }

    /// The stretch to point at, and the numbers of its first and last line. A stretch that ends behind a
    /// line end stops before it, and of a very long one the first line is taken.
    fn shown(&mut self, span: crate::finding::Span) -> (Range<usize>, Range<u32>) {
        let text = self.places.sources().text(span.source);
        let mut range = self.places.clamp(span);
        let covered = text.get(range.clone()).unwrap_or("");
        if let Some(before) = covered.strip_suffix('\n') {
            range.end = range.start + before.strip_suffix('\r').unwrap_or(before).len();
        }
        let first = self.places.point(span.source, range.start).line;
        let mut last = self.places.point(span.source, range.end).line;
        if last - first > MAX_LINES {
            let line = text.get(range.clone()).and_then(|text| text.lines().next()).unwrap_or("");
            range.end = range.start + line.len();
            last = first;
        }
        (range, first..last)
    }

    /// A place without lines: the file, the keys to the place, and what there is to say about it.
    fn words(&self, label: &Label, text: &str) -> String {
        let file = self.places.sources().label(label.at.source());
        let keys = key_path(&label.at).unwrap_or_default();
        let parts: Vec<&str> = [file].into_iter().chain(keys.iter().map(String::as_str)).collect();
        let place = visible::line(&parts.join(" > "), MAX_TITLE);
        if text.is_empty() { place } else { format!("{place}: {text}") }
    }

    fn element(&mut self, piece: Piece) -> Element<'static> {
        let (source, pointers) = match piece {
            Piece::Words(words) => return Origin::path(words).into(),
            Piece::Snippet { source, pointers, .. } => (source, pointers),
        };
        // The one whose place stands over the snippet.
        let head = pointers.iter().find(|pointer| pointer.kind == AnnotationKind::Primary);
        let head = head.or_else(|| pointers.iter().min_by_key(|pointer| pointer.range.start));
        let path = self.name(source, head.map_or(0, |pointer| pointer.range.start));
        let points = pointers.iter().flat_map(|pointer| [pointer.range.start, pointer.range.end]).collect();
        let (view, first_line) = self.view(source, &points);
        let annotations: Vec<_> = pointers
            .into_iter()
            .map(|Pointer { range, kind, text }| {
                let label = (!text.is_empty()).then_some(text);
                kind.span(view.at(range.start)..view.at(range.end)).label(label)
            })
            .collect();
        Snippet::source(view.text).line_start(first_line).path(path).annotations(annotations).into()
    }

    /// The suggested edit as a group of its own; none if it is too long to be shown.
    fn patch(&mut self, edit: &Edit, head: &str, primary: Option<SourceId>) -> Option<Group<'static>> {
        let source = edit.span.source;
        let region = self.places.region(edit.span);
        let new_lines = u32::try_from(edit.text.lines().count()).unwrap_or(u32::MAX);
        if region.end.line - region.start.line > MAX_EDIT_LINES || new_lines > MAX_EDIT_LINES {
            return None;
        }
        let range = self.places.clamp(edit.span);
        // Only a place in another file than the finding's needs a name.
        let path = (primary != Some(source)).then(|| self.name(source, range.start));
        let (view, first_line) = self.view(source, &BTreeSet::from([range.start, range.end]));
        let patch =
            Patch::new(view.at(range.start)..view.at(range.end), visible::paragraph(&edit.text, MAX_NOTE));
        let snippet = Snippet::source(view.text).line_start(first_line).path(path).patch(patch);
        Some(Level::HELP.secondary_title(visible::line(head, MAX_TITLE)).element(snippet))
    }

    /// The lines around some points, and the number of the first.
    fn view(&mut self, source: SourceId, points: &BTreeSet<usize>) -> (View, usize) {
        let text = self.places.sources().text(source);
        let start = line_start(text, points.first().copied().unwrap_or(0));
        let line = self.places.point(source, start).line;
        (View::new(text, points), usize::try_from(line).unwrap_or(1))
    }

    /// Makes a name for a place, for the renderer to print.
    fn name(&mut self, source: SourceId, at: usize) -> String {
        let point = self.places.point(source, at);
        let file = visible::line(self.places.sources().label(source), MAX_TITLE);
        self.names.push(format!("{file}:{}:{}", point.line, point.column));
        format!("{MARK}{}", self.names.len() - 1)
    }

    /// Makes a name for a sentence that nothing follows on its line; a paragraph of several lines is the renderer's to
    /// indent.
    fn aside(&mut self, text: String) -> String {
        if text.contains('\n') {
            return text;
        }
        self.names.push(text);
        format!("{MARK}{}", self.names.len() - 1)
    }

    /// Puts the names in: the renderer printed `MARK number`, and behind that of a place `:line:column`.
    fn name_places(&self, rendered: &str) -> String {
        let mut parts = rendered.split(MARK);
        let mut out = parts.next().unwrap_or("").to_owned();
        for part in parts {
            let number = part.split(|c: char| !c.is_ascii_digit()).next().unwrap_or("");
            let name = number.parse().ok().and_then(|at: usize| self.names.get(at));
            out.push_str(name.map_or("", String::as_str));
            out.push_str(part.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit()));
        }
        out
    }
}
