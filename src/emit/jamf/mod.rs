//! Jamf Pro: what its *Application & Custom Settings* take, the profile, bodies of its Classic API, scripts, extension
//! attributes, smart groups and schemas.

mod bodies;
mod groups;
mod readme;
mod regex;
mod schema;
mod scripts;
mod xml;

use super::mobileconfig::{at_policy, called, profiles};
use super::parts::is_preference;
use super::{Artefact, Request, Target, over, spelt};
use crate::finding::{Finding, Findings, listed};
use crate::plan::{Enforcement, Setting};
use crate::profile::Form;
use crate::value::{Value, write};
use bodies::General;
use groups::Group;
use std::collections::{BTreeMap, BTreeSet};
use xml::Element;

/// The target `jamf`.
pub struct Jamf;

/// Its name, which is also that of its table in a policy and of its folder.
const NAME: &str = "jamf";

impl Target for Jamf {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "Jamf Pro: plists, the profile, API bodies, scripts, extension attributes, smart groups, schemas"
    }

    fn emit(&self, request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Artefact> {
        let plan = spelt(request, NAME, findings);
        form(request, findings);
        rewritten(request, findings);
        // Of a token that Jamf has no word for, nothing else is to be said.
        if request.blocked(findings) {
            return Vec::new();
        }
        // Scripts ask a Mac for what a token stands for: they get the policy's own.
        let mut said = Findings::new();
        let mut made = scripts::make(request, &mut said);
        // Jamf drops payloads of the direct form from an unsigned profile.
        let inner = Request { plan: &plan, form: Form::Mcx, scripts: made.sets(), ..*request };
        let profiles = profiles(&inner, findings);
        findings.extend(said);
        if inner.blocked(findings) {
            return Vec::new();
        }
        let mut groups = groups::all(&plan, request.catalog, made.verdict.as_deref());
        groups.extend(groups::by_build(&plan, &request.options(NAME).list("groups"), request.catalog));
        let products: BTreeSet<&str> =
            groups.iter().flat_map(|group| group.builds_of.iter().map(String::as_str)).collect();
        for product in products.iter().filter_map(|name| request.catalog.product(name)) {
            made.attributes.extend(scripts::of_build(product, request, findings));
        }
        let mut build = Build { request: &inner, findings, artefacts: Vec::new(), used: BTreeSet::new() };
        build.all(&profiles, &made, &groups);
        if inner.blocked(build.findings) { Vec::new() } else { build.artefacts }
    }
}

/// The direct form was asked for.
fn form(request: &Request<'_, '_>, findings: &mut Findings) {
    if request.form == Form::Domain {
        let title = "the profile for Jamf Pro is in the form `mcx`, whatever --form says";
        findings.push(
            at_policy(Finding::new("jamf-form", title), request)
                .note("Jamf drops payloads of the direct form from a profile that is uploaded unsigned"),
        );
    }
}

/// Payloads that are carried as they stand, in an unsigned profile.
fn rewritten(request: &Request<'_, '_>, findings: &mut Findings) {
    let payloads = &request.plan.payloads;
    let mut kinds: BTreeSet<&str> = payloads.iter().map(|passed| passed.kind.as_str()).collect();
    let of_apple: Vec<&Setting> =
        request.plan.settings.iter().filter(|setting| !is_preference(setting, request.catalog)).collect();
    kinds.extend(of_apple.iter().map(|setting| setting.domain.as_str()));
    if kinds.is_empty() {
        return;
    }
    let kinds: Vec<&str> = kinds.into_iter().collect();
    let title = format!("Jamf Pro may drop or fill up what it reads in a payload of {}", listed(&kinds));
    let finding = Finding::new("jamf-rewrites-payload", title);
    let finding = payloads.iter().fold(finding, |finding, passed| {
        let known = finding.labels.iter().any(|label| label.at == passed.origin);
        let finding = if known { finding } else { finding.at(passed.origin.clone(), "") };
        finding.about(&passed.kind, "")
    });
    let finding = over(finding, &of_apple);
    findings.push(
        finding
            .note("of an unsigned profile it stores the payload types that it knows, some with all of their default keys")
            .help("compare what it stored with what was sent; a signed profile is kept byte for byte"),
    );
}

/// The files so far.
struct Build<'b, 'r, 'c> {
    request: &'b Request<'r, 'c>,
    findings: &'b mut Findings,
    artefacts: Vec<Artefact>,
    /// The names that are taken, in small letters.
    used: BTreeSet<String>,
}

