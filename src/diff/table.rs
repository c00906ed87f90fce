//! Tables as directories, MDMs and spreadsheets export them: text with `,`, `;` or tabs between its cells.

use crate::document::nearest;
use csv::{ByteRecord, ReaderBuilder};
use std::borrow::Cow;
use std::io::Cursor;

/// How many columns a table has at most.
const COLUMNS: usize = 4096;
/// How much of a cell is kept, in characters.
const LONGEST: usize = 4096;

/// The head of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The names of its columns, as they stand there.
    pub columns: Vec<String>,
}

impl Head {
    /// The columns of a name: capitals, blanks, `-` and `_` are of no matter.
    pub fn find(&self, name: &str) -> Vec<usize> {
        let name = plain(name);
        let same = |(_, column): &(usize, &String)| plain(column) == name;
        self.columns.iter().enumerate().filter(same).map(|(at, _)| at).collect()
    }

    /// The first column that has one of these names, in the order of the names.
    pub fn first(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.find(name).into_iter().next())
    }

    /// Which column may have been meant where none has a name, for messages.
    pub fn instead(&self, name: &str) -> String {
        match nearest(name, self.columns.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{}`?", near.escape_debug()),
            None => format!("its columns are {}", self.listed()),
        }
    }

    /// The names of all columns, for messages.
    pub fn listed(&self) -> String {
        const SHOWN: usize = 40;
        let mut list: Vec<String> =
            self.columns.iter().take(SHOWN).map(|name| format!("`{}`", name.escape_debug())).collect();
        let more = self.columns.len().saturating_sub(SHOWN);
        list.extend((more > 0).then(|| format!("and {more} more")));
        list.join(", ")
    }
}

/// A name without what spellings differ in.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).flat_map(char::to_lowercase).collect()
}

/// One row: where it stands, and its cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its cells, as many as there are columns, without blanks around them.
    pub cells: Vec<String>,
}

impl Row {
    /// A cell; nothing where there is no such column.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

/// Why a table cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// It is no text in UTF-8 or UTF-16.
    #[error("it is no text in UTF-8 or UTF-16")]
    NoText,
    /// It has no line with the names of its columns.
    #[error("it is empty: the first line names the columns")]
    Empty,
    /// It has too many columns.
    #[error("it has more than {COLUMNS} columns")]
    Columns,
    /// A row that is no row.
    #[error("line {line}: {why}")]
    Row {
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        why: String,
    },
}

/// A table that is read row by row.
pub struct Table<'t> {
    /// Its head.
    pub head: Head,
    reader: csv::Reader<Cursor<Cow<'t, [u8]>>>,
    record: ByteRecord,
}

impl<'t> Table<'t> {
    /// Reads the head of a table.
    ///
    /// # Errors
    /// It is no text, or has no head.
    pub fn open(bytes: &'t [u8]) -> Result<Self, TableError> {
        let text = decoded(bytes).ok_or(TableError::NoText)?;
        let delimiter = delimiter(&text);
        let text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        let mut builder = ReaderBuilder::new();
        let builder = builder.has_headers(false).flexible(true).delimiter(delimiter);
        let reader = builder.from_reader(Cursor::new(text));
        let mut table = Self { head: Head { columns: Vec::new() }, reader, record: ByteRecord::new() };
        let Some((_, columns)) = table.cells()? else { return Err(TableError::Empty) };
        if columns.len() > COLUMNS {
            return Err(TableError::Columns);
        }
        if columns.iter().all(String::is_empty) {
            return Err(TableError::Empty);
        }
        table.head = Head { columns };
        Ok(table)
    }

    /// The line on which the record begins. The reader tells where it began to look, empty lines before it included.
    fn line(&self) -> u64 {
        let Some(at) = self.record.position() else { return 0 };
        let start = usize::try_from(at.byte()).unwrap_or(usize::MAX);
        let rest = self.reader.get_ref().get_ref().get(start..).unwrap_or_default();
        let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        (at.line()..).nth(empty.filter(|byte| **byte == b'\n').count()).unwrap_or(u64::MAX)
    }

    /// The next line, and its cells.
    fn cells(&mut self) -> Result<Option<(u64, Vec<String>)>, TableError> {
        let more = self.reader.read_byte_record(&mut self.record);
        let line = self.line();
        let more = more.map_err(|error| TableError::Row { line, why: error.to_string() })?;
        Ok(more.then(|| (line, self.record.iter().map(cell).collect())))
    }
}

impl Iterator for Table<'_> {
    type Item = Result<Row, TableError>;

    /// The next row that is not empty, or what is wrong with it.
    fn next(&mut self) -> Option<Self::Item> {
        let wide = self.head.columns.len();
        loop {
            let (line, mut cells) = match self.cells() {
                Ok(found) => found?,
                Err(error) => return Some(Err(error)),
            };
            if cells.iter().all(String::is_empty) {
                continue;
            }
            let count = cells.len();
            // What stands behind the last column must be nothing.
            if count < wide || cells.iter().skip(wide).any(|cell| !cell.is_empty()) {
                let why = format!("{count} cells, and the first line has {wide}");
                return Some(Err(TableError::Row { line, why }));
            }
            cells.truncate(wide);
            return Some(Ok(Row { line, cells }));
        }
    }
}

/// A cell as text. What was written so that no spreadsheet takes it for a formula is itself again.
fn cell(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim();
    let guarded = text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@']));
    guarded.unwrap_or(text).chars().take(LONGEST).collect()
}

/// The text of a table, in UTF-8 or in UTF-16 with its mark, as Excel saves it.
fn decoded(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let wide = |rest: &[u8], of: fn([u8; 2]) -> u16| {
        let units = rest.chunks(2).map(|pair| match pair {
            [a, b] => of([*a, *b]),
            _ => 0xFFFD,
        });
        char::decode_utf16(units).collect::<Result<String, _>>().ok().map(Cow::Owned)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => std::str::from_utf8(rest).ok().map(Cow::Borrowed),
        bytes => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
    }
}

/// What stands between the cells: what the first line has most of, outside quotes.
fn delimiter(text: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            byte if !quoted => {
                counts.iter_mut().filter(|(sign, _)| *sign == byte).for_each(|(_, count)| *count += 1);
            }
            _ => {}
        }
    }
    let [first, others @ ..] = counts;
    others.into_iter().fold(first, |best, other| if other.1 > best.1 { other } else { best }).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Result<(Vec<String>, Vec<Vec<String>>), TableError> {
        let table = Table::open(bytes)?;
        let columns = table.head.columns.clone();
        let rows = table.map(|row| row.map(|row| row.cells)).collect::<Result<_, _>>()?;
        Ok((columns, rows))
    }

    #[test]
    fn however_it_was_saved() {
        let expected = (
            vec!["Serial Number".to_owned(), "Name".to_owned()],
            vec![vec!["C02".to_owned(), "a, \"b\"".to_owned()]],
        );
        for text in [
            "Serial Number,Name\r\nC02,\"a, \"\"b\"\"\"\r\n",
            "\u{feff}Serial Number;Name\n C02 ;\"a, \"\"b\"\"\";\n\n;\n",
            "\"Serial Number\"\tName\nC02\t\"a, \"\"b\"\"\"",
        ] {
            assert_eq!(all(text.as_bytes()).unwrap(), expected, "{text}");
            let wide = |mark: u16, of: fn(u16) -> [u8; 2]| -> Vec<u8> {
                let text = text.trim_start_matches('\u{feff}');
                std::iter::once(mark).chain(text.encode_utf16()).flat_map(of).collect()
            };
            assert_eq!(all(&wide(0xFEFF, u16::to_le_bytes)).unwrap(), expected);
            assert_eq!(all(&wide(0xFEFF, u16::to_be_bytes)).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_no_table() {
        assert_eq!(all(b""), Err(TableError::Empty));
        assert_eq!(all(b",,\n"), Err(TableError::Empty));
        assert_eq!(all(b"a,b\n\xFF,x\n"), Err(TableError::NoText));
        let error = all(b"a,b\n\nc\n").unwrap_err();
        assert_eq!(error.to_string(), "line 3: 1 cells, and the first line has 2");
        assert_eq!(all(b"a,b\n\"'=1+1\",'+3\n").unwrap().1, [["'=1+1".trim_start_matches('\''), "+3"]]);
    }

    #[test]
    fn columns_by_name() {
        let head = Head { columns: ["Serial Number", "serial_number", "Name"].map(str::to_owned).to_vec() };
        assert_eq!(head.find("serialnumber"), [0, 1]);
        assert_eq!(head.first(&["device name", "NAME"]), Some(2));
        assert_eq!(head.listed(), "`Serial Number`, `serial_number`, `Name`");
    }
}
