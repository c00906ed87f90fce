//! What people are shown of the built-in catalogue, and of one in front of it.

use super::*;
use crate::catalog::Layer;
use crate::catalog::compile::{Parts, read};
use crate::document::Document;
use crate::finding::{CodeInfo, Findings, Severity, Sources};

const PLAIN: TextOptions = TextOptions { color: false, width: 100, all: None };

fn told(words: &[&str]) -> String {
    find(&Catalog::builtin(), words).text(&PLAIN)
}

fn first_line(words: &[&str]) -> String {
    told(words).lines().next().unwrap_or("").to_owned()
}

fn json(words: &[&str]) -> serde_json::Value {
    serde_json::from_str(&find(&Catalog::builtin(), words).json()).unwrap()
}

#[test]
fn a_key_of_several_domains() {
    insta::assert_snapshot!(told(&["UseOnlineContent"]));
}

#[test]
fn a_name_with_several_entries() {
    insta::assert_snapshot!(told(&["SendAllTelemetryEnabled"]));
}

#[test]
fn a_key_with_words_as_values() {
    insta::assert_snapshot!(told(&["HowToCheck"]));
}

/// Each effect is told of every key that it looks at, by the key's own domain.
#[test]
fn what_keys_do_to_the_network() {
    let office = told(&["DiagnosticDataTypePreference"]);
    assert!(office.contains("  network  "), "{office}");
    let catalog = Catalog::builtin();
    let mut looked = 0;
    for effect in catalog.effects() {
        for atom in effect.rule.when.iter().chain(&effect.rule.unless) {
            let path = &atom.path;
            let list = atom.over.map(|(list, _)| list).or(effect.rule.each);
            let domain = match path.domain {
                "@" => catalog.list(list.unwrap()).unwrap().domains.first().copied().unwrap(),
                domain => domain,
            };
            // Of a list some domains may lack the key.
            if catalog.key(domain, path.key).is_none() {
                continue;
            }
            let said = json(&[&format!("{domain}:{}", path.key)]);
            let list = said["topics"][0]["entries"][0]["network"].as_array().unwrap();
            let names: Vec<&str> = list.iter().map(|one| one["name"].as_str().unwrap()).collect();
            assert!(names.contains(&effect.rule.id), "{domain}:{} {names:?} {}", path.key, effect.rule.id);
            looked += 1;
        }
    }
    assert!(looked >= 30, "{looked} conditions");
    let none = json(&["AutoUpdate:ExtendedLogging"]);
    assert_eq!(none["topics"][0]["entries"][0]["network"], serde_json::json!([]));
}

#[test]
fn a_dictionary_by_apps() {
    insta::assert_snapshot!(told(&["Applications"]));
}

#[test]
fn a_position_inside_a_dictionary() {
    insta::assert_snapshot!(told(&["Applications > LCID"]));
    let same = told(&["Applications > LCID"]);
    for other in ["AutoUpdate:applications>lcid", "LCID", "Applications > /Applications/X.app > LCID"] {
        assert_eq!(told(&[other]), same, "{other}");
    }
    assert_eq!(told(&["Applications", ">", "LCID"]), same);
    assert!(told(&["Applications > Nothing"]).is_empty());
}

#[test]
fn a_key_for_the_installer() {
    insta::assert_snapshot!(told(&["InstallTeams"]));
}

#[test]
fn a_domain() {
    insta::assert_snapshot!(told(&["Excel"]));
}

#[test]
fn a_kind_of_finding() {
    let code = CodeInfo {
        name: "superseded",
        severity: Severity::Warning,
        summary: "Something newer took the key's place, and the policy does not set it.",
        why: "Builds after the change ignore the old key, so that the Macs that are up to date have no setting.",
        example: "[settings]\nOld = true",
        instead: "[settings]\nNew = true",
        allowable: true,
    };
    let mut out = String::new();
    other::code(&mut out, &CodeView::new(&code), Style { color: false, width: 80 });
    insta::assert_snapshot!(out);
    assert_eq!(first_line(&["superseded"]), "superseded (warning)");
}

#[test]
fn a_rule_between_settings() {
    insta::assert_snapshot!(told(&["experiences-moot"]));
}

