//! Scripts and extension attributes in Jamf's ways.
//!
//! The scripts are those of the targets `defaults`, `check-script` and `collector`, which skip the three parameters
//! that Jamf gives to every script; their heads say how a policy of Jamf's runs them.

use crate::catalog::model::Product;
use crate::check::CheckedPlan;
use crate::emit::defaults::words;
use crate::emit::parts::{is_judged, is_preference, not_judged};
use crate::emit::{CheckOptions, Collector, Defaults, Request, Target as _, at_policy, check_script};
use crate::finding::{Finding, Findings, listed};
use crate::plan::{Enforcement, Setting};
use crate::text::{Scripts, slug};
use std::collections::BTreeSet;

/// A script of a policy.
pub(super) struct Script {
    /// `apply`, `remove`, `check` or `collect`: what its file is called, and how its name ends.
    pub word: &'static str,
    /// The script.
    pub text: String,
    /// What it does, as a sentence.
    pub info: String,
    /// How a policy of Jamf's runs it.
    pub notes: String,
    /// What stands beside the parameters from 4 on.
    pub labels: Vec<String>,
}

/// An extension attribute.
pub(super) struct Attribute {
    /// What its file is called, without the ending.
    pub slug: String,
    /// What it is called on the server.
    pub name: String,
    /// What it says, as a sentence.
    pub about: String,
    /// Whether it is about one setting.
    pub single: bool,
    /// The script.
    pub text: String,
}

/// What was made.
#[derive(Default)]
pub(super) struct Made {
    /// The scripts.
    pub scripts: Vec<Script>,
    /// The extension attributes.
    pub attributes: Vec<Attribute>,
    /// The name of the one with the verdict on the whole policy.
    pub verdict: Option<String>,
    /// Why there is no script that sets.
    pub left_out: Option<String>,
}

/// What the extension attribute of the whole policy is called in the names of files; those of settings have a dot.
const POLICY: &str = "policy";
impl Made {
    /// Whether a script does what a profile cannot.
    pub fn sets(&self) -> bool {
        self.scripts.iter().any(|script| matches!(script.word, "apply" | "remove"))
    }
}

/// How a script that needs users runs, and one that does not.
const WITH_USERS: &str =
    "Trigger Recurring Check-in and Login, frequency Once every day: users can change values back";
const WITHOUT_USERS: &str = "Trigger Recurring Check-in, frequency Once every day; nobody need be logged in";
const ON_DEMAND: &str = "A custom trigger or Self Service, frequency Ongoing, when it is wanted";

/// Makes them.
pub(super) fn make(request: &Request<'_, '_>, findings: &mut Findings) -> Made {
    let mut made = Made::default();
    setting(request, &mut made, findings);
    // What is to be said of secrets has been said of the scripts that set.
    let mut said = Findings::new();
    let sees = request.plan.settings.iter().any(|setting| is_preference(setting, request.catalog));
    let checked = sees.then(|| check_script(request, &CheckOptions::default(), &mut said)).flatten();
    let told: Vec<Finding> = findings.iter().cloned().collect();
    findings.extend(said.iter().filter(|finding| !told.contains(finding)).cloned().collect());
    if let Some(text) = checked {
        made.scripts.push(check(text));
    }
    let collector = Collector.emit(request, findings);
    for artefact in collector.iter().filter(|artefact| artefact.path.as_str().ends_with(".sh")) {
        made.scripts.push(collect(String::from_utf8_lossy(&artefact.bytes).into_owned()));
    }
    for script in &mut made.scripts {
        script.text = headed(&script.text, &script.notes);
    }
    attributes(request, &mut made, findings);
    made
}

