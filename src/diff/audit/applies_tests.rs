//! Policies that are for some of the Macs, and Macs of which only an MDM has told, by hand.

use super::tests::{plan, world};
use super::{Applied, Glance, Ledger, Scope, State, Told};
use crate::catalog::Catalog;
use crate::diff::applies::{Applies, Assignment};
use crate::diff::attributes::Attributes;
use crate::diff::outcome::Standing;
use crate::diff::verdict::Verdict;
use crate::mac::world::World;
use crate::mac::{About, Mac, Who};
use crate::plan::AppliesTo;

const CHECK: &str = "[settings.AutoUpdate]\nHowToCheck = \"Manual\"\n";

fn to(conditions: &str, catalog: &Catalog<'_>) -> AppliesTo {
    plan(&format!("{conditions}\n{CHECK}"), catalog).applies_to
}

/// What is said of a Mac: the word, and why.
fn said(conditions: &str, world: &World, table: &str) -> (&'static str, Vec<String>) {
    let catalog = Catalog::builtin();
    let to = to(conditions, &catalog);
    let mac = Mac::read(world, &[], Who::Console, &catalog).unwrap();
    let wanted: Vec<&str> = to.attributes.keys().map(String::as_str).collect();
    let attributes = match table {
        "" => Attributes::default(),
        table => Attributes::read(table.as_bytes(), &wanted).unwrap(),
    };
    let applies = Assignment { catalog: &catalog, attributes: &attributes }.applies(&to, &mac);
    (applies.word(), applies.because().to_vec())
}

const MACOS: &str = "/System/Library/CoreServices/SystemVersion.plist";

#[test]
fn every_condition() {
    let collected = "<key>collected</key><dict></dict>";
    let about = format!(
        "<key>format</key><integer>1</integer><key>serial</key><string>C02A</string>\
         <key>name</key><string>LAB-01</string>{collected}"
    );
    let id = "<key>CFBundleIdentifier</key><string>com.microsoft.autoupdate2</string>\
              <key>CFBundleVersion</key><string>4.70.24030100</string>";
    let app = "/Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app/Contents/Info.plist";
    let mac = World::default()
        .with("/prefsmith-snapshot.plist", &about)
        .with(MACOS, "<key>ProductVersion</key><string>14.6.1</string>")
        .with(app, id);
    let bare = World::default().with("/prefsmith-snapshot.plist", "<key>format</key><integer>1</integer>");
    let of = |conditions: &str| said(&format!("[applies-to]\n{conditions}"), &mac, "").0;
    let of_bare = |conditions: &str| said(&format!("[applies-to]\n{conditions}"), &bare, "").0;
    for (conditions, mac_says, bare_says) in [
        ("", "yes", "yes"),
        ("macOS = \"14 ..\"", "yes", "unknown"),
        ("macOS = [\".. 13\", \"15 ..\"]", "no", "unknown"),
        ("macOS = \"..\"", "yes", "yes"),
        ("serial = \"c02*\"", "yes", "unknown"),
        ("serial = \"FVF*\"", "no", "unknown"),
        // Either will do.
        ("serial = \"FVF*\"\nname = \"LAB-??\"", "yes", "unknown"),
        ("name = \"*\"", "yes", "yes"),
        ("apps.AutoUpdate = \"4.60 ..\"", "yes", "unknown"),
        ("apps.AutoUpdate = \"4.80 ..\"", "no", "unknown"),
        ("apps.AutoUpdate = \"none\"", "no", "unknown"),
        ("apps.\"com.microsoft.autoupdate2\" = \"..\"", "yes", "unknown"),
        ("apps.Outlook = \"none\"", "yes", "unknown"),
        ("apps.Office = \"..\"", "no", "unknown"),
        // One that does not hold is enough.
        ("macOS = \"15 ..\"\nattributes.room = \"7\"", "no", "unknown"),
        ("macOS = \"14 ..\"\nattributes.room = \"7\"", "unknown", "unknown"),
    ] {
        assert_eq!((of(conditions), of_bare(conditions)), (mac_says, bare_says), "{conditions}");
    }
    let table = |text: &str| said("[applies-to.attributes]\nroom = [\"7*\", \"lab\"]", &mac, text);
    assert_eq!(table("serial,room\nc02a,77\n").0, "yes");
    assert_eq!(table("serial,room\nC02A,8\n"), ("no", vec!["its room is `8`, not `7*` or `lab`".to_owned()]));
    assert_eq!(table("name,room\nLAB-01,\n"), ("no", vec!["it has no room, not `7*` or `lab`".to_owned()]));
    assert_eq!(
        table("serial,room\nC02B,7\n"),
        ("unknown", vec!["its room is not known: the Mac is not in the table of attributes".to_owned()])
    );
}

