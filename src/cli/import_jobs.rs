//! Which policies `import` makes of the files that were read, and where they go.

use super::common::label;
use super::import::{Args, File};
use super::walk::is_policy;
use crate::import::{self, Unit, slug};
use crate::plan::Channel;
use anyhow::{Result, anyhow, bail};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// One policy that is to be written.
pub(super) struct Job<'f> {
    pub units: Vec<(&'f File, Unit<'f>)>,
    /// None: to standard output.
    pub out: Option<PathBuf>,
    /// Its name, without the ending: what identifiers that are made begin with.
    pub stem: String,
}

/// Which policies are made of the files, and where they go.
pub(super) fn jobs<'f>(files: &'f [File], args: &Args) -> Result<Vec<Job<'f>>> {
    let mut units = Vec::new();
    for file in files {
        // What carries nothing was said to, and makes no policy.
        let profiles = file.held.profiles.iter().filter(|profile| !profile.payloads.is_empty());
        units.extend(
            profiles
                .map(|profile| (file, Unit { held: &file.held, profile, wrapper: file.wrapper.as_ref() })),
        );
    }
    match &args.each {
        Some(folder) => {
            let file = folder.exists() && !folder.is_dir() || is_policy(folder);
            anyhow::ensure!(!file, "--each {}: it is no folder; --out writes one policy", label(folder));
            each(units, folder)
        }
        None => together(units, args),
    }
}

/// One policy for each, whose names differ whatever the letter case.
fn each<'f>(units: Vec<(&'f File, Unit<'f>)>, folder: &Path) -> Result<Vec<Job<'f>>> {
    let mut names = BTreeSet::new();
    let mut jobs = Vec::new();
    for (file, unit) in units {
        let base = file.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let own = unit.profile.envelope.text("PayloadIdentifier").filter(|_| file.held.profiles.len() > 1);
        let base = slug(&own.map_or(base.clone(), |own| format!("{base}-{own}")));
        let mut stem = base.clone();
        let mut number = 1;
        while !names.insert(stem.to_lowercase()) {
            number += 1;
            stem = format!("{base}-{number}");
        }
        let out = Some(folder.join(format!("{stem}.toml")));
        jobs.push(Job { units: vec![(file, unit)], out, stem });
    }
    Ok(jobs)
}

/// One policy for all, or one for each channel.
fn together<'f>(units: Vec<(&'f File, Unit<'f>)>, args: &Args) -> Result<Vec<Job<'f>>> {
    let device = |(_, unit): &(&File, Unit<'_>)| {
        args.channel.map_or_else(|| import::channel(unit), Channel::from) == Channel::Device
    };
    let (device, user): (Vec<_>, Vec<_>) = units.into_iter().partition(device);
    let both = !device.is_empty() && !user.is_empty();
    let stem = match &args.out {
        Some(out) => {
            anyhow::ensure!(!out.is_dir(), "--out {}: it is a folder; --each writes into one", label(out));
            anyhow::ensure!(is_policy(out), "--out {}: the name of a policy ends in .toml", label(out));
            let stem = out.file_stem().and_then(|stem| stem.to_str());
            stem.ok_or_else(|| anyhow!("{}: a policy needs a name that is UTF-8", label(out)))?.to_owned()
        }
        None => {
            let first = device.iter().chain(&user).next();
            let of_mac = first.and_then(|(file, _)| file.mac.as_ref()).map(|mac| mac.1.clone());
            let name = first.and_then(|(file, _)| file.path.file_stem());
            of_mac.or_else(|| name.map(|name| name.to_string_lossy().into_owned())).unwrap_or_default()
        }
    };
    if both && args.out.is_none() {
        let (file, _) = user.first().ok_or_else(|| anyhow!("no profile for users"))?;
        bail!(
            "the files are of both channels, and a policy is of one: --out writes two, --channel makes it one \
             ({} is for users: {})",
            label(&file.path),
            if file.mac.is_some() {
                "it is enforced for that user alone"
            } else if file.held.profiles.iter().any(|profile| profile.scope.is_some()) {
                "it says so"
            } else {
                "it has no PayloadScope"
            },
        );
    }
    let of_users = |out: &PathBuf| out.with_file_name(format!("{stem}-user.toml"));
    let mut jobs = Vec::new();
    if !user.is_empty() {
        let (out, stem) = if both {
            (args.out.as_ref().map(of_users), format!("{stem}-user"))
        } else {
            (args.out.clone(), stem.clone())
        };
        jobs.push(Job { units: user, out, stem });
    }
    if !device.is_empty() {
        jobs.insert(0, Job { units: device, out: args.out.clone(), stem });
    }
    Ok(jobs)
}
