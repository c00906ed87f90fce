//! The words of a rule, filled with what it found.

use crate::catalog::Catalog;
use crate::catalog::condition::Firing;
use crate::catalog::rule::Rule;
use crate::finding::listed;
use crate::version::Ranges;

/// What a rule speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A policy, in which something can be written.
    Policy,
    /// A profile.
    Profile,
    /// A Mac.
    Mac,
}

/// Puts what the variables are bound to into a text of a rule. `{is|are}` takes the form that fits their number, and
/// `{policy:…|…}` what fits a policy, or anything else.
pub fn filled(
    catalog: &Catalog<'_>,
    rule: &Rule<'_>,
    text: &str,
    group: &[Firing],
    reader: Reader,
) -> String {
    let Some(first) = group.first() else { return text.to_owned() };
    let domains = distinct(group.iter().filter_map(|firing| firing.domain.as_deref()));
    let keys = distinct(group.iter().filter_map(|firing| firing.key.as_deref()));
    let apps = distinct(group.iter().filter_map(|firing| firing.app.as_deref()));
    let many = match (rule.any_app.is_empty(), rule.any_key.is_empty()) {
        (false, _) => apps.len() > 1,
        (_, false) => keys.len() > 1,
        _ => domains.len() > 1,
    };
    let short = |names: &[&str]| {
        let names: Vec<&str> = names.iter().map(|name| catalog.short(name)).collect();
        listed(&names)
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        match name {
            "@" => out.push_str(&short(&domains)),
            "key" => {
                let quoted: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
                out.push_str(&listed(&quoted.iter().map(String::as_str).collect::<Vec<_>>()));
            }
            "rest" => out.push_str(&short(&first.rest.iter().map(String::as_str).collect::<Vec<_>>())),
            "app" => out.push_str(&listed(&apps)),
            "macs" => out.push_str(&macs(group)),
            "x" => out.push_str(first.x.as_deref().unwrap_or("")),
            "value" => out.push_str(first.value.as_deref().unwrap_or("")),
            other => match other.split_once('|') {
                Some((policy, profile)) if policy.starts_with("policy:") => {
                    let policy = policy.trim_start_matches("policy:");
                    out.push_str(if reader == Reader::Policy { policy } else { profile });
                }
                Some((one, several)) => out.push_str(if many { several } else { one }),
                None => out.push_str(other),
            },
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn distinct<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut found = Vec::new();
    for name in names {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// The Macs of all firings, by product.
fn macs(group: &[Firing]) -> String {
    let mut all: Vec<(&str, Ranges)> = Vec::new();
    for (product, ranges) in group.iter().flat_map(|firing| &firing.macs) {
        match all.iter_mut().find(|(known, _)| known == product) {
            Some((_, known)) => *known = known.union(ranges),
            None => all.push((product, ranges.clone())),
        }
    }
    let parts: Vec<String> =
        all.iter().map(|(product, ranges)| format!("{product} {}", ranges.describe())).collect();
    listed(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}