/// The scripts that set and that take back; none where a script cannot do what the policy wants.
fn setting(request: &Request<'_, '_>, made: &mut Made, findings: &mut Findings) {
    let mut said = Findings::new();
    let artefacts = Defaults.emit(request, &mut said);
    let (mut left, mut others) = (Findings::new(), Findings::new());
    for finding in said.iter() {
        // A profile delivers what a script cannot: here, that is no error.
        match finding.code.as_str() {
            "script-cannot-force" => left.push(finding.clone()),
            "not-in-script" => {}
            _ => others.push(finding.clone()),
        }
    }
    findings.extend(others);
    let reasons: Vec<String> = left.iter().map(|finding| finding.title.clone()).collect();
    if let Some(reason) = reasons.first() {
        made.left_out = Some(format!("There is no apply.sh and no remove.sh: {reason}."));
        for finding in left.iter() {
            let note =
                Finding::new("scripts-left-out", format!("no script that sets is made: {}", finding.title));
            let note = finding.labels.iter().fold(note, |note, label| note.at(label.at.clone(), ""));
            let note = note.note("the profile carries all that is enforced");
            let lost =
                |setting: &&Setting| matches!(setting.enforcement, Enforcement::Default | Enforcement::Unset);
            let lost: Vec<&str> =
                request.plan.settings.iter().filter(lost).map(|setting| setting.key.as_str()).collect();
            findings.push(match lost.as_slice() {
                [] => note,
                _ => note.help(format!("{} needs a script: keep it in a policy of its own", listed(&lost))),
            });
        }
        return;
    }
    for artefact in artefacts {
        let text = String::from_utf8_lossy(&artefact.bytes).into_owned();
        match artefact.path.as_str().rsplit('/').next() {
            Some("apply.sh") => made.scripts.push(apply(request, text)),
            Some("remove.sh") => made.scripts.push(remove(text)),
            _ => {}
        }
    }
}

const WHOSE: &str = "Whose: --users=console, --users=all, --users=NAME or --level=computer";

fn apply(request: &Request<'_, '_>, text: String) -> Script {
    let set = |enforcement: Enforcement| {
        request.plan.settings.iter().any(|s| s.value.is_some() && s.enforcement == enforcement)
    };
    let users = set(Enforcement::Forced) || set(Enforcement::SetOnce);
    let mut labels = vec![
        WHOSE.to_owned(),
        "--skip-unread: leave out what the installed build does not read".to_owned(),
        "--dry-run: change nothing".to_owned(),
        "--quiet: say only what failed".to_owned(),
        "--nobody=STATUS: the exit status when nobody is logged in (3)".to_owned(),
    ];
    labels.extend(tokens(request).into_iter().map(|token| format!("--set={token}=VALUE")));
    Script {
        word: "apply",
        text,
        info: "Sets every preference of the policy; a script cannot enforce, the profile does.".to_owned(),
        notes: if users { WITH_USERS } else { WITHOUT_USERS }.to_owned(),
        labels,
    }
}

/// The tokens of people that the policy uses, and that no Mac knows.
fn tokens(request: &Request<'_, '_>) -> Vec<String> {
    let mut used = BTreeSet::new();
    for value in request.plan.settings.iter().filter_map(|setting| setting.value.as_ref()) {
        words::tokens(value, &mut used);
    }
    let known = ["user.short-name", "user.full-name"];
    used.into_iter().filter(|name| name.starts_with("user.") && !known.contains(&name.as_str())).collect()
}

fn remove(text: String) -> Script {
    Script {
        word: "remove",
        text,
        info: "Takes back what apply.sh wrote, and removes what [unset] names and what has left the policy."
            .to_owned(),
        notes: ON_DEMAND.to_owned(),
        labels: vec![
            WHOSE.to_owned(),
            "--left: only what [unset] names and what has left the policy".to_owned(),
            "--dry-run: change nothing".to_owned(),
            "--quiet: say only what failed".to_owned(),
            "--nobody=STATUS: the exit status when nobody is logged in (3)".to_owned(),
        ],
    }
}

fn check(text: String) -> Script {
    Script {
        word: "check",
        text,
        info: "Says in the policy's log whether every setting holds on the Mac; exit status 1 is drift."
            .to_owned(),
        notes: format!("{ON_DEMAND}; the extension attribute says the same at each inventory update"),
        labels: vec![
            "--list: one line for each setting; or --json".to_owned(),
            "--effective: look at what users have, too".to_owned(),
            "--user=NAME: whose preferences count".to_owned(),
            "--exit-zero: a Mac that drifts is no failure of the policy".to_owned(),
            "--check: note what was found in /Library/Preferences".to_owned(),
            "--strict-types: a value of another type is drift".to_owned(),
        ],
    }
}

