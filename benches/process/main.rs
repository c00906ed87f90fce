//! Whole processes: how long people, scripts and CI jobs wait, beside Python doing nothing and doing the same.
//!
//! All commands take turns in each round, so that whatever else the machine does falls on all of them alike.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a bench is a program of its own, which reads the clock, prints and may fail loudly"
)]

mod inputs;
#[path = "../support/mod.rs"]
mod support;

use inputs::{MANY, given, prepare};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use support::{LARGEST, median, rounds, show};

/// A profile.
const ONE: &str = "profiles/p000.mobileconfig";

/// A command to be timed.
struct Case {
    name: String,
    command: Vec<String>,
    /// A folder that is emptied before each run.
    fresh: Option<&'static str>,
    /// Whether errors that are found are no failure.
    finds: bool,
    /// Run in one round of so many: what takes long need not be run so often.
    every: usize,
    times: Vec<Duration>,
}

fn case(name: &str, command: &[&str]) -> Case {
    let command = command.iter().map(|part| (*part).to_owned()).collect();
    Case { name: name.to_owned(), command, fresh: None, finds: false, every: 1, times: Vec::new() }
}

impl Case {
    fn fresh(mut self, folder: &'static str) -> Self {
        self.fresh = Some(folder);
        self
    }

    fn finds(mut self) -> Self {
        self.finds = true;
        self
    }

    fn is_good(&self, status: ExitStatus) -> bool {
        status.success() || self.finds && status.code() == Some(1)
    }

    fn every(mut self, rounds: usize) -> Self {
        self.every = rounds;
        self
    }

    fn start(&self, folder: &Path, wrapper: &[&str]) -> Command {
        if let Some(fresh) = self.fresh {
            let _ = std::fs::remove_dir_all(folder.join(fresh));
        }
        let mut parts = wrapper.iter().copied().chain(self.command.iter().map(String::as_str));
        let mut command = Command::new(parts.next().unwrap());
        command.args(parts).current_dir(folder).stdin(Stdio::null());
        command
    }

    /// Whether it runs at all, and does not fail.
    fn works(&self, folder: &Path) -> Result<(), String> {
        let output = self.start(folder, &[]).output().map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().last().unwrap_or("").to_owned();
        if self.is_good(output.status) { Ok(()) } else { Err(format!("{}: {last}", output.status)) }
    }

