//! Files that hold certificates or private keys: PEM with any number of blocks, or one piece of DER.

use crate::value::read::cms::{Elements, INTEGER, SEQUENCE};
use crate::value::write::from_base64;
use thiserror::Error;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// One block of PEM, or a whole file of DER.
pub(crate) struct Block {
    /// What its first line says it is, such as `CERTIFICATE`; empty for DER.
    pub label: String,
    /// Whether a header says that it is encrypted, as openssl did it before PKCS #8.
    #[cfg_attr(not(feature = "sign"), expect(dead_code, reason = "only keys have it"))]
    pub old_cipher: bool,
    /// What is in it.
    pub der: Vec<u8>,
}

/// Why a file of certificates or keys cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PemError {
    /// Neither PEM nor DER.
    #[error("it holds neither PEM nor DER")]
    Foreign,
    /// A block of PEM without an end, or what is in it is no base64: the line of its beginning.
    #[error("the block of PEM in line {0} is damaged: it has no end, or is not base64")]
    Damaged(usize),
    /// A PKCS #12 archive.
    #[error(
        "it is an archive of PKCS #12: make PEM of it with `openssl pkcs12 -in FILE -out identity.pem`, which keeps the \
         key encrypted"
    )]
    Pkcs12,
    /// No certificate, but something else: what.
    #[error("it holds no certificate{0}")]
    NoCertificate(String),
    /// A certificate that is none: its number in the file, from 1.
    #[error("certificate number {0} in it cannot be read")]
    Certificate(usize),
}

/// The blocks of a file, in their order; texts between them are left out.
pub(crate) fn blocks(bytes: &[u8]) -> Result<Vec<Block>, PemError> {
    if bytes.first() == Some(&SEQUENCE) {
        if is_pkcs12(bytes) {
            return Err(PemError::Pkcs12);
        }
        return Ok(vec![Block { label: String::new(), old_cipher: false, der: bytes.to_vec() }]);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| PemError::Foreign)?;
    let mut lines = text.lines().map(str::trim).enumerate();
    let mut found = Vec::new();
    while let Some((number, line)) = lines.next() {
        let label = line.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(DASHES));
        let Some(label) = label else { continue };
        let end = format!("{END}{label}{DASHES}");
        let (mut body, mut old_cipher, mut ended) = (String::new(), false, false);
        for (_, line) in lines.by_ref() {
            if line == end {
                ended = true;
                break;
            }
            // Headers stand in front of the base64, in which no colon can be.
            match line.contains(':') {
                true => old_cipher |= line.starts_with("Proc-Type:") && line.ends_with("ENCRYPTED"),
                false if old_cipher => {}
                false => body.push_str(line),
            }
        }
        let der = if ended { from_base64(&body) } else { None };
        let der = der.ok_or(PemError::Damaged(number + 1))?;
        found.push(Block { label: label.to_owned(), old_cipher, der });
    }
    if found.is_empty() { Err(PemError::Foreign) } else { Ok(found) }
}

/// PFX (RFC 7292): a sequence that starts with the number 3; neither certificates nor keys do.
fn is_pkcs12(bytes: &[u8]) -> bool {
    let mut file = Elements { rest: bytes };
    let number = file.inside(SEQUENCE).and_then(|mut fields| fields.whole(INTEGER));
    number.is_ok_and(|number| number == [3])
}

/// What a file holds that was to hold something else, as the end of a sentence.
pub(crate) fn instead(blocks: &[Block]) -> String {
    match blocks.first() {
        Some(block) if block.label.is_empty() => String::new(),
        Some(block) => format!(", but {}", named(&block.label)),
        None => String::new(),
    }
}

fn named(label: &str) -> String {
    match label {
        "CERTIFICATE" => "a certificate".to_owned(),
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => "a request for a certificate".to_owned(),
        "PUBLIC KEY" | "RSA PUBLIC KEY" => "a public key".to_owned(),
        label if label.ends_with("PRIVATE KEY") => "a private key".to_owned(),
        label => format!("a block `{}`", label.chars().take(40).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Vec<(String, usize)> {
        blocks(text.as_bytes()).unwrap().into_iter().map(|block| (block.label, block.der.len())).collect()
    }

    #[test]
    fn blocks_are_found_between_other_texts() {
        let text = "Bag Attributes\n    friendlyName: x\n-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\r\n\
                    \nKey Attributes: <No Attributes>\n-----BEGIN PRIVATE KEY-----\r\nAAE\r\nC\r\n-----END PRIVATE KEY-----";
        let found = labels(text);
        assert_eq!(found, [("CERTIFICATE".to_owned(), 3), ("PRIVATE KEY".to_owned(), 3)]);
    }

    #[test]
    fn what_is_damaged_is_said_with_its_line() {
        let cut = "\n-----BEGIN CERTIFICATE-----\nAAEC\n";
        assert_eq!(blocks(cut.as_bytes()).err(), Some(PemError::Damaged(2)));
        let other = "-----BEGIN CERTIFICATE-----\nAA!C\n-----END CERTIFICATE-----\n";
        assert_eq!(blocks(other.as_bytes()).err(), Some(PemError::Damaged(1)));
        assert_eq!(blocks(b"no certificate").err(), Some(PemError::Foreign));
        assert_eq!(blocks(b"\xFF\xFE-\0").err(), Some(PemError::Foreign));
    }

    #[test]
    fn an_old_cipher_is_seen_and_not_read() {
        let text = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAEC\n\
                    -----END RSA PRIVATE KEY-----\n";
        let found = blocks(text.as_bytes()).unwrap();
        assert!(found[0].old_cipher && found[0].der.is_empty());
    }
}
