//! Look-ups over all layers of a catalogue.

use super::layer::{Builds, Known, Layer};
use super::model::{
    Delivery, Domain, Key, List, MauApp, Mdm, NotAKey, Product, ReadAs, Source, Spelt, Token,
};
use super::network::{Effect, Endpoint, Section};
use super::rule::{Hold, Rule};
use crate::version::Ranges;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// All layers, strongest first.
pub struct Catalog<'c> {
    layers: Vec<Layer<'c>>,
    /// The number of the built-in layer: those behind it are weak.
    builtin: usize,
    /// Where each domain is known first: the layer and the place in its list.
    places: OnceLock<BTreeMap<&'c str, (usize, usize)>>,
    /// What each rule needs.
    needs: OnceLock<RuleNeeds<'c>>,
}

/// What each rule needs, in the order of their ids.
struct RuleNeeds<'c> {
    list: Vec<Needs<'c>>,
    /// The places in the list of those that need something in one of several domains, by these.
    by_domain: BTreeMap<&'c str, Vec<usize>>,
    /// Those that need nothing.
    free: Vec<usize>,
}

/// What must be set for a rule to have something to say.
struct Needs<'c> {
    /// The layer of the rule, and its place there.
    place: (usize, usize),
    /// Of each of these lists of domains, one at least.
    domains: Vec<Vec<&'c str>>,
}

/// A key in one of its domains, and the layer that knows it.
#[derive(Clone, Copy)]
pub struct KeyRef<'a, 'c> {
    /// The facts.
    pub key: &'a Key<'c>,
    /// The domain, one of the key's.
    pub domain: &'a str,
    /// The number of the layer, 0 the strongest.
    pub layer: usize,
    builds: &'a OnceLock<Builds>,
}

static BUILT_IN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalog.bin"));

impl Catalog<'static> {
    /// The catalogue that prefsmith was built with.
    pub fn builtin() -> Self {
        Self {
            layers: Layer::new("built in", BUILT_IN).into_iter().collect(),
            builtin: 0,
            places: OnceLock::new(),
            needs: OnceLock::new(),
        }
    }
}

impl<'c> Catalog<'c> {
    /// The built-in catalogue with layers in front, the strongest first.
    pub fn with(layers: Vec<Layer<'c>>) -> Self {
        Self::between(layers, Vec::new())
    }

    /// The built-in catalogue with layers in front and weak ones behind, each the strongest first.
    ///
    /// A weak layer is what others say: it is asked last, it never makes a bare key reach further, and what it
    /// says of a domain need not be all there is.
    pub fn between(front: Vec<Layer<'c>>, weak: Vec<Layer<'c>>) -> Self {
        let mut layers = front;
        let builtin = layers.len();
        layers.extend(Layer::new("built in", BUILT_IN));
        layers.extend(weak);
        Self { layers, builtin, places: OnceLock::new(), needs: OnceLock::new() }
    }

    /// The layers, strongest first.
    pub fn layers(&self) -> &[Layer<'c>] {
        &self.layers
    }

    /// The number of the built-in layer.
    pub fn builtin_layer(&self) -> usize {
        self.builtin
    }

    /// Whether a layer only says what others say.
    pub fn is_weak(&self, layer: usize) -> bool {
        layer > self.builtin
    }

    /// Whether a domain is known, and only by layers that need not know all of its keys.
    pub fn is_hearsay(&self, domain: &str) -> bool {
        self.places().get(domain).is_some_and(|(layer, _)| self.is_weak(*layer))
    }

    /// Whether the settings of a domain are those of a payload of Apple's, by the word of somebody who knows all of its
    /// keys: they go into a payload of that type itself, and into no preference domain.
    pub fn is_apple_payload(&self, domain: &str) -> bool {
        let apple = self.domain(domain).is_some_and(|known| known.read_as == ReadAs::ApplePayload);
        apple && !self.is_hearsay(domain)
    }

    /// Whether a Mac takes several payloads of Apple's of one type, each for itself: no key of theirs has one value.
    pub fn takes_several(&self, domain: &str) -> bool {
        let once = || self.list("apple-payloads-once").is_some_and(|list| list.domains.contains(&domain));
        self.is_apple_payload(domain) && !once()
    }

