//! Which values a key takes, as people read it.

use super::facts::{AllowedView, FactsView, RangeView, SourceView};
use super::rows::{Item, Row, item};
use super::sentence;
use crate::catalog::ranges_of;

/// The type, with that of an array's items.
pub(super) fn kind(facts: &FactsView<'_>) -> String {
    let mut text = facts.types.join(" or ");
    let inner = facts.fields.iter().find(|field| field.path == "{item}");
    if let Some(inner) = inner.filter(|inner| inner.facts.fields.is_empty()) {
        text = format!("{text} of {}", inner.facts.types.join(" or "));
    }
    if facts.secret {
        text.push_str("; a secret, and every user of a Mac can read managed preferences");
    }
    text
}

/// Allowed values, ranges and forms.
pub(super) fn values(facts: &FactsView<'_>) -> Vec<Row> {
    let mut known: Vec<Item> = facts.values.iter().map(value).collect();
    if facts.open {
        known.push(item("", "others are fine as well"));
    }
    let mut list = vec![Row { label: "values", items: known }];
    let mut range: Vec<Item> = Vec::new();
    if let Some(bounds) = &facts.range {
        range.push(item("", span(bounds, facts.unit)));
        for (word, outside) in [("below", &bounds.below), ("above", &bounds.above)] {
            range.extend(outside.as_ref().map(|o| item("", format!("{word}: {} ({})", o.says, o.severity))));
        }
    }
    if let Some(number) = facts.multiple_of {
        range.push(item("", format!("multiples of {number}")));
    }
    list.push(Row { label: "range", items: range });
    let unit = facts.unit.filter(|_| facts.range.is_none());
    list.extend(unit.map(|unit| Row::text("unit", unit)));
    list.extend(facts.pattern.map(|pattern| Row::text("pattern", pattern)));
    list.extend(facts.key_is.map(|word| Row::text("each key is", format!("a {}", word.replace('-', " ")))));
    list
}

pub(super) fn value(allowed: &AllowedView<'_>) -> Item {
    // Where the finding says what to do about a value, that tells more than what the value once did.
    let mut text = match (allowed.verdict, allowed.says) {
        ("warn", says) => format!("discouraged: {}", sentence(says.unwrap_or(allowed.means))),
        ("refuse", says) => format!("refused: {}", sentence(says.unwrap_or(allowed.means))),
        _ => allowed.means.to_owned(),
    };
    if let Some(ranges) = allowed.works {
        text.push_str(&format!(" (builds {})", ranges_of(&[ranges]).describe()));
    }
    if let Some(instead) = &allowed.instead {
        text.push_str(&format!("; write {}", instead.text));
    }
    item(allowed.value.text.clone(), text)
}

fn span(bounds: &RangeView<'_>, unit: Option<&str>) -> String {
    let unit = unit.map_or(String::new(), |unit| format!(" {unit}"));
    match (bounds.min, bounds.max) {
        (Some(min), Some(max)) => format!("{min} to {max}{unit}"),
        (Some(min), None) => format!("{min}{unit} or more"),
        (None, Some(max)) => format!("{max}{unit} or less"),
        (None, None) => format!("any number{unit}"),
    }
}

/// What the app does without a value.
pub(super) fn default(facts: &FactsView<'_>) -> Option<Row> {
    // What an app does without a dictionary is told by what is inside.
    let holds_more = facts.fields.iter().any(|field| !field.facts.summary.is_empty());
    let Some(default) = &facts.default else {
        return (!holds_more).then(|| Row::text("default", "not documented"));
    };
    let value = default.value.as_ref().map(|value| value.text.as_str());
    let said = match (value, default.says) {
        (Some(value), Some(says)) => format!("{value}: {says}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => return None,
    };
    let number = default.value.as_ref().is_some_and(|value| value.value.is_number());
    let unit = facts.unit.filter(|_| number && default.says.is_none());
    let said = unit.map_or(said.clone(), |unit| format!("{said} {unit}"));
    let text = format!("{said} ({} confidence; {})", default.confidence, cited(&default.source));
    Some(Row::text("default", text))
}

/// A source by its title, with the detail of the citation.
fn cited(source: &SourceView<'_>) -> String {
    let detail = source.citation.split_once(':').map_or(String::new(), |(_, detail)| format!(" ({detail})"));
    format!("{}{detail}", source.title.unwrap_or(source.citation))
}
