//! From what somebody types to what the catalogue knows: names in any spelling, and search by words.

use super::layer::Layer;
use super::lookup::{Catalog, KeyRef};
use super::model::{Domain, Key, List, Node, NotAKey, Product, Segment, Token};
use super::rule::Rule;
use crate::document::nearest;
use crate::finding::{CODES, CodeInfo, code_info};
use std::collections::BTreeSet;

/// What a name stands for.
pub enum Topic<'a, 'c> {
    /// A preference key, or a position inside one.
    Key(KeyTopic<'a, 'c>),
    /// A preference domain.
    Domain(&'a Domain<'c>),
    /// A product that is no domain's alias as well.
    Product(&'a Product<'c>),
    /// A named list of domains.
    List(&'a List<'c>),
    /// An identity token.
    Token(&'a Token<'c>),
    /// A kind of finding.
    Code(&'static CodeInfo),
    /// A rule between settings.
    Rule(&'a Rule<'c>),
}

/// A key with all its entries.
pub struct KeyTopic<'a, 'c> {
    /// The name as the catalogue spells it.
    pub name: &'a str,
    /// What each entry says; those that a bare key reaches come first. Empty for a name that only looks like a key.
    pub entries: Vec<Entry<'a, 'c>>,
    /// The domains in which the name is no key, of those that were asked for.
    pub none: Vec<&'a NotAKey<'c>>,
}

/// One `[[key]]` of the layer that speaks for its domains.
pub struct Entry<'a, 'c> {
    /// The key.
    pub key: &'a Key<'c>,
    /// The position that was asked for: the key's own, or one inside it.
    pub node: &'a Node<'c>,
    /// The way from the key to the position; empty for the key's own.
    pub path: Vec<Segment<'c>>,
    /// The domains for which this entry speaks.
    pub domains: Vec<&'a str>,
    /// Whether a bare key reaches these domains.
    pub bare: bool,
    /// The number of the layer, 0 the strongest.
    pub layer: usize,
    /// What weaker layers say of these domains, without being heard.
    pub weaker: Vec<Entry<'a, 'c>>,
}

impl<'c> Catalog<'c> {
    /// All that a name stands for; empty if it is unknown.
    ///
    /// A key may be written `Name`, `domain:Name` or `alias:Name`, each with `> inner` for positions inside; a
    /// list with `@`, a token with `${ }`. Letter case only matters where two names differ in nothing else.
    pub fn topics(&self, text: &str) -> Vec<Topic<'_, 'c>> {
        let text = text.trim();
        let mut found = Vec::new();
        found.extend(self.key_topic(text).map(Topic::Key));
        let inner = found.is_empty() && !text.contains(['>', ':']);
        let domain = self.domain_like(text);
        let product = pick(text, self.products(), |product| product.name);
        let product = product.filter(|product| domain.is_none_or(|d| d.product != Some(product.name)));
        found.extend(domain.map(Topic::Domain));
        found.extend(product.map(Topic::Product));
        let list = text.strip_prefix('@').unwrap_or(text);
        let lists = self.layers().iter().flat_map(|layer| &layer.heads().lists);
        found.extend(pick(list, lists, |list| list.name).map(Topic::List));
        found.extend(code_info(&text.to_lowercase()).map(Topic::Code));
        found.extend(self.rule(&text.to_lowercase()).map(Topic::Rule));
        if found.is_empty() || text.starts_with("${") {
            let token = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
            found.extend(pick(token, self.tokens(), |token| token.name).map(Topic::Token));
        }
        if found.is_empty() && inner {
            found.extend(self.inside(text).into_iter().map(Topic::Key));
        }
        found
    }

    /// A domain by its name, its alias or a misspelling.
    pub fn domain_like(&self, text: &str) -> Option<&Domain<'c>> {
        let all = || self.layers().iter().flat_map(|layer| &layer.heads().domains);
        pick(text, all(), |domain| domain.name)
            .or_else(|| pick(text, all(), |domain| domain.alias.unwrap_or("")))
            .or_else(|| all().find(|d| d.misspelt.iter().any(|name| name.eq_ignore_ascii_case(text))))
    }

