//! Paths of a project file: relative, with `/`, and those of outputs inside of the project's folder.

use super::Said;
use crate::finding::{Finding, Findings, Span};

/// Whether a text is a pattern, and not just a path.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// Whether a relative path stays in the folder that it starts from, as it is written.
pub fn inside(path: &str) -> bool {
    let mut depth = 0_usize;
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match depth.checked_sub(1) {
                Some(up) => depth = up,
                None => return false,
            },
            _ => depth += 1,
        }
    }
    true
}

/// A path or pattern, if it can be one: not empty, relative, with `/`.
pub(super) fn path((text, span): (&str, Span), findings: &mut Findings) -> Option<Said> {
    let refuse = |title: String| Finding::new("project-path", title).at(span, "");
    if text.trim().is_empty() {
        findings.push(refuse("this path is empty".to_owned()));
        return None;
    }
    let drive = text.as_bytes().get(1) == Some(&b':');
    if text.starts_with('/') || drive || text.contains(['\\', '\0']) {
        findings.push(
            refuse(format!("`{text}` is no relative path"))
                .help("write it from the folder of prefsmith.toml, with `/`"),
        );
        return None;
    }
    Some(Said { text: text.to_owned(), span })
}

/// The path of a folder to write into, which is no pattern and stays inside of the project's folder: a project file
/// comes with a repository, and a build of a repository writes there.
pub(super) fn output(said: (&str, Span), findings: &mut Findings) -> Option<Said> {
    let path = path(said, findings)?;
    if !inside(&path.text) {
        let title = format!("`{}` leads out of the project's folder", path.text);
        findings.push(
            Finding::new("project-path", title)
                .at(path.span, "")
                .help("`prefsmith build --out` writes anywhere; a project writes in its own folder"),
        );
        return None;
    }
    Some(path)
}

/// The path of one file.
pub(super) fn file(said: (&str, Span), findings: &mut Findings) -> Option<Said> {
    let path = path(said, findings)?;
    if is_pattern(&path.text) {
        let title = format!("`{}` is a pattern, and one file belongs here", path.text);
        findings.push(Finding::new("project-path", title).at(path.span, ""));
        return None;
    }
    Some(path)
}
