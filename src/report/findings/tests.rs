//! One table of nasty findings, in every format, and the promise that no finding makes a renderer fail.

use super::*;
use crate::finding::{Finding, Origin, SourceId, Sources, Span};
use proptest::prelude::*;
use serde_json::{Value, json};

const PLAIN: TextOptions = TextOptions { color: false, width: 100, all: None };

fn span(source: SourceId, start: usize, end: usize) -> Span {
    Span { source, start: u32::try_from(start).unwrap(), end: u32::try_from(end).unwrap() }
}

/// The stretch of a source that reads `text`.
fn find(sources: &Sources, source: SourceId, text: &str) -> Span {
    let start = sources.text(source).find(text).unwrap();
    span(source, start, start + text.len())
}

/// A finding of a code that no table has, as a catalogue's rule would bring it.
fn finding(code: &'static str, title: &str) -> Finding {
    Finding::new(code, title).severity(Severity::Error)
}

fn of(list: impl IntoIterator<Item = Finding>) -> Findings {
    let mut findings = Findings::new();
    list.into_iter().for_each(|finding| findings.push(finding));
    findings
}

fn shown(list: impl IntoIterator<Item = Finding>, sources: &Sources) -> String {
    text(&of(list), sources, &PLAIN)
}

fn nasty() -> (Findings, Sources) {
    let mut sources = Sources::new();
    let policy = sources.add(
        "./policies/a b,c:d.toml",
        "[settings]\r\nIsAttachFilesEnabled = 0\r\n\tHow😀ToCheck = \"日本 \u{1b}[31m\u{202e}x\" # שלום\r\n",
    );
    let base = sources.add("base.toml", "[settings]\nIsAttachFilesEnabled = true");
    let binary = sources.add("mac.plist", "");
    let empty = sources.add("empty.toml", "");
    let end = sources.text(policy).len();
    let zero = Span { start: 35, end: 36, ..find(&sources, policy, "IsAttachFilesEnabled") };
    let findings = of([
        finding("wrong-type", "`IsAttachFilesEnabled` takes a boolean, not an integer")
            .at(zero, "an integer")
            .at(find(&sources, base, "true"), "the base policy has a boolean")
            .note("0 and false are told apart")
            .help("write `false`")
            .fix(zero, "false", "write a boolean")
            .about("com.microsoft.Outlook", "IsAttachFilesEnabled"),
        finding("bad-value", "100%\u{1b}[2J\r\nsure")
            .severity(Severity::Warning)
            .at(find(&sources, policy, "\"日本 \u{1b}[31m\u{202e}x\""), "not\none of")
            .at(find(&sources, policy, "How😀ToCheck"), ""),
        finding("end-of-file", "a value is missing").at(span(policy, end, end), "here"),
        finding("empty", "the policy is empty").severity(Severity::Note).at(span(empty, 0, 0), ""),
        finding("whole", "is no property list").at(Origin::Whole(binary), ""),
        finding("inside", "is no date")
            .at(
                Origin::Path {
                    source: binary,
                    path: ["PayloadContent", "0", "Start > at"].into_iter().collect(),
                },
                "text",
            )
            .at(find(&sources, base, "[settings]"), "wanted here"),
        finding("no-place", "no policy was given").help("name a file").help("or pipe one in,\nwith `-`"),
    ]);
    (findings, sources)
}

#[test]
fn text_of_the_nasty_table() {
    let (findings, sources) = nasty();
    insta::assert_snapshot!(text(&findings, &sources, &PLAIN));
}

#[test]
fn json_of_the_nasty_table() {
    let (findings, sources) = nasty();
    insta::assert_snapshot!(super::json(&findings, &sources));
}

#[test]
fn sarif_of_the_nasty_table() {
    let (findings, sources) = nasty();
    insta::assert_snapshot!(sarif(&findings, &sources));
}

#[test]
fn gitlab_of_the_nasty_table() {
    let (findings, sources) = nasty();
    insta::assert_snapshot!(gitlab(&findings, &sources));
}

