//! Each verdict, and each layer from which it may come.

use super::verdict::{Judged, Judging, Verdict, extra, judge};
use crate::catalog::Catalog;
use crate::finding::{Findings, Sources};
use crate::mac::world::World;
use crate::mac::{Ask, Mac, Who};
use crate::plan::Plan;
use crate::policy::{Files, Policy};
use std::collections::BTreeMap;

struct One(String);

impl Files for One {
    fn read(&self, _path: &str) -> Result<String, String> {
        Ok(self.0.clone())
    }
}

fn plan(policy: &str, catalog: &Catalog<'_>) -> Plan {
    let text =
        format!("[policy]\nid = \"com.example.test\"\nset-once-stamp = 2027-01-31T00:00:00Z\n{policy}\n");
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let policy = Policy::load("policy.toml", &One(text), &mut sources, &mut findings).unwrap();
    let plan = policy.resolve(catalog, &mut findings);
    assert!(!findings.has_errors(), "{findings:?}");
    plan
}

fn key(key: &str, value: &str) -> String {
    format!("<key>{key}</key>{value}")
}

const UPDATES: &str = "[settings.AutoUpdate]\nHowToCheck = \"Manual\"";
const MANAGED: &str = "/Library/Managed Preferences/com.microsoft.autoupdate2.plist";
const USER: &str = "/Users/anna/Library/Preferences/com.microsoft.autoupdate2.plist";
const COMPUTER: &str = "/Library/Preferences/com.microsoft.autoupdate2.plist";

fn manual() -> String {
    key("HowToCheck", "<string>Manual</string>")
}

/// A Mac with one user and AutoUpdate of this version.
fn world(autoupdate: Option<&str>) -> World {
    let world = World::default()
        .with("/Users/anna/Library/Preferences/x.plist", "")
        .with("/Library/Preferences/x.plist", "");
    let path = "/Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app/Contents/Info.plist";
    match autoupdate {
        None => world,
        Some(version) => {
            let id = key("CFBundleIdentifier", "<string>com.microsoft.autoupdate2</string>");
            world.with(path, &(id + &key("CFBundleVersion", &format!("<string>{version}</string>"))))
        }
    }
}

fn installed() -> World {
    world(Some("4.70.24030100"))
}

/// Verdict, drift, layer and details of each setting.
fn told(policy: &str, world: &World, judging: &Judging<'_>) -> Vec<String> {
    let catalog = Catalog::builtin();
    let plan = plan(policy, &catalog);
    let mac = mac(&plan, world, &catalog);
    let judging = Judging { user: mac.users.first().map(|user| user.name.as_str()), ..judging.clone() };
    let line = |judged: &Judged<'_>| {
        let drift = if judged.drift { " drift" } else { "" };
        let layer = judged.layer.map_or("-", |layer| layer.word());
        format!("{}{drift} {layer} {}", judged.verdict.word(), judged.detail.join("; ")).trim_end().to_owned()
    };
    judge(&plan, &mac, &catalog, &judging).iter().map(line).collect()
}

fn mac(plan: &Plan, world: &World, catalog: &Catalog<'_>) -> Mac {
    let asks: Vec<Ask<'_>> =
        plan.settings.iter().map(|setting| Ask { domain: setting.domain.as_str(), keys: None }).collect();
    Mac::read(world, &asks, Who::Console, catalog).unwrap()
}

fn tell(policy: &str, world: &World) -> String {
    told(policy, world, &Judging::default()).join("\n")
}

#[test]
fn from_every_layer() {
    assert_eq!(tell(UPDATES, &installed().with(MANAGED, &manual())), "enforced managed-computer");
    let user = "/Library/Managed Preferences/anna/com.microsoft.autoupdate2.plist";
    assert_eq!(tell(UPDATES, &installed().with(user, &manual())), "enforced managed-user");
    let global = "/Library/Managed Preferences/.GlobalPreferences.plist";
    assert_eq!(tell(UPDATES, &installed().with(global, &manual())), "enforced managed-global");
    assert_eq!(tell(UPDATES, &installed().with(USER, &manual())), "set drift user");
    let uuid = "6D1F36B5-0C35-5D9C-9B8E-58F08A1D7C42";
    let host = format!("/Users/anna/Library/Preferences/ByHost/com.microsoft.autoupdate2.{uuid}.plist");
    assert_eq!(tell(UPDATES, &installed().with(&host, &manual())), "set drift user-host");
    let global = "/Users/anna/Library/Preferences/.GlobalPreferences.plist";
    assert_eq!(tell(UPDATES, &installed().with(global, &manual())), "set drift user-global");
    assert_eq!(tell(UPDATES, &installed().with(COMPUTER, &manual())), "set drift computer");
    let global = "/Library/Preferences/.GlobalPreferences.plist";
    assert_eq!(tell(UPDATES, &installed().with(global, &manual())), "set drift computer-global");
}

