//! The policy that an administrator writes, with places, and its way into a plan.
//!
//! A policy is one TOML file, or several that extend each other. Reading knows no catalogue; [`Policy::resolve`]
//! asks one. Findings about syntax and names are pushed on the way; what values mean is judged in `check`.

mod accounts;
mod applies;
mod head;
mod macs;
mod merge;
mod names;
mod passed;
mod payload;
mod raw;
mod read;
mod resolve;
mod settle;
pub mod targets;
mod value;
mod variant;

pub use head::is_identifier;
pub use macs::macs_of;
pub use settle::reads;

use crate::document::Table;
use crate::finding::{Finding, Findings, SourceId, Sources, Span};
use crate::plan::{Allow, Passed};
use raw::Raw;
use std::collections::{BTreeMap, BTreeSet};

/// The longest policy file, in bytes.
pub const MAX_BYTES: usize = 16 << 20;
/// How many files one policy may be made of.
pub const MAX_FILES: usize = 256;
/// How many bytes the files of one policy may have together.
pub const MAX_TOTAL: usize = 64 << 20;

/// Reads one `[[allow]]` of another file than a policy, as a policy's is read, and where its code stands; none if it
/// cannot be used, which is said. Whether there is such a code is not looked at.
pub fn read_allow(table: &Table<'_>, whole: bool, findings: &mut Findings) -> Option<(Allow, Span)> {
    head::allow(table, whole, findings).map(|raw| (raw.allow, raw.code))
}

/// Where policy files are read from: the disk, or a test's memory. The core itself opens nothing.
pub trait Files {
    /// The text at a path as [`Policy::load`] was given it, or as `extends` led to it; else why it cannot be read.
    fn read(&self, path: &str) -> Result<String, String>;

    /// The bytes of a file that a `[[payload]]` names; else why it cannot be read.
    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        self.read(path).map(String::into_bytes)
    }
}

/// One policy: the files it is made of, those it extends first.
pub struct Policy {
    files: Vec<Raw>,
    payloads: Vec<Passed>,
    /// Of the variants that carry other payloads than the policy itself.
    variant_payloads: BTreeMap<String, Vec<Passed>>,
    root: SourceId,
}

impl Policy {
    /// Reads a policy and all that it extends.
    ///
    /// None if the file itself cannot be read. What is wrong in it, or cannot be read of what it extends, is in
    /// the findings.
    ///
    /// # Errors
    /// Why the file itself cannot be read.
    pub fn load(
        path: &str,
        files: &dyn Files,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Result<Self, String> {
        let text = files.read(path)?;
        let root = sources.add(normal(path), text.clone());
        let mut loader = Loader {
            files,
            sources,
            findings,
            done: Vec::new(),
            seen: BTreeSet::new(),
            open: Vec::new(),
            left: MAX_TOTAL.saturating_sub(text.len()),
        };
        loader.seen.insert(normal(path));
        let own = path.rsplit('/').next().unwrap_or(path);
        loader.take(path, own, root, &text);
        let raws = loader.done;
        let payloads = payload::load(&raws.iter().collect::<Vec<_>>(), files, sources, findings);
        let mut policy = Self { files: raws, payloads, variant_payloads: BTreeMap::new(), root };
        policy.require_identity(findings);
        policy.check_variants(findings);
        policy.load_variants(files, sources, findings);
        Ok(policy)
    }

    /// Reads the payloads of variants that say something of payloads.
    fn load_variants(&mut self, files: &dyn Files, sources: &mut Sources, findings: &mut Findings) {
        let mut found = BTreeMap::new();
        for name in self.variants() {
            let own = self.variant_raws(name);
            if own.iter().all(|raw| raw.payloads.is_empty()) {
                continue;
            }
            let raws: Vec<&Raw> = self.files.iter().chain(own).collect();
            let mut said = Findings::new();
            let payloads = payload::load(&raws, files, sources, &mut said);
            findings.extend(said.into_iter().filter(|new| !findings.iter().any(|old| old == new)).collect());
            found.insert(name.to_owned(), payloads);
        }
        self.variant_payloads = found;
    }

    fn head(&self) -> Option<&Raw> {
        self.files.last()
    }

    fn require_identity(&mut self, findings: &mut Findings) {
        let Some(own) = self.head() else { return };
        // An id that is there but no good has been told already, and so has a [policy] that is none.
        if own.head.has_id || !own.whole || own.head_told {
            return;
        }
        let start = Span { source: self.root, start: 0, end: 0 };
        let finding = match own.head.span {
            Some(span) => Finding::new("policy-id", "[policy] has no `id`").at(span, ""),
            None => Finding::new("policy-id", "the policy has no [policy] table with an `id`").at(start, ""),
        };
        findings.push(
            finding
                .note("every identifier and UUID is made from it, so that they stay the same on every build")
                .help("add `id = \"com.example.office\"` under [policy], with a domain of yours"),
        );
    }
}

struct Loader<'l> {
    files: &'l dyn Files,
    sources: &'l mut Sources,
    findings: &'l mut Findings,
    done: Vec<Raw>,
    seen: BTreeSet<String>,
    open: Vec<String>,
    /// How many bytes may still be read.
    left: usize,
}

