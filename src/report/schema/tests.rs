//! The schema says what the catalogue says, in the form that editors need.

use super::*;
use crate::catalog::Layer;
use crate::catalog::compile::{Parts, read};
use crate::document::Document;
use crate::finding::{Findings, Sources};
use std::collections::BTreeSet;

fn schema(only: &[&str]) -> Json {
    serde_json::from_str(&policy(&Catalog::builtin(), only)).unwrap()
}

/// The schema with a catalogue of somebody's own, in front of the built-in one or behind it.
fn with_layer(text: &str, weak: bool) -> Json {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let source = sources.add("own.toml", text);
    let document = Document::parse(source, text, &mut findings);
    let mut parts = Parts::default();
    read(&document, &mut parts, &mut findings);
    assert!(!findings.has_errors(), "{:?}", findings.iter().map(|f| &f.title).collect::<Vec<_>>());
    let bytes = parts.write().unwrap();
    let own = vec![Layer::new("own.toml", &bytes).unwrap()];
    let catalog = if weak { Catalog::between(Vec::new(), own) } else { Catalog::with(own) };
    serde_json::from_str(&policy(&catalog, &[])).unwrap()
}

/// Calls `look` with every schema in the schema.
fn each<'j>(schema: &'j Json, look: &mut impl FnMut(&'j Map<String, Json>)) {
    let Json::Object(map) = schema else {
        schema.as_array().into_iter().flatten().for_each(|inner| each(inner, look));
        return;
    };
    look(map);
    for (key, inner) in map {
        match key.as_str() {
            "properties" | "patternProperties" | "definitions" => {
                inner.as_object().unwrap().values().for_each(|inner| each(inner, look));
            }
            "const" | "default" | "enum" | "x-taplo" => {}
            _ => each(inner, look),
        }
    }
}

fn sound(schema: &Json) {
    let definitions: BTreeSet<&str> =
        schema["definitions"].as_object().unwrap().keys().map(String::as_str).collect();
    let mut referred = BTreeSet::new();
    each(schema, &mut |map| {
        if let Some(target) = map.get("$ref") {
            assert_eq!(map.len(), 1, "what stands beside a reference is lost: {map:?}");
            referred.insert(target.as_str().unwrap().strip_prefix("#/definitions/").unwrap());
        }
        // Closed or open, but said: one of the two servers takes the silent ones for closed, the other for open.
        if map.get("type").is_some_and(|kind| kind == "object") {
            assert!(map.contains_key("additionalProperties"), "{map:?}");
        }
        if let Some(list) = map.get("enum").and_then(Json::as_array) {
            assert!(!list.is_empty());
            let each = map.get("oneOf").and_then(Json::as_array);
            let told = map.get("x-taplo").map(|extra| &extra["docs"]["enumValues"]);
            if let (Some(each), Some(told)) = (each, told) {
                let values: Vec<&Json> = each.iter().map(|one| &one["const"]).collect();
                assert_eq!(values, list.iter().collect::<Vec<_>>());
                let words: Vec<&Json> = each.iter().map(|one| &one["description"]).collect();
                assert_eq!(words, told.as_array().unwrap().iter().collect::<Vec<_>>());
            } else {
                assert!(each.is_none() && told.is_none(), "one form without the other: {map:?}");
            }
        }
    });
    assert_eq!(definitions, referred, "every definition is used, and every reference leads somewhere");
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    assert!(definitions.iter().all(|name| name.chars().all(plain)), "{definitions:?}");
}

#[test]
fn references_lead_somewhere_and_objects_say_whether_they_are_open() {
    sound(&schema(&[]));
    sound(&schema(&["com.microsoft.errorreporting", "com.microsoft.Outlook"]));
}

#[test]
fn every_key_of_the_catalogue_stands_in_its_domains() {
    let (catalog, schema) = (Catalog::builtin(), schema(&[]));
    let mut seen = 0;
    for domain in catalog.domains() {
        let table = &schema["definitions"][format!("domain.{}", domain.name)];
        let there: Vec<&String> = table["properties"].as_object().unwrap().keys().collect();
        assert_eq!(there, catalog.keys_of(domain.name));
        seen += there.len();
        for section in ["settings", "set-once", "defaults"] {
            let properties = &schema["definitions"][format!("section.{section}")]["properties"];
            assert!(properties[domain.name].is_object() && properties[domain.alias.unwrap()].is_object());
        }
    }
    assert!(seen > 250, "{seen}");
}

#[test]
fn a_bare_key_is_offered_where_a_bare_key_goes() {
    let schema = schema(&[]);
    let bare = schema["definitions"]["section.settings"]["properties"].as_object().unwrap();
    assert!(bare.contains_key("HowToCheck") && bare.contains_key("UpdateDeadline.FinalCountDown"));
    // A dictionary would be a domain; this one's name means something of its own in each domain.
    assert!(!bare.contains_key("Applications") && !bare.contains_key("OUIWhatsNewShownItemIds"));
}

