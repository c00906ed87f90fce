//! What readers of property lists disagree about, and what is decided here.

use super::oracle::theirs;
use super::*;
use crate::value::{Date, Integer, Real};

fn string(text: &str) -> Value {
    Value::string(text)
}

#[test]
fn cdata_is_text() {
    assert_eq!(value("<string><![CDATA[echo hi]]></string>"), string("echo hi"));
    assert_eq!(value("<string>x<![CDATA[ & <y>]]>z</string>"), string("x & <y>z"));
    assert_eq!(value("<dict><key><![CDATA[a]]></key><true/></dict>").to_json()["a"], true);
    assert_eq!(value("<integer><![CDATA[5]]></integer>"), Value::Integer(5_i64.into()));
    assert_eq!(refused("<![CDATA[ ]]><true/>"), "line 2, column 22: text stands where an element must be");
    assert_eq!(refused("<string><![CDATA[x</string>"), "line 2, column 30: a CDATA section is not closed");
}

#[test]
fn strings_are_literal_text_not_tokens() {
    let read = value("<string>${user.upn}</string>");
    assert_eq!(read, string("${user.upn}"));
    assert!(!read.has_tokens());
}

#[test]
fn five_entities_and_numbers() {
    let text = "<string>&amp;&lt;&gt;&quot;&apos;&#65;&#x1F600;&#13;</string>";
    assert_eq!(value(text), string("&<>\"'A\u{1f600}\r"));
    let known = "a property list knows &amp; &lt; &gt; &quot; &apos; and numbers (&#8364;)";
    assert_eq!(
        refused("<string>a&nbsp;b</string>"),
        format!("line 2, column 31: `&nbsp;` is not defined; {known}")
    );
    assert_eq!(refused("&amp;"), "line 2, column 22: text stands where an element must be");
    assert_eq!(refused("<string>a & b</string>"), "line 2, column 32: an `&` without its `;`: write `&amp;`");
    for bad in ["#0", "#1", "#xFFFE", "#xD800", "#x110000", "#", "#x", "#-1", "#+65", "#99999999999"] {
        assert_eq!(
            refused(&format!("<string>&{bad};</string>")),
            format!("line 2, column 30: `&{bad};` is no character that XML can carry")
        );
    }
}

#[test]
fn document_types() {
    let with = |kind: &str| document(format!("{kind}<plist><true/></plist>"));
    let apple = "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
                 \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">";
    assert_eq!(with(apple).unwrap(), Value::Boolean(true));
    assert_eq!(with("<!DOCTYPE plist SYSTEM \"file://[x]\">").unwrap(), Value::Boolean(true));
    let refused = |kind: &str| with(kind).unwrap_err().to_string();
    let subset = "line 1, column 1: the document type declares entities or elements of its own, which no \
                  property list needs";
    assert_eq!(refused("<!DOCTYPE plist [<!ENTITY a \"b\">]>"), subset);
    assert_eq!(refused("<!DOCTYPE plist[]>"), subset);
    assert_eq!(refused("<!DOCTYPE svg>"), "line 1, column 1: the document type is `svg`, not `plist`");
    assert_eq!(
        refused("<!doctype plist>"),
        "line 1, column 1: this is not well-formed XML: DOCTYPE is written in capitals"
    );
    assert_eq!(
        refused("<!DOCTYPE plist>\n<!DOCTYPE plist>"),
        "line 2, column 1: a document type stands before `<plist>`, and once"
    );
    assert_eq!(
        super::refused("<!DOCTYPE plist><true/>"),
        "line 2, column 22: a document type stands before `<plist>`, and once"
    );
    assert_eq!(
        document("<!DOCTYPE plist").unwrap_err().to_string(),
        "line 1, column 1: the document type is not closed"
    );
}

