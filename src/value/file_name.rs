//! Names of the files that a build writes: checked once, so that no hostile name ever reaches the disk.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The file that tells which others are prefsmith's.
pub(crate) const MANIFEST: &str = "manifest.json";
/// What every name that prefsmith keeps for itself begins with, in any case.
const RESERVED: &str = ".prefsmith";
/// The longest part of a name, in bytes, that every file system in use takes.
const LONGEST_PART: usize = 255;
/// The longest name, in bytes; macOS takes paths of 1,024 bytes, and the folder needs some of them.
const LONGEST_NAME: usize = 768;

/// The name of a file inside the folder of a build: relative, its parts separated by `/`, for example
/// `defaults/com.microsoft.Word.sh`.
///
/// No part is empty, `.` or `..`, begins with `-` or with `.prefsmith`, or is longer than 255 bytes; the whole
/// is no longer than 768 bytes, and holds no backslash, colon, control character or invisible formatting
/// character. In JSON it is a string, and reading one checks it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileName(String);

/// Why a text cannot be a [`FileName`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` cannot be the name of a file that prefsmith writes: it {reason}", shortened(name))]
pub struct FileNameError {
    name: String,
    reason: &'static str,
}

impl FileName {
    /// Checks a name.
    ///
    /// # Errors
    ///
    /// The name breaks one of the rules of [`FileName`]; the error says which.
    pub fn new(name: impl Into<String>) -> Result<Self, FileNameError> {
        let name = name.into();
        match fault(&name) {
            None => Ok(Self(name)),
            Some(reason) => Err(FileNameError { name, reason }),
        }
    }

    /// The name of the manifest.
    pub(crate) fn manifest() -> Self {
        Self(MANIFEST.to_owned())
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folders on the way to the file, the outermost first; none for a file that lies at the top.
    pub(crate) fn folders(&self) -> impl Iterator<Item = Self> {
        self.0.match_indices('/').filter_map(|(at, _)| self.0.get(..at)).map(|folder| Self(folder.to_owned()))
    }

    /// The folder that holds the file; `None` for a file that lies at the top.
    pub(crate) fn folder(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(folder, _)| Self(folder.to_owned()))
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for FileName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for FileName {
    type Error = FileNameError;

    fn try_from(name: String) -> Result<Self, FileNameError> {
        Self::new(name)
    }
}

impl From<FileName> for String {
    fn from(name: FileName) -> Self {
        name.0
    }
}

/// The first rule that a name breaks, as what follows "it".
fn fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("is empty");
    }
    if name.len() > LONGEST_NAME {
        return Some("is longer than 768 bytes");
    }
    if name.starts_with('/') {
        return Some("begins with `/`");
    }
    name.chars().find_map(character_fault).or_else(|| name.split('/').find_map(part_fault))
}

fn character_fault(c: char) -> Option<&'static str> {
    match c {
        '\\' => Some("holds a backslash"),
        ':' => Some("holds a colon"),
        c if c.is_control() => Some("holds a control character"),
        // Some file systems of macOS leave these out when they compare names, and no reader sees them.
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => {
            Some("holds an invisible formatting character")
        }
        _ => None,
    }
}

fn part_fault(part: &str) -> Option<&'static str> {
    match part {
        "" => Some("has an empty part"),
        "." | ".." => Some("has a part `.` or `..`"),
        part if part.len() > LONGEST_PART => Some("has a part longer than 255 bytes"),
        part if part.starts_with('-') => Some("has a part that begins with `-`, as an option does"),
        part if folded(part).starts_with(RESERVED) => {
            Some("has a part that begins with `.prefsmith`, which prefsmith keeps for itself")
        }
        _ => None,
    }
}

/// A name as an error shows it: escaped, and not longer than a line can hold.
fn shortened(name: &str) -> String {
    let mut shown: String = name.chars().take(100).flat_map(char::escape_debug).collect();
    if name.chars().nth(100).is_some() {
        shown.push('…');
    }
    shown
}

/// Composed letters: a combining mark, the letters that take it, and the two as one character.
const COMPOSED: &[(char, &str, &str)] = &[
    ('\u{300}', "aeiouüеи", "àèìòùǜѐѝ"),
    ('\u{301}', "aeiouyclnrszüгк", "áéíóúýćĺńŕśźǘѓќ"),
    ('\u{302}', "aeioucghjswy", "âêîôûĉĝĥĵŝŵŷ"),
    ('\u{303}', "anoiu", "ãñõĩũ"),
    ('\u{304}', "aeiouü", "āēīōūǖ"),
    ('\u{306}', "aegiouиу", "ăĕğĭŏŭйў"),
    ('\u{307}', "cegz", "ċėġż"),
    ('\u{308}', "aeiouyеі", "äëïöüÿёї"),
    ('\u{30a}', "au", "åů"),
    ('\u{30b}', "ou", "őű"),
    ('\u{30c}', "cdelnrstzaiouü", "čďěľňřšťžǎǐǒǔǚ"),
    ('\u{326}', "st", "șț"),
    ('\u{327}', "cgklnrst", "çģķļņŗşţ"),
    ('\u{328}', "aeiu", "ąęįų"),
];

