//! What the apps contact under a set of facts, what settings keep them from, and the lists that proxies take.

mod change;
mod effect;
mod facts;
mod hosts;
mod select;
#[cfg(test)]
mod tests;

pub use change::{Change, changes};
pub use effect::{Because, Doing, asks};
pub use facts::{Applied, Together};
pub use hosts::{Contested, Lists, lists};
pub use select::{Selected, Selection};

use crate::catalog::host::HostPattern;
use crate::catalog::network::{Endpoint, Section};
use crate::catalog::{Catalog, Facts, Known};
use crate::finding::listed;
use crate::version::Ranges;
use effect::{Fired, Shares};
use std::collections::BTreeSet;

/// What is asked.
pub struct Question<'f, 'q, 'c> {
    /// What is set, what runs, how it is licensed.
    pub facts: &'f dyn Facts,
    /// What is known of endpoints and of the effects of settings.
    pub catalog: &'q Catalog<'c>,
    /// Whether only enforced values count for certain: of a policy, users may change the others; of a Mac, what is in
    /// effect now is what is asked.
    pub enforced_only: bool,
}

/// Whether apps contact an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Some app does, and none is known to be kept from it.
    Contacted,
    /// Some app or build does, and others are kept from it; or it is contacted for fewer reasons.
    Partly,
    /// Every app that would is kept from it.
    Stopped,
    /// No app is known to contact it, and not all are known to be kept from it.
    Unknown,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Contacted, Self::Partly, Self::Stopped, Self::Unknown];

    /// The word in outputs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Contacted => "contacted",
            Self::Partly => "partly",
            Self::Stopped => "stopped",
            Self::Unknown => "unknown",
        }
    }

    /// What becomes of the contacts of several apps together.
    pub fn of(parts: &[Part<'_>]) -> Self {
        let contacted = parts.iter().any(|part| !part.contacted.is_empty());
        let kept = parts.iter().any(|part| !part.stopped.is_empty() || !part.lessened.is_empty());
        let unknown = parts.iter().any(|part| !part.unknown.is_empty());
        match (contacted, kept, unknown) {
            (true, true, _) => Self::Partly,
            (true, false, _) => Self::Contacted,
            (false, _, true) => Self::Unknown,
            (false, _, false) => Self::Stopped,
        }
    }
}

/// What becomes of one app's contacts with an endpoint. Each version that runs out there is in one of `contacted`,
/// `stopped` and `unknown`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'n> {
    /// The product; none: no source says who contacts it, and the versions mean nothing.
    pub app: Option<&'n str>,
    /// The versions that contact it.
    pub contacted: Ranges,
    /// Those of them that do for fewer reasons than without the settings.
    pub lessened: Ranges,
    /// The versions that are kept from it.
    pub stopped: Ranges,
    /// The versions of which no source says whether they are.
    pub unknown: Ranges,
}

impl Part<'_> {
    /// What becomes of it, all its versions together.
    pub fn state(&self) -> State {
        State::of(std::slice::from_ref(self))
    }
}

/// One endpoint of an activity.
#[derive(Clone, Debug)]
pub struct Row<'n, 'c> {
    /// The activity, as far as a catalogue describes it.
    pub section: Option<&'n Section<'c>>,
    /// The endpoint.
    pub endpoint: &'n Endpoint<'c>,
    /// Its host.
    pub host: HostPattern,
    /// What stands behind the host in the address; empty: all of the host.
    pub path: &'n str,
    /// Who contacts it, in the order of the catalogue.
    pub parts: Vec<Part<'n>>,
    /// Why it is as it is: settings, and what they do to these parts.
    pub because: Vec<Because<'n, 'c>>,
}

impl Row<'_, '_> {
    /// Whether it is contacted.
    pub fn state(&self) -> State {
        State::of(&self.parts)
    }

    /// What people call the activity.
    pub fn title(&self) -> &str {
        self.section.map_or(self.endpoint.section, |section| section.title)
    }
}

