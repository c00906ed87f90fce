//! A Mac against what was expected of it, as text, as JSON, and as tables and pages.

mod csv;
mod html;
mod json;
mod junit;
mod remains;
#[cfg(test)]
mod tests;
mod text;

pub use csv::csv;
pub(super) use csv::line as csv_line;
pub use html::html;
pub use json::json;
pub(super) use json::{rule as rule_json, value as json_value};
pub use junit::junit;
pub use remains::what_remains;
pub(super) use text::RULES;
pub use text::text;

use super::diff::typed;
use super::visible;
use crate::catalog::Catalog;
use crate::catalog::model::Compare;
use crate::check::{is_secret, secret_value};
use crate::diff::outcome::Row;
use crate::diff::verdict::{Extra, Verdict};
use crate::diff::{Inside, inside};
use crate::mac::{Mac, RungState, Seen};
use crate::plan::{Enforcement, MASK, Setting};
use crate::value::{Places, Value};
use std::collections::BTreeSet;

/// The longest text of a name or a value, in characters: longer ones are cut, JSON has them whole.
const LONGEST: usize = 200;
/// What the notes of keys call the policy that Microsoft's servers send to an account.
const CLOUD: &str = "Cloud Policy";

/// How a Mac's outcome is shown.
pub struct View<'v, 'c> {
    /// What the policy and the Mac are called.
    pub names: (String, String),
    /// The Mac.
    pub mac: &'v Mac,
    /// What is known of keys and domains.
    pub catalog: &'v Catalog<'c>,
    /// Whether secrets are shown.
    pub show_secrets: bool,
}

impl View<'_, '_> {
    /// Whether any value of a row is a secret that is not to be shown.
    fn hidden(&self, row: &Row<'_>) -> bool {
        let setting = row.judged.setting;
        let found = row.judged.ladder.rungs.iter().filter_map(|rung| match rung.state {
            RungState::Value(value) => Some(value),
            RungState::Unreadable(_) => None,
        });
        let strays = row.judged.ladder.strays.iter().map(|stray| stray.value);
        let with = |value: &Value| Setting {
            value: Some(value.clone()),
            places: Places::leaf(setting.origin.clone()),
            ..setting.clone()
        };
        !self.show_secrets
            && (is_secret(setting, self.catalog)
                || row.judged.wanted.iter().any(|value| is_secret(&with(value), self.catalog))
                || found.chain(strays).any(|value| is_secret(&with(value), self.catalog)))
    }

    /// The same of what nobody expected.
    fn hides(&self, extra: &Extra<'_>) -> bool {
        !self.show_secrets && secret_value(extra.domain, extra.key, extra.value, self.catalog)
    }

    /// What is called by a domain: its alias with its name, or its name.
    pub(in crate::report) fn domain(&self, name: &str) -> String {
        match self.catalog.domain(name).and_then(|known| known.alias) {
            Some(alias) => format!("{alias} ({name})"),
            None => visible::line(name, LONGEST),
        }
    }

    /// The versions of a domain's product that are installed; none where nobody can say what reads the domain.
    pub(in crate::report) fn installed(&self, domain: &str) -> Option<String> {
        let product = self.catalog.domain(domain)?.product?;
        let (versions, doubt) = Seen { mac: self.mac, user: None, catalog: self.catalog }.installed(product);
        let mut list: Vec<String> = versions.iter().map(ToString::to_string).collect();
        if doubt {
            list.push("a version that cannot be told".to_owned());
        }
        Some(if list.is_empty() { "not installed".to_owned() } else { list.join(", ") })
    }

    /// What is known of the Mac, as one line.
    pub(in crate::report) fn who(&self) -> String {
        let about = &self.mac.about;
        let mut parts: Vec<String> = about.name.iter().map(|name| visible::line(name, LONGEST)).collect();
        parts.extend(about.serial.iter().map(|serial| format!("serial {}", visible::line(serial, LONGEST))));
        if about.snapshot {
            let day = about.taken.map_or(String::new(), |taken| format!(" of {taken}"));
            parts.push(format!("snapshot{day}"));
        } else if about.live {
            parts.push("this Mac".to_owned());
        } else {
            parts.push("the disk of a Mac".to_owned());
        }
        let users: Vec<String> =
            self.mac.users.iter().map(|user| visible::line(&user.name, LONGEST)).collect();
        parts.push(match users.as_slice() {
            [] => "nobody's own preferences".to_owned(),
            [one] => format!("user {one}"),
            several => format!("users {}", several.join(", ")),
        });
        parts.join(", ")
    }

    /// What should be.
    fn expected(&self, row: &Row<'_>) -> String {
        let text = match &row.judged.wanted {
            None => return "must not be there".to_owned(),
            Some(_) if self.hidden(row) => MASK.to_owned(),
            Some(value) => typed(value),
        };
        match row.judged.setting.enforcement {
            Enforcement::Forced | Enforcement::Unset => text,
            other => format!("{text} [{}]", other.word()),
        }
    }

    /// What is, and the layer it comes from.
    fn actual(&self, row: &Row<'_>) -> String {
        let judged = &row.judged;
        let text = match &judged.actual {
            _ if judged.verdict == Verdict::Unreadable => return "nobody can say".to_owned(),
            None => return "not set".to_owned(),
            Some(_) if self.hidden(row) => MASK.to_owned(),
            Some(value) => typed(value),
        };
        judged.layer.map_or(text.clone(), |layer| format!("{text}, {}", layer.says()))
    }

    /// The places inside two dictionaries or arrays that differ; none for other values, and none for secrets.
    fn places<'r>(&self, row: &'r Row<'_>) -> Vec<Inside<'r>> {
        let judged = &row.judged;
        if judged.verdict != Verdict::Differs || self.hidden(row) {
            return Vec::new();
        }
        let (Some(wanted), Some(actual)) = (&judged.wanted, &judged.actual) else { return Vec::new() };
        let known = self.catalog.key(judged.setting.domain.as_str(), judged.setting.key.as_str());
        let how = known.map_or(Compare::Exact, |known| known.key.compare);
        if how != Compare::Exact && matches!(wanted, Value::Array(_)) {
            return Vec::new();
        }
        let mut found = inside(wanted, actual);
        found
            .retain(|place| !place.path.is_empty() && (how != Compare::Contains || place.expected.is_some()));
        found
    }

    /// The settings that a policy from Microsoft's servers may set too, which no file of a Mac shows.
    fn cloud(&self, rows: &[Row<'_>]) -> Vec<String> {
        let told = |row: &&Row<'_>| {
            let setting = row.judged.setting;
            let known = self.catalog.key(setting.domain.as_str(), setting.key.as_str());
            known.is_some_and(|known| known.key.node.notes.iter().any(|note| note.contains(CLOUD)))
        };
        let names: BTreeSet<&str> =
            rows.iter().filter(told).map(|row| row.judged.setting.key.as_str()).collect();
        names.into_iter().map(|name| visible::line(name, LONGEST)).collect()
    }
}
