//! The house of the crate: which room imports which, what the inner rooms may not touch, how files open.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

mod rust;

use rust::{Path, Source};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Rooms that touch no file, no process and no clock, and print nothing.
const CORE: [&str; 15] = [
    "finding",
    "document",
    "version",
    "value",
    "text",
    "catalog",
    "plan",
    "policy",
    "profile",
    "project",
    "check",
    "import",
    "diff",
    "endpoints",
    "emit",
];
/// Rooms that know nothing of each other.
const APART: [&str; 3] = ["emit", "diff", "endpoints"];
/// What the core may not name.
const DOORS: [&[&str]; 8] = [
    &["std", "fs"],
    &["std", "net"],
    &["std", "process"],
    &["std", "env"],
    &["std", "thread"],
    &["std", "time", "SystemTime"],
    &["std", "time", "Instant"],
    &["std", "io", "stdin"],
];
/// Macros that print.
const PRINTS: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];

/// Every Rust file below a folder of the crate, by path from the crate's root, with `/`.
fn files(folder: &str) -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut open = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The rooms in the order of `src/lib.rs`: each may import those after it.
fn rooms() -> Vec<String> {
    let text = include_str!("../../src/lib.rs");
    let names = text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

/// The sources of the library, without the two files that stand above all rooms.
fn sources() -> Vec<Source> {
    let above = ["src/lib.rs", "src/main.rs"];
    let inside = files("src").into_iter().filter(|(name, _)| !above.contains(&name.as_str()));
    inside.map(|(name, text)| Source::read(&name, &text)).collect()
}

/// What is wrong with the imports of a source.
fn imports(source: &Source, rooms: &[String]) -> Vec<String> {
    let place = |name: &str| rooms.iter().position(|room| room == name);
    let own = place(&source.room);
    let mut complaints = Vec::new();
    for Path { line, parts, test } in &source.paths {
        let ["crate", room, ..] = parts.iter().map(String::as_str).collect::<Vec<_>>()[..] else { continue };
        let at = format!("{}:{line}: {}", source.name, parts.join("::"));
        match (own, place(room)) {
            (_, None) => complaints.push(format!("{at}: `{room}` is no room of src/lib.rs")),
            (Some(own), Some(other)) if other < own => {
                complaints.push(format!("{at}: {room} is above {}", source.room));
            }
            _ => {}
        }
        if room != source.room && APART.contains(&room) && APART.contains(&source.room.as_str()) {
            complaints.push(format!("{at}: {} knows nothing of {room}", source.room));
        }
        // Tests have to make one.
        let only = parts.get(2).is_some_and(|part| part == "CheckedPlan");
        if source.room == "emit" && room == "check" && !only && !test {
            complaints.push(format!("{at}: of check, emit sees only CheckedPlan"));
        }
    }
    complaints
}

/// What a source of the core touches that it may not. Its tests may.
fn doors(source: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    for Path { line, parts, test } in &source.paths {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let door = DOORS.iter().any(|door| parts.starts_with(door));
        let whole = parts == ["std", "time", "*"] || parts == ["std", "*"];
        let clock = parts.len() > 1 && parts.last() == Some(&"now");
        if !test && (door || whole || clock) {
            complaints.push(format!("{}:{line}: {}", source.name, parts.join("::")));
        }
    }
    let prints = source.macros.iter().filter(|(_, name, test)| !test && PRINTS.contains(&name.as_str()));
    complaints.extend(prints.map(|(line, name, _)| format!("{}:{line}: {name}!", source.name)));
    complaints
}

/// What is wrong with how a file opens: with a sentence that says what it is for.
fn opening(name: &str, text: &str) -> Option<String> {
    let first: Vec<&str> =
        text.lines().map_while(|line| line.strip_prefix("//! ")).map(str::trim_end).collect();
    let sentence = first.join(" ");
    // The program's own name is never capitalised.
    let starts =
        sentence.starts_with(|c: char| c.is_uppercase() || c == '`') || sentence.starts_with("prefsmith ");
    (!starts || !sentence.ends_with('.'))
        .then(|| format!("{name}: opens with no `//!` sentence, but with `{sentence}`"))
}

fn none(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn every_room_is_in_the_order_of_lib_rs() {
    let rooms = rooms();
    let found: BTreeSet<String> = sources().into_iter().map(|source| source.room).collect();
    assert_eq!(rooms.iter().cloned().collect::<BTreeSet<_>>(), found);
    let lost = CORE.iter().filter(|room| !found.contains(**room));
    assert_eq!(lost.collect::<Vec<_>>(), Vec::<&&str>::new(), "core rooms");
}

#[test]
fn a_room_imports_only_rooms_below_it() {
    let rooms = rooms();
    let sources = sources();
    let seen: usize = sources.iter().map(|source| source.paths.len()).sum();
    assert!(seen > 200, "only {seen} paths were read");
    none(sources.iter().flat_map(|source| imports(source, &rooms)).collect());
}

#[test]
fn the_core_touches_no_file_process_or_clock() {
    let sources = sources();
    let core = sources.iter().filter(|source| CORE.contains(&source.room.as_str()));
    none(core.flat_map(doors).collect());
}

#[test]
fn the_library_does_not_print() {
    let printing = |source: &Source| {
        let prints = source.macros.iter().filter(|(_, name, test)| !test && PRINTS.contains(&name.as_str()));
        prints.map(|(line, name, _)| format!("{}:{line}: {name}!", source.name)).collect::<Vec<_>>()
    };
    none(sources().iter().flat_map(printing).collect());
}

#[test]
fn every_file_opens_with_a_sentence() {
    let mut all = vec![("build.rs".to_owned(), include_str!("../../build.rs").to_owned())];
    for folder in ["src", "tests", "benches"] {
        all.extend(files(folder));
    }
    none(all.iter().filter_map(|(name, text)| opening(name, text)).collect());
}

fn complaints(name: &str, text: &str) -> Vec<String> {
    let rooms = rooms();
    let source = Source::read(name, text);
    imports(&source, &rooms).into_iter().chain(doors(&source)).collect()
}

/// The tests above would see what they look for, however it is written.
#[test]
fn what_breaks_the_house_is_seen() {
    let bad = [
        ("src/plan.rs", "use crate::cli;"),
        ("src/plan.rs", "use crate::{finding::Finding, policy::{Policy, Files}};"),
        ("src/plan.rs", "fn f() { let x = crate :: check::check(); }"),
        ("src/plan.rs", "fn f(x: &crate::check::Checked) {}"),
        ("src/plan.rs", "use super::policy::Policy;"),
        ("src/plan.rs", "mod inner { use super::super::policy; }"),
        ("src/catalog/mod.rs", "use super::policy;"),
        ("src/catalog/layer.rs", "use super::super::plan::Plan;"),
        ("src/catalog/layer.rs", "#[cfg(test)] mod tests { use crate::plan; }"),
        ("src/catalog/layer.rs", "use crate::nowhere::X;"),
        ("src/emit/jamf.rs", "use crate::diff::Verdict;"),
        ("src/emit/jamf.rs", "use crate::check::{CheckedPlan, is_secret};"),
        ("src/emit/jamf.rs", "use crate::check;"),
        ("src/check/mod.rs", "use std::fs;"),
        ("src/check/mod.rs", "use std::{io, fs::File};"),
        ("src/check/mod.rs", "fn f() { std::env::var(\"X\"); }"),
        ("src/check/mod.rs", "fn f() { ::std::process::exit(1) }"),
        ("src/check/mod.rs", "use std::time::{Duration, Instant};"),
        ("src/check/mod.rs", "use std::time::*;"),
        ("src/check/mod.rs", "fn f() { jiff::Timestamp::now(); }"),
        ("src/check/mod.rs", "fn f() { println!(\"x\"); }"),
        ("src/check/mod.rs", "fn f<'a>(x: &'a str) { let c = '\"'; eprintln!(\"x\"); }"),
        ("src/check/mod.rs", "#[cfg(test)] mod tests { fn f() {} } fn g() { std::fs::read(\"\"); }"),
    ];
    for (name, text) in bad {
        assert!(!complaints(name, text).is_empty(), "{name}: {text}");
    }
    let good = [
        ("src/plan.rs", "use crate::{catalog::{Catalog, model}, finding::Finding};"),
        ("src/plan.rs", "// use crate::cli;\n/* crate::cli /* std::fs */ crate::cli */"),
        ("src/plan.rs", "const X: &str = \"crate::cli std::fs\";"),
        ("src/plan.rs", "const X: &str = r#\"crate::cli \"std::fs\" \"#;"),
        ("src/plan.rs", "const X: char = '\\''; const Y: u8 = b'\"';"),
        ("src/plan.rs", "mod inner { use super::Plan; }"),
        ("src/catalog/layer.rs", "use super::model::{Key, Heads};"),
        ("src/emit/jamf.rs", "use crate::check::CheckedPlan;"),
        ("src/check/mod.rs", "use std::time::Duration; const X: &str = env!(\"X\");"),
        (
            "src/check/mod.rs",
            "#[cfg(test)] mod tests { fn f() { println!(\"{:?}\", std::fs::read(\"\")); } }",
        ),
        ("src/check/tests.rs", "fn f() { std::fs::read(\"\"); }"),
    ];
    for (name, text) in good {
        assert_eq!(complaints(name, text), Vec::<String>::new(), "{name}: {text}");
    }
    assert!(opening("x.rs", "use x;\n").is_some());
    assert!(opening("x.rs", "//! a thing\nuse x;\n").is_some());
    assert!(opening("x.rs", "//! One sentence,\n//! on two lines.\n//!\n//! More\n").is_none());
}
