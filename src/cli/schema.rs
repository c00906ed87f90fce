//! `prefsmith schema`: the JSON Schema of policies, for editors.

use super::common::{Exit, Global, Layers, complain, print, say_findings};
use super::completions::domains;
use crate::catalog::Catalog;
use crate::document::nearest;
use crate::finding::{Findings, Sources};
use crate::report::schema::policy;
use anyhow::Result;
use clap_complete::ArgValueCompleter;

/// Print the JSON Schema of policies, for editors
///
/// An editor that reads it completes keys with what they do and the builds that read them, and underlines wrong
/// types and values. It is made from the catalogue, those of --catalog and --manifests included. What depends on more
/// than one value, and misspelt domains, only `prefsmith check` sees.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith schema > policy.schema.json
  prefsmith schema --domain AutoUpdate --domain Outlook > updates.schema.json

The first line of a policy then names it, an empty line behind it:
  #:schema policy.schema.json")]
pub(super) struct Args {
    /// Only this domain, by its alias or its name; keys of others are then not checked
    #[arg(long, value_name = "DOMAIN", add = ArgValueCompleter::new(domains))]
    domain: Vec<String>,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    let catalog = layers.catalog()?;
    say_findings(&findings, 0, &sources, "prefsmith check");
    let mut only: Vec<&str> = Vec::new();
    for name in &args.domain {
        match catalog.domain_like(name) {
            Some(domain) if only.contains(&domain.name) => {}
            Some(domain) => only.push(domain.name),
            None => {
                complain(&unknown(name, &catalog));
                return Ok(Exit::Found);
            }
        }
    }
    only.sort_unstable();
    print(&policy(&catalog, &only))?;
    Ok(if findings.has_errors() { Exit::Found } else { Exit::Fine })
}

fn unknown(name: &str, catalog: &Catalog<'_>) -> String {
    let domains = catalog.domains();
    let known = domains.iter().flat_map(|domain| domain.alias.into_iter().chain([domain.name]));
    match nearest(name, known) {
        Some(near) => format!("`{name}` is no domain that the catalogue knows; did you mean `{near}`?"),
        None => format!("`{name}` is no domain that the catalogue knows"),
    }
}
