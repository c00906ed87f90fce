//! The result log of osquery, line by line: which query of which host gave which rows (osquery's documentation, "Logging":
//! snapshots, single events, and batches).

use serde_json::Value as Json;

/// One line of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The name of the query, with that of its pack.
    pub query: String,
    /// What osquery calls the host.
    pub host: String,
    /// The serial number, where a decoration has it.
    pub serial: Option<String>,
    /// The hardware UUID, where a decoration or the host's identifier has it.
    pub uuid: Option<String>,
    /// The host's name, where a decoration has it; else what osquery calls it.
    pub name: Option<String>,
    /// When, in seconds from 1970.
    pub time: Option<i64>,
    /// Whether these are all rows; otherwise they came to those of before, or went.
    pub whole: bool,
    /// Rows that are there.
    pub added: Vec<Row>,
    /// Rows that are not there any more.
    pub removed: Vec<Row>,
}

/// A row of the pack's queries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The domain.
    pub domain: String,
    /// The key.
    pub key: String,
    /// What is wanted, as a policy writes it.
    pub expected: String,
    /// Whether anything is there.
    pub is_there: bool,
}

impl Line {
    /// Reads a line of the log.
    ///
    /// # Errors
    /// Why it is none.
    pub fn read(text: &str) -> Result<Self, String> {
        let json: Json = serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
        let said = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        let decorations = [json.get("decorations"), Some(&json)];
        let decorated = |names: &[&str]| {
            let values = decorations.iter().flatten();
            let mut texts = values.flat_map(|value| names.iter().filter_map(|name| value.get(*name)));
            texts.find_map(Json::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let query = said("name").ok_or("it has no `name` of a query")?;
        let host = said("hostIdentifier").or_else(|| said("hostname"));
        let host = host.ok_or("it has neither `hostIdentifier` nor `hostname`")?;
        let own = is_uuid(&host).then(|| host.clone());
        let time = json.get("unixTime");
        let time = time.and_then(|time| time.as_i64().or_else(|| time.as_str()?.parse().ok()));
        let mut line = Self {
            serial: decorated(&["hardware_serial", "serial_number", "serial"]),
            uuid: decorated(&["host_uuid", "hardware_uuid", "uuid"]).filter(|text| is_uuid(text)).or(own),
            name: decorated(&["computer_name", "hostname", "host_display_name"])
                .or_else(|| Some(host.clone())),
            query,
            host,
            time,
            ..Self::default()
        };
        let differences = json.get("diffResults");
        match (json.get("snapshot"), differences, json.get("columns"), said("action").as_deref()) {
            (Some(rows), ..) => {
                line.whole = true;
                line.added = all(rows);
            }
            (_, Some(batch), ..) => {
                line.added = batch.get("added").map(all).unwrap_or_default();
                line.removed = batch.get("removed").map(all).unwrap_or_default();
            }
            (_, _, Some(row), Some("added")) => line.added.extend(one(row)),
            (_, _, Some(row), Some("removed")) => line.removed.extend(one(row)),
            // Fleet and osquery may leave out what is empty.
            (_, _, None, Some("snapshot")) => line.whole = true,
            _ => return Err("it has neither `snapshot`, `columns` nor `diffResults`".to_owned()),
        }
        Ok(line)
    }
}

fn all(rows: &Json) -> Vec<Row> {
    rows.as_array().into_iter().flatten().filter_map(one).collect()
}

fn one(row: &Json) -> Option<Row> {
    let text = |name: &str| row.get(name).and_then(Json::as_str);
    Some(Row {
        domain: text("domain")?.to_owned(),
        key: text("key")?.to_owned(),
        expected: text("expected").unwrap_or_default().to_owned(),
        is_there: text("actual").is_some_and(|actual| !actual.is_empty()),
    })
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::parse_str(text).is_ok()
}

/// Whether a query is one of prefsmith's about a domain: its name ends with the domain, as in `pack_office_com.example.app`
/// and `Office: differences in com.example.app`.
pub fn is_about(query: &str, domain: &str) -> bool {
    let before = query.strip_suffix(domain);
    before.is_some_and(|before| !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_line() {
        let row = r#"{"domain":"d","key":"k","expected":"true","actual":""}"#;
        let of = |rest: &str| {
            let text = format!(
                r#"{{"name":"pack_office_d","hostIdentifier":"7BA5B2D9-8E5A-5C3B-9B1A-0123456789AB","unixTime":"1462228052",{rest}}}"#
            );
            Line::read(&text).unwrap()
        };
        let snapshot = of(&format!(
            r#""action":"snapshot","snapshot":[{row},{{"x":"y"}}],"decorations":{{"hardware_serial":"C02","hostname":"lab-1"}}"#
        ));
        assert_eq!((snapshot.whole, snapshot.added.len(), snapshot.time), (true, 1, Some(1_462_228_052)));
        assert_eq!((snapshot.serial.as_deref(), snapshot.name.as_deref()), (Some("C02"), Some("lab-1")));
        assert_eq!(snapshot.uuid.as_deref(), Some("7BA5B2D9-8E5A-5C3B-9B1A-0123456789AB"));
        assert!(!snapshot.added[0].is_there);
        let empty = of(r#""action":"snapshot","snapshot":[]"#);
        assert_eq!((empty.whole, empty.added.len()), (true, 0));
        let single = of(&format!(r#""action":"removed","columns":{row}"#));
        assert_eq!((single.whole, single.added.len(), single.removed.len()), (false, 0, 1));
        let batch = of(&format!(r#""diffResults":{{"added":[{row}],"removed":[{row},{row}]}}"#));
        assert_eq!((batch.added.len(), batch.removed.len()), (1, 2));
    }

    #[test]
    fn what_is_no_line() {
        let of = |text: &str| Line::read(text).unwrap_err();
        assert!(of("x").starts_with("it is no JSON: "));
        assert_eq!(of("{}"), "it has no `name` of a query");
        assert_eq!(of(r#"{"name":"a"}"#), "it has neither `hostIdentifier` nor `hostname`");
        assert!(of(r#"{"name":"a","hostname":"b"}"#).starts_with("it has neither `snapshot`"));
    }

    #[test]
    fn names_of_queries() {
        assert!(is_about("pack_office_com.microsoft.Word", "com.microsoft.Word"));
        assert!(is_about("pack/Global/Office: differences in com.microsoft.Word", "com.microsoft.Word"));
        assert!(!is_about("pack_office_org.com.microsoft.Word", "com.microsoft.Word"));
        assert!(!is_about("com.microsoft.Word_old", "com.microsoft.Word"));
    }
}
