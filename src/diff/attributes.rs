//! Attributes of Macs that no Mac knows of itself, such as a department: a table of the site's, by serial number or name.

use super::pattern::fits_one;
use super::table::{Head, Row, Table, TableError};
use crate::document::nearest;
use std::collections::{BTreeMap, BTreeSet};

/// How many wrong rows are told.
const TOLD: usize = 10;
/// How many values of an attribute are told.
const VALUES: usize = 20;
/// What a column of serial numbers is called.
pub const SERIAL: [&str; 6] =
    ["serial", "serial number", "device serial number", "hardware serial", "serialno", "serial no"];
/// What a column of names is called.
pub const NAME: [&str; 6] = ["name", "computer name", "device name", "host name", "mac", "mac name"];

/// Attributes of Macs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    columns: Vec<String>,
    by_name: bool,
    /// By serial number or name, in small letters: the line, and the attributes that were asked for.
    macs: BTreeMap<String, (u64, Said)>,
}

/// The attributes of a Mac that were asked for, in the order in which they were.
type Said = Box<[Box<str>]>;

/// Why a table of attributes cannot be used: what is wrong, each in a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct AttributesError(pub Vec<String>);

impl From<TableError> for AttributesError {
    fn from(error: TableError) -> Self {
        Self(vec![error.to_string()])
    }
}

impl Attributes {
    /// Reads a table. Its first column is the serial number or the name of a Mac, as its header says; of the others those
    /// are kept that are `wanted`.
    ///
    /// # Errors
    /// It is no such table, a wanted column is not in it, a row has too few or too many cells, or two rows of one Mac say
    /// different things.
    pub fn read(bytes: &[u8], wanted: &[&str]) -> Result<Self, AttributesError> {
        let table = Table::open(bytes)?;
        let mut all = Self {
            by_name: by_name(&table.head)?,
            columns: wanted.iter().map(|name| (*name).to_owned()).collect(),
            ..Self::default()
        };
        let columns = wanted.iter().map(|name| column(&table.head, name)).collect::<Result<Vec<_>, _>>()?;
        let mut wrong: Vec<String> = Vec::new();
        for row in table {
            let taken = row.map_err(|error| error.to_string()).and_then(|row| all.take(&row, &columns));
            wrong.extend(taken.err());
        }
        let more = wrong.len().saturating_sub(TOLD);
        wrong.truncate(TOLD);
        wrong.extend((more > 0).then(|| format!("… and {more} more lines")));
        if wrong.is_empty() { Ok(all) } else { Err(AttributesError(wrong)) }
    }

    fn take(&mut self, row: &Row, columns: &[usize]) -> Result<(), String> {
        let key = row.cell(0).to_lowercase();
        let line = row.line;
        if key.is_empty() {
            let what = if self.by_name { "name" } else { "serial number" };
            return Err(format!("line {line}: the first cell is empty: it is the {what} of the Mac"));
        }
        let said: Said = columns.iter().map(|at| row.cell(*at).into()).collect();
        match self.macs.get(&key) {
            Some((first, before)) if *before != said => Err(format!(
                "line {line}: `{}` stands in line {first} too, and says something else there",
                row.cell(0).escape_debug()
            )),
            Some(_) => Ok(()),
            None => {
                self.macs.insert(key, (line, said));
                Ok(())
            }
        }
    }

    /// An attribute of a Mac, by what it says of itself; none if nobody knows, and why.
    ///
    /// # Errors
    /// Why nobody knows.
    pub fn get(&self, name: &str, serial: Option<&str>, called: Option<&str>) -> Result<&str, &'static str> {
        let Some(column) = self.columns.iter().position(|own| own == name) else {
            return Err("no table of attributes was given");
        };
        let (key, missing) = match self.by_name {
            true => (called, "the Mac does not say its name"),
            false => (serial, "the Mac does not say its serial number"),
        };
        let key = key.map(|key| key.trim().to_lowercase()).filter(|key| !key.is_empty()).ok_or(missing)?;
        let found = self.macs.get(&key).and_then(|(_, said)| said.get(column));
        found.map(|text| &**text).ok_or("the Mac is not in the table of attributes")
    }

    /// What is to be said of an attribute of which no Mac in the table has a value that fits one of these patterns: the
    /// nearest value, or those that there are. None where one fits, or where the table was not read for it.
    pub fn unfit(&self, name: &str, patterns: &[String]) -> Option<String> {
        let column = self.columns.iter().position(|own| own == name)?;
        let said = self.macs.values().filter_map(|(_, said)| said.get(column));
        let values: BTreeSet<&str> = said.map(|text| &**text).filter(|text| !text.is_empty()).collect();
        if values.iter().any(|value| fits_one(patterns, Some(value)) == Some(true)) {
            return None;
        }
        let near = patterns.iter().find_map(|own| nearest(own.trim_matches('*'), values.iter().copied()));
        let more = values.len().saturating_sub(VALUES);
        let list = values.iter().take(VALUES).map(|value| format!("`{}`", value.escape_debug()));
        let list: Vec<String> = list.chain((more > 0).then(|| format!("and {more} more"))).collect();
        Some(match (near, list.is_empty()) {
            (Some(near), _) => format!("did you mean `{}`?", near.escape_debug()),
            (None, true) => format!("the table has no {name} of any Mac"),
            (None, false) => format!("those in the table are {}", list.join(", ")),
        })
    }
}

