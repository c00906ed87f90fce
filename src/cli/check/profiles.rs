//! The profiles of a call: they are read and checked side by side, for each has little to do with the others.

use crate::catalog::Catalog;
use crate::check::{Beside, Options, check_beside};
use crate::cli::common::{overrides, read_start};
use crate::cli::several;
use crate::finding::{Finding, Findings, Origin, SourceId};
use crate::import::{Opened as Wrapped, open};
use crate::plan::{Macs, Plan};
use crate::profile::envelope::{Mdm, envelope, for_mdm};
use crate::profile::read::{Held, Input, Unknown, budgets, load_as, plan};
use crate::profile::signature;
use crate::report::secrets::InText;
use std::path::PathBuf;

/// A file that is to be read.
pub(super) struct Entry {
    /// Its place among the sources.
    pub source: SourceId,
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// What is in it, if that is known already.
    pub bytes: Option<Vec<u8>>,
}

/// A file that was opened.
pub(super) struct Opened {
    pub source: SourceId,
    pub name: String,
    pub text: String,
    /// What is said of it, if it could not be read.
    pub found: Findings,
    pub unknown: Unknown,
    /// The secrets in its text, if they are to be hidden.
    pub secrets: Option<InText>,
    pub read: Option<Read>,
}

/// A profile or preference file that was read, with the plan of each of its profiles.
pub(super) struct Read {
    pub held: Held,
    pub plans: Vec<Plan>,
    /// How many bytes it has.
    bytes: usize,
    /// Whether findings point into what cannot be edited: it stands in a signature, or in the answer of an MDM.
    wrapped: bool,
    /// What reading it has found.
    found: Findings,
}

/// What profiles are read and checked with.
pub(super) struct Reader<'r, 'c> {
    pub catalog: &'r Catalog<'c>,
    /// The domain of preference files whose names do not tell it.
    pub domain: Option<&'r str>,
    pub macs: Macs,
    pub mdm: Option<Mdm>,
    pub options: Options,
    /// Whether secrets are to be hidden.
    pub hide: bool,
}

impl Reader<'_, '_> {
    /// Reads files, or says why one cannot be opened.
    pub fn read_all(&self, entries: Vec<Entry>) -> Vec<Result<Opened, (PathBuf, String)>> {
        several::each(entries, |entry| self.read(entry))
    }

    fn read(&self, entry: Entry) -> Result<Opened, (PathBuf, String)> {
        let Entry { source, mut name, path, bytes } = entry;
        let bytes = match bytes.map_or_else(|| read_start(&path, budgets().bytes), Ok) {
            Ok(bytes) => bytes,
            Err(why) => return Err((path, why)),
        };
        let (mut found, mut unknown) = (Findings::new(), Unknown::default());
        let (bytes, wrapped) = match open(&bytes) {
            Ok(Wrapped::Plain) => (bytes, false),
            Ok(Wrapped::Jamf(inner, _)) => {
                // Its lines are those of the profile, not of the file.
                name.push_str(" <payloads>");
                (inner, true)
            }
            Ok(Wrapped::Bare(inner)) => (inner, true),
            Err(why) => {
                found.push(Finding::new("unreadable-file", why).at(Origin::Whole(source), ""));
                let (text, secrets) = (String::new(), None);
                return Ok(Opened { source, name, text, found, unknown, secrets, read: None });
            }
        };
        let input = Input { label: &name, bytes: &bytes, domain: self.domain };
        let (text, held) = load_as(source, &input, self.catalog, &mut found);
        let secrets = self.hide.then(|| InText::of(source, &text, self.catalog));
        let Some(held) = held else {
            return Ok(Opened { source, name, text, found: found.sorted(), unknown, secrets, read: None });
        };
        let one = |profile| {
            let mut plan = plan(&held, profile, self.catalog, &mut unknown, &mut found);
            plan.macs = self.macs.clone();
            overrides(&plan, self.catalog, &mut found);
            plan
        };
        let plans = held.profiles.iter().map(one).collect();
        let wrapped = wrapped || held.signed;
        let read = Some(Read { held, plans, bytes: bytes.len(), wrapped, found });
        Ok(Opened { source, name, text, found: Findings::new(), unknown, secrets, read })
    }

    /// Checks each for itself, now that it is known what the others set.
    pub fn judge_all(&self, profiles: Vec<Read>) -> Vec<(Read, Findings)> {
        let several = profiles.iter().map(|read| read.plans.len()).sum::<usize>() > 1;
        let plans = profiles.iter().flat_map(|read| &read.plans);
        let beside = if several { Beside::of(plans) } else { Beside::default() };
        several::each(profiles, |mut read| {
            let said = self.judge(&mut read, &beside);
            (read, said)
        })
    }

    fn judge(&self, read: &mut Read, beside: &Beside) -> Findings {
        let mut said = Findings::new();
        envelope(&read.held, &mut said);
        if let Some(message) = &read.held.message {
            said.extend(signature::findings(message, read.held.source, self.options.today));
        }
        for plan in &mut read.plans {
            let found = std::mem::take(&mut read.found);
            let checked = check_beside(std::mem::take(plan), found, self.catalog, &self.options, beside);
            said.extend(checked.findings);
            *plan = match checked.plan {
                Ok(plan) => plan.into_inner(),
                Err(plan) => plan,
            };
        }
        said.extend(std::mem::take(&mut read.found));
        if read.wrapped {
            said = said.into_iter().map(|finding| Finding { fix: None, ..finding }).collect();
        }
        if let Some(mdm) = self.mdm {
            said = for_mdm(mdm, &read.held, read.bytes, said);
        }
        said.sorted()
    }
}
