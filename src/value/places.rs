//! Where the pieces of a value came from: a tree of places beside the tree of values.

use crate::finding::Origin;
use std::sync::Arc;

/// The place of a value, and of what is inside it. Copies share their inside: the plan, the payload and the profile that
/// one value belongs to each have its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The value itself.
    pub at: Origin,
    /// What is inside.
    pub inside: Inside,
}

/// The places inside a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inside {
    /// Nothing is inside.
    Leaf,
    /// The items of an array.
    Array(Arc<[Places]>),
    /// The entries of a dictionary, in the order of their keys, each key once.
    Dictionary(Arc<[Entry]>),
}

/// The places of one entry of a dictionary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Box<str>,
    /// Where the key stands.
    pub at: Origin,
    /// Where the value stands.
    pub places: Places,
}

impl Entry {
    /// The places of an entry.
    pub fn new(key: impl Into<Box<str>>, at: impl Into<Origin>, places: Places) -> Self {
        Self { key: key.into(), at: at.into(), places }
    }
}

impl Inside {
    /// The inside of an array.
    pub fn array(items: Vec<Places>) -> Self {
        Self::Array(items.into())
    }

    /// The inside of a dictionary, its entries in any order; of a key that comes twice, the later counts.
    pub fn dictionary(mut entries: Vec<Entry>) -> Self {
        entries.sort_by(|one, other| one.key.cmp(&other.key));
        // `dedup_by` takes out the later of two: it goes where the earlier stood.
        entries.dedup_by(|later, earlier| {
            let same = later.key == earlier.key;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        Self::Dictionary(entries.into())
    }
}

impl Places {
    /// The place of something without an inside.
    pub fn leaf(at: impl Into<Origin>) -> Self {
        Self { at: at.into(), inside: Inside::Leaf }
    }

    /// The place of an item, or of the whole where the items have none.
    pub fn item(&self, index: usize) -> &Places {
        match &self.inside {
            Inside::Array(items) => items.get(index).unwrap_or(self),
            _ => self,
        }
    }

    /// The place of an entry's value, or of the whole where the entries have none.
    pub fn entry(&self, key: &str) -> &Places {
        match &self.inside {
            Inside::Dictionary(entries) => find(entries, key).map_or(self, |entry| &entry.places),
            _ => self,
        }
    }

    /// The place of an entry's key, or of the whole where the entries have none.
    pub fn key(&self, key: &str) -> &Origin {
        match &self.inside {
            Inside::Dictionary(entries) => find(entries, key).map_or(&self.at, |entry| &entry.at),
            _ => &self.at,
        }
    }
}

fn find<'e>(entries: &'e [Entry], key: &str) -> Option<&'e Entry> {
    let at = entries.binary_search_by(|entry| (*entry.key).cmp(key)).ok()?;
    entries.get(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Sources;

    #[test]
    fn entries_are_found_by_their_keys_and_the_later_of_two_counts() {
        let source = Sources::new().add("a", "");
        let at = |start| Origin::from(crate::finding::Span { source, start, end: start + 1 });
        let entry = |key: &str, start| Entry::new(key, at(start), Places::leaf(at(start + 1)));
        let entries = vec![entry("b", 0), entry("a", 10), entry("b", 20), entry("c", 30)];
        let places = Places { at: at(90), inside: Inside::dictionary(entries) };
        let found = ["a", "b", "c", "d"].map(|key| (places.key(key).clone(), places.entry(key).at.clone()));
        assert_eq!(found, [(at(10), at(11)), (at(20), at(21)), (at(30), at(31)), (at(90), at(90))]);
    }
}
