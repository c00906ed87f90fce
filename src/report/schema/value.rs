//! What the catalogue knows of a value, as a schema of it.

use super::words;
use crate::catalog::Catalog;
use crate::catalog::model::{Allowed, Bounds, Judgement, Key, Node, Outside, Segment, Weight};
use crate::report::explain::hover::Hover;
use crate::value::Type;
use serde_json::{Map, Value as Json, json};

/// A text with an identity token in it, which nobody knows before a Mac has it.
const TOKEN: &str = r"\$\{";
/// A moment with its offset and whole seconds.
pub(super) const MOMENT: &str = r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.0+)?([Zz]|[+-]\d{2}:\d{2})$";
const BASE64: &str = r"^[A-Za-z0-9+/\s]*={0,2}\s*$";
/// The path of an app, as a key.
const APP_PATH: &str = r"^/.*\.app$|^\$dictionary$";

/// The schema of a key's value; what several of its keys share becomes a definition.
pub(super) fn key(
    key: &Key<'_>,
    hover: &Hover,
    catalog: &Catalog<'_>,
    definitions: &mut Definitions,
) -> Json {
    let apps = catalog.mau_apps().filter(|app| app.within.contains(&key.name));
    let apps: Vec<&str> = apps.map(|app| app.path).collect();
    let mut schema = position(&key.node, hover);
    let by_path = key.node.children.iter().zip(&hover.inside).find(|((s, _), _)| *s == Segment::AppPath);
    // Each path that AutoUpdate knows is offered; what stands below is the same for all.
    if let (Some(((_, inner), hover)), Some(properties), false) =
        (by_path, schema.get_mut("properties").and_then(Json::as_object_mut), apps.is_empty())
    {
        let app = definitions.add(&format!("app.{}", key.name), Json::Object(position(inner, hover)));
        properties.extend(apps.iter().map(|path| ((*path).to_owned(), refer(&app))));
        schema.insert("additionalProperties".to_owned(), refer(&app));
    }
    schema.into()
}

/// What nobody vouches for: it is offered and told, and nothing is refused.
pub(super) fn unsure(schema: Json) -> Json {
    let Json::Object(mut limits) = schema else { return schema };
    let mut told = Map::new();
    for word in ["title", "description", "default", "deprecated", "deprecationMessage"] {
        told.extend(limits.remove(word).map(|said| (word.to_owned(), said)));
    }
    told.insert("anyOf".to_owned(), json!([limits, { "additionalProperties": true }]));
    told.into()
}

/// What is referred to, by name.
#[derive(Default)]
pub(super) struct Definitions(Map<String, Json>);

impl Definitions {
    /// Adds one, and gives the name it has got: one that needs no escape in a reference.
    pub fn add(&mut self, wanted: &str, schema: Json) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
        let stem: String = wanted.chars().map(plain).collect();
        let mut name = stem.clone();
        let mut number = 1;
        while self.0.contains_key(&name) {
            number += 1;
            name = format!("{stem}-{number}");
        }
        self.0.insert(name.clone(), schema);
        name
    }

    /// All of them.
    pub fn into_json(self) -> Json {
        self.0.into()
    }
}

/// A reference to a definition. What stands beside it is ignored by some readers, so nothing does.
pub(super) fn refer(definition: &str) -> Json {
    json!({ "$ref": format!("#/definitions/{definition}") })
}

/// The schema of the value at one position.
fn position(node: &Node<'_>, hover: &Hover) -> Map<String, Json> {
    let mut kinds: Vec<Map<String, Json>> =
        node.types.iter().map(|kind| of_kind(*kind, node, hover)).collect();
    let mut schema = match kinds.len() {
        1 => kinds.remove(0),
        _ => {
            let kinds: Vec<Json> = kinds.into_iter().map(Json::Object).collect();
            Map::from_iter([("anyOf".to_owned(), kinds.into())])
        }
    };
    schema.insert("title".to_owned(), hover.title.clone().into());
    if !hover.text.is_empty() {
        schema.insert("description".to_owned(), hover.text.clone().into());
    }
    let default = node.default.as_ref().and_then(|default| default.value.as_ref()).map(|l| l.to_value());
    if let Some(default) = default.filter(|default| node.types.contains(&default.kind())) {
        schema.insert("default".to_owned(), default.to_json());
    }
    if let Some(why) = node.deprecated {
        schema.insert("deprecated".to_owned(), true.into());
        schema.insert("deprecationMessage".to_owned(), why.into());
    }
    schema
}

fn of_kind(kind: Type, node: &Node<'_>, hover: &Hover) -> Map<String, Json> {
    match kind {
        Type::Array => array(node, hover),
        Type::Dictionary => dictionary(node, hover),
        Type::Data => data(node.types.contains(&Type::String)),
        _ => scalar(kind, node, hover),
    }
}

