//! The JSON Schema of the policy format, made from the catalogue, for editors.
//!
//! Draft 7 in one file, written for two language servers at once (taplo and tombi): values stand both as `enum`, with
//! their words under `x-taplo`, and as `oneOf` with `const`; every object says whether other keys may stand in
//! it. It refuses nothing that a policy may say, but for the few cases that `docs/editors.md` lists: what depends on
//! more than one value is left to `check`.

mod head;
mod sections;
mod value;

use super::visible;
use crate::catalog::Catalog;
use crate::catalog::model::Domain;
use sections::Keys;
use serde_json::{Map, Value as Json, json};

/// The name of this version of the format, in the schema's `$id`.
const ID: &str = "urn:prefsmith:policy:1";

/// The schema of policies: of all that the catalogue knows, or of the domains named only. The latter leaves keys of
/// other domains unchecked.
pub fn policy(catalog: &Catalog<'_>, only: &[&str]) -> String {
    let known = catalog.domains();
    let domains: Vec<&Domain<'_>> =
        known.into_iter().filter(|domain| only.is_empty() || only.contains(&domain.name)).collect();
    let keys = Keys::read(catalog, &domains);
    let mut properties = Map::new();
    head::tables(catalog, &mut properties);
    keys.tables(&mut properties);
    // A variant has the same sections as a policy: each is written once.
    let mut definitions = keys.definitions();
    for (name, section) in &mut properties {
        let definition = format!("section.{name}");
        let section = std::mem::replace(section, value::refer(&definition));
        if let Json::Object(definitions) = &mut definitions {
            definitions.insert(definition, section);
        }
    }
    let sections = properties.clone();
    properties.insert("policy".to_owned(), head::policy());
    properties.insert(
        "variant".to_owned(),
        json!({
            "type": "object",
            "description": "What is different for some of the Macs, which get an output of their own: `[variant.pilot.settings]`.",
            "propertyNames": { "pattern": "^[A-Za-z0-9_][A-Za-z0-9_-]*$" },
            "additionalProperties": {
                "type": "object",
                "description": "A variant: the sections of a policy, over what the policy says itself.",
                "properties": sections,
                "additionalProperties": false,
            },
        }),
    );
    let id = if only.is_empty() { ID.to_owned() } else { format!("{ID}:{}", only.join("+")) };
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": id,
        "title": "prefsmith policy",
        "description": "What managed preferences have to be: `prefsmith check` judges it, `prefsmith build` compiles it.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "definitions": definitions,
    });
    visible::json(&schema)
}

/// A list of words with what each means: as `enum` with taplo's words, and as `oneOf` for tombi.
fn words<'w>(list: impl IntoIterator<Item = (Json, &'w str)>) -> Map<String, Json> {
    let (mut values, mut told, mut each) = (Vec::new(), Vec::new(), Vec::new());
    for (value, means) in list {
        let mut one = json!({ "const": value });
        if let (Some(one), false) = (one.as_object_mut(), means.is_empty()) {
            one.insert("title".to_owned(), short(means).into());
            one.insert("description".to_owned(), means.into());
        }
        values.push(value);
        told.push(if means.is_empty() { Json::Null } else { means.into() });
        each.push(one);
    }
    let mut schema = Map::new();
    // Of no values, all are refused.
    if values.is_empty() {
        schema.insert("not".to_owned(), json!({}));
        return schema;
    }
    if told.iter().any(|means| !means.is_null()) {
        schema.insert("x-taplo".to_owned(), json!({ "docs": { "enumValues": told } }));
        schema.insert("oneOf".to_owned(), each.into());
    }
    schema.insert("enum".to_owned(), values.into());
    schema
}

/// As much of a sentence as fits beside a word in a list.
fn short(text: &str) -> String {
    const MOST: usize = 72;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let kept: String = text.chars().take(MOST).collect();
    let whole = kept.rsplit_once(' ').map_or(kept.as_str(), |(whole, _)| whole);
    format!("{}…", whole.trim_end_matches([',', ';', ':']))
}

#[cfg(test)]
mod tests;
