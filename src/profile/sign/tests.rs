//! Signing, by keys of all kinds.

use super::{Identity, Key, KeyError, judge, sign};
use crate::catalog::Catalog;
use crate::finding::{Findings, Origin, Sources};
use crate::profile::read::{Input, load};
use crate::profile::signature::{Certificate, Verdict, content, signature, trust};
use crate::value::Date;
use std::fs;
use zeroize::Zeroizing;

fn file(name: &str) -> Vec<u8> {
    fs::read(format!("tests/fixtures/identity/{name}.pem")).unwrap()
}

fn certificates(names: &[&str]) -> Vec<Certificate> {
    names.iter().flat_map(|name| Certificate::all(&file(name)).unwrap()).collect()
}

fn key_of(bytes: &[u8], pass: &str) -> Result<Key, KeyError> {
    Key::read(bytes, &mut || Ok(Zeroizing::new(pass.as_bytes().to_vec())))
}

fn key(name: &str) -> Key {
    key_of(&file(name), "correct horse").unwrap()
}

fn identity(name: &str, others: &[&str]) -> Identity {
    let mut list = certificates(&[name]);
    list.extend(certificates(others));
    let Ok(identity) = Identity::new(key(&format!("{name}.key")), list) else {
        panic!("{name} does not fit")
    };
    identity
}

const PROFILE: &[u8] = b"<?xml version=\"1.0\"?>\r\n<plist/>\n\0\xFF";

#[test]
fn every_kind_of_key_signs_and_the_content_stays_as_it_is() {
    for (name, algorithm) in [("p256", "ECDSA P-256"), ("p384", "ECDSA P-384"), ("rsa", "RSA")] {
        let identity = identity(name, &["root", "authority"]);
        let message = sign(PROFILE, &identity, None).unwrap();
        assert_eq!(content(&message).unwrap(), PROFILE, "{name}");
        let read = signature(&message).unwrap();
        let [signer] = read.signers.as_slice() else { panic!("one signer") };
        assert_eq!((signer.verdict.clone(), signer.algorithm.as_str()), (Verdict::Good, algorithm));
        assert_eq!((signer.digest.as_str(), signer.content, signer.time), ("SHA-256", Some(true), None));
        let chain: Vec<String> = read.chain(signer).iter().map(|one| one.name()).collect();
        assert_eq!(chain[1..], ["Example Authority", "Example Root"], "{name}");
        let trusted = certificates(&["root"]);
        let chain = trust(&read, signer, &trusted, "2027-01-31".parse().ok()).unwrap();
        assert_eq!(chain.len(), 3, "{name}");
        assert_eq!(sign(PROFILE, &identity, None).unwrap(), message, "the same bytes: {name}");
    }
}

#[test]
fn a_signature_carries_the_time_that_was_said() {
    let identity = identity("p256", &[]);
    // UTCTime until 2049, GeneralizedTime after it.
    for moment in ["2027-01-31T12:00:00Z", "2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z"] {
        let message = sign(PROFILE, &identity, Date::parse(moment)).unwrap();
        let read = signature(&message).unwrap();
        assert_eq!(read.signers[0].time.map(|time| time.to_string()).as_deref(), Some(moment));
        assert_eq!(read.signers[0].verdict, Verdict::Good);
    }
    assert!(sign(PROFILE, &identity, Date::parse("1950-01-01T00:00:00Z")).is_err());
}

#[test]
fn one_file_may_hold_everything() {
    let bytes = file("identity");
    let list = Certificate::all(&bytes).unwrap();
    assert_eq!(list.len(), 3);
    let Ok(identity) = Identity::new(key_of(&bytes, "").unwrap(), list) else { panic!("it fits") };
    assert_eq!(identity.chain().count(), 3);
    assert_eq!(identity.certificate().name(), "Example Signer");
}

