//! Names of domains and keys: from what a policy calls them to what the catalogue knows, with the nearest name
//! where it knows none.

use super::raw::{Group, Named};
use crate::catalog::Catalog;
use crate::document::nearest;
use crate::finding::{Finding, Findings, Severity, Span, listed};
use crate::value::{DomainName, quoted};
use std::collections::{BTreeMap, BTreeSet};

/// The groups of a policy: a later file says a group anew.
pub(super) type Groups = BTreeMap<String, Vec<DomainName>>;

/// Resolves `[groups]` of one file into `groups`.
pub(super) fn add_groups(
    list: &[Group],
    catalog: &Catalog<'_>,
    groups: &mut Groups,
    findings: &mut Findings,
) {
    for group in list {
        let (name, span) = &group.name;
        if catalog.alias(name).is_some() || catalog.domain(name).is_some() {
            let title = format!("the group `{name}` has the name of a domain");
            findings.push(Finding::new("group-name", title).at(*span, ""));
            continue;
        }
        let mut members = BTreeSet::new();
        for (member, at) in &group.members {
            let named = Named { name: member.clone(), span: *at, header: None, value: true };
            members.extend(domains(&named, Wanted::Known, catalog, &Groups::new(), findings));
        }
        if group.members.is_empty() && !group.told {
            findings.push(Finding::new("group-name", format!("the group `{name}` is empty")).at(*span, ""));
        }
        groups.insert(name.clone(), members.into_iter().collect());
    }
}

/// Whether a domain must be one of the catalogue's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Known,
    Any,
}

/// The domains that a name stands for: one, or those of a group. None if it stands for nothing, which is said.
pub(super) fn domains(
    named: &Named,
    wanted: Wanted,
    catalog: &Catalog<'_>,
    groups: &Groups,
    findings: &mut Findings,
) -> Vec<DomainName> {
    if let Some(members) = groups.get(&named.name) {
        return members.clone();
    }
    let known = catalog.alias(&named.name).or_else(|| catalog.domain(&named.name));
    if let Some(domain) = known {
        return DomainName::new(domain.name).into_iter().collect();
    }
    let word = !named.name.contains('.');
    if let Some(finding) = dotted_domain(named, wanted, catalog) {
        findings.push(finding);
        return Vec::new();
    }
    if wanted == Wanted::Known || word && !catalog.named(&named.name).is_empty() {
        findings.push(unknown_domain(named, catalog, groups));
        return Vec::new();
    }
    match DomainName::new(&named.name) {
        Ok(name) => {
            if let Some(finding) = near_domain(named, catalog, groups) {
                findings.push(finding);
            }
            vec![name]
        }
        Err(error) => {
            let title = format!("`{}` is no preference domain: the name {error}", named.name);
            findings.push(Finding::new("bad-name", title).at(named.span, ""));
            Vec::new()
        }
    }
}

/// A domain with dots that is not quoted in its header: TOML makes tables of it.
fn dotted_domain(named: &Named, wanted: Wanted, catalog: &Catalog<'_>) -> Option<Finding> {
    let header = named.header.as_ref()?;
    let bare = header.parts.iter().take_while(|(_, quoted)| !quoted).count();
    let joined = |n: usize| -> Option<String> {
        let parts: Vec<&str> = header.parts.get(..n)?.iter().map(|(part, _)| part.as_str()).collect();
        Some(parts.join("."))
    };
    let known =
        (2..=bare).rev().find_map(|n| Some((n, joined(n).filter(|name| catalog.domain(name).is_some())?)));
    let (parts, domain) = match known {
        Some(found) => found,
        // A word in front may be a domain, and what follows a dictionary; a bundle id starts like this.
        None if bare > 2 || (bare == 2 && wanted == Wanted::Any) => (bare, joined(bare)?),
        None => return None,
    };
    if !catalog.named(&named.name).is_empty() {
        return None;
    }
    let end = header.ends.get(parts.checked_sub(1)?).copied()?;
    let span = Span { end, ..named.span };
    let mut finding =
        Finding::new("unquoted-dot", format!("`{domain}` has unquoted dots: TOML makes tables of it"))
            .at(span, "")
            .help(format!("a domain with dots is quoted: `{}`", quoted(&domain)))
            .fix(span, quoted(&domain), "quote the domain");
    if let Some(alias) = catalog.domain(&domain).and_then(|known| known.alias) {
        finding = finding.help(format!("its alias is `{alias}`"));
    } else if known_none(&domain, catalog) {
        finding =
            finding.help(format!("if `{}` is the domain, quote it: `{}`", named.name, quoted(&named.name)));
    }
    Some(finding)
}

