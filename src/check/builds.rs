//! `--by-build`: a checked plan cut into profiles, each for the Macs whose builds read what is in it.
//!
//! Each setting stands in one profile, so that macOS has no two values of a key to choose from: what all builds of
//! `[macs]` read stays in the profile for every Mac, and what only some of them read goes into a profile for each range of
//! builds. Of a product that `[macs]` does not name nobody says that other builds are out there. The plan stays whole for everything else: scripts, checks and smart groups by
//! verdict look at the builds of a Mac themselves.

use super::CheckedPlan;
use crate::catalog::Catalog;
use crate::catalog::model::When;
use crate::finding::{Finding, Findings, listed};
use crate::plan::{Cut, Enforcement, Reads, Setting};
use crate::text::slug;
use crate::version::Ranges;
use std::collections::{BTreeMap, BTreeSet};

/// The product that every Mac has.
const MACOS: &str = "macOS";

impl CheckedPlan {
    /// The same plan, with what is to be a profile of its own. What stays for every Mac though only some builds read it
    /// is said, and so is that nothing is cut.
    #[must_use]
    pub fn by_build(mut self, catalog: &Catalog<'_>, findings: &mut Findings) -> Self {
        self.cuts = cuts(&self, catalog, findings);
        self
    }

    /// The parts that are profiles of their own, by their words; empty: it is one profile.
    pub fn cuts(&self) -> &[Cut] {
        &self.cuts
    }
}

fn cuts(plan: &CheckedPlan, catalog: &Catalog<'_>, findings: &mut Findings) -> Vec<Cut> {
    let mut found: BTreeMap<String, Cut> = BTreeMap::new();
    let mut kept: BTreeMap<&'static str, Vec<&Setting>> = BTreeMap::new();
    for setting in &plan.settings {
        let carried = matches!(setting.enforcement, Enforcement::Forced | Enforcement::SetOnce);
        let needs = needs(setting, plan);
        if setting.value.is_none() || !carried || needs.is_empty() {
            continue;
        }
        if let Some(why) = whole(setting, &needs, catalog) {
            kept.entry(why).or_default().push(setting);
            continue;
        }
        let words: Vec<String> =
            needs.iter().map(|(product, ranges)| format!("{product} {}", ranges.describe())).collect();
        let words = words.join(" and ");
        let cut = found.entry(words.clone()).or_insert_with(|| Cut {
            slug: slug(&words),
            words,
            needs,
            keys: BTreeSet::new(),
        });
        cut.keys.insert((setting.domain.clone(), setting.key.clone()));
    }
    for (why, settings) in kept {
        findings.push(not_cut(why, &settings));
    }
    if found.is_empty() {
        let title = "--by-build cuts nothing off: one profile is right for every Mac of the policy";
        let finding = Finding::new("not-cut", title);
        let finding = match &plan.identity.origin {
            Some(origin) => finding.at(origin.clone(), ""),
            None => finding,
        };
        findings.push(finding.note("every build of [macs] reads every setting that may wait").help(
            "[macs] says which builds are out there: of a product that it does not name nothing is cut",
        ));
    }
    found.into_values().collect()
}

/// The products of `[macs]` of which not every version reads a setting, with all versions that do.
fn needs(setting: &Setting, plan: &CheckedPlan) -> Vec<(String, Ranges)> {
    let narrow = |read: &&Reads| {
        let ranges = read.all();
        let out_there = plan.macs.versions.get(&read.product);
        !ranges.is_empty() && out_there.is_some_and(|out_there| !out_there.is_subset_of(&ranges))
    };
    setting.reads.iter().filter(narrow).map(|read| (read.product.clone(), read.all())).collect()
}

