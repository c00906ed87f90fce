//! The tokens that an MDM replaces, and the neutral ones of a policy.

use crate::catalog::Catalog;
use crate::catalog::model::{Mdm, Spelt, Vouched};
use crate::finding::{Finding, Findings, listed};
use crate::plan::Setting;
use crate::value::{Part, Text, Value};
use regex_lite::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The spellings that count.
pub(super) struct Tokens<'m, 'c> {
    /// Every MDM with its tokens.
    all: Vec<(&'m Mdm<'c>, Regex)>,
    from: Option<String>,
}

/// What was seen in the texts of a setting: tokens that stay as they stand.
type Seen = BTreeMap<String, Left>;

/// One token that stays.
#[derive(Default)]
struct Left {
    /// The MDMs whose it may be.
    mdms: BTreeSet<String>,
    /// The neutral tokens that would stand for it.
    meant: BTreeSet<String>,
}

impl<'m, 'c> Tokens<'m, 'c> {
    pub fn new(catalog: &'m Catalog<'c>, from: Option<&str>) -> Self {
        let all = catalog.mdms().filter_map(|mdm| Some((mdm, Regex::new(mdm.token).ok()?)));
        Self { all: all.collect(), from: from.map(str::to_owned) }
    }

    /// Writes neutral tokens into the texts of a setting, and says which are left.
    pub fn neutral(&self, setting: &mut Setting, short: &str, findings: &mut Findings) {
        let mut seen = Seen::default();
        if let Some(value) = &mut setting.value {
            self.value(value, &mut seen);
        }
        for (token, left) in &seen {
            findings.push(self.stays(token, left, setting, short));
        }
    }

    fn stays(&self, token: &str, left: &Left, setting: &Setting, short: &str) -> Finding {
        let (domain, key) = (setting.domain.as_str(), setting.key.as_str());
        let finding = |title: String| {
            Finding::new("mdm-token", title).at(setting.places.at.clone(), "").about(domain, key)
        };
        if self.from.is_some() {
            let title =
                format!("`{token}` in `{key}` of {short} is a token that no neutral one means: it stays");
            return finding(title).note("another MDM would hand it to users as it stands");
        }
        let mdms: Vec<&str> = left.mdms.iter().map(String::as_str).collect();
        let title = format!("`{token}` in `{key}` of {short} looks like a token of {}", mdms.join(" or "));
        let finding = finding(title).note("it is taken as text");
        let meant: Vec<String> = left.meant.iter().map(|name| format!("`${{{name}}}`")).collect();
        if meant.is_empty() {
            return finding;
        }
        finding.help(format!("`--from` with the name of the MDM makes {} of it", meant.join(" or ")))
    }

    fn value(&self, value: &mut Value, seen: &mut Seen) {
        match value {
            Value::String(text) => {
                if let Some(literal) = text.as_literal() {
                    let found = self.text(literal, seen);
                    if let Some(found) = found {
                        *text = found;
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item, seen)),
            Value::Dictionary(entries) => entries.values_mut().for_each(|entry| self.value(entry, seen)),
            _ => {}
        }
    }

    /// A text with neutral tokens; none if nothing in it becomes one.
    fn text(&self, text: &str, seen: &mut Seen) -> Option<Text> {
        let Some(from) = &self.from else {
            for (mdm, regex) in &self.all {
                for found in regex.find_iter(text) {
                    let left = seen.entry(found.as_str().to_owned()).or_default();
                    left.mdms.insert(mdm.title.to_owned());
                    left.meant.extend(neutral_name(mdm, found.as_str()).map(str::to_owned));
                }
            }
            return None;
        };
        let own = || self.all.iter().filter(|(mdm, _)| mdm.name == from);
        let mut matches: Vec<Range<usize>> =
            own().flat_map(|(_, regex)| regex.find_iter(text).map(|found| found.range())).collect();
        matches.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        let mut parts: Vec<Part> = Vec::new();
        let mut at = 0;
        for range in matches {
            let Some(token) = text.get(range.clone()).filter(|_| range.start >= at) else { continue };
            match own().find_map(|(mdm, _)| neutral_name(mdm, token)) {
                Some(name) => {
                    literal(&mut parts, text.get(at..range.start).unwrap_or(""));
                    parts.push(Part::Token(name.to_owned()));
                    at = range.end;
                }
                None => {
                    let titles = own().map(|(mdm, _)| mdm.title.to_owned()).take(1);
                    seen.entry(token.to_owned()).or_default().mdms.extend(titles);
                }
            }
        }
        if parts.is_empty() {
            return None;
        }
        literal(&mut parts, text.get(at..).unwrap_or(""));
        written(parts)
    }
}

fn literal(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::Literal(text.to_owned()));
    }
}

