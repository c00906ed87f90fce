//! `prefsmith man`: the manual, a page for each verb, made from the declaration of the command line.

use super::common::{Exit, label, print, say};
use crate::output::write_over;
use anyhow::{Context as _, Result, bail};
use clap::{Arg, ArgAction, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};
use std::path::PathBuf;

/// Print pages of the manual, or write them all
///
/// Without a verb: the page of prefsmith itself.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  prefsmith man build | man -l -
  prefsmith man --out /usr/local/share/man/man1        prefsmith.1, prefsmith-build.1, …")]
pub(super) struct Args {
    /// The verb
    #[arg(value_name = "VERB", conflicts_with = "out")]
    verb: Vec<String>,
    /// Write all pages into this folder; pages that are there are replaced
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args, command: Command) -> Result<Exit> {
    let mut root = command.disable_help_subcommand(true);
    root.build();
    let Some(out) = &args.out else {
        let mut wanted = &root;
        for verb in &args.verb {
            let Some(next) = wanted.find_subcommand(verb) else {
                bail!("`{verb}` is no verb of {}", wanted.get_name());
            };
            wanted = next;
        }
        print(&page(wanted, &root)?)?;
        return Ok(Exit::Fine);
    };
    let pages = pages(&root)?;
    for (name, text) in &pages {
        let path = out.join(name);
        write_over(&path, text.as_bytes()).with_context(|| label(&path))?;
    }
    say(&format!("wrote {} pages into {}\n", pages.len(), label(out)));
    Ok(Exit::Fine)
}

/// Every page with the name of its file, the outer ones first.
fn pages(root: &Command) -> Result<Vec<(String, String)>> {
    let mut open = vec![root];
    let mut found = Vec::new();
    while let Some(command) = open.pop() {
        found.push((format!("{}.1", name(command)), page(command, root)?));
        open.extend(visible(command));
    }
    found.sort();
    Ok(found)
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|inner| !inner.is_hide_set())
}

/// What a page is called: `prefsmith-build`.
fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

/// One page. The sections are clap_mangen's, but for the title, which has no date, and for what stands behind the
/// options of `--help`: there, line ends and columns count.
fn page(command: &Command, root: &Command) -> Result<String> {
    let man = Man::new(command.clone());
    let mut out = Vec::new();
    man.render_name_section(&mut out)?;
    synopsis(command).to_writer(&mut out)?;
    man.render_description_section(&mut out)?;
    man.render_options_section(&mut out)?;
    if visible(command).next().is_some() {
        man.render_subcommands_section(&mut out)?;
    }
    let mut rest = Roff::new();
    if let Some(after) = command.get_after_long_help().or_else(|| command.get_after_help()) {
        after_help(&mut rest, &after.to_string());
    }
    see_also(&mut rest, command, root);
    rest.to_writer(&mut out)?;
    let body = String::from_utf8(out).context("a page is no text")?;
    let title = name(command).to_uppercase();
    let version = root.get_version().unwrap_or_default();
    Ok(tidy(&format!(".TH \"{title}\" \"1\" \"\" \"prefsmith {version}\" \"prefsmith\"\n{body}")))
}

/// How a verb is called: its own options with their values, those of every verb, then what is not optional.
/// clap_mangen's has neither the values nor what may be repeated.
fn synopsis(command: &Command) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]);
    let mut line = vec![bold(command.get_bin_name().unwrap_or_else(|| command.get_name()))];
    let shown = || command.get_arguments().filter(|arg| !arg.is_hide_set() && !arg.is_positional());
    let everywhere = |arg: &&Arg| arg.get_help_heading() == Some("Everywhere");
    for arg in shown().filter(|arg| !everywhere(arg)).chain(shown().filter(everywhere)) {
        let Some(long) = arg.get_long().filter(|long| !matches!(*long, "help" | "version")) else { continue };
        line.extend([roman(" ["), bold(format!("--{long}"))]);
        if arg.get_action().takes_values() {
            line.extend([roman(" "), italic(values(arg))]);
        }
        line.push(roman(if matches!(arg.get_action(), ArgAction::Append) { "]..." } else { "]" }));
    }
    for arg in command.get_positionals().filter(|arg| !arg.is_hide_set()) {
        let several = arg.get_num_args().is_some_and(|range| range.max_values() > 1);
        let (open, close) = if arg.is_required_set() { (" ", "") } else { (" [", "]") };
        line.extend([
            roman(open),
            italic(values(arg)),
            roman(close),
            roman(if several { "..." } else { "" }),
        ]);
    }
    if visible(command).next().is_some() {
        line.extend([
            roman(" "),
            italic(command.get_subcommand_value_name().unwrap_or("VERB")),
            roman(" ..."),
        ]);
    }
    roff.text(line);
    roff
}

