//! What the verbs share: catalogues, files, and the two streams.

pub(super) use super::layers::{Layers, catalog_files};
use super::walk::{PROFILES, has_extension, is_project};
use crate::catalog::Catalog;
use crate::check::{CheckedPlan, Family, Options, family};
use crate::document::nearest;
use crate::finding::{Finding, Findings, Severity, Sources, listed};
use crate::plan::Plan;
use crate::policy::{Files, MAX_BYTES, Policy, normal};
use crate::report::findings::{TextOptions, summary, text};
use crate::report::secrets::{InText, Secrets};
use anyhow::{Context as _, Result};
use std::io::{ErrorKind, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Options of every verb.
#[derive(Default, clap::Args)]
pub(super) struct Global {
    /// A catalogue of your own, in front of the built-in one: a TOML file, or a folder of them
    #[arg(long, global = true, value_name = "FILE|DIR", help_heading = "Everywhere")]
    pub catalog: Vec<PathBuf>,
    /// Manifests of ProfileManifests, asked last: a folder of them, or one file
    #[arg(long, global = true, value_name = "DIR", help_heading = "Everywhere")]
    pub manifests: Vec<PathBuf>,
    /// The project file, or its folder; without it, prefsmith.toml is looked for here and in the folders above
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    pub project: Option<PathBuf>,
    /// Look for no project file
    #[arg(long, global = true, conflicts_with = "project", help_heading = "Everywhere")]
    pub no_project: bool,
    /// Show values that look like secrets
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub show_secrets: bool,
}

impl Global {
    /// The options that another call needs to know what this one knows, each with a blank in front.
    pub fn again(&self) -> String {
        let mut again = String::new();
        for (option, paths) in [("--catalog", &self.catalog), ("--manifests", &self.manifests)] {
            again.extend(paths.iter().map(|path| format!(" {option} {}", label(path))));
        }
        again.extend(self.project.iter().map(|path| format!(" --project {}", label(path))));
        again
    }
}

/// How a verb ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    Fine,
    /// Nothing was found, but something could not be decided.
    Undecided,
    Found,
    Failure,
    /// Somebody ended it, after what was known until then was said.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Fine => Self::SUCCESS,
            Exit::Undecided => Self::from(3),
            Exit::Found => Self::from(1),
            Exit::Failure => Self::from(2),
            Exit::Interrupted => Self::from(130),
        }
    }
}

/// Writes results to standard output. A reader that has gone away ends the output silently.
pub(super) fn print(text: &str) -> Result<()> {
    let written = if text.contains('\u{1b}') {
        let mut out = anstream::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    } else {
        // Nothing in it is to be taken out again.
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    };
    printed(written)
}

/// Prints what is written as it comes: too much to hold all of it.
pub(super) fn print_with(
    write: impl FnOnce(&mut std::io::BufWriter<std::io::StdoutLock<'static>>) -> std::io::Result<()>,
) -> Result<()> {
    let mut out = std::io::BufWriter::with_capacity(64 << 10, std::io::stdout().lock());
    let written = write(&mut out).and_then(|()| out.flush());
    // What cannot be written must not be tried again when it is dropped.
    drop(out.into_parts());
    printed(written)
}

fn printed(written: std::io::Result<()>) -> Result<()> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("standard output"),
        _ => Ok(()),
    }
}

/// Writes to standard error. What cannot be written there has nowhere to go.
pub(super) fn say(text: &str) {
    let mut out = anstream::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Says on standard error why something failed. Names of files may be anybody's: what a terminal would obey is spelled out.
pub(super) fn complain(text: &str) {
    let text = crate::report::paragraph(text, usize::MAX);
    say(&format!("prefsmith: {text}\n"));
}

/// Policies from the disk. Paths are those of the user, with `/`.
pub(super) struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<String, String> {
        read_text(Path::new(path), MAX_BYTES)
    }

    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        read_bytes(Path::new(path), MAX_BYTES)
    }
}

/// A text file of at most `limit` bytes.
pub(super) fn read_text(path: &Path, limit: usize) -> Result<String, String> {
    text_of(read_bytes(path, limit)?)
}

/// Bytes as text, without a byte order mark.
pub(super) fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").map(<[u8]>::to_vec).unwrap_or(bytes);
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes().get(..at).unwrap_or(&[]).iter().filter(|b| **b == b'\n').count() + 1;
        format!("it is no UTF-8 text (line {line})")
    })
}

