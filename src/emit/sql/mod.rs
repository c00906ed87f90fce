//! SQL for osquery: whether a Mac has what the policy wants, as `diff` judges it, as far as osquery's tables show.
//!
//! Facts: osquery's table specifications and sources. `managed_policies` shows the keys of every managed file, and of
//! lists and dictionaries only that they are there; `plist` shows what is in them. Both show values as text: `1` and
//! `0` for booleans, base64 for data, seconds for dates. `preferences` asks in the agent's own context and misses keys
//! that only a profile sets: it is not used. Texts are written without `$`, which Fleet would replace, and without
//! line breaks.

mod releases;
mod shapes;

#[cfg(test)]
mod tests;

use super::parts::is_preference;
use crate::catalog::Catalog;
use crate::catalog::model::{Compare, When};
use crate::check::CheckedPlan;
use crate::plan::{Channel, Enforcement, Setting};
use crate::value::Value;
use crate::version::Ranges;
use releases::Releases;
use shapes::Shape;

/// Where managed preferences lie.
const MANAGED: &str = "/Library/Managed Preferences";

/// A text as an expression of SQL.
pub(super) fn quote(text: &str) -> String {
    let mut pieces: Vec<String> = Vec::new();
    let mut plain = String::new();
    for c in text.chars() {
        if c == '$' || c.is_control() {
            if !plain.is_empty() {
                pieces.push(format!("'{plain}'"));
                plain.clear();
            }
            pieces.push(format!("CHAR({})", u32::from(c)));
        } else {
            plain.push(c);
            if c == '\'' {
                plain.push(c);
            }
        }
    }
    if !plain.is_empty() || pieces.is_empty() {
        pieces.push(format!("'{plain}'"));
    }
    match pieces.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(" || ")),
    }
}

/// Why osquery is not asked about a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unseen {
    /// The value is another on each Mac.
    Token,
    /// Whoever may read the queries, and what they find, would read the secret.
    Secret,
    /// A list of lists or dictionaries, which osquery's rows do not tell apart.
    Nested,
    /// A starting value, which is the user's to change.
    Once,
    /// It stands in a payload of Apple's, and in no file of preferences.
    Payload,
}

impl Unseen {
    /// The reason, behind "osquery is not asked about `Key`: ".
    pub(super) fn why(self) -> &'static str {
        match self {
            Self::Token => "an identity token stands for another value on each Mac",
            Self::Secret => "whoever may read the query would read the secret in it",
            Self::Nested => "osquery's rows do not say which entry of a list a value inside it belongs to",
            Self::Once => "a starting value is the user's to change",
            Self::Payload => "a payload of Apple's shows in no file of preferences",
        }
    }
}

/// What osquery is asked about one setting.
pub(super) struct Question<'p> {
    /// The setting.
    pub setting: &'p Setting,
    /// An expression: whether the Mac has it, or no installed app reads it.
    fine: String,
    /// An expression: what the Mac has, as text.
    actual: String,
    /// What `fine` asks of installed apps.
    releases: Releases,
}

impl Question<'_> {
    /// A query that gives a row where the Mac is as it should be: a policy of Fleet's.
    pub(super) fn passes(&self) -> String {
        format!("{}SELECT 1 WHERE {};", self.releases.with(), self.fine)
    }
}

