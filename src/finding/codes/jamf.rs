//! Codes about what Jamf Pro makes of what it is given.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
    CodeInfo {
        name: "jamf-form",
        severity: Severity::Note,
        summary: "The direct form, asked for where Jamf Pro would drop it.",
        why: "Jamf reads a profile that is uploaded unsigned and stores the payload types that it knows. A payload \
              of the direct form has the domain as its type, which Jamf does not know: it is dropped without a word. \
              So the profile for Jamf is in the form mcx, whatever --form says.",
        example: "prefsmith build office.toml --target jamf --form domain",
        instead: "prefsmith build office.toml --target jamf",
        allowable: true,
    },
    CodeInfo {
        name: "jamf-rewrites-payload",
        severity: Severity::Warning,
        summary: "A payload that Jamf Pro may not keep as it stands.",
        why: "Jamf reads a profile that is uploaded unsigned. It drops payload types that it does not know, and fills up \
              some that it knows, such as restrictions, with all of their default keys: Macs then get more than the \
              policy says. Compare what Jamf shows with what was sent, sign the profile, or make the payload in Jamf.",
        example: r#"[[payload]]
file = "payloads/privacy.plist""#,
        instead: "Nothing in the policy, once somebody has compared what Jamf stored.",
        allowable: true,
    },
    CodeInfo {
        name: "scripts-left-out",
        severity: Severity::Note,
        summary: "No script that sets preferences, because one setting needs a profile.",
        why: "Some settings count only where a profile enforces them. A target that has the profile anyway leaves the \
              scripts out rather than writing some that do less than they say. What a profile cannot carry, such as \
              `[unset]` and `[defaults]`, then reaches no Mac.",
        example: r#"[settings.Outlook]
DisableImport = true"#,
        instead: "Keep `[unset]` and `[defaults]` in a policy without such settings, if there are any.",
        allowable: true,
    },
];
