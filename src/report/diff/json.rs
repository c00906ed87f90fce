//! The difference of two inputs as JSON, as `docs/json.md` describes it.

use super::super::visible;
use super::View;
use crate::diff::{Apart, Difference, Extra, Foreign, Inside, Pair, PayloadPair, Said, Verdict, inside};
use crate::finding::Origin;
use crate::plan::{MASK, Setting};
use crate::value::{Value, write};
use serde_json::{Map, Value as Json, json};

/// The difference as JSON.
pub fn json(difference: &Difference<'_>, view: &View<'_, '_>) -> String {
    let drift = difference.drift() || view.envelope && !difference.envelope.is_empty();
    let mut summary = Map::new();
    for verdict in Verdict::ALL {
        summary.insert(verdict.word().to_owned(), Json::from(difference.count(verdict)));
    }
    let extra = difference.extra.iter().filter(|extra| extra.drift).count();
    summary.insert("extra".to_owned(), Json::from(extra));
    summary.insert("exempt".to_owned(), Json::from(0));
    summary.insert("outside".to_owned(), Json::from(difference.outside));
    visible::json(&json!({
        "version": 1,
        "expected": view.names.0,
        "actual": view.names.1,
        "drift": drift,
        "decided": difference.decided(),
        "summary": summary,
        "settings": difference.pairs.iter().map(|pair| setting(pair, view)).collect::<Json>(),
        "extra": difference.extra.iter().map(|one| extra_setting(one, view)).collect::<Json>(),
        "payloads": difference.payloads.iter().map(|pair| payload(pair, view)).collect::<Json>(),
        "envelope": difference.envelope.iter().map(apart).collect::<Json>(),
    }))
}

fn setting(pair: &Pair<'_>, view: &View<'_, '_>) -> Json {
    let expected = &pair.expected;
    json!({
        "channel": expected.channel.word(),
        "domain": expected.setting.domain.as_str(),
        "key": expected.setting.key.as_str(),
        "verdict": pair.verdict.word(),
        "drift": pair.verdict.drift(),
        "exempt": false,
        "expected": said(expected, view),
        "actual": pair.actual.as_ref().map(|actual| said(actual, view)),
        "inside": places(pair, view),
        // Only a Mac has layers, files and users.
        "layer": null,
        "path": null,
        "user": null,
        "detail": null,
    })
}

fn extra_setting(extra: &Extra<'_>, view: &View<'_, '_>) -> Json {
    json!({
        "channel": extra.said.channel.word(),
        "domain": extra.said.setting.domain.as_str(),
        "key": extra.said.setting.key.as_str(),
        "drift": extra.drift,
        "actual": said(&extra.said, view),
    })
}

/// The innermost places that differ; none where both values are no dictionaries and no arrays.
fn places(pair: &Pair<'_>, view: &View<'_, '_>) -> Json {
    let actual = pair.actual.as_ref().filter(|_| pair.verdict.drift());
    let values = (&pair.expected.setting.value, actual.and_then(|actual| actual.setting.value.as_ref()));
    let secret = |setting: &Setting| (view.secret)(setting);
    let hidden = secret(pair.expected.setting) || actual.is_some_and(|actual| secret(actual.setting));
    let (Some(expected), Some(actual), false) = (values.0, values.1, hidden) else { return json!([]) };
    let found = inside(expected, actual);
    let deeper = found.iter().filter(|place| !place.path.is_empty());
    deeper.map(|place| difference(place, |value| value.clone())).collect()
}

fn difference(place: &Inside<'_>, clean: impl Fn(&Value) -> Value) -> Json {
    let one = |value: Option<&Value>| value.map(|value| object(value, Some(&clean(value))));
    json!({ "path": place.path, "expected": one(place.expected), "actual": one(place.actual) })
}

fn said(said: &Said<'_>, view: &View<'_, '_>) -> Json {
    let of = |setting: &Setting| {
        let masked = setting
            .value
            .as_ref()
            .map(|value| if (view.secret)(setting) { Value::string(MASK) } else { value.clone() });
        let mut json = match &setting.value {
            Some(value) => object(value, masked.as_ref()),
            None => json!({ "type": null, "value": null, "plist": null }),
        };
        if let Json::Object(fields) = &mut json {
            let how = said.enforced.then(|| setting.enforcement.word());
            fields.insert("enforcement".to_owned(), Json::from(how));
            fields.insert("channel".to_owned(), Json::from(said.channel.word()));
            fields.insert("origin".to_owned(), origin(&setting.origin, view));
        }
        json
    };
    let mut json = of(said.setting);
    if let Json::Object(fields) = &mut json {
        let others = said.others.iter().map(|other| of(other)).collect();
        fields.insert("contradicted_by".to_owned(), others);
    }
    json
}

fn origin(origin: &Origin, view: &View<'_, '_>) -> Json {
    json!({
        "file": view.sources.label(origin.source()),
        "line": view.sources.position_of(origin).map(|position| position.line),
    })
}

/// A value; what is shown of it may be a mask.
pub(in crate::report) fn object(value: &Value, shown: Option<&Value>) -> Json {
    json!({
        "type": value.kind().word(),
        "value": shown.map(Value::to_json),
        "plist": shown.and_then(|value| write::fragment(value).ok()),
    })
}

fn payload(pair: &PayloadPair<'_>, view: &View<'_, '_>) -> Json {
    let one = |foreign: &Option<Foreign<'_>>| {
        foreign.as_ref().map(|foreign| {
            json!({
                "identifier": foreign.identifier,
                "channel": foreign.channel.map(|channel| channel.word()),
                "origin": origin(foreign.origin, view),
            })
        })
    };
    let kind = pair.either().map_or("", |foreign| foreign.kind);
    let verdict = match pair.verdict() {
        Verdict::Missing if pair.expected.is_none() => "extra",
        verdict => verdict.word(),
    };
    let places = pair.inside();
    let inside = places.iter().map(|place| difference(place, |value| view.inner(kind, &place.path, value)));
    json!({
        "type": kind,
        "verdict": verdict,
        "drift": pair.verdict() != Verdict::Same,
        "expected": one(&pair.expected),
        "actual": one(&pair.actual),
        "inside": inside.collect::<Json>(),
    })
}

fn apart(apart: &Apart) -> Json {
    let one = |value: &Option<Value>| value.as_ref().map(|value| object(value, Some(value)));
    json!({
        "profile": apart.profile,
        "payload": apart.payload,
        "key": apart.key,
        "expected": one(&apart.expected),
        "actual": one(&apart.actual),
    })
}
