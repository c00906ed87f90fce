//! What is known of a key, in the shape that JSON has and the text is made from.

use super::network::{NetworkView, network};
use crate::catalog::model::{
    Allowed, Compare, Confidence, Default, Delivery, Judgement, Literal, Needs, Node, Outside, Weight, When,
};
use crate::catalog::{Catalog, Entry, KeyTopic};
use crate::value::write;
use serde::Serialize;
use serde_json::Value as Json;

/// A literal with its type and its spellings.
#[derive(Serialize)]
pub(super) struct ValueView {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub value: Json,
    pub plist: Option<String>,
    /// As a policy spells it.
    #[serde(skip)]
    pub text: String,
}

impl ValueView {
    fn new(literal: &Literal<'_>) -> Self {
        let value = literal.to_value();
        Self {
            kind: value.kind().word(),
            value: value.to_json(),
            plist: write::fragment(&value).ok(),
            text: value.to_string(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct SourceView<'a> {
    pub citation: &'a str,
    pub title: Option<&'a str>,
    pub first_party: bool,
    pub note: Option<&'a str>,
}

/// The sources that citations name.
pub(super) fn sources<'a>(list: &[&'a str], catalog: &'a Catalog<'_>) -> Vec<SourceView<'a>> {
    list.iter()
        .map(|citation| {
            let known = catalog.source(citation);
            SourceView {
                citation,
                title: known.map(|source| source.title),
                first_party: known.is_some_and(|source| source.first_party),
                note: known.and_then(|source| source.note),
            }
        })
        .collect()
}

#[derive(Serialize)]
pub(super) struct AllowedView<'a> {
    #[serde(flatten)]
    pub value: ValueView,
    pub means: &'a str,
    pub verdict: &'static str,
    pub says: Option<&'a str>,
    pub instead: Option<ValueView>,
    pub works: Option<&'a str>,
}

impl<'a> AllowedView<'a> {
    fn new(allowed: &Allowed<'a>) -> Self {
        Self {
            value: ValueView::new(&allowed.value),
            means: allowed.means,
            verdict: match allowed.verdict {
                Judgement::Fine => "fine",
                Judgement::Warn => "warn",
                Judgement::Refuse => "refuse",
            },
            says: allowed.says,
            instead: allowed.instead.as_ref().map(ValueView::new),
            works: allowed.works,
        }
    }
}

#[derive(Serialize)]
pub(super) struct OutsideView<'a> {
    pub severity: &'static str,
    pub says: &'a str,
}

#[derive(Serialize)]
pub(super) struct RangeView<'a> {
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub below: Option<OutsideView<'a>>,
    pub above: Option<OutsideView<'a>>,
}

#[derive(Serialize)]
pub(super) struct DefaultView<'a> {
    pub value: Option<ValueView>,
    pub says: Option<&'a str>,
    pub confidence: &'a str,
    pub source: SourceView<'a>,
}

#[derive(Serialize)]
pub(super) struct DoubtfulView<'a> {
    pub range: &'a str,
    pub why: &'a str,
}

#[derive(Serialize)]
pub(super) struct DisputedView<'a> {
    pub says: &'a str,
    pub see: Vec<&'a str>,
}

/// A position inside another one.
#[derive(Serialize)]
pub(super) struct FieldView<'a> {
    pub path: &'a str,
    #[serde(flatten)]
    pub facts: FactsView<'a>,
}

/// The facts about one position.
#[derive(Serialize)]
pub(super) struct FactsView<'a> {
    pub summary: &'a str,
    pub types: Vec<&'static str>,
    pub secret: bool,
    pub values: Vec<AllowedView<'a>>,
    /// Whether other values are fine as well.
    pub open: bool,
    pub range: Option<RangeView<'a>>,
    pub multiple_of: Option<i64>,
    pub unit: Option<&'a str>,
    pub pattern: Option<&'a str>,
    pub key_is: Option<&'a str>,
    pub default: Option<DefaultView<'a>>,
    pub works: Vec<&'a str>,
    pub doubtful: Vec<DoubtfulView<'a>>,
    pub deprecated: Option<&'a str>,
    pub disputed: Option<DisputedView<'a>>,
    pub confidence: Option<&'static str>,
    pub notes: Vec<&'a str>,
    pub sources: Vec<SourceView<'a>>,
    pub fields: Vec<FieldView<'a>>,
}

