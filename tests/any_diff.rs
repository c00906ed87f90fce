//! `diff` of any two: the same settings, however they are cut into files, payloads and forms, differ in nothing; and
//! one change is exactly one difference. The files are written by the plist crate, not by prefsmith.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

use plist::{Dictionary, Value};
use prefsmith::catalog::Catalog;
use prefsmith::diff::{Difference, Part, Side, Verdict, between};
use prefsmith::finding::{Findings, Sources};
use prefsmith::plan::Plan;
use prefsmith::profile::read::{Held, Input, Unknown, load, plan};
use proptest::prelude::*;
use std::collections::BTreeMap;

const DOMAINS: [&str; 3] = ["com.example.one", "com.example.two", "com.example.two.b"];
const KEYS: [&str; 5] = ["A", "b", "Key with space", "UpdateDeadline.Days", "ä"];

/// A value, and whether it is set once.
type Set = (Value, bool);
type Settings = BTreeMap<(usize, usize), Set>;

/// Where a setting goes: its file, its payload there, whether it may stand directly, and whether it is said again in
/// another file; and its rank among the others.
type Place = (usize, usize, bool, bool, u32);

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(|number| Value::Integer(number.into())),
        any::<u64>().prop_map(|number| Value::Integer(number.into())),
        (-1e9..1e9).prop_map(Value::Real),
        "[ -~äöü€🎉]{0,12}".prop_map(Value::String),
        (0u32..4_000_000_000).prop_map(date),
        proptest::collection::vec(any::<u8>(), 0..12).prop_map(Value::Data),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::btree_map("[a-c]", inner, 0..4)
                .prop_map(|entries| Value::Dictionary(entries.into_iter().collect())),
        ]
    })
}

fn date(seconds: u32) -> Value {
    let moment = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds.into());
    Value::Date(moment.into())
}

fn settings() -> impl Strategy<Value = Settings> {
    proptest::collection::btree_map((0..DOMAINS.len(), 0..KEYS.len()), (value(), any::<bool>()), 1..10)
}

/// As many places as there can be settings.
fn places() -> impl Strategy<Value = Vec<Place>> {
    let count = DOMAINS.len() * KEYS.len();
    proptest::collection::vec((0usize..3, 0usize..3, any::<bool>(), any::<bool>(), any::<u32>()), count)
}

fn head(kind: &str, number: u32, upper: bool) -> Dictionary {
    let uuid = format!("0fa1b2c3-0000-4000-8000-{number:012x}");
    let mut dict = Dictionary::new();
    dict.insert("PayloadType".into(), kind.into());
    dict.insert("PayloadVersion".into(), 1.into());
    dict.insert("PayloadIdentifier".into(), format!("com.example.{number}").into());
    dict.insert("PayloadUUID".into(), if upper { uuid.to_uppercase() } else { uuid }.into());
    dict
}

fn one(key: &str, value: Dictionary) -> Dictionary {
    let mut dict = Dictionary::new();
    dict.insert(key.into(), Value::Dictionary(value));
    dict
}

/// The payloads of one file; several domains share one where they are wrapped.
fn payloads(list: &[(&(usize, usize), &Set, &Place)], seed: &mut u32) -> Vec<Value> {
    let mut wrapped: BTreeMap<usize, BTreeMap<usize, [Dictionary; 2]>> = BTreeMap::new();
    let mut direct: BTreeMap<(usize, usize), Dictionary> = BTreeMap::new();
    for ((domain, key), (value, once), place) in list {
        let key = KEYS[*key].to_owned();
        if place.2 && !once {
            direct.entry((place.1, *domain)).or_default().insert(key, value.clone());
        } else {
            let states = wrapped.entry(place.1).or_default().entry(*domain).or_default();
            states[usize::from(*once)].insert(key, value.clone());
        }
    }
    let mut found = Vec::new();
    for ((_, domain), keys) in direct {
        *seed += 1;
        let mut payload = head(DOMAINS[domain], *seed, seed.is_multiple_of(2));
        payload.extend(keys);
        found.push(Value::Dictionary(payload));
    }
    for domains in wrapped.into_values() {
        let mut content = Dictionary::new();
        for (domain, states) in domains {
            let mut dict = Dictionary::new();
            for (state, keys) in ["Forced", "Set-Once"].into_iter().zip(states) {
                if !keys.is_empty() {
                    let entry = Value::Dictionary(one("mcx_preference_settings", keys));
                    dict.insert(state.into(), Value::Array(vec![entry]));
                }
            }
            content.insert(DOMAINS[domain].into(), Value::Dictionary(dict));
        }
        *seed += 1;
        let mut payload = head("com.apple.ManagedClient.preferences", *seed, seed.is_multiple_of(2));
        payload.insert("PayloadContent".into(), Value::Dictionary(content));
        found.push(Value::Dictionary(payload));
    }
    found
}

