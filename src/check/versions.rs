//! Which builds of `[macs]` read a setting, and what took its place.

use super::context::{Context, Subject, walk};
use super::rules::BESIDE;
use crate::catalog::model::Superseded;
use crate::catalog::ranges_of;
use crate::finding::{Finding, Findings, Severity};
use crate::plan::{Enforcement, LeftOutWhy, Reads};
use crate::version::Ranges;

/// The code of a setting that only older builds read.
const NO_LONGER: &str = "no-longer-read";

/// Not read yet, no longer, only by some builds, or by builds nobody vouches for.
pub(super) fn builds(context: &Context<'_, '_>, subject: &Subject<'_, '_>, findings: &mut Findings) {
    let Some(facts) = subject.facts() else { return };
    if subject.setting.enforcement == Enforcement::Unset {
        return;
    }
    let says = if context.of_profile() { "--macs" } else { "[macs]" };
    for read in &subject.setting.reads {
        let Some(out_there) = context.versions(&read.product) else {
            if context.of_profile() && facts.key.superseded.is_empty() {
                ended(context, subject, read, findings);
            }
            continue;
        };
        let named = spoken(context, &read.product);
        if out_there.is_empty() {
            let title =
                format!("`{}` is for {}, which {says} says is not installed", subject.key(), read.product);
            findings.push(subject.finding("not-installed", title));
            continue;
        }
        if let Some(mut finding) = read_by(subject, named, out_there, read) {
            let newer = &facts.key.superseded;
            if finding.code.as_str() == NO_LONGER && !newer.iter().any(|one| is_set(context, one)) {
                finding = newer.iter().map(|one| add(context, one)).fold(finding, Finding::help);
            }
            findings.push(finding);
        }
    }
    if let Some(product) = facts.product(context.catalog)
        && subject.setting.reads.iter().all(|read| read.product != product.name)
        && context.versions(product.name).is_some_and(Ranges::is_empty)
    {
        let title =
            format!("`{}` is for {}, which {says} says is not installed", subject.key(), product.name);
        findings.push(subject.finding("not-installed", title));
    }
    doubtful(context, subject, findings);
    nested(context, subject, findings);
}

/// A profile does not say what runs out there; but that no build of today reads a key is worth knowing.
fn ended(context: &Context<'_, '_>, subject: &Subject<'_, '_>, read: &Reads, findings: &mut Findings) {
    let Some(last) = read.all().upper() else { return };
    let named = spoken(context, &read.product);
    let title = format!("`{}` is no longer read after {named} {last}", subject.key());
    let finding = subject.finding(NO_LONGER, title).severity(Severity::Note);
    findings.push(finding.note(format!("{named} {} reads it", read.ranges.describe())));
}

/// How a product is named in findings: by its suite, unless `[macs]` tells it apart. What holds for every app of
/// the suite is then one finding.
fn spoken<'p>(context: &Context<'p, '_>, product: &'p str) -> &'p str {
    let suite = context.catalog.product(product).and_then(|product| product.suite);
    match suite {
        Some(suite) if context.versions(suite) == context.versions(product) => suite,
        _ => product,
    }
}

fn read_by(subject: &Subject<'_, '_>, product: &str, out_there: &Ranges, read: &Reads) -> Option<Finding> {
    let reads = &read.all();
    let missed = out_there.minus(reads);
    if missed.is_empty() {
        return None;
    }
    let key = subject.key();
    let by = format!("{product} {} reads it", read.ranges.describe());
    let readers = out_there.intersect(reads);
    if !readers.is_empty() {
        let title = format!("`{key}` is not read by {product} {}", missed.describe());
        return Some(subject.finding("read-by-some-builds", title).note(by));
    }
    // All of them are too old, or else at least one build came after the last that read it.
    let older = match (reads.lower(), missed.as_slice().last().and_then(|range| range.end())) {
        (Some(first), Some(end)) => end <= first,
        _ => false,
    };
    let (code, word) = if older { ("not-read-yet", "not read yet") } else { (NO_LONGER, "no longer read") };
    let title = format!("`{key}` is {word} by {product} {}", missed.describe());
    Some(subject.finding(code, title).note(by))
}

/// Builds nobody vouches for, each reason once.
fn doubtful(context: &Context<'_, '_>, subject: &Subject<'_, '_>, findings: &mut Findings) {
    let Some(facts) = subject.facts() else { return };
    let Some(product) = facts.product(context.catalog) else { return };
    for part in &facts.key.node.doubtful {
        let Ok(range) = part.range.parse::<Ranges>() else { continue };
        let concerned = match context.versions(product.name) {
            Some(out_there) => out_there.intersect(&range),
            None if context.macs_doubtful => continue,
            None => range,
        };
        if !concerned.is_empty() {
            let named = spoken(context, product.name);
            let title =
                format!("nobody vouches that {named} {} reads `{}`", concerned.describe(), subject.key());
            findings.push(subject.finding("not-vouched-for", title).note(part.why.trim_end_matches('.')));
        }
    }
}

/// Entries of dictionaries that some builds do not read.
fn nested(context: &Context<'_, '_>, subject: &Subject<'_, '_>, findings: &mut Findings) {
    let (Some(facts), Some(value)) = (subject.facts(), &subject.setting.value) else { return };
    let Some(product) = facts.product(context.catalog) else { return };
    let Some(out_there) = context.versions(product.name) else { return };
    let own = facts.reads();
    let named = spoken(context, product.name);
    walk(value, &subject.setting.places, &facts.key.node, &mut |position| {
        if position.path.is_empty() || position.node.works.is_empty() {
            return;
        }
        // What the whole key already says is not said again.
        let missed = out_there.intersect(own).minus(&ranges_of(&position.node.works));
        if missed.is_empty() {
            return;
        }
        let title =
            format!("`{}` is not read by {named} {}", position.name(subject.key()), missed.describe());
        findings.push(subject.finding_at("read-by-some-builds", title, &position.places.at));
    });
}

