//! Policies beside each other.

use super::*;
use crate::policy::{Files, Policy};

struct Folder<'f>(&'f [(&'f str, String)]);

impl Files for Folder<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        if let Some(uuid) = path.strip_suffix(".plist") {
            let text = |key: &str, value: &str| format!("<key>{key}</key><string>{value}</string>");
            let all = [text("PayloadType", "com.apple.dock"), text("PayloadUUID", uuid)].concat();
            return Ok(format!("<plist version=\"1.0\"><dict>{all}</dict></plist>"));
        }
        let found = self.0.iter().find(|(name, _)| *name == path);
        found.map(|(_, text)| text.clone()).ok_or_else(|| "there is no such file".to_owned())
    }
}

/// What is said of `a.toml`, `b.toml` and so on together: severities and titles, and whom an error is about.
fn said(bodies: &[&str], exclusive: &[usize], allows: &[&str]) -> (Vec<String>, Vec<usize>) {
    let names = ["a.toml", "b.toml", "c.toml"];
    let base = ("base.toml", "[settings.AutoUpdate]\nHowToCheck = \"Manual\"\n".to_owned());
    let mut files: Vec<(&str, String)> = vec![base];
    for (name, body) in names.iter().zip(bodies) {
        let id = if body.contains("[policy]") {
            String::new()
        } else {
            format!("[policy]\nid = \"com.example.{}\"\n", name.replace(".toml", ""))
        };
        files.push((name, format!("{id}{body}")));
    }
    let (mut sources, catalog) = (Sources::new(), Catalog::with(Vec::new()));
    let mut plans = Vec::new();
    for (name, _) in files.iter().skip(1) {
        let mut findings = Findings::new();
        let policy = Policy::load(name, &Folder(&files), &mut sources, &mut findings).unwrap();
        plans.push(policy.resolve(&catalog, &mut findings));
        assert!(!findings.has_errors(), "{findings:?}");
    }
    let mut members = Vec::new();
    for (number, plan) in plans.iter().enumerate() {
        let exclusive = if exclusive.contains(&number) { BTreeSet::from([0]) } else { BTreeSet::new() };
        members.push(Member { plan, path: Some(names[number].to_owned()), exclusive, policy: number });
    }
    let whole = Origin::Whole(sources.add("prefsmith.toml", ""));
    let allow = |key: &&str| Allow {
        code: "set-by-two-policies".to_owned(),
        key: Some((*key).to_owned()),
        domain: None,
        until: None,
        why: "why".to_owned(),
        origin: whole.clone(),
    };
    let allows: Vec<Allow> = allows.iter().map(allow).collect();
    let accepted = Accepted { allows: &allows, whole: Some(whole.clone()) };
    let across = across(&members, &[], &accepted, &catalog, &sources, &Options::default());
    let line = |finding: &Finding| format!("{}: {}", finding.severity.word(), finding.title);
    (across.findings.iter().map(line).collect(), across.refused.into_iter().collect())
}

fn titles(bodies: &[&str]) -> Vec<String> {
    said(bodies, &[], &[]).0
}

const MANUAL: &str = "[settings.AutoUpdate]\nHowToCheck = \"Manual\"\n";
const CHECK: &str = "[settings.AutoUpdate]\nHowToCheck = \"AutomaticCheck\"\n";
const DIFFERS: &str = "error: `HowToCheck` of AutoUpdate differs between 2 policies that one Mac may get";

#[test]
fn two_values_for_one_key() {
    assert_eq!(said(&[MANUAL, "", CHECK], &[], &[]), (vec![DIFFERS.to_owned()], vec![0, 2]));
    // Other keys of one domain are merged by macOS.
    assert_eq!(titles(&[MANUAL, "[settings.AutoUpdate]\nChannelName = \"Current\"\n"]), Vec::<String>::new());
}

