//! Versions that are none, and manifests that mean harm.

use super::{Bound, Facts, Manifests, Named, bound, versions};
use crate::finding::{Findings, Sources};

fn works(first: Option<&str>, last: Option<&str>) -> Facts {
    let mut facts = Facts::default();
    versions::works(("pfm_app_min", first), ("pfm_app_max", last), &mut facts);
    facts
}

/// All kinds of text that occur in the published manifests, and some that could.
#[test]
fn every_kind_of_version_is_decided() {
    assert_eq!(bound(""), Bound::Empty);
    assert_eq!(bound("  "), Bound::Empty);
    for text in ["77", "16.28", "15.x", "16.16.x", "2024.1.160.0", "1.03", "101.24042.0002", "20.033"] {
        assert_eq!(bound(text), Bound::Version(text.to_owned()), "{text}");
    }
    assert_eq!(bound("16.27 ONLY"), Bound::Only("16.27".to_owned()));
    assert_eq!(bound("16.27 only"), Bound::Only("16.27".to_owned()));
    for text in
        ["4.31y", "latest", "16.27 or so", "1..2", ".5", "1.", "-1", "x", "1.x.2", "1, 2", "9999999999"]
    {
        assert_eq!(bound(text), Bound::Unclear(text.to_owned()), "{text}");
    }
}

#[test]
fn first_and_last_make_a_range() {
    assert_eq!(works(Some("16.17"), None).works.as_deref(), Some("16.17 .."));
    assert_eq!(works(None, Some("16.16.x")).works.as_deref(), Some(".. 16.16.x"));
    assert_eq!(works(Some("15.x"), Some("16.27")).works.as_deref(), Some("15.x .. 16.27"));
    assert_eq!(works(Some("16.27"), Some("16.27 ONLY")).works.as_deref(), Some("16.27"));
    assert_eq!(works(Some("3.2 ONLY"), None).works.as_deref(), Some("3.2"));
    assert_eq!(works(None, None), Facts::default());
}

#[test]
fn what_is_no_version_is_a_doubt_and_what_is_empty_a_note() {
    let unclear = works(Some("4.31y"), Some("5.0"));
    assert_eq!((unclear.works, unclear.doubtful.len()), (None, 1));
    let (range, why) = &unclear.doubtful[0];
    assert_eq!(range, "..");
    assert_eq!(why, "The manifest gives `4.31y` as the first version and `5.0` as the last version.");
    let backwards = works(Some("5.0"), Some("4.0"));
    assert_eq!((backwards.works, backwards.doubtful.len()), (None, 1));
    let empty = works(Some(""), Some("5.0"));
    assert_eq!(empty.works.as_deref(), Some(".. 5.0"));
    assert_eq!(empty.notes, ["The manifest has `pfm_app_min` without a version."]);
}

fn read(text: &str) -> (Manifests, Findings) {
    let (mut manifests, mut sources, mut findings) = (Manifests::default(), Sources::new(), Findings::new());
    let named = Named { label: "a.plist", folder: "", file: "a.plist" };
    let source = sources.add("a.plist", text);
    manifests.add(named, text.as_bytes(), source, &mut findings);
    (manifests, findings)
}

fn manifest(keys: &str) -> String {
    format!(
        "<plist version=\"1.0\"><dict><key>pfm_domain</key><string>com.example.a</string>\
         <key>pfm_subkeys</key><array>{keys}</array></dict></plist>"
    )
}

/// A manifest of nonsense does not bury the others.
#[test]
fn findings_of_one_manifest_are_bounded() {
    let (manifests, findings) = read(&manifest(&"<dict/>".repeat(10_000)));
    assert_eq!(manifests.taken, 1);
    assert_eq!(findings.iter().count(), 51);
    let last = findings.iter().last().unwrap();
    assert_eq!(last.title, "9950 more places in this manifest are not understood");
}

/// As deep as a property list may be: read, written and compiled on a small stack.
#[test]
fn deep_manifests_do_not_run_over_the_stack() {
    let deep = |levels: usize| {
        let open = "<dict><key>pfm_name</key><string>A</string><key>pfm_type</key><string>dictionary</string>\
                    <key>pfm_subkeys</key><array>";
        manifest(&format!("{}{}", open.repeat(levels), "</array></dict>".repeat(levels)))
    };
    let work = move || {
        let (manifests, findings) = read(&deep(30));
        assert!(findings.is_empty(), "{findings:?}");
        let texts = manifests.texts();
        assert_eq!(texts[0].text.matches("[[key.field]]").count(), 29);
        // What is deeper is no property list for us, and says so.
        let (manifests, findings) = read(&deep(40));
        assert_eq!((manifests.broken, findings.iter().count()), (1, 1));
    };
    std::thread::Builder::new().stack_size(512 << 10).spawn(work).unwrap().join().unwrap();
}

/// Text of a manifest is data: it ends no string and starts no table of the catalogue.
#[test]
fn hostile_text_stays_what_it_is() {
    let name = "a\"]\n[[rule]]\\u0041${HOME}";
    let (manifests, findings) = read(&manifest(&format!(
        "<dict><key>pfm_name</key><string>{name}</string><key>pfm_type</key><string>string</string>\
         <key>pfm_description</key><string>\"\"\"{name}</string>\
         <key>pfm_range_list</key><array><string>{name}</string></array></dict>"
    )));
    assert!(findings.is_empty(), "{findings:?}");
    let made = manifests.texts();
    let table: toml::Table = made[0].text.parse().unwrap();
    let key = &table["key"].as_array().unwrap()[0];
    assert_eq!(key["name"].as_str(), Some(name));
    assert_eq!(key["values"].as_array().unwrap()[0]["value"].as_str(), Some(name));
    assert!(!table.contains_key("rule"));
}
