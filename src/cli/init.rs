//! `prefsmith init`: a commented starter policy.

use super::common::{Exit, label, print, say};
use super::walk::{is_policy, is_project};
use crate::output::write_new;
use crate::text::{PROJECT, policy};
use crate::value::write::unwritable;
use anyhow::{Result, anyhow};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Write a commented starter policy
///
/// The policy is safe on any licence and passes `prefsmith check --deny warnings` as it is. A FILE that is called
/// prefsmith.toml becomes a project file instead.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith init                                          to standard output
  prefsmith init office.toml --id com.example.office --organization \"Example Corp\"
  prefsmith init prefsmith.toml                           a project file")]
pub(super) struct Args {
    /// Where to write it; a file that is there is left alone. Without it: standard output
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The root of every identifier, like a bundle id
    #[arg(long, default_value = "com.example.office", value_parser = id)]
    id: String,
    /// What people call the policy
    #[arg(long, default_value = "Office", value_parser = some_text)]
    name: String,
    /// Who issues it
    #[arg(long, default_value = "Example Corp", value_parser = some_text)]
    organization: String,
}

pub(super) fn id(text: &str) -> Result<String, String> {
    if crate::policy::is_identifier(text) {
        Ok(text.to_owned())
    } else {
        Err("write it like a bundle id: `com.example.office`".to_owned())
    }
}

pub(super) fn some_text(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("it cannot be empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// Whether a policy lies in a folder, where the project's pattern looks for them.
fn has_policies(folder: &Path) -> bool {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .any(|path| is_policy(&path) && !is_project(&path))
}

fn refusal(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::AlreadyExists => "there is such a file already, and it is left alone".to_owned(),
        ErrorKind::NotFound => "there is no such folder".to_owned(),
        _ => error.to_string(),
    }
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    for text in [&args.name, &args.organization] {
        anyhow::ensure!(
            unwritable(text).is_none(),
            "{text:?} holds a character that a property list cannot carry"
        );
    }
    let project = args.file.as_deref().is_some_and(is_project);
    if let Some(path) = args.file.as_deref().filter(|path| !is_policy(path)) {
        anyhow::bail!(
            "{}: the name of a policy ends in .toml; `prefsmith build` makes a profile of it",
            label(path)
        );
    }
    let text = match project {
        true => PROJECT.to_owned(),
        false => policy(&args.id, &args.name, &args.organization)?,
    };
    match &args.file {
        None => print(&text)?,
        Some(path) => {
            write_new(path, text.as_bytes())
                .map_err(|error| anyhow!("{}: {}", label(path), refusal(&error)))?;
            let folder = path.parent().unwrap_or(Path::new(""));
            let next = match project {
                // A project without policies has nothing to check.
                true if !has_policies(folder) => format!("init {}", label(&folder.join("office.toml"))),
                true if label(path).contains('/') => format!("check --project {}", label(path)),
                true => "check".to_owned(),
                false => format!("check {}", label(path)),
            };
            say(&format!("wrote {}; next: prefsmith {next}\n", label(path)));
        }
    }
    Ok(Exit::Fine)
}
