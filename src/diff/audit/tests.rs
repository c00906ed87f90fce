//! Fleets of a handful of Macs, with totals by hand.

use super::glance::Cell;
use super::{Fingerprint, Glance, Ledger, Newest, Scope, ScopeError, State, Summary};
use crate::catalog::Catalog;
use crate::diff::applies::Applies;
use crate::diff::outcome::{Expected, Standing, outcome};
use crate::diff::verdict::{Judging, Verdict};
use crate::finding::{Findings, Sources};
use crate::mac::world::World;
use crate::mac::{Ask, Layer, Mac, Who};
use crate::plan::Plan;
use crate::policy::{Files, Policy};

struct One(String);

impl Files for One {
    fn read(&self, _path: &str) -> Result<String, String> {
        Ok(self.0.clone())
    }
}

fn policy(settings: &str, findings: &mut Findings) -> Policy {
    let text = format!("[policy]\nid = \"com.example.test\"\n{settings}\n");
    Policy::load("policy.toml", &One(text), &mut Sources::new(), findings).unwrap()
}

pub(super) fn plan(settings: &str, catalog: &Catalog<'_>) -> Plan {
    let mut findings = Findings::new();
    let plan = policy(settings, &mut findings).resolve(catalog, &mut findings);
    assert!(!findings.has_errors(), "{findings:?}");
    plan
}

pub(super) fn variant(settings: &str, name: &str, catalog: &Catalog<'_>) -> Plan {
    let mut findings = Findings::new();
    let plan = policy(settings, &mut findings).resolve_variant(name, catalog, &mut findings);
    assert!(!findings.has_errors(), "{findings:?}");
    plan.unwrap()
}

const OFFICE: &str = "[settings.AutoUpdate]\nHowToCheck = \"Manual\"\nExtendedLogging = false\n";

/// A snapshot: its serial number, when it was taken, and what profiles and users set.
pub(super) fn world(serial: &str, taken: &str, managed: &str, user: &str) -> World {
    let about = format!(
        "<key>format</key><integer>1</integer><key>serial</key><string>{serial}</string>\
         <key>name</key><string>Mac {serial}</string><key>taken</key><date>{taken}</date>"
    );
    let id = "<key>CFBundleIdentifier</key><string>com.microsoft.autoupdate2</string>\
              <key>CFBundleVersion</key><string>4.70.24030100</string>";
    let app = "/Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app/Contents/Info.plist";
    World::default()
        .with("/prefsmith-snapshot.plist", &about)
        .with("/Library/Managed Preferences/com.microsoft.autoupdate2.plist", managed)
        .with("/Users/anna/Library/Preferences/com.microsoft.autoupdate2.plist", user)
        .with(app, id)
}

const MANUAL: &str = "<key>HowToCheck</key><string>Manual</string>";
const QUIET: &str = "<key>ExtendedLogging</key><false/>";

fn glance(world: &World, scope: &Scope<'_>, catalog: &Catalog<'_>, applied: u128) -> Glance {
    let domains: Vec<&str> = scope.settings().iter().map(|setting| setting.domain.as_str()).collect();
    let asks: Vec<Ask<'_>> = domains.iter().map(|domain| Ask { domain, keys: None }).collect();
    let mac = Mac::read(world, &asks, Who::Console, catalog).unwrap();
    let expected = Expected {
        plans: scope.plans(applied),
        incomplete: false,
        judging: Judging::default(),
        exemptions: &[],
        today: None,
    };
    let mut outcome = outcome(&expected, &mac, catalog);
    if applied == 0 {
        outcome.applies = Applies::No(Vec::new());
    }
    Glance::of(&outcome, &mac, scope, applied)
}

/// The counts of states: compliant, drifted, undecided, unread, outside.
fn states(summary: &Summary<'_>) -> [usize; 5] {
    let macs = &summary.macs;
    [macs.compliant, macs.drifted, macs.undecided, macs.unread, macs.outside]
}

