//! Builds and successors: ranges hold something, do not contradict each other, and lead to lines that work.

use crate::{keys, none, positions};
use prefsmith::catalog::Catalog;
use prefsmith::check::{Options, check};
use prefsmith::finding::{Findings, Severity, Sources};
use prefsmith::plan::Plan;
use prefsmith::policy::{Files, Policy};
use prefsmith::version::{Ranges, Version};

fn ranges(text: &str) -> Ranges {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn union<'t>(texts: impl IntoIterator<Item = &'t str>) -> Ranges {
    texts.into_iter().fold(Ranges::none(), |all, text| all.union(&ranges(text)))
}

#[test]
fn ranges_hold_something_and_do_not_overlap() {
    let catalog = Catalog::builtin();
    let mut complaints = Vec::new();
    for key in keys(&catalog) {
        for (path, node) in positions(key) {
            let mut taken = Ranges::none();
            for text in node.works.iter().copied().chain(node.doubtful.iter().map(|part| part.range)) {
                let one = ranges(text);
                if one.is_empty() {
                    complaints.push(format!("{path}: {text} holds nothing"));
                }
                if !one.intersect(&taken).is_empty() {
                    complaints.push(format!("{path}: {text} is spoken of twice"));
                }
                taken = taken.union(&one);
            }
            if node.works.is_empty() && !node.doubtful.is_empty() {
                complaints.push(format!("{path}: doubtful builds, and no others"));
            }
            let why = node.doubtful.iter().find(|part| part.why.trim().is_empty());
            complaints.extend(why.map(|part| format!("{path}: why is {} doubtful?", part.range)));
            let reads = if taken.is_empty() { Ranges::any() } else { taken };
            for allowed in &node.values {
                let own = allowed.works.map_or_else(Ranges::any, ranges);
                if own.intersect(&reads).is_empty() {
                    complaints.push(format!("{path}: no build that reads the key knows {:?}", allowed.value));
                }
            }
        }
        if key.macos.is_some_and(|text| ranges(text).is_empty()) {
            complaints.push(format!("{}: macos holds nothing", key.name));
        }
    }
    none(complaints);
}

/// AutoUpdate calls an app of one version by one name. Of ids without versions nobody knows when they were used.
#[test]
fn ids_of_products_do_not_overlap() {
    let catalog = Catalog::builtin();
    for product in catalog.products() {
        let mut taken = Ranges::none();
        for id in &product.mau_ids {
            let Some(own) = id.range.map(ranges) else { continue };
            assert!(!own.is_empty(), "{} {}", product.name, id.id);
            assert!(own.intersect(&taken).is_empty(), "{}: {} and another id", product.name, id.id);
            taken = taken.union(&own);
        }
    }
}

/// The first version that has a successor reads it.
#[test]
fn successors_are_read_from_the_version_that_is_named() {
    let catalog = Catalog::builtin();
    let mut complaints = Vec::new();
    for key in keys(&catalog) {
        for newer in &key.superseded {
            let (domain, name) = newer.by.split_once(':').unwrap();
            let by = catalog.key(domain, name).unwrap();
            let Some(from) = newer.from else { continue };
            let from: Version = from.parse().unwrap_or_else(|_| panic!("{}: from {from}", key.name));
            let reads = by.reads();
            if !reads.contains(&from) {
                complaints.push(format!(
                    "{}: {} is read {}, not in {from}",
                    key.name,
                    newer.by,
                    reads.describe()
                ));
            }
        }
    }
    none(complaints);
}

struct Text(String);

impl Files for Text {
    fn read(&self, _: &str) -> Result<String, String> {
        Ok(self.0.clone())
    }
}

/// The plan of a policy with these lines in `[settings]`, and every error and warning about it.
fn plan(lines: &str, catalog: &Catalog<'static>) -> (Plan, Vec<String>) {
    let text = format!("[policy]\nid = \"com.example.test\"\n[settings]\n{lines}\n");
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let policy = Policy::load("test.toml", &Text(text), &mut sources, &mut findings).unwrap();
    let plan = policy.resolve(catalog, &mut findings);
    let checked = check(plan, findings, catalog, &Options::default());
    let loud = checked.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let said = loud.map(|finding| finding.title.clone()).collect();
    (checked.plan.map_or_else(|plan| plan, |checked| checked.into_inner()), said)
}

/// A line that findings tell people to add can be added: it sets what it is said to set, to a value that is fine.
#[test]
fn lines_to_add_set_the_successor() {
    let catalog = Catalog::builtin();
    let (mut complaints, mut tried) = (Vec::new(), 0);
    for key in keys(&catalog) {
        for newer in &key.superseded {
            let Some(line) = newer.line else { continue };
            tried += 1;
            let (domain, name) = newer.by.split_once(':').unwrap();
            let (plan, said) = plan(line, &catalog);
            if plan.setting(domain, name).is_none() || !said.is_empty() {
                complaints.push(format!("{}: `{line}` for {}: {said:?}", key.name, newer.by));
            }
        }
    }
    assert!(tried > 10, "only {tried} lines were tried");
    none(complaints);
}

/// What the first key of all says of builds, by hand: it came in the middle of 15.25, and the page that describes it
/// is about Office 2016.
#[test]
fn founding_keys_end_where_nobody_vouches_for_them() {
    let catalog = Catalog::builtin();
    let known = catalog.key("com.microsoft.Word", "UseOnlineContent").unwrap();
    assert_eq!(*known.works(), union(["15.25 [160726] .. 16.16.x"]));
    assert_eq!(*known.doubtful(), union(["16.17 .."]));
}
