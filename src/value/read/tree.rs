//! From tokens to a tree of values, without recursion.

use super::error::{Problem, ReadError, shown};
use super::token::{Element, Token, Tokens, opening};
use super::wanted::{Want, Wanted};
use super::{Budgets, Read, scalar};
use crate::finding::{Origin, Span};
use crate::value::{Entry, Inside, Places, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// A key that waits for its value.
struct Key {
    name: String,
    at: Span,
    /// Where it stands in the text.
    range: Range<usize>,
}

enum Inner {
    Array(Vec<Value>, Vec<Places>),
    Dictionary {
        entries: BTreeMap<String, Value>,
        /// Of the same keys, in reading order.
        places: Vec<Entry>,
        key: Option<Key>,
    },
}

/// The text of an element that was read whole, and where the element stands.
type Leaf<'x> = (&'x str, Range<usize>);

/// An array or a dictionary that is being read.
struct Frame<'w> {
    open: Range<usize>,
    want: Want<'w>,
    inner: Inner,
}

struct Tree<'x, 'w> {
    tokens: Tokens<'x>,
    budgets: Budgets,
    stack: Vec<Frame<'w>>,
    root: Option<(Value, Places)>,
    root_want: Want<'w>,
    objects: usize,
    text: usize,
}

/// Reads a whole document.
pub(super) fn read(tokens: Tokens<'_>, budgets: &Budgets, wanted: &Wanted<'_>) -> Result<Read, ReadError> {
    let mut tree = Tree {
        tokens,
        budgets: *budgets,
        stack: Vec::new(),
        root: None,
        root_want: Want::root(wanted),
        objects: 0,
        text: 0,
    };
    let plist = tree.prolog()?;
    let (value, places) = tree.body(plist)?;
    tree.rest()?;
    Ok(Read { value, places })
}

