//! Fleets from a seed: snapshots of any number of Macs, as the collector writes them, and what must be said of them all.
//!
//! Each Mac is thrown by itself: which apps it has, how each domain reaches it (by a profile, by an old one, by the user's
//! own hand, not at all), what of it nobody could read, and whether its snapshot is any good. What must be said follows
//! from what was thrown, by the tables here: nothing of prefsmith's is asked.
#![allow(dead_code, reason = "each test crate uses a part")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on has failed"
)]

use flate2::{Compress, Compression, Crc, FlushCompress};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The policy that every fleet is judged by.
pub const POLICY: &str = "\
[policy]
id = \"com.example.fleet\"
name = \"The fleet\"

[settings.AutoUpdate]
ChannelName = \"CurrentThrottle\"
HowToCheck = \"AutomaticDownload\"
ExtendedLogging = false

[settings.Office]
DiagnosticDataTypePreference = \"BasicDiagnosticData\"
DefaultsToLocalOpenSave = true

[settings.Outlook]
DisableImport = true
EnableNewOutlook = 0
DisableDoNotForward = true

[custom.\"com.example.vpn\"]
AlwaysOn = true
Server = \"vpn.example.com\"
Retries = 3

[unset]
\"com.example.vpn\" = [\"Debug\"]
";

/// The exemptions of every fleet.
pub const EXEMPTIONS: &str = "\
[[exempt]]
key = \"ChannelName\"
serial = [\"PLT*\"]
why = \"Pilots take what comes early.\"
";

const DOMAINS: [&str; 4] =
    ["com.microsoft.autoupdate2", "com.microsoft.office", "com.microsoft.Outlook", "com.example.vpn"];
const MAU: usize = 0;
const OUTLOOK: usize = 2;
const VPN: usize = 3;

/// A setting of the policy, and what its maker documents of it.
struct Setting {
    domain: usize,
    name: &'static str,
    wanted: &'static str,
    other: &'static str,
    /// Whether the app does it by itself.
    default: bool,
    /// Whether the app takes it from profiles only.
    forced_only: bool,
    /// From which version of Outlook on it is read.
    outlook: u32,
}

const fn setting(domain: usize, name: &'static str, wanted: &'static str, other: &'static str) -> Setting {
    Setting { domain, name, wanted, other, default: false, forced_only: false, outlook: 0 }
}

/// All of them, but for the one that must not be there. The first of each domain is what an old profile has otherwise.
const SETTINGS: [Setting; 11] = [
    setting(0, "ChannelName", "<string>CurrentThrottle</string>", "<string>Beta</string>"),
    Setting {
        default: true,
        ..setting(0, "HowToCheck", "<string>AutomaticDownload</string>", "<string>Manual</string>")
    },
    Setting { default: true, ..setting(0, "ExtendedLogging", "<false/>", "<true/>") },
    setting(
        1,
        "DiagnosticDataTypePreference",
        "<string>BasicDiagnosticData</string>",
        "<string>FullDiagnosticData</string>",
    ),
    setting(1, "DefaultsToLocalOpenSave", "<true/>", "<false/>"),
    Setting { forced_only: true, outlook: 18, ..setting(2, "DisableImport", "<true/>", "<false/>") },
    Setting { outlook: 38, ..setting(2, "EnableNewOutlook", "<integer>0</integer>", "<integer>2</integer>") },
    Setting { outlook: 40, ..setting(2, "DisableDoNotForward", "<true/>", "<false/>") },
    setting(3, "AlwaysOn", "<true/>", "<false/>"),
    setting(3, "Server", "<string>vpn.example.com</string>", "<string>vpn.example.net</string>"),
    setting(3, "Retries", "<integer>3</integer>", "<integer>9</integer>"),
];
const UNSET: &str = "Debug";

/// How a domain's settings come to a Mac.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// A profile enforces all of them.
    Managed,
    /// An old profile has the first of them otherwise.
    Stale,
    /// A profile enforces them for anna alone.
    ForUser,
    /// A profile has 1 for true in the first of them.
    Lenient,
    /// What profiles enforce is cut off in the snapshot.
    Cut,
    /// anna set them as they should be.
    User,
    /// anna set them otherwise.
    Other,
    /// They are set for all users.
    Computer,
    /// Nothing is set.
    Nothing,
}

/// How often of a thousand, where no profile is missing on the whole Mac.
const WAYS: [(Way, u64); 9] = [
    (Way::Managed, 938),
    (Way::Stale, 15),
    (Way::ForUser, 10),
    (Way::Lenient, 3),
    (Way::Cut, 3),
    (Way::User, 8),
    (Way::Other, 7),
    (Way::Computer, 6),
    (Way::Nothing, 10),
];

/// What is wrong with a snapshot as a whole.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Broken {
    Cut,
    Empty,
    Page,
    Noise,
    Later,
}