#[test]
fn declarations() {
    let with = |head: &str| document(format!("{head}<plist><true/></plist>"));
    let yes = Value::Boolean(true);
    for good in [
        "",
        "\n  ",
        "\u{feff}",
        "\u{feff}\n<?xml version='1.0'?>",
        "\n\n<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>",
        "<?xml version=\"1.0\" encoding=\"US-ASCII\"?>",
        "<!-- a comment --><?some instruction?>",
    ] {
        assert_eq!(with(good).unwrap(), yes, "{good}");
    }
    let refused = |head: &str| with(head).unwrap_err().to_string();
    let once = "an XML declaration stands at the start of the file, and once";
    assert_eq!(refused("<!-- --><?xml version=\"1.0\"?>"), format!("line 1, column 9: {once}"));
    assert_eq!(
        refused("<?xml version=\"1.0\"?>\n<?xml version=\"1.0\"?>"),
        format!("line 2, column 1: {once}")
    );
    let version = "line 1, column 1: a property list is XML 1.0, and its declaration must say so";
    assert_eq!(refused("<?xml version=\"1.1\"?>"), version);
    assert_eq!(refused("<?xml?>"), version);
    assert_eq!(
        refused("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"),
        "line 1, column 1: the file says that it is written in `ISO-8859-1`; only UTF-8 and UTF-16 are read"
    );
}

#[test]
fn duplicate_keys_name_both_places() {
    assert_eq!(
        refused("<dict>\n<key>a</key><true/>\n<key>b</key><true/>\n  <key>a</key><false/></dict>"),
        "line 5, column 3: the key `a` stands twice in this dictionary; the first is at line 3, column 1"
    );
    // Written differently, it is the same key.
    assert!(refused("<dict><key>a</key><true/><key>&#97;</key><true/></dict>").contains("stands twice"));
    // In two dictionaries it is not.
    assert!(
        inside("<array><dict><key>a</key><true/></dict><dict><key>a</key><true/></dict></array>").is_ok()
    );
}

#[test]
fn keys_and_values_alternate() {
    assert_eq!(
        refused("<dict><string>a</string><true/></dict>"),
        "line 2, column 28: `<string>` stands where a `<key>` must be"
    );
    assert_eq!(refused("<dict><key>a</key></dict>"), "line 2, column 28: the key `a` has no value");
    assert_eq!(
        refused("<dict><key>a</key><key>b</key><true/></dict>"),
        "line 2, column 28: the key `a` has no value"
    );
    let outside = "a `<key>` stands outside a dictionary";
    assert_eq!(refused("<array><key>a</key></array>"), format!("line 2, column 29: {outside}"));
    assert_eq!(refused("<key>a</key>"), format!("line 2, column 22: {outside}"));
    assert_eq!(refused("<dict>a</dict>"), "line 2, column 28: text stands where an element must be");
    assert_eq!(value("<dict><key/><true/></dict>").to_json()[""], true);
}

#[test]
fn missing_and_wrong_end_tags() {
    assert_eq!(
        document("<plist>\n<dict>\n<key>a</key>\n<true/>").unwrap_err().to_string(),
        "line 2, column 1: `<dict>` is never closed"
    );
    assert_eq!(
        document("<plist>\n<true/>").unwrap_err().to_string(),
        "line 1, column 1: `<plist>` is never closed"
    );
    assert_eq!(
        document("<plist><string>a").unwrap_err().to_string(),
        "line 1, column 8: `<string>` is never closed"
    );
    assert_eq!(refused("<dict>"), "line 2, column 28: `</plist>` stands where `</dict>` must come first");
    assert_eq!(
        refused("<string>a</String>"),
        "line 2, column 31: `</String>` stands where `</string>` must come first"
    );
    assert_eq!(
        document("<plist><true/></plist></plist>").unwrap_err().to_string(),
        "line 1, column 23: `</plist>` closes nothing"
    );
    assert_eq!(
        document("<plist><true/></plist").unwrap_err().to_string(),
        "line 1, column 15: a tag is not closed"
    );
}

