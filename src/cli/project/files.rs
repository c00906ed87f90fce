//! The files that a project names: paths, folders and patterns, without what it leaves out.

use super::folder::Folder;
use crate::cli::common::label;
use crate::cli::walk::{POLICIES, PROFILES, has_extension};
use crate::document::nearest;
use crate::finding::{Finding, Findings};
use crate::policy::normal;
use crate::project::{Project, Said, is_pattern};
use glob::{MatchOptions, Pattern};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// How patterns match, as shells have it: `*` is one part of a path, and what is hidden is not matched.
const MATCH: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// The files of a project.
pub(in crate::cli) struct Files {
    /// Its policies, as they are named first; in a pattern, by name.
    pub policies: Vec<Listed>,
    /// Its profiles, from the current folder.
    pub profiles: Vec<PathBuf>,
}

/// One policy of a project.
#[derive(Clone)]
pub(in crate::cli) struct Listed {
    /// Its path from the current folder.
    pub path: PathBuf,
    /// Its path from the project's folder.
    pub name: String,
    /// Which `[[policy]]` is about it.
    pub own: Option<usize>,
    /// Which `[[exclusive]]` name it.
    pub exclusive: BTreeSet<usize>,
}

impl Files {
    /// Finds them. What is named in vain goes to the findings.
    pub fn find(project: &Project, folder: &Folder, findings: &mut Findings) -> Self {
        let mut finder = Finder { folder, exclude: Vec::new(), findings };
        for said in &project.exclude {
            if let Some(out) = finder.matcher(said) {
                finder.exclude.push((out, said.clone(), false));
            }
        }
        let policies = finder.list(&project.policies, POLICIES);
        let profiles = finder.list(&project.profiles, PROFILES);
        finder.useless();
        let listed =
            |name: String| Listed { path: folder.shown(&name), name, own: None, exclusive: BTreeSet::new() };
        let mut files = Self {
            policies: policies.into_iter().map(listed).collect(),
            profiles: profiles.iter().map(|name| folder.shown(name)).collect(),
        };
        files.own(project, findings);
        files.exclusive(project, findings);
        files
    }

    fn own(&mut self, project: &Project, findings: &mut Findings) {
        let mut seen: BTreeMap<String, &Said> = BTreeMap::new();
        for (number, own) in project.own.iter().enumerate() {
            let name = normal(&own.file.text);
            if let Some(first) = seen.insert(name.clone(), &own.file) {
                findings.push(
                    Finding::new("duplicate-key", format!("two [[policy]] are about `{name}`"))
                        .at(own.file.span, "again here")
                        .at(first.span, "first here")
                        .help("put them into one"),
                );
                continue;
            }
            match self.policies.iter_mut().find(|listed| listed.name == name) {
                Some(listed) => listed.own = Some(number),
                None => findings.push(self.no_policy(&own.file)),
            }
        }
    }

    fn exclusive(&mut self, project: &Project, findings: &mut Findings) {
        for (number, exclusive) in project.exclusive.iter().enumerate() {
            let mut named = 0;
            // Of a list of one path, reading has told.
            let mut told = !matches!(exclusive.policies.as_slice(), [_, _, ..])
                && !exclusive.policies.iter().any(|said| is_pattern(&said.text));
            for said in &exclusive.policies {
                let Ok(pattern) = Matcher::new(&said.text) else {
                    told = true;
                    findings.push(no_pattern(said));
                    continue;
                };
                let mut matched = false;
                for listed in self.policies.iter_mut().filter(|listed| pattern.matches(&listed.name)) {
                    matched = true;
                    named += usize::from(listed.exclusive.insert(number));
                }
                if !matched {
                    told = true;
                    findings.push(self.no_policy(said));
                }
            }
            if named < 2 && !told {
                let title = format!("this [[exclusive]] names {named} policy of the project, and needs two");
                findings.push(Finding::new("project-path", title).at(exclusive.span, ""));
            }
        }
    }

    fn no_policy(&self, said: &Said) -> Finding {
        let title = format!("`{}` is no policy of the project", said.text);
        let finding = Finding::new("project-path", title).at(said.span, "");
        match nearest(&said.text, self.policies.iter().map(|listed| listed.name.as_str())) {
            Some(near) => finding.help(format!("did you mean `{near}`?")).fix(
                said.span,
                crate::value::quoted(near),
                format!("write `{near}`"),
            ),
            None => finding.help("[project] names its policies in `policies`"),
        }
    }
}

/// What the project leaves out, of files that were found and not named: nothing that is no pattern, which is said where
/// the project's own files are looked for.
pub(in crate::cli) struct LeftOut {
    top: Option<PathBuf>,
    matchers: Vec<Matcher>,
}

impl LeftOut {
    pub(super) fn of(project: &Project, folder: &Folder) -> Self {
        let reach = if folder.reach.as_os_str().is_empty() { Path::new(".") } else { &folder.reach };
        let matchers = project.exclude.iter().filter_map(|said| Matcher::new(&said.text).ok()).collect();
        Self { top: reach.canonicalize().ok(), matchers }
    }

    /// Whether a file is left out.
    pub fn has(&self, path: &Path) -> bool {
        let within = || {
            let whole = path.canonicalize().ok()?;
            Some(label(whole.strip_prefix(self.top.as_ref()?).ok()?))
        };
        !self.matchers.is_empty()
            && within().is_some_and(|name| self.matchers.iter().any(|matcher| matcher.matches(&name)))
    }
}

/// A path, everything below it, or a pattern.
enum Matcher {
    Path(String),
    Pattern(Pattern),
}

