//! What a Mac has of every key, as JSON, as `docs/json.md` describes it.

use super::super::diff::object;
use super::super::mac::rule_json;
use super::super::visible;
use super::View;
use crate::mac::{App, AppDefault, Effect, Reading, RungState, Shown, ShownKey};
use crate::plan::MASK;
use crate::value::Value;
use serde_json::{Value as Json, json};

/// What a Mac has, as JSON.
pub fn json(shown: &Shown<'_>, view: &View<'_, '_>) -> String {
    let mac = view.mac.mac;
    let about = &mac.about;
    let unlisted = view
        .unlisted
        .iter()
        .map(|(path, why)| json!({ "domain": null, "user": null, "layer": null, "path": path, "why": why }));
    let unread = shown.unread.iter().map(|one| {
        json!({ "domain": one.domain, "user": one.user, "layer": one.layer.word(), "path": one.path, "why": one.why })
    });
    let macos = mac.apps.get("macOS").and_then(|copies| copies.first()?.version);
    visible::json(&json!({
        "version": 1,
        "mac": {
            "path": view.mac.names.1,
            "name": about.name,
            "serial": about.serial,
            "macos": macos.map(|version| version.to_string()),
            "snapshot": about.snapshot,
            "live": about.live,
            "taken": about.taken.map(|taken| taken.to_string()),
            "users": mac.users.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(),
        },
        "decided": view.decided(shown),
        "notes": view.notes(shown),
        "domains": view.domains(shown).into_iter().map(|name| domain(name, view)).collect::<Json>(),
        "keys": shown.keys.iter().map(|one| key(one, view)).collect::<Json>(),
        "rules": view.rules.iter().map(rule_json).collect::<Json>(),
        "unreadable": unread.chain(unlisted).collect::<Json>(),
    }))
}

fn domain(name: &str, view: &View<'_, '_>) -> Json {
    let known = view.mac.catalog.domain(name);
    let product = known.and_then(|known| known.product);
    let copies = product.and_then(|product| view.mac.mac.apps.get(product)).into_iter().flatten();
    json!({
        "name": name,
        "alias": known.and_then(|known| known.alias),
        "title": known.map(|known| known.title),
        "known": known.is_some(),
        "product": product,
        "apps": copies.map(app).collect::<Json>(),
        "detail": view.about_domain(name),
    })
}

fn app(copy: &App) -> Json {
    json!({
        "path": copy.path,
        "version": copy.version.map(|version| version.to_string()),
        "app_store": copy.app_store,
        "doubt": copy.doubt,
    })
}

fn key(key: &ShownKey<'_>, view: &View<'_, '_>) -> Json {
    let hidden = view.hidden(key);
    let one = |value: &Value| shown(value, hidden);
    let (layer, path, value) = match key.effect {
        Effect::Set(layer, path, value) => (Some(layer), Some(path), Some(value)),
        Effect::Unset | Effect::Unknown => (None, None, None),
    };
    let rungs = key.ladder.rungs.iter().map(|rung| {
        let (value, why) = match rung.state {
            RungState::Value(value) => (Some(value), None),
            RungState::Unreadable(why) => (None, Some(why)),
        };
        let (layer, counts) = (rung.layer.word(), key.counts(rung.layer));
        json!({ "layer": layer, "path": rung.path, "value": value.map(one), "unreadable": why, "counts": counts })
    });
    let strays = key.ladder.strays.iter();
    let strays = strays.map(|stray| json!({ "path": stray.path, "value": one(stray.value) }));
    let (read, reading) = match &key.reading {
        Reading::By(who) => (Some(true), who),
        Reading::Not(why) => (Some(false), why),
        Reading::Open(why) => (None, why),
    };
    let warnings = view.warnings(key).into_iter();
    let warnings = warnings.map(|(code, says, notes)| json!({ "code": code, "says": says, "notes": notes }));
    json!({
        "domain": key.domain,
        "key": key.key,
        "user": key.user,
        "known": key.known,
        "summary": key.summary,
        "state": match key.effect {
            Effect::Set(..) => "set",
            Effect::Unset => "unset",
            Effect::Unknown => "unknown",
        },
        "value": value.map(one),
        "meaning": key.meaning.as_ref().filter(|_| !hidden),
        "layer": layer.map(|layer| layer.word()),
        "path": path,
        "default": key.default.as_ref().map(default),
        "read": read,
        "read_detail": reading,
        "profiles": key.profiles,
        "ladder": rungs.collect::<Json>(),
        "strays": strays.collect::<Json>(),
        "warnings": warnings.collect::<Json>(),
    })
}

fn default(default: &AppDefault) -> Json {
    json!({
        "value": default.value.as_ref().map(|value| shown(value, false)),
        "says": default.says,
    })
}

fn shown(value: &Value, hidden: bool) -> Json {
    let mask = hidden.then(|| Value::string(MASK));
    object(value, Some(mask.as_ref().unwrap_or(value)))
}
