//! What many Macs are judged by: the settings of all policies, each once, and the apps that they are about.

use crate::catalog::Catalog;
use crate::diff::applies::Applies;
use crate::plan::{AppliesTo, Plan, Setting};
use std::collections::{BTreeMap, BTreeSet};

/// Why policies are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// More policies than an audit tells apart.
    #[error("an audit takes at most {} policies", Scope::POLICIES)]
    Policies,
    /// More settings than an audit tells apart.
    #[error("an audit takes at most {} settings", Scope::SETTINGS)]
    Settings,
}

/// Which policies are for a Mac.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Those that are, a bit for each.
    pub policies: u128,
    /// What is to be said of the Mac: for it, nobody knows whether one of them is; not for it, none of them is.
    pub applies: Applies,
}

/// What many Macs are judged by.
#[derive(Clone, Debug)]
pub struct Scope<'p> {
    /// The policies, as they were named: what each is called, and its plans (one of a policy, several of profiles).
    policies: Vec<(String, Vec<&'p Plan>)>,
    /// Every setting once, though several policies have it.
    settings: Vec<&'p Setting>,
    /// For each policy, plan and setting: its place among the settings.
    places: Vec<Vec<Vec<u32>>>,
    /// The products whose versions are counted, by name.
    products: Vec<String>,
}

impl<'p> Scope<'p> {
    /// The most policies.
    pub const POLICIES: usize = 128;
    /// The most settings.
    pub const SETTINGS: usize = 1 << 20;

    /// Gathers the settings of policies, each with what it is called.
    ///
    /// # Errors
    /// There are too many.
    pub fn new(policies: Vec<(String, Vec<&'p Plan>)>, catalog: &Catalog<'_>) -> Result<Self, ScopeError> {
        if policies.len() > Self::POLICIES {
            return Err(ScopeError::Policies);
        }
        let mut settings: Vec<&'p Setting> = Vec::new();
        let mut known: BTreeMap<(&str, &str), Vec<u32>> = BTreeMap::new();
        let mut places = Vec::new();
        for (_, plans) in &policies {
            let mut of_policy = Vec::new();
            for plan in plans {
                let mut of_plan = Vec::with_capacity(plan.settings.len());
                for setting in &plan.settings {
                    let same = known.entry((setting.domain.as_str(), setting.key.as_str())).or_default();
                    let at = same.iter().copied().find(|at| is_at(&settings, *at, setting));
                    let at = match at {
                        Some(at) => at,
                        None => {
                            let at = settings.len();
                            let short = u32::try_from(at).ok().filter(|_| at < Self::SETTINGS);
                            let short = short.ok_or(ScopeError::Settings)?;
                            settings.push(setting);
                            same.push(short);
                            short
                        }
                    };
                    of_plan.push(at);
                }
                of_policy.push(of_plan);
            }
            places.push(of_policy);
        }
        let products = products(&settings, catalog);
        Ok(Self { policies, settings, places, products })
    }

    /// What the policies are called.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.policies.iter().map(|(name, _)| name.as_str())
    }

    /// What the policies are called whose bit is set.
    pub fn names_of(&self, applied: u128) -> impl Iterator<Item = &str> {
        self.names().enumerate().filter(move |(at, _)| applied >> at & 1 == 1).map(|(_, name)| name)
    }

