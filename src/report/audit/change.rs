//! An audit beside an earlier one: what got better, and what got worse.

use super::json::{expected, percent_of};
use super::text::one_mac;
use super::{LONGEST, View, macs, percent};
use crate::diff::audit::{Fingerprint, Ledger, SettingSum, Since, State};
use crate::diff::outcome::Standing;
use crate::report::visible;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// How many settings and Macs are shown; JSON has them all, and a thousand.
const SHOWN: usize = 20;

/// An earlier audit, as `audit --format json` wrote it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Baseline {
    /// What it is called.
    name: String,
    partial: bool,
    policies: Vec<String>,
    compliant: usize,
    of: usize,
    /// In the order of fingerprints.
    fleet: Vec<(Fingerprint, State)>,
    settings: BTreeMap<Asked, Drift>,
}

/// What is asked: domain, key, how strongly, and the value as JSON has it.
type Asked = (String, String, String, String);

/// On how many Macs a setting drifts, of how many that were judged by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Drift {
    drifted: usize,
    macs: usize,
}

impl Drift {
    fn of(sum: &SettingSum<'_>) -> Self {
        Self { drifted: sum.standing(Standing::Drifted), macs: sum.macs }
    }

    /// Whether a larger share drifts than before, or a smaller one.
    fn word(self, before: Self) -> &'static str {
        let share = |own: Self, other: Self| own.drifted.saturating_mul(other.macs.max(1));
        match share(self, before).cmp(&share(before, self)) {
            std::cmp::Ordering::Less => "better",
            std::cmp::Ordering::Equal => "same",
            std::cmp::Ordering::Greater => "worse",
        }
    }
}

impl Baseline {
    /// Reads what `audit --format json` wrote. `name` is what it is called.
    ///
    /// # Errors
    /// It is no such JSON, and what is missing.
    pub fn read(name: &str, text: &str) -> Result<Self, String> {
        let wrong = |what: &str| format!("it is not what `audit --format json` writes: {what}");
        let json: Json =
            serde_json::from_str(text).map_err(|error| wrong(&format!("it is no JSON: {error}")))?;
        if json.get("version").and_then(Json::as_u64) != Some(1) {
            return Err(wrong("`version` is not 1"));
        }
        let Some(fleet) = json.get("fleet").and_then(Json::as_object) else {
            return Err(wrong("it has no `fleet`"));
        };
        let number = |json: &Json, key: &str| {
            let found = json.get(key).and_then(Json::as_u64).and_then(|number| usize::try_from(number).ok());
            found.ok_or_else(|| wrong(&format!("it has no number `{key}`")))
        };
        let compliance = json.get("compliance").ok_or_else(|| wrong("it has no `compliance`"))?;
        let mut found = Self {
            name: name.to_owned(),
            partial: json.get("partial") == Some(&Json::Bool(true)),
            policies: texts(json.get("policies")),
            compliant: number(compliance, "compliant")?,
            of: number(compliance, "of")?,
            ..Self::default()
        };
        for state in State::ALL {
            for print in texts(fleet.get(state.word())) {
                let number = u64::from_str_radix(&print, 16).ok().filter(|_| print.len() == 16);
                let number = number.ok_or_else(|| wrong(&format!("`{}` is no Mac", print.escape_debug())))?;
                found.fleet.push((Fingerprint(number), state));
            }
        }
        found.fleet.sort_unstable();
        found.fleet.dedup_by_key(|(print, _)| *print);
        for setting in json.get("settings").and_then(Json::as_array).into_iter().flatten() {
            let text = |key: &str| setting.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
            let value = setting.get("expected").unwrap_or(&Json::Null).to_string();
            let standing = setting.get("standing").ok_or_else(|| wrong("a setting has no `standing`"))?;
            let drift = Drift { drifted: number(standing, "drifted")?, macs: number(setting, "macs")? };
            found.settings.insert((text("domain"), text("key"), text("enforcement"), value), drift);
        }
        Ok(found)
    }
}

fn texts(list: Option<&Json>) -> Vec<String> {
    let list = list.and_then(Json::as_array).into_iter().flatten();
    list.filter_map(Json::as_str).map(str::to_owned).collect()
}

/// What changed since an earlier audit.
pub struct Change<'c> {
    baseline: &'c Baseline,
    since: Since,
}