#[test]
fn another_value_and_none() {
    let other = key("HowToCheck", "<string>AutomaticCheck</string>");
    assert_eq!(tell(UPDATES, &installed().with(MANAGED, &other)), "differs drift managed-computer");
    assert_eq!(tell(UPDATES, &installed().with(USER, &other)), "differs drift user");
    // What is enforced wins over what the user has.
    let both = installed().with(MANAGED, &manual()).with(USER, &other);
    assert_eq!(tell(UPDATES, &both), "enforced managed-computer");
    assert_eq!(tell(UPDATES, &installed()), "missing drift -");
}

#[test]
fn the_documented_default() {
    let catalog = Catalog::builtin();
    let known = catalog.key("com.microsoft.autoupdate2", "HowToCheck").unwrap();
    let default = known.key.node.default.as_ref().and_then(|default| default.value.as_ref()).unwrap();
    let policy = format!("[settings.AutoUpdate]\nHowToCheck = {}", default.to_value());
    let said = tell(&policy, &installed());
    assert!(said.starts_with("default drift app-default nothing is set"), "{said}");
}

#[test]
fn not_read_by_this_mac() {
    assert_eq!(tell(UPDATES, &world(None)), "not-applicable - AutoUpdate is not installed");
    // What is enforced counts whatever is installed.
    assert_eq!(tell(UPDATES, &world(None).with(MANAGED, &manual())), "enforced managed-computer");
    let cache = "[settings.AutoUpdate]\nUpdateCheckInterval = 360";
    let said = tell(cache, &world(Some("4.10.19041401")));
    assert!(said.starts_with("not-applicable - AutoUpdate 4.10 [19041401] does not read it"), "{said}");
    // A version that cannot be told is no excuse.
    assert_eq!(tell(UPDATES, &world(Some("unknown"))), "missing drift -");
}

#[test]
fn what_nobody_can_read_decides_nothing() {
    let broken = installed().with(USER, &manual()).denied(MANAGED);
    assert_eq!(tell(UPDATES, &broken), format!("unreadable - {MANAGED}: it may not be read"));
    // What stands below the winner does not matter.
    assert_eq!(
        tell(UPDATES, &installed().with(MANAGED, &manual()).denied(USER)),
        "enforced managed-computer"
    );
}

#[test]
fn keys_that_count_only_if_forced() {
    let policy = "[settings.Outlook]\nDisableImport = true";
    let info = key("CFBundleIdentifier", "<string>com.microsoft.Outlook</string>")
        + &key("CFBundleVersion", "<string>16.90.24101513</string>");
    let outlook = |path: &str| {
        installed()
            .with("/Applications/Microsoft Outlook.app/Contents/Info.plist", &info)
            .with(path, &key("DisableImport", "<true/>"))
    };
    let said = tell(policy, &outlook("/Users/anna/Library/Preferences/com.microsoft.Outlook.plist"));
    assert!(said.starts_with("ineffective drift user the app takes this key from profiles only"), "{said}");
    let managed = "/Library/Managed Preferences/com.microsoft.Outlook.plist";
    assert_eq!(tell(policy, &outlook(managed)), "enforced managed-computer");
}

#[test]
fn values_of_another_type() {
    let policy = "[settings.AutoUpdate]\nDisableInsiderCheckbox = true";
    let one = key("DisableInsiderCheckbox", "<integer>1</integer>");
    let said = "managed-computer it is an integer, where a boolean is wanted";
    assert_eq!(tell(policy, &installed().with(MANAGED, &one)), format!("wrong-type {said}"));
    let strict = Judging { strict_types: true, ..Judging::default() };
    let managed = installed().with(MANAGED, &one);
    assert_eq!(told(policy, &managed, &strict), [format!("wrong-type drift {said}")]);
}

#[test]
fn keys_that_must_not_be_there() {
    let policy = "[unset]\nAutoUpdate = [\"HowToCheck\"]";
    assert_eq!(tell(policy, &installed()), "absent -");
    assert_eq!(tell(policy, &installed().with(USER, &manual())), "unwanted drift user");
    let doubt = format!("unreadable - {USER}: it may not be read");
    assert_eq!(tell(policy, &installed().denied(USER)), doubt);
}