/// The text of these parts; none where a policy has no way to write it: `$` before a token reads as an escape.
fn written(parts: Vec<Part>) -> Option<Text> {
    let mut source = String::new();
    for part in &parts {
        match part {
            Part::Literal(text) => source.push_str(&Text::literal(text.as_str()).to_source()),
            Part::Token(name) => source.push_str(&format!("${{{name}}}")),
        }
    }
    Text::parse(&source).ok().filter(|text| text.parts() == parts)
}

fn neutral_name<'c>(mdm: &Mdm<'c>, spelling: &str) -> Option<&'c str> {
    let sure = |spelt: &&Spelt<'c>| spelt.vouched != Vouched::Unconfirmed;
    mdm.spelt.iter().filter(sure).find(|spelt| spelt.texts.contains(&spelling)).map(|spelt| spelt.token)
}

/// What is wrong with the name of an MDM; none if the catalogue knows how it spells tokens.
pub fn unknown_mdm(name: &str, catalog: &Catalog<'_>) -> Option<String> {
    let names: BTreeSet<&str> = catalog.mdms().map(|mdm| mdm.name).collect();
    (!names.contains(name)).then(|| {
        let names: Vec<&str> = names.into_iter().collect();
        format!("the tokens of `{name}` are not known; those of {} are", listed(&names))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn neutral(from: &str, text: &str) -> Option<String> {
        let catalog = Catalog::builtin();
        let tokens = Tokens::new(&catalog, Some(from));
        tokens.text(text, &mut Seen::default()).map(|text| text.to_source())
    }

    fn left(from: Option<&str>, text: &str) -> Vec<String> {
        let catalog = Catalog::builtin();
        let mut seen = Seen::default();
        assert_eq!(Tokens::new(&catalog, from).text(text, &mut seen), None);
        seen.into_keys().collect()
    }

    #[test]
    fn each_mdm_spells_tokens_in_its_own_way() {
        let expected = [
            ("jamf", "$EMAIL", "${user.mail}"),
            ("jamf", "$USERNAME@example.com", "${user.short-name}@example.com"),
            ("jamf", "$REALNAME ($SERIALNUMBER)", "${user.display-name} (${device.serial})"),
            ("jamf", "${HOME}/$EMAIL", "$${HOME}/${user.mail}"),
            ("jamf", "$JSSID $EMAIL", "$JSSID ${user.mail}"),
            ("intune", "{{userprincipalname}}", "${user.upn}"),
            ("intune", "{{mail}}{{mail}}", "${user.mail}${user.mail}"),
            ("fleet", "${FLEET_VAR_HOST_HARDWARE_SERIAL}", "${device.serial}"),
            ("kandji", "$EMAIL_PREFIX", "${user.short-name}"),
            ("addigy", "{{.User \"user_name\"}}", "${user.upn}"),
            ("mosyle", "%SerialNumber%", "${device.serial}"),
        ];
        for (from, text, source) in expected {
            assert_eq!(neutral(from, text).as_deref(), Some(source), "{from}: {text}");
        }
    }

    #[test]
    fn what_is_no_token_of_that_mdm_stays() {
        for (from, text) in [
            ("jamf", "$EMAILS {{mail}} $HOME"),
            ("intune", "{{Mail}} $EMAIL"),
            // Nobody has confirmed that it is one.
            ("mosyle", "%Email%"),
            // No policy can write a `$` before a token.
            ("jamf", "$$EMAIL"),
            ("jamf", ""),
        ] {
            assert_eq!(neutral(from, text), None, "{from}: {text}");
        }
    }

    #[test]
    fn tokens_that_stay_are_named() {
        assert_eq!(
            left(Some("jamf"), "$JSSID and $EXTENSIONATTRIBUTE_12"),
            ["$EXTENSIONATTRIBUTE_12", "$JSSID"]
        );
        assert_eq!(left(None, "$EMAIL, {{mail}}, $HOME, {x}"), ["$EMAIL", "{{mail}}"]);
    }

    /// The catalogue against itself: every spelling means a token that exists. That it looks like one of its MDM, the
    /// build has seen.
    #[test]
    fn spellings_are_of_tokens() {
        let catalog = Catalog::builtin();
        let mut seen = 0;
        for mdm in catalog.mdms() {
            assert!(!mdm.sources.is_empty() && mdm.sources.iter().all(|id| catalog.source(id).is_some()));
            let mut names = BTreeSet::new();
            for spelt in &mdm.spelt {
                assert!(catalog.token(spelt.token).is_some(), "{}: {}", mdm.name, spelt.token);
                assert!(names.insert(spelt.token), "{}: {} twice", mdm.name, spelt.token);
                seen += spelt.texts.len();
            }
        }
        assert!(seen > 40, "{seen}");
    }
}
