//! What a fleet comes to as people read it: how many Macs are compliant, of how many; what drifts; where.

use super::super::visible;
use super::{LONGEST, View, macs, percent, states};
use crate::diff::audit::{AppSum, MacSum, SettingSum, Summary};
use crate::diff::outcome::Standing;
use crate::diff::verdict::Verdict;
use std::cmp::Reverse;
use std::fmt::Write as _;

/// How many of the worst Macs are shown, and how many snapshots that cannot be read; JSON has a thousand.
const SHOWN: usize = 20;
/// How many versions of an app are shown; JSON has them all.
const VERSIONS: usize = 8;
/// How many settings of a Mac are shown.
const SETTINGS: usize = 6;

/// The numbers, the settings that drift and those that are undecided, the apps, the worst Macs, and what could not be
/// read.
pub fn text(view: &View<'_, '_>) -> String {
    let mut text = Text { out: String::new(), view };
    text.head();
    text.change();
    text.settings(Standing::Drifted, "Settings that drift");
    text.settings(Standing::Undecided, "Settings that are undecided");
    text.exempt();
    text.apps();
    text.worst();
    text.unread();
    // A blank line stands behind each part, and none at the end.
    text.out.truncate(text.out.trim_end().len());
    text.out.push('\n');
    text.out
}

/// How many Macs are compliant, of how many, in one line.
pub fn sum(summary: &Summary<'_>) -> String {
    let of = summary.macs.of();
    let states: Vec<String> = states(&summary.macs)
        .into_iter()
        .map(|(word, count)| format!("{} {word}", visible::number(count)))
        .collect();
    let be = if summary.macs.compliant == 1 || of == 1 { "is" } else { "are" };
    let outside = match summary.macs.outside {
        0 => String::new(),
        count => format!("; no policy applies to {} more", visible::number(count)),
    };
    format!(
        "{} of {} {be} compliant ({}): {}{outside}",
        visible::number(summary.macs.compliant),
        macs(of),
        percent(summary.macs.compliant, of),
        states.join(", ")
    )
}

struct Text<'t, 'v, 'c> {
    out: String,
    view: &'t View<'v, 'c>,
}

