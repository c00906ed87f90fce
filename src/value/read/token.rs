//! XML as a property list uses it: quick-xml's events, made strict, each with its place.

mod leaf;

pub(super) use leaf::opening;

use super::error::{Place, Problem, ReadError, shown, span};
use super::sniff::space;
use crate::finding::{SourceId, Span};
use crate::value::write::xml_refuses;
use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

/// The elements of a property list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Plist,
    Dict,
    Array,
    Key,
    String,
    Integer,
    Real,
    Date,
    Data,
    True,
    False,
}

impl Element {
    const ALL: [Self; 11] = [
        Self::Plist,
        Self::Dict,
        Self::Array,
        Self::Key,
        Self::String,
        Self::Integer,
        Self::Real,
        Self::Date,
        Self::Data,
        Self::True,
        Self::False,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plist => "plist",
            Self::Dict => "dict",
            Self::Array => "array",
            Self::Key => "key",
            Self::String => "string",
            Self::Integer => "integer",
            Self::Real => "real",
            Self::Date => "date",
            Self::Data => "data",
            Self::True => "true",
            Self::False => "false",
        }
    }

    fn find(name: &str) -> Result<Self, Problem> {
        let known = match name {
            "key" => Self::Key,
            "string" => Self::String,
            "dict" => Self::Dict,
            "true" => Self::True,
            "false" => Self::False,
            "integer" => Self::Integer,
            "array" => Self::Array,
            "real" => Self::Real,
            "date" => Self::Date,
            "data" => Self::Data,
            "plist" => Self::Plist,
            _ => return Err(Self::unknown(name)),
        };
        Ok(known)
    }

    fn unknown(name: &str) -> Problem {
        let near = Self::ALL.into_iter().find(|element| element.name().eq_ignore_ascii_case(name));
        Problem::Element { name: shown(name), near: near.map(Self::name) }
    }
}

