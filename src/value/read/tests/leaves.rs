//! Elements that are taken in one go: read event by event, they come to the same, and so does every error.

use super::super::token::{Token, Tokens};
use super::super::{Budgets, Read, ReadError, Wanted, tree};
use crate::finding::Sources;
use proptest::prelude::*;

/// What a text comes to, in one go where that can be, and event by event.
fn both(text: &str, budgets: &Budgets, wanted: &Wanted<'_>) -> [Result<Read, ReadError>; 2] {
    let source = Sources::new().add("a", "");
    let tokens = || Tokens::new(text.as_bytes(), text, source);
    [tokens(), tokens().by_events()].map(|tokens| tree::read(tokens, budgets, wanted))
}

fn agree(text: &str) {
    let tight = Budgets { depth: 3, objects: 6, text: 12, ..Budgets::default() };
    for budgets in [Budgets::default(), tight] {
        for wanted in [Wanted::Everything, Wanted::Keys(&["a"]), Wanted::Keys(&[])] {
            let [whole, events] = both(text, &budgets, &wanted);
            assert_eq!(whole, events, "{text:?}");
        }
    }
}

#[test]
fn what_is_unusual_about_an_element_is_read_by_events() {
    for inside in [
        "<dict><key>a</key><string>b</string></dict>",
        "<dict>\n<key>a</key>\r\n\t<true/>\n<key>b</key><false/></dict>",
        "<dict><key>a</key><string/><key>b</key><string></string></dict>",
        "<dict><key>a</key><string>b&amp;c</string><key>b</key><string>b\rc\r\n</string></dict>",
        "<dict><key>a</key><string>b]]>c</string></dict>",
        "<dict><key>a</key><string>b]c</string></dict>",
        "<dict><key>a</key><string>b<!-- c -->d</string></dict>",
        "<dict><key>a</key><!-- c --><string><![CDATA[b]]></string></dict>",
        "<dict><key >a</key><string x=\"1\">b</string></dict>",
        "<dict><key>a</key><string>b</string ></dict>",
        "<dict><key>a</key>text<string>b</string></dict>",
        "<dict><key>a</key><string>b</string>text</dict>",
        "<dict><key>a</key><string>b</strings></dict>",
        "<dict><key>a</key><key>a</key></dict>",
        "<dict><key>a</key><true/><key>a</key><true/></dict>",
        "<dict><string>a</string></dict>",
        "<array><key>a</key></array>",
        "<string><key>a</key></string>",
        "<array><string>\u{1}</string><string>b</string></array>",
        "<array><string>a</string><string>\u{FFFF}</string></array>",
        "<array><integer> 1 </integer><real>1e3</real><date>2026-01-31T00:00:00Z</date><data> aGk= </data></array>",
        "<array><integer>one</integer></array>",
        "<array><true></true><false>x</false></array>",
        "<array><array/><dict/><string>a</string></array>",
        "<array><string>a</string>&amp;</array>",
        "<array><string>a</string>",
        "<array><string>a",
        "<string>a</string><string>b</string>",
        "<true/><key>a</key>",
    ] {
        for (head, tail) in [("<plist>", "</plist>"), ("<plist>", "</plist><string>a</string>"), ("", "")] {
            agree(&format!("{head}{inside}{tail}"));
            agree(&format!("<?xml version=\"1.0\"?>\n{head}\n{inside}\n{tail}\n"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn an_element_in_one_go_is_the_same_as_its_events(pieces in proptest::collection::vec(0..31_usize, 0..24)) {
        const PIECES: [&str; 31] = [
            "<key>a</key>", "<key>b</key>", "<string>c</string>", "<true/>", "<integer>1</integer>", "<dict>",
            "</dict>", "<array>", "</array>", "\n\t", "<dict>", "</dict>", "<key>a</key><true/>",
            "<key>c</key><string>d e</string>", "<key>", "</key>", "<string>", "</string>", "x", "&lt;", "]]>",
            "\r\n", "<!-- a -->", "<![CDATA[b]]>", "<string/>", "<data>aGk=</data>", "</plist>", "\u{1}", "é",
            "<string>ü</string>", "<key x='1'>d</key>",
        ];
        let inside: String = pieces.iter().filter_map(|at| PIECES.get(*at).copied()).collect();
        agree(&format!("<plist>{inside}</plist>"));
        agree(&format!("<plist><dict>{inside}</dict></plist>"));
    }
}

#[test]
fn an_element_with_plain_text_is_one_token() {
    let text = "<plist><dict>\n<key>a</key>\n<true/> <key>b</key><string/></dict></plist>";
    let count = |mut tokens: Tokens<'_>| {
        std::iter::from_fn(|| Some(tokens.next().unwrap().0))
            .take_while(|token| !matches!(token, Token::End))
            .filter(|token| !matches!(token, Token::Space(_)))
            .count()
    };
    let tokens = || Tokens::new(text.as_bytes(), text, Sources::new().add("", ""));
    // Two elements that are opened and closed, three in one go, and one that is left to the events; two texts of keys.
    assert_eq!((count(tokens()), count(tokens().by_events())), (4 + 3 + 2, 4 + 6 + 2 + 2));
}
