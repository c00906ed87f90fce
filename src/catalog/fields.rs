//! The `[[key]]` tables of a catalogue.

use super::compile::Reader;
use super::model::{
    Allowed, Bounds, Compare, Confidence, Default, Delivery, Disputed, Doubtful, Judgement, Key, Literal,
    Needs, Node, Outside, Removal, Segment, Superseded, Weight, When,
};
use crate::document::{Item, Kind, Table};
use crate::finding::{Finding, Findings, Span};
use crate::value::Type;

pub(super) const CONFIDENCE: [(&str, Confidence); 4] = [
    ("first-party", Confidence::FirstParty),
    ("community", Confidence::Community),
    ("derived", Confidence::Derived),
    ("disputed", Confidence::Disputed),
];

/// How deep `[[key.field]]` may lead: what reads catalogues descends as deep.
const DEEPEST: usize = 32;

/// A `[[key]]`; none if it has no name or no domain, which is said.
pub(super) fn key<'d>(mut reader: Reader<'d, '_>) -> Option<Key<'d>> {
    let name = reader.required("name");
    let domains = reader.list("domains");
    if domains.is_empty() {
        let finding = Finding::new("catalogue", "a key needs its `domains`").at(reader.table.span, "");
        reader.findings.push(finding);
    }
    let delivery = [
        ("any", Delivery::Any),
        ("forced-only", Delivery::ForcedOnly),
        ("never-by-profile", Delivery::NeverByProfile),
    ];
    let when = [
        ("any", When::Any),
        ("before-install", When::BeforeInstall),
        ("before-first-launch", When::BeforeFirstLaunch),
    ];
    let compare = [("exact", Compare::Exact), ("contains", Compare::Contains), ("set", Compare::Set)];
    let mut root = node(&mut reader);
    for table in reader.table.tables("field", reader.findings) {
        field(&mut root, Reader { table, findings: reader.findings });
    }
    let found = Key {
        name,
        node: root,
        bare: reader.table.boolean("bare", reader.findings).unwrap_or(true),
        when: reader.word("when", &when, When::Any),
        delivery: reader.word("delivery", &delivery, Delivery::Any),
        delivery_why: reader.optional("delivery-why"),
        compare: reader.word("compare", &compare, Compare::Exact),
        macos: reader.ranges("macos"),
        superseded: superseded(&mut reader),
        removal: removal(&mut reader),
        apps: reader.list("apps"),
        domains,
    };
    let usable = !found.name.is_empty() && !found.domains.is_empty();
    reader.done("in [[key]]");
    usable.then_some(found)
}

/// A `[[key.field]]`, put where its path leads.
fn field<'d>(root: &mut Node<'d>, mut reader: Reader<'d, '_>) {
    let span = reader.table.span;
    let path = reader.list("path");
    let found = node(&mut reader);
    let findings = &mut *reader.findings;
    let Some((last, before)) = path.split_last() else {
        findings.push(Finding::new("catalogue", "a field needs its `path`").at(span, ""));
        return;
    };
    if path.len() > DEEPEST {
        let text = format!("a field lies {} levels deep; at most {DEEPEST} are read", path.len());
        findings.push(Finding::new("catalogue", text).at(span, ""));
        return;
    }
    let mut parent = root;
    for part in before {
        let wanted = segment(part);
        let Some((_, child)) = parent.children.iter_mut().find(|(known, _)| *known == wanted) else {
            let text = format!("no field leads to {}; list the outer ones first", path.join(" > "));
            findings.push(Finding::new("catalogue", text).at(span, ""));
            return;
        };
        parent = child;
    }
    parent.children.push((segment(last), found));
    reader.done("in [[key.field]]");
}

fn segment(part: &str) -> Segment<'_> {
    match part {
        "{app path}" => Segment::AppPath,
        "{key}" => Segment::AnyKey,
        "{item}" => Segment::Item,
        name => Segment::Name(name),
    }
}

