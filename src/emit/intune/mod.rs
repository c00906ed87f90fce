//! Microsoft Intune: the custom profile, preference files, shell scripts, custom attributes, and the bodies of Microsoft
//! Graph that bring them in.
//!
//! Facts: Microsoft Learn on custom profiles, preference files, shell scripts and custom attributes of macOS, and the
//! reference of Microsoft Graph (beta) for `macOSCustomConfiguration`, `macOSCustomAppConfiguration`,
//! `deviceShellScript`, `deviceCustomAttributeShellScript` and their actions `assign`.

mod covered;
mod graph;
mod preferences;
mod readme;

use super::mobileconfig::{at_policy, called, profiles};
use super::parts::{self, Named, is_preference};
use super::{Artefact, CheckOptions, Collector, Request, Target, spelt};
use crate::finding::{Finding, Findings};
use crate::plan::Given;
use graph::Assignment;
use preferences::Preferences;
use serde_json::Value as Json;

/// The target `intune`.
pub struct Intune;

/// Its name, which is also that of its table in a policy and of its folder.
const NAME: &str = "intune";

/// The most bytes that a custom profile may have.
const LARGEST_PROFILE: usize = 1_000_000;

/// The most bytes that a script may have: Microsoft says "less than 200 KB", and not of which kilobytes.
const LARGEST_SCRIPT: usize = 199_999;

impl Target for Intune {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "Microsoft Intune: the profile, preference files, scripts, custom attributes, bodies for Graph"
    }

    fn emit(&self, request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Artefact> {
        let plan = spelt(request, NAME, findings);
        // Of a token that Intune has no word for, nothing else is to be said.
        if request.blocked(findings) {
            return Vec::new();
        }
        // Scripts ask a Mac for what a token stands for: they get the policy's own.
        let mut said = Findings::new();
        let scripts = parts::rest(request, &mut said);
        let inner = Request { plan: &plan, scripts: !scripts.is_empty(), ..*request };
        let profiles = profiles(&inner, findings);
        let attributes = attributes(request, &mut said);
        findings.extend(said);
        let made = Made {
            preferences: preferences::make(request, &plan, findings),
            assignment: assignment(request, findings),
            profiles,
            scripts,
            attributes,
        };
        covered::say(request, findings);
        made.sizes(request, findings);
        if request.blocked(findings) { Vec::new() } else { made.files(request, findings) }
    }
}

/// A custom attribute.
struct Attribute {
    /// What its file is called, without the ending.
    word: &'static str,
    /// What its name ends with on the server.
    title: &'static str,
    /// What it says, as a sentence.
    about: String,
    text: String,
}

/// What was made.
struct Made {
    /// By stem.
    profiles: Vec<(String, Vec<u8>)>,
    /// By domain.
    preferences: Preferences,
    scripts: Vec<Named>,
    attributes: Vec<Attribute>,
    assignment: Assignment,
}