    fn key_topic(&self, text: &str) -> Option<KeyTopic<'_, 'c>> {
        let mut parts = text.split('>').map(str::trim);
        let head = parts.next()?;
        let path: Vec<&str> = parts.collect();
        let (domain, name) = match head.split_once(':') {
            Some((domain, name)) => (Some(self.domain_like(domain.trim())?.name), name.trim()),
            None => (None, head),
        };
        let none = |name: &str| -> Vec<&NotAKey<'c>> {
            let here = |known: &&NotAKey<'c>| domain.is_none_or(|domain| domain == known.domain);
            self.not_keys().filter(|known| known.name.eq_ignore_ascii_case(name)).filter(here).collect()
        };
        let entries = match self.spelt(name) {
            Some(name) => self.entries(name, domain, &path),
            None => Vec::new(),
        };
        let none = none(name);
        let name = entries.first().map(|e| e.key.name).or(none.first().map(|known| known.name))?;
        (path.is_empty() || !entries.is_empty()).then_some(KeyTopic { name, entries, none })
    }

    /// The positions of this name inside keys.
    fn inside(&self, text: &str) -> Vec<KeyTopic<'_, 'c>> {
        let topic = |name| KeyTopic { name, entries: self.entries(name, None, &[text]), none: Vec::new() };
        self.key_names().into_iter().map(topic).filter(|topic| !topic.entries.is_empty()).collect()
    }

    /// A key's name as the catalogue spells it.
    fn spelt(&self, name: &str) -> Option<&'c str> {
        let entries = || self.layers().iter().flat_map(|layer| layer.entries());
        let known =
            |layer: &Layer<'c>| layer.entries().get(layer.named(name).next()?).map(|entry| entry.name);
        let exact = self.layers().iter().find_map(known);
        exact.or_else(|| entries().map(|entry| entry.name).find(|known| known.eq_ignore_ascii_case(name)))
    }

    /// What is known of the keys of this name: one entry for each `[[key]]` that speaks, as in [`KeyTopic`].
    pub fn entries_of(&self, name: &str) -> Vec<Entry<'_, 'c>> {
        self.entries(name, None, &[])
    }

    fn entries(&self, name: &str, domain: Option<&str>, path: &[&str]) -> Vec<Entry<'_, 'c>> {
        let reached: BTreeSet<&str> = self.bare(name).into_iter().map(|found| found.domain).collect();
        let mut entries: Vec<Entry<'_, 'c>> = Vec::new();
        for found in self.named(name) {
            if domain.is_some_and(|domain| domain != found.domain) {
                continue;
            }
            let bare = reached.contains(found.domain);
            add(&mut entries, found, bare, path);
            let entry = entries.iter_mut().find(|e| e.domains.contains(&found.domain));
            let Some(entry) = entry else { continue };
            for other in self.every(found.domain, name).into_iter().skip(1) {
                add(&mut entry.weaker, other, other.key.bare, path);
            }
        }
        entries.sort_by_key(|entry| (!entry.bare, std::cmp::Reverse(entry.domains.len())));
        entries
    }

    /// The name that was most likely meant, with its domain if one was given.
    pub fn near(&self, text: &str) -> Option<String> {
        let text = text.trim();
        if let Some((domain, name)) = text.split_once(':') {
            let known = self.domain_like(domain.trim());
            let domain = known.or_else(|| self.domain_like(nearest(domain, self.spoken_domains())?))?;
            let keys = self.keys_of(domain.name);
            // The whole of the first part may be wrong, or the key belong to another domain.
            let key = nearest(name.trim(), keys).or_else(|| self.spelt(name.trim()))?;
            let home = self.named(key);
            let home = home.iter().find(|k| k.domain == domain.name).or_else(|| home.first())?;
            return Some(format!("{}:{key}", self.short(home.domain)));
        }
        let mut names: BTreeSet<&str> = self.key_names().into_iter().collect();
        names.extend(self.spoken_domains());
        names.extend(self.products().map(|product| product.name));
        names.extend(self.not_keys().map(|known| known.name));
        names.extend(self.tokens().map(|token| token.name));
        names.extend(self.layers().iter().flat_map(|layer| &layer.heads().lists).map(|list| list.name));
        names.extend(CODES.iter().map(|code| code.name));
        names.extend(self.rules().into_iter().map(|rule| rule.id));
        nearest(text, names).map(str::to_owned)
    }

    /// Domains by their names and aliases.
    fn spoken_domains(&self) -> impl Iterator<Item = &str> {
        self.domains().into_iter().flat_map(|domain| std::iter::once(domain.name).chain(domain.alias))
    }
}

