//! What apps contact, as it lies in a compiled layer: activities, their endpoints, and what settings do to them.
//! `docs/catalogue.md` describes the tables.

use super::rule::Rule;
use serde::{Deserialize, Serialize};

/// How an app knows of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SourceType {
    /// It is hard-coded in the app.
    Static,
    /// It is coded into a page or a redirector.
    SemiStatic,
    /// A configuration service hands it out at run time.
    ConfigurationService,
}

impl SourceType {
    /// The words in catalogues and outputs.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("static", Self::Static),
        ("semi-static", Self::SemiStatic),
        ("configuration-service", Self::ConfigurationService),
    ];

    /// The word in catalogues and outputs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::SemiStatic => "semi-static",
            Self::ConfigurationService => "configuration-service",
        }
    }

    /// What it means, for people.
    pub fn means(self) -> &'static str {
        match self {
            Self::Static => "hard-coded in the app",
            Self::SemiStatic => "coded into a page or a redirector",
            Self::ConfigurationService => "handed out by the configuration service at run time",
        }
    }
}

/// An activity that makes apps contact addresses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section<'a> {
    /// What outputs call it.
    pub id: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// When the addresses are contacted, in one sentence.
    pub summary: &'a str,
    /// The products that contact its endpoints, where these name none; empty: nobody says.
    #[serde(borrow)]
    pub apps: Vec<&'a str>,
    /// The licences under which there is this activity; empty: not stated.
    pub licences: Vec<&'a str>,
    /// What else must be so: `when add-ins are trusted`.
    pub only: Option<&'a str>,
    /// The versions that the list is about, by product.
    pub about: Vec<(&'a str, &'a str)>,
    /// The time of the knowledge: a year, a month or a day.
    pub as_of: &'a str,
    /// Further facts.
    pub notes: Vec<&'a str>,
    /// Citations.
    pub sources: Vec<&'a str>,
}

impl Section<'_> {
    /// Whether only some licences have the activity.
    pub fn is_licensed(&self) -> bool {
        const ALL: usize = 3;
        !self.licences.is_empty() && self.licences.len() < ALL
    }
}

/// An address that apps contact during an activity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Endpoint<'a> {
    /// The activity.
    pub section: &'a str,
    /// The address as its source prints it.
    pub url: &'a str,
    /// How the app knows of it.
    pub kind: SourceType,
    /// The products that contact it; empty: those of the activity.
    #[serde(borrow)]
    pub apps: Vec<&'a str>,
    /// The versions of these products that do.
    pub works: Option<&'a str>,
    /// What for, in a few words.
    pub summary: &'a str,
    /// Citations, where they are not those of the activity.
    pub sources: Vec<&'a str>,
}

/// What endpoints an effect is about: all of some activities, and those of some hosts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, std::default::Default)]
pub struct Reach<'a> {
    /// Activities.
    #[serde(borrow)]
    pub sections: Vec<&'a str>,
    /// Hosts, or patterns of hosts, in every activity.
    pub hosts: Vec<&'a str>,
}

impl Reach<'_> {
    /// Whether it is about nothing.
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty() && self.hosts.is_empty()
    }
}

/// What settings do to the network. It holds where its conditions do, for the builds that read its keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect<'a> {
    /// The conditions; `says` is what the settings do, in a sentence without variables.
    #[serde(borrow)]
    pub rule: Rule<'a>,
    /// The products whose contacts it is about; empty: the one that `@` is bound to, or else all.
    pub apps: Vec<&'a str>,
    /// What is no longer contacted.
    pub stops: Reach<'a>,
    /// What is contacted for fewer reasons than before.
    pub lessens: Reach<'a>,
    /// What may no longer be contacted: no source says whether.
    pub unsure: Reach<'a>,
    /// What is contacted in spite of another setting.
    pub keeps: Reach<'a>,
    /// What must be known beside it.
    pub notes: Vec<&'a str>,
}

/// All of a layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, std::default::Default)]
pub struct Network<'a> {
    /// Activities, in the order of the files.
    #[serde(borrow)]
    pub sections: Vec<Section<'a>>,
    /// Endpoints, in the order of the files.
    pub endpoints: Vec<Endpoint<'a>>,
    /// What settings do.
    pub effects: Vec<Effect<'a>>,
}
