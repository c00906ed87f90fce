//! The tables of a policy that say who it is for and what it accepts: `[policy]`, `[macs]`, `[[payload]]`, `[[allow]]`.

use super::value::MOMENT;
use super::words;
use crate::catalog::rule::plain;
use crate::catalog::{Catalog, Licence};
use crate::finding::CODES;
use crate::policy::targets::{FieldKind, TARGET_TABLES};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// An `id`: words of letters, digits, `-` and `_`, at least two.
const ID: &str = r"^[A-Za-z0-9_][A-Za-z0-9_-]*(\.[A-Za-z0-9_][A-Za-z0-9_-]*)+$";
/// A path from the file's own folder.
const PATH: &str = r"^[^/\\][^\\]*$";
/// One version or its beginning, perhaps with a build.
macro_rules! version {
    () => {
        r"\d[\d.]*(\.x)?\s*(\[\s*\d+\s*\])?"
    };
}
/// One range, with spaces around it.
macro_rules! range {
    () => {
        concat!(r"\s*(", version!(), r"\s*(\.\.\s*(", version!(), r")?)?|\.\.\s*(", version!(), r")?)\s*")
    };
}

/// Ranges of versions: `16.28 ..`, `.. 16.16.x`, `16.9 .. 16.12`, `15.25 [160726]`, separated by `,` or `;`.
const RANGES: &str = concat!("^", range!(), "([,;]", range!(), ")*$");

/// Adds the tables, without `[policy]`, which only a policy as a whole has.
pub(super) fn tables(catalog: &Catalog<'_>, properties: &mut Map<String, Json>) {
    properties.insert("macs".to_owned(), macs(catalog));
    properties.insert("applies-to".to_owned(), applies_to(catalog));
    properties.insert("payload".to_owned(), payload());
    properties.insert("allow".to_owned(), allow(catalog));
    properties.insert("target".to_owned(), targets(catalog));
}

/// `[target.NAME]`, from the table that the reader has.
fn targets(catalog: &Catalog<'_>) -> Json {
    let text = || json!({ "type": "string", "pattern": r"^[^\n]*\S[^\n]*$" });
    let tokens = catalog.tokens().map(|token| (token.name.to_owned(), told(token.title, text())));
    let tokens: Map<String, Json> = tokens.collect();
    let mut targets = Map::new();
    for info in TARGET_TABLES {
        let mut fields = Map::new();
        for field in info.fields {
            let schema = match field.kind {
                FieldKind::Text => told(field.doc, text()),
                FieldKind::Word(words) => one_of(field.doc, words),
                FieldKind::List => told(field.doc, one_or_several(&text())),
                FieldKind::Flag => told(field.doc, json!({ "type": "boolean" })),
                FieldKind::Number => told(field.doc, json!({ "type": "integer", "minimum": 1 })),
            };
            fields.insert(field.name.to_owned(), schema);
        }
        if info.placeholders {
            let placeholders = json!({
                "type": "object",
                "properties": tokens,
                "additionalProperties": false,
            });
            let what =
                "What identity tokens are in your tenant: `\"user.upn\" = \"$EXTENSIONATTRIBUTE_12\"`.";
            fields.insert("placeholders".to_owned(), told(what, placeholders));
        }
        let schema = json!({
            "type": "object",
            "description": format!("For {}: `--target {}`.", info.title, info.name),
            "properties": fields,
            "additionalProperties": false,
        });
        targets.insert(info.name.to_owned(), schema);
    }
    json!({
        "type": "object",
        "description": "What single targets need to know: categories, groups, labels, and how their MDM spells identity tokens.",
        "properties": targets,
        "additionalProperties": false,
    })
}

/// A schema with a description, and what else it says.
fn told(description: &str, rest: Json) -> Json {
    let mut schema = Map::from_iter([("description".to_owned(), description.into())]);
    schema.extend(rest.as_object().cloned().unwrap_or_default());
    schema.into()
}

