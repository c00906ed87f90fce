//! Configuration profiles: one for the whole policy, or with `--split` one for each domain.

use super::parts::is_preference;
use super::{Artefact, Request, Target, passed};
use crate::check::CheckedPlan;
use crate::finding::{Finding, Findings, listed};
use crate::plan::{Enforcement, Setting};
use crate::profile::{Content, Form, Kept, Payload, Profile, Slice, identifier, payload_identifier, uuid};
use crate::value::write::WriteError;
use crate::value::{DomainName, FileName, KeyName, Value};
use std::collections::BTreeMap;

/// The target `mobileconfig`.
pub struct Mobileconfig;

/// The settings of one domain that a profile carries.
#[derive(Default)]
struct Carried {
    forced: BTreeMap<KeyName, Value>,
    once: BTreeMap<KeyName, Value>,
}

impl Target for Mobileconfig {
    fn name(&self) -> &'static str {
        "mobileconfig"
    }

    fn summary(&self) -> &'static str {
        "configuration profiles, for any MDM that takes them as they are"
    }

    fn emit(&self, request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Artefact> {
        let spelt = plainly_spelt(request, findings);
        let request = &Request { plan: &spelt, ..*request };
        profiles(request, findings)
            .into_iter()
            .filter_map(|(stem, bytes)| match FileName::new(format!("{stem}.mobileconfig")) {
                Ok(path) => {
                    Some(Artefact { path, executable: false, bytes, target: "mobileconfig".to_owned() })
                }
                Err(error) => {
                    findings.push(at_policy(Finding::new("bad-name", error.to_string()), request));
                    None
                }
            })
            .collect()
    }
}

/// The plan with the tokens that the policy itself spells for plain profiles: those of an MDM that prefsmith does not
/// know. The others stay, and are refused.
fn plainly_spelt(request: &Request<'_, '_>, findings: &mut Findings) -> CheckedPlan {
    let mut said = Findings::new();
    let plan = super::tokens::spelt(request, "mobileconfig", &mut said);
    findings.extend(said.partition(|finding| finding.code.as_str() != "token-unmapped").0);
    plan
}

/// The profiles of a request, each with its stem, `office` or with `--split` `office.com.microsoft.Word`, as XML: what
/// any target writes that takes profiles. Its tokens are spelt already: a token that is left is an error. Nothing, if
/// there is nothing to enforce or something is wrong, which is said.
pub(super) fn profiles(request: &Request<'_, '_>, findings: &mut Findings) -> Vec<(String, Vec<u8>)> {
    let profiles = composed(request, findings);
    let xml = |(stem, profile): (String, Profile)| match profile.to_xml() {
        Ok(bytes) => Some((stem, bytes)),
        Err(error) => {
            unwritable(request, &error, findings);
            None
        }
    };
    profiles.into_iter().filter_map(xml).collect()
}

/// That a text of a profile cannot be written.
pub(super) fn unwritable(request: &Request<'_, '_>, error: &WriteError, findings: &mut Findings) {
    let finding = Finding::new("unwritable-text", format!("the profile cannot be written: {error}"));
    findings.push(at_policy(finding, request));
}

/// What the profile of a stem is called: as the policy, with the builds that it is for, and with `--split` with what it is
/// about.
pub(super) fn called(request: &Request<'_, '_>, stem: &str) -> String {
    let part = stem.strip_prefix(request.stem).map_or("", |rest| rest.trim_start_matches('.'));
    let cut = request.cut(stem);
    let part =
        cut.and_then(|cut| part.strip_prefix(cut.slug.as_str())).unwrap_or(part).trim_start_matches('.');
    let title = request.catalog.domain(part).map_or(part, |domain| domain.title);
    let pieces = [request.plan.identity.name.as_str(), cut.map_or("", |cut| cut.words.as_str()), title];
    let pieces: Vec<&str> = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
    pieces.join(": ")
}

/// The same, before they are written.
pub(super) fn composed(request: &Request<'_, '_>, findings: &mut Findings) -> Vec<(String, Profile)> {
    let domains = carried(request, findings);
    for setting in &request.plan.settings {
        refuse(request, setting, findings);
    }
    apple_domains(request, &domains, findings);
    leading_dots(request, &domains, findings);
    let payloads = &request.plan.payloads;
    let nothing = domains.is_empty() && payloads.is_empty();
    if nothing && request.scripts {
        return Vec::new();
    }
    if nothing {
        let finding =
            Finding::new("empty-profile", "the policy enforces nothing: there is no profile to write");
        findings.push(at_policy(finding, request));
        return Vec::new();
    }
    if request.blocked(findings) {
        return Vec::new();
    }
    let profiles = by_builds(request, &domains, findings);
    if !request.blocked(findings) {
        passed::clashes(request, &profiles, findings);
    }
    if request.blocked(findings) {
        return Vec::new();
    }
    profiles
}

