//! What many Macs have in common is read once: files that are the same to the byte, such as what one profile enforces.

use super::recent::{Recent, RecentBytes};
use crate::value::Value;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The keys of a preference file.
pub(super) type Keys = Arc<BTreeMap<String, Value>>;

/// Keys by their domains, as a snapshot says which were asked for.
pub(super) type Domains = Arc<BTreeMap<String, BTreeSet<String>>>;

/// The largest file that is kept, in bytes.
const FILE: usize = 16 << 10;
/// The most bytes of files in one generation of what is kept.
const ALL: usize = 1 << 20;
/// How many files are remembered to have been seen.
const SEEN: usize = 1 << 12;

/// Of which file what was asked: the number of a question, which has the same meaning for as long as there is a memo.
pub(super) type Question = usize;

/// The number of something that was read: what has the same number is the same, and no number is given twice.
pub(super) type Number = u32;

/// A file that was looked at: where it lies, what was asked of it, and the number of what was in it, if that has one.
pub(super) type Looked = (String, Question, Option<Number>);

/// Files that were read, by the question and by what is in them. It belongs to one [`Asked`](super::Asked), and to one thread.
#[derive(Debug)]
pub struct Memo {
    held: RefCell<Held>,
}

#[derive(Debug)]
struct Held {
    by_file: RecentBytes<(Keys, Number)>,
    /// Files that differ may hold the same of what was asked.
    by_keys: Recent<Keys, Number>,
    by_part: RecentBytes<(Domains, Number)>,
    /// The check sums of files that were seen, each in its place.
    seen: Box<[u32]>,
    last: Number,
    /// What was looked at since somebody wanted to know.
    looked: Option<Vec<Looked>>,
}

impl Default for Memo {
    fn default() -> Self {
        let held = Held {
            by_file: RecentBytes::new(ALL),
            by_keys: Recent::new(ALL),
            by_part: RecentBytes::new(ALL),
            seen: vec![0; SEEN].into(),
            last: 0,
            looked: None,
        };
        Self { held: RefCell::new(held) }
    }
}

impl Held {
    fn number(&mut self) -> Option<Number> {
        self.last = self.last.checked_add(1)?;
        Some(self.last)
    }

    /// Keeps what a file holds.
    fn keep(&mut self, question: Question, (bytes, sum): (&[u8], u32), keys: &Keys) -> Option<Number> {
        let number = match self.by_keys.get(keys) {
            Some(number) => number,
            None => {
                let number = self.number()?;
                self.by_keys.put(Arc::clone(keys), number, bytes.len());
                number
            }
        };
        // Many files are seen once, and would drive out those that are seen again and again.
        if let Some(seen) = usize::try_from(sum).ok().and_then(|at| self.seen.get_mut(at % SEEN)) {
            if *seen == sum {
                self.by_file.put(question, bytes, sum, (Arc::clone(keys), number));
            }
            *seen = sum;
        }
        Some(number)
    }
}

impl Memo {
    /// What was asked for, of the part of a snapshot's own file that says it; none where that says nothing of the kind.
    pub(super) fn asked(
        &self,
        part: &[u8],
        read: impl FnOnce() -> Option<Domains>,
    ) -> Option<(Domains, Number)> {
        let mut held = self.held.borrow_mut();
        let sum = crc32fast::hash(part);
        if let Some(known) = held.by_part.get(0, part, sum) {
            return Some(known);
        }
        let known = (read()?, held.number()?);
        held.by_part.put(0, part, sum, known.clone());
        Some(known)
    }

