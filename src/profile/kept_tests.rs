//! Profiles whose identifiers can be kept, and those whose cannot.

use super::{Kept, kept};
use std::collections::BTreeMap;

const ONE: &str = "11111111-1111-4111-8111-111111111111";
const TWO: &str = "22222222-2222-4222-8222-22222222222a";
const THREE: &str = "33333333-3333-4333-8333-333333333333";

fn text(key: &str, value: &str) -> String {
    format!("<key>{key}</key><string>{value}</string>\n")
}

fn payload(kind: &str, id: &str, uuid: &str, content: &str) -> String {
    let head = [text("PayloadType", kind), text("PayloadIdentifier", id), text("PayloadUUID", uuid)].concat();
    format!("<dict>{head}{content}</dict>\n")
}

/// A payload of com.apple.ManagedClient.preferences with these domains.
fn mcx(id: &str, uuid: &str, domains: &[&str]) -> String {
    let domains: String = domains.iter().map(|domain| format!("<key>{domain}</key><dict/>\n")).collect();
    let content = format!("<key>PayloadContent</key><dict>{domains}</dict>\n");
    payload("com.apple.ManagedClient.preferences", id, uuid, &content)
}

fn profile(payloads: &[String]) -> String {
    let content = format!("<key>PayloadContent</key><array>\n{}</array>\n", payloads.concat());
    format!("<plist>{}</plist>", payload("Configuration", "com.example.old", ONE, &content))
}

fn said(text: &str) -> String {
    kept(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn identifiers_of_both_forms() {
    let text = profile(&[
        mcx("com.example.old.a", TWO, &["com.microsoft.Word", "com.microsoft.Excel"]),
        payload("com.microsoft.office", "com.example.old.b", THREE, ""),
    ]);
    let pair = |id: &str, uuid: &str| (id.to_owned(), uuid.to_owned());
    let expected = Kept {
        identifier: "com.example.old".to_owned(),
        uuid: ONE.to_owned(),
        payloads: BTreeMap::from([
            ("com.microsoft.Word".to_owned(), pair("com.example.old.a", TWO)),
            ("com.microsoft.Excel".to_owned(), pair("com.example.old.a", TWO)),
            ("com.microsoft.office".to_owned(), pair("com.example.old.b", THREE)),
        ]),
    };
    assert_eq!(kept(text.as_bytes()).unwrap(), expected);
}

#[test]
fn what_is_no_profile() {
    let none = "this is no configuration profile: its PayloadType is not `Configuration`";
    assert_eq!(said("<plist><array/></plist>"), format!("line 1, column 8: {none}"));
    assert_eq!(said("<plist><dict><key>a</key><true/></dict></plist>"), format!("line 1, column 8: {none}"));
    let other = format!("<plist>{}</plist>", payload("com.apple.dock", "a", ONE, ""));
    assert_eq!(said(&other), format!("line 1, column 36: {none}"));
    assert_eq!(said("<plist><dict>"), "line 1, column 8: `<dict>` is never closed");
    let lacks = "this profile has no payloads: PayloadContent is no array of dictionaries";
    let empty = format!("<plist>{}</plist>", payload("Configuration", "a", ONE, ""));
    assert_eq!(said(&empty), format!("line 1, column 8: {lacks}"));
    let odd = profile(&["<string>a</string>".to_owned()]);
    assert_eq!(said(&odd), format!("line 5, column 1: {lacks}"));
    let sealed = empty.replace("</dict>", "<key>EncryptedPayloadContent</key><data/></dict>");
    assert_eq!(said(&sealed), "line 4, column 1: the payloads of this profile are encrypted");
}

/// The profile as a binary property list.
fn binary(text: &str) -> Vec<u8> {
    let source = crate::finding::Sources::new().add("", "");
    let all = crate::value::read::Wanted::Everything;
    let read = crate::value::read::read(text.as_bytes(), source, &Default::default(), &all).unwrap();
    let mut bytes = Vec::new();
    plist_of(&read.value).to_writer_binary(&mut bytes).unwrap();
    bytes
}

fn plist_of(value: &crate::value::Value) -> plist::Value {
    use crate::value::Value;
    match value {
        Value::String(text) => plist::Value::String(text.to_string()),
        Value::Array(items) => plist::Value::Array(items.iter().map(plist_of).collect()),
        Value::Dictionary(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.clone(), plist_of(value)));
            plist::Value::Dictionary(entries.collect())
        }
        other => panic!("{other:?} is in no profile of these tests"),
    }
}

