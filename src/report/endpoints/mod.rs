//! What apps contact: for people, for programs, for proxies, and as a page.

mod change;
mod csv;
mod html;
mod json;
mod pac;
mod proxy;
mod reasons;
mod table;
#[cfg(test)]
mod tests;

pub use change::{change_csv, change_json, change_table};
pub use csv::csv;
pub use html::html;
pub use json::json;
pub use pac::{Routes, pac};
pub use proxy::{findings, hosts, squid};
pub use table::table;

use super::visible;
use crate::catalog::Catalog;
use crate::catalog::condition::Place;
use crate::check::{is_secret, secret_value};
use crate::endpoints::{LeftOut, LeftOutWhy, Network, Part, Row, Selection, State, Together};
use crate::finding::{Sources, listed};
use crate::mac::{Layer, Mac};
use crate::plan::MASK;
use crate::value::Value;
use crate::version::Ranges;

/// The longest text of a name or a value, in characters: longer ones are cut, JSON has them whole.
const LONGEST: usize = 200;

/// What was asked.
pub enum Asked<'v> {
    /// Nothing is set.
    Nothing,
    /// A policy, or profiles.
    Plans {
        /// Its settings.
        plans: &'v Together<'v>,
        /// Where they stand.
        sources: &'v Sources,
    },
    /// A Mac, as one of its users sees it.
    Mac {
        /// The Mac.
        mac: &'v Mac,
        /// The user; none: nobody's own preferences count.
        user: Option<&'v str>,
    },
}

/// How an answer is shown.
pub struct View<'v, 'c> {
    /// What the input is called.
    pub name: String,
    /// What was asked.
    pub asked: Asked<'v>,
    /// What is known of keys and domains.
    pub catalog: &'v Catalog<'c>,
    /// Which endpoints are wanted.
    pub selection: &'v Selection,
    /// Whether hosts are stopped that something else needs.
    pub strict: bool,
    /// Whether secrets are shown.
    pub show_secrets: bool,
}

/// A setting that does something, and where it comes from.
pub(super) struct Told<'v> {
    domain: String,
    key: String,
    /// The value, or what stands in place of a secret.
    value: Option<Value>,
    /// The kind of the value itself.
    kind: Option<&'static str>,
    file: Option<String>,
    line: Option<usize>,
    layer: Option<Layer>,
    path: Option<&'v str>,
    /// Whether it could not be read.
    unreadable: bool,
}