    /// Where each domain is known first.
    fn places(&self) -> &BTreeMap<&'c str, (usize, usize)> {
        self.places.get_or_init(|| {
            let mut places = BTreeMap::new();
            for (number, layer) in self.layers.iter().enumerate() {
                for (at, domain) in layer.heads().domains.iter().enumerate() {
                    places.entry(domain.name).or_insert((number, at));
                }
            }
            places
        })
    }

    /// The key of this name in this domain, by the strongest layer that knows it.
    pub fn key(&self, domain: &str, name: &str) -> Option<KeyRef<'_, 'c>> {
        self.said(domain, name).next()
    }

    /// What each layer says of a key, strongest first.
    pub fn every(&self, domain: &str, name: &str) -> Vec<KeyRef<'_, 'c>> {
        self.said(domain, name).collect()
    }

    /// What each layer says of a key, one layer after the other: who needs only the first looks at no other.
    fn said<'a>(&'a self, domain: &str, name: &str) -> impl Iterator<Item = KeyRef<'a, 'c>> {
        self.layers.iter().enumerate().flat_map(move |(number, layer)| {
            layer.named(name).filter_map(move |at| {
                let own = layer.entries().get(at)?.domains.iter().find(|known| **known == domain)?;
                layer.known(at).map(|known| KeyRef::new(known, own, number))
            })
        })
    }

    /// Every (domain, key) of this name, by domain.
    pub fn named(&self, name: &str) -> Vec<KeyRef<'_, 'c>> {
        self.named_in(self.layers.len(), name)
    }

    /// Every (domain, key) of this name that a layer vouches for, by domain: what weak layers say is left out.
    pub fn vouched(&self, name: &str) -> Vec<KeyRef<'_, 'c>> {
        self.named_in(self.builtin + 1, name)
    }

    fn named_in(&self, layers: usize, name: &str) -> Vec<KeyRef<'_, 'c>> {
        let mut by_domain: BTreeMap<&str, KeyRef<'_, 'c>> = BTreeMap::new();
        for (number, layer) in self.layers.iter().enumerate().take(layers) {
            for at in layer.named(name) {
                let Some(known) = layer.known(at) else { continue };
                for domain in &known.key.domains {
                    by_domain.entry(domain).or_insert(KeyRef::new(known, domain, number));
                }
            }
        }
        by_domain.into_values().collect()
    }

    /// Where a bare key of this name goes: what the built-in catalogue marks `bare`, by domain.
    ///
    /// Layers in front may say more of these keys, but never widen where a bare key goes; a name that only they
    /// know goes where they mark it. Weak layers have no say.
    pub fn bare(&self, name: &str) -> Vec<KeyRef<'_, 'c>> {
        let builtin = self.builtin_layer();
        let by = self.layers.get(builtin).is_some_and(|layer| !layer.named(name).is_empty());
        let reached: BTreeSet<&str> = self
            .layers
            .iter()
            .enumerate()
            .filter(|(number, _)| if by { *number == builtin } else { *number < builtin })
            .flat_map(|(_, layer)| layer.named(name).filter_map(|at| layer.entries().get(at)))
            .filter(|entry| entry.bare)
            .flat_map(|entry| entry.domains.iter().copied())
            .collect();
        reached.into_iter().filter_map(|domain| self.key(domain, name)).collect()
    }

    /// Every domain, by name; of one that several layers know, the strongest.
    pub fn domains(&self) -> Vec<&Domain<'c>> {
        self.places().values().filter_map(|at| self.domain_at(*at)).collect()
    }

    /// A domain by its name.
    pub fn domain(&self, name: &str) -> Option<&Domain<'c>> {
        self.domain_at(*self.places().get(name)?)
    }

    fn domain_at(&self, (layer, at): (usize, usize)) -> Option<&Domain<'c>> {
        self.layers.get(layer)?.heads().domains.get(at)
    }

    /// The names of all domains, sorted.
    pub fn domain_names(&self) -> impl Iterator<Item = &'c str> {
        self.places().keys().copied()
    }

    /// A domain by its alias.
    pub fn alias(&self, alias: &str) -> Option<&Domain<'c>> {
        self.layers.iter().flat_map(|layer| &layer.heads().domains).find(|domain| domain.alias == Some(alias))
    }

    /// The domain that a name of the command line means: an alias's, or the name itself.
    pub fn meant<'n>(&'n self, name: &'n str) -> &'n str {
        self.alias(name).map_or(name, |domain| domain.name)
    }

    /// The domain that a name in other letters, or a misspelling the catalogue knows, is meant for.
    pub fn misspelt(&self, name: &str) -> Option<&'c str> {
        let same = |known: &str| known.eq_ignore_ascii_case(name);
        let mut domains = self.places().values().filter_map(|at| self.domain_at(*at));
        let found = domains.find(|domain| same(domain.name) || domain.misspelt.iter().any(|slip| same(slip)));
        found.map(|domain| domain.name)
    }

    /// How policies and messages name a domain: by its alias if it has one.
    pub fn short<'n>(&'n self, domain: &'n str) -> &'n str {
        self.domain(domain).and_then(|known| known.alias).unwrap_or(domain)
    }

    /// A product by its name.
    pub fn product(&self, name: &str) -> Option<&Product<'c>> {
        self.products().find(|product| product.name == name)
    }

    /// Every product, strongest layer first.
    ///
    /// A weak layer calls the products of its domains by the names of these; where a stronger layer knows the
    /// domain, it also says which product counts.
    pub fn products(&self) -> impl Iterator<Item = &Product<'c>> {
        let numbered = self.layers.iter().enumerate();
        let all = numbered.flat_map(|(at, layer)| layer.heads().products.iter().map(move |one| (at, one)));
        all.filter(|(at, one)| {
            let stands = |known: &Domain<'c>| known.product == Some(one.name);
            !self.is_weak(*at) || self.domain(one.name).is_none_or(stands)
        })
        .map(|(_, one)| one)
    }

    /// A named list of domains.
    pub fn list(&self, name: &str) -> Option<&List<'c>> {
        self.layers.iter().flat_map(|layer| &layer.heads().lists).find(|list| list.name == name)
    }

    /// Whether a domain is called like a payload of Apple's own, whose settings macOS also writes as preferences.
    pub fn is_payload(&self, domain: &str) -> bool {
        let list = self.list("apple-payload-types").filter(|_| domain != ".GlobalPreferences");
        list.is_some_and(|list| list.domains.contains(&domain))
    }

    /// The names of the keys of a domain, sorted.
    pub fn keys_of(&self, domain: &str) -> Vec<&'c str> {
        let of = self.layers.iter().flat_map(|layer| layer.entries());
        let names: BTreeSet<&str> =
            of.filter(|entry| entry.domains.contains(&domain)).map(|entry| entry.name).collect();
        names.into_iter().collect()
    }

    /// The names of all keys, sorted.
    pub fn key_names(&self) -> Vec<&'c str> {
        let all = self.layers.iter().flat_map(|layer| layer.entries());
        all.map(|entry| entry.name).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Every rule, strongest layer first; of one id, the strongest layer's alone.
    pub fn rules(&self) -> Vec<&Rule<'c>> {
        let mut seen = BTreeMap::new();
        for rule in self.layers.iter().flat_map(|layer| layer.rules()) {
            seen.entry(rule.id).or_insert(rule);
        }
        seen.into_values().collect()
    }

    /// The rules that can have something to say of settings in these domains, by id: a rule for which a key must have
    /// a value in another domain has nothing to say.
    pub fn rules_about(&self, domains: &BTreeSet<&str>) -> Vec<&Rule<'c>> {
        let speaks = |needs: &&Needs<'c>| {
            needs.domains.iter().all(|list| list.iter().any(|domain| domains.contains(domain)))
        };
        let rule = |needs: &Needs<'c>| self.layers.get(needs.place.0)?.rules().get(needs.place.1);
        let needs = self.needs();
        let of_domains = domains.iter().filter_map(|domain| needs.by_domain.get(domain)).flatten();
        let mut may: Vec<usize> = of_domains.chain(&needs.free).copied().collect();
        may.sort_unstable();
        may.dedup();
        may.into_iter().filter_map(|at| needs.list.get(at)).filter(speaks).filter_map(rule).collect()
    }

    /// What each rule needs. One that says nothing still stands in front of a weaker one of its name.
    fn needs(&self) -> &RuleNeeds<'c> {
        self.needs.get_or_init(|| {
            let mut seen = BTreeMap::new();
            for (number, layer) in self.layers.iter().enumerate() {
                for (at, rule) in layer.rules().iter().enumerate() {
                    let needs = || Needs { place: (number, at), domains: self.needed(rule) };
                    seen.entry(rule.id).or_insert_with(needs);
                }
            }
            let list: Vec<Needs<'c>> = seen.into_values().collect();
            let (mut by_domain, mut free) = (BTreeMap::<&str, Vec<usize>>::new(), Vec::new());
            for (at, needs) in list.iter().enumerate() {
                // One list is enough to leave out nearly all rules.
                match needs.domains.first() {
                    Some(any) => any.iter().for_each(|domain| by_domain.entry(domain).or_default().push(at)),
                    None => free.push(at),
                }
            }
            RuleNeeds { list, by_domain, free }
        })
    }

    /// Lists of domains: in one of each, something must be set for the rule to hold.
    fn needed(&self, rule: &Rule<'c>) -> Vec<Vec<&'c str>> {
        let list = |name: &str| self.list(name).map(|list| list.domains.clone()).unwrap_or_default();
        let mut needed = Vec::new();
        for atom in rule.when.iter().filter(|atom| atom.test.needs_value()) {
            let bound = atom.path.domain == "@";
            needed.push(match (atom.over, rule.each) {
                // That it holds of none is true of what is not set.
                (Some((_, Hold::None)), _) => continue,
                (Some((name, _)), _) if bound => list(name),
                (None, Some(name)) if bound => list(name),
                _ => vec![atom.path.domain],
            });
        }
        needed
    }

    /// A rule by its id.
    pub fn rule(&self, id: &str) -> Option<&Rule<'c>> {
        self.layers.iter().find_map(|layer| layer.rules().iter().find(|rule| rule.id == id))
    }

    /// Whether a name only looks like a key of a domain.
    pub fn not_a_key(&self, domain: &str, name: &str) -> Option<&NotAKey<'c>> {
        let all = self.layers.iter().flat_map(|layer| &layer.extras().not_keys);
        all.into_iter().find(|known| known.name == name && known.domain == domain)
    }

    /// Every name that only looks like a key.
    pub fn not_keys(&self) -> impl Iterator<Item = &NotAKey<'c>> {
        self.layers.iter().flat_map(|layer| &layer.extras().not_keys)
    }

    /// An identity token by its name.
    pub fn token(&self, name: &str) -> Option<&Token<'c>> {
        self.tokens().find(|token| token.name == name)
    }

    /// Every identity token.
    pub fn tokens(&self) -> impl Iterator<Item = &Token<'c>> {
        self.layers.iter().flat_map(|layer| &layer.extras().tokens)
    }

    /// Every MDM whose spellings of tokens are known, the strongest layer's first.
    pub fn mdms(&self) -> impl Iterator<Item = &Mdm<'c>> {
        self.layers.iter().flat_map(|layer| &layer.extras().mdms)
    }

    /// How an MDM spells a neutral token; the strongest layer that says anything of it counts.
    pub fn spelling(&self, mdm: &str, token: &str) -> Option<&Spelt<'c>> {
        let of = self.mdms().filter(|known| known.name == mdm);
        of.flat_map(|known| &known.spelt).find(|spelt| spelt.token == token)
    }

    /// Every app that AutoUpdate's dictionaries know.
    pub fn mau_apps(&self) -> impl Iterator<Item = &MauApp<'c>> {
        self.layers.iter().flat_map(|layer| &layer.extras().mau_apps)
    }

    /// An activity by its id.
    pub fn section(&self, id: &str) -> Option<&Section<'c>> {
        self.layers.iter().find_map(|layer| layer.network().sections.iter().find(|known| known.id == id))
    }

    /// The ids of all activities that have endpoints, in the order of the files, weaker layers first: what a layer in
    /// front adds comes behind what is known already.
    pub fn section_ids(&self) -> Vec<&'c str> {
        let weakest_first = self.layers.iter().rev();
        let of = |layer: &Layer<'c>| {
            let network = layer.network();
            let ids = network.sections.iter().map(|section| section.id);
            ids.chain(network.endpoints.iter().map(|endpoint| endpoint.section)).collect::<Vec<_>>()
        };
        let mut found = Vec::new();
        for id in weakest_first.flat_map(of) {
            if !found.contains(&id) {
                found.push(id);
            }
        }
        found
    }

    /// Every endpoint, by activity as [`Catalog::section_ids`] orders them; what several layers say of one, the strongest
    /// says.
    pub fn endpoints(&self) -> Vec<&Endpoint<'c>> {
        let mut found: Vec<&Endpoint<'c>> = Vec::new();
        for endpoint in self.layers.iter().rev().flat_map(|layer| &layer.network().endpoints) {
            let same = |known: &&mut &Endpoint<'c>| {
                (known.section, known.url, known.kind) == (endpoint.section, endpoint.url, endpoint.kind)
            };
            match found.iter_mut().find(same) {
                Some(known) => *known = endpoint,
                None => found.push(endpoint),
            }
        }
        let order = self.section_ids();
        found.sort_by_key(|endpoint| order.iter().position(|id| *id == endpoint.section));
        found
    }

    /// Everything that settings do to the network, by id; of one id, the strongest layer's alone.
    pub fn effects(&self) -> Vec<&Effect<'c>> {
        let mut seen = BTreeMap::new();
        for effect in self.layers.iter().flat_map(|layer| &layer.network().effects) {
            seen.entry(effect.rule.id).or_insert(effect);
        }
        seen.into_values().collect()
    }

    /// A source of facts by the id of a citation, which may carry a detail: `msdocs:mau-preferences.md`.
    pub fn source(&self, citation: &str) -> Option<&Source<'c>> {
        let id = citation.split(':').next().unwrap_or(citation);
        self.layers.iter().flat_map(|layer| &layer.extras().sources).find(|source| source.id == id)
    }
}

