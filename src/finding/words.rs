//! Lists in sentences.

/// `a`, `a and b`, `a, b and c`; nothing for an empty list.
pub fn listed(names: &[&str]) -> String {
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}