/// The profiles of each part of a plan that is cut by builds; of the only part otherwise.
fn by_builds(
    request: &Request<'_, '_>,
    domains: &BTreeMap<DomainName, Carried>,
    findings: &mut Findings,
) -> Vec<(String, Profile)> {
    if request.plan.cuts().is_empty() {
        return slices(request, domains, findings);
    }
    let mut profiles = Vec::new();
    for (stem, part) in request.parts() {
        // What was deployed is the policy's own profile.
        let keep = request.keep.filter(|_| stem == request.stem);
        let inner = Request { plan: &part, stem: &stem, keep, ..*request };
        // What there is to say of its settings was said of the whole.
        let domains = carried(&inner, &mut Findings::new());
        profiles.extend(slices(&inner, &domains, findings));
    }
    profiles
}

/// One profile for all domains, or with `--split` one for each.
fn slices(
    request: &Request<'_, '_>,
    domains: &BTreeMap<DomainName, Carried>,
    findings: &mut Findings,
) -> Vec<(String, Profile)> {
    let mut profiles: Vec<(String, Profile)> = Vec::new();
    if request.split {
        for (domain, carried) in domains {
            let stem = format!("{}.{domain}", request.stem);
            profiles.push((stem, profile(request, Slice::Domain, &[(domain, carried)])));
        }
        profiles.extend(passed::files(request, findings));
    } else {
        let parts: Vec<_> = domains.iter().collect();
        let mut whole = profile(request, Slice::Whole, &parts);
        whole.passed = passed::payloads(request, &request.plan.payloads, Slice::Whole);
        profiles.push((request.stem.to_owned(), whole));
    }
    profiles
}

pub(super) fn at_policy(finding: Finding, request: &Request<'_, '_>) -> Finding {
    match &request.plan.identity.origin {
        Some(origin) => finding.at(origin.clone(), ""),
        None => finding,
    }
}

fn carried(request: &Request<'_, '_>, findings: &mut Findings) -> BTreeMap<DomainName, Carried> {
    let mut domains: BTreeMap<DomainName, Carried> = BTreeMap::new();
    let mut left: BTreeMap<&'static str, Vec<&Setting>> = BTreeMap::new();
    for setting in &request.plan.settings {
        let Some(value) = &setting.value else {
            // One that took a setting out of what is extended has done its work. A payload of Apple's has what stands
            // in it, and nothing else.
            if setting.overrides.is_empty() && is_preference(setting, request.catalog) {
                left.entry("unset").or_default().push(setting);
            }
            continue;
        };
        match setting.enforcement {
            Enforcement::Forced => {
                let entry = domains.entry(setting.domain.clone()).or_default();
                entry.forced.insert(setting.key.clone(), value.clone());
            }
            Enforcement::SetOnce => {
                let entry = domains.entry(setting.domain.clone()).or_default();
                entry.once.insert(setting.key.clone(), value.clone());
            }
            Enforcement::Default => left.entry("defaults").or_default().push(setting),
            Enforcement::Unset => left.entry("unset").or_default().push(setting),
        }
    }
    for (section, settings) in left {
        let names: Vec<&str> = settings.iter().map(|setting| setting.key.as_str()).collect();
        let mut finding =
            Finding::new("not-in-profile", format!("a profile cannot carry [{section}]: {}", listed(&names)));
        for setting in settings {
            finding =
                finding.at(setting.origin.clone(), "").about(setting.domain.as_str(), setting.key.as_str());
        }
        let why = if section == "unset" {
            "a profile sets values; it cannot remove one"
        } else {
            "a profile enforces, or sets once"
        };
        let finding = finding.note(why);
        findings.push(if request.scripts {
            finding.note("the scripts of this build do it")
        } else {
            finding.help("the scripts of `--target defaults` do it")
        });
    }
    domains
}

