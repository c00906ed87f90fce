//! A part of a plan that is a profile of its own, for the Macs whose builds read it.

use super::Setting;
use crate::value::{DomainName, KeyName};
use crate::version::Ranges;
use std::collections::BTreeSet;

/// The settings that one range of builds reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// What its profile and its identifiers are called behind the policy's: `Outlook-16.80-and-later`.
    pub slug: String,
    /// Which Macs get it: `Outlook 16.80 and later`.
    pub words: String,
    /// What a Mac must have, all of it: products with all versions that read the settings.
    pub needs: Vec<(String, Ranges)>,
    /// Its settings, by domain and key.
    pub keys: BTreeSet<(DomainName, KeyName)>,
}

impl Cut {
    /// Whether a setting is in its profile.
    pub fn has(&self, setting: &Setting) -> bool {
        // The names are those of the plan, and looking one up would need a pair of its own.
        self.keys.iter().any(|(domain, key)| *domain == setting.domain && *key == setting.key)
    }
}
