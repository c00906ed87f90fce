//! Looking at one snapshot: opening it, judging the Mac, and writing its row.

use super::super::common::open_file;
use super::super::diff_mac::{asks, by_domain, own};
use super::super::mac::{LINE, line, open};
use super::places::may_be_line;
use super::pool::{Body, Job, Step, Work};
use crate::catalog::{Catalog, keys_of_rules};
use crate::check::Options;
use crate::diff::applies::{Applies, Assignment};
use crate::diff::audit::{Apps, Fingerprint, Gist, Glance, Newest, Scope};
use crate::diff::exempt::Exemption;
use crate::diff::on_mac::{rules_for, spoken};
use crate::diff::outcome::{Expected, Outcome, outcome};
use crate::diff::verdict::{Judging, unread};
use crate::mac::alike::{Alike, Said};
use crate::mac::archive::{Archive, ArchiveError, Limits, each_inside};
use crate::mac::packed::{Buffers, Loose};
use crate::mac::tree::Tree;
use crate::mac::{ABOUT, About, Ask, Asked, Mac, MacError, Memo};
use crate::plan::AppliesTo;
use crate::report::audit::{Row, Rows};
use crate::report::mac::View;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

/// What an archive of archives, and each of those in it, may ask for.
const LIMITS: Limits = Limits { bytes: 64 << 20, entries: 100_000 };

/// What came of one snapshot.
pub(super) enum Found {
    /// A Mac: what is kept of it, what it is called, and its row.
    Mac(Box<Glance>, String, Option<String>),
    /// It cannot be read, and why; with its row.
    Unread(String, String, Option<String>),
    /// There is a newer one of the same Mac.
    Older,
    /// It is a file of another kind, which lies in a folder.
    Passed,
}

/// A snapshot that was opened.
enum Opened {
    Tree(Box<dyn Tree>),
    Outer(Job),
    Passed,
}

/// Opens a snapshot: all of it, or as far as what it says of itself.
fn opened(job: Job, whole: bool) -> Result<Opened, (Job, String)> {
    let read = |input: &mut dyn std::io::Read| match whole {
        true => Archive::read(input, &Limits::default()),
        false => Archive::read_until(input, &Limits::default(), ABOUT),
    };
    let archive = match &job.body {
        Body::Bad(why) => return Err((job.clone(), why.clone())),
        Body::Folder(path) => return open(path).map(Opened::Tree).map_err(|why| (job, why)),
        Body::Bytes(bytes) => read(&mut bytes.as_slice()),
        Body::File(path) | Body::Listed(path) => match file(path) {
            Err(why) => return Err((job, why)),
            Ok(Kind::Other) => return Ok(Opened::Passed),
            Ok(Kind::Line(bytes)) => read(&mut bytes.as_slice()),
            Ok(Kind::Archive(file)) => read(&mut BufReader::new(file)),
        },
    };
    match archive {
        Ok(archive) => Ok(Opened::Tree(Box::new(archive))),
        Err(ArchiveError::Nested(_)) => Ok(Opened::Outer(job)),
        Err(error) => Err((job, error.to_string())),
    }
}

enum Kind {
    Archive(File),
    Line(Vec<u8>),
    Other,
}

/// Opens a file that may be a snapshot: by its name an archive, or else by its first bytes one line of text.
fn file(path: &Path) -> Result<Kind, String> {
    let (mut file, _) = open_file(path)?;
    if !may_be_line(path) {
        return Ok(Kind::Archive(file));
    }
    let mut start = Vec::new();
    let read = file.by_ref().take(8).read_to_end(&mut start).and_then(|_| file.rewind());
    read.map_err(|error| error.to_string())?;
    Ok(match start.as_slice() {
        [0x1F, 0x8B, ..] => Kind::Archive(file),
        start if start.starts_with(LINE) => Kind::Line(line(file)?),
        _ => Kind::Other,
    })
}

/// Looks at what is in an archive of archives.
fn inside(job: &Job, each: &mut dyn FnMut(Job) -> ControlFlow<()>) -> Result<(), String> {
    let (Body::File(path) | Body::Listed(path)) = &job.body else { return Ok(()) };
    let (file, _) = open_file(path)?;
    let read = each_inside(BufReader::new(file), &LIMITS, &mut |name, bytes| {
        let name = name.strip_prefix("./").unwrap_or(&name);
        each(Job { name: format!("{}: {name}", job.name), body: Body::Bytes(bytes) })
    });
    read.map_err(|error| error.to_string())
}

/// The first look: which Mac each snapshot is of, and when it was taken.
pub(super) struct Survey;

impl Work for Survey {
    type Found = Option<About>;
    type Own = ();

    fn look(&self, job: Job, (): &mut ()) -> Step<Self::Found> {
        match opened(job, false) {
            Ok(Opened::Outer(job)) => Step::Outer(job),
            Ok(Opened::Tree(tree)) => Step::Done(About::read(tree.as_ref()).ok()),
            Ok(Opened::Passed) | Err(_) => Step::Done(None),
        }
    }

