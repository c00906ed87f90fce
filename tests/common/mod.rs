//! Policies of this repository, and the tables that say by hand what each must come to.
#![allow(dead_code, reason = "each test crate uses a part")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use prefsmith::catalog::Catalog;
use prefsmith::check::{Checked, Options, check};
use prefsmith::finding::{Findings, Sources};
use prefsmith::plan::{Enforcement, Plan};
use prefsmith::policy::{Files, Policy};
use prefsmith::value::Value;
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|error| error.to_string())
    }

    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(path).map_err(|error| error.to_string())
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Stems of the files with this extension, sorted.
pub fn stems(folder: &Path, extension: &str) -> Vec<String> {
    let mut stems: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    stems.sort();
    stems
}

/// Reads, resolves and checks a policy.
pub fn judged(path: &Path, catalog: &Catalog<'_>, sources: &mut Sources) -> Checked {
    let mut findings = Findings::new();
    let policy = Policy::load(path.to_str().unwrap(), &Disk, sources, &mut findings).unwrap();
    let plan = policy.resolve(catalog, &mut findings);
    check(plan, findings, catalog, &Options::default())
}

/// One setting as a line of a table has it.
pub type Row = (String, String, String, String, Json);

/// Every setting of a plan; all of it is enforced.
pub fn rows(plan: &Plan) -> Vec<Row> {
    let row = |setting: &prefsmith::plan::Setting| {
        assert_eq!(setting.enforcement, Enforcement::Forced, "{}", setting.key);
        let value = setting.value.as_ref().unwrap();
        (
            setting.channel.word().to_owned(),
            setting.domain.to_string(),
            setting.key.to_string(),
            value.kind().word().to_owned(),
            marked(value, false),
        )
    };
    plan.settings.iter().map(row).collect()
}

/// JSON's nearest; inside arrays and dictionaries, where no type stands beside them, dates and data are marked.
fn marked(value: &Value, nested: bool) -> Json {
    match value {
        Value::Array(items) => items.iter().map(|item| marked(item, true)).collect(),
        Value::Dictionary(entries) => {
            entries.iter().map(|(key, item)| (key.clone(), marked(item, true))).collect()
        }
        Value::Date(_) if nested => json!({ "$date": value.to_json() }),
        Value::Data(_) if nested => json!({ "$data": value.to_json() }),
        plain => plain.to_json(),
    }
}

/// A table that was written by hand.
pub fn table(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    assert_eq!(reader.headers().unwrap(), &["channel", "domain", "key", "type", "value"][..]);
    let rows: Vec<Row> = reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            let text = |at: usize| record[at].to_owned();
            (text(0), text(1), text(2), text(3), serde_json::from_str(&record[4]).unwrap())
        })
        .collect();
    assert!(!rows.is_empty(), "{}: an empty table expects nothing", path.display());
    rows
}