impl<'a, 'c> KeyRef<'a, 'c> {
    fn new(known: &'a Known<'c>, domain: &'a str, layer: usize) -> Self {
        Self { key: &known.key, domain, layer, builds: &known.builds }
    }

    /// The name of the key.
    pub fn name(&self) -> &'c str {
        self.key.name
    }

    /// The product whose versions count: the domain's.
    pub fn product<'x, 'k>(&self, catalog: &'x Catalog<'k>) -> Option<&'x Product<'k>> {
        catalog.product(catalog.domain(self.domain)?.product?)
    }

    /// From which layers the app takes the key: a key that may only be forced is read only where it is.
    pub fn read_as(&self, catalog: &Catalog<'_>) -> ReadAs {
        if self.key.delivery == Delivery::ForcedOnly {
            return ReadAs::ForcedOnly;
        }
        catalog.domain(self.domain).map_or(ReadAs::Any, |domain| domain.read_as)
    }

    /// The builds for which a source vouches; any, if no range is known.
    pub fn works(&self) -> &'a Ranges {
        &self.builds().works
    }

    /// The builds nobody vouches for.
    pub fn doubtful(&self) -> &'a Ranges {
        &self.builds().doubtful
    }

    /// The builds that read the key, vouched for or not.
    pub fn reads(&self) -> &'a Ranges {
        &self.builds().all
    }

    fn builds(&self) -> &'a Builds {
        self.builds.get_or_init(|| {
            let works = ranges_of(&self.key.node.works);
            let parts = self.key.node.doubtful.iter().filter_map(|part| part.range.parse::<Ranges>().ok());
            let doubtful = parts.fold(Ranges::none(), |all, part| all.union(&part));
            Builds { all: works.union(&doubtful), works, doubtful }
        })
    }
}

/// The union of ranges as a catalogue writes them; any, if there are none.
pub fn ranges_of(texts: &[&str]) -> Ranges {
    if texts.is_empty() {
        return Ranges::any();
    }
    let parts = texts.iter().filter_map(|text| text.parse::<Ranges>().ok());
    parts.fold(Ranges::none(), |all, part| all.union(&part))
}