/// A file of at most `limit` bytes.
pub(super) fn read_bytes(path: &Path, limit: usize) -> Result<Vec<u8>, String> {
    let bytes = read_start(path, limit)?;
    if bytes.len() > limit {
        return Err(format!("it is larger than {} MiB", limit >> 20));
    }
    Ok(bytes)
}

/// A file, or of a longer one the first `limit` bytes and one more.
pub(super) fn read_start(path: &Path, limit: usize) -> Result<Vec<u8>, String> {
    let (file, length) = open_file(path)?;
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(limit).min(limit));
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(bound).read_to_end(&mut bytes).map_err(plain)?;
    Ok(bytes)
}

fn plain(error: std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "it may not be read".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}

/// A file, open to be read, and how long it says it is.
#[expect(clippy::disallowed_methods, reason = "opened for reading")]
pub(super) fn open_file(path: &Path) -> Result<(std::fs::File, u64), String> {
    // Opening a pipe waits for somebody to write; what is given on purpose, as standard input, may be one.
    let given = path == Path::new("/dev/stdin") || path.starts_with("/dev/fd");
    let data = std::fs::metadata(path).map_err(plain)?;
    if !given && !data.is_file() && !data.is_dir() {
        return Err("it is no regular file".to_owned());
    }
    let file = std::fs::OpenOptions::new().read(true).open(path).map_err(plain)?;
    if data.is_dir() {
        return Err("it is a folder".to_owned());
    }
    Ok((file, data.len()))
}

/// A path as messages and JSON write it: with `/`.
pub(super) fn label(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace('\\', "/") };
    text.strip_prefix("./").map(str::to_owned).unwrap_or(text)
}

/// A policy that was read, resolved and checked.
pub(super) struct Judged {
    /// What was found in it and its variants, without what it accepts.
    pub findings: Findings,
    /// How many findings it accepts.
    pub allowed: usize,
    /// The plans that are built: of the policy itself, unless it says that it is not, and of its variants by name.
    pub plans: Vec<Result<CheckedPlan, Plan>>,
    /// The folder of the policy, with `/` at the end, or nothing: what outputs leave out of paths.
    pub base: String,
}

/// Reads, resolves and checks one policy.
///
/// # Errors
/// Why the file itself cannot be read.
pub(super) fn judge(
    path: &Path,
    catalog: &Catalog<'_>,
    options: &Options,
    sources: &mut Sources,
) -> Result<Judged, String> {
    if let Some(why) = no_policy(path) {
        return Err(why);
    }
    judge_from(&Disk, path, catalog, options, sources)
}

/// Why a file is no policy, if its name tells that.
fn no_policy(path: &Path) -> Option<String> {
    if is_project(path) {
        return Some(
            "it is a project file, and no policy: `--project` names one, and `prefsmith build` and `prefsmith check` \
             then take its policies"
                .to_owned(),
        );
    }
    has_extension(path, PROFILES).then(|| {
        "by its name it is a profile or a preference file, and no policy: `prefsmith import` makes a policy of it, \
         `prefsmith check` and `prefsmith diff` read it as it is"
            .to_owned()
    })
}

/// The same, from other files than those of the disk.
pub(super) fn judge_from(
    files: &dyn Files,
    path: &Path,
    catalog: &Catalog<'_>,
    options: &Options,
    sources: &mut Sources,
) -> Result<Judged, String> {
    if path.to_str().is_none() {
        return Err("its path is no UTF-8 text: rename it".to_owned());
    }
    let name = label(path);
    let mut findings = Findings::new();
    let policy = Policy::load(&name, files, sources, &mut findings)?;
    let mut plans = policy.plans(catalog, &findings);
    for (plan, found) in &mut plans {
        overrides(plan, catalog, found);
    }
    let Family { findings, allowed, plans } =
        family(plans, &|place| policy.is_of_variant(place), catalog, options);
    let name = normal(&name);
    let base = name.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    Ok(Judged { findings, allowed: allowed.len(), plans, base })
}

impl Judged {
    /// One of its plans: of the policy itself, or of a variant.
    ///
    /// # Errors
    /// There is no such one.
    pub fn plan(&self, variant: Option<&str>) -> Result<&Plan, String> {
        let variants = || self.plans.iter().filter_map(|plan| either(plan).identity.variant.as_deref());
        let found = self.plans.iter().map(either).find(|plan| plan.identity.variant.as_deref() == variant);
        found.ok_or_else(|| {
            let names: Vec<&str> = variants().collect();
            let known = match names.as_slice() {
                [] => "it has none".to_owned(),
                names => format!("it has {}", listed(names)),
            };
            match variant {
                None => format!("the policy itself is not built: --variant names one; {known}"),
                Some(name) => match nearest(name, variants()) {
                    Some(near) => format!("no variant is called `{name}`; did you mean `{near}`?"),
                    None => format!("no variant is called `{name}`; {known}"),
                },
            }
        })
    }
}

