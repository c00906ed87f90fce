//! `prefsmith audit POLICY… SNAPSHOT…`: many Macs against what they should be, folded into one answer.

mod least;
mod look;
mod places;
mod pool;
mod progress;
mod reports;
mod stop;

use super::attributes::read_attributes;
use super::common::{Exit, Global, Layers, complain, day, label, mask, print, print_with, say, say_findings};
use super::diff::TELLING;
use super::diff_mac::{exempt, remind, tokens};
use super::mac::who;
use super::sides::{Loaded, Reader};
use super::walk::{PROFILES, has_extension, is_policy};
use crate::catalog::Catalog;
use crate::diff::applies::Assignment;
use crate::diff::audit::{Fingerprint, Ledger, Newest, Scope, Summary};
use crate::diff::contradictions;
use crate::diff::exempt::Exemption;
use crate::diff::same::first_token;
use crate::finding::{Findings, Sources};
use crate::mac::{Ask, Asked};
use crate::report::audit::{Baseline, Change, Rows, View, html, json, sum, text};
use anyhow::{Context as _, Result, anyhow, ensure};
use clap::ValueEnum;
use least::{Percent, fail_under};
use look::{Found, Judge, Keys, Survey, of_rules};
use places::Places;
use progress::Progress;
use reports::{Reading, Reports, is_report};
use std::collections::BTreeMap;
use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Judge many Macs at once: how many are as they should be, and which settings drift
///
/// What ends in .toml, .mobileconfig, .plist or .xml says what should be; everything else is Macs: snapshots (.tar.gz, .tgz,
/// .tar, or the one line that the collector prints), folders of them, archives of them, folders shaped like a Mac's root.
/// `-` takes a list of paths from standard input, one a line, or each with a NUL behind it. What MDMs have collected already
/// says of a Mac whether it is as it should be, and neither values nor layers: .csv, an export with the attribute that the
/// check script fills; .ndjson, .jsonl or .log, the results of osquery's pack.
///
/// Each Mac counts once, by its newest snapshot: by the time that the snapshot says, and by the serial number or, without
/// one, the hardware UUID. A Mac is compliant if every setting that applies to it is as it should be, drifted if one is
/// not, and undecided if nobody can say. A snapshot that cannot be read is one line, and counts as a Mac that is not
/// compliant.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith audit office.toml snapshots/
  prefsmith audit office.toml fleet.tar                    an archive of snapshots
  prefsmith audit office.toml macos.toml snapshots/        several policies together
  prefsmith audit finance.toml legal.toml snapshots/ --attributes directory.csv    each for its own Macs, by [applies-to]
  prefsmith audit office.toml snapshots/ --format json >today.json    and the next day:
  prefsmith audit office.toml snapshots/ --baseline today.json --fail-under 98
  prefsmith audit office.toml snapshots/ --format csv >macs.csv       a line for each Mac
  prefsmith audit office.toml snapshots/ --format ndjson >macs.ndjson every setting of each Mac
  prefsmith audit office.toml jamf.csv                     an export of the extension attribute
  prefsmith audit office.toml osqueryd.snapshots.log       results of the pack
  prefsmith audit office.toml snapshots/ --format html >fleet.html    a page for people
  find /srv/snapshots -name '*.tar.gz' -mtime -7 -print0 | prefsmith audit office.toml -

Exit status:
  0    every Mac is as it should be; with --fail-under, enough of them are
  1    at least one drifts, or with --fail-under too few are compliant; or a policy has errors
  2    what is named cannot be read, there are no snapshots, or nothing can be written
  3    none is known to drift, but at least one could not be read or decided, or no policy applies to any
  130  ended by Ctrl-C, after what was known until then was written")]
