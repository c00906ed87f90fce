//! What there is to do about a Mac that differs: what a script can mend, what needs a profile, and what neither reaches.

use super::outcome::{Outcome, Row, Standing};
use super::verdict::Verdict;
use crate::catalog::Catalog;
use crate::catalog::model::ReadAs;
use crate::finding::listed;
use crate::mac::{GLOBAL, Layer, RungState};
use crate::plan::Enforcement;

/// What there is to do about one setting that drifted.
#[derive(Clone, Debug, PartialEq)]
pub struct Remedy<'o, 'p> {
    /// The setting.
    pub row: &'o Row<'p>,
    /// Where a script sets the wanted value, or removes the key: [`Layer::User`] or [`Layer::Computer`].
    pub script: Vec<Layer>,
    /// What only a profile can do, a sentence without a full stop.
    pub profile: Option<String>,
    /// What neither reaches, a sentence without a full stop.
    pub by_hand: Option<String>,
}

/// What there is to do about everything that drifted, in the order of the rows. What is exempt stays.
pub fn remedies<'o, 'p>(outcome: &'o Outcome<'p>, catalog: &Catalog<'_>) -> Vec<Remedy<'o, 'p>> {
    let drifted = outcome.rows.iter().filter(|row| row.standing() == Standing::Drifted);
    drifted.map(|row| remedy(row, catalog)).collect()
}

fn remedy<'o, 'p>(row: &'o Row<'p>, catalog: &Catalog<'_>) -> Remedy<'o, 'p> {
    let mut remedy = Remedy { row, script: Vec::new(), profile: None, by_hand: None };
    match row.judged.setting.enforcement {
        Enforcement::Unset => unset(&mut remedy, catalog),
        // Each lies where a script can write, and nowhere else.
        Enforcement::SetOnce => remedy.script.push(Layer::User),
        Enforcement::Default => remedy.script.push(Layer::Computer),
        Enforcement::Forced => forced(&mut remedy, catalog),
    }
    remedy
}

/// A key that must go, from every layer that has it.
fn unset(remedy: &mut Remedy<'_, '_>, catalog: &Catalog<'_>) {
    let judged = &remedy.row.judged;
    let domain = judged.setting.domain.as_str();
    let mut beyond: Vec<&str> = Vec::new();
    for rung in &judged.ladder.rungs {
        if !matches!(rung.state, RungState::Value(_)) {
            continue;
        }
        match reached(rung.layer, domain, catalog) {
            _ if rung.layer.managed() => {
                remedy.profile = Some(format!("a profile sets it{}: take it out there", by(remedy.row)));
            }
            Some(layer) if !remedy.script.contains(&layer) => remedy.script.push(layer),
            Some(_) => {}
            None => beyond.push(rung.path),
        }
    }
    if !beyond.is_empty() {
        remedy.by_hand = Some(format!("no script of prefsmith removes it from {}", listed(&beyond)));
    }
}

/// The layer that a script writes, where it is one.
fn reached(layer: Layer, domain: &str, catalog: &Catalog<'_>) -> Option<Layer> {
    let own_file = catalog.domain(domain).is_some_and(|known| known.file.is_some());
    match layer {
        Layer::User => Some(Layer::User),
        Layer::Computer if !own_file => Some(Layer::Computer),
        Layer::UserGlobal if domain == GLOBAL => Some(Layer::User),
        Layer::ComputerGlobal if domain == GLOBAL => Some(Layer::Computer),
        _ => None,
    }
}

/// A value that a profile must enforce; until one does, a script can see to it that the app has it.
fn forced(remedy: &mut Remedy<'_, '_>, catalog: &Catalog<'_>) {
    let judged = &remedy.row.judged;
    let (domain, key) = (judged.setting.domain.as_str(), judged.setting.key.as_str());
    let read_as = match catalog.key(domain, key) {
        Some(known) => known.read_as(catalog),
        None => catalog.domain(domain).map_or(ReadAs::Any, |known| known.read_as),
    };
    let managed = judged.layer.is_some_and(Layer::managed);
    remedy.profile = Some(match read_as {
        _ if managed => {
            let what = if judged.verdict == Verdict::WrongType { "with another type" } else { "otherwise" };
            format!("a profile sets it {what}{}: change it there", by(remedy.row))
        }
        ReadAs::ForcedOnly | ReadAs::ApplePayload => "the app takes it from profiles only".to_owned(),
        _ => "only a profile enforces it".to_owned(),
    });
    if managed || matches!(read_as, ReadAs::ForcedOnly | ReadAs::ApplePayload) {
        return;
    }
    let own = if domain == GLOBAL { Layer::UserGlobal } else { Layer::User };
    let stronger = |layer: &Layer| *layer < own;
    match (judged.verdict, judged.layer) {
        (Verdict::Missing | Verdict::Default, _) => remedy.script.push(Layer::User),
        (Verdict::Differs, Some(layer)) if !stronger(&layer) => remedy.script.push(Layer::User),
        (Verdict::Differs, _) => {
            let file = judged.path.unwrap_or_default();
            remedy.by_hand = Some(format!("no script of prefsmith changes {file}, which wins until then"));
        }
        _ => {}
    }
}

/// The profiles that set it, where the Mac shows them.
fn by(row: &Row<'_>) -> String {
    let profiles = &row.judged.profiles;
    if profiles.is_empty() { String::new() } else { format!(" ({})", listed(profiles)) }
}