impl<'c> Change<'c> {
    /// Compares the Macs of a ledger with those of an earlier audit.
    pub fn new(baseline: &'c Baseline, ledger: &Ledger) -> Self {
        Self { baseline, since: ledger.since(&baseline.fleet) }
    }

    /// The settings of both with what they were before; those of now that are new; and how many are gone.
    fn settings<'s>(&self, view: &'s View<'_, '_>) -> Settings<'s> {
        let mut gone = self.baseline.settings.clone();
        let (mut both, mut new) = (Vec::new(), Vec::new());
        for sum in &view.summary.settings {
            let setting = sum.setting;
            let word = setting.enforcement.word().to_owned();
            let value = expected(setting, view).to_string();
            let (domain, key) = (setting.domain.as_str().to_owned(), setting.key.as_str().to_owned());
            match gone.remove(&(domain, key, word, value)) {
                Some(before) => both.push((sum, before)),
                None => new.push(sum),
            }
        }
        Settings { both, new, gone: gone.into_keys().collect() }
    }

    /// As JSON.
    pub(super) fn json(&self, view: &View<'_, '_>) -> Json {
        let (since, baseline) = (&self.since, self.baseline);
        let settings = self.settings(view);
        let both = settings.both.iter().map(|(sum, before)| {
            let now = Drift::of(sum);
            let (domain, key) = (sum.setting.domain.as_str(), sum.setting.key.as_str());
            json!({
                "domain": domain,
                "key": key,
                "change": now.word(*before),
                "drifted": now.drifted,
                "macs": now.macs,
                "drifted_before": before.drifted,
                "macs_before": before.macs,
            })
        });
        let name = |domain: &str, key: &str| json!({ "domain": domain, "key": key });
        let new = settings.new.iter().map(|sum| name(sum.setting.domain.as_str(), sum.setting.key.as_str()));
        let gone = settings.gone.iter().map(|(domain, key, ..)| name(domain, key));
        let text = |text: &String| (!text.is_empty()).then(|| text.clone());
        let named = since.worse.iter().map(|[name, serial, source]| {
            json!({ "name": text(name), "serial": text(serial), "snapshot": source })
        });
        json!({
            "baseline": baseline.name,
            "partial": baseline.partial,
            "same_policies": baseline.policies == view.summary.policies,
            "compliance": {
                "compliant": baseline.compliant,
                "of": baseline.of,
                "percent": percent_of(baseline.compliant, baseline.of),
            },
            "better": since.better(),
            "worse": since.worse(),
            "became": words(|state| since.became(state)),
            "new": words(|state| since.new.get(&state).copied().unwrap_or(0)),
            "gone": words(|state| since.gone.get(&state).copied().unwrap_or(0)),
            "worse_macs": named.collect::<Json>(),
            "settings": both.collect::<Json>(),
            "new_settings": new.collect::<Json>(),
            "gone_settings": gone.collect::<Json>(),
        })
    }

    /// As lines of text, each with its depth.
    pub(super) fn lines(&self, view: &View<'_, '_>) -> Vec<(usize, String)> {
        let (since, baseline) = (&self.since, self.baseline);
        let share = percent(baseline.compliant, baseline.of);
        let count = visible::number(baseline.compliant);
        let name = visible::line(&baseline.name, LONGEST);
        let be = if baseline.compliant == 1 || baseline.of == 1 { "was" } else { "were" };
        let mut lines =
            vec![(0, format!("Since {name}: {count} of {} {be} compliant ({share})", macs(baseline.of)))];
        let mut say = |depth, line: String| lines.push((depth, line));
        if baseline.partial {
            say(1, "it was ended before all snapshots were looked at".to_owned());
        }
        if baseline.policies != view.summary.policies {
            let list: Vec<String> =
                baseline.policies.iter().map(|name| visible::line(name, LONGEST)).collect();
            say(1, format!("it was by other policies: {}", list.join(", ")));
        }
        say(1, format!("better: {} became compliant", macs(since.better())));
        let to = |state| since.both.iter().filter(move |((_, now), _)| *now == state);
        let worse = |state| -> usize {
            to(state)
                .filter(|((before, _), _)| matches!(before, State::Compliant | State::Outside))
                .map(|(_, n)| n)
                .sum()
        };
        let (drift, open) = (worse(State::Drifted), worse(State::Undecided));
        say(1, format!("worse: {} began to drift, {} became undecided", macs(drift), visible::number(open)));
        for (word, list) in [("new", &since.new), ("gone", &since.gone)] {
            let states: Vec<String> =
                list.iter().map(|(state, n)| format!("{} {}", visible::number(*n), state.word())).collect();
            let all = list.values().sum();
            if all > 0 {
                say(1, format!("{word}: {} ({})", macs(all), states.join(", ")));
            }
        }
        self.setting_lines(view, &mut say);
        if !since.worse.is_empty() {
            let shown = since.worse.len().min(SHOWN);
            let of = if shown < since.worse() {
                format!(", {shown} of {}", visible::number(since.worse()))
            } else {
                String::new()
            };
            say(1, format!("Macs that got worse{of}"));
            since.worse.iter().take(SHOWN).for_each(|texts| say(2, one_mac(texts)));
        }
        lines
    }

    fn setting_lines(&self, view: &View<'_, '_>, say: &mut impl FnMut(usize, String)) {
        let settings = self.settings(view);
        let mut changed: Vec<_> =
            settings.both.iter().filter(|(sum, before)| Drift::of(sum).word(*before) != "same").collect();
        changed.sort_by_key(|(sum, before)| Drift::of(sum).word(*before) == "better");
        for (sum, before) in changed.iter().take(SHOWN) {
            let now = Drift::of(sum);
            let key = visible::line(sum.setting.key.as_str(), LONGEST);
            let domain = view.domain(sum.setting.domain.as_str());
            let part = |drift: Drift| {
                format!(
                    "{} of {} ({})",
                    visible::number(drift.drifted),
                    macs(drift.macs),
                    percent(drift.drifted, drift.macs)
                )
            };
            say(
                1,
                format!(
                    "{}: {domain}: {key} drifts on {}, before on {}",
                    now.word(*before),
                    part(now),
                    part(*before)
                ),
            );
        }
        let more = changed.len().saturating_sub(SHOWN);
        if more > 0 {
            say(1, format!("… and {} more settings", visible::number(more)));
        }
        for (count, what) in [(settings.new.len(), "new"), (settings.gone.len(), "gone")] {
            if count > 0 {
                let be = if count == 1 { "setting is" } else { "settings are" };
                say(1, format!("{} {be} {what}, or asked for with another value", visible::number(count)));
            }
        }
    }
}

