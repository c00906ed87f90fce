//! Policies with variants, over files that extend each other.

use super::*;
use crate::finding::Sources;
use crate::plan::TargetOptions;
use crate::policy::{Files, Policy};
use crate::value::Value;

struct Folder<'f>(&'f [(&'f str, &'f str)]);

impl Files for Folder<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        let found = self.0.iter().find(|(name, _)| *name == path);
        found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| "there is no such file".to_owned())
    }
}

/// The plans of `p.toml` and what is said: severity, code, title and notes.
fn judge(files: &[(&str, &str)]) -> (Vec<Plan>, Vec<String>) {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let catalog = Catalog::builtin();
    let policy = Policy::load("p.toml", &Folder(files), &mut sources, &mut findings).unwrap();
    let plans = policy.plans(&catalog, &findings);
    let of_variant = |place: &Origin| policy.is_of_variant(place);
    let family = family(plans, &of_variant, &catalog, &Options::default());
    let line = |f: &Finding| {
        format!("{} {}: {} {}", f.severity.word(), f.code.as_str(), f.title, f.notes.join("; "))
    };
    let plans = family.plans.into_iter().map(|plan| match plan {
        Ok(plan) => plan.into_inner(),
        Err(plan) => plan,
    });
    (plans.collect(), family.findings.iter().map(|finding| line(finding).trim_end().to_owned()).collect())
}

fn one(text: &str) -> (Vec<Plan>, Vec<String>) {
    judge(&[("p.toml", &format!("[policy]\nid = \"com.example.p\"\nname = \"P\"\n{text}"))])
}

/// A plan in a line: its id, then key and value of each setting.
fn line(plan: &Plan) -> String {
    let settings = plan.settings.iter().map(|setting| {
        let value = setting.value.as_ref().map_or("-".to_owned(), Value::to_string);
        format!(" {}={value}", setting.key.as_str())
    });
    plan.identity.id.clone() + &settings.collect::<String>()
}

const MANUAL: &str = "[settings.AutoUpdate]\nHowToCheck = \"Manual\"\n";

#[test]
fn variants_of_extended_files_are_inherited_section_by_section() {
    let base = "[settings.AutoUpdate]\nHowToCheck = \"Manual\"\nChannelName = \"Current\"\n\
                [variant.a.settings.AutoUpdate]\nHowToCheck = \"AutomaticCheck\"\nChannelName = \"Beta\"\n";
    let own = "[policy]\nid = \"com.example.p\"\nextends = \"base.toml\"\n\
               [settings.AutoUpdate]\nHowToCheck = \"AutomaticDownload\"\n\
               [variant.a.settings.AutoUpdate]\nChannelName = \"Preview\"\n\
               [variant.b.unset]\nAutoUpdate = \"ChannelName\"\n";
    let (plans, said) = judge(&[("p.toml", own), ("base.toml", base)]);
    assert_eq!(said, Vec::<String>::new());
    let lines: Vec<String> = plans.iter().map(line).collect();
    // What a variant says anywhere wins over what any file says of the policy itself.
    assert_eq!(
        lines,
        [
            "com.example.p ChannelName=\"Current\" HowToCheck=\"AutomaticDownload\"",
            "com.example.p.a ChannelName=\"Preview\" HowToCheck=\"AutomaticCheck\"",
            "com.example.p.b ChannelName=- HowToCheck=\"AutomaticDownload\"",
        ]
    );
    assert_eq!(plans[1].settings[0].overrides.len(), 2);
}

#[test]
fn a_bare_key_of_a_variant_wins_over_a_domain_of_the_policy() {
    let (plans, said) = one(&format!("{MANUAL}[variant.a.settings]\nHowToCheck = \"AutomaticCheck\"\n"));
    assert_eq!(said, Vec::<String>::new());
    assert_eq!(line(&plans[1]), "com.example.p.a HowToCheck=\"AutomaticCheck\"");
    assert_eq!(plans[1].identity.name, "P (a)");
}

