//! A manifest in the form of a catalogue file.

use super::conditions::{Ruled, ruled};
use super::facts::Test;
use super::{Facts, Manifest, Step};
use crate::value::{Type, Value, quoted};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What the citations name.
const SOURCE: &str = "manifests";

/// The file that says who the source is.
pub(super) fn sources() -> String {
    format!(
        "# Imported from ProfileManifests: what the files beside this one cite.\nweak = true\n\n[[source]]\nid = \
         \"{SOURCE}\"\nkind = \"community\"\ntitle = \"ProfileManifests, what Mac administrators wrote down of \
         preference domains\"\n"
    )
}

/// A text that is written line by line; writing to a `String` cannot fail.
struct Out(String);

impl Out {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.0, "{line}");
    }

    fn text(&mut self, key: &str, value: &str) {
        self.line(format_args!("{key} = {}", quoted(value)));
    }

    fn texts<'t>(&mut self, key: &str, values: impl IntoIterator<Item = &'t str>) {
        let list: Vec<String> = values.into_iter().map(quoted).collect();
        if !list.is_empty() {
            self.line(format_args!("{key} = [{}]", list.join(", ")));
        }
    }
}

/// The file of one domain.
pub(super) fn manifest(manifest: &Manifest) -> String {
    let mut out = Out(String::new());
    let domain = manifest.domain.as_str();
    out.line(format_args!(
        "# Imported from ProfileManifests: what the community knows, asked after all else."
    ));
    out.line(format_args!("weak = true"));
    let cites: Vec<&str> = manifest.cites.lines().collect();
    let versioned = manifest.keys.iter().any(|(_, facts)| has_builds(facts));
    if versioned {
        out.line(format_args!("\n[[product]]"));
        out.text("name", domain);
        out.text("title", &manifest.title);
        sources_of(&mut out, &cites);
    }
    out.line(format_args!("\n[[domain]]"));
    out.text("name", domain);
    out.text("title", &manifest.title);
    if versioned {
        out.text("product", domain);
    }
    if manifest.payload {
        out.text("read-as", "apple-payload");
    }
    out.text("summary", &manifest.summary);
    sources_of(&mut out, &cites);
    for (step, facts) in &manifest.keys {
        out.line(format_args!("\n[[key]]"));
        out.text("name", step.text());
        out.texts("domains", [domain]);
        facts_of(&mut out, facts);
        out.line(format_args!("bare = false"));
        if let Some(range) = &facts.macos {
            out.text("macos", range);
        }
        out.text("confidence", "community");
        let cited: Vec<&str> = facts.cites.iter().map(String::as_str).collect();
        sources_of(&mut out, &cited);
        fields(&mut out, &mut Vec::new(), &facts.children);
    }
    rules(&mut out, manifest, &cites);
    out.0
}

/// What settings say of each other. Notes, all of them: a form says it, and not the app.
fn rules(out: &mut Out, manifest: &Manifest, cites: &[&str]) {
    let mut ids = BTreeSet::new();
    for Ruled { draft, key, conditions } in ruled(manifest) {
        // Braces stand for something in the texts of a rule.
        if draft.words.contains(['{', '}']) {
            continue;
        }
        let name = key.split_once(':').map_or(key.as_str(), |(_, name)| name);
        let (kind, says) = if draft.needed {
            ("needed", format!("`{name}` is not set, and its manifest requires it where {}", draft.words))
        } else {
            ("no-use", format!("`{name}` is set, and its manifest leaves it out where {}", draft.words))
        };
        let stem = format!("manifest-{}-{kind}", slug(&key));
        let id = (2..).map(|at| format!("{stem}-{at}")).find(|id| !ids.contains(id));
        let id = Some(stem).filter(|stem| !ids.contains(stem)).or(id).unwrap_or_default();
        let mut when = vec![format!("{{ key = {}, set = {} }}", quoted(&key), !draft.needed)];
        let mut unless = Vec::new();
        for (target, test) in conditions {
            let target = quoted(&target);
            let listed = |values: &[Value]| values.iter().map(literal).collect::<Vec<_>>().join(", ");
            match test {
                Test::In(values) => when.push(format!("{{ key = {target}, in = [{}] }}", listed(values))),
                Test::Set => when.push(format!("{{ key = {target}, set = true }}")),
                Test::NotIn(values) => {
                    when.push(format!("{{ key = {target}, set = true }}"));
                    unless.push(format!("{{ key = {target}, in = [{}] }}", listed(values)));
                }
            }
        }
        out.line(format_args!("\n[[rule]]"));
        out.text("id", &id);
        out.text("severity", "note");
        out.line(format_args!("when = [{}]", when.join(", ")));
        if !unless.is_empty() {
            out.line(format_args!("unless = [{}]", unless.join(", ")));
        }
        out.text("says", &says);
        out.text("why", "The form of an editor is made like that, most often because the app is.");
        out.text("confidence", "community");
        sources_of(out, cites);
        ids.insert(id);
    }
}

