//! Binary property lists, byte by byte: what readers disagree about, what is damaged, and what grows.

use super::*;
use crate::value::{Date, Integer, Real};
use std::collections::BTreeMap;

/// Bytes of a reference and of an offset in the files made here.
const REF: usize = 3;
const OFFSET: usize = 4;

/// A file of these objects, the first of which is the outermost.
pub(super) fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"bplist00".to_vec();
    let mut table = Vec::new();
    for object in objects {
        table.extend(u32::try_from(bytes.len()).unwrap().to_be_bytes());
        bytes.extend(object);
    }
    let start = bytes.len();
    bytes.extend(table);
    bytes.extend([0; 6]);
    bytes.extend([u8::try_from(OFFSET).unwrap(), u8::try_from(REF).unwrap()]);
    for number in [objects.len(), 0, start] {
        bytes.extend(u64::try_from(number).unwrap().to_be_bytes());
    }
    bytes
}

/// A marker with its count, in the long form where it must be.
fn marker(kind: u8, count: usize) -> Vec<u8> {
    match u8::try_from(count) {
        Ok(low @ 0..=14) => vec![kind | low],
        _ => [vec![kind | 0xF, 0x13], u64::try_from(count).unwrap().to_be_bytes().to_vec()].concat(),
    }
}

fn refs(list: &[usize]) -> Vec<u8> {
    list.iter().flat_map(|number| u32::try_from(*number).unwrap().to_be_bytes()[1..].to_vec()).collect()
}

pub(super) fn array(items: &[usize]) -> Vec<u8> {
    [marker(0xA0, items.len()), refs(items)].concat()
}

pub(super) fn dictionary(keys: &[usize], values: &[usize]) -> Vec<u8> {
    [marker(0xD0, keys.len()), refs(keys), refs(values)].concat()
}

pub(super) fn ascii(text: &str) -> Vec<u8> {
    [marker(0x50, text.len()), text.as_bytes().to_vec()].concat()
}

fn wide(units: &[u16]) -> Vec<u8> {
    [marker(0x60, units.len()), units.iter().flat_map(|unit| unit.to_be_bytes()).collect()].concat()
}

fn data(bytes: &[u8]) -> Vec<u8> {
    [marker(0x40, bytes.len()), bytes.to_vec()].concat()
}

fn number(marker: u8, bytes: &[u8]) -> Vec<u8> {
    [&[marker], bytes].concat()
}

const TRUE: [u8; 1] = [0x09];

/// What one object alone is.
fn alone(object: &[u8]) -> Result<Value, String> {
    document(file(&[object.to_vec()])).map_err(|error| error.to_string())
}

/// The message about a file of these objects.
fn said(objects: &[Vec<u8>]) -> String {
    document(file(objects)).unwrap_err().to_string()
}

fn with(bytes: &[u8], budgets: Budgets, wanted: Wanted<'static>) -> Result<Value, String> {
    let bytes = bytes.to_vec();
    small(move || {
        let read = read(&bytes, source(), &budgets, &wanted).map_err(|error| error.to_string())?;
        Ok(read.value)
    })
}

#[test]
fn scalars() {
    let integer = |number: i64| Ok(Value::Integer(number.into()));
    assert_eq!(alone(&TRUE), Ok(Value::Boolean(true)));
    assert_eq!(alone(&[0x08]), Ok(Value::Boolean(false)));
    assert_eq!(alone(&number(0x10, &[0xFF])), integer(255));
    assert_eq!(alone(&number(0x11, &[0xFF, 0xFE])), integer(65_534));
    assert_eq!(alone(&number(0x12, &[0xFF; 4])), integer(4_294_967_295));
    assert_eq!(alone(&number(0x13, &[0xFF; 8])), integer(-1));
    assert_eq!(alone(&number(0x13, &i64::MIN.to_be_bytes())), integer(i64::MIN));
    let high = [[0; 8], [0xFF; 8]].concat();
    assert_eq!(alone(&number(0x14, &high)), Ok(Value::Integer(Integer::Unsigned(u64::MAX))));
    assert_eq!(alone(&number(0x14, &[[0; 15].as_slice(), &[7]].concat())), integer(7));
    let real = |number: f64| Ok(Value::Real(Real::new(number).unwrap()));
    assert_eq!(alone(&number(0x22, &1.5_f32.to_be_bytes())), real(1.5));
    assert_eq!(alone(&number(0x23, &(-0.1_f64).to_be_bytes())), real(-0.1));
    assert_eq!(alone(&ascii("a b")), Ok(Value::string("a b")));
    assert_eq!(alone(&ascii("")), Ok(Value::string("")));
    assert_eq!(alone(&ascii(&"x".repeat(300))), Ok(Value::string("x".repeat(300))));
    assert_eq!(alone(&wide(&[0xFC, 0xD83D, 0xDE00])), Ok(Value::string("ü😀")));
    assert_eq!(alone(&data(&[0, 1, 255])), Ok(Value::Data(vec![0, 1, 255])));
    assert_eq!(alone(&array(&[])), Ok(Value::Array(Vec::new())));
    assert_eq!(alone(&dictionary(&[], &[])), Ok(Value::Dictionary(BTreeMap::new())));
}

