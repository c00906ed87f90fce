//! `prefsmith diff EXPECTED MAC`: where a Mac differs from a policy or from profiles, and which layer wins.

use super::attributes::read_attributes;
use super::common::{Exit, Global, Layers, complain, label, mask, print, read_text, say_findings};
use super::diff::{Args, Format, TELLING};
use super::fix;
use super::mac::{open, who};
use super::sides::{Loaded, Reader};
use crate::catalog::{Catalog, keys_of_rules};
use crate::check::Options;
use crate::diff::applies::{Applies, Assignment};
use crate::diff::attributes::Attributes;
use crate::diff::audit::Scope;
use crate::diff::contradictions;
use crate::diff::exempt::{Exemption, exemptions};
use crate::diff::on_mac::{self, spoken};
use crate::diff::outcome::{Expected, outcome};
use crate::diff::verdict::Judging;
use crate::document::nearest;
use crate::finding::{Findings, Sources};
use crate::mac::{Ask, Mac};
use crate::plan::Plan;
use crate::policy::MAX_BYTES;
use crate::report::mac::{View, csv, html, json, junit, text};
use anyhow::{Context as _, Result, anyhow};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub(super) fn run(args: &Args, actual: &Path, global: &Global) -> Result<Exit> {
    let (mut sources, mut policies, mut files) = (Sources::new(), Findings::new(), Findings::new());
    let layers = Layers::load(global, &mut sources, &mut policies)?;
    let catalog = layers.catalog()?;
    let tokens = tokens(&args.var, &catalog)?;
    let mut reader = Reader {
        catalog: &catalog,
        domain: args.domain.as_deref(),
        variant: args.variant.as_deref(),
        sources: &mut sources,
        policies: &mut policies,
        files: &mut files,
    };
    let loaded = reader.read(&args.expected).map_err(|why| anyhow!("{why}"));
    let loaded = loaded.with_context(|| label(&args.expected))?;
    let exempt = exempt(args.exemptions.as_deref(), &catalog, &mut sources, &mut policies)?;
    files.extend(contradictions(&loaded.side(), &catalog));
    let stop = policies.has_errors();
    let (telling, _) = files.partition(|finding| TELLING.contains(&finding.code.as_str()));
    let mut findings = if stop { policies } else { Findings::new() };
    findings.extend(telling);
    complain_of(args, findings, &loaded, &catalog, global, &sources);
    if stop {
        return Ok(Exit::Found);
    }
    let plans = loaded.plans();
    let mac = read(actual, args, &plans, &catalog)?;
    remind(args.today, &exempt);
    let judging = Judging { user: None, tokens, strict_types: args.strict_types };
    let applies = applies(args, &loaded, &mac, &catalog)?;
    let expected = Expected {
        plans: if matches!(applies, Applies::No(_)) { Vec::new() } else { plans },
        incomplete: loaded.side().incomplete,
        judging,
        exemptions: &exempt,
        today: args.today,
    };
    let mut outcome = outcome(&expected, &mac, &catalog);
    outcome.applies = applies;
    outcome.rules = spoken(&expected.plans, &mac, &catalog, &Options { today: args.today });
    let names = (loaded.name.clone(), label(actual));
    let view = View { names, mac: &mac, catalog: &catalog, show_secrets: global.show_secrets };
    print(&match args.format {
        Format::Text => text(&outcome, &view),
        Format::Json => json(&outcome, &view),
        Format::Csv => csv(&outcome, &view),
        Format::Html => html(&outcome, &view)?,
        Format::Junit => junit(&outcome, &view),
    })?;
    if let Some(path) = &args.fix
        && !matches!(outcome.applies, Applies::No(_))
    {
        fix::write(path, &outcome, &view, &loaded, args)?;
    }
    Ok(match (outcome.drift(), outcome.decided()) {
        (true, _) => Exit::Found,
        (false, false) => Exit::Undecided,
        (false, true) => Exit::Fine,
    })
}

/// Whether the policy is for the Mac. Profiles do not say whom they are for.
fn applies(args: &Args, loaded: &Loaded, mac: &Mac, catalog: &Catalog<'_>) -> Result<Applies> {
    let plans = loaded.plans();
    let scope = Scope::new(vec![(loaded.name.clone(), plans)], catalog)?;
    let attributes = match args.attributes.is_some() {
        true => read_attributes(args.attributes.as_deref(), &scope)?,
        // At one Mac it is no fault: what nobody knows is said.
        false => Attributes::default(),
    };
    let asked = Assignment { catalog, attributes: &attributes };
    Ok(loaded.plans().first().map_or(Applies::Yes, |plan| asked.applies(&plan.applies_to, mac)))
}

