//! The path to a place in an input without lines, such as a binary property list.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// Keys and indices from the root, indices from 0. Longer paths share their beginning, so that one for each
/// object of a file costs no more than its last part.
#[derive(Clone, Debug, Default)]
pub struct KeyPath(Option<Arc<Step>>);

#[derive(Debug)]
struct Step {
    outer: KeyPath,
    part: Part,
}

#[derive(Debug)]
enum Part {
    Key(Box<str>),
    Index(usize),
}

impl KeyPath {
    /// The path of the outermost value.
    pub fn root() -> Self {
        Self(None)
    }

    /// The path of an entry of a dictionary.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.with(Part::Key(key.into()))
    }

    /// The path of an item of an array.
    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        self.with(Part::Index(index))
    }

    fn with(&self, part: Part) -> Self {
        Self(Some(Arc::new(Step { outer: self.clone(), part })))
    }

    /// Whether it is the path of the outermost value.
    pub fn is_root(&self) -> bool {
        self.0.is_none()
    }

    /// Its parts, outermost first.
    pub fn parts(&self) -> Vec<String> {
        let mut parts = Vec::new();
        let mut path = self;
        while let Some(step) = &path.0 {
            parts.push(match &step.part {
                Part::Key(key) => key.to_string(),
                Part::Index(index) => index.to_string(),
            });
            path = &step.outer;
        }
        parts.reverse();
        parts
    }
}

/// Of keys alone, outermost first.
impl<S: AsRef<str>> FromIterator<S> for KeyPath {
    fn from_iter<I: IntoIterator<Item = S>>(keys: I) -> Self {
        keys.into_iter().fold(Self::root(), |path, key| path.key(key.as_ref()))
    }
}

impl PartialEq for KeyPath {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for KeyPath {}

/// By its parts as text.
impl Ord for KeyPath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts().cmp(&other.parts())
    }
}

impl PartialOrd for KeyPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `PayloadContent > 0 > PayloadUUID`; nothing for the outermost value.
impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts().join(" > "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_in_their_order() {
        let content = KeyPath::root().key("PayloadContent");
        let uuid = content.item(0).key("PayloadUUID");
        assert_eq!(uuid.parts(), ["PayloadContent", "0", "PayloadUUID"]);
        assert_eq!(uuid.to_string(), "PayloadContent > 0 > PayloadUUID");
        assert_eq!(KeyPath::root().to_string(), "");
        assert_eq!(content, ["PayloadContent"].into_iter().collect());
        assert!(content < uuid && KeyPath::root() < content && content.item(1) > uuid);
    }
}
