//! The project file as a text.

use super::*;
use crate::finding::Sources;

fn read(text: &str) -> (Project, Vec<String>) {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let project = Project::read(sources.add(FILE, text), text, &mut findings);
    let said = |finding: &crate::finding::Finding| {
        let at = finding.primary().and_then(|at| sources.position_of(at)).map_or(0, |at| at.line);
        let help = finding.help.first().map_or(String::new(), |help| format!(" ({help})"));
        format!("{at} {}: {}{help}", finding.code.as_str(), finding.title)
    };
    let findings = findings.sorted();
    (project, findings.iter().map(said).collect())
}

fn texts(list: &[Said]) -> Vec<&str> {
    list.iter().map(|said| said.text.as_str()).collect()
}

#[test]
fn everything_that_a_project_file_can_say() {
    let (project, said) = read(
        r#"
[project]
format    = 1
policies  = ["policies/*.toml"]
exclude   = "policies/base.toml"
profiles  = ["profiles"]
catalog   = ["catalog/own.toml", "../shared"]
manifests = ["Manifests"]

[check]
deny = "warnings"

[build]
out    = "dist"
target = ["mobileconfig", "defaults"]
form   = "domain"
split  = true

[[policy]]
file = "policies/office.toml"
out  = "dist/special"
split = false
keep-identifiers-from = "deployed/office.mobileconfig"

[[exclusive]]
policies = ["policies/ring-a.toml", "policies/ring-b.toml"]
why = "A Mac is in one ring."

[[allow]]
code = "set-by-two-policies"
key  = "HowToCheck"
why  = "Until the next release."
"#,
    );
    assert_eq!(said, Vec::<String>::new());
    assert_eq!(texts(&project.policies), ["policies/*.toml"]);
    assert_eq!(texts(&project.exclude), ["policies/base.toml"]);
    assert_eq!(texts(&project.profiles), ["profiles"]);
    assert_eq!(texts(&project.catalog), ["catalog/own.toml", "../shared"]);
    assert_eq!(texts(&project.manifests), ["Manifests"]);
    assert_eq!(project.deny_warnings, Some(true));
    assert_eq!(project.build.out.as_ref().map(|said| said.text.as_str()), Some("dist"));
    assert_eq!(project.build.target.as_deref().map(texts), Some(vec!["mobileconfig", "defaults"]));
    assert_eq!((project.build.form, project.build.split), (Some(Form::Domain), Some(true)));
    let [own] = project.own.as_slice() else { panic!("{:?}", project.own) };
    assert_eq!((own.file.text.as_str(), own.options.split), ("policies/office.toml", Some(false)));
    assert!(own.options.target.is_none() && own.keep_identifiers_from.is_some());
    assert_eq!(texts(&project.exclusive[0].policies).len(), 2);
    assert_eq!(project.allows[0].key.as_deref(), Some("HowToCheck"));
}

#[test]
fn an_empty_project_file() {
    let told = "1 project-path: the project file has no [project] table \
                (add `[project]` with `policies = [\"policies/*.toml\"]`)";
    assert_eq!(read("").1, [told]);
    // The name is what is wrong, and that is said.
    assert_eq!(
        read("[projects]\npolicies = []\n").1,
        ["1 unknown-table: `projects` is not known at the top of a project file (did you mean `project`?)"]
    );
}

#[test]
fn what_stands_in_the_wrong_place_is_told_where_it_belongs() {
    let of = |text: &str| read(&format!("{text}\n[project]\n")).1;
    assert_eq!(
        of("policies = [\"a.toml\"]"),
        [
            "1 unknown-table: `policies` is not known at the top of a project file (`policies` stands under [project])"
        ]
    );
    assert!(of("out = \"a\"")[0].ends_with("(`out` stands under [build])"));
    assert!(of("target = \"jamf\"")[0].ends_with("(`target` stands under [build])"));
    assert!(
        of("[target.jamf]\nurl = 1")[0]
            .ends_with("(options of single targets are not known to this prefsmith)")
    );
    assert!(of("deny = \"warnings\"")[0].ends_with("(`deny` stands under [check])"));
    assert!(of("[settings]\nX = 1")[0].contains("settings stand in a policy"));
    assert!(of("[bulid]\nout = \"x\"")[0].ends_with("(did you mean `build`?)"));
    assert!(of("[[exclusiv]]\n")[0].ends_with("(did you mean `exclusive`?)"));
}

