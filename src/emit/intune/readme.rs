//! `intune/README.txt`: what lies in the folder, and what to do with it.

use super::covered;
use super::{Made, NAME, is_object_id};
use crate::emit::mobileconfig::called;
use crate::emit::{Readme, Request};
use crate::finding::listed;
use crate::plan::{Channel, TargetOptions};

/// The text.
pub(super) fn write(request: &Request<'_, '_>, made: &Made) -> Readme {
    let mut readme = Readme::new("For Microsoft Intune", request);
    profile(&mut readme, request, made);
    preference_files(&mut readme, made);
    catalog(&mut readme, request);
    scripts(&mut readme, made);
    attributes(&mut readme, made);
    graph(&mut readme, request, made);
    readme
}

fn profile(readme: &mut Readme, request: &Request<'_, '_>, made: &Made) {
    if made.profiles.is_empty() {
        readme.section("No profile");
        readme.paragraph("The policy enforces nothing: there is no profile. The scripts below do all of it.");
        return;
    }
    let channel = match request.plan.identity.channel {
        Channel::Device => "Device channel",
        Channel::User => "User channel",
    };
    readme.section("The custom profile");
    let names: Vec<String> =
        made.profiles.iter().map(|(stem, _)| format!("\"{}\"", called(request, stem))).collect();
    let name = match names.as_slice() {
        [one] => format!("Custom configuration profile name: {one}, or what users may read."),
        _ => "One policy for each file. Custom configuration profile name: what users may read.".to_owned(),
    };
    readme.steps([
        "Devices > Configuration > Create > New policy. Platform: macOS. Profile type: Templates > Custom.",
        name.as_str(),
        &*format!("Deployment channel: {channel}. It cannot be changed once the policy is saved."),
        "Configuration profile file: the .mobileconfig.",
        &*format!("Assignments: {}.", groups(request.options(NAME))),
        "Later: open the policy, upload the new file, save. The identifiers stay, so Macs replace the profile.",
    ]);
    if request.plan.identity.channel == Channel::User {
        readme.paragraph("The user channel reaches nobody on a Mac that was enrolled without a user.");
    }
    let tokens = made.profiles.iter().any(|(_, bytes)| bytes.windows(2).any(|pair| pair == b"{{"));
    let sign = if tokens {
        "Leave it unsigned: Intune fills in {{...}} only where it can read it. It does not check the names: a token that \
         it does not know stays as text, and so does one that another letter case makes unknown."
    } else {
        "It needs no signature. A signed one is taken too, and holds no tokens."
    };
    readme.paragraph(&format!("Intune takes at most 1,000,000 bytes, which the build checks. {sign}"));
}

fn preference_files(readme: &mut Readme, made: &Made) {
    if made.preferences.files.is_empty() {
        return;
    }
    readme.section("Instead of the profile: preference files");
    readme.paragraph(
        "Each file in preference-files/ has the enforced keys of one domain, as the bare lines that Intune asks for; no \
         other program reads them as they stand. Use them where a domain is to be a policy of its own. Do not assign \
         the custom profile and a preference file of the same domain to one Mac: two profiles would set the same keys.",
    );
    readme.steps([
        "Devices > Configuration > Create > New policy. Platform: macOS. Profile type: Templates > Preference file.",
        "Preference domain name: the name of the file without .xml. Property list file: the file.",
        "Assignments: as above.",
    ]);
    if !made.preferences.not_whole.is_empty() {
        let names: Vec<&str> = made.preferences.not_whole.iter().map(String::as_str).collect();
        readme.paragraph(&format!(
            "Of {} the profile has more: what is set once, and values with tokens, which Microsoft documents for custom \
             profiles only.",
            listed(&names)
        ));
    }
}

fn catalog(readme: &mut Readme, request: &Request<'_, '_>) {
    let found = covered::categories(request);
    if found.is_empty() {
        return;
    }
    readme.section("Beside the settings catalog");
    readme.paragraph(
        "Intune's settings catalog has settings of these domains, too, as far as Microsoft's documentation names them. It \
         may have more. Intune does not compare them with a custom profile; of two values for one key, nobody can say \
         which one wins. Look for policies with:",
    );
    let lines: Vec<String> =
        found.iter().map(|(category, domain)| format!("{category} ({domain})")).collect();
    readme.list(lines.iter().map(String::as_str));
}

fn scripts(readme: &mut Readme, made: &Made) {
    if made.scripts.is_empty() {
        return;
    }
    readme.section("Scripts: what a profile cannot carry");
    readme.paragraph(
        "scripts/apply.sh sets [defaults] and removes [unset]; scripts/remove.sh takes back what it has set, for a Mac \
         that leaves. Of users they reach the one at the screen, and end with status 3 where nobody is logged in, which \
         Intune counts as failed and tries again.",
    );
    readme.steps([
        "Devices > macOS > Shell scripts > Add.",
        "Run script as signed-in user: No. Script frequency: every day. Retries: 3.",
        "Assign apply.sh as the profile. Assign remove.sh only to Macs that are to leave.",
    ]);
}

