//! From the files of a policy to a plan, by asking the catalogue.

use super::accounts::{reasons, resolve_allow};
use super::merge::{Candidate, Chosen, InFile, over_files};
use super::names::{self, Groups, Wanted, add_groups, domains};
use super::raw::{Head, Named, Raw, RawSetting, Section};
use super::settle::{attach_both, reads, require_stamp, setting, still_left_out, with_data};
use super::{Policy, applies, macs, targets};
use crate::catalog::{Catalog, KeyRef};
use crate::document::nearest;
use crate::finding::{Finding, Findings, Origin, Severity, Span, listed};
use crate::plan::{Identity, LeftOut, LeftOutWhy, Macs, Plan, Reads, Setting};
use crate::value::{DomainName, KeyName, Places, Value, toml_key};
use crate::version::Ranges;
use std::collections::{BTreeMap, BTreeSet};

/// How many unknown names are told the nearest known one: the search reads every name of the catalogue.
pub(super) const SUGGESTIONS: usize = 100;
impl Policy {
    /// Resolves the policy into a plan. What cannot be resolved is left out, and said.
    pub fn resolve(&self, catalog: &Catalog<'_>, findings: &mut Findings) -> Plan {
        self.come_to(None, catalog, findings)
    }

    /// Resolves one of its variants, by its name; none if there is no such one. What is wrong with what it shares with
    /// the policy itself is said again.
    pub fn resolve_variant(
        &self,
        name: &str,
        catalog: &Catalog<'_>,
        findings: &mut Findings,
    ) -> Option<Plan> {
        self.variant_span(name)?;
        Some(self.come_to(Some(name), catalog, findings))
    }

    pub(super) fn come_to(
        &self,
        variant: Option<&str>,
        catalog: &Catalog<'_>,
        findings: &mut Findings,
    ) -> Plan {
        let own = variant.map(|name| self.variant_raws(name)).unwrap_or_default();
        let base: Vec<&Raw> = self.files.iter().collect();
        let files: Vec<&Raw> = base.iter().chain(&own).copied().collect();
        let macs = macs::resolve(&files, catalog, findings);
        let applies_to = applies::resolve(&files, &macs, catalog, findings);
        let mut resolver = Resolver {
            catalog,
            macs: &macs,
            groups: Groups::new(),
            left_out: Vec::new(),
            sections: BTreeMap::new(),
            custom: BTreeMap::new(),
            keys: BTreeMap::new(),
            lost: self.files.iter().flat_map(|raw| raw.lost.iter().map(String::as_str)).collect(),
            base_lost: self.files.iter().any(|raw| raw.base_lost),
            unknown: 0,
        };
        let mut all = Chosen::new();
        for raw in &files {
            add_groups(&raw.groups, catalog, &mut resolver.groups, findings);
            let mut chosen = InFile::default();
            for setting in &raw.settings {
                resolver.take(setting, &mut chosen, findings);
            }
            over_files(&mut all, chosen.merge(findings));
        }
        resolver.custom_keys(findings);
        let (groups, left_out) = (resolver.groups, resolver.left_out);
        let identity = self.identity(variant);
        if self.files.iter().rev().find_map(|raw| raw.head.attach_both) == Some(true) {
            attach_both(&mut all);
        }
        let left_out = still_left_out(left_out, &all);
        let whole = self.files.iter().all(|raw| raw.whole && !raw.base_lost);
        if whole {
            require_stamp(&files, &all, &identity, findings);
        }
        let mut settings: Vec<Setting> =
            all.into_iter().map(|(at, candidate)| setting(at, candidate, &identity, catalog)).collect();
        settings.sort_by(|a, b| (a.channel, &a.domain, &a.key).cmp(&(b.channel, &b.domain, &b.key)));
        reasons(&files, &mut settings, catalog, &groups, whole, findings);
        let allows = files.iter().flat_map(|raw| raw.allows.iter());
        let set: Vec<&Setting> = settings.iter().collect();
        let payloads = variant.and_then(|name| self.variant_payloads.get(name)).unwrap_or(&self.payloads);
        let allows =
            allows.filter_map(|allow| resolve_allow(allow, &set, payloads, catalog, findings)).collect();
        Plan {
            identity,
            macs,
            applies_to,
            settings,
            targets: targets::resolve(&base, &own, catalog, findings),
            payloads: payloads.clone(),
            left_out,
            allows,
            ..Plan::default()
        }
    }