const BROKEN: [Broken; 5] = [Broken::Cut, Broken::Empty, Broken::Page, Broken::Noise, Broken::Later];

/// The versions that are out there, the newest first: as `CFBundleVersion` has them, and as people read them.
const OUTLOOKS: [(&str, &str, u32); 7] = [
    ("16.92.24120731", "16.92 [24120731]", 92),
    ("16.91.24111020", "16.91 [24111020]", 91),
    ("16.90.24101513", "16.90 [24101513]", 90),
    ("16.89.24090815", "16.89 [24090815]", 89),
    ("16.78.23100802", "16.78 [23100802]", 78),
    ("16.39.20071320", "16.39 [20071320]", 39),
    ("16.17.18090901", "16.17 [18090901]", 17),
];
const WORDS: [(&str, &str); 5] = [
    ("16.92.24120731", "16.92 [24120731]"),
    ("16.91.24111020", "16.91 [24111020]"),
    ("16.90.24101513", "16.90 [24101513]"),
    ("16.88.24081116", "16.88 [24081116]"),
    ("16.78.23100802", "16.78 [23100802]"),
];
const MAUS: [(&str, &str); 4] = [
    ("4.76.24121117", "4.76 [24121117]"),
    ("4.75.24101003", "4.75 [24101003]"),
    ("4.74.24090811", "4.74 [24090811]"),
    ("4.60.23052101", "4.60 [23052101]"),
];
const MACOS: [&str; 6] = ["15.2", "15.1.1", "14.7.2", "14.6.1", "13.7.2", "12.7.6"];

/// What the larger part of a snapshot is made of: many Macs have it in common.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Common {
    ways: [Way; 4],
    macos: usize,
    mau: Option<usize>,
    outlook: Option<usize>,
    word: usize,
    /// macOS did not let the collector read Outlook's container.
    sealed: bool,
    /// Two users have a home, and nobody is logged in.
    nobody: bool,
}

/// One Mac, as it was thrown.
struct Mac {
    number: u64,
    common: Common,
    /// anna has the key that must not be there.
    debug: bool,
    pilot: bool,
    /// It does not say which Mac it is of.
    nameless: bool,
    broken: Option<Broken>,
    /// Whether this is the older one of two snapshots.
    older: bool,
}

/// Numbers from a seed, by `splitmix64`.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// In so many of a thousand.
    fn of_thousand(&mut self, share: u64) -> bool {
        self.roll() % 1000 < share
    }

    /// A place in a list whose first are the most frequent.
    fn early(&mut self, count: usize) -> usize {
        let rest = usize::try_from(self.roll() % 100).unwrap();
        (0..count - 1).find(|place| rest < [46, 71, 84, 92, 97, 99][*place]).unwrap_or(count - 1)
    }
}

impl Mac {
    fn throw(seed: u64, number: u64, older: bool) -> Self {
        let mut dice = Dice(seed ^ number.wrapping_mul(0xD1B5_4A32_D192_ED03) ^ u64::from(older) << 63);
        let unmanaged = dice.of_thousand(12);
        let ways = [(); 4].map(|()| {
            let mut rest = dice.roll() % 1000;
            let thrown = WAYS.iter().find(|(_, share)| {
                let here = rest < *share;
                rest = rest.saturating_sub(*share);
                here
            });
            match thrown.unwrap().0 {
                Way::Managed if unmanaged => Way::Nothing,
                way => way,
            }
        });
        let mut ways = ways;
        for (domain, way) in ways.iter_mut().enumerate() {
            if *way == Way::Lenient && domain != VPN {
                *way = Way::Managed;
            }
        }
        let common = Common {
            ways,
            macos: dice.early(MACOS.len()),
            mau: (!dice.of_thousand(20)).then(|| dice.early(MAUS.len())),
            outlook: (!dice.of_thousand(80)).then(|| dice.early(OUTLOOKS.len())),
            word: dice.early(WORDS.len()),
            sealed: dice.of_thousand(40),
            nobody: dice.of_thousand(15),
        };
        Self {
            number,
            common,
            debug: dice.of_thousand(6),
            pilot: number % 100 == 7,
            nameless: !older && number % 997 == 11,
            broken: (!older && dice.of_thousand(4))
                .then(|| BROKEN[usize::try_from(dice.roll() % 5).unwrap()]),
            older,
        }
    }