/// plistlib takes the first for a negative number, macOS for its lower half, the plist crate for none.
#[test]
fn integers_of_16_bytes_that_do_not_fit() {
    let range = Err("the number does not fit into 64 bits".to_owned());
    assert_eq!(alone(&number(0x14, &[0xFF; 16])), range);
    assert_eq!(alone(&number(0x14, &[[0, 0, 0, 0, 0, 0, 0, 1], [0; 8]].concat())), range);
    assert_eq!(alone(&number(0x15, &[0; 32])), range);
}

#[test]
fn reals_that_are_not_finite_or_of_another_size() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let said = alone(&number(0x23, &bad.to_be_bytes())).unwrap_err();
        assert_eq!(said, "the number is not finite; NaN and infinity are no values of a preference");
    }
    assert!(alone(&number(0x22, &f32::NAN.to_be_bytes())).is_err());
    assert_eq!(
        alone(&number(0x21, &[0; 2])),
        Err("this is no object of a binary property list (0x21)".to_owned())
    );
}

/// macOS writes such a date into XML without its fraction, rounded down, so both forms of a file agree.
#[test]
fn dates_with_a_fraction_are_rounded_down() {
    let date = |seconds: f64| alone(&number(0x33, &seconds.to_be_bytes()));
    let of = |text: &str| Ok(Value::Date(Date::parse(text).unwrap()));
    assert_eq!(date(0.0), of("2001-01-01T00:00:00Z"));
    assert_eq!(date(0.999), of("2001-01-01T00:00:00Z"));
    assert_eq!(date(-0.001), of("2000-12-31T23:59:59Z"));
    // The plist crate rounds this to a nanosecond, plistlib to a microsecond, and both come to the next second.
    assert_eq!(date(-1e-300), of("2000-12-31T23:59:59Z"));
    assert_eq!(date(821_275_200.5), of("2027-01-10T12:00:00Z"));
    // NSDate's distantPast and distantFuture.
    assert_eq!(date(-63_114_076_800.0), of("0000-12-30T00:00:00Z"));
    assert_eq!(date(63_113_904_000.0), of("4001-01-01T00:00:00Z"));
    for bad in [f64::NAN, f64::INFINITY, 1e300, -1e300, 3e11, -7e10] {
        assert_eq!(date(bad), Err("this date lies outside of the years 0 to 9999".to_owned()), "{bad}");
    }
    assert_eq!(
        alone(&[0x32, 0, 0, 0, 0]),
        Err("this is no object of a binary property list (0x32)".to_owned())
    );
}

#[test]
fn what_is_no_value_of_a_preference() {
    for (object, what) in [
        (vec![0x00], "a null"),
        (vec![0x0C], "a URL"),
        (vec![0x0E], "a UUID"),
        (vec![0x80, 1], "a reference of a keyed archive (UID)"),
        (vec![0xC0], "a set"),
        (vec![0xB0], "a set"),
    ] {
        assert_eq!(alone(&object), Err(format!("this is {what}, which is no value of a preference")));
        let inside = [dictionary(&[1], &[2]), ascii("a"), object];
        assert_eq!(said(&inside), format!("a: this is {what}, which is no value of a preference"));
    }
    for bad in [0x01, 0x0A, 0x0F, 0x30, 0x70, 0x90, 0xE0, 0xF0] {
        let said = alone(&[bad]).unwrap_err();
        assert_eq!(said, format!("this is no object of a binary property list (0x{bad:02X})"));
    }
}

