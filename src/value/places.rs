//! Where the pieces of a value came from: a tree of places beside the tree of values.

use crate::finding::Origin;
use std::collections::BTreeMap;

/// The place of a value, and of what is inside it.
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
    Array(Vec<Places>),
    /// The entries of a dictionary: the place of the key, and those of the value.
    Dictionary(BTreeMap<String, (Origin, Places)>),
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
            Inside::Dictionary(entries) => entries.get(key).map_or(self, |(_, places)| places),
            _ => self,
        }
    }

    /// The place of an entry's key, or of the whole where the entries have none.
    pub fn key(&self, key: &str) -> &Origin {
        match &self.inside {
            Inside::Dictionary(entries) => entries.get(key).map_or(&self.at, |(at, _)| at),
            _ => &self.at,
        }
    }
}