    /// The id is the file's own; the rest is what the last file says of it. A variant has its name behind both, and
    /// keeps no identifiers: one deployed profile cannot become two.
    fn identity(&self, variant: Option<&str>) -> Identity {
        let heads = || self.files.iter().rev().map(|raw| &raw.head);
        let said = |text: &String| !text.trim().is_empty();
        let text = |of: fn(&Head) -> &Option<String>| heads().find_map(|head| of(head).clone().filter(said));
        let own = self.files.last().map(|raw| &raw.head);
        let id = own.and_then(|head| head.id.as_ref()).map(|(id, _)| id.clone()).unwrap_or_default();
        let name = text(|head| &head.name).unwrap_or_else(|| id.clone());
        let place = own.and_then(|head| head.span);
        Identity {
            name: variant.map_or_else(|| name.clone(), |variant| format!("{name} ({variant})")),
            id: variant.map_or_else(|| id.clone(), |variant| format!("{id}.{variant}")),
            description: text(|head| &head.description),
            organization: text(|head| &head.organization),
            channel: heads().find_map(|head| head.channel).unwrap_or_default(),
            set_once_stamp: heads().find_map(|head| head.set_once_stamp).map(|(date, _)| date),
            keep_identifiers_from: own
                .filter(|_| variant.is_none())
                .and_then(|head| head.keep_identifiers_from.clone())
                .map(|(path, span)| (path, span.into())),
            origin: variant.and_then(|name| self.variant_span(name)).or(place).map(Origin::from),
            variant: variant.map(str::to_owned),
        }
    }
}

struct Resolver<'r, 'c> {
    catalog: &'r Catalog<'c>,
    macs: &'r Macs,
    groups: Groups,
    left_out: Vec<LeftOut>,
    sections: BTreeMap<Span, Vec<DomainName>>,
    /// Keys that no catalogue knows, by domain.
    custom: BTreeMap<String, Vec<(String, Span)>>,
    /// The known keys of domains in `[custom]` and `[unset]`.
    keys: BTreeMap<String, Vec<&'c str>>,
    /// Words that a syntax error made doubtful: one may be the name of a group.
    lost: BTreeSet<&'r str>,
    /// Whether a file that is extended could not be read: it may have said anything.
    base_lost: bool,
    unknown: usize,
}

