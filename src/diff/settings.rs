//! Settings of two inputs, side by side.

use super::{Kind, Part, Side, Verdict, inside};
use crate::plan::{Channel, Enforcement, Setting};
use crate::value::{DomainName, KeyName, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What one input says of a key.
#[derive(Clone, Debug)]
pub struct Said<'p> {
    /// The setting; the first, where there are several.
    pub setting: &'p Setting,
    /// For which channel. Where the input does not say, it is that of the other.
    pub channel: Channel,
    /// Whether the input says how strongly it is meant.
    pub enforced: bool,
    /// What contradicts the first: another value, or another enforcement.
    pub others: Vec<&'p Setting>,
    /// Whether it is another profile of the same input that does.
    pub across: bool,
}

/// One setting in both inputs.
#[derive(Clone, Debug)]
pub struct Pair<'p> {
    /// As the first has it.
    pub expected: Said<'p>,
    /// As the second has it.
    pub actual: Option<Said<'p>>,
    /// What is said of it.
    pub verdict: Verdict,
}

impl Pair<'_> {
    /// Whether the channel is all that differs.
    pub fn only_channel(&self) -> bool {
        let other =
            |actual: &Said<'_>| actual.channel != self.expected.channel && same(&self.expected, actual);
        self.verdict == Verdict::Differs && self.actual.as_ref().is_some_and(other)
    }
}

/// A setting that only the second input has.
#[derive(Clone, Debug)]
pub struct Extra<'p> {
    /// It.
    pub said: Said<'p>,
    /// Whether it is a difference: not where the first input could not carry it.
    pub drift: bool,
}

/// All settings, side by side.
pub(super) struct Compared<'p> {
    pub pairs: Vec<Pair<'p>>,
    pub extra: Vec<Extra<'p>>,
    pub outside: usize,
}

/// One setting of one part.
#[derive(Clone)]
struct Entry<'p> {
    setting: &'p Setting,
    channel: Option<Channel>,
    enforced: bool,
    part: usize,
    user: Option<&'p str>,
}

type Name<'p> = (&'p DomainName, &'p KeyName);
type Entries<'p> = BTreeMap<Name<'p>, Vec<Entry<'p>>>;

fn entries<'p>(side: &Side<'p>) -> Entries<'p> {
    let mut found = Entries::new();
    for (number, part) in side.parts.iter().enumerate() {
        for setting in part.plan.settings.iter().chain(&part.plan.contradictions) {
            found.entry((&setting.domain, &setting.key)).or_default().push(entry(setting, part, number));
        }
    }
    found
}

fn entry<'p>(setting: &'p Setting, part: &Part<'p>, number: usize) -> Entry<'p> {
    let enforced = part.kind != Kind::Preferences;
    Entry { setting, channel: part.channel(), enforced, part: number, user: part.user }
}

/// Takes out what the other side, a file of preferences, does not speak of; says how much that was.
fn narrow(entries: &mut Entries<'_>, other: &Side<'_>) -> usize {
    let Some(domains) = other.only() else { return 0 };
    let before = entries.len();
    entries.retain(|(domain, _), _| domains.contains(&domain.as_str()));
    before - entries.len()
}

pub(super) fn compare<'p>(expected: &Side<'p>, actual: &Side<'p>) -> Compared<'p> {
    let (mut first, mut second) = (entries(expected), entries(actual));
    let outside = narrow(&mut first, actual) + narrow(&mut second, expected);
    let names: BTreeSet<Name<'p>> = first.keys().chain(second.keys()).copied().collect();
    let policies = (expected.is_policy(), actual.is_policy());
    let mut compared = Compared { pairs: Vec::new(), extra: Vec::new(), outside };
    for name in names {
        let first = first.remove(&name).unwrap_or_default();
        let second = second.remove(&name).unwrap_or_default();
        for (expected, actual) in by_channel(&first, &second) {
            match (expected, actual) {
                (Some(expected), actual) => {
                    let verdict = verdict(&expected, actual.as_ref(), policies.1);
                    compared.pairs.push(Pair { expected, actual, verdict });
                }
                (None, Some(said)) => {
                    let how = said.setting.enforcement;
                    // A profile without a key does what [unset] asks.
                    if policies.0 || how != Enforcement::Unset {
                        let drift = policies.0 || how != Enforcement::Default;
                        compared.extra.push(Extra { said, drift });
                    }
                }
                (None, None) => {}
            }
        }
    }
    compared.pairs.sort_by_key(|pair| order(&pair.expected));
    compared.extra.sort_by_key(|extra| order(&extra.said));
    compared
}

