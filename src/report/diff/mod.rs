//! The difference of two inputs, as text and as JSON.

mod json;
mod text;

pub use json::json;
pub use text::text;

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

/// What Apple's payloads call secrets, beyond the names that everybody takes for them.
const SECRETS: [&str; 2] = ["Challenge", "PreSharedKey"];
/// The payload whose data is a private key.
const IDENTITY: &str = "com.apple.security.pkcs12";

impl View<'_, '_> {
    /// A place of an input: what the input is called, and the line; the file where that is another one.
    fn place(&self, name: &str, origin: &Origin) -> String {
        let label = self.sources.label(origin.source());
        let place = match self.sources.position_of(origin) {
            Some(position) => format!("{label}:{}", position.line),
            None => label.to_owned(),
        };
        let within = |rest: &str| rest.is_empty() || rest.starts_with('/') || name.ends_with('/');
        let own = label.strip_prefix(name).is_some_and(within);
        visible::line(&if own { place } else { format!("{name} ({place})") }, 200)
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
