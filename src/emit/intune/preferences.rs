//! Preference files: the keys of a domain as bare lines, without XML's head, `<plist>` and `<dict>`.
//!
//! Such a file is always enforced, and for the whole Mac. Whether Intune fills in its tokens there is not documented.

use super::super::parts::is_preference;
use super::super::{Request, over};
use crate::check::CheckedPlan;
use crate::emit::at_policy;
use crate::finding::{Finding, Findings, listed};
use crate::plan::{Channel, Enforcement, Setting};
use crate::value::Value;
use crate::value::write;
use std::collections::{BTreeMap, BTreeSet};

/// The files.
pub(super) struct Preferences {
    /// Domain and lines.
    pub files: Vec<(String, String)>,
    /// The domains that no file carries whole.
    pub not_whole: BTreeSet<String>,
}

/// Why a setting is in no preference file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    User,
    Once,
    Token,
}

impl Why {
    fn note(self) -> &'static str {
        match self {
            Self::User => "a preference file is for the whole Mac, and the policy is for the user's channel",
            Self::Once => "a preference file is always enforced, and these are set once",
            Self::Token => {
                "Microsoft documents Intune's tokens for custom profiles, and not for preference files of a Mac"
            }
        }
    }
}

/// Makes them, from the plan with Intune's own tokens; the request has the policy's.
pub(super) fn make(request: &Request<'_, '_>, spelt: &CheckedPlan, findings: &mut Findings) -> Preferences {
    let mut domains: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
    let mut left: BTreeMap<Why, Vec<&Setting>> = BTreeMap::new();
    for (setting, spelt) in request.plan.settings.iter().zip(&spelt.settings) {
        let carried = matches!(setting.enforcement, Enforcement::Forced | Enforcement::SetOnce);
        let Some(value) = spelt.value.as_ref().filter(|_| carried && is_preference(setting, request.catalog))
        else {
            continue;
        };
        let why = if setting.channel == Channel::User {
            Some(Why::User)
        } else if setting.enforcement == Enforcement::SetOnce {
            Some(Why::Once)
        } else {
            setting.value.as_ref().is_some_and(Value::has_tokens).then_some(Why::Token)
        };
        match why {
            Some(why) => left.entry(why).or_default().push(setting),
            None => {
                let keys = domains.entry(setting.domain.as_str()).or_default();
                keys.insert(setting.key.as_str().to_owned(), value.clone());
            }
        }
    }
    let not_whole = left.values().flatten().map(|setting| setting.domain.to_string()).collect();
    for (why, settings) in left {
        let names: BTreeSet<&str> = settings.iter().map(|setting| setting.key.as_str()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let title = format!("no preference file of Intune's carries {}", listed(&names));
        let finding = over(Finding::new("intune-left-out", title), &settings).note(why.note());
        findings.push(finding.note("the custom profile does"));
    }
    let mut files = Vec::new();
    for (domain, keys) in domains {
        match write::entries(&keys) {
            Ok(lines) => files.push((domain.to_owned(), lines)),
            Err(error) => {
                let title = format!("the preference file of {domain} cannot be written: {error}");
                findings.push(at_policy(Finding::new("unwritable-text", title), request));
            }
        }
    }
    Preferences { files, not_whole }
}
