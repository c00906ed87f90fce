//! What is bounded, and what is skipped.

use super::*;
use std::collections::BTreeMap;

fn nested(open: &str, close: &str, levels: usize) -> String {
    format!("<plist>{}{}</plist>", open.repeat(levels), close.repeat(levels))
}

fn with(text: &str, budgets: Budgets, wanted: Wanted<'static>) -> Result<Value, String> {
    let text = text.to_owned();
    small(move || {
        read(text.as_bytes(), source(), &budgets, &wanted)
            .map(|read| read.value)
            .map_err(|error| error.to_string())
    })
}

#[test]
fn nesting_up_to_the_budget() {
    assert!(document(nested("<array>", "</array>", 64)).is_ok());
    assert_eq!(
        document(nested("<array>", "</array>", 65)).unwrap_err().to_string(),
        "line 1, column 456: values nest deeper than 64 levels"
    );
    let inner = nested("<array>", "</array>", 64).replace("<array></array>", "<array><true/></array>");
    assert!(document(inner).unwrap_err().to_string().ends_with("values nest deeper than 64 levels"));
}

/// The plist crate reads these, and overflows the stack when it drops them.
#[test]
fn nesting_of_100_000_levels_is_refused() {
    for (open, close) in [("<array>", "</array>"), ("<dict><key>a</key>", "</dict>"), ("<dict>", "</dict>")] {
        assert!(document(nested(open, close, 100_000)).is_err());
        let text = format!("<plist><dict><key>a</key>{}", open.repeat(100_000));
        assert!(with(&text, Budgets::default(), Wanted::Keys(&["b"])).is_err());
    }
}

#[test]
fn bytes_are_counted_first() {
    let said = document(vec![b' '; 200 << 20]).unwrap_err().to_string();
    assert_eq!(said, "the file is larger than 16 MiB");
    let small = Budgets { bytes: 10, ..Budgets::default() };
    assert_eq!(
        with("<plist><true/></plist>", small, Wanted::Everything),
        Err("the file is larger than 10 bytes".to_owned())
    );
}

#[test]
fn text_of_20_megabytes_is_refused_uncopied() {
    let text = format!("<plist><string>{}</string></plist>", "a".repeat(20 << 20));
    let budgets = Budgets { bytes: 64 << 20, text: 10 << 20, ..Budgets::default() };
    assert_eq!(
        with(&text, budgets, Wanted::Everything),
        Err("line 1, column 8: the texts and data in the file are larger than 10 MiB".to_owned())
    );
    // Skipped, it costs nothing.
    let text = format!("<plist><dict><key>a</key><string>{}</string></dict></plist>", "a".repeat(20 << 20));
    assert_eq!(with(&text, budgets, Wanted::Keys(&[])), Ok(Value::Dictionary(BTreeMap::new())));
}

#[test]
fn texts_count_together() {
    let text =
        "<plist><dict><key>ab</key><string>c&amp;d</string><key>e</key><data>AAAA</data></dict></plist>";
    let budget = |text| Budgets { text, ..Budgets::default() };
    assert!(with(text, budget(10), Wanted::Everything).is_ok());
    assert!(with(text, budget(9), Wanted::Everything).is_err());
}

#[test]
fn objects_are_counted() {
    let text = format!("<plist><array>{}</array></plist>", "<true/>".repeat(9));
    let budget = |objects| Budgets { objects, ..Budgets::default() };
    assert!(with(&text, budget(10), Wanted::Everything).is_ok());
    let said = with(&text, budget(9), Wanted::Everything);
    assert_eq!(said, Err("line 1, column 71: the file holds more than 9 values".to_owned()));
    let many = format!("<plist><array>{}</array></plist>", "<true/>".repeat(500_000));
    assert!(document(many).is_err());
    let text = format!("<plist><dict><key>a</key><array>{}</array></dict></plist>", "<true/>".repeat(9));
    assert!(with(&text, budget(11), Wanted::Keys(&[])).is_ok());
    assert!(with(&text, budget(10), Wanted::Keys(&[])).is_err());
}

/// quick-xml compares every attribute with all before it; so many would take it minutes.
#[test]
fn many_attributes_take_linear_time() {
    let list: String = (0..100_000).map(|number| format!(" a{number}=''")).collect();
    assert_eq!(document(format!("<plist{list}><true/></plist>")).unwrap(), Value::Boolean(true));
}

const MIXED: &str = "<plist><dict><key>a</key><dict><key>x</key><integer>1</integer><key>y</key><data>?</data></dict>
<key>b</key><array><dict><key>x</key><integer>2</integer><key>z</key><real>?</real></dict><string>s</string></array>
<key>c</key><string>three</string></dict></plist>";

#[test]
fn only_wanted_keys_are_read() {
    let json = |wanted| with(MIXED, Budgets::default(), wanted).map(|value| value.to_json().to_string());
    let ok = |text: &str| Ok(text.to_owned());
    assert!(json(Wanted::Everything).is_err());
    assert_eq!(json(Wanted::Keys(&["c", "d"])), ok(r#"{"c":"three"}"#));
    assert_eq!(json(Wanted::Keys(&[])), ok("{}"));
    assert_eq!(json(Wanted::Paths(&[&["a", "x"], &["c"]])), ok(r#"{"a":{"x":1},"c":"three"}"#));
    // Through arrays; and what cannot be gone into is read.
    assert_eq!(json(Wanted::Paths(&[&["b", "x"], &["c", "x"]])), ok(r#"{"b":[{"x":2},"s"],"c":"three"}"#));
    assert_eq!(
        json(Wanted::Paths(&[&["a", "x"], &["a"]])),
        Err("line 1, column 76: `<data>` must hold base64, with its padding".to_owned())
    );
    assert!(json(Wanted::Paths(&[&[]])).is_err());
    assert_eq!(
        with("<plist><true/></plist>", Budgets::default(), Wanted::Keys(&["a"])),
        Ok(Value::Boolean(true))
    );
}

#[test]
fn skipped_parts_are_well_formed_all_the_same() {
    for (inner, why) in [
        ("<array>", "`</dict>` stands where `</array>` must come first"),
        ("<array><null/></array>", "`<null>` is no element of a property list"),
        ("<string>&nope;</string>", "`&nope;` is not defined"),
        ("<string>\u{1}</string>", "XML cannot carry the character U+0001"),
    ] {
        let text = format!("<plist><dict><key>a</key>{inner}</dict></plist>");
        let said = with(&text, Budgets::default(), Wanted::Keys(&[])).unwrap_err();
        assert!(said.contains(why), "{said}");
    }
    let open = with("<plist><dict><key>a</key><array>", Budgets::default(), Wanted::Keys(&[]));
    assert_eq!(open, Err("line 1, column 26: `<array>` is never closed".to_owned()));
}
