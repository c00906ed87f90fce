//! What a snapshot says of itself, where it stands in the file as collectors write it: read in one pass, without a copy of the
//! list of what was asked for. Whatever is unusual is left to the reader of property lists, which says what is wrong.

use super::memo::{Domains, Memo, Number};
use super::snapshot::{About, FORMAT};
use crate::value::Date;
use std::collections::BTreeMap;

/// What a snapshot says of itself, and the number of the list of what was asked for.
pub(super) struct Plain {
    pub about: About,
    pub asked: Option<Number>,
}

/// Reads the file; none where anything in it is not as collectors write it. `domains` reads the part that says what was
/// asked for: on all Macs that one collector looked at it is the same.
pub(super) fn plain(bytes: &[u8], memo: &Memo, domains: impl Fn(&[u8]) -> Option<Domains>) -> Option<Plain> {
    let mut rest = Rest(bytes);
    rest.head()?;
    let mut seen: Vec<&str> = Vec::new();
    let mut plain = Plain { about: About { snapshot: true, ..About::default() }, asked: None };
    let about = &mut plain.about;
    let mut format = None;
    while !rest.takes(b"</dict>") {
        let key = rest.element("key")?;
        if seen.contains(&key) {
            return None;
        }
        seen.push(key);
        match key {
            "format" => format = Some(rest.element("integer")?),
            "taken" => about.taken = Some(rest.date()?),
            "serial" => about.serial = rest.text()?,
            "name" => about.name = rest.text()?,
            "hardware-uuid" => about.hardware_uuid = rest.text()?,
            "console-user" => about.console_user = rest.text()?,
            "collector" => about.collector = rest.text()?,
            "policy" => drop(rest.text()?),
            "managed-only" => {
                about.managed_only = rest.takes(b"<true/>");
                (about.managed_only || rest.takes(b"<false/>")).then_some(())?;
            }
            "collected" => {
                let part = rest.dictionary()?;
                let (domains, number) = memo.asked(part, || domains(part))?;
                (about.collected, plain.asked) = (Some(domains), Some(number));
            }
            "unreadable" => about.unreadable = rest.reasons()?,
            _ => return None,
        }
    }
    let end = rest.takes(b"</plist>") && rest.0.trim_ascii_start().is_empty();
    (end && format == Some(FORMAT.to_string().as_str())).then_some(plain)
}

/// What is left of the file.
struct Rest<'b>(&'b [u8]);

impl<'b> Rest<'b> {
    /// Takes white space and then exactly this, if it is there.
    fn takes(&mut self, what: &[u8]) -> bool {
        let white = self.0.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        match self.0.get(white..).and_then(|rest| rest.strip_prefix(what)) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// The head of the file, to where its dictionary begins.
    fn head(&mut self) -> Option<()> {
        if let Some(rest) = self.0.strip_prefix(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>") {
            self.0 = rest;
        }
        self.takes(
            b"<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">",
        );
        let plist = self.takes(b"<plist version=\"1.0\">") || self.takes(b"<plist>");
        (plist && self.takes(b"<dict>")).then_some(())
    }

    /// An element with nothing but text in it, and no character in that which means anything else than itself.
    fn element(&mut self, name: &str) -> Option<&'b str> {
        let tag = self.takes(b"<") && self.skips(name) && self.skips(">");
        let end = memchr::memchr(b'<', self.0).filter(|_| tag)?;
        let (text, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        let text = std::str::from_utf8(text).ok()?;
        let itself =
            |c: char| c >= ' ' && !matches!(c, '&' | '>' | '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}');
        let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'&' | b'>'));
        let end = self.skips("</") && self.skips(name) && self.skips(">");
        (end && (plain || text.chars().all(itself))).then_some(text)
    }

    fn skips(&mut self, what: &str) -> bool {
        self.0.strip_prefix(what.as_bytes()).map(|rest| self.0 = rest).is_some()
    }

    /// A text; within, none where it is empty.
    fn text(&mut self) -> Option<Option<String>> {
        if self.takes(b"<string/>") {
            return Some(None);
        }
        let text = self.element("string")?;
        Some((!text.is_empty()).then(|| text.to_owned()))
    }

    fn date(&mut self) -> Option<Date> {
        Date::exact(self.element("date")?)
    }

    /// A dictionary without another one in it, from its tag to its end.
    fn dictionary(&mut self) -> Option<&'b [u8]> {
        self.takes(b"<dict>").then_some(())?;
        let end = memchr::memmem::find(self.0, b"</dict>")?;
        let (inside, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        self.takes(b"</dict>");
        // In a comment or the like, what looks like a tag is none.
        let plain =
            [&b"<dict"[..], b"<!", b"<?"].iter().all(|tag| memchr::memmem::find(inside, tag).is_none());
        plain.then_some(inside)
    }

    /// Texts by their keys.
    fn reasons(&mut self) -> Option<BTreeMap<String, String>> {
        let mut reasons = BTreeMap::new();
        if self.takes(b"<dict/>") {
            return Some(reasons);
        }
        self.takes(b"<dict>").then_some(())?;
        while !self.takes(b"</dict>") {
            let path = self.element("key")?.to_owned();
            let why = self.text()?.unwrap_or_default();
            reasons.insert(path, why).is_none().then_some(())?;
        }
        Some(reasons)
    }
}
