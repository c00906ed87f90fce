//! `--manifests`: finding the files, reading them into a layer, and the cache that saves doing it again.

use super::common::{label, read_bytes};
use super::manifest_cache::{Again, Cache, Made, State, digest, stamp};
use crate::catalog::compile::{Parts, read};
use crate::catalog::manifests::{Made as Text, Manifests, Named};
use crate::catalog::{Layer, LayerError};
use crate::document::Document;
use crate::finding::{Finding, Findings, Sources};
use anyhow::{Context as _, Result, ensure};
use std::path::{Path, PathBuf};

/// The largest manifest that is read.
const LARGEST: usize = 8 << 20;
/// The most files below one folder.
const MOST: usize = 5_000;
/// How deep folders are searched.
const DEEPEST: usize = 8;

/// One file, and how it is called from the folder that was named.
#[derive(Clone)]
pub(super) struct Found {
    pub path: PathBuf,
    pub within: String,
}

/// The manifests below a path, by name.
pub(super) fn find(path: &Path) -> Result<Vec<Found>> {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if !path.is_dir() {
        ensure!(path.exists(), "{}: there is no such file", label(path));
        return Ok(vec![Found { path: path.to_owned(), within: name(path) }]);
    }
    let mut found = Vec::new();
    let mut open = vec![(path.to_owned(), String::new(), 0)];
    while let Some((folder, within, depth)) = open.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| label(&folder))? {
            let entry = entry.with_context(|| label(&folder))?;
            let (path, name) = (entry.path(), name(&entry.path()));
            let kind = entry.file_type().with_context(|| label(&path))?;
            if name.starts_with('.') {
                continue;
            }
            let within = format!("{within}{name}");
            if kind.is_dir() && depth < DEEPEST {
                open.push((path, format!("{within}/"), depth + 1));
            } else if !kind.is_dir() && path.extension().is_some_and(|e| e.eq_ignore_ascii_case("plist")) {
                found.push(Found { path, within });
            }
            ensure!(found.len() <= MOST, "{}: more than {MOST} manifests", label(folder.as_path()));
        }
    }
    ensure!(!found.is_empty(), "{}: no .plist file is in this folder", label(path));
    found.sort_by(|a, b| a.within.cmp(&b.within));
    Ok(found)
}

/// The manifests below a path, with everything that is wrong in them.
pub(super) fn import(path: &Path, sources: &mut Sources, findings: &mut Findings) -> Result<Manifests> {
    let found = find(path)?;
    let bytes = contents(&found)?;
    Ok(understood(path, &found, &bytes, sources, findings))
}

fn contents(found: &[Found]) -> Result<Vec<Vec<u8>>> {
    let read = |one: &Found| {
        read_bytes(&one.path, LARGEST).map_err(|why| anyhow::anyhow!("{}: {why}", label(&one.path)))
    };
    found.iter().map(read).collect()
}

fn understood(
    path: &Path,
    found: &[Found],
    bytes: &[Vec<u8>],
    sources: &mut Sources,
    findings: &mut Findings,
) -> Manifests {
    let mut manifests = Manifests::default();
    // A folder may be named by `.`, and still be the one that means something.
    let whole = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let top = if path.is_dir() { Some(whole.as_path()) } else { whole.parent() };
    let top = top.and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    for (one, bytes) in found.iter().zip(bytes) {
        let shown = label(&one.path);
        // What is binary or signed has no lines.
        let text = if bytes.starts_with(b"bplist") { "".into() } else { String::from_utf8_lossy(bytes) };
        let source = sources.add(shown.clone(), text);
        let (before, file) = one.within.rsplit_once('/').unwrap_or(("", &one.within));
        let folder = before.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(&top);
        manifests.add(Named { label: &shown, folder, file }, bytes, source, findings);
    }
    manifests
}

/// Compiles what was made of manifests, as `--catalog` would.
pub(super) fn compile(made: &[Text]) -> Result<Vec<u8>> {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let ids: Vec<_> = made.iter().map(|one| sources.add(one.name.clone(), "")).collect();
    let parse = |(one, id): (&Text, _)| (id, one.text.clone());
    let texts: Vec<_> = made.iter().zip(ids).map(parse).collect();
    let documents: Vec<Document<'_>> =
        texts.iter().map(|(id, text)| Document::parse(*id, text, &mut findings)).collect();
    let mut parts = Parts::default();
    for document in &documents {
        read(document, &mut parts, &mut findings);
    }
    if let Some(first) = findings.iter().next() {
        let at = first.primary().map_or("", |at| sources.label(at.source()));
        anyhow::bail!("what was made of the manifests is no catalogue: {at}: {}", first.title);
    }
    parts.write().context("the manifests cannot be compiled")
}

