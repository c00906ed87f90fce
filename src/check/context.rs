//! What every check sees.

use super::Beside;
use crate::catalog::model::{Node, Segment};
use crate::catalog::{Catalog, KeyRef};
use crate::finding::{Finding, Origin};
use crate::plan::{Kind, Plan, Setting};
use crate::value::{Places, Value};
use crate::version::Ranges;

/// The plan and the catalogue.
pub(super) struct Context<'a, 'c> {
    pub plan: &'a Plan,
    pub catalog: &'a Catalog<'c>,
    /// Whether an error may hide a part of `[macs]`.
    pub macs_doubtful: bool,
    /// What other plans bring to the same Macs.
    pub beside: &'a Beside,
}

/// The setting that is looked at, and what is known of its key.
pub(super) struct Subject<'a, 'c> {
    pub setting: &'a Setting,
    /// What the setting was read from.
    pub kind: Kind,
    pub known: Option<KeyRef<'a, 'c>>,
}

impl<'a, 'c> Subject<'a, 'c> {
    /// What is known of the key; nothing where the policy says so itself, with `[custom]`.
    pub fn facts(&self) -> Option<&KeyRef<'a, 'c>> {
        self.known.as_ref().filter(|_| !self.setting.custom)
    }

    /// A finding about the setting, at its key.
    pub fn finding(&self, code: &'static str, title: impl Into<String>) -> Finding {
        self.finding_at(code, title, &self.setting.origin)
    }

    /// A finding about the setting, somewhere in it.
    pub fn finding_at(&self, code: &'static str, title: impl Into<String>, at: &Origin) -> Finding {
        Finding::new(code, title)
            .at(at.clone(), "")
            .about(self.setting.domain.as_str(), self.setting.key.as_str())
    }

    /// The finding with an edit that writes a value in place of what stands somewhere.
    pub fn write(&self, finding: Finding, at: &Origin, value: &Value, title: impl Into<String>) -> Finding {
        match at.span() {
            Some(span) => finding.fix(span, self.kind.written(value), title),
            None => finding,
        }
    }

    /// The name of the key.
    pub fn key(&self) -> &str {
        self.setting.key.as_str()
    }
}

impl Context<'_, '_> {
    /// Whether the plan was read from a profile.
    pub fn of_profile(&self) -> bool {
        self.plan.kind == Kind::Profile
    }

    /// Whether only a weak layer knows the key, or the domain of a key that nothing is known of.
    pub fn is_hearsay(&self, subject: &Subject<'_, '_>) -> bool {
        match &subject.known {
            Some(known) => self.catalog.is_weak(known.layer),
            None => self.catalog.is_hearsay(subject.setting.domain.as_str()),
        }
    }

    /// The versions of a product out there; none: nobody says.
    pub fn versions(&self, product: &str) -> Option<&Ranges> {
        self.plan.macs.versions.get(product)
    }
}

/// One position of a value, with what is known of it.
pub(super) struct Position<'v, 'n> {
    pub value: &'v Value,
    pub places: &'v Places,
    pub node: &'v Node<'n>,
    /// Keys and items from the setting inwards.
    pub path: Vec<Step<'v>>,
}

/// One step into a value.
#[derive(Clone, Copy)]
pub(super) enum Step<'v> {
    /// An entry of a dictionary.
    Key(&'v str),
    /// An item of an array, from 0.
    Item(usize),
}

impl Position<'_, '_> {
    /// How messages name the position: `HowToCheck`, `Applications > /Applications/X.app > LCID`, or
    /// `AllowedEmailDomains > item 2`.
    pub fn name(&self, key: &str) -> String {
        let mut name = key.to_owned();
        for step in &self.path {
            match step {
                Step::Key(part) => {
                    name.push_str(" > ");
                    name.push_str(part);
                }
                Step::Item(at) => name.push_str(&format!(" > item {}", at + 1)),
            }
        }
        name
    }
}

/// Visits every position of a value that the catalogue knows, outermost first.
///
/// Values nest at most [`crate::value::MAX_DEPTH`] deep, which bounds the recursion.
pub(super) fn walk<'v, 'n>(
    value: &'v Value,
    places: &'v Places,
    node: &'v Node<'n>,
    visit: &mut impl FnMut(&Position<'v, 'n>),
) {
    let mut path = Vec::new();
    descend(value, places, node, &mut path, visit);
}

fn descend<'v, 'n>(
    value: &'v Value,
    places: &'v Places,
    node: &'v Node<'n>,
    path: &mut Vec<Step<'v>>,
    visit: &mut impl FnMut(&Position<'v, 'n>),
) {
    visit(&Position { value, places, node, path: path.clone() });
    match value {
        Value::Array(items) => {
            if let Some(inner) = child(node, |segment| *segment == Segment::Item) {
                for (at, item) in items.iter().enumerate() {
                    path.push(Step::Item(at));
                    descend(item, places.item(at), inner, path, visit);
                    path.pop();
                }
            }
        }
        Value::Dictionary(entries) => {
            for (key, entry) in entries {
                if let Some(inner) = entry_node(node, key) {
                    path.push(Step::Key(key));
                    descend(entry, places.entry(key), inner, path, visit);
                    path.pop();
                }
            }
        }
        _ => {}
    }
}

fn child<'v, 'n>(node: &'v Node<'n>, wanted: impl Fn(&Segment<'_>) -> bool) -> Option<&'v Node<'n>> {
    node.children.iter().find(|(segment, _)| wanted(segment)).map(|(_, child)| child)
}

/// What is known of an entry of a dictionary.
pub(super) fn entry_node<'v, 'n>(node: &'v Node<'n>, key: &str) -> Option<&'v Node<'n>> {
    child(node, |segment| *segment == Segment::Name(key))
        .or_else(|| child(node, |segment| matches!(segment, Segment::AppPath | Segment::AnyKey)))
}
