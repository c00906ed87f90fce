//! What a policy says for itself: the reasons of `[why]` and the `[[allow]]`, against the settings it comes to.

use super::names::{Groups, Wanted, domains};
use super::raw::{Named, Raw, RawAllow, Why};
use super::resolve::SUGGESTIONS;
use crate::catalog::Catalog;
use crate::document::nearest;
use crate::finding::{CODES, Finding, Findings, code_info};
use crate::plan::{Allow, Passed, Setting};
use crate::value::{DomainName, quoted, toml_key};
use std::collections::BTreeMap;

/// Gives each setting its reason; the last file that has one wins, and a domain's own over a bare one.
pub(super) fn reasons(
    files: &[&Raw],
    settings: &mut [Setting],
    catalog: &Catalog<'_>,
    groups: &Groups,
    whole: bool,
    findings: &mut Findings,
) {
    let mut by_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, setting) in settings.iter().enumerate() {
        by_key.entry(setting.key.as_str().to_owned()).or_default().push(at);
    }
    // What an error left out may be what is explained.
    let tell = whole && !findings.has_errors();
    let mut told = 0;
    for named_only in [false, true] {
        for why in files.iter().flat_map(|raw| &raw.why).filter(|why| why.domain.is_some() == named_only) {
            let look_up = |named| domains(named, Wanted::Any, catalog, groups, &mut Findings::new());
            let of = why.domain.as_ref().map(look_up);
            let mut used = false;
            for at in by_key.get(&why.key.0).into_iter().flatten() {
                let Some(setting) = settings.get_mut(*at) else { continue };
                if of.as_ref().is_none_or(|domains| domains.contains(&setting.domain)) {
                    setting.why = Some(why.text.clone());
                    used = true;
                }
            }
            if !used && tell {
                told += 1;
                let known: &[Setting] = if told <= SUGGESTIONS { settings } else { &[] };
                findings.push(why_unused(why, of.as_deref(), known, catalog));
            }
        }
    }
}

fn why_unused(why: &Why, of: Option<&[DomainName]>, settings: &[Setting], catalog: &Catalog<'_>) -> Finding {
    let (name, span) = &why.key;
    let here = |setting: &&Setting| of.is_none_or(|domains| domains.contains(&setting.domain));
    let mut title = format!("[why] explains `{name}`, which the policy does not set");
    let mut near = nearest(name, settings.iter().filter(here).map(|setting| setting.key.as_str()));
    let mut at = *span;
    if let Some(named) = &why.domain {
        title = format!("[why] explains `{name}` of {}, which the policy does not set", named.name);
        if !settings.iter().any(|setting| here(&setting)) {
            let shorts = settings.iter().map(|setting| catalog.short(setting.domain.as_str()));
            near = nearest(&named.name, shorts);
            at = if near.is_some() { named.span } else { at };
        }
    }
    let finding = Finding::new("why-unused", title).at(at, "");
    match near {
        Some(near) => {
            finding.help(format!("did you mean `{near}`?")).fix(at, toml_key(near), format!("write `{near}`"))
        }
        None => finding,
    }
}

pub(super) fn resolve_allow(
    raw: &RawAllow,
    settings: &[&Setting],
    payloads: &[Passed],
    catalog: &Catalog<'_>,
    findings: &mut Findings,
) -> Option<Allow> {
    let mut allow = raw.allow.clone();
    if code_info(&allow.code).is_none() && catalog.rule(&allow.code).is_none() {
        let title = format!("`{}` is no code of a finding", allow.code);
        let mut finding = Finding::new("unknown-code", title).at(raw.code, "");
        let rules = catalog.rules();
        let codes = CODES.iter().map(|info| info.name).chain(rules.iter().map(|rule| rule.id));
        if let Some(near) = nearest(&allow.code, codes) {
            finding = finding.help(format!("did you mean `{near}`?")).fix(
                raw.code,
                quoted(near),
                format!("write `{near}`"),
            );
        }
        findings.push(finding);
        return None;
    }
    if let (Some(name), Some(span)) = (&allow.domain, raw.domain) {
        let named = Named { name: name.clone(), span, header: None, value: true };
        let set = settings.iter().any(|setting| setting.domain.as_str() == name);
        // A payload is named by its type.
        if !set && payloads.iter().all(|passed| passed.kind != *name) {
            let known = domains(&named, Wanted::Known, catalog, &Groups::new(), findings);
            allow.domain = Some(known.first()?.as_str().to_owned());
        }
    }
    Some(allow)
}
