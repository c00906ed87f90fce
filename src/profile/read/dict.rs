//! A dictionary with its places, and typed looks into it.

use crate::finding::Origin;
use crate::value::{Places, Value};
use std::collections::BTreeMap;

/// A dictionary with its places.
#[derive(Clone, Debug)]
pub struct Dict {
    /// Its entries.
    pub entries: BTreeMap<String, Value>,
    /// Where they stand.
    pub places: Places,
}

impl Dict {
    /// An empty one, at a place.
    pub fn empty(at: Origin) -> Self {
        Self { entries: BTreeMap::new(), places: Places::leaf(at) }
    }

    /// A dictionary; none if the value is something else.
    pub fn new(value: Value, places: Places) -> Option<Self> {
        match value {
            Value::Dictionary(entries) => Some(Self { entries, places }),
            _ => None,
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.get(key)
    }

    /// The text of a key; none if it is missing or no text.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.entries.get(key) {
            Some(Value::String(text)) => text.as_literal(),
            _ => None,
        }
    }

    /// Where a key stands, or the whole where it is missing.
    pub fn key_at(&self, key: &str) -> &Origin {
        self.places.key(key)
    }

    /// Where the value of a key stands, or the whole where it is missing.
    pub fn at(&self, key: &str) -> &Origin {
        &self.places.entry(key).at
    }
}