impl Matcher {
    fn new(text: &str) -> Result<Self, glob::PatternError> {
        let name = normal(text);
        Ok(if is_pattern(text) { Self::Pattern(Pattern::new(&name)?) } else { Self::Path(name) })
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Path(path) => {
                let path = path.trim_end_matches('/');
                name.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            Self::Pattern(pattern) => pattern.matches_with(name, MATCH),
        }
    }
}

fn no_pattern(said: &Said) -> Finding {
    let why = Pattern::new(&said.text).err().map_or("it cannot be read", |error| error.msg);
    Finding::new("project-path", format!("`{}` is no pattern: {why}", said.text)).at(said.span, "")
}

struct Finder<'f> {
    folder: &'f Folder,
    /// What is left out, and whether it left something out.
    exclude: Vec<(Matcher, Said, bool)>,
    findings: &'f mut Findings,
}

impl Finder<'_> {
    fn matcher(&mut self, said: &Said) -> Option<Matcher> {
        let matcher = Matcher::new(&said.text);
        if matcher.is_err() {
            self.findings.push(no_pattern(said));
        }
        matcher.ok()
    }

    /// The names of files, each once.
    fn list(&mut self, list: &[Said], endings: &[&str]) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let mut names = Vec::new();
        for said in list {
            for name in self.names(said, endings) {
                if seen.insert(name.clone()) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// What one path, folder or pattern stands for.
    fn names(&mut self, said: &Said, endings: &[&str]) -> Vec<String> {
        let refuse = |title: String| Finding::new("project-path", title).at(said.span, "");
        let name = normal(said.text.trim_end_matches('/'));
        let path = self.folder.reach.join(&said.text);
        if !is_pattern(&said.text) && path.is_file() {
            return if self.excluded(&name) { Vec::new() } else { vec![name] };
        }
        let pattern = match is_pattern(&said.text) {
            true => name,
            false if path.is_dir() => format!("{}/**/*", Pattern::escape(&name)),
            false => {
                self.findings.push(refuse(format!("`{}`: there is no such file", said.text)));
                return Vec::new();
            }
        };
        let mut walked = match Pattern::new(pattern.trim_start_matches('/')) {
            Ok(pattern) => walk(&pattern, self.folder),
            Err(_) => {
                self.findings.push(no_pattern(said));
                return Vec::new();
            }
        };
        if !is_pattern(&said.text) {
            walked.names.retain(|name| has_extension(Path::new(name), endings));
        }
        for why in walked.refused {
            self.findings.push(refuse(why));
        }
        if walked.names.is_empty() {
            let title = match is_pattern(&said.text) {
                true => format!("`{}` matches no file", said.text),
                false => format!("`{}` holds no .{} file", said.text, endings.join(", .")),
            };
            self.findings.push(refuse(title));
        }
        let mut names = walked.names;
        names.retain(|name| !self.excluded(name));
        names
    }

    fn excluded(&mut self, name: &str) -> bool {
        let mut excluded = false;
        for (matcher, _, used) in &mut self.exclude {
            if matcher.matches(name) {
                *used = true;
                excluded = true;
            }
        }
        excluded
    }

    /// What leaves out nothing is probably misspelt.
    fn useless(&mut self) {
        for (_, said, used) in &self.exclude {
            if !used {
                let title = format!("`{}` leaves out nothing", said.text);
                self.findings.push(Finding::new("project-path", title).at(said.span, ""));
            }
        }
    }
}

/// What a walk found.
#[derive(Default)]
struct Walked {
    /// Names from the project's folder, sorted.
    names: Vec<String>,
    /// What could not be looked at, and why.
    refused: Vec<String>,
}

/// The files that a pattern matches. A symlink to a file is one; one to a folder is not followed, so that a walk ends.
fn walk(pattern: &Pattern, folder: &Folder) -> Walked {
    let text = pattern.as_str();
    let fixed: Vec<&str> = text.split('/').take_while(|part| !is_pattern(part)).collect();
    let wild: Vec<&str> = text.split('/').skip(fixed.len()).collect();
    // An escaped character of a folder's name is a pattern too, of one name: such a folder is walked to.
    let depth = if wild.contains(&"**") { usize::MAX } else { wild.len() };
    let hidden = wild.iter().any(|part| part.starts_with('.'));
    let base = fixed.join("/");
    let mut root = folder.reach.join(&base);
    if root.as_os_str().is_empty() {
        root.push(".");
    }
    let mut walked = Walked::default();
    let entries = WalkDir::new(&root).max_depth(depth).sort_by_file_name().into_iter();
    let seen = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || hidden || !entry.file_name().to_string_lossy().starts_with('.')
    };
    for entry in entries.filter_entry(seen) {
        let entry = match entry {
            Ok(entry) => entry,
            // That there is no such folder is said as what it comes to: nothing is found.
            Err(error) if error.depth() == 0 => break,
            Err(error) => {
                let path = error.path().map(label).unwrap_or_default();
                let why = error.io_error().map_or_else(|| "a loop".to_owned(), std::io::Error::to_string);
                walked.refused.push(format!("`{path}` cannot be read: {why}"));
                continue;
            }
        };
        let within = entry.path().strip_prefix(&root).unwrap_or(entry.path());
        let shown = normal(&format!("{base}/{}", label(within)));
        let name = shown.trim_start_matches('/');
        if name == folder.file || !pattern.matches_with(name, MATCH) || !entry.path().is_file() {
            continue;
        }
        match within.to_str() {
            Some(_) => walked.names.push(name.to_owned()),
            None => walked.refused.push(format!("`{name}`: its path is no UTF-8 text: rename it")),
        }
    }
    walked
}