#[test]
fn one_value_and_nothing_after_it() {
    let second = "line 2, column 29: a second value stands beside the first: a property list holds one";
    assert_eq!(refused("<true/><false/>"), second);
    assert_eq!(refused(""), "line 2, column 1: `<plist>` holds no value");
    let after =
        |rest: &str| document(format!("<plist><true/></plist>{rest}")).map_err(|error| error.to_string());
    assert_eq!(after("\n<!-- a comment -->\n"), Ok(Value::Boolean(true)));
    let trailing = Err("line 1, column 23: something stands after `</plist>`".to_owned());
    assert_eq!(after("x"), trailing);
    assert_eq!(after("<plist><true/></plist>"), trailing);
    assert_eq!(after("&amp;"), trailing);
    assert_eq!(after("\0"), Err("line 1, column 23: XML cannot carry the character U+0000".to_owned()));
}

/// macOS stops at `</plist>` and takes such a file. plistlib, libxml2 and the plist crate do not, and with them
/// many an MDM: whoever gets to see it had better mend it.
#[test]
fn nul_bytes_behind_the_end_are_refused() {
    for end in ["\0", "\n\0", "\0\0\0\0"] {
        let said = document(format!("<plist><true/></plist>{end}")).unwrap_err().to_string();
        assert!(said.ends_with("XML cannot carry the character U+0000"), "{said}");
        assert!(theirs(format!("<plist><true/></plist>{end}").as_bytes()).is_none());
    }
}

#[test]
fn elements_of_something_else() {
    assert_eq!(
        refused("<True/>"),
        "line 2, column 22: `<True>` is no element of a property list; did you mean `<true>`?"
    );
    assert_eq!(refused("<null/>"), "line 2, column 22: `<null>` is no element of a property list");
    assert_eq!(refused("<p:true/>"), "line 2, column 22: `<p:true>` is no element of a property list");
    assert_eq!(refused("< true/>"), "line 2, column 22: `<>` is no element of a property list");
    assert_eq!(
        refused("<plist><true/></plist>"),
        "line 2, column 22: `<plist>` stands inside a property list"
    );
    assert_eq!(
        refused("<string>a<true/></string>"),
        "line 2, column 31: `<true>` stands inside `<string>`, which holds text only"
    );
    assert_eq!(
        document("<dict/>").unwrap_err().to_string(),
        "line 1, column 1: the outermost element is `<dict>`; a property list starts with `<plist>`"
    );
    let long = refused(&format!("<{}/>", "a".repeat(100_000)));
    assert_eq!(long.chars().count(), 117, "{long}");
    assert!(!refused("<array></\u{9b}31m></array>").contains('\u{9b}'));
}

#[test]
fn booleans() {
    assert_eq!(value("<true></true>"), Value::Boolean(true));
    assert_eq!(value("<false />"), Value::Boolean(false));
    assert_eq!(refused("<true>x</true>"), "line 2, column 22: `<true>` holds something; write `<true/>`");
    assert_eq!(refused("<false> </false>"), "line 2, column 22: `<false>` holds something; write `<false/>`");
}

