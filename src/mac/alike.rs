//! Macs that are alike: their snapshots hold the same, as far as anybody asked, and differ in which Mac they are of and in what
//! its users are called. What is said of one is said of all of them.
//!
//! A snapshot is known by the names of all that is in it, and by what the files held that were looked at in the last one with
//! the same names. Whatever a reader does next depends on nothing else, so that who has read one of them has read all. Of apps
//! there are so many versions that nearly no two Macs have all of them in common: of them it matters which keys they read.

use super::apps::QUESTIONS;
use super::layer::MANAGED;
use super::memo::{Looked, Number, Question};
use super::packed::Loose;
use super::plain::plain;
use super::read::{NOBODY, Who};
use super::recent::{Recent, RecentBytes};
use super::snapshot::{ABOUT, About, domains_of};
use super::{Asked, Memo, keys_of};
use std::sync::Arc;

/// The most bytes of names in one generation of what is kept.
const NAMES: usize = 1 << 20;
/// The most Macs in one generation that are not alike.
const MACS: usize = 1 << 14;

/// Bytes that no text has: in place of a user's name, with the user's number behind it; in place of the hardware UUID at the
/// end of a file's name; and at the end of a path.
const USER: u8 = 0xFD;
const UUID: u8 = 0xFE;
const END: u8 = 0xFF;

/// What was said of Macs, to be said again of others that are like them: `T` of their settings, and `A` of their apps. It belongs
/// to one [`Asked`] and one [`Memo`].
#[derive(Debug)]
pub struct Alike<T, A> {
    /// By what a snapshot says of itself and the names of all that is in it.
    shapes: RecentBytes<Shape>,
    /// By the names of the files of apps, and by what was in them: what matters of the apps to what is said, and `A`.
    apps: Recent<Box<[Number]>, (Number, A)>,
    /// By the shape, by what was in every other file that is looked at, and by what matters of the apps.
    said: Recent<Box<[Number]>, T>,
    numbers: RecentBytes<Number>,
    last: Number,
    /// The shape of the Mac that was asked for last, and its check sum.
    shape: Vec<u8>,
    sum: u32,
}

impl<T: Clone, A: Clone> Default for Alike<T, A> {
    fn default() -> Self {
        Self {
            shapes: RecentBytes::new(NAMES),
            apps: Recent::new(MACS),
            said: Recent::new(MACS),
            numbers: RecentBytes::new(NAMES),
            last: 0,
            shape: Vec::new(),
            sum: 0,
        }
    }
}

/// Snapshots with the same names in them.
#[derive(Clone, Debug)]
struct Shape {
    number: Number,
    /// The number of the names of the files of apps.
    of_apps: Number,
    places: Arc<[Place]>,
}

/// A file that is looked at: which of the entries, and what is asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    entry: usize,
    question: Question,
}

/// What is said of a Mac.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said<T, A> {
    /// Of its settings.
    pub settings: T,
    /// Of its apps.
    pub apps: A,
}

impl<T: Clone, A: Clone> Alike<T, A> {
    /// What the snapshot says of itself, and what was said of a Mac like it; none where nobody can say whether it is like
    /// another. `mark` writes what else decides: always as many bytes.
    pub fn find(
        &mut self,
        asked: &Asked<'_, '_>,
        loose: &Loose<'_>,
        memo: &Memo,
        mark: impl FnOnce(&About, &mut Vec<u8>),
    ) -> Option<(About, Option<Said<T, A>>)> {
        if asked.evidence {
            return None;
        }
        let own = loose.entries.iter().find(|(path, _)| path == ABOUT)?.1?;
        let plain = plain(own, memo, domains_of)?;
        self.shape.clear();
        self.shape.extend_from_slice(&plain.asked.unwrap_or_default().to_le_bytes());
        mark(&plain.about, &mut self.shape);
        shape(&mut self.shape, &plain.about, loose, asked.who);
        self.sum = crc32fast::hash(&self.shape);
        let said = self.known(asked, loose, memo);
        if said.is_none() {
            memo.note();
        }
        Some((plain.about, said))
    }