/// Whether the first column holds names, and not serial numbers.
fn by_name(head: &Head) -> Result<bool, AttributesError> {
    let of = |names: &[&str]| names.iter().any(|name| head.find(name).first() == Some(&0));
    match (of(&SERIAL), of(&NAME)) {
        (true, _) => Ok(false),
        (false, true) => Ok(true),
        (false, false) => Err(AttributesError(vec![format!(
            "the first column is `{}`: it has to be `serial` or `name`; the columns are {}",
            head.columns.first().map_or("", String::as_str).escape_debug(),
            head.listed()
        )])),
    }
}

fn column(head: &Head, name: &str) -> Result<usize, AttributesError> {
    match head.find(name).as_slice() {
        [one] => Ok(*one),
        [] => Err(AttributesError(vec![format!("it has no column `{name}`; {}", head.instead(name))])),
        [..] => Err(AttributesError(vec![format!("it has several columns `{name}`: {}", head.listed())])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_serial_number_and_by_name() {
        let table = Attributes::read(
            b"Serial Number,Department,Room\nc02a,Legal,\nC02B,,7\nC02A,Legal,\n",
            &["department"],
        );
        let table = table.unwrap();
        assert_eq!(table.get("department", Some("C02A"), None), Ok("Legal"));
        assert_eq!(table.get("department", Some(" c02b "), None), Ok(""));
        assert_eq!(
            table.get("department", Some("C02C"), None),
            Err("the Mac is not in the table of attributes")
        );
        assert_eq!(table.get("department", None, Some("x")), Err("the Mac does not say its serial number"));
        assert_eq!(table.get("room", Some("C02A"), None), Err("no table of attributes was given"));
        let table = Attributes::read(b"Device name;ring\nLAB-01;pilot\n", &["ring"]).unwrap();
        assert_eq!(table.get("ring", None, Some("lab-01")), Ok("pilot"));
    }

    #[test]
    fn a_value_that_no_mac_has() {
        let table = Attributes::read(b"serial,ring,empty\na,Pilot,\nb,Broad,\n", &["ring", "empty"]).unwrap();
        let unfit = |name: &str, pattern: &str| table.unfit(name, &[pattern.to_owned()]);
        assert_eq!(unfit("ring", "pil*"), None);
        assert_eq!(unfit("ring", "*"), None);
        assert_eq!(unfit("ring", "Pliot*").unwrap(), "did you mean `Pilot`?");
        assert_eq!(unfit("ring", "Legal").unwrap(), "those in the table are `Broad`, `Pilot`");
        assert_eq!(unfit("empty", "x").unwrap(), "the table has no empty of any Mac");
        assert_eq!(unfit("room", "x"), None);
    }

    #[test]
    fn what_cannot_be_used() {
        let of = |text: &str| Attributes::read(text.as_bytes(), &["ring"]).unwrap_err().to_string();
        assert_eq!(
            of("user,ring\na,b\n"),
            "the first column is `user`: it has to be `serial` or `name`; the columns are `user`, `ring`"
        );
        assert_eq!(of("serial,rings\na,b\n"), "it has no column `ring`; did you mean `rings`?");
        assert_eq!(
            of("serial,department\na,b\n"),
            "it has no column `ring`; its columns are `serial`, `department`"
        );
        assert_eq!(of("serial,ring,Ring\n"), "it has several columns `ring`: `serial`, `ring`, `Ring`");
        assert_eq!(
            of("serial,ring\na,b\n,c\nd\na,x\nA,b\n"),
            "line 3: the first cell is empty: it is the serial number of the Mac\n\
             line 4: 1 cells, and the first line has 2\n\
             line 5: `a` stands in line 2 too, and says something else there"
        );
        let many = format!("serial,ring\n{}", "x\n".repeat(30));
        assert_eq!(of(&many).lines().last(), Some("… and 20 more lines"));
    }
}
