//! What a policy carries as it stands: the same bytes from any order of lines, identifiers that stay, and bounds.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

use prefsmith::catalog::Catalog;
use prefsmith::check::{CheckedPlan, Options, check};
use prefsmith::diff::{Side, between};
use prefsmith::emit::{Artefact, Request, target};
use prefsmith::finding::{Findings, Severity, Sources};
use prefsmith::plan::Plan;
use prefsmith::policy::{Files, Policy, normal};
use prefsmith::profile::{Form, Kept, kept};
use prefsmith::value::Value;
use prefsmith::value::read::{Budgets, Wanted, read};
use std::collections::BTreeMap;

/// Files in memory, by path.
#[derive(Default)]
struct Memory(BTreeMap<String, Vec<u8>>);

impl Memory {
    fn with(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.0.insert(path.to_owned(), content.into());
        self
    }
}

impl Files for Memory {
    fn read(&self, path: &str) -> Result<String, String> {
        String::from_utf8(self.read_bytes(path)?).map_err(|error| error.to_string())
    }

    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        self.0.get(&normal(path)).cloned().ok_or_else(|| "there is no such file".to_owned())
    }
}

fn loaded(files: &Memory) -> (Plan, Findings) {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let catalog = Catalog::with(Vec::new());
    let policy = Policy::load("p.toml", files, &mut sources, &mut findings).unwrap();
    let plan = policy.resolve(&catalog, &mut findings);
    (plan, findings)
}

fn checked(files: &Memory) -> CheckedPlan {
    let (plan, findings) = loaded(files);
    let checked = check(plan, findings, &Catalog::with(Vec::new()), &Options::default());
    let said: Vec<_> = checked.findings.iter().map(|finding| finding.title.clone()).collect();
    checked.plan.unwrap_or_else(|_| panic!("{said:?}"))
}

fn built(plan: &CheckedPlan, split: bool, keep: Option<&Kept>) -> (Vec<Artefact>, Findings) {
    let catalog = Catalog::with(Vec::new());
    let mut findings = Findings::new();
    let form = Form::Mcx;
    let request =
        Request { plan, catalog: &catalog, stem: "p", form, split, keep, left: &[], scripts: false };
    let made = target("mobileconfig").unwrap().emit(&request, &mut findings);
    (made, findings)
}

fn profile(files: &Memory) -> Vec<u8> {
    let (mut made, findings) = built(&checked(files), false, None);
    assert!(findings.is_empty(), "{findings:?}");
    made.remove(0).bytes
}

/// The payloads of a profile, by their types.
fn payloads(bytes: &[u8]) -> Vec<(String, BTreeMap<String, Value>)> {
    let source = Sources::new().add("", "");
    let Value::Dictionary(mut whole) =
        read(bytes, source, &Budgets::default(), &Wanted::Everything).unwrap().value
    else {
        panic!("no dictionary")
    };
    let Some(Value::Array(items)) = whole.remove("PayloadContent") else { panic!("no payloads") };
    let one = |item| match item {
        Value::Dictionary(entries) => (text(&entries, "PayloadType"), entries),
        _ => panic!("no payload"),
    };
    items.into_iter().map(one).collect()
}

fn text(entries: &BTreeMap<String, Value>, key: &str) -> String {
    match entries.get(key) {
        Some(Value::String(text)) => text.to_string(),
        other => panic!("{key}: {other:?}"),
    }
}

fn plist(body: &str) -> String {
    format!("<plist version=\"1.0\">{body}</plist>")
}

fn dock(inside: &str) -> String {
    plist(&format!("<dict><key>PayloadType</key><string>com.apple.dock</string>{inside}</dict>"))
}

fn font(name: &str) -> String {
    let kind = "<key>PayloadType</key><string>com.apple.font</string>";
    plist(&format!("<dict>{kind}<key>Name</key><string>{name}</string></dict>"))
}

const HEAD: &str = "[policy]\nid = \"com.example.office\"\n";

fn carry(files: &[&str]) -> String {
    let tables: String = files.iter().map(|file| format!("[[payload]]\nfile = \"{file}\"\n")).collect();
    format!("{HEAD}{tables}")
}

fn three(order: [&str; 3]) -> Memory {
    let memory = Memory::default().with("p.toml", carry(&order));
    memory.with("a.plist", font("a")).with("b.plist", font("b")).with("c/d.plist", dock(""))
}

#[test]
fn the_order_of_lines_decides_nothing() {
    let one = profile(&three(["a.plist", "b.plist", "c/d.plist"]));
    assert_eq!(one, profile(&three(["c/d.plist", "./b.plist", "a.plist"])));
    let kinds: Vec<String> = payloads(&one).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["com.apple.font", "com.apple.font", "com.apple.dock"]);
}

/// Identifiers come from the name of a payload's own file: another file beside it changes none of them.
#[test]
fn another_file_leaves_the_identifiers_as_they_are() {
    let names = |order: [&str; 3]| -> BTreeMap<String, String> {
        let all = payloads(&profile(&three(order)));
        let all = all.iter().filter(|(kind, _)| kind == "com.apple.font");
        all.map(|(_, entries)| (text(entries, "Name"), text(entries, "PayloadUUID"))).collect()
    };
    let both = names(["a.plist", "b.plist", "c/d.plist"]);
    let alone = names(["b.plist", "b.plist", "c/d.plist"]);
    assert_eq!(alone.len(), 1);
    assert_eq!(alone["b"], both["b"]);
    assert_ne!(both["a"], both["b"]);
}

