//! Every place is the whole element, as the text itself shows.

use super::*;
use crate::finding::Position;

const TEXT: &str = "\u{feff}<?xml version=\"1.0\"?>\r\n<plist>\n <dict>\n  <key>é</key><string>ü&amp;ß</string>\n\
                    \t<key>list</key>\n  <array> <true/><integer> 5 </integer>\n  </array>\n </dict>\n</plist>\n";

fn slice(places: &Places) -> &'static str {
    let span = places.at.span().unwrap();
    TEXT.get(span.start as usize..span.end as usize).unwrap()
}

#[test]
fn places_are_elements() {
    let read = read(TEXT.as_bytes(), source(), &Budgets::default(), &Wanted::Everything).unwrap();
    let places = &read.places;
    assert!(slice(places).starts_with("<dict>\n  <key>é") && slice(places).ends_with("\n </dict>"));
    assert_eq!(slice(places.entry("é")), "<string>ü&amp;ß</string>");
    assert_eq!(slice(places.entry("list")), "<array> <true/><integer> 5 </integer>\n  </array>");
    assert_eq!(slice(places.entry("list").item(0)), "<true/>");
    assert_eq!(slice(places.entry("list").item(1)), "<integer> 5 </integer>");
    assert_eq!(slice(&Places::leaf(places.key("list").clone())), "<key>list</key>");
}

/// The reader's positions are those of the sources, the byte order mark apart, which is no column.
#[test]
fn positions_agree_with_sources() {
    let mut sources = Sources::new();
    let id = sources.add("x.plist", TEXT);
    for (offset, _) in TEXT.char_indices().skip(1) {
        let (ours, theirs) =
            (position(TEXT.as_bytes(), offset), sources.position(id, u32::try_from(offset).unwrap()));
        let mark = u32::from(theirs.line == 1);
        assert_eq!(ours, Position { line: theirs.line, column: theirs.column - mark });
    }
    assert_eq!(position(TEXT.as_bytes(), usize::MAX).line, 10);
    assert_eq!(position(b"", 5), Position { line: 1, column: 1 });
}

#[test]
fn errors_have_span_and_position() {
    let text = "<plist>\n<array><real>x</real></array></plist>";
    let error = document(text).unwrap_err();
    let span = error.span().unwrap();
    assert_eq!(text.get(span.start as usize..span.end as usize), Some("<real>x</real>"));
    assert_eq!(error.position(), Some(Position { line: 2, column: 8 }));
    let latin = document(b"<plist>\n<string>caf\xE9</string></plist>".to_vec()).unwrap_err();
    assert_eq!(latin.to_string(), "line 2, column 12: the text is not UTF-8 here");
    assert_eq!(document("").unwrap_err().position(), None);
}
