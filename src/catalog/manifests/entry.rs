//! One entry of a manifest: a key, a field of a dictionary, or what the items of an array are.

use super::conditions;
use super::read::{Fields, for_macos, shown, targets};
use super::versions::{self, Field};
use super::{Facts, Step};
use crate::finding::{Finding, Findings};
use crate::value::{Places, Real, Type, Value};

/// Fields of an entry that are of the form: what it starts with, how it looks, how it turns what is typed into a
/// value. Also what is said of other systems, and the maker's page in full, to which a link leads.
const FORM: [&str; 38] = [
    "pfm_allowed_file_types",
    "pfm_date_allow_past",
    "pfm_date_style",
    "pfm_default",
    "pfm_default_copy",
    "pfm_description_reference",
    "pfm_documentation_reference",
    "pfm_enabled",
    "pfm_excluded",
    "pfm_hidden",
    "pfm_imazing_control_type",
    "pfm_imazing_indentation_level",
    "pfm_imazing_type_adapter",
    "pfm_ios_deprecated",
    "pfm_ios_max",
    "pfm_ios_min",
    "pfm_range_list_titles",
    "pfm_segments",
    "pfm_substitution_variables",
    "pfm_tile",
    "pfm_tvos_deprecated",
    "pfm_tvos_max",
    "pfm_tvos_min",
    "pfm_type_input",
    "pfm_value_copy",
    "pfm_value_decimal_places",
    "pfm_value_import_processor",
    "pfm_value_inverted",
    "pfm_value_placeholder",
    "pfm_value_processor",
    "pfm_value_unique",
    "pfm_view",
    // Asked for elsewhere, or only of some types.
    "pfm_name",
    "pfm_subkeys",
    "pfm_platforms",
    "pfm_range_list",
    "pfm_range_list_allow_custom_value",
    "pfm_format",
];

/// An entry and its place in what holds it; nothing for what is no key: an editor's own field, something for other
/// systems only. `within` is the type of what holds it, none for the manifest itself.
pub(super) fn entry(
    value: &Value,
    places: &Places,
    within: Option<Type>,
    cites: &str,
    findings: &mut Findings,
) -> Option<(Step, Facts)> {
    let mut fields = Fields::new(value, places, findings)?;
    let name = fields.text("pfm_name").unwrap_or("");
    if is_pseudo(name) || fields.has("pfm_segments") || fields.boolean("pfm_excluded") == Some(true) {
        return None;
    }
    if !for_macos(&fields.texts("pfm_platforms")) {
        return None;
    }
    let step = match (within, name) {
        (Some(Type::Array), _) => Step::Item,
        (_, "{{value}}" | "{{key}}") => Step::Key,
        (_, "") => return unnamed(fields, within),
        (_, "{key}" | "{item}" | "{app path}") => {
            fields
                .wrong("pfm_name", format!("`{name}` cannot be said of a key: it means something else here"));
            return None;
        }
        (_, name) => Step::Name(name.to_owned()),
    };
    let mut facts = Facts { types: types(&mut fields), cites: vec![cites.to_owned()], ..Facts::default() };
    facts.summary = summary(&mut fields, &step);
    values(&mut fields, &mut facts);
    bounds(&mut fields, &mut facts);
    pattern(&mut fields, &mut facts);
    facts.unit = fields.line("pfm_value_unit");
    facts.secret = fields.boolean("pfm_sensitive") == Some(true);
    builds(&mut fields, within.is_none(), &mut facts);
    notes(&mut fields, &mut facts);
    let inner = facts.types.first().copied();
    let subkeys = fields.list("pfm_subkeys");
    fields.form(&FORM);
    fields.done();
    children(&mut facts, inner, subkeys, cites, findings);
    Some((step, facts))
}

/// What an editor shows and no app reads.
fn is_pseudo(name: &str) -> bool {
    name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("pfc_"))
}

fn unnamed(mut fields: Fields<'_, '_>, within: Option<Type>) -> Option<(Step, Facts)> {
    let what = if within.is_some() { "an entry of a dictionary" } else { "a key" };
    fields.wrong("pfm_name", format!("{what} without a name"));
    None
}

