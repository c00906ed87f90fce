//! Whether values have the types that the app reads.

use super::context::{Context, Position, Subject, entry_node, walk};
use crate::catalog::model::{Judgement, Segment};
use crate::document::nearest;
use crate::finding::{Finding, Findings};
use crate::plan::Kind;
use crate::value::{Integer, Real, Type, Value};

pub(super) fn types(context: &Context<'_, '_>, subject: &Subject<'_, '_>, findings: &mut Findings) {
    let (Some(facts), Some(value)) = (subject.facts(), &subject.setting.value) else { return };
    walk(value, &subject.setting.places, &facts.key.node, &mut |position| {
        let kind = position.value.kind();
        if position.node.types.contains(&kind) {
            entries(subject, position, findings);
        } else if !(is_number(kind)
            && position.node.types.iter().copied().any(is_number)
            && context.is_hearsay(subject))
        {
            findings.push(wrong_type(subject, position));
        }
    });
}

/// A reader that asks for a number takes both kinds, and a weak layer knows the kind from an editor's form.
fn is_number(kind: Type) -> bool {
    matches!(kind, Type::Integer | Type::Real)
}

fn wrong_type(subject: &Subject<'_, '_>, position: &Position<'_, '_>) -> Finding {
    let wanted: Vec<String> = position.node.types.iter().map(|kind| kind.with_article()).collect();
    let title = format!(
        "`{}` must be {}, not {}",
        position.name(subject.key()),
        wanted.join(" or "),
        position.value.kind().with_article()
    );
    let finding = subject.finding_at("wrong-type", title, &position.places.at);
    let Some(wanted) = position.node.types.first() else { return finding };
    let good = position.node.values.iter().filter(|allowed| allowed.verdict == Judgement::Fine);
    let values: Vec<Value> = good.map(|allowed| allowed.value.to_value()).collect();
    let fits = |meant: &Value| values.is_empty() || values.contains(meant);
    // Between a flag and a text or a number lies a guess: only a value that is known bridges it.
    let guess = matches!(position.value, Value::Boolean(_)) && (values.is_empty() || values.len() > 2);
    match meant(position.value, *wanted).filter(|meant| !guess && fits(meant)) {
        Some(meant) => {
            let finding = finding.help(format!("write `{}`", subject.kind.written(&meant)));
            let title = format!("write {}", wanted.with_article());
            subject.write(finding, &position.places.at, &meant, title)
        }
        None if !values.is_empty() && *wanted != Type::Boolean => {
            let known: Vec<String> = values.iter().map(Value::to_string).collect();
            finding.help(format!("it is one of {}", known.join(", ")))
        }
        None => {
            let example = example(*wanted, subject.kind);
            finding.help(format!("{} is written {example}", wanted.with_article()))
        }
    }
}

/// What was most likely meant by a value of the wrong type.
fn meant(value: &Value, wanted: Type) -> Option<Value> {
    let text = || match value {
        Value::String(text) => text.as_literal().map(str::trim),
        _ => None,
    };
    let whole = |number: f64| {
        // Exact: a whole number below 2^53.
        (number.fract() == 0.0 && number.abs() < 9e15)
            .then(|| format!("{number:.0}").parse::<i64>().ok())
            .flatten()
    };
    let flag = |number: i64| match number {
        0 => Some(Value::Boolean(false)),
        1 => Some(Value::Boolean(true)),
        _ => None,
    };
    match (wanted, value) {
        (Type::Boolean, Value::Integer(Integer::Signed(number))) => flag(*number),
        (Type::Boolean, Value::Real(number)) => flag(whole(number.get())?),
        (Type::Boolean, Value::String(_)) => match text()?.to_ascii_lowercase().as_str() {
            "0" | "false" | "no" | "off" => Some(Value::Boolean(false)),
            "1" | "true" | "yes" | "on" => Some(Value::Boolean(true)),
            _ => None,
        },
        (Type::Integer, Value::Boolean(flag)) => Some(Value::Integer(i64::from(*flag).into())),
        (Type::Integer, Value::String(_)) => Some(Value::Integer(text()?.parse::<i64>().ok()?.into())),
        (Type::Integer, Value::Real(number)) => Some(Value::Integer(whole(number.get())?.into())),
        (Type::Real, Value::Integer(number)) => Real::new(number.to_string().parse().ok()?).map(Value::Real),
        (Type::String, Value::Integer(_) | Value::Boolean(_) | Value::Real(_)) => {
            Some(Value::string(value.to_string()))
        }
        (Type::Array, Value::String(_) | Value::Integer(_)) => Some(Value::Array(vec![value.clone()])),
        _ => None,
    }
}

fn example(kind: Type, of: Kind) -> &'static str {
    if of == Kind::Profile {
        return match kind {
            Type::Boolean => "`<true/>` or `<false/>`",
            Type::Integer => "`<integer>1</integer>`",
            Type::Real => "`<real>1.5</real>`",
            Type::String => "`<string>text</string>`",
            Type::Date => "`<date>2027-01-31T00:00:00Z</date>`",
            Type::Data => "`<data>aGVsbG8=</data>`",
            Type::Array => "`<array>…</array>`",
            Type::Dictionary => "`<dict>…</dict>`",
        };
    }
    match kind {
        Type::Boolean => "`true` or `false`",
        Type::Integer => "`1`",
        Type::Real => "`1.5`",
        Type::String => "`\"text\"`",
        Type::Date => "`2027-01-31T00:00:00Z`",
        Type::Data => "as base64: `\"aGVsbG8=\"`",
        Type::Array => "`[…, …]`",
        Type::Dictionary => "`{ key = … }`, or as a table of its own",
    }
}

/// The keys of a dictionary: those the catalogue knows, or paths of apps.
fn entries(subject: &Subject<'_, '_>, position: &Position<'_, '_>, findings: &mut Findings) {
    let Value::Dictionary(entries) = position.value else { return };
    let children = &position.node.children;
    if children.is_empty() {
        return;
    }
    let paths = children.iter().any(|(segment, _)| *segment == Segment::AppPath);
    let names: Vec<&str> = children
        .iter()
        .filter_map(|(segment, _)| if let Segment::Name(name) = segment { Some(*name) } else { None })
        .collect();
    for key in entries.keys() {
        if entry_node(position.node, key).is_none() {
            findings.push(unknown_field(subject, position, key, &names));
        } else if paths && !names.contains(&key.as_str()) && !(key.starts_with('/') && key.ends_with(".app"))
        {
            let title = format!("`{key}` is not the path of an app");
            let finding = subject.finding_at("bad-app-path", title, position.places.key(key));
            let example = subject.kind.written_key("/Applications/Microsoft Word.app");
            findings.push(finding.help(format!("the key is the full path: `{example}`")));
        }
    }
}

fn unknown_field(
    subject: &Subject<'_, '_>,
    position: &Position<'_, '_>,
    key: &str,
    names: &[&str],
) -> Finding {
    let at = position.places.key(key);
    let title = format!("`{key}` is not known inside `{}`", position.name(subject.key()));
    let finding = subject.finding_at("unknown-field", title, at);
    let present =
        |name: &&str| matches!(position.value, Value::Dictionary(entries) if entries.contains_key(*name));
    match nearest(key, names.iter().copied().filter(|name| !present(name))) {
        Some(near) => {
            let finding = finding.help(format!("did you mean `{near}`?"));
            match at.span() {
                Some(span) => finding.fix(span, subject.kind.written_key(near), format!("write `{near}`")),
                None => finding,
            }
        }
        None => finding.help(format!(
            "known there: {}",
            names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
        )),
    }
}
