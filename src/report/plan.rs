//! Plans as people read them: a table, and the story of one key.

use super::visible;
use crate::catalog::Catalog;
use crate::finding::{Origin, Sources, listed};
use crate::plan::{Enforcement, LeftOut, LeftOutWhy, MASK, Plan, Reads, Setting};
use std::fmt::Write as _;

/// The longest value of a table, in characters: longer ones are cut, JSON has them whole.
const LONGEST: usize = 60;

fn value(setting: &Setting, secret: &dyn Fn(&Setting) -> bool) -> String {
    match &setting.value {
        None => "—".to_owned(),
        Some(_) if secret(setting) => MASK.to_owned(),
        Some(value) => visible::line(&value.to_string(), LONGEST),
    }
}

fn place(origin: &Origin, sources: &Sources) -> String {
    let label = visible::line(sources.label(origin.source()), LONGEST);
    match sources.position_of(origin) {
        Some(position) => format!("{label}:{}", position.line),
        None => label,
    }
}

fn reads(list: &[Reads]) -> String {
    if list.is_empty() {
        return "no range is known".to_owned();
    }
    let parts: Vec<String> = list
        .iter()
        .map(|read| {
            let sure = format!("{} {}", read.product, read.ranges.describe());
            match read.doubtful.is_empty() {
                true => sure,
                false => format!("{sure} (doubtful {})", read.doubtful.describe()),
            }
        })
        .collect();
    parts.join("; ")
}

/// The settings of a plan by domain, then what bare keys did not reach.
pub fn table(
    plan: &Plan,
    catalog: &Catalog<'_>,
    sources: &Sources,
    secret: &dyn Fn(&Setting) -> bool,
) -> String {
    let mut out = String::new();
    let identity = &plan.identity;
    let payloads = match plan.payloads.len() {
        0 => String::new(),
        1 => ", 1 payload".to_owned(),
        many => format!(", {many} payloads"),
    };
    let _ = writeln!(
        out,
        "{} ({}), {} channel: {} {}{payloads}",
        visible::line(&identity.name, 200),
        identity.id,
        identity.channel.word(),
        plan.settings.len(),
        if plan.settings.len() == 1 { "setting" } else { "settings" }
    );
    let cut = |text: &str| visible::line(text, LONGEST);
    let wide =
        |texts: &mut dyn Iterator<Item = String>| texts.map(|text| text.chars().count()).max().unwrap_or(0);
    let key_width = wide(&mut plan.settings.iter().map(|setting| cut(setting.key.as_str())));
    let value_width = wide(&mut plan.settings.iter().map(|setting| value(setting, secret))).min(28);
    let mut last = "";
    for setting in &plan.settings {
        let domain = setting.domain.as_str();
        if domain != last {
            let alias = catalog.domain(domain).and_then(|known| known.alias);
            let alias = alias.map_or(String::new(), |alias| format!("  ({alias})"));
            let _ = writeln!(out, "\n{domain}{alias}");
            last = domain;
        }
        let how = match setting.enforcement {
            Enforcement::Forced => String::new(),
            other => format!("[{}] ", other.word()),
        };
        let (key, value) = (cut(setting.key.as_str()), value(setting, secret));
        let line = place(&setting.origin, sources);
        let _ = writeln!(out, "  {key:<key_width$}  {value:<value_width$}  {how}{line}");
    }
    carried(plan, sources, &mut out);
    left_out(plan, catalog, &mut out);
    out
}

/// What is carried as it stands: types and files, never what they say.
fn carried(plan: &Plan, sources: &Sources, out: &mut String) {
    if !plan.payloads.is_empty() {
        out.push_str("\npayloads\n");
    }
    let cut = |text: &str| visible::line(text, LONGEST);
    let wide = plan.payloads.iter().map(|passed| cut(&passed.kind).chars().count()).max().unwrap_or(0);
    let files = plan.payloads.iter().map(|passed| cut(&passed.file).chars().count()).max().unwrap_or(0);
    for passed in &plan.payloads {
        let (kind, file) = (cut(&passed.kind), cut(&passed.file));
        let _ = writeln!(out, "  {kind:<wide$}  {file:<files$}  {}", place(&passed.origin, sources));
    }
}

