//! What is to be written, with its hashes, and what the last manifest says of the files that are there.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Artefact;
use super::disk::{Kind, hex};
use super::error::{NameClash, OutputError};
use super::folder::Folder;
use crate::value::{FileName, MANIFEST, folded};

/// A larger manifest is none of ours.
const LARGEST_MANIFEST: u64 = 64 * 1024 * 1024;
/// The version of the shape that this module reads.
const VERSION: u64 = 1;

/// One line of the manifest's `files`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileEntry {
    /// The file, relative to the manifest.
    pub path: FileName,
    /// The SHA-256 of its content: 64 lowercase hexadecimal digits.
    pub sha256: String,
    /// For whom it was made: `mobileconfig`, `jamf`, …
    pub target: String,
}

/// One file to be written.
pub(super) struct New<'a> {
    pub(super) path: FileName,
    pub(super) bytes: Cow<'a, [u8]>,
    pub(super) executable: bool,
    pub(super) sha256: String,
}

/// All files to be written: sorted by path, the manifest last, so that it is never there without the files.
pub(super) fn new_files<'a>(
    artefacts: &'a [Artefact],
    manifest: &dyn Fn(&[FileEntry]) -> Vec<u8>,
) -> Result<Vec<New<'a>>, OutputError> {
    let mut sorted: Vec<&Artefact> = artefacts.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let own = FileName::manifest();
    let clashes = name_clashes(sorted.iter().map(|artefact| &artefact.path).chain([&own]));
    if !clashes.is_empty() {
        return Err(OutputError::Names { clashes });
    }
    let entries: Vec<FileEntry> = sorted
        .iter()
        .map(|artefact| FileEntry {
            path: artefact.path.clone(),
            sha256: hex(&Sha256::digest(&artefact.bytes)),
            target: artefact.target.clone(),
        })
        .collect();
    let bytes = manifest(&entries);
    let manifest =
        New { path: own, executable: false, sha256: hex(&Sha256::digest(&bytes)), bytes: Cow::Owned(bytes) };
    let files = sorted.into_iter().zip(entries).map(|(artefact, entry)| New {
        path: entry.path,
        bytes: Cow::Borrowed(artefact.bytes.as_slice()),
        executable: artefact.executable,
        sha256: entry.sha256,
    });
    Ok(files.chain([manifest]).collect())
}

/// Every pair of names that cannot stand beside each other.
fn name_clashes<'a>(names: impl Iterator<Item = &'a FileName>) -> Vec<NameClash> {
    // By folded path: the name as it was first seen, whether a file has it, and the first file that needed it.
    let mut seen: BTreeMap<String, (FileName, bool, &FileName)> = BTreeMap::new();
    let mut clashes = Vec::new();
    for name in names {
        let steps = name.folders().map(|folder| (folder, false)).chain([(name.clone(), true)]);
        for (step, is_file) in steps {
            let Some((before, was_file, first)) = seen.get(&folded(step.as_str())) else {
                seen.insert(folded(step.as_str()), (step, is_file, name));
                continue;
            };
            let clash = match (*was_file, is_file) {
                _ if *before != step => NameClash::Lookalikes(before.to_string(), step.to_string()),
                (true, true) => NameClash::Twice(name.to_string()),
                (true, false) => NameClash::FileAndFolder(step.to_string(), name.to_string()),
                (false, true) => NameClash::FileAndFolder(step.to_string(), first.to_string()),
                (false, false) => continue,
            };
            clashes.push(clash);
        }
    }
    clashes.sort();
    clashes.dedup();
    clashes
}

/// What the last manifest tells: the files that are prefsmith's, with their hashes.
#[derive(Debug)]
pub(super) enum Known {
    /// There is none, or what stands there is no file.
    Nothing,
    /// Its files.
    Files(BTreeMap<FileName, String>),
    /// It cannot be read: why.
    Broken(String),
}

#[derive(Deserialize)]
struct OldManifest {
    version: u64,
    files: Vec<OldFile>,
}

#[derive(Deserialize)]
struct OldFile {
    path: FileName,
    sha256: String,
}

/// Reads the last manifest.
///
/// # Errors
///
/// The system refused to; a manifest that makes no sense is [`Known::Broken`].
pub(super) fn known(folder: &Folder<'_>) -> Result<Known, OutputError> {
    if !matches!(folder.kind(MANIFEST)?, Some(Kind::File { .. })) {
        return Ok(Known::Nothing);
    }
    let Some(bytes) = folder.read(MANIFEST, LARGEST_MANIFEST)? else {
        return Ok(Known::Broken("it is larger than 64 MiB".to_owned()));
    };
    Ok(parsed(&bytes).map_or_else(Known::Broken, Known::Files))
}

