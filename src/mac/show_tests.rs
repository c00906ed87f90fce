//! What `show` makes of Macs in memory: what decides, what it means, what is ignored, what nobody knows.

use super::world::World;
use super::{Ask, Effect, GLOBAL, Layer, Mac, Managed, Reading, Scope, ShownKey, Who, show};
use crate::catalog::Catalog;
use std::collections::BTreeSet;

const OUTLOOK: &str = "com.microsoft.Outlook";
const MANAGED_OUTLOOK: &str = "/Library/Managed Preferences/com.microsoft.Outlook.plist";
const PLAIN: &str = "/Users/anna/Library/Preferences";

/// A disk of anna's with Outlook 16.90.
fn disk() -> World {
    let info = "<key>CFBundleIdentifier</key><string>com.microsoft.Outlook</string>\
                <key>CFBundleVersion</key><string>16.90.24101513</string>";
    World::default()
        .with(&format!("{PLAIN}/x.plist"), "")
        .with("/Library/Preferences/x.plist", "")
        .with("/Applications/Microsoft Outlook.app/Contents/Info.plist", info)
}

fn read(world: &World, domain: &str, who: Who<'_>) -> Mac {
    Mac::read(world, &[Ask { domain, keys: None }], who, &Catalog::builtin()).unwrap()
}

