//! Codes about accepting findings.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
    CodeInfo {
        name: "allow-expired",
        severity: Severity::Warning,
        summary: "An `[[allow]]` has reached its `until`.",
        why: "An acceptance with an `until` was meant to be looked at again on that day. From then on \
              it accepts nothing, so what it hid shows again. The day is judged with `--today` only: \
              without it, nothing expires.",
        example: r#"[[allow]]
code  = "superseded"
until = 2027-01-31
why   = "The last 16.16 Macs go in January.""#,
        instead: "Mend what was accepted and take the [[allow]] out, or give it a later `until`.",
        allowable: false,
    },
    CodeInfo {
        name: "allow-incomplete",
        severity: Severity::Error,
        summary: "An `[[allow]]` lacks its code or its reason.",
        why: "An acceptance without its finding accepts nothing, and one without its reason cannot be \
              judged by whoever reads the policy next year.",
        example: r#"[[allow]]
code = "superseded""#,
        instead: r#"[[allow]]
code = "superseded"
why  = "Half of our Macs are still on 16.16.""#,
        allowable: false,
    },
    CodeInfo {
        name: "allow-refused",
        severity: Severity::Error,
        summary: "An `[[allow]]` names a finding that cannot be accepted.",
        why: "Some findings mean that the policy says nothing that could be built: a value of the \
              wrong type, a key that does not exist. There is nothing to accept, only to mend.",
        example: r#"[[allow]]
code = "wrong-type"
why  = "It works on my Mac.""#,
        instead: "Mend what the finding shows.",
        allowable: false,
    },
    CodeInfo {
        name: "allow-unused",
        severity: Severity::Warning,
        summary: "An `[[allow]]` accepts nothing.",
        why: "An acceptance that accepts nothing is left over, or names the wrong key or domain. Left \
              in place, it would hide the finding when it comes back for another reason.",
        example: r#"[[allow]]
code = "superseded"
key  = "HowToCheck"
why  = "Left over from last year.""#,
        instead: "Take it out, or name the key and the domain as the finding does.",
        allowable: false,
    },
    CodeInfo {
        name: "exemption",
        severity: Severity::Error,
        summary: "An `[[exempt]]` that exempts nothing, or says not why.",
        why: "An exemption is judged by whoever reads the report next year: it names what may differ, and the reason. One that names neither key nor domain would hide everything.",
        example: r##"[[exempt]]
key = "HowToCheck"."##,
        instead: r##"Say what and why: `key = "HowToCheck"`, `why = "The lab updates by hand."`."##,
        allowable: false,
    },
    CodeInfo {
        name: "unknown-code",
        severity: Severity::Error,
        summary: "An `[[allow]]` of a code that does not exist.",
        why: "An acceptance of a code that does not exist accepts nothing. Codes stand in brackets \
              behind each finding.",
        example: r#"[[allow]]
code = "supersede"
why  = "Half of our Macs are still on 16.16.""#,
        instead: r#"[[allow]]
code = "superseded"
why  = "Half of our Macs are still on 16.16.""#,
        allowable: false,
    },
    CodeInfo {
        name: "why-unused",
        severity: Severity::Warning,
        summary: "`[why]` explains a setting that the policy does not have.",
        why: "A reason for a setting that is not there is left over or misspelt, and the setting that \
              it was meant for stays without one.",
        example: r#"[settings]
HowToCheck = "Manual"

[why]
HowToChek = "Updates are ours to see.""#,
        instead: r#"[settings]
HowToCheck = "Manual"

[why]
HowToCheck = "Updates are ours to see.""#,
        allowable: true,
    },
];
