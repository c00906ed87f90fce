//! Elements that hold nothing but plain text, taken in one go.

use super::{Element, Token, Tokens};
use crate::value::read::sniff::space;
use std::io::BufRead as _;
use std::ops::Range;

impl<'x> Tokens<'x> {
    /// A whole element with plain text, as nearly everything in a property list is: taken in one go, where reading it
    /// event by event takes four times as long. Whatever is unusual about it is left to the events, and so is what
    /// follows unless it is markup: there the reader of events goes on.
    pub(super) fn leaf(&mut self, start: usize) -> Option<(Token<'x>, Range<usize>)> {
        if !self.whole || !self.root || self.empty {
            return None;
        }
        let text: &'x str = self.text;
        let rest = text.get(start..)?.strip_prefix('<')?;
        let (element, content, length) = plain_element(rest)?;
        let range = start..start + 1 + length;
        if self.bad.as_ref().is_some_and(|(_, at)| at.start < range.end) {
            return None;
        }
        let behind = text.as_bytes().get(range.end..)?;
        let gap = behind.iter().position(|byte| !space(*byte))?;
        if behind.get(gap) != Some(&b'<') {
            return None;
        }
        self.xml.stream().consume(range.end + gap - start);
        Some((Token::Leaf(element, content), range))
    }
}

/// Where the start tag of a [`Token::Leaf`] stands, which is all of an empty element.
pub(in crate::value::read) fn opening(element: Element, range: &Range<usize>) -> Range<usize> {
    match element {
        Element::True | Element::False => range.clone(),
        _ => range.start..range.start + element.name().len() + "<>".len(),
    }
}

/// The element that begins behind a `<`, its content, and how many bytes it has up to the `>` of its end tag: if it is one
/// of those that hold text, and its text is plain.
fn plain_element(rest: &str) -> Option<(Element, &str, usize)> {
    let tag = memchr::memchr(b'>', rest.as_bytes())?;
    let (name, content) = (rest.get(..tag)?, rest.get(tag + 1..)?);
    let element = match name {
        "key" => Element::Key,
        "string" => Element::String,
        "integer" => Element::Integer,
        "real" => Element::Real,
        "date" => Element::Date,
        "data" => Element::Data,
        "true/" => return Some((Element::True, "", tag + 1)),
        "false/" => return Some((Element::False, "", tag + 1)),
        _ => return None,
    };
    let end = memchr::memchr2(b'<', b'&', content.as_bytes())?;
    let (text, close) = content.split_at_checked(end)?;
    let close = close.strip_prefix("</")?.strip_prefix(name)?;
    // Line ends that are changed, and the end of CDATA where there is none.
    let plain = close.starts_with('>') && memchr::memchr2(b'\r', b']', text.as_bytes()).is_none();
    plain.then_some((element, text, tag + 1 + end + "</>".len() + name.len()))
}
