//! The identifiers of a profile that is deployed already, so that its successor replaces it on every Mac.

use super::Kept;
use super::write::MCX;
use crate::finding::{Origin, Sources};
use crate::value::read::{Budgets, ReadError, Spot, Wanted, plain, read};
use crate::value::{MAX_DEPTH, Places, Value};
use std::collections::BTreeMap;

/// How many levels a profile puts around a value.
const AROUND: usize = 8;

/// Why the identifiers of a file cannot be kept. `Display` starts with the place, where there is one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeptError {
    /// The file is no property list that can be read.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
    /// The file is a property list, but not the profile that is needed.
    #[error("{}{problem}", .at.prefix())]
    Unfit {
        /// What is wrong.
        problem: KeptProblem,
        /// Where.
        at: Spot,
    },
}

/// What a profile lacks, so that its identifiers cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeptProblem {
    /// Another property list.
    #[error("this is no configuration profile: its PayloadType is not `Configuration`")]
    NoProfile,
    /// `EncryptedPayloadContent`.
    #[error("the payloads of this profile are encrypted")]
    Encrypted,
    /// No list of payloads.
    #[error("this profile has no payloads: PayloadContent is no array of dictionaries")]
    NoPayloads,
    /// A key of the envelope is missing, or is no text.
    #[error("{owner} has no {key}")]
    Missing {
        /// `the profile` or `the payload`.
        owner: &'static str,
        /// The key.
        key: &'static str,
    },
    /// A UUID that is none.
    #[error("the PayloadUUID of {0} is no UUID such as 6D1F36B5-0C35-5D9C-9B8E-58F08A1D7C42")]
    Uuid(&'static str),
    /// A preference payload without a domain.
    #[error("this payload carries no preference domain: its PayloadContent is no dictionary of domains")]
    NoDomain,
    /// One domain in two payloads: which identifiers are to be kept?
    #[error("two payloads carry {domain}; the first is at {first}")]
    Domain {
        /// The domain.
        domain: String,
        /// Where the first payload names it.
        first: Spot,
    },
    /// One UUID in two payloads, which a profile must not have.
    #[error("two payloads have one PayloadUUID; the first is at {0}")]
    Twice(Spot),
    /// The UUID of the profile in a payload, which a profile must not have.
    #[error("this payload has the PayloadUUID of the profile itself, at {0}")]
    Own(Spot),
}

/// A dictionary and its places.
#[derive(Clone, Copy)]
struct Envelope<'v> {
    owner: &'static str,
    entries: &'v BTreeMap<String, Value>,
    places: &'v Places,
}

type Unfit<'v> = (KeptProblem, &'v Origin);

/// Reads the identifiers of a profile: its own, and those of the payload of each preference domain.
///
/// A payload of `com.apple.ManagedClient.preferences` carries the domains inside it, any other payload the domain
/// that its type names. Of a type of Apple's that several payloads have (certificates, networks), none is kept:
/// such payloads carry no preferences.
///
/// # Errors
/// The file is no profile, an identifier is missing or no UUID, or it is not clear which ones belong to a
/// domain.
pub fn kept(bytes: &[u8]) -> Result<Kept, KeptError> {
    let source = Sources::new().add("", "");
    let budgets = Budgets { depth: MAX_DEPTH + AROUND, ..Budgets::default() };
    let plain = plain(bytes, &budgets)?;
    let read = read(&plain.bytes, source, &budgets, &Wanted::Everything)?;
    profile(&read.value, &read.places, &plain.bytes)
        .map_err(|(problem, origin)| KeptError::Unfit { problem, at: Spot::of(origin, &plain.bytes) })
}

