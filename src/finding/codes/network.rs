//! Codes about what apps contact, and about the lists that proxies take.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
    CodeInfo {
        name: "needed-elsewhere",
        severity: Severity::Note,
        summary: "A host that one activity no longer needs and another does.",
        why: "The settings keep the apps from the host during one activity, and something else still contacts it: \
              another activity, another app, or builds that do not read the setting. A proxy cannot tell them apart. \
              Without `--strict` the host is not stopped; with it, the other activity stops working too.",
        example: "prefsmith endpoints office.toml --format text --state stopped",
        instead: "Nothing, or let the policy stop the other activity as well.",
        allowable: false,
    },
    CodeInfo {
        name: "not-in-list",
        severity: Severity::Warning,
        summary: "Addresses that a format for proxies cannot express.",
        why: "A list of plain hosts has no patterns, and a proxy sees no paths. What cannot be expressed exactly is \
              left out and named: a broader pattern would let through, or stop, more than was meant.",
        example: "prefsmith endpoints office.toml --format text",
        instead: "prefsmith endpoints office.toml --format squid",
        allowable: false,
    },
    CodeInfo {
        name: "old-endpoints",
        severity: Severity::Note,
        summary: "Builds may run that are newer than the list of what the apps contact.",
        why: "The list of addresses is of Office 2016. Later versions moved on: they contact addresses that are not in \
              it, and no longer need some that are. A proxy that lets through nothing but the list will get in their way.",
        example: "prefsmith endpoints --macs 'Office=16.80 ..' --format csv",
        instead: "Use the list for Office up to 16.16; for newer builds, take Microsoft's list of today as well.",
        allowable: false,
    },
    CodeInfo {
        name: "proxy-auth",
        severity: Severity::Warning,
        summary: "Builds that do not get through a proxy which asks for a password.",
        why: "A proxy that asks for a password answers 407. With NTLM and Kerberos, Office copes with that from 15.27 on; \
              older builds fail to reach anything. `proxy-auth = true` under `[macs]` says that there is such a proxy.",
        example: "[macs]\nOffice     = \"15.20 .. 16.16.x\"\nproxy-auth = true\n\n[settings]\nIsAttachFilesEnabled = false",
        instead: "[macs]\nOffice     = \"15.27 .. 16.16.x\"\nproxy-auth = true\n\n[settings]\nIsAttachFilesEnabled = false",
        allowable: true,
    },
    CodeInfo {
        name: "whole-host",
        severity: Severity::Note,
        summary: "A host is listed as a whole, and only a part of it is contacted.",
        why: "The address has a path, and a proxy sees the host alone, as nearly every connection is encrypted: the list lets \
              through the whole host.",
        example: "prefsmith endpoints office.toml --format squid",
        instead: "Nothing, if the rest of the host may be reached; otherwise take its line out of the list.",
        allowable: false,
    },
];
