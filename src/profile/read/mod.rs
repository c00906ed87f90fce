//! Reading what administrators already have: configuration profiles in their many shapes, and plain preference
//! files, down to the settings that they carry, each with its place.
//!
//! Reading judges only what keeps a value from being found: the wrapper of a payload. What the envelope lacks is
//! judged in `envelope`, what names and values mean when the settings become a plan.

mod dict;
mod names;
mod payload;
mod plan;
mod shape;
#[cfg(test)]
mod tests;

pub use dict::Dict;
pub use names::Unknown;
pub use payload::ENVELOPE;
pub use plan::plan;

use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Origin, SourceId, Sources};
use crate::plan::{Channel, Enforcement, Identity, Passed, Setting};
use crate::profile::Form;
use crate::value::read::{self, Budgets, ReadError, Wanted};
use crate::value::{Date, MAX_DEPTH, Places, Value};
use std::borrow::Cow;

/// How many levels a profile puts around a value.
pub(super) const AROUND: usize = 8;

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A configuration profile.
    Profile,
    /// One payload, without the profile around it.
    Payload,
    /// What `profiles show -output stdout-xml` prints: the profiles of the Mac and of its users.
    Shown,
    /// Domains with their states (`Forced`, `Set-Once`), without a payload around them.
    Domains,
    /// The preferences of one domain, as `defaults export` or Jamf's custom settings have them.
    Preferences,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Held {
    /// The file.
    pub source: SourceId,
    /// What it is.
    pub shape: Shape,
    /// Whether a signature stands around it.
    pub signed: bool,
    /// The CMS message that the signature is in, which `profile::signature` judges.
    pub message: Option<Vec<u8>>,
    /// Its profiles: one, unless it shows those of a Mac. What is no profile is held as one without an envelope.
    pub profiles: Vec<HeldProfile>,
}

/// One profile of a file.
#[derive(Clone, Debug)]
pub struct HeldProfile {
    /// The profile without its payloads: what is left in `PayloadContent` is none. The names of keys are those that
    /// profiles have (`PayloadIdentifier`, …) whatever the file called them. Empty where there is no envelope.
    pub envelope: Dict,
    /// `PayloadScope`, and where it stands; none where it is not said.
    pub scope: Option<(Channel, Origin)>,
    /// The user whose profile it is, where `profiles show` says so.
    pub user: Option<String>,
    /// Its payloads, in their order.
    pub payloads: Vec<HeldPayload>,
}

/// One payload.
#[derive(Clone, Debug)]
pub struct HeldPayload {
    /// The whole payload. Empty where there is no envelope.
    pub envelope: Dict,
    /// `PayloadType`; empty where it is missing.
    pub kind: String,
    /// What it carries.
    pub content: Content,
}

/// What a payload carries.
#[derive(Clone, Debug)]
pub enum Content {
    /// Preferences.
    Preferences {
        /// How.
        form: Form,
        /// The domains, in the order of their names.
        domains: Vec<HeldDomain>,
    },
    /// Something of Apple's that is no preference: privacy permissions, notifications, certificates, …
    Foreign,
}

/// The preferences of one domain in one payload.
#[derive(Clone, Debug)]
pub struct HeldDomain {
    /// Its name as it stands.
    pub name: String,
    /// Where the name stands.
    pub at: Origin,
    /// Its settings, by state and name.
    pub settings: Vec<HeldSetting>,
}

/// One setting of a payload.
#[derive(Clone, Debug)]
pub struct HeldSetting {
    /// The key as it stands.
    pub key: String,
    /// Where the key stands.
    pub at: Origin,
    /// The value.
    pub value: Value,
    /// Where the pieces of the value stand.
    pub places: Places,
    /// How strongly it is meant: forced or set once.
    pub enforcement: Enforcement,
    /// `mcx_data_timestamp` of its state.
    pub stamp: Option<Date>,
}

impl Held {
    /// Every setting of the file, with the numbers of its profile and payload.
    pub fn settings(&self) -> impl Iterator<Item = (&HeldProfile, &HeldDomain, &HeldSetting)> {
        self.profiles.iter().flat_map(|profile| {
            profile.domains().flat_map(move |(_, domain)| {
                domain.settings.iter().map(move |setting| (profile, domain, setting))
            })
        })
    }
}