#[test]
fn five_macs() {
    let catalog = Catalog::builtin();
    let plan = plan(OFFICE, &catalog);
    let scope = Scope::new(vec![("office.toml".to_owned(), vec![&plan])], &catalog).unwrap();
    assert_eq!(scope.products(), ["AutoUpdate", "macOS"]);
    let both = format!("{MANUAL}{QUIET}");
    let day = |day: u32| format!("2027-01-{day:02}T08:00:00Z");
    let fleet = [
        // As it should be.
        world("A1", &day(3), &both, ""),
        // One is set by the user, the other nowhere: its default is the wanted value.
        world("A2", &day(3), "", MANUAL),
        // The older one of it comes first.
        world("A3", &day(1), "", ""),
        world("A3", &day(2), &both, ""),
        // Here it comes last, and another value counts.
        world("A4", &day(9), QUIET, "<key>HowToCheck</key><string>AutomaticDownload</string>"),
        world("A4", &day(8), &both, ""),
        // Nobody can read what is managed.
        world("A5", &day(3), "", "").denied("/Library/Managed Preferences/com.microsoft.autoupdate2.plist"),
    ];
    let mut ledger = Ledger::default();
    for (number, world) in fleet.iter().enumerate() {
        ledger.add(glance(world, &scope, &catalog, 1), || format!("{number}.tgz"));
    }
    ledger.add_unread("7.tgz", "cut off");
    let summary = ledger.summary(&scope, false);
    assert_eq!(states(&summary), [2, 2, 1, 1, 0]);
    assert_eq!((summary.macs.snapshots, summary.macs.older), (8, 2));
    assert_eq!((summary.macs.all(), summary.macs.of()), (6, 6));
    let [logging, check] = summary.settings.as_slice() else { panic!("{:?}", summary.settings) };
    assert_eq!((logging.setting.key.as_str(), check.setting.key.as_str()), ("ExtendedLogging", "HowToCheck"));
    for (sum, verdicts, drifted, layers) in [
        (
            check,
            vec![(Verdict::Enforced, 2), (Verdict::Set, 1), (Verdict::Differs, 1), (Verdict::Unreadable, 1)],
            2,
            vec![(Some(Layer::User), 2)],
        ),
        (
            logging,
            vec![(Verdict::Enforced, 3), (Verdict::Default, 1), (Verdict::Unreadable, 1)],
            1,
            vec![(Some(Layer::AppDefault), 1)],
        ),
    ] {
        assert_eq!(sum.macs, 5);
        assert_eq!(sum.verdicts.clone().into_iter().collect::<Vec<_>>(), verdicts);
        assert_eq!(sum.standing(Standing::Drifted), drifted);
        assert_eq!(sum.layers.clone().into_iter().collect::<Vec<_>>(), layers);
        assert_eq!(sum.standings.values().sum::<usize>(), 5);
    }
    let worst: Vec<_> =
        summary.worst.iter().map(|mac| (mac.source.as_str(), mac.drifted, mac.undecided)).collect();
    assert_eq!(worst, [("1.tgz", 2, 0), ("4.tgz", 1, 0), ("6.tgz", 0, 2)]);
    assert_eq!(summary.worst[0].serial, "A2");
    let [domain] = summary.domains.as_slice() else { panic!("{:?}", summary.domains) };
    assert_eq!((domain.macs, domain.drifted, domain.undecided), (5, 2, 1));
    let mau = &summary.apps[0];
    assert_eq!(mau.versions.values().copied().collect::<Vec<_>>(), [5]);
    assert_eq!((summary.apps[1].missing, summary.apps[1].unknown), (0, 5));
}

#[test]
fn two_policies_say_the_same() {
    let catalog = Catalog::builtin();
    let (one, other) =
        (plan(OFFICE, &catalog), plan("[settings.AutoUpdate]\nHowToCheck = \"Manual\"", &catalog));
    let policies = vec![("one".to_owned(), vec![&one]), ("other".to_owned(), vec![&other])];
    let scope = Scope::new(policies, &catalog).unwrap();
    assert_eq!(scope.settings().len(), 2);
    let mut ledger = Ledger::default();
    let both = world("A1", "2027-01-03T08:00:00Z", MANUAL, "");
    for applied in [0b11, 0b01, 0b10, 0b10, 0] {
        let mut glance = glance(&both, &scope, &catalog, applied);
        glance.mac = None;
        ledger.add(glance, String::new);
    }
    let summary = ledger.summary(&scope, true);
    assert!(summary.partial);
    assert_eq!(states(&summary), [2, 2, 0, 0, 1]);
    assert_eq!((summary.macs.all(), summary.macs.of()), (5, 4));
    let told: Vec<_> = summary.settings.iter().map(|sum| (sum.macs, sum.policies.clone())).collect();
    assert_eq!(told, [(2, vec![0]), (4, vec![0, 1])]);
    assert_eq!(summary.worst.iter().map(|mac| mac.of).collect::<Vec<_>>(), [2, 2]);
}

