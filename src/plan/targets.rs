//! What a policy says of single targets: the fields of `[target.NAME]`, which are of no matter to what a Mac gets.

use crate::finding::Origin;
use std::collections::BTreeMap;

/// The value of a field, with the places of its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// One text.
    Text(String, Origin),
    /// Several texts; one that stands alone is a list of one.
    List(Vec<(String, Origin)>),
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
}

/// One `[target.NAME]`. Which fields a target has, and of what kind, is the matter of the policy's reader, which lets
/// nothing else through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetOptions {
    /// Where the table stands; none: nowhere.
    pub origin: Option<Origin>,
    /// Its fields, by name, with the place of each.
    pub fields: BTreeMap<String, (Given, Origin)>,
    /// How this MDM spells identity tokens, by the token's name, where the policy says it itself.
    pub placeholders: BTreeMap<String, (String, Origin)>,
}

impl TargetOptions {
    /// No options.
    pub const fn nothing() -> Self {
        Self { origin: None, fields: BTreeMap::new(), placeholders: BTreeMap::new() }
    }

    /// The text of a field.
    pub fn text(&self, field: &str) -> Option<&str> {
        match &self.fields.get(field)?.0 {
            Given::Text(text, _) => Some(text),
            _ => None,
        }
    }

    /// The texts of a field; empty if it is not there.
    pub fn list(&self, field: &str) -> Vec<&str> {
        match self.fields.get(field) {
            Some((Given::List(list), _)) => list.iter().map(|(text, _)| text.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether a field says yes; none if it is not there.
    pub fn flag(&self, field: &str) -> Option<bool> {
        match self.fields.get(field)?.0 {
            Given::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    /// The number of a field.
    pub fn number(&self, field: &str) -> Option<i64> {
        match self.fields.get(field)?.0 {
            Given::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Where a field stands.
    pub fn origin_of(&self, field: &str) -> Option<&Origin> {
        self.fields.get(field).map(|(_, origin)| origin)
    }
}