fn known_none(domain: &str, catalog: &Catalog<'_>) -> bool {
    catalog.domain(domain).is_none()
}

/// In `[custom]` any domain goes, but one that is nearly known is probably a slip.
fn near_domain(named: &Named, catalog: &Catalog<'_>, groups: &Groups) -> Option<Finding> {
    let domains = catalog.domains();
    let meant = catalog.misspelt(&named.name).map(str::to_owned).or_else(|| {
        let names = domains.iter().map(|domain| domain.name);
        let aliases = domains.iter().filter_map(|domain| domain.alias);
        nearest(&named.name, aliases.chain(names).chain(groups.keys().map(String::as_str))).map(str::to_owned)
    })?;
    // Sibling domains differ by whole words; a slip is a letter or two, or the case.
    let distance = strsim::osa_distance(&named.name.to_lowercase(), &meant.to_lowercase());
    (distance <= 2).then(|| {
        let kind = if groups.contains_key(&meant) { "group" } else { "domain" };
        let title = format!("`{}` is nearly the known {kind} `{meant}`", named.name);
        doubted(Finding::new("near-miss", title), catalog.is_hearsay(&meant))
            .at(named.span, "")
            .about(&named.name, "")
            .help(format!("did you mean `{meant}`? If not, accept the finding with an [[allow]]"))
    })
}

/// An error, unless it rests on what others say.
pub(super) fn doubted(finding: Finding, hearsay: bool) -> Finding {
    if hearsay { finding.severity(Severity::Warning) } else { finding }
}

fn unknown_domain(named: &Named, catalog: &Catalog<'_>, groups: &Groups) -> Finding {
    let finding =
        Finding::new("unknown-domain", format!("`{}` is no domain that the catalogue knows", named.name))
            .at(named.span, "");
    if let Some(key_domain) = catalog.named(&named.name).first() {
        let alias = catalog.short(key_domain.domain);
        return finding.help(format!("`{}` is a key of {alias}: it stands inside that domain", named.name));
    }
    let title = |text: &str| text.trim_start_matches("Microsoft ").to_lowercase();
    let of_app = catalog.domains().into_iter().find(|domain| title(domain.title) == title(&named.name));
    if let Some(alias) = of_app.and_then(|domain| domain.alias) {
        return finding.help(format!("did you mean `{alias}`?")).fix(
            named.span,
            written(alias, named.value),
            format!("write `{alias}`"),
        );
    }
    if let Some(stem) = named.name.strip_suffix(".plist") {
        return finding
            .help(format!("the domain is the name of the file without `.plist`: {}", quoted(stem)));
    }
    let domains = catalog.domains();
    let aliases = domains.iter().filter_map(|domain| domain.alias);
    let names = domains.iter().map(|domain| domain.name);
    let own = groups.keys().map(String::as_str);
    if let Some(meant) = catalog.misspelt(&named.name) {
        let alias = catalog.short(meant);
        return finding.help(format!("the domain is spelt `{meant}`; its alias is `{alias}`")).fix(
            named.span,
            written(alias, named.value),
            format!("write `{alias}`"),
        );
    }
    match nearest(&named.name, aliases.chain(names).chain(own)) {
        Some(near) => finding.help(format!("did you mean `{near}`?")).fix(
            named.span,
            written(near, named.value),
            format!("write `{near}`"),
        ),
        None => finding
            .help(format!("a domain that no catalogue knows goes under [custom.{}]", toml_name(&named.name))),
    }
}

