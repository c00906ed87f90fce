//! What must hold of any input, whatever it is: for cargo-fuzz, and for `tests/mutated`, which runs on stable Rust.
//! Each check says whether the input was read: one that refuses all it is given has checked little.

use prefsmith::catalog::Catalog;
use prefsmith::check::{Options, check};
use prefsmith::finding::{Findings, Origin, SourceId, Sources, Span};
use prefsmith::import::{Opened, open};
use prefsmith::plan::Plan;
use prefsmith::policy::{Files, Policy};
use prefsmith::profile::read as profiles;
use prefsmith::project::Project;
use prefsmith::report::findings::{TextOptions, json, text};
use prefsmith::value::read::{Budgets, Read, ReadError, Wanted, plain, read};
use prefsmith::value::write::to_xml;
use prefsmith::value::{Inside, Places, Value};

/// Small, so that what is refused for its size is found soon.
const BUDGETS: Budgets = Budgets { bytes: 1 << 20, depth: 64, objects: 20_000, text: 1 << 20 };

/// Any bytes, read in any form.
pub fn door(bytes: &[u8]) -> bool {
    let mut sources = Sources::new();
    let plain = match plain(bytes, &BUDGETS) {
        Ok(plain) => plain,
        Err(error) => {
            let source = sources.add("input", "");
            assert!(!error.to_string().is_empty() && error.span().is_none());
            assert_eq!(all(bytes, source), Err(error), "`read` takes off what `plain` does");
            return false;
        }
    };
    let source = sources.add("input", plain.text());
    let found = all(bytes, source);
    assert_eq!(found, all(&plain.bytes, source), "what is plain is read as it lies in its wrapper");
    match found {
        Ok(read) => {
            held(&read, &plain.bytes, source, &sources);
            true
        }
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.problem().is_empty());
            inside(&error.origin(source), source, plain.bytes.len());
            false
        }
    }
}

fn all(bytes: &[u8], source: SourceId) -> Result<Read, ReadError> {
    read(bytes, source, &BUDGETS, &Wanted::Everything)
}

/// What was read comes back when it is written, key by key too, and every place lies in the text.
fn held(read: &Read, bytes: &[u8], source: SourceId, sources: &Sources) {
    places(&read.value, &read.places, source, sources.text(source).len());
    if let Ok(xml) = to_xml(&read.value)
        && xml.len() <= BUDGETS.bytes
    {
        assert_eq!(all(&xml, source).map(|read| read.value).as_ref(), Ok(&read.value));
    }
    let Value::Dictionary(entries) = &read.value else { return };
    for (key, value) in entries.iter().take(8) {
        let one = self::read(bytes, source, &BUDGETS, &Wanted::Keys(&[key])).map(|read| read.value);
        assert_eq!(one, Ok(Value::Dictionary([(key.clone(), value.clone())].into_iter().collect())));
    }
}

/// The tree of places has the shape of the value.
fn places(value: &Value, at: &Places, source: SourceId, length: usize) {
    inside(&at.at, source, length);
    match (value, &at.inside) {
        (Value::Array(items), Inside::Array(list)) => {
            assert_eq!(items.len(), list.len());
            items.iter().zip(list.iter()).for_each(|(item, at)| places(item, at, source, length));
        }
        (Value::Dictionary(entries), Inside::Dictionary(list)) => {
            assert!(entries.keys().map(String::as_str).eq(list.iter().map(|entry| &*entry.key)));
            for (value, entry) in entries.values().zip(list.iter()) {
                inside(&entry.at, source, length);
                places(value, &entry.places, source, length);
            }
        }
        (_, Inside::Leaf) => assert!(!matches!(value, Value::Array(_) | Value::Dictionary(_))),
        other => panic!("{other:?}"),
    }
}

fn inside(at: &Origin, source: SourceId, length: usize) {
    assert_eq!(at.source(), source);
    if let Some(Span { start, end, .. }) = at.span() {
        assert!(start <= end && end as usize <= length, "{start}..{end} of {length}");
    }
}

/// The inside of an XML property list.
pub fn xml(bytes: &[u8]) -> bool {
    let inner = door(&[b"<plist version=\"1.0\">".as_slice(), bytes, b"</plist>"].concat());
    door(bytes) || inner
}

