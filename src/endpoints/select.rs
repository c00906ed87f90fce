//! A part of the endpoints: those of some apps, activities and states.

use super::{Because, Network, Part, Row, State};

/// What is wanted; an empty list wants all.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Products: endpoints that they contact, as far as they do. Endpoints nobody is named for are not among them.
    pub apps: Vec<String>,
    /// Activities.
    pub sections: Vec<String>,
    /// What becomes of the contacts of the wanted apps.
    pub states: Vec<State>,
}

/// An endpoint, as far as it is wanted.
#[derive(Clone, Debug)]
pub struct Selected<'r, 'n, 'c> {
    /// The whole of it.
    pub row: &'r Row<'n, 'c>,
    /// The wanted apps.
    pub parts: Vec<&'r Part<'n>>,
    /// What becomes of their contacts.
    pub state: State,
}

impl<'r, 'n, 'c> Selected<'r, 'n, 'c> {
    /// The reasons that are about a wanted app.
    pub fn because(&self) -> impl Iterator<Item = &'r Because<'n, 'c>> {
        let parts = &self.parts;
        let about = |because: &&Because<'n, 'c>| {
            because.apps.iter().any(|(app, _)| parts.iter().any(|part| part.app == *app))
        };
        self.row.because.iter().filter(about)
    }
}

impl Selection {
    /// The wanted rows, as far as they are wanted.
    pub fn of<'r, 'n, 'c>(&self, network: &'r Network<'n, 'c>) -> Vec<Selected<'r, 'n, 'c>> {
        network.rows.iter().filter_map(|row| self.one(row)).collect()
    }

    /// One row, as far as it is wanted.
    pub fn one<'r, 'n, 'c>(&self, row: &'r Row<'n, 'c>) -> Option<Selected<'r, 'n, 'c>> {
        let section = row.endpoint.section;
        if !self.sections.is_empty() && !self.sections.iter().any(|wanted| wanted == section) {
            return None;
        }
        let wanted = |part: &&Part<'_>| {
            self.apps.is_empty() || part.app.is_some_and(|app| self.apps.iter().any(|wanted| wanted == app))
        };
        let parts: Vec<&Part<'n>> = row.parts.iter().filter(wanted).collect();
        let owned: Vec<Part<'_>> = parts.iter().map(|part| (*part).clone()).collect();
        let state = State::of(&owned);
        let wanted = self.states.is_empty() || self.states.contains(&state);
        (!parts.is_empty() && wanted).then_some(Selected { row, parts, state })
    }

    /// Whether everything is wanted.
    pub fn is_all(&self) -> bool {
        self.apps.is_empty() && self.sections.is_empty() && self.states.is_empty()
    }
}
