//! Whether values are among those that the app takes.

use super::context::{Context, Position, Step, Subject, walk};
use super::variables::holds_variable;
use crate::catalog::KeyRef;
use crate::catalog::model::{Allowed, Bounds, Judgement, Node, Outside, Segment, Weight};
use crate::document::nearest;
use crate::finding::{Finding, Findings, Severity};
use crate::plan::Kind;
use crate::value::{Integer, Real, Text, Value};
use crate::version::Ranges;
use std::cmp::Ordering;

pub(super) fn values(context: &Context<'_, '_>, subject: &Subject<'_, '_>, findings: &mut Findings) {
    let (Some(facts), Some(value)) = (subject.facts(), &subject.setting.value) else { return };
    walk(value, &subject.setting.places, &facts.key.node, &mut |position| {
        // A value of another type has its own finding; a token's text is not known here. A value that is
        // refused by name may well be of another type: its own words are better.
        let filled = subject.kind == Kind::Profile && holds_variable(position.value);
        if filled || position.value.has_tokens() || !position.node.types.contains(&position.value.kind()) {
            return;
        }
        let quotes = quotes(subject, position);
        let quoted = quotes.is_some();
        findings_of(quotes, findings);
        if quoted {
            return;
        }
        if let Value::Array(items) = position.value {
            of_items(context, subject, facts, position, items, findings);
        } else {
            one(context, subject, facts, position, position.node, findings);
        }
    });
}

fn findings_of(found: impl IntoIterator<Item = Finding>, findings: &mut Findings) {
    found.into_iter().for_each(|finding| findings.push(finding));
}

/// The allowed values of an array of scalars stand at the array: they are its items'.
fn of_items(
    context: &Context<'_, '_>,
    subject: &Subject<'_, '_>,
    facts: &KeyRef<'_, '_>,
    position: &Position<'_, '_>,
    items: &[Value],
    findings: &mut Findings,
) {
    let kinds = position.node.children.iter().find(|(s, _)| *s == Segment::Item).map(|(_, item)| &item.types);
    for (at, item) in items.iter().enumerate() {
        if kinds.is_some_and(|kinds| kinds.contains(&item.kind())) {
            let mut path = position.path.clone();
            path.push(Step::Item(at));
            let inner = Position { value: item, places: position.places.item(at), node: position.node, path };
            one(context, subject, facts, &inner, position.node, findings);
        }
    }
}

fn one(
    context: &Context<'_, '_>,
    subject: &Subject<'_, '_>,
    facts: &KeyRef<'_, '_>,
    position: &Position<'_, '_>,
    node: &Node<'_>,
    findings: &mut Findings,
) {
    match node.values.iter().find(|allowed| allowed.value.to_value() == *position.value) {
        Some(allowed) => known_value(context, subject, facts, position, allowed, findings),
        None if in_range(node, position.value) => {}
        None => {
            if !node.values.is_empty() && !node.open && node.range.is_none() && node.pattern.is_none() {
                findings.push(not_allowed(subject, position, node));
            } else {
                findings_of(outside(subject, position, node), findings);
                findings_of(pattern(subject, position, node), findings);
            }
        }
    }
    findings_of(multiple(subject, position, node), findings);
    // Where only some values are allowed, one with a space is none of them.
    if node.values.is_empty() || node.open {
        findings_of(stray_space(subject, position), findings);
    }
}

fn in_range(node: &Node<'_>, value: &Value) -> bool {
    match (node.range, value) {
        (Some(bounds), Value::Integer(number)) => {
            let number = number.get();
            bounds.min.is_none_or(|min| number >= i128::from(min))
                && bounds.max.is_none_or(|max| number <= i128::from(max))
        }
        (Some(bounds), Value::Real(number)) => side(bounds, *number).is_none(),
        _ => false,
    }
}

