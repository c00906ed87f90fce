//! What single MDMs do not take, although a Mac would.

use super::identity::text;
use super::opening;
use crate::finding::{Finding, Findings, Origin, Severity};
use crate::profile::Form;
use crate::profile::read::{Content, Held, Shape};

/// An MDM of which something is known that its documentation or its users' reports say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mdm {
    /// Jamf Pro drops payloads of types that it does not know from an unsigned upload (ProfileCreator issues 62 and
    /// 113, macOS Security Compliance Project issue 224).
    Jamf,
    /// Intune takes custom profiles of at most 1,000,000 bytes (Microsoft's page on custom settings).
    Intune,
    /// Fleet refuses signed profiles (fleet issue 49976), and calls a profile by its PayloadDisplayName.
    Fleet,
    /// Apple Business Manager refuses an integer where a boolean belongs, and a payload without PayloadVersion
    /// (mdatp-xplat issue 257).
    Abm,
}

/// Bytes of a custom profile that Intune takes at most.
const INTUNE_LIMIT: usize = 1_000_000;

/// Says what an MDM would refuse or drop of a file of `bytes` bytes, and judges the findings so far as it would.
pub fn for_mdm(mdm: Mdm, held: &Held, bytes: usize, findings: Findings) -> Findings {
    let mut findings = findings;
    match mdm {
        Mdm::Jamf if !held.signed => jamf(held, &mut findings),
        Mdm::Jamf => {}
        Mdm::Intune if bytes > INTUNE_LIMIT => {
            let title =
                format!("Intune takes profiles of at most {INTUNE_LIMIT} bytes, and this one has {bytes}");
            let finding = refused(title, Origin::Whole(held.source));
            findings.push(finding.help("split it into several profiles"));
        }
        Mdm::Intune => {}
        Mdm::Fleet => fleet(held, &mut findings),
        Mdm::Abm => return findings.into_iter().map(strict).collect(),
    }
    findings
}

fn refused(title: impl Into<String>, at: Origin) -> Finding {
    Finding::new("not-for-mdm", title).at(at, "")
}

fn jamf(held: &Held, findings: &mut Findings) {
    if held.shape != Shape::Profile {
        return;
    }
    for payload in held.profiles.iter().flat_map(|profile| &profile.payloads) {
        if !matches!(payload.content, Content::Preferences { form: Form::Domain, .. }) {
            continue;
        }
        let title = format!("Jamf Pro drops this payload: it does not know the type {}", payload.kind);
        findings.push(
            refused(title, payload.envelope.at("PayloadType").clone())
                .note("it takes an unsigned profile apart, and keeps payloads of types that it knows")
                .help(
                    "carry the keys in a payload of com.apple.ManagedClient.preferences, or sign the profile",
                ),
        );
    }
}

fn fleet(held: &Held, findings: &mut Findings) {
    if held.signed {
        let finding = refused("Fleet refuses signed profiles", Origin::Whole(held.source));
        findings.push(finding.help("upload it without its signature"));
    }
    if held.shape != Shape::Profile {
        return;
    }
    for profile in held.profiles.iter().filter(|one| text(&one.envelope, "PayloadDisplayName").is_none()) {
        let title = "Fleet calls a profile by its PayloadDisplayName, and this one has none";
        findings.push(refused(title, opening(&profile.envelope)));
    }
}

/// What Apple Business Manager refuses, and others let through, is an error.
fn strict(finding: Finding) -> Finding {
    match finding.code.as_str() {
        "envelope-type" | "envelope-missing" | "wrong-type" => {
            finding.severity(Severity::Error).note("Apple Business Manager refuses the profile")
        }
        _ => finding,
    }
}
