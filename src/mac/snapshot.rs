//! What a snapshot says of itself: `prefsmith-snapshot.plist` at its top, which the collector writes.

use super::MacError;
use super::tree::Tree;
use crate::finding::Sources;
use crate::value::read::{Budgets, Wanted, read};
use crate::value::{Date, Value};
use std::collections::BTreeMap;

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
    Ok(About {
        snapshot: true,
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

fn reason(why: &Value) -> String {
    match why {
        Value::String(text) => text.as_literal().unwrap_or_default().to_owned(),
        _ => "the collector did not say why".to_owned(),
    }
}