/// Looks at everything that is set in a domain, for anna.
fn all<T>(world: &World, domain: &str, look: impl Fn(&[ShownKey<'_>]) -> T) -> T {
    let mac = read(world, domain, Who::Named("anna"));
    let scope = Scope { domains: vec![domain], ..Scope::default() };
    look(&show(&mac, &Catalog::builtin(), &scope).keys)
}

fn codes<'k>(key: &'k ShownKey<'_>) -> Vec<&'k str> {
    key.warnings.iter().map(|warning| warning.code.as_str()).collect()
}

#[test]
fn what_decides_and_what_it_means() {
    let world = disk()
        .with(MANAGED_OUTLOOK, "<key>EnableNewOutlook</key><integer>0</integer>")
        .with(&format!("{PLAIN}/{OUTLOOK}.plist"), "<key>EnableNewOutlook</key><integer>3</integer>");
    all(&world, OUTLOOK, |keys| {
        let [key] = keys else { panic!("{keys:?}") };
        assert!(matches!(key.effect, Effect::Set(Layer::ManagedComputer, MANAGED_OUTLOOK, _)), "{key:?}");
        assert_eq!(key.meaning.as_deref(), Some("the switch is hidden, and the new Outlook is off"));
        assert_eq!(key.default.as_ref().and_then(|default| default.value.clone()).unwrap().to_json(), 2);
        assert_eq!(key.reading, Reading::By("Outlook 16.90 [24101513]".to_owned()));
        assert_eq!(key.ladder.rungs.len(), 2);
        assert_eq!(codes(key), Vec::<&str>::new());
    });
}

#[test]
fn what_the_app_takes_from_profiles_only_is_ignored_elsewhere() {
    let world = disk().with(&format!("{PLAIN}/{OUTLOOK}.plist"), "<key>DisableImport</key><true/>");
    all(&world, OUTLOOK, |keys| {
        let [key] = keys else { panic!("{keys:?}") };
        assert_eq!(key.effect, Effect::Unset);
        assert!(key.is_set() && !key.counts(Layer::User) && key.counts(Layer::ManagedUser));
        assert_eq!(codes(key), ["forced-only"]);
        assert_eq!(key.meaning, None);
    });
    let world = world.with(MANAGED_OUTLOOK, "<key>DisableImport</key><false/>");
    all(&world, OUTLOOK, |keys| assert!(matches!(keys[0].effect, Effect::Set(Layer::ManagedComputer, ..))));
}

#[test]
fn what_no_catalogue_knows() {
    let keys = "<key>EnableNewOutlok</key><integer>1</integer><key>Zebra</key><true/>";
    all(&disk().with(MANAGED_OUTLOOK, keys), OUTLOOK, |keys| {
        let said: Vec<&str> = keys.iter().map(|key| key.warnings[0].says.as_str()).collect();
        let near = "no catalogue knows this key; did you mean `EnableNewOutlook`?";
        assert_eq!(said, [near, "no catalogue knows this key"]);
        assert!(keys.iter().all(|key| !key.known && codes(key) == ["unknown-key"]));
    });
    // Of such a domain nothing more is to be said; and what no profile enforces is nobody's business.
    let path = "/Library/Managed Preferences/com.example.vpn.plist";
    let world = disk()
        .with(path, "<key>Gateway</key><string>a</string>")
        .with(&format!("{PLAIN}/com.example.vpn.plist"), "<key>RecentHosts</key><string>b</string>");
    all(&world, "com.example.vpn", |keys| {
        let [key] = keys else { panic!("{keys:?}") };
        assert_eq!((key.key.as_str(), codes(key)), ("Gateway", Vec::new()));
    });
}

#[test]
fn values_are_judged_as_those_of_a_profile() {
    let keys = "<key>DisableImport</key><integer>1</integer>\
                <key>EnableNewOutlook</key><integer>7</integer>";
    all(&disk().with(MANAGED_OUTLOOK, keys), OUTLOOK, |keys| {
        assert_eq!(keys.iter().map(codes).collect::<Vec<_>>(), [["wrong-type"], ["value-not-allowed"]]);
    });
    // An old build: neither key is read yet, which is no warning but said of each.
    let old = "<key>CFBundleIdentifier</key><string>com.microsoft.Outlook</string>\
               <key>CFBundleVersion</key><string>16.16.26.20091400</string>";
    let world = disk()
        .with("/Applications/Microsoft Outlook.app/Contents/Info.plist", old)
        .with(MANAGED_OUTLOOK, "<key>EnableNewOutlook</key><integer>1</integer>");
    all(&world, OUTLOOK, |keys| {
        let why = "Outlook 16.16.26 [20091400] does not read it: from 16.38 does";
        assert_eq!(keys[0].reading, Reading::Not(why.to_owned()));
        assert_eq!(codes(&keys[0]), Vec::<&str>::new());
    });
}

#[test]
fn what_could_not_be_read_is_said_once() {
    let user = format!("{PLAIN}/{OUTLOOK}.plist");
    let world = disk()
        .with(&user, "<key>EnableNewOutlook</key><integer>3</integer>")
        .with(MANAGED_OUTLOOK, "")
        .denied(MANAGED_OUTLOOK);
    let mac = read(&world, OUTLOOK, Who::Everybody);
    let scope = Scope { domains: vec![OUTLOOK], ..Scope::default() };
    let shown = show(&mac, &Catalog::builtin(), &scope);
    assert_eq!(shown.keys.len(), 1);
    assert_eq!(shown.keys[0].effect, Effect::Unknown);
    assert_eq!(shown.unread.len(), 1);
    assert_eq!((shown.unread[0].path, shown.unread[0].user), (MANAGED_OUTLOOK, None));
    assert!(!shown.decided());
}

#[test]
fn keys_that_were_asked_for_are_shown_though_nothing_sets_them() {
    let only: BTreeSet<(String, String)> = [(OUTLOOK.to_owned(), "EnableNewOutlook".to_owned())].into();
    let mac = read(&disk(), OUTLOOK, Who::Named("anna"));
    let scope = Scope { domains: vec![OUTLOOK], only: Some(&only), ..Scope::default() };
    let catalog = Catalog::builtin();
    let shown = show(&mac, &catalog, &scope);
    let [key] = shown.keys.as_slice() else { panic!("{shown:?}") };
    assert!(!key.is_set() && key.effect == Effect::Unset && key.default.is_some());
    let without = [(OUTLOOK, "EnableNewOutlook")].into();
    assert_eq!(show(&mac, &catalog, &Scope { without, ..scope }).keys.len(), 0);
}

#[test]
fn where_nobody_says_who_uses_the_mac_it_is_open() {
    let world = disk().with("/Users/ben/Library/x.plist", "");
    let mac = read(&world, OUTLOOK, Who::Console);
    let shown = show(&mac, &Catalog::builtin(), &Scope::default());
    assert!(shown.nobody && !shown.decided());
}

#[test]
fn the_domains_that_profiles_manage() {
    let world = disk()
        .with(MANAGED_OUTLOOK, "")
        .with(&format!("/Library/Managed Preferences/{GLOBAL}.plist"), "")
        .with("/Library/Managed Preferences/anna/com.example.vpn.plist", "")
        .with("/Library/Managed Preferences/anna/complete.plist", "")
        .with("/Library/Managed Preferences/notes.txt", "");
    let found = Managed::list(&world).unwrap();
    assert_eq!(
        found.domains.iter().map(String::as_str).collect::<Vec<_>>(),
        [GLOBAL, OUTLOOK, "com.example.vpn"]
            .into_iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    );
    assert_eq!(found.users.iter().map(String::as_str).collect::<Vec<_>>(), ["anna"]);
    assert_eq!(found.unreadable, []);
    let found = Managed::list(&world.denied("/Library/Managed Preferences/anna")).unwrap();
    let path = "/Library/Managed Preferences/anna".to_owned();
    assert_eq!(found.unreadable, [(path, "it may not be listed".to_owned())]);
}