    /// Whether there is an older snapshot of it too.
    fn has_older(&self) -> bool {
        self.broken.is_none() && !self.nameless && Dice(self.number ^ 0x5EED).of_thousand(20)
    }

    fn serial(&self) -> String {
        format!("{}{:07}", if self.pilot { "PLT" } else { "C02" }, self.number)
    }

    fn name(&self) -> String {
        format!("MAC-{:07}", self.number)
    }

    fn taken(&self) -> String {
        let (day, second) = (if self.older { 1 + self.number % 27 } else { 28 }, self.number % 86_400);
        format!("2027-02-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
    }
}

/// What must be said of a setting: its verdict, the layer whose value is in effect, and what it counts as.
type Said = (&'static str, &'static str, &'static str);

const COMPLIANT: &str = "compliant";
const DRIFTED: &str = "drifted";
const UNDECIDED: &str = "undecided";

impl Mac {
    /// What must be said of every setting, in the order of [`SETTINGS`], and last of the one that must not be there.
    fn said(&self) -> Vec<Said> {
        let mut first = [true; 4];
        let said = SETTINGS.iter().map(|setting| {
            let said = self.of(setting, std::mem::take(&mut first[setting.domain]));
            let exempt = self.pilot && !self.nameless && setting.name == "ChannelName";
            if exempt { (said.0, said.1, "exempt") } else { said }
        });
        said.chain([self.unwanted()]).collect()
    }

    fn of(&self, setting: &Setting, first: bool) -> Said {
        let common = &self.common;
        let read = match setting.domain {
            MAU => common.mau.is_some(),
            OUTLOOK => common.outlook.is_some_and(|at| OUTLOOKS[at].2 >= setting.outlook),
            _ => true,
        };
        let unread = ("not-applicable", "none", "not-applicable");
        // What a profile holds as it should be is enforced, whatever is installed; of what no profile holds, the layers
        // below decide.
        match common.ways[setting.domain] {
            Way::Managed => return ("enforced", "managed-computer", COMPLIANT),
            Way::Stale if first && !read => return unread,
            Way::Stale if first => return ("differs", "managed-computer", DRIFTED),
            Way::Lenient if first => return ("wrong-type", "managed-computer", COMPLIANT),
            Way::Stale | Way::Lenient => return ("enforced", "managed-computer", COMPLIANT),
            Way::ForUser if !common.nobody => return ("enforced", "managed-user", COMPLIANT),
            Way::Cut => return ("unreadable", "none", UNDECIDED),
            Way::ForUser | Way::User | Way::Other | Way::Computer | Way::Nothing if !read => return unread,
            Way::ForUser | Way::User | Way::Other | Way::Computer | Way::Nothing => {}
        }
        let hidden = setting.domain == OUTLOOK && common.sealed && !common.nobody;
        if hidden {
            // Nobody knows what anna has; but no profile holds it.
            return ("unreadable", "none", DRIFTED);
        }
        let ineffective = |said: Said| match setting.forced_only {
            true => ("ineffective", said.1, DRIFTED),
            false => said,
        };
        match common.ways[setting.domain] {
            Way::User if !common.nobody => ineffective(("set", "user", DRIFTED)),
            Way::Other if !common.nobody => ineffective(("differs", "user", DRIFTED)),
            Way::Computer => ineffective(("set", "computer", DRIFTED)),
            _ if setting.default => ("default", "app-default", DRIFTED),
            _ => ("missing", "none", DRIFTED),
        }
    }

    fn unwanted(&self) -> Said {
        let cut = self.common.ways[VPN] == Way::Cut;
        match (self.debug && !self.common.nobody, cut || self.common.nobody) {
            (true, true) => ("unwanted", "none", DRIFTED),
            (true, false) => ("unwanted", "user", DRIFTED),
            (false, true) => ("unreadable", "none", UNDECIDED),
            (false, false) => ("absent", "none", COMPLIANT),
        }
    }
}

/// What a fleet must come to.
#[derive(Default)]
pub struct Totals {
    snapshots: u64,
    older: u64,
    states: BTreeMap<&'static str, u64>,
    /// For each setting: verdicts, standings, and layers of those that drift.
    settings: Vec<[BTreeMap<&'static str, u64>; 3]>,
    /// For each domain: on how many Macs at least one setting drifts, and on how many none does and one is undecided.
    domains: [[u64; 2]; DOMAINS.len()],
    apps: BTreeMap<&'static str, BTreeMap<&'static str, u64>>,
    worst: Vec<(u64, u64, u64)>,
}

impl Totals {
    fn add(&mut self, mac: &Mac) {
        self.snapshots += 1;
        let state = if mac.older {
            self.older += 1;
            return;
        } else if mac.broken.is_some() {
            "unreadable"
        } else {
            self.judged(mac)
        };
        *self.states.entry(state).or_default() += 1;
    }

    fn judged(&mut self, mac: &Mac) -> &'static str {
        let said = mac.said();
        self.settings.resize_with(said.len(), Default::default);
        for ([verdicts, standings, layers], (verdict, layer, standing)) in self.settings.iter_mut().zip(&said)
        {
            *verdicts.entry(verdict).or_default() += 1;
            *standings.entry(standing).or_default() += 1;
            if *standing == DRIFTED {
                *layers.entry(layer).or_default() += 1;
            }
        }
        for (domain, sums) in self.domains.iter_mut().enumerate() {
            let has = |standing: &str| {
                let of = SETTINGS.iter().map(|setting| setting.domain).chain([VPN]);
                of.zip(&said).any(|(own, (.., counts))| own == domain && *counts == standing)
            };
            match (has(DRIFTED), has(UNDECIDED)) {
                (true, _) => sums[0] += 1,
                (false, true) => sums[1] += 1,
                (false, false) => {}
            }
        }
        let common = &mac.common;
        for (app, version) in [
            ("AutoUpdate", common.mau.map(|at| MAUS[at].1)),
            ("Outlook", common.outlook.map(|at| OUTLOOKS[at].1)),
            ("Word", Some(WORDS[common.word].1)),
            ("macOS", Some(MACOS[common.macos])),
        ] {
            *self.apps.entry(app).or_default().entry(version.unwrap_or("")).or_default() += 1;
        }
        let count = |what: &str| said.iter().filter(|(.., standing)| *standing == what).count() as u64;
        let (drifted, undecided) = (count(DRIFTED), count(UNDECIDED));
        if drifted + undecided > 0 {
            self.worst.push((u64::MAX - drifted, u64::MAX - undecided, mac.number));
        }
        match (drifted, undecided) {
            (0, 0) => COMPLIANT,
            (0, _) => UNDECIDED,
            _ => DRIFTED,
        }
    }

    fn merge(&mut self, other: Self) {
        let add = |all: &mut BTreeMap<&'static str, u64>, more: BTreeMap<&'static str, u64>| {
            for (word, count) in more {
                *all.entry(word).or_default() += count;
            }
        };
        self.snapshots += other.snapshots;
        self.older += other.older;
        add(&mut self.states, other.states);
        self.settings.resize_with(SETTINGS.len() + 1, Default::default);
        for (all, more) in self.settings.iter_mut().zip(other.settings) {
            for (all, more) in all.iter_mut().zip(more) {
                add(all, more);
            }
        }
        for (all, more) in self.domains.iter_mut().flatten().zip(other.domains.into_iter().flatten()) {
            *all += more;
        }
        for (app, versions) in other.apps {
            add(self.apps.entry(app).or_default(), versions);
        }
        self.worst.extend(other.worst);
    }

    /// What `audit --format json` must have, in its words; without what is not counted.
    pub fn json(&self) -> Json {
        let state = |name: &str| self.states.get(name).copied().unwrap_or(0);
        let macs: u64 = self.states.values().sum();
        let counts = |counts: &BTreeMap<&'static str, u64>| -> Json {
            counts.iter().map(|(word, count)| ((*word).to_owned(), json!(count))).collect()
        };
        let names = SETTINGS.iter().map(|setting| (DOMAINS[setting.domain], setting.name));
        let names = names.chain([(DOMAINS[VPN], UNSET)]);
        let mut settings: Vec<Json> = names
            .zip(&self.settings)
            .map(|((domain, key), [verdicts, standing, layers])| {
                let (standing, layers) = (counts(standing), counts(layers));
                json!({ "domain": domain, "key": key, "verdicts": counts(verdicts), "standing": standing, "layers": layers })
            })
            .collect();
        settings.sort_by_key(|one| (one["domain"].to_string(), one["key"].to_string()));
        let judged = macs - state("unreadable");
        let mut domains: Vec<Json> = DOMAINS
            .iter()
            .zip(self.domains)
            .map(|(domain, [drifted, undecided])| {
                json!({ "domain": domain, "macs": judged, "drifted": drifted, "undecided": undecided })
            })
            .collect();
        domains.sort_by_key(|one| one["domain"].to_string());
        let mut worst = self.worst.clone();
        worst.sort_unstable();
        let worst = worst.iter().take(1000).map(|(drifted, undecided, number)| {
            json!({ "name": format!("MAC-{number:07}"), "drifted": u64::MAX - drifted, "undecided": u64::MAX - undecided })
        });
        json!({
            "snapshots": self.snapshots,
            "older": self.older,
            "macs": macs,
            "compliant": state(COMPLIANT),
            "drifted": state(DRIFTED),
            "undecided": state(UNDECIDED),
            "unreadable": state("unreadable"),
            "settings": settings,
            "domains": domains,
            "apps": self.apps.iter().map(|(app, versions)| ((*app).to_owned(), counts(versions))).collect::<Json>(),
            "worst": worst.collect::<Json>(),
        })
    }
}

/// What an audit said, in the same shape.
pub fn said(audit: &Json) -> Json {
    let mut out = serde_json::Map::new();
    for name in ["snapshots", "older", "macs", "compliant", "drifted", "undecided", "unreadable"] {
        out.insert(name.to_owned(), audit[name].clone());
    }
    let positive = |counts: &Json, wanted: &dyn Fn(&str) -> bool| -> Json {
        let counts = counts.as_object().unwrap().iter();
        counts
            .filter(|(word, count)| wanted(word) && count.as_u64().is_some_and(|count| count > 0))
            .map(|(word, count)| (word.clone(), count.clone()))
            .collect()
    };
    let mut settings: Vec<Json> = audit["settings"].as_array().unwrap().iter().map(|one| {
        let standing = positive(&one["standing"], &|_| true);
        let layers = positive(&one["layers"], &|_| true);
        let verdicts = positive(one, &|word| word != "macs");
        json!({ "domain": one["domain"], "key": one["key"], "verdicts": verdicts, "standing": standing, "layers": layers })
    }).collect();
    settings.sort_by_key(|one| (one["domain"].to_string(), one["key"].to_string()));
    out.insert("settings".to_owned(), settings.into());
    let domains = audit["domains"].as_array().unwrap().iter().map(|one| {
        json!({ "domain": one["domain"], "macs": one["macs"], "drifted": one["drifted"], "undecided": one["undecided"] })
    });
    let mut domains: Vec<Json> = domains.collect();
    domains.sort_by_key(|one| one["domain"].to_string());
    out.insert("domains".to_owned(), domains.into());
    let mut apps = serde_json::Map::new();
    for app in audit["apps"].as_array().unwrap() {
        let mut counts: serde_json::Map<String, Json> = app["versions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["version"].as_str().unwrap().to_owned(), one["macs"].clone()))
            .collect();
        if app["missing"] != 0 {
            counts.insert(String::new(), app["missing"].clone());
        }
        // What no Mac of these fleets has.
        if app["versions"] != json!([]) {
            apps.insert(app["product"].as_str().unwrap().to_owned(), counts.into());
        }
        assert_eq!(app["unknown"], 0, "{app}");
    }
    out.insert("apps".to_owned(), apps.into());
    let worst = audit["worst"].as_array().unwrap().iter();
    let worst = worst
        .map(|mac| json!({ "name": mac["name"], "drifted": mac["drifted"], "undecided": mac["undecided"] }));
    out.insert("worst".to_owned(), worst.collect());
    out.into()
}

/// A part of an archive, deflated so that it stands by itself.
struct Part {
    deflated: Vec<u8>,
    crc: Crc,
}

impl Part {
    fn of(bytes: &[u8], last: bool) -> Self {
        let mut squeeze = Compress::new(Compression::default(), false);
        let mut deflated = Vec::with_capacity(bytes.len() + 1024);
        let flush = if last { FlushCompress::Finish } else { FlushCompress::Full };
        squeeze.compress_vec(bytes, &mut deflated, flush).unwrap();
        assert_eq!(squeeze.total_in(), bytes.len() as u64);
        let mut crc = Crc::new();
        crc.update(bytes);
        Self { deflated, crc }
    }
}

/// Adds entries to an archive.
#[derive(Default)]
struct Tar(Vec<u8>);

impl Tar {
    fn entry(&mut self, path: &str, content: &[u8], folder: bool) {
        let mut header = tar::Header::new_ustar();
        // The crate's own setter takes the `./` away, with which the collector's tar begins.
        let ustar = header.as_ustar_mut().unwrap();
        let front =
            if path.len() <= ustar.name.len() { 0 } else { path.get(..100).unwrap().rfind('/').unwrap() };
        let name = path.get(front..).unwrap().trim_start_matches('/');
        ustar.prefix[..front].copy_from_slice(&path.as_bytes()[..front]);
        ustar.name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(if folder { 0o755 } else { 0o644 });
        header.set_mtime(1_800_000_000);
        header.set_entry_type(if folder { tar::EntryType::Directory } else { tar::EntryType::Regular });
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
    }

    fn folders(&mut self, paths: &[&str]) {
        for path in paths {
            self.entry(&format!("./{path}/"), b"", true);
        }
    }

    fn plist(&mut self, path: &str, inside: &str) {
        self.entry(&format!("./{path}"), plist(inside).as_bytes(), false);
    }
}

fn plist(inside: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n{inside}</dict>\n</plist>\n"
    )
}

fn key(name: &str, value: &str) -> String {
    format!("\t<key>{name}</key>\n\t{value}\n")
}

fn text(name: &str, value: &str) -> String {
    key(name, &format!("<string>{value}</string>"))
}

/// The settings of a domain, as a way has them.
fn values(domain: usize, way: Way) -> String {
    let mut all = String::new();
    for (place, setting) in SETTINGS.iter().filter(|setting| setting.domain == domain).enumerate() {
        let value = match way {
            Way::Other => setting.other,
            Way::Stale if place == 0 => setting.other,
            Way::Lenient if place == 0 => "<integer>1</integer>",
            _ => setting.wanted,
        };
        all.push_str(&key(setting.name, value));
    }
    all
}

const HOME: &str = "Users/anna/Library";
const MANAGED: &str = "Library/Managed Preferences";

/// What differs on every Mac: what the snapshot says of itself, and a file of anna's.
fn own(mac: &Mac) -> Vec<u8> {
    let mut tar = Tar::default();
    tar.entry("./", b"", true);
    let mut about = String::new();
    let collected: String = DOMAINS
        .iter()
        .enumerate()
        .map(|(domain, name)| {
            let keys = SETTINGS.iter().filter(|setting| setting.domain == domain).map(|setting| setting.name);
            let more = if domain == VPN { &[UNSET, "LastHost"][..] } else { &[] };
            let keys: String = keys
                .chain(more.iter().copied())
                .fold(String::new(), |all, key| all + &format!("<string>{key}</string>"));
            format!("<key>{name}</key><array>{keys}</array>")
        })
        .collect();
    about.push_str(&key("collected", &format!("<dict>{collected}</dict>")));
    about.push_str(&text("collector", "1"));
    if !mac.common.nobody {
        about.push_str(&text("console-user", "anna"));
    }
    let format = if mac.broken == Some(Broken::Later) { 9 } else { 1 };
    about.push_str(&key("format", &format!("<integer>{format}</integer>")));
    if !mac.nameless {
        about.push_str(&text("hardware-uuid", &format!("6D1F36B5-0C35-5D9C-9B8E-{:012X}", mac.number)));
        about.push_str(&text("serial", &mac.serial()));
    }
    about.push_str(&text("name", &mac.name()));
    about.push_str(&text("policy", "com.example.fleet"));
    about.push_str(&key("taken", &format!("<date>{}</date>", mac.taken())));
    let sealed = format!("/{HOME}/Containers/com.microsoft.Outlook");
    if mac.common.sealed {
        let why = "Operation not permitted";
        about
            .push_str(&key("unreadable", &format!("<dict><key>{sealed}</key><string>{why}</string></dict>")));
    }
    tar.plist("prefsmith-snapshot.plist", &about);
    let mut vpn = text("LastHost", &format!("host-{}.example.com", mac.number));
    if let way @ (Way::User | Way::Other) = mac.common.ways[VPN] {
        vpn.push_str(&values(VPN, way));
    }
    if mac.debug {
        vpn.push_str(&key(UNSET, "<true/>"));
    }
    tar.folders(&["Users", "Users/anna", HOME, "Users/anna/Library/Preferences"]);
    tar.plist(&format!("{HOME}/Preferences/com.example.vpn.plist"), &vpn);
    tar.0
}

/// The rest.
fn common(common: &Common) -> Vec<u8> {
    let mut tar = Tar::default();
    let contents = |app: &str| format!("{app}/Contents");
    let mut app = |app: &str, id: &str, version: &str| {
        let (short, _) = version.rsplit_once('.').unwrap();
        let inside = text("CFBundleIdentifier", id)
            + &text("CFBundleShortVersionString", short)
            + &text("CFBundleVersion", version);
        tar.folders(&[app, &contents(app)]);
        tar.plist(&format!("{}/Info.plist", contents(app)), &inside);
    };
    if let Some(at) = common.outlook {
        app("Applications/Microsoft Outlook.app", "com.microsoft.Outlook", OUTLOOKS[at].0);
    }
    app("Applications/Microsoft Word.app", "com.microsoft.Word", WORDS[common.word].0);
    if let Some(at) = common.mau {
        let bundle = "Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app";
        app(bundle, "com.microsoft.autoupdate2", MAUS[at].0);
    }
    tar.folders(&["System", "System/Library", "System/Library/CoreServices"]);
    tar.plist(
        "System/Library/CoreServices/SystemVersion.plist",
        &text("ProductVersion", MACOS[common.macos]),
    );
    tar.folders(&["Library", MANAGED, "Library/Preferences", &format!("{MANAGED}/anna")]);
    let outlook = format!("{HOME}/Containers/com.microsoft.Outlook/Data/Library/Preferences");
    if !common.sealed {
        tar.folders(&[&format!("{HOME}/Containers"), &outlook]);
    }
    for (domain, (name, way)) in DOMAINS.iter().zip(common.ways).enumerate() {
        let file = format!("{name}.plist");
        let inside = values(domain, way);
        let managed = format!("{inside}{}", text("PayloadUUID", "7B2F2A0E-6B0C-4C4C-9C0E-2B1F6D1F36B5"));
        match way {
            Way::Managed | Way::Stale | Way::Lenient => tar.plist(&format!("{MANAGED}/{file}"), &managed),
            Way::ForUser => tar.plist(&format!("{MANAGED}/anna/{file}"), &managed),
            Way::Cut => {
                let whole = plist(&managed);
                tar.entry(&format!("./{MANAGED}/{file}"), &whole.as_bytes()[..whole.len() / 2], false);
            }
            Way::User | Way::Other if domain == VPN => {}
            Way::User | Way::Other if domain == OUTLOOK && common.sealed => {}
            Way::User | Way::Other if domain == OUTLOOK => tar.plist(&format!("{outlook}/{file}"), &inside),
            Way::User | Way::Other => tar.plist(&format!("{HOME}/Preferences/{file}"), &inside),
            Way::Computer => tar.plist(&format!("Library/Preferences/{file}"), &inside),
            Way::Nothing => {}
        }
    }
    if common.nobody {
        tar.folders(&["Users/ben", "Users/ben/Library"]);
    }
    // What users have beside what profiles enforce, and which profiles that are.
    tar.plist(&format!("{HOME}/Preferences/.GlobalPreferences.plist"), &text("AppleLocale", "en_GB"));
    tar.folders(&["evidence"]);
    tar.plist("evidence/profiles.plist", &evidence(common));
    // The end of an archive.
    tar.0.resize(tar.0.len() + 1024, 0);
    tar.0
}

/// What `profiles show` prints of the profile, in the part that concerns these domains.
fn evidence(common: &Common) -> String {
    let items: String = DOMAINS
        .iter()
        .zip(common.ways)
        .enumerate()
        .filter(|(_, (_, way))| matches!(way, Way::Managed | Way::Stale | Way::Lenient))
        .fold(String::new(), |all, (domain, (name, way))| {
            let forced = format!(
                "<key>{name}</key><dict><key>Forced</key><array><dict><key>mcx_preference_settings</key><dict>{}</dict></dict>\
                 </array></dict>",
                values(domain, way)
            );
            let kind = "<key>PayloadType</key><string>com.apple.ManagedClient.preferences</string>";
            let content = format!("<key>PayloadContent</key><dict>{forced}</dict>");
            let id = format!("<key>PayloadIdentifier</key><string>com.example.fleet.{name}</string>");
            all + &format!("<dict>{kind}{id}{content}</dict>\n")
        });
    let profile = format!(
        "<dict>{}{}<key>ProfileItems</key><array>{items}</array></dict>",
        text("ProfileDisplayName", "The fleet"),
        text("ProfileIdentifier", "com.example.fleet"),
    );
    key("_computerlevel", &format!("<array>{profile}</array>"))
}

/// The snapshot of a Mac.
fn snapshot(mac: &Mac, parts: &mut BTreeMap<Common, Part>) -> Vec<u8> {
    match mac.broken {
        Some(Broken::Empty) => return Vec::new(),
        Some(Broken::Page) => return b"<html><body>403: the link has expired</body></html>\n".to_vec(),
        Some(Broken::Noise) => {
            let mut dice = Dice(mac.number);
            return (0..100).flat_map(|_| dice.roll().to_le_bytes()).collect();
        }
        Some(Broken::Cut | Broken::Later) | None => {}
    }
    let own = Part::of(&own(mac), false);
    let rest = parts.entry(mac.common).or_insert_with(|| Part::of(&common(&mac.common), true));
    let mut bytes = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 19];
    bytes.extend_from_slice(&own.deflated);
    bytes.extend_from_slice(&rest.deflated);
    let mut crc = own.crc;
    crc.combine(&rest.crc);
    bytes.extend_from_slice(&crc.sum().to_le_bytes());
    bytes.extend_from_slice(&crc.amount().to_le_bytes());
    if mac.broken == Some(Broken::Cut) {
        bytes.truncate(bytes.len() / 2);
    }
    bytes
}