#[test]
fn keys_are_strings_and_stand_once() {
    let integer_key = [dictionary(&[1], &[1]), number(0x10, &[5])];
    assert_eq!(said(&integer_key), "a key of this dictionary is no string");
    let twice = [dictionary(&[1, 1], &[2, 2]), ascii("a"), TRUE.to_vec()];
    assert_eq!(said(&twice), "the key `a` stands twice in this dictionary");
    // Written differently, it is the same key.
    let twice = [array(&[1]), dictionary(&[2, 3], &[4, 4]), ascii("a"), wide(&[0x61]), TRUE.to_vec()];
    assert_eq!(said(&twice), "0: the key `a` stands twice in this dictionary");
}

#[test]
fn strings_that_are_none() {
    assert_eq!(alone(&[0x51, 0xE9]), Err("this string says that it is ASCII, and is not".to_owned()));
    assert_eq!(alone(&[0x52, 0xC3, 0xA9]), Err("this string says that it is ASCII, and is not".to_owned()));
    for bad in [[0xD83D, 0x41], [0xDE00, 0xD83D], [0x41, 0xD800]] {
        let said = alone(&wide(&bad)).unwrap_err();
        assert_eq!(said, "this string holds half of a character (a lone UTF-16 surrogate)");
    }
    let key = [array(&[1]), dictionary(&[2], &[3]), wide(&[0xD800]), TRUE.to_vec()];
    assert_eq!(said(&key), "0: this string holds half of a character (a lone UTF-16 surrogate)");
}

/// Terminal keeps escape sequences in its preferences. XML cannot carry them, and the writer says so.
#[test]
fn control_characters_are_read_from_binary() {
    let value = alone(&ascii("\u{1b}[A\0")).unwrap();
    assert_eq!(value, Value::string("\u{1b}[A\0"));
    assert!(crate::value::write::to_xml(&value).is_err());
    assert_eq!(alone(&wide(&[0xFFFE, 0x0D])), Ok(Value::string("\u{fffe}\r")));
}

#[test]
fn objects_that_hold_themselves() {
    let itself = "this array or dictionary holds itself";
    assert_eq!(said(&[array(&[0])]), format!("0: {itself}"));
    assert_eq!(said(&[dictionary(&[1], &[0]), ascii("a")]), format!("a: {itself}"));
    assert_eq!(said(&[array(&[1]), dictionary(&[2], &[0]), ascii("a")]), format!("0 > a: {itself}"));
}

#[test]
fn nesting_up_to_the_budget() {
    let nested = |levels: usize| {
        let mut objects: Vec<Vec<u8>> = (1..levels).map(|next| array(&[next])).collect();
        objects.push(array(&[]));
        file(&objects)
    };
    assert!(document(nested(64)).is_ok());
    let said = document(nested(65)).unwrap_err().to_string();
    assert!(said.ends_with("0 > 0: values nest deeper than 64 levels"), "{said}");
    assert!(document(nested(100_000)).is_err());
    let mut objects: Vec<Vec<u8>> = (0..100_000).map(|at| dictionary(&[100_000], &[at + 1])).collect();
    objects.push(ascii("a"));
    assert!(document(file(&objects)).is_err());
    assert_eq!(
        with(&file(&objects), Budgets::default(), Wanted::Keys(&["b"])),
        Ok(Value::Dictionary(BTreeMap::new()))
    );
}

/// 24 levels took the plist crate 2.9 GB, 40 levels ended it.
#[test]
fn a_graph_that_doubles_at_each_level_is_refused() {
    let arrays = |levels: usize| {
        let mut objects: Vec<Vec<u8>> = (1..=levels).map(|next| array(&[next, next])).collect();
        objects.push(TRUE.to_vec());
        objects
    };
    let said = said(&arrays(24));
    assert!(said.ends_with("the file holds more than 500000 values"), "{said}");
    let levels = 40;
    let keys = [levels + 1, levels + 2];
    let mut dictionaries: Vec<Vec<u8>> = (1..=levels).map(|next| dictionary(&keys, &[next, next])).collect();
    dictionaries.extend([TRUE.to_vec(), ascii("a"), ascii("b")]);
    for objects in [arrays(levels), dictionaries] {
        let budgets = Budgets { objects: 20_000, ..Budgets::default() };
        let said = with(&file(&objects), budgets, Wanted::Everything).unwrap_err();
        assert!(said.ends_with("the file holds more than 20000 values"), "{said}");
    }
}

