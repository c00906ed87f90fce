//! Versions and ranges: the cases of the design by hand, and properties of the order, the algebra, the text.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};

use prefsmith::version::{Range, Ranges, Version, VersionProblem};
use proptest::prelude::*;
use proptest::sample::select;

fn version(text: &str) -> Version {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn ranges(text: &str) -> Ranges {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn hash(version: &Version) -> u64 {
    let mut hasher = DefaultHasher::new();
    version.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn versions_read_and_print() {
    let table: &[(&str, &[u32], Option<u32>, &str)] = &[
        ("15.25", &[15, 25], None, "15.25"),
        ("16.90.1", &[16, 90, 1], None, "16.90.1"),
        ("16.90.0", &[16, 90], None, "16.90"),
        ("16", &[16, 0], None, "16.0"),
        ("4.0.0", &[4, 0], None, "4.0"),
        ("15.25 [160726]", &[15, 25], Some(16_072_600), "15.25 [160726]"),
        ("15.25 (160726)", &[15, 25], Some(16_072_600), "15.25 [160726]"),
        ("15.25.160817", &[15, 25], Some(16_081_700), "15.25 [160817]"),
        ("15.25.0 (16081700)", &[15, 25], Some(16_081_700), "15.25 [160817]"),
        ("16.27.19071502", &[16, 27], Some(19_071_502), "16.27 [19071502]"),
        ("16.16.26 [20091400]", &[16, 16, 26], Some(20_091_400), "16.16.26 [20091400]"),
        ("16.28[19081202]", &[16, 28], Some(19_081_202), "16.28 [19081202]"),
        ("  16.28\t", &[16, 28], None, "16.28"),
        ("20.169.0823.0003", &[20, 169, 823, 3], None, "20.169.823.3"),
        ("1.00.626721", &[1, 0], Some(62_672_100), "1.0 [626721]"),
        ("23247.720.2421.8365", &[23247, 720, 2421, 8365], None, "23247.720.2421.8365"),
        ("1.2.3.4.5.6.16072601", &[1, 2, 3, 4, 5, 6], Some(16_072_601), "1.2.3.4.5.6 [16072601]"),
        // Nine digits are a number; so is a long one that is not the last.
        ("1.000160726", &[1, 160_726], None, "1.000160726"),
        ("1.160726.2", &[1, 160_726, 2], None, "1.160726.2"),
        ("1.160726.0", &[1, 160_726], None, "1.000160726"),
    ];
    for &(text, numbers, build, canonical) in table {
        let read = version(text);
        assert_eq!((read.numbers(), read.build()), (numbers, build), "{text}");
        assert_eq!(read.to_string(), canonical, "{text}");
        assert_eq!(version(canonical), read, "{text}");
    }
}

#[test]
fn order_is_by_numbers_then_by_build() {
    let sorted = "3.18, 4.0, 4.6 [18120801], 4.68, 4.68.1, 4.70, 15.25, 15.25 [160725], 15.25 [160726], \
        15.25 [16072601], 15.25 [160817], 15.25.1 [160101], 15.41, 16.9, 16.10, 16.16.26 [20091400], 16.27, \
        16.27.1, 16.28 [19081202], 16.100";
    let sorted: Vec<Version> = sorted.split(", ").map(version).collect();
    for (place, left) in sorted.iter().enumerate() {
        for right in &sorted[place + 1..] {
            assert!(left < right, "{left} < {right}");
        }
    }
    assert_eq!(version("16.90"), version("16.90.0"));
    assert_eq!(hash(&version("16.90")), hash(&version("16.90.0.0")));
    assert_eq!(version("15.25.160726"), version("15.25 [16072600]"));
}

#[test]
fn membership_and_overlap() {
    // Range, version, all of its builds are in, some are.
    let table = [
        ("..", "0", true, true),
        ("none", "16.27", false, false),
        (".. 16.27", "16.27", true, true),
        (".. 16.27", "16.27.1", true, true),
        (".. 16.27", "16.27 [99123199]", true, true),
        (".. 16.27", "16.27.999999999", true, true),
        (".. 16.27", "16.28", false, false),
        (".. 16.27.0", "16.27.1", false, false),
        (".. 16.16.x", "16.16.26", true, true),
        (".. 16.16.x", "16.16.26 [20091400]", true, true),
        (".. 16.16.x", "16.17", false, false),
        ("16.17 ..", "16.16.26 [20091400]", false, false),
        ("16.17 ..", "16.28 [19081202]", true, true),
        ("15.25 [160726] ..", "15.25", false, true),
        ("15.25 [160726] ..", "15.25 [160725]", false, false),
        ("15.25 [160726] ..", "15.25 [160726]", true, true),
        ("15.25 [160726] ..", "15.25 [16081700]", true, true),
        ("15.25 [160726] ..", "15.25.1", true, true),
        ("15.25 [160726] ..", "15.24 [991231]", false, false),
        ("15.25 [160726] ..", "16.9", true, true),
        (".. 15.25 [160726]", "15.25", false, true),
        (".. 15.25 [160726]", "15.25 [160726]", true, true),
        (".. 15.25 [160726]", "15.25 [16072601]", false, false),
        (".. 15.25 [160726]", "15.25.1 [160101]", false, false),
        (".. 15.25 [160726]", "15.24.1", true, true),
        ("15.25 [160726]", "15.25", false, true),
        ("15.25 [160726]", "15.25 [16072600]", true, true),
        ("15.25 [160726]", "15.25 [160727]", false, false),
        ("16.27", "16.27.2", true, true),
        ("16.27", "16.270", false, false),
        ("16.9 .. 16.12", "16.10", true, true),
        ("16.9 .. 16.12", "16.100", false, false),
        ("4.68.1 ..", "4.68", false, false),
        ("4.68.1 ..", "4.68.1", true, true),
        ("4.68.1 ..", "4.70", true, true),
        ("20.169.0823.0003 ..", "20.169.823.2", false, false),
        ("20.169.0823.0003 ..", "20.169.0823.0003", true, true),
        ("15.27 .. 15.41, 16.13 ..", "16.9", false, false),
        ("15.27 .. 15.41, 16.13 ..", "15.41.1", true, true),
        ("16.13 ..; 15.27 .. 15.41", "16.13", true, true),
        ("15.25 [160726] .. 15.25 [160817], 15.25 [160818] ..", "15.25 [16081801]", true, true),
        ("15.25 [160726] .. 15.25 [160817], 15.25 [160818] ..", "15.25 [16081701]", false, false),
    ];
    for (range, text, all, some) in table {
        let (set, version) = (ranges(range), version(text));
        assert_eq!((set.contains(&version), set.overlaps(&version)), (all, some), "{text} in {range}");
    }
}

#[test]
fn ranges_print_and_describe() {
    // Text, canonical text, words.
    let table = [
        ("..", "..", "any version"),
        (" 0 .. ", "..", "any version"),
        (".. 16.8, 16.9 ..", "..", "any version"),
        ("none", "none", "no version"),
        ("15.25 [160726] ..", "15.25 [160726] ..", "from 15.25 [160726]"),
        ("15.25..16.1", "15.25 .. 16.1", "15.25 to 16.1"),
        ("15.x .. 16.27", "15.0 .. 16.27", "15.0 to 16.27"),
        ("15 .. 16.27", "15.0 .. 16.27", "15.0 to 16.27"),
        ("15 .. 15", "15", "15.x"),
        ("15.0", "15.0", "15.0"),
        ("16.16.x", "16.16", "16.16"),
        (".. 16.16.x", ".. 16.16", "up to 16.16"),
        (".. 15.x", ".. 15", "up to 15.x"),
        ("16.28 ..", "16.28 ..", "from 16.28"),
        ("16.27.19071502", "16.27 [19071502]", "16.27 [19071502]"),
        ("15.25 .. 15.25 [160726]", "15.25 .. 15.25 [160726]", "15.25 to 15.25 [160726]"),
        (
            "16.28 .., 16.9 .. 16.12; 15.27..15.41,15.30 .. 15.40",
            "15.27 .. 15.41, 16.9 .. 16.12, 16.28 ..",
            "15.27 to 15.41, 16.9 to 16.12 and from 16.28",
        ),
        // Adjacent ranges are one.
        ("16.9 .. 16.12, 16.13 .. 16.20", "16.9 .. 16.20", "16.9 to 16.20"),
        (".. 15.25 [16072599], 15.25 [160726] ..", "..", "any version"),
    ];
    for (text, canonical, words) in table {
        let set = ranges(text);
        assert_eq!((set.to_string().as_str(), set.describe().as_str()), (canonical, words), "{text}");
    }
    let list = ["16.13 ..", "15.27 .. 15.41"];
    assert_eq!(Ranges::from_texts(&list).unwrap().to_string(), "15.27 .. 15.41, 16.13 ..");
    assert_eq!(Ranges::from_texts::<&str>(&[]).unwrap(), Ranges::none());
}

#[test]
fn algebra_prints_inclusive_bounds() {
    let table = [
        ("16.9 ..", "16.13 ..", "16.9 .. 16.12", "16.9 to 16.12"),
        ("..", "16.13.1 ..", ".. 16.13.0", "up to 16.13.0"),
        ("..", "16.0 ..", ".. 15", "up to 15.x"),
        ("..", "15.25 [160726] ..", ".. 15.25 [16072599]", "before 15.25 [160726]"),
        ("15.20 ..", "15.25 [160726] ..", "15.20 .. 15.25 [16072599]", "15.20 to just before 15.25 [160726]"),
        ("15.20 ..", "15.20 .. 15.25 [16072600]", "15.25 [16072601] ..", "from 15.25 [16072601]"),
        ("..", "16.27", ".. 16.26, 16.28 ..", "up to 16.26 and from 16.28"),
        ("16.9 .. 16.12", "16.0 ..", "none", "no version"),
    ];
    for (left, right, text, words) in table {
        let rest = ranges(left).minus(&ranges(right));
        assert_eq!((rest.to_string().as_str(), rest.describe().as_str()), (text, words), "{left} - {right}");
        assert_eq!(ranges(text), rest);
    }
    assert_eq!(ranges("..").complement(), Ranges::none());
    assert!(ranges("16.16.x").is_subset_of(&ranges(".. 16.16")));
    assert!(!ranges(".. 16.17.0").is_subset_of(&ranges(".. 16.16")));
}

#[test]
fn bounds_for_other_languages() {
    let set = ranges("15.25 [160726] .. 15.41, 16.13 .. 16.27");
    assert_eq!(set.lower(), Some(version("15.25 [160726]")));
    assert_eq!(set.upper().as_deref(), Some("16.27"));
    assert_eq!(set.as_slice()[0].end(), Some(version("15.42")));
    assert_eq!(ranges(".. 15.25 [160726]").as_slice()[0].end(), Some(version("15.25 [16072601]")));
    assert_eq!((ranges("..").lower(), ranges("..").upper()), (None, None));
    assert_eq!(Range::ANY.end(), None);
}

#[test]
fn refusals_say_what_and_where() {
    use VersionProblem as P;
    let versions: &[(&str, usize, P)] = &[
        ("", 0, P::Missing),
        ("  ", 2, P::Missing),
        (".5", 0, P::NumberMissing),
        ("16.", 3, P::NumberMissing),
        ("16..1", 3, P::NumberMissing),
        ("-16.1", 0, P::Unexpected('-')),
        ("+16.1", 0, P::Unexpected('+')),
        ("v16.1", 0, P::Unexpected('v')),
        ("16.1b2", 4, P::Unexpected('b')),
        ("16. 1", 3, P::NumberMissing),
        ("16.1\u{a0}[160726]", 4, P::Unexpected('\u{a0}')),
        ("१६.१", 0, P::Unexpected('१')),
        ("16.1 2", 5, P::Unexpected('2')),
        ("1.2.3.4.5.6.7", 12, P::TooManyNumbers),
        ("16.1234567890", 3, P::TooManyDigits),
        ("15.25 [1607]", 7, P::BuildDigits(4)),
        ("15.25 []", 7, P::BuildDigits(0)),
        ("15.25 [1607260]", 7, P::BuildDigits(7)),
        ("15.25.1607260", 6, P::BuildDigits(7)),
        ("15.25 [b]", 7, P::Unexpected('b')),
        ("15.25 [160726", 13, P::Unclosed(']')),
        ("15.25 (160726]", 13, P::Unclosed(')')),
        ("15.25.160726 [160726]", 13, P::TwoBuilds),
        ("15.25 [160726].1", 14, P::Unexpected('.')),
        ("16.16.x", 6, P::PrefixIsRange),
        ("x", 0, P::Unexpected('x')),
    ];
    for (text, offset, problem) in versions {
        let error = text.parse::<Version>().unwrap_err();
        assert_eq!((error.offset, &error.problem), (*offset, problem), "{text}");
    }
    let empty = |from: &str, to: &str| P::EmptyRange { from: from.to_owned(), to: to.to_owned() };
    let lists: &[(&str, usize, P)] = &[
        ("", 0, P::Missing),
        ("16.1, ", 5, P::Missing),
        (", 16.1", 0, P::Missing),
        ("none, 16.1", 0, P::Unexpected('n')),
        (" 16.28 .. 16.27", 1, empty("16.28", "16.27")),
        ("16.1, 15.25 [160726] .. 15.25 [160725]", 6, empty("15.25 [160726]", "15.25 [160725]")),
        ("15.1, 16.1 .. 16.2 .. 16.3", 19, P::TwoRanges),
        ("15.25...16.1", 7, P::NumberMissing),
        ("15.25. .. 16.1", 6, P::NumberMissing),
        ("15.25 … 16.1", 6, P::Unexpected('…')),
        ("16.x.1", 4, P::Unexpected('.')),
        (".. 16.x [160726]", 8, P::PrefixBuild),
        ("16.1 .. 16.2b", 12, P::Unexpected('b')),
    ];
    for (text, offset, problem) in lists {
        let error = text.parse::<Ranges>().unwrap_err();
        assert_eq!((error.offset, &error.problem), (*offset, problem), "{text}");
    }
    let error = Ranges::from_texts(&["16.1", "16.2 .. 16.y"]).unwrap_err();
    assert_eq!((error.0, error.1.offset), (1, 11));
    assert_eq!(
        "16.28 .. 16.27".parse::<Range>().unwrap_err().to_string(),
        "the range is empty: 16.28 comes after 16.27 (at byte 0)"
    );
}

/// Numbers as written: few values, so that versions meet, with the ends of each class of lengths.
fn numbers() -> impl Strategy<Value = Vec<u32>> {
    let usual = select(vec![0, 1, 2, 15, 16]);
    let edges = select(vec![0, 99_999, 100_000, 99_999_999, 100_000_000, 999_999_998, 999_999_999]);
    let number = prop_oneof![9 => usual, 1 => edges];
    prop_oneof![
        8 => prop::collection::vec(number.clone(), 1..=3),
        1 => prop::collection::vec(number, 4..=6),
    ]
}

fn build() -> impl Strategy<Value = Option<u32>> {
    let values = select(vec![0, 1, 99, 100, 16_072_599, 16_072_600, 16_072_601, 99_999_999]);
    prop::option::weighted(0.4, values)
}

/// Long numbers get nine digits, or their text would be a build's.
fn text(numbers: &[u32], build: Option<u32>) -> String {
    let pad = |n: &u32| if *n > 9999 { format!("{n:09}") } else { n.to_string() };
    let numbers: Vec<String> = numbers.iter().map(pad).collect();
    let build = build.map(|build| format!(" [{build:08}]")).unwrap_or_default();
    format!("{}{build}", numbers.join("."))
}

fn a_version() -> impl Strategy<Value = Version> {
    (numbers(), build()).prop_map(|(numbers, build)| version(&text(&numbers, build)))
}

/// One release: a version whose build is known.
fn a_release() -> impl Strategy<Value = Version> {
    (numbers(), build()).prop_map(|(numbers, build)| version(&text(&numbers, Some(build.unwrap_or(7)))))
}

type Bound = Option<(Vec<u32>, Option<u32>)>;

fn a_bound() -> impl Strategy<Value = Bound> {
    prop::option::weighted(0.8, (numbers(), build()))
}

fn range_text(from: &Bound, to: &Bound) -> String {
    let side = |bound: &Bound| bound.as_ref().map(|(n, b)| text(n, *b)).unwrap_or_default();
    format!("{} .. {}", side(from), side(to))
}

/// Sets of up to four ranges; empty ranges do not parse and fall out.
fn a_set() -> impl Strategy<Value = Ranges> {
    prop::collection::vec((a_bound(), a_bound()), 0..=4).prop_map(|pairs| {
        pairs.iter().filter_map(|(from, to)| range_text(from, to).parse::<Range>().ok()).collect()
    })
}

/// What the design says of `A .. B`, for one release, without cuts: numbers one by one, then the build.
fn defined(from: &Bound, to: &Bound, release: &Version) -> bool {
    let number = |numbers: &[u32], place: usize| numbers.get(place).copied().unwrap_or(0);
    let compare = |numbers: &[u32], parts: usize| {
        (0..parts)
            .map(|place| number(release.numbers(), place).cmp(&number(numbers, place)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    };
    let build = release.build().unwrap();
    let above = from.as_ref().is_none_or(|(numbers, first)| match compare(numbers, 6) {
        Ordering::Equal => first.is_none_or(|first| build >= first),
        order => order.is_gt(),
    });
    let below = to.as_ref().is_none_or(|(numbers, last)| match last {
        None => compare(numbers, numbers.len()).is_le(),
        Some(last) => match compare(numbers, 6) {
            Ordering::Equal => build <= *last,
            order => order.is_lt(),
        },
    });
    above && below
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[0-9x.\\[\\]() ,;é]{0,40}", "([0-9]{1,12}[.]{1,2}){0,8}[0-9x]{0,9}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn order_is_total(a in a_version(), b in a_version(), c in a_version()) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a.cmp(&b) == Ordering::Equal, a == b);
        prop_assert_eq!(a.partial_cmp(&b), Some(a.cmp(&b)));
        let mut sorted = [a, b, c];
        sorted.sort();
        prop_assert!(sorted[0] <= sorted[1] && sorted[1] <= sorted[2] && sorted[0] <= sorted[2]);
        if a == b {
            prop_assert_eq!(hash(&a), hash(&b));
            prop_assert_eq!(a.to_string(), b.to_string());
        }
    }

    #[test]
    fn trailing_zeros_mean_nothing(numbers in numbers(), build in build()) {
        let longer: Vec<u32> = numbers.iter().copied().chain([0]).take(6).collect();
        prop_assert_eq!(version(&text(&numbers, build)), version(&text(&longer, build)));
    }

    #[test]
    fn range_holds_what_its_definition_says(from in a_bound(), to in a_bound(), release in a_release()) {
        let inside = defined(&from, &to, &release);
        match range_text(&from, &to).parse::<Ranges>() {
            Ok(set) => {
                prop_assert_eq!(set.contains(&release), inside);
                prop_assert_eq!(set.overlaps(&release), inside);
            }
            Err(error) => {
                let empty = matches!(error.problem, VersionProblem::EmptyRange { .. });
                prop_assert!(empty && !inside, "{}", error);
            }
        }
    }

    #[test]
    fn membership_agrees_with_the_algebra(a in a_set(), b in a_set(), release in a_release()) {
        let (in_a, in_b) = (a.contains(&release), b.contains(&release));
        prop_assert_eq!(a.union(&b).contains(&release), in_a || in_b);
        prop_assert_eq!(a.intersect(&b).contains(&release), in_a && in_b);
        prop_assert_eq!(a.minus(&b).contains(&release), in_a && !in_b);
        prop_assert_eq!(a.complement().contains(&release), !in_a);
    }

    #[test]
    fn a_version_without_build_is_all_its_builds(a in a_set(), b in a_set(), version in a_version()) {
        prop_assert_eq!(a.complement().contains(&version), !a.overlaps(&version));
        prop_assert_eq!(a.intersect(&b).contains(&version), a.contains(&version) && b.contains(&version));
        prop_assert_eq!(a.union(&b).overlaps(&version), a.overlaps(&version) || b.overlaps(&version));
        let own = Ranges::from(Range::from(version));
        prop_assert_eq!(a.contains(&version), own.is_subset_of(&a));
        prop_assert_eq!(a.overlaps(&version), !own.intersect(&a).is_empty());
    }

    #[test]
    fn sets_obey_their_laws(a in a_set(), b in a_set(), c in a_set()) {
        prop_assert_eq!(a.union(&b).complement(), a.complement().intersect(&b.complement()));
        prop_assert_eq!(a.intersect(&b).complement(), a.complement().union(&b.complement()));
        prop_assert_eq!(a.complement().complement(), a.clone());
        prop_assert_eq!((a.union(&a), a.intersect(&a)), (a.clone(), a.clone()));
        prop_assert_eq!((a.union(&b), a.intersect(&b)), (b.union(&a), b.intersect(&a)));
        prop_assert_eq!(a.intersect(&b.union(&c)), a.intersect(&b).union(&a.intersect(&c)));
        prop_assert!(a.minus(&b).intersect(&b).is_empty());
        prop_assert_eq!(a.intersect(&b).union(&a.minus(&b)), a.clone());
        prop_assert!(a.union(&a.complement()).is_any() && a.minus(&a).is_empty());
        prop_assert!(a.intersect(&b).is_subset_of(&a) && a.is_subset_of(&a.union(&b)));
        prop_assert_eq!(a.is_subset_of(&b) && b.is_subset_of(&a), a == b);
    }

    #[test]
    fn texts_round_trip(version in a_version(), a in a_set(), b in a_set()) {
        prop_assert_eq!(version.to_string().parse(), Ok(version));
        for set in [a.union(&b), a.intersect(&b), a.minus(&b), a.complement()] {
            prop_assert_eq!(set.to_string().parse(), Ok(set.clone()));
            for range in set.as_slice() {
                prop_assert_eq!(range.to_string().parse(), Ok(*range));
                for bound in [range.lower(), range.end()].into_iter().flatten() {
                    prop_assert_eq!(bound.to_string().parse(), Ok(bound));
                }
            }
            prop_assert!(!set.describe().is_empty());
        }
    }

    #[test]
    fn nothing_panics(text in any_text()) {
        let errors =
            [text.parse::<Version>().err(), text.parse::<Range>().err(), text.parse::<Ranges>().err()];
        for error in errors.into_iter().flatten() {
            prop_assert!(text.is_char_boundary(error.offset), "{}", error);
        }
        if let Ok(set) = text.parse::<Ranges>() {
            prop_assert_eq!(set.to_string().parse(), Ok(set));
        }
    }
}
