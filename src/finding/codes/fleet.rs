//! Codes about Fleet, osquery and Munki.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
    CodeInfo {
        name: "empty-pack",
        severity: Severity::Error,
        summary: "A policy of which osquery can see nothing.",
        why: "Every setting of the policy is one about which osquery is not asked: a pack without queries would look as \
              if all Macs were as they should be.",
        example: r#"[settings.Outlook]
DefaultEmailAddressOrDomain = "${user.mail}""#,
        instead: "prefsmith diff office.toml /",
        allowable: false,
    },
    CodeInfo {
        name: "fleet-labels",
        severity: Severity::Error,
        summary: "Two lists of labels for one profile of Fleet's.",
        why: "Fleet takes `labels_include_any`, `labels_include_all` or `labels_exclude_any` for a profile, and refuses a \
              file that has two of them.",
        example: r#"[target.fleet]
labels_include_any = ["Workstations"]
labels_exclude_any = ["Kiosks"]"#,
        instead: r#"[target.fleet]
labels_include_any = ["Workstations that are no kiosks"]"#,
        allowable: false,
    },
    CodeInfo {
        name: "munki-sets-for-all",
        severity: Severity::Error,
        summary: "A setting that Munki cannot set for the whole Mac.",
        why: "Munki's scripts run as root, mostly while nobody is logged in, so they write to /Library/Preferences, for \
              every user. Preferences that an app keeps in a file of its own in each home are not read there.",
        example: r#"[custom."com.microsoft.officeprefs"]
OwnKey = true"#,
        instead: "prefsmith build office.toml --target defaults",
        allowable: false,
    },
    CodeInfo {
        name: "osquery-interval",
        severity: Severity::Error,
        summary: "An interval that osquery does not take.",
        why: "osquery runs the queries of a pack every so many seconds, at least one and at most 604800, a week.",
        example: "[target.osquery]\ninterval = 700000",
        instead: "[target.osquery]\ninterval = 3600",
        allowable: false,
    },
    CodeInfo {
        name: "osquery-not-asked",
        severity: Severity::Note,
        summary: "Settings about which osquery is not asked.",
        why: "osquery shows values as text. It cannot tell what an identity token stands for on a Mac, nor which entry of a \
              list a value inside it belongs to; a secret would stand in the query; a starting value is the user's to \
              change. No query is made for such a setting, rather than one that is right by chance.",
        example: r#"[settings.Outlook]
DefaultEmailAddressOrDomain = "${user.mail}""#,
        instead: "Nothing: `prefsmith diff` judges it on a Mac.",
        allowable: true,
    },
];
