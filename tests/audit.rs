//! Fleets as `audit` meets them: in folders, in archives, in lists; on several threads; and with everything that can go
//! wrong on the way.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

#[path = "common/packed.rs"]
mod packed;

use flate2::Compression;
use flate2::write::GzEncoder;
use packed::tar;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The fleet of `tests/cmd/audit.trycmd`, without the snapshot that is cut off.
const MACS: [&str; 8] = ["anna", "ben", "cleo", "dora", "emil", "finn", "gina", "older/gina"];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/audit").join(name)
}

fn audit(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prefsmith"));
    command.current_dir(folder).arg("audit").arg(fixture("office.toml")).args(arguments);
    command.env("PREFSMITH_CACHE", "").arg("--no-project");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    audit(folder, arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The snapshot of a Mac as an archive; nameless: it does not say which Mac it is of.
fn snapshot(mac: &str, nameless: bool) -> Vec<u8> {
    let root = fixture("macs").join(mac);
    let mut open = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let entries = files.iter().map(|path| {
        let mut bytes = std::fs::read(path).unwrap();
        if nameless && path.ends_with("prefsmith-snapshot.plist") {
            let text = String::from_utf8(bytes).unwrap();
            bytes = text.replace("<key>serial", "<key>x").replace("<key>hardware", "<key>y").into_bytes();
        }
        (format!("./{}", path.strip_prefix(&root).unwrap().to_str().unwrap()), bytes)
    });
    gz(&tar(entries))
}

/// All Macs, each as an archive with a name.
fn all() -> Vec<(String, Vec<u8>)> {
    MACS.iter().map(|mac| (format!("{}.tar.gz", mac.replace('/', "-")), snapshot(mac, false))).collect()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(output)))
}

/// snapshots, older, macs, compliant, drifted, undecided, unreadable
fn totals(output: &Output) -> Vec<u64> {
    let object = json(output);
    ["snapshots", "older", "macs", "compliant", "drifted", "undecided", "unreadable"]
        .map(|name| object[name].as_u64().unwrap())
        .to_vec()
}

/// By hand: anna, ben, finn and gina are as they should be, cleo and dora are not, and of emil nobody can say.
const TOTALS: [u64; 7] = [8, 1, 7, 4, 2, 1, 0];