fn order<'p>(said: &Said<'p>) -> (Channel, &'p DomainName, &'p KeyName) {
    (said.channel, &said.setting.domain, &said.setting.key)
}

/// Everything that one side says.
pub(super) fn said<'p>(side: &Side<'p>) -> Vec<Said<'p>> {
    let all = entries(side).into_values();
    all.flat_map(|entries| by_channel(&entries, &[]).into_iter().filter_map(|(said, _)| said)).collect()
}

type Sides<'p> = (Option<Said<'p>>, Option<Said<'p>>);

/// What both say of one key, by channel.
fn by_channel<'p>(first: &[Entry<'p>], second: &[Entry<'p>]) -> Vec<Sides<'p>> {
    let said: BTreeSet<Channel> = first.iter().chain(second).filter_map(|entry| entry.channel).collect();
    // Who does not say the channel means that of the other side.
    let open = said.first().copied().unwrap_or_default();
    let of = |entries: &[Entry<'p>], channel: Channel| {
        let here = entries.iter().filter(|entry| entry.channel.unwrap_or(open) == channel);
        gather(here.cloned().collect(), channel)
    };
    let sides = |channel| (of(first, channel), of(second, channel));
    match (sides(Channel::Device), sides(Channel::User)) {
        ((Some(one), None), (None, Some(other))) | ((None, Some(other)), (Some(one), None)) => {
            vec![(Some(one), Some(other))]
        }
        (device, user) => vec![device, user],
    }
}

/// What several parts say of one key of one channel.
fn gather(entries: Vec<Entry<'_>>, channel: Channel) -> Option<Said<'_>> {
    let mut entries = entries.into_iter();
    // One that says how strongly it is meant goes before one that does not.
    let (mut strong, loose): (Vec<_>, Vec<_>) = entries.by_ref().partition(|entry| entry.enforced);
    strong.extend(loose);
    let mut all = strong.into_iter();
    let first = all.next()?;
    let mut others: Vec<Entry<'_>> = Vec::new();
    for entry in all {
        let agrees = |other: &Entry<'_>| {
            let how = other.setting.enforcement == entry.setting.enforcement;
            other.setting.value == entry.setting.value && (how || !other.enforced || !entry.enforced)
        };
        if !agrees(&first) && !others.iter().any(agrees) {
            others.push(entry);
        }
    }
    let across = others.iter().any(|other| other.part != first.part && other.user == first.user);
    let others = others.iter().map(|other| other.setting).collect();
    Some(Said { setting: first.setting, channel, enforced: first.enforced, others, across })
}

fn verdict(expected: &Said<'_>, actual: Option<&Said<'_>>, policy: bool) -> Verdict {
    let Some(actual) = actual else {
        return match expected.setting.enforcement {
            Enforcement::Unset if !policy => Verdict::Same,
            Enforcement::Default if !policy => Verdict::NotApplicable,
            _ => Verdict::Missing,
        };
    };
    if same(expected, actual) {
        if expected.channel == actual.channel { Verdict::Same } else { Verdict::Differs }
    } else if tokens(expected, actual) {
        Verdict::NotComparable
    } else {
        Verdict::Differs
    }
}

/// Whether both say the same, whatever the channel.
fn same(expected: &Said<'_>, actual: &Said<'_>) -> bool {
    let open = !expected.enforced || !actual.enforced;
    let agrees = |one: &Setting, other: &Setting| {
        one.value == other.value && (open || one.enforcement == other.enforcement)
    };
    let all = |said: &Said<'_>, other: &Said<'_>| {
        let within =
            |one: &Setting| agrees(one, other.setting) || other.others.iter().any(|other| agrees(one, other));
        within(said.setting) && said.others.iter().all(|one| within(one))
    };
    all(expected, actual) && all(actual, expected)
}

/// Whether two values differ only where one of them has an identity token.
fn tokens(expected: &Said<'_>, actual: &Said<'_>) -> bool {
    let alone = expected.others.is_empty() && actual.others.is_empty() && expected.channel == actual.channel;
    let open = !expected.enforced || !actual.enforced;
    let how = open || expected.setting.enforcement == actual.setting.enforcement;
    let (Some(one), Some(other)) = (&expected.setting.value, &actual.setting.value) else { return false };
    let token = |value: Option<&Value>| {
        value.is_some_and(|value| matches!(value, Value::String(text) if text.has_tokens()))
    };
    let text = |value: Option<&Value>| matches!(value, Some(Value::String(_)));
    let unknown = |place: &super::Inside<'_>| {
        let both = text(place.expected) && text(place.actual);
        both && token(place.expected) != token(place.actual)
    };
    alone && how && inside(one, other).iter().all(unknown)
}
