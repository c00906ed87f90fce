//! The awk of the scripts says of every version and range what `version` says.

use super::builds::bounds;
use crate::version::{Ranges, Version};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use std::io::Write as _;
use std::process::{Command, Stdio};

const VERSIONS: &str = include_str!("../../../templates/scripts/versions.sh");
const BUILDS: &str = include_str!("../../../templates/scripts/builds.sh");

fn program() -> String {
    let quoted =
        |text: &'static str, start: &str| text.split_once(start).unwrap().1.split_once("'\n").unwrap().0;
    quoted(VERSIONS, "\nversions='").to_owned() + quoted(BUILDS, "\nunread_by=$versions'")
}

/// Whether the awk of the scripts takes each version to be read, one line of answers for all.
fn awk(pairs: &[(String, Ranges)]) -> Vec<bool> {
    let mut script = String::from("program=$1\n");
    for (version, ranges) in pairs {
        let ranges = bounds(ranges);
        script.push_str(&format!(
            "printf 'X\\t%s\\n' '{version}' | PRODUCTS=X RANGES='{ranges}' awk \"$program\"; echo\n"
        ));
    }
    let mut shell = Command::new("sh");
    shell.args(["-s", &program()]).env("LC_ALL", "C").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = shell.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || input.write_all(script.as_bytes()));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::is_empty).collect()
}

/// A version that is no version is told nothing about.
fn rust(version: &str, ranges: &Ranges) -> bool {
    version.parse::<Version>().map_or(true, |version| ranges.overlaps(&version))
}

fn version() -> impl Strategy<Value = String> {
    let number = prop_oneof![0u32..4, 14u32..18, Just(999_999_999), Just(100)];
    let numbers = proptest::collection::vec(number, 1..7).prop_map(|numbers| {
        let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
        numbers.join(".")
    });
    let build =
        prop_oneof![Just("160725"), Just("160726"), Just("16072600"), Just("16072601"), Just("99999999")];
    let tail = prop_oneof![
        3 => Just(String::new()),
        3 => build.clone().prop_map(|build| format!(".{build}")),
        1 => build.clone().prop_map(|build| format!(" [{build}]")),
        1 => build.prop_map(|build| format!("({build})")),
        1 => prop_oneof![Just(".1234567"), Just(" [1]"), Just("b4"), Just(".x"), Just("..1"), Just(".0123")]
            .prop_map(str::to_owned),
    ];
    (numbers, tail).prop_map(|(numbers, tail)| format!("{numbers}{tail}"))
}

fn ranges() -> impl Strategy<Value = Ranges> {
    let side = || version().prop_filter("a bound", |text| text.parse::<Version>().is_ok());
    let range = (proptest::option::of(side()), proptest::option::of(side()))
        .prop_map(|(from, until)| format!("{} .. {}", from.unwrap_or_default(), until.unwrap_or_default()));
    proptest::collection::vec(range, 1..4).prop_filter_map("ranges", |texts| Ranges::from_texts(&texts).ok())
}

#[test]
fn the_scripts_and_rust_agree_on_two_thousand_versions() {
    let mut runner = TestRunner::deterministic();
    let mut draw = || {
        let ranges = ranges().new_tree(&mut runner).unwrap().current();
        (version().new_tree(&mut runner).unwrap().current(), ranges)
    };
    let mut pairs: Vec<(String, Ranges)> = (0..1000).map(|_| draw()).collect();
    // The bounds themselves, where most mistakes lie.
    for at in 0..1000 {
        let ranges = pairs[at].1.clone();
        let bound = ranges.as_slice().iter().flat_map(|r| [r.lower(), r.end()]).flatten().nth(at % 2);
        pairs.push((bound.map_or_else(|| "15.25.160726".to_owned(), |bound| bound.to_string()), ranges));
    }
    let answers = awk(&pairs);
    assert_eq!(answers.len(), pairs.len());
    let mut read = 0;
    for ((version, ranges), answer) in pairs.iter().zip(answers) {
        assert_eq!(answer, rust(version, ranges), "{version} in {ranges}");
        read += usize::from(answer);
    }
    // Neither answer is rare, or the test would show little.
    assert!((200..1800).contains(&read), "{read}");
}

#[test]
fn what_the_design_says_of_versions() {
    let ask = |version: &str, text: &str| (version.to_owned(), text.parse::<Ranges>().unwrap());
    let pairs = [
        (ask("16.10", "16.9 ..  16.9.9"), false),
        (ask("16.27.19071500", ".. 16.27"), true),
        (ask("16.27.5", ".. 16.27"), true),
        (ask("16.28.19081202", ".. 16.27"), false),
        (ask("15.25.160725", "15.25 [160726] .."), false),
        (ask("15.25.16072600", "15.25 [160726] .."), true),
        (ask("15.25", "15.25 [160726] .."), true),
        (ask("16.16.26.20091400", "16.16.x"), true),
        (ask("20.169.0823.0003", "20.169.823.3"), true),
    ];
    let answers = awk(&pairs.iter().map(|(pair, _)| pair.clone()).collect::<Vec<_>>());
    for ((pair, wanted), answer) in pairs.iter().zip(answers) {
        assert_eq!(answer, *wanted, "{} in {}", pair.0, pair.1);
    }
}
