//! `jamf/README.txt`: what lies in the folder, and what to do with it.

use super::NAME;
use super::scripts::{Attribute, Made};
use crate::emit::parts::is_preference;
use crate::emit::{Readme, Request};
use crate::plan::{Channel, Enforcement};

/// What was made.
pub(super) struct About<'a> {
    /// The bodies of profiles, by the names of their files.
    pub profiles: &'a [String],
    /// The keys that no form can set, a sentence for each domain.
    pub left_out: &'a [String],
    /// The scripts and the extension attributes.
    pub scripts: &'a Made,
    /// Whether there are smart groups.
    pub groups: bool,
    /// Whether there are forms.
    pub forms: bool,
    /// Whether there are plists of domains.
    pub plists: bool,
}

/// The text.
pub(super) fn write(request: &Request<'_, '_>, about: &About<'_>) -> Readme {
    let mut readme = Readme::new("For Jamf Pro", request);
    upload(&mut readme, request, about);
    if !about.profiles.is_empty() {
        profile(&mut readme, request, about);
    }
    scripts(&mut readme, about.scripts);
    attributes(&mut readme, about.scripts);
    api(&mut readme, request, about);
    if about.forms {
        schemas(&mut readme, about);
    }
    readme
}

fn upload(readme: &mut Readme, request: &Request<'_, '_>, about: &About<'_>) {
    if about.profiles.is_empty() {
        readme.section("No profile");
        readme.paragraph(
            "The policy enforces nothing: there is no profile and no plist. The scripts below do all of it.",
        );
        return;
    }
    let level = match request.plan.identity.channel {
        Channel::Device => "Computer Level",
        Channel::User => "User Level",
    };
    if !about.plists {
        return;
    }
    readme.section("The quickest way: one plist for each preference domain");
    readme.paragraph("A plist holds the keys that are enforced, and nothing else. What is uploaded again is updated in place.");
    readme.steps([
        &*format!("Computers > Configuration Profiles > New. Level: {level}."),
        "Application & Custom Settings > Upload > Add.",
        "Preference Domain: the name of the file without .plist. Property List: the file's content.",
        "Add the next domain in the same way, choose the scope, save.",
        "Later: open the profile, replace the property list, save. Jamf keeps the identifiers.",
    ]);
    let once = request.plan.settings.iter().any(|setting| setting.enforcement == Enforcement::SetOnce);
    if once {
        readme.paragraph(
            "What the policy sets once is in the profile only: an uploaded plist is always enforced.",
        );
    }
}

fn profile(readme: &mut Readme, request: &Request<'_, '_>, about: &About<'_>) {
    readme.section("The whole profile");
    let by = if about.plists { "the API (below) or by its plists" } else { "the API (below)" };
    readme.paragraph(&format!(
        "The .mobileconfig is for Computers > Configuration Profiles > Upload. Each upload makes a new profile on the \
         server: upload it once, and change it there by {by}. Leave it unsigned: Jamf can \
         then show and change it, and fill in its variables; a signed profile is kept as it is and cannot be edited.",
    ));
    let of_apple = request.plan.settings.iter().any(|setting| !is_preference(setting, request.catalog));
    if of_apple || !request.plan.payloads.is_empty() {
        readme.paragraph(
            "It also carries payloads that are no preferences. Of an unsigned profile Jamf stores the payload types \
             that it knows, and some with all of their default keys: compare what it shows with what was sent.",
        );
    }
}

fn scripts(readme: &mut Readme, made: &Made) {
    if made.scripts.is_empty() {
        if let Some(why) = &made.left_out {
            readme.section("No scripts that set preferences");
            readme.paragraph(why);
        }
        return;
    }
    readme.section("Scripts (Settings > Computer Management > Scripts)");
    readme.paragraph(
        "Each takes one option in each parameter from 4 on; empty ones are left out. Jamf's own first three are \
         skipped. The head of each file names its trigger and frequency.",
    );
    let lines: Vec<String> =
        made.scripts.iter().map(|script| format!("scripts/{}.sh. {}", script.word, script.info)).collect();
    readme.list(lines.iter().map(String::as_str));
    if let Some(why) = &made.left_out {
        readme.paragraph(why);
    }
}

