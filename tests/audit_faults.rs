//! What can go wrong while `audit` runs: files that change under it, disks that fill up, somebody who presses Ctrl-C, and
//! names that mean to be obeyed. What is known is kept, and nothing claims more.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

#[path = "common/packed.rs"]
mod packed;

use packed::tar;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

const POLICY: &str = "[policy]\nid = \"com.example.faults\"\n\n[settings]\nHowToCheck = \"Manual\"\nIsAttachFilesEnabled = false\n";

fn audit(folder: &Path, arguments: &[&str]) -> Command {
    let policy = folder.join("policy.toml");
    if !policy.exists() {
        std::fs::write(&policy, POLICY).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_prefsmith"));
    command.current_dir(folder).args(["audit", "policy.toml", "--no-project"]).args(arguments);
    command.env("PREFSMITH_CACHE", "").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(output)))
}

fn plist(inside: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict>{inside}</dict></plist>\n"
    )
    .into_bytes()
}

/// The snapshot of a Mac that drifts; each has another serial number.
fn snapshot(number: usize) -> Vec<u8> {
    let about = format!(
        "<key>format</key><integer>1</integer><key>serial</key><string>C02{number:06}</string>\
         <key>name</key><string>LAB-{number:06}</string><key>console-user</key><string>anna</string>"
    );
    let app = "<key>CFBundleIdentifier</key><string>com.microsoft.autoupdate2</string>\
               <key>CFBundleVersion</key><string>4.76.24121117</string>";
    let set = "<key>HowToCheck</key><string>AutomaticDownload</string>";
    let bundle =
        "./Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app/Contents/Info.plist";
    let files = [
        ("./prefsmith-snapshot.plist", plist(&about)),
        (bundle, plist(app)),
        ("./Library/Managed Preferences/com.microsoft.autoupdate2.plist", plist(set)),
    ];
    tar(files.into_iter().map(|(path, bytes)| (path.to_owned(), bytes)))
}

fn fleet(macs: std::ops::Range<usize>) -> Vec<u8> {
    tar(macs.map(|number| (format!("{number:06}.tar"), snapshot(number))))
}

/// So many that their rows do not fit into a pipe and what the program keeps before it writes: some 700 do.
const MANY: usize = 2500;
/// A place in an archive of so many that is behind these, and before its end.
const CHANGED: u64 = 6_000_000;

/// What stands in a pipe and in the program before it waits: far less than the rows of a fleet.
fn rows(child: &mut Child, bytes: usize) -> Vec<u8> {
    let mut first = vec![0; bytes];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    first
}

/// Starts an audit of an archive that many Macs are in, and lets it wait in the middle: nobody takes its rows. `change` is
/// what happens to the archive meanwhile.
fn while_it_is_read(folder: &Path, change: impl FnOnce(&mut std::fs::File)) -> Output {
    let path = folder.join("fleet.tar");
    std::fs::write(&path, fleet(0..MANY)).unwrap();
    let arguments = ["fleet.tar", "--format", "csv", "--threads", "2"];
    let mut child = audit(folder, &arguments).spawn().unwrap();
    let mut first = rows(&mut child, 200);
    change(&mut std::fs::OpenOptions::new().write(true).open(&path).unwrap());
    let mut output = child.wait_with_output().unwrap();
    first.append(&mut output.stdout);
    output.stdout = first;
    output
}

/// Of the rows of a fleet: the Macs, each once, and the rows of what could not be read.
fn macs_of(output: &Output) -> (Vec<usize>, Vec<String>) {
    let told = String::from_utf8(output.stdout.clone()).unwrap();
    let mut macs = Vec::new();
    let mut unread = Vec::new();
    for line in told.lines().skip(1) {
        match line.strip_prefix("\"LAB-") {
            Some(rest) => macs.push(rest.split('"').next().unwrap().parse().unwrap()),
            None => unread.push(line.to_owned()),
        }
    }
    (macs, unread)
}

#[test]
fn an_archive_that_is_cut_off_while_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let output = while_it_is_read(folder.path(), |file| file.set_len(CHANGED).unwrap());
    let (macs, unread) = macs_of(&output);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    // What lies before the cut is judged, in its order; what is behind it is nobody's, and says so.
    assert!((100..MANY).contains(&macs.len()), "{}", macs.len());
    assert_eq!(macs, (0..macs.len()).collect::<Vec<_>>());
    assert_eq!(unread.len(), 1, "{unread:?}");
    assert!(unread[0].contains("\"unreadable\"") && unread[0].contains("\"fleet.tar\""), "{unread:?}");
    assert!(unread[0].contains("cannot be read to its end"), "{unread:?}");
    let told = String::from_utf8(output.stderr).unwrap();
    let sum = format!(": 0 compliant {} drifted 0 undecided 1 unreadable", macs.len());
    assert!(told.replace(',', "").contains(&sum), "{sum}: {told}");
}

