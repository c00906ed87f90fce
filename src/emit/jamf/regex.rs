//! Ranges of versions as regular expressions: Jamf Pro's inventory holds versions as text, and a smart group has no
//! *greater or equal* for them.
//!
//! An expression matches a version that [`Ranges::overlaps`] finds in the ranges. It is written in what MySQL's old and
//! new engines, MariaDB's and POSIX's have in common: no backslash, no class by name, no empty alternative. Numbers have
//! up to five digits, with zeros in front or not; a last number of six or eight digits is a build.

use crate::version::{Range, Ranges, Version};

/// The most characters that a criterion of a smart group takes.
pub(super) const LIMIT: usize = 255;
/// The greatest number of a version that the expressions know.
const MOST: u32 = 99_999;
/// Whatever may follow once a version is known to be inside.
const ANYTHING: &str = "([.][0-9]+)*";
/// Numbers that change nothing.
const ZEROS: &str = "([.]0+)*";
/// A build of any day.
const ANY_BUILD: &str = "[.][0-9]{6}([0-9]{2})?";
/// What stands around the alternatives of one expression.
const FRAME: usize = "^()$".len();

/// The expressions of which one matches, each of at most `limit` characters; none where no version is in.
///
/// With `builds`, the text that they are asked about is `CFBundleVersion`, which ends with the build. Without, it is
/// `CFBundleShortVersionString`, which has none: a version of whose builds only some are in the ranges matches.
pub(super) fn regexes(ranges: &Ranges, builds: bool, limit: usize) -> Vec<String> {
    let all: Vec<Branch> = ranges.as_slice().iter().flat_map(|range| of_range(range, builds)).collect();
    let fitted = fit(all, limit.saturating_sub(FRAME));
    fitted.iter().map(|list| format!("^{}$", group(list, true))).collect()
}

/// Whether a bound of the ranges is a build, which the inventory does not have.
pub(super) fn needs_builds(ranges: &Ranges) -> bool {
    let bounds = ranges.as_slice().iter().flat_map(|range| [range.lower(), range.end()]);
    bounds.flatten().any(|version| version.build().is_some())
}

/// A piece of an expression, and what may follow it: one of these, or nothing where there are none.
#[derive(Clone, Debug)]
struct Branch {
    text: String,
    next: Vec<Branch>,
}

fn leaf(text: impl Into<String>) -> Branch {
    Branch { text: text.into(), next: Vec::new() }
}

/// What is left of a bound while the numbers of a version so far are equal to its own.
#[derive(Clone, Copy)]
struct Bound<'v> {
    numbers: &'v [u32],
    build: Option<u32>,
    /// Of an upper bound: whether anything with exactly its numbers is inside.
    closed: bool,
}

impl<'v> Bound<'v> {
    fn new(version: &Version, numbers: &'v [u32], builds: bool) -> Self {
        let build = version.build();
        Self { numbers, build: build.filter(|_| builds), closed: build.is_some() }
    }

    fn first(self) -> u32 {
        self.numbers.first().copied().unwrap_or(0)
    }

    fn rest(self) -> Self {
        Self { numbers: self.numbers.get(1..).unwrap_or_default(), ..self }
    }

    fn used_up(self) -> bool {
        self.numbers.is_empty()
    }
}

fn of_range(range: &Range, builds: bool) -> Vec<Branch> {
    let (low, high) = (range.lower(), range.end());
    let (low_numbers, high_numbers) = (significant(low.as_ref()), significant(high.as_ref()));
    let low = low.map(|version| Bound::new(&version, &low_numbers, builds));
    let high = high.map(|version| Bound::new(&version, &high_numbers, builds));
    numbers(low, high, "")
}

/// The numbers of a version up to the last that is not 0.
fn significant(version: Option<&Version>) -> Vec<u32> {
    let mut numbers = version.map(|version| version.numbers().to_vec()).unwrap_or_default();
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    numbers
}

