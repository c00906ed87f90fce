//! `[[allow]]` in a project file: what is accepted of that which several policies say together.

use crate::document::{Table, nearest};
use crate::finding::{CODES, Finding, Findings, code_info};
use crate::plan::Allow;
use crate::policy;

/// The findings about several policies at once that can be accepted: their place is the project file, as they belong
/// to no policy.
pub const ACROSS: &[&str] = &["set-by-two-policies"];

/// One `[[allow]]`; none if it cannot be used, which is said.
pub(super) fn allow(table: &Table<'_>, whole: bool, findings: &mut Findings) -> Option<Allow> {
    let (allow, span) = policy::read_allow(table, whole, findings)?;
    let code = allow.code.as_str();
    if ACROSS.contains(&code) {
        return Some(allow);
    }
    let names = || ACROSS.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    findings.push(if code_info(code).is_some() {
        Finding::new("allow-refused", format!("`{code}` is no finding about several policies"))
            .at(span, "")
            .note(format!("the [[allow]] of a project accepts {}", names()))
            .help("accept it with an [[allow]] in the policy")
    } else {
        let finding = Finding::new("unknown-code", format!("`{code}` is no code of a finding")).at(span, "");
        match nearest(code, CODES.iter().map(|info| info.name)) {
            Some(near) => finding.help(format!("did you mean `{near}`?")).fix(
                span,
                crate::value::quoted(near),
                format!("write `{near}`"),
            ),
            None => finding.help(format!("the [[allow]] of a project accepts {}", names())),
        }
    });
    None
}
