//! From profiles and preference files to a policy, as a person would write it, and nothing lost.
//!
//! Import reads what it has written: the text goes through the same reading, resolving and checking as any policy.
//! A setting that the policy cannot say where it belongs goes to `[custom]`, one that a check refuses is accepted
//! with an `[[allow]]`, and one that no policy can say is listed, in the findings and as a comment.

mod found;
mod groups;
mod opened;
mod passed;
mod settle;
mod tokens;
mod write;

#[cfg(test)]
mod tests;

pub use opened::{Opened, Wrapper, open};
pub use tokens::unknown_mdm;
pub use write::slug;

use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Severity, Sources};
use crate::plan::{Channel, Plan, Setting};
use crate::profile::read::{Held, HeldProfile, Shape, Unknown};
use std::collections::{BTreeMap, BTreeSet};

/// One profile to be imported.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'h> {
    /// The file that it stands in.
    pub held: &'h Held,
    /// The profile.
    pub profile: &'h HeldProfile,
    /// What an MDM says of it around the profile.
    pub wrapper: Option<&'h Wrapper>,
}

/// A Mac whose managed preferences are imported.
#[derive(Clone, Debug, Default)]
pub struct FromMac {
    /// What it is, as a part of a sentence.
    pub who: String,
    /// The user for whom alone these preferences are managed; none: they are the Mac's.
    pub user: Option<String>,
    /// What the profiles are called that set a key, by domain and key, where the Mac shows them.
    pub profiles: BTreeMap<(String, String), Vec<String>>,
}

/// What the policy is to be.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The root of every identifier; none: what the profile says.
    pub id: Option<String>,
    /// Its name; none: what the profile says.
    pub name: Option<String>,
    /// Who issues it; none: what the profile says.
    pub organization: Option<String>,
    /// The MDM whose tokens become neutral ones, by its name in the catalogue.
    pub from: Option<String>,
    /// The channel, whatever the profiles say; none: theirs.
    pub channel: Option<Channel>,
    /// What the file of the policy is called, without its ending: files beside it begin so.
    pub stem: String,
    /// Whether files can be written beside the policy.
    pub beside: bool,
    /// The profile whose identifiers a build is to keep, by its path from the policy's folder.
    pub keep_identifiers_from: Option<String>,
    /// The Mac that the preferences lie on; none: they are no Mac's.
    pub mac: Option<FromMac>,
}

/// What an import makes.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The text of the policy.
    pub text: String,
    /// Files beside it, by their path from its folder.
    pub files: Vec<(String, Vec<u8>)>,
    /// The settings as they stand in the inputs.
    pub plan: Plan,
    /// Whether anything that a Mac would apply is not in the policy.
    pub lost: bool,
}

/// The section that a setting is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Settings,
    SetOnce,
    Custom,
    CustomSetOnce,
    /// In none: why.
    Lost(String),
}

impl Place {
    fn is_lost(&self) -> bool {
        matches!(self, Self::Lost(_))
    }

    /// Where a setting goes that this place refuses.
    fn next(&self, why: &str) -> Self {
        match self {
            Self::Settings => Self::Custom,
            Self::SetOnce => Self::CustomSetOnce,
            _ => Self::Lost(why.to_owned()),
        }
    }
}

/// One setting on its way into the policy.
#[derive(Clone, Debug)]
struct Entry {
    setting: Setting,
    place: Place,
    /// Sentences that stand above it.
    remarks: Vec<String>,
    why: Option<String>,
    /// The file that it is from.
    file: String,
}

impl Entry {
    fn domain(&self) -> &str {
        self.setting.domain.as_str()
    }

    fn key(&self) -> &str {
        self.setting.key.as_str()
    }
}

/// A payload that is no preferences, in a file beside the policy.
#[derive(Clone, Debug)]
struct Passed {
    file: String,
    bytes: Vec<u8>,
    kind: String,
    title: Option<String>,
    /// Why the policy does not carry it.
    lost: Option<String>,
}

/// What `[policy]` says, with comments behind its lines.
#[derive(Clone, Debug, Default)]
struct Head {
    id: (String, Option<String>),
    name: String,
    description: Option<String>,
    organization: Option<String>,
    channel: (Channel, Option<String>),
    stamp: Option<(String, Option<String>)>,
    keep: Option<String>,
}

/// A policy before it is written.
#[derive(Clone, Debug, Default)]
struct Draft {
    /// What is said on top.
    intro: Vec<String>,
    /// What cannot be expressed and belongs to no setting.
    lost: Vec<String>,
    head: Head,
    /// By domain and key.
    entries: Vec<Entry>,
    passed: Vec<Passed>,
    /// What is accepted, by domain and key: codes, each with its reason.
    allows: BTreeMap<(String, String), BTreeMap<String, String>>,
}

/// Makes one policy of profiles and preference files, all of one channel.
///
/// The first that has a setting wins, as macOS does not say which of several does; the others are listed.
pub fn import(
    units: &[Unit<'_>],
    catalog: &Catalog<'_>,
    options: &Options,
    sources: &Sources,
    findings: &mut Findings,
) -> Imported {
    let mut unknown = Unknown::default();
    let mut own = Findings::new();
    let found = found::found(units, catalog, options, sources, &mut unknown, &mut own);
    let plan = found.plan;
    let mut draft = found.draft;
    settle::settle(&mut draft, catalog, &mut own);
    let text = write::write(&draft, catalog).text;
    own.extend(unknown.finding().into_iter().collect());
    let files = draft.passed.iter().map(|passed| (passed.file.clone(), passed.bytes.clone())).collect();
    let in_policy = draft.entries.iter().filter(|entry| !matches!(entry.place, Place::Lost(_)));
    let mut kept: BTreeSet<(&str, &str)> = BTreeSet::new();
    for entry in in_policy {
        kept.extend([(entry.domain(), entry.key()), (entry.domain(), "")]);
    }
    let own: Findings = own.into_iter().map(|finding| softened(finding, &kept)).collect();
    let lost = own.has_errors();
    findings.extend(own);
    Imported { text, files, plan, lost }
}

/// The channel of a profile: what the MDM says around it, then what it says itself.
pub fn channel(unit: &Unit<'_>) -> Channel {
    let wrapped = unit.wrapper.and_then(|wrapper| wrapper.channel);
    let said = wrapped.or_else(|| unit.profile.scope.as_ref().map(|(channel, _)| *channel));
    // A profile that does not say is one for users; preferences without any profile go to the whole Mac.
    let silent = if unit.held.shape == Shape::Profile { Channel::User } else { Channel::Device };
    said.unwrap_or(silent)
}

/// An error about a name that the policy carries all the same is a warning: it stands in `[custom]`, as it was.
/// `kept` has each setting of the policy, and each domain with no key.
fn softened(finding: Finding, kept: &BTreeSet<(&str, &str)>) -> Finding {
    let named = matches!(finding.code.as_str(), "unknown-key" | "unknown-domain");
    let carried = finding
        .subjects
        .iter()
        .all(|subject| kept.contains(&(subject.domain.as_str(), subject.key.as_str())));
    if finding.severity != Severity::Error || !named || !carried {
        return finding;
    }
    finding.severity(Severity::Warning).note("the policy has it in [custom], as it stands")
}
