//! Imports of small inputs, and of random ones: the policy comes to what the inputs hold.

use super::{Imported, Options, Unit, import};
use crate::catalog::Catalog;
use crate::check::check;
use crate::finding::{Findings, Sources};
use crate::plan::{Channel, Enforcement, Plan, Setting};
use crate::policy::{Files, Policy};
use crate::profile::read::{Input, load};
use crate::profile::{Content, Payload, Profile};
use crate::value::{Date, DomainName, Integer, KeyName, Real, Value};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// An import, and what was said.
struct Made {
    imported: Imported,
    said: Vec<String>,
}

fn made_of(inputs: &[(&str, Vec<u8>)], options: &Options) -> Made {
    let (catalog, mut sources, mut findings) = (Catalog::builtin(), Sources::new(), Findings::new());
    let mut held = Vec::new();
    for (label, bytes) in inputs {
        let input = Input { label, bytes, domain: None };
        held.push(load(&input, &catalog, &mut sources, &mut findings).expect("it can be read"));
    }
    let units: Vec<Unit<'_>> = held
        .iter()
        .flat_map(|held| held.profiles.iter().map(move |profile| Unit { held, profile, wrapper: None }))
        .collect();
    let imported = import(&units, &catalog, options, &sources, &mut findings);
    let said = findings.sorted().into_iter().map(|finding| {
        let (severity, code) = (finding.severity.word(), finding.code.as_str());
        format!("{severity}[{code}]: {}", finding.title)
    });
    Made { said: said.collect(), imported }
}

fn options() -> Options {
    Options { stem: "office".to_owned(), beside: true, ..Options::default() }
}

fn text(key: &str, value: &str) -> String {
    format!("<key>{key}</key><string>{value}</string>\n")
}

fn payload(kind: &str, content: &str) -> String {
    format!("<dict>\n{}{content}</dict>\n", text("PayloadType", kind))
}

fn profile(payloads: &[String]) -> Vec<u8> {
    let head = text("PayloadType", "Configuration") + &text("PayloadScope", "System");
    let head = head + &text("PayloadIdentifier", "com.example.a");
    let content = payloads.concat();
    format!("<plist><dict>\n{head}<key>PayloadContent</key><array>\n{content}</array></dict></plist>")
        .into_bytes()
}

fn one(payloads: &[String]) -> Made {
    made_of(&[("a.mobileconfig", profile(payloads))], &options())
}

/// The part of a policy below its `[policy]`.
fn body(made: &Made) -> &str {
    let text = made.imported.text.as_str();
    text.split_once("channel = \"device\"\n").map_or(text, |(_, body)| body).trim()
}

struct One<'t>(&'t Imported);

impl Files for One<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        if path == "policy.toml" {
            return Ok(self.0.text.clone());
        }
        let found = self.0.files.iter().find(|(name, _)| name == path).ok_or("there is no such file")?;
        String::from_utf8(found.1.clone()).map_err(|error| error.to_string())
    }
}

/// The plan of the policy, which has to be without errors.
fn plan_of(made: &Made) -> Plan {
    let (catalog, mut sources, mut findings) = (Catalog::builtin(), Sources::new(), Findings::new());
    let policy = Policy::load("policy.toml", &One(&made.imported), &mut sources, &mut findings).unwrap();
    let plan = policy.resolve(&catalog, &mut findings);
    let checked = check(plan, findings, &catalog, &crate::check::Options::default());
    let errors: Vec<_> =
        checked.findings.iter().map(|f| format!("{}: {}", f.code.as_str(), f.title)).collect();
    checked.plan.unwrap_or_else(|_| panic!("{errors:?}\n{}", made.imported.text)).into_inner()
}

type Effect = Vec<(String, String, Enforcement, Value)>;

fn effect(settings: &[Setting]) -> Effect {
    let one = |setting: &Setting| {
        let (domain, key) = (setting.domain.as_str().to_owned(), setting.key.as_str().to_owned());
        (domain, key, setting.enforcement, setting.value.clone().unwrap())
    };
    settings.iter().map(one).collect()
}

