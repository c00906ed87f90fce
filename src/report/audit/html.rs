//! What a fleet comes to as a page: one file, readable without script; with it, the Macs can be filtered and sorted.

mod versions;

use super::super::visible;
use super::{Change, LONGEST, View, macs, percent, states};
use crate::diff::audit::{DomainSum, MacSum, Macs, SettingSum};
use crate::diff::outcome::Standing;
use crate::diff::verdict::Verdict;
use crate::text::{TemplateError, fleet_page};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use versions::{Histogram, histogram};

/// How wide pictures are, in units of their own.
const WIDTH: usize = 1000;
/// How wide the narrowest part of one is: one Mac of a hundred thousand is to be seen.
const NARROWEST: usize = 6;
/// How many settings of a Mac are named.
const SETTINGS: usize = 12;

#[derive(Serialize)]
struct Page {
    title: String,
    who: String,
    percent: String,
    summary: String,
    bars: Vec<Bar>,
    legend: Vec<Bar>,
    notes: Vec<String>,
    change: Option<Changed>,
    apps: Vec<Drift>,
    settings: Vec<Group>,
    versions: Vec<Histogram>,
    worst: Vec<Line>,
    worst_of: String,
    unread: Vec<Unread>,
    unread_of: String,
}

/// What changed since an earlier audit.
#[derive(Serialize)]
struct Changed {
    title: String,
    lines: Vec<ChangedLine>,
}

#[derive(Serialize)]
struct ChangedLine {
    /// What is better is green, what is worse is red.
    word: &'static str,
    deep: bool,
    text: String,
}

/// A part of a picture, or a line of its legend.
#[derive(Serialize)]
struct Bar {
    word: &'static str,
    count: String,
    start: usize,
    width: usize,
}

/// How much of something drifts, and of how much nobody can say: a bar.
#[derive(Serialize)]
struct Drift {
    name: String,
    percent: String,
    says: String,
    /// What explains it.
    more: String,
    bars: Vec<Bar>,
}

/// The settings of a domain.
#[derive(Serialize)]
struct Group {
    name: String,
    rows: Vec<Drift>,
    /// Those that neither drift nor are undecided.
    good: Option<String>,
}

/// One of the worst Macs.
#[derive(Serialize)]
struct Line {
    name: String,
    serial: String,
    taken: String,
    state: &'static str,
    drifted: usize,
    undecided: usize,
    settings: Vec<Told>,
    source: String,
}

/// The settings of a domain that are not as they should be on a Mac.
#[derive(Serialize)]
struct Told {
    domain: String,
    /// The keys by what is said of them: `A, B missing; C differs`.
    says: String,
}

#[derive(Serialize)]
struct Unread {
    source: String,
    why: String,
}

/// What a fleet comes to as a page: the share of compliant Macs with what it is of, drift by app and by setting, the versions
/// that are out there with the builds that read each setting, and the worst Macs. It holds all it needs and asks for nothing;
/// the only script that may run in it is its own, which filters and sorts.
///
/// # Errors
/// A fault of the template.
pub fn html(view: &View<'_, '_>) -> Result<String, TemplateError> {
    let summary = view.summary;
    let count = &summary.macs;
    let policies: Vec<String> = summary.policies.iter().map(|name| visible::line(name, LONGEST)).collect();
    let all = count.drifted + count.undecided;
    let shown = |part: usize, of: usize, which: &str| match part < of {
        true => format!("the {which} {} of {}", visible::number(part), visible::number(of)),
        false => visible::number(of),
    };
    fleet_page(&Page {
        title: format!("{} on {}", policies.join(", "), macs(count.all())),
        who: format!("{} looked at", several(count.snapshots, "snapshot", "snapshots")),
        percent: if count.of() == 0 { "–".to_owned() } else { percent(count.compliant, count.of()) },
        summary: said(count),
        bars: bars(&states(count), count.of()).into_iter().filter(|bar| bar.width > 0).collect(),
        legend: bars(&states(count), count.of()),
        notes: notes(view),
        change: view.change.as_ref().map(|change| changed(change, view)),
        apps: domains(view),
        settings: groups(view),
        versions: summary.apps.iter().filter_map(|app| histogram(app, view)).collect(),
        worst: summary.worst.iter().map(|mac| worst(mac, view)).collect(),
        worst_of: shown(summary.worst.len(), all, "worst"),
        unread: summary.unread.iter().map(|one| unread(&one.source, &one.why)).collect(),
        unread_of: shown(summary.unread.len(), count.unread, "first"),
    })
}

