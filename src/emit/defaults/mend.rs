//! The script that mends one Mac: some settings of a policy, each at the level where the Mac lacks it.

use super::{Part, at_policy, over, script, secrets, setting};
use crate::emit::Request;
use crate::finding::{Finding, Findings};
use crate::plan::Setting;
use crate::text::{Mode, Scripts};
use crate::value::DomainName;
use std::collections::BTreeMap;

/// One thing that a mending script does.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The setting, with the value that is wanted on this Mac; none: the key must go.
    pub setting: Setting,
    /// Whether in /Library/Preferences, for all users, rather than in the user's own preferences.
    pub computer: bool,
}

/// A script that takes these steps, of the settings of the request's plan. What it cannot carry becomes a finding; after
/// an error finding there is none, nor without steps.
pub fn mend(request: &Request<'_, '_>, steps: &[Step], findings: &mut Findings) -> Option<Vec<u8>> {
    let settings: Vec<&Setting> = steps.iter().map(|step| &step.setting).collect();
    let secret = secrets(request, &settings);
    if !secret.is_empty() {
        let title = "whoever can read the script can read the secrets in it";
        findings.push(over(Finding::new("secret-in-script", title), &secret));
    }
    let mut parts: BTreeMap<&DomainName, Part> = BTreeMap::new();
    for step in steps {
        let part = parts.entry(&step.setting.domain).or_default();
        if part.calls.is_empty() {
            part.calls.push(setting::domain(step.setting.domain.as_str(), request.catalog));
        }
        let level = if step.computer { "computer" } else { "user" };
        if let Err(finding) = setting::calls(request, &step.setting, level, part) {
            findings.push(*finding);
        }
        part.computer |= step.computer;
        part.users |= !step.computer;
    }
    if parts.is_empty() || findings.has_errors() {
        return None;
    }
    let mut all = Part::default();
    parts.values().for_each(|part| all.add(part));
    let about = "Mends the preferences of one Mac, as far as a script can, by the policy";
    let made = Scripts::get().and_then(|scripts| script(request, scripts, Mode::Apply, about, &all));
    match made {
        Ok(text) => Some(text.into_bytes()),
        Err(error) => {
            findings.push(at_policy(Finding::new("unwritable-text", error.to_string()), request));
            None
        }
    }
}
