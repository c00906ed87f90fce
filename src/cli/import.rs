//! `prefsmith import`: profiles and preference files to policies.

use super::common::{Exit, Global, Layers, complain, label, mask, print, read_bytes, say, text_options};
use super::completions::{domains, mdms};
use super::import_jobs::{Job, jobs};
use super::import_mac;
use super::kept::kept_path;
use super::mac::is_mac;
use super::walk::{PROFILES, is_policy, walk};
use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Origin, Sources};
use crate::import::{self, FromMac, Imported, Opened, Options, Unit, Wrapper};
use crate::output::write_beside;
use crate::plan::{Channel, Plan};
use crate::profile::envelope::same_profiles;
use crate::profile::kept;
use crate::profile::read::{Held, Input as Plain, load};
use crate::report::findings::{summary, text};
use anyhow::{Result, anyhow, bail};
use clap::ValueEnum;
use clap_complete::ArgValueCompleter;
use std::io::{ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The largest file that is read: MDMs take profiles of a few megabytes at most.
const MAX_BYTES: usize = 16 << 20;

/// Make policies of profiles and preference files
///
/// The policy comes to exactly what the files hold, and builds: what the catalogue refuses stands in [custom] or is
/// accepted with an [[allow]], and what no policy can say is listed, on top of the policy too. Payloads that are no
/// preferences are kept in files beside it. Profiles may be signed, in either payload form, or come out of
/// `profiles show` or Jamf's Classic API.
///
/// Of a Mac (a folder shaped like the root of one, or a snapshot in an archive) everything is taken that profiles enforce
/// there, with the profile that does it, where the Mac shows that.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith import office.mobileconfig                        to standard output
  prefsmith import profiles/ --out office.toml                one policy for all of them
  prefsmith import profiles/ --each policies                  one for each
  prefsmith import --from jamf office.xml --out office.toml   $EMAIL becomes ${user.mail}
  prefsmith import settings.plist --domain com.microsoft.Word
  prefsmith import snapshot.tar.gz --out lab07.toml           what profiles enforce on a Mac

Exit status:
  0  everything is in the policies; where files contradict each other, the first
  1  something could not be read, or no policy can say it
  2  usage, or a file cannot be read or written at all")]
pub(super) struct Args {
    /// Profiles, preference files, folders of them, or a Mac
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where to write the one policy for all; settings for users get one of their own beside it. Without it: standard
    /// output
    #[arg(long, value_name = "POLICY", conflicts_with = "each")]
    pub out: Option<PathBuf>,
    /// Write one policy for each profile, into this folder
    #[arg(long, value_name = "DIR")]
    pub each: Option<PathBuf>,
    /// The root of every identifier; without it, what the profile says
    #[arg(long, value_parser = super::init::id, conflicts_with = "each")]
    id: Option<String>,
    /// What people call the policy
    #[arg(long, value_parser = super::init::some_text, conflicts_with = "each")]
    name: Option<String>,
    /// Who issues it
    #[arg(long, value_parser = super::init::some_text)]
    organization: Option<String>,
    /// The channel, whatever the profiles say
    #[arg(long, value_name = "CHANNEL")]
    pub channel: Option<ChannelName>,
    /// The MDM that the files come from, so that its tokens become neutral ones: addigy, fleet, intune, jamf, kandji,
    /// mosyle, simplemdm, workspace-one
    #[arg(long, value_name = "MDM", add = ArgValueCompleter::new(mdms))]
    from: Option<String>,
    /// The domain of preference files whose names do not say it
    #[arg(long, value_name = "DOMAIN", add = ArgValueCompleter::new(domains))]
    domain: Option<String>,
    /// Of a Mac: whose preferences are taken beside the Mac's; without it, of who is logged in, or of the only user
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Let builds keep the identifiers and UUIDs of the profile, so that they replace it on Macs
    #[arg(long)]
    keep_identifiers: bool,
    /// Replace files that are there
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum ChannelName {
    /// Every user of the Mac
    Device,
    /// The user whom the MDM manages
    User,
}

impl From<ChannelName> for Channel {
    fn from(name: ChannelName) -> Self {
        match name {
            ChannelName::Device => Self::Device,
            ChannelName::User => Self::User,
        }
    }
}

/// A file that was read.
pub(super) struct File {
    /// Where it lies; one of a Mac is called after its domain.
    pub path: PathBuf,
    /// What it holds.
    pub held: Held,
    /// What stood around it.
    pub wrapper: Option<Wrapper>,
    /// Why its identifiers cannot be kept, if they cannot.
    pub unkept: Option<String>,
    /// The Mac that it lies on, and what a policy is called that is made of all its files.
    pub mac: Option<Rc<(FromMac, String)>>,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    let catalog = layers.catalog()?;
    if let Some(why) = args.from.as_deref().and_then(|from| import::unknown_mdm(from, &catalog)) {
        bail!("--from: {why}");
    }
    let mut exit = Exit::Fine;
    let mut files = Vec::new();
    let inputs = inputs(&args.files)?;
    if let Some(Input::Mac(mac)) =
        inputs.iter().find(|input| matches!(input, Input::Mac(_)) && inputs.len() > 1)
    {
        bail!("{}: a Mac is imported alone, without other inputs", label(mac));
    }
    for input in inputs {
        let read = match &input {
            Input::Mac(path) => {
                let mut reader =
                    import_mac::Reader { catalog: &catalog, sources: &mut sources, findings: &mut findings };
                reader.read(path, args.user.as_deref())
            }
            Input::File(path) => {
                read(path, args, &catalog, &mut sources, &mut findings).map(|file| file.into_iter().collect())
            }
        };
        match read {
            Ok(read) => files.extend(read),
            Err(error) => {
                complain(&format!("{error:#}"));
                exit = Exit::Failure;
            }
        }
    }
    let jobs = jobs(&files, args)?;
    if args.each.is_some() {
        // Each by itself would say nothing of it, and their policies get one id.
        let units = jobs.iter().flat_map(|job| &job.units);
        findings.extend(same_profiles(units.map(|(_, unit)| unit.profile)));
    }
    let mut plans: Vec<Plan> = Vec::new();
    let mut made: Vec<(Option<PathBuf>, Imported)> = Vec::new();
    for job in jobs {
        let keep = match args.keep_identifiers.then(|| kept_path(&job)).transpose() {
            Ok(keep) => keep,
            // One odd file of many is no reason to leave the others.
            Err(error) if args.each.is_some() => {
                complain(&format!("{error:#}: its policy has identifiers of its own"));
                exit = exit.max(Exit::Found);
                None
            }
            Err(error) => return Err(error),
        };
        let options = options(&job, args, keep);
        let units: Vec<Unit<'_>> = job.units.iter().map(|(_, unit)| *unit).collect();
        let imported = import::import(&units, &catalog, &options, &sources, &mut findings);
        plans.push(imported.plan.clone());
        made.push((job.out, imported));
    }
    for (out, imported) in &made {
        match out {
            None => print(&imported.text)?,
            Some(path) => write(path, imported, args.force)?,
        }
    }
    let mut findings = findings.distinct(&sources).sorted();
    let plans: Vec<&Plan> = plans.iter().collect();
    mask(&plans, &catalog, global, &mut sources, &mut findings);
    if !findings.is_empty() {
        let options = text_options(std::io::stderr().is_terminal());
        say(&format!("{}{}\n", text(&findings, &sources, &options), summary(&findings, 0)));
    }
    if made.is_empty() {
        complain("nothing was read that a policy could be made of");
        exit = exit.max(Exit::Found);
    }
    tell_written(&made, args, global);
    Ok(exit.max(if findings.has_errors() { Exit::Found } else { Exit::Fine }))
}

/// Something to be read.
enum Input {
    File(PathBuf),
    Mac(PathBuf),
}

/// The files and Macs that are named, and the files in folders that are, in the order of their names.
fn inputs(named: &[PathBuf]) -> Result<Vec<Input>> {
    let mut found = Vec::new();
    for path in named {
        if is_mac(path) {
            found.push(Input::Mac(path.clone()));
        } else if path.is_dir() {
            let files = walk(path, PROFILES).all(path, PROFILES).map_err(|why| anyhow!("{why}"))?;
            found.extend(files.into_iter().map(Input::File));
        } else {
            found.push(Input::File(path.clone()));
        }
    }
    Ok(found)
}

/// One file; none if it is nothing that can be imported, which the findings then say.
fn read(
    path: &Path,
    args: &Args,
    catalog: &Catalog<'_>,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Result<Option<File>> {
    let name = label(path);
    let bytes = read_bytes(path, MAX_BYTES).map_err(|why| anyhow!("{name}: {why}"))?;
    if is_policy(path) {
        let source = sources.add(name, "");
        let finding = Finding::new("unreadable-file", "this is a policy already, by the name of the file");
        findings.push(
            finding.at(Origin::Whole(source), "").help("`prefsmith check` says what is wrong with a policy"),
        );
        return Ok(None);
    }
    let mut called = name.clone();
    let (bytes, wrapper, unkept) = match import::open(&bytes) {
        Ok(Opened::Plain) => {
            let unkept = args.keep_identifiers.then(|| kept(&bytes).err()).flatten();
            (bytes, None, unkept.map(|error| error.to_string()))
        }
        Ok(Opened::Jamf(bytes, wrapper)) => {
            // Its lines are those of the profile, not of the file.
            called.push_str(" <payloads>");
            let unkept = "the profile stands in an answer of Jamf's: save it as a file";
            (bytes, Some(wrapper), Some(unkept.to_owned()))
        }
        Ok(Opened::Bare(bytes)) => (bytes, None, Some("it is no profile".to_owned())),
        Err(why) => {
            let source = sources.add(name, "");
            findings.push(Finding::new("unreadable-file", why).at(Origin::Whole(source), ""));
            return Ok(None);
        }
    };
    let input = Plain {
        label: &called,
        bytes: &bytes,
        domain: args.domain.as_deref().map(|name| catalog.meant(name)),
    };
    let held = load(&input, catalog, sources, findings);
    Ok(held.map(|held| File { path: path.to_owned(), held, wrapper, unkept, mac: None }))
}

fn options(job: &Job<'_>, args: &Args, keep_identifiers_from: Option<String>) -> Options {
    Options {
        id: args.id.clone(),
        name: args.name.clone(),
        organization: args.organization.clone(),
        from: args.from.clone(),
        channel: args.channel.map(Channel::from),
        stem: job.stem.clone(),
        beside: job.out.is_some(),
        keep_identifiers_from,
        mac: of_mac(job),
    }
}

/// The Mac that the files of a policy lie on: of those of the Mac and of a user together, whatever profile sets them.
fn of_mac(job: &Job<'_>) -> Option<FromMac> {
    let mut all = job.units.iter().filter_map(|(file, _)| file.mac.as_ref()).map(|mac| &mac.0);
    let mut mac = all.next()?.clone();
    for other in all.filter(|other| other.user != mac.user).cloned().collect::<Vec<_>>() {
        mac.user = None;
        mac.profiles.extend(other.profiles);
    }
    Some(mac)
}

/// Every file that was written, and the call that looks at them.
fn tell_written(made: &[(Option<PathBuf>, Imported)], args: &Args, global: &Global) {
    let mut told = String::new();
    let mut policies = Vec::new();
    for (out, imported) in made {
        let Some(path) = out else { continue };
        policies.push(label(path));
        told.push_str(&format!("wrote {}\n", label(path)));
        for (name, _) in &imported.files {
            told.push_str(&format!("wrote {}\n", label(&path.with_file_name(name))));
        }
    }
    if policies.is_empty() {
        return;
    }
    let what = match &args.each {
        Some(folder) if policies.len() > 3 => label(folder),
        _ => policies.join(" "),
    };
    say(&format!("{told}next: prefsmith check{} {what}\n", global.again()));
}

fn write(path: &Path, imported: &Imported, force: bool) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut files = vec![(path.to_owned(), imported.text.clone().into_bytes())];
    files.extend(imported.files.iter().map(|(name, bytes)| (folder.join(name), bytes.clone())));
    write_beside(&files, force).map_err(|(path, error)| {
        let why = match error.kind() {
            ErrorKind::AlreadyExists => "it is there already, and is left alone without --force".to_owned(),
            ErrorKind::IsADirectory => "it is a folder".to_owned(),
            ErrorKind::NotADirectory => "its folder is no folder".to_owned(),
            ErrorKind::PermissionDenied => "it may not be written".to_owned(),
            _ => error.to_string(),
        };
        anyhow!("{}: {why}", label(&path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_mdm() {
        use clap::CommandFactory as _;
        let catalog = Catalog::builtin();
        let names: std::collections::BTreeSet<&str> = catalog.mdms().map(|mdm| mdm.name).collect();
        let listed = names.into_iter().collect::<Vec<_>>().join(", ");
        let command = crate::cli::Cli::command();
        let from =
            command.find_subcommand("import").unwrap().get_arguments().find(|arg| arg.get_id() == "from");
        let help = from.unwrap().get_help().unwrap().to_string();
        assert!(help.ends_with(&listed), "{help}");
    }
}