/// The settings cut into profiles.
fn files(settings: &Settings, places: &[Place], seed: u32) -> Vec<Vec<u8>> {
    let mut list: Vec<_> =
        settings.iter().zip(places).map(|((name, set), place)| (name, set, place)).collect();
    list.sort_by_key(|(_, _, place)| place.4);
    let mut seed = seed;
    let mut files = Vec::new();
    for file in 0..3 {
        let here = |place: &Place| place.0 == file || (place.3 && (place.0 + 1) % 3 == file);
        let list: Vec<_> = list.iter().filter(|(_, _, place)| here(place)).copied().collect();
        let mut payloads = payloads(&list, &mut seed);
        if seed.is_multiple_of(3) {
            payloads.reverse();
        }
        seed += 1;
        let mut profile = head("Configuration", seed, seed.is_multiple_of(2));
        profile.insert("PayloadScope".into(), "System".into());
        profile.insert("PayloadContent".into(), Value::Array(payloads));
        let mut bytes = Vec::new();
        Value::Dictionary(profile).to_writer_xml(&mut bytes).unwrap();
        files.push(bytes);
    }
    files
}

/// The files as prefsmith reads them.
fn read(files: &[Vec<u8>]) -> Vec<(Held, Vec<Plan>)> {
    let (catalog, mut sources, mut findings) = (Catalog::with(Vec::new()), Sources::new(), Findings::new());
    let mut unknown = Unknown::default();
    let mut all = Vec::new();
    for bytes in files {
        let input = Input { label: "a.mobileconfig", bytes, domain: None };
        let held = load(&input, &catalog, &mut sources, &mut findings).unwrap();
        let one = |profile| plan(&held, profile, &catalog, &mut unknown, &mut findings);
        let plans = held.profiles.iter().map(one).collect();
        all.push((held, plans));
    }
    // One key may be in two payloads of a file, which is said; nothing else may be.
    let others = findings.iter().filter(|finding| finding.code.as_str() != "set-again");
    assert_eq!(others.map(|finding| finding.title.as_str()).collect::<Vec<_>>(), Vec::<&str>::new());
    all
}

fn side(read: &[(Held, Vec<Plan>)]) -> Side<'_> {
    let mut side = Side::default();
    for (held, plans) in read {
        let parts = held.profiles.iter().zip(plans);
        side.parts.extend(parts.map(|(profile, plan)| Part::profile(held, profile, plan)));
    }
    side
}

/// The differences, as (domain, key, what).
fn told(difference: &Difference<'_>) -> Vec<(String, String, &'static str)> {
    let name = |setting: &prefsmith::plan::Setting| (setting.domain.to_string(), setting.key.to_string());
    let pairs = difference.pairs.iter().filter(|pair| pair.verdict != Verdict::Same);
    let pairs = pairs.map(|pair| (name(pair.expected.setting), pair.verdict.word()));
    let extra = difference.extra.iter().map(|extra| (name(extra.said.setting), "extra"));
    pairs.chain(extra).map(|((domain, key), what)| (domain, key, what)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_same_however_it_is_cut(settings in settings(), first in places(), second in places()) {
        let (one, other) = (files(&settings, &first, 0), files(&settings, &second, 1000));
        let (one, other) = (read(&one), read(&other));
        let difference = between(&side(&one), &side(&other));
        prop_assert_eq!(told(&difference), vec![]);
        prop_assert_eq!(difference.pairs.len(), settings.len());
        prop_assert!(!difference.drift() && difference.decided());
    }

    #[test]
    fn one_change_is_one_difference(
        settings in settings(),
        first in places(),
        second in places(),
        at in any::<prop::sample::Index>(),
        fresh in value(),
        how in 0..4,
    ) {
        let mut changed = settings.clone();
        let name = *at.get(&settings.keys().copied().collect::<Vec<_>>());
        let (value, once) = settings[&name].clone();
        let what = match how {
            0 => {
                changed.remove(&name);
                "missing"
            }
            1 => {
                changed.insert(name, (value, !once));
                "differs"
            }
            _ if value == fresh => return Ok(()),
            _ => {
                changed.insert(name, (fresh, once));
                "differs"
            }
        };
        let (one, other) = (read(&files(&settings, &first, 0)), read(&files(&changed, &second, 0)));
        let named = |what| vec![(DOMAINS[name.0].to_owned(), KEYS[name.1].to_owned(), what)];
        prop_assert_eq!(told(&between(&side(&one), &side(&other))), named(what));
        let back = if what == "missing" { "extra" } else { what };
        prop_assert_eq!(told(&between(&side(&other), &side(&one))), named(back));
    }
}
