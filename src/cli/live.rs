//! The Mac that runs: its disk, and what its commands say of what the disk does not have.
//!
//! Files of preferences lag behind cfprefsd, which serves the users who are logged in: theirs are asked of it with
//! `defaults export`, in the session of the user. Where that has no answer, the disk speaks, and it is said.
//!
//! The facts are those of Apple's commands as they are documented, and general knowledge; none was tried on a Mac.

use super::commands::{Commands, Silence};
use crate::finding::listed;
use crate::mac::folder::Folder;
use crate::mac::tree::{Entry, Tree, Unreadable};
use crate::mac::{About, GLOBAL, PROFILES};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Who is at the screen where nobody is.
const NOBODY: [&str; 4] = ["", "root", "loginwindow", "_mbsetupuser"];
/// The most that a command may print, in bytes.
const MOST: usize = 16 << 20;

/// What `profiles show` prints of a Mac whose profiles are all gone, as a property list.
const NONE: &[u8] = b"<plist><dict><key>_computerlevel</key><array/></dict></plist>";

/// A Mac that runs.
pub(super) struct Live {
    disk: Folder,
    commands: Commands,
    about: About,
    /// Who runs prefsmith; none: unknown.
    own: Option<String>,
    /// What was found out on the way.
    heard: RefCell<Heard>,
}

/// What was found out while files were read.
#[derive(Default)]
struct Heard {
    /// How the preferences of a user are asked for; none: they are not.
    sessions: BTreeMap<String, Option<Session>>,
    /// The users whose preferences macOS has answered for.
    asked: BTreeSet<String>,
    /// Domains for which it had no answer, by the reason.
    silent: BTreeMap<String, BTreeSet<String>>,
    /// A user at the screen whom nobody else may ask for.
    closed: BTreeSet<String>,
    /// Whether a command did not answer in time: no other one is waited for.
    late: bool,
    /// Why the profiles are not known.
    profiles: Option<String>,
}

/// How preferences of a user are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Session {
    /// As oneself.
    Own,
    /// As root, in the session of the user with this number.
    Of(String),
}

/// Preferences that a user's cfprefsd serves.
#[derive(Debug, PartialEq, Eq)]
struct Served<'p> {
    user: &'p str,
    domain: &'p str,
    /// Whether they are those for this Mac alone.
    host: bool,
    /// Whether they lie in the container of the app.
    contained: bool,
}

impl Live {
    /// Asks the Mac what it is.
    pub fn new(disk: Folder, commands: Commands) -> Self {
        let answer = |name: &str, arguments: &[&str]| commands.line(name, arguments).ok();
        let console = answer("stat", &["-f", "%Su", "/dev/console"]);
        let device = answer("ioreg", &["-rd1", "-c", "IOPlatformExpertDevice"]).unwrap_or_default();
        let about = About {
            live: true,
            serial: property(&device, "IOPlatformSerialNumber"),
            hardware_uuid: property(&device, "IOPlatformUUID"),
            name: answer("scutil", &["--get", "ComputerName"]).filter(|name| !name.is_empty()),
            console_user: console.filter(|name| !NOBODY.contains(&name.as_str())),
            ..About::default()
        };
        let own = answer("id", &["-un"]);
        Self { disk, about, own, heard: RefCell::default(), commands }
    }

    /// How the preferences of a user are asked for, if they can be.
    fn session(&self, user: &str) -> Option<Session> {
        if let Some(known) = self.heard.borrow().sessions.get(user) {
            return known.clone();
        }
        let found = match self.own.as_deref() {
            Some(own) if own == user => Some(Session::Own),
            Some("root") => self.number(user).map(Session::Of),
            _ => {
                if self.about.console_user.as_deref() == Some(user) {
                    self.heard.borrow_mut().closed.insert(user.to_owned());
                }
                None
            }
        };
        self.heard.borrow_mut().sessions.insert(user.to_owned(), found.clone());
        found
    }

    /// The number of a user who is logged in. The preferences of others lag behind nothing.
    fn number(&self, user: &str) -> Option<String> {
        let number = self.commands.line("id", &["-u", user]).ok()?;
        let good = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
        let session = format!("gui/{number}");
        let there = good && self.commands.output("launchctl", &["print", &session], MOST).is_ok();
        there.then_some(number)
    }

