//! The texts of a payload that is carried as it stands.

use super::Passed;
use crate::value::Value;

impl Passed {
    /// Every text in it, with the path of keys to it (`Services > Calendar`); items of lists have the path of the list.
    pub fn texts(&self) -> Vec<(String, &str)> {
        let mut found = Vec::new();
        for (key, value) in &self.value {
            gather(key, value, &mut found);
        }
        found
    }
}

fn gather<'v>(path: &str, value: &'v Value, found: &mut Vec<(String, &'v str)>) {
    match value {
        Value::String(text) => found.extend(text.as_literal().map(|text| (path.to_owned(), text))),
        Value::Array(items) => items.iter().for_each(|item| gather(path, item, found)),
        Value::Dictionary(entries) => {
            entries.iter().for_each(|(key, value)| gather(&format!("{path} > {key}"), value, found));
        }
        _ => {}
    }
}
