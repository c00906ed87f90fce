//! From the TOML of a catalogue to a compiled layer: read, checked, written as borrowed sections.
//!
//! `build.rs` runs this for the built-in catalogue, `--catalog` at run time: there is one form of a layer.

use super::fields::{key, pattern};
use super::model::{
    Domain, Extras, Heads, Key, KeyEntry, List, MauApp, MauId, Mdm, NotAKey, Product, ReadAs, SECTIONS,
    Source, Spelt, Token, Vouched,
};
use super::network::{Endpoint, Network};
use super::network_fields::{effect, endpoint, section};
use super::rule::Rule;
use super::rule_fields::rule;
use crate::document::{Document, Entry, Item, Kind, Table};
use crate::finding::{Finding, Findings, Span};
use crate::version::Ranges;
use regex_lite::Regex;
use std::collections::BTreeMap;

/// What every compiled layer starts with.
pub const MAGIC: &[u8; 8] = b"prefsm\x00\x03";

/// The tables of a catalogue, before they are written.
#[derive(Default)]
pub struct Parts<'d> {
    heads: Heads<'d>,
    keys: Vec<Key<'d>>,
    extras: Extras<'d>,
    rules: Vec<Rule<'d>>,
    network: Network<'d>,
    /// Every name that was given, with the domain of a key, and where.
    names: BTreeMap<(Naming, &'d str, &'d str), Span>,
}

/// What a catalogue gives names to, each once in a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Naming {
    /// `[[product]]`.
    Product,
    /// `[[domain]]`.
    Domain,
    /// The `alias` of a domain.
    Alias,
    /// `[[list]]`.
    List,
    /// `[[key]]`, in one of its domains.
    Key,
    /// `[[rule]]`.
    Rule,
    /// `[[section]]`.
    Section,
    /// `[[effect]]`.
    Effect,
}

impl Naming {
    /// The word in sentences.
    pub fn word(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Domain => "domain",
            Self::Alias => "alias",
            Self::List => "list",
            Self::Key => "key",
            Self::Rule => "rule",
            Self::Section => "activity",
            Self::Effect => "effect",
        }
    }
}

/// One table of a catalogue while it is read.
pub(super) struct Reader<'d, 'f> {
    pub table: Table<'d>,
    pub findings: &'f mut Findings,
}

impl<'d> Reader<'d, '_> {
    pub fn optional(&mut self, key: &'static str) -> Option<&'d str> {
        self.table.string(key, self.findings).map(|(text, _)| text)
    }

    pub fn required(&mut self, key: &'static str) -> &'d str {
        if self.table.get(key).is_none() {
            let finding = Finding::new("catalogue", format!("`{key}` is missing"));
            self.findings.push(finding.at(self.table.span, "in this table"));
            return "";
        }
        self.optional(key).unwrap_or("")
    }

    pub fn list(&mut self, key: &'static str) -> Vec<&'d str> {
        self.table.strings(key, self.findings).into_iter().map(|(text, _)| text).collect()
    }

    pub fn flag(&mut self, key: &'static str) -> bool {
        self.table.boolean(key, self.findings).unwrap_or(false)
    }

    /// A range of versions as text, which must parse.
    pub fn ranges(&mut self, key: &'static str) -> Option<&'d str> {
        let (text, span) = self.table.string(key, self.findings)?;
        self.parsed(text, span);
        Some(text)
    }

    pub fn parsed(&mut self, text: &str, span: Span) {
        if let Err(error) = text.parse::<Ranges>() {
            let finding = Finding::new("catalogue", format!("`{text}` is no range of versions: {error}"));
            self.findings.push(finding.at(span, ""));
        }
    }

    /// One of the words of a closed list.
    pub fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)], otherwise: T) -> T {
        let Some((text, span)) = self.table.string(key, self.findings) else { return otherwise };
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return *value;
        }
        let known: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let finding = Finding::new("catalogue", format!("`{text}` is no {key}: {}", known.join(", ")));
        self.findings.push(finding.at(span, ""));
        otherwise
    }

    pub fn done(self, place: &str) {
        self.table.refuse_others("catalogue", place, self.findings);
    }
}

/// Whether a document says that it is a weak one, which is asked last.
pub fn is_weak(document: &Document<'_>) -> bool {
    let said = document.root().get("weak").map(|entry| entry.item);
    said.is_some_and(|item| matches!(item.kind(), Kind::Boolean(true)))
}