#[test]
fn what_an_envelope_lacks_is_made_and_the_rest_is_kept() {
    let whole = "<key>PayloadVersion</key><integer>7</integer><key>PayloadIdentifier</key><string>own</string>\
                 <key>PayloadUUID</key><string>6d1f36b5-0c35-5d9c-9b8e-58f08a1d7c42</string>\
                 <key>autohide</key><true/><key>size</key><real>0.5</real><key>none</key><string>${user.upn}</string>";
    let memory = Memory::default().with("p.toml", carry(&["a.plist"])).with("a.plist", dock(whole));
    let of = |bytes: &[u8]| payloads(bytes).remove(0).1;
    let carried = of(&profile(&memory));
    let source = Sources::new().add("", "");
    let file = read(dock(whole).as_bytes(), source, &Budgets::default(), &Wanted::Everything).unwrap().value;
    assert_eq!(Value::Dictionary(carried), file);
    let bare =
        of(&profile(&Memory::default().with("p.toml", carry(&["x/a.plist"])).with("x/a.plist", dock(""))));
    assert_eq!(text(&bare, "PayloadIdentifier"), "com.example.office.com.apple.dock.a");
    assert_eq!(bare["PayloadVersion"].to_string(), "1");
}

/// `--keep-identifiers-from` a profile that somebody else made: the payload without an identity takes the old one.
#[test]
fn a_payload_keeps_the_identity_of_a_deployed_profile() {
    let uuid = "11111111-2222-4333-8444-555555555555";
    let inner = format!(
        "<key>PayloadIdentifier</key><string>old.dock</string><key>PayloadUUID</key><string>{uuid}</string>"
    );
    let inner = dock(&inner).replace("<plist version=\"1.0\">", "").replace("</plist>", "");
    let old = plist(&format!(
        "<dict><key>PayloadType</key><string>Configuration</string><key>PayloadIdentifier</key><string>old</string>\
         <key>PayloadUUID</key><string>99999999-2222-4333-8444-555555555555</string>\
         <key>PayloadContent</key><array>{inner}</array></dict>"
    ));
    let keep = kept(old.as_bytes()).unwrap();
    let plan = checked(&three(["a.plist", "b.plist", "c/d.plist"]));
    let (made, findings) = built(&plan, false, Some(&keep));
    assert!(findings.is_empty(), "{findings:?}");
    let all = payloads(&made[0].bytes);
    assert_eq!(text(&all[2].1, "PayloadIdentifier"), "old.dock");
    assert_eq!(text(&all[2].1, "PayloadUUID"), uuid);
    assert_eq!(text(&all[0].1, "PayloadIdentifier"), "old.com.apple.font.a");
    // The next build, which keeps what this one has made, makes the same bytes.
    let again = built(&plan, false, Some(&kept(&made[0].bytes).unwrap())).0;
    assert_eq!(again[0].bytes, made[0].bytes);
}

#[test]
fn a_split_build_has_a_profile_for_each_file() {
    let (made, findings) = built(&checked(&three(["a.plist", "b.plist", "c/d.plist"])), true, None);
    assert!(findings.is_empty(), "{findings:?}");
    let names: Vec<&str> = made.iter().map(|artefact| artefact.path.as_str()).collect();
    assert_eq!(names, ["p.a.mobileconfig", "p.b.mobileconfig", "p.d.mobileconfig"]);
    let identifiers: Vec<_> = made.iter().map(|one| kept(&one.bytes).unwrap()).collect();
    assert_eq!(identifiers[0].identifier, "com.example.office.a");
    assert_ne!(identifiers[0].uuid, identifiers[1].uuid);
}

/// Two files of one name, and a file that is called as a domain of the policy.
#[test]
fn a_split_build_refuses_names_that_clash() {
    let memory = Memory::default().with("p.toml", carry(&["a.plist", "b/A.mobileconfig"]));
    let memory = memory.with("a.plist", font("a")).with("b/A.mobileconfig", dock(""));
    let (made, findings) = built(&checked(&memory), true, None);
    assert!(made.is_empty());
    let titles: Vec<_> = findings.iter().map(|finding| finding.title.as_str()).collect();
    assert_eq!(titles, ["a.plist and b/A.mobileconfig would be one profile of a split build"]);
    let policy =
        format!("{}[custom.\"com.microsoft.Word\"]\nNewKey = true\n", carry(&["com.microsoft.Word.plist"]));
    let memory = Memory::default().with("p.toml", policy).with("com.microsoft.Word.plist", font("a"));
    let plan = checked(&memory);
    let (made, findings) = built(&plan, true, None);
    assert!(made.is_empty());
    let titles: Vec<_> = findings.iter().map(|finding| finding.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "the profile of com.microsoft.Word and the profile of com.microsoft.Word.plist have one PayloadIdentifier"
        ]
    );
    assert_eq!(built(&plan, false, None).0.len(), 1);
}

