//! Codes of rules that need more than the language of the catalogue.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
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
        name: "first-account-refused",
        severity: Severity::Error,
        summary: "Outlook is to set up an account at first launch that users may not add.",
        why: "`DefaultEmailAddressOrDomain` names the mailbox that Outlook sets up at first launch, `AllowedEmailDomains` and `DisallowedEmailDomains` say of which domains accounts may be added. Where the two contradict each other, first launch ends without a mailbox.",
        example: "[settings.Outlook]\nDefaultEmailAddressOrDomain = \"example.com\"\nAllowedEmailDomains = [\"example.org\"]",
        instead: "[settings.Outlook]\nDefaultEmailAddressOrDomain = \"example.com\"\nAllowedEmailDomains = [\"example.com\", \"example.org\"]",
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
        name: "mail-domain-overlap",
        severity: Severity::Warning,
        summary: "A mail domain that is both allowed and disallowed.",
        why: "Outlook has a list of mail domains of which users may add accounts, and another of which they may not. Microsoft does not say which list wins for a domain that is in both.",
        example: "[settings.Outlook]\nAllowedEmailDomains = [\"example.com\", \"example.org\"]\nDisallowedEmailDomains = [\"example.org\"]",
        instead: "[settings.Outlook]\nAllowedEmailDomains = [\"example.com\"]",
        allowable: true,
    },
];
