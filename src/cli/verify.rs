//! `prefsmith verify`: whether signed profiles are what their signers have signed.

use super::common::{
    Exit, Global, Layers, complain, day, label, mask, print, read_bytes, read_start, text_options,
};
use super::walk::{PROFILES, nothing, walk};
use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Origin, Severity, Sources};
use crate::plan::Plan;
use crate::profile::read::{Input, Unknown, budgets, load, plan};
use crate::profile::signature::{self, Certificate, Signature, Signer, trust};
use crate::report::findings::{summary, text};
use crate::report::signature::{self as report, Judged, Verified};
use anyhow::{Result, anyhow};
use clap::ValueEnum;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// The largest file of certificates that is read.
pub(super) const MAX_CERTIFICATES: usize = 1 << 20;

/// Verify the signatures of profiles
///
/// Says who signed, whether the content is what was signed, and with what. With --today, whether the certificates count
/// on that day; with --trust, whether they lead to one that you trust. Whether a Mac trusts the signer depends on the
/// roots that it has.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith verify office.mobileconfig
  prefsmith verify signed/ --trust root.pem --today \"$(date +%F)\"
  prefsmith verify office.mobileconfig --format json | jq '.files[].verdict'

Exit status:
  0  every signature holds, and is valid and trusted as far as that was asked
  1  one does not, or a file has none
  2  a file cannot be opened
  3  none is broken, but of one prefsmith cannot say whether it holds")]
pub(super) struct Args {
    /// Signed profiles, or folders of them
    #[arg(required = true, value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// Certificates that are trusted, PEM or DER: each signer's must lead to one of them; may be given several times
    #[arg(long, value_name = "FILE")]
    trust: Vec<PathBuf>,
    /// The day on which the certificates must count; without it, no validity is judged
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<jiff::civil::Date>,
    /// How the verdicts are written
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// What is verified in one call.
struct Batch<'b, 'c> {
    args: &'b Args,
    catalog: &'b Catalog<'c>,
    trusted: Vec<Certificate>,
    sources: Sources,
    findings: Findings,
    files: Vec<Verified>,
    plans: Vec<Plan>,
    exit: Exit,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    let catalog = layers.catalog()?;
    let mut trusted = Vec::new();
    for path in &args.trust {
        trusted.extend(certificates(path)?);
    }
    let (files, plans) = (Vec::new(), Vec::new());
    let mut batch =
        Batch { args, catalog: &catalog, trusted, sources, findings, files, plans, exit: Exit::Fine };
    for path in &args.files {
        batch.path(path);
    }
    batch.say(global)
}

/// The certificates of a file.
pub(super) fn certificates(path: &Path) -> Result<Vec<Certificate>> {
    let name = label(path);
    let bytes = read_bytes(path, MAX_CERTIFICATES).map_err(|why| anyhow!("{name}: {why}"))?;
    Certificate::all(&bytes).map_err(|why| anyhow!("{name}: {why}"))
}

impl Batch<'_, '_> {
    fn path(&mut self, path: &Path) {
        if !path.is_dir() {
            return self.file(path);
        }
        let walked = walk(path, PROFILES);
        if walked.files.is_empty() && walked.refused.is_empty() {
            self.fail(path, &nothing(PROFILES));
        }
        for file in &walked.files {
            self.file(file);
        }
        for (path, why) in &walked.refused {
            self.fail(path, why);
        }
    }

    fn fail(&mut self, path: &Path, why: &str) {
        complain(&format!("{}: {why}", label(path)));
        self.exit = Exit::Failure;
    }

    fn file(&mut self, path: &Path) {
        let bytes = match read_start(path, budgets().bytes) {
            Ok(bytes) => bytes,
            Err(why) => return self.fail(path, &why),
        };
        let file = label(path);
        let input = Input { label: &file, bytes: &bytes, domain: None };
        let mut inside = Findings::new();
        let held = load(&input, self.catalog, &mut self.sources, &mut inside);
        let Some(held) = held else {
            // What cannot be read may still be signed; but nothing good can be said of it.
            self.findings.extend(inside.sorted());
            let verified = Verified {
                file,
                read: false,
                content: None,
                identifier: None,
                signature: None,
                judged: Vec::new(),
            };
            self.files.push(verified);
            return;
        };
        let mut unknown = Unknown::default();
        let plans = held.profiles.iter().map(|one| plan(&held, one, self.catalog, &mut unknown, &mut inside));
        self.plans.extend(plans);
        let identifier = held.profiles.first().and_then(|one| one.envelope.text("PayloadIdentifier"));
        let mut verified = Verified {
            file,
            read: true,
            content: None,
            identifier: identifier.map(str::to_owned),
            signature: None,
            judged: Vec::new(),
        };
        let at = Origin::Whole(held.source);
        if let Some(message) = &held.message {
            verified.content = signature::content(message).ok().map(|content| content.into_owned());
            let said = signature::findings(message, held.source, self.args.today);
            self.findings.extend(said.into_iter().map(strict).collect());
            if let Ok(found) = signature::signature(message) {
                verified.judged =
                    found.signers.iter().map(|signer| self.judge(&found, signer, &at)).collect();
                verified.signature = Some(found);
            }
        } else {
            self.findings.push(Finding::new("not-signed", "this file has no signature").at(at, ""));
        }
        self.files.push(verified);
    }

    fn judge(&mut self, signature: &Signature, signer: &Signer, at: &Origin) -> Judged {
        let today = self.args.today;
        let outdated = |today| signature.chain(signer).iter().any(|one| one.outdated(today).is_some());
        let valid = today.filter(|_| signer.certificate.is_some()).map(|today| !outdated(today));
        if self.args.trust.is_empty() {
            return Judged { valid, trusted: None };
        }
        let trusted = trust(signature, signer, &self.trusted, today);
        let trusted = trusted.map(|chain| chain.into_iter().cloned().collect());
        if let Err(why) = &trusted {
            let name = signer.certificate.and_then(|at| signature.certificates.get(at)).map(|one| one.name());
            let title = format!("{} is not trusted: {why}", name.as_deref().unwrap_or("the signer"));
            self.findings.push(Finding::new("signer-untrusted", title).at(at.clone(), ""));
        }
        Judged { valid, trusted: Some(trusted) }
    }

    fn say(self, global: &Global) -> Result<Exit> {
        let Self { args, catalog, mut sources, mut findings, files, plans, exit, .. } = self;
        let plans: Vec<&Plan> = plans.iter().collect();
        mask(&plans, catalog, global, &mut sources, &mut findings);
        match args.format {
            Format::Json => print(&report::json(&files, &findings, &sources))?,
            Format::Text => {
                print(&report::text(&files, args.today.map(|day| day.to_string()).as_deref()))?;
                if !findings.is_empty() {
                    print(&format!(
                        "\n{}",
                        text(&findings, &sources, &text_options(std::io::stdout().is_terminal()))
                    ))?;
                    print(&format!("{}\n", summary(&findings, 0)))?;
                }
            }
        }
        let open = findings.iter().any(|finding| finding.code.as_str() == "signature-not-judged");
        let decided = if open { Exit::Undecided } else { Exit::Fine };
        Ok(exit.max(if findings.has_errors() { Exit::Found } else { decided }))
    }
}

/// Whoever asks for a day asks whether the signature counts on it.
fn strict(finding: Finding) -> Finding {
    if finding.code.as_str() == "signature-expired" { finding.severity(Severity::Error) } else { finding }
}
