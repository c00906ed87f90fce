//! Exemptions: what may differ on which Macs, why, and until when. They keep their verdict and are counted apart.

use super::pattern::fits;
use crate::catalog::Catalog;
use crate::document::{Document, Kind, Table, nearest};
use crate::finding::{Finding, Findings, Origin, SourceId};
use crate::mac::About;
use jiff::civil::Date;

/// One exemption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// Only this key.
    pub key: Option<String>,
    /// Only this domain.
    pub domain: Option<String>,
    /// Only Macs whose serial number one of these patterns fits; with `name`, either will do.
    pub serial: Vec<String>,
    /// Only Macs whose name one of these patterns fits.
    pub name: Vec<String>,
    /// The reason.
    pub why: String,
    /// Until the day before this one.
    pub until: Option<Date>,
    /// Where it stands.
    pub at: Origin,
}

impl Exemption {
    /// Whether it speaks of a setting on a Mac. What has an end ends on that day, if a day is known.
    pub fn covers(&self, domain: &str, key: &str, mac: &About, today: Option<Date>) -> bool {
        let over = matches!((self.until, today), (Some(until), Some(today)) if today >= until);
        !over
            && self.key.as_deref().is_none_or(|own| own == key)
            && self.domain.as_deref().is_none_or(|own| own == domain)
            && self.is_for(mac)
    }

    /// Whether it speaks of a Mac.
    pub fn is_for(&self, mac: &About) -> bool {
        let any = |patterns: &[String], text: &Option<String>| {
            text.as_deref().is_some_and(|text| patterns.iter().any(|pattern| fits(pattern, text)))
        };
        (self.serial.is_empty() && self.name.is_empty())
            || any(&self.serial, &mac.serial)
            || any(&self.name, &mac.name)
    }
}

/// Reads a file of exemptions. What is wrong in it goes to the findings, and the rest is read.
pub fn exemptions(
    source: SourceId,
    text: &str,
    catalog: &Catalog<'_>,
    findings: &mut Findings,
) -> Vec<Exemption> {
    let document = Document::parse(source, text, findings);
    let root = document.root();
    let mut found = Vec::new();
    for table in root.tables("exempt", findings) {
        found.extend(exemption(&table, catalog, findings));
    }
    root.refuse_others("unknown-table", "at the top of a file of exemptions", findings);
    found
}

fn exemption(table: &Table<'_>, catalog: &Catalog<'_>, findings: &mut Findings) -> Option<Exemption> {
    let at = table.span;
    let text =
        |key, findings: &mut Findings| table.string(key, findings).map(|(text, at)| (text.to_owned(), at));
    let patterns = |key, findings: &mut Findings| -> Vec<String> {
        table.strings(key, findings).into_iter().map(|(text, _)| text.to_owned()).collect()
    };
    let key = text("key", findings);
    let domain = text("domain", findings);
    let (serial, name) = (patterns("serial", findings), patterns("name", findings));
    let why = text("why", findings).map(|(why, _)| why).filter(|why| !why.trim().is_empty());
    let until = until(table, findings);
    table.refuse_others("unknown-field", "in [[exempt]]", findings);
    let refuse = |title: &str| Finding::new("exemption", title).at(at, "");
    if key.is_none() && domain.is_none() {
        findings.push(refuse("an exemption names a `key`, a `domain`, or both"));
        return None;
    }
    let Some(why) = why else {
        findings.push(refuse("an exemption says `why`"));
        return None;
    };
    if let Some((key, at)) = &key
        && catalog.named(key).is_empty()
        && let Some(near) = nearest(key, catalog.key_names())
    {
        let finding = Finding::new("exemption", format!("no catalogue knows the key `{key}`"));
        findings.push(
            finding
                .at(*at, "")
                .help(format!("did you mean `{near}`?"))
                .severity(crate::finding::Severity::Warning),
        );
    }
    let full = |name: String| catalog.alias(&name).map_or(name, |domain| domain.name.to_owned());
    Some(Exemption {
        key: key.map(|(key, _)| key),
        domain: domain.map(|(domain, _)| full(domain)),
        serial,
        name,
        why,
        until,
        at: at.into(),
    })
}

/// The day on which an exemption ends.
fn until(table: &Table<'_>, findings: &mut Findings) -> Option<Date> {
    let entry = table.get("until")?;
    let date = match entry.item.kind() {
        Kind::Datetime(date) => date.to_string().parse().ok(),
        _ => entry.item.as_string().and_then(|text| text.parse().ok()),
    };
    if date.is_none() {
        let finding = Finding::new("exemption", "`until` is a day, such as 2027-01-31");
        findings.push(finding.at(entry.item.span, ""));
    }
    date
}