/// The facts about a value, of a key or of a nested position.
fn node<'d>(reader: &mut Reader<'d, '_>) -> Node<'d> {
    let types = types(reader, "type");
    let mut children = Vec::new();
    if reader.table.get("element").is_some() {
        let kinds = self::types(reader, "element");
        children.push((Segment::Item, bare_node(kinds)));
    }
    let confidence = reader.table.get("confidence").is_some();
    let found = Node {
        values: values(reader, &types, &children),
        open: reader.flag("open"),
        range: bounds(reader),
        below: outside(reader, "below"),
        above: outside(reader, "above"),
        multiple_of: reader.table.integer("multiple-of", reader.findings).map(|(number, _)| number),
        unit: reader.optional("unit"),
        pattern: pattern(reader, "pattern"),
        key_is: reader.optional("key-is"),
        default: default(reader),
        works: works(reader),
        doubtful: doubtful(reader),
        deprecated: reader.optional("deprecated"),
        disputed: disputed(reader),
        secret: reader.flag("secret"),
        required: reader.flag("required"),
        required_if: needs(reader, "required-if"),
        needs: needs(reader, "needs"),
        summary: reader.required("summary"),
        notes: reader.list("notes"),
        sources: reader.list("sources"),
        confidence: confidence.then(|| reader.word("confidence", &CONFIDENCE, Confidence::Community)),
        types,
        children,
    };
    let numbers = |types: &[Type]| types.iter().any(|kind| matches!(kind, Type::Integer | Type::Real));
    let of_items = found.children.iter().any(|(_, item)| numbers(&item.types));
    if found.range.is_some() && !numbers(&found.types) && !of_items {
        let finding =
            Finding::new("catalogue", "a `range` is for integers and reals").at(reader.table.span, "");
        reader.findings.push(finding);
    }
    if found.types.is_empty() {
        let finding = Finding::new("catalogue", "a key or field needs its `type`").at(reader.table.span, "");
        reader.findings.push(finding);
    }
    found
}

fn bare_node<'d>(types: Vec<Type>) -> Node<'d> {
    Node {
        types,
        values: Vec::new(),
        open: false,
        range: None,
        below: None,
        above: None,
        multiple_of: None,
        unit: None,
        pattern: None,
        key_is: None,
        default: None,
        works: Vec::new(),
        doubtful: Vec::new(),
        deprecated: None,
        disputed: None,
        secret: false,
        required: false,
        required_if: Vec::new(),
        needs: Vec::new(),
        summary: "",
        notes: Vec::new(),
        sources: Vec::new(),
        confidence: None,
        children: Vec::new(),
    }
}

fn types(reader: &mut Reader<'_, '_>, key: &'static str) -> Vec<Type> {
    let mut found = Vec::new();
    for (word, span) in reader.table.strings(key, reader.findings) {
        match Type::from_word(word) {
            Some(kind) => found.push(kind),
            None => {
                let known: Vec<_> = Type::ALL.iter().map(|kind| kind.word()).collect();
                let text = format!("`{word}` is no type: {}", known.join(", "));
                reader.findings.push(Finding::new("catalogue", text).at(span, ""));
            }
        }
    }
    found
}

/// The allowed values; of an array whose items are scalars, they are those of the items.
fn values<'d>(
    reader: &mut Reader<'d, '_>,
    types: &[Type],
    children: &[(Segment<'d>, Node<'d>)],
) -> Vec<Allowed<'d>> {
    let verdicts = [("fine", Judgement::Fine), ("warn", Judgement::Warn), ("refuse", Judgement::Refuse)];
    let of_items =
        children.iter().find(|(segment, _)| *segment == Segment::Item).map(|(_, item)| item.types.as_slice());
    let wanted = of_items.unwrap_or(types);
    let mut found = Vec::new();
    for table in reader.table.tables("values", reader.findings) {
        let mut inner = Reader { table, findings: reader.findings };
        let Some(value) = required_literal(&mut inner, "value") else { continue };
        let verdict = inner.word("verdict", &verdicts, Judgement::Fine);
        // A value that is refused by name may be of the wrong type: that can be why.
        if verdict != Judgement::Refuse && !wanted.contains(&type_of(&value)) {
            let text = "a value of another type than the key's".to_owned();
            inner.findings.push(Finding::new("catalogue", text).at(inner.table.span, ""));
        }
        found.push(Allowed {
            value,
            means: inner.required("means"),
            works: inner.ranges("works"),
            instead: literal(&mut inner, "instead"),
            verdict,
            says: inner.optional("says"),
        });
        inner.done("in `values`");
    }
    found
}