#[test]
fn integers() {
    let number = |text: &str| value(&format!("<integer>{text}</integer>"));
    let of = |number: i64| Value::Integer(number.into());
    for (text, expected) in [
        ("5", 5),
        (" 5 ", 5),
        ("\n\t5\r\n", 5),
        ("+5", 5),
        ("-5", -5),
        ("-0", 0),
        ("007", 7),
        ("0x1F", 31),
        ("0Xff", 255),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
    ] {
        assert_eq!(number(text), of(expected), "{text}");
    }
    assert_eq!(number("18446744073709551615"), Value::Integer(Integer::Unsigned(u64::MAX)));
    assert_eq!(number("0xffffffffffffffff"), Value::Integer(Integer::Unsigned(u64::MAX)));
    for (text, why) in [
        ("18446744073709551616", "the number does not fit into 64 bits"),
        ("-9223372036854775809", "the number does not fit into 64 bits"),
        ("0x10000000000000000", "the number does not fit into 64 bits"),
        ("", "`<integer>` must hold a whole number, such as 42"),
        ("+", "`<integer>` must hold a whole number, such as 42"),
        ("+-5", "`<integer>` must hold a whole number, such as 42"),
        ("--5", "`<integer>` must hold a whole number, such as 42"),
        ("0x", "`<integer>` must hold a whole number, such as 42"),
        ("-0x1", "`<integer>` must hold a whole number, such as 42"),
        ("0x+1", "`<integer>` must hold a whole number, such as 42"),
        ("1.5", "`<integer>` must hold a whole number, such as 42"),
        ("1_000", "`<integer>` must hold a whole number, such as 42"),
        ("1 000", "`<integer>` must hold a whole number, such as 42"),
        ("\u{a0}5", "`<integer>` must hold a whole number, such as 42"),
        ("\u{665}", "`<integer>` must hold a whole number, such as 42"),
        ("YES", "`<integer>` must hold a whole number, such as 42"),
    ] {
        let said = refused(&format!("<integer>{text}</integer>"));
        assert_eq!(said, format!("line 2, column 22: {why}"), "{text}");
    }
    assert!(refused("<integer/>").contains("must hold a whole number"));
}

#[test]
fn reals() {
    let number = |text: &str| value(&format!("<real>{text}</real>"));
    for (text, expected) in
        [("1.5", 1.5), (" 1.5\n", 1.5), ("-0", 0.0), ("1", 1.0), ("+.5", 0.5), ("1e3", 1000.0)]
    {
        assert_eq!(number(text), Value::Real(Real::new(expected).unwrap()), "{text}");
    }
    for text in ["nan", "NaN", "inf", "-inf", "+infinity", "1e999"] {
        assert_eq!(
            refused(&format!("<real>{text}</real>")),
            "line 2, column 22: the number is not finite; NaN and infinity are no values of a preference",
            "{text}"
        );
    }
    for text in ["", "1,5", "0x1p3", "1.5f", "one"] {
        assert_eq!(
            refused(&format!("<real>{text}</real>")),
            "line 2, column 22: `<real>` must hold a number, such as 1.5",
            "{text}"
        );
    }
}

#[test]
fn dates() {
    let date = |text: &str| inside(&format!("<date>{text}</date>"));
    for good in
        // The second is how macOS writes NSDate.distantPast.
        [
            "2027-01-31T00:00:00Z",
            "0000-12-30T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "9999-12-30T22:00:00Z",
            "2028-02-29T12:00:00Z",
        ]
    {
        assert_eq!(date(good).unwrap(), Value::Date(Date::parse(good).unwrap()));
    }
    for bad in [
        "",
        " 2027-01-31T00:00:00Z",
        "2027-01-31T00:00:00+02:00",
        "2027-01-31T00:00:00+00:00",
        "2027-01-31T00:00:00.5Z",
        "2027-01-31T00:00:00.0Z",
        "2027-01-31T00:00Z",
        "2027-01-31 00:00:00Z",
        "2027-01-31T00:00:00z",
        "2027-01-31T00:00:00",
        "2027-01-31",
        "2027-02-29T00:00:00Z",
        "2027-01-31T23:59:60Z",
        "2027-01-31T24:00:00Z",
        "-0001-01-01T00:00:00Z",
        "now",
    ] {
        assert_eq!(
            date(bad).unwrap_err().to_string(),
            "line 2, column 22: a date is UTC in whole seconds, written 2027-01-31T00:00:00Z, without white space",
            "{bad}"
        );
    }
}