/// What may follow numbers that are equal to those of the bounds that are left.
fn rest(low: Option<Bound<'_>>, high: Option<Bound<'_>>) -> Vec<Branch> {
    // Nothing with these numbers is before a lower bound that ends here, unless a build is.
    let low = low.filter(|bound| !bound.used_up() || bound.build.is_some());
    if high.is_some_and(|bound| bound.used_up() && !bound.closed) {
        return Vec::new();
    }
    if low.is_none() && high.is_none() {
        return vec![leaf(ANYTHING)];
    }
    let ended = high.filter(|bound| bound.used_up());
    if low.is_none_or(Bound::used_up) && high.is_none_or(Bound::used_up) {
        let same = builds(low.and_then(|bound| bound.build), ended.and_then(|bound| bound.build));
        let mut list = vec![Branch { text: ZEROS.to_owned(), next: same }];
        if high.is_none() {
            list.push(leaf(format!("{ZEROS}[.]0*[1-9][0-9]{{0,4}}{ANYTHING}")));
        }
        return list;
    }
    let mut list = Vec::new();
    if low.is_none_or(Bound::used_up) {
        // The text may end here: what is missing is 0.
        list.extend(builds(low.and_then(|bound| bound.build), ended.and_then(|bound| bound.build)));
    }
    list.extend(numbers(low, high, "[.]"));
    list
}

/// A number and what may follow it.
fn numbers(low: Option<Bound<'_>>, high: Option<Bound<'_>>, dot: &str) -> Vec<Branch> {
    let mut list = Vec::new();
    // What has the last number of a lower bound needs no other look than what is greater.
    let last = |bound: Bound<'_>| bound.build.is_none() && bound.rest().used_up();
    let least = low.map_or(0, |bound| bound.first() + u32::from(!last(bound)));
    let most = high.map_or(Some(MOST), |bound| bound.first().checked_sub(1));
    if let Some(most) = most.filter(|most| least <= *most) {
        list.push(Branch { text: format!("{dot}{}", number(least, most)), next: vec![leaf(ANYTHING)] });
    }
    let mut same = |first: u32, low: Option<Bound<'_>>, high: Option<Bound<'_>>| {
        let next = rest(low.map(Bound::rest), high.map(Bound::rest));
        if first <= MOST && !next.is_empty() {
            list.push(Branch { text: format!("{dot}{}", number(first, first)), next });
        }
    };
    match (low, high) {
        (Some(one), Some(other)) if one.first() == other.first() => same(one.first(), low, high),
        _ => {
            if let Some(bound) = low.filter(|bound| !last(*bound)) {
                same(bound.first(), low, None);
            }
            if let Some(bound) = high {
                same(bound.first(), None, high);
            }
        }
    }
    list
}

/// No build, or one from `low` on and before `high`.
fn builds(low: Option<u32>, high: Option<u32>) -> Vec<Branch> {
    let mut list = vec![leaf("")];
    if low.is_none() && high.is_none() {
        list.push(leaf(ANY_BUILD));
        return list;
    }
    // The short form is the long one without its counter.
    for (width, unit) in [(6, 100), (8, 1)] {
        let from = low.map_or(0, |build| build.div_ceil(unit));
        let until = high.map_or(10_u32.pow(width), |build| build.div_ceil(unit));
        if let Some(last) = until.checked_sub(1).filter(|last| from <= *last) {
            list.push(leaf(format!("[.]{}", one_of(&fixed(from, last, width)))));
        }
    }
    list
}

/// The numbers from `from` to `to`, zeros in front allowed.
fn number(from: u32, to: u32) -> String {
    let to = to.min(MOST);
    if (from, to) == (0, MOST) {
        return "[0-9]{1,5}".to_owned();
    }
    let mut list = Vec::new();
    for width in 1..=5_u32 {
        let least = if width == 1 { 0 } else { 10_u32.pow(width - 1) };
        let (low, high) = (from.max(least), to.min(10_u32.pow(width) - 1));
        if to == MOST && from <= least.max(1) {
            // All that are as long or longer.
            list.push(format!("[1-9][0-9]{{{},4}}", width - 1));
            break;
        }
        if low <= high {
            list.extend(fixed(low, high, width));
        }
    }
    format!("0*{}", one_of(&list))
}