#[test]
fn one_domain_makes_a_small_schema() {
    let small = schema(&["com.microsoft.errorreporting"]);
    let definitions = small["definitions"].as_object().unwrap();
    let domains: Vec<&String> = definitions.keys().filter(|name| name.starts_with("domain.")).collect();
    assert_eq!(domains, ["domain.com.microsoft.errorreporting"]);
    assert_eq!(small["$id"], "urn:prefsmith:policy:1:com.microsoft.errorreporting");
    // Other domains and their keys may stand in the policy all the same.
    assert_eq!(small["definitions"]["section.settings"]["additionalProperties"], true);
    assert_eq!(schema(&[])["definitions"]["section.settings"]["additionalProperties"]["type"], "object");
    let members =
        small["definitions"]["section.groups"]["additionalProperties"]["items"]["enum"].as_array().unwrap();
    assert!(members.contains(&json!("Word")));
}

/// A key, as an editor reads it.
#[test]
fn what_an_editor_reads_of_keys() {
    let schema = schema(&[]);
    let keys =
        ["HowToCheck", "UpdateDeadline.FinalCountDown", "AllowedEmailDomains", "ManifestServerExpiryDate"];
    let shown: Map<String, Json> = keys
        .iter()
        .map(|name| ((*name).to_owned(), schema["definitions"][format!("key.{name}")].clone()))
        .collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&shown).unwrap());
}

#[test]
fn names_of_a_foreign_catalogue_need_no_care() {
    let text = r##"
[[source]]
id = "own"
kind = "community"
title = "Ours, with *stars* and <tags>"

[[domain]]
name = "com.example.tool"
title = "Tool"
summary = "A tool."
sources = ["own"]

[[key]]
name = "a/b~c%20 \"d\"#e.f"
domains = ["com.example.tool"]
type = "string"
values = [{ value = "x", means = "only\u001b[31m this" }]
confidence = "community"
summary = "First."
sources = ["own"]

[[key]]
name = "a/b~c%20 'd'#e.f"
domains = ["com.example.tool"]
type = "data"
confidence = "community"
summary = "Second."
sources = ["own"]
"##;
    let schema = with_layer(text, false);
    sound(&schema);
    let table = schema["definitions"]["domain.com.example.tool"]["properties"].as_object().unwrap();
    let first = table["a/b~c%20 \"d\"#e.f"]["$ref"].as_str().unwrap();
    assert_eq!(first, "#/definitions/key.a_b_c_20__d__e.f");
    let second = table["a/b~c%20 'd'#e.f"]["$ref"].as_str().unwrap();
    assert!(second != first, "{second}");
    let key = &schema["definitions"][first.rsplit('/').next().unwrap()];
    assert_eq!(key["oneOf"][0]["description"], "only␛[31m this");
    assert!(key["description"].as_str().unwrap().contains(r"with \*stars\* and \<tags> \[community\]"));
    let data = &schema["definitions"][second.rsplit('/').next().unwrap()];
    assert_eq!(data["anyOf"][0]["contentEncoding"], "base64");
    assert_eq!(data["anyOf"][1]["required"], json!(["$data"]));
}

/// What `check` only warns of, no editor underlines: nobody vouches for a weak layer.
#[test]
fn what_a_weak_layer_says_is_offered_and_refuses_nothing() {
    let text = r#"
[[source]]
id = "them"
kind = "community"
title = "They say"

[[domain]]
name = "com.example.tool"
title = "Tool"
summary = "A tool."
sources = ["them"]

[[key]]
name = "Mode"
domains = ["com.example.tool"]
type = "string"
values = [{ value = "a", means = "one" }]
confidence = "community"
summary = "The mode."
sources = ["them"]
"#;
    let weak = with_layer(text, true);
    sound(&weak);
    let key = &weak["definitions"]["key.Mode"];
    assert_eq!(key["anyOf"][0]["enum"], json!(["a"]));
    assert_eq!(key["anyOf"][1], json!({ "additionalProperties": true }));
    assert!(key["title"].is_string() && key["type"].is_null());
    assert_eq!(weak["definitions"]["domain.com.example.tool"]["additionalProperties"], true);
    let strong = with_layer(text, false);
    assert_eq!(strong["definitions"]["key.Mode"]["enum"], json!(["a"]));
    assert_eq!(strong["definitions"]["domain.com.example.tool"]["additionalProperties"], false);
}

#[test]
fn long_words_are_cut_between_words() {
    assert_eq!(short("few words"), "few words");
    let cut = short("looks for updates, downloads and installs them; the user is only told, where an app");
    assert_eq!(cut, "looks for updates, downloads and installs them; the user is only told…");
    assert_eq!(short(&"x".repeat(90)).chars().count(), 73);
}
