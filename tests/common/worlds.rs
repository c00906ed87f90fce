//! Macs from a seed, with the policy by which each is judged and what must be said of every setting: each verdict, from
//! each layer that can give it, built by hand from the layers' order, with stray values in the weaker ones.
#![allow(dead_code, reason = "each test crate uses a part")]

use super::world::{World, info, key};
use prefsmith::diff::verdict::Verdict;
use prefsmith::mac::Layer;
use std::collections::BTreeMap;
use std::fmt::Write as _;

pub const UUID: &str = "6D1F36B5-0C35-5D9C-9B8E-58F08A1D7C42";
const MAU: &str =
    "/Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app/Contents/Info.plist";

/// How a setting is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Want {
    Forced,
    Unset,
    Once,
}

/// One setting, and what must be said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    pub domain: String,
    pub key: String,
    pub verdict: Verdict,
    /// The layer of the value in effect.
    pub layer: Option<Layer>,
    pub drift: bool,
}

/// A Mac, its policy, and what must be said.
pub struct Case {
    pub policy: String,
    pub world: World,
    pub expected: Vec<Expected>,
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

    fn often(&mut self) -> bool {
        self.roll().is_multiple_of(2)
    }

    fn pick<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        let at = self.roll() % u64::try_from(list.len()).unwrap();
        list.get(usize::try_from(at).unwrap()).unwrap()
    }
}

/// The layers that files give, strongest first.
const LAYERS: [Layer; 9] = [
    Layer::ManagedUser,
    Layer::ManagedComputer,
    Layer::ManagedGlobal,
    Layer::UserHost,
    Layer::User,
    Layer::UserGlobalHost,
    Layer::UserGlobal,
    Layer::Computer,
    Layer::ComputerGlobal,
];

/// The file of a layer, for anna.
fn file(layer: Layer, domain: &str, contained: bool) -> String {
    let home = "/Users/anna/Library";
    let own = if contained {
        format!("{home}/Containers/{domain}/Data/Library/Preferences")
    } else {
        format!("{home}/Preferences")
    };
    let managed = "/Library/Managed Preferences";
    match layer {
        Layer::ManagedUser => format!("{managed}/anna/{domain}.plist"),
        Layer::ManagedComputer => format!("{managed}/{domain}.plist"),
        Layer::ManagedGlobal => format!("{managed}/.GlobalPreferences.plist"),
        Layer::UserHost => format!("{own}/ByHost/{domain}.{UUID}.plist"),
        Layer::User => format!("{own}/{domain}.plist"),
        Layer::UserGlobalHost => format!("{home}/Preferences/ByHost/.GlobalPreferences.{UUID}.plist"),
        Layer::UserGlobal => format!("{home}/Preferences/.GlobalPreferences.plist"),
        Layer::Computer => format!("/Library/Preferences/{domain}.plist"),
        Layer::ComputerGlobal | Layer::AppDefault => {
            "/Library/Preferences/.GlobalPreferences.plist".to_owned()
        }
    }
}

struct Making {
    dice: Dice,
    /// Keys by file.
    files: BTreeMap<String, String>,
    /// Lines of the policy by table.
    tables: BTreeMap<String, String>,
    unset: BTreeMap<String, Vec<String>>,
    expected: Vec<Expected>,
    count: u32,
}

impl Making {
    /// Another value than the wanted one, and than every other.
    fn other(&mut self) -> String {
        self.count += 1;
        format!("<integer>{}</integer>", 1000 + self.count)
    }

    fn put(&mut self, path: String, name: &str, value: &str) {
        self.files.entry(path).or_default().push_str(&key(name, value));
    }

    /// A setting whose value in effect comes from a layer, or from none; stray values lie in weaker ones.
    fn setting(&mut self, want: Want, verdict: Verdict, layer: Option<Layer>, value: &str, drift: bool) {
        let domains =
            ["com.example.app", "com.example.contained", "com.microsoft.Word", "com.microsoft.office"];
        let domain = (*self.dice.pick(&domains)).to_owned();
        self.count += 1;
        let name = format!("Key{:03}", self.count);
        if let Some(layer) = layer {
            let value = if value.is_empty() { self.other() } else { value.to_owned() };
            self.put(file(layer, &domain, contained(&domain)), &name, &value);
            let weaker = LAYERS.iter().filter(|other| **other > layer);
            for other in weaker.copied().collect::<Vec<_>>() {
                let own = matches!(other, Layer::User | Layer::UserHost);
                // A starting value is looked for in the user's own layers alone.
                if self.dice.often() && (want != Want::Once || !own) {
                    let value = self.other();
                    self.put(file(other, &domain, contained(&domain)), &name, &value);
                }
            }
        }
        let table = match want {
            Want::Forced => format!("[custom.\"{domain}\"]"),
            Want::Once => format!("[custom-set-once.\"{domain}\"]"),
            Want::Unset => {
                self.unset.entry(domain.clone()).or_default().push(format!("\"{name}\""));
                String::new()
            }
        };
        if !table.is_empty() {
            let _ = writeln!(self.tables.entry(table).or_default(), "{name} = true");
        }
        self.expect(&domain, &name, verdict, layer, drift);
    }

    fn expect(&mut self, domain: &str, name: &str, verdict: Verdict, layer: Option<Layer>, drift: bool) {
        let (domain, key) = (domain.to_owned(), name.to_owned());
        self.expected.push(Expected { domain, key, verdict, layer, drift });
    }