/// The type of a literal.
pub fn type_of(literal: &Literal<'_>) -> Type {
    match literal {
        Literal::Boolean(_) => Type::Boolean,
        Literal::Integer(_) => Type::Integer,
        Literal::Real(_) => Type::Real,
        Literal::String(_) => Type::String,
        Literal::Array(_) => Type::Array,
    }
}

fn required_literal<'d>(reader: &mut Reader<'d, '_>, key: &'static str) -> Option<Literal<'d>> {
    let found = literal(reader, key);
    if found.is_none() {
        let text = format!("`{key}` is missing, or no boolean, number, string or list of these");
        reader.findings.push(Finding::new("catalogue", text).at(reader.table.span, ""));
    }
    found
}

pub(super) fn literal<'d>(reader: &mut Reader<'d, '_>, key: &'static str) -> Option<Literal<'d>> {
    item_literal(&reader.table.get(key)?.item)
}

fn item_literal<'d>(item: &Item<'d>) -> Option<Literal<'d>> {
    match item.kind() {
        Kind::Boolean(flag) => Some(Literal::Boolean(flag)),
        Kind::Integer(..) => i64::try_from(item.as_number()?).ok().map(Literal::Integer),
        Kind::Float(text) => text.parse().ok().filter(|n: &f64| n.is_finite()).map(Literal::Real),
        Kind::String(text) => Some(Literal::String(text)),
        Kind::Array(items) => items.iter().map(item_literal).collect::<Option<_>>().map(Literal::Array),
        Kind::Datetime(_) | Kind::Table(_) => None,
    }
}

fn bounds(reader: &mut Reader<'_, '_>) -> Option<Bounds> {
    let (text, span) = reader.table.string("range", reader.findings)?;
    let end = |part: &str| if part.is_empty() { Some(None) } else { part.parse().ok().map(Some) };
    let parsed = text.split_once("..").and_then(|(min, max)| Some((end(min)?, end(max)?)));
    match parsed {
        Some((min, max)) if min.zip(max).is_none_or(|(min, max): (i64, i64)| min <= max) => {
            Some(Bounds { min, max })
        }
        _ => {
            let text = format!("`{text}` is no range of numbers: write `1..28`, `0..` or `..5`");
            reader.findings.push(Finding::new("catalogue", text).at(span, ""));
            None
        }
    }
}

fn outside<'d>(reader: &mut Reader<'d, '_>, key: &'static str) -> Option<Outside<'d>> {
    let table = reader.table.table(key, reader.findings)?;
    let mut inner = Reader { table, findings: reader.findings };
    let words = [("error", Weight::Error), ("warning", Weight::Warning), ("note", Weight::Note)];
    let found =
        Outside { weight: inner.word("severity", &words, Weight::Error), says: inner.required("says") };
    inner.done("here");
    Some(found)
}

/// A regular expression, which must compile.
pub(super) fn pattern<'d>(reader: &mut Reader<'d, '_>, key: &'static str) -> Option<&'d str> {
    let (text, span) = reader.table.string(key, reader.findings)?;
    if let Err(error) = regex_lite::Regex::new(text) {
        let text = format!("the pattern does not compile: {error}");
        reader.findings.push(Finding::new("catalogue", text).at(span, ""));
        return None;
    }
    Some(text)
}