#[test]
fn an_archive_that_is_written_over_while_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let output = while_it_is_read(folder.path(), |file| {
        file.seek(SeekFrom::Start(CHANGED)).unwrap();
        file.write_all(&[0xA5; 200_000]).unwrap();
    });
    let (macs, unread) = macs_of(&output);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!(macs, (0..macs.len()).collect::<Vec<_>>());
    assert!((100..MANY).contains(&macs.len()), "{}", macs.len());
    assert!(unread.iter().all(|row| row.contains("\"unreadable\"")) && !unread.is_empty(), "{unread:?}");
}

#[test]
fn an_archive_that_grows_while_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fleet.tar");
    let whole = fleet(0..MANY);
    // Half of it is there, and the rest comes while the first Macs are judged: it is still being uploaded.
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let mut child = audit(folder.path(), &["fleet.tar", "--format", "csv"]).spawn().unwrap();
    let mut first = rows(&mut child, 200);
    let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(&whole[whole.len() / 2..]).unwrap();
    let mut output = child.wait_with_output().unwrap();
    first.append(&mut output.stdout);
    output.stdout = first;
    let (macs, unread) = macs_of(&output);
    assert_eq!(macs, (0..MANY).collect::<Vec<_>>(), "{unread:?}");
    assert!(unread.is_empty(), "{unread:?}");
}

#[test]
fn snapshots_that_are_still_being_written() {
    let folder = tempfile::tempdir().unwrap();
    let macs = folder.path().join("macs");
    std::fs::create_dir(&macs).unwrap();
    let whole = snapshot(1);
    // At every length that a snapshot can have on its way.
    for length in (0..whole.len()).step_by(97) {
        std::fs::write(macs.join(format!("{length:05}.tar")), &whole[..length]).unwrap();
    }
    std::fs::write(macs.join("whole.tar"), snapshot(2)).unwrap();
    let output = audit(folder.path(), &["macs", "--format", "json"]).output().unwrap();
    let object = json(&output);
    let count = |name: &str| object[name].as_u64().unwrap();
    let parts = (0..whole.len()).step_by(97).count() as u64;
    assert_eq!(count("snapshots"), parts + 1);
    assert_eq!(count("compliant"), 0);
    // The two empty blocks at the end of an archive may be missing: then all of the Mac is there.
    assert_eq!(count("unreadable") + count("older") + count("drifted"), parts + 1, "{}", text(&output));
    assert!((1..=2).contains(&count("drifted")) && count("unreadable") > parts - 30, "{}", text(&output));
}

#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_is_full_whatever_is_written() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("fleet.tar"), fleet(0..50)).unwrap();
    for format in ["text", "json", "ndjson", "csv", "html"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = audit(folder.path(), &["fleet.tar", "--format", format, "--fail-under", "0"])
            .stdout(full)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{format}: {}", text(&output));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.starts_with("prefsmith: standard output: No space left on device"), "{format}: {told}");
        // Nothing that sounds like success.
        assert!(!told.contains("compliant"), "{format}: {told}");
    }
}

/// Presses Ctrl-C when so much was written, or after so long where nothing is written before the end.
fn interrupted(mut child: Child, bytes: usize, pause: u64) -> Output {
    let mut first = rows(&mut child, bytes);
    std::thread::sleep(Duration::from_millis(pause));
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let mut output = child.wait_with_output().unwrap();
    first.append(&mut output.stdout);
    output.stdout = first;
    output
}

#[test]
fn ctrl_c_in_rows() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("fleet.tar"), fleet(0..MANY)).unwrap();
    for format in ["csv", "ndjson"] {
        let child = audit(folder.path(), &["fleet.tar", "--format", format]).spawn().unwrap();
        let output = interrupted(child, 200, 0);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{format}: {told}");
        // All rows are whole, and what is said beside them says that they are not all.
        assert!(output.stdout.ends_with(b"\n"), "{format}");
        assert!(output.stdout.iter().filter(|byte| **byte == b'\n').count() < MANY, "{format}");
        assert!(told.contains("ended before all of them were looked at"), "{format}: {told}");
    }
}

#[test]
fn ctrl_c_in_a_report() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("fleet.tar"), fleet(0..MANY)).unwrap();
    for format in ["text", "json", "html"] {
        // Nobody knows how long it takes until somebody listens, or until all is done: some of these is in between.
        let output = [400, 800, 1600, 3200, 200, 100, 50].into_iter().find_map(|pause| {
            let child = audit(folder.path(), &["fleet.tar", "--format", format]).spawn().unwrap();
            Some(interrupted(child, 0, pause)).filter(|output| output.status.code() == Some(130))
        });
        let output = output.unwrap();
        let told = text(&output);
        match format {
            "text" => assert!(told.contains("\nended before all of them were looked at"), "{told}"),
            "html" => {
                assert!(told.contains("It was ended before all snapshots were looked at"));
                assert!(told.trim_end().ends_with("</html>"));
            }
            _ => {
                let object = json(&output);
                assert_eq!(object["partial"], true, "{told}");
                assert!(object["snapshots"].as_u64().is_some_and(|count| count < MANY as u64), "{told}");
                // As an earlier audit it says that it is none of all.
                std::fs::write(folder.path().join("partial.json"), &output.stdout).unwrap();
                std::fs::write(folder.path().join("small.tar"), fleet(0..3)).unwrap();
                let arguments = ["small.tar", "--baseline", "partial.json", "--format"];
                let next = |form| audit(folder.path(), &[&arguments[..], &[form]].concat()).output().unwrap();
                assert_eq!(json(&next("json"))["change"]["partial"], true);
                assert!(text(&next("text")).contains("it was ended before all snapshots were looked at"));
            }
        }
    }
}

