//! Pages: everything in a tag is escaped for HTML.

use super::TemplateError;
use handlebars::{Handlebars, html_escape};
use serde::Serialize;

const MAC: &str = include_str!("../../templates/mac.html.hbs");
const NETWORK: &str = include_str!("../../templates/network.html.hbs");

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
