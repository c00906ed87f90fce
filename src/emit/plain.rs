//! MDMs that take a plain profile: with their tokens, and with what is known of them.

use super::mobileconfig::profiles;
use super::{Artefact, Readme, Request, Target, spelt};
use crate::finding::Findings;
use crate::plan::Channel;

/// An MDM that takes plain profiles, as data.
pub struct Plain {
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    steps: &'static [&'static str],
    /// Whether its tokens have quotes, which must not be escaped.
    quotes: bool,
    /// The field of `[target.NAME]` that says who gets the profile, and what the MDM calls them.
    assigned: Option<(&'static str, &'static str)>,
    known: &'static [&'static str],
    open: &'static [&'static str],
}

/// The target `addigy`.
pub static ADDIGY: Plain = Plain {
    name: "addigy",
    title: "Addigy",
    summary: "Addigy: the profile, with Addigy's attributes of people",
    steps: &[
        "Catalog > MDM Profiles > New > Custom Profile: upload the .mobileconfig.",
        "Add it to a policy; all Macs of the policy get it.",
    ],
    quotes: true,
    assigned: Some(("policies", "Policies")),
    known: &[
        "Attributes of the user who is assigned to the Mac are written {{.User \"user_name\"}} and filled in on the way to \
         it, empty where nobody is assigned. In the profile they stand as they are, with their quotes.",
    ],
    open: &[
        "whether Addigy takes a signed profile",
        "whether a profile can hold facts of the Mac, such as its serial number",
        "how large a profile may be",
    ],
};

/// The target `jumpcloud`.
pub static JUMPCLOUD: Plain = Plain {
    name: "jumpcloud",
    title: "JumpCloud",
    summary: "JumpCloud: the profile, for the policy MDM Custom Configuration Profile",
    steps: &[
        "Policy Management > + > Mac > MDM Custom Configuration Profile: upload the .mobileconfig; one policy for each file.",
        "Bind the policy to device groups, save.",
    ],
    quotes: false,
    assigned: Some(("groups", "Device groups")),
    known: &[
        "JumpCloud is said to recommend a signed profile: `prefsmith sign` signs one.",
        "A command of JumpCloud's runs as root and keeps the exit status: `--target check-script` makes one that says \
         whether the Mac has what the policy wants.",
    ],
    open: &["whether JumpCloud fills in any variable", "how large a profile may be"],
};

/// The target `mosyle`.
pub static MOSYLE: Plain = Plain {
    name: "mosyle",
    title: "Mosyle",
    summary: "Mosyle: the profile, for Custom Profiles",
    steps: &[
        "Management > Certificates / Custom Profiles > Add new profile: upload the .mobileconfig.",
        "Assign it, save.",
    ],
    quotes: false,
    assigned: Some(("groups", "Device groups")),
    known: &[
        "A custom command of Mosyle's runs as root, and its output is stored: `--target check-script` makes one.",
    ],
    open: &[
        "whether variables such as %SerialNumber% are filled in inside custom profiles, and which there are: so each that \
         the policy uses needs its word under [target.mosyle.placeholders]",
        "what the exit status of a custom command means",
        "how large a profile may be",
    ],
};

/// The target `nanomdm`.
pub static NANOMDM: Plain = Plain {
    name: "nanomdm",
    title: "NanoMDM and MicroMDM",
    summary: "NanoMDM and MicroMDM: the profile, for the command InstallProfile",
    steps: &[
        "NanoMDM: make the command with its tools/cmdr.py and send it to the enrolment id of each Mac: \
         ./cmdr.py InstallProfile FILE.mobileconfig | curl -T - -u nanomdm:KEY 'https://SERVER/v1/enqueue/ID'",
        "MicroMDM: mdmctl apply profiles -f FILE.mobileconfig",
        "To take it back: ./cmdr.py RemoveProfile IDENTIFIER, with the PayloadIdentifier of the profile.",
    ],
    quotes: false,
    assigned: None,
    known: &[
        "The server passes the file on as it is: signed or not, and of any size that a Mac takes.",
        "It has no groups and no variables: who gets the profile is whom the command is sent to. Values that differ from \
         Mac to Mac need a template of your own; [target.nanomdm.placeholders] says what its tokens look like.",
    ],
    open: &[],
};

/// The target `simplemdm`.
pub static SIMPLEMDM: Plain = Plain {
    name: "simplemdm",
    title: "SimpleMDM",
    summary: "SimpleMDM: the profile, for Custom Configuration Profile",
    steps: &[
        "Configs > Profiles > Create Profile > Custom Configuration Profile: upload the .mobileconfig.",
        "Attribute support: on, if the profile has {{...}}; off otherwise, because it touches any {{...}}.",
        "Add it to assignment groups, save.",
    ],
    quotes: false,
    assigned: Some(("groups", "Assignment groups")),
    known: &[
        "SimpleMDM has attributes of the Mac, such as {{serial_number}}, and none of its user. What a tenant defines itself, \
         for an account, a group or a device, is named under [target.simplemdm.placeholders].",
    ],
    open: &["whether attributes are filled in inside a signed profile", "how large a profile may be"],
};

impl Target for Plain {
    fn name(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn emit(&self, request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Artefact> {
        let plan = spelt(request, self.name, findings);
        // Of a token that the MDM has no word for, nothing else is to be said.
        if request.blocked(findings) {
            return Vec::new();
        }
        let inner = Request { plan: &plan, ..*request };
        let profiles = profiles(&inner, findings);
        if profiles.is_empty() || request.blocked(findings) {
            return Vec::new();
        }
        let mut artefacts = Vec::new();
        for (stem, bytes) in profiles {
            let bytes = if self.quotes { unescaped(&bytes) } else { bytes };
            artefacts.extend(request.file(self.name, &format!("{stem}.mobileconfig"), bytes, findings));
        }
        artefacts.extend(self.readme(request).artefact(request, self.name, findings));
        artefacts
    }
}

/// A profile with its quotes as they are. In a text of XML they need no escape, and `&quot;` stands nowhere else: an
/// ampersand of a text's own is `&amp;`.
fn unescaped(profile: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(profile).replace("&quot;", "\"").into_bytes()
}

impl Plain {
    fn readme(&self, request: &Request<'_, '_>) -> Readme {
        let mut readme = Readme::new(&format!("For {}", self.title), request);
        readme.section("What to do");
        readme.steps(self.steps.iter().copied());
        if let Some((field, title)) = self.assigned {
            let names = request.options(self.name).list(field);
            if !names.is_empty() {
                readme.paragraph(&format!("{title}, by [target.{}] of the policy:", self.name));
                readme.list(names);
            }
        }
        readme.paragraph(
            "Later: put the new file in the place of the old one. The identifiers stay, so Macs replace the profile.",
        );
        if request.plan.identity.channel == Channel::User {
            readme.paragraph(
                "The profile is for the user's channel (PayloadScope User): it reaches only the user whom the MDM manages.",
            );
        }
        readme.section("What is known");
        readme.list(self.known.iter().copied());
        if !self.open.is_empty() {
            readme.section("What nobody has confirmed");
            readme.list(self.open.iter().copied());
        }
        readme
    }
}
