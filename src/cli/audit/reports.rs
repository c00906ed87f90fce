//! What MDMs have collected already: exports of an attribute that the check script fills, and results of osquery's pack.

use super::super::common::{complain, label, read_bytes};
use crate::catalog::Catalog;
use crate::check::is_secret;
use crate::diff::answer::Answer;
use crate::diff::applies::Assignment;
use crate::diff::attributes::{NAME, SERIAL};
use crate::diff::audit::{Applied, Glance, Scope, State, Told};
use crate::diff::osquery::{self, Line};
use crate::diff::table::{Head, Table};
use crate::diff::verdict::Verdict;
use crate::emit::reported::{is_in_attribute, is_in_pack};
use crate::mac::About;
use crate::plan::Setting;
use crate::report::audit::{Reported, Rows};
use crate::value::Date;
use anyhow::{Context as _, Result, anyhow, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// How names of exports of a table end.
const TABLES: [&str; 2] = ["csv", "tsv"];
/// How names of osquery's results end.
const LOGS: [&str; 3] = ["ndjson", "jsonl", "log"];
/// The largest table, in bytes.
const LARGEST: usize = 512 << 20;
/// The longest line of osquery's results, in bytes.
const LONGEST: u64 = 64 << 20;
/// How many lines that are no good are told.
const TOLD: usize = 5;

/// What columns are called that say when a Mac has answered.
const TIMES: [&str; 8] = [
    "last inventory update",
    "last check-in",
    "last checkin",
    "last sync",
    "last update",
    "last modified",
    "last seen",
    "taken",
];
/// What columns are called that say which Mac it is where nothing says its serial number.
const UUIDS: [&str; 4] = ["udid", "hardware uuid", "host uuid", "uuid"];
/// What columns of an answer are called where no policy is.
const ANSWERS: [&str; 5] = ["result", "results", "value", "custom attribute", "compliance"];

/// Whether a path names what an MDM has collected.
pub(super) fn is_report(path: &Path) -> bool {
    path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| {
        let same = |known: &&str| ending.eq_ignore_ascii_case(known);
        (TABLES.iter().any(same) || LOGS.iter().any(same)) && !path.is_dir()
    })
}

/// A Mac of which an MDM has told.
pub(super) struct Answered {
    /// What is known of it.
    pub about: About,
    source: usize,
    /// The policies that were asked, a bit for each.
    asked: u128,
    what: What,
}

enum What {
    /// Answers of the check, by policy.
    Cells(Vec<(usize, Option<Answer>, String)>),
    /// For each domain that was asked: the settings that the Mac does not have.
    Rows(BTreeMap<String, BTreeMap<u32, Verdict>>),
}

/// What MDMs have collected.
#[derive(Default)]
pub(super) struct Reports {
    names: Vec<String>,
    /// In the order of the files and of the lines in them.
    pub macs: Vec<Answered>,
}

/// What reports are read with.
pub(super) struct Reading<'r> {
    scope: &'r Scope<'r>,
    /// The column that was named.
    column: Option<&'r str>,
    stop: &'r AtomicBool,
    /// Of each setting, by its place.
    known: Vec<Known>,
}

/// What there is to know of a setting once for all Macs.
struct Known {
    policies: Vec<usize>,
    in_attribute: bool,
    in_pack: bool,
    /// What an answer calls it: by its key, with the domain in front where several of the policy have the key.
    names: [String; 3],
}

