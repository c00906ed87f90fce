//! Why a property list was not read: all wording of the reader stands here.

use crate::finding::{Position, SourceId, Span};
use std::fmt;
use std::ops::Range;

/// A place in an input, both ways to name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Byte offsets, a byte order mark counted.
    pub span: Span,
    /// Line and column of its start, a byte order mark not counted.
    pub position: Position,
}

/// `line 3, column 7`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.position.line, self.position.column)
    }
}

impl Place {
    pub(super) fn new(bytes: &[u8], source: SourceId, range: Range<usize>) -> Self {
        Self { span: span(source, range.clone()), position: position(bytes, range.start) }
    }
}

pub(super) fn span(source: SourceId, range: Range<usize>) -> Span {
    let short = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    Span { source, start: short(range.start), end: short(range.end) }
}

/// Line and column of a byte offset in UTF-8 text. A byte order mark has no column; an offset past the end counts
/// as the end.
pub fn position(bytes: &[u8], offset: usize) -> Position {
    let mark = if bytes.starts_with(super::sniff::MARK) { super::sniff::MARK.len() } else { 0 };
    let before = bytes.get(mark..offset.min(bytes.len())).unwrap_or(&[]);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    // Bytes that continue a character do not count.
    let column = before.get(start..).unwrap_or(&[]).iter().filter(|byte| (**byte & 0xC0) != 0x80).count() + 1;
    let short = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Position { line: short(line), column: short(column) }
}

/// Why an input was not read. `Display` starts with the place, where there is one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Nothing, or white space only.
    #[error("the file is empty")]
    Empty,
    /// More bytes than the budget.
    #[error("the file is larger than {}", size(*.0))]
    Large(usize),
    /// `bplist…`.
    #[error(
        "this is a binary property list, and only XML is read so far; \
         `plutil -convert xml1 -o NEW FILE` writes it as XML"
    )]
    Binary,
    /// A CMS signature around a profile.
    #[error(
        "this is a signed profile, and only unsigned ones are read so far; \
         `security cms -D -i FILE -o NEW` writes it without its signature"
    )]
    Signed,
    /// UTF-16 or UTF-32.
    #[error(
        "this text is UTF-16 or UTF-32, and only UTF-8 is read so far; \
         `iconv` turns one into the other (the first line must then say UTF-8)"
    )]
    Wide,
    /// The format of NeXTSTEP: `{ key = value; }`, as `defaults read` prints it.
    #[error(
        "this is the old format of property lists, as `defaults read` prints it, which has lost the types of its \
         values; `defaults export DOMAIN FILE` keeps them"
    )]
    OldFormat,
    /// JSON.
    #[error("this is JSON, not a property list")]
    Json,
    /// A web page.
    #[error("this is a web page, not a property list: perhaps a login page was downloaded in its place")]
    Html,
    /// Anything else.
    #[error("this is no property list")]
    Foreign,
    /// A property list with something wrong in it.
    #[error("{at}: {problem}")]
    Malformed {
        /// What is wrong.
        problem: Problem,
        /// Where.
        at: Place,
    },
}

impl ReadError {
    /// Where it is, where the input is text.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Malformed { at, .. } => Some(*at),
            _ => None,
        }
    }

    /// Line and column of the start of the place.
    pub fn position(&self) -> Option<Position> {
        self.place().map(|place| place.position)
    }

    /// The place as byte offsets.
    pub fn span(&self) -> Option<Span> {
        self.place().map(|place| place.span)
    }
}

