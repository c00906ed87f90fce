//! Against the plist crate, and against random damage.

use super::*;
use crate::value::write::to_xml;
use crate::value::{Date, Integer, Real};
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    // What the writer takes; with everything that XML escapes.
    let character = prop_oneof![
        Just('&'),
        Just('<'),
        Just('>'),
        Just('"'),
        Just('\''),
        Just(']'),
        Just('$'),
        Just('{'),
        Just(' '),
        Just('\n'),
        Just('\t'),
        Just('\u{85}'),
        Just('\u{feff}'),
        any::<char>().prop_filter("written", |c| crate::value::write::unwritable(&c.to_string()).is_none()),
    ];
    proptest::collection::vec(character, 0..12).prop_map(|list| list.into_iter().collect())
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(|number| Value::Integer(number.into())),
        any::<u64>().prop_map(|number| Value::Integer(Integer::from(number))),
        any::<f64>().prop_filter_map("finite", |number| Real::new(number).map(Value::Real)),
        text().prop_map(Value::string),
        (-62_167_219_200_i64..253_402_207_200).prop_map(|at| Value::Date(Date::from_seconds(at).unwrap())),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::Data),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            proptest::collection::btree_map(text(), inner, 0..6).prop_map(Value::Dictionary),
        ]
    })
}

