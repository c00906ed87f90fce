//! The versions that are out there, and which of them read a setting, for the page of a fleet.

use super::super::super::visible;
use super::super::{LONGEST, View, macs};
use super::several;
use crate::diff::audit::{AppSum, SettingSum};
use crate::plan::Reads;
use crate::version::Version;
use serde::Serialize;

/// How many versions of an app have a column; what is older is one column.
const COLUMNS: usize = 24;

/// The versions of an app.
#[derive(Serialize)]
pub(super) struct Histogram {
    name: String,
    says: String,
    columns: Vec<Column>,
    lanes: Vec<Lane>,
    /// How many settings all versions read that are out there.
    always: Option<String>,
}

#[derive(Serialize)]
struct Column {
    version: String,
    count: String,
    says: String,
    top: usize,
    height: usize,
}

/// Which of the versions read a setting.
#[derive(Serialize)]
struct Lane {
    key: String,
    builds: String,
    cells: Vec<Cell>,
}

#[derive(Serialize)]
struct Cell {
    word: &'static str,
    says: &'static str,
}

/// A column: a version, or all that are older.
struct Counted<'s> {
    versions: Vec<&'s Version>,
    macs: usize,
}

/// The picture of an app's versions; none where it is on no Mac.
pub(super) fn histogram(app: &AppSum, view: &View<'_, '_>) -> Option<Histogram> {
    if app.versions.is_empty() {
        return None;
    }
    let older = app.versions.len().saturating_sub(COLUMNS);
    let mut columns: Vec<Counted<'_>> = Vec::new();
    for (place, (version, count)) in app.versions.iter().enumerate() {
        match columns.last_mut().filter(|_| place > 0 && place < older) {
            Some(last) => {
                last.versions.push(version);
                last.macs += count;
            }
            None => columns.push(Counted { versions: vec![version], macs: *count }),
        }
    }
    let most = columns.iter().map(|column| column.macs).max().unwrap_or(1).max(1);
    let (mut lanes, mut always) = (Vec::new(), 0);
    for (sum, reads) in readers(app, view) {
        match lane(sum, reads, &columns) {
            Some(lane) => lanes.push(lane),
            None => always += 1,
        }
    }
    let mut says = vec![format!("on {}", macs(app.versions.values().sum()))];
    says.extend((app.missing > 0).then(|| format!("not installed on {}", visible::number(app.missing))));
    says.extend((app.unknown > 0).then(|| format!("nobody can say on {}", visible::number(app.unknown))));
    Some(Histogram {
        name: visible::line(&app.product, LONGEST),
        says: says.join(", "),
        columns: columns.iter().map(|counted| column(counted, most)).collect(),
        lanes,
        always: (always > 0)
            .then(|| several(always, "setting is read by all of these", "settings are read by all of these")),
    })
}

fn column(counted: &Counted<'_>, most: usize) -> Column {
    let height = (counted.macs * 100 / most).max(1);
    let version = match counted.versions.as_slice() {
        [only] => only.to_string(),
        [.., last] => format!("up to {last}"),
        [] => String::new(),
    };
    let count = visible::number(counted.macs);
    Column { says: format!("{version} on {}", macs(counted.macs)), version, count, top: 100 - height, height }
}

/// The settings that an app reads, or its suite, each with the builds that do.
fn readers<'v>(app: &AppSum, view: &'v View<'_, '_>) -> Vec<(&'v SettingSum<'v>, &'v Reads)> {
    let suite = view.catalog.product(&app.product).and_then(|known| known.suite);
    let of = |reads: &&Reads| reads.product == app.product || suite == Some(reads.product.as_str());
    let sums = view.summary.settings.iter();
    sums.filter_map(|sum| sum.setting.reads.iter().find(of).map(|reads| (sum, reads))).collect()
}

/// Which columns read a setting; none where all do.
fn lane(sum: &SettingSum<'_>, reads: &Reads, columns: &[Counted<'_>]) -> Option<Lane> {
    let builds = reads.all();
    let cells: Vec<Cell> = columns
        .iter()
        .map(|column| {
            let read = |version: &&&Version| builds.contains(version) || builds.overlaps(version);
            match column.versions.iter().filter(read).count() {
                0 => Cell { word: "off", says: "no" },
                all if all == column.versions.len() => Cell { word: "on", says: "yes" },
                _ => Cell { word: "part", says: "some" },
            }
        })
        .collect();
    let key = visible::line(sum.setting.key.as_str(), LONGEST);
    let differs = cells.iter().any(|cell| cell.word != "on");
    differs.then(|| Lane { key, builds: builds.describe(), cells })
}