/// A fleet of so many Macs.
#[derive(Clone, Copy, Debug)]
pub struct Fleet {
    pub seed: u64,
    pub macs: u64,
}

/// How many Macs are in a folder.
const FOLDER: u64 = 1000;

impl Fleet {
    /// Writes all snapshots into folders of a thousand below a root: what must be said of them.
    pub fn write(self, root: &Path, threads: usize) -> Totals {
        let next = AtomicU64::new(0);
        let work = || {
            let (mut totals, mut parts) = (Totals::default(), BTreeMap::new());
            loop {
                let start = next.fetch_add(FOLDER, Ordering::Relaxed);
                if start >= self.macs {
                    return totals;
                }
                let folder = root.join(format!("{:04}", start / FOLDER));
                let older = root.join("older").join(format!("{:04}", start / FOLDER));
                for path in [&folder, &older] {
                    std::fs::create_dir_all(path).unwrap();
                }
                for number in start..self.macs.min(start + FOLDER) {
                    self.each(number, &mut parts, &mut totals, &mut |mac, bytes| {
                        let place: &PathBuf = if mac.older { &older } else { &folder };
                        std::fs::write(place.join(format!("{}.tar.gz", mac.serial())), bytes).unwrap();
                    });
                }
            }
        };
        std::thread::scope(|scope| {
            let others: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
            let mut totals = Totals::default();
            for other in others {
                totals.merge(other.join().unwrap());
            }
            totals
        })
    }