#[test]
fn a_bare_key_is_told_once() {
    let (off, on) = ("[settings]\nOfficeAutoSignIn = false\n", "[settings]\nOfficeAutoSignIn = true\n");
    let said = titles(&[off, on]);
    assert_eq!(said.len(), 1, "{said:?}");
    let wide = titles(&["[settings]\nUseOnlineContent = 0\n", "[settings]\nUseOnlineContent = 2\n"]);
    assert_eq!(
        wide,
        [
            "error: `UseOnlineContent` of Excel, PowerPoint and Word differs between 2 policies that one Mac may get"
        ]
    );
}

#[test]
fn policies_that_no_mac_gets_together() {
    let none = (Vec::<String>::new(), Vec::<usize>::new());
    assert_eq!(said(&[MANUAL, CHECK], &[0, 1], &[]), none);
    // The third is in no list with them.
    assert_eq!(said(&[MANUAL, CHECK, CHECK], &[0, 1], &[]).1, [0, 2]);
}

#[test]
fn macs_that_do_not_overlap() {
    let with = |macs: &str, body: &str| format!("[macs]\n{macs}\n{body}");
    let both = |a: &str, b: &str| titles(&[&with(a, MANUAL), &with(b, CHECK)]);
    assert_eq!(both("Office = \".. 16.16.x\"", "Office = \"16.17 ..\""), Vec::<String>::new());
    assert_eq!(both("Office = \".. 16.17\"", "Office = \"16.17 ..\""), [DIFFERS]);
    assert_eq!(both("Word = \".. 16.16.x\"", "Office = \"16.17 ..\""), Vec::<String>::new());
    assert_eq!(both("Outlook = \"none\"", "Outlook = \"16.17 ..\""), Vec::<String>::new());
    // A Mac without Outlook is meant by both.
    assert_eq!(both("Outlook = \"none\"", "Outlook = \"none\""), [DIFFERS]);
    assert_eq!(both("licence = \"volume\"", "licence = \"subscription\""), Vec::<String>::new());
    assert_eq!(both("licence = \"volume\"", "licence = [\"volume\", \"subscription\"]"), [DIFFERS]);
    assert_eq!(both("licence = \"volume\"", ""), [DIFFERS]);
}

#[test]
fn channels_do_not_meet() {
    let user = format!("[policy]\nid = \"com.example.b\"\nchannel = \"user\"\n{CHECK}");
    assert_eq!(titles(&[MANUAL, &user]), Vec::<String>::new());
}

#[test]
fn the_same_value_twice_is_noted_once() {
    let more = format!("{MANUAL}ChannelName = \"Current\"\n");
    assert_eq!(
        titles(&[MANUAL, MANUAL]),
        ["note: `HowToCheck` of AutoUpdate is the same in 2 policies that one Mac may get"]
    );
    assert_eq!(titles(&[&more, &more]), ["note: 2 settings are the same in 2 policies that one Mac may get"]);
    // A line that both extend is one line.
    let extends = |id: &str| format!("[policy]\nid = \"com.example.{id}\"\nextends = \"base.toml\"\n");
    assert_eq!(titles(&[&extends("a"), &extends("b")]), Vec::<String>::new());
}

#[test]
fn how_strongly_it_is_meant() {
    let weak = "[defaults.AutoUpdate]\nHowToCheck = \"AutomaticCheck\"\n";
    assert_eq!(
        titles(&[MANUAL, weak]),
        ["note: `HowToCheck` of AutoUpdate is meant more strongly in one of 2 policies than in another"]
    );
    assert_eq!(titles(&[MANUAL, "[unset]\nAutoUpdate = [\"HowToCheck\"]\n"]), [DIFFERS]);
    assert_eq!(titles(&[weak, "[defaults.AutoUpdate]\nHowToCheck = \"Manual\"\n"]), [DIFFERS]);
}