impl Build<'_, '_, '_> {
    fn all(&mut self, profiles: &[(String, Vec<u8>)], made: &scripts::Made, groups: &[Group]) {
        self.plists();
        let left_out = self.schemas();
        let mut bodies = Vec::new();
        for (stem, bytes) in profiles {
            bodies.extend(self.profile(stem, bytes));
        }
        for script in &made.scripts {
            self.script(script);
        }
        for attribute in &made.attributes {
            self.attribute(attribute);
        }
        for group in groups {
            self.group(group);
        }
        let about = readme::About {
            profiles: &bodies,
            left_out: &left_out,
            scripts: made,
            groups: !groups.is_empty(),
            forms: self.artefacts.iter().any(|made| made.path.as_str().contains("/schemas/")),
            plists: self.artefacts.iter().any(|made| made.path.as_str().ends_with(".plist")),
        };
        let readme = readme::write(self.request, &about).artefact(self.request, NAME, self.findings);
        self.artefacts.extend(readme);
    }

    /// A name in a folder that no other file has; `ending` with its dot.
    fn free(&mut self, stem: &str, ending: &str) -> String {
        let mut name = format!("{stem}{ending}");
        let mut number = 1;
        while !self.used.insert(name.to_ascii_lowercase()) {
            number += 1;
            name = format!("{stem}-{number}{ending}");
        }
        name
    }

    fn file(&mut self, name: &str, bytes: impl Into<Vec<u8>>, program: bool) {
        let made = self.request.file(NAME, name, bytes, self.findings);
        self.artefacts.extend(made.map(|made| if program { made.program() } else { made }));
    }

    /// A body of the API; the name of its file.
    fn body(&mut self, stem: &str, body: &Element) -> Option<String> {
        match body.document() {
            Ok(bytes) => {
                let name = self.free(&format!("api/{stem}"), ".xml");
                self.file(&name, bytes, false);
                Some(name)
            }
            Err(bad) => {
                let title = format!("XML cannot carry the character U+{:04X} in a name", u32::from(bad));
                let finding = Finding::new("unwritable-text", title);
                self.findings.push(at_policy(finding, self.request));
                None
            }
        }
    }

    /// The enforced keys of each domain, for *Application & Custom Settings*.
    fn plists(&mut self) {
        let mut domains: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
        let plan = self.request.plan;
        for setting in plan.settings.iter().filter(|setting| is_preference(setting, self.request.catalog)) {
            if let (Enforcement::Forced, Some(value)) = (setting.enforcement, &setting.value) {
                let keys = domains.entry(setting.domain.as_str()).or_default();
                keys.insert(setting.key.as_str().to_owned(), value.clone());
            }
        }
        for (domain, keys) in domains {
            match write::to_xml(&Value::Dictionary(keys)) {
                Ok(bytes) => self.file(&format!("{domain}.plist"), bytes, false),
                Err(error) => {
                    let title = format!("the plist of {domain} cannot be written: {error}");
                    let finding = Finding::new("unwritable-text", title);
                    self.findings.push(at_policy(finding, self.request));
                }
            }
        }
    }

    /// A form for each domain; what they leave out, a sentence for each.
    fn schemas(&mut self) -> Vec<String> {
        let (plan, catalog) = (self.request.plan, self.request.catalog);
        let set = |setting: &&Setting| setting.value.is_some() && is_preference(setting, catalog);
        let set = plan.settings.iter().filter(set);
        let domains: BTreeSet<&str> = set.map(|setting| setting.domain.as_str()).collect();
        let mut left_out = Vec::new();
        for domain in domains {
            let form = schema::form(domain, plan, catalog);
            let mut bytes = serde_json::to_vec_pretty(&form.schema).unwrap_or_default();
            bytes.push(b'\n');
            self.file(&format!("schemas/{domain}.json"), bytes, false);
            left_out.extend(schema::left_out(domain, &form.left_out));
        }
        left_out
    }

    /// A profile; the name of its body.
    fn profile(&mut self, stem: &str, bytes: &[u8]) -> Option<String> {
        let identity = &self.request.plan.identity;
        let part = stem.strip_prefix(self.request.stem).map_or("", |rest| rest.trim_start_matches('.'));
        let name = called(self.request, stem);
        let only = self.request.cut(stem).map(|cut| self.on_server(&groups::title_of(cut)));
        let general = General {
            name: &name,
            description: identity.description.as_deref().unwrap_or_default(),
            channel: identity.channel,
            only: only.as_deref(),
        };
        let payload = String::from_utf8_lossy(bytes);
        let body = bodies::profile(&general, self.request.options(NAME), &payload);
        self.file(&format!("{stem}.mobileconfig"), bytes, false);
        let slug = if part.is_empty() { "profile".to_owned() } else { format!("profile-{part}") };
        self.body(&slug, &body)
    }

    fn script(&mut self, made: &scripts::Script) {
        let labels: Vec<&str> = made.labels.iter().map(String::as_str).collect();
        let name = format!("{} - {}", self.request.plan.identity.name, made.word);
        let script = bodies::Script {
            name: &name,
            info: &made.info,
            notes: &made.notes,
            labels: &labels,
            contents: &made.text,
        };
        let body = bodies::script(&script, self.request.options(NAME));
        self.file(&format!("scripts/{}.sh", made.word), made.text.as_bytes(), true);
        self.body(&format!("script-{}", made.word), &body);
    }

    fn attribute(&mut self, made: &scripts::Attribute) {
        self.file(&format!("attributes/{}.sh", made.slug), made.text.as_bytes(), true);
        let body = bodies::attribute(&made.name, &made.about, &made.text);
        self.body(&format!("attribute-{}", made.slug), &body);
    }

    /// What a thing of the policy is called on the server.
    fn on_server(&self, title: &str) -> String {
        format!("{} - {title}", self.request.plan.identity.name)
    }

    fn group(&mut self, made: &Group) {
        let name = self.on_server(&made.title);
        let body = bodies::group(&name, &made.criteria, self.request.options(NAME));
        self.body(&format!("group-{}", made.slug), &body);
    }
}