/// What this target cannot carry.
fn refuse(request: &Request<'_, '_>, setting: &Setting, findings: &mut Findings) {
    let (domain, key) = (setting.domain.as_str(), setting.key.as_str());
    let carried = matches!(setting.enforcement, Enforcement::Forced | Enforcement::SetOnce);
    if carried && setting.value.as_ref().is_some_and(Value::has_tokens) {
        findings.push(
            Finding::new(
                "token-in-profile",
                format!("`{key}` holds an identity token, which a plain profile cannot carry"),
            )
            .at(setting.places.at.clone(), "")
            .about(domain, key)
            .note(
                "each MDM spells such tokens in its own way, and replaces them when it installs the profile",
            )
            .help("build for the MDM, which `--target` names: it is spelt there in its way")
            .help("for an MDM that prefsmith does not know, say how it spells the token under [target.mobileconfig.placeholders]"),
        );
    }
    let apple = request.catalog.is_apple_payload(domain);
    if form(request, domain) != Form::Domain {
        return;
    }
    let refused = |title: String| {
        let finding = Finding::new("form-refused", title).at(setting.origin.clone(), "").about(domain, key);
        match apple {
            true => finding.note("it is a payload of Apple's, which has the settings beside its own keys"),
            false => finding.help("build with `--form mcx`, which carries any domain and any key"),
        }
    };
    if setting.enforcement == Enforcement::SetOnce {
        findings.push(refused(format!(
            "the direct form always enforces: it cannot set `{key}` of {domain} once"
        )));
    }
    if carried && key.starts_with("Payload") {
        findings.push(refused(format!(
            "in the direct form `{key}` of {domain} would collide with a key of the payload"
        )));
    }
}

/// How the settings of a domain are carried: those of a payload of Apple's in that payload, whatever was asked for.
fn form(request: &Request<'_, '_>, domain: &str) -> Form {
    if request.catalog.is_apple_payload(domain) { Form::Domain } else { request.form }
}

/// Domains that are also payload types of Apple's, or whose names are none of a payload type.
fn apple_domains(
    request: &Request<'_, '_>,
    domains: &BTreeMap<DomainName, Carried>,
    findings: &mut Findings,
) {
    let apple = request.catalog.list("apple-payload-types");
    // What the catalogue describes as a payload of Apple's becomes one.
    for domain in domains.keys().filter(|domain| !request.catalog.is_apple_payload(domain.as_str())) {
        let name = domain.as_str();
        let is_apple = apple.is_some_and(|list| list.domains.contains(&name));
        let first = request.plan.settings.iter().find(|setting| setting.domain == *domain);
        let place = |finding: Finding| match first {
            Some(setting) => finding.at(setting.origin.clone(), "").about(name, setting.key.as_str()),
            None => finding,
        };
        if request.form == Form::Domain && (is_apple || name.starts_with('.')) {
            let why = if is_apple {
                format!("the direct form does not work for {name}: macOS reads it as Apple's own payload")
            } else {
                format!("the direct form does not work for {name}: no payload type starts with a dot")
            };
            findings.push(place(Finding::new("form-refused", why)).help("build with `--form mcx`"));
        } else if is_apple {
            let title = format!("{name} is also a payload type of Apple's");
            findings.push(
                place(Finding::new("apple-payload-type", title))
                    .note("setting its keys in this form works on many Macs, and Apple does not support it")
                    .help("prefer the payload that Apple documents"),
            );
        }
    }
}

/// The identifier of a payload leaves out the dot that `.GlobalPreferences` starts with: two domains must not
/// differ in it alone.
fn leading_dots(request: &Request<'_, '_>, domains: &BTreeMap<DomainName, Carried>, findings: &mut Findings) {
    let mut seen: BTreeMap<&str, &DomainName> = BTreeMap::new();
    for domain in domains.keys() {
        let Some(other) = seen.insert(domain.as_str().trim_start_matches('.'), domain) else { continue };
        let title = format!("{other} and {domain} would have one identifier in a profile");
        let mut finding = Finding::new("same-identifier", title);
        for (which, text) in [(domain, ""), (other, "the other domain")] {
            if let Some(setting) = request.plan.settings.iter().find(|setting| setting.domain == *which) {
                finding =
                    finding.at(setting.origin.clone(), text).about(which.as_str(), setting.key.as_str());
            }
        }
        findings.push(
            finding.help(format!(
                "leave one of them to a policy of its own; `{other}` is the domain of all apps"
            )),
        );
    }
}

