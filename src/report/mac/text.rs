//! What a Mac comes to as people read it: what differs first, by app, and a line that sums up.

use super::super::visible;
use super::{LONGEST, View, typed};
use crate::diff::Inside;
use crate::diff::applies::Applies;
use crate::diff::on_mac::{Spoken, Stand};
use crate::diff::outcome::{Outcome, Row, Standing};
use crate::plan::MASK;
use std::fmt::Write as _;

/// What is shown, in which order, and what it is called. What is in order is only counted.
const SECTIONS: [(Standing, &str); 4] = [
    (Standing::Drifted, "Drifted"),
    (Standing::Undecided, "Undecided"),
    (Standing::Exempt, "Exempt"),
    (Standing::NotApplicable, "Not applicable"),
];
/// How many places inside one value are shown; JSON has them all.
const PLACES: usize = 12;
/// How many values that take part in a rule are shown; JSON has them all.
const STANDS: usize = 6;
/// Over what the catalogue's rules say.
pub(in crate::report) const RULES: &str = "Settings that act on each other";

/// What differs, then what is undecided, exempt and not applicable, each by app; what is managed beside it; and a line
/// that sums up with its denominator.
pub fn text(outcome: &Outcome<'_>, view: &View<'_, '_>) -> String {
    let mut text = Text { out: String::new(), view };
    text.line(0, &view.who());
    text.line(0, "");
    for (standing, title) in SECTIONS {
        text.section(title, outcome, standing);
    }
    text.extra(outcome);
    text.rules(outcome);
    text.sum(outcome);
    text.out
}

struct Text<'t, 'v, 'c> {
    out: String,
    view: &'t View<'v, 'c>,
}

/// A key with its domain, who it is said of, and what is said.
type Block<'r> = (&'r str, &'r str, Vec<&'r str>, Vec<String>);

impl Text<'_, '_, '_> {
    fn line(&mut self, depth: usize, line: &str) {
        let _ =
            writeln!(self.out, "{:indent$}{line}", "", indent = if line.is_empty() { 0 } else { depth * 2 });
    }

    fn section(&mut self, title: &str, outcome: &Outcome<'_>, standing: Standing) {
        let mut blocks: Vec<Block<'_>> = Vec::new();
        for row in outcome.rows.iter().filter(|row| row.standing() == standing) {
            let setting = row.judged.setting;
            let (domain, key) = (setting.domain.as_str(), setting.key.as_str());
            let lines = self.view.block(row);
            match blocks.iter_mut().find(|block| (block.0, block.1) == (domain, key) && block.3 == lines) {
                Some(block) => block.2.extend(row.user),
                None => blocks.push((domain, key, row.user.into_iter().collect(), lines)),
            }
        }
        if blocks.is_empty() {
            return;
        }
        blocks.sort_by_key(|block| block.0);
        self.line(0, title);
        let mut last = "";
        for (domain, key, users, lines) in blocks {
            if domain != last {
                let installed = self.view.installed(domain);
                let installed = installed.map_or(String::new(), |versions| format!(": {versions}"));
                let heading = format!("{}{installed}", self.view.domain(domain));
                self.line(1, &heading);
                last = domain;
            }
            let mut lines = lines.into_iter();
            let of = self.view.of(&users);
            let verdict = lines.next().unwrap_or_default();
            self.line(2, &format!("{}{of}: {verdict}", visible::line(key, LONGEST)));
            for line in lines {
                self.line(3, &line);
            }
        }
        self.line(0, "");
    }

    fn extra(&mut self, outcome: &Outcome<'_>) {
        if outcome.extra.is_empty() {
            return;
        }
        self.line(0, "Managed, and not expected");
        let mut last = "";
        for (extra, _) in &outcome.extra {
            if extra.domain != last {
                let heading = self.view.domain(extra.domain);
                self.line(1, &heading);
                last = extra.domain;
            }
            let value = if self.view.hides(extra) { MASK.to_owned() } else { typed(extra.value) };
            let key = visible::line(extra.key, LONGEST);
            self.line(2, &format!("{key}: {value}, {}", extra.layer.says()));
            self.line(3, &format!("file: {}", visible::line(extra.path, LONGEST)));
            for name in &extra.profiles {
                self.line(3, &format!("profile: {}", visible::line(name, LONGEST)));
            }
        }
        self.line(0, "");
    }

    fn rules(&mut self, outcome: &Outcome<'_>) {
        if outcome.rules.is_empty() {
            return;
        }
        self.line(0, RULES);
        for spoken in &outcome.rules {
            for (at, line) in self.view.rule(spoken).iter().enumerate() {
                self.line(if at == 0 { 1 } else { 2 }, line);
            }
        }
        self.line(0, "");
    }

    fn sum(&mut self, outcome: &Outcome<'_>) {
        for line in notes(outcome, self.view) {
            self.line(0, &line);
        }
        if !matches!(outcome.applies, Applies::No(_)) {
            self.line(0, &summary(outcome));
        }
    }
}

impl View<'_, '_> {
    /// Of whom something is said, where there are several.
    fn of(&self, users: &[&str]) -> String {
        match users {
            _ if self.mac.users.len() < 2 => String::new(),
            users => format!(" ({})", visible::line(&users.join(", "), LONGEST)),
        }
    }