#[test]
fn data() {
    let data = |text: &str| inside(&format!("<data>{text}</data>"));
    assert_eq!(data("aGVsbG8=").unwrap(), Value::Data(b"hello".to_vec()));
    assert_eq!(data("\n\taGVs\r\n\tbG8 =\n").unwrap(), Value::Data(b"hello".to_vec()));
    assert_eq!(value("<data/>"), Value::Data(Vec::new()));
    for bad in ["aGVsbG8", "aGVsbG8==", "aGVs*bG8=", "aGVsbG9=", "=", "aGVs-_8="] {
        assert_eq!(
            data(bad).unwrap_err().to_string(),
            "line 2, column 22: `<data>` must hold base64, with its padding",
            "{bad}"
        );
    }
}

#[test]
fn messages_do_not_repeat_values() {
    for text in [
        "<integer>hunter2</integer>",
        "<real>hunter2</real>",
        "<data>hunter2*</data>",
        "<date>hunter2</date>",
    ] {
        assert!(!refused(text).contains("hunter2"));
    }
}

#[test]
fn control_characters() {
    for (bad, code) in [('\u{1}', "0001"), ('\u{1b}', "001B"), ('\u{fffe}', "FFFE"), ('\u{ffff}', "FFFF")] {
        let said = refused(&format!("<string>a\n\u{ef}\u{fffd}{bad}</string>"));
        assert_eq!(said, format!("line 3, column 3: XML cannot carry the character U+{code}"));
        assert!(refused(&format!("<true/><!-- {bad} -->")).contains("XML cannot carry"));
    }
    assert_eq!(value("<string>\u{7f}\u{85}\u{2028}\t</string>"), string("\u{7f}\u{85}\u{2028}\t"));
}

#[test]
fn line_ends_become_newlines() {
    assert_eq!(value("<string>a\r\nb\rc\nd\r\r\n</string>"), string("a\nb\nc\nd\n\n"));
    assert_eq!(value("<string>\r\n</string>"), string("\n"));
    assert_eq!(value("<string><![CDATA[a\r\nb\r]]></string>"), string("a\nb\n"));
    assert_eq!(value("<dict>\r\n<key>a</key>\r<true/>\r\n</dict>").to_json()["a"], true);
}

#[test]
fn white_space_of_strings_stays() {
    assert_eq!(value("<string> a\n </string>"), string(" a\n "));
    assert_eq!(value("<string>  </string>"), string("  "));
    assert_eq!(value("<string/>"), string(""));
    // A no-break space is text.
    assert!(refused("<array>\u{a0}</array>").ends_with("text stands where an element must be"));
}

#[test]
fn attributes_mean_nothing_and_are_attributes() {
    assert_eq!(value("<string xml:lang='en' x=\"&gt;\">a</string>"), string("a"));
    for bad in ["<true a/>", "<true a=1/>", "<true a='1' a='2'/>", "<true a='<'/>", "<true a=''b=/>"] {
        assert_eq!(refused(bad), "line 2, column 22: an attribute of this tag is malformed", "{bad}");
    }
    assert_eq!(refused("<true a='/>"), "line 2, column 22: a tag is not closed");
}

#[test]
fn comments_and_instructions_are_passed_over() {
    assert_eq!(value("<string>a<!-- b -->c<?d e?>f</string>"), string("acf"));
    assert_eq!(value("<dict><!-- x --><key>a</key><?y?><true/><!----></dict>").to_json()["a"], true);
    assert_eq!(refused("<!-- a -- b --><true/>"), "line 2, column 29: `--` stands inside a comment");
    assert_eq!(refused("<!-- a"), "line 2, column 22: a comment is not closed");
    assert_eq!(refused("<!--->"), "line 2, column 22: a comment is not closed");
    assert_eq!(refused("<?x"), "line 2, column 22: a processing instruction is not closed");
    assert!(refused("<!x><true/>").contains("not well-formed XML"));
}

#[test]
fn cdata_end_in_text() {
    assert_eq!(refused("<string>a]]>b</string>"), "line 2, column 31: `]]>` in a text: write `]]&gt;`");
    assert_eq!(value("<string>a]]&gt;b</string>"), string("a]]>b"));
}
