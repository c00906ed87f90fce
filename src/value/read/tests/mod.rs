//! The reader against hostile input, against hand-written expectations, and against the plist crate.

mod binary;
mod budgets;
mod decisions;
mod hostile;
mod leaves;
mod oracle;
mod places;
mod wrapped;

use super::*;
use crate::finding::{Origin, Sources};

/// Runs on a stack of 256 KB: an eighth of what rayon's threads have.
fn small<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(256 << 10).spawn(work).unwrap().join().unwrap()
}

fn source() -> SourceId {
    Sources::new().add("", "")
}

/// Reads all of a document, copies and drops it, on a small stack.
fn document(bytes: impl Into<Vec<u8>>) -> Result<Value, ReadError> {
    let bytes = bytes.into();
    small(move || {
        let read = read(&bytes, source(), &Budgets::default(), &Wanted::Everything)?;
        let copy = read.clone();
        drop(read);
        Ok(copy.value)
    })
}

/// What a document with this value inside `<plist>` holds.
fn inside(value: &str) -> Result<Value, ReadError> {
    document(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">{value}</plist>"))
}

fn value(text: &str) -> Value {
    inside(text).unwrap()
}

/// The message about a value, its place first. The value starts at line 2, column 22.
fn refused(text: &str) -> String {
    inside(text).unwrap_err().to_string()
}
