//! A pack for osquery, whose queries give a row for each setting that a Mac does not have.

use super::mobileconfig::at_policy;
use super::sql::{Question, Unseen, questions, violations};
use super::{Artefact, Readme, Request, Target};
use crate::finding::{Finding, Findings};
use crate::plan::Setting;
use serde_json::json;
use std::collections::BTreeMap;

/// The target `osquery`.
pub struct Osquery;

/// Its name, which is also that of its table in a policy and of its folder.
const NAME: &str = "osquery";

/// How often the pack asks, in seconds, where the policy does not say.
pub(super) const INTERVAL: i64 = 3600;

impl Target for Osquery {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "osquery: a pack of queries that find what a Mac does not have"
    }

    fn emit(&self, request: &Request<'_, '_>, findings: &mut Findings) -> Vec<Artefact> {
        let (asked, unseen) = questions(request.plan, request.catalog);
        let interval = interval(request, findings);
        unseen_ones(&unseen, findings);
        if asked.is_empty() {
            nothing(request, findings);
        }
        if request.blocked(findings) || asked.is_empty() {
            return Vec::new();
        }
        let mut queries = BTreeMap::new();
        for (domain, sql) in by_domain(&asked) {
            let (title, name) = (title(domain, request), &request.plan.identity.name);
            let query = json!({
                "query": sql,
                "interval": interval,
                "description": format!("{name}: settings of {title} ({domain}) that the Mac does not have"),
                "value": "A row: what is wanted, and what is there. None: all is there that osquery can see",
                "snapshot": true,
                "platform": "darwin",
            });
            queries.insert(domain, query);
        }
        let pack = json!({ "platform": "darwin", "queries": queries });
        let mut bytes = serde_json::to_vec_pretty(&pack).unwrap_or_default();
        bytes.push(b'\n');
        let name = format!("{}.json", request.stem);
        let mut artefacts: Vec<Artefact> = request.file(NAME, &name, bytes, findings).into_iter().collect();
        artefacts.extend(readme(request, &name, interval, &unseen).artefact(request, NAME, findings));
        artefacts
    }
}

/// The queries of each domain.
pub(super) fn by_domain<'p>(asked: &[Question<'p>]) -> Vec<(&'p str, String)> {
    let mut domains: BTreeMap<&'p str, Vec<&Question<'p>>> = BTreeMap::new();
    for question in asked {
        domains.entry(question.setting.domain.as_str()).or_default().push(question);
    }
    domains.into_iter().map(|(domain, list)| (domain, violations(&list))).collect()
}

/// What people call a domain.
pub(super) fn title<'r>(domain: &'r str, request: &Request<'r, '_>) -> &'r str {
    request.catalog.domain(domain).map_or(domain, |known| known.title)
}

/// What is not asked, by reason, one finding for each.
pub(super) fn unseen_ones(unseen: &[(&Setting, Unseen)], findings: &mut Findings) {
    for (why, settings) in by_reason(unseen) {
        let names: Vec<&str> = settings.iter().map(|setting| setting.key.as_str()).collect();
        let title = format!("osquery is not asked about {}", crate::finding::listed(&names));
        let mut finding = Finding::new("osquery-not-asked", title).note(why.why());
        for setting in settings {
            finding =
                finding.at(setting.origin.clone(), "").about(setting.domain.as_str(), setting.key.as_str());
        }
        findings.push(finding);
    }
}

fn by_reason<'p>(unseen: &[(&'p Setting, Unseen)]) -> BTreeMap<Unseen, Vec<&'p Setting>> {
    let mut reasons: BTreeMap<Unseen, Vec<&Setting>> = BTreeMap::new();
    for (setting, why) in unseen {
        reasons.entry(*why).or_default().push(setting);
    }
    reasons
}

/// The same for a README: a sentence for each reason.
pub(super) fn unseen_lines(unseen: &[(&Setting, Unseen)]) -> Vec<String> {
    let line = |(why, settings): (Unseen, Vec<&Setting>)| {
        let names: Vec<String> =
            settings.iter().map(|setting| format!("{} {}", setting.domain, setting.key)).collect();
        format!("{}: {}", names.join(", "), why.why())
    };
    by_reason(unseen).into_iter().map(line).collect()
}

fn interval(request: &Request<'_, '_>, findings: &mut Findings) -> i64 {
    let options = request.options(NAME);
    let interval = options.number("interval").unwrap_or(INTERVAL);
    // osquery's own limit is a week.
    if (1..=604_800).contains(&interval) {
        return interval;
    }
    let finding = Finding::new("osquery-interval", format!("osquery does not ask every {interval} seconds"));
    let finding = match options.origin_of("interval") {
        Some(origin) => finding.at(origin.clone(), ""),
        None => at_policy(finding, request),
    };
    findings.push(finding.help("`interval` is a number of seconds from 1 to 604800, which is a week"));
    INTERVAL
}

fn nothing(request: &Request<'_, '_>, findings: &mut Findings) {
    let finding =
        Finding::new("empty-pack", "the policy has nothing that osquery can see: there is no query to write");
    findings.push(at_policy(finding, request));
}

/// What every README says of the limits of what osquery sees.
pub(super) fn limits(readme: &mut Readme, unseen: &[(&Setting, Unseen)]) {
    readme.section("What osquery cannot see");
    readme.paragraph(
        "The queries say of a setting what `prefsmith diff` says, but for these: a list in another order passes; \
         an empty text, an empty list and an empty dictionary are the same; a list of one entry and that entry \
         alone are the same; so are a text and a number, date or data that read the same; true in place of a text \
         \"true\" does not pass, nor does a number written as a text with blanks around it. A value that only one user's \
         managed file holds does not stand for the whole Mac, and managed .GlobalPreferences are not looked at. A managed file that cannot be read looks as if it \
         were not there: the setting fails. In the preferences of users, osquery sees only homes in /Users, and sandbox \
         containers only with Full Disk Access.",
    );
    let lines = unseen_lines(unseen);
    if !lines.is_empty() {
        readme.paragraph("osquery is not asked about:");
        readme.list(lines.iter().map(String::as_str));
        readme.paragraph("`prefsmith diff` and the scripts of other targets judge these on a Mac.");
    }
}

fn readme(request: &Request<'_, '_>, name: &str, interval: i64, unseen: &[(&Setting, Unseen)]) -> Readme {
    let mut readme = Readme::new("For osquery", request);
    readme.paragraph(&format!(
        "{name} is a pack: a query for each preference domain. Each gives a row for a setting that the Mac does not \
         have, with what the policy wants and what is there; no row, if all is well. A setting whose app is not \
         installed, or whose installed builds do not read it, gives no row either.",
    ));
    readme.section("What to do");
    let put = format!("Put {name} on each Mac, for instance into /var/osquery/packs, owned by root.");
    let results = format!(
        "The results are snapshots, each with all rows, every {interval} seconds. A Mac that has not answered is \
         not a Mac that is as it should be: count it apart."
    );
    readme.steps([put.as_str(), "Name it in osquery.conf, under \"packs\":"]);
    readme.verbatim(&format!("\"packs\": {{ \"{}\": \"/var/osquery/packs/{name}\" }}", request.stem));
    readme.paragraph(&results);
    limits(&mut readme, unseen);
    readme
}
