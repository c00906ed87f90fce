//! The plan: one sorted list of settings that everything else reads. It knows no file format and no target.

mod cut;
mod targets;
mod texts;

pub use cut::Cut;
pub use targets::{Given, TargetOptions};

use crate::catalog::{Fact, Facts, Known, Licence};
use crate::finding::{Origin, Sources};
use crate::value::{Date, DomainName, KeyName, Places, Value, toml_key, write};
use crate::version::Ranges;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// Whom a profile speaks to: the Mac, or one user of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// `PayloadScope` `System`: every user of the Mac.
    #[default]
    Device,
    /// `PayloadScope` `User`: the user whom the MDM manages.
    User,
}

impl Channel {
    /// The word in policies and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::User => "user",
        }
    }
}

/// How strongly a setting is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Enforcement {
    /// Managed: the user cannot change it.
    Forced,
    /// A starting value in the user's own preferences.
    SetOnce,
    /// A weak value for everybody, which each user may override.
    Default,
    /// Must not be there.
    Unset,
}

impl Enforcement {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Forced => "forced",
            Self::SetOnce => "set-once",
            Self::Default => "default",
            Self::Unset => "unset",
        }
    }
}

/// What the outputs of a plan are called, and whom they are for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The root of every identifier and UUID.
    pub id: String,
    /// What people call the policy.
    pub name: String,
    /// A sentence about it.
    pub description: Option<String>,
    /// Who issues it.
    pub organization: Option<String>,
    /// The channel of its settings.
    pub channel: Channel,
    /// When the `[set-once]` values were last meant to be written.
    pub set_once_stamp: Option<Date>,
    /// The profile whose identifiers and UUIDs a build keeps, by its path from the policy's folder, and where the
    /// policy says so.
    pub keep_identifiers_from: Option<(String, Origin)>,
    /// Which variant of the policy it is; none: the policy itself.
    pub variant: Option<String>,
    /// Where the `[policy]` table stands, or that of the variant.
    pub origin: Option<Origin>,
}

/// What runs out there, as far as the policy says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Macs {
    /// The versions of each product that `[macs]` narrows; none: it is not installed. A product that is not here
    /// may have any version.
    pub versions: BTreeMap<String, Ranges>,
    /// The licences in use, if said.
    pub licences: Option<BTreeSet<Licence>>,
    /// Whether a proxy asks for a password, and where that is said.
    pub proxy_auth: Option<(bool, Origin)>,
    /// Where the table stands.
    pub origin: Option<Origin>,
}

/// The builds of a product that read a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reads {
    /// The product, as `[macs]` calls it.
    pub product: String,
    /// The versions for which a source vouches.
    pub ranges: Ranges,
    /// The versions nobody vouches for.
    pub doubtful: Ranges,
}

impl Reads {
    /// All versions that may read it.
    pub fn all(&self) -> Ranges {
        self.ranges.union(&self.doubtful)
    }
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Whom it is for.
    pub channel: Channel,
    /// The preference domain.
    pub domain: DomainName,
    /// The preference key.
    pub key: KeyName,
    /// The value; none where the key must not be there.
    pub value: Option<Value>,
    /// Where the pieces of the value were written.
    pub places: Places,
    /// How strongly it is meant.
    pub enforcement: Enforcement,
    /// The builds that read it; empty where nothing is known.
    pub reads: Vec<Reads>,
    /// Where its key was written.
    pub origin: Origin,
    /// What it replaced, the last first.
    pub overrides: Vec<Origin>,
    /// Whether a bare key put it here.
    pub bare: bool,
    /// Whether it stands in `[custom]`, where nothing is claimed to be known of it.
    pub custom: bool,
    /// Why the policy wants it, in its own words.
    pub why: Option<String>,
}

/// Why something of the policy is not in the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOutWhy {
    /// No build of `[macs]` reads it: the builds that do.
    NotRead(Vec<Reads>),
    /// The key of this name means something else there; a bare key does not reach it.
    OtherMeaning,
}

/// A domain that a bare key did not reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The domain.
    pub domain: String,
    /// The bare key.
    pub key: String,
    /// Why not.
    pub why: LeftOutWhy,
    /// Where the bare key stands.
    pub origin: Origin,
}

/// A finding that the policy accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// The code.
    pub code: String,
    /// Only of this key.
    pub key: Option<String>,
    /// Only in this domain.
    pub domain: Option<String>,
    /// Until the day before this one, `2027-01-31`.
    pub until: Option<String>,
    /// The reason.
    pub why: String,
    /// Where it stands.
    pub origin: Origin,
}

