//! The project file, `prefsmith.toml`: which policies and profiles a repository holds, and how they are checked and
//! built.
//!
//! Reading it opens nothing: paths and patterns stay texts with places, from the folder that the file stands in, and
//! the names of targets are texts too. The command line finds the files and knows the targets.

mod accept;
mod paths;
mod read;

pub use accept::ACROSS;
pub use paths::{inside, is_pattern};

use crate::document::Document;
use crate::finding::{Findings, SourceId, Span};
use crate::plan::Allow;
use crate::profile::Form;

/// What a project file is called.
pub const FILE: &str = "prefsmith.toml";

/// The longest project file, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

/// A text and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// One project file.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Paths and patterns of policies.
    pub policies: Vec<Said>,
    /// Paths and patterns of what the patterns of `policies` and `profiles` leave out.
    pub exclude: Vec<Said>,
    /// Paths and patterns of profiles, and of folders that hold some.
    pub profiles: Vec<Said>,
    /// Catalogue layers, the strongest first: files and folders.
    pub catalog: Vec<Said>,
    /// Folders of manifests, the strongest first.
    pub manifests: Vec<Said>,
    /// Whether warnings count as errors do; none: not said.
    pub deny_warnings: Option<bool>,
    /// How every policy is built.
    pub build: Options,
    /// What is different for single policies.
    pub own: Vec<Own>,
    /// Which policies no Mac gets together.
    pub exclusive: Vec<Exclusive>,
    /// What is accepted of that which several policies say together.
    pub allows: Vec<Allow>,
    /// Where `[project]` stands, or the beginning of the file.
    pub span: Option<Span>,
}

/// How policies are built. What is none was not said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The folder; for all policies, the one in which each has a folder of its own.
    pub out: Option<Said>,
    /// The names of targets.
    pub target: Option<Vec<Said>>,
    /// How profiles carry preferences.
    pub form: Option<Form>,
    /// One profile for each domain.
    pub split: Option<bool>,
    /// A profile for each range of builds.
    pub by_build: Option<bool>,
}

/// What is different for one policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// The policy, by its path.
    pub file: Said,
    /// How it is built.
    pub options: Options,
    /// A deployed profile whose identifiers it keeps.
    pub keep_identifiers_from: Option<Said>,
}

/// Policies of which no Mac gets two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusive {
    /// Their paths and patterns.
    pub policies: Vec<Said>,
    /// Where it stands.
    pub span: Span,
}

impl Project {
    /// Reads the text of a project file, which was added to the sources as `source`. What is wrong becomes findings;
    /// all that can be used comes back.
    pub fn read(source: SourceId, text: &str, findings: &mut Findings) -> Self {
        let document = Document::parse(source, text, findings);
        read::read(&document, findings)
    }
}

#[cfg(test)]
mod tests;
