//! Compiles `catalog/*.toml` into the layer that the library carries.
//!
//! The modules that read and write layers are those of the library itself, so that the built-in catalogue and
//! the ones of `--catalog` cannot differ in form.
#![allow(dead_code, unused_imports, missing_docs)]
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr)]

#[path = "src/document/mod.rs"]
mod document;
#[path = "src/finding/mod.rs"]
mod finding;
#[path = "src/version/mod.rs"]
mod version;

#[path = "src/value"]
mod value {
    mod kind;
    pub use kind::Type;
}

#[path = "src/catalog"]
mod catalog {
    pub mod compile;
    pub mod fields;
    pub mod host;
    pub mod model;
    pub mod network;
    pub mod network_fields;
    pub mod rule;
    pub mod rule_fields;
}

use std::path::{Path, PathBuf};

fn main() -> std::process::ExitCode {
    match run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=catalog");
    println!("cargo::rerun-if-changed=src/catalog");
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").ok_or("no CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    let mut files: Vec<PathBuf> = std::fs::read_dir(root.join("catalog"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let texts: Vec<String> = files.iter().map(std::fs::read_to_string).collect::<Result<_, _>>()?;

    let mut sources = finding::Sources::new();
    let mut findings = finding::Findings::new();
    let label = |path: &Path| format!("catalog/{}", path.file_name().unwrap_or_default().to_string_lossy());
    let mut documents = Vec::new();
    for (path, text) in files.iter().zip(&texts) {
        let id = sources.add(label(path), text.clone());
        documents.push(document::Document::parse(id, text, &mut findings));
    }
    let mut parts = catalog::compile::Parts::default();
    for document in &documents {
        catalog::compile::read(document, &mut parts, &mut findings);
    }
    if !findings.is_empty() {
        let mut said = String::from("the catalogue cannot be built:\n");
        for finding in findings.sorted() {
            let place = finding.primary().and_then(|at| sources.position_of(at).map(|p| (at.source(), p)));
            let place = place
                .map_or(String::new(), |(id, p)| format!("{}:{}:{}: ", sources.label(id), p.line, p.column));
            said.push_str(&format!("{place}{}\n", finding.title));
        }
        return Err(said.into());
    }
    std::fs::write(out.join("catalog.bin"), parts.write()?)?;
    println!("cargo::rustc-env=PREFSMITH_READER={:016x}", reader(&root)?);
    Ok(())
}

/// A number for the code that turns manifests into a layer: what another code made is made anew.
fn reader(root: &Path) -> std::io::Result<u64> {
    use std::hash::Hasher as _;
    let mut open: Vec<PathBuf> =
        ["src/catalog", "src/value", "src/document", "src/version"].map(|folder| root.join(folder)).to_vec();
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        println!("cargo::rerun-if-changed={}", folder.display());
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { open.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let mut hasher = std::hash::DefaultHasher::new();
    for path in files {
        hasher.write(&std::fs::read(path)?);
    }
    Ok(hasher.finish())
}
