//! Pages: everything in a tag is escaped for HTML.

use super::TemplateError;
use crate::value::write::base64;
use handlebars::{Handlebars, html_escape};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

const FLEET: &str = include_str!("../../templates/audit.html.hbs");
const MAC: &str = include_str!("../../templates/mac.html.hbs");
const NETWORK: &str = include_str!("../../templates/network.html.hbs");

/// The page of many Macs, filled with what its template names. Of all scripts, only its own may run.
///
/// # Errors
/// A fault of the template.
pub fn fleet_page(data: &impl Serialize) -> Result<String, TemplateError> {
    let filled = page(FLEET, data)?;
    // A browser runs what has this digest, and nothing else (Content Security Policy Level 3, "Usage of hashes").
    let script = FLEET.split_once("<script>").and_then(|(_, rest)| rest.split_once("</script>"));
    let digest = Sha256::digest(script.map_or("", |(script, _)| script));
    Ok(filled.replacen("'sha256-'", &format!("'sha256-{}'", base64(&digest)), 1))
}

/// The page of one Mac, filled with what its template names.
///
/// # Errors
/// A fault of the template.
pub fn mac_page(data: &impl Serialize) -> Result<String, TemplateError> {
    page(MAC, data)
}

/// The page of what apps contact, filled with what its template names.
///
/// # Errors
/// A fault of the template.
pub fn network_page(data: &impl Serialize) -> Result<String, TemplateError> {
    page(NETWORK, data)
}

fn page(template: &str, data: &impl Serialize) -> Result<String, TemplateError> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(html_escape);
    let broken = |error: String| TemplateError::new(error);
    registry.register_template_string("page", template).map_err(|error| broken(error.to_string()))?;
    registry.render("page", data).map_err(|error| broken(error.to_string()))
}
