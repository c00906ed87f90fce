//! Rules in three values: what is unknown makes nothing false and nothing true, so that more knowledge never turns a
//! certain answer around; and the parts of a condition, by tables written by hand.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

use prefsmith::catalog::condition::Firing;
use prefsmith::catalog::model::Weight;
use prefsmith::catalog::rule::{ANY, Atom, Number, Path, Rule, Test};
use prefsmith::catalog::{Catalog, Fact, Facts, Known, Licence};
use prefsmith::value::{Text, Value};
use prefsmith::version::Ranges;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::collections::{BTreeMap, BTreeSet};

/// Facts of a made-up Mac. What is in no map is unset, or of any version.
#[derive(Clone, Debug, Default)]
struct World {
    /// Values by domain and key; none: unknown.
    values: BTreeMap<(String, String), Option<Value>>,
    /// Versions by product; none: unknown.
    versions: BTreeMap<String, Option<Ranges>>,
    /// None: unknown.
    licences: Option<BTreeSet<Licence>>,
}

impl Facts for World {
    fn value(&self, domain: &str, key: &str) -> Fact<'_> {
        match self.values.get(&(domain.to_owned(), key.to_owned())) {
            Some(Some(value)) => Fact::Set(value),
            Some(None) => Fact::Unknown,
            None => Fact::Unset,
        }
    }

    fn forced(&self, domain: &str, key: &str) -> Known<bool> {
        match self.value(domain, key) {
            Fact::Set(_) => Known::Yes(true),
            Fact::Unset => Known::Yes(false),
            Fact::Unknown => Known::Unknown,
        }
    }

    fn versions(&self, product: &str) -> Known<Ranges> {
        match self.versions.get(product) {
            Some(Some(ranges)) => Known::Yes(ranges.clone()),
            Some(None) => Known::Unknown,
            None => Known::Yes(Ranges::any()),
        }
    }

    fn licences(&self) -> Known<BTreeSet<Licence>> {
        self.licences.clone().map_or(Known::Unknown, Known::Yes)
    }
}

impl World {
    fn set(mut self, domain: &str, key: &str, value: Value) -> Self {
        self.values.insert((domain.to_owned(), key.to_owned()), Some(value));
        self
    }

    fn unknown(mut self, domain: &str, key: &str) -> Self {
        self.values.insert((domain.to_owned(), key.to_owned()), None);
        self
    }

    fn of(mut self, product: &str, range: &str) -> Self {
        self.versions.insert(product.to_owned(), Some(range.parse().unwrap()));
        self
    }

    fn licensed(mut self, licences: &[Licence]) -> Self {
        self.licences = Some(licences.iter().copied().collect());
        self
    }
}

/// Every firing, also one that is not certain and that the rule keeps to itself.
fn open<'c>(rule: &Rule<'c>, facts: &World, catalog: &Catalog<'c>) -> Vec<Firing> {
    let rule = Rule { unknown: Some("?"), ..rule.clone() };
    Rule::evaluate(&rule, facts, catalog)
}

type Binding = (Option<String>, Option<String>, Option<String>);

/// By binding: certain, or open. What is not there is certainly no firing.
fn answers(rule: &Rule<'static>, facts: &World, catalog: &Catalog<'static>) -> BTreeMap<Binding, bool> {
    let firings = open(rule, facts, catalog).into_iter();
    firings.map(|firing| ((firing.domain, firing.key, firing.x), firing.certain)).collect()
}

fn atoms<'r>(rule: &'r Rule<'static>) -> impl Iterator<Item = &'r Atom<'static>> {
    rule.when.iter().chain(&rule.unless)
}

/// The places that a rule asks for, without what is inside of them.
fn places(rule: &Rule<'static>, catalog: &Catalog<'static>) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for atom in atoms(rule) {
        let other = match &atom.test {
            Test::SameAs(path) | Test::Above(Number::At(path)) | Test::Below(Number::At(path)) => Some(path),
            _ => None,
        };
        for path in std::iter::once(&atom.path).chain(other) {
            let list = atom.over.map(|(list, _)| list).or(rule.each);
            let domains = match (path.domain, list) {
                ("@", Some(list)) => catalog.list(list).unwrap().domains.clone(),
                (domain, _) => vec![domain],
            };
            let keys = match path.key {
                "{key}" => rule.any_key.clone(),
                ANY => catalog.keys_of(path.domain).into_iter().take(2).collect(),
                key => vec![key],
            };
            for domain in domains {
                found.extend(keys.iter().map(|key| (domain.to_owned(), (*key).to_owned())));
            }
        }
    }
    found
}

