//! Reports of a Mac that means harm: nothing of it is a formula, a tag, an escape sequence or a secret.

use super::{View, csv, html, json, junit, text};
use crate::catalog::Catalog;
use crate::check::Options;
use crate::diff::on_mac::spoken;
use crate::diff::outcome::{Expected, outcome};
use crate::diff::verdict::Judging;
use crate::finding::{Findings, Sources};
use crate::mac::world::World;
use crate::mac::{Ask, Mac, Who};
use crate::plan::Plan;
use crate::policy::{Files, Policy};

struct One(&'static str);

impl Files for One {
    fn read(&self, _path: &str) -> Result<String, String> {
        Ok(self.0.to_owned())
    }
}

const POLICY: &str = r#"
[policy]
id = "com.example.test"

[settings]
HowToCheck = "Manual"

[custom."com.microsoft.autoupdate2"]
"=HYPERLINK(\"http://evil.example\")" = "<script>alert(1)</script>"
ApiPassword = "hunter2-of-the-policy"
Words = "\u202Eright to left"

[why]
HowToCheck = "</td><script>alert('why')</script>"
"#;

fn plan(catalog: &Catalog<'_>) -> Plan {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let policy = Policy::load("policy.toml", &One(POLICY), &mut sources, &mut findings).unwrap();
    policy.resolve(catalog, &mut findings)
}

/// A Mac whose files are full of what a report must not pass on.
fn hostile() -> World {
    let key = |key: &str, value: &str| format!("<key>{key}</key><string>{value}</string>");
    let tag = "&lt;script&gt;alert(2)&lt;/script&gt;&lt;img src=x onerror=alert(3)&gt;";
    let managed = key("HowToCheck", tag)
        + &key("=cmd|' /C calc'!A0", "=1+1")
        + &key("{{title}}", "{{{who}}}")
        + &key("Password", "hunter2-of-the-mac")
        + &format!(
            "<key>Applications</key><dict><key>{tag}\u{202E}</key><dict>{}</dict></dict>",
            key("ManifestServer", "https://example.com/")
        )
        + &key(&format!("{tag}{}", "x".repeat(5000)), &"long".repeat(5000));
    let about = "<key>format</key><integer>1</integer>".to_owned()
        + &key("name", "\"&gt;&lt;script&gt;alert(4)&lt;/script&gt;")
        + &key("serial", "=1+1")
        + &key("console-user", "anna");
    let info =
        key("CFBundleIdentifier", "com.microsoft.autoupdate2") + &key("CFBundleVersion", "4.70.24030100");
    let app = "/Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app/Contents/Info.plist";
    World::default()
        .with("/prefsmith-snapshot.plist", &about)
        .with(app, &info)
        .with("/Users/anna/Library/Preferences/x.plist", "")
        .with("/Library/Managed Preferences/com.microsoft.autoupdate2.plist", &managed)
        .with(
            "/Users/anna/Library/Preferences/com.microsoft.autoupdate2.plist",
            &key("ApiPassword", "hunter2-of-anna"),
        )
}

/// Every report: text, JSON, CSV, JUnit, HTML.
fn reports() -> [String; 5] {
    let catalog = Catalog::builtin();
    let plan = plan(&catalog);
    let asks = [Ask { domain: "com.microsoft.autoupdate2", keys: None }];
    let mac = Mac::read(&hostile(), &asks, Who::Console, &catalog).unwrap();
    let expected = Expected {
        plans: vec![&plan],
        incomplete: false,
        judging: Judging::default(),
        exemptions: &[],
        today: None,
    };
    let mut outcome = outcome(&expected, &mac, &catalog);
    outcome.rules = spoken(&[&plan], &mac, &catalog, &Options::default());
    assert!(outcome.drift());
    assert_eq!(outcome.extra.len(), 5);
    // It names an app as the Mac does.
    assert!(outcome.rules[0].finding.title.contains("<script>"));
    let names = ("policy.toml".to_owned(), "<script>.tgz".to_owned());
    let view = View { names, mac: &mac, catalog: &catalog, show_secrets: false };
    let page = html(&outcome, &view).unwrap();
    [text(&outcome, &view), json(&outcome, &view), csv(&outcome, &view), junit(&outcome, &view), page]
}

#[test]
fn no_report_shows_a_secret() {
    for report in reports() {
        assert!(!report.contains("hunter2"), "{report}");
    }
}

#[test]
fn nothing_is_a_tag_of_a_page() {
    let [.., junit, html] = reports();
    for report in [junit, html] {
        assert!(!report.contains("<script") && !report.contains("<img"), "{report}");
        assert!(report.contains("&lt;script&gt;alert(2)"), "{report}");
    }
}

#[test]
fn no_cell_is_a_formula() {
    let [_, _, csv, ..] = reports();
    let mut reader = ::csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 4 + 5);
    for row in &rows {
        assert_eq!(row.len(), 3);
        assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])), "{row:?}");
        assert!(["enforce", "correct", "remove", "nothing"].contains(&&row[1]), "{row:?}");
    }
    assert!(csv.split("\r\n").all(|line| !line.contains(['\r', '\n'])));
}

#[test]
fn nothing_turns_the_direction_of_text() {
    for report in reports() {
        assert!(!report.contains('\u{202E}'), "{report}");
    }
}
