//! The difference of two plans, as text and as JSON.

use super::visible;
use crate::catalog::Catalog;
use crate::diff::{Difference, Verdict, inside};
use crate::plan::{Enforcement, MASK, Passed, Setting};
use crate::value::{Value, write};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;

fn shown(setting: &Setting, secret: &dyn Fn(&Setting) -> bool) -> String {
    let value = match &setting.value {
        None => return "must not be there".to_owned(),
        Some(_) if secret(setting) => MASK.to_owned(),
        Some(value) => format!("{} ({})", visible::line(&value.to_string(), 200), value.kind()),
    };
    match setting.enforcement {
        Enforcement::Forced => value,
        other => format!("{value} [{}]", other.word()),
    }
}

/// Inside of two dictionaries or arrays, the places that differ; none where the whole is better shown.
fn places(
    expected: &Setting,
    actual: &Setting,
    secret: &dyn Fn(&Setting) -> bool,
) -> Vec<(String, String, String)> {
    let (Some(old), Some(new)) = (&expected.value, &actual.value) else { return Vec::new() };
    let nested = |value: &Value| matches!(value, Value::Dictionary(_) | Value::Array(_));
    if !nested(old) || secret(expected) || secret(actual) || expected.enforcement != actual.enforcement {
        return Vec::new();
    }
    let found = inside(old, new);
    if found.iter().any(|place| place.path.is_empty()) {
        return Vec::new();
    }
    let text = |value: Option<&Value>| match value {
        None => "not there".to_owned(),
        Some(value) => format!("{} ({})", visible::line(&value.to_string(), 200), value.kind()),
    };
    let path =
        |parts: &[String]| parts.iter().map(|part| visible::line(part, 200)).collect::<Vec<_>>().join(" > ");
    found.iter().map(|place| (path(&place.path), text(place.expected), text(place.actual))).collect()
}

/// What differs, by domain, and a line that sums up with its denominators. `names` are how the two are called.
pub fn text(
    difference: &Difference<'_>,
    names: &(String, String),
    catalog: &Catalog<'_>,
    secret: &dyn Fn(&Setting) -> bool,
) -> String {
    let mut out = String::new();
    let (first, second) = (visible::line(&names.0, 200), visible::line(&names.1, 200));
    let mut line = |setting: &Setting, what: String| {
        let _ = writeln!(out, "{} of {}\n{what}", setting.key, catalog.short(setting.domain.as_str()));
    };
    for pair in &difference.pairs {
        match (pair.verdict, pair.actual) {
            (Verdict::Differs, Some(actual)) => {
                let places = places(pair.expected, actual, secret);
                let whole = places.is_empty();
                let whole = whole.then(|| {
                    format!(
                        "  {first}: {}\n  {second}: {}",
                        shown(pair.expected, secret),
                        shown(actual, secret)
                    )
                });
                let inner = places
                    .iter()
                    .map(|(path, old, new)| format!("  {path}\n    {first}: {old}\n    {second}: {new}"));
                line(pair.expected, whole.into_iter().chain(inner).collect::<Vec<_>>().join("\n"));
            }
            (Verdict::Missing, _) => {
                line(pair.expected, format!("  only in {first}: {}", shown(pair.expected, secret)))
            }
            _ => {}
        }
    }
    for extra in &difference.extra {
        line(extra, format!("  only in {second}: {}", shown(extra, secret)));
    }
    payload_text(difference, &first, &second, &mut out);
    let _ = writeln!(
        out,
        "{} of {} settings the same, {} different, {} only in {first}, {} only in {second}",
        difference.count(Verdict::Same),
        difference.pairs.len(),
        difference.count(Verdict::Differs),
        difference.count(Verdict::Missing),
        difference.extra.len()
    );
    let (all, extra) = (difference.payloads.len(), difference.extra_payloads.len());
    if all + extra > 0 {
        let of = |verdict| difference.payloads.iter().filter(|pair| pair.verdict == verdict).count();
        let _ = writeln!(
            out,
            "{} of {all} payloads the same, {} different, {} only in {first}, {extra} only in {second}",
            of(Verdict::Same),
            of(Verdict::Differs),
            of(Verdict::Missing)
        );
    }
    out
}