/// Values that a rule may or may not be about: its own literals, their neighbours, a token, nested entries.
fn candidates(rule: &Rule<'static>) -> Vec<Value> {
    let mut found = vec![
        Value::Boolean(true),
        Value::Boolean(false),
        Value::Integer(0_i64.into()),
        Value::Integer(5_i64.into()),
        Value::Integer(6_i64.into()),
        Value::string("https://example.com"),
        Value::String(Text::parse("${user.upn}").unwrap()),
    ];
    for atom in atoms(rule) {
        match &atom.test {
            Test::Is(literal) | Test::IsNot(literal) => found.push(literal.to_value()),
            Test::In(list) => found.extend(list.iter().map(|literal| literal.to_value())),
            _ => {}
        }
    }
    found
}

/// A dictionary in which the paths of the rule lead somewhere.
fn nested(rule: &Rule<'static>, leaf: &Value) -> Value {
    let mut root = BTreeMap::new();
    for path in atoms(rule).map(|atom| &atom.path).filter(|path| !path.inside.is_empty()) {
        put(&mut root, &path.inside, rule, leaf);
    }
    Value::Dictionary(root)
}

fn put(into: &mut BTreeMap<String, Value>, inside: &[&str], rule: &Rule<'static>, leaf: &Value) {
    let Some((first, rest)) = inside.split_first() else { return };
    let name = match *first {
        "{x}" | ANY => "/Applications/X.app",
        "{key}" => rule.any_key.first().copied().unwrap_or(""),
        name => name,
    };
    if rest.is_empty() {
        into.entry(name.to_owned()).or_insert_with(|| leaf.clone());
    } else if let Value::Dictionary(inner) =
        into.entry(name.to_owned()).or_insert_with(|| Value::Dictionary(BTreeMap::new()))
    {
        put(inner, rest, rule, leaf);
    }
}

/// How one fact is drawn: unset, unknown, or one of the candidates; and what unknown turns out to be.
type Draw = (u8, Index, u8, Index);

fn value(rule: &Rule<'static>, deep: bool, at: Index) -> Value {
    let candidates = candidates(rule);
    let plain = at.get(&candidates).clone();
    if deep { nested(rule, &plain) } else { plain }
}

/// A world in which some is unknown, and a later one in which it is found out. Nothing else differs.
fn worlds(rule: &Rule<'static>, draws: &[Draw], versions: &[Option<&str>], licence: u8) -> (World, World) {
    let catalog = Catalog::builtin();
    let (mut less, mut more) = (World::default(), World::default());
    let mut draws = draws.iter().cycle();
    let deep: BTreeSet<&str> =
        atoms(rule).filter(|atom| !atom.path.inside.is_empty()).map(|atom| atom.path.key).collect();
    for place in places(rule, &catalog) {
        let (kind, at, later, later_at) = draws.next().unwrap();
        let deep = deep.contains(place.1.as_str());
        match kind % 4 {
            0 => {}
            1 => {
                less.values.insert(place.clone(), None);
                if later % 2 == 0 {
                    more.values.insert(place, Some(value(rule, deep, *later_at)));
                }
            }
            _ => {
                let value = value(rule, deep, *at);
                less.values.insert(place.clone(), Some(value.clone()));
                more.values.insert(place, Some(value));
            }
        }
    }
    for (product, range) in catalog.products().zip(versions.iter().cycle()) {
        let known = range.map(|range| range.parse::<Ranges>().unwrap());
        let found = known.clone().unwrap_or_else(|| "16.20 .. 16.40".parse().unwrap());
        less.versions.insert(product.name.to_owned(), known);
        more.versions.insert(product.name.to_owned(), Some(found));
    }
    let some = |licence: Licence| Some(BTreeSet::from([licence]));
    (less.licences, more.licences) = match licence % 5 {
        0 => (None, some(Licence::Volume)),
        1 => (None, some(Licence::Subscription)),
        2 => (some(Licence::Volume), some(Licence::Volume)),
        3 => (some(Licence::Subscription), some(Licence::Subscription)),
        _ => (None, None),
    };
    (less, more)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn more_knowledge_turns_no_certain_answer_around(
        rule in any::<Index>(),
        draws in prop::collection::vec(any::<Draw>(), 1..12),
        versions in prop::collection::vec(
            select(vec![None, Some(".. 16.16.x"), Some("16.28 .."), Some("4.0 .. 16.40"), Some("15.0 .. 99.0")]), 1..5),
        licence in any::<u8>(),
    ) {
        let catalog = Catalog::builtin();
        let rules = catalog.rules();
        let rule = *rule.get(&rules);
        let (less, more) = worlds(rule, &draws, &versions, licence);
        let (before, after) = (answers(rule, &less, &catalog), answers(rule, &more, &catalog));
        for (binding, certain) in &before {
            prop_assert!(!certain || after.get(binding) == Some(&true), "{}: {binding:?} fired, and no more", rule.id);
        }
        // What was no firing stays none; of a dictionary that was unknown, the entries are new.
        for binding in after.keys().filter(|(_, _, x)| x.is_none()) {
            prop_assert!(before.contains_key(binding), "{}: {binding:?} was certain not to fire", rule.id);
        }
    }

    /// Where all is known, every answer is certain; a text with tokens is the one thing that stays open.
    #[test]
    fn full_knowledge_is_certain(
        rule in any::<Index>(),
        draws in prop::collection::vec(any::<Draw>(), 1..12),
        licence in 2_u8..4,
    ) {
        let catalog = Catalog::builtin();
        let rules = catalog.rules();
        let rule = *rule.get(&rules);
        let (_, world) = worlds(rule, &draws, &[Some("15.0 .. 99.0")], licence);
        let tokens = world.values.values().flatten().any(Value::has_tokens);
        let answers = answers(rule, &world, &catalog);
        prop_assert!(tokens || answers.values().all(|certain| *certain), "{}: {answers:?}", rule.id);
    }
}

