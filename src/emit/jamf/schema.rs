//! JSON schemas for *External Applications*: a form for a preference domain, from the catalogue.
//!
//! Jamf's forms know booleans, integers, strings, arrays and objects, and no dates or data; a key that needs more is
//! left out. Keywords stay within what Jamf's technical paper on the schemas and published schemas use.

use crate::catalog::Catalog;
use crate::catalog::model::{Allowed, Delivery, Judgement, Node, Segment};
use crate::catalog::rule::plain;
use crate::finding::listed;
use crate::plan::{Plan, Setting};
use crate::value::{Type, Value};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// The schema of a domain, and the keys of the domain that no form can set.
pub(super) struct Form {
    /// The schema.
    pub schema: Json,
    /// What is left out, in the order of the names.
    pub left_out: Vec<String>,
}

/// A form with every known key of a domain, and those that the plan sets beside them.
pub(super) fn form(domain: &str, plan: &Plan, catalog: &Catalog<'_>) -> Form {
    let known = catalog.domain(domain);
    let settings: Vec<&Setting> =
        plan.settings.iter().filter(|setting| setting.domain.as_str() == domain).collect();
    let mut names: BTreeSet<&str> = catalog.keys_of(domain).into_iter().collect();
    names.extend(settings.iter().filter(|s| s.value.is_some()).map(|setting| setting.key.as_str()));
    let (mut properties, mut left_out) = (Map::new(), Vec::new());
    for name in names {
        let value = settings.iter().find(|s| s.key.as_str() == name).and_then(|s| s.value.as_ref());
        let known = catalog.key(domain, name);
        if known.is_some_and(|key| key.key.delivery == Delivery::NeverByProfile) {
            continue;
        }
        let made = match known {
            Some(key) => {
                node(&key.key.node, value).map(|made| about_key(made, name, key.reads(), catalog, domain))
            }
            None => value.and_then(like).map(|made| with_title(made, name, "")),
        };
        match made {
            Some(mut made) => {
                made.insert("property_order".to_owned(), (5 * (properties.len() + 1)).into());
                properties.insert(name.to_owned(), made.into());
            }
            None => left_out.push(name.to_owned()),
        }
    }
    let title = known.map_or(domain, |known| known.title);
    let mut schema = Map::from_iter([
        ("title".to_owned(), format!("{title} ({domain})").into()),
        ("type".to_owned(), "object".into()),
        ("properties".to_owned(), properties.into()),
    ]);
    if let Some(known) = known {
        schema.insert("description".to_owned(), plain(known.summary).into());
    }
    Form { schema: schema.into(), left_out }
}

fn with_title(mut made: Map<String, Json>, name: &str, more: &str) -> Map<String, Json> {
    made.insert("title".to_owned(), name.into());
    set_option(&mut made, "infoText", format!("Key name: {name}{more}").into());
    made
}

fn set_option(made: &mut Map<String, Json>, option: &str, value: Json) {
    if let Json::Object(options) = made.entry("options").or_insert_with(|| json!({})) {
        options.insert(option.to_owned(), value);
    }
}

fn about_key(
    made: Map<String, Json>,
    name: &str,
    reads: &crate::version::Ranges,
    catalog: &Catalog<'_>,
    domain: &str,
) -> Map<String, Json> {
    let product = catalog.domain(domain).and_then(|known| known.product);
    let more = match product {
        Some(product) if !reads.is_any() => format!(". Read by {product} {}", reads.describe()),
        _ => String::new(),
    };
    with_title(made, name, &more)
}

/// The schema of one position; none where no form can hold it. `value` is what the policy sets there.
fn node(node: &Node<'_>, value: Option<&Value>) -> Option<Map<String, Json>> {
    let kinds = || node.types.iter().copied();
    // An app that takes several types gets the policy's.
    let kind =
        value.map(Value::kind).filter(|kind| kinds().any(|one| one == *kind)).or_else(|| kinds().next())?;
    let mut made = match kind {
        Type::Boolean => of_type("boolean"),
        Type::Integer => integer(node),
        Type::Real => of_type("number"),
        Type::String => string(node),
        Type::Array => array(node)?,
        Type::Dictionary => dictionary(node)?,
        Type::Date | Type::Data => return None,
    };
    let words: Vec<&Allowed<'_>> =
        node.values.iter().filter(|word| word.value.to_value().kind() == kind).collect();
    if matches!(kind, Type::Integer | Type::String) && !node.open {
        choices(&mut made, &words, value);
    }
    let text = description(node, kind, &words);
    if !text.is_empty() {
        made.insert("description".to_owned(), text.into());
    }
    Some(made)
}

fn of_type(word: &str) -> Map<String, Json> {
    Map::from_iter([("type".to_owned(), word.into())])
}

fn integer(node: &Node<'_>) -> Map<String, Json> {
    let mut made = of_type("integer");
    let bounds = node.range;
    let limits = [
        ("minimum", bounds.and_then(|bounds| bounds.min)),
        ("maximum", bounds.and_then(|bounds| bounds.max)),
        ("multipleOf", node.multiple_of),
    ];
    made.extend(limits.into_iter().filter_map(|(word, number)| Some((word.to_owned(), number?.into()))));
    made
}