/// GitLab takes two issues of one fingerprint for one, and one whose fingerprint changes for a new one.
#[test]
fn gitlab_knows_findings_again() {
    let two = |text: &str, offsets: [usize; 2]| {
        let mut sources = Sources::new();
        let source = sources.add("policies/a.toml", text);
        let found = offsets.map(|at| finding("wrong-type", "same").at(span(source, at, at), ""));
        let report = gitlab(&of(found), &sources);
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let one = |issue: &serde_json::Value| {
            (
                issue["location"]["lines"]["begin"].as_u64().unwrap(),
                issue["fingerprint"].as_str().unwrap().to_owned(),
            )
        };
        report.as_array().unwrap().iter().map(one).collect::<Vec<_>>()
    };
    let (before, after) = (two("a\nb\n", [0, 2]), two("\n\na\nb\n", [2, 4]));
    assert_eq!(before.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(after.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4]);
    assert_ne!(before[0].1, before[1].1);
    assert_eq!([&before[0].1, &before[1].1], [&after[0].1, &after[1].1]);
}

#[test]
fn github_of_the_nasty_table() {
    let (findings, sources) = nasty();
    insta::assert_snapshot!(github(&findings, &sources));
}

#[test]
fn summaries_count_by_severity() {
    let note = || finding("a", "").severity(Severity::Note);
    let warning = || finding("b", "").severity(Severity::Warning);
    assert_eq!(summary(&of([]), 0), "no findings");
    assert_eq!(summary(&of([]), 2), "no findings (2 allowed)");
    assert_eq!(
        summary(&of([finding("c", ""), warning(), finding("c", ""), note(), note(), note()]), 1),
        "2 errors, 1 warning, 3 notes (1 allowed)"
    );
    assert_eq!(summary(&of((0..5000).map(|_| warning())), 0), "5,000 warnings");
}