/// A bare key that went to some of its domains only: the others would not have read it.
///
/// It is a warning where something newer does there what the policy asks for, and the policy does not set it.
pub(super) fn left_out(context: &Context<'_, '_>, findings: &mut Findings) {
    for left in &context.plan.left_out {
        let LeftOutWhy::NotRead(reads) = &left.why else { continue };
        // A bare key that went nowhere has its own finding.
        let went_somewhere = context.plan.settings.iter().any(|s| s.bare && s.origin == left.origin);
        if !went_somewhere {
            continue;
        }
        let by: Vec<String> = reads
            .iter()
            .map(|read| format!("{} {}", spoken(context, &read.product), read.ranges.describe()))
            .collect();
        let title = format!("`{}` is left out where only {} reads it", left.key, by.join(" on "));
        let mut finding = Finding::new("left-out", title)
            .at(left.origin.clone(), "")
            .about(&left.domain, &left.key)
            .note("[macs] has no such build");
        let newer = context.catalog.key(&left.domain, &left.key).map(|known| known.key.superseded.as_slice());
        let newer = newer.unwrap_or_default();
        if !newer.is_empty() && !newer.iter().any(|one| is_set(context, one)) {
            let helps = newer.iter().map(|one| add(context, one));
            finding = helps.fold(finding.severity(Severity::Warning), Finding::help);
        }
        findings.push(finding);
    }
}

/// Whether a policy sets what took a key's place.
fn is_set(context: &Context<'_, '_>, newer: &Superseded<'_>) -> bool {
    newer.by.split_once(':').is_some_and(|(domain, key)| {
        let name = key.split(['=', ' ']).next().unwrap_or(key);
        context.plan.setting(domain, name).is_some_and(|setting| setting.value.is_some())
    })
}

/// What to add in a key's place.
fn add(context: &Context<'_, '_>, newer: &Superseded<'_>) -> String {
    let from = newer.from.map_or(String::new(), |from| format!(" (from {from})"));
    let domain = newer.by.split_once(':').map_or("", |(domain, _)| context.catalog.short(domain));
    if context.of_profile() {
        let key = newer.by.split_once(':');
        let named = key.map_or(newer.by.to_owned(), |(domain, key)| format!("`{key}` of {domain}"));
        return format!("set {named}{from}");
    }
    match newer.line {
        // A line may name its domain itself: `Office = { … }`.
        Some(line) if line.starts_with(&format!("{domain} =")) => {
            format!("add `{line}` under [settings]{from}")
        }
        Some(line) => format!("add `{line}` under [settings.{domain}]{from}"),
        None => format!("set {}{from}", of_domain(context, newer.by)),
    }
}

/// `domain:key` in words: the key of the domain's short name.
fn of_domain(context: &Context<'_, '_>, path: &str) -> String {
    match path.split_once(':') {
        Some((domain, key)) => format!("`{key}` of {}", context.catalog.short(domain)),
        None => format!("`{path}`"),
    }
}

/// Something newer took the key's place, for Macs that are out there, and the policy does not set it.
pub(super) fn superseded(context: &Context<'_, '_>, subject: &Subject<'_, '_>, findings: &mut Findings) {
    let Some(facts) = subject.facts() else { return };
    let newer = &facts.key.superseded;
    // For which Macs it holds is unknown where an error hides what [macs] says.
    if newer.is_empty() || context.macs_doubtful || subject.setting.enforcement == Enforcement::Unset {
        return;
    }
    if newer.iter().any(|one| is_set(context, one)) {
        return;
    }
    let own = facts.product(context.catalog).map(|product| product.name);
    let reads = facts.reads();
    let out_there = own.and_then(|name| context.versions(name));
    let product = own.map(|name| spoken(context, name));
    // Where no last build is known, the key is superseded for everybody; else for what came after it.
    let any = Ranges::any();
    let later = out_there.unwrap_or(&any).minus(reads);
    let ends = reads.as_slice().last().and_then(|range| range.end());
    if let Some(end) = ends
        && later.as_slice().iter().all(|range| range.end().is_some_and(|last| last <= end))
    {
        return;
    }
    // That no Mac reads it any more is a finding of its own, with the same help.
    if out_there.is_some_and(|versions| versions.intersect(reads).is_empty()) {
        return;
    }
    let by = newer.first().map_or(String::new(), |one| of_domain(context, one.by));
    let finding = subject.finding("superseded", superseded_title(subject.key(), product, reads, &by));
    let finding = newer.iter().map(|one| add(context, one)).fold(finding, Finding::help);
    let beside = newer
        .iter()
        .filter_map(|one| one.by.split_once(':'))
        .any(|(domain, key)| context.beside.has(domain, key.split(['=', ' ']).next().unwrap_or(key)));
    findings.push(if beside { finding.severity(Severity::Note).note(BESIDE) } else { finding });
}

fn superseded_title(key: &str, product: Option<&str>, reads: &Ranges, by: &str) -> String {
    match (product, reads.upper()) {
        (Some(product), Some(last)) => format!("`{key}` ends with {product} {last}: {by} took its place"),
        _ => format!("{by} took the place of `{key}`"),
    }
}
