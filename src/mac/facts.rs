//! A Mac as one of its users sees it: what the catalogue's rules ask.

use super::{App, Layer, Mac};
use crate::catalog::model::Product;
use crate::catalog::{Catalog, Fact, Facts, Installed, Known, Licence};
use crate::value::Value;
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

/// What is known of a value: all of it, that there is none, or nothing.
enum Sure<'m> {
    Value(Layer, &'m Value),
    None,
    Unknown,
}

impl<'m> Seen<'m, '_> {
    fn sure(&self, domain: &str, key: &str) -> Sure<'m> {
        let ladder = self.mac.ladder(domain, key, self.user);
        let nobody = self.nobody();
        match ladder.winner() {
            _ if ladder.doubt().is_some() => Sure::Unknown,
            Some((rung, value)) if rung.layer.managed() || !nobody => Sure::Value(rung.layer, value),
            None if self.mac.looked_for(domain, key) && !nobody => Sure::None,
            _ => Sure::Unknown,
        }
    }

    /// Whether it is not known whose preferences count, although somebody has a home there.
    fn nobody(&self) -> bool {
        let somebody = !self.mac.everybody.is_empty() || self.mac.about.unreadable("/Users").is_some();
        self.user.is_none() && somebody
    }
}

impl<'m> Seen<'m, '_> {
    /// The value of a key, for as long as the Mac is there.
    pub fn fact(&self, domain: &str, key: &str) -> Fact<'m> {
        match self.sure(domain, key) {
            Sure::Value(_, value) => Fact::Set(value),
            Sure::None => Fact::Unset,
            Sure::Unknown => Fact::Unknown,
        }
    }
}

impl Facts for Seen<'_, '_> {
    fn value(&self, domain: &str, key: &str) -> Fact<'_> {
        self.fact(domain, key)
    }

    fn forced(&self, domain: &str, key: &str) -> Known<bool> {
        match self.sure(domain, key) {
            Sure::Value(layer, _) => Known::Yes(layer.managed()),
            Sure::None => Known::Yes(false),
            Sure::Unknown if self.nobody() => Known::Unknown,
            // Else only a managed file that cannot be read leaves open whether it is enforced.
            Sure::Unknown => {
                let ladder = self.mac.ladder(domain, key, self.user);
                let open = ladder.rungs.iter().any(|rung| rung.layer.managed());
                if open { Known::Unknown } else { Known::Yes(false) }
            }
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
        // The volume licence of Office is a file of its own; that there is none proves nothing.
        if self.mac.volume_licence { Known::Yes([Licence::Volume].into()) } else { Known::Unknown }
    }

    fn copies(&self, product: &str) -> Known<Vec<Installed>> {
        let copies = self.mac.apps.get(product).into_iter().flatten();
        let known = |flag: Option<bool>| flag.map_or(Known::Unknown, Known::Yes);
        let opened = |id: &str| {
            let user = self.user?.to_owned();
            self.mac.opened.get(&(user, id.to_owned())).copied()
        };
        let copy = |app: &App| Installed {
            path: app.path.clone(),
            bundle_id: app.bundle_id.clone(),
            app_store: known(app.app_store),
            opened: known(opened(&app.bundle_id)),
        };
        Known::Yes(copies.map(copy).collect())
    }
}
