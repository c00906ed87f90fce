//! Macs from seeds: every verdict, from every layer that can give it; the same from memory, from a folder and from an
//! archive; and files that mean harm in every place where a Mac can hold one.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which clippy.toml does not know as tests")]

#[path = "common/world.rs"]
mod world;
#[path = "common/worlds.rs"]
mod worlds;

use prefsmith::catalog::Catalog;
use prefsmith::check::Options;
use prefsmith::diff::on_mac::spoken;
use prefsmith::diff::outcome::{Expected as Wanted, Outcome, outcome};
use prefsmith::diff::verdict::{Judging, Verdict};
use prefsmith::finding::{Findings, Sources};
use prefsmith::mac::archive::{Archive, Limits};
use prefsmith::mac::folder::Folder;
use prefsmith::mac::tree::Tree;
use prefsmith::mac::{Ask, Layer, Mac, MacError, Who};
use prefsmith::plan::Plan;
use prefsmith::policy::{Files, Policy};
use prefsmith::report::mac::{View, json, text};
use prefsmith::value::Value;
use prefsmith::value::read::{Budgets, Wanted as Wants};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use worlds::{Case, Expected, case};

struct One<'t>(&'t str);

impl Files for One<'_> {
    fn read(&self, _: &str) -> Result<String, String> {
        Ok(self.0.to_owned())
    }
}

fn plan(policy: &str, catalog: &Catalog<'_>) -> Plan {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let policy = Policy::load("policy.toml", &One(policy), &mut sources, &mut findings).unwrap();
    policy.resolve(catalog, &mut findings)
}

fn read(tree: &dyn Tree, plan: &Plan, catalog: &Catalog<'_>) -> Result<Mac, MacError> {
    let asks: Vec<(&str, Vec<&str>)> = plan
        .settings
        .iter()
        .map(|setting| (setting.domain.as_str(), setting.domain.as_str()))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|(domain, _)| {
            let own = plan.settings.iter().filter(|setting| setting.domain.as_str() == domain);
            (domain, own.map(|setting| setting.key.as_str()).collect())
        })
        .collect();
    let asks: Vec<Ask<'_>> =
        asks.iter().map(|(domain, keys)| Ask { domain, keys: Some(keys.as_slice()) }).collect();
    Mac::read(tree, &asks, Who::Console, catalog)
}

fn judged<'p>(plan: &'p Plan, mac: &'p Mac, catalog: &Catalog<'_>) -> Outcome<'p> {
    let expected = Wanted {
        plans: vec![plan],
        incomplete: false,
        judging: Judging::default(),
        exemptions: &[],
        today: None,
    };
    outcome(&expected, mac, catalog)
}

/// What is said, in the order of the settings.
fn said(outcome: &Outcome<'_>) -> Vec<Expected> {
    let one = |row: &prefsmith::diff::outcome::Row<'_>| Expected {
        domain: row.judged.setting.domain.as_str().to_owned(),
        key: row.judged.setting.key.as_str().to_owned(),
        verdict: row.judged.verdict,
        layer: row.judged.layer,
        drift: row.judged.drift,
    };
    sorted(outcome.rows.iter().map(one).collect())
}

fn sorted(mut list: Vec<Expected>) -> Vec<Expected> {
    list.sort_by(|a, b| (&a.domain, &a.key).cmp(&(&b.domain, &b.key)));
    list
}

#[test]
fn every_verdict_from_every_layer_that_can_give_it() {
    let catalog = Catalog::builtin();
    let (mut verdicts, mut layers) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..50 {
        let Case { policy, world, expected } = case(seed);
        let plan = plan(&policy, &catalog);
        let mac = read(&world, &plan, &catalog).unwrap();
        let found = said(&judged(&plan, &mac, &catalog));
        let wanted = sorted(expected.clone());
        let wrong: Vec<(&Expected, &Expected)> =
            wanted.iter().zip(&found).filter(|(one, other)| one != other).collect();
        assert_eq!((found.len(), wrong), (expected.len(), Vec::new()), "seed {seed}: expected, found");
        verdicts.extend(expected.iter().map(|one| one.verdict));
        layers.extend(expected.iter().filter_map(|one| one.layer));
    }
    assert_eq!(verdicts, Verdict::ALL.into());
    assert_eq!(layers, Layer::ALL.into());
}

