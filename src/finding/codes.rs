//! The table of codes: name, severity, and the text that `explain` and `docs/findings.md` are made from.

use super::Severity;

/// One kind of finding.
#[derive(Clone, Copy, Debug)]
pub struct CodeInfo {
    /// The stable word.
    pub name: &'static str,
    /// What it is unless a finding says otherwise.
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// Why it matters, and what to do; plain text, one paragraph.
    pub why: &'static str,
    /// A few lines of a policy or a command that give the finding; empty where nothing can be shown.
    pub example: &'static str,
    /// What to write instead.
    pub instead: &'static str,
    /// Whether `[[allow]]` may accept it.
    pub allowable: bool,
}

/// Every code, in the order of their names.
pub static CODES: &[CodeInfo] = &[];

/// Looks a code up.
pub fn code_info(name: &str) -> Option<&'static CodeInfo> {
    CODES.iter().find(|info| info.name == name)
}
