//! `--attributes FILE.csv`: what a site knows of its Macs and no Mac of itself.

use super::common::{label, read_bytes};
use crate::diff::attributes::Attributes;
use anyhow::{Context as _, Result, anyhow, bail};
use std::collections::BTreeMap;
use std::path::Path;

/// The largest table, in bytes.
const LARGEST: usize = 256 << 20;

/// Reads the attributes that policies ask for, each with the policy that does.
///
/// # Errors
/// There is no table and one is asked for; or it cannot be read.
pub(super) fn read_attributes(path: Option<&Path>, wanted: &BTreeMap<&str, &str>) -> Result<Attributes> {
    let Some(path) = path else {
        if let Some((attribute, policy)) = wanted.iter().next() {
            bail!("{policy} is for Macs by their `{attribute}`: --attributes FILE.csv says what that is");
        }
        return Ok(Attributes::default());
    };
    let bytes = read_bytes(path, LARGEST).map_err(|why| anyhow!("{why}")).with_context(|| label(path))?;
    let wanted: Vec<&str> = wanted.keys().copied().collect();
    Attributes::read(&bytes, &wanted).with_context(|| label(path))
}
