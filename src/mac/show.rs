//! What a Mac has of every key that is known, without any policy: the layers, what is in effect, what it means, and what
//! the catalogue warns of.

use super::warn::{Known, Warning, plan, warnings};
use super::{GLOBAL, Ladder, Layer, Mac, Reading, RungState, Seen};
use crate::catalog::model::{Literal, ReadAs, When};
use crate::catalog::{Catalog, KeyRef};
use crate::document::nearest;
use crate::plan::Plan;
use crate::policy::reads;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the notes of keys call the policy that Microsoft's servers send to an account.
const CLOUD: &str = "Cloud Policy";

/// What is said of a key that counts only if it was there early.
const EARLY: &str = "too-late";
/// What is of no interest where no installed build reads a key.
const MOOT: [&str; 2] = ["not-vouched-for", EARLY];

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Scope<'s> {
    /// The domains, in the order in which they are shown.
    pub domains: Vec<&'s str>,
    /// Only these keys, each with its domain, whether they are set or not; none: every key that is set.
    pub only: Option<&'s BTreeSet<(String, String)>>,
    /// Keys that are left out, each with its domain.
    pub without: BTreeSet<(&'s str, &'s str)>,
}

/// What decides over a key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect<'m> {
    /// The value of this layer, in this file.
    Set(Layer, &'m str, &'m Value),
    /// The app does what it does by itself: nothing is set, or nothing that the app looks at.
    Unset,
    /// Nobody can say: a layer that would win could not be read.
    Unknown,
}

/// What an app does where nothing is set.
#[derive(Clone, Debug, PartialEq)]
pub struct AppDefault {
    /// The value, if it is one.
    pub value: Option<Value>,
    /// What happens: what the value means, or in words.
    pub says: Option<String>,
}

/// One key, for one user.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownKey<'m> {
    /// The domain.
    pub domain: &'m str,
    /// The key.
    pub key: String,
    /// Whose layers were looked at; none: nobody's own.
    pub user: Option<&'m str>,
    /// Whether a catalogue knows the key.
    pub known: bool,
    /// What the key is for.
    pub summary: Option<String>,
    /// The layers.
    pub ladder: Ladder<'m>,
    /// From which of them the app takes it.
    pub read_as: ReadAs,
    /// What decides.
    pub effect: Effect<'m>,
    /// What the value in effect does.
    pub meaning: Option<String>,
    /// The documented default.
    pub default: Option<AppDefault>,
    /// Whether the installed build reads it.
    pub reading: Reading,
    /// What the profiles are called that set it, where the Mac shows them.
    pub profiles: Vec<&'m str>,
    /// What to know of it.
    pub warnings: Vec<Warning>,
}

impl ShownKey<'_> {
    /// Whether some layer, or a file that the app does not look at, has it.
    pub fn is_set(&self) -> bool {
        let value = self.ladder.rungs.iter().any(|rung| matches!(rung.state, RungState::Value(_)));
        value || !self.ladder.strays.is_empty()
    }

    /// Whether the app takes the key from a layer.
    pub fn counts(&self, layer: Layer) -> bool {
        counts(self.read_as, layer)
    }
}

/// A layer of a domain that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread<'m> {
    /// The domain.
    pub domain: &'m str,
    /// The user whose layer it is; none: the Mac's.
    pub user: Option<&'m str>,
    /// The layer.
    pub layer: Layer,
    /// The file or the folder.
    pub path: &'m str,
    /// Why.
    pub why: &'m str,
}

/// What a Mac has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown<'m> {
    /// The keys, by domain in the order of the scope, then by key and user.
    pub keys: Vec<ShownKey<'m>>,
    /// What could not be read.
    pub unread: Vec<Unread<'m>>,
    /// Whether users have a home there, and nobody said whose preferences count.
    pub nobody: bool,
}

impl Shown<'_> {
    /// What is in effect, as a plan: what the catalogue's rules are asked about.
    pub fn plan(&self, mac: &Mac, catalog: &Catalog<'_>) -> Plan {
        let set = self.keys.iter().filter_map(|key| match key.effect {
            Effect::Set(layer, _, value) => Some(Known { domain: key.domain, key: &key.key, layer, value }),
            Effect::Unset | Effect::Unknown => None,
        });
        plan(&set.collect::<Vec<_>>(), &Seen { mac, user: None, catalog })
    }

    /// Whether all was read that may matter.
    pub fn decided(&self) -> bool {
        self.unread.is_empty() && !self.nobody
    }
}