impl<'r> Reading<'r> {
    /// For the settings of a scope. `column` is the one that was named for answers.
    pub fn new(
        scope: &'r Scope<'r>,
        catalog: &Catalog<'_>,
        column: Option<&'r str>,
        stop: &'r AtomicBool,
    ) -> Self {
        let policies: Vec<BTreeSet<u32>> =
            (0..scope.names().count()).map(|policy| scope.of_policy(policy)).collect();
        let known = (0_u32..).zip(scope.settings()).map(|(place, setting)| {
            let (domain, key) = (setting.domain.as_str(), setting.key.as_str());
            let own = policies.iter().enumerate().filter(|(_, places)| places.contains(&place));
            Known {
                policies: own.map(|(policy, _)| policy).collect(),
                in_attribute: is_in_attribute(setting, catalog),
                in_pack: is_in_pack(setting, is_secret(setting, catalog), catalog),
                names: [
                    key.to_owned(),
                    format!("{}:{key}", catalog.short(domain)),
                    format!("{domain}:{key}"),
                ],
            }
        });
        Self { scope, column, stop, known: known.collect() }
    }

    /// Reads all of them.
    ///
    /// # Errors
    /// One cannot be read, or nothing says which column the answers are in.
    pub fn read(&self, paths: &[&Path]) -> Result<Reports> {
        let mut reports = Reports::default();
        for path in paths {
            let source = reports.names.len();
            reports.names.push(label(path));
            let table = path.extension().and_then(|ending| ending.to_str());
            let table = table.is_some_and(|own| TABLES.iter().any(|known| own.eq_ignore_ascii_case(known)));
            let found = if table { self.table(path, source) } else { self.log(path, source) };
            reports.macs.extend(found.with_context(|| label(path))?);
        }
        Ok(reports)
    }

    /// An export with a row for each Mac, and a column that the check script fills.
    fn table(&self, path: &Path, source: usize) -> Result<Vec<Answered>> {
        let bytes = read_bytes(path, LARGEST).map_err(|why| anyhow!("{why}"))?;
        let table = Table::open(&bytes)?;
        let head = table.head.clone();
        let (serial, name) = (head.first(&SERIAL), head.first(&NAME));
        let (uuid, time) = (head.first(&UUIDS), head.first(&TIMES));
        if serial.is_none() && name.is_none() && uuid.is_none() {
            bail!(
                "no column says which Mac it is: none is called `Serial Number` or `Computer Name`; they are {}",
                head.listed()
            );
        }
        let columns = self.columns(&head)?;
        let asked = columns.iter().fold(0, |bits: u128, (policy, _)| bits | 1 << policy);
        let keys = self.keys();
        let mut wrong = Wrong::default();
        let mut found = Vec::new();
        for row in table {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            let row = match row {
                Ok(row) => row,
                Err(error) => {
                    wrong.say(error.to_string());
                    continue;
                }
            };
            let said = |column: Option<usize>| {
                column.map(|at| row.cell(at).to_owned()).filter(|text| !text.is_empty())
            };
            let about = About {
                snapshot: true,
                serial: said(serial),
                name: said(name),
                hardware_uuid: said(uuid),
                taken: said(time).and_then(|text| moment(&text)),
                ..About::default()
            };
            let mut cells = Vec::new();
            for (policy, column) in &columns {
                let text = row.cell(*column);
                let answer = Answer::read(text, |key| keys.contains(key));
                if answer.is_none() {
                    let text: String = text.chars().take(60).collect();
                    wrong.say(format!(
                        "line {}: `{}` is no answer of the check",
                        row.line,
                        text.escape_debug()
                    ));
                }
                cells.push((*policy, answer, text.to_owned()));
            }
            found.push(Answered { about, source, asked, what: What::Cells(cells) });
        }
        wrong.tell(&label(path), "undecided");
        Ok(found)
    }