fn string(node: &Node<'_>) -> Map<String, Json> {
    let mut made = of_type("string");
    // Groups with flags are none of JavaScript's, in which schemas write their patterns.
    if let Some(pattern) = node.pattern.filter(|pattern| !pattern.contains("(?")) {
        made.insert("pattern".to_owned(), pattern.into());
    }
    made
}

fn array(parent: &Node<'_>) -> Option<Map<String, Json>> {
    let mut made = of_type("array");
    let item = parent.children.iter().find(|(segment, _)| *segment == Segment::Item);
    let items = match item {
        Some((_, inner)) => node(inner, None)?,
        None => of_type("string"),
    };
    made.insert("items".to_owned(), items.into());
    Some(made)
}

/// A dictionary. One of whose entries no form can hold is left out as a whole: half an entry would be a wrong one.
fn dictionary(parent: &Node<'_>) -> Option<Map<String, Json>> {
    let mut made = of_type("object");
    let mut properties = Map::new();
    for (segment, inner) in &parent.children {
        let mut inside = node(inner, None)?;
        match segment {
            Segment::Name(name) => {
                inside.insert("title".to_owned(), (*name).into());
                inside.insert("property_order".to_owned(), (5 * (properties.len() + 1)).into());
                properties.insert((*name).to_owned(), inside.into());
            }
            Segment::AppPath | Segment::AnyKey => {
                made.insert("additionalProperties".to_owned(), inside.into());
            }
            Segment::Item => {}
        }
    }
    if !properties.is_empty() {
        made.insert("properties".to_owned(), properties.into());
    }
    Some(made)
}

/// The words of a list, each with what it does; what the policy sets is among them.
fn choices(made: &mut Map<String, Json>, words: &[&Allowed<'_>], value: Option<&Value>) {
    let fine = words.iter().filter(|word| word.verdict != Judgement::Refuse);
    let mut list: Vec<(Json, String)> =
        fine.map(|word| (word.value.to_value().to_json(), title(word))).collect();
    if list.is_empty() {
        return;
    }
    let own = value.map(Value::to_json).filter(|own| list.iter().all(|(known, _)| known != own));
    list.extend(own.map(|own| (own, "as the policy has it".to_owned())));
    let (values, titles): (Vec<Json>, Vec<String>) = list.into_iter().unzip();
    made.insert("enum".to_owned(), values.into());
    set_option(made, "enum_titles", titles.into());
}

fn title(word: &Allowed<'_>) -> String {
    let value = match word.value.to_value() {
        Value::String(text) => text.to_string(),
        other => other.to_string(),
    };
    if word.means.is_empty() { value } else { format!("{value}: {}", plain(word.means)) }
}

/// What a reader of the form has to know.
fn description(node: &Node<'_>, kind: Type, words: &[&Allowed<'_>]) -> String {
    let mut sentences = vec![plain(node.summary)];
    if kind == Type::Boolean || node.open {
        let words: Vec<String> =
            words.iter().filter(|w| w.verdict != Judgement::Refuse).map(|w| title(w)).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if !words.is_empty() {
            sentences.push(format!("{}.", words.join("; ")));
        }
    }
    if let Some(unit) = node.unit {
        sentences.push(format!("In {unit}."));
    }
    if let Some(default) = &node.default {
        let value = default.value.as_ref().map(|value| format!("Without it: {}.", value.to_value()));
        sentences.extend(value.or_else(|| default.says.map(plain)));
    }
    if let Some(why) = node.deprecated {
        sentences.push(format!("Deprecated: {}", plain(why)));
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}

/// The schema of a value of which nothing is known but itself.
fn like(value: &Value) -> Option<Map<String, Json>> {
    Some(match value {
        Value::Boolean(_) => of_type("boolean"),
        Value::Integer(_) => of_type("integer"),
        Value::Real(_) => of_type("number"),
        Value::String(_) => of_type("string"),
        Value::Date(_) | Value::Data(_) => return None,
        Value::Array(items) => {
            let all = items.iter().map(like).collect::<Option<Vec<_>>>()?;
            let same = |part: &dyn Fn(&Map<String, Json>) -> Option<Json>| {
                let first = all.first().map(part);
                first.filter(|first| all.iter().all(|other| part(other) == *first)).flatten()
            };
            let mut made = of_type("array");
            // Items of one type and another shape have their type in common; of two types, no form can be made.
            let items =
                match (same(&|item| Some(item.clone().into())), same(&|item| item.get("type").cloned())) {
                    (Some(item), _) => item,
                    (None, Some(kind)) => json!({ "type": kind }),
                    (None, None) if all.is_empty() => json!({ "type": "string" }),
                    (None, None) => return None,
                };
            made.insert("items".to_owned(), items);
            made
        }
        Value::Dictionary(entries) => {
            let mut made = of_type("object");
            let mut properties = Map::new();
            for (name, value) in entries {
                properties.insert(name.clone(), with_title(like(value)?, name, "").into());
            }
            made.insert("properties".to_owned(), properties.into());
            made
        }
    })
}

/// The sentence about what a form leaves out.
pub(super) fn left_out(domain: &str, keys: &[String]) -> Option<String> {
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    (!keys.is_empty()).then(|| format!("{domain}: {}", listed(&keys)))
}