fn collect(text: String) -> Script {
    Script {
        word: "collect",
        text,
        info: "Writes a snapshot of the Mac, which `prefsmith diff` reads. It stays on the Mac until somebody fetches it."
            .to_owned(),
        notes: ON_DEMAND.to_owned(),
        labels: vec![
            "--out=FILE: where the snapshot goes, instead of /Library/Application Support/prefsmith".to_owned(),
            "--pseudonymise: no names of users in it".to_owned(),
            "--user=NAME: only this user's; or console".to_owned(),
            "--stdout: print what profiles enforce, as one line, instead".to_owned(),
            "--catalogue: every key that is known, beside the policy's".to_owned(),
        ],
    }
}

/// A script with what Jamf has to know in its head.
fn headed(script: &str, notes: &str) -> String {
    let lines = format!(
        "\n#\n# In a policy of Jamf Pro. {notes}.\n# Jamf's own parameters 1 to 3 are skipped; from 4 on, one option in each.\n#\n"
    );
    script.replacen("\n#\n", &lines, 1)
}

/// The extension attribute of the policy, and where the policy asks for it one for each setting.
fn attributes(request: &Request<'_, '_>, made: &mut Made, findings: &mut Findings) {
    let name = &request.plan.identity.name;
    let others = not_judged(request);
    let mut about = "Compliant, Drift: KEYS, Unknown: WHY, or Not installed.".to_owned();
    if !others.is_empty() {
        about.push_str(&format!(
            " It does not judge {}: an inventory does not know what users have, or who they are.",
            listed(&others)
        ));
    }
    let whole = request.plan.only(|setting| is_judged(setting, request.catalog));
    if !whole.settings.is_empty() {
        made.verdict = Some(name.clone());
        attribute(request, &whole, (POLICY.to_owned(), name.clone(), about), made, findings);
    }
    if request.options(super::NAME).flag("attribute-per-setting") != Some(true) {
        return;
    }
    let mut used = BTreeSet::new();
    for setting in &whole.settings {
        let (domain, key) = (&setting.domain, &setting.key);
        let short = request.catalog.short(domain.as_str());
        let only = whole.only(|other| other.domain == *domain && other.key == *key);
        let label = format!("{name} - {short}:{key}");
        let about = format!("{key} of {domain}: Compliant, Drift, Unknown: WHY, or Not installed.");
        let stem = slug(&format!("{short}.{key}"));
        let mut slug = stem.clone();
        let mut number = 1;
        while !used.insert(slug.to_ascii_lowercase()) {
            number += 1;
            slug = format!("{stem}-{number}");
        }
        attribute(request, &only, (slug, label, about), made, findings);
    }
}

fn attribute(
    request: &Request<'_, '_>,
    plan: &CheckedPlan,
    (slug, name, about): (String, String, String),
    made: &mut Made,
    findings: &mut Findings,
) {
    let options = CheckOptions { result: true, exit_zero: true, ..CheckOptions::default() };
    // What is to be said of secrets is said once, of the check.
    let mut said = Findings::new();
    match check_script(&Request { plan, ..*request }, &options, &mut said) {
        Some(text) => {
            let text = text.replacen(
                "\n#\n",
                "\n#\n# An extension attribute of Jamf Pro: data type String, input type Script.\n#\n",
                1,
            );
            let single = slug != POLICY;
            made.attributes.push(Attribute { slug, name, about, single, text });
        }
        None => findings.extend(said),
    }
}

/// The extension attributes with the builds of apps, which groups by build ask.
pub(super) fn of_build(
    product: &Product<'_>,
    request: &Request<'_, '_>,
    findings: &mut Findings,
) -> Option<Attribute> {
    let key = product.version_key.unwrap_or("CFBundleVersion");
    match Scripts::get().and_then(|scripts| scripts.build_of_app(product.title, key, &product.app)) {
        Ok(text) => Some(Attribute {
            slug: format!("build-{}", slug(product.name)),
            name: super::groups::attribute_of_build(product),
            single: false,
            about: format!(
                "The version of {} with its build, which Jamf's inventory does not have.",
                product.title
            ),
            text,
        }),
        Err(error) => {
            findings.push(at_policy(Finding::new("unwritable-text", error.to_string()), request));
            None
        }
    }
}
