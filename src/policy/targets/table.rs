//! Every field of every target.

use super::{FieldInfo, FieldKind, Scope, TargetInfo};

const fn field(name: &'static str, kind: FieldKind, scope: Scope, doc: &'static str) -> FieldInfo {
    FieldInfo { name, kind, doc, scope }
}

const fn target(
    name: &'static str,
    title: &'static str,
    placeholders: bool,
    fields: &'static [FieldInfo],
) -> TargetInfo {
    TargetInfo { name, title, fields, placeholders }
}

/// The targets that have fields or placeholders, in the order of their names.
pub static TARGET_TABLES: &[TargetInfo] = &[
    target(
        "addigy",
        "Addigy",
        true,
        &[field(
            "policies",
            FieldKind::List,
            Scope::Assigns,
            "The policies of Addigy that carry the profile.",
        )],
    ),
    target(
        "ddm",
        "declarative management",
        true,
        &[field(
            "url",
            FieldKind::Text,
            Scope::Nothing,
            "The https address of the folder from which the MDM serves the profiles.",
        )],
    ),
    target(
        "fleet",
        "Fleet",
        true,
        &[
            field(
                "team",
                FieldKind::Text,
                Scope::Nothing,
                "The team, which newer versions call a fleet, whose file the fragments are for.",
            ),
            field(
                "labels_include_any",
                FieldKind::List,
                Scope::Assigns,
                "Hosts with any of these labels get the profile.",
            ),
            field(
                "labels_include_all",
                FieldKind::List,
                Scope::Assigns,
                "Hosts with all of these labels get the profile.",
            ),
            field(
                "labels_exclude_any",
                FieldKind::List,
                Scope::Narrows,
                "Hosts with any of these labels do not get it.",
            ),
            field(
                "layout",
                FieldKind::Word(&[
                    ("4.83", "the names of Fleet 4.83 and later; the default"),
                    ("legacy", "those before: teams, macos_settings, queries"),
                ]),
                Scope::Nothing,
                "Whose names the GitOps fragments use.",
            ),
            field(
                "critical",
                FieldKind::Flag,
                Scope::Nothing,
                "Whether Fleet's policies are marked as critical.",
            ),
        ],
    ),
    target(
        "intune",
        "Microsoft Intune",
        true,
        &[
            field(
                "groups",
                FieldKind::List,
                Scope::Assigns,
                "The groups of Entra ID that the profile is assigned to: object ids for Graph, or names.",
            ),
            field("exclude", FieldKind::List, Scope::Narrows, "The groups that are left out."),
        ],
    ),
    target(
        "jamf",
        "Jamf Pro",
        true,
        &[
            field(
                "category",
                FieldKind::Text,
                Scope::Nothing,
                "The category of profiles, scripts and policies.",
            ),
            field("site", FieldKind::Text, Scope::Nothing, "The site that they belong to."),
            field("groups", FieldKind::List, Scope::Assigns, "The computer groups in the scope."),
            field(
                "exclude",
                FieldKind::List,
                Scope::Narrows,
                "The computer groups that are excluded from the scope.",
            ),
            field(
                "distribution",
                FieldKind::Word(&[
                    ("automatic", "installed without a question; the default"),
                    ("self-service", "offered in Self Service"),
                ]),
                Scope::Nothing,
                "How the profile comes to a Mac.",
            ),
            field(
                "redeploy",
                FieldKind::Word(&[
                    ("all", "to every Mac in the scope; the default"),
                    ("newly-assigned", "only to Macs that come into the scope"),
                ]),
                Scope::Nothing,
                "To whom a changed profile goes.",
            ),
            field(
                "attribute-per-setting",
                FieldKind::Flag,
                Scope::Nothing,
                "Whether each setting has an extension attribute of its own, beside the one of the policy.",
            ),
        ],
    ),
    target(
        "jumpcloud",
        "JumpCloud",
        true,
        &[field("groups", FieldKind::List, Scope::Assigns, "The device groups that the policy is bound to.")],
    ),
    target(
        "kandji",
        "Kandji (Iru)",
        true,
        &[field(
            "blueprints",
            FieldKind::List,
            Scope::Assigns,
            "The blueprints that carry the library item.",
        )],
    ),
    target("mobileconfig", "any MDM that takes plain profiles", true, &[]),
    target(
        "mosyle",
        "Mosyle",
        true,
        &[field(
            "groups",
            FieldKind::List,
            Scope::Assigns,
            "The device groups that the profile is assigned to.",
        )],
    ),
    target(
        "munki",
        "Munki",
        false,
        &[
            field(
                "name",
                FieldKind::Text,
                Scope::Nothing,
                "The name of the item; without it, one made from the policy's id.",
            ),
            field("catalogs", FieldKind::List, Scope::Nothing, "The catalogs that the item stands in."),
            field("category", FieldKind::Text, Scope::Nothing, "The category in Managed Software Center."),
            field("developer", FieldKind::Text, Scope::Nothing, "The developer in Managed Software Center."),
            field("version", FieldKind::Text, Scope::Nothing, "The version of the item; without it, 1.0."),
            field(
                "condition",
                FieldKind::Text,
                Scope::Narrows,
                "An `installable_condition`: Macs of which it does not hold do not get the item.",
            ),
        ],
    ),
    target("nanomdm", "NanoMDM or MicroMDM", true, &[]),
    target(
        "osquery",
        "osquery",
        false,
        &[field("interval", FieldKind::Number, Scope::Nothing, "How often the pack asks, in seconds.")],
    ),
    target(
        "simplemdm",
        "SimpleMDM",
        true,
        &[field("groups", FieldKind::List, Scope::Assigns, "The assignment groups of the profile.")],
    ),
    target(
        "workspace-one",
        "Workspace ONE UEM",
        true,
        &[
            field(
                "groups",
                FieldKind::List,
                Scope::Assigns,
                "The smart groups that the profile is assigned to.",
            ),
            field("exclude", FieldKind::List, Scope::Narrows, "The smart groups that are left out."),
        ],
    ),
];