/// The plist crate copies it 20,000 times, and aborts for lack of memory.
#[test]
fn one_long_text_in_20_000_places_is_refused() {
    for long in [data(&vec![7; 500_000]), ascii(&"x".repeat(500_000)), wide(&vec![0x20AC; 250_000])] {
        let bytes = file(&[array(&vec![1; 20_000]), long]);
        let said = with(&bytes, Budgets { text: 8 << 20, ..Budgets::default() }, Wanted::Everything);
        assert!(said.unwrap_err().ends_with(": the texts and data in the file are larger than 8 MiB"));
    }
}

/// A key counts each time, also where its value is skipped: otherwise a file could make us look at it for hours.
#[test]
fn one_long_key_in_20_000_dictionaries_is_refused() {
    for key in [ascii(&"k".repeat(500_000)), wide(&vec![0x6B; 250_000])] {
        let bytes = file(&[array(&vec![1; 20_000]), dictionary(&[2], &[3]), key, TRUE.to_vec()]);
        let budgets = Budgets { text: 4 << 20, ..Budgets::default() };
        for wanted in [Wanted::Everything, Wanted::Paths(&[&["other"]])] {
            let said = with(&bytes, budgets, wanted).unwrap_err();
            assert!(said.ends_with("the texts and data in the file are larger than 4 MiB"), "{said}");
        }
    }
}

/// A path that was built for each object would hold its long keys as often.
#[test]
fn a_long_key_above_400_000_objects_costs_once() {
    let key = "k".repeat(8 << 20);
    let bytes = file(&[dictionary(&[1], &[2]), ascii(&key), array(&vec![3; 400_000]), TRUE.to_vec()]);
    let read = small(move || read(&bytes, source(), &Budgets::default(), &Wanted::Everything)).unwrap();
    let item = read.places.entry(&key).item(399_999);
    let Origin::Path { path, .. } = &item.at else { panic!() };
    assert_eq!(path.parts(), [key, "399999".to_owned()]);
}

#[test]
fn counts_that_are_too_large_ask_for_no_memory() {
    for kind in [0x40, 0x50, 0x60, 0xA0, 0xD0] {
        for power in [20, 31, 32, 40, 62, 63] {
            let object = [vec![kind | 0xF, 0x13], (1_u64 << power).to_be_bytes().to_vec()].concat();
            assert_eq!(
                alone(&object),
                Err("this object does not lie where objects do, or runs out of it".to_owned())
            );
        }
        let object = [vec![kind | 0xF, 0x13], u64::MAX.to_be_bytes().to_vec()].concat();
        assert!(alone(&object).is_err());
        // The count is no integer, or an integer of 16 bytes.
        assert!(alone(&[kind | 0xF, 0x09, 0, 0]).is_err());
        assert!(alone(&[vec![kind | 0xF, 0x14], vec![0; 16]].concat()).is_err());
    }
}

#[test]
fn references_and_offsets_that_lead_nowhere() {
    let none = "this refers to an object that the file does not have";
    assert_eq!(said(&[array(&[1])]), format!("0: {none}"));
    assert_eq!(said(&[dictionary(&[7], &[0])]), none);
    let good = file(&[array(&[1]), TRUE.to_vec()]);
    let table = good.len() - 32 - 2 * OFFSET;
    let range = "0: this object does not lie where objects do, or runs out of it";
    for offset in [0_u32, 7, u32::try_from(table).unwrap(), u32::MAX] {
        let mut bad = good.clone();
        bad.splice(table + OFFSET..table + 2 * OFFSET, offset.to_be_bytes());
        assert_eq!(document(bad).unwrap_err().to_string(), range, "{offset}");
    }
}

#[test]
fn trailers_that_do_not_fit() {
    let good = file(&[array(&[1]), TRUE.to_vec()]);
    let trailer = "the end of this binary property list does not fit the rest: it was cut short, or changed";
    let refused = |bytes: Vec<u8>| assert_eq!(document(bytes).unwrap_err().to_string(), trailer);
    for length in 8..good.len() {
        refused(good[..length].to_vec());
    }
    refused([good.clone(), vec![0]].concat());
    let end = good.len();
    // Sizes, count, top, start.
    for (at, value) in
        [(26, 0), (26, 9), (26, 255), (25, 0), (25, 16), (17, 1), (17, 255), (9, 2), (1, 8), (1, 255)]
    {
        let mut bad = good.clone();
        bad[end - at] = value;
        let said = document(bad).unwrap_err().to_string();
        assert_eq!(said, trailer, "{at} {value}");
    }
    let mut far = good.clone();
    far.splice(end - 24..end - 16, (1_u64 << 60).to_be_bytes());
    refused(far);
    let mut far = good.clone();
    far.splice(end - 8..end, (1_u64 << 60).to_be_bytes());
    refused(far);
    let mut overflowing = good.clone();
    overflowing.splice(end - 24..end - 16, (u64::MAX / 4 + 1).to_be_bytes());
    refused(overflowing);
    refused(b"bplist00".to_vec());
    let mut odd = good;
    odd.splice(end - 32..end - 26, *b"unused");
    assert!(document(odd).is_ok(), "nothing reads these bytes");
}

