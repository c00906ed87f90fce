//! A plan against a Mac: for each setting one verdict, the value in effect and the layer it comes from.
//!
//! Nothing fails open: a layer that could not be read, and that would win, leaves a setting undecided whatever the
//! layers below it say.

use super::same::{Match, compare, first_token, replaced};
use crate::catalog::model::{Compare, ReadAs, When};
use crate::catalog::{Catalog, KeyRef};
use crate::finding::listed;
use crate::mac::{GLOBAL, Ladder, Layer, Mac, Reading, RungState, Seen};
use crate::plan::{Enforcement, Plan, Setting};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is said of one setting on one Mac.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The value is there, and managed.
    Enforced,
    /// The value is in effect, but the user can change it.
    Set,
    /// Nothing is set; the documented default is the wanted value.
    Default,
    /// Another value is in effect.
    Differs,
    /// Nothing is set.
    Missing,
    /// A key that must not be there is.
    Unwanted,
    /// A key that must not be there is not.
    Absent,
    /// A key that the app takes from profiles only is set below them.
    Ineffective,
    /// Managed, and equal for a lenient app only.
    WrongType,
    /// Not enforced, and the app is not installed or its build does not read the key.
    NotApplicable,
    /// The wanted value has an identity token of which nobody said what it stands for.
    NotComparable,
    /// A layer that may win could not be read.
    Unreadable,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 12] = [
        Self::Enforced,
        Self::Set,
        Self::Default,
        Self::Differs,
        Self::Missing,
        Self::Unwanted,
        Self::Absent,
        Self::Ineffective,
        Self::WrongType,
        Self::NotApplicable,
        Self::NotComparable,
        Self::Unreadable,
    ];

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Enforced => "enforced",
            Self::Set => "set",
            Self::Default => "default",
            Self::Differs => "differs",
            Self::Missing => "missing",
            Self::Unwanted => "unwanted",
            Self::Absent => "absent",
            Self::Ineffective => "ineffective",
            Self::WrongType => "wrong-type",
            Self::NotApplicable => "not-applicable",
            Self::NotComparable => "not-comparable",
            Self::Unreadable => "unreadable",
        }
    }

    /// Whether nobody can say if the Mac has what it should.
    pub fn undecided(self) -> bool {
        matches!(self, Self::NotComparable | Self::Unreadable)
    }
}

/// How a Mac is judged.
#[derive(Clone, Debug, Default)]
pub struct Judging<'j> {
    /// Whose layers count; none: nobody's own.
    pub user: Option<&'j str>,
    /// What identity tokens stand for on this Mac.
    pub tokens: BTreeMap<String, String>,
    /// Whether a value of the wrong type is drift though a lenient app takes it.
    pub strict_types: bool,
}

/// What is said of one setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged<'p> {
    /// The setting.
    pub setting: &'p Setting,
    /// The wanted value, identity tokens replaced; none where the key must not be there.
    pub wanted: Option<Value>,
    /// What is said.
    pub verdict: Verdict,
    /// Whether the Mac is not as the policy wants it.
    pub drift: bool,
    /// All that the Mac has of the key.
    pub ladder: Ladder<'p>,
    /// The layer of the value in effect.
    pub layer: Option<Layer>,
    /// The file that holds it.
    pub path: Option<&'p str>,
    /// The value in effect.
    pub actual: Option<Value>,
    /// What the profiles are called that set it, where the Mac shows them.
    pub profiles: Vec<&'p str>,
    /// Sentences that explain the verdict, without a full stop.
    pub detail: Vec<String>,
}

/// A managed key of the policy's domains that the policy does not have.
#[derive(Clone, Debug, PartialEq)]
pub struct Extra<'p> {
    /// The domain.
    pub domain: &'p str,
    /// The key.
    pub key: &'p str,
    /// The layer.
    pub layer: Layer,
    /// The file.
    pub path: &'p str,
    /// The value.
    pub value: &'p Value,
    /// What the profiles are called that set it, where the Mac shows them.
    pub profiles: Vec<&'p str>,
}