#[test]
fn a_project_accepts_what_it_says() {
    assert_eq!(said(&[MANUAL, CHECK], &[], &["HowToCheck"]), (Vec::new(), Vec::new()));
    let (titles, refused) = said(&[MANUAL, CHECK], &[], &["ChannelName"]);
    assert_eq!(titles[0], DIFFERS);
    assert_eq!(refused, [0, 1]);
    // Beside an error, an [[allow]] without use is not told of.
    assert_eq!(titles.len(), 1, "{titles:?}");
    let unused = said(&[MANUAL, ""], &[], &["ChannelName"]).0;
    assert_eq!(
        unused,
        ["warning: this [[allow]] of `set-by-two-policies` for `ChannelName` accepts nothing"]
    );
}

#[test]
fn one_id_for_two_policies() {
    let own = |text: &str| format!("[policy]\nid = \"com.example.one\"\n{text}");
    let (a, b) = (own(MANUAL), own(CHECK));
    let (titles, refused) = said(&[&a, &b], &[], &[]);
    assert_eq!(titles, ["error: two policies have the id `com.example.one`", DIFFERS]);
    assert_eq!(refused, [0, 1]);
    // A ring in whose place another comes keeps the identifier on purpose.
    assert_eq!(said(&[&a, &b], &[0, 1], &[]), (Vec::new(), Vec::new()));
}

#[test]
fn policies_that_carry_one_payload() {
    let carry = |uuid: &str| format!("[[payload]]\nfile = \"{uuid}.plist\"\n");
    let (one, same, other) = (carry("0a"), carry("0A"), carry("0b"));
    let told = "note: two policies that one Mac may get carry a payload with one PayloadUUID".to_owned();
    assert_eq!(said(&[&one, &same], &[], &[]), (vec![told.clone()], vec![]));
    assert_eq!(titles(&[&one, &one, &other]), [told]);
    assert_eq!(titles(&[&one, &other]), Vec::<String>::new());
    assert_eq!(said(&[&one, &one], &[0, 1], &[]).0, Vec::<String>::new());
}

#[test]
fn a_policy_and_its_variants_never_meet() {
    let variant = format!("{MANUAL}[variant.a.settings.AutoUpdate]\nHowToCheck = \"AutomaticCheck\"\n");
    let files = [
        ("a.toml", format!("[policy]\nid = \"com.example.a\"\n{variant}")),
        ("b.toml", format!("[policy]\nid = \"com.example.a.a\"\n{MANUAL}")),
    ];
    let (mut sources, catalog) = (Sources::new(), Catalog::builtin());
    let mut plans = Vec::new();
    for (number, name) in ["a.toml", "b.toml"].into_iter().enumerate() {
        let mut findings = Findings::new();
        let policy = Policy::load(name, &Folder(&files), &mut sources, &mut findings).unwrap();
        plans.extend(policy.plans(&catalog, &findings).into_iter().map(|(plan, _)| (number, plan)));
    }
    let judged = |plans: &[(usize, Plan)]| -> Vec<String> {
        let member = |(policy, plan)| Member {
            plan,
            path: Some(format!("{policy}.toml")),
            exclusive: BTreeSet::new(),
            policy,
        };
        let members: Vec<Member<'_>> = plans.iter().map(|(policy, plan)| member((*policy, plan))).collect();
        let accepted = Accepted { allows: &[], whole: None };
        let across = across(&members, &[], &accepted, &catalog, &sources, &Options::default());
        across.findings.iter().map(|finding| finding.title.clone()).collect()
    };
    assert_eq!(plans.len(), 3);
    assert_eq!(judged(&plans[..2]), Vec::<String>::new());
    // Another policy meets each of them, and one that has the id of a variant is taken for it.
    let said = judged(&plans);
    assert!(said.contains(&"two policies have the id `com.example.a.a`".to_owned()), "{said:?}");
    assert!(
        said.iter().any(|title| title.starts_with("`HowToCheck` of AutoUpdate differs between")),
        "{said:?}"
    );
}
