//! The catalogues of a run: those of `--catalog`, `--manifests` and the project, around the built-in one.

use super::common::{Global, label, read_text};
use super::manifests::{Loaded, load};
use super::project::Found;
use crate::catalog::compile::{Naming, Parts, is_weak, read};
use crate::catalog::{Catalog, Layer, LayerError};
use crate::document::Document;
use crate::finding::{Finding, Findings, Sources, Span};
use crate::policy::MAX_BYTES;
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};

/// The bytes of the layers that `--catalog`, `--manifests` and the project name.
pub(super) struct Layers {
    list: Vec<(String, Vec<u8>)>,
    /// Those that are asked last.
    weak: Vec<(String, Vec<u8>)>,
    manifests: Vec<Loaded>,
    /// The project, if there is one.
    pub project: Option<Found>,
}

impl Layers {
    /// Finds the project, and compiles the catalogues of the command line and then of the project, the first named
    /// the strongest. What is wrong in them goes to the findings.
    pub fn load(global: &Global, sources: &mut Sources, findings: &mut Findings) -> Result<Self> {
        let project = Found::find(global, sources, findings)?;
        let of_project = |list: fn(&Found) -> Vec<PathBuf>| project.as_ref().map(list).unwrap_or_default();
        let catalogs = of_project(|found| found.paths(&found.project.catalog));
        let more = of_project(|found| found.paths(&found.project.manifests));
        let (mut list, mut weak) = (Vec::new(), Vec::new());
        let mut names: Vec<(usize, Naming, String, Span)> = Vec::new();
        for path in global.catalog.iter().chain(&catalogs) {
            let mut texts = Vec::new();
            for file in catalog_files(path)? {
                let text =
                    read_text(&file, MAX_BYTES).map_err(|why| anyhow::anyhow!("{}: {why}", label(&file)))?;
                texts.push((sources.add(label(&file), text.clone()), text));
            }
            let documents: Vec<Document<'_>> =
                texts.iter().map(|(id, text)| Document::parse(*id, text, findings)).collect();
            let (mut parts, mut hearsay) = (Parts::default(), Parts::default());
            for document in &documents {
                read(document, if is_weak(document) { &mut hearsay } else { &mut parts }, findings);
            }
            let written = |parts: Parts<'_>| parts.write().context("the catalogue cannot be compiled");
            let all_weak = !hearsay.is_empty() && parts.is_empty();
            if !hearsay.is_empty() {
                weak.push((label(path), written(hearsay)?));
            }
            if !all_weak {
                let named = parts.names().map(|(what, name, span)| (list.len(), what, name.to_owned(), span));
                names.extend(named);
                list.push((label(path), written(parts)?));
            }
        }
        let manifests =
            global.manifests.iter().chain(&more).map(|path| load(path, findings)).collect::<Result<_>>()?;
        let layers = Self { list, weak, manifests, project };
        let catalog = layers.catalog()?;
        for (layer, what, name, span) in names {
            if let Some(title) = takes_over(&catalog, layer, what, &name) {
                findings.push(Finding::new("catalogue-override", title).at(span, ""));
            }
        }
        Ok(layers)
    }

    /// The catalogue: these layers, with the built-in one between those of `--catalog` and the weak ones.
    pub fn catalog(&self) -> Result<Catalog<'_>> {
        fn layer((label, bytes): &(String, Vec<u8>)) -> Result<Layer<'_>, LayerError> {
            Layer::new(label.clone(), bytes)
        }
        let front: Result<Vec<_>, _> = self.list.iter().map(layer).collect();
        let mut weak = self.weak.iter().map(layer).collect::<Result<Vec<_>, _>>()?;
        for loaded in &self.manifests {
            weak.push(loaded.layer()?);
        }
        Ok(Catalog::between(front?, weak))
    }
}

/// A sentence, if the layer gives a name that a weaker one gives to something.
fn takes_over(catalog: &Catalog<'_>, layer: usize, what: Naming, name: &str) -> Option<String> {
    let own = catalog.layers().get(layer)?;
    let weaker = || catalog.layers().iter().enumerate().skip(layer + 1);
    let title = format!("{} takes over the {} `{name}`", own.label(), what.word());
    if what == Naming::Alias {
        let domain = |layer: &Layer<'_>| {
            let found = layer.heads().domains.iter().find(|domain| domain.alias == Some(name));
            found.map(|domain| domain.name.to_owned())
        };
        let before = weaker()
            .find_map(|(_, layer)| domain(layer))
            .filter(|before| domain(own).as_ref() != Some(before));
        return before.map(|before| format!("{title}, which otherwise means {before}"));
    }
    let has = |layer: &Layer<'_>| match what {
        Naming::Product => layer.heads().products.iter().any(|product| product.name == name),
        Naming::Domain => layer.heads().domains.iter().any(|domain| domain.name == name),
        Naming::List => layer.heads().lists.iter().any(|list| list.name == name),
        Naming::Rule => layer.rules().iter().any(|rule| rule.id == name),
        Naming::Section => layer.network().sections.iter().any(|section| section.id == name),
        Naming::Effect => layer.network().effects.iter().any(|effect| effect.rule.id == name),
        Naming::Alias | Naming::Key => false,
    };
    let (number, before) = weaker().find(|(_, layer)| has(layer))?;
    Some(if number == catalog.builtin_layer() {
        format!("{title}, which is built in")
    } else {
        format!("{title} of {}", before.label())
    })
}

/// The catalogue files of a path: itself, or those in the folder.
pub(super) fn catalog_files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).with_context(|| label(path))? {
        let file = entry.with_context(|| label(path))?.path();
        if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
            files.push(file);
        }
    }
    files.sort();
    anyhow::ensure!(!files.is_empty(), "{}: no .toml file is in this folder", label(path));
    Ok(files)
}
