//! Kandji, which is now Iru: the profile as a library item, and custom scripts that audit and repair.
//!
//! An audit script passes with status 0. With any other, its remediation script runs, or if it has none, Kandji alerts.

use super::mobileconfig::profiles;
use super::parts::{self, is_rest};
use super::{Artefact, CheckOptions, Readme, Request, Target, check_script, spelt};
use crate::finding::{Findings, listed};

/// The target `kandji`.
pub struct Kandji;

/// Its name, which is also that of its table in a policy and of its folder.
const NAME: &str = "kandji";

impl Target for Kandji {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "Kandji (Iru): the profile, an audit script, a pair of scripts for what a profile cannot carry"
    }

    fn emit(&self, request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Artefact> {
        let plan = spelt(request, NAME, findings);
        // Of a token that Kandji has no word for, nothing else is to be said.
        if request.blocked(findings) {
            return Vec::new();
        }
        let mut said = Findings::new();
        let scripts = scripts(request, &mut said);
        let repairs = scripts.iter().any(|(word, _)| *word == "repair");
        let inner = Request { plan: &plan, scripts: repairs, ..*request };
        let profiles = profiles(&inner, findings);
        findings.extend(said);
        if request.blocked(findings) {
            return Vec::new();
        }
        let mut artefacts = Vec::new();
        for (stem, bytes) in &profiles {
            artefacts.extend(request.file(NAME, &format!("{stem}.mobileconfig"), bytes.clone(), findings));
        }
        for (word, text) in &scripts {
            let made = request.file(NAME, &format!("scripts/{word}.sh"), text.as_bytes(), findings);
            artefacts.extend(made.map(Artefact::program));
        }
        let readme = readme(request, profiles.len(), &scripts);
        artefacts.extend(readme.artefact(request, NAME, findings));
        artefacts
    }
}

/// The audit of the whole policy, and for what a profile cannot carry an audit with its remediation.
fn scripts(request: &Request<'_, '_>, findings: &mut Findings) -> Vec<parts::Named> {
    let mut made = Vec::new();
    made.extend(parts::verdict(request, &CheckOptions::default(), findings).map(|text| ("audit", text)));
    let rest = parts::rest(request, findings);
    if rest.is_empty() {
        return made;
    }
    // [unset] is about what users have. What is to be said of secrets has been said of the scripts that set.
    let options = CheckOptions { effective: true, ..CheckOptions::default() };
    let plan = request.plan.part(|setting| is_rest(setting, request.catalog));
    let audit = check_script(&Request { plan: &plan, ..*request }, &options, &mut Findings::new());
    made.extend(audit.map(|text| ("repair-audit", text)));
    for (word, text) in rest {
        made.push(match word {
            // It runs again: where nobody is logged in, that is no failure.
            "apply" => ("repair", parts::with(&text, "--nobody 0")),
            other => (other, text),
        });
    }
    made
}

fn readme(request: &Request<'_, '_>, profiles: usize, scripts: &[parts::Named]) -> Readme {
    let mut readme = Readme::new("For Kandji (Iru)", request);
    let options = request.options(NAME);
    let blueprints = options.list("blueprints");
    let blueprints = match blueprints.is_empty() {
        true => "the blueprints of your choice".to_owned(),
        false => listed(
            &blueprints
                .iter()
                .map(|name| format!("\"{name}\""))
                .collect::<Vec<_>>()
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
        ),
    };
    if profiles > 0 {
        readme.section("The profile");
        readme.steps([
            "Library > Add Library Item > Custom Profile; one item for each .mobileconfig.",
            &*format!("Assign it to {blueprints}."),
            "Upload the file, save. Later: upload the new file in the same item. The identifiers stay, so Macs replace the profile.",
        ]);
        readme.paragraph(
            "Leave it unsigned where it has variables such as $EMAIL: what is signed cannot be filled in. What Kandji \
             writes for an attribute that a user does not have is not documented.",
        );
    }
    let has = |wanted: &str| scripts.iter().any(|(word, _)| *word == wanted);
    if has("audit") {
        readme.section("The audit");
        readme.paragraph(
            "scripts/audit.sh says whether the Mac has what the policy wants: Library > Add Library Item > Custom \
             Scripts, as the audit script, every day. Leave the remediation empty: no script can do what a profile does. \
             Status 0 (Compliant) passes; Drift (1), Unknown (3) and Not installed (3: no app of the policy is there, and \
             nothing is enforced) raise an alert, with the line in its output.",
        );
        let others = parts::not_judged(request);
        if !others.is_empty() {
            readme.paragraph(&format!("It does not judge {}.", listed(&others)));
        }
    }
    if has("repair") {
        readme.section("What a profile cannot carry");
        readme.paragraph(
            "[defaults] and [unset] need a script: a second Custom Script item with scripts/repair-audit.sh as the audit \
             and scripts/repair.sh as the remediation, every day. Of users they reach the one at the screen. \
             scripts/remove.sh takes back what was set: for Macs that leave, once.",
        );
    }
    readme
}
