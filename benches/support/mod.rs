//! What the benches share: the policies they work on, and medians.

use prefsmith::catalog::model::{Delivery, Domain, Judgement, Literal, Node, ReadAs, Segment, Weight};
use prefsmith::catalog::{Catalog, Layer};
use prefsmith::value::{Type, quoted, toml_key};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

/// The largest of the ready-made policies: its name, and its text.
pub const LARGEST: (&str, &str) =
    ("office-privacy-any-build", include_str!("../../profiles/office-privacy-any-build.toml"));

/// A policy that sets every key of the built-in catalogue that a profile may carry, to a value that it takes.
pub fn every_key() -> (String, usize) {
    keys(&|_, delivery| delivery != Delivery::NeverByProfile)
}

/// A policy with every key that a script may set, and how many settings it has.
pub fn every_key_of_scripts() -> (String, usize) {
    keys(&|domain, delivery| delivery == Delivery::Any && domain.read_as != ReadAs::ApplePayload)
}

fn keys(wanted: &dyn Fn(&Domain<'_>, Delivery) -> bool) -> (String, usize) {
    let catalog = Catalog::builtin();
    let mut domains: BTreeMap<&str, String> = BTreeMap::new();
    let mut count = 0;
    for layer in catalog.layers() {
        for number in 0..layer.entries().len() {
            let wanted = |name: &str, delivery| catalog.domain(name).is_some_and(|one| wanted(one, delivery));
            count += one_key(layer, number, &wanted, &mut domains);
        }
    }
    let mut text = "[policy]\nid = \"com.example.every-key\"\nname = \"Every key\"\n".to_owned();
    for (domain, settings) in domains {
        let _ = write!(text, "\n[settings.{}]\n{settings}", quoted(domain));
    }
    // Every key at once contradicts itself; what is an error of that is accepted, so that there is a plan to build.
    let errors = catalog.rules().into_iter().filter(|rule| rule.severity == Weight::Error);
    for code in errors.map(|rule| rule.id).chain(["app-id-mismatch", "first-account-refused"]) {
        let _ = write!(text, "\n[[allow]]\ncode = \"{code}\"\nwhy = \"A bench.\"\n");
    }
    (text, count)
}

fn one_key<'c>(
    layer: &Layer<'c>,
    number: usize,
    wanted: &dyn Fn(&str, Delivery) -> bool,
    domains: &mut BTreeMap<&'c str, String>,
) -> usize {
    let Some(key) = layer.key(number) else { return 0 };
    let reached: Vec<&str> =
        key.domains.iter().copied().filter(|domain| wanted(domain, key.delivery)).collect();
    for domain in &reached {
        let settings = domains.entry(domain).or_default();
        let _ = writeln!(settings, "{} = {}", toml_key(key.name), value(&key.node));
    }
    reached.len()
}

/// A value that a position takes, as TOML.
fn value(node: &Node<'_>) -> String {
    match node.types.first() {
        Some(Type::Array) => {
            let item = node.children.iter().find(|(segment, _)| *segment == Segment::Item);
            let listed = listed(node).map(literal);
            format!("[{}]", listed.or_else(|| item.map(|(_, item)| value(item))).unwrap_or_default())
        }
        Some(Type::Dictionary) => {
            let entries: Vec<String> =
                node.children.iter().filter_map(|(part, child)| entry(part, child)).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        kind => listed(node).map_or_else(|| plain(node, kind.copied()), literal),
    }
}

fn entry(part: &Segment<'_>, child: &Node<'_>) -> Option<String> {
    let key = match part {
        Segment::Name(name) => name,
        Segment::AppPath => "/Applications/Microsoft Word.app",
        Segment::AnyKey => "example",
        Segment::Item => return None,
    };
    Some(format!("{} = {}", toml_key(key), value(child)))
}

fn listed<'n, 'a>(node: &'n Node<'a>) -> Option<&'n Literal<'a>> {
    node.values.iter().find(|allowed| allowed.verdict == Judgement::Fine).map(|allowed| &allowed.value)
}

fn plain(node: &Node<'_>, kind: Option<Type>) -> String {
    match kind {
        Some(Type::Boolean) => "true".to_owned(),
        Some(Type::Integer) => node.range.and_then(|range| range.min.or(range.max)).unwrap_or(60).to_string(),
        Some(Type::Real) => "1.5".to_owned(),
        Some(Type::Date) => "2027-01-31T10:00:00Z".to_owned(),
        Some(Type::Data) => "\"aGVsbG8=\"".to_owned(),
        _ if node.pattern.is_some() => "\"4.70\"".to_owned(),
        _ => "\"example\"".to_owned(),
    }
}

fn literal(value: &Literal<'_>) -> String {
    match value {
        Literal::Boolean(flag) => flag.to_string(),
        Literal::Integer(number) => number.to_string(),
        Literal::Real(number) => format!("{number:?}"),
        Literal::String(text) => quoted(text),
        Literal::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
    }
}

/// The middle one. Sorts.
pub fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// A time for people: `1.84 ms`, `93.1 µs`.
pub fn show(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        m if m < 1000.0 => format!("{m:.1} µs"),
        m if m < 1_000_000.0 => format!("{:.2} ms", m / 1e3),
        m => format!("{:.2} s", m / 1e6),
    }
}

/// The number on the command line, as in `cargo bench -- 10`; cargo's own `--bench` is passed over.
pub fn rounds(otherwise: usize) -> usize {
    std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(otherwise).max(1)
}
