//! Which parts of a property list a caller needs.

/// What to read; everything else is skipped.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'w> {
    /// All of it.
    Everything,
    /// These keys of the outermost dictionary, with all that is in them.
    Keys(&'w [&'w str]),
    /// What these paths of keys lead to, with all that is in it. A path passes through arrays: it means each of
    /// their items. What stands where a path would go on, and is no dictionary, is read.
    Paths(&'w [&'w [&'w str]]),
}

/// What is wanted of one value.
#[derive(Clone, Debug)]
pub(super) enum Want<'w> {
    /// All of it.
    All,
    /// Nothing.
    Nothing,
    /// These keys.
    Keys(&'w [&'w str]),
    /// What is left of the paths.
    Paths(Vec<&'w [&'w str]>),
}

impl<'w> Want<'w> {
    /// What is wanted of the outermost value.
    pub(super) fn root(wanted: &Wanted<'w>) -> Self {
        match wanted {
            Wanted::Everything => Self::All,
            Wanted::Keys(keys) => Self::Keys(keys),
            Wanted::Paths(paths) if paths.iter().any(|path| path.is_empty()) => Self::All,
            Wanted::Paths(paths) => Self::Paths(paths.to_vec()),
        }
    }

    /// What is wanted of an entry with this key.
    pub(super) fn entry(&self, key: &str) -> Self {
        match self {
            Self::All => Self::All,
            Self::Nothing => Self::Nothing,
            Self::Keys(keys) if keys.contains(&key) => Self::All,
            Self::Keys(_) => Self::Nothing,
            Self::Paths(paths) => {
                let rest = paths.iter().filter_map(|path| match path.split_first() {
                    Some((first, rest)) if *first == key => Some(rest),
                    _ => None,
                });
                let rest: Vec<_> = rest.collect();
                match rest.as_slice() {
                    [] => Self::Nothing,
                    list if list.iter().any(|path| path.is_empty()) => Self::All,
                    _ => Self::Paths(rest),
                }
            }
        }
    }
}
