//! Tests of what the apps contact: by build, by app, by licence, by how strongly a setting is meant.

use super::*;
use crate::check::{Options, check};
use crate::finding::{Findings, Sources};
use crate::mac::world::World;
use crate::mac::{Ask, Mac, Seen, Who};
use crate::plan::Plan;
use crate::policy::{Files, Policy};

struct One(String);

impl Files for One {
    fn read(&self, _: &str) -> Result<String, String> {
        Ok(self.0.clone())
    }

    fn read_bytes(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("there is no such file".to_owned())
    }
}

/// The plan of a policy, of which only the tables below its head are given.
fn plan(text: &str) -> Plan {
    let text = format!("[policy]\nid = \"com.example.net\"\n{text}");
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let policy = Policy::load("p.toml", &One(text), &mut sources, &mut findings).unwrap();
    let catalog = Catalog::builtin();
    let plan = policy.resolve(&catalog, &mut findings);
    assert!(!findings.has_errors(), "{findings:?}");
    match check(plan, findings, &catalog, &Options::default()).plan {
        Ok(plan) => plan.into_inner(),
        Err(plan) => plan,
    }
}

/// Each endpoint of an answer as a line: section, host, state, and the share of each app.
fn told(network: &Network<'_, '_>) -> Vec<String> {
    let part = |part: &Part<'_>| {
        let shares = [
            ("contacted", &part.contacted),
            ("less", &part.lessened),
            ("stopped", &part.stopped),
            ("unknown", &part.unknown),
        ];
        let shares = shares.iter().filter(|(_, share)| !share.is_empty());
        let shares: Vec<String> =
            shares.map(|(word, share)| format!("{word} {}", share.describe())).collect();
        format!("{}: {}", part.app.unwrap_or("-"), shares.join(", "))
    };
    let line = |row: &Row<'_, '_>| {
        let parts: Vec<String> = row.parts.iter().map(part).collect();
        format!("{} {} {} {}", row.endpoint.section, row.host.as_str(), row.state().word(), parts.join("; "))
    };
    network.rows.iter().map(line).collect()
}

/// What is said of one host in one section.
fn of(text: &str, section: &str, host: &str) -> String {
    let (catalog, plan) = (Catalog::builtin(), plan(text));
    let network = Question { facts: &plan, catalog: &catalog, enforced_only: true }.answer();
    let start = format!("{section} {host} ");
    let lines = told(&network);
    let found = lines.iter().find_map(|line| line.strip_prefix(&start));
    found.unwrap_or("left out").to_owned()
}

const QUIET: &str = "[macs]\nOffice = \"16.16.x\"\n[settings]\n";

#[test]
fn builds_that_read_a_setting_are_kept_away_and_others_are_not() {
    let of = |macs: &str| {
        of(
            &format!("[macs]\nOffice = \"{macs}\"\n[settings]\nUseOnlineContent = 0\n"),
            "researcher",
            "www.bing.com",
        )
    };
    assert_eq!(of("16.16.x"), "contacted Word: contacted 16.16", "another activity");
    let sign_in = |macs: &str| {
        let text = format!("[macs]\nWord = \"{macs}\"\n[settings]\nUseOnlineContent = 0\n");
        let all = super::tests::of(&text, "product-activation", "ols.officeapps.live.com");
        all.split_once("Word: ").unwrap().1.split(';').next().unwrap().to_owned()
    };
    assert_eq!(sign_in("16.16.x"), "stopped 16.16");
    assert_eq!(sign_in("15.25 [160726]"), "stopped 15.25 [160726]");
    assert_eq!(sign_in(".. 15.24"), "contacted up to 15.24");
    assert_eq!(
        sign_in("15.24 .. 15.26"),
        "contacted 15.24 to just before 15.25 [160726], stopped 15.25 [160726] to 15.26"
    );
    assert_eq!(sign_in("16.15 .. 16.20"), "stopped 16.15 to 16.16, unknown 16.17 to 16.20");
    assert_eq!(sign_in("16.80 .."), "unknown from 16.80");
}

#[test]
fn states_of_several_apps_together() {
    let part = |contacted: &str, lessened: &str, stopped: &str, unknown: &str| {
        let ranges = |text: &str| if text.is_empty() { Ranges::none() } else { text.parse().unwrap() };
        Part {
            app: Some("A"),
            contacted: ranges(contacted),
            lessened: ranges(lessened),
            stopped: ranges(stopped),
            unknown: ranges(unknown),
        }
    };
    let (contacted, less) = (part("1", "", "", ""), part("1", "1", "", ""));
    let (stopped, unknown) = (part("", "", "1", ""), part("", "", "", "1"));
    let table = [
        (vec![&contacted], State::Contacted),
        (vec![&contacted, &unknown], State::Contacted),
        (vec![&contacted, &stopped], State::Partly),
        (vec![&less], State::Partly),
        (vec![&contacted, &stopped, &unknown], State::Partly),
        (vec![&stopped], State::Stopped),
        (vec![&unknown], State::Unknown),
        (vec![&stopped, &unknown], State::Unknown),
    ];
    for (parts, state) in table {
        let owned: Vec<Part<'_>> = parts.iter().map(|part| (*part).clone()).collect();
        assert_eq!(State::of(&owned), state, "{owned:?}");
    }
}

