//! Secrets in the text of a property list, whether or not it could be read: by the names of its keys.

use crate::check::{holds_secrets, looks_secret};
use memchr::memmem;

/// The elements that hold text.
const TEXTS: [&str; 5] = ["string", "data", "integer", "real", "date"];

/// Where secrets stand: the start of the key, and the stretch of the value between its tags.
pub(super) fn secrets(text: &str) -> Vec<(usize, usize, usize)> {
    const KEY: &str = "<key>";
    let mut found = Vec::new();
    let mut from = 0;
    let finder = memmem::Finder::new(KEY);
    while let Some(at) = text.as_bytes().get(from..).and_then(|rest| finder.find(rest)) {
        let start = from + at;
        let name_at = start + KEY.len();
        let rest = text.as_bytes().get(name_at..).unwrap_or(&[]);
        let Some(length) = memchr::memchr(b'<', rest) else { break };
        let name = text.get(name_at..name_at + length).unwrap_or("");
        from = name_at + length;
        if !looks_secret(name, true) {
            continue;
        }
        // The tag that closes the key, which may be missing, then white space.
        let rest = text.get(from..).unwrap_or("");
        let close = if rest.starts_with("</") { rest.find('>').map_or(rest.len(), |at| at + 1) } else { 0 };
        let gap = rest.get(close..).unwrap_or("");
        let value = from + close + (gap.len() - gap.trim_start().len());
        from = value;
        values(text, start, value, name, &mut found);
    }
    found
}

/// The texts of one value: of an element with text, or of all inside a list or dictionary of secrets.
fn values(text: &str, key: usize, value: usize, name: &str, found: &mut Vec<(usize, usize, usize)>) {
    let rest = text.get(value..).unwrap_or("");
    let element = |name: &&str| rest.strip_prefix('<').is_some_and(|rest| rest.starts_with(*name));
    if TEXTS.iter().any(element) {
        // A number behind `PasswordLength` is none.
        let number = !element(&"string") && !element(&"data");
        if !number || looks_secret(name, false) {
            found.extend(content(text, value).map(|(start, end)| (key, start, end)));
        }
        return;
    }
    let Some(outer) = ["array", "dict"].into_iter().find(|name| element(name)) else { return };
    if outer == "dict" && !holds_secrets(name) {
        return;
    }
    let end = value + rest.find(&format!("</{outer}>")).unwrap_or(rest.len());
    let mut from = value + 1;
    while let Some(at) = text.get(from..end).and_then(|inside| inside.find('<')) {
        let start = from + at;
        let inside = text.get(start + 1..).unwrap_or("");
        if TEXTS.iter().any(|name| inside.starts_with(*name))
            && let Some((open, close)) = content(text, start)
        {
            found.push((key, open, close));
            from = close.max(start + 1);
            continue;
        }
        from = start + 1;
    }
}

/// What stands between the tags of the element that starts somewhere; none if nothing does.
fn content(text: &str, element: usize) -> Option<(usize, usize)> {
    let open = element + text.get(element..)?.find('>')? + 1;
    // `<string/>` holds nothing.
    if text.get(..open)?.ends_with("/>") {
        return None;
    }
    let close = open + text.get(open..)?.find("</").unwrap_or(text.len() - open);
    (close > open).then_some((open, close))
}

#[cfg(test)]
mod tests {
    use super::secrets;

    fn of(text: &str) -> Vec<&str> {
        secrets(text).into_iter().map(|(_, start, end)| text.get(start..end).unwrap()).collect()
    }

    #[test]
    fn secrets_by_the_names_of_keys() {
        assert_eq!(of("<key>ProxyPassword</key>\n <string>a&amp;b</string>"), ["a&amp;b"]);
        assert_eq!(of("<key>MinimumPasswordLength</key><integer>8</integer>"), Vec::<&str>::new());
        assert_eq!(of("<key>ApiToken</key><true/><key>x</key><string>y</string>"), Vec::<&str>::new());
        assert_eq!(
            of("<key>ApiTokens</key><array><string>a</string><string/><string>b</string></array>"),
            ["a", "b"]
        );
        let broken = "<key>Secret<string>a\n<key>b</key><string>c</string>";
        assert_eq!(of(broken), ["a\n<key>b"]);
    }
}
