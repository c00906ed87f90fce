//! Codes about catalogues and manifests.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
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
        name: "manifest",
        severity: Severity::Warning,
        summary: "A manifest of ProfileManifests, or a place in one, that is not understood.",
        why: "What is not understood is not known: a key may then be judged by less than its manifest \
              says. The rest of the manifest counts, and so do all others.",
        example: "prefsmith catalog check Manifests",
        instead: "Mend the manifest where the finding points, or leave it out of the folder.",
        allowable: false,
    },
];
