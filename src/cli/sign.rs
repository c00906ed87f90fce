//! `prefsmith sign`: CMS signatures around profiles.

use super::common::{Exit, Global, Layers, day, label, mask, read_bytes, say};
use super::completions::mdms;
use super::sign_commands;
use super::verify::{MAX_CERTIFICATES, certificates};
use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Origin, SourceId, Sources};
use crate::output::write_beside;
use crate::plan::Plan;
use crate::profile::envelope::{Mdm, for_mdm};
use crate::profile::read::{Held, Input, Shape, Unknown, budgets, load, plan};
use crate::profile::sign::{Identity, Key, judge, sign};
use crate::value::Date;
use anyhow::{Context as _, Result, anyhow, bail, ensure};
use clap::ArgGroup;
use clap_complete::ArgValueCompleter;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Sign profiles
///
/// Puts a CMS signature around each profile: DER, SHA-256, with the certificates in it; the profile itself stays as it
/// is, byte by byte. The same profile, key and certificates give the same signature: no clock is read, and the time of
/// signing is in it only if you say it.
///
/// Keys are RSA (2048 bits or more), P-256 or P-384, in PKCS #8, PKCS #1 or SEC 1. The pass phrase of an encrypted one is
/// asked for on the terminal, or comes from a file or a variable; it is never an argument, which every user of the
/// computer could read. For keys in a keychain or an HSM, --print-commands prints what does the same there.
///
/// Do not sign what an MDM must still change: Fleet refuses signed profiles, Jamf Pro and Intune replace no tokens in
/// them. Sign into another folder than that of `build`, which takes files that were changed for yours.
#[derive(clap::Args)]
#[command(group = ArgGroup::new("where").required(true).multiple(true).args(["out", "each", "in_place", "print_commands"]))]
#[command(after_help = "\
Examples:
  prefsmith sign out/office/office.mobileconfig --cert identity.pem --out signed/office.mobileconfig
  prefsmith sign out/office/*.mobileconfig --cert signer.pem --key key.pem --chain ca.pem --each signed
  prefsmith sign office.mobileconfig --cert signer.pem --key key.pem --pass-env SIGNING_PASS --out signed.mobileconfig
  prefsmith sign office.mobileconfig --cert signer.cer --print-commands

Exit status:
  0  every profile is signed
  1  error findings: nothing is written
  2  a file cannot be read or written, the pass phrase is wrong")]
pub(super) struct Args {
    /// Profiles that are not signed yet
    #[arg(required = true, value_name = "PROFILE")]
    pub files: Vec<PathBuf>,
    /// The certificate that signs, PEM or DER, with those above it if you like
    #[arg(long, value_name = "FILE", required_unless_present = "print_commands")]
    pub cert: Option<PathBuf>,
    /// Its private key; without it, the one in the file of --cert
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// The certificates above it, PEM or DER; may be given several times
    #[arg(long, value_name = "FILE")]
    pub chain: Vec<PathBuf>,
    /// The file whose first line is the pass phrase of the key
    #[arg(long, value_name = "FILE", conflicts_with = "pass_env")]
    pass_file: Option<PathBuf>,
    /// The environment variable that holds the pass phrase of the key
    #[arg(long, value_name = "NAME")]
    pass_env: Option<String>,
    /// Where to write the signed profile
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write each signed profile into this folder, under its own name
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "in_place"])]
    pub each: Option<PathBuf>,
    /// Write each signed profile in place of the plain one
    #[arg(long, conflicts_with = "out")]
    pub in_place: bool,
    /// Replace other files that are there
    #[arg(long)]
    force: bool,
    /// The moment that the signature carries as the time of signing, as 2027-01-31T12:00:00Z; without it, it carries none
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    signing_time: Option<Date>,
    /// The day on which the certificates must count; without it that of --signing-time, and without both none
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<jiff::civil::Date>,
    /// The MDM that is to take the profiles: what it would refuse is an error, and only its own tokens are looked for
    #[arg(long = "for", value_name = "MDM", add = ArgValueCompleter::new(mdms))]
    mdm: Option<String>,
    /// Texts that look like an MDM's tokens are meant as they stand
    #[arg(long)]
    literal_tokens: bool,
    /// Sign nothing, and print the commands that do the same with openssl, a keychain, or an HSM
    #[arg(long)]
    pub print_commands: bool,
}

fn moment(text: &str) -> Result<Date, String> {
    let found = Date::parse(text).filter(|date| date.seconds() >= 0);
    found.ok_or_else(|| "write the moment as 2027-01-31T12:00:00Z".to_owned())
}

impl Args {
    /// Where the signed profile goes.
    pub fn goes_to(&self, file: &Path) -> Result<PathBuf> {
        match (&self.out, &self.each) {
            (Some(out), _) => Ok(out.clone()),
            (None, Some(folder)) => {
                let name = file.file_name().ok_or_else(|| anyhow!("{}: it has no name", label(file)))?;
                Ok(folder.join(name))
            }
            (None, None) => Ok(file.to_owned()),
        }
    }

    /// The day on which certificates are judged.
    fn day(&self) -> Option<jiff::civil::Date> {
        self.today.or_else(|| {
            let text = self.signing_time?.to_string();
            text.get(..10)?.parse().ok()
        })
    }

    /// Sources and targets, once it is clear that they do not get in each other's way.
    fn jobs(&self) -> Result<Vec<(&PathBuf, PathBuf)>> {
        ensure!(
            self.out.is_none() || self.files.len() == 1,
            "--out takes one profile: --each DIR writes several"
        );
        let mut jobs: Vec<(&PathBuf, PathBuf)> = Vec::new();
        for file in &self.files {
            let to = self.goes_to(file)?;
            let same = |other: &Path| {
                let whole = |path: &Path| std::fs::canonicalize(path).ok();
                other == to || whole(other).is_some_and(|other| whole(&to) == Some(other))
            };
            if !self.in_place && self.files.iter().any(|other| same(other)) {
                bail!(
                    "{}: it would take the place of the plain profile; --in-place says that it is to",
                    label(&to)
                );
            }
            if let Some((first, _)) = jobs.iter().find(|(_, other)| *other == to) {
                bail!("{} and {} would both go to {}", label(first), label(file), label(&to));
            }
            jobs.push((file, to));
        }
        Ok(jobs)
    }
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    let catalog = layers.catalog()?;
    known(args.mdm.as_deref(), &catalog)?;
    if args.print_commands {
        return sign_commands::print(args);
    }
    let jobs = args.jobs()?;
    let identity = identity(args, &mut sources, &mut findings)?;
    let mut plans = Vec::new();
    let mut contents = Vec::new();
    for (file, to) in jobs {
        let bytes = read_bytes(file, budgets().bytes).map_err(|why| anyhow!("{}: {why}", label(file)))?;
        profile(args, file, &bytes, &catalog, (&mut sources, &mut findings), &mut plans);
        contents.push((file, to, bytes));
    }
    let Some(identity) = identity.filter(|_| !findings.has_errors()) else {
        return Ok(told(&plans, &catalog, global, sources, findings));
    };
    let mut written = Vec::new();
    for (file, to, bytes) in &contents {
        let message = sign(bytes, &identity, args.signing_time).with_context(|| label(file))?;
        written.push((to.clone(), message));
    }
    write(&written, args)?;
    told(&plans, &catalog, global, sources, findings);
    for (path, _) in &written {
        say(&format!("signed by {}: {}\n", identity.certificate().name(), label(path)));
    }
    Ok(Exit::Fine)
}

/// Refuses the name of an MDM of which nothing is known.
fn known(mdm: Option<&str>, catalog: &Catalog<'_>) -> Result<()> {
    let Some(mdm) = mdm else { return Ok(()) };
    let names: Vec<&str> = catalog.mdms().map(|known| known.name).collect();
    ensure!(names.contains(&mdm), "--for {mdm}: nothing is known of it; known are {}", names.join(", "));
    Ok(())
}

fn told(
    plans: &[Plan],
    catalog: &Catalog<'_>,
    global: &Global,
    mut sources: Sources,
    findings: Findings,
) -> Exit {
    let mut findings = findings;
    let plans: Vec<&Plan> = plans.iter().collect();
    mask(&plans, catalog, global, &mut sources, &mut findings);
    // There is no other command that would show the notes.
    super::common::say_findings_and(&Findings::new(), findings.clone(), 0, &sources, "");
    if findings.has_errors() { Exit::Found } else { Exit::Fine }
}

/// The identity that signs; none where the key and the certificates do not fit.
fn identity(args: &Args, sources: &mut Sources, findings: &mut Findings) -> Result<Option<Identity>> {
    let path = args.cert.as_deref().context("--cert is missing")?;
    let mut list = certificates(path)?;
    for path in &args.chain {
        list.extend(certificates(path)?);
    }
    let key_path = args.key.as_deref().unwrap_or(path);
    let name = label(key_path);
    let bytes = read_bytes(key_path, MAX_CERTIFICATES).map_err(|why| anyhow!("{name}: {why}"))?;
    let bytes = Zeroizing::new(bytes);
    let key = Key::read(&bytes, &mut || pass_phrase(args, &name));
    let key = key.map_err(|why| {
        let hint = if args.key.is_none() && args.cert.is_some() {
            "; --key names a file of its own for the key"
        } else {
            ""
        };
        let lacks = matches!(why, crate::profile::sign::KeyError::None(_));
        anyhow!("{name}: {why}{}", if lacks { hint } else { "" })
    })?;
    let place = Origin::Whole(sources.add(label(path), ""));
    let first = list.first().map(|one| one.name()).unwrap_or_default();
    let several = list.len() > 1;
    match Identity::new(key, list) {
        Ok(identity) => {
            judge::identity(&identity, args.day(), &place, findings);
            Ok(Some(identity))
        }
        Err(key) => {
            let whose = match several {
                true => "fits none of the certificates".to_owned(),
                false => format!("does not fit the certificate of {first}"),
            };
            let title = format!("the key of {name} ({}) {whose}", key.words());
            findings.push(Finding::new("key-mismatch", title).at(place, ""));
            Ok(None)
        }
    }
}

/// The pass phrase: of the file, the variable, or whoever sits at the terminal.
fn pass_phrase(args: &Args, key: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    if let Some(path) = &args.pass_file {
        let bytes = read_bytes(path, MAX_CERTIFICATES)
            .map_err(|why| format!("--pass-file {}: {why}", label(path)))?;
        let bytes = Zeroizing::new(bytes);
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or(&[]);
        let first = first.strip_suffix(b"\r").unwrap_or(first);
        return Ok(Zeroizing::new(first.to_vec()));
    }
    if let Some(name) = &args.pass_env {
        let found =
            std::env::var_os(name).ok_or_else(|| format!("--pass-env {name}: there is no such variable"))?;
        return Ok(Zeroizing::new(found.into_encoded_bytes()));
    }
    let asked = rpassword::prompt_password(format!("Pass phrase of {key}: "));
    let asked = asked.map_err(|_| {
        "its key is encrypted, and there is no terminal to ask for the pass phrase on: give --pass-file or --pass-env"
    })?;
    Ok(Zeroizing::new(asked.into_bytes()))
}

/// Whether one file can be signed.
fn profile(
    args: &Args,
    path: &Path,
    bytes: &[u8],
    catalog: &Catalog<'_>,
    (sources, findings): (&mut Sources, &mut Findings),
    plans: &mut Vec<Plan>,
) {
    let file = label(path);
    let input = Input { label: &file, bytes, domain: None };
    let mut inside = Findings::new();
    let Some(held) = load(&input, catalog, sources, &mut inside) else {
        findings.extend(inside.sorted());
        return;
    };
    let mut unknown = Unknown::default();
    plans.extend(held.profiles.iter().map(|one| plan(&held, one, catalog, &mut unknown, &mut inside)));
    refuse(args, &held, held.source, catalog, findings);
}

fn refuse(args: &Args, held: &Held, source: SourceId, catalog: &Catalog<'_>, findings: &mut Findings) {
    let at = |finding: Finding| finding.at(Origin::Whole(source), "");
    if held.signed {
        let finding = at(Finding::new("already-signed", "this profile has a signature already"));
        findings.push(finding.help("sign the plain profile"));
        return;
    }
    if held.shape != Shape::Profile {
        let finding = at(Finding::new(
            "unreadable-file",
            "this is no configuration profile, and nothing else is signed",
        ));
        findings.push(finding);
        return;
    }
    if args.mdm.as_deref() == Some("fleet") {
        let signed = Held { signed: true, ..held.clone() };
        findings.extend(for_mdm(Mdm::Fleet, &signed, 0, Findings::new()));
    }
    if !args.literal_tokens {
        judge::tokens(held, catalog, args.mdm.as_deref(), findings);
    }
}

fn write(files: &[(PathBuf, Vec<u8>)], args: &Args) -> Result<()> {
    // What is there already and the same needs nobody's leave.
    let same = |path: &Path, bytes: &[u8]| std::fs::read(path).is_ok_and(|old| old == bytes);
    let new: Vec<_> = files.iter().filter(|(path, bytes)| !same(path, bytes)).cloned().collect();
    write_beside(&new, args.force || args.in_place).map_err(|(path, error)| {
        let why = match error.kind() {
            ErrorKind::AlreadyExists => "it is there already, and is left alone without --force".to_owned(),
            _ => error.to_string(),
        };
        anyhow!("{}: {why}", label(&path))
    })
}
