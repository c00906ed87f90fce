//! Munki: a pkginfo without a package, whose scripts set preferences for the whole Mac.
//!
//! Munki installs no profiles on macOS 11 and later. It asks `installcheck_script` whether there is something to
//! install: status 0 says yes, any other no. So only a Mac on which everything is right answers 1.

use super::mobileconfig::at_policy;
use super::parts::MAIN;
use super::{Artefact, Defaults, Readme, Request, Target};
use crate::finding::{Finding, Findings, listed};
use crate::plan::Setting;
use crate::value::{Value, write};
use std::collections::{BTreeMap, BTreeSet};

/// The target `munki`.
pub struct Munki;

/// Its name, which is also that of its table in a policy and of its folder.
const NAME: &str = "munki";

/// What ends the one that asks: 1 if all is right, 0 if something is to be done or could not be found out.
const CHECK: &str = "
# To Munki, 0 says that something is to be installed, and anything else that nothing is.
ended=0
trap 'ended=$?; [ -z \"$work\" ] || rm -rf \"$work\"; [ \"$ended\" = 0 ] && exit 1; exit 0' EXIT
main --level computer --dry-run
";

impl Target for Munki {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "Munki: a pkginfo whose scripts set preferences for the whole Mac; they cannot enforce"
    }

    fn emit(&self, request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Artefact> {
        own_files(request, findings);
        no_user(request, findings);
        let made = Defaults.emit(request, findings);
        if request.blocked(findings) {
            return Vec::new();
        }
        let script = |name: &str| {
            let end = format!("/{name}.sh");
            let script = made.iter().find(|made| made.path.as_str().ends_with(&end))?;
            String::from_utf8(script.bytes.clone()).ok()?.strip_suffix(MAIN).map(str::to_owned)
        };
        let (Some(apply), Some(remove)) = (script("apply"), script("remove")) else {
            let finding = Finding::new("empty-profile", "the policy sets nothing: there is no item to write");
            findings.push(at_policy(finding, request));
            return Vec::new();
        };
        let pkginfo = pkginfo(request, &apply, &remove);
        let bytes = match write::to_xml(&Value::Dictionary(pkginfo)) {
            Ok(bytes) => bytes,
            Err(error) => {
                let title = format!("the pkginfo cannot be written: {error}");
                findings.push(at_policy(Finding::new("unwritable-text", title), request));
                return Vec::new();
            }
        };
        let name = format!("{}.plist", request.stem);
        let mut artefacts: Vec<Artefact> = request.file(NAME, &name, bytes, findings).into_iter().collect();
        artefacts.extend(readme(request, &name).artefact(request, NAME, findings));
        artefacts
    }
}

fn pkginfo(request: &Request<'_, '_>, apply: &str, remove: &str) -> BTreeMap<String, Value> {
    let (identity, options) = (&request.plan.identity, request.options(NAME));
    let mut entries: BTreeMap<String, Value> = BTreeMap::new();
    let mut put = |key: &str, value: Value| {
        entries.insert(key.to_owned(), value);
    };
    let catalogs = options.list("catalogs");
    let catalogs = if catalogs.is_empty() { vec!["testing"] } else { catalogs };
    put("name", Value::string(name(request)));
    put("version", Value::string(options.text("version").unwrap_or("1.0")));
    put("display_name", Value::string(&identity.name));
    let said = identity.description.clone();
    let about = said.unwrap_or_else(|| format!("Sets the preferences of the policy \"{}\".", identity.name));
    put("description", Value::string(about));
    put("catalogs", Value::Array(catalogs.into_iter().map(Value::string).collect()));
    for (key, field) in
        [("category", "category"), ("developer", "developer"), ("installable_condition", "condition")]
    {
        if let Some(text) = options.text(field) {
            put(key, Value::string(text));
        }
    }
    put("installer_type", Value::string("nopkg"));
    put("unattended_install", Value::Boolean(true));
    put("unattended_uninstall", Value::Boolean(true));
    put("uninstallable", Value::Boolean(true));
    put("uninstall_method", Value::string("uninstall_script"));
    put("installcheck_script", Value::string(format!("{apply}{CHECK}")));
    put("postinstall_script", Value::string(format!("{apply}\nmain --level computer\n")));
    put("uninstall_script", Value::string(format!("{remove}\nmain --level computer\n")));
    entries
}