// -----------------------------------------------------------------------------------------------------------
// By hand

const WORD: &str = "com.microsoft.Word";
const REPORTS: &str = "com.microsoft.errorreporting";

fn one<'c>(catalog: &'c Catalog<'static>, id: &str) -> &'c Rule<'static> {
    catalog.rule(id).unwrap_or_else(|| panic!("no rule {id}"))
}

/// `yes` certain, `open`, or `no`, for the first binding.
fn answer(id: &str, world: &World) -> &'static str {
    let catalog = Catalog::builtin();
    match answers(one(&catalog, id), world, &catalog).into_values().next() {
        Some(true) => "yes",
        Some(false) => "open",
        None => "no",
    }
}

#[test]
fn all_of_when_and_none_of_unless() {
    let off = || World::default().set(WORD, "SendAllTelemetryEnabled", Value::Boolean(false));
    let table = [
        (World::default(), "no"),
        (off(), "yes"),
        (World::default().set(WORD, "SendAllTelemetryEnabled", Value::Boolean(true)), "no"),
        (World::default().unknown(WORD, "SendAllTelemetryEnabled"), "open"),
        (off().set(REPORTS, "IsMerpEnabled", Value::Boolean(true)), "no"),
        (off().set(REPORTS, "IsMerpEnabled", Value::Boolean(false)), "yes"),
        (off().unknown(REPORTS, "IsMerpEnabled"), "open"),
        // Decided by another switch, whatever the unknown one says.
        (
            off().unknown(REPORTS, "IsMerpEnabled").set(
                WORD,
                "SendCrashReportsEvenWithTelemetryDisabled",
                Value::Boolean(true),
            ),
            "no",
        ),
    ];
    for (world, expected) in table {
        assert_eq!(answer("crash-reports-lost", &world), expected, "{world:?}");
    }
}

#[test]
fn licences_known_and_unknown() {
    let world = World::default().set(WORD, "UseOnlineContent", Value::Integer(0_i64.into()));
    let table: [(World, &str); 4] = [
        (world.clone(), "open"),
        (world.clone().licensed(&[Licence::Volume]), "no"),
        (world.clone().licensed(&[Licence::Volume, Licence::Retail]), "yes"),
        (world.licensed(&[Licence::Subscription]), "yes"),
    ];
    for (world, expected) in table {
        assert_eq!(answer("offline-needs-volume-licence", &world), expected, "{world:?}");
    }
}