    fn known(&mut self, asked: &Asked<'_, '_>, loose: &Loose<'_>, memo: &Memo) -> Option<Said<T, A>> {
        let shape = self.shapes.get(0, &self.shape, self.sum)?;
        let mut keys = Keys::of(&shape);
        for place in shape.places.iter() {
            let (path, content) = loose.entries.get(place.entry)?;
            let (_, number) = keys_of((*content)?, path, asked.want(place.question)?, memo);
            keys.push(place.question, number?);
        }
        let (class, apps) = self.apps.get(keys.apps.as_slice())?;
        keys.settings.push(class);
        let settings = self.said.get(keys.settings.as_slice())?;
        Some(Said { settings, apps })
    }

    /// Keeps what is said of the Mac that was not found, once it was read with the same memo; none: nothing is. `class` tells all
    /// of its apps on which what is said of its settings depends. What cannot be known again is not kept either.
    pub fn keep(&mut self, about: &About, loose: &Loose<'_>, memo: &Memo, said: Option<(Said<T, A>, &[u8])>) {
        let looked = memo.noted();
        let Some((said, class)) = said else { return };
        let _ = self.try_keep(about, loose, &looked, said, class);
    }

    fn try_keep(
        &mut self,
        about: &About,
        loose: &Loose<'_>,
        looked: &[Looked],
        said: Said<T, A>,
        class: &[u8],
    ) -> Option<()> {
        let place = |(path, question, _): &Looked| {
            let entry = loose.entries.iter().position(|(own, content)| own == path && content.is_some())?;
            Some(Place { entry, question: *question })
        };
        let places = looked.iter().map(place).collect::<Option<Vec<_>>>()?;
        let shape = match self.shapes.get(0, &self.shape, self.sum) {
            // What is looked at may depend on what is in a file; then nothing can be said of the next.
            Some(shape) if *shape.places != *places => return None,
            Some(shape) => shape,
            None => {
                let number = self.next()?;
                let of_apps = self.shape_of_apps(about, looked, number)?;
                let shape = Shape { number, of_apps, places: places.into() };
                self.shapes.put(0, &self.shape, self.sum, shape.clone());
                shape
            }
        };
        let mut keys = Keys::of(&shape);
        for (_, question, number) in looked {
            keys.push(*question, (*number)?);
        }
        let class = self.number(0, class)?;
        self.apps.put(keys.apps.into(), (class, said.apps), 1);
        keys.settings.push(class);
        self.said.put(keys.settings.into(), said.settings, 1);
        Some(())
    }

    /// The number of the names of the files of apps: many snapshots differ in others. Where a user has apps, or something could
    /// not be read, that of the whole shape.
    fn shape_of_apps(&mut self, about: &About, looked: &[Looked], whole: Number) -> Option<Number> {
        let apps = || looked.iter().filter(|(_, question, _)| *question < QUESTIONS).map(|(path, ..)| path);
        if !about.unreadable.is_empty() || apps().any(|path| segment(path, USERS).is_some()) {
            return Some(whole);
        }
        let mut names = vec![u8::from(about.looked_for_apps())];
        for path in apps() {
            names.extend_from_slice(path.as_bytes());
            names.push(END);
        }
        self.number(1, &names)
    }

    /// The number of some bytes of a kind.
    fn number(&mut self, kind: usize, bytes: &[u8]) -> Option<Number> {
        let sum = crc32fast::hash(bytes);
        if let Some(number) = self.numbers.get(kind, bytes, sum) {
            return Some(number);
        }
        let number = self.next()?;
        self.numbers.put(kind, bytes, sum, number);
        Some(number)
    }

    fn next(&mut self) -> Option<Number> {
        self.last = self.last.checked_add(1)?;
        Some(self.last)
    }
}

/// By what a Mac is looked up.
struct Keys {
    apps: Vec<Number>,
    settings: Vec<Number>,
}

impl Keys {
    fn of(shape: &Shape) -> Self {
        let settings = Vec::with_capacity(shape.places.len() + 2);
        let mut keys = Self { apps: Vec::with_capacity(shape.places.len() + 1), settings };
        keys.apps.push(shape.of_apps);
        keys.settings.push(shape.number);
        keys
    }