/// The name of the item.
fn name<'r>(request: &Request<'r, '_>) -> &'r str {
    request.options(NAME).text("name").unwrap_or(request.plan.identity.id.as_str())
}

/// Preferences in a file of each home, which the computer's do not reach.
fn own_files(request: &Request<'_, '_>, findings: &mut Findings) {
    let in_home = |setting: &&Setting| {
        let known = request.catalog.domain(setting.domain.as_str());
        known.and_then(|domain| domain.file).is_some_and(|file| file.starts_with("~/"))
    };
    let settings: Vec<&Setting> = request.plan.settings.iter().filter(in_home).collect();
    if settings.is_empty() {
        return;
    }
    let names: Vec<&str> = settings.iter().map(|setting| setting.key.as_str()).collect();
    let title = format!(
        "Munki sets preferences for the whole Mac, where the app does not look for {}",
        listed(&names)
    );
    let mut finding = Finding::new("munki-sets-for-all", title)
        .note("these preferences are a file in the home of each user");
    for setting in settings {
        finding = finding.at(setting.origin.clone(), "").about(setting.domain.as_str(), setting.key.as_str());
    }
    findings.push(finding.help("the scripts of `--target defaults` set them for users who are logged in"));
}

/// Tokens of people: what is set for the whole Mac is nobody's own.
fn no_user(request: &Request<'_, '_>, findings: &mut Findings) {
    for setting in &request.plan.settings {
        let mut tokens = BTreeSet::new();
        if let Some(value) = &setting.value {
            tokens_of(value, &mut tokens);
        }
        let Some(token) = tokens.into_iter().find(|token| token.starts_with("user.")) else { continue };
        let title =
            format!("what Munki sets is for every user of the Mac: `${{{token}}}` has no meaning there");
        findings.push(
            Finding::new("token-in-script", title)
                .at(setting.places.at.clone(), "")
                .about(setting.domain.as_str(), setting.key.as_str())
                .help("keep it in a policy of its own, and build a profile of it"),
        );
    }
}

fn tokens_of<'v>(value: &'v Value, into: &mut BTreeSet<&'v str>) {
    match value {
        Value::String(text) => into.extend(text.tokens()),
        Value::Array(items) => items.iter().for_each(|item| tokens_of(item, into)),
        Value::Dictionary(entries) => entries.values().for_each(|value| tokens_of(value, into)),
        _ => {}
    }
}

fn readme(request: &Request<'_, '_>, file: &str) -> Readme {
    let mut readme = Readme::new("For Munki", request);
    let name = name(request);
    readme.paragraph(&format!(
        "{file} is a pkginfo without a package (nopkg). Its scripts write the policy to /Library/Preferences, for every \
         user of the Mac. They set and cannot enforce: a user's own value wins over the computer's, and a profile over both. \
         Munki does not install profiles on macOS 11 and later; what must hold belongs into a profile of your MDM."
    ));
    readme.section("What to do");
    let copy =
        format!("Copy {file} into pkgsinfo/ of the repository; replace it there when the policy changes.");
    let manifest = format!("Name \"{name}\" under managed_installs of a manifest.");
    let back = format!("To take it back, name \"{name}\" under managed_uninstalls instead.");
    readme.steps([copy.as_str(), "Run makecatalogs.", manifest.as_str(), back.as_str()]);
    readme.section("How it works");
    readme.list([
        "installcheck_script compares every key, with its type, and changes nothing. Status 0 has Munki install: something \
         differs, or could not be read. Status 1: everything is right. It prints each key.",
        "postinstall_script writes what differs, reads it back, and notes what was there before.",
        "uninstall_script takes back what is still as it was written, and restores what was there before.",
        "The version plays no part: Munki asks the script. So every change of the policy arrives with the same version; \
         `version` under [target.munki] sets another.",
        "Each run of Munki repairs what was changed in /Library/Preferences since.",
    ]);
    readme
}
