//! What a Mac comes to as JSON, as `docs/json.md` describes it.

use super::super::diff::object;
use super::super::visible;
use super::View;
use super::text::notes;
use crate::diff::on_mac::Spoken;
use crate::diff::outcome::{Outcome, Row, Standing};
use crate::diff::verdict::{Extra, Verdict};
use crate::mac::RungState;
use crate::plan::MASK;
use crate::value::Value;
use serde_json::{Map, Value as Json, json};

/// What a Mac comes to as JSON.
pub fn json(outcome: &Outcome<'_>, view: &View<'_, '_>) -> String {
    visible::json(&value(outcome, view))
}

/// The same, not yet as text.
pub(in crate::report) fn value(outcome: &Outcome<'_>, view: &View<'_, '_>) -> Json {
    let mut summary = Map::new();
    for verdict in Verdict::ALL {
        let count = outcome.rows.iter().filter(|row| row.judged.verdict == verdict).count();
        summary.insert(verdict.word().to_owned(), Json::from(count));
    }
    summary.insert("exempt".to_owned(), Json::from(outcome.count(Standing::Exempt)));
    summary.insert("extra".to_owned(), Json::from(outcome.extra.len()));
    let mut standing = Map::new();
    for one in Standing::ALL {
        standing.insert(one.word().to_owned(), Json::from(outcome.count(one)));
    }
    standing.insert("of".to_owned(), Json::from(outcome.rows.len()));
    let about = &view.mac.about;
    json!({
        "version": 1,
        "expected": view.names.0,
        "actual": view.names.1,
        "mac": {
            "name": about.name,
            "serial": about.serial,
            "snapshot": about.snapshot,
            "taken": about.taken.map(|taken| taken.to_string()),
            "users": view.mac.users.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(),
        },
        "drift": outcome.drift(),
        "decided": outcome.decided(),
        "summary": summary,
        "standing": standing,
        "notes": notes(outcome, view),
        "settings": outcome.rows.iter().map(|row| setting(row, view)).collect::<Json>(),
        "extra": outcome.extra.iter().map(|(extra, user)| beside(extra, *user, view)).collect::<Json>(),
        "rules": outcome.rules.iter().map(rule).collect::<Json>(),
    })
}

fn setting(row: &Row<'_>, view: &View<'_, '_>) -> Json {
    let judged = &row.judged;
    let hidden = view.hidden(row);
    let one = |value: Option<&Value>| value.map(|value| shown(value, hidden));
    let rungs = judged.ladder.rungs.iter().map(|rung| {
        let (value, why) = match rung.state {
            RungState::Value(value) => (Some(value), None),
            RungState::Unreadable(why) => (None, Some(why)),
        };
        json!({ "layer": rung.layer.word(), "path": rung.path, "value": one(value), "unreadable": why })
    });
    let strays = judged.ladder.strays.iter();
    let strays = strays.map(|stray| json!({ "path": stray.path, "value": shown(stray.value, hidden) }));
    let exemption = row.exemption.map(
        |exemption| json!({ "why": exemption.why, "until": exemption.until.map(|until| until.to_string()) }),
    );
    let inside = view.places(row).into_iter().map(|place| {
        let one = |value: Option<&Value>| value.map(|value| object(value, Some(value)));
        json!({ "path": place.path, "expected": one(place.expected), "actual": one(place.actual) })
    });
    json!({
        "channel": judged.setting.channel.word(),
        "domain": judged.setting.domain.as_str(),
        "key": judged.setting.key.as_str(),
        "enforcement": judged.setting.enforcement.word(),
        "user": row.user,
        "verdict": judged.verdict.word(),
        "standing": row.standing().word(),
        "drift": judged.drift,
        "exempt": row.exemption.is_some(),
        "exemption": exemption,
        "expected": one(judged.wanted.as_ref()),
        "actual": one(judged.actual.as_ref()),
        "inside": inside.collect::<Json>(),
        "layer": judged.layer.map(|layer| layer.word()),
        "path": judged.path,
        "profiles": judged.profiles,
        "detail": if judged.detail.is_empty() { Json::Null } else { Json::from(judged.detail.join("; ")) },
        "why": judged.setting.why,
        "ladder": rungs.collect::<Json>(),
        "strays": strays.collect::<Json>(),
    })
}

fn beside(extra: &Extra<'_>, user: Option<&str>, view: &View<'_, '_>) -> Json {
    json!({
        "domain": extra.domain,
        "key": extra.key,
        "user": user,
        "actual": shown(extra.value, view.hides(extra)),
        "layer": extra.layer.word(),
        "path": extra.path,
        "profiles": extra.profiles,
    })
}

/// What a rule says.
pub(in crate::report) fn rule(spoken: &Spoken<'_>) -> Json {
    let finding = &spoken.finding;
    let places = spoken.places.iter().map(|stand| {
        json!({
            "domain": stand.domain,
            "key": stand.key,
            "inside": stand.inside,
            "layer": stand.layer.word(),
            "path": stand.path,
        })
    });
    json!({
        "rule": finding.code.as_str(),
        "severity": finding.severity.word(),
        "message": finding.title,
        "why": finding.notes.join("; "),
        "help": finding.help,
        "users": spoken.users,
        "places": places.collect::<Json>(),
        "confidence": spoken.confidence,
        "sources": spoken.sources,
    })
}

fn shown(value: &Value, hidden: bool) -> Json {
    let mask = hidden.then(|| Value::string(MASK));
    object(value, Some(mask.as_ref().unwrap_or(value)))
}
