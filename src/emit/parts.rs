//! The parts of a policy that single artefacts are about: what profiles cannot carry, what an inventory can judge.

use super::defaults::words;
use super::{CheckOptions, Defaults, Request, Target as _, check_script};
use crate::catalog::Catalog;
use crate::finding::Findings;
use crate::plan::{Enforcement, Setting};
use std::collections::BTreeSet;

/// What ends a script of `--target defaults` and of `--target collector`.
pub(super) const MAIN: &str = "\nmain \"$@\"\n";

/// Whether a setting is a preference. Those of a payload of Apple's go into a profile and nowhere else: no file of
/// preferences has them, and no script sets them.
pub(super) fn is_preference(setting: &Setting, catalog: &Catalog<'_>) -> bool {
    !catalog.is_apple_payload(setting.domain.as_str())
}

/// Whether only a script brings a setting to a Mac, because no profile can carry it.
pub(super) fn is_rest(setting: &Setting, catalog: &Catalog<'_>) -> bool {
    matches!(setting.enforcement, Enforcement::Default | Enforcement::Unset)
        && is_preference(setting, catalog)
}

/// Whether a Mac can say of a setting how it stands without being told who uses it.
pub(super) fn is_judged(setting: &Setting, catalog: &Catalog<'_>) -> bool {
    let mut used = BTreeSet::new();
    setting.value.iter().for_each(|value| words::tokens(value, &mut used));
    let kind = matches!(setting.enforcement, Enforcement::Forced | Enforcement::Default);
    let known = used.iter().all(|token| token.starts_with("device."));
    kind && setting.value.is_some() && known && is_preference(setting, catalog)
}

/// A script by its word, `apply` or `remove`.
pub(super) type Named = (&'static str, String);

/// The scripts for what a profile cannot carry, beside the profile that carries the rest.
pub(super) fn rest(request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Named> {
    let rest = request.plan.part(|setting| is_rest(setting, request.catalog));
    if rest.settings.is_empty() {
        return Vec::new();
    }
    let inner = Request { plan: &rest, left: &[], ..*request };
    let made = Defaults.emit(&inner, findings);
    let named = |word: &'static str| {
        let end = format!("/{word}.sh");
        let script = made.iter().find(|made| made.path.as_str().ends_with(&end))?;
        Some((word, String::from_utf8_lossy(&script.bytes).into_owned()))
    };
    ["apply", "remove"].into_iter().filter_map(named).collect()
}

/// The check of what an inventory can judge; none, if it can judge nothing.
pub(super) fn verdict(
    request: &Request<'_, '_>,
    options: &CheckOptions,
    findings: &mut Findings,
) -> Option<String> {
    let plan = request.plan.only(|setting| is_judged(setting, request.catalog));
    if plan.settings.is_empty() {
        return None;
    }
    check_script(&Request { plan: &plan, ..*request }, options, findings)
}

/// The keys that an inventory does not judge, each once.
pub(super) fn not_judged<'r>(request: &Request<'r, '_>) -> Vec<&'r str> {
    let others = request.plan.settings.iter().filter(|setting| !is_judged(setting, request.catalog));
    let names: BTreeSet<&str> = others.map(|setting| setting.key.as_str()).collect();
    names.into_iter().collect()
}

/// A script that always runs with these words.
pub(super) fn with(script: &str, words: &str) -> String {
    let body = script.strip_suffix(MAIN).unwrap_or(script);
    format!("{body}\nmain {words}\n")
}