/// Some words, each with its meaning.
fn one_of(description: &str, list: &[(&str, &str)]) -> Json {
    let mut schema = words(list.iter().map(|(word, means)| (Json::from(*word), *means)));
    schema.insert("type".to_owned(), "string".into());
    told(description, schema.into())
}

fn one_or_several(item: &Json) -> Json {
    json!({ "anyOf": [{ "type": "array", "items": item }, item] })
}

pub(super) fn policy() -> Json {
    let text = json!({ "type": "string" });
    let path = json!({ "type": "string", "pattern": PATH });
    let stamp = json!({ "type": "string", "format": "date-time", "pattern": MOMENT });
    let id = json!({ "type": "string", "pattern": ID, "maxLength": 150 });
    json!({
        "type": "object",
        "description": "Who the policy is, and whom it is for.",
        "properties": {
            "format": told("The format of this file.", json!({ "type": "integer", "enum": [1] })),
            "id": told(
                "The root of every identifier and UUID, like a bundle id: `com.example.office`. Needed; never taken from an extended file. Choose it once.",
                id,
            ),
            "name": told("What MDMs and System Settings show; without it, the id.", text.clone()),
            "description": told("A sentence that System Settings shows.", text.clone()),
            "organization": told("Who issues it.", text),
            "channel": one_of("Whom the settings are for.", &[
                ("device", "every user of the Mac (PayloadScope System); the default"),
                ("user", "the user whom the MDM manages (PayloadScope User)"),
            ]),
            "extends": told("Policies to start from, as paths from this file's folder.", one_or_several(&path)),
            "set-once-stamp": told(
                "Needed with `[set-once]`: a moment such as `2027-01-31T00:00:00Z`. A later one writes the values again.",
                stamp,
            ),
            "keep-identifiers-from": told(
                "The profile that is deployed already, as a path from this file's folder: what is built replaces it on every Mac.",
                path,
            ),
            "variants-only": told(
                "Build the variants only, and not the policy itself.",
                json!({ "type": "boolean" }),
            ),
            "attach-key": one_of("Which spelling of one switch of the error reporter is set.", &[
                ("named", "the one that the policy names; the default"),
                ("both", "`IsAttachFilesEnabled` and `IsAttachedEnabled`: sources disagree which is read"),
            ]),
        },
        "additionalProperties": false,
        "x-taplo": { "initKeys": ["id"] },
    })
}

/// `[applies-to]`: the Macs that a policy is for.
fn applies_to(catalog: &Catalog<'_>) -> Json {
    let pattern = json!({ "type": "string", "pattern": r"\S" });
    let patterns = json!({ "anyOf": [{ "type": "array", "minItems": 1, "items": pattern }, pattern] });
    let mut apps: BTreeMap<&str, Json> = BTreeMap::new();
    for product in catalog.products().filter(|product| product.name != "macOS") {
        let text = format!(
            "Macs on which {} is installed, in these versions: `\"16.80 ..\"`, a list of ranges, `\"..\"`: any version, or `\"none\"`: not installed.",
            product.title
        );
        apps.entry(product.name).or_insert_with(|| told(&text, versions()));
    }
    let macos = json!({ "type": "string", "pattern": RANGES, "minLength": 1 });
    json!({
        "type": "object",
        "description": "The Macs that the policy is for: those that meet every condition. `audit` and `diff` judge no others by it; the MDM's scope is its own.",
        "properties": {
            "macOS": told("The versions of macOS: `\"14 ..\"`, or a list of ranges.", json!({ "anyOf": [
                macos,
                { "type": "array", "minItems": 1, "items": macos },
            ] })),
            "serial": told("Patterns of serial numbers, with `*` and `?`; with `name`, either will do.", patterns.clone()),
            "name": told("Patterns of names, with `*` and `?`; with `serial`, either will do.", patterns.clone()),
            "apps": {
                "type": "object",
                "description": "Apps by product or bundle identifier, each with its versions.",
                "properties": apps,
                "patternProperties": { r"\.": versions() },
                "additionalProperties": false,
            },
            "attributes": {
                "type": "object",
                "description": "Columns of the table of `--attributes`, each with patterns of what stands there.",
                "additionalProperties": patterns,
            },
        },
        "additionalProperties": false,
    })
}