struct Settings<'s> {
    both: Vec<(&'s SettingSum<'s>, Drift)>,
    new: Vec<&'s SettingSum<'s>>,
    gone: Vec<Asked>,
}

fn words(of: impl Fn(State) -> usize) -> Json {
    let all: Map<String, Json> =
        State::ALL.into_iter().map(|state| (state.word().to_owned(), of(state).into())).collect();
    all.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_baseline() {
        let of = |text: &str| Baseline::read("old.json", text).unwrap_err();
        let not = "it is not what `audit --format json` writes: ";
        assert!(of("{").starts_with(&format!("{not}it is no JSON: ")));
        assert_eq!(of("[]"), format!("{not}`version` is not 1"));
        assert_eq!(of("{\"version\":1}"), format!("{not}it has no `fleet`"));
        let start = "{\"version\":1,\"compliance\":{\"compliant\":1,\"of\":2},\"fleet\":{\"drifted\":";
        assert_eq!(of(&format!("{start}[\"x\"]}}}}")), format!("{not}`x` is no Mac"));
        assert_eq!(
            of(&format!("{start}[]}},\"settings\":[{{}}]}}")),
            format!("{not}a setting has no `standing`")
        );
        let fine = Baseline::read("old.json", &format!("{start}[\"00000000000000ff\"]}}}}")).unwrap();
        assert_eq!(fine.fleet, [(Fingerprint(255), State::Drifted)]);
    }

    #[test]
    fn shares_are_compared_and_not_counts() {
        let drift = |drifted, macs| Drift { drifted, macs };
        assert_eq!(drift(2, 10).word(drift(1, 10)), "worse");
        assert_eq!(drift(2, 20).word(drift(1, 10)), "same");
        assert_eq!(drift(2, 30).word(drift(1, 10)), "better");
        assert_eq!(drift(0, 0).word(drift(0, 10)), "same");
        assert_eq!(drift(0, 5).word(drift(0, 0)), "same");
        assert_eq!(drift(1, 5).word(drift(0, 0)), "worse");
    }
}