/// Reads what the plans, and the rules about their domains, ask of a Mac.
fn read(actual: &Path, args: &Args, plans: &[&Plan], catalog: &Catalog<'_>) -> Result<Mac> {
    let own = own(plans);
    let of_rules = keys_of_rules(&on_mac::rules_for(plans, catalog), catalog);
    let asked =
        of_rules.iter().flat_map(|(domain, keys)| keys.iter().map(|key| (domain.as_str(), key.as_str())));
    let keys = by_domain(own.iter().copied().chain(asked));
    let asks = asks(&keys);
    let who = who(args.user.as_deref());
    let tree = open(actual).map_err(|why| anyhow!("{why}")).with_context(|| label(actual))?;
    let mac = Mac::read(tree.as_ref(), &asks, who, catalog).with_context(|| label(actual))?;
    // What a report cannot show: how the Mac that runs was read.
    tree.remarks().iter().for_each(|remark| complain(remark));
    Ok(mac.of_keys(own))
}

/// The keys of plans, with their domains.
pub(super) fn own<'p>(plans: &[&'p Plan]) -> Vec<(&'p str, &'p str)> {
    let settings = plans.iter().flat_map(|plan| &plan.settings);
    settings.map(|setting| (setting.domain.as_str(), setting.key.as_str())).collect()
}

/// Keys by their domains, each once.
pub(super) fn by_domain<'k>(keys: impl Iterator<Item = (&'k str, &'k str)>) -> Vec<(&'k str, Vec<&'k str>)> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (domain, key) in keys {
        found.entry(domain).or_default().insert(key);
    }
    found.into_iter().map(|(domain, keys)| (domain, keys.into_iter().collect())).collect()
}

/// What is asked of a Mac: these keys.
pub(super) fn asks<'k>(keys: &'k [(&'k str, Vec<&'k str>)]) -> Vec<Ask<'k>> {
    keys.iter().map(|(domain, keys)| Ask { domain, keys: Some(keys.as_slice()) }).collect()
}

/// Says what a report cannot show: what was not asked for.
pub(super) fn remind(today: Option<jiff::civil::Date>, exempt: &[Exemption]) {
    if today.is_none() && exempt.iter().any(|exemption| exemption.until.is_some()) {
        complain("exemptions that end are taken as running: --today DATE judges them");
    }
}

/// What `--var` says that identity tokens stand for.
pub(super) fn tokens(list: &[String], catalog: &Catalog<'_>) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for text in list {
        let (name, value) =
            text.split_once('=').ok_or_else(|| anyhow!("--var {text}: write it as TOKEN=VALUE"))?;
        let bare = name.strip_prefix("${").and_then(|name| name.strip_suffix('}')).unwrap_or(name);
        if catalog.token(bare).is_none() {
            let near = nearest(bare, catalog.tokens().map(|token| token.name));
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            anyhow::bail!("--var {text}: no identity token is called `{bare}`{near}");
        }
        if found.insert(bare.to_owned(), value.to_owned()).is_some() {
            anyhow::bail!("--var {text}: `{bare}` is given twice");
        }
    }
    Ok(found)
}

/// What may differ, by the file of `--exemptions`.
pub(super) fn exempt(
    path: Option<&Path>,
    catalog: &Catalog<'_>,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Result<Vec<Exemption>> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let read = read_text(path, MAX_BYTES).map_err(|why| anyhow!("{why}")).with_context(|| label(path))?;
    let source = sources.add(label(path), read.clone());
    Ok(exemptions(source, &read, catalog, findings))
}

/// Says on standard error what is wrong with the inputs. It hides secrets in sources of its own.
fn complain_of(
    args: &Args,
    mut findings: Findings,
    loaded: &Loaded,
    catalog: &Catalog<'_>,
    global: &Global,
    sources: &Sources,
) {
    if findings.is_empty() {
        return;
    }
    let mut sources = sources.clone();
    mask(&loaded.plans(), catalog, global, &mut sources, &mut findings);
    let sorted = findings.sorted().distinct(&sources);
    say_findings(&sorted, 0, &sources, &format!("prefsmith check {}", label(&args.expected)));
}