    /// The column of each policy: the one that was named, one that is called as the policy, or one that is called as MDMs call
    /// such a column.
    fn columns(&self, head: &Head) -> Result<Vec<(usize, usize)>> {
        let only = |found: Vec<usize>| match found.as_slice() {
            [one] => Some(*one),
            _ => None,
        };
        let policies = self.scope.names().count();
        if let Some(name) = self.column {
            if policies > 1 {
                bail!("--column is for one policy: with several, each column is called as its policy");
            }
            let column = only(head.find(name));
            let column =
                column.ok_or_else(|| anyhow!("no column is called `{name}`: they are {}", head.listed()))?;
            return Ok(vec![(0, column)]);
        }
        let titles = self.scope.titles();
        let own = titles.iter().enumerate();
        let found: Vec<(usize, usize)> =
            own.filter_map(|(policy, title)| Some((policy, only(head.find(title))?))).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let usual: BTreeSet<usize> = ANSWERS.iter().flat_map(|name| head.find(name)).collect();
        match only(usual.into_iter().collect()).filter(|_| policies == 1) {
            Some(column) => Ok(vec![(0, column)]),
            None => bail!(
                "no column is called {}: --column NAME says which one the answers of the check are in; they are {}",
                titles.iter().map(|title| format!("`{title}`")).collect::<Vec<_>>().join(" or "),
                head.listed()
            ),
        }
    }

    /// What settings can be called in an answer.
    fn keys(&self) -> BTreeSet<String> {
        self.known.iter().flat_map(|known| known.names.clone()).collect()
    }

