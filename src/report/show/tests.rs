//! Reports of a Mac that means harm: nothing of it is an escape sequence or a secret, and nothing breaks a line.

use super::{View, json, text};
use crate::catalog::Catalog;
use crate::mac::world::World;
use crate::mac::{Ask, Mac, Scope, Who, show};

/// A Mac whose files are full of what a report must not pass on.
fn hostile() -> World {
    let key = |key: &str, value: &str| format!("<key>{key}</key><string>{value}</string>");
    let managed = key("HowToCheck", "hunter2\u{202e}\nline two")
        + &key("ApiPassword", "hunter2-managed")
        + &key("New\u{9b}2JKey", "a\u{1b}")
        + "<key>Nested</key><dict><key>ClientSecret</key><string>hunter2-nested</string></dict>";
    let managed = managed.replace('\u{1b}', "\u{85}");
    World::default()
        .with("/Library/Managed Preferences/com.microsoft.autoupdate2.plist", &managed)
        .with(
            "/Users/anna/Library/Preferences/com.microsoft.autoupdate2.plist",
            &key("ApiPassword", "hunter2-user"),
        )
        .with("/Library/Preferences/x.plist", "")
}

fn reports(secrets: bool) -> [String; 2] {
    let catalog = Catalog::builtin();
    let domain = "com.microsoft.autoupdate2";
    let mac = Mac::read(&hostile(), &[Ask { domain, keys: None }], Who::Console, &catalog).unwrap();
    let shown = show(&mac, &catalog, &Scope { domains: vec![domain], ..Scope::default() });
    assert_eq!(shown.keys.len(), 4);
    let view = View::new("mac".to_owned(), &mac, &catalog, secrets);
    [text(&shown, &view), json(&shown, &view)]
}

#[test]
fn secrets_are_shown_only_to_who_asks() {
    for report in reports(false) {
        for secret in ["hunter2-managed", "hunter2-user", "hunter2-nested"] {
            assert!(!report.contains(secret), "{report}");
        }
    }
    for report in reports(true) {
        assert!(report.contains("hunter2-managed") && report.contains("hunter2-nested"), "{report}");
    }
}

#[test]
fn nothing_turns_the_direction_of_text_or_is_obeyed() {
    for report in reports(true) {
        assert!(!report.contains(['\u{202e}', '\u{9b}', '\u{85}', '\u{1b}']), "{report:?}");
        assert!(!report.contains("\nline two"), "{report}");
    }
}