/// Adds a key in one domain: to the entry that it shares with others, or as a new one if it has the position.
fn add<'a, 'c>(entries: &mut Vec<Entry<'a, 'c>>, found: KeyRef<'a, 'c>, bare: bool, path: &[&str]) {
    let KeyRef { key, domain, layer, .. } = found;
    if let Some(entry) = entries.iter_mut().find(|e| std::ptr::eq(e.key, key) && e.bare == bare) {
        entry.domains.push(domain);
    } else if let Some((path, node)) = descend(&key.node, path) {
        entries.push(Entry { key, node, path, domains: vec![domain], bare, layer, weaker: Vec::new() });
    }
}

/// The item of exactly this name, or else the first that differs in letter case only.
fn pick<'x, T: 'x>(text: &str, all: impl Iterator<Item = &'x T>, name: impl Fn(&T) -> &str) -> Option<&'x T> {
    let mut other = None;
    for item in all {
        match name(item) {
            "" => {}
            known if known == text => return Some(item),
            known if known.eq_ignore_ascii_case(text) && other.is_none() => other = Some(item),
            _ => {}
        }
    }
    other
}

/// Where a path leads. Levels whose keys can be anything may be left out, or stand as an app's path.
fn descend<'a, 'c>(node: &'a Node<'c>, path: &[&str]) -> Option<(Vec<Segment<'c>>, &'a Node<'c>)> {
    let Some((part, rest)) = path.split_first() else { return Some((Vec::new(), node)) };
    let wild = |segment: &Segment<'_>| !matches!(segment, Segment::Name(_));
    let taken = node.children.iter().find(|(segment, _)| is_meant(*segment, part));
    let taken = taken.and_then(|(segment, child)| Some((segment, descend(child, rest)?)));
    let (segment, (mut way, found)) = taken.or_else(|| {
        let mut through = node.children.iter().filter(|(segment, _)| wild(segment));
        through.find_map(|(segment, child)| Some((segment, descend(child, path)?)))
    })?;
    way.insert(0, *segment);
    Some((way, found))
}

fn is_meant(segment: Segment<'_>, part: &str) -> bool {
    match segment {
        Segment::Name(name) => name.eq_ignore_ascii_case(part),
        Segment::AppPath => part == segment.text() || part.starts_with('/'),
        Segment::AnyKey | Segment::Item => part == segment.text(),
    }
}

impl<'c> Segment<'c> {
    /// As catalogues write it: a name, or `{app path}`, `{key}`, `{item}`.
    pub fn text(&self) -> &'c str {
        match self {
            Self::Name(name) => name,
            Self::AppPath => "{app path}",
            Self::AnyKey => "{key}",
            Self::Item => "{item}",
        }
    }
}

/// One line of a search.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit<'a> {
    /// 0: all words are in the name; 1: with the domain's; 2: with the summary; 3: with values and what is inside.
    pub rank: u8,
    /// `key`, `domain`, `product`, `list`, `token` or `code`.
    pub kind: &'static str,
    /// The name.
    pub name: &'a str,
    /// Of a key, its domains.
    pub domains: Vec<&'a str>,
    /// What it is.
    pub summary: &'a str,
}

