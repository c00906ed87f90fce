//! Codes about builds: who reads a key, and what the policy says of its Macs.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
    CodeInfo {
        name: "deadline-passed",
        severity: Severity::Warning,
        summary: "A deadline of `UpdateDeadline.ApplicationsForcedUpdateSchedule` lies before `--today`.",
        why: "AutoUpdate removes an entry from its schedule once the moment has passed, so that it forces nothing any more. Without `--today` no date is judged: prefsmith reads no clock.",
        example: "[settings.AutoUpdate.\"UpdateDeadline.ApplicationsForcedUpdateSchedule\".\"/Applications/Microsoft Word.app\"]\n\"Application ID\" = \"MSWD2019\"\nForcedUpdateDate = 2019-08-31T00:00:00Z\nForcedUpdateVersion = \"16.28.19081202\"",
        instead: "Set a moment to come and the version to install by then, or drop the entry.",
        allowable: true,
    },
    CodeInfo {
        name: "deprecated",
        severity: Severity::Warning,
        summary: "A key that should not be used any more.",
        why: "The maker has given the key up, or only old sources have it. It may do nothing today, \
              and it may go without notice.",
        example: r#"[settings.OneDrive]
IsBusinessProvisioned = true"#,
        instead: "Take it out, or set what `prefsmith explain` names in its place.",
        allowable: true,
    },
    CodeInfo {
        name: "disputed",
        severity: Severity::Note,
        summary: "Sources contradict each other about a key.",
        why: "The sources do not agree on what the key does, how it is spelt or which value is right. \
              The finding says what each of them says and how the catalogue decides.",
        example: r#"[settings.Outlook]
Weather_update_automatically = false"#,
        instead: "Read the note, try it on one Mac, and accept the finding with what you saw.",
        allowable: true,
    },
    CodeInfo {
        name: "forced-version-deferred",
        severity: Severity::Error,
        summary: "AutoUpdate is to force a version that it is also to hold back.",
        why: "`UpdateDeadline.ApplicationsForcedUpdateSchedule` installs one version of an app by a certain moment, `DeferralVersions` of `OptionalUpdatesDeferrals` names the highest version to install. Where the forced version is higher, the two contradict each other, and Microsoft does not say which wins.",
        example: "[settings.AutoUpdate.OptionalUpdatesDeferrals.DeferralVersions]\nMSWD2019 = \"16.82\"\n\n[settings.AutoUpdate.\"UpdateDeadline.ApplicationsForcedUpdateSchedule\".\"/Applications/Microsoft Word.app\"]\n\"Application ID\" = \"MSWD2019\"\nForcedUpdateDate = 2027-01-31T00:00:00Z\nForcedUpdateVersion = \"16.83.24031120\"",
        instead: "[settings.AutoUpdate.OptionalUpdatesDeferrals.DeferralVersions]\nMSWD2019 = \"16.83\"",
        allowable: true,
    },
    CodeInfo {
        name: "macs-empty",
        severity: Severity::Error,
        summary: "`[macs]` leaves no version of a product.",
        why: "An app runs in the versions of its suite. If the two ranges have no version in common, \
              nothing in the policy can be judged for that app.",
        example: r#"[macs]
Office  = "16.28 .."
Outlook = ".. 16.16.x""#,
        instead: r#"[macs]
Office  = "16.28 .."
Outlook = "16.80 ..""#,
        allowable: false,
    },
    CodeInfo {
        name: "no-longer-read",
        severity: Severity::Warning,
        summary: "No build of `[macs]` reads the setting any more.",
        why: "The value is on the Macs and has no effect: every version in `[macs]` came after the \
              last build that reads it. What the policy was to prevent may happen.",
        example: r#"[macs]
Outlook = "16.80 .."

[settings.Outlook]
DisablePreviewForSMIME = true"#,
        instead: "Take it out, and set what took its place, if anything did.",
        allowable: true,
    },
    CodeInfo {
        name: "not-installed",
        severity: Severity::Warning,
        summary: "A setting for an app that `[macs]` says is not installed.",
        why: "`[macs]` says that the app is nowhere. Either that is wrong, or the setting is left \
              over.",
        example: r#"[macs]
Outlook = "none"

[settings.Outlook]
DisableImport = true"#,
        instead: "Take the setting out, or correct `[macs]`.",
        allowable: true,
    },
    CodeInfo {
        name: "not-read-yet",
        severity: Severity::Warning,
        summary: "No build of `[macs]` reads the setting yet.",
        why: "The value is on the Macs and has no effect before an update: every version in `[macs]` \
              is older than the first build that reads it. It does no harm.",
        example: r#"[macs]
Outlook = "16.20 .. 16.70"

[settings.Outlook]
DisableFolderPermissionsSetup = true"#,
        instead: "Nothing, if the update is on its way: accept the finding until then.",
        allowable: true,
    },
    CodeInfo {
        name: "not-vouched-for",
        severity: Severity::Note,
        summary: "Builds of `[macs]` for which no source says that they read the setting.",
        why: "For these builds no source says that they read the key, and none says that they do not. \
              Do not rely on it there before you have seen it work.",
        example: r#"[macs]
AutoUpdate = "4.48 .."

[settings.AutoUpdate]
"UpdateDeadline.FinalCountDown" = 60"#,
        instead: "Try it on one Mac with such a build, or narrow `[macs]`.",
        allowable: true,
    },
    CodeInfo {
        name: "read-by-some-builds",
        severity: Severity::Note,
        summary: "Some builds of `[macs]` do not read the setting.",
        why: "On the other Macs the value is there and has no effect. It does no harm, and it will \
              count after an update, or no longer.",
        example: r#"[macs]
Outlook = "16.40 .."

[settings.Outlook]
DisableFolderPermissionsSetup = true"#,
        instead: "Nothing, if that is known; otherwise set beside it what the other builds read.",
        allowable: true,
    },
    CodeInfo {
        name: "superseded",
        severity: Severity::Warning,
        summary: "Something newer took the key's place, and the policy does not set it.",
        why: "Newer builds read another key. On those Macs the old one has no effect, so that what it \
              was to achieve does not happen.",
        example: r#"[settings.Word]
SendAllTelemetryEnabled = false"#,
        instead: r#"[settings]
DiagnosticDataTypePreference = "BasicDiagnosticData"

[settings.Word]
SendAllTelemetryEnabled = false"#,
        allowable: true,
    },
    CodeInfo {
        name: "unverified",
        severity: Severity::Note,
        summary: "Keys that only the community vouches for.",
        why: "The maker of the app documents none of these keys: administrators found them, or a \
              catalogue derived them. They mostly work, and may go without notice.",
        example: r#"[settings.Word]
SendASmileEnabled = false"#,
        instead: "Try them on one Mac; accept the finding once you rely on them.",
        allowable: true,
    },
];
