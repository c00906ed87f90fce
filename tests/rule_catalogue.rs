//! The rules of the built-in catalogue against the catalogue itself, and against the table of what is known of
//! settings that act on each other; and `docs/rules.md`, which is made from them.
//! `UPDATE_EXPECTED=1 cargo test --test rule_catalogue` writes that page anew.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

use prefsmith::catalog::model::{Delivery, Judgement, Literal, Node, Segment, Weight, When};
use prefsmith::catalog::rule::{ANY, Atom, Number, Path, Rule, Test, plain};
use prefsmith::catalog::{Catalog, KeyRef, type_of};
use prefsmith::finding::code_info;
use prefsmith::value::Type;
use prefsmith::version::Ranges;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn atoms<'r, 'c>(rule: &'r Rule<'c>) -> impl Iterator<Item = &'r Atom<'c>> {
    rule.when.iter().chain(&rule.unless)
}

fn paths<'r, 'c>(atom: &'r Atom<'c>) -> Vec<&'r Path<'c>> {
    let other = match &atom.test {
        Test::SameAs(path) | Test::Above(Number::At(path)) | Test::Below(Number::At(path)) => Some(path),
        _ => None,
    };
    std::iter::once(&atom.path).chain(other).collect()
}

/// The domains that a path can mean: those of a list where it says `@`.
fn domains<'c>(rule: &Rule<'c>, atom: &Atom<'c>, path: &Path<'c>, catalog: &Catalog<'c>) -> Vec<&'c str> {
    if path.domain != "@" {
        return vec![path.domain];
    }
    let list = atom.over.map(|(list, _)| list).or(rule.each).unwrap();
    catalog.list(list).unwrap_or_else(|| panic!("{}: no list {list}", rule.id)).domains.clone()
}

fn names(rule: &Rule<'_>, name: &str) -> Vec<String> {
    if name == "{key}" {
        return rule.any_key.iter().map(|key| (*key).to_owned()).collect();
    }
    if name.contains("{app}") {
        return rule.any_app.iter().map(|app| name.replace("{app}", app)).collect();
    }
    vec![name.to_owned()]
}

/// What is known of the positions that a path can mean; of some of a list's domains there may be none.
fn nodes(rule: &Rule<'static>, atom: &Atom<'static>, path: &Path<'static>) -> Vec<(String, Vec<Type>)> {
    let catalog = Catalog::builtin();
    let mut found = Vec::new();
    for domain in domains(rule, atom, path, &catalog) {
        for key in names(rule, path.key) {
            if let Some(known) = catalog.key(domain, &key) {
                for name in names(rule, path.inside.last().copied().unwrap_or("")) {
                    let inside: Vec<&str> = path
                        .inside
                        .iter()
                        .map(|part| if *part == "{key}" { name.as_str() } else { part })
                        .collect();
                    found.extend(
                        inner(&known.key.node, &inside).map(|node| (key.to_owned(), node.types.clone())),
                    );
                }
            }
        }
    }
    found
}

fn inner<'n, 'a>(node: &'n Node<'a>, inside: &[&str]) -> Option<&'n Node<'a>> {
    let Some((first, rest)) = inside.split_first() else { return Some(node) };
    let any = matches!(*first, "{x}" | "{path}" | ANY);
    let child = node.children.iter().find(|(segment, _)| match segment {
        Segment::Name(name) => name == first,
        Segment::AppPath | Segment::AnyKey => any,
        Segment::Item => false,
    });
    inner(&child?.1, rest)
}

#[test]
fn every_key_of_a_rule_exists() {
    for rule in Catalog::builtin().rules() {
        for key in rule.any_key.iter().map(|key| Some(*key)).chain([None]) {
            for atom in atoms(rule) {
                for path in paths(atom) {
                    let named = if let (Some(key), "{key}") = (key, path.key) { key } else { path.key };
                    if path.key == ANY || (key.is_none() && path.key == "{key}") {
                        continue;
                    }
                    let one = Path { key: named, ..path.clone() };
                    assert!(!nodes(rule, atom, &one).is_empty(), "{}: {path:?}", rule.id);
                }
            }
        }
    }
}

#[test]
fn every_domain_of_a_wildcard_has_keys() {
    let catalog = Catalog::builtin();
    for rule in catalog.rules() {
        for path in atoms(rule).flat_map(paths).filter(|path| path.key == ANY) {
            assert!(!catalog.keys_of(path.domain).is_empty(), "{}: {}", rule.id, path.domain);
        }
    }
}

