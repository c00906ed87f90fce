//! What a snapshot says of itself: `prefsmith-snapshot.plist` at its top, which the collector writes.

use super::MacError;
use super::tree::Tree;
use crate::finding::Sources;
use crate::value::read::{Budgets, Wanted, read};
use crate::value::{Date, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The file that makes a folder or an archive a snapshot.
pub const ABOUT: &str = "/prefsmith-snapshot.plist";
/// The format of snapshots that this prefsmith reads.
pub const FORMAT: i128 = 1;
/// The largest such file, in bytes.
const LARGEST: usize = 4 << 20;

/// What is known of a Mac beside its preferences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Whether it is a snapshot; otherwise a Mac's disk.
    pub snapshot: bool,
    /// Whether it is the Mac that runs, which answers for the preferences of who is logged in.
    pub live: bool,
    /// When it was taken.
    pub taken: Option<Date>,
    /// The Mac's serial number.
    pub serial: Option<String>,
    /// The Mac's name.
    pub name: Option<String>,
    /// The hardware UUID, by which ByHost files are named.
    pub hardware_uuid: Option<String>,
    /// Who was logged in.
    pub console_user: Option<String>,
    /// The version of the collector.
    pub collector: Option<String>,
    /// Whether only what profiles enforce was collected.
    pub managed_only: bool,
    /// The keys that the collector was asked for, by domain; of others nobody knows. None: it does not say, and what
    /// is not there is taken for not set.
    pub collected: Option<BTreeMap<String, BTreeSet<String>>>,
    /// What the collector could not read, and why. A path speaks for all that lies below it.
    pub unreadable: BTreeMap<String, String>,
}

impl About {
    /// Why a path could not be collected, if it could not.
    pub fn unreadable(&self, path: &str) -> Option<&str> {
        let below = |folder: &str| {
            path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        };
        self.unreadable.iter().find(|(folder, _)| below(folder)).map(|(_, why)| why.as_str())
    }

    /// Whether apps and containers were looked for, so that one that is not there is none: on a disk, and by a collector
    /// that says what it was asked for, which was more than the managed layer.
    pub fn looked_for_apps(&self) -> bool {
        !self.snapshot || self.collected.is_some() && !self.managed_only
    }

    /// Why a snapshot has nothing to say of a key, if it has not: of no layer at all, or of all but the managed ones.
    pub fn silent(&self, domain: &str, key: &str) -> Option<(Silence, &'static str)> {
        match self.collected.as_ref().map(|collected| collected.get(domain)) {
            Some(None) => Some((Silence::Everywhere, "the snapshot was not asked for this domain")),
            Some(Some(keys)) if !keys.contains(key) => {
                Some((Silence::Below, "the snapshot was not asked for this key"))
            }
            _ if self.managed_only => Some((Silence::Below, "the snapshot holds only what profiles enforce")),
            _ => None,
        }
    }
}

/// Of which layers a snapshot knows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Of all.
    Everywhere,
    /// Of those below the managed ones.
    Below,
}

impl About {
    /// Reads what a snapshot says of itself; of a Mac's disk nothing is known.
    ///
    /// # Errors
    /// Its file is no good.
    pub fn read(tree: &dyn Tree) -> Result<Self, MacError> {
        about(tree)
    }
}

/// Reads what a snapshot says of itself; of a Mac's disk nothing is known.
pub(super) fn about(tree: &dyn Tree) -> Result<About, MacError> {
    if let Some(about) = tree.about() {
        return Ok(about);
    }
    let refuse = |why: String| MacError::Snapshot(why);
    let bytes = tree.read(ABOUT, LARGEST).map_err(|error| refuse(error.to_string()))?;
    let Some(bytes) = bytes else { return Ok(About::default()) };
    let source = Sources::new().add(ABOUT, "");
    let budgets = Budgets { bytes: LARGEST, ..Budgets::default() };
    let value = read(&bytes, source, &budgets, &Wanted::Everything);
    let Value::Dictionary(entries) = value.map_err(|error| refuse(error.to_string()))?.value else {
        return Err(refuse("it is no dictionary".to_owned()));
    };
    match entries.get("format") {
        Some(Value::Integer(format)) if format.get() == FORMAT => {}
        Some(Value::Integer(format)) if format.get() > FORMAT => {
            return Err(refuse(format!(
                "its format is {format}, and this prefsmith reads {FORMAT}: update prefsmith"
            )));
        }
        _ => return Err(refuse("it does not say its `format`".to_owned())),
    }
    let text = |key: &str| match entries.get(key) {
        Some(Value::String(text)) => text.as_literal().filter(|text| !text.is_empty()).map(str::to_owned),
        _ => None,
    };
    let unreadable = match entries.get("unreadable") {
        Some(Value::Dictionary(list)) => list.iter().map(|(path, why)| (path.clone(), reason(why))).collect(),
        _ => BTreeMap::new(),
    };
    let names = |value: &Value| match value {
        Value::Array(items) => items.iter().filter_map(literal).collect(),
        _ => BTreeSet::new(),
    };
    let collected = match entries.get("collected") {
        Some(Value::Dictionary(list)) => {
            Some(list.iter().map(|(domain, keys)| (domain.clone(), names(keys))).collect())
        }
        _ => None,
    };
    Ok(About {
        snapshot: true,
        managed_only: entries.get("managed-only") == Some(&Value::Boolean(true)),
        collected,
        live: false,
        taken: match entries.get("taken") {
            Some(Value::Date(date)) => Some(*date),
            _ => None,
        },
        serial: text("serial"),
        name: text("name"),
        hardware_uuid: text("hardware-uuid"),
        console_user: text("console-user"),
        collector: text("collector"),
        unreadable,
    })
}

fn literal(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.as_literal().map(str::to_owned),
        _ => None,
    }
}

fn reason(why: &Value) -> String {
    match why {
        Value::String(text) => text.as_literal().unwrap_or_default().to_owned(),
        _ => "the collector did not say why".to_owned(),
    }
}