/// A user whose preferences were not read may have the key.
#[test]
fn a_key_that_must_not_be_there_is_not_absent_where_nobody_looked() {
    let two = installed().with("/Users/ben/Library/Preferences/x.plist", "");
    for section in
        ["[unset]\nAutoUpdate = [\"HowToCheck\"]", "[set-once.AutoUpdate]\nHowToCheck = \"Manual\""]
    {
        // So may one whom a collector left out.
        let keys = "<key>/Users</key><string>nobody was at the screen</string>";
        let about = format!("<key>format</key><integer>1</integer><key>unreadable</key><dict>{keys}</dict>");
        let left_out = World::default().with("/prefsmith-snapshot.plist", &about);
        for world in [&two, &left_out] {
            let said = tell(section, world);
            assert!(said.starts_with("unreadable - nobody's own preferences were read"), "{said}");
        }
    }
}

#[test]
fn starting_values_and_weak_ones() {
    let once = "[set-once.AutoUpdate]\nHowToCheck = \"Manual\"";
    let other = key("HowToCheck", "<string>AutomaticCheck</string>");
    assert_eq!(tell(once, &installed().with(USER, &manual())), "set user");
    let changed = "differs user the user has changed it, as a starting value may be";
    assert_eq!(tell(once, &installed().with(USER, &other)), changed);
    assert_eq!(tell(once, &installed()), "missing drift -");
    let weak = "[defaults.AutoUpdate]\nHowToCheck = \"Manual\"";
    assert_eq!(tell(weak, &installed().with(COMPUTER, &manual()).with(USER, &other)), "set computer");
    assert_eq!(tell(weak, &installed().with(USER, &manual())), "missing drift -");
    assert_eq!(tell(weak, &installed().with(COMPUTER, &other)), "differs drift computer");
}

#[test]
fn identity_tokens() {
    let policy = "[settings.\"com.microsoft.office\"]\nOfficeActivationEmailAddress = \"${user.upn}\"";
    let mail = key("OfficeActivationEmailAddress", "<string>anna@example.com</string>");
    let world = installed().with("/Library/Managed Preferences/com.microsoft.office.plist", &mail);
    let said = tell(policy, &world);
    assert!(said.starts_with("not-comparable managed-computer nobody said what `${user.upn}` is"), "{said}");
    let of = |name: &str| Judging {
        tokens: BTreeMap::from([("user.upn".to_owned(), name.to_owned())]),
        ..Judging::default()
    };
    assert_eq!(told(policy, &world, &of("anna@example.com")), ["enforced managed-computer"]);
    assert_eq!(told(policy, &world, &of("ben@example.com")), ["differs drift managed-computer"]);
    // Nothing is there: that it is missing needs no token.
    assert_eq!(tell(policy, &installed()), "missing drift -");
}

#[test]
fn what_is_managed_beside_the_policy() {
    let catalog = Catalog::builtin();
    let plan = plan(UPDATES, &catalog);
    let keys = manual() + &key("UpdateCheckInterval", "<integer>9</integer>");
    let user = "/Library/Managed Preferences/anna/com.microsoft.autoupdate2.plist";
    let world = installed().with(MANAGED, &keys).with(user, &keys);
    let mac = mac(&plan, &world, &catalog);
    let found: Vec<String> = extra(&plan, &mac, Some("anna"))
        .iter()
        .map(|extra| format!("{} {}", extra.key, extra.layer.word()))
        .collect();
    assert_eq!(found, ["UpdateCheckInterval managed-computer"]);
    let judged = judge(&plan, &mac, &catalog, &Judging { user: Some("anna"), ..Judging::default() });
    assert_eq!(judged[0].verdict, Verdict::Enforced);
    assert_eq!(judged[0].path, Some(MANAGED));
}

/// No profile holds it, so that it is not enforced, whatever lies in the file that cannot be read.
#[test]
fn what_no_profile_holds_drifts_though_the_rest_cannot_be_read() {
    let denied = installed().denied(USER);
    assert_eq!(
        tell(UPDATES, &denied),
        format!("unreadable drift - {USER}: it may not be read; no profile enforces it")
    );
    assert_eq!(tell(UPDATES, &denied.with(MANAGED, &manual())), "enforced managed-computer");
    // Of a managed file, nobody knows whether it has the key.
    let managed = tell(UPDATES, &installed().denied(MANAGED));
    assert_eq!(managed, format!("unreadable - {MANAGED}: it may not be read"));
    // An app that is not there needs nothing.
    let absent = tell(UPDATES, &world(None).denied(USER));
    assert!(absent.starts_with("not-applicable - "), "{absent}");
    let once = "[set-once.AutoUpdate]\nHowToCheck = \"Manual\"";
    assert_eq!(tell(once, &installed().denied(USER)), format!("unreadable - {USER}: it may not be read"));
}
