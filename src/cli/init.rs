//! `prefsmith init`: a commented starter policy.

use super::common::{Exit, label, print, say};
use crate::output::write_new;
use crate::text::policy;
use anyhow::{Context as _, Result};
use std::path::PathBuf;

/// Write a commented starter policy
///
/// The policy is safe on any licence and passes `prefsmith check --deny warnings` as it is.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith init                                          to standard output
  prefsmith init office.toml --id com.example.office --organization \"Example Corp\"")]
pub(super) struct Args {
    /// Where to write it; a file that is there is left alone. Without it: standard output
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The root of every identifier, like a bundle id
    #[arg(long, default_value = "com.example.office", value_parser = id)]
    id: String,
    /// What people call the policy
    #[arg(long, default_value = "Office")]
    name: String,
    /// Who issues it
    #[arg(long, default_value = "Example Corp")]
    organization: String,
}

fn id(text: &str) -> Result<String, String> {
    if crate::policy::is_identifier(text) {
        Ok(text.to_owned())
    } else {
        Err("write it like a bundle id: `com.example.office`".to_owned())
    }
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let text = policy(&args.id, &args.name, &args.organization)?;
    match &args.file {
        None => print(&text)?,
        Some(path) => {
            write_new(path, text.as_bytes()).with_context(|| label(path))?;
            say(&format!("wrote {}; next: prefsmith check {}\n", label(path), label(path)));
        }
    }
    Ok(Exit::Fine)
}
