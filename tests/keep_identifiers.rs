//! `build --keep-identifiers-from`: what a Mac sees as the same profile and the same payloads.
#![expect(clippy::expect_used, reason = "helpers of tests, which clippy.toml does not know as tests")]

use plist::Dictionary;
use std::path::{Path, PathBuf};
use std::process::Output;

const PROFILE: &str = "0FA1B2C3-1111-4111-8111-00000000000A";
const OFFICE: &str = "0FA1B2C3-2222-4222-8222-00000000000b";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn build(folder: &Path, keep: &Path, more: &[&str]) -> Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_prefsmith"))
        .arg("build")
        .arg(root().join("profiles/office-privacy.toml"))
        .arg("--out")
        .arg(folder)
        .arg("--keep-identifiers-from")
        .arg(keep)
        .args(more)
        .output()
        .expect("prefsmith runs")
}

/// Reads a profile with the plist crate, which is not what prefsmith reads with.
#[expect(clippy::disallowed_methods, reason = "another reader than prefsmith's")]
fn profile(path: PathBuf) -> Dictionary {
    plist::Value::from_file(path).expect("a property list").into_dictionary().expect("a dictionary")
}

fn text<'p>(dictionary: &'p Dictionary, key: &str) -> &'p str {
    dictionary.get(key).and_then(plist::Value::as_string).unwrap_or_default()
}

/// (domain, identifier, UUID) of each payload, in their order.
fn payloads(profile: &Dictionary) -> Vec<(String, String, String)> {
    let list = profile.get("PayloadContent").and_then(plist::Value::as_array).expect("payloads");
    let one = |payload: &plist::Value| {
        let payload = payload.as_dictionary().expect("a payload");
        let content = payload.get("PayloadContent").and_then(plist::Value::as_dictionary).expect("MCX");
        let domain = content.keys().next().expect("a domain").clone();
        (domain, text(payload, "PayloadIdentifier").to_owned(), text(payload, "PayloadUUID").to_owned())
    };
    list.iter().map(one).collect()
}

#[test]
fn identifiers_are_kept_and_new_domains_lie_below_them() {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain");
    assert!(
        std::process::Command::new(env!("CARGO_BIN_EXE_prefsmith"))
            .arg("build")
            .arg(root().join("profiles/office-privacy.toml"))
            .arg("--out")
            .arg(&plain)
            .status()
            .expect("prefsmith runs")
            .success()
    );
    let plain = profile(plain.join("office-privacy.mobileconfig"));
    let out = folder.path().join("kept");
    let built = build(&out, &root().join("tests/fixtures/old-profile.mobileconfig"), &[]);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let kept = profile(out.join("office-privacy.mobileconfig"));
    assert_eq!(text(&kept, "PayloadIdentifier"), "org.old-vendor.office");
    assert_eq!(text(&kept, "PayloadUUID"), PROFILE);
    let (before, after) = (payloads(&plain), payloads(&kept));
    assert!(after.len() > 2);
    assert_eq!(before.len(), after.len());
    for ((domain, _, old_uuid), (same, identifier, uuid)) in before.iter().zip(&after) {
        assert_eq!(domain, same);
        match domain.as_str() {
            // The direct form, in the old profile.
            "com.microsoft.office" => {
                assert_eq!((identifier.as_str(), uuid.as_str()), ("org.old-vendor.office.4711", OFFICE));
            }
            "com.microsoft.autoupdate2" => assert_eq!(identifier, "org.old-vendor.office.two"),
            other => {
                assert_eq!(identifier, &format!("org.old-vendor.office.{other}"));
                assert_eq!(uuid, old_uuid);
            }
        }
    }
}

/// An element of ASN.1, its length in four bytes.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("a short content").to_be_bytes();
    [&[tag, 0x84], length.as_slice(), content].concat()
}

/// A signed message (CMS) around this, without any signer: prefsmith does not check signatures here.
fn signed(content: &[u8]) -> Vec<u8> {
    let kind = |last| [6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, last];
    let inner = element(0x30, &[kind(1).to_vec(), element(0xA0, &element(4, content))].concat());
    let message = element(0x30, &[vec![2, 1, 1], vec![0x31, 0], inner, vec![0x31, 0]].concat());
    element(0x30, &[kind(2).to_vec(), element(0xA0, &message)].concat())
}

/// What an administrator has may come from an MDM (signed) or from a Mac (binary).
#[test]
#[expect(clippy::disallowed_methods, reason = "the input of the test, and another reader than prefsmith's")]
fn binary_and_signed_profiles_give_the_same_identifiers() {
    let folder = tempfile::tempdir().unwrap();
    let xml = root().join("tests/fixtures/old-profile.mobileconfig");
    let text = std::fs::read(&xml).unwrap();
    let mut binary = Vec::new();
    plist::Value::from_file(&xml).unwrap().to_writer_binary(&mut binary).unwrap();
    let wanted = payloads(&{
        let out = folder.path().join("xml");
        assert!(build(&out, &xml, &[]).status.success());
        profile(out.join("office-privacy.mobileconfig"))
    });
    let forms = [("binary", binary.clone()), ("signed", signed(&text)), ("both", signed(&binary))];
    for (name, bytes) in forms {
        let (old, out) = (folder.path().join(format!("{name}.mobileconfig")), folder.path().join(name));
        std::fs::write(&old, bytes).unwrap();
        let built = build(&out, &old, &[]);
        assert!(built.status.success(), "{name}: {}", String::from_utf8_lossy(&built.stderr));
        let kept = profile(out.join("office-privacy.mobileconfig"));
        assert_eq!(text_of(&kept), PROFILE, "{name}");
        assert_eq!(payloads(&kept), wanted, "{name}");
    }
}