/// Why an endpoint is not among the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOutWhy {
    /// There is no such activity under the licences out there.
    Licence,
    /// None of the apps that contact it is installed.
    NotInstalled,
    /// No version out there contacts it: those that do.
    Builds(Ranges),
}

/// An endpoint that no Mac contacts anyway.
#[derive(Clone, Debug)]
pub struct LeftOut<'n, 'c> {
    /// The activity, as far as a catalogue describes it.
    pub section: Option<&'n Section<'c>>,
    /// The endpoint.
    pub endpoint: &'n Endpoint<'c>,
    /// Why nobody does.
    pub why: LeftOutWhy,
}

/// That builds run, or may, which are newer than the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newer {
    /// The time of the knowledge.
    pub as_of: String,
    /// The product.
    pub product: String,
    /// The versions that the list is about.
    pub about: Ranges,
    /// Those that it is not about.
    pub newer: Ranges,
}

impl Newer {
    /// As a sentence.
    pub fn says(&self) -> String {
        format!(
            "the list is of {} and describes {} {}; what {} {} contacts may be different",
            self.as_of,
            self.product,
            self.about.describe(),
            self.product,
            self.newer.describe()
        )
    }
}

/// What the apps contact.
#[derive(Clone, Debug, Default)]
pub struct Network<'n, 'c> {
    /// Every endpoint that some Mac contacts or would contact, by activity.
    pub rows: Vec<Row<'n, 'c>>,
    /// The endpoints that no Mac contacts anyway.
    pub left_out: Vec<LeftOut<'n, 'c>>,
    /// Builds that the lists are not about.
    pub newer: Vec<Newer>,
    /// Whether it is known which licences there are.
    pub licences_known: bool,
}

impl<'q, 'c> Question<'_, 'q, 'c> {
    /// The answer.
    pub fn answer(&self) -> Network<'q, 'c> {
        let fired = effect::fired(self);
        let licences_known = self.facts.licences() != Known::Unknown;
        let mut network = Network { licences_known, ..Network::default() };
        for endpoint in self.catalog.endpoints() {
            let section = self.catalog.section(endpoint.section);
            match self.parts(section, endpoint) {
                Ok(parts) => network.rows.extend(self.row(section, endpoint, parts, &fired)),
                Err(why) => network.left_out.push(LeftOut { section, endpoint, why }),
            }
        }
        network.newer = self.newer(&network);
        network
    }

    /// Who contacts an endpoint, with all versions that do, before any setting is looked at.
    fn parts(
        &self,
        section: Option<&'q Section<'c>>,
        endpoint: &'q Endpoint<'c>,
    ) -> Result<Vec<(Option<&'q str>, Ranges)>, LeftOutWhy> {
        let licences = section.map_or(&[][..], |section| section.licences.as_slice());
        if let Known::Yes(out_there) = self.facts.licences()
            && !licences.is_empty()
            && !out_there.iter().any(|licence| licences.contains(&licence.word()))
        {
            return Err(LeftOutWhy::Licence);
        }
        let apps = match (endpoint.apps.as_slice(), section) {
            ([], Some(section)) => section.apps.as_slice(),
            (apps, _) => apps,
        };
        // The compiler of layers has parsed it.
        let works: Ranges = endpoint.works.and_then(|text| text.parse().ok()).unwrap_or_else(Ranges::any);
        if apps.is_empty() {
            return Ok(vec![(None, Ranges::any())]);
        }
        let installed = apps.iter().map(|app| (*app, self.versions(app)));
        let installed: Vec<(&str, Ranges)> = installed.filter(|(_, versions)| !versions.is_empty()).collect();
        if installed.is_empty() {
            return Err(LeftOutWhy::NotInstalled);
        }
        let parts = installed.into_iter().map(|(app, versions)| (Some(app), versions.intersect(&works)));
        let parts: Vec<_> = parts.filter(|(_, versions)| !versions.is_empty()).collect();
        if parts.is_empty() { Err(LeftOutWhy::Builds(works)) } else { Ok(parts) }
    }

    /// The versions of a product that run, or may.
    fn versions(&self, product: &str) -> Ranges {
        match self.facts.versions(product) {
            Known::Yes(versions) => versions,
            Known::Unknown => Ranges::any(),
        }
    }

    fn row(
        &self,
        section: Option<&'q Section<'c>>,
        endpoint: &'q Endpoint<'c>,
        parts: Vec<(Option<&'q str>, Ranges)>,
        fired: &[Fired<'q, 'c>],
    ) -> Option<Row<'q, 'c>> {
        // The compiler of layers has read it.
        let (host, path) = HostPattern::of_url(endpoint.url).ok()?;
        let mut because: Vec<Because<'q, 'c>> = Vec::new();
        let mut done = Vec::new();
        for (app, versions) in parts {
            let mut shares = Shares::new(versions);
            for one in fired.iter().filter(|one| one.speaks_of(app)) {
                for doing in one.doing(endpoint.section, &host) {
                    if let Some(builds) = one.act(doing, app, self, &mut shares) {
                        effect::remember(&mut because, one, doing, app, builds);
                    }
                }
            }
            done.push(shares.part(app));
        }
        Some(Row { section, endpoint, host, path, parts: done, because })
    }

    /// Builds that run, or may, and that the lists are not about.
    fn newer(&self, network: &Network<'q, 'c>) -> Vec<Newer> {
        let mut newer: Vec<Newer> = Vec::new();
        let sections = network.rows.iter().filter_map(|row| row.section);
        for (section, (product, about)) in
            sections.flat_map(|section| section.about.iter().map(move |about| (section, about)))
        {
            // The compiler of layers has parsed it.
            let about: Ranges = about.parse().unwrap_or_else(|_| Ranges::any());
            let found = Newer {
                as_of: section.as_of.to_owned(),
                product: (*product).to_owned(),
                newer: self.versions(product).minus(&about),
                about,
            };
            if !found.newer.is_empty() && !newer.contains(&found) {
                newer.push(found);
            }
        }
        newer
    }
}

