//! What stands around a profile when it comes out of an MDM: Jamf's Classic API, and Intune's preference files.

use crate::plan::Channel;
use crate::value::write::xml_refuses;
use memchr::memmem;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

/// The element that Jamf's Classic API puts around a profile.
const JAMF: &str = "os_x_configuration_profile";
/// How deep elements may lie in each other: a profile's scope takes about six.
const DEEPEST: usize = 32;

/// What an MDM says of a profile around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrapper {
    /// What the MDM calls the profile.
    pub name: Option<String>,
    /// A sentence about it.
    pub description: Option<String>,
    /// Whom the MDM sends it to, whatever the profile says.
    pub channel: Option<Channel>,
}

/// A file, and what was around what is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// A file to be read as it is.
    Plain,
    /// The answer of Jamf's Classic API: the profile in it.
    Jamf(Vec<u8>, Wrapper),
    /// Intune's preference file: keys and values without a property list around them, which is put there.
    Bare(Vec<u8>),
}

/// Takes off what an MDM has put around a profile.
///
/// # Errors
/// Why the profile in an answer of Jamf's cannot be found.
pub fn open(bytes: &[u8]) -> Result<Opened, String> {
    // Property lists start otherwise; a long one need not be searched.
    const HEAD: usize = 400;
    let found = |head: &[u8], word: &str| memmem::find(head, word.as_bytes()).is_some();
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    if bytes.starts_with(b"bplist") || found(head, "<plist") {
        return Ok(Opened::Plain);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Ok(Opened::Plain) };
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with("<key>") {
        return Ok(Opened::Bare(format!("<plist><dict>{text}</dict></plist>\n").into_bytes()));
    }
    if !found(head, &format!("<{JAMF}>")) {
        return Ok(Opened::Plain);
    }
    jamf(text)
}

fn jamf(text: &str) -> Result<Opened, String> {
    let broken = |error: String| format!("this answer of Jamf's cannot be read: {error}");
    let mut xml = Reader::from_str(text);
    xml.config_mut().expand_empty_elements = true;
    let mut path: Vec<String> = Vec::new();
    let mut found: [String; 4] = Default::default();
    let mut add = |path: &[String], text: &str| {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let [JAMF, "general", name] = path.as_slice() else { return };
        let at = ["payloads", "name", "description", "level"].iter().position(|known| known == name);
        if let Some(place) = at.and_then(|at| found.get_mut(at)) {
            place.push_str(text);
        }
    };
    loop {
        match xml.read_event().map_err(|error| broken(error.to_string()))? {
            Event::Start(tag) => {
                if path.len() >= DEEPEST {
                    return Err(broken("its elements lie too deep in each other".to_owned()));
                }
                path.push(tag.name().as_ref().to_owned());
            }
            Event::End(_) => drop(path.pop()),
            Event::Text(text) => add(&path, &text.xml10_content()),
            Event::CData(text) => add(&path, &text.xml10_content()),
            Event::GeneralRef(name) => {
                let character =
                    reference(&name).ok_or_else(|| broken("a reference in it is unknown".to_owned()))?;
                add(&path, character.encode_utf8(&mut [0; 4]));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if !path.is_empty() {
        return Err(broken("it ends in the middle".to_owned()));
    }
    let [payloads, name, description, level] = found;
    if payloads.trim().is_empty() {
        return Err("this answer of Jamf's has no <payloads>: ask for one profile by its id".to_owned());
    }
    let said = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let channel = match level.trim().to_ascii_lowercase().as_str() {
        "computer" | "system" => Some(Channel::Device),
        "user" => Some(Channel::User),
        _ => None,
    };
    let wrapper = Wrapper { name: said(name), description: said(description), channel };
    Ok(Opened::Jamf(payloads.trim_start().as_bytes().to_vec(), wrapper))
}

fn reference(name: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = name.resolve_char_ref() {
        return (!xml_refuses(character)).then_some(character);
    }
    match name.as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(general: &str) -> String {
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{JAMF}><general>{general}</general></{JAMF}>")
    }

    #[test]
    fn the_profile_in_an_answer_of_jamfs() {
        let text = answer(
            "<id>7</id><name>Office &amp; more</name><description/><level>System</level><site><name>x</name></site>\
             <payloads>&lt;plist&gt;&lt;string&gt;a &amp;amp; b &#233;&lt;/string&gt;&lt;/plist&gt;</payloads>",
        );
        let expected = Wrapper {
            name: Some("Office & more".to_owned()),
            description: None,
            channel: Some(Channel::Device),
        };
        let profile = "<plist><string>a &amp; b \u{e9}</string></plist>".as_bytes().to_vec();
        assert_eq!(open(text.as_bytes()), Ok(Opened::Jamf(profile, expected)));
    }

    #[test]
    fn answers_without_a_profile() {
        assert!(open(answer("<id>7</id>").as_bytes()).unwrap_err().contains("no <payloads>"));
        assert!(open(answer("<payloads>&x;</payloads>").as_bytes()).unwrap_err().contains("reference"));
        assert!(open(format!("<{JAMF}><general>").as_bytes()).unwrap_err().contains("in the middle"));
        let deep = answer(&"<a>".repeat(100));
        assert!(open(deep.as_bytes()).unwrap_err().contains("too deep"));
    }

    #[test]
    fn other_files_stay_as_they_are() {
        for text in ["", "<plist><dict/></plist>", "bplist00", "<html>", "\u{feff}<?xml?><plist/>"] {
            assert_eq!(open(text.as_bytes()), Ok(Opened::Plain), "{text}");
        }
        assert_eq!(open(b"\xff\xfe<\0"), Ok(Opened::Plain));
        let bare = open(b"\n<key>A</key><true/>\n").unwrap();
        assert_eq!(bare, Opened::Bare(b"<plist><dict>\n<key>A</key><true/>\n</dict></plist>\n".to_vec()));
    }
}
