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

#[path = "../support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use support::{LARGEST, every_key, every_key_of_scripts, median, rounds, show};
use tempfile::TempDir;

/// How many policies "many" are.
const MANY: usize = 1000;
/// How many profiles a folder of an organisation may have.
const PROFILES: usize = 164;

/// A profile of some 60 lines, in one of the two forms, that gives no errors.
fn profile(number: usize) -> String {
    let text = |key: &str, value: &str| format!("\t<key>{key}</key>\n\t<string>{value}</string>\n");
    let envelope = |kind: &str, id: &str, uuid: usize| {
        let version = "\t<key>PayloadVersion</key>\n\t<integer>1</integer>\n";
        let uuid = format!("{uuid:08X}-0000-4000-8000-00000000000A");
        [&text("PayloadType", kind), version, &text("PayloadIdentifier", id), &text("PayloadUUID", &uuid)]
            .concat()
    };
    let id = format!("com.example.bench.p{number}");
    let keys: String = (0..12)
        .map(|key| {
            format!("\t<key>Setting{key}</key>\n\t<string>a value of some length, number {key}</string>\n")
        })
        .collect();
    let domain = format!("com.example.agent{number}");
    let forced = |domain: &str, keys: &str| {
        format!(
            "<key>{domain}</key><dict><key>Forced</key><array><dict>\n<key>mcx_preference_settings</key>\n\
             <dict>\n{keys}</dict></dict></array></dict>\n"
        )
    };
    let (kind, inside) = if number.is_multiple_of(2) {
        let outlook = forced("com.microsoft.Outlook", "\t<key>DisableImport</key>\n\t<true/>\n");
        let domains = outlook + &forced(&domain, &keys);
        let inside = format!("<key>PayloadContent</key><dict>{domains}</dict>\n");
        ("com.apple.ManagedClient.preferences", inside)
    } else {
        (domain.as_str(), keys)
    };
    let payload = envelope(kind, &format!("{id}.settings"), 2 * number + 2) + &inside;
    let head = envelope("Configuration", &id, 2 * number + 1);
    let more = text("PayloadDisplayName", "Bench") + &text("PayloadScope", "System");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict>\n{head}{more}\
         \t<key>PayloadContent</key>\n<array>\n<dict>\n{payload}</dict>\n</array>\n</dict>\n</plist>\n"
    )
}

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

/// The policies, in a folder of their own.
fn prepare() -> (TempDir, usize) {
    // Where it lies decides what flushing costs: TMPDIR=/dev/shm leaves the disk out.
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let (every, count) = every_key();
    write("ready-made.toml", LARGEST.1);
    write("every-key.toml", &every);
    write("scripts.toml", &every_key_of_scripts().0);
    std::fs::create_dir(folder.path().join("many")).unwrap();
    for number in 0..MANY {
        let text = LARGEST.1.replacen("\"com.example.", &format!("\"com.example.n{number}."), 1);
        assert_ne!(text, LARGEST.1, "the policies differ in their id");
        write(&format!("many/n{number:04}.toml"), &text);
    }
    std::fs::create_dir(folder.path().join("profiles")).unwrap();
    for number in 0..PROFILES {
        write(&format!("profiles/p{number:03}.mobileconfig"), &profile(number));
    }
    write("write_profile.py", include_str!("../write_profile.py"));
    mac(folder.path());
    (folder, count)
}