/// Whether a number lies below (`Less`) or above (`Greater`) a range. Every bound that a catalogue would write is
/// exact as a floating-point number.
#[expect(clippy::cast_precision_loss, reason = "bounds beyond 2^53 are of no use for reals")]
fn side(bounds: Bounds, number: Real) -> Option<Ordering> {
    let number = number.get();
    if bounds.min.is_some_and(|min| number < min as f64) {
        return Some(Ordering::Less);
    }
    bounds.max.is_some_and(|max| number > max as f64).then_some(Ordering::Greater)
}

/// A value with its meaning: fine, discouraged, refused, or not taken by some builds.
fn known_value(
    context: &Context<'_, '_>,
    subject: &Subject<'_, '_>,
    facts: &KeyRef<'_, '_>,
    position: &Position<'_, '_>,
    allowed: &Allowed<'_>,
    findings: &mut Findings,
) {
    let name = position.name(subject.key());
    let code = match allowed.verdict {
        Judgement::Fine => None,
        Judgement::Warn => Some("value-discouraged"),
        Judgement::Refuse => Some("value-not-allowed"),
    };
    if let Some(refused) = not_taken(context, subject, facts, position, allowed) {
        findings.push(refused);
        return;
    }
    let Some(code) = code else { return };
    let says = allowed.says.unwrap_or(allowed.means);
    let title = format!("`{name}` = {}: {}", position.value, says.trim_end_matches('.'));
    let finding = subject.finding_at(code, title, &position.places.at);
    findings.push(instead(finding, subject, position, allowed));
}

fn instead(
    finding: Finding,
    subject: &Subject<'_, '_>,
    position: &Position<'_, '_>,
    allowed: &Allowed<'_>,
) -> Finding {
    let Some(better) = allowed.instead.as_ref().map(|literal| literal.to_value()) else {
        return finding;
    };
    let finding = finding.help(format!("write `{}`", subject.kind.written(&better)));
    subject.write(finding, &position.places.at, &better, "write today's value")
}

/// A value that only some builds take.
fn not_taken(
    context: &Context<'_, '_>,
    subject: &Subject<'_, '_>,
    facts: &KeyRef<'_, '_>,
    position: &Position<'_, '_>,
    allowed: &Allowed<'_>,
) -> Option<Finding> {
    let works: Ranges = allowed.works?.parse().ok()?;
    let product = facts.product(context.catalog)?;
    let out_there = context.versions(product.name)?;
    let lost = out_there.minus(&works);
    if lost.is_empty() {
        return None;
    }
    let title = format!(
        "`{}` = {} is not taken by {} {}",
        position.name(subject.key()),
        position.value,
        product.name,
        lost.describe()
    );
    let mut finding = subject.finding_at("value-not-taken", title, &position.places.at).note(format!(
        "it is taken by {} {}",
        product.name,
        works.describe()
    ));
    if let Some(says) = allowed.says {
        finding = finding.note(says.trim_end_matches('.'));
    }
    Some(instead(finding, subject, position, allowed))
}

fn not_allowed(subject: &Subject<'_, '_>, position: &Position<'_, '_>, node: &Node<'_>) -> Finding {
    let title = format!("`{}` cannot be {}", position.name(subject.key()), position.value);
    let mut finding = subject.finding_at("value-not-allowed", title, &position.places.at);
    let good = || node.values.iter().filter(|allowed| allowed.verdict == Judgement::Fine);
    for allowed in good().filter(|allowed| !allowed.means.is_empty()) {
        finding =
            finding.note(format!("{}: {}", allowed.value.to_value(), allowed.means.trim_end_matches('.')));
    }
    let values: Vec<Value> = good().map(|allowed| allowed.value.to_value()).collect();
    let known: Vec<String> = values.iter().map(Value::to_string).collect();
    let written = position.value.to_string();
    match nearest(&written, known.iter().map(String::as_str)) {
        Some(near) if matches!(position.value, Value::String(_)) => {
            let finding = finding.help(format!("did you mean `{near}`?"));
            let title = format!("write `{near}`");
            match values.iter().find(|value| value.to_string() == near) {
                Some(meant) => subject.write(finding, &position.places.at, meant, title),
                None => finding,
            }
        }
        _ => finding.help(format!("it is one of {}", known.join(", "))),
    }
}

