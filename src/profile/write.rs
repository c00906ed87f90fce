//! The writer of profiles: every key of the envelope that a Mac or an MDM goes by, strictly typed.

use crate::plan::Channel;
use crate::value::write::{WriteError, to_xml};
use crate::value::{Date, DomainName, Integer, KeyName, Value};
use std::collections::BTreeMap;

/// `TargetDeviceType` of a Mac (macOS 10.15 and later).
const MAC: i64 = 5;
/// The payload that carries preferences of any domain.
pub(super) const MCX: &str = "com.apple.ManagedClient.preferences";

/// A profile to be written.
#[derive(Clone, Debug)]
pub struct Profile {
    /// `PayloadIdentifier`: a profile with the same one is replaced.
    pub identifier: String,
    /// `PayloadUUID`.
    pub uuid: String,
    /// `PayloadDisplayName`: what Settings and MDMs show.
    pub name: String,
    /// `PayloadDescription`.
    pub description: Option<String>,
    /// `PayloadOrganization`.
    pub organization: Option<String>,
    /// `PayloadScope`.
    pub channel: Channel,
    /// One payload for each domain.
    pub payloads: Vec<Payload>,
    /// Payloads that are carried as they stand, after the others.
    pub passed: Vec<BTreeMap<String, Value>>,
}

/// The preferences of one domain.
#[derive(Clone, Debug)]
pub struct Payload {
    /// The domain.
    pub domain: DomainName,
    /// `PayloadIdentifier`.
    pub identifier: String,
    /// `PayloadUUID`.
    pub uuid: String,
    /// `PayloadDisplayName`.
    pub name: String,
    /// The keys.
    pub content: Content,
}

/// How the keys of a payload are carried.
#[derive(Clone, Debug)]
pub enum Content {
    /// Inside `com.apple.ManagedClient.preferences`.
    Mcx {
        /// Enforced values.
        forced: BTreeMap<KeyName, Value>,
        /// Starting values, with the stamp that tells when they were last meant to be written.
        set_once: Option<(BTreeMap<KeyName, Value>, Date)>,
    },
    /// Beside the keys of the payload itself; always enforced.
    Domain(BTreeMap<KeyName, Value>),
}

type Entries = BTreeMap<String, Value>;

fn put(entries: &mut Entries, key: &str, value: Value) {
    entries.insert(key.to_owned(), value);
}

fn text(entries: &mut Entries, key: &str, value: &str) {
    // A name with `${` in it is a name: identity tokens stand in values only.
    put(entries, key, Value::string(value));
}

fn head(entries: &mut Entries, kind: &str, identifier: &str, uuid: &str, name: &str) {
    text(entries, "PayloadType", kind);
    put(entries, "PayloadVersion", Value::Integer(Integer::from(1_i64)));
    text(entries, "PayloadIdentifier", identifier);
    text(entries, "PayloadUUID", uuid);
    text(entries, "PayloadDisplayName", name);
}

fn settings(keys: &BTreeMap<KeyName, Value>) -> Value {
    Value::Dictionary(keys.iter().map(|(key, value)| (key.as_str().to_owned(), value.clone())).collect())
}

fn one(key: &str, value: Value) -> Value {
    Value::Dictionary(BTreeMap::from([(key.to_owned(), value)]))
}

impl Payload {
    fn to_value(&self) -> Value {
        let mut entries = Entries::new();
        match &self.content {
            Content::Mcx { forced, set_once } => {
                let mut states = Entries::new();
                if !forced.is_empty() {
                    let forced = one("mcx_preference_settings", settings(forced));
                    put(&mut states, "Forced", Value::Array(vec![forced]));
                }
                if let Some((keys, stamp)) = set_once {
                    let mut once = Entries::new();
                    put(&mut once, "mcx_data_timestamp", Value::Date(*stamp));
                    put(&mut once, "mcx_preference_settings", settings(keys));
                    put(&mut states, "Set-Once", Value::Array(vec![Value::Dictionary(once)]));
                }
                put(&mut entries, "PayloadContent", one(self.domain.as_str(), Value::Dictionary(states)));
                head(&mut entries, MCX, &self.identifier, &self.uuid, &self.name);
            }
            Content::Domain(keys) => {
                for (key, value) in keys {
                    put(&mut entries, key.as_str(), value.clone());
                }
                head(&mut entries, self.domain.as_str(), &self.identifier, &self.uuid, &self.name);
            }
        }
        Value::Dictionary(entries)
    }
}

impl Profile {
    /// The payloads, each a dictionary with its envelope.
    pub fn payload_values(&self) -> Vec<Value> {
        let passed = self.passed.iter().cloned().map(Value::Dictionary);
        self.payloads.iter().map(Payload::to_value).chain(passed).collect()
    }

    /// The profile as an XML property list.
    ///
    /// # Errors
    /// A text that XML cannot carry, or an identity token that was not replaced.
    pub fn to_xml(&self) -> Result<Vec<u8>, WriteError> {
        let mut entries = Entries::new();
        head(&mut entries, "Configuration", &self.identifier, &self.uuid, &self.name);
        for (key, value) in
            [("PayloadDescription", &self.description), ("PayloadOrganization", &self.organization)]
        {
            if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
                text(&mut entries, key, value);
            }
        }
        let scope = match self.channel {
            Channel::Device => "System",
            Channel::User => "User",
        };
        text(&mut entries, "PayloadScope", scope);
        put(&mut entries, "TargetDeviceType", Value::Integer(Integer::from(MAC)));
        put(&mut entries, "PayloadContent", Value::Array(self.payload_values()));
        to_xml(&Value::Dictionary(entries))
    }
}
