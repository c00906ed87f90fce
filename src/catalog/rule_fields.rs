//! The `[[rule]]` tables of a catalogue.

use super::compile::Reader;
use super::fields::{CONFIDENCE, literal, path_of};
use super::model::{Confidence, Weight};
use super::rule::{Atom, Hold, Number, Path, Rule, Sight, Test};
use crate::document::Table;
use crate::finding::{Finding, Findings, Span, code_info};

/// A `[[rule]]`; none if it has no name or no condition, which is said.
pub(super) fn rule<'d>(mut reader: Reader<'d, '_>) -> Option<Rule<'d>> {
    let span = reader.table.span;
    let words = [("error", Weight::Error), ("warning", Weight::Warning), ("note", Weight::Note)];
    let id = reader.required("id");
    let apps = (reader.list("any-app"), sight(&mut reader));
    let found = Rule {
        severity: reader.word("severity", &words, Weight::Warning),
        unknown: reader.optional("unknown"),
        why: reader.required("why"),
        help: reader.list("help"),
        ..conditions(&mut reader, id, apps)
    };
    let mut refuse = |text: &str| reader.findings.push(Finding::new("catalogue", text).at(span, ""));
    if found.when.is_empty() && found.unless.is_empty() {
        refuse("a rule needs `when` or `unless`");
    }
    if code_info(id).is_some() {
        refuse("this `id` is a code of prefsmith's own");
    }
    let uses = |what: &str| found.when.iter().chain(&found.unless).any(|atom| uses(atom, what));
    for name in unbound(&found, &uses) {
        refuse(&format!("nothing binds `{{{name}}}`"));
    }
    let usable = is_word(id) && !(found.when.is_empty() && found.unless.is_empty());
    reader.done("in [[rule]]");
    usable.then_some(found)
}

/// What a rule has in common with everything else that holds under conditions; the rest of it is empty. `apps`: `any-app`
/// and `app`, which only a rule has.
pub(super) fn conditions<'d>(
    reader: &mut Reader<'d, '_>,
    id: &'d str,
    (any_app, app): (Vec<&'d str>, Sight<'d>),
) -> Rule<'d> {
    let found = Rule {
        id,
        severity: Weight::Note,
        each: list_name(reader, "each"),
        any_key: reader.list("any-key"),
        any_app,
        app,
        macs: macs_of(reader, "macs"),
        licence_not: licence(reader, "licence-not"),
        licence: licence(reader, "licence"),
        when: atoms(reader, "when"),
        unless: atoms(reader, "unless"),
        unknown: None,
        says: reader.required("says"),
        why: "",
        help: Vec::new(),
        confidence: reader.word("confidence", &CONFIDENCE, Confidence::FirstParty),
        sources: reader.list("sources"),
    };
    let span = reader.table.span;
    let mut refuse = |text: &str| reader.findings.push(Finding::new("catalogue", text).at(span, ""));
    if !is_word(id) && !id.is_empty() {
        refuse("the `id` is a word of small letters, digits and `-`");
    }
    let atoms = || found.when.iter().chain(&found.unless);
    if atoms().any(|atom| uses(atom, "{key}")) == found.any_key.is_empty() {
        refuse("`{key}` and `any-key` go together");
    }
    let alone = found.any_app.is_empty();
    let named = |what: &str| atoms().any(|atom| uses(atom, what));
    if alone && (named("{app}") || named("{path}") || found.app != Sight::default()) {
        refuse("`app`, `{app}` and `{path}` need `any-app`");
    }
    let bound = atoms().any(|atom| atom.over.is_none() && atom.path.domain == "@");
    if bound != found.each.is_some() {
        refuse("`@` outside of `over` and `each` go together");
    }
    found
}

pub(super) fn is_word(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// The variables that a rule's texts name and its conditions do not bind.
fn unbound(rule: &Rule<'_>, uses: &dyn Fn(&str) -> bool) -> Vec<String> {
    let texts = [rule.says, rule.why].into_iter().chain(rule.unknown).chain(rule.help.iter().copied());
    let mut found = Vec::new();
    for text in texts {
        for part in text.split('{').skip(1) {
            let name = part.split('}').next().unwrap_or(part);
            let bound = match name {
                "@" => rule.each.is_some(),
                "key" | "x" => uses(&format!("{{{name}}}")),
                "app" | "path" => !rule.any_app.is_empty(),
                "rest" => rule.when.iter().any(|atom| atom.over.is_some()),
                "macs" | "value" => true,
                forms => forms.contains('|'),
            };
            if !bound {
                found.push(name.to_owned());
            }
        }
    }
    found
}

fn uses(atom: &Atom<'_>, what: &str) -> bool {
    let other = match &atom.test {
        Test::SameAs(path) | Test::Above(Number::At(path)) | Test::Below(Number::At(path)) => Some(path),
        _ => None,
    };
    let within =
        |path: &Path<'_>| path.key.contains(what) || path.inside.iter().any(|part| part.contains(what));
    within(&atom.path) || other.is_some_and(within)
}

/// `@name` without its `@`.
fn list_name<'d>(reader: &mut Reader<'d, '_>, key: &'static str) -> Option<&'d str> {
    let (text, span) = reader.table.string(key, reader.findings)?;
    let name = text.strip_prefix('@');
    if name.is_none() {
        reader
            .findings
            .push(Finding::new("catalogue", format!("`{text}` is no list: write `@name`")).at(span, ""));
    }
    name
}

fn licence<'d>(reader: &mut Reader<'d, '_>, key: &'static str) -> Option<&'d str> {
    let said = reader.table.string(key, reader.findings)?;
    known_licence(reader, said)
}

