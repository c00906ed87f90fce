//! The sections of a policy that hold settings: bare keys, domains and groups.

use super::value::{self, Definitions, refer};
use crate::catalog::model::Domain;
use crate::catalog::{Catalog, Entry};
use crate::report::explain::hover::{hover, markdown};
use crate::value::Type;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// Sections of values: their names, what each means.
const SECTIONS: [(&str, &str); 3] = [
    ("settings", "Enforced: the user cannot change it."),
    (
        "set-once",
        "A starting value in the user's own preferences, which the user may change; needs `set-once-stamp` under `[policy]`.",
    ),
    ("defaults", "A weak value for everybody, in `/Library/Preferences`; by script only."),
];
/// Sections of keys that no catalogue knows.
const CUSTOM: [(&str, &str); 2] = [
    (
        "custom",
        "Keys that no catalogue knows, in any domain, as they stand: `[custom.\"com.example.app\"]`. Nothing is checked of them.",
    ),
    (
        "custom-set-once",
        "The same as `[custom]`, but as starting values that the user may change; needs `set-once-stamp` under `[policy]`.",
    ),
];
/// What a key alone does, and what a table is.
const BY_DEPTH: &str = "A key alone goes to every domain where it means the same. A table is a domain, by its alias or its name, or a group of `[groups]`; inside it everything is a key with its value.";
/// The definition of a reason.
const REASON: &str = "reason";

/// The keys of some domains, with a definition for each entry of the catalogue.
pub(super) struct Keys {
    definitions: Definitions,
    /// For each bare key the names of its definitions.
    bare: BTreeMap<String, Vec<String>>,
    /// Aliases and names of domains, each with its definition's name.
    homes: Vec<(String, String)>,
    /// The keys of each of them.
    named: BTreeMap<String, Vec<String>>,
    /// Every domain of the catalogue, by alias and name: the members of groups.
    members: Vec<String>,
    /// Every key.
    names: BTreeSet<String>,
    /// Whether all domains of the catalogue are among them.
    whole: bool,
}