#[test]
fn every_value_of_a_rule_has_the_type_of_its_key() {
    for rule in Catalog::builtin().rules() {
        for atom in atoms(rule) {
            let types: Vec<Type> =
                nodes(rule, atom, &atom.path).into_iter().flat_map(|(_, types)| types).collect();
            let fits = |literal: &Literal<'_>| types.contains(&type_of(literal));
            let good = match &atom.test {
                Test::Is(literal) => fits(literal),
                Test::In(list) => !list.is_empty() && list.iter().all(fits),
                // "Set, and not this": one of the keys must be able to be it.
                Test::IsNot(literal) => fits(literal),
                Test::Above(_) | Test::Below(_) => types.contains(&Type::Integer),
                Test::Matches(_) => types.iter().all(|kind| *kind == Type::String),
                Test::Set(_) | Test::SameAs(_) | Test::Forced(_) => true,
            };
            assert!(good, "{}: {atom:?} of {types:?}", rule.id);
        }
    }
}

/// A value that is not among those of the key would never be met.
#[test]
fn every_value_of_a_rule_is_one_that_the_key_takes() {
    let catalog = Catalog::builtin();
    for rule in catalog.rules() {
        let plain = |path: &Path<'_>| path.inside.is_empty() && !path.key.contains('{') && path.key != ANY;
        for atom in atoms(rule).filter(|atom| plain(&atom.path)) {
            let domains = domains(rule, atom, &atom.path, &catalog);
            let known = domains.iter().find_map(|domain| catalog.key(domain, atom.path.key)).unwrap();
            let takes = |literal: &Literal<'_>| {
                let node = &known.key.node;
                node.values.is_empty()
                    || node.values.iter().any(|a| a.value == *literal && a.verdict != Judgement::Refuse)
            };
            let good = match &atom.test {
                Test::Is(literal) => takes(literal),
                Test::In(list) => list.iter().all(takes),
                _ => true,
            };
            assert!(good, "{}: {atom:?}", rule.id);
        }
    }
}

#[test]
fn every_rule_is_told_in_full() {
    let catalog = Catalog::builtin();
    let mut ids = BTreeSet::new();
    for rule in catalog.rules() {
        let id = rule.id;
        assert!(ids.insert(id), "{id} is there twice");
        assert!(code_info(id).is_none(), "{id} is a code of prefsmith's own");
        assert!(id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{id}");
        assert!(!rule.says.ends_with('.'), "{id}: a title has no full stop");
        assert!(rule.why.ends_with('.'), "{id}: `why` is in sentences");
        assert!(!rule.sources.is_empty(), "{id} has no source");
        for source in &rule.sources {
            assert!(catalog.source(source).is_some(), "{id}: no source {source}");
        }
        for product in &rule.any_app {
            assert!(catalog.product(product).is_some(), "{id}: no product {product}");
        }
        for (product, range) in &rule.macs {
            assert!(catalog.product(product).is_some(), "{id}: no product {product}");
            assert!(range.parse::<Ranges>().is_ok(), "{id}: {range}");
        }
        let needs_help = rule.severity != Weight::Note;
        assert!(!needs_help || !rule.help.is_empty(), "{id} does not say what to do");
    }
}

/// The builds of `macs`, and those that read the keys of `when`, must have some in common, or the rule never fires.
#[test]
fn every_rule_can_be_about_some_build() {
    let catalog = Catalog::builtin();
    for rule in catalog.rules() {
        for (product, range) in &rule.macs {
            let range: Ranges = range.parse().unwrap();
            for atom in rule.when.iter().filter(|atom| atom.test.needs_value()) {
                for domain in domains(rule, atom, &atom.path, &catalog) {
                    for key in names(rule, atom.path.key) {
                        let Some(known) = catalog.key(domain, &key) else { continue };
                        let own = known.product(&catalog).unwrap();
                        if own.name == *product || own.suite == Some(product) {
                            let both = known.reads().intersect(&range);
                            assert!(!both.is_empty(), "{}: {domain}:{key} and {range}", rule.id);
                        }
                    }
                }
            }
        }
    }
}

/// The rule's list of keys is made by hand; the keys' notes are what it must agree with.
#[test]
fn the_keys_of_the_new_outlook_are_all_in_its_rule() {
    let catalog = Catalog::builtin();
    let rule = catalog.rule("new-outlook-off").unwrap();
    let domain = "com.microsoft.Outlook";
    let only_new = |key: &&str| {
        let known = catalog.key(domain, key).unwrap();
        known.key.node.notes.iter().any(|note| note.contains("Only the new Outlook reads it"))
    };
    let keys: Vec<&str> = catalog.keys_of(domain).into_iter().filter(only_new).collect();
    assert_eq!(keys, rule.any_key);
}

// -----------------------------------------------------------------------------------------------------------
// Where each known interaction went

#[derive(Debug)]
struct Row {
    id: String,
    place: String,
    at: String,
    what: String,
}

fn interactions() -> Vec<Row> {
    let mut reader = csv::Reader::from_path(root().join("tests/fixtures/interactions.csv")).unwrap();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        let field = |at: usize| record.get(at).unwrap().to_owned();
        Row { id: field(0), place: field(1), at: field(2), what: field(3) }
    });
    rows.collect()
}