/// What a rule is bound to is not known here: its texts name it in words.
#[test]
fn every_rule_is_explained() {
    for rule in Catalog::builtin().rules() {
        let said = told(&[rule.id]);
        assert!(said.starts_with(&format!("{} (", rule.id)), "{said}");
        assert!(!said.contains(['{', '}']), "{said}");
    }
}

#[test]
fn a_search() {
    insta::assert_snapshot!(told(&["crash", "report"]));
    assert_eq!(told(&["Crash Reports"]), told(&["report", "crash"]), "case, order and plural mean nothing");
}

#[test]
fn an_unknown_name_with_a_near_one() {
    let catalog = Catalog::builtin();
    let unknown = |words: &[&str]| find(&catalog, words).unknown();
    let said = unknown(&["HowToChekc"]).unwrap();
    assert_eq!(said, "nothing is known of `HowToChekc`; did you mean `HowToCheck`?");
    let said = unknown(&["Word:UseOnlinContent"]).unwrap();
    assert_eq!(said, "nothing is known of `Word:UseOnlinContent`; did you mean `Word:UseOnlineContent`?");
    let said = unknown(&["Outlook:HowToCheck"]).unwrap();
    assert_eq!(said, "nothing is known of `Outlook:HowToCheck`; did you mean `AutoUpdate:HowToCheck`?");
    let said = unknown(&["UseOnlineContent", "HowToChekc"]).unwrap();
    assert!(said.ends_with("did you mean `HowToCheck`?"), "{said}");
    assert!(!unknown(&["zzzzqqqq"]).unwrap().contains("did you mean"));
    assert!(unknown(&["HowToCheck"]).is_none());
    assert_eq!(json(&["HowToChekc"])["did_you_mean"], "HowToCheck");
    for odd in ["", " ", ":", ">", "Word:", ":x", "a > ", "${", "@"] {
        let found = find(&catalog, &[odd]);
        assert!(found.topics.is_empty(), "{odd:?}");
    }
}

#[test]
fn every_spelling_of_a_name_finds_it() {
    for name in ["useonlinecontent", "Word:UseOnlineContent", "com.microsoft.word:UseOnlineContent"] {
        assert_eq!(first_line(&[name]), "UseOnlineContent", "{name}");
    }
    assert_eq!(first_line(&["Outlook:UseOnlineContent"]), "UseOnlineContent is no key of Outlook");
    assert_eq!(first_line(&["UpdateChannel"]), "UpdateChannel is no key of AutoUpdate");
    assert_eq!(first_line(&["com.microsoft.PowerPoint"]), "com.microsoft.Powerpoint (PowerPoint)");
    assert_eq!(first_line(&["teams"]), "Teams (product)");
    assert_eq!(first_line(&["@office-apps"]), "@office-apps");
    assert_eq!(first_line(&["office-apps"]), "@office-apps");
    assert_eq!(first_line(&["${user.upn}"]), "${user.upn}");
    assert_eq!(first_line(&["user.upn"]), "${user.upn}");
    let both = told(&["Word", "HowToCheck"]);
    assert!(both.starts_with("com.microsoft.Word (Word)\n") && both.contains("\n\nHowToCheck\n"), "{both}");
}

