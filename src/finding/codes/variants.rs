//! Codes about variants of a policy, about what is cut by builds, and who gets which.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
    CodeInfo {
        name: "cut-by-build",
        severity: Severity::Note,
        summary: "A policy that became several profiles, for different Macs.",
        why: "With `--by-build`, what only some builds of [macs] read stands in a profile of its own for each range of \
              builds. The file `<policy>.builds.txt` says which profile is for which Macs, and what happens on one whose \
              apps are updated; the artefacts for Jamf Pro and Fleet carry the scope. No harm comes of a profile on a \
              Mac that it is not for: its builds do not read what is in it.",
        example: "prefsmith build office.toml --by-build",
        instead: "prefsmith build office.toml",
        allowable: true,
    },
    CodeInfo {
        name: "not-cut",
        severity: Severity::Note,
        summary: "A setting that `--by-build` leaves in the profile for every Mac, or a policy that it leaves whole.",
        why: "A profile for a range of builds comes after the Mac's inventory shows such a build. What an app reads \
              before it is installed, or at its first launch, would come too late and be lost, so nothing holds it back. \
              A payload of Apple's is one piece, and a product whose version no inventory shows cannot be asked for. \
              Where every build of [macs] reads every setting, one profile is right for all.",
        example: "prefsmith build office.toml --by-build",
        instead: "prefsmith build office.toml",
        allowable: true,
    },
    CodeInfo {
        name: "same-group",
        severity: Severity::Error,
        summary: "A group that gets a policy and its variant, or two variants.",
        why: "The outputs of a policy and of its variants are different profiles that set the same keys. A Mac that \
              gets two of them has whichever macOS takes last. Each group stands in one of them; what a variant says \
              of groups is all that it has: it takes over none of the policy's.",
        example: r#"[target.jamf]
groups = ["Office Macs"]

[variant.pilot.target.jamf]
groups = ["Office Macs"]"#,
        instead: r#"[target.jamf]
groups  = ["Office Macs"]
exclude = ["Office Pilot"]

[variant.pilot.target.jamf]
groups = ["Office Pilot"]"#,
        allowable: false,
    },
    CodeInfo {
        name: "variant",
        severity: Severity::Error,
        summary: "A variant that cannot be built.",
        why: "The name of a variant becomes a part of identifiers (`com.example.office.pilot`) and of files' names \
              (`office.pilot.mobileconfig`): it is made of letters, digits, `-` and `_`, and differs from others not \
              in capitals alone. `variants-only` needs a variant.",
        example: r#"[variant."Pilot ring".settings]
HowToCheck = "Manual""#,
        instead: r#"[variant.pilot-ring.settings]
HowToCheck = "Manual""#,
        allowable: false,
    },
];