#[test]
fn binary_profiles_are_read_and_their_places_are_paths() {
    let word = "com.microsoft.Word";
    let good = profile(&[mcx("com.example.old.a", TWO, &[word])]);
    assert_eq!(kept(&binary(&good)).unwrap(), kept(good.as_bytes()).unwrap());
    let said = |text: &str| kept(&binary(text)).unwrap_err().to_string();
    assert_eq!(
        said(&good.replace("com.example.old.a", "")),
        "PayloadContent > 0 > PayloadIdentifier: the payload has no PayloadIdentifier"
    );
    assert_eq!(
        said(&profile(&[mcx("a", TWO, &[word]), mcx("b", THREE, &[word])])),
        "PayloadContent > 1 > PayloadContent > com.microsoft.Word: two payloads carry com.microsoft.Word; the first \
         is at PayloadContent > 0 > PayloadContent > com.microsoft.Word"
    );
    let none = "this is no configuration profile: its PayloadType is not `Configuration`";
    assert_eq!(said("<plist><array/></plist>"), none);
    assert!(kept(b"bplist00").unwrap_err().to_string().starts_with("the end of this binary property list"));
}

#[test]
fn identifiers_that_are_missing() {
    let good = profile(&[mcx("com.example.old.a", TWO, &["com.microsoft.Word"])]);
    assert!(kept(good.as_bytes()).is_ok());
    let without = |line: String| said(&good.replace(&line, ""));
    assert_eq!(
        without(text("PayloadIdentifier", "com.example.old")),
        "line 1, column 8: the profile has no PayloadIdentifier"
    );
    assert_eq!(without(text("PayloadUUID", ONE)), "line 1, column 8: the profile has no PayloadUUID");
    assert_eq!(
        without(text("PayloadIdentifier", "com.example.old.a")),
        "line 5, column 1: the payload has no PayloadIdentifier"
    );
    assert_eq!(
        said(&good.replace("com.example.old.a", "")),
        "line 6, column 29: the payload has no PayloadIdentifier"
    );
    assert_eq!(
        said(&good.replace(&format!("<string>{TWO}</string>"), "<integer>5</integer>")),
        "line 7, column 23: the payload has no PayloadUUID"
    );
}

#[test]
fn uuids_that_are_none() {
    let with = |uuid: &str| said(&profile(&[mcx("a", TWO, &["com.microsoft.Word"])]).replace(TWO, uuid));
    let form = "is no UUID such as 6D1F36B5-0C35-5D9C-9B8E-58F08A1D7C42";
    for bad in [
        "x",
        "{22222222-2222-4222-8222-22222222222a}",
        "2222222222224222822222222222222a",
        "22222222-2222-4222-8222-22222222222g",
    ] {
        assert_eq!(with(bad), format!("line 7, column 23: the PayloadUUID of the payload {form}"));
    }
    let own = profile(&[mcx("a", TWO, &["com.microsoft.Word"])]).replace(ONE, "%HardwareUUID%");
    assert_eq!(said(&own), format!("line 3, column 23: the PayloadUUID of the profile {form}"));
}

#[test]
fn two_payloads_for_one_domain() {
    let word = "com.microsoft.Word";
    let twice = [mcx("a", TWO, &[word]), mcx("b", THREE, &[word])];
    assert_eq!(
        said(&profile(&twice)),
        "line 14, column 32: two payloads carry com.microsoft.Word; the first is at line 8, column 32"
    );
    let mixed = [mcx("a", TWO, &[word]), payload(word, "b", THREE, "")];
    assert!(
        said(&profile(&mixed))
            .ends_with("two payloads carry com.microsoft.Word; the first is at line 8, column 32")
    );
    let uuids = [mcx("a", TWO, &[word]), mcx("b", &TWO.to_uppercase(), &["com.microsoft.Excel"])];
    assert!(
        said(&profile(&uuids))
            .ends_with("two payloads have one PayloadUUID; the first is at line 7, column 23")
    );
    let none = [mcx("a", TWO, &[])];
    assert_eq!(
        said(&profile(&none)),
        "line 8, column 26: this payload carries no preference domain: its PayloadContent is no dictionary of domains"
    );
}

/// An Office rollout brings such payloads; they must not stand in the way.
#[test]
fn several_certificates_are_no_contradiction() {
    let root = "com.apple.security.root";
    let text = profile(&[
        payload(root, "a", TWO, ""),
        payload(root, "b", THREE, ""),
        mcx("c", "44444444-4444-4444-8444-444444444444", &["com.microsoft.Word"]),
    ]);
    let domains: Vec<String> = kept(text.as_bytes()).unwrap().payloads.into_keys().collect();
    assert_eq!(domains, ["com.microsoft.Word"]);
}

#[test]
fn a_payload_with_the_uuid_of_the_profile() {
    let text = profile(&[mcx("a", &ONE.to_uppercase(), &["com.microsoft.Word"])]);
    assert_eq!(
        said(&text),
        "line 7, column 23: this payload has the PayloadUUID of the profile itself, at line 3, column 23"
    );
}
