//! What settings say of each other beyond the rules of the catalogue: texts that must be taken apart, tables that must
//! be looked up, days, and several policies at once.

use super::Options;
use super::context::Context;
use super::sound::Sound;
use crate::catalog::model::{MauApp, Product};
use crate::catalog::{Catalog, Fact, Facts};
use crate::finding::{Finding, Findings, Origin, Severity, listed};
use crate::plan::{Channel, Enforcement, Kind, Plan, Setting};
use crate::value::{Part, Text, Value};
use crate::version::{Ranges, Version};
use std::collections::{BTreeMap, BTreeSet};

const AUTOUPDATE: &str = "com.microsoft.autoupdate2";
const OUTLOOK: &str = "com.microsoft.Outlook";
const SCHEDULE: &str = "UpdateDeadline.ApplicationsForcedUpdateSchedule";
const ID: &str = "Application ID";

/// Where people have private accounts. Of Microsoft's own, the first label alone counts: outlook.com, outlook.de.
const PRIVATE: [&str; 9] = [
    "aol.com",
    "gmail.com",
    "gmx.com",
    "googlemail.com",
    "icloud.com",
    "mac.com",
    "me.com",
    "msn.com",
    "yahoo.com",
];
const PRIVATE_MICROSOFT: [&str; 3] = ["outlook", "hotmail", "live"];

/// Pushes what each of these checks has to say.
pub(super) fn special(
    context: &Context<'_, '_>,
    facts: &Sound<'_>,
    options: &Options,
    findings: &mut Findings,
) {
    let look = Look { context, facts };
    look.activation_address(findings);
    look.app_ids(findings);
    look.mail_domains(findings);
    look.first_account(findings);
    look.version_caps(findings);
    if let Some(today) = options.today {
        look.passed_deadlines(today, findings);
    }
}

struct Look<'a, 'c> {
    context: &'a Context<'a, 'c>,
    facts: &'a Sound<'a>,
}

impl Look<'_, '_> {
    /// A setting whose value is sound.
    fn setting(&self, domain: &str, key: &str) -> Option<(&Setting, &Value)> {
        let Fact::Set(_) = self.facts.value(domain, key) else { return None };
        let setting = self.context.plan.setting(domain, key)?;
        setting.value.as_ref().map(|value| (setting, value))
    }

    /// An account that the sign-in options refuse is put into the sign-in box.
    fn activation_address(&self, findings: &mut Findings) {
        let Some((address, Value::String(text))) =
            self.setting("com.microsoft.office", "OfficeActivationEmailAddress")
        else {
            return;
        };
        let Some(domain) = mail_domain(text, false) else { return };
        let mut by_line: BTreeMap<_, (Vec<&str>, Finding)> = BTreeMap::new();
        for app in self.context.catalog.list("office-apps").map_or(&[][..], |list| &list.domains) {
            let Some((options, Value::Integer(number))) = self.setting(app, "SignInOptions") else {
                continue;
            };
            let says = match (number.get(), is_private(&domain)) {
                (1, false) => "SignInOptions = 1 lets personal accounts sign in only",
                (2, true) => "SignInOptions = 2 lets work and school accounts sign in only",
                _ => continue,
            };
            let line = options.origin.span().map_or((0, 0), |span| (span.start, span.end));
            let finding = || {
                Finding::new("activation-address-refused", "")
                    .at(address.origin.clone(), "")
                    .at(options.origin.clone(), "")
                    .about("com.microsoft.office", "OfficeActivationEmailAddress")
                    .note(says)
            };
            let (apps, _) = by_line.entry(line).or_insert_with(|| (Vec::new(), finding()));
            apps.push(self.context.catalog.short(app));
        }
        for (apps, mut finding) in by_line.into_values() {
            finding.title =
                format!("{} would refuse the account of {domain} that is suggested", listed(&apps));
            findings.push(finding);
        }
    }

    /// Ids of apps that do not fit the path under which they stand, or the versions out there.
    fn app_ids(&self, findings: &mut Findings) {
        for key in ["Applications", SCHEDULE] {
            let Some((setting, Value::Dictionary(apps))) = self.setting(AUTOUPDATE, key) else { continue };
            for (path, entry) in apps {
                let Value::Dictionary(entry) = entry else { continue };
                let Some(id) = entry.get(ID).and_then(literal) else { continue };
                let at = setting.places.entry(path).entry(ID).at.clone();
                let known = self.context.catalog.mau_apps().find(|app| app.path == path);
                if let Some(finding) = known.and_then(|known| self.app_id(known, id, &at)) {
                    findings.push(finding.about(AUTOUPDATE, key));
                }
            }
        }
    }

