//! Whether a policy is for a Mac: `[applies-to]`, asked of what is known of it.

use super::attributes::Attributes;
use super::pattern::fits_one;
use crate::catalog::Catalog;
use crate::mac::{About, App, Mac};
use crate::plan::AppliesTo;
use crate::version::Ranges;

/// Whether a policy is for a Mac.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applies {
    /// It is: every condition holds.
    Yes,
    /// It is not: the conditions that do not hold, each in words.
    No(Vec<String>),
    /// Nobody can say: none is known not to hold, and of these nobody knows.
    Unknown(Vec<String>),
}

impl Applies {
    /// The word in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No(_) => "no",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Why not, or why nobody can say.
    pub fn because(&self) -> &[String] {
        match self {
            Self::Yes => &[],
            Self::No(why) | Self::Unknown(why) => why,
        }
    }
}

/// What is known of the Macs that policies may be for.
#[derive(Clone, Copy)]
pub struct Assignment<'a, 'c> {
    /// The apps of suites.
    pub catalog: &'a Catalog<'c>,
    /// What the site knows of its Macs.
    pub attributes: &'a Attributes,
}

/// A condition that does not hold, or of which nobody knows, in words.
type Held = Result<(), (bool, String)>;

impl Assignment<'_, '_> {
    /// Whether a policy is for a Mac.
    pub fn applies(&self, to: &AppliesTo, mac: &Mac) -> Applies {
        let mut held = self.named(to, &mac.about);
        held.extend(to.macos.iter().map(|wanted| macos(wanted, mac)));
        held.extend(to.apps.iter().map(|(product, wanted)| self.app(product, wanted, mac)));
        sum(held)
    }

    /// The same of a Mac of which nothing is known but what it is called: conditions about its apps and its macOS are taken
    /// to hold.
    pub fn applies_to_named(&self, to: &AppliesTo, about: &About) -> Applies {
        sum(self.named(to, about))
    }

    fn named(&self, to: &AppliesTo, about: &About) -> Vec<Held> {
        let (serial, name) = (about.serial.as_deref(), about.name.as_deref());
        let mut held = Vec::new();
        if !to.serial.is_empty() || !to.name.is_empty() {
            held.push(called(to, serial, name));
        }
        for (attribute, patterns) in &to.attributes {
            let said = self.attributes.get(attribute, serial, name);
            held.push(match (fits_one(patterns, said.ok()), said) {
                (Some(true), _) => Ok(()),
                (Some(false), Ok("")) => {
                    Err((true, format!("it has no {attribute}, not {}", one_of(patterns))))
                }
                (Some(false), said) => {
                    let said = said.unwrap_or_default();
                    Err((
                        true,
                        format!("its {attribute} is `{}`, not {}", said.escape_debug(), one_of(patterns)),
                    ))
                }
                (None, said) => {
                    let why = said.err().unwrap_or_default();
                    Err((false, format!("its {attribute} is not known: {why}")))
                }
            });
        }
        held
    }

    fn app(&self, product: &str, wanted: &Ranges, mac: &Mac) -> Held {
        let copies: Vec<&App> =
            self.members(product).iter().filter_map(|member| mac.apps.get(*member)).flatten().collect();
        let title = self.catalog.product(product).map_or(product, |known| known.title);
        if copies.is_empty() {
            return match (mac.about.looked_for_apps(), wanted.is_empty()) {
                (true, true) => Ok(()),
                (true, false) => Err((true, format!("{title} is not installed"))),
                (false, _) => Err((false, format!("the snapshot does not say whether {title} is installed"))),
            };
        }
        if wanted.is_empty() {
            return Err((true, format!("{title} is installed")));
        }
        if wanted.is_any() || copies.iter().any(|copy| copy.version.is_some_and(|own| wanted.contains(&own)))
        {
            return Ok(());
        }
        let versions: Vec<String> =
            copies.iter().filter_map(|copy| copy.version.map(|own| own.to_string())).collect();
        match versions.len() == copies.len() {
            true => Err((true, format!("{title} is {}, not {}", versions.join(" and "), wanted.describe()))),
            false => Err((false, format!("the version of {title} is not known"))),
        }
    }

    /// The product, or of a suite its apps.
    fn members<'s>(&'s self, product: &'s str) -> Vec<&'s str> {
        if self.catalog.product(product).is_some_and(|known| !known.app.is_empty()) {
            return vec![product];
        }
        let members = self.catalog.products().filter(|member| member.suite == Some(product));
        members.map(|member| member.name).collect()
    }
}

fn called(to: &AppliesTo, serial: Option<&str>, name: Option<&str>) -> Held {
    let by = [("serial number", &to.serial, serial), ("name", &to.name, name)];
    let mut wrong = Vec::new();
    let mut open = Vec::new();
    for (what, patterns, text) in by.into_iter().filter(|(_, patterns, _)| !patterns.is_empty()) {
        match fits_one(patterns, text) {
            Some(true) => return Ok(()),
            Some(false) => wrong.push(format!(
                "its {what} is `{}`, not {}",
                text.unwrap_or_default().escape_debug(),
                one_of(patterns)
            )),
            None => open.push(format!("it does not say its {what}")),
        }
    }
    if open.is_empty() { Err((true, wrong.join(", and "))) } else { Err((false, open.join(", and "))) }
}

fn macos(wanted: &Ranges, mac: &Mac) -> Held {
    let version = mac.apps.get("macOS").and_then(|copies| copies.first()).and_then(|copy| copy.version);
    match version {
        _ if wanted.is_any() => Ok(()),
        Some(own) if wanted.contains(&own) => Ok(()),
        Some(own) => Err((true, format!("its macOS is {own}, not {}", wanted.describe()))),
        None => Err((false, "the version of its macOS is not known".to_owned())),
    }
}

fn sum(held: Vec<Held>) -> Applies {
    let failed: Vec<(bool, String)> = held.into_iter().filter_map(Result::err).collect();
    let known = failed.iter().any(|(known, _)| *known);
    let why: Vec<String> = failed.into_iter().filter(|(own, _)| *own == known).map(|(_, why)| why).collect();
    match (known, why.is_empty()) {
        (true, _) => Applies::No(why),
        (false, true) => Applies::Yes,
        (false, false) => Applies::Unknown(why),
    }
}

/// `LAB-*`; `Legal or Finance`.
fn one_of(patterns: &[String]) -> String {
    let quoted: Vec<String> =
        patterns.iter().map(|pattern| format!("`{}`", pattern.escape_debug())).collect();
    quoted.join(" or ")
}
