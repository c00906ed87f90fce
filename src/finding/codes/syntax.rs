//! Codes about the text of a policy or of a project file: its syntax, its tables and fields.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
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