/// What bare keys did not reach, what has the same reason together.
fn left_out(plan: &Plan, catalog: &Catalog<'_>, out: &mut String) {
    let mut groups: Vec<(&str, String, Vec<&str>)> = Vec::new();
    for left in &plan.left_out {
        let why = why_left(left);
        match groups.iter_mut().find(|(key, reason, _)| *key == left.key && *reason == why) {
            Some((_, _, names)) => names.push(catalog.short(&left.domain)),
            None => groups.push((&left.key, why, vec![catalog.short(&left.domain)])),
        }
    }
    if !groups.is_empty() {
        out.push_str("\nleft out\n");
    }
    for (key, why, names) in groups {
        let _ = writeln!(out, "  {key} of {}: {why}", listed(&names));
    }
}

fn why_left(left: &LeftOut) -> String {
    match &left.why {
        LeftOutWhy::NotRead(list) => format!("no build of [macs] reads it ({})", reads(list)),
        LeftOutWhy::OtherMeaning => "it means something else there; a bare key does not reach it".to_owned(),
    }
}

/// The plan as JSON, as `docs/json.md` describes it.
pub fn json(plan: &Plan, sources: &Sources, base: &str, secret: &dyn Fn(&Setting) -> bool) -> String {
    visible::json(&plan.to_json(sources, base, secret))
}

/// All that a plan knows of one key: lines, what they override, domains, builds, reasons.
///
/// # Errors
/// The plan has nothing of that key: a sentence, with the nearest key that it has.
pub fn why(
    plan: &Plan,
    key: &str,
    catalog: &Catalog<'_>,
    sources: &Sources,
    secret: &dyn Fn(&Setting) -> bool,
) -> Result<String, String> {
    let mut out = String::new();
    // `Word:UseOnlineContent` asks for one domain, by alias or by name.
    let (of, key) = match key.split_once(':') {
        Some((of, key)) if !plan.settings.iter().any(|setting| setting.key.as_str() == of) => (Some(of), key),
        _ => (None, key),
    };
    let asked = |domain: &str| of.is_none_or(|of| domain == of || catalog.short(domain) == of);
    for setting in plan.settings.iter().filter(|setting| setting.key.as_str() == key) {
        let domain = setting.domain.as_str();
        if !asked(domain) {
            continue;
        }
        let _ = writeln!(out, "{key} of {} ({domain}) = {}", catalog.short(domain), value(setting, secret));
        let how = match setting.enforcement {
            Enforcement::Forced => "enforced",
            Enforcement::SetOnce => "set once",
            Enforcement::Default => "a default for everybody",
            Enforcement::Unset => "must not be there",
        };
        let _ = writeln!(out, "  {how}, in the {} channel", setting.channel.word());
        let kind = if setting.bare { " (a bare key)" } else { "" };
        let _ = writeln!(out, "  written in {}{kind}", place(&setting.origin, sources));
        for old in &setting.overrides {
            let _ = writeln!(out, "  overrides  {}", place(old, sources));
        }
        let _ = writeln!(out, "  read by    {}", reads(&setting.reads));
        if let Some(why) = &setting.why {
            let _ = writeln!(out, "  because    {}", visible::line(why, 400));
        }
    }
    for left in plan.left_out.iter().filter(|left| left.key == key && asked(&left.domain)) {
        let _ =
            writeln!(out, "not for {} ({}): {}", catalog.short(&left.domain), left.domain, why_left(left));
    }
    if !out.is_empty() {
        return Ok(out);
    }
    let near = crate::document::nearest(key, plan.settings.iter().map(|setting| setting.key.as_str()));
    let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Err(format!("the plan has nothing of `{}`{hint}", visible::line(key, LONGEST)))
}
