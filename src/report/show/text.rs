//! What a Mac has of every key, as text: app by app, for each key what is in effect, and its ladder of layers.

use super::super::diff::typed;
use super::super::mac::RULES;
use super::super::visible;
use super::{LONGEST, View};
use crate::mac::{Effect, Layer, Reading, RungState, Shown, ShownKey};
use crate::plan::MASK;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The longest value of a ladder, in characters.
const CELL: usize = 60;

/// The widest column of values, in characters.
const COLUMN: usize = 36;

/// What is set, app by app; what of the keys that were asked for is not set; what could not be read; and a line that
/// sums up.
pub fn text(shown: &Shown<'_>, view: &View<'_, '_>) -> String {
    let mut text = Text { out: String::new(), view };
    text.line(0, &view.who());
    text.line(0, "");
    for domain in view.domains(shown) {
        text.domain(domain, shown);
    }
    text.unset(shown);
    text.rules();
    text.unread(shown);
    for note in view.notes(shown) {
        text.line(0, &visible::line(&note, 2 * LONGEST));
    }
    text.line(0, &summary(shown));
    text.out
}

/// A line of a ladder: its mark, the layer, the value, and the file.
type Rung = (char, &'static str, String, String);

struct Text<'t, 'v, 'c> {
    out: String,
    view: &'t View<'v, 'c>,
}

impl Text<'_, '_, '_> {
    fn line(&mut self, depth: usize, line: &str) {
        let indent = if line.is_empty() { 0 } else { depth * 2 };
        let _ = writeln!(self.out, "{:indent$}{line}", "");
    }

    fn domain(&mut self, domain: &str, shown: &Shown<'_>) {
        let installed = self.view.mac.installed(domain);
        let installed = installed.map_or(String::new(), |versions| format!(": {versions}"));
        let heading = format!("{}{installed}", self.view.mac.domain(domain));
        self.line(0, &heading);
        if let Some(about) = self.view.about_domain(domain) {
            self.line(1, &visible::line(&about, 2 * LONGEST));
        }
        let keys: Vec<&ShownKey<'_>> =
            shown.keys.iter().filter(|key| key.domain == domain && key.is_set()).collect();
        if keys.is_empty() && shown.keys.iter().all(|key| key.domain != domain) {
            let known = self.view.mac.catalog.keys_of(domain).len();
            let number = visible::number(known);
            self.line(
                1,
                &format!("none of the {number} keys that are known is set, and nothing is enforced"),
            );
        }
        // What is the same of several users is said once.
        let mut blocks: Vec<(&str, Vec<&str>, Vec<String>)> = Vec::new();
        for key in keys {
            let lines = self.block(key);
            // The users of a key stand behind each other.
            let mut same = blocks.iter_mut().rev().take_while(|block| block.0 == key.key);
            match same.find(|block| block.2 == lines) {
                Some(block) => block.1.extend(key.user),
                None => blocks.push((&key.key, key.user.into_iter().collect(), lines)),
            }
        }
        for (key, users, lines) in blocks {
            let of = match users.as_slice() {
                _ if self.view.mac.mac.users.len() < 2 => String::new(),
                users => format!(" ({})", visible::line(&users.join(", "), LONGEST)),
            };
            let mut lines = lines.into_iter();
            let first = lines.next().unwrap_or_default();
            let key = if key.is_empty() { "\"\"".to_owned() } else { visible::line(key, LONGEST) };
            self.line(1, &format!("{key}{of}: {first}"));
            for line in lines {
                self.line(2, &line);
            }
        }
        self.line(0, "");
    }

    /// What is said of one key for one user: what is in effect, then the lines below it.
    fn block(&self, key: &ShownKey<'_>) -> Vec<String> {
        let hidden = self.view.hidden(key);
        let value = |value| if hidden { MASK.to_owned() } else { typed(value) };
        let mut lines = vec![match key.effect {
            Effect::Set(layer, _, found) => format!("{}, {}", value(found), layer.says()),
            Effect::Unknown => "nobody can say".to_owned(),
            Effect::Unset => "not set where the app looks".to_owned(),
        }];
        lines.extend(key.summary.iter().map(|summary| visible::line(summary, 2 * LONGEST)));
        if let (Effect::Set(_, _, found), Some(meaning), false) = (key.effect, &key.meaning, hidden) {
            let meaning = visible::line(meaning.trim_end_matches('.'), 2 * LONGEST);
            lines.push(format!("{}: {meaning}", visible::line(&found.to_string(), CELL)));
        }
        lines.extend(table(&self.rungs(key, hidden)));
        for stray in &key.ladder.strays {
            let path = visible::line(stray.path, LONGEST);
            let found = value(stray.value);
            lines.push(format!(
                "{path} has {found} too, where the app does not look: it reads the file in its container"
            ));
        }
        let profiles = key.profiles.iter();
        lines.extend(profiles.map(|name| format!("profile: {}", visible::line(name, LONGEST))));
        lines.extend(reading(key));
        for (_, says, notes) in self.view.warnings(key) {
            lines.push(format!("! {}", visible::line(&says, 2 * LONGEST)));
            lines.extend(notes.iter().map(|note| format!("  {}", visible::line(note, 2 * LONGEST))));
        }
        lines
    }

    fn rungs(&self, key: &ShownKey<'_>, hidden: bool) -> Vec<Rung> {
        let mut found = Vec::new();
        let mut won = key.effect == Effect::Unset;
        for rung in &key.ladder.rungs {
            let path = visible::line(rung.path, LONGEST);
            let (mark, text) = match rung.state {
                RungState::Unreadable(why) => {
                    ('?', format!("could not be read: {}", visible::line(why, LONGEST)))
                }
                RungState::Value(_) if hidden => (' ', MASK.to_owned()),
                RungState::Value(value) => (' ', visible::line(&typed(value), CELL)),
            };
            let winner =
                matches!(key.effect, Effect::Set(layer, path, _) if layer == rung.layer && path == rung.path);
            let mark = match mark {
                ' ' if !key.counts(rung.layer) => '-',
                ' ' if winner && !won => {
                    won = true;
                    '>'
                }
                mark => mark,
            };
            found.push((mark, rung.layer.says(), text, path));
        }
        if let Some(default) = &key.default {
            let text = default.value.as_ref().map(|value| visible::line(&typed(value), CELL));
            let text = text.or_else(|| default.says.as_ref().map(|says| visible::line(says, LONGEST)));
            let mark = if key.effect == Effect::Unset { '>' } else { ' ' };
            found.push((mark, Layer::AppDefault.says(), text.unwrap_or_default(), String::new()));
        }
        found
    }

    /// The keys that were asked for and are set nowhere, with what the app then does.
    fn unset(&mut self, shown: &Shown<'_>) {
        let mut lines: BTreeMap<(&str, String), BTreeSet<&str>> = BTreeMap::new();
        for key in shown.keys.iter().filter(|key| !key.is_set()) {
            let says = self.view.warnings(key).into_iter().map(|(_, says, _)| says);
            let says: String =
                says.map(|says| format!("\n! {}", visible::line(&says, 2 * LONGEST))).collect();
            let entry = lines.entry((&key.key, nowhere(key) + &says)).or_default();
            entry.insert(key.domain);
        }
        if lines.is_empty() {
            return;
        }
        self.line(0, "Not set");
        for ((key, says), domains) in lines {
            let domains: Vec<String> = domains.into_iter().map(|name| self.view.mac.domain(name)).collect();
            self.line(1, &format!("{} of {}", visible::line(key, LONGEST), domains.join(", ")));
            for line in says.lines() {
                self.line(2, line);
            }
        }
        self.line(0, "");
    }

    fn rules(&mut self) {
        if self.view.rules.is_empty() {
            return;
        }
        self.line(0, RULES);
        for spoken in &self.view.rules {
            for (at, line) in self.view.mac.rule(spoken).iter().enumerate() {
                self.line(if at == 0 { 1 } else { 2 }, line);
            }
        }
        self.line(0, "");
    }

    fn unread(&mut self, shown: &Shown<'_>) {
        let paths = self.view.unread(shown);
        if paths.is_empty() {
            return;
        }
        self.line(0, "Could not be read, so that nobody can say what it sets");
        for (path, why) in paths {
            self.line(1, &format!("{}: {}", visible::line(path, LONGEST), visible::line(why, LONGEST)));
        }
        self.line(0, "");
    }
}

