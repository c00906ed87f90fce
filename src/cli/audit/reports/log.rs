//! Results of osquery's pack, as its log has them.

use super::{Answered, Reading, What, Wrong};
use crate::cli::common::label;
use crate::diff::osquery::{self, Line};
use crate::diff::verdict::Verdict;
use crate::mac::About;
use crate::plan::Setting;
use crate::value::Date;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read as _};
use std::path::Path;
use std::sync::atomic::Ordering;

/// The longest line of osquery's results, in bytes.
const LONGEST: u64 = 64 << 20;

impl Reading<'_> {
    /// osquery's result log: of each Mac and query the newest answer.
    pub(super) fn log(&self, path: &Path, source: usize) -> Result<Vec<Answered>> {
        let file = std::fs::File::open(path)?;
        let mut reader = BufReader::with_capacity(1 << 18, file);
        let mut hosts: BTreeMap<String, Host> = BTreeMap::new();
        let mut order: Vec<String> = Vec::new();
        let domains: BTreeSet<&str> =
            self.scope.settings().iter().map(|setting| setting.domain.as_str()).collect();
        let mut wrong = Wrong::default();
        let (mut number, mut bytes) = (0_u64, Vec::new());
        while !self.stop.load(Ordering::Relaxed) {
            bytes.clear();
            if reader.by_ref().take(LONGEST).read_until(b'\n', &mut bytes)? == 0 {
                break;
            }
            number += 1;
            let text = String::from_utf8_lossy(&bytes);
            if text.trim().is_empty() {
                continue;
            }
            let line = match Line::read(text.trim()) {
                Ok(line) => line,
                Err(why) => {
                    wrong.say(format!("line {number}: {why}"));
                    continue;
                }
            };
            let about = domains.iter().filter(|domain| osquery::is_about(&line.query, domain));
            let Some(domain) = about.max_by_key(|domain| domain.len()) else { continue };
            let host = hosts.entry(line.host.clone()).or_insert_with(|| {
                order.push(line.host.clone());
                Host::default()
            });
            self.take(host, domain, line);
        }
        wrong.tell(&label(path), "left out");
        let all = self.scope.all();
        let found = order.iter().filter_map(|name| hosts.remove(name)).map(|host| {
            let about = About { taken: host.time.and_then(Date::from_seconds), ..host.about };
            let rows = host.queries.into_iter().map(|((domain, _), query)| (domain, query.rows));
            let mut merged: BTreeMap<String, BTreeMap<u32, Verdict>> = BTreeMap::new();
            rows.for_each(|(domain, rows)| merged.entry(domain).or_default().extend(rows));
            Answered { about, source, asked: all, what: What::Rows(merged) }
        });
        Ok(found.collect())
    }

    fn take(&self, host: &mut Host, domain: &str, line: Line) {
        let time = line.time.unwrap_or(i64::MIN);
        let query = host.queries.entry((domain.to_owned(), line.query)).or_default();
        if time < query.time {
            return;
        }
        query.time = time;
        host.time = host.time.max(line.time);
        let about = &mut host.about;
        about.snapshot = true;
        about.serial = line.serial.or(about.serial.take());
        about.hardware_uuid = line.uuid.or(about.hardware_uuid.take());
        about.name = line.name.or(about.name.take());
        if line.whole {
            query.rows.clear();
        }
        for row in &line.removed {
            for (place, _) in self.places(row) {
                query.rows.remove(&place);
            }
        }
        for row in &line.added {
            query.rows.extend(self.places(row));
        }
    }

    /// The settings that a row is about: of several with the key, the one whose value is wanted.
    fn places<'p>(&'p self, row: &'p osquery::Row) -> impl Iterator<Item = (u32, Verdict)> + 'p {
        let settings = self.scope.settings();
        let same =
            |setting: &Setting| setting.domain.as_str() == row.domain && setting.key.as_str() == row.key;
        let wanted = |setting: &Setting| {
            setting.value.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string) == row.expected
        };
        let exact = settings.iter().any(|setting| same(setting) && wanted(setting));
        let all = (0_u32..).zip(settings.iter());
        all.filter(move |(_, setting)| same(setting) && (!exact || wanted(setting))).map(
            |(place, setting)| {
                let verdict = match (&setting.value, row.is_there) {
                    (None, _) => Verdict::Unwanted,
                    (Some(_), true) => Verdict::Differs,
                    // osquery looks at what is managed: what is in effect below that nobody has told.
                    (Some(_), false) => Verdict::Unreadable,
                };
                (place, verdict)
            },
        )
    }
}

#[derive(Default)]
struct Host {
    about: About,
    time: Option<i64>,
    /// By domain and by the name of the query.
    queries: BTreeMap<(String, String), Query>,
}

struct Query {
    time: i64,
    rows: BTreeMap<u32, Verdict>,
}

impl Default for Query {
    fn default() -> Self {
        Self { time: i64::MIN, rows: BTreeMap::new() }
    }
}
