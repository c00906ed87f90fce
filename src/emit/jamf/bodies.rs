//! The bodies that Jamf Pro's Classic API takes: a profile, a script, an extension attribute, a smart group.
//!
//! What stands in them, and in which words, is what the clients of that API send (Jamf's own provider for Terraform,
//! jamf-upload, deploymenttheory's SDK).

use super::xml::{Element, of, text};
use crate::plan::{Channel, TargetOptions};

/// Who gets a profile, and how, by `[target.jamf]`.
pub(super) struct General<'p> {
    /// What it is called on the server.
    pub name: &'p str,
    /// A sentence about it.
    pub description: &'p str,
    /// The channel of its settings.
    pub channel: Channel,
    /// The smart group that alone gets it; none: those that the policy names.
    pub only: Option<&'p str>,
}

/// A computer configuration profile; `payload` is the whole profile.
pub(super) fn profile(general: &General<'_>, options: &TargetOptions, payload: &str) -> Element {
    let distribution = match options.text("distribution") {
        Some("self-service") => "Make Available in Self Service",
        _ => "Install Automatically",
    };
    let redeploy = match options.text("redeploy") {
        Some("newly-assigned") => "Newly Assigned",
        _ => "All",
    };
    let level = match general.channel {
        Channel::Device => "Computer",
        Channel::User => "User",
    };
    let mut inside = vec![text("name", general.name)];
    if !general.description.is_empty() {
        inside.push(text("description", general.description));
    }
    inside.extend(named("site", options.text("site")));
    inside.extend(named("category", options.text("category")));
    inside.extend([
        text("distribution_method", distribution),
        text("user_removable", "false"),
        text("level", level),
        text("redeploy_on_update", redeploy),
        text("payloads", payload),
    ]);
    let mut body = vec![of("general", inside)];
    body.extend(scope(options, general.only));
    of("os_x_configuration_profile", body)
}

fn named(element: &'static str, name: Option<&str>) -> Option<Element> {
    name.map(|name| of(element, vec![text("name", name)]))
}

/// The scope. None where the policy names nobody: an update without one leaves the scope of the server as it is.
///
/// `only` is a smart group that asks for those groups itself.
fn scope(options: &TargetOptions, only: Option<&str>) -> Option<Element> {
    let groups = |list: Vec<&str>| {
        let list: Vec<Element> =
            list.into_iter().map(|name| of("computer_group", vec![text("name", name)])).collect();
        (!list.is_empty()).then(|| of("computer_groups", list))
    };
    let (groups, exclude) = (
        groups(only.map_or_else(|| options.list("groups"), |only| vec![only])),
        groups(options.list("exclude")),
    );
    if groups.is_none() && exclude.is_none() {
        return None;
    }
    let mut inside = vec![text("all_computers", "false")];
    inside.extend(groups);
    inside.extend(exclude.map(|exclude| of("exclusions", vec![exclude])));
    Some(of("scope", inside))
}

/// A script.
pub(super) struct Script<'s> {
    /// What it is called on the server.
    pub name: &'s str,
    /// What it is for.
    pub info: &'s str,
    /// How it is used.
    pub notes: &'s str,
    /// What stands beside the parameters from 4 on.
    pub labels: &'s [&'s str],
    /// The script itself.
    pub contents: &'s str,
}

/// The elements of the parameters that are the administrator's.
const PARAMETERS: [&str; 8] = [
    "parameter4",
    "parameter5",
    "parameter6",
    "parameter7",
    "parameter8",
    "parameter9",
    "parameter10",
    "parameter11",
];

/// A script, with labels of its parameters, which can be brought in by the API alone.
pub(super) fn script(script: &Script<'_>, options: &TargetOptions) -> Element {
    let mut inside = vec![text("name", script.name)];
    inside.extend(options.text("category").map(|category| text("category", category)));
    inside.extend([text("info", script.info), text("notes", script.notes), text("priority", "After")]);
    let labels = PARAMETERS.into_iter().zip(script.labels);
    let labels: Vec<Element> = labels.map(|(name, label)| text(name, *label)).collect();
    if !labels.is_empty() {
        inside.push(of("parameters", labels));
    }
    inside.push(text("script_contents", script.contents));
    of("script", inside)
}

/// An extension attribute of computers that a script fills with a text.
pub(super) fn attribute(name: &str, description: &str, contents: &str) -> Element {
    let input = vec![text("type", "script"), text("platform", "Mac"), text("script", contents)];
    of(
        "computer_extension_attribute",
        vec![
            text("name", name),
            text("enabled", "true"),
            text("description", description),
            text("data_type", "String"),
            of("input_type", input),
            text("inventory_display", "Extension Attributes"),
        ],
    )
}

/// One line of a smart group's criteria.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Criterion {
    /// Whether it is one more that may hold instead of those before; otherwise it must hold beside them.
    pub or: bool,
    /// What is looked at.
    pub name: String,
    /// How it is compared.
    pub operator: &'static str,
    /// With what.
    pub value: String,
    /// Whether a bracket opens before it.
    pub opens: bool,
    /// Whether a bracket closes behind it.
    pub closes: bool,
}

/// A smart computer group.
pub(super) fn group(name: &str, criteria: &[Criterion], options: &TargetOptions) -> Element {
    let yes = |flag: bool| if flag { "true" } else { "false" };
    let criteria = criteria.iter().enumerate().map(|(at, criterion)| {
        of(
            "criterion",
            vec![
                text("name", criterion.name.as_str()),
                text("priority", at.to_string()),
                text("and_or", if criterion.or { "or" } else { "and" }),
                text("search_type", criterion.operator),
                text("value", criterion.value.as_str()),
                text("opening_paren", yes(criterion.opens)),
                text("closing_paren", yes(criterion.closes)),
            ],
        )
    });
    let criteria = of("criteria", criteria.collect());
    let mut inside = vec![text("name", name), text("is_smart", "true")];
    inside.extend(named("site", options.text("site")));
    inside.push(criteria);
    of("computer_group", inside)
}