/// What is not kept of a Mac counts as good: a setting without a row must not.
#[test]
fn a_setting_that_nobody_judged_is_undecided() {
    let catalog = Catalog::builtin();
    let plan = plan(OFFICE, &catalog);
    let scope = Scope::new(vec![("office.toml".to_owned(), vec![&plan])], &catalog).unwrap();
    let world = world("A1", "2027-01-03T08:00:00Z", &format!("{MANUAL}{QUIET}"), "");
    let mac = Mac::read(&world, &[], Who::Console, &catalog).unwrap();
    let nothing = Expected {
        plans: Vec::new(),
        incomplete: false,
        judging: Judging::default(),
        exemptions: &[],
        today: None,
    };
    let glance = Glance::of(&outcome(&nothing, &mac, &catalog), &mac, &scope, 1);
    let standings: Vec<Standing> = glance.gist.cells.iter().map(|cell: &Cell| cell.standing()).collect();
    assert_eq!(standings, [Standing::Undecided; 2]);
}

#[test]
fn the_newest_of_each_mac() {
    let glance = |mac: Option<u64>, taken: Option<i64>, state: State| Glance {
        taken,
        ..Glance::bare(mac.map(Fingerprint), state)
    };
    use State::{Compliant, Drifted};
    let input = [
        (Some(1), Some(5), Drifted),
        (Some(1), Some(7), Compliant),
        (Some(1), None, Drifted),
        // In the same second: the first.
        (Some(2), Some(5), Drifted),
        (Some(2), Some(5), Compliant),
        (Some(0), Some(5), Compliant),
        // Nobody knows which these are.
        (None, Some(5), Compliant),
        (None, Some(6), Compliant),
    ];
    let catalog = Catalog::builtin();
    let plan = plan(OFFICE, &catalog);
    let scope = Scope::new(vec![(String::new(), vec![&plan])], &catalog).unwrap();
    let mut ledger = Ledger::default();
    let mut newest = Newest::default();
    for (mac, taken, state) in input {
        ledger.add(glance(mac, taken, state), String::new);
        newest.see(mac.map(Fingerprint), taken);
    }
    let summary = ledger.summary(&scope, false);
    assert_eq!(states(&summary), [4, 1, 0, 0, 0]);
    assert_eq!(summary.macs.older, 3);
    // The same in two looks.
    newest.settle();
    let written = input.map(|(mac, taken, _)| {
        let mac = mac.map(Fingerprint);
        !newest.is_older(mac, taken) && newest.is_first(mac)
    });
    assert_eq!(written, [false, true, false, true, false, true, true, true]);
}

#[test]
fn the_worst_thousand() {
    let catalog = Catalog::builtin();
    let plan = plan(OFFICE, &catalog);
    let scope = Scope::new(vec![(String::new(), vec![&plan])], &catalog).unwrap();
    let bad = glance(&world("A", "2027-01-03T08:00:00Z", "", ""), &scope, &catalog, 1);
    let good =
        glance(&world("A", "2027-01-03T08:00:00Z", &format!("{MANUAL}{QUIET}"), ""), &scope, &catalog, 1);
    let half = glance(&world("A", "2027-01-03T08:00:00Z", MANUAL, ""), &scope, &catalog, 1);
    assert_eq!(
        (bad.gist.state, good.gist.state, half.gist.state),
        (State::Drifted, State::Compliant, State::Drifted)
    );
    let mut ledger = Ledger::default();
    for number in 0..3000_u64 {
        let one = match number % 3 {
            0 => &good,
            1 => &half,
            _ => &bad,
        };
        let name = format!("{:04}", 3000 - number);
        ledger.add(Glance { mac: Some(Fingerprint(number)), name, ..one.clone() }, || number.to_string());
    }
    let summary = ledger.summary(&scope, false);
    assert_eq!(states(&summary), [1000, 2000, 0, 0, 0]);
    assert_eq!(summary.worst.len(), 1000);
    assert!(summary.worst.iter().all(|mac| mac.drifted == 2));
    assert_eq!((summary.worst[0].name.as_str(), summary.worst[999].name.as_str()), ("0001", "2998"));
}

#[test]
fn too_many_policies() {
    let catalog = Catalog::builtin();
    let many = |count: usize| vec![(String::new(), Vec::new()); count];
    assert_eq!(Scope::new(many(129), &catalog).err(), Some(ScopeError::Policies));
    assert_eq!(Scope::new(many(128), &catalog).unwrap().all(), u128::MAX);
}
