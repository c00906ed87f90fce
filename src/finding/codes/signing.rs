//! Codes about signing profiles, and about verifying what others have signed.

use super::CodeInfo;
use crate::finding::Severity;

/// In the order of their names.
pub(super) static TABLE: &[CodeInfo] = &[
    CodeInfo {
        name: "already-signed",
        severity: Severity::Error,
        summary: "A profile that is to be signed has a signature already.",
        why: "A signature around a signature is not what a Mac expects: it opens one of them. What was signed must be taken out of its message before it is signed anew.",
        example: "prefsmith sign office-signed.mobileconfig --cert identity.pem --out office-signed-again.mobileconfig",
        instead: "Sign the file that `prefsmith build` wrote; `openssl cms -verify -noverify -inform DER -in office-signed.mobileconfig -out office.mobileconfig` takes the content out of a message.",
        allowable: false,
    },
    CodeInfo {
        name: "certificate-not-valid",
        severity: Severity::Error,
        summary: "The certificate that is to sign does not count on the day of signing.",
        why: "A Mac shows a profile as verified only if the certificates of its signature count. The day is that of `--today`, or else that of `--signing-time`; without them no validity is judged, because prefsmith reads no clock.",
        example: "prefsmith sign office.mobileconfig --cert expired.pem --key key.pem --today 2027-01-31 --out signed.mobileconfig",
        instead: "Sign with a certificate that is valid; most authorities renew one with the same key.",
        allowable: false,
    },
    CodeInfo {
        name: "certificate-usage",
        severity: Severity::Error,
        summary: "The certificate that is to sign is not made for signatures.",
        why: "The keyUsage of a certificate says what its key may do. Where it names neither digitalSignature nor nonRepudiation, as in certificates that only encrypt, nobody takes a signature with it. Its extendedKeyUsage is not judged: Apple names none for profiles, and certificates for mail, code and servers are all in use.",
        example: "prefsmith sign office.mobileconfig --cert encryption.pem --key key.pem --out signed.mobileconfig",
        instead: "Sign with a certificate whose keyUsage has digitalSignature, or that has no keyUsage.",
        allowable: false,
    },
    CodeInfo {
        name: "chain-incomplete",
        severity: Severity::Warning,
        summary: "The certificate that issued the signer's is not put into the signature.",
        why: "A Mac trusts a signer if it can follow the certificates up to a root that it has. It has roots, and not the authorities between them and the signer: those must be in the profile, or it is shown as not verified.",
        example: "prefsmith sign office.mobileconfig --cert signer.pem --key key.pem --out signed.mobileconfig",
        instead: "prefsmith sign office.mobileconfig --cert signer.pem --chain intermediate.pem --key key.pem --out signed.mobileconfig",
        allowable: false,
    },
    CodeInfo {
        name: "key-mismatch",
        severity: Severity::Error,
        summary: "The private key belongs to none of the certificates.",
        why: "A signature holds only with the public key that stands in the signer's certificate. The private key that was given is the other half of another one.",
        example: "prefsmith sign office.mobileconfig --cert signer.pem --key key-of-another.pem --out signed.mobileconfig",
        instead: "Give the key with which the certificate was requested; `openssl x509 -in signer.pem -pubkey -noout` and `openssl pkey -in key.pem -pubout` print the same then.",
        allowable: false,
    },
    CodeInfo {
        name: "not-signed",
        severity: Severity::Error,
        summary: "A file that is to be verified has no signature.",
        why: "`prefsmith verify` is asked whether a profile is what its signer has signed. Of a plain profile nobody can say that.",
        example: "prefsmith verify office.mobileconfig",
        instead: "prefsmith check office.mobileconfig",
        allowable: false,
    },
    CodeInfo {
        name: "self-signed",
        severity: Severity::Warning,
        summary: "The certificate that signs was issued by nobody but itself.",
        why: "No root of a Mac vouches for it: the profile installs, and is shown as not verified, unless the certificate itself was made a trusted one on the Macs before.",
        example: "prefsmith sign office.mobileconfig --cert self-signed.pem --key key.pem --out signed.mobileconfig",
        instead: "Sign with a certificate of an authority that the Macs trust: Developer ID, one that is public, or your own.",
        allowable: false,
    },
    CodeInfo {
        name: "signer-untrusted",
        severity: Severity::Error,
        summary: "No chain of certificates leads from the signer to one of `--trust`.",
        why: "With `--trust` the certificates are followed from that of the signer to one in the file that was named. Each must have issued the one below it, by name, key and signature, be an authority (basicConstraints, keyUsage), and count on the day of `--today`. The finding says what ended the longest chain that was tried.",
        example: "prefsmith verify signed.mobileconfig --trust another-ca.pem",
        instead: "Name the root of the authority that issued the certificate, or do not trust the file.",
        allowable: false,
    },
    CodeInfo {
        name: "token-in-signature",
        severity: Severity::Error,
        summary: "A profile that is to be signed holds a token that an MDM would replace.",
        why: "An MDM puts the name of the user or the serial number into a profile by replacing a token such as `$EMAIL` or `{{mail}}` when it installs it. It cannot do so inside a signature: the Macs would get the token as it stands, or the signature would break.",
        example: "prefsmith sign with-tokens.mobileconfig --cert identity.pem --out signed.mobileconfig    (a value is $EMAIL)",
        instead: "Leave the profile unsigned, or keep such settings in a policy of their own; `--literal-tokens` says that the text is meant as it stands.",
        allowable: false,
    },
];