/// Where payloads that are carried as they stand differ; what they say is not shown.
fn payload_text(difference: &Difference<'_>, first: &str, second: &str, out: &mut String) {
    let head = |passed: &Passed| format!("payload of {}", visible::line(&passed.kind, 200));
    let file = |passed: &Passed| visible::line(&passed.file, 200);
    for pair in &difference.payloads {
        match (pair.verdict, pair.actual) {
            (Verdict::Differs, Some(actual)) => {
                let _ = writeln!(out, "{}", head(pair.expected));
                let _ = writeln!(out, "  {first}: {}", file(pair.expected));
                let _ = writeln!(out, "  {second}: {}", file(actual));
                for path in pair.places() {
                    let path: Vec<String> = path.iter().map(|part| visible::line(part, 200)).collect();
                    let _ = writeln!(out, "  differs in {}", path.join(" > "));
                }
            }
            (Verdict::Missing, _) => {
                let _ = writeln!(out, "{}\n  only in {first}: {}", head(pair.expected), file(pair.expected));
            }
            _ => {}
        }
    }
    for passed in &difference.extra_payloads {
        let _ = writeln!(out, "{}\n  only in {second}: {}", head(passed), file(passed));
    }
}

/// A payload by its names: what it says is in no report.
fn named(passed: &Passed) -> Json {
    json!({ "file": passed.file, "identifier": passed.identifier, "uuid": passed.uuid })
}

fn value(setting: &Setting, secret: &dyn Fn(&Setting) -> bool) -> Json {
    let masked =
        setting.value.as_ref().map(|value| if secret(setting) { Value::string(MASK) } else { value.clone() });
    json!({
        "type": setting.value.as_ref().map(|value| value.kind().word()),
        "value": masked.as_ref().map(Value::to_json),
        "plist": masked.as_ref().and_then(|value| write::fragment(value).ok()),
        "enforcement": setting.enforcement.word(),
    })
}

/// The difference as JSON, as `docs/json.md` describes it.
pub fn json(
    difference: &Difference<'_>,
    names: &(String, String),
    secret: &dyn Fn(&Setting) -> bool,
) -> String {
    let settings: Vec<Json> = difference
        .pairs
        .iter()
        .map(|pair| {
            json!({
                "channel": pair.expected.channel.word(),
                "domain": pair.expected.domain.as_str(),
                "key": pair.expected.key.as_str(),
                "verdict": pair.verdict.word(),
                "drift": pair.verdict != Verdict::Same,
                "exempt": false,
                "expected": value(pair.expected, secret),
                "actual": pair.actual.map(|actual| value(actual, secret)),
                // Only a Mac has layers, files and users.
                "layer": null,
                "path": null,
                "user": null,
                "detail": null,
            })
        })
        .collect();
    let extra: Vec<Json> = difference
        .extra
        .iter()
        .map(|setting| {
            json!({
                "channel": setting.channel.word(),
                "domain": setting.domain.as_str(),
                "key": setting.key.as_str(),
                "actual": value(setting, secret),
            })
        })
        .collect();
    let payloads: Vec<Json> = difference
        .payloads
        .iter()
        .map(|pair| {
            json!({
                "type": pair.expected.kind,
                "verdict": pair.verdict.word(),
                "drift": pair.verdict != Verdict::Same,
                "expected": named(pair.expected),
                "actual": pair.actual.map(named),
                "differs_in": pair.places(),
            })
        })
        .collect();
    let extra_payloads: Vec<Json> = difference
        .extra_payloads
        .iter()
        .map(|passed| json!({ "type": passed.kind, "actual": named(passed) }))
        .collect();
    visible::json(&json!({
        "version": 1,
        "expected": names.0,
        "actual": names.1,
        "drift": difference.drift(),
        "decided": true,
        "summary": {
            "same": difference.count(Verdict::Same),
            "differs": difference.count(Verdict::Differs),
            "missing": difference.count(Verdict::Missing),
            "extra": difference.extra.len(),
            "exempt": 0,
        },
        "settings": settings,
        "extra": extra,
        "payloads": payloads,
        "extra_payloads": extra_payloads,
    }))
}