    /// What a rule says, the values that take part in it, and what helps.
    pub(in crate::report) fn rule(&self, spoken: &Spoken<'_>) -> Vec<String> {
        let finding = &spoken.finding;
        let title = visible::line(&finding.title, 2 * LONGEST);
        let (word, of) = (finding.severity.word(), self.of(&spoken.users));
        let mut lines = vec![format!("{word}: {title}{of} ({})", finding.code.as_str())];
        lines.extend(self.stands(spoken));
        let help = finding.help.iter();
        lines.extend(help.map(|help| format!("help: {}", visible::line(help, 2 * LONGEST))));
        lines
    }

    /// The values that take part in a rule: each with its layer.
    pub(super) fn stands(&self, spoken: &Spoken<'_>) -> Vec<String> {
        let one = |stand: &Stand<'_>| {
            let keys = std::iter::once(&stand.key).chain(&stand.inside);
            let keys: Vec<String> = keys.map(|key| visible::line(key, LONGEST)).collect();
            format!("{}: {}, {}", self.domain(&stand.domain), keys.join(" > "), stand.layer.says())
        };
        let mut lines: Vec<String> = spoken.places.iter().take(STANDS).map(one).collect();
        let more = spoken.places.len().saturating_sub(STANDS);
        if more > 0 {
            lines.push(format!("… and {more} more settings"));
        }
        lines
    }

    /// What is said of one setting for one user: the verdict, then the lines below it.
    pub(super) fn block(&self, row: &Row<'_>) -> Vec<String> {
        let judged = &row.judged;
        let mut lines = vec![judged.verdict.word().to_owned()];
        if row.standing() != Standing::NotApplicable {
            let places = self.inner(row);
            if places.is_empty() {
                lines.push(format!("expected: {}", self.expected(row)));
                lines.push(format!("actual: {}", self.actual(row)));
            } else {
                lines.extend(places);
                lines.extend(judged.layer.map(|layer| format!("it is {}", layer.says())));
            }
            lines.extend(judged.path.map(|path| format!("file: {}", visible::line(path, LONGEST))));
        }
        lines.extend(self.remarks(row));
        lines
    }

    /// The places inside two values that differ, each as a line.
    pub(super) fn inner(&self, row: &Row<'_>) -> Vec<String> {
        let places = self.places(row);
        let mut lines: Vec<String> = places.iter().take(PLACES).map(place).collect();
        let more = places.len().saturating_sub(PLACES);
        if more > 0 {
            lines.push(format!("… and {more} more places"));
        }
        lines
    }

    /// What there is to say of a setting beside its values.
    pub(super) fn remarks(&self, row: &Row<'_>) -> Vec<String> {
        let judged = &row.judged;
        let read = row.standing() != Standing::NotApplicable;
        let profiles = judged.profiles.iter().filter(|_| read);
        let mut lines: Vec<String> =
            profiles.map(|name| format!("profile: {}", visible::line(name, LONGEST))).collect();
        lines.extend(judged.detail.iter().map(|detail| visible::line(detail, 2 * LONGEST)));
        if let Some(exemption) = row.exemption {
            let until = exemption.until.map_or(String::new(), |until| format!(", until {until}"));
            lines.push(format!("exempt{until}: {}", visible::line(&exemption.why, LONGEST)));
        } else if read {
            let why = judged.setting.why.iter();
            lines.extend(why.map(|why| format!("why: {}", visible::line(why, LONGEST))));
        }
        lines
    }
}

/// What must be known beside the numbers.
pub(super) fn notes(outcome: &Outcome<'_>, view: &View<'_, '_>) -> Vec<String> {
    let mut notes = Vec::new();
    match &outcome.applies {
        Applies::Yes => {}
        Applies::No(why) => {
            return vec![format!("the policy does not apply to this Mac: {}", why.join("; "))];
        }
        Applies::Unknown(why) => {
            notes.push(format!("whether the policy applies to this Mac is not known: {}", why.join("; ")));
        }
    }
    let cloud = view.cloud(&outcome.rows);
    if !cloud.is_empty() {
        notes.push(format!(
            "Cloud Policy can set these too, and no file of a Mac shows what it says: {}",
            cloud.join(", ")
        ));
    }
    if outcome.payloads > 0 {
        let (number, be) =
            (visible::number(outcome.payloads), if outcome.payloads == 1 { "payload" } else { "payloads" });
        notes.push(format!(
            "{number} {be} of no preferences not compared: files of preferences do not show them"
        ));
    }
    if outcome.incomplete {
        notes.push("parts of what is expected could not be read, and were not compared".to_owned());
    }
    if outcome.blank {
        notes.push("nothing was found that speaks for this Mac: no value, no app, no user".to_owned());
    } else if outcome.unseen() {
        notes.push(
            "nothing of what is expected was found to be there: that is no proof that the Mac is in order"
                .to_owned(),
        );
    }
    notes
}

/// The numbers, with their denominator.
pub(super) fn summary(outcome: &Outcome<'_>) -> String {
    let count = |standing| visible::number(outcome.count(standing));
    let extra = match outcome.extra.len() {
        0 => String::new(),
        more => format!("; {} managed beside them", visible::number(more)),
    };
    format!(
        "{} compliant, {} drifted, {} undecided, {} not applicable, {} exempt, of {}{extra}",
        count(Standing::Compliant),
        count(Standing::Drifted),
        count(Standing::Undecided),
        count(Standing::NotApplicable),
        count(Standing::Exempt),
        visible::number(outcome.rows.len()),
    )
}

fn place(place: &Inside<'_>) -> String {
    let path: Vec<String> = place.path.iter().map(|part| visible::line(part, LONGEST)).collect();
    let one = |value: Option<&crate::value::Value>| value.map_or("not there".to_owned(), typed);
    format!("{}: expected {}, actual {}", path.join(" > "), one(place.expected), one(place.actual))
}