/// Reads one document of a catalogue into the parts.
pub fn read<'d>(document: &'d Document<'d>, parts: &mut Parts<'d>, findings: &mut Findings) {
    let root = document.root();
    root.boolean("weak", findings);
    let each = |name: &'static str, findings: &mut Findings, take: &mut dyn FnMut(Reader<'d, '_>)| {
        for table in root.tables(name, findings) {
            take(Reader { table, findings });
        }
    };
    each("source", findings, &mut |reader| parts.extras.sources.push(source(reader)));
    each("product", findings, &mut |Reader { table, findings }| {
        let span = table.span;
        let found = product(Reader { table, findings: &mut *findings });
        parts.name(Naming::Product, found.name, "", span, findings);
        parts.heads.products.push(found);
    });
    each("domain", findings, &mut |Reader { table, findings }| {
        let span = table.span;
        let found = domain(Reader { table, findings: &mut *findings });
        parts.name(Naming::Domain, found.name, "", span, findings);
        parts.name(Naming::Alias, found.alias.unwrap_or(""), "", span, findings);
        parts.heads.domains.push(found);
    });
    each("list", findings, &mut |mut reader| {
        let found = List { name: reader.required("name"), domains: reader.list("domains") };
        parts.name(Naming::List, found.name, "", reader.table.span, reader.findings);
        parts.heads.lists.push(found);
        reader.done("in [[list]]");
    });
    each("key", findings, &mut |Reader { table, findings }| {
        let span = table.span;
        let Some(found) = key(Reader { table, findings: &mut *findings }) else { return };
        for domain in &found.domains {
            parts.name(Naming::Key, found.name, domain, span, findings);
        }
        parts.keys.push(found);
    });
    each("rule", findings, &mut |reader| {
        let span = reader.table.span;
        let sink = &mut *reader.findings;
        let Some(rule) = rule(Reader { table: reader.table, findings: sink }) else { return };
        parts.name(Naming::Rule, rule.id, "", span, sink);
        parts.rules.push(rule);
    });
    network(&root, parts, findings);
    each("mau-app", findings, &mut |reader| parts.extras.mau_apps.push(mau_app(reader)));
    each("not-a-key", findings, &mut |reader| parts.extras.not_keys.push(not_a_key(reader)));
    each("token", findings, &mut |reader| parts.extras.tokens.push(token(reader)));
    each("mdm", findings, &mut |reader| parts.extras.mdms.push(mdm(reader)));
    root.refuse_others("catalogue", "at the top of a catalogue", findings);
}

/// What apps contact.
fn network<'d>(root: &Table<'d>, parts: &mut Parts<'d>, findings: &mut Findings) {
    for table in root.tables("section", findings) {
        let span = table.span;
        let found = section(Reader { table, findings: &mut *findings });
        parts.name(Naming::Section, found.id, "", span, findings);
        parts.network.sections.push(found);
    }
    for table in root.tables("endpoint", findings) {
        let span = table.span;
        let Some(found) = endpoint(Reader { table, findings: &mut *findings }) else { continue };
        let same = |known: &Endpoint<'_>| {
            (known.section, known.url, known.kind) == (found.section, found.url, found.kind)
        };
        if parts.network.endpoints.iter().any(same) {
            let title = format!("the endpoint `{}` of {} is there already", found.url, found.section);
            findings.push(Finding::new("catalogue", title).at(span, "again here"));
            continue;
        }
        parts.network.endpoints.push(found);
    }
    for table in root.tables("effect", findings) {
        let span = table.span;
        let Some(found) = effect(Reader { table, findings: &mut *findings }) else { continue };
        parts.name(Naming::Effect, found.rule.id, "", span, findings);
        parts.network.effects.push(found);
    }
}

fn source<'d>(mut reader: Reader<'d, '_>) -> Source<'d> {
    let found = Source {
        id: reader.required("id"),
        first_party: reader.word("kind", &[("first-party", true), ("community", false)], false),
        title: reader.required("title"),
        note: reader.optional("note"),
    };
    reader.done("in [[source]]");
    found
}

fn product<'d>(mut reader: Reader<'d, '_>) -> Product<'d> {
    let mut mau_ids = Vec::new();
    for table in reader.table.tables("mau-ids", reader.findings) {
        let mut inner = Reader { table, findings: reader.findings };
        mau_ids.push(MauId { id: inner.required("id"), range: inner.ranges("range") });
        inner.done("in `mau-ids`");
    }
    let found = Product {
        name: reader.required("name"),
        title: reader.required("title"),
        suite: reader.optional("suite"),
        app: reader.list("app"),
        bundle_ids: reader.list("bundle-ids"),
        version_key: reader.optional("version-key"),
        proxy_auth: reader.ranges("proxy-auth"),
        mau_ids,
        sources: reader.list("sources"),
    };
    reader.done("in [[product]]");
    found
}