#[test]
fn one_entry_alone_if_its_domain_is_named() {
    let found = json(&["Office:SendAllTelemetryEnabled"]);
    let entries = found["topics"][0]["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["domains"][0]["name"], "com.microsoft.office");
    assert_eq!(entries[0]["bare"], false);
    assert_eq!(found["topics"][0]["bare_domains"].as_array().unwrap().len(), 8);
}

#[test]
fn json_has_every_fact() {
    let found = json(&["UseOnlineContent"]);
    assert_eq!((&found["version"], &found["query"]), (&1.into(), &"UseOnlineContent".into()));
    let topic = &found["topics"][0];
    assert_eq!(topic["kind"], "key");
    let entry = &topic["entries"][0];
    assert_eq!(entry["domains"].as_array().unwrap().len(), 3);
    assert_eq!(entry["values"][0]["plist"], "<integer>0</integer>");
    assert_eq!(entry["values"][1]["verdict"], "warn");
    assert_eq!(entry["default"]["value"]["value"], 2);
    assert_eq!(entry["works"][0], "15.25 [160726] .. 16.16.x");
    assert_eq!(entry["doubtful"][0]["range"], "16.17 ..");
    assert_eq!(topic["not_a_key"].as_array().unwrap().len(), 2);
    let kinds = |words: &[&str]| json(words)["topics"][0]["kind"].clone();
    assert_eq!(kinds(&["Word"]), "domain");
    assert_eq!(kinds(&["Teams"]), "product");
    assert_eq!(kinds(&["office-apps"]), "list");
    assert_eq!(kinds(&["user.upn"]), "token");
    assert_eq!(kinds(&["superseded"]), "code");
    assert_eq!(json(&["crash report"])["results"][0]["kind"], "key");
}

#[test]
fn a_layer_in_front_speaks_and_the_other_is_told() {
    let text = r#"
        [[source]]
        id = "us"
        kind = "community"
        title = "Our own tests"

        [[key]]
        name = "UseOnlineContent"
        domains = ["com.microsoft.Word"]
        type = "integer"
        works = "15.25 .."
        values = [{ value = 0, means = "off" }]
        confidence = "community"
        summary = "Whether Word goes online."
        sources = ["us:lab"]
    "#;
    let mut findings = Findings::new();
    let id = Sources::new().add("site.toml".to_owned(), text.to_owned());
    let document = Document::parse(id, text, &mut findings);
    let mut parts = Parts::default();
    read(&document, &mut parts, &mut findings);
    assert!(findings.is_empty());
    let bytes = parts.write().unwrap();
    let catalog = Catalog::with(vec![Layer::new("site.toml", &bytes).unwrap()]);
    insta::assert_snapshot!(find(&catalog, &["Word:UseOnlineContent"]).text(&PLAIN));
    let hits = find(&catalog, &["goes online"]).text(&PLAIN);
    assert_eq!(hits, "UseOnlineContent  Word  Whether Word goes online\n");
}

/// Nothing of the catalogue makes a line too wide, but for words that cannot be broken.
#[test]
fn every_name_of_the_catalogue_can_be_explained_in_80_columns() {
    let catalog = Catalog::builtin();
    let options = TextOptions { color: false, width: 80, all: None };
    let domains: Vec<&str> = catalog.domains().iter().map(|domain| domain.name).collect();
    let mut names = catalog.key_names();
    names.extend(domains);
    names.extend(catalog.products().map(|product| product.name));
    assert!(names.len() > 200);
    for name in names {
        let found = find(&catalog, &[name]);
        let text = found.text(&options);
        assert!(!text.is_empty(), "{name}");
        let facts = text.split("\n\n").filter(|part| !part.contains(" keys\n"));
        for line in facts.flat_map(str::lines).filter(|line| line.chars().count() > 80) {
            let longest = line.split(' ').map(|word| word.chars().count()).max().unwrap_or(0);
            assert!(longest > 40, "{name}: {line}");
        }
        assert!(found.json().contains("\"kind\""), "{name}");
    }
}

#[test]
fn colour_and_cuts_only_on_a_terminal() {
    let options = TextOptions { color: true, width: 80, all: None };
    let shown = find(&Catalog::builtin(), &["Outlook"]).text(&options);
    assert!(shown.starts_with("\u{1b}[1mcom.microsoft.Outlook (Outlook)\u{1b}[0m\n"));
    let list = shown.split(" keys\n").nth(1).unwrap();
    assert!(list.lines().all(|line| line.chars().count() <= 80) && list.contains('…'));
    assert!(!told(&["Outlook"]).contains(['…', '\u{1b}']));
}

/// The names of all fields of a JSON value, at any depth.
fn fields(value: &serde_json::Value, into: &mut std::collections::BTreeSet<String>) {
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| fields(item, into)),
        serde_json::Value::Object(entries) => {
            for (name, inner) in entries {
                into.insert(name.clone());
                fields(inner, into);
            }
        }
        _ => {}
    }
}

#[test]
fn every_field_of_the_json_is_documented() {
    let page =
        include_str!("../../../docs/json.md").split("\n## ").find(|part| part.starts_with("explain\n"));
    let page = page.unwrap();
    let mut names = std::collections::BTreeSet::new();
    let catalog = Catalog::builtin();
    for name in catalog.key_names() {
        fields(&json(&[name]), &mut names);
    }
    for name in ["Word", "Teams", "office-apps", "user.upn", "superseded", "crash report", "UpdateChannel"] {
        fields(&json(&[name]), &mut names);
    }
    assert!(names.len() > 60, "{names:?}");
    for name in names {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}
