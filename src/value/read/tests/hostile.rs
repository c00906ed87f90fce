//! The files of tests/hostile, each with the one message that it must give.

use super::*;
use std::path::Path;

const EXPECTED: [(&str, &str); 17] = [
    (
        "ascii.plist",
        "this is the old format of property lists, as `defaults read` prints it, which has lost the types of its values; `defaults export DOMAIN FILE` keeps them",
    ),
    (
        "billion-laughs.plist",
        "line 2, column 1: the document type declares entities or elements of its own, which no property list needs",
    ),
    (
        "binary.plist",
        "this is a binary property list, and only XML is read so far; `plutil -convert xml1 -o NEW FILE` writes it as XML",
    ),
    ("bomb.zip.plist", "this is no property list"),
    (
        "duplicate-key.mobileconfig",
        "line 7, column 3: the key `PayloadUUID` stands twice in this dictionary; the first is at line 5, column 3",
    ),
    ("empty.plist", "the file is empty"),
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
        "pem.mobileconfig",
        "this is a signed profile, and only unsigned ones are read so far; `security cms -D -i FILE -o NEW` writes it without its signature",
    ),
    (
        "signed.mobileconfig",
        "this is a signed profile, and only unsigned ones are read so far; `security cms -D -i FILE -o NEW` writes it without its signature",
    ),
    ("truncated.mobileconfig", "line 5, column 3: `<dict>` is never closed"),
    (
        "utf16.plist",
        "this text is UTF-16 or UTF-32, and only UTF-8 is read so far; `iconv` turns one into the other (the first line must then say UTF-8)",
    ),
    (
        "utf16-no-mark.plist",
        "this text is UTF-16 or UTF-32, and only UTF-8 is read so far; `iconv` turns one into the other (the first line must then say UTF-8)",
    ),
    ("white-space.plist", "the file is empty"),
];

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
fn every_file_has_its_message() {
    let listed =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> =
        listed.filter(|name| name.ends_with(".plist") || name.ends_with(".mobileconfig")).collect();
    names.sort();
    let mut expected: Vec<&str> = EXPECTED.iter().map(|(name, _)| *name).collect();
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
