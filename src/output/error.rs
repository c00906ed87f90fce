//! Why a build could not be written, in words that name the path as the user would write it and say what to do.

use std::fmt;
use std::io;

/// Why [`commit`](super::commit) or [`compare`](super::compare) gave up.
///
/// Paths are the folder as it was given, a `/`, and the name inside it. Unless the error is
/// [`OutputError::RollbackFailed`], every file is as it was before the call (as it was before the interrupted
/// build, after [`OutputError::AfterMending`]).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// The names of the new files cannot stand beside each other; nothing was looked at yet.
    #[error("{}", lines("these files cannot be written together:", clashes))]
    Names {
        /// Every clash, sorted.
        clashes: Vec<NameClash>,
    },
    /// The folder is itself a symlink.
    #[error("`{path}` is a symlink, and symlinks are not followed: name the folder that it leads to")]
    FolderIsSymlink {
        /// The folder as it was given.
        path: String,
    },
    /// Something that is no folder stands where the folder should be.
    #[error("`{path}` is not a folder: move it away, or choose another folder with `--out`")]
    NotAFolder {
        /// The folder as it was given.
        path: String,
    },
    /// Another process is writing into the same folder.
    #[error("another build is writing into `{path}`: wait until it has ended, then build again")]
    Busy {
        /// The folder as it was given.
        path: String,
    },
    /// There is a `manifest.json` that is not one of ours, or a damaged one; with `force` it is replaced.
    #[error(
        "`{path}` is not a manifest that prefsmith can read ({reason}), so nobody knows which files beside it \
         are prefsmith's own: restore it or move it away, or replace it with `--force`"
    )]
    BrokenManifest {
        /// The manifest.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Files that prefsmith may not touch stand where it would write or remove.
    #[error("{}", obstacles_text(obstacles))]
    InTheWay {
        /// Every one of them, sorted by path.
        obstacles: Vec<Obstacle>,
    },
    /// The system refused a call.
    #[error("cannot {doing} `{path}`: {error}{}", hint(error))]
    Io {
        /// What was tried: `write`, `move away`, …
        doing: &'static str,
        /// The path it was tried on.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// What an earlier, interrupted build left cannot be put right without somebody's decision.
    #[error("an earlier build was interrupted, and cannot be undone: `{path}` {reason}")]
    CannotMend {
        /// The file or folder that stands in the way.
        path: String,
        /// What is the matter with it, and what to do: what follows its name.
        reason: String,
    },
    /// What an earlier, interrupted build left was put right; then this build failed.
    #[error("{mended}\n{error}")]
    AfterMending {
        /// As in [`Changes::mended`](super::Changes::mended).
        mended: String,
        /// Why this build failed.
        error: Box<Self>,
    },
    /// The build failed, and so did putting back what was there. The next build tries again.
    #[error("{}", rollback_text(error, undo, kept))]
    RollbackFailed {
        /// Why the build failed.
        error: Box<Self>,
        /// Why the files could not be put back.
        undo: Box<Self>,
        /// Where the earlier files are that are not at their place; empty if all are.
        kept: Vec<Kept>,
    },
}

/// Two new files whose names cannot stand beside each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NameClash {
    /// Two files of the same name, or one of the manifest's.
    Twice(String),
    /// Two names that some disks take for one: they differ only in case, or in how an accent is written.
    Lookalikes(String, String),
    /// A file stands where the other needs a folder.
    FileAndFolder(String, String),
}

/// Something that prefsmith may not touch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Obstacle {
    /// The path as the user would write it.
    pub path: String,
    /// What it is.
    pub kind: ObstacleKind,
}

/// Why prefsmith may not touch what is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ObstacleKind {
    /// A file that the last manifest does not have; `force` replaces it.
    Foreign,
    /// A file that is not what the last manifest says; `force` replaces or removes it.
    Edited,
    /// A symlink.
    Symlink,
    /// A folder, where a file should be.
    Folder,
    /// A file, where a folder should be.
    NotAFolder,
    /// A device, a socket or a pipe.
    Special,
    /// A file or folder whose name differs only in case or in how an accent is written: its path.
    Lookalike(String),
}

/// Where an earlier file is after a rollback that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where it belongs.
    pub path: String,
    /// Where it is.
    pub now: String,
}

impl ObstacleKind {
    /// Whether `force` gets it out of the way.
    pub fn yields_to_force(&self) -> bool {
        matches!(self, Self::Foreign | Self::Edited)
    }
}

impl fmt::Display for NameClash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice(name) => write!(f, "`{name}` would be written twice"),
            Self::Lookalikes(one, other) => {
                write!(
                    f,
                    "`{one}` and `{other}` differ only in case or accents: some disks take them for one"
                )
            }
            Self::FileAndFolder(file, inner) => {
                write!(f, "`{file}` is a file, and `{inner}` needs a folder there")
            }
        }
    }
}

impl fmt::Display for ObstacleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str("was not written by prefsmith"),
            Self::Edited => f.write_str("was edited since prefsmith wrote it"),
            Self::Symlink => f.write_str("is a symlink, and symlinks are not followed"),
            Self::Folder => f.write_str("is a folder, where a file should be"),
            Self::NotAFolder => f.write_str("is a file, where a folder should be"),
            Self::Special => f.write_str("is not an ordinary file"),
            Self::Lookalike(other) => {
                write!(f, "differs only in case or accents from `{other}`, which is there")
            }
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.path, self.kind)
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the earlier `{}` is now `{}`", self.path, self.now)
    }
}

fn lines<T: fmt::Display>(head: &str, items: &[T]) -> String {
    let mut text = head.to_owned();
    for item in items {
        text.push_str(&format!("\n  {item}"));
    }
    text
}

fn obstacles_text(obstacles: &[Obstacle]) -> String {
    let mut text = lines("nothing was written, because of what is there:", obstacles);
    let yielding = obstacles.iter().filter(|obstacle| obstacle.kind.yields_to_force()).count();
    text.push_str(match yielding {
        0 => "\nmove it away, or choose another folder with `--out`",
        n if n == obstacles.len() => "\nmove it away, or write over it with `--force`",
        _ => {
            "\nmove it away; `--force` writes over files that prefsmith did not write or that were edited, but \
             not over the rest"
        }
    });
    text
}

fn rollback_text(error: &OutputError, undo: &OutputError, kept: &[Kept]) -> String {
    let head = format!("{error}\nand putting back what was there failed too: {undo}");
    let mut text = if kept.is_empty() {
        format!("{head}\nno earlier file is missing, but what the build left is still there")
    } else {
        lines(&head, kept)
    };
    text.push_str("\nthe next build into this folder puts it right");
    text
}

/// What to do about a refusal that has an obvious remedy.
fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; free some space, then build again",
        io::ErrorKind::PermissionDenied => "; see who may write there, or choose another folder with `--out`",
        io::ErrorKind::ReadOnlyFilesystem => "; choose another folder with `--out`",
        _ => "",
    }
}