#[test]
fn a_value_that_the_catalogue_refuses_is_accepted_or_goes_to_custom() {
    let keys =
        "<key>HowToCheck</key><string>Sometimes</string><key>ExtendedLogging</key><integer>1</integer>";
    let made = one(&[payload("com.microsoft.autoupdate2", keys)]);
    assert_eq!(
        made.said,
        [
            "warning[value-not-allowed]: `HowToCheck` cannot be \"Sometimes\"",
            "warning[wrong-type]: `ExtendedLogging` must be a boolean, not an integer",
        ]
    );
    insta::assert_snapshot!(body(&made));
    assert!(!made.imported.lost);
    assert_eq!(plan_of(&made).settings.len(), 2);
}

/// In one round it moved on once for each of its errors, past [custom].
#[test]
fn a_dictionary_with_several_errors_goes_to_custom() {
    let app = |name: &str| {
        let entry = format!("<dict>{}{}</dict>", text("Application ID", "X"), text("LCID", "1033"));
        format!("<key>/Applications/{name}.app</key>{entry}")
    };
    let apps = format!("<key>Applications</key><dict>{}{}</dict>", app("A"), app("B"));
    let made = one(&[payload("com.microsoft.autoupdate2", &apps)]);
    assert!(!made.imported.lost, "{:?}", made.said);
    assert!(made.imported.text.contains("[custom.AutoUpdate.Applications.\"/Applications/A.app\"]"));
}

#[test]
fn near_misses_stay_what_they_are() {
    let made = one(&[
        payload("com.microsoft.autoupdate2", &text("HowToChekc", "Manual")),
        payload("com.microsoft.autoupdate", &text("HowToCheck", "Manual")),
    ]);
    insta::assert_snapshot!(body(&made));
    assert!(made.said.iter().all(|said| said.starts_with("warning")), "{:?}", made.said);
    let domains: Vec<String> = effect(&plan_of(&made).settings).into_iter().map(|one| one.0).collect();
    assert_eq!(domains, ["com.microsoft.autoupdate", "com.microsoft.autoupdate2"]);
}

#[test]
fn what_no_policy_can_name_is_listed() {
    let made = one(&[
        // A policy would read the alias in it.
        payload("Word", &text("A", "x\n[settings]\ny = \"1\"")),
        payload("com.example.app", &(text("", "nobody") + &text("B", "kept"))),
        payload("a/../b", &text("C", "lost")),
    ]);
    assert!(made.imported.lost);
    insta::assert_snapshot!(format!("{}\n{}", made.said.join("\n"), made.imported.text));
    assert_eq!(effect(&plan_of(&made).settings).len(), 1);
}

#[test]
fn domains_that_agree_make_a_group_and_no_bare_key() {
    let keys = "<key>SendAllTelemetryEnabled</key><false/><key>kFRETelemetryConsentKey</key><true/>";
    let made = one(&[
        payload("com.microsoft.Word", keys),
        payload("com.microsoft.Excel", &(keys.to_owned() + "<key>NewKey</key><true/>")),
        // Its name is that of the group.
        payload("excel-and-word", &text("A", "b")),
    ]);
    insta::assert_snapshot!(body(&made));
    assert_eq!(plan_of(&made).settings.len(), 6);
}

#[test]
fn inputs_that_differ_are_told_and_the_first_counts() {
    let mau = |value: &str| profile(&[payload("com.microsoft.autoupdate2", &text("HowToCheck", value))]);
    let made = made_of(
        &[
            ("a.mobileconfig", mau("Manual")),
            ("b.mobileconfig", mau("AutomaticCheck")),
            ("c.mobileconfig", mau("Manual")),
        ],
        &options(),
    );
    assert_eq!(
        made.said,
        [
            "warning[set-by-two-inputs]: `HowToCheck` of AutoUpdate is set differently by two inputs: the policy takes the first"
        ]
    );
    insta::assert_snapshot!(body(&made));
}

