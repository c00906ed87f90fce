//! The text of a policy that is written from values: tables, keys and comments, each quoted as TOML wants it.

use crate::value::{KeyName, Value, quoted, toml_key, write};
use std::collections::BTreeMap;

/// How long a line may become before an array or a comment is broken.
const WIDTH: usize = 100;
/// How deep dictionaries become tables of their own; deeper ones are written inline.
const TABLES: usize = 4;

/// A policy while it is written.
#[derive(Debug, Default)]
pub struct PolicyText {
    out: String,
}

impl PolicyText {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many bytes are written.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// The text, which ends with one newline.
    pub fn finish(self) -> String {
        let mut out = self.out;
        out.truncate(out.trim_end().len());
        out.push('\n');
        out
    }

    /// An empty line, unless the text starts here or there is one already.
    pub fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A comment, broken into lines between words.
    pub fn comment(&mut self, text: &str) {
        let mut line = String::from("#");
        for word in plain(text).split(' ').filter(|word| !word.is_empty()) {
            if line.len() > 1 && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(&line);
                line = String::from("#");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }

    /// A comment on one line, however long, in which white space stays as it is.
    pub fn remark(&mut self, text: &str) {
        self.line(&format!("# {}", plain(text)));
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// An empty line before a header, unless a comment of its own stands above it.
    fn gap(&mut self) {
        let last = self.out.trim_end_matches('\n').rsplit('\n').next().unwrap_or("");
        if !last.starts_with('#') {
            self.blank();
        }
    }

    /// The header of a table, after an empty line: `[settings."com.example.app"]`. A comment above it is its own.
    pub fn table(&mut self, path: &[&str]) {
        self.gap();
        let header = dotted(path);
        self.line(&format!("[{header}]"));
    }

    /// The header of one table of a list: `[[allow]]`.
    pub fn item(&mut self, name: &str) {
        self.gap();
        let header = toml_key(name);
        self.line(&format!("[[{header}]]"));
    }

    /// Keys with their values, aligned; each may have a comment behind it.
    pub fn aligned(&mut self, pairs: &[(&str, String, Option<String>)]) {
        let width = pairs.iter().map(|(key, ..)| toml_key(key).len()).max().unwrap_or(0);
        for (key, value, comment) in pairs {
            let comment = comment.as_ref().map_or(String::new(), |text| format!("  # {}", plain(text)));
            let key = toml_key(key);
            self.line(&format!("{key:<width$} = {value}{comment}"));
        }
    }

    /// A key with its value, on the lines that it takes.
    pub fn entry(&mut self, key: &str, value: &Value) {
        let key = toml_key(key);
        let value = match value {
            Value::Array(items) => list(items, key.len()),
            Value::String(text) => {
                let source = text.to_source();
                block(&source).unwrap_or_else(|| quoted(&source))
            }
            other => inline(other),
        };
        self.line(&format!("{key} = {value}"));
    }

    /// A key with a value that is already written.
    pub fn written(&mut self, key: &str, value: &str) {
        let key = toml_key(key);
        self.line(&format!("{key} = {value}"));
    }

    /// A dictionary as a table of its own, with those in it below it. See [`is_table`].
    pub fn dictionary(&mut self, path: &[&str], entries: &BTreeMap<String, Value>) {
        let (tables, plain): (Vec<_>, Vec<_>) = entries.iter().partition(|(_, value)| is_table(value));
        if !plain.is_empty() {
            self.table(path);
        }
        for (key, value) in plain {
            self.entry(key, value);
        }
        for (key, value) in tables {
            let Value::Dictionary(inner) = value else { continue };
            let path: Vec<&str> = path.iter().copied().chain([key.as_str()]).collect();
            self.dictionary(&path, inner);
        }
    }
}

/// Whether a value is written as a table of its own, and not behind its key.
pub fn is_table(value: &Value) -> bool {
    let Value::Dictionary(entries) = value else { return false };
    !entries.is_empty() && !reserved(entries) && depth(value) <= TABLES
}

/// How many dictionaries lie in each other, those in arrays included.
fn depth(value: &Value) -> usize {
    match value {
        Value::Dictionary(entries) => 1 + entries.values().map(depth).max().unwrap_or(0),
        Value::Array(items) => items.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Whether a policy would take a dictionary for something else, or refuses the name of one of its keys, unless it is
/// wrapped in `$dictionary`.
fn reserved(entries: &BTreeMap<String, Value>) -> bool {
    let special = entries.len() == 1 && entries.keys().all(|key| key.starts_with('$'));
    special || entries.keys().any(|key| KeyName::new(key).is_err())
}

/// A value on one line, such that a policy reads the same value in it.
pub fn inline(value: &Value) -> String {
    match value {
        Value::Data(bytes) => format!("{{ \"$data\" = \"{}\" }}", write::base64(bytes)),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Dictionary(entries) => {
            let pairs = entries.iter().map(|(key, value)| format!("{} = {}", toml_key(key), inline(value)));
            let pairs: Vec<String> = pairs.collect();
            let braces =
                if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) };
            if reserved(entries) { format!("{{ \"$dictionary\" = {braces} }}") } else { braces }
        }
        scalar => scalar.to_string(),
    }
}

/// An array behind a key of some length: an item to a line where one line would be too long.
fn list(items: &[Value], before: usize) -> String {
    let items: Vec<String> = items.iter().map(inline).collect();
    let whole = format!("[{}]", items.join(", "));
    if items.len() < 2 || before + 3 + whole.chars().count() <= WIDTH {
        return whole;
    }
    let lines: String = items.iter().map(|item| format!("    {item},\n")).collect();
    format!("[\n{lines}]")
}

/// A string over several lines; none where one line serves it better.
fn block(source: &str) -> Option<String> {
    let lines = source.split('\n').count();
    let bare = |line: &str| {
        // White space at the end of a line is lost in many an editor.
        !line.ends_with([' ', '\t']) && !line.chars().any(|c| c.is_control() && c != '\t')
    };
    if lines < 3 || !source.split('\n').all(bare) {
        return None;
    }
    let mut out = String::from("\"\"\"\n");
    let mut quote = false;
    for character in source.chars() {
        let escaped = character == '\\' || character == '"' && quote;
        quote = character == '"' && !quote;
        if escaped {
            out.push('\\');
        }
        out.push(character);
    }
    // A quote at the end would be taken for one of those that close the string.
    if quote {
        out.pop();
        out.push_str("\\\"");
    }
    out.push_str("\"\"\"");
    Some(out)
}

/// A path of names, quoted where TOML wants that.
pub fn dotted(path: &[&str]) -> String {
    let parts: Vec<String> = path.iter().map(|part| toml_key(part)).collect();
    parts.join(".")
}

/// Text inside a comment: one line, without control characters.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Text;

    fn read(text: &str) -> ::toml::Table {
        text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    #[test]
    fn strings_come_back_whatever_is_in_them() {
        let hostile = [
            "",
            "a\nb",
            "one\ntwo\nthree",
            "\"\"\"\n\"\"\"\n\"",
            "x\n\\\n\\\"\n\\\"\"\"\"",
            "ends with a space \nb\nc",
            "]]\n[settings]\nx = 1",
            "\u{1}\u{7f}\u{85}\u{feff}\u{2028}\n\n\n\r\n",
            "'''\n\"\"\"\n'''",
            "\n\n\n",
        ];
        for text in hostile {
            let mut out = PolicyText::new();
            out.entry(text, &Value::string(text));
            let read = read(&out.finish());
            assert_eq!(read[text].as_str(), Some(text));
        }
    }

    #[test]
    fn comments_stay_comments() {
        let mut out = PolicyText::new();
        out.comment("first\n[settings]\nx = 1 \u{1} \u{85} end");
        out.remark("keeps  spaces\r\ny = 2");
        out.aligned(&[("a", "1".to_owned(), Some("b\n= 2".to_owned()))]);
        let text = out.finish();
        assert_eq!(read(&text).len(), 1, "{text}");
    }

    #[test]
    fn tables_arrays_and_reserved_dictionaries() {
        let value = |pairs: &[(&str, Value)]| {
            Value::Dictionary(pairs.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect())
        };
        let app = value(&[
            ("LCID", Value::Integer(1033_i64.into())),
            ("Application ID", Value::string("MSWD2019")),
        ]);
        let apps = BTreeMap::from([("/Applications/Microsoft Word.app".to_owned(), app)]);
        let mut out = PolicyText::new();
        out.dictionary(&["settings", "AutoUpdate", "Applications"], &apps);
        out.table(&["custom", "a.b"]);
        out.entry("data", &Value::Data(b"hello".to_vec()));
        out.entry("one", &value(&[("$data", Value::string("no data"))]));
        out.entry("empty", &value(&[("", Value::Boolean(true))]));
        out.entry("none", &value(&[]));
        let long = (0..30).map(|at| Value::string(format!("item {at}"))).collect();
        out.entry("list", &Value::Array(long));
        out.entry("literal", &Value::String(Text::literal("${HOME}")));
        insta::assert_snapshot!(out.finish());
    }
}