    /// What macOS says of preferences.
    fn ask(&self, served: &Served<'_>, session: &Session, most: usize) -> Result<Vec<u8>, Silence> {
        let domain = if served.domain == GLOBAL { "NSGlobalDomain" } else { served.domain };
        let mut arguments: Vec<&str> = Vec::new();
        let defaults = self.commands.path("defaults").to_string_lossy().into_owned();
        let sudo = self.commands.path("sudo").to_string_lossy().into_owned();
        if let Session::Of(number) = session {
            // The first puts the command into the user's session, where the right cfprefsd is; the second makes it
            // the user's.
            arguments.extend(["asuser", number, &sudo, "-u", served.user, "-H", &defaults]);
        }
        if served.host {
            arguments.push("-currentHost");
        }
        arguments.extend(["export", domain, "-"]);
        let program = if *session == Session::Own { "defaults" } else { "launchctl" };
        self.commands.output(program, &arguments, most)
    }

    /// The preferences of who is logged in: none where the disk is to be read.
    fn served(&self, path: &str, most: usize) -> Option<Result<Option<Vec<u8>>, ()>> {
        let served = served(path)?;
        // Beside a container, the file is one that cfprefsd does not serve.
        let container = format!("/Users/{}/Library/Containers/{}", served.user, served.domain);
        if !served.contained && served.domain != GLOBAL && !matches!(self.disk.list(&container), Ok(None)) {
            return None;
        }
        // That there is none for this Mac alone is what is usual.
        if served.host && matches!(self.disk.read(path, most), Ok(None)) {
            return None;
        }
        let session = self.session(served.user)?;
        if self.heard.borrow().late {
            return Some(Err(()));
        }
        let answer = self.ask(&served, &session, most);
        let mut heard = self.heard.borrow_mut();
        Some(match answer {
            Ok(bytes) => {
                heard.asked.insert(served.user.to_owned());
                Ok(Some(bytes))
            }
            Err(Silence::Refused(said)) if said.contains("does not exist") => Ok(None),
            Err(why) => {
                heard.late |= why == Silence::Late;
                let why = why.to_string();
                let why = why.lines().last().unwrap_or_default().to_owned();
                heard.silent.entry(why).or_default().insert(served.domain.to_owned());
                Err(())
            }
        })
    }

    /// What the Mac shows of its profiles.
    fn profiles(&self, most: usize) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        let why = if self.own.as_deref() == Some("root") {
            match self.commands.output("profiles", &["show", "-all", "-output", "stdout-xml"], most) {
                // Where there are none, macOS says so in words.
                Ok(bytes) if bytes.starts_with(b"There are no") => return Ok(Some(Cow::Borrowed(NONE))),
                Ok(bytes) => return Ok(Some(Cow::Owned(bytes))),
                Err(why) => why.to_string(),
            }
        } else {
            "macOS shows the profiles of a Mac to root alone".to_owned()
        };
        self.heard.borrow_mut().profiles = Some(why.clone());
        Err(Unreadable::new(why))
    }
}

impl Tree for Live {
    fn read(&self, path: &str, limit: usize) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        if path == PROFILES {
            return self.profiles(limit);
        }
        match self.served(path, limit) {
            Some(Ok(found)) => Ok(found.map(Cow::Owned)),
            Some(Err(())) | None => self.disk.read(path, limit),
        }
    }

    fn list(&self, path: &str) -> Result<Option<Vec<Entry>>, Unreadable> {
        let found = self.disk.list(path);
        // macOS lets no other program look into a container; that it refuses tells that the container is there.
        let container = path
            .strip_prefix("/Users/")
            .and_then(|rest| rest.split_once("/Library/Containers/"))
            .filter(|(_, name)| !name.contains('/'));
        match container {
            Some((user, _)) if found.is_err() && self.session(user).is_some() => Ok(Some(Vec::new())),
            _ => found,
        }
    }

    fn about(&self) -> Option<About> {
        Some(self.about.clone())
    }

    fn remarks(&self) -> Vec<String> {
        let heard = self.heard.borrow();
        let mut remarks = Vec::new();
        if !heard.asked.is_empty() {
            let users: Vec<&str> = heard.asked.iter().map(String::as_str).collect();
            remarks.push(format!(
                "macOS was asked for the preferences of {}: the disk does not have yet what has just changed",
                listed(&users)
            ));
        }
        let lags = "read from the disk, which may not have yet what has just changed";
        for (why, domains) in &heard.silent {
            let domains: Vec<&str> = domains.iter().map(String::as_str).collect();
            let others = if heard.late { ", nor after that for others" } else { "" };
            remarks.push(format!("macOS had no answer for {}{others} ({why}): {lags}", listed(&domains)));
        }
        for user in &heard.closed {
            remarks.push(format!("only root or {user} may ask macOS for the preferences of {user}: {lags}"));
        }
        remarks.extend(
            heard.profiles.iter().map(|why| format!("which profile enforces what is not known: {why}")),
        );
        remarks
    }
}