    fn time(&mut self, folder: &Path) {
        let mut command = self.start(folder, &[]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let status = command.status().unwrap();
        self.times.push(start.elapsed());
        assert!(self.is_good(status), "{}: {status}", self.name);
    }

    /// The most memory it had at once, in KiB: as GNU time or that of macOS tells.
    fn memory(&self, folder: &Path) -> Option<u64> {
        let read = |wrapper: &[&str]| {
            let output = self.start(folder, wrapper).stdout(Stdio::null()).output().ok()?;
            self.is_good(output.status).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
        };
        let gnu = read(&["/usr/bin/time", "-f", "%M"]);
        if let Some(kib) = gnu.and_then(|said| said.lines().last()?.trim().parse().ok()) {
            return Some(kib);
        }
        let said = read(&["/usr/bin/time", "-l"])?;
        let line = said.lines().find(|line| line.contains("maximum resident set size"))?;
        line.split_whitespace().next()?.parse::<u64>().ok().map(|bytes| bytes / 1024)
    }
}

/// Python itself: what is on the PATH may be a script that looks for it first.
fn python() -> String {
    let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    let found = asked.ok().filter(|output| output.status.success());
    let path = found.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    path.filter(|path| !path.is_empty()).unwrap_or_else(|| "python3".to_owned())
}

/// Every other verb on little: what it costs to begin.
fn starts(prefsmith: &str) -> Vec<Case> {
    let sign = ["sign", "--cert", "identity.pem", "--out", "signed.mobileconfig", "--force", ONE];
    let verbs: [(&[&str], bool); 12] = [
        (&["init"], false),
        (&["catalog", "check", "site.toml"], false),
        (&sign, false),
        (&["plan", "ready-made.toml"], false),
        (&["diff", "ready-made.toml", "ready-made.toml"], false),
        (&["import", ONE], false),
        (&["verify", ONE], true),
        (&["show", "mac.tar.gz"], false),
        (&["audit", "mac.toml", "mac.tar.gz"], true),
        (&["schema"], false),
        (&["completions", "bash"], false),
        (&["man"], false),
    ];
    let one = |(verb, finds): (&[&str], bool)| {
        let command: Vec<&str> = std::iter::once(prefsmith).chain(verb.iter().copied()).collect();
        let case = case(&format!("start: {}", verb.join(" ")), &command);
        if finds { case.finds() } else { case }
    };
    verbs.into_iter().map(one).collect()
}

fn cases(folder: &Path) -> Vec<Case> {
    let (prefsmith, python) = (env!("CARGO_BIN_EXE_prefsmith"), python());
    let mut cases = vec![
        case("start: --version", &[prefsmith, "--version"]),
        case("start: explain UseOnlineContent", &[prefsmith, "explain", "UseOnlineContent"]),
    ];
    cases.extend(starts(prefsmith));
    for (name, file) in [("ready-made", "ready-made.toml"), ("every key", "every-key.toml")] {
        let out = if name == "ready-made" { "out/ready-made" } else { "out/every-key" };
        let build = [prefsmith, "build", file, "--out", out];
        cases.push(case(&format!("{name}: check"), &[prefsmith, "check", file]));
        cases.push(case(&format!("{name}: build, into nothing"), &build).fresh(out));
        cases.push(case(&format!("{name}: build, nothing changed"), &build));
    }
    let all = [prefsmith, "build", "ready-made.toml", "--target", "all", "--out", "out/all"];
    cases.push(case("ready-made: build --target all, into nothing", &all).fresh("out/all"));
    cases.push(case("ready-made: endpoints", &[prefsmith, "endpoints", "ready-made.toml"]));
    cases.push(case(
        "ready-made: endpoints --format html",
        &[prefsmith, "endpoints", "ready-made.toml", "--format", "html"],
    ));
    let build = [prefsmith, "build", "scripts.toml", "--target", "defaults", "--out", "out/scripts"];
    cases.push(
        case("every key of scripts: build --target defaults, into nothing", &build).fresh("out/scripts"),
    );
    cases.push(case("every key of scripts: build --target defaults, nothing changed", &build));
    cases.push(case("one profile: check", &[prefsmith, "check", ONE]));
    cases.push(case("a folder of 164 profiles: check", &[prefsmith, "check", "profiles"]));
    cases.push(case("2,000 profiles: check", &[prefsmith, "check", "masses"]).every(10));
    for (name, command, every) in given(prefsmith, folder) {
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        cases.push(case(&name, &command).finds().every(every));
    }
    let many: Vec<String> = (0..MANY).map(|number| format!("many/n{number:04}.toml")).collect();
    let with = |name: &str, verb: &[&str]| {
        let whole: Vec<&str> = verb.iter().copied().chain(many.iter().map(String::as_str)).collect();
        case(name, &whole)
    };
    let build = [prefsmith, "build", "--out", "out/many"];
    cases.push(with("a thousand: check", &[prefsmith, "check"]).every(10));
    cases.push(with("a thousand: build, into nothing", &build).fresh("out/many").every(25));
    cases.push(with("a thousand: build, nothing changed", &build).every(25));
    for (name, input) in [("folder", "mac"), ("archive", "mac.tar.gz")] {
        cases
            .push(case(&format!("a Mac of 12 files, {name}: diff"), &[prefsmith, "diff", "mac.toml", input]));
        cases.push(case(&format!("plistlib: a Mac of 12 files, {name}"), &[&python, "read_mac.py", input]));
    }
    cases.push(case("python3 -c pass", &[&python, "-c", "pass"]));
    for name in ["ready-made", "every-key"] {
        let manifest = format!("out/{name}/manifest.json");
        let out = format!("out/{name}.plistlib");
        cases.push(case(&format!("plistlib: {name}"), &[&python, "write_profile.py", &manifest, &out]));
    }
    cases
}

fn main() {
    let rounds = rounds(50);
    let (folder, keys) = prepare();
    let folder = folder.path();
    let mut cases = cases(folder);
    cases.retain(|case| match case.works(folder) {
        Ok(()) => true,
        Err(why) if case.name.contains("python3") || case.name.starts_with("plistlib") => {
            println!("skipped, needs Python: {} ({why})", case.name);
            false
        }
        Err(why) if case.name.starts_with("start: explain") => {
            println!("skipped, no such verb in this build: {} ({why})", case.name);
            false
        }
        Err(why) => panic!("{}: {why}", case.name),
    });
    for round in 0..rounds {
        for case in cases.iter_mut().filter(|case| round % case.every == 0) {
            case.time(folder);
        }
    }
    println!(
        "\n{rounds} rounds; ready-made: {}; every key: {keys} settings; a thousand: {MANY} policies\n",
        LARGEST.0
    );
    println!("| what | median | least | of python3 -c pass | peak memory |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    let python = cases.iter_mut().find(|case| case.name == "python3 -c pass");
    let python = python.map(|case| median(&mut case.times));
    for case in &mut cases {
        let middle = median(&mut case.times);
        let ratio = python
            .map_or("–".to_owned(), |python| format!("{:.2}", middle.as_secs_f64() / python.as_secs_f64()));
        let memory =
            case.memory(folder).map_or("–".to_owned(), |kib| format!("{:.1} MiB", kib as f64 / 1024.0));
        let least = case.times.first().copied().unwrap_or_default();
        println!("| {} | {} | {} | {ratio} | {memory} |", case.name, show(middle), show(least));
    }
}