/// Judges every setting of a plan, in its order.
pub fn judge<'p>(
    plan: &'p Plan,
    mac: &'p Mac,
    catalog: &Catalog<'_>,
    judging: &Judging<'_>,
) -> Vec<Judged<'p>> {
    let judge = Judge { mac, catalog, judging, payloads: payloads(plan, mac, catalog, judging) };
    plan.settings.iter().map(|setting| judge.setting(setting)).collect()
}

/// The managed keys of the policy's domains that the policy does not have, by domain, key and layer.
pub fn extra<'p>(plan: &'p Plan, mac: &'p Mac, user: Option<&str>) -> Vec<Extra<'p>> {
    let domains: BTreeSet<&str> = plan.settings.iter().map(|setting| setting.domain.as_str()).collect();
    let mut found = Vec::new();
    for domain in domains {
        for (key, layer, path, value) in mac.managed(domain, user) {
            if plan.setting(domain, key).is_none() {
                let profiles = mac.evidence.profiles(domain, key, user);
                found.push(Extra { domain, key, layer, path, value, profiles });
            }
        }
    }
    found.sort_by_key(|extra| (extra.domain, extra.key, extra.layer));
    // The user's folder also carries what is enforced for the whole Mac. Of one key they stand beside each other.
    let mut kept: Vec<Extra<'p>> = Vec::with_capacity(found.len());
    for extra in found {
        let copied = kept.last().is_some_and(|before| {
            (before.layer, extra.layer) == (Layer::ManagedUser, Layer::ManagedComputer)
                && (before.domain, before.key, before.value) == (extra.domain, extra.key, extra.value)
        });
        if copied {
            kept.pop();
        }
        kept.push(extra);
    }
    kept
}

/// For each setting of a plan whether no app on the Mac reads it: all that a verdict depends on of the apps.
pub fn unread(plan: &Plan, mac: &Mac, catalog: &Catalog<'_>) -> Vec<bool> {
    let judge = Judge { mac, catalog, judging: &Judging::default(), payloads: Payloads::new() };
    let known = |setting: &Setting| catalog.key(setting.domain.as_str(), setting.key.as_str());
    plan.settings.iter().map(|setting| judge.not_read(setting, known(setting).as_ref()).is_some()).collect()
}

struct Judge<'j, 'p, 'c> {
    mac: &'p Mac,
    catalog: &'j Catalog<'c>,
    judging: &'j Judging<'j>,
    payloads: Payloads<'p>,
}

/// For each type of Apple's payloads that the plan sets: what the Mac has of it, if it has one.
type Payloads<'p> = BTreeMap<&'p str, Option<&'p BTreeMap<String, Value>>>;

/// A Mac may have several payloads of one type: the one is meant that agrees in most keys.
fn payloads<'p>(plan: &'p Plan, mac: &'p Mac, catalog: &Catalog<'_>, judging: &Judging<'_>) -> Payloads<'p> {
    let domains: BTreeSet<&str> = plan.settings.iter().map(|setting| setting.domain.as_str()).collect();
    let mut found = BTreeMap::new();
    for domain in domains.into_iter().filter(|domain| catalog.is_apple_payload(domain)) {
        let own: Vec<&Setting> = plan.settings.iter().filter(|one| one.domain.as_str() == domain).collect();
        let agree = |keys: &&BTreeMap<String, Value>| {
            own.iter()
                .filter(|one| one.value.is_some() && keys.get(one.key.as_str()) == one.value.as_ref())
                .count()
        };
        // Of equals, `max_by_key` takes the last; the first is meant.
        let all: Vec<_> = mac.evidence.payloads(domain, judging.user).collect();
        found.insert(domain, all.into_iter().rev().max_by_key(agree));
    }
    found
}

/// Why nothing can be said of what users have.
const NOBODY: &str =
    "nobody's own preferences were read: who uses this Mac is not known; --user names somebody";

/// A verdict with what explains it.
struct Said(Verdict, Vec<String>);