pub(super) struct Args {
    /// What should be (policies and profiles, by their names), and Macs (everything else)
    #[arg(value_name = "POLICY|SNAPSHOT", required = true)]
    inputs: Vec<PathBuf>,
    /// How it is written
    #[arg(long, default_value = "text")]
    format: Format,
    /// The column of a CSV export that has the answers of the check; without it, the one that is called as the policy
    #[arg(long, value_name = "NAME")]
    column: Option<String>,
    /// A variant of the policies, not the policies themselves
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// Whose preferences count; without it those of who was logged in, or of the only user. Of several, the worst counts
    #[arg(long, value_name = "NAME|all")]
    user: Option<String>,
    /// A file that says what may differ on which Macs, why, and until when
    #[arg(long, value_name = "FILE")]
    exemptions: Option<PathBuf>,
    /// A table of what no Mac knows of itself, such as departments: CSV, by `serial` or `name`, for [applies-to]
    #[arg(long, value_name = "FILE.csv")]
    attributes: Option<PathBuf>,
    /// What an identity token stands for on every Mac. What a snapshot knows is known: device.serial, device.name
    #[arg(long, value_name = "TOKEN=VALUE")]
    var: Vec<String>,
    /// Count a value of the wrong type as drift though the app takes it: 1 for true
    #[arg(long)]
    strict_types: bool,
    /// The day on which exemptions are judged; without it, none has ended
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<jiff::civil::Date>,
    /// An earlier `audit --format json`: what got better since then, and what got worse
    #[arg(long, value_name = "OLD.json")]
    baseline: Option<PathBuf>,
    /// Fail only if fewer Macs than this are compliant, in percent of all that a policy applies to; drift alone is no failure
    #[arg(long, value_name = "PERCENT")]
    fail_under: Option<Percent>,
    /// How many Macs are judged at once; without it one for each processor. What comes out is the same
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The fleet, for people
    Text,
    /// The fleet
    Json,
    /// Every setting of each Mac: a JSON object in each line
    Ndjson,
    /// A line of a table for each Mac
    Csv,
    /// The fleet as a page, with the worst Macs to filter and sort
    Html,
}

impl Format {
    fn rows(self) -> Option<Rows> {
        match self {
            Self::Ndjson => Some(Rows::Json),
            Self::Csv => Some(Rows::Csv),
            Self::Text | Self::Json | Self::Html => None,
        }
    }
}

pub(super) fn run(args: &Args, global: &Global) -> Result<Exit> {
    let (expected, macs): (Vec<&PathBuf>, Vec<&PathBuf>) = args.inputs.iter().partition(|path| says(path));
    ensure!(!expected.is_empty(), "name what the Macs should be: a policy (.toml) or a profile");
    ensure!(!macs.is_empty(), "name the Macs: snapshots, folders of them, or - for a list of paths");
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let layers = Layers::load(global, &mut sources, &mut findings)?;
    let catalog = layers.catalog()?;
    let tokens = tokens(&args.var, &catalog)?;
    let mut files = Findings::new();
    let mut reader = Reader {
        catalog: &catalog,
        domain: None,
        variant: args.variant.as_deref(),
        sources: &mut sources,
        policies: &mut findings,
        files: &mut files,
    };
    let read =
        |path: &&PathBuf| reader.read(path).map_err(|why| anyhow!("{why}")).with_context(|| label(path));
    let loaded: Vec<Loaded> = expected.iter().map(read).collect::<Result<_>>()?;
    for loaded in &loaded {
        files.extend(contradictions(&loaded.side(), &catalog));
    }
    let exemptions = exempt(args.exemptions.as_deref(), &catalog, &mut sources, &mut findings)?;
    let stop = findings.has_errors();
    let (telling, _) = files.partition(|finding| TELLING.contains(&finding.code.as_str()));
    let mut told = if stop { findings } else { Findings::new() };
    told.extend(telling);
    complain_of(told, &loaded, &catalog, global, &sources);
    if stop {
        return Ok(Exit::Found);
    }
    remind(args.today, &exemptions);
    let policies = loaded.iter().map(|loaded| (loaded.name.clone(), loaded.plans())).collect();
    let scope = Scope::new(policies, &catalog)?;
    let incomplete = loaded.iter().any(|loaded| loaded.side().incomplete);
    let attributes = read_attributes(args.attributes.as_deref(), &scope)?;
    let assignment = Assignment { catalog: &catalog, attributes: &attributes };
    let baseline = args.baseline.as_deref().map(least::baseline).transpose()?;
    let audit = Audit {
        args,
        global,
        catalog: &catalog,
        scope: &scope,
        incomplete,
        tokens,
        exemptions,
        assignment,
        baseline: baseline.as_ref(),
    };
    audit.run(&macs)
}

/// Whether a path says what should be, by its name.
fn says(path: &Path) -> bool {
    (is_policy(path) || has_extension(path, PROFILES)) && !path.is_dir()
}

/// All that an audit needs to know.
struct Audit<'a, 'c> {
    args: &'a Args,
    global: &'a Global,
    catalog: &'a Catalog<'c>,
    scope: &'a Scope<'a>,
    incomplete: bool,
    tokens: BTreeMap<String, String>,
    exemptions: Vec<Exemption>,
    assignment: Assignment<'a, 'c>,
    baseline: Option<&'a Baseline>,
}