/// A list of licences.
pub(super) fn licences<'d>(reader: &mut Reader<'d, '_>, key: &'static str) -> Vec<&'d str> {
    let said = reader.table.strings(key, reader.findings);
    said.into_iter().filter_map(|said| known_licence(reader, said)).collect()
}

fn known_licence<'d>(reader: &mut Reader<'d, '_>, (text, span): (&'d str, Span)) -> Option<&'d str> {
    const WORDS: [&str; 3] = ["subscription", "volume", "retail"];
    if !WORDS.contains(&text) {
        let title = format!("`{text}` is no licence: {}", WORDS.join(", "));
        reader.findings.push(Finding::new("catalogue", title).at(span, ""));
        return None;
    }
    Some(text)
}

/// A table of ranges of versions, by product.
pub(super) fn macs_of<'d>(reader: &mut Reader<'d, '_>, key: &'static str) -> Vec<(&'d str, &'d str)> {
    let Some(table) = reader.table.table(key, reader.findings) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in table.entries() {
        match entry.item.as_string() {
            Some(text) => {
                reader.parsed(text, entry.item.span);
                found.push((entry.key, text));
            }
            None => {
                let title = format!("`{}` must be a range of versions", entry.key);
                reader.findings.push(Finding::new("catalogue", title).at(entry.item.span, ""));
            }
        }
    }
    found
}

/// What must hold of the app.
fn sight<'d>(reader: &mut Reader<'d, '_>) -> Sight<'d> {
    let Some(table) = reader.table.table("app", reader.findings) else { return Sight::default() };
    let found = Sight {
        opened: table.boolean("opened", reader.findings),
        app_store: table.boolean("app-store", reader.findings),
        bundle_id: table.string("bundle-id", reader.findings).map(|(text, _)| text),
    };
    table.refuse_others("catalogue", "in `app` of a [[rule]]", reader.findings);
    found
}

fn atoms<'d>(reader: &mut Reader<'d, '_>, key: &'static str) -> Vec<Atom<'d>> {
    let mut found = Vec::new();
    for table in reader.table.tables(key, reader.findings) {
        let mut inner = Reader { table, findings: reader.findings };
        let span = inner.table.span;
        let path = place(&inner.table, "key", inner.findings);
        let test = test(&mut inner, span);
        let over = over(&mut inner);
        inner.done("in a condition");
        if let (Some(path), Some(test)) = (path, test) {
            found.push(Atom { path, test, over });
        }
    }
    found
}

fn over<'d>(reader: &mut Reader<'d, '_>) -> Option<(&'d str, Hold)> {
    let holds =
        [("all", Hold::All), ("any", Hold::Any), ("none", Hold::None), ("some-not-all", Hold::SomeNotAll)];
    let name = list_name(reader, "over");
    let hold = reader.word("hold", &holds, Hold::All);
    name.map(|name| (name, hold))
}

/// Exactly one operator.
fn test<'d>(reader: &mut Reader<'d, '_>, span: Span) -> Option<Test<'d>> {
    let mut found = Vec::new();
    if let Some(flag) = reader.table.boolean("set", reader.findings) {
        found.push(Test::Set(flag));
    }
    found.extend(literal(reader, "is").map(Test::Is));
    if let Some(super::model::Literal::Array(items)) = literal(reader, "in") {
        found.push(Test::In(items));
    }
    found.extend(literal(reader, "is-not").map(Test::IsNot));
    found.extend(number(reader, "above").map(Test::Above));
    found.extend(number(reader, "below").map(Test::Below));
    if let Some(table) =
        reader.table.get("same-as").and_then(|_| reader.table.table("same-as", reader.findings))
    {
        found.extend(place(&table, "key", reader.findings).map(Test::SameAs));
    }
    if let Some((pattern, at)) = reader.table.string("matches", reader.findings) {
        match regex_lite::Regex::new(pattern) {
            Ok(_) => found.push(Test::Matches(pattern)),
            Err(error) => {
                let title = format!("the pattern does not compile: {error}");
                reader.findings.push(Finding::new("catalogue", title).at(at, ""));
            }
        }
    }
    if let Some(flag) = reader.table.boolean("forced", reader.findings) {
        found.push(Test::Forced(flag));
    }
    if found.len() != 1 {
        let title = "a condition has exactly one of `set`, `is`, `in`, `is-not`, `above`, `below`, `same-as`, `matches`, `forced`";
        reader.findings.push(Finding::new("catalogue", title).at(span, ""));
        return None;
    }
    found.pop()
}

/// A number, or `{ key = "domain:key" }`.
fn number<'d>(reader: &mut Reader<'d, '_>, key: &'static str) -> Option<Number<'d>> {
    let entry = reader.table.get(key)?;
    if let Some(number) = entry.item.as_number().and_then(|number| i64::try_from(number).ok()) {
        return Some(Number::Literal(number));
    }
    let table = reader.table.table(key, reader.findings)?;
    place(&table, "key", reader.findings).map(Number::At)
}

/// `domain:key`, `domain:key > {x} > sub`.
fn place<'d>(table: &Table<'d>, key: &'static str, findings: &mut Findings) -> Option<Path<'d>> {
    let Some((text, span)) = table.string(key, findings) else {
        findings.push(Finding::new("catalogue", format!("a condition needs its `{key}`")).at(table.span, ""));
        return None;
    };
    let mut parts = text.split(" > ");
    let first = path_of(parts.next().unwrap_or(""), span, findings)?;
    let (domain, key) = first.split_once(':')?;
    Some(Path { domain, key, inside: parts.collect() })
}