impl<'p> Judge<'_, 'p, '_> {
    fn setting(&self, setting: &'p Setting) -> Judged<'p> {
        let (domain, key) = (setting.domain.as_str(), setting.key.as_str());
        let known = self.catalog.key(domain, key);
        let mut ladder = match self.payloads.get(domain) {
            Some(keys) => Ladder::of_payload(self.mac, *keys, key),
            None => self.mac.ladder(domain, key, self.judging.user),
        };
        match setting.enforcement {
            Enforcement::Forced | Enforcement::Unset => {}
            // A starting value lies in the user's own preferences, a weak one in those for everybody.
            Enforcement::SetOnce if domain == GLOBAL => {
                ladder.rungs.retain(|rung| matches!(rung.layer, Layer::UserGlobal | Layer::UserGlobalHost))
            }
            Enforcement::SetOnce => {
                ladder.rungs.retain(|rung| matches!(rung.layer, Layer::User | Layer::UserHost))
            }
            Enforcement::Default => {
                let layer = if domain == GLOBAL { Layer::ComputerGlobal } else { Layer::Computer };
                ladder.rungs.retain(|rung| rung.layer == layer)
            }
        }
        let wanted = setting.value.as_ref().map(|value| replaced(value, &self.judging.tokens));
        let Said(verdict, mut detail) = match &wanted {
            None => self.unset(&ladder),
            Some(_) if setting.enforcement == Enforcement::SetOnce && self.judging.user.is_none() => {
                Said(Verdict::Unreadable, vec![NOBODY.to_owned()])
            }
            Some(wanted) => self.wanted(setting, wanted.as_ref(), known.as_ref(), &ladder),
        };
        detail.extend(ladder.strays.iter().map(|stray| {
            format!(
                "{} has it too, where the app does not look: it reads the file in its container",
                stray.path
            )
        }));
        let profiles = self.mac.evidence.profiles(domain, key, self.judging.user);
        if profiles.len() > 1 {
            // Apple leaves open which of them wins.
            let dictionary = matches!(setting.value, Some(Value::Dictionary(_)));
            let merge = if dictionary { "; macOS takes one, and does not merge them" } else { "" };
            detail.push(format!("several profiles set it: {}{merge}", listed(&profiles)));
        }
        // No profile holds it: whatever lies below, it is not enforced.
        let open = setting.enforcement == Enforcement::Forced
            && verdict == Verdict::Unreadable
            && ladder.doubt().is_some_and(|(rung, _)| !rung.layer.managed());
        if open {
            detail.push("no profile enforces it".to_owned());
        }
        let excusable = open
            || !matches!(verdict, Verdict::Enforced | Verdict::WrongType | Verdict::Absent)
                && !verdict.undecided()
                && verdict != Verdict::Unwanted;
        let excuse = if excusable { self.not_read(setting, known.as_ref()) } else { None };
        let verdict = if excuse.is_some() { Verdict::NotApplicable } else { verdict };
        detail.extend(excuse);
        let winner = ladder.winner().filter(|_| ladder.doubt().is_none()).map(|(rung, value)| (*rung, value));
        let default = (verdict == Verdict::Default).then(|| default(known.as_ref())).flatten();
        Judged {
            setting,
            drift: self.drift(setting, verdict) || open && verdict == Verdict::Unreadable,
            verdict,
            layer: winner.map(|(rung, _)| rung.layer).or(default.as_ref().map(|_| Layer::AppDefault)),
            path: winner.map(|(rung, _)| rung.path),
            actual: winner.map(|(_, value)| value.clone()).or(default),
            wanted: wanted.map(|value| value.or_else(|| setting.value.clone())).unwrap_or_default(),
            profiles,
            ladder,
            detail,
        }
    }

    fn drift(&self, setting: &Setting, verdict: Verdict) -> bool {
        match (setting.enforcement, verdict) {
            (_, Verdict::NotApplicable | Verdict::NotComparable | Verdict::Unreadable | Verdict::Absent) => {
                false
            }
            (_, Verdict::WrongType) => self.judging.strict_types,
            (_, Verdict::Enforced) => false,
            // A starting value is the user's to change.
            (Enforcement::SetOnce, verdict) => verdict == Verdict::Missing,
            (Enforcement::Default, verdict) => verdict != Verdict::Set,
            _ => true,
        }
    }

    /// A key that must not be there.
    fn unset(&self, ladder: &Ladder<'_>) -> Said {
        let there = ladder.rungs.iter().find(|rung| matches!(rung.state, RungState::Value(_)));
        let doubt = ladder.rungs.iter().find_map(|rung| match rung.state {
            RungState::Unreadable(why) => Some(format!("{}: {why}", rung.path)),
            RungState::Value(_) => None,
        });
        // Users have a home there, and whose preferences count nobody said: they may hold it.
        let somebody = !self.mac.everybody.is_empty() || self.mac.about.unreadable("/Users").is_some();
        let unread = self.judging.user.is_none() && somebody;
        let doubt = doubt.or_else(|| unread.then(|| NOBODY.to_owned()));
        match (there, doubt) {
            (Some(_), _) => Said(Verdict::Unwanted, Vec::new()),
            (None, Some(why)) => Said(Verdict::Unreadable, vec![why]),
            (None, None) => Said(Verdict::Absent, Vec::new()),
        }
    }

    /// A setting that has a value.
    fn wanted(
        &self,
        setting: &Setting,
        wanted: Option<&Value>,
        known: Option<&KeyRef<'_, '_>>,
        ladder: &Ladder<'_>,
    ) -> Said {
        if let Some((rung, why)) = ladder.doubt() {
            return Said(Verdict::Unreadable, vec![format!("{}: {why}", rung.path)]);
        }
        let Some((rung, actual)) = ladder.winner() else { return nothing(setting, wanted, known) };
        let Some(wanted) = wanted else {
            let first = setting.value.as_ref().and_then(first_token).unwrap_or_default();
            let why = format!("nobody said what `${{{first}}}` is on this Mac: add --var {first}=VALUE");
            return Said(Verdict::NotComparable, vec![why]);
        };
        let near = compare(wanted, actual, known.map_or(Compare::Exact, |known| known.key.compare));
        let mut detail: Vec<String> = Vec::new();
        if near == Match::Lenient {
            let (is, wants) = (actual.kind().with_article(), wanted.kind().with_article());
            detail.push(format!("it is {is}, where {wants} is wanted"));
        }
        if rung.layer.managed() {
            let verdict = match near {
                Match::Same => Verdict::Enforced,
                Match::Lenient => Verdict::WrongType,
                Match::Other => Verdict::Differs,
            };
            return Said(verdict, detail);
        }
        let read_as = known.map(|known| known.read_as(self.catalog));
        if setting.enforcement == Enforcement::Forced && read_as == Some(ReadAs::ForcedOnly) {
            detail.push("the app takes this key from profiles only, and ignores what is set here".to_owned());
            return Said(Verdict::Ineffective, detail);
        }
        let verdict = if near == Match::Other { Verdict::Differs } else { Verdict::Set };
        if verdict == Verdict::Differs && setting.enforcement == Enforcement::SetOnce {
            detail.push("the user has changed it, as a starting value may be".to_owned());
        }
        Said(verdict, detail)
    }

    /// Why the app that reads a setting does not need it: it is not installed, or its build does not read it.
    fn not_read(&self, setting: &Setting, known: Option<&KeyRef<'_, '_>>) -> Option<String> {
        // What must be there before an app comes cannot wait for it.
        if known.is_some_and(|known| known.key.when != When::Any) {
            return None;
        }
        let seen = Seen { mac: self.mac, user: self.judging.user, catalog: self.catalog };
        let own = known.and_then(|known| known.product(self.catalog)).map(|product| product.name);
        match seen.reading(&setting.reads, own) {
            Reading::Not(why) => Some(why),
            Reading::By(_) | Reading::Open(_) => None,
        }
    }
}

/// Nothing is set anywhere.
fn nothing(setting: &Setting, wanted: Option<&Value>, known: Option<&KeyRef<'_, '_>>) -> Said {
    let default = default(known);
    let how = known.map_or(Compare::Exact, |known| known.key.compare);
    match (default, wanted) {
        (Some(default), Some(wanted))
            if setting.enforcement == Enforcement::Forced
                && compare(wanted, &default, how) == Match::Same =>
        {
            let why =
                "nothing is set, and the app does this by itself; a user or another profile can change it";
            Said(Verdict::Default, vec![why.to_owned()])
        }
        _ => Said(Verdict::Missing, Vec::new()),
    }
}

/// The documented default of a key, if it is one value.
fn default(known: Option<&KeyRef<'_, '_>>) -> Option<Value> {
    known?.key.node.default.as_ref()?.value.as_ref().map(crate::catalog::model::Literal::to_value)
}