/// A payload that is no preferences, carried into the profile as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// `PayloadType`.
    pub kind: String,
    /// `PayloadIdentifier`; none where the file has none, and a build makes one.
    pub identifier: Option<String>,
    /// `PayloadUUID`; none where the file has none, and a build makes one.
    pub uuid: Option<String>,
    /// Every key of the payload with its value, the envelope's included.
    pub value: BTreeMap<String, Value>,
    /// Where the pieces of the payload stand in its file.
    pub places: Places,
    /// Where the policy names the file.
    pub origin: Origin,
    /// The file, by its path from the policy's folder.
    pub file: String,
    /// Which one it is of the payloads of its type in the file, from 1.
    pub number: usize,
    /// The channel of the profile that it stood in, and where that says so.
    pub scope: Option<(Channel, Origin)>,
    /// Why the policy wants it, in its own words.
    pub why: Option<String>,
}

impl Passed {
    /// The name of the file without its folder and its ending, in letters, digits, `.`, `-` and `_`: what is made for
    /// the payload is called so.
    pub fn stem(&self) -> String {
        let name = self.file.rsplit('/').next().unwrap_or(&self.file);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' };
        let stem: String = stem.chars().map(safe).collect();
        let stem = stem.trim_matches(['.', '-']).replace("..", ".");
        if stem.is_empty() { "payload".to_owned() } else { stem }
    }

    /// One payload as JSON. What it says is in no report: any of its values may be a secret.
    pub fn to_json(&self, sources: &Sources, base: &str) -> Json {
        json!({
            "type": self.kind,
            "identifier": self.identifier,
            "uuid": self.uuid,
            "file": self.file,
            "origin": place(&self.origin, sources, base),
            "why": self.why,
        })
    }
}

/// What a plan was read from: what its findings advise must be possible there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A policy, in TOML.
    #[default]
    Policy,
    /// A configuration profile or a preference file, in XML or binary.
    Profile,
}

impl Kind {
    /// The word in messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Profile => "profile",
        }
    }

    /// A value as it is written there.
    pub fn written(self, value: &Value) -> String {
        match self {
            Self::Policy => value.to_string(),
            Self::Profile => write::fragment(value).unwrap_or_else(|_| value.to_string()),
        }
    }

    /// The name of a key as it is written there.
    pub fn written_key(self, name: &str) -> String {
        match self {
            Self::Policy => toml_key(name),
            Self::Profile => format!("<key>{}</key>", write::escaped(name)),
        }
    }
}

/// A policy, or a profile, resolved against a catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What it was read from.
    pub kind: Kind,
    /// What outputs are called.
    pub identity: Identity,
    /// What runs out there.
    pub macs: Macs,
    /// The settings, by channel, domain, key.
    pub settings: Vec<Setting>,
    /// Payloads that are no preferences, by file, in the order in which they stand there.
    pub payloads: Vec<Passed>,
    /// What bare keys did not reach.
    pub left_out: Vec<LeftOut>,
    /// The findings that the policy accepts.
    pub allows: Vec<Allow>,
    /// What the policy says of single targets, by their names.
    pub targets: BTreeMap<String, TargetOptions>,
    /// What a profile says of a key that it has set already, to something else: which of them wins is open. A
    /// policy has none.
    pub contradictions: Vec<Setting>,
}

impl Plan {
    /// The setting of a key, whatever its enforcement.
    pub fn setting(&self, domain: &str, key: &str) -> Option<&Setting> {
        [Channel::Device, Channel::User].into_iter().find_map(|channel| {
            let order =
                |s: &Setting| (s.channel, s.domain.as_str(), s.key.as_str()).cmp(&(channel, domain, key));
            self.settings.binary_search_by(order).ok().and_then(|at| self.settings.get(at))
        })
    }

    /// What the policy says of a target: nothing, where it does not name it.
    pub fn options(&self, target: &str) -> &TargetOptions {
        static NOTHING: TargetOptions = TargetOptions::nothing();
        self.targets.get(target).unwrap_or(&NOTHING)
    }

    /// The plan as JSON, as `docs/json.md` describes it. Values of which `secret` says so are masked. `base` is the
    /// folder of the policy, which paths leave out, so that they do not depend on how it was named.
    pub fn to_json(&self, sources: &Sources, base: &str, secret: &dyn Fn(&Setting) -> bool) -> Json {
        json!({
            "version": 1,
            "policy": {
                "id": self.identity.id,
                "name": self.identity.name,
                "channel": self.identity.channel.word(),
                "variant": self.identity.variant,
            },
            "left_out": self.left_out.iter().map(|left| left.to_json(sources, base)).collect::<Json>(),
            "settings": self.settings.iter().map(|s| s.to_json(sources, base, secret(s))).collect::<Json>(),
            "payloads": self.payloads.iter().map(|passed| passed.to_json(sources, base)).collect::<Json>(),
        })
    }
}

/// What stands in place of a secret.
pub const MASK: &str = "••••••";

fn place(origin: &Origin, sources: &Sources, base: &str) -> Json {
    let source = origin.source();
    let file = sources.within(source).map_or_else(|| relative(sources.label(source), base), str::to_owned);
    json!({
        "file": file,
        "line": sources.position_of(origin).map(|position| position.line),
    })
}