#[test]
fn every_known_interaction_is_placed() {
    // How many there are of each family, counted in the table that the catalogue was written from.
    let families = [
        ("TEL", 15),
        ("CRS", 3),
        ("PRV", 9),
        ("ONL", 7),
        ("SGN", 5),
        ("FRE", 3),
        ("VBA", 6),
        ("ADD", 2),
        ("MAU", 27),
        ("DL", 10),
        ("DEF", 10),
        ("OUT", 8),
        ("OD", 12),
        ("SFB", 2),
        ("RDC", 1),
        ("INS", 4),
        ("DLV", 6),
    ];
    let mut expected = Vec::new();
    for (family, count) in families {
        expected.extend((1..=count).map(|number| format!("R-{family}-{number:02}")));
    }
    let found: Vec<String> = interactions().into_iter().map(|row| row.id).collect();
    assert_eq!(found, expected);
    assert_eq!(found.len(), 130);
}

#[test]
fn every_place_of_an_interaction_exists() {
    let catalog = Catalog::builtin();
    for row in interactions() {
        let parts: Vec<&str> = row.at.split(' ').filter(|part| !part.is_empty()).collect();
        let each = |holds: &dyn Fn(&str) -> bool| !parts.is_empty() && parts.iter().all(|part| holds(part));
        let good = match (row.place.as_str(), row.what.as_str()) {
            ("rule", "") => each(&|id| catalog.rule(id).is_some()),
            ("code", "") | ("fact", "code") => each(&|code| code_info(code).is_some()),
            ("mac", what) => parts.is_empty() && !what.is_empty(),
            ("fact" | "note", what) => each(&|place| holds(&catalog, place, what)),
            _ => false,
        };
        assert!(good, "{row:?}");
    }
}

#[test]
fn every_rule_comes_from_an_interaction() {
    let rows = interactions();
    let named: BTreeSet<&str> =
        rows.iter().filter(|row| row.place == "rule").flat_map(|row| row.at.split(' ')).collect();
    let rules: BTreeSet<&str> = Catalog::builtin().rules().into_iter().map(|rule| rule.id).collect();
    assert_eq!(named, rules);
}

/// Whether a place of the catalogue, or a page, knows something: a field by its name, or words.
fn holds(catalog: &Catalog<'_>, place: &str, what: &str) -> bool {
    if place.starts_with("docs/") {
        return text(place).contains(what);
    }
    let Some((domain, key)) = place.split_once(':') else {
        let domain = catalog.domain(place).unwrap_or_else(|| panic!("no domain {place}"));
        return if what == "retired" { domain.retired.is_some() } else { domain.summary.contains(what) };
    };
    if what == "not-a-key" {
        return catalog.not_a_key(domain, key).is_some();
    }
    let known = catalog.key(domain, key).unwrap_or_else(|| panic!("no key {place}"));
    if what.split(' ').all(|word| has(&known, word).is_some()) {
        return what.split(' ').all(|word| has(&known, word) == Some(true));
    }
    let mut words = String::new();
    told(&known.key.node, &mut words);
    words.push_str(known.key.delivery_why.unwrap_or(""));
    words.push_str(known.key.removal.as_ref().map_or("", |removal| removal.says));
    words.contains(what)
}

/// Whether a key has a fact of this kind; none if the word names no kind.
fn has(known: &KeyRef<'_, '_>, word: &str) -> Option<bool> {
    let (key, node) = (known.key, &known.key.node);
    Some(match word {
        "works" => !node.works.is_empty(),
        "values" => !node.values.is_empty(),
        "range" => node.range.is_some(),
        "multiple-of" => node.multiple_of.is_some(),
        "superseded" => !key.superseded.is_empty(),
        "delivery" => key.delivery != Delivery::Any,
        "when" => key.when != When::Any,
        "removal" => key.removal.is_some(),
        "macos" => key.macos.is_some(),
        "secret" => node.secret,
        _ => return None,
    })
}