fn refused(bytes: &[u8], pass: &str) -> String {
    match key_of(bytes, pass) {
        Ok(key) => panic!("{}", key.words()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_key_that_cannot_be_used_is_named() {
    assert_eq!(refused(&file("rsa.key"), "wrong"), "the pass phrase does not open its key");
    assert_eq!(refused(&file("root"), ""), "it holds no private key, but a certificate");
    assert_eq!(
        refused(&file("short.key"), ""),
        "its RSA key has 1024 bits: prefsmith signs with 2048 to 8192"
    );
    assert_eq!(
        refused(&file("p521.key"), ""),
        "its key is of the kind P-521: prefsmith signs with RSA, P-256 and P-384"
    );
    assert_eq!(refused(b"nothing", ""), "it holds neither PEM nor DER");
    let two = [file("p256.key"), file("p384.key")].concat();
    assert_eq!(refused(&two, ""), "it holds 2 private keys: leave the one that signs");
    let ssh = b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAEC\n-----END OPENSSH PRIVATE KEY-----\n";
    assert!(refused(ssh, "").contains("OpenSSH"));
    let old = b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAEC\n-----END RSA PRIVATE KEY-----\n";
    assert!(refused(old, "").contains("openssl pkcs8 -topk8"));
    let none = Key::read(&file("rsa.key"), &mut || Err("no terminal".to_owned()));
    assert_eq!(none.err(), Some(KeyError::NoPass("no terminal".to_owned())));
}

/// A key in DER tells by itself what it is.
#[test]
fn keys_and_certificates_may_be_der() {
    let der = |name: &str| crate::profile::signature::pem::blocks(&file(name)).unwrap().remove(0).der;
    for name in ["p256.key", "p384.key", "rsa.key"] {
        assert_eq!(key_of(&der(name), "correct horse").unwrap().words(), key(name).words());
    }
    assert_eq!(Certificate::all(&der("root")).unwrap(), certificates(&["root"]));
    assert_eq!(refused(&der("root"), ""), "it holds no private key");
    assert!(Certificate::all(&der("p256.key")).is_err());
}

#[test]
fn a_key_of_another_certificate_does_not_fit() {
    for (name, other) in
        [("p256.key", "p384"), ("p384.key", "rsa"), ("rsa.key", "p256"), ("p256.key", "root")]
    {
        assert!(Identity::new(key(name), certificates(&[other])).is_err(), "{name} and {other}");
    }
}

fn judged(certificate: &str, others: &[&str], today: Option<&str>) -> Vec<String> {
    let mut list = certificates(&[certificate]);
    list.extend(certificates(others));
    let Ok(identity) = Identity::new(key("p256.key"), list) else { panic!("it fits") };
    let mut sources = Sources::new();
    let (place, mut findings) = (Origin::Whole(sources.add("a.pem", "")), Findings::new());
    judge::identity(&identity, today.map(|day| day.parse().unwrap()), &place, &mut findings);
    let said = |finding: &crate::finding::Finding| {
        format!("{}[{}]: {}", finding.severity.word(), finding.code.as_str(), finding.title)
    };
    findings.iter().map(said).collect()
}

#[test]
fn what_is_wrong_with_a_certificate_is_said_before_it_signs() {
    let all = ["authority", "root"];
    assert_eq!(judged("p256", &all, Some("2027-01-31")), Vec::<String>::new());
    assert_eq!(
        judged("expired", &all, Some("2025-01-02")),
        [
            "error[certificate-not-valid]: the certificate of Example Signer expired on 2025-01-01",
            "error[certificate-not-valid]: the certificate of Example Authority is not valid before 2026-01-01",
            "error[certificate-not-valid]: the certificate of Example Root is not valid before 2026-01-01",
        ]
    );
    assert_eq!(judged("expired", &all, None), Vec::<String>::new());
    assert_eq!(
        judged("encipher", &all, None),
        [
            "error[certificate-usage]: the certificate of Example Cipher is not for signatures, by its keyUsage"
        ]
    );
    assert_eq!(
        judged("p256", &["root"], None),
        [
            "warning[chain-incomplete]: the certificate of Example Authority, which issued that of Example Signer, is not \
             put into the signature",
            "note[chain-incomplete]: not put into the signature, as they stand above nothing in it: Example Root",
        ]
    );
    assert_eq!(judged("p256", &["authority"], None), Vec::<String>::new());
    // A root that is only called so has not issued it.
    assert_eq!(
        judged("p256", &["authority", "impostor"], None),
        [
            "note[chain-incomplete]: not put into the signature, as they stand above nothing in it: Example Root"
        ]
    );
    assert_eq!(
        judged("self", &[], None),
        ["warning[self-signed]: the certificate of Example Self was issued by itself"]
    );
}

fn trusted(
    certificate: &str,
    key_name: &str,
    given: &[&str],
    anchors: &[&str],
    today: &str,
) -> Result<usize, String> {
    let mut list = certificates(&[certificate]);
    list.extend(certificates(given));
    let Ok(identity) = Identity::new(key(key_name), list) else { panic!("it fits") };
    let message = sign(PROFILE, &identity, None).unwrap();
    let read = signature(&message).unwrap();
    let anchors = certificates(anchors);
    trust(&read, &read.signers[0], &anchors, today.parse().ok()).map(|chain| chain.len())
}

#[test]
fn a_chain_is_trusted_only_if_each_of_it_may_issue_the_next() {
    let day = "2027-01-31";
    assert_eq!(trusted("p256", "p256.key", &["authority"], &["root"], day), Ok(3));
    // An authority that is trusted itself, or the signer.
    assert_eq!(trusted("p256", "p256.key", &[], &["authority"], day), Ok(2));
    assert_eq!(trusted("p256", "p256.key", &[], &["p256"], day), Ok(1));
    assert_eq!(trusted("self", "p256.key", &[], &["self"], day), Ok(1));
    let no = |certificate: &str, key: &str, given: &[&str], anchors: &[&str], today: &str| {
        trusted(certificate, key, given, anchors, today).unwrap_err()
    };
    assert_eq!(
        no("p256", "p256.key", &[], &["root"], day),
        "Example Authority has issued the certificate of Example Signer, and its certificate is neither in the file nor \
         trusted"
    );
    assert_eq!(
        no("p256", "p256.key", &["authority"], &["p384"], day),
        "Example Root has issued the certificate of Example Authority, and its certificate is neither in the file nor \
         trusted"
    );
    assert_eq!(
        no("self", "p256.key", &[], &["root"], day),
        "it ends with Example Self, which is not among those that are trusted"
    );
    assert_eq!(
        no("rogue", "p384.key", &["p256", "authority"], &["root"], day),
        "Example Signer is no certificate authority, by its basicConstraints"
    );
    assert_eq!(
        no("deep", "p256.key", &["below", "authority"], &["root"], day),
        "Example Authority allows 0 authorities below it, and there are 1"
    );
    assert_eq!(
        no("expired", "p256.key", &["authority"], &["root"], day),
        "the certificate of Example Signer expired on 2025-01-01"
    );
    assert_eq!(
        no("encipher", "p256.key", &["authority"], &["root"], day),
        "the certificate of Example Cipher is not for signatures, by its keyUsage"
    );
    assert_eq!(
        no("constrained", "p256.key", &["authority"], &["root"], day),
        "the certificate of Example Constrained has the critical extension 2.5.29.30, which is not understood here"
    );
}

/// A root of the same name and another key: without key identifiers only the signature tells them apart.
#[test]
fn the_name_of_a_root_is_not_enough() {
    let said = trusted("p256", "p256.key", &["authority"], &["impostor"], "2027-01-31");
    assert!(said.is_err(), "{said:?}");
}

#[test]
fn tokens_of_mdms_are_found_in_every_payload() {
    let text = br#"<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string>
<key>PayloadDisplayName</key><string>for $EMAIL</string>
<key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.extensiblesso</string>
<key>Deep</key><array><dict><key>x</key><string>{{mail}}</string></dict></array>
<key>RegistrationToken</key><string>{{DEVICEREGISTRATION}}</string></dict></array></dict></plist>"#;
    let catalog = Catalog::builtin();
    let mut sources = Sources::new();
    let input = Input { label: "a.mobileconfig", bytes: text, domain: None };
    let held = load(&input, &catalog, &mut sources, &mut Findings::new()).unwrap();
    let said = |mdm: Option<&str>| {
        let mut findings = Findings::new();
        judge::tokens(&held, &catalog, mdm, &mut findings);
        findings.iter().map(|finding| finding.title.clone()).collect::<Vec<_>>()
    };
    let of = |token: &str, titles: &str| {
        format!("`{token}` is a token of {titles}, which cannot replace it inside a signature")
    };
    let mut all = said(None);
    all.sort();
    assert_eq!(all, [of("$EMAIL", "Jamf Pro or Kandji (Iru)"), of("{{mail}}", "Microsoft Intune")]);
    assert_eq!(said(Some("intune")), [of("{{mail}}", "Microsoft Intune")]);
    assert_eq!(said(Some("mosyle")), Vec::<String>::new());
}

/// Keys and certificates with one bit changed, and cut anywhere: never a panic.
#[test]
fn no_byte_of_a_key_or_certificate_makes_trouble() {
    for (name, step) in [("p256.key", 1), ("p384.key", 1), ("rsa.key", 41), ("authority", 1)] {
        let der = crate::profile::signature::pem::blocks(&file(name)).unwrap().remove(0).der;
        for at in (0..der.len()).step_by(step) {
            let mut changed = der.clone();
            changed[at] ^= 0x15;
            for bytes in [&changed[..], &der[..at]] {
                drop(key_of(bytes, "correct horse"));
                drop(Certificate::all(bytes));
            }
        }
    }
}
