//! `prefsmith diff`: where two policies, profiles or folders of profiles differ, or a Mac from one of them.

use super::common::{Exit, Global, Layers, day, label, mask, print, say_findings};
use super::sides::{Loaded, Reader};
use super::{diff_mac, mac};
use crate::catalog::Catalog;
use crate::check::is_secret;
use crate::diff::{between, contradictions};
use crate::finding::{Findings, Sources};
use crate::plan::Setting;
use crate::report::diff::{View, json, text};
use anyhow::{Context as _, Result, anyhow, ensure};
use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// Findings of which a comparison must tell: because of them something is not in it, or not only once, or is not what
/// its signer has signed.
pub(super) const TELLING: [&str; 7] = [
    "unreadable-file",
    "encrypted-profile",
    "payload-shape",
    "bad-name",
    "set-by-two-payloads",
    "set-by-two-profiles",
    "signature-broken",
];

/// Show where two policies or profiles differ, or a Mac from what it should be
///
/// Each of the two is a policy (.toml), a profile, a file of preferences, or a folder of profiles. Settings are
/// compared by channel, domain and key: their values with their types, and how strongly they are meant. How the files
/// are written does not matter: neither the order, nor the form of the payloads, nor into how many files they are cut.
/// Payloads that are no preferences are compared by what is in them. Identifiers, UUIDs, names and the rest of the
/// envelope are shown apart, and do not count.
///
/// The second may be a Mac: a folder shaped like its root (/ itself, a mounted disk, a snapshot), or a snapshot in an
/// archive (.tar.gz, .tgz, .tar). Each setting then gets a verdict: whether it is enforced or merely set, what is in
/// effect instead, from which layer, and which file holds it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith diff office.toml office-next.toml
  prefsmith diff office.toml deployed.mobileconfig     is what the MDM has what we want?
  prefsmith diff exported/ repository/                 two folders of profiles
  prefsmith diff office.toml com.microsoft.Word.plist
  prefsmith diff --variant pilot office.toml pilot.mobileconfig
  prefsmith diff --variant pilot office.toml office.toml   what is different in it?
  prefsmith diff --format json old.toml new.toml
  prefsmith diff office.toml snapshot.tar.gz           is the Mac as we want it?
  prefsmith diff office.toml / --user all
  prefsmith diff office.toml snapshot.tar.gz --format html >mac.html
  prefsmith diff office.toml / --fix mend.sh           and a script that mends what it can

Exit status:
  0  the same; of a Mac: every setting is as it should be
  1  different, drift, or a policy with errors
  2  an input cannot be read, no Mac, an unknown user
  3  no difference was found, but something could not be compared or decided")]
pub(super) struct Args {
    /// What should be: a policy, a profile, a file of preferences, or a folder of profiles
    #[arg(value_name = "EXPECTED")]
    pub expected: PathBuf,
    /// What is: the same, or a Mac; on a Mac, this one if nothing is named
    #[arg(value_name = "ACTUAL")]
    pub actual: Option<PathBuf>,
    /// Let differences of the envelope count too: identifiers, UUIDs, names, …
    #[arg(long)]
    envelope: bool,
    /// The domain of a file of preferences that is not named after it
    #[arg(long, value_name = "DOMAIN")]
    pub domain: Option<String>,
    /// A variant of the policy, not the policy itself; of two policies of both, of one that is named twice the second
    #[arg(long, value_name = "NAME")]
    pub variant: Option<String>,
    /// How the difference is written
    #[arg(long, default_value = "text")]
    pub format: Format,
    /// Whose preferences count; without it those of who is logged in, or of the only user
    #[arg(long, value_name = "NAME|all", help_heading = "Of a Mac")]
    pub user: Option<String>,
    /// A file that says what may differ on which Macs, why, and until when
    #[arg(long, value_name = "FILE", help_heading = "Of a Mac")]
    pub exemptions: Option<PathBuf>,
    /// What an identity token stands for on this Mac, such as user.upn=anna@example.com
    #[arg(long, value_name = "TOKEN=VALUE", help_heading = "Of a Mac")]
    pub var: Vec<String>,
    /// A table of what no Mac knows of itself, such as departments: CSV, by `serial` or `name`, for [applies-to]
    #[arg(long, value_name = "FILE.csv", help_heading = "Of a Mac")]
    pub attributes: Option<PathBuf>,
    /// Count a value of the wrong type as drift though the app takes it: 1 for true
    #[arg(long, help_heading = "Of a Mac")]
    pub strict_types: bool,
    /// Write a script that mends what a script can mend, and say what needs a profile
    #[arg(long, value_name = "FILE", help_heading = "Of a Mac")]
    pub fix: Option<PathBuf>,
    /// The day on which exemptions are judged; without it, none has ended
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = "Of a Mac")]
    pub today: Option<jiff::civil::Date>,
}