/// An archive of a folder, as the collector's `tar` makes it.
fn archive(case: &Case) -> Archive {
    let mut builder =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (path, bytes) in &case.world.files {
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(bytes.len()).unwrap());
        header.set_mode(0o644);
        builder.append_data(&mut header, format!(".{path}"), bytes.as_slice()).unwrap();
    }
    let bytes = builder.into_inner().unwrap().finish().unwrap();
    Archive::read(bytes.as_slice(), &Limits::default()).unwrap()
}

#[test]
fn a_folder_and_an_archive_say_the_same() {
    let catalog = Catalog::builtin();
    for seed in 100..104 {
        let case = case(seed);
        let plan = plan(&case.policy, &catalog);
        let disk = tempfile::TempDir::new().unwrap();
        case.world.write(disk.path());
        let (folder, archive) = (Folder::new(disk.path()).unwrap(), archive(&case));
        let macs =
            [&case.world as &dyn Tree, &folder, &archive].map(|tree| read(tree, &plan, &catalog).unwrap());
        let [memory, folder, archive] = &macs;
        let report = |mac: &Mac| {
            let names = ("policy.toml".to_owned(), "mac".to_owned());
            let view = View { names, mac, catalog: &catalog, show_secrets: false };
            json(&judged(&plan, mac, &catalog), &view)
        };
        assert_eq!(report(memory), report(folder), "seed {seed}");
        assert_eq!(report(memory), report(archive), "seed {seed}");
    }
}

// ---------------------------------------------------------------------------------------------------------
// What means harm

const POLICY: &str = "[policy]\nid = \"com.example.hostile\"\n\n[settings.Office]\nDiagnosticDataTypePreference = \
    \"BasicDiagnosticData\"\n\n[settings.Outlook]\nDisableImport = true\n\n[custom.\"com.example.app\"]\nKey = true\n";

/// Every place in which a Mac can hold a property list that is read, and whether all the rest can still be compared.
const PLACES: [(&str, bool); 16] = [
    ("/Library/Managed Preferences/com.example.app.plist", true),
    ("/Library/Managed Preferences/anna/com.example.app.plist", true),
    ("/Users/anna/Library/Preferences/com.example.app.plist", true),
    ("/Users/anna/Library/Containers/com.example.app/Data/Library/Preferences/com.example.app.plist", true),
    (
        "/Users/anna/Library/Preferences/ByHost/com.example.app.6D1F36B5-0C35-5D9C-9B8E-58F08A1D7C42.plist",
        true,
    ),
    ("/Library/Preferences/com.example.app.plist", true),
    // A global file may hold any key, but what is enforced for the domain wins over it.
    ("/Library/Managed Preferences/.GlobalPreferences.plist", true),
    ("/Users/anna/Library/Preferences/.GlobalPreferences.plist", true),
    (
        "/Users/anna/Library/Preferences/ByHost/.GlobalPreferences.6D1F36B5-0C35-5D9C-9B8E-58F08A1D7C42.plist",
        true,
    ),
    ("/Library/Preferences/.GlobalPreferences.plist", true),
    ("/Applications/Microsoft Outlook.app/Contents/Info.plist", true),
    ("/System/Library/CoreServices/SystemVersion.plist", true),
    ("/evidence/profiles.plist", true),
    ("/Library/Preferences/com.microsoft.office.licensingV2.plist", true),
    ("/Users/anna/Applications/Microsoft Word.app/Contents/Info.plist", true),
    ("/prefsmith-snapshot.plist", false),
];

