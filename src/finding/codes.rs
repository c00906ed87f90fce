//! The table of codes: name, severity, and the text that `explain` and `docs/findings.md` are made from.

use super::Severity;

/// One kind of finding.
#[derive(Clone, Copy, Debug)]
pub struct CodeInfo {
    /// The stable word.
    pub name: &'static str,
    /// What it is unless a finding says otherwise.
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// Why it matters, and what to do; plain text, one paragraph.
    pub why: &'static str,
    /// A few lines of a policy or a command that give the finding; empty where nothing can be shown.
    pub example: &'static str,
    /// What to write instead: a piece of a policy or a command, or else a sentence, which ends with a full stop.
    pub instead: &'static str,
    /// Whether `[[allow]]` may accept it.
    pub allowable: bool,
}

/// Every code, in the order of their names.
pub static CODES: &[CodeInfo] = &[
    CodeInfo {
        name: "activation-address-refused",
        severity: Severity::Warning,
        summary: "The account put into the sign-in box is of a kind that may not sign in.",
        why: "`SignInOptions` says which kinds of account may sign in to an app, and `OfficeActivationEmailAddress` puts an address into the sign-in box. Where the address is of the other kind, users are shown an account that the app then refuses. Whether an address is private is judged by its domain, such as outlook.com or gmail.com.",
        example: "[settings]\nSignInOptions = 1\nOfficeActivationEmailAddress = \"${user.name}@example.com\"",
        instead: "[settings]\nSignInOptions = 2\nOfficeActivationEmailAddress = \"${user.name}@example.com\"",
        allowable: true,
    },
    CodeInfo {
        name: "allow-expired",
        severity: Severity::Warning,
        summary: "An `[[allow]]` has reached its `until`.",
        why: "An acceptance with an `until` was meant to be looked at again on that day. From then on \
              it accepts nothing, so what it hid shows again. The day is judged with `--today` only: \
              without it, nothing expires.",
        example: r#"[[allow]]
code  = "superseded"
until = 2027-01-31
why   = "The last 16.16 Macs go in January.""#,
        instead: "Mend what was accepted and take the [[allow]] out, or give it a later `until`.",
        allowable: false,
    },
    CodeInfo {
        name: "allow-incomplete",
        severity: Severity::Error,
        summary: "An `[[allow]]` lacks its code or its reason.",
        why: "An acceptance without its finding accepts nothing, and one without its reason cannot be \
              judged by whoever reads the policy next year.",
        example: r#"[[allow]]
code = "superseded""#,
        instead: r#"[[allow]]
code = "superseded"
why  = "Half of our Macs are still on 16.16.""#,
        allowable: false,
    },
    CodeInfo {
        name: "allow-refused",
        severity: Severity::Error,
        summary: "An `[[allow]]` names a finding that cannot be accepted.",
        why: "Some findings mean that the policy says nothing that could be built: a value of the \
              wrong type, a key that does not exist. There is nothing to accept, only to mend.",
        example: r#"[[allow]]
code = "wrong-type"
why  = "It works on my Mac.""#,
        instead: "Mend what the finding shows.",
        allowable: false,
    },
    CodeInfo {
        name: "allow-unused",
        severity: Severity::Warning,
        summary: "An `[[allow]]` accepts nothing.",
        why: "An acceptance that accepts nothing is left over, or names the wrong key or domain. Left \
              in place, it would hide the finding when it comes back for another reason.",
        example: r#"[[allow]]
code = "superseded"
key  = "HowToCheck"
why  = "Left over from last year.""#,
        instead: "Take it out, or name the key and the domain as the finding does.",
        allowable: false,
    },
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
        name: "bad-data",
        severity: Severity::Error,
        summary: "Data that is no base64.",
        why: "Data stands in a policy as base64. What cannot be decoded would reach the app as other \
              bytes than were meant.",
        example: r#"[custom."com.example.app"]
Bookmark = { "$data" = "hello!" }"#,
        instead: r#"[custom."com.example.app"]
Bookmark = { "$data" = "aGVsbG8=" }"#,
        allowable: false,
    },
    CodeInfo {
        name: "bad-date",
        severity: Severity::Error,
        summary: "A date without its time or its offset from UTC.",
        why: "A property list stores one moment, in UTC and in whole seconds. A date without its time \
              or its offset would mean another moment on each computer that builds the policy.",
        example: r#"[policy]
set-once-stamp = 2027-01-31"#,
        instead: r#"[policy]
set-once-stamp = 2027-01-31T00:00:00Z"#,
        allowable: false,
    },
    CodeInfo {
        name: "bad-name",
        severity: Severity::Error,
        summary: "A name that no domain, key or file can have.",
        why: "A domain is the stem of a file in `/Library/Preferences`: letters, digits, `.`, `-` and \
              `_`. A key is any text that XML can carry. Any other name would lead to no preference, \
              or out of the folder.",
        example: r#"[custom."com.example/app"]
Size = 1"#,
        instead: r#"[custom."com.example.app"]
Size = 1"#,
        allowable: false,
    },
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
        name: "bad-range",
        severity: Severity::Error,
        summary: "A range of versions that does not parse.",
        why: "Without the versions that run on the Macs, no finding about builds can be trusted. `A .. \
              B` holds both ends and may be open on either side; `none` means that the product is not \
              installed.",
        example: r#"[macs]
