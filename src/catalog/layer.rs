//! A compiled layer: bytes, and what was decoded of them so far.

use super::compile::MAGIC;
use super::model::{EXTRAS, Extras, HEADS, Heads, INDEX, KEYS, Key, KeyEntry, NETWORK, RULES, SECTIONS};
use super::network::Network;
use super::rule::Rule;
use crate::version::Ranges;
use serde::Deserialize;
use std::ops::Range;
use std::sync::OnceLock;

/// Why bytes are no layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayerError {
    /// They do not start as a layer does, or another prefsmith wrote them.
    #[error("this is no catalogue of this version of prefsmith")]
    Head,
    /// A section is cut off or does not decode.
    #[error("the compiled catalogue is damaged")]
    Damaged,
}

/// The facts of keys that lie somewhere else than the rest of a layer: a run needs few of them.
pub trait KeyBytes: Sync {
    /// A stretch of the section of keys, inside one domain's; none if it is damaged.
    fn get(&self, at: usize, length: usize) -> Option<&[u8]>;
}

/// Compiled bytes in two parts.
pub struct Apart<'b> {
    /// A layer without its keys.
    pub front: Vec<u8>,
    /// The section of keys.
    pub keys: &'b [u8],
    /// Where the keys of each domain, or of each list of domains, end in it.
    pub ends: Vec<u32>,
}

/// Parts compiled bytes: the front and the keys make a layer again, with [`Layer::with_keys`].
pub fn apart(bytes: &[u8]) -> Result<Apart<'_>, LayerError> {
    let layer = Layer::new("", bytes)?;
    let keys = layer.section(KEYS);
    let mut front = MAGIC.to_vec();
    let kept = |number: usize| if number == KEYS { &[][..] } else { layer.section(number) };
    for number in 0..SECTIONS {
        let length = u32::try_from(kept(number).len()).map_err(|_| LayerError::Damaged)?;
        front.extend(length.to_le_bytes());
    }
    (0..SECTIONS).for_each(|number| front.extend(kept(number)));
    // The entries in the order in which they lie.
    let mut entries: Vec<&KeyEntry<'_>> = layer.entries().iter().collect();
    entries.sort_by_key(|entry| entry.at);
    let last = |entry: &KeyEntry<'_>| entry.at.saturating_add(entry.length);
    let domains = entries.chunk_by(|one, other| one.domains == other.domains);
    let ends = domains.filter_map(|of| of.last().map(|entry| last(entry))).collect();
    Ok(Apart { front, keys, ends })
}

/// One layer of a catalogue.
pub struct Layer<'c> {
    label: String,
    sections: [&'c [u8]; SECTIONS],
    /// The keys, if they lie elsewhere.
    keys: Option<&'c dyn KeyBytes>,
    heads: OnceLock<Heads<'c>>,
    index: OnceLock<Index<'c>>,
    extras: OnceLock<Extras<'c>>,
    rules: OnceLock<Vec<Rule<'c>>>,
    network: OnceLock<Network<'c>>,
}

struct Index<'c> {
    entries: Vec<KeyEntry<'c>>,
    /// In boxes: of thousands of keys, a run looks at few.
    keys: Vec<OnceLock<Option<Box<Known<'c>>>>>,
}

/// A key that was decoded.
pub(super) struct Known<'c> {
    /// The facts.
    pub key: Key<'c>,
    /// The builds that read it, once somebody has asked: rules ask over and over.
    pub builds: OnceLock<Builds>,
}

/// The builds that read a key.
#[derive(Debug)]
pub(super) struct Builds {
    /// Those for which a source vouches.
    pub works: Ranges,
    /// Those nobody vouches for.
    pub doubtful: Ranges,
    /// Both.
    pub all: Ranges,
}

