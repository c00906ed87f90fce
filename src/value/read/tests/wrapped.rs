//! What stands around a property list: signatures in their encodings, and UTF-16.

use super::*;
use crate::finding::Position;

const XML: &[u8] = b"<plist><true/></plist>";

/// An element of ASN.1 with its length in the shortest form.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = match u8::try_from(length) {
        Ok(short @ 0..=0x7F) => vec![tag, short],
        _ => [vec![tag, 0x84], u32::try_from(length).unwrap().to_be_bytes().to_vec()].concat(),
    };
    [head, content.to_vec()].concat()
}

/// The same without its length.
fn ber(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[tag, 0x80], content, &[0, 0]].concat()
}

type Element = fn(u8, &[u8]) -> Vec<u8>;

fn identifier(last: u8) -> Vec<u8> {
    der(0x06, &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, last])
}

/// A message of this kind whose signed content is this element.
fn message(kind: u8, content: &[u8], wrap: Element) -> Vec<u8> {
    let inner = wrap(0x30, &[identifier(1), content.to_vec()].concat());
    let algorithms = wrap(0x31, &der(0x30, &[0x06, 0x01, 0x2A]));
    let signed = wrap(0x30, &[der(0x02, &[1]), algorithms, inner, wrap(0x31, &[])].concat());
    wrap(0x30, &[identifier(kind), wrap(0xA0, &signed)].concat())
}

fn octets(bytes: &[u8]) -> Vec<u8> {
    der(0x04, bytes)
}

fn signed(content: &[u8]) -> Vec<u8> {
    message(2, &der(0xA0, &octets(content)), der)
}

fn of(bytes: &[u8]) -> Result<Value, String> {
    document(bytes).map_err(|error| error.to_string())
}

#[test]
fn signed_content_in_every_form() {
    let whole = octets(XML);
    let (first, second) = XML.split_at(9);
    let pieces = [octets(first), octets(second), octets(b"")].concat();
    let nested = [ber(0x24, &octets(first)), der(0x24, &octets(second))].concat();
    let wraps: [Element; 2] = [der, ber];
    for wrap in wraps {
        for content in [whole.clone(), wrap(0x24, &pieces), wrap(0x24, &nested)] {
            let bytes = message(2, &wrap(0xA0, &content), wrap);
            let plain = plain(&bytes, &Budgets::default()).unwrap();
            assert_eq!((plain.bytes.as_ref(), plain.signed), (XML, true));
            assert_eq!(plain.message.as_deref(), Some(bytes.as_slice()));
            assert_eq!(of(&bytes), Ok(Value::Boolean(true)));
        }
    }
}

#[test]
fn content_in_one_piece_is_not_copied() {
    let bytes = signed(XML);
    assert!(matches!(plain(&bytes, &Budgets::default()).unwrap().bytes, Cow::Borrowed(_)));
}

#[test]
fn places_of_a_signed_profile_are_those_of_its_content() {
    let said = of(&signed(b"<plist>\n<nope/></plist>"));
    assert_eq!(said, Err("line 2, column 1: `<nope>` is no element of a property list".to_owned()));
    let binary = super::binary::file(&[vec![0x09]]);
    assert_eq!(of(&signed(&binary)), Ok(Value::Boolean(true)));
    let marked = [b"\xEF\xBB\xBF", XML].concat();
    assert_eq!(of(&signed(&marked)), Ok(Value::Boolean(true)));
    let wide: Vec<u8> = "\u{feff}<plist><true/></plist>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(of(&signed(&wide)), Ok(Value::Boolean(true)));
    assert_eq!(of(&signed(b"")), Err("the file is empty".to_owned()));
    assert_eq!(of(&signed(b"{}")).unwrap_err(), ReadError::OldFormat.to_string());
}