/// What an MDM must be for a Mac to take a payload from it: any, one that the user approved, or one that supervises it.
const MDM: [(&str, &str); 3] =
    [("any", "any"), ("user-approved", "user-approved"), ("supervised", "supervised")];

fn domain<'d>(mut reader: Reader<'d, '_>) -> Domain<'d> {
    let read_as = [
        ("any", ReadAs::Any),
        ("forced-only", ReadAs::ForcedOnly),
        ("mandatory-or-recommended", ReadAs::MandatoryOrRecommended),
        ("file", ReadAs::File),
        ("apple-payload", ReadAs::ApplePayload),
    ];
    let found = Domain {
        name: reader.required("name"),
        alias: reader.optional("alias"),
        title: reader.required("title"),
        product: reader.optional("product"),
        container: reader.optional("container"),
        file: reader.optional("file"),
        read_as: reader.word("read-as", &read_as, ReadAs::Any),
        mdm: Some(reader.word("mdm", &MDM, "")).filter(|word| !word.is_empty()),
        mdm_only: reader.flag("mdm-only"),
        misspelt: reader.list("misspelt"),
        retired: reader.optional("retired"),
        summary: reader.required("summary"),
        sources: reader.list("sources"),
    };
    reader.done("in [[domain]]");
    found
}

fn mau_app<'d>(mut reader: Reader<'d, '_>) -> MauApp<'d> {
    let found = MauApp {
        path: reader.required("path"),
        within: reader.list("in"),
        ids: reader.list("ids"),
        default_id: reader.required("default-id"),
        from: reader.optional("from"),
        sources: reader.list("sources"),
    };
    reader.done("in [[mau-app]]");
    found
}

fn not_a_key<'d>(mut reader: Reader<'d, '_>) -> NotAKey<'d> {
    let found = NotAKey {
        name: reader.required("name"),
        domain: reader.required("domain"),
        instead: reader.optional("instead"),
        why: reader.required("why"),
        sources: reader.list("sources"),
    };
    reader.done("in [[not-a-key]]");
    found
}

fn token<'d>(mut reader: Reader<'d, '_>) -> Token<'d> {
    let found = Token {
        name: reader.required("name"),
        title: reader.required("title"),
        entra: reader.optional("entra"),
        scim: reader.optional("scim"),
        sources: reader.list("sources"),
    };
    reader.done("in [[token]]");
    found
}

fn mdm<'d>(mut reader: Reader<'d, '_>) -> Mdm<'d> {
    let mut spelt = Vec::new();
    if let Some(table) = reader.table.table("spelt", reader.findings) {
        for entry in table.entries() {
            spelt.extend(spelling(&entry, reader.findings));
        }
    }
    let found = Mdm {
        name: reader.required("name"),
        title: reader.required("title"),
        token: pattern(&mut reader, "token").unwrap_or(""),
        like: pattern(&mut reader, "like"),
        empty: reader.optional("empty"),
        own: reader.optional("own"),
        meant: reader.list("meant"),
        spelt,
        sources: reader.list("sources"),
    };
    let span = reader.table.span;
    let mut refuse = |text: String| {
        reader.findings.push(Finding::new("catalogue", text).at(span, "in this table"));
    };
    if found.token.is_empty() {
        refuse("`token` is missing: what do its tokens look like?".to_owned());
    }
    let starts = |pattern: &str, text: &str| match Regex::new(pattern) {
        Ok(pattern) => pattern.find(text).is_some_and(|found| found.start() == 0),
        // That it is no pattern has been told.
        Err(_) => true,
    };
    for text in found.spelt.iter().flat_map(|spelt| &spelt.texts).filter(|text| !starts(found.token, text)) {
        refuse(format!("`{text}` is no token by the `token` of {}", found.name));
    }
    for text in found.own.iter().filter(|text| !starts(found.like.unwrap_or(found.token), text)) {
        refuse(format!("`{text}` is nothing that {} may take for a token", found.name));
    }
    reader.done("in [[mdm]]");
    found
}

