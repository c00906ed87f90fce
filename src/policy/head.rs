//! `[policy]`, `[macs]` and `[[allow]]`.

use super::raw::{Head, MacsEntry, Raw, RawAllow, Said};
use super::value::lower;
use crate::document::{Entry, Kind, Table, nearest, wrong_shape};
use crate::finding::{Finding, Findings, Span, code_info, listed};
use crate::plan::{Allow, Channel};
use crate::value::{Value, write};

pub(super) fn read(table: &Table<'_>, findings: &mut Findings) -> Head {
    let owned = |said: Option<(&str, Span)>, findings: &mut Findings| {
        let (text, span) = said?;
        if let Some(bad) = write::unwritable(text) {
            let title = format!("the character U+{:04X} is none that a profile can carry", u32::from(bad));
            findings.push(Finding::new("unwritable-text", title).at(span, ""));
        }
        Some(text.to_owned())
    };
    if let Some((format, span)) = table.integer("format", findings)
        && format != 1
    {
        let title = format!("this is a policy of format {format}; this prefsmith reads format 1");
        findings.push(Finding::new("policy-format", title).at(span, ""));
    }
    let head = Head {
        span: Some(table.span),
        id: id(table, findings),
        name: owned(table.string("name", findings), findings),
        description: owned(table.string("description", findings), findings),
        organization: owned(table.string("organization", findings), findings),
        channel: channel(table, findings),
        extends: table
            .strings("extends", findings)
            .into_iter()
            .map(|(text, span)| (text.to_owned(), span))
            .collect(),
        set_once_stamp: stamp(table, findings),
        attach_both: attach(table, findings),
        keep_identifiers_from: keep(table, findings),
        variants_only: table.boolean("variants-only", findings),
        has_id: table.get("id").is_some(),
        has_stamp: table.get("set-once-stamp").is_some(),
    };
    table.refuse_others("unknown-table", "in [policy]", findings);
    head
}

fn id(table: &Table<'_>, findings: &mut Findings) -> Option<Said<String>> {
    let (text, span) = table.string("id", findings)?;
    if is_identifier(text) {
        return Some((text.to_owned(), span));
    }
    let title =
        if text.is_empty() { "the `id` is empty".to_owned() } else { format!("`{text}` is no identifier") };
    findings.push(
        Finding::new("policy-id", title).at(span, "").help(
            "write it like a bundle id: a domain of yours in reverse, then a name: `com.example.office`",
        ),
    );
    None
}

/// Whether a text can be the `id` of a policy: words of letters, digits, `-` and `_`, at least two, with dots
/// between them, at most 150 bytes.
pub fn is_identifier(text: &str) -> bool {
    let part_ok = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !part.starts_with('-')
    };
    text.len() <= 150 && text.contains('.') && text.split('.').all(part_ok)
}

fn one_of<T: Copy>(
    text: &str,
    span: Span,
    what: &str,
    words: &[(&str, T)],
    findings: &mut Findings,
) -> Option<T> {
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
        return Some(*value);
    }
    let known: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
    let mut finding = Finding::new("wrong-word", format!("`{text}` is no {what}")).at(span, "");
    finding = finding.help(format!("it is {}", known.join(" or ")));
    if let Some(near) = nearest(text, words.iter().map(|(word, _)| *word)) {
        finding = finding.fix(span, format!("\"{near}\""), format!("write `{near}`"));
    }
    findings.push(finding);
    None
}

/// A string under a key of [policy] that takes a few words only.
fn word<'d>(
    table: &Table<'d>,
    key: &'static str,
    wanted: &str,
    findings: &mut Findings,
) -> Option<(&'d str, Span)> {
    let entry = table.get(key)?;
    let found = entry.item.as_string();
    if found.is_none() {
        findings.push(wrong_shape(&entry, wanted));
    }
    found.map(|text| (text, entry.item.span))
}

fn channel(table: &Table<'_>, findings: &mut Findings) -> Option<Channel> {
    let (text, span) = word(table, "channel", "`\"device\"` or `\"user\"`", findings)?;
    one_of(text, span, "channel", &[("device", Channel::Device), ("user", Channel::User)], findings)
}

fn attach(table: &Table<'_>, findings: &mut Findings) -> Option<bool> {
    let (text, span) = word(table, "attach-key", "`\"named\"` or `\"both\"`", findings)?;
    one_of(text, span, "attach-key", &[("named", false), ("both", true)], findings)
}

/// The profile whose identifiers stay: a path from this file's folder, as `extends` takes them.
fn keep(table: &Table<'_>, findings: &mut Findings) -> Option<Said<String>> {
    let (text, span) = table.string("keep-identifiers-from", findings)?;
    let title = match text {
        _ if text.trim().is_empty() => "the path of the profile whose identifiers stay is empty".to_owned(),
        _ if text.starts_with('/') || text.contains(['\\', '\0']) => format!("`{text}` is no relative path"),
        _ => return Some((text.to_owned(), span)),
    };
    findings.push(
        Finding::new("wrong-shape", title).at(span, "").help("write it from this file's folder, with `/`"),
    );
    None
}

fn stamp(table: &Table<'_>, findings: &mut Findings) -> Option<Said<crate::value::Date>> {
    let entry = table.get("set-once-stamp")?;
    if !matches!(entry.item.kind(), Kind::Datetime(_)) {
        findings.push(wrong_shape(&entry, "a date such as `2027-01-31T00:00:00Z`"));
        return None;
    }
    match lower(&entry.item, findings)? {
        (Value::Date(date), _) => Some((date, entry.item.span)),
        _ => None,
    }
}