    fn app_id(&self, known: &MauApp<'_>, id: &str, at: &Origin) -> Option<Finding> {
        let catalog = self.context.catalog;
        let product = catalog.products().find(|product| product.app.contains(&known.path));
        let range = product.and_then(|product| product.mau_ids.iter().find(|known| known.id == id));
        if !known.ids.contains(&id) && range.is_none() {
            let title = format!("`{id}` is not AutoUpdate's id of {}", name_of(known.path));
            let better = self.fitting(product).unwrap_or(known.default_id);
            return Some(self.mended(Finding::new("app-id-mismatch", title).at(at.clone(), ""), at, better));
        }
        let product = product?;
        let out_there = self.context.versions(product.name)?;
        let range: Ranges = range?.range?.parse().ok()?;
        let missed = out_there.minus(&range);
        if missed.is_empty() {
            return None;
        }
        let named = format!("{} {}", product.name, missed.describe());
        let finding = Finding::new("app-id-mismatch", format!("`{id}` is not AutoUpdate's id of {named}"))
            .at(at.clone(), "")
            .note(format!("it is that of {} {}", product.name, range.describe()));
        if out_there.intersect(&range).is_empty() {
            return Some(match self.fitting(Some(product)) {
                Some(better) => self.mended(finding, at, better),
                None => finding,
            });
        }
        Some(
            finding
                .severity(Severity::Warning)
                .note("one path has one id: no single policy is right for both")
                .help(match self.context.plan.kind {
                    Kind::Policy => "give the older Macs a policy of their own, and narrow [macs] in both",
                    Kind::Profile => "give the older Macs a profile of their own",
                }),
        )
    }

    fn mended(&self, finding: Finding, at: &Origin, better: &str) -> Finding {
        let finding = finding.help(format!("write \"{better}\""));
        match at.span() {
            Some(span) => {
                let text = self.context.plan.kind.written(&Value::string(better));
                finding.fix(span, text, "write the id that fits")
            }
            None => finding,
        }
    }

