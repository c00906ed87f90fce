//! `prefsmith explain`: what is known of a name.

use super::common::{Exit, Global, Layers, complain, print, say_findings, text_options};
use super::completions::names;
use crate::finding::{Findings, Sources};
use crate::report::explain::find;
use anyhow::Result;
use clap::ValueEnum;
use clap_complete::ArgValueCompleter;
use std::io::IsTerminal;

/// Tell what is known of a key, a domain or a finding; or search by words
///
/// NAME is a key (`HowToCheck`, `Word:UseOnlineContent`, `com.microsoft.office:SendAllTelemetryEnabled`), a
/// position inside one (`Applications > LCID`), a domain or its alias, a product, a named list of domains, an
/// identity token, or the code of a finding, of a rule too. Anything else is searched for in names, summaries and values; of
/// several words, all must be found.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith explain UseOnlineContent
  prefsmith explain Office:SendAllTelemetryEnabled      the key in one domain
  prefsmith explain 'Applications > LCID'               inside a dictionary
  prefsmith explain Outlook                             a domain and its keys
  prefsmith explain superseded                          a finding of `prefsmith check`
  prefsmith explain crash report                        search
  prefsmith explain HowToCheck --format json | jq '.topics[0].entries[0].values[].value'

Exit status: 0 something is known, 1 nothing is.")]
pub(super) struct Args {
    /// What to explain
    #[arg(value_name = "NAME", required = true, add = ArgValueCompleter::new(names))]
    names: Vec<String>,
    /// How the answer is written
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    let catalog = layers.catalog()?;
    let words: Vec<&str> = args.names.iter().map(String::as_str).collect();
    let found = find(&catalog, &words);
    match args.format {
        Format::Text => print(&found.text(&text_options(std::io::stdout().is_terminal())))?,
        Format::Json => print(&found.json())?,
    }
    say_findings(&findings, 0, &sources, "prefsmith check");
    let unknown = found.unknown();
    if let Some(why) = &unknown {
        complain(why);
    }
    Ok(if unknown.is_some() || findings.has_errors() { Exit::Found } else { Exit::Fine })
}
