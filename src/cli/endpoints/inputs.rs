//! What `endpoints` is asked about: a policy, profiles, a Mac, or nothing at all.

use super::super::common::{complain, label};
use super::super::diff::TELLING;
use super::super::mac::{is_mac, open};
use super::super::sides::Reader;
use super::Args;
use crate::catalog::Catalog;
use crate::endpoints::{Applied, Network, Question, Together, asks};
use crate::finding::{Findings, Origin, Severity, SourceId, Sources};
use crate::mac::{Ask, Mac, Seen, Who};
use crate::plan::{Kind, Macs, Plan};
use crate::report::endpoints::Asked;
use anyhow::{Context as _, Result, anyhow, ensure};
use std::path::Path;

/// What was read of one side.
pub(super) struct Input {
    name: String,
    from: From,
}

enum From {
    /// No policy: what runs, and nothing that is set.
    Nothing(Box<Plan>),
    Plans(Vec<Plan>),
    Mac(Box<Mac>),
}

impl Input {
    /// Without a policy, and where nothing else is said, what runs is what the other side says.
    pub fn on_macs_of(&mut self, other: &Self, args: &Args) {
        if let (From::Nothing(plan), true) = (&mut self.from, args.macs.is_empty())
            && let Some(other) = other.plans().first()
        {
            plan.macs = other.macs.clone();
        }
    }

    /// Its plans.
    pub fn plans(&self) -> Vec<&Plan> {
        match &self.from {
            From::Nothing(plan) => vec![plan],
            From::Plans(plans) => plans.iter().collect(),
            From::Mac(_) => Vec::new(),
        }
    }
}

/// What inputs are read with.
pub(super) struct Reading<'r, 'c> {
    pub args: &'r Args,
    pub catalog: &'r Catalog<'c>,
    /// What `--macs` says.
    pub macs: &'r Macs,
    /// Takes their texts.
    pub sources: &'r mut Sources,
    /// Takes what is to be said of them.
    pub findings: &'r mut Findings,
    /// Whether a policy has errors: what it comes to is a guess.
    pub broken: bool,
}

impl Reading<'_, '_> {
    /// A policy, profiles, or nothing.
    pub fn plans(&mut self, path: Option<&Path>, variant: Option<&str>) -> Result<Input> {
        let Some(path) = path else {
            let plan = Plan { macs: self.macs.clone(), ..Plan::default() };
            return Ok(Input { name: String::new(), from: From::Nothing(Box::new(plan)) });
        };
        ensure!(!is_mac(path), "{}: a Mac goes behind --mac", label(path));
        let (mut policies, mut files) = (Findings::new(), Findings::new());
        let mut reader = Reader {
            catalog: self.catalog,
            domain: None,
            variant,
            sources: self.sources,
            policies: &mut policies,
            files: &mut files,
        };
        let loaded = reader.read(path).map_err(|why| anyhow!("{why}")).with_context(|| label(path))?;
        self.broken |= policies.has_errors();
        // What else is wrong with a policy, `check` says; this is about proxies.
        let told = |code: &str| code == "proxy-auth";
        let wanted = policies.partition(|one| one.severity == Severity::Error || told(one.code.as_str())).0;
        self.findings.extend(wanted);
        self.findings.extend(files.partition(|finding| TELLING.contains(&finding.code.as_str())).0);
        let mut plans: Vec<Plan> = loaded.plans().into_iter().cloned().collect();
        let policy = plans.iter().any(|plan| plan.kind == Kind::Policy);
        ensure!(
            !policy || self.args.macs.is_empty() || self.args.compare.is_some(),
            "{}: a policy says in [macs] what runs; --macs is for profiles",
            label(path)
        );
        for plan in plans.iter_mut().filter(|plan| plan.kind == Kind::Profile) {
            plan.macs = self.macs.clone();
        }
        Ok(Input { name: label(path), from: From::Plans(plans) })
    }

    /// A Mac, with the preferences on which an answer depends.
    pub fn mac(&mut self, path: &Path) -> Result<Input> {
        let wanted = asks(self.catalog);
        let keys: Vec<(&str, Vec<&str>)> =
            wanted.into_iter().map(|(domain, keys)| (domain, keys.into_iter().collect())).collect();
        let list: Vec<Ask<'_>> =
            keys.iter().map(|(domain, keys)| Ask { domain, keys: Some(keys.as_slice()) }).collect();
        let who = self.args.user.as_deref().map_or(Who::Console, Who::Named);
        let tree = open(path).map_err(|why| anyhow!("{why}")).with_context(|| label(path))?;
        let mac = Mac::read(tree.as_ref(), &list, who, self.catalog).with_context(|| label(path))?;
        if mac.users.is_empty() && mac.everybody.len() > 1 {
            let list = mac.everybody.join(", ");
            complain(&format!("nobody's own preferences count: name a user with --user, one of {list}"));
        }
        if path == Path::new("/") {
            complain(
                "read from the disk: what a user who is logged in has just changed may not be there yet",
            );
        }
        Ok(Input { name: label(path), from: From::Mac(Box::new(mac)) })
    }
}

/// One side of the question, ready to be asked.
pub(super) struct Side<'i> {
    input: &'i Input,
    together: Together<'i>,
    /// The Mac to which plans are applied.
    over: Option<&'i Mac>,
}

impl<'i> Side<'i> {
    /// A side; where the first one is a Mac, plans are applied to it.
    pub fn of(input: &'i Input, first: &'i Input) -> Self {
        let over = match (&input.from, &first.from) {
            (From::Plans(_), From::Mac(mac)) => Some(mac.as_ref()),
            _ => None,
        };
        Self { input, together: Together(input.plans()), over }
    }

    /// What the input is called.
    pub fn name(&self) -> &str {
        &self.input.name
    }

    /// Where a policy says what runs.
    pub fn macs(&self) -> Option<&Origin> {
        self.together.0.iter().find_map(|plan| plan.macs.origin.as_ref())
    }

    /// The file of a policy, or of the first profile.
    pub fn source(&self) -> Option<SourceId> {
        self.together.0.iter().find_map(|plan| {
            let origin = plan.identity.origin.as_ref();
            origin.or_else(|| plan.settings.first().map(|setting| &setting.origin)).map(Origin::source)
        })
    }

    /// Whose preferences count.
    fn user(&self) -> Option<&str> {
        match &self.input.from {
            From::Mac(mac) => mac.users.first().map(|user| user.name.as_str()),
            _ => None,
        }
    }

    pub fn answer<'q, 'c>(&'q self, catalog: &'q Catalog<'c>) -> Network<'q, 'c> {
        match &self.input.from {
            From::Mac(mac) => {
                let seen = Seen { mac, user: self.user(), catalog };
                Question { facts: &seen, catalog, enforced_only: false }.answer()
            }
            _ => match self.over {
                Some(mac) => {
                    let user = mac.users.first().map(|user| user.name.as_str());
                    let seen = Seen { mac, user, catalog };
                    let applied = Applied { plans: &self.together, over: &seen };
                    Question { facts: &applied, catalog, enforced_only: true }.answer()
                }
                None => Question { facts: &self.together, catalog, enforced_only: true }.answer(),
            },
        }
    }

    pub fn asked<'v>(&'v self, sources: &'v Sources) -> Asked<'v> {
        match &self.input.from {
            From::Nothing(_) => Asked::Nothing,
            From::Plans(_) => Asked::Plans { plans: &self.together, sources },
            From::Mac(mac) => Asked::Mac { mac, user: self.user() },
        }
    }
}