/// The profile of some domains, without what is carried as it stands.
fn profile(request: &Request<'_, '_>, slice: Slice, parts: &[(&DomainName, &Carried)]) -> Profile {
    let identity = &request.plan.identity;
    let only = match (slice, parts) {
        (Slice::Domain, [(domain, _)]) => domain.as_str(),
        _ => "",
    };
    let title = |domain: &str| {
        request.catalog.domain(domain).map_or_else(|| domain.to_owned(), |d| d.title.to_owned())
    };
    Profile {
        identifier: kept(request, slice)
            .map_or_else(|| identifier(&identity.id, only, slice), |k| k.identifier.clone()),
        uuid: kept(request, slice)
            .map_or_else(|| uuid(&identity.id, identity.channel, only, None, slice), |k| k.uuid.clone()),
        name: if only.is_empty() {
            identity.name.clone()
        } else {
            format!("{}: {}", identity.name, title(only))
        },
        description: identity.description.clone(),
        organization: identity.organization.clone(),
        channel: identity.channel,
        payloads: parts
            .iter()
            .map(|(domain, carried)| {
                let old = successor(request, slice, domain, parts);
                payload(request, slice, domain, carried, old, &title)
            })
            .collect(),
        passed: Vec::new(),
    }
}

/// Identifiers are kept for a whole profile: the parts of a split one were never deployed as one.
pub(super) fn kept<'r>(request: &Request<'r, '_>, slice: Slice) -> Option<&'r Kept> {
    request.keep.filter(|_| slice == Slice::Whole)
}

/// The identifier and UUID that the payload of a domain keeps. An old payload of several domains has one successor:
/// two payloads with one UUID would be no valid profile.
fn successor(
    request: &Request<'_, '_>,
    slice: Slice,
    domain: &DomainName,
    parts: &[(&DomainName, &Carried)],
) -> Option<(String, String)> {
    let payloads = &kept(request, slice)?.payloads;
    let old = payloads.get(domain.as_str())?;
    let first = parts.iter().find(|(other, _)| payloads.get(other.as_str()) == Some(old))?;
    (first.0 == domain).then(|| old.clone())
}

/// Identifier and UUID of a payload that the deployed profile does not have: below that profile, or below the
/// policy where another payload has the name already.
fn fresh(request: &Request<'_, '_>, kept: &Kept, name: &str) -> (String, String) {
    let identity = &request.plan.identity;
    let taken = |identifier: &str, uuid: &str| {
        let same = |old: &(String, String)| old.0 == identifier || old.1.eq_ignore_ascii_case(uuid);
        kept.identifier == identifier
            || kept.uuid.eq_ignore_ascii_case(uuid)
            || kept.payloads.values().any(same)
    };
    let form = Some(form(request, name));
    let make = |domain: &str| uuid(&identity.id, identity.channel, domain, form, Slice::Whole);
    let mut identifier = payload_identifier(&kept.identifier, name, Slice::Whole);
    if taken(&identifier, "") {
        identifier = payload_identifier(&identity.id, name, Slice::Whole);
    }
    let mut domain = name.to_owned();
    // Each round makes a name that was not there before, and the taken ones are finitely many.
    while taken(&identifier, "") {
        identifier.push_str(".settings");
    }
    while taken("", &make(&domain)) {
        // No domain has a newline in its name.
        domain.push('\n');
    }
    (identifier, make(&domain))
}

fn payload(
    request: &Request<'_, '_>,
    slice: Slice,
    domain: &DomainName,
    carried: &Carried,
    old: Option<(String, String)>,
    title: &dyn Fn(&str) -> String,
) -> Payload {
    let identity = &request.plan.identity;
    let name = domain.as_str();
    let (identifier, uuid) = old.unwrap_or_else(|| match kept(request, slice) {
        Some(kept) => fresh(request, kept, name),
        None => (
            payload_identifier(&identity.id, name, slice),
            uuid(&identity.id, identity.channel, name, Some(form(request, name)), slice),
        ),
    });
    let content = match form(request, name) {
        Form::Domain => Content::Domain(carried.forced.clone()),
        Form::Mcx => Content::Mcx {
            forced: carried.forced.clone(),
            set_once: identity
                .set_once_stamp
                .filter(|_| !carried.once.is_empty())
                .map(|stamp| (carried.once.clone(), stamp)),
        },
    };
    Payload { domain: domain.clone(), identifier, uuid, name: title(name), content }
}