    /// The id of every version of a product that is out there.
    fn fitting<'p>(&self, product: Option<&Product<'p>>) -> Option<&'p str> {
        let product = product?;
        let out_there = self.context.versions(product.name)?;
        let fits = |range: Option<&str>| {
            range
                .is_none_or(|range| range.parse::<Ranges>().is_ok_and(|range| out_there.is_subset_of(&range)))
        };
        product.mau_ids.iter().find(|known| fits(known.range)).map(|known| known.id)
    }

    /// One mail domain is allowed and disallowed.
    fn mail_domains(&self, findings: &mut Findings) {
        let list = |key: &str| match self.setting(OUTLOOK, key) {
            Some((setting, Value::Array(items))) => Some((setting, items)),
            _ => None,
        };
        let Some((allowed, good)) = list("AllowedEmailDomains") else { return };
        let Some((disallowed, bad)) = list("DisallowedEmailDomains") else { return };
        for (at, item) in bad.iter().enumerate() {
            let Some(domain) = literal(item) else { continue };
            let twin = good.iter().position(|other| {
                literal(other).is_some_and(|other| other.trim().eq_ignore_ascii_case(domain.trim()))
            });
            let Some(twin) = twin else { continue };
            findings.push(
                Finding::new("mail-domain-overlap", format!("`{domain}` is both allowed and disallowed"))
                    .at(disallowed.places.item(at).at.clone(), "disallowed here")
                    .at(allowed.places.item(twin).at.clone(), "allowed here")
                    .about(OUTLOOK, "DisallowedEmailDomains")
                    .help("drop it from one of the two lists"),
            );
        }
    }

    /// The account of the first launch is one that users may not add.
    fn first_account(&self, findings: &mut Findings) {
        let Some((default, Value::String(text))) = self.setting(OUTLOOK, "DefaultEmailAddressOrDomain")
        else {
            return;
        };
        let Some(domain) = mail_domain(text, true) else { return };
        let refused = |title: String, setting: &Setting, label: &str| {
            Finding::new("first-account-refused", title)
                .at(default.places.at.clone(), "")
                .at(setting.origin.clone(), label)
                .about(OUTLOOK, "DefaultEmailAddressOrDomain")
        };
        if let Some((setting, Value::Array(items))) = self.setting(OUTLOOK, "AllowedEmailDomains") {
            // What is no plain domain may be a pattern, as Microsoft documented once, and allow anything.
            let plain = |item: &Value| literal(item).is_some_and(is_plain);
            let listed = |item: &Value| literal(item).is_some_and(|item| item.eq_ignore_ascii_case(&domain));
            if items.iter().all(plain) && !items.iter().any(listed) {
                let title = format!("the account of {domain} for the first launch is not allowed");
                let finding = refused(title, setting, "does not have it");
                findings.push(finding.help(format!("add \"{domain}\" to `AllowedEmailDomains`")));
            }
        }
        if let Some((setting, Value::Array(items))) = self.setting(OUTLOOK, "DisallowedEmailDomains")
            && items.iter().filter_map(literal).any(|item| item.eq_ignore_ascii_case(&domain))
        {
            let title = format!("the account of {domain} for the first launch is disallowed");
            let finding = refused(title, setting, "has it");
            findings.push(finding.help(format!("drop \"{domain}\" from `DisallowedEmailDomains`")));
        }
    }

    /// A version is forced that a deferral holds back.
    fn version_caps(&self, findings: &mut Findings) {
        let Some((deferrals, Value::Dictionary(kinds))) =
            self.setting(AUTOUPDATE, "OptionalUpdatesDeferrals")
        else {
            return;
        };
        let Some(Value::Dictionary(caps)) = kinds.get("DeferralVersions") else { return };
        let Some((schedule, Value::Dictionary(apps))) = self.setting(AUTOUPDATE, SCHEDULE) else { return };
        for (path, entry) in apps {
            let Value::Dictionary(entry) = entry else { continue };
            let Some(id) = entry.get(ID).and_then(literal) else { continue };
            let forced = entry.get("ForcedUpdateVersion").and_then(literal).and_then(release);
            let cap = caps.get(id).and_then(literal).and_then(release);
            let (Some(forced), Some(cap)) = (forced, cap) else { continue };
            if cap >= forced {
                continue;
            }
            let title = format!(
                "{}.{} of {} is forced, and held back at {}.{}",
                forced.0,
                forced.1,
                name_of(path),
                cap.0,
                cap.1
            );
            findings.push(
                Finding::new("forced-version-deferred", title)
                    .at(schedule.places.entry(path).entry("ForcedUpdateVersion").at.clone(), "forced here")
                    .at(deferrals.places.entry("DeferralVersions").entry(id).at.clone(), "held back here")
                    .about(AUTOUPDATE, SCHEDULE)
                    .help(format!(
                        "write \"{}.{}\" in `DeferralVersions`, or drop one of the two",
                        forced.0, forced.1
                    )),
            );
        }
    }

    /// Deadlines that lie in the past.
    fn passed_deadlines(&self, today: jiff::civil::Date, findings: &mut Findings) {
        let Ok(midnight) = today.to_zoned(jiff::tz::TimeZone::UTC) else { return };
        let Some((setting, Value::Dictionary(apps))) = self.setting(AUTOUPDATE, SCHEDULE) else { return };
        for (path, entry) in apps {
            let Value::Dictionary(entry) = entry else { continue };
            let Some(Value::Date(date)) = entry.get("ForcedUpdateDate") else { continue };
            if date.seconds() >= midnight.timestamp().as_second() {
                continue;
            }
            findings.push(
                Finding::new("deadline-passed", format!("the deadline of {} has passed", name_of(path)))
                    .at(setting.places.entry(path).entry("ForcedUpdateDate").at.clone(), "")
                    .about(AUTOUPDATE, SCHEDULE)
                    .note("AutoUpdate removes an entry once its moment has passed")
                    .help("set a new moment and version, or drop the entry"),
            );
        }
    }
}

/// Policies that have one id: on a Mac the profile of one would replace that of the other. `apart` tells, of two by
/// their place in the list, that no Mac gets both. Comes with the two of each finding.
pub(super) fn same_id(plans: &[&Plan], apart: &dyn Fn(usize, usize) -> bool) -> Vec<([usize; 2], Finding)> {
    let mut seen: BTreeMap<&str, Vec<(usize, &Origin)>> = BTreeMap::new();
    let mut found = Vec::new();
    for (number, plan) in plans.iter().enumerate() {
        let (id, Some(origin)) = (plan.identity.id.as_str(), &plan.identity.origin) else { continue };
        let before = seen.entry(id).or_default();
        if let Some((first, at)) = before.iter().find(|(first, at)| *at != origin && !apart(*first, number)) {
            let finding = Finding::new("same-id", format!("two policies have the id `{id}`"))
                .at(origin.clone(), "")
                .at((*at).clone(), "")
                .note("a Mac takes their profiles for one: the second replaces the first")
                .help("give each policy an id of its own");
            found.push(([*first, number], finding));
        }
        before.push((number, origin));
    }
    found
}