#[test]
fn cms_that_is_no_signed_profile() {
    let said = |bytes: &[u8]| document(bytes).unwrap_err();
    assert_eq!(said(&message(2, b"", der)), ReadError::Detached);
    assert_eq!(said(&message(2, b"", ber)), ReadError::Detached);
    for kind in [3, 6] {
        assert_eq!(said(&message(kind, b"", ber)), ReadError::Encrypted);
    }
    let sealed = der(0x06, &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x17]);
    assert_eq!(said(&der(0x30, &[sealed, der(0xA0, b"")].concat())), ReadError::Encrypted);
    assert_eq!(said(&message(1, b"", der)), ReadError::OtherCms);
    assert_eq!(said(&signed(&signed(XML))), ReadError::SignedTwice);
    let mail = "MIME-Version: 1.0\nContent-Type: multipart/signed\n";
    assert_eq!(said(mail.as_bytes()), ReadError::Mail);
    assert_eq!(said(b"012345"), ReadError::Foreign);
}

#[test]
fn a_signed_message_that_is_cut_off() {
    let wraps: [Element; 2] = [der, ber];
    for wrap in wraps {
        let bytes = message(2, &wrap(0xA0, &wrap(0x24, &octets(XML))), wrap);
        for length in 24..bytes.len() {
            let error = document(&bytes[..length]).unwrap_err();
            assert_eq!(error, ReadError::Cms("it ends too early"), "{length}");
        }
    }
}

#[test]
fn damage_in_a_signed_message() {
    let said = |bytes: Vec<u8>| of(&bytes).unwrap_err();
    let damaged = |what: &str| format!("the signature around this profile is damaged: {what}");
    let good = signed(XML);
    assert_eq!(of(&[good.clone(), b"\r\n".to_vec()].concat()), Ok(Value::Boolean(true)));
    assert_eq!(said([good.clone(), b"x".to_vec()].concat()), damaged("something stands after it"));
    let elements = damaged("its elements are not those of a signed message");
    assert_eq!(said(message(2, &der(0xA0, &der(0x0C, XML)), der)), elements);
    assert_eq!(said(message(2, &der(0xA1, &octets(XML)), der)), elements);
    let two = [octets(XML), octets(XML)].concat();
    assert_eq!(said(message(2, &der(0xA0, &two), der)), elements);
    // Only what is made of elements can end with a mark, and no length has 9 bytes.
    assert_eq!(
        said(message(2, &der(0xA0, &[0x04, 0x80, 0, 0]), der)),
        damaged("the length of an element is none")
    );
    let nine = [vec![0x04, 0x89], vec![0; 9]].concat();
    assert_eq!(said(message(2, &der(0xA0, &nine), der)), damaged("the length of an element is none"));
    let huge = [vec![0x04, 0x88], vec![0xFF; 8]].concat();
    assert_eq!(said(message(2, &der(0xA0, &huge), der)), damaged("it ends too early"));
    // Long lengths may have zeros in front, and tags may have numbers.
    let zeros = [vec![0x04, 0x88, 0, 0, 0, 0, 0, 0, 0], vec![u8::try_from(XML.len()).unwrap()], XML.to_vec()];
    assert_eq!(of(&message(2, &der(0xA0, &zeros.concat()), der)), Ok(Value::Boolean(true)));
    let numbered = [0x1F, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0];
    assert_eq!(said(message(2, &ber(0xA0, &numbered), der)), elements);
}

/// Pieces inside pieces, and elements inside an element that nobody reads.
#[test]
fn nesting_in_a_signed_message_is_bounded() {
    let wraps: [Element; 2] = [der, ber];
    for wrap in wraps {
        let nested = |levels: usize| {
            let content = (0..levels).fold(octets(XML), |inner, _| wrap(0x24, &inner));
            of(&message(2, &wrap(0xA0, &content), wrap))
        };
        assert_eq!(nested(8), Ok(Value::Boolean(true)));
        let deep = "the signature around this profile is damaged: the pieces of its content nest too deep";
        assert_eq!(nested(9), Err(deep.to_owned()));
        assert_eq!(nested(500), Err(deep.to_owned()));
    }
    let open = [[0x30, 0x80].repeat(1_000_000), [0, 0].repeat(1_000_000)].concat();
    let inner = ber(0x30, &[identifier(2), open].concat());
    assert!(of(&inner).is_err());
    let open = [vec![0x30, 0x80], identifier(2), [0x24, 0x80].repeat(2_000_000)].concat();
    assert_eq!(document(open).unwrap_err(), ReadError::Cms("it ends too early"));
}

