//! Reads property lists in any form, and prints each as one line of JSON in which no type is lost.
//!
//! ```text
//! cargo run --example read -- FILE…
//! ls *.plist | cargo run --example read
//! ```

use prefsmith::finding::Sources;
use prefsmith::value::Value;
use prefsmith::value::read::{Budgets, Wanted, read};
use prefsmith::value::write::base64;
use serde_json::{Value as Json, json};
use std::io::{BufRead as _, Read as _, Write as _};

/// A value by its type: `{"integer":"5"}`.
fn typed(value: &Value) -> Json {
    match value {
        Value::Boolean(flag) => json!({ "boolean": flag }),
        // As text: not every reader of JSON takes 64 bits.
        Value::Integer(number) => json!({ "integer": number.to_string() }),
        Value::Real(number) => json!({ "real": number.get() }),
        Value::String(text) => json!({ "string": text.to_string() }),
        Value::Date(date) => json!({ "date": date.to_string() }),
        Value::Data(bytes) => json!({ "data": base64(bytes) }),
        Value::Array(items) => json!({ "array": items.iter().map(typed).collect::<Vec<_>>() }),
        Value::Dictionary(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.clone(), typed(value)));
            json!({ "dictionary": entries.collect::<serde_json::Map<_, _>>() })
        }
    }
}

/// The bytes of a file: one more than the budget at most, so that a larger one is seen to be too large.
fn bytes(path: &str, most: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    std::fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn line(path: &str) -> Json {
    let budgets = Budgets::default();
    let source = Sources::new().add(path, "");
    let found = bytes(path, budgets.bytes).map_err(|error| error.to_string()).and_then(|bytes| {
        read(&bytes, source, &budgets, &Wanted::Everything).map_err(|error| error.to_string())
    });
    match found {
        Ok(read) => json!({ "file": path, "value": typed(&read.value) }),
        Err(error) => json!({ "file": path, "error": error }),
    }
}

fn main() -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let named: Vec<String> = std::env::args().skip(1).collect();
    if named.is_empty() {
        for path in std::io::stdin().lock().lines() {
            writeln!(out, "{}", line(&path?))?;
        }
    }
    for path in named {
        writeln!(out, "{}", line(&path))?;
    }
    out.flush()
}