/// What is wrong in an XML property list. No message repeats a value, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Bytes that are no UTF-8.
    #[error("the text is not UTF-8 here")]
    Utf8,
    /// Another encoding in the declaration.
    #[error("the file says that it is written in `{0}`; only UTF-8 is read")]
    Encoding(String),
    /// Another version in the declaration, or none.
    #[error("a property list is XML 1.0, and its declaration must say so")]
    Version,
    /// A declaration that is not the first thing, or a second one.
    #[error("an XML declaration stands at the start of the file, and once")]
    Declaration,
    /// A character that XML cannot carry.
    #[error("XML cannot carry the character U+{0:04X}")]
    Character(u32),
    /// The document type of something else.
    #[error("the document type is `{0}`, not `plist`")]
    DocumentType(String),
    /// A document type that is not in its place, or a second one.
    #[error("a document type stands before `<plist>`, and once")]
    DocumentTypePlace,
    /// A document type with `[…]`.
    #[error("the document type declares entities or elements of its own, which no property list needs")]
    Subset,
    /// An entity that XML does not define.
    #[error(
        "`&{0};` is not defined; a property list knows &amp; &lt; &gt; &quot; &apos; and numbers (&#8364;)"
    )]
    Entity(String),
    /// A numeric reference to no character.
    #[error("`&{0};` is no character that XML can carry")]
    Reference(String),
    /// A lone ampersand.
    #[error("an `&` without its `;`: write `&amp;`")]
    Ampersand,
    /// `]]>` in text.
    #[error("`]]>` in a text: write `]]&gt;`")]
    CdataEnd,
    /// Markup that runs to the end of the file.
    #[error("{0} is not closed")]
    Markup(&'static str),
    /// Markup that is none.
    #[error("this is not well-formed XML: {0}")]
    Xml(String),
    /// A malformed attribute.
    #[error("an attribute of this tag is malformed")]
    Attribute,
    /// `--` in a comment.
    #[error("`--` stands inside a comment")]
    Comment,
    /// An element without its end.
    #[error("`<{0}>` is never closed")]
    Unclosed(&'static str),
    /// The end of another element.
    #[error("`</{found}>` stands where `</{expected}>` must come first")]
    EndTag {
        /// What is open.
        expected: String,
        /// What would be closed.
        found: String,
    },
    /// The end of nothing.
    #[error("`</{0}>` closes nothing")]
    StrayEnd(String),
    /// An element of something else.
    #[error("`<{name}>` is no element of a property list{}", hint(near))]
    Element {
        /// Its name.
        name: String,
        /// The element with that name in other letters.
        near: Option<&'static str>,
    },
    /// Another outermost element.
    #[error("the outermost element is `<{0}>`; a property list starts with `<plist>`")]
    Root(&'static str),
    /// A property list inside another.
    #[error("`<plist>` stands inside a property list")]
    Nested,
    /// No value.
    #[error("`<plist>` holds no value")]
    Nothing,
    /// A second outermost value.
    #[error("a second value stands beside the first: a property list holds one")]
    Second,
    /// Something after the end.
    #[error("something stands after `</plist>`")]
    Trailing,
    /// Text where an element must be.
    #[error("text stands where an element must be")]
    Text,
    /// An element inside an element that holds text.
    #[error("`<{inner}>` stands inside `<{outer}>`, which holds text only")]
    Inside {
        /// The element that holds text.
        outer: &'static str,
        /// What is in it.
        inner: &'static str,
    },
    /// A value where a key must be.
    #[error("`<{0}>` stands where a `<key>` must be")]
    KeyExpected(&'static str),
    /// A key where a value must be.
    #[error("the key `{0}` has no value")]
    NoValue(String),
    /// A key outside a dictionary.
    #[error("a `<key>` stands outside a dictionary")]
    KeyOutside,
    /// One key twice in a dictionary.
    #[error("the key `{key}` stands twice in this dictionary; the first is at {first}")]
    Duplicate {
        /// The key.
        key: String,
        /// The first of them.
        first: Place,
    },
    /// No whole number.
    #[error("`<integer>` must hold a whole number, such as 42")]
    Integer,
    /// A whole number beyond 64 bits.
    #[error("the number does not fit into 64 bits")]
    IntegerRange,
    /// No number.
    #[error("`<real>` must hold a number, such as 1.5")]
    Real,
    /// NaN, infinity, or too large.
    #[error("the number is not finite; NaN and infinity are no values of a preference")]
    NotFinite,
    /// No date, or not as property lists write it.
    #[error("a date is UTC in whole seconds, written 2027-01-31T00:00:00Z, without white space")]
    Date,
    /// No base64.
    #[error("`<data>` must hold base64, with its padding")]
    Data,
    /// Something inside `<true/>` or `<false/>`.
    #[error("`<{0}>` holds something; write `<{0}/>`")]
    Flag(&'static str),
    /// Nested deeper than the budget.
    #[error("values nest deeper than {0} levels")]
    Deep(usize),
    /// More values than the budget.
    #[error("the file holds more than {0} values")]
    Objects(usize),
    /// More text than the budget.
    #[error("the texts and data in the file are larger than {}", size(*.0))]
    Amount(usize),
}

impl Problem {
    pub(super) fn at(self, bytes: &[u8], source: SourceId, range: Range<usize>) -> ReadError {
        ReadError::Malformed { problem: self, at: Place::new(bytes, source, range) }
    }
}

fn hint(near: &Option<&'static str>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean `<{near}>`?"))
}

fn size(bytes: usize) -> String {
    if bytes >= 1 << 20 { format!("{} MiB", bytes >> 20) } else { format!("{bytes} bytes") }
}

/// A name from the input, short and printable enough for a message.
pub(super) fn shown(name: &str) -> String {
    const MOST: usize = 60;
    let printable = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut text: String = name.chars().take(MOST).map(printable).collect();
    if name.chars().nth(MOST).is_some() {
        text.push('…');
    }
    text
}