fn types(fields: &mut Fields<'_, '_>) -> Vec<Type> {
    let words = match fields.get("pfm_type") {
        Some(Value::Array(_)) => fields.texts("pfm_type"),
        _ => fields.text("pfm_type").into_iter().collect(),
    };
    let mut found = Vec::new();
    for word in &words {
        let word = if *word == "float" { "real" } else { word };
        match Type::from_word(word) {
            Some(kind) => found.push(kind),
            None => fields.wrong("pfm_type", format!("`{word}` is no type of a property list")),
        }
    }
    if words.is_empty() {
        fields.wrong("pfm_type", "the type is missing: `pfm_type`");
    }
    // Of what has no type that is known, any is as good.
    if found.is_empty() { Type::ALL.to_vec() } else { found }
}

fn summary(fields: &mut Fields<'_, '_>, step: &Step) -> String {
    let title = fields.line("pfm_title").map(|title| title.trim_end_matches(['.', ':']).to_owned());
    let text = fields.line("pfm_description");
    match (title, text) {
        (Some(title), Some(text)) if text.to_lowercase().contains(&title.to_lowercase()) => text,
        (Some(title), Some(text)) => format!("{title}. {text}"),
        (Some(title), None) => format!("{title}."),
        (None, Some(text)) => text,
        (None, None) => match step {
            Step::Item => "An item.".to_owned(),
            Step::Key => "An entry.".to_owned(),
            Step::Name(_) => "The manifest does not say what it does.".to_owned(),
        },
    }
}