impl Keys {
    /// Reads what the catalogue knows of the keys of these domains.
    pub fn read(catalog: &Catalog<'_>, domains: &[&Domain<'_>]) -> Self {
        let mut keys = Self {
            definitions: Definitions::default(),
            bare: BTreeMap::new(),
            homes: Vec::new(),
            named: BTreeMap::new(),
            members: catalog.domains().iter().flat_map(|domain| called(domain)).collect(),
            names: BTreeSet::new(),
            whole: domains.len() == catalog.domains().len(),
        };
        let mut inside: BTreeMap<&str, Map<String, Json>> =
            domains.iter().map(|domain| (domain.name, Map::new())).collect();
        for name in catalog.key_names() {
            let entries = catalog.entries_of(name);
            let several = entries.len() > 1;
            for entry in entries {
                let here: Vec<&str> =
                    entry.domains.iter().copied().filter(|domain| inside.contains_key(domain)).collect();
                let Some(first) = here.first() else { continue };
                let of = if several { format!(".{}", catalog.short(first)) } else { String::new() };
                let hover = hover(&entry, catalog);
                let mut schema = value::key(entry.key, &hover, catalog, &mut keys.definitions);
                if catalog.is_weak(entry.layer) {
                    schema = value::unsure(schema);
                }
                let definition = keys.definitions.add(&format!("key.{name}{of}"), schema);
                for domain in &here {
                    if let Some(properties) = inside.get_mut(domain) {
                        properties.insert(name.to_owned(), refer(&definition));
                    }
                }
                keys.names.insert(name.to_owned());
                if entry.bare && !only_dictionary(&entry) {
                    keys.bare.entry(name.to_owned()).or_default().push(definition);
                }
            }
        }
        for domain in domains {
            let properties = inside.remove(domain.name).unwrap_or_default();
            keys.domain(domain, properties, catalog.is_hearsay(domain.name));
        }
        keys
    }

    fn domain(&mut self, domain: &Domain<'_>, properties: Map<String, Json>, hearsay: bool) {
        let names: Vec<String> = properties.keys().cloned().collect();
        let mut text = markdown(domain.summary);
        text.push_str(&format!("\n\n- **domain:** `{}`", domain.name));
        if let Some(product) = domain.product {
            text.push_str(&format!("\n- **product:** {}", markdown(product)));
        }
        if let Some(why) = domain.retired {
            text.push_str(&format!("\n- **retired:** {}", markdown(why)));
        }
        let schema = json!({
            "title": domain.title,
            "description": text,
            "type": "object",
            "properties": properties,
            // Who only tells of a domain need not know all of its keys.
            "additionalProperties": hearsay,
        });
        let definition = self.definitions.add(&format!("domain.{}", domain.name), schema);
        for called in called(domain) {
            self.named.insert(called.clone(), names.clone());
            self.homes.push((called, definition.clone()));
        }
    }

    /// The tables of settings, and those that name keys: `[unset]`, `[custom]`, `[groups]`, `[why]`.
    pub fn tables(&self, properties: &mut Map<String, Json>) {
        for (section, means) in SECTIONS {
            properties.insert(section.to_owned(), self.section(means));
        }
        properties.insert("unset".to_owned(), self.unset());
        for (section, means) in CUSTOM {
            properties.insert(
                section.to_owned(),
                json!({
                    "type": "object",
                    "description": means,
                    "additionalProperties": { "type": "object", "additionalProperties": true },
                }),
            );
        }
        let members = json!({ "type": "string", "enum": self.members });
        properties.insert(
            "groups".to_owned(),
            json!({
                "type": "object",
                "description": "Names of your own for several domains: `writers = [\"Word\", \"Excel\"]`, then `[settings.writers]`.",
                "propertyNames": { "not": { "enum": self.members } },
                "additionalProperties": { "type": "array", "minItems": 1, "items": members },
            }),
        );
        properties.insert("why".to_owned(), self.why());
    }

    fn section(&self, means: &str) -> Json {
        let mut properties = Map::new();
        for (name, definitions) in &self.bare {
            let schema = match definitions.as_slice() {
                [only] => refer(only),
                several => json!({ "anyOf": several.iter().map(|d| refer(d)).collect::<Vec<_>>() }),
            };
            properties.insert(name.clone(), schema);
        }
        properties.extend(self.homes.iter().map(|(called, definition)| (called.clone(), refer(definition))));
        // A group, which only the policy itself knows; of some domains only, also what the others have.
        let others = match self.whole {
            true => json!({ "type": "object", "additionalProperties": true }),
            false => Json::Bool(true),
        };
        json!({
            "type": "object",
            "description": format!("{means}\n\n{BY_DEPTH}"),
            "patternProperties": unquoted_dots(properties.keys()),
            "properties": properties,
            "additionalProperties": others,
        })
    }

    fn unset(&self) -> Json {
        let list = |item: Json| {
            let items = json!({ "type": "array", "items": item });
            json!({ "anyOf": [items, item] })
        };
        let of = |(called, names): (&String, &Vec<String>)| {
            let known = json!({ "type": "string", "enum": names });
            let item = match names.is_empty() {
                true => json!({ "type": "string" }),
                // A key that nobody knows may be taken out, too.
                false => json!({ "anyOf": [known, { "type": "string" }] }),
            };
            (called.clone(), list(item))
        };
        let properties: Map<String, Json> = self.named.iter().map(of).collect();
        json!({
            "type": "object",
            "description": "Keys that must not be there: dropped from what is extended, removed by scripts. `Outlook = [\"DisableImport\"]`",
            "properties": properties,
            "additionalProperties": list(json!({ "type": "string" })),
        })
    }

    fn why(&self) -> Json {
        let of_domain = json!({ "type": "object", "additionalProperties": refer(REASON) });
        let mut properties: Map<String, Json> =
            self.names.iter().map(|name| (name.clone(), refer(REASON))).collect();
        properties.extend(self.homes.iter().map(|(called, _)| (called.clone(), of_domain.clone())));
        json!({
            "type": "object",
            "description": "The reason for a setting, as free text: it goes into manifests, scripts and reports. `[why.Outlook]` holds those of one domain.",
            "properties": properties,
            "additionalProperties": { "anyOf": [refer(REASON), of_domain] },
        })
    }

    /// The definitions that the tables refer to.
    pub fn definitions(mut self) -> Json {
        let reason =
            json!({ "type": "string", "title": "the reason", "description": "Why the policy sets it." });
        self.definitions.add(REASON, reason);
        self.definitions.into_json()
    }
}

/// A domain's alias and name.
fn called(domain: &Domain<'_>) -> Vec<String> {
    domain.alias.into_iter().chain([domain.name]).map(str::to_owned).collect()
}

/// Names with a dot that was not quoted: TOML makes tables of them, `{ com = { microsoft = … } }`, which would pass for a
/// group.
fn unquoted_dots<'n>(names: impl Iterator<Item = &'n String>) -> Map<String, Json> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for name in names {
        if let Some((first, rest)) = name.split_once('.') {
            let second = rest.split('.').next().unwrap_or(rest);
            found.entry(first).or_default().insert(second);
        }
    }
    let plain = |text: &&str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
    let stems = found.into_iter().filter(|(first, _)| plain(first));
    let refused = stems.map(|(first, next)| {
        let any: Vec<Json> = next.into_iter().map(|name| json!({ "required": [name] })).collect();
        (format!("^{first}$"), json!({ "not": { "anyOf": any } }))
    });
    refused.collect()
}

/// A bare key with a table for its value would be a domain.
fn only_dictionary(entry: &Entry<'_, '_>) -> bool {
    entry.node.types.iter().all(|kind| *kind == Type::Dictionary)
}
