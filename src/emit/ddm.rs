//! Declarative management: the profile, and the declaration that has a Mac fetch and install it.
//!
//! Apple documents `com.apple.configuration.legacy` (macOS 13): `ProfileURL` begins with `https://` and is served by the
//! MDM itself. No declaration carries preferences of any domain by itself. `ServerToken` must change when the content
//! does: here it is a hash of the profile.

use super::mobileconfig::{at_policy, profiles};
use super::{Artefact, Readme, Request, Target, spelt};
use crate::finding::{Finding, Findings};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// The target `ddm`.
pub struct Ddm;

/// Its name, which is also that of its table in a policy and of its folder.
const NAME: &str = "ddm";

impl Target for Ddm {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "declarative management: the profile, and Apple's declaration that points to it"
    }

    fn emit(&self, request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Artefact> {
        let url = url(request, findings);
        let plan = spelt(request, NAME, findings);
        if request.blocked(findings) {
            return Vec::new();
        }
        let profiles = profiles(&Request { plan: &plan, ..*request }, findings);
        if profiles.is_empty() || request.blocked(findings) {
            return Vec::new();
        }
        let mut artefacts = Vec::new();
        for (stem, bytes) in profiles {
            if let Some(url) = url {
                let body = declaration(request, &stem, url, &bytes);
                artefacts.extend(request.file(NAME, &format!("{stem}.json"), body, findings));
            }
            artefacts.extend(request.file(NAME, &format!("{stem}.mobileconfig"), bytes, findings));
        }
        artefacts.extend(readme(request, url.is_some()).artefact(request, NAME, findings));
        artefacts
    }
}

/// Where the profiles will lie, without the slash behind; none, if the policy does not say so.
fn url<'r>(request: &Request<'r, '_>, findings: &mut Findings) -> Option<&'r str> {
    let options = request.options(NAME);
    let Some(url) = options.text("url") else {
        let title = "no declaration is written: the policy does not say where the profile will lie";
        findings.push(
            at_policy(Finding::new("no-declaration", title), request)
                .help("say it: [target.ddm] with `url = \"https://mdm.example.com/profiles\"`, a folder that the MDM serves"),
        );
        return None;
    };
    let host = url.strip_prefix("https://").map(|rest| rest.split('/').next().unwrap_or_default());
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '"' | '<' | '>' | '\\');
    if host.is_some_and(|host| !host.is_empty()) && url.chars().all(plain) {
        return Some(url.trim_end_matches('/'));
    }
    let title = format!("`{url}` is no address from which a Mac fetches a profile");
    let finding = Finding::new("ddm-url", title);
    let finding = match options.origin_of("url") {
        Some(origin) => finding.at(origin.clone(), ""),
        None => at_policy(finding, request),
    };
    findings.push(
        finding
            .note("Apple wants an address that begins with https:// and that the MDM itself serves")
            .help("name the folder that the profiles will lie in, without `?` and `#`"),
    );
    None
}

fn declaration(request: &Request<'_, '_>, stem: &str, url: &str, profile: &[u8]) -> Vec<u8> {
    let part = stem.strip_prefix(request.stem).unwrap_or_default();
    let mut token = String::new();
    for byte in Sha256::digest(profile) {
        let _ = write!(token, "{byte:02x}");
    }
    let file = format!("{stem}.mobileconfig");
    let declaration = json!({
        "Type": "com.apple.configuration.legacy",
        "Identifier": format!("{}.declaration{part}", request.plan.identity.id),
        "ServerToken": token,
        "Payload": { "ProfileURL": format!("{url}/{}", encoded(&file)) },
    });
    let mut bytes = serde_json::to_vec_pretty(&declaration).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// The name of a file as a segment of an address.
fn encoded(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn readme(request: &Request<'_, '_>, declared: bool) -> Readme {
    let mut readme = Readme::new("For declarative management", request);
    readme.paragraph(
        "No declaration of Apple's carries preferences of any app by itself (macOS 13 to 26). com.apple.configuration.legacy, \
         since macOS 13, names the address of a profile, which the Mac fetches and installs.",
    );
    readme.section("What to do");
    if declared {
        readme.steps([
            "Have the MDM serve the .mobileconfig at the ProfileURL of its .json; Apple wants the MDM itself to do so.",
            "Give the .json to the MDM as a declaration, and activate it.",
            "Later: replace both. ServerToken changes with the profile, so Macs fetch it again. Many MDMs put a token of \
             their own there, and some refuse one.",
        ]);
    } else {
        readme.paragraph(
            "Say where the profile will lie, `url` under [target.ddm] of the policy, and build again: the declaration is \
             written beside it.",
        );
    }
    readme.paragraph(
        "The profile must not come to a Mac in another way as well: the MDM owns a profile that it sent itself. Whether an \
         MDM takes declarations of one's own, and of this type, is in its documentation.",
    );
    readme
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn names_become_segments_of_addresses() {
        assert_eq!(encoded("office.pilot.mobileconfig"), "office.pilot.mobileconfig");
        assert_eq!(encoded("Büro 1.mobileconfig"), "B%C3%BCro%201.mobileconfig");
    }
}