/// The objects of a binary property list: each is a byte that says how long it is, and so many bytes.
pub fn binary(bytes: &[u8]) -> bool {
    let (mut file, mut table) = (b"bplist00".to_vec(), Vec::new());
    let mut rest = bytes;
    while let Some((length, more)) = rest.split_first() {
        let (object, after) = more.split_at(more.len().min(usize::from(*length)));
        if table.len() / 4 == 255 {
            break;
        }
        table.extend(u32::try_from(file.len()).unwrap_or(u32::MAX).to_be_bytes());
        file.extend(object);
        rest = after;
    }
    let (count, start) = (table.len() / 4, file.len());
    file.extend(table);
    file.extend([0, 0, 0, 0, 0, 0, 4, 1]);
    for number in [count, 0, start] {
        file.extend((number as u64).to_be_bytes());
    }
    let made = door(&file);
    door(bytes) || made
}

/// The inside of a CMS message, after it has said that it is signed.
pub fn cms(bytes: &[u8]) -> bool {
    let signed = b"\x30\x80\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02".as_slice();
    let outer = door(&[signed, bytes].concat());
    let content = b"\xA0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x80\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01\xA0\x80\x24\x80";
    let inner = door(&[signed, content, bytes].concat());
    door(bytes) || outer || inner
}

struct One(String);

impl Files for One {
    fn read(&self, path: &str) -> Result<String, String> {
        if path == "policy.toml" { Ok(self.0.clone()) } else { Err("there is no such file".to_owned()) }
    }
}

/// A policy: read, resolved, checked and told.
pub fn policy(bytes: &[u8]) -> bool {
    let Ok(policy) = std::str::from_utf8(bytes) else { return false };
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let catalog = Catalog::builtin();
    let files = One(policy.to_owned());
    let Ok(policy) = Policy::load("policy.toml", &files, &mut sources, &mut findings) else {
        return false;
    };
    let plan = policy.resolve(&catalog, &mut findings);
    told(plan, findings, &catalog, &sources)
}

/// A profile: read, turned into plans, checked and told.
pub fn profile(bytes: &[u8]) -> bool {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let catalog = Catalog::builtin();
    let input = profiles::Input { label: "com.example.app.plist", bytes, domain: None };
    let Some(held) = profiles::load(&input, &catalog, &mut sources, &mut findings) else {
        assert!(!findings.is_empty(), "what is not read is said");
        return false;
    };
    let mut unknown = profiles::Unknown::default();
    for profile in &held.profiles {
        let mut findings = findings.clone();
        let plan = profiles::plan(&held, profile, &catalog, &mut unknown, &mut findings);
        told(plan, findings, &catalog, &sources);
    }
    true
}

/// What an MDM has put around a profile is taken off, and the profile read.
pub fn opened(bytes: &[u8]) -> bool {
    match open(bytes) {
        Ok(Opened::Plain) => false,
        Ok(Opened::Jamf(inner, _) | Opened::Bare(inner)) => profile(&inner),
        Err(why) => {
            assert!(!why.is_empty());
            false
        }
    }
}

/// A project file: read and told.
pub fn project(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    Project::read(sources.add("prefsmith.toml", text), text, &mut findings);
    let good = !findings.has_errors();
    told(Plan::default(), findings, &Catalog::builtin(), &sources);
    good
}

/// Every finding points into its text, and can be told. Says whether there was no error.
fn told(plan: Plan, findings: Findings, catalog: &Catalog<'_>, sources: &Sources) -> bool {
    let findings = check(plan, findings, catalog, &Options::default()).findings;
    for finding in findings.iter() {
        let spans = finding.labels.iter().filter_map(|label| label.at.span());
        for span in spans.chain(finding.fix.as_ref().map(|fix| fix.span)) {
            let text = sources.text(span.source);
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{}", finding.title);
        }
    }
    let options = TextOptions { color: false, width: 80, all: None };
    assert_eq!(text(&findings, sources, &options).is_empty(), findings.is_empty());
    assert!(json(&findings, sources).starts_with('{'));
    !findings.has_errors()
}