    /// All snapshots in one archive, not compressed again: what must be said of them.
    pub fn pack(self, archive: impl std::io::Write) -> Totals {
        let mut builder = tar::Builder::new(archive);
        let (mut totals, mut parts) = (Totals::default(), BTreeMap::new());
        totals.merge(Totals::default());
        for number in 0..self.macs {
            self.each(number, &mut parts, &mut totals, &mut |mac, bytes| {
                let mut header = tar::Header::new_ustar();
                header.set_size(bytes.len() as u64);
                header.set_mode(0o644);
                let mut name = String::new();
                let _ = write!(name, "{}/{}.tar.gz", if mac.older { "older" } else { "new" }, mac.serial());
                builder.append_data(&mut header, name, bytes.as_slice()).unwrap();
            });
        }
        builder.into_inner().unwrap();
        totals
    }

    fn each(
        self,
        number: u64,
        parts: &mut BTreeMap<Common, Part>,
        totals: &mut Totals,
        put: &mut dyn FnMut(&Mac, Vec<u8>),
    ) {
        let mac = Mac::throw(self.seed, number, false);
        totals.add(&mac);
        put(&mac, snapshot(&mac, parts));
        if mac.has_older() {
            let older = Mac::throw(self.seed, number, true);
            totals.add(&older);
            put(&older, snapshot(&older, parts));
        }
    }
}