fn attributes(readme: &mut Readme, made: &Made) {
    if made.attributes.is_empty() {
        return;
    }
    readme.section("Custom attributes");
    readme.paragraph(
        "Devices > macOS > Custom attributes > Add. Data type: String. Intune runs them every 8 hours.",
    );
    let lines: Vec<String> =
        made.attributes.iter().map(|one| format!("attributes/{}.sh. {}", one.word, one.about)).collect();
    readme.list(lines.iter().map(String::as_str));
    if made.attributes.iter().any(|one| one.word == "snapshot") {
        readme.paragraph(
            "A result may have 20 KB, which snapshot.sh can pass where many profiles enforce much. It holds the values \
             that profiles enforce in the policy's domains, for whoever may read the attribute. Save it as a file, and \
             `prefsmith diff POLICY FILE` says where the Mac differs.",
        );
    }
}

fn graph(readme: &mut Readme, request: &Request<'_, '_>, made: &Made) {
    readme.section("By Microsoft Graph");
    readme.paragraph(
        "The files in graph/ are bodies for Microsoft Graph, beta: what v1.0 has lacks the channel and the scripts. TOKEN \
         is a bearer token with DeviceManagementConfiguration.ReadWrite.All and DeviceManagementScripts.ReadWrite.All. POST \
         makes a new one and answers with its id; PATCH with the same body changes the one with that id.",
    );
    let mut lines = vec![
        "send() {".to_owned(),
        "  curl --fail-with-body -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\"
            .to_owned(),
        "    -X \"$1\" --data-binary \"@$2\" \"https://graph.microsoft.com/beta/deviceManagement/$3\""
            .to_owned(),
        "}".to_owned(),
    ];
    if made.profiles.len() == 1 && !request.split {
        lines.push("send POST graph/profile.json deviceConfigurations".to_owned());
        lines.push("send PATCH graph/profile.json deviceConfigurations/ID".to_owned());
    } else if !made.profiles.is_empty() {
        lines.push(
            "for body in graph/profile-*.json; do send POST \"$body\" deviceConfigurations; done".to_owned(),
        );
    }
    lines.extend(
        made.scripts.iter().map(|(word, _)| format!("send POST graph/script-{word}.json deviceShellScripts")),
    );
    for one in &made.attributes {
        lines.push(format!("send POST graph/attribute-{}.json deviceCustomAttributeShellScripts", one.word));
    }
    readme.verbatim(&lines.join("\n"));
    if !made.preferences.files.is_empty() {
        readme.paragraph(
            "graph/preference-file-*.json go to deviceConfigurations, too, instead of the profile, and not beside it.",
        );
    }
    if !made.assignment.0.is_empty() {
        readme.paragraph(
            "Then assign each by its id. The list is the whole assignment: as far as is known, groups that are not in it \
             lose the policy.",
        );
        let mut lines =
            vec!["send POST graph/assign-configuration.json deviceConfigurations/ID/assign".to_owned()];
        if !made.scripts.is_empty() {
            lines.push("send POST graph/assign-script.json deviceShellScripts/ID/assign".to_owned());
        }
        if !made.attributes.is_empty() {
            lines.push(
                "send POST graph/assign-script.json deviceCustomAttributeShellScripts/ID/assign".to_owned(),
            );
        }
        readme.verbatim(&lines.join("\n"));
        return;
    }
    let options = request.options(NAME);
    let named = options.list("groups").iter().chain(&options.list("exclude")).any(|name| !is_object_id(name));
    readme.paragraph(if named {
        "There is no body for assignments: Graph takes object ids of groups, and [target.intune] of the policy has names. \
         Assign by hand."
    } else {
        "There is no body for assignments: `groups` and `exclude` under [target.intune] of the policy, with object ids of \
         groups, make one."
    });
}

/// Who gets it, in words.
fn groups(options: &TargetOptions) -> String {
    let list = |field: &str| {
        let names: Vec<String> = options.list(field).iter().map(|name| format!("\"{name}\"")).collect();
        listed(&names.iter().map(String::as_str).collect::<Vec<_>>())
    };
    match (options.list("groups").is_empty(), options.list("exclude").is_empty()) {
        (true, true) => "the groups of your choice".to_owned(),
        (false, true) => format!("include {}", list("groups")),
        (true, false) => format!("the groups of your choice; exclude {}", list("exclude")),
        (false, false) => format!("include {}, exclude {}", list("groups"), list("exclude")),
    }
}