    fn push(&mut self, question: Question, number: Number) {
        if question < QUESTIONS { self.apps.push(number) } else { self.settings.push(number) }
    }
}

/// Writes what a snapshot says of itself and the names of all that is in it, with numbers in place of users' names.
fn shape(out: &mut Vec<u8>, about: &About, loose: &Loose<'_>, who: Who<'_>) {
    let paths = || loose.entries.iter().map(|(path, content)| (path.as_ref(), content.is_none()));
    let mut homes: Vec<&str> =
        paths().filter_map(|(path, _)| segment(path, USERS)).map(|(name, _)| name).collect();
    homes.retain(|name| !name.starts_with('.') && !NOBODY.contains(name));
    homes.sort_unstable();
    homes.dedup();
    let chosen = match who {
        Who::Console => about.console_user.as_deref(),
        Who::Named(name) => Some(name),
        Who::Everybody => None,
    };
    let chosen = chosen.map(|name| homes.binary_search(&name).ok());
    out.extend([
        u8::from(about.managed_only),
        u8::from(about.hardware_uuid.is_some()),
        u8::from(chosen.is_some()),
    ]);
    number(out, chosen.flatten().map_or(0, |at| at + 1));
    let names = Names { homes, uuid: about.hardware_uuid.as_deref() };
    for (path, folder) in paths() {
        names.write(out, path, folder);
    }
    out.push(END);
    for (path, why) in &about.unreadable {
        names.write(out, path, true);
        out.extend_from_slice(why.as_bytes());
        out.push(END);
    }
}

const USERS: &str = "/Users";

/// The first name in a folder, and what stands behind it.
fn segment<'p>(path: &'p str, folder: &str) -> Option<(&'p str, &'p str)> {
    let rest = path.strip_prefix(folder)?.strip_prefix('/')?;
    Some(rest.split_at(rest.find('/').unwrap_or(rest.len())))
}

fn number(out: &mut Vec<u8>, number: usize) {
    out.extend_from_slice(&number.to_le_bytes());
}

/// The names of a Mac's own.
struct Names<'n> {
    homes: Vec<&'n str>,
    uuid: Option<&'n str>,
}

impl Names<'_> {
    /// Writes a path.
    fn write(&self, out: &mut Vec<u8>, path: &str, folder: bool) {
        out.push(u8::from(folder));
        let mut rest = path;
        for of_users in [USERS, MANAGED] {
            // A file among the managed ones is of the whole Mac.
            let Some((name, behind)) = segment(path, of_users) else { continue };
            let own = self.homes.binary_search(&name).ok();
            if let Some(at) = own.filter(|_| folder || !behind.is_empty()) {
                out.extend_from_slice(of_users.as_bytes());
                out.push(USER);
                number(out, at);
                rest = behind;
            }
        }
        match self.uuid.and_then(|uuid| rest.strip_suffix(".plist")?.strip_suffix(uuid)) {
            Some(before) => {
                out.extend_from_slice(before.as_bytes());
                out.push(UUID);
            }
            None => out.extend_from_slice(rest.as_bytes()),
        }
        out.push(END);
    }
}

#[cfg(test)]
mod tests {
    use super::super::packed::Buffers;
    use super::super::{Ask, Mac};
    use super::*;
    use crate::catalog::Catalog;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    fn plist(inside: &str) -> String {
        format!("<plist version=\"1.0\"><dict>{inside}</dict></plist>")
    }

    /// What a snapshot says of itself.
    fn own(serial: &str, uuid: &str, user: &str, more: &str) -> (String, String) {
        let text = |key: &str, text: &str| match text {
            "" => String::new(),
            text => format!("<key>{key}</key><string>{text}</string>"),
        };
        let inside = format!(
            "<key>format</key><integer>1</integer>{}{}{}{more}",
            text("serial", serial),
            text("hardware-uuid", uuid),
            text("console-user", user),
        );
        (ABOUT.to_owned(), plist(&inside))
    }