impl HeldProfile {
    /// Its preference domains, each with its payload. One domain may come several times.
    pub fn domains(&self) -> impl Iterator<Item = (&HeldPayload, &HeldDomain)> {
        self.payloads.iter().flat_map(|payload| payload.domains().iter().map(move |domain| (payload, domain)))
    }
}

impl HeldPayload {
    /// Its preference domains; none where it carries something else.
    pub fn domains(&self) -> &[HeldDomain] {
        match &self.content {
            Content::Preferences { domains, .. } => domains,
            Content::Foreign => &[],
        }
    }
}

/// A file to be read.
#[derive(Clone, Copy, Debug)]
pub struct Input<'i> {
    /// How the user calls it, with `/`. A plain preference file is named after its domain.
    pub label: &'i str,
    /// Its bytes.
    pub bytes: &'i [u8],
    /// The domain of a plain preference file, where its name does not say it.
    pub domain: Option<&'i str>,
}

/// How much a profile may ask for.
pub fn budgets() -> Budgets {
    Budgets { depth: MAX_DEPTH + AROUND, ..Budgets::default() }
}

/// Reads a profile or a preference file.
///
/// None if it is neither, which the findings then say with its place. What is wrong inside a profile is said too,
/// and the rest of it read.
pub fn load(
    input: &Input<'_>,
    catalog: &Catalog<'_>,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Option<Held> {
    let source = sources.add(input.label, "");
    let (text, held) = load_as(source, input, catalog, findings);
    sources.fill(source, text);
    held
}

/// The same for an input that has a place among the sources already: its text is given back for
/// [`Sources::fill`], so that several can be read side by side.
pub fn load_as(
    source: SourceId,
    input: &Input<'_>,
    catalog: &Catalog<'_>,
    findings: &mut Findings,
) -> (String, Option<Held>) {
    read_as(source, input, findings, |read, findings| shape::hold(read, source, input, catalog, findings))
}

/// Reads a file that is known to hold the preferences of one domain, whatever keys they have.
pub fn load_preferences(input: &Input<'_>, sources: &mut Sources, findings: &mut Findings) -> Option<Held> {
    let source = sources.add(input.label, "");
    let (text, held) = read_as(source, input, findings, |read, findings| {
        shape::hold_preferences(read, source, input, findings)
    });
    sources.fill(source, text);
    held
}

fn read_as(
    source: SourceId,
    input: &Input<'_>,
    findings: &mut Findings,
    hold: impl FnOnce(read::Read, &mut Findings) -> Option<Held>,
) -> (String, Option<Held>) {
    let plain = match read::plain(input.bytes, &budgets()) {
        Ok(plain) => plain,
        Err(error) => {
            findings.push(unreadable(&error, source));
            return (String::from_utf8_lossy(input.bytes).into_owned(), None);
        }
    };
    let held = match read::read(&plain.bytes, source, &budgets(), &Wanted::Everything) {
        Ok(read) => hold(read, findings),
        Err(error) => {
            findings.push(unreadable(&error, source));
            None
        }
    };
    let text = plain.text().into_owned();
    let (signed, message) = (plain.signed, plain.message.map(Cow::into_owned));
    (text, held.map(|held| Held { signed, message, ..held }))
}

/// The settings in payloads that a policy carries as they stand, by domain and key: a Mac reads them as any other.
///
/// None for a payload that holds no preferences. `only`: whether the policy carries no other one of its type.
pub fn carried(
    passed: &Passed,
    only: bool,
    identity: &Identity,
    catalog: &Catalog<'_>,
) -> Option<Vec<Setting>> {
    let dict = Dict { entries: passed.value.clone(), places: passed.places.clone() };
    // What is wrong with it was said where the policy was checked.
    let mut unheard = Findings::new();
    let payload = payload::payload(dict, only, catalog, &mut unheard);
    if matches!(payload.content, Content::Foreign) {
        return None;
    }
    let (at, source) = (passed.places.at.clone(), passed.places.at.source());
    let scope = Some((identity.channel, at.clone()));
    let profile = HeldProfile { envelope: Dict::empty(at), scope, user: None, payloads: vec![payload] };
    let held = Held { source, shape: Shape::Profile, signed: false, message: None, profiles: Vec::new() };
    Some(plan(&held, &profile, catalog, &mut Unknown::default(), &mut unheard).settings)
}

/// What cannot be read as a property list.
fn unreadable(error: &ReadError, source: SourceId) -> Finding {
    Finding::new("unreadable-file", error.problem()).at(error.origin(source), "")
}
