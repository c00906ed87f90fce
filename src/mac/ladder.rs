//! The ladder of one key: every layer that has it, strongest first, and every layer that nobody could read.

use super::layer::GLOBAL;
use super::snapshot::{ABOUT, Silence};
use super::{File, Files, Layer, Mac, PROFILES, State};
use crate::value::Value;
use std::collections::BTreeMap;

/// What one layer says of a key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RungState<'m> {
    /// This value.
    Value(&'m Value),
    /// Nobody knows: its file could not be read, and why.
    Unreadable(&'m str),
}

/// One layer that has a key, or may have it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rung<'m> {
    /// The layer.
    pub layer: Layer,
    /// The file.
    pub path: &'m str,
    /// What it says.
    pub state: RungState<'m>,
}

/// A value where the app does not look: beside its container.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stray<'m> {
    /// The file.
    pub path: &'m str,
    /// The value.
    pub value: &'m Value,
}

/// All that a Mac has of one key, for one user.
#[derive(Clone, Debug, PartialEq)]
pub struct Ladder<'m> {
    /// The layers that have it or may have it, strongest first.
    pub rungs: Vec<Rung<'m>>,
    /// Values where the app does not look.
    pub strays: Vec<Stray<'m>>,
}

impl<'m> Ladder<'m> {
    /// Of a key of a payload of Apple's: what the Mac's list of profiles shows. No preference file has it.
    pub fn of_payload(mac: &'m Mac, keys: Option<&'m BTreeMap<String, Value>>, key: &str) -> Self {
        let state = match (mac.evidence.there, keys.and_then(|keys| keys.get(key))) {
            (true, None) => None,
            (true, Some(value)) => Some(RungState::Value(value)),
            (false, _) => {
                Some(RungState::Unreadable("payloads of Apple's show there only, and it was not read"))
            }
        };
        let rung = state.map(|state| Rung { layer: Layer::ManagedComputer, path: PROFILES, state });
        Self { rungs: rung.into_iter().collect(), strays: Vec::new() }
    }

    /// The rung whose value is in effect.
    pub fn winner(&self) -> Option<(&Rung<'m>, &'m Value)> {
        self.rungs.iter().find_map(|rung| match rung.state {
            RungState::Value(value) => Some((rung, value)),
            RungState::Unreadable(_) => None,
        })
    }

    /// The first layer that could not be read and would win over the value in effect.
    pub fn doubt(&self) -> Option<(&Rung<'m>, &'m str)> {
        match self.rungs.first().map(|rung| (rung, rung.state)) {
            Some((rung, RungState::Unreadable(why))) => Some((rung, why)),
            _ => None,
        }
    }
}

impl Mac {
    /// The ladder of a key for a user, or without anybody's own layers.
    pub fn ladder(&self, domain: &str, key: &str, user: Option<&str>) -> Ladder<'_> {
        let own = if domain == GLOBAL { None } else { self.domains.get(domain) };
        let mut files: Vec<&File> = Vec::new();
        let mut strays: Vec<&File> = Vec::new();
        for part in own.into_iter().chain([&self.global]) {
            files.extend(user.and_then(|user| part.users.get(user)).into_iter().flatten());
            files.extend(&part.mac);
            strays.extend(user.and_then(|user| part.strays.get(user)).into_iter().flatten());
        }
        // Stable: of the managed global files, the user's stays before the Mac's.
        files.sort_by_key(|file| file.layer);
        let mut rungs: Vec<Rung<'_>> = files.into_iter().filter_map(|file| rung(file, key)).collect();
        let computer = value_of(&rungs, Layer::ManagedComputer);
        // The user's folder also carries what is enforced for the whole Mac.
        if computer.is_some() && computer == value_of(&rungs, Layer::ManagedUser) {
            rungs.retain(|rung| rung.layer != Layer::ManagedUser);
        }
        let strays = strays.into_iter().filter_map(|file| match rung(file, key)?.state {
            RungState::Value(value) => Some(Stray { path: &file.path, value }),
            RungState::Unreadable(_) => None,
        });
        let strays = strays.collect();
        if let Some((silence, why)) = self.about.silent(domain, key) {
            let state = RungState::Unreadable(why);
            let layers: &[Layer] = match (silence, user) {
                (Silence::Everywhere, _) => &[Layer::ManagedUser],
                (Silence::Below, Some(_)) => &[Layer::UserHost, Layer::Computer],
                (Silence::Below, None) => &[Layer::Computer],
            };
            rungs.extend(layers.iter().map(|layer| Rung { layer: *layer, path: ABOUT, state }));
            rungs.sort_by_key(|rung| rung.layer);
        }
        Ladder { strays, rungs }
    }

    /// The domains that were asked for, without the global one.
    pub fn domain_names(&self) -> impl Iterator<Item = &str> {
        self.domains.keys().map(String::as_str)
    }

    /// A domain that was asked for, the global one included.
    pub fn domain_name(&self, name: &str) -> Option<&str> {
        let own = self.domains.get_key_value(name).map(|(name, _)| name.as_str());
        own.or((name == GLOBAL).then_some(GLOBAL))
    }

    /// The keys that a managed file of a domain has, with their layer and path, for a user.
    pub fn managed(&self, domain: &str, user: Option<&str>) -> Vec<(&str, Layer, &str, &Value)> {
        let Some(files) = self.files(domain) else { return Vec::new() };
        let users = user.and_then(|user| files.users.get(user)).into_iter().flatten();
        let mut found: Vec<(&str, Layer, &str, &Value)> = Vec::new();
        for file in users.chain(&files.mac).filter(|file| file.layer.managed()) {
            let State::Read(entries) = &file.state else { continue };
            found.extend(
                entries.iter().map(|(key, value)| (key.as_str(), file.layer, file.path.as_str(), value)),
            );
        }
        found
    }

    /// The layers of a domain that could not be read, for a user: the layer, the path, and why.
    pub fn unreadable(&self, domain: &str, user: Option<&str>) -> Vec<(Layer, &str, &str)> {
        let Some(files) = self.files(domain) else { return Vec::new() };
        let users = user.and_then(|user| files.users.get(user)).into_iter().flatten();
        let all = users.chain(&files.mac).filter_map(|file| match &file.state {
            State::Unreadable(why) => Some((file.layer, file.path.as_str(), why.as_str())),
            State::Read(_) => None,
        });
        all.collect()
    }

    fn files(&self, domain: &str) -> Option<&Files> {
        if domain == GLOBAL { Some(&self.global) } else { self.domains.get(domain) }
    }
}

fn rung<'m>(file: &'m File, key: &str) -> Option<Rung<'m>> {
    let state = match &file.state {
        State::Read(entries) => RungState::Value(entries.get(key)?),
        State::Unreadable(why) => RungState::Unreadable(why),
    };
    Some(Rung { layer: file.layer, path: &file.path, state })
}

fn value_of<'m>(rungs: &[Rung<'m>], layer: Layer) -> Option<&'m Value> {
    rungs.iter().find(|rung| rung.layer == layer).and_then(|rung| match rung.state {
        RungState::Value(value) => Some(value),
        RungState::Unreadable(_) => None,
    })
}
