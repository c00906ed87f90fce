//! Codes about several inputs together.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
    CodeInfo {
        name: "same-id",
        severity: Severity::Error,
        summary: "Several policies have one `id`.",
        why: "Identifiers and UUIDs are made from the id. On a Mac that gets two profiles with one identifier, the \
              second replaces the first.",
        example: "prefsmith check office.toml outlook.toml    (both have id = \"com.example.office\")",
        instead: "Give each policy an id of its own; a policy that is only there to be extended needs none. Where one is to take the place of the other, say with [[exclusive]] in prefsmith.toml that no Mac gets both.",
        allowable: false,
    },
    CodeInfo {
        name: "same-identifier",
        severity: Severity::Error,
        summary: "Two payloads of one profile have, or would have, one identifier.",
        why: "The identifier of a payload is made from its domain without a dot at the start, and Macs know \
              payloads by their identifiers. `.GlobalPreferences` (what all apps read) and \
              `GlobalPreferences` cannot stand in one policy. In a profile, two payloads with one \
              PayloadIdentifier are told: Apple wants it to be unique within the profile.",
        example: r#"[custom.".GlobalPreferences"]
AppleMiniaturizeOnDoubleClick = false

[custom.GlobalPreferences]
AppleMiniaturizeOnDoubleClick = false"#,
        instead: r#"[custom.".GlobalPreferences"]
AppleMiniaturizeOnDoubleClick = false"#,
        allowable: false,
    },
    CodeInfo {
        name: "same-profile",
        severity: Severity::Warning,
        summary: "Two profiles have one PayloadIdentifier.",
        why: "A Mac knows a profile by its identifier: of two with the same one, the second that it gets replaces the first, and what only the first had is gone. Two versions of one profile have one identifier, and only the newer belongs in a folder that is deployed.",
        example: "prefsmith check office.mobileconfig outlook.mobileconfig    (both have the PayloadIdentifier com.example.office)",
        instead: "Give each profile an identifier of its own.",
        allowable: false,
    },
    CodeInfo {
        name: "same-uuid",
        severity: Severity::Error,
        summary: "Two payloads, or a payload and its profile, have one PayloadUUID.",
        why: "Payloads are known by their UUIDs, whatever the case of the letters: with two of them alike, updates and removals may touch the wrong one. Between two profiles it is a warning: it mostly shows that one was copied from the other.",
        example: r##"<dict>
  <key>PayloadType</key><string>com.microsoft.autoupdate2</string>
  <key>PayloadVersion</key><integer>1</integer>
  <key>PayloadIdentifier</key><string>com.example.updates</string>
  <key>PayloadUUID</key><string>0FB7B1E5-4E2B-4C5F-9A58-2C7C0F0B9D11</string>
  <key>HowToCheck</key><string>Manual</string>
</dict>
<dict>
  <key>PayloadType</key><string>com.microsoft.Outlook</string>
  <key>PayloadVersion</key><integer>1</integer>
  <key>PayloadIdentifier</key><string>com.example.outlook</string>
  <key>PayloadUUID</key><string>0fb7b1e5-4e2b-4c5f-9a58-2c7c0f0b9d11</string>
  <key>DisableImport</key><true/>
</dict>"##,
        instead: "Make a UUID for each payload with `uuidgen`.",
        allowable: false,
    },
    CodeInfo {
        name: "set-by-two-inputs",
        severity: Severity::Warning,
        summary: "Two inputs of an import set one key to different values.",
        why: "macOS does not say which of two profiles wins that manage one key, so nobody can say what the Macs had. The policy takes the first input that has the key, in the order of the command line, and says above the setting what the others held.",
        example: "prefsmith import first.mobileconfig second.mobileconfig",
        instead: "Look at the setting in the policy and write the value that is meant.",
        allowable: false,
    },
    CodeInfo {
        name: "set-by-two-payloads",
        severity: Severity::Error,
        summary: "Two payloads of a profile set one key to different values.",
        why: "Apple leaves open which of two payloads wins, so the same profile may do different things on two Macs, or on one Mac after a restart.",
        example: r##"<key>HowToCheck</key><string>Manual</string>
<!-- in a second payload of com.microsoft.autoupdate2 -->
<key>HowToCheck</key><string>AutomaticDownload</string>"##,
        instead: "Set each key in one payload.",
        allowable: false,
    },
    CodeInfo {
        name: "set-by-two-policies",
        severity: Severity::Note,
        summary: "Several policies set one key, and one Mac may get them together.",
        why: "macOS merges the keys of two profiles for one domain; where both have one key, nothing says which of them wins, and of two dictionaries, such as AutoUpdate's `Applications`, one hides the other. Between the policies of a project, another value is an error, and so is a key that one policy sets and another wants away; a value that is the same, or meant less strongly, is a note. Policies are never on one Mac if their [macs] have no version of a product, or no licence, in common, or if an [[exclusive]] of prefsmith.toml says so. Where a policy and a profile of the project differ, it is a warning, for whom the profile is for is not known. Without a project, only dictionaries are looked at, as policies that are named side by side may be for different Macs.",
        example: "prefsmith check ring-early.toml ring-all.toml    (both have [settings.AutoUpdate.Applications])",
        instead: "Put the key into one policy, or into a file that others name in `extends`; where no Mac gets two of them, say so with [[exclusive]] in prefsmith.toml. An [[allow]] of prefsmith.toml accepts it with a reason.",
        allowable: true,
    },
    CodeInfo {
        name: "set-by-two-profiles",
        severity: Severity::Warning,
        summary: "Two profiles set one key to different values.",
        why: "macOS does not say which of two profiles wins, so that a Mac that gets both may do one thing today and the other after a restart. Profiles for different Macs may differ as they like; then there is nothing to do.",
        example: "prefsmith check manual.mobileconfig automatic.mobileconfig    (HowToCheck is `Manual` in one and `AutomaticDownload` in the other)",
        instead: "Let no Mac get two of them, or set the key in one profile.",
        allowable: false,
    },
];
