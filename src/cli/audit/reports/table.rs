//! Exports with a row for each Mac, and a column that the check script fills.

use super::{Answered, Reading, What, Wrong};
use crate::cli::common::{label, read_bytes};
use crate::diff::answer::Answer;
use crate::diff::attributes::{NAME, SERIAL};
use crate::diff::table::{Head, Table};
use crate::mac::About;
use crate::value::Date;
use anyhow::{Result, anyhow, bail};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::Ordering;

/// The largest table, in bytes.
const LARGEST: usize = 512 << 20;
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

impl Reading<'_> {
    /// An export with a row for each Mac, and a column that the check script fills.
    pub(super) fn table(&self, path: &Path, source: usize) -> Result<Vec<Answered>> {
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
                column.ok_or_else(|| anyhow!("it has no column `{name}`; {}", head.instead(name)))?;
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
}
