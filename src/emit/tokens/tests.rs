//! Tokens as MDMs spell them.

use super::*;
use crate::catalog::Catalog;
use crate::check::{Options, check};
use crate::finding::Sources;
use crate::policy::{Files, Policy};
use crate::profile::Form;

struct One(String);

impl Files for One {
    fn read(&self, _: &str) -> Result<String, String> {
        Ok(self.0.clone())
    }
}

/// The spelt value of the one setting, and what is said: severity, code and title of each finding.
fn spell(target: &str, text: &str, more: &str) -> (String, Vec<String>) {
    let policy = format!(
        "[policy]\nid = \"com.example.test\"\n[custom.\"com.example.app\"]\nKey = {}\n{more}",
        crate::value::quoted(text)
    );
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let catalog = Catalog::builtin();
    let policy = Policy::load("p.toml", &One(policy), &mut sources, &mut findings).unwrap();
    let plan = policy.resolve(&catalog, &mut findings);
    let plan = check(plan, findings, &catalog, &Options::default()).plan.expect("a plan without errors");
    let request = Request {
        plan: &plan,
        catalog: &catalog,
        stem: "p",
        form: Form::Mcx,
        split: false,
        keep: None,
        left: &[],
        scripts: false,
    };
    let mut findings = Findings::new();
    let spelt = spelt(&request, target, &mut findings);
    let value = spelt.settings[0].value.as_ref().unwrap();
    let Value::String(text) = value else { panic!("{value:?}") };
    let line = |finding: &Finding| {
        format!("{} {}: {}", finding.severity.word(), finding.code.as_str(), finding.title)
    };
    (text.to_string(), findings.iter().map(line).collect())
}

/// Without the note that attributes may be empty.
fn said(target: &str, text: &str, more: &str) -> (String, Vec<String>) {
    let (text, mut said) = spell(target, text, more);
    said.retain(|line| !line.contains("token-may-be-empty"));
    (text, said)
}

#[test]
fn each_mdm_gets_its_own_spelling() {
    // What each vendor documents for profiles of a Mac.
    for (target, text, expected) in [
        ("jamf", "${user.mail}", "$EMAIL"),
        ("jamf", "${user.display-name} (${device.serial})", "$FULLNAME ($SERIALNUMBER)"),
        ("intune", "${user.upn}", "{{userprincipalname}}"),
        ("intune", "${user.mail}${user.object-id}", "{{mail}}{{userid}}"),
        ("fleet", "${user.upn}", "$FLEET_VAR_HOST_END_USER_IDP_USERNAME"),
        ("workspace-one", "${user.given-name} ${user.surname}", "{FirstName} {LastName}"),
        ("kandji", "x ${user.mail}", "x $EMAIL"),
        ("simplemdm", "${device.serial}", "{{serial_number}}"),
        ("addigy", "${user.mail}", "{{.User \"emails_primary\"}}"),
    ] {
        assert_eq!(said(target, text, ""), (expected.to_owned(), vec![]), "{target}: {text}");
    }
}

#[test]
fn what_follows_makes_no_other_word_of_a_token() {
    // Of several spellings the one that stands by itself.
    let fleet = said("fleet", "${device.serial}X", "");
    assert_eq!(fleet, ("${FLEET_VAR_HOST_HARDWARE_SERIAL}X".to_owned(), vec![]));
    let (text, said) = said("kandji", "${user.mail}_PREFIX", "");
    assert_eq!(text, "${user.mail}_PREFIX");
    let title =
        "Kandji (Iru) would take `$EMAIL_PREFIX` in Key for one word, and not see `${user.mail}` in it";
    assert_eq!(said, [format!("error token-unmapped: {title}")]);
}

#[test]
fn a_token_without_a_spelling_is_an_error() {
    for (target, text, title) in [
        (
            "jamf",
            "${user.upn}",
            "Jamf Pro has no token of its own for the user principal name (sign-in name) in Key",
        ),
        ("jumpcloud", "${user.mail}", "no token of JumpCloud is known for the e-mail address in Key"),
        (
            "workspace-one",
            "${device.udid}",
            "that Workspace ONE UEM takes `{DeviceUid}` for the hardware UUID of the Mac in Key is not confirmed",
        ),
    ] {
        let expected = (text.to_owned(), vec![format!("error token-unmapped: {title}")]);
        assert_eq!(said(target, text, ""), expected, "{target}");
    }
}

#[test]
fn the_policy_has_the_last_word() {
    let more =
        "[target.jamf.placeholders]\n\"user.upn\" = \"$EXTENSIONATTRIBUTE_12\"\n\"user.mail\" = \"$X\"";
    assert_eq!(said("jamf", "${user.upn}", more), ("$EXTENSIONATTRIBUTE_12".to_owned(), vec![]));
    // Also where the catalogue knows a spelling, and where what it writes looks like nothing that is known.
    assert_eq!(said("jamf", "${user.mail} x", more), ("$X x".to_owned(), vec![]));
    let more = "[target.mosyle.placeholders]\n\"device.serial\" = \"%SerialNumber%\"";
    assert_eq!(said("mosyle", "${device.serial}", more), ("%SerialNumber%".to_owned(), vec![]));
}

#[test]
fn what_only_others_say_is_a_warning() {
    let (text, said) = said("mosyle", "${device.serial}", "");
    assert_eq!(text, "%SerialNumber%");
    let title = "Mosyle takes `%SerialNumber%` for `${device.serial}` in Key by what others say";
    assert_eq!(said, [format!("warning token-unvouched: {title}")]);
}

#[test]
fn text_that_looks_like_a_token_is_found() {
    let would = |mdm: &str, text: &str| {
        format!("error taken-for-token: {mdm} would take `{text}` in Key for a token of its own")
    };
    let may = |mdm: &str, text: &str| {
        format!("warning taken-for-token: {mdm} may take `{text}` in Key for a token of its own")
    };
    for (target, text, expected) in [
        ("jamf", "to $EMAIL", vec![would("Jamf Pro", "$EMAIL")]),
        ("jamf", "$HOME/x", vec![may("Jamf Pro", "$HOME")]),
        ("jamf", "$EMAIL ${user.mail}", vec![would("Jamf Pro", "$EMAIL")]),
        ("jamf", "costs $5, {{mail}}", vec![]),
        ("intune", "{{mail}}", vec![would("Microsoft Intune", "{{mail}}")]),
        ("intune", "{{x}}", vec![may("Microsoft Intune", "{{"), may("Microsoft Intune", "}}")]),
        ("intune", "{{DEVICEREGISTRATION}}", vec![]),
        ("intune", "{{DEVICEREGISTRATION}} {{", vec![may("Microsoft Intune", "{{")]),
        ("fleet", "$${FLEET_SECRET_X}", vec![would("Fleet", "${FLEET_SECRET_X}")]),
        ("workspace-one", "{Name}", vec![may("Workspace ONE UEM", "{Name}")]),
        ("workspace-one", "{ \"a\": 1 }", vec![]),
        ("mosyle", "100% of 5%", vec![]),
    ] {
        assert_eq!(said(target, text, "").1, expected, "{target}: {text}");
    }
}

#[test]
fn attributes_of_people_may_be_empty() {
    let (_, said) = spell("jamf", "${user.mail} ${device.serial}", "");
    let title = "Jamf Pro fills in `${user.mail}` from what it knows of the Mac's user";
    assert_eq!(said, [format!("note token-may-be-empty: {title}")]);
    assert_eq!(spell("jamf", "${device.serial}", "").1, Vec::<String>::new());
}
