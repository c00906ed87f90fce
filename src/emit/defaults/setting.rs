//! One setting of the plan as calls of a script.

use super::words::{TOKENS, given, tokens};
use super::{Part, Request, builds};
use crate::catalog::Catalog;
use crate::catalog::model::{Compare, When};
use crate::finding::Finding;
use crate::plan::{Enforcement, Setting};
use crate::text::Call;
use std::collections::BTreeSet;

/// The call that names the domain of those that follow, with the file in the home where the catalogue knows one.
pub(super) fn domain(name: &str, catalog: &Catalog<'_>) -> Call {
    let call = Call::new("domain").word(name);
    let file = catalog.domain(name).and_then(|known| known.file);
    let file = file.and_then(|path| path.strip_prefix("~/")?.strip_suffix(".plist"));
    match file {
        Some(file) => call.word(file),
        None => call,
    }
}

/// Whether `defaults write` surely takes a key as it stands.
pub(super) fn plain(key: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b' ');
    key.bytes().all(fine) && !key.starts_with(['-', ' '])
}

/// Where a setting goes: to each user, or to the computer for all of them.
pub(super) fn level(setting: &Setting) -> &'static str {
    if setting.enforcement == Enforcement::Default { "computer" } else { "user" }
}

/// Whether other entries of a dictionary are left alone.
pub(super) fn merges(domain: &str, key: &str, catalog: &Catalog<'_>) -> bool {
    catalog.key(domain, key).is_some_and(|known| known.key.compare == Compare::Contains)
}

/// The calls of one setting, at a level as of [`level`].
///
/// # Errors
/// A token that scripts do not know, a value that XML cannot carry.
pub(super) fn calls(
    request: &Request<'_, '_>,
    setting: &Setting,
    level: &str,
    part: &mut Part,
) -> Result<(), Box<Finding>> {
    let (domain, key) = (setting.domain.as_str(), setting.key.as_str());
    let found = |code: &'static str, title: String| {
        Box::new(Finding::new(code, title).at(setting.origin.clone(), "").about(domain, key))
    };
    if let Some(why) = &setting.why {
        part.calls.push(Call::new("why").word(why.as_str()));
    }
    let Some(value) = &setting.value else {
        part.calls.push(Call::new("drop").word(level).word(key));
        return Ok(());
    };
    let mut used = BTreeSet::new();
    tokens(value, &mut used);
    if let Some(unknown) = used.iter().find(|token| !TOKENS.contains(&token.as_str())) {
        return Err(found("token-in-script", format!("no script can find out `${{{unknown}}}`")));
    }
    part.tokens.extend(used);
    let known = request.catalog.key(domain, key);
    part.calls.extend(builds::read_by(setting, request.catalog, &mut part.products));
    if known.is_some_and(|known| known.key.when != When::Any) {
        part.calls.push(Call::new("early"));
    }
    let hide = request.plan.is_secret(setting, request.catalog);
    let given = given(key, value, merges(domain, key, request.catalog), hide)
        .map_err(|error| found("unwritable-text", format!("`{key}` cannot be written: {error}")))?;
    let call = Call::new("put").word(level).word(key).word(given.how).pieces(given.value);
    let stamp = request.plan.identity.set_once_stamp.map(|stamp| stamp.to_string());
    part.calls.push(match (setting.enforcement, stamp) {
        (Enforcement::SetOnce, Some(stamp)) => call.word(stamp),
        (Enforcement::SetOnce, None) => call.word("once"),
        _ => call,
    });
    Ok(())
}
