//! `[variant.NAME]`: what a policy says anew for some of the Macs, which get an output of their own.

use super::Policy;
use super::raw::Raw;
use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Origin, Span};
use crate::plan::Plan;
use std::collections::BTreeMap;

/// The longest id of a policy with the name of a variant, in bytes: as much as an id alone may have.
const LONGEST: usize = 150;

impl Policy {
    /// The names of its variants, sorted; each is a plan of its own.
    pub fn variants(&self) -> Vec<&str> {
        names(&self.files).into_keys().collect()
    }

    /// Whether the policy itself is built, beside its variants: `[policy] variants-only` says that it is not.
    pub fn builds_itself(&self) -> bool {
        let said = self.files.iter().rev().find_map(|raw| raw.head.variants_only);
        said != Some(true) || self.variants().is_empty()
    }

    /// The plans that are built, of the policy itself first and then of its variants by their names, each with what
    /// resolving it has found behind `found`, which loading the policy has.
    pub fn plans(&self, catalog: &Catalog<'_>, found: &Findings) -> Vec<(Plan, Findings)> {
        let itself = self.builds_itself().then_some(None);
        let all = itself.into_iter().chain(self.variants().into_iter().map(Some));
        let resolve = |variant| {
            let mut findings = found.clone();
            let plan = self.come_to(variant, catalog, &mut findings);
            (plan, findings)
        };
        all.map(resolve).collect()
    }

    /// Whether only one variant has what stands at a place: one of its `[why]` or `[[allow]]`.
    pub fn is_of_variant(&self, place: &Origin) -> bool {
        let raws = self.files.iter().flat_map(|raw| &raw.variants).map(|variant| &variant.raw);
        let mut raws = raws.filter(|_| place.span().is_some());
        raws.any(|raw| {
            raw.allows.iter().any(|allow| allow.allow.origin == *place)
                || raw.why.iter().any(|why| {
                    let domain = why.domain.as_ref().map(|named| named.span);
                    [Some(why.key.1), domain].contains(&place.span())
                })
        })
    }

    /// The place of a variant's name, in the file that says it last.
    pub(super) fn variant_span(&self, name: &str) -> Option<Span> {
        self.files.iter().rev().flat_map(|raw| &raw.variants).find(|v| v.name.0 == name).map(|v| v.name.1)
    }

    /// What the files say of a variant, in their order.
    pub(super) fn variant_raws<'p>(&'p self, name: &str) -> Vec<&'p Raw> {
        let all = self.files.iter().flat_map(|raw| &raw.variants);
        all.filter(|variant| variant.name.0 == name).map(|variant| &variant.raw).collect()
    }

    /// Says which variants cannot be built.
    pub(super) fn check_variants(&self, findings: &mut Findings) {
        let id = self.head().and_then(|head| head.head.id.as_ref()).map_or(0, |(id, _)| id.len());
        let names = names(&self.files);
        let mut seen: BTreeMap<String, (&str, Span)> = BTreeMap::new();
        for (name, span) in &names {
            let refuse = |title: String| Finding::new("variant", title).at(*span, "");
            if let Some(why) = unusable(name) {
                let finding = refuse(format!("`{name}` is no name of a variant: {why}"));
                findings.push(finding.note("it becomes a part of identifiers and of files' names"));
            } else if id + 1 + name.len() > LONGEST {
                let title = format!("the id of the variant `{name}` would be longer than {LONGEST} bytes");
                findings.push(refuse(title));
            }
            if let Some((other, at)) = seen.insert(name.to_lowercase(), (name, *span)) {
                let title = format!("`{other}` and `{name}` differ in capitals only");
                let finding = refuse(title).at(at, "the other one");
                findings.push(finding.note("a Mac's disk takes their files for one"));
            }
        }
        let lost = self.files.iter().any(|raw| raw.base_lost || !raw.whole);
        let own = self.head().filter(|raw| raw.head.variants_only == Some(true));
        if let Some(span) = own.and_then(|raw| raw.head.span).filter(|_| names.is_empty() && !lost) {
            let finding =
                Finding::new("variant", "`variants-only`, and the policy has no variant").at(span, "");
            findings.push(finding.help("add a `[variant.NAME]`, or take the line out"));
        }
    }
}

/// The names of all variants, each with the place where it is said last.
fn names(files: &[Raw]) -> BTreeMap<&str, Span> {
    let all = files.iter().flat_map(|raw| &raw.variants);
    all.map(|variant| (variant.name.0.as_str(), variant.name.1)).collect()
}

/// Why a text cannot be the name of a variant.
fn unusable(name: &str) -> Option<&'static str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if name.is_empty() {
        Some("it is empty")
    } else if !name.bytes().all(plain) {
        Some("it is made of letters, digits, `-` and `_`")
    } else if name.starts_with('-') {
        Some("it does not start with `-`")
    } else {
        None
    }
}
