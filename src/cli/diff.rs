//! `prefsmith diff`: where two policies, profiles or folders of profiles differ.

use super::common::{Exit, Global, Layers, label, mask, print, say_findings};
use super::sides::{Loaded, Reader};
use crate::catalog::Catalog;
use crate::check::is_secret;
use crate::diff::{between, contradictions};
use crate::finding::{Findings, Sources};
use crate::plan::Setting;
use crate::report::diff::{View, json, text};
use anyhow::{Context as _, Result, anyhow};
use clap::ValueEnum;
use std::path::PathBuf;

/// Findings of which a comparison must tell: because of them something is not in it, or not only once, or is not what
/// its signer has signed.
const TELLING: [&str; 6] = [
    "unreadable-file",
    "encrypted-profile",
    "payload-shape",
    "bad-name",
    "set-by-two-payloads",
    "signature-broken",
];

/// Show where two policies or profiles differ
///
/// Each of the two is a policy (.toml), a profile, a file of preferences, or a folder of profiles. Settings are
/// compared by channel, domain and key: their values with their types, and how strongly they are meant. How the files
/// are written does not matter: neither the order, nor the form of the payloads, nor into how many files they are cut.
/// Payloads that are no preferences are compared by what is in them.
///
/// Identifiers, UUIDs, names and the rest of the envelope are shown apart, and do not count.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith diff office.toml office-next.toml
  prefsmith diff office.toml deployed.mobileconfig     is what the MDM has what we want?
  prefsmith diff exported/ repository/                 two folders of profiles
  prefsmith diff office.toml com.microsoft.Word.plist
  prefsmith diff --format json old.toml new.toml

Exit status:
  0  the same
  1  different, or a policy with errors
  2  an input cannot be read
  3  no difference was found, but something could not be compared")]
pub(super) struct Args {
    /// What should be: a policy, a profile, a file of preferences, or a folder of profiles
    #[arg(value_name = "EXPECTED")]
    expected: PathBuf,
    /// What is: the same
    #[arg(value_name = "ACTUAL")]
    actual: PathBuf,
    /// Let differences of the envelope count too: identifiers, UUIDs, names, …
    #[arg(long)]
    envelope: bool,
    /// The domain of a file of preferences that is not named after it
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,
    /// How the difference is written
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let mut sources = Sources::new();
    let mut policies = Findings::new();
    let mut files = Findings::new();
    let layers = Layers::load(global, &mut sources, &mut policies)?;
    let catalog = layers.catalog()?;
    let mut reader = Reader {
        catalog: &catalog,
        domain: args.domain.as_deref(),
        sources: &mut sources,
        policies: &mut policies,
        files: &mut files,
    };
    let loaded = [&args.expected, &args.actual]
        .map(|path| reader.read(path).map_err(|why| anyhow!("{why}")).with_context(|| label(path)));
    let [expected, actual] = &loaded;
    if let (Ok(expected), Ok(actual)) = (expected, actual) {
        for loaded in [expected, actual] {
            files.extend(contradictions(&loaded.side(), &catalog));
        }
    }
    let (telling, _) = files.partition(|finding| TELLING.contains(&finding.code.as_str()));
    // What a policy with errors comes to is a guess: a difference to it would mislead. What a broken profile comes
    // to is a fact: macOS applies nothing of what is wrong in it.
    let stop = policies.has_errors();
    let mut findings = if stop { policies } else { Findings::new() };
    findings.extend(telling);
    say(args, findings, &loaded, &catalog, global, sources.clone());
    let [expected, actual] = loaded;
    let (expected, actual) = (expected?, actual?);
    if stop {
        return Ok(Exit::Found);
    }
    let difference = between(&expected.side(), &actual.side());
    let secret = |setting: &Setting| !global.show_secrets && is_secret(setting, &catalog);
    let names = (expected.name.clone(), actual.name.clone());
    let view = View {
        names,
        catalog: &catalog,
        sources: &sources,
        secret: &secret,
        show_secrets: global.show_secrets,
        envelope: args.envelope,
    };
    match args.format {
        Format::Text => print(&text(&difference, &view))?,
        Format::Json => print(&json(&difference, &view))?,
    }
    let found = difference.drift() || args.envelope && !difference.envelope.is_empty();
    Ok(match (found, difference.decided()) {
        (true, _) => Exit::Found,
        (false, false) => Exit::Undecided,
        (false, true) => Exit::Fine,
    })
}

/// Says on standard error what is wrong with the inputs. It hides secrets in sources of its own.
fn say(
    args: &Args,
    mut findings: Findings,
    loaded: &[Result<Loaded>; 2],
    catalog: &Catalog<'_>,
    global: &Global,
    mut sources: Sources,
) {
    if findings.is_empty() {
        return;
    }
    let plans: Vec<_> = loaded.iter().flatten().flat_map(Loaded::plans).collect();
    mask(&plans, catalog, global, &mut sources, &mut findings);
    let command = format!("prefsmith check {} {}", label(&args.expected), label(&args.actual));
    // An input that is named twice is read twice.
    let sorted = findings.sorted().distinct(&sources);
    say_findings(&sorted, 0, &sources, &command);
}
