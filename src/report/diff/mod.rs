//! The difference of two inputs, as text and as JSON.

mod json;
mod text;

pub use json::json;
pub(super) use json::object;
pub use text::text;
pub(super) use text::typed;

use super::visible;
use crate::catalog::Catalog;
use crate::check::looks_secret;
use crate::finding::{Origin, Sources};
use crate::plan::{MASK, Setting};
use crate::value::Value;

/// How a difference is shown.
pub struct View<'v, 'c> {
    /// What the two inputs are called.
    pub names: (String, String),
    /// What is known of domains.
    pub catalog: &'v Catalog<'c>,
    /// Where settings stand.
    pub sources: &'v Sources,
    /// Whether a setting is a secret that is not to be shown.
    pub secret: &'v dyn Fn(&Setting) -> bool,
    /// Whether secrets in payloads that are no preferences are shown.
    pub show_secrets: bool,
    /// Whether differences of the envelope count.
    pub envelope: bool,
}

/// The longest text of a name or a value, in characters: longer ones are cut, JSON has them whole.
const LONGEST: usize = 200;
/// A path that is longer than this is called by its last part.
const LONG: usize = 40;
/// What Apple's payloads call secrets, beyond the names that everybody takes for them.
const SECRETS: [&str; 2] = ["Challenge", "PreSharedKey"];
/// The payload whose data is a private key.
const IDENTITY: &str = "com.apple.security.pkcs12";

impl View<'_, '_> {
    /// What lines call the two inputs: long paths by their last part, where that tells them apart.
    fn short(&self) -> (String, String) {
        let last = |name: &str| {
            let name = name.trim_end_matches('/');
            name.rsplit_once('/').map_or(name, |(_, last)| last).to_owned()
        };
        let (first, second) = &self.names;
        let (one, two) = (last(first), last(second));
        let long = first.chars().count().max(second.chars().count()) > LONG;
        let (one, two) = if long && one != two { (one, two) } else { self.names.clone() };
        (visible::line(&one, LONGEST), visible::line(&two, LONGEST))
    }

    /// A place of an input, whose name and short name are given: the short name, and the line; the file where that is
    /// another one.
    fn place(&self, (name, short): (&str, &str), origin: &Origin) -> String {
        let label = self.sources.label(origin.source());
        let line = self.sources.position_of(origin).map_or(String::new(), |at| format!(":{}", at.line));
        let within = |rest: &&str| rest.is_empty() || rest.starts_with('/') || name.ends_with('/');
        match label.strip_prefix(name).filter(within) {
            Some(rest) => format!("{short}{}{line}", visible::line(rest, LONGEST)),
            None => format!("{short} ({}{line})", visible::line(label, LONGEST)),
        }
    }

    /// A value inside a payload that is no preferences, without its secrets. `path` leads to it.
    fn inner(&self, kind: &str, path: &[String], value: &Value) -> Value {
        if self.show_secrets {
            return value.clone();
        }
        let name = path.last().map_or("", String::as_str);
        let inside = path.iter().any(|name| is_secret(name, true));
        without(kind, name, inside, value)
    }
}

fn is_secret(name: &str, text: bool) -> bool {
    looks_secret(name, text) || SECRETS.contains(&name)
}

/// Values nest at most [`crate::value::MAX_DEPTH`] deep, which bounds the recursion.
fn without(kind: &str, name: &str, inside: bool, value: &Value) -> Value {
    let text = matches!(value, Value::String(_) | Value::Data(_));
    let inside = inside || is_secret(name, text);
    match value {
        Value::Boolean(_) => value.clone(),
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| without(kind, name, inside, item)).collect())
        }
        Value::Dictionary(entries) => Value::Dictionary(
            entries.iter().map(|(key, value)| (key.clone(), without(kind, key, inside, value))).collect(),
        ),
        Value::Data(_) if kind == IDENTITY => Value::string(MASK),
        _ if inside => Value::string(MASK),
        other => other.clone(),
    }
}