/// The texts of `width` digits from `from` to `to`.
fn fixed(from: u32, to: u32, width: u32) -> Vec<String> {
    let Some(below) = width.checked_sub(1) else { return vec![String::new()] };
    let unit = 10_u32.pow(below);
    let (first, last) = (from / unit, to / unit);
    if first == last {
        let tails = fixed(from % unit, to % unit, below);
        return tails.into_iter().map(|tail| format!("{first}{tail}")).collect();
    }
    let mut list = Vec::new();
    let (mut start, mut end) = (first, last);
    if !from.is_multiple_of(unit) {
        let tails = fixed(from % unit, unit - 1, below);
        list.extend(tails.into_iter().map(|tail| format!("{first}{tail}")));
        start += 1;
    }
    let whole = to % unit == unit - 1;
    if !whole {
        end -= 1;
    }
    if start <= end {
        list.push(format!("{}{}", class(start, end), any(below)));
    }
    if !whole {
        list.extend(fixed(0, to % unit, below).into_iter().map(|tail| format!("{last}{tail}")));
    }
    list
}

fn class(from: u32, to: u32) -> String {
    match to - from {
        0 => from.to_string(),
        1 => format!("[{from}{to}]"),
        _ => format!("[{from}-{to}]"),
    }
}

fn any(digits: u32) -> String {
    match digits {
        0 => String::new(),
        1 => "[0-9]".to_owned(),
        _ => format!("[0-9]{{{digits}}}"),
    }
}

fn one_of(list: &[String]) -> String {
    match list {
        [one] => one.clone(),
        _ => format!("({})", list.join("|")),
    }
}

fn render(branch: &Branch) -> String {
    format!("{}{}", branch.text, group(&branch.next, false))
}

/// Alternatives, in brackets where they need them. An empty one, which not every engine takes, makes the others
/// optional.
fn group(list: &[Branch], always: bool) -> String {
    let mut texts: Vec<String> = list.iter().map(render).collect();
    texts.retain(|text| !text.is_empty());
    let optional = if texts.len() < list.len() { "?" } else { "" };
    match texts.as_slice() {
        [] => String::new(),
        [one] if optional.is_empty() && !always => one.clone(),
        _ => format!("({}){optional}", texts.join("|")),
    }
}