/// A later file and a variant say a condition anew, and the others stay.
#[test]
fn variants_take_over_conditions() {
    let catalog = Catalog::builtin();
    let text =
        "[applies-to]\nmacOS = \"14 ..\"\nname = \"LAB-*\"\n[variant.pilot.applies-to]\nname = \"*\"\n";
    let variant = super::tests::variant(&format!("{text}{CHECK}"), "pilot", &catalog).applies_to;
    assert_eq!((variant.name.as_slice(), variant.macos.is_some()), (&["*".to_owned()][..], true));
    assert_eq!(to(text, &catalog).name, ["LAB-*"]);
}

#[test]
fn three_macs_and_two_policies() {
    let catalog = Catalog::builtin();
    let all = plan(CHECK, &catalog);
    let lab = plan(
        "[applies-to]\nserial = [\"A*\"]\n[applies-to.attributes]\nroom = \"7\"\n\
         [settings.AutoUpdate]\nExtendedLogging = false\n",
        &catalog,
    );
    let policies = vec![("all".to_owned(), vec![&all]), ("lab".to_owned(), vec![&lab])];
    let scope = Scope::new(policies, &catalog).unwrap();
    assert_eq!(scope.attributes().into_iter().collect::<Vec<_>>(), [("room", "lab")]);
    let table = Attributes::read(b"serial,room\nA1,7\nB1,7\n", &["room"]).unwrap();
    let asked = Assignment { catalog: &catalog, attributes: &table };
    let applied = |serial: &str| {
        let mac = Mac::read(&world(serial, "2027-01-03T08:00:00Z", "", ""), &[], Who::Console, &catalog);
        let mac = mac.unwrap();
        scope.applied(|to| asked.applies(to, &mac))
    };
    let open = "lab: its room is not known: the Mac is not in the table of attributes".to_owned();
    assert_eq!(applied("A1"), Applied { policies: 0b11, applies: Applies::Yes });
    assert_eq!(applied("B1"), Applied { policies: 0b01, applies: Applies::Yes });
    assert_eq!(applied("A2"), Applied { policies: 0b01, applies: Applies::Unknown(vec![open]) });
    let one = Scope::new(vec![("lab".to_owned(), vec![&lab])], &catalog).unwrap();
    let mac = Mac::read(&world("B1", "2027-01-03T08:00:00Z", "", ""), &[], Who::Console, &catalog).unwrap();
    let none = one.applied(|to| asked.applies(to, &mac));
    assert_eq!(none.policies, 0);
    assert_eq!(none.applies.because(), ["lab: its serial number is `B1`, not `A*`"]);
}

#[test]
fn what_an_mdm_has_told() {
    let catalog = Catalog::builtin();
    let plan = plan("[settings.AutoUpdate]\nHowToCheck = \"Manual\"\nExtendedLogging = false\n", &catalog);
    let scope = Scope::new(vec![("office".to_owned(), vec![&plan])], &catalog).unwrap();
    let applied = Applied { policies: 1, applies: Applies::Yes };
    let glance = |serial: &str, whole: State, told: [Told; 2]| {
        let about = About { serial: Some(serial.to_owned()), ..About::default() };
        Glance::reported(&about, &scope, &applied, whole, |place, _| told[place])
    };
    let mut ledger = Ledger::default();
    for (serial, whole, told, state) in [
        ("1", State::Compliant, [Told::Fine, Told::Fine], State::Compliant),
        ("2", State::Compliant, [Told::NotAsked, Told::Fine], State::Compliant),
        ("3", State::Compliant, [Told::NotAsked, Told::Drifts(Verdict::Differs)], State::Drifted),
        ("4", State::Compliant, [Told::Fine, Told::Open], State::Undecided),
        // The answer names a setting that this policy does not have.
        ("5", State::Drifted, [Told::Fine, Told::Fine], State::Drifted),
        ("6", State::Compliant, [Told::NotApplicable, Told::NotApplicable], State::Undecided),
        ("7", State::Compliant, [Told::NotAsked, Told::NotAsked], State::Undecided),
    ] {
        let glance = glance(serial, whole, told);
        assert_eq!(glance.gist.state, state, "{serial}");
        ledger.add(glance, String::new);
    }
    let summary = ledger.summary(&scope, false);
    let macs = &summary.macs;
    assert_eq!((macs.compliant, macs.drifted, macs.undecided, macs.reported), (2, 2, 3, 7));
    let [logging, check] = summary.settings.as_slice() else { panic!("{:?}", summary.settings) };
    assert_eq!((logging.macs, logging.not_asked), (4, 3));
    assert_eq!((check.macs, check.not_asked), (6, 1));
    assert_eq!([Standing::Compliant, Standing::NotApplicable].map(|one| logging.standing(one)), [3, 1]);
    let standings = [Standing::Compliant, Standing::Drifted, Standing::Undecided, Standing::NotApplicable];
    assert_eq!(standings.map(|one| check.standing(one)), [3, 1, 1, 1]);
    assert!(check.layers.is_empty(), "{:?}", check.layers);
    // Of the seventh nobody asked for anything of the app.
    let [app] = summary.domains.as_slice() else { panic!("{:?}", summary.domains) };
    assert_eq!((app.macs, app.drifted, app.undecided), (6, 1, 1));
}