Office = ">= 16.28""#,
        instead: r#"[macs]
Office = "16.28 ..""#,
        allowable: false,
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
        name: "bad-uuid",
        severity: Severity::Warning,
        summary: "A PayloadUUID that is no UUID.",
        why: "A Mac tells payloads apart by this text, whatever it is; MDMs and tools expect the 36 characters of a UUID, hexadecimal digits with hyphens after the 8th, 12th, 16th and 20th, and some refuse anything else.",
        example: "<key>PayloadUUID</key><string>81927370-ef798a72-978d-4ffc-81a3-88ba36f52585</string>",
        instead: "<key>PayloadUUID</key><string>81927370-EF79-4A72-978D-88BA36F52585</string>",
        allowable: false,
    },
    CodeInfo {
        name: "catalogue",
        severity: Severity::Error,
        summary: "A catalogue file that is not what the format asks for.",
        why: "A catalogue that is read wrongly would judge every policy wrongly. It is refused as a \
              whole, with each place that is wrong.",
        example: "prefsmith check --catalog site.toml office.toml",
        instead: "Mend the catalogue file where the finding points; docs/catalogue.md describes the \
              format.",
        allowable: false,
    },
    CodeInfo {
        name: "catalogue-override",
        severity: Severity::Note,
        summary: "A catalogue of yours says something of a key or takes a name that another one knows.",
        why: "A catalogue given with `--catalog` is asked first. Whoever reads the result should know \
              that it was not judged by what is built in.",
        example: "prefsmith check --catalog site.toml office.toml",
        instead: "Nothing, if that is meant; otherwise take the key or the name out of that catalogue.",
        allowable: true,
    },
    CodeInfo {
        name: "custom-key",
        severity: Severity::Note,
        summary: "A key that no catalogue knows.",
        why: "Keys of `[custom]` are written as they stand: nobody checks their names, types or \
              values. The note lists them, so that a slip of the pen can be seen.",
        example: r#"[custom.Outlook]
BrandNewKey = true"#,
        instead: "Nothing, if the name is right. A catalogue of your own (`--catalog`) makes it a known \
              key.",
        allowable: true,
    },
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
        name: "duplicate-key",
        severity: Severity::Error,
        summary: "A key given twice in one table.",
        why: "TOML gives a key one value. Which of two was meant, only their author knows.",
        example: r#"[settings]