/// What stands for the values of an argument.
fn values(arg: &Arg) -> String {
    match arg.get_value_names() {
        Some(names) => names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" "),
        None => arg.get_id().as_str().to_uppercase(),
    }
}

/// What readers of pages complain about: definitions before each section, breaks around an empty line, blanks at the
/// end of lines, and characters beyond ASCII.
fn tidy(page: &str) -> String {
    let definitions = Roff::new().render();
    let page = page.replace(&definitions, "").replace(".br\n\n.br\n", ".sp\n");
    let mut out = definitions;
    for line in page.lines() {
        for c in line.trim_end().chars() {
            match c {
                ' '..='~' => out.push(c),
                other => out.push_str(&format!("\\[u{:04X}]", u32::from(other))),
            }
        }
        out.push('\n');
    }
    out
}

/// Blocks behind the options: a heading, then a sentence on its line or indented lines below, which stay as they are.
fn after_help(roff: &mut Roff, text: &str) {
    for block in text.split("\n\n") {
        let (first, rest) = block.split_once('\n').unwrap_or((block, ""));
        match first.split_once(':').filter(|(heading, _)| !heading.contains(['`', '.'])) {
            Some((heading, sentence)) => {
                roff.control("SH", [heading.to_uppercase().as_str()]);
                paragraph(roff, sentence.trim());
            }
            None => {
                roff.control("PP", []);
                paragraph(roff, first);
            }
        }
        if !rest.is_empty() {
            roff.control("nf", []);
            for line in rest.lines() {
                roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
            }
            roff.control("fi", []);
        }
    }
}

fn paragraph(roff: &mut Roff, text: &str) {
    if !text.is_empty() {
        roff.text([roman(text)]);
    }
}

fn see_also(roff: &mut Roff, command: &Command, root: &Command) {
    let own = name(command);
    let mut others: Vec<String> = std::iter::once(root)
        .chain(visible(root))
        .chain(visible(command))
        .map(|other| name(other).to_owned())
        .filter(|other| other != own)
        .collect();
    others.sort();
    others.dedup();
    if others.is_empty() {
        return;
    }
    roff.control("SH", ["SEE ALSO"]);
    let last = others.len().saturating_sub(1);
    for (at, other) in others.into_iter().enumerate() {
        roff.text([bold(other), roman(if at == last { "(1)" } else { "(1)," })]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn root() -> Command {
        let mut root = crate::cli::Cli::command().disable_help_subcommand(true);
        root.build();
        root
    }

    #[test]
    fn every_verb_has_a_page_that_names_the_others() {
        let root = root();
        let pages = pages(&root).unwrap();
        for verb in root.get_subcommands() {
            assert!(pages.iter().any(|(name, _)| *name == format!("prefsmith-{}.1", verb.get_name())));
        }
        for (name, text) in &pages {
            let stem = name.strip_suffix(".1").unwrap();
            assert!(text.contains(&format!("\n.TH \"{}\" \"1\" ", stem.to_uppercase())), "{name}");
            assert!(text.is_ascii() && !text.contains(" \n") && !text.contains("\n\n"), "{name}");
            let named = |other: &str| text.contains(&format!("\\fB{}\\fR(1)", other.replace('-', "\\-")));
            for verb in root.get_subcommands() {
                let other = format!("prefsmith-{}", verb.get_name());
                assert_eq!(named(&other), other != stem, "{name} and {other}");
            }
        }
    }

    #[test]
    fn columns_of_examples_stay() {
        let after = "Examples:\n  tool a      first\n  tool --bc   second\n\nExit status: 0 fine.\n\nMore of `x: y` here.";
        let mut root = Command::new("tool")
            .about("A tool")
            .arg(Arg::new("kind").long("kind").help("„Which“").value_parser(["a", "b"]))
            .after_help(after.to_owned());
        root.build();
        insta::assert_snapshot!(page(&root, &root).unwrap());
    }
}
