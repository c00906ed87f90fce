//! Why a property list was not read: all wording of the reader stands here.

use crate::finding::{KeyPath, Origin, Position, SourceId, Span};
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

/// A place in words, for messages without a finding around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// In a text.
    Line(Position),
    /// In a binary property list; the outermost value has no path.
    Path(KeyPath),
}

impl Spot {
    /// The spot of a place in these bytes, which are [`super::Plain::bytes`].
    pub fn of(origin: &Origin, bytes: &[u8]) -> Self {
        match origin {
            Origin::Text(span) => Self::Line(position(bytes, span.start as usize)),
            Origin::Path { path, .. } => Self::Path(path.clone()),
            Origin::Whole(_) => Self::Path(KeyPath::root()),
        }
    }

    /// What a message starts with: nothing, if it is about the whole.
    pub fn prefix(&self) -> String {
        match self {
            Self::Path(path) if path.is_root() => String::new(),
            spot => format!("{spot}: "),
        }
    }
}

/// Of a longer path, so many of the first and last parts are shown.
const FIRST: usize = 6;
const LAST: usize = 3;

/// `line 3, column 7`, or `PayloadContent > 0 > PayloadUUID`.
impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(at) => write!(f, "line {}, column {}", at.line, at.column),
            Self::Path(path) if path.is_root() => f.write_str("the outermost value"),
            Self::Path(path) => {
                let mut parts: Vec<String> = path.parts().iter().map(|part| shown(part)).collect();
                if parts.len() > FIRST + LAST + 1 {
                    parts.splice(FIRST..parts.len() - LAST, ["…".to_owned()]);
                }
                f.write_str(&parts.join(" > "))
            }
        }
    }
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
    /// A text in UTF-32.
    #[error(
        "this text is UTF-32, and only UTF-8 and UTF-16 are read; \
         `iconv` turns one into the other (the first line must then say UTF-8)"
    )]
    Utf32,
    /// CMS EnvelopedData.
    #[error("this profile is encrypted: only the Mac that it was made for can read it")]
    Encrypted,
    /// A CMS signature without what it signs.
    #[error("this is a signature alone, without the profile that it signs")]
    Detached,
    /// A CMS signature around a CMS signature.
    #[error("this is a signed profile inside a signed one; a profile has one signature")]
    SignedTwice,
    /// CMS of another kind.
    #[error("this is a CMS message, but no signed one")]
    OtherCms,
    /// CMS or its armour, broken.
    #[error("the signature around this profile is damaged: {0}")]
    Cms(&'static str),
    /// A signed profile as a mail.
    #[error(
        "this is a mail message (S/MIME), which no Mac installs; \
         `openssl smime` and `openssl cms` write a signed profile with `-outform DER -nodetach`"
    )]
    Mail,
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
    /// A text that cannot be decoded, so that there is nothing that places could belong to.
    #[error("line {}, column {}: {problem}", .at.line, .at.column)]
    Undecoded {
        /// What is wrong.
        problem: Problem,
        /// Where, counted in what was decoded.
        at: Position,
    },
    /// A binary property list with something wrong in it.
    #[error("{}{problem}", Spot::Path(.at.clone()).prefix())]
    Object {
        /// What is wrong.
        problem: Problem,
        /// The object.
        at: KeyPath,
    },
}

impl ReadError {
    /// The place for a finding about this input: the most exact one that there is.
    pub fn origin(&self, source: SourceId) -> Origin {
        match self {
            Self::Malformed { at, .. } => Origin::Text(Span { source, ..at.span }),
            Self::Object { at, .. } if !at.is_root() => Origin::Path { source, path: at.clone() },
            _ => Origin::Whole(source),
        }
    }

    /// What is wrong, without the place that [`ReadError::origin`] gives.
    pub fn problem(&self) -> String {
        match self {
            Self::Malformed { problem, .. } | Self::Object { problem, .. } => problem.to_string(),
            other => other.to_string(),
        }
    }

    /// Where it is, where the input is text.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Malformed { at, .. } => Some(*at),
            _ => None,
        }
    }

    /// Line and column of the start of the place.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Undecoded { at, .. } => Some(*at),
            other => other.place().map(|place| place.position),
        }
    }

    /// The place as byte offsets.
    pub fn span(&self) -> Option<Span> {
        self.place().map(|place| place.span)
    }
}

/// What is wrong in a property list. No message repeats a value, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Bytes that are no UTF-8.
    #[error("the text is not UTF-8 here")]
    Utf8,
    /// Another encoding in the declaration.
    #[error("the file says that it is written in `{0}`; only UTF-8 and UTF-16 are read")]
    Encoding(String),
    /// An encoding in the declaration that is not that of the file.
    #[error("the file says that it is written in `{says}`, and is {is}")]
    Disagrees {
        /// What the declaration says.
        says: String,
        /// What the file is.
        is: &'static str,
    },
    /// Half a character, or half of a surrogate pair.
    #[error("the text is not UTF-16 here")]
    Utf16,
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
    /// A binary property list of another version than 00.
    #[error("this is a binary property list of version `{0}`; only version 00 is read")]
    BinaryVersion(String),
    /// A trailer that does not fit the file.
    #[error("the end of this binary property list does not fit the rest: it was cut short, or changed")]
    Trailer,
    /// A reference to an object that is none.
    #[error("this refers to an object that the file does not have")]
    ObjectNumber,
    /// An object outside of where objects are.
    #[error("this object does not lie where objects do, or runs out of it")]
    ObjectEnd,
    /// A kind of object that the format does not define.
    #[error("this is no object of a binary property list (0x{0:02X})")]
    UnknownObject(u8),
    /// An object that is no value of a preference.
    #[error("this is {0}, which is no value of a preference")]
    Unsupported(&'static str),
    /// An object inside itself.
    #[error("this array or dictionary holds itself")]
    Cycle,
    /// A string that says it is ASCII.
    #[error("this string says that it is ASCII, and is not")]
    Ascii,
    /// Half of a surrogate pair in a string.
    #[error("this string holds half of a character (a lone UTF-16 surrogate)")]
    Surrogate,
    /// A key of another type.
    #[error("a key of this dictionary is no string")]
    KeyObject,
    /// One key twice in a dictionary of a binary property list.
    #[error("the key `{0}` stands twice in this dictionary")]
    DuplicateObject(String),
    /// A date outside of the years 0 to 9999.
    #[error("this date lies outside of the years 0 to 9999")]
    DateRange,
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

    pub(super) fn at_path(self, path: KeyPath) -> ReadError {
        ReadError::Object { problem: self, at: path }
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