fn once(stamp: &str, key: &str) -> String {
    let stamp = match stamp {
        "" => String::new(),
        stamp => format!("<key>mcx_data_timestamp</key><date>{stamp}</date>"),
    };
    let inner = format!("{stamp}<key>mcx_preference_settings</key><dict><key>{key}</key><true/></dict>");
    let domain = format!(
        "<key>com.example.app</key><dict><key>Set-Once</key><array><dict>{inner}</dict></array></dict>"
    );
    payload("com.apple.ManagedClient.preferences", &format!("<key>PayloadContent</key><dict>{domain}</dict>"))
}

#[test]
fn a_policy_has_one_stamp() {
    let line = |made: &Made| {
        let found = made.imported.text.lines().find(|line| line.starts_with("set-once-stamp"));
        found.unwrap().to_owned()
    };
    let one_stamp = one(&[once("2026-01-31T00:00:00Z", "A")]);
    assert_eq!(line(&one_stamp), "set-once-stamp = 2026-01-31T00:00:00Z");
    assert!(one_stamp.imported.text.contains("[custom-set-once.\"com.example.app\"]\nA = true\n"));
    let two = one(&[once("2026-01-31T00:00:00Z", "A"), once("2027-01-31T00:00:00Z", "B")]);
    assert!(line(&two).starts_with("set-once-stamp = 2027-01-31T00:00:00Z  # the latest of"));
    let none = one(&[once("", "A")]);
    assert!(line(&none).starts_with("set-once-stamp = 2001-01-01T00:00:00Z  # not all of it had a stamp"));
    assert!(none.said.iter().any(|said| said.starts_with("warning[not-expressed]: what is set once")));
}

#[test]
fn payloads_that_name_each_other_stay_together() {
    let uuid = "0D4F9C2E-3B7A-4E86-9C15-6A2F8B1D7E40";
    let root = payload(
        "com.apple.security.root",
        &(text("PayloadUUID", uuid) + "<key>PayloadContent</key><data>AA==</data>"),
    );
    let wifi = payload("com.apple.wifi.managed", &text("PayloadCertificateUUID", &uuid.to_lowercase()));
    let made = one(&[root.clone(), wifi]);
    let names: Vec<&str> = made.imported.files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["payloads/office.mobileconfig"]);
    let many: Vec<String> = (0..300)
        .map(|at| payload("com.apple.dock", &format!("<key>tilesize</key><integer>{at}</integer>")))
        .collect();
    assert_eq!(one(&many).imported.files.len(), 1);
    let alone = one(&[root.clone(), root]);
    let names: Vec<&str> = alone.imported.files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["payloads/office-security-root.plist"]);
}

fn nested(levels: usize, level: impl Fn(usize, &str) -> String) -> Made {
    let deep = (0..levels).fold("<string>x</string>".to_owned(), |inner, at| level(at, &inner));
    one(&[payload("com.example.app", &format!("<key>Deep</key>{deep}<key>A</key><true/>"))])
}

#[test]
fn sixty_levels_and_reserved_names_come_back() {
    let made = nested(60, |level, inner| match level {
        0 => format!("<dict><key>$data</key>{inner}</dict>"),
        1 => format!("<dict><key></key>{inner}<key>$x</key><true/></dict>"),
        level if level % 2 == 0 => format!("<array>{inner}</array>"),
        _ => format!("<dict><key>a.b \"c\"</key>{inner}</dict>"),
    });
    assert!(!made.imported.lost, "{:?}", made.said);
    assert_eq!(effect(&plan_of(&made).settings), effect(&made.imported.plan.settings));
}

/// Each level takes two of TOML's, whose parser goes 80 deep.
#[test]
fn sixty_reserved_levels_are_listed() {
    let made = nested(60, |_, inner| format!("<dict><key>$data</key>{inner}</dict>"));
    assert!(made.imported.lost);
    assert_eq!(plan_of(&made).settings.len(), 1);
}

#[test]
fn deeper_than_a_policy_goes_is_listed() {
    let deep = format!("{}<true/>{}", "<array>".repeat(66), "</array>".repeat(66));
    let made = one(&[payload("com.example.app", &format!("<key>Deep</key>{deep}<key>A</key><true/>"))]);
    assert!(made.imported.lost);
    assert_eq!(plan_of(&made).settings.len(), 1);
}

fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[ -~\n\t\u{e9}\u{2028}\u{1f600}]{0,20}",
        Just("$${x}\n${y}\n\"\"\"".to_owned()),
        Just("]]\n[settings]\n# x".to_owned()),
    ];
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(|number| Value::Integer(Integer::from(number))),
        any::<u64>().prop_map(|number| Value::Integer(Integer::from(number))),
        any::<f64>().prop_filter_map("finite", |number| Real::new(number).map(Value::Real)),
        text.prop_map(Value::string),
        (-62_000_000_000_i64..253_000_000_000)
            .prop_filter_map("a date", |s| Date::from_seconds(s).map(Value::Date)),
        proptest::collection::vec(any::<u8>(), 0..12).prop_map(Value::Data),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop_oneof!["[a-z.$ \"]{1,6}", Just("$data".to_owned()), Just("$dictionary".to_owned())];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::btree_map(key, inner, 0..4).prop_map(Value::Dictionary),
        ]
    })
}

fn domain() -> impl Strategy<Value = DomainName> {
    let names = [
        "com.microsoft.Word",
        "com.microsoft.Excel",
        "com.microsoft.Outlook",
        "com.microsoft.autoupdate2",
        "com.microsoft.autoupdate3",
        ".GlobalPreferences",
        "com.example.app",
    ];
    proptest::sample::select(names.to_vec()).prop_map(|name| DomainName::new(name).unwrap())
}

fn key() -> impl Strategy<Value = KeyName> {
    let known = [
        "SendAllTelemetryEnabled",
        "HowToCheck",
        "HowToChekc",
        "Applications",
        "UseOnlineContent",
        "DisableImport",
        "ExtendedLogging",
        "UpdateDeadline.FinalCountDown",
        "kFRETelemetryConsentKey",
    ];
    let known = proptest::sample::select(known.to_vec()).prop_map(str::to_owned);
    let any = prop_oneof!["[ -~\u{e9}\n]{1,12}", known.clone(), known];
    any.prop_filter_map("a key", |name| KeyName::new(&name).ok())
}

type Domains = BTreeMap<DomainName, BTreeMap<KeyName, (bool, Value)>>;

fn domains() -> impl Strategy<Value = Domains> {
    let settings = proptest::collection::btree_map(key(), (any::<bool>(), value()), 1..6);
    proptest::collection::btree_map(domain(), settings, 1..4)
}

fn written(domains: &Domains) -> Vec<u8> {
    let payload = |(domain, settings): (&DomainName, &BTreeMap<KeyName, (bool, Value)>)| {
        let of = |wanted: bool| -> BTreeMap<KeyName, Value> {
            let same = settings.iter().filter(|(_, (once, _))| *once == wanted);
            same.map(|(key, (_, value))| (key.clone(), value.clone())).collect()
        };
        let stamp = Date::from_seconds(1_800_000_000).unwrap();
        Payload {
            domain: domain.clone(),
            identifier: format!("com.example.a.{domain}"),
            uuid: String::new(),
            name: String::new(),
            content: Content::Mcx { forced: of(false), set_once: Some((of(true), stamp)) },
        }
    };
    let profile = Profile {
        identifier: "com.example.a".to_owned(),
        uuid: String::new(),
        name: "A".to_owned(),
        description: None,
        organization: None,
        channel: Channel::Device,
        payloads: domains.iter().map(payload).collect(),
        passed: Vec::new(),
    };
    profile.to_xml().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Whatever a profile holds, the policy comes to the same settings, and has no error.
    #[test]
    fn any_profile_and_its_policy_are_the_same(domains in domains()) {
        let made = made_of(&[("a.mobileconfig", written(&domains))], &options());
        prop_assert!(!made.imported.lost, "{:?}\n{}", made.said, made.imported.text);
        let mut wanted: Effect = Vec::new();
        for (domain, settings) in &domains {
            for (key, (once, value)) in settings {
                let enforcement = if *once { Enforcement::SetOnce } else { Enforcement::Forced };
                wanted.push((domain.as_str().to_owned(), key.as_str().to_owned(), enforcement, value.clone()));
            }
        }
        prop_assert_eq!(effect(&plan_of(&made).settings), wanted, "{}", made.imported.text);
    }
}
