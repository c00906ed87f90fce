//! What apps contact as JSON, as `docs/json.md` describes it.

use super::super::diff::object;
use super::super::visible;
use super::{Asked, Told, View, counts, left};
use crate::catalog::host::HostPattern;
use crate::endpoints::{Because, LeftOutWhy, Lists, Network, Part, Selected, lists};
use crate::version::Ranges;
use serde_json::{Map, Value as Json, json};

/// What apps contact as JSON.
pub fn json(network: &Network<'_, '_>, view: &View<'_, '_>) -> String {
    visible::json(&value(network, view))
}

fn value(network: &Network<'_, '_>, view: &View<'_, '_>) -> Json {
    let selected = view.selection.of(network);
    let mut summary = Map::new();
    for (state, count) in counts(network, view.selection) {
        summary.insert(state.word().to_owned(), count.into());
    }
    let left_out = left(network, view.selection).map(|left| {
        let (why, works) = match &left.why {
            LeftOutWhy::Licence => ("licence", None),
            LeftOutWhy::NotInstalled => ("not-installed", None),
            LeftOutWhy::Builds(works) => ("not-these-builds", Some(ranges(works))),
        };
        json!({ "section": left.endpoint.section, "url": left.endpoint.url, "why": why, "builds": works })
    });
    json!({
        "version": 1,
        "policy": policy(view),
        "mac": mac(view),
        "notes": network.notes(view.selection),
        "newer": network.newer(view.selection).into_iter().map(|newer| json!({
            "as_of": newer.as_of, "product": newer.product, "about": ranges(&newer.about), "newer": ranges(&newer.newer),
        })).collect::<Json>(),
        "decided": !network.undecided(view.selection),
        "summary": summary,
        "endpoints": selected.iter().map(|one| endpoint(one, view)).collect::<Json>(),
        "left_out": left_out.collect::<Json>(),
        "hosts": hosts(&lists(network, view.selection, view.strict)),
    })
}

fn policy(view: &View<'_, '_>) -> Json {
    let Asked::Plans { plans, .. } = &view.asked else { return Json::Null };
    let first = plans.0.first().map(|plan| &plan.identity);
    json!({
        "file": view.name,
        "id": first.map(|identity| identity.id.as_str()),
        "name": first.map(|identity| identity.name.as_str()),
        "variant": first.and_then(|identity| identity.variant.as_deref()),
    })
}

fn mac(view: &View<'_, '_>) -> Json {
    let Asked::Mac { mac, user } = &view.asked else { return Json::Null };
    json!({
        "name": mac.about.name,
        "serial": mac.about.serial,
        "snapshot": mac.about.snapshot,
        "taken": mac.about.taken.map(|taken| taken.to_string()),
        "user": user,
    })
}

pub(super) fn ranges(ranges: &Ranges) -> Json {
    ranges.as_slice().iter().map(ToString::to_string).collect()
}

/// The apps with a share, each with its versions.
fn share(parts: &[&Part<'_>], of: impl for<'p> Fn(&'p Part<'_>) -> &'p Ranges) -> Json {
    let some = parts.iter().filter(|part| !of(part).is_empty());
    some.map(|part| json!({ "app": part.app, "versions": ranges(of(part)) })).collect()
}

pub(super) fn endpoint(one: &Selected<'_, '_, '_>, view: &View<'_, '_>) -> Json {
    let row = one.row;
    let section = row.section;
    let sources = if row.endpoint.sources.is_empty() {
        section.map_or(&[][..], |section| section.sources.as_slice())
    } else {
        row.endpoint.sources.as_slice()
    };
    let because = one.because();
    json!({
        "section": row.endpoint.section,
        "title": row.title(),
        "url": row.endpoint.url,
        "host": row.host.as_str(),
        "apps": one.parts.iter().filter_map(|part| part.app).collect::<Vec<_>>(),
        "source_type": row.endpoint.kind.word(),
        "licences": section.map_or(&[][..], |section| section.licences.as_slice()),
        "only": section.and_then(|section| section.only),
        "state": one.state.word(),
        "contacted_by": share(&one.parts, |part| &part.contacted),
        "lessened_for": share(&one.parts, |part| &part.lessened),
        "stopped_for": share(&one.parts, |part| &part.stopped),
        "unknown_for": share(&one.parts, |part| &part.unknown),
        "because": because.map(|because| reason(because, view)).collect::<Json>(),
        "description": row.endpoint.summary,
        "as_of": section.map(|section| section.as_of),
        "sources": sources,
    })
}

fn reason(because: &Because<'_, '_>, view: &View<'_, '_>) -> Json {
    let rule = &because.effect.rule;
    json!({
        "effect": rule.id,
        "does": because.doing.word(),
        "says": rule.says,
        "apps": because.apps.iter().map(|(app, builds)| json!({ "app": app, "versions": ranges(builds) })).collect::<Json>(),
        "settings": because.places.iter().map(|place| setting(&view.told(place))).collect::<Json>(),
        "certain": because.certain,
        "enforced": !because.weak,
        "confidence": rule.confidence.word(),
        "sources": rule.sources,
    })
}

fn setting(told: &Told<'_>) -> Json {
    let value = told.value.as_ref().map(|value| object(value, Some(value)));
    let mut value = value.unwrap_or(Json::Null);
    if let (Some(kind), Some(fields)) = (told.kind, value.as_object_mut()) {
        // That of the value itself, whatever stands in its place.
        fields.insert("type".to_owned(), kind.into());
    }
    json!({
        "domain": told.domain,
        "key": told.key,
        "value": value,
        "file": told.file,
        "line": told.line,
        "layer": told.layer.map(|layer| layer.word()),
        "path": told.path,
    })
}

fn hosts(lists: &Lists) -> Json {
    let texts = |list: &[HostPattern]| list.iter().map(HostPattern::as_str).collect::<Json>();
    let contested = lists.contested.iter().map(|one| {
        let needed = one.needed.iter().map(|(section, apps)| json!({ "section": section, "apps": apps }));
        json!({ "host": one.host.as_str(), "stopped": one.stopped, "needed": needed.collect::<Json>() })
    });
    json!({
        "contacted": texts(&lists.needed),
        "stopped": texts(&lists.stopped),
        "contested": contested.collect::<Json>(),
    })
}
