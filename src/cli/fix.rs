//! `--fix FILE` of `prefsmith diff`: the script that mends a Mac as far as a script can, and what it cannot.

use super::common::{label, say};
use super::diff::Args;
use super::sides::Loaded;
use crate::catalog::Catalog;
use crate::check::{CheckedPlan, Options, check};
use crate::diff::mend::{Remedy, remedies};
use crate::diff::outcome::Outcome;
use crate::emit::{Request, Step, mend};
use crate::finding::Findings;
use crate::mac::Layer;
use crate::output::write_new;
use crate::plan::Setting;
use crate::profile::Form;
use crate::report::mac::{View, what_remains};
use crate::text::quote;
use anyhow::{Result, anyhow, bail};
use std::io::ErrorKind;
use std::path::Path;

/// Writes the script, unless nothing is left to it, and says what it does and what needs something else.
pub(super) fn write(
    path: &Path,
    outcome: &Outcome<'_>,
    view: &View<'_, '_>,
    loaded: &Loaded,
    args: &Args,
) -> Result<()> {
    let remedies = remedies(outcome, view.catalog);
    let steps = steps(&remedies);
    let mut said = String::new();
    if steps.is_empty() {
        said.push_str(if remedies.is_empty() {
            "--fix: nothing drifts, no script was written\n"
        } else {
            "--fix: no script can mend this, none was written\n"
        });
    } else {
        let script = script(&steps, loaded, view.catalog, args)?;
        write_new(path, &script).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => anyhow!("{}: it is there already: name another file", label(path)),
            _ => anyhow!("{}: {error}", label(path)),
        })?;
        let count = |there: bool| steps.iter().filter(|step| step.setting.value.is_some() == there).count();
        let whose = match outcome.rows.iter().filter_map(|row| row.user).collect::<Vec<_>>().as_slice() {
            [] => String::new(),
            _ if args.user.as_deref() == Some("all") => " --users all".to_owned(),
            [first, ..] => format!(" --users {}", word(first)),
        };
        let (sets, removes) = (count(true), count(false));
        let file = word(&label(path));
        said.push_str(&format!("wrote {}, which sets {sets} and removes {removes}; ", label(path)));
        said.push_str(&format!("as root on that Mac: sh {file}{whose}\n"));
    }
    said.push_str(&what_remains(&remedies, view));
    say(&said);
    Ok(())
}

/// A word of a command, quoted where it must be.
fn word(text: &str) -> String {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(fine) {
        text.to_owned()
    } else {
        quote(text)
    }
}

/// What the script does, each thing once: several users may need the same.
fn steps(remedies: &[Remedy<'_, '_>]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for remedy in remedies {
        let judged = &remedy.row.judged;
        for layer in &remedy.script {
            let setting = Setting { value: judged.wanted.clone(), ..judged.setting.clone() };
            let step = Step { setting, computer: *layer == Layer::Computer };
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
    }
    steps
}

fn script(steps: &[Step], loaded: &Loaded, catalog: &Catalog<'_>, args: &Args) -> Result<Vec<u8>> {
    let plan = checked(loaded, catalog, args)?;
    let request = Request {
        plan: &plan,
        catalog,
        stem: "mend",
        form: Form::default(),
        split: false,
        keep: None,
        left: &[],
        scripts: true,
    };
    let mut findings = Findings::new();
    let script = mend(&request, steps, &mut findings);
    // They point into the policy, which was read with the sources of the comparison.
    let texts: Vec<&str> = findings.iter().map(|finding| finding.title.as_str()).collect();
    match script {
        Some(script) => {
            texts.iter().for_each(|text| say(&format!("--fix: {text}\n")));
            Ok(script)
        }
        None => Err(anyhow!("--fix: {}", texts.join("; "))),
    }
}

/// The one plan that the script mends by.
fn checked(loaded: &Loaded, catalog: &Catalog<'_>, args: &Args) -> Result<CheckedPlan> {
    let plans = loaded.plans();
    let [plan] = plans.as_slice() else {
        bail!("--fix mends by one policy or one profile, and {} are expected here", plans.len());
    };
    let options = Options { today: args.today };
    let checked = check((*plan).clone(), Findings::new(), catalog, &options);
    let broken = |_| anyhow!("--fix: {} has errors; `prefsmith check` shows them", loaded.name);
    checked.plan.map_err(broken)
}