/// A scalar: of its type, and one of the values, in the range or of the form that the catalogue gives.
fn scalar(kind: Type, node: &Node<'_>, hover: &Hover) -> Map<String, Json> {
    let (word, mut limits) = match kind {
        Type::Boolean => ("boolean", Map::new()),
        Type::Integer => ("integer", range(node)),
        Type::Real => ("number", range(node)),
        Type::Date => {
            let date = json!({ "format": "date-time", "pattern": MOMENT });
            ("string", date.as_object().cloned().unwrap_or_default())
        }
        _ => ("string", form(node)),
    };
    limits.insert("type".to_owned(), word.into());
    if node.values.is_empty() {
        return limits;
    }
    let listed = listed(node, hover, kind);
    let open = node.range.is_some() || node.pattern.is_some() || node.open;
    if !open {
        limits.extend(listed);
        return limits;
    }
    // A value with a meaning of its own may lie outside of the range.
    let either = [Json::Object(listed), Json::Object(limits)];
    Map::from_iter([("anyOf".to_owned(), either.to_vec().into())])
}

/// The values of a type that are not refused.
fn listed(node: &Node<'_>, hover: &Hover, kind: Type) -> Map<String, Json> {
    let mine = |allowed: &Allowed<'_>| {
        allowed.verdict != Judgement::Refuse && allowed.value.to_value().kind() == kind
    };
    let told = hover.values.iter().map(String::as_str).chain(std::iter::repeat(""));
    let list = node.values.iter().zip(told).filter(|(allowed, _)| mine(allowed));
    words(list.map(|(allowed, means)| (allowed.value.to_value().to_json(), means)))
}

/// The bounds outside of which a number is an error.
fn range(node: &Node<'_>) -> Map<String, Json> {
    let error = |outside: &Option<Outside<'_>>| outside.as_ref().is_none_or(|o| o.weight == Weight::Error);
    let Some(Bounds { min, max }) = node.range else { return Map::new() };
    let min = min.filter(|_| error(&node.below)).map(|min| ("minimum".to_owned(), min.into()));
    let max = max.filter(|_| error(&node.above)).map(|max| ("maximum".to_owned(), max.into()));
    min.into_iter().chain(max).collect()
}

/// The form of a text, which a token need not have.
fn form(node: &Node<'_>) -> Map<String, Json> {
    let pattern = node.pattern.map(|pattern| ("pattern".to_owned(), format!("{pattern}|{TOKEN}").into()));
    pattern.into_iter().collect()
}

/// Bytes: base64 in a string, or in a table where a string may be a text.
fn data(or_text: bool) -> Map<String, Json> {
    let base64 = json!({ "type": "string", "pattern": BASE64, "contentEncoding": "base64" });
    let table = json!({
        "type": "object",
        "properties": { "$data": base64 },
        "required": ["$data"],
        "additionalProperties": false,
    });
    let forms = if or_text { vec![table] } else { vec![base64, table] };
    Map::from_iter([("anyOf".to_owned(), forms.into())])
}

fn array(node: &Node<'_>, hover: &Hover) -> Map<String, Json> {
    let mut schema = Map::from_iter([("type".to_owned(), "array".into())]);
    let inner = node.children.iter().zip(&hover.inside).find(|((s, _), _)| *s == Segment::Item);
    let Some(((_, inner), hover_inside)) = inner else { return schema };
    let mut items = position(inner, hover_inside);
    // What an array of scalars allows stands at the array: they are its items'.
    let limited = !node.values.is_empty() || node.range.is_some() || node.pattern.is_some();
    if let (true, [kind]) = (limited, inner.types.as_slice()) {
        items.extend(scalar(*kind, node, hover));
    }
    schema.insert("items".to_owned(), items.into());
    schema
}

fn dictionary(node: &Node<'_>, hover: &Hover) -> Map<String, Json> {
    let mut properties = Map::new();
    let mut others = Json::Bool(node.children.is_empty());
    let mut by_path = false;
    for ((segment, child), hover) in node.children.iter().zip(&hover.inside) {
        let inner = Json::Object(position(child, hover));
        match segment {
            Segment::Name(name) => {
                properties.insert((*name).to_owned(), inner);
            }
            Segment::AppPath => {
                by_path = true;
                others = inner;
            }
            Segment::AnyKey => others = inner,
            Segment::Item => {}
        }
    }
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        // A dictionary as it stands, whatever its keys start with.
        "patternProperties": { r"^\$dictionary$": { "type": "object", "additionalProperties": true } },
        "additionalProperties": others,
    });
    if let (Some(schema), true) = (schema.as_object_mut(), by_path) {
        let names = node.children.iter().filter_map(|(segment, _)| match segment {
            Segment::Name(name) => Some(format!("|^{}$", exactly(name))),
            _ => None,
        });
        let pattern: String = std::iter::once(APP_PATH.to_owned()).chain(names).collect();
        schema.insert("propertyNames".to_owned(), json!({ "pattern": pattern }));
    }
    schema.as_object().cloned().unwrap_or_default()
}

/// A regular expression for a text as it stands.
fn exactly(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