/// One piece of the document.
#[derive(Debug)]
pub(super) enum Token<'x> {
    /// A start tag; that of an empty element has its end tag at once.
    Open(Element),
    /// An end tag: of the element that was opened last.
    Close,
    /// A whole element that holds nothing but plain text, which is its content, and the white space behind it.
    Leaf(Element, &'x str),
    /// White space as it stands.
    Space(&'x str),
    /// Any other text, references and CDATA included.
    Text(Cow<'x, str>),
    /// The end of the file.
    End,
}

/// The tokens of a document, in their order.
pub(super) struct Tokens<'x> {
    bytes: &'x [u8],
    source: SourceId,
    /// Where the text starts in the bytes.
    base: usize,
    text: &'x str,
    xml: Reader<&'x [u8]>,
    /// The first character that XML cannot carry, and the byte after it.
    bad: Option<(char, Range<usize>)>,
    /// Whether something but white space was seen.
    begun: bool,
    document_type: bool,
    root: bool,
    /// Whether the end tag of an empty element is still to come.
    empty: bool,
    /// Whether elements with plain text are taken in one go.
    whole: bool,
}

impl<'x> Tokens<'x> {
    /// `text` is the end of `bytes`.
    pub(super) fn new(bytes: &'x [u8], text: &'x str, source: SourceId) -> Self {
        let mut xml = Reader::from_str(text);
        let config = xml.config_mut();
        config.check_comments = true;
        config.expand_empty_elements = true;
        let base = bytes.len() - text.len();
        let bad = first_bad(text);
        let (begun, document_type, root, empty, whole) = (false, false, false, false, true);
        Self { bytes, source, base, text, xml, bad, begun, document_type, root, empty, whole }
    }

    /// The same, event by event: what must come to the same.
    #[cfg(test)]
    pub(super) fn by_events(self) -> Self {
        Self { whole: false, ..self }
    }

    /// The error of this problem at a range of the text.
    pub(super) fn fail(&self, problem: Problem, range: Range<usize>) -> ReadError {
        problem.at(self.bytes, self.source, range.start + self.base..range.end + self.base)
    }

    /// A range of the text, as places have it.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        span(self.source, range.start + self.base..range.end + self.base)
    }

    /// A span of earlier on, with its line.
    pub(super) fn place(&self, span: Span) -> Place {
        Place::new(self.bytes, self.source, span.start as usize..span.end as usize)
    }

    fn offset(&self) -> usize {
        usize::try_from(self.xml.buffer_position()).unwrap_or(usize::MAX)
    }

    /// The next piece and where it stands. Comments and processing instructions are passed over.
    pub(super) fn next(&mut self) -> Result<(Token<'x>, Range<usize>), ReadError> {
        loop {
            let start = self.offset();
            if let Some(leaf) = self.leaf(start) {
                return Ok(leaf);
            }
            let event = self.xml.read_event();
            let range = start..self.offset();
            if let Some((character, at)) = self.bad.as_ref().filter(|(_, at)| at.start < range.end) {
                return Err(self.fail(Problem::Character(u32::from(*character)), at.clone()));
            }
            let event = event.map_err(|error| self.xml_error(&error))?;
            self.empty = matches!(event, Event::Start(_))
                && self.text.get(range.clone()).is_some_and(|raw| raw.ends_with("/>"));
            let token = self.token(event, range.clone())?;
            if let Some(token) = token {
                return Ok((token, range));
            }
        }
    }

    fn token(&mut self, event: Event<'x>, range: Range<usize>) -> Result<Option<Token<'x>>, ReadError> {
        let first = !std::mem::replace(&mut self.begun, true);
        let token = match event {
            Event::Start(tag) => Token::Open(self.open(&tag, range)?),
            Event::End(_) => Token::Close,
            Event::Text(text) => match self.text.get(range.clone()) {
                Some(raw) if raw.bytes().all(space) => {
                    self.begun = !first;
                    Token::Space(raw)
                }
                // A search for one byte is much faster than one for three.
                Some(raw) if raw.contains(']') && raw.contains("]]>") => {
                    let at = range.start + raw.find("]]>").unwrap_or(0);
                    return Err(self.fail(Problem::CdataEnd, at..at + 3));
                }
                _ => Token::Text(text.xml10_content()),
            },
            Event::CData(text) => Token::Text(text.xml10_content()),
            Event::GeneralRef(name) => {
                Token::Text(Cow::Owned(reference(&name).map_err(|problem| self.fail(problem, range))?.into()))
            }
            Event::Decl(declaration) => {
                let problem = if first { declared(&declaration) } else { Err(Problem::Declaration) };
                problem.map_err(|problem| self.fail(problem, range))?;
                return Ok(None);
            }
            Event::DocType(content) => {
                self.document_type(&content, range)?;
                return Ok(None);
            }
            Event::Comment(_) | Event::PI(_) => return Ok(None),
            Event::Eof => Token::End,
            // Expanded into a start and an end.
            Event::Empty(tag) => Token::Open(self.open(&tag, range)?),
        };
        Ok(Some(token))
    }

    fn open(&mut self, tag: &BytesStart<'_>, range: Range<usize>) -> Result<Element, ReadError> {
        let name = tag.name();
        let root = std::mem::replace(&mut self.root, true);
        if !root && name.as_ref().eq_ignore_ascii_case("html") {
            return Err(ReadError::Html);
        }
        let element = Element::find(name.as_ref()).map_err(|problem| self.fail(problem, range.clone()))?;
        if attributes(tag) { Ok(element) } else { Err(self.fail(Problem::Attribute, range)) }
    }

    fn document_type(&mut self, content: &str, range: Range<usize>) -> Result<(), ReadError> {
        let name = content.split(|c: char| c.is_ascii_whitespace() || c == '[').next().unwrap_or("");
        if name.eq_ignore_ascii_case("html") && !self.root {
            return Err(ReadError::Html);
        }
        let upper = self.text.get(range.clone()).is_some_and(|raw| raw.starts_with("<!DOCTYPE"));
        let problem = if self.root || std::mem::replace(&mut self.document_type, true) {
            Problem::DocumentTypePlace
        } else if !upper {
            Problem::Xml("DOCTYPE is written in capitals".to_owned())
        } else if name != "plist" {
            Problem::DocumentType(shown(name))
        } else if subset(content) {
            Problem::Subset
        } else {
            return Ok(());
        };
        Err(self.fail(problem, range))
    }

    fn xml_error(&self, error: &Error) -> ReadError {
        let at = usize::try_from(self.xml.error_position()).unwrap_or(usize::MAX).min(self.text.len());
        let end = self.offset().clamp(at, at + 1);
        let problem = match error {
            Error::Syntax(SyntaxError::UnclosedComment) => Problem::Markup("a comment"),
            Error::Syntax(SyntaxError::UnclosedCData) => Problem::Markup("a CDATA section"),
            Error::Syntax(SyntaxError::UnclosedDoctype) => Problem::Markup("the document type"),
            Error::Syntax(SyntaxError::UnclosedPI | SyntaxError::UnclosedXmlDecl) => {
                Problem::Markup("a processing instruction")
            }
            Error::Syntax(SyntaxError::InvalidBangMarkup) => {
                Problem::Xml("`<!` begins neither a comment nor a CDATA section".to_owned())
            }
            Error::Syntax(_) => Problem::Markup("a tag"),
            Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
                Problem::EndTag { expected: shown(expected), found: shown(found) }
            }
            Error::IllFormed(IllFormedError::UnmatchedEndTag(name)) => Problem::StrayEnd(shown(name)),
            Error::IllFormed(IllFormedError::DoubleHyphenInComment) => Problem::Comment,
            Error::IllFormed(IllFormedError::UnclosedReference) => Problem::Ampersand,
            other => Problem::Xml(shown(&other.to_string())),
        };
        self.fail(problem, at..end)
    }
}

