//! A Mac as one of its users sees it: what the catalogue's rules ask.

use super::{Mac, RungState};
use crate::catalog::model::Product;
use crate::catalog::{Catalog, Fact, Facts, Known, Licence};
use crate::version::{Ranges, Version};
use std::collections::BTreeSet;

/// A Mac as one of its users sees it.
#[derive(Clone, Copy)]
pub struct Seen<'m, 'c> {
    /// The Mac.
    pub mac: &'m Mac,
    /// The user; none: nobody's own layers count.
    pub user: Option<&'m str>,
    /// The catalogue, which says what products are.
    pub catalog: &'m Catalog<'c>,
}

impl Seen<'_, '_> {
    /// The versions of a product that are installed, and whether some copy's version is not known.
    ///
    /// A product without a bundle of its own (a helper inside the suite's apps) has the versions of its suite, and
    /// a suite those of all its apps.
    pub fn installed(&self, product: &str) -> (Vec<Version>, bool) {
        let of = |name: &str| self.mac.apps.get(name).into_iter().flatten();
        let known: Option<&Product<'_>> = self.catalog.product(product);
        let bundled = product == "macOS" || known.is_some_and(|known| !known.app.is_empty());
        let suite = match known {
            Some(known) if !bundled => Some(known.suite.unwrap_or(known.name)),
            _ => None,
        };
        let copies: Vec<_> = match suite {
            None => of(product).collect(),
            Some(suite) => {
                let members = self.catalog.products().filter(|member| member.suite == Some(suite));
                members.flat_map(|member| of(member.name)).collect()
            }
        };
        let doubt = copies.iter().any(|app| app.version.is_none());
        let versions: BTreeSet<Version> = copies.iter().filter_map(|app| app.version).collect();
        (versions.into_iter().collect(), doubt)
    }
}

impl Facts for Seen<'_, '_> {
    fn value(&self, domain: &str, key: &str) -> Fact<'_> {
        let ladder = self.mac.ladder(domain, key, self.user);
        if ladder.doubt().is_some() {
            return Fact::Unknown;
        }
        ladder.winner().map_or(Fact::Unset, |(_, value)| Fact::Set(value))
    }

    fn forced(&self, domain: &str, key: &str) -> Known<bool> {
        let ladder = self.mac.ladder(domain, key, self.user);
        match ladder.rungs.first() {
            Some(rung) if matches!(rung.state, RungState::Unreadable(_)) => Known::Unknown,
            Some(rung) => Known::Yes(rung.layer.managed()),
            None => Known::Yes(false),
        }
    }

    fn versions(&self, product: &str) -> Known<Ranges> {
        let (versions, doubt) = self.installed(product);
        if doubt {
            return Known::Unknown;
        }
        let ranges =
            versions.iter().filter_map(|version| format!("{version} .. {version}").parse::<Ranges>().ok());
        Known::Yes(ranges.fold(Ranges::none(), |all, one| all.union(&one)))
    }

    fn licences(&self) -> Known<BTreeSet<Licence>> {
        // A volume licence is a file of its own; the absence of one proves nothing.
        Known::Unknown
    }
}