impl<'a> FactsView<'a> {
    fn new(node: &'a Node<'_>, above: Option<Confidence>, catalog: &'a Catalog<'_>) -> Self {
        let confidence = node.confidence.or(above);
        let outside = |outside: &Option<Outside<'a>>| {
            outside.as_ref().map(|outside| OutsideView {
                severity: match outside.weight {
                    Weight::Error => "error",
                    Weight::Warning => "warning",
                    Weight::Note => "note",
                },
                says: outside.says,
            })
        };
        let range = node.range.map(|bounds| RangeView {
            min: bounds.min,
            max: bounds.max,
            below: outside(&node.below),
            above: outside(&node.above),
        });
        let fields = node.children.iter().map(|(segment, child)| FieldView {
            path: segment.text(),
            facts: Self::new(child, confidence, catalog),
        });
        Self {
            summary: node.summary,
            types: node.types.iter().map(|kind| kind.word()).collect(),
            secret: node.secret,
            values: node.values.iter().map(AllowedView::new).collect(),
            open: node.open,
            range,
            multiple_of: node.multiple_of,
            unit: node.unit,
            pattern: node.pattern,
            key_is: node.key_is,
            default: node.default.as_ref().map(|default| default_view(default, catalog)),
            works: node.works.clone(),
            doubtful: node.doubtful.iter().map(|d| DoubtfulView { range: d.range, why: d.why }).collect(),
            deprecated: node.deprecated,
            disputed: node.disputed.as_ref().map(|d| DisputedView { says: d.says, see: d.see.clone() }),
            confidence: confidence.map(Confidence::word),
            notes: node.notes.clone(),
            sources: sources(&node.sources, catalog),
            fields: fields.collect(),
        }
    }
}

fn default_view<'a>(default: &Default<'a>, catalog: &'a Catalog<'_>) -> DefaultView<'a> {
    let known = catalog.source(default.source);
    DefaultView {
        value: default.value.as_ref().map(ValueView::new),
        says: default.says,
        confidence: default.confidence,
        source: SourceView {
            citation: default.source,
            title: known.map(|source| source.title),
            first_party: known.is_some_and(|source| source.first_party),
            note: known.and_then(|source| source.note),
        },
    }
}

#[derive(Serialize)]
pub(super) struct DomainRef<'a> {
    pub name: &'a str,
    pub alias: Option<&'a str>,
    pub product: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct SupersededView<'a> {
    pub by: &'a str,
    pub from: Option<&'a str>,
    pub line: Option<&'a str>,
    /// The domain's short name and the key.
    #[serde(skip)]
    pub short: (String, &'a str),
}

#[derive(Serialize)]
pub(super) struct RemovalView<'a> {
    pub value: ValueView,
    pub says: &'a str,
}

/// What must stand beside an entry.
#[derive(Serialize)]
pub(super) struct NeedsView<'a> {
    pub field: &'a str,
    pub is: Option<ValueView>,
}

impl<'a> NeedsView<'a> {
    fn new(needs: &Needs<'a>) -> Self {
        Self { field: needs.field, is: needs.is.as_ref().map(ValueView::new) }
    }

    /// As a policy writes it.
    pub(super) fn text(&self) -> String {
        match &self.is {
            Some(value) => format!("`{} = {}`", self.field, value.text),
            None => format!("`{}`", self.field),
        }
    }
}

#[derive(Serialize)]
pub(super) struct KnownApp<'a> {
    pub path: &'a str,
    pub ids: &'a [&'a str],
    pub default_id: &'a str,
}

/// One `[[key]]`, or a position inside it.
#[derive(Serialize)]
pub(super) struct EntryView<'a> {
    pub name: &'a str,
    pub path: Vec<&'a str>,
    pub domains: Vec<DomainRef<'a>>,
    pub layer: &'a str,
    pub bare: bool,
    pub compare: &'static str,
    pub when: &'static str,
    pub delivery: &'static str,
    pub delivery_why: Option<&'a str>,
    pub macos: Option<&'a str>,
    pub apps: &'a [&'a str],
    pub required: bool,
    pub required_if: Vec<NeedsView<'a>>,
    pub needs: Vec<NeedsView<'a>>,
    pub superseded: Vec<SupersededView<'a>>,
    pub removal: Option<RemovalView<'a>>,
    #[serde(flatten)]
    pub facts: FactsView<'a>,
    pub known_apps: Vec<KnownApp<'a>>,
    pub network: Vec<NetworkView<'a>>,
    pub weaker: Vec<EntryView<'a>>,
    /// Whether all of its domains are payloads of Apple's.
    #[serde(skip)]
    pub apple: bool,
    /// Whether prefsmith's own catalogue speaks.
    #[serde(skip)]
    pub built_in: bool,
    /// How many domains a bare key of this name reaches.
    #[serde(skip)]
    pub reaches: usize,
    /// The builds that read the whole key.
    #[serde(skip)]
    pub key_works: &'a [&'a str],
}