fn several(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", visible::number(count), if count == 1 { one } else { many })
}

/// What the share of compliant Macs is of.
fn said(count: &Macs) -> String {
    let be = if count.compliant == 1 || count.of() == 1 { "is" } else { "are" };
    match count.of() {
        0 => "No Mac was judged".to_owned(),
        of => format!("{} of {} {be} compliant", visible::number(count.compliant), macs(of)),
    }
}

/// What changed since an earlier audit, in the words of the text report.
fn changed(change: &Change<'_>, view: &View<'_, '_>) -> Changed {
    let mut lines = change.lines(view).into_iter();
    // A number does not part from its sign.
    let bound = |text: String| text.replace(" %", "\u{a0}%");
    let title = lines.next().map(|(_, line)| bound(line)).unwrap_or_default();
    let line = |(depth, text): (usize, String)| {
        let word = match text.split_once(": ") {
            Some(("better", _)) if depth == 1 => "compliant",
            Some(("worse", _)) if depth == 1 => "drifted",
            _ => "",
        };
        ChangedLine { word, deep: depth > 1, text: bound(text) }
    };
    Changed { title, lines: lines.map(line).collect() }
}

fn notes(view: &View<'_, '_>) -> Vec<String> {
    let summary = view.summary;
    let macs = &summary.macs;
    let mut notes = Vec::new();
    if summary.partial {
        notes.push("It was ended before all snapshots were looked at: this is of those alone.".to_owned());
    }
    let mut add = |count: usize, one: &str, many: &str| {
        if count > 0 {
            notes.push(several(count, one, many));
        }
    };
    add(
        macs.older,
        "snapshot is older than another one of the same Mac, and does not count.",
        "snapshots are older than another one of the same Mac, and do not count.",
    );
    add(macs.outside, "Mac has no policy that applies to it.", "Macs have no policy that applies to them.");
    add(
        macs.unread,
        "snapshot cannot be read: it counts as a Mac that is not compliant.",
        "snapshots cannot be read: each counts as a Mac that is not compliant.",
    );
    add(view.passed, "file is no snapshot.", "files are no snapshots.");
    if macs.unsure > 0 {
        notes.push(format!("Of {} nobody knows whether a policy applies to them.", super::macs(macs.unsure)));
    }
    if macs.reported > 0 {
        let of = super::macs(macs.reported);
        notes.push(format!("Of {of} only an MDM has told: not their layers, values and versions."));
    }
    if summary.policies.len() > 1 {
        notes.extend(summary.policies.iter().zip(&summary.applied).map(|(policy, count)| {
            format!("{} applies to {}.", visible::line(policy, LONGEST), super::macs(*count))
        }));
    }
    notes
}

