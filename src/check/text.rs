//! Whether a property list can carry every text.

use super::context::{Context, Subject};
use crate::finding::Findings;
use crate::value::{Part, Places, Value, write};

pub(super) fn text(_: &Context<'_, '_>, subject: &Subject<'_, '_>, findings: &mut Findings) {
    if let Some(value) = &subject.setting.value {
        look(value, &subject.setting.places, subject, findings);
    }
}

fn look(value: &Value, places: &Places, subject: &Subject<'_, '_>, findings: &mut Findings) {
    match value {
        Value::String(text) => {
            let literals = text.parts().iter().filter_map(|part| match part {
                Part::Literal(text) => write::unwritable(text),
                Part::Token(_) => None,
            });
            for bad in literals.take(1) {
                let mut finding =
                    subject.finding_at("unwritable-text", title(subject.key(), bad), &places.at);
                if bad == '\r' {
                    finding = finding.note("readers of XML turn a carriage return into a line feed");
                }
                findings.push(finding);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                look(item, places.item(at), subject, findings);
            }
        }
        Value::Dictionary(entries) => {
            for (key, entry) in entries {
                if let Some(bad) = write::unwritable(key) {
                    findings.push(subject.finding_at(
                        "unwritable-text",
                        title(subject.key(), bad),
                        places.key(key),
                    ));
                }
                look(entry, places.entry(key), subject, findings);
            }
        }
        _ => {}
    }
}

fn title(key: &str, bad: char) -> String {
    format!("`{key}` holds the character U+{:04X}, which a property list cannot carry", u32::from(bad))
}