impl<'v> View<'v, '_> {
    /// A sentence on what was asked.
    fn head(&self) -> String {
        match &self.asked {
            Asked::Nothing => "without any policy".to_owned(),
            Asked::Plans { plans, .. } => {
                let names: Vec<String> = plans
                    .0
                    .iter()
                    .map(|plan| {
                        let identity = &plan.identity;
                        let name = visible::line(&identity.name, LONGEST);
                        if identity.id.is_empty() || identity.id == identity.name {
                            name
                        } else {
                            format!("{name} ({})", visible::line(&identity.id, LONGEST))
                        }
                    })
                    .filter(|name| !name.is_empty())
                    .collect();
                match names.as_slice() {
                    [] => visible::line(&self.name, LONGEST),
                    [one] => one.clone(),
                    several => format!("{}: {} profiles", visible::line(&self.name, LONGEST), several.len()),
                }
            }
            Asked::Mac { mac, user } => {
                let about = &mac.about;
                let name = about.name.as_deref().unwrap_or(&self.name);
                let serial =
                    about.serial.as_ref().map_or(String::new(), |serial| format!(", serial {serial}"));
                let of = if about.snapshot {
                    about.taken.map_or(", snapshot".to_owned(), |taken| format!(", snapshot of {taken}"))
                } else {
                    ", the disk of a Mac".to_owned()
                };
                let user =
                    user.map_or(", nobody's own preferences".to_owned(), |user| format!(", user {user}"));
                visible::line(&format!("{name}{serial}{of}{user}"), 4 * LONGEST)
            }
        }
    }

    /// The setting at a place, and where it comes from.
    fn told(&self, place: &Place) -> Told<'v> {
        let mut told = Told {
            domain: place.domain.clone(),
            key: place.key.clone(),
            value: None,
            kind: None,
            file: None,
            line: None,
            layer: None,
            path: None,
            unreadable: false,
        };
        let set = |told: &mut Told<'v>, value: &Value, secret: bool| {
            told.kind = Some(value.kind().word());
            told.value = Some(if secret && !self.show_secrets { Value::string(MASK) } else { value.clone() });
        };
        match &self.asked {
            Asked::Nothing => {}
            Asked::Plans { plans, sources } => {
                let Some(setting) = plans.setting(&place.domain, &place.key) else { return told };
                if let Some(value) = &setting.value {
                    set(&mut told, value, is_secret(setting, self.catalog));
                }
                let source = setting.origin.source();
                told.file = Some(sources.within(source).unwrap_or_else(|| sources.label(source)).to_owned());
                told.line = sources.position_of(&setting.origin).and_then(|at| usize::try_from(at.line).ok());
            }
            Asked::Mac { mac, user } => {
                let ladder = mac.ladder(&place.domain, &place.key, *user);
                if let Some((rung, _)) = ladder.doubt() {
                    (told.unreadable, told.layer, told.path) = (true, Some(rung.layer), Some(rung.path));
                    return told;
                }
                let Some((rung, value)) = ladder.winner() else { return told };
                set(&mut told, value, secret_value(&place.domain, &place.key, value, self.catalog));
                told.layer = Some(rung.layer);
                told.path = Some(rung.path);
            }
        }
        told
    }
}

impl Told<'_> {
    /// `UseOnlineContent = 0`.
    fn assignment(&self) -> String {
        let text = match &self.value {
            Some(value) => format!("{} = {value}", self.key),
            None => self.key.clone(),
        };
        visible::line(&text, LONGEST)
    }

    /// `office.toml:29`, `enforced by a profile`; nothing where nobody knows.
    fn place(&self) -> String {
        if self.unreadable {
            return format!("{} could not be read", visible::line(self.path.unwrap_or("its file"), LONGEST));
        }
        match (&self.file, self.line, self.layer) {
            (Some(file), Some(line), _) => format!("{}:{line}", visible::line(file, LONGEST)),
            (Some(file), None, _) => visible::line(file, LONGEST),
            (None, _, Some(layer)) => layer.says().to_owned(),
            _ => String::new(),
        }
    }
}

/// What stands for an app where no source names one.
const NOBODY: &str = "no app is named";

/// All that runs of one app, whatever becomes of its contacts.
fn all_of(part: &Part<'_>) -> Ranges {
    part.contacted.union(&part.stopped).union(&part.unknown)
}

/// The apps of some parts, those with the same share together: `Word, Excel and PowerPoint before 15.25 [160726]`. A share
/// that is all of an app's versions is not spelt out. Nothing if nobody has a share.
fn who(parts: &[&Part<'_>], share: impl Fn(&Part<'_>) -> Ranges) -> String {
    let mut groups: Vec<(Option<Ranges>, Vec<&str>)> = Vec::new();
    for part in parts {
        let own = share(part);
        if own.is_empty() {
            continue;
        }
        let name = part.app.unwrap_or(NOBODY);
        let own = (own != all_of(part)).then_some(own);
        match groups.iter_mut().find(|(known, _)| *known == own) {
            Some((_, names)) => names.push(name),
            None => groups.push((own, vec![name])),
        }
    }
    let groups: Vec<String> = groups
        .iter()
        .map(|(own, names)| {
            let names = listed(names);
            own.as_ref().map_or(names.clone(), |own| format!("{names} {}", own.describe()))
        })
        .collect();
    groups.join("; ")
}