/// What attributes say means nothing here, but they must be attributes, each once.
fn attributes(tag: &BytesStart<'_>) -> bool {
    // Nearly no element has any.
    if tag.len() == tag.name().as_ref().len() {
        return true;
    }
    // quick-xml's own search for repeated names takes quadratic time.
    let mut seen = BTreeSet::new();
    tag.attributes().with_checks(false).all(|found| {
        found.is_ok_and(|attribute| !attribute.value.contains('<') && seen.insert(attribute.key))
    })
}

/// The first character that XML cannot carry.
fn first_bad(text: &str) -> Option<(char, Range<usize>)> {
    // Bytes first: only the three-byte form of U+FFFE and U+FFFF needs a second look.
    let suspect = |byte: u8| (byte < 0x20 && !space(byte)) || byte == 0xEF;
    // In blocks, which a processor compares at once: nearly no text has any.
    let bytes = text.as_bytes();
    let block =
        bytes.chunks(64).position(|block| block.iter().fold(false, |any, byte| any | suspect(*byte)))?;
    let at = block * 64 + bytes.get(block * 64..)?.iter().position(|byte| suspect(*byte))?;
    let (start, rest) = text.split_at_checked(at)?;
    let (offset, bad) = rest.char_indices().find(|(_, character)| xml_refuses(*character))?;
    let at = start.len() + offset;
    Some((bad, at..at + bad.len_utf8()))
}

fn reference(name: &BytesRef<'_>) -> Result<char, Problem> {
    let bad = |_| Problem::Reference(shown(name));
    if let Some(character) = name.resolve_char_ref().map_err(bad)? {
        return if xml_refuses(character) { Err(Problem::Reference(shown(name))) } else { Ok(character) };
    }
    match name.as_ref() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        other => Err(Problem::Entity(shown(other))),
    }
}

fn declared(declaration: &BytesDecl<'_>) -> Result<(), Problem> {
    if !declaration.version().is_ok_and(|version| version == "1.0") {
        return Err(Problem::Version);
    }
    match declaration.encoding() {
        None => Ok(()),
        Some(Err(_)) => Err(Problem::Attribute),
        Some(Ok(name)) => {
            // ASCII is a part of UTF-8.
            let read = ["utf-8", "utf8", "us-ascii", "ascii"];
            let known = read.iter().any(|known| name.eq_ignore_ascii_case(known));
            match () {
                () if known => Ok(()),
                () if super::wide::named(&name) => {
                    Err(Problem::Disagrees { says: shown(&name), is: "UTF-8" })
                }
                () => Err(Problem::Encoding(shown(&name))),
            }
        }
    }
}

/// Whether a document type goes on with `[`, outside quotes.
fn subset(content: &str) -> bool {
    let mut quote = None;
    for byte in content.bytes() {
        match (quote, byte) {
            (None, b'[') => return true,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_is_found_by_its_name() {
        for element in Element::ALL {
            assert_eq!(Element::find(element.name()).ok(), Some(element));
        }
    }
}