/// The values of a list, those of another type left out, which is said.
fn values(fields: &mut Fields<'_, '_>, facts: &mut Facts) {
    let titles = fields.list("pfm_range_list_titles");
    let real = facts.types.contains(&Type::Real) && !facts.types.contains(&Type::Integer);
    for (at, (value, places)) in fields.list("pfm_range_list").into_iter().enumerate() {
        let value = match value {
            Value::Integer(number) if real => {
                number.to_string().parse().ok().and_then(Real::new).map(Value::Real)
            }
            Value::Integer(number) if i64::try_from(number.get()).is_err() => None,
            other => Some(other.clone()),
        };
        let fits = |value: &Value| {
            let scalar =
                !matches!(value, Value::Array(_) | Value::Dictionary(_) | Value::Date(_) | Value::Data(_));
            scalar && facts.types.contains(&value.kind())
        };
        let Some(value) = value.filter(fits) else {
            let finding = Finding::new("manifest", "a value that the type does not have");
            fields.findings.push(finding.at(places.at.clone(), ""));
            continue;
        };
        let title = match titles.get(at) {
            Some((Value::String(text), _)) => text.as_literal().unwrap_or(""),
            _ => "",
        };
        if facts.values.iter().all(|(known, _)| *known != value) {
            facts.values.push((value, title.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    facts.open =
        fields.boolean("pfm_range_list_allow_custom_value") == Some(true) && !facts.values.is_empty();
}

/// The least and the greatest number, of numbers; of the others how long they may be.
fn bounds(fields: &mut Fields<'_, '_>, facts: &mut Facts) {
    let number = facts.types.iter().any(|kind| matches!(kind, Type::Integer | Type::Real));
    for (name, least) in [("pfm_range_min", true), ("pfm_range_max", false)] {
        let word = if least { "At least" } else { "At most" };
        let Some(value) = fields.get(name) else { continue };
        let (whole, exact) = match value {
            Value::Integer(number) => (i64::try_from(number.get()).ok(), true),
            Value::Real(number) => (rounded(*number, least), number.get().fract() == 0.0),
            _ => (None, true),
        };
        let Some(whole) = whole else {
            fields.wrong(name, format!("`{name}` is a number, and here it is {}", shown(value)));
            continue;
        };
        if !number {
            let what = match facts.types.first() {
                Some(Type::Array) => "items",
                Some(Type::Data) => "bytes",
                _ => "characters",
            };
            facts.notes.push(format!("{word} {whole} {what}."));
            continue;
        }
        if !exact {
            facts.notes.push(format!("{word} {value}."));
        }
        *(if least { &mut facts.min } else { &mut facts.max }) = Some(whole);
    }
    if facts.min.zip(facts.max).is_some_and(|(min, max)| min > max) {
        fields.wrong("pfm_range_min", "the least number is above the greatest");
        (facts.min, facts.max) = (None, None);
    }
    for (name, word) in [("pfm_repetition_min", "At least"), ("pfm_repetition_max", "At most")] {
        if let Some(value) = fields.get(name) {
            facts.notes.push(format!("{word} {value} of it."));
        }
    }
}

/// The whole number next to a bound, outwards: a catalogue's bounds are whole.
fn rounded(number: Real, least: bool) -> Option<i64> {
    let whole = if least { number.get().floor() } else { number.get().ceil() };
    // Exact below 2^53.
    (whole.abs() < 9e15).then(|| format!("{whole:.0}").parse().ok()).flatten()
}

fn pattern(fields: &mut Fields<'_, '_>, facts: &mut Facts) {
    let Some(pattern) = fields.text("pfm_format").filter(|text| !text.is_empty()) else { return };
    if facts.types.contains(&Type::String) && regex_lite::Regex::new(pattern).is_ok() {
        facts.pattern = Some(pattern.to_owned());
    } else {
        // Other engines know more, such as what must not follow; and a number has no form.
        facts.notes.push(format!("Its form as a regular expression: {pattern}"));
    }
}

/// The versions of the app and of macOS. `outermost`: it is a key, not something inside of one.
fn builds(fields: &mut Fields<'_, '_>, outermost: bool, facts: &mut Facts) {
    let first: Field<'_> = ("pfm_app_min", fields.text("pfm_app_min"));
    let last: Field<'_> = ("pfm_app_max", fields.text("pfm_app_max"));
    versions::works(first, last, facts);
    let since = ("pfm_app_deprecated", fields.text("pfm_app_deprecated"));
    let by_app = versions::deprecated("version ", since, &mut facts.notes);
    let since = ("pfm_macos_deprecated", fields.text("pfm_macos_deprecated"));
    let by_macos = versions::deprecated("macOS ", since, &mut facts.notes);
    facts.deprecated = match (by_app, by_macos) {
        (Some(app), Some(macos)) => Some(format!("{app} {macos}")),
        (app, macos) => app.or(macos),
    };
    let first: Field<'_> = ("pfm_macos_min", fields.text("pfm_macos_min"));
    let last: Field<'_> = ("pfm_macos_max", fields.text("pfm_macos_max"));
    let macos = versions::macos(first, last, &mut facts.notes);
    if outermost {
        facts.macos = macos;
    } else {
        facts.notes.extend(macos.map(|range| format!("On macOS `{range}`.")));
    }
}

fn notes(fields: &mut Fields<'_, '_>, facts: &mut Facts) {
    let mut told = Vec::new();
    for name in ["pfm_description_extended", "pfm_note", "pfmx_comment"] {
        told.extend(fields.line(name));
    }
    let required = fields.boolean("pfm_required") == Some(true);
    match fields.text("pfm_require") {
        Some("push") => told.push("The manifest requires it of what an MDM sends.".to_owned()),
        Some("always" | "always-nested") => told.push("The manifest requires it.".to_owned()),
        Some(other) => fields.wrong("pfm_require", format!("`{other}` says not when it is required")),
        None if required => told.push("The manifest requires it.".to_owned()),
        None => {}
    }
    facts.notes.append(&mut told);
    conditions::conditions(fields, facts);
    told.extend(targets(&fields.texts("pfm_targets")).map(str::to_owned));
    if fields.boolean("pfm_user_approved") == Some(true) {
        told.push("It needs an MDM that the user approved.".to_owned());
    }
    if fields.boolean("pfm_supervised") == Some(true) {
        told.push("It needs a supervised Mac.".to_owned());
    }
    told.extend(fields.line("pfm_documentation_url").map(|url| format!("Documentation: {url}")));
    facts.notes.append(&mut told);
}

/// What is inside: the entries of a dictionary, or the items of an array.
fn children(
    facts: &mut Facts,
    inner: Option<Type>,
    subkeys: Vec<(&Value, &Places)>,
    cites: &str,
    findings: &mut Findings,
) {
    // Entries of a number say how an editor puts it together.
    let Some(inner @ (Type::Array | Type::Dictionary)) = inner else { return };
    for (value, places) in subkeys {
        let Some((step, child)) = entry(value, places, Some(inner), cites, findings) else { continue };
        if is_key_of_entries(value) {
            facts.notes.push(format!("Its keys: {}", child.summary));
            facts.notes.extend(child.pattern.map(|form| format!("The form of its keys: {form}")));
            continue;
        }
        facts.children.push((step, child));
    }
    facts.children = super::join::siblings(std::mem::take(&mut facts.children));
}

/// Whether an entry tells of the keys of a dictionary whose keys can be anything.
fn is_key_of_entries(value: &Value) -> bool {
    let Value::Dictionary(fields) = value else { return false };
    matches!(fields.get("pfm_name"), Some(Value::String(text)) if text.as_literal() == Some("{{key}}"))
}
