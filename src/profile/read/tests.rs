//! Profiles in their shapes, and what is said of those that carry nothing.

use super::{Content, Held, Input, Shape, Unknown, load, plan};
use crate::catalog::Catalog;
use crate::finding::{Findings, Sources};
use crate::plan::{Channel, Enforcement, Plan};
use crate::profile::Form;

fn text(key: &str, value: &str) -> String {
    format!("<key>{key}</key><string>{value}</string>\n")
}

fn dict(content: &str) -> String {
    format!("<dict>\n{content}</dict>\n")
}

fn payload(kind: &str, content: &str) -> String {
    dict(&[&text("PayloadType", kind), "<key>PayloadVersion</key><integer>1</integer>\n", content].concat())
}

fn state(name: &str, keys: &str) -> String {
    let inner = dict(&format!("<key>mcx_preference_settings</key>{}", dict(keys)));
    format!("<key>{name}</key><array>{inner}</array>\n")
}

fn mcx(domains: &[(&str, &str)]) -> String {
    let each = |(domain, states): &(&str, &str)| format!("<key>{domain}</key>{}", dict(states));
    let domains: String = domains.iter().map(each).collect();
    payload("com.apple.ManagedClient.preferences", &format!("<key>PayloadContent</key>{}", dict(&domains)))
}

fn profile(payloads: &[String], more: &str) -> String {
    let content = format!("<key>PayloadContent</key><array>\n{}</array>\n{more}", payloads.concat());
    payload("Configuration", &content)
}

struct Loaded {
    held: Option<Held>,
    plans: Vec<Plan>,
    said: Vec<String>,
}

fn loaded(label: &str, body: &str) -> Loaded {
    let (catalog, mut sources, mut findings) = (Catalog::builtin(), Sources::new(), Findings::new());
    let bytes = format!("<plist>\n{body}</plist>\n");
    let input = Input { label, bytes: bytes.as_bytes(), domain: None };
    let held = load(&input, &catalog, &mut sources, &mut findings);
    let mut unknown = Unknown::default();
    let plans = held.iter().flat_map(|held| held.profiles.iter().map(move |profile| (held, profile)));
    let plans = plans.map(|(held, profile)| plan(held, profile, &catalog, &mut unknown, &mut findings));
    let plans = plans.collect();
    findings.extend(unknown.finding().into_iter().collect());
    let said = findings.sorted().into_iter().map(|finding| {
        let at = finding.primary().and_then(|at| sources.position_of(at)).map_or(0, |at| at.line);
        format!("{at}: {}: {}", finding.code.as_str(), finding.title)
    });
    Loaded { held, plans, said: said.collect() }
}

fn settings(plan: &Plan) -> Vec<String> {
    let one = |setting: &crate::plan::Setting| {
        let value = setting.value.as_ref().unwrap().to_json();
        let (domain, key) = (setting.domain.as_str(), setting.key.as_str());
        format!("{domain} {key} {} {value}", setting.enforcement.word())
    };
    plan.settings.iter().map(one).collect()
}

const OFFLINE: &str = "<key>UseOnlineContent</key><integer>0</integer>\n";
const MANUAL: &str = "<key>HowToCheck</key><string>Manual</string>\n";

#[test]
fn both_forms_and_two_domains_in_one_payload() {
    let forced = state("Forced", OFFLINE);
    let body = profile(
        &[
            mcx(&[("com.microsoft.Word", &forced), ("com.microsoft.Excel", &forced)]),
            payload("com.microsoft.autoupdate2", MANUAL),
        ],
        &text("PayloadScope", "System"),
    );
    let loaded = loaded("office.mobileconfig", &body);
    assert_eq!(loaded.said, Vec::<String>::new());
    let held = loaded.held.unwrap();
    assert_eq!((held.shape, held.signed), (Shape::Profile, false));
    let forms: Vec<Form> = held.profiles[0]
        .payloads
        .iter()
        .map(|payload| match payload.content {
            Content::Preferences { form, .. } => form,
            Content::Foreign => panic!("preferences"),
        })
        .collect();
    assert_eq!(forms, [Form::Mcx, Form::Domain]);
    assert_eq!(loaded.plans[0].identity.channel, Channel::Device);
    assert_eq!(
        settings(&loaded.plans[0]),
        [
            "com.microsoft.Excel UseOnlineContent forced 0",
            "com.microsoft.Word UseOnlineContent forced 0",
            "com.microsoft.autoupdate2 HowToCheck forced \"Manual\"",
        ]
    );
}

#[test]
fn set_once_with_its_stamp_and_a_profile_for_users() {
    let once = "<key>Set-Once</key><array><dict><key>mcx_data_timestamp</key><date>2027-01-31T00:00:00Z</date>\
                <key>mcx_preference_settings</key><dict><key>HowToCheck</key><string>Manual</string></dict>\
                </dict></array>\n";
    let body = profile(&[mcx(&[("com.microsoft.autoupdate2", once)])], "");
    let loaded = loaded("office.mobileconfig", &body);
    assert_eq!(loaded.said, Vec::<String>::new());
    let plan = &loaded.plans[0];
    assert_eq!(plan.settings[0].enforcement, Enforcement::SetOnce);
    assert_eq!(plan.identity.set_once_stamp.unwrap().to_string(), "2027-01-31T00:00:00Z");
    // A profile without PayloadScope is one for users.
    assert_eq!(plan.identity.channel, Channel::User);
}