/// What becomes of the contacts of some parts, in words; the simple cases say only who.
fn fate(parts: &[&Part<'_>], state: State) -> String {
    if parts.iter().all(|part| part.app.is_none()) {
        let less = if state == State::Partly { "for fewer reasons; " } else { "" };
        return format!("{less}{NOBODY}");
    }
    let contacted = who(parts, |part| part.contacted.minus(&part.lessened));
    let lessened = who(parts, |part| part.lessened.clone());
    let stopped = who(parts, |part| part.stopped.clone());
    let unknown = who(parts, |part| part.unknown.clone());
    if state == State::Stopped {
        return stopped;
    }
    if stopped.is_empty() && unknown.is_empty() && lessened.is_empty() {
        return contacted;
    }
    let said =
        [("still ", contacted), ("for fewer reasons: ", lessened), ("not ", stopped), ("unknown: ", unknown)];
    let said: Vec<String> = said
        .into_iter()
        .filter(|(_, who)| !who.is_empty())
        .map(|(word, who)| format!("{word}{who}"))
        .collect();
    said.join("; ")
}

/// An address without what all of them have.
fn address(row: &Row<'_, '_>) -> String {
    let path = if row.path.is_empty() { String::new() } else { format!("/{}", row.path) };
    visible::line(&format!("{}{path}", row.host.as_str()), LONGEST)
}

/// How many of the wanted endpoints there are in each state.
fn counts(network: &Network<'_, '_>, selection: &Selection) -> Vec<(State, usize)> {
    let selected = selection.of(network);
    let count = |state| selected.iter().filter(|one| one.state == state).count();
    State::ALL.into_iter().map(|state| (state, count(state))).collect()
}

/// What is wanted, in words: how many endpoints, and how many of them in which state.
fn summary(network: &Network<'_, '_>, selection: &Selection) -> String {
    let counts = counts(network, selection);
    let all: usize = counts.iter().map(|(_, count)| count).sum();
    let each: Vec<String> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| format!("{} {}", visible::number(*count), state.word()))
        .collect();
    let endpoints =
        if all == 1 { "1 endpoint".to_owned() } else { format!("{} endpoints", visible::number(all)) };
    let each = if each.is_empty() { String::new() } else { format!(": {}", each.join(", ")) };
    format!("{endpoints}{each}")
}

/// The endpoints that are left out, of the wanted activities. Of some apps or states alone nobody can say.
fn left<'r, 'n, 'c>(
    network: &'r Network<'n, 'c>,
    selection: &'r Selection,
) -> impl Iterator<Item = &'r LeftOut<'n, 'c>> {
    let whole = selection.apps.is_empty() && selection.states.is_empty();
    let wanted =
        |section: &str| selection.sections.is_empty() || selection.sections.iter().any(|one| one == section);
    network.left_out.iter().filter(move |left| whole && wanted(left.endpoint.section))
}

/// Why endpoints are left out, with the activities or addresses, in sentences.
fn left_out(network: &Network<'_, '_>, selection: &Selection) -> Vec<String> {
    let mut found: Vec<(String, Vec<&str>)> = Vec::new();
    for left in left(network, selection) {
        let (why, what) = match &left.why {
            LeftOutWhy::Licence => ("no Mac has a licence for".to_owned(), left.endpoint.section),
            LeftOutWhy::NotInstalled => {
                ("no app is installed that contacts".to_owned(), bare(left.endpoint.url))
            }
            LeftOutWhy::Builds(works) => (
                format!("of no app there is a version {} that contacts", works.describe()),
                bare(left.endpoint.url),
            ),
        };
        match found.iter_mut().find(|(known, _)| *known == why) {
            Some((_, list)) if list.contains(&what) => {}
            Some((_, list)) => list.push(what),
            None => found.push((why, vec![what])),
        }
    }
    found.into_iter().map(|(why, list)| format!("{why} {}", listed(&list))).collect()
}

/// A URL without what all of them have.
fn bare(url: &str) -> &str {
    let rest = url.strip_prefix("https://").unwrap_or(url);
    rest.strip_suffix('/').unwrap_or(rest)
}