#[test]
fn armour() {
    use crate::value::write::base64;
    let body = base64(&signed(XML));
    let (first, second) = body.split_at(64);
    for label in ["CMS", "PKCS7", "PKCS #7 SIGNED DATA"] {
        let text = format!("\n-----BEGIN {label}-----\r\n{first}\r\n{second}\r\n-----END {label}-----\r\n\n");
        let plain = plain(text.as_bytes(), &Budgets::default()).unwrap();
        assert_eq!(plain.bytes.as_ref(), XML);
        assert_eq!(plain.message.as_deref(), Some(signed(XML).as_slice()));
        assert_eq!(of(text.as_bytes()), Ok(Value::Boolean(true)));
    }
    let said = |text: &str| document(text).unwrap_err();
    let end = ReadError::Cms("its armour of base64 has no end");
    assert_eq!(said("-----BEGIN CMS-----\nAAAA"), end);
    assert_eq!(said("-----BEGIN CMS-----\nAAAA\n-----END PKCS7-----"), end);
    assert_eq!(said("-----BEGIN CMS-----\nAAAA\n-----END CMS-----\n<plist/>"), end);
    let base = ReadError::Cms("its armour does not hold base64, with its padding");
    assert_eq!(said("-----BEGIN CMS-----\nA\u{e9}AA\n-----END CMS-----"), base);
    assert_eq!(said("-----BEGIN CMS-----\nAAA\n-----END CMS-----"), base);
    assert_eq!(said("-----BEGIN CERTIFICATE-----"), ReadError::Foreign);
    // What is inside is a message, and no property list.
    let text = format!("-----BEGIN CMS-----\n{}\n-----END CMS-----", base64(XML));
    assert!(matches!(said(&text), ReadError::Cms(_)));
}

fn wide(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}

#[test]
fn utf_16_with_and_without_a_mark() {
    let orders: [fn(u16) -> [u8; 2]; 2] = [u16::to_be_bytes, u16::to_le_bytes];
    for order in orders {
        for head in [
            "\u{feff}",
            "",
            "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-16\"?>",
            "<?xml version='1.0' encoding = 'utf-16' standalone='yes'?>\r\n<!-- encoding=\"no\" -->",
            "<?xml version=\"1.0\"?>",
        ] {
            let text = format!("{head}<plist><string>ü😀</string></plist>");
            assert_eq!(of(&wide(&text, order)), Ok(Value::string("ü😀")), "{head}");
        }
    }
    let exact = |name: &str| format!("<?xml version=\"1.0\" encoding=\"{name}\"?><plist><true/></plist>");
    assert!(of(&wide(&exact("UTF-16BE"), u16::to_be_bytes)).is_ok());
    assert!(of(&wide(&exact("UTF-16LE"), u16::to_le_bytes)).is_ok());
}

#[test]
fn the_encoding_that_is_declared_must_be_the_right_one() {
    let with = |name: &str| format!("<?xml version=\"1.0\" encoding=\"{name}\"?><plist><true/></plist>");
    for name in ["UTF-8", "ISO-8859-1", "UTF-16LE", "UTF-32"] {
        assert_eq!(
            of(&wide(&with(name), u16::to_be_bytes)),
            Err(format!(
                "line 1, column 1: the file says that it is written in `{name}`, and is UTF-16 with the higher byte first"
            ))
        );
    }
    assert_eq!(
        of(with("UTF-16").as_bytes()),
        Err("line 1, column 1: the file says that it is written in `UTF-16`, and is UTF-8".to_owned())
    );
    // What is malformed is left to the reader of XML.
    let malformed = "<?xml version=\"1.0\" encoding=UTF-16?><plist><true/></plist>";
    let said = of(&wide(malformed, u16::to_be_bytes)).unwrap_err();
    assert_eq!(said, "line 1, column 1: an attribute of this tag is malformed");
}

