//! The table of codes: name, severity, and the text that `explain` and `docs/findings.md` are made from.
//! Each family has a file.

mod allows;
mod catalogues;
mod fleet;
mod inputs;
mod jamf;
mod mdms;
mod names;
mod network;
mod payloads;
mod profiles;
mod rules;
mod signing;
mod syntax;
mod targets;
mod values;
mod variants;
mod versions;

use super::Severity;
use std::sync::LazyLock;

/// One kind of finding.
#[derive(Clone, Copy, Debug)]
pub struct CodeInfo {
    /// The stable word.
    pub name: &'static str,
    /// What it is unless a finding says otherwise.
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// Why it matters, and what to do; plain text, one paragraph.
    pub why: &'static str,
    /// A few lines of a policy or a command that give the finding; empty where nothing can be shown.
    pub example: &'static str,
    /// What to write instead: a piece of a policy or a command, or else a sentence, which ends with a full stop.
    pub instead: &'static str,
    /// Whether `[[allow]]` may accept it.
    pub allowable: bool,
}

static FAMILIES: &[&[CodeInfo]] = &[
    allows::TABLE,
    catalogues::TABLE,
    fleet::TABLE,
    inputs::TABLE,
    jamf::TABLE,
    mdms::TABLE,
    names::TABLE,
    network::TABLE,
    payloads::TABLE,
    profiles::TABLE,
    rules::TABLE,
    signing::TABLE,
    syntax::TABLE,
    targets::TABLE,
    values::TABLE,
    variants::TABLE,
    versions::TABLE,
];

/// Every code, in the order of their names.
pub static CODES: LazyLock<Vec<CodeInfo>> = LazyLock::new(|| {
    let mut all = FAMILIES.concat();
    all.sort_unstable_by_key(|info| info.name);
    all
});

/// The codes that may be accepted and that only a build gives: `check` cannot tell whether an `[[allow]]` of one is of
/// use.
pub static ONLY_BUILD: &[&str] = &[
    "apple-payload-type",
    "intune-group-name",
    "intune-left-out",
    "intune-settings-catalog",
    "jamf-form",
    "jamf-rewrites-payload",
    "left-policy",
    "no-declaration",
    "not-in-profile",
    "not-in-script",
    "not-judged",
    "osquery-not-asked",
    "scripts-left-out",
    "secret-in-script",
    "taken-for-token",
    "token-may-be-empty",
    "token-unvouched",
];

/// Looks a code up.
pub fn code_info(name: &str) -> Option<&'static CodeInfo> {
    CODES.binary_search_by(|info| info.name.cmp(name)).ok().and_then(|at| CODES.get(at))
}

#[cfg(test)]
mod tests {
    use super::FAMILIES;

    #[test]
    fn each_family_is_in_the_order_of_its_names() {
        for family in FAMILIES {
            assert!(family.is_sorted_by(|one, other| one.name < other.name), "{:?}", family.first());
        }
    }
}