    fn pack(entries: &[(String, String)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
        for (path, content) in entries {
            let mut header = tar::Header::new_ustar();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            builder.append_data(&mut header, path.trim_start_matches('/'), content.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap()
    }

    /// A Mac whose user has a file, with the key that is asked for and another.
    fn files(user: &str, value: u32, other: u32) -> Vec<(String, String)> {
        let keys =
            format!("<key>K</key><integer>{value}</integer><key>Other</key><integer>{other}</integer>");
        let managed = "<key>K</key><integer>7</integer>".to_owned();
        vec![
            (format!("/Users/{user}/Library/Preferences/com.example.app.plist"), plist(&keys)),
            (format!("{MANAGED}/{user}/com.example.app.plist"), plist(&managed)),
        ]
    }

    const UUID: &str = "6D1F36B5-0C35-5D9C-9B8E-000000000001";
    const OTHER: &str = "6D1F36B5-0C35-5D9C-9B8E-000000000002";

    /// Which of these were like one before: with a number that each gets when it is the first of its kind.
    fn told(who: Who<'_>, macs: &[Vec<(String, String)>]) -> Vec<usize> {
        let catalog = Catalog::builtin();
        let asks = [Ask { domain: "com.example.app", keys: Some(&["K"]) }];
        let asked = Asked::new(&asks, who, &catalog).without_rules().without_evidence();
        let (memo, mut alike, mut buffers) = (Memo::default(), Alike::default(), Buffers::default());
        let mut kinds: Vec<Mac> = Vec::new();
        let mut each = |entries: &Vec<(String, String)>| {
            let bytes = pack(entries);
            let loose = buffers.open(bytes.as_slice()).unwrap();
            let (about, said) = alike.find(&asked, &loose, &memo, |_, _| ()).unwrap();
            let mac = Mac::read(&loose.sorted().unwrap(), &asks, who, &catalog).unwrap();
            assert_eq!(about, mac.about);
            said.map(|said| said.settings).unwrap_or_else(|| {
                let read = asked.read(&loose.sorted().unwrap(), &memo).unwrap();
                let said = Said { settings: kinds.len(), apps: kinds.len() };
                alike.keep(&about, &loose, &memo, Some((said, &[])));
                kinds.push(read);
                kinds.len() - 1
            })
        };
        macs.iter().map(&mut each).collect()
    }

    fn mac(own: (String, String), files: Vec<(String, String)>) -> Vec<(String, String)> {
        [vec![own], files].concat()
    }

    #[test]
    fn who_it_is_and_what_nobody_asked_for_makes_no_difference() {
        let macs = [
            mac(own("A1", UUID, "anna", ""), files("anna", 1, 1)),
            mac(own("A2", OTHER, "anna", ""), files("anna", 1, 1)),
            // Another name of the user; a key that nobody asked for; another time.
            mac(own("A3", OTHER, "ben", "<key>name</key><string>Büro</string>"), files("ben", 1, 1)),
            mac(
                own("A4", OTHER, "ben", "<key>taken</key><date>2027-01-01T00:00:00Z</date>"),
                files("ben", 1, 2),
            ),
        ];
        assert_eq!(told(Who::Console, &macs), [0, 0, 0, 0]);
    }

    #[test]
    fn whatever_decides_makes_one() {
        let first = mac(own("A1", UUID, "anna", ""), files("anna", 1, 1));
        let managed_only = "<key>managed-only</key><true/>";
        let asked =
            "<key>collected</key><dict><key>com.example.app</key><array><string>K</string></array></dict>";
        let unread = |user: &str| {
            format!("<key>unreadable</key><dict><key>/Users/{user}/Library</key><string>no</string></dict>")
        };
        let container =
            |user: &str| (format!("/Users/{user}/Library/Containers/com.example.app/x"), String::new());
        let by_host = |uuid: &str, name: &str| {
            (format!("/Users/anna/Library/Preferences/ByHost/com.example.{name}.{uuid}.plist"), plist(""))
        };
        let macs = [
            first.clone(),
            mac(own("A1", UUID, "anna", ""), files("anna", 2, 1)),
            // Nobody is logged in, or somebody without a home.
            mac(own("A1", UUID, "", ""), files("anna", 1, 1)),
            mac(own("A1", UUID, "ben", ""), files("anna", 1, 1)),
            mac(own("A1", "", "anna", ""), files("anna", 1, 1)),
            mac(own("A1", UUID, "anna", managed_only), files("anna", 1, 1)),
            mac(own("A1", UUID, "anna", asked), files("anna", 1, 1)),
            mac(own("A1", UUID, "anna", &unread("anna")), files("anna", 1, 1)),
            mac(own("A1", UUID, "anna", &unread("ben")), files("anna", 1, 1)),
            mac(own("A1", UUID, "anna", ""), [files("anna", 1, 1), vec![container("anna")]].concat()),
            mac(own("A1", UUID, "anna", ""), [files("anna", 1, 1), vec![by_host(UUID, "app")]].concat()),
            mac(own("A1", OTHER, "anna", ""), [files("anna", 1, 1), vec![by_host(UUID, "app")]].concat()),
            mac(own("A1", UUID, "anna", ""), [files("anna", 1, 1), vec![by_host(UUID, "other")]].concat()),
            // Of two users the other one.
            mac(own("A1", UUID, "anna", ""), [files("anna", 1, 1), files("ben", 2, 1)].concat()),
            mac(own("A1", UUID, "ben", ""), [files("anna", 1, 1), files("ben", 2, 1)].concat()),
            first,
        ];
        let told = told(Who::Console, &macs);
        assert_eq!(told, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0]);
    }

    #[test]
    fn of_a_user_of_this_name() {
        let both = |one: u32, other: u32| {
            mac(own("A1", UUID, "anna", ""), [files("anna", one, 1), files("ben", other, 1)].concat())
        };
        let turned = mac(own("A1", UUID, "anna", ""), [files("ben", 1, 1), files("carl", 2, 1)].concat());
        assert_eq!(told(Who::Named("ben"), &[both(1, 2), both(1, 2), both(2, 1), turned]), [0, 0, 1, 2]);
    }

    #[test]
    fn what_cannot_be_read_is_read_each_time() {
        let mut cut = files("anna", 1, 1);
        cut[0].1 = "<plist><dict>".to_owned();
        let macs = [mac(own("A1", UUID, "anna", ""), cut.clone()), mac(own("A2", UUID, "anna", ""), cut)];
        assert_eq!(told(Who::Console, &macs), [0, 1]);
    }

    #[test]
    fn of_apps_only_what_they_read_matters() {
        let catalog = Catalog::builtin();
        let asks = [Ask { domain: "com.microsoft.Word", keys: Some(&["K"]) }];
        let asked = Asked::new(&asks, Who::Console, &catalog).without_rules().without_evidence();
        let (memo, mut alike, mut buffers) = (Memo::default(), Alike::default(), Buffers::default());
        let mut look = |version: &str, class: &[u8]| {
            let info = [("CFBundleIdentifier", "com.microsoft.Word"), ("CFBundleVersion", version)]
                .map(|(key, text)| format!("<key>{key}</key><string>{text}</string>"));
            let info =
                ("/Applications/Microsoft Word.app/Contents/Info.plist".to_owned(), plist(&info.concat()));
            let bytes = pack(&[own("A1", UUID, "", ""), info]);
            let loose = buffers.open(bytes.as_slice()).unwrap();
            let (about, said) = alike.find(&asked, &loose, &memo, |_, _| ()).unwrap();
            if said.is_none() {
                asked.read(&loose.sorted().unwrap(), &memo).unwrap();
                let told = Said { settings: class.to_vec(), apps: version.to_owned() };
                alike.keep(&about, &loose, &memo, Some((told, class)));
            }
            said
        };
        let known =
            |class: &[u8], version: &str| Some(Said { settings: class.to_vec(), apps: version.to_owned() });
        assert_eq!(look("16.90.1", b"old"), None);
        assert_eq!(look("16.91.1", b"old"), None);
        assert_eq!(look("16.92.1", b"new"), None);
        assert_eq!(look("16.90.1", b""), known(b"old", "16.90.1"));
        assert_eq!(look("16.91.1", b""), known(b"old", "16.91.1"));
        assert_eq!(look("16.92.1", b""), known(b"new", "16.92.1"));
    }
}
