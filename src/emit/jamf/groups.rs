//! Smart computer groups: by what the extension attribute says, and by the versions of apps.

use super::bodies::Criterion;
use super::regex::{LIMIT, needs_builds, regexes};
use crate::catalog::Catalog;
use crate::catalog::model::Product;
use crate::check::CheckedPlan;
use crate::finding::listed;
use crate::plan::Cut;
use crate::text::slug;
use crate::version::Ranges;
use std::collections::BTreeSet;

/// A group, as it stands in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// What its file is called, without the ending.
    pub slug: String,
    /// What it is called on the server, behind the name of the policy.
    pub title: String,
    /// Which Macs are in it, as a sentence.
    pub about: String,
    /// What a Mac must meet.
    pub criteria: Vec<Criterion>,
    /// The products whose builds it asks an extension attribute for.
    pub builds_of: Vec<String>,
}

/// What the inventory calls the version of macOS, and the catalogue its product.
const MACOS: (&str, &str) = ("macOS", "Operating System Version");

/// What the inventory calls the groups of a computer.
const MEMBER: &str = "Computer Group";

/// The criteria of a bracket, joined by *and*.
type Bracket = Vec<(String, &'static str, String)>;

/// One bracket behind the other, joined by *or*.
fn criteria(brackets: Vec<Bracket>) -> Vec<Criterion> {
    let several = brackets.len() > 1;
    let mut all = Vec::new();
    for (number, bracket) in brackets.into_iter().enumerate() {
        let last = bracket.len().saturating_sub(1);
        let wrapped = several && last > 0;
        for (at, (name, operator, value)) in bracket.into_iter().enumerate() {
            all.push(Criterion {
                or: at == 0 && number > 0,
                name,
                operator,
                value,
                opens: wrapped && at == 0,
                closes: wrapped && at == last,
            });
        }
    }
    all
}

/// Every group of a policy; `verdict` is the name of the extension attribute with the verdict on it, if there is one.
pub(super) fn all(plan: &CheckedPlan, catalog: &Catalog<'_>, verdict: Option<&str>) -> Vec<Group> {
    let verdicts = verdict.map(by_verdict).into_iter().flatten();
    verdicts.chain(by_version(plan, catalog)).collect()
}

/// The smart group of each cut, in their order: Macs that have what it needs, and of the policy's own groups only, where
/// it names some.
pub(super) fn by_build(plan: &CheckedPlan, own: &[&str], catalog: &Catalog<'_>) -> Vec<Group> {
    let one = |cut: &Cut| {
        let mut brackets: Vec<Bracket> = vec![Vec::new()];
        let mut builds_of = Vec::new();
        for (product, ranges) in &cut.needs {
            let (product, apps) = apps(product, &[], catalog);
            let (part, of) = self::brackets(Asked { product, ranges: ranges.clone(), apps }, catalog);
            builds_of.extend(of);
            brackets = both(&brackets, &part);
        }
        if !own.is_empty() {
            let member = |name: &&str| vec![(MEMBER.to_owned(), "member of", (*name).to_owned())];
            brackets = both(&own.iter().map(member).collect::<Vec<_>>(), &brackets);
        }
        let of = if own.is_empty() { String::new() } else { format!(", of {}", listed(own)) };
        Group {
            slug: format!("profile-{}", cut.slug),
            title: title_of(cut),
            about: format!("Macs that get the profile for {}{of}.", cut.words),
            criteria: criteria(brackets),
            builds_of,
        }
    };
    plan.cuts().iter().map(one).collect()
}

/// What the smart group of a cut is called, behind the name of the policy.
pub(super) fn title_of(cut: &Cut) -> String {
    format!("Macs with {}", cut.words)
}

/// Each of some brackets with each of others: both must be met.
fn both(some: &[Bracket], others: &[Bracket]) -> Vec<Bracket> {
    let pairs = some.iter().flat_map(|one| others.iter().map(move |other| [one.as_slice(), other].concat()));
    pairs.collect()
}

/// The groups of a verdict, by the extension attribute of this name.
fn by_verdict(attribute: &str) -> [Group; 4] {
    let one = |slug: &str, title: &str, about: &str, values: &[(&'static str, &str)]| {
        let brackets = values
            .iter()
            .map(|(operator, value)| vec![(attribute.to_owned(), *operator, (*value).to_owned())]);
        Group {
            slug: slug.to_owned(),
            title: title.to_owned(),
            about: about.to_owned(),
            criteria: criteria(brackets.collect()),
            builds_of: Vec::new(),
        }
    };
    [
        one(
            "compliant",
            "compliant",
            "Every setting is enforced as the policy has it.",
            &[("is", "Compliant")],
        ),
        one(
            "drift",
            "drift",
            "At least one setting is not enforced as the policy has it.",
            &[("matches regex", "^Drift")],
        ),
        one("not-installed", "not installed", "None of the apps is there.", &[("is", "Not installed")]),
        one(
            "undecided",
            "undecided",
            "Nobody knows: the Mac could not be read, or has not answered yet.",
            &[("matches regex", "^Unknown"), ("is", "")],
        ),
    ]
}

/// What is asked for in one group: a product or a suite as the policy names it, and versions.
struct Asked {
    product: String,
    ranges: Ranges,
    /// The products that have an app, and of which one must be in the ranges.
    apps: Vec<String>,
}

/// A group for each range of versions that the policy speaks of: that read a setting, or that `[macs]` names.
fn by_version(plan: &CheckedPlan, catalog: &Catalog<'_>) -> Vec<Group> {
    let mut list: Vec<Asked> = Vec::new();
    let mut ask = |product: &str, ranges: Ranges, readers: &[&str]| {
        let (product, apps) = apps(product, readers, catalog);
        if ranges.is_any() || ranges.is_empty() || (apps.is_empty() && product != MACOS.0) {
            return;
        }
        match list.iter_mut().find(|known| known.product == product && known.ranges == ranges) {
            Some(known) => known.apps.extend(apps),
            None => list.push(Asked { product, ranges, apps }),
        }
    };
    for setting in plan.settings.iter().filter(|setting| setting.value.is_some()) {
        let known = catalog.key(setting.domain.as_str(), setting.key.as_str());
        let readers = known.map_or(&[][..], |known| known.key.apps.as_slice());
        for read in &setting.reads {
            ask(&read.product, read.all(), readers);
        }
    }
    let versions = &plan.macs.versions;
    for (product, ranges) in versions {
        // What is said of a suite is said of each of its apps; one that says no more needs no group of its own.
        let suite = catalog.product(product).and_then(|known| known.suite);
        if suite.is_none_or(|suite| versions.get(suite) != Some(ranges)) {
            ask(product, ranges.clone(), &[]);
        }
    }
    list.sort_by_key(|asked| (asked.product.clone(), asked.ranges.to_string()));
    list.into_iter().map(|asked| group(asked, catalog)).collect()
}

/// The product that a group is about, and the products of which one must have the version: itself, or where it is no app
/// those of its suite that read a setting.
fn apps(product: &str, readers: &[&str], catalog: &Catalog<'_>) -> (String, Vec<String>) {
    let Some(known) = catalog.product(product) else { return (product.to_owned(), Vec::new()) };
    if !known.app.is_empty() {
        return (known.name.to_owned(), vec![known.name.to_owned()]);
    }
    let suite = known.suite.unwrap_or(known.name);
    let inside = |other: &&Product<'_>| {
        let reads = readers.is_empty() || readers.contains(&other.name);
        other.suite == Some(suite) && !other.app.is_empty() && reads
    };
    let apps = catalog.products().filter(inside).map(|other| other.name.to_owned()).collect();
    (suite.to_owned(), apps)
}

fn group(asked: Asked, catalog: &Catalog<'_>) -> Group {
    let words = asked.ranges.describe();
    let slug = slug(&format!("{} {words}", asked.product));
    let title = format!("{} {words}", asked.product);
    let about = format!("{title} is installed.");
    let (brackets, builds_of) = brackets(asked, catalog);
    Group { slug, title, about, criteria: criteria(brackets), builds_of }
}

/// What a Mac must meet that has a product in some versions, and the products of whose builds an extension attribute is
/// asked for.
fn brackets(asked: Asked, catalog: &Catalog<'_>) -> (Vec<Bracket>, Vec<String>) {
    let Asked { product, ranges, apps } = asked;
    let builds = needs_builds(&ranges) && product != MACOS.0;
    let names: BTreeSet<&str> = apps.iter().map(String::as_str).collect();
    let mut brackets: Vec<Bracket> = Vec::new();
    if product == MACOS.0 {
        brackets.extend(of_system(&ranges));
    }
    for name in &names {
        let Some(known) = catalog.product(name) else { continue };
        if builds {
            let attribute = attribute_of_build(known);
            let list = regexes(&ranges, true, LIMIT);
            brackets.extend(list.into_iter().map(|one| vec![(attribute.clone(), "matches regex", one)]));
            continue;
        }
        let files: BTreeSet<&str> = known.app.iter().filter_map(|path| path.rsplit('/').next()).collect();
        for file in files {
            brackets.extend(regexes(&ranges, false, LIMIT).into_iter().map(|one| {
                vec![
                    ("Application Title".to_owned(), "is", file.to_owned()),
                    ("Application Version".to_owned(), "matches regex", one),
                ]
            }));
        }
    }
    let builds_of = if builds { names.into_iter().map(str::to_owned).collect() } else { Vec::new() };
    (brackets, builds_of)
}

/// What an extension attribute with the build of an app is called.
pub(super) fn attribute_of_build(product: &Product<'_>) -> String {
    format!("{} build", product.title)
}

/// The version of macOS is the one that smart groups compare as a number.
fn of_system(ranges: &Ranges) -> Vec<Bracket> {
    let bound = |operator: &'static str, version: Option<crate::version::Version>| {
        version.map(|version| (MACOS.1.to_owned(), operator, version.to_string()))
    };
    let sides = ranges.as_slice().iter().map(|range| {
        let low = bound("greater than or equal", range.lower());
        low.into_iter().chain(bound("less than", range.end())).collect()
    });
    sides.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, value: &str) -> (String, &'static str, String) {
        (name.to_owned(), "is", value.to_owned())
    }

    #[test]
    fn brackets_stand_only_where_they_are_needed() {
        let shape = |list: &[Criterion]| -> String {
            let part = |one: &Criterion| {
                let (or, opens, closes) = (
                    if one.or { " or " } else { " and " },
                    if one.opens { "(" } else { "" },
                    if one.closes { ")" } else { "" },
                );
                format!("{or}{opens}{}{closes}", one.value)
            };
            list.iter().map(part).collect()
        };
        let pair = || vec![one("a", "1"), one("b", "2")];
        assert_eq!(shape(&criteria(vec![pair()])), " and 1 and 2");
        assert_eq!(shape(&criteria(vec![pair(), pair()])), " and (1 and 2) or (1 and 2)");
        assert_eq!(shape(&criteria(vec![vec![one("a", "1")], vec![one("a", "2")]])), " and 1 or 2");
    }

    #[test]
    fn macos_is_compared_as_a_number() {
        let brackets = of_system(&"12 .. 13, 15 ..".parse().unwrap());
        let line = |bracket: &Bracket| -> String {
            bracket.iter().map(|(_, operator, value)| format!("{operator} {value};")).collect()
        };
        let lines: Vec<String> = brackets.iter().map(line).collect();
        assert_eq!(lines, ["greater than or equal 12.0;less than 14.0;", "greater than or equal 15.0;"]);
    }
}
