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
    CodeInfo {
        name: "taken-for-token",
        severity: Severity::Error,
        summary: "Text that an MDM would take for a token of its own.",
        why: "An MDM looks for its tokens, such as `$EMAIL`, in every text of a profile, and puts something else in \
              their place on each Mac. A text that holds one by chance, or as it was written for another MDM, would \
              not arrive as it stands. What looks like a token without being one that the MDM documents is a warning.",
        example: r#"[settings.Outlook]
DefaultEmailAddressOrDomain = "$EMAIL""#,
        instead: r#"[settings.Outlook]
DefaultEmailAddressOrDomain = "${user.mail}""#,
        allowable: true,
    },
    CodeInfo {
        name: "token-may-be-empty",
        severity: Severity::Note,
        summary: "Attributes of people that an MDM fills in.",
        why: "An MDM knows of the user of a Mac what its inventory or a directory has told it. An attribute that is not \
              there yet is written empty, stays as the token's text, or fails the profile: each MDM has its own way. \
              Look at a Mac whose user has just been added before the profile goes to all.",
        example: r#"[settings.Outlook]
DefaultEmailAddressOrDomain = "${user.mail}""#,
        instead: "Nothing, if the attributes are synced before Macs are enrolled.",
        allowable: true,
    },
    CodeInfo {
        name: "token-unmapped",
        severity: Severity::Error,
        summary: "An identity token that an MDM has nothing for, as far as is known.",
        why: "Each MDM spells tokens in its own way, and not each has one for every attribute. A spelling that the \
              MDM does not have would reach users as text, so one that nobody has confirmed is not written. What a \
              tenant has itself, such as an extension attribute that is mapped to the directory, the policy says.",
        example: r#"[settings.Outlook]
DefaultEmailAddressOrDomain = "${user.upn}""#,
        instead: r#"[settings.Outlook]
DefaultEmailAddressOrDomain = "${user.upn}"

[target.jamf.placeholders]
"user.upn" = "$EXTENSIONATTRIBUTE_12"

[target.mosyle.placeholders]
"user.upn" = "%UserPrincipalName%""#,
        allowable: false,
    },
    CodeInfo {
        name: "token-unvouched",
        severity: Severity::Warning,
        summary: "A spelling of an identity token that an MDM does not document.",
        why: "Others use the spelling with success, and the MDM does not document it for profiles of a Mac: it may \
              change, or work in other places only. `prefsmith explain user.mail` shows what is known of each MDM.",
        example: r#"[custom."com.example.agent"]
Asset = "${device.serial}""#,
        instead: r#"[custom."com.example.agent"]
Asset = "${device.serial}"

[target.mosyle.placeholders]
"device.serial" = "%SerialNumber%""#,
        allowable: true,
    },
];
