//! What a fleet comes to as JSON, as `docs/json.md` describes it.

use super::super::diff::object;
use super::super::visible;
use super::{View, share};
use crate::check::is_secret;
use crate::diff::audit::{AppSum, DomainSum, Fingerprint, MacSum, SettingSum, State, Unread};
use crate::diff::outcome::Standing;
use crate::diff::verdict::Verdict;
use crate::plan::{MASK, Setting};
use crate::value::Value;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::io;

/// Writes what a fleet comes to as JSON.
///
/// # Errors
/// It cannot be written.
pub fn json(view: &View<'_, '_>, out: &mut impl io::Write) -> io::Result<()> {
    let summary = view.summary;
    let macs = &summary.macs;
    let all = json!({
        "version": 1,
        "partial": summary.partial,
        "policies": summary.policies,
        "applied": summary.policies.iter().zip(&summary.applied).map(|(policy, macs)| json!({ "policy": policy, "macs": macs })).collect::<Json>(),
        "snapshots": macs.snapshots,
        "older": macs.older,
        "macs": macs.all(),
        "compliant": macs.compliant,
        "drifted": macs.drifted,
        "undecided": macs.undecided,
        "unreadable": macs.unread,
        "outside": macs.outside,
        "unsure": macs.unsure,
        "reported": macs.reported,
        "compliance": {
            "compliant": macs.compliant,
            "of": macs.of(),
            "percent": percent_of(macs.compliant, macs.of()),
        },
        "change": view.change.as_ref().map(|change| change.json(view)),
        "settings": summary.settings.iter().map(|sum| setting(sum, view)).collect::<Json>(),
        "domains": summary.domains.iter().map(|sum| domain(sum, view)).collect::<Json>(),
        "apps": summary.apps.iter().map(app).collect::<Json>(),
        "worst": summary.worst.iter().map(|mac| worst(mac, view)).collect::<Json>(),
        "unread": summary.unread.iter().map(unread).collect::<Json>(),
        "fleet": null,
    });
    let none = Map::new();
    let whole = Whole { all: all.as_object().unwrap_or(&none), fleet: Fleet(&view.fleet) };
    visible::write_json(&whole, out)
}

/// All of it, with the fleet in its place.
struct Whole<'a> {
    all: &'a Map<String, Json>,
    fleet: Fleet<'a>,
}

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.all.len()))?;
        for (name, value) in self.all {
            match name.as_str() {
                "fleet" => map.serialize_entry(name, &self.fleet)?,
                _ => map.serialize_entry(name, value)?,
            }
        }
        map.end()
    }
}

/// Each Mac that says which it is, by its fingerprint, in the list of what it counts as. There may be very many of them: they
/// are written one after the other, and not gathered first.
struct Fleet<'f>(&'f BTreeMap<State, Vec<Fingerprint>>);

impl Serialize for Fleet<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut states = State::ALL;
        states.sort_by_key(|state| state.word());
        let of = |state: State| self.0.get(&state).map_or(&[][..], Vec::as_slice);
        serializer.collect_map(states.map(|state| (state.word(), Prints(of(state)))))
    }
}

/// Those of them that count as one.
struct Prints<'f>(&'f [Fingerprint]);

impl Serialize for Prints<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|print| format!("{:016x}", print.0)))
    }
}

/// A share in percent, with one decimal, rounded down; null of none.
pub(super) fn percent_of(part: usize, of: usize) -> Json {
    share(part, of).map_or(Json::Null, tenths)
}

/// What is expected of a setting; a secret is masked.
pub(super) fn expected(setting: &Setting, view: &View<'_, '_>) -> Json {
    let hidden = !view.show_secrets && is_secret(setting, view.catalog);
    let mask = hidden.then(|| Value::string(MASK));
    let shown = |value: &Value| object(value, Some(mask.as_ref().unwrap_or(value)));
    setting.value.as_ref().map_or(Json::Null, shown)
}

/// Tenths as a number with one decimal: 975 is 97.5.
fn tenths(tenths: usize) -> Json {
    // The nearest number of that text: dividing could come out longer.
    format!("{}.{}", tenths / 10, tenths % 10).parse::<f64>().map_or(Json::Null, Json::from)
}

fn setting(sum: &SettingSum<'_>, view: &View<'_, '_>) -> Json {
    let setting = sum.setting;
    let mut fields = Map::new();
    let mut put = |name: &str, value: Json| drop(fields.insert(name.to_owned(), value));
    put("policies", sum.policies.iter().filter_map(|at| view.summary.policies.get(*at)).cloned().collect());
    put("channel", setting.channel.word().into());
    put("domain", setting.domain.as_str().into());
    put("key", setting.key.as_str().into());
    put("enforcement", setting.enforcement.word().into());
    put("expected", expected(setting, view));
    let reads = setting.reads.iter();
    put(
        "reads",
        reads.map(|reads| json!({ "product": reads.product, "ranges": reads.all().describe() })).collect(),
    );
    put("macs", sum.macs.into());
    put("not_asked", sum.not_asked.into());
    for verdict in Verdict::ALL {
        put(verdict.word(), sum.verdict(verdict).into());
    }
    let standing: Map<String, Json> =
        Standing::ALL.iter().map(|one| (one.word().to_owned(), sum.standing(*one).into())).collect();
    put("standing", standing.into());
    let layers = sum.layers.iter();
    let layers: Map<String, Json> = layers
        .map(|(layer, macs)| (layer.map_or("none", |layer| layer.word()).to_owned(), (*macs).into()))
        .collect();
    put("layers", layers.into());
    put("why", setting.why.clone().into());
    fields.into()
}

fn domain(sum: &DomainSum, view: &View<'_, '_>) -> Json {
    json!({
        "domain": sum.domain,
        "alias": view.catalog.domain(&sum.domain).and_then(|known| known.alias),
        "macs": sum.macs,
        "drifted": sum.drifted,
        "undecided": sum.undecided,
    })
}

fn app(sum: &AppSum) -> Json {
    let versions = sum.versions.iter();
    json!({
        "product": sum.product,
        "versions": versions
            .map(|(version, macs)| json!({ "version": version.to_string(), "macs": macs }))
            .collect::<Json>(),
        "missing": sum.missing,
        "unknown": sum.unknown,
    })
}

fn worst(mac: &MacSum, view: &View<'_, '_>) -> Json {
    let settings = mac.settings.iter().filter_map(|(at, verdict)| {
        let setting = view.summary.settings.get(*at)?.setting;
        let (domain, key) = (setting.domain.as_str(), setting.key.as_str());
        Some(json!({ "domain": domain, "key": key, "verdict": verdict.word() }))
    });
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    json!({
        "name": text(&mac.name),
        "serial": text(&mac.serial),
        "snapshot": mac.source,
        "taken": mac.taken.map(|taken| taken.to_string()),
        "state": mac.state.word(),
        "drifted": mac.drifted,
        "undecided": mac.undecided,
        "of": mac.of,
        "unsure": mac.unsure,
        "settings": settings.collect::<Json>(),
    })
}

fn unread(unread: &Unread) -> Json {
    json!({ "snapshot": unread.source, "why": unread.why })
}