/// Parts of a whole, side by side.
fn bars(parts: &[(&'static str, usize)], of: usize) -> Vec<Bar> {
    let wide =
        |count: usize| if count == 0 { 0 } else { (count * WIDTH / of.max(1)).clamp(NARROWEST, WIDTH) };
    let all: usize = parts.iter().map(|(_, count)| wide(*count)).sum::<usize>();
    // What the narrowest take more than their share, all give.
    let fit = |width: usize| if all > WIDTH { width * WIDTH / all } else { width };
    let mut start = 0;
    let bar = |(word, count): &(&'static str, usize)| {
        let width = fit(wide(*count));
        let bar = Bar { word, count: visible::number(*count), start, width };
        start += width;
        bar
    };
    parts.iter().map(bar).collect()
}

fn drift(name: String, drifted: usize, undecided: usize, of: usize, more: String) -> Drift {
    let mut says = format!("{} of {}", visible::number(drifted), macs(of));
    if undecided > 0 {
        says = format!("{says}, {} undecided", visible::number(undecided));
    }
    let percent = percent(drifted, of);
    let bars = bars(&[("drifted", drifted), ("undecided", undecided)], of);
    Drift { name, percent, says, more, bars: bars.into_iter().filter(|bar| bar.width > 0).collect() }
}

/// Drift by app: on how many Macs at least one of its settings drifts.
fn domains(view: &View<'_, '_>) -> Vec<Drift> {
    let mut all: Vec<_> = view.summary.domains.iter().collect();
    all.sort_by_key(|sum| (Reverse((sum.drifted, sum.undecided)), sum.domain.clone()));
    let one = |sum: &&DomainSum| {
        drift(view.domain(&sum.domain), sum.drifted, sum.undecided, sum.macs, String::new())
    };
    all.iter().map(one).collect()
}

/// Drift by setting, the apps in which most drifts first.
fn groups(view: &View<'_, '_>) -> Vec<Group> {
    let mut by_domain: BTreeMap<&str, Vec<&SettingSum<'_>>> = BTreeMap::new();
    for sum in &view.summary.settings {
        by_domain.entry(sum.setting.domain.as_str()).or_default().push(sum);
    }
    let weight = |sum: &SettingSum<'_>| (sum.standing(Standing::Drifted), sum.standing(Standing::Undecided));
    let mut list: Vec<(&str, Vec<&SettingSum<'_>>)> = by_domain.into_iter().collect();
    list.sort_by_key(|(_, sums)| Reverse(sums.iter().map(|sum| weight(sum)).max()));
    let group = |(domain, mut sums): (&str, Vec<&SettingSum<'_>>)| {
        sums.sort_by_key(|sum| Reverse(weight(sum)));
        let bad = sums.iter().filter(|sum| weight(sum) > (0, 0));
        let rows: Vec<Drift> = bad.map(|sum| setting(sum)).collect();
        let good = sums.len() - rows.len();
        let good = match (good, rows.is_empty()) {
            (0, _) => None,
            (all, true) => {
                Some(several(all, "setting, which drifts nowhere", "settings, which drift nowhere"))
            }
            (some, false) => {
                Some(several(some, "other setting drifts nowhere", "other settings drift nowhere"))
            }
        };
        Group { name: view.domain(domain), rows, good }
    };
    list.into_iter().map(group).collect()
}

fn setting(sum: &SettingSum<'_>) -> Drift {
    let layers = sum.layers.iter().map(|(layer, count)| {
        let what = layer.map_or("nothing is set", |layer| layer.says());
        format!("{what} on {}", visible::number(*count))
    });
    let exempt = sum.standing(Standing::Exempt);
    let exempt = (exempt > 0).then(|| format!("exempt on {}", visible::number(exempt)));
    let more: Vec<String> = layers.chain(exempt).collect();
    let counts = [Standing::Drifted, Standing::Undecided].map(|standing| sum.standing(standing));
    let name = visible::line(sum.setting.key.as_str(), LONGEST);
    drift(name, counts[0], counts[1], sum.macs, more.join(", "))
}

fn worst(mac: &MacSum, view: &View<'_, '_>) -> Line {
    Line {
        name: visible::line(&mac.name, LONGEST),
        serial: visible::line(&mac.serial, LONGEST),
        taken: mac.taken.map(|taken| taken.to_string()).unwrap_or_default(),
        state: mac.state.word(),
        drifted: mac.drifted,
        undecided: mac.undecided,
        settings: told(mac, view),
        source: visible::line(&mac.source, LONGEST),
    }
}

/// The settings of a Mac that are not as they should be: those of a domain together, by their verdicts.
fn told(mac: &MacSum, view: &View<'_, '_>) -> Vec<Told> {
    let mut said: Vec<(&str, Verdict, Vec<String>)> = Vec::new();
    for (at, verdict) in mac.settings.iter().take(SETTINGS) {
        let Some(sum) = view.summary.settings.get(*at) else { continue };
        let domain = view.catalog.short(sum.setting.domain.as_str());
        let key = visible::line(sum.setting.key.as_str(), LONGEST);
        match said.iter_mut().find(|(own, other, _)| (*own, *other) == (domain, *verdict)) {
            Some((.., keys)) => keys.push(key),
            None => said.push((domain, *verdict, vec![key])),
        }
    }
    let mut told: Vec<Told> = Vec::new();
    for (domain, verdict, keys) in said {
        let domain = format!("{}:", visible::line(domain, LONGEST));
        let says = format!("{} {}", keys.join(", "), verdict.word());
        match told.iter_mut().find(|own| own.domain == domain) {
            Some(own) => own.says = format!("{}; {says}", own.says),
            None => told.push(Told { domain, says }),
        }
    }
    let more = mac.settings.len().saturating_sub(SETTINGS);
    let says = format!("… and {} more", visible::number(more));
    told.extend((more > 0).then(|| Told { domain: String::new(), says }));
    told
}

fn unread(source: &str, why: &str) -> Unread {
    Unread { source: visible::line(source, LONGEST), why: visible::line(why, 2 * LONGEST) }
}
