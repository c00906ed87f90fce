//! Macs in memory: layers, containers, ByHost files, what cannot be read.

use super::world::World;
use super::{Ask, Layer, Mac, MacError, RungState, Who};
use crate::catalog::Catalog;

const UUID: &str = "6D1F36B5-0C35-5D9C-9B8E-58F08A1D7C42";

fn set(key: &str, value: &str) -> String {
    format!("<key>{key}</key><string>{value}</string>")
}

/// A disk with one user, whose home is there.
fn disk() -> World {
    World::default()
        .with("/Users/anna/Library/Preferences/x.plist", "")
        .with("/Library/Preferences/x.plist", "")
}

fn mac(world: &World, domain: &str) -> Mac {
    let asks = [Ask { domain, keys: Some(&["Key"]) }];
    Mac::read(world, &asks, Who::Console, &Catalog::builtin()).unwrap()
}

/// The layers that have the key, strongest first, with their values.
fn rungs(world: &World, domain: &str) -> Vec<String> {
    let mac = mac(world, domain);
    let ladder = mac.ladder(domain, "Key", mac.users.first().map(|user| user.name.as_str()));
    let one = |rung: &super::Rung<'_>| match rung.state {
        RungState::Value(value) => format!("{} {}", rung.layer.word(), value.to_json()),
        RungState::Unreadable(why) => format!("{} ? {why}", rung.layer.word()),
    };
    ladder.rungs.iter().map(one).collect()
}

#[test]
fn every_layer_in_its_order() {
    let uuid = format!("<key>format</key><integer>1</integer>{}", set("hardware-uuid", UUID));
    let anna = "/Users/anna/Library/Preferences";
    let world = World::default()
        .with("/prefsmith-snapshot.plist", &uuid)
        .with("/Library/Managed Preferences/anna/com.example.app.plist", &set("Key", "1"))
        .with("/Library/Managed Preferences/com.example.app.plist", &set("Key", "2"))
        .with("/Library/Managed Preferences/.GlobalPreferences.plist", &set("Key", "3"))
        .with(&format!("{anna}/ByHost/com.example.app.{UUID}.plist"), &set("Key", "4"))
        .with(&format!("{anna}/com.example.app.plist"), &set("Key", "5"))
        .with(&format!("{anna}/ByHost/.GlobalPreferences.{UUID}.plist"), &set("Key", "6"))
        .with(&format!("{anna}/.GlobalPreferences.plist"), &set("Key", "7"))
        .with("/Library/Preferences/com.example.app.plist", &set("Key", "8"))
        .with("/Library/Preferences/.GlobalPreferences.plist", &set("Key", "9"));
    let expected = [
        "managed-user \"1\"",
        "managed-computer \"2\"",
        "managed-global \"3\"",
        "user-host \"4\"",
        "user \"5\"",
        "user-global-host \"6\"",
        "user-global \"7\"",
        "computer \"8\"",
        "computer-global \"9\"",
    ];
    assert_eq!(rungs(&world, "com.example.app"), expected);
}

#[test]
fn what_is_enforced_for_the_mac_stands_in_the_users_folder_too() {
    let world = disk()
        .with("/Library/Managed Preferences/anna/com.example.app.plist", &set("Key", "1"))
        .with("/Library/Managed Preferences/com.example.app.plist", &set("Key", "1"));
    assert_eq!(rungs(&world, "com.example.app"), ["managed-computer \"1\""]);
}

#[test]
fn the_container_counts_once_it_is_there_and_the_plain_file_is_a_stray() {
    let plain = "/Users/anna/Library/Preferences/com.microsoft.Word.plist";
    let world = disk().with(plain, &set("Key", "plain"));
    assert_eq!(rungs(&world, "com.microsoft.Word"), ["user \"plain\""]);
    let inside = "/Users/anna/Library/Containers/com.microsoft.Word/Data/Library/Preferences";
    let world = world.with(&format!("{inside}/com.microsoft.Word.plist"), &set("Key", "inside"));
    assert_eq!(rungs(&world, "com.microsoft.Word"), ["user \"inside\""]);
    let mac = mac(&world, "com.microsoft.Word");
    let ladder = mac.ladder("com.microsoft.Word", "Key", Some("anna"));
    assert_eq!(ladder.strays.iter().map(|stray| stray.path).collect::<Vec<_>>(), [plain]);
}