/// A layer made of manifests.
pub(super) struct Loaded {
    /// How messages name it: the path that was given.
    pub label: String,
    made: Made,
}

impl Loaded {
    /// The compiled layer.
    ///
    /// # Errors
    /// The bytes are no layer.
    pub fn layer(&self) -> Result<Layer<'_>, LayerError> {
        self.made.layer(&self.label)
    }
}

/// The layer of one `--manifests`. What is not understood becomes findings without places: `catalog check` shows
/// those.
pub(super) fn load(path: &Path, findings: &mut Findings) -> Result<Loaded> {
    let found = find(path)?;
    let whole = std::fs::canonicalize(path).with_context(|| label(path))?;
    let state = State {
        root: whole.to_string_lossy().into_owned(),
        files: found.iter().map(|one| one.within.clone()).collect(),
        stamps: found.iter().map(|one| stamp(&one.path)).collect(),
    };
    let cache = Cache::of(&state.root);
    let again = anew(path, &found, &state, cache.clone());
    let known = cache.as_ref().and_then(|cache| cache.read(&state, again));
    let made = match known {
        Some(known) if known.is_fresh(&state) => known,
        known => {
            let bytes = contents(&found)?;
            let content = digest(bytes.iter().map(Vec::as_slice));
            let made = match known {
                // The same again, by other hands: only the stamps are new.
                Some(known) if known.head.content == content => known.with(state),
                _ => made(path, &found, &bytes, state, content)?,
            };
            if let Some(cache) = &cache {
                cache.write(&made);
            }
            made
        }
    };
    for (file, said) in &made.head.problems {
        let file = if path.is_dir() { label(&path.join(file)) } else { label(path) };
        let finding = Finding::new("manifest", format!("{file}:{said}"));
        findings.push(finding.help(format!("see `prefsmith catalog check {}`", label(path))));
    }
    Ok(Loaded { label: label(path), made })
}

/// How the layer is made anew, in the cache too, should that be damaged where nobody has looked yet.
fn anew(path: &Path, found: &[Found], state: &State, cache: Option<Cache>) -> Again {
    let (path, found, state) = (path.to_owned(), found.to_vec(), state.clone());
    Box::new(move || {
        let bytes = contents(&found).ok()?;
        let content = digest(bytes.iter().map(Vec::as_slice));
        let made = made(&path, &found, &bytes, state.clone(), content).ok()?;
        if let Some(cache) = &cache {
            cache.write(&made);
        }
        made.into_layer()
    })
}

/// Reads and compiles.
fn made(path: &Path, found: &[Found], bytes: &[Vec<u8>], state: State, content: [u8; 32]) -> Result<Made> {
    let (mut sources, mut own) = (Sources::new(), Findings::new());
    let manifests = understood(path, found, bytes, &mut sources, &mut own);
    let layer = compile(&manifests.texts())?;
    // Sources were added in the order of the files.
    let mut problems: Vec<(String, String)> = Vec::new();
    for (id, one) in sources.ids().zip(found) {
        let of = || own.iter().filter(|finding| finding.primary().is_some_and(|at| at.source() == id));
        let Some(first) = of().next() else { continue };
        let place = first.primary().and_then(|at| sources.position_of(at));
        let place = place.map_or(String::new(), |at| format!("{}:{}:", at.line, at.column));
        let more = match of().count() {
            1 => String::new(),
            number => format!(", and {} more", number - 1),
        };
        problems.push((one.within.clone(), format!("{place} {}{more}", first.title)));
    }
    Made::new(state, content, problems, layer).context("the manifests cannot be compiled")
}

/// What became of the manifests of a path, for people.
pub(super) fn told(path: &Path, manifests: &Manifests) -> String {
    let one = if manifests.taken == 1 { "manifest is" } else { "manifests are" };
    let mut out = format!("{}: {} {one} read", label(path), manifests.taken);
    if manifests.broken > 0 {
        out.push_str(&format!(", {} cannot be", manifests.broken));
    }
    if !manifests.left_out.is_empty() {
        out.push_str(&format!(", {} left out:", manifests.left_out.len()));
    }
    out.push('\n');
    for (file, why) in &manifests.left_out {
        out.push_str(&format!("  {file}: {why}\n"));
    }
    out
}
