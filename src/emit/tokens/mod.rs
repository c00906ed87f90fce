//! Identity tokens in an MDM's own spelling: what `catalog/mdms.toml` documents, or what the policy says itself under
//! `[target.NAME.placeholders]`.

mod carried;

use super::Request;
use super::mobileconfig::at_policy;
use crate::catalog::model::{Mdm, Token, Vouched};
use crate::check::CheckedPlan;
use crate::finding::{Finding, Findings, Severity, listed};
use crate::plan::{Enforcement, Setting};
use crate::policy::targets::target_info;
use crate::value::{Part, Places, Text, Value, toml_key};
use regex_lite::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// How many places a finding shows.
const MOST: usize = 8;

/// The plan with the tokens of its enforced and set-once values as an MDM spells them; `target` is the name of the
/// target, which is also that of the MDM in the catalogue. Values that scripts set keep their tokens.
///
/// What has no spelling, or none that anybody has confirmed, is an error that names the attribute, the MDM and how the
/// policy says it itself; the setting keeps its tokens. Text that the MDM would take for a token of its own is found.
pub fn spelt(request: &Request<'_, '_>, target: &str, findings: &mut Findings) -> CheckedPlan {
    let title = target_info(target).map_or(target, |info| info.title);
    let mut speller = Speller {
        request,
        target,
        title,
        mdms: request.catalog.mdms().filter(|mdm| mdm.name == target).collect(),
        patterns: Vec::new(),
        problems: BTreeMap::new(),
        used: BTreeSet::new(),
    };
    speller.patterns = speller.patterns();
    let plan = request.plan.with_values(|setting| {
        let carried = matches!(setting.enforcement, Enforcement::Forced | Enforcement::SetOnce);
        let value = setting.value.as_ref().filter(|_| carried)?;
        speller.value(value, &setting.places, setting)
    });
    speller.carried(findings);
    speller.say(findings);
    plan
}

/// Something that is wrong in the spelling of texts; the places where it is are gathered.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Problem {
    /// The MDM has no token for it, or none that anybody has confirmed.
    Unmapped(String),
    /// Others use the spelling, and the MDM does not document it.
    Unvouched(String, String),
    /// What follows makes another word of the token.
    Glued(String, String),
    /// Text that is a token of the MDM's, or (`false`) may be taken for one.
    Literal(String, bool),
}

struct Speller<'s, 'r, 'c> {
    request: &'s Request<'r, 'c>,
    target: &'s str,
    title: &'s str,
    /// What the layers of the catalogue say of the MDM.
    mdms: Vec<&'r Mdm<'c>>,
    /// What its tokens look like, and (`false`) what it may take for one.
    patterns: Vec<(Regex, bool)>,
    problems: BTreeMap<Problem, Vec<(&'r Setting, Places)>>,
    /// Tokens that the MDM fills in.
    used: BTreeSet<String>,
}

impl<'r> Speller<'_, 'r, '_> {
    fn patterns(&self) -> Vec<(Regex, bool)> {
        let sure = self.mdms.iter().map(|mdm| (mdm.token, true));
        let like = self.mdms.iter().filter_map(|mdm| Some((mdm.like?, false)));
        sure.chain(like).filter_map(|(text, sure)| Some((Regex::new(text).ok()?, sure))).collect()
    }

    fn value(&mut self, value: &Value, places: &Places, setting: &'r Setting) -> Option<Value> {
        Some(match value {
            Value::String(text) => Value::string(self.text(text, places, setting)?),
            Value::Array(items) => {
                let item = |(at, item)| (item, places.item(at));
                let items: Vec<_> = items.iter().enumerate().map(item).collect();
                Value::Array(items.into_iter().map(|(i, at)| self.kept(i, at, setting)).collect())
            }
            Value::Dictionary(entries) => {
                let entry = |(key, entry): (&String, &Value)| {
                    (key.clone(), self.kept(entry, places.entry(key), setting))
                };
                Value::Dictionary(entries.iter().map(entry).collect())
            }
            other => other.clone(),
        })
    }

    /// The value, or what it was where something in it could not be spelt.
    fn kept(&mut self, value: &Value, places: &Places, setting: &'r Setting) -> Value {
        self.value(value, places, setting).unwrap_or_else(|| value.clone())
    }