/// Notes where a catalogue of the user says something of a key that a weaker one knows too.
pub(super) fn overrides(plan: &Plan, catalog: &Catalog<'_>, findings: &mut Findings) {
    if catalog.builtin_layer() == 0 {
        return;
    }
    for setting in &plan.settings {
        let (domain, key) = (setting.domain.as_str(), setting.key.as_str());
        let said = catalog.every(domain, key);
        // That what is built in comes before what others say is the order of things.
        let Some(first) = said.first().filter(|first| first.layer < catalog.builtin_layer()) else {
            continue;
        };
        let Some(second) = said.iter().find(|other| other.layer != first.layer) else { continue };
        let label = |number: usize| catalog.layers().get(number).map_or("", |layer| layer.label());
        let weaker = if second.layer == catalog.builtin_layer() {
            "is built in".to_owned()
        } else {
            format!("{} says", label(second.layer))
        };
        let title = format!(
            "{} overrides what {weaker} about `{key}` of {}",
            label(first.layer),
            catalog.short(domain)
        );
        findings.push(
            Finding::new("catalogue-override", title).at(setting.origin.clone(), "").about(domain, key),
        );
    }
}

/// Hides secrets in the inputs and in what findings say of them, unless they are to be shown; what is found later
/// goes through [`Secrets::hide`].
pub(super) fn mask(
    plans: &[&Plan],
    catalog: &Catalog<'_>,
    global: &Global,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Secrets {
    mask_beside(Vec::new(), plans, catalog, global, sources, findings)
}

/// The same where some of the texts were looked through already.
pub(super) fn mask_beside(
    known: Vec<InText>,
    plans: &[&Plan],
    catalog: &Catalog<'_>,
    global: &Global,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Secrets {
    if global.show_secrets {
        return Secrets::default();
    }
    let secrets = Secrets::find_beside(known, sources, plans, findings, catalog);
    *findings = secrets.hide(std::mem::take(findings), sources);
    secrets.mask(sources);
    secrets
}

/// The plan, checked or not.
pub(super) fn either(plan: &Result<CheckedPlan, Plan>) -> &Plan {
    match plan {
        Ok(plan) => plan,
        Err(plan) => plan,
    }
}

/// Whether a stream shows colour; anstream takes it out again where `NO_COLOR` or the terminal asks for that.
pub(super) fn text_options(terminal: bool) -> TextOptions {
    TextOptions { color: terminal, width: width(), all: None }
}

fn width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).unwrap_or(100)
}

/// Findings on standard error, with their sum; notes are counted only, and `command` shows them.
pub(super) fn say_findings(findings: &Findings, allowed: usize, sources: &Sources, command: &str) {
    say_findings_and(findings, Findings::new(), allowed, sources, command);
}

/// The same, with findings that `command` would not show: their notes are shown too.
pub(super) fn say_findings_and(
    findings: &Findings,
    own: Findings,
    allowed: usize,
    sources: &Sources,
    command: &str,
) {
    let (mut shown, notes) = findings.clone().partition(|finding| finding.severity > Severity::Note);
    let mut all = findings.clone();
    all.extend(own.clone());
    shown.extend(own);
    let shown = shown.sorted();
    if !shown.is_empty() {
        say(&text(&shown, sources, &text_options(std::io::stderr().is_terminal())));
    }
    if !all.is_empty() {
        let hint = if notes.is_empty() { String::new() } else { format!("; `{command}` shows the notes") };
        say(&format!("{}{hint}\n", summary(&all, allowed)));
    }
}

/// Only the sum of the findings, and what shows them.
pub(super) fn count_findings(findings: &Findings, allowed: usize, command: &str) {
    if !findings.is_empty() {
        say(&format!("{}; see `{command}`\n", summary(findings, allowed)));
    }
}

/// The day of `--today`.
pub(super) fn day(text: &str) -> Result<jiff::civil::Date, String> {
    let good = text.len() == 10;
    text.parse().ok().filter(|_| good).ok_or_else(|| "write the day as 2027-01-31".to_owned())
}