/// Dictionaries that several policies of one command line enforce, with different entries; each plan comes with the
/// number of its policy.
///
/// Policies can be alternatives, for different Macs: it is for their author to know whether any Mac gets two.
pub(super) fn twice(plans: &[(usize, &Plan)], catalog: &Catalog<'_>) -> Findings {
    const MOST: usize = 8;
    type Owned<'p> = Vec<(usize, &'p Setting)>;
    let mut seen: BTreeMap<(Channel, &str, &str), Owned<'_>> = BTreeMap::new();
    let policies = plans.iter().filter(|(_, plan)| plan.kind == Kind::Policy);
    let all = policies.flat_map(|(policy, plan)| plan.settings.iter().map(|setting| (*policy, setting)));
    for (policy, setting) in all {
        let whole = matches!(setting.value, Some(Value::Dictionary(_)));
        let several = catalog.takes_several(setting.domain.as_str());
        if whole && setting.enforcement == Enforcement::Forced && !several {
            let place = (setting.channel, setting.domain.as_str(), setting.key.as_str());
            seen.entry(place).or_default().push((policy, setting));
        }
    }
    let mut findings = Findings::new();
    for ((_, domain, key), owned) in seen {
        // A Mac gets one of a policy and its variants.
        let policies: BTreeSet<usize> = owned.iter().map(|(policy, _)| *policy).collect();
        if policies.len() < 2 {
            continue;
        }
        let settings: Vec<&Setting> = owned.into_iter().map(|(_, setting)| setting).collect();
        if settings.windows(2).all(|pair| matches!(pair, [a, b] if a.value == b.value)) {
            continue;
        }
        let of = catalog.short(domain);
        let title = format!("`{key}` of {of} has other entries in each of {} policies", policies.len());
        let mut finding = Finding::new("set-by-two-policies", title).about(domain, key);
        for setting in settings.iter().take(MOST) {
            finding = finding.at(setting.origin.clone(), "");
        }
        let note = "macOS merges no dictionaries: on a Mac that gets two of these policies, one hides the entries of the other";
        findings.push(
            finding.note(note).help("let no Mac get two of them, or keep the dictionary in one policy"),
        );
    }
    findings
}

fn literal(value: &Value) -> Option<&str> {
    if let Value::String(text) = value { Text::as_literal(text) } else { None }
}

/// `Microsoft Word` of `/Applications/Microsoft Word.app`.
fn name_of(path: &str) -> &str {
    let file = path.rsplit_once('/').map_or(path, |(_, file)| file);
    file.strip_suffix(".app").unwrap_or(file)
}

/// The domain of a mail address, in small letters; with `or_domain`, of a text without `@` the text itself. What
/// an identity token may say of it is not known.
fn mail_domain(text: &Text, or_domain: bool) -> Option<String> {
    let Some(Part::Literal(last)) = text.parts().last() else { return None };
    let domain = match last.rsplit_once('@') {
        Some((_, domain)) => domain,
        None if or_domain && !text.has_tokens() => last,
        None => return None,
    };
    (!domain.is_empty()).then(|| domain.to_ascii_lowercase())
}

fn is_private(domain: &str) -> bool {
    let first = domain.split('.').next().unwrap_or(domain);
    PRIVATE.contains(&domain) || PRIVATE_MICROSOFT.contains(&first)
}

fn is_plain(text: &str) -> bool {
    text.contains('.') && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

/// Major and minor number of a version.
fn release(text: &str) -> Option<(u32, u32)> {
    let version: Version = text.parse().ok()?;
    let mut numbers = version.numbers().iter().copied();
    Some((numbers.next()?, numbers.next().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_of_mail_addresses() {
        let of = |text: &str, or_domain| mail_domain(&Text::parse(text).unwrap(), or_domain);
        assert_eq!(of("ann@Example.COM", false).as_deref(), Some("example.com"));
        assert_eq!(of("${user.name}@example.com", false).as_deref(), Some("example.com"));
        assert_eq!(of("${user.upn}", true), None);
        assert_eq!(of("example.com", true).as_deref(), Some("example.com"));
        assert_eq!(of("example.com", false), None);
        assert_eq!(of("ann@", true), None);
    }

    #[test]
    fn private_mail_domains() {
        for domain in ["outlook.com", "hotmail.co.uk", "live.de", "gmail.com"] {
            assert!(is_private(domain), "{domain}");
        }
        for domain in ["example.com", "outlook-example.com", "mail.gmail.com.example.org"] {
            assert!(!is_private(domain), "{domain}");
        }
    }

    #[test]
    fn releases_have_two_numbers() {
        assert_eq!(release("16.27.19071500"), Some((16, 27)));
        assert_eq!(release("16.9"), Some((16, 9)));
        assert!(release("16.9") < release("16.10"));
        assert_eq!(release("newest"), None);
    }
}