fn outside(subject: &Subject<'_, '_>, position: &Position<'_, '_>, node: &Node<'_>) -> Option<Finding> {
    let bounds = node.range?;
    let unit = node.unit.map_or(String::new(), |unit| format!(" {unit}"));
    let below = match position.value {
        Value::Integer(number) => bounds.min.is_some_and(|min| number.get() < i128::from(min)),
        Value::Real(number) => side(bounds, *number)? == Ordering::Less,
        _ => return None,
    };
    let (said, words): (&Option<Outside<'_>>, _) =
        if below { (&node.below, "too low: at least") } else { (&node.above, "too high: at most") };
    let limit = if below { bounds.min } else { bounds.max }?;
    let title = format!("`{}` = {} is {words} {limit}{unit}", position.name(subject.key()), position.value);
    let mut finding = subject.finding_at("out-of-range", title, &position.places.at);
    if let Some(outside) = said {
        finding = finding.severity(severity(outside.weight)).note(outside.says.trim_end_matches('.'));
    }
    Some(finding)
}

fn severity(weight: Weight) -> Severity {
    match weight {
        Weight::Error => Severity::Error,
        Weight::Warning => Severity::Warning,
        Weight::Note => Severity::Note,
    }
}

fn multiple(subject: &Subject<'_, '_>, position: &Position<'_, '_>, node: &Node<'_>) -> Option<Finding> {
    let (of, Value::Integer(Integer::Signed(number))) = (node.multiple_of?, position.value) else {
        return None;
    };
    (of > 0 && number % of != 0).then(|| {
        let title = format!("`{}` = {number} should be a multiple of {of}", position.name(subject.key()));
        subject.finding_at("not-a-multiple", title, &position.places.at)
    })
}

fn literal<'v>(position: &Position<'v, '_>) -> Option<&'v str> {
    if let Value::String(text) = position.value { Text::as_literal(text) } else { None }
}

fn pattern(subject: &Subject<'_, '_>, position: &Position<'_, '_>, node: &Node<'_>) -> Option<Finding> {
    let (pattern, text) = (node.pattern?, literal(position)?);
    let regex = regex_lite::Regex::new(pattern).ok()?;
    (!regex.is_match(text)).then(|| {
        let title = format!("`{}` = {} has the wrong form", position.name(subject.key()), position.value);
        let finding = subject.finding_at("wrong-form", title, &position.places.at);
        finding
            .note(node.summary.trim_end_matches('.'))
            .note(format!("the form as a regular expression: {pattern}"))
    })
}

/// Typographic quotes around a value: pasted from a page, they become part of the text.
fn quotes(subject: &Subject<'_, '_>, position: &Position<'_, '_>) -> Option<Finding> {
    const QUOTES: [char; 8] = ['“', '”', '„', '‟', '‘', '’', '«', '»'];
    let text = literal(position)?;
    // An apostrophe at the end of a word is ordinary text: a pair is not.
    if !(text.starts_with(QUOTES) && text.ends_with(QUOTES) && text.chars().count() > 1) {
        return None;
    }
    let plain = text.trim_matches(QUOTES);
    let title = format!("`{}` has typographic quotes in its value", position.name(subject.key()));
    let right = Value::string(plain);
    let finding = subject
        .finding_at("typographic-quotes", title, &position.places.at)
        .note("the app would read them as a part of the text")
        .help(format!("write `{}`", subject.kind.written(&right)));
    Some(subject.write(finding, &position.places.at, &right, "drop the quotes"))
}

fn stray_space(subject: &Subject<'_, '_>, position: &Position<'_, '_>) -> Option<Finding> {
    let text = literal(position)?;
    (text.trim() != text && !text.trim().is_empty()).then(|| {
        let title = format!("`{}` has white space at an end of its value", position.name(subject.key()));
        let right = Value::string(text.trim());
        let help = format!("write `{}`", subject.kind.written(&right));
        let finding = subject.finding_at("stray-space", title, &position.places.at).help(help);
        subject.write(finding, &position.places.at, &right, "drop the white space")
    })
}
