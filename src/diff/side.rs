//! One side of a comparison: a policy, or the profiles and preferences of a file or a folder.

use super::payloads::{self, Foreign};
use crate::plan::{Channel, Plan};
use crate::profile::read::{Content, Held, HeldProfile, Shape};
use crate::value::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What a part is, and so what it leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A policy: it alone may say what must not be there, and what everybody may override.
    Policy,
    /// A profile.
    Profile,
    /// A payload, or domains with their states: it does not say for which channel.
    Fragment,
    /// The preferences of a domain: neither channel nor enforcement are said.
    Preferences,
}

/// A policy, or one profile of a file.
#[derive(Clone, Debug)]
pub struct Part<'p> {
    /// What it is.
    pub kind: Kind,
    /// Its settings.
    pub plan: &'p Plan,
    /// The user whose profile it is, where `profiles show` says so.
    pub user: Option<&'p str>,
    /// The domains of which it speaks, whether it sets anything in them or not.
    pub domains: Vec<&'p str>,
    /// Its payloads that are no preferences.
    pub foreign: Vec<Foreign<'p>>,
    /// The keys of its envelope, as far as it says them.
    pub(super) envelope: BTreeMap<&'p str, Cow<'p, Value>>,
    /// The keys of the envelopes of its payloads of preferences, by the domains in them.
    pub(super) heads: Vec<(String, BTreeMap<&'p str, &'p Value>)>,
}

impl<'p> Part<'p> {
    /// A policy.
    pub fn policy(plan: &'p Plan) -> Self {
        let identity = &plan.identity;
        let scope = match identity.channel {
            Channel::Device => "System",
            Channel::User => "User",
        };
        let mut envelope = BTreeMap::new();
        let mut put = |key: &'static str, text: &str| {
            envelope.insert(key, Cow::Owned(Value::string(text)));
        };
        put("PayloadIdentifier", &identity.id);
        put("PayloadDisplayName", &identity.name);
        put("PayloadScope", scope);
        for (key, said) in
            [("PayloadDescription", &identity.description), ("PayloadOrganization", &identity.organization)]
        {
            if let Some(text) = said.as_deref().filter(|text| !text.is_empty()) {
                put(key, text);
            }
        }
        stamp(&mut envelope, plan);
        let mut domains: Vec<&str> = plan.settings.iter().map(|setting| setting.domain.as_str()).collect();
        domains.dedup();
        let (foreign, heads) = (payloads::of_policy(plan), Vec::new());
        Self { kind: Kind::Policy, plan, user: None, domains, foreign, envelope, heads }
    }

    /// A profile of a file, and its plan.
    pub fn profile(held: &Held, profile: &'p HeldProfile, plan: &'p Plan) -> Self {
        let kind = match held.shape {
            Shape::Profile | Shape::Shown => Kind::Profile,
            Shape::Payload | Shape::Domains => Kind::Fragment,
            Shape::Preferences => Kind::Preferences,
        };
        let channel = (kind == Kind::Profile).then_some(plan.identity.channel);
        let is_envelope =
            |key: &&String| !matches!(key.as_str(), "PayloadContent" | "EncryptedPayloadContent");
        let keys = profile.envelope.entries.iter().filter(|(key, _)| is_envelope(key));
        let mut envelope = keys.map(|(key, value)| (key.as_str(), Cow::Borrowed(value))).collect();
        stamp(&mut envelope, plan);
        let mut heads = Vec::new();
        for payload in &profile.payloads {
            if let Content::Preferences { domains, .. } = &payload.content {
                let names: Vec<&str> = domains.iter().map(|domain| domain.name.as_str()).collect();
                heads.push((names.join(", "), payloads::head(&payload.envelope.entries)));
            }
        }
        Self {
            kind,
            plan,
            user: profile.user.as_deref(),
            domains: profile.domains().map(|(_, domain)| domain.name.as_str()).collect(),
            foreign: payloads::of_profile(profile, channel),
            envelope,
            heads,
        }
    }

    /// The channel, where the part says it.
    pub(super) fn channel(&self) -> Option<Channel> {
        matches!(self.kind, Kind::Policy | Kind::Profile).then_some(self.plan.identity.channel)
    }
}

/// When values that are set once were last meant to be written: no setting, but not without effect.
fn stamp<'p>(envelope: &mut BTreeMap<&'p str, Cow<'p, Value>>, plan: &'p Plan) {
    if let Some(date) = plan.identity.set_once_stamp {
        envelope.insert("mcx_data_timestamp", Cow::Owned(Value::Date(date)));
    }
}

/// One side of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Side<'p> {
    /// Its parts.
    pub parts: Vec<Part<'p>>,
    /// Whether something of it could not be read.
    pub incomplete: bool,
}

impl<'p> Side<'p> {
    /// A single policy.
    pub fn policy(plan: &'p Plan) -> Self {
        Self { parts: vec![Part::policy(plan)], incomplete: false }
    }

    /// Whether it can say what must not be there.
    pub(super) fn is_policy(&self) -> bool {
        self.parts.iter().any(|part| part.kind == Kind::Policy)
    }

    /// The domains of which alone it speaks: a file of preferences knows nothing of other domains.
    pub(super) fn only(&self) -> Option<&[&'p str]> {
        match self.parts.as_slice() {
            [part] if part.kind == Kind::Preferences => Some(&part.domains),
            _ => None,
        }
    }
}