#[test]
fn usage_telemetry_takes_crash_reports_along_unless_they_are_kept() {
    let watson =
        |settings: &str| of(&format!("{QUIET}{settings}"), "crash-reporting", "watson.microsoft.com");
    assert!(watson("HowToCheck = \"Manual\"").starts_with("contacted "));
    assert!(watson("SendAllTelemetryEnabled = false").starts_with("stopped "));
    assert!(watson("SendAllTelemetryEnabled = false\nIsMerpEnabled = false").starts_with("stopped "));
    assert!(watson("SendAllTelemetryEnabled = false\nIsMerpEnabled = true").starts_with("contacted "));
    let one = watson("Word = { SendAllTelemetryEnabled = false }");
    assert!(one.starts_with("partly Word: stopped 16.16; Excel: contacted 16.16;"), "{one}");
    let app = watson(
        "Word = { SendAllTelemetryEnabled = false, SendCrashReportsEvenWithTelemetryDisabled = true }",
    );
    assert!(app.starts_with("contacted "), "{app}");
}

#[test]
fn the_heartbeat_stays_and_is_told_of() {
    let (catalog, plan) = (Catalog::builtin(), plan(&format!("{QUIET}SendAllTelemetryEnabled = false\n")));
    let network = Question { facts: &plan, catalog: &catalog, enforced_only: true }.answer();
    let nexus = network.rows.iter().find(|row| row.host.as_str() == "nexus.officeapps.live.com").unwrap();
    assert_eq!(nexus.state(), State::Partly);
    assert!(nexus.parts.iter().all(|part| part.lessened == part.contacted && part.stopped.is_empty()));
    let notes = network.notes(&Selection::default());
    assert!(notes.iter().any(|note| note.starts_with("heartbeat telemetry")), "{notes:?}");
    let elsewhere = Selection { sections: vec!["researcher".to_owned()], ..Selection::default() };
    assert!(network.notes(&elsewhere).iter().all(|note| !note.starts_with("heartbeat")));
    assert!(network.newer.is_empty(), "16.16 is what the list is of");
}

#[test]
fn what_a_user_may_change_is_not_certain() {
    let text = "set-once-stamp = 2026-01-01T00:00:00Z\n[macs]\nOffice = \"16.16.x\"\n[set-once]\nUseOnlineContent = 0\n";
    let said = of(text, "product-activation", "ols.officeapps.live.com");
    assert!(said.starts_with("contacted Word: unknown 16.16; Excel: unknown"), "{said}");
    // And where it would only be contacted less, it is contacted.
    let text = "[macs]\nOffice = \"16.16.x\"\n[defaults.AutoUpdate]\nHowToCheck = \"Manual\"\n";
    assert_eq!(
        of(text, "install-and-update", "officecdn.microsoft.com"),
        "contacted -: contacted any version"
    );
}

#[test]
fn licences_apps_and_builds_that_nobody_has() {
    let text = "[macs]\nOffice = \"16.16.x\"\nlicence = [\"volume\"]\nOutlook = \"none\"\n";
    assert_eq!(of(text, "whats-new", "contentstorage.osi.office.net"), "left out");
    assert_eq!(of(text, "contact-support", "acompli.helpshift.com"), "left out");
    assert!(of(text, "sign-in", "login.live.com").ends_with("OneNote: contacted 16.16"));
    assert!(!of(text, "sign-in", "login.live.com").contains("Outlook"));
    let (catalog, plan) = (Catalog::builtin(), plan("[macs]\nOffice = \"15.20 .. 15.39\"\n"));
    let network = Question { facts: &plan, catalog: &catalog, enforced_only: true }.answer();
    let [left] = network.left_out.as_slice() else { panic!("{:?}", network.left_out) };
    assert_eq!(left.endpoint.url, "https://cdn.odc.officeapps.live.com/");
    assert_eq!(left.why, LeftOutWhy::Builds("15.40 ..".parse().unwrap()));
}