fn told(node: &Node<'_>, out: &mut String) {
    let outside = [&node.below, &node.above].into_iter().flatten().map(|outside| outside.says);
    let values = node.values.iter().flat_map(|value| [value.means, value.says.unwrap_or("")]);
    for text in node.notes.iter().copied().chain([node.summary]).chain(outside).chain(values) {
        out.push_str(text);
        out.push('\n');
    }
    node.children.iter().for_each(|(_, child)| told(child, out));
}

// -----------------------------------------------------------------------------------------------------------
// The page

/// The ids of each file of rules, by its family; the first line of the file says what the family is.
fn families() -> BTreeMap<String, (String, Vec<String>)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(root().join("catalog")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(family) = name.strip_prefix("rules-").and_then(|name| name.strip_suffix(".toml")) else {
            continue;
        };
        let text = text(&format!("catalog/{name}"));
        let head = text.split_once("settings: ").unwrap().1;
        let title = head.split_once('.').unwrap().0.replace("\n# ", " ");
        let ids = text.lines().filter_map(|line| line.strip_prefix("id = \"")?.strip_suffix('"'));
        found.insert(family.to_owned(), (title, ids.map(str::to_owned).collect()));
    }
    found
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

const HEAD: &str = "\
# Rules between settings

Some settings act on each other: one makes another useless, or needs it, or contradicts it. What is known of that is
in the catalogue as rules, `catalog/rules-*.toml`; [catalogue.md](catalogue.md#rule) has their grammar. `check` applies
them to the whole policy, `diff` to [a Mac](diff.md#settings-that-act-on-each-other); the id of a rule is the code of its
finding, which an `[[allow]]` can accept.

This page is made from the catalogue by a test. `prefsmith explain ID` says the same of one rule.

- A rule counts for the Macs of `[macs]` whose builds read the settings it is about; a text with an identity token,
  and a licence that `[macs]` does not name, are unknown. What is unknown accuses nobody: the rule is silent, or a note
  where this page says so.
- DOMAIN stands for one of the domains that it is tried for, KEY for one of its keys, ENTRY for an entry of a dictionary,
  APP for an app that is installed, BUILDS for the builds concerned, DOMAINS for the domains left out, VALUE for the value.
- Seven things between settings are no rules but code: `activation-address-refused`, `app-id-mismatch`,
  `deadline-passed`, `first-account-refused`, `forced-version-deferred`, `mail-domain-overlap`, `set-by-two-policies`.

Three things hold for every setting:

- An enforced value wins over what users and scripts set, and the app's own control for it is greyed out.
- An app that runs keeps the old value until it is quit; some need the Mac restarted.
- A script that writes users' preferences runs once for each user; the container of a sandboxed app is there only after
  its first launch.
";

fn page() -> String {
    let catalog = Catalog::builtin();
    let mut out = HEAD.to_owned();
    for (title, ids) in families().into_values() {
        writeln!(out, "\n## {}", capital(&title)).unwrap();
        for id in ids {
            let rule = catalog.rule(&id).unwrap();
            let severity = match rule.severity {
                Weight::Error => "error",
                Weight::Warning => "warning",
                Weight::Note => "note",
            };
            writeln!(out, "\n### {id}\n\n*{severity}*: {}\n\n{}", plain(rule.says), plain(rule.why)).unwrap();
            if let Some(unknown) = rule.unknown {
                writeln!(out, "\nWhere it is not known, a note: {}.", plain(unknown)).unwrap();
            }
            for help in &rule.help {
                writeln!(out, "\n- {}", capital(&plain(help))).unwrap();
            }
            if let Some(list) = rule.each.and_then(|name| catalog.list(name)) {
                writeln!(out, "\nDOMAIN: {}", list.domains.join(", ")).unwrap();
            }
            if !rule.any_key.is_empty() {
                writeln!(out, "\nKEY: {}", rule.any_key.join(", ")).unwrap();
            }
            if !rule.any_app.is_empty() {
                writeln!(out, "\nAPP: {}", rule.any_app.join(", ")).unwrap();
            }
            let confidence = rule.confidence.word();
            writeln!(out, "\nSources ({confidence}): {}", rule.sources.join(", ")).unwrap();
        }
    }
    out
}

#[test]
fn the_page_of_rules_is_up_to_date() {
    let page = page();
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(root().join("docs/rules.md"), &page).unwrap();
    }
    assert!(page == text("docs/rules.md"), "write it anew with UPDATE_EXPECTED=1, and read what changed");
}