impl<'c> Resolver<'_, 'c> {
    fn take(&mut self, raw: &RawSetting, chosen: &mut InFile, findings: &mut Findings) {
        match &raw.domain {
            None => self.bare(raw, chosen, findings),
            Some(named) => self.in_domain(named, raw, chosen, findings),
        }
    }

    fn bare(&mut self, raw: &RawSetting, chosen: &mut InFile, findings: &mut Findings) {
        let (name, span) = &raw.key;
        let reached = self.catalog.bare(name);
        if reached.is_empty() {
            let known = !self.catalog.named(name).is_empty();
            let finding = match (known, self.may_suggest()) {
                (true, _) => names::not_bare(name, *span, self.catalog),
                (false, true) => names::unknown_bare(name, *span, self.catalog),
                (false, false) => plain_unknown("", name, *span),
            };
            findings.push(finding);
            return;
        }
        let mut taken = 0;
        for known in &reached {
            let reads = self.reads(known);
            if self.unread(&reads) {
                self.leave_out(known, LeftOutWhy::NotRead(reads), *span);
            } else {
                taken += 1;
                self.push(known.domain, Some(known), raw, true, chosen, findings);
            }
        }
        // What others say of other domains does not tell what a bare key means.
        for known in self.catalog.vouched(name) {
            if !reached.iter().any(|reached| reached.domain == known.domain) {
                self.leave_out(&known, LeftOutWhy::OtherMeaning, *span);
            }
        }
        if taken == 0 {
            findings.push(self.reaches_nothing(name, *span, &reached));
        }
    }

    fn leave_out(&mut self, known: &KeyRef<'_, '_>, why: LeftOutWhy, span: Span) {
        self.left_out.push(LeftOut {
            domain: known.domain.to_owned(),
            key: known.name().to_owned(),
            why,
            origin: span.into(),
        });
    }

    fn reaches_nothing(&self, name: &str, span: Span, reached: &[KeyRef<'_, '_>]) -> Finding {
        let mut finding =
            Finding::new("reaches-nothing", format!("no build of [macs] reads `{name}`")).at(span, "");
        let mut readers: Vec<(Ranges, Vec<String>)> = Vec::new();
        for known in reached {
            for read in self.reads(known) {
                match readers.iter_mut().find(|(ranges, _)| *ranges == read.ranges) {
                    Some((_, products)) => products.push(read.product),
                    None => readers.push((read.ranges, vec![read.product])),
                }
            }
            for newer in &known.key.superseded {
                let line = newer
                    .line
                    .map_or_else(|| format!("`{}` took its place", newer.by), |l| format!("add `{l}`"));
                if !finding.help.contains(&line) {
                    finding = finding.help(line);
                }
            }
            finding = finding.about(known.domain, name);
        }
        readers.into_iter().fold(finding, |finding, (ranges, products)| {
            let names: Vec<&str> = products.iter().map(String::as_str).collect();
            let verb = if names.len() == 1 { "reads" } else { "read" };
            finding.note(format!("{} {} {verb} it", listed(&names), ranges.describe()))
        })
    }

    /// The builds that read a key, product by product; empty where no range is known.
    fn reads(&self, known: &KeyRef<'_, '_>) -> Vec<Reads> {
        reads(known, self.catalog)
    }

    /// Whether no Mac out there can have a build that reads it.
    fn unread(&self, reads: &[Reads]) -> bool {
        reads.iter().any(|read| {
            let versions = self.macs.versions.get(&read.product);
            versions.is_some_and(|versions| versions.intersect(&read.all()).is_empty())
        })
    }

    fn may_suggest(&mut self) -> bool {
        self.unknown += 1;
        self.unknown <= SUGGESTIONS
    }

    fn in_domain(&mut self, named: &Named, raw: &RawSetting, chosen: &mut InFile, findings: &mut Findings) {
        let name = &raw.key.0;
        let open = raw.section.is_custom() || raw.section == Section::Unset;
        let wanted = if open { Wanted::Any } else { Wanted::Known };
        // A section is looked up once: a whole section under a wrong name is one mistake.
        let (catalog, groups) = (self.catalog, &self.groups);
        let (lost, base_lost) = (&self.lost, self.base_lost);
        let look_up = || {
            let mut said = Findings::new();
            let found = domains(named, wanted, catalog, groups, &mut said);
            // It may be a group that was lost with what could not be read.
            let doubtful = |finding: &Finding| {
                let base = base_lost && finding.fix.is_none() && !named.name.contains('.');
                finding.code.as_str() == "unknown-domain" && (base || lost.contains(named.name.as_str()))
            };
            findings.extend(said.partition(|finding| !doubtful(finding)).0);
            found
        };
        let found = self.sections.entry(named.span).or_insert_with(look_up).clone();
        let mut unknown: Vec<&str> = Vec::new();
        for domain in &found {
            let domain = domain.as_str();
            match self.catalog.key(domain, name) {
                Some(known) => {
                    if raw.section.is_custom() {
                        findings.push(custom_known(domain, raw, self.catalog));
                    }
                    self.push(domain, Some(&known), raw, false, chosen, findings);
                }
                None if open => {
                    // A name that is none is told as such, and nothing more.
                    if KeyName::new(name).is_ok() {
                        self.custom_unknown(domain, raw, findings);
                    }
                    self.push(domain, None, raw, false, chosen, findings);
                }
                // Those who told of the domain need not have known all of its keys.
                None if catalog.is_hearsay(domain) => {
                    if KeyName::new(name).is_ok() {
                        findings.push(self.unknown_key(&[domain], named, raw).severity(Severity::Warning).note(
                            "what is known of this domain is the community's word and may lack a key: it is set, and not checked",
                        ));
                    }
                    self.push(domain, None, raw, false, chosen, findings);
                }
                None => unknown.push(domain),
            }
        }
        if !unknown.is_empty() {
            findings.push(self.unknown_key(&unknown, named, raw));
        }
    }

    /// A key that a domain does not have, or several domains of one group.
    fn unknown_key(&mut self, of: &[&str], named: &Named, raw: &RawSetting) -> Finding {
        let (name, span) = &raw.key;
        if !self.may_suggest() {
            return plain_unknown(of.first().unwrap_or(&""), name, *span);
        }
        let mut finding = names::unknown_key(of, name, *span, named.span, self.catalog);
        // Another name does not mend a table where no key takes one.
        let table = matches!(raw.value, Some((Value::Dictionary(_), _)));
        if table && of.iter().any(|domain| self.catalog.not_a_key(domain, name).is_some()) {
            finding.fix = None;
        }
        finding
    }

    /// A key in `[custom]` or `[unset]` that no catalogue knows: fine, unless it is nearly a known one.
    fn custom_unknown(&mut self, domain: &str, raw: &RawSetting, findings: &mut Findings) {
        let (name, span) = &raw.key;
        // An error is never a matter of how many others there are: the search has no limit, as suggestions do.
        if !self.keys.contains_key(domain) {
            self.keys.insert(domain.to_owned(), self.catalog.keys_of(domain));
        }
        let known = self.keys.get(domain).map_or(&[][..], Vec::as_slice);
        let near = nearest(name, known.iter().copied());
        let short = self.catalog.short(domain);
        match near {
            Some(near) => {
                let title = format!("`{name}` is nearly `{near}`, a known key of {short}");
                let finding = Finding::new("near-miss", title)
                    .help(format!("did you mean `{near}`? If not, accept the finding with an [[allow]]"))
                    .at(*span, "")
                    .about(domain, name);
                let hearsay = self.catalog.key(domain, near).is_none_or(|k| self.catalog.is_weak(k.layer));
                findings.push(names::doubted(finding, hearsay));
            }
            None => self.custom.entry(domain.to_owned()).or_default().push((name.clone(), *span)),
        }
    }

    /// A note for each key that no catalogue knows; checks make one of those of a domain.
    fn custom_keys(&self, findings: &mut Findings) {
        for (domain, keys) in &self.custom {
            let short = self.catalog.short(domain);
            for (name, span) in keys {
                let title = format!("no catalogue knows `{name}` of {short}: nothing is checked");
                findings.push(Finding::new("custom-key", title).at(*span, "").about(domain, name));
            }
        }
    }

    fn push(
        &mut self,
        domain: &str,
        known: Option<&KeyRef<'_, '_>>,
        raw: &RawSetting,
        bare: bool,
        chosen: &mut InFile,
        findings: &mut Findings,
    ) {
        let (name, span) = &raw.key;
        let (domain, key) = match (DomainName::new(domain), KeyName::new(name)) {
            (Ok(domain), Ok(key)) => (domain, key),
            (Err(error), _) => {
                findings.push(Finding::new("bad-name", format!("`{domain}` {error}")).at(*span, ""));
                return;
            }
            (_, Err(error)) => {
                findings.push(Finding::new("bad-name", format!("the key's name {error}")).at(*span, ""));
                return;
            }
        };
        let (value, places) = match &raw.value {
            Some((value, places)) => {
                let node = known.filter(|_| !raw.section.is_custom()).map(|known| &known.key.node);
                let value = with_data(value, places, node, findings);
                self.tokens(&value, places, findings);
                (Some(value), places.clone())
            }
            None => (None, Places::leaf(*span)),
        };
        let candidate =
            Candidate { section: raw.section, value, places, span: *span, bare, overrides: Vec::new() };
        chosen.take((domain, key), candidate, self.catalog);
    }

    fn tokens(&self, value: &Value, places: &Places, findings: &mut Findings) {
        match value {
            Value::String(text) => {
                for name in text.tokens().filter(|name| self.catalog.token(name).is_none()) {
                    findings.push(self.unknown_token(name, &places.at));
                }
            }
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.tokens(item, places.item(at), findings);
                }
            }
            Value::Dictionary(entries) => {
                for (key, entry) in entries {
                    self.tokens(entry, places.entry(key), findings);
                }
            }
            _ => {}
        }
    }

    fn unknown_token(&self, name: &str, at: &Origin) -> Finding {
        let finding =
            Finding::new("unknown-token", format!("`${{{name}}}` is no identity token")).at(at.clone(), "");
        match nearest(name, self.catalog.tokens().map(|token| token.name)) {
            Some(near) => {
                finding.help(format!("did you mean `${{{near}}}`? A literal `${{` is written `$${{`"))
            }
            None => {
                let names: Vec<String> =
                    self.catalog.tokens().map(|token| format!("${{{}}}", token.name)).collect();
                finding.help(format!("known: {}", names.join(", "))).help("a literal `${` is written `$${`")
            }
        }
    }
}

fn plain_unknown(domain: &str, name: &str, span: Span) -> Finding {
    Finding::new("unknown-key", format!("`{name}` is no key that the catalogue knows"))
        .at(span, "")
        .about(domain, name)
}

fn custom_known(domain: &str, raw: &RawSetting, catalog: &Catalog<'_>) -> Finding {
    let (name, span) = &raw.key;
    let short = catalog.short(domain);
    let section = if raw.section == Section::Custom { "settings" } else { "set-once" };
    Finding::new("custom-known", format!("`{name}` of {short} is known by now"))
        .at(*span, "")
        .about(domain, name)
        .help(format!("write it under [{section}.{}], and it is checked", toml_key(short)))
}
