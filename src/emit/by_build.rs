//! The profiles of a plan that is cut by builds, and the page that says which Macs each is for.

use super::mobileconfig::at_policy;
use super::{Artefact, Readme, Request};
use crate::check::CheckedPlan;
use crate::finding::{Finding, Findings};
use crate::plan::{Cut, Enforcement, Setting};
use crate::value::FileName;
use crate::version::Ranges;

/// The targets that make no profiles.
const WITHOUT_PROFILES: [&str; 5] = ["check-script", "collector", "defaults", "munki", "osquery"];

impl Request<'_, '_> {
    /// The cut that a profile of this stem holds; none: it is for every Mac.
    pub(super) fn cut(&self, stem: &str) -> Option<&Cut> {
        let part = stem.strip_prefix(self.stem)?.strip_prefix('.')?;
        let is = |cut: &&Cut| {
            part.strip_prefix(cut.slug.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        // Of `Word-16.8` and `Word-16.8.1` the longer one is meant where both fit.
        self.plan.cuts().iter().filter(is).max_by_key(|cut| cut.slug.len())
    }

    /// The plans of its profiles, each with its stem: the policy's own first, if anything is left in it.
    pub(super) fn parts(&self) -> Vec<(String, CheckedPlan)> {
        if self.plan.cuts().is_empty() {
            return vec![(self.stem.to_owned(), self.plan.clone())];
        }
        let identity = &self.plan.identity;
        let base = self.plan.only(|setting| !self.plan.cuts().iter().any(|cut| cut.has(setting)));
        let carried = |setting: &Setting| {
            setting.value.is_some()
                && matches!(setting.enforcement, Enforcement::Forced | Enforcement::SetOnce)
        };
        let mut parts = Vec::new();
        if !base.payloads.is_empty() || base.settings.iter().any(carried) {
            parts.push((self.stem.to_owned(), base));
        }
        parts.extend(self.plan.cuts().iter().map(|cut| {
            let id = format!("{}.{}", identity.id, cut.slug);
            let name = format!("{}: {}", identity.name, cut.words);
            let part = self.plan.part(|setting| cut.has(setting)).called(id, name);
            (format!("{}.{}", self.stem, cut.slug), part)
        }));
        parts
    }
}

/// `<stem>.builds.txt`: which profile is for which Macs, and what happens on one that moves. `made` are the artefacts of
/// the build: none of it, if no profile was cut.
pub fn builds_page(
    request: &Request<'_, '_>,
    made: &[Artefact],
    findings: &mut Findings,
) -> Option<Artefact> {
    let profiles = made.iter().any(|made| !WITHOUT_PROFILES.contains(&made.target.as_str()));
    if request.plan.cuts().is_empty() || !profiles {
        return None;
    }
    let name = format!("{}.builds.txt", request.stem);
    let parts = request.parts();
    let title = format!("the policy is {} profiles, which go to different Macs", parts.len());
    let finding = at_policy(Finding::new("cut-by-build", title), request);
    findings.push(
        finding.help(format!("{name} says which Macs each is for, and what happens when one is updated")),
    );
    let mut readme = Readme::new("Profiles by build", request);
    readme.paragraph(
        "Each setting stands in one of these profiles. Give each to the Macs that it is for, and no Mac lacks a setting \
         that its apps read.",
    );
    for (stem, part) in &parts {
        let cut = request.cut(stem);
        let macs = cut.map_or("every Mac of the policy".to_owned(), |cut| format!("Macs with {}", cut.words));
        readme.section(&format!("{stem}: {macs}"));
        let mut lines: Vec<String> = part
            .settings
            .iter()
            .filter(|setting| setting.value.is_some() && setting.enforcement != Enforcement::Default)
            .map(|setting| format!("{} {}", request.catalog.short(setting.domain.as_str()), setting.key))
            .collect();
        lines.extend(part.payloads.iter().map(|passed| format!("{} ({})", passed.kind, passed.file)));
        readme.list(lines.iter().map(String::as_str));
    }
    moves(&mut readme, request);
    match FileName::new(&name) {
        Ok(path) => Some(Artefact {
            path,
            executable: false,
            bytes: readme.text().as_bytes().to_vec(),
            target: "by-build".to_owned(),
        }),
        Err(error) => {
            findings.push(at_policy(Finding::new("bad-name", error.to_string()), request));
            None
        }
    }
}

/// What happens on a Mac whose apps become others.
fn moves(readme: &mut Readme, request: &Request<'_, '_>) {
    let sides = |side: fn(&Ranges) -> bool| {
        request.plan.cuts().iter().any(|cut| cut.needs.iter().any(|(_, r)| side(r)))
    };
    let settings: Vec<&Setting> = request
        .plan
        .settings
        .iter()
        .filter(|setting| request.plan.cuts().iter().any(|cut| cut.has(setting)))
        .collect();
    readme.section("When a Mac is updated");
    readme.paragraph(
        "An MDM sees the new build at the next inventory of the Mac, and changes who gets which profile after that.",
    );
    if sides(|ranges| ranges.as_slice().first().is_none_or(|range| range.lower().is_some())) {
        readme.paragraph(
            "A Mac that comes to the builds of a profile gets the profile then. From the update until then the new build \
             runs without its settings: with the user's own values, or the app's. Where that must not be, build without \
             --by-build: a setting that a build does not read yet does no harm there.",
        );
    }
    if sides(|ranges| ranges.upper().is_some()) {
        readme.paragraph(
            "A Mac that leaves the builds of a profile loses the profile, and the enforced values with it. The new build \
             does not read them.",
        );
    }
    readme.paragraph(
        "A Mac that goes back to an older build keeps the profiles of the newer one until the next inventory; the older \
         build does not read them.",
    );
    if settings.iter().any(|setting| setting.enforcement == Enforcement::SetOnce) {
        readme.paragraph("What is set once stays with the user when its profile goes.");
    }
    let stays: Vec<String> = settings
        .iter()
        .filter_map(|setting| {
            let known = request.catalog.key(setting.domain.as_str(), setting.key.as_str())?;
            let removal = known.key.removal.as_ref()?;
            Some(format!("{}: {}.", setting.key, removal.says.trim_end_matches('.')))
        })
        .collect();
    if !stays.is_empty() {
        readme.paragraph("What stays on a Mac when its profile goes:");
        readme.list(stays.iter().map(String::as_str));
    }
}
