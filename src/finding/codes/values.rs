//! Codes about the value of one setting.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
    CodeInfo {
        name: "app-id-mismatch",
        severity: Severity::Error,
        summary: "An application ID of AutoUpdate that is not the app's.",
        why: "AutoUpdate knows each app by an ID. Under the path of another app, or of another generation of the app, an ID brings a wrong update or none: IDs that end in 15 are Office 2016 (up to 16.16.x), those that end in 2019 are 16.17 and later. Where Macs of both generations are in `[macs]`, it is a warning: one path has one ID, and no single policy is right for both.",
        example: "[macs]\nOffice = \"16.28 ..\"\n\n[settings.AutoUpdate.Applications.\"/Applications/Microsoft Word.app\"]\n\"Application ID\" = \"MSWD15\"",
        instead: "[settings.AutoUpdate.Applications.\"/Applications/Microsoft Word.app\"]\n\"Application ID\" = \"MSWD2019\"",
        allowable: true,
    },
    CodeInfo {
        name: "bad-app-path",
        severity: Severity::Error,
        summary: "A dictionary by apps has a key that is no path of an app.",
        why: "AutoUpdate finds an app by its full path. Under any other key the entry has no effect.",
        example: r#"[settings.AutoUpdate.Applications."Microsoft Word.app"]
"Application ID" = "MSWD2019""#,
        instead: r#"[settings.AutoUpdate.Applications."/Applications/Microsoft Word.app"]
"Application ID" = "MSWD2019""#,
        allowable: true,
    },
    CodeInfo {
        name: "bad-token",
        severity: Severity::Error,
        summary: "A `${` that is no identity token.",
        why: "`${` begins an identity token such as `${user.mail}`. One that is not closed, or holds \
              other characters, would be written to every Mac as it stands.",
        example: r#"[settings.Outlook]
DefaultEmailAddressOrDomain = "${user.mail""#,
        instead: r#"[settings.Outlook]
DefaultEmailAddressOrDomain = "${user.mail}""#,
        allowable: false,
    },
    CodeInfo {
        name: "forced-only",
        severity: Severity::Error,
        summary: "A setting that counts only when it is enforced, and is not.",
        why: "The app looks at this key only where a profile forces it. As a starting value or a \
              default it is there, and does nothing.",
        example: r#"[set-once.Outlook]
DisableImport = true"#,
        instead: r#"[settings.Outlook]
DisableImport = true"#,
        allowable: false,
    },
    CodeInfo {
        name: "mdm-token",
        severity: Severity::Warning,
        summary: "A text that an MDM would replace.",
        why: "MDMs put the name of a user or the serial number of a Mac in the place of their own tokens, such as `$EMAIL` or `{{mail}}`. Another MDM, or a script, hands the token to users as it stands. A policy has neutral tokens, which each target spells in its own way; `import --from` writes them where the MDM documents that they mean the same.",
        example: "prefsmith import office.mobileconfig",
        instead: "prefsmith import --from jamf office.mobileconfig",
        allowable: false,
    },
    CodeInfo {
        name: "never-by-profile",
        severity: Severity::Error,
        summary: "A setting that no profile may carry.",
        why: "The app writes this key itself, or acts wrongly while it is managed. Enforcing it breaks \
              something that the note names.",
        example: r#"[settings.AutoUpdate]
LastUpdate = 2027-01-31T00:00:00Z"#,
        instead: "Leave it out.",
        allowable: false,
    },
    CodeInfo {
        name: "not-a-multiple",
        severity: Severity::Note,
        summary: "A number that should be a multiple of another.",
        why: "The app counts in steps. It takes another number, and rounds it in its own way.",
        example: r#"[settings.AutoUpdate]
UpdateCheckInterval = 90"#,
        instead: r#"[settings.AutoUpdate]
UpdateCheckInterval = 120"#,
        allowable: true,
    },
    CodeInfo {
        name: "out-of-range",
        severity: Severity::Error,
        summary: "A number outside of what the app takes.",
        why: "The app ignores such a number or replaces it with another. The finding is a warning or a \
              note where the app merely cuts it, or advises against it.",
        example: r#"[settings.OneDrive]
AutomaticUploadBandwidthPercentage = 100"#,
        instead: r#"[settings.OneDrive]
AutomaticUploadBandwidthPercentage = 99"#,
        allowable: true,
    },
    CodeInfo {
        name: "secret-in-profile",
        severity: Severity::Warning,
        summary: "A secret that every user of the Mac could read.",
        why: "Managed preferences lie in `/Library/Managed Preferences`, which every user of the Mac \
              can read, and in the profile, which the MDM's administrators can read.",
        example: r#"[settings.SkypeForBusiness]
httpProxyPassword = "correct horse""#,
        instead: "Hand secrets out in another way: the keychain, single sign-on, a certificate.",
        allowable: true,
    },
    CodeInfo {
        name: "secret-in-script",
        severity: Severity::Warning,
        summary: "A secret in a script.",
        why: "Whoever can read a script can read the secret in it, in the MDM and on the Mac, and what it sets \
              lies in the preferences of the user.",
        example: r#"[settings.SkypeForBusiness]
httpProxyPassword = "correct horse""#,
        instead: "Hand secrets out in another way: the keychain, single sign-on, a certificate.",
        allowable: true,
    },
    CodeInfo {
        name: "set-once-stamp",
        severity: Severity::Error,
        summary: "Values that are set once, without their stamp.",
        why: "macOS writes values that are set once again whenever the stamp is later than the one \
              that it remembers. Without a stamp it would write them at every login, and users could \
              not keep their choice. In a profile the stamp is `mcx_data_timestamp`, a date, and the \
              finding is a warning.",
        example: r#"[policy]
id = "com.example.office"

[set-once.AutoUpdate]
ExtendedLogging = false"#,
        instead: r#"[policy]
id             = "com.example.office"
set-once-stamp = 2027-01-31T00:00:00Z

[set-once.AutoUpdate]
ExtendedLogging = false"#,
        allowable: false,
    },
    CodeInfo {
        name: "token-in-profile",
        severity: Severity::Error,
        summary: "An identity token in a plain profile.",
        why: "Each MDM spells identity tokens in its own way and replaces them as it installs a \
              profile. In a plain profile the token would reach the Mac as text.",
        example: r#"[settings.Outlook]
DefaultEmailAddressOrDomain = "${user.mail}""#,
        instead: r#"[settings.Outlook]
DefaultEmailAddressOrDomain = "example.com""#,
        allowable: false,
    },
    CodeInfo {
        name: "token-in-script",
        severity: Severity::Error,
        summary: "An identity token that no script can find out.",
        why: "A script finds out what a Mac knows of itself and of the user, and takes what a directory knows \
              as a parameter: the tokens of the built-in catalogue. Of another token it knows nothing.",
        example: "prefsmith build office.toml --target defaults --catalog tokens.toml",
        instead: "Keep the setting in a policy for an MDM that knows the token.",
        allowable: false,
    },
    CodeInfo {
        name: "unknown-token",
        severity: Severity::Error,
        summary: "An identity token that does not exist.",
        why: "Identity tokens have fixed names, which each MDM's own spelling is made from. An unknown \
              one would reach the Mac as text.",
        example: r#"[settings.Outlook]
DefaultEmailAddressOrDomain = "${user.email}""#,
        instead: r#"[settings.Outlook]
DefaultEmailAddressOrDomain = "${user.mail}""#,
        allowable: false,
    },
    CodeInfo {
        name: "user-channel",
        severity: Severity::Note,
        summary: "A policy for the user channel.",
        why: "The user channel reaches the one user whom the MDM manages. Other local accounts get \
              nothing, and values arrive only while that user is logged in.",
        example: r#"[policy]
id      = "com.example.office"
channel = "user"

[settings]
HowToCheck = "Manual""#,
        instead: r#"[policy]
id      = "com.example.office"
channel = "device"

[settings]
HowToCheck = "Manual""#,
        allowable: true,
    },
    CodeInfo {
        name: "value-discouraged",
        severity: Severity::Warning,
        summary: "A value that the app takes and that should not be used.",
        why: "The app takes the value today. It is an old name, or its effect is rarely what an \
              organisation wants; the title says which.",
        example: r#"[settings]
ChannelName = "Production""#,
        instead: r#"[settings]
ChannelName = "Current""#,
        allowable: true,
    },
    CodeInfo {
        name: "value-not-allowed",
        severity: Severity::Error,
        summary: "A value that the app does not take.",
        why: "The app knows certain values. What it does with another is its own affair: mostly it \
              uses its default and says nothing.",
        example: r#"[settings]
HowToCheck = "Daily""#,
        instead: r#"[settings]
HowToCheck = "AutomaticCheck""#,
        allowable: true,
    },
    CodeInfo {
        name: "value-not-taken",
        severity: Severity::Error,
        summary: "A value that some builds of `[macs]` do not take.",
        why: "Some versions in `[macs]` do not know this value, because it came later or is gone. They \
              use their default instead.",
        example: r#"[macs]
AutoUpdate = "4.40 .."

[settings]
ChannelName = "InsiderFast""#,
        instead: r#"[macs]
AutoUpdate = "4.40 .."

[settings]
ChannelName = "Beta""#,
        allowable: true,
    },
    CodeInfo {
        name: "wrong-channel",
        severity: Severity::Error,
        summary: "A setting that this channel cannot deliver.",
        why: "Values of the user channel come when a user logs in: too late for a key that is read \
              when an app is installed, and not for the defaults of a whole Mac.",
        example: r#"[policy]
id      = "com.example.office"
channel = "user"

[settings.Office]
InstallTeams = false"#,
        instead: r#"[policy]
id      = "com.example.office"
channel = "device"

[settings.Office]
InstallTeams = false"#,
        allowable: false,
    },
    CodeInfo {
        name: "wrong-form",
        severity: Severity::Error,
        summary: "A text of the wrong form.",
        why: "The app takes a text of a certain form, such as an address or an identifier, and ignores \
              any other.",
        example: "",
        instead: "Write the value in the form that the note shows.",
        allowable: true,
    },
    CodeInfo {
        name: "wrong-type",
        severity: Severity::Error,
        summary: "A value of another type than the app reads.",
        why: "Apps ask for a value of one type. Many take `1` for `true` and ignore `\"true\"`; some \
              ignore both. Nothing is converted: the policy says what the app reads. In a profile, Apple Business \
              Manager refuses an integer where a boolean belongs.",
        example: r#"[settings.Outlook]
DisableImport = 1"#,
        instead: r#"[settings.Outlook]
DisableImport = true"#,
        allowable: false,
    },
];
