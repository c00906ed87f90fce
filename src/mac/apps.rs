//! What is installed: apps with their versions and builds, AutoUpdate, macOS.

use super::snapshot::About;
use super::tree::Tree;
use super::{MacError, User, keys};
use crate::catalog::Catalog;
use crate::catalog::model::Product;
use crate::value::Value;
use crate::version::Version;
use std::collections::{BTreeMap, BTreeSet};

/// Where macOS says its version.
const MACOS: &str = "/System/Library/CoreServices/SystemVersion.plist";
/// The keys that tell the version of an app.
const INFO: [&str; 3] = ["CFBundleIdentifier", "CFBundleShortVersionString", "CFBundleVersion"];

/// One copy of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its bundle.
    pub path: String,
    /// Its bundle identifier; empty if it could not be read.
    pub bundle_id: String,
    /// Its version with the build; none if it could not be read, or is no version.
    pub version: Option<Version>,
    /// Whether it came from the App Store: whether a receipt lies in it. None if nobody looked for one, as in a
    /// snapshot that no collector made.
    pub app_store: Option<bool>,
    /// Why its version is not known.
    pub doubt: Option<String>,
}

/// The copies of every product of the catalogue, by the product's name. One that is not installed is not there.
pub(super) fn installed(
    tree: &dyn Tree,
    homes: &[&str],
    about: &About,
    catalog: &Catalog<'_>,
) -> Result<BTreeMap<String, Vec<App>>, MacError> {
    let mut found = BTreeMap::new();
    for product in catalog.products() {
        let own = product.app.iter().map(|path| (*path).to_owned());
        let of_users = homes.iter().flat_map(|home| {
            let names = product.app.iter().filter_map(|path| path.strip_prefix("/Applications/"));
            names.map(move |name| format!("{home}/Applications/{name}"))
        });
        let copies: Vec<App> =
            own.chain(of_users).filter_map(|path| copy(tree, path, product, about)).collect();
        if !copies.is_empty() && !found.contains_key(product.name) {
            found.insert(product.name.to_owned(), copies);
        }
    }
    if let Some(version) = macos(tree) {
        found.insert("macOS".to_owned(), vec![version]);
    }
    Ok(found)
}

/// One copy of a product, if it lies there.
fn copy(tree: &dyn Tree, path: String, product: &Product<'_>, about: &About) -> Option<App> {
    let info = format!("{path}/Contents/Info.plist");
    let entries = match keys(tree, &info, Some(&INFO)) {
        Ok(found) => found?,
        Err(why) => return Some(unknown(path, why)),
    };
    let text = |key: &str| match entries.get(key) {
        Some(Value::String(text)) => text.as_literal(),
        _ => None,
    };
    // Another app may have taken the place.
    let id = text("CFBundleIdentifier")?;
    if !product.bundle_ids.iter().any(|known| known.eq_ignore_ascii_case(id)) {
        return None;
    }
    let said = product.version_key.and_then(text).or_else(|| text("CFBundleShortVersionString"));
    let version = said.and_then(|said| said.parse().ok());
    let doubt = match (said, version) {
        (Some(_), Some(_)) => None,
        (Some(said), None) => {
            Some(format!("its version `{}` is none that can be compared", said.escape_debug()))
        }
        (None, _) => Some("it does not say its version".to_owned()),
    };
    let app_store = match tree.list(&format!("{path}/Contents/_MASReceipt")) {
        Ok(Some(_)) => Some(true),
        // The collector takes it along with the app.
        Ok(None) if !about.snapshot || about.collector.is_some() => Some(false),
        _ => None,
    };
    Some(App { bundle_id: id.to_owned(), version, app_store, doubt, path })
}

fn unknown(path: String, why: String) -> App {
    App { path, bundle_id: String::new(), version: None, app_store: None, doubt: Some(why) }
}

fn macos(tree: &dyn Tree) -> Option<App> {
    let path = MACOS.to_owned();
    match keys(tree, MACOS, Some(&["ProductVersion"])) {
        Ok(None) => None,
        Ok(Some(entries)) => {
            let version = match entries.get("ProductVersion") {
                Some(Value::String(text)) => text.as_literal().and_then(|text| text.parse().ok()),
                _ => None,
            };
            let doubt = version.is_none().then(|| "it does not say its version".to_owned());
            Some(App { path, bundle_id: String::new(), version, app_store: None, doubt })
        }
        Err(why) => Some(unknown(path, why)),
    }
}

/// Which sandboxed apps users have opened: by the user's name and the bundle identifier, where it can be told. The
/// container of an app is made when it is first opened; a snapshot lacks those of domains that were not asked for.
pub(super) fn opened(
    tree: &dyn Tree,
    users: &[User],
    about: &About,
    catalog: &Catalog<'_>,
) -> BTreeMap<(String, String), bool> {
    let mut found = BTreeMap::new();
    let sandboxed: BTreeSet<&str> =
        catalog.domains().into_iter().filter_map(|domain| domain.container).collect();
    // The collector makes the containers of the domains that it was asked for.
    let whole = about.collected.as_ref().filter(|_| !about.managed_only);
    let asked = whole.into_iter().flat_map(|collected| collected.keys());
    let asked: BTreeSet<&str> =
        asked.filter_map(|domain| catalog.domain(domain).and_then(|domain| domain.container)).collect();
    let ids = catalog.products().flat_map(|product| product.bundle_ids.iter().copied());
    for id in ids.filter(|id| sandboxed.contains(id)) {
        for user in users {
            let container = format!("{}/Library/Containers/{id}", user.home);
            let there = match tree.list(&container) {
                Ok(Some(_)) => true,
                Ok(None) if about.unreadable(&container).is_some() => continue,
                Ok(None) if !about.snapshot || asked.contains(id) => false,
                _ => continue,
            };
            found.insert((user.name.clone(), id.to_owned()), there);
        }
    }
    found
}