impl<'c> Layer<'c> {
    /// Takes compiled bytes. `label` is how messages name the layer: a path, or `built in`.
    pub fn new(label: impl Into<String>, bytes: &'c [u8]) -> Result<Self, LayerError> {
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(LayerError::Head)?;
        let mut lengths = [0_usize; SECTIONS];
        for length in &mut lengths {
            let (head, tail) = rest.split_first_chunk::<4>().ok_or(LayerError::Damaged)?;
            *length = u32::from_le_bytes(*head) as usize;
            rest = tail;
        }
        let mut sections: [&[u8]; SECTIONS] = [&[]; SECTIONS];
        for (section, length) in sections.iter_mut().zip(lengths) {
            let (head, tail) = rest.split_at_checked(length).ok_or(LayerError::Damaged)?;
            *section = head;
            rest = tail;
        }
        Ok(Self {
            label: label.into(),
            sections,
            keys: None,
            heads: OnceLock::new(),
            index: OnceLock::new(),
            extras: OnceLock::new(),
            rules: OnceLock::new(),
            network: OnceLock::new(),
        })
    }

    /// Takes compiled bytes without their keys, and the keys from elsewhere.
    pub fn with_keys(
        label: impl Into<String>,
        front: &'c [u8],
        keys: &'c dyn KeyBytes,
    ) -> Result<Self, LayerError> {
        Ok(Self { keys: Some(keys), ..Self::new(label, front)? })
    }

    /// How messages name it.
    pub fn label(&self) -> &str {
        &self.label
    }

    fn section(&self, number: usize) -> &'c [u8] {
        self.sections.get(number).copied().unwrap_or(&[])
    }

    /// Products, domains and lists. Damaged bytes decode to nothing: a test decodes every byte that ships.
    pub fn heads(&self) -> &Heads<'c> {
        self.heads.get_or_init(|| decode(self.section(HEADS)).unwrap_or_default())
    }

    /// Sources, tokens and other tables that few verbs need.
    pub fn extras(&self) -> &Extras<'c> {
        self.extras.get_or_init(|| decode(self.section(EXTRAS)).unwrap_or_default())
    }

    /// Rules between settings, by id.
    pub fn rules(&self) -> &[Rule<'c>] {
        self.rules.get_or_init(|| decode(self.section(RULES)).unwrap_or_default())
    }

    /// What apps contact.
    pub fn network(&self) -> &Network<'c> {
        self.network.get_or_init(|| decode(self.section(NETWORK)).unwrap_or_default())
    }

    fn index(&self) -> &Index<'c> {
        self.index.get_or_init(|| {
            let entries: Vec<KeyEntry<'c>> = decode(self.section(INDEX)).unwrap_or_default();
            let keys = entries.iter().map(|_| OnceLock::new()).collect();
            Index { entries, keys }
        })
    }

    /// The entries of the index, in the order of names.
    pub fn entries(&self) -> &[KeyEntry<'c>] {
        &self.index().entries
    }

    /// The numbers of the entries of this name.
    pub fn named(&self, name: &str) -> Range<usize> {
        let entries = self.entries();
        let start = entries.partition_point(|entry| entry.name < name);
        let found = entries.iter().skip(start).take_while(|entry| entry.name == name).count();
        start..start + found
    }

    /// The facts of an entry.
    pub fn key(&self, number: usize) -> Option<&Key<'c>> {
        self.known(number).map(|known| &known.key)
    }

    /// The facts of an entry, and what was made of them so far.
    pub(super) fn known(&self, number: usize) -> Option<&Known<'c>> {
        let index = self.index();
        let (entry, cell) = (index.entries.get(number)?, index.keys.get(number)?);
        cell.get_or_init(|| {
            let (start, length) = (entry.at as usize, entry.length as usize);
            let bytes = match self.keys {
                Some(keys) => keys.get(start, length)?,
                None => self.section(KEYS).get(start..start.checked_add(length)?)?,
            };
            decode(bytes).map(|key| Box::new(Known { key, builds: OnceLock::new() }))
        })
        .as_deref()
    }
}

fn decode<'c, T: Deserialize<'c>>(bytes: &'c [u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}