/// What an app does with a key that is set nowhere, a line each.
fn nowhere(key: &ShownKey<'_>) -> String {
    let mut lines: Vec<String> = key.summary.iter().map(|text| visible::line(text, 2 * LONGEST)).collect();
    lines.push(match (&key.effect, &key.default) {
        (Effect::Unknown, _) => "nobody can say: a layer that may set it could not be read".to_owned(),
        (_, None) => "what the app then does is not documented".to_owned(),
        (_, Some(default)) => {
            let value = default.value.as_ref().map(typed);
            let says =
                default.says.as_ref().map(|says| visible::line(says.trim_end_matches('.'), 2 * LONGEST));
            let parts: Vec<String> = value.into_iter().chain(says).collect();
            format!("the app's default: {}", parts.join(": "))
        }
    });
    lines.extend(reading(key));
    lines.join("\n")
}

/// Whether the installed build reads a key; nothing of one that no catalogue knows.
fn reading(key: &ShownKey<'_>) -> Option<String> {
    let says = match &key.reading {
        Reading::By(who) => format!("read by {who}"),
        Reading::Not(why) => format!("not read: {why}"),
        Reading::Open(why) => format!("whether it is read is not known: {why}"),
    };
    key.known.then(|| visible::line(&says, 2 * LONGEST))
}

/// A ladder with its columns.
fn table(rungs: &[Rung]) -> Vec<String> {
    let first = rungs.iter().map(|rung| rung.1.chars().count()).max().unwrap_or(0);
    let values = rungs.iter().filter(|rung| rung.0 != '?' && !rung.3.is_empty());
    let second = values.map(|rung| rung.2.chars().count()).max().unwrap_or(0).min(COLUMN);
    let one = |(mark, layer, value, path): &Rung| {
        format!("{mark} {layer:first$}  {value:second$}  {path}").trim_end().to_owned()
    };
    rungs.iter().map(one).collect()
}

/// How much is set, and how much of it is enforced.
fn summary(shown: &Shown<'_>) -> String {
    let set: BTreeSet<(&str, &str)> =
        shown.keys.iter().filter(|key| key.is_set()).map(|key| (key.domain, key.key.as_str())).collect();
    let managed = |key: &&ShownKey<'_>| matches!(key.effect, Effect::Set(layer, ..) if layer.managed());
    let of = |wanted: &dyn Fn(&&ShownKey<'_>) -> bool| {
        let keys: BTreeSet<(&str, &str)> =
            shown.keys.iter().filter(wanted).map(|key| (key.domain, key.key.as_str())).collect();
        visible::number(keys.len())
    };
    let unknown = of(&|key| key.is_set() && !key.known);
    let unknown = if unknown == "0" { String::new() } else { format!(", {unknown} that no catalogue knows") };
    let unset = of(&|key| !key.is_set());
    let unset = if unset == "0" { String::new() } else { format!("; {unset} not set") };
    let keys = if set.len() == 1 { "key is" } else { "keys are" };
    format!("{} {keys} set, {} enforced{unknown}{unset}", visible::number(set.len()), of(&managed))
}