impl Text<'_, '_, '_> {
    fn line(&mut self, depth: usize, line: &str) {
        let indent = if line.is_empty() { 0 } else { depth * 2 };
        let _ = writeln!(self.out, "{:indent$}{line}", "");
    }

    fn head(&mut self) {
        let summary = self.view.summary;
        let policies: Vec<String> =
            summary.policies.iter().map(|name| visible::line(name, LONGEST)).collect();
        let count = visible::number(summary.macs.snapshots);
        let be = match (summary.macs.reported, summary.macs.snapshots) {
            (0, 1) => "snapshot",
            (0, _) => "snapshots",
            _ => "snapshots and answers",
        };
        self.line(0, &format!("{}: {count} {be} of {}", policies.join(", "), macs(summary.macs.all())));
        if summary.partial {
            self.line(0, "ended before all of them were looked at: what follows is of these alone");
        }
        let several = |count: usize, one: &str, many: &str| {
            (count > 0).then(|| format!("{} {}", visible::number(count), if count == 1 { one } else { many }))
        };
        let older = several(
            summary.macs.older,
            "snapshot that is older than another one of the same Mac",
            "snapshots that are older than another one of the same Mac",
        );
        let passed = several(self.view.passed, "file that is no snapshot", "files that are no snapshots");
        let left: Vec<String> = older.into_iter().chain(passed).collect();
        if !left.is_empty() {
            self.line(0, &format!("left out: {}", left.join(", ")));
        }
        self.applied();
        self.line(0, "");
        self.line(0, &sum(summary));
        self.reported();
        let unsure = summary.macs.unsure;
        if unsure > 0 {
            self.line(0, &format!("of {} nobody knows whether a policy applies to them", macs(unsure)));
        }
        self.line(0, "");
    }

    /// What those cannot say of whom only an MDM has told.
    fn reported(&mut self) {
        let count = self.view.summary.macs.reported;
        if count == 0 {
            return;
        }
        self.line(
            0,
            &format!("of {} only an MDM has told: not their layers, values and versions", macs(count)),
        );
        let sums = self.view.summary.settings.iter().filter(|sum| sum.not_asked > 0);
        let keys: Vec<String> = sums.map(|sum| visible::line(sum.setting.key.as_str(), LONGEST)).collect();
        if !keys.is_empty() {
            let (shown, more) = (keys.len().min(SETTINGS), keys.len().saturating_sub(SETTINGS));
            let more = if more > 0 { format!(" and {} more", visible::number(more)) } else { String::new() };
            let shown = keys.get(..shown).unwrap_or_default().join(", ");
            self.line(0, &format!("  nor anything of {shown}{more}, which it cannot see"));
        }
    }

    /// To how many Macs each of several policies applies.
    fn applied(&mut self) {
        let summary = self.view.summary;
        if summary.policies.len() < 2 {
            return;
        }
        for (policy, count) in summary.policies.iter().zip(&summary.applied) {
            self.line(1, &format!("{} applies to {}", visible::line(policy, LONGEST), macs(*count)));
        }
    }

    /// What changed since an earlier audit.
    fn change(&mut self) {
        let Some(change) = &self.view.change else { return };
        for (depth, line) in change.lines(self.view) {
            self.line(depth, &line);
        }
        self.line(0, "");
    }

    /// The settings that count as this on some Macs, by domain; of a domain those of most Macs first.
    fn settings(&mut self, standing: Standing, title: &str) {
        let told = |sum: &&SettingSum<'_>| sum.standing(standing) > 0;
        let mut sums: Vec<&SettingSum<'_>> = self.view.summary.settings.iter().filter(told).collect();
        if sums.is_empty() {
            return;
        }
        sums.sort_by_key(|sum| (sum.setting.domain.as_str(), Reverse(sum.standing(standing))));
        self.line(0, title);
        let mut last = "";
        for sum in sums {
            let domain = sum.setting.domain.as_str();
            if domain != last {
                let heading = self.heading(domain, standing);
                self.line(1, &heading);
                last = domain;
            }
            let (count, key) = (sum.standing(standing), visible::line(sum.setting.key.as_str(), LONGEST));
            let of =
                format!("{} of {} ({})", visible::number(count), macs(sum.macs), percent(count, sum.macs));
            self.line(2, &format!("{key}: {of}: {}", verdicts(sum, standing)));
            if standing == Standing::Drifted && !sum.layers.is_empty() {
                let layers = sum.layers.iter().map(|(layer, count)| {
                    let what = layer.map_or("nothing is set", |layer| layer.says());
                    format!("{what} on {}", visible::number(*count))
                });
                self.line(3, &layers.collect::<Vec<_>>().join(", "));
            }
        }
        self.line(0, "");
    }

    /// A domain; where its settings drift, with the Macs on which at least one does.
    fn heading(&self, domain: &str, standing: Standing) -> String {
        let name = self.view.domain(domain);
        let sum = self.view.summary.domains.iter().find(|sum| sum.domain == domain);
        match sum.filter(|_| standing == Standing::Drifted) {
            Some(sum) => {
                let share = percent(sum.drifted, sum.macs);
                format!("{name}: drifts on {} of {} ({share})", visible::number(sum.drifted), macs(sum.macs))
            }
            None => name,
        }
    }

    fn exempt(&mut self) {
        let exempt: usize = self.view.summary.settings.iter().map(|sum| sum.standing(Standing::Exempt)).sum();
        if exempt > 0 {
            let be = if exempt == 1 { "setting of a Mac is" } else { "settings of Macs are" };
            self.line(0, &format!("{} {be} exempt", visible::number(exempt)));
            self.line(0, "");
        }
    }

    fn apps(&mut self) {
        let there = |app: &&AppSum| !app.versions.is_empty();
        let apps: Vec<&AppSum> = self.view.summary.apps.iter().filter(there).collect();
        if apps.is_empty() {
            return;
        }
        self.line(0, "Apps");
        for app in apps {
            let mut versions: Vec<(String, usize)> =
                app.versions.iter().rev().map(|(version, count)| (version.to_string(), *count)).collect();
            let more = versions.len().saturating_sub(VERSIONS);
            versions.sort_by_key(|(_, count)| Reverse(*count));
            let rest: usize = versions.iter().skip(VERSIONS).map(|(_, count)| count).sum();
            versions.truncate(VERSIONS);
            versions.extend((more > 0).then(|| (format!("{} other versions", visible::number(more)), rest)));
            versions.push(("not installed".to_owned(), app.missing));
            versions.push(("nobody can say".to_owned(), app.unknown));
            let shown = versions.iter().filter(|(_, count)| *count > 0);
            let shown = shown.map(|(what, count)| format!("{what} on {}", visible::number(*count)));
            self.line(1, &format!("{}: {}", app.product, shown.collect::<Vec<_>>().join(", ")));
        }
        self.line(0, "");
    }

    fn worst(&mut self) {
        let summary = self.view.summary;
        let all = summary.macs.drifted + summary.macs.undecided;
        if summary.worst.is_empty() {
            return;
        }
        let shown = summary.worst.len().min(SHOWN);
        let of = if shown < all { format!(", {shown} of {}", visible::number(all)) } else { String::new() };
        self.line(0, &format!("Macs that drift or are undecided, the worst first{of}"));
        for mac in summary.worst.iter().take(SHOWN) {
            let line = one(mac);
            self.line(1, &line);
            let settings = mac.settings.iter().take(SETTINGS).filter_map(|(at, verdict)| {
                let setting = summary.settings.get(*at)?.setting;
                let short = self.view.catalog.short(setting.domain.as_str());
                Some(format!("{short}: {} {}", visible::line(setting.key.as_str(), LONGEST), verdict.word()))
            });
            let mut settings: Vec<String> = settings.collect();
            let more = mac.settings.len().saturating_sub(SETTINGS);
            settings.extend((more > 0).then(|| format!("… and {} more", visible::number(more))));
            settings.iter().for_each(|line| self.line(2, line));
        }
        self.line(0, "");
    }

    fn unread(&mut self) {
        let summary = self.view.summary;
        if summary.unread.is_empty() {
            return;
        }
        let shown = summary.unread.len().min(SHOWN);
        let all = summary.macs.unread;
        let of = if shown < all { format!(", {shown} of {}", visible::number(all)) } else { String::new() };
        self.line(0, &format!("Snapshots that cannot be read{of}"));
        for unread in summary.unread.iter().take(SHOWN) {
            let (source, why) = (&unread.source, visible::line(&unread.why, 2 * LONGEST));
            self.line(1, &format!("{}: {why}", visible::line(source, LONGEST)));
        }
        self.line(0, "");
    }
}

