//! What Intune's settings catalog also has: a policy there for the same keys would be a second profile with them.

use super::super::{Request, over};
use crate::finding::{Finding, Findings, listed};
use crate::plan::{Enforcement, Setting};
use std::collections::BTreeMap;

/// Domains, each with its category in the settings catalog, as Microsoft Learn names it: *What's new in Intune*, *Get
/// started with macOS endpoints*, *Use the settings catalog*. Others may have become more since.
const COVERED: &[(&str, &str)] = &[
    ("com.apple.extensiblesso", "Authentication > Extensible Single Sign On (SSO)"),
    ("com.microsoft.Edge", "Microsoft Edge"),
    ("com.microsoft.Outlook", "Microsoft Office > Microsoft Outlook"),
    ("com.microsoft.autoupdate2", "Microsoft AutoUpdate (MAU)"),
    ("com.microsoft.office", "Microsoft Office > Microsoft Office"),
    ("com.microsoft.wdav", "Microsoft Defender"),
];

/// The category of a domain.
fn category(domain: &str) -> Option<&'static str> {
    COVERED.iter().find(|(name, _)| *name == domain).map(|(_, category)| *category)
}

/// The categories that have settings of the policy's domains, each with its domain.
pub(super) fn categories(request: &Request<'_, '_>) -> Vec<(&'static str, String)> {
    let settings = settings(request);
    settings.into_iter().map(|(category, first)| (category, first.domain.to_string())).collect()
}

fn settings<'r>(request: &Request<'r, '_>) -> BTreeMap<&'static str, &'r Setting> {
    let mut found: BTreeMap<&'static str, &Setting> = BTreeMap::new();
    let carried = |setting: &&Setting| {
        setting.value.is_some() && matches!(setting.enforcement, Enforcement::Forced | Enforcement::SetOnce)
    };
    for setting in request.plan.settings.iter().filter(carried) {
        if let Some(category) = category(setting.domain.as_str()) {
            found.entry(category).or_insert(setting);
        }
    }
    found
}

/// Says so, once, at the first setting of each domain.
pub(super) fn say(request: &Request<'_, '_>, findings: &mut Findings) {
    let found = settings(request);
    if found.is_empty() {
        return;
    }
    let names: Vec<&str> = found.values().map(|setting| setting.domain.as_str()).collect();
    let title = format!("Intune's settings catalog also has settings of {}", listed(&names));
    let settings: Vec<&Setting> = found.values().copied().collect();
    findings.push(
        over(Finding::new("intune-settings-catalog", title), &settings)
            .note("of two profiles with one key, nobody can say which one wins, and Intune does not compare custom profiles")
            .help("see that no policy of the settings catalog sets these keys on the same Macs"),
    );
}