#[test]
fn a_variant_says_for_itself_who_gets_it() {
    let (plans, said) = one(&format!(
        "{MANUAL}[target.jamf]\ncategory = \"C\"\ngroups = [\"G\"]\nexclude = [\"E\"]\n\
         [target.jamf.placeholders]\n\"user.mail\" = \"$X\"\n\
         [target.fleet]\nlabels_include_any = \"L\"\n\
         [variant.a.settings]\nHowToCheck = \"AutomaticCheck\"\n\
         [variant.b.target.jamf]\ngroups = [\"H\"]\ncategory = \"D\"\n"
    ));
    assert_eq!(said, Vec::<String>::new());
    let jamf = |plan: &Plan| -> String {
        let of: &TargetOptions = plan.options("jamf");
        let category = of.text("category").unwrap_or("-");
        format!("{category} {:?} {:?} {}", of.list("groups"), of.list("exclude"), of.placeholders.len())
    };
    let found: Vec<String> = plans.iter().map(jamf).collect();
    assert_eq!(found, ["C [\"G\"] [\"E\"] 1", "C [] [] 1", "D [\"H\"] [] 1"]);
    let labels: Vec<_> = plans.iter().map(|plan| plan.options("fleet").list("labels_include_any")).collect();
    assert_eq!(labels, [vec!["L"], vec![], vec![]]);
}

#[test]
fn groups_of_other_targets_and_fields_are_others() {
    let (_, said) = one(&format!(
        "{MANUAL}[target.jamf]\ngroups = [\"G\"]\nexclude = [\"H\"]\n\
         [variant.a.target.intune]\ngroups = [\"G\"]\n[variant.a.target.jamf]\ngroups = [\"H\"]\n"
    ));
    assert_eq!(said, Vec::<String>::new());
    let (_, said) = one(&format!(
        "{MANUAL}[variant.a.target.kandji]\nblueprints = [\"B\"]\n[variant.b.target.kandji]\nblueprints = [\"A\", \"B\"]\n"
    ));
    let title = "the variant `a` and the variant `b` both go to `B` of Kandji (Iru)";
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with(&format!("error same-group: {title}")), "{said:?}");
}

#[test]
fn what_is_of_use_to_one_of_them_is_of_use() {
    let allow = "[[allow]]\ncode = \"value-discouraged\"\nwhy = \"w\"\n[why]\nChannelName = \"w\"\n";
    let variant = "[variant.a.settings]\nChannelName = \"Production\"\n";
    assert_eq!(one(&format!("{MANUAL}{allow}{variant}")).1, Vec::<String>::new());
    // And what is of use to none is told once, without a word on variants.
    let other = "[variant.a.settings]\nHowToCheck = \"AutomaticCheck\"\n";
    let said = one(&format!("{MANUAL}{allow}{other}")).1;
    assert_eq!(
        said,
        [
            "warning allow-unused: this [[allow]] of `value-discouraged` accepts nothing",
            "warning why-unused: [why] explains `ChannelName`, which the policy does not set",
        ]
    );
}

#[test]
fn what_a_variant_says_in_vain_is_told() {
    let variant = "[variant.a.settings]\nHowToCheck = \"AutomaticCheck\"\n[variant.a.why]\nChannelName = \"w\"\n\
                   [[variant.a.allow]]\ncode = \"value-discouraged\"\nwhy = \"w\"\n\
                   [variant.b.settings]\nHowToCheck = \"AutomaticDownload\"\n";
    let said = one(&format!("{MANUAL}{variant}")).1;
    assert!(said.iter().any(|line| line.contains("why-unused")), "{said:?}");
    let without = variant.replace("[variant.a.why]\nChannelName = \"w\"\n", "");
    let said = one(&format!("{MANUAL}{without}")).1;
    assert_eq!(said, ["warning allow-unused: this [[allow]] of `value-discouraged` accepts nothing"]);
}

#[test]
fn findings_name_the_plans_that_they_are_of() {
    let said = one(&format!("{MANUAL}[variant.a.settings]\nChannelName = \"Production\"\n[variant.b.settings]\nHowToCheck = \"AutomaticCheck\"\n")).1;
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].ends_with("this is so in the variant `a`"), "{said:?}");
    let of_all =
        one("[settings]\nChannelName = \"Production\"\n[variant.a.settings]\nHowToCheck = \"Manual\"\n").1;
    assert_eq!(of_all.iter().filter(|line| line.contains("value-discouraged")).count(), 1, "{of_all:?}");
    assert!(!of_all.iter().any(|line| line.contains("this is so")), "{of_all:?}");
}

#[test]
fn only_the_variants_are_built_where_the_policy_says_so() {
    let text = "[policy]\nid = \"com.example.p\"\nvariants-only = true\nkeep-identifiers-from = \"x.mobileconfig\"\n\
                [variant.a.settings]\nHowToCheck = \"Manual\"\n";
    let (plans, said) = judge(&[("p.toml", text)]);
    assert_eq!(said, Vec::<String>::new());
    assert_eq!(plans.iter().map(line).collect::<Vec<_>>(), ["com.example.p.a HowToCheck=\"Manual\""]);
    assert_eq!(plans[0].identity.keep_identifiers_from, None);
}
