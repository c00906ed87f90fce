//! Texts that findings point into, and places in them.

use super::KeyPath;
use std::sync::OnceLock;

/// Which text a place is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// A stretch of a text: byte offsets, the end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

/// Where something came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A stretch of a text.
    Text(Span),
    /// A path into something that has no lines, such as a binary property list.
    Path {
        /// The input.
        source: SourceId,
        /// Keys and indices from the root.
        path: KeyPath,
    },
    /// A whole input.
    Whole(SourceId),
}

impl Origin {
    /// The input.
    pub fn source(&self) -> SourceId {
        match self {
            Self::Text(span) => span.source,
            Self::Path { source, .. } | Self::Whole(source) => *source,
        }
    }

    /// The stretch of text, if it has one.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Text(span) => Some(*span),
            Self::Path { .. } | Self::Whole(_) => None,
        }
    }

    /// What places are ordered by: input, then offset, then path.
    pub(super) fn sort_key(&self) -> (SourceId, u32, u32, Option<&KeyPath>) {
        match self {
            Self::Text(span) => (span.source, span.start, span.end, None),
            Self::Path { source, path } => (*source, 0, 0, Some(path)),
            Self::Whole(source) => (*source, 0, 0, None),
        }
    }
}

impl From<Span> for Origin {
    fn from(span: Span) -> Self {
        Self::Text(span)
    }
}

/// A place as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

#[derive(Clone, Debug, Default)]
struct Source {
    label: String,
    within: Option<String>,
    text: String,
    /// Where its lines start: found when somebody asks, for of most texts nobody does.
    line_starts: OnceLock<Vec<u32>>,
    concealed: bool,
}

impl Source {
    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let ends = self.text.match_indices('\n');
            let starts = ends.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX));
            std::iter::once(0).chain(starts).collect()
        })
    }
}

/// All texts of one run.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text. The label is its path as the user would write it, with `/`; binary inputs have an empty text.
    ///
    /// Texts of 4 GiB and more are cut at that length; every reader refuses them long before.
    pub fn add(&mut self, label: impl Into<String>, text: impl Into<String>) -> SourceId {
        let id = SourceId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.list.push(Source { label: label.into(), ..Source::default() });
        self.fill(id, text);
        id
    }

    /// Gives an input its text, where it was added before that was read.
    pub fn fill(&mut self, id: SourceId, text: impl Into<String>) {
        let Some(source) = self.list.get_mut(id.0 as usize) else { return };
        source.text = text.into();
        source.line_starts = OnceLock::new();
    }

    /// Gives an input another label.
    pub fn rename(&mut self, id: SourceId, label: impl Into<String>) {
        if let Some(source) = self.list.get_mut(id.0 as usize) {
            source.label = label.into();
        }
    }

    /// All inputs, in the order in which they came.
    pub fn ids(&self) -> impl Iterator<Item = SourceId> + use<> {
        (0..u32::try_from(self.list.len()).unwrap_or(u32::MAX)).map(SourceId)
    }

    /// Says how a file is called from the folder of the policy it belongs to, wherever prefsmith was started.
    pub fn set_within(&mut self, id: SourceId, path: impl Into<String>) {
        if let Some(source) = self.list.get_mut(id.0 as usize) {
            source.within = Some(path.into());
        }
    }

    /// The path from the policy's folder, as given to [`Sources::set_within`].
    pub fn within(&self, id: SourceId) -> Option<&str> {
        self.get(id)?.within.as_deref()
    }

    fn get(&self, id: SourceId) -> Option<&Source> {
        self.list.get(id.0 as usize)
    }

    /// The path of an input, as given to [`Sources::add`]; empty for an unknown one.
    pub fn label(&self, id: SourceId) -> &str {
        self.get(id).map_or("", |source| &source.label)
    }

    /// The text of an input; empty for an unknown one.
    pub fn text(&self, id: SourceId) -> &str {
        self.get(id).map_or("", |source| &source.text)
    }

    /// Overwrites a span with asterisks, line ends apart, so that no report can show what stood there. Offsets
    /// stay as they are.
    pub fn mask(&mut self, span: Span) {
        let Some(source) = self.list.get_mut(span.source.0 as usize) else { return };
        let range = span.start as usize..span.end as usize;
        let Some(old) = source.text.get(range.clone()) else { return };
        let hidden: String = old.bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }).collect();
        source.text.replace_range(range, &hidden);
    }

    /// Overwrites everything but white space and these stretches with asterisks, so that reports can point into an
    /// input of which any value may be a secret. Offsets stay as they are.
    pub fn conceal(&mut self, id: SourceId, shown: &[Span]) {
        let Some(source) = self.list.get_mut(id.0 as usize) else { return };
        let mut shown: Vec<Span> = shown.iter().copied().filter(|span| span.source == id).collect();
        shown.sort_unstable();
        let mut shown = shown.into_iter().peekable();
        let mut hidden = String::with_capacity(source.text.len());
        for (at, character) in source.text.char_indices() {
            while shown.next_if(|span| span.end as usize <= at).is_some() {}
            if character.is_ascii_whitespace() || shown.peek().is_some_and(|span| span.start as usize <= at) {
                hidden.push(character);
            } else {
                hidden.extend(std::iter::repeat_n('*', character.len_utf8()));
            }
        }
        source.text = hidden;
        source.concealed = true;
    }

    /// Whether [`Sources::conceal`] was called for an input: nothing is left in it to be hidden.
    pub fn is_concealed(&self, id: SourceId) -> bool {
        self.get(id).is_some_and(|source| source.concealed)
    }

    /// The text of a span; empty if the span is none of that text.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.source).get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Line and column of a byte offset; an offset past the end counts as the end.
    pub fn position(&self, source: SourceId, offset: u32) -> Position {
        let (line, start) = self.line_of(source, offset as usize);
        let text = self.text(source).as_bytes();
        let before = text.get(start..(offset as usize).min(text.len())).unwrap_or(&[]);
        // Bytes that continue a character do not count.
        let column = before.iter().filter(|byte| (**byte & 0xC0) != 0x80).count() + 1;
        Position { line, column: u32::try_from(column).unwrap_or(u32::MAX) }
    }

    /// The line of a byte offset, from 1, and where it starts; an offset past the end counts as the end.
    pub fn line_of(&self, source: SourceId, offset: usize) -> (u32, usize) {
        let starts = self.get(source).map_or(&[][..], Source::line_starts);
        let line = starts.partition_point(|start| *start as usize <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0) as usize;
        (u32::try_from(line).unwrap_or(u32::MAX), start)
    }

    /// Line and column of the start of a place; none where an input has no lines.
    pub fn position_of(&self, origin: &Origin) -> Option<Position> {
        origin.span().map(|span| self.position(span.source, span.start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_concealed_keeps_its_offsets() {
        let mut sources = Sources::new();
        let id = sources.add("a", "<k>ä</k>\n\t<s>secret</s> <k>b</k>");
        let span = |start, end| Span { source: id, start, end };
        sources.conceal(id, &[span(25, 33), span(0, 9)]);
        assert_eq!(sources.text(id), "<k>ä</k>\n\t************* <k>b</k>");
        assert!(sources.is_concealed(id));
    }
}
