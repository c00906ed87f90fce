//! Codes about profiles: the envelope, the signature, the MDM that takes them.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
    CodeInfo {
        name: "bad-payload",
        severity: Severity::Error,
        summary: "A payload that no profile can carry.",
        why: "What a `[[payload]]` names goes into the profile as it stands, so it must be a payload, or a \
              profile with payloads in it: a dictionary with a `PayloadType`, whose `PayloadIdentifier` and \
              `PayloadUUID`, where it has them, are texts. What is encrypted is known to the Mac alone that \
              it was encrypted for.",
        example: r#"[[payload]]
file = "payloads/no-type.plist""#,
        instead: r#"[[payload]]
file = "payloads/privacy.plist""#,
        allowable: false,
    },
    CodeInfo {
        name: "bad-uuid",
        severity: Severity::Warning,
        summary: "A PayloadUUID that is no UUID.",
        why: "A Mac tells payloads apart by this text, whatever it is; MDMs and tools expect the 36 characters of a UUID, hexadecimal digits with hyphens after the 8th, 12th, 16th and 20th, and some refuse anything else.",
        example: "<key>PayloadUUID</key><string>81927370-ef798a72-978d-4ffc-81a3-88ba36f52585</string>",
        instead: "<key>PayloadUUID</key><string>81927370-EF79-4A72-978D-88BA36F52585</string>",
        allowable: false,
    },
    CodeInfo {
        name: "empty-profile",
        severity: Severity::Error,
        summary: "A build of profiles from a policy that enforces nothing.",
        why: "A profile enforces values or sets them once. A policy that has only `[defaults]` or \
              `[unset]` gives it nothing to carry.",
        example: r#"[defaults.AutoUpdate]
ExtendedLogging = false"#,
        instead: "Move to `[settings]` what is to be enforced; a profile cannot carry the rest.",
        allowable: false,
    },
    CodeInfo {
        name: "encrypted-profile",
        severity: Severity::Warning,
        summary: "The payloads of a profile are encrypted.",
        why: "Only the device for which a profile was encrypted can read its payloads. Nothing can be said of them here.",
        example: r##"<key>IsEncrypted</key><true/>
<key>EncryptedPayloadContent</key><data>MII=</data>"##,
        instead: "Check the profile before it is encrypted.",
        allowable: false,
    },
    CodeInfo {
        name: "envelope-key",
        severity: Severity::Warning,
        summary: "A key of a profile or payload that Apple does not document.",
        why: "macOS looks at the documented keys around the settings and at no others, so that a misspelt one does nothing: where a near miss of a documented key stands, the finding is an error. Preferences cannot be called `Payload…` in a payload whose type is their domain. `PayloadEnabled`, which many tools write, is left alone.",
        example: "<key>payloadScope</key><string>System</string>",
        instead: "<key>PayloadScope</key><string>System</string>",
        allowable: false,
    },
    CodeInfo {
        name: "envelope-missing",
        severity: Severity::Error,
        summary: "A profile or payload without a key that Apple requires.",
        why: "Macs know profiles and payloads by PayloadIdentifier and PayloadUUID, and what is in them by PayloadType: without one of them a profile is refused, or cannot be replaced later. Without PayloadVersion it is a warning: most MDMs let it through, and Apple Business Manager refuses it.",
        example: r##"<dict>
  <key>PayloadType</key><string>com.microsoft.autoupdate2</string>
  <key>PayloadVersion</key><integer>1</integer>
  <key>PayloadIdentifier</key><string>com.example.updates</string>
  <key>HowToCheck</key><string>Manual</string>
</dict>"##,
        instead: r##"<dict>
  <key>PayloadType</key><string>com.microsoft.autoupdate2</string>
  <key>PayloadVersion</key><integer>1</integer>
  <key>PayloadIdentifier</key><string>com.example.updates</string>
  <key>PayloadUUID</key><string>0FB7B1E5-4E2B-4C5F-9A58-2C7C0F0B9D11</string>
  <key>HowToCheck</key><string>Manual</string>
</dict>"##,
        allowable: false,
    },
    CodeInfo {
        name: "envelope-type",
        severity: Severity::Error,
        summary: "A key of a profile or payload with a value of the wrong type.",
        why: "Apple's schema gives each key of the envelope one type. Apple Business Manager refuses a profile where an integer stands in place of a boolean; other MDMs let that through, so that it is a warning.",
        example: "<key>PayloadRemovalDisallowed</key><integer>1</integer>",
        instead: "<key>PayloadRemovalDisallowed</key><true/>",
        allowable: false,
    },
    CodeInfo {
        name: "envelope-value",
        severity: Severity::Error,
        summary: "A key of a profile or payload with a value that it cannot have.",
        why: "The PayloadType of a profile is `Configuration`, the PayloadVersion of everything is 1 (it is the version of the format), PayloadScope is `System` or `User`, and TargetDeviceType is 0 to 6. With anything else the profile is refused, or goes elsewhere than it was meant to.",
        example: "<key>PayloadScope</key><string>Computer</string>",
        instead: "<key>PayloadScope</key><string>System</string>",
        allowable: false,
    },
    CodeInfo {
        name: "form-refused",
        severity: Severity::Error,
        summary: "The direct form of payloads does not work for a setting.",
        why: "With `--form domain` a payload has the name of the domain. That cannot work for Apple's \
              own payload types, for the global domain, for values that are set once, or for keys that \
              begin with `Payload`.",
        example: "prefsmith build --form domain office.toml",
        instead: "prefsmith build office.toml",
        allowable: false,
    },
    CodeInfo {
        name: "no-display-name",
        severity: Severity::Note,
        summary: "A profile without a PayloadDisplayName.",
        why: "System Settings and MDMs show this name; Fleet tells profiles apart by it.",
        example: "<key>PayloadDisplayName</key><string></string>",
        instead: "<key>PayloadDisplayName</key><string>Office: updates</string>",
        allowable: false,
    },
    CodeInfo {
        name: "not-expressed",
        severity: Severity::Warning,
        summary: "Something of an input that a policy has no way to say.",
        why: "What `import` cannot put into a policy is never dropped silently: the finding names it with its place, and the policy has it in a comment. It is an error where a Mac would apply less than before, a warning where it would apply the same in another way, and a note where only the envelope of a profile is concerned, such as PayloadRemovalDisallowed.",
        example: r##"<key>PayloadRemovalDisallowed</key>
<true/>"##,
        instead: "Set it in the MDM, or in the profile that was built.",
        allowable: false,
    },
    CodeInfo {
        name: "not-for-mdm",
        severity: Severity::Error,
        summary: "Something that the MDM named with `--for` refuses or drops.",
        why: "Jamf Pro drops payloads of types that it does not know from an unsigned profile, without a word. Intune takes profiles of at most 1,000,000 bytes. Fleet refuses signed profiles, and needs a PayloadDisplayName.",
        example: "prefsmith check --for jamf updates.mobileconfig    (a payload of type com.microsoft.autoupdate2, not signed)",
        instead: "Carry the keys in a payload of com.apple.ManagedClient.preferences, or do what the finding says.",
        allowable: false,
    },
    CodeInfo {
        name: "scope-missing",
        severity: Severity::Warning,
        summary: "A profile that does not say whom it is for.",
        why: "`PayloadScope` says whether a profile is for every user of the Mac (`System`) or for the one that the MDM manages (`User`). Apple names no default; installed by hand such a profile goes to the user who installs it, and MDMs choose for themselves. On the wrong channel, settings do not arrive, and nobody is told.",
        example: r##"<plist version="1.0">
<dict>
  <key>PayloadType</key><string>Configuration</string>
  <key>PayloadVersion</key><integer>1</integer>
  <key>PayloadIdentifier</key><string>com.example.updates</string>
  <key>PayloadUUID</key><string>0FB7B1E5-4E2B-4C5F-9A58-2C7C0F0B9D11</string>
  <key>PayloadDisplayName</key><string>Updates</string>
  <key>PayloadContent</key><array><dict>
    <key>PayloadType</key><string>com.microsoft.autoupdate2</string>
    <key>PayloadVersion</key><integer>1</integer>
    <key>PayloadIdentifier</key><string>com.example.updates.settings</string>
    <key>PayloadUUID</key><string>2D0D3DA0-3A0E-4B0C-9E5B-0A4E5B3C7D22</string>
    <key>HowToCheck</key><string>Manual</string>
  </dict></array>
</dict>
</plist>"##,
        instead: "<key>PayloadScope</key><string>System</string>",
        allowable: false,
    },
    CodeInfo {
        name: "signature-broken",
        severity: Severity::Error,
        summary: "The signature of a profile does not hold.",
        why: "The content was changed after it was signed, or the signature was made with another key than that of its certificate. What is in the file is not what its signer has signed, and a Mac does not take the profile for the signer's. A Mac's own answer was not tried.",
        example: "prefsmith check office-signed.mobileconfig    (edited after it was signed)",
        instead: "Change the unsigned profile, and sign it anew.",
        allowable: false,
    },
    CodeInfo {
        name: "signature-expired",
        severity: Severity::Warning,
        summary: "A certificate of a signed profile does not count on the day of `--today`.",
        why: "The signature holds, but the certificate with which it was made, or one that issued it and stands in the file, has expired or is not valid yet. A Mac that installs the profile cannot show it as verified. Without `--today` no validity is judged, because prefsmith reads no clock.",
        example: "prefsmith check --today 2031-01-31 office-signed.mobileconfig    (the certificate expired in 2030)",
        instead: "Sign the profile anew, with a certificate that is valid.",
        allowable: false,
    },
    CodeInfo {
        name: "signature-not-judged",
        severity: Severity::Note,
        summary: "A signature of which prefsmith cannot say whether it holds.",
        why: "RSA with PKCS #1 v1.5 padding and ECDSA on the curves P-256 and P-384 are verified, with SHA-1 and SHA-2, if the certificate of the signer stands in the file. Of anything else prefsmith says neither that it holds nor that it does not.",
        example: "prefsmith check office-signed.mobileconfig    (signed with RSA-PSS)",
        instead: "`openssl cms -verify -inform DER -noverify -in office-signed.mobileconfig` judges most others.",
        allowable: false,
    },
];