/// A name as part of a rule's id: small letters and digits, with `-` for all else.
fn slug(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    name.chars().map(plain).collect()
}

/// Whether versions of the app are named anywhere in it.
fn has_builds(facts: &Facts) -> bool {
    facts.works.is_some()
        || !facts.doubtful.is_empty()
        || facts.children.iter().any(|(_, child)| has_builds(child))
}

fn sources_of(out: &mut Out, cites: &[&str]) {
    let list: Vec<String> = cites.iter().map(|name| format!("{SOURCE}:{name}")).collect();
    out.texts("sources", list.iter().map(String::as_str));
}

/// Positions inside, outer ones first.
fn fields<'f>(out: &mut Out, path: &mut Vec<&'f str>, children: &'f [(Step, Facts)]) {
    for (step, facts) in children {
        path.push(step.text());
        out.line(format_args!("\n[[key.field]]"));
        out.texts("path", path.iter().copied());
        facts_of(out, facts);
        fields(out, path, &facts.children);
        path.pop();
    }
}

fn facts_of(out: &mut Out, facts: &Facts) {
    match facts.types.as_slice() {
        [one] => out.text("type", one.word()),
        several => out.texts("type", several.iter().map(|kind| kind.word())),
    }
    if !facts.values.is_empty() {
        out.line(format_args!("values = ["));
        for (value, means) in &facts.values {
            out.line(format_args!("  {{ value = {}, means = {} }},", literal(value), quoted(means)));
        }
        out.line(format_args!("]"));
    }
    if facts.open {
        out.line(format_args!("open = true"));
    }
    let number = |bound: Option<i64>| bound.map(|number| number.to_string()).unwrap_or_default();
    // Of a position that several manifests describe in different ways, numbers may be one kind among others.
    let numbers = facts.types.iter().any(|kind| matches!(kind, Type::Integer | Type::Real));
    if numbers && (facts.min.is_some() || facts.max.is_some()) {
        out.line(format_args!("range = \"{}..{}\"", number(facts.min), number(facts.max)));
    }
    for (key, text) in [("pattern", &facts.pattern), ("unit", &facts.unit), ("works", &facts.works)] {
        if let Some(text) = text {
            out.text(key, text);
        }
    }
    if !facts.doubtful.is_empty() {
        let list: Vec<String> = facts
            .doubtful
            .iter()
            .map(|(range, why)| format!("{{ range = {}, why = {} }}", quoted(range), quoted(why)))
            .collect();
        out.line(format_args!("doubtful = [{}]", list.join(", ")));
    }
    if let Some(why) = &facts.deprecated {
        out.text("deprecated", why);
    }
    if facts.secret {
        out.line(format_args!("secret = true"));
    }
    out.text("summary", &facts.summary);
    let mut seen = BTreeSet::new();
    out.texts("notes", facts.notes.iter().map(String::as_str).filter(|note| seen.insert(*note)));
}

/// A literal of a catalogue, in which `${` means nothing.
fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text.as_literal().unwrap_or("")),
        other => other.to_string(),
    }
}
