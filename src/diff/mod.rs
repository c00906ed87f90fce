//! Where two inputs differ, each a policy, a profile, a folder of profiles, or a file of preferences: by channel,
//! domain and key, with types and enforcement; payloads that are no preferences by what is in them; and the envelope
//! apart, which says how a profile is called and not what it does.

pub mod answer;
pub mod applies;
pub mod attributes;
pub mod audit;
mod envelope;
pub mod exempt;
mod inside;
pub mod mend;
pub mod on_mac;
pub mod osquery;
pub mod outcome;
pub mod pattern;
mod payloads;
pub mod same;
mod settings;
mod side;
pub mod table;
pub mod verdict;
#[cfg(test)]
mod verdict_tests;

pub use envelope::Apart;
pub use inside::{Inside, inside};
pub use payloads::{Foreign, PayloadPair};
pub use settings::{Extra, Pair, Said};
pub use side::{Kind, Part, Side};

use crate::catalog::Catalog;
use crate::finding::{Finding, Findings};

/// What is said of one setting of the expected input, or of one payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The other input has the same.
    Same,
    /// Another value, another type, another enforcement, or another channel.
    Differs,
    /// The other input does not have it.
    Missing,
    /// An identity token stands on one side only: whether a Mac gets the same depends on its user.
    NotComparable,
    /// A `[defaults]` setting, which the other input could not carry: profiles enforce, or set once.
    NotApplicable,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 5] =
        [Self::Same, Self::Differs, Self::Missing, Self::NotComparable, Self::NotApplicable];

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Differs => "differs",
            Self::Missing => "missing",
            Self::NotComparable => "not-comparable",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// Whether it is a difference.
    pub fn drift(self) -> bool {
        matches!(self, Self::Differs | Self::Missing)
    }
}

/// The difference of two inputs.
#[derive(Clone, Debug)]
pub struct Difference<'p> {
    /// Every setting of the first, by channel, domain and key.
    pub pairs: Vec<Pair<'p>>,
    /// What only the second has.
    pub extra: Vec<Extra<'p>>,
    /// How many settings were not looked at, because the other input is a file of other domains.
    pub outside: usize,
    /// Payloads that are no preferences, those of the first before those that only the second has.
    pub payloads: Vec<PayloadPair<'p>>,
    /// Where the envelopes differ.
    pub envelope: Vec<Apart>,
    /// Whether parts of an input could not be read.
    pub incomplete: bool,
}

impl Difference<'_> {
    /// Whether anything differs that a Mac would feel; the envelope does not count.
    pub fn drift(&self) -> bool {
        self.pairs.iter().any(|pair| pair.verdict.drift())
            || self.extra.iter().any(|extra| extra.drift)
            || self.payloads.iter().any(|pair| pair.verdict() != Verdict::Same)
    }

    /// Whether everything could be compared.
    pub fn decided(&self) -> bool {
        !self.incomplete && self.count(Verdict::NotComparable) == 0
    }

    /// How many settings of the first input have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.pairs.iter().filter(|pair| pair.verdict == verdict).count()
    }
}

/// Compares two inputs.
pub fn between<'p>(expected: &Side<'p>, actual: &Side<'p>) -> Difference<'p> {
    let settings = settings::compare(expected, actual);
    let payloads = payloads::compare(expected, actual);
    let envelope = envelope::compare(expected, actual, &payloads);
    let incomplete = expected.incomplete || actual.incomplete;
    let settings::Compared { pairs, extra, outside } = settings;
    Difference { pairs, extra, outside, payloads, envelope, incomplete }
}

/// Keys that several profiles of one input set to different values: of which macOS takes one, and nobody knows which.
/// What one profile says twice is said when it is read.
pub fn contradictions(side: &Side<'_>, catalog: &Catalog<'_>) -> Findings {
    let contradiction = |said: &Said<'_>| {
        let first = said.setting;
        let (domain, key) = (first.domain.as_str(), first.key.as_str());
        let title =
            format!("`{key}` of {} is set by two profiles, to different values", catalog.short(domain));
        said.across.then(|| {
            let finding =
                Finding::new("set-by-two-profiles", title).at(first.origin.clone(), "").about(domain, key);
            said.others.iter().fold(finding, |finding, other| finding.at(other.origin.clone(), "another"))
        })
    };
    settings::said(side).iter().filter_map(contradiction).collect()
}
