//! Signatures that openssl made, and what was done to them afterwards.

use super::{Verdict, findings, signature};
use crate::finding::Sources;
use std::fs;

fn file(name: &str) -> Vec<u8> {
    fs::read(format!("tests/fixtures/signed/{name}.mobileconfig")).unwrap()
}

/// Digest, algorithm, whether the digest is that of the content, and the verdict, of the only signer.
fn judged(name: &str) -> (String, String, Option<bool>, Verdict) {
    let signature = signature(&file(name)).unwrap();
    let [signer] = signature.signers.as_slice() else { panic!("one signer") };
    (signer.digest.clone(), signer.algorithm.clone(), signer.content, signer.verdict.clone())
}

fn said(bytes: &[u8], today: Option<&str>) -> Vec<String> {
    let mut sources = Sources::new();
    let source = sources.add("a.mobileconfig", "");
    let today = today.map(|day| day.parse().unwrap());
    let findings = findings(bytes, source, today);
    findings.iter().map(|finding| format!("{}: {}", finding.code.as_str(), finding.title)).collect()
}

#[test]
fn what_openssl_signed_holds() {
    let good = |digest: &str, algorithm: &str, content| {
        (digest.to_owned(), algorithm.to_owned(), content, Verdict::Good)
    };
    assert_eq!(judged("rsa-sha256"), good("SHA-256", "RSA", Some(true)));
    assert_eq!(judged("rsa-bare"), good("SHA-1", "RSA", None));
    assert_eq!(judged("p256-stream"), good("SHA-256", "ECDSA P-256", Some(true)));
    assert_eq!(judged("p384-key-id"), good("SHA-384", "ECDSA P-384", Some(true)));
}

#[test]
fn a_changed_content_and_a_changed_signature_do_not() {
    assert_eq!(
        said(&file("tampered"), None),
        [
            "signature-broken: the signature of Example Signer rsa does not hold: the content was changed after it was \
          signed"
        ]
    );
    assert_eq!(
        said(&file("damaged"), None),
        [
            "signature-broken: the signature of Example Signer p256 does not hold: it was not made with the key of its \
          certificate, or was damaged"
        ]
    );
}

#[test]
fn what_is_not_judged_is_said() {
    assert_eq!(
        said(&file("rsa-pss"), None),
        [
            "signature-not-judged: whether the signature of Example Signer rsa holds is not known: its algorithm is \
          1.2.840.113549.1.1.10"
        ]
    );
    assert_eq!(
        said(&file("no-certificate"), None),
        [
            "signature-not-judged: whether the signature holds is not known: the certificate of the signer is not in the \
          file"
        ]
    );
}

#[test]
fn validity_is_judged_on_a_day() {
    let good = file("rsa-sha256");
    assert_eq!(said(&good, None), Vec::<String>::new());
    for day in ["2026-11-22", "2027-01-31", "2030-11-21"] {
        assert_eq!(said(&good, Some(day)), Vec::<String>::new(), "{day}");
    }
    assert_eq!(
        said(&good, Some("2030-11-22")),
        ["signature-expired: the certificate of Example Signer rsa expired on 2030-11-21"]
    );
    assert_eq!(
        said(&good, Some("2026-11-21")),
        [
            "signature-expired: the certificate of Example Signer rsa is not valid before 2026-11-22",
            "signature-expired: the certificate of Example Root is not valid before 2026-11-22"
        ]
    );
}

#[test]
fn the_chain_goes_from_the_signer_upwards() {
    let signature = signature(&file("rsa-sha256")).unwrap();
    let chain = signature.chain(&signature.signers[0]);
    let names: Vec<String> = chain.iter().map(|certificate| certificate.name()).collect();
    assert_eq!(names, ["Example Signer rsa", "Example Root"]);
    assert_eq!(chain[0].issuer, chain[1].subject);
    assert_eq!(chain[1].subject, "O=Example Corp,CN=Example Root");
}

/// Bytes of a signed file changed, and the file cut at every byte: never a panic, and where the signature still holds, the
/// content is the one that was signed.
#[test]
fn no_byte_of_it_makes_trouble() {
    // Curves are slow in a build for tests.
    for (name, step) in [("p256-stream", 7), ("rsa-bare", 1)] {
        let bytes = file(name);
        for at in 0..bytes.len() {
            assert!(signature(&bytes[..at]).is_err(), "{name} cut at {at}");
        }
        let content = crate::value::read::cms::content(&bytes).unwrap().into_owned();
        for at in (0..bytes.len()).step_by(step) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x15;
            let Ok(signature) = signature(&changed) else { continue };
            let good = !signature.signers.is_empty()
                && signature.signers.iter().all(|signer| signer.verdict == Verdict::Good);
            if good {
                let now = crate::value::read::cms::content(&changed).unwrap();
                assert_eq!(now, content, "{name} changed at {at}");
            }
        }
    }
}