#[test]
fn a_fleet_is_the_same_however_it_is_packed() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::create_dir_all(at.join("deep/deeper")).unwrap();
    for (number, (name, bytes)) in all().iter().enumerate() {
        let place = ["deep", "deep/deeper", ""][number % 3];
        std::fs::write(at.join(place).join(name), bytes).unwrap();
    }
    let beside = [("._anna.tar.gz".to_owned(), vec![0; 20]), ("notes.txt".to_owned(), b"lab".to_vec())];
    // What macOS packs beside a file, and what people do.
    let packed = tar(beside.into_iter().chain(all()));
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("fleet.tar"), &packed).unwrap();
    std::fs::write(outside.path().join("fleet.tgz"), gz(&packed)).unwrap();
    let macs = fixture("macs");
    let folders: Vec<String> = MACS.map(|mac| macs.join(mac).to_str().unwrap().to_owned()).to_vec();
    let folders: Vec<&str> = folders.iter().map(String::as_str).chain(["--format", "json"]).collect();
    for (place, arguments) in [
        (at, &["--format", "json", "."][..]),
        (at, &["--format", "json", "--threads", "1", "."]),
        (outside.path(), &["--format", "json", "fleet.tar"]),
        (outside.path(), &["--format", "json", "fleet.tgz", "--threads", "1"]),
        (outside.path(), &["--format", "json", "fleet.tgz", "--threads", "5"]),
        (at, &folders),
    ] {
        let output = run(place, arguments);
        assert_eq!(totals(&output), TOTALS, "{arguments:?}: {}", text(&output));
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn the_same_input_gives_the_same_bytes_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (name, bytes) in all() {
        std::fs::write(at.join(format!("a{name}")), bytes).unwrap();
    }
    std::fs::write(at.join("fleet.tgz"), gz(&tar(all().into_iter()))).unwrap();
    std::fs::write(at.join("x.tar.gz"), b"no archive").unwrap();
    for format in ["text", "json", "ndjson", "csv"] {
        let on = |threads: &str| run(at, &["--format", format, "--threads", threads, "."]);
        let one = on("1");
        assert_eq!(one.status.code(), Some(1));
        assert!(one.stdout.len() > 500, "{format}");
        for threads in ["2", "3", "16"] {
            let other = on(threads);
            assert!(one.stdout == other.stdout, "{format} on {threads} threads:\n{}", text(&other));
        }
    }
    // Each Mac has one row though its snapshot is there twice, and each that cannot be read has one.
    let rows = run(at, &["--format", "ndjson", "."]);
    let rows: Vec<serde_json::Value> = rows
        .stdout
        .split(|b| *b == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    let states: Vec<&str> = rows.iter().map(|row| row["state"].as_str().unwrap()).collect();
    let count = |state: &str| states.iter().filter(|one| **one == state).count();
    assert_eq!(["compliant", "drifted", "undecided", "unreadable"].map(count), [4, 2, 1, 1]);
    let csv = run(at, &["--format", "csv", "."]);
    assert_eq!(csv.stdout.split(|b| *b == b'\n').filter(|line| !line.is_empty()).count(), 9);
}

#[test]
fn a_list_on_standard_input_whose_names_may_hold_anything() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let [anna, cleo] = ["anna", "cleo"].map(|mac| snapshot(mac, false));
    std::fs::write(at.join("a\nb.tar.gz"), anna).unwrap();
    std::fs::write(at.join("=cmd|x.tar.gz"), cleo).unwrap();
    let piped = |list: &[u8], format: &str| {
        let mut child = audit(at, &["--format", format, "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(list).unwrap();
        child.wait_with_output().unwrap()
    };
    let both = piped(b"a\nb.tar.gz\0=cmd|x.tar.gz\0", "json");
    assert_eq!(totals(&both), [2, 0, 2, 1, 1, 0, 0], "{}", text(&both));
    let lines = piped(b"=cmd|x.tar.gz\r\n\ngone.tar.gz\n", "json");
    assert_eq!(totals(&lines), [2, 0, 2, 0, 1, 0, 1], "{}", text(&lines));
    let csv = piped(b"=cmd|x.tar.gz\0a\nb.tar.gz\0", "csv");
    let csv = String::from_utf8(csv.stdout).unwrap();
    assert_eq!(csv.matches("\r\n").count(), 3, "{csv}");
    assert!(csv.contains("\"'=cmd|x.tar.gz\"") && csv.contains("a␊b.tar.gz"), "{csv}");
    let told = piped(b"=cmd|x.tar.gz\0a\nb.tar.gz\0", "text");
    assert!(text(&told).contains("(=cmd|x.tar.gz)"), "{}", text(&told));
}

#[test]
fn an_archive_of_archives_that_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let packed = tar(all().into_iter());
    // Behind the fourth Mac.
    let end = all().iter().take(4).map(|(_, bytes)| 512 + bytes.len().next_multiple_of(512)).sum::<usize>();
    std::fs::write(folder.path().join("fleet.tar"), &packed[..end + 600]).unwrap();
    let output = run(folder.path(), &["fleet.tar", "--format", "json"]);
    assert_eq!(totals(&output), [5, 0, 5, 2, 2, 0, 1], "{}", text(&output));
    let why = &json(&output)["unread"][0]["why"];
    assert!(why.as_str().unwrap().contains("cannot be read to its end"), "{why}");
}

#[test]
fn archives_that_mean_harm() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let anna = || ("anna.tar.gz".to_owned(), snapshot("anna", false));
    // It says that it holds a terabyte.
    let mut huge = tar([anna()].into_iter());
    huge.truncate(huge.len() - 1024);
    let mut header = tar::Header::new_gnu();
    header.set_path("huge.tar.gz").unwrap();
    header.set_size(1 << 40);
    header.set_cksum();
    huge.extend_from_slice(header.as_bytes());
    std::fs::write(at.join("huge.tar"), huge).unwrap();
    let deep = tar([("deep.tar".to_owned(), tar([anna()].into_iter()))].into_iter());
    std::fs::write(at.join("deep.tar"), deep).unwrap();
    let mut builder = tar::Builder::new(Vec::new());
    let mut link = tar::Header::new_gnu();
    link.set_entry_type(tar::EntryType::Symlink);
    link.set_size(0);
    builder.append_link(&mut link, "Library", "/etc").unwrap();
    std::fs::write(at.join("link.tar"), builder.into_inner().unwrap()).unwrap();
    let output = run(at, &[".", "--format", "json"]);
    assert_eq!(totals(&output), [4, 0, 4, 1, 0, 0, 3], "{}", text(&output));
    assert_eq!(output.status.code(), Some(3));
    let unread = json(&output)["unread"].to_string();
    for why in
        ["larger than 64 MiB", "an archive of archives inside an archive", "neither a file nor a folder"]
    {
        assert!(unread.contains(why), "{why}: {unread}");
    }
}