impl Network<'_, '_> {
    /// What must be known beside the wanted rows, in sentences.
    pub fn notes(&self, selection: &Selection) -> Vec<String> {
        let rows = self.told_of(selection);
        let mut notes: Vec<String> = self.newer(selection).into_iter().map(Newer::says).collect();
        let told = rows.iter().flat_map(|row| &row.because).flat_map(|because| &because.effect.notes);
        for note in told {
            if !notes.iter().any(|known| known == note) {
                notes.push((*note).to_owned());
            }
        }
        let bound = rows.iter().filter_map(|row| row.section).filter(|section| section.is_licensed());
        let bound: BTreeSet<&str> = bound.map(|section| section.id).collect();
        if !self.licences_known && !bound.is_empty() {
            let bound: Vec<&str> = bound.into_iter().collect();
            notes.push(format!(
                "which licences there are is not known; not every licence has {}",
                listed(&bound)
            ));
        }
        notes
    }

    /// Builds that the lists of the wanted rows are not about; of all rows where none is wanted.
    pub fn newer(&self, selection: &Selection) -> Vec<&Newer> {
        let sections: Vec<&Section<'_>> =
            self.told_of(selection).into_iter().filter_map(|row| row.section).collect();
        let of = |newer: &Newer, section: &Section<'_>| {
            section.as_of == newer.as_of && section.about.iter().any(|(product, _)| *product == newer.product)
        };
        self.newer.iter().filter(|newer| sections.iter().any(|section| of(newer, section))).collect()
    }

    /// The wanted rows, or else all.
    fn told_of(&self, selection: &Selection) -> Vec<&Row<'_, '_>> {
        let wanted: Vec<&Row<'_, '_>> = selection.of(self).into_iter().map(|one| one.row).collect();
        if wanted.is_empty() { self.rows.iter().collect() } else { wanted }
    }

    /// Whether something could not be found out on which a wanted row depends.
    pub fn undecided(&self, selection: &Selection) -> bool {
        let selected = selection.of(self);
        selected.iter().any(|one| one.because().any(|because| !because.certain))
    }
}
