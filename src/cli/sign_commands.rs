//! What does the same as `prefsmith sign` where the key is in a keychain or an HSM.

use super::common::{self, Exit, label, read_bytes};
use super::sign::Args;
use super::verify::{MAX_CERTIFICATES, certificates};
use crate::text::quote;
use anyhow::Result;
use std::path::Path;

/// Prints the commands for each profile.
pub(super) fn print(args: &Args) -> Result<Exit> {
    let given = args.cert.as_deref().map(certificates).transpose()?.unwrap_or_default();
    let signer = given.first();
    let cert = args.cert.as_deref().map_or_else(|| "signer.pem".to_owned(), path);
    let mut parts = Vec::new();
    let chain = match args.chain.as_slice() {
        [] if given.len() > 1 => {
            parts.push(format!("# chain.pem: the certificates of {cert} without the one that signs\n"));
            " -certfile chain.pem".to_owned()
        }
        [] => String::new(),
        [one] => format!(" -certfile {}", path(one)),
        several => {
            let names: Vec<String> = several.iter().map(|file| path(file)).collect();
            parts.push(format!(
                "# openssl takes one file of certificates\ncat {} >chain.pem\n",
                names.join(" ")
            ));
            " -certfile chain.pem".to_owned()
        }
    };
    // A keychain knows a certificate by its subjectKeyIdentifier; names may belong to several.
    let which = match signer {
        Some(signer) => signer
            .key_identifier()
            .map_or_else(|| format!("-N {}", word(&signer.name())), |id| format!("-Z {id}")),
        None => "-N 'common name of the certificate'".to_owned(),
    };
    for file in &args.files {
        let to = match args.goes_to(file)? {
            to if to == *file => file.with_extension("signed.mobileconfig"),
            to => to,
        };
        let (from, to) = (path(file), path(&to));
        let openssl = format!(
            "openssl cms -sign -binary -nodetach -outform DER -md sha256 -signer {cert}{chain} -in {from} -out {to}"
        );
        parts.push(format!(
            "# the key in a file\n{openssl} -inkey {}\n\n\
             # the key in a keychain of this Mac\nsecurity cms -S -H SHA256 {which} -i {from} -o {to}\n\n\
             # the key in an HSM or on a smart card: openssl 3 with a provider for PKCS #11\n{openssl} \
             -provider pkcs11 -provider default -inkey 'pkcs11:object=NAME;type=private'\n\n\
             # whether it came out well\nprefsmith verify {to}\n",
            key(args)
        ));
    }
    common::print(&parts.join("\n"))?;
    Ok(Exit::Fine)
}

/// The file of the key: the one that was named, or that of the certificate if it holds one.
fn key(args: &Args) -> String {
    let own = args.cert.as_deref().filter(|file| {
        let bytes = read_bytes(file, MAX_CERTIFICATES).unwrap_or_default();
        String::from_utf8_lossy(&bytes).contains("PRIVATE KEY-----")
    });
    args.key.as_deref().or(own).map_or_else(|| "key.pem".to_owned(), path)
}

/// A word of a command: as it stands where no shell would take it for something else.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_' | '-' | ':' | ',' | '+');
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { quote(text) }
}

fn path(path: &Path) -> String {
    let text = label(path);
    word(&if text.starts_with('-') { format!("./{text}") } else { text })
}
