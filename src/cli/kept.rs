//! The profile whose identifiers an imported policy keeps: where it lies, as the policy tells it.

use super::common::label;
use super::import_jobs::Job;
use crate::profile::read::Shape;
use anyhow::{Result, anyhow, bail};
use std::path::{Component, Path, PathBuf};

/// The profile whose identifiers are kept, as a path from the policy's folder.
pub(super) fn kept_path(job: &Job<'_>) -> Result<String> {
    let [(file, _)] = job.units.as_slice() else {
        bail!("--keep-identifiers goes with one profile for each policy: --each writes one for each");
    };
    let name = label(&file.path);
    if file.held.shape != Shape::Profile {
        bail!("--keep-identifiers: {name} is no profile");
    }
    if let Some(why) = &file.unkept {
        bail!("--keep-identifiers: {name}: {why}");
    }
    let folder = job.out.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let absolute =
        |path: &Path| std::path::absolute(if path.as_os_str().is_empty() { Path::new(".") } else { path });
    let (folder, profile) = (absolute(folder)?, absolute(&file.path)?);
    let path = from_folder(&folder, &profile);
    path.to_str()
        .map(|_| label(&path))
        .ok_or_else(|| anyhow!("--keep-identifiers: {name}: the path is no UTF-8"))
}

/// A path from a folder; both are absolute.
fn from_folder(folder: &Path, path: &Path) -> PathBuf {
    let folder: Vec<Component<'_>> = normal(folder);
    let path: Vec<Component<'_>> = normal(path);
    let same = folder.iter().zip(&path).take_while(|(a, b)| a == b).count();
    let up = folder.iter().skip(same).map(|_| Component::ParentDir);
    up.chain(path.iter().skip(same).copied()).collect()
}

/// The parts of an absolute path, without `..`.
fn normal(path: &Path) -> Vec<Component<'_>> {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(parts.pop()),
            Component::CurDir => {}
            other => parts.push(other),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_from_a_folder() {
        let from = |folder: &str, path: &str| label(&from_folder(Path::new(folder), Path::new(path)));
        assert_eq!(from("/a/b", "/a/b/c.mobileconfig"), "c.mobileconfig");
        assert_eq!(from("/a/policies", "/a/old/c.mobileconfig"), "../old/c.mobileconfig");
        assert_eq!(from("/a/b/../c", "/a/c/./d"), "d");
        assert_eq!(from("/x", "/a/b"), "../a/b");
    }
}