/// The verdict on the policy, and what `diff` reads of a Mac. Nobody can give Intune's scripts an option.
fn attributes(request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Attribute> {
    let mut made = Vec::new();
    let options = CheckOptions { exit_zero: true, ..CheckOptions::default() };
    if let Some(text) = parts::verdict(request, &options, findings) {
        let mut about = "Compliant, Drift: KEYS, Unknown: WHY, or Not installed.".to_owned();
        let others = parts::not_judged(request);
        if !others.is_empty() {
            let others = crate::finding::listed(&others);
            about.push_str(&format!(" It does not judge {others}."));
        }
        made.push(Attribute { word: "compliance", title: "compliance", about, text });
    }
    if request.plan.settings.iter().any(|setting| is_preference(setting, request.catalog)) {
        let collector = Collector.emit(request, findings);
        let script = collector.iter().find(|artefact| artefact.path.as_str().ends_with(".sh"));
        made.extend(script.map(|script| Attribute {
            word: "snapshot",
            title: "snapshot",
            about: "What profiles enforce on the Mac, as one line for `prefsmith diff`.".to_owned(),
            text: parts::with(&String::from_utf8_lossy(&script.bytes), "--stdout"),
        }));
    }
    made
}

/// Who gets it: Graph goes by object ids, so a name keeps the assignment out.
fn assignment(request: &Request<'_, '_>, findings: &mut Findings) -> Assignment {
    let options = request.options(NAME);
    let (mut finding, mut ids) = (None::<Finding>, Vec::new());
    for (field, excluded) in [("groups", false), ("exclude", true)] {
        let Some((Given::List(list), _)) = options.fields.get(field) else { continue };
        for (group, origin) in list {
            if is_object_id(group) {
                ids.push((group.clone(), excluded));
                continue;
            }
            let title = format!("Microsoft Graph takes the object id of a group, and `{group}` is a name");
            finding = Some(match finding {
                None => Finding::new("intune-group-name", title).at(origin.clone(), ""),
                Some(finding) => finding.at(origin.clone(), "this one too"),
            });
        }
    }
    match finding {
        None => Assignment(ids),
        Some(finding) => {
            findings.push(
                finding
                    .note("no assignment is written for Graph: an assignment of some of the groups would leave others out")
                    .help("write the object id that Entra shows for the group, or assign by hand, as README.txt says"),
            );
            Assignment(Vec::new())
        }
    }
}

/// Whether a text is an object id of Entra: eight, four, four, four and twelve hexadecimal digits.
fn is_object_id(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let hex = |part: &&str| part.chars().all(|c| c.is_ascii_hexdigit());
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(hex)
}

/// A name for a file in `graph/`.
fn stem_of(kind: &str, part: &str) -> String {
    if part.is_empty() { kind.to_owned() } else { format!("{kind}-{part}") }
}

impl Made {
    /// What Intune would refuse for its size.
    fn sizes(&self, request: &Request<'_, '_>, findings: &mut Findings) {
        for (stem, bytes) in self.profiles.iter().filter(|(_, bytes)| bytes.len() > LARGEST_PROFILE) {
            let title = format!(
                "{stem}.mobileconfig has {} bytes, and Intune takes a custom profile of at most {LARGEST_PROFILE}",
                bytes.len()
            );
            let finding = at_policy(Finding::new("intune-too-large", title), request);
            findings.push(if request.split {
                finding.help("cut the policy: its largest values make the size")
            } else {
                finding.help("build with --split, which makes a profile for each domain")
            });
        }
        let scripts = self.scripts.iter().map(|(word, text)| (*word, text.len()));
        let attributes = self.attributes.iter().map(|made| (made.word, made.text.len()));
        for (word, size) in scripts.chain(attributes).filter(|(_, size)| *size > LARGEST_SCRIPT) {
            let title = format!("{word}.sh has {size} bytes, and Intune takes a script of less than 200 KB");
            let finding = at_policy(Finding::new("intune-too-large", title), request);
            findings.push(finding.help("cut the policy: its largest values make the size"));
        }
    }

    fn files(&self, request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Artefact> {
        let mut artefacts = Vec::new();
        let mut file = |name: &str, bytes: Vec<u8>, program: bool| {
            let made = request.file(NAME, name, bytes, findings);
            artefacts.extend(made.map(|made| if program { made.program() } else { made }));
        };
        let body = |body: Json| {
            let mut bytes = serde_json::to_vec_pretty(&body).unwrap_or_default();
            bytes.push(b'\n');
            bytes
        };
        let identity = &request.plan.identity;
        let about = identity.description.as_deref().unwrap_or_default();
        for (stem, bytes) in &self.profiles {
            let part = stem.strip_prefix(request.stem).map_or("", |rest| rest.trim_start_matches('.'));
            let name = called(request, stem);
            let made =
                graph::profile((&name, about), &format!("{stem}.mobileconfig"), identity.channel, bytes);
            file(&format!("graph/{}.json", stem_of("profile", part)), body(made), false);
            file(&format!("{stem}.mobileconfig"), bytes.clone(), false);
        }
        for (domain, lines) in &self.preferences.files {
            let title = request.catalog.domain(domain).map_or(domain.as_str(), |known| known.title);
            let name = format!("{}: {title} (preference file)", identity.name);
            let made = graph::preference_file((&name, about), domain, lines.as_bytes());
            file(&format!("graph/preference-file-{domain}.json"), body(made), false);
            file(&format!("preference-files/{domain}.xml"), lines.clone().into_bytes(), false);
        }
        for (word, text) in &self.scripts {
            let made = graph::script(&identity.name, word, text.as_bytes());
            file(&format!("graph/script-{word}.json"), body(made), false);
            file(&format!("scripts/{word}.sh"), text.clone().into_bytes(), true);
        }
        for one in &self.attributes {
            let made = graph::attribute(&identity.name, one);
            file(&format!("graph/attribute-{}.json", one.word), body(made), false);
            file(&format!("attributes/{}.sh", one.word), one.text.clone().into_bytes(), true);
        }
        if !self.assignment.0.is_empty() {
            file("graph/assign-configuration.json", body(self.assignment.of_configuration()), false);
            file("graph/assign-script.json", body(self.assignment.of_script()), false);
        }
        artefacts.extend(readme::write(request, self).artefact(request, NAME, findings));
        artefacts
    }
}

#[cfg(test)]
mod tests {
    use super::is_object_id;

    #[test]
    fn an_object_id_is_told_from_a_name() {
        assert!(is_object_id("2f1e1c5a-9B0d-4c4e-8a55-0123456789ab"));
        for name in
            ["All Macs", "", "2f1e1c5a-9b0d-4c4e-8a55-0123456789ag", "2f1e1c5a9b0d4c4e8a550123456789ab"]
        {
            assert!(!is_object_id(name), "{name}");
        }
    }
}
