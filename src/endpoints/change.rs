//! What becomes of endpoints between two sets of facts.

use super::{Network, Part, Row, Selection, State};

/// One endpoint that is contacted otherwise than before.
#[derive(Clone, Debug)]
pub struct Change<'r, 'n, 'c> {
    /// Before; none: no Mac contacted it anyway.
    pub before: Option<&'r Row<'n, 'c>>,
    /// After; none: no Mac contacts it anyway.
    pub after: Option<&'r Row<'n, 'c>>,
}

impl<'r, 'n, 'c> Change<'r, 'n, 'c> {
    /// The endpoint, as one of the two has it.
    pub fn row(&self) -> Option<&'r Row<'n, 'c>> {
        self.after.or(self.before)
    }

    /// The states before and after.
    pub fn states(&self) -> (Option<State>, Option<State>) {
        (self.before.map(Row::state), self.after.map(Row::state))
    }
}

/// The wanted endpoints of which any app's contacts change, in the order of the catalogue. An endpoint is wanted if the
/// selection wants it before or after.
pub fn changes<'r, 'n, 'c>(
    before: &'r Network<'n, 'c>,
    after: &'r Network<'n, 'c>,
    selection: &Selection,
) -> Vec<Change<'r, 'n, 'c>> {
    let same = |one: &Row<'_, '_>, other: &Row<'_, '_>| {
        let key = |row: &Row<'_, '_>| {
            (row.endpoint.section.to_owned(), row.endpoint.url.to_owned(), row.endpoint.kind)
        };
        key(one) == key(other)
    };
    let pairs = after.rows.iter().map(|row| (before.rows.iter().find(|old| same(old, row)), Some(row)));
    let gone = before.rows.iter().filter(|old| !after.rows.iter().any(|row| same(old, row)));
    let pairs = pairs.chain(gone.map(|old| (Some(old), None)));
    let wanted = |row: Option<&'r Row<'n, 'c>>| row.and_then(|row| selection.one(row));
    let parts = |row: Option<&'r Row<'n, 'c>>| -> Vec<Part<'n>> {
        let selected = row.and_then(|row| Selection { states: Vec::new(), ..selection.clone() }.one(row));
        selected.map_or(Vec::new(), |selected| selected.parts.into_iter().cloned().collect())
    };
    pairs
        .filter(|(old, new)| wanted(*old).is_some() || wanted(*new).is_some())
        .filter(|(old, new)| parts(*old) != parts(*new))
        .map(|(before, after)| Change { before, after })
        .collect()
}
