//! Codes about what a target can carry.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
    CodeInfo {
        name: "not-in-profile",
        severity: Severity::Note,
        summary: "Settings that a profile cannot carry.",
        why: "A profile enforces a value or sets it once. It cannot write a weak default, and it \
              cannot remove a key: these settings are in the policy and will not be on the Macs.",
        example: r#"[defaults.AutoUpdate]
ExtendedLogging = false"#,
        instead: "Nothing, if a script carries them; otherwise move them to `[settings]`.",
        allowable: true,
    },
    CodeInfo {
        name: "not-in-script",
        severity: Severity::Note,
        summary: "A payload that a script cannot carry.",
        why: "Scripts set preferences. What a `[[payload]]` brings is none: a profile alone delivers it.",
        example: r#"[[payload]]
file = "payloads/privacy.plist""#,
        instead: "prefsmith build office.toml --target mobileconfig",
        allowable: true,
    },
    CodeInfo {
        name: "script-cannot-force",
        severity: Severity::Error,
        summary: "A script for a setting that counts only when it is enforced.",
        why: "The app takes the key only from managed preferences, which a profile alone can write. A script \
              that sets it elsewhere would look as if it had worked.",
        example: r#"[settings.Outlook]
DisableImport = true"#,
        instead: "prefsmith build office.toml --target mobileconfig",
        allowable: false,
    },
];
