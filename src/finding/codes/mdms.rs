//! Codes about what MDMs take: Intune, and declarations.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
    CodeInfo {
        name: "ddm-url",
        severity: Severity::Error,
        summary: "An address from which no Mac fetches a profile.",
        why: "A declaration names the address of a profile. Apple wants it to begin with https://, and the MDM itself to \
              serve it. The build puts the name of the file behind it, so it is the address of a folder.",
        example: r#"[target.ddm]
url = "http://mdm.example.com/profiles""#,
        instead: r#"[target.ddm]
url = "https://mdm.example.com/profiles""#,
        allowable: false,
    },
    CodeInfo {
        name: "empty-check",
        severity: Severity::Error,
        summary: "A policy that a check on a Mac cannot look at.",
        why: "The check reads files of preferences. What `[[payload]]` brings, and a payload of Apple's, shows in none: a \
              check without anything to look at would prove nothing. `prefsmith diff` finds payloads in a snapshot of the Mac.",
        example: r#"[settings.ExtensibleSSO]
ExtensionIdentifier = "com.example.sso"
TeamIdentifier = "UBF8T346G9"
Type = "Redirect"
URLs = ["https://sso.example.com"]"#,
        instead: "prefsmith build sso.toml --target mobileconfig,collector",
        allowable: false,
    },
    CodeInfo {
        name: "intune-group-name",
        severity: Severity::Note,
        summary: "A group of Entra ID by its name, where Microsoft Graph takes its object id.",
        why: "Names may change and may stand for several groups, so Graph assigns by object id. With a name among the groups \
              no assignment is written for Graph at all, because one of a part of them would be another assignment. \
              Assigning by hand works with names.",
        example: r#"[target.intune]
groups = ["Pilot Macs"]"#,
        instead: r#"[target.intune]
groups = ["2f1e1c5a-9b0d-4c4e-8a55-0123456789ab"]"#,
        allowable: true,
    },
    CodeInfo {
        name: "intune-left-out",
        severity: Severity::Note,
        summary: "Settings that only the custom profile of Intune carries, and no preference file.",
        why: "A preference file of Intune's is for the whole Mac, always enforces, and is not documented to take tokens. \
              Settings of the user's channel, values that are set once, and values with tokens are in the custom profile only.",
        example: r#"[settings.Office]
OfficeActivationEmailAddress = "${user.upn}""#,
        instead: "Nothing, if the custom profile is what is uploaded.",
        allowable: true,
    },
    CodeInfo {
        name: "intune-settings-catalog",
        severity: Severity::Note,
        summary: "Domains that Intune's settings catalog has settings for, too.",
        why: "A policy of the settings catalog becomes a profile of its own. Where it sets a key that the custom profile \
              sets, the Mac has two profiles with one key, and nobody can say which one wins; Intune does not compare them. \
              Only domains are named that Microsoft's documentation names.",
        example: r#"[settings.Office]
OfficeAutoSignIn = true"#,
        instead: "Nothing in the policy, once somebody has looked for such policies in the tenant.",
        allowable: true,
    },
    CodeInfo {
        name: "intune-too-large",
        severity: Severity::Error,
        summary: "A profile or a script that is larger than Intune takes.",
        why: "Intune refuses a custom profile of more than 1,000,000 bytes and a script of 200 KB. With --split each domain \
              is a profile of its own.",
        example: "prefsmith build office.toml --target intune",
        instead: "prefsmith build office.toml --target intune --split",
        allowable: false,
    },
    CodeInfo {
        name: "no-declaration",
        severity: Severity::Note,
        summary: "No declaration, because nobody has said where the profile will lie.",
        why: "The declaration that brings a profile names its address, which is that of your MDM. Without it, only the \
              profile is written.",
        example: "[target.ddm]",
        instead: r#"[target.ddm]
url = "https://mdm.example.com/profiles""#,
        allowable: true,
    },
    CodeInfo {
        name: "not-judged",
        severity: Severity::Note,
        summary: "Settings that a check on a Mac does not look at.",
        why: "They stand in a payload of Apple's, which shows in no file of preferences. The check judges the others, and \
              says how many payloads it did not judge. `prefsmith diff` finds payloads in a snapshot of the Mac.",
        example: r#"[settings]
OfficeAutoSignIn = true

[settings.ExtensibleSSO]
ExtensionIdentifier = "com.example.sso"
TeamIdentifier = "UBF8T346G9"
Type = "Redirect"
URLs = ["https://sso.example.com"]"#,
        instead: "Nothing, if snapshots are compared as well.",
        allowable: true,
    },
];
