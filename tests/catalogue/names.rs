//! Whatever the catalogue names exists: domains, keys, products, sources. And what a policy can call is told apart.

use crate::raw::tables;
use crate::{is_element, keys, none, positions};
use prefsmith::catalog::Catalog;
use prefsmith::catalog::model::Node;
use std::collections::BTreeSet;

/// `domain:key` exists, at the top of its domain.
fn missing_key(catalog: &Catalog<'static>, path: &str) -> bool {
    path.split_once(':').is_none_or(|(domain, key)| catalog.key(domain, key).is_none())
}

#[test]
fn other_keys_that_a_key_names_exist() {
    let catalog = Catalog::builtin();
    let mut complaints = Vec::new();
    for key in keys(&catalog) {
        let own: Vec<String> = key.domains.iter().map(|domain| format!("{domain}:{}", key.name)).collect();
        for newer in &key.superseded {
            if missing_key(&catalog, newer.by) || own.iter().any(|own| own == newer.by) {
                complaints.push(format!("{}: superseded by {}", own[0], newer.by));
            }
        }
        for (path, node) in positions(key) {
            for other in node.disputed.iter().flat_map(|disputed| &disputed.see) {
                if missing_key(&catalog, other) {
                    complaints.push(format!("{}, {path}: see {other}", own[0]));
                }
            }
        }
    }
    none(complaints);
}

/// Whoever follows `superseded` comes to an end, and to a key that is not deprecated.
#[test]
fn successors_lead_somewhere() {
    let catalog = Catalog::builtin();
    for key in keys(&catalog) {
        let mut open: Vec<(&str, usize)> = key.superseded.iter().map(|newer| (newer.by, 0)).collect();
        while let Some((path, depth)) = open.pop() {
            assert!(depth < 8, "{}: its successors go in a circle", key.name);
            let (domain, name) = path.split_once(':').unwrap();
            let next = catalog.key(domain, name).unwrap();
            if next.key.superseded.is_empty() {
                assert_eq!(
                    next.key.node.deprecated, None,
                    "{} ends in {path}, which is deprecated",
                    key.name
                );
            }
            open.extend(next.key.superseded.iter().map(|newer| (newer.by, depth + 1)));
        }
    }
}

#[test]
fn domains_products_suites_and_apps_exist() {
    let catalog = Catalog::builtin();
    let (domain, product) =
        (|name: &str| catalog.domain(name).is_none(), |name: &str| catalog.product(name).is_none());
    let mut complaints = Vec::new();
    for key in keys(&catalog) {
        let lost = key.domains.iter().filter(|name| domain(name));
        complaints.extend(lost.map(|name| format!("{}: domain {name}", key.name)));
        let lost = key.apps.iter().filter(|name| product(name));
        complaints.extend(lost.map(|name| format!("{}: app {name}", key.name)));
        let one_product: BTreeSet<_> = key
            .domains
            .iter()
            .filter_map(|name| catalog.domain(name)?.product)
            .map(suite(&catalog))
            .collect();
        if !(key.node.works.is_empty() && key.node.doubtful.is_empty()) && one_product.len() != 1 {
            complaints.push(format!("{}: versions of {one_product:?} in one entry", key.name));
        }
    }
    for known in catalog.domains() {
        if known.product.is_some_and(product) {
            complaints.push(format!("{}: product {:?}", known.name, known.product));
        }
        let wrong = known.misspelt.iter().filter(|name| !domain(name) || **name == known.name);
        complaints.extend(wrong.map(|name| format!("{}: misspelt {name}, which is a domain", known.name)));
    }
    for known in catalog.products() {
        if known.suite.is_some_and(product) {
            complaints.push(format!("{}: suite {:?}", known.name, known.suite));
        }
    }
    // Payload types of Apple are no domains that anybody sets here: the list is there to know them by.
    let of_apple = |name: &str| name == "apple-payload-types" || name.starts_with("apple-payloads-");
    let lists = catalog.layers()[0].heads().lists.iter().filter(|list| !of_apple(list.name));
    for list in lists {
        let lost = list.domains.iter().filter(|name| domain(name));
        complaints.extend(lost.map(|name| format!("@{}: {name}", list.name)));
    }
    for known in catalog.not_keys() {
        let real = catalog.key(known.domain, known.name).is_some();
        let instead = known.instead.is_some_and(|name| catalog.key(known.domain, name).is_none());
        if domain(known.domain) || real || instead {
            complaints.push(format!("not-a-key {} {}", known.domain, known.name));
        }
    }
    none(complaints);
}

/// The product with which a product shares its versions.
fn suite<'c>(catalog: &'c Catalog<'static>) -> impl Fn(&'static str) -> &'static str + 'c {
    |name| catalog.product(name).and_then(|product| product.suite).unwrap_or(name)
}