#[test]
fn a_file_by_host_of_another_mac_is_no_layer() {
    let other = "00000000-0000-5000-8000-000000000000";
    let by_host = |uuid: &str| format!("/Users/anna/Library/Preferences/ByHost/com.example.app.{uuid}.plist");
    // The only one there is, and nothing says whose it is.
    let world = disk().with(&by_host(other), &set("Key", "old"));
    assert_eq!(rungs(&world, "com.example.app"), ["user-host \"old\""]);
    // Two of them: nobody can say.
    let world = world.with(&by_host(UUID), &set("Key", "new"));
    let said = rungs(&world, "com.example.app");
    assert!(said[0].starts_with("user-host ? files of several Macs are there"), "{said:?}");
    // The hardware UUID tells.
    let about = format!("<key>format</key><integer>1</integer>{}", set("hardware-uuid", UUID));
    let world = world.with("/prefsmith-snapshot.plist", &about);
    assert_eq!(rungs(&world, "com.example.app"), ["user-host \"new\""]);
}

#[test]
fn what_cannot_be_read_is_a_rung_of_its_own() {
    let path = "/Library/Managed Preferences/com.example.app.plist";
    let user = "/Users/anna/Library/Preferences/com.example.app.plist";
    let world = disk().with(user, &set("Key", "5")).denied(path);
    assert_eq!(rungs(&world, "com.example.app"), ["managed-computer ? it may not be read", "user \"5\""]);
    let mac = mac(&world, "com.example.app");
    let ladder = mac.ladder("com.example.app", "Key", Some("anna"));
    assert_eq!(ladder.doubt().map(|(rung, _)| rung.layer), Some(Layer::ManagedComputer));
    assert_eq!(ladder.winner().map(|(rung, _)| rung.layer), Some(Layer::User));
    // A snapshot says what its collector could not read, and why.
    let unreadable =
        format!("<key>unreadable</key><dict>{}</dict>", set("/Users/anna/Library/Containers", "denied"));
    let about = format!("<key>format</key><integer>1</integer>{unreadable}");
    let world = disk().with("/prefsmith-snapshot.plist", &about);
    assert_eq!(rungs(&world, "com.microsoft.Word"), ["user ? denied"]);
    // A broken file.
    let mut world = disk();
    world.files.insert(path.to_owned(), "<plist><dict>".to_owned());
    assert!(rungs(&world, "com.example.app")[0].starts_with("managed-computer ? line 1"));
}

#[test]
fn keys_that_macos_writes_beside_the_settings_are_none() {
    let keys = set("PayloadUUID", UUID) + "<key>_manualProfile</key><true/>" + &set("Key", "1");
    let world = disk().with("/Library/Managed Preferences/com.example.app.plist", &keys);
    let mac = mac(&world, "com.example.app");
    let managed: Vec<&str> =
        mac.managed("com.example.app", Some("anna")).iter().map(|found| found.0).collect();
    assert_eq!(managed, ["Key"]);
}