/// The verdicts that a standing is made of: `3 differs, 1 missing`.
fn verdicts(sum: &SettingSum<'_>, standing: Standing) -> String {
    let told = sum.told.iter().filter(|((own, _), _)| *own == standing);
    let word = |verdict: Verdict| match (standing, verdict) {
        // It is not enforced, and nobody knows what is in effect instead.
        (Standing::Drifted, Verdict::Unreadable) => "not enforced",
        _ => verdict.word(),
    };
    told.map(|((_, verdict), count)| format!("{} {}", visible::number(*count), word(*verdict)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A Mac by its name, its serial number and its snapshot.
pub(super) fn one_mac([name, serial, source]: &[String; 3]) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend((!name.is_empty()).then(|| visible::line(name, LONGEST)));
    parts.extend((!serial.is_empty()).then(|| format!("serial {}", visible::line(serial, LONGEST))));
    let source = visible::line(source, LONGEST);
    if parts.is_empty() { source } else { format!("{} ({source})", parts.join(", ")) }
}

fn one(mac: &MacSum) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend((!mac.name.is_empty()).then(|| visible::line(&mac.name, LONGEST)));
    parts.extend((!mac.serial.is_empty()).then(|| format!("serial {}", visible::line(&mac.serial, LONGEST))));
    parts.extend(mac.taken.map(|taken| format!("snapshot of {taken}")));
    let counts = [(mac.drifted, "drifted"), (mac.undecided, "undecided")];
    let counts: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", visible::number(count)))
        .collect();
    parts.push(match (counts.is_empty(), mac.unsure) {
        (true, true) => "nobody knows whether a policy applies".to_owned(),
        (true, false) => "nothing was found of it".to_owned(),
        (false, _) => format!("{} of {}", counts.join(", "), visible::number(mac.of)),
    });
    format!("{} ({})", parts.join(", "), visible::line(&mac.source, LONGEST))
}
