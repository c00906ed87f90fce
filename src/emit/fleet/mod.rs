//! Fleet: unsigned profiles, policies, reports, labels and scripts, in the folders of a GitOps repository, with the
//! entries that name them there.

mod entries;
mod labels;
mod readme;

use super::mobileconfig::profiles;
use super::osquery::unseen_ones;
use super::parts::rest;
use super::sql::{Question, Unseen, questions};
use super::{Artefact, Request, Target, spelt};
use crate::finding::{Finding, Findings};
use crate::plan::Setting;
use crate::text::yaml;

/// The target `fleet`.
pub struct Fleet;

/// Its name, which is also that of its table in a policy and of its folder.
const NAME: &str = "fleet";

/// The lists of labels of which Fleet takes one.
const LABELS: [&str; 3] = ["labels_include_any", "labels_include_all", "labels_exclude_any"];

impl Target for Fleet {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "Fleet: profiles, policies with SQL, reports, labels and scripts for a GitOps repository"
    }

    fn emit(&self, request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Artefact> {
        one_list_of_labels(request, findings);
        labels::beside_cuts(request, findings);
        let plan = spelt(request, NAME, findings);
        // The scripts of this target do what a profile cannot.
        let inner = Request { plan: &plan, scripts: true, ..*request };
        let profiles = profiles(&inner, findings);
        if request.blocked(findings) {
            return Vec::new();
        }
        let scripts = scripts(request, findings);
        let (asked, unseen) = questions(request.plan, request.catalog);
        unseen_ones(&unseen, findings);
        let labels = labels::labels(request);
        let build = Build {
            request,
            words: Words::of(request),
            profiles: profiles.iter().map(|(stem, _)| stem.clone()).collect(),
            scripts: scripts.iter().map(|(name, _)| name.clone()).collect(),
            policies: !asked.is_empty(),
            labels: !labels.is_empty(),
        };
        let files = files(&build, profiles, scripts, &asked, &labels);
        let mut artefacts = Vec::new();
        for (name, bytes, program) in files {
            let made = request.file(NAME, &name, bytes, findings);
            artefacts.extend(made.map(|made| if program { made.program() } else { made }));
        }
        artefacts.extend(readme::write(&build, &unseen).artefact(request, NAME, findings));
        if request.blocked(findings) { Vec::new() } else { artefacts }
    }
}

/// A file: its name in the folder of the target, its content, and whether it is a program.
type File = (String, Vec<u8>, bool);

/// Every file but the README.
fn files(
    build: &Build<'_, '_, '_>,
    profiles: Vec<(String, Vec<u8>)>,
    scripts: Vec<(String, Vec<u8>)>,
    asked: &[Question<'_>],
    labels: &str,
) -> Vec<File> {
    let mut files: Vec<File> = Vec::new();
    for (stem, xml) in profiles {
        files.push((build.place("configuration-profiles", &format!("{stem}.mobileconfig")), xml, false));
    }
    for (name, text) in scripts {
        files.push((build.place("scripts", &name), text, true));
    }
    let stem = build.request.stem;
    if build.policies {
        let policies = entries::policies(build, asked);
        files.push((build.place("policies", &format!("{stem}.yml")), policies.into_bytes(), false));
        let reports = entries::reports(build, asked);
        files.push((build.place(build.words.reports, &format!("{stem}.yml")), reports.into_bytes(), false));
    }
    if build.labels {
        files.push((build.place("labels", &format!("{stem}.yml")), labels.as_bytes().to_vec(), false));
        files.push(("default.fragment.yml".to_owned(), entries::default(build).into_bytes(), false));
    }
    files.push((build.fragment(), entries::fragment(build).into_bytes(), false));
    files
}

/// The names that versions of Fleet give to the same things.
struct Words {
    legacy: bool,
    /// The folder of everything that is named by its path.
    lib: &'static str,
    teams: &'static str,
    settings: &'static str,
    profiles: &'static str,
    reports: &'static str,
}

impl Words {
    fn of(request: &Request<'_, '_>) -> Self {
        if request.options(NAME).text("layout") == Some("legacy") {
            return Self {
                legacy: true,
                lib: "lib/macos",
                teams: "teams",
                settings: "macos_settings",
                profiles: "custom_settings",
                reports: "queries",
            };
        }
        Self {
            legacy: false,
            lib: "platforms/macos",
            teams: "fleets",
            settings: "apple_settings",
            profiles: "configuration_profiles",
            reports: "reports",
        }
    }
}

/// What the files say of each other.
struct Build<'b, 'r, 'c> {
    request: &'b Request<'r, 'c>,
    words: Words,
    /// The stems of the profiles.
    profiles: Vec<String>,
    /// The names of the scripts; the first sets.
    scripts: Vec<String>,
    policies: bool,
    labels: bool,
}

impl Build<'_, '_, '_> {
    /// A file in its folder of the repository.
    fn place(&self, folder: &str, name: &str) -> String {
        format!("{}/{folder}/{name}", self.words.lib)
    }

    /// The file with the entries for a team's file.
    fn fragment(&self) -> String {
        format!("{}/{}.fragment.yml", self.words.teams, self.request.stem)
    }
}

/// A text as a scalar of YAML on one line. `fleetctl` replaces `$NAME` in the file before anybody reads it as YAML, so
/// that no `$` may stand there.
fn scalar(text: &str) -> String {
    yaml(text).replace('$', "\\x24")
}

/// Fleet takes one kind of labels for a profile.
fn one_list_of_labels(request: &Request<'_, '_>, findings: &mut Findings) {
    let options = request.options(NAME);
    let given: Vec<&str> = LABELS.into_iter().filter(|field| !options.list(field).is_empty()).collect();
    if given.len() < 2 {
        return;
    }
    let title =
        format!("Fleet takes one list of labels for a profile, not {}", crate::finding::listed(&given));
    let mut finding = Finding::new("fleet-labels", title);
    for field in given {
        if let Some(origin) = options.origin_of(field) {
            finding = finding.at(origin.clone(), "");
        }
    }
    findings.push(finding.help("make a label of Fleet's own for the Macs that are meant, and name it alone"));
}

/// The scripts for what a profile cannot carry: what sets it, and what takes it back.
fn scripts(request: &Request<'_, '_>, findings: &mut Findings) -> Vec<(String, Vec<u8>)> {
    let named = |(word, script): (&str, String)| (format!("{}-{word}.sh", request.stem), script.into_bytes());
    rest(request, findings).into_iter().map(named).collect()
}

/// What osquery is not asked about.
type Unasked<'u, 'p> = &'u [(&'p Setting, Unseen)];
