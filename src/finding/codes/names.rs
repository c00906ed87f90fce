//! Codes about names: of keys, domains and products, and where a key goes.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
    CodeInfo {
        name: "custom-known",
        severity: Severity::Note,
        summary: "A key of `[custom]` that is known by now.",
        why: "The catalogue knows this key now. Under `[custom]` its value is still not checked; under \
              `[settings]` it is.",
        example: r#"[custom.Outlook]
DisableImport = true"#,
        instead: r#"[settings.Outlook]
DisableImport = true"#,
        allowable: true,
    },
    CodeInfo {
        name: "left-out",
        severity: Severity::Note,
        summary: "A bare key does not go to a domain, because no build of `[macs]` reads it there.",
        why: "A bare key goes to every domain that knows it in the same sense, but for those whose builds in \
              `[macs]` do not read it. If an older or a newer Mac turns up after all, the setting is missing \
              there.",
        example: r#"[macs]
Office = "16.28 .."

[settings]
SendAllTelemetryEnabled = false"#,
        instead: "Nothing, if `[macs]` is right; a line under the domain's own table sets it there all the same.",
        allowable: true,
    },
    CodeInfo {
        name: "near-miss",
        severity: Severity::Error,
        summary: "A name that is nearly one that the catalogue knows.",
        why: "Any key and any domain may stand under `[custom]`, which makes a slip of the pen \
              invisible: the app would never see the setting. A name that differs from a known one by \
              a letter or two is therefore an error.",
        example: r#"[custom.Outlook]
DisableImports = true"#,
        instead: r#"[settings.Outlook]
DisableImport = true"#,
        allowable: true,
    },
    CodeInfo {
        name: "not-a-preference",
        severity: Severity::Warning,
        summary: "A setting whose domain the app does not read as preferences.",
        why: "The catalogue says that the app opens a file of its own, or that macOS takes these settings from a \
              payload of Apple's. A profile that sets preferences puts the value where nobody looks for it. From a \
              policy `build` makes such a payload by itself.",
        example: "prefsmith check --catalog site.toml policy.toml",
        instead: "Deliver it in the way that the app reads, and take it out of the policy.",
        allowable: true,
    },
    CodeInfo {
        name: "not-bare",
        severity: Severity::Error,
        summary: "A key that has to be set in its domain.",
        why: "The name stands in several domains and means something else in each, so that it cannot \
              be set everywhere at once.",
        example: r#"[settings]
OUIWhatsNewShownItemIds = [1]"#,
        instead: r#"[settings.Word]
OUIWhatsNewShownItemIds = [1]"#,
        allowable: false,
    },
    CodeInfo {
        name: "nothing-known",
        severity: Severity::Note,
        summary: "Preference domains of which no catalogue knows anything.",
        why: "Keys, types and values of these domains are taken as they stand: a slip of the pen in them is not found. It is said once for all files.",
        example: "<key>PayloadType</key><string>com.example.agent</string>",
        instead: "Name a catalogue that knows the domain: `--catalog FILE`.",
        allowable: false,
    },
    CodeInfo {
        name: "reaches-nothing",
        severity: Severity::Warning,
        summary: "A bare key that no build of `[macs]` reads.",
        why: "Every domain that the key would go to was left out, since no version in `[macs]` reads \
              it there. The policy sets nothing with this line.",
        example: r#"[macs]
Office = "16.28 .."

[settings]
kFREIntelligenceServicesConsentV2Key = true"#,
        instead: "Set what took its place, which the help names, or take the line out.",
        allowable: true,
    },
    CodeInfo {
        name: "reserved-dictionary",
        severity: Severity::Error,
        summary: "A dictionary whose only key starts with `$`.",
        why: "A dictionary with a single key that begins with `$` is how a policy writes what TOML has \
              no form for: `$data`. Others are kept for later. `$dictionary` writes such a dictionary \
              as it stands.",
        example: r#"[custom."com.example.app"]
Start = { "$date" = "2027-01-31" }"#,
        instead: r#"[custom."com.example.app"]
Start = 2027-01-31T00:00:00Z"#,
        allowable: false,
    },
    CodeInfo {
        name: "set-again",
        severity: Severity::Note,
        summary: "Two payloads, or two profiles, set one key to the same value.",
        why: "It does no harm now. But whoever changes one of the two later makes them contradict each other, and macOS does not say which of them then wins.",
        example: r##"<key>HowToCheck</key><string>Manual</string>
<!-- in a second payload of com.microsoft.autoupdate2 -->
<key>HowToCheck</key><string>Manual</string>"##,
        instead: "Set each key in one payload.",
        allowable: false,
    },
    CodeInfo {
        name: "set-twice",
        severity: Severity::Error,
        summary: "One key of one domain is set twice in one file.",
        why: "Nothing is ever decided by the order of lines, so two values for one key have no winner. \
              A domain's own line wins over a bare key, and a file wins over what it extends; two \
              lines of one kind in one file do not.",
        example: r#"[settings.Outlook]
DisableImport = true

[settings."com.microsoft.Outlook"]
DisableImport = false"#,
        instead: r#"[settings.Outlook]
DisableImport = true"#,
        allowable: false,
    },
    CodeInfo {
        name: "unknown-domain",
        severity: Severity::Error,
        summary: "A domain that the catalogue does not know.",
        why: "A preference in a domain that no app reads has no effect, and nothing on the Mac says \
              so. Names of domains are compared letter by letter, capitals included.",
        example: r#"[settings."com.microsoft.outlook"]
DisableImport = true"#,
        instead: r#"[settings.Outlook]
DisableImport = true"#,
        allowable: false,
    },
    CodeInfo {
        name: "unknown-key",
        severity: Severity::Error,
        summary: "A key that the catalogue does not know.",
        why: "A misspelt preference is written to every Mac, and every app ignores it in silence. Only \
              keys that the catalogue knows may stand under `[settings]`; others go under `[custom]`, \
              where they are meant.",
        example: r#"[settings]
HowToChekc = "Manual""#,
        instead: r#"[settings]
HowToCheck = "Manual""#,
        allowable: false,
    },
    CodeInfo {
        name: "unknown-product",
        severity: Severity::Error,
        summary: "A product of `[macs]` that the catalogue does not know.",
        why: "`[macs]` names products as the catalogue does. Versions of a product that nobody reads \
              would change no finding.",
        example: r#"[macs]
"com.microsoft.Outlook" = "16.80 ..""#,
        instead: r#"[macs]
Outlook = "16.80 ..""#,
        allowable: false,
    },
];
