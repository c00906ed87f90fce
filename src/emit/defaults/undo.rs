//! `remove.sh`: what takes back the settings of the policy, and those that have left it.

use super::super::parts::is_preference;
use super::setting::{domain, level, merges};
use super::words::given;
use super::{Part, Request};
use crate::plan::Enforcement;
use crate::text::Call;
use std::collections::BTreeMap;

/// The calls of `remove.sh`, by domain and key.
pub(super) fn part(request: &Request<'_, '_>) -> Part {
    let mut calls: BTreeMap<(&str, &str), Call> = BTreeMap::new();
    let mut part = Part::default();
    let mut reaches = |level: &str| {
        part.users |= level == "user";
        part.computer |= level == "computer";
    };
    let all = request.plan.settings.iter().filter(|setting| is_preference(setting, request.catalog));
    for setting in all {
        let (domain, key, level) = (setting.domain.as_str(), setting.key.as_str(), level(setting));
        reaches(level);
        let call = if setting.enforcement == Enforcement::Unset {
            Call::new("drop").word(level).word(key)
        } else {
            Call::new("undo").word(level).word(key).word(how(request, domain, key))
        };
        calls.insert((domain, key), call);
    }
    for left in request.left.iter().filter(|left| !request.catalog.is_apple_payload(left.domain.as_str())) {
        let (domain, key) = (left.domain.as_str(), left.key.as_str());
        let level = if left.weak { "computer" } else { "user" };
        reaches(level);
        calls.insert((domain, key), retired(request, domain, key, level));
    }
    let mut last = None;
    for ((name, _), call) in calls {
        if last != Some(name) {
            part.calls.push(domain(name, request.catalog));
            last = Some(name);
        }
        part.calls.push(call);
    }
    part
}

fn how(request: &Request<'_, '_>, domain: &str, key: &str) -> &'static str {
    if merges(domain, key, request.catalog) { "merge" } else { "xml" }
}

/// Some apps keep a value of their own from a setting that goes, unless they are told another one.
fn retired(request: &Request<'_, '_>, domain: &str, key: &str, level: &str) -> Call {
    let removal = request.catalog.key(domain, key).and_then(|known| known.key.removal.as_ref());
    let value = removal.and_then(|removal| given(key, &removal.value.to_value(), false, false).ok());
    match value {
        Some(given) => Call::new("retire").word(level).word(key).word(given.how).pieces(given.value),
        None => Call::new("undo_left").word(level).word(key).word(how(request, domain, key)),
    }
}