#[test]
fn builds_newer_than_the_list_are_told_of() {
    let (catalog, plan) = (Catalog::builtin(), plan("[macs]\nOffice = \"16.10 ..\"\n"));
    let network = Question { facts: &plan, catalog: &catalog, enforced_only: true }.answer();
    let [newer] = network.newer.as_slice() else { panic!("{:?}", network.newer) };
    assert_eq!((newer.as_of.as_str(), newer.newer.describe().as_str()), ("2016", "from 16.17"));
    assert!(network.notes(&Selection::default()).contains(&newer.says()));
}

#[test]
fn updates_by_hand_and_from_a_server_of_ones_own() {
    let cdn = |text: &str| {
        of(&format!("{QUIET}[settings.AutoUpdate]\n{text}"), "install-and-update", "officecdn.microsoft.com")
    };
    let less = "partly -: contacted any version, less any version";
    assert_eq!(cdn("HowToCheck = \"AutomaticDownload\""), "contacted -: contacted any version");
    assert_eq!(cdn("HowToCheck = \"Manual\""), less);
    assert_eq!(cdn("ChannelName = \"Custom\"\nManifestServer = \"https://m.example/\""), less);
    assert_eq!(cdn("UpdateCache = \"https://c.example/\""), less);
    let none = "[macs]\nOffice = \"16.16.x\"\nAutoUpdate = \"none\"\n[settings]\nHowToCheck = \"Manual\"\n";
    assert_eq!(
        of(none, "install-and-update", "officecdn.microsoft.com"),
        "contacted -: contacted any version"
    );
}

#[test]
fn a_mac_answers_for_what_is_in_effect() {
    let catalog = Catalog::builtin();
    let key = "<key>UseOnlineContent</key><integer>0</integer>";
    let version = |text: &str| {
        format!(
            "<key>CFBundleIdentifier</key><string>com.microsoft.Word</string><key>CFBundleVersion</key><string>{text}</string>"
        )
    };
    let info = "/Applications/Microsoft Word.app/Contents/Info.plist";
    let user =
        "/Users/anna/Library/Containers/com.microsoft.Word/Data/Library/Preferences/com.microsoft.Word.plist";
    let wanted = asks(&catalog);
    let keys: Vec<(&str, Vec<&str>)> =
        wanted.into_iter().map(|(domain, keys)| (domain, keys.into_iter().collect())).collect();
    let list: Vec<Ask<'_>> = keys.iter().map(|(domain, keys)| Ask { domain, keys: Some(keys) }).collect();
    let said = |world: World| {
        let mac = Mac::read(&world, &list, Who::Named("anna"), &catalog).unwrap();
        let seen = Seen { mac: &mac, user: Some("anna"), catalog: &catalog };
        let network = Question { facts: &seen, catalog: &catalog, enforced_only: false }.answer();
        let lines = told(&network);
        let line = lines.iter().find_map(|line| line.strip_prefix("researcher www.bing.com "));
        let found =
            lines.iter().find_map(|line| line.strip_prefix("product-activation ols.officeapps.live.com "));
        assert!(line.is_some(), "the licence of a Mac is not known");
        (found.unwrap_or("left out").to_owned(), network.undecided(&Selection::default()))
    };
    let world = || World::default().with("/Library/Preferences/x.plist", "");
    let word = |text: &str| world().with(info, &version(text));
    let (answer, undecided) = said(word("16.16.27").with(user, key));
    assert_eq!((answer.as_str(), undecided), ("stopped Word: stopped 16.16.27", false));
    assert_eq!(said(word("15.20").with(user, key)).0, "contacted Word: contacted 15.20");
    assert_eq!(said(word("16.16.27").with(user, "")).0, "contacted Word: contacted 16.16.27");
    let (answer, undecided) = said(
        word("16.16.27").with(user, key).denied("/Library/Managed Preferences/com.microsoft.Word.plist"),
    );
    assert_eq!((answer.as_str(), undecided), ("unknown Word: unknown 16.16.27", true));
}