    /// The keys of a file, and their number: as they were read before, or as they are read now. A file that cannot be read,
    /// or that is large, is not kept and has none.
    pub(super) fn keys(
        &self,
        question: Question,
        bytes: &[u8],
        read: impl FnOnce() -> Result<BTreeMap<String, Value>, String>,
    ) -> (Result<Keys, String>, Option<Number>) {
        if bytes.len() > FILE {
            return (read().map(Arc::new), None);
        }
        let mut held = self.held.borrow_mut();
        let sum = crc32fast::hash(bytes);
        if let Some((keys, number)) = held.by_file.get(question, bytes, sum) {
            return (Ok(keys), Some(number));
        }
        let keys = read().map(Arc::new);
        let number = keys.as_ref().ok().and_then(|keys| held.keep(question, (bytes, sum), keys));
        (keys, number)
    }

    /// Notes that a file was looked at, if somebody wants to know.
    pub(super) fn saw(&self, path: &str, question: Question, number: Option<Number>) {
        if let Some(looked) = &mut self.held.borrow_mut().looked {
            looked.push((path.to_owned(), question, number));
        }
    }

    /// From now on it is noted what is looked at.
    pub(super) fn note(&self) {
        self.held.borrow_mut().looked = Some(Vec::new());
    }

    /// What was looked at since.
    pub(super) fn noted(&self) -> Vec<Looked> {
        self.held.borrow_mut().looked.take().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_has_its_own_answer_and_memory_is_bounded() {
        let memo = Memo::default();
        let of = |name: &str| Ok(BTreeMap::from([(name.to_owned(), Value::Boolean(true))]));
        let names = |(keys, _): (Result<Keys, String>, _)| keys.unwrap().keys().cloned().collect::<Vec<_>>();
        // What was seen once may not be seen again; what was seen twice is kept.
        assert_eq!(names(memo.keys(3, b"file", || of("a"))), ["a"]);
        assert_eq!(names(memo.keys(3, b"file", || of("a"))), ["a"]);
        assert_eq!(names(memo.keys(3, b"file", || of("never"))), ["a"]);
        assert_eq!(names(memo.keys(1, b"file", || of("b"))), ["b"]);
        assert_eq!(memo.keys(1, b"bad", || Err("cut off".to_owned())), (Err("cut off".to_owned()), None));
        assert_eq!(names(memo.keys(1, b"bad", || of("c"))), ["c"]);
        for number in 0..1000_u32 {
            let file = [&number.to_le_bytes()[..], &[7; 4000]].concat();
            memo.keys(0, &file, || of("x")).0.unwrap();
            memo.keys(0, &file, || of("x")).0.unwrap();
        }
        let kept = |file: &[u8]| memo.keys(0, file, || of("new")).0.unwrap().contains_key("x");
        assert!(kept(&[&999_u32.to_le_bytes()[..], &[7; 4000]].concat()));
        assert!(!kept(&[&0_u32.to_le_bytes()[..], &[7; 4000]].concat()));
        memo.keys(0, &[7; FILE + 1], || of("x")).0.unwrap();
        assert!(!kept(&[7; FILE + 1]));
        let part = vec![7; ALL + 1];
        let (_, one) = memo.asked(&part, || Some(Domains::default())).unwrap();
        let (_, other) = memo.asked(&part, || Some(Domains::default())).unwrap();
        assert_ne!(one, other);
    }

    #[test]
    fn what_holds_the_same_has_the_same_number() {
        let memo = Memo::default();
        let of = |name: &str| Ok(BTreeMap::from([(name.to_owned(), Value::Boolean(true))]));
        memo.note();
        let number = |file: &str, name: &str| {
            let (_, number) = memo.keys(0, file.as_bytes(), || of(name));
            memo.saw(file, 0, number);
            number.unwrap()
        };
        let (one, same, other) = (number("one", "a"), number("two", "a"), number("three", "b"));
        assert_eq!((one, number("one", "a")), (same, one));
        assert_ne!(one, other);
        let looked = |file: &str, number| (file.to_owned(), 0, Some(number));
        assert_eq!(
            memo.noted(),
            [looked("one", one), looked("two", one), looked("three", other), looked("one", one)]
        );
        assert_eq!(memo.noted(), []);
    }
}