/// A Mac of twelve files of preferences, in binary as macOS writes them, and the policy that it follows: a folder, and an
/// archive of it.
fn mac(folder: &Path) {
    let keys = |from: u32, count: u32| -> plist::Dictionary {
        (from..from + count)
            .map(|n| (format!("Key{n}"), plist::Value::String(format!("value {n}"))))
            .collect()
    };
    let mut policy = "[policy]\nid = \"com.example.mac\"\n".to_owned();
    let mut files: Vec<(String, plist::Dictionary)> = Vec::new();
    for app in 0..6_u32 {
        let domain = format!("com.example.app{app}");
        let _ = write!(policy, "\n[custom.\"{domain}\"]\n");
        for n in 0..5 {
            let _ = writeln!(policy, "Key{n} = \"value {n}\"");
        }
        files.push((format!("Library/Managed Preferences/{domain}.plist"), keys(0, 20)));
        if app < 4 {
            files.push((format!("Users/anna/Library/Preferences/{domain}.plist"), keys(3, 60)));
        }
    }
    files.push(("Users/anna/Library/Preferences/.GlobalPreferences.plist".to_owned(), keys(100, 120)));
    files.push(("Library/Preferences/com.example.app0.plist".to_owned(), keys(0, 10)));
    assert_eq!(files.len(), 12);
    let gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let mut archive = tar::Builder::new(gz);
    for (path, content) in files {
        let mut bytes = Vec::new();
        plist::Value::Dictionary(content).to_writer_binary(&mut bytes).unwrap();
        let place = folder.join("mac").join(&path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, &bytes).unwrap();
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(bytes.len()).unwrap());
        header.set_mode(0o644);
        archive.append_data(&mut header, path, bytes.as_slice()).unwrap();
    }
    std::fs::write(folder.join("mac.tar.gz"), archive.into_inner().unwrap().finish().unwrap()).unwrap();
    std::fs::write(folder.join("mac.toml"), policy).unwrap();
    std::fs::write(folder.join("read_mac.py"), include_str!("../read_mac.py")).unwrap();
}

/// Python itself: what is on the PATH may be a script that looks for it first.
fn python() -> String {
    let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    let found = asked.ok().filter(|output| output.status.success());
    let path = found.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    path.filter(|path| !path.is_empty()).unwrap_or_else(|| "python3".to_owned())
}

/// Profiles and manifests of somebody's own, where the environment names folders of them: all of the profiles, and the
/// one in the middle when they are sorted by size.
fn given(prefsmith: &str) -> Vec<Case> {
    let named = |name: &str| std::env::var(name).ok().and_then(|path| std::fs::canonicalize(path).ok());
    let Some(profiles) = named("PREFSMITH_BENCH_PROFILES") else { return Vec::new() };
    let manifests = named("PREFSMITH_BENCH_MANIFESTS");
    let mut files: Vec<(u64, PathBuf)> = Vec::new();
    let mut open = vec![profiles.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let data = entry.metadata().unwrap();
            if data.is_dir() {
                open.push(entry.path());
            } else if entry.path().extension().is_some_and(|of| of == "mobileconfig") {
                files.push((data.len(), entry.path()));
            }
        }
    }
    files.sort();
    let one = files.get(files.len() / 2).map(|(_, path)| path.clone()).unwrap();
    let mut cases = Vec::new();
    for (name, path) in [("one profile, given", &one), ("all profiles, given", &profiles)] {
        let mut command = vec![prefsmith, "check", "--no-project", path.to_str().unwrap()];
        cases.push(case(&format!("{name}: check"), &command).finds());
        if let Some(manifests) = &manifests {
            command.extend(["--manifests", manifests.to_str().unwrap()]);
            cases.push(case(&format!("{name}: check, with --manifests"), &command).finds());
        }
    }
    cases
}

/// Every other verb on little: what it costs to begin.
fn starts(prefsmith: &str) -> Vec<Case> {
    let verbs: [(&[&str], bool); 9] = [
        (&["plan", "ready-made.toml"], false),
        (&["diff", "ready-made.toml", "ready-made.toml"], false),
        (&["import", "profiles/p000.mobileconfig"], false),
        (&["verify", "profiles/p000.mobileconfig"], true),
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

fn cases() -> Vec<Case> {
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
    cases.push(case("one profile: check", &[prefsmith, "check", "profiles/p000.mobileconfig"]));
    cases.push(case("a folder of 164 profiles: check", &[prefsmith, "check", "profiles"]));
    cases.extend(given(prefsmith));
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
    let mut cases = cases();
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