/// What came of an audit beside what was kept of the Macs.
struct Course {
    /// Files of folders that are no snapshots.
    passed: usize,
    /// Why the rows could not be written.
    failed: Option<std::io::Error>,
}

impl<'c> Audit<'_, 'c> {
    fn run(&self, macs: &[&PathBuf]) -> Result<Exit> {
        let (reports, macs): (Vec<&PathBuf>, Vec<&PathBuf>) = macs.iter().partition(|path| is_report(path));
        let (places, refused) = self.places(&macs)?;
        let stop = stop::on_interrupt()?;
        let reading = Reading::new(self.scope, self.catalog, self.args.column.as_deref(), &stop);
        let reports = reading.read(&reports.iter().map(|path| path.as_path()).collect::<Vec<_>>())?;
        ensure!(
            places.count() > 0 || !reports.macs.is_empty() || refused,
            "there are no snapshots in what was named"
        );
        let mut ledger = Ledger::for_about(places.count() + reports.macs.len());
        let course = self.judge(&places, (&reports, &reading), &stop, &mut ledger);
        let partial = stop.load(Ordering::Relaxed) && course.failed.is_none();
        match course.failed {
            // Who reads has gone away.
            Some(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(Exit::Failure),
            Some(error) => return Err(error).context("standard output"),
            None => {}
        }
        let summary = ledger.summary(self.scope, partial);
        if summary.macs.snapshots == 0 && !partial {
            ensure!(refused, "there are no snapshots in what was named");
            return Ok(Exit::Failure);
        }
        self.show(&summary, &ledger, places.passed + course.passed)?;
        let macs = &summary.macs;
        if macs.of() == 0 && !partial {
            complain("no policy applies to any of the Macs: nothing was judged");
        }
        Ok(match self.args.fail_under {
            _ if partial => Exit::Interrupted,
            _ if refused => Exit::Failure,
            Some(least) => fail_under(least, &summary),
            None if macs.drifted > 0 => Exit::Found,
            None if macs.compliant < macs.of() || macs.of() == 0 => Exit::Undecided,
            None => Exit::Fine,
        })
    }

    /// What is looked at, and whether something that was named is not there.
    fn places(&self, macs: &[&PathBuf]) -> Result<(Places, bool)> {
        let mut places = Places::default();
        let mut refused = false;
        for path in macs {
            if path.as_os_str() == "-" {
                places.list(std::io::stdin().lock()).map_err(|why| anyhow!("standard input: {why}"))?;
            } else if let Err(why) = places.add(path) {
                complain(&format!("{}: {why}", label(path)));
                refused = true;
            }
        }
        Ok((places, refused))
    }

    fn threads(&self) -> usize {
        let own = || thread::available_parallelism().map_or(1, usize::from);
        self.args.threads.map_or_else(own, usize::from)
    }

    /// Looks at all Macs, and writes their rows.
    fn judge(
        &self,
        places: &Places,
        (reports, reading): (&Reports, &Reading<'_>),
        stop: &AtomicBool,
        ledger: &mut Ledger,
    ) -> Course {
        let rows = self.args.format.rows();
        let mut newest = rows.map(|_| self.survey(places, reports, stop));
        let known = newest.clone();
        let of_rules = if rows == Some(Rows::Json) { of_rules(self.scope, self.catalog) } else { Vec::new() };
        let keys = Keys::new(self.scope, &of_rules);
        let asks = keys.asks();
        let judge = Judge {
            catalog: self.catalog,
            scope: self.scope,
            incomplete: self.incomplete,
            tokens: &self.tokens,
            strict_types: self.args.strict_types,
            exemptions: &self.exemptions,
            today: self.args.today,
            show_secrets: self.global.show_secrets,
            rows,
            newest: known.as_ref(),
            same: rows.is_none() && !self.has_tokens(),
            keys: &keys,
            assignment: self.assignment,
            asked: self.asked(&asks, rows),
        };
        let mut out = std::io::BufWriter::with_capacity(64 << 10, std::io::stdout());
        let mut course = Course { passed: 0, failed: None };
        let mut write = |row: &str, failed: &mut Option<std::io::Error>| {
            *failed = out.write_all(row.as_bytes()).err();
            failed.is_none()
        };
        write(&rows.map(Rows::head).unwrap_or_default(), &mut course.failed);
        let mut progress = Progress::new(places.count(), "judged");
        pool::run(&judge, places.jobs(), self.threads(), stop, |found| {
            progress.step();
            let row = match found {
                Found::Passed => {
                    course.passed += 1;
                    return true;
                }
                Found::Older => {
                    ledger.add_older();
                    return true;
                }
                Found::Unread(source, why, row) => {
                    ledger.add_unread(&source, &why);
                    row
                }
                Found::Mac(glance, ..) if newest.as_mut().is_some_and(|all| !all.is_first(glance.mac)) => {
                    ledger.add_older();
                    return true;
                }
                Found::Mac(glance, source, row) => {
                    ledger.add(*glance, || source);
                    row
                }
            };
            row.is_none_or(|row| write(&row, &mut course.failed))
        });
        progress.end();
        for mac in &reports.macs {
            if course.failed.is_some() || stop.load(Ordering::Relaxed) {
                break;
            }
            let (glance, source, row) = reports.look(mac, reading, &self.assignment, rows);
            let older = newest
                .as_mut()
                .is_some_and(|all| all.is_older(glance.mac, glance.taken) || !all.is_first(glance.mac));
            if older {
                ledger.add_older();
                continue;
            }
            ledger.add(glance, || source);
            if let Some(row) = row {
                write(&row, &mut course.failed);
            }
        }
        if course.failed.is_none() {
            course.failed = out.flush().err();
        }
        // What cannot be written must not be tried again when it is dropped.
        drop(out.into_parts());
        course
    }

    /// Whether a setting stands for something else on each Mac.
    fn has_tokens(&self) -> bool {
        let values = self.scope.settings().iter().filter_map(|setting| setting.value.as_ref());
        values.filter_map(first_token).next().is_some()
    }

    /// What is asked of each Mac: where no row shows it, nothing of which profiles set what.
    fn asked<'s>(&'s self, asks: &'s [Ask<'s>], rows: Option<Rows>) -> Asked<'s, 'c> {
        let asked = Asked::new(asks, who(self.args.user.as_deref()), self.catalog);
        let apple = asks.iter().any(|ask| self.catalog.is_apple_payload(ask.domain));
        match rows {
            Some(Rows::Json) => asked,
            Some(Rows::Csv) => asked.without_rules(),
            None if apple => asked.without_rules(),
            None => asked.without_rules().without_evidence(),
        }
    }

    /// The first look, where rows are written, of which none can be taken back.
    fn survey(&self, places: &Places, reports: &Reports, stop: &AtomicBool) -> Newest {
        let mut newest = Newest::default();
        let mut progress = Progress::new(places.count(), "looked at");
        pool::run(&Survey, places.jobs(), self.threads(), stop, |about| {
            progress.step();
            if let Some(about) = about {
                newest.see(Fingerprint::of(&about), about.taken.map(|taken| taken.seconds()));
            }
            true
        });
        progress.end();
        for mac in &reports.macs {
            newest.see(Fingerprint::of(&mac.about), mac.about.taken.map(|taken| taken.seconds()));
        }
        newest.settle();
        newest
    }

    fn show(&self, summary: &Summary<'_>, ledger: &Ledger, passed: usize) -> Result<()> {
        let view = View {
            summary,
            catalog: self.catalog,
            show_secrets: self.global.show_secrets,
            passed,
            fleet: if self.args.format == Format::Json { ledger.fleet() } else { BTreeMap::new() },
            change: self.baseline.map(|baseline| Change::new(baseline, ledger)),
        };
        match self.args.format {
            Format::Text => print(&text(&view)),
            Format::Json => print_with(|out| json(&view, out)),
            Format::Html => print(&html(&view)?),
            // On a terminal it would stand between the rows.
            Format::Ndjson | Format::Csv => {
                if summary.partial {
                    complain("ended before all of them were looked at");
                }
                if !std::io::stdout().is_terminal() {
                    say(&format!("{}\n", sum(summary)));
                }
                Ok(())
            }
        }
    }
}

/// Says on standard error what is wrong with the inputs. It hides secrets in sources of its own.
fn complain_of(
    mut findings: Findings,
    loaded: &[Loaded],
    catalog: &Catalog<'_>,
    global: &Global,
    sources: &Sources,
) {
    if findings.is_empty() {
        return;
    }
    let mut sources = sources.clone();
    let plans: Vec<_> = loaded.iter().flat_map(Loaded::plans).collect();
    mask(&plans, catalog, global, &mut sources, &mut findings);
    let names: Vec<&str> = loaded.iter().map(|loaded| loaded.name.as_str()).collect();
    let sorted = findings.sorted().distinct(&sources);
    say_findings(&sorted, 0, &sources, &format!("prefsmith check {}", names.join(" ")));
}
