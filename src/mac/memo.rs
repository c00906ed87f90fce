//! What many Macs have in common is read once: files that are the same to the byte, such as what one profile enforces.

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
/// The most bytes of files that are kept; then it begins anew.
const ALL: usize = 512 << 10;

/// Of which file what was asked: the number of a question, which has the same meaning for as long as there is a memo.
pub(super) type Question = usize;

/// Files that were read, by the question and by what is in them. It belongs to one [`Asked`](super::Asked), and to one thread.
#[derive(Debug, Default)]
pub struct Memo {
    held: RefCell<Held>,
}

#[derive(Debug, Default)]
struct Held {
    by_question: Vec<BTreeMap<Box<[u8]>, Keys>>,
    asked: BTreeMap<Box<[u8]>, Domains>,
    bytes: usize,
}

impl Memo {
    /// What was asked for, of the part of a snapshot's own file that says it; none where that says nothing of the kind.
    pub(super) fn asked(&self, part: &[u8], read: impl FnOnce() -> Option<Domains>) -> Option<Domains> {
        if part.len() > ALL {
            return read();
        }
        let mut held = self.held.borrow_mut();
        if let Some(known) = held.asked.get(part) {
            return Some(Arc::clone(known));
        }
        let domains = read()?;
        if held.bytes > ALL {
            *held = Held::default();
        }
        held.bytes += part.len();
        held.asked.insert(part.into(), Arc::clone(&domains));
        Some(domains)
    }

    /// The keys of a file: as they were read before, or as they are read now. A file that cannot be read is not kept.
    pub(super) fn keys(
        &self,
        question: Question,
        bytes: &[u8],
        read: impl FnOnce() -> Result<BTreeMap<String, Value>, String>,
    ) -> Result<Keys, String> {
        if bytes.len() > FILE {
            return read().map(Arc::new);
        }
        let mut held = self.held.borrow_mut();
        if let Some(known) = held.by_question.get(question).and_then(|known| known.get(bytes)) {
            return Ok(Arc::clone(known));
        }
        let keys = Arc::new(read()?);
        if held.bytes > ALL {
            *held = Held::default();
        }
        if held.by_question.len() <= question {
            held.by_question.resize_with(question + 1, BTreeMap::new);
        }
        held.bytes += bytes.len();
        if let Some(known) = held.by_question.get_mut(question) {
            known.insert(bytes.into(), Arc::clone(&keys));
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_has_its_own_answer_and_memory_is_bounded() {
        let memo = Memo::default();
        let of = |name: &str| Ok(BTreeMap::from([(name.to_owned(), Value::Boolean(true))]));
        let names = |keys: &Keys| keys.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&memo.keys(3, b"file", || of("a")).unwrap()), ["a"]);
        assert_eq!(names(&memo.keys(3, b"file", || of("never")).unwrap()), ["a"]);
        assert_eq!(names(&memo.keys(1, b"file", || of("b")).unwrap()), ["b"]);
        assert_eq!(memo.keys(1, b"bad", || Err("cut off".to_owned())), Err("cut off".to_owned()));
        assert_eq!(names(&memo.keys(1, b"bad", || of("c")).unwrap()), ["c"]);
        for number in 0..1000_u32 {
            let file = [&number.to_le_bytes()[..], &[7; 4000]].concat();
            memo.keys(0, &file, || of("x")).unwrap();
            assert!(memo.held.borrow().bytes <= ALL + FILE);
        }
        memo.keys(0, &[7; FILE + 1], || of("x")).unwrap();
        assert!(!memo.held.borrow().by_question[0].contains_key(&[7; FILE + 1][..]));
        memo.asked(&vec![7; ALL + 1], || Some(Domains::default())).unwrap();
        assert!(memo.held.borrow().asked.is_empty());
    }
}