/// With so much memory at most: address space, in KiB.
#[cfg(target_os = "linux")]
fn bounded(folder: &Path, arguments: &[&str], memory: usize) -> Output {
    let mut shell = Command::new("sh");
    shell.current_dir(folder).env("PREFSMITH_CACHE", "");
    shell.args(["-c", &format!("ulimit -v {memory}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_prefsmith")]);
    shell.arg("audit").arg(fixture("office.toml")).args(arguments).arg("--no-project").output().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn archives_with_files_of_gigabytes() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let header = |name: &str, size: u64| {
        let mut header = tar::Header::new_gnu();
        header.set_path(name).unwrap();
        header.set_size(size);
        header.set_mode(0o644);
        header.set_cksum();
        gz(header.as_bytes())
    };
    // Four gigabytes of nothing in four megabytes, as a file of a snapshot, and behind a file of a snapshot. Many small files
    // that come to as much are in scripts/interop.d/96-bomb.sh: this build inflates slowly.
    let zeros = gz(&vec![0; 1 << 20]).repeat(4096);
    let about = snapshot_plist();
    let one = [header("Library/Preferences/com.example.plist", 4 << 30), zeros.clone()].concat();
    let padded = about.len().next_multiple_of(512);
    let mut body = about.clone();
    body.resize(padded, 0);
    let two = [
        header("prefsmith-snapshot.plist", about.len() as u64),
        gz(&body),
        header("Library/x", 4 << 30),
        zeros,
    ]
    .concat();
    std::fs::write(at.join("one.tar.gz"), &one).unwrap();
    std::fs::write(at.join("two.tar.gz"), &two).unwrap();
    // And in an archive of archives.
    std::fs::write(
        at.join("fleet.tar"),
        tar([("one.tar.gz".to_owned(), one), ("two.tar.gz".to_owned(), two)].into_iter()),
    )
    .unwrap();
    std::fs::write(at.join("zen.tar.gz"), snapshot("anna", false)).unwrap();
    for format in ["json", "ndjson"] {
        let output = bounded(at, &[".", "--format", format, "--threads", "2"], 3 << 20);
        assert_eq!(output.status.code(), Some(3), "{}", text(&output));
        if format == "json" {
            assert_eq!(totals(&output), [5, 0, 5, 1, 0, 0, 4], "{}", text(&output));
            assert_eq!(
                json(&output)["unread"].to_string().matches("256 MiB").count(),
                4,
                "{}",
                text(&output)
            );
        }
    }
}

fn snapshot_plist() -> Vec<u8> {
    std::fs::read(fixture("macs/ben/prefsmith-snapshot.plist")).unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_of_very_many_files() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let macs = at.join("macs");
    std::fs::create_dir(&macs).unwrap();
    std::fs::write(at.join("broken"), gz(b"no archive")).unwrap();
    std::fs::write(at.join("notes"), b"no snapshot").unwrap();
    for number in 0..20_000 {
        let (what, ending) = if number % 4 == 0 { ("notes", "txt") } else { ("broken", "tar.gz") };
        std::fs::hard_link(at.join(what), macs.join(format!("a-mac-of-the-lab-{number:06}.{ending}")))
            .unwrap();
    }
    std::fs::write(macs.join("zen.tar.gz"), snapshot("anna", false)).unwrap();
    let output = bounded(at, &["macs", "--format", "json"], 1 << 20);
    assert_eq!(totals(&output), [15_001, 0, 15_001, 1, 0, 0, 15_000], "{}", text(&output));
    assert_eq!(json(&output)["unread"].as_array().unwrap().len(), 1000);
    let told = text(&run(at, &["macs"]));
    assert!(told.contains("left out: 5,000 files that are no snapshots"), "{told}");
    assert!(told.contains("Snapshots that cannot be read, 20 of 15,000"), "{told}");
}