#[test]
fn what_a_mac_shows_of_its_profiles() {
    let shown = |name: &str, item: &str| {
        let items = format!("<key>ProfileItems</key><array>{item}</array>\n");
        let flag = text("ProfileRemovalDisallowed", "true");
        dict(&(text("ProfileIdentifier", name) + &flag + &items))
    };
    let forced = format!("<key>com.microsoft.Word</key>{}", dict(&state("Forced", OFFLINE)));
    let managed = format!("<key>PayloadContentManagedPreferences</key>{}", dict(&forced));
    let content = |inner: &str| format!("<key>PayloadContent</key>{}", dict(inner));
    let computer = payload("com.apple.ManagedClient.preferences", &content(&managed));
    let user = payload("com.microsoft.autoupdate2", &content(MANUAL));
    let level = |name: &str, profile: &str| format!("<key>{name}</key><array>{profile}</array>\n");
    let body = dict(
        &[
            level("_computerlevel", &shown("com.example.word", &computer)),
            level("anna", &shown("com.example.updates", &user)),
        ]
        .concat(),
    );
    let loaded = loaded("profiles.plist", &body);
    assert_eq!(loaded.said, Vec::<String>::new());
    let held = loaded.held.unwrap();
    assert_eq!(held.shape, Shape::Shown);
    assert_eq!(held.profiles[1].user.as_deref(), Some("anna"));
    assert_eq!(held.profiles[0].envelope.text("PayloadIdentifier"), Some("com.example.word"));
    let flag = held.profiles[0].envelope.get("PayloadRemovalDisallowed");
    assert_eq!(flag, Some(&crate::value::Value::Boolean(true)));
    assert_eq!(settings(&loaded.plans[0]), ["com.microsoft.Word UseOnlineContent forced 0"]);
    assert_eq!(settings(&loaded.plans[1]), ["com.microsoft.autoupdate2 HowToCheck forced \"Manual\""]);
    assert_eq!(loaded.plans[1].identity.channel, Channel::User);
}

#[test]
fn preferences_are_named_after_their_file() {
    let loaded = loaded("exports/com.microsoft.autoupdate2.plist", &dict(MANUAL));
    assert_eq!(loaded.said, Vec::<String>::new());
    assert_eq!(loaded.held.unwrap().shape, Shape::Preferences);
    assert_eq!(settings(&loaded.plans[0]), ["com.microsoft.autoupdate2 HowToCheck forced \"Manual\""]);
}

#[test]
fn preferences_of_a_file_with_another_name_are_refused() {
    let said = loaded("settings.plist", &dict(MANUAL)).said;
    let expected =
        "0: unreadable-file: these are preferences, but the name of the file is no preference domain";
    assert_eq!(said, [expected]);
}

#[test]
fn domains_without_a_payload() {
    let body = dict(&format!("<key>com.microsoft.Word</key>{}", dict(&state("Forced", OFFLINE))));
    let loaded = loaded("word.plist", &body);
    assert_eq!(loaded.held.unwrap().shape, Shape::Domains);
    assert_eq!(settings(&loaded.plans[0]), ["com.microsoft.Word UseOnlineContent forced 0"]);
}

#[test]
fn payloads_of_apple_are_no_preferences() {
    let tcc = payload("com.apple.TCC.configuration-profile-policy", "<key>Services</key><dict/>\n");
    let loaded = loaded("tcc.mobileconfig", &profile(&[tcc], &text("PayloadScope", "System")));
    assert_eq!(loaded.said, Vec::<String>::new());
    assert!(matches!(loaded.held.unwrap().profiles[0].payloads[0].content, Content::Foreign));
    assert_eq!(loaded.plans[0].settings, []);
}

#[test]
fn wrappers_that_apply_nothing() {
    let one =
        |states: &str| loaded("a.mobileconfig", &profile(&[mcx(&[("com.microsoft.Word", states)])], "")).said;
    assert_eq!(
        one(&format!("<key>Forced</key>{}", dict(OFFLINE))),
        ["11: payload-shape: `Forced` of com.microsoft.Word is no array"]
    );
    assert_eq!(
        one(&format!("<key>Forced</key><array>{}</array>", dict(OFFLINE))),
        ["11: payload-shape: `UseOnlineContent` stands directly in `Forced` of com.microsoft.Word, without \
          `mcx_preference_settings`"]
    );
    assert_eq!(
        one(&state("Always", OFFLINE)),
        ["11: payload-shape: `Always` is no state of a domain: macOS applies nothing of it"]
    );
}

#[test]
fn names_that_are_nearly_known() {
    let of = |domain: &str, keys: &str| loaded("a.mobileconfig", &profile(&[payload(domain, keys)], "")).said;
    assert_eq!(
        of("com.microsoft.autoupdate2", "<key>HowToChekc</key><string>Manual</string>\n"),
        ["9: unknown-key: `HowToChekc` is not a key of AutoUpdate"]
    );
    assert_eq!(
        of("com.microsoft.autoupdate", MANUAL),
        [
            "7: unknown-domain: `com.microsoft.autoupdate` is nearly the known domain `com.microsoft.autoupdate2`"
        ]
    );
    assert_eq!(
        of("com.example.agent", MANUAL),
        ["7: nothing-known: nothing is known of the domain com.example.agent"]
    );
}

#[test]
fn two_payloads_that_contradict_each_other() {
    let automatic = "<key>HowToCheck</key><string>AutomaticDownload</string>\n";
    let of = |second: &str| {
        let update = |keys: &str| payload("com.microsoft.autoupdate2", keys);
        loaded("a.mobileconfig", &profile(&[update(MANUAL), update(second)], "")).said
    };
    assert_eq!(
        of(automatic),
        ["14: set-by-two-payloads: `HowToCheck` of AutoUpdate is set twice, to different values"]
    );
    assert_eq!(
        of(MANUAL),
        ["14: set-again: `HowToCheck` of AutoUpdate is set a second time, to the same value"]
    );
}
