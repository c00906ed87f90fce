//! Names of domains and keys in a profile: what the catalogue knows, and what is nearly that.
//!
//! A profile has no `[custom]` in which its author could say that a name is meant as it stands. So a name that is
//! merely unknown is told softly, and only one that is nearly known, or known to be none, is an error.

use super::{HeldDomain, HeldSetting};
use crate::catalog::Catalog;
use crate::document::nearest;
use crate::finding::{Finding, Findings, Origin, Severity, listed};
use crate::plan::Kind;
use std::collections::BTreeMap;

/// How many letters a slip of the pen changes at most.
const SLIP: usize = 2;
/// How many unknown domains a note names.
const NAMED: usize = 10;

/// The domains of all files of a run of which nothing is known, each with its first place.
#[derive(Clone, Debug, Default)]
pub struct Unknown {
    domains: BTreeMap<String, Origin>,
}

impl Unknown {
    /// Adds those of a file that comes later.
    pub fn extend(&mut self, later: Self) {
        for (domain, at) in later.domains {
            self.domains.entry(domain).or_insert(at);
        }
    }

    /// One note about all of them; none if there are none.
    pub fn finding(&self) -> Option<Finding> {
        let (_, first) = self.domains.first_key_value()?;
        let names: Vec<&str> = self.domains.keys().map(String::as_str).take(NAMED).collect();
        let title = match self.domains.len() {
            1 => format!("nothing is known of the domain {}", listed(&names)),
            many if many <= NAMED => format!("nothing is known of {many} domains: {}", listed(&names)),
            many => format!("nothing is known of {many} domains: {}, …", names.join(", ")),
        };
        let help = "their keys are taken as they stand; a catalogue of your own can say more (--catalog)";
        let finding = Finding::new("nothing-known", title).at(first.clone(), "").help(help);
        Some(self.domains.keys().fold(finding, |finding, domain| finding.about(domain, "")))
    }
}

/// Whether the catalogue knows a domain. If not, it is nearly a known one, which is an error, or one of those of
/// which nothing is known.
pub(super) fn domain(
    held: &HeldDomain,
    catalog: &Catalog<'_>,
    unknown: &mut Unknown,
    findings: &mut Findings,
) -> bool {
    if catalog.domain(&held.name).is_some() {
        return true;
    }
    match near_domain(&held.name, catalog) {
        Some(near) => {
            let title = format!("`{}` is nearly the known domain `{near}`", held.name);
            let finding = Finding::new("unknown-domain", title)
                .at(held.at.clone(), "")
                .about(&held.name, "")
                .help(format!("did you mean `{near}`? No app reads the keys of another name"));
            let another = generation(&held.name) == generation(near) || catalog.is_hearsay(near);
            findings.push(if another { finding.severity(Severity::Warning) } else { finding });
        }
        None => {
            unknown.domains.entry(held.name.clone()).or_insert_with(|| held.at.clone());
        }
    }
    false
}

/// The known domain for which a name was probably meant.
fn near_domain<'c>(name: &str, catalog: &Catalog<'c>) -> Option<&'c str> {
    if let Some(meant) = catalog.misspelt(name) {
        return Some(meant);
    }
    let near = nearest(name, catalog.domain_names())?;
    let slip = strsim::osa_distance(&name.to_lowercase(), &near.to_lowercase()) <= SLIP;
    slip.then_some(near)
}

/// A name without the number at its end, by which generations of an app differ: com.microsoft.teams2.
fn generation(name: &str) -> String {
    name.trim_end_matches(|c: char| c.is_ascii_digit()).to_lowercase()
}

/// A key that its domain, which is known, does not have.
pub(super) fn unknown_key(domain: &str, setting: &HeldSetting, catalog: &Catalog<'_>) -> Finding {
    let key = setting.key.as_str();
    let short = catalog.short(domain);
    let finding = Finding::new("unknown-key", format!("`{key}` is not a key of {short}"))
        .at(setting.at.clone(), "")
        .about(domain, key);
    // Those who told of the domain need not have known all of its keys: only a slip of the pen is worth a warning.
    if catalog.is_hearsay(domain) {
        return match nearest(key, catalog.keys_of(domain)) {
            Some(near) => finding.severity(Severity::Warning).help(format!("did you mean `{near}`?")),
            None => finding
                .severity(Severity::Note)
                .note("what is known of this domain is the community's word and may lack a key"),
        };
    }
    if let Some(known) = catalog.not_a_key(domain, key) {
        let finding = finding.note(known.why.trim_end_matches('.').to_owned());
        return match known.instead {
            Some(instead) => finding.help(format!("the key is `{instead}`")),
            None => finding,
        };
    }
    if let Some(near) = nearest(key, catalog.keys_of(domain)) {
        let finding = finding.help(format!("did you mean `{near}`?"));
        return match setting.at.span() {
            Some(span) => finding.fix(span, Kind::Profile.written_key(near), format!("write `{near}`")),
            None => finding,
        };
    }
    let elsewhere: Vec<&str> = catalog.named(key).iter().map(|known| catalog.short(known.domain)).collect();
    if !elsewhere.is_empty() {
        return finding.help(format!("it is a key of {}", listed(&elsewhere)));
    }
    finding.severity(Severity::Warning).note(format!("the catalogue knows {short}, but no key of that name"))
}