impl<'x> Tree<'x, '_> {
    fn fail<T>(&self, problem: Problem, range: Range<usize>) -> Result<T, ReadError> {
        Err(self.tokens.fail(problem, range))
    }

    /// Up to `<plist>`.
    fn prolog(&mut self) -> Result<Range<usize>, ReadError> {
        loop {
            match self.tokens.next()? {
                (Token::Open(Element::Plist), range) => return Ok(range),
                (Token::Open(other), range) => return self.fail(Problem::Root(other.name()), range),
                (Token::Space(_), _) => {}
                (Token::Leaf(other, _), range) => {
                    let open = opening(other, &range);
                    return self.fail(Problem::Root(other.name()), open);
                }
                (Token::Text(_) | Token::Close, range) => return self.fail(Problem::Text, range),
                (Token::End, _) => return Err(ReadError::Foreign),
            }
        }
    }

    /// After `</plist>`.
    fn rest(&mut self) -> Result<(), ReadError> {
        loop {
            match self.tokens.next()? {
                (Token::End, _) => return Ok(()),
                (Token::Space(_), _) => {}
                (Token::Leaf(element, _), range) => {
                    return self.fail(Problem::Trailing, opening(element, &range));
                }
                (_, range) => return self.fail(Problem::Trailing, range),
            }
        }
    }

    /// Between `<plist>` and `</plist>`.
    fn body(&mut self, plist: Range<usize>) -> Result<(Value, Places), ReadError> {
        loop {
            let (token, range) = self.tokens.next()?;
            match token {
                Token::Space(_) => {}
                Token::Text(_) => return self.fail(Problem::Text, range),
                Token::Open(Element::Plist) => return self.fail(Problem::Nested, range),
                Token::Open(Element::Key) => self.key(range, None)?,
                Token::Open(element) => self.value(element, range, None)?,
                Token::Leaf(element, text) => {
                    let open = opening(element, &range);
                    let leaf = Some((text, range));
                    match element {
                        Element::Key => self.key(open, leaf)?,
                        _ => self.value(element, open, leaf)?,
                    }
                }
                Token::Close => match self.stack.pop() {
                    Some(frame) => self.close(frame, range)?,
                    None => match self.root.take() {
                        Some(root) => return Ok(root),
                        None => return self.fail(Problem::Nothing, plist),
                    },
                },
                Token::End => {
                    let (name, open) = match self.stack.pop() {
                        Some(Frame { inner: Inner::Array(..), open, .. }) => (Element::Array, open),
                        Some(Frame { open, .. }) => (Element::Dict, open),
                        None => (Element::Plist, plist),
                    };
                    return self.fail(Problem::Unclosed(name.name()), open);
                }
            }
        }
    }

    /// A key whose start tag was read, or the whole of it.
    fn key(&mut self, range: Range<usize>, leaf: Option<Leaf<'x>>) -> Result<(), ReadError> {
        match self.stack.last().map(|frame| &frame.inner) {
            Some(Inner::Dictionary { key: None, .. }) => {}
            Some(Inner::Dictionary { key: Some(key), .. }) => {
                return self.fail(Problem::NoValue(shown(&key.name)), key.range.clone());
            }
            _ => return self.fail(Problem::KeyOutside, range),
        }
        let (name, range) = self.content(Element::Key, range, leaf)?;
        let at = self.tokens.span(range.clone());
        let Some(Frame { inner: Inner::Dictionary { entries, places, key }, .. }) = self.stack.last_mut()
        else {
            return Ok(());
        };
        if entries.contains_key(name.as_ref())
            && let Some(first) = places.iter().find(|entry| *entry.key == name).and_then(|one| one.at.span())
        {
            let first = self.tokens.place(first);
            return self.fail(Problem::Duplicate { key: shown(&name), first }, range);
        }
        *key = Some(Key { name: name.into_owned(), at, range });
        Ok(())
    }

    /// A value whose start tag was read, or the whole of it: judged against the budgets, then read or skipped.
    fn value(
        &mut self,
        element: Element,
        range: Range<usize>,
        leaf: Option<Leaf<'x>>,
    ) -> Result<(), ReadError> {
        let want = match self.stack.last() {
            None if self.root.is_some() => return self.fail(Problem::Second, range),
            None => self.root_want.clone(),
            Some(Frame { inner: Inner::Array(..), want, .. }) => want.clone(),
            Some(Frame { inner: Inner::Dictionary { key: Some(key), .. }, want, .. }) => {
                want.entry(&key.name)
            }
            Some(_) => return self.fail(Problem::KeyExpected(element.name()), range),
        };
        self.count(&range)?;
        self.deep(self.stack.len(), &range)?;
        if matches!(want, Want::Nothing) {
            return self.skip(element, range, leaf.is_some());
        }
        let inner = match element {
            Element::Array => Inner::Array(Vec::new(), Vec::new()),
            Element::Dict => Inner::Dictionary { entries: BTreeMap::new(), places: Vec::new(), key: None },
            _ => {
                let (value, range) = self.scalar(element, range, leaf)?;
                let at = self.tokens.span(range);
                self.put(value, Places::leaf(at));
                return Ok(());
            }
        };
        self.stack.push(Frame { open: range, want, inner });
        Ok(())
    }

    fn count(&mut self, range: &Range<usize>) -> Result<(), ReadError> {
        self.objects += 1;
        let most = self.budgets.objects;
        if self.objects > most { self.fail(Problem::Objects(most), range.clone()) } else { Ok(()) }
    }

    /// Judges a value inside `outer` others.
    fn deep(&self, outer: usize, range: &Range<usize>) -> Result<(), ReadError> {
        let most = self.budgets.depth;
        if outer >= most { self.fail(Problem::Deep(most), range.clone()) } else { Ok(()) }
    }

    fn close(&mut self, frame: Frame<'_>, range: Range<usize>) -> Result<(), ReadError> {
        let at = Origin::from(self.tokens.span(frame.open.start..range.end));
        let (value, inside) = match frame.inner {
            Inner::Array(items, places) => (Value::Array(items), Inside::array(places)),
            Inner::Dictionary { key: Some(key), .. } => {
                return self.fail(Problem::NoValue(shown(&key.name)), key.range);
            }
            Inner::Dictionary { entries, places, .. } => {
                (Value::Dictionary(entries), Inside::dictionary(places))
            }
        };
        self.put(value, Places { at, inside });
        Ok(())
    }

    /// Puts a finished value where it belongs.
    fn put(&mut self, value: Value, at: Places) {
        match self.stack.last_mut().map(|frame| &mut frame.inner) {
            None => self.root = Some((value, at)),
            Some(Inner::Array(items, places)) => {
                items.push(value);
                places.push(at);
            }
            Some(Inner::Dictionary { entries, places, key }) => {
                if let Some(key) = key.take() {
                    places.push(Entry::new(key.name.as_str(), key.at, at));
                    entries.insert(key.name, value);
                }
            }
        }
    }

    fn scalar(
        &mut self,
        element: Element,
        range: Range<usize>,
        leaf: Option<Leaf<'x>>,
    ) -> Result<(Value, Range<usize>), ReadError> {
        let (text, range) = self.content(element, range, leaf)?;
        let value = match element {
            Element::Integer => scalar::integer(&text),
            Element::Real => scalar::real(&text),
            Element::Date => scalar::date(&text),
            Element::Data => scalar::data(&text),
            Element::True if text.is_empty() => Ok(Value::Boolean(true)),
            Element::False if text.is_empty() => Ok(Value::Boolean(false)),
            Element::True | Element::False => Err(Problem::Flag(element.name())),
            _ => Ok(Value::string(text.into_owned())),
        };
        match value {
            Ok(value) => Ok((value, range)),
            Err(problem) => self.fail(problem, range),
        }
    }

    /// The text of an element that holds text, and where the whole element stands.
    fn content(
        &mut self,
        element: Element,
        open: Range<usize>,
        leaf: Option<Leaf<'x>>,
    ) -> Result<(Cow<'x, str>, Range<usize>), ReadError> {
        if let Some((text, range)) = leaf {
            self.amount(text, &open)?;
            return Ok((Cow::Borrowed(text), range));
        }
        let mut text = Cow::Borrowed("");
        loop {
            let (token, range) = self.tokens.next()?;
            let more = match token {
                Token::Close => return Ok((text, open.start..range.end)),
                Token::Space(raw) if raw.contains('\r') => {
                    Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n"))
                }
                Token::Space(raw) => Cow::Borrowed(raw),
                Token::Text(more) => more,
                Token::Open(inner) => {
                    return self.fail(Problem::Inside { outer: element.name(), inner: inner.name() }, range);
                }
                Token::Leaf(inner, _) => {
                    let at = opening(inner, &range);
                    return self.fail(Problem::Inside { outer: element.name(), inner: inner.name() }, at);
                }
                Token::End => return self.fail(Problem::Unclosed(element.name()), open),
            };
            self.amount(&more, &open)?;
            if text.is_empty() {
                text = more;
            } else {
                text.to_mut().push_str(&more);
            }
        }
    }

    fn amount(&mut self, more: &str, open: &Range<usize>) -> Result<(), ReadError> {
        self.text = self.text.saturating_add(more.len());
        let most = self.budgets.text;
        if self.text > most { self.fail(Problem::Amount(most), open.clone()) } else { Ok(()) }
    }

    /// Passes over a value that nobody wants: the rest of it, unless the whole of it was read.
    fn skip(&mut self, element: Element, range: Range<usize>, whole: bool) -> Result<(), ReadError> {
        let mut open = if whole { Vec::new() } else { vec![(element, range)] };
        while let Some((element, at)) = open.last() {
            match self.tokens.next()? {
                (Token::Open(inner), range) => {
                    if inner != Element::Key {
                        self.count(&range)?;
                    }
                    self.deep(self.stack.len() + open.len(), &range)?;
                    open.push((inner, range));
                }
                (Token::Leaf(inner, _), range) => {
                    let range = opening(inner, &range);
                    if inner != Element::Key {
                        self.count(&range)?;
                    }
                    self.deep(self.stack.len() + open.len(), &range)?;
                }
                (Token::Close, _) => {
                    open.pop();
                }
                (Token::End, _) => return self.fail(Problem::Unclosed(element.name()), at.clone()),
                (Token::Space(_) | Token::Text(_), _) => {}
            }
        }
        if let Some(Frame { inner: Inner::Dictionary { key, .. }, .. }) = self.stack.last_mut() {
            *key = None;
        }
        Ok(())
    }
}
