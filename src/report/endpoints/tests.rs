//! Tests of what is said of endpoints: what a list holds exactly, and what hostile names come to.

use super::*;
use crate::endpoints::Question;
use crate::finding::Findings;
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

const HOSTILE: &str = "x</title><script>1</script>\\nhttp_access allow all\\u2028var y = `1`; // */ ﷺ";

/// A plan, called so, in which add-ins are off for Word, and its texts.
fn plan(name: &str) -> (Plan, Sources) {
    let text = format!(
        "[policy]\nid = \"com.example.net\"\nname = \"{name}\"\n[macs]\nOffice = \"16.16.x\"\nExcel = \"none\"\n\
         PowerPoint = \"none\"\nOutlook = \"none\"\nOneNote = \"none\"\n[settings]\nUseOnlineContent = 0\n"
    );
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let policy = Policy::load("p.toml", &One(text), &mut sources, &mut findings).unwrap();
    let plan = policy.resolve(&Catalog::builtin(), &mut findings);
    (plan, sources)
}

/// Calls `with` with the answer for a policy of this name, and a view of some activities.
fn shown<T>(name: &str, sections: &[&str], with: impl FnOnce(&Network<'_, '_>, &View<'_, '_>) -> T) -> T {
    let catalog = Catalog::builtin();
    let (plan, sources) = plan(name);
    let together = Together(vec![&plan]);
    let network = Question { facts: &together, catalog: &catalog, enforced_only: true }.answer();
    let sections = sections.iter().map(|id| (*id).to_owned()).collect();
    let selection = Selection { sections, ..Selection::default() };
    let asked = Asked::Plans { plans: &together, sources: &sources };
    let name = "p.toml".to_owned();
    let view =
        View { name, asked, catalog: &catalog, selection: &selection, strict: false, show_secrets: false };
    with(&network, &view)
}

#[test]
fn squid_gets_exact_patterns_and_a_rule_for_each_list() {
    let text = shown("Word", &["office-add-ins", "safe-links", "save-as-pdf"], squid);
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert_eq!(
        lines,
        [
            "acl prefsmith_stopped dstdomain -n ajax.microsoft.com",
            "acl prefsmith_stopped dstdomain -n appsforoffice.microsoft.com",
            "acl prefsmith_stopped dstdomain -n browser.pipe.aria.microsoft.com",
            "acl prefsmith_stopped dstdomain -n c.bing.com",
            "acl prefsmith_stopped dstdomain -n c.microsoft.com",
            "acl prefsmith_stopped dstdomain -n c1.microsoft.com",
            "acl prefsmith_stopped dstdomain -n cs.microsoft.com",
            "acl prefsmith_stopped dstdomain -n errors.client.optimizely.com",
            "acl prefsmith_stopped dstdomain -n nexus.ensighten.com",
            "acl prefsmith_stopped dstdomain -n o15.officeredir.microsoft.com",
            "acl prefsmith_stopped dstdomain -n telemetry.firstpartyapps.oaspapps.com",
            "acl prefsmith_stopped dstdomain -n upload.wikimedia.org",
            "acl prefsmith_stopped dstdomain -n wikipedia.firstpartyapps.oaspapps.com",
            "acl prefsmith_stopped dstdomain -n wikipedia.firstpartyappssandbox.oappseperate.com",
            "acl prefsmith_stopped_patterns dstdom_regex -n -i ^[a-z0-9_-]+-contentstorage\\.osi\\.office\\.net$",
            "acl prefsmith_stopped_patterns dstdom_regex -n -i ^[a-z0-9_-]+\\.cdn\\.optimizely\\.com$",
            "acl prefsmith_stopped_patterns dstdom_regex -n -i ^[a-z0-9_-]+\\.vo\\.msecnd\\.net$",
            "acl prefsmith_stopped_patterns dstdom_regex -n -i ^[a-z0-9_-]+\\.wikipedia\\.org$",
            "http_access deny prefsmith_stopped",
            "http_access deny prefsmith_stopped_patterns",
            "acl prefsmith_contacted dstdomain -n wordcs.officeapps.live.com",
            "acl prefsmith_contacted_patterns dstdom_regex -n -i ^[a-z0-9_-]+\\.oscs\\.protection\\.outlook\\.com$",
        ]
    );
}

