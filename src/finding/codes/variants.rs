//! Codes about variants of a policy, whom it is for, and who gets which.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
    CodeInfo {
        name: "applies-to",
        severity: Severity::Error,
        summary: "An `[applies-to]` that no Mac can meet.",
        why: "`[applies-to]` says for which Macs a policy is: `audit` and `diff` judge no others by it. An empty list, an \
              empty text, or versions of an app that `[macs]` rules out leave nobody: every Mac would count as one that \
              the policy has nothing to say of.",
        example: r#"[macs]
Outlook = "16.80 .."

[applies-to.apps]
Outlook = ".. 16.16.x""#,
        instead: r#"[macs]
Outlook = "16.80 .."

[applies-to.apps]
Outlook = "..""#,
        allowable: false,
    },
    CodeInfo {
        name: "same-group",
        severity: Severity::Error,
        summary: "A group that gets a policy and its variant, or two variants.",
        why: "The outputs of a policy and of its variants are different profiles that set the same keys. A Mac that \
              gets two of them has whichever macOS takes last. Each group stands in one of them; what a variant says \
              of groups is all that it has: it takes over none of the policy's.",
        example: r#"[target.jamf]
groups = ["Office Macs"]

[variant.pilot.target.jamf]
groups = ["Office Macs"]"#,
        instead: r#"[target.jamf]
groups  = ["Office Macs"]
exclude = ["Office Pilot"]

[variant.pilot.target.jamf]
groups = ["Office Pilot"]"#,
        allowable: false,
    },
    CodeInfo {
        name: "variant",
        severity: Severity::Error,
        summary: "A variant that cannot be built.",
        why: "The name of a variant becomes a part of identifiers (`com.example.office.pilot`) and of files' names \
              (`office.pilot.mobileconfig`): it is made of letters, digits, `-` and `_`, and differs from others not \
              in capitals alone. `variants-only` needs a variant.",
        example: r#"[variant."Pilot ring".settings]
HowToCheck = "Manual""#,
        instead: r#"[variant.pilot-ring.settings]
HowToCheck = "Manual""#,
        allowable: false,
    },
];