impl<'c> Catalog<'c> {
    /// All that has every one of these words in its names, summary or values, the closest first.
    ///
    /// Letter case does not matter, and neither does an `s` at the end of a word.
    pub fn search(&self, words: &[&str]) -> Vec<Hit<'_>> {
        let words: Vec<String> = words
            .iter()
            .flat_map(|text| text.split_whitespace())
            .map(|word| stem(&word.to_lowercase()))
            .collect();
        if words.is_empty() {
            return Vec::new();
        }
        let mut hits = self.key_hits(&words);
        for domain in self.domains() {
            let texts = [domain.name, domain.alias.unwrap_or(""), domain.summary];
            hits.extend(hit(&words, "domain", texts, domain.summary));
        }
        let products = self.products().map(|p| ("product", [p.name, p.title, ""], p.title));
        let tokens = self.tokens().map(|t| ("token", [t.name, t.title, ""], t.title));
        let codes = CODES.iter().map(|c| ("code", [c.name, "", c.summary], c.summary));
        hits.extend(products.chain(tokens).chain(codes).filter_map(|(kind, t, s)| hit(&words, kind, t, s)));
        for rule in self.rules() {
            hits.extend(hit(&words, "rule", [rule.id, rule.says, rule.why], rule.says));
        }
        hits.sort();
        hits.dedup();
        hits
    }

    fn key_hits(&self, words: &[String]) -> Vec<Hit<'_>> {
        let mut hits = Vec::new();
        for (number, layer) in self.layers().iter().enumerate() {
            for (at, entry) in layer.entries().iter().enumerate() {
                let Some(key) = layer.key(at) else { continue };
                // Domains for which a stronger layer speaks are that layer's to tell.
                let heard = |domain: &&str| self.key(domain, entry.name).is_some_and(|k| k.layer == number);
                let domains: Vec<&str> = key.domains.iter().copied().filter(heard).collect();
                if domains.is_empty() {
                    continue;
                }
                let mut around = String::new();
                for domain in &domains {
                    let title = self.domain(domain).map_or("", |known| known.title);
                    around.extend([domain, " ", self.short(domain), " ", title, " "]);
                }
                let mut inside = String::new();
                tell(&key.node, &mut inside);
                let texts = [key.name, &around, key.node.summary, &inside];
                if let Some(rank) = rank(words, &texts) {
                    hits.push(Hit { rank, kind: "key", name: key.name, domains, summary: key.node.summary });
                }
            }
        }
        hits
    }
}

fn hit<'a>(words: &[String], kind: &'static str, texts: [&'a str; 3], summary: &'a str) -> Option<Hit<'a>> {
    let rank = rank(words, &texts)?;
    Some(Hit { rank, kind, name: texts.first().copied().unwrap_or(""), domains: Vec::new(), summary })
}

/// How many of the texts it takes until every word was seen.
fn rank(words: &[String], texts: &[&str]) -> Option<u8> {
    let mut missing: Vec<&String> = words.iter().collect();
    for (rank, text) in (0_u8..).zip(texts) {
        let text = text.to_lowercase();
        missing.retain(|word| !text.contains(word.as_str()));
        if missing.is_empty() {
            return Some(rank);
        }
    }
    None
}

fn stem(word: &str) -> String {
    let short = word.strip_suffix('s').filter(|rest| rest.len() > 3 && !rest.ends_with('s'));
    short.unwrap_or(word).to_owned()
}

/// The values of a position and what is inside it, as text.
fn tell(node: &Node<'_>, out: &mut String) {
    for allowed in &node.values {
        out.extend([allowed.value.to_value().to_string().as_str(), " ", allowed.means, "\n"]);
    }
    for (segment, child) in &node.children {
        out.extend([segment.text(), " ", child.summary, "\n"]);
        tell(child, out);
    }
}
