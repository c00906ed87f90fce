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

/// What one run takes.
struct Times {
    wall: Vec<Duration>,
    /// Time on a processor, where it can be told: on a busy machine the clock on the wall tells of others.
    cpu: Option<Duration>,
}

/// What this process has used of a processor so far, in steps of 10 ms; Linux only.
fn cpu() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the name, which may have spaces in it: fields 14 and 15, in hundredths of a second.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().ok());
    Some(Duration::from_millis(10 * ticks.sum::<Option<u64>>()?))
}

/// Each sample lasts two milliseconds at least, so that the clock is no part of it; all of them half a second.
fn time<T>(samples: usize, mut run: impl FnMut() -> T) -> Times {
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
    let (before, start) = (cpu(), Instant::now());
    let mut wall = Vec::new();
    while wall.len() < samples || start.elapsed() < Duration::from_millis(500) {
        wall.push(once(count) / count);
    }
    let runs = count * u32::try_from(wall.len()).unwrap();
    let cpu = before.zip(cpu()).map(|(before, after)| (after - before) / runs);
    Times { wall, cpu }
}

fn row(input: &str, reader: &str, length: usize, mut times: Times) {
    let middle = median(&mut times.wall);
    let least = times.wall.first().copied().unwrap_or_default();
    let speed = |time: Duration| format!("{:.0}", length as f64 / 1e6 / time.as_secs_f64());
    let (cpu, cpu_speed) = times.cpu.map_or_else(Default::default, |cpu| (show(cpu), speed(cpu)));
    println!(
        "| {input} | {reader} | {} | {} | {cpu} | {} | {cpu_speed} |",
        show(middle),
        show(least),
        speed(least)
    );
}

/// What Python's plistlib takes for the same bytes; none without `python3`.
fn python(bytes: &[u8], samples: usize) -> Option<Times> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let output =
        Command::new("python3").arg(PYTHON).arg(file.path()).arg(samples.to_string()).output().ok()?;
    let text = String::from_utf8(output.stdout).unwrap();
    let mut times = text.lines().map(|line| Duration::from_secs_f64(line.parse().unwrap()));
    let cpu = output.status.success().then(|| times.next())?;
    Some(Times { wall: times.collect(), cpu })
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
        None => println!("| {name} | Python's plistlib | no python3 | | | | |"),
    }
}

fn main() {
    let samples = rounds(50);
    let source = Sources::new().add("", "");
    println!("\n{samples} samples; MB/s are of the file's own size\n");
    println!("| input | reader | median | least | processor | MB/s, least | MB/s, processor |");
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
    for (name, keys) in [("55 keys", 55), ("10,000 keys", 10_000)] {
        let value = preferences(keys);
        let (mut xml, mut binary) = (Vec::new(), Vec::new());
        value.to_writer_xml(&mut xml).unwrap();
        value.to_writer_binary(&mut binary).unwrap();
        input(&format!("{name}, XML, {} bytes", xml.len()), &xml, samples, source);
        input(&format!("{name}, binary, {} bytes", binary.len()), &binary, samples, source);
    }
}
