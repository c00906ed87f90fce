//! The files of the catalogue as the toml crate reads them, for what the compiled form no longer tells: whether
//! something was said, or left to its default.

use crate::none;
use std::collections::BTreeMap;
use std::path::Path;
use toml::{Table, Value};

/// The files with their names, in the order in which they are compiled.
pub fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let name = |path: &Path| format!("catalog/{}", path.file_name().unwrap().to_string_lossy());
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// Every `[[name]]` of all files.
pub fn tables(name: &str) -> Vec<Table> {
    let mut found = Vec::new();
    for (file, text) in files() {
        let table: Table = text.parse().unwrap_or_else(|error| panic!("{file}: {error}"));
        for item in table.get(name).and_then(Value::as_array).into_iter().flatten() {
            found.push(item.as_table().unwrap().clone());
        }
    }
    found
}

fn texts(table: &Table, key: &str) -> Vec<String> {
    let list = table.get(key).and_then(Value::as_array).into_iter().flatten();
    list.map(|item| item.as_str().unwrap().to_owned()).collect()
}

/// Where a bare key could go to several places, the file says whether it does.
#[test]
fn names_that_occur_more_than_once_state_bare() {
    let keys = tables("key");
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut nested: BTreeMap<String, usize> = BTreeMap::new();
    for key in &keys {
        let name = key["name"].as_str().unwrap();
        *places.entry(name.to_owned()).or_default() += texts(key, "domains").len();
        for field in key.get("field").and_then(Value::as_array).into_iter().flatten() {
            let path = texts(field.as_table().unwrap(), "path");
            if let Some(last) = path.last().filter(|last| !last.starts_with('{')) {
                *nested.entry(last.clone()).or_default() += 1;
            }
        }
    }
    let mut complaints = Vec::new();
    for key in &keys {
        let name = key["name"].as_str().unwrap();
        let several = places[name] > 1 || nested.contains_key(name);
        if several && !key.contains_key("bare") {
            complaints.push(format!("{name} of {}: states no `bare`", texts(key, "domains").join(", ")));
        }
    }
    none(complaints);
}

/// Nothing is said twice: a key stands once in each domain, the heads once at all.
#[test]
fn nothing_is_defined_twice() {
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (table, id) in [
        ("source", "id"),
        ("product", "name"),
        ("domain", "name"),
        ("list", "name"),
        ("token", "name"),
        ("section", "id"),
        ("effect", "id"),
    ] {
        for item in tables(table) {
            *seen.entry((table.to_owned(), item[id].as_str().unwrap().to_owned())).or_default() += 1;
        }
    }
    for item in tables("mau-app") {
        *seen.entry(("mau-app".to_owned(), item["path"].as_str().unwrap().to_owned())).or_default() += 1;
    }
    for (table, list) in [("key", true), ("not-a-key", false)] {
        for item in tables(table) {
            let domains = if list {
                texts(&item, "domains")
            } else {
                vec![item["domain"].as_str().unwrap().to_owned()]
            };
            for domain in domains {
                let name = item["name"].as_str().unwrap();
                *seen.entry((table.to_owned(), format!("{domain}:{name}"))).or_default() += 1;
            }
        }
    }
    let twice = seen.iter().filter(|(_, count)| **count > 1);
    none(twice.map(|((table, id), count)| format!("[[{table}]] {id}: {count} times")).collect());
}
