//! The YAML of a GitOps repository: policies, reports, and the entries that name the files.

use super::super::osquery::{INTERVAL, by_domain, title};
use super::super::parts::is_rest;
use super::super::sql::Question;
use super::labels::scope;
use super::{Build, LABELS, NAME, scalar};
use crate::plan::Enforcement;
use crate::text::yaml_block;
use std::fmt::Write as _;

/// A file of policies: one for each setting.
pub(super) fn policies(build: &Build<'_, '_, '_>, asked: &[Question<'_>]) -> String {
    let options = build.request.options(NAME);
    let mut out = head("Policies: a Mac passes that has the setting, or no app that reads it.");
    for question in asked {
        let setting = question.setting;
        let identity = &build.request.plan.identity;
        let name = format!("{}: {} {}", identity.name, setting.domain, setting.key);
        let what = match setting.enforcement {
            Enforcement::Unset => "is not set",
            Enforcement::Default => "has the policy's starting value in /Library/Preferences",
            _ => "is enforced with the value of the policy",
        };
        let app = title(setting.domain.as_str(), build.request);
        let mut description = format!("{} of {app} {what}, or no installed app reads it.", setting.key);
        if let Some(why) = &setting.why {
            let _ = write!(description, " {why}");
        }
        let _ = writeln!(out, "- name: {}", scalar(&name));
        let _ = writeln!(out, "  description: {}", scalar(&description));
        let _ = writeln!(out, "  resolution: {}", scalar(&resolution(build, question)));
        let _ = writeln!(out, "  query: {}", yaml_block(&question.passes(), 4));
        out.push_str("  platform: darwin\n");
        let _ = writeln!(out, "  critical: {}", options.flag("critical").unwrap_or(false));
        // Policies know no labels_include_all.
        for field in LABELS.into_iter().filter(|field| *field != "labels_include_all") {
            labels(&mut out, &options.list(field), field, 2);
        }
        if let Some(script) = build.scripts.first().filter(|_| is_rest(setting, build.request.catalog)) {
            let _ = writeln!(out, "  run_script:\n    path: {}", scalar(&format!("../scripts/{script}")));
        }
    }
    out
}

fn resolution(build: &Build<'_, '_, '_>, question: &Question<'_>) -> String {
    let name = &build.request.plan.identity.name;
    if is_rest(question.setting, build.request.catalog) {
        return match build.scripts.first() {
            Some(script) => format!(
                "Run {script} on the Mac. It sets and cannot enforce: who can write there may undo it."
            ),
            None => "Set it by hand: no script was made.".to_owned(),
        };
    }
    format!(
        "Look in Fleet whether the profile \"{name}\" is verified on this Mac, and send it again. If it is there, \
         another profile sets the same key: its value shows in the report."
    )
}

/// A file of reports, which older versions call queries: for each domain what the Macs do not have.
pub(super) fn reports(build: &Build<'_, '_, '_>, asked: &[Question<'_>]) -> String {
    let mut out = head("For each setting that a Mac does not have a row: what is wanted, and what is there.");
    for (domain, sql) in by_domain(asked) {
        let name = format!("{}: differences in {domain}", build.request.plan.identity.name);
        let description = format!("Settings of {} that the Mac does not have.", title(domain, build.request));
        let _ = writeln!(out, "- name: {}", scalar(&name));
        let _ = writeln!(out, "  description: {}", scalar(&description));
        let _ = writeln!(out, "  query: {}", yaml_block(&sql, 4));
        let _ = writeln!(out, "  platform: darwin\n  interval: {INTERVAL}\n  automations_enabled: false");
    }
    out
}

/// The entries for the file of a team.
pub(super) fn fragment(build: &Build<'_, '_, '_>) -> String {
    let options = build.request.options(NAME);
    let words = &build.words;
    let file = match options.text("team") {
        Some(team) => format!("the file of \"{team}\" in {}/", words.teams),
        None => format!("a file in {}/", words.teams),
    };
    let mut out = head(&format!("Entries for {file}: copy them into its lists."));
    out.push_str(
        "# This is no complete file: used as one, it would clear every setting of Fleet's that it lacks.\n",
    );
    if !build.profiles.is_empty() || !build.scripts.is_empty() {
        out.push_str("controls:\n");
    }
    if !build.profiles.is_empty() {
        let _ = writeln!(out, "  {}:\n    {}:", words.settings, words.profiles);
        for stem in &build.profiles {
            let path =
                format!("../{}", build.place("configuration-profiles", &format!("{stem}.mobileconfig")));
            let _ = writeln!(out, "      - path: {}", scalar(&path));
            if let Some((field, names)) = scope(build.request, build.request.cut(stem)) {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                labels(&mut out, &names, field, 8);
            }
        }
    }
    if !build.scripts.is_empty() {
        out.push_str("  scripts:\n");
        for script in &build.scripts {
            let _ =
                writeln!(out, "    - path: {}", scalar(&format!("../{}", build.place("scripts", script))));
        }
    }
    if build.policies {
        for (list, folder) in [("policies", "policies"), (words.reports, words.reports)] {
            let path = format!("../{}", build.place(folder, &format!("{}.yml", build.request.stem)));
            let _ = writeln!(out, "{list}:\n  - path: {}", scalar(&path));
        }
    }
    out
}

/// The entries for `default.yml`, which has the labels of all teams.
pub(super) fn default(build: &Build<'_, '_, '_>) -> String {
    let mut out = head("Entries for default.yml: copy them into its lists.");
    let path = format!("./{}", build.place("labels", &format!("{}.yml", build.request.stem)));
    let _ = writeln!(out, "labels:\n  - path: {}", scalar(&path));
    out
}

fn head(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() || c == '$' { '?' } else { c }).collect();
    format!("# {line}\n# Made by prefsmith: change the policy, not this file.\n")
}

fn labels(out: &mut String, names: &[&str], field: &str, indent: usize) {
    if names.is_empty() {
        return;
    }
    let blanks = " ".repeat(indent);
    let _ = writeln!(out, "{blanks}{field}:");
    for name in names {
        let _ = writeln!(out, "{blanks}  - {}", scalar(name));
    }
}