/// What a terminal would obey, turn round or hide, and what ends a line.
const EVIL: &str = "\u{1b}]0;owned\u{7}\u{1b}[2Ja\r\nprefsmith: all is well\u{9b}31m\u{202e}\u{200b}=cmd|' /C calc'!A0,\"<b>";

#[test]
fn names_that_mean_to_be_obeyed() {
    let folder = tempfile::tempdir().unwrap();
    let macs = folder.path().join("macs");
    std::fs::create_dir(&macs).unwrap();
    // No name holds a `/`.
    let evil: String = EVIL.replace('/', "");
    let escaped = "&#27;]0;owned";
    // XML cannot carry control characters: there the rest of it.
    let carried: String = evil.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    let carried = carried.replace('&', "&amp;").replace('<', "&lt;");
    let about = format!(
        "<key>format</key><integer>1</integer><key>serial</key><string>S{carried}</string>\
         <key>name</key><string>=N{carried}</string><key>console-user</key><string>anna{carried}</string>"
    );
    let one = tar([("./prefsmith-snapshot.plist".to_owned(), plist(&about))].into_iter());
    let name = |what: &str| PathBuf::from(format!("{what}{evil}.tar"));
    std::fs::write(macs.join(name("mac")), &one).unwrap();
    std::fs::write(macs.join(name("none")), b"no archive").unwrap();
    let link = {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        builder.append_link(&mut header, format!("link{evil}"), "x").unwrap();
        builder.into_inner().unwrap()
    };
    std::fs::write(macs.join("link.tar"), link).unwrap();
    let inner =
        tar([(format!("inner{evil}.tar"), b"no archive".to_vec()), (format!("i{evil}.tar"), snapshot(3))]
            .into_iter());
    std::fs::write(macs.join(name("outer")), inner).unwrap();
    let missing = format!("missing{evil}");
    std::fs::write(folder.path().join(format!("policy{evil}.toml")), POLICY).unwrap();
    let policy = format!("policy{evil}.toml");
    for format in ["text", "csv", "html", "json", "ndjson"] {
        let output = audit(folder.path(), &["macs", &missing, &policy, "--format", format]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{format}: {}", text(&output));
        let out = String::from_utf8(output.stdout).unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(!out.is_empty() && err.contains("missing"), "{format}: {err}");
        for (what, text) in [("output", &out), ("errors", &err)] {
            let obeyed = |c: char| {
                c.is_control() && !(c == '\n' || format == "csv" && c == '\r')
                    || matches!(c, '\u{202e}' | '\u{200b}')
            };
            assert!(!text.contains(obeyed), "{format}, {what}: {text:?}");
            assert!(!text.contains(escaped), "{format}, {what}: {text:?}");
        }
        match format {
            // A line for each: the names have broken none.
            "csv" => {
                assert_eq!(out.matches("\r\n").count(), out.matches('\n').count(), "{out}");
                assert_eq!(out.lines().count(), 1 + 5, "{out}");
                assert!(
                    out.lines().skip(1).all(|line| line.starts_with("\"") && line.ends_with('"')),
                    "{out}"
                );
                assert!(!out.contains("\"=") && out.contains("\"'=N"), "{out}");
            }
            "ndjson" => {
                assert_eq!(out.lines().count(), 5, "{out}");
                let rows = out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
                let names: Vec<String> = rows.map(|row| row["actual"].as_str().unwrap().to_owned()).collect();
                assert!(names.contains(&format!("macs/mac{evil}.tar")), "{names:?}");
            }
            "json" => drop(serde_json::from_str::<serde_json::Value>(&out).unwrap()),
            "html" => assert!(!out.contains("<b>") && out.contains("&lt;b&gt;"), "{out}"),
            _ => assert!(out.contains("␛]0;owned␇") && !out.contains("\nprefsmith: all is well"), "{out}"),
        }
    }
}

#[test]
fn a_pipe_is_no_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mac.tar"), snapshot(1)).unwrap();
    assert!(Command::new("mkfifo").arg(folder.path().join("pipe.tar")).status().unwrap().success());
    // Named, it is a fault; in a folder, it is passed over. Nobody waits for who may write into it.
    let output = audit(folder.path(), &["mac.tar", "pipe.tar", "--format", "json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    let told = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(told, "prefsmith: pipe.tar: it is a pipe or a device: snapshots are files and folders\n");
    assert_eq!(json(&output)["snapshots"], 1);
    let output = audit(folder.path(), &[".", "--format", "text"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("1 snapshot of 1 Mac"), "{}", text(&output));
}
