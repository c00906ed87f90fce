//! `[applies-to]`: the Macs that a plan is for.

use crate::finding::Origin;
use crate::version::Ranges;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The Macs that a plan is for: those that meet every condition in it. One without conditions is for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppliesTo {
    /// The versions of macOS.
    pub macos: Option<Ranges>,
    /// Apps that are installed, by product, in one of these versions; none: the app is not installed.
    pub apps: BTreeMap<String, Ranges>,
    /// Patterns of which the serial number fits one; with `name`, either will do.
    pub serial: Vec<String>,
    /// Patterns of which the Mac's name fits one.
    pub name: Vec<String>,
    /// Patterns of which an attribute fits one, by its column in a table of the site's.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Where the table stands that says so last.
    pub origin: Option<Origin>,
}

impl AppliesTo {
    /// Whether it is for all Macs.
    pub fn is_everyone(&self) -> bool {
        self.macos.is_none()
            && self.apps.is_empty()
            && self.serial.is_empty()
            && self.name.is_empty()
            && self.attributes.is_empty()
    }

    /// As JSON: only the conditions that there are; each range is a text of its own, none of an app is `[]`.
    pub fn to_json(&self) -> Json {
        let texts =
            |ranges: &Ranges| -> Json { ranges.as_slice().iter().map(|range| range.to_string()).collect() };
        let mut fields = Map::new();
        if let Some(macos) = &self.macos {
            fields.insert("macOS".to_owned(), texts(macos));
        }
        for (name, list) in [("serial", &self.serial), ("name", &self.name)] {
            if !list.is_empty() {
                fields.insert(name.to_owned(), json!(list));
            }
        }
        if !self.apps.is_empty() {
            let apps = self.apps.iter().map(|(product, ranges)| (product.clone(), texts(ranges)));
            fields.insert("apps".to_owned(), apps.collect::<Map<_, _>>().into());
        }
        if !self.attributes.is_empty() {
            fields.insert("attributes".to_owned(), json!(self.attributes));
        }
        fields.into()
    }
}