    /// What people call each policy: the name that it says of itself.
    pub fn titles(&self) -> Vec<String> {
        let title = |(name, plans): &'_ (String, Vec<&'p Plan>)| {
            plans
                .first()
                .map(|plan| plan.identity.name.as_str())
                .filter(|title| !title.is_empty())
                .map_or_else(|| name.clone(), str::to_owned)
        };
        self.policies.iter().map(title).collect()
    }

    /// The plans of the policies whose bit is set.
    pub fn plans(&self, applied: u128) -> Vec<&'p Plan> {
        let chosen = self.policies.iter().enumerate().filter(|(at, _)| applied >> at & 1 == 1);
        chosen.flat_map(|(_, (_, plans))| plans.iter().copied()).collect()
    }

    /// All policies, a bit for each.
    pub fn all(&self) -> u128 {
        match self.policies.len() {
            Self::POLICIES => u128::MAX,
            some => (1 << some) - 1,
        }
    }

    /// The policies that are for a Mac, of which `of` tells it. One of which nobody knows is not judged, and the Mac is then
    /// undecided at best; where none is and of each it is known, nothing is expected of the Mac.
    pub fn applied(&self, of: impl Fn(&AppliesTo) -> Applies) -> Applied {
        let mut policies = 0;
        let (mut not, mut open) = (Vec::new(), Vec::new());
        for (at, (name, plans)) in self.policies.iter().enumerate() {
            let said = |why: Vec<String>| why.into_iter().map(move |why| format!("{name}: {why}"));
            // Only policies say whom they are for, and each is one plan.
            match plans.first().map_or(Applies::Yes, |plan| of(&plan.applies_to)) {
                Applies::Yes => policies |= 1 << at,
                Applies::No(why) => not.extend(said(why)),
                Applies::Unknown(why) => open.extend(said(why)),
            }
        }
        let applies = match (policies, open.is_empty()) {
            (_, false) => Applies::Unknown(open),
            (0, true) => Applies::No(not),
            (_, true) => Applies::Yes,
        };
        Applied { policies, applies }
    }

    /// The attributes of Macs that the policies ask for, each with the first policy that does.
    pub fn attributes(&self) -> BTreeMap<&'p str, &str> {
        let mut found = BTreeMap::new();
        for (name, plans) in &self.policies {
            for attribute in plans.iter().flat_map(|plan| plan.applies_to.attributes.keys()) {
                found.entry(attribute.as_str()).or_insert(name.as_str());
            }
        }
        found
    }

    /// Every attribute of Macs that a policy asks for: the policy, the attribute, and the patterns of which one must fit.
    pub fn conditions(&self) -> impl Iterator<Item = (&str, &'p str, &'p [String])> {
        let plans =
            self.policies.iter().flat_map(|(name, plans)| plans.iter().map(move |plan| (name, *plan)));
        plans.flat_map(|(name, plan)| {
            let asked = plan.applies_to.attributes.iter();
            asked.map(move |(attribute, patterns)| (name.as_str(), attribute.as_str(), patterns.as_slice()))
        })
    }

    /// Every setting.
    pub fn settings(&self) -> &[&'p Setting] {
        &self.settings
    }

    /// The products whose versions are counted: those that read a setting, and macOS.
    pub fn products(&self) -> &[String] {
        &self.products
    }

    /// Each setting of the policies whose bit is set, in the order of the plans, with its place among all.
    pub(super) fn walk(&self, applied: u128) -> impl Iterator<Item = (&'p Setting, u32)> {
        let chosen = self.policies.iter().zip(&self.places).enumerate();
        let chosen = chosen.filter(move |(at, _)| applied >> at & 1 == 1);
        chosen.flat_map(|(_, ((_, plans), places))| {
            let pairs = plans.iter().zip(places);
            pairs.flat_map(|(plan, places)| plan.settings.iter().zip(places.iter().copied()))
        })
    }

    /// The places of the settings of one policy, each once.
    pub fn of_policy(&self, policy: usize) -> BTreeSet<u32> {
        self.places.get(policy).into_iter().flatten().flatten().copied().collect()
    }
}

/// Whether the setting at a place says the same. What two plans say alike is judged once: the channel is of no matter.
fn is_at(settings: &[&Setting], at: u32, setting: &Setting) -> bool {
    let known = usize::try_from(at).ok().and_then(|at| settings.get(at));
    known.is_some_and(|known| (known.enforcement, &known.value) == (setting.enforcement, &setting.value))
}

/// The products that read the settings; of a suite, its apps.
fn products(settings: &[&Setting], catalog: &Catalog<'_>) -> Vec<String> {
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for setting in settings {
        named.extend(setting.reads.iter().map(|reads| reads.product.as_str()));
        named.extend(catalog.domain(setting.domain.as_str()).and_then(|domain| domain.product));
    }
    let mut found: BTreeSet<&str> = BTreeSet::from(["macOS"]);
    for name in named {
        let known = catalog.product(name);
        if known.is_some_and(|known| !known.app.is_empty()) {
            found.insert(name);
            continue;
        }
        let suite = known.and_then(|known| known.suite).unwrap_or(name);
        let members = catalog.products().filter(|member| member.suite == Some(suite));
        found.extend(members.filter(|member| !member.app.is_empty()).map(|member| member.name));
    }
    found.into_iter().map(str::to_owned).collect()
}
