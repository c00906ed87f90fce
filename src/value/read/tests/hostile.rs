//! The files of tests/hostile, each with the one message that it must give, or with what is in it.

use super::binary::{array, ascii, dictionary, file};
use super::*;
use std::path::Path;

const EXPECTED: [(&str, &str); 24] = [
    (
        "ascii.plist",
        "this is the old format of property lists, as `defaults read` prints it, which has lost the types of its values; `defaults export DOMAIN FILE` keeps them",
    ),
    (
        "billion-laughs.plist",
        "line 2, column 1: the document type declares entities or elements of its own, which no property list needs",
    ),
    (
        "binary-cut-off.plist",
        "the end of this binary property list does not fit the rest: it was cut short, or changed",
    ),
    ("binary-deep.plist", "0 > 0 > 0 > 0 > 0 > 0 > … > 0 > 0 > 0: values nest deeper than 64 levels"),
    (
        "binary-doubling.plist",
        "0 > 0 > 0 > 0 > 0 > 0 > … > 0 > 0 > 0: the file holds more than 500000 values",
    ),
    ("binary-holds-itself.plist", "0 > a: this array or dictionary holds itself"),
    ("binary-huge-count.plist", "this object does not lie where objects do, or runs out of it"),
    (
        "binary-keyed-archive.plist",
        "$top > root: this is a reference of a keyed archive (UID), which is no value of a preference",
    ),
    ("binary-shared-text.plist", "4096: the texts and data in the file are larger than 64 MiB"),
    ("bomb.zip.plist", "this is no property list"),
    (
        "duplicate-key.mobileconfig",
        "line 7, column 3: the key `PayloadUUID` stands twice in this dictionary; the first is at line 5, column 3",
    ),
    ("detached.mobileconfig", "this is a signature alone, without the profile that it signs"),
    ("empty.plist", "the file is empty"),
    ("encrypted.mobileconfig", "this profile is encrypted: only the Mac that it was made for can read it"),
    (
        "external-entity.plist",
        "line 2, column 1: the document type declares entities or elements of its own, which no property list needs",
    ),
    ("json.plist", "this is JSON, not a property list"),
    ("latin1.plist", "line 3, column 14: the text is not UTF-8 here"),
    (
        "login-page.plist",
        "this is a web page, not a property list: perhaps a login page was downloaded in its place",
    ),
    (
        "login-page-xhtml.plist",
        "this is a web page, not a property list: perhaps a login page was downloaded in its place",
    ),
    (
        "mail.mobileconfig",
        "this is a mail message (S/MIME), which no Mac installs; `openssl smime` and `openssl cms` write a signed profile with `-outform DER -nodetach`",
    ),
    (
        "signed-twice.mobileconfig",
        "this is a signed profile inside a signed one; a profile has one signature",
    ),
    ("truncated.mobileconfig", "line 5, column 3: `<dict>` is never closed"),
    ("utf16-nul.plist", "line 1, column 2: XML cannot carry the character U+0000"),
    ("white-space.plist", "the file is empty"),
];

/// Files that other readers refuse or take for something else, and what is in them.
const READ: [(&str, &str); 6] = [
    ("binary.plist", r#"{"a":true,"b":[1,2.5,"x"]}"#),
    ("pem.mobileconfig", r#"{"PayloadType":"Configuration"}"#),
    ("signed.mobileconfig", r#"{"PayloadType":"Configuration"}"#),
    ("signed-in-pieces.mobileconfig", r#"{"PayloadType":"Configuration"}"#),
    ("utf16.plist", "true"),
    ("utf16-no-mark.plist", "true"),
];

/// The binary ones, as they were made.
fn made() -> Vec<(&'static str, Vec<u8>)> {
    let chain = |levels: usize, times: usize| {
        let mut objects: Vec<Vec<u8>> = (1..=levels).map(|next| array(&vec![next; times])).collect();
        objects.push(vec![0x09]);
        file(&objects)
    };
    let archive = [
        dictionary(&[1, 2], &[3, 4]),
        ascii("$archiver"),
        ascii("$top"),
        ascii("NSKeyedArchiver"),
        dictionary(&[5], &[6]),
        ascii("root"),
        vec![0x80, 1],
    ];
    let short = chain(1, 1);
    vec![
        ("binary-cut-off.plist", short[..short.len() - 3].to_vec()),
        ("binary-deep.plist", chain(1000, 1)),
        ("binary-doubling.plist", chain(40, 2)),
        ("binary-holds-itself.plist", file(&[array(&[1]), dictionary(&[2], &[0]), ascii("a")])),
        (
            "binary-huge-count.plist",
            file(&[[&[0xAF, 0x13], 1_u64.rotate_right(2).to_be_bytes().as_slice()].concat()]),
        ),
        ("binary-keyed-archive.plist", file(&archive)),
        ("binary-shared-text.plist", file(&[array(&vec![1; 5000]), ascii(&"x".repeat(16_384))])),
    ]
}

/// `PREFSMITH_UPDATE=1` writes them.
#[test]
#[expect(clippy::disallowed_methods, reason = "writes its own fixtures when asked to")]
fn binary_files_are_those_made_here() {
    for (name, bytes) in made() {
        if std::env::var_os("PREFSMITH_UPDATE").is_some() {
            std::fs::write(folder().join(name), &bytes).unwrap();
        }
        assert!(std::fs::read(folder().join(name)).unwrap() == bytes, "{name}");
    }
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile")
}

#[test]
fn files_are_refused_for_what_they_are() {
    for (name, expected) in EXPECTED {
        let bytes = std::fs::read(folder().join(name)).unwrap();
        assert_eq!(document(bytes).unwrap_err().to_string(), expected, "{name}");
    }
}

#[test]
fn files_are_read_whatever_is_around_them() {
    for (name, expected) in READ {
        let bytes = std::fs::read(folder().join(name)).unwrap();
        assert_eq!(document(bytes).unwrap().to_json().to_string(), expected, "{name}");
    }
}

#[test]
fn every_file_has_its_message() {
    let listed =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> =
        listed.filter(|name| name.ends_with(".plist") || name.ends_with(".mobileconfig")).collect();
    names.sort();
    let mut expected: Vec<&str> = EXPECTED.iter().chain(&READ).map(|(name, _)| *name).collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
}

#[test]
fn what_begins_like_something_else() {
    let said = |text: &str| document(text).unwrap_err();
    assert_eq!(said("{ a = 1; }"), ReadError::OldFormat);
    assert_eq!(said("// !$*UTF8*$!\n{ }"), ReadError::OldFormat);
    assert_eq!(said("(1, 2)"), ReadError::OldFormat);
    assert_eq!(said("{\n  \"a = b\\\"\" : 1 }"), ReadError::Json);
    assert_eq!(said("[1]"), ReadError::Json);
    assert_eq!(said("plain text"), ReadError::Foreign);
    assert_eq!(said("\u{feff}"), ReadError::Empty);
    assert_eq!(said("\u{feff}\u{feff}<plist/>"), ReadError::Foreign);
    assert_eq!(said("<!-- only a comment -->"), ReadError::Foreign);
    assert_eq!(said("<HTML><body>"), ReadError::Html);
    assert_eq!(said("<!doctype html><p>"), ReadError::Html);
}