/// Why a setting stays in the profile for every Mac, though not every build reads it.
fn whole(setting: &Setting, needs: &[(String, Ranges)], catalog: &Catalog<'_>) -> Option<&'static str> {
    let known = catalog.key(setting.domain.as_str(), setting.key.as_str());
    match known.map_or(When::Any, |known| known.key.when) {
        When::BeforeInstall => {
            return Some("it is read before the app is installed, when no inventory knows its build");
        }
        When::BeforeFirstLaunch => {
            return Some("it is read at the first launch, which does not wait for an inventory");
        }
        When::Any => {}
    }
    if catalog.is_apple_payload(setting.domain.as_str()) {
        return Some("a payload of Apple's is one piece: macOS does not put two of a type together");
    }
    let shown = |product: &str| {
        let known = catalog.product(product);
        let suite = known.as_ref().and_then(|known| known.suite).unwrap_or(product);
        product == MACOS
            || known.is_some_and(|known| !known.app.is_empty())
            || catalog.products().any(|other| other.suite == Some(suite) && !other.app.is_empty())
    };
    let hidden = needs.iter().any(|(product, _)| !shown(product));
    hidden.then_some("no inventory shows the version of what reads it")
}

fn not_cut(why: &str, settings: &[&Setting]) -> Finding {
    let names: Vec<&str> = settings.iter().map(|setting| setting.key.as_str()).collect();
    let names: BTreeSet<&str> = names.into_iter().collect();
    let names: Vec<&str> = names.into_iter().collect();
    let verb = if names.len() == 1 { "stays" } else { "stay" };
    let title = format!("{} {verb} in the profile for every Mac", listed(&names));
    let mut finding = Finding::new("not-cut", title);
    for setting in settings {
        // A bare key is one line for many domains.
        if finding.labels.iter().all(|label| label.at != setting.origin) {
            finding = finding.at(setting.origin.clone(), "");
        }
        finding = finding.about(setting.domain.as_str(), setting.key.as_str());
    }
    finding.note(why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Options, check};
    use crate::finding::Sources;
    use crate::policy::{Files, Policy};

    struct One(&'static str);

    impl Files for One {
        fn read(&self, _: &str) -> Result<String, String> {
            Ok(self.0.to_owned())
        }
    }

    /// The words of each cut with its keys, and what is said.
    fn cut(policy: &'static str) -> (Vec<String>, Vec<String>) {
        let catalog = Catalog::builtin();
        let (mut sources, mut findings) = (Sources::new(), Findings::new());
        let policy = Policy::load("p.toml", &One(policy), &mut sources, &mut findings).unwrap();
        let plan = policy.resolve(&catalog, &mut findings);
        let plan = check(plan, findings, &catalog, &Options::default()).plan.unwrap();
        let mut said = Findings::new();
        let plan = plan.by_build(&catalog, &mut said);
        let line = |cut: &Cut| {
            let keys: Vec<&str> = cut.keys.iter().map(|(_, key)| key.as_str()).collect();
            format!("{}: {}", cut.words, keys.join(" "))
        };
        let titles = said.iter().map(|finding| finding.title.clone()).collect();
        (plan.cuts().iter().map(line).collect(), titles)
    }

    #[test]
    fn one_cut_for_each_range() {
        let (cuts, said) =
            cut("[policy]\nid = \"com.example.p\"\n[macs]\nOutlook = \"16.10 ..\"\n[settings.Outlook]\n\
             DisableImport = true\nDisableExport = true\nDisallowedEmailDomains = [\"a.example\"]\n\
             TrustO365AutodiscoverRedirect = true\n[settings]\nHowToCheck = \"Manual\"\n");
        let expected =
            ["Outlook from 16.18: DisableExport DisableImport", "Outlook from 16.75: DisallowedEmailDomains"];
        assert_eq!(cuts, expected);
        assert!(said.is_empty(), "{said:?}");
    }

    #[test]
    fn a_product_that_nobody_speaks_of_is_not_cut_by() {
        let (cuts, said) = cut(
            "[policy]\nid = \"com.example.p\"\n[settings.Outlook]\nDisallowedEmailDomains = [\"a.example\"]\n",
        );
        assert!(cuts.is_empty(), "{cuts:?}");
        assert_eq!(said, ["--by-build cuts nothing off: one profile is right for every Mac of the policy"]);
    }

    #[test]
    fn what_is_unset_or_weak_is_in_no_profile() {
        let (cuts, _) = cut("[policy]\nid = \"com.example.p\"\n[macs]\nOutlook = \"16.10 ..\"\n[unset]\n\
             Outlook = [\"DisableImport\"]\n");
        assert!(cuts.is_empty(), "{cuts:?}");
    }
}