/// A query that gives a row for each of these settings that the Mac does not have.
pub(super) fn violations(questions: &[&Question<'_>]) -> String {
    let mut releases = Releases::default();
    let mut parts = Vec::new();
    for question in questions {
        releases.add(&question.releases);
        let setting = question.setting;
        let wanted = setting.value.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
        parts.push(format!(
            "SELECT {} AS domain, {} AS key, {} AS expected,\n  {} AS actual\nWHERE NOT ({})",
            quote(setting.domain.as_str()),
            quote(setting.key.as_str()),
            quote(&wanted),
            question.actual,
            question.fine
        ));
    }
    format!("{}{};", releases.with(), parts.join("\nUNION ALL\n"))
}

/// The questions of a plan, and the settings about which osquery is not asked. The plan's tokens are the policy's own.
pub(super) fn questions<'p>(
    plan: &'p CheckedPlan,
    catalog: &Catalog<'_>,
) -> (Vec<Question<'p>>, Vec<(&'p Setting, Unseen)>) {
    let (mut asked, mut unseen) = (Vec::new(), Vec::new());
    for setting in &plan.settings {
        match question(setting, plan.is_secret(setting, catalog), catalog) {
            Ok(question) => asked.push(question),
            Err(why) => unseen.push((setting, why)),
        }
    }
    (asked, unseen)
}

fn question<'p>(setting: &'p Setting, secret: bool, catalog: &Catalog<'_>) -> Result<Question<'p>, Unseen> {
    if !is_preference(setting, catalog) {
        return Err(Unseen::Payload);
    }
    let plain = Releases::default();
    let Some(value) = &setting.value else {
        let (fine, actual) = absent(setting);
        return Ok(Question { setting, fine, actual, releases: plain });
    };
    if setting.enforcement == Enforcement::SetOnce {
        return Err(Unseen::Once);
    }
    if secret {
        return Err(Unseen::Secret);
    }
    if value.has_tokens() {
        return Err(Unseen::Token);
    }
    let known = catalog.key(setting.domain.as_str(), setting.key.as_str());
    let compare = known.as_ref().map_or(Compare::Exact, |known| known.key.compare);
    let shape = Shape::of(value, compare).ok_or(Unseen::Nested)?;
    let (is, actual) = match setting.enforcement {
        Enforcement::Default => weak(setting, &shape),
        _ => match &shape {
            Shape::Scalar(test) => managed_scalar(setting, test),
            Shape::Rows(test) => managed_rows(setting, test),
        },
    };
    let mut releases = Releases::default();
    let waits = known.as_ref().is_none_or(|known| known.key.when == When::Any);
    let excuses = if waits { releases.excuses(setting, catalog) } else { Vec::new() };
    let fine = excuses.iter().fold(is, |fine, excuse| format!("{fine}\n  OR {excuse}"));
    Ok(Question { setting, fine, actual, releases })
}

/// One of the computer's values, or of a user's.
fn managed_scalar(setting: &Setting, test: &str) -> (String, String) {
    let key =
        format!("domain = {} AND name = {}", quote(setting.domain.as_str()), quote(setting.key.as_str()));
    // A value of the device channel stands for everybody, and a user's own would win over it.
    let whose = if setting.channel == Channel::Device { " AND username = ''" } else { "" };
    let is = format!(
        "(EXISTS (SELECT 1 FROM managed_policies WHERE {key}{whose} AND {test})\n  \
         AND NOT EXISTS (SELECT 1 FROM managed_policies WHERE {key} AND username <> '' AND NOT ({test})))"
    );
    let actual = format!("(SELECT value FROM managed_policies WHERE {key} ORDER BY username DESC LIMIT 1)");
    (is, actual)
}

fn managed_rows(setting: &Setting, test: &str) -> (String, String) {
    let (domain, key) = (setting.domain.as_str(), quote(setting.key.as_str()));
    let computer = format!("path = {}", quote(&format!("{MANAGED}/{domain}.plist")));
    let users = like(&format!("{MANAGED}/%/"), domain);
    let one = |place: &str| {
        format!("EXISTS (SELECT path FROM plist WHERE {place} AND key = {key} GROUP BY path HAVING {test})")
    };
    let right = match setting.channel {
        Channel::Device => one(&computer),
        Channel::User => format!("({}\n  OR {})", one(&users), one(&computer)),
    };
    let wrong = format!(
        "NOT EXISTS (SELECT path FROM plist WHERE {users} AND key = {key} GROUP BY path HAVING NOT ({test}))"
    );
    (format!("({right}\n  AND {wrong})"), rows(&computer, &key))
}

