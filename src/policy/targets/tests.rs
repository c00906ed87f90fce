//! The table of targets against itself, the catalogue and the page.

use super::*;
use std::collections::BTreeSet;

#[test]
fn the_table_is_sound() {
    assert!(TARGET_TABLES.is_sorted_by(|one, other| one.name < other.name));
    for target in TARGET_TABLES {
        let names: BTreeSet<&str> = target.fields.iter().map(|field| field.name).collect();
        assert_eq!(names.len(), target.fields.len(), "{}", target.name);
        assert!(!names.contains("placeholders"), "{}", target.name);
        for field in target.fields {
            assert!(field.doc.ends_with('.'), "{}.{}", target.name, field.name);
            let lists = field.scope != Scope::Assigns || field.kind == FieldKind::List;
            assert!(lists, "{}.{}: who is assigned is a list", target.name, field.name);
        }
    }
}

/// The fields as `docs/policy.md` lists them.
fn table() -> String {
    let mut out = "\n| target | field | what |\n| --- | --- | --- |\n".to_owned();
    for target in TARGET_TABLES {
        let mut name = format!("`{}`", target.name);
        for field in target.fields {
            let kind = match field.kind {
                FieldKind::Text => "text".to_owned(),
                FieldKind::List => "a list".to_owned(),
                FieldKind::Flag => "true or false".to_owned(),
                FieldKind::Number => "a number".to_owned(),
                FieldKind::Word(words) => {
                    let words: Vec<String> =
                        words.iter().map(|(word, means)| format!("`\"{word}\"`: {means}")).collect();
                    words.join("; ")
                }
            };
            let row =
                format!("| {name} | `{}` | {} ({kind}) |\n", field.name, field.doc.trim_end_matches('.'));
            out.push_str(&row);
            name.clear();
        }
        if target.placeholders && target.fields.is_empty() {
            out.push_str(&format!("| {name} | | only `placeholders` |\n"));
        }
    }
    let without = TARGET_TABLES.iter().filter(|target| !target.placeholders);
    let without: Vec<String> = without.map(|target| format!("`{}`", target.name)).collect();
    out.push_str(&format!("\nAll but {} have `placeholders`, too.\n\n", without.join(" and ")));
    out
}

#[test]
#[expect(clippy::disallowed_methods, reason = "on request, a test writes the page anew")]
fn the_page_lists_every_field() {
    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/policy.md");
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once("--lib policy::targets -->\n").unwrap();
    let (there, after) = rest.split_once("<!-- end -->").unwrap();
    let made = table();
    if std::env::var_os("PREFSMITH_UPDATE").is_some() {
        let page = format!("{before}--lib policy::targets -->\n{made}<!-- end -->{after}");
        std::fs::write(PAGE, page).unwrap();
    } else {
        assert_eq!(there, made);
    }
}

/// The catalogue's MDMs are the targets that replace tokens: whoever spells one can be told otherwise.
#[test]
fn every_mdm_is_a_target_with_placeholders() {
    for mdm in Catalog::builtin().mdms() {
        assert!(target_info(mdm.name).is_some_and(|info| info.placeholders), "{}", mdm.name);
    }
}
