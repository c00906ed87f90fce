//! Binary property lists: from objects that refer to each other to a tree of values, without recursion.
//!
//! An object may be referred to many times, and each time counts: against the budget of objects, and its text
//! against that of text. What nobody wants is not even looked at.

mod objects;

use super::error::{ReadError, shown};
use super::wanted::{Want, Wanted};
use super::{Budgets, Problem, Read};
use crate::finding::{KeyPath, Origin, SourceId};
use crate::value::{Date, Entry, Inside, Places, Real, Value};
use objects::{Object, Objects, Refs};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Seconds from 1970 to 2001, from where binary property lists count.
const FROM_1970: i64 = 978_307_200;

/// An array or a dictionary that is being read.
struct Frame<'b, 'w> {
    /// Where the object starts: one that holds itself is found by it.
    offset: usize,
    path: KeyPath,
    want: Want<'w>,
    /// How many of its values were passed.
    next: usize,
    values: Refs<'b>,
    inner: Inner<'b>,
}

enum Inner<'b> {
    Array(Vec<Value>, Vec<Places>),
    Dictionary {
        keys: Refs<'b>,
        entries: BTreeMap<String, Value>,
        /// Of the same keys, in the order of the file.
        places: Vec<Entry>,
        /// The key that waits for its value.
        key: String,
    },
}

struct Tree<'b, 'w> {
    file: Objects<'b>,
    source: SourceId,
    budgets: Budgets,
    stack: Vec<Frame<'b, 'w>>,
    objects: usize,
    text: usize,
}

type Finished = (Value, Places);

/// Reads a whole file.
pub(super) fn read<'w>(
    bytes: &[u8],
    source: SourceId,
    budgets: &Budgets,
    wanted: &Wanted<'w>,
) -> Result<Read, ReadError> {
    let at_root = |problem: Problem| problem.at_path(KeyPath::root());
    let file = Objects::open(bytes).map_err(at_root)?;
    let mut tree = Tree { file, source, budgets: *budgets, stack: Vec::new(), objects: 0, text: 0 };
    tree.count(1).map_err(at_root)?;
    let mut finished = tree.value(file.top(), KeyPath::root(), Want::root(wanted))?;
    loop {
        if let Some(value) = finished {
            match tree.stack.last_mut() {
                Some(frame) => frame.put(value),
                None => return Ok(Read { value: value.0, places: value.1 }),
            }
        }
        finished = tree.step()?;
    }
}

impl<'b, 'w> Tree<'b, 'w> {
    /// Goes on with the innermost container: its next value, or its end.
    fn step(&mut self) -> Result<Option<Finished>, ReadError> {
        let Some(frame) = self.stack.last_mut() else { return Ok(None) };
        let Some(number) = frame.values.get(frame.next) else {
            let frame = self.stack.pop();
            return Ok(frame.map(|frame| frame.finish(self.source)));
        };
        let index = frame.next;
        frame.next += 1;
        let Inner::Dictionary { keys, .. } = &frame.inner else {
            let (path, want) = (frame.path.item(index), frame.want.clone());
            return self.value(number, path, want);
        };
        let key = keys.get(index).unwrap_or(usize::MAX);
        self.entry(key, number)
    }

    /// An entry of the innermost container, by the numbers of its key and its value.
    fn entry(&mut self, key: usize, number: usize) -> Result<Option<Finished>, ReadError> {
        let key = self.key(key).map_err(|problem| self.here(problem))?;
        let Some(frame) = self.stack.last_mut() else { return Ok(None) };
        let want = frame.want.entry(&key);
        if matches!(want, Want::Nothing) {
            return Ok(None);
        }
        let Inner::Dictionary { entries, key: waiting, .. } = &mut frame.inner else { return Ok(None) };
        let path = frame.path.key(&key);
        if entries.contains_key(key.as_ref()) {
            return Err(Problem::DuplicateObject(shown(&key)).at_path(frame.path.clone()));
        }
        *waiting = key.into_owned();
        self.value(number, path, want)
    }