#[test]
fn only_builds_that_read_the_key_are_concerned() {
    let off = || World::default().set(WORD, "SendAllTelemetryEnabled", Value::Boolean(false));
    assert_eq!(answer("crash-reports-lost", &off().of("Word", "16.28 ..")), "no");
    assert_eq!(answer("crash-reports-lost", &off().of("Word", ".. 16.40")), "yes");
    let mut unknown = off();
    unknown.versions.insert("Word".to_owned(), None);
    assert_eq!(answer("crash-reports-lost", &unknown), "open");
    let catalog = Catalog::builtin();
    let firing = &open(one(&catalog, "crash-reports-lost"), &off().of("Word", "16.20 .. 16.40"), &catalog)[0];
    assert_eq!(firing.macs, [("Word".to_owned(), "16.20 .. 16.27".parse::<Ranges>().unwrap())]);
}

#[test]
fn some_but_not_all_of_a_list() {
    let offline = |world: World, app: &str| world.set(app, "UseOnlineContent", Value::Integer(0_i64.into()));
    let (excel, point) = ("com.microsoft.Excel", "com.microsoft.Powerpoint");
    let all = offline(offline(offline(World::default(), WORD), excel), point);
    let id = "online-content-partly";
    assert_eq!(answer(id, &World::default()), "no");
    assert_eq!(answer(id, &offline(World::default(), WORD)), "yes");
    assert_eq!(answer(id, &all), "no");
    // Two of three, the third unknown; and unknown beside one that is not.
    assert_eq!(
        answer(id, &offline(offline(World::default(), WORD), excel).unknown(point, "UseOnlineContent")),
        "open"
    );
    assert_eq!(answer(id, &offline(World::default(), WORD).unknown(point, "UseOnlineContent")), "yes");
    // PowerPoint is not installed: it is not one of those that count.
    assert_eq!(answer(id, &offline(offline(World::default(), WORD), excel).of("PowerPoint", "1.0")), "no");
    // Whether PowerPoint counts is unknown.
    let mut world = offline(offline(World::default(), WORD), excel);
    world.versions.insert("PowerPoint".to_owned(), None);
    assert_eq!(answer(id, &world), "open");
}

#[test]
fn any_entry_of_a_dictionary() {
    const MAU: &str = "com.microsoft.autoupdate2";
    const DAYS: &str = "UpdateDeadline.DaysBeforeForcedQuit";
    let world = || World::default().set(MAU, "UpdateDeadline.FinalCountDown", Value::Integer(60_i64.into()));
    let app = |days: i64| {
        let inner = Value::Dictionary(BTreeMap::from([(DAYS.to_owned(), Value::Integer(days.into()))]));
        let other = Value::Dictionary(BTreeMap::new());
        let apps = [("/Applications/A.app".to_owned(), other), ("/Applications/B.app".to_owned(), inner)];
        Value::Dictionary(BTreeMap::from(apps))
    };
    assert_eq!(answer("deadline-keys-moot", &world()), "yes");
    assert_eq!(answer("deadline-keys-moot", &world().set(MAU, "Applications", app(5))), "no");
    assert_eq!(answer("deadline-keys-moot", &world().set(MAU, "Applications", app(0))), "yes");
    assert_eq!(answer("deadline-keys-moot", &world().unknown(MAU, "Applications")), "open");
}

#[test]
fn a_text_with_tokens_is_open_only_where_it_matters() {
    const MAU: &str = "com.microsoft.autoupdate2";
    let token = || Value::String(Text::parse("https://${device.serial}").unwrap());
    assert_eq!(answer("server-without-slash", &World::default().set(MAU, "UpdateCache", token())), "open");
    assert_eq!(
        answer("manifest-server-ignored", &World::default().set(MAU, "ManifestServer", token())),
        "yes"
    );
    let office = "com.microsoft.office";
    let world = World::default()
        .set(office, "OfficeActivationEmailAddress", Value::String(Text::parse("${user.upn}").unwrap()))
        .set(WORD, "SignInOptions", Value::Integer(4_i64.into()));
    assert_eq!(answer("sign-in-contradiction", &world), "yes");
}

/// A Mac whose value could not be read is accused of nothing.
#[test]
fn what_a_rule_keeps_to_itself() {
    let catalog = Catalog::builtin();
    let world = World::default().unknown(WORD, "SendAllTelemetryEnabled");
    let rule = one(&catalog, "crash-reports-lost");
    assert_eq!(rule.severity, Weight::Warning);
    assert!(Rule::evaluate(rule, &world, &catalog).is_empty());
    let path = Path { domain: WORD, key: "SendAllTelemetryEnabled", inside: Vec::new() };
    let set =
        Rule { when: vec![Atom { path, test: Test::Set(true), over: None }], each: None, ..rule.clone() };
    assert!(Rule::evaluate(&set, &world, &catalog).is_empty());
}