/// Packs alternatives into lists that are no longer than `room` when they are written; one that is longer by itself is
/// cut where it branches.
fn fit(list: Vec<Branch>, room: usize) -> Vec<Vec<Branch>> {
    let mut whole = Vec::new();
    for branch in list {
        if render(&branch).len() <= room || branch.next.is_empty() {
            whole.push(branch);
        } else {
            let inside = room.saturating_sub(branch.text.len() + "()?".len());
            let parts = fit(branch.next, inside);
            whole.extend(parts.into_iter().map(|next| Branch { text: branch.text.clone(), next }));
        }
    }
    let mut packs: Vec<(Vec<Branch>, usize)> = Vec::new();
    for branch in whole {
        let length = render(&branch).len() + "|".len();
        match packs.last_mut() {
            Some((pack, used)) if *used + length <= room + "|".len() => {
                pack.push(branch);
                *used += length;
            }
            _ => packs.push((vec![branch], length)),
        }
    }
    packs.into_iter().map(|(pack, _)| pack).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ranges(text: &str) -> Ranges {
        text.parse().unwrap()
    }

    fn matches(list: &[String], text: &str) -> bool {
        list.iter().any(|one| regex_lite::Regex::new(one).unwrap().is_match(text))
    }

    #[test]
    fn what_an_administrator_sees() {
        for (text, expected) in [
            (
                "16.28 ..",
                "^(0*(1[7-9]|[2-9][0-9]|[1-9][0-9]{2,4})([.][0-9]+)*\
                 |0*16[.]0*(2[89]|[3-9][0-9]|[1-9][0-9]{2,4})([.][0-9]+)*)$",
            ),
            ("16.16", "^(0*16[.]0*16([.][0-9]+)*)$"),
            ("16 .. 99.x", "^(0*(1[6-9]|[2-9][0-9])([.][0-9]+)*)$"),
        ] {
            assert_eq!(regexes(&ranges(text), false, LIMIT), [expected], "{text}");
        }
        assert_eq!(regexes(&Ranges::none(), false, LIMIT), [] as [&str; 0]);
        assert_eq!(regexes(&Ranges::any(), false, LIMIT), ["^([0-9]{1,5}([.][0-9]+)*)$"]);
    }

    #[test]
    fn what_the_design_says_of_versions() {
        for (text, inside, outside) in [
            (
                "16.9 .. 16.12",
                &["16.9", "16.10", "16.12", "16.12.1"][..],
                &["16.8.9", "16.13", "16.100", "15.9"][..],
            ),
            ("16.90.1 ..", &["16.90.1", "16.90.10", "16.100", "17"], &["16.90", "16.90.0", "16.9.1", "16"]),
            (".. 16.27", &["16.27.5", "16.27", "15.41", "4.13"], &["16.28", "16.28.0", "16.270"]),
            (".. 16.90.0", &["16.90", "16.90.0", "16.90.0.3", "16.89"], &["16.90.1", "16.91"]),
            ("20.169.823.3 ..", &["20.169.0823.0003", "20.169.823.4"], &["20.169.0823.0002", "20.168.9.9"]),
            (
                ".. 16.27, 16.30 .. 16.32.1",
                &["16.32.1", "16.32", "16.30.9", "1"],
                &["16.28", "16.32.2", "16.33"],
            ),
        ] {
            let list = regexes(&ranges(text), false, LIMIT);
            for version in inside {
                assert!(matches(&list, version), "{version} in {text}: {list:?}");
            }
            for version in outside {
                assert!(!matches(&list, version), "{version} not in {text}: {list:?}");
            }
        }
    }

    #[test]
    fn a_build_counts_only_where_the_text_has_one() {
        let range = ranges("15.25 [160726] .. 16.27.19071500");
        assert!(needs_builds(&range) && !needs_builds(&ranges("16.28 ..")));
        let short = regexes(&range, false, LIMIT);
        for version in ["15.25", "15.25.1", "16.27", "16.26.9"] {
            assert!(matches(&short, version), "{version}: {short:?}");
        }
        assert!(!matches(&short, "16.27.1") && !matches(&short, "15.24.9"));
        let long = regexes(&range, true, LIMIT);
        for version in
            ["15.25.160726", "15.25.16072600", "15.25.99999999", "16.27.19071500", "15.25.1.140101", "15.25"]
        {
            assert!(matches(&long, version), "{version}: {long:?}");
        }
        for version in ["15.25.160725", "15.25.16072599", "16.27.19071501", "16.27.1.19071400"] {
            assert!(!matches(&long, version), "{version}: {long:?}");
        }
    }

    fn version() -> impl Strategy<Value = String> {
        let number = prop_oneof![0u32..4, 14u32..18, 95u32..105, Just(99_999)];
        let numbers = proptest::collection::vec(number, 1..6);
        let build = prop_oneof![Just("160725"), Just("160726"), Just("16072600"), Just("16072601")];
        let tail = prop_oneof![2 => Just(String::new()), 1 => build.prop_map(|build| format!(".{build}"))];
        (numbers, tail).prop_map(|(numbers, tail)| {
            let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
            format!("{}{tail}", numbers.join("."))
        })
    }

    fn any_ranges() -> impl Strategy<Value = Ranges> {
        let range =
            (proptest::option::of(version()), proptest::option::of(version())).prop_map(|(from, until)| {
                format!("{} .. {}", from.unwrap_or_default(), until.unwrap_or_default())
            });
        proptest::collection::vec(range, 1..4)
            .prop_filter_map("ranges", |texts| Ranges::from_texts(&texts).ok())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn expressions_and_ranges_agree(ranges in any_ranges(), texts in proptest::collection::vec(version(), 4)) {
            let bounds = ranges.as_slice().iter().flat_map(|range| [range.lower(), range.end()]).flatten();
            let bounds: Vec<String> = bounds.map(|bound| {
                let numbers: Vec<String> = bound.numbers().iter().map(u32::to_string).collect();
                let build = bound.build().map(|build| format!(".{build:08}")).unwrap_or_default();
                format!("{}{build}", numbers.join("."))
            }).collect();
            let with = regexes(&ranges, true, LIMIT);
            let without = regexes(&ranges, false, LIMIT);
            prop_assert!(with.iter().chain(&without).all(|one| one.len() <= LIMIT && !one.contains('\\')));
            for text in texts.iter().chain(&bounds) {
                let version: Version = text.parse().unwrap();
                prop_assert_eq!(matches(&with, text), ranges.overlaps(&version), "{} in {}: {:?}", text, ranges, with);
                if version.build().is_none() {
                    let found = matches(&without, text);
                    prop_assert_eq!(found, ranges.overlaps(&version), "{} in {}: {:?}", text, ranges, without);
                }
            }
        }
    }
}