    fn key(&mut self, number: usize) -> Result<Cow<'b, str>, Problem> {
        match self.file.at(self.file.offset(number)?)? {
            Object::Ascii(bytes) => self.ascii(bytes).map(Cow::Borrowed),
            Object::Wide(bytes) => self.wide(bytes).map(Cow::Owned),
            _ => Err(Problem::KeyObject),
        }
    }

    /// A value that is wanted: finished, or a container that was opened.
    fn value(&mut self, number: usize, path: KeyPath, want: Want<'w>) -> Result<Option<Finished>, ReadError> {
        match self.object(number, path.clone(), want) {
            Ok(None) => Ok(None),
            Ok(Some(value)) => Ok(Some((value, Places::leaf(self.origin(path))))),
            Err(problem) => Err(problem.at_path(path)),
        }
    }

    fn object(&mut self, number: usize, path: KeyPath, want: Want<'w>) -> Result<Option<Value>, Problem> {
        if self.stack.len() >= self.budgets.depth {
            return Err(Problem::Deep(self.budgets.depth));
        }
        let offset = self.file.offset(number)?;
        Ok(Some(match self.file.at(offset)? {
            Object::Flag(flag) => Value::Boolean(flag),
            Object::Integer(number) => Value::Integer(number),
            Object::Real(number) => Value::Real(Real::new(number).ok_or(Problem::NotFinite)?),
            Object::Date(seconds) => Value::Date(date(seconds).ok_or(Problem::DateRange)?),
            Object::Data(bytes) => {
                self.amount(bytes.len())?;
                Value::Data(bytes.to_vec())
            }
            Object::Ascii(bytes) => Value::string(self.ascii(bytes)?),
            Object::Wide(bytes) => Value::string(self.wide(bytes)?),
            Object::Array(values) => {
                self.open(Frame { offset, path, want, next: 0, values, inner: Inner::array() })?;
                return Ok(None);
            }
            Object::Dictionary { keys, values } => {
                let inner = Inner::dictionary(keys);
                self.open(Frame { offset, path, want, next: 0, values, inner })?;
                return Ok(None);
            }
        }))
    }

    /// Its values are counted before any of them is read.
    fn open(&mut self, frame: Frame<'b, 'w>) -> Result<(), Problem> {
        if self.stack.iter().any(|outer| outer.offset == frame.offset) {
            return Err(Problem::Cycle);
        }
        self.count(frame.values.len())?;
        self.stack.push(frame);
        Ok(())
    }

    fn count(&mut self, more: usize) -> Result<(), Problem> {
        self.objects = self.objects.saturating_add(more);
        let most = self.budgets.objects;
        if self.objects > most { Err(Problem::Objects(most)) } else { Ok(()) }
    }

    fn amount(&mut self, more: usize) -> Result<(), Problem> {
        self.text = self.text.saturating_add(more);
        let most = self.budgets.text;
        if self.text > most { Err(Problem::Amount(most)) } else { Ok(()) }
    }

    /// Counted before it is looked at: a long key may be referred to as often as a file has room for.
    fn ascii(&mut self, bytes: &'b [u8]) -> Result<&'b str, Problem> {
        self.amount(bytes.len())?;
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii());
        text.ok_or(Problem::Ascii)
    }

    fn wide(&mut self, bytes: &[u8]) -> Result<String, Problem> {
        let units = || {
            bytes.chunks_exact(2).map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte)))
        };
        let lengths = char::decode_utf16(units()).map(|found| found.map(char::len_utf8));
        let length = lengths.sum::<Result<usize, _>>().map_err(|_| Problem::Surrogate)?;
        self.amount(length)?;
        let mut text = String::with_capacity(length);
        text.extend(char::decode_utf16(units()).map_while(Result::ok));
        Ok(text)
    }

    /// At the innermost container.
    fn here(&self, problem: Problem) -> ReadError {
        problem.at_path(self.stack.last().map(|frame| frame.path.clone()).unwrap_or_default())
    }

    fn origin(&self, path: KeyPath) -> Origin {
        Origin::Path { source: self.source, path }
    }
}

impl Frame<'_, '_> {
    /// Takes the next value.
    fn put(&mut self, (value, at): Finished) {
        match &mut self.inner {
            Inner::Array(values, places) => {
                values.push(value);
                places.push(at);
            }
            Inner::Dictionary { entries, places, key, .. } => {
                let key = std::mem::take(key);
                // A key has the place of its value.
                places.push(Entry::new(key.as_str(), at.at.clone(), at));
                entries.insert(key, value);
            }
        }
    }

    fn finish(self, source: SourceId) -> Finished {
        let at = Origin::Path { source, path: self.path };
        match self.inner {
            Inner::Array(values, places) => {
                (Value::Array(values), Places { at, inside: Inside::array(places) })
            }
            Inner::Dictionary { entries, places, .. } => {
                (Value::Dictionary(entries), Places { at, inside: Inside::dictionary(places) })
            }
        }
    }
}

impl<'b> Inner<'b> {
    fn array() -> Self {
        Self::Array(Vec::new(), Vec::new())
    }

    fn dictionary(keys: Refs<'b>) -> Self {
        Self::Dictionary { keys, entries: BTreeMap::new(), places: Vec::new(), key: String::new() }
    }
}

/// In whole seconds, rounded down, as macOS does when it writes a binary property list as XML: both forms of a
/// file are then the same value. Managed preferences have whole seconds, for they come from XML.
fn date(seconds: f64) -> Option<Date> {
    // Wider than all years that a date has, and exact in both types.
    const MOST: f64 = 1e12;
    let whole = seconds.floor();
    if !(-MOST..=MOST).contains(&whole) {
        return None;
    }
    Date::from_seconds(whole as i64 + FROM_1970)
}