/// The files of a manifest, or what is wrong with it.
fn parsed(bytes: &[u8]) -> Result<BTreeMap<FileName, String>, String> {
    let manifest: OldManifest = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if manifest.version != VERSION {
        return Err(format!("its version is {}, and this prefsmith knows {VERSION}", manifest.version));
    }
    let mut files = BTreeMap::new();
    for OldFile { path, sha256 } in manifest.files {
        if sha256.len() != 64 || !sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(format!("the sha256 of `{path}` is not 64 hexadecimal digits"));
        }
        if folded(path.as_str()) == MANIFEST {
            return Err("it lists itself".to_owned());
        }
        let again = path.clone();
        if files.insert(path, sha256).is_some() {
            return Err(format!("it lists `{again}` twice"));
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clashes(names: &[&str]) -> Vec<NameClash> {
        let names: Vec<FileName> = names.iter().map(|name| FileName::new(*name).unwrap()).collect();
        name_clashes(names.iter())
    }

    #[test]
    fn names_that_can_stand_together() {
        assert_eq!(clashes(&["a", "b/a", "b/c", "b.c", "manifest.json"]), []);
    }

    #[test]
    fn names_that_clash() {
        let both = |one: &str, other: &str| NameClash::Lookalikes(one.into(), other.into());
        assert_eq!(clashes(&["a/b", "a/b"]), [NameClash::Twice("a/b".into())]);
        assert_eq!(clashes(&["Word.plist", "word.plist"]), [both("Word.plist", "word.plist")]);
        assert_eq!(clashes(&["b\u{fc}ro", "bu\u{308}ro"]), [both("b\u{fc}ro", "bu\u{308}ro")]);
        // The folder is what clashes, and it is said once.
        assert_eq!(
            clashes(&["Defaults/a", "Defaults/b", "defaults/c", "defaults/d"]),
            [both("Defaults", "defaults")]
        );
        assert_eq!(clashes(&["a", "a/b"]), [NameClash::FileAndFolder("a".into(), "a/b".into())]);
        assert_eq!(clashes(&["a/b/c", "a"]), [NameClash::FileAndFolder("a".into(), "a/b/c".into())]);
        assert_eq!(clashes(&["manifest.json", "manifest.json"]), [NameClash::Twice("manifest.json".into())]);
    }

    #[test]
    fn a_manifest_is_read_with_fields_nobody_knows() {
        let sha = "0".repeat(64);
        let text = format!(
            r#"{{"version":1,"new":{{"x":[1]}},"files":[{{"path":"a/b","sha256":"{sha}","target":"jamf","more":1}}],"settings":[]}}"#
        );
        let files = parsed(text.as_bytes()).unwrap();
        assert_eq!(files.into_iter().collect::<Vec<_>>(), [(FileName::new("a/b").unwrap(), sha)]);
    }

    #[test]
    fn a_manifest_that_makes_no_sense_is_refused() {
        let sha = "0".repeat(64);
        let file = |path: &str, sha: &str| format!(r#"{{"path":"{path}","sha256":"{sha}"}}"#);
        let whole = |files: &str| format!(r#"{{"version":1,"files":[{files}]}}"#);
        let upper = "A".repeat(64);
        let cases = [
            (String::new(), "EOF while parsing"),
            ("[]".into(), "invalid length 0"),
            (r#"{"version":1}"#.into(), "missing field `files`"),
            (r#"{"files":[]}"#.into(), "missing field `version`"),
            (r#"{"name":"My web app","icons":[]}"#.into(), "missing field `version`"),
            (r#"{"version":2,"files":[]}"#.into(), "its version is 2, and this prefsmith knows 1"),
            (r#"{"version":1,"files":[],"files":[]}"#.into(), "duplicate field `files`"),
            (whole(&file("../../etc/passwd", &sha)), "has a part `.` or `..`"),
            (whole(&file("/etc/passwd", &sha)), "begins with `/`"),
            (whole(&file(".prefsmith-lock", &sha)), "keeps for itself"),
            (whole(&file("Manifest.JSON", &sha)), "it lists itself"),
            (whole(&file("a", "abc")), "is not 64 hexadecimal digits"),
            (whole(&file("a", &upper)), "is not 64 hexadecimal digits"),
            (whole(&format!("{},{}", file("a", &sha), file("a", &sha))), "it lists `a` twice"),
            (format!(r#"{{"x":{}"#, "[".repeat(100_000)), "EOF while parsing a list"),
        ];
        for (text, reason) in cases {
            let error = parsed(text.as_bytes()).unwrap_err();
            assert!(error.contains(reason), "{error:?} does not say {reason:?}");
        }
    }

    #[test]
    fn entries_are_sorted_and_hashed() {
        let artefact = |path: &str, text: &str| Artefact {
            path: FileName::new(path).unwrap(),
            executable: false,
            bytes: text.into(),
            target: "t".into(),
        };
        let artefacts = [artefact("b", ""), artefact("a/z", "abc")];
        let files = new_files(&artefacts, &|entries| serde_json::to_vec(entries).unwrap()).unwrap();
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["a/z", "b", "manifest.json"]);
        // The two hashes are those of FIPS 180-2's "abc" and of nothing.
        assert_eq!(
            String::from_utf8_lossy(&files[2].bytes),
            r#"[{"path":"a/z","sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","target":"t"},{"path":"b","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","target":"t"}]"#
        );
    }
}
