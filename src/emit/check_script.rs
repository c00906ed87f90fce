//! The check: a script that says on a Mac whether the policy holds there, for whom no binary can be installed.

use super::asked::{bundles, keys_of, look};
use super::defaults::builds::{MACOS, bounds, line, words};
use super::defaults::words::{TOKENS, given, tokens};
use super::parts::is_preference;
use super::{Artefact, Readme, Request, Target, at_policy, over, secrets_in_script};
use crate::catalog::model::{Compare, Literal, ReadAs, When};
use crate::catalog::{Catalog, KeyRef};
use crate::finding::{Finding, Findings, listed};
use crate::plan::{Enforcement, Setting};
use crate::text::{Call, CheckHead, Piece, Scripts, TemplateError};
use crate::value::DomainName;
use crate::version::Ranges;
use std::collections::BTreeSet;

/// The target `check-script`.
pub struct CheckScript;

impl Target for CheckScript {
    fn name(&self) -> &'static str {
        "check-script"
    }

    fn summary(&self) -> &'static str {
        "a script that says on a Mac whether the policy is enforced there"
    }

    fn emit(&self, request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Artefact> {
        let Some(script) = check_script(request, &CheckOptions::default(), findings) else {
            return Vec::new();
        };
        let made = request.file(self.name(), "check.sh", script, findings).map(Artefact::program);
        made.into_iter().chain(readme(request, findings)).collect()
    }
}

fn readme(request: &Request<'_, '_>, findings: &mut Findings) -> Option<Artefact> {
    let mut readme = Readme::new("A check on a Mac", request);
    readme.paragraph(
        "check.sh says in one line whether the Mac it runs on has what the policy wants, and with its exit status: \
         Compliant (0), Drift: KEYS (1), Unknown: WHY (3), Not installed (3); 2 is a wrong option. It judges what \
         profiles enforce; with --effective, what users have as well.",
    );
    readme.section("What to do").list([
        "An attribute of the MDM: let it run check.sh; --exit-zero where another status counts as a failure of the \
         script, --result for the tags of Jamf. Where no options can be given, change the line that begins with form=.",
        "A compliance check: let it run check.sh as it is.",
        "As mSCP's scripts: --check notes what was found, --stats, --compliant and --non_compliant tell of it later.",
        "At one Mac: check.sh --list --effective.",
    ]);
    readme.artefact(request, "check-script", findings)
}

/// What a check does without being asked by an option.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CheckOptions {
    /// It prints its line between `<result>` and `</result>`, as an extension attribute of Jamf has it.
    pub result: bool,
    /// It exits with 0 whatever it found.
    pub exit_zero: bool,
    /// It looks at what users have, too, and not only at what profiles enforce.
    pub effective: bool,
}

/// The text of a check; none if there is nothing that it can see, or an error among the findings.
pub fn check_script(
    request: &Request<'_, '_>,
    options: &CheckOptions,
    findings: &mut Findings,
) -> Option<String> {
    let (catalog, whole) = (request.catalog, request.plan);
    let plan = whole.only(|setting| is_preference(setting, catalog));
    let hidden: Vec<&Setting> =
        whole.settings.iter().filter(|setting| !is_preference(setting, catalog)).collect();
    if plan.settings.is_empty() {
        let title = "the policy has no preferences that a check on a Mac could look at";
        findings.push(at_policy(Finding::new("empty-check", title), request).note(HIDDEN));
        return None;
    }
    not_judged(&hidden, findings);
    let kinds: BTreeSet<&str> = hidden.iter().map(|setting| setting.domain.as_str()).collect();
    let request = &Request { plan: &plan, ..*request };
    secrets_in_script(request, findings);
    let payloads = plan.payloads.len() + kinds.len();
    let mut check = Check { request, payloads, products: BTreeSet::new(), tokens: BTreeSet::new() };
    let mut calls = Vec::new();
    let mut sound = true;
    let keys = keys_of(request.plan.settings.iter());
    // The domain that every app reads comes first: its files count for the others.
    let order = keys.iter().filter(|(domain, _)| **domain == DomainName::GLOBAL);
    let others = keys.iter().filter(|(domain, _)| **domain != DomainName::GLOBAL);
    for (domain, keys) in order.chain(others) {
        calls.push(look(domain, keys, request.catalog));
        if *domain == DomainName::GLOBAL {
            calls.push(Call::new("everywhere"));
        }
        for setting in request.plan.settings.iter().filter(|setting| setting.domain.as_str() == *domain) {
            if let Err(finding) = check.setting(setting, &mut calls) {
                findings.push(*finding);
                sound = false;
            }
        }
    }
    if !sound {
        return None;
    }
    match check.script(options, &calls) {
        Ok(script) => Some(script),
        Err(error) => {
            findings.push(at_policy(Finding::new("unwritable-text", error.to_string()), request));
            None
        }
    }
}

/// Where payloads that are no preferences show.
const HIDDEN: &str =
    "payloads show in no file of preferences; `prefsmith diff` finds them in a snapshot of the Mac";

fn not_judged(hidden: &[&Setting], findings: &mut Findings) {
    if hidden.is_empty() {
        return;
    }
    let names: Vec<&str> = hidden.iter().map(|setting| setting.key.as_str()).collect();
    let title = format!("the check does not judge {}, which are a payload of Apple's", listed(&names));
    findings.push(over(Finding::new("not-judged", title), hidden).note(HIDDEN));
}

struct Check<'r, 'c> {
    request: &'r Request<'r, 'c>,
    /// How many payloads it does not judge.
    payloads: usize,
    /// The products whose installed builds are asked for.
    products: BTreeSet<String>,
    tokens: BTreeSet<String>,
}