/// A path from the folder `base`, which ends with `/` or is empty. Both are without `.`, and `..` stands only in
/// front, where what is extended begins as `base` does.
fn relative(label: &str, base: &str) -> String {
    let mut rest = label;
    let mut up = base;
    while let Some((step, above)) = up.split_once('/') {
        let Some((same, below)) = rest.split_once('/') else { break };
        if same != step {
            break;
        }
        (rest, up) = (below, above);
    }
    let up = up.split('/').filter(|step| !step.is_empty()).count();
    format!("{}{rest}", "../".repeat(up))
}

/// Each range is a text of its own, so that whoever reads the JSON needs no second grammar for the holes.
fn reads(list: &[Reads]) -> Json {
    let texts =
        |ranges: &Ranges| -> Json { ranges.as_slice().iter().map(|range| range.to_string()).collect() };
    list.iter()
        .map(|read| json!({ "product": read.product, "ranges": texts(&read.ranges), "doubtful": texts(&read.doubtful) }))
        .collect()
}

impl Setting {
    /// One setting as JSON; the value of a secret is masked.
    pub fn to_json(&self, sources: &Sources, base: &str, secret: bool) -> Json {
        let value = self.value.as_ref().map(|value| if secret { Value::string(MASK) } else { value.clone() });
        json!({
            "channel": self.channel.word(),
            "domain": self.domain.as_str(),
            "key": self.key.as_str(),
            "type": self.value.as_ref().map(|value| value.kind().word()),
            "value": value.as_ref().map(Value::to_json),
            "plist": value.as_ref().and_then(|value| write::fragment(value).ok()),
            "enforcement": self.enforcement.word(),
            "reads": reads(&self.reads),
            "origin": place(&self.origin, sources, base),
            "overrides": self.overrides.iter().map(|origin| place(origin, sources, base)).collect::<Json>(),
            "why": self.why,
        })
    }
}

impl LeftOut {
    fn to_json(&self, sources: &Sources, base: &str) -> Json {
        let (why, list) = match &self.why {
            LeftOutWhy::NotRead(list) => ("not-read", list.as_slice()),
            LeftOutWhy::OtherMeaning => ("other-meaning", &[][..]),
        };
        json!({
            "domain": self.domain,
            "key": self.key,
            "why": why,
            "reads": reads(list),
            "origin": place(&self.origin, sources, base),
        })
    }
}

impl Facts for Plan {
    fn value(&self, domain: &str, key: &str) -> Fact<'_> {
        match self.setting(domain, key).and_then(|setting| setting.value.as_ref()) {
            Some(value) => Fact::Set(value),
            None => Fact::Unset,
        }
    }

    fn forced(&self, domain: &str, key: &str) -> Known<bool> {
        Known::Yes(self.setting(domain, key).is_some_and(|s| s.enforcement == Enforcement::Forced))
    }

    fn versions(&self, product: &str) -> Known<Ranges> {
        // A product that [macs] does not name may have any version.
        Known::Yes(self.macs.versions.get(product).cloned().unwrap_or_else(Ranges::any))
    }

    fn licences(&self) -> Known<BTreeSet<Licence>> {
        self.macs.licences.as_ref().map_or(Known::Unknown, |licences| Known::Yes(licences.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_from_the_folder_of_the_policy() {
        assert_eq!(relative("office.toml", ""), "office.toml");
        assert_eq!(relative("../base.toml", ""), "../base.toml");
        assert_eq!(relative("a/b/office.toml", "a/b/"), "office.toml");
        assert_eq!(relative("a/base.toml", "a/b/"), "../base.toml");
        assert_eq!(relative("base.toml", "a/b/"), "../../base.toml");
        assert_eq!(relative("a/c/base.toml", "a/b/"), "../c/base.toml");
        assert_eq!(relative("../base.toml", "a/"), "../../base.toml");
        assert_eq!(relative("../../base.toml", "../a/"), "../../base.toml");
        assert_eq!(relative("/x/a/office.toml", "/x/a/"), "office.toml");
        assert_eq!(relative("/x/base.toml", "/x/a/"), "../base.toml");
        assert_eq!(relative("/base.toml", "/x/a/"), "../../base.toml");
    }

    #[test]
    fn the_ranges_of_a_product_are_a_list_in_json() {
        let of = |text: &str| {
            let read = Reads {
                product: "Office".to_owned(),
                ranges: text.parse().unwrap(),
                doubtful: Ranges::none(),
            };
            reads(&[read])[0]["ranges"].clone()
        };
        assert_eq!(of("15.27 .. 15.41, 16.13 .."), json!(["15.27 .. 15.41", "16.13 .."]));
        assert_eq!(of(".."), json!([".."]));
        assert_eq!(of("none"), json!([]));
    }
}