/// What a Mac has of the keys of a scope, whose domains were asked for when it was read.
pub fn show<'m>(mac: &'m Mac, catalog: &Catalog<'_>, scope: &Scope<'_>) -> Shown<'m> {
    let mut users: Vec<Option<&str>> = mac.users.iter().map(|user| Some(user.name.as_str())).collect();
    let nobody = users.is_empty() && !mac.everybody.is_empty();
    if users.is_empty() {
        users.push(None);
    }
    let mut shown = Shown { nobody, ..Shown::default() };
    // What one key means may hang on others that are not shown.
    let looks: Vec<Look<'_, '_, '_>> = users.iter().map(|user| Look::new(mac, catalog, *user)).collect();
    for domain in &scope.domains {
        let Some(domain) = mac.domain_name(domain) else { continue };
        let mut names: BTreeSet<String> = catalog.keys_of(domain).into_iter().map(str::to_owned).collect();
        for user in &users {
            names.extend(mac.managed(domain, *user).into_iter().map(|(key, ..)| key.to_owned()));
        }
        if let Some(only) = scope.only {
            let of_domain = only.iter().filter(|(of, _)| of == domain);
            names = of_domain.map(|(_, name)| name.clone()).collect();
        }
        names.retain(|name| !scope.without.contains(&(domain, name.as_str())));
        for name in &names {
            let keys = looks.iter().map(|look| look.key(domain, name));
            shown.keys.extend(keys.filter(|key| scope.only.is_some() || key.is_set()));
        }
        unread(mac, domain, &users, &mut shown.unread);
    }
    if !scope.domains.contains(&GLOBAL) {
        unread(mac, GLOBAL, &users, &mut shown.unread);
    }
    shown
}

/// The layers of a domain that could not be read, each once.
fn unread<'m>(mac: &'m Mac, domain: &'m str, users: &[Option<&'m str>], found: &mut Vec<Unread<'m>>) {
    for user in users {
        for (layer, path, why) in mac.unreadable(domain, *user) {
            let own = path.starts_with("/Users/") || layer == Layer::ManagedUser;
            let one = Unread { domain, user: user.filter(|_| own), layer, path, why };
            if !found.contains(&one) {
                found.push(one);
            }
        }
    }
}

/// One user's look at a Mac.
struct Look<'m, 'l, 'c> {
    mac: &'m Mac,
    catalog: &'l Catalog<'c>,
    user: Option<&'m str>,
    warnings: BTreeMap<(String, String), Vec<Warning>>,
}

impl<'m, 'l, 'c> Look<'m, 'l, 'c> {
    fn new(mac: &'m Mac, catalog: &'l Catalog<'c>, user: Option<&'m str>) -> Self {
        let mut look = Self { mac, catalog, user, warnings: BTreeMap::new() };
        let mut values = Vec::new();
        for domain in mac.domain_names() {
            let mut names: BTreeSet<&str> = catalog.keys_of(domain).into_iter().collect();
            names.extend(mac.managed(domain, user).into_iter().map(|(key, ..)| key));
            for key in names {
                let known = catalog.key(domain, key);
                let ladder = mac.ladder(domain, key, user);
                let value = match effect(&ladder, look.read_as(domain, known.as_ref())) {
                    Effect::Set(layer, _, value) => Some((layer, value)),
                    // What the app does not look at is judged too: that it does not count is what is to be said.
                    Effect::Unset => ladder.winner().map(|(rung, value)| (rung.layer, value)),
                    Effect::Unknown => None,
                };
                values.extend(value.map(|(layer, value)| Known { domain, key, layer, value }));
            }
        }
        look.warnings = warnings(&values, &Seen { mac, user, catalog });
        look
    }

    fn read_as(&self, domain: &str, known: Option<&KeyRef<'_, '_>>) -> ReadAs {
        let of_domain = || self.catalog.domain(domain).map_or(ReadAs::Any, |domain| domain.read_as);
        known.map_or_else(of_domain, |known| known.read_as(self.catalog))
    }