fn attributes(readme: &mut Readme, made: &Made) {
    if made.attributes.is_empty() {
        return;
    }
    readme.section("Extension attributes (Settings > Computer Management > Extension Attributes)");
    readme.paragraph("Data type String, input type Script. Jamf runs them at each inventory update.");
    let about = |attribute: &&Attribute| {
        format!("attributes/{}.sh, named \"{}\". {}", attribute.slug, attribute.name, attribute.about)
    };
    let lines: Vec<String> =
        made.attributes.iter().filter(|one| !one.single).map(|one| about(&one)).collect();
    readme.list(lines.iter().map(String::as_str));
    if let Some(first) = made.attributes.iter().find(|one| one.single) {
        let text = format!(
            "The others are about one setting each, such as attributes/{}.sh, named \"{}\". The name of each stands in its \
             body in api/.",
            first.slug, first.name
        );
        readme.paragraph(&text);
    }
}

fn api(readme: &mut Readme, request: &Request<'_, '_>, about: &About<'_>) {
    readme.section("By the API");
    readme.paragraph(
        "The files in api/ are bodies of the Classic API. Categories, sites and groups that they name must be there \
         first. TOKEN is a bearer token, JAMF the address of the server. POST with the id 0 makes a new one, PUT changes the one \
         with its id.",
    );
    let mut lines = vec![
        "send() {".to_owned(),
        "  curl --fail-with-body -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/xml' \\"
            .to_owned(),
        "    -X \"$1\" --data-binary \"@$2\" \"$JAMF/JSSResource/$3/id/$4\"".to_owned(),
        "}".to_owned(),
    ];
    let mut each = |kind: &str, resource: &str, there: bool| {
        if there {
            lines.push(format!("for body in api/{kind}-*.xml; do send POST \"$body\" {resource} 0; done"));
        }
    };
    each("script", "scripts", !about.scripts.scripts.is_empty());
    // Groups ask attributes, which must be there first.
    each("attribute", "computerextensionattributes", !about.scripts.attributes.is_empty());
    each("group", "computergroups", about.groups);
    // Profiles name groups, which must be there first.
    lines.extend(about.profiles.iter().map(|body| format!("send POST {body} osxconfigurationprofiles 0")));
    readme.verbatim(&lines.join("\n"));
    if about.profiles.is_empty() {
        return;
    }
    kept(readme, request);
    if !request.plan.cuts().is_empty() {
        readme.paragraph(
            "--by-build cut the policy into profiles by the builds that read their settings. The scope of each part is a \
             smart group of its own, \"Macs with …\", which asks for the versions of apps, and for the groups of \
             [target.jamf] where the policy names some: a body that is sent goes to these Macs at once. A Mac whose app is \
             updated changes its groups, and with them its profiles, after its next inventory. The plists stay whole.",
        );
    }
    let options = request.options(NAME);
    let scoped = !options.list("groups").is_empty() || !options.list("exclude").is_empty();
    readme.paragraph(if scoped {
        "A body of a profile has a scope, by [target.jamf] of the policy: it replaces the whole scope on the server."
    } else {
        "A body of a profile has no scope: a new profile goes to nobody until one is chosen, and a change keeps the one \
         on the server. `groups` and `exclude` under [target.jamf] of the policy put one in."
    });
}

/// How a profile that is on the server is changed.
fn kept(readme: &mut Readme, request: &Request<'_, '_>) {
    let rule = "To change a profile that is on the server, keep the server's PayloadIdentifier and PayloadUUID, or Macs \
                take it for another profile beside the old one";
    let no_way = match &request.plan.identity.variant {
        Some(_) => Some("A variant of a policy cannot: change its profile by its plists, as above."),
        None if request.split => Some(
            "One of several profiles cannot: change it by its plist, as above, or build without --split.",
        ),
        None => None,
    };
    if let Some(no_way) = no_way {
        readme.paragraph(&format!("{rule}. {no_way}"));
        return;
    }
    readme.paragraph(&format!("{rule}: save what it has, and build with it, each time."));
    readme.verbatim(
        "curl --fail -H \"Authorization: Bearer $TOKEN\" -H 'Accept: application/xml' \\\n  \
         -o deployed.xml \"$JAMF/JSSResource/osxconfigurationprofiles/id/ID\"\n\
         prefsmith build POLICY --target jamf --keep-identifiers-from deployed.xml\n\
         send PUT api/profile.xml osxconfigurationprofiles ID",
    );
}

fn schemas(readme: &mut Readme, about: &About<'_>) {
    readme.section("Forms (schemas/)");
    readme.paragraph(
        "For settings that colleagues choose in Jamf itself: Application & Custom Settings > External Applications > \
         Add > Custom Schema, with the domain and the file's content. A form has every key of the domain that is \
         known, with its types and values, and none of the policy's values.",
    );
    if !about.left_out.is_empty() {
        readme.paragraph("Jamf's forms know no dates, no data, and no lists of several types. They leave out, and a plist sets:");
        readme.list(about.left_out.iter().map(String::as_str));
    }
}
