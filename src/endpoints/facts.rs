//! Several profiles that come to the same Macs, and what a Mac would be with them, each as one set of facts.

use crate::catalog::{Fact, Facts, Installed, Known, Licence};
use crate::plan::{Enforcement, Plan, Setting};
use crate::version::Ranges;
use std::collections::BTreeSet;

/// Several plans together; of two that set one key, the enforced value counts, or else the first.
pub struct Together<'p>(pub Vec<&'p Plan>);

impl Together<'_> {
    /// The setting of a key that counts.
    pub fn setting(&self, domain: &str, key: &str) -> Option<&Setting> {
        let all = || self.0.iter().filter_map(|plan| plan.setting(domain, key));
        all().find(|setting| setting.enforcement == Enforcement::Forced).or_else(|| all().next())
    }
}

impl Facts for Together<'_> {
    fn value(&self, domain: &str, key: &str) -> Fact<'_> {
        match self.setting(domain, key).and_then(|setting| setting.value.as_ref()) {
            Some(value) => Fact::Set(value),
            None => Fact::Unset,
        }
    }

    fn forced(&self, domain: &str, key: &str) -> Known<bool> {
        let setting = self.setting(domain, key);
        Known::Yes(setting.is_some_and(|setting| setting.enforcement == Enforcement::Forced))
    }

    fn versions(&self, product: &str) -> Known<Ranges> {
        // All of them speak of the same Macs.
        self.0.first().map_or_else(|| Known::Yes(Ranges::any()), |plan| plan.versions(product))
    }

    fn licences(&self) -> Known<BTreeSet<Licence>> {
        self.0.first().map_or(Known::Unknown, |plan| plan.licences())
    }
}

/// What is so where plans are applied: their settings in front of what is there already.
pub struct Applied<'p> {
    /// The plans.
    pub plans: &'p Together<'p>,
    /// What is there: it also says what runs.
    pub over: &'p dyn Facts,
}

impl Facts for Applied<'_> {
    fn value(&self, domain: &str, key: &str) -> Fact<'_> {
        match self.plans.value(domain, key) {
            Fact::Unset => self.over.value(domain, key),
            set => set,
        }
    }

    fn forced(&self, domain: &str, key: &str) -> Known<bool> {
        match self.plans.setting(domain, key) {
            Some(setting) => Known::Yes(setting.enforcement == Enforcement::Forced),
            // What is in effect there counts as it is.
            None => Known::Yes(true),
        }
    }

    fn versions(&self, product: &str) -> Known<Ranges> {
        self.over.versions(product)
    }

    fn licences(&self) -> Known<BTreeSet<Licence>> {
        match self.plans.licences() {
            Known::Unknown => self.over.licences(),
            known => known,
        }
    }

    fn copies(&self, product: &str) -> Known<Vec<Installed>> {
        self.over.copies(product)
    }
}
