//! One policy file as it was written: spanned, checked for grammar, not yet for names.

use super::applies::RawApplies;
use super::targets::TargetInfo;
use crate::finding::Span;
use crate::plan::{Allow, Channel, Enforcement, Given};
use crate::value::{Date, Places, Value};
use std::collections::BTreeMap;

/// A text and its place.
pub(super) type Said<T> = (T, Span);

/// `[policy]`.
#[derive(Default)]
pub(super) struct Head {
    pub span: Option<Span>,
    pub id: Option<Said<String>>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub organization: Option<String>,
    pub channel: Option<Channel>,
    pub extends: Vec<Said<String>>,
    pub set_once_stamp: Option<Said<Date>>,
    /// Whether `id` and `set-once-stamp` are there at all, usable or not: what is told once is not missed again.
    pub has_id: bool,
    pub has_stamp: bool,
    pub attach_both: Option<bool>,
    /// Whether only the variants are built.
    pub variants_only: Option<bool>,
    pub keep_identifiers_from: Option<Said<String>>,
}

/// One product of `[macs]`.
pub(super) struct MacsEntry {
    pub product: Said<String>,
    /// Texts of ranges; none: `"none"`, not installed.
    pub ranges: Option<Vec<Said<String>>>,
}

/// Which section a setting stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Settings,
    SetOnce,
    Defaults,
    Unset,
    Custom,
    CustomSetOnce,
}

impl Section {
    pub fn name(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::SetOnce => "set-once",
            Self::Defaults => "defaults",
            Self::Unset => "unset",
            Self::Custom => "custom",
            Self::CustomSetOnce => "custom-set-once",
        }
    }

    /// Whether its keys are taken as they stand, whatever a catalogue knows of them.
    pub fn is_custom(self) -> bool {
        matches!(self, Self::Custom | Self::CustomSetOnce)
    }

    pub fn enforcement(self) -> Enforcement {
        match self {
            Self::Settings | Self::Custom => Enforcement::Forced,
            Self::SetOnce | Self::CustomSetOnce => Enforcement::SetOnce,
            Self::Defaults => Enforcement::Default,
            Self::Unset => Enforcement::Unset,
        }
    }
}

/// A domain, alias or group, as it was named.
#[derive(Clone)]
pub(super) struct Named {
    pub name: String,
    pub span: Span,
    /// The unquoted dotted header that the name begins, as in `[settings.com.microsoft.Outlook]`.
    pub header: Option<Header>,
    /// Whether it stands as a value, in quotes, and not as a key.
    pub value: bool,
}

/// The rest of a header, from a domain's name on.
#[derive(Clone)]
pub(super) struct Header {
    /// Its parts, and whether each stands in quotes; the first is the name itself.
    pub parts: Vec<(String, bool)>,
    /// Where each part ends.
    pub ends: Vec<u32>,
}

/// One `[[allow]]`, with the places of what it names.
pub(super) struct RawAllow {
    pub allow: Allow,
    pub code: Span,
    pub domain: Option<Span>,
}

/// One key and its value, or one key that must not be there.
pub(super) struct RawSetting {
    pub section: Section,
    /// None: a bare key.
    pub domain: Option<Named>,
    pub key: Said<String>,
    pub value: Option<(Value, Places)>,
}

/// `[why]`.
pub(super) struct Why {
    pub domain: Option<Named>,
    pub key: Said<String>,
    pub text: String,
}

/// `[groups]`.
pub(super) struct Group {
    pub name: Said<String>,
    pub members: Vec<Said<String>>,
    /// Whether something wrong with it was told.
    pub told: bool,
}

/// One `[[payload]]`.
pub(super) struct RawPayload {
    /// The path as it was written.
    pub file: Said<String>,
    /// The path from where prefsmith was started, and the one from the folder of the policy.
    pub path: String,
    pub within: String,
    pub drop: bool,
    pub why: Option<String>,
}

/// One `[target.NAME]`.
pub(super) struct RawTarget {
    pub info: &'static TargetInfo,
    pub span: Span,
    /// Its fields by name, each with the place of its key.
    pub fields: BTreeMap<&'static str, (Given, Span)>,
    /// Spellings by token, each with the place of its key.
    pub placeholders: BTreeMap<String, (Said<String>, Span)>,
}

/// One `[variant.NAME]`: the sections in it, as those of a file behind all others.
pub(super) struct RawVariant {
    pub name: Said<String>,
    pub raw: Raw,
}

/// One policy file, or what a variant says in one.
#[derive(Default)]
pub(super) struct Raw {
    pub head: Head,
    pub macs: Vec<MacsEntry>,
    pub macs_span: Option<Span>,
    /// `[macs] proxy-auth`.
    pub proxy_auth: Option<Said<bool>>,
    pub licences: Option<Vec<Said<String>>>,
    pub settings: Vec<RawSetting>,
    pub groups: Vec<Group>,
    pub why: Vec<Why>,
    pub allows: Vec<RawAllow>,
    pub payloads: Vec<RawPayload>,
    pub targets: Vec<RawTarget>,
    /// `[applies-to]`.
    pub applies: Option<RawApplies>,
    pub variants: Vec<RawVariant>,
    /// Whether a `[policy]` that cannot be used was told.
    pub head_told: bool,
    /// Whether nothing is missing because of a syntax error.
    pub whole: bool,
    /// Words of the stretches that a syntax error made doubtful, such as names of keys.
    pub lost: Vec<String>,
    /// Whether a file that this one extends could not be read.
    pub base_lost: bool,
}
