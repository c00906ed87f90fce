//! Workspace ONE UEM: for each payload the text that goes into *Custom Settings*, and scripts.
//!
//! *Custom Settings* take one payload, `<dict>` to `</dict>`, without XML's head, `<plist>` and what stands around
//! payloads in a profile: the console makes that itself.

use super::mobileconfig::{composed, unwritable};
use super::{Artefact, CheckOptions, Readme, Request, Target, parts, spelt};
use crate::finding::{Findings, listed};
use crate::plan::Channel;
use crate::value::write::element;

/// The target `workspace-one`.
pub struct WorkspaceOne;

/// Its name, which is also that of its table in a policy and of its folder.
const NAME: &str = "workspace-one";

impl Target for WorkspaceOne {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "Workspace ONE UEM: a payload for each domain, for Custom Settings; a sensor, scripts"
    }

    fn emit(&self, request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Artefact> {
        let plan = spelt(request, NAME, findings);
        // Of a token that Workspace ONE has no word for, nothing else is to be said.
        if request.blocked(findings) {
            return Vec::new();
        }
        let mut said = Findings::new();
        let scripts = parts::rest(request, &mut said);
        // A profile of the console's is to have one payload: their identifiers are those of a split build.
        let inner =
            Request { plan: &plan, scripts: !scripts.is_empty(), split: true, keep: None, ..*request };
        let payloads = payloads(&inner, findings);
        let options = CheckOptions { exit_zero: true, ..CheckOptions::default() };
        let sensor = parts::verdict(request, &options, &mut said);
        findings.extend(said);
        if request.blocked(findings) {
            return Vec::new();
        }
        let mut artefacts = Vec::new();
        for (name, text) in &payloads {
            artefacts.extend(request.file(NAME, &format!("{name}.xml"), text.as_bytes(), findings));
        }
        let sensors = sensor.iter().map(|text| ("sensors/compliance.sh".to_owned(), text));
        let scripted = scripts.iter().map(|(word, text)| (format!("scripts/{word}.sh"), text));
        for (name, text) in sensors.chain(scripted) {
            let made = request.file(NAME, &name, text.as_bytes(), findings);
            artefacts.extend(made.map(Artefact::program));
        }
        let readme = readme(request, &payloads, sensor.is_some(), !scripts.is_empty());
        artefacts.extend(readme.artefact(request, NAME, findings));
        artefacts
    }
}

/// Each payload with the name of its file: the domain, or the file that it was carried from.
fn payloads(request: &Request<'_, '_>, findings: &mut Findings) -> Vec<(String, String)> {
    let mut made = Vec::new();
    for (stem, profile) in composed(request, findings) {
        let part = stem.strip_prefix(request.stem).map_or("", |rest| rest.trim_start_matches('.')).to_owned();
        for (at, payload) in profile.payload_values().iter().enumerate() {
            let name = if at == 0 { part.clone() } else { format!("{part}-{}", at + 1) };
            match element(payload) {
                Ok(text) => made.push((name, format!("{text}\n"))),
                Err(error) => unwritable(request, &error, findings),
            }
        }
    }
    made
}

fn readme(request: &Request<'_, '_>, payloads: &[(String, String)], sensor: bool, scripts: bool) -> Readme {
    let mut readme = Readme::new("For Workspace ONE UEM", request);
    if !payloads.is_empty() {
        profiles(&mut readme, request);
    }
    if sensor {
        readme.section("The sensor");
        readme.paragraph(
            "sensors/compliance.sh prints Compliant, Drift: KEYS, Unknown: WHY or Not installed: Resources > Sensors > Add \
             > macOS. Language: Bash. Execution context: System. Response data type: String. It ends with status 0 \
             whatever it found. That a sensor's value is what its script prints is how Omnissa's own samples do it.",
        );
        let others = parts::not_judged(request);
        if !others.is_empty() {
            readme.paragraph(&format!("It does not judge {}.", listed(&others)));
        }
    }
    if scripts {
        readme.section("Scripts: what a profile cannot carry");
        readme.paragraph(
            "scripts/apply.sh sets [defaults] and removes [unset]; scripts/remove.sh takes back what it has set, for a Mac \
             that leaves. Resources > Scripts > Add > macOS, in the system context, on a schedule. Of users they reach \
             the one at the screen, and end with status 3 where nobody is logged in. What the console makes of a status \
             was not looked up.",
        );
    }
    readme
}

fn profiles(readme: &mut Readme, request: &Request<'_, '_>) {
    let context = match request.plan.identity.channel {
        Channel::Device => "Device Profile",
        Channel::User => "User Profile",
    };
    let options = request.options(NAME);
    let quoted = |field: &str| {
        let names: Vec<String> = options.list(field).iter().map(|name| format!("\"{name}\"")).collect();
        listed(&names.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let groups = match (options.list("groups").is_empty(), options.list("exclude").is_empty()) {
        (true, true) => "Smart groups: those of your choice.".to_owned(),
        (false, true) => format!("Smart groups: {}.", quoted("groups")),
        (true, false) => format!("Smart groups: those of your choice. Exclusions: {}.", quoted("exclude")),
        (false, false) => format!("Smart groups: {}. Exclusions: {}.", quoted("groups"), quoted("exclude")),
    };
    readme.section("Profiles: Custom Settings");
    readme.paragraph(
        "Each .xml is one payload, from <dict> to </dict>, and no file that another program would read as it stands. Make a \
         profile of its own of each: a profile with several payloads of Custom Settings is harder to change.",
    );
    readme.steps([
        &*format!("Resources > Profiles > Add > macOS > {context}. The console's context takes the place of PayloadScope."),
        "Name: as the policy, with the name of the file. General: the console makes what stands around a payload.",
        "Custom Settings > Configure: paste the whole file.",
        &*groups,
        "Later: open the profile, Add Version, replace the text, save. The identifier of the payload stays.",
    ]);
    readme.paragraph(
        "Lookup values such as {EmailAddress} are filled in on the way to a Mac; one that has no value stays as text. Newer \
         consoles are said to take a whole .mobileconfig, too (`--target mobileconfig` makes one): that was not looked up.",
    );
}
