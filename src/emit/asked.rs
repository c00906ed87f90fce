//! What a script looks for on a Mac: the keys of domains, and the copies of apps, as calls of the scripts' own.

use super::defaults::builds::line;
use crate::catalog::Catalog;
use crate::plan::Setting;
use crate::text::Call;
use crate::value::DomainName;
use std::collections::{BTreeMap, BTreeSet};

/// Keys by domain.
pub(super) type Keys<'k> = BTreeMap<&'k str, BTreeSet<&'k str>>;

/// The keys of settings. The domain that every app reads may hold any of them.
pub(super) fn keys_of<'k>(settings: impl Iterator<Item = &'k Setting>) -> Keys<'k> {
    let mut keys = Keys::new();
    for setting in settings {
        keys.entry(setting.domain.as_str()).or_default().insert(setting.key.as_str());
        keys.entry(DomainName::GLOBAL).or_default().insert(setting.key.as_str());
    }
    keys
}

/// Every key of the catalogue, but of layers that only say what others say: those know far more than any script
/// should hold.
pub(super) fn every_key<'k>(catalog: &'k Catalog<'_>) -> Keys<'k> {
    let mut keys = Keys::new();
    let vouched = catalog.layers().iter().take(catalog.builtin_layer() + 1);
    for entry in vouched.flat_map(|layer| layer.entries()) {
        for domain in entry.domains.iter().copied().chain([DomainName::GLOBAL]) {
            keys.entry(domain).or_default().insert(entry.name);
        }
    }
    keys
}

/// The call that looks at a domain: `look DOMAIN CONTAINER FILE KEY…`.
pub(super) fn look(domain: &str, keys: &BTreeSet<&str>, catalog: &Catalog<'_>) -> Call {
    let known = catalog.domain(domain);
    // Of a domain that no catalogue knows nobody can say whether its app is sandboxed: a container tells.
    let container = match known {
        Some(known) => known.container.unwrap_or_default(),
        None if domain == DomainName::GLOBAL => "",
        None => domain,
    };
    let file = known.and_then(|known| known.file).and_then(|file| file.strip_prefix("~/"));
    let call = Call::new("look").word(domain).word(container).word(file.unwrap_or_default());
    keys.iter().fold(call, |call, key| call.word(*key))
}

/// The calls that find out which copies of products are there: `bundle NAME VERSION-KEY IDS PLACE…`.
pub(super) fn bundles<'k>(catalog: &'k Catalog<'_>, wanted: impl Fn(&'k str) -> bool) -> Vec<Call> {
    let mut seen = BTreeSet::new();
    let mut calls = Vec::new();
    for product in catalog.products() {
        if product.app.is_empty() || !wanted(product.name) || !seen.insert(product.name) {
            continue;
        }
        let key = product.version_key.unwrap_or("CFBundleShortVersionString");
        let ids = product.bundle_ids.join("\n");
        let call = Call::new("bundle").word(line(product.name)).word(key).word(ids);
        calls.push(product.app.iter().fold(call, |call, place| call.word(*place)));
    }
    calls
}
