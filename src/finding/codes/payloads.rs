//! Codes about payloads that a policy carries as they stand.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
    CodeInfo {
        name: "apple-payload-type",
        severity: Severity::Warning,
        summary: "A domain that is also a payload type of Apple's.",
        why: "Apple reads payloads of these types itself. Setting the keys of such a domain as \
              preferences works on many Macs, and Apple neither documents nor supports it.",
        example: r#"[custom."com.apple.dock"]
autohide = true"#,
        instead: "Use the payload that Apple documents for it, made by the MDM.",
        allowable: true,
    },
    CodeInfo {
        name: "missing-key",
        severity: Severity::Error,
        summary: "A payload of Apple's, or a dictionary, lacks what it must have.",
        why: "Apple's schema of profiles says which keys a payload of a type must have, always or beside another one. \
              Without one of them a Mac refuses the profile, or the payload does nothing.",
        example: r#"[settings.ExtensibleSSO]
ExtensionIdentifier = "com.microsoft.CompanyPortalMac.ssoextension"
TeamIdentifier      = "UBF8T346G9"
Type                = "Redirect""#,
        instead: r#"[settings.ExtensibleSSO]
ExtensionIdentifier = "com.microsoft.CompanyPortalMac.ssoextension"
TeamIdentifier      = "UBF8T346G9"
Type                = "Redirect"
URLs                = ["https://login.microsoftonline.com"]"#,
        allowable: true,
    },
    CodeInfo {
        name: "needs-another",
        severity: Severity::Error,
        summary: "An entry that needs another one beside it.",
        why: "By the documentation one entry works only beside another, or beside a certain value of it. Alone it does \
              nothing, or is refused.",
        example: r#"[settings.ExtensibleSSO]
ExtensionIdentifier = "com.microsoft.CompanyPortalMac.ssoextension"
TeamIdentifier      = "UBF8T346G9"
Type                = "Redirect"
URLs                = ["https://login.microsoftonline.com"]

[settings.ExtensibleSSO.PlatformSSO]
AuthenticationMethod    = "Password"
EnableCreateUserAtLogin = true"#,
        instead: r#"[settings.ExtensibleSSO]
ExtensionIdentifier = "com.microsoft.CompanyPortalMac.ssoextension"
TeamIdentifier      = "UBF8T346G9"
Type                = "Redirect"
URLs                = ["https://login.microsoftonline.com"]

[settings.ExtensibleSSO.PlatformSSO]
AuthenticationMethod    = "Password"
EnableCreateUserAtLogin = true
UseSharedDeviceKeys     = true"#,
        allowable: true,
    },
    CodeInfo {
        name: "payload-channel",
        severity: Severity::Error,
        summary: "A payload that the channel of the policy does not deliver.",
        why: "Apple's schema of profiles says of each type of payload whether the device channel, the user \
              channel or both deliver it, and a profile goes by one of them. What comes by the other channel \
              is not installed as it should be. A warning tells of a profile that says another channel than \
              the policy.",
        example: r#"[policy]
id      = "com.example.office"
channel = "user"

[[payload]]
file = "payloads/privacy.plist""#,
        instead: r#"[policy]
id      = "com.example.office"
channel = "device"

[[payload]]
file = "payloads/privacy.plist""#,
        allowable: true,
    },
    CodeInfo {
        name: "payload-clash",
        severity: Severity::Error,
        summary: "Two payloads with one identifier or one UUID.",
        why: "Macs and MDMs know payloads by `PayloadIdentifier`, which must be unique in a profile, and by \
              `PayloadUUID`, which must be unique anywhere; the letter case of a UUID does not count. What \
              prefsmith makes for a payload that has none comes from the policy's id, the payload's type and \
              the name of its file. \
              A note tells of two policies of a project that share one.",
        example: r#"[[payload]]
file = "payloads/privacy.plist"

[[payload]]
file = "payloads/privacy-copy.plist""#,
        instead: r#"[[payload]]
file = "payloads/privacy.plist""#,
        allowable: false,
    },
    CodeInfo {
        name: "payload-envelope",
        severity: Severity::Warning,
        summary: "A payload whose envelope is incomplete.",
        why: "Every payload needs `PayloadType`, `PayloadIdentifier`, `PayloadUUID` and `PayloadVersion`. \
              Where a file leaves out the last three, prefsmith writes them: version 1, and an identifier and \
              a UUID that are the same on every build. They change with the policy's id and the name of the \
              file; those in the file stay.",
        example: r#"[[payload]]
file = "payloads/no-version.plist""#,
        instead: r#"[[payload]]
file = "payloads/privacy.plist""#,
        allowable: true,
    },
    CodeInfo {
        name: "payload-file",
        severity: Severity::Error,
        summary: "A file of payloads that cannot be read.",
        why: "A `[[payload]]` names a property list by its path from the folder of the policy file that names \
              it, never from the root of the disk: elsewhere the policy would mean something else. The file \
              is XML or binary, with a signature or without.",
        example: r#"[[payload]]
file = "payloads/missing.plist""#,
        instead: r#"[[payload]]
file = "payloads/privacy.plist""#,
        allowable: false,
    },
    CodeInfo {
        name: "payload-not-for-macs",
        severity: Severity::Warning,
        summary: "A payload for other devices than Macs.",
        why: "Apple's schema of profiles says that macOS does not take this type of payload: on a Mac it does \
              nothing, or keeps the profile from being installed.",
        example: r#"[[payload]]
file = "payloads/cellular.plist""#,
        instead: r#"[[payload]]
file = "payloads/privacy.plist""#,
        allowable: true,
    },
    CodeInfo {
        name: "payload-once",
        severity: Severity::Warning,
        summary: "Several payloads of a type that counts once.",
        why: "Apple's schema of profiles says that a Mac takes one payload of this type. Of two, in one \
              profile or in several, it is not said which counts.",
        example: r#"[[payload]]
file = "payloads/two-docks.mobileconfig""#,
        instead: r#"[[payload]]
file = "payloads/one-dock.mobileconfig""#,
        allowable: true,
    },
    CodeInfo {
        name: "payload-refused",
        severity: Severity::Error,
        summary: "A payload that a policy does not carry.",
        why: "A profile inside a profile is none (its payloads are taken if the file is the profile itself), \
              and what enrols a Mac in an MDM belongs into the profile by which it enrols.",
        example: r#"[[payload]]
file = "payloads/enrollment.plist""#,
        instead: r#"[[payload]]
file = "payloads/privacy.plist""#,
        allowable: false,
    },
    CodeInfo {
        name: "payload-shape",
        severity: Severity::Error,
        summary: "The wrapper of a payload is wrong, so that macOS applies nothing of it.",
        why: "A profile installs whether or not macOS finds preferences in it. A payload of com.apple.ManagedClient.preferences is a dictionary of domains, each with `Forced` or `Set-Once`, an array of one dictionary that holds the keys in `mcx_preference_settings`; keys anywhere else are never applied, and nobody is told.",
        example: r##"<key>com.microsoft.Word</key>
<dict>
  <key>Forced</key>
  <dict>
    <key>DisableCloudFonts</key><true/>
  </dict>
</dict>"##,
        instead: r##"<key>com.microsoft.Word</key>
<dict>
  <key>Forced</key>
  <array>
    <dict>
      <key>mcx_preference_settings</key>
      <dict>
        <key>DisableCloudFonts</key><true/>
      </dict>
    </dict>
  </array>
</dict>"##,
        allowable: false,
    },
    CodeInfo {
        name: "preferences-in-payload",
        severity: Severity::Warning,
        summary: "A payload that carries preferences.",
        why: "`[[payload]]` is for what is no preference. What stands in such a payload is not checked \
              against the catalogue, no report shows it, and it is in no script. A type that is none of \
              Apple's payloads is the domain of an app.",
        example: r#"[[payload]]
file = "payloads/word.plist""#,
        instead: r#"[settings.Word]
ShowWhatsNewOnLaunch = false"#,
        allowable: true,
    },
    CodeInfo {
        name: "set-by-payload",
        severity: Severity::Error,
        summary: "A key that both the policy and a payload set.",
        why: "A profile with two payloads for one key has two values for it, and macOS does not say which \
              counts.",
        example: r#"[[payload]]
file = "payloads/word.plist"

[custom."com.microsoft.Word"]
BrandNewKey = 1"#,
        instead: r#"[[payload]]
file = "payloads/word.plist"

[custom."com.microsoft.Word"]
AnotherNewKey = 1"#,
        allowable: false,
    },
    CodeInfo {
        name: "token-in-payload",
        severity: Severity::Warning,
        summary: "An identity token in a payload that is carried as it stands.",
        why: "`${user.upn}` and its like mean something in the values of a policy, where a build puts the MDM's own token \
              in their place. What a `[[payload]]` holds goes into the profile as it stands, so a Mac would get the text \
              `${user.upn}` itself. The MDM's own tokens in a payload are replaced by the MDM, as in any profile.",
        example: r#"[[payload]]
file = "payloads/with-token.plist""#,
        instead: "The MDM's own token in the file, such as `$EMAIL` for Jamf Pro.",
        allowable: true,
    },
];