    /// A text as the MDM takes it; none where a token has no spelling.
    fn text(&mut self, text: &Text, places: &Places, setting: &'r Setting) -> Option<String> {
        let mut out = String::new();
        let mut placed: Vec<Range<usize>> = Vec::new();
        let mut whole = true;
        let parts = text.parts();
        for (at, part) in parts.iter().enumerate() {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Token(name) => {
                    let next = match parts.get(at + 1) {
                        Some(Part::Literal(text)) => text.as_str(),
                        _ => "",
                    };
                    match self.token(name, &out, next) {
                        Ok(spelling) => {
                            if self.is_community(name) {
                                let problem = Problem::Unvouched(name.clone(), spelling.clone());
                                self.problem(problem, setting, places);
                            }
                            placed.push(out.len()..out.len() + spelling.len());
                            out.push_str(&spelling);
                        }
                        Err(problem) => {
                            self.problem(problem, setting, places);
                            whole = false;
                        }
                    }
                }
            }
        }
        if whole {
            self.literals(&out, &placed, setting, places);
        }
        whole.then_some(out)
    }

    fn problem(&mut self, problem: Problem, setting: &'r Setting, places: &Places) {
        self.problems.entry(problem).or_default().push((setting, places.clone()));
    }

    /// Whether only others say how the MDM spells a token, and not the policy either.
    fn is_community(&self, name: &str) -> bool {
        let own = self.request.plan.options(self.target).placeholders.contains_key(name);
        let spelt = self.request.catalog.spelling(self.target, name);
        !own && spelt.is_some_and(|spelt| spelt.vouched == Vouched::Community)
    }

    /// How a token is written between what stands before and behind it.
    fn token(&mut self, name: &str, before: &str, behind: &str) -> Result<String, Problem> {
        if let Some((own, _)) = self.request.plan.options(self.target).placeholders.get(name) {
            self.used.insert(name.to_owned());
            return Ok(own.clone());
        }
        let known = self.request.catalog.spelling(self.target, name);
        let known = known.filter(|spelt| matches!(spelt.vouched, Vouched::Documented | Vouched::Community));
        let Some(spelt) = known else { return Err(Problem::Unmapped(name.to_owned())) };
        self.used.insert(name.to_owned());
        let stands = |text: &&&str| {
            let (start, end) = (before.len(), before.len() + text.len());
            let whole = format!("{before}{text}{behind}");
            let sure = self.patterns.iter().filter(|(_, sure)| *sure);
            sure.filter_map(|(pattern, _)| pattern.find_at(&whole, start))
                .any(|found| found.start() == start && found.end() <= end)
        };
        let first = spelt.texts.first().copied().unwrap_or_default();
        match spelt.texts.iter().find(stands) {
            Some(text) => Ok((*text).to_owned()),
            None => Err(Problem::Glued(name.to_owned(), format!("{first}{behind}"))),
        }
    }

    /// What of a text the MDM would take for a token, though it is none of the policy's.
    fn literals(&mut self, text: &str, placed: &[Range<usize>], setting: &'r Setting, places: &Places) {
        for (token, sure) in self.tokens_in(text, placed) {
            self.problem(Problem::Literal(token, sure), setting, places);
        }
    }

    /// What of a text is a token of the MDM's, or (`false`) looks like one, but for the tokens that were `placed` there.
    fn tokens_in(&self, text: &str, placed: &[Range<usize>]) -> Vec<(String, bool)> {
        let mut seen: Vec<Range<usize>> = placed.to_vec();
        let meant = self.mdms.iter().flat_map(|mdm| &mdm.meant);
        seen.extend(
            meant.flat_map(|meant| text.match_indices(meant)).map(|(at, found)| at..at + found.len()),
        );
        let mut tokens = Vec::new();
        for (pattern, sure) in &self.patterns {
            for found in pattern.find_iter(text) {
                let range = found.range();
                if seen.iter().all(|known| range.end <= known.start || known.end <= range.start) {
                    tokens.push((found.as_str().to_owned(), *sure));
                    seen.push(range);
                }
            }
        }
        tokens
    }

    fn say(mut self, findings: &mut Findings) {
        let problems = std::mem::take(&mut self.problems);
        for (problem, at) in &problems {
            let keys: BTreeSet<&str> = at.iter().map(|(setting, _)| setting.key.as_str()).collect();
            let keys: Vec<&str> = keys.into_iter().collect();
            let mut finding = self.finding(problem, &listed(&keys));
            let mut shown = Vec::new();
            for (setting, places) in at {
                if !shown.contains(&&places.at) && shown.len() < MOST {
                    finding = finding.at(places.at.clone(), "");
                    shown.push(&places.at);
                }
                finding = finding.about(setting.domain.as_str(), setting.key.as_str());
            }
            findings.push(finding);
        }
        findings.extend(self.filled_in().into_iter().collect());
    }

    fn finding(&self, problem: &Problem, keys: &str) -> Finding {
        let mdm = self.title;
        match problem {
            Problem::Unmapped(name) => self.unmapped(name, keys),
            Problem::Unvouched(name, text) => Finding::new(
                "token-unvouched",
                format!("{mdm} takes `{text}` for `${{{name}}}` in {keys} by what others say"),
            )
            .note("its documentation does not say so of profiles of a Mac")
            .help("try it on one Mac, then say so: the policy's own word needs no documentation")
            .help(self.own(name, text)),
            Problem::Glued(name, text) => Finding::new(
                "token-unmapped",
                format!("{mdm} would take `{text}` in {keys} for one word, and not see `${{{name}}}` in it"),
            )
            .help("put something behind the token that is no letter, digit or `_`"),
            Problem::Literal(text, true) => Finding::new(
                "taken-for-token",
                format!("{mdm} would take `{text}` in {keys} for a token of its own"),
            )
            .note("it puts something else there on each Mac")
            .help(self.neutral(text)),
            Problem::Literal(text, false) => Finding::new(
                "taken-for-token",
                format!("{mdm} may take `{text}` in {keys} for a token of its own"),
            )
            .severity(Severity::Warning)
            .note("it looks like one, and is none that the documentation lists")
            .help("try it on one Mac, then accept the finding with an [[allow]]"),
        }
    }

    fn unmapped(&self, name: &str, keys: &str) -> Finding {
        let mdm = self.title;
        let token = self.request.catalog.token(name);
        let attribute = token.map_or(name, |token| token.title);
        let spelt = self.request.catalog.spelling(self.target, name);
        let sure = spelt.filter(|spelt| spelt.vouched == Vouched::Unconfirmed);
        let guess = sure.and_then(|spelt| spelt.texts.first().copied());
        let title = match (guess, spelt) {
            (Some(guess), _) => {
                format!("that {mdm} takes `{guess}` for the {attribute} in {keys} is not confirmed")
            }
            (None, Some(_)) => format!("{mdm} has no token of its own for the {attribute} in {keys}"),
            (None, None) => format!("no token of {mdm} is known for the {attribute} in {keys}"),
        };
        let finding = Finding::new("token-unmapped", title);
        let finding = token.and_then(directory).into_iter().fold(finding, Finding::note);
        let finding = spelt.and_then(|spelt| spelt.note).into_iter().fold(finding, Finding::note);
        let own = self.mdms.iter().find_map(|mdm| mdm.own);
        let example = guess.or(own).unwrap_or("…");
        finding.help(self.own(name, example))
    }

    /// How the policy says itself what a token is.
    fn own(&self, name: &str, example: &str) -> String {
        format!(
            "where your tenant has a token for it, say so: [target.{}.placeholders] with `{} = {}`",
            self.target,
            toml_key(name),
            crate::value::quoted(example)
        )
    }

    /// How a token of the MDM's is written in a policy.
    fn neutral(&self, text: &str) -> String {
        let all = self.mdms.iter().flat_map(|mdm| &mdm.spelt);
        let meant = all.filter(|spelt| spelt.texts.contains(&text)).map(|spelt| spelt.token).next();
        match meant {
            Some(name) => format!("write `${{{name}}}`, if it is meant; otherwise write the text in another way"),
            None => "accept the finding with an [[allow]], if it is meant; otherwise write the text in another way"
                .to_owned(),
        }
    }

    /// What becomes of attributes of people, which an MDM may not have.
    fn filled_in(&self) -> Option<Finding> {
        let of_people: Vec<String> = self
            .used
            .iter()
            .filter(|name| name.starts_with("user."))
            .map(|name| format!("`${{{name}}}`"))
            .collect();
        if of_people.is_empty() {
            return None;
        }
        let names: Vec<&str> = of_people.iter().map(String::as_str).collect();
        let title =
            format!("{} fills in {} from what it knows of the Mac's user", self.title, listed(&names));
        let empty = self.mdms.iter().find_map(|mdm| mdm.empty);
        let finding = Finding::new("token-may-be-empty", title).note(match empty {
            Some(empty) => {
                format!("where it has no such attribute, not synced yet or nobody assigned: {empty}")
            }
            None => {
                "where it has no such attribute, not synced yet or nobody assigned, nobody has documented \
                     what stands there"
                    .to_owned()
            }
        });
        Some(at_policy(finding, self.request))
    }
}

/// What a directory calls an attribute.
fn directory(token: &Token<'_>) -> Option<String> {
    let names: Vec<String> = [("Entra ID", token.entra), ("SCIM", token.scim)]
        .into_iter()
        .filter_map(|(of, name)| Some(format!("`{}` in {of}", name?)))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    (!names.is_empty()).then(|| format!("it is {}", listed(&names)))
}

#[cfg(test)]
mod tests;
