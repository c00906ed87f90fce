//! What a snapshot says of itself: `prefsmith-snapshot.plist` at its top, which the collector writes.

use super::MacError;
use super::memo::{Domains, Memo};
use super::plain::plain;
use super::tree::Tree;
use crate::finding::Sources;
use crate::value::read::{Budgets, Wanted, read};
use crate::value::{Date, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
    pub collected: Option<Arc<BTreeMap<String, BTreeSet<String>>>>,
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
        about(tree, &Memo::default())
    }
}

/// Reads what a snapshot says of itself; of a Mac's disk nothing is known.
pub(super) fn about(tree: &dyn Tree, memo: &Memo) -> Result<About, MacError> {
    if let Some(about) = tree.about() {
        return Ok(about);
    }
    let refuse = |why: String| MacError::Snapshot(why);
    let bytes = tree.read(ABOUT, LARGEST).map_err(|error| refuse(error.to_string()))?;
    let Some(bytes) = bytes else { return Ok(About::default()) };
    if let Some(plain) = plain(&bytes, memo, domains_of) {
        return Ok(plain.about);
    }
    let entries = entries(&bytes).map_err(refuse)?;
    let collected = domains(entries.get("collected"));
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

/// What a snapshot's own file says.
fn entries(bytes: &[u8]) -> Result<BTreeMap<String, Value>, String> {
    let source = Sources::new().add(ABOUT, "");
    let budgets = Budgets { bytes: LARGEST, ..Budgets::default() };
    let read = read(bytes, source, &budgets, &Wanted::Everything);
    match read.map_err(|error| error.to_string())?.value {
        Value::Dictionary(entries) => Ok(entries),
        _ => Err("it is no dictionary".to_owned()),
    }
}

/// Keys by their domains, as they stand in a dictionary.
pub(super) fn domains_of(inside: &[u8]) -> Option<Domains> {
    let whole = [b"<plist><dict>", inside, b"</dict></plist>"].concat();
    domains(Some(&Value::Dictionary(entries(&whole).ok()?)))
}

/// Keys by their domains.
fn domains(value: Option<&Value>) -> Option<Domains> {
    let names = |value: &Value| match value {
        Value::Array(items) => items.iter().filter_map(literal).collect(),
        _ => BTreeSet::new(),
    };
    match value {
        Some(Value::Dictionary(list)) => {
            Some(Arc::new(list.iter().map(|(domain, keys)| (domain.clone(), names(keys))).collect()))
        }
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mac::world::World;

    const ASKED: &str = "<key>collected</key>\n<dict><key>a.b</key><array><string>K</string></array></dict>";

    /// What stands around the part that is read once changes nothing of what is read.
    #[test]
    fn read_in_one_pass_or_not_it_says_the_same() {
        let memo = Memo::default();
        let about = |inside: &str| about(&World::default().with(ABOUT, inside), &memo);
        let serial = "<key>serial</key><string>A1</string>";
        let format = "<key>format</key><integer>1</integer>";
        for inside in [
            format!("{ASKED}{format}{serial}"),
            format!("{serial}{format}{ASKED}"),
            // As a whole: a comment, and a space in a tag.
            format!("<!-- x -->{format}{serial}{ASKED}"),
            format!("{format}{serial}{}", ASKED.replace("<dict>", "<dict >")),
        ] {
            for _ in 0..2 {
                let about = about(&inside).unwrap();
                assert_eq!(about.serial.as_deref(), Some("A1"), "{inside}");
                let asked = about.collected.as_deref().unwrap();
                assert_eq!(asked.get("a.b").unwrap().iter().collect::<Vec<_>>(), ["K"], "{inside}");
            }
        }
        // In another dictionary it is none, and twice it is an error.
        let nested = format!("<key>unreadable</key><dict>{ASKED}</dict>{format}");
        assert!(about(&nested).unwrap().collected.is_none());
        assert!(about(&format!("{ASKED}{format}{ASKED}")).is_err());
        assert!(about(&format!("{ASKED}{format}<key>x")).is_err());
    }
}