#[test]
fn apps_with_their_versions_and_where_they_came_from() {
    let info = |id: &str, version: &str, build: &str| {
        set("CFBundleIdentifier", id)
            + &set("CFBundleShortVersionString", version)
            + &set("CFBundleVersion", build)
    };
    let word = "/Applications/Microsoft Word.app/Contents";
    let own = "/Users/anna/Applications/Microsoft Word.app/Contents";
    let world = disk()
        .with(&format!("{word}/Info.plist"), &info("com.microsoft.Word", "16.90", "16.90.24101513"))
        .with(&format!("{own}/Info.plist"), &info("com.microsoft.Word", "16.16.26", "16.16.26.20091400"))
        .with(&format!("{own}/_MASReceipt/receipt"), "")
        .with("/Applications/Microsoft Excel.app/Contents/Info.plist", &info("com.example.fake", "1.0", "1"));
    let mac = mac(&world, "com.microsoft.Word");
    let copies = mac.apps.get("Word").unwrap();
    let of = |at: usize| (copies[at].version.map(|v| v.to_string()), copies[at].app_store);
    assert_eq!(of(0), (Some("16.90 [24101513]".to_owned()), Some(false)));
    assert_eq!(of(1), (Some("16.16.26 [20091400]".to_owned()), Some(true)));
    // Something else lies where Excel would.
    assert_eq!(mac.apps.get("Excel"), None);
}

#[test]
fn whose_preferences_are_read() {
    let catalog = Catalog::builtin();
    let world = disk().with("/Users/ben/Library/x.plist", "").with("/Users/Shared/x.plist", "");
    let names = |who: Who<'_>| {
        let mac = Mac::read(&world, &[], who, &catalog).unwrap();
        mac.users.into_iter().map(|user| user.name).collect::<Vec<_>>()
    };
    assert_eq!(names(Who::Everybody), ["anna", "ben"]);
    assert_eq!(names(Who::Named("ben")), ["ben"]);
    // Two users, and nobody says who is logged in.
    assert_eq!(names(Who::Console), Vec::<String>::new());
    let error = Mac::read(&world, &[], Who::Named("eva"), &catalog).unwrap_err();
    assert_eq!(error.to_string(), "no user `eva` has a home there; those are: anna, ben");
}

#[test]
fn what_is_no_mac() {
    let catalog = Catalog::builtin();
    let read = |world: &World| Mac::read(world, &[], Who::Console, &catalog).unwrap_err();
    assert_eq!(read(&World::default()), MacError::NoMac);
    let about = |text: &str| World::default().with("/prefsmith-snapshot.plist", text);
    assert_eq!(read(&about("")).to_string(), "/prefsmith-snapshot.plist: it does not say its `format`");
    assert_eq!(
        read(&about("<key>format</key><integer>2</integer>")).to_string(),
        "/prefsmith-snapshot.plist: its format is 2, and this prefsmith reads 1: update prefsmith"
    );
}

/// A snapshot that says what it was asked for.
fn collected(keys: &str) -> World {
    let about = format!("<key>format</key><integer>1</integer>{keys}");
    disk().with("/prefsmith-snapshot.plist", &about)
}

#[test]
fn of_what_a_snapshot_was_not_asked_for_nobody_knows() {
    let list = |domain: &str, key: &str| {
        let inner = format!("<key>{domain}</key><array><string>{key}</string></array>");
        collected(&format!("<key>collected</key><dict>{inner}</dict>"))
    };
    let domain = "com.example.app";
    assert_eq!(rungs(&list(domain, "Key"), domain), [""; 0]);
    let key = "the snapshot was not asked for this key";
    let below = [format!("user-host ? {key}"), format!("computer ? {key}")];
    assert_eq!(rungs(&list(domain, "Other"), domain), below);
    let nothing = ["managed-user ? the snapshot was not asked for this domain"];
    assert_eq!(rungs(&list("com.example.other", "Key"), domain), nothing);
    // Managed files are whole.
    let managed =
        list(domain, "Other").with("/Library/Managed Preferences/com.example.app.plist", &set("Key", "1"));
    assert_eq!(rungs(&managed, domain)[0], "managed-computer \"1\"");
}

#[test]
fn a_snapshot_of_what_is_managed_knows_nothing_else() {
    let only = collected("<key>managed-only</key><true/>");
    let why = "the snapshot holds only what profiles enforce";
    let below = [format!("user-host ? {why}"), format!("computer ? {why}")];
    assert_eq!(rungs(&only, "com.example.app"), below);
}