fn text_of(profile: &Dictionary) -> &str {
    text(profile, "PayloadUUID")
}

/// One old payload for several domains becomes one payload for each, and only one of them can be its successor.
#[test]
#[expect(clippy::disallowed_methods, reason = "the input of the test")]
fn a_payload_of_several_domains_has_one_successor() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let old = folder.path().join("old.mobileconfig");
    let text = include_str!("fixtures/old-profile.mobileconfig")
        .replace("<key>com.microsoft.shared</key>", "<key>com.microsoft.errorreporting</key>");
    std::fs::write(&old, text).unwrap();
    assert!(build(&out, &old, &[]).status.success());
    let list = payloads(&profile(out.join("office-privacy.mobileconfig")));
    for pick in
        [|one: &(String, String, String)| one.1.clone(), |one: &(String, String, String)| one.2.clone()]
    {
        let mut all: Vec<String> = list.iter().map(pick).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), list.len(), "{list:?}");
    }
    assert_eq!(list.iter().filter(|one| one.1 == "org.old-vendor.office.two").count(), 1);
}

#[test]
fn a_file_that_is_no_profile_stops_the_build() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for (name, why) in [
        ("tests/hostile/signed.mobileconfig", "line 4, column 1: the profile has no PayloadIdentifier"),
        ("tests/hostile/encrypted.mobileconfig", "this profile is encrypted"),
        ("tests/hostile/duplicate-key.mobileconfig", "line 7, column 3: the key `PayloadUUID` stands twice"),
        ("tests/hostile/none.mobileconfig", "there is no such file"),
    ] {
        let built = build(&out, &root().join(name), &[]);
        assert_eq!(built.status.code(), Some(2));
        let said = String::from_utf8(built.stderr).unwrap();
        assert!(said.contains(why) && said.contains(name), "{said}");
        assert!(!out.exists());
    }
}

/// A domain that the old profile did not have: its identifier and UUID were once made without a look at those kept.
#[test]
#[expect(clippy::disallowed_methods, reason = "the input of the test")]
fn identifiers_that_are_taken_are_not_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let (out, old) = (folder.path().join("out"), folder.path().join("old.mobileconfig"));
    let reporting = "com.microsoft.errorreporting";
    let text = include_str!("fixtures/old-profile.mobileconfig");
    std::fs::write(&old, text).unwrap();
    assert!(build(&out, &old, &[]).status.success());
    let before = payloads(&profile(out.join("office-privacy.mobileconfig")));
    let derived = before.iter().find(|one| one.0 == reporting).expect("the payload");
    assert_eq!(derived.1, format!("org.old-vendor.office.{reporting}"));
    // The payload of another domain now has both names.
    let text = text
        .replace("org.old-vendor.office.two", &derived.1)
        .replace("0FA1B2C3-3333-4333-8333-00000000000C", &derived.2.to_lowercase());
    std::fs::write(&old, text).unwrap();
    let out = folder.path().join("again");
    assert!(build(&out, &old, &[]).status.success());
    let after = payloads(&profile(out.join("office-privacy.mobileconfig")));
    let of = |domain: &str| after.iter().find(|one| one.0 == domain).expect("the payload");
    assert_eq!(of("com.microsoft.autoupdate2").1, derived.1);
    assert_eq!(of("com.microsoft.autoupdate2").2, derived.2.to_lowercase());
    assert_eq!(of(reporting).1, format!("com.example.office-privacy.{reporting}"));
    let uuids: std::collections::BTreeSet<String> = after.iter().map(|one| one.2.to_uppercase()).collect();
    assert_eq!(uuids.len(), after.len(), "{after:?}");
}

/// The line of every domain was once counted from the start of the file: 45 seconds for this one.
#[test]
#[expect(clippy::disallowed_types, reason = "what is tested is the time it takes")]
fn a_profile_of_many_domains_is_read_in_time() {
    let domains: String =
        (0..10_000).map(|number| format!("<key>com.example.app{number}</key>\n<dict/>\n")).collect();
    let text = include_str!("fixtures/old-profile.mobileconfig")
        .replace("<key>com.microsoft.shared</key>\n\t\t\t\t<dict/>", &domains);
    let start = std::time::Instant::now();
    let kept = prefsmith::profile::kept(text.as_bytes()).expect("a profile");
    assert_eq!(kept.payloads.len(), 10_002);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