/// A weak value, in /Library/Preferences.
fn weak(setting: &Setting, shape: &Shape) -> (String, String) {
    let key = quote(setting.key.as_str());
    let place = format!("path = {}", quote(&format!("/Library/Preferences/{}.plist", setting.domain)));
    // A list has several rows, each of which may read as the value.
    let test = match shape {
        Shape::Scalar(test) => format!("COUNT(*) = 1 AND SUM(subkey = '' AND {test}) = 1"),
        Shape::Rows(test) => test.clone(),
    };
    let is =
        format!("EXISTS (SELECT path FROM plist WHERE {place} AND key = {key} GROUP BY path HAVING {test})");
    (is, rows(&place, &key))
}

/// A key that must not be there: managed, for everybody, or in the preferences of any user.
fn absent(setting: &Setting) -> (String, String) {
    let (domain, key) = (setting.domain.as_str(), quote(setting.key.as_str()));
    let managed = format!("FROM managed_policies WHERE domain = {} AND name = {key}", quote(domain));
    let computer = format!("path = {}", quote(&format!("/Library/Preferences/{domain}.plist")));
    let home = like("/Users/%/Library/Preferences/", domain);
    let container = like(&format!("/Users/%/Library/Containers/{domain}/Data/Library/Preferences/"), domain);
    // osquery's `plist` wants its paths one by one: an OR of several would ask for every file.
    let place = |place: &str| format!("FROM plist WHERE {place} AND key = {key}");
    let all = [managed, place(&computer), place(&home), place(&container)];
    let none: Vec<String> = all.iter().map(|from| format!("NOT EXISTS (SELECT 1 {from})")).collect();
    let values: Vec<String> = all.iter().map(|from| format!("(SELECT value {from} LIMIT 1)")).collect();
    (format!("({})", none.join("\n  AND ")), format!("COALESCE({})", values.join(",\n    ")))
}

/// What a file has of a key, on one line.
fn rows(place: &str, key: &str) -> String {
    format!(
        "(SELECT GROUP_CONCAT(CASE subkey WHEN '' THEN value ELSE subkey || '=' || value END, ', ')\n    \
         FROM plist WHERE {place} AND key = {key})"
    )
}

/// The files of a domain in folders of which `%` stands for any one. osquery takes the pattern for one of files;
/// SQLite then takes `_` for any character, and letters of either case for the same.
fn like(folder: &str, domain: &str) -> String {
    let like = format!("path LIKE {}", quote(&format!("{folder}{domain}.plist")));
    if !domain.contains(['_', '%']) {
        return like;
    }
    let end = format!("/{domain}.plist");
    format!(
        "{like} AND SUBSTR(path, {}) = {}",
        -(i64::try_from(end.chars().count()).unwrap_or(0)),
        quote(&end)
    )
}

/// Whether a value is one that a single row shows.
pub(super) fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Dictionary(_))
}

/// A query that gives a row on Macs with a product in these ranges, or where they are empty, without the product. None
/// where osquery does not see the product.
pub(super) fn macs_with(product: &str, ranges: &Ranges, catalog: &Catalog<'_>) -> Option<String> {
    let mut releases = Releases::default();
    let is = if ranges.is_empty() {
        releases.none_in(product, &Ranges::any(), catalog)?
    } else {
        releases.known_in(product, ranges, catalog)?
    };
    Some(format!("{}SELECT 1 WHERE {is};", releases.with()))
}

/// A query that gives a row on Macs with all of some products, each in its ranges. None where osquery does not see one.
pub(super) fn macs_with_all(needs: &[(String, Ranges)], catalog: &Catalog<'_>) -> Option<String> {
    let mut releases = Releases::default();
    let all: Option<Vec<String>> =
        needs.iter().map(|(product, ranges)| releases.known_in(product, ranges, catalog)).collect();
    let all = all?;
    Some(format!("{}SELECT 1 WHERE {};", releases.with(), all.join("\n  AND ")))
}