    fn inside(&self, job: &Job, each: &mut dyn FnMut(Job) -> ControlFlow<()>) -> Result<(), String> {
        inside(job, each)
    }

    fn broken(&self, _: &str, _: String) -> Self::Found {
        None
    }
}

/// Judges each Mac.
pub(super) struct Judge<'j, 'c> {
    pub catalog: &'j Catalog<'c>,
    pub scope: &'j Scope<'j>,
    /// Whether parts of what is expected could not be read.
    pub incomplete: bool,
    /// What identity tokens stand for on every Mac.
    pub tokens: &'j BTreeMap<String, String>,
    pub strict_types: bool,
    pub exemptions: &'j [Exemption],
    pub today: Option<Date>,
    pub show_secrets: bool,
    /// How the row of each Mac is written; none: there are no rows.
    pub rows: Option<Rows>,
    /// Where rows are written: which snapshots are the newest.
    pub newest: Option<&'j Newest>,
    /// Whether of Macs that are alike the same is to be said: there are no rows, and no setting has a token of one Mac.
    pub same: bool,
    pub keys: &'j Keys<'j>,
    /// Which Macs the policies are for.
    pub assignment: Assignment<'j, 'c>,
    /// What is asked of each Mac.
    pub asked: Asked<'j, 'c>,
}

/// The keys that are asked of each Mac.
pub(super) struct Keys<'k> {
    own: Vec<(&'k str, &'k str)>,
    all: Vec<(&'k str, Vec<&'k str>)>,
}

impl Keys<'_> {
    /// The questions that they come to.
    pub fn asks(&self) -> Vec<Ask<'_>> {
        asks(&self.all)
    }
}

impl<'k> Keys<'k> {
    /// Of the policies, and, where rules are told, of the rules about their domains.
    pub fn new(scope: &'k Scope<'_>, of_rules: &'k [(String, Vec<String>)]) -> Self {
        let own = own(&scope.plans(scope.all()));
        let more =
            of_rules.iter().flat_map(|(domain, keys)| keys.iter().map(|key| (domain.as_str(), key.as_str())));
        let all = by_domain(own.iter().copied().chain(more));
        Self { own, all }
    }
}

/// The keys of the rules that have to do with what is judged.
pub(super) fn of_rules(scope: &Scope<'_>, catalog: &Catalog<'_>) -> Vec<(String, Vec<String>)> {
    let keys = keys_of_rules(&rules_for(&scope.plans(scope.all()), catalog), catalog);
    keys.into_iter().map(|(domain, keys)| (domain, keys.into_iter().collect())).collect()
}

impl Work for Judge<'_, '_> {
    type Found = Found;
    type Own = Own;

    fn look(&self, job: Job, own: &mut Own) -> Step<Found> {
        let Own { buffers, memo, alike } = own;
        if let Some(found) =
            usual(&job.body, buffers).and_then(|loose| self.usual(&loose, &job.name, memo, alike))
        {
            return Step::Done(found);
        }
        let name = job.name.clone();
        match opened(job, true) {
            Ok(Opened::Outer(job)) => Step::Outer(job),
            Ok(Opened::Passed) => Step::Done(Found::Passed),
            Err((_, why)) => Step::Done(self.broken(&name, why)),
            Ok(Opened::Tree(tree)) => Step::Done(self.mac(tree.as_ref(), name, memo)),
        }
    }

    fn inside(&self, job: &Job, each: &mut dyn FnMut(Job) -> ControlFlow<()>) -> Result<(), String> {
        inside(job, each)
    }

    fn broken(&self, name: &str, why: String) -> Found {
        let row = self.rows.map(|rows| rows.unread(name, &why));
        Found::Unread(name.to_owned(), why, row)
    }
}

fn kind(applies: &Applies) -> u8 {
    match applies {
        Applies::Yes => 0,
        Applies::No(_) => 1,
        Applies::Unknown(_) => 2,
    }
}

/// What a thread keeps from one snapshot to the next.
#[derive(Default)]
pub(super) struct Own {
    buffers: Buffers,
    memo: Memo,
    alike: Alike<Arc<Gist>, Apps>,
}

/// A snapshot as collectors write it, which is read faster than any other.
fn usual<'b>(body: &Body, buffers: &'b mut Buffers) -> Option<Loose<'b>> {
    match body {
        Body::Bytes(bytes) => buffers.open(bytes.as_slice()),
        Body::Listed(path) if !may_be_line(path) => buffers.open(File::open(path).ok()?),
        Body::File(path) if !may_be_line(path) => buffers.open(open_file(path).ok()?.0),
        Body::File(_) | Body::Listed(_) | Body::Folder(_) | Body::Bad(_) => None,
    }
}