#[test]
fn other_versions_are_named() {
    for (start, version) in
        [("bplist01", "01"), ("bplist15", "15"), ("bplist", ""), ("bplist\n\u{1}", "\\n\\x01")]
    {
        assert_eq!(
            document(start).unwrap_err().to_string(),
            format!("this is a binary property list of version `{version}`; only version 00 is read")
        );
    }
}

#[test]
fn only_wanted_keys_are_read() {
    // `b` is a null, `c` a set, and the value of `d` lies nowhere.
    let bytes = file(&[
        dictionary(&[1, 2, 3, 4], &[5, 6, 7, 99]),
        ascii("a"),
        wide(&[0x62]),
        ascii("c"),
        ascii("d"),
        dictionary(&[1, 2], &[8, 6]),
        vec![0x00],
        vec![0xC0],
        number(0x10, &[7]),
    ]);
    let json = |wanted| with(&bytes, Budgets::default(), wanted).map(|value| value.to_json().to_string());
    assert_eq!(json(Wanted::Keys(&[])), Ok("{}".to_owned()));
    assert_eq!(json(Wanted::Keys(&["e"])), Ok("{}".to_owned()));
    assert_eq!(json(Wanted::Paths(&[&["a", "a"]])), Ok(r#"{"a":{"a":7}}"#.to_owned()));
    let null = "b: this is a null, which is no value of a preference";
    assert_eq!(json(Wanted::Keys(&["a"])), Err(format!("a > {null}")));
    assert_eq!(json(Wanted::Keys(&["b"])), Err(null.to_owned()));
    assert_eq!(
        json(Wanted::Keys(&["d"])),
        Err("d: this refers to an object that the file does not have".to_owned())
    );
}

#[test]
fn objects_are_counted() {
    let bytes = file(&[array(&[1, 1, 1, 2]), TRUE.to_vec(), dictionary(&[3], &[1]), ascii("a")]);
    let budget = |objects| with(&bytes, Budgets { objects, ..Budgets::default() }, Wanted::Everything);
    assert!(budget(6).is_ok());
    assert_eq!(budget(5), Err("3: the file holds more than 5 values".to_owned()));
    let budget = |text| with(&bytes, Budgets { text, ..Budgets::default() }, Wanted::Everything);
    assert!(budget(1).is_ok() && budget(0).is_err());
}

#[test]
fn places_are_paths() {
    let bytes = file(&[dictionary(&[1], &[2]), ascii("list"), array(&[3, 1]), TRUE.to_vec()]);
    let source = source();
    let read = read(&bytes, source, &Budgets::default(), &Wanted::Everything).unwrap();
    let path = |at: &Origin| match at {
        Origin::Path { path, source: of } if *of == source => path.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(path(&read.places.at), "");
    assert_eq!(path(read.places.key("list")), "list");
    assert_eq!(path(&read.places.entry("list").at), "list");
    assert_eq!(path(&read.places.entry("list").item(1).at), "list > 1");
    let bad = file(&[dictionary(&[1], &[2]), ascii("li\nst"), array(&[3]), vec![0]]);
    let error = document(bad).unwrap_err();
    assert_eq!(error.to_string(), "li\u{fffd}st > 0: this is a null, which is no value of a preference");
    assert_eq!(path(&error.origin(source)), "li\nst > 0");
    assert_eq!(error.position(), None);
    assert_eq!(document("bplist00").unwrap_err().origin(source), Origin::Whole(source));
}

#[test]
fn messages_do_not_repeat_values() {
    let secret = [dictionary(&[1], &[2]), ascii("a"), [vec![0x57], b"hunter\xE9".to_vec()].concat()];
    assert!(!said(&secret).contains("hunter"));
}