    /// A setting of a domain of its own, of which one file cannot be read; what lies below it may say anything.
    fn unreadable(&mut self, layer: Layer, world: &mut World) {
        self.count += 1;
        let (domain, name) = (format!("com.example.broken{}", self.count), format!("Key{:03}", self.count));
        let whole = format!("<plist><dict>{}</dict></plist>", key(&name, "<true/>"));
        let cut = whole.get(..whole.len() / 2).unwrap();
        world.files.insert(file(layer, &domain, false), cut.as_bytes().to_vec());
        for other in LAYERS.iter().filter(|other| **other > layer) {
            if self.dice.often() {
                self.put(file(*other, &domain, false), &name, "<true/>");
            }
        }
        let _ = writeln!(self.tables.entry(format!("[custom.\"{domain}\"]")).or_default(), "{name} = true");
        // Whatever a layer below the managed ones says: no profile enforces it.
        self.expect(&domain, &name, Verdict::Unreadable, None, !layer.managed());
    }

    /// Settings of the catalogue, for the verdicts that need its facts.
    fn known(&mut self) {
        let mut line = |table: &str, text: &str| {
            let _ = writeln!(self.tables.entry(format!("[{table}]")).or_default(), "{text}");
        };
        line("settings.AutoUpdate", "EnableCheckForUpdatesButton = true");
        line("settings.Outlook", "DisableImport = true");
        line("settings.Excel", "SendAllTelemetryEnabled = false");
        line("settings.Office", "OfficeActivationEmailAddress = \"${user.upn}\"");
        line("defaults.AutoUpdate", "ExtendedLogging = false");
        line("defaults.AutoUpdate", "HowToCheck = \"Manual\"");
        let user = |domain: &str| file(Layer::User, domain, contained(domain));
        self.put(user("com.microsoft.Outlook"), "DisableImport", "<true/>");
        let managed = |domain: &str| file(Layer::ManagedComputer, domain, false);
        self.put(
            managed("com.microsoft.office"),
            "OfficeActivationEmailAddress",
            "<string>a@b.example</string>",
        );
        self.put(file(Layer::Computer, "com.microsoft.autoupdate2", false), "ExtendedLogging", "<false/>");
        let default = Some(Layer::AppDefault);
        self.expect(
            "com.microsoft.autoupdate2",
            "EnableCheckForUpdatesButton",
            Verdict::Default,
            default,
            true,
        );
        self.expect("com.microsoft.Outlook", "DisableImport", Verdict::Ineffective, Some(Layer::User), true);
        self.expect("com.microsoft.Excel", "SendAllTelemetryEnabled", Verdict::NotApplicable, None, false);
        let computer = Some(Layer::ManagedComputer);
        let address = "OfficeActivationEmailAddress";
        self.expect("com.microsoft.office", address, Verdict::NotComparable, computer, false);
        let weak = Some(Layer::Computer);
        self.expect("com.microsoft.autoupdate2", "ExtendedLogging", Verdict::Set, weak, false);
        self.expect("com.microsoft.autoupdate2", "HowToCheck", Verdict::Missing, None, true);
    }
}

/// The apps that have a container here.
fn contained(domain: &str) -> bool {
    matches!(domain, "com.example.contained" | "com.microsoft.Word" | "com.microsoft.Outlook")
}

/// Everything that a verdict and a layer can come to, in one Mac.
pub fn case(seed: u64) -> Case {
    let mut making = Making {
        dice: Dice(seed),
        files: BTreeMap::new(),
        tables: BTreeMap::new(),
        unset: BTreeMap::new(),
        expected: Vec::new(),
        count: 0,
    };
    let mut world = World::default();
    for layer in LAYERS {
        if layer.managed() {
            making.setting(Want::Forced, Verdict::Enforced, Some(layer), "<true/>", false);
            making.setting(Want::Forced, Verdict::WrongType, Some(layer), "<integer>1</integer>", false);
        } else {
            making.setting(Want::Forced, Verdict::Set, Some(layer), "<true/>", true);
        }
        making.setting(Want::Forced, Verdict::Differs, Some(layer), "", true);
        making.setting(Want::Unset, Verdict::Unwanted, Some(layer), "", true);
    }
    making.setting(Want::Forced, Verdict::Missing, None, "", true);
    making.setting(Want::Unset, Verdict::Absent, None, "", false);
    for layer in [Layer::UserHost, Layer::User] {
        making.setting(Want::Once, Verdict::Set, Some(layer), "<true/>", false);
        making.setting(Want::Once, Verdict::Differs, Some(layer), "", false);
    }
    making.setting(Want::Once, Verdict::Missing, None, "", true);
    for layer in [Layer::ManagedUser, Layer::ManagedComputer, Layer::UserHost, Layer::User, Layer::Computer] {
        making.unreadable(layer, &mut world);
    }
    making.known();
    world.put(MAU, &info("com.microsoft.autoupdate2", "4.75", "4.75.24101000"));
    let outlook = "/Applications/Microsoft Outlook.app/Contents/Info.plist";
    world.put(outlook, &info("com.microsoft.Outlook", "16.90", "16.90.24101513"));
    world.put(
        "/prefsmith-snapshot.plist",
        &(key("format", "<integer>1</integer>") + &key("hardware-uuid", &format!("<string>{UUID}</string>"))),
    );
    // What makes the containers, and the home, be there.
    for domain in ["com.example.contained", "com.microsoft.Word", "com.microsoft.Outlook"] {
        making.files.entry(file(Layer::User, domain, true)).or_default();
    }
    for (path, inside) in &making.files {
        world.put(path, inside);
    }
    let mut policy =
        "[policy]\nid = \"com.example.worlds\"\nset-once-stamp = 2027-01-31T00:00:00Z\n\n".to_owned();
    for (table, lines) in &making.tables {
        let _ = writeln!(policy, "{table}\n{lines}");
    }
    policy.push_str("[unset]\n");
    for (domain, names) in &making.unset {
        let _ = writeln!(policy, "\"{domain}\" = [{}]", names.join(", "));
    }
    Case { policy, world, expected: making.expected }
}
