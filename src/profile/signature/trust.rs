//! Whether a chain of certificates leads from a signer to one that is trusted (RFC 5280, section 6).
//!
//! Judged are signatures, names and keys, validity on a day, basicConstraints and keyUsage; a critical extension that
//! is not understood ends a chain. Not judged are revocation, and for what kind of use a certificate is (its
//! extendedKeyUsage): Apple names none for profiles.

use super::{Certificate, Signature, Signer};
use jiff::civil::Date;

/// Certificates of a chain at most.
const LONGEST: usize = 10;
/// Signatures that are looked at before the search ends: names may be made to lead in circles.
const SIGNATURES: usize = 200;

/// The chain from the certificate of a signer to one of the trusted ones, both included. Without a day, no validity is
/// judged.
///
/// # Errors
/// Why there is none, as a sentence: of the longest chain that was tried.
pub fn trust<'s>(
    signature: &'s Signature,
    signer: &Signer,
    trusted: &'s [Certificate],
    today: Option<Date>,
) -> Result<Vec<&'s Certificate>, String> {
    let first = signer.certificate.and_then(|at| signature.certificates.get(at));
    let Some(first) = first else {
        return Err("the certificate of the signer is not in the file".to_owned());
    };
    let mut search =
        Search { trusted, given: &signature.certificates, today, left: SIGNATURES, why: (0, String::new()) };
    let mut chain = vec![first];
    if search.from(&mut chain) { Ok(chain) } else { Err(search.why.1) }
}

/// The certificate among others that has issued one: by name and key, and by its signature.
#[cfg(feature = "sign")]
pub(crate) fn issuer_among<'c>(
    certificate: &Certificate,
    others: impl IntoIterator<Item = &'c Certificate>,
) -> Option<&'c Certificate> {
    others
        .into_iter()
        .filter(|other| other.is_issuer_of(certificate))
        .take(SIGNATURES)
        .find(|other| other.has_signed(certificate) == Ok(true))
}

struct Search<'s> {
    trusted: &'s [Certificate],
    given: &'s [Certificate],
    today: Option<Date>,
    /// Signatures that may still be looked at.
    left: usize,
    /// Why no chain was found: how long the longest was, and what ended it.
    why: (usize, String),
}

impl<'s> Search<'s> {
    /// Whether the chain can be completed, which it then is.
    fn from(&mut self, chain: &mut Vec<&'s Certificate>) -> bool {
        let Some(last) = chain.last().copied() else { return false };
        if let Some(why) = self.wrong_with(last, chain) {
            return self.no(chain, why);
        }
        if self.trusted.iter().any(|trusted| trusted.der == last.der) {
            return true;
        }
        if chain.len() == LONGEST {
            return self.no(chain, format!("the chain has more than {LONGEST} certificates"));
        }
        let (trusted, given) = (self.trusted, self.given);
        let above =
            |other: &&Certificate| other.is_issuer_of(last) && !chain.iter().any(|one| one.der == other.der);
        let candidates: Vec<&Certificate> = trusted.iter().chain(given).filter(above).collect();
        if candidates.is_empty() {
            let name = last.name();
            return self.no(chain, if last.is_self_issued() {
                format!("it ends with {name}, which is not among those that are trusted")
            } else {
                let issuer = last.issuer_name();
                format!("{issuer} has issued the certificate of {name}, and its certificate is neither in the file nor trusted")
            });
        }
        for candidate in candidates {
            let Some(left) = self.left.checked_sub(1) else {
                return self
                    .no(chain, "it holds too many certificates that may have issued each other".to_owned());
            };
            self.left = left;
            let why = match candidate.has_signed(last) {
                Ok(true) => None,
                Ok(false) if candidate.subject == last.subject => Some(format!(
                    "its {} is another one than the trusted certificate of that name",
                    last.name()
                )),
                Ok(false) => Some(format!(
                    "the certificate of {} was not signed with the key of {}",
                    last.name(),
                    candidate.name()
                )),
                Err(why) => Some(why),
            };
            if let Some(why) = why {
                self.no(chain, why);
                continue;
            }
            chain.push(candidate);
            if self.from(chain) {
                return true;
            }
            chain.pop();
        }
        false
    }

    /// What keeps the last certificate of a chain from its place.
    fn wrong_with(&self, last: &Certificate, chain: &[&Certificate]) -> Option<String> {
        let issuer = chain.len() > 1;
        let authorities =
            chain.iter().skip(1).filter(|one| !one.is_self_issued() && one.der != last.der).count();
        last.not_understood()
            .or_else(|| if issuer { last.unfit_to_issue(authorities) } else { last.unfit_to_sign() })
            .or_else(|| self.today.and_then(|today| last.outdated(today)))
    }

    fn no(&mut self, chain: &[&Certificate], why: String) -> bool {
        if chain.len() > self.why.0 {
            self.why = (chain.len(), why);
        }
        false
    }
}
