//! What is known of a name, for people and as JSON: keys, domains, products, lists, tokens, kinds of findings.

mod facts;
pub(super) mod hover;
mod key;
mod network;
mod other;
mod rows;
mod rule;
#[cfg(test)]
mod tests;
mod values;

use super::findings::TextOptions;
use super::visible;
use crate::catalog::{Catalog, Topic};
use facts::KeyView;
use other::{CodeView, DomainView, HitView, ListView, ProductView, TokenView};
use rule::RuleView;
use serde::Serialize;

/// What was found for the words of somebody who asks.
pub struct Found<'a, 'c> {
    catalog: &'a Catalog<'c>,
    query: String,
    topics: Vec<Topic<'a, 'c>>,
    searched: Vec<crate::catalog::Hit<'a>>,
    near: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    query: &'a str,
    topics: Vec<View<'a>>,
    results: Vec<HitView<'a>>,
    did_you_mean: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum View<'a> {
    Key(Box<KeyView<'a>>),
    Domain(Box<DomainView<'a>>),
    Product(ProductView<'a>),
    List(ListView<'a>),
    Token(TokenView<'a>),
    Code(CodeView),
    Rule(RuleView<'a>),
}

/// Looks words up: as one name, as several names, or else as words that must all be found.
pub fn find<'a, 'c>(catalog: &'a Catalog<'c>, words: &[&str]) -> Found<'a, 'c> {
    let query = words.join(" ");
    let mut topics = catalog.topics(&query);
    if topics.is_empty() && words.len() > 1 {
        let each: Vec<_> = words.iter().map(|word| catalog.topics(word)).collect();
        if each.iter().all(|found| !found.is_empty()) {
            topics = each.into_iter().flatten().collect();
        }
    }
    let searched = if topics.is_empty() { catalog.search(words) } else { Vec::new() };
    let unknown = topics.is_empty() && searched.is_empty();
    let near = || match words {
        [_, _, ..] => catalog.near(&query).or_else(|| {
            let mut strange = words.iter().filter(|word| catalog.topics(word).is_empty());
            strange.find_map(|word| catalog.near(word))
        }),
        _ => catalog.near(&query),
    };
    let near = if unknown { near() } else { None };
    Found { catalog, query, topics, searched, near }
}

impl Found<'_, '_> {
    /// Why there is no answer, with the name that was probably meant; nothing if there is one.
    pub fn unknown(&self) -> Option<String> {
        if !self.topics.is_empty() || !self.searched.is_empty() {
            return None;
        }
        let hint = match &self.near {
            Some(near) => format!("; did you mean `{near}`?"),
            None => "; a part of a name, or words that say what it does, search the catalogue".to_owned(),
        };
        Some(format!("nothing is known of `{}`{hint}", visible::line(&self.query, 200)))
    }

    fn answer(&self) -> Answer<'_> {
        let catalog = self.catalog;
        let topics = self.topics.iter().map(|topic| match topic {
            Topic::Key(key) => View::Key(Box::new(KeyView::new(key, catalog))),
            Topic::Domain(domain) => View::Domain(Box::new(DomainView::new(domain, catalog))),
            Topic::Product(product) => View::Product(ProductView::new(product, catalog)),
            Topic::List(list) => View::List(ListView::new(list)),
            Topic::Token(token) => View::Token(TokenView::new(token, catalog)),
            Topic::Code(code) => View::Code(CodeView::new(code)),
            Topic::Rule(rule) => View::Rule(RuleView::new(rule, catalog)),
        });
        Answer {
            version: 1,
            query: &self.query,
            topics: topics.collect(),
            results: self.searched.iter().map(|hit| HitView::new(hit.clone(), catalog)).collect(),
            did_you_mean: self.near.as_deref(),
        }
    }

    /// The answer as JSON, as `docs/json.md` describes it.
    pub fn json(&self) -> String {
        visible::json(&self.answer())
    }

    /// The answer for people; empty if nothing is known. Lists are cut at the width where `options` have colour,
    /// that is on a terminal.
    pub fn text(&self, options: &TextOptions) -> String {
        let style = Style { color: options.color, width: options.width.clamp(50, 120) };
        let answer = self.answer();
        let mut out = String::new();
        for view in &answer.topics {
            if !out.is_empty() {
                out.push('\n');
            }
            match view {
                View::Key(view) => key::key(&mut out, view, style),
                View::Domain(view) => other::domain(&mut out, view, style),
                View::Product(view) => other::product(&mut out, view, style),
                View::List(view) => other::list(&mut out, view, style),
                View::Token(view) => other::token(&mut out, view, style),
                View::Code(view) => other::code(&mut out, view, style),
                View::Rule(view) => rule::rule(&mut out, view, style),
            }
        }
        other::hits(&mut out, &answer.results, style);
        out
    }
}

/// How text is laid out.
#[derive(Clone, Copy)]
struct Style {
    color: bool,
    width: usize,
}

impl Style {
    /// A line that names what follows.
    fn strong(self, text: &str) -> String {
        let text = visible::line(text, 400);
        if self.color { format!("\u{1b}[1m{text}\u{1b}[0m\n") } else { format!("{text}\n") }
    }

    /// Where lines of lists end: a pipe takes them whole.
    fn cut(self) -> Option<usize> {
        self.color.then_some(self.width)
    }
}

/// A sentence to stand within another one.
fn sentence(text: &str) -> &str {
    text.trim_end_matches('.')
}
