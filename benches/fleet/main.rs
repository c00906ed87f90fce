//! A fleet of a hundred thousand Macs: `audit` beside the floor (reading and inflating the same bytes), beside one thread, and
//! beside Python with tarfile and plistlib on a sample; peak memory, and how it grows.
//!
//! All commands take turns in each round, so that whatever else the machine does falls on all of them alike; the time on
//! processors tells less of others than the clock on the wall.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a bench is a program of its own, which reads the clock, prints and may fail loudly"
)]

#[path = "../../tests/common/fleet.rs"]
mod fleet;

use flate2::{Decompress, FlushDecompress};
use fleet::{EXEMPTIONS, Fleet, POLICY, said};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// How many Macs Python reads: of all of them nobody would wait for it.
const SAMPLE: u64 = 2000;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// What one run cost.
#[derive(Clone, Copy)]
struct Cost {
    /// By the clock on the wall, in seconds.
    wall: f64,
    /// On processors, in seconds.
    cpu: f64,
    /// The most memory at once, in KiB.
    memory: f64,
}

struct Case {
    name: String,
    command: Vec<String>,
    macs: u64,
    costs: Vec<Cost>,
}

impl Case {
    fn new(name: &str, macs: u64, command: &[&str]) -> Self {
        let command = command.iter().map(|part| (*part).to_owned()).collect();
        Self { name: name.to_owned(), command, macs, costs: Vec::new() }
    }

    /// Runs it once: as GNU time tells.
    fn run(&mut self, folder: &Path) -> Vec<u8> {
        let mut command = Command::new("/usr/bin/time");
        command.args(["-f", "%e %U %S %M"]).args(&self.command).current_dir(folder);
        let output = command.env("PREFSMITH_CACHE", "").stdin(Stdio::null()).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = told.lines().last().unwrap_or_default();
        let parts: Vec<f64> = line.split(' ').filter_map(|part| part.parse().ok()).collect();
        assert!(parts.len() == 4, "{}: {told}", self.name);
        self.costs.push(Cost { wall: parts[0], cpu: parts[1] + parts[2], memory: parts[3] });
        output.stdout
    }

    /// The middle one of all runs.
    fn median(&self, of: impl Fn(&Cost) -> f64) -> f64 {
        let mut all: Vec<f64> = self.costs.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    }
}

/// Reads and inflates every file below a folder, and nothing else.
fn floor(root: &Path, threads: usize) {
    let mut files = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let kind = entry.file_type().unwrap();
            if kind.is_dir() { open.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut bytes, mut plain, mut inflate) = (Vec::new(), vec![0; 4 << 20], Decompress::new(false));
        let mut sum = 0;
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            bytes.clear();
            std::io::Read::read_to_end(&mut std::fs::File::open(path).unwrap(), &mut bytes).unwrap();
            inflate.reset(false);
            let body = bytes.get(10..).unwrap_or_default();
            let _ = inflate.decompress(body, &mut plain, FlushDecompress::Finish);
            sum += inflate.total_out();
        }
        sum
    };
    let all = std::thread::scope(|scope| {
        let others: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        others.into_iter().map(|other| other.join().unwrap()).sum::<u64>()
    });
    println!("{all}");
}

fn write(root: &Path, macs: u64, threads: usize) -> Json {
    std::fs::create_dir_all(root).unwrap();
    std::fs::write(root.join("fleet.toml"), POLICY).unwrap();
    std::fs::write(root.join("exempt.toml"), EXEMPTIONS).unwrap();
    std::fs::write(root.join("read_fleet.py"), include_str!("../read_fleet.py")).unwrap();
    Fleet { seed: number("PREFSMITH_BENCH_SEED", 1), macs }.write(&root.join("macs"), threads).json()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, what, root, threads] = arguments.as_slice()
        && what == "floor"
    {
        floor(&PathBuf::from(root), threads.parse().unwrap());
        return;
    }
    let rounds = arguments.iter().skip(1).find_map(|text| text.parse().ok()).unwrap_or(3_usize).max(1);
    let macs = number("PREFSMITH_BENCH_MACS", 100_000);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let place = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let expected = write(&place.path().join("all"), macs, threads);
    println!("{macs} Macs written in {:.1} s", began.elapsed().as_secs_f64());
    write(&place.path().join("some"), SAMPLE.min(macs), threads);
    let own = std::env::current_exe().unwrap();
    let (own, prefsmith, all) = (own.to_str().unwrap(), env!("CARGO_BIN_EXE_prefsmith"), threads.to_string());
    let audit = |folder: &str, threads: &str| {
        let (policy, macs) = (format!("{folder}/fleet.toml"), format!("{folder}/macs"));
        let exempt = format!("{folder}/exempt.toml");
        [
            prefsmith,
            "audit",
            &policy,
            &macs,
            "--exemptions",
            &exempt,
            "--format",
            "json",
            "--no-project",
            "--threads",
        ]
        .into_iter()
        .chain([threads])
        .map(str::to_owned)
        .collect::<Vec<_>>()
    };
    let case = |name: &str, macs: u64, command: Vec<String>| Case { command, ..Case::new(name, macs, &[]) };
    let mut cases = vec![
        Case::new(&format!("floor, {all} threads"), macs, &[own, "floor", "all/macs", &all]),
        case(&format!("audit, {all} threads"), macs, audit("all", &all)),
        Case::new("floor, 1 thread", macs, &[own, "floor", "all/macs", "1"]),
        case("audit, 1 thread", macs, audit("all", "1")),
        case("audit of the sample", SAMPLE.min(macs), audit("some", &all)),
        Case::new("Python, of the sample", SAMPLE.min(macs), &["python3", "some/read_fleet.py", "some/macs"]),
    ];
    for _ in 0..rounds {
        for case in &mut cases {
            let output = case.run(place.path());
            if case.name == format!("audit, {all} threads") {
                let found = said(&serde_json::from_slice(&output).unwrap());
                assert!(found == expected, "audit and the generator agree");
            }
        }
    }
    println!("audit agrees with the generator: {} of {macs} compliant", expected["compliant"]);
    println!("\n{rounds} rounds, medians\n");
    println!("| what | wall | on processors | for each Mac | of the floor | peak memory |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for case in &cases {
        let (wall, cpu) = (case.median(|cost| cost.wall), case.median(|cost| cost.cpu));
        let each = cpu / case.macs as f64 * 1e6;
        let floor = &cases[if case.name.contains("1 thread") { 2 } else { 0 }];
        let ratio = each / (floor.median(|cost| cost.cpu) / macs as f64 * 1e6);
        let memory = case.median(|cost| cost.memory) / 1024.0;
        println!(
            "| {} | {wall:.2} s | {cpu:.2} s | {each:.1} µs | {ratio:.2} | {memory:.1} MiB |",
            case.name
        );
    }
    let memory = |at: usize| cases[at].median(|cost| cost.memory) * 1024.0;
    let more = (macs - SAMPLE.min(macs)).max(1) as f64;
    println!("\nmemory for each Mac beyond the sample: {:.0} bytes", (memory(1) - memory(4)) / more);
}