#[test]
fn the_files_of_one_policy_are_bounded() {
    let names: Vec<String> = (0..300).map(|number| format!("{number:03}.plist")).collect();
    let list: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut memory = Memory::default().with("p.toml", carry(&list));
    for name in &list {
        memory = memory.with(name, font("a"));
    }
    let (plan, findings) = loaded(&memory);
    assert_eq!(plan.payloads.len(), 256);
    let titles: Vec<_> = findings.iter().map(|finding| finding.title.as_str()).collect();
    assert_eq!(titles, ["a policy takes the payloads of at most 256 files"]);
    let mut memory = Memory::default().with("p.toml", carry(&list[..6]));
    for name in &list[..6] {
        memory = memory.with(name, vec![b'x'; 15 << 20]);
    }
    let findings = loaded(&memory).1;
    let titles: Vec<_> = findings.iter().map(|finding| finding.title.as_str()).collect();
    assert_eq!(titles.len(), 5);
    assert_eq!(titles[4], "the payloads of a policy are larger than 64 MiB together");
}

#[test]
fn the_payloads_of_one_policy_are_bounded() {
    let one = font("a").replace("<plist version=\"1.0\">", "").replace("</plist>", "");
    let profile = |number: usize| {
        let content = format!("<key>PayloadContent</key><array>{}</array>", one.repeat(number));
        plist(&format!("<dict><key>PayloadType</key><string>Configuration</string>{content}</dict>"))
    };
    let memory = Memory::default().with("p.toml", carry(&["a", "b"]));
    let (plan, findings) = loaded(&memory.with("a", profile(999)).with("b", profile(2)));
    assert_eq!(plan.payloads.len(), 1000);
    let titles: Vec<_> = findings.iter().map(|finding| finding.title.as_str()).collect();
    assert_eq!(titles, ["a policy takes at most 1000 payloads"]);
    let memory = Memory::default().with("p.toml", carry(&["a"]));
    let (plan, findings) = loaded(&memory.with("a", profile(1001)));
    assert_eq!(plan.payloads.len(), 0);
    let titles: Vec<_> = findings.iter().map(|finding| finding.title.as_str()).collect();
    assert_eq!(titles, ["this profile has more than 1000 payloads"]);
}

/// Whatever a `[[payload]]` names, it is carried or it is a finding.
#[test]
fn hostile_files_are_findings() {
    let mut count = 0;
    for entry in std::fs::read_dir("tests/hostile").unwrap() {
        let path = entry.unwrap().path();
        let memory = Memory::default().with("p.toml", carry(&["x"])).with("x", std::fs::read(&path).unwrap());
        let (plan, findings) = loaded(&memory);
        let errors = findings.count(Severity::Error);
        assert!(errors > 0 || !plan.payloads.is_empty(), "{}", path.display());
        count += 1;
    }
    assert!(count >= 15, "only {count} hostile files");
}

#[test]
fn payloads_are_compared_by_what_they_do() {
    let plan = |files: &[(&str, String)]| {
        let list: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        let memory = Memory::default().with("p.toml", carry(&list));
        loaded(&files.iter().fold(memory, |memory, (name, text)| memory.with(name, text.clone()))).0
    };
    let named =
        "<key>PayloadIdentifier</key><string>x</string><key>PayloadDisplayName</key><string>y</string>";
    let one = plan(&[("a", dock("")), ("b", font("b")), ("c", font("c"))]);
    let same = plan(&[("c", font("b")), ("d", font("c")), ("e", dock(named))]);
    let told = |one: &Plan, other: &Plan| {
        let difference = between(&Side::policy(one), &Side::policy(other));
        let told = difference.payloads.iter().map(|pair| {
            let places: Vec<String> = pair.inside().iter().map(|place| place.path.join(" > ")).collect();
            let verdict = if pair.expected.is_none() { "extra" } else { pair.verdict().word() };
            format!("{verdict} {} {}", pair.either().unwrap().kind, places.join(", "))
        });
        (difference.drift(), told.collect::<Vec<_>>())
    };
    assert!(!told(&one, &same).0);
    let other = plan(&[("c", font("c")), ("d", font("x"))]);
    let said = ["missing com.apple.dock ", "differs com.apple.font Name", "same com.apple.font "];
    assert_eq!(told(&one, &other), (true, said.map(str::to_owned).to_vec()));
    // Which of two became which other is a guess.
    let other = plan(&[("c", font("c")), ("d", font("x")), ("e", font("y"))]);
    let said = ["missing com.apple.dock ", "missing com.apple.font ", "same com.apple.font "];
    let extra = ["extra com.apple.font ", "extra com.apple.font "];
    assert_eq!(
        told(&one, &other),
        (true, said.iter().chain(&extra).map(|text| (*text).to_owned()).collect())
    );
    // A number is no text, and `1` is not `true`.
    let typed = |value: &str| plan(&[("a", dock(&format!("<key>k</key>{value}")))]);
    assert!(told(&typed("<integer>1</integer>"), &typed("<true/>")).0);
}
