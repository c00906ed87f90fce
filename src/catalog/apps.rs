//! The preference domains of an app, by what people call the app.

use super::Catalog;
use super::model::Product;
use std::collections::BTreeSet;

/// What an app reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppReads<'a> {
    /// Its domains, and those that all apps of its suite read; by name.
    pub domains: BTreeSet<&'a str>,
    /// Those of them that are its own; none of a suite.
    pub own: BTreeSet<&'a str>,
    /// Keys of these domains that only other apps read, each with its domain.
    pub without: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> AppReads<'a> {
    fn alone(domain: &'a str) -> Self {
        Self { domains: BTreeSet::from([domain]), own: BTreeSet::from([domain]), ..Self::default() }
    }
}

impl<'c> Catalog<'c> {
    /// What an app reads, by a name that people have for it: that of a domain, an alias, a product with or without its
    /// maker, a bundle id, the file of the app. A suite stands for all its apps, a domain for itself alone. None if no
    /// catalogue knows the name.
    pub fn app(&self, name: &str) -> Option<AppReads<'c>> {
        let name = name.trim().trim_end_matches(".app");
        let same = |known: &str| known.eq_ignore_ascii_case(name);
        let all = self.domains();
        let slip = |slips: &[&str]| slips.iter().any(|slip| same(slip));
        if let Some(known) = all.iter().find(|known| same(known.name) || slip(&known.misspelt)) {
            return Some(AppReads::alone(known.name));
        }
        let file =
            |path: &str| path.rsplit('/').next().is_some_and(|file| same(file.trim_end_matches(".app")));
        let product = self.products().find(|product| {
            let ids = product.bundle_ids.iter().any(|id| same(id));
            same(product.name) || same(product.title) || ids || product.app.iter().any(|path| file(path))
        });
        if let Some(product) = product {
            return Some(self.read_by(product)).filter(|reads| !reads.domains.is_empty());
        }
        let called = |alias: Option<&str>, title: &str| alias.is_some_and(same) || same(title);
        let known = all.iter().find(|known| called(known.alias, known.title))?;
        Some(AppReads::alone(known.name))
    }

    fn read_by(&self, product: &Product<'c>) -> AppReads<'c> {
        let members: BTreeSet<&str> = self
            .products()
            .filter(|member| member.suite == Some(product.name))
            .map(|member| member.name)
            .chain([product.name])
            .chain(product.suite)
            .collect();
        let all = self.domains();
        let own = all.iter().filter(|domain| domain.product.is_some_and(|product| members.contains(product)));
        let domains: BTreeSet<&'c str> = own.map(|domain| domain.name).collect();
        let mut without = BTreeSet::new();
        // What a suite's domain has for some of its apps is of no matter to the others.
        for domain in domains.iter().filter(|_| product.suite.is_some()) {
            for key in self.keys_of(domain) {
                let known = self.key(domain, key);
                let others = known.is_some_and(|known| {
                    !known.key.apps.is_empty() && !known.key.apps.contains(&product.name)
                });
                if others {
                    without.insert((*domain, key));
                }
            }
        }
        let suite = self.products().any(|member| member.suite == Some(product.name));
        let own = all
            .iter()
            .filter(|domain| domain.product == Some(product.name) && !suite && domain.retired.is_none());
        AppReads { own: own.map(|domain| domain.name).collect(), domains, without }
    }

    /// The names that [`Catalog::app`] knows, for people.
    pub fn app_names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        for domain in self.domains() {
            names.insert(domain.name);
            names.extend(domain.alias);
        }
        for product in self.products() {
            names.extend([product.name, product.title]);
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domains(name: &str) -> Vec<&'static str> {
        // Leaked once for the lifetime of the test, as the catalogue lends its names.
        let catalog: &'static Catalog<'static> = Box::leak(Box::new(Catalog::builtin()));
        catalog.app(name).map(|reads| reads.domains.into_iter().collect()).unwrap_or_default()
    }

    #[test]
    fn an_app_by_its_many_names() {
        let outlook = ["com.microsoft.Outlook", "com.microsoft.office", "com.microsoft.officeprefs"];
        for name in ["Outlook", "outlook", "Microsoft Outlook", "Microsoft Outlook.app"] {
            let mut found = domains(name);
            found.retain(|domain| outlook.contains(domain));
            assert_eq!(found, outlook, "{name}");
        }
        assert!(!domains("Outlook").contains(&"com.microsoft.Word"));
    }

    #[test]
    fn a_domain_is_itself_alone_and_a_suite_all_its_apps() {
        assert_eq!(domains("com.microsoft.Outlook"), ["com.microsoft.Outlook"]);
        assert_eq!(domains("com.microsoft.office"), ["com.microsoft.office"]);
        assert_eq!(domains("com.microsoft.PowerPoint"), ["com.microsoft.Powerpoint"]);
        let office = domains("Office");
        for domain in ["com.microsoft.Outlook", "com.microsoft.Word", "com.microsoft.office"] {
            assert!(office.contains(&domain), "{office:?}");
        }
        assert!(!office.contains(&"com.microsoft.autoupdate2"), "{office:?}");
        assert_eq!(domains("AutoUpdate").first(), Some(&"com.microsoft.autoupdate.fba"));
    }

    #[test]
    fn what_only_other_apps_read_is_left_out() {
        let catalog = Catalog::builtin();
        let macros = ("com.microsoft.office", "VisualBasicMacroExecutionState");
        assert!(catalog.app("Outlook").unwrap().without.contains(&macros));
        assert!(!catalog.app("Word").unwrap().without.contains(&macros));
        assert!(catalog.app("Office").unwrap().without.is_empty());
        assert_eq!(catalog.app("Out look"), None);
    }
}