impl Loader<'_> {
    /// Reads a file, then what it extends, and puts them in order: depth first, each once.
    ///
    /// `within` is its path from the first file's folder: how outputs call it, wherever prefsmith was started.
    fn take(&mut self, path: &str, within: &str, source: SourceId, text: &str) {
        self.sources.set_within(source, normal(within));
        let mut raw = read::read(source, text, self.findings);
        let own = raw.variants.iter_mut().flat_map(|variant| &mut variant.raw.payloads);
        for payload in raw.payloads.iter_mut().chain(own) {
            payload.path = join(path, &payload.file.0);
            payload.within = normal(&join(within, &payload.file.0));
        }
        self.open.push(normal(path));
        for (wanted, span) in &raw.head.extends {
            raw.base_lost |= !self.extend((path, within), wanted, *span);
        }
        self.open.pop();
        self.done.push(raw);
    }

    /// Whether what the file says is known: here, or where it was read before.
    fn extend(&mut self, (from, within): (&str, &str), wanted: &str, span: Span) -> bool {
        let refuse = |title: String| Finding::new("extends", title).at(span, "");
        if let Some(finding) = no_path("extends", "a file to be extended", wanted, span) {
            self.findings.push(finding);
            return false;
        }
        let path = join(from, wanted);
        let key = normal(&path);
        if self.open.last() == Some(&key) {
            self.findings.push(refuse(format!("`{wanted}` extends itself")));
            return true;
        }
        if self.open.contains(&key) {
            self.findings.push(refuse(format!("`{wanted}` leads back to a file that extends this one")));
            return true;
        }
        if !self.seen.insert(key) {
            return true;
        }
        if self.seen.len() > MAX_FILES {
            self.findings.push(refuse(format!("a policy is made of at most {MAX_FILES} files")));
            return false;
        }
        match self.files.read(&path) {
            Ok(text) if text.len() > self.left => {
                let most = MAX_TOTAL >> 20;
                self.findings
                    .push(refuse(format!("with `{wanted}`, the policy would be larger than {most} MiB")));
                false
            }
            Ok(text) => {
                self.left -= text.len();
                let source = self.sources.add(normal(&path), text.clone());
                self.take(&path, &join(within, wanted), source, &text);
                true
            }
            Err(error) => {
                self.findings.push(refuse(format!("`{wanted}` cannot be read: {error}")));
                false
            }
        }
    }
}

/// What is wrong with the path by which a policy names another file.
fn no_path(code: &'static str, what: &str, wanted: &str, span: Span) -> Option<Finding> {
    let refuse = |title: String| Finding::new(code, title).at(span, "");
    if wanted.trim().is_empty() {
        return Some(refuse(format!("the path of {what} is empty")));
    }
    let relative = !wanted.starts_with('/') && !wanted.contains(['\\', '\0']);
    let finding = || refuse(format!("`{wanted}` is no relative path"));
    (!relative).then(|| finding().help("write it from this file's folder, with `/`"))
}

/// A path from the folder of another file.
fn join(from: &str, wanted: &str) -> String {
    match from.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{wanted}"),
        None => wanted.to_owned(),
    }
}

/// A path without `.` and, where it can be, `..`: two ways to write one file are one. Files are called so in
/// findings and outputs; they are read by the path as it was written, which may lead through symlinks.
pub fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| *last != ".." && !last.is_empty()) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}
