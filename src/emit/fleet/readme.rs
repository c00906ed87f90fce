//! `README.txt` of the target `fleet`.

use super::super::Readme;
use super::super::osquery::limits;
use super::{Build, NAME, Unasked};
use crate::plan::Setting;
use crate::value::Value;

pub(super) fn write(build: &Build<'_, '_, '_>, unseen: Unasked<'_, '_>) -> Readme {
    let mut readme = Readme::new("For Fleet", build.request);
    readme.paragraph(
        "The folders are those of a GitOps repository. What ends in .fragment.yml has entries for files that you have, and \
         is no complete file, because a complete file clears what it does not name.",
    );
    steps(&mut readme, build);
    profiles(&mut readme, build);
    if build.policies {
        policies(&mut readme, build);
    }
    if build.labels {
        readme.section("Labels");
        readme.paragraph(
            "A label for each product that [macs] of the policy narrows. Numbers are compared as numbers, with \
             hotfixes and builds. Name one under `labels_include_any` of [target.fleet] to scope profile and policies \
             by it. A label that depends on the version of an app takes its Macs out of the scope when they update: Fleet \
             then removes the profile from them.",
        );
        if !build.request.plan.cuts().is_empty() {
            readme.paragraph(
                "--by-build cut the policy into profiles by the builds that read their settings. Each names the label of \
                 its Macs, beside those of [target.fleet]. A Mac whose app is updated changes its labels, and with them \
                 its profiles, when it next answers the labels' queries.",
            );
        }
    }
    if !build.scripts.is_empty() {
        readme.section("Scripts");
        readme.paragraph(
            "A profile cannot carry [defaults] and [unset]; the scripts do. They take no options from Fleet: of \
             users, they reach the one at the screen, and end with status 3 where nobody is logged in. Policies of \
             these settings run the script where they fail (`run_script`), which Fleet allows only in the file of a \
             team or of unassigned hosts that also lists the script.",
        );
    }
    if build.policies {
        limits(&mut readme, unseen);
    }
    readme
}

fn steps(readme: &mut Readme, build: &Build<'_, '_, '_>) {
    readme.section("What to do");
    let words = &build.words;
    let top = words.lib.split('/').next().unwrap_or(words.lib);
    let copy = format!("Copy {top}/ over that of your repository.");
    let entries =
        format!("Copy the entries of {} into the file of the team in {}/.", build.fragment(), words.teams);
    let mut steps = vec![copy.as_str(), entries.as_str()];
    if build.labels {
        steps.push("Copy the entry of default.fragment.yml into default.yml.");
    }
    steps.push("Look at what would change: fleetctl gitops --dry-run -f default.yml -f the team's file.");
    readme.steps(steps);
    readme.paragraph(if words.legacy {
        "The names are those of Fleet before 4.83, by `layout = \"legacy\"` of [target.fleet]: teams, macos_settings, \
         queries."
    } else {
        "The names are those of Fleet 4.83 and later; `layout = \"legacy\"` of [target.fleet] gives those before: teams, \
         macos_settings, queries. A file must not have both."
    });
    readme.paragraph("Without GitOps: upload the profile under Controls, among the OS settings, and make a policy of each query.");
}

fn profiles(readme: &mut Readme, build: &Build<'_, '_, '_>) {
    if build.profiles.is_empty() {
        return;
    }
    readme.section("The profile");
    readme.paragraph(
        "Fleet refuses signed profiles: do not sign it. Its name and its identifier must be the \
         only ones of their kind in a team. Fleet refuses payloads for what it manages itself, such as FileVault.",
    );
    let options = build.request.options(NAME);
    if !options.list("labels_include_all").is_empty() && build.policies {
        readme.paragraph(
            "Policies of Fleet know no labels_include_all: they are asked of every Mac of the team, also of those \
             that do not get the profile.",
        );
    }
    let has_tokens = |setting: &Setting| setting.value.as_ref().is_some_and(Value::has_tokens);
    if build.request.plan.settings.iter().any(has_tokens) {
        readme.paragraph("Variables ($FLEET_VAR_...) need Fleet Premium. A Mac for which one has no value gets no profile, and \
             Fleet says so.");
    }
}

fn policies(readme: &mut Readme, build: &Build<'_, '_, '_>) {
    readme.section("Policies and reports");
    readme.paragraph(&format!(
        "A policy for each setting: a Mac passes that has it, or on which no installed app reads it. The {} give what \
         is wanted and what is there. A Mac that has not answered neither passes nor fails.",
        build.words.reports
    ));
    readme.paragraph("`critical`, and labels for policies, need Fleet Premium.");
}