/// One line of `[mdm.spelt]`: a text, a list of texts, or a table that says more.
fn spelling<'d>(entry: &Entry<'d>, findings: &mut Findings) -> Option<Spelt<'d>> {
    let of = |texts| Spelt { token: entry.key, texts, vouched: Vouched::Documented, note: None };
    let found = match entry.item.kind() {
        Kind::String(text) => Some(of(vec![text])),
        Kind::Array(items) => items.iter().map(Item::as_string).collect::<Option<Vec<&str>>>().map(of),
        Kind::Table(table) => {
            let mut reader = Reader { table, findings: &mut *findings };
            let words = [
                ("documented", Vouched::Documented),
                ("community", Vouched::Community),
                ("unconfirmed", Vouched::Unconfirmed),
            ];
            let texts = reader.list("text");
            let said = reader.word("confidence", &words, Vouched::Documented);
            let vouched = if texts.is_empty() { Vouched::Missing } else { said };
            let note = reader.optional("note");
            reader.done("in a spelling");
            Some(Spelt { vouched, note, ..of(texts) })
        }
        _ => None,
    };
    if found.is_none() {
        let finding = Finding::new("catalogue", "a spelling is a text, a list of texts, or a table");
        findings.push(finding.at(entry.item.span, ""));
    }
    found
}

impl<'d> Parts<'d> {
    /// Takes note of a name; of two definitions in one layer, nobody could say which counts.
    fn name(&mut self, what: Naming, name: &'d str, of: &'d str, span: Span, findings: &mut Findings) {
        if name.is_empty() {
            return;
        }
        if let Some(first) = self.names.get(&(what, name, of)) {
            let of = if of.is_empty() { String::new() } else { format!(" of {of}") };
            let text = format!("the {} `{name}`{of} is there already", what.word());
            findings.push(Finding::new("catalogue", text).at(span, "again here").at(*first, "first here"));
            return;
        }
        self.names.insert((what, name, of), span);
    }

    /// The names that were given, without those of keys, and where.
    pub fn names(&self) -> impl Iterator<Item = (Naming, &'d str, Span)> {
        let heads = self.names.iter().filter(|((what, ..), _)| *what != Naming::Key);
        heads.map(|((what, name, _), span)| (*what, *name, *span))
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
            && self.rules.is_empty()
            && self.network == Network::default()
            && self.heads == Heads::default()
            && self.extras == Extras::default()
    }

    /// How many domains, keys and rules were read.
    pub fn counts(&self) -> (usize, usize, usize) {
        (self.heads.domains.len(), self.keys.len(), self.rules.len())
    }

    /// Writes the layer: [`MAGIC`], the length of each section as four bytes (little-endian), the sections.
    ///
    /// An error is a catalogue of 4 GiB, or a fault of the encoder.
    pub fn write(mut self) -> Result<Vec<u8>, postcard::Error> {
        self.keys.sort_by(|a, b| (a.name, &a.domains).cmp(&(b.name, &b.domains)));
        // The keys of a domain lie together, so that they can be read without the others.
        let mut lying: Vec<(usize, &Key<'_>)> = self.keys.iter().enumerate().collect();
        lying.sort_by_key(|(number, key)| (&key.domains, *number));
        let mut keys = Vec::new();
        let mut index = Vec::new();
        for (number, key) in lying {
            let bytes = postcard::to_stdvec(key)?;
            let at = u32::try_from(keys.len()).map_err(|_| postcard::Error::SerializeBufferFull)?;
            let length = u32::try_from(bytes.len()).map_err(|_| postcard::Error::SerializeBufferFull)?;
            let domains = key.domains.clone();
            index.push((number, KeyEntry { name: key.name, domains, bare: key.bare, at, length }));
            keys.extend(bytes);
        }
        index.sort_by_key(|(number, _)| *number);
        let index: Vec<KeyEntry<'_>> = index.into_iter().map(|(_, entry)| entry).collect();
        let heads = postcard::to_stdvec(&self.heads)?;
        let index = postcard::to_stdvec(&index)?;
        let extras = postcard::to_stdvec(&self.extras)?;
        self.rules.sort_by(|a, b| a.id.cmp(b.id));
        let rules = postcard::to_stdvec(&self.rules)?;
        let network = postcard::to_stdvec(&self.network)?;
        let sections: [Vec<u8>; SECTIONS] = [heads, index, keys, extras, rules, network];
        let mut out = MAGIC.to_vec();
        for section in &sections {
            let length = u32::try_from(section.len()).map_err(|_| postcard::Error::SerializeBufferFull)?;
            out.extend(length.to_le_bytes());
        }
        out.extend(sections.concat());
        Ok(out)
    }
}