#[test]
fn apps_of_autoupdate_fit_together() {
    let catalog = Catalog::builtin();
    let mut complaints = Vec::new();
    for app in catalog.mau_apps() {
        let lost = app.within.iter().filter(|key| catalog.key("com.microsoft.autoupdate2", key).is_none());
        complaints.extend(lost.map(|key| format!("{}: in {key}", app.path)));
        if !app.ids.contains(&app.default_id) {
            complaints
                .push(format!("{}: its default id {} is not among {:?}", app.path, app.default_id, app.ids));
        }
        if !(app.path.starts_with('/') && app.path.ends_with(".app")) || app.within.is_empty() {
            complaints.push(format!("{}: no path of an app, or in no dictionary", app.path));
        }
        if app.from.is_some_and(|from| from.parse::<prefsmith::version::Version>().is_err()) {
            complaints.push(format!("{}: from {:?}", app.path, app.from));
        }
    }
    none(complaints);
}

#[test]
fn every_citation_names_a_source_and_every_source_is_cited() {
    let catalog = Catalog::builtin();
    let mut cited: Vec<(String, &str)> = Vec::new();
    let all = |node: &Node<'static>| {
        let default = node.default.iter().map(|default| default.source);
        node.sources.iter().copied().chain(default).collect::<Vec<_>>()
    };
    for key in keys(&catalog) {
        for (path, node) in positions(key) {
            cited.extend(all(node).into_iter().map(|citation| (path.clone(), citation)));
        }
    }
    let layer = &catalog.layers()[0];
    let mut more = |of: &str, sources: &[&'static str]| {
        assert!(!sources.is_empty(), "{of} has no source");
        cited.extend(sources.iter().map(|citation| (of.to_owned(), *citation)));
    };
    layer.heads().domains.iter().for_each(|known| more(known.name, &known.sources));
    layer.heads().products.iter().for_each(|known| more(known.name, &known.sources));
    layer.extras().tokens.iter().for_each(|known| more(known.name, &known.sources));
    layer.extras().mau_apps.iter().for_each(|known| more(known.path, &known.sources));
    layer.extras().not_keys.iter().for_each(|known| more(known.name, &known.sources));
    layer.extras().mdms.iter().for_each(|known| more(known.name, &known.sources));
    layer.network().sections.iter().for_each(|known| more(known.id, &known.sources));
    layer.network().effects.iter().for_each(|known| more(known.rule.id, &known.rule.sources));
    let used: BTreeSet<&str> = cited.iter().map(|(_, text)| text.split(':').next().unwrap()).collect();
    let lost = cited.iter().filter(|(_, text)| catalog.source(text).is_none());
    let mut complaints: Vec<String> = lost.map(|(of, text)| format!("{of}: source {text}")).collect();
    let idle = layer.extras().sources.iter().filter(|source| !used.contains(source.id));
    complaints.extend(idle.map(|source| format!("source {} is not cited", source.id)));
    none(complaints);
}

#[test]
fn every_key_has_a_summary_and_a_source() {
    let catalog = Catalog::builtin();
    let mut complaints = Vec::new();
    for key in keys(&catalog) {
        assert!(!is_element(&key.node), "{}", key.name);
        for (path, node) in positions(key) {
            let sentences = node.notes.iter().chain(&node.deprecated).chain([&node.summary]);
            let open = sentences.filter(|text| !text.ends_with('.') || text.trim() != **text);
            complaints.extend(open.map(|text| format!("{path}: `{text}` is no sentence")));
            if node.sources.is_empty() {
                complaints.push(format!("{path}: no source"));
            }
            if path == key.name && node.confidence.is_none() {
                complaints.push(format!("{path}: no confidence"));
            }
        }
    }
    none(complaints);
}

/// What stands in `[settings.NAME]`: one thing each.
#[test]
fn aliases_and_lists_are_told_apart() {
    let catalog = Catalog::builtin();
    let mut seen = BTreeSet::new();
    let domains: BTreeSet<String> = catalog.domains().iter().map(|known| known.name.to_lowercase()).collect();
    let key_names: BTreeSet<String> = catalog.key_names().iter().map(|name| name.to_lowercase()).collect();
    let aliases = catalog.domains().into_iter().filter_map(|known| known.alias).collect::<Vec<_>>();
    let lists =
        tables("list").iter().map(|list| list["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    for name in aliases.iter().map(|alias| (*alias).to_owned()).chain(lists) {
        let plain = name.to_lowercase();
        assert!(!name.is_empty() && !name.contains(['.', '"', ' ', '@']), "{name}");
        assert!(!domains.contains(&plain), "{name} is a domain");
        assert!(!key_names.contains(&plain), "{name} is a key");
        assert!(seen.insert(plain), "{name} stands for two things");
    }
}