HowToCheck = "Manual"
HowToCheck = "AutomaticCheck""#,
        instead: "Keep one of them; keys under two equal headers go under one.",
        allowable: false,
    },
    CodeInfo {
        name: "empty-policy",
        severity: Severity::Warning,
        summary: "A policy that sets nothing.",
        why: "Nothing is set, so nothing can be built: often the settings stand in another file, or \
              under a table that was commented out.",
        example: r#"[policy]
id = "com.example.office""#,
        instead: r#"[policy]
id = "com.example.office"

[settings]
HowToCheck = "AutomaticDownload""#,
        allowable: true,
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
        name: "exemption",
        severity: Severity::Error,
        summary: "An `[[exempt]]` that exempts nothing, or says not why.",
        why: "An exemption is judged by whoever reads the report next year: it names what may differ, and the reason. One that names neither key nor domain would hide everything.",
        example: r##"[[exempt]]
key = "HowToCheck"."##,
        instead: r##"Say what and why: `key = "HowToCheck"`, `why = "The lab updates by hand."`."##,
        allowable: false,
    },
    CodeInfo {
        name: "extends",
        severity: Severity::Error,
        summary: "A file that cannot be extended.",
        why: "A file that is missing, leads back to itself or lies outside of the relative paths would \
              make a policy mean something else on each computer. Paths start at the folder of the \
              file that names them.",
        example: r#"[policy]
id      = "com.example.office"
extends = ["/Users/me/base.toml"]"#,
        instead: r#"[policy]
id      = "com.example.office"
extends = ["../base.toml"]"#,
        allowable: false,
    },
    CodeInfo {
        name: "first-account-refused",
        severity: Severity::Error,
        summary: "Outlook is to set up an account at first launch that users may not add.",
        why: "`DefaultEmailAddressOrDomain` names the mailbox that Outlook sets up at first launch, `AllowedEmailDomains` and `DisallowedEmailDomains` say of which domains accounts may be added. Where the two contradict each other, first launch ends without a mailbox.",
        example: "[settings.Outlook]\nDefaultEmailAddressOrDomain = \"example.com\"\nAllowedEmailDomains = [\"example.org\"]",
        instead: "[settings.Outlook]\nDefaultEmailAddressOrDomain = \"example.com\"\nAllowedEmailDomains = [\"example.com\", \"example.org\"]",
        allowable: true,
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
        name: "forced-version-deferred",
        severity: Severity::Error,
        summary: "AutoUpdate is to force a version that it is also to hold back.",
        why: "`UpdateDeadline.ApplicationsForcedUpdateSchedule` installs one version of an app by a certain moment, `DeferralVersions` of `OptionalUpdatesDeferrals` names the highest version to install. Where the forced version is higher, the two contradict each other, and Microsoft does not say which wins.",
        example: "[settings.AutoUpdate.OptionalUpdatesDeferrals.DeferralVersions]\nMSWD2019 = \"16.82\"\n\n[settings.AutoUpdate.\"UpdateDeadline.ApplicationsForcedUpdateSchedule\".\"/Applications/Microsoft Word.app\"]\n\"Application ID\" = \"MSWD2019\"\nForcedUpdateDate = 2027-01-31T00:00:00Z\nForcedUpdateVersion = \"16.83.24031120\"",
        instead: "[settings.AutoUpdate.OptionalUpdatesDeferrals.DeferralVersions]\nMSWD2019 = \"16.83\"",
        allowable: true,
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
        name: "group-name",
        severity: Severity::Error,
        summary: "A group that cannot be used.",
        why: "A group gives several domains one name. With the name of a domain, one line would mean \
              two things; without members, it would mean nothing.",
        example: r#"[groups]
Outlook = ["Word", "Excel"]"#,
        instead: r#"[groups]
writers = ["Word", "Excel"]"#,
        allowable: false,
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
        name: "left-policy",
        severity: Severity::Note,
        summary: "A setting of the last build is no longer in the policy, or no longer enforced.",
        why: "A setting that leaves a policy does not always leave the Macs: a value that was set once \
              or by script stays, and some apps keep what was enforced. A policy of another id or channel \
              makes another profile: the old one stays beside it until it is removed.",
        example: "prefsmith build --previous out/office/manifest.json office.toml",
        instead: "Do what the help says before the setting goes, or name the key under `[unset]`.",
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
        name: "mail-domain-overlap",
        severity: Severity::Warning,
        summary: "A mail domain that is both allowed and disallowed.",
        why: "Outlook has a list of mail domains of which users may add accounts, and another of which they may not. Microsoft does not say which list wins for a domain that is in both.",
        example: "[settings.Outlook]\nAllowedEmailDomains = [\"example.com\", \"example.org\"]\nDisallowedEmailDomains = [\"example.org\"]",
        instead: "[settings.Outlook]\nAllowedEmailDomains = [\"example.com\"]",
        allowable: true,
    },
    CodeInfo {
        name: "manifest",
        severity: Severity::Warning,
        summary: "A manifest of ProfileManifests, or a place in one, that is not understood.",
        why: "What is not understood is not known: a key may then be judged by less than its manifest \
              says. The rest of the manifest counts, and so do all others.",
        example: "prefsmith catalog check Manifests",
        instead: "Mend the manifest where the finding points, or leave it out of the folder.",
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
        name: "no-display-name",
        severity: Severity::Note,
        summary: "A profile without a PayloadDisplayName.",
        why: "System Settings and MDMs show this name; Fleet tells profiles apart by it.",
        example: "<key>PayloadDisplayName</key><string></string>",
        instead: "<key>PayloadDisplayName</key><string>Office: updates</string>",
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
        name: "not-a-preference",
        severity: Severity::Warning,
        summary: "A setting whose domain the app does not read as preferences.",
        why: "The catalogue says that the app opens a file of its own, or that macOS takes these settings from a \
              payload of Apple's. A profile that sets preferences puts the value where nobody looks for it.",
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
        name: "nothing-known",
        severity: Severity::Note,
        summary: "Preference domains of which no catalogue knows anything.",
        why: "Keys, types and values of these domains are taken as they stand: a slip of the pen in them is not found. It is said once for all files.",
        example: "<key>PayloadType</key><string>com.example.agent</string>",
        instead: "Name a catalogue that knows the domain: `--catalog FILE`.",
        allowable: false,
    },
    CodeInfo {
        name: "number-not-finite",
        severity: Severity::Error,
        summary: "A number that is not finite.",
        why: "XML property lists have no infinity and no \"not a number\"; programs that read them do as \
              they like.",
        example: r#"[custom."com.example.app"]
Ratio = inf"#,
        instead: r#"[custom."com.example.app"]
Ratio = 1.0e9"#,
        allowable: false,
    },
    CodeInfo {
        name: "number-too-large",
        severity: Severity::Error,
        summary: "A whole number that does not fit 64 bits.",
        why: "A property list carries whole numbers of 64 bits: -9223372036854775808 to \
              18446744073709551615. A larger one would be cut.",
        example: r#"[custom."com.example.app"]
Count = 18446744073709551616"#,
        instead: "A smaller number, or a string if the app reads one.",
        allowable: false,
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
        name: "policy-format",
        severity: Severity::Error,
        summary: "A policy of another format.",
        why: "A later format may mean something else by the same words. This prefsmith knows format 1.",
        example: r#"[policy]
format = 2
id     = "com.example.office""#,
        instead: "Use a newer prefsmith, or write format 1.",
        allowable: false,
    },
    CodeInfo {
        name: "policy-id",
        severity: Severity::Error,
        summary: "A policy without a usable `id`.",
        why: "Every identifier and UUID of a profile is made from the `id`. It tells an MDM that a new \
              build replaces the old one, so it must be there, be yours, and stay.",
        example: r#"[policy]
name = "Office""#,
        instead: r#"[policy]
id   = "com.example.office"
name = "Office""#,
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
        name: "project-format",
        severity: Severity::Error,
        summary: "The project file is of a format that this prefsmith does not read.",
        why: "`format` under `[project]` counts the changes of the file's format that an older prefsmith would misread. Without it, the file is taken to be of format 1.",
        example: "In prefsmith.toml: `format = 2` under [project].",
        instead: "Write `format = 1`, or use a prefsmith that reads the later format.",
        allowable: false,
    },
    CodeInfo {
        name: "project-path",
        severity: Severity::Error,
        summary: "A path of the project file that leads nowhere, or where it must not.",
        why: "Paths and patterns of prefsmith.toml start from its folder, are written with `/`, and find at least one file: a pattern that finds none would make `prefsmith check` pass without having looked at anything. What is built stays inside of the project's folder.",
        example: "In prefsmith.toml: `policies = [\"/Users/ann/policies/*.toml\"]` under [project].",
        instead: "In prefsmith.toml: `policies = [\"policies/*.toml\"]` under [project].",
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
        why: "macOS merges the keys of two profiles for one domain; where both have one key, nothing says which of them wins, and of two dictionaries, such as AutoUpdate's `Applications`, one hides the other. Between the policies of a project, another value is an error, and so is a key that one policy sets and another wants away; a value that is the same, or meant less strongly, is a note. Policies are never on one Mac if their [macs] have no version of a product, or no licence, in common, or if an [[exclusive]] of prefsmith.toml says so. Without a project, only dictionaries are looked at, as policies that are named side by side may be for different Macs.",
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
    CodeInfo {
        name: "stray-space",
        severity: Severity::Warning,
        summary: "White space at an end of a value.",
        why: "White space at an end of a value is hard to see and mostly comes from pasting. The app \
              takes it as a part of the text: an address or a path then leads nowhere.",
        example: r#"[settings.Outlook]
DefaultEmailAddressOrDomain = "example.com ""#,
        instead: r#"[settings.Outlook]
DefaultEmailAddressOrDomain = "example.com""#,
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
        name: "toml-syntax",
        severity: Severity::Error,
        summary: "A slip in the grammar of TOML.",
        why: "The text is no TOML at this place. Everything that the slip touches is left out, so that \
              nothing false is said of it; mend it first and check again.",
        example: r#"[settings]
HowToCheck = Manual"#,
        instead: r#"[settings]
HowToCheck = "Manual""#,
        allowable: false,
    },
    CodeInfo {
        name: "typographic-quotes",
        severity: Severity::Error,
        summary: "Typographic quotes in a value.",
        why: "Pages, mail and chat turn straight quotes into typographic ones. Inside a value the app \
              takes them as a part of the text, and finds no such value.",
        example: r#"[settings]
HowToCheck = "“Manual”""#,
        instead: r#"[settings]
HowToCheck = "Manual""#,
        allowable: true,
    },
    CodeInfo {
        name: "unknown-code",
        severity: Severity::Error,
        summary: "An `[[allow]]` of a code that does not exist.",
        why: "An acceptance of a code that does not exist accepts nothing. Codes stand in brackets \
              behind each finding.",
        example: r#"[[allow]]
code = "supersede"
why  = "Half of our Macs are still on 16.16.""#,
        instead: r#"[[allow]]
code = "superseded"
why  = "Half of our Macs are still on 16.16.""#,
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
        name: "unknown-field",
        severity: Severity::Warning,
        summary: "An entry of a dictionary that the catalogue does not know.",
        why: "The app knows certain entries of this dictionary, and this is none of them. It is mostly \
              a slip of the pen, and the entry has no effect.",
        example: r#"[settings.AutoUpdate.Applications."/Applications/Microsoft Word.app"]
"ApplicationID" = "MSWD2019""#,
        instead: r#"[settings.AutoUpdate.Applications."/Applications/Microsoft Word.app"]
"Application ID" = "MSWD2019""#,
        allowable: true,
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
    CodeInfo {
        name: "unknown-table",
        severity: Severity::Error,
        summary: "A table or a key of the policy's format that does not exist.",
        why: "A table or key that the format does not have would be ignored, and with it all that \
              stands in it.",
        example: r#"[setting]
HowToCheck = "Manual""#,
        instead: r#"[settings]
HowToCheck = "Manual""#,
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
        name: "unquoted-dot",
        severity: Severity::Error,
        summary: "An unquoted dot in a key.",
        why: "TOML makes nested tables of an unquoted dot. The key or domain would silently become \
              another, shorter one that holds a dictionary.",
        example: r#"[settings.AutoUpdate]
UpdateDeadline.FinalCountDown = 60"#,
        instead: r#"[settings.AutoUpdate]
"UpdateDeadline.FinalCountDown" = 60"#,
        allowable: false,
    },
    CodeInfo {
        name: "unreadable-file",
        severity: Severity::Error,
        summary: "A file that is no property list, or a broken one.",
        why: "Macs and MDMs refuse the file, or read something else in it than its author meant. The place is that of the first thing that is wrong; what comes after it is not judged.",
        example: r##"<dict>
  <key>HowToCheck</key>
  <strnig>Manual</string>
</dict>"##,
        instead: r##"<dict>
  <key>HowToCheck</key>
  <string>Manual</string>
</dict>"##,
        allowable: false,
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
    CodeInfo {
        name: "unwritable-text",
        severity: Severity::Error,
        summary: "A text that a property list cannot carry.",
        why: "XML cannot carry control characters and a few others, and turns a carriage return into a \
              line feed. Some programs write them all the same, and the Mac then refuses the whole \
              profile.",
        example: r#"[custom."com.example.app"]
Title = "bell \u0007""#,
        instead: r#"[custom."com.example.app"]
Title = "bell""#,
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
        name: "value-too-deep",
        severity: Severity::Error,
        summary: "A value that nests too deep.",
        why: "No app reads a value that nests so deep, and readers of property lists have their own \
              limits.",
        example: r#"[custom."com.example.app"]
Deep = [[[[[[[[[[1]]]]]]]]]]    # and so on, past 64 levels"#,
        instead: "A flatter value.",
        allowable: false,
    },
    CodeInfo {
        name: "why-unused",
        severity: Severity::Warning,
        summary: "`[why]` explains a setting that the policy does not have.",
        why: "A reason for a setting that is not there is left over or misspelt, and the setting that \
              it was meant for stays without one.",
        example: r#"[settings]
HowToCheck = "Manual"

[why]
HowToChek = "Updates are ours to see.""#,
        instead: r#"[settings]
HowToCheck = "Manual"

[why]
HowToCheck = "Updates are ours to see.""#,
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
        name: "wrong-shape",
        severity: Severity::Error,
        summary: "A part of the policy's format that has the wrong type.",
        why: "The policy's own format asks for another type here. What stands there cannot be used, \
              and is left out.",
        example: r#"[macs]
Office = 15.10"#,
        instead: r#"[macs]
Office = "15.10 ..""#,
        allowable: false,
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
    CodeInfo {
        name: "wrong-word",
        severity: Severity::Error,
        summary: "A word that is none of those that can stand there.",
        why: "Only certain words mean something here. Any other would be ignored, and with it what was \
              meant.",
        example: r#"[policy]
id      = "com.example.office"
channel = "System""#,
        instead: r#"[policy]
id      = "com.example.office"
channel = "device""#,
        allowable: false,
    },
];

/// The codes that may be accepted and that only a build gives: `check` cannot tell whether an `[[allow]]` of one is of
/// use.
pub static ONLY_BUILD: &[&str] =
    &["apple-payload-type", "left-policy", "not-in-profile", "not-in-script", "secret-in-script"];

/// Looks a code up.
pub fn code_info(name: &str) -> Option<&'static CodeInfo> {
    CODES.binary_search_by(|info| info.name.cmp(name)).ok().and_then(|at| CODES.get(at))
}
