//! Lists for proxies: hosts, one a line, and Squid's access lists; and what a format cannot express.

use super::super::visible;
use super::{LONGEST, View};
use crate::catalog::host::HostPattern;
use crate::endpoints::{Contested, Lists, Network, State, lists};
use crate::finding::{Finding, Findings, Severity, listed};
use std::fmt::Write as _;

/// A comment for each line that whoever reads the file must know.
pub(super) fn comments(network: &Network<'_, '_>, view: &View<'_, '_>, mark: &str) -> String {
    let lines = std::iter::once(view.head()).chain(network.notes(view.selection));
    lines.map(|line| format!("{mark} {}\n", visible::line(&line, 4 * LONGEST))).collect()
}

/// Hosts, one a line: those that apps contact, or those to stop where only stopped endpoints are wanted. Patterns stand
/// in comments: a list of hosts cannot express them.
pub fn hosts(network: &Network<'_, '_>, view: &View<'_, '_>) -> String {
    let lists = lists(network, view.selection, view.strict);
    let stop = view.selection.states == [State::Stopped];
    let (what, list) = if stop {
        ("hosts that the settings keep the apps from", &lists.stopped)
    } else {
        ("hosts that the apps contact, or may", &lists.needed)
    };
    let mut out = format!("{}# {what}\n", comments(network, view, "#"));
    for host in list {
        let mark = if host.is_plain() { "" } else { "# not in the list: " };
        let _ = writeln!(out, "{mark}{}", host.as_str());
    }
    out
}

/// Squid's access lists, and the rule that answers 403 for what is stopped.
pub fn squid(network: &Network<'_, '_>, view: &View<'_, '_>) -> String {
    let lists = lists(network, view.selection, view.strict);
    let mut out = comments(network, view, "#");
    out.push_str(
        "#\n# Include it above every other http_access line of squid.conf, those that ask for a password too.\n",
    );
    out.push_str("\n# What the settings keep the apps from is answered with 403: they give up at once, where a connection\n# that is dropped makes them try again.\n");
    acls(&mut out, "prefsmith_stopped", &lists.stopped);
    if lists.stopped.is_empty() {
        out.push_str("# Nothing is stopped.\n");
    }
    let names = names("prefsmith_stopped", &lists.stopped);
    for name in &names {
        let _ = writeln!(out, "http_access deny {name}");
    }
    out.push_str("\n# What the apps contact, or may. A list alone allows nothing: whom you let through is yours to say, as in\n# http_access allow localnet prefsmith_contacted\n");
    acls(&mut out, "prefsmith_contacted", &lists.needed);
    out
}

/// The names of the access lists that a list of hosts needs.
fn names(name: &str, hosts: &[HostPattern]) -> Vec<String> {
    let plain = hosts.iter().any(HostPattern::is_plain).then(|| name.to_owned());
    let patterns = hosts.iter().any(|host| !host.is_plain()).then(|| format!("{name}_patterns"));
    plain.into_iter().chain(patterns).collect()
}

/// One line for each host: a line of Squid's holds only so much. `-n`: an address is not looked up for its name.
fn acls(out: &mut String, name: &str, hosts: &[HostPattern]) {
    for host in hosts.iter().filter(|host| host.is_plain()) {
        let _ = writeln!(out, "acl {name} dstdomain -n {}", host.as_str());
    }
    for host in hosts.iter().filter(|host| !host.is_plain()) {
        let _ = writeln!(out, "acl {name}_patterns dstdom_regex -n -i {}", host.regex());
    }
}

/// What a format for proxies cannot express, and what is stopped or not for reasons that a list does not show. `patterns`:
/// whether the format knows them.
pub fn findings(network: &Network<'_, '_>, view: &View<'_, '_>, patterns: bool) -> Findings {
    let lists = lists(network, view.selection, view.strict);
    let stop = view.selection.states == [State::Stopped];
    let mut found = Findings::new();
    let shown: Vec<&HostPattern> = match (patterns, stop) {
        (true, _) => Vec::new(),
        (false, true) => lists.stopped.iter().collect(),
        (false, false) => lists.needed.iter().collect(),
    };
    let missing: Vec<&str> = shown.iter().filter(|host| !host.is_plain()).map(|host| host.as_str()).collect();
    if !missing.is_empty() {
        let title = format!("a list of hosts cannot express {}", listed(&missing));
        let finding = Finding::new("not-in-list", title).help("`--format pac` and `--format squid` can");
        found.push(
            finding.note(
                "`*` stands for one label or for the start of one; most readers of lists would take more",
            ),
        );
    }
    if !lists.unstopped.is_empty() {
        let urls: Vec<&str> = lists.unstopped.iter().map(String::as_str).collect();
        let title = format!("{} cannot be stopped without the rest of its host", listed(&urls));
        found.push(
            Finding::new("not-in-list", title).note("a proxy sees the host of an address, and not its path"),
        );
    }
    if !lists.wider.is_empty() && !stop {
        let urls: Vec<&str> = lists.wider.iter().map(String::as_str).collect();
        let title = format!("of {} the whole host is listed", listed(&urls));
        found.push(
            Finding::new("whole-host", title).note("a proxy sees the host of an address, and not its path"),
        );
    }
    found.extend(contested(&lists, view.strict));
    found
}

fn contested(lists: &Lists, strict: bool) -> Findings {
    let one = |contested: &Contested| {
        let needed = contested.needed.iter().map(|(section, apps)| {
            let apps: Vec<&str> = apps.iter().map(String::as_str).collect();
            if apps.is_empty() { section.clone() } else { format!("{section} ({})", listed(&apps)) }
        });
        let needed: Vec<String> = needed.collect();
        let stopped: Vec<&str> = contested.stopped.iter().map(String::as_str).collect();
        let needed = listed(&needed.iter().map(String::as_str).collect::<Vec<_>>());
        let host = contested.host.as_str();
        let (title, severity) = if strict {
            (format!("{host} is stopped, and {needed} needs it"), Severity::Warning)
        } else {
            (format!("{host} is not stopped: {needed} needs it"), Severity::Note)
        };
        let finding = Finding::new("needed-elsewhere", title).severity(severity);
        let finding = finding.note(format!("the settings keep the apps from it for {}", listed(&stopped)));
        if strict { finding } else { finding.help("`--strict` stops it all the same") }
    };
    lists.contested.iter().map(one).collect()
}
