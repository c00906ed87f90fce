//! `--attributes FILE.csv`: what a site knows of its Macs and no Mac of itself.

use super::common::{complain, label, read_bytes};
use crate::diff::attributes::Attributes;
use crate::diff::audit::Scope;
use anyhow::{Context as _, Result, anyhow, bail};
use std::path::Path;

/// The largest table, in bytes.
const LARGEST: usize = 256 << 20;

/// Reads the attributes that policies ask for. What no Mac of the table has, as a misspelt department, is said on standard
/// error: the policy is then for none of them.
///
/// # Errors
/// There is no table and one is asked for; or it cannot be read.
pub(super) fn read_attributes(path: Option<&Path>, scope: &Scope<'_>) -> Result<Attributes> {
    let wanted = scope.attributes();
    let Some(path) = path else {
        if let Some((attribute, policy)) = wanted.iter().next() {
            bail!("{policy} is for Macs by their `{attribute}`: --attributes FILE.csv says what that is");
        }
        return Ok(Attributes::default());
    };
    let name = label(path);
    let bytes = read_bytes(path, LARGEST).map_err(|why| anyhow!("{why}")).with_context(|| name.clone())?;
    let wanted: Vec<&str> = wanted.keys().copied().collect();
    let attributes = Attributes::read(&bytes, &wanted).with_context(|| name.clone())?;
    for (policy, attribute, patterns) in scope.conditions() {
        if let Some(instead) = attributes.unfit(attribute, patterns) {
            let patterns: Vec<String> =
                patterns.iter().map(|own| format!("`{}`", own.escape_debug())).collect();
            let patterns = patterns.join(" or ");
            complain(&format!("{policy}: no Mac in {name} has {patterns} as its {attribute}; {instead}"));
        }
    }
    Ok(attributes)
}