impl<'a> EntryView<'a> {
    pub(super) fn new(entry: &'a Entry<'a, '_>, reaches: usize, catalog: &'a Catalog<'_>) -> Self {
        let key = entry.key;
        let domains = entry.domains.iter().map(|name| {
            let known = catalog.domain(name);
            let (alias, product) = (known.and_then(|d| d.alias), known.and_then(|d| d.product));
            DomainRef { name, alias, product }
        });
        let superseded = key.superseded.iter().filter(|_| entry.path.is_empty()).map(|newer| {
            let (domain, name) = newer.by.split_once(':').unwrap_or(("", newer.by));
            let short = (catalog.short(domain).to_owned(), name);
            SupersededView { by: newer.by, from: newer.from, line: newer.line, short }
        });
        let by_app = entry.node.children.iter().any(|(segment, _)| segment.text() == "{app path}");
        let apps = catalog.mau_apps().filter(|app| by_app && app.within.contains(&key.name));
        let removal = key.removal.as_ref().filter(|_| entry.path.is_empty());
        Self {
            name: key.name,
            path: entry.path.iter().map(|segment| segment.text()).collect(),
            domains: domains.collect(),
            layer: catalog.layers().get(entry.layer).map_or("", |layer| layer.label()),
            bare: entry.bare && entry.path.is_empty(),
            compare: match key.compare {
                Compare::Exact => "exact",
                Compare::Contains => "contains",
                Compare::Set => "set",
            },
            when: match key.when {
                When::Any => "any",
                When::BeforeInstall => "before-install",
                When::BeforeFirstLaunch => "before-first-launch",
            },
            delivery: match key.delivery {
                Delivery::Any => "any",
                Delivery::ForcedOnly => "forced-only",
                Delivery::NeverByProfile => "never-by-profile",
            },
            delivery_why: key.delivery_why,
            macos: key.macos,
            apps: &key.apps,
            required: entry.node.required,
            required_if: entry.node.required_if.iter().map(NeedsView::new).collect(),
            needs: entry.node.needs.iter().map(NeedsView::new).collect(),
            superseded: superseded.collect(),
            removal: removal.map(|r| RemovalView { value: ValueView::new(&r.value), says: r.says }),
            facts: FactsView::new(entry.node, key.node.confidence, catalog),
            known_apps: apps
                .map(|app| KnownApp { path: app.path, ids: &app.ids, default_id: app.default_id })
                .collect(),
            network: network(entry, catalog),
            weaker: entry.weaker.iter().map(|entry| Self::new(entry, reaches, catalog)).collect(),
            apple: entry.domains.iter().all(|name| catalog.is_apple_payload(name)),
            built_in: entry.layer == catalog.builtin_layer(),
            reaches,
            key_works: &key.node.works,
        }
    }
}

#[derive(Serialize)]
pub(super) struct NotAKeyView<'a> {
    pub name: &'a str,
    pub domain: &'a str,
    pub instead: Option<&'a str>,
    pub why: &'a str,
    pub sources: Vec<SourceView<'a>>,
    #[serde(skip)]
    pub short: &'a str,
}

/// A key with all its entries.
#[derive(Serialize)]
pub(super) struct KeyView<'a> {
    pub name: &'a str,
    pub bare_domains: Vec<&'a str>,
    pub entries: Vec<EntryView<'a>>,
    pub not_a_key: Vec<NotAKeyView<'a>>,
}

impl<'a> KeyView<'a> {
    pub(super) fn new(topic: &'a KeyTopic<'a, '_>, catalog: &'a Catalog<'_>) -> Self {
        let bare: Vec<&str> = catalog.bare(topic.name).into_iter().map(|found| found.domain).collect();
        let none = topic.none.iter().map(|known| NotAKeyView {
            name: known.name,
            domain: known.domain,
            instead: known.instead,
            why: known.why,
            sources: sources(&known.sources, catalog),
            short: catalog.short(known.domain),
        });
        Self {
            name: topic.name,
            entries: topic.entries.iter().map(|entry| EntryView::new(entry, bare.len(), catalog)).collect(),
            bare_domains: bare,
            not_a_key: none.collect(),
        }
    }
}
