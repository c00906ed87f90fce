//! The compiled form: what the program carries is what the files say, and all of it decodes.

use crate::raw::files;
use prefsmith::catalog::compile::{Parts, read};
use prefsmith::catalog::{Catalog, Layer};
use prefsmith::document::Document;
use prefsmith::finding::{Findings, Sources};

static BUILT_IN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalog.bin"));

/// The files of the catalogue, compiled as `--catalog` does.
fn compiled() -> Vec<u8> {
    let files = files();
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    let documents: Vec<Document<'_>> = files
        .iter()
        .map(|(name, text)| Document::parse(sources.add(name.clone(), text.clone()), text, &mut findings))
        .collect();
    let mut parts = Parts::default();
    for document in &documents {
        read(document, &mut parts, &mut findings);
    }
    let said: Vec<String> = findings.iter().map(|finding| finding.title.clone()).collect();
    assert_eq!(said, Vec::<String>::new());
    parts.write().unwrap()
}

#[test]
fn built_in_bytes_are_what_the_files_compile_to() {
    assert!(compiled() == BUILT_IN, "build.rs and --catalog compile the same files differently");
}

#[test]
fn every_section_decodes() {
    let catalog = Catalog::builtin();
    assert_eq!(catalog.layers().len(), 1);
    let layer = Layer::new("built in", BUILT_IN).unwrap();
    assert!(!layer.heads().domains.is_empty() && !layer.heads().products.is_empty());
    assert!(!layer.extras().sources.is_empty() && !layer.extras().tokens.is_empty());
    let entries = layer.entries();
    assert!(!entries.is_empty());
    for (number, entry) in entries.iter().enumerate() {
        let key = layer.key(number).unwrap_or_else(|| panic!("{} does not decode", entry.name));
        assert_eq!((key.name, &key.domains, key.bare), (entry.name, &entry.domains, entry.bare));
    }
}

/// As many of each as the files have: what is left out while compiling is missed here.
#[test]
fn nothing_of_the_files_is_lost() {
    let catalog = Catalog::builtin();
    let layer = &catalog.layers()[0];
    let (heads, extras, network) = (layer.heads(), layer.extras(), layer.network());
    let ours = [
        ("source", extras.sources.len()),
        ("product", heads.products.len()),
        ("domain", heads.domains.len()),
        ("list", heads.lists.len()),
        ("key", layer.entries().len()),
        ("mau-app", extras.mau_apps.len()),
        ("not-a-key", extras.not_keys.len()),
        ("token", extras.tokens.len()),
        ("section", network.sections.len()),
        ("endpoint", network.endpoints.len()),
        ("effect", network.effects.len()),
    ];
    for (table, count) in ours {
        assert_eq!(crate::raw::tables(table).len(), count, "[[{table}]]");
    }
}