impl Check<'_, '_> {
    fn script(&self, options: &CheckOptions, calls: &[Call]) -> Result<String, TemplateError> {
        let plan = self.request.plan;
        let identity = &plan.identity;
        let about = format!(
            "Says whether this Mac has what the policy \"{}\" ({}) wants.",
            identity.name, identity.id
        );
        let yes = |flag: bool| if flag { "yes" } else { "no" };
        let tokens: Vec<&str> = self.tokens.iter().map(String::as_str).collect();
        let weak = plan.settings.iter().any(|setting| setting.enforcement == Enforcement::Default);
        let head = CheckHead {
            title: &about,
            about: &about,
            policy: &identity.id,
            tokens: &tokens.join(" "),
            payloads: self.payloads,
            for_computer: yes(weak),
            form: if options.result { "result" } else { "line" },
            exit_zero: yes(options.exit_zero),
            effective: yes(options.effective),
        };
        let apps = bundles(self.request.catalog, |name| self.products.contains(name));
        Scripts::get()?.check(&head, &apps, calls)
    }

    /// The calls of one setting.
    fn setting(&mut self, setting: &Setting, calls: &mut Vec<Call>) -> Result<(), Box<Finding>> {
        let catalog = self.request.catalog;
        let (domain, key) = (setting.domain.as_str(), setting.key.as_str());
        let label = self.label(setting);
        let Some(value) = &setting.value else {
            calls.push(Call::new("absent").word(key).word(label));
            return Ok(());
        };
        let found = |code: &'static str, title: String| {
            Box::new(Finding::new(code, title).at(setting.origin.clone(), "").about(domain, key))
        };
        let known = catalog.key(domain, key);
        let mut used = BTreeSet::new();
        tokens(value, &mut used);
        for token in &used {
            if !TOKENS.contains(&token.as_str()) {
                return Err(found("token-in-script", format!("no script can find out `${{{token}}}`")));
            }
            let variable = Piece::variable(format!("token_{}", token.replace(['.', '-'], "_")));
            calls.push(Call::new("needs_token").word(token.as_str()).pieces(vec![variable]));
        }
        self.tokens.extend(used);
        if let Some(known) = &known {
            facts(known, setting, catalog, calls);
        }
        self.reads(setting, known.as_ref(), calls);
        // No value goes by an argument of a command, so none need hide.
        let given = given(key, value, false, false)
            .map_err(|error| found("unwritable-text", format!("`{key}` cannot be written: {error}")))?;
        let verb = match setting.enforcement {
            Enforcement::SetOnce => "once",
            Enforcement::Default => "weak",
            _ => "enforced",
        };
        calls.push(Call::new(verb).word(key).word(label).word(given.how).pieces(given.value));
        Ok(())
    }

    /// What the result calls a setting: by its key, with the domain in front where several have it.
    fn label(&self, setting: &Setting) -> String {
        let key = setting.key.as_str();
        let same = self.request.plan.settings.iter().filter(|other| other.key.as_str() == key).count();
        let name = match same {
            1 => key.to_owned(),
            _ => format!("{}:{key}", self.request.catalog.short(setting.domain.as_str())),
        };
        line(&name)
    }

    /// The builds that read a setting, and of which apps: as `diff` tells what is not applicable.
    fn reads(&mut self, setting: &Setting, known: Option<&KeyRef<'_, '_>>, calls: &mut Vec<Call>) {
        let catalog = self.request.catalog;
        if known.is_some_and(|known| known.key.when != When::Any) {
            calls.push(Call::new("early"));
            return;
        }
        let mut ask = |product: &str, ranges: &Ranges| {
            let members = members(product, catalog);
            if members.is_empty() {
                return;
            }
            let call = Call::new("reads").word(bounds(ranges)).word(words(ranges)).word(line(product));
            calls.push(members.iter().fold(call, |call, member| call.word(line(member))));
            self.products.extend(members);
        };
        let own = known.and_then(|known| known.product(catalog));
        if let (Some(own), true) = (own, setting.reads.is_empty()) {
            ask(own.name, &Ranges::any());
        }
        for reads in &setting.reads {
            ask(&reads.product, &reads.all());
        }
    }
}

/// What the catalogue says of a key that counts when it is judged.
fn facts(known: &KeyRef<'_, '_>, setting: &Setting, catalog: &Catalog<'_>, calls: &mut Vec<Call>) {
    match known.key.compare {
        Compare::Exact => {}
        Compare::Contains => calls.push(Call::new("compare_as").word("contains")),
        Compare::Set => calls.push(Call::new("compare_as").word("set")),
    }
    if known.read_as(catalog) == ReadAs::ForcedOnly {
        calls.push(Call::new("forced_only"));
    }
    let default = known.key.node.default.as_ref().and_then(|default| default.value.as_ref());
    if default.map(Literal::to_value) == setting.value {
        calls.push(Call::new("by_default"));
    }
}

/// The products whose copies show whether a product is there: itself, or those of its suite that are apps.
fn members(product: &str, catalog: &Catalog<'_>) -> Vec<String> {
    if product == MACOS {
        return vec![MACOS.to_owned()];
    }
    let Some(known) = catalog.product(product) else { return Vec::new() };
    if !known.app.is_empty() {
        return vec![known.name.to_owned()];
    }
    let suite = known.suite.unwrap_or(known.name);
    let names: BTreeSet<&str> = catalog
        .products()
        .filter(|member| member.suite == Some(suite) && !member.app.is_empty())
        .map(|member| member.name)
        .collect();
    names.into_iter().map(str::to_owned).collect()
}
