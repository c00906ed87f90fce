//! Signatures that were verified, for people and for programs.

use super::visible::{line, number};
use crate::finding::{Findings, Sources};
use crate::profile::signature::{Certificate, Signature, Signer, Verdict};
use crate::report::findings::json as findings_json;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Characters of a name that are shown.
const NAME: usize = 200;

/// A file that was verified.
pub struct Verified {
    /// How the user calls it, with `/`.
    pub file: String,
    /// Whether it could be read, its signature aside.
    pub read: bool,
    /// What it signs; none where it has no signature, or that cannot be read.
    pub content: Option<Vec<u8>>,
    /// The `PayloadIdentifier` of the profile in it.
    pub identifier: Option<String>,
    /// Its signature; none where it has none, or it cannot be read.
    pub signature: Option<Signature>,
    /// What is known of each signer beyond its signature, in their order.
    pub judged: Vec<Judged>,
}

/// What is known of a signer beyond its signature.
pub struct Judged {
    /// Whether the certificates of its chain count on the day; none without one.
    pub valid: Option<bool>,
    /// Whether a chain leads to a trusted certificate, and to which; none where nobody asked.
    pub trusted: Option<Result<Vec<Certificate>, String>>,
}

/// The verdict on a file: the worst of its signers.
fn verdict(verified: &Verified) -> &'static str {
    let Some(signature) = &verified.signature else {
        return match (verified.read, &verified.content) {
            (false, _) => "unreadable",
            (true, Some(_)) => "broken",
            (true, None) => "unsigned",
        };
    };
    let has = |wanted: fn(&Verdict) -> bool| signature.signers.iter().any(|signer| wanted(&signer.verdict));
    if signature.signers.is_empty() || has(|verdict| matches!(verdict, Verdict::Broken(_))) {
        "broken"
    } else if has(|verdict| matches!(verdict, Verdict::NotJudged(_))) {
        "not-judged"
    } else {
        "good"
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// For people: a few lines for each file. What comes from the files cannot do anything to a terminal.
pub fn text(files: &[Verified], today: Option<&str>) -> String {
    let mut out = String::new();
    for (index, file) in files.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let said = match verdict(file) {
            "good" => "the signature holds",
            "broken" => "the signature does not hold",
            "not-judged" => "whether the signature holds is not known",
            "unreadable" => "it cannot be read",
            _ => "not signed",
        };
        let _ = writeln!(out, "{}: {said}", line(&file.file, NAME));
        if let Some(signature) = &file.signature {
            for (signer, judged) in signature.signers.iter().zip(&file.judged) {
                one(&mut out, signature, signer, judged, today);
            }
        }
        if let Some(content) = &file.content {
            let name =
                file.identifier.as_ref().map_or(String::new(), |name| format!("{}, ", line(name, NAME)));
            row(
                &mut out,
                "content",
                &format!("{name}{} bytes, SHA-256 {}", number(content.len()), sha256(content)),
            );
        }
    }
    out
}

fn row(out: &mut String, head: &str, text: &str) {
    let _ = writeln!(out, "  {head:<9}{text}");
}

fn one(out: &mut String, signature: &Signature, signer: &Signer, judged: &Judged, today: Option<&str>) {
    let chain = signature.chain(signer);
    let named = |certificate: &Certificate| line(&certificate.name(), NAME);
    let who = chain
        .first()
        .map_or_else(|| "unknown: the certificate is not in the file".to_owned(), |one| named(one));
    row(out, "signer", &who);
    let when = signer.time.map_or(String::new(), |time| format!(", on {time} by the signer's own word"));
    row(out, "made", &format!("{}, {}{when}", line(&signer.digest, NAME), line(&signer.algorithm, NAME)));
    if let Some(first) = chain.first() {
        let names: Vec<String> = chain.iter().map(|one| named(one)).collect();
        row(out, "chain", &names.join(" < "));
        let day = |date: &Option<crate::value::Date>| {
            date.map_or_else(|| "?".to_owned(), |date| date.to_string().chars().take(10).collect())
        };
        let span = format!("{} to {}", day(&first.not_before), day(&first.not_after));
        row(
            out,
            "valid",
            &match (judged.valid, today) {
                (Some(true), Some(today)) => format!("{span}: yes on {today}"),
                (Some(false), Some(today)) => format!("not on {today} (the signer's: {span})"),
                _ => format!("{span}: not judged without --today"),
            },
        );
    }
    row(
        out,
        "trust",
        &match &judged.trusted {
            None => "not judged without --trust".to_owned(),
            Some(Ok(chain)) => {
                let top = chain.last().map_or(String::new(), named);
                format!("yes: the chain leads to {top}")
            }
            Some(Err(why)) => format!("no: {}", line(why, NAME * 2)),
        },
    );
}

/// For programs, as `docs/json.md` describes it.
pub fn json(files: &[Verified], findings: &Findings, sources: &Sources) -> String {
    let findings: Json = serde_json::from_str(&findings_json(findings, sources)).unwrap_or_default();
    let report = json!({
        "version": 1,
        "files": files.iter().map(entry).collect::<Json>(),
        "findings": findings.get("findings"),
    });
    format!("{report:#}\n")
}

fn entry(file: &Verified) -> Json {
    let signers = file.signature.iter().flat_map(|signature| {
        let pairs = signature.signers.iter().zip(&file.judged);
        pairs.map(|(signer, judged)| signed_by(signature, signer, judged))
    });
    json!({
        "file": file.file,
        "verdict": verdict(file),
        "identifier": file.identifier,
        "content": file.content.as_ref().map(|bytes| json!({ "bytes": bytes.len(), "sha256": sha256(bytes) })),
        "signers": signers.collect::<Json>(),
    })
}

fn signed_by(signature: &Signature, signer: &Signer, judged: &Judged) -> Json {
    let (verdict, why) = match &signer.verdict {
        Verdict::Good => ("good", None),
        Verdict::Broken(why) => ("broken", Some((*why).to_owned())),
        Verdict::NotJudged(why) => ("not-judged", Some(why.clone())),
    };
    json!({
        "name": signature.chain(signer).first().map(|one| one.name()),
        "digest": signer.digest,
        "algorithm": signer.algorithm,
        "verdict": verdict,
        "why": why,
        "signing_time": signer.time.map(|time| time.to_string()),
        "chain": signature.chain(signer).into_iter().map(certificate).collect::<Json>(),
        "valid": judged.valid,
        "trusted": judged.trusted.as_ref().map(Result::is_ok),
        "trusted_chain": judged.trusted.as_ref().and_then(|trusted| {
            trusted.as_ref().ok().map(|chain| chain.iter().map(certificate).collect::<Json>())
        }),
    })
}

fn certificate(certificate: &Certificate) -> Json {
    json!({
        "name": certificate.name(),
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "serial": certificate.serial,
        "not_before": certificate.not_before.map(|date| date.to_string()),
        "not_after": certificate.not_after.map(|date| date.to_string()),
        "sha256": sha256(&certificate.der),
    })
}