/// The preferences that lie in a file, if a user's cfprefsd may serve them.
fn served(path: &str) -> Option<Served<'_>> {
    let (user, rest) = path.strip_prefix("/Users/")?.split_once("/Library/")?;
    let (container, rest) = match rest.strip_prefix("Containers/") {
        Some(inside) => {
            let (container, rest) = inside.split_once("/Data/Library/")?;
            (Some(container), rest)
        }
        None => (None, rest),
    };
    let file = rest.strip_prefix("Preferences/")?.strip_suffix(".plist")?;
    let (domain, host) = match file.strip_prefix("ByHost/") {
        Some(file) => (file.rsplit_once('.')?.0, true),
        None => (file, false),
    };
    // `defaults` goes into a container that has the name of the domain, and takes a hyphen for an option.
    let good =
        container.is_none_or(|name| name == domain) && !domain.starts_with('-') && !user.starts_with('-');
    let plain = !domain.is_empty() && !domain.contains('/') && !user.is_empty() && !user.contains('/');
    (good && plain).then_some(Served { user, domain, host, contained: container.is_some() })
}

/// The text of a property that `ioreg` prints: `"IOPlatformUUID" = "6D1F…"`.
fn property(printed: &str, name: &str) -> Option<String> {
    let line = printed.lines().find(|line| line.trim_start().starts_with(&format!("\"{name}\"")))?;
    let (_, value) = line.split_once(" = ")?;
    let value = value.trim().trim_matches('"');
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "makes a Mac in a folder of its own")]
mod tests {
    use super::super::commands::tests::folder;
    use super::*;
    use std::path::Path;

    const UUID: &str = "6D1F36B5-0C35-5D9C-9B8E-58F08A1D7C42";

    /// A disk with two users, a container, and files that lag behind.
    fn disk() -> tempfile::TempDir {
        let disk = tempfile::tempdir().unwrap();
        let file = |path: &str, text: &str| {
            let path = disk.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        for user in ["anna", "ben"] {
            file(&format!("Users/{user}/Library/Preferences/com.example.app.plist"), "old");
        }
        file("Users/anna/Library/Preferences/com.microsoft.Word.plist", "stray");
        file(&format!("Users/anna/Library/Preferences/ByHost/com.example.app.{UUID}.plist"), "old host");
        file("Users/anna/Library/Containers/com.microsoft.Word/Data/Library/Preferences/x.plist", "");
        file("Library/Managed Preferences/com.example.app.plist", "managed");
        disk
    }

    /// The commands of a Mac on which anna is at the screen, asked by somebody.
    fn mac(disk: &Path, own: &str, defaults: &str) -> (Live, tempfile::TempDir) {
        let ioreg = format!(
            "echo '    \"IOPlatformUUID\" = \"{UUID}\"'; echo '\"IOPlatformSerialNumber\" = \"C02X\"'"
        );
        let id = format!("case $1 in -un) echo {own} ;; *) [ $2 = anna ] && echo 501 || echo 502 ;; esac");
        let commands = folder(&[
            ("stat", "echo anna"),
            ("ioreg", &ioreg),
            ("scutil", "echo LAB-07"),
            ("id", &id),
            ("launchctl", "case $1 in print) [ $2 = gui/501 ] ;; *) shift 2; exec \"$@\" ;; esac"),
            ("sudo", "shift 3; exec \"$@\""),
            ("defaults", defaults),
            ("profiles", "echo \"$@\""),
        ]);
        let live = Live::new(Folder::new(disk).unwrap(), Commands::of(commands.path()));
        (live, commands)
    }

    fn text(live: &Live, path: &str) -> Option<String> {
        let found = live.read(path, 1 << 20).unwrap();
        found.map(|bytes| String::from_utf8(bytes.into_owned()).unwrap().trim().to_owned())
    }

    const APP: &str = "/Users/anna/Library/Preferences/com.example.app.plist";
    const WORD: &str =
        "/Users/anna/Library/Containers/com.microsoft.Word/Data/Library/Preferences/com.microsoft.Word.plist";

    #[test]
    fn what_the_mac_is() {
        let disk = disk();
        let (live, _commands) = mac(disk.path(), "root", "");
        let about = live.about().unwrap();
        assert_eq!(about.hardware_uuid.as_deref(), Some(UUID));
        assert_eq!(about.serial.as_deref(), Some("C02X"));
        assert_eq!((about.name.as_deref(), about.console_user.as_deref()), (Some("LAB-07"), Some("anna")));
        assert!(about.live && !about.snapshot);
    }

    #[test]
    fn the_preferences_of_who_is_logged_in_are_asked_for() {
        let disk = disk();
        let (live, _commands) = mac(disk.path(), "root", "echo \"$@\"");
        assert_eq!(text(&live, APP).unwrap(), "export com.example.app -");
        assert_eq!(text(&live, WORD).unwrap(), "export com.microsoft.Word -");
        let host = format!("/Users/anna/Library/Preferences/ByHost/com.example.app.{UUID}.plist");
        assert_eq!(text(&live, &host).unwrap(), "-currentHost export com.example.app -");
        let global = "/Users/anna/Library/Preferences/.GlobalPreferences.plist";
        assert_eq!(text(&live, global).unwrap(), "export NSGlobalDomain -");
        // Beside a container, of somebody who is not logged in, and of the Mac: the disk speaks.
        assert_eq!(text(&live, "/Users/anna/Library/Preferences/com.microsoft.Word.plist").unwrap(), "stray");
        assert_eq!(text(&live, &APP.replace("anna", "ben")).unwrap(), "old");
        assert_eq!(text(&live, "/Library/Managed Preferences/com.example.app.plist").unwrap(), "managed");
        let odd = "/Users/anna/Library/Preferences/-h.plist";
        assert_eq!(text(&live, odd), None);
        let said = live.remarks();
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("macOS was asked for the preferences of anna:"), "{said:?}");
    }