#[test]
fn hosts_that_something_else_needs_are_not_stopped() {
    let catalog = Catalog::builtin();
    let text = "[macs]\nOffice = \"16.16.x\"\nOutlook = \"none\"\nOneNote = \"none\"\n[settings]\nUseOnlineContent = 0\n";
    let plan = plan(text);
    let network = Question { facts: &plan, catalog: &catalog, enforced_only: true }.answer();
    let all = lists(&network, &Selection::default(), false);
    let has = |list: &[HostPattern], host: &str| list.iter().any(|one| one.as_str() == host);
    assert!(has(&all.stopped, "login.live.com") && !has(&all.needed, "login.live.com"));
    assert!(has(&all.stopped, "*.vo.msecnd.net"));
    let contested: Vec<&str> = all.contested.iter().map(|one| one.host.as_str()).collect();
    assert_eq!(contested, ["ajax.aspnetcdn.com", "store.office.com", "www.bing.com"]);
    let bing = all.contested.iter().find(|one| one.host.as_str() == "www.bing.com").unwrap();
    assert_eq!(bing.stopped, ["smart-lookup"]);
    assert_eq!(bing.needed, [("researcher".to_owned(), vec!["Word".to_owned()])]);
    assert!(has(&all.needed, "www.bing.com") && !has(&all.stopped, "www.bing.com"));
    let strict = lists(&network, &Selection::default(), true);
    assert_eq!(strict.contested, all.contested);
    assert!(has(&strict.stopped, "www.bing.com") && !has(&strict.needed, "www.bing.com"));
    // What is not asked for still needs its hosts.
    let one = Selection { sections: vec!["smart-lookup".to_owned()], ..Selection::default() };
    let few = lists(&network, &one, false);
    assert!(
        !has(&few.stopped, "www.bing.com") && has(&few.stopped, "tse1.mm.bing.net") && few.needed.is_empty()
    );
}

#[test]
fn an_address_with_a_path_is_less_than_its_host() {
    let catalog = Catalog::builtin();
    let plan = plan(QUIET);
    let network = Question { facts: &plan, catalog: &catalog, enforced_only: true }.answer();
    let lists = lists(&network, &Selection::default(), false);
    assert_eq!(lists.wider, ["https://go.microsoft.com/fwlink/"]);
    assert!(lists.stopped.is_empty() && lists.unstopped.is_empty());
    assert_eq!(lists.needed.iter().filter(|host| !host.is_plain()).count(), 6);
}

#[test]
fn a_change_is_told_of_where_any_app_is_concerned() {
    let catalog = Catalog::builtin();
    let (one, other) = (plan(QUIET), plan(&format!("{QUIET}Word = {{ UseOnlineContent = 0 }}\n")));
    let ask = |plan: &Plan| Question { facts: plan, catalog: &catalog, enforced_only: true }.answer();
    let (before, after) = (ask(&one), ask(&other));
    assert!(changes(&before, &before, &Selection::default()).is_empty());
    let all = changes(&before, &after, &Selection::default());
    assert!(all.iter().all(|change| change.states().0 == Some(State::Contacted)), "{all:?}");
    let word = |change: &Change<'_, '_, '_>| {
        change.row().is_some_and(|row| row.parts.iter().any(|part| part.app == Some("Word")))
    };
    assert!(!all.is_empty() && all.iter().all(word));
    let excel = Selection { apps: vec!["Excel".to_owned()], ..Selection::default() };
    assert!(changes(&before, &after, &excel).is_empty());
    let stopped = Selection { states: vec![State::Stopped], ..Selection::default() };
    assert!(
        changes(&before, &after, &stopped).iter().all(|change| change.states().1 == Some(State::Stopped))
    );
    assert_eq!(changes(&before, &after, &stopped).len(), 6, "what Word alone contacts");
}

#[test]
fn of_several_profiles_what_is_enforced_counts() {
    let (mut one, other) =
        (plan(&format!("{QUIET}UseOnlineContent = 2\n")), plan(&format!("{QUIET}UseOnlineContent = 0\n")));
    for setting in &mut one.settings {
        setting.enforcement = crate::plan::Enforcement::Default;
    }
    let both = Together(vec![&one, &other]);
    let word = both.setting("com.microsoft.Word", "UseOnlineContent").unwrap();
    assert_eq!(word.value.as_ref().unwrap().to_string(), "0");
    assert_eq!(both.forced("com.microsoft.Word", "UseOnlineContent"), Known::Yes(true));
    assert_eq!(both.versions("Word"), Known::Yes("16.16.x".parse().unwrap()));
}

#[test]
fn a_policy_is_applied_to_what_is_there() {
    let catalog = Catalog::builtin();
    let there =
        plan("[macs]\nOffice = \"16.16.x\"\n[settings]\nUseOnlineContent = 0\nHowToCheck = \"Manual\"\n");
    let new = plan("[macs]\nOffice = \"16.80 ..\"\n[settings.Word]\nUseOnlineContent = 2\n");
    let together = Together(vec![&new]);
    let applied = Applied { plans: &together, over: &there };
    let network = Question { facts: &applied, catalog: &catalog, enforced_only: true }.answer();
    let lines = told(&network);
    let of = |start: &str| lines.iter().find_map(|line| line.strip_prefix(start)).unwrap().to_owned();
    let activation = of("product-activation ols.officeapps.live.com ");
    assert!(activation.starts_with("partly Word: contacted 16.16; Excel: stopped 16.16;"), "{activation}");
    assert!(of("install-and-update officecdn.microsoft.com ").starts_with("partly "));
}