/// The form in which two names are equal if some disk takes them for the same file: without case, and with
/// the accented letters of European languages taken apart.
///
/// Upper case comes first, because it joins what lower case keeps apart: `ς` and `σ`, `ß` and `ss`.
pub(crate) fn folded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase) {
        take_apart(c, &mut out);
    }
    out
}

fn take_apart(c: char, out: &mut String) {
    if c.is_ascii() {
        return out.push(c);
    }
    for (mark, bases, composed) in COMPOSED {
        if let Some((base, _)) = bases.chars().zip(composed.chars()).find(|(_, whole)| *whole == c) {
            take_apart(base, out);
            return out.push(*mark);
        }
    }
    out.push(c);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_build_needs_are_taken() {
        for name in [
            "office.mobileconfig",
            "defaults/com.microsoft.Word.sh",
            "a/b/c/d.txt",
            ".hidden",
            "büro nord.mobileconfig",
            "a..b",
            "...",
            "x-y",
            "日本.txt",
            "manifest.json",
            "prefsmith.txt",
        ] {
            assert_eq!(FileName::new(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn hostile_names_are_refused_with_the_rule_they_break() {
        let long = "x".repeat(256);
        let longer = "x/".repeat(400) + "x";
        let cases = [
            ("", "is empty"),
            ("/etc/passwd", "begins with `/`"),
            ("a//b", "has an empty part"),
            ("a/", "has an empty part"),
            (".", "has a part `.` or `..`"),
            ("a/../b", "has a part `.` or `..`"),
            ("..", "has a part `.` or `..`"),
            ("a/./b", "has a part `.` or `..`"),
            ("a\\b", "holds a backslash"),
            ("C:x", "holds a colon"),
            ("a\0b", "holds a control character"),
            ("a\nb", "holds a control character"),
            ("a\u{85}b", "holds a control character"),
            ("a\u{202e}b", "holds an invisible formatting character"),
            (".pref\u{200c}smith-backup", "holds an invisible formatting character"),
            ("-rf", "has a part that begins with `-`, as an option does"),
            ("a/-rf", "has a part that begins with `-`, as an option does"),
            (
                ".prefsmith-staging/0",
                "has a part that begins with `.prefsmith`, which prefsmith keeps for itself",
            ),
            ("a/.PrefSmith", "has a part that begins with `.prefsmith`, which prefsmith keeps for itself"),
            (&long, "has a part longer than 255 bytes"),
            (&longer, "is longer than 768 bytes"),
        ];
        for (name, reason) in cases {
            assert_eq!(FileName::new(name).unwrap_err().reason, reason, "{name:?}");
            let json = serde_json::to_string(name).unwrap();
            assert!(serde_json::from_str::<FileName>(&json).is_err(), "{name:?} through JSON");
        }
    }

    #[test]
    fn an_error_shows_a_name_escaped_and_short() {
        let error = FileName::new("a\u{1b}[31m\n").unwrap_err().to_string();
        assert_eq!(
            error,
            r"`a\u{1b}[31m\n` cannot be the name of a file that prefsmith writes: it holds a control character"
        );
        assert!(FileName::new("x".repeat(100_000)).unwrap_err().to_string().len() < 300);
    }

    #[test]
    fn longest_names_are_taken() {
        assert!(FileName::new("x".repeat(255)).is_ok());
        assert!(FileName::new("ü".repeat(128)).is_err(), "bytes count, not characters");
    }

    #[test]
    fn lookalikes_fold_to_the_same() {
        for (one, other) in [
            ("Office.PLIST", "office.plist"),
            ("BÜRO", "büro"),
            ("b\u{fc}ro", "bu\u{308}ro"),
            ("B\u{dc}RO", "bu\u{308}ro"),
            ("\u{439}", "\u{418}\u{306}"),
            ("\u{1d8}", "u\u{308}\u{301}"),
            ("Straße", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("οδοσ", "οδος"),
            ("\u{212a}", "k"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
        assert_ne!(folded("u"), folded("ü"));
        assert_ne!(folded("a.b"), folded("a-b"));
    }

    #[test]
    fn the_table_of_composed_letters_pairs_up() {
        for (mark, bases, composed) in COMPOSED {
            assert_eq!(bases.chars().count(), composed.chars().count(), "{mark:?}");
        }
    }

    #[test]
    fn folders_of_a_name() {
        let name = FileName::new("a/b/c.txt").unwrap();
        let folders: Vec<_> = name.folders().map(String::from).collect();
        assert_eq!(folders, ["a", "a/b"]);
        assert_eq!(name.folder().unwrap().as_str(), "a/b");
        assert_eq!(FileName::new("c.txt").unwrap().folder(), None);
    }
}