/// The text that places belong to has the lines and columns of the file.
#[test]
fn columns_of_utf_16_are_those_of_the_file() {
    let text = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-16\"?><nope/>";
    let said = of(&wide(text, u16::to_le_bytes)).unwrap_err();
    assert_eq!(said, "line 1, column 40: `<nope>` is no element of a property list");
    let bytes = wide(text, u16::to_le_bytes);
    let plain = plain(&bytes, &Budgets::default()).unwrap();
    assert_eq!(plain.text(), "<?xml version=\"1.0\"                  ?><nope/>");
    assert_eq!(super::super::plain(&plain.bytes, &Budgets::default()).unwrap().bytes, plain.bytes);
}

#[test]
fn utf_16_that_is_none() {
    let mut bytes = wide("<plist>\n<string>", u16::to_be_bytes);
    bytes.extend([0xD8, 0x00, 0x00, 0x41]);
    let error = document(bytes).unwrap_err();
    assert_eq!(error.to_string(), "line 2, column 9: the text is not UTF-16 here");
    assert_eq!(error.position(), Some(Position { line: 2, column: 9 }));
    let odd = [wide("<plist/>", u16::to_le_bytes), vec![0x41]].concat();
    assert_eq!(of(&odd), Err("line 1, column 9: the text is not UTF-16 here".to_owned()));
    assert_eq!(of(b"\xFF\xFE"), Err("the file is empty".to_owned()));
    let utf32: Vec<u8> = "<plist/>".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
    assert_eq!(document(utf32.clone()).unwrap_err(), ReadError::Utf32);
    assert_eq!(document([b"\0\0\xFE\xFF".to_vec(), utf32].concat()).unwrap_err(), ReadError::Utf32);
    let utf32: Vec<u8> = "\u{feff}<plist/>".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    assert_eq!(document(utf32.clone()).unwrap_err(), ReadError::Utf32);
    assert_eq!(document(utf32[4..].to_vec()).unwrap_err(), ReadError::Utf32);
}

/// Found by fuzzing: what was decoded was taken for UTF-16, or for a message, when it was read once more.
#[test]
fn utf_16_that_decodes_to_another_form() {
    let said = |text: &str| document(wide(&["\u{feff}", text].concat(), u16::to_le_bytes)).unwrap_err();
    assert_eq!(said("<\0plist/>").to_string(), "line 1, column 2: XML cannot carry the character U+0000");
    assert_eq!(said("bplist00"), ReadError::Foreign);
    assert_eq!(said("-----BEGIN CMS-----\nMIAG"), ReadError::Foreign);
    assert_eq!(said("\u{feff}<plist><true/></plist>"), ReadError::Foreign);
    assert_eq!(said("{ a = 1; }"), ReadError::OldFormat);
    assert_eq!(said(" "), ReadError::Empty);
}

/// Three bytes of UTF-8 come from two of UTF-16.
#[test]
fn the_budget_of_bytes_is_also_that_of_the_decoded_text() {
    let text = format!("<plist><string>{}</string></plist>", "€".repeat(1000));
    let bytes = wide(&text, u16::to_be_bytes);
    let with = |most| plain(&bytes, &Budgets { bytes: most, ..Budgets::default() }).map(|_| ());
    assert_eq!(with(text.len()), Ok(()));
    assert_eq!(with(text.len() - 1), Err(ReadError::Large(text.len() - 1)));
    assert_eq!(with(bytes.len() - 1), Err(ReadError::Large(bytes.len() - 1)));
}