/// Versions of an app: a range, a list of ranges, or `none`.
fn versions() -> Json {
    let range = json!({ "type": "string", "pattern": RANGES, "minLength": 1 });
    let none = json!({ "type": "string", "enum": ["none"] });
    json!({ "anyOf": [
        range,
        none,
        { "type": "array", "minItems": 1, "items": range },
        { "type": "array", "minItems": 1, "maxItems": 1, "items": none },
    ] })
}

fn macs(catalog: &Catalog<'_>) -> Json {
    let versions = versions();
    let mut properties: BTreeMap<&str, Json> = BTreeMap::new();
    for product in catalog.products() {
        let suite = product.suite.map_or(String::new(), |suite| format!(" Narrows `{suite}`."));
        let text = format!(
            "Which versions of {} run out there: `\"16.28 ..\"`, `\".. 16.16.x\"`, `\"16.9 .. 16.12\"`, a list of them, or `\"none\"`: not installed.{suite} Left out: any version.",
            product.title
        );
        properties.entry(product.name).or_insert_with(|| told(&text, versions.clone()));
    }
    let licences: Vec<&str> = Licence::ALL.into_iter().map(Licence::word).collect();
    let licences = json!({ "type": "string", "enum": licences });
    properties
        .insert("licence", told("The licences out there; left out: unknown.", one_or_several(&licences)));
    let proxy = "Whether a proxy asks for a password, by NTLM or Kerberos: old builds do not get through.";
    properties.insert("proxy-auth", told(proxy, json!({ "type": "boolean" })));
    json!({
        "type": "object",
        "description": "What runs out there: findings speak of it. A product that is not named may have any version.",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn payload() -> Json {
    let path = json!({ "type": "string", "pattern": PATH });
    json!({
        "type": "array",
        "description": "Payloads that are no preferences, carried over unchanged.",
        "items": {
            "type": "object",
            "properties": {
                "file": told("A property list with one payload, or a profile, as a path from this file's folder.", path),
                "drop": told("Leave out what an extended file names.", json!({ "type": "boolean" })),
                "why": told("Why the policy carries it.", json!({ "type": "string" })),
            },
            "required": ["file"],
            "additionalProperties": false,
        },
    })
}

fn allow(catalog: &Catalog<'_>) -> Json {
    let rules = catalog.rules();
    let mut codes: BTreeMap<&str, String> = rules.iter().map(|rule| (rule.id, plain(rule.says))).collect();
    codes.extend(CODES.iter().filter(|info| info.allowable).map(|info| (info.name, info.summary.to_owned())));
    // A rule that has a row in the table of codes is judged by it.
    for refused in CODES.iter().filter(|info| !info.allowable) {
        codes.remove(refused.name);
    }
    let mut code = words(codes.iter().map(|(code, summary)| (Json::from(*code), summary.as_str())));
    code.insert("type".to_owned(), "string".into());
    let text = json!({ "type": "string" });
    json!({
        "type": "array",
        "description": "Accepts a finding, with a reason; `key`, `domain` and `until` narrow it.",
        "items": {
            "type": "object",
            "properties": {
                "code": told("The code of the finding: `prefsmith explain CODE` tells of it.", code.into()),
                "key": told("The key it is about; left out: any.", text.clone()),
                "domain": told("The domain it is about, by its alias or its name; left out: any.", text),
                "until": told(
                    "The day from which it accepts nothing any more: `2027-01-31`. Judged with `--today` only.",
                    json!({ "type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$" }),
                ),
                "why": told("Why it is accepted.", json!({ "type": "string", "pattern": r"\S" })),
            },
            "required": ["code", "why"],
            "additionalProperties": false,
        },
    })
}