    #[test]
    fn a_user_asks_for_herself_and_nobody_else_for_her() {
        let disk = disk();
        let (own, _commands) = mac(disk.path(), "anna", "echo \"$@\"");
        assert_eq!(text(&own, APP).unwrap(), "export com.example.app -");
        assert_eq!(text(&own, &APP.replace("anna", "ben")).unwrap(), "old");
        let (other, _commands) = mac(disk.path(), "ben", "echo \"$@\"");
        assert_eq!(text(&other, APP).unwrap(), "old");
        assert!(other.remarks()[0].starts_with("only root or anna may ask macOS"), "{:?}", other.remarks());
    }

    #[test]
    fn a_domain_that_does_not_exist_is_no_silence() {
        let disk = disk();
        let (live, _commands) = mac(disk.path(), "root", "echo 'Domain x does not exist' >&2; exit 1");
        assert_eq!(text(&live, APP), None);
        assert_eq!(live.remarks(), Vec::<String>::new());
    }

    #[test]
    fn where_macos_has_no_answer_the_disk_speaks_and_it_is_said() {
        let disk = disk();
        let denied = "echo 'Could not read domain x: Operation not permitted' >&2; exit 1";
        let (live, _commands) = mac(disk.path(), "root", denied);
        assert_eq!(text(&live, APP).unwrap(), "old");
        let expected = "macOS had no answer for com.example.app (Could not read domain x: Operation not permitted): \
                        read from the disk, which may not have yet what has just changed";
        assert_eq!(live.remarks(), [expected]);
    }

    #[test]
    fn profiles_are_shown_to_root_alone() {
        let disk = disk();
        let (live, _commands) = mac(disk.path(), "anna", "");
        assert!(live.read(PROFILES, 1 << 20).is_err());
        assert!(live.remarks()[0].contains("to root alone"), "{:?}", live.remarks());
        let (live, _commands) = mac(disk.path(), "root", "");
        assert_eq!(text(&live, PROFILES).unwrap(), "show -all -output stdout-xml");
    }

    #[test]
    fn names_that_are_no_domains() {
        for path in [
            "/Users/anna/Library/Preferences/a/b.plist",
            "/Users/anna/Library/Containers/one/Data/Library/Preferences/two.plist",
            "/Users/-u/Library/Preferences/a.plist",
            "/Library/Preferences/a.plist",
            "/Users/anna/Library/Preferences/a.txt",
            "/Users/anna/Library/Preferences/ByHost/a.plist",
        ] {
            assert_eq!(served(path), None, "{path}");
        }
    }
}