    fn key(&self, domain: &'m str, name: &str) -> ShownKey<'m> {
        let known = self.catalog.key(domain, name);
        let ladder = self.mac.ladder(domain, name, self.user);
        let read_as = self.read_as(domain, known.as_ref());
        let effect = effect(&ladder, read_as);
        let own = known.as_ref().and_then(|known| known.product(self.catalog)).map(|product| product.name);
        let builds = known.as_ref().map(|known| reads(known, self.catalog)).unwrap_or_default();
        let seen = Seen { mac: self.mac, user: self.user, catalog: self.catalog };
        let reading = seen.reading(&builds, own);
        let profiles = self.mac.evidence.profiles(domain, name, self.user);
        let mut warnings = match &known {
            Some(known) => self.remarks(known, &ladder, read_as),
            None => self.unknown(domain, name).into_iter().collect(),
        };
        if profiles.len() > 1 {
            let says = "several profiles set it, and macOS does not say which of them wins";
            warnings.push(Warning::new("set-by-two-profiles", says));
        }
        let checked = self.warnings.get(&(domain.to_owned(), name.to_owned()));
        warnings.extend(checked.into_iter().flatten().cloned());
        if matches!(reading, Reading::Not(_)) {
            warnings.retain(|warning| !MOOT.contains(&warning.code.as_str()));
        }
        let value = match effect {
            Effect::Set(_, _, value) => Some(value),
            _ => None,
        };
        let default = known.as_ref().and_then(app_default);
        ShownKey {
            meaning: known.as_ref().zip(value).and_then(|(known, value)| meaning(known, value)),
            summary: known
                .as_ref()
                .map(|known| known.key.node.summary.to_owned())
                .filter(|text| !text.is_empty()),
            domain,
            key: name.to_owned(),
            user: self.user,
            known: known.is_some(),
            ladder,
            read_as,
            effect,
            default,
            reading,
            profiles,
            warnings,
        }
    }

    /// What the catalogue says of a key that its values do not show.
    fn remarks(&self, known: &KeyRef<'_, '_>, ladder: &Ladder<'_>, read_as: ReadAs) -> Vec<Warning> {
        let mut found = Vec::new();
        let below = ladder.rungs.iter().any(|rung| !counts(read_as, rung.layer));
        let says = match read_as {
            ReadAs::ForcedOnly if below => {
                Some("the app takes this key from profiles only, and ignores what is set elsewhere")
            }
            ReadAs::File if below => {
                Some("the app opens a file of its own, and ignores what is set elsewhere")
            }
            ReadAs::MandatoryOrRecommended
                if ladder.winner().is_some_and(|(rung, _)| !rung.layer.managed()) =>
            {
                Some("what no profile enforces is a recommendation to the app")
            }
            ReadAs::ApplePayload if !ladder.rungs.is_empty() => Some(
                "macOS takes this from a payload of Apple's own: the file of preferences is a by-product",
            ),
            _ => None,
        };
        found.extend(says.map(|says| Warning::new("forced-only", says)));
        let when = match known.key.when {
            When::Any => None,
            When::BeforeInstall => Some("it counts only where it was there before the app was installed"),
            When::BeforeFirstLaunch => {
                Some("it counts only where it was there before the app's first launch")
            }
        };
        found.extend(when.filter(|_| !ladder.rungs.is_empty()).map(|says| Warning::new(EARLY, says)));
        if known.key.node.notes.iter().any(|note| note.contains(CLOUD)) {
            let says = "Cloud Policy can set it too, and no file of a Mac shows what that says";
            found.push(Warning::new("cloud-policy", says));
        }
        found
    }

    /// What is said of a key that no catalogue knows; nothing where none knows the domain.
    fn unknown(&self, domain: &str, name: &str) -> Option<Warning> {
        self.catalog.domain(domain)?;
        if let Some(known) = self.catalog.not_a_key(domain, name) {
            let instead = known.instead.map_or(String::new(), |key| format!("; the key is `{key}`"));
            return Some(Warning::new(
                "unknown-key",
                format!("{}{instead}", known.why.trim_end_matches('.')),
            ));
        }
        let near = nearest(name, self.catalog.keys_of(domain));
        let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        Some(Warning::new("unknown-key", format!("no catalogue knows this key{near}")))
    }
}

/// What decides over a key.
fn effect<'m>(ladder: &Ladder<'m>, read_as: ReadAs) -> Effect<'m> {
    match ladder.rungs.iter().find(|rung| counts(read_as, rung.layer)) {
        Some(rung) => match rung.state {
            RungState::Value(value) => Effect::Set(rung.layer, rung.path, value),
            RungState::Unreadable(_) => Effect::Unknown,
        },
        None => Effect::Unset,
    }
}

fn counts(read_as: ReadAs, layer: Layer) -> bool {
    match read_as {
        ReadAs::ForcedOnly => layer.managed(),
        ReadAs::File => layer == Layer::User,
        ReadAs::Any | ReadAs::MandatoryOrRecommended | ReadAs::ApplePayload => true,
    }
}

/// What a value does, where the catalogue lists it.
fn meaning(known: &KeyRef<'_, '_>, value: &Value) -> Option<String> {
    let allowed = known.key.node.values.iter().find(|allowed| allowed.value.to_value() == *value)?;
    Some(allowed.means.to_owned()).filter(|means| !means.is_empty())
}

fn app_default(known: &KeyRef<'_, '_>) -> Option<AppDefault> {
    let default = known.key.node.default.as_ref()?;
    let value = default.value.as_ref().map(Literal::to_value);
    let means = value.as_ref().and_then(|value| meaning(known, value));
    Some(AppDefault { says: default.says.map(str::to_owned).or(means), value })
}