/// The plist crate's value as ours; none where ours has no such value.
fn ours(value: &plist::Value) -> Option<Value> {
    Some(match value {
        plist::Value::Boolean(flag) => Value::Boolean(*flag),
        plist::Value::Integer(number) => Value::Integer(match number.as_signed() {
            Some(signed) => signed.into(),
            None => number.as_unsigned()?.into(),
        }),
        plist::Value::Real(number) => Value::Real(Real::new(*number)?),
        plist::Value::String(text) => Value::string(text.clone()),
        plist::Value::Date(date) => Value::Date(whole(*date)?),
        plist::Value::Data(bytes) => Value::Data(bytes.clone()),
        plist::Value::Array(items) => Value::Array(items.iter().map(ours).collect::<Option<_>>()?),
        plist::Value::Dictionary(entries) => {
            let entries = entries.iter().map(|(key, value)| Some((key.clone(), ours(value)?)));
            Value::Dictionary(entries.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// Rounded down to a whole second, as a binary property list is read here.
#[expect(clippy::disallowed_types, reason = "how the plist crate gives a date; no clock is read")]
fn whole(date: plist::Date) -> Option<Date> {
    use std::time::{Duration, SystemTime};
    let half = Duration::from_secs(62_167_219_200);
    let since = SystemTime::from(date).duration_since(SystemTime::UNIX_EPOCH.checked_sub(half)?).ok()?;
    Date::from_seconds(i64::try_from(since.as_secs()).ok()? - 62_167_219_200)
}

#[expect(clippy::disallowed_methods, reason = "the oracle")]
pub(super) fn theirs(bytes: &[u8]) -> Option<plist::Value> {
    plist::Value::from_reader_xml(bytes).ok()
}

#[expect(clippy::disallowed_methods, reason = "the oracle")]
fn theirs_binary(bytes: &[u8]) -> Option<plist::Value> {
    plist::Value::from_reader(std::io::Cursor::new(bytes)).ok()
}

fn all(bytes: &[u8]) -> Result<Read, ReadError> {
    read(bytes, source(), &Budgets::default(), &Wanted::Everything)
}

/// Where both accept, both agree. What the plist crate is known to read otherwise is left out by the caller.
fn agree(bytes: &[u8]) {
    if let (Ok(mine), Some(other)) = (all(bytes), theirs(bytes)) {
        assert_eq!(Some(mine.value), ours(&other), "{}", String::from_utf8_lossy(bytes));
    }
}

proptest! {
    #[test]
    fn written_values_read_back(value in values()) {
        let bytes = to_xml(&value).unwrap();
        prop_assert_eq!(&all(&bytes).unwrap().value, &value);
        let other = theirs(&bytes).unwrap();
        prop_assert_eq!(ours(&other), Some(value));
    }

    #[test]
    fn values_that_the_plist_crate_writes_as_binary_are_read(value in values()) {
        let bytes = binary(&value);
        let read = all(&bytes).unwrap();
        prop_assert_eq!(&read.value, &value);
        prop_assert_eq!(theirs_binary(&bytes).as_ref().and_then(ours), Some(value.clone()));
        if let Value::Dictionary(entries) = &value {
            for (key, inner) in entries {
                let one = self::read(&bytes, source(), &Budgets::default(), &Wanted::Keys(&[key])).unwrap();
                let expected = [(key.clone(), inner.clone())].into_iter().collect();
                prop_assert_eq!(one.value, Value::Dictionary(expected));
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = all(&bytes);
        let _ = all(&[b"<plist>".as_slice(), &bytes, b"</plist>"].concat());
        let _ = all(&super::binary::file(std::slice::from_ref(&bytes)));
        let _ = all(&[b"\x30\x80\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02".as_slice(), &bytes].concat());
    }

    #[test]
    fn pieces_in_any_order(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..24)) {
        let text = pieces.concat();
        let _ = all(text.as_bytes());
        // The plist crate drops CDATA and keeps carriage returns.
        if !text.contains("CDATA") && !text.contains('\r') {
            agree(format!("<plist>{text}</plist>").as_bytes());
        }
    }
}

const PIECES: &[&str] = &[
    "<plist>",
    "</plist>",
    "<plist version=\"1.0\">",
    "<dict>",
    "</dict>",
    "<dict/>",
    "<array>",
    "</array>",
    "<key>a</key>",
    "<key>b</key>",
    "<key>",
    "</key>",
    "<string>",
    "</string>",
    "<string>x</string>",
    "<string/>",
    "<true/>",
    "<false></false>",
    "<integer>",
    "</integer>",
    "<integer>5</integer>",
    "5",
    " ",
    "\r\n",
    "&amp;",
    "&#65;",
    "&x;",
    "<real>1.5</real>",
    "<date>2027-01-31T00:00:00Z</date>",
    "<data>AAAA</data>",
    "<!-- c -->",
    "<!---->",
    "<!--->",
    "<![CDATA[x]]>",
    "<![CDATA[",
    "]]>",
    "<?pi?>",
    "<??>",
    "<?xml version=\"1.0\"?>",
    "<!DOCTYPE plist>",
    "<!DOCTYPE plist [",
    "<!",
    "</>",
    "<>",
    "<",
    ">",
    "&",
    ";",
    "\u{feff}",
    "é",
    "\u{1}",
    "a=\"1\"",
];

/// A generator of its own, so that the same seeds damage the same bytes everywhere.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(below.max(1)).unwrap()).unwrap()
    }
}

fn damage(bytes: &[u8], random: &mut Seeded) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.next(4) {
        let at = random.next(bytes.len());
        let end = (at + random.next(30)).min(bytes.len());
        match random.next(5) {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.next(8);
                }
            }
            1 => drop(bytes.drain(at..end)),
            2 => {
                let piece = PIECES[random.next(PIECES.len())].as_bytes().to_vec();
                bytes.splice(at..at, piece);
            }
            3 => bytes.truncate(at),
            _ => {
                let copy = bytes[at..end].to_vec();
                let to = random.next(bytes.len());
                bytes.splice(to..to, copy);
            }
        }
    }
    bytes
}

#[test]
fn damaged_profiles_never_panic_and_never_disagree() {
    small(|| {
        let seed = to_xml(&super::document(PROFILE).unwrap()).unwrap();
        let mut random = Seeded(0x9E37_79B9_7F4A_7C15);
        let (mut read, mut refused) = (0, 0);
        for _ in 0..6_000 {
            let bytes = damage(&seed, &mut random);
            match all(&bytes) {
                Ok(_) => read += 1,
                Err(error) => {
                    refused += 1;
                    assert!(!error.to_string().is_empty());
                }
            }
            if !bytes.windows(5).any(|part| part == b"CDATA") && !bytes.contains(&b'\r') {
                agree(&bytes);
            }
        }
        // Both paths were walked.
        assert!(read > 200 && refused > 2_000, "{read} read, {refused} refused");
    });
}

/// Equal, but for a date: the plist crate rounds to nanoseconds first, and so comes to the second after.
fn same(mine: &Value, other: &Value) -> bool {
    match (mine, other) {
        (Value::Date(mine), Value::Date(other)) => mine == other || mine.seconds() + 1 == other.seconds(),
        (Value::Array(mine), Value::Array(other)) => {
            mine.len() == other.len() && mine.iter().zip(other).all(|(mine, other)| same(mine, other))
        }
        (Value::Dictionary(mine), Value::Dictionary(other)) => {
            mine.keys().eq(other.keys())
                && mine.values().zip(other.values()).all(|(mine, other)| same(mine, other))
        }
        _ => mine == other,
    }
}

/// As the plist crate writes it.
fn binary(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    let xml = theirs(&to_xml(value).unwrap()).unwrap();
    xml.to_writer_binary(&mut bytes).unwrap();
    bytes
}

#[test]
fn damaged_binary_files_never_panic_and_never_disagree() {
    small(|| {
        let dates = "<dict><key>a</key><date>2027-01-31T00:00:00Z</date><key>é</key><array><date>1999-01-31T00:00:00Z\
                     </date><integer>18446744073709551615</integer><real>1e300</real></array></dict>";
        let seeds = [binary(&super::document(PROFILE).unwrap()), binary(&super::value(dates))];
        let mut random = Seeded(0x9E37_79B9_7F4A_7C15);
        let (mut read, mut agreed, mut refused) = (0, 0, 0);
        for round in 0..12_000 {
            let mut bytes = seeds[round % 2].clone();
            if round % 8 < 6 {
                // What keeps the trailer in its place: bits, and bytes that mean something.
                for _ in 0..=random.next(3) {
                    let at = random.next(bytes.len() - 32);
                    bytes[at] = match random.next(3) {
                        0 => bytes[at] ^ (1 << random.next(8)),
                        1 => [
                            0x00, 0x08, 0x10, 0x14, 0x23, 0x33, 0x4F, 0x5F, 0x6F, 0x80, 0xA1, 0xAF, 0xC1,
                            0xD1, 0xDF,
                        ][random.next(15)],
                        _ => u8::try_from(random.next(60)).unwrap(),
                    };
                }
            } else {
                bytes = damage(&bytes, &mut random);
            }
            match all(&bytes) {
                // Only then is the plist crate asked: what is refused here may fill its memory.
                Ok(mine) => {
                    read += 1;
                    if let Some(other) = theirs_binary(&bytes).as_ref().and_then(ours) {
                        agreed += 1;
                        assert!(
                            same(&mine.value, &other),
                            "round {round}: {bytes:02x?}\n{:?}\n{other:?}",
                            mine.value
                        );
                    }
                }
                Err(error) => {
                    refused += 1;
                    assert!(!error.to_string().is_empty());
                }
            }
        }
        assert!(
            read > 1000 && agreed > 1000 && refused > 2000,
            "{read} read, {agreed} agreed, {refused} refused"
        );
    });
}

/// What lies around a property list: the same, with messages of openssl.
#[test]
fn damaged_messages_never_panic() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile");
    let names = ["signed.mobileconfig", "signed-in-pieces.mobileconfig", "pem.mobileconfig", "utf16.plist"];
    let seeds = names.map(|name| std::fs::read(folder.join(name)).unwrap());
    small(move || {
        let mut random = Seeded(0x9E37_79B9_7F4A_7C15);
        let (mut read, mut refused) = (0, 0);
        for round in 0..8_000 {
            let mut bytes = seeds[round % seeds.len()].clone();
            if round % 3 == 0 {
                bytes = damage(&bytes, &mut random);
            } else {
                // The head, where the lengths are.
                let at = random.next(80.min(bytes.len()));
                bytes[at] = [0x00, 0x04, 0x24, 0x30, 0x80, 0x84, 0x88, 0xA0, 0xFF][random.next(9)];
            }
            match all(&bytes) {
                Ok(_) => read += 1,
                Err(error) => {
                    refused += 1;
                    assert!(!error.to_string().is_empty());
                }
            }
        }
        assert!(read > 200 && refused > 2_000, "{read} read, {refused} refused");
    });
}

const PROFILE: &str = "<plist><dict><key>PayloadContent</key><array><dict><key>PayloadContent</key><dict>\
<key>com.microsoft.Word</key><dict><key>Forced</key><array><dict><key>mcx_preference_settings</key><dict>\
<key>A</key><true/><key>B</key><integer>-5</integer><key>C</key><real>0.25</real><key>D</key>\
<string>it's &lt;&amp;&gt; \u{1f600}</string><key>E</key><date>2027-01-31T00:00:00Z</date><key>F</key>\
<data>aGVsbG8=</data><key>G</key><array/></dict></dict></array></dict></dict><key>PayloadVersion</key>\
<integer>1</integer></dict></array></dict></plist>";