/// A name where a key stands, or where a value does.
fn written(name: &str, value: bool) -> String {
    if value { quoted(name) } else { toml_name(name) }
}

fn toml_name(name: &str) -> String {
    crate::value::toml_key(name)
}

/// A key that its domain does not have.
///
/// `of` are the domains: one, or those of a group that lack it.
pub(super) fn unknown_key(
    of: &[&str],
    key: &str,
    span: Span,
    section: Span,
    catalog: &Catalog<'_>,
) -> Finding {
    let domain = of.first().copied().unwrap_or_default();
    let shorts: Vec<&str> = of.iter().map(|domain| catalog.short(domain)).collect();
    let within = if of.len() > 1 { "in this group" } else { "in this domain" };
    let finding = Finding::new("unknown-key", format!("`{key}` is not a key of {}", listed(&shorts)))
        .at(span, "")
        .at(section, within);
    let finding = of.iter().fold(finding, |finding, domain| finding.about(domain, key));
    if let Some(known) = catalog.not_a_key(domain, key) {
        let finding = finding.note(sentence(known.why));
        return match known.instead {
            Some(instead) => finding.help(format!("the key is `{instead}`")).fix(
                span,
                toml_name(instead),
                format!("write `{instead}`"),
            ),
            None => finding,
        };
    }
    if let Some(near) = nearest(key, catalog.keys_of(domain)) {
        return finding.help(format!("did you mean `{near}`?")).fix(
            span,
            toml_name(near),
            format!("write `{near}`"),
        );
    }
    let elsewhere: Vec<&str> = catalog.named(key).iter().map(|known| catalog.short(known.domain)).collect();
    if let Some(first) = elsewhere.first() {
        let own = format!("write it under [settings.{}]", toml_name(first));
        let bare = if catalog.bare(key).is_empty() { "" } else { ", or alone under [settings]" };
        return finding.help(format!("it is a key of {}: {own}{bare}", listed(&elsewhere)));
    }
    if let Some(near) = nearest(key, catalog.key_names()) {
        let of: Vec<&str> = catalog.named(near).iter().map(|known| catalog.short(known.domain)).collect();
        return finding.help(format!("did you mean `{near}`, a key of {}?", listed(&of)));
    }
    finding.help(format!("a key that no catalogue knows goes under [custom.{}]", quoted(domain)))
}

/// A bare key that no domain has.
pub(super) fn unknown_bare(key: &str, span: Span, catalog: &Catalog<'_>) -> Finding {
    let finding = Finding::new("unknown-key", format!("`{key}` is no key that the catalogue knows"))
        .at(span, "")
        .about("", key);
    if let Some(known) = catalog.not_keys().find(|known| known.name == key) {
        let finding = finding.note(sentence(known.why));
        return match known.instead {
            Some(instead) => finding.help(format!("the key is `{instead}`")).fix(
                span,
                toml_name(instead),
                format!("write `{instead}`"),
            ),
            None => finding,
        };
    }
    match nearest(key, catalog.key_names()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")).fix(
            span,
            toml_name(near),
            format!("write `{near}`"),
        ),
        None => finding.help("a key that no catalogue knows goes under [custom.\"the.domain\"]"),
    }
}

/// A key that exists, but means something of its own in each domain.
pub(super) fn not_bare(key: &str, span: Span, catalog: &Catalog<'_>) -> Finding {
    let known = catalog.named(key);
    let places: Vec<&str> = known.iter().map(|known| catalog.short(known.domain)).collect();
    let first = places.first().copied().unwrap_or("");
    Finding::new("not-bare", format!("`{key}` has to be set in its domain"))
        .at(span, "")
        .about("", key)
        .help(format!("it is a key of {}: write it under [settings.{}]", listed(&places), toml_name(first)))
}

fn sentence(text: &str) -> String {
    text.trim_end_matches('.').to_owned()
}