#[test]
fn a_department_that_no_mac_has() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let policy = std::fs::read_to_string(fixture("design.toml")).unwrap().replace("Design*", "Desing*");
    std::fs::write(at.join("design.toml"), policy).unwrap();
    let anna = fixture("macs/anna");
    let told = |table: &Path| {
        let arguments = ["design.toml", anna.to_str().unwrap(), "--attributes", table.to_str().unwrap()];
        let output = run(at, &arguments);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let table = fixture("directory.csv");
    let (status, said) = told(&table);
    let name = table.display();
    let expected = format!(
        "prefsmith: design.toml: no Mac in {name} has `Desing*` as its department; did you mean `Design`?\n"
    );
    assert_eq!((status, said), (Some(0), expected));
    let misspelt = std::fs::read_to_string(&table).unwrap().replace("Department", "Departement");
    std::fs::write(at.join("other.csv"), misspelt).unwrap();
    let (status, said) = told(&at.join("other.csv"));
    assert_eq!(status, Some(2));
    assert!(
        said.ends_with("other.csv: it has no column `department`; did you mean `Departement`?\n"),
        "{said}"
    );
}

#[test]
fn one_mac_is_not_many() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("fleet.tgz"), gz(&tar(all().into_iter()))).unwrap();
    for arguments in [vec!["diff", "office.toml", "fleet.tgz"], vec!["show", "fleet.tgz"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_prefsmith"));
        command.current_dir(folder.path()).env("PREFSMITH_CACHE", "").arg("--no-project").args(&arguments);
        std::fs::copy(fixture("office.toml"), folder.path().join("office.toml")).unwrap();
        let output = command.output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&output.stderr),
            "prefsmith: fleet.tgz: it is no snapshot, and holds others, such as `anna.tar.gz`: `prefsmith audit` takes such an archive\n"
        );
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("fleet.tar"), tar(all().into_iter())).unwrap();
    for format in ["text", "json", "ndjson", "csv"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = audit(folder.path(), &["fleet.tar", "--format", format]).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{format}: {}", text(&output));
        assert!(text(&output).contains("prefsmith: standard output: No space left"), "{}", text(&output));
    }
}

/// A fleet that takes some seconds to judge.
fn many(at: &Path, count: usize) {
    let macs = MACS.map(|mac| snapshot(mac, true));
    let entries = (0..count).map(|number| (format!("{number:06}.tar.gz"), macs[number % 8].clone()));
    std::fs::write(at.join("fleet.tar"), tar(entries)).unwrap();
}

#[test]
fn ctrl_c_in_the_middle() {
    let folder = tempfile::tempdir().unwrap();
    for (format, count) in [("json", 5000), ("ndjson", 500)] {
        many(folder.path(), count);
        let mut child = audit(folder.path(), &["fleet.tar", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        if format == "ndjson" {
            // Once something was written.
            let mut first = [0; 1000];
            child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
        } else {
            std::thread::sleep(Duration::from_millis(1000));
        }
        let began = Instant::now();
        let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", text(&output));
        assert!(began.elapsed() < Duration::from_secs(20));
        if format == "json" {
            let object = json(&output);
            assert_eq!(object["partial"], true);
            let looked = object["snapshots"].as_u64().unwrap();
            assert!(looked > 0 && looked < 5000, "{looked}");
        } else {
            // The last line is whole.
            assert!(output.stdout.ends_with(b"}\n"));
            assert!(text(&output).contains("ended before all of them were looked at"));
        }
    }
}

#[test]
fn who_reads_goes_away() {
    let folder = tempfile::tempdir().unwrap();
    many(folder.path(), 200);
    let mut child = audit(folder.path(), &["fleet.tar", "--format", "ndjson"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
