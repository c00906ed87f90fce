//! What the catalogue thinks of a key: deprecated, disputed, unverified, secret.

use super::context::{Context, Subject, walk};
use super::delivery::some;
use crate::catalog::Catalog;
use crate::catalog::model::Confidence;
use crate::finding::{Finding, Findings, Severity};
use crate::plan::{Enforcement, Setting};
use crate::value::Value;

pub(super) fn deprecated(_: &Context<'_, '_>, subject: &Subject<'_, '_>, findings: &mut Findings) {
    let (Some(facts), Some(value)) = (subject.facts(), &subject.setting.value) else { return };
    // Where the last build that reads it is known, or what took its place, that is said instead.
    let ends = facts.reads().upper().is_some() || !facts.key.superseded.is_empty();
    walk(value, &subject.setting.places, &facts.key.node, &mut |position| {
        let Some(why) = position.node.deprecated else { return };
        if position.path.is_empty() && ends {
            return;
        }
        let title =
            format!("`{}` is deprecated: {}", position.name(subject.key()), why.trim_end_matches('.'));
        let nested = !position.path.is_empty();
        let at = if nested { &position.places.at } else { &subject.setting.origin };
        let finding = subject.finding_at("deprecated", title, at);
        findings.push(if nested { finding.severity(Severity::Note) } else { finding });
    });
}

pub(super) fn disputed(context: &Context<'_, '_>, subject: &Subject<'_, '_>, findings: &mut Findings) {
    let Some(facts) = subject.facts() else { return };
    let Some(disputed) = &facts.key.node.disputed else { return };
    if subject.setting.enforcement == Enforcement::Unset {
        return;
    }
    // Both spellings of one switch: the doubt is met, and where one line set both it is told once.
    let twins = disputed.see.iter().filter_map(|path| path.split_once(':'));
    let mut twins = twins.filter(|(domain, _)| *domain == facts.domain);
    let twin = twins.find_map(|(domain, key)| context.plan.setting(domain, key));
    let met = twin.is_some_and(|twin| twin.value == subject.setting.value);
    if twin.is_some_and(|twin| twin.origin == subject.setting.origin && twin.key < subject.setting.key) {
        return;
    }
    let title = format!("sources contradict each other about `{}`", subject.key());
    let mut finding = subject.finding("disputed", title).note(disputed.says.trim_end_matches('.'));
    if !met {
        for path in &disputed.see {
            let name = path.split_once(':').map_or(*path, |(_, key)| key);
            finding = finding.help(format!("see `prefsmith explain {name}`"));
        }
        if facts.domain == "com.microsoft.errorreporting" {
            finding = finding.help("`attach-key = \"both\"` under [policy] sets both spellings");
        }
    }
    findings.push(finding);
}

/// One note over the whole plan: a note for each would bury the rest.
pub(super) fn unverified(context: &Context<'_, '_>, findings: &mut Findings) {
    let mut names: Vec<&str> = Vec::new();
    let mut finding: Option<Finding> = None;
    for setting in context.plan.settings.iter().filter(|s| !s.custom && s.enforcement != Enforcement::Unset) {
        let known = context.catalog.key(setting.domain.as_str(), setting.key.as_str());
        let confidence = known.and_then(|known| known.key.node.confidence);
        if !matches!(confidence, Some(Confidence::Community | Confidence::Derived)) {
            continue;
        }
        let about = |finding: Finding| finding.about(setting.domain.as_str(), setting.key.as_str());
        finding = Some(match finding {
            None => about(Finding::new("unverified", "").at(setting.origin.clone(), "")),
            Some(finding) if names.contains(&setting.key.as_str()) => about(finding),
            Some(finding) => about(finding.at(setting.origin.clone(), "")),
        });
        if !names.contains(&setting.key.as_str()) {
            names.push(setting.key.as_str());
        }
    }
    let Some(mut finding) = finding else { return };
    finding.labels.sort_by_key(|label| label.at.span());
    finding.title = format!(
        "{} {} on the word of the community alone: {}",
        names.len(),
        if names.len() == 1 { "key rests" } else { "keys rest" },
        some(&names)
    );
    findings.push(
        finding
            .note("the maker of the app does not document that; `prefsmith explain KEY` names the sources"),
    );
}

pub(super) fn secret(context: &Context<'_, '_>, subject: &Subject<'_, '_>, findings: &mut Findings) {
    if !is_secret(subject.setting, context.catalog) {
        return;
    }
    let title = format!(
        "`{}` looks like a secret, and every user of the Mac can read managed preferences",
        subject.key()
    );
    findings.push(
        subject
            .finding("secret-in-profile", title)
            .help("hand it to each user in another way, or accept the finding with an [[allow]]"),
    );
}

/// Whether a setting carries a secret: the catalogue says so, or of a key that it does not know, the key or one
/// inside of its value is named like one and holds a text.
///
/// Outputs for people mask such values.
pub fn is_secret(setting: &Setting, catalog: &Catalog<'_>) -> bool {
    let Some(value) = &setting.value else { return false };
    match catalog.key(setting.domain.as_str(), setting.key.as_str()) {
        Some(known) => known.key.node.secret && holds_text(value),
        None => looks_secret(setting.key.as_str(), value),
    }
}

fn holds_text(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.has_tokens() && text.as_literal() != Some(""),
        Value::Data(bytes) => !bytes.is_empty(),
        _ => false,
    }
}

/// Values nest at most [`crate::value::MAX_DEPTH`] deep, which bounds the recursion.
fn looks_secret(name: &str, value: &Value) -> bool {
    const PARTS: [&str; 6] = ["password", "passwd", "passphrase", "secret", "apikey", "privatekey"];
    const ENDS: [&str; 5] = ["token", "pass", "pwd", "credential", "credentials"];
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_ascii_lowercase();
    let named = PARTS.iter().any(|part| plain.contains(part)) || ENDS.iter().any(|end| plain.ends_with(end));
    match value {
        Value::Array(items) => items.iter().any(|item| looks_secret(name, item)),
        Value::Dictionary(entries) => entries.iter().any(|(key, entry)| looks_secret(key, entry)),
        _ => named && holds_text(value),
    }
}