#[test]
fn names_and_words_that_are_not_known() {
    let (_, said) = read(
        "[project]\nformat = 2\npolices = []\n[check]\ndeny = \"errors\"\n[build]\nform = \"mdx\"\ntarget = []\nsplit = \"yes\"\n",
    );
    assert_eq!(
        said,
        [
            "2 project-format: this is a project file of format 2; this prefsmith reads format 1",
            "3 unknown-table: `polices` is not known in [project] (did you mean `policies`?)",
            "5 wrong-word: `errors` is nothing that `deny` can be (it is `warnings`)",
            "7 wrong-word: `mdx` is nothing that `form` can be (it is `mcx` or `domain`)",
            "8 wrong-shape: `target` must be a list of at least one target, not an array",
            "9 wrong-shape: `split` must be a boolean, not a string",
        ]
    );
}

#[test]
fn paths_are_relative_and_outputs_stay_inside() {
    let (project, said) = read(
        "[project]\npolicies = [\"/etc/a.toml\", \"\", 'C:\\a.toml', \"../b.toml\"]\n[build]\nout = \"a/../../b\"\n\
         [[policy]]\nfile = \"*.toml\"\n[[policy]]\nout = \"x\"\n",
    );
    assert_eq!(texts(&project.policies), ["../b.toml"]);
    assert_eq!(project.build.out, None);
    assert_eq!(
        said,
        [
            "2 project-path: `/etc/a.toml` is no relative path (write it from the folder of prefsmith.toml, with `/`)",
            "2 project-path: this path is empty",
            "2 project-path: `C:\\a.toml` is no relative path (write it from the folder of prefsmith.toml, with `/`)",
            "4 project-path: `a/../../b` leads out of the project's folder \
             (`prefsmith build --out` writes anywhere; a project writes in its own folder)",
            "6 project-path: `*.toml` is a pattern, and one file belongs here",
            "7 project-path: a [[policy]] needs its `file` \
             (it says what is different for one policy: `file = \"policies/office.toml\"`)",
        ]
    );
}

#[test]
fn what_a_project_cannot_accept() {
    let of = |code: &str| read(&format!("[project]\n[[allow]]\ncode = \"{code}\"\nwhy = \"w\"\n")).1;
    assert_eq!(of("set-by-two-policies"), Vec::<String>::new());
    assert_eq!(
        of("superseded"),
        [
            "3 allow-refused: `superseded` is no finding about several policies (accept it with an [[allow]] in the policy)"
        ]
    );
    assert_eq!(of("same-id"), ["3 allow-refused: `same-id` cannot be accepted: it has to be mended"]);
    assert_eq!(
        of("set-by-two-polices")[0],
        "3 unknown-code: `set-by-two-polices` is no code of a finding (did you mean `set-by-two-policies`?)"
    );
}

#[test]
fn an_exclusive_of_one_policy_says_nothing() {
    let of = |list: &str| read(&format!("[project]\n[[exclusive]]\npolicies = {list}\n")).1.len();
    assert_eq!(
        (of("[]"), of("[\"a.toml\"]"), of("[\"rings/*.toml\"]"), of("[\"a.toml\", \"b.toml\"]")),
        (1, 1, 0, 0)
    );
}

/// What a slip hides is not missed.
#[test]
fn a_syntax_error_makes_no_other_findings() {
    let (project, said) =
        read("[project]\npolicies = [\"a.toml\"]\n\n[[policy]]\nfile = \n\n[[exclusive]]\npolicies = [\n");
    assert!(said.iter().all(|said| !said.contains("needs")), "{said:?}");
    assert_eq!(texts(&project.policies), ["a.toml"]);
}