impl Args {
    /// Refuses what has no meaning for two policies or profiles.
    fn without_mac(&self) -> Result<()> {
        let given = [
            ("--format csv", self.format == Format::Csv),
            ("--format html", self.format == Format::Html),
            ("--format junit", self.format == Format::Junit),
            ("--user", self.user.is_some()),
            ("--exemptions", self.exemptions.is_some()),
            ("--var", !self.var.is_empty()),
            ("--attributes", self.attributes.is_some()),
            ("--strict-types", self.strict_types),
            ("--today", self.today.is_some()),
            ("--fix", self.fix.is_some()),
        ];
        if let Some((name, _)) = given.iter().find(|(_, given)| *given) {
            anyhow::bail!("{name} is about a Mac, and the second input is none");
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
    /// Of a Mac: object, action, reason
    Csv,
    /// Of a Mac: a page to read and to print
    Html,
    /// Of a Mac: a test for each setting, for CI servers
    Junit,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let this = cfg!(target_os = "macos").then(|| PathBuf::from("/"));
    let actual = args.actual.clone().or(this);
    let actual = actual.ok_or_else(|| anyhow!("name what it is compared with: a second input, or a Mac"))?;
    ensure!(
        !mac::is_mac(&args.expected),
        "{}: a Mac is compared with what should be: name it second",
        label(&args.expected)
    );
    if mac::is_mac(&actual) {
        ensure!(!args.envelope, "--envelope is about profiles: a Mac has no envelope");
        return diff_mac::run(args, &actual, global);
    }
    args.without_mac()?;
    between_two(args, &actual, global)
}

/// Compares two policies, profiles, folders or files of preferences.
fn between_two(args: &Args, other: &Path, global: &Global) -> Result<Exit> {
    let mut sources = Sources::new();
    let mut policies = Findings::new();
    let mut files = Findings::new();
    let layers = Layers::load(global, &mut sources, &mut policies)?;
    let catalog = layers.catalog()?;
    let mut reader = Reader {
        catalog: &catalog,
        domain: args.domain.as_deref().map(|name| catalog.meant(name)),
        variant: args.variant.as_deref(),
        sources: &mut sources,
        policies: &mut policies,
        files: &mut files,
    };
    let expected = args.expected.as_path();
    let itself = expected == other;
    let loaded = [(expected, itself), (other, false)].map(|(path, itself)| {
        // A policy that is named twice is compared with its variant.
        reader.variant = args.variant.as_deref().filter(|_| !itself);
        reader.read(path).map_err(|why| anyhow!("{why}")).with_context(|| label(path))
    });
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
    say([&args.expected, other], findings, &loaded, &catalog, global, sources.clone());
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
    if args.format == Format::Json {
        print(&json(&difference, &view))?;
    } else {
        print(&text(&difference, &view))?;
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
    paths: [&Path; 2],
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
    let command = format!("prefsmith check {}", paths.map(label).join(" "));
    // An input that is named twice is read twice.
    let sorted = findings.sorted().distinct(&sources);
    say_findings(&sorted, 0, &sources, &command);
}