#[test]
fn a_pac_file_needs_a_way_for_what_is_stopped() {
    let none = Routes { contacted: "DIRECT".into(), stopped: None, other: "PROXY p.example:8080".into() };
    let some = Routes { stopped: Some("PROXY s.example:3128".into()), ..none.clone() };
    assert_eq!(shown("Word", &[], |network, view| pac(network, view, &none)), None);
    let text =
        shown("Word", &["smart-lookup", "safe-links"], |network, view| pac(network, view, &some)).unwrap();
    for piece in [
        "var WAY_STOPPED = \"PROXY s.example:3128\";\nvar WAY_CONTACTED = \"DIRECT\";\nvar WAY_OTHER = \"PROXY p.example:8080\";\n",
        "var STOPPED = [\n  \"ajax.googleapis.com\",\n  \"cdnjs.cloudflare.com\",\n  \"tse1.mm.bing.net\",\n  \"uci.officeapps.live.com\"\n];",
        "var CONTACTED_PATTERNS = [\n  /^[a-z0-9_-]+\\.oscs\\.protection\\.outlook\\.com$/\n];",
    ] {
        assert!(text.contains(piece), "{piece}\n{text}");
    }
    let open = shown("Word", &["safe-links"], |network, view| pac(network, view, &none)).unwrap();
    assert!(open.contains("var WAY_STOPPED = \"PROXY p.example:8080\";\n"), "{open}");
}

#[test]
fn hostile_names_stay_what_they_are() {
    let lists: [fn(&Network<'_, '_>, &View<'_, '_>) -> String; 2] = [hosts, squid];
    for list in lists {
        let text = shown(HOSTILE, &[], list);
        let strays = text.lines().filter(|line| line.contains("allow all") && !line.starts_with("# "));
        assert_eq!(strays.count(), 0, "{text}");
    }
    let routes =
        Routes { contacted: "DIRECT".into(), stopped: Some("PROXY s:1".into()), other: "DIRECT".into() };
    let text = shown(HOSTILE, &[], |network, view| pac(network, view, &routes)).unwrap();
    assert!(!text.contains('\u{2028}'));
    assert!(text.lines().all(|line| !line.contains("var y") || line.starts_with("// ")), "{text}");
    let page = shown(HOSTILE, &[], html).unwrap();
    assert!(!page.contains("<script>") && page.contains("&lt;script&gt;"));
    for row in shown("=cmd()", &[], csv).lines() {
        assert!(
            row.split("\",\"").all(|cell| !cell.trim_start_matches('"').starts_with(['=', '+', '@'])),
            "{row}"
        );
    }
}

#[test]
fn who_contacts_what_in_words() {
    let ranges = |text: &str| if text.is_empty() { Ranges::none() } else { text.parse().unwrap() };
    let part = |app, contacted: &str, lessened: &str, stopped: &str, unknown: &str| Part {
        app,
        contacted: ranges(contacted),
        lessened: ranges(lessened),
        stopped: ranges(stopped),
        unknown: ranges(unknown),
    };
    let said = |parts: &[Part<'_>]| {
        let parts: Vec<&Part<'_>> = parts.iter().collect();
        let owned: Vec<Part<'_>> = parts.iter().map(|part| (*part).clone()).collect();
        fate(&parts, State::of(&owned))
    };
    let word =
        |contacted, lessened, stopped, unknown| part(Some("Word"), contacted, lessened, stopped, unknown);
    let excel = part(Some("Excel"), "16.16", "", "", "");
    assert_eq!(said(&[word("16.16", "", "", ""), excel.clone()]), "Word and Excel");
    assert_eq!(said(&[word("", "", "16.16", ""), excel.clone()]), "still Excel; not Word");
    assert_eq!(said(&[word("16.16", "16.16", "", ""), excel]), "still Excel; for fewer reasons: Word");
    assert_eq!(
        said(&[word(".. 15.24", "", "15.25 .. 16.16", "16.17 ..")]),
        "still Word up to 15.24; not Word 15.25 to 16.16; unknown: Word from 16.17"
    );
    assert_eq!(said(&[word("", "", "16.16", "")]), "Word");
    assert_eq!(said(&[part(None, "1 ..", "", "", "")]), "no app is named");
    assert_eq!(said(&[part(None, "1 ..", "1 ..", "", "")]), "for fewer reasons; no app is named");
}