    /// osquery's result log: of each Mac and query the newest answer.
    fn log(&self, path: &Path, source: usize) -> Result<Vec<Answered>> {
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

impl Reports {
    /// What is kept of a Mac, what it is called, and its row.
    pub fn look(
        &self,
        mac: &Answered,
        reading: &Reading<'_>,
        assignment: &Assignment<'_, '_>,
        rows: Option<Rows>,
    ) -> (Glance, String, Option<String>) {
        let scope = reading.scope;
        let applied = scope.applied(|to| assignment.applies_to_named(to, &mac.about));
        let applied = Applied { policies: applied.policies & mac.asked, applies: applied.applies };
        let glance = match &mac.what {
            What::Rows(rows) => {
                let told = |at: usize, setting: &Setting| {
                    let place = u32::try_from(at).unwrap_or(u32::MAX);
                    let answered = rows.get(setting.domain.as_str());
                    let asked = reading.known.get(at).is_some_and(|known| known.in_pack);
                    match answered.map(|rows| rows.get(&place)) {
                        _ if !asked => Told::NotAsked,
                        None => Told::Open,
                        Some(None) => Told::Fine,
                        Some(Some(verdict)) => Told::Drifts(*verdict),
                    }
                };
                Glance::reported(&mac.about, scope, &applied, State::Compliant, told)
            }
            What::Cells(cells) => of_cells(mac, cells, reading, &applied),
        };
        let source = self.names.get(mac.source).cloned().unwrap_or_default();
        let said = match &mac.what {
            What::Rows(_) => String::new(),
            What::Cells(cells) => cells.iter().map(|(.., text)| text.as_str()).collect::<Vec<_>>().join("; "),
        };
        let row = rows.map(|rows| {
            let policies: Vec<&str> = scope.names_of(applied.policies).collect();
            rows.reported(&Reported {
                policies: policies.join(", "),
                source: &source,
                about: &mac.about,
                state: glance.state,
                said: &said,
                because: applied.applies.because(),
                told: glance.told(scope),
            })
        });
        (glance, source, row)
    }
}

/// What the answers to several policies come to.
fn of_cells(
    mac: &Answered,
    cells: &[(usize, Option<Answer>, String)],
    reading: &Reading<'_>,
    applied: &Applied,
) -> Glance {
    let cells = || cells.iter().filter(|(policy, ..)| applied.policies >> policy & 1 == 1);
    let whole = cells().map(|(_, answer, _)| match answer {
        Some(Answer::Drift(..)) => State::Drifted,
        Some(Answer::Compliant) => State::Compliant,
        _ => State::Undecided,
    });
    // In the order of states, the worse of compliant and drifted is drifted; undecided does not hide drift.
    let whole = whole.fold(State::Compliant, |worst, state| match (worst, state) {
        (State::Drifted, _) | (_, State::Drifted) => State::Drifted,
        (State::Undecided, _) | (_, State::Undecided) => State::Undecided,
        _ => State::Compliant,
    });
    let answers: BTreeMap<usize, &Option<Answer>> =
        cells().map(|(policy, answer, _)| (*policy, answer)).collect();
    let told = |place: usize, _: &Setting| {
        let Some(known) = reading.known.get(place).filter(|known| known.in_attribute) else {
            return Told::NotAsked;
        };
        let told = known.policies.iter().filter_map(|policy| answers.get(policy));
        told.map(|answer| of_answer(answer, known)).max_by_key(|told| weight(*told)).unwrap_or(Told::NotAsked)
    };
    Glance::reported(&mac.about, reading.scope, applied, whole, told)
}

fn of_answer(answer: &Option<Answer>, known: &Known) -> Told {
    let is = |key: &String| known.names.contains(key);
    match answer {
        Some(Answer::Compliant) => Told::Fine,
        // It is not enforced; what is in effect instead nobody has told.
        Some(Answer::Drift(keys, _)) if keys.iter().any(is) => Told::Drifts(Verdict::Unreadable),
        Some(Answer::Drift(keys, more)) if *more > 0 || keys.is_empty() => Told::Open,
        Some(Answer::Drift(..)) => Told::Fine,
        Some(Answer::Unknown(Some(key), _)) if is(key) => Told::Open,
        Some(Answer::Unknown(Some(_), 0)) => Told::Fine,
        Some(Answer::Unknown(..) | Answer::Nothing) | None => Told::Open,
        Some(Answer::NotInstalled) => Told::NotApplicable,
    }
}

fn weight(told: Told) -> u8 {
    match told {
        Told::NotAsked => 0,
        Told::NotApplicable => 1,
        Told::Fine => 2,
        Told::Open => 3,
        Told::Drifts(_) => 4,
    }
}

/// A moment as exports write it: seconds or milliseconds from 1970, or a date with its time, in UTC unless it says else.
fn moment(text: &str) -> Option<Date> {
    if let Ok(number) = text.parse::<i64>() {
        return Date::from_seconds(if text.len() >= 12 { number / 1000 } else { number });
    }
    let text = text.trim_end_matches(" UTC").replace(' ', "T");
    let stamp = text.parse::<jiff::Timestamp>().ok();
    let civil = || text.parse::<jiff::civil::DateTime>().ok();
    let stamp = stamp.or_else(|| jiff::tz::Offset::UTC.to_timestamp(civil()?).ok());
    Date::from_seconds(stamp?.as_second())
}

/// Lines that are no good: some are told, all are counted.
#[derive(Default)]
struct Wrong {
    told: Vec<String>,
    count: usize,
}

impl Wrong {
    fn say(&mut self, line: String) {
        self.count += 1;
        if self.told.len() < TOLD {
            self.told.push(line);
        }
    }

    fn tell(&self, name: &str, what: &str) {
        for line in &self.told {
            complain(&format!("{name}: {line}"));
        }
        if self.count > 0 {
            let be = if self.count == 1 { "line is" } else { "lines are" };
            complain(&format!("{name}: {} {be} {what}", crate::report::number(self.count)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        let of = |text: &str| moment(text).map(|date| date.to_string());
        let expected = Some("2027-02-01T08:00:00Z".to_owned());
        for text in [
            "2027-02-01T08:00:00Z",
            "2027-02-01 08:00:00",
            "2027-02-01 08:00:00 UTC",
            "2027-02-01T09:00:00+01:00",
            "1801468800",
            "1801468800000",
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
        assert_eq!(of("02/01/2027"), None);
        assert_eq!(of(""), None);
    }

    #[test]
    fn which_files() {
        for (name, expected) in
            [("a.CSV", true), ("osqueryd.snapshots.log", true), ("a.tar.gz", false), ("a", false)]
        {
            assert_eq!(is_report(Path::new(name)), expected, "{name}");
        }
    }
}
