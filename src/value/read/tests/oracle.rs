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
        plist::Value::Date(date) => Value::Date(Date::parse(&date.to_xml_format())?),
        plist::Value::Data(bytes) => Value::Data(bytes.clone()),
        plist::Value::Array(items) => Value::Array(items.iter().map(ours).collect::<Option<_>>()?),
        plist::Value::Dictionary(entries) => {
            let entries = entries.iter().map(|(key, value)| Some((key.clone(), ours(value)?)));
            Value::Dictionary(entries.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

#[expect(clippy::disallowed_methods, reason = "the oracle")]
fn theirs(bytes: &[u8]) -> Option<plist::Value> {
    plist::Value::from_reader_xml(bytes).ok()
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
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = all(&bytes);
        let _ = all(&[b"<plist>".as_slice(), &bytes, b"</plist>"].concat());
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

const PROFILE: &str = "<plist><dict><key>PayloadContent</key><array><dict><key>PayloadContent</key><dict>\
<key>com.microsoft.Word</key><dict><key>Forced</key><array><dict><key>mcx_preference_settings</key><dict>\
<key>A</key><true/><key>B</key><integer>-5</integer><key>C</key><real>0.25</real><key>D</key>\
<string>it's &lt;&amp;&gt; \u{1f600}</string><key>E</key><date>2027-01-31T00:00:00Z</date><key>F</key>\
<data>aGVsbG8=</data><key>G</key><array/></dict></dict></array></dict></dict><key>PayloadVersion</key>\
<integer>1</integer></dict></array></dict></plist>";
