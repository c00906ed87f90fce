//! `prefsmith catalog`: catalogues and manifests for those who write them.

use super::common::{Exit, Global, catalog_files, label, print, read_text, say, text_options};
use super::manifests;
use crate::catalog::compile::{Parts, read};
use crate::document::Document;
use crate::emit::Artefact;
use crate::finding::{Findings, Severity, Sources};
use crate::output::{CommitOptions, FileEntry, FileName, commit};
use crate::policy::MAX_BYTES;
use crate::report::findings::{github, json, sarif, summary, text};
use anyhow::{Context as _, Result};
use clap::{Subcommand, ValueEnum};
use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

/// Check catalogues and manifests; turn manifests into catalogues
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Check(CheckArgs),
    Import(ImportArgs),
}

/// Say what is wrong with catalogue files and manifests
///
/// A catalogue file is TOML, as docs/catalogue.md describes it. A manifest is a property list of ProfileManifests; of
/// manifests it is also said which of them are left out, and why.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith catalog check site.toml
  prefsmith catalog check catalogue/             all .toml files of a folder
  prefsmith catalog check ProfileManifests/Manifests

Exit status:
  0  no errors, and with --deny warnings no warnings
  1  there are some
  2  a file cannot be read")]
struct CheckArgs {
    /// Catalogue files, manifests, or folders of them
    #[arg(required = true, value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// Let warnings count as errors do: what is not understood in a manifest is one
    #[arg(long, value_name = "WHAT")]
    deny: Option<Deny>,
    /// How findings are written
    #[arg(long, default_value = "text")]
    format: Format,
}

/// Turn manifests of ProfileManifests into catalogue files
///
/// Writes one TOML file for each domain. `--catalog DIR` then means the same as `--manifests` did, and what is wrong
/// in them can be mended by hand.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith catalog import ProfileManifests/Manifests
  prefsmith catalog import com.google.Chrome.plist --out catalogue
  prefsmith check --catalog catalogue chrome.toml

Exit status:
  0  the files are written; what was not understood is said
  2  a manifest cannot be read, or the files cannot be written")]
struct ImportArgs {
    /// Manifests, or folders of them
    #[arg(required = true, value_name = "FILE|DIR")]
    manifests: Vec<PathBuf>,
    /// Where the files go
    #[arg(long, default_value = "out/catalogue", value_name = "DIR")]
    out: PathBuf,
    /// Replace files that were edited since, or that prefsmith did not write
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Deny {
    Warnings,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Sarif,
    Github,
}

pub(super) fn run(args: &Args, _: &Global) -> Result<Exit> {
    match &args.what {
        What::Check(args) => check(args),
        What::Import(args) => import(args),
    }
}

fn check(args: &CheckArgs) -> Result<Exit> {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let mut told = String::new();
    for path in &args.files {
        if is_catalogue(path) {
            told.push_str(&catalogue(path, &mut sources, &mut findings)?);
        } else {
            let read = manifests::import(path, &mut sources, &mut findings)?;
            told.push_str(&manifests::told(path, &read));
        }
    }
    let findings = findings.sorted();
    match args.format {
        Format::Text => {
            print(&text(&findings, &sources, &text_options(std::io::stdout().is_terminal())))?;
            print(&format!("{told}{}\n", summary(&findings, 0)))?;
        }
        Format::Json => print(&json(&findings, &sources))?,
        Format::Sarif => print(&sarif(&findings, &sources))?,
        Format::Github => print(&github(&findings, &sources))?,
    }
    let denied = args.deny.is_some() && findings.count(Severity::Warning) > 0;
    Ok(if findings.has_errors() || denied { Exit::Found } else { Exit::Fine })
}

/// Whether a path holds catalogue files rather than manifests: by its name, or by what is in the folder.
fn is_catalogue(path: &Path) -> bool {
    let toml = |path: &Path| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    if path.is_dir() { catalog_files(path).is_ok() } else { toml(path) }
}

/// Reads the files as one layer, as `--catalog` does; gives back what was read, in a line.
fn catalogue(path: &Path, sources: &mut Sources, findings: &mut Findings) -> Result<String> {
    let mut texts = Vec::new();
    for file in catalog_files(path)? {
        let text = read_text(&file, MAX_BYTES).map_err(|why| anyhow::anyhow!("{}: {why}", label(&file)))?;
        texts.push((sources.add(label(&file), text.clone()), text));
    }
    let documents: Vec<Document<'_>> =
        texts.iter().map(|(id, text)| Document::parse(*id, text, findings)).collect();
    let mut parts = Parts::default();
    for document in &documents {
        read(document, &mut parts, findings);
    }
    let (domains, keys, rules) = parts.counts();
    Ok(format!("{}: domains {domains}, keys {keys}, rules {rules}\n", label(path)))
}

fn import(args: &ImportArgs) -> Result<Exit> {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let mut all = BTreeMap::new();
    for path in &args.manifests {
        let read = manifests::import(path, &mut sources, &mut findings)?;
        say(&manifests::told(path, &read));
        for made in read.texts() {
            let name = made.name.clone();
            let before = all.insert(made.name.clone(), made.text);
            anyhow::ensure!(
                before.is_none_or(|text| all.get(&name) == Some(&text)),
                "{name} is made of manifests of two folders: name a folder that holds both"
            );
        }
    }
    let findings = findings.sorted();
    say(&text(&findings, &sources, &text_options(std::io::stderr().is_terminal())));
    anyhow::ensure!(!all.is_empty(), "no manifest speaks of preferences on a Mac");
    let artefact = |(name, text): (String, String)| -> Result<Artefact> {
        let path = FileName::new(name)?;
        Ok(Artefact { path, executable: false, bytes: text.into_bytes(), target: "catalogue".to_owned() })
    };
    let artefacts: Vec<Artefact> = all.into_iter().map(artefact).collect::<Result<_>>()?;
    let changes = commit(&args.out, &artefacts, &record, &CommitOptions { force: args.force })
        .context("the catalogue cannot be written")?;
    for sentence in [&changes.mended, &changes.left_over].into_iter().flatten() {
        say(&format!("prefsmith: {sentence}\n"));
    }
    let (written, same) = (changes.written.len(), changes.unchanged.len());
    let gone = changes.removed.len();
    print(&format!("{}: {written} files written, {same} unchanged, {gone} removed\n", label(&args.out)))?;
    Ok(Exit::Fine)
}

/// The record of the files, by which the next import knows which are still its own.
fn record(files: &[FileEntry]) -> Vec<u8> {
    let json = serde_json::json!({ "version": 1, "files": files });
    let mut text = serde_json::to_vec_pretty(&json).unwrap_or_default();
    text.push(b'\n');
    text
}