fn profile<'v>(value: &'v Value, places: &'v Places, bytes: &'v [u8]) -> Result<Kept, Unfit<'v>> {
    let Value::Dictionary(entries) = value else { return Err((KeptProblem::NoProfile, &places.at)) };
    let envelope = Envelope { owner: "the profile", entries, places };
    if envelope.text("PayloadType").is_none_or(|kind| kind != "Configuration") {
        return Err((KeptProblem::NoProfile, &places.entry("PayloadType").at));
    }
    let (identifier, uuid) = envelope.identity()?;
    if entries.contains_key("EncryptedPayloadContent") {
        return Err((KeptProblem::Encrypted, places.key("EncryptedPayloadContent")));
    }
    let list = places.entry("PayloadContent");
    let Some(Value::Array(items)) = entries.get("PayloadContent") else {
        return Err((KeptProblem::NoPayloads, &list.at));
    };
    let own = (uuid.to_uppercase(), &places.entry("PayloadUUID").at);
    let mut payloads = Payloads { bytes, own, seen: BTreeMap::new(), uuids: BTreeMap::new() };
    for (index, item) in items.iter().enumerate() {
        let places = list.item(index);
        let Value::Dictionary(entries) = item else { return Err((KeptProblem::NoPayloads, &places.at)) };
        payloads.add(Envelope { owner: "the payload", entries, places })?;
    }
    let payloads = payloads.seen.into_iter().filter_map(|(domain, seen)| Some((domain, seen.identity?)));
    Ok(Kept { identifier, uuid, payloads: payloads.collect() })
}

impl<'v> Envelope<'v> {
    fn text(&self, key: &str) -> Option<&'v str> {
        match self.entries.get(key) {
            Some(Value::String(text)) => text.as_literal().filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    fn need(&self, key: &'static str) -> Result<&'v str, Unfit<'v>> {
        let missing = || (KeptProblem::Missing { owner: self.owner, key }, &self.places.entry(key).at);
        self.text(key).ok_or_else(missing)
    }

    fn identity(&self) -> Result<(String, String), Unfit<'v>> {
        let identifier = self.need("PayloadIdentifier")?;
        let uuid = self.need("PayloadUUID")?;
        // The other forms that the uuid crate reads are shorter or longer.
        if uuid.len() != 36 || uuid::Uuid::parse_str(uuid).is_err() {
            return Err((KeptProblem::Uuid(self.owner), &self.places.entry("PayloadUUID").at));
        }
        Ok((identifier.to_owned(), uuid.to_owned()))
    }

    /// The domains that this payload carries, and where each is named.
    fn domains(&self) -> Result<Vec<(&'v str, &'v Origin)>, Unfit<'v>> {
        let kind = self.need("PayloadType")?;
        if kind != MCX {
            return Ok(vec![(kind, &self.places.entry("PayloadType").at)]);
        }
        let content = self.places.entry("PayloadContent");
        match self.entries.get("PayloadContent") {
            Some(Value::Dictionary(domains)) if !domains.is_empty() => {
                Ok(domains.keys().map(|domain| (domain.as_str(), content.key(domain))).collect())
            }
            _ => Err((KeptProblem::NoDomain, &content.at)),
        }
    }
}

/// A domain that was seen.
struct Seen<'v> {
    at: &'v Origin,
    /// Whether the domain is the type of its payload.
    direct: bool,
    /// The identifier and the UUID of its payload; none where several payloads of a type of Apple's have it.
    identity: Option<(String, String)>,
}

/// Lines are counted from the start of the file: only a problem asks for them.
struct Payloads<'v> {
    bytes: &'v [u8],
    /// The UUID of the profile, and where it stands.
    own: (String, &'v Origin),
    seen: BTreeMap<String, Seen<'v>>,
    /// Where each UUID stands, in one letter case.
    uuids: BTreeMap<String, &'v Origin>,
}

impl<'v> Payloads<'v> {
    fn add(&mut self, payload: Envelope<'v>) -> Result<(), Unfit<'v>> {
        let domains = payload.domains()?;
        let identity = payload.identity()?;
        let uuid_at = &payload.places.entry("PayloadUUID").at;
        let uuid = identity.1.to_uppercase();
        if uuid == self.own.0 {
            return Err((KeptProblem::Own(self.spot(self.own.1)), uuid_at));
        }
        if let Some(first) = self.uuids.insert(uuid, uuid_at) {
            return Err((KeptProblem::Twice(self.spot(first)), uuid_at));
        }
        let direct = payload.text("PayloadType") != Some(MCX);
        for (domain, at) in domains {
            let Some(first) = self.seen.get_mut(domain) else {
                self.seen.insert(domain.to_owned(), Seen { at, direct, identity: Some(identity.clone()) });
                continue;
            };
            if !(direct && first.direct && domain.starts_with("com.apple.")) {
                let first = first.at;
                return Err((KeptProblem::Domain { domain: domain.to_owned(), first: self.spot(first) }, at));
            }
            first.identity = None;
        }
        Ok(())
    }

    fn spot(&self, at: &Origin) -> Spot {
        Spot::of(at, self.bytes)
    }
}