/// On a thread with a small stack, which the main thread's would hide; and not for ever.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(move || {
        work();
        let _ = sender.send(());
    });
    let done = receiver.recv_timeout(Duration::from_secs(300));
    assert!(!matches!(done, Err(std::sync::mpsc::RecvTimeoutError::Timeout)), "it takes too long");
    thread.unwrap().join().unwrap();
}

/// Files that are no property lists, or such that nobody should write.
fn hostile() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut found: Vec<(String, Vec<u8>)> =
        files.map(|path| (name(&path), std::fs::read(&path).unwrap())).collect();
    let deep = format!(
        "<plist><dict><key>Key</key>{}{}</dict></plist>",
        "<array>".repeat(100_000),
        "</array>".repeat(100_000)
    );
    found.push(("deep".to_owned(), deep.into_bytes()));
    let wide: String = (0..20_000).map(|number| format!("<key>K{number}</key><true/>")).collect();
    found.push(("wide".to_owned(), format!("<plist><dict>{wide}</dict></plist>").into_bytes()));
    found.push(("not a dictionary".to_owned(), b"<plist><array><true/></array></plist>".to_vec()));
    found.push(("zeros".to_owned(), vec![0; 1 << 20]));
    found.sort();
    found
}

/// Whether there is a dictionary in a file, in the end.
fn is_dictionary(bytes: &[u8]) -> bool {
    let source = Sources::new().add("file", "");
    let read = prefsmith::value::read::read(bytes, source, &Budgets::default(), &Wants::Everything);
    read.is_ok_and(|read| matches!(read.value, Value::Dictionary(_)))
}

/// A Mac that has all that the policy wants.
fn compliant() -> world::World {
    let managed = |domain: &str| format!("/Library/Managed Preferences/{domain}.plist");
    let outlook = "/Applications/Microsoft Outlook.app/Contents/Info.plist";
    world::World::default()
        .with(
            &managed("com.microsoft.office"),
            "<key>DiagnosticDataTypePreference</key><string>BasicDiagnosticData</string>",
        )
        .with(&managed("com.microsoft.Outlook"), "<key>DisableImport</key><true/>")
        .with(&managed("com.example.app"), "<key>Key</key><true/>")
        .with(outlook, &world::info("com.microsoft.Outlook", "16.90", "16.90.24101513"))
        .with("/Users/anna/Library/Preferences/x.plist", "")
}

#[test]
fn what_means_harm_leaves_the_rest_to_be_compared() {
    on_a_small_stack(|| {
        let catalog = Catalog::builtin();
        let plan = plan(POLICY, &catalog);
        for (number, (name, bytes)) in hostile().into_iter().enumerate() {
            // Each place gets each fourth file, and each file each fourth place: all of them take a minute.
            let places = PLACES.into_iter().enumerate().filter(|(at, _)| (at + number).is_multiple_of(4));
            for (at, (place, rest)) in places {
                let mut world = compliant();
                world.files.insert(place.to_owned(), bytes.clone());
                let Ok(mac) = read(&world, &plan, &catalog) else {
                    assert!(!rest, "{name} in {place}: nothing could be read");
                    continue;
                };
                let outcome = judged(&plan, &mac, &catalog);
                if at % 5 == 0 {
                    let _ = spoken(&[&plan], &mac, &catalog, &Options::default());
                    let names = ("policy.toml".to_owned(), "mac".to_owned());
                    let view = View { names, mac: &mac, catalog: &catalog, show_secrets: false };
                    assert!(!text(&outcome, &view).is_empty());
                }
                for row in &outcome.rows {
                    let domain = row.judged.setting.domain.as_str();
                    let verdict = row.judged.verdict;
                    let own = place.ends_with(&format!("/{domain}.plist")) && place.contains("Managed");
                    if own && !is_dictionary(&bytes) {
                        assert_eq!(verdict, Verdict::Unreadable, "{name} in {place}");
                    } else if own {
                        assert!(place.contains("anna") || verdict == Verdict::Missing, "{name} in {place}");
                    } else {
                        assert_eq!(verdict, Verdict::Enforced, "{name} in {place}: {domain}");
                    }
                }
            }
        }
    });
}
