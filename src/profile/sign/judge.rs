//! What is to be said before a profile is signed: of the identity, and of the profile.

use super::Identity;
use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Origin, Severity, listed};
use crate::profile::read::Held;
use crate::value::{Places, Value};
use jiff::civil::Date;
use regex_lite::Regex;
use std::collections::BTreeMap;

/// What is to be said of the certificates of an identity, whose file is at a place. Without a day, no validity is judged.
pub fn identity(identity: &Identity, today: Option<Date>, place: &Origin, findings: &mut Findings) {
    let at = |code, title: String| Finding::new(code, title).at(place.clone(), "");
    let signer = identity.certificate();
    if let Some(title) = signer.unfit_to_sign() {
        findings.push(at("certificate-usage", title));
    }
    for (number, certificate) in identity.chain().enumerate() {
        if let Some(title) = today.and_then(|today| certificate.outdated(today)) {
            let finding = at("certificate-not-valid", title);
            findings.push(match number {
                0 => finding.help("sign with a certificate that is valid"),
                _ => finding
                    .note("it stands above the certificate that signs")
                    .help("ask its authority for a newer one"),
            });
        }
    }
    if signer.is_self_issued() {
        let title = format!("the certificate of {} was issued by itself", signer.name());
        let finding = at("self-signed", title);
        findings.push(
            finding.note("Macs show the profile as not verified, unless they were made to trust it before"),
        );
    } else if identity.chain().count() == 1 {
        // Above an authority that is there nothing need follow: what issued it may be a root.
        let title = format!(
            "the certificate of {}, which issued that of {}, is not put into the signature",
            signer.issuer_name(),
            signer.name()
        );
        let finding = at("chain-incomplete", title);
        findings.push(finding.help("give it with --chain, unless it is a root that the Macs have"));
    }
    let unused: Vec<String> = identity.unused().iter().map(|one| one.name()).collect();
    let unused: Vec<&str> = unused.iter().map(String::as_str).collect();
    if !unused.is_empty() {
        let names = listed(&unused);
        let title = format!("not put into the signature, as they stand above nothing in it: {names}");
        findings.push(at("chain-incomplete", title).severity(Severity::Note));
    }
}

/// Says which texts of a profile an MDM would replace: of one MDM, by its name in the catalogue, or of any.
pub fn tokens(held: &Held, catalog: &Catalog<'_>, mdm: Option<&str>, findings: &mut Findings) {
    let wanted = catalog.mdms().filter(|known| mdm.is_none_or(|mdm| mdm == known.name));
    let mdms: Vec<(&str, Regex)> =
        wanted.filter_map(|known| Some((known.title, Regex::new(known.token).ok()?))).collect();
    let mut see = |text: &str, at: &Origin| {
        let mut seen: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (title, regex) in &mdms {
            for found in regex.find_iter(text) {
                let titles = seen.entry(found.as_str()).or_default();
                if !titles.contains(title) {
                    titles.push(title);
                }
            }
        }
        for (token, titles) in seen {
            let title = format!(
                "`{token}` is a token of {}, which cannot replace it inside a signature",
                titles.join(" or ")
            );
            let finding = Finding::new("token-in-signature", title).at(at.clone(), "");
            findings.push(
                finding
                    .help("leave the profile unsigned, or say with --literal-tokens that the text is meant"),
            );
        }
    };
    for profile in &held.profiles {
        let payloads = profile.payloads.iter().map(|payload| &payload.envelope);
        for dict in std::iter::once(&profile.envelope).chain(payloads) {
            for (key, value) in &dict.entries {
                walk(value, dict.places.entry(key), &mut see);
            }
        }
    }
}

fn walk(value: &Value, places: &Places, see: &mut dyn FnMut(&str, &Origin)) {
    match value {
        Value::String(text) => {
            if let Some(text) = text.as_literal() {
                see(text, &places.at);
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                walk(item, places.item(number), see);
            }
        }
        Value::Dictionary(entries) => {
            for (key, entry) in entries {
                walk(entry, places.entry(key), see);
            }
        }
        _ => {}
    }
}
