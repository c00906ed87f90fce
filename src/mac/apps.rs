//! What is installed: apps with their versions and builds, AutoUpdate, macOS.

use super::tree::Tree;
use super::{About, MacError, Memo, User, Want, keys};
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
    /// snapshot that has none.
    pub app_store: Option<bool>,
    /// Why its version is not known.
    pub doubt: Option<String>,
}

/// What is asked of the versions of an app, and of macOS.
pub(super) const OF_APPS: Want<'_> = Want { question: 0, keys: Some(&INFO), without: &[] };
pub(super) const OF_MACOS: Want<'_> = Want { question: 1, keys: Some(&["ProductVersion"]), without: &[] };
/// How many questions there are here.
pub(super) const QUESTIONS: usize = 2;

/// Where a product may lie.
#[derive(Debug)]
pub(super) struct Place<'a> {
    product: &'a Product<'a>,
    /// Its bundles, each with the file that tells its version.
    bundles: Vec<(&'a str, String)>,
}

/// Where the products of the catalogue may lie.
pub(super) fn places<'a>(catalog: &'a Catalog<'_>) -> Vec<Place<'a>> {
    let bundle = |path: &&'a str| (*path, format!("{path}{INFO_FILE}"));
    catalog
        .products()
        .filter(|product| !product.app.is_empty())
        .map(|product| Place { product, bundles: product.app.iter().map(bundle).collect() })
        .collect()
}

/// The file of a bundle that tells its version.
const INFO_FILE: &str = "/Contents/Info.plist";

/// Where to look, and what was read before.
#[derive(Clone, Copy)]
pub(super) struct Look<'l> {
    pub tree: &'l dyn Tree,
    pub about: &'l About,
    pub memo: &'l Memo,
}

/// The copies of every product of the catalogue, by the product's name. One that is not installed is not there.
pub(super) fn installed(
    look: Look<'_>,
    homes: &[&str],
    places: &[Place<'_>],
) -> Result<BTreeMap<String, Vec<App>>, MacError> {
    let mut found = BTreeMap::new();
    // Nearly no user has apps of their own.
    let homes: Vec<String> = homes.iter().map(|home| format!("{home}/Applications")).collect();
    let homes: Vec<&String> = homes.iter().filter(|folder| may_hold(look, folder)).collect();
    for place in places {
        let own = place.bundles.iter().filter_map(|(path, info)| copy(look, path, info, place.product));
        let of_users = homes.iter().flat_map(|folder| {
            let names = place.bundles.iter().filter_map(|(path, _)| path.strip_prefix("/Applications/"));
            names.filter_map(move |name| {
                let path = format!("{folder}/{name}");
                copy(look, &path, &format!("{path}{INFO_FILE}"), place.product)
            })
        });
        let copies: Vec<App> = own.chain(of_users).collect();
        if !copies.is_empty() && !found.contains_key(place.product.name) {
            found.insert(place.product.name.to_owned(), copies);
        }
    }
    if let Some(version) = macos(look) {
        found.insert("macOS".to_owned(), vec![version]);
    }
    Ok(found)
}

/// Whether anything is in a folder, or could not be read there.
fn may_hold(look: Look<'_>, folder: &str) -> bool {
    let unread = &look.about.unreadable;
    look.tree.has(folder)
        || look.about.unreadable(folder).is_some()
        || unread.keys().any(|path| path.starts_with(folder))
}

/// One copy of a product, if it lies there.
fn copy(look: Look<'_>, path: &str, info: &str, product: &Product<'_>) -> Option<App> {
    let entries = match keys(look.tree, info, OF_APPS, look.memo) {
        Ok(Some(found)) => found,
        Ok(None) => {
            let why = look.about.unreadable(info)?.to_owned();
            return Some(unknown(path.to_owned(), why));
        }
        Err(why) => return Some(unknown(path.to_owned(), why)),
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
    let app_store = match look.tree.list(&format!("{path}/Contents/_MASReceipt")) {
        Ok(Some(_)) => Some(true),
        Ok(None) if look.about.looked_for_apps() => Some(false),
        _ => None,
    };
    Some(App { bundle_id: id.to_owned(), version, app_store, doubt, path: path.to_owned() })
}

fn unknown(path: String, why: String) -> App {
    App { path, bundle_id: String::new(), version: None, app_store: None, doubt: Some(why) }
}

fn macos(look: Look<'_>) -> Option<App> {
    let path = MACOS.to_owned();
    match keys(look.tree, MACOS, OF_MACOS, look.memo) {
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

/// The bundle identifiers of products whose preferences lie in a container.
pub(super) fn sandboxed<'a>(catalog: &'a Catalog<'_>) -> Vec<&'a str> {
    let sandboxed: BTreeSet<&str> =
        catalog.domains().into_iter().filter_map(|domain| domain.container).collect();
    let ids = catalog.products().flat_map(|product| product.bundle_ids.iter().copied());
    ids.filter(|id| sandboxed.contains(id)).collect()
}

/// Which sandboxed apps users have opened: by the user's name and the bundle identifier, where it can be told. The
/// container of an app is made when it is first opened; a snapshot lacks those of which nothing was collected.
pub(super) fn opened(
    tree: &dyn Tree,
    users: &[User],
    about: &About,
    sandboxed: &[&str],
) -> BTreeMap<(String, String), bool> {
    let mut found = BTreeMap::new();
    for id in sandboxed {
        for user in users {
            let container = format!("{}/Library/Containers/{id}", user.home);
            let there = match tree.list(&container) {
                Ok(Some(_)) => true,
                Ok(None) if about.looked_for_apps() && about.unreadable(&container).is_none() => false,
                _ => continue,
            };
            found.insert((user.name.clone(), (*id).to_owned()), there);
        }
    }
    found
}