fn needs<'d>(reader: &mut Reader<'d, '_>, key: &'static str) -> Vec<Needs<'d>> {
    let mut found = Vec::new();
    for table in reader.table.tables(key, reader.findings) {
        let mut inner = Reader { table, findings: reader.findings };
        found.push(Needs { field: inner.required("field"), is: literal(&mut inner, "is") });
        inner.done("here");
    }
    found
}

fn works<'d>(reader: &mut Reader<'d, '_>) -> Vec<&'d str> {
    let list = reader.table.strings("works", reader.findings);
    list.into_iter()
        .map(|(text, span)| {
            reader.parsed(text, span);
            text
        })
        .collect()
}

fn default<'d>(reader: &mut Reader<'d, '_>) -> Option<Default<'d>> {
    let table = reader.table.table("default", reader.findings)?;
    let span = table.span;
    let mut inner = Reader { table, findings: reader.findings };
    let found = Default {
        value: literal(&mut inner, "value"),
        says: inner.optional("says"),
        source: inner.required("source"),
        confidence: inner.word(
            "confidence",
            &[("high", "high"), ("medium", "medium"), ("low", "low")],
            "low",
        ),
    };
    if found.value.is_none() && found.says.is_none() {
        inner.findings.push(Finding::new("catalogue", "a default needs `value` or `says`").at(span, ""));
    }
    inner.done("in `default`");
    Some(found)
}

fn doubtful<'d>(reader: &mut Reader<'d, '_>) -> Vec<Doubtful<'d>> {
    let read = |table: Table<'d>, findings: &mut Findings| {
        let mut inner = Reader { table, findings };
        inner.required("range");
        let range = inner.ranges("range").unwrap_or("");
        let found = Doubtful { range, why: inner.required("why") };
        inner.done("in `doubtful`");
        found
    };
    let tables = reader.table.tables("doubtful", reader.findings);
    tables.into_iter().map(|table| read(table, reader.findings)).collect()
}

fn disputed<'d>(reader: &mut Reader<'d, '_>) -> Option<Disputed<'d>> {
    let table = reader.table.table("disputed", reader.findings)?;
    let mut inner = Reader { table, findings: reader.findings };
    let found = Disputed { says: inner.required("says"), see: path_list(&mut inner, "see") };
    inner.done("in `disputed`");
    Some(found)
}

/// A list of `domain:key`.
fn path_list<'d>(reader: &mut Reader<'d, '_>, key: &'static str) -> Vec<&'d str> {
    let list = reader.table.strings(key, reader.findings);
    list.into_iter().filter_map(|(text, span)| path_of(text, span, reader.findings)).collect()
}

pub(super) fn path_of<'d>(text: &'d str, span: Span, findings: &mut Findings) -> Option<&'d str> {
    let good = text.split_once(':').is_some_and(|(domain, key)| !domain.is_empty() && !key.is_empty());
    if !good {
        findings.push(
            Finding::new("catalogue", format!("`{text}` is not of the form `domain:key`")).at(span, ""),
        );
    }
    good.then_some(text)
}

fn superseded<'d>(reader: &mut Reader<'d, '_>) -> Vec<Superseded<'d>> {
    let mut found = Vec::new();
    for table in reader.table.tables("superseded", reader.findings) {
        let mut inner = Reader { table, findings: reader.findings };
        let by = inner
            .table
            .string("by", inner.findings)
            .and_then(|(text, span)| path_of(text, span, inner.findings));
        if by.is_none() {
            inner.required("by");
        }
        let from = inner.ranges("from");
        let line = inner.optional("line");
        inner.done("in `superseded`");
        found.extend(by.map(|by| Superseded { by, from, line }));
    }
    found
}

fn removal<'d>(reader: &mut Reader<'d, '_>) -> Option<Removal<'d>> {
    let table = reader.table.table("removal", reader.findings)?;
    let mut inner = Reader { table, findings: reader.findings };
    let value = required_literal(&mut inner, "value");
    let says = inner.required("says");
    inner.done("in `removal`");
    value.map(|value| Removal { value, says })
}
