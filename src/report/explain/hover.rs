//! What an editor shows of a key while somebody writes a policy: the words of `explain`, as Markdown.

use super::facts::{EntryView, FactsView};
use super::key::{entry_rows, read_by, sources};
use super::rows::{Item, Row, item};
use super::sentence;
use super::values::{default, kind, value, values};
use crate::catalog::{Catalog, Entry, ranges_of};
use crate::report::visible;
use std::fmt::Write as _;

/// The words for one position: a key's own, or one nested in it.
pub(in crate::report) struct Hover {
    /// One line: its type and the builds that read it.
    pub title: String,
    /// What it does, and everything that decides whether to set it; Markdown.
    pub text: String,
    /// What each of the position's `values` does, in their order.
    pub values: Vec<String>,
    /// The positions inside, in the order of the node's children.
    pub inside: Vec<Self>,
}

/// Rows of `explain` that an editor shows by itself, or that a policy's author has before the eyes.
const ELSEWHERE: [&str; 7] =
    ["in a policy", "values", "inside", "known apps", "network", "domain", "domains"];
/// The longest text of an item, in characters.
const LONGEST: usize = 1000;

/// The words for a key.
pub(in crate::report) fn hover(entry: &Entry<'_, '_>, catalog: &Catalog<'_>) -> Hover {
    let bare = catalog.bare(entry.key.name).len();
    let view = EntryView::new(entry, bare, catalog);
    let mut list = vec![reach(&view, bare)];
    list.extend(entry_rows(&view).into_iter().filter(|row| !ELSEWHERE.contains(&row.label)));
    let title = format!("{}; {}", kind(&view.facts), read_by(&view));
    words(title, &view.facts, &list)
}

/// The domains, and whether a bare key reaches them all.
fn reach(view: &EntryView<'_>, bare: usize) -> Row {
    let names: Vec<String> =
        view.domains.iter().map(|domain| domain.alias.unwrap_or(domain.name).to_owned()).collect();
    let label = if names.len() == 1 { "domain" } else { "domains" };
    let also = match (view.bare, bare.saturating_sub(names.len())) {
        (false, _) => "; a bare key does not reach it".to_owned(),
        (true, 0) => String::new(),
        (true, others) => format!("; a bare key reaches {others} more"),
    };
    Row::text(label, format!("{}{also}", names.join(", ")))
}

fn words(title: String, facts: &FactsView<'_>, list: &[Row]) -> Hover {
    let mut text = markdown(facts.summary);
    for (at, row) in list.iter().enumerate() {
        text.push_str(if at == 0 { "\n\n" } else { "\n" });
        bullet(&mut text, row);
    }
    Hover {
        title: visible::line(&title, LONGEST),
        text: text.trim().to_owned(),
        values: facts.values.iter().map(|allowed| visible::line(&value(allowed).text, LONGEST)).collect(),
        inside: facts.fields.iter().map(|field| nested(&field.facts)).collect(),
    }
}

fn nested(facts: &FactsView<'_>) -> Hover {
    let mut list = vec![Row::text("type", kind(facts))];
    list.extend(values(facts).into_iter().filter(|row| !ELSEWHERE.contains(&row.label)));
    list.extend(facts.default.as_ref().and_then(|_| default(facts)));
    let mut builds: Vec<Item> = Vec::new();
    if !facts.works.is_empty() {
        builds.push(item("", ranges_of(&facts.works).describe()));
    }
    for doubt in &facts.doubtful {
        let range = ranges_of(&[doubt.range]).describe();
        builds.push(item("", format!("doubtful: {range}; {}", sentence(doubt.why))));
    }
    list.push(Row { label: "read by", items: builds });
    list.extend(facts.deprecated.map(|why| Row::text("deprecated", why)));
    list.extend(facts.disputed.as_ref().map(|disputed| Row::text("disputed", disputed.says)));
    list.push(Row { label: "notes", items: facts.notes.iter().map(|note| item("-", *note)).collect() });
    list.push(sources(&facts.sources));
    list.retain(|row| !row.items.is_empty());
    words(kind(facts), facts, &list)
}

/// A row as an item of a list; several items stand below it.
fn bullet(out: &mut String, row: &Row) {
    let told = |item: &Item| match item.lead.as_str() {
        "" | "-" => markdown(&item.text),
        lead => format!("{}: {}", markdown(lead), markdown(&item.text)),
    };
    // Writing into a String cannot fail.
    let _ = match row.items.as_slice() {
        [only] => write!(out, "- **{}:** {}", row.label, told(only)),
        items => {
            let below: String = items.iter().map(|item| format!("\n  - {}", told(item))).collect();
            write!(out, "- **{}:**{below}", row.label)
        }
    };
}

/// Text in which nothing but code in backticks is markup.
pub(in crate::report) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut code = false;
    let shown = visible::line(text, LONGEST);
    let paired = shown.matches('`').count().is_multiple_of(2);
    for c in shown.chars() {
        match c {
            '`' if paired => code = !code,
            '`' | '*' | '<' | '\\' | '[' | ']' if !code => out.push('\\'),
            // Between two letters it marks nothing.
            '_' if !code && !out.ends_with(char::is_alphanumeric) => out.push('\\'),
            _ => {}
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_backticks_are_markup() {
        assert_eq!(markdown("a `b*_<` <c> *d* e_f _g [h](i)"), "a `b*_<` \\<c> \\*d\\* e_f \\_g \\[h\\](i)");
        assert_eq!(markdown("one ` alone *"), "one \\` alone \\*");
        assert_eq!(markdown("two\nlines"), "two␊lines");
    }

    #[test]
    fn a_key_says_what_decides_whether_to_set_it() {
        let catalog = Catalog::builtin();
        let entries = catalog.entries_of("HowToCheck");
        let hover = hover(&entries[0], &catalog);
        assert_eq!(hover.title, "string; AutoUpdate from 3.8");
        assert!(hover.text.starts_with(
            "Whether updates are installed, announced, or left to the user.\n\n- **domain:** AutoUpdate\n- **type:** string\n"
        ));
        for part in [
            "- **default:** \"AutomaticDownload\" (high confidence; ",
            "- **read by:** AutoUpdate from 3.8\n",
            "- **delivery:** by profile or by script\n",
            "- **sources:**\n  - ",
        ] {
            assert!(hover.text.contains(part), "{part}: {}", hover.text);
        }
        assert_eq!(hover.values.len(), 4);
        assert_eq!(
            hover.values[3],
            "discouraged: Automatic is the old name of AutomaticCheck; write \"AutomaticCheck\""
        );
    }
}
