//! Commands of macOS, run within a time and with a bound on what they print: none of them can hold prefsmith up.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long a command may take until it has printed all, and then until it has ended.
const TIME: Duration = Duration::from_secs(10);
/// How often it is looked whether a command has ended.
const STEP: Duration = Duration::from_millis(5);
/// The most that is kept of what a command complains of, in bytes.
const ERRORS: usize = 16 << 10;

/// Where macOS keeps the commands.
const PLACES: [(&str, &str); 8] = [
    ("defaults", "/usr/bin"),
    ("id", "/usr/bin"),
    ("ioreg", "/usr/sbin"),
    ("launchctl", "/bin"),
    ("profiles", "/usr/bin"),
    ("scutil", "/usr/sbin"),
    ("stat", "/usr/bin"),
    ("sudo", "/usr/bin"),
];

/// The commands of a Mac.
#[derive(Clone, Debug)]
pub(super) struct Commands {
    /// The folder that has them all; none: where macOS keeps them.
    folder: Option<PathBuf>,
    time: Duration,
}

/// Why a command has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Silence {
    /// It took too long, and was ended.
    #[error("it did not answer within {} seconds", TIME.as_secs())]
    Late,
    /// It printed more than anybody can use.
    #[error("it printed more than {} MiB", .0 >> 20)]
    Long(usize),
    /// It ended with an error: what it said.
    #[error("{0}")]
    Refused(String),
}

impl Commands {
    /// Those of the Mac that runs.
    pub fn of_macos() -> Self {
        Self { folder: None, time: TIME }
    }

    /// Those of a folder.
    pub fn of(folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()), time: TIME }
    }

    /// The path of a command.
    pub fn path(&self, name: &str) -> PathBuf {
        let place = PLACES.iter().find(|(known, _)| *known == name).map_or("/usr/bin", |(_, place)| place);
        self.folder.as_deref().unwrap_or(Path::new(place)).join(name)
    }

    /// What a command prints, at most `most` bytes.
    ///
    /// # Errors
    /// It cannot be started, took too long, printed too much, or failed.
    pub fn output(&self, name: &str, arguments: &[&str], most: usize) -> Result<Vec<u8>, Silence> {
        let mut command = Command::new(self.path(name));
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| Silence::Refused(error.to_string()))?;
        let printed = reader(child.stdout.take(), most.saturating_add(1));
        let complaints = reader(child.stderr.take(), ERRORS);
        let Ok(printed) = printed.recv_timeout(self.time) else {
            end(&mut child);
            return Err(Silence::Late);
        };
        if printed.len() > most {
            end(&mut child);
            return Err(Silence::Long(most));
        }
        let steps = self.time.as_millis() / STEP.as_millis();
        for _ in 0..steps {
            match child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(printed),
                Ok(Some(_)) => {
                    let said = complaints.recv_timeout(self.time).unwrap_or_default();
                    let said = String::from_utf8_lossy(&said).trim().to_owned();
                    return Err(Silence::Refused(if said.is_empty() {
                        "it failed".to_owned()
                    } else {
                        said
                    }));
                }
                Ok(None) => std::thread::sleep(STEP),
                Err(error) => return Err(Silence::Refused(error.to_string())),
            }
        }
        end(&mut child);
        Err(Silence::Late)
    }

    /// What a command prints, as one line of text.
    ///
    /// # Errors
    /// As [`Commands::output`].
    pub fn line(&self, name: &str, arguments: &[&str]) -> Result<String, Silence> {
        let bytes = self.output(name, arguments, 4 << 10)?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    }
}

/// Reads a stream beside us. What holds it open for ever holds up that thread alone.
fn reader(stream: Option<impl Read + Send + 'static>, most: usize) -> Receiver<Vec<u8>> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            // What was read before an error is the answer; the exit status tells whether it is whole.
            let _ = stream.take(u64::try_from(most).unwrap_or(u64::MAX)).read_to_end(&mut bytes);
        }
        // Nobody may be waiting any more.
        let _ = send.send(bytes);
    });
    receive
}

/// Ends a command, by its own number and no other. What it has started may go on without anybody who listens.
fn end(child: &mut Child) {
    // One that has just ended by itself is fine too.
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "makes a Mac in a folder of its own")]
pub(super) mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    /// A folder with these commands, each a script of the shell.
    pub fn folder(scripts: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, script) in scripts {
            let text = folder.path().join("text");
            std::fs::write(&text, format!("#!/bin/sh\n{script}\n")).unwrap();
            std::fs::set_permissions(&text, std::fs::Permissions::from_mode(0o755)).unwrap();
            // Written by another process: what a thread beside us starts would otherwise hold it open for writing,
            // and nothing that is can be run.
            let copied = Command::new("cp").arg("-p").arg(&text).arg(folder.path().join(name)).status();
            assert!(copied.unwrap().success());
        }
        folder
    }

    fn quick(folder: &Path) -> Commands {
        Commands { folder: Some(folder.to_owned()), time: Duration::from_millis(400) }
    }

    #[test]
    fn what_a_command_prints() {
        let folder = folder(&[
            ("good", "echo \" $1 \""),
            ("bad", "echo out; echo ' no session' >&2; exit 3"),
            ("silent", "exit 1"),
            ("long", "while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done"),
        ]);
        let commands = Commands::of(folder.path());
        assert_eq!(commands.line("good", &["a b"]), Ok("a b".to_owned()));
        assert_eq!(commands.line("bad", &[]), Err(Silence::Refused("no session".to_owned())));
        assert_eq!(commands.line("silent", &[]), Err(Silence::Refused("it failed".to_owned())));
        assert_eq!(commands.line("long", &[]), Err(Silence::Long(4096)));
        assert!(matches!(commands.line("missing", &[]), Err(Silence::Refused(_))));
    }

    #[test]
    fn a_command_that_hangs_is_ended() {
        let folder = folder(&[
            ("hangs", "echo $$ >\"$1\"; exec sleep 20"),
            ("closes", "echo $$ >\"$1\"; exec >&- 2>&-; exec sleep 20"),
            ("leaves", "sleep 3 & echo started"),
        ]);
        let note = folder.path().join("pid");
        let commands = quick(folder.path());
        for name in ["hangs", "closes"] {
            assert_eq!(commands.line(name, &[note.to_str().unwrap()]), Err(Silence::Late), "{name}");
            let pid = std::fs::read_to_string(&note).unwrap();
            // Where there is no /proc, this holds of itself.
            let there = Path::new("/proc").join(pid.trim());
            assert!(!there.exists(), "{} is still there", there.display());
        }
        // It has ended, and what it left behind keeps the stream open.
        assert_eq!(commands.line("leaves", &[]), Err(Silence::Late));
    }

    #[test]
    fn where_macos_keeps_them() {
        let commands = Commands::of_macos();
        assert_eq!(commands.path("ioreg"), Path::new("/usr/sbin/ioreg"));
        assert_eq!(commands.path("launchctl"), Path::new("/bin/launchctl"));
        assert_eq!(commands.path("defaults"), Path::new("/usr/bin/defaults"));
    }
}
