//! The reading door beside the plist crate and Python's plistlib: how fast property lists become values.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a bench is a program of its own, which reads the clock, prints, writes its inputs and asks another reader"
)]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "the policies are for other benches")]
mod support;

use plist::{Dictionary, Value};
use prefsmith::finding::{SourceId, Sources};
use prefsmith::value::read::{Budgets, Wanted, read};
use std::hint::black_box;
use std::io::Cursor;
use std::process::Command;
use std::time::{Duration, Instant};
use support::{median, rounds, show};

const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/read_plist.py");

/// A property list of so many keys, of every type, as preferences have them.
fn preferences(keys: usize) -> Value {
    let date = plist::Date::from_xml_format("2027-01-31T00:00:00Z").unwrap();
    let one = |at: usize| match at % 10 {
        0..=2 => Value::Boolean(at.is_multiple_of(4)),
        3 | 4 => Value::Integer(i64::try_from(at * 37).unwrap().into()),
        5 | 6 => Value::String(format!("A value of {at}, as an app writes it")),
        7 => Value::Array((0..4).map(|item| Value::String(format!("item {item}"))).collect()),
        8 if at % 20 == 8 => Value::Real(0.25),
        8 => Value::Date(date),
        _ => {
            let inner = [("LCID", Value::Integer(1033.into())), ("Icon", Value::Data(vec![7; 24]))];
            Value::Dictionary(inner.map(|(key, value)| (key.to_owned(), value)).into_iter().collect())
        }
    };
    let entries = (0..keys).map(|at| (format!("SettingNumber{at}"), one(at)));
    Value::Dictionary(entries.collect::<Dictionary>())
}

/// What one run takes: each sample lasts two milliseconds at least, so that the clock is no part of it.
fn time<T>(samples: usize, mut run: impl FnMut() -> T) -> Vec<Duration> {
    let mut count = 1_u32;
    let mut once = |count: u32| {
        let start = Instant::now();
        for _ in 0..count {
            black_box(run());
        }
        start.elapsed()
    };
    while once(count) < Duration::from_millis(2) && count < 1 << 20 {
        count *= 2;
    }
    (0..samples).map(|_| once(count) / count).collect()
}

fn row(input: &str, reader: &str, length: usize, mut times: Vec<Duration>) {
    let middle = median(&mut times);
    let least = times.first().copied().unwrap_or_default();
    let speed = |time: Duration| length as f64 / 1e6 / time.as_secs_f64();
    println!(
        "| {input} | {reader} | {} | {} | {:.0} | {:.0} |",
        show(middle),
        show(least),
        speed(middle),
        speed(least)
    );
}

/// What Python's plistlib takes for the same bytes; none without `python3`.
fn python(bytes: &[u8], samples: usize) -> Option<Vec<Duration>> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let output =
        Command::new("python3").arg(PYTHON).arg(file.path()).arg(samples.to_string()).output().ok()?;
    let text = String::from_utf8(output.stdout).unwrap();
    let times: Vec<Duration> =
        text.lines().map(|line| Duration::from_secs_f64(line.parse().unwrap())).collect();
    output.status.success().then_some(times)
}

fn input(name: &str, bytes: &[u8], samples: usize, source: SourceId) {
    let keys: Vec<String> = (0..8).map(|at| format!("SettingNumber{}", at * 7)).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let ours = |wanted: Wanted<'_>| read(bytes, source, &Budgets::default(), &wanted).unwrap();
    row(name, "prefsmith, all keys", bytes.len(), time(samples, || ours(Wanted::Everything)));
    row(name, "prefsmith, 8 keys", bytes.len(), time(samples, || ours(Wanted::Keys(&keys))));
    let other = || Value::from_reader(Cursor::new(bytes)).unwrap();
    row(name, "plist crate, `Value`", bytes.len(), time(samples, other));
    match python(bytes, samples) {
        Some(times) => row(name, "Python's plistlib", bytes.len(), times),
        None => println!("| {name} | Python's plistlib | no python3 | | | |"),
    }
}

fn main() {
    let samples = rounds(50);
    let source = Sources::new().add("", "");
    println!("\n{samples} samples; MB/s are of the file's own size\n");
    println!("| input | reader | median | least | MB/s, median | MB/s, least |");
    println!("| --- | --- | ---: | ---: | ---: | ---: |");
    for (name, keys) in [("55 keys", 55), ("10,000 keys", 10_000)] {
        let value = preferences(keys);
        let (mut xml, mut binary) = (Vec::new(), Vec::new());
        value.to_writer_xml(&mut xml).unwrap();
        value.to_writer_binary(&mut binary).unwrap();
        input(&format!("{name}, XML, {} bytes", xml.len()), &xml, samples, source);
        input(&format!("{name}, binary, {} bytes", binary.len()), &binary, samples, source);
    }
}