#[test]
fn without_findings_there_is_nothing_to_read() {
    let sources = Sources::new();
    assert_eq!(shown([], &sources), "");
    assert_eq!(github(&of([]), &sources), "");
    assert_eq!(super::json(&of([]), &sources), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
}

#[test]
fn colour_is_the_only_escape_sequence() {
    let (findings, sources) = nasty();
    let colored = text(&findings, &sources, &TextOptions { color: true, width: 100, all: None });
    let mut plain = String::new();
    let mut parts = colored.split('\u{1b}');
    plain.push_str(parts.next().unwrap());
    for part in parts {
        let (style, rest) = part.split_once('m').unwrap();
        assert!(style.strip_prefix('[').unwrap().chars().all(|c| c.is_ascii_digit() || c == ';'), "{style}");
        plain.push_str(rest);
    }
    assert_eq!(plain, text(&findings, &sources, &PLAIN));
}

#[test]
fn many_findings_of_a_code_are_summed_up() {
    let mut sources = Sources::new();
    let policy = sources.add("p.toml", "a = 1\n".repeat(5000));
    let many = (0..5000)
        .map(|line| finding("unknown-key", "no such key").at(span(policy, 6 * line, 6 * line + 1), ""));
    let findings = of(many.chain([finding("other", "last")]));
    let out = text(&findings, &sources, &PLAIN);
    assert_eq!(out.matches("error[unknown-key]").count(), 20);
    assert_eq!(out.matches("error[other]").count(), 1);
    assert!(out.ends_with("\n\n… and 4,980 more of `unknown-key`\n\n"), "{out}");
    let all: Value = serde_json::from_str(&super::json(&findings, &sources)).unwrap();
    assert_eq!(all["findings"].as_array().unwrap().len(), 5001);
    assert_eq!(all["findings"][4999]["line"], 5000);
}

#[test]
fn a_megabyte_on_one_line_is_shown_in_excerpts() {
    let mut sources = Sources::new();
    let line = format!("a = \"{}\", KEY = \"{}\"", "x".repeat(700_000), "y".repeat(700_000));
    let policy = sources.add("long.toml", line);
    let key = find(&sources, policy, "KEY");
    let value = span(policy, 4, 700_006);
    for width in [0, 80, usize::MAX] {
        let options = TextOptions { color: false, width, all: None };
        let two = finding("two", &"t".repeat(1_000_000)).at(key, "the key").at(value, "l".repeat(1_000_000));
        let out = text(&of([two.fix(value, "z".repeat(1_000_000), "shorten")]), &sources, &options);
        assert!(out.contains("--> long.toml:1:700009\n") && out.contains("the key"), "{out}");
        assert!(out.len() < 10_000, "{}", out.len());
    }
}

#[test]
fn a_snippet_says_the_true_column_of_a_line_it_shortens() {
    let mut sources = Sources::new();
    let policy = sources.add("p.toml", format!("\n\t{}KEY", "é".repeat(1000)));
    let out = shown([finding("c", "t").at(find(&sources, policy, "KEY"), "here")], &sources);
    assert!(out.contains("--> p.toml:2:1002\n"), "{out}");
    assert!(out.contains("éKEY\n") && out.contains(" ^^^ here\n"), "{out}");
}

#[test]
fn distant_places_of_a_file_have_snippets_of_their_own() {
    let mut sources = Sources::new();
    let policy = sources.add("p.toml", format!("first = 1\n{}first = 2\n", "x = 1\n".repeat(10_000)));
    let second = find(&sources, policy, "first = 2");
    let double =
        finding("double-key", "`first` is set twice").at(second, "again").at(span(policy, 0, 9), "first");
    insta::assert_snapshot!(shown([double], &sources), @r"
    error[double-key]: `first` is set twice
         --> p.toml:10002:1
          |
    10002 | first = 2
          | ^^^^^^^^^ again
          |
         ::: p.toml:1:1
          |
        1 | first = 1
          | --------- first

    ");
}

#[test]
fn a_stretch_of_many_lines_is_shown_by_its_first() {
    let mut sources = Sources::new();
    let policy = sources.add("p.toml", format!("[a]\n{}", "x = 1\n".repeat(50_000)));
    let all = span(policy, 0, sources.text(policy).len());
    insta::assert_snapshot!(shown([finding("c", "t").at(all, "this table").fix(all, "", "drop it")], &sources), @r"
    error[c]: t
     --> p.toml:1:1
      |
    1 | [a]
      | ^^^ this table
      |
      = help: drop it

    ");
}

#[test]
fn a_stretch_stops_before_its_last_line_end() {
    let mut sources = Sources::new();
    let policy = sources.add("p.toml", "A = 1\r\nB = 2\r\n");
    insta::assert_snapshot!(shown([finding("c", "t").at(span(policy, 0, 7), "all of it")], &sources), @r"
    error[c]: t
     --> p.toml:1:1
      |
    1 | A = 1
      | ^^^^^ all of it

    ");
}

#[test]
fn many_places_of_a_finding_are_summed_up() {
    let mut sources = Sources::new();
    let policy = sources.add("p.toml", "a = 1\n".repeat(5000));
    let at = |made: Finding, line: usize| made.at(span(policy, 600 * line, 600 * line + 1), "set");
    let many = (0..50).fold(finding("double-key", "`a` is set often"), at);
    let out = shown([many.note("one is enough")], &sources);
    assert_eq!(out.matches(" set\n").count(), 12, "{out}");
    assert!(out.contains("= note: … and 38 more places\n     = note: one is enough"), "{out}");
}

#[test]
fn a_fix_in_another_file_names_it() {
    let mut sources = Sources::new();
    let policy = sources.add("p.toml", "extends = [\"base.toml\"]\n");
    let base = sources.add("base.toml", "\tHowToCheck = \"automatic\"\r\n");
    let place = find(&sources, base, "automatic");
    let wrong =
        finding("c", "t").at(Origin::Whole(policy), "").fix(place, "Manual", "write a value that it takes");
    insta::assert_snapshot!(shown([wrong], &sources), @r#"
    error[c]: t
     --> p.toml
      |
    help: write a value that it takes
     --> base.toml:1:16
      |
    1 -     HowToCheck = "automatic"
    1 +     HowToCheck = "Manual"
      |

    "#);
}

#[test]
fn a_fix_may_add_lines() {
    let mut sources = Sources::new();
    let policy = sources.add("p.toml", "[settings]\nA = 1\n");
    let end = span(policy, 17, 17);
    let wrong = finding("c", "t").at(find(&sources, policy, "A"), "").fix(end, "B = 2\nC = 3\n", "add them");
    insta::assert_snapshot!(shown([wrong], &sources), @r"
    error[c]: t
     --> p.toml:2:1
      |
    2 | A = 1
      | ^
      |
    help: add them
      |
    3 + B = 2
    4 + C = 3
      |

    ");
}

#[test]
fn sarif_has_what_its_readers_require() {
    let (findings, sources) = nasty();
    let log: Value = serde_json::from_str(&sarif(&findings, &sources)).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    assert_eq!(run["tool"]["driver"]["name"], "prefsmith");
    assert!(run["tool"]["driver"].get("version").is_none());
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), findings.iter().count());
    for (result, finding) in results.iter().zip(findings.iter()) {
        assert_eq!(result["ruleId"], finding.code.as_str());
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[rule]["id"], finding.code.as_str());
        assert_eq!(result["level"], finding.severity.word());
        assert!(result["message"]["text"].as_str().unwrap().starts_with(&finding.title));
        assert_eq!(result["locations"].as_array().unwrap().len(), finding.labels.len().min(1));
        let related = result.get("relatedLocations").map_or(0, |list| list.as_array().unwrap().len());
        assert_eq!(related, finding.labels.len().saturating_sub(1));
        assert_eq!(result.get("fixes").is_some(), finding.fix.is_some());
    }
    let deleted = &results[0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    let two = json!({"startLine": 2, "startColumn": 24, "endLine": 2, "endColumn": 25});
    assert_eq!(*deleted, json!({"deletedRegion": two, "insertedContent": {"text": "false"}}));
    // A tab, three letters, an emoji of two units, seven letters, ` = `: 16 units and 15 characters stand before it.
    assert_eq!(results[1]["locations"][0]["physicalLocation"]["region"]["startColumn"], 17);
    let all: Value = serde_json::from_str(&super::json(&findings, &sources)).unwrap();
    assert_eq!(all["findings"][1]["column"], 16);
}

#[test]
fn a_workflow_command_is_one_line_and_cannot_be_forged() {
    let mut sources = Sources::new();
    let evil = sources.add("a\n::error::b,line=1:%0A", "x\r\ny");
    let out = github(
        &of([finding("c", "t\n::set-env name=X::1\r%0A\u{1b}[1m").at(span(evil, 0, 4), "l\nm").note("n")]),
        &sources,
    );
    assert_eq!(
        out,
        "::error file=a%0A%3A%3Aerror%3A%3Ab%2Cline=1%3A%250A,line=1,endLine=2,title=c::\
         t%0A::set-env name=X::1%0D%250A␛[1m%0Al%0Am%0Anote: n\n"
    );
}

/// Texts with all that makes offsets hard.
fn hard_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z =\"]{1,8}",
        2 => Just("\n".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just("\r".to_owned()),
        1 => Just("\t".to_owned()),
        1 => Just("日本".to_owned()),
        1 => Just("😀".to_owned()),
        1 => Just("e\u{301}\u{200d}".to_owned()),
        1 => Just("\u{1b}[31m\u{9b}\u{0}".to_owned()),
        1 => Just("\u{202e}שלום".to_owned()),
        1 => Just("\u{f0000}7:1:1".to_owned()),
        1 => Just("    { } // ".to_owned()),
        1 => Just("x".repeat(300)),
        1 => Just("\n".repeat(50)),
    ];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn hard_finding(ids: [SourceId; 2]) -> impl Strategy<Value = Finding> {
    let offset = || prop_oneof![9 => 0_u32..120, 3 => 0_u32..2500, 1 => Just(u32::MAX)];
    let span = (0_usize..2, offset(), offset()).prop_map(move |(source, start, end)| Span {
        source: ids[source],
        start,
        end,
    });
    let near = (0_usize..2, offset(), 0_u32..9).prop_map(move |(source, start, length)| Span {
        source: ids[source],
        start,
        end: start.saturating_add(length),
    });
    let span = prop_oneof![span, near];
    let origin = prop_oneof![
        8 => span.clone().prop_map(Origin::Text),
        1 => (0_usize..2).prop_map(move |source| Origin::Whole(ids[source])),
        1 => ((0_usize..2), proptest::collection::vec(hard_text(), 0..3))
            .prop_map(move |(source, path)| Origin::Path { source: ids[source], path: path.iter().collect() }),
    ];
    let labels = proptest::collection::vec((origin, prop_oneof![Just(String::new()), hard_text()]), 0..16);
    let fix = proptest::option::of((span, hard_text(), hard_text()));
    let lines = || proptest::collection::vec(hard_text(), 0..3);
    (hard_text(), labels, lines(), lines(), fix).prop_map(|(title, labels, notes, help, fix)| {
        let mut made = finding("hard", &title);
        made = labels.into_iter().fold(made, |made, (at, text)| made.at(at, text));
        (made.notes, made.help) = (notes, help);
        match fix {
            Some((span, text, title)) => made.fix(span, text, title),
            None => made,
        }
    })
}

fn hard_run() -> impl Strategy<Value = (Findings, Sources)> {
    (hard_text(), hard_text(), hard_text()).prop_flat_map(|(first, second, label)| {
        let mut sources = Sources::new();
        let ids = [sources.add(label, first), sources.add("b.toml", second)];
        proptest::collection::vec(hard_finding(ids), 1..4).prop_map(move |list| (of(list), sources.clone()))
    })
}

proptest! {
    #[test]
    fn no_finding_makes_a_renderer_fail((findings, sources) in hard_run(), width in 0_usize..200) {
        let out = text(&findings, &sources, &TextOptions { color: false, width, all: None });
        prop_assert!(out.chars().all(|c| c == '\n' || !c.is_control()), "{}", out);
        prop_assert!(!out.contains(['\u{202e}', '\u{200d}', '\u{f0000}']), "{}", out);
        prop_assert!(out.len() < 200_000, "{}", out.len());
        prop_assert_eq!(out.matches("error[hard]").count(), findings.iter().count());
        text(&findings, &sources, &TextOptions { color: true, width, all: None });

        let all: Value = serde_json::from_str(&super::json(&findings, &sources)).unwrap();
        for (entry, finding) in all["findings"].as_array().unwrap().iter().zip(findings.iter()) {
            prop_assert_eq!(entry["message"].as_str(), Some(finding.title.as_str()));
        }
        let log: Value = serde_json::from_str(&sarif(&findings, &sources)).unwrap();
        for result in log["runs"][0]["results"].as_array().unwrap() {
            for place in result["locations"].as_array().unwrap() {
                if let Some(region) = place["physicalLocation"].get("region") {
                    let at = |name: &str| region[name].as_u64().unwrap();
                    let (start, end) =
                        ((at("startLine"), at("startColumn")), (at("endLine"), at("endColumn")));
                    prop_assert!((1, 1) <= start && start <= end, "{}", region);
                }
            }
        }
        let commands = github(&findings, &sources);
        prop_assert_eq!(commands.lines().count(), findings.iter().count());
        prop_assert!(commands.lines().all(|line| line.starts_with("::error ")));
    }
}