impl Judge<'_, '_> {
    /// What comes of a snapshot as collectors write it; none where it has to be read in another way. What was said of a Mac
    /// like it is not found out again, unless there are rows: they tell more.
    fn usual(
        &self,
        loose: &Loose<'_>,
        name: &str,
        memo: &Memo,
        alike: &mut Alike<Arc<Gist>, Apps>,
    ) -> Option<Found> {
        let marked = |about: &About, out: &mut Vec<u8>| self.mark(about, out);
        let like = if self.same { alike.find(&self.asked, loose, memo, marked) } else { None };
        if let Some((about, Some(said))) = like {
            let glance = Glance::with(&about, said.settings, said.apps);
            return Some(Found::Mac(Box::new(glance), name.to_owned(), None));
        }
        let tree = loose.sorted()?;
        let Some((about, _)) = like else { return Some(self.mac(&tree, name.to_owned(), memo)) };
        let mac = self.asked.read_of(about.clone(), &tree, memo);
        let class = mac.as_ref().map(|mac| self.class(mac)).unwrap_or_default();
        let found = self.read(mac, name.to_owned());
        let said = match &found {
            Found::Mac(glance, ..) => {
                let said = Said { settings: Arc::clone(&glance.gist), apps: Arc::clone(&glance.apps) };
                Some((said, class.as_slice()))
            }
            _ => None,
        };
        alike.keep(&about, loose, memo, said);
        Some(found)
    }

    /// All of the apps and the system of a Mac on which what is said of its settings depends.
    fn class(&self, mac: &Mac) -> Vec<u8> {
        let mut class = vec![u8::from(mac.apps.is_empty())];
        for plan in self.scope.plans(self.scope.all()) {
            class.push(kind(&self.assignment.applies(&plan.applies_to, mac)));
            class.extend(unread(plan, mac, self.catalog).into_iter().map(u8::from));
        }
        class
    }

    /// What of a Mac's own decides beside what is on it: which exemptions speak of it, and which policies may be for it.
    fn mark(&self, about: &About, out: &mut Vec<u8>) {
        out.extend(self.exemptions.iter().map(|exemption| u8::from(exemption.is_for(about))));
        let named = |to: &AppliesTo| kind(&self.assignment.applies_to_named(to, about));
        out.extend(self.scope.plans(self.scope.all()).iter().map(|plan| named(&plan.applies_to)));
    }

    /// What comes of a Mac.
    fn mac(&self, tree: &dyn Tree, name: String, memo: &Memo) -> Found {
        let older = |about: &About| {
            let taken = about.taken.map(|taken| taken.seconds());
            self.newest.is_some_and(|newest| newest.is_older(Fingerprint::of(about), taken))
        };
        if self.newest.is_some() && About::read(tree).is_ok_and(|about| older(&about)) {
            return Found::Older;
        }
        self.read(self.asked.read(tree, memo), name)
    }

    fn read(&self, mac: Result<Mac, MacError>, name: String) -> Found {
        match mac {
            Err(why) => self.broken(&name, why.to_string()),
            Ok(mac) => self.judged(mac.of_keys(self.keys.own.iter().copied()), name),
        }
    }

    fn judged(&self, mac: Mac, name: String) -> Found {
        let applied = self.scope.applied(|to| self.assignment.applies(to, &mac));
        let plans = self.scope.plans(applied.policies);
        let judging = Judging { user: None, tokens: self.tokens(&mac), strict_types: self.strict_types };
        let expected = Expected {
            plans,
            incomplete: self.incomplete,
            judging,
            exemptions: self.exemptions,
            today: self.today,
        };
        let mut outcome = outcome(&expected, &mac, self.catalog);
        outcome.applies = applied.applies;
        let glance = Glance::of(&outcome, &mac, self.scope, applied.policies);
        if self.rows == Some(Rows::Json) {
            let options = Options { today: self.today };
            outcome.rules = spoken(&expected.plans, &mac, self.catalog, &options);
        }
        let row = self.rows.map(|rows| self.row(rows, &outcome, &mac, &name, &glance));
        Found::Mac(Box::new(glance), name, row)
    }

    fn row(&self, rows: Rows, outcome: &Outcome<'_>, mac: &Mac, name: &str, glance: &Glance) -> String {
        let policies: Vec<&str> = self.scope.names_of(glance.applied()).collect();
        let view = View {
            names: (policies.join(", "), name.to_owned()),
            mac,
            catalog: self.catalog,
            show_secrets: self.show_secrets,
        };
        rows.mac(&Row { outcome, view: &view, state: glance.gist.state })
    }

    /// What identity tokens stand for on a Mac: what was said, and what its snapshot knows.
    fn tokens(&self, mac: &Mac) -> BTreeMap<String, String> {
        let mut tokens = self.tokens.clone();
        let user = match mac.users.as_slice() {
            [only] => Some(only.name.clone()),
            _ => None,
        };
        let known = [
            ("device.serial", mac.about.serial.clone()),
            ("device.name", mac.about.name.clone()),
            ("user.short-name", user),
        ];
        for (token, value) in known {
            if let Some(value) = value {
                tokens.entry(token.to_owned()).or_insert(value);
            }
        }
        tokens
    }
}
