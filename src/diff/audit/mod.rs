//! Many Macs against what was expected of them, folded into one answer.
//!
//! [`Scope`] says what is judged, [`Glance`] is what is kept of one Mac, [`Ledger`] takes the glances one after the other
//! and keeps a few dozen bytes of each, and [`Summary`] is what they come to: of every Mac the newest snapshot.

#[cfg(test)]
mod applies_tests;
mod domains;
mod fingerprint;
mod glance;
mod ledger;
mod reported;
mod scope;
mod since;
mod summary;
#[cfg(test)]
mod tests;

pub use domains::DomainSum;
pub use fingerprint::Fingerprint;
pub use glance::{Apps, Gist, Glance, Install, State};
pub use ledger::{Ledger, Newest};
pub use reported::Told;
pub use scope::{Applied, Scope, ScopeError};
pub use since::Since;
pub use summary::{AppSum, MacSum, Macs, SettingSum, Summary, Unread};