/// `[macs]`: products with ranges, `licence` and `proxy-auth`.
pub(super) fn macs(table: &Table<'_>, raw: &mut Raw, findings: &mut Findings) {
    raw.macs_span = Some(table.span);
    for entry in table.entries() {
        if entry.key == "licence" {
            let list = table.strings("licence", findings);
            raw.licences = Some(list.into_iter().map(|(text, span)| (text.to_owned(), span)).collect());
            continue;
        }
        if entry.key == "proxy-auth" {
            raw.proxy_auth = table.boolean("proxy-auth", findings).map(|flag| (flag, entry.key_span));
            continue;
        }
        if matches!(entry.item.kind(), Kind::Boolean(_)) && nearest(entry.key, ["proxy-auth"]).is_some() {
            let title = format!("`{}` is no product, and nothing else that [macs] knows", entry.key);
            let finding = Finding::new("unknown-product", title).at(entry.key_span, "");
            let finding = finding.help("did you mean `proxy-auth`?");
            findings.push(finding.fix(entry.key_span, "proxy-auth", "write `proxy-auth`"));
            continue;
        }
        raw.macs.extend(versions(&entry, findings));
    }
}

/// A product with its ranges; none if it has none that can be used, which is said.
pub(super) fn versions(entry: &Entry<'_>, findings: &mut Findings) -> Option<MacsEntry> {
    let items = match entry.item.kind() {
        Kind::String(_) => vec![entry.item],
        Kind::Array(items) => items,
        Kind::Float(written) => {
            let finding = wrong_shape(entry, "a range of versions in quotes");
            findings.push(finding.help(format!("a version is text: `\"{written} ..\"`")));
            return None;
        }
        Kind::Integer(written, _) => {
            let finding = wrong_shape(entry, "a range of versions in quotes");
            findings.push(finding.help(format!("a version is text: `\"{written}.0 ..\"`")));
            return None;
        }
        _ => {
            findings.push(wrong_shape(entry, "a range of versions, or a list of ranges"));
            return None;
        }
    };
    let mut ranges = Vec::new();
    let mut none = false;
    for item in &items {
        match item.as_string() {
            Some("none") if items.len() == 1 => none = true,
            Some(text) => ranges.push((text.to_owned(), item.span)),
            None => findings.push(
                Finding::new(
                    "wrong-shape",
                    format!("a range of versions is text, not {}", item.kind().with_article()),
                )
                .at(item.span, "")
                .help(format!("write `\"{}\"`", item.source_text())),
            ),
        }
    }
    let product = (entry.key.to_owned(), entry.key_span);
    Some(MacsEntry { product, ranges: (!none).then_some(ranges) })
}

/// One `[[allow]]`; none if it cannot be used, which is said. Of a document that is not `whole`, what seems to be
/// missing may be what a syntax error has hidden.
pub(super) fn allow(table: &Table<'_>, whole: bool, findings: &mut Findings) -> Option<RawAllow> {
    let code = table.string("code", findings);
    let why = table.string("why", findings);
    let key = table.string("key", findings).map(|(text, _)| text.to_owned());
    let domain = table.string("domain", findings);
    let until = until(table, findings);
    table.refuse_others("unknown-table", "in [[allow]]", findings);
    let missing: Vec<&str> = [("code", "`code`"), ("why", "`why`")]
        .into_iter()
        .filter(|(name, _)| table.get(name).is_none())
        .map(|(_, shown)| shown)
        .collect();
    if whole && !missing.is_empty() {
        let title = format!("an [[allow]] needs {}", listed(&missing));
        findings.push(
            Finding::new("allow-incomplete", title)
                .at(table.span, "")
                .help("it names the finding and gives the reason: `code = \"…\"`, `why = \"…\"`"),
        );
    }
    let ((code, span), (why, why_span)) = (code?, why?);
    if why.trim().is_empty() {
        findings.push(Finding::new("allow-incomplete", "an [[allow]] needs a reason").at(why_span, ""));
        return None;
    }
    if code_info(code).is_some_and(|info| !info.allowable) {
        let title = format!("`{code}` cannot be accepted: it has to be mended");
        findings.push(Finding::new("allow-refused", title).at(span, ""));
        return None;
    }
    let domain_span = domain.map(|(_, span)| span);
    let domain = domain.map(|(text, _)| text.to_owned());
    let allow =
        Allow { code: code.to_owned(), key, domain, until, why: why.to_owned(), origin: table.span.into() };
    Some(RawAllow { allow, code: span, domain: domain_span })
}

/// A day, as a string or as TOML's own: `2027-01-31`.
fn until(table: &Table<'_>, findings: &mut Findings) -> Option<String> {
    let entry = table.get("until")?;
    let text = match entry.item.kind() {
        Kind::String(text) => Some(text.to_owned()),
        Kind::Datetime(date) if date.time.is_none() => date.date.map(|day| day.to_string()),
        _ => None,
    };
    let day = text.filter(|text| text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok());
    if day.is_none() {
        let title = format!("{} is no day", entry.item.source_text());
        let finding = Finding::new("wrong-shape", title).at(entry.item.span, "");
        findings.push(finding.help("write a day such as `2027-01-31`, without a time"));
    }
    day
}
